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

/// Applies the changes within a colour element one after the other.
///
/// `tint` and `shade` count with the light of each channel, all others with the numbers of sRGB; `gray` is the luma (LibreOffice and Spire agree but for `gray`, `inv` and single channels, which are Spire's; `gamma` and `invGamma` change nothing).
fn transformed(base: Rgb, node: Node<'_>) -> (Rgb, f32) {
    let mut hsl = Hsl::from(base);
    let mut opacity = 1.0;
    for change in node.children() {
        let value = change.attr("val").and_then(|text| share(text, 100_000.0)).unwrap_or(0.0);
        let turn = change.attr("val").and_then(|text| share(text, 21_600_000.0)).unwrap_or(0.0);
        let name = change.name();
        match name {
            "a:alpha" => opacity = value.clamp(0.0, 1.0),
            "a:alphaMod" => opacity = (opacity * value).clamp(0.0, 1.0),
            "a:alphaOff" => opacity = (opacity + value).clamp(0.0, 1.0),
            "a:lum" => hsl.l = value,
            "a:lumMod" => hsl.l *= value,
            "a:lumOff" => hsl.l += value,
            "a:sat" => hsl.s = value,
            "a:satMod" => hsl.s *= value,
            "a:satOff" => hsl.s += value,
            "a:hue" => hsl.h = turn,
            "a:hueMod" => hsl.h *= value,
            "a:hueOff" => hsl.h += turn,
            "a:comp" => hsl.h += 0.5,
            "a:shade" => hsl = hsl.each(|channel| encoded(light(channel) * value.clamp(0.0, 1.0))),
            "a:tint" => hsl = hsl.each(|channel| encoded(1.0 - (1.0 - light(channel)) * value.clamp(0.0, 1.0))),
            "a:inv" => hsl = hsl.each(|channel| 1.0 - channel),
            "a:gray" => {
                let [r, g, b] = hsl.channels();
                hsl = Hsl::of([0.3 * r + 0.59 * g + 0.11 * b; 3]);
            }
            _ => {
                let mut channels = hsl.channels();
                let at = ["a:red", "a:green", "a:blue"].iter().position(|channel| name.starts_with(channel));
                let Some((at, prefix)) = at.map(|at| (at, ["a:red", "a:green", "a:blue"][at].len())) else { continue };
                match &name[prefix..] {
                    "" => channels[at] = value,
                    "Mod" => channels[at] *= value,
                    "Off" => channels[at] += value,
                    _ => continue,
                }
                hsl = Hsl::of(channels.map(|channel| channel.clamp(0.0, 1.0)));
            }
        }
        hsl.l = hsl.l.clamp(0.0, 1.0);
        hsl.s = hsl.s.clamp(0.0, 1.0);
    }
    (hsl.rgb(), opacity)
}

/// The light of a channel of sRGB (IEC 61966-2-1).
fn light(channel: f32) -> f32 {
    if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
}

/// The channel of sRGB that gives off this light.
fn encoded(light: f32) -> f32 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

impl From<Rgb> for Hsl {
    fn from(Rgb(r, g, b): Rgb) -> Self {
        Self::of([r, g, b].map(|channel| f32::from(channel) / 255.0))
    }
}

impl Hsl {
    /// Of red, green and blue from 0 to 1.
    fn of([r, g, b]: [f32; 3]) -> Self {
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

    /// Changes red, green and blue.
    fn each(self, change: impl Fn(f32) -> f32) -> Self {
        Self::of(self.channels().map(|channel| change(channel).clamp(0.0, 1.0)))
    }

    /// As red, green and blue.
    pub(super) fn rgb(self) -> Rgb {
        let [r, g, b] = self.channels().map(|channel| (channel * 255.0).round() as u8);
        Rgb(r, g, b)
    }

    /// As red, green and blue from 0 to 1.
    fn channels(self) -> [f32; 3] {
        let (s, l) = (self.s.clamp(0.0, 1.0), self.l.clamp(0.0, 1.0));
        let high = if l < 0.5 { l * (1.0 + s) } else { l + s - l * s };
        let low = 2.0 * l - high;
        let channel = |turn: f32| {
            let turn = turn.rem_euclid(1.0);
            if turn < 1.0 / 6.0 {
                low + (high - low) * 6.0 * turn
            } else if turn < 0.5 {
                high
            } else if turn < 2.0 / 3.0 {
                low + (high - low) * (2.0 / 3.0 - turn) * 6.0
            } else {
                low
            }
        };
        [channel(self.h + 1.0 / 3.0), channel(self.h), channel(self.h - 1.0 / 3.0)]
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
