//! Measures, switches and colours as attributes spell them; nothing here trusts a number.

use super::model::{Border, BorderStyle, Gap};
use super::theme::Theme;
use super::xml::Node;
use crate::graphics::Rgb;
use crate::units::{Emu, HalfPoints, Pt, Twips};

/// No measure is longer than this many points, in either direction (Word's own limit for a page is 1,584).
const LONGEST: f64 = 50_000.0;

/// A number with an optional unit, in points; `unit` is what a bare number counts in.
fn points(text: &str, unit: f64) -> Option<f64> {
    // Nearly all are whole numbers, which are read many times faster than others.
    if let Ok(whole) = text.parse::<i32>() {
        return Some((f64::from(whole) * unit).clamp(-LONGEST, LONGEST));
    }
    let text = text.trim();
    let split = text.find(|c: char| c.is_ascii_alphabetic() && c != 'e' && c != 'E').unwrap_or(text.len());
    let (number, name) = text.split_at(split);
    let number: f64 = number.trim().parse().ok()?;
    let factor = match name {
        "" => unit,
        "pt" => 1.0,
        "in" => 72.0,
        "cm" => 72.0 / 2.54,
        "mm" => 7.2 / 2.54,
        "pc" | "pi" => 12.0,
        "px" => 0.75,
        _ => return None,
    };
    let value = number * factor;
    value.is_finite().then(|| value.clamp(-LONGEST, LONGEST))
}

/// Twips, or a measure with a unit (ST_TwipsMeasure, 22.9.2.14).
pub(super) fn twips(text: &str) -> Option<Twips> {
    Some(Twips((points(text, 0.05)? * 20.0).round() as i32))
}

/// Half points, or a measure with a unit (ST_HpsMeasure, 17.18.42).
pub(super) fn half_points(text: &str) -> Option<HalfPoints> {
    Some(HalfPoints((points(text, 0.5)? * 2.0).round() as i32))
}

/// A font size: half points within what Word allows.
pub(super) fn font_size(text: &str) -> Option<HalfPoints> {
    half_points(text).map(|size| HalfPoints(size.0.clamp(1, 3276))).filter(|_| !text.trim_start().starts_with('-'))
}

/// EMU, or a measure with a unit (ST_Coordinate, 20.1.10.16).
pub(super) fn emu(text: &str) -> Option<Emu> {
    Some(Emu((points(text, 1.0 / 12_700.0)? * 12_700.0).round() as i64))
}

/// A length of VML's style sheets, where a bare number counts pixels (`unit` points each).
pub(super) fn css_length(text: &str, unit: f64) -> Option<Emu> {
    Some(Emu((points(text, unit)? * 12_700.0).round() as i64))
}

/// A whole number; `1e99` and `12.7` are read as the nearest one in range.
pub(super) fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse::<f64>().ok().filter(|value| value.is_finite()).map(|value| value as i64))
}

/// A share: `50%`, or a number that counts `whole` to the one.
pub(super) fn share(text: &str, whole: f64) -> Option<f32> {
    let text = text.trim();
    let value = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok()? / 100.0,
        None => text.parse::<f64>().ok()? / whole,
    };
    value.is_finite().then(|| value.clamp(-1000.0, 1000.0) as f32)
}

/// A switch (ST_OnOff, 22.9.2.7).
pub(super) fn is_on(text: &str) -> bool {
    !matches!(text.trim(), "0" | "false" | "off" | "f")
}

/// A switch element: on when it stands without a value, `None` when it does not stand.
pub(super) fn switch(parent: Node<'_>, name: &str) -> Option<bool> {
    parent.child(name).map(switched)
}

/// A switch element's value.
pub(super) fn switched(node: Node<'_>) -> bool {
    node.val().is_none_or(is_on)
}

/// Whether an attribute says yes.
pub(super) fn says(node: Node<'_>, name: &str) -> bool {
    node.attr(name).is_some_and(is_on)
}

/// Six hexadecimal digits, with or without `#`.
pub(super) fn hex_color(text: &str) -> Option<Rgb> {
    let text = text.trim().trim_start_matches('#');
    if text.len() != 6 {
        return None;
    }
    let value = u32::from_str_radix(text, 16).ok()?;
    Some(Rgb((value >> 16) as u8, (value >> 8) as u8, value as u8))
}

/// A colour by one attribute and the theme attributes that go with it; `Some(None)` = automatic.
pub(super) fn color(node: Node<'_>, name: &str, theme: &Theme) -> Option<Option<Rgb>> {
    let [slot, tint, shade] = match name {
        "w:fill" => ["w:themeFill", "w:themeFillTint", "w:themeFillShade"],
        _ => ["w:themeColor", "w:themeTint", "w:themeShade"],
    };
    if let Some(themed) = node.attr(slot).and_then(|slot| theme.color(slot)) {
        let part = |name: &str| node.attr(name).and_then(|hex| u8::from_str_radix(hex.trim(), 16).ok());
        return Some(Some(Theme::tinted(themed, part(tint), part(shade))));
    }
    match node.attr(name)? {
        "auto" => Some(None),
        text => hex_color(text).map(Some),
    }
}

