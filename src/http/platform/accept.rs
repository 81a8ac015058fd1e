//! Making verified events durable: a completion starts a report, everything else an event's own job.

use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;

use crate::http::state::AppState;
use crate::inbound;
use crate::intake::event::{EventKind, IntakeEvent};
use crate::intake::source::Source;
use crate::jobs::accept::{Claim, job_id};
use crate::jobs::error::AcceptError;
use crate::jobs::handler::{AcceptedEvent, JobKind};
use crate::model::cause::Cause;
use crate::model::ids::JobId;

/// Events of one call that are made durable at the same time.
const TOGETHER: usize = 16;
/// When a store that could not be asked should be tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// What became of an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Accepted {
    /// Its type.
    pub(super) kind: String,
    /// `accepted`, `duplicate`, `ignored`, `pong`.
    pub(super) status: &'static str,
    /// The job that works on it.
    pub(super) job: Option<JobId>,
    /// The id of a statement that was stored.
    pub(super) statement: Option<String>,
}

/// Why a call's events were not all accepted; what was accepted is, and comes to nothing new when it is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotAccepted {
    /// A token that may be used once was used before.
    Replayed,
    /// An event of the same id with other content was accepted before.
    Conflict,
    /// The store cannot take it now.
    Unavailable(Duration),
}

/// Makes a call's events durable, in any order; their results stand in their own.
pub(super) async fn accept_all(
    state: &AppState,
    source: &dyn Source,
    events: Vec<IntakeEvent>,
    trace: Option<String>,
) -> Result<Vec<Accepted>, NotAccepted> {
    let jobs: Vec<Prepared> = events.into_iter().map(|event| prepare(state, event, trace.as_deref())).collect();
    if source.refuses_other_content() {
        // Looked at before anything is stored: a call with a conflict changes nothing.
        for event in jobs.iter().filter_map(|prepared| prepared.event.as_ref()).filter(|event| event.kind == inbound::KIND.name) {
            refuse_other_content(state, event).await?;
        }
    }
    let replays = source.refuses_replays();
    stream::iter(jobs).map(|prepared| accept(state, prepared, replays)).buffered(TOGETHER).try_collect().await
}

/// An event, and the job it starts, if any.
struct Prepared {
    accepted: Accepted,
    event: Option<AcceptedEvent>,
}

fn prepare(state: &AppState, event: IntakeEvent, trace: Option<&str>) -> Prepared {
    let IntakeEvent { source, delivery_key, kind } = event;
    let now = state.clock.now();
    let told = |kind: &str, status| Accepted { kind: kind.to_owned(), status, job: None, statement: None };
    let record = |kind: &JobKind, effect_key: String, payload: Value, park| AcceptedEvent {
        delivery_key: delivery_key.clone(),
        trace: trace.map(ToOwned::to_owned),
        park,
        ..AcceptedEvent::new(kind, source, effect_key, now, payload)
    };
    match kind {
        EventKind::Ping => Prepared { accepted: told("test.event", "pong"), event: None },
        EventKind::Ignored { reason } => {
            tracing::info!(source, reason, "an event that is none of ours was acknowledged");
            Prepared { accepted: told("ignored", "ignored"), event: None }
        }
        EventKind::Unreadable { .. } => Prepared { accepted: told("unreadable", "ignored"), event: None },
        EventKind::Recorded { event, effect_key } => {
            let statement =
                (event.source == crate::intake::sources::xapi::NAME).then(|| event.data["id"].as_str().map(ToOwned::to_owned)).flatten();
            let accepted = Accepted { statement, ..told(&event.kind, "accepted") };
            let payload = serde_json::to_value(&event).unwrap_or_default();
            Prepared { accepted, event: Some(record(&inbound::KIND, effect_key, payload, None)) }
        }
        EventKind::Completed { completion, effect_key } => {
            if let Some(source) = state.sources.named(&completion.source) {
                source.expect(&completion);
            }
            let payload = serde_json::to_value(&completion).unwrap_or_default();
            Prepared {
                accepted: told("assessment.completed", "accepted"),
                event: Some(record(&JobKind::REPORT, effect_key, payload, None)),
            }
        }
        EventKind::Unusable { completion, effect_key, cause, message } => {
            let payload = serde_json::to_value(&completion).unwrap_or_default();
            let park = Some((Cause::parse(cause), message));
            Prepared {
                accepted: told("assessment.completed", "accepted"),
                event: Some(record(&JobKind::REPORT, effect_key, payload, park)),
            }
        }
    }
}

async fn accept(state: &AppState, prepared: Prepared, refuses_replays: bool) -> Result<Accepted, NotAccepted> {
    let Prepared { mut accepted, event } = prepared;
    let Some(event) = event else { return Ok(accepted) };
    match state.jobs.accept(event).await {
        Ok(claim) => {
            state.readiness.stored();
            if !matches!(claim, Claim::Started { .. }) {
                if refuses_replays {
                    return Err(NotAccepted::Replayed);
                }
                accepted.status = "duplicate";
            }
            accepted.job = Some(claim.job().clone());
            Ok(accepted)
        }
        Err(error) => {
            tracing::error!(%error, "an event could not be stored; its sender is asked to send it again");
            if matches!(error, AcceptError::Unavailable { .. }) {
                state.readiness.not_stored(state.clock.now());
            }
            let (AcceptError::Unavailable { retry_after, .. } | AcceptError::Saturated { retry_after }) = error;
            Err(NotAccepted::Unavailable(retry_after))
        }
    }
}

async fn refuse_other_content(state: &AppState, event: &AcceptedEvent) -> Result<(), NotAccepted> {
    match state.jobs.operator().show(&job_id(&event.effect_key)).await {
        Ok(Some(known)) if known.payload != event.payload => Err(NotAccepted::Conflict),
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::error!(%error, "it cannot be looked up whether a statement is there already");
            Err(NotAccepted::Unavailable(AGAIN_AFTER))
        }
    }
}
