//! What a paragraph holds, and the look of text (17.3.2, 17.16).

use std::sync::Arc;

use crate::document::fields::Computed;
use crate::document::model::{Border, Drawing, Formula, Leader, NumberFormat, TabKind};
use crate::graphics::Rgb;
use crate::units::{HalfPoints, Twips};

/// A piece of a paragraph.
#[derive(Debug, Clone)]
pub enum Inline {
    /// Text in one look.
    Text {
        /// The text; no tabs or breaks in it.
        text: String,
        /// Its look.
        props: Arc<RunProps>,
    },
    /// A tab.
    Tab(Arc<RunProps>),
    /// A position tab (`w:ptab`): aligned to the margin regardless of stops.
    PositionTab {
        /// Its alignment.
        align: TabKind,
        /// What fills the space.
        leader: Leader,
        /// Its look.
        props: Arc<RunProps>,
    },
    /// A break.
    Break(BreakKind, Arc<RunProps>),
    /// A hyphen that shows only at a line's end.
    SoftHyphen(Arc<RunProps>),
    /// A hyphen that never breaks.
    NoBreakHyphen(Arc<RunProps>),
    /// A field whose value layout knows.
    Field {
        /// Which.
        field: Field,
        /// Its look.
        props: Arc<RunProps>,
    },
    /// A drawing: picture, shape, text box; inline or floating.
    Drawing(Box<Drawing>),
    /// A formula.
    Formula(Box<Formula>),
    /// A reference to a footnote or endnote.
    NoteRef {
        /// It is an endnote.
        endnote: bool,
        /// Its id.
        id: i32,
        /// A mark of its own instead of a number.
        custom_mark: Option<String>,
        /// Its look.
        props: Arc<RunProps>,
    },
    /// Inside a note: its own number.
    NoteMark(Arc<RunProps>),
    /// The start of a bookmark.
    Bookmark(String),
    /// Content inside starts a link.
    LinkStart(LinkTo),
    /// The link ends.
    LinkEnd,
}

impl Inline {
    /// It is text that shows: a word, a value, a formula.
    pub fn is_text(&self) -> bool {
        match self {
            Self::Text { text, props } => !props.hidden && !text.trim().is_empty(),
            Self::Field { .. } | Self::Formula(_) => true,
            _ => false,
        }
    }
}

/// Breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakKind {
    /// New line.
    Line,
    /// New line below floats.
    LineClear,
    /// New page.
    Page,
    /// New column.
    Column,
}

/// Where a link leads; shared, as a link goes on over any number of paragraphs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTo {
    /// A web or mail address.
    Uri(Arc<str>),
    /// A bookmark.
    Bookmark(Arc<str>),
}

/// Fields layout fills in; all others come as their cached text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// The page's number.
    Page(Option<NumberFormat>),
    /// Pages of the document.
    NumPages(Option<NumberFormat>),
    /// Pages of the section.
    SectionPages(Option<NumberFormat>),
    /// The section's number.
    Section(Option<NumberFormat>),
    /// An `IF` or a formula around one of these.
    Computed(Box<Computed>),
    /// The page a bookmark stands on.
    PageRef {
        /// The bookmark.
        bookmark: String,
        /// What the document says it is.
        cached: String,
    },
    /// The nearest text in a style.
    StyleRef {
        /// The style's name or id.
        style: String,
        /// What the document says it is.
        cached: String,
    },
}

/// The look of text.
#[derive(Debug, Clone, PartialEq)]
pub struct RunProps {
    /// Font family of Latin text (theme fonts are resolved).
    pub font: Arc<str>,
    /// Font family of East Asian text.
    pub font_east_asia: Arc<str>,
    /// Font family of complex scripts.
    pub font_cs: Arc<str>,
    /// Size.
    pub size: HalfPoints,
    /// Size of complex scripts.
    pub size_cs: HalfPoints,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Underline with its colour (`None` colour = the text's).
    pub underline: Option<(UnderlineStyle, Option<Rgb>)>,
    /// Struck through once.
    pub strike: bool,
    /// Struck through twice.
    pub double_strike: bool,
    /// All capitals.
    pub caps: bool,
    /// Small capitals.
    pub small_caps: bool,
    /// Not shown.
    pub hidden: bool,
    /// Colour; `None` = automatic (black, or white on dark shading).
    pub color: Option<Rgb>,
    /// Highlighter.
    pub highlight: Option<Rgb>,
    /// Background.
    pub shading: Option<Rgb>,
    /// Super- or subscript.
    pub vertical: VerticalPosition,
    /// Raised (positive) or lowered.
    pub raise: HalfPoints,
    /// Space added after each character.
    pub spacing: Twips,
    /// Horizontal scaling in percent.
    pub scale: u32,
    /// Pair kerning from this size on; `None` = off.
    pub kern_from: Option<HalfPoints>,
    /// Right-to-left run.
    pub rtl: bool,
    /// Treat as complex script.
    pub complex: bool,
    /// Border around the text.
    pub border: Option<Border>,
    /// Language (`es-CL`).
    pub lang: Option<Arc<str>>,
    /// Outlined, shadowed, embossed, engraved: drawn plain, with a warning.
    pub effect: bool,
    /// The box of a form's check box (17.16.7): each character is as wide as a line is high.
    pub form_box: bool,
}

impl RunProps {
    /// The font and the size of text about which nothing is said.
    pub(crate) const FONT: &str = "Times New Roman";
    pub(crate) const SIZE: HalfPoints = HalfPoints(20);
}

impl Default for RunProps {
    fn default() -> Self {
        let font: Arc<str> = Self::FONT.into();
        Self {
            font_east_asia: Arc::clone(&font),
            font_cs: Arc::clone(&font),
            font,
            size: Self::SIZE,
            size_cs: Self::SIZE,
            bold: false,
            italic: false,
            underline: None,
            strike: false,
            double_strike: false,
            caps: false,
            small_caps: false,
            hidden: false,
            color: None,
            highlight: None,
            shading: None,
            vertical: VerticalPosition::Baseline,
            raise: HalfPoints(0),
            spacing: Twips(0),
            scale: 100,
            kern_from: None,
            rtl: false,
            complex: false,
            border: None,
            lang: None,
            effect: false,
            form_box: false,
        }
    }
}

/// Underlines that layout tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnderlineStyle {
    /// One line.
    #[default]
    Single,
    /// Two lines.
    Double,
    /// A thick line.
    Thick,
    /// Dots.
    Dotted,
    /// Dashes.
    Dash,
    /// A wave.
    Wave,
    /// Words only.
    Words,
}

/// Super- and subscript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VerticalPosition {
    /// Neither.
    #[default]
    Baseline,
    /// Raised and smaller.
    Superscript,
    /// Lowered and smaller.
    Subscript,
}
