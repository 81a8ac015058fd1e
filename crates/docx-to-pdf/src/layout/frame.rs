//! What layout produces: plain positioned data, one [`Page`] a page. The only thing `pdf` sees of a document.
//!
//! Coordinates are points from the page's top left corner, y down.

use std::sync::Arc;

use crate::fonts::FontId;
use crate::graphics::{Image, Rgb};
use crate::units::Pt;

/// A laid-out document.
#[derive(Debug, Clone, Default)]
pub struct Frames {
    /// The pages in order.
    pub pages: Vec<Page>,
    /// Pictures used, by [`ImageId`]; the same picture stands once.
    pub images: Vec<Arc<Image>>,
    /// The logical structure: what a screen reader reads.
    pub structure: Structure,
    /// The outline (bookmarks panel), from headings, in order.
    pub outline: Vec<OutlineEntry>,
    /// Named places that internal links go to.
    pub destinations: Vec<(String, Destination)>,
}

/// One page.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Its width.
    pub width: Pt,
    /// Its height.
    pub height: Pt,
    /// What is drawn, back to front.
    pub items: Vec<Item>,
    /// Clickable areas.
    pub links: Vec<Link>,
}

/// A thing drawn with the structure element it belongs to; `None` marks an artifact (borders, shading, page numbers, repeated header rows).
#[derive(Debug, Clone)]
pub struct Item {
    /// The structure element.
    pub tag: Option<NodeId>,
    /// What is drawn.
    pub shape: Shape,
}

/// What can be drawn.
#[derive(Debug, Clone)]
pub enum Shape {
    /// A run of glyphs on one baseline in one font, size and colour.
    Glyphs(GlyphRun),
    /// A path, filled and/or stroked.
    Path(Path),
    /// A picture.
    Image(PlacedImage),
    /// Items in their own coordinate system, optionally clipped.
    Group {
        /// Maps the group's coordinates to the page's: `[a b c d e f]`, x' = a·x + c·y + e, y' = b·x + d·y + f (y down on both sides).
        transform: [f32; 6],
        /// Clip, in the group's coordinates.
        clip: Option<Vec<PathStep>>,
        /// The items.
        items: Vec<Item>,
    },
}

/// Glyphs on one baseline. Advances are already final (kerning, justification, letter spacing), so each glyph carries its own x.
#[derive(Debug, Clone)]
pub struct GlyphRun {
    /// The font.
    pub font: FontId,
    /// Its size.
    pub size: Pt,
    /// Horizontal scaling, 1.0 = none (`w:w`).
    pub scale_x: f32,
    /// Fill colour.
    pub color: Rgb,
    /// Left end of the baseline.
    pub x: Pt,
    /// The baseline.
    pub y: Pt,
    /// The glyphs in visual order.
    pub glyphs: Vec<Glyph>,
    /// The run's text in logical order, for copying and searching; glyphs point into it.
    pub text: String,
    /// The text reads from right to left.
    pub rtl: bool,
    /// Slant for a font without an italic face.
    pub synthetic_italic: bool,
    /// Stroke for a font without a bold face.
    pub synthetic_bold: bool,
    /// It does not show, as its letters are painted by paths; it is there for those who search and listen.
    pub unseen: bool,
}

/// One glyph of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// Its id in the font.
    pub id: u16,
    /// Where it starts, from the run's x.
    pub x: Pt,
    /// How far it is raised above the baseline.
    pub rise: Pt,
    /// Its own advance (before the next glyph's x is considered), for the PDF's widths.
    pub advance: Pt,
    /// Byte range of the run's text it stands for; a ligature covers several characters, a mark may cover none (start == end).
    pub text: (u32, u32),
}

/// A path with its paint.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// The steps.
    pub steps: Vec<PathStep>,
    /// Fill colour.
    pub fill: Option<Rgb>,
    /// Opacity of fill and stroke, 1.0 = opaque.
    pub opacity: f32,
    /// Stroke.
    pub stroke: Option<Stroke>,
    /// Even-odd instead of non-zero winding.
    pub even_odd: bool,
}

/// How far the control points of a curve that is a quarter of a circle lie from its ends, in radii.
pub(crate) const QUARTER: f32 = 0.552_284_8;

/// A step of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PathStep {
    /// Start here.
    Move(Pt, Pt),
    /// A straight line to here.
    Line(Pt, Pt),
    /// A cubic Bézier curve: two control points, then the end.
    Curve(Pt, Pt, Pt, Pt, Pt, Pt),
    /// Back to the start.
    Close,
}

