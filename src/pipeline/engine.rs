//! The report engine as the pipeline sees it.

use bytes::Bytes;

use crate::pipeline::config::MissingValue;
use crate::report::data::Report;
use crate::report::language::Language;

/// The report engine as the pipeline sees it; a seam, so that tests need neither fonts nor Word files.
pub trait Renderer: Send + Sync {
    /// Parses a template and checks it.
    ///
    /// # Errors
    /// Everything that is wrong with it, in words for its author in this language.
    fn open(&self, docx: &[u8], language: Language) -> Result<Box<dyn OpenTemplate>, String>;

    /// A template that comes with gradepost, in a language: the one of this file name, or the one that serves until the school has one.
    fn bundled(&self, file: Option<&str>, language: Language) -> Option<Bytes>;
}

/// A template ready to be filled any number of times.
pub trait OpenTemplate: Send + Sync {
    /// Fills and lays out; the same input gives the same bytes.
    ///
    /// # Errors
    /// What could not be filled, and where.
    fn render(&self, report: &Report, missing: MissingValue) -> Result<RenderedReport, String>;

    /// The same as pictures of its pages, one SVG document each.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    fn pictures(&self, report: &Report, missing: MissingValue) -> Result<Vec<String>, String> {
        let _ = (report, missing);
        Err("this engine draws no pictures".to_owned())
    }
}

/// A finished report.
#[derive(Debug, Clone)]
pub struct RenderedReport {
    /// The PDF.
    pub pdf: Bytes,
    /// What could not be shown as written, in words.
    pub warnings: Vec<String>,
    /// How many pages it has.
    pub pages: usize,
}
