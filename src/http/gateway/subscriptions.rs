//! Subscriptions, in the words of "Webhook Delivery Service": whatever comes in for one is sent to its URL, as it came.
//!
//! Each subscription is an institution of one endpoint, so that none hears what was meant for another. `POST /ingestion` does what the document shows it doing in two places: an id that is not known yet becomes a subscription (201), a known one with the same URL is sent the payload (202); another URL is refused (409), as `PUT /subscription` is there for that.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::access::role::{Caller, Right};
use crate::gateway::error::GatewayError;
use crate::gateway::ids::Chance;
use crate::gateway::model::{
    DeliveryState, Endpoint, EndpointPatch, Format, Institution, InstitutionPatch, NewEndpoint, NewEvent, NewInstitution, PageQuery,
};
use crate::gateway::profile::Profile;
use crate::http::auth::caller::{Manage, May, Publish, Read};
use crate::http::gateway::fault::{CallError, dialect};
use crate::http::gateway::support::{read, read_json, seen, text};
use crate::http::state::AppState;
use crate::lookup::attempts::rows::{AttemptFilter, AttemptRow, Outcome, Slice};

dialect! {
    /// `{"detail": …}`, as the document's framework answers.
    SubscriptionError, |message| json!({ "detail": message })
}

type Answer = Result<(StatusCode, Json<Value>), SubscriptionError>;

/// The uid of a subscription's one endpoint.
const ENDPOINT: &str = "target";
/// What marks an institution as a subscription.
const MARK: (&str, &str) = ("kind", "subscription");
/// The type of events that name none.
const TYPE: &str = "payload.ingested";
/// Attempts that a status shows.
const LAST: usize = 20;
/// Payloads are kept so long (the document's origin says 72 hours).
const KEEP_HOURS: u32 = 72;

struct Subscription {
    institution: Institution,
    endpoint: Endpoint,
}

impl Subscription {
    fn id(&self) -> String {
        self.institution.uid.clone().unwrap_or_else(|| self.institution.id.to_string())
    }

    fn to_json(&self) -> Value {
        let Endpoint { url, event_types, disabled, .. } = &self.endpoint;
        json!({
            "id": self.id(),
            "name": self.institution.name,
            "target_url": url,
            "event_types": event_types,
            "active": !disabled,
            "created_at": self.institution.created,
            "updated_at": self.endpoint.updated.max(self.institution.updated),
        })
    }
}

fn not_found() -> CallError {
    CallError::NotFound("Subscription not found")
}

