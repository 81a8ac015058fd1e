//! Columns of equal height where a section ends and the next goes on below it (LibreOffice balances only those; measured).
//!
//! A section over several pages fills the columns of all but its last page; only that one is balanced (measured on LibreOffice 7.4).

use crate::document::model::Block;
use crate::layout::flow::page_state::PageState;
use crate::layout::flow::{Checkpoint, Flow};
use crate::units::Pt;

/// Halvings of the height: finer than a point on any page.
const ROUNDS: usize = 11;
/// Balancing lays the pages behind the block it resumes at out once a round: there may be so many.
const MOST_PAGES_AGAIN: usize = 2;
/// Starts on pages with more floats than this are not remembered: each of them holds them all.
const MOST_FLOATS: usize = 300;

/// What balancing a section's last page needs to know.
#[derive(Default)]
pub(super) struct Balance<'a> {
    /// The section in work is balanced: starts are remembered.
    on: bool,
    /// The section's first block.
    first: Option<Start<'a>>,
    /// The last block begun on the page in work, and the last one before that page.
    latest: Option<Start<'a>>,
    before: Option<Start<'a>>,
    /// Columns of this page are at most so high.
    limit: Option<(usize, Pt)>,
    /// How much of a line hangs over the columns' end: what proportional spacing adds below it may.
    hanging: Pt,
}

/// A block's start with all that a page has there.
struct Start<'a> {
    block: usize,
    page: usize,
    checkpoint: Checkpoint<'a>,
    state: PageState,
}

impl<'a> Flow<'a> {
    /// Pours a section's blocks into columns; those of its last page end as high up as they can.
    pub(super) fn balanced(&mut self, blocks: &'a [Block]) {
        self.balance = Balance { on: true, ..Balance::default() };
        self.blocks(blocks, 0);
        if self.full {
            self.balance = Balance::default();
            return;
        }
        let went_on = self.notes.goes_on();
        let Balance { first, latest, before, .. } = std::mem::take(&mut self.balance);
        let (page, bottom) = (self.drafts.len(), self.bottom);
        // The last page begins in the last block that was begun before it.
        let reaches = |start: &Start<'a>| start.page < page;
        let Some(start) = latest.filter(reaches).or(before.filter(reaches)).or(first) else { return };
        if page - start.page.min(page) > MOST_PAGES_AGAIN {
            self.context.unsupported("columns of equal height that end a block over several pages");
            return;
        }
        let (mut low, mut high) = (Pt::ZERO, bottom - self.column_top);
        for round in 0..=ROUNDS {
            let last = round == ROUNDS;
            let height = if last { high } else { (low + high) / 2.0 };
            self.balance.limit = Some((page, height));
            self.balance.hanging = Pt::ZERO;
            self.resume(&start);
            self.blocks(blocks, start.block);
            // A note that stood whole is not divided for it.
            let notes = went_on || !self.notes.goes_on();
            let end = self.column_top + height + self.balance.hanging + Pt(0.1);
            let fits = notes && self.drafts.len() == page && self.lowest.max(self.y) <= end;
            // A round on trial may run over the last page there may be.
            self.full = false;
            if fits { high = height } else { low = height }
        }
        self.balance.limit = None;
        self.bottom = bottom;
    }

    /// Remembers where a block of a section that will be balanced starts.
    pub(super) fn remember_start(&mut self, block: usize) {
        if !self.balance.on {
            return;
        }
        if self.balance.first.is_none() {
            self.balance.first = Some(self.start(block));
        }
        // What stays with the text before it may still leave the page together with that.
        let kept = self.chain.is_some();
        if kept || self.floats.len().max(self.known_floats.len()).max(self.carried.len()) > MOST_FLOATS {
            return;
        }
        if self.balance.latest.as_ref().is_some_and(|latest| latest.page != self.drafts.len()) {
            self.balance.before = self.balance.latest.take();
        }
        self.balance.latest = Some(self.start(block));
    }

    /// A line that ends here was set, of which so much needs no room.
    pub(super) fn hangs_over(&mut self, end: Pt, slack: Pt) {
        if end > self.bottom {
            self.balance.hanging = self.balance.hanging.max(slack);
        }
    }

    /// Where columns end on a page that is just begun.
    pub(super) fn balanced_bottom(&self) -> Pt {
        match self.balance.limit {
            Some((page, height)) if page == self.drafts.len() => self.bottom.min(self.column_top + height),
            _ => self.bottom,
        }
    }

    fn start(&self, block: usize) -> Start<'a> {
        Start { block, page: self.drafts.len(), checkpoint: self.checkpoint(), state: self.page_state() }
    }

    fn resume(&mut self, start: &Start<'a>) {
        self.drafts.truncate(start.page);
        self.restore_page(start.state.clone());
        self.restore(&start.checkpoint);
        self.bottom = self.balanced_bottom();
    }
}
