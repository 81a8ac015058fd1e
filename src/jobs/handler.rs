//! The seam between how jobs run and what our jobs do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::jobs::ask::Ask;
use crate::jobs::error::AcceptError;
use crate::jobs::retry::RetryProfile;
use crate::jobs::view::JobView;
use crate::model::card::Card;
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;

/// A kind of job: what its events are called, where it runs, and how it is tried again. Pure data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JobKind {
    /// The word in its events' records.
    pub name: &'static str,
    /// The lane its jobs run in.
    pub lane: LaneName,
    /// How a failing job is tried again.
    pub retry: RetryProfile,
    /// Jobs that are done share entries in the feed: for kinds of which there are very many, whose cards tell of no person, and of whose ends nobody has to hear at once.
    pub shares_entries: bool,
}

impl JobKind {
    /// A report to a student; also the kind of events whose record names none, as those of a release that knew one kind only.
    pub const REPORT: Self = Self::new("report", LaneName::Reports, RetryProfile::PATIENT);

    /// A kind whose every end has an entry of its own in the feed.
    pub const fn new(name: &'static str, lane: LaneName, retry: RetryProfile) -> Self {
        Self { name, lane, retry, shares_entries: false }
    }
}

/// Which handler does the work of which kind of job.
#[derive(Clone, Default)]
pub struct Handlers {
    by_name: BTreeMap<&'static str, (JobKind, Arc<dyn Handler>)>,
}

impl Handlers {
    /// No handlers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With this handler for this kind.
    #[must_use]
    pub fn with(mut self, kind: JobKind, handler: Arc<dyn Handler>) -> Self {
        self.by_name.insert(kind.name, (kind, handler));
        self
    }

    /// The kinds of a lane, each with its handler.
    pub(crate) fn all_of(&self, lane: LaneName) -> impl Iterator<Item = (&JobKind, &dyn Handler)> {
        self.by_name.values().filter(move |(kind, _)| kind.lane == lane).map(|(kind, handler)| (kind, &**handler))
    }

    /// One of the handlers of a lane, for what concerns no kind: a job that cannot be read.
    pub(crate) fn any_of(&self, lane: LaneName) -> Option<&dyn Handler> {
        self.by_name.values().find(|(kind, _)| kind.lane == lane).map(|(_, handler)| &**handler)
    }

    /// Whether a kind runs in this lane.
    pub(crate) fn serve(&self, lane: LaneName) -> bool {
        self.by_name.values().any(|(kind, _)| kind.lane == lane)
    }
}

/// Finds the handler of a kind.
pub(crate) trait FindHandler: Sync {
    /// The kind and its handler; `None` when this release has none of that name.
    fn find(&self, kind: &str) -> Option<(JobKind, &dyn Handler)>;
}

impl FindHandler for Handlers {
    fn find(&self, kind: &str) -> Option<(JobKind, &dyn Handler)> {
        self.by_name.get(kind).map(|(kind, handler)| (*kind, &**handler))
    }
}

/// One handler for whatever comes; for tests and benches that run jobs by hand.
pub(crate) struct Any<'a>(pub(crate) &'a dyn Handler);

impl FindHandler for Any<'_> {
    fn find(&self, _: &str) -> Option<(JobKind, &dyn Handler)> {
        Some((JobKind::REPORT, self.0))
    }
}

/// Does the work of one kind of job. Runs any number of times for one job, on any instance; records each step through the context and skips what is recorded.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Runs the job from its first unrecorded step to its end.
    ///
    /// The value returned is kept in `end.json` for people and for the folded index; it must not hold secrets.
    ///
    /// # Errors
    /// A [`JobError`] that says where the failing line stands: retry, park or give up.
    async fn run(&self, job: &dyn JobContext) -> Result<serde_json::Value, JobError>;

    /// Which of these parked jobs wait for something that is fixed by now (a bank that arrived, a template that was corrected): they are released without an act of a person.
    ///
    /// Asked now and then, with jobs whose cause is one that the program sees fixed ([`Cause::is_seen_resolved`]).
    async fn resolved(&self, _parked: &[JobView]) -> Vec<JobId> {
        Vec::new()
    }

    /// Hears of a job that cannot even be read, so that a person is told; a hint, which must not take time.
    fn unreadable(&self, _job: &JobId, _message: &str) {}

    /// Hears that a job ended, however: its end is recorded, and its card is in the feed ([`feed`](crate::jobs::feed)), where whatever is derived from it finds it.
    ///
    /// A hint for whoever would wait for it; called at least once per end on some instance, and must not take time. Where ends share entries ([`JobKind::shares_entries`]), theirs is a moment late.
    fn ended(&self, _card: &Card) {}
}

