//! One report for one submission, whatever events speak of it.
//!
//! An event need not name its submission: LearnWorlds' automations send the same bare body for a repeat and for a retake, and two automations may send two bodies about one attempt.
//! So once the platform has told which submission it is, the job claims that submission too: its result is filed create-only under the submission's id. A job that has no result, because it cannot be judged yet, leaves a claim apart with its id in it.

use std::time::Duration;

use bytes::Bytes;

use crate::jobs::handler::JobError;
use crate::model::completion::Completion;
use crate::model::ids::{JobId, safe_name};
use crate::pipeline::records::{Fetched, Filed};
use crate::pipeline::run::Run;
use crate::pipeline::trouble::storage;
use crate::storage::key::{CLAIMING_RESULT as OF, ObjectKey, result_of_claim};
use crate::storage::{PutMode, Store, StoreError, Version};

/// An event this much younger than the newest submission may be about one that does not show yet.
const STALE: Duration = Duration::from_mins(15);
/// How long such an event waits for a newer submission before the old one is taken for it (a repeat that was long under way).
const STALE_PATIENCE: Duration = Duration::from_mins(1);
/// How long an event whose submission has its report waits for a newer one before it is taken for a repeat.
const REPEAT_PATIENCE: Duration = Duration::from_mins(10);
/// An event that comes this soon after the submission is about that submission.
const PROMPT: Duration = Duration::from_mins(2);

/// Files a job's result; where the platform told the submission, under a name that only one job can have: that file is the claim. Its key; `None` when another job has the submission.
///
/// A person who opens a job again wants its report, whoever has claimed the submission; a claim nobody holds is still taken, so that later events and `backfill` find it.
pub(super) async fn file(run: &Run<'_>, fetched: &Fetched, own: &Filed) -> Result<Option<String>, JobError> {
    let (assessment, student) = (run.assessment_key(), run.student_key(&fetched.student));
    let key = |name: &str| ObjectKey::Result { assessment: &assessment, student: &student, name }.path();
    let by_job = key(&format!("{}_{}", own.at.strftime("%Y%m%dT%H%M%SZ"), own.job));
    let bytes = serde_json::to_vec(own).map_err(|error| JobError::dead("record_unwritable", error.to_string()))?;
    let put = async |key: &str, mode: PutMode| run.services.store.put(key, Bytes::from(bytes.clone()), mode).await;
    let Some(submission) = &fetched.submission.id else {
        put(&by_job, PutMode::Overwrite).await.map_err(|error| storage(&error))?;
        return Ok(Some(by_job));
    };
    let key = key(&format!("{OF}{}", safe_name(submission)));
    match put(&key, PutMode::Create).await {
        Ok(_) => return Ok(Some(key)),
        Err(StoreError::AlreadyExists { .. }) => {}
        Err(error) => return Err(storage(&error)),
    }
    let Some((there, version)) = run.services.store.get(&key).await.map_err(|error| storage(&error))? else {
        return Err(JobError::retry("storage_conflict", format!("{key} was removed just now")));
    };
    match holder_in(&there) {
        Some(holder) if holder == *run.job.id() => {
            if there != bytes {
                put(&key, PutMode::Update(version)).await.map_err(|error| storage(&error))?;
            }
            Ok(Some(key))
        }
        Some(_) if run.job.round() > 1 => {
            put(&by_job, PutMode::Overwrite).await.map_err(|error| storage(&error))?;
            Ok(Some(by_job))
        }
        holder => {
            if take_over(run, &key, holder.as_ref(), Bytes::from(bytes.clone()), version).await? {
                return Ok(Some(key));
            }
            wait_for_newer(run, fetched)?;
            Ok(None)
        }
    }
}

/// Whether another job has the submission, by what a release that filed claims apart from results left; or by what a job left that could not be judged.
pub(super) async fn is_held(run: &Run<'_>, fetched: &Fetched) -> Result<bool, JobError> {
    let Some(key) = apart(run, fetched).filter(|_| run.job.round() == 1) else { return Ok(false) };
    if run.services.consent.is_erased(&key).await.map_err(|error| storage(&error))? {
        // The platform, or a backfill, tells again of what was erased: it is a repeat, and what it brought goes.
        run.services.consent.came_back(run.job.id()).await.map_err(|error| storage(&error))?;
        return Ok(true);
    }
    let found = run.services.store.get(&key).await.map_err(|error| storage(&error))?;
    let Some((bytes, version)) = found else { return Ok(false) };
    let holder = holder_in(&bytes);
    if holder.as_ref() == Some(run.job.id()) || take_over(run, &key, holder.as_ref(), own(run), version).await? {
        return Ok(false);
    }
    wait_for_newer(run, fetched)?;
    Ok(true)
}

