//! Footnotes at the bottom of a page, endnotes after the text.

use std::rc::Rc;

use crate::document::model::Block;
use crate::graphics::Rgb;
use crate::layout::context::Context;
use crate::layout::float::Bases;
use crate::layout::frame::Stroke;
use crate::layout::ink::{Ink, Rect};
use crate::layout::stack::{Column, Stacked, pile};
use crate::units::Pt;

/// Space above the separator line and below it (LibreOffice's defaults: 0.1 cm each).
pub(super) const SEPARATOR_SPACE: Pt = Pt(2.85);
/// Length of the separator as a share of the column (LibreOffice: 25 %).
const SEPARATOR_SHARE: f32 = 0.25;

/// Slack against rounding at a page's end.
const SLACK: Pt = Pt(0.06);

/// A note, or what is left of it, on its way to a page.
#[derive(Debug, Clone)]
pub(super) struct Share {
    /// The note's id.
    id: i32,
    note: Rc<Stacked>,
    /// Its pieces that stand here.
    from: usize,
    to: usize,
}

impl Share {
    /// A whole note.
    pub(super) fn whole(id: i32, note: Rc<Stacked>) -> Self {
        let to = note.pieces.len();
        Self { id, note, from: 0, to }
    }

    fn top(&self) -> Pt {
        self.note.pieces.get(self.from).filter(|_| self.from > 0).map_or(Pt::ZERO, |piece| piece.top)
    }

    /// The height up to a piece; with all of them the space after the last paragraph counts.
    fn height_to(&self, to: usize) -> Pt {
        let end = match to.checked_sub(1).and_then(|last| self.note.pieces.get(last)) {
            Some(last) if to < self.note.pieces.len() => last.end(),
            _ => self.note.height,
        };
        (end - self.top()).max(Pt::ZERO)
    }

    /// Its height.
    fn height(&self) -> Pt {
        self.height_to(self.to)
    }

    /// The height its first line needs.
    fn least(&self) -> Pt {
        self.height_to((self.from + 1).min(self.to))
    }

    /// How many of its pieces fit into a height.
    fn fitting(&self, room: Pt) -> usize {
        (self.from..self.to).take_while(|piece| self.height_to(piece + 1) <= room + SLACK).count()
    }
}

/// The footnotes of the page in work.
#[derive(Debug, Clone, Default)]
pub(super) struct PageNotes {
    /// What stands on this page, in order.
    notes: Vec<Share>,
    /// Their height with the separator; 0 when there are none.
    pub height: Pt,
    /// What found no room: it comes first on the next page.
    waiting: Vec<Share>,
}

/// How much there was on a page, to go back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length(usize, Pt, usize);

impl PageNotes {
    /// The notes of a page that goes on with what the one before had no room for.
    pub(super) fn after(before: Self, most: Pt) -> Self {
        let mut notes = Self::default();
        for share in before.waiting {
            notes.push(share, most - notes.height);
        }
        notes
    }

    /// The height of the separator, where there is none yet.
    fn separator(&self) -> Pt {
        if self.notes.is_empty() { SEPARATOR_SPACE * 2.0 } else { Pt::ZERO }
    }

    /// The least height of the area with these notes too: all but the last are whole.
    pub(super) fn least_with(&self, more: &[Share]) -> Pt {
        let Some((last, whole)) = more.split_last() else { return self.height };
        self.height + self.separator() + whole.iter().map(Share::height).sum::<Pt>() + last.least()
    }

    /// Adds a note, as much of it as fits into this height; the rest waits for the next page.
    ///
    /// The first note of a page has at least one line there.
    pub(super) fn push(&mut self, mut share: Share, room: Pt) {
        let first = self.notes.is_empty();
        let mut count = if self.waiting.is_empty() { share.fitting(room - self.separator()) } else { 0 };
        if count == 0 && first && share.from < share.to {
            count = 1;
        }
        let end = share.from + count;
        if end < share.to {
            self.waiting.push(Share { from: end, ..share.clone() });
        }
        if count > 0 || share.from == share.to {
            share.to = end;
            self.height += self.separator() + share.height();
            self.notes.push(share);
        }
    }

    /// Whether a note stands here, or waits.
    pub(super) fn holds(&self, id: i32) -> bool {
        self.notes.iter().chain(&self.waiting).any(|share| share.id == id)
    }

    /// Whether anything waits for the next page.
    pub(super) fn goes_on(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// How many there are, and their height: to go back to.
    pub(super) fn length(&self) -> Length {
        Length(self.notes.len(), self.height, self.waiting.len())
    }

    /// Back to fewer notes.
    pub(super) fn truncate(&mut self, Length(count, height, waiting): Length) {
        self.notes.truncate(count);
        self.height = height;
        self.waiting.truncate(waiting);
    }

    /// Draws them so that they end at `bottom`.
    pub(super) fn draw(&self, column: (Pt, Pt), bottom: Pt) -> Ink {
        let mut ink = Ink::default();
        if self.notes.is_empty() {
            return ink;
        }
        let mut y = bottom - self.height + SEPARATOR_SPACE;
        let stroke = Stroke { color: Rgb(0, 0, 0), width: Pt(0.5), dash: Vec::new(), round: false };
        ink.line((column.0, y), (column.0 + column.1 * SEPARATOR_SHARE, y), stroke, None);
        y += SEPARATOR_SPACE;
        for share in &self.notes {
            for piece in &share.note.pieces[share.from..share.to] {
                let mut drawn = piece.clone().drawn();
                drawn.translate(column.0, y - share.top());
                ink.append(drawn);
            }
            y += share.height();
        }
        ink
    }
}

/// Lays a note out.
pub(super) fn lay<'a>(context: &mut Context<'a>, (footnote, blocks): (Option<i32>, &'a [Block]), number: String, width: Pt) -> Stacked {
    let node = context.structure.note(footnote);
    let outer = context.structure.enter(node);
    let outer_mark = std::mem::replace(&mut context.note_mark, number);
    let column = Rect::new(Pt::ZERO, Pt::ZERO, width, Pt::ZERO);
    let bases = Bases::alone(column);
    let stacked = pile(context, blocks, Column { width, bases, holds_floats: false, wraps: true });
    context.note_mark = outer_mark;
    context.structure.leave(outer);
    stacked
}
