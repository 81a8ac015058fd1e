//! Outlines of shapes as steps in shares of width and height, and arcs as curves.

use std::f32::consts::{FRAC_PI_2, TAU};

use crate::document::model::GeometryStep;

/// No outline has more steps.
const MOST_STEPS: usize = 20_000;

/// Builds an outline in a shape's own measures.
#[derive(Debug, Clone)]
pub(in crate::document) struct OutlineBuilder {
    width: f32,
    height: f32,
    steps: Vec<GeometryStep>,
    at: (f32, f32),
    start: (f32, f32),
}

impl OutlineBuilder {
    /// For a shape of this size; a side of nothing counts as one, so that shares stay finite.
    pub(in crate::document) fn new(width: f32, height: f32) -> Self {
        let side = |length: f32| if length.is_finite() && length.abs() > f32::EPSILON { length } else { 1.0 };
        Self { width: side(width), height: side(height), steps: Vec::new(), at: (0.0, 0.0), start: (0.0, 0.0) }
    }

    fn share(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let bounded = |value: f32| if value.is_finite() { value.clamp(-1000.0, 1000.0) } else { 0.0 };
        (bounded(x / self.width), bounded(y / self.height))
    }

    fn push(&mut self, step: GeometryStep) {
        if self.steps.len() < MOST_STEPS {
            self.steps.push(step);
        }
    }

    pub(in crate::document) fn move_to(&mut self, x: f32, y: f32) {
        self.at = (x, y);
        self.start = self.at;
        let (x, y) = self.share(self.at);
        self.push(GeometryStep::Move(x, y));
    }

    pub(in crate::document) fn line_to(&mut self, x: f32, y: f32) {
        self.at = (x, y);
        let (x, y) = self.share(self.at);
        self.push(GeometryStep::Line(x, y));
    }

    pub(in crate::document) fn curve_to(&mut self, first: (f32, f32), second: (f32, f32), end: (f32, f32)) {
        self.at = end;
        let ((x1, y1), (x2, y2), (x, y)) = (self.share(first), self.share(second), self.share(end));
        self.push(GeometryStep::Curve(x1, y1, x2, y2, x, y));
    }

    pub(in crate::document) fn quadratic_to(&mut self, control: (f32, f32), end: (f32, f32)) {
        let toward = |from: (f32, f32)| (from.0 + (control.0 - from.0) * 2.0 / 3.0, from.1 + (control.1 - from.1) * 2.0 / 3.0);
        let (first, second) = (toward(self.at), toward(end));
        self.curve_to(first, second, end);
    }

    pub(in crate::document) fn close(&mut self) {
        self.at = self.start;
        self.push(GeometryStep::Close);
    }

    /// An arc of an ellipse from where we are: radii, angle of the start, angle swept, in radians, clockwise as y grows down.
    pub(in crate::document) fn arc(&mut self, rx: f32, ry: f32, start: f32, sweep: f32) {
        if ![rx, ry, start, sweep].iter().all(|value| value.is_finite()) {
            return;
        }
        let sweep = sweep.clamp(-TAU, TAU);
        let center = (self.at.0 - rx * start.cos(), self.at.1 - ry * start.sin());
        // A quarter that rounding made longer is one piece still.
        let pieces = (sweep.abs() / FRAC_PI_2 - 0.001).ceil().max(1.0);
        let piece = sweep / pieces;
        // How far a curve's control points stand off for a piece of this angle.
        let reach = 4.0 / 3.0 * (piece / 4.0).tan();
        let mut angle = start;
        for _ in 0..pieces as usize {
            let next = angle + piece;
            let point = |angle: f32| (center.0 + rx * angle.cos(), center.1 + ry * angle.sin());
            let (from, to) = (point(angle), point(next));
            let first = (from.0 - reach * rx * angle.sin(), from.1 + reach * ry * angle.cos());
            let second = (to.0 + reach * rx * next.sin(), to.1 - reach * ry * next.cos());
            self.curve_to(first, second, to);
            angle = next;
        }
    }

    /// An arc whose angles are those that the eye sees, as `a:arcTo` has them (20.1.9.4): of an ellipse they are not its parameter's.
    pub(in crate::document) fn arc_to(&mut self, (rx, ry): (f32, f32), (scale_x, scale_y): (f32, f32), start: f32, sweep: f32) {
        let end = start + sweep;
        if !end.is_finite() || !start.is_finite() {
            return;
        }
        // The parameter within the same turn.
        let parameter = |angle: f32| {
            let found = (angle.sin() * rx).atan2(angle.cos() * ry);
            found + ((angle - found) / TAU).round() * TAU
        };
        self.arc(rx * scale_x, ry * scale_y, parameter(start), parameter(end) - parameter(start));
    }

    /// A closed polygon.
    pub(in crate::document) fn polygon(&mut self, points: &[(f32, f32)]) {
        for (index, &(x, y)) in points.iter().enumerate() {
            if index == 0 { self.move_to(x, y) } else { self.line_to(x, y) }
        }
        self.close();
    }

    pub(in crate::document) fn finish(self) -> Vec<GeometryStep> {
        self.steps
    }
}
