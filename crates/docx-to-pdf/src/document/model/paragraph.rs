//! Paragraphs: spacing, indents, tabs, borders, frames, numbers (17.3.1, 17.9).

use std::sync::Arc;

use crate::document::model::{Align, Border, Borders, FloatPosition, Inline, RunProps};
use crate::graphics::{Image, Rgb};
use crate::units::Twips;

/// A paragraph with resolved properties.
#[derive(Debug, Clone, Default)]
pub struct Paragraph {
    /// Its properties.
    pub props: Arc<ParagraphProps>,
    /// Properties of its mark: size of an empty paragraph, look of its number.
    pub mark: Arc<RunProps>,
    /// Its number or bullet, already counted.
    pub number: Option<Box<Number>>,
    /// Its content.
    pub content: Vec<Inline>,
}

/// Properties of a paragraph.
#[derive(Debug, Clone, PartialEq)]
pub struct ParagraphProps {
    /// Style id, for contextual spacing and STYLEREF.
    pub style: Arc<str>,
    /// Style name, for STYLEREF and headings.
    pub style_name: Arc<str>,
    /// Outline level 0–8; `None` = body text.
    pub outline_level: Option<u8>,
    /// Alignment; start and end are resolved to left and right.
    pub align: Align,
    /// Left indent (right in right-to-left paragraphs is resolved already).
    pub indent_left: Twips,
    /// Right indent.
    pub indent_right: Twips,
    /// First line, relative to the left indent; negative = hanging.
    pub indent_first: Twips,
    /// Space before.
    pub space_before: Twips,
    /// Space after.
    pub space_after: Twips,
    /// Automatic space before (HTML-like, 14 pt).
    pub space_before_auto: bool,
    /// Automatic space after.
    pub space_after_auto: bool,
    /// No space between paragraphs of the same style.
    pub contextual_spacing: bool,
    /// Line spacing.
    pub line: LineSpacing,
    /// Stay on one page with the next.
    pub keep_next: bool,
    /// All lines on one page.
    pub keep_lines: bool,
    /// Start on a new page.
    pub page_break_before: bool,
    /// No single first or last line on a page.
    pub widow_control: bool,
    /// Tab stops in order; cleared ones are gone.
    pub tabs: Vec<TabStop>,
    /// Borders.
    pub borders: ParagraphBorders,
    /// Background.
    pub shading: Option<Rgb>,
    /// Right-to-left paragraph.
    pub rtl: bool,
    /// Lines snap to the document grid.
    pub snap_to_grid: bool,
    /// No line numbers here.
    pub suppress_line_numbers: bool,
    /// Vertical position of characters of different sizes on a line.
    pub text_alignment: TextAlignment,
    /// A frame (`w:framePr`): the paragraph floats.
    pub frame: Option<Frame>,
}

impl Default for ParagraphProps {
    fn default() -> Self {
        Self {
            style: Arc::default(),
            style_name: Arc::default(),
            outline_level: None,
            align: Align::Left,
            indent_left: Twips(0),
            indent_right: Twips(0),
            indent_first: Twips(0),
            space_before: Twips(0),
            space_after: Twips(0),
            space_before_auto: false,
            space_after_auto: false,
            contextual_spacing: false,
            line: LineSpacing::Auto(240),
            keep_next: false,
            keep_lines: false,
            page_break_before: false,
            widow_control: true,
            tabs: Vec::new(),
            borders: ParagraphBorders::default(),
            shading: None,
            rtl: false,
            snap_to_grid: true,
            suppress_line_numbers: false,
            text_alignment: TextAlignment::Auto,
            frame: None,
        }
    }
}

/// Line spacing (17.3.1.33).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineSpacing {
    /// In 240ths of a line.
    Auto(i32),
    /// At least this high.
    AtLeast(Twips),
    /// Exactly this high.
    Exact(Twips),
}

/// Vertical alignment of characters on a line (17.3.1.39).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextAlignment {
    /// As the script does.
    #[default]
    Auto,
    /// On the baseline.
    Baseline,
    /// At the top.
    Top,
    /// In the middle.
    Center,
    /// At the bottom.
    Bottom,
}

/// A tab stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TabStop {
    /// Where, from the text margin.
    pub position: Twips,
    /// How text stands at it.
    pub kind: TabKind,
    /// What fills the space.
    pub leader: Leader,
}

/// Kinds of tab stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TabKind {
    /// Text starts here.
    #[default]
    Left,
    /// Text is centred here.
    Center,
    /// Text ends here.
    Right,
    /// The decimal separator stands here.
    Decimal,
    /// A vertical bar is drawn here; text does not stop.
    Bar,
}

/// What fills the space before a tab stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Leader {
    /// Nothing.
    #[default]
    None,
    /// Dots.
    Dot,
    /// Hyphens.
    Hyphen,
    /// A line.
    Underscore,
    /// Middle dots.
    MiddleDot,
    /// A heavy line.
    Heavy,
}

/// Borders of a paragraph.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParagraphBorders {
    /// The four sides.
    pub sides: Borders,
    /// Between paragraphs with the same borders.
    pub between: Option<Border>,
    /// At the outside, on facing pages.
    pub bar: Option<Border>,
}

/// A floating paragraph (17.3.1.11 framePr).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Width; 0 = as wide as its text.
    pub width: Twips,
    /// Height and whether it is exact.
    pub height: Option<(Twips, bool)>,
    /// Where.
    pub position: FloatPosition,
    /// Space kept around, horizontally and vertically.
    pub space: (Twips, Twips),
    /// Text flows around it.
    pub wrap: bool,
    /// Text runs through it.
    pub through: bool,
    /// It is a drop cap.
    pub drop_cap: Option<DropCap>,
}

/// A letter as high as some lines of the paragraph below (17.3.1.11 `dropCap`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DropCap {
    /// How many lines.
    pub lines: u32,
    /// It stands in the margin, not in the text.
    pub in_margin: bool,
}

/// A paragraph's number or bullet.
#[derive(Debug, Clone)]
pub struct Number {
    /// Its text (`2.1.`, `•`), already counted and formatted.
    pub text: String,
    /// Its look.
    pub props: RunProps,
    /// How it stands at its position.
    pub align: Align,
    /// What follows it.
    pub suffix: NumberSuffix,
    /// A picture bullet.
    pub picture: Option<Arc<Image>>,
    /// Level, from 0, and list id: for the tagged structure.
    pub level: u8,
    /// The list it belongs to.
    pub list: i32,
    /// It is a bullet.
    pub bullet: bool,
    /// Its font is one of symbols, which is lower than a font of letters.
    pub symbol: bool,
}

/// What follows a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberSuffix {
    /// A tab.
    #[default]
    Tab,
    /// A space.
    Space,
    /// Nothing.
    Nothing,
}
