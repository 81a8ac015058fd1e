//! The job of one event: the first try at every endpoint it goes to. What fails, or is better not tried now, is handed to the endpoint's queue.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt as _, stream};
use serde_json::Value;

use crate::gateway::Core;
use crate::gateway::deliveries::EventEnd;
use crate::gateway::error::GatewayError;
use crate::gateway::events::read;
use crate::gateway::ids::EndpointId;
use crate::gateway::model::{CancelReason, DeliveryState, Planned, Trigger};
use crate::gateway::stored::{StoredEvent, Waiting};
use crate::jobs::handler::{Handler, JobContext, JobError};
use crate::model::cause::Cause;

/// Endpoints of one event tried at once.
const AT_ONCE: usize = 16;

/// Delivers events.
pub(crate) struct Dispatcher(pub(crate) Arc<Core>);

#[async_trait]
impl Handler for Dispatcher {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        let stored = read("event", &job.event().payload).map_err(trouble)?;
        if let Some(at) = stored.event.deliver_at
            && at > job.now()
        {
            let wait = Duration::try_from(at.duration_since(job.now())).unwrap_or_default();
            return Err(JobError::retry_after(Cause::DeliveriesWait, "the event is to be delivered later", Some(wait)));
        }
        let told = self.0.dispatch(&stored, job.attempt() > 1 && stored.event.deliver_at.is_none()).await.map_err(trouble)?;
        serde_json::to_value(told).map_err(|error| JobError::dead(Cause::RecordUnwritable, error.to_string()))
    }
}

/// What a failure of ours makes of a job: it is tried again, whatever it was, because the receivers wait.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` takes")]
pub(crate) fn trouble(error: GatewayError) -> JobError {
    let after = match &error {
        GatewayError::Unavailable { after, .. } => *after,
        _ => Duration::from_secs(30),
    };
    JobError::retry_after(Cause::StorageUnavailable, error.to_string(), Some(after))
}

impl Core {
    /// Makes the first tries of an event. `again` when an earlier run may have made some: then every endpoint's queue decides.
    async fn dispatch(&self, stored: &StoredEvent, again: bool) -> Result<EventEnd, GatewayError> {
        let trails = if again { self.trails(stored.event.id).await? } else { std::collections::BTreeMap::new() };
        let matched: Vec<Planned> = stored.event.plan.iter().filter(|planned| planned.skipped.is_none()).cloned().collect();
        let mut tries = Vec::new();
        for planned in matched {
            let is_known = trails.contains_key(&planned.endpoint);
            tries.push(async move { (planned.endpoint, self.first_try(stored, &planned, again, is_known).await) });
        }
        let done: Vec<(EndpointId, Result<DeliveryState, GatewayError>)> = stream::iter(tries).buffer_unordered(AT_ONCE).collect().await;
        let mut told = EventEnd::default();
        for (endpoint, state) in done {
            told.deliveries.insert(endpoint, state?);
        }
        Ok(told)
    }

    async fn first_try(&self, stored: &StoredEvent, planned: &Planned, again: bool, is_known: bool) -> Result<DeliveryState, GatewayError> {
        let (event, id) = (&stored.event, planned.endpoint);
        if is_known {
            return self.resume(stored, id).await;
        }
        let target = self.target(event.institution, id).await?;
        let gone = match &target {
            None => Some(CancelReason::EndpointDeleted),
            Some(target) if target.endpoint.disabled => Some(CancelReason::EndpointDisabled),
            Some(_) if event.payload.is_none() => Some(CancelReason::PayloadExpunged),
            Some(_) => None,
        };
        let (Some(target), None) = (&target, gone) else {
            let reason = gone.unwrap_or(CancelReason::EndpointDeleted);
            let endpoint = target.as_ref().map(|target| &target.endpoint);
            self.log.record_first(self.cancelled_row(event, id, endpoint, 1, reason)).await;
            return Ok(DeliveryState::Cancelled(reason));
        };
        let rate = target.endpoint.rate.unwrap_or(self.config.rate);
        let under_way = if again || planned.ordered { None } else { self.hints.may_try(id, rate, self.clock.monotonic()) };
        let Some(under_way) = under_way else { return self.hand_over(stored, id).await };
        let mut attempted = self.attempt(stored, target, 1, Trigger::Scheduled).await;
        under_way.answered(Duration::from_millis(attempted.row.ms));
        if attempted.answer.is_success() {
            attempted.row.then = DeliveryState::Delivered;
            self.log.record_first(attempted.row).await;
            if self.hints.succeeded(id, self.clock.monotonic()) {
                self.is_well(id).await;
            }
            return Ok(DeliveryState::Delivered);
        }
        let asked = attempted.answer.retry_after.filter(|_| attempted.answer.is_overloaded());
        self.hints.failed(id, self.clock.monotonic(), asked);
        self.record_failure(stored, &target.endpoint, 1, 1, &mut attempted).await?;
        if attempted.row.then == DeliveryState::Waiting {
            let due = attempted.row.next_attempt.unwrap_or_else(|| self.clock.now());
            self.start_drain(event.institution, id, due).await?;
        }
        Ok(attempted.row.then)
    }

    /// Lets the endpoint's queue make the first try.
    async fn hand_over(&self, stored: &StoredEvent, endpoint: EndpointId) -> Result<DeliveryState, GatewayError> {
        let due = stored.event.deliver_at.unwrap_or(stored.event.created);
        self.enqueue(endpoint, &Waiting::of(stored, 1, 0, due)).await?;
        self.start_drain(stored.event.institution, endpoint, due).await?;
        Ok(DeliveryState::Waiting)
    }

    /// Goes on where a run of the job that was cut left an endpoint: between its outcome and its place in the queue.
    async fn resume(&self, stored: &StoredEvent, endpoint: EndpointId) -> Result<DeliveryState, GatewayError> {
        let trail = self.trail(stored.event.id, endpoint).await?;
        let Some((number, state)) = trail.last.filter(|_| !trail.delivered) else { return Ok(DeliveryState::Delivered) };
        let Some(outcome) = self.read_outcome(stored.event.id, endpoint, number, state).await? else { return Ok(DeliveryState::Waiting) };
        if let (DeliveryState::Waiting, Some(due)) = (outcome.state, outcome.due) {
            self.enqueue(endpoint, &Waiting::of(stored, number + 1, outcome.tried, due)).await?;
            self.start_drain(stored.event.institution, endpoint, due).await?;
        }
        Ok(outcome.state)
    }
}
