//! The notation of the tables of preset shapes.
//!
//! A definition consists of statements, each ended by `;`:
//!
//! - `adj1: 50000` is an adjustment and its default.
//! - `x1 = w*adj1/100000` is a guide. Expressions know `+ - * / ( )`, the functions of [`function`], the numbers of the shape (`w`, `h`,
//!   its edges `l t r b`, its middle `hc vc`, its shorter side `ss`) and all guides before. Angles count degrees, clockwise.
//! - `path none unstroked M l t L r b` is a path (20.1.9.15): how it is filled and whether it is stroked, unless as usual; then its
//!   commands with their operands, which are expressions without spaces. `in 21600` before them: in a square of that size.
//! - `outline M l t L r b` is a path that is stroked only: the commands of the first one, and then these.
//! - `text l t r b` is the rectangle of the text.
//!
//! Commands, of which operands may follow again and again: `M`ove, `L`ine, `Q`uadratic and `C`ubic curve, `Z` to close; `A`rc (radii, start
//! and sweep as 20.1.9.4 has them); `N`-sided polygon and `S`tar (count of corners, centre, radii; of the inner corners, too), whose first
//! corner is the top; `G`ear (count of teeth, radii of its body, height of a tooth, and how much narrower a tooth becomes at each side).

use std::collections::HashMap;
use std::f32::consts::{FRAC_PI_2, TAU};

use super::Adjustments;
use crate::document::drawing::outline::OutlineBuilder;
use crate::document::model::{GeometryPath, PathFill};

/// No adjustment counts for more: a thousand times the shape's size.
const FARTHEST: f32 = 100_000_000.0;

/// Statements with the word that begins them.
fn statements(definition: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    definition.split(';').map(|statement| {
        let statement = statement.trim();
        let end = statement.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(statement.len());
        (&statement[..end], statement[end..].trim_start())
    })
}

