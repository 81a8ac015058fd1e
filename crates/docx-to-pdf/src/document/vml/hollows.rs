//! Hollows of VML shapes: what lies within an odd number of sub-paths is filled, whichever way they go (LibreOffice and Spire agree; ECMA-376 says nothing of it).
//!
//! Shapes are filled where their outline winds around: the same comes of it when each sub-path goes against the one it lies in.

use crate::document::model::GeometryStep;

/// Of a path with more sub-paths or steps all is filled: each is compared with each.
const MOST: usize = 64;
const MOST_STEPS: usize = 4000;

type Point = (f32, f32);

/// Turns sub-paths around so that they leave out what lies within an odd number of others.
pub(super) fn cut(steps: Vec<GeometryStep>) -> Vec<GeometryStep> {
    let count = |wanted: fn(&GeometryStep) -> bool| steps.iter().filter(|step| wanted(step)).count();
    let (begun, closed) = (count(|step| matches!(step, GeometryStep::Move(..))), count(|step| matches!(step, GeometryStep::Close)));
    if closed < 2 || begun > MOST || steps.len() > MOST_STEPS {
        return steps;
    }
    let mut contours: Vec<Vec<GeometryStep>> = Vec::new();
    for step in steps {
        match contours.last_mut().filter(|_| !matches!(step, GeometryStep::Move(..))) {
            Some(contour) => contour.push(step),
            None => contours.push(vec![step]),
        }
    }
    // What is open keeps its direction: its ends may have heads.
    let is_closed = |contour: &[GeometryStep]| matches!(contour.last(), Some(GeometryStep::Close));
    let polygons: Vec<Vec<Point>> = contours.iter().map(|contour| if is_closed(contour) { polygon(contour) } else { Vec::new() }).collect();
    let depth = |at: usize| {
        let inner = polygons.get(at).and_then(|polygon| Some(middle(*polygon.first()?, *polygon.get(1)?)));
        let others = polygons.iter().enumerate().filter(|(other, _)| *other != at);
        inner.map_or(0, |point| others.filter(|(_, polygon)| holds(polygon, point)).count())
    };
    let backwards = |at: usize, polygon: &[Point]| !polygon.is_empty() && (area(polygon) < 0.0) != (depth(at) % 2 == 1);
    let backwards: Vec<bool> = polygons.iter().enumerate().map(|(at, polygon)| backwards(at, polygon)).collect();
    let turned = contours.into_iter().zip(backwards).map(|(contour, backwards)| if backwards { reversed(contour) } else { contour });
    turned.flatten().collect()
}

fn end(step: GeometryStep) -> Option<Point> {
    match step {
        GeometryStep::Move(x, y) | GeometryStep::Line(x, y) | GeometryStep::Curve(_, _, _, _, x, y) => Some((x, y)),
        GeometryStep::Close => None,
    }
}

fn middle(a: Point, b: Point) -> Point {
    (f32::midpoint(a.0, b.0), f32::midpoint(a.1, b.1))
}

/// The corners of a sub-path, and the middle of each of its curves.
fn polygon(contour: &[GeometryStep]) -> Vec<Point> {
    let mut points = Vec::new();
    let mut at = (0.0, 0.0);
    for step in contour {
        let Some(to) = end(*step) else { continue };
        if let GeometryStep::Curve(ax, ay, bx, by, ..) = *step {
            points.push(middle(
                middle(middle(at, (ax, ay)), middle((ax, ay), (bx, by))),
                middle(middle((ax, ay), (bx, by)), middle((bx, by), to)),
            ));
        }
        points.push(to);
        at = to;
    }
    points
}

/// Twice the area, counted positive clockwise as y grows down.
fn area(polygon: &[Point]) -> f32 {
    edges(polygon).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum()
}

fn edges(polygon: &[Point]) -> impl Iterator<Item = (Point, Point)> {
    polygon.iter().copied().zip(polygon.iter().copied().cycle().skip(1))
}

fn holds(polygon: &[Point], (x, y): Point) -> bool {
    let crossed = edges(polygon).filter(|(a, b)| (a.1 > y) != (b.1 > y) && x < a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0));
    crossed.count() % 2 == 1
}

/// A closed sub-path from its end to its start.
fn reversed(contour: Vec<GeometryStep>) -> Vec<GeometryStep> {
    let drawn: Vec<GeometryStep> = contour.into_iter().filter(|step| !matches!(step, GeometryStep::Close)).collect();
    let Some(last) = drawn.last().copied().and_then(end) else { return drawn };
    let mut steps = vec![GeometryStep::Move(last.0, last.1)];
    for pair in drawn.windows(2).rev() {
        let [before, step] = pair else { continue };
        let Some((x, y)) = end(*before) else { continue };
        steps.push(match *step {
            GeometryStep::Curve(ax, ay, bx, by, ..) => GeometryStep::Curve(bx, by, ax, ay, x, y),
            _ => GeometryStep::Line(x, y),
        });
    }
    steps.push(GeometryStep::Close);
    steps
}
