//! What can be wrong with a file before its content is looked at.

use thiserror::Error;

/// Why a file cannot be opened or written.
#[derive(Debug, Error)]
pub enum PackageError {
    /// Not a zip file at all, or a damaged one.
    #[error("the file is not a .docx, or it is damaged ({0}); open it in Word and save it again as .docx")]
    NotAZip(String),
    /// Word's old format, or a document protected by a password: both are OLE files.
    #[error("the file is an old .doc or is protected by a password; save it as .docx without a password")]
    OldOrProtected,
    /// An entry is encrypted.
    #[error("the part {part} is encrypted; save the document without a password")]
    Encrypted {
        /// The part.
        part: String,
    },
    /// A zip, but without a Word document in it.
    #[error("the file holds no Word document (no officeDocument relationship and no word/document.xml); save it as .docx")]
    NotAWordDocument,
    /// A limit is exceeded.
    #[error("the file is too large: {what} is over the limit of {limit}; use smaller pictures or split the document")]
    TooLarge {
        /// Which measure.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// A part unpacks to so many times its size as no document does.
    #[error("the part {part} unpacks to {ratio} times its packed size (at most {limit}); no document needs that, do not use the file")]
    Bomb {
        /// The part.
        part: String,
        /// How many times.
        ratio: u64,
        /// How many are allowed.
        limit: u64,
    },
    /// Two entries with the same name: readers disagree about which one counts.
    #[error("the part {part} stands twice in the file; open it in Word and save it again")]
    Duplicate {
        /// The part.
        part: String,
    },
    /// A name that leads out of the package.
    #[error("the file holds an entry with the unsafe name {name:?}; it was not made by Word, do not use it")]
    UnsafeName {
        /// The name as it stands.
        name: String,
    },
    /// An XML part declares a document type, which Word never does (entity expansion).
    #[error("the part {part} declares a DTD, which a Word document must not (ECMA-376 part 2, 8.2.3); do not use the file")]
    Dtd {
        /// The part.
        part: String,
    },
    /// A part's compressed data is damaged.
    #[error("the part {part} is damaged ({reason}); open the file in Word and save it again")]
    Damaged {
        /// The part.
        part: String,
        /// What the zip reader says.
        reason: String,
    },
    /// The result could not be packed.
    #[error("the document could not be packed: {0}")]
    Write(String),
}