/// The operands of a definition's `text`.
pub(super) fn text(definition: &'static str) -> Option<&'static str> {
    statements(definition).find(|(word, _)| *word == "text").map(|(_, rest)| rest)
}

/// An adjustment, or its default. The only one of a shape is called `adj` or `adj1`.
pub(super) fn adjustment(name: &str, default: f32, adjustments: &Adjustments) -> f32 {
    let named = |name: &str| adjustments.iter().find(|(key, _)| key == name).map(|(_, value)| *value);
    let other = match name {
        "adj" => Some("adj1"),
        "adj1" => Some("adj"),
        _ => None,
    };
    let found = named(name).or_else(|| other.and_then(named)).filter(|value| value.is_finite());
    found.map_or(default, |value| value.clamp(-FARTHEST, FARTHEST))
}

/// A shape's numbers by name.
pub(super) struct Guides {
    values: HashMap<&'static str, f32>,
    size: (f32, f32),
}

impl Guides {
    /// Those of a definition in a shape of this size.
    pub(super) fn new(definition: &'static str, w: f32, h: f32, adjustments: &Adjustments) -> Self {
        let side = |length: f32| if length.is_finite() { length.max(0.0) } else { 0.0 };
        let (w, h) = (side(w), side(h));
        let known = [("w", w), ("h", h), ("l", 0.0), ("t", 0.0), ("r", w), ("b", h), ("hc", w / 2.0), ("vc", h / 2.0), ("ss", w.min(h))];
        let mut guides = Self { values: HashMap::from(known), size: (w, h) };
        for (word, rest) in statements(definition) {
            let value = if let Some(formula) = rest.strip_prefix('=') {
                guides.value(formula)
            } else if let Some(default) = rest.strip_prefix(':') {
                adjustment(word, guides.value(default), adjustments)
            } else {
                continue;
            };
            guides.values.insert(word, value);
        }
        guides
    }

    /// What an expression comes to; nothing where it comes to no number.
    fn value(&self, expression: &'static str) -> f32 {
        let mut reader = Expression { rest: expression.trim(), values: &self.values };
        let value = reader.sum();
        debug_assert!(value.is_some() && reader.rest.is_empty(), "{expression}");
        value.filter(|value| value.is_finite()).unwrap_or(0.0)
    }

    /// Four operands.
    pub(super) fn rectangle(&self, operands: &'static str) -> [f32; 4] {
        let mut edges = operands.split_ascii_whitespace().map(|operand| self.value(operand));
        std::array::from_fn(|_| edges.next().unwrap_or_default())
    }

    /// The paths of a definition.
    pub(super) fn paths(&self, definition: &'static str) -> Vec<GeometryPath> {
        let mut paths = Vec::new();
        let mut first = None;
        for (word, rest) in statements(definition) {
            match word {
                "path" => {
                    let (path, kind) = self.path(rest);
                    first.get_or_insert(rest);
                    paths.push(GeometryPath { steps: path.finish(), ..kind });
                }
                "outline" => {
                    let (mut path, _) = self.path(first.unwrap_or_default());
                    self.draw(&mut path, rest);
                    paths.push(GeometryPath { steps: path.finish(), fill: PathFill::None, stroked: true });
                }
                _ => {}
            }
        }
        paths
    }

    /// A path's outline and, without steps, what kind of path it is.
    fn path(&self, statement: &'static str) -> (OutlineBuilder, GeometryPath) {
        let mut kind = GeometryPath { steps: Vec::new(), fill: PathFill::Normal, stroked: true };
        let mut size = self.size;
        let mut rest = statement;
        while let Some((word, after)) = rest.split_once(char::is_whitespace).filter(|(word, _)| word.len() > 1) {
            rest = after.trim_start();
            match word {
                "unstroked" => kind.stroked = false,
                "in" => {
                    let (side, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                    size = (self.value(side), self.value(side));
                    rest = after.trim_start();
                }
                fill => kind.fill = PathFill::named(fill),
            }
        }
        let mut path = OutlineBuilder::new(size.0, size.1);
        self.draw(&mut path, rest);
        (path, kind)
    }

    fn draw(&self, path: &mut OutlineBuilder, commands: &'static str) {
        let mut command = "";
        let mut operands = [0.0; 7];
        let mut count = 0;
        for word in commands.split_ascii_whitespace() {
            if word.len() == 1 && word.starts_with(|c: char| c.is_ascii_uppercase()) {
                (command, count) = (word, 0);
                if command == "Z" {
                    path.close();
                }
                continue;
            }
            if let Some(operand) = operands.get_mut(count) {
                *operand = self.value(word);
            }
            count += 1;
            let [a, b, c, d, e, f, g] = operands;
            match (command, count) {
                ("M", 2) => path.move_to(a, b),
                ("L", 2) => path.line_to(a, b),
                ("Q", 4) => path.quadratic_to((a, b), (c, d)),
                ("C", 6) => path.curve_to((a, b), (c, d), (e, f)),
                ("A", 4) => path.arc_to((a, b), (1.0, 1.0), c.to_radians(), d.to_radians()),
                ("N", 5) => path.polygon(&corners(a, (b, c), &[(d, e)])),
                ("S", 7) => path.polygon(&corners(a, (b, c), &[(d, e), (f, g)])),
                ("G", 7) => gear(path, a, (b, c), (d, e), (f, g)),
                _ => continue,
            }
            count = 0;
        }
    }
}

/// So many corners around a centre, for each of the radii in turn.
fn corners(count: f32, (x, y): (f32, f32), radii: &[(f32, f32)]) -> Vec<(f32, f32)> {
    let count = count.clamp(0.0, 64.0) as usize * radii.len();
    let corner = |(at, (rx, ry)): (usize, &(f32, f32))| {
        let angle = TAU * at as f32 / count as f32 - FRAC_PI_2;
        (x + rx * angle.cos(), y + ry * angle.sin())
    };
    radii.iter().cycle().take(count).enumerate().map(corner).collect()
}

/// A wheel with teeth on an ellipse. Half a tooth is as broad as half its height and half of what it narrows by.
fn gear(path: &mut OutlineBuilder, teeth: f32, (x, y): (f32, f32), (rx, ry): (f32, f32), (height, narrowing): (f32, f32)) {
    let half = f32::midpoint(height, narrowing).atan2(rx.min(ry));
    let teeth = teeth.clamp(0.0, 64.0) as usize;
    for tooth in 0..teeth {
        // The first one points to the right of the top.
        let middle = TAU * (tooth as f32 + 1.0) / teeth as f32 - FRAC_PI_2;
        let on = |angle: f32| (x + rx * angle.cos(), y + ry * angle.sin());
        let (from, to) = (on(middle - half), on(middle + half));
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy).max(f32::EPSILON);
        let (along, out) = ((dx / length * narrowing, dy / length * narrowing), (dy / length * height, -dx / length * height));
        if tooth == 0 {
            path.move_to(from.0, from.1);
        } else {
            path.line_to(from.0, from.1);
        }
        path.line_to(from.0 + along.0 + out.0, from.1 + along.1 + out.1);
        path.line_to(to.0 - along.0 + out.0, to.1 - along.1 + out.1);
        path.line_to(to.0, to.1);
        path.arc(rx, ry, middle + half, TAU / teeth as f32 - 2.0 * half);
    }
    path.close();
}

/// An expression that is read from the left.
struct Expression<'g> {
    rest: &'static str,
    values: &'g HashMap<&'static str, f32>,
}

