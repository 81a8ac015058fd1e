//! One attempt at one delivery, and what its end makes of the delivery. First tries and retries share it.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use crate::gateway::deliveries::Outcome;
use crate::gateway::error::GatewayError;
use crate::gateway::ids::{AttemptId, EndpointId, InstitutionId};
use crate::gateway::model::{
    Attempt, AttemptStatus, CancelReason, DeadError, DeadLetter, DeliveryState, DisabledWhy, Endpoint, ErrorClass, Event, NewEvent, Trigger,
};
use crate::gateway::outbox::DeliveryNote;
use crate::gateway::registry::{StoredEndpoint, to_json};
use crate::gateway::secrets::{Scheme, signing};
use crate::gateway::send::{Answer, Parcel};
use crate::gateway::stored::{StoredEvent, Waiting, queue_key};
use crate::gateway::{Core, body, filter, sign};
use crate::jobs::failpoint;
use crate::storage::key::gateway::GatewayKey;
use crate::storage::{PutMode, StoreError};

/// The failure after which somebody hears that a delivery is failing.
const TELLS_AT: u32 = 4;

/// What came of an attempt.
pub(crate) struct Attempted {
    pub(crate) answer: Answer,
    pub(crate) row: Attempt,
}

impl Core {
    /// Makes an attempt; the row is not recorded yet.
    pub(crate) async fn attempt(&self, stored: &StoredEvent, target: &StoredEndpoint, number: u32, trigger: Trigger) -> Attempted {
        let (event, endpoint) = (&stored.event, &target.endpoint);
        let (at, began) = (self.clock.now(), self.clock.monotonic());
        let older = self.older_key(target, number, at);
        let answer = self.exchange(stored, target, at, older).await;
        if answer.is_success() {
            self.hints.heard(endpoint.id, older);
        }
        let ms = self.clock.monotonic().saturating_sub(began).as_millis();
        let row = Attempt {
            id: AttemptId::new(at, &self.chance),
            message: event.id,
            endpoint: endpoint.id,
            institution: event.institution,
            event_type: event.event_type.clone(),
            channels: event.channels.clone(),
            tags: event.tags.clone(),
            url: endpoint.url.clone(),
            generation: endpoint.generation,
            number,
            trigger,
            status: if answer.is_success() { AttemptStatus::Success } else { AttemptStatus::Failure },
            code: answer.code,
            ms: u64::try_from(ms).unwrap_or(u64::MAX),
            at,
            error: answer.error.as_ref().map(|(class, _)| *class),
            message_text: answer.error.as_ref().map(|(_, message)| message.clone()),
            peer: answer.peer.clone(),
            response: answer.response.clone(),
            response_headers: answer.headers.clone(),
            then: DeliveryState::Waiting,
            next_attempt: None,
        };
        Attempted { answer, row }
    }

    /// Whose key the headers of older schemes carry while a rotated secret overlaps with the one before: they have room for one. The tries of a delivery take turns, so that a receiver that knows either verifies one of the first two; the next delivery begins with the one that was taken last.
    pub(crate) fn older_key(&self, target: &StoredEndpoint, number: u32, at: Timestamp) -> usize {
        if target.endpoint.compat.is_empty() {
            return 0;
        }
        let keys = signing(&target.secrets, at).filter(|secret| secret.scheme == Scheme::Hmac).count();
        let first = self.hints.last_heard(target.endpoint.id);
        let turn = usize::try_from(number.saturating_sub(1)).unwrap_or_default();
        first.saturating_add(turn).checked_rem(keys).unwrap_or_default()
    }

    async fn exchange(&self, stored: &StoredEvent, target: &StoredEndpoint, at: Timestamp, older: usize) -> Answer {
        let unsendable = |message: String| Answer::failed(ErrorClass::Unsendable, message);
        let body = match body::body(&stored.event, &target.endpoint) {
            Ok(Some(body)) => body,
            Ok(None) => return unsendable("the payload is gone".to_owned()),
            Err(message) => return unsendable(message),
        };
        let (secrets, own) = match self.open_secrets(target, at).and_then(|secrets| Ok((secrets, self.open_headers(target)?))) {
            Ok(opened) => opened,
            Err(error) => return unsendable(error.to_string()),
        };
        let signed = sign::headers(stored.event.id, at, body.bytes.as_bytes(), &secrets, &target.endpoint.compat, older);
        let parcel = Parcel { url: &target.endpoint.url, body: &body, signed: &signed, own: &own };
        failpoint::hit("gw.post", "before");
        let answer = self.sender.send(&parcel, at).await;
        failpoint::hit("gw.post", "after");
        answer
    }

