//! Tells whoever is to know that a report was sent: its row is left for `processed.csv`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::jobs::handler::JobError;
use crate::pipeline::analyse::Analysed;
use crate::pipeline::archive::Archived;
use crate::pipeline::fetch::Fetched;
use crate::pipeline::mail::Mailed;
use crate::pipeline::processed::Row;
use crate::pipeline::run::{Run, storage};

/// `notified.json`; `export processed` rebuilds the index from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Notified {
    pub(super) at: Timestamp,
    pub(super) row: Row,
}

/// Leaves the row and records it, unless it is recorded.
pub(super) async fn step(
    run: &Run<'_>,
    fetched: &Fetched,
    analysed: &Analysed,
    archived: &Archived,
    mailed: &Mailed,
) -> Result<Notified, JobError> {
    if let Some(notified) = run.recorded("notified").await? {
        return Ok(notified);
    }
    let row = row(run, fetched, analysed, archived, mailed);
    run.services.processed.leave(&row, &run.row_name()).await.map_err(|error| storage(&error))?;
    run.record("notified", &Notified { at: run.job.now(), row }).await
}

fn row(run: &Run<'_>, fetched: &Fetched, analysed: &Analysed, archived: &Archived, mailed: &Mailed) -> Row {
    Row {
        course: analysed.course.clone(),
        user_id: run.student_key(&fetched.student),
        assessment_title: run.completion.assessment.display_title(),
        user_email: fetched.student.email.clone().unwrap_or_default(),
        processed_at: mailed.at,
        job_id: run.job.id().to_string(),
        submission_id: fetched.submission.id.clone().or_else(|| run.completion.submission_id.clone()),
        percentage: analysed.analysis.percentage,
        level: analysed.analysis.level.clone(),
        file: archived.file.clone(),
    }
}
