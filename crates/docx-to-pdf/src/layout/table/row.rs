//! A measured row, and how it is divided between two pages.

use crate::document::model::{Border, TextDirection, VerticalAlign};
use crate::graphics::Rgb;
use crate::layout::frame::NodeId;
use crate::layout::stack::piece::Piece;
use crate::layout::table::borders::BorderLine;
use crate::units::Pt;

/// A row ready to be drawn.
#[derive(Debug, Clone)]
pub(in crate::layout) struct RowBox {
    /// Its cells.
    pub cells: Vec<CellBox>,
    /// Its height.
    pub height: Pt,
    /// The height it was given as the least; 0 when there is none.
    pub least: Pt,
    /// Width of its top border.
    pub border_top: Pt,
    /// Width of the border below it.
    pub border_bottom: Pt,
    /// How much of its height is the border below it: only the last row holds its own.
    pub below: Pt,
    /// Space of its height above and below its cells, where cells stand apart.
    pub gaps: (Pt, Pt),
    /// It may be divided between pages.
    pub can_split: bool,
    /// It stays on one page with the next row: all its cells start with a paragraph that does.
    pub keep_next: bool,
    /// Its height is exact: content that is higher is cut off.
    pub exact: bool,
    /// Its border lines.
    pub lines: Vec<BorderLine>,
}

/// A cell ready to be drawn.
#[derive(Debug, Clone)]
pub(in crate::layout) struct CellBox {
    /// Its first grid column.
    pub column: usize,
    /// Grid columns it covers.
    pub span: usize,
    /// Its left edge in the table.
    pub left: Pt,
    /// Its right edge.
    pub right: Pt,
    /// Margins: top, right, bottom, left.
    pub margins: [Pt; 4],
    /// Its content's height.
    pub content_height: Pt,
    /// The length of its longest paragraph on one line, where its text is turned.
    pub length: Pt,
    /// How far its lines reach where its text is turned, with the last paragraph's space after.
    pub depth: Pt,
    /// Its content, from the top of the text area.
    pub pieces: Vec<Piece>,
    /// Vertical alignment.
    pub vertical_align: VerticalAlign,
    /// Background.
    pub shading: Option<Rgb>,
    /// Direction of text.
    pub direction: TextDirection,
    /// It belongs to the merged cell above.
    pub continued: bool,
    /// Rows it covers.
    pub rows: usize,
    /// Its element.
    pub node: Option<NodeId>,
    /// Diagonal borders: down, up.
    pub diagonals: (Option<Border>, Option<Border>),
}

impl RowBox {
    /// Footnotes its cells refer to.
    pub(in crate::layout) fn notes(&self) -> Vec<i32> {
        self.cells.iter().flat_map(|cell| &cell.pieces).flat_map(|piece| piece.notes.iter().copied()).collect()
    }

    /// Some of its text does not show: its height is exact and too small.
    pub(super) fn cuts_text(&self) -> bool {
        let room = self.height - self.border_top;
        let lost = |cell: &CellBox| {
            let reaches = cell.pieces.last().is_some_and(|last| cell.margins[0] + last.end() > room + super::emit::CUT);
            reaches && cell.rows == 1 && cell.direction == TextDirection::Horizontal
        };
        self.exact && self.cells.iter().any(lost)
    }

    /// The room that the border below it needs where it ends a page (measured on LibreOffice 7.4).
    pub(in crate::layout) fn closing(&self) -> Pt {
        self.border_bottom - self.below
    }

    /// Divides the row so that its first part is at most so high. `None` when no cell's content can be divided there.
    ///
    /// As LibreOffice does: every cell with content must keep at least its first line on the first page, and a bordered row whose content is lower than its given height stays whole (measured on 7.4).
    /// Turned text stays whole on the first page (Spire; LibreOffice 7.4 moves the row, and cuts off what is higher than a page).
    pub(in crate::layout) fn split(&self, available: Pt, force: bool) -> Option<(Self, Self)> {
        if self.exact {
            return None;
        }
        if !force && self.border_top + self.border_bottom > Pt::ZERO && self.least > self.natural_height() + Pt(0.05) {
            return None;
        }
        let mut moved = false;
        let (mut above_cells, mut below_cells) = (Vec::with_capacity(self.cells.len()), Vec::with_capacity(self.cells.len()));
        for cell in &self.cells {
            let room = available - self.border_top - self.border_bottom - cell.margins[0] - cell.margins[2];
            let (above, below) =
                if cell.direction == TextDirection::Horizontal { cell.halves(room, force) } else { cell.turned(room, force)? };
            if above.pieces.is_empty() && !cell.pieces.is_empty() {
                return None;
            }
            moved |= !below.pieces.is_empty();
            above_cells.push(above);
            below_cells.push(below);
        }
        // A row that is only as high as a merged cell that ends in it is divided below its own content (LibreOffice and Spire agree; measured).
        let extended = self.height > self.natural_height().max(self.least) + Pt(0.05) && self.height > available;
        if !moved && !extended {
            return None;
        }
        let with = |cells| Self { cells, lines: self.lines.clone(), ..*self };
        let (mut upper, mut lower) = (with(above_cells), with(below_cells));
        upper.close(if force { available.max(upper.natural_height()) } else { available });
        lower.least = (self.least - upper.height).max(Pt::ZERO);
        lower.height = lower.natural_height().max(lower.least).max(Pt(1.0));
        Some((upper, lower))
    }

