//! One report for one submission, whatever events speak of it.
//!
//! An event need not name its submission: LearnWorlds' automations send the same bare body for a repeat and for a retake, and two automations may send two bodies about one attempt.
//! So once the platform has told which submission it is, the job claims that submission too, by a create-only object with its id in it.

use std::time::Duration;

use bytes::Bytes;

use crate::jobs::handler::JobError;
use crate::model::completion::Completion;
use crate::model::ids::JobId;
use crate::pipeline::fetch::Fetched;
use crate::pipeline::run::{Run, storage};
use crate::storage::key::ObjectKey;
use crate::storage::{PutMode, Store, StoreError};

/// An event this much younger than the newest submission may be about one that does not show yet.
const STALE: Duration = Duration::from_mins(15);
/// How long such an event waits for a newer submission before the old one is taken for it (a repeat that was long under way).
const STALE_PATIENCE: Duration = Duration::from_mins(1);
/// How long an event whose submission has its report waits for a newer one before it is taken for a repeat.
const REPEAT_PATIENCE: Duration = Duration::from_mins(10);
/// An event that comes this soon after the submission is about that submission.
const PROMPT: Duration = Duration::from_mins(2);

/// Claims the submission; whether another job has it. A bare event first waits for a newer submission that may be on its way.
///
/// A person who opens a job again wants its report, whoever has claimed the submission; a claim nobody holds is still taken, so that later events and `backfill` find it.
pub(super) async fn is_taken(run: &Run<'_>, fetched: &Fetched) -> Result<bool, JobError> {
    let wanted = run.job.round() > 1;
    if !wanted {
        wait_when_stale(run, fetched)?;
    }
    let Some(submission) = &fetched.submission.id else { return Ok(false) };
    let (assessment, student) = (run.assessment_key(), run.student_key(&fetched.student));
    let key = ObjectKey::Claim { assessment: &assessment, student: &student, submission }.path();
    let own = Bytes::from(run.job.id().to_string());
    match run.services.store.put(&key, own.clone(), PutMode::Create).await {
        Ok(_) => Ok(false),
        Err(StoreError::AlreadyExists { .. }) => {
            let holder = run.services.store.get(&key).await.map_err(|error| storage(&error))?;
            if wanted || holder.is_none_or(|(bytes, _)| bytes == own) {
                return Ok(false);
            }
            wait_for_newer(run, fetched)?;
            Ok(true)
        }
        Err(error) => Err(storage(&error)),
    }
}

/// The job that makes a submission's report, if one does; for `backfill`.
pub(super) async fn holder(store: &dyn Store, completion: &Completion) -> Result<Option<JobId>, StoreError> {
    let student = completion.student.id.as_ref().or(completion.student.email.as_ref());
    let (Some(assessment), Some(student), Some(submission)) = (&completion.assessment.id, student, &completion.submission_id) else {
        return Ok(None);
    };
    let found = store.get(&ObjectKey::Claim { assessment, student, submission }.path()).await?;
    Ok(found.and_then(|(bytes, _)| JobId::parse(std::str::from_utf8(&bytes).ok()?)))
}

fn wait_when_stale(run: &Run<'_>, fetched: &Fetched) -> Result<(), JobError> {
    if run.completion.is_bare() && behind(run, fetched) > STALE && waited(run) < STALE_PATIENCE {
        return Err(JobError::retry(
            "submission_late",
            "the newest submission is much older than its event; a newer one may be on its way",
        ));
    }
    Ok(())
}

fn wait_for_newer(run: &Run<'_>, fetched: &Fetched) -> Result<(), JobError> {
    if run.completion.is_bare() && behind(run, fetched) > PROMPT && waited(run) < REPEAT_PATIENCE {
        return Err(JobError::retry("submission_late", "the newest submission has its report; a retake's may be on its way"));
    }
    Ok(())
}

/// How much older the submission is than its event.
fn behind(run: &Run<'_>, fetched: &Fetched) -> Duration {
    let age = fetched.submission.submitted_at.map(|at| run.job.event().received_at.duration_since(at));
    age.and_then(|age| Duration::try_from(age).ok()).unwrap_or_default()
}

fn waited(run: &Run<'_>) -> Duration {
    Duration::try_from(run.job.now().duration_since(run.job.event().received_at)).unwrap_or_default()
}
