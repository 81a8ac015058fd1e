//! `POST /webhook`: durable first, then an honest answer; the table of answers is in the README.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tracing::Instrument as _;

use crate::http::body::HeldBody;
use crate::http::error::ApiError;
use crate::http::platform::extract::VerifiedEvent;
use crate::http::state::AppState;
use crate::http::trace::{Work, trace_id};
use crate::intake::event::EventKind;
use crate::jobs::accept::Claim;
use crate::jobs::error::{AcceptError, JobsError};
use crate::jobs::handler::{AcceptedEvent, JobKind};
use crate::jobs::records::{End, EndState};
use crate::model::cause::Cause;
use crate::model::completion::Completion;
use crate::model::lane::LaneName;

/// Takes a verified event, makes it durable and says what became of it, waiting a moment for the report.
pub async fn receive(State(state): State<AppState>, headers: HeaderMap, verified: VerifiedEvent) -> Result<Response, ApiError> {
    let VerifiedEvent { event, body } = verified;
    let (completion, effect_key, park) = match event.kind {
        // The default platform tries the line with nothing else, and tells nothing else.
        EventKind::Ping | EventKind::Recorded { .. } => {
            return Ok(answer(
                &state,
                StatusCode::OK,
                "ignored",
                json!({ "success": true, "status": "ignored", "reason": "no completion" }),
            ));
        }
        EventKind::Ignored { reason } => {
            tracing::info!(reason, "an event that is no assessment completion was acknowledged");
            return Ok(answer(&state, StatusCode::OK, "ignored", json!({ "success": true, "status": "ignored", "reason": reason })));
        }
        EventKind::Completed { completion, effect_key } => (completion, effect_key, None),
        EventKind::Unreadable { message } => {
            return Err(keep_unreadable(&state, &headers, event.source, event.delivery_key, &body, message).await);
        }
        EventKind::Unusable { completion, effect_key, cause, message } => (completion, effect_key, Some((Cause::parse(cause), message))),
    };
    let is_expected = park.is_none();
    let payload = serde_json::to_value(&completion).map_err(|_| ApiError::Internal)?;
    let record = AcceptedEvent {
        delivery_key: event.delivery_key,
        trace: trace_id(&headers).map(ToOwned::to_owned),
        park,
        ..AcceptedEvent::new(&JobKind::REPORT, event.source, effect_key, state.clock.now(), payload)
    };
    if is_expected && let Some(source) = state.sources.named(&completion.source) {
        // Before its job may begin: whoever asks the platform next asks for this student, too.
        source.expect(&completion);
    }
    let claim = claim(&state, record, &completion).await.map_err(|error| refuse(&state, &error))?;
    state.readiness.stored();
    let about = About { user_id: completion.student.id.clone(), title: completion.assessment.display_title() };
    // What was read is durable: its memory is not held while we wait.
    drop((completion, body));
    Ok(report(&state, about, claim).await)
}

/// Makes the event durable under its effect.
///
/// A bare event looks the same whether the platform repeats it or the student took the test again.
/// So when its job has settled which submission it works on, whatever became of it since, a job that follows it asks the platform for a newer one; the pipeline sends nothing when there is none.
/// A job that has not looked yet will find the newest submission itself.
async fn claim(state: &AppState, record: AcceptedEvent, completion: &Completion) -> Result<Claim, AcceptError> {
    let source = state.sources.named(&completion.source);
    let is_followed = completion.is_bare() && source.is_some_and(|source| source.can_fetch());
    let jobs = Arc::clone(&state.jobs);
    // On a task of its own: a platform that hangs up between the record and the wake-up leaves no job to the next sweep.
    let accepted = async move { if is_followed { jobs.accept_newest(record).await } else { jobs.accept(record).await } };
    match tokio::spawn(accepted.in_current_span()).await {
        Ok(claim) => claim,
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The process ends; nobody hears an answer.
            Err(_) => std::future::pending().await,
        },
    }
}

