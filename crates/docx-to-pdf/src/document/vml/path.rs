//! VML's path language (ECMA-376 part 4, 19.1.2.14 `path`).

use std::f64::consts::TAU;

use super::formula::{Values, number};
use crate::document::drawing::outline::OutlineBuilder;
use crate::document::model::GeometryStep;

/// No path has more numbers and commands.
const MOST: usize = 20_000;

/// The coordinates of a path, and where they are stretched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Space {
    pub(super) origin: (f64, f64),
    pub(super) extent: (f64, f64),
    /// What lies beyond `at` moves by so much, and is not stretched: corners keep their form (`limo`).
    pub(super) widened: Option<Widened>,
}

/// See [`Space::widened`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Widened {
    pub(super) at: (f64, f64),
    pub(super) by: (f64, f64),
}

impl Space {
    /// The limit of stretching in a shape of this size: it is scaled evenly, then made longer along its longer side.
    pub(super) fn limit(&mut self, at: (f64, f64), size: (f64, f64)) {
        let scale = (size.0 / self.extent.0).min(size.1 / self.extent.1);
        if !scale.is_finite() || scale <= 0.0 {
            return;
        }
        let by = (size.0 / scale - self.extent.0, size.1 / scale - self.extent.1);
        self.widened = Some(Widened { at, by: (by.0.clamp(0.0, 1e9), by.1.clamp(0.0, 1e9)) });
    }

    fn size(&self) -> (f64, f64) {
        self.widened.map_or(self.extent, |widened| (self.extent.0 + widened.by.0, self.extent.1 + widened.by.1))
    }

    /// A point as it is drawn.
    fn point(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let Some(Widened { at, by }) = self.widened else { return (x - self.origin.0, y - self.origin.1) };
        // What lies at the limit itself stays in the middle.
        let moved = |value: f64, at: f64, by: f64| {
            value
                + if value > at {
                    by
                } else if value < at {
                    0.0
                } else {
                    by / 2.0
                }
        };
        (moved(x, at.0, by.0) - self.origin.0, moved(y, at.1, by.1) - self.origin.1)
    }

    /// A rectangle (`textboxrect`) as shares of the shape.
    pub(super) fn shares(&self, [left, top, right, bottom]: [f64; 4]) -> [f32; 4] {
        let (width, height) = self.size();
        let ((left, top), (right, bottom)) = (self.point((left, top)), self.point((right, bottom)));
        [left / width, top / height, right / width, bottom / height].map(|share| if share.is_finite() { share as f32 } else { 0.0 })
    }
}

/// Sub-paths up to an `e`, which are painted alike.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) steps: Vec<GeometryStep>,
    /// Without `nf`.
    pub(super) filled: bool,
    /// Without `ns`.
    pub(super) stroked: bool,
}

/// The pieces of a path that draw something.
pub(super) fn parse(text: &str, space: Space, values: &Values) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut pen = Pen::new(space);
    for (command, numbers) in commands(text, values) {
        if command == "e" {
            pieces.extend(std::mem::replace(&mut pen, Pen::new(space)).finish());
        } else {
            pen.draw(command, &numbers);
        }
    }
    pieces.extend(pen.finish());
    pieces
}

struct Pen {
    space: Space,
    outline: OutlineBuilder,
    /// Where we are, and where the sub-path began, in the path's own coordinates.
    at: (f64, f64),
    start: (f64, f64),
    filled: bool,
    stroked: bool,
    /// There is a point to draw on from, and something is drawn.
    begun: bool,
    draws: bool,
}

impl Pen {
    fn new(space: Space) -> Self {
        let (width, height) = space.size();
        let outline = OutlineBuilder::new(width as f32, height as f32);
        Self { space, outline, at: (0.0, 0.0), start: (0.0, 0.0), filled: true, stroked: true, begun: false, draws: false }
    }

    fn finish(self) -> Option<Piece> {
        self.draws.then(|| Piece { steps: self.outline.finish(), filled: self.filled, stroked: self.stroked })
    }

