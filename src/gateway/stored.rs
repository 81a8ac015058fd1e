//! What is kept of an event, and of a delivery that waits.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::gateway::ids::{EndpointId, InstitutionId, MessageId};
use crate::gateway::model::{Event, Trigger};
use crate::model::ids::JobId;
use crate::signing::sha256_hex;
use crate::storage::key::gateway::GatewayKey;

/// An event as its job's record keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredEvent {
    /// What anybody of the institution may see.
    #[serde(flatten)]
    pub(crate) event: Event,
    /// The hash of what was asked for, to tell a repeat from another event under the same key.
    pub(crate) request: String,
    /// The hash of the idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency: Option<String>,
    /// The keyed hash of whom it speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
}

/// A delivery that waits in its endpoint's queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) institution: InstitutionId,
    pub(crate) message: MessageId,
    /// The job of the event, to read it by.
    pub(crate) job: JobId,
    /// The attempt it waits for; 0 for a manual one.
    pub(crate) number: u32,
    /// Tries of the present schedule so far.
    pub(crate) tried: u32,
    pub(crate) due: Timestamp,
    #[serde(default)]
    pub(crate) trigger: Trigger,
    /// What it keeps its order with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
}

impl Waiting {
    pub(crate) fn of(stored: &StoredEvent, number: u32, tried: u32, due: Timestamp) -> Self {
        let event = &stored.event;
        Self {
            institution: event.institution,
            message: event.id,
            job: event.job.clone(),
            number,
            tried,
            due,
            trigger: Trigger::Scheduled,
            key: event.key.as_ref().map(|key| sha256_hex(key.as_bytes())[..16].to_owned()),
        }
    }
}

/// Where a delivery waits.
pub(crate) fn queue_key(endpoint: EndpointId, waiting: &Waiting) -> String {
    let key =
        GatewayKey::Waiting { endpoint: &endpoint.hex(), due: waiting.due, message: &waiting.message.hex(), number: waiting.number }.path();
    match &waiting.key {
        Some(order) => format!("{key}-{order}"),
        None => key,
    }
}