    /// What follows from an attempt that failed, as the schedule says: the state, and when it is tried next.
    pub(crate) fn after_failure(
        &self,
        endpoint: &Endpoint,
        answer: &Answer,
        tried: u32,
        now: Timestamp,
    ) -> (DeliveryState, Option<Timestamp>) {
        if answer.is_gone() {
            return (DeliveryState::Dead, None);
        }
        match endpoint.profile.pause(tried, self.chance.share(), answer.retry_after) {
            Some(pause) => (DeliveryState::Waiting, Some(now.checked_add(pause).unwrap_or(Timestamp::MAX))),
            None => (DeliveryState::Dead, None),
        }
    }

    /// Records that an attempt failed, and what follows: the dead letter first where there is one, then the outcome, then the place in the queue. Doing it again changes nothing.
    pub(crate) async fn record_failure(
        &self,
        stored: &StoredEvent,
        endpoint: &Endpoint,
        number: u32,
        tried: u32,
        attempted: &mut Attempted,
    ) -> Result<(), GatewayError> {
        let now = self.clock.now();
        let (state, due) = self.after_failure(endpoint, &attempted.answer, tried, now);
        (attempted.row.then, attempted.row.next_attempt) = (state, due);
        let outcome = Outcome { state, at: now, attempt: Some(attempted.row.id), due, tried };
        let (event, rows) = (&stored.event, vec![attempted.row.clone()]);
        // The letter goes first: after the outcome nobody comes back to a delivery that is dead. A success after all takes it away.
        if due.is_none() {
            self.bury(stored, endpoint, tried, &attempted.answer, now).await?;
            // Who is gone is disabled, and people are told of that.
            if !attempted.answer.is_gone() {
                self.notice_death(endpoint).await?;
            }
        }
        let class = attempted.answer.error.as_ref().map(|(class, _)| *class);
        self.note_delivery(stored, DeliveryNote { endpoint: endpoint.id, state, attempt: tried, next: due, class }).await?;
        failpoint::hit("gw.outcome", "before");
        let (recorded, ()) = tokio::join!(self.write_outcome(event.id, endpoint.id, number, &outcome), self.log.record(rows));
        recorded?;
        failpoint::hit("gw.outcome", "after");
        if let Some(due) = due {
            self.enqueue(endpoint.id, &Waiting::of(stored, number + 1, tried, due)).await?;
        }
        let is_gone = attempted.answer.is_gone();
        if is_gone {
            self.disable(endpoint, DisabledWhy::Gone).await?;
        }
        if tried == TELLS_AT || state == DeliveryState::Dead {
            let name = if state == DeliveryState::Dead { "delivery.exhausted" } else { "delivery.failing" };
            self.tell_of_delivery(stored, endpoint, name, tried, attempted).await;
        }
        Ok(())
    }

    /// Records that a delivery succeeded after it had waited in the queue.
    pub(crate) async fn record_success(
        &self,
        stored: &StoredEvent,
        endpoint: &Endpoint,
        number: u32,
        tried: u32,
        attempted: &mut Attempted,
    ) -> Result<(), GatewayError> {
        attempted.row.then = DeliveryState::Delivered;
        let now = self.clock.now();
        let outcome = Outcome { state: DeliveryState::Delivered, at: now, attempt: Some(attempted.row.id), due: None, tried };
        // One that never failed never waited for anybody to hear of it.
        if tried > 1 || attempted.row.trigger == Trigger::Manual {
            let state = DeliveryState::Delivered;
            self.note_delivery(stored, DeliveryNote { endpoint: endpoint.id, state, attempt: tried, next: None, class: None }).await?;
        }
        failpoint::hit("gw.outcome", "before");
        let rows = vec![attempted.row.clone()];
        let (recorded, ()) = tokio::join!(self.write_outcome(stored.event.id, endpoint.id, number, &outcome), self.log.record(rows));
        recorded?;
        failpoint::hit("gw.outcome", "after");
        if tried > TELLS_AT {
            self.tell_of_delivery(stored, endpoint, "delivery.recovered", tried, attempted).await;
        }
        // It was dead before, perhaps.
        let hex = (endpoint.id.hex(), stored.event.id.ksuid().newest_first_hex());
        let dead = GatewayKey::Dead { endpoint: &hex.0, newest_first: &hex.1 }.path();
        let _ = self.store.delete(&dead).await;
        Ok(())
    }

