//! The resolved document. Word's own units; absent values are already defaulted.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::report::layout::frame::{Image, Rgb};
use crate::report::units::{Emu, HalfPoints, Pt, Twips};

/// A whole document.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Its sections in order; there is always at least one.
    pub sections: Vec<Section>,
    /// Footnotes by id.
    pub footnotes: BTreeMap<i32, Vec<Block>>,
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

/// Formats of numbers (ECMA-376 part 1, 17.18.59 ST_NumberFormat).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberFormat {
    /// 1, 2, 3
    #[default]
    Decimal,
    /// 01, 02
    DecimalZero,
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

/// A block of content.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly all blocks are paragraphs")]
pub enum Block {
    /// A paragraph.
    Paragraph(Paragraph),
    /// A table.
    Table(Table),
}

/// A paragraph with resolved properties.
#[derive(Debug, Clone, Default)]
pub struct Paragraph {
    /// Its properties.
    pub props: ParagraphProps,
    /// Properties of its mark: size of an empty paragraph, look of its number.
    pub mark: RunProps,
    /// Its number or bullet, already counted.
    pub number: Option<Number>,
    /// Its content.
    pub content: Vec<Inline>,
}

/// Properties of a paragraph.
#[derive(Debug, Clone, PartialEq)]
pub struct ParagraphProps {
    /// Style id, for contextual spacing and STYLEREF.
    pub style: String,
    /// Style name, for STYLEREF and headings.
    pub style_name: String,
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
            style: String::new(),
            style_name: String::new(),
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

/// Four sides.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Borders {
    /// Top.
    pub top: Option<Border>,
    /// Right.
    pub right: Option<Border>,
    /// Bottom.
    pub bottom: Option<Border>,
    /// Left.
    pub left: Option<Border>,
}

/// A border line. `none` and `nil` are `Option::None`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Border {
    /// How it looks.
    pub style: BorderStyle,
    /// Its width.
    pub width: Pt,
    /// Its distance from what it surrounds.
    pub space: Pt,
    /// Its colour; `auto` is black.
    pub color: Rgb,
}

/// Looks of border lines that layout tells apart; others are read as the nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BorderStyle {
    /// One line.
    #[default]
    Single,
    /// A thick line.
    Thick,
    /// Two lines.
    Double,
    /// Three lines.
    Triple,
    /// Dots.
    Dotted,
    /// Dashes.
    Dashed,
    /// Dash and dot.
    DotDash,
    /// Dash, dot, dot.
    DotDotDash,
    /// A thin and a thick line.
    ThinThick,
    /// A thick and a thin line.
    ThickThin,
    /// A wave.
    Wave,
    /// A line that looks sunk in or raised.
    Relief,
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

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTo {
    /// A web or mail address.
    Uri(String),
    /// A bookmark.
    Bookmark(String),
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
    pub font: String,
    /// Font family of East Asian text.
    pub font_east_asia: String,
    /// Font family of complex scripts.
    pub font_cs: String,
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
    pub lang: Option<String>,
    /// Outlined, shadowed, embossed, engraved: drawn plain, with a warning.
    pub effect: bool,
}

impl Default for RunProps {
    fn default() -> Self {
        Self {
            font: "Times New Roman".to_owned(),
            font_east_asia: "Times New Roman".to_owned(),
            font_cs: "Times New Roman".to_owned(),
            size: HalfPoints(20),
            size_cs: HalfPoints(20),
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

/// A table with resolved properties.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Widths of the grid's columns.
    pub grid: Vec<Twips>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Preferred width.
    pub width: Width,
    /// Fixed column widths instead of fitting them to the content.
    pub fixed: bool,
    /// Alignment between the margins.
    pub align: Align,
    /// Indent from the left margin.
    pub indent: Twips,
    /// Cell margins of the table: top, right, bottom, left.
    pub cell_margins: [Twips; 4],
    /// Space between cells.
    pub cell_spacing: Twips,
    /// Outer borders and those between cells, for cells without their own; conditions of the table style are already in the cells.
    pub borders: TableBorders,
    /// Floats here instead of standing in the text.
    pub float: Option<TableFloat>,
    /// Columns run from right to left.
    pub rtl: bool,
    /// Alternative text.
    pub description: Option<String>,
}

/// Borders of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableBorders {
    /// Around.
    pub outer: Borders,
    /// Between rows.
    pub inside_h: Option<Border>,
    /// Between columns.
    pub inside_v: Option<Border>,
}

/// A preferred width.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Width {
    /// As wide as the content.
    #[default]
    Auto,
    /// As given.
    Fixed(Twips),
    /// A share of the space, 1.0 = all.
    Percent(f32),
}

/// Where a table floats (17.4.57 tblpPr).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableFloat {
    /// Where.
    pub position: FloatPosition,
    /// Space kept around: top, right, bottom, left.
    pub space: [Twips; 4],
}

