//! Merged cells of a nested table: each line goes with the row it stands in, so that no text is lost where a page ends between them.

use crate::document::model::{TextDirection, VerticalAlign};
use crate::layout::stack::piece::Piece;
use crate::layout::table::TableBox;
use crate::layout::table::emit::shift_down;
use crate::layout::table::row::{CellBox, RowBox};
use crate::units::Pt;

impl TableBox {
    /// Deals the lines of vertically merged cells out to their rows; what is drawn on one page stays the same.
    pub(in crate::layout) fn by_rows(mut self) -> Self {
        for index in 0..self.rows.len() {
            let Some(rows) = self.rows.get_mut(index..) else { break };
            for at in 0..rows.first().map_or(0, |row| row.cells.len()) {
                deal_out(rows, at);
            }
        }
        self
    }
}

/// The lines of a cell of the first of these rows, if it is merged. Rows of exact height cut what does not fit, which a merged cell's lines are not; turned text is one piece.
fn deal_out(rows: &mut [RowBox], at: usize) {
    let Some(cell) = rows.first().and_then(|row| row.cells.get(at)) else { return };
    let (column, count) = (cell.column, cell.rows);
    let cut = rows.iter().take(count).any(|row| row.exact);
    if count < 2 || cut || cell.direction != TextDirection::Horizontal {
        return;
    }
    let mut whole = cell.clone();
    let height: Pt = rows.iter().take(count).map(|row| row.height).sum();
    let border = rows.first().map_or(Pt::ZERO, |row| row.border_top);
    let below = rows.get(count - 1).map_or(Pt::ZERO, |row| row.below);
    let free = height - border - below - whole.margins[0] - whole.margins[2] - whole.content_height;
    shift_down(&mut whole, free);
    let mut left = std::mem::take(&mut whole.pieces).into_iter().peekable();
    // Lines count from the first row's content, rows from its top.
    let above = border + whole.margins[0];
    let mut top = Pt::ZERO;
    for (index, row) in rows.iter_mut().take(count).enumerate() {
        let (bottom, last) = (top + row.height, index + 1 == count);
        let mut own = Vec::new();
        while let Some(mut piece) = left.next_if(|piece| last || piece.top + above < bottom - Pt(0.05)) {
            piece.move_down(border - top - row.border_top);
            own.push(piece);
        }
        top = bottom;
        let Some(part) = row.cells.iter_mut().find(|cell| cell.column == column) else { continue };
        *part = share(&whole, own);
    }
}

/// What of a merged cell stands in one row.
fn share(whole: &CellBox, pieces: Vec<Piece>) -> CellBox {
    let content_height = pieces.last().map_or(Pt::ZERO, Piece::end).max(Pt::ZERO);
    let diagonals = (None, None);
    CellBox { pieces, content_height, vertical_align: VerticalAlign::Top, continued: false, rows: 1, diagonals, ..whole.clone() }
}
