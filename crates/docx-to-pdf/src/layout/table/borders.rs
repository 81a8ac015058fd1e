//! Borders of a table: which of two neighbours' lines is drawn, and how much room it takes.

use crate::document::model::{Border, BorderStyle, Row, Table};
use crate::layout::ink::Ink;
use crate::layout::length::bounded;
use crate::layout::paragraph::draw_border;
use crate::layout::table::row::RowBox;
use crate::units::Pt;

/// Where cells stand side by side, nothing is kept from their rows' edges.
const NONE: (Pt, Pt) = (Pt::ZERO, Pt::ZERO);

/// A line of a row's border.
#[derive(Debug, Clone, Copy)]
pub(in crate::layout) struct BorderLine {
    side: Side,
    from: Pt,
    to: Pt,
    border: Border,
    /// Room kept from the row's top, and from its bottom, where cells stand apart.
    gaps: (Pt, Pt),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Above the row, between two columns' edges.
    Top,
    /// Below it.
    Bottom,
    /// Below a cell that stands apart from others.
    OwnBottom,
    /// Beside a cell, at `from`.
    Vertical,
}

impl BorderLine {
    pub(super) fn above((from, to): (Pt, Pt), border: Border, gaps: (Pt, Pt)) -> Self {
        Self { side: Side::Top, from, to, border, gaps }
    }

    pub(super) fn below((from, to): (Pt, Pt), border: Border, gaps: (Pt, Pt)) -> Self {
        Self { side: Side::OwnBottom, from, to, border, gaps }
    }

    pub(super) fn beside(at: Pt, border: Border, gaps: (Pt, Pt)) -> Self {
        Self { side: Side::Vertical, from: at, to: at, border, gaps }
    }

    /// Draws it on a row at `y`; lines below a row are drawn only where nothing follows on the page.
    pub(in crate::layout) fn draw(&self, ink: &mut Ink, y: Pt, height: Pt, last: bool, (starts, ends): (bool, bool)) {
        let half = bounded(self.border.width) / 2.0;
        let above = if starts { self.gaps.0 } else { Pt::ZERO };
        let bottom = if ends { y + height - self.gaps.1 } else { y + height };
        match self.side {
            Side::Top if starts => draw_border(ink, (self.from, y + above + half), (self.to, y + above + half), self.border),
            Side::OwnBottom if ends => {
                draw_border(ink, (self.from, bottom - half), (self.to, bottom - half), self.border);
            }
            Side::Bottom if last => draw_border(ink, (self.from, y + height - half), (self.to, y + height - half), self.border),
            Side::Vertical => draw_border(ink, (self.from, y + above), (self.from, bottom), self.border),
            Side::Top | Side::Bottom | Side::OwnBottom => {}
        }
    }

    /// Draws a line below the row at `y`, where a page ends.
    pub(in crate::layout) fn close(&self, ink: &mut Ink, y: Pt) {
        if self.side == Side::Bottom {
            let half = bounded(self.border.width) / 2.0;
            draw_border(ink, (self.from, y - half), (self.to, y - half), self.border);
        }
    }

    /// For tables from right to left.
    pub(in crate::layout) fn mirror(&mut self, width: Pt) {
        (self.from, self.to) = (width - self.to, width - self.from);
    }
}

/// The four borders of a cell as they win against the table's.
#[derive(Debug, Clone, Copy, Default)]
struct Own {
    top: Option<Border>,
    right: Option<Border>,
    bottom: Option<Border>,
    left: Option<Border>,
}