/// A row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Cell>,
    /// Grid columns left out before the first cell.
    pub skip_before: u32,
    /// Grid columns left out after the last.
    pub skip_after: u32,
    /// Height.
    pub height: RowHeight,
    /// Never split over pages.
    pub cant_split: bool,
    /// Repeated at the top of every page.
    pub header: bool,
    /// Not shown.
    pub hidden: bool,
    /// The row's own alignment, where it has one (`w:jc` in `w:trPr`).
    pub align: Option<Align>,
}

/// A row's height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RowHeight {
    /// As high as the content.
    #[default]
    Auto,
    /// At least.
    AtLeast(Twips),
    /// Exactly.
    Exact(Twips),
}

/// A cell.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// Its content; always ends with a paragraph.
    pub blocks: Vec<Block>,
    /// Preferred width.
    pub width: Width,
    /// Grid columns it spans, at least 1.
    pub span: u32,
    /// Vertical merge.
    pub merge: VerticalMerge,
    /// Its own borders (direct and from the table style's conditions): `None` = the table's apply, `Some(None)` = none on purpose.
    pub borders: CellBorders,
    /// Background.
    pub shading: Option<Rgb>,
    /// Its own margins: top, right, bottom, left.
    pub margins: [Option<Twips>; 4],
    /// Vertical alignment.
    pub vertical_align: VerticalAlign,
    /// Text never wraps.
    pub no_wrap: bool,
    /// Its mark takes no room: an empty cell has no height.
    pub hide_mark: bool,
    /// Direction of text.
    pub direction: TextDirection,
}

/// A cell's own borders.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CellBorders {
    /// Top.
    pub top: Option<Option<Border>>,
    /// Right.
    pub right: Option<Option<Border>>,
    /// Bottom.
    pub bottom: Option<Option<Border>>,
    /// Left.
    pub left: Option<Option<Border>>,
    /// From top left to bottom right.
    pub down: Option<Border>,
    /// From bottom left to top right.
    pub up: Option<Border>,
}

/// Vertical merge of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VerticalMerge {
    /// Not merged.
    #[default]
    None,
    /// The first of a merged column of cells.
    Start,
    /// Belongs to the cell above.
    Continue,
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

/// A drawing in the text.
#[derive(Debug, Clone)]
pub struct Drawing {
    /// What it shows.
    pub content: DrawingContent,
    /// Its width.
    pub width: Emu,
    /// Its height.
    pub height: Emu,
    /// Space for effects and lines outside its extent: left, top, right, bottom.
    pub effect_extent: [Emu; 4],
    /// Inline with the text, or floating.
    pub placement: Placement,
    /// Alternative text.
    pub alt: Option<String>,
    /// Marked as decoration: an artifact.
    pub decorative: bool,
    /// A click on it leads here.
    pub link: Option<LinkTo>,
    /// The run it stands in: decides the line's height beside it.
    pub props: Arc<RunProps>,
}

/// Where a drawing stands.
#[derive(Debug, Clone)]
pub enum Placement {
    /// A big character in the line.
    Inline,
    /// Floating.
    Anchor(Box<Anchor>),
}

/// A floating drawing's place (20.4.2.3).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Anchor {
    /// Where.
    pub position: FloatPosition,
    /// Width as a share of its base, where given.
    pub relative_width: Option<(f32, HorizontalBase)>,
    /// Height as a share of its base, where given.
    pub relative_height: Option<(f32, VerticalBase)>,
    /// How text goes around it.
    pub wrap: Wrap,
    /// Space kept around: top, right, bottom, left.
    pub space: [Emu; 4],
    /// Behind the text.
    pub behind: bool,
    /// Order among floating drawings.
    pub z: i64,
    /// May overlap others.
    pub allow_overlap: bool,
    /// Positioned relative to the cell it is anchored in.
    pub layout_in_cell: bool,
}

/// A floating object's position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FloatPosition {
    /// Horizontally: from what, and how far or aligned.
    pub horizontal: (HorizontalBase, Offset),
    /// Vertically.
    pub vertical: (VerticalBase, Offset),
}

/// A distance or an alignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offset {
    /// So far.
    By(Emu),
    /// At the start (left, top).
    Start,
    /// In the centre.
    Center,
    /// At the end (right, bottom).
    End,
    /// At the inner edge of facing pages.
    Inside,
    /// At the outer edge.
    Outside,
}

/// What a horizontal position counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HorizontalBase {
    /// The text margins.
    Margin,
    /// The page.
    Page,
    /// The column.
    Column,
    /// The character it is anchored to.
    Character,
    /// The left margin's area.
    LeftMargin,
    /// The right margin's area.
    RightMargin,
    /// The inner margin's area.
    InsideMargin,
    /// The outer margin's area.
    OutsideMargin,
}

