//! Word template in, PDF out, in process (report.md).
//!
//! Pure: no network, no clock, no environment, no file system, no other room.
//! A template is parsed once and kept; fonts are loaded once.

pub mod document;
pub mod fonts;
pub mod layout;
pub mod package;
pub mod pdf;
pub mod units;
pub mod warning;

use thiserror::Error;

use document::DocumentError;
use document::model::Document;
use fonts::Fonts;
use package::{Limits, Package, PackageError};
use pdf::{Meta, PdfError, Writer};
use warning::Warning;

/// What the caller decides about a report.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Bounds on time and memory.
    pub limits: Limits,
    /// When the PDF was made, in seconds since 1970 (UTC); from the data, as nothing here reads a clock.
    pub created: Option<i64>,
}

/// A finished report.
#[derive(Debug, Clone, Default)]
pub struct Rendered {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// What is not exactly as the document says.
    pub warnings: Vec<Warning>,
}

/// Why there is no report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The file is not a .docx, or beyond the limits.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// Its content cannot be read.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The PDF cannot be written.
    #[error(transparent)]
    Pdf(#[from] PdfError),
}

/// Turns a Word document into a PDF as it is, without filling anything in.
pub fn convert(docx: &[u8], fonts: &Fonts, options: &Options) -> Result<Rendered, ReportError> {
    let package = Package::open(docx, &options.limits)?;
    let (document, warnings) = document::read(&package)?;
    to_pdf(&document, warnings, fonts, &Writer::default(), options)
}

/// Lays a document out and writes it; `warnings` are those of reading it.
fn to_pdf(document: &Document, mut warnings: Vec<Warning>, fonts: &Fonts, writer: &Writer, options: &Options) -> Result<Rendered, ReportError> {
    let (frames, of_layout) = layout::layout(document, fonts, &layout::Options::default());
    warnings.extend(of_layout);
    let properties = &document.properties;
    let meta = Meta {
        title: properties.title.clone().unwrap_or_default(),
        author: properties.author.clone().unwrap_or_default(),
        subject: properties.subject.clone().unwrap_or_default(),
        language: properties.language.clone().unwrap_or_default(),
        created: options.created,
        producer: concat!("gradepost ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let written = writer.write(&frames, fonts, &meta)?;
    for picture in written.unreadable {
        warnings.push(Warning::Picture { part: format!("picture {}", picture.0 + 1), reason: "its data cannot be decoded".to_owned() });
    }
    Ok(Rendered { pdf: written.bytes, warnings })
}
