//! The job of one endpoint's queue: whatever waits there is tried when it is due, under the job's lease, at the endpoint's rate and in its order. The job's due pointer is the queue's.
//!
//! A drain that finds the queue empty records that it closes and looks once more: whoever let a delivery wait before that is seen, and whoever did after it starts the next drain
//! (`Jobs::accept_newest`). One that is told to wait can be hurried (`Jobs::hurry`).

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::gateway::Core;
use crate::gateway::dispatch::trouble;
use crate::gateway::error::GatewayError;
use crate::gateway::events::STEADY;
use crate::gateway::ids::{EndpointId, InstitutionId};
use crate::gateway::model::{CancelReason, DeliveryState, DisabledWhy, Endpoint, Order, Trigger};
use crate::gateway::notices::Failing;
use crate::gateway::registry::{StoredEndpoint, read_json, to_json};
use crate::gateway::stored::Waiting;
use crate::jobs::accept::Claim;
use crate::jobs::failpoint;
use crate::jobs::handler::{AcceptedEvent, Handler, JobContext, JobError, JobKind};
use crate::model::cause::Cause;
use crate::model::lane::LaneName;
use crate::storage::key::gateway::{GatewayKey, parse_waiting, queue_folder};
use crate::storage::{PutMode, StoreError};

/// The job that drains an endpoint's queue.
pub(crate) const DRAIN_KIND: JobKind = JobKind::new("webhook_queue", LaneName::Deliveries, STEADY);

/// Deliveries to one endpoint at once.
const AT_ONCE: usize = 8;
/// Deliveries looked at together.
const BATCH: usize = 200;
/// Of an endpoint that keeps order so many are looked at, to know which come first.
const BATCH_ORDERED: usize = 20_000;
/// A drain gives its worker back after so long, so that others get their turn.
const TURN: Duration = Duration::from_secs(10);
/// After so many attempts a drain's job hands on to a new one, so that its records stay few.
const MOST_ATTEMPTS: u32 = 40;
/// A drain that finds no free place looks again so soon.
const NO_PLACE: Duration = Duration::from_millis(500);
/// A delivery whose event is not there yet is left alone so long.
const STRAY: Duration = Duration::from_mins(2);
/// An endpoint of which everything fails is disabled after so long.
const FAILS_FOR: Duration = Duration::from_hours(5 * 24);
const WARNS_AT: [Duration; 2] = [Duration::from_hours(60), Duration::from_hours(4 * 24)];

/// Drains queues.
pub(crate) struct Drainer(pub(crate) Arc<Core>);

/// What a drain's event holds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Queue {
    institution: InstitutionId,
    endpoint: EndpointId,
}

/// What is known of an endpoint's failing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Health {
    /// Since when nothing succeeded.
    #[serde(default)]
    pub(crate) failing_since: Option<Timestamp>,
    /// How many warnings were given.
    #[serde(default)]
    pub(crate) warned: usize,
}

impl Health {
    /// Since when everything fails, and when that disables the endpoint.
    pub(crate) fn failing(&self) -> Option<Failing> {
        let since = self.failing_since?;
        Some(Failing { since, disables: since.checked_add(FAILS_FOR).unwrap_or(Timestamp::MAX) })
    }
}

#[async_trait]
impl Handler for Drainer {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        let queue: Queue = serde_json::from_value(job.event().payload.clone())
            .map_err(|error| JobError::dead(Cause::RecordUnreadable, format!("the queue's event cannot be read: {error}")))?;
        let Ok(_place) = self.0.places.try_acquire() else {
            return Err(JobError::retry_after(Cause::DeliveriesWait, "other queues are drained at this moment", Some(NO_PLACE)));
        };
        self.0.hints.drain_begins(queue.endpoint);
        let drained = self.0.drain(job, queue).await;
        self.0.hints.drain_is_over(queue.endpoint);
        drained
    }
}

/// Whether a delivery succeeded, and how long the endpoint wants to be left alone; none when nothing was tried.
type TakenUp = Option<(bool, Option<Duration>)>;

/// What became of a batch.
enum Batch {
    /// Go on.
    On,
    /// The endpoint wants to be left alone so long.
    Rest(Duration),
}

impl Core {
    /// Makes sure that a drain looks at the endpoint's queue then. Whatever is to be found there is written before.
    pub(crate) async fn start_drain(&self, institution: InstitutionId, endpoint: EndpointId, due: Timestamp) -> Result<(), GatewayError> {
        if self.hints.came(endpoint) {
            return Ok(());
        }
        let payload = serde_json::to_value(Queue { institution, endpoint }).map_err(|error| GatewayError::Internal(error.to_string()))?;
        let event = AcceptedEvent::new(&DRAIN_KIND, "gateway", format!("webhook/queue/{endpoint}"), self.clock.now(), payload);
        let claim = match self.jobs.accept_newest(event).await {
            Ok(claim) => claim,
            // Somebody's sweep will do what this instance is too busy for, as long as there is a job.
            Err(error) => return Err(error.into()),
        };
        if let Claim::InFlight { job, .. } = &claim {
            self.jobs.hurry(LaneName::Deliveries, job, due).await?;
        }
        Ok(())
    }

