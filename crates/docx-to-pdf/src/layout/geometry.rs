//! The geometries of shapes as paths of a size.

use crate::document::model::{Geometry, GeometryPath, GeometryStep, PathFill};
use crate::layout::frame::{PathStep, QUARTER};
use crate::layout::ink::Rect;
use crate::layout::length::bounded;
use crate::units::Pt;

/// One of the paths that a shape is drawn with.
pub(super) struct Outlined {
    pub(super) steps: Vec<PathStep>,
    pub(super) fill: PathFill,
    pub(super) stroked: bool,
}

/// A geometry as paths in a box of this size.
pub(super) fn outlines(geometry: &Geometry, (width, height): (Pt, Pt)) -> Vec<Outlined> {
    let whole = |steps: Vec<PathStep>| vec![Outlined { steps, fill: PathFill::Normal, stroked: true }];
    let scaled = |steps: &[GeometryStep]| steps.iter().map(|step| scaled(*step, (width, height))).collect();
    match geometry {
        Geometry::Rectangle => whole(Rect::new(Pt::ZERO, Pt::ZERO, width, height).steps()),
        Geometry::RoundRectangle(share) => {
            let share = if share.is_finite() { *share } else { 0.0 };
            let radius = width.min(height) * share.clamp(0.0, 0.5);
            whole(rounded((width, height), (radius, radius)))
        }
        Geometry::Ellipse => whole(rounded((width, height), (width / 2.0, height / 2.0))),
        Geometry::Line => {
            let steps = vec![PathStep::Move(Pt::ZERO, Pt::ZERO), PathStep::Line(width, height)];
            vec![Outlined { steps, fill: PathFill::None, stroked: true }]
        }
        Geometry::Preset(preset) => match preset.of_size((width, height)).as_ref() {
            Geometry::Preset(_) => Vec::new(),
            geometry => outlines(geometry, (width, height)),
        },
        Geometry::Path(steps) => whole(scaled(steps)),
        Geometry::Paths(paths) => {
            let part = |path: &GeometryPath| Outlined { steps: scaled(&path.steps), fill: path.fill, stroked: path.stroked };
            paths.iter().map(part).collect()
        }
    }
}

/// What of a shape is filled, in one.
pub(super) fn filled_steps(parts: &[Outlined]) -> Vec<PathStep> {
    parts.iter().filter(|part| part.fill != PathFill::None).flat_map(|part| part.steps.iter().copied()).collect()
}

/// What of a shape is stroked, in one.
pub(super) fn stroked_steps(parts: &[Outlined]) -> Vec<PathStep> {
    parts.iter().filter(|part| part.stroked).flat_map(|part| part.steps.iter().copied()).collect()
}

fn scaled(step: GeometryStep, (width, height): (Pt, Pt)) -> PathStep {
    let x = |share: f32| bounded(width * share);
    let y = |share: f32| bounded(height * share);
    match step {
        GeometryStep::Move(a, b) => PathStep::Move(x(a), y(b)),
        GeometryStep::Line(a, b) => PathStep::Line(x(a), y(b)),
        GeometryStep::Curve(a, b, c, d, e, f) => PathStep::Curve(x(a), y(b), x(c), y(d), x(e), y(f)),
        GeometryStep::Close => PathStep::Close,
    }
}

/// A rectangle with elliptic corners.
fn rounded((width, height): (Pt, Pt), (rx, ry): (Pt, Pt)) -> Vec<PathStep> {
    let (kx, ky) = (rx * (1.0 - QUARTER), ry * (1.0 - QUARTER));
    let zero = Pt::ZERO;
    vec![
        PathStep::Move(rx, zero),
        PathStep::Line(width - rx, zero),
        PathStep::Curve(width - kx, zero, width, ky, width, ry),
        PathStep::Line(width, height - ry),
        PathStep::Curve(width, height - ky, width - kx, height, width - rx, height),
        PathStep::Line(rx, height),
        PathStep::Curve(kx, height, zero, height - ky, zero, height - ry),
        PathStep::Line(zero, ry),
        PathStep::Curve(zero, ky, kx, zero, rx, zero),
        PathStep::Close,
    ]
}