    /// The rest of a divided row is as high as the rest of the merged cells that end in it need.
    pub(in crate::layout) fn hold_merged(&mut self, needed: Pt) {
        if needed > Pt::ZERO {
            self.height = self.natural_height().max(self.least).max(self.border_top + needed + self.below);
        }
    }

    /// Gives the first part of a divided row its height. Only in a part that has all of its given height content is aligned; else it stands at the top (measured on LibreOffice 7.4).
    fn close(&mut self, available: Pt) {
        if self.least > Pt::ZERO && self.least <= available {
            self.height = self.natural_height().max(self.least);
            return;
        }
        self.height = available;
        for cell in &mut self.cells {
            cell.vertical_align = VerticalAlign::Top;
        }
    }

    /// The height its first lines need: all of it, where it cannot be divided.
    pub(in crate::layout) fn least_height(&self) -> Pt {
        if !self.can_split || self.exact {
            return self.height;
        }
        self.first_lines()
    }

    /// The height its first lines need, were it divided.
    pub(in crate::layout) fn first_lines(&self) -> Pt {
        let first = self
            .cells
            .iter()
            .map(|cell| cell.margins[0] + cell.pieces.first().map_or(Pt::ZERO, |piece| piece.top + piece.least_height()) + cell.margins[2]);
        (self.border_top + first.fold(Pt::ZERO, Pt::max)).min(self.height)
    }

    /// The height its content needs.
    fn natural_height(&self) -> Pt {
        let content = self.cells.iter().filter(|cell| cell.rows == 1).map(|cell| cell.margins[0] + cell.content_height + cell.margins[2]);
        self.border_top + self.below + content.fold(Pt::ZERO, Pt::max)
    }
}

impl CellBox {
    /// A cell of turned text, all of which stays above where it has room there, and what goes on below.
    fn turned(&self, room: Pt, force: bool) -> Option<(Self, Self)> {
        let fits = self.rows == 1 && self.length <= room;
        (fits || force).then(|| (self.clone(), Self { pieces: Vec::new(), content_height: Pt::ZERO, length: Pt::ZERO, ..self.clone() }))
    }

    /// The cell with the content that stays above when there is this much room, and the cell with the rest.
    pub(in crate::layout) fn halves(&self, room: Pt, force: bool) -> (Self, Self) {
        let mut at = self.divide(room, false);
        let inner = self.pieces.get(at).and_then(|piece| Some((piece.end(), piece.split(room - piece.top)?)));
        if at == 0 && inner.is_none() {
            at = self.divide(room, force);
        }
        let count = self.pieces.len();
        let mut upper = self.part(0..at, Pt::ZERO);
        let Some((end, (above, rest))) = inner else {
            let lower = self.part(at..count, self.pieces.get(at).map_or(Pt::ZERO, |piece| piece.top - piece.before));
            return (upper, lower);
        };
        upper.content_height = above.end();
        upper.pieces.push(above);
        // The rest of the divided row comes first, what followed it comes after.
        let mut lower = self.part(at + 1..count, end - rest.height);
        if lower.pieces.is_empty() {
            lower.content_height += rest.height;
        }
        lower.pieces.insert(0, rest);
        (upper, lower)
    }

    /// How many pieces stay above when there is this much room.
    ///
    /// Where a paragraph ends above, its space after must fit as well, but for the first line (measured on LibreOffice 7.4).
    fn divide(&self, room: Pt, force: bool) -> usize {
        let room = room + Pt(0.05);
        let fitting = self.pieces.iter().take_while(|piece| piece.end() + piece.closing() <= room).count();
        let whole = |at: usize| at <= 1 || self.pieces[at - 1].end() + self.pieces[at - 1].after <= room;
        let mut at = fitting;
        while !whole(at) {
            at -= 1;
        }
        if at == self.pieces.len() {
            return at;
        }
        while at > 0 && self.pieces[at - 1].glued {
            at -= 1;
        }
        if at == 0 && force { fitting.max(1) } else { at }
    }

    /// The cell with some of its pieces, moved up by `start`.
    fn part(&self, range: std::ops::Range<usize>, start: Pt) -> Self {
        let after = self.pieces.last().map_or(Pt::ZERO, |last| self.content_height - last.end());
        let (whole, includes_last) = (range.len() == self.pieces.len(), range.end == self.pieces.len());
        let mut pieces = self.pieces.get(range).map(<[Piece]>::to_vec).unwrap_or_default();
        for piece in &mut pieces {
            piece.move_down(-start);
        }
        if let Some(first) = pieces.first_mut() {
            first.bridge = None;
        }
        let (end, own_after) = pieces.last().map_or((Pt::ZERO, Pt::ZERO), |last| (last.end(), last.after));
        let content_height = match whole {
            true => self.content_height,
            false if includes_last => end + after,
            false => end + own_after,
        };
        Self { content_height, pieces, ..*self }
    }
}
