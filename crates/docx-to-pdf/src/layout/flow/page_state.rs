//! What a page has beside what stands on it, kept so that it can be laid out again.

use crate::layout::context::PageFacts;
use crate::layout::float::Floats;
use crate::layout::flow::{Carried, Flow, KnownFloat};
use crate::layout::notes::PageNotes;
use crate::units::Pt;

/// Columns, floats, notes and facts of the page in work; the rest is a [`Checkpoint`](super::checkpoint::Checkpoint).
#[derive(Clone)]
pub(super) struct PageState {
    columns: Vec<(Pt, Pt)>,
    column_top: Pt,
    bottom: Pt,
    pub(super) floats: Floats,
    pub(super) known_floats: Vec<KnownFloat>,
    notes: PageNotes,
    carried: Vec<Carried>,
    facts: PageFacts,
}

impl Flow<'_> {
    /// What the page in work has now.
    pub(super) fn page_state(&self) -> PageState {
        PageState {
            columns: self.columns.clone(),
            column_top: self.column_top,
            bottom: self.bottom,
            floats: self.floats.clone(),
            known_floats: self.known_floats.clone(),
            notes: self.notes.clone(),
            carried: self.carried.clone(),
            facts: self.context.page.clone(),
        }
    }

    /// Back to what a page had.
    pub(super) fn restore_page(&mut self, state: PageState) {
        self.columns = state.columns;
        self.column_top = state.column_top;
        self.bottom = state.bottom;
        self.floats = state.floats;
        self.known_floats = state.known_floats;
        self.notes = state.notes;
        self.carried = state.carried;
        self.context.page = state.facts;
    }
}
