//! Outlines of glyphs, for what is drawn as a shape.

use rustybuzz::ttf_parser::OutlineBuilder;

/// A step of a glyph's outline, in ems from its origin, up counted positive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OutlineStep {
    /// Start here.
    Move((f32, f32)),
    /// A line to here.
    Line((f32, f32)),
    /// A curve to the last point.
    Curve((f32, f32), (f32, f32), (f32, f32)),
    /// Back to the start.
    Close,
}

/// Collects an outline in the font's units.
pub(super) struct Pen {
    unit: f32,
    at: (f32, f32),
    pub(super) steps: Vec<OutlineStep>,
}

impl Pen {
    /// `unit` is the em's share that a unit of the font is.
    pub(super) fn new(unit: f32) -> Self {
        Self { unit, at: (0.0, 0.0), steps: Vec::new() }
    }

    fn ems(&self, x: f32, y: f32) -> (f32, f32) {
        (x * self.unit, y * self.unit)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.at = self.ems(x, y);
        self.steps.push(OutlineStep::Move(self.at));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.at = self.ems(x, y);
        self.steps.push(OutlineStep::Line(self.at));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (control, end) = (self.ems(x1, y1), self.ems(x, y));
        let toward = |from: (f32, f32)| (from.0 + (control.0 - from.0) * 2.0 / 3.0, from.1 + (control.1 - from.1) * 2.0 / 3.0);
        self.steps.push(OutlineStep::Curve(toward(self.at), toward(end), end));
        self.at = end;
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.at = self.ems(x, y);
        self.steps.push(OutlineStep::Curve(self.ems(x1, y1), self.ems(x2, y2), self.at));
    }

    fn close(&mut self) {
        self.steps.push(OutlineStep::Close);
    }
}
