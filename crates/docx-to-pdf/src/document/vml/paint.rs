//! Fills, strokes and measures of VML shapes (ECMA-376 part 4, 19.1.2.5, 19.1.2.21).

use crate::document::color;
use crate::document::drawing::paint::arrow;
use crate::document::model::{Dash, Fill, Gradient, GradientWay, Outline, Shadow};
use crate::document::read::{Part, Reader};
use crate::document::values::{css_length, hex_color, is_on, mix, says, share};
use crate::document::xml::Node;
use crate::graphics::{Rgb, Tone};
use crate::units::Emu;

impl Reader<'_> {
    /// A shape's fill: white unless it says otherwise.
    pub(super) fn vml_fill(&mut self, node: Node<'_>, kind: Option<Node<'_>>, part: &Part) -> Option<Fill> {
        let fill = node.child("v:fill");
        let attribute = |name: &str| node.attr(name).or_else(|| kind.and_then(|kind| kind.attr(name)));
        let off =
            attribute("filled").is_some_and(|text| !is_on(text)) || fill.and_then(|fill| fill.attr("on")).is_some_and(|text| !is_on(text));
        if off {
            return None;
        }
        let id = fill.and_then(|fill| fill.attr("r:id"));
        if let Some(target) = id.and_then(|id| part.relationships.get(id)).and_then(|relationship| relationship.part()) {
            return self.images.get_or_warn(target, self.package, &mut self.warnings).map(Fill::Picture);
        }
        let color = fill.and_then(|fill| fill.attr("color")).or_else(|| attribute("fillcolor"));
        let rgb = color.map_or(Some(Rgb(255, 255, 255)), css_color)?;
        let opacity = fill.and_then(|fill| fill.attr("opacity")).and_then(fraction).unwrap_or(1.0);
        let opacity = opacity.clamp(0.0, 1.0);
        Some(fill.and_then(|fill| gradient(fill, rgb, opacity)).map_or(Fill::Solid(rgb, opacity), Fill::Gradient))
    }
}

/// The gradient of `v:fill` (part 4, 19.1.2.5): from its second colour to its first, the other way round from a `focus` of 100 % on, there and back with 50 % (LibreOffice and Spire agree on all but the angle, where Spire turns the other way).
fn gradient(fill: Node<'_>, first: Rgb, opacity: f32) -> Option<Gradient> {
    let kind = fill.attr("type").filter(|kind| kind.starts_with("gradient"))?;
    let second = fill.attr("color2").map_or(Some(Rgb(255, 255, 255)), |text| mixed(text, first).or_else(|| css_color(text)))?;
    let (first, second) = ((first, opacity), (second, fill.attr("o:opacity2").and_then(fraction).unwrap_or(opacity).clamp(0.0, 1.0)));
    let number = |name: &str| fill.attr(name).and_then(fraction).filter(|number| number.is_finite());
    let focus = number("focus").unwrap_or(0.0);
    let colors = match focus.abs() {
        share if share < 0.25 => vec![second, first],
        share if share > 0.75 => vec![first, second],
        _ if focus < 0.0 => vec![second, first, second],
        _ => vec![first, second, first],
    };
    let last = (colors.len() - 1) as f32;
    let stops = colors.iter().enumerate().map(|(at, (rgb, opacity))| (at as f32 / last, *rgb, *opacity)).collect();
    let way = if kind == "gradientRadial" || kind == "gradientradial" {
        GradientWay::Around { round: false, middle: [0.5; 4] }
    } else {
        // VML turns against the clock, from a line that goes down.
        GradientWay::Line { degrees: (90.0 - number("angle").unwrap_or(0.0)).rem_euclid(360.0), scaled: false }
    };
    Some(Gradient { stops, way })
}

/// `fill darken(118)`, `fill lighten(51)`: the first colour with so many 255ths of it left.
fn mixed(text: &str, first: Rgb) -> Option<Rgb> {
    let (way, amount) = text.strip_prefix("fill ")?.trim().split_once('(')?;
    let left = share(amount.split(')').next()?, 255.0)?.clamp(0.0, 1.0);
    match way {
        "darken" => Some(mix(first, Rgb(0, 0, 0), left)),
        "lighten" => Some(mix(first, Rgb(255, 255, 255), left)),
        _ => None,
    }
}

