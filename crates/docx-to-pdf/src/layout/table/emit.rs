//! Draws rows one after the other; merged cells are drawn when their last row, or their page, ends.

use crate::document::model::{TextDirection, VerticalAlign};
use crate::layout::frame::{Item, Shape};
use crate::layout::ink::{Ink, Rect, filled};
use crate::layout::paragraph::draw_border;
use crate::layout::table::TableBox;
use crate::layout::table::row::{CellBox, RowBox};
use crate::units::Pt;

/// Draws the rows of one table, in coordinates whose x is the table's left edge.
pub(in crate::layout) struct Emitter {
    /// How many rows the table has.
    rows: usize,
    merged: Vec<Merged>,
}

/// A vertically merged cell whose rows are still coming.
struct Merged {
    cell: CellBox,
    /// Where it starts on this page.
    top: Pt,
    /// Its last row.
    last: usize,
    border: Pt,
}

impl Emitter {
    /// Nothing drawn yet.
    pub(in crate::layout) fn new(table: &TableBox) -> Self {
        Self { rows: table.rows.len(), merged: Vec::new() }
    }

    /// Draws a whole row at `y`.
    pub(in crate::layout) fn row(&mut self, row: &RowBox, index: usize, y: Pt) -> Ink {
        self.part(row, index, y, true, true)
    }

    /// Draws a row or the part of one: `starts` when its top is here, `ends` when its bottom is.
    pub(in crate::layout) fn part(&mut self, row: &RowBox, index: usize, y: Pt, starts: bool, ends: bool) -> Ink {
        self.cells(row, row.cells.clone(), index, y, (starts, ends))
    }

    /// The same of a row that was drawn for the last time: `cells` are its own, whose lines need not be copied.
    pub(in crate::layout) fn cells(&mut self, row: &RowBox, cells: Vec<CellBox>, index: usize, y: Pt, (starts, ends): (bool, bool)) -> Ink {
        // Shading, lines and a run of glyphs for each line of text: most rows need no more room than this.
        let inside = cells.iter().map(|cell| usize::from(cell.shading.is_some()) + cell.pieces.len());
        let mut ink = Ink::with_room(row.lines.len() + inside.sum::<usize>());
        let mut text = Ink::default();
        let last_row = index + 1 == self.rows;
        // Where cells stand apart, the space between them is not theirs.
        let (above, below) = (y + row.gaps.0, y + row.height - row.gaps.1);
        for cell in cells {
            if cell.rows > 1 && starts {
                if let Some(color) = cell.shading {
                    let bottom = if row.gaps.0 > Pt::ZERO { y + row.height } else { below };
                    let rect = Rect::new(cell.left, above, cell.right, bottom);
                    ink.items.push(Item { tag: None, shape: Shape::Path(filled(rect, color)) });
                }
                let last = index + cell.rows - 1;
                self.merged.push(Merged { cell, top: y, last, border: row.border_top });
            } else if cell.continued {
                let owner = self.merged.iter().find(|merged| merged.cell.column == cell.column);
                if let Some(color) = owner.and_then(|merged| merged.cell.shading) {
                    ink.fill(Rect::new(cell.left, y, cell.right, below), color);
                }
            } else {
                if let Some(color) = cell.shading {
                    ink.fill(Rect::new(cell.left, above, cell.right, below), color);
                }
                text.append(draw_cell(cell, y, row));
            }
        }
        ink.append(text);
        if ends {
            let (done, open): (Vec<_>, Vec<_>) = std::mem::take(&mut self.merged).into_iter().partition(|merged| merged.last <= index);
            self.merged = open;
            for merged in done {
                ink.append(draw_merged(merged.cell, merged.top, merged.border, (y + row.height, row.below)));
            }
        }
        for line in &row.lines {
            line.draw(&mut ink, y, row.height, last_row && ends, (starts, ends));
        }
        ink
    }

    /// The lines below a row at `y` that ends a page.
    pub(in crate::layout) fn closing(row: &RowBox, y: Pt) -> Ink {
        let mut ink = Ink::default();
        for line in &row.lines {
            line.close(&mut ink, y + row.height);
        }
        ink
    }

    /// The page ends at `bottom`: merged cells leave what fits and take the rest along.
    pub(in crate::layout) fn page_break(&mut self, bottom: Pt) -> Ink {
        let mut ink = Ink::default();
        for merged in &mut self.merged {
            let room = bottom - merged.top - merged.border - merged.cell.margins[0];
            let (upper, lower) = merged.cell.halves(room, false);
            ink.append(draw_merged(upper, merged.top, merged.border, (bottom, Pt::ZERO)));
            merged.cell = lower;
        }
        ink
    }

    /// The height that merged cells ending in a row need from here on.
    pub(in crate::layout) fn needed(&self, index: usize) -> Pt {
        let ending = self.merged.iter().filter(|merged| merged.last == index).map(|merged| &merged.cell);
        ending.map(|cell| cell.margins[0] + cell.content_height + cell.margins[2]).fold(Pt::ZERO, Pt::max)
    }

