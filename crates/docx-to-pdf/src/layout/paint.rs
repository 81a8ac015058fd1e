//! Gradients and shadows: plain shapes that look like them.

use crate::document::model::{Gradient, GradientWay, PathFill, Shadow};
use crate::graphics::Rgb;
use crate::layout::frame::{Item, Path, PathStep, QUARTER, Shape};
use crate::layout::ink::Ink;
use crate::layout::length::{bounded, emu};
use crate::units::Pt;

/// A gradient is drawn in so many strips at most (LibreOffice draws theirs in strips, too).
const STRIPS: f32 = 64.0;
/// A strip's colour differs from the next one's by so much, of 255.
const STEP: f32 = 3.0;
/// A blurred edge is drawn in so many layers.
const LAYERS: i32 = 6;

/// What covers a path that shows its shape's fill lighter or darker (20.1.10.37 names no figures: these are LibreOffice's; Spire lightens more).
pub(super) fn veil(fill: PathFill) -> Option<(Rgb, f32)> {
    const WHITE: Rgb = Rgb(255, 255, 255);
    const BLACK: Rgb = Rgb(0, 0, 0);
    match fill {
        PathFill::None | PathFill::Normal => None,
        PathFill::Lighten => Some((WHITE, 0.4)),
        PathFill::LightenLess => Some((WHITE, 0.2)),
        PathFill::Darken => Some((BLACK, 0.4)),
        PathFill::DarkenLess => Some((BLACK, 0.2)),
    }
}

/// A shape's colour in such a path.
pub(super) fn shaded(color: Rgb, fill: PathFill) -> Rgb {
    veil(fill).map_or(color, |(veil, share)| between(color, veil, share))
}

/// Strips of one colour each over a box of this size; each covers what comes after it as well, so that nothing shows between them.
pub(super) fn gradient(gradient: &Gradient, size: (Pt, Pt)) -> Vec<Path> {
    let stops = &gradient.stops;
    let (Some(first), Some(last)) = (stops.first(), stops.last()) else { return Vec::new() };
    let opaque = stops.iter().all(|stop| stop.2 >= 1.0);
    // Around a place the last colour lies outermost: it comes first.
    let inward = matches!(gradient.way, GradientWay::Around { .. });
    let mut cuts = vec![(0.0, first.1, first.2)];
    for pair in stops.windows(2) {
        let [from, to] = pair else { continue };
        let count = (difference(from.1, to.1).max((from.2 - to.2).abs() * 255.0) / STEP)
            .ceil()
            .clamp(1.0, (STRIPS / stops.len() as f32).floor().max(2.0));
        for strip in 0..count as usize {
            let (start, middle) = (strip as f32 / count, (strip as f32 + 0.5) / count);
            cuts.push((from.0 + (to.0 - from.0) * start, between(from.1, to.1, middle), from.2 + (to.2 - from.2) * middle));
        }
    }
    if last.0 < 1.0 {
        cuts.push((last.0, last.1, last.2));
    }
    let ends: Vec<f32> = cuts.iter().skip(1).map(|cut| cut.0).chain([1.0]).collect();
    let strips = cuts.into_iter().zip(ends).map(|((start, color, opacity), end)| {
        // What shows through must not lie on what it is to replace.
        let range = match (opaque, inward) {
            (true, true) => (0.0, end),
            (true, false) => (start, 1.0),
            (false, _) => (start, end),
        };
        let steps = strip(&gradient.way, range, size);
        Path { steps, fill: Some(color), opacity: opacity.clamp(0.0, 1.0), stroke: None, even_odd: true }
    });
    let mut strips: Vec<Path> = strips.collect();
    if inward {
        strips.reverse();
    }
    strips
}

/// The part of a box between two places of a gradient.
fn strip(way: &GradientWay, (start, end): (f32, f32), (width, height): (Pt, Pt)) -> Vec<PathStep> {
    match way {
        GradientWay::Line { degrees, scaled } => {
            // A scaled one is that of a square, stretched.
            let (across, down) = if *scaled { (1.0, 1.0) } else { (width.0, height.0) };
            let (scale_x, scale_y) = if *scaled { (width.0, height.0) } else { (1.0, 1.0) };
            let (sin, cos) = degrees.to_radians().sin_cos();
            let length = (across * cos).abs() + (down * sin).abs();
            let side = across + down;
            // The first and the last reach out of the box.
            let along = |share: f32| {
                if share <= 0.0 {
                    -length
                } else if share >= 1.0 {
                    length
                } else {
                    (share - 0.5) * length
                }
            };
            let point = |along: f32, aside: f32| {
                let (x, y) = (across / 2.0 + along * cos - aside * sin, down / 2.0 + along * sin + aside * cos);
                (bounded(Pt(x * scale_x)), bounded(Pt(y * scale_y)))
            };
            let corners = [(start, -side), (end, -side), (end, side), (start, side)];
            polygon(corners.map(|(share, aside)| point(along(share), aside)))
        }
        GradientWay::Around { round, middle } => {
            let ring = |share: f32| if *round { circle(share, *middle, (width, height)) } else { frame(share, *middle, (width, height)) };
            let mut steps = ring(end);
            if start > 0.0 {
                steps.extend(ring(start));
            }
            steps
        }
    }
}

