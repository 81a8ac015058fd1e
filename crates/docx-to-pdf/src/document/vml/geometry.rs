//! The outlines of VML shapes, and where their text stands (ECMA-376 part 4, 19.1.2).

use super::formula::{self, Measures, Values, number};
use super::hollows;
use super::kind::Kind;
use super::paint::{fraction, stroke};
use super::path::{self, Piece, Space};
use super::style::lengths;
use crate::document::drawing::outline::OutlineBuilder;
use crate::document::drawing::preset::{Adjustments, preset};
use crate::document::model::{Geometry, GeometryPath, PathFill, TextArea};
use crate::document::read::{Reader, Scope};
use crate::document::xml::Node;
use crate::units::Emu;

/// A shape's outline and the rectangle of its text.
pub(super) struct Form {
    pub(super) geometry: Geometry,
    pub(super) area: TextArea,
}

impl Reader<'_> {
    pub(super) fn vml_form(&mut self, kind: Kind<'_>, size: (Emu, Emu), scope: Scope<'_>) -> Form {
        let area = text_area(kind);
        let geometry = match kind.node.name() {
            "v:rect" => Geometry::Rectangle,
            "v:roundrect" => Geometry::RoundRectangle(arc_size(kind).clamp(0.0, 0.5)),
            "v:oval" => Geometry::Ellipse,
            "v:line" => Geometry::Line,
            "v:arc" => arc(kind),
            _ => return self.vml_drawn(kind, area, size, scope),
        };
        Form { geometry, area }
    }

    /// The form of a shape that is drawn by its points, its path or its type.
    fn vml_drawn(&mut self, kind: Kind<'_>, area: TextArea, size: (Emu, Emu), scope: Scope<'_>) -> Form {
        if let Some(points) = kind.node.attr("points") {
            return Form { geometry: polyline(points).unwrap_or(Geometry::Rectangle), area };
        }
        let own = kind.node.attr("path").or_else(|| kind.node.child("v:path")?.attr("v"));
        let typed = || {
            let definition = kind.definition?;
            // Of what is but a box or a line, layout knows more by its name.
            let plain = matches!(kind.number, Some(1 | 20 | 32 | 75 | 201 | 202));
            definition.attr("path").or_else(|| definition.child("v:path")?.attr("v")).filter(|_| !plain)
        };
        if let Some(geometry) = own.is_none().then(|| shaded(kind, (size.0.0 as f32, size.1.0 as f32))).flatten() {
            let (space, values) = coordinates(kind, (size.0.0 as f64, size.1.0 as f64));
            let area = text_rectangle(kind, space, &values).unwrap_or(area);
            return Form { geometry, area };
        }
        let typed = if own.is_none() { typed() } else { None };
        if let Some(text) = own.or_else(|| typed.filter(|path| self.affords(kind, path, scope))) {
            let (width, height) = (size.0.0 as f64, size.1.0 as f64);
            let (space, values) = coordinates(kind, (width, height));
            if let Some(geometry) = geometry(path::parse(text, space, &values)) {
                let area = text_rectangle(kind, space, &values).unwrap_or(area);
                return Form { geometry, area };
            }
        }
        let named = kind.preset().and_then(|name| preset(name, size.0.0 as f32, size.1.0 as f32, &Adjustments::new()));
        Form { geometry: named.unwrap_or(Geometry::Rectangle), area }
    }

    /// Whether the path and the formulas of a type may be drawn once more.
    fn affords(&mut self, kind: Kind<'_>, path: &str, scope: Scope<'_>) -> bool {
        /// Formulas take time only, and steps of a path take memory on their way to the page.
        const CHEAPER: usize = 8;
        let formulas = formulas(kind).into_iter().flat_map(Node::children).take(formula::MOST);
        let bytes = formulas.map(|formula| 16 + formula.attr("eqn").map_or(0, str::len)).sum::<usize>();
        let bytes = path.len() + bytes / CHEAPER;
        let left = self.shape_types_left.checked_sub(bytes);
        self.shape_types_left = left.unwrap_or(0);
        if left.is_none() {
            self.warnings.unsupported("a VML shape with formulas (drawn as a rectangle)", &scope.part.name);
        }
        left.is_some()
    }
}