    async fn drain(&self, job: &dyn JobContext, queue: Queue) -> Result<Value, JobError> {
        if job.attempt() > 1 && job.read_step("closing").await?.is_some() {
            // It was cut while it closed, and another may drain by now.
            return self.close(job, queue, 0).await;
        }
        let id = queue.endpoint;
        let began = self.clock.monotonic();
        let mut delivered = 0_u64;
        loop {
            self.hints.drain_looks(id);
            let target = self.target(queue.institution, id).await.map_err(trouble)?;
            let is_closed = target.as_ref().is_none_or(|target| target.endpoint.disabled);
            let (due, next) = self.waiting_at(id, target.as_deref(), is_closed).await.map_err(trouble)?;
            if !due.is_empty() {
                if self.clock.monotonic().saturating_sub(began) >= TURN {
                    return self.give_way(job, queue, Duration::ZERO, delivered).await;
                }
                let batch = self.run_batch(queue, target.as_ref(), due, &mut delivered).await.map_err(trouble)?;
                if let Batch::Rest(rest) = batch {
                    return self.give_way(job, queue, rest, delivered).await;
                }
                continue;
            }
            if !self.hints.drain_ends(id) {
                self.hints.drain_begins(id);
                continue;
            }
            if let Some(next) = next {
                let wait = Duration::try_from(next.duration_since(self.clock.now())).unwrap_or_default();
                return self.give_way(job, queue, wait, delivered).await;
            }
            return self.close(job, queue, delivered).await;
        }
    }

    /// Ends this attempt of the drain; another follows after a pause.
    async fn give_way(&self, job: &dyn JobContext, queue: Queue, pause: Duration, delivered: u64) -> Result<Value, JobError> {
        if job.attempt() >= MOST_ATTEMPTS {
            return self.close(job, queue, delivered).await;
        }
        Err(JobError::retry_after(Cause::DeliveriesWait, "deliveries wait for their next try", Some(pause)))
    }

    /// Ends the drain: whoever comes from now on starts the next one, and so does this one when something came before.
    async fn close(&self, job: &dyn JobContext, queue: Queue, delivered: u64) -> Result<Value, JobError> {
        job.write_step("closing", json!({ "delivered": delivered })).await?;
        self.hints.drain_is_over(queue.endpoint);
        failpoint::hit("gw.close", "before");
        let left = self.store.list(&queue_folder(&queue.endpoint.hex()), None, 1).await.map_err(|error| trouble(error.into()))?;
        if let Some(first) = left.first() {
            let due = parse_waiting(&queue.endpoint.hex(), first).map_or_else(|| self.clock.now(), |(due, ..)| due);
            self.start_drain(queue.institution, queue.endpoint, due).await.map_err(trouble)?;
        }
        failpoint::hit("gw.close", "after");
        Ok(json!({ "delivered": delivered }))
    }

    /// The keys of deliveries that are due and may go now, and when the next is due.
    async fn waiting_at(
        &self,
        endpoint: EndpointId,
        target: Option<&StoredEndpoint>,
        all: bool,
    ) -> Result<(Vec<String>, Option<Timestamp>), GatewayError> {
        let hex = endpoint.hex();
        let is_ordered = target.is_some_and(|target| target.endpoint.order == Order::ByKey);
        let most = if is_ordered { BATCH_ORDERED } else { BATCH };
        let keys = self.store.list(&queue_folder(&hex), None, most).await?;
        let now = self.clock.now();
        let mut next: Option<Timestamp> = None;
        let heads = is_ordered.then(|| heads(&hex, &keys));
        let mut due = Vec::new();
        for key in keys {
            let Some((at, ..)) = parse_waiting(&hex, &key) else {
                tracing::warn!(key, "An entry of a queue cannot be read and is left alone");
                continue;
            };
            if heads.as_ref().is_some_and(|heads| order_of(&key).is_some() && !heads.contains(&key)) {
                continue;
            }
            if at <= now || all {
                due.push(key);
            } else {
                next = Some(next.map_or(at, |next| next.min(at)));
            }
        }
        due.truncate(BATCH);
        Ok((due, next))
    }

