//! The resolved document. Word's own units; absent values are already defaulted.

mod border;
mod drawing;
mod formula;
mod paragraph;
mod run;
mod section;
mod table;

use std::collections::BTreeMap;

use crate::graphics::Rgb;
use crate::units::Twips;

pub use border::{Border, BorderStyle, Borders, Gap};
pub use drawing::{
    Anchor, ArrowHead, ArrowKind, Chain, Compound, Dashes, Drawing, DrawingContent, DrawingShape, Fill, FloatPosition, Geometry,
    GeometryPath, GeometryStep, Gradient, GradientWay, GroupChild, HorizontalBase, Label, LabelBase, LetterPaint, Offset, Outline,
    PathFill, Picture, PictureData, Placement, PresetGeometry, Shadow, TextArea, TextBox, TextFit, VerticalBase, WordArt, WordArtAlign,
    Wrap, WrapOutline, WrapSide, uncropped,
};
pub use formula::{Formula, FractionKind, Math};
pub use paragraph::{
    DropCap, Frame, Leader, LineSpacing, Number, NumberSuffix, Paragraph, ParagraphBorders, ParagraphProps, TabKind, TabStop, TextAlignment,
};
pub use run::{BreakKind, Field, Inline, LinkTo, RunProps, UnderlineStyle, VerticalPosition};
pub use section::{
    Columns, Grid, HeaderFooter, LineNumberRestart, LineNumbers, PageBorderPages, PageBorders, PageNumbers, PageSetup, Section,
    SectionStart,
};
pub use table::{Cell, CellBorders, Row, RowHeight, Table, TableBorders, TableFloat, VerticalMerge, Width};

/// What stands above a page's footnotes (17.11.23).
#[derive(Debug, Clone)]
pub struct NoteSeparator {
    /// Its paragraphs.
    pub blocks: Vec<Block>,
    /// The separator line is among what they hold.
    pub line: bool,
}

/// A whole document.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Its sections in order; there is always at least one.
    pub sections: Vec<Section>,
    /// Footnotes by id.
    pub footnotes: BTreeMap<i32, Vec<Block>>,
    /// What stands between the text and the footnotes, where the document says so.
    pub footnote_separator: Option<NoteSeparator>,
    /// Endnotes by id.
    pub endnotes: BTreeMap<i32, Vec<Block>>,
    /// Settings that change layout.
    pub settings: Settings,
    /// Colour of the pages.
    pub background: Option<Rgb>,
    /// The look of text that says nothing itself: line numbers have it.
    pub plain: RunProps,
    /// Title, author and so on from docProps/core.xml.
    pub properties: Properties,
}

/// Settings that change layout (word/settings.xml).
#[derive(Debug, Clone)]
pub struct Settings {
    /// `w:compatibilityMode`; 12 when absent, as Word takes it (Word 2007).
    pub compatibility_mode: u32,
    /// Distance of default tab stops.
    pub default_tab: Twips,
    /// Different headers on even and odd pages.
    pub even_and_odd_headers: bool,
    /// Inside and outside margins swap on even pages.
    pub mirror_margins: bool,
    /// The gutter stands at the top.
    pub gutter_at_top: bool,
    /// Number format of footnotes.
    pub footnote_format: NumberFormat,
    /// Number format of endnotes.
    pub endnote_format: NumberFormat,
    /// Number of the first footnote and the first endnote.
    pub first_notes: (u32, u32),
    /// The pages' background is shown.
    pub show_background: bool,
    /// A justified line that ends in a break is stretched (not with `doNotExpandShiftReturn`).
    pub stretch_before_breaks: bool,
    /// Space between paragraphs is the larger of the two, not their sum (`doNotUseHTMLParagraphAutoSpacing`).
    pub collapse_spacing: bool,
    /// Columns before a continuous section are balanced (not with `noColumnBalance`).
    pub balance_columns: bool,
    /// A page break parts its paragraph's mark from it (`splitPgBreakAndParaMark`).
    pub split_at_page_break: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            compatibility_mode: 12,
            default_tab: Twips(720),
            even_and_odd_headers: false,
            mirror_margins: false,
            gutter_at_top: false,
            footnote_format: NumberFormat::Decimal,
            endnote_format: NumberFormat::LowerRoman,
            first_notes: (1, 1),
            show_background: false,
            stretch_before_breaks: true,
            collapse_spacing: true,
            balance_columns: true,
            split_at_page_break: false,
        }
    }
}

/// Document properties.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties {
    /// Title.
    pub title: Option<String>,
    /// Author.
    pub author: Option<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Key words.
    pub keywords: Option<String>,
    /// Language of the text (`es-CL`), from the document's defaults.
    pub language: Option<String>,
}

/// Formats of numbers (ECMA-376 part 1, 17.18.59 ST_NumberFormat).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberFormat {
    /// 1, 2, 3
    #[default]
    Decimal,
    /// So many figures at least, with zeros before them: 01, 02
    DecimalZero(u8),
    /// i, ii
    LowerRoman,
    /// I, II
    UpperRoman,
    /// a, b
    LowerLetter,
    /// A, B
    UpperLetter,
    /// 1st, 2nd
    Ordinal,
    /// One, Two
    CardinalText,
    /// First, Second
    OrdinalText,
    /// *, †, ‡
    Chicago,
    /// No number, only the level's text.
    Bullet,
    /// Nothing.
    None,
}

/// Vertical alignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VerticalAlign {
    /// Top.
    #[default]
    Top,
    /// Centre.
    Center,
    /// Bottom.
    Bottom,
    /// Spread.
    Justified,
}

/// A block of content.
#[derive(Debug, Clone)]
pub enum Block {
    /// A paragraph.
    Paragraph(Paragraph),
    /// A table.
    Table(Box<Table>),
}

/// Horizontal alignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// Left.
    #[default]
    Left,
    /// Centre.
    Center,
    /// Right.
    Right,
    /// Both edges; the last line keeps its natural width.
    Justify,
    /// Both edges, the last line too.
    Distribute,
}

/// Direction of a cell's or text box's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextDirection {
    /// Left to right, top to bottom.
    #[default]
    Horizontal,
    /// Turned clockwise: reads from top to bottom.
    Down,
    /// Turned anticlockwise: reads from bottom to top.
    Up,
}
