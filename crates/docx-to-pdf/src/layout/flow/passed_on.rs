//! Floats that push their own paragraph to the next page: they go there with it, and the page they were to stand on is laid out without them (LibreOffice and Spire agree; measured).

use crate::layout::flow::page_state::PageState;
use crate::layout::flow::{Flow, KnownFloat, PageStart};

/// So many times a page is laid out again for this.
const MOST: usize = 8;

/// What is known of such floats.
#[derive(Default)]
pub(super) struct PassedOn<'a> {
    /// The page they do not stand on, and which they are.
    page: usize,
    keys: Vec<usize>,
    /// A page that ended without the anchor of a float whose room was kept on it.
    again: Option<Again<'a>>,
}

/// A page to be laid out again.
struct Again<'a> {
    start: PageStart<'a>,
    state: PageState,
}

impl Flow<'_> {
    /// Whether a float goes to the page after this one.
    pub(super) fn is_passed_on(&self, key: usize) -> bool {
        self.passed_on.page == self.drafts.len() && self.passed_on.keys.contains(&key)
    }

    /// The page in work ends: notes what it kept room for and did not come to.
    pub(super) fn pass_on(&mut self) {
        let page = self.drafts.len();
        let is_missing = |known: &KnownFloat| known.from_start && !known.met;
        if page == 0 || !self.known_floats.iter().any(is_missing) {
            return;
        }
        if self.passed_on.page != page {
            (self.passed_on.page, self.passed_on.keys) = (page, Vec::new());
        }
        let Some(start) = self.page_start.take().filter(|start| start.checkpoint.page == page && self.passed_on.keys.len() < MOST) else {
            return;
        };
        let (missing, mut kept): (Vec<_>, Vec<_>) =
            self.known_floats.iter().filter(|known| known.from_start).cloned().partition(is_missing);
        self.passed_on.keys.extend(missing.iter().map(KnownFloat::key));
        let mut floats = self.floats.clone();
        floats.truncate(start.checkpoint.floats.saturating_sub(missing.len() + kept.len()));
        for known in &mut kept {
            known.met = false;
            floats.add(known.zone().clone());
        }
        let mut state = self.page_state();
        (state.floats, state.known_floats) = (floats, kept);
        self.passed_on.again = Some(Again { start, state });
    }

    /// Back to the start of a page that is to be laid out again: the block it starts with.
    pub(super) fn lay_again(&mut self) -> Option<usize> {
        let again = self.passed_on.again.take()?;
        let PageStart { block, mut checkpoint, resumed } = again.start;
        self.drafts.truncate(checkpoint.page);
        checkpoint.floats = again.state.floats.len();
        self.restore_page(again.state);
        self.restore(&checkpoint);
        self.chain = None;
        self.page_start = Some(PageStart { block, checkpoint, resumed });
        self.resumed = resumed;
        Some(block)
    }
}
