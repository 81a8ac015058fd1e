//! `POST /webhook`: durable first, then an honest answer; the table of answers is in the README.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::http::error::ApiError;
use crate::http::extract::VerifiedEvent;
use crate::http::router::trace_id;
use crate::http::state::{AppState, Desk};
use crate::intake::event::EventKind;
use crate::jobs::error::AcceptError;
use crate::jobs::handler::AcceptedEvent;
use crate::jobs::index::Claim;
use crate::jobs::records::{End, EndState};
use crate::model::completion::Completion;

/// Version of the records this release writes.
const EVENT_VERSION: u32 = 1;
/// More repeats of one bare event than a platform sends (LearnWorlds tries up to 20 times); those beyond are duplicates.
const MOST_FOLLOWING: usize = 64;

/// Takes a verified event, makes it durable and says what became of it, waiting a moment for the report.
pub async fn receive(State(desk): State<AppState>, headers: HeaderMap, VerifiedEvent(event): VerifiedEvent) -> Result<Response, ApiError> {
    let (completion, effect_key, park) = match event.kind {
        EventKind::Ignored { reason } => {
            tracing::info!(reason, "an event that is no assessment completion was acknowledged");
            return Ok(answer(&desk, StatusCode::OK, "ignored", json!({ "success": true, "status": "ignored", "reason": reason })));
        }
        EventKind::Completed { completion, effect_key } => (completion, effect_key, None),
        EventKind::Unusable { completion, effect_key, cause, message } => (completion, effect_key, Some((cause.to_owned(), message))),
    };
    let record = AcceptedEvent {
        version: EVENT_VERSION,
        source: event.source.to_owned(),
        delivery_key: event.delivery_key,
        effect_key,
        received_at: desk.clock.now(),
        payload: serde_json::to_value(&completion).map_err(|_| ApiError::Internal)?,
        trace: trace_id(&headers).map(ToOwned::to_owned),
        park,
    };
    let claim = claim(&desk, record, completion.is_bare()).await.map_err(|error| refuse(&desk, &error))?;
    Ok(report(&desk, &completion, claim).await)
}

/// Makes the event durable under its effect.
///
/// A bare event looks the same whether the platform repeats it or the student took the test again.
/// So when its job has settled which submission it works on, whatever became of it since, a job that follows it asks the platform for a newer one; the pipeline sends nothing when there is none.
/// A job that has not looked yet will find the newest submission itself.
async fn claim(desk: &Desk, mut record: AcceptedEvent, bare: bool) -> Result<Claim, AcceptError> {
    let first = record.effect_key.clone();
    for _ in 0..MOST_FOLLOWING {
        match desk.jobs.accept(record.clone()).await? {
            Claim::Finished { job, begun: true, .. } | Claim::InFlight { job, begun: true } if bare && desk.asks_platform => {
                record.effect_key = format!("{first}/after/{job}");
            }
            claim => return Ok(claim),
        }
    }
    desk.jobs.accept(record).await
}

/// Never a 2xx before the event is durable.
fn refuse(desk: &Desk, error: &AcceptError) -> ApiError {
    tracing::error!(%error, "an event could not be stored; the platform is asked to send it again");
    desk.metrics.webhook("unavailable");
    let (AcceptError::Unavailable { retry_after, .. } | AcceptError::Saturated { retry_after }) = error;
    ApiError::Unavailable(*retry_after)
}

/// Never a 5xx after the event is durable: from here on every answer is a 2xx.
async fn report(desk: &Desk, completion: &Completion, claim: Claim) -> Response {
    let (job, end, repeated) = match claim {
        Claim::Finished { job, end, .. } => (job, Some(end), true),
        Claim::InFlight { job, .. } => (job.clone(), desk.jobs.wait(&job, desk.config.webhook_wait).await, true),
        Claim::Started { job } => (job.clone(), desk.jobs.wait(&job, desk.config.webhook_wait).await, false),
    };
    let (code, status, message) = verdict(end.as_ref(), repeated);
    let mut body = json!({
        "success": matches!(status, "processed" | "accepted" | "duplicate" | "skipped"),
        "status": status,
        "job_id": job,
        "user_id": completion.student.id,
        "assessment_title": completion.assessment.display_title(),
    });
    if let Value::Object(fields) = &mut body {
        let key = if fields["success"] == true { "message" } else { "error" };
        fields.insert(key.to_owned(), Value::from(message));
    }
    answer(desk, code, status, body)
}

/// The answer for how a job stands.
fn verdict(end: Option<&End>, repeated: bool) -> (StatusCode, &'static str, String) {
    let Some(end) = end else {
        return (StatusCode::ACCEPTED, "accepted", "The event is stored; the report is on its way".to_owned());
    };
    match end.state {
        EndState::Done if repeated || end.summary["status"] == "duplicate" => {
            (StatusCode::OK, "duplicate", "Report already sent for this user and assessment".to_owned())
        }
        EndState::Done if end.summary["status"] == "skipped" => {
            (StatusCode::OK, "skipped", "The retake policy keeps the earlier report".to_owned())
        }
        EndState::Done => (StatusCode::OK, "processed", "Report generated and sent successfully".to_owned()),
        EndState::Parked => (StatusCode::OK, "parked", end.message.clone().unwrap_or_else(|| "A person must act".to_owned())),
        EndState::Dead => (StatusCode::OK, "failed", end.message.clone().unwrap_or_else(|| "Given up".to_owned())),
    }
}

fn answer(desk: &Desk, code: StatusCode, status: &'static str, body: Value) -> Response {
    desk.metrics.webhook(status);
    (code, Json(body)).into_response()
}
