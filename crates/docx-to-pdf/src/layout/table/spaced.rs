//! Tables whose cells stand apart (`w:tblCellSpacing`, ECMA-376 part 1, 17.4.45).
//!
//! Spire, as a stand-in for Word; LibreOffice 7.4 leaves the space out. The space is kept on each side of each cell and once more at the table's edges,
//! every cell has borders of its own, and the table's outer ones stand around them all.

use crate::document::model::{Border, Cell, Row, Table};
use crate::layout::context::Context;
use crate::layout::length::{bounded, twips};
use crate::layout::table::borders::BorderLine;
use crate::layout::table::row::{CellBox, RowBox};
use crate::units::Pt;

/// Cells stand no further apart than this.
const MOST: Pt = Pt(200.0);

/// How far the cells of a table stand apart, and what share of their columns is left to them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spacing {
    /// Between two cells, and between a cell and the table's edge.
    between: Pt,
    share: f32,
}

impl Spacing {
    /// From mode 15 on a table is as wide as its columns with the space at its edges; before, the space at one edge comes on top.
    pub(super) fn of(context: &Context<'_>, table: &Table, columns: &[Pt]) -> Self {
        let width = columns.last().copied().unwrap_or(Pt::ZERO);
        let between = (twips(table.cell_spacing) * 2.0).max(Pt::ZERO).min(MOST.min(width / 4.0)).max(Pt::ZERO);
        let within = context.document.settings.compatibility_mode >= 15 && width > Pt::ZERO;
        Self { between, share: if within { (width - between) / width } else { 1.0 } }
    }

    /// Cells stand side by side.
    pub(super) fn is_none(self) -> bool {
        self.between <= Pt::ZERO
    }

    /// The table's whole width.
    pub(super) fn total(self, columns: &[Pt]) -> Pt {
        columns.last().copied().unwrap_or(Pt::ZERO) * self.share + self.between
    }

    /// Before mode 15 a table in the text stands out so far that its text aligns with the margin.
    pub(super) fn out(self, context: &Context<'_>, table: &Table, nested: bool) -> Pt {
        let by_text = !matches!(table.align, crate::document::model::Align::Center | crate::document::model::Align::Right);
        if by_text && !nested && context.document.settings.compatibility_mode < 15 { self.between } else { Pt::ZERO }
    }

    /// A cell's edges, from those of its columns.
    pub(super) fn apart(self, (left, right): (Pt, Pt)) -> (Pt, Pt) {
        if self.is_none() {
            return (left, right);
        }
        let left = left * self.share + self.between;
        (left, (right * self.share).max(left))
    }

    /// What comes beside an exact height: the table's own borders.
    pub(super) fn beside_exact(self, row: &RowBox, below: Pt) -> Pt {
        if self.is_none() { below } else { (row.gaps.0 - self.between).max(Pt::ZERO) + row.gaps.1 }
    }
}

/// Finds each row's lines, and the room that they and the space between cells take.
pub(super) fn resolve(table: &Table, rows: &[&Row], boxes: &mut [RowBox], (spacing, width): (Spacing, Pt)) {
    let outer = &table.borders.outer;
    let breadth = |border: Option<Border>| border.map_or(Pt::ZERO, |border| bounded(border.width));
    let last = boxes.len().saturating_sub(1);
    for (index, (row, laid)) in rows.iter().zip(boxes.iter_mut()).enumerate() {
        let owns: Vec<[Option<Border>; 4]> = row.cells.iter().map(|cell| own(table, cell)).collect();
        let widest = |side: usize| owns.iter().map(|own| breadth(own[side])).fold(Pt::ZERO, Pt::max);
        let table_top = if index == 0 { breadth(outer.top) } else { Pt::ZERO };
        let end = if index == last { breadth(outer.bottom) + spacing.between } else { Pt::ZERO };
        laid.gaps = (table_top + spacing.between, end);
        laid.border_top = laid.gaps.0 + widest(0);
        laid.border_bottom = laid.gaps.1 + widest(2);
        let mut lines = Vec::new();
        for (cell, own) in laid.cells.iter().zip(&owns) {
            cell_lines(cell, own, laid.gaps, &mut lines);
        }
        let none = (Pt::ZERO, Pt::ZERO);
        lines.extend(outer.top.filter(|_| index == 0).map(|border| BorderLine::above((Pt::ZERO, width), border, none)));
        lines.extend(outer.bottom.filter(|_| index == last).map(|border| BorderLine::below((Pt::ZERO, width), border, none)));
        lines.extend(outer.left.map(|border| BorderLine::beside(Pt::ZERO, border, none)));
        lines.extend(outer.right.map(|border| BorderLine::beside(width, border, none)));
        laid.lines = lines;
    }
}

/// A cell's own borders: top, right, bottom, left. Those that the table has between cells are at all its sides.
fn own(table: &Table, cell: &Cell) -> [Option<Border>; 4] {
    let (across, down) = (table.borders.inside_h, table.borders.inside_v);
    [
        cell.borders.top.unwrap_or(across),
        cell.borders.right.unwrap_or(down),
        cell.borders.bottom.unwrap_or(across),
        cell.borders.left.unwrap_or(down),
    ]
}

fn cell_lines(cell: &CellBox, [top, right, bottom, left]: &[Option<Border>; 4], gaps: (Pt, Pt), lines: &mut Vec<BorderLine>) {
    let across = (cell.left, cell.right);
    let goes_on = cell.rows > 1;
    let gaps = if cell.continued { (Pt::ZERO, gaps.1) } else { gaps };
    lines.extend(top.filter(|_| !cell.continued).map(|border| BorderLine::above(across, border, gaps)));
    lines.extend(bottom.filter(|_| !goes_on).map(|border| BorderLine::below(across, border, gaps)));
    lines.extend(left.map(|border| BorderLine::beside(cell.left, border, gaps)));
    lines.extend(right.map(|border| BorderLine::beside(cell.right, border, gaps)));
}
