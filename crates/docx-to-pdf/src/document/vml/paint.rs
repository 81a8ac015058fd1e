//! Fills, strokes and measures of VML shapes (ECMA-376 part 4, 19.1.2.5, 19.1.2.21).

use super::kind::Kind;
use super::style::Style;
use crate::document::color;
use crate::document::drawing::paint::{arrow, preset_dashes};
use crate::document::model::{Compound, Dashes, Fill, Gradient, GradientWay, Outline, Shadow};
use crate::document::read::{Part, Reader};
use crate::document::recolor::Change;
use crate::document::values::{css_length, hex_color, is_on, mix, says, share};
use crate::document::xml::Node;
use crate::graphics::{Rgb, Tone};
use crate::units::Emu;

impl Reader<'_> {
    /// A shape's fill: white unless it says otherwise.
    pub(super) fn vml_fill(&mut self, kind: Kind<'_>, part: &Part) -> Option<Fill> {
        let fill = kind.node.child("v:fill");
        if !kind.paints("filled", "fillok") || fill.and_then(|fill| fill.attr("on")).is_some_and(|text| !is_on(text)) {
            return None;
        }
        let id = fill.and_then(|fill| fill.attr("r:id"));
        if let Some(target) = id.and_then(|id| part.relationships.get(id)).and_then(|relationship| relationship.part()) {
            return self.vml_picture_fill(kind, target);
        }
        let color = fill.and_then(|fill| fill.attr("color")).or_else(|| kind.attr("fillcolor"));
        let rgb = color.map_or(Some(Rgb(255, 255, 255)), css_color)?;
        let opacity = fill.and_then(|fill| fill.attr("opacity")).and_then(fraction).unwrap_or(1.0);
        let opacity = opacity.clamp(0.0, 1.0);
        Some(
            fill.and_then(|fill| gradient(fill, rgb, opacity, Style::of(kind.node).rotation()))
                .map_or(Fill::Solid(rgb, opacity), Fill::Gradient),
        )
    }
}

impl Reader<'_> {
    /// A fill of pictures (`type`): one as large as the shape, tiles of 96 pixels to the inch (LibreOffice; Spire has 72), or a pattern in two colours.
    fn vml_picture_fill(&mut self, kind: Kind<'_>, target: &str) -> Option<Fill> {
        let image = self.images.get_or_warn(target, self.package, &mut self.warnings)?;
        let fill = kind.node.child("v:fill");
        let says = |name: &str| fill.and_then(|fill| fill.attr(name));
        let image = match says("type") {
            Some("tile") => image,
            Some("pattern") => {
                // White stands for the first colour, black for the second (Spire; LibreOffice 7.4 leaves them black and white).
                let first = says("color").or_else(|| kind.attr("fillcolor")).and_then(css_color).unwrap_or(Rgb(0, 0, 0));
                let second = says("color2").and_then(css_color).unwrap_or(Rgb(255, 255, 255));
                let changes = vec![Change::TwoTone(second, first)];
                self.images.recolored(target, &image, changes).unwrap_or(image)
            }
            _ => return Some(Fill::Picture(image)),
        };
        let left = self.shapes_left.checked_sub(TILES);
        self.shapes_left = left.unwrap_or(self.shapes_left);
        let side = |pixels: u32| Emu(i64::from(pixels) * PIXEL);
        let tile = (side(image.width), side(image.height));
        Some(if left.is_some() { Fill::Tiles(image, tile) } else { Fill::Picture(image) })
    }
}

/// A pixel of a tile, 96 to the inch, in EMU.
const PIXEL: i64 = 9525;
/// Tiles count as so many shapes: a fill has some hundred of them, and two thousand at most.
const TILES: usize = 1000;

/// No gradient has more colours; Word's dialogue ends at ten.
const MOST_COLORS: usize = 20;

/// A gradient's colours with their places from 0 to 1 and their opacities.
type Stops = Vec<(f32, Rgb, f32)>;

/// The gradient of `v:fill` (part 4, 19.1.2.5) in a shape that is turned. Its angle is LibreOffice's, where Spire turns the other way.
fn gradient(fill: Node<'_>, first: Rgb, opacity: f32, rotation: f32) -> Option<Gradient> {
    let kind = fill.attr("type").filter(|kind| kind.starts_with("gradient"))?;
    let number = |name: &str| fill.attr(name).and_then(fraction).filter(|number| number.is_finite());
    let angle = number("angle").unwrap_or(0.0);
    let focus = number("focus").unwrap_or(0.0).clamp(-1.0, 1.0);
    let colors = colors(fill, first, opacity)?;
    if kind.eq_ignore_ascii_case("gradientRadial") {
        let stops = focused(&colors, focus);
        return Some(Gradient { stops, way: GradientWay::Around { round: false, middle: middle(fill) } });
    }
    // Where the gradient goes there and back, one that is turned the other way shows its colours the other way round (LibreOffice and Spire agree).
    let there_and_back = focus.abs() > 0.01 && focus.abs() < 0.99;
    let colors = if there_and_back && angle.rem_euclid(360.0) > 180.0 { backwards(&colors) } else { colors };
    // The colours stay where they are when the shape is turned, unless they are to `rotate` (LibreOffice and Spire agree).
    let rotation = if says(fill, "rotate") { 0.0 } else { rotation };
    // VML turns against the clock, from a line that goes down.
    let way = GradientWay::Line { degrees: (90.0 - angle - rotation).rem_euclid(360.0), scaled: false };
    Some(Gradient { stops: focused(&colors, focus), way })
}