    async fn run_batch(
        &self,
        queue: Queue,
        target: Option<&Arc<StoredEndpoint>>,
        due: Vec<String>,
        delivered: &mut u64,
    ) -> Result<Batch, GatewayError> {
        let stops = AtomicBool::new(false);
        let began = self.clock.monotonic();
        let work = stream::iter(due).map(|key| {
            let stops = &stops;
            async move {
                if stops.load(Ordering::Relaxed) || self.clock.monotonic().saturating_sub(began) >= TURN {
                    return Ok(None);
                }
                let rest = self.take_up(queue, target, &key).await?;
                if rest.as_ref().is_some_and(|(_, rest)| rest.is_some()) {
                    stops.store(true, Ordering::Relaxed);
                }
                Ok::<_, GatewayError>(rest)
            }
        });
        let done: Vec<Result<TakenUp, GatewayError>> = work.buffer_unordered(AT_ONCE).collect().await;
        let mut rest: Option<Duration> = None;
        for one in done {
            if let Some((is_delivered, asked)) = one? {
                *delivered += u64::from(is_delivered);
                rest = rest.max(asked);
            }
        }
        Ok(rest.map_or(Batch::On, Batch::Rest))
    }

    /// Takes up one delivery that waits: whether it was delivered, and how long the endpoint wants to be left alone.
    async fn take_up(&self, queue: Queue, target: Option<&Arc<StoredEndpoint>>, key: &str) -> Result<TakenUp, GatewayError> {
        let Some(waiting) = read_json::<Waiting>(&*self.store, key).await? else { return Ok(None) };
        let (id, message) = (queue.endpoint, waiting.message);
        let Some(stored) = self.read_job_event(&waiting.job).await?.filter(|stored| stored.event.id == message) else {
            // Whoever accepted it may be between two writes; later it leads nowhere.
            if self.clock.now().duration_since(message.time()).unsigned_abs() > STRAY {
                self.store.delete(key).await?;
            }
            return Ok(Some((false, Some(Duration::from_secs(1)))));
        };
        let trail = self.trail(message, id).await?;
        let is_manual = waiting.trigger == Trigger::Manual;
        if !is_manual && (trail.delivered || trail.last.is_some_and(|(last, _)| last >= waiting.number)) {
            return self.clean_up(&stored, id, &waiting, trail.last.filter(|_| !trail.delivered), key).await.map(|()| None);
        }
        let gone = match target {
            None => Some(CancelReason::EndpointDeleted),
            Some(target) if target.endpoint.disabled => Some(CancelReason::EndpointDisabled),
            Some(_) if stored.event.payload.is_none() => Some(CancelReason::PayloadExpunged),
            Some(_) => None,
        };
        let (Some(target), None) = (target, gone) else {
            if !is_manual {
                let endpoint = target.map(|target| &target.endpoint);
                self.record_cancelled(&stored, id, endpoint, &waiting, gone.unwrap_or(CancelReason::EndpointDeleted)).await?;
            }
            self.store.delete(key).await?;
            return Ok(None);
        };
        self.await_rate(&target.endpoint).await;
        let mut attempted = self.attempt(&stored, target, waiting.number, waiting.trigger).await;
        let is_success = attempted.answer.is_success();
        let rest = attempted.answer.is_overloaded().then(|| attempted.answer.retry_after.unwrap_or(Duration::from_secs(1)));
        match (is_success, is_manual) {
            (true, _) => {
                // A manual success stands beside the outcome that waits, and ends it.
                let number = if is_manual { trail.last.map_or(0, |(last, _)| last) } else { waiting.number };
                self.record_success(&stored, &target.endpoint, number, waiting.tried + 1, &mut attempted).await?;
            }
            (false, true) => {
                attempted.row.then = self.delivery(&stored, id).await?.map_or(DeliveryState::Waiting, |delivery| delivery.state);
                self.log.record(vec![attempted.row.clone()]).await;
            }
            (false, false) => {
                self.record_failure(&stored, &target.endpoint, waiting.number, waiting.tried + 1, &mut attempted).await?;
            }
        }
        self.store.delete(key).await?;
        if is_success {
            self.hints.succeeded(id, self.clock.monotonic());
            self.is_well(id).await;
        } else {
            self.hints.failed(id, self.clock.monotonic(), rest);
            self.is_failing(&target.endpoint).await?;
        }
        Ok(Some((is_success, rest)))
    }

    /// Removes an entry whose attempt was made already, after making up for what its run may not have come to.
    async fn clean_up(
        &self,
        stored: &crate::gateway::stored::StoredEvent,
        endpoint: EndpointId,
        waiting: &Waiting,
        last: Option<(u32, char)>,
        key: &str,
    ) -> Result<(), GatewayError> {
        if let Some((number, 'w')) = last
            && number == waiting.number
            && let Some(outcome) = self.read_outcome(stored.event.id, endpoint, number, 'w').await?
            && let Some(due) = outcome.due
        {
            self.enqueue(endpoint, &Waiting::of(stored, number + 1, outcome.tried, due)).await?;
        }
        self.store.delete(key).await?;
        Ok(())
    }

