//! What platforms and services tell beside completions: kept, made searchable, told on.
//!
//! An event is a job of its own ([`KIND`]): accepted durably first, worked on after the answer, tried again, and in the end a dead letter that can be replayed.
//! A record is what the newest event says, by the events' own times; events that come late or twice change nothing.

pub mod notice;
mod outgoing;
pub mod queue;
pub mod records;
pub mod scores;
pub mod texts;
mod transcript;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use crate::inbound::records::Upserted;
use crate::intake::outside::Outside;
use crate::jobs::handler::{Follows, Handler, JobContext, JobError, JobKind};
use crate::jobs::retry::{Jitter, Pauses, RetryProfile};
use crate::model::lane::LaneName;
use crate::model::platform_event::{Collection, PlatformEvent};
use crate::storage::{Store, StoreError};

/// One, two and four seconds after a failure, at most thirty; after the third of these retries the event is a dead letter.
const RETRY: RetryProfile = RetryProfile {
    pauses: Pauses::Growing { first: Duration::from_secs(1), factor: 2.0, longest: Duration::from_secs(30) },
    jitter: Jitter::None,
    give_up_after: Duration::ZERO,
    least_tries: 4,
    crash_limit: 4,
};

/// An event of a platform or a service.
pub const KIND: JobKind = JobKind::new("platform_event", LaneName::Chores, RETRY);

/// Something to tell those who subscribed.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The event's type, as the catalogue names it.
    pub kind: &'static str,
    /// What makes it one event, however often it is told.
    pub key: String,
    /// The facts.
    pub data: Value,
    /// The source that told it.
    pub source: String,
    /// The course it is about.
    pub course: Option<String>,
}

/// Tells events on.
#[async_trait]
pub trait Forward: Send + Sync {
    /// Makes the event durable there; telling the same one again changes nothing.
    ///
    /// # Errors
    /// Why not, in words; it is tried again.
    async fn forward(&self, event: Outgoing) -> Result<(), String>;
}

/// Works on events.
pub struct Inbound {
    store: Arc<dyn Store>,
    outside: Arc<dyn Outside>,
    forward: Option<Arc<dyn Forward>>,
    /// Called after a text was kept, so that a search here sees it at once.
    text_changed: Box<dyn Fn() + Send + Sync>,
    /// How many people are told of transcriptions, and who starts the jobs of it.
    notices: Option<(usize, Arc<dyn Follows>)>,
}

impl Inbound {
    /// Over the store and the way to others; without `forward` nothing is told on.
    pub fn new(store: Arc<dyn Store>, outside: Arc<dyn Outside>, forward: Option<Arc<dyn Forward>>) -> Self {
        Self { store, outside, forward, text_changed: Box::new(|| {}), notices: None }
    }

    /// With somebody who hears when a text changed.
    #[must_use]
    pub fn telling(self, text_changed: impl Fn() + Send + Sync + 'static) -> Self {
        Self { text_changed: Box::new(text_changed), ..self }
    }

    /// With a mail of each transcription to so many people ([`notice`]).
    #[must_use]
    pub fn noticing(self, people: usize, follows: Arc<dyn Follows>) -> Self {
        Self { notices: Some((people, follows)), ..self }
    }

    async fn changed(&self, job: &dyn JobContext, event: &PlatformEvent) -> Result<(), JobError> {
        texts::changed(&*self.store, job.now(), &event.subject).await.map_err(|error| trouble(&error))?;
        (self.text_changed)();
        Ok(())
    }

    async fn tell(&self, job: &dyn JobContext, event: &PlatformEvent, kind: &'static str, data: Value) -> Result<(), JobError> {
        let Some(forward) = &self.forward else { return Ok(()) };
        let key = format!("{}-{kind}", job.id());
        let event = Outgoing { kind, key, data, source: event.source.clone(), course: course(event) };
        forward.forward(event).await.map_err(|error| JobError::retry("not_forwarded", format!("the event could not be told on: {error}")))
    }

    /// Fetches what a service transcribed, keeps it, makes it searchable, and tells those who asked.
    async fn transcription(&self, job: &dyn JobContext, event: &PlatformEvent) -> Result<(), JobError> {
        let text = transcript::fetch(&*self.outside, event).await?;
        records::keep_text(&*self.store, &event.subject, &text).await.map_err(|error| trouble(&error))?;
        self.changed(job, event).await?;
        let characters = text.chars().count();
        let mut data = json!({ "characters": characters, "timestamp": event.at, "source": event.source });
        for name in ["videoId", "jobId", "contextId"] {
            if let Some(value) = event.data.get(name).and_then(as_text) {
                data[name] = Value::from(value);
            }
        }
        for name in ["duration", "confidence"] {
            if let Some(value) = event.data.get(name).filter(|value| value.is_number()) {
                data[name] = value.clone();
            }
        }
        let video = data["videoId"].as_str().unwrap_or_default().to_owned();
        self.tell(job, event, "transcription.ready", data).await?;
        let Some((people, follows)) = &self.notices else { return Ok(()) };
        notice::start(job, &**follows, *people, &notice::Ready { video, course: course(event), characters, person: 0 }).await
    }
}

/// The course that an event is about.
fn course(event: &PlatformEvent) -> Option<String> {
    event.data.get("contextId").and_then(as_text)
}

/// An id as a text; platforms also count.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[async_trait]
impl Handler for Inbound {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        let event: PlatformEvent = serde_json::from_value(job.event().payload.clone())
            .map_err(|error| JobError::dead("record_unreadable", format!("the accepted event cannot be read: {error}")))?;
        let upserted = records::upsert(&*self.store, &event).await.map_err(|error| trouble(&error))?;
        if upserted == Upserted::Older {
            return Ok(json!({ "status": "older", "type": event.kind }));
        }
        match event.subject.collection {
            Collection::Topics => self.changed(job, &event).await?,
            Collection::Transcriptions if !event.subject.deleted => self.transcription(job, &event).await?,
            _ => {}
        }
        if let Some((kind, data)) = outgoing::outgoing(&event) {
            self.tell(job, &event, kind, data).await?;
        }
        Ok(json!({ "status": "kept", "type": event.kind }))
    }
}

fn trouble(error: &StoreError) -> JobError {
    match error {
        StoreError::Unavailable { retry_after, .. } => JobError::retry_after("storage_unavailable", error.to_string(), *retry_after),
        StoreError::Conflict { .. } | StoreError::AlreadyExists { .. } => JobError::retry("storage_conflict", error.to_string()),
        StoreError::Refused { .. } => JobError::retry("storage_refused", error.to_string()),
    }
}

#[cfg(test)]
mod tests;
