//! What a laid-out piece of content draws, before it has its place on a page.

use crate::graphics::Rgb;
use crate::layout::frame::{Item, Link, NodeId, Path, PathStep, Shape, Stroke};
use crate::units::Pt;

/// Drawn things in three layers, with the links and marks that move along with them.
#[derive(Debug, Clone, Default)]
pub(super) struct Ink {
    /// Behind the text.
    pub behind: Vec<Layer>,
    /// The text layer.
    pub items: Vec<Item>,
    /// In front of the text.
    pub front: Vec<Layer>,
    /// Clickable areas.
    pub links: Vec<Link>,
    /// Bookmarks, headings and styled texts, for destinations, outline and STYLEREF.
    pub marks: Vec<Mark>,
}

/// Something drawn behind or in front of the text.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    /// Its order.
    pub z: i64,
    /// What is drawn.
    pub item: Item,
    /// It counts from its page across or down, and stays where it is when what it is anchored in gets its place.
    pub fixed: (bool, bool),
}

impl Layer {
    /// Something that moves along.
    pub(super) fn new(z: i64, item: Item) -> Self {
        Self { z, item, fixed: (false, false) }
    }
}

/// Something to remember about a place.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    /// Its height.
    pub y: Pt,
    /// What stands there.
    pub kind: MarkKind,
}

/// What a mark tells.
#[derive(Debug, Clone)]
pub(super) enum MarkKind {
    /// A bookmark starts.
    Bookmark(String),
    /// A heading for the outline: depth from 1 and title.
    Heading(u8, String),
    /// Something is not drawn here: what it is.
    NotDrawn(String),
    /// Something does not show as written here, in words.
    Told(&'static str),
}

/// Lengths of an [`Ink`], to undo what was added after it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct InkLength([usize; 5]);

impl Ink {
    /// How much is drawn: glyphs, steps of paths, and what every item costs.
    pub(super) fn weight(&self) -> usize {
        /// An item, in glyphs.
        const ITEM: usize = 8;
        fn of(item: &Item) -> usize {
            ITEM + match &item.shape {
                Shape::Glyphs(run) => run.glyphs.len(),
                Shape::Path(path) => path.steps.len(),
                Shape::Group { items, .. } => items.iter().map(of).sum(),
                Shape::Image(_) => 0,
            }
        }
        let layers = self.behind.iter().chain(&self.front).map(|layer| &layer.item);
        self.items.iter().chain(layers).map(of).sum()
    }

    /// Nothing yet, with room for so many items of the text layer.
    pub(super) fn with_room(items: usize) -> Self {
        Self { items: Vec::with_capacity(items), ..Self::default() }
    }

    /// Nothing is drawn, and nothing marked.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.behind.is_empty() && self.front.is_empty() && self.links.is_empty() && self.marks.is_empty()
    }

    /// Moves everything.
    pub(super) fn translate(&mut self, dx: Pt, dy: Pt) {
        if dx == Pt::ZERO && dy == Pt::ZERO {
            return;
        }
        for item in &mut self.items {
            translate(item, dx, dy);
        }
        for layer in self.behind.iter_mut().chain(&mut self.front) {
            let (across, down) = layer.fixed;
            translate(&mut layer.item, if across { Pt::ZERO } else { dx }, if down { Pt::ZERO } else { dy });
        }
        for link in &mut self.links {
            let [left, top, right, bottom] = link.rect;
            link.rect = [left + dx, top + dy, right + dx, bottom + dy];
        }
        for mark in &mut self.marks {
            mark.y += dy;
        }
    }

    /// Takes over all of another.
    pub(super) fn append(&mut self, other: Self) {
        join(&mut self.behind, other.behind);
        join(&mut self.items, other.items);
        join(&mut self.front, other.front);
        join(&mut self.links, other.links);
        join(&mut self.marks, other.marks);
    }

    /// How much there is now.
    pub(super) fn length(&self) -> InkLength {
        InkLength([self.behind.len(), self.items.len(), self.front.len(), self.links.len(), self.marks.len()])
    }

    /// Forgets what was added since.
    pub(super) fn truncate(&mut self, length: InkLength) {
        self.behind.truncate(length.0[0]);
        self.items.truncate(length.0[1]);
        self.front.truncate(length.0[2]);
        self.links.truncate(length.0[3]);
        self.marks.truncate(length.0[4]);
    }

    /// Marks everything as decoration: no structure, no links, no marks (repeated header rows).
    pub(super) fn into_artifact(mut self) -> Self {
        let layers = self.behind.iter_mut().chain(&mut self.front).map(|layer| &mut layer.item);
        for item in self.items.iter_mut().chain(layers) {
            retag(item, None);
        }
        self.links.clear();
        self.marks.clear();
        self
    }