/// A shading (17.3.5); `None` = none on purpose. Patterns are mixed from their two colours.
pub(super) fn shading(node: Node<'_>, theme: &Theme) -> Option<Rgb> {
    let fill = color(node, "w:fill", theme).flatten();
    let cover = match node.val().unwrap_or("clear") {
        "clear" => return fill,
        "nil" => return None,
        "solid" => 100,
        "horzStripe" | "vertStripe" | "diagStripe" | "reverseDiagStripe" | "diagCross" | "horzCross" => 50,
        "thinHorzStripe" | "thinVertStripe" | "thinDiagStripe" | "thinReverseDiagStripe" | "thinDiagCross" | "thinHorzCross" => 25,
        other => other.strip_prefix("pct").and_then(integer).unwrap_or(0).clamp(0, 100),
    };
    let front = color(node, "w:color", theme).flatten().unwrap_or(Rgb(0, 0, 0));
    Some(mix(front, fill.unwrap_or(Rgb(255, 255, 255)), cover as f32 / 100.0))
}

/// So much of one colour over another.
pub(super) fn mix(front: Rgb, back: Rgb, share: f32) -> Rgb {
    let channel = |front: u8, back: u8| (f32::from(front) * share + f32::from(back) * (1.0 - share)).round() as u8;
    Rgb(channel(front.0, back.0), channel(front.1, back.1), channel(front.2, back.2))
}

/// A border (17.3.4): `None` inside = none on purpose.
pub(super) fn border(node: Node<'_>, theme: &Theme) -> Option<Border> {
    let name = node.val()?;
    let style = match name {
        "none" | "nil" => return None,
        "thick" => BorderStyle::Thick,
        "double" => BorderStyle::Double,
        "triple" => BorderStyle::Triple,
        "dotted" => BorderStyle::Dotted,
        "dashed" | "dashSmallGap" => BorderStyle::Dashed,
        "dotDash" | "dashDotStroked" => BorderStyle::DotDash,
        "dotDotDash" => BorderStyle::DotDotDash,
        "wave" | "doubleWave" => BorderStyle::Wave,
        name if name.starts_with("thinThickThin") => BorderStyle::ThinThickThin(gap(name)),
        name if name.starts_with("thinThick") => BorderStyle::ThinThick(gap(name)),
        name if name.starts_with("thickThin") => BorderStyle::ThickThin(gap(name)),
        _ => BorderStyle::Single,
    };
    let measure = |name: &str| node.attr(name).and_then(integer).unwrap_or(0);
    Some(Border {
        style,
        width: Pt(border_twips(name, measure("w:sz").clamp(0, 255) as u32) as f32 / 20.0),
        space: Pt(measure("w:space").clamp(0, 31) as f32),
        color: color(node, "w:color", theme).flatten().unwrap_or(Rgb(0, 0, 0)),
    })
}

fn gap(name: &str) -> Gap {
    match name {
        name if name.ends_with("MediumGap") => Gap::Medium,
        name if name.ends_with("LargeGap") => Gap::Large,
        _ => Gap::Small,
    }
}

/// What a border takes across, in twips: `w:sz` is the width of one of its lines, in eighths of a point (17.3.4).
/// All is rounded as LibreOffice 7.4 rounds it (measured); a border without a size is three quarters of a point wide there.
/// Raised and sunken borders, which pasted web pages have, are one line (Spire; LibreOffice alone draws two and a gap, of twice the size); embossed and engraved ones are half as wide again (Spire).
fn border_twips(name: &str, eighths: u32) -> u32 {
    let line = if eighths == 0 { 15 } else { eighths * 5 / 2 };
    match name {
        "double" | "doubleWave" => line * 3,
        // Three lines and the gaps between them (Spire; LibreOffice 7.4 draws two).
        "triple" => line * 5,
        "thinThickThinMediumGap" => line + 4 * line.div_ceil(2),
        "thinThickThinSmallGap" => line + 60,
        "thinThickThinLargeGap" => line * 2 + 60,
        "thick" => line * 2,
        "dashSmallGap" => line.max(20),
        "threeDEmboss" | "threeDEngrave" => line * 3 / 2,
        // Two lines and the gap between them, each rounded up.
        name if name.ends_with("MediumGap") => line + 2 * line.div_ceil(2),
        name if name.ends_with("SmallGap") => line + 30,
        name if name.ends_with("LargeGap") => line + 45,
        _ => line,
    }
}

/// The sixteen highlighter colours (17.18.40).
pub(super) fn highlight(name: &str) -> Option<Rgb> {
    Some(match name {
        "black" => Rgb(0, 0, 0),
        "blue" => Rgb(0, 0, 255),
        "cyan" => Rgb(0, 255, 255),
        "darkBlue" => Rgb(0, 0, 128),
        "darkCyan" => Rgb(0, 128, 128),
        "darkGray" => Rgb(128, 128, 128),
        "darkGreen" => Rgb(0, 128, 0),
        "darkMagenta" => Rgb(128, 0, 128),
        "darkRed" => Rgb(128, 0, 0),
        "darkYellow" => Rgb(128, 128, 0),
        "green" => Rgb(0, 255, 0),
        "lightGray" => Rgb(192, 192, 192),
        "magenta" => Rgb(255, 0, 255),
        "red" => Rgb(255, 0, 0),
        "white" => Rgb(255, 255, 255),
        "yellow" => Rgb(255, 255, 0),
        _ => return None,
    })
}

/// A shadow as large as its shape, not leaning.
pub(super) fn casts_plainly(node: Node<'_>) -> bool {
    let is = |name: &str, usual: f32| {
        node.attr(name).and_then(|text| share(text, 1.0)).is_none_or(|value| (value - usual).abs() < usual * 0.1 + 1.0)
    };
    is("sx", 100_000.0) && is("sy", 100_000.0) && is("kx", 0.0) && is("ky", 0.0)
}