/// What a vertical position counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerticalBase {
    /// The text margins.
    Margin,
    /// The page.
    Page,
    /// The paragraph it is anchored to.
    Paragraph,
    /// The line it is anchored to.
    Line,
    /// The top margin's area.
    TopMargin,
    /// The bottom margin's area.
    BottomMargin,
    /// The inner margin's area.
    InsideMargin,
    /// The outer margin's area.
    OutsideMargin,
}

/// How text goes around a floating drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrap {
    /// Not at all: it stands over or under the text.
    None,
    /// Around its rectangle, on these sides.
    Square(WrapSide),
    /// Around its outline (laid out as the rectangle).
    Tight(WrapSide),
    /// Above and below only.
    TopAndBottom,
}

/// Sides where text may stand beside a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WrapSide {
    /// Both.
    #[default]
    Both,
    /// Left only.
    Left,
    /// Right only.
    Right,
    /// The wider one.
    Largest,
}

/// What a drawing shows.
#[derive(Debug, Clone)]
pub enum DrawingContent {
    /// A picture.
    Picture(Picture),
    /// A shape, with text or not.
    Shape(Box<DrawingShape>),
    /// A group: children in the group's coordinates.
    Group {
        /// Origin and size of the children's coordinate space.
        child_origin: (Emu, Emu),
        /// Its size.
        child_extent: (Emu, Emu),
        /// The children: where they stand in that space, and what they are.
        children: Vec<GroupChild>,
        /// Rotation in degrees, clockwise.
        rotation: f32,
    },
    /// Something that cannot be shown (EMF, chart, SmartArt): its space is kept.
    Unsupported(String),
}

/// A child of a group.
#[derive(Debug, Clone)]
pub struct GroupChild {
    /// Left, top in the group's child space.
    pub offset: (Emu, Emu),
    /// Width, height in the group's child space.
    pub extent: (Emu, Emu),
    /// What it is.
    pub content: DrawingContent,
}

/// A picture.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Its data.
    pub image: Arc<Image>,
    /// Share cut off at left, top, right, bottom (1.0 = all).
    pub crop: [f32; 4],
    /// Rotation in degrees, clockwise.
    pub rotation: f32,
    /// Mirrored left-right, top-bottom.
    pub flip: (bool, bool),
    /// Opacity.
    pub opacity: f32,
    /// Its outline.
    pub outline: Option<Outline>,
}

/// A simple shape.
#[derive(Debug, Clone)]
pub struct DrawingShape {
    /// Its geometry.
    pub geometry: Geometry,
    /// Its fill.
    pub fill: Option<Fill>,
    /// Its outline.
    pub outline: Option<Outline>,
    /// Rotation in degrees, clockwise.
    pub rotation: f32,
    /// Mirrored left-right, top-bottom.
    pub flip: (bool, bool),
    /// Text in it.
    pub text: Option<TextBox>,
}

/// Geometries that are drawn; others are read as a rectangle with a warning.
#[derive(Debug, Clone, PartialEq)]
pub enum Geometry {
    /// A rectangle.
    Rectangle,
    /// A rectangle with rounded corners: radius as a share of the shorter side.
    RoundRectangle(f32),
    /// An ellipse.
    Ellipse,
    /// A line from one corner to the opposite one.
    Line,
    /// Any outline (presets worked out, custom geometry, VML paths): steps in shares of width and height.
    Path(Vec<GeometryStep>),
}

/// A step of a shape's outline, in shares of its width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GeometryStep {
    /// Start here.
    Move(f32, f32),
    /// A line to here.
    Line(f32, f32),
    /// A curve to the last point.
    Curve(f32, f32, f32, f32, f32, f32),
    /// Back to the start.
    Close,
}

/// A fill.
#[derive(Debug, Clone)]
pub enum Fill {
    /// One colour with its opacity. Gradients are read as their nearest single colour, with a warning.
    Solid(Rgb, f32),
    /// A picture.
    Picture(Arc<Image>),
}

/// An outline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outline {
    /// Its colour.
    pub color: Rgb,
    /// Its width.
    pub width: Emu,
    /// Its dashes.
    pub dash: Dash,
    /// Arrow heads at start and end.
    pub arrows: (bool, bool),
}

/// Dashes of outlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dash {
    /// None.
    #[default]
    Solid,
    /// Dots.
    Dot,
    /// Dashes.
    Dash,
    /// Long dashes.
    LongDash,
    /// Dash and dot.
    DashDot,
}

/// Text in a shape.
#[derive(Debug, Clone)]
pub struct TextBox {
    /// Its content.
    pub blocks: Vec<Block>,
    /// Insets: left, top, right, bottom.
    pub insets: [Emu; 4],
    /// Where the text stands.
    pub vertical_align: VerticalAlign,
    /// The shape grows with its text.
    pub auto_fit: bool,
    /// Text wraps at the shape's width.
    pub wrap: bool,
    /// Direction of text.
    pub direction: TextDirection,
}
