//! What was sent to a school, newest first: a page for people, and the document's own rows for programs.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use maud::html;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::access::role::Caller;
use crate::gateway::Gateway;
use crate::gateway::error::GatewayError;
use crate::gateway::ids::MessageId;
use crate::gateway::model::{Attempt, AttemptStatus, Institution};
use crate::http::auth::caller::{May, Read};
use crate::http::console::gateway::desk::{Desk, log_said};
use crate::http::console::gateway::endpoint::short;
use crate::http::console::gateway::{figures, looks};
use crate::http::console::institutions::{name_of, problem_of};
use crate::http::console::pages::Problem;
use crate::http::console::parts::table::{Column, table};
use crate::http::console::parts::{badge, time};
use crate::http::console::words::fill;
use crate::http::gateway::fault::Fault;
use crate::http::gateway::students::SchoolError;
use crate::http::gateway::support::seen;
use crate::http::state::AppState;
use crate::lookup::attempts::rows::{AttemptFilter, AttemptRow, Outcome, Slice};

/// Rows of one answer.
const ROWS: usize = 100;

/// The newest attempts at all endpoints of an institution.
pub(super) async fn newest(gateway: &Gateway, institution: &Institution, limit: usize) -> Result<Vec<Attempt>, GatewayError> {
    let mut rows = Vec::new();
    for endpoint in gateway.all_endpoints(institution.id).await? {
        rows.extend(gateway.last_attempts(endpoint.id, limit).await?);
    }
    rows.sort_by_key(|attempt| std::cmp::Reverse(attempt.id));
    rows.truncate(limit);
    Ok(rows)
}

/// As seed 001's log has them.
async fn rows(gateway: &Gateway, institution: &Institution) -> Result<Vec<Value>, GatewayError> {
    let attempts = newest(gateway, institution, ROWS).await?;
    let mut payloads: HashMap<MessageId, Value> = HashMap::new();
    let mut rows = Vec::new();
    for attempt in attempts {
        let payload = match payloads.get(&attempt.message) {
            Some(known) => known.clone(),
            None => payload_of(gateway, institution, attempt.message).await?,
        };
        let is_good = attempt.status == AttemptStatus::Success;
        rows.push(json!({
            "id": attempt.id,
            "schoolId": name_of(institution),
            "webhookUrl": attempt.url,
            "event": attempt.event_type,
            "messageId": attempt.message,
            "payload": payload,
            "status": if is_good { "success" } else { "failed" },
            "attempt": attempt.number,
            "error": attempt.message_text,
            "statusCode": (attempt.code > 0).then_some(attempt.code),
            "timestamp": attempt.at,
        }));
        payloads.insert(attempt.message, payload);
    }
    Ok(rows)
}

async fn payload_of(gateway: &Gateway, institution: &Institution, message: MessageId) -> Result<Value, GatewayError> {
    match gateway.event(institution.id, &message.to_string()).await {
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
    let Some(school) = query.school else { return Err(Fault::Invalid("schoolId is needed".to_owned()).into()) };
    as_json(&state, &caller, &school).await
}

/// `GET /webhook-logs/{school}` for a program.
pub async fn of_school(State(state): State<AppState>, caller: May<Read>, Path(school): Path<String>) -> Result<Json<Value>, SchoolError> {
    as_json(&state, &caller, &school).await
}

async fn as_json(state: &AppState, caller: &Caller, school: &str) -> Result<Json<Value>, SchoolError> {
    let institution = seen(&state.gateway, caller, school).await?.ok_or(Fault::NotFound("School not found"))?;
    Ok(Json(json!({ "success": true, "data": rows(&state.gateway, &institution).await? })))
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

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub struct Behind {
    /// The last call of the page before.
    #[serde(default)]
    behind: String,
}

/// `GET /webhook-logs/{school}` for people.
pub async fn page(desk: Desk, Path(school): Path<String>, Query(from): Query<Behind>) -> Response {
    let institution = match desk.gateway.find_institution(&school).await {
        Ok(Some(institution)) => institution,
        Ok(None) => return desk.problem(&Problem::NotFound),
        Err(error) => return desk.problem(&problem_of(&error)),
    };
    let filter = AttemptFilter { institution: Some(institution.id.to_string()), ..AttemptFilter::default() };
    let slice = Slice { behind: Some(from.behind).filter(|id| !id.is_empty()), ascending: false, limit: ROWS + 1 };
    let words = &desk.visit.words().institutions;
    let title = fill(words.log, &[("school", &institution.name)]);
    let columns = [
        Column::text(words.status),
        Column::text(words.when),
        Column::text(words.event),
        Column::text(words.answer),
        Column::number(words.tries),
    ];
    let one = |row: &AttemptRow| {
        html! {
            tr role="row" {
                td role="cell" { @if row.outcome == Outcome::Success { (badge::plain("good", "sent", words.success)) } @else { (badge::plain("bad", "failed", words.failed)) } }
                td role="cell" class="time" { (time(row.at, &desk.visit)) }
                td role="cell" {
                    a class="who" href=(desk.delivery_path(&row.institution, &row.event, &row.endpoint)) { (row.kind) }
                    small class="soft" { (short(&row.url)) }
                }
                td role="cell" data-label=(words.answer) {
                    (looks::answer(desk.words(), row.status, &row.class))
                    " · " (figures::milliseconds(&desk, u64::from(row.ms)))
                    @if let Some(error) = &row.error { small class="soft" lang="en" { (error) } }
                }
                td role="cell" class="num" data-label=(words.tries) { (row.number.max(1)) }
            }
        }
    };
    let found = desk.log.attempts(filter, slice).await;
    let body = html! {
        div class="head" {
            p { a href=(desk.institution_path(institution.id)) data-up="" { "← " (institution.name) } }
            h1 { (title) }
            p class="lead" { code { (name_of(&institution)) } }
        }
        section class="card flush" {
            @match &found {
                Ok(rows) if rows.is_empty() => div class="empty" { p { (words.log_none) } },
                Ok(rows) => {
                    (table(&title, &columns, &html! { @for row in rows.iter().take(ROWS) { (one(row)) } }))
                    @if let Some(last) = rows.get(ROWS - 1).filter(|_| rows.len() > ROWS) {
                        div class="pager" { span {} a class="b small" href={ "?behind=" (last.id) } { (desk.visit.words().common.older) } }
                    }
                },
                Err(error) => div class="empty" { p { (log_said(&desk, error)) } },
            }
        }
    };
    desk.show("institutions", &title, &body).await
}
