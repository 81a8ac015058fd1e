//! Paths: lines, borders, shading, charts.

use super::number::hundredths;
use super::page::Painter;
use crate::graphics::Rgb;
use crate::layout::frame::{Path, PathStep, Stroke};

impl Painter<'_> {
    pub(super) fn path(&mut self, path: &Path) {
        if path.steps.is_empty() || (path.fill.is_none() && path.stroke.is_none()) {
            return;
        }
        self.end_text();
        let see_through = path.opacity < 0.995;
        if see_through {
            self.save();
            self.opacity(path.opacity);
        }
        if let Some(color) = path.fill {
            self.fill_color(color);
        }
        if let Some(stroke) = &path.stroke {
            self.stroke_style(stroke);
        }
        self.draw(path);
        if see_through {
            self.restore();
        }
    }

    /// Limits what follows to a path.
    pub(super) fn clip(&mut self, steps: &[PathStep]) {
        if let Some([x0, y0, x1, y1]) = rectangle(steps) {
            self.clip_rectangle(x0, self.height - y1, x1 - x0, y1 - y0);
        } else {
            self.steps(steps);
            self.content.operator("W");
            self.content.operator("n");
        }
    }

    /// Limits what follows to a rectangle given in the PDF's coordinates.
    pub(super) fn clip_rectangle(&mut self, x: f32, y: f32, width: f32, height: f32) {
        self.content.lengths([x, y, width, height]).operator("re");
        self.content.operator("W");
        self.content.operator("n");
    }

    pub(super) fn fill_color(&mut self, color: Rgb) {
        if self.state.fill.replace(color) != Some(color) {
            self.color(color, "rg");
        }
    }

    pub(super) fn stroke_color(&mut self, color: Rgb) {
        if self.state.stroke.replace(color) != Some(color) {
            self.color(color, "RG");
        }
    }

    fn color(&mut self, Rgb(r, g, b): Rgb, operator: &str) {
        for shade in [r, g, b] {
            // Three decimals tell all 256 shades apart. The nearest is never halfway, as 255 is odd.
            self.content.decimal((i64::from(shade) * 2000 + 255) / 510, 3);
        }
        self.content.operator(operator);
    }

    pub(super) fn line_width(&mut self, width: f32) {
        let width = hundredths(width.max(0.0));
        if self.state.line_width.replace(width) != Some(width) {
            self.content.hundredths(width).operator("w");
        }
    }

    fn stroke_style(&mut self, stroke: &Stroke) {
        self.stroke_color(stroke.color);
        self.line_width(stroke.width.0);
        if self.state.dash != stroke.dash {
            self.state.dash.clone_from(&stroke.dash);
            // A pattern of zeros would be an error to readers.
            let usable = stroke.dash.iter().any(|length| *length > 0.0);
            let pattern = stroke.dash.iter().filter(|_| usable).map(|length| length.max(0.0));
            self.content.raw("[").lengths(pattern).raw("]").integer(0).operator("d");
        }
        if self.state.round != stroke.round {
            self.state.round = stroke.round;
            let round = i64::from(stroke.round);
            self.content.integer(round).operator("J");
            self.content.integer(round).operator("j");
        }
    }

    fn draw(&mut self, path: &Path) {
        if let Some([x0, y0, x1, y1]) = rectangle(&path.steps) {
            self.content.lengths([x0, self.height - y1, x1 - x0, y1 - y0]).operator("re");
        } else {
            self.steps(&path.steps);
        }
        let paint = match (path.fill.is_some(), path.stroke.is_some(), path.even_odd) {
            (true, true, false) => "B",
            (true, true, true) => "B*",
            (true, false, false) => "f",
            (true, false, true) => "f*",
            _ => "S",
        };
        self.content.operator(paint);
    }

    fn steps(&mut self, steps: &[PathStep]) {
        let height = self.height;
        for step in steps {
            match *step {
                PathStep::Move(x, y) => self.content.lengths([x.0, height - y.0]).operator("m"),
                PathStep::Line(x, y) => self.content.lengths([x.0, height - y.0]).operator("l"),
                PathStep::Curve(x1, y1, x2, y2, x, y) => {
                    self.content.lengths([x1.0, height - y1.0, x2.0, height - y2.0, x.0, height - y.0]).operator("c");
                }
                PathStep::Close => self.content.operator("h"),
            }
        }
    }
}

/// Left, top, right and bottom of a path that is a rectangle along the axes.
fn rectangle(steps: &[PathStep]) -> Option<[f32; 4]> {
    let [PathStep::Move(ax, ay), PathStep::Line(bx, by), PathStep::Line(cx, cy), PathStep::Line(dx, dy), PathStep::Close] = steps else {
        return None;
    };
    let across_first = ay == by && bx == cx && cy == dy && dx == ax;
    let down_first = ax == bx && by == cy && cx == dx && dy == ay;
    (across_first || down_first).then(|| [ax.0.min(cx.0), ay.0.min(cy.0), ax.0.max(cx.0), ay.0.max(cy.0)])
}
