//! What was sent to a school, newest first, as the document's own rows for programs; people get a page under the same path.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::access::role::Caller;
use crate::gateway::Gateway;
use crate::gateway::error::GatewayError;
use crate::gateway::model::Institution;
use crate::http::auth::caller::{May, Read};
use crate::http::gateway::fault::CallError;
use crate::http::gateway::students::SchoolError;
use crate::http::gateway::support::{name_of, seen};
use crate::http::state::AppState;
use crate::lookup::attempts::rows::{AttemptFilter, Outcome, Slice};

/// Rows of one answer.
const ROWS: usize = 100;

/// As seed 001's log has them.
async fn rows(state: &AppState, institution: &Institution) -> Result<Vec<Value>, CallError> {
    let gateway = &state.gateway;
    let filter = AttemptFilter { institution: Some(institution.id.to_string()), ..AttemptFilter::default() };
    let attempts = state.log.attempts(filter, Slice { limit: ROWS, ..Slice::default() }).await?;
    let mut payloads: HashMap<String, Value> = HashMap::new();
    let mut rows = Vec::new();
    for attempt in attempts {
        let payload = match payloads.get(&attempt.event) {
            Some(known) => known.clone(),
            None => payload_of(gateway, institution, &attempt.event).await?,
        };
        let is_good = attempt.outcome == Outcome::Success;
        rows.push(json!({
            "id": attempt.id,
            "schoolId": name_of(institution),
            "webhookUrl": attempt.url,
            "event": attempt.kind,
            "messageId": attempt.event,
            "payload": payload,
            "status": if is_good { "success" } else { "failed" },
            "attempt": attempt.number,
            "error": attempt.error,
            "statusCode": (attempt.status > 0).then_some(attempt.status),
            "timestamp": attempt.at,
        }));
        payloads.insert(attempt.event, payload);
    }
    Ok(rows)
}

async fn payload_of(gateway: &Gateway, institution: &Institution, message: &str) -> Result<Value, GatewayError> {
    match gateway.event(institution.id, message).await {
        Ok(event) => Ok(event.payload.and_then(|payload| serde_json::from_str(&payload).ok()).unwrap_or_default()),
        // Its time is up.
        Err(GatewayError::NotFound(_) | GatewayError::PayloadGone) => Ok(Value::Null),
        Err(error) => Err(error),
    }
}

/// Which school.
#[derive(Debug, Deserialize)]
pub struct LogQuery {
    #[serde(rename = "schoolId")]
    school: Option<String>,
}

/// `GET /api/webhook/logs?schoolId=…`.
pub async fn of_query(State(state): State<AppState>, caller: May<Read>, Query(query): Query<LogQuery>) -> Result<Json<Value>, SchoolError> {
    let Some(school) = query.school else { return Err(CallError::Invalid("schoolId is needed".to_owned()).into()) };
    as_json(&state, &caller, &school).await
}

/// `GET /webhook-logs/{school}` for a program.
pub async fn of_school(State(state): State<AppState>, caller: May<Read>, Path(school): Path<String>) -> Result<Json<Value>, SchoolError> {
    as_json(&state, &caller, &school).await
}

async fn as_json(state: &AppState, caller: &Caller, school: &str) -> Result<Json<Value>, SchoolError> {
    let institution = seen(&state.gateway, caller, school).await?.ok_or(CallError::NotFound("School not found"))?;
    Ok(Json(json!({ "success": true, "data": rows(state, &institution).await? })))
}

/// Whether a request wants the rows and not the page.
pub fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("application/json") && !accept.contains("text/html")
        || headers.contains_key(header::AUTHORIZATION)
        || headers.contains_key("x-api-key")
}

/// Programs never come as far as the pages' gate.
pub async fn json_first(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path().strip_prefix("/webhook-logs/").map(ToOwned::to_owned);
    let Some(school) = path.filter(|_| wants_json(request.headers())) else { return next.run(request).await };
    let (mut parts, _) = request.into_parts();
    match <May<Read> as axum::extract::FromRequestParts<AppState>>::from_request_parts(&mut parts, &state).await {
        Ok(caller) => as_json(&state, &caller, &school).await.into_response(),
        Err(refused) => refused.into_response(),
    }
}
