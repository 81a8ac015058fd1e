//! Items of a page become its operators; marked content notes which structure element each belongs to.

use std::collections::BTreeMap;

use lopdf::StringFormat;
use printpdf::{ExtendedGraphicsState, ExtendedGraphicsStateId};

use super::fonts::Faces;
use super::image::Pictures;
use super::syntax::Syntax;
use super::text::TextState;
use crate::graphics::Rgb;
use crate::layout::frame::{Frames, Item, NodeId, Page, PathStep, PlacedImage, Role, Shape, Structure};

/// All pages as operators, with what they refer to.
#[derive(Default)]
pub(super) struct Painted {
    /// The operators of each page.
    pub(super) pages: Vec<Vec<u8>>,
    /// For each page, the structure element of each marked-content id.
    pub(super) marks: Vec<Vec<NodeId>>,
    /// Graphics states for opacity.
    pub(super) states: BTreeMap<ExtendedGraphicsStateId, ExtendedGraphicsState>,
    /// Some character has no glyph: it shows the box of its font for missing ones.
    pub(super) lacks_glyphs: bool,
}

/// What stands in the graphics state and is not worth saying twice.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct State {
    pub(super) fill: Option<Rgb>,
    pub(super) stroke: Option<Rgb>,
    /// In hundredths of a point.
    pub(super) line_width: Option<i32>,
    pub(super) dash: Vec<f32>,
    pub(super) round: bool,
    pub(super) text: TextState,
}

/// The open marked content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Artifact,
    Element(NodeId),
    /// Content with a text of its own, which nothing joins; inside of an artifact or not.
    Replaced {
        in_artifact: bool,
    },
}

/// Draws one page.
pub(super) struct Painter<'a> {
    pub(super) content: Syntax,
    pub(super) faces: &'a Faces,
    pub(super) state: State,
    /// Height of the page; layout measures from the top, PDF from the bottom. Zero in groups, whose matrix turns them.
    pub(super) height: f32,
    pictures: &'a Pictures,
    structure: &'a Structure,
    states: &'a mut BTreeMap<ExtendedGraphicsStateId, ExtendedGraphicsState>,
    pub(super) lacks_glyphs: bool,
    marks: Vec<NodeId>,
    saved: Vec<State>,
    open: Open,
}

/// Draws all pages.
pub(super) fn paint(frames: &Frames, faces: &Faces, pictures: &Pictures) -> Painted {
    let mut painted = Painted::default();
    for page in &frames.pages {
        let mut painter = Painter {
            content: Syntax::with_capacity(page.items.len() * 100),
            faces,
            state: State::default(),
            height: page.height.0,
            pictures,
            structure: &frames.structure,
            states: &mut painted.states,
            lacks_glyphs: painted.lacks_glyphs,
            marks: Vec::new(),
            saved: Vec::new(),
            open: Open::Nothing,
        };
        painter.page(page);
        let lacks_glyphs = painter.lacks_glyphs;
        painted.pages.push(painter.content.bytes);
        painted.marks.push(painter.marks);
        painted.lacks_glyphs = lacks_glyphs;
    }
    painted
}

