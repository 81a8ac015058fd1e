//! Completion → submission: the platform's API first, the event's own answers when it has none.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::intake::sources::learnworlds::client::LearnWorldsClient;
use crate::intake::sources::learnworlds::config::LearnWorldsConfig;
use crate::intake::sources::learnworlds::error::ApiError;
use crate::jobs::handler::JobError;
use crate::model::completion::{Assessment, Completion};
use crate::model::person::{EmailAddress, Student};
use crate::model::submission::Submission;
use crate::pipeline::claim;
use crate::pipeline::run::Run;

/// How long a submission may take to show at the platform before its absence is a fault; the platform lists it some seconds after the event.
const LATE: Duration = Duration::from_mins(10);

/// Where answers come from.
///
/// # Adding a platform
/// Implement this over its client, and answer for its events by `completion.source`.
#[async_trait]
pub trait Submissions: Send + Sync {
    /// The submission a completion is about, and what else the platform knows about the student.
    ///
    /// # Errors
    /// [`FetchError`], which says what happens next.
    async fn find(&self, completion: &Completion) -> Result<Found, FetchError>;

    /// Adds what the settings know of an assessment: the id of its name, the name of its id.
    fn complete(&self, _assessment: &mut Assessment) {}
}

/// What the platform knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// The submission; `None` when it does not show yet.
    pub submission: Option<Submission>,
    /// The student with what the event left out.
    pub student: Student,
    /// The assessment's title, when the event has none and the platform tells.
    pub title: Option<String>,
}

/// Why the platform gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FetchError {
    /// A stable word for the cause.
    pub cause: &'static str,
    /// What is wrong and what to do.
    pub message: String,
    /// What helps.
    pub cure: Cure,
}

/// What helps against a failure of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cure {
    /// Time; as much as the platform asked for, if it did.
    Time(Option<Duration>),
    /// A person.
    Person,
}

/// `fetched.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Fetched {
    pub(super) at: Timestamp,
    /// Whether the answers came with the event instead of from the platform.
    pub(super) from_event: bool,
    pub(super) student: Student,
    pub(super) submission: Submission,
    /// The assessment's title, when the event has none and the platform told.
    #[serde(default)]
    pub(super) title: Option<String>,
    /// Another job makes this submission's report.
    #[serde(default)]
    pub(super) duplicate: bool,
}

/// Gets the answers, unless they are recorded.
pub(super) async fn step(run: &Run<'_>) -> Result<Fetched, JobError> {
    if let Some(fetched) = run.recorded("fetched").await? {
        return Ok(fetched);
    }
    let fetched = fetch(run).await?;
    let duplicate = claim::is_taken(run, &fetched).await?;
    run.record("fetched", &Fetched { duplicate, ..fetched }).await
}

async fn fetch(run: &Run<'_>) -> Result<Fetched, JobError> {
    let is_answered = |submission: &Submission| !submission.answers.is_empty();
    let own = run.completion.submission.clone().filter(is_answered);
    let found = run.services.submissions.find(&asked(run).await?).await;
    let (at, duplicate) = (run.job.now(), false);
    match (found, own) {
        (Ok(Found { submission, student, title }), own) => match (submission.filter(is_answered), own) {
            (Some(submission), _) => Ok(Fetched { at, from_event: false, student, submission, title, duplicate }),
            (None, Some(submission)) => Ok(Fetched { at, from_event: true, student, submission, title, duplicate }),
            (None, None) => Err(late(run)),
        },
        // A platform that does not get well in time need not be waited for when the answers are at hand.
        (Err(error), Some(submission)) if error.cure == Cure::Person || waited(run) >= LATE => {
            tracing::info!(job.id = %run.job.id(), cause = error.cause, "the event's own answers are used");
            Ok(Fetched { at, from_event: true, student: run.completion.student.clone(), submission, title: None, duplicate })
        }
        (Err(error), _) => Err(error.into()),
    }
}

/// What is asked for: when a person opens a job again, the submission it was about before, not one that came since.
async fn asked(run: &Run<'_>) -> Result<Completion, JobError> {
    let mut completion = run.completion.clone();
    for round in (1..run.job.round()).rev() {
        if completion.submission_id.is_some() {
            break;
        }
        completion.submission_id = run.recorded_in::<Fetched>("fetched", round).await?.and_then(|fetched| fetched.submission.id);
    }
    Ok(completion)
}

fn waited(run: &Run<'_>) -> Duration {
    run.job.now().duration_since(run.job.event().received_at).unsigned_abs()
}

/// No answers: too early to say, or a fault.
fn late(run: &Run<'_>) -> JobError {
    let assessment = run.completion.assessment.id.as_deref().unwrap_or("without id");
    if waited(run) < LATE {
        return JobError::retry("no_responses", format!("assessment {assessment} shows no answers of this student yet"));
    }
    JobError::park(
        "no_responses",
        format!(
            "the platform shows no answers of this student on assessment {assessment}; check there that the submission exists and that the assessment is the right one, then release the job"
        ),
    )
}