fn polygon(corners: [(Pt, Pt); 4]) -> Vec<PathStep> {
    let steps = corners.into_iter().enumerate().map(|(at, (x, y))| if at == 0 { PathStep::Move(x, y) } else { PathStep::Line(x, y) });
    steps.chain([PathStep::Close]).collect()
}

/// The rectangle between the box and the place that it narrows to.
fn frame(share: f32, [left, top, right, bottom]: [f32; 4], (width, height): (Pt, Pt)) -> Vec<PathStep> {
    let inward = 1.0 - share;
    let (left, right) = (width * (left * inward), width * (1.0 - right * inward));
    let (top, bottom) = (height * (top * inward), height * (1.0 - bottom * inward));
    polygon([(left, top), (right, top), (right, bottom), (left, bottom)])
}

/// The circle about the place, which reaches the farthest corner at last.
fn circle(share: f32, [left, top, right, bottom]: [f32; 4], (width, height): (Pt, Pt)) -> Vec<PathStep> {
    let (x, y) = (width * f32::midpoint(left, 1.0 - right), height * f32::midpoint(top, 1.0 - bottom));
    let (dx, dy) = (x.max(width - x), y.max(height - y));
    let radius = Pt(dx.0.hypot(dy.0)) * share;
    let bend = radius * QUARTER;
    vec![
        PathStep::Move(x + radius, y),
        PathStep::Curve(x + radius, y + bend, x + bend, y + radius, x, y + radius),
        PathStep::Curve(x - bend, y + radius, x - radius, y + bend, x - radius, y),
        PathStep::Curve(x - radius, y - bend, x - bend, y - radius, x, y - radius),
        PathStep::Curve(x + bend, y - radius, x + radius, y - bend, x + radius, y),
        PathStep::Close,
    ]
}

fn difference(a: Rgb, b: Rgb) -> f32 {
    let channel = |a: u8, b: u8| f32::from(a.abs_diff(b));
    channel(a.0, b.0).max(channel(a.1, b.1)).max(channel(a.2, b.2))
}

fn between(a: Rgb, b: Rgb, share: f32) -> Rgb {
    let channel = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share).round() as u8;
    Rgb(channel(a.0, b.0), channel(a.1, b.1), channel(a.2, b.2))
}

/// The shadow of a shape that will be turned: its path moved aside, in layers from wide to narrow where its edge is soft. It is decoration.
pub(super) fn shadow(shadow: &Shadow, path: &Path, rotation: f32, (width, height): (Pt, Pt), ink: &mut Ink) {
    let (x, y) = (emu(shadow.offset.0).0, emu(shadow.offset.1).0);
    // The shape turns with what belongs to it: a shadow that stays is turned back first.
    let degrees = if shadow.stays && rotation.is_finite() { -rotation % 360.0 } else { 0.0 };
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (x, y) = (x * cos - y * sin, x * sin + y * cos);
    let blur = emu(shadow.blur).0.clamp(0.0, width.0.min(height.0));
    let layers = if blur > 0.5 { LAYERS } else { 1 };
    // So opaque that all of them together are as opaque as the shadow.
    let opacity = 1.0 - (1.0 - shadow.opacity.clamp(0.0, 1.0)).powf(1.0 / layers as f32);
    for layer in 0..layers {
        let reach = if layers > 1 { blur * (0.5 - layer as f32 / (layers - 1) as f32) } else { 0.0 };
        let scale = |side: Pt| if side.0 > 0.0 { (side.0 + reach) / side.0 } else { 1.0 };
        let (scale_x, scale_y) = (scale(width), scale(height));
        let transform = [scale_x, 0.0, 0.0, scale_y, x - reach / 2.0, y - reach / 2.0];
        let items = vec![Item { tag: None, shape: Shape::Path(Path { opacity, ..path.clone() }) }];
        ink.items.push(Item { tag: None, shape: Shape::Group { transform, clip: None, items } });
    }
}
