//! Footnotes of the body: laid out where their references stand, placed at the page's bottom, continued on the next page.

use std::collections::HashSet;
use std::rc::Rc;

use crate::document::model::SectionStart;
use crate::layout::flow::Flow;
use crate::layout::notes::{self, PageNotes, Share};
use crate::units::Pt;

/// The share of a page that stays with the text above its footnotes, where that needs it (LibreOffice 7.4, `SwFootnoteBossFrame::GetVarSpace`, and measured; Word gives notes the whole page).
const TEXT_SHARE: f32 = 0.2;

impl Flow<'_> {
    /// Lays out those of these footnotes that are not on this page yet.
    pub(super) fn new_notes(&mut self, ids: &[i32]) -> Vec<Share> {
        let mut shares: Vec<Share> = Vec::new();
        let document = self.context.document;
        let mut seen = HashSet::new();
        for id in ids {
            let Some(blocks) = document.footnotes.get(id) else { continue };
            if !seen.insert(id) || self.notes.holds(*id) {
                continue;
            }
            let number = self.context.note_number(*id, false);
            let column = if self.has_notes_by_column() { self.column } else { 0 };
            let width = self.columns.get(column).map_or(Pt(100.0), |column| column.1);
            let note = notes::lay(&mut self.context, (Some(*id), blocks), number, width);
            shares.push(Share::whole(*id, Rc::new(note)));
        }
        shares
    }

    /// Places footnotes below text that ends at `end`.
    pub(super) fn place_notes(&mut self, shares: Vec<Share>, end: Pt) {
        for share in shares {
            let room = (self.bottom - end).min(self.most_notes()) - self.notes.height;
            self.notes.push(share, room);
        }
    }

    /// Whether each column has the notes that are referred to in it at its bottom (LibreOffice and Spire agree), as columns do that fill their page; of others the first has all.
    pub(super) fn has_notes_by_column(&self) -> bool {
        let next = self.context.document.sections.get(self.section + 1);
        let goes_on_below = next.is_some_and(|next| next.start == SectionStart::Continuous);
        let from_top = self.drafts.last().is_some_and(|draft| self.column_top <= draft.text.top);
        self.columns.len() > 1 && from_top && !goes_on_below
    }

    /// The greatest height of a page's or column's footnotes.
    pub(super) fn most_notes(&self) -> Pt {
        self.drafts.last().map_or(Pt::ZERO, |draft| draft.text.height() * (1.0 - TEXT_SHARE))
    }

    /// Goes on with what the page before had no room for.
    pub(super) fn continue_notes(&mut self, before: PageNotes) {
        self.notes = PageNotes::after(before, self.most_notes());
    }
}
