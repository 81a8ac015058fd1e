//! Going back: what was placed on a page after a point is forgotten.

use crate::document::model::Paragraph;
use crate::layout::flow::Flow;
use crate::layout::ink::InkLength;
use crate::layout::notes::Length;
use crate::layout::structure;
use crate::units::Pt;

/// A state of the page in work.
pub(super) struct Checkpoint<'a> {
    /// The page it belongs to.
    pub page: usize,
    ink: InkLength,
    column: usize,
    y: Pt,
    lowest: Pt,
    /// Nothing stood in the column.
    pub at_top: bool,
    natural: bool,
    previous: Option<&'a Paragraph>,
    /// Floats of the page.
    pub floats: usize,
    notes: Length,
    carried: usize,
    structure: structure::Checkpoint,
    footnotes: usize,
    endnotes: usize,
    line_number: Option<u32>,
}

impl<'a> Flow<'a> {
    /// The state now.
    pub(super) fn checkpoint(&self) -> Checkpoint<'a> {
        Checkpoint {
            page: self.drafts.len(),
            ink: self.drafts.last().map(|draft| draft.ink.length()).unwrap_or_default(),
            column: self.column,
            y: self.y,
            lowest: self.lowest,
            at_top: self.at_top,
            natural: self.natural,
            previous: self.previous,
            floats: self.floats.len(),
            notes: self.notes.length(),
            carried: self.carried.len(),
            structure: self.context.structure.checkpoint(),
            footnotes: self.context.footnote_numbers.count(),
            endnotes: self.context.endnote_numbers.count(),
            line_number: self.line_number,
        }
    }

    /// Back to a state of the same page; tells whether it could.
    pub(super) fn restore(&mut self, checkpoint: &Checkpoint<'a>) -> bool {
        if checkpoint.page != self.drafts.len() {
            return false;
        }
        if let Some(draft) = self.drafts.last_mut() {
            draft.ink.truncate(checkpoint.ink);
        }
        self.column = checkpoint.column;
        self.y = checkpoint.y;
        self.lowest = checkpoint.lowest;
        self.at_top = checkpoint.at_top;
        self.natural = checkpoint.natural;
        self.previous = checkpoint.previous;
        self.floats.truncate(checkpoint.floats);
        self.notes.truncate(checkpoint.notes);
        self.carried.truncate(checkpoint.carried);
        self.context.structure.restore(&checkpoint.structure);
        self.context.footnote_numbers.truncate(checkpoint.footnotes);
        self.context.endnote_numbers.truncate(checkpoint.endnotes);
        self.line_number = checkpoint.line_number;
        true
    }
}
