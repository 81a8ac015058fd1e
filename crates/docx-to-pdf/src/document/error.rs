//! Why a document cannot be read at all.

use thiserror::Error;

use crate::package::PackageError;

/// What is left as an error; everything else is a warning.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// The package has no main document.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The main document's XML cannot be read.
    #[error("{part} cannot be read: {reason}; {}", .reason.advice())]
    Xml {
        /// The part.
        part: String,
        /// Why.
        reason: XmlError,
    },
    /// It is XML, but not a Word document.
    #[error("{part} is not a Word document (no w:body in it); save the file as .docx")]
    NoBody {
        /// The part.
        part: String,
    },
}

/// Why a part's XML cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum XmlError {
    /// Neither UTF-8 nor UTF-16.
    #[error("it is not text in UTF-8 or UTF-16")]
    Encoding,
    /// Not well-formed.
    #[error("it is not well-formed near byte {at} ({reason})")]
    Malformed {
        /// Where.
        at: u64,
        /// What the parser says.
        reason: String,
    },
    /// A document type.
    #[error("it declares a DTD, which a Word document must not")]
    Dtd,
    /// Nested too deeply.
    #[error("its elements are nested deeper than {0}")]
    TooDeep(usize),
    /// Too many elements.
    #[error("it has more than {0} elements")]
    TooLarge(usize),
    /// Paragraphs, cells and text that would take too much memory.
    #[error("laying it out would take more than {} MB of memory", .0 >> 20)]
    TooHeavy(usize),
}

impl XmlError {
    /// What helps.
    fn advice(&self) -> &'static str {
        match self {
            Self::TooLarge(_) | Self::TooHeavy(_) => "divide the document",
            Self::TooDeep(_) => "take tables out of tables, or boxes out of boxes",
            Self::Encoding | Self::Malformed { .. } | Self::Dtd => "open the file in Word and save it again",
        }
    }
}