/// Finds each row's lines and the room they take.
pub(super) fn resolve(table: &Table, rows: &[&Row], boxes: &mut [RowBox], columns: &[Pt]) {
    let count = columns.len().saturating_sub(1);
    let owns: Vec<Vec<Own>> = (0..boxes.len()).map(|row| own_borders(table, rows, boxes, row, count)).collect();
    let mut stretches = Vec::new();
    for row in 0..boxes.len() {
        // A line above each cell, one below and one beside it.
        let mut lines = Vec::with_capacity(boxes[row].cells.len() * 3 + 1);
        let above = row.checked_sub(1);
        let mut top_width = Pt::ZERO;
        let mut bottom_width = Pt::ZERO;
        for (index, cell) in boxes[row].cells.iter().enumerate() {
            let own = owns[row][index];
            neighbours(above.map(|above| (&boxes[above], &owns[above])), (cell.left, cell.right), &mut stretches);
            for (from, to, other) in stretches.drain(..) {
                if cell.continued && other.is_some() {
                    continue;
                }
                if let Some(border) = stronger(other.flatten(), own.top) {
                    top_width = top_width.max(bounded(border.width));
                    lines.push(BorderLine { side: Side::Top, from, to, border, gaps: NONE });
                }
            }
            if let Some(border) = own.bottom {
                bottom_width = bottom_width.max(bounded(border.width));
                lines.push(BorderLine { side: Side::Bottom, from: cell.left, to: cell.right, border, gaps: NONE });
            }
            let before = index.checked_sub(1).and_then(|before| owns[row][before].right);
            if let Some(border) = stronger(before, own.left) {
                lines.push(BorderLine { side: Side::Vertical, from: cell.left, to: cell.left, border, gaps: NONE });
            }
            if index + 1 == boxes[row].cells.len()
                && let Some(border) = own.right
            {
                lines.push(BorderLine { side: Side::Vertical, from: cell.right, to: cell.right, border, gaps: NONE });
            }
        }
        boxes[row].border_top = top_width;
        boxes[row].border_bottom = bottom_width;
        boxes[row].lines = lines;
    }
}

/// A stretch of a cell's top edge with the bottom border of what is above: `None` = nothing above.
type Stretch = (Pt, Pt, Option<Option<Border>>);

/// Finds the stretches of a cell's top edge.
fn neighbours(above: Option<(&RowBox, &Vec<Own>)>, (left, right): (Pt, Pt), found: &mut Vec<Stretch>) {
    let above = above.into_iter().flat_map(|(row, owns)| row.cells.iter().zip(owns));
    for (cell, own) in above {
        let (from, to) = (cell.left.max(left), cell.right.min(right));
        if to > from + Pt(0.01) {
            found.push((from, to, Some(own.bottom)));
        }
    }
    if found.is_empty() {
        found.push((left, right, None));
    }
}

/// Each cell's borders: its own, else the table's outer or inner ones by its place.
fn own_borders(table: &Table, rows: &[&Row], boxes: &[RowBox], row: usize, columns: usize) -> Vec<Own> {
    let last_row = row + 1 == rows.len();
    let cells = rows[row].cells.iter().zip(&boxes[row].cells);
    cells
        .map(|(cell, place)| {
            let first_column = place.column == 0;
            let last_column = place.column + place.span >= columns;
            let outer = &table.borders.outer;
            let fallback = |edge: bool, outside: Option<Border>, inside: Option<Border>| if edge { outside } else { inside };
            Own {
                top: cell.borders.top.unwrap_or_else(|| fallback(row == 0, outer.top, table.borders.inside_h)),
                bottom: cell.borders.bottom.unwrap_or_else(|| fallback(last_row, outer.bottom, table.borders.inside_h)),
                left: cell.borders.left.unwrap_or_else(|| fallback(first_column, outer.left, table.borders.inside_v)),
                right: cell.borders.right.unwrap_or_else(|| fallback(last_column, outer.right, table.borders.inside_v)),
            }
        })
        .collect()
}

/// The one that wins between two cells: the wider, then the one with more lines (ECMA-376 part 1, 17.4.66 tcBorders).
fn stronger(a: Option<Border>, b: Option<Border>) -> Option<Border> {
    let weight = |border: &Border| {
        let lines = match border.style {
            BorderStyle::Triple | BorderStyle::ThinThickThin(_) => 3,
            BorderStyle::Double | BorderStyle::ThinThick(_) | BorderStyle::ThickThin(_) => 2,
            _ => 1,
        };
        (bounded(border.width), lines)
    };
    match (a, b) {
        (Some(a), Some(b)) => Some(if weight(&b) > weight(&a) { b } else { a }),
        (a, b) => a.or(b),
    }
}