    /// Records that a delivery that waited is given up, also in the log.
    pub(crate) async fn record_cancelled(
        &self,
        stored: &StoredEvent,
        id: EndpointId,
        endpoint: Option<&Endpoint>,
        waiting: &Waiting,
        reason: CancelReason,
    ) -> Result<(), GatewayError> {
        let (event, number, tried) = (&stored.event, waiting.number, waiting.tried);
        let outcome = Outcome { state: DeliveryState::Cancelled(reason), at: self.clock.now(), attempt: None, due: None, tried };
        let row = self.cancelled_row(event, id, endpoint, number, reason);
        if tried > 0 {
            let state = DeliveryState::Cancelled(reason);
            self.note_delivery(stored, DeliveryNote { endpoint: id, state, attempt: tried, next: None, class: None }).await?;
        }
        let (recorded, ()) = tokio::join!(self.write_outcome(event.id, id, number, &outcome), self.log.record(vec![row]));
        recorded
    }

    /// The line of the log for a delivery that is given up before its next attempt.
    pub(crate) fn cancelled_row(
        &self,
        event: &Event,
        id: EndpointId,
        endpoint: Option<&Endpoint>,
        number: u32,
        reason: CancelReason,
    ) -> Attempt {
        let at = self.clock.now();
        Attempt {
            id: AttemptId::new(at, &self.chance),
            message: event.id,
            endpoint: id,
            institution: event.institution,
            event_type: event.event_type.clone(),
            channels: event.channels.clone(),
            tags: event.tags.clone(),
            url: endpoint.map_or_else(String::new, |endpoint| endpoint.url.clone()),
            generation: endpoint.map_or(0, |endpoint| endpoint.generation),
            number,
            trigger: Trigger::Scheduled,
            status: AttemptStatus::Cancelled,
            code: 0,
            ms: 0,
            at,
            error: None,
            message_text: Some(reason.words().to_owned()),
            peer: None,
            response: String::new(),
            response_headers: Vec::new(),
            then: DeliveryState::Cancelled(reason),
            next_attempt: None,
        }
    }

