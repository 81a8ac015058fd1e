//! Arrow heads at the ends of lines (20.1.8.38, 20.1.8.57).

use crate::document::model::{ArrowHead, ArrowKind, Outline};
use crate::layout::frame::{Path, PathStep, QUARTER, Stroke};
use crate::layout::length::{bounded, emu};
use crate::units::Pt;

/// Heads of thinner lines are as large as those of lines this wide (LibreOffice's import).
const LEAST_WIDTH: Pt = Pt(2.0);
/// How much of a stealth arrow's length its notch takes.
const NOTCH: f32 = 0.4;

type Point = (Pt, Pt);

/// The heads of an open path; the path ends where their tips are, and is made shorter so that it does not stand out of them.
pub(super) fn heads(steps: &mut [PathStep], outline: &Outline) -> Vec<Path> {
    if steps.iter().any(|step| matches!(step, PathStep::Close)) {
        return Vec::new();
    }
    let width = emu(outline.width).max(LEAST_WIDTH);
    let mut drawn = Vec::new();
    if let (Some(head), Some((tip, from))) = (outline.arrows.0, first_end(steps)) {
        let (path, end) = drawn_head(head, (tip, from), width, outline);
        drawn.push(path);
        if let Some(PathStep::Move(x, y)) = steps.first_mut() {
            (*x, *y) = end;
        }
    }
    if let (Some(head), Some((tip, from))) = (outline.arrows.1, last_end(steps)) {
        let (path, end) = drawn_head(head, (tip, from), width, outline);
        drawn.push(path);
        if let Some(PathStep::Line(x, y) | PathStep::Curve(_, _, _, _, x, y)) = steps.last_mut() {
            (*x, *y) = end;
        }
    }
    drawn
}

/// Where a path begins, and a point that it goes to from there.
fn first_end(steps: &[PathStep]) -> Option<(Point, Point)> {
    let Some(PathStep::Move(x, y)) = steps.first() else { return None };
    let towards = steps.iter().skip(1).find_map(|step| match step {
        PathStep::Line(a, b) if apart((*x, *y), (*a, *b)) => Some((*a, *b)),
        PathStep::Curve(a, b, c, d, e, f) => [(*a, *b), (*c, *d), (*e, *f)].into_iter().find(|point| apart((*x, *y), *point)),
        _ => None,
    })?;
    Some(((*x, *y), towards))
}

/// Where it ends, and a point that it comes from.
fn last_end(steps: &[PathStep]) -> Option<(Point, Point)> {
    let end = match steps.last()? {
        PathStep::Line(x, y) | PathStep::Curve(_, _, _, _, x, y) => (*x, *y),
        PathStep::Move(..) | PathStep::Close => return None,
    };
    let from = steps.iter().rev().find_map(|step| match step {
        PathStep::Curve(a, b, c, d, e, f) => [(*e, *f), (*c, *d), (*a, *b)].into_iter().find(|point| apart(end, *point)),
        PathStep::Line(x, y) | PathStep::Move(x, y) if apart(end, (*x, *y)) => Some((*x, *y)),
        _ => None,
    })?;
    Some((end, from))
}

fn apart(a: Point, b: Point) -> bool {
    (a.0 - b.0).abs() > Pt(0.01) || (a.1 - b.1).abs() > Pt(0.01)
}

/// A head with its tip at a point, and where its line ends.
fn drawn_head(head: ArrowHead, (tip, from): (Point, Point), width: Pt, outline: &Outline) -> (Path, Point) {
    let (dx, dy) = ((tip.0 - from.0).0, (tip.1 - from.1).0);
    let distance = dx.hypot(dy).max(0.01);
    let (ux, uy) = (dx / distance, dy / distance);
    let (long, half) = (bounded(width * head.length), bounded(width * head.width) / 2.0);
    // So far behind the tip, so far aside.
    let at = |behind: Pt, aside: Pt| (bounded(tip.0 - behind * ux - aside * uy), bounded(tip.1 - behind * uy + aside * ux));
    let polygon = |points: &[Point]| {
        let mut steps: Vec<PathStep> = points.iter().map(|(x, y)| PathStep::Line(*x, *y)).collect();
        if let Some((x, y)) = points.first() {
            steps[0] = PathStep::Move(*x, *y);
        }
        steps.push(PathStep::Close);
        steps
    };
    let zero = Pt::ZERO;
    // A line does not end behind where it comes from.
    let inside = |behind: Pt| at(behind.min(Pt(distance) * 0.9), zero);
    let (steps, end) = match head.kind {
        ArrowKind::Triangle => (polygon(&[at(zero, zero), at(long, half), at(long, -half)]), inside(long * 0.9)),
        ArrowKind::Stealth => {
            let notch = at(long * (1.0 - NOTCH), zero);
            (polygon(&[at(zero, zero), at(long, half), notch, at(long, -half)]), inside(long * 0.5))
        }
        ArrowKind::Diamond => (polygon(&[at(-long / 2.0, zero), at(zero, half), at(long / 2.0, zero), at(zero, -half)]), tip),
        ArrowKind::Oval => (oval(at, long / 2.0, half), tip),
        ArrowKind::Open => {
            let (a, b) = (at(long, half), at(long, -half));
            (vec![PathStep::Move(a.0, a.1), PathStep::Line(tip.0, tip.1), PathStep::Line(b.0, b.1)], tip)
        }
    };
    let stroke = Stroke { color: outline.color, width: emu(outline.width).max(Pt(0.1)), dash: Vec::new(), round: false };
    let open = head.kind == ArrowKind::Open;
    let path =
        Path { steps, fill: (!open).then_some(outline.color), opacity: outline.opacity, stroke: open.then_some(stroke), even_odd: false };
    (path, end)
}

/// An ellipse about the tip.
fn oval(at: impl Fn(Pt, Pt) -> Point, long: Pt, half: Pt) -> Vec<PathStep> {
    let (k, h) = (long * QUARTER, half * QUARTER);
    let zero = Pt::ZERO;
    let start = at(long, zero);
    let curve = |a: Point, b: Point, c: Point| PathStep::Curve(a.0, a.1, b.0, b.1, c.0, c.1);
    vec![
        PathStep::Move(start.0, start.1),
        curve(at(long, h), at(k, half), at(zero, half)),
        curve(at(-k, half), at(-long, h), at(-long, zero)),
        curve(at(-long, -h), at(-k, -half), at(zero, -half)),
        curve(at(k, -half), at(long, -h), start),
        PathStep::Close,
    ]
}
