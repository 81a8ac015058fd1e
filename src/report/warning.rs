//! What could not be done exactly, of filling and of layout: data the caller can mail, log or refuse.

use std::fmt;

use serde::Serialize;

/// One thing that was not rendered as written. Equal warnings are reported once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum Warning {
    /// Of reading, layout or writing.
    Layout(docx_to_pdf::warning::Warning),
    /// Of filling.
    Filling(Filling),
}

/// What filling a template can warn of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Filling {
    /// A value the data does not have, filled by `MISSING_VALUE`.
    MissingValue {
        /// The placeholder.
        name: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Layout(warning) => warning.fmt(f),
            Self::Filling(Filling::MissingValue { name }) => write!(f, "the data has no value for {name}"),
        }
    }
}

impl From<docx_to_pdf::warning::Warning> for Warning {
    fn from(warning: docx_to_pdf::warning::Warning) -> Self {
        Self::Layout(warning)
    }
}
