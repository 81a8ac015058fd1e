//! Word documents to PDF, in process: no office suite, no network, no clock, no environment.
//!
//! ```
//! use docx_to_pdf::fonts::Fonts;
//! use docx_to_pdf::package::{Limits, Package};
//! use docx_to_pdf::{Options, convert};
//!
//! fn to_pdf(docx: &[u8]) -> Result<Vec<u8>, docx_to_pdf::Error> {
//!     let package = Package::open(docx, &Limits::default())?;
//!     let converted = convert(&package, &Fonts::default(), &Options::default())?;
//!     for warning in &converted.warnings {
//!         eprintln!("{warning}");
//!     }
//!     Ok(converted.pdf)
//! }
//! assert!(to_pdf(b"no zip").is_err());
//! ```
//!
//! The modules are phases: [`package`] (the zip and its parts) → [`document`] (read, everything resolved)
//! → [`layout`] (frames with places) → [`pdf`] (bytes) or [`svg`] (pictures of pages); [`fonts`] beside them.
//! `document::model` and `layout::frame` are the two contracts between them.

#![deny(missing_docs)]

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod document;
pub mod fonts;
pub mod graphics;
pub mod layout;
pub mod package;
pub mod pdf;
pub mod svg;
pub mod units;
pub mod warning;

use std::sync::Arc;

use thiserror::Error;

use crate::document::DocumentError;
use crate::fonts::{Fonts, Stored};
use crate::layout::frame::{Frames, Item, Shape};
use crate::package::{Package, PackageError};
use crate::pdf::{Meta, PdfError, Writer};
use crate::warning::Warning;

/// What the caller decides about a conversion.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// When the PDF was made, in seconds since 1970 (UTC). Nothing here reads a clock; without it the PDF names no time.
    pub created: Option<i64>,
    /// The wall clock where the document is read, for its DATE and TIME fields; without it they show their stored result.
    pub now: Option<jiff::civil::DateTime>,
    /// Tables of contents are made anew from the headings, as for a template that was filled; else their stored entries are shown.
    pub contents: bool,
    /// The PDF is made for archives and says so (PDF/A-2a, ISO 19005-2): it names the colours it means.
    pub archive: bool,
    /// The program named as the PDF's producer; this crate and its version where empty.
    pub producer: String,
    /// Keeps what does not change between documents (embedded faces, decoded pictures); share one over many calls.
    pub writer: Arc<Writer>,
}

/// A converted document.
#[derive(Debug, Clone)]
pub struct Converted {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// What is not exactly as the document says.
    pub warnings: Vec<Warning>,
    /// How many pages it has.
    pub pages: usize,
}

/// Why there is no PDF.
#[derive(Debug, Error)]
pub enum Error {
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

/// A document laid out: what becomes a PDF, or pictures of its pages.
#[derive(Debug, Clone)]
pub struct LaidOut {
    /// The pages.
    pub frames: Frames,
    /// What the document says about itself.
    pub meta: Meta,
    /// What is not exactly as the document says.
    pub warnings: Vec<Warning>,
    /// The fonts of its text: those given, and those stored in the document.
    pub fonts: Fonts,
}

/// Reads the document and lays it out.
///
/// # Errors
/// [`Error`](enum@Error), naming what is wrong and where.
pub fn lay_out(package: &Package, fonts: &Fonts, options: &Options) -> Result<LaidOut, Error> {
    let stored = document::stored_fonts(package);
    let stored = stored.iter().map(|font| Stored { family: &font.family, bold: font.bold, italic: font.italic, data: &font.data });
    let fonts = fonts.with_stored(stored, pdf::can_embed);
    if fonts.is_empty() {
        return Err(PdfError::NoFonts.into());
    }
    let (document, mut warnings) = document::read_with(package, &document::ReadOptions { now: options.now, contents: options.contents })?;
    let (frames, of_layout) = layout::layout(&document, &fonts);
    warnings.extend(of_layout);
    let properties = &document.properties;
    let title = properties.title.clone().filter(|title| !title.trim().is_empty());
    let meta = Meta {
        // A PDF for everyone has a title: the first heading, or the first words.
        title: title.or_else(|| first_heading(&frames)).unwrap_or_default(),
        author: properties.author.clone().unwrap_or_default(),
        subject: properties.subject.clone().unwrap_or_default(),
        language: properties.language.clone().unwrap_or_default(),
        created: options.created,
        archive: options.archive,
        producer: if options.producer.is_empty() {
            concat!("docx-to-pdf ", env!("CARGO_PKG_VERSION")).to_owned()
        } else {
            options.producer.clone()
        },
    };
    Ok(LaidOut { frames, meta, warnings, fonts })
}

/// The first heading, or else the first line of text.
fn first_heading(frames: &Frames) -> Option<String> {
    /// Longer titles are cut.
    const LONGEST: usize = 120;
    let heading = frames.outline.first().map(|entry| entry.title.clone());
    let title = heading.or_else(|| frames.pages.iter().find_map(|page| first_text(&page.items)))?;
    Some(title.trim().chars().take(LONGEST).collect())
}

fn first_text(items: &[Item]) -> Option<String> {
    items.iter().filter(|item| item.tag.is_some()).find_map(|item| match &item.shape {
        Shape::Glyphs(run) => Some(run.text.clone()).filter(|text| !text.trim().is_empty()),
        Shape::Group { items, .. } => first_text(items),
        Shape::Path(_) | Shape::Image(_) => None,
    })
}

/// Reads the document, lays it out and writes the PDF. The same input gives the same bytes.
///
/// # Errors
/// [`Error`](enum@Error), naming what is wrong and where.
pub fn convert(package: &Package, fonts: &Fonts, options: &Options) -> Result<Converted, Error> {
    // A long document's model takes as much as its pages: it is gone when they are written.
    let LaidOut { frames, meta, mut warnings, fonts } = lay_out(package, fonts, options)?;
    let written = options.writer.write(&frames, &fonts, &meta)?;
    for picture in written.unreadable {
        warnings.push(Warning::Picture { part: format!("picture {}", picture.0 + 1), reason: "its data cannot be decoded".to_owned() });
    }
    Ok(Converted { pdf: written.bytes, warnings, pages: frames.pages.len() })
}
