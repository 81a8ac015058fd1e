//! Items of a page become printpdf operators; marked content notes which structure element each belongs to.

use std::collections::BTreeMap;

use printpdf::{CurTransMat, DictItem, ExtendedGraphicsState, ExtendedGraphicsStateId, Op, XObjectId, XObjectTransform};

use super::fonts::Faces;
use super::image::Pictures;
use super::number::{factor, short};
use super::text::TextState;
use crate::graphics::Rgb;
use crate::layout::frame::{Frames, Item, NodeId, Page, PathStep, PlacedImage, Role, Shape, Structure};

/// All pages as operators, with what they refer to.
#[derive(Default)]
pub(super) struct Painted {
    /// The operators of each page.
    pub(super) pages: Vec<Vec<Op>>,
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
    pub(super) ops: Vec<Op>,
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
            ops: Vec::with_capacity(page.items.len() * 6),
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
        painted.pages.push(painter.ops);
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
        let transform = XObjectTransform { no_auto_scale: true, ..XObjectTransform::default() };
        self.ops.push(Op::UseXobject { id: XObjectId(name), transform });
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
                let properties = BTreeMap::from([self.mark_id(node)]);
                self.begin_mark(super::tags::role_name(role), properties);
            }
            None => self.ops.push(Op::BeginMarkedContent { tag: "Artifact".to_owned() }),
        }
    }

    /// Opens marked content whose glyphs cannot be read back one by one, and says what they mean together.
    ///
    /// The text belongs to the content itself, not to a span inside of it, after which poppler would lose the element's rest;
    /// and it is called a span whatever its element is, because poppler looks for texts in spans only.
    pub(super) fn mark_with_text(&mut self, tag: Option<NodeId>, text: DictItem) {
        self.end_mark();
        let known = self.known(tag);
        let mut properties = BTreeMap::from([("ActualText".to_owned(), text)]);
        if let Some(node) = known {
            properties.extend([self.mark_id(node)]);
        } else {
            self.ops.push(Op::BeginMarkedContent { tag: "Artifact".to_owned() });
        }
        self.begin_mark("Span", properties);
        self.open = Open::Replaced { in_artifact: known.is_none() };
    }

    fn begin_mark(&mut self, tag: &str, properties: BTreeMap<String, DictItem>) {
        let properties = DictItem::Dict { map: properties };
        self.ops.push(Op::BeginMarkedContentWithProperties { tag: tag.to_owned(), properties });
    }

    /// Notes a piece of an element and numbers it.
    fn mark_id(&mut self, node: NodeId) -> (String, DictItem) {
        self.marks.push(node);
        ("MCID".to_owned(), DictItem::Int(self.marks.len() as i64 - 1))
    }

    /// Closes what is open, so that graphics states and marked content nest.
    pub(super) fn end_mark(&mut self) {
        self.end_text();
        let levels = match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => 0,
            Open::Replaced { in_artifact: true } => 2,
            _ => 1,
        };
        self.ops.extend((0..levels).map(|_| Op::EndMarkedContent));
    }

    /// A structure element, if there is such a one.
    fn known(&self, tag: Option<NodeId>) -> Option<NodeId> {
        tag.filter(|node| node.0 < self.structure.nodes.len())
    }

    /// Saves the graphics state; [`Painter::restore`] brings it back together with what we remember of it.
    pub(super) fn save(&mut self) {
        self.ops.push(Op::SaveGraphicsState);
        self.saved.push(self.state.clone());
    }

    pub(super) fn restore(&mut self) {
        self.ops.push(Op::RestoreGraphicsState);
        self.state = self.saved.pop().unwrap_or_default();
    }

    pub(super) fn transform(&mut self, [a, b, c, d, e, f]: [f32; 6]) {
        let matrix = CurTransMat::Raw([factor(a), factor(b), factor(c), factor(d), short(e), short(f)]);
        self.ops.push(Op::SetTransformationMatrix { matrix });
    }

    /// Sets the opacity of what follows; the caller saves and restores around it.
    pub(super) fn opacity(&mut self, opacity: f32) {
        let percent = if opacity.is_finite() { (opacity.clamp(0.0, 1.0) * 100.0).round() } else { 100.0 };
        if percent >= 100.0 {
            return;
        }
        let id = ExtendedGraphicsStateId(format!("A{percent}"));
        self.states.entry(id.clone()).or_insert_with(|| {
            ExtendedGraphicsState::default().with_current_fill_alpha(percent / 100.0).with_current_stroke_alpha(percent / 100.0)
        });
        self.ops.push(Op::LoadGraphicsState { gs: id });
    }

    /// An operator printpdf has no name for.
    pub(super) fn operator(&mut self, key: &str, value: Vec<DictItem>) {
        self.ops.push(Op::Unknown { key: key.to_owned(), value });
    }
}
