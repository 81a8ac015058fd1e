//! Word template in, PDF out, in process.
//!
//! Pure: no network, no clock, no environment, no file system, no other room.
//! A template is parsed once and kept; fonts are loaded once.

pub mod charts;
mod colour;
pub mod data;
pub mod figures;
pub mod language;
pub mod starter;
pub mod template;
pub mod vocabulary;
pub mod warning;
pub mod wordfile;
mod xml;

use std::sync::Arc;

use jiff::civil::DateTime;
use thiserror::Error;

use crate::report::data::ReportData;
use crate::report::template::{FillOptions, Template, TemplateError};
use crate::report::warning::Warning;
use docx_to_pdf::document::DocumentError;
use docx_to_pdf::fonts::Fonts;
use docx_to_pdf::package::{Limits, Package, PackageError};
use docx_to_pdf::pdf::{PdfError, Writer};

/// What the caller decides about a report.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How the template is filled; `convert` does not look at it.
    pub fill: FillOptions,
    /// Bounds on time and memory.
    pub limits: Limits,
    /// When the PDF was made, in seconds since 1970 (UTC). Nothing here reads a clock: without it, `render` takes the time of the submission, else the data's `today`.
    pub created: Option<i64>,
    /// The PDF is made for archives: PDF/A-2a.
    pub archive: bool,
    /// The wall clock for Word's DATE and TIME fields; `render` takes the report's day without it.
    pub now: Option<DateTime>,
    /// Keeps what does not change between reports; share one over many calls.
    pub writer: Arc<Writer>,
}

impl From<docx_to_pdf::Error> for ReportError {
    fn from(error: docx_to_pdf::Error) -> Self {
        match error {
            docx_to_pdf::Error::Package(error) => Self::Package(error),
            docx_to_pdf::Error::Document(error) => Self::Document(error),
            docx_to_pdf::Error::Pdf(error) => Self::Pdf(error),
        }
    }
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
    /// How many pages it has.
    pub pages: usize,
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
    let now = options.now.or_else(|| data.wall_clock());
    to_pdf(filled.package, filled.warnings, fonts, &Options { created, now, ..options.clone() }, true)
}

/// Fills a template with data and draws its pages as SVG documents: what [`render`] would print, for where no PDF can be shown.
///
/// # Errors
/// [`ReportError`], naming what is wrong and where.
pub fn pictures(template: &Template, data: &ReportData, fonts: &Fonts, options: &Options) -> Result<Vec<String>, ReportError> {
    let filled = template.fill(data, &options.fill)?;
    let now = options.now.or_else(|| data.wall_clock());
    let layout = docx_to_pdf::Options { contents: true, now, ..docx_to_pdf::Options::default() };
    let laid_out = docx_to_pdf::lay_out(&filled.package, fonts, &layout)?;
    Ok(docx_to_pdf::svg::pages(&laid_out.frames, &laid_out.fonts))
}

/// Turns a Word document into a PDF as it is, without filling anything in.
///
/// # Errors
/// [`ReportError`], naming what is wrong and where.
pub fn convert(docx: &[u8], fonts: &Fonts, options: &Options) -> Result<Rendered, ReportError> {
    let package = wordfile::open_to_read(docx, &options.limits)?.map_err(TemplateError::NotWord)?;
    to_pdf(package, Vec::new(), fonts, options, false)
}

/// Lays out and writes; `warnings` are those of filling. What was filled has moved its headings: its `contents` are made anew.
fn to_pdf(package: Package, mut warnings: Vec<Warning>, fonts: &Fonts, options: &Options, contents: bool) -> Result<Rendered, ReportError> {
    let layout = docx_to_pdf::Options {
        contents,
        created: options.created,
        now: options.now,
        archive: options.archive,
        producer: concat!("gradepost ", env!("CARGO_PKG_VERSION")).to_owned(),
        writer: Arc::clone(&options.writer),
    };
    let converted = docx_to_pdf::convert(&package, fonts, &layout)?;
    warnings.extend(converted.warnings.into_iter().map(Warning::from));
    Ok(Rendered { pdf: converted.pdf, package, warnings, pages: converted.pages })
}