/// The formulas of a shape, else of its type.
fn formulas(kind: Kind<'_>) -> Option<Node<'_>> {
    kind.node.child("v:formulas").or_else(|| kind.definition?.child("v:formulas"))
}

/// The rectangle that a type's path keeps for text (`textboxrect`): the first, where it has several for the ways in which it may be bent.
fn text_rectangle(kind: Kind<'_>, space: Space, values: &Values) -> Option<TextArea> {
    let text = kind.child_attr("v:path", "textboxrect")?;
    let sides = path::numbers(text.split(';').next()?, values);
    let shares = space.shares(<[f64; 4]>::try_from(sides).ok()?);
    let names = ["l", "t", "r", "b"];
    let adjustments = names.iter().zip(shares).map(|(name, share)| ((*name).to_owned(), share * 100_000.0)).collect();
    Some(TextArea { preset: "textboxrect".to_owned(), adjustments })
}

/// A path's coordinates and the values it may name.
fn coordinates(kind: Kind<'_>, size: (f64, f64)) -> (Space, Values) {
    let pair = |text: Option<&str>, default: f64| {
        let mut numbers = text.unwrap_or_default().split(',').map(number);
        (numbers.next().flatten().unwrap_or(default), numbers.next().flatten().unwrap_or(default))
    };
    let extent = pair(kind.attr("coordsize"), 1000.0);
    let side = |length: f64| if length > 0.0 { length } else { 1000.0 };
    let mut space = Space { origin: pair(kind.attr("coordorigin"), 0.0), extent: (side(extent.0), side(extent.1)), widened: None };
    let limo = kind.child_attr("v:path", "limo").map(|limo| pair(Some(limo), 0.0));
    if let Some(limo) = limo {
        space.limit(limo, size);
    }
    let measures = Measures {
        origin: space.origin,
        extent: space.extent,
        limo: limo.unwrap_or_default(),
        size,
        line: stroke(kind).map(|line| line.width.0 as f64),
        filled: kind.paints("filled", "fillok"),
    };
    let defaults = kind.definition.and_then(|definition| definition.attr("adj"));
    (space, Values::work_out(formulas(kind), kind.node.attr("adj"), defaults, &measures))
}

/// Of a path with more pieces, those are one that are painted alike.
const MOST_PIECES: usize = 64;

/// The pieces of a path as the paths of a shape, each painted by itself (19.1.2.14: `nf`, `ns` and `e`).
fn geometry(pieces: Vec<Piece>) -> Option<Geometry> {
    let many = pieces.len() > MOST_PIECES;
    let mut paths: Vec<GeometryPath> = Vec::new();
    for piece in pieces {
        let (fill, stroked) = (if piece.filled { PathFill::Normal } else { PathFill::None }, piece.stroked);
        match paths.iter_mut().find(|path| many && (path.fill, path.stroked) == (fill, stroked)) {
            Some(path) => path.steps.extend(piece.steps),
            None => paths.push(GeometryPath { steps: hollows::cut(piece.steps), fill, stroked }),
        }
    }
    match paths.as_mut_slice() {
        [] => None,
        [GeometryPath { steps, fill: PathFill::Normal, stroked: true }] => Some(Geometry::Path(std::mem::take(steps))),
        _ => Some(Geometry::Paths(paths)),
    }
}

/// Bodies whose sides Office shades, which their types' paths do not say: drawn as the same shape of DrawingML (LibreOffice and Spire agree).
fn shaded(kind: Kind<'_>, (width, height): (f32, f32)) -> Option<Geometry> {
    let (name, default, scale) = match kind.number? {
        16 => ("cube", 5400.0, 1.0),
        // The lid's height counts in the can's, and in DrawingML in its shorter side.
        22 => ("can", 5400.0, height / width.min(height)),
        84 => ("bevel", 2700.0, 1.0),
        _ => return None,
    };
    let given = kind.attr("adj").and_then(|text| number(text.split(',').next()?));
    let adjustment = given.unwrap_or(default) as f32 / 21_600.0 * scale * 100_000.0;
    let adjustments = vec![("adj".to_owned(), if adjustment.is_finite() { adjustment } else { 25_000.0 })];
    preset(name, width, height, &adjustments)
}

fn arc_size(kind: Kind<'_>) -> f32 {
    kind.node.attr("arcsize").and_then(fraction).unwrap_or(0.2)
}

/// A piece of the ellipse in the shape's box, between two angles clockwise from the top (19.1.2.1).
fn arc(kind: Kind<'_>) -> Geometry {
    let angle = |name: &str, default: f64| {
        let degrees = kind.node.attr(name).and_then(number).unwrap_or(default);
        ((degrees - 90.0) % 720.0).to_radians() as f32
    };
    let (from, to) = (angle("startangle", 0.0), angle("endangle", 90.0));
    let mut outline = OutlineBuilder::new(1.0, 1.0);
    outline.move_to(0.5 + 0.5 * from.cos(), 0.5 + 0.5 * from.sin());
    outline.arc(0.5, 0.5, from, to - from);
    Geometry::Path(outline.finish())
}

/// Where a shape's text stands in it, by the name of the same shape in DrawingML.
fn text_area(kind: Kind<'_>) -> TextArea {
    let mut adjustments = Adjustments::new();
    let preset = match kind.node.name() {
        "v:roundrect" => {
            adjustments.push(("adj".to_owned(), arc_size(kind) * 100_000.0));
            Some("roundRect")
        }
        "v:oval" => Some("ellipse"),
        "v:shape" => kind.preset(),
        _ => None,
    };
    TextArea { preset: preset.unwrap_or("rect").to_owned(), adjustments }
}

/// Points of a polyline, over the box that holds them.
fn polyline(points: &str) -> Option<Geometry> {
    let numbers: Vec<f32> = lengths(points, 0.75).map(|length| length.0 as f32).collect();
    let fold = |least: (f32, f32), most: (f32, f32), pair: &[f32]| {
        ((least.0.min(pair[0]), least.1.min(pair[1])), (most.0.max(pair[0]), most.1.max(pair[1])))
    };
    let none = ((f32::MAX, f32::MAX), (f32::MIN, f32::MIN));
    let (least, most) = numbers.chunks_exact(2).fold(none, |(least, most), pair| fold(least, most, pair));
    let mut outline = OutlineBuilder::new((most.0 - least.0).max(1.0), (most.1 - least.1).max(1.0));
    for (at, pair) in numbers.chunks_exact(2).enumerate() {
        let (x, y) = (pair[0] - least.0, pair[1] - least.1);
        if at == 0 { outline.move_to(x, y) } else { outline.line_to(x, y) }
    }
    let steps = outline.finish();
    (!steps.is_empty()).then_some(Geometry::Path(steps))
}
