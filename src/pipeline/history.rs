//! What a student's submissions on an assessment came to: for comparison with earlier attempts, and for `RETAKE_POLICY`.
//!
//! Each job files its result under a name that tells when, how much and who; the folder of one student is short, and nothing here ever looks into another's.

use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::analysis::cohort::Standing;
use crate::analysis::history::{Attempt, compare};
use crate::jobs::handler::JobError;
use crate::model::analysis::Analysis;
use crate::pipeline::cohort::Counted;
use crate::pipeline::config::RetakePolicy;
use crate::pipeline::fetch::Fetched;
use crate::pipeline::run::{Run, storage};
use crate::report::data;
use crate::storage::key::ObjectKey;
use crate::storage::{PutMode, StoreError};

/// Attempts looked at and shown; nobody takes a test more often in earnest.
const MOST_ATTEMPTS: usize = 50;

/// One submission's result, as `results/<assessment>/<student>/` keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Filed {
    pub(super) job: String,
    /// When it was handed in, else when its event came.
    pub(super) at: Timestamp,
    /// What later attempts are compared with.
    pub(super) attempt: Attempt,
}

/// Files this job's result and returns the student's others, oldest first.
pub(super) async fn file(run: &Run<'_>, fetched: &Fetched, analysis: &Analysis) -> Result<(Filed, Vec<Filed>), JobError> {
    let at = fetched.submission.submitted_at.or(run.completion.submitted_at).unwrap_or(run.job.event().received_at);
    let attempt = Attempt { submitted_at: Some(at), ..Attempt::of(&fetched.submission, analysis) };
    let own = Filed { job: run.job.id().to_string(), at, attempt };
    let (assessment, student) = (run.assessment_key(), run.student_key(&fetched.student));
    let name = format!("{}_{}", at.strftime("%Y%m%dT%H%M%SZ"), own.job);
    let key = ObjectKey::Result { assessment: &assessment, student: &student, name: &name }.path();
    let bytes = serde_json::to_vec(&own).map_err(|error| JobError::dead("record_unwritable", error.to_string()))?;
    // Written before the others are read: of two jobs at once, at least one sees both.
    run.services.store.put(&key, Bytes::from(bytes), PutMode::Overwrite).await.map_err(|error| storage(&error))?;
    let others = others(run, &key, &own.job).await.map_err(|error| storage(&error))?;
    Ok((own, others))
}

async fn others(run: &Run<'_>, own_key: &str, own_job: &str) -> Result<Vec<Filed>, StoreError> {
    let folder = own_key.rsplit_once('/').map_or(own_key, |(folder, _)| folder);
    let mut others = Vec::new();
    for key in run.services.store.list(&format!("{folder}/"), None, MOST_ATTEMPTS).await? {
        let Some((bytes, _)) = run.services.store.get(&key).await? else { continue };
        match serde_json::from_slice::<Filed>(&bytes) {
            Ok(filed) if filed.job != own_job => others.push(filed),
            Ok(_) => {}
            Err(error) => tracing::warn!(job.id = %own_job, %error, "an earlier result cannot be read and is left out"),
        }
    }
    others.sort_by(|a, b| (a.at, &a.job).cmp(&(b.at, &b.job)));
    Ok(others)
}

/// The attempts up to this one, oldest first, as the report shows them.
pub(super) fn shown(own: &Filed, others: &[Filed], zone: &TimeZone) -> Vec<data::Attempt> {
    let others: Vec<Attempt> = others.iter().map(|filed| filed.attempt.clone()).collect();
    let shown = |(index, attempt): (usize, Attempt)| data::Attempt {
        attempt: index as u32 + 1,
        date: attempt.submitted_at.map(|at| at.to_zoned(zone.clone()).date().to_string()),
        percentage: attempt.percentage,
        level: attempt.level,
    };
    compare(&own.attempt, &others).attempts.into_iter().enumerate().map(shown).collect()
}

/// Where the result stands among all students' newest ones, and leaves it to be counted itself.
pub(super) async fn standing(run: &Run<'_>, fetched: &Fetched, own: &Filed, others: &[Filed]) -> Result<Option<data::Cohort>, JobError> {
    let (assessment, percentage) = (run.assessment_key(), own.attempt.percentage);
    let counted = Counted { assessment: assessment.clone(), student: run.student_key(&fetched.student), at: own.at, percentage };
    let cohorts = &run.services.cohorts;
    cohorts.leave(&counted, &run.row_name()).await.map_err(|error| storage(&error))?;
    // A student who was here before may be counted already, with this very attempt (a rerun), an earlier or a later one; the summary alone cannot tell.
    let is_new = others.is_empty() && run.job.attempt() == 1 && run.job.round() == 1;
    let others = if is_new { cohorts.summary(&assessment).await } else { cohorts.without(&assessment, &counted.student).await };
    let mut summary = others.map_err(|error| storage(&error))?;
    summary.add(percentage);
    let cohort = |standing: Standing| data::Cohort {
        count: standing.count as u32,
        mean: standing.mean,
        percentile: standing.percentile,
        above: Some(standing.above),
    };
    Ok(summary.standing(percentage).map(cohort))
}

/// Why this submission gets no report, if it gets none.
pub(super) async fn skip(run: &Run<'_>, fetched: &Fetched, own: &Filed, others: &[Filed]) -> Result<Option<String>, JobError> {
    // A person who opens the job again wants the report, whatever the policy says.
    if run.job.round() > 1 {
        return Ok(None);
    }
    match run.services.config.retakes {
        RetakePolicy::Every => Ok(None),
        RetakePolicy::First => skip_all_but_first(run, fetched).await,
        RetakePolicy::Best => Ok(skip_all_but_best(own, others)),
    }
}

/// The first job to leave its name makes the report; create-only, so that it is one even when two come at once.
async fn skip_all_but_first(run: &Run<'_>, fetched: &Fetched) -> Result<Option<String>, JobError> {
    let (assessment, student) = (run.assessment_key(), run.student_key(&fetched.student));
    let key = ObjectKey::FirstReport { assessment: &assessment, student: &student }.path();
    let name = Bytes::from(run.job.id().to_string());
    match run.services.store.put(&key, name.clone(), PutMode::Create).await {
        Ok(_) => Ok(None),
        Err(StoreError::AlreadyExists { .. }) => {
            let first = run.services.store.get(&key).await.map_err(|error| storage(&error))?;
            let is_own = first.is_none_or(|(bytes, _)| bytes == name);
            Ok((!is_own).then(|| "the student has a report on this assessment already (RETAKE_POLICY=first)".to_owned()))
        }
        Err(error) => Err(storage(&error)),
    }
}

/// Of equal results the earlier one counts, so that of two at once one is sent.
fn skip_all_but_best(own: &Filed, others: &[Filed]) -> Option<String> {
    let beats = |other: &&Filed| {
        let order = other.attempt.percentage.total_cmp(&own.attempt.percentage);
        order.is_gt() || (order.is_eq() && (other.at, &other.job) < (own.at, &own.job))
    };
    others.iter().find(beats).map(|_| "an earlier result is as good or better (RETAKE_POLICY=best)".to_owned())
}
