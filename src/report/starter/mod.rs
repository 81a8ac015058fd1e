//! Documents we make.

use super::data::{Report, ReportData};
use super::language::Language;

/// A small report to try a template with.
pub fn sample(language: Language) -> ReportData {
    ReportData::new(&Report { language: Some(language.code().to_owned()), ..Report::default() })
}

/// The bundled template.
pub const BUNDLED: &[u8] = include_bytes!("../../../templates/plantilla_test_diagnostico.docx");

/// The starter.
pub fn diagnostic(_language: Language) -> Vec<u8> {
    BUNDLED.to_vec()
}