/// How a line is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Stroke {
    /// Colour.
    pub color: Rgb,
    /// Width.
    pub width: Pt,
    /// Dash pattern in points, empty = solid.
    pub dash: Vec<f32>,
    /// Round caps and joins.
    pub round: bool,
}

/// Index into [`Frames::images`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImageId(pub usize);

/// A picture on the page.
#[derive(Debug, Clone)]
pub struct PlacedImage {
    /// Which.
    pub image: ImageId,
    /// Left edge of the frame, before rotation.
    pub x: Pt,
    /// Top edge of the frame, before rotation.
    pub y: Pt,
    /// The frame's width.
    pub width: Pt,
    /// The frame's height.
    pub height: Pt,
    /// Share cut off at left, top, right, bottom (0 = none; negative = space around).
    pub crop: [f32; 4],
    /// Clockwise rotation about the centre in degrees.
    pub rotation: f32,
    /// Mirrored left-right, top-bottom.
    pub flip: (bool, bool),
    /// 1.0 = opaque.
    pub opacity: f32,
}

/// A clickable area.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Left, top, right, bottom.
    pub rect: [Pt; 4],
    /// Where it goes.
    pub target: LinkTarget,
    /// The `Link` structure element it belongs to.
    pub tag: Option<NodeId>,
    /// What it is called, for screen readers.
    pub contents: String,
}

/// Where a link goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTarget {
    /// A web or mail address.
    Uri(String),
    /// A name in [`Frames::destinations`].
    Named(String),
}

/// A place on a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Destination {
    /// Page, from 0.
    pub page: usize,
    /// Height on it.
    pub y: Pt,
}

/// One line of the outline.
#[derive(Debug, Clone, PartialEq)]
pub struct OutlineEntry {
    /// Depth from 1.
    pub level: u8,
    /// Its text.
    pub title: String,
    /// Where it stands.
    pub at: Destination,
}

/// Index into [`Structure::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub usize);

/// The logical structure as a tree in reading order (ISO 32000-1, 14.7).
#[derive(Debug, Clone, Default)]
pub struct Structure {
    /// All elements; a child's parent always stands before it.
    pub nodes: Vec<Node>,
}

impl Structure {
    /// Gives each heading the level below the one before it where it skips any: a reader that steps by headings expects no gaps (ISO 14289-1, 7.4.2).
    pub(crate) fn close_heading_gaps(&mut self) {
        // What each level of the document became.
        let mut open: Vec<(u8, u8)> = Vec::new();
        for node in &mut self.nodes {
            let Role::Heading(level) = node.role else { continue };
            open.retain(|(own, _)| *own < level);
            let shown = open.last().map_or(1, |(_, shown)| (shown + 1).min(6));
            open.push((level, shown));
            node.role = Role::Heading(shown);
        }
    }
}

/// One structure element.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its role.
    pub role: Role,
    /// Its parent; `None` for children of the document.
    pub parent: Option<NodeId>,
    /// Alternative text of a figure or a formula.
    pub alt: Option<String>,
    /// The text it stands for, where its pieces are not drawn in the order of reading.
    pub actual: Option<String>,
    /// Its language, where it differs from the document's.
    pub lang: Option<String>,
    /// The element with the same parent that it is told right before or behind, whatever order they were made in.
    pub beside: Option<(NodeId, Side)>,
}

/// On which side of another element one is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Before it.
    Before,
    /// Behind it.
    Behind,
}

/// Roles of structure elements (ISO 32000-1, 14.8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A heading of level 1–6.
    Heading(u8),
    /// A paragraph.
    Paragraph,
    /// A list.
    List,
    /// An item of a list.
    ListItem,
    /// An item's number or bullet.
    Label,
    /// An item's text.
    ListBody,
    /// A table.
    Table,
    /// A row.
    Row,
    /// A header cell with its extent in columns and rows.
    HeaderCell {
        /// Columns it spans.
        columns: u16,
        /// Rows it spans.
        rows: u16,
    },
    /// A data cell.
    Cell {
        /// Columns it spans.
        columns: u16,
        /// Rows it spans.
        rows: u16,
    },
    /// A picture.
    Figure,
    /// A link.
    Link,
    /// A footnote or endnote.
    Note,
    /// A grouping without a role of its own (text box).
    Section,
    /// A table that only lays things out.
    Division,
    /// A piece of a paragraph.
    Span,
    /// A formula.
    Formula,
}

impl Structure {
    /// Adds an element and tells its id.
    pub fn add(&mut self, role: Role, parent: Option<NodeId>) -> NodeId {
        self.nodes.push(Node { role, parent, alt: None, actual: None, lang: None, beside: None });
        NodeId(self.nodes.len() - 1)
    }
}
