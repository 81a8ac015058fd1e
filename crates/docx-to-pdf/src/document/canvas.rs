//! Drawings made of plain shapes: what charts and metafiles are read as.

use std::sync::Arc;

use super::drawing::outline::OutlineBuilder;
use super::model::{
    Compound, Dashes, DrawingContent, DrawingShape, Fill, Geometry, GroupChild, Label, LabelBase, Outline, Picture, PictureData, RunProps,
};
use super::read::Reader;
use crate::graphics::{Image, Rgb};
use crate::units::Emu;

impl Reader<'_> {
    /// Whether the document may still have the shapes of such a drawing.
    pub(super) fn take_shapes(&mut self, drawn: &DrawingContent) -> bool {
        let DrawingContent::Group { children, .. } = drawn else { return true };
        let left = self.shapes_left.checked_sub(children.len());
        self.shapes_left = left.unwrap_or(0);
        left.is_some()
    }
}

/// EMU per point.
const POINT: f32 = 12_700.0;
/// A drawing holds no more shapes.
const MOST: usize = 20_000;

/// Collects shapes; all measures are points from the left top corner.
#[derive(Debug)]
pub(super) struct Canvas {
    pub(super) width: f32,
    pub(super) height: f32,
    children: Vec<GroupChild>,
}

/// Points as EMU; nonsense is nothing.
fn emu(points: f32) -> Emu {
    Emu(if points.is_finite() { (points.clamp(-1.0e6, 1.0e6) * POINT) as i64 } else { 0 })
}

/// A solid line of this width in points.
pub(super) fn line(color: Rgb, width: f32) -> Outline {
    Outline { color, opacity: 1.0, width: emu(width), dashes: Dashes::default(), compound: Compound::Single, arrows: (None, None) }
}

impl Canvas {
    /// For a drawing of this size.
    pub(super) fn new((width, height): (Emu, Emu)) -> Self {
        Self { width: width.0.max(1) as f32 / POINT, height: height.0.max(1) as f32 / POINT, children: Vec::new() }
    }

    fn push(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), content: DrawingContent) {
        if self.children.len() < MOST {
            self.children.push(GroupChild { offset: (emu(x), emu(y)), extent: (emu(width), emu(height)), content });
        }
    }

    fn shape(&mut self, at: (f32, f32), size: (f32, f32), geometry: Geometry, (fill, outline): (Option<(Rgb, f32)>, Option<Outline>)) {
        if fill.is_none() && outline.is_none() {
            return;
        }
        let fill = fill.map(|(color, opacity)| Fill::Solid(color, opacity));
        let shape = DrawingShape { geometry, fill, outline, rotation: 0.0, flip: (false, false), text: None, shadow: None };
        self.push(at, size, DrawingContent::Shape(Arc::new(shape)));
    }

    /// A rectangle with its corners at two points.
    pub(super) fn rectangle(&mut self, a: (f32, f32), b: (f32, f32), paint: (Option<(Rgb, f32)>, Option<Outline>)) {
        let at = (a.0.min(b.0), a.1.min(b.1));
        self.shape(at, ((a.0 - b.0).abs(), (a.1 - b.1).abs()), Geometry::Rectangle, paint);
    }

    /// An ellipse in such a rectangle.
    pub(super) fn ellipse(&mut self, a: (f32, f32), b: (f32, f32), paint: (Option<(Rgb, f32)>, Option<Outline>)) {
        let at = (a.0.min(b.0), a.1.min(b.1));
        self.shape(at, ((a.0 - b.0).abs(), (a.1 - b.1).abs()), Geometry::Ellipse, paint);
    }

    /// An outline to be filled by its caller, in points of the whole drawing.
    pub(super) fn outline(&self) -> OutlineBuilder {
        OutlineBuilder::new(self.width, self.height)
    }

    /// Draws such an outline.
    pub(super) fn path(&mut self, outline: OutlineBuilder, paint: (Option<(Rgb, f32)>, Option<Outline>)) {
        let steps = outline.finish();
        if !steps.is_empty() {
            self.shape((0.0, 0.0), (self.width, self.height), Geometry::Path(steps), paint);
        }
    }

    /// Lines from point to point.
    pub(super) fn polyline(&mut self, points: &[(f32, f32)], stroke: Outline) {
        let mut outline = self.outline();
        for (at, &(x, y)) in points.iter().enumerate() {
            if at == 0 { outline.move_to(x, y) } else { outline.line_to(x, y) }
        }
        self.path(outline, (None, Some(stroke)));
    }

    /// A closed area.
    pub(super) fn polygon(&mut self, points: &[(f32, f32)], paint: (Option<(Rgb, f32)>, Option<Outline>)) {
        let mut outline = self.outline();
        outline.polygon(points);
        self.path(outline, paint);
    }

    /// A line of text at a point.
    pub(super) fn label(
        &mut self,
        text: &str,
        (x, y): (f32, f32),
        (across, base): (f32, LabelBase),
        props: &Arc<RunProps>,
        (scale, rotation): (f32, f32),
    ) {
        if !text.trim().is_empty() {
            let label = Label { text: text.to_owned(), props: Arc::clone(props), scale, across, base, rotation };
            self.push((x, y), (0.0, 0.0), DrawingContent::Label(Box::new(label)));
        }
    }

    /// A picture with its corners at two points; the first one is its own left top corner.
    pub(super) fn picture(&mut self, image: Arc<Image>, a: (f32, f32), b: (f32, f32)) {
        let picture = Picture {
            data: PictureData::Bitmap(image),
            crop: [0.0; 4],
            rotation: 0.0,
            flip: (b.0 < a.0, b.1 < a.1),
            opacity: 1.0,
            outline: None,
            geometry: Geometry::Rectangle,
            shadow: None,
        };
        let at = (a.0.min(b.0), a.1.min(b.1));
        self.push(at, ((a.0 - b.0).abs(), (a.1 - b.1).abs()), DrawingContent::Picture(picture));
    }

    /// Nothing is drawn yet.
    pub(super) fn is_empty(&self) -> bool {
        self.children.is_empty()
    }

    /// The drawing.
    pub(super) fn finish(self) -> DrawingContent {
        DrawingContent::Group {
            child_origin: (Emu(0), Emu(0)),
            child_extent: (emu(self.width), emu(self.height)),
            children: self.children,
            rotation: 0.0,
        }
    }
}
