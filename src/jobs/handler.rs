//! The seam between how jobs run and what our jobs do.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::model::ids::JobId;

/// Does the work of one job. Runs any number of times for one job, on any instance; records each step through the context and skips what is recorded.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Runs the job from its first unrecorded step to its end.
    ///
    /// The value returned is kept in `end.json` for people and for the folded index; it must not hold secrets.
    ///
    /// # Errors
    /// A [`JobError`] that says where the failing line stands: retry, park or give up.
    async fn run(&self, job: &dyn JobContext) -> Result<serde_json::Value, JobError>;

    /// Hears that a job ended without being done: parked or dead, by an error of [`run`](Self::run), at once (`AcceptedEvent::park`), or because its attempts are used up.
    ///
    /// Called after the end is recorded, at least once a job and end; must not fail the caller.
    async fn gave_up(&self, _job: &JobId, _cause: &str, _message: &str) {}
}

/// What a running job sees of the core. Object-safe so that tests can fake it; use the typed helpers [`recorded`] and [`record`].
#[async_trait]
pub trait JobContext: Send + Sync {
    /// The job.
    fn id(&self) -> &JobId;
    /// Which attempt this is, from 1, over all rounds.
    fn attempt(&self) -> u32;
    /// Which round this is, from 1: each release or retry by a person opens the next.
    fn round(&self) -> u32 {
        1
    }
    /// When the round began: its event was received, or a person opened the job again.
    fn opened_at(&self) -> Timestamp {
        self.event().received_at
    }
    /// The accepted event.
    fn event(&self) -> &AcceptedEvent;
    /// The current instant of the core's clock.
    fn now(&self) -> Timestamp;
    /// Reads a step's record; `None` when the step has not been done.
    async fn read_step(&self, step: &str) -> Result<Option<serde_json::Value>, JobError>;
    /// Records a step, create-only. When another attempt recorded it first, that record is returned instead: what is recorded counts.
    ///
    /// Fails with a retry when the lease was lost. Names are lower-case words with digits, dashes and underscores; `event`, `end`, `lease-…`, `outcome-…` and `round-…` are the core's own.
    async fn write_step(&self, step: &str, value: serde_json::Value) -> Result<serde_json::Value, JobError>;
    /// Records what happened in the outside world (a mail's reply), create-only, even when the lease was lost meanwhile: a fact stays a fact, and the attempt that took over may still read it.
    async fn write_fact(&self, step: &str, value: serde_json::Value) -> Result<serde_json::Value, JobError> {
        self.write_step(step, value).await
    }
    /// Renews the lease for a full term, or fails with a retry when it was lost to another attempt; call it right before anything that cannot be undone.
    async fn check_lease(&self) -> Result<(), JobError>;
    /// Makes an event durable that follows from this job's work and starts its job, unless its effect is claimed already: of any number of jobs that ask for one effect, one starts it.
    async fn follow(&self, event: AcceptedEvent) -> Result<(), JobError>;
}

/// Reads a step's record into its type.
///
/// # Errors
/// Dead when the record cannot be read into the type: a program fault, never to be retried into a second mail.
pub async fn recorded<T: DeserializeOwned>(job: &dyn JobContext, step: &str) -> Result<Option<T>, JobError> {
    let Some(value) = job.read_step(step).await? else { return Ok(None) };
    serde_json::from_value(value)
        .map(Some)
        .map_err(|error| JobError::dead("record_unreadable", format!("the record '{step}' cannot be read: {error}")))
}

/// Records a step and returns what counts: this value, or the one another attempt recorded first.
///
/// # Errors
/// As [`JobContext::write_step`].
pub async fn record<T: Serialize + DeserializeOwned + Sync>(job: &dyn JobContext, step: &str, value: &T) -> Result<T, JobError> {
    readable(step, job.write_step(step, writable(step, value)?).await?)
}

/// Records a fact of the outside world, even when the lease was lost meanwhile, and returns what counts.
///
/// # Errors
/// As [`JobContext::write_fact`].
pub async fn record_fact<T: Serialize + DeserializeOwned + Sync>(job: &dyn JobContext, step: &str, value: &T) -> Result<T, JobError> {
    readable(step, job.write_fact(step, writable(step, value)?).await?)
}

fn writable<T: Serialize>(step: &str, value: &T) -> Result<serde_json::Value, JobError> {
    serde_json::to_value(value)
        .map_err(|error| JobError::dead("record_unwritable", format!("the record '{step}' cannot be written: {error}")))
}

fn readable<T: DeserializeOwned>(step: &str, kept: serde_json::Value) -> Result<T, JobError> {
    serde_json::from_value(kept)
        .map_err(|error| JobError::dead("record_unreadable", format!("the record '{step}' cannot be read: {error}")))
}

/// The accepted event as `jobs/<job>/event.json` keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AcceptedEvent {
    /// Version of this record's shape, for fixtures of older versions.
    pub version: u32,
    /// The verified source.
    pub source: String,
    /// SHA-256 of the raw body as hex.
    pub delivery_key: String,
    /// What makes two events the same effect.
    pub effect_key: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// The payload for the handler (`model::completion::Completion` as JSON).
    pub payload: serde_json::Value,
    /// The trace of the request that brought it, to link logs.
    #[serde(default)]
    pub trace: Option<String>,
    /// A cause that makes the job park at once (an unusable completion), with its message.
    #[serde(default)]
    pub park: Option<(String, String)>,
}

/// Why a job did not end, by what happens next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}: {message}")]
pub struct JobError {
    /// What happens next.
    pub next: Next,
    /// A stable word for the cause (`bank_missing`, `mail_refused`): alerts are grouped by it.
    pub cause: String,
    /// What is wrong, where, and what to do, in words for the operator; no student data beyond what is needed to act.
    pub message: String,
}

/// What happens after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try again: after the backoff, or after the time given when the other side named one.
    Retry(Option<Duration>),
    /// A person must act; the admin is told once a cause.
    Park,
    /// Give up.
    Dead,
}

impl JobError {
    /// Try again after the core's backoff.
    pub fn retry(cause: &str, message: impl Into<String>) -> Self {
        Self { next: Next::Retry(None), cause: cause.to_owned(), message: message.into() }
    }

    /// Try again after the time the other side asked for (`Retry-After`).
    pub fn retry_after(cause: &str, message: impl Into<String>, after: Option<Duration>) -> Self {
        Self { next: Next::Retry(after), cause: cause.to_owned(), message: message.into() }
    }

    /// A person must act.
    pub fn park(cause: &str, message: impl Into<String>) -> Self {
        Self { next: Next::Park, cause: cause.to_owned(), message: message.into() }
    }

    /// Give up.
    pub fn dead(cause: &str, message: impl Into<String>) -> Self {
        Self { next: Next::Dead, cause: cause.to_owned(), message: message.into() }
    }
}
