//! Changes of a part's source, and the marks that minijinja sees.

use crate::report::template::scan::Scan;
use crate::report::xml::Kind;

/// Around an expression.
pub(super) const VALUE: (&str, &str) = ("\u{fdd2}", "\u{fdd3}");

/// Around a statement.
pub(super) const STATEMENT: (&str, &str) = ("\u{fdd4}", "\u{fdd5}");

/// Around a comment; never written, but minijinja wants them.
pub(super) const COMMENT: (&str, &str) = ("\u{fdd6}", "\u{fdd7}");

/// Around the number of a tag in an edit's text.
pub(super) const MARK: (char, char) = ('\u{fdd0}', '\u{fdd1}');

/// Behind the grid of a table whose cells repeat or span.
pub(super) const GRID: &str = "\u{fdd8}";

/// A change of a stretch of the source.
#[derive(Debug)]
pub(super) struct Edit {
    pub start: usize,
    pub end: usize,
    /// Among edits at one place: what closes comes first, then what opens, then what replaces.
    pub order: Order,
    pub text: String,
}

/// Order of edits that begin at the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    Closes,
    Opens,
    Replaces,
}

impl Edit {
    /// Puts text in place of a stretch.
    pub(super) fn replace(start: usize, end: usize, text: impl Into<String>) -> Self {
        Self { start, end, order: Order::Replaces, text: text.into() }
    }

    /// Puts text before what begins here.
    pub(super) fn before(at: usize, text: impl Into<String>) -> Self {
        Self { start: at, end: at, order: Order::Opens, text: text.into() }
    }

    /// Puts text behind what ends here.
    pub(super) fn behind(at: usize, text: impl Into<String>) -> Self {
        Self { start: at, end: at, order: Order::Closes, text: text.into() }
    }
}

/// The mark of a tag in an edit's text.
pub(super) fn mark(tag: usize) -> String {
    format!("{}{tag}{}", MARK.0, MARK.1)
}

/// The mark before a paragraph that `{{p …}}` stands in: paragraphs from the data take its place, for anything else it stays.
pub(super) fn paragraphs_mark(tag: usize) -> String {
    format!("{}{tag}p{}", MARK.0, MARK.1)
}

/// A run's properties, as they stand.
pub(super) fn run_props<'s>(scan: &Scan, source: &'s str, run: usize) -> &'s str {
    props(scan, source, run, Kind::RunProps)
}

/// An element's properties of a kind, as they stand; empty when it has none.
pub(super) fn props<'s>(scan: &Scan, source: &'s str, element: usize, kind: Kind) -> &'s str {
    if element >= scan.tree.elements.len() {
        return "";
    }
    scan.tree.child(element, kind).map_or("", |props| &source[scan.tree.elements[props].start..scan.tree.elements[props].end])
}
