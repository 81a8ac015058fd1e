//! The school's colour: where it comes from, and that white can be read on it.

/// The accent of the bundled templates.
pub(in crate::report) const ACCENT: &str = "1F4E79";

/// The black of the bundled templates.
pub(in crate::report) const INK: &str = "1F2933";

/// First accents nobody chose: the bundled templates' and those of Office's own themes (2007, 2013, 2016 and 2023).
const NOT_CHOSEN: [&str; 6] = [ACCENT, "4F81BD", "5B9BD5", "4472C4", "156082", "0F4761"];

/// Six hex digits in capitals, with or without `#`; `None` for anything else.
pub(in crate::report) fn hex(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('#');
    (text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| text.to_ascii_uppercase())
}

/// Whether a theme's first accent is its author's own choice.
pub(in crate::report) fn is_chosen(accent: &str) -> bool {
    !NOT_CHOSEN.iter().any(|known| known.eq_ignore_ascii_case(accent))
}

/// The colour, darkened until white letters on it have the contrast that WCAG 2 asks for (4.5 to 1).
pub(in crate::report) fn readable(colour: &str) -> String {
    let Some(mut rgb) = channels(colour) else { return ACCENT.to_owned() };
    // Twenty steps of a tenth leave at most an eighth of white.
    for _ in 0..30 {
        if 1.05 / (luminance(rgb) + 0.05) >= 4.5 {
            break;
        }
        rgb = rgb.map(|channel| channel * 0.92);
    }
    written(rgb)
}

/// The colour mixed with white; 0 leaves it as it is.
pub(in crate::report) fn tint(colour: &str, white: f64) -> String {
    let rgb = channels(colour).or_else(|| channels(ACCENT)).unwrap_or_default();
    written(rgb.map(|channel| channel + (1.0 - channel) * white))
}

fn channels(colour: &str) -> Option<[f64; 3]> {
    let colour = hex(colour)?;
    let channel = |at: usize| u8::from_str_radix(&colour[at..at + 2], 16).map(|value| f64::from(value) / 255.0);
    Some([channel(0).ok()?, channel(2).ok()?, channel(4).ok()?])
}

fn written(rgb: [f64; 3]) -> String {
    let [red, green, blue] = rgb.map(|channel| (channel * 255.0).round().clamp(0.0, 255.0) as u8);
    format!("{red:02X}{green:02X}{blue:02X}")
}

/// Relative luminance (WCAG 2).
fn luminance(rgb: [f64; 3]) -> f64 {
    let linear = rgb.map(|channel| if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dark_colour_stays_and_a_light_one_is_darkened_until_white_can_be_read_on_it() {
        assert_eq!(readable("#1f4e79"), "1F4E79");
        for light in ["FFFF00", "F5A623", "FFFFFF", "7ED321"] {
            let dark = channels(&readable(light)).unwrap();
            assert!(1.05 / (luminance(dark) + 0.05) >= 4.5, "{light}");
        }
        assert_eq!(readable("rojo"), ACCENT);
        assert_eq!((tint("000000", 1.0).as_str(), tint("1F4E79", 0.0).as_str()), ("FFFFFF", "1F4E79"));
        assert!(is_chosen("A01010") && !is_chosen("4472c4"));
    }
}
