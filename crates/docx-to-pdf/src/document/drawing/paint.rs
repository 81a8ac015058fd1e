//! Fills and outlines of DrawingML shapes (ECMA-376 part 1, 20.1.8, 20.1.2.2.24).

use std::sync::Arc;

use crate::document::color;
use crate::document::drawing::recolor;
use crate::document::model::{ArrowHead, ArrowKind, Compound, Dashes, Fill, Gradient, GradientWay, Outline, Shadow};
use crate::document::read::{Part, Reader};
use crate::document::theme::Theme;
use crate::document::values::{casts_plainly, emu, integer, is_on, says, share};
use crate::document::xml::Node;
use crate::graphics::{Image, Rgb, Tone};
use crate::units::Emu;

/// The thinnest line of a shape whose line has no width: three quarters of a point (20.1.2.2.24).
const HAIRLINE: Emu = Emu(9525);
/// Shadows fall no farther (Word's dialogue ends at 200 pt).
const FARTHEST: f32 = 2_540_000.0;

impl Reader<'_> {
    /// A shape's fill: its own, else its style's. `None` = none.
    pub(in crate::document) fn fill(&mut self, properties: Node<'_>, style: Option<Node<'_>>, part: &Part) -> Option<Fill> {
        for node in properties.children() {
            match node.name() {
                "a:noFill" => return None,
                "a:solidFill" => return color::inside(node, &self.theme, None).map(|(rgb, opacity)| Fill::Solid(rgb, opacity)),
                "a:gradFill" => {
                    let placeholder =
                        style.and_then(|style| style.child("a:fillRef")).and_then(|fill| color::inside(fill, &self.theme, None));
                    let turn = properties.child("a:xfrm").and_then(|place| place.attr("rot")).and_then(|text| share(text, 60_000.0));
                    return gradient(node, &self.theme, placeholder.map(|(rgb, _)| rgb), turn.unwrap_or(0.0)).map(Fill::Gradient);
                }
                "a:pattFill" => return Some(self.pattern(node)),
                "a:blipFill" => {
                    return self.blip(node, part).map_err(|reason| self.warnings.picture(&part.name, reason)).ok().map(Fill::Picture);
                }
                _ => {}
            }
        }
        let reference = style?.child("a:fillRef")?;
        let index = reference.attr("idx").and_then(integer).unwrap_or(0);
        // 20.1.4.2.10: 0 and 1000 are no fill.
        let (rgb, opacity) = color::inside(reference, &self.theme, None).filter(|_| index != 0 && index != 1000)?;
        Some(Fill::Solid(rgb, opacity))
    }

    /// The picture a `a:blip` below refers to; `Err` tells what it is instead.
    pub(in crate::document) fn blip(&mut self, parent: Node<'_>, part: &Part) -> Result<Arc<Image>, String> {
        let target = blip_part(parent, part).ok_or(LINKED)?.to_owned();
        let image = self.images.get(&target, self.package).map_err(|reason| format!("the picture {target} ({reason})"))?;
        let light = parent.path(&["a:blip", "a:lum"]);
        let share = |name: &str| light.and_then(|light| light.attr(name)).and_then(|text| share(text, 100_000.0)).unwrap_or(0.0);
        let tone = Tone::new(share("bright"), share("contrast"));
        let changes = parent.child("a:blip").map(|blip| recolor::changes(blip, &self.theme)).unwrap_or_default();
        let image = if changes.is_empty() {
            image
        } else {
            self.images.recolored(&target, &image, changes).unwrap_or_else(|| {
                self.warnings.unsupported("a recoloured picture (it keeps its own colours: it is too large, or damaged)", &part.name);
                image
            })
        };
        Ok(self.images.toned(&target, image, tone))
    }
}

/// What is said of a picture that is only linked.
pub(in crate::document) const LINKED: &str = "a picture that is only linked, not stored in the document (insert it instead)";

/// The part a `a:blip` below refers to.
pub(in crate::document) fn blip_part<'p>(parent: Node<'_>, part: &'p Part) -> Option<&'p str> {
    let id = parent.child("a:blip").and_then(|blip| blip.attr("r:embed")).filter(|id| !id.is_empty())?;
    part.relationships.get(id)?.part()
}

/// A shape's outline: its own line over its style's. `None` = none.
pub(in crate::document) fn outline(properties: Node<'_>, style: Option<Node<'_>>, theme: &Theme) -> Option<Outline> {
    let line = properties.child("a:ln");
    if line.is_some_and(|line| line.child("a:noFill").is_some()) {
        return None;
    }
    let reference = style.and_then(|style| style.child("a:lnRef"));
    let index = reference.and_then(|reference| reference.attr("idx")).and_then(integer).unwrap_or(0);
    let styled = reference.filter(|_| index > 0).and_then(|reference| color::inside(reference, theme, None));
    let own = line.and_then(|line| {
        let solid = line.child("a:solidFill").and_then(|fill| color::inside(fill, theme, styled.map(|(rgb, _)| rgb)));
        solid.or_else(|| {
            line.child("a:gradFill").and_then(|fill| gradient(fill, theme, styled.map(|(rgb, _)| rgb), 0.0)).map(|fill| fill.mean())
        })
    });
    let (rgb, opacity) = own.or(styled)?;
    let width = line.and_then(|line| line.attr("w")).and_then(emu).or_else(|| theme.line_width(usize::try_from(index).ok()?));
    let head = |name: &str| {
        let end = line.and_then(|line| line.child(name))?;
        arrow(end.attr("type")?, [end.attr("w"), end.attr("len")])
    };
    Some(Outline {
        color: rgb,
        opacity: opacity.clamp(0.0, 1.0),
        width: Emu(width.unwrap_or(HAIRLINE).0.clamp(0, 20_116_800)),
        dashes: line.map(dashes).unwrap_or_default(),
        compound: line.and_then(|line| line.attr("cmpd")).map_or(Compound::Single, Compound::named),
        arrows: (head("a:headEnd"), head("a:tailEnd")),
    })
}

