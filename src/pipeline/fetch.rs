//! Completion → submission: the platform's API first, the event's own answers when it has none.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::intake::sources::learnworlds::client::LearnWorldsClient;
use crate::intake::sources::learnworlds::error::ApiError;
use crate::jobs::handler::JobError;
use crate::model::completion::Completion;
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
}

/// What the platform knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// The submission; `None` when it does not show yet.
    pub submission: Option<Submission>,
    /// The student with what the event left out.
    pub student: Student,
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
    let found = run.services.submissions.find(&run.completion).await;
    let at = run.job.now();
    match (found, own) {
        (Ok(Found { submission, student }), own) => match (submission.filter(is_answered), own) {
            (Some(submission), _) => Ok(Fetched { at, from_event: false, student, submission, duplicate: false }),
            (None, Some(submission)) => Ok(Fetched { at, from_event: true, student, submission, duplicate: false }),
            (None, None) => Err(late(run)),
        },
        (Err(error), Some(submission)) if error.cure == Cure::Person => {
            tracing::info!(job.id = %run.job.id(), cause = error.cause, "the event's own answers are used");
            Ok(Fetched { at, from_event: true, student: run.completion.student.clone(), submission, duplicate: false })
        }
        (Err(error), _) => Err(error.into()),
    }
}

/// No answers: too early to say, or a fault.
fn late(run: &Run<'_>) -> JobError {
    let waited = run.job.now().duration_since(run.job.event().received_at);
    let assessment = run.completion.assessment.id.as_deref().unwrap_or("without id");
    if waited.unsigned_abs() < LATE {
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
}

impl LearnWorldsSubmissions {
    /// Over a client; without one, only events that bring their answers can be served.
    pub fn new(client: Option<Arc<LearnWorldsClient>>) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Submissions for LearnWorldsSubmissions {
    async fn find(&self, completion: &Completion) -> Result<Found, FetchError> {
        let client = self.client.as_ref().ok_or(ApiError::NotConfigured)?;
        let student = complete(client, &completion.student).await?;
        let (Some(assessment), Some(user)) = (&completion.assessment.id, &student.id) else {
            return Ok(Found { submission: None, student });
        };
        let submission = match &completion.submission_id {
            // The event names the submission: another attempt of the same student is not it.
            Some(id) => client.responses(assessment, user).await?.into_iter().find(|submission| submission.id.as_ref() == Some(id)),
            None => client.newest_submission(assessment, user, completion.submitted_at).await?,
        };
        Ok(Found { submission, student })
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
