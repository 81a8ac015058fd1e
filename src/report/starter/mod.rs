//! Documents we make: the starter template a school begins with, and a sample report to try templates with.
//!
//! docx-rs makes the document; what it cannot say (repeated header rows, language, titles) is written into its XML afterwards (`finish`).

mod diagnostic;
mod finish;
mod parts;
mod sample;
mod texts;

#[cfg(test)]
mod tests;

use super::language::Language;
use super::package::PackageError;

pub use sample::{report as sample_report, sample};

/// The diagnostic report in Spanish, as it is bundled: what serves until a school has a template of its own.
pub const BUNDLED: &[u8] = include_bytes!("../../../templates/plantilla_test_diagnostico.docx");

/// The diagnostic report: cover, personal result, table of lessons.
pub fn diagnostic(language: Language) -> Result<Vec<u8>, PackageError> {
    finish::finish(diagnostic::document(texts::of(language)), texts::of(language), language)
}
