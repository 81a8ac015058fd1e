//! Fills the template and lays it out.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::jobs::handler::JobError;
use crate::pipeline::compose;
use crate::pipeline::engine::RenderedReport;
use crate::pipeline::records::{Analysed, Fetched};
use crate::pipeline::run::Run;

/// Warnings kept with a job; the rest are counted.
const WARNINGS_KEPT: usize = 20;

/// What is kept of the layout; the bytes themselves are made again when they are needed before they are filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rendered {
    at: Timestamp,
    size_bytes: usize,
    warnings: Vec<String>,
    more_warnings: usize,
}

impl Rendered {
    /// How much could not be shown as written.
    pub(super) fn warnings(&self) -> usize {
        self.warnings.len() + self.more_warnings
    }
}

/// Makes the report, on a thread of its own: layout is computing, and the other jobs must go on.
pub(super) async fn step(run: &Run<'_>, fetched: &Fetched, analysed: &Analysed) -> Result<(Bytes, Rendered), JobError> {
    let template = run.services.assets.template(analysed.template.as_deref(), analysed.language).await?;
    let report = compose::report(run, fetched, analysed);
    let missing = run.services.config.missing;
    let printed = run.services.pool.run(move || template.render(&report, missing)).await;
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
    let rendered = rendered(run, &printed);
    Ok((printed.pdf, rendered))
}

fn rendered(run: &Run<'_>, printed: &RenderedReport) -> Rendered {
    let warnings: Vec<String> = printed.warnings.iter().take(WARNINGS_KEPT).cloned().collect();
    let more_warnings = printed.warnings.len() - warnings.len();
    if !warnings.is_empty() {
        tracing::warn!(job.id = %run.job.id(), count = printed.warnings.len(), first = warnings[0], "the report has warnings");
    }
    Rendered { at: run.job.now(), size_bytes: printed.pdf.len(), warnings, more_warnings }
}