/// Claims the submission of a job that has no result, because its answers cannot be judged; whether another job has it.
pub(super) async fn is_taken(run: &Run<'_>, fetched: &Fetched) -> Result<bool, JobError> {
    let Some(key) = apart(run, fetched) else { return Ok(false) };
    if run.job.round() == 1
        && let Some(holder) = with_result(&*run.services.store, &key).await.map_err(|error| storage(&error))?
        && holder != *run.job.id()
        && !run.job.failed_without(&holder, "mailed").await?
    {
        return Ok(true);
    }
    match run.services.store.put(&key, own(run), PutMode::Create).await {
        Ok(_) => Ok(false),
        Err(StoreError::AlreadyExists { .. }) => is_held(run, fetched).await,
        Err(error) => Err(storage(&error)),
    }
}

/// The key of a claim that is no result.
fn apart(run: &Run<'_>, fetched: &Fetched) -> Option<String> {
    let submission = fetched.submission.id.as_deref()?;
    let (assessment, student) = (run.assessment_key(), run.student_key(&fetched.student));
    Some(ObjectKey::Claim { assessment: &assessment, student: &student, submission }.path())
}

fn own(run: &Run<'_>) -> Bytes {
    Bytes::from(run.job.id().to_string())
}

/// The job that a claim names: the claim is its id, or its result.
fn holder_in(bytes: &[u8]) -> Option<JobId> {
    let by_result = || serde_json::from_slice::<Filed>(bytes).ok().and_then(|filed| JobId::parse(&filed.job));
    std::str::from_utf8(bytes).ok().and_then(JobId::parse).or_else(by_result)
}

/// The job whose result is the claim of the submission that has this key apart.
async fn with_result(store: &dyn Store, apart: &str) -> Result<Option<JobId>, StoreError> {
    let Some(key) = result_of_claim(apart, OF) else { return Ok(None) };
    Ok(store.get(&key).await?.and_then(|(bytes, _)| holder_in(&bytes)))
}

/// Takes a claim from a job that gave up and never mailed: a report that went to nobody makes no later event a duplicate. Whether it did.
///
/// A claim that names no job (it was damaged) is taken as well.
async fn take_over(run: &Run<'_>, key: &str, holder: Option<&JobId>, own: Bytes, version: Version) -> Result<bool, JobError> {
    if let Some(holder) = holder
        && !run.job.failed_without(holder, "mailed").await?
    {
        return Ok(false);
    }
    match run.services.store.put(key, own, PutMode::Update(version)).await {
        Ok(_) => {}
        Err(StoreError::Conflict { .. }) => return Ok(false),
        Err(error) => return Err(storage(&error)),
    }
    if let Some(holder) = holder {
        run.job.supersede(holder).await?;
    }
    Ok(true)
}

/// The job that makes a submission's report, if one does; for `backfill`.
pub(super) async fn holder(store: &dyn Store, completion: &Completion) -> Result<Option<JobId>, StoreError> {
    let student = completion.student.id.as_ref().or(completion.student.email.as_ref());
    let (Some(assessment), Some(student), Some(submission)) = (&completion.assessment.id, student, &completion.submission_id) else {
        return Ok(None);
    };
    // One that was erased has no holder: the job that backfill makes then finds the claim erased, and ends.
    let apart = ObjectKey::Claim { assessment, student, submission }.path();
    if let Some(holder) = with_result(store, &apart).await? {
        return Ok(Some(holder));
    }
    Ok(store.get(&apart).await?.and_then(|(bytes, _)| holder_in(&bytes)))
}

/// A bare event first waits for a newer submission that may be on its way.
pub(super) fn wait_when_stale(run: &Run<'_>, fetched: &Fetched) -> Result<(), JobError> {
    if run.job.round() == 1 && run.completion.is_bare() && behind(run, fetched) > STALE && waited(run) < STALE_PATIENCE {
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