    async fn await_rate(&self, endpoint: &Endpoint) {
        let rate = endpoint.rate.unwrap_or(self.config.rate);
        loop {
            let wait = self.hints.wait_for_rate(endpoint.id, rate, self.clock.monotonic());
            if wait.is_zero() {
                return;
            }
            tokio::time::sleep(wait).await;
        }
    }

    pub(crate) async fn health(&self, endpoint: EndpointId) -> Result<Health, GatewayError> {
        let key = GatewayKey::Health { endpoint: &endpoint.hex() }.path();
        Ok(read_json(&*self.store, &key).await?.unwrap_or_default())
    }

    /// Something succeeded: the days of failing are over.
    pub(crate) async fn is_well(&self, endpoint: EndpointId) {
        match self.health(endpoint).await {
            Ok(health) if health.failing_since.is_some() => {
                if let Err(error) = self.write_health(endpoint, &Health::default()).await {
                    tracing::warn!(%endpoint, %error, "That an endpoint is well again could not be recorded");
                }
            }
            _ => {}
        }
    }

    /// Something failed: warns, and after five days disables.
    async fn is_failing(&self, endpoint: &Endpoint) -> Result<(), GatewayError> {
        let mut health = self.health(endpoint.id).await?;
        let now = self.clock.now();
        let Some(since) = health.failing_since else {
            return self.write_health(endpoint.id, &Health { failing_since: Some(now), warned: 0 }).await;
        };
        let lasts = Duration::try_from(now.duration_since(since)).unwrap_or_default();
        if lasts >= FAILS_FOR {
            self.write_health(endpoint.id, &Health::default()).await?;
            return self.disable(endpoint, DisabledWhy::Failing).await;
        }
        let warnings = WARNS_AT.iter().filter(|at| lasts >= **at).count();
        if warnings > health.warned {
            health.warned = warnings;
            let disables = since.checked_add(FAILS_FOR).unwrap_or(now);
            // Before it is recorded that it was given: a warning that is given twice is told once.
            self.notice_failing(endpoint, Failing { since, disables }, warnings).await?;
            self.write_health(endpoint.id, &health).await?;
            tracing::warn!(endpoint = %endpoint.id, %since, %disables, "Every delivery to an endpoint fails; it will be disabled");
            let data = json!({ "endpointId": endpoint.id, "failSince": since, "disablesAt": disables });
            self.tell(endpoint.institution, "endpoint.failing", data).await;
        }
        Ok(())
    }

    async fn write_health(&self, endpoint: EndpointId, health: &Health) -> Result<(), GatewayError> {
        let key = GatewayKey::Health { endpoint: &endpoint.hex() }.path();
        match self.store.put(&key, to_json(&key, health)?, PutMode::Overwrite).await {
            Ok(_) => Ok(()),
            Err(error @ StoreError::Unavailable { .. }) => Err(error.into()),
            Err(error) => {
                tracing::warn!(%endpoint, %error, "An endpoint's health could not be recorded");
                Ok(())
            }
        }
    }

    /// Deliveries that wait for an endpoint: how many for their first try and how many for a later one; counted up to a bound.
    pub(crate) async fn count_waiting(&self, endpoint: EndpointId, most: usize) -> Result<(u64, u64), GatewayError> {
        let hex = endpoint.hex();
        let (mut first, mut later) = (0, 0);
        let folder = queue_folder(&hex);
        let mut keys = self.store.scan(&folder, None).take(most);
        while let Some(key) = keys.try_next().await? {
            match parse_waiting(&hex, &key) {
                Some((_, _, 0 | 1)) => first += 1,
                Some(_) => later += 1,
                None => {}
            }
        }
        Ok((first, later))
    }
}

/// What an entry keeps its order with.
fn order_of(key: &str) -> Option<&str> {
    key.rsplit('/').next()?.split('-').nth(3)
}

/// The first entry of each key that keeps order, by the time of the events.
fn heads(endpoint: &str, keys: &[String]) -> HashSet<String> {
    let mut first: std::collections::HashMap<&str, (&str, &String)> = std::collections::HashMap::new();
    for key in keys {
        if let (Some(order), Some((_, message, _))) = (order_of(key), parse_waiting(endpoint, key)) {
            let head = first.entry(order).or_insert((message, key));
            if message < head.0 {
                *head = (message, key);
            }
        }
    }
    first.into_values().map(|(_, key)| key.clone()).collect()
}
