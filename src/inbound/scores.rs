//! Results back to the gradebook of the platform that a completion came from: one more delivery, a job of its own that no report waits for.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::intake::scores::Score;
use crate::intake::sources::Registry;
use crate::intake::submissions::RetryAdvice;
use crate::jobs::handler::{AcceptedEvent, Follows, Handler, JobContext, JobError, JobKind, record};
use crate::jobs::operator::JobView;
use crate::jobs::retry::{Jitter, Pauses, RetryProfile};
use crate::model::card::Card;
use crate::model::completion::Completion;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;

/// From half a minute, each pause three times as long, up to six hours, for three days.
const RETRY: RetryProfile = RetryProfile {
    pauses: Pauses::Growing { first: Duration::from_secs(30), factor: 3.0, longest: Duration::from_hours(6) },
    jitter: Jitter::Around(0.2),
    give_up_after: Duration::from_hours(72),
    least_tries: 6,
    crash_limit: 4,
};

/// A score for a platform's gradebook.
pub const SCORE: JobKind = JobKind::new("platform_score", LaneName::Deliveries, RETRY);
/// The step in which the score's time is settled: repeats carry the same one.
const SETTLED: &str = "settled";

/// What is posted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Owed {
    target: String,
    user: String,
    percentage: f64,
    submitted_at: Option<Timestamp>,
}

/// The reports' handler, which starts a score's job when a report went out whose platform wants its result back.
pub struct WithScores {
    reports: Arc<dyn Handler>,
    sources: Registry,
    follows: Arc<dyn Follows>,
}

impl WithScores {
    /// Over the reports' own handler.
    pub fn new(reports: Arc<dyn Handler>, sources: Registry, follows: Arc<dyn Follows>) -> Self {
        Self { reports, sources, follows }
    }

    /// The result to post of a report that ended so.
    fn result(&self, job: &dyn JobContext, end: &Value) -> Option<Owed> {
        let completion: Completion = serde_json::from_value(job.event().payload.clone()).ok()?;
        let source = self.sources.all().iter().find(|source| source.name() == completion.source)?;
        source.scores()?;
        let is_out = matches!(end["status"].as_str(), Some("sent" | "filed"));
        let percentage = end["percentage"].as_f64().or_else(|| end.pointer("/card/pct")?.as_f64())?;
        let (target, user) = (completion.score_to?, completion.student.id?);
        is_out.then_some(Owed { target, user, percentage, submitted_at: completion.submitted_at })
    }
}

#[async_trait]
impl Handler for WithScores {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        let end = self.reports.run(job).await?;
        if let Some(result) = self.result(job, &end) {
            let payload = serde_json::to_value(&result).unwrap_or_default();
            // A report that is made anew may have another result.
            let key = format!("{}-score-{}", job.id(), job.round());
            let event = AcceptedEvent::new(&SCORE, &job.event().source, key, job.now(), payload);
            self.follows.follow(event).await.map_err(|error| JobError::retry("storage_unavailable", error.to_string()))?;
        }
        Ok(end)
    }

    async fn resolved(&self, parked: &[JobView]) -> Vec<JobId> {
        self.reports.resolved(parked).await
    }

    fn unreadable(&self, job: &JobId, message: &str) {
        self.reports.unreadable(job, message);
    }

    fn ended(&self, card: &Card) {
        self.reports.ended(card);
    }
}

/// Tells the admin why a person must act: a stable cause, and words.
pub type Tell = Arc<dyn Fn(&str, &str) + Send + Sync>;

/// Posts scores.
pub struct PostScores {
    sources: Registry,
    tell: Tell,
}

impl PostScores {
    /// Over the platforms; `tell` hears of each score that a platform refuses.
    pub fn new(sources: Registry, tell: Tell) -> Self {
        Self { sources, tell }
    }
}

#[async_trait]
impl Handler for PostScores {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        let event = job.event();
        let owed: Owed = serde_json::from_value(event.payload.clone())
            .map_err(|error| JobError::dead("record_unreadable", format!("the score cannot be read: {error}")))?;
        let source = self.sources.all().iter().find(|source| source.name() == event.source);
        let Some(scores) = source.and_then(|source| source.scores()) else {
            return Err(JobError::park(
                "platform_not_configured",
                "scores are not posted any more (LTI_SCORES); discard the job, or switch them on",
            ));
        };
        let at: Timestamp = record(job, SETTLED, &job.now()).await?;
        let Owed { target, user, percentage, submitted_at } = owed;
        match scores.post(&Score { target, user, percentage, at, submitted_at }).await {
            Ok(status) => Ok(json!({ "status": "posted", "answer": status })),
            Err(error) => match error.advice {
                RetryAdvice::Time(after) => Err(JobError::retry_after(error.cause, error.message, after)),
                RetryAdvice::Person => {
                    (self.tell)(error.cause, &error.message);
                    Err(JobError::park(error.cause, error.message))
                }
            },
        }
    }
}
