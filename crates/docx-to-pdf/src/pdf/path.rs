//! Paths: lines, borders, shading, charts.

use printpdf::{Color, DictItem, LineCapStyle, LineDashPattern, LineJoinStyle, Op, PaintMode, Rect, Rgb as PdfRgb, WindingOrder};

use super::number::{hundredths, point, pt, short};
use super::page::Painter;
use crate::graphics::Rgb;
use crate::layout::frame::{Path, PathStep, Stroke};
use crate::units::Pt;

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
            self.operator("W", Vec::new());
            self.operator("n", Vec::new());
        }
    }

    /// Limits what follows to a rectangle given in the PDF's coordinates.
    pub(super) fn clip_rectangle(&mut self, x: f32, y: f32, width: f32, height: f32) {
        let mode = Some(PaintMode::Clip);
        let rectangle = Rect { x: pt(x), y: pt(y), width: pt(width), height: pt(height), mode, winding_order: Some(WindingOrder::NonZero) };
        self.ops.push(Op::DrawRectangle { rectangle });
    }

    pub(super) fn fill_color(&mut self, color: Rgb) {
        if self.state.fill.replace(color) != Some(color) {
            self.ops.push(Op::SetFillColor { col: rgb(color) });
        }
    }

    pub(super) fn stroke_color(&mut self, color: Rgb) {
        if self.state.stroke.replace(color) != Some(color) {
            self.ops.push(Op::SetOutlineColor { col: rgb(color) });
        }
    }

    pub(super) fn line_width(&mut self, width: f32) {
        let width = hundredths(width.max(0.0));
        if self.state.line_width.replace(width) != Some(width) {
            self.ops.push(Op::SetOutlineThickness { pt: printpdf::Pt(width as f32 / 100.0) });
        }
    }

    fn stroke_style(&mut self, stroke: &Stroke) {
        self.stroke_color(stroke.color);
        self.line_width(stroke.width.0);
        if self.state.dash != stroke.dash {
            self.state.dash.clone_from(&stroke.dash);
            // A pattern of zeros would be an error to readers.
            let usable = stroke.dash.iter().any(|length| *length > 0.0);
            let pattern = stroke.dash.iter().filter(|_| usable).map(|length| short(length.max(0.0))).collect();
            self.ops.push(Op::SetLineDashPattern { dash: LineDashPattern { offset: 0.0, pattern } });
        }
        if self.state.round != stroke.round {
            self.state.round = stroke.round;
            let (cap, join) =
                if stroke.round { (LineCapStyle::Round, LineJoinStyle::Round) } else { (LineCapStyle::Butt, LineJoinStyle::Miter) };
            self.ops.push(Op::SetLineCapStyle { cap });
            self.ops.push(Op::SetLineJoinStyle { join });
        }
    }

    fn draw(&mut self, path: &Path) {
        let winding = if path.even_odd { WindingOrder::EvenOdd } else { WindingOrder::NonZero };
        if let Some([x0, y0, x1, y1]) = rectangle(&path.steps) {
            let mode = match (path.fill.is_some(), path.stroke.is_some()) {
                (true, true) => PaintMode::FillStroke,
                (true, false) => PaintMode::Fill,
                _ => PaintMode::Stroke,
            };
            let (x, y, width, height) = (pt(x0), pt(self.height - y1), pt(x1 - x0), pt(y1 - y0));
            self.ops.push(Op::DrawRectangle { rectangle: Rect { x, y, width, height, mode: Some(mode), winding_order: Some(winding) } });
            return;
        }
        if let ([PathStep::Move(x0, y0), PathStep::Line(x1, y1)], None) = (path.steps.as_slice(), path.fill) {
            let end = |x: Pt, y: Pt| printpdf::LinePoint { p: point(x.0, self.height - y.0), bezier: false };
            let line = printpdf::Line { points: vec![end(*x0, *y0), end(*x1, *y1)], is_closed: false };
            self.ops.push(Op::DrawLine { line });
            return;
        }
        // printpdf's polygons close every ring; operators of our own keep open ends open.
        self.steps(&path.steps);
        let paint = match (path.fill.is_some(), path.stroke.is_some(), path.even_odd) {
            (true, true, false) => "B",
            (true, true, true) => "B*",
            (true, false, false) => "f",
            (true, false, true) => "f*",
            _ => "S",
        };
        self.operator(paint, Vec::new());
    }

    fn steps(&mut self, steps: &[PathStep]) {
        let height = self.height;
        let at = |x: Pt, y: Pt| [DictItem::Real(short(x.0)), DictItem::Real(short(height - y.0))];
        for step in steps {
            match *step {
                PathStep::Move(x, y) => self.operator("m", at(x, y).into()),
                PathStep::Line(x, y) => self.operator("l", at(x, y).into()),
                PathStep::Curve(x1, y1, x2, y2, x, y) => {
                    self.operator("c", [at(x1, y1), at(x2, y2), at(x, y)].concat());
                }
                PathStep::Close => self.operator("h", Vec::new()),
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

fn rgb(Rgb(r, g, b): Rgb) -> Color {
    // Three decimals tell all 256 shades apart.
    let part = |shade: u8| (f32::from(shade) / 255.0 * 1000.0).round() / 1000.0;
    Color::Rgb(PdfRgb { r: part(r), g: part(g), b: part(b), icc_profile: None })
}