/// An authentic body in which nothing can be read is kept as a job that waits for a person: it may be a student's report, and the platform gives up in the end.
async fn keep_unreadable(
    state: &AppState,
    headers: &HeaderMap,
    source: &str,
    delivery_key: String,
    body: &HeldBody,
    message: String,
) -> ApiError {
    let advice = format!(
        "{message}. The call had the right key, so it may be a student's report: correct the automation's body in the platform, let it be sent again, then discard this job. What was received is kept in the job's event.json."
    );
    let payload = json!({ "unreadable": String::from_utf8_lossy(body.bytes()) });
    let effect_key = format!("{source}-unreadable-{delivery_key}");
    let record = AcceptedEvent {
        delivery_key,
        trace: trace_id(headers).map(ToOwned::to_owned),
        park: Some((Cause::Unreadable, advice)),
        ..AcceptedEvent::new(&JobKind::REPORT, source, effect_key, state.clock.now(), payload)
    };
    match state.jobs.accept(record).await {
        Ok(claim) => {
            tracing::warn!(job.id = %claim.job(), size_bytes = body.bytes().len(), "an authentic call to /webhook could not be read; it is kept for a person");
        }
        Err(error) => return refuse(state, &error),
    }
    state.metrics.webhook("malformed");
    ApiError::Malformed(message)
}

/// Never a 2xx before the event is durable.
fn refuse(state: &AppState, error: &AcceptError) -> ApiError {
    tracing::error!(%error, "an event could not be stored; the platform is asked to send it again");
    // A damaged record of one job says nothing of the store.
    if matches!(error, AcceptError::Unavailable { source, .. } if !matches!(source, JobsError::Unreadable { .. })) {
        state.readiness.not_stored(state.clock.now());
    }
    state.metrics.webhook("unavailable");
    let (AcceptError::Unavailable { retry_after, .. } | AcceptError::Saturated { retry_after }) = error;
    ApiError::Unavailable(*retry_after)
}

/// Never a 5xx after the event is durable: from here on every answer is a 2xx.
async fn report(state: &AppState, about: About, claim: Claim) -> Response {
    let (job, end, repeated) = match claim {
        Claim::Finished { job, end, .. } => (job, Some(end), true),
        Claim::InFlight { job, .. } => (job.clone(), state.jobs.lane(LaneName::Reports).wait(&job, state.config.webhook_wait).await, true),
        Claim::Started { job } => (job.clone(), state.jobs.lane(LaneName::Reports).wait(&job, state.config.webhook_wait).await, false),
    };
    let (code, status, message) = verdict(end.as_ref(), repeated);
    let mut body = json!({
        "success": matches!(status, "processed" | "accepted" | "duplicate" | "skipped"),
        "status": status,
        "job_id": job,
        "user_id": about.user_id,
        "assessment_title": about.title,
    });
    if let Value::Object(fields) = &mut body {
        let key = if fields["success"] == true { "message" } else { "error" };
        fields.insert(key.to_owned(), Value::from(message));
    }
    answer(state, code, status, body)
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

fn answer(state: &AppState, code: StatusCode, status: &'static str, body: Value) -> Response {
    state.metrics.webhook(status);
    let mut response = (code, Json(body)).into_response();
    response.extensions_mut().insert(Work);
    response
}

/// What the answer says the event was about.
struct About {
    user_id: Option<String>,
    title: String,
}

/// An address that leads nowhere, unless it is the webhook's with slashes too many or in other letters: what an administrator typed must not cost a student's report.
pub async fn nowhere(State(state): State<AppState>, headers: HeaderMap, request: Request) -> Result<Response, ApiError> {
    if !request.uri().path().trim_matches('/').eq_ignore_ascii_case("webhook") {
        return Err(ApiError::NotFound);
    }
    if request.method() != Method::POST {
        return Err(ApiError::MethodNotAllowed("POST"));
    }
    let verified = VerifiedEvent::from_request(request, &state).await?;
    receive(State(state), headers, verified).await
}