    /// Gives everything drawn to one element.
    pub(super) fn given_to(mut self, tag: NodeId) -> Self {
        let layers = self.behind.iter_mut().chain(&mut self.front).map(|layer| &mut layer.item);
        for item in self.items.iter_mut().chain(layers) {
            retag(item, Some(tag));
        }
        self
    }

    /// All items back to front.
    pub(super) fn into_layers(mut self) -> Vec<Item> {
        self.behind.sort_by_key(|layer| layer.z);
        self.front.sort_by_key(|layer| layer.z);
        let mut all: Vec<Item> = self.behind.into_iter().map(|layer| layer.item).collect();
        join(&mut all, self.items);
        all.extend(self.front.into_iter().map(|layer| layer.item));
        all
    }

    /// Takes out what counts from its page.
    pub(super) fn take_fixed(&mut self) -> Self {
        let fixed = |layers: &mut Vec<Layer>| layers.extract_if(.., |layer| layer.fixed != (false, false)).collect();
        Self { behind: fixed(&mut self.behind), front: fixed(&mut self.front), ..Self::default() }
    }

    /// Wraps everything drawn in one transformed, possibly clipped group of the text layer.
    pub(super) fn into_group(self, transform: [f32; 6], clip: Option<Vec<PathStep>>) -> Self {
        let links = self.links.clone();
        let marks = self.marks.clone();
        let items = self.into_layers();
        let tag = items.iter().find_map(|item| item.tag);
        Self { items: vec![Item { tag, shape: Shape::Group { transform, clip, items } }], links, marks, ..Self::default() }
    }

    /// Draws a filled rectangle.
    pub(super) fn fill(&mut self, rect: Rect, color: Rgb) {
        if rect.width() > Pt::ZERO && rect.height() > Pt::ZERO {
            self.items.push(Item { tag: None, shape: Shape::Path(filled(rect, color)) });
        }
    }

    /// Draws a straight line.
    pub(super) fn line(&mut self, from: (Pt, Pt), to: (Pt, Pt), stroke: Stroke, tag: Option<NodeId>) {
        let steps = vec![PathStep::Move(from.0, from.1), PathStep::Line(to.0, to.1)];
        self.items.push(Item { tag, shape: Shape::Path(Path { steps, fill: None, opacity: 1.0, stroke: Some(stroke), even_odd: false }) });
    }
}

/// Puts what comes behind what is there; the first to come brings its room along where that is larger.
fn join<T>(all: &mut Vec<T>, more: Vec<T>) {
    if all.is_empty() && all.capacity() <= more.capacity() {
        *all = more;
    } else {
        all.extend(more);
    }
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Rect {
    /// Left edge.
    pub left: Pt,
    /// Top edge.
    pub top: Pt,
    /// Right edge.
    pub right: Pt,
    /// Bottom edge.
    pub bottom: Pt,
}

impl Rect {
    /// From its edges.
    pub(super) fn new(left: Pt, top: Pt, right: Pt, bottom: Pt) -> Self {
        Self { left, top, right, bottom }
    }

    /// Its width.
    pub(super) fn width(self) -> Pt {
        self.right - self.left
    }

    /// Its height.
    pub(super) fn height(self) -> Pt {
        self.bottom - self.top
    }

    /// Its outline as path steps.
    pub(super) fn steps(self) -> Vec<PathStep> {
        vec![
            PathStep::Move(self.left, self.top),
            PathStep::Line(self.right, self.top),
            PathStep::Line(self.right, self.bottom),
            PathStep::Line(self.left, self.bottom),
            PathStep::Close,
        ]
    }
}

/// A filled rectangle as a path.
pub(super) fn filled(rect: Rect, color: Rgb) -> Path {
    Path { steps: rect.steps(), fill: Some(color), opacity: 1.0, stroke: None, even_odd: false }
}

fn translate(item: &mut Item, dx: Pt, dy: Pt) {
    match &mut item.shape {
        Shape::Glyphs(run) => {
            run.x += dx;
            run.y += dy;
        }
        Shape::Image(image) => {
            image.x += dx;
            image.y += dy;
        }
        Shape::Path(path) => path.steps.iter_mut().for_each(|step| *step = moved(*step, dx, dy)),
        Shape::Group { transform, .. } => {
            transform[4] += dx.0;
            transform[5] += dy.0;
        }
    }
}

fn moved(step: PathStep, dx: Pt, dy: Pt) -> PathStep {
    match step {
        PathStep::Move(x, y) => PathStep::Move(x + dx, y + dy),
        PathStep::Line(x, y) => PathStep::Line(x + dx, y + dy),
        PathStep::Curve(ax, ay, bx, by, x, y) => PathStep::Curve(ax + dx, ay + dy, bx + dx, by + dy, x + dx, y + dy),
        PathStep::Close => PathStep::Close,
    }
}

fn retag(item: &mut Item, tag: Option<NodeId>) {
    item.tag = tag;
    if let Shape::Group { items, .. } = &mut item.shape {
        for item in items {
            retag(item, tag);
        }
    }
}
