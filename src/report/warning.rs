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
    /// A picture that cannot be shown.
    Picture {
        /// Its part.
        part: String,
        /// Why.
        reason: String,
    },
    /// A value the data does not have, filled by `MISSING_VALUE`.
    MissingValue {
        /// The placeholder.
        name: String,
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
            Self::Picture { part, reason } => write!(f, "{part} cannot be shown: {reason}"),
            Self::MissingValue { name } => write!(f, "the data has no value for {name}"),
            Self::Other { message } => f.write_str(message),
        }
    }
}
