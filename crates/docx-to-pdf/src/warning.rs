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
    /// A feature that is not laid out; its space is kept where it has one.
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
            Self::MissingGlyph { character } => write!(f, "no font has the character '{character}' (U+{:04X})", u32::from(*character)),
            Self::Unsupported { feature, part } => write!(f, "{feature} is not laid out; its space is kept ({part})"),
            Self::NotDrawn { what, pages } => write!(f, "{what} on {} is not drawn; its space is kept", named(pages)),
            Self::Cut { message, pages } => write!(f, "{message} ({})", named(pages)),
            Self::Picture { part, reason } => write!(f, "{part} cannot be shown: {reason}"),
            Self::Other { message } => f.write_str(message),
        }
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
    fn pages_are_named_shortly() {
        let told = |pages: &[u32]| Warning::NotDrawn { what: "SmartArt".to_owned(), pages: pages.to_vec() }.to_string();
        assert_eq!(told(&[2]), "SmartArt on page 2 is not drawn; its space is kept");
        assert_eq!(told(&[2, 4]), "SmartArt on pages 2 and 4 is not drawn; its space is kept");
        assert_eq!(told(&[2, 4, 5]), "SmartArt on pages 2, 4 and 5 is not drawn; its space is kept");
        assert_eq!(told(&[2, 3, 4, 5]), "SmartArt on pages 2 to 5 is not drawn; its space is kept");
    }
}
