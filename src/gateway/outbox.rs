//! What is to be told on a message bus: events as they are accepted, and what waits, with its reason. Entries lie in the order in which they were left, until whoever carries them on says that they are told.
//!
//! An entry is written before what it tells of: one that leads nowhere is dropped after a while, and nothing is accepted without its entry. The payload is read when the entry is told, so that what was expunged meanwhile goes nowhere.
//! Without `EVENTS_KAFKA` nothing of this is written.

use std::time::Duration;

use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::gateway::error::GatewayError;
use crate::gateway::ids::{EndpointId, InstitutionId, MessageId};
use crate::gateway::model::{DeliveryState, ErrorClass, Event, NewEvent, Published};
use crate::gateway::registry::{read_json, to_json};
use crate::gateway::stored::StoredEvent;
use crate::gateway::{Core, Gateway, check, filter};
use crate::jobs::failpoint;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::storage::key::kafka::{KafkaKey, OUTGOING_FOLDER, parse_outgoing};
use crate::storage::{PutMode, StoreError};

/// An entry whose event is not there yet is left alone so long.
const STRAY: Duration = Duration::from_mins(2);

/// What an entry holds: nothing of what the event says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Entry {
    job: JobId,
    message: MessageId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delivery: Option<DeliveryNote>,
}

/// What became of a delivery that waits, or waited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryNote {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Its state from here on.
    pub state: DeliveryState,
    /// Tries so far.
    pub attempt: u32,
    /// When it is tried next, where it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
    /// Why the last try was no success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ErrorClass>,
}

/// Something to be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The event.
    pub event: Event,
    /// Its institution's uid.
    pub institution_uid: Option<String>,
    /// What became of one of its deliveries; none where the event itself is told.
    pub delivery: Option<DeliveryNote>,
}

/// What an entry leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboxEntry {
    /// Something to be told.
    Ready(Box<Outgoing>),
    /// Whoever left the entry may be between two writes.
    NotYet,
    /// Nothing: the event is another's or never came, or its payload is gone.
    Nothing,
}

impl Gateway {
    /// Makes an event durable that came by the bus, once per key; it is not told there again.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub async fn take_in(&self, institution: InstitutionId, new: NewEvent, key: &str) -> Result<Published, GatewayError> {
        check::event(&new)?;
        let known = self.known(institution).await?;
        self.core.accept_event(&known, new, Some(key), None).await
    }

    /// Jobs of the gateway that wait for a worker here: whoever can wait does while there are many.
    pub fn backlog(&self) -> usize {
        self.core.jobs.lane(LaneName::Deliveries).waiting()
    }

    /// The keys of all entries, in the order in which they were left.
    pub fn outbox(&self) -> BoxStream<'_, Result<String, GatewayError>> {
        self.core.store.scan(OUTGOING_FOLDER, None).map_err(GatewayError::from).boxed()
    }

    /// What an entry leads to.
    pub async fn outgoing(&self, key: &str) -> Result<OutboxEntry, GatewayError> {
        let Some(entry) = read_json::<Entry>(&*self.core.store, key).await? else { return Ok(OutboxEntry::Nothing) };
        let Some(stored) = self.core.read_job_event(&entry.job).await? else {
            let age = parse_outgoing(key).map_or(Duration::MAX, |at| self.core.clock.now().duration_since(at).unsigned_abs());
            return Ok(if age < STRAY { OutboxEntry::NotYet } else { OutboxEntry::Nothing });
        };
        if stored.event.id != entry.message || stored.event.payload.is_none() {
            return Ok(OutboxEntry::Nothing);
        }
        let institution_uid = self.core.registry.known(stored.event.institution).await?.and_then(|known| known.institution.uid.clone());
        Ok(OutboxEntry::Ready(Box::new(Outgoing { event: stored.event, institution_uid, delivery: entry.delivery })))
    }

    /// An entry was told, or leads nowhere.
    pub async fn outgoing_told(&self, key: &str) -> Result<(), GatewayError> {
        Ok(self.core.store.delete(key).await?)
    }

    /// Waits until something is left in the outbox here.
    pub async fn outbox_filled(&self) {
        self.core.outbox_filled.notified().await;
    }

    /// Whether the outbox is kept at all.
    pub fn has_outbox(&self) -> bool {
        self.core.config.outbox
    }
}

impl Core {
    /// Leaves an entry for an event that is about to be accepted; its key where one was left.
    pub(crate) async fn announce(
        &self,
        event_type: &str,
        message: MessageId,
        job: &JobId,
        at: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        if !self.config.outbox || filter::is_own(event_type) {
            return Ok(None);
        }
        let entry = Entry { job: job.clone(), message, delivery: None };
        let key = KafkaKey::Outgoing { at, name: &message.hex() }.path();
        self.leave(&key, &entry).await.map(|()| Some(key))
    }

    /// Leaves an entry about a delivery that waits, or did.
    pub(crate) async fn note_delivery(&self, stored: &StoredEvent, note: DeliveryNote) -> Result<(), StoreError> {
        let event = &stored.event;
        if !self.config.outbox || filter::is_own(&event.event_type) {
            return Ok(());
        }
        let name = format!("{}-{}-{:04}", event.id.hex(), note.endpoint.hex(), note.attempt);
        let key = KafkaKey::Outgoing { at: self.clock.now(), name: &name }.path();
        self.leave(&key, &Entry { job: event.job.clone(), message: event.id, delivery: Some(note) }).await?;
        self.outbox_filled.notify_one();
        Ok(())
    }

    async fn leave(&self, key: &str, entry: &Entry) -> Result<(), StoreError> {
        let bytes = to_json(key, entry).map_err(|error| StoreError::Refused { key: key.to_owned(), message: error.to_string() })?;
        failpoint::hit("kafka.leave", "before");
        match self.store.put(key, bytes, PutMode::Create).await {
            Ok(_) | Err(StoreError::AlreadyExists { .. }) => {}
            Err(error) => return Err(error),
        }
        failpoint::hit("kafka.leave", "after");
        Ok(())
    }
}
