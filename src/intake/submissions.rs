//! The seam for fetching: what a platform knows about a completion.

use std::time::Duration;

use async_trait::async_trait;

use crate::model::completion::{Assessment, Completion};
use crate::model::person::Student;
use crate::model::submission::Submission;

/// Where answers come from: every [`Source`](crate::intake::source::Source) is one.
#[async_trait]
pub trait Submissions: Send + Sync {
    /// The submission a completion is about, and what else the platform knows about the student.
    ///
    /// # Errors
    /// [`FetchError`], which says what happens next.
    async fn find(&self, asked: &SubmissionQuery<'_>) -> Result<SubmissionAnswer, FetchError> {
        match self.api() {
            Some(api) => api.find(asked).await,
            None => Err(self.not_configured()),
        }
    }

    /// The platform's own API, for a source whose settings may name one.
    fn api(&self) -> Option<&dyn Submissions> {
        None
    }

    /// Why nothing can be asked where there is no [`api`](Self::api).
    fn not_configured(&self) -> FetchError {
        // A source without an API: what its events bring is all there is.
        FetchError {
            cause: "platform_not_configured",
            message: "this source cannot be asked for answers; its events must bring them (docs/platforms.md)".to_owned(),
            advice: RetryAdvice::Person,
        }
    }

    /// Says that [`find`](Self::find) will be asked about this completion soon, so that several can be fetched together.
    fn expect(&self, _completion: &Completion) {}

    /// Whether the platform can be asked at all, so that a bare event can be told apart from a repeat.
    fn can_fetch(&self) -> bool {
        self.api().is_some()
    }

    /// Tries whether the platform can be asked with these settings, for people who set it up; none where there is nothing to ask.
    async fn check(&self) -> Option<Result<&'static str, FetchError>> {
        match self.api() {
            Some(api) => api.check().await,
            None => None,
        }
    }

    /// Adds what the settings know of an assessment: the id of its name, the name of its id.
    fn complete(&self, _assessment: &mut Assessment) {}
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct SubmissionQuery<'a> {
    /// The completion.
    pub completion: &'a Completion,
    /// A person opened the job again: what the platform says about the student today counts more than the event, because the event's address may be what was wrong.
    pub again: bool,
}

impl<'a> From<&'a Completion> for SubmissionQuery<'a> {
    fn from(completion: &'a Completion) -> Self {
        Self { completion, again: false }
    }
}

/// What the platform knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SubmissionAnswer {
    /// The submission; `None` when it does not show yet.
    pub submission: Option<Submission>,
    /// The student with what the event left out.
    pub student: Student,
    /// The assessment's title, when the event has none and the platform tells.
    pub title: Option<String>,
    /// The course's title, when the event has none and the platform tells.
    pub course_title: Option<String>,
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
    pub advice: RetryAdvice,
}

/// What helps against a failure of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAdvice {
    /// Time; as much as the platform asked for, if it did.
    Time(Option<Duration>),
    /// A person.
    Person,
}
