//! The queue and its dead letters, in the shapes that consumers of a message queue know.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::inbound::KIND;
use crate::jobs::error::JobsError;
use crate::jobs::operator::{JobFilter, JobView, Operator, StateFilter};
use crate::jobs::records::EndState;
use crate::model::ids::JobId;

/// `{type, data, timestamp, retryCount}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The facts.
    pub data: Value,
    /// When it was queued.
    pub timestamp: Timestamp,
    /// How often it was tried again.
    pub retry_count: u32,
}

/// `{originalEvent, error: {message, stack, timestamp}}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    /// The message as it stood in the queue.
    pub original_event: Message,
    /// Why it is dead.
    pub error: Failure,
    /// What replays it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<JobId>,
}

/// Why a message is dead.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Failure {
    /// What went wrong last.
    pub message: String,
    /// The chain of causes, outermost first; never a secret.
    pub stack: String,
    /// When it was given up.
    pub timestamp: Timestamp,
}

/// What waits or is worked on, soonest first.
///
/// # Errors
/// The store's.
pub async fn waiting(operator: &Operator, limit: usize) -> Result<Vec<Message>, JobsError> {
    let filter = JobFilter { state: Some(StateFilter::Open), lane: Some(KIND.lane), limit };
    Ok(operator.list_where(&filter, &mut |job| job.kind == KIND.name).await?.iter().map(message).collect())
}

/// What was given up, newest first.
///
/// # Errors
/// The store's.
pub async fn dead(operator: &Operator, limit: usize) -> Result<Vec<DeadLetter>, JobsError> {
    let filter = JobFilter { state: Some(StateFilter::Ended(EndState::Dead)), lane: Some(KIND.lane), limit };
    Ok(operator.list_where(&filter, &mut |job| job.kind == KIND.name).await?.iter().map(dead_letter).collect())
}

fn message(job: &JobView) -> Message {
    // While it is worked on the current try is no retry yet.
    let retry_count = if job.state == "waiting" { job.attempts } else { job.attempts.saturating_sub(1) };
    Message {
        kind: job.payload["type"].as_str().unwrap_or_default().to_owned(),
        data: job.payload["data"].clone(),
        timestamp: job.received_at,
        retry_count,
    }
}

fn dead_letter(job: &JobView) -> DeadLetter {
    let words = job.message.clone().unwrap_or_default();
    let cause = job.cause.as_ref().map_or("unknown", |cause| cause.as_str());
    DeadLetter {
        original_event: message(job),
        error: Failure {
            stack: format!("{cause}: {words}\n    at {} of {} (attempt {})", job.kind, job.source, job.attempts),
            message: words,
            timestamp: job.ended_at.unwrap_or(job.received_at),
        },
        id: Some(job.id.clone()),
    }
}