impl From<FetchError> for JobError {
    fn from(error: FetchError) -> Self {
        match error.cure {
            Cure::Time(after) => Self::retry_after(error.cause, error.message, after),
            Cure::Person => Self::park(error.cause, error.message),
        }
    }
}

impl From<ApiError> for FetchError {
    fn from(error: ApiError) -> Self {
        let cure = if error.is_transient() { Cure::Time(error.retry_after()) } else { Cure::Person };
        Self { cause: error.cause(), message: error.to_string(), cure }
    }
}

/// LearnWorlds' API, when it is configured.
pub struct LearnWorldsSubmissions {
    client: Option<Arc<LearnWorldsClient>>,
    config: LearnWorldsConfig,
    /// Titles by assessment, as the platform told them.
    titles: Mutex<HashMap<String, String>>,
}

/// More titles than a school has assessments; when they are reached, the platform is asked anew.
const MOST_TITLES: usize = 10_000;

impl LearnWorldsSubmissions {
    /// Over a client; without one, only events that bring their answers can be served.
    pub fn new(client: Option<Arc<LearnWorldsClient>>, config: LearnWorldsConfig) -> Self {
        Self { client, config, titles: Mutex::default() }
    }

    /// The title of an assessment that came without one; a course that cannot be looked into leaves it without.
    async fn title(&self, client: &LearnWorldsClient, assessment: &Assessment) -> Result<Option<String>, ApiError> {
        let (None, Some(id), Some(course)) = (&assessment.title, &assessment.id, &assessment.course_id) else { return Ok(None) };
        let known = self.titles.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let title = match client.course_contents(course).await {
            Ok(units) => units.into_iter().find(|unit| unit.id == *id).and_then(|unit| unit.title),
            Err(error) if error.is_transient() => return Err(error),
            Err(_) => None,
        };
        if let Some(title) = &title {
            let mut titles = self.titles.lock().unwrap_or_else(PoisonError::into_inner);
            if titles.len() >= MOST_TITLES {
                titles.clear();
            }
            titles.insert(id.clone(), title.clone());
        }
        Ok(title)
    }
}

#[async_trait]
impl Submissions for LearnWorldsSubmissions {
    async fn find(&self, completion: &Completion) -> Result<Found, FetchError> {
        let client = self.client.as_ref().ok_or(ApiError::NotConfigured)?;
        let student = complete(client, &completion.student).await?;
        let (Some(assessment), Some(user)) = (&completion.assessment.id, &student.id) else {
            return Ok(Found { submission: None, student, title: None });
        };
        let submission = match &completion.submission_id {
            // The event names the submission: another attempt of the same student is not it.
            Some(id) => client.responses(assessment, user).await?.into_iter().find(|submission| submission.id.as_ref() == Some(id)),
            None => client.newest_submission(assessment, user, completion.submitted_at).await?,
        };
        let title = if submission.is_some() { self.title(client, &completion.assessment).await? } else { None };
        Ok(Found { submission, student, title })
    }

    fn complete(&self, assessment: &mut Assessment) {
        if assessment.id.is_none() {
            assessment.id = assessment.title.as_deref().and_then(|title| self.config.assessment_id(title)).map(ToOwned::to_owned);
        }
        if assessment.title.is_none() {
            assessment.title = assessment.id.as_deref().and_then(|id| self.config.assessment_name(id)).map(ToOwned::to_owned);
        }
    }
}

/// The student with what the event left out, asked for only when something is missing that the report or its mail needs.
async fn complete(client: &LearnWorldsClient, student: &Student) -> Result<Student, ApiError> {
    let has_address = student.email.as_deref().is_some_and(|email| EmailAddress::parse(email).is_ok());
    let has_name = student.first_name.is_some() || student.name.as_deref().is_some_and(|name| !name.contains('@'));
    if student.id.is_some() && has_address && has_name {
        return Ok(student.clone());
    }
    let Some(key) = student.id.as_deref().or(student.email.as_deref()) else { return Ok(student.clone()) };
    match client.user(key).await {
        Ok(known) => Ok(Student {
            id: student.id.clone().or(known.id),
            email: if has_address { student.email.clone() } else { known.email.or_else(|| student.email.clone()) },
            name: if has_name { student.name.clone() } else { known.name.or_else(|| student.name.clone()) },
            first_name: student.first_name.clone().or(known.first_name),
            last_name: student.last_name.clone().or(known.last_name),
        }),
        // A name is worth a call, not a failure.
        Err(_) if student.id.is_some() && has_address => Ok(student.clone()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