    fn draw(&mut self, command: &str, numbers: &[f64]) {
        match command {
            "m" => pairs(numbers).for_each(|point| self.move_to(point)),
            "l" => pairs(numbers).for_each(|point| self.line_to(point)),
            "t" => pairs(numbers).for_each(|by| self.move_to(self.beside(by))),
            "r" => pairs(numbers).for_each(|by| self.line_to(self.beside(by))),
            "c" => {
                for six in numbers.chunks_exact(6) {
                    self.curve_to((six[0], six[1]), (six[2], six[3]), (six[4], six[5]));
                }
            }
            "v" => {
                for six in numbers.chunks_exact(6) {
                    self.curve_to(self.beside((six[0], six[1])), self.beside((six[2], six[3])), self.beside((six[4], six[5])));
                }
            }
            "qb" => {
                for four in numbers.chunks_exact(4) {
                    let (control, end) = ((four[0], four[1]), (four[2], four[3]));
                    let toward = |from: (f64, f64)| (from.0 + (control.0 - from.0) * 2.0 / 3.0, from.1 + (control.1 - from.1) * 2.0 / 3.0);
                    self.curve_to(toward(self.at), toward(end), end);
                }
            }
            // Quarters of ellipses that leave along the x axis and along the y axis by turns.
            "qx" | "qy" => {
                for (turn, end) in pairs(numbers).enumerate() {
                    self.quarter((command == "qx") == (turn % 2 == 0), end);
                }
            }
            "ae" | "al" => {
                for six in numbers.chunks_exact(6) {
                    self.angle_ellipse(six, command == "ae");
                }
            }
            "at" | "ar" | "wa" | "wr" => {
                for eight in numbers.chunks_exact(8) {
                    self.arc_in_box(eight, matches!(command, "wa" | "wr"), matches!(command, "at" | "wa"));
                }
            }
            "x" => {
                self.outline.close();
                self.at = self.start;
            }
            "nf" => self.filled = false,
            "ns" => self.stroked = false,
            _ => {}
        }
    }

    fn beside(&self, by: (f64, f64)) -> (f64, f64) {
        (self.at.0 + by.0, self.at.1 + by.1)
    }

    fn place(&self, point: (f64, f64)) -> (f32, f32) {
        let (x, y) = self.space.point(point);
        (x as f32, y as f32)
    }

    fn move_to(&mut self, point: (f64, f64)) {
        (self.at, self.start, self.begun) = (point, point, true);
        let (x, y) = self.place(point);
        self.outline.move_to(x, y);
    }

    fn line_to(&mut self, point: (f64, f64)) {
        self.at = point;
        self.draws = true;
        let (x, y) = self.place(point);
        self.outline.line_to(x, y);
    }

    fn curve_to(&mut self, first: (f64, f64), second: (f64, f64), end: (f64, f64)) {
        self.at = end;
        self.draws = true;
        self.outline.curve_to(self.place(first), self.place(second), self.place(end));
    }

    fn quarter(&mut self, along_x: bool, end: (f64, f64)) {
        /// How far control points lie toward the corner.
        const REACH: f64 = 0.552_284_75;
        let corner = if along_x { (end.0, self.at.1) } else { (self.at.0, end.1) };
        let toward = |from: (f64, f64)| (from.0 + (corner.0 - from.0) * REACH, from.1 + (corner.1 - from.1) * REACH);
        self.curve_to(toward(self.at), toward(end), end);
    }

    /// Centre, radii, start and sweep in 65,536ths of a degree, against the clock (Spire; LibreOffice draws none of these).
    fn angle_ellipse(&mut self, six: &[f64], joined: bool) {
        let radians = |angle: f64| -(angle / 65_536.0).to_radians();
        self.arc((six[0], six[1]), (six[2], six[3]), radians(six[4]), radians(six[5]), joined);
    }

    /// The box of an ellipse, and two points through which the radii of the arc's ends go.
    fn arc_in_box(&mut self, eight: &[f64], clockwise: bool, joined: bool) {
        let center = (f64::midpoint(eight[0], eight[2]), f64::midpoint(eight[1], eight[3]));
        let radii = ((eight[2] - eight[0]) / 2.0, (eight[3] - eight[1]) / 2.0);
        let side = |radius: f64| if radius == 0.0 { 1.0 } else { radius };
        let angle = |x: f64, y: f64| ((y - center.1) / side(radii.1)).atan2((x - center.0) / side(radii.0));
        let (from, to) = (angle(eight[4], eight[5]), angle(eight[6], eight[7]));
        let sweep = (if clockwise { to - from } else { from - to }).rem_euclid(TAU);
        let sweep = if sweep < 1e-9 { TAU } else { sweep };
        self.arc(center, radii, from, if clockwise { sweep } else { -sweep }, joined);
    }