/// The colours from the first to the second: `colors` gives them with what lies between (Spire; LibreOffice 7.4 takes the two only).
fn colors(fill: Node<'_>, first: Rgb, opacity: f32) -> Option<Stops> {
    let color = |text: &str| mixed(text, first).or_else(|| css_color(text));
    let end = fill.attr("o:opacity2").and_then(fraction).unwrap_or(opacity).clamp(0.0, 1.0);
    let between = |share: f32| opacity + (end - opacity) * share;
    let listed = fill.attr("colors").unwrap_or_default().split(';').take(MOST_COLORS).filter_map(|stop| {
        let (place, name) = stop.trim().split_once(' ')?;
        let place = fraction(place)?.clamp(0.0, 1.0);
        Some((place, color(name.trim())?, between(place)))
    });
    let mut stops: Stops = listed.collect();
    stops.sort_by(|a, b| a.0.total_cmp(&b.0));
    if stops.len() < 2 {
        let second = fill.attr("color2").map_or(Some(Rgb(255, 255, 255)), color)?;
        stops = vec![(0.0, first, opacity), (1.0, second, end)];
    }
    Some(stops)
}

fn backwards(stops: &Stops) -> Stops {
    stops.iter().rev().map(|(place, color, opacity)| (1.0 - place, *color, *opacity)).collect()
}

/// A gradient goes from its second colour to its first; with a `focus` of 100 % or −100 % the other way round; with one between it goes to the second colour there and back to the first, and with one below zero to the first and back to the second (Spire; LibreOffice 7.4 takes all between 25 and 75 % for the middle).
fn focused(colors: &Stops, focus: f32) -> Stops {
    let place = focus.abs();
    if place < 0.01 {
        return backwards(colors);
    }
    if place > 0.99 {
        return colors.clone();
    }
    let (there, back) = if focus > 0.0 { (colors.clone(), backwards(colors)) } else { (backwards(colors), colors.clone()) };
    let there = there.into_iter().map(|(at, color, opacity)| (at * place, color, opacity));
    let back = back.into_iter().map(|(at, color, opacity)| (place + at * (1.0 - place), color, opacity));
    there.chain(back).collect()
}

/// The rectangle that a gradient goes around (`focusposition`, `focussize`): the left top corner, unless they say otherwise (LibreOffice; with Spire it is always the middle).
fn middle(fill: Node<'_>) -> [f32; 4] {
    let pair = |name: &str| {
        let mut numbers = fill.attr(name).unwrap_or_default().split(',').map(|text| fraction(text).unwrap_or(0.0).clamp(0.0, 1.0));
        (numbers.next().unwrap_or(0.0), numbers.next().unwrap_or(0.0))
    };
    let ((x, y), (width, height)) = (pair("focusposition"), pair("focussize"));
    [x, y, (1.0 - x - width).max(0.0), (1.0 - y - height).max(0.0)]
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
pub(super) fn stroke(kind: Kind<'_>) -> Option<Outline> {
    let stroke = |name: &str| kind.child_attr("v:stroke", name);
    if !kind.paints("stroked", "strokeok") || stroke("on").is_some_and(|text| !is_on(text)) {
        return None;
    }
    let color = stroke("color").or_else(|| kind.attr("strokecolor"));
    let weight = stroke("weight").or_else(|| kind.attr("strokeweight"));
    let round = stroke("endcap") == Some("round");
    let head = |name: &str| {
        let size = |part: &str| stroke(&format!("{name}{part}"));
        arrow(size("")?, [size("width"), size("length")])
    };
    Some(Outline {
        color: color.and_then(css_color).unwrap_or(Rgb(0, 0, 0)),
        opacity: stroke("opacity").and_then(fraction).unwrap_or(1.0).clamp(0.0, 1.0),
        width: Emu(weight.and_then(|text| css_length(text, 1.0)).map_or(9525, |width| width.0.clamp(0, 20_116_800))),
        dashes: stroke("dashstyle").map(|style| dashes(style, round)).unwrap_or_default(),
        compound: stroke("linestyle").map_or(Compound::Single, Compound::named),
        arrows: (head("startarrow"), head("endarrow")),
    })
}

/// Dashes by their name, or by their lengths (`4 3 1 3`), as VML has them.
fn dashes(style: &str, round: bool) -> Dashes {
    let lengths: Vec<f32> =
        style.split_whitespace().map_while(|length| length.parse().ok()).filter(|length: &f32| length.is_finite()).collect();
    if lengths.len() > 1 {
        return Dashes::new(&lengths, round);
    }
    preset_dashes(
        match style.trim().to_ascii_lowercase().as_str() {
            "shortdash" => "sysDash",
            "shortdot" | "sysdot" => "sysDot",
            "shortdashdot" => "sysDashDot",
            "shortdashdotdot" => "sysDashDotDot",
            "longdash" => "lgDash",
            "longdashdot" => "lgDashDot",
            "longdashdotdot" => "lgDashDotDot",
            "dashdot" => "dashDot",
            other => other,
        },
        round,
    )
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

/// What becomes of a picture's colours (19.1.2.11): one of them clear, all grey or black and white, or in shades of one colour (Spire and Word; LibreOffice 7.4 leaves them).
pub(super) fn changes(data: Node<'_>) -> Vec<Change> {
    let color = |name: &str| data.attr(name).and_then(css_color);
    let says = |name: &str| data.attr(name).is_some_and(is_on);
    let clear = color("chromakey").map(|from| Change::One(from, (from, 0)));
    let toned = color("recolortarget").map(|target| Change::TwoTone(target, Rgb(255, 255, 255)));
    let grey = if says("bilevel") { Some(Change::BlackAndWhite(128)) } else { says("grayscale").then_some(Change::Grey) };
    clear.into_iter().chain(grey.or(toned)).collect()
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