/// Starts jobs that follow from what others came to.
#[async_trait]
pub trait Follows: Send + Sync {
    /// Makes an event durable and starts its job, unless its effect is claimed already: of any number that ask for one effect, one starts it.
    ///
    /// # Errors
    /// [`AcceptError`] when nothing was promised.
    async fn follow(&self, event: AcceptedEvent) -> Result<(), AcceptError>;
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
    /// What the round is asked for by the person who opened it.
    fn ask(&self) -> Ask {
        Ask::default()
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
    /// Records what happened in the outside world (a mail's reply), create-only, even when the lease was lost meanwhile: a fact stays a fact, and the attempt that took over may still read it. While the store cannot take it, it is kept in memory and tried again.
    async fn write_fact(&self, step: &str, value: serde_json::Value) -> Result<serde_json::Value, JobError> {
        self.write_step(step, value).await
    }
    /// As [`write_fact`](Self::write_fact), for the last thing that a job does before it is done: the fact is kept in memory and recorded with the job's end, in one write. When the job does not end so (its lease is lost, it fails after all, the end cannot be written) it is recorded by itself as every other fact.
    async fn write_last_fact(&self, step: &str, value: serde_json::Value) -> Result<serde_json::Value, JobError> {
        self.write_fact(step, value).await
    }
    /// Renews the lease for a full term, or fails with a retry when it was lost to another attempt; call it right before anything that cannot be undone. From then on nobody takes this attempt for dead on a mere hint.
    async fn check_lease(&self) -> Result<(), JobError>;
    /// Whether another job parked or died and never recorded this step in any round, so that its effect did not happen and does not happen by itself. `false` for one that a person discarded, or of which nobody knows whether its effect happened.
    async fn failed_without(&self, _job: &JobId, _step: &str) -> Result<bool, JobError> {
        Ok(false)
    }
    /// Closes another job that failed, for good: this one brings its effect about.
    async fn supersede(&self, _job: &JobId) -> Result<(), JobError> {
        Ok(())
    }
}

/// Reads a step's record into its type.
///
/// # Errors
/// Dead when the record cannot be read into the type: a program fault, never to be retried into a second mail.
pub async fn recorded<T: DeserializeOwned>(job: &dyn JobContext, step: &str) -> Result<Option<T>, JobError> {
    let Some(value) = job.read_step(step).await? else { return Ok(None) };
    serde_json::from_value(value)
        .map(Some)
        .map_err(|error| JobError::dead(Cause::RecordUnreadable, format!("the record '{step}' cannot be read: {error}")))
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

/// Records a fact with the job's end, which is to follow, and returns what counts.
///
/// # Errors
/// As [`JobContext::write_last_fact`].
pub async fn record_last_fact<T: Serialize + DeserializeOwned + Sync>(job: &dyn JobContext, step: &str, value: &T) -> Result<T, JobError> {
    readable(step, job.write_last_fact(step, writable(step, value)?).await?)
}

fn writable<T: Serialize>(step: &str, value: &T) -> Result<serde_json::Value, JobError> {
    serde_json::to_value(value)
        .map_err(|error| JobError::dead(Cause::RecordUnwritable, format!("the record '{step}' cannot be written: {error}")))
}

fn readable<T: DeserializeOwned>(step: &str, kept: serde_json::Value) -> Result<T, JobError> {
    serde_json::from_value(kept)
        .map_err(|error| JobError::dead(Cause::RecordUnreadable, format!("the record '{step}' cannot be read: {error}")))
}

/// The accepted event as `jobs/<job>/event.json` keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AcceptedEvent {
    /// Version of this record's shape, for fixtures of older versions.
    pub version: u32,
    /// What kind of job it starts ([`JobKind::name`]).
    #[serde(default = "default_kind")]
    pub kind: String,
    /// The lane the job runs in; recorded, so that whoever acts on a job needs no handler to find it.
    #[serde(default)]
    pub lane: LaneName,
    /// The verified source.
    pub source: String,
    /// What tells the delivery that brought it from others: SHA-256 of the raw body as hex, or the effect key where no body was sent.
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
    pub park: Option<(Cause, String)>,
}

fn default_kind() -> String {
    JobKind::REPORT.name.to_owned()
}

/// The version of the event record written today.
const EVENT_VERSION: u32 = 1;

impl AcceptedEvent {
    /// An event that starts a job of this kind, once per effect.
    pub fn new(kind: &JobKind, source: &str, effect_key: String, received_at: Timestamp, payload: serde_json::Value) -> Self {
        Self {
            version: EVENT_VERSION,
            kind: kind.name.to_owned(),
            lane: kind.lane,
            source: source.to_owned(),
            delivery_key: effect_key.clone(),
            effect_key,
            received_at,
            payload,
            trace: None,
            park: None,
        }
    }
}

/// Why a job did not end, by what happens next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}: {message}")]
pub struct JobError {
    /// What happens next.
    pub next: Next,
    /// Why; alerts are grouped by it.
    pub cause: Cause,
    /// What is wrong, where, and what to do, in words for the operator; no student data beyond what is needed to act.
    pub message: String,
}

/// What happens after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try again: after the backoff, or after the time given when the other side named one.
    Retry(Option<Duration>),
    /// A person must act; the admin is told once per cause.
    Park,
    /// Give up.
    Dead,
}

impl JobError {
    /// Try again after the core's backoff.
    pub fn retry(cause: impl Into<Cause>, message: impl Into<String>) -> Self {
        Self { next: Next::Retry(None), cause: cause.into(), message: message.into() }
    }

    /// Try again after the time the other side asked for (`Retry-After`).
    pub fn retry_after(cause: impl Into<Cause>, message: impl Into<String>, after: Option<Duration>) -> Self {
        Self { next: Next::Retry(after), cause: cause.into(), message: message.into() }
    }

    /// A person must act.
    pub fn park(cause: impl Into<Cause>, message: impl Into<String>) -> Self {
        Self { next: Next::Park, cause: cause.into(), message: message.into() }
    }

    /// Give up.
    pub fn dead(cause: impl Into<Cause>, message: impl Into<String>) -> Self {
        Self { next: Next::Dead, cause: cause.into(), message: message.into() }
    }
}