    /// The table goes on at `top` of the next page.
    pub(in crate::layout) fn goes_on_at(&mut self, top: Pt) {
        for merged in &mut self.merged {
            merged.top = top;
        }
    }
}

/// Moves a cell's content by its vertical alignment; `free` is the room left below it.
pub(super) fn shift_down(cell: &mut CellBox, free: Pt) {
    let shift = match cell.vertical_align {
        VerticalAlign::Top | VerticalAlign::Justified => Pt::ZERO,
        VerticalAlign::Center => (free / 2.0).max(Pt::ZERO),
        VerticalAlign::Bottom => free.max(Pt::ZERO),
    };
    for piece in &mut cell.pieces {
        piece.move_down(shift);
    }
}

/// Descenders and line spacing may reach so far over the end of an exact row before the line is cut.
pub(super) const CUT: Pt = Pt(4.0);

/// A cell of one row. LibreOffice 7.4 centres in all of the row but its own borders (measured).
fn draw_cell(mut cell: CellBox, y: Pt, row: &RowBox) -> Ink {
    let mut ink = Ink::default();
    let (border, height) = (row.border_top, row.height);
    let top = y + border + cell.margins[0];
    if cell.direction == TextDirection::Horizontal {
        let free = height - border - row.below - cell.margins[0] - cell.margins[2] - cell.content_height;
        shift_down(&mut cell, free);
        let room = height - border - cell.margins[0];
        let mut cut = false;
        for piece in std::mem::take(&mut cell.pieces) {
            // What begins below an exact row does not show; a line that reaches over its end is cut there.
            if !row.exact || piece.top < height - border {
                cut |= row.exact && piece.end() > room + CUT;
                ink.append(piece.drawn());
            }
        }
        ink.translate(cell.left + cell.margins[3], top);
        if cut {
            let clip = Rect::new(cell.left, y, cell.right, y + height).steps();
            let fixed = ink.take_fixed();
            ink = ink.into_group([1.0, 0.0, 0.0, 1.0, 0.0, 0.0], Some(clip));
            ink.append(fixed);
        }
    } else {
        ink = turned(&cell, y + border, height - border);
    }
    diagonals(&cell, Rect::new(cell.left, y, cell.right, y + border + height), &mut ink);
    ink
}

/// A merged cell down to `bottom`, of which the border below it is `below`.
fn draw_merged(mut cell: CellBox, top: Pt, border: Pt, (bottom, below): (Pt, Pt)) -> Ink {
    if cell.direction != TextDirection::Horizontal {
        return turned(&cell, top + border, bottom - top - border);
    }
    let mut ink = Ink::default();
    // What stands on a page is aligned in the cell's part there, as in Word; LibreOffice 7.4 leaves it at the top.
    let free = bottom - below - top - border - cell.margins[0] - cell.margins[2] - cell.content_height;
    shift_down(&mut cell, free);
    for piece in cell.pieces {
        ink.append(piece.drawn());
    }
    ink.translate(cell.left + cell.margins[3], top + border + cell.margins[0]);
    ink
}

/// Text turned by a quarter, in the cell's rectangle from `top`.
fn turned(cell: &CellBox, top: Pt, height: Pt) -> Ink {
    let mut ink = Ink::default();
    let content = cell.pieces.last().map_or(Pt::ZERO, |piece| piece.top + piece.height);
    let across = cell.right - cell.left;
    for piece in cell.pieces.iter().filter(|piece| piece.top < across) {
        ink.append(piece.clone().drawn());
    }
    // Its top lies at the left of the cell, or at the right; it stands between the margins there (LibreOffice and Spire agree; measured).
    let (above, below) = if cell.direction == TextDirection::Up { (3, 1) } else { (1, 3) };
    // The space after its last paragraph counts, as in level text (both where lines run down, Spire also where they run up; measured).
    let free = (across - cell.margins[above] - cell.margins[below] - cell.depth.max(content)).max(Pt::ZERO);
    let shift = match cell.vertical_align {
        VerticalAlign::Top | VerticalAlign::Justified => Pt::ZERO,
        VerticalAlign::Center => free / 2.0,
        VerticalAlign::Bottom => free,
    };
    let shift = cell.margins[above] + shift;
    let transform = match cell.direction {
        TextDirection::Up => [0.0, -1.0, 1.0, 0.0, (cell.left + shift).0, (top + height - cell.margins[2]).0],
        _ => [0.0, 1.0, -1.0, 0.0, (cell.right - shift).0, (top + cell.margins[0]).0],
    };
    let ink = ink.into_group(transform, None);
    if content <= across + CUT {
        return ink;
    }
    let clip = Rect::new(cell.left, top, cell.right, top + height).steps();
    ink.into_group([1.0, 0.0, 0.0, 1.0, 0.0, 0.0], Some(clip))
}

fn diagonals(cell: &CellBox, rect: Rect, ink: &mut Ink) {
    if let Some(border) = cell.diagonals.0 {
        draw_border(ink, (rect.left, rect.top), (rect.right, rect.bottom), border);
    }
    if let Some(border) = cell.diagonals.1 {
        draw_border(ink, (rect.left, rect.bottom), (rect.right, rect.top), border);
    }
}