/// A shape's shadow (part 4, 19.1.2.18), where it is a plain one: grey, two points to the right and down unless it says otherwise.
pub(super) fn shadow(node: Node<'_>) -> Option<Shadow> {
    let shadow = node.child("v:shadow").filter(|shadow| shadow.attr("on").is_some_and(is_on))?;
    let plain = shadow.attr("type").is_none_or(|kind| kind == "single");
    let mut offset = shadow.attr("offset").unwrap_or_default().split(',').map(|text| css_length(text, 1.0));
    let mut side = || offset.next().flatten().map_or(Emu(25_400), |length| Emu(length.0.clamp(-2_540_000, 2_540_000)));
    plain.then(|| Shadow {
        offset: (side(), side()),
        color: shadow.attr("color").and_then(css_color).unwrap_or(Rgb(128, 128, 128)),
        opacity: shadow.attr("opacity").and_then(fraction).unwrap_or(1.0).clamp(0.0, 1.0),
        blur: Emu(0),
        stays: true,
    })
}

/// A shape's outline: black and three quarters of a point unless it says otherwise.
pub(super) fn stroke(node: Node<'_>, kind: Option<Node<'_>>) -> Option<Outline> {
    let stroke = node.child("v:stroke");
    let attribute = |name: &str| node.attr(name).or_else(|| kind.and_then(|kind| kind.attr(name)));
    let off = attribute("stroked").is_some_and(|text| !is_on(text))
        || stroke.and_then(|stroke| stroke.attr("on")).is_some_and(|text| !is_on(text));
    if off {
        return None;
    }
    let color = stroke.and_then(|stroke| stroke.attr("color")).or_else(|| attribute("strokecolor"));
    let weight = stroke.and_then(|stroke| stroke.attr("weight")).or_else(|| attribute("strokeweight"));
    let dash = match stroke.and_then(|stroke| stroke.attr("dashstyle")) {
        None | Some("solid") => Dash::Solid,
        Some("1 1" | "shortdot" | "dot" | "sysdot") => Dash::Dot,
        Some("longdash") => Dash::LongDash,
        Some(name) if name.contains("dot") => Dash::DashDot,
        Some(_) => Dash::Dash,
    };
    let head = |name: &str| {
        let size = |part: &str| stroke.and_then(|stroke| stroke.attr(&format!("{name}{part}")));
        arrow(size("")?, [size("width"), size("length")])
    };
    Some(Outline {
        color: color.and_then(css_color).unwrap_or(Rgb(0, 0, 0)),
        width: Emu(weight.and_then(|text| css_length(text, 1.0)).map_or(9525, |width| width.0.clamp(0, 20_116_800))),
        dash,
        arrows: (head("startarrow"), head("endarrow")),
    })
}

/// `#rrggbb`, `#rgb`, a name, or a name with Office's index behind it (`white [3212]`).
pub(super) fn css_color(text: &str) -> Option<Rgb> {
    let text = text.split('[').next().unwrap_or_default().trim();
    if let Some(digits) = text.strip_prefix('#').filter(|digits| digits.len() == 3 && digits.is_ascii()) {
        let doubled: String = digits.chars().flat_map(|digit| [digit, digit]).collect();
        return hex_color(&doubled);
    }
    hex_color(text).or_else(|| color::named(text)).or_else(|| {
        // "fill darken(118)" and the like: a mix we read as grey.
        text.starts_with("fill ").then_some(Rgb(128, 128, 128))
    })
}

/// What `gain` and `blacklevel` make of a picture (part 4, 19.1.2.11): contrast and brightness under other names.
pub(super) fn tone(data: Node<'_>) -> Option<Tone> {
    let number = |name: &str, default: f32| data.attr(name).and_then(fraction).unwrap_or(default);
    let gain = number("gain", 1.0).max(0.0);
    // A gain above 1 is a contrast that comes near 1 as it grows.
    let contrast = if gain > 1.0 { 1.0 - 1.0 / gain } else { gain - 1.0 };
    Tone::new(number("blacklevel", 0.0) * 2.0, contrast)
}

/// A fraction: `0.5`, `50%`, or `32768f` in 65,536ths.
pub(super) fn fraction(text: &str) -> Option<f32> {
    match text.trim().strip_suffix('f') {
        Some(fixed) => share(fixed, 65_536.0),
        None => share(text, 1.0),
    }
}

/// Whether a shape is one of Word's horizontal rules.
pub(super) fn is_rule(node: Node<'_>) -> bool {
    says(node, "o:hr")
}
