//! Paragraphs, tables and pictures become pages of positioned glyphs and paths.
//!
//! The phases, in order: `shape` turns a paragraph into measured atoms, `linebreak` fills lines with them (`segment` is one stretch of a line), `math` sets formulas, `line` gives lines their metrics and draws them (`runs` collects their glyphs), `paragraph` adds spacing, borders and numbers, `table` does the same for rows and cells.
//! `stack` piles blocks into one column of any height (cells, headers, text boxes, notes) as `piece`s; `flow` pours the body over columns and pages; `page` closes each page with its header and footer.
//! Pure and total: any document gives pages, whatever its numbers say.

mod arrow;
mod context;
mod drawing;
mod drop_cap;
mod float;
mod flow;
pub mod frame;
mod geometry;
mod ink;
mod label;
mod length;
mod line;
mod linebreak;
mod look;
mod math;
mod notes;
mod page;
mod paint;
mod paragraph;
mod part;
mod room;
mod runs;
mod segment;
mod shape;
mod stack;
mod structure;
mod table;
mod tabs;
#[cfg(all(test, feature = "bundled-fonts"))]
mod tests;

use crate::document::model::Document;
use crate::fonts::Fonts;
use crate::warning::Warning;

use context::{Context, Facts};
use frame::Frames;

/// Lays a document out. Without any font there are no pages.
///
/// Numbers that are only known at the end (pages of the document, the page of a bookmark) take a second round, and only when the body shows them.
pub fn layout(document: &Document, fonts: &Fonts) -> (Frames, Vec<Warning>) {
    if fonts.is_empty() {
        return (Frames::default(), vec![Warning::Other { message: "there is no font to set the text in".to_owned() }]);
    }
    let mut facts = Facts::default();
    for _ in 0..2 {
        let round = Context::new(document, fonts, facts);
        let outcome = flow::pour(round);
        if !outcome.again {
            return page::close(outcome.context, outcome.drafts);
        }
        facts = outcome.context.facts;
    }
    let last = flow::pour(Context::new(document, fonts, facts));
    page::close(last.context, last.drafts)
}
