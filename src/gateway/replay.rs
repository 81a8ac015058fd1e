//! What people and callers ask of deliveries: once more, all of a time, never.

use std::time::Duration;

use futures::TryStreamExt as _;
use jiff::Timestamp;

use crate::gateway::deliveries::Outcome;
use crate::gateway::error::GatewayError;
use crate::gateway::ids::{EndpointId, InstitutionId, Ksuid, MessageId};
use crate::gateway::model::{CancelReason, Delivery, DeliveryState, Endpoint, EndpointPatch, Event, Trigger};
use crate::gateway::registry::read_json;
use crate::gateway::stored::{StoredEvent, Waiting};
use crate::gateway::{Core, Gateway};
use crate::model::lane::LaneName;
use crate::storage::key::gateway::{parse_waiting, queue_folder};

impl Gateway {
    /// Sends an event to an endpoint once more, whatever its filter says: one attempt by hand, which makes no second schedule; a success ends the one that waits.
    ///
    /// # Errors
    /// [`GatewayError::EndpointDisabled`], [`GatewayError::PayloadGone`], [`GatewayError::NotFound`].
    pub async fn resend(&self, institution: InstitutionId, message: &str, endpoint: &str) -> Result<(), GatewayError> {
        let stored = self.core.find_event(institution, message).await?;
        let target = self.stored_endpoint(institution, endpoint).await?;
        self.core.resend(&stored, &target.endpoint, self.core.clock.now()).await
    }

    /// As [`Self::resend`], asked for at an instant: asked twice for the same one, it is one attempt as long as that was not made.
    /// Without an endpoint it is sent to all where it waits or lies dead. Returns to how many.
    ///
    /// # Errors
    /// As [`Self::resend`].
    pub async fn try_now(
        &self,
        institution: InstitutionId,
        message: &str,
        endpoint: Option<&str>,
        asked: Timestamp,
    ) -> Result<usize, GatewayError> {
        let stored = self.core.find_event(institution, message).await?;
        let asked = asked.min(self.core.clock.now());
        if let Some(endpoint) = endpoint {
            let target = self.stored_endpoint(institution, endpoint).await?;
            return self.core.resend(&stored, &target.endpoint, asked).await.map(|()| 1);
        }
        let open = |delivery: &Delivery| matches!(delivery.state, DeliveryState::Waiting | DeliveryState::Dead);
        let mut tried = 0;
        for delivery in self.core.deliveries(&stored.event).await?.iter().filter(|delivery| open(delivery)) {
            let Some(target) = self.core.target(institution, delivery.endpoint).await?.filter(|target| !target.endpoint.disabled) else {
                continue;
            };
            self.core.resend(&stored, &target.endpoint, asked).await?;
            tried += 1;
        }
        Ok(tried)
    }

    /// Puts a dead letter back into its endpoint's queue, with a fresh schedule.
    ///
    /// # Errors
    /// As [`Self::resend`]; [`GatewayError::Conflict`] when the delivery is not dead.
    pub async fn replay_dead_letter(&self, institution: InstitutionId, endpoint: &str, message: MessageId) -> Result<(), GatewayError> {
        let stored = self.core.find_event(institution, &message.to_string()).await?;
        let target = self.stored_endpoint(institution, endpoint).await?;
        let delivery = self.core.delivery(&stored, target.endpoint.id).await?;
        if delivery.is_none_or(|delivery| delivery.state != DeliveryState::Dead) {
            return Err(GatewayError::Conflict("the delivery is not dead; look at its state".to_owned()));
        }
        self.core.replay(&stored, &target.endpoint).await.map(drop)
    }

    /// Cancels what waits for an endpoint of events that were accepted before an instant; how many.
    pub async fn cancel_before(&self, institution: InstitutionId, endpoint: &str, before: Timestamp) -> Result<u64, GatewayError> {
        let target = self.stored_endpoint(institution, endpoint).await?;
        self.core.cancel_before(&target.endpoint, before).await
    }

    /// Takes the payload of an event away for good: from its record, from what waits, and from the answers of its attempts.
    ///
    /// # Errors
    /// [`GatewayError::NotFound`].
    pub async fn expunge(&self, institution: InstitutionId, message: &str) -> Result<(), GatewayError> {
        let stored = self.core.find_event(institution, message).await?;
        self.core.expunge(&stored.event).await.map(drop)
    }

    /// Enables an endpoint. What was skipped or cancelled meanwhile is replayed only when asked for.
    pub async fn enable(&self, institution: InstitutionId, endpoint: &str) -> Result<Endpoint, GatewayError> {
        self.update_endpoint(institution, endpoint, EndpointPatch { disabled: Some(false), ..EndpointPatch::default() }).await
    }

