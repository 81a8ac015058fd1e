//! What the engine could not do exactly: data the caller can mail, log or refuse.

use std::fmt;

use serde::Serialize;

/// One thing that was not rendered as written. Equal warnings are reported once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Warning {
    /// A font family is not there; what stands in for it.
    FontSubstituted {
        /// The family the document asks for.
        family: String,
        /// The family used.
        substitute: String,
    },
    /// A character no font has.
    MissingGlyph {
        /// The character.
        character: char,
    },
    /// A feature that is not laid out.
    Unsupported {
        /// What, in a template author's words.
        feature: String,
        /// Where (`word/document.xml`).
        part: String,
    },
    /// A drawing that is not drawn; its space is kept.
    NotDrawn {
        /// What it is.
        what: String,
        /// The pages it stands on, from 1.
        pages: Vec<u32>,
    },
    /// Text that is cut off.
    Cut {
        /// In words.
        message: String,
        /// The pages where it is, from 1.
        pages: Vec<u32>,
    },
    /// A picture that cannot be shown.
    Picture {
        /// Its part.
        part: String,
        /// Why.
        reason: String,
    },
    /// Anything else worth telling.
    Other {
        /// In words.
        message: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FontSubstituted { family, substitute } => {
                write!(f, "the font '{family}' is not there; '{substitute}' stands in for it (FONT_DIR adds fonts)")
            }
            Self::MissingGlyph { character } => {
                let code = u32::from(*character);
                write!(f, "no font has the character '{character}' (U+{code:04X}): add {} (FONT_DIR adds fonts)", font_with(*character))
            }
            Self::Unsupported { feature, part } => write!(f, "{feature} is not laid out ({part})"),
            Self::NotDrawn { what, pages } => write!(f, "{what} on {} is not drawn; its space is kept", named(pages)),
            Self::Cut { message, pages } => write!(f, "{message} ({})", named(pages)),
            Self::Picture { part, reason } => write!(f, "{part} cannot be shown: {reason}"),
            Self::Other { message } => f.write_str(message),
        }
    }
}

/// A free font that has a character which the bundled ones lack, by its script.
fn font_with(character: char) -> &'static str {
    match u32::from(character) {
        0x0700..=0x074F | 0x0860..=0x086F => "Noto Sans Syriac",
        0x0780..=0x07BF => "Noto Sans Thaana",
        0x0900..=0x097F | 0xA8E0..=0xA8FF => "Noto Sans Devanagari",
        0x0980..=0x09FF => "Noto Sans Bengali",
        0x0A00..=0x0A7F => "Noto Sans Gurmukhi",
        0x0A80..=0x0AFF => "Noto Sans Gujarati",
        0x0B00..=0x0B7F => "Noto Sans Oriya",
        0x0B80..=0x0BFF => "Noto Sans Tamil",
        0x0C00..=0x0C7F => "Noto Sans Telugu",
        0x0C80..=0x0CFF => "Noto Sans Kannada",
        0x0D00..=0x0D7F => "Noto Sans Malayalam",
        0x0D80..=0x0DFF => "Noto Sans Sinhala",
        0x0E00..=0x0E7F => "Noto Sans Thai",
        0x0E80..=0x0EFF => "Noto Sans Lao",
        0x0F00..=0x0FFF => "Noto Serif Tibetan",
        0x1000..=0x109F | 0xA9E0..=0xA9FF | 0xAA60..=0xAA7F => "Noto Sans Myanmar",
        0x1200..=0x139F | 0x2D80..=0x2DDF | 0xAB00..=0xAB2F => "Noto Sans Ethiopic",
        0x13A0..=0x13FF | 0xAB70..=0xABBF => "Noto Sans Cherokee",
        0x1780..=0x17FF | 0x19E0..=0x19FF => "Noto Sans Khmer",
        0x1800..=0x18AF => "Noto Sans Mongolian",
        0x1100..=0x11FF
        | 0x2E80..=0x303F
        | 0x3040..=0x33FF
        | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF
        | 0xA960..=0xA97F
        | 0xAC00..=0xD7FF
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE4F
        | 0xFF00..=0xFFEF
        | 0x2_0000..=0x3_FFFF => "Noto Sans CJK",
        0x1_D400..=0x1_D7FF => "Noto Sans Math",
        0x1_F000..=0x1_FAFF => "Noto Emoji",
        0x2190..=0x2BFF => "Noto Sans Symbols 2",
        _ => "a font of the Noto family",
    }
}

/// `page 2`, `pages 1, 2 and 5`, `pages 1 to 9`.
fn named(pages: &[u32]) -> String {
    /// More pages than this are not listed.
    const MOST: usize = 12;
    let (first, last) = (pages.first().copied().unwrap_or(1), pages.last().copied().unwrap_or(1));
    match pages {
        [] | [_] => format!("page {first}"),
        _ if pages.len() > 2 && (last - first) as usize + 1 == pages.len() => format!("pages {first} to {last}"),
        _ if pages.len() > MOST => format!("{} pages from {first} to {last}", pages.len()),
        [earlier @ .., _] => {
            let earlier: Vec<String> = earlier.iter().map(u32::to_string).collect();
            format!("pages {} and {last}", earlier.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_no_font_has_is_told_with_a_font_to_add() {
        for (character, font) in [
            ('漢', "Noto Sans CJK"),
            ('あ', "Noto Sans CJK"),
            ('한', "Noto Sans CJK"),
            ('𠮷', "Noto Sans CJK"),
            ('अ', "Noto Sans Devanagari"),
            ('ไ', "Noto Sans Thai"),
            ('አ', "Noto Sans Ethiopic"),
            ('😀', "Noto Emoji"),
            ('𝔸', "Noto Sans Math"),
            ('\u{1E900}', "a font of the Noto family"),
        ] {
            let told = Warning::MissingGlyph { character }.to_string();
            assert!(told.contains(&format!("(U+{:04X}): add {font} (FONT_DIR adds fonts)", u32::from(character))), "{told}");
        }
    }

    #[test]
    fn pages_are_named_shortly() {
        let told = |pages: &[u32]| Warning::NotDrawn { what: "SmartArt".to_owned(), pages: pages.to_vec() }.to_string();
        assert_eq!(told(&[2]), "SmartArt on page 2 is not drawn; its space is kept");
        assert_eq!(told(&[2, 4]), "SmartArt on pages 2 and 4 is not drawn; its space is kept");
        assert_eq!(told(&[2, 4, 5]), "SmartArt on pages 2, 4 and 5 is not drawn; its space is kept");
        assert_eq!(told(&[2, 3, 4, 5]), "SmartArt on pages 2 to 5 is not drawn; its space is kept");
    }
}
