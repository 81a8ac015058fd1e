//! Documents we make.

use super::data::{Report, ReportData};
use super::language::Language;

/// A small report to try a template with.
pub fn sample(language: Language) -> ReportData {
    ReportData::new(&Report { language: Some(language.code().to_owned()), ..Report::default() })
}
