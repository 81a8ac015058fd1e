//! DrawingML colours with their transformations (ECMA-376 part 1, 20.1.2.3).

use super::theme::Theme;
use super::values::{hex_color, share};
use super::xml::Node;
use crate::graphics::Rgb;

/// A colour by hue (in turns), saturation and luminance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hsl {
    pub(super) h: f32,
    pub(super) s: f32,
    pub(super) l: f32,
}

/// The colour in an element that holds one (`a:solidFill`), with its opacity. `placeholder` is what `phClr` means.
pub(super) fn inside(parent: Node<'_>, theme: &Theme, placeholder: Option<Rgb>) -> Option<(Rgb, f32)> {
    parent.children().find_map(|child| one(child, theme, placeholder))
}

/// A colour element without its opacity.
pub(super) fn plain(node: Node<'_>, theme: &Theme) -> Option<Rgb> {
    one(node, theme, None).map(|(color, _)| color)
}

/// A colour element (`a:srgbClr`, `a:schemeClr`) and its opacity.
pub(super) fn one(node: Node<'_>, theme: &Theme, placeholder: Option<Rgb>) -> Option<(Rgb, f32)> {
    let value = node.attr("val").unwrap_or_default();
    let base = match node.name() {
        "a:srgbClr" => hex_color(value)?,
        "a:schemeClr" if value == "phClr" => placeholder?,
        "a:schemeClr" => theme.color(value)?,
        "a:sysClr" => node.attr("lastClr").and_then(hex_color).unwrap_or(if value == "window" { Rgb(255, 255, 255) } else { Rgb(0, 0, 0) }),
        "a:prstClr" => named(value)?,
        "a:scrgbClr" => {
            let channel =
                |name: &str| (node.attr(name).and_then(|text| share(text, 100_000.0)).unwrap_or(0.0).clamp(0.0, 1.0) * 255.0) as u8;
            Rgb(channel("r"), channel("g"), channel("b"))
        }
        "a:hslClr" => {
            let part = |name: &str, whole: f64| node.attr(name).and_then(|text| share(text, whole)).unwrap_or(0.0);
            Hsl { h: part("hue", 21_600_000.0), s: part("sat", 100_000.0), l: part("lum", 100_000.0) }.rgb()
        }
        _ => return None,
    };
    Some(transformed(base, node))
}

fn transformed(base: Rgb, node: Node<'_>) -> (Rgb, f32) {
    let mut hsl = Hsl::from(base);
    let mut opacity = 1.0;
    for change in node.children() {
        let value = change.attr("val").and_then(|text| share(text, 100_000.0)).unwrap_or(0.0);
        match change.name() {
            "a:alpha" => opacity = value.clamp(0.0, 1.0),
            "a:alphaMod" => opacity = (opacity * value).clamp(0.0, 1.0),
            "a:lumMod" => hsl.l *= value,
            "a:lumOff" => hsl.l += value,
            "a:satMod" => hsl.s *= value,
            "a:satOff" => hsl.s += value,
            "a:hueMod" => hsl.h *= value,
            "a:shade" => hsl.l *= value.clamp(0.0, 1.0),
            "a:tint" => hsl.l = hsl.l * value + (1.0 - value),
            "a:gray" => hsl.s = 0.0,
            "a:inv" => {
                let Rgb(r, g, b) = hsl.rgb();
                hsl = Hsl::from(Rgb(255 - r, 255 - g, 255 - b));
            }
            "a:comp" => hsl.h += 0.5,
            _ => {}
        }
        hsl.l = hsl.l.clamp(0.0, 1.0);
        hsl.s = hsl.s.clamp(0.0, 1.0);
    }
    (hsl.rgb(), opacity)
}

impl From<Rgb> for Hsl {
    fn from(Rgb(r, g, b): Rgb) -> Self {
        let (r, g, b) = (f32::from(r) / 255.0, f32::from(g) / 255.0, f32::from(b) / 255.0);
        let (most, least) = (r.max(g).max(b), r.min(g).min(b));
        let (l, spread) = (f32::midpoint(most, least), most - least);
        if spread <= 0.0 {
            return Self { h: 0.0, s: 0.0, l };
        }
        let s = if l > 0.5 { spread / (2.0 - most - least) } else { spread / (most + least) };
        let sixth = if most == r {
            (g - b) / spread + if g < b { 6.0 } else { 0.0 }
        } else if most == g {
            (b - r) / spread + 2.0
        } else {
            (r - g) / spread + 4.0
        };
        Self { h: sixth / 6.0, s, l }
    }
}

impl Hsl {
    /// As red, green and blue.
    pub(super) fn rgb(self) -> Rgb {
        let (s, l) = (self.s.clamp(0.0, 1.0), self.l.clamp(0.0, 1.0));
        let high = if l < 0.5 { l * (1.0 + s) } else { l + s - l * s };
        let low = 2.0 * l - high;
        let channel = |turn: f32| {
            let turn = turn.rem_euclid(1.0);
            let value = if turn < 1.0 / 6.0 {
                low + (high - low) * 6.0 * turn
            } else if turn < 0.5 {
                high
            } else if turn < 2.0 / 3.0 {
                low + (high - low) * (2.0 / 3.0 - turn) * 6.0
            } else {
                low
            };
            (value * 255.0).round() as u8
        };
        Rgb(channel(self.h + 1.0 / 3.0), channel(self.h), channel(self.h - 1.0 / 3.0))
    }
}

/// Colours by name, as VML and DrawingML presets spell them (20.1.10.47); the usual ones.
pub(super) fn named(name: &str) -> Option<Rgb> {
    Some(match name.to_ascii_lowercase().as_str() {
        "black" => Rgb(0, 0, 0),
        "white" | "window" => Rgb(255, 255, 255),
        "red" => Rgb(255, 0, 0),
        "lime" => Rgb(0, 255, 0),
        "green" => Rgb(0, 128, 0),
        "blue" => Rgb(0, 0, 255),
        "yellow" => Rgb(255, 255, 0),
        "cyan" | "aqua" => Rgb(0, 255, 255),
        "magenta" | "fuchsia" => Rgb(255, 0, 255),
        "gray" | "grey" => Rgb(128, 128, 128),
        "silver" => Rgb(192, 192, 192),
        "ltgray" | "lightgray" | "lightgrey" => Rgb(211, 211, 211),
        "dkgray" | "darkgray" | "darkgrey" => Rgb(169, 169, 169),
        "maroon" => Rgb(128, 0, 0),
        "navy" => Rgb(0, 0, 128),
        "olive" => Rgb(128, 128, 0),
        "purple" => Rgb(128, 0, 128),
        "teal" => Rgb(0, 128, 128),
        "orange" => Rgb(255, 165, 0),
        "darkblue" => Rgb(0, 0, 139),
        "darkgreen" => Rgb(0, 100, 0),
        "darkred" => Rgb(139, 0, 0),
        "steelblue" => Rgb(70, 130, 180),
        "lightblue" => Rgb(173, 216, 230),
        "gold" => Rgb(255, 215, 0),
        "pink" => Rgb(255, 192, 203),
        "brown" => Rgb(165, 42, 42),
        _ => return None,
    })
}
