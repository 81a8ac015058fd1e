//! Drawings: pictures, shapes, groups, and the text in them.

use std::sync::Arc;

use super::{Block, LinkTo, RunProps, TextDirection, VerticalAlign};
use crate::graphics::{Image, Rgb};
use crate::units::Emu;

/// A drawing in the text.
#[derive(Debug, Clone)]
pub struct Drawing {
    /// What it shows.
    pub content: DrawingContent,
    /// Its width.
    pub width: Emu,
    /// Its height.
    pub height: Emu,
    /// Space for effects and lines outside its extent, where it is said: left, top, right, bottom.
    pub effect_extent: Option<[Emu; 4]>,
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
#[derive(Debug, Clone, PartialEq)]
pub struct Anchor {
    /// Where.
    pub position: FloatPosition,
    /// Width as a share of its base, where given.
    pub relative_width: Option<(f32, HorizontalBase)>,
    /// Height as a share of its base, where given.
    pub relative_height: Option<(f32, VerticalBase)>,
    /// How text goes around it.
    pub wrap: Wrap,
    /// The outline that text goes around with [`Wrap::Tight`]; `None` = its rectangle.
    pub outline: Option<WrapOutline>,
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

impl FloatPosition {
    /// Whether it counts from the page across and down, rather than from the text it is anchored in.
    pub fn counts_from_page(self) -> (bool, bool) {
        let across = !matches!(self.horizontal.0, HorizontalBase::Column | HorizontalBase::Character);
        let down = !matches!(self.vertical.0, VerticalBase::Paragraph | VerticalBase::Line);
        (across, down)
    }
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
    /// Around its outline.
    Tight(WrapSide),
    /// Above and below only.
    TopAndBottom,
}

/// The outline that text goes around (20.4.2.16 `wrapPolygon`).
#[derive(Debug, Clone, PartialEq)]
pub struct WrapOutline {
    /// Its corners as shares of the drawing's width and height; some may lie outside.
    pub points: Vec<(f32, f32)>,
    /// Text also stands in its hollows (`wrapThrough`).
    pub hollows: bool,
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
    Shape(Arc<DrawingShape>),
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
    /// A line of text that is no paragraph: in charts and metafiles.
    Label(Box<Label>),
    /// Text stretched over the whole of the drawing: a watermark.
    WordArt(Box<WordArt>),
    /// Something that cannot be shown (a metafile of unknown records, SmartArt): its space is kept.
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

/// What a picture shows.
#[derive(Debug, Clone)]
pub enum PictureData {
    /// Pixels.
    Bitmap(Arc<Image>),
    /// The shapes of a metafile, for the whole picture: before anything is cut off.
    Shapes(Box<DrawingContent>),
}

/// How long a picture is of which this length shows after such a share of it was cut off.
pub fn uncropped(shown: f32, cut: f32) -> f32 {
    shown / (1.0 - cut).max(0.001)
}

/// A picture.
#[derive(Debug, Clone)]
pub struct Picture {
    /// What it shows.
    pub data: PictureData,
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
    /// The shape it is cut to.
    pub geometry: Geometry,
    /// Its shadow.
    pub shadow: Option<Shadow>,
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
    /// Its shadow.
    pub shadow: Option<Shadow>,
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
    /// Several outlines, or one that is not filled or not stroked.
    Paths(Vec<GeometryPath>),
    /// A preset that looks different in another size.
    Preset(Box<PresetGeometry>),
}

/// A preset shape (20.1.9.18), worked out for the size it is saved with; `of_size` tells how it looks in another.
#[derive(Debug, Clone, PartialEq)]
pub struct PresetGeometry {
    /// The preset's name.
    pub name: String,
    /// Its adjustments.
    pub adjustments: Vec<(String, f32)>,
    /// The width and height that it is saved with.
    pub size: (Emu, Emu),
    /// Its outline in that size.
    pub geometry: Geometry,
}

/// One of the paths of a shape (20.1.9.15), drawn in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct GeometryPath {
    /// Its outline.
    pub steps: Vec<GeometryStep>,
    /// How it shows the shape's fill.
    pub fill: PathFill,
    /// The shape's outline is drawn along it.
    pub stroked: bool,
}

/// How a path of a shape shows the shape's fill (20.1.10.37).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PathFill {
    /// Not at all.
    None,
    /// As it is.
    #[default]
    Normal,
    /// Much lighter.
    Lighten,
    /// Somewhat lighter.
    LightenLess,
    /// Much darker.
    Darken,
    /// Somewhat darker.
    DarkenLess,
}

impl PathFill {
    /// The one that the standard calls so.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "none" => Self::None,
            "lighten" => Self::Lighten,
            "lightenLess" => Self::LightenLess,
            "darken" => Self::Darken,
            "darkenLess" => Self::DarkenLess,
            _ => Self::Normal,
        }
    }
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
    /// One colour with its opacity.
    Solid(Rgb, f32),
    /// Colours that go over into each other.
    Gradient(Gradient),
    /// A picture.
    Picture(Arc<Image>),
    /// A picture side by side with itself, from the left top corner on, each time of this width and height.
    Tiles(Arc<Image>, (Emu, Emu)),
}

