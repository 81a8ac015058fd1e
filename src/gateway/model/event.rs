//! Events: what institutions hear of, and their types.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::gateway::ids::{EndpointId, InstitutionId, MessageId};
use crate::model::ids::JobId;

/// An event as its sender gives it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewEvent {
    /// Its type (`grade.submitted`).
    pub event_type: String,
    /// The payload's bytes as the sender wrote them: JSON.
    pub payload: String,
    /// The sender's own id, unique within the institution.
    pub event_id: Option<String>,
    /// Only endpoints of one of these channels, and those that take all.
    pub channels: Option<Vec<String>>,
    /// For lists.
    pub tags: Option<Vec<String>>,
    /// What ordered endpoints keep in order: events with the same key.
    pub key: Option<String>,
    /// Whom it speaks of (a student's id), for erasure; never stored in the clear outside the payload.
    pub subject: Option<String>,
    /// How long its payload is kept; the institution's or the service's setting when none.
    pub retention_hours: Option<u32>,
    /// Not before then.
    pub deliver_at: Option<Timestamp>,
    /// What to send in place of the JSON payload, with its media type (Svix: `rawPayload`).
    pub raw_body: Option<(String, String)>,
    /// For this endpoint alone, whatever its filter says: an example that tries it.
    pub only: Option<EndpointId>,
}

/// An event that was accepted. Never changes, but that its payload goes when its time is up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Our id, also the `webhook-id` of all its deliveries.
    pub id: MessageId,
    /// The institution.
    pub institution: InstitutionId,
    /// The job that delivers it.
    pub job: JobId,
    /// Its type.
    pub event_type: String,
    /// The payload's bytes as the sender wrote them; none once expunged.
    pub payload: Option<String>,
    /// What is sent in place of the payload, with its media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_body: Option<(String, String)>,
    /// The sender's own id.
    #[serde(default)]
    pub event_id: Option<String>,
    /// Its channels.
    #[serde(default)]
    pub channels: Option<Vec<String>>,
    /// For lists.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
    /// What ordered endpoints keep in order.
    #[serde(default)]
    pub key: Option<String>,
    /// When it was accepted.
    pub created: Timestamp,
    /// Not before then.
    #[serde(default)]
    pub deliver_at: Option<Timestamp>,
    /// Until when its payload is kept.
    pub keep_until: Timestamp,
    /// Where it goes and where not: settled when it was accepted.
    pub plan: Vec<Planned>,
}

/// What was settled for one endpoint when an event was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Its generation then.
    pub generation: u64,
    /// Why it is not sent; none when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<SkipReason>,
    /// The endpoint keeps the order of events with the same key.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ordered: bool,
}

/// Why an event is not sent to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// The endpoint was disabled.
    EndpointDisabled,
    /// Its filter does not name the event's type.
    Filter,
    /// It takes other channels.
    Channel,
}

/// What became of publishing.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The event; of a repeat, the first one.
    pub event: Event,
    /// To how many endpoints it goes.
    pub matched: usize,
    /// Whether it is new.
    pub outcome: PublishOutcome,
}

/// Whether a published event is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishOutcome {
    /// It is new and durable.
    Created,
    /// The same was published before under the same idempotency key: nothing happened.
    Repeat,
    /// The same idempotency key came with another body before: nothing happened.
    OtherBody,
    /// The same `event_id` was published before, under another idempotency key or none: nothing happened.
    EventIdTaken,
}

/// An event type that senders and endpoints may name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventType {
    /// Its dotted name.
    pub name: String,
    /// What it says.
    pub description: String,
    /// Not to be used any more.
    #[serde(default)]
    pub archived: bool,
    /// Svix: said to be old.
    #[serde(default)]
    pub deprecated: bool,
    /// JSON Schemas by version.
    #[serde(default)]
    pub schemas: Option<BTreeMap<String, serde_json::Value>>,
    /// What lists group it under.
    #[serde(default)]
    pub group: Option<String>,
    /// Svix: flags that an endpoint's owner needs to see it.
    #[serde(default)]
    pub feature_flags: Option<Vec<String>>,
    /// It comes with the product.
    #[serde(default)]
    pub built_in: bool,
    /// When it was created.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// How often it changed; 0 for one that comes with the product.
    #[serde(default)]
    pub generation: u64,
    /// It was removed for good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}
