//! Word template in, PDF out, in process.
//!
//! Pure: no network, no clock, no environment, no file system, no other room.
//! A template is parsed once and kept; fonts are loaded once.

pub mod charts;
pub mod data;
pub mod document;
pub mod fonts;
pub mod language;
pub mod layout;
pub mod package;
pub mod pdf;
pub mod starter;
pub mod template;
pub mod units;
pub mod vocabulary;
pub mod warning;

use std::sync::Arc;

use thiserror::Error;

use crate::report::data::ReportData;
use crate::report::document::DocumentError;
use crate::report::fonts::Fonts;
use crate::report::package::{Limits, Package, PackageError};
use crate::report::pdf::{Meta, PdfError, Writer};
use crate::report::template::{FillOptions, Template, TemplateError};
use crate::report::warning::Warning;

/// What the caller decides about a report.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How the template is filled; `convert` does not look at it.
    pub fill: FillOptions,
    /// Bounds on time and memory.
    pub limits: Limits,
    /// When the PDF was made, in seconds since 1970 (UTC). Nothing here reads a clock: without it, `render` takes the time of the submission, else the data's `today`.
    pub created: Option<i64>,
    /// Keeps what does not change between reports; share one over many calls.
    pub writer: Arc<Writer>,
}

/// A finished report.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// The filled document; of `convert`, the package as it was.
    pub package: Package,
    /// What is not exactly as the document says.
    pub warnings: Vec<Warning>,
}

/// Why there is no report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The file is not a .docx, or beyond the limits.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The template cannot be filled.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Its content cannot be read.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The PDF cannot be written.
    #[error(transparent)]
    Pdf(#[from] PdfError),
}

/// Fills a template with data, lays it out and writes the PDF. The same input gives the same bytes.
///
/// # Errors
/// [`ReportError`], naming what is wrong and where.
pub fn render(template: &Template, data: &ReportData, fonts: &Fonts, options: &Options) -> Result<Rendered, ReportError> {
    let filled = template.fill(data, &options.fill)?;
    let created = options.created.or_else(|| data.moment());
    to_pdf(filled.package, filled.warnings, fonts, &Options { created, ..options.clone() })
}

/// Turns a Word document into a PDF as it is, without filling anything in.
///
/// # Errors
/// [`ReportError`], naming what is wrong and where.
pub fn convert(docx: &[u8], fonts: &Fonts, options: &Options) -> Result<Rendered, ReportError> {
    to_pdf(Package::open(docx, &options.limits)?, Vec::new(), fonts, options)
}

/// Reads, lays out, writes; `warnings` are those of filling.
fn to_pdf(package: Package, mut warnings: Vec<Warning>, fonts: &Fonts, options: &Options) -> Result<Rendered, ReportError> {
    let (document, of_reading) = document::read(&package)?;
    warnings.extend(of_reading);
    let (frames, of_layout) = layout::layout(&document, fonts);
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
    // A long document's model takes as much as its pages.
    drop(document);
    let written = options.writer.write(&frames, fonts, &meta)?;
    for picture in written.unreadable {
        warnings.push(Warning::Picture { part: format!("picture {}", picture.0 + 1), reason: "its data cannot be decoded".to_owned() });
    }
    Ok(Rendered { pdf: written.bytes, package, warnings })
}
