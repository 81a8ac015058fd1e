//! What became of events at endpoints: read from the plan, the outcomes and the job's end. One source for each state.
//!
//! An endpoint that answers 2xx at the first try leaves no record of its own: the end of the event's job tells it.
//! Everything else leaves outcomes, `gw/outcomes/<event>/<endpoint>-<number>-<state>`; a delivered one counts before all others, else the last one.

use std::collections::BTreeMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::gateway::error::GatewayError;
use crate::gateway::ids::{AttemptId, EndpointId, InstitutionId, Ksuid, MessageId};
use crate::gateway::institutions::page;
use crate::gateway::model::{CancelReason, DeadLetter, Delivery, DeliveryState, Event, Page, PageQuery};
use crate::gateway::registry::{read_json, to_json};
use crate::gateway::stored::StoredEvent;
use crate::gateway::{Core, Gateway};
use crate::jobs::records::{EndRecord, EndState};
use crate::storage::key::ObjectKey;
use crate::storage::key::gateway::{GatewayKey, dead_folder, outcomes_folder, parse_outcome};
use crate::storage::{PutMode, StoreError};

const AT_ONCE: usize = 16;

/// What one attempt, or an act in place of one, came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// The state from here on.
    pub(crate) state: DeliveryState,
    /// When.
    pub(crate) at: Timestamp,
    /// The attempt; none for an act without one (handed over, replayed, cancelled).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) attempt: Option<AttemptId>,
    /// When it is tried next, where it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) due: Option<Timestamp>,
    /// Tries of the present schedule so far.
    #[serde(default)]
    pub(crate) tried: u32,
}

/// What is known of one delivery from its outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Trail {
    /// The last outcome: its number and letter.
    pub(crate) last: Option<(u32, char)>,
    /// Somebody delivered it.
    pub(crate) delivered: bool,
}

/// The letter of a state in a key.
pub(crate) fn letter(state: DeliveryState) -> char {
    match state {
        DeliveryState::Delivered => 'd',
        DeliveryState::Waiting => 'w',
        DeliveryState::Dead => 'x',
        DeliveryState::Skipped(_) => 's',
        DeliveryState::Cancelled(_) => 'c',
    }
}

/// What the job of an event that ended tells: the state of each endpoint that left no outcome.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct EventEnd {
    /// By endpoint.
    #[serde(default)]
    pub(crate) deliveries: BTreeMap<EndpointId, DeliveryState>,
}

impl Gateway {
    /// What became of an event at every endpoint the institution had when it was accepted, and at those it was sent to since.
    ///
    /// # Errors
    /// [`GatewayError::NotFound`].
    pub async fn deliveries(&self, institution: InstitutionId, id_or_event_id: &str) -> Result<Vec<Delivery>, GatewayError> {
        let stored = self.core.find_event(institution, id_or_event_id).await?;
        self.core.deliveries(&stored.event).await
    }

    /// What became of one event at one endpoint; none when the endpoint came later and nobody sent it there.
    pub async fn delivery(
        &self,
        institution: InstitutionId,
        message: &str,
        endpoint: EndpointId,
    ) -> Result<Option<Delivery>, GatewayError> {
        Ok(self.deliveries(institution, message).await?.into_iter().find(|delivery| delivery.endpoint == endpoint))
    }

    /// A page of an institution's events with what became of each at one endpoint; events that have no delivery there are left out.
    pub async fn deliveries_at(
        &self,
        institution: InstitutionId,
        endpoint: EndpointId,
        query: &PageQuery<MessageId>,
    ) -> Result<Page<(Event, Delivery)>, GatewayError> {
        let events = self.events(institution, query).await?;
        let with = stream::iter(events.data).map(|event| async move {
            let found = self.core.deliveries(&event).await?.into_iter().find(|delivery| delivery.endpoint == endpoint);
            Ok::<_, GatewayError>(found.map(|delivery| (event, delivery)))
        });
        let data: Vec<Option<(Event, Delivery)>> = with.buffered(AT_ONCE).try_collect().await?;
        Ok(Page { data: data.into_iter().flatten().collect(), done: events.done })
    }

    /// A page of the dead letters of an endpoint, newest first.
    pub async fn dead_letters(&self, endpoint: EndpointId, query: &PageQuery<MessageId>) -> Result<Page<DeadLetter>, GatewayError> {
        self.core.letters(endpoint, query).await
    }

    /// One dead letter.
    pub async fn dead_letter(&self, endpoint: EndpointId, message: MessageId) -> Result<Option<DeadLetter>, GatewayError> {
        let key = GatewayKey::Dead { endpoint: &endpoint.hex(), newest_first: &message.ksuid().newest_first_hex() }.path();
        read_json(&*self.core.store, &key).await
    }

    /// Takes a dead letter off the list; the delivery stays dead.
    pub async fn discard_dead_letter(&self, endpoint: EndpointId, message: MessageId) -> Result<(), GatewayError> {
        let key = GatewayKey::Dead { endpoint: &endpoint.hex(), newest_first: &message.ksuid().newest_first_hex() }.path();
        self.core.store.delete(&key).await?;
        Ok(())
    }
}

impl Core {
    /// See [`Gateway::dead_letters`].
    pub(crate) async fn letters(&self, endpoint: EndpointId, query: &PageQuery<MessageId>) -> Result<Page<DeadLetter>, GatewayError> {
        let hex = endpoint.hex();
        let folder = dead_folder(&hex);
        let after = query.from.map(|id| GatewayKey::Dead { endpoint: &hex, newest_first: &id.ksuid().newest_first_hex() }.path());
        let mut keys = self.store.scan(&folder, after.as_deref());
        let mut found = Vec::new();
        while found.len() <= query.limit
            && let Some(key) = keys.try_next().await?
        {
            found.extend(read_json::<DeadLetter>(&*self.store, &key).await?);
        }
        Ok(page(found, &PageQuery { backwards: false, ..query.clone() }))
    }

