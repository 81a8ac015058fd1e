//! Fills the template and lays it out.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::jobs::handler::JobError;
use crate::pipeline::analyse::Analysed;
use crate::pipeline::compose;
use crate::pipeline::config::MissingValue;
use crate::pipeline::fetch::Fetched;
use crate::pipeline::run::Run;
use crate::report::data::Report;
use crate::report::language::Language;

/// Warnings kept with a job; the rest are counted.
const WARNINGS_KEPT: usize = 20;

/// The report engine as the pipeline sees it; a seam, so that tests need neither fonts nor Word files.
pub trait Renderer: Send + Sync {
    /// Parses a template and checks it.
    ///
    /// # Errors
    /// Everything that is wrong with it, in words for its author.
    fn open(&self, docx: &[u8]) -> Result<Box<dyn OpenTemplate>, String>;

    /// A template that comes with gradepost, in a language: the one of this file name, or the one that serves until the school has one.
    fn bundled(&self, file: Option<&str>, language: Language) -> Option<Bytes>;
}

/// A template ready to be filled any number of times.
pub trait OpenTemplate: Send + Sync {
    /// Fills and lays out; the same input gives the same bytes.
    ///
    /// # Errors
    /// What could not be filled, and where.
    fn render(&self, report: &Report, missing: MissingValue) -> Result<Printed, String>;
}

/// A finished report.
#[derive(Debug, Clone)]
pub struct Printed {
    /// The PDF.
    pub pdf: Bytes,
    /// What could not be shown as written, in words.
    pub warnings: Vec<String>,
}

/// `rendered.json`; the bytes themselves are made again when they are needed before they are filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Rendered {
    at: Timestamp,
    size_bytes: usize,
    warnings: Vec<String>,
    more_warnings: usize,
}

/// Makes the report, on a thread of its own: layout is computing, and the other jobs must go on.
pub(super) async fn step(run: &Run<'_>, fetched: &Fetched, analysed: &Analysed) -> Result<Bytes, JobError> {
    let template = run.services.shelf.template(analysed.template.as_deref(), analysed.language).await?;
    let report = compose::report(run, fetched, analysed);
    let missing = run.services.config.missing;
    let printed = run.services.press.run(move || template.render(&report, missing)).await;
    let printed = printed
        .map_err(|error| {
            JobError::park(
                "render_failed",
                format!("the report engine failed on this report: {error}; send the template to the developers"),
            )
        })?
        .map_err(|words| {
            JobError::park("template_broken", format!("the template cannot be filled: {words}; correct it, then release the job"))
        })?;
    record(run, &printed).await?;
    Ok(printed.pdf)
}

async fn record(run: &Run<'_>, printed: &Printed) -> Result<(), JobError> {
    let warnings: Vec<String> = printed.warnings.iter().take(WARNINGS_KEPT).cloned().collect();
    let more_warnings = printed.warnings.len() - warnings.len();
    if !warnings.is_empty() {
        tracing::warn!(job.id = %run.job.id(), count = printed.warnings.len(), first = warnings[0], "the report has warnings");
    }
    run.record("rendered", &Rendered { at: run.job.now(), size_bytes: printed.pdf.len(), warnings, more_warnings }).await.map(|_| ())
}
