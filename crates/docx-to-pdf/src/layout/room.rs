//! The room a drawing takes beyond its frame: its effects, its outline, and what reaches out of the frame when it is turned.

use std::borrow::Cow;

use crate::document::model::{Drawing, DrawingContent, DrawingShape, Geometry, GeometryStep, Placement, Wrap};
use crate::layout::length::{bounded, emu};
use crate::units::Pt;

/// Turned by less than this a drawing keeps its frame.
const HARDLY: f32 = 0.01;

/// What a floating drawing of this size takes beyond its frame: left, top, right, bottom.
///
/// A turned one takes the rectangle that holds it (LibreOffice and Spire agree where the effect extent is what Word writes; measured).
/// Else shapes and groups take their effect extent, of which their outline is a part (LibreOffice; Spire where they have a shadow or glow), and where none is said half their outline (both).
/// Of pictures LibreOffice alone takes none.
pub(super) fn around(drawing: &Drawing, size: (Pt, Pt)) -> [Pt; 4] {
    if let Some(turned) = turned(drawing, size) {
        return turned;
    }
    let said = match (&drawing.content, drawing.effect_extent) {
        (DrawingContent::Shape(_) | DrawingContent::Group { .. }, Some(extent)) => extent.map(|side| emu(side).max(Pt::ZERO)),
        _ => [content_reach(&drawing.content); 4],
    };
    let Placement::Anchor(anchor) = &drawing.placement else { return said };
    let (least, [left, _, right, _]) = (content_reach(&drawing.content), said);
    match anchor.wrap {
        // Above and below, half the outline counts in any case, and what the shape itself reaches out: the tail of a callout (LibreOffice and Spire agree; at the sides LibreOffice takes what is said, Spire all of it). Measured.
        // So with what text goes around tightly, but without an outline of its own.
        Wrap::Tight(_) if anchor.outline.is_some() => said,
        Wrap::Square(_) | Wrap::Tight(_) | Wrap::TopAndBottom => {
            let beyond = beyond(&drawing.content, size);
            let more = |side: usize| said[side].max(least).max(beyond[side]);
            if anchor.wrap == Wrap::TopAndBottom { std::array::from_fn(more) } else { [left, more(1), right, more(3)] }
        }
        Wrap::None => said,
    }
}

/// How far a shape's outline runs out of its frame: left, top, right, bottom.
fn beyond(content: &DrawingContent, (width, height): (Pt, Pt)) -> [Pt; 4] {
    let DrawingContent::Shape(shape) = content else { return [Pt::ZERO; 4] };
    let sized = match &shape.geometry {
        Geometry::Preset(preset) => preset.of_size((width, height)),
        geometry => Cow::Borrowed(geometry),
    };
    let steps: Vec<&GeometryStep> = match sized.as_ref() {
        Geometry::Path(steps) => steps.iter().collect(),
        Geometry::Paths(paths) => paths.iter().flat_map(|path| &path.steps).collect(),
        _ => return [Pt::ZERO; 4],
    };
    let points = steps.into_iter().filter_map(|step| match *step {
        GeometryStep::Move(x, y) | GeometryStep::Line(x, y) | GeometryStep::Curve(_, _, _, _, x, y) => Some((x, y)),
        GeometryStep::Close => None,
    });
    let whole = (0.0_f32, 0.0_f32, 1.0_f32, 1.0_f32);
    let (left, top, right, bottom) = points.fold(whole, |(l, t, r, b), (x, y)| (l.min(x), t.min(y), r.max(x), b.max(y)));
    let (mirrored, upside_down) = shape.flip;
    let (left, right) = if mirrored { (1.0 - right, 1.0 - left) } else { (left, right) };
    let (top, bottom) = if upside_down { (1.0 - bottom, 1.0 - top) } else { (top, bottom) };
    [width * -left, height * -top, width * (right - 1.0), height * (bottom - 1.0)].map(|side| bounded(side.max(Pt::ZERO)))
}

/// What a drawing in the line takes beyond its frame: left, top, right, bottom.
pub(super) fn inline(drawing: &Drawing) -> [Pt; 4] {
    let size = frame(drawing);
    if let Some(turned) = turned(drawing, size) {
        return turned;
    }
    match (&drawing.content, drawing.effect_extent) {
        (DrawingContent::Shape(_) | DrawingContent::Group { .. }, Some(extent)) => extent.map(|side| emu(side).max(Pt::ZERO)),
        _ => [Pt::ZERO; 4],
    }
}

/// A drawing's own size.
pub(super) fn frame(drawing: &Drawing) -> (Pt, Pt) {
    (emu(drawing.width).max(Pt::ZERO), emu(drawing.height).max(Pt::ZERO))
}

/// The outline that text goes around is that of the drawing before it is turned.
pub(super) fn is_turned(content: &DrawingContent) -> bool {
    rotation(content).abs() > HARDLY
}

fn rotation(content: &DrawingContent) -> f32 {
    let degrees = match content {
        DrawingContent::Picture(picture) => picture.rotation,
        DrawingContent::Shape(shape) => shape.rotation,
        DrawingContent::Group { rotation, .. } => *rotation,
        _ => 0.0,
    };
    if degrees.is_finite() { degrees % 360.0 } else { 0.0 }
}

/// A drawing turned about its middle reaches out of its frame on two sides, and does not fill it on the others.
fn turned(drawing: &Drawing, (width, height): (Pt, Pt)) -> Option<[Pt; 4]> {
    if !is_turned(&drawing.content) {
        return None;
    }
    let said = drawing.effect_extent.unwrap_or_default().map(emu);
    // What is still said of a turned picture is Word 2007's way: how far it reaches out of a frame that stays as it is.
    if matches!(drawing.content, DrawingContent::Picture(_)) && said.iter().any(|side| *side > Pt::ZERO) {
        return Some(said.map(|side| side.max(Pt::ZERO)));
    }
    let (sin, cos) = rotation(&drawing.content).to_radians().sin_cos();
    let across = width * cos.abs() + height * sin.abs();
    let down = width * sin.abs() + height * cos.abs();
    let edge = content_reach(&drawing.content);
    let (x, y) = ((across - width) / 2.0 + edge, (down - height) / 2.0 + edge);
    Some([x, y, x, y])
}

/// How far the rectangle that holds a turned drawing reaches out of its frame: left, top, right, bottom; nothing of one that is not turned.
pub(super) fn beyond_when_turned(drawing: &Drawing, size: (Pt, Pt)) -> [Pt; 4] {
    turned(drawing, size).unwrap_or_default()
}

/// How far a shape's outline lies outside of it.
pub(super) fn outline_reach(shape: &DrawingShape) -> Pt {
    shape.outline.map_or(Pt::ZERO, |outline| emu(outline.width) / 2.0)
}

fn content_reach(content: &DrawingContent) -> Pt {
    if let DrawingContent::Shape(shape) = content { outline_reach(shape) } else { Pt::ZERO }
}