    /// Disables an endpoint; what waits for it is cancelled.
    pub async fn disable(&self, institution: InstitutionId, endpoint: &str) -> Result<Endpoint, GatewayError> {
        self.update_endpoint(institution, endpoint, EndpointPatch { disabled: Some(true), ..EndpointPatch::default() }).await
    }

    /// Waits until the first try of an event at each of its endpoints was made or handed on, at most so long; then tells what became of it.
    pub async fn wait_first_attempt(&self, event: &Event, at_most: Duration) -> Result<Vec<Delivery>, GatewayError> {
        let _awaited = self.core.log.awaited();
        self.core.jobs.lane(LaneName::Deliveries).wait(&event.job, at_most).await;
        self.core.deliveries(event).await
    }

    /// Deliveries that wait for an endpoint: for their first try, and for a later one; counted up to a hundred thousand.
    pub async fn waiting(&self, endpoint: EndpointId) -> Result<(u64, u64), GatewayError> {
        self.core.count_waiting(endpoint, 100_000).await
    }

    /// Since when nothing succeeds at an endpoint; none while something does.
    pub async fn failing_since(&self, endpoint: EndpointId) -> Result<Option<Timestamp>, GatewayError> {
        Ok(self.core.health(endpoint).await?.failing_since)
    }
}

impl Core {
    pub(crate) async fn resend(&self, stored: &StoredEvent, endpoint: &Endpoint, asked: Timestamp) -> Result<(), GatewayError> {
        check_sendable(stored, endpoint)?;
        let waiting = Waiting { trigger: Trigger::Manual, key: None, ..Waiting::of(stored, 0, 0, asked) };
        self.enqueue(endpoint.id, &waiting).await?;
        self.start_drain(endpoint.institution, endpoint.id, asked).await
    }

    /// Gives a delivery a fresh schedule; `false` when it waits already or was delivered.
    pub(crate) async fn replay(&self, stored: &StoredEvent, endpoint: &Endpoint) -> Result<bool, GatewayError> {
        check_sendable(stored, endpoint)?;
        let state = self.delivery(stored, endpoint.id).await?.map(|delivery| delivery.state);
        if matches!(state, Some(DeliveryState::Delivered | DeliveryState::Waiting)) {
            return Ok(false);
        }
        let now = self.clock.now();
        let last = self.trail(stored.event.id, endpoint.id).await?.last;
        let opens = last.map_or(0, |(number, _)| number + 1);
        // Its place in the queue first: a delivery that says that it waits does.
        self.enqueue(endpoint.id, &Waiting::of(stored, opens + 1, 0, now)).await?;
        let outcome = Outcome { state: DeliveryState::Waiting, at: now, attempt: None, due: Some(now), tried: 0 };
        self.write_outcome(stored.event.id, endpoint.id, opens, &outcome).await?;
        self.start_drain(endpoint.institution, endpoint.id, now).await?;
        Ok(true)
    }

    async fn cancel_before(&self, endpoint: &Endpoint, before: Timestamp) -> Result<u64, GatewayError> {
        let hex = endpoint.id.hex();
        let folder = queue_folder(&hex);
        let mut keys = self.store.scan(&folder, None);
        let mut cancelled = 0;
        while let Some(key) = keys.try_next().await? {
            let message = parse_waiting(&hex, &key).and_then(|(_, message, _)| Ksuid::from_hex(message)).map(MessageId::of);
            if message.is_none_or(|message| message.time() >= before) {
                continue;
            }
            let Some(waiting) = read_json::<Waiting>(&*self.store, &key).await? else { continue };
            if waiting.trigger == Trigger::Scheduled
                && let Some(stored) = self.read_job_event(&waiting.job).await?
            {
                self.record_cancelled(&stored, endpoint.id, Some(endpoint), &waiting, CancelReason::Asked).await?;
            }
            self.store.delete(&key).await?;
            cancelled += 1;
        }
        Ok(cancelled)
    }

    /// Takes away all that is left of an event's payload; whether there was any.
    pub(crate) async fn expunge(&self, event: &Event) -> Result<bool, GatewayError> {
        let had = self.expunge_event(&event.job).await?;
        self.expunge_rows(event.created, |row| row.message == event.id).await?;
        Ok(had)
    }
}

fn check_sendable(stored: &StoredEvent, endpoint: &Endpoint) -> Result<(), GatewayError> {
    if endpoint.disabled {
        return Err(GatewayError::EndpointDisabled);
    }
    if stored.event.payload.is_none() {
        return Err(GatewayError::PayloadGone);
    }
    Ok(())
}