/// Colours that go over into each other (20.1.8.33).
#[derive(Debug, Clone, PartialEq)]
pub struct Gradient {
    /// Places from 0 to 1 with their colours and opacities, in order; there is at least one.
    pub stops: Vec<(f32, Rgb, f32)>,
    /// Along what they change.
    pub way: GradientWay,
}

impl Gradient {
    /// All in one colour: its mean, with the mean opacity.
    #[must_use]
    pub fn mean(&self) -> (Rgb, f32) {
        let count = self.stops.len().max(1) as f32;
        let mean = |part: fn(&(f32, Rgb, f32)) -> f32| self.stops.iter().map(part).sum::<f32>() / count;
        let channel = |part: fn(&(f32, Rgb, f32)) -> f32| mean(part).round() as u8;
        let rgb = Rgb(channel(|stop| f32::from(stop.1.0)), channel(|stop| f32::from(stop.1.1)), channel(|stop| f32::from(stop.1.2)));
        (rgb, mean(|stop| stop.2))
    }
}

/// Along what a gradient's colours change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GradientWay {
    /// A line at so many degrees, clockwise from the left edge's way to the right one; `scaled` with the shape's sides (20.1.8.41).
    Line {
        /// The degrees.
        degrees: f32,
        /// They are those of a square that is then stretched.
        scaled: bool,
    },
    /// Circles or rectangles around a place within the shape, as shares cut off at left, top, right and bottom (20.1.8.46); the first colour stands in the middle.
    Around {
        /// Circles.
        round: bool,
        /// The place.
        middle: [f32; 4],
    },
}

/// A shadow beside and below (20.1.8.45).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shadow {
    /// Its colour.
    pub color: Rgb,
    /// Its opacity.
    pub opacity: f32,
    /// How far to the right and down.
    pub offset: (Emu, Emu),
    /// How wide its edge is.
    pub blur: Emu,
    /// It falls the same way however the shape is turned.
    pub stays: bool,
}

/// An outline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outline {
    /// Its colour.
    pub color: Rgb,
    /// Its opacity, 1.0 = opaque.
    pub opacity: f32,
    /// Its width.
    pub width: Emu,
    /// Its dashes.
    pub dashes: Dashes,
    /// The lines it consists of.
    pub compound: Compound,
    /// Arrow heads at start and end.
    pub arrows: (Option<ArrowHead>, Option<ArrowHead>),
}

/// An arrow head; its size counts widths of its line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArrowHead {
    /// Its form.
    pub kind: ArrowKind,
    /// How wide it is.
    pub width: f32,
    /// How long it is.
    pub length: f32,
}

/// Forms of arrow heads (20.1.10.33).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrowKind {
    /// A filled triangle.
    Triangle,
    /// A triangle with a notch.
    Stealth,
    /// A diamond about the line's end.
    Diamond,
    /// An ellipse about the line's end.
    Oval,
    /// Two lines.
    Open,
}

/// The lines that an outline consists of, from the outer one to the inner one (20.1.10.15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compound {
    /// One.
    #[default]
    Single,
    /// Two thin ones.
    Double,
    /// A thick and a thin one.
    ThickThin,
    /// A thin and a thick one.
    ThinThick,
    /// A thick one between thin ones.
    Triple,
}

impl Compound {
    /// By its name in DrawingML or VML.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "dbl" | "thinThin" => Self::Double,
            "thickThin" => Self::ThickThin,
            "thinThick" => Self::ThinThick,
            "tri" | "thickBetweenThin" => Self::Triple,
            _ => Self::Single,
        }
    }
}

/// Dashes of an outline, counted in its widths; none of a whole line.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Dashes {
    lengths: [f32; Self::MOST],
    count: usize,
    /// Their ends are round: those reach half a width beyond the lengths.
    pub round: bool,
}

impl Dashes {
    /// No line has more.
    const MOST: usize = 16;