impl Painter<'_> {
    fn page(&mut self, page: &Page) {
        self.items(&page.items);
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            match &item.shape {
                Shape::Glyphs(run) => self.glyphs(item.tag, run),
                Shape::Path(path) => {
                    self.mark(item.tag);
                    self.path(path);
                }
                Shape::Image(placed) => {
                    self.mark(item.tag);
                    self.image(placed);
                }
                Shape::Group { transform, clip, items } => self.group(*transform, clip.as_deref(), items),
            }
        }
        self.end_mark();
    }

    fn group(&mut self, transform: [f32; 6], clip: Option<&[PathStep]>, items: &[Item]) {
        self.end_mark();
        self.save();
        let [a, b, c, d, e, f] = transform;
        self.transform([a, -b, -c, d, e, self.height - f]);
        let height = std::mem::replace(&mut self.height, 0.0);
        if let Some(clip) = clip {
            self.clip(clip);
        }
        self.items(items);
        self.height = height;
        self.restore();
    }

    fn image(&mut self, placed: &PlacedImage) {
        let Some(name) = self.pictures.name(placed.image) else { return };
        let (width, height) = (placed.width.0, placed.height.0);
        let [left, top, right, bottom] = placed.crop.map(|share| if share.is_finite() { share } else { 0.0 });
        let (shown_x, shown_y) = (1.0 - left - right, 1.0 - top - bottom);
        if width <= 0.0 || height <= 0.0 || shown_x < 0.001 || shown_y < 0.001 {
            return;
        }
        self.end_text();
        self.save();
        self.opacity(placed.opacity);
        // The origin moves to the frame's centre, about which it turns and mirrors.
        let (sin, cos) = (-placed.rotation.to_radians()).sin_cos();
        let (mirror_x, mirror_y) = (if placed.flip.0 { -1.0 } else { 1.0 }, if placed.flip.1 { -1.0 } else { 1.0 });
        let (x, y) = (placed.x.0 + width / 2.0, self.height - placed.y.0 - height / 2.0);
        self.transform([cos * mirror_x, sin * mirror_x, -sin * mirror_y, cos * mirror_y, x, y]);
        if [left, top, right, bottom].iter().any(|share| *share > 0.0) {
            self.clip_rectangle(-width / 2.0, -height / 2.0, width, height);
        }
        let (full_width, full_height) = (width / shown_x, height / shown_y);
        let (from_x, from_y) = (-width / 2.0 - left * full_width, -height / 2.0 - bottom * full_height);
        self.transform([full_width, 0.0, 0.0, full_height, from_x, from_y]);
        self.content.name(&name).operator("Do");
        self.restore();
    }

    /// Opens marked content for a structure element, or for an artifact; stays in the open one if it is the same.
    pub(super) fn mark(&mut self, tag: Option<NodeId>) {
        let known = self.known(tag);
        let wanted = known.map_or(Open::Artifact, Open::Element);
        if self.open == wanted {
            return;
        }
        self.end_mark();
        self.open = wanted;
        match known {
            Some(node) => {
                let role = self.structure.nodes.get(node.0).map_or(Role::Span, |node| node.role);
                self.content.name(super::tags::role_name(role)).raw("<<");
                self.mark_id(node);
                self.content.raw(">>").operator("BDC");
            }
            None => self.content.name("Artifact").operator("BMC"),
        }
    }

    /// Opens marked content whose glyphs cannot be read back one by one, and says what they mean together.
    ///
    /// The text belongs to the content itself, not to a span inside of it, after which poppler would lose the element's rest;
    /// and it is called a span whatever its element is, because poppler looks for texts in spans only.
    pub(super) fn mark_with_text(&mut self, tag: Option<NodeId>, text: &[u8]) {
        self.end_mark();
        let known = self.known(tag);
        if known.is_none() {
            self.content.name("Artifact").operator("BMC");
        }
        self.content.raw("/Span<</ActualText").string(text, StringFormat::Hexadecimal);
        if let Some(node) = known {
            self.mark_id(node);
        }
        self.content.raw(">>").operator("BDC");
        self.open = Open::Replaced { in_artifact: known.is_none() };
    }

    /// Notes a piece of an element and numbers it.
    fn mark_id(&mut self, node: NodeId) {
        self.content.name("MCID").integer(self.marks.len() as i64);
        self.marks.push(node);
    }

    /// Closes what is open, so that graphics states and marked content nest.
    pub(super) fn end_mark(&mut self) {
        self.end_text();
        let levels = match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => 0,
            Open::Replaced { in_artifact: true } => 2,
            _ => 1,
        };
        for _ in 0..levels {
            self.content.operator("EMC");
        }
    }

    /// A structure element, if there is such a one.
    fn known(&self, tag: Option<NodeId>) -> Option<NodeId> {
        tag.filter(|node| node.0 < self.structure.nodes.len())
    }

    /// Saves the graphics state; [`Painter::restore`] brings it back together with what we remember of it.
    pub(super) fn save(&mut self) {
        self.content.operator("q");
        self.saved.push(self.state.clone());
    }

    pub(super) fn restore(&mut self) {
        self.content.operator("Q");
        self.state = self.saved.pop().unwrap_or_default();
    }

    pub(super) fn transform(&mut self, [a, b, c, d, e, f]: [f32; 6]) {
        self.content.factor(a).factor(b).factor(c).factor(d).lengths([e, f]).operator("cm");
    }

    /// Sets the opacity of what follows; the caller saves and restores around it.
    pub(super) fn opacity(&mut self, opacity: f32) {
        let percent = if opacity.is_finite() { (opacity.clamp(0.0, 1.0) * 100.0).round() } else { 100.0 };
        if percent >= 100.0 {
            return;
        }
        let name = format!("A{percent}");
        self.content.name(&name).operator("gs");
        self.states.entry(ExtendedGraphicsStateId(name)).or_insert_with(|| {
            ExtendedGraphicsState::default().with_current_fill_alpha(percent / 100.0).with_current_stroke_alpha(percent / 100.0)
        });
    }
}
