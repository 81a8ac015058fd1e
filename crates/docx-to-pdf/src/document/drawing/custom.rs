//! Custom geometry: guides are worked out, then paths drawn with them (ECMA-376 part 1, 20.1.9).

use std::collections::HashMap;

use super::outline::OutlineBuilder;
use crate::document::model::{Geometry, GeometryPath, GeometryStep, PathFill};
use crate::document::values::is_on;
use crate::document::xml::Node;

/// No shape has more guides or commands.
const MOST: usize = 4096;

/// `a:custGeom` in a shape of this size in EMU.
pub(super) fn custom(node: Node<'_>, width: f32, height: f32) -> Option<Geometry> {
    let guides = Guides::read(node, width, height);
    let mut paths = Vec::new();
    for path in node.child("a:pathLst")?.children().filter(|path| path.name() == "a:path").take(MOST) {
        let side =
            |name: &str, own: f32| path.attr(name).and_then(|text| text.parse::<f32>().ok()).filter(|side| *side > 0.0).unwrap_or(own);
        let mut outline = OutlineBuilder::new(side("w", width), side("h", height));
        for command in path.children().take(MOST) {
            draw(&mut outline, command, &guides);
        }
        let fill = path.attr("fill").map_or(PathFill::Normal, PathFill::named);
        paths.push(GeometryPath { steps: outline.finish(), fill, stroked: path.attr("stroke").is_none_or(is_on) });
    }
    paths.retain(|path| !path.steps.is_empty());
    if paths.iter().any(|path| path.fill != PathFill::Normal || !path.stroked) {
        return Some(Geometry::Paths(paths));
    }
    // Alike they are one figure, in which those within others are holes.
    let steps: Vec<GeometryStep> = paths.into_iter().flat_map(|path| path.steps).collect();
    (!steps.is_empty()).then_some(Geometry::Path(steps))
}

fn draw(outline: &mut OutlineBuilder, command: Node<'_>, guides: &Guides) {
    let points: Vec<(f32, f32)> = command
        .children()
        .filter(|point| point.name() == "a:pt")
        .take(3)
        .map(|point| (guides.value(point.attr("x").unwrap_or("0")), guides.value(point.attr("y").unwrap_or("0"))))
        .collect();
    match (command.name(), points.as_slice()) {
        ("a:moveTo", [(x, y), ..]) => outline.move_to(*x, *y),
        ("a:lnTo", [(x, y), ..]) => outline.line_to(*x, *y),
        ("a:cubicBezTo", [first, second, end]) => outline.curve_to(*first, *second, *end),
        ("a:quadBezTo", [control, end, ..]) => outline.quadratic_to(*control, *end),
        ("a:arcTo", _) => {
            let part = |name: &str| guides.value(command.attr(name).unwrap_or("0"));
            let radians = |name: &str| (part(name) / 60_000.0).to_radians();
            outline.arc_to((part("wR"), part("hR")), (1.0, 1.0), radians("stAng"), radians("swAng"));
        }
        ("a:close", _) => outline.close(),
        _ => {}
    }
}

/// Named values of a shape.
struct Guides {
    values: HashMap<String, f32>,
}

impl Guides {
    fn read(node: Node<'_>, w: f32, h: f32) -> Self {
        let mut values: HashMap<String, f32> = HashMap::new();
        let short = w.min(h);
        let known = [
            ("w", w),
            ("h", h),
            ("l", 0.0),
            ("t", 0.0),
            ("r", w),
            ("b", h),
            ("hc", w / 2.0),
            ("vc", h / 2.0),
            ("ss", short),
            ("ls", w.max(h)),
            ("cd2", 10_800_000.0),
            ("cd4", 5_400_000.0),
            ("cd8", 2_700_000.0),
            ("3cd4", 16_200_000.0),
            ("3cd8", 8_100_000.0),
            ("5cd8", 13_500_000.0),
            ("7cd8", 18_900_000.0),
        ];
        values.extend(known.map(|(name, value)| (name.to_owned(), value)));
        for part in [2_u8, 3, 4, 5, 6, 8, 10, 12, 16, 32] {
            let share = f32::from(part);
            values.extend([(format!("wd{part}"), w / share), (format!("hd{part}"), h / share), (format!("ssd{part}"), short / share)]);
        }
        let mut guides = Self { values };
        let lists = ["a:avLst", "a:gdLst"].into_iter().filter_map(|name| node.child(name));
        for guide in lists.flat_map(Node::children).take(MOST) {
            if let (Some(name), Some(formula)) = (guide.attr("name"), guide.attr("fmla")) {
                let value = guides.formula(formula);
                guides.values.insert(name.to_owned(), value);
            }
        }
        guides
    }

    /// A number or a guide's name.
    fn value(&self, text: &str) -> f32 {
        text.parse::<f32>().ok().or_else(|| self.values.get(text).copied()).filter(|value| value.is_finite()).unwrap_or(0.0)
    }

    /// 20.1.9.11: an operator and up to three operands.
    fn formula(&self, text: &str) -> f32 {
        let mut words = text.split_ascii_whitespace();
        let operator = words.next().unwrap_or_default();
        let mut operand = || words.next().map_or(0.0, |word| self.value(word));
        let (x, y, z) = (operand(), operand(), operand());
        let radians = |angle: f32| (angle / 60_000.0).to_radians();
        let result = match operator {
            "*/" if z != 0.0 => x * y / z,
            "+-" => x + y - z,
            "+/" if z != 0.0 => (x + y) / z,
            "?:" => {
                if x > 0.0 {
                    y
                } else {
                    z
                }
            }
            "abs" => x.abs(),
            "at2" => y.atan2(x).to_degrees() * 60_000.0,
            "cat2" => x * z.atan2(y).cos(),
            "sat2" => x * z.atan2(y).sin(),
            "cos" => x * radians(y).cos(),
            "sin" => x * radians(y).sin(),
            "tan" => x * radians(y).tan(),
            "max" => x.max(y),
            "min" => x.min(y),
            "mod" => (x * x + y * y + z * z).sqrt(),
            "pin" => y.max(x).min(z),
            "sqrt" => x.max(0.0).sqrt(),
            "val" => x,
            _ => 0.0,
        };
        if result.is_finite() { result } else { 0.0 }
    }
}
