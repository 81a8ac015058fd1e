//! Columns of equal height where a section ends and the next goes on below it (LibreOffice balances only those; measured).

use crate::report::document::model::Block;
use crate::report::layout::flow::Flow;
use crate::report::units::Pt;

/// Halvings of the height: finer than a point on any page.
const ROUNDS: usize = 11;

impl<'a> Flow<'a> {
    /// Pours a section's blocks into columns as low as they go. A section that is longer than the page is left as it falls.
    pub(super) fn balanced(&mut self, blocks: &'a [Block]) {
        let start = self.checkpoint();
        let floats = self.floats.clone();
        let (page, bottom, top) = (self.drafts.len(), self.bottom, self.column_top);
        let columns = self.columns.clone();
        let facts = self.context.page.clone();
        self.blocks(blocks);
        if self.drafts.len() != page {
            self.context.unsupported("columns of equal height over several pages (filled one after the other)");
            return;
        }
        let (mut low, mut high) = (Pt::ZERO, bottom - top);
        for round in 0..=ROUNDS {
            let last = round == ROUNDS;
            let height = if last { high } else { (low + high) / 2.0 };
            self.drafts.truncate(page);
            self.columns.clone_from(&columns);
            self.context.page.clone_from(&facts);
            self.floats = floats.clone();
            self.column_top = top;
            if !self.restore(&start) {
                return;
            }
            self.bottom = top + height;
            self.blocks(blocks);
            let fits = self.drafts.len() == page && self.lowest.max(self.y) <= top + height + Pt(0.1);
            if fits { high = height } else { low = height }
        }
        self.bottom = bottom;
    }
}