async fn find(state: &AppState, caller: &Caller, id: &str) -> Result<Option<Subscription>, CallError> {
    let Some(institution) = seen(&state.gateway, caller, id).await? else { return Ok(None) };
    if institution.metadata.get(MARK.0).map(String::as_str) != Some(MARK.1) {
        return Ok(None);
    }
    let endpoint = state.gateway.endpoint(institution.id, ENDPOINT).await;
    match endpoint {
        Ok(endpoint) => Ok(Some(Subscription { institution, endpoint })),
        Err(GatewayError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn known(state: &AppState, caller: &Caller, id: &str) -> Result<Subscription, CallError> {
    find(state, caller, id).await?.ok_or_else(not_found)
}

/// What a subscription is made of.
#[derive(Default)]
struct SubscriptionRequest {
    id: String,
    url: String,
    name: Option<String>,
    secret: Option<String>,
    event_types: Option<Vec<String>>,
}

async fn make(state: &AppState, caller: &Caller, wanted: SubscriptionRequest) -> Result<Subscription, CallError> {
    if caller.institution.is_some() {
        return Err(not_found());
    }
    if !caller.may(Right::Administer) {
        return Err(CallError::Request(crate::http::error::ApiError::Forbidden("make subscriptions")));
    }
    let new = NewInstitution {
        name: wanted.name.unwrap_or_else(|| wanted.id.clone()),
        uid: Some(wanted.id),
        metadata: [(MARK.0.to_owned(), MARK.1.to_owned())].into(),
        ..NewInstitution::default()
    };
    let (institution, is_new) = state.gateway.institution_or_create(new).await?;
    if !is_new && institution.metadata.get(MARK.0).map(String::as_str) != Some(MARK.1) {
        return Err(CallError::Conflict("Another institution has this id".to_owned()));
    }
    let is_checked = wanted.secret.is_some();
    let endpoint = NewEndpoint {
        url: wanted.url,
        uid: Some(ENDPOINT.to_owned()),
        description: "subscription".to_owned(),
        event_types: wanted.event_types,
        profile: Profile::Seed004,
        format: Format::Raw,
        secret: wanted.secret,
        plain: is_checked,
        metadata: [("checks_signatures".to_owned(), is_checked.to_string())].into(),
        ..NewEndpoint::default()
    };
    let made = state.gateway.create_endpoint(institution.id, endpoint).await;
    let made = match made {
        Ok(made) => made.endpoint,
        Err(error) => {
            if is_new {
                // Half a subscription is none; when it cannot be taken back either, the next call finds the institution and goes on.
                let _ = state.gateway.delete_institution(&institution.id.to_string()).await;
            }
            return Err(error.into());
        }
    };
    if is_checked {
        // Its owner knows it.
        state.gateway.mark_secret_shown(institution.id, made.id).await?;
    }
    Ok(Subscription { institution, endpoint: made })
}

/// `POST /subscription`.
pub async fn create(State(state): State<AppState>, caller: May<Manage>, headers: HeaderMap, body: Body) -> Answer {
    let body = read_json(&state, &headers, body).await?;
    let Some(url) = text(&body, "target_url") else { return Err(CallError::Invalid("target_url is needed".to_owned()).into()) };
    let id = text(&body, "id").unwrap_or_else(new_id);
    if find(&state, &caller, &id).await?.is_some() {
        return Err(CallError::Conflict("This subscription is there already; PUT /subscription changes it".to_owned()).into());
    }
    let secret = text(&body, "secret");
    if secret.as_ref().is_some_and(|secret| secret.len() < 16) {
        return Err(CallError::Invalid("A secret has at least 16 characters".to_owned()).into());
    }
    let wanted = SubscriptionRequest { id, url, name: text(&body, "name"), secret, event_types: types(&body)? };
    Ok((StatusCode::CREATED, Json(make(&state, &caller, wanted).await?.to_json())))
}

fn types(body: &Value) -> Result<Option<Vec<String>>, CallError> {
    match body.get("event_types") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            serde_json::from_value(value.clone()).map(Some).map_err(|_| CallError::Invalid("event_types is a list of names".to_owned()))
        }
    }
}

/// A random UUID (RFC 9562, version 4).
fn new_id() -> String {
    let mut bytes = Chance::of_the_system().bytes::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex::encode(bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// `GET /subscription/{id}`.
pub async fn show(State(state): State<AppState>, caller: May<Read>, Path(id): Path<String>) -> Answer {
    Ok((StatusCode::OK, Json(known(&state, &caller, &id).await?.to_json())))
}

/// Which subscriptions.
#[derive(Debug, Deserialize)]
pub struct ListQuery {
    limit: Option<usize>,
}

/// `GET /subscription`: those that the caller may know of, oldest first.
pub async fn list(State(state): State<AppState>, caller: May<Read>, Query(query): Query<ListQuery>) -> Answer {
    let limit = query.limit.unwrap_or(100).clamp(1, 250);
    let mut found = Vec::new();
    let mut page = PageQuery::first(250);
    loop {
        let institutions = state.gateway.institutions(&page).await?;
        for institution in &institutions.data {
            let id = institution.id.to_string();
            if caller.sees(&id)
                && let Some(subscription) = find(&state, &caller, &id).await?
            {
                found.push(subscription.to_json());
            }
        }
        page.from = institutions.data.last().map(|last| last.id);
        if institutions.done || found.len() >= limit {
            break;
        }
    }
    found.truncate(limit);
    Ok((StatusCode::OK, Json(Value::Array(found))))
}

/// `PUT /subscription`: what is not named stays.
pub async fn update(State(state): State<AppState>, caller: May<Manage>, headers: HeaderMap, body: Body) -> Answer {
    let body = read_json(&state, &headers, body).await?;
    let Some(id) = text(&body, "id") else { return Err(CallError::Invalid("id is needed".to_owned()).into()) };
    let mut present = known(&state, &caller, &id).await?;
    if let Some(name) = text(&body, "name") {
        let patch = InstitutionPatch { name: Some(name), ..InstitutionPatch::default() };
        present.institution = state.gateway.update_institution(&present.institution.id.to_string(), patch).await?;
    }
    let (url, event_types) = (text(&body, "target_url"), types(&body)?);
    let disabled = body.get("active").and_then(Value::as_bool).map(|active| !active);
    if url.is_some() || event_types.is_some() || disabled.is_some() {
        let patch = EndpointPatch { url, event_types: event_types.map(Some), disabled, ..EndpointPatch::default() };
        present.endpoint = state.gateway.update_endpoint(present.institution.id, ENDPOINT, patch).await?;
    }
    Ok((StatusCode::OK, Json(present.to_json())))
}

/// `DELETE /subscription/{id}`: what waits is cancelled.
pub async fn delete(State(state): State<AppState>, caller: May<Manage>, Path(id): Path<String>) -> Answer {
    let present = known(&state, &caller, &id).await?;
    state.gateway.delete_endpoint(present.institution.id, ENDPOINT).await?;
    state.gateway.delete_institution(&present.institution.id.to_string()).await?;
    Ok((StatusCode::OK, Json(json!({ "message": "Subscription deleted", "id": present.id() }))))
}

/// `POST /ingestion`.
pub async fn ingestion(State(state): State<AppState>, caller: May<Publish>, headers: HeaderMap, body: Body) -> Answer {
    let bytes = read(&state, &headers, body).await?;
    let body: Value = serde_json::from_slice(&bytes).map_err(|error| CallError::Invalid(format!("The body is no JSON: {error}")))?;
    let Some(id) = text(&body, "id") else { return Err(CallError::Invalid("id is needed".to_owned()).into()) };
    let url = text(&body, "target_url");
    let Some(present) = find(&state, &caller, &id).await? else {
        let Some(url) = url else { return Err(not_found().into()) };
        let wanted = SubscriptionRequest { id, url, name: text(&body, "name"), ..SubscriptionRequest::default() };
        return Ok((StatusCode::CREATED, Json(make(&state, &caller, wanted).await?.to_json())));
    };
    let is_other =
        |url: &String| *url != present.endpoint.url && url::Url::parse(url).map_or(true, |parsed| parsed.as_str() != present.endpoint.url);
    if url.as_ref().is_some_and(is_other) {
        return Err(CallError::Conflict("This subscription has another target_url; PUT /subscription changes it".to_owned()).into());
    }
    let payload = payload_of(&body).unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned());
    accept(&state, &present, &headers, None, payload).await
}

/// What a call to `/ingestion` brings beside the subscription's own fields; none when it brings nothing else, and then the call itself is the payload.
fn payload_of(body: &Value) -> Option<String> {
    let mut rest = body.as_object()?.clone();
    rest.remove("id");
    rest.remove("target_url");
    match (rest.len(), rest.get("payload")) {
        (0, _) => None,
        (1, Some(payload)) => Some(payload.to_string()),
        _ => Some(Value::Object(rest).to_string()),
    }
}

/// The type of what is ingested.
#[derive(Debug, Deserialize)]
pub struct IngestQuery {
    event_type: Option<String>,
}

/// `POST /ingest/{id}`: 202 once the payload is durable.
pub async fn ingest(
    State(state): State<AppState>,
    caller: May<Publish>,
    Path(id): Path<String>,
    Query(query): Query<IngestQuery>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let bytes = read(&state, &headers, body).await?;
    let present = known(&state, &caller, &id).await?;
    if present.endpoint.metadata.get("checks_signatures").is_some_and(|checks| checks == "true") {
        let given = headers.get("x-hub-signature-256").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !state.gateway.is_signed(present.institution.id, ENDPOINT, &bytes, given).await? {
            return Err(CallError::BadSignature.into());
        }
    }
    let payload = String::from_utf8(bytes.to_vec()).map_err(|_| CallError::Invalid("The payload is no text".to_owned()))?;
    accept(&state, &present, &headers, query.event_type, payload).await
}

async fn accept(state: &AppState, present: &Subscription, headers: &HeaderMap, event_type: Option<String>, payload: String) -> Answer {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty());
    let event_type = event_type.or_else(|| header("x-event-type").map(ToOwned::to_owned)).unwrap_or_else(|| TYPE.to_owned());
    let event = NewEvent { event_type, payload, retention_hours: Some(KEEP_HOURS), ..NewEvent::default() };
    let published = state.gateway.publish(present.institution.id, event, header("idempotency-key")).await?;
    let task = published.event.id;
    let body = json!({ "message": "Payload accepted", "task_id": task, "subscription_id": present.id(), "status": "queued", "queue": "webhook_payload" });
    Ok((StatusCode::ACCEPTED, Json(body)))
}

/// `GET /ingest/{id}/{task}`: where a payload stands.
pub async fn task(State(state): State<AppState>, caller: May<Read>, Path((id, task)): Path<(String, String)>) -> Answer {
    let present = known(&state, &caller, &id).await?;
    let deliveries = state.gateway.deliveries(present.institution.id, &task).await;
    let deliveries = match deliveries {
        Ok(deliveries) => deliveries,
        Err(GatewayError::NotFound(_)) => return Err(CallError::NotFound("Task not found").into()),
        Err(error) => return Err(error.into()),
    };
    let delivery = deliveries.into_iter().find(|delivery| delivery.endpoint == present.endpoint.id);
    let (status, queue, tried, next) = match &delivery {
        None => ("skipped", None, 0, None),
        Some(delivery) => {
            let (status, queue) = words(delivery.state, delivery.attempts);
            (status, queue, delivery.attempts, delivery.next_attempt)
        }
    };
    let body = json!({
        "task_id": task,
        "subscription_id": present.id(),
        "status": status,
        "queue": queue,
        "attempts": tried,
        "next_attempt_at": next,
    });
    Ok((StatusCode::OK, Json(body)))
}

fn words(state: DeliveryState, attempts: u32) -> (&'static str, Option<&'static str>) {
    match state {
        DeliveryState::Delivered => ("delivered", None),
        DeliveryState::Waiting if attempts == 0 => ("queued", Some("webhook_payload")),
        DeliveryState::Waiting => ("retrying", Some("retry_sub")),
        DeliveryState::Dead => ("failed", None),
        DeliveryState::Skipped(_) => ("skipped", None),
        DeliveryState::Cancelled(_) => ("cancelled", None),
    }
}

/// `GET /subscription/{id}/attempts`: the last twenty.
pub async fn attempts(State(state): State<AppState>, caller: May<Read>, Path(id): Path<String>) -> Answer {
    let present = known(&state, &caller, &id).await?;
    let filter = AttemptFilter {
        institution: Some(present.institution.id.to_string()),
        endpoint: Some(present.endpoint.id.to_string()),
        ..AttemptFilter::default()
    };
    let attempts = state.log.attempts(filter, Slice { limit: LAST, ..Slice::default() }).await.map_err(CallError::from)?;
    let rows: Vec<Value> = attempts.iter().map(|attempt| attempt_json(&present.id(), attempt)).collect();
    Ok((StatusCode::OK, Json(Value::Array(rows))))
}

fn attempt_json(subscription: &str, attempt: &AttemptRow) -> Value {
    let outcome = match attempt.outcome {
        Outcome::Success => "Success",
        Outcome::Failed if !attempt.died => "Failed Attempt",
        Outcome::Failed | Outcome::Cancelled => "Failure",
    };
    json!({
        "task_id": attempt.event,
        "subscription_id": subscription,
        "target_url": attempt.url,
        "timestamp": attempt.at,
        "attempt_number": attempt.number,
        "outcome": outcome,
        "http_status": (attempt.status > 0).then_some(attempt.status),
        "error": attempt.error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_call_brings_beside_its_own_fields_is_the_payload() {
        let payload = |body: Value| payload_of(&body);
        assert_eq!(payload(json!({ "id": "a", "target_url": "b" })), None);
        assert_eq!(payload(json!({ "id": "a", "target_url": "b", "x": 1 })).as_deref(), Some(r#"{"x":1}"#));
        assert_eq!(payload(json!({ "id": "a", "payload": [1] })).as_deref(), Some("[1]"));
        assert_eq!(payload(json!({ "id": "a", "payload": [1], "x": 2 })).as_deref(), Some(r#"{"payload":[1],"x":2}"#));
    }

    #[test]
    fn a_new_id_is_a_random_uuid() {
        let id = new_id();
        assert!(id.len() == 36 && id.as_bytes()[14] == b'4' && b"89ab".contains(&id.as_bytes()[19]), "{id}");
        assert_ne!(id, new_id());
    }
}
