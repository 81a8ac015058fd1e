//! Footnotes at the bottom of a page, endnotes after the text.

use std::rc::Rc;

use crate::report::document::model::Block;
use crate::report::layout::context::Context;
use crate::report::layout::float::Bases;
use crate::report::layout::frame::{Rgb, Role, Stroke};
use crate::report::layout::ink::{Ink, Rect};
use crate::report::layout::stack::{Column, Stacked, pile};
use crate::report::units::Pt;

/// Space above the separator line and below it (LibreOffice's defaults: 0.1 cm each).
pub(super) const SEPARATOR_SPACE: Pt = Pt(2.85);
/// Length of the separator as a share of the column (LibreOffice: 25 %).
const SEPARATOR_SHARE: f32 = 0.25;

/// The footnotes of the page in work.
#[derive(Debug, Clone, Default)]
pub(super) struct PageNotes {
    /// Laid out, in order.
    pub notes: Vec<(i32, Rc<Stacked>)>,
    /// Their height with the separator; 0 when there are none.
    pub height: Pt,
}

impl PageNotes {
    /// The height with one more note.
    pub(super) fn height_with(&self, more: Pt) -> Pt {
        if self.notes.is_empty() { more + SEPARATOR_SPACE * 2.0 } else { self.height + more }
    }

    /// Adds a note.
    pub(super) fn push(&mut self, id: i32, note: Rc<Stacked>) {
        self.height = self.height_with(note.height);
        self.notes.push((id, note));
    }

    /// How many there are, and their height: to go back to.
    pub(super) fn length(&self) -> (usize, Pt) {
        (self.notes.len(), self.height)
    }

    /// Back to fewer notes.
    pub(super) fn truncate(&mut self, (count, height): (usize, Pt)) {
        self.notes.truncate(count);
        self.height = height;
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
        for (_, note) in &self.notes {
            let mut drawn = Stacked::clone(note).into_ink();
            drawn.translate(column.0, y);
            ink.append(drawn);
            y += note.height;
        }
        ink
    }
}

/// Lays a note out.
pub(super) fn lay<'a>(context: &mut Context<'a>, blocks: &'a [Block], number: String, width: Pt) -> Stacked {
    let node = context.structure.add(Role::Note);
    let outer = context.structure.enter(node);
    let outer_mark = std::mem::replace(&mut context.note_mark, number);
    let column = Rect::new(Pt::ZERO, Pt::ZERO, width, Pt::ZERO);
    let bases =
        Bases { page: column, margin: column, column, paragraph: Pt::ZERO, line: Pt::ZERO, character: Pt::ZERO, odd: true, in_cell: true };
    let stacked = pile(context, blocks, Column { width, bases, holds_floats: false, wraps: true });
    context.note_mark = outer_mark;
    context.structure.leave(outer);
    stacked
}