/// An arrow head by its form, width and length, as either kind of drawing names them.
pub(in crate::document) fn arrow(kind: &str, sizes: [Option<&str>; 2]) -> Option<ArrowHead> {
    let kind = match kind {
        "triangle" | "block" => ArrowKind::Triangle,
        "stealth" | "classic" => ArrowKind::Stealth,
        "diamond" => ArrowKind::Diamond,
        "oval" => ArrowKind::Oval,
        "arrow" | "open" => ArrowKind::Open,
        _ => return None,
    };
    // How many widths of the line: 2, 3 or 5 (LibreOffice's import, and what Word shows).
    let [width, length] = sizes.map(|size| match size {
        Some("sm" | "narrow" | "short") => 2.0,
        Some("lg" | "wide" | "long") => 5.0,
        _ => 3.0,
    });
    Some(ArrowHead { kind, width, length })
}

/// A line's dashes: a preset, or its own (20.1.8.21 `custDash`).
fn dashes(line: Node<'_>) -> Dashes {
    let round = line.attr("cap") == Some("rnd");
    if let Some(own) = line.child("a:custDash") {
        let length = |stop: Node<'_>, name: &str| stop.attr(name).and_then(|text| share(text, 100_000.0)).unwrap_or(0.0);
        let lengths: Vec<f32> = own.children().flat_map(|stop| [length(stop, "d"), length(stop, "sp")]).take(16).collect();
        return Dashes::new(&lengths, round);
    }
    line.child("a:prstDash").and_then(|dash| dash.attr("val")).map(|name| preset_dashes(name, round)).unwrap_or_default()
}

/// Dashes by name (20.1.10.48).
pub(in crate::document) fn preset_dashes(name: &str, round: bool) -> Dashes {
    let lengths: &[f32] = match name {
        "dot" => &[1.0, 3.0],
        "dash" => &[4.0, 3.0],
        "lgDash" => &[8.0, 3.0],
        "dashDot" => &[4.0, 3.0, 1.0, 3.0],
        "lgDashDot" => &[8.0, 3.0, 1.0, 3.0],
        "lgDashDotDot" => &[8.0, 3.0, 1.0, 3.0, 1.0, 3.0],
        "sysDash" => &[3.0, 1.0],
        "sysDot" => &[1.0, 1.0],
        "sysDashDot" => &[3.0, 1.0, 1.0, 1.0],
        "sysDashDotDot" => &[3.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        _ => &[],
    };
    Dashes::new(lengths, round)
}

/// A gradient's colours and their way (20.1.8.33); its first stops where there are more than Word makes.
fn gradient(node: Node<'_>, theme: &Theme, placeholder: Option<Rgb>, rotation: f32) -> Option<Gradient> {
    let share_of = |node: Node<'_>, name: &str| node.attr(name).and_then(|text| share(text, 100_000.0)).unwrap_or(0.0).clamp(0.0, 1.0);
    let mut stops: Vec<(f32, Rgb, f32)> = node
        .child("a:gsLst")?
        .children()
        .filter(|stop| stop.name() == "a:gs")
        .take(20)
        .filter_map(|stop| color::inside(stop, theme, placeholder).map(|(rgb, opacity)| (share_of(stop, "pos"), rgb, opacity)))
        .collect();
    stops.sort_by(|a, b| a.0.total_cmp(&b.0));
    let way = if let Some(path) = node.child("a:path") {
        let to = path.child("a:fillToRect");
        let side = |name: &str| to.map_or(0.0, |to| share_of(to, name));
        GradientWay::Around { round: path.attr("path") == Some("circle"), middle: [side("l"), side("t"), side("r"), side("b")] }
    } else {
        let line = node.child("a:lin");
        let degrees = line.and_then(|line| line.attr("ang")).and_then(|text| share(text, 60_000.0)).unwrap_or(0.0);
        // One that does not turn with its shape is turned back.
        let turned = if node.attr("rotWithShape").is_some_and(|text| !is_on(text)) { rotation } else { 0.0 };
        GradientWay::Line { degrees: (degrees - turned).rem_euclid(360.0), scaled: line.is_some_and(|line| says(line, "scaled")) }
    };
    (!stops.is_empty()).then_some(Gradient { stops, way })
}

/// The shadow of a shape or picture (20.1.8.45). One that lies on the ground (`kx`, `ky`, or of another size) is left out.
pub(in crate::document) fn shadow(properties: Node<'_>, theme: &Theme) -> Option<Shadow> {
    let node = properties.path(&["a:effectLst", "a:outerShdw"]).filter(|node| casts_plainly(*node))?;
    let (color, opacity) = color::inside(node, theme, None)?;
    let length = |name: &str| node.attr(name).and_then(emu).map_or(0.0, |length| length.0 as f32);
    let (sin, cos) = node.attr("dir").and_then(|text| share(text, 60_000.0)).unwrap_or(0.0).to_radians().sin_cos();
    let distance = length("dist").clamp(0.0, FARTHEST);
    Some(Shadow {
        color,
        opacity,
        offset: (Emu((distance * cos) as i64), Emu((distance * sin) as i64)),
        blur: Emu(length("blurRad").clamp(0.0, FARTHEST) as i64),
        stays: node.attr("rotWithShape").is_some_and(|text| !is_on(text)),
    })
}