    /// Dashes and the spaces behind them in turn. Round ends are part of what the lengths say of the dashes.
    #[must_use]
    pub fn new(lengths: &[f32], round: bool) -> Self {
        let mut dashes = Self { round, count: lengths.len().min(Self::MOST) / 2 * 2, ..Self::default() };
        for (at, (own, length)) in dashes.lengths.iter_mut().zip(lengths).enumerate() {
            let ends = if at % 2 == 0 { -1.0 } else { 1.0 };
            *own = if round { (length + ends).max(0.0) } else { length.max(0.0) };
        }
        dashes
    }

    /// Dashes and the spaces behind them in turn.
    #[must_use]
    pub fn lengths(&self) -> &[f32] {
        &self.lengths[..self.count]
    }
}

/// What becomes of text that does not fit its shape (20.1.10.63 and the elements of 20.1.2.1 beside it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextFit {
    /// It is cut off at the shape's edge.
    #[default]
    Cut,
    /// The shape is as high as its text (`a:spAutoFit`).
    Grow,
    /// The text is made smaller (`a:normAutofit`).
    Shrink,
}

/// The rectangle that a preset shape keeps for its text: it goes by the shape's size (`TextArea::shares`).
#[derive(Debug, Clone)]
pub struct TextArea {
    /// The preset's name.
    pub preset: String,
    /// Its adjustments.
    pub adjustments: Vec<(String, f32)>,
}

/// Text in a shape.
#[derive(Debug, Clone)]
pub struct TextBox {
    /// Its content.
    pub blocks: Vec<Block>,
    /// Where in its shape it stands.
    pub area: TextArea,
    /// Insets: left, top, right, bottom.
    pub insets: [Emu; 4],
    /// Where the text stands.
    pub vertical_align: VerticalAlign,
    /// What becomes of text that does not fit.
    pub fit: TextFit,
    /// Text wraps at the shape's width.
    pub wrap: bool,
    /// Direction of text.
    pub direction: TextDirection,
    /// The text does not turn with its shape.
    pub upright: bool,
    /// The text goes on in another box, or comes from one.
    pub chain: Chain,
}

/// Boxes of one text (MS-ODRAWXML `wps:linkedTxbx`; part 4, 14.1 `mso-next-textbox`): names are the document's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chain {
    /// Another box's text may go on here.
    pub name: Option<String>,
    /// What does not fit goes on there.
    pub next: Option<String>,
}

/// One line of text placed by a point: the drawing's left top corner. Its size is not used.
#[derive(Debug, Clone)]
pub struct Label {
    /// The text.
    pub text: String,
    /// How it looks.
    pub props: Arc<RunProps>,
    /// It is drawn so many times as large as its properties say.
    pub scale: f32,
    /// Where the point lies across the text: 0 at its start, 0.5 in its middle, 1 at its end.
    pub across: f32,
    /// Where the point lies along its height.
    pub base: LabelBase,
    /// Clockwise about the point, in degrees.
    pub rotation: f32,
}

/// Where in the height of a [`Label`] its point lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LabelBase {
    /// On the baseline.
    #[default]
    Baseline,
    /// At the top of the line.
    Top,
    /// Halfway between top and bottom.
    Middle,
    /// At the bottom of the line.
    Bottom,
}

/// Lines of text stretched to fill a box (part 4, 19.1.2.23 `v:textpath`).
#[derive(Debug, Clone)]
pub struct WordArt {
    /// The lines; the longest is as wide as the box.
    pub lines: Vec<String>,
    /// Where shorter lines stand.
    pub align: WordArtAlign,
    /// How the letters are painted, where that is more than one colour.
    pub paint: Option<Box<LetterPaint>>,
    /// Fonts and colour; the size follows from the box.
    pub props: Arc<RunProps>,
    /// The letters themselves fill the height, without room above and below them.
    pub trimmed: bool,
    /// Rotation in degrees, clockwise.
    pub rotation: f32,
    /// Mirrored left-right, top-bottom.
    pub flip: (bool, bool),
}

/// Where a line of [`WordArt`] stands that is shorter than others (part 4, 14.1.2.1 `v-text-align`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WordArtAlign {
    /// At the left.
    Left,
    /// In the middle.
    #[default]
    Center,
    /// At the right.
    Right,
    /// It is made as long as the others.
    Stretch,
}

/// The paint of letters that are drawn as a shape is.
#[derive(Debug, Clone)]
pub struct LetterPaint {
    /// Their fill.
    pub fill: Option<Fill>,
    /// Their outline.
    pub outline: Option<Outline>,
    /// Their shadow.
    pub shadow: Option<Shadow>,
}