    /// An arc with a line to its start, or as a sub-path of its own.
    fn arc(&mut self, center: (f64, f64), radii: (f64, f64), start: f64, sweep: f64, joined: bool) {
        let point = |angle: f64| (center.0 + radii.0 * angle.cos(), center.1 + radii.1 * angle.sin());
        if joined && self.begun {
            self.line_to(point(start));
        } else {
            self.move_to(point(start));
        }
        let sweep = sweep.clamp(-TAU, TAU);
        let pieces = (sweep.abs() / (TAU / 4.0) - 1e-9).ceil().max(1.0);
        let piece = sweep / pieces;
        let reach = 4.0 / 3.0 * (piece / 4.0).tan();
        let mut angle = start;
        for _ in 0..pieces as usize {
            let next = angle + piece;
            let (from, to) = (point(angle), point(next));
            let first = (from.0 - reach * radii.0 * angle.sin(), from.1 + reach * radii.1 * angle.cos());
            let second = (to.0 + reach * radii.0 * next.sin(), to.1 - reach * radii.1 * next.cos());
            self.curve_to(first, second, to);
            angle = next;
        }
    }
}

fn pairs(numbers: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    numbers.chunks_exact(2).map(|pair| (pair[0], pair[1]))
}

/// The numbers of a list (`textboxrect`).
pub(super) fn numbers(text: &str, values: &Values) -> Vec<f64> {
    let mut found = vec![("", Vec::new())];
    fill(text, values, &mut found);
    found.into_iter().next().map(|(_, numbers)| numbers).unwrap_or_default()
}

/// Commands with their numbers.
fn commands<'t>(text: &'t str, values: &Values) -> Vec<(&'t str, Vec<f64>)> {
    let mut found = Vec::new();
    fill(text, values, &mut found);
    found
}

/// A comma without a number before or behind it stands for zero beside it; before `@`, `#` and a sign none is needed.
fn fill<'t>(text: &'t str, values: &Values, found: &mut Vec<(&'t str, Vec<f64>)>) {
    let mut rest = text.trim();
    let mut count = 0;
    let push = |found: &mut Vec<(&'t str, Vec<f64>)>, value: f64| {
        if let Some((_, numbers)) = found.last_mut() {
            numbers.push(value);
        }
    };
    // Whether a number has to stand before the next comma, and behind the last one.
    let (mut wanted, mut behind_comma) = (true, false);
    while let Some(first) = rest.chars().next().filter(|_| count < MOST) {
        count += 1;
        let end = match first {
            ',' => {
                if wanted {
                    push(found, 0.0);
                }
                (wanted, behind_comma) = (true, true);
                1
            }
            '@' | '#' => {
                let end = run(rest, |next| next.is_ascii_digit());
                push(found, rest[1..end].parse().map_or(0.0, |index| values.named(first, index)));
                (wanted, behind_comma) = (false, false);
                end
            }
            '-' | '+' | '.' | '0'..='9' => {
                let end = run(rest, |next| next.is_ascii_digit() || next == '.');
                push(found, number(&rest[..end]).unwrap_or(0.0));
                (wanted, behind_comma) = (false, false);
                end
            }
            'a'..='z' | 'A'..='Z' => {
                if behind_comma {
                    push(found, 0.0);
                }
                (wanted, behind_comma) = (true, false);
                let two =
                    rest.get(..2).filter(|two| matches!(*two, "nf" | "ns" | "ae" | "al" | "at" | "ar" | "wa" | "wr" | "qx" | "qy" | "qb"));
                let command = two.unwrap_or(&rest[..1]);
                found.push((command, Vec::new()));
                command.len()
            }
            _ => first.len_utf8(),
        };
        rest = rest[end..].trim_start();
    }
    if behind_comma {
        push(found, 0.0);
    }
}

/// How long what begins here is, its first character included.
fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text[1..].find(|next| !belongs(next)).map_or(text.len(), |at| at + 1)
}