impl Expression<'_> {
    fn eat(&mut self, sign: char) -> bool {
        let after = self.rest.strip_prefix(sign);
        self.rest = after.map_or(self.rest, str::trim_start);
        after.is_some()
    }

    fn sum(&mut self) -> Option<f32> {
        let mut value = self.product()?;
        loop {
            if self.eat('+') {
                value += self.product()?;
            } else if self.eat('-') {
                value -= self.product()?;
            } else {
                return Some(value);
            }
        }
    }

    fn product(&mut self) -> Option<f32> {
        let mut value = self.factor()?;
        loop {
            if self.eat('*') {
                value *= self.factor()?;
            } else if self.eat('/') {
                value /= self.factor()?;
            } else {
                return Some(value);
            }
        }
    }

    fn factor(&mut self) -> Option<f32> {
        if self.eat('-') {
            return self.factor().map(|value| -value);
        }
        if self.eat('(') {
            let value = self.sum();
            return value.filter(|_| self.eat(')'));
        }
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return word.parse().ok();
        }
        if !self.eat('(') {
            return self.values.get(word).copied();
        }
        let mut arguments = [0.0; 6];
        for argument in &mut arguments {
            *argument = self.sum()?;
            if !self.eat(',') {
                break;
            }
        }
        if self.eat(')') { function(word, arguments) } else { None }
    }
}

/// The functions of 20.1.9.11 under the standard's names where it has one, with angles in degrees.
fn function(name: &str, [x, y, z, u, v, w]: [f32; 6]) -> Option<f32> {
    Some(match name {
        "abs" => x.abs(),
        "at2" => y.atan2(x).to_degrees(),
        "cos" => x.to_radians().cos(),
        "sin" => x.to_radians().sin(),
        "tan" => x.to_radians().tan(),
        "if" if x > 0.0 => y,
        "if" => z,
        "max" => x.max(y),
        "min" => x.min(y),
        "mod" => x.hypot(y),
        "pin" => y.max(x).min(z),
        "sqrt" => x.max(0.0).sqrt(),
        // An angle within one turn.
        "turn" => x.rem_euclid(360.0),
        // Where the line from (x, y) to (z, u) crosses an ellipse about the origin with radii v and w, as near to its end as it does.
        "meetx" => meet((x, y), (z, u), (v, w)).0,
        "meety" => meet((x, y), (z, u), (v, w)).1,
        _ => return None,
    })
}

/// A line that passes by the ellipse: where it comes nearest.
fn meet(from: (f32, f32), to: (f32, f32), (rx, ry): (f32, f32)) -> (f32, f32) {
    let (x, y) = (to.0 / rx, to.1 / ry);
    let (dx, dy) = (x - from.0 / rx, y - from.1 / ry);
    let (square, along) = (dx * dx + dy * dy, x * dx + y * dy);
    let root = (along * along - square * (x * x + y * y - 1.0)).max(0.0).sqrt();
    let (one, other) = ((root - along) / square, (-root - along) / square);
    let share = if one.abs() < other.abs() { one } else { other };
    ((x + share * dx) * rx, (y + share * dy) * ry)
}