    /// What the outcomes of an event say, by endpoint.
    pub(crate) async fn trails(&self, message: MessageId) -> Result<BTreeMap<EndpointId, Trail>, GatewayError> {
        let hex = message.hex();
        let mut trails: BTreeMap<EndpointId, Trail> = BTreeMap::new();
        let mut keys = self.store.scan(&outcomes_folder(&hex), None);
        while let Some(key) = keys.try_next().await? {
            let Some((endpoint, number, state)) = parse_outcome(&hex, &key) else { continue };
            let Some(endpoint) = Ksuid::from_hex(endpoint).map(EndpointId::of) else { continue };
            let trail = trails.entry(endpoint).or_default();
            trail.delivered |= state == 'd';
            if trail.last.is_none_or(|(last, _)| number >= last) {
                trail.last = Some((number, state));
            }
        }
        Ok(trails)
    }

    /// What the outcomes of one delivery say.
    pub(crate) async fn trail(&self, message: MessageId, endpoint: EndpointId) -> Result<Trail, GatewayError> {
        Ok(self.trails(message).await?.remove(&endpoint).unwrap_or_default())
    }

    pub(crate) async fn read_outcome(
        &self,
        message: MessageId,
        endpoint: EndpointId,
        number: u32,
        state: char,
    ) -> Result<Option<Outcome>, GatewayError> {
        let key = GatewayKey::Outcome { message: &message.hex(), endpoint: &endpoint.hex(), number, state }.path();
        read_json(&*self.store, &key).await
    }

    /// Records an outcome; recording it again changes nothing.
    pub(crate) async fn write_outcome(
        &self,
        message: MessageId,
        endpoint: EndpointId,
        number: u32,
        outcome: &Outcome,
    ) -> Result<(), GatewayError> {
        let key = GatewayKey::Outcome { message: &message.hex(), endpoint: &endpoint.hex(), number, state: letter(outcome.state) }.path();
        match self.store.put(&key, to_json(&key, outcome)?, PutMode::Create).await {
            Ok(_) | Err(StoreError::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// What the event's job told when it ended; none while it runs.
    pub(crate) async fn told(&self, event: &Event) -> Result<Option<EventEnd>, GatewayError> {
        let key = ObjectKey::JobRecord { job: &event.job, record: "end" }.path();
        let Some(end) = read_json::<EndRecord>(&*self.store, &key).await? else { return Ok(None) };
        if end.end.state == EndState::Done {
            return Ok(Some(serde_json::from_value(end.end.summary).unwrap_or_default()));
        }
        // A person closed the job: what it had not done will not be.
        let cancelled = event.plan.iter().map(|planned| (planned.endpoint, DeliveryState::Cancelled(CancelReason::Asked)));
        Ok(Some(EventEnd { deliveries: cancelled.collect() }))
    }

    pub(crate) async fn deliveries(&self, event: &Event) -> Result<Vec<Delivery>, GatewayError> {
        let trails = self.trails(event.id).await?;
        let waits_for_job =
            |planned: &&crate::gateway::model::Planned| planned.skipped.is_none() && !trails.contains_key(&planned.endpoint);
        let told = if event.plan.iter().any(|planned| waits_for_job(&planned)) { self.told(event).await? } else { None };
        let mut all = Vec::new();
        for planned in &event.plan {
            let id = planned.endpoint;
            let delivery = match (trails.get(&id), planned.skipped) {
                (Some(trail), _) => self.by_trail(event.id, id, *trail).await?,
                (None, Some(reason)) => plain(event.id, id, DeliveryState::Skipped(reason), 0),
                (None, None) => match told.as_ref().map(|told| told.deliveries.get(&id).copied()) {
                    Some(Some(DeliveryState::Delivered) | None) => plain(event.id, id, DeliveryState::Delivered, 1),
                    Some(Some(state)) => plain(event.id, id, state, 0),
                    None => Delivery {
                        next_attempt: event.deliver_at.or(Some(event.created)),
                        ..plain(event.id, id, DeliveryState::Waiting, 0)
                    },
                },
            };
            all.push(delivery);
        }
        for (id, trail) in trails.iter().filter(|(id, _)| !event.plan.iter().any(|planned| planned.endpoint == **id)) {
            all.push(self.by_trail(event.id, *id, *trail).await?);
        }
        Ok(all)
    }

    async fn by_trail(&self, message: MessageId, endpoint: EndpointId, trail: Trail) -> Result<Delivery, GatewayError> {
        let (number, state) = trail.last.unwrap_or((0, 'w'));
        if trail.delivered {
            return Ok(plain(message, endpoint, DeliveryState::Delivered, number));
        }
        let outcome = self.read_outcome(message, endpoint, number, state).await?;
        let delivery = match outcome {
            Some(outcome) => Delivery { next_attempt: outcome.due, ..plain(message, endpoint, outcome.state, outcome.tried) },
            None => plain(message, endpoint, DeliveryState::Waiting, number),
        };
        Ok(delivery)
    }

    /// The state of one delivery.
    pub(crate) async fn delivery(&self, stored: &StoredEvent, endpoint: EndpointId) -> Result<Option<Delivery>, GatewayError> {
        Ok(self.deliveries(&stored.event).await?.into_iter().find(|delivery| delivery.endpoint == endpoint))
    }
}

fn plain(message: MessageId, endpoint: EndpointId, state: DeliveryState, attempts: u32) -> Delivery {
    Delivery { message, endpoint, state, attempts, next_attempt: None }
}