    /// Lets a delivery wait in its endpoint's queue; letting it wait again changes nothing.
    pub(crate) async fn enqueue(&self, endpoint: EndpointId, waiting: &Waiting) -> Result<(), GatewayError> {
        let key = queue_key(endpoint, waiting);
        failpoint::hit("gw.enqueue", "before");
        match self.store.put(&key, to_json(&key, waiting)?, PutMode::Create).await {
            Ok(_) | Err(StoreError::AlreadyExists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        failpoint::hit("gw.enqueue", "after");
        Ok(())
    }

    async fn bury(
        &self,
        stored: &StoredEvent,
        endpoint: &Endpoint,
        tried: u32,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<(), GatewayError> {
        let (class, message) = answer.error.clone().unwrap_or((ErrorClass::Status, "no reason is known".to_owned()));
        let letter = DeadLetter {
            message: stored.event.id,
            endpoint: endpoint.id,
            institution: stored.event.institution,
            event_type: stored.event.event_type.clone(),
            error: DeadError { stack: format!("{}: {message}; after {tried} tries", class.as_str()), message, timestamp: now },
            attempts: tried,
        };
        let key = GatewayKey::Dead { endpoint: &endpoint.id.hex(), newest_first: &stored.event.id.ksuid().newest_first_hex() }.path();
        failpoint::hit("gw.dead", "before");
        self.store.put(&key, to_json(&key, &letter)?, PutMode::Overwrite).await?;
        failpoint::hit("gw.dead", "after");
        Ok(())
    }

    /// Disables an endpoint for a reason of its own; tells of it once.
    pub(crate) async fn disable(&self, endpoint: &Endpoint, why: DisabledWhy) -> Result<(), GatewayError> {
        let now = self.clock.now();
        let mut changed = false;
        let disabled = self.registry.change_endpoint(&self.chance, endpoint.institution, endpoint.id, |present| {
            changed = present.is_some_and(|present| !present.endpoint.disabled);
            Ok(present.filter(|_| changed).map(|present| {
                let endpoint =
                    Endpoint { disabled: true, disabled_why: Some(why), disabled_at: Some(now), updated: now, ..present.endpoint.clone() };
                StoredEndpoint { endpoint, ..present.clone() }
            }))
        });
        if let Some(disabled) = disabled.await?.filter(|_| changed) {
            tracing::warn!(endpoint = %endpoint.id, why = ?why, "An endpoint was disabled; what waits for it is cancelled");
            self.notice_disabled(&disabled.endpoint, why).await?;
            self.endpoint_switched(&disabled.endpoint).await;
        }
        Ok(())
    }

    /// What an endpoint that was enabled, disabled or deleted makes necessary: its queue is looked at, and whoever asked for it hears of it.
    pub(crate) async fn endpoint_switched(&self, endpoint: &Endpoint) {
        if let Err(error) = self.start_drain(endpoint.institution, endpoint.id, self.clock.now()).await {
            tracing::warn!(endpoint = %endpoint.id, %error, "What waits for a switched endpoint is looked at later");
        }
        if endpoint.deleted {
            return;
        }
        self.hints.succeeded(endpoint.id, self.clock.monotonic());
        let name = if endpoint.disabled { "endpoint.disabled" } else { "endpoint.enabled" };
        let reason = endpoint.disabled_why.map(|why| match why {
            DisabledWhy::Asked => "asked",
            DisabledWhy::Gone => "gone",
            DisabledWhy::Failing => "failing",
        });
        let data = json!({ "endpointId": endpoint.id, "endpointUid": endpoint.uid, "reason": reason });
        self.operate_endpoint(name, endpoint, &json!({ "reason": reason })).await;
        self.tell(endpoint.institution, name, without_nulls(data)).await;
    }

    async fn tell_of_delivery(&self, stored: &StoredEvent, endpoint: &Endpoint, name: &str, tried: u32, attempted: &Attempted) {
        if filter::is_own(&stored.event.event_type) {
            // No news about news.
            return;
        }
        let (answer, row) = (&attempted.answer, &attempted.row);
        let operational = json!({
            "msgId": stored.event.id,
            "msgEventId": stored.event.event_id,
            "endpointId": endpoint.id,
            "lastAttempt": { "id": row.id, "timestamp": row.at, "responseStatusCode": row.code },
        });
        self.operate(endpoint.institution, &name.replacen("delivery.", "message.attempt.", 1), operational).await;
        let data = json!({
            "endpointId": endpoint.id,
            "msgId": stored.event.id,
            "eventType": stored.event.event_type,
            "attempts": tried,
            "lastStatus": (answer.code > 0).then_some(answer.code),
            "lastError": answer.error.as_ref().map(|(_, message)| message),
            "final": name == "delivery.exhausted",
        });
        self.tell(endpoint.institution, name, without_nulls(data)).await;
    }

    /// Publishes an event of our own, when somebody asked for its kind; a hint that never fails what it tells of.
    pub(crate) async fn tell(&self, institution: InstitutionId, name: &str, data: serde_json::Value) {
        let Ok(Some(known)) = self.registry.known(institution).await else { return };
        let wanted = known.endpoints.iter().any(|stored| filter::skip(&stored.endpoint, name, None).is_none());
        if !wanted {
            return;
        }
        let event = NewEvent { event_type: name.to_owned(), payload: data.to_string(), ..NewEvent::default() };
        // A future that contains itself needs a place of its own.
        let published: std::pin::Pin<Box<dyn Future<Output = _> + Send + '_>> = Box::pin(self.publish(&known, event, None));
        if let Err(error) = published.await {
            tracing::warn!(%error, event = name, "An event about deliveries could not be published");
        }
    }

    /// The endpoint as it is now.
    pub(crate) async fn target(
        &self,
        institution: InstitutionId,
        endpoint: EndpointId,
    ) -> Result<Option<Arc<StoredEndpoint>>, GatewayError> {
        Ok(self.registry.known(institution).await?.and_then(|known| known.endpoint(endpoint).cloned()))
    }
}

fn without_nulls(mut data: serde_json::Value) -> serde_json::Value {
    if let Some(fields) = data.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    data
}
