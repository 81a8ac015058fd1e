//! What a student's submissions on an assessment came to: for comparison with earlier attempts, and for `RETAKE_POLICY`.
//!
//! Each job files its result under the submission's id (which is its claim, [`claim`]) or, where the platform tells none, under a name that tells when and who; the folder of one student is short, and nothing here ever looks into another's.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::tz::TimeZone;

use crate::analysis::cohort::{CohortSummary, Standing};
use crate::analysis::history::{Attempt, compare};
use crate::jobs::error::JobsError;
use crate::jobs::handler::JobError;
use crate::jobs::reading;
use crate::jobs::records::EndState;
use crate::jobs::state::JobState;
use crate::model::analysis::Analysis;
use crate::model::ids::JobId;
use crate::pipeline::claim;
use crate::pipeline::cohort::CohortError;
use crate::pipeline::config::RetakePolicy;
use crate::pipeline::records::{Fetched, Filed};
use crate::pipeline::run::Run;
use crate::pipeline::spool;
use crate::pipeline::trouble::storage;
use crate::report::data;
use crate::storage::key::ObjectKey;
use crate::storage::{PutMode, StoreError};

/// Attempts looked at and shown; nobody takes a test more often in earnest.
const MOST_ATTEMPTS: usize = 50;

/// Files this job's result and returns it with the student's others, oldest first, and with what settling came to, which goes on meanwhile; `None` when another job has the submission.
pub(super) async fn file<T>(
    run: &Run<'_>,
    fetched: &Fetched,
    analysis: &Analysis,
    settling: impl Future<Output = Result<T, JobError>>,
) -> Result<Option<(Filed, Vec<Filed>, T)>, JobError> {
    let at = fetched.submission.submitted_at.or(run.completion.submitted_at).unwrap_or(run.job.event().received_at);
    let attempt = Attempt { submitted_at: Some(at), ..Attempt::of(&fetched.submission, analysis) };
    let own = Filed { job: run.job.id().to_string(), student: Some(run.student_key(&fetched.student)), at, attempt };
    // Written before the others are read: of two jobs at once, at least one sees both.
    let Some(key) = claim::file(run, fetched, &own).await? else { return Ok(None) };
    let (others, settled) = tokio::join!(others(run, &key, &own.job), settling);
    Ok(Some((own, others.map_err(|error| storage(&error))?, settled?)))
}

async fn others(run: &Run<'_>, own_key: &str, own_job: &str) -> Result<Vec<Filed>, StoreError> {
    let folder = own_key.rsplit_once('/').map_or(own_key, |(folder, _)| folder);
    // A job that several releases worked on may have left its result under two names.
    let mut others = BTreeMap::new();
    for key in run.services.store.list(&format!("{folder}/"), None, MOST_ATTEMPTS).await?.iter().filter(|key| *key != own_key) {
        let Some((_, filed)) = spool::one::<Filed>(&run.services.store, key.clone()).await? else { continue };
        if filed.job != own_job {
            others.insert(filed.job.clone(), filed);
        }
    }
    let mut others: Vec<Filed> = others.into_values().collect();
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

/// Where the result stands among all students' newest ones. A figure that cannot be had costs the comparison, never the report.
pub(super) async fn standing(
    run: &Run<'_>,
    fetched: &Fetched,
    own: &Filed,
    others: &[Filed],
    all: Result<CohortSummary, CohortError>,
) -> Option<data::Cohort> {
    let percentage = own.attempt.percentage;
    // A student who was here before may be counted already, with this very attempt (a rerun), an earlier or a later one; the summary alone cannot tell.
    let is_new = others.is_empty() && run.job.attempt() == 1 && run.job.round() == 1;
    let others = if is_new { all } else { run.services.cohorts.without(&run.assessment_key(), &run.student_key(&fetched.student)).await };
    let told = |error: &CohortError| tracing::error!(job.id = %run.job.id(), %error, "A report goes out without its cohort");
    let mut summary = others.inspect_err(told).ok()?;
    summary.add(percentage);
    let cohort = |standing: Standing| data::Cohort {
        count: standing.count as u32,
        mean: standing.mean,
        percentile: standing.percentile,
        above: Some(standing.above),
    };
    summary.standing(percentage).map(cohort)
}

/// Why this submission gets no report, if it gets none.
pub(super) async fn skip(run: &Run<'_>, fetched: &Fetched, own: &Filed, others: &[Filed]) -> Result<Option<String>, JobError> {
    // A person who opens the job again wants the report, whatever the policy says.
    let asked_for = run.job.round() > 1;
    match run.services.config.retakes {
        RetakePolicy::Every => Ok(None),
        RetakePolicy::First => Ok(skip_all_but_first(run, fetched).await?.filter(|_| !asked_for)),
        RetakePolicy::Best if asked_for => Ok(None),
        RetakePolicy::Best => skip_all_but_best(run, own, others).await,
    }
}

/// Whether a job's report went out, or still may: what parked or was discarded keeps no other report from the student.
///
/// A job whose records are gone ended long ago, as it should.
async fn may_be_sent(run: &Run<'_>, job: &str) -> Result<bool, JobError> {
    let Some(id) = JobId::parse(job) else { return Ok(true) };
    match reading::read_job(run.services.store.as_ref(), &id).await {
        Ok(Some(job)) => Ok(match job.state() {
            JobState::Ended(end) => end.state == EndState::Done && end.summary["status"] == "sent",
            JobState::Waiting { .. } | JobState::Running { .. } => true,
        }),
        Ok(None) => Ok(true),
        Err(JobsError::Store(error)) => Err(storage(&error)),
        Err(error) => {
            tracing::warn!(job.id = %run.job.id(), %error, "an earlier job cannot be read; its report counts as sent");
            Ok(true)
        }
    }
}

/// The first job to leave its name makes the report; create-only, so that it is one even when two come at once. The name of one that sent nothing is taken over.
async fn skip_all_but_first(run: &Run<'_>, fetched: &Fetched) -> Result<Option<String>, JobError> {
    let (assessment, student) = (run.assessment_key(), run.student_key(&fetched.student));
    let key = ObjectKey::FirstReport { assessment: &assessment, student: &student }.path();
    let name = Bytes::from(run.job.id().to_string());
    match run.services.store.put(&key, name.clone(), PutMode::Create).await {
        Ok(_) => Ok(None),
        Err(StoreError::AlreadyExists { .. }) => {
            let first = run.services.store.get(&key).await.map_err(|error| storage(&error))?;
            let Some((holder, version)) = first.filter(|(bytes, _)| *bytes != name) else { return Ok(None) };
            if !may_be_sent(run, &String::from_utf8_lossy(&holder)).await? {
                run.services.store.put(&key, name, PutMode::Update(version)).await.map_err(|error| storage(&error))?;
                return Ok(None);
            }
            Ok(Some("the student has a report on this assessment already (RETAKE_POLICY=first)".to_owned()))
        }
        Err(error) => Err(storage(&error)),
    }
}

/// Of equal results the earlier one counts, so that of two at once one is sent.
async fn skip_all_but_best(run: &Run<'_>, own: &Filed, others: &[Filed]) -> Result<Option<String>, JobError> {
    let beats = |other: &&Filed| {
        let order = other.attempt.percentage.total_cmp(&own.attempt.percentage);
        order.is_gt() || (order.is_eq() && (other.at, &other.job) < (own.at, &own.job))
    };
    for better in others.iter().filter(beats) {
        if may_be_sent(run, &better.job).await? {
            return Ok(Some("an earlier result is as good or better (RETAKE_POLICY=best)".to_owned()));
        }
    }
    Ok(None)
}
