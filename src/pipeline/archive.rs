//! Files the report where people look for it.

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::jobs::handler::JobError;
use crate::pipeline::records::{Analysed, Fetched};
use crate::pipeline::run::Run;
use crate::pipeline::trouble::storage;
use crate::storage::key::ObjectKey;
use crate::storage::{PutMode, StoreError};

/// Names tried when a report of another job has the same student, assessment and second.
const TRIES: i64 = 30;

/// Where the report is filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Archived {
    pub(super) at: Timestamp,
    /// The report's key in the store.
    pub(super) file: String,
    pub(super) size_bytes: usize,
}

/// Files the report and tells where.
pub(super) async fn step(run: &Run<'_>, fetched: &Fetched, analysed: &Analysed, pdf: &Bytes) -> Result<Archived, JobError> {
    let file = file(run, fetched, analysed, pdf).await?;
    Ok(Archived { at: run.job.now(), file, size_bytes: pdf.len() })
}

/// The report's bytes, for a run that starts after it was filed.
pub(super) async fn read_back(run: &Run<'_>, archived: &Archived) -> Result<Bytes, JobError> {
    let found = run.services.store.get(&archived.file).await.map_err(|error| storage(&error))?;
    let missing =
        || JobError::park("report_missing", format!("{} is gone from the store; release the job to make it again", archived.file));
    found.map(|(bytes, _)| bytes).ok_or_else(missing)
}

/// Create-only under a name that is the same in every attempt. What lies there already is this very report of an earlier attempt; or another, and then the next second is taken.
async fn file(run: &Run<'_>, fetched: &Fetched, analysed: &Analysed, pdf: &Bytes) -> Result<String, JobError> {
    let assessment = run.completion.assessment.display_title();
    let student = run.student_key(&fetched.student);
    let first = run.job.event().received_at;
    for second in 0..TRIES {
        let at = first.saturating_add(SignedDuration::from_secs(second)).unwrap_or(first);
        let key = ObjectKey::Report { course: &analysed.course, student: &student, assessment: &assessment, at }.path();
        match run.services.store.put(&key, pdf.clone(), PutMode::Create).await {
            Ok(_) => return Ok(key),
            Err(StoreError::AlreadyExists { .. }) => {
                let there = run.services.store.get(&key).await.map_err(|error| storage(&error))?;
                if there.is_some_and(|(bytes, _)| bytes == *pdf) {
                    return Ok(key);
                }
            }
            Err(error) => return Err(storage(&error)),
        }
    }
    Err(JobError::retry("storage_conflict", "no free name for the report within half a minute of its event"))
}
