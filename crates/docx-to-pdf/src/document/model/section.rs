//! Sections: pages, columns, headers and footers (ECMA-376 part 1, 17.6).

use std::sync::Arc;

use crate::document::model::{Block, Borders, NumberFormat, Paragraph, VerticalAlign};
use crate::units::Twips;

/// A section: pages of one size with their headers and footers (ECMA-376 part 1, 17.6).
#[derive(Debug, Clone)]
pub struct Section {
    /// How it starts.
    pub start: SectionStart,
    /// Page size, margins.
    pub page: PageSetup,
    /// Columns.
    pub columns: Columns,
    /// Headers; those inherited from the section before are filled in.
    pub headers: HeaderFooter,
    /// Footers, likewise.
    pub footers: HeaderFooter,
    /// First page has its own header and footer (`w:titlePg`).
    pub title_page: bool,
    /// Page numbers.
    pub page_numbers: PageNumbers,
    /// Vertical alignment of the page's content.
    pub vertical_align: VerticalAlign,
    /// Borders around the page.
    pub page_borders: Option<PageBorders>,
    /// Document grid.
    pub grid: Grid,
    /// Line numbers; `None` = off.
    pub line_numbers: Option<LineNumbers>,
    /// Right-to-left section: its columns run from right to left.
    pub rtl: bool,
    /// The gutter stands at the right.
    pub gutter_right: bool,
    /// Its content.
    pub blocks: Vec<Block>,
    /// The paragraph that only ends it and takes no room: what comes next keeps its distance from that.
    pub end: Option<Paragraph>,
}

/// Line numbers beside the text (17.6.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineNumbers {
    /// Only numbers that this divides are shown.
    pub every: u32,
    /// The number before the first line's.
    pub start: u32,
    /// Distance from the text; `None` = automatic.
    pub distance: Option<Twips>,
    /// Where they start again.
    pub restart: LineNumberRestart,
}

/// Where line numbers start again (17.18.47).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineNumberRestart {
    /// On each page.
    #[default]
    NewPage,
    /// With the section.
    NewSection,
    /// Nowhere.
    Continuous,
}

/// How a section starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SectionStart {
    /// On a new page.
    #[default]
    NextPage,
    /// On the same page.
    Continuous,
    /// In the next column.
    NextColumn,
    /// On the next even page.
    EvenPage,
    /// On the next odd page.
    OddPage,
}

/// Page geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSetup {
    /// Width.
    pub width: Twips,
    /// Height.
    pub height: Twips,
    /// Top margin; negative = exact, a header does not push it.
    pub top: Twips,
    /// Right margin.
    pub right: Twips,
    /// Bottom margin; negative = exact.
    pub bottom: Twips,
    /// Left margin.
    pub left: Twips,
    /// Header's distance from the top edge.
    pub header: Twips,
    /// Footer's distance from the bottom edge.
    pub footer: Twips,
    /// Gutter.
    pub gutter: Twips,
}

/// Columns of a section.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// Number of columns, at least 1 (0 counts as 1).
    pub count: u32,
    /// Space between equal columns.
    pub space: Twips,
    /// Width and space after of each column when they differ.
    pub unequal: Vec<(Twips, Twips)>,
    /// A line between them.
    pub separator: bool,
}

/// Contents of headers or footers by page kind; `None` = blank.
#[derive(Debug, Clone, Default)]
pub struct HeaderFooter {
    /// Of all pages that have no special one.
    pub default: Option<Arc<Vec<Block>>>,
    /// Of the section's first page, with `title_page`.
    pub first: Option<Arc<Vec<Block>>>,
    /// Of even pages, with `even_and_odd_headers`.
    pub even: Option<Arc<Vec<Block>>>,
}

/// Page numbering of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PageNumbers {
    /// Restart here with this number.
    pub start: Option<u32>,
    /// Their format.
    pub format: NumberFormat,
}

/// Borders around the page.
#[derive(Debug, Clone, PartialEq)]
pub struct PageBorders {
    /// The four lines; their `space` is measured from the text or the edge.
    pub borders: Borders,
    /// Distances are from the page's edge instead of from the text.
    pub from_edge: bool,
    /// On which pages.
    pub pages: PageBorderPages,
}

/// Pages that get page borders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PageBorderPages {
    /// All.
    #[default]
    All,
    /// The section's first.
    First,
    /// All but the first.
    NotFirst,
}

/// The document grid (East Asian typography; 17.6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Grid {
    /// Lines snap to multiples of the pitch.
    pub lines: bool,
    /// The pitch.
    pub pitch: Twips,
}
