//! Events, and what became of each at the endpoints.

use std::collections::BTreeSet;

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::model::{Delivery, DeliveryState, Event, NewEvent, PublishOutcome};
use crate::http::auth::caller::{May, Publish, Read};
use crate::http::gateway::api::about;
use crate::http::gateway::api::list::{ListRequest, Listed, only};
use crate::http::problem::Problem;
use crate::http::state::AppState;
use crate::http::svix::message::{MessagesQuery, idempotency_key, other_body, scan};
use crate::http::svix::request::{Json, Query};

/// An event.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventView {
    /// `msg_…`, also the `webhook-id` of its deliveries.
    id: String,
    institution: String,
    #[serde(rename = "type")]
    kind: String,
    /// What it says, as its sender wrote it; null once its payload was removed.
    #[schema(value_type = Option<Object>)]
    data: Option<Box<RawValue>>,
    /// The sender's own id.
    event_id: Option<String>,
    channels: Option<Vec<String>>,
    tags: Option<Vec<String>>,
    #[schema(value_type = String, format = DateTime)]
    created: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    deliver_at: Option<Timestamp>,
    /// Until when the payload is kept.
    #[schema(value_type = String, format = DateTime)]
    keep_until: Timestamp,
    /// To how many endpoints it goes; only in the answer to its publishing.
    #[serde(skip_serializing_if = "Option::is_none")]
    matched: Option<usize>,
}

/// A new event.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventBody {
    /// The institution, where the key is not for one.
    #[serde(default)]
    institution: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    /// What it says: an object.
    #[schema(value_type = Object)]
    data: Box<RawValue>,
    /// The sender's own id, used once.
    #[serde(default)]
    event_id: Option<String>,
    #[serde(default)]
    channels: Option<BTreeSet<String>>,
    #[serde(default)]
    tags: Option<BTreeSet<String>>,
    /// Events with the same key keep their order at endpoints that ask for it.
    #[serde(default)]
    key: Option<String>,
    /// Whom it speaks of, so that it can be erased; kept as a keyed hash.
    #[serde(default)]
    subject: Option<String>,
    /// Not to be sent before then, at most a day ahead.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    deliver_at: Option<Timestamp>,
    /// How many hours the payload is kept.
    #[serde(default)]
    keep_hours: Option<u32>,
}

/// What became of one event at one endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryView {
    event: String,
    endpoint: String,
    /// `delivered`, `waiting`, `dead`, `skipped` or `cancelled`.
    state: &'static str,
    /// Why it was skipped or cancelled.
    #[schema(value_type = Option<String>)]
    reason: Option<serde_json::Value>,
    /// Scheduled calls made.
    attempts: u32,
    #[schema(value_type = Option<String>, format = DateTime)]
    next_attempt: Option<Timestamp>,
}

impl From<Event> for EventView {
    fn from(of: Event) -> Self {
        Self {
            id: of.id.to_string(),
            institution: of.institution.to_string(),
            kind: of.event_type,
            data: of.payload.and_then(|text| RawValue::from_string(text).ok()),
            event_id: of.event_id,
            channels: of.channels,
            tags: of.tags,
            created: of.created,
            deliver_at: of.deliver_at,
            keep_until: of.keep_until,
            matched: None,
        }
    }
}

impl From<Delivery> for DeliveryView {
    fn from(of: Delivery) -> Self {
        let reason = match of.state {
            DeliveryState::Skipped(reason) => serde_json::to_value(reason).ok(),
            DeliveryState::Cancelled(reason) => serde_json::to_value(reason).ok(),
            DeliveryState::Delivered | DeliveryState::Waiting | DeliveryState::Dead => None,
        };
        Self {
            event: of.message.to_string(),
            endpoint: of.endpoint.to_string(),
            state: state_word(of.state),
            reason,
            attempts: of.attempts,
            next_attempt: of.next_attempt,
        }
    }
}

fn state_word(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Delivered => "delivered",
        DeliveryState::Waiting => "waiting",
        DeliveryState::Dead => "dead",
        DeliveryState::Skipped(_) => "skipped",
        DeliveryState::Cancelled(_) => "cancelled",
    }
}

/// The routes of events and deliveries.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, publish)).routes(routes!(get)).routes(routes!(deliveries))
}

/// List events, newest first; with `order=asc` a partner without webhooks follows them by the cursor.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "Events", operation_id = "events_list",
    params(
        ("institution" = Option<String>, Query), ("type" = Option<String>, Query, description = "One or several, with commas"),
        ("channel" = Option<String>, Query), ("tag" = Option<String>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query),
        ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query), ("order" = Option<String>, Query, description = "desc or asc"),
    ),
    responses((status = 200, body = Listed<EventView>))
)]
pub async fn list(State(state): State<AppState>, caller: May<Read>, query: Query) -> Result<Answer<Listed<EventView>>, Problem> {
    let asked = ListRequest::of(&query, &["type", "channel", "tag", "from", "to"])?;
    let institution = about(&state.gateway, &caller, query.text("institution")).await?;
    let wanted = MessagesQuery {
        event_types: query.list("type"),
        channel: query.text("channel").map(ToOwned::to_owned),
        tag: query.text("tag").map(ToOwned::to_owned),
        after: query.time("from")?,
        before: query.time("to")?,
    };
    asked.by_id::<crate::gateway::ids::MessageId>()?;
    let keep = |event: Event| async move { Ok(Some(EventView::from(event))) };
    let page = scan(&state.gateway, &institution, &asked.page, &wanted, state.clock.now(), keep).await?;
    Ok(Answer(asked.answer(page)))
}

/// Publish an event. The `Idempotency-Key` makes a repeat harmless: it gets the first one's answer.
#[utoipa::path(
    post, path = "/api/v1/events", tag = "Events", operation_id = "events_publish", request_body = EventBody,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = EventView))
)]
pub async fn publish(
    State(state): State<AppState>,
    caller: May<Publish>,
    query: Query,
    headers: HeaderMap,
    Json(body): Json<EventBody>,
) -> Result<(StatusCode, Answer<EventView>), Problem> {
    only(&query, &["institution"])?;
    let institution = about(&state.gateway, &caller, body.institution.as_deref().or(query.text("institution"))).await?;
    if !body.data.get().trim_start().starts_with('{') {
        return Err(Problem::invalid_field(&["body", "data"], "An event's data is an object."));
    }
    let new = NewEvent {
        event_type: body.kind,
        payload: body.data.get().to_owned(),
        event_id: body.event_id,
        channels: body.channels.map(|set| set.into_iter().collect()),
        tags: body.tags.map(|set| set.into_iter().collect()),
        key: body.key,
        subject: body.subject,
        retention_hours: body.keep_hours,
        deliver_at: body.deliver_at,
        raw_body: None,
        only: None,
    };
    let published = state.gateway.publish(institution.id, new, idempotency_key(&headers)?).await?;
    match published.outcome {
        PublishOutcome::Created | PublishOutcome::Repeat => {
            let view = EventView { matched: Some(published.matched), ..published.event.into() };
            Ok((StatusCode::ACCEPTED, Answer(view)))
        }
        PublishOutcome::OtherBody => Err(other_body()),
        PublishOutcome::EventIdTaken => Err(Problem::conflict("event_id_taken", "An event with this event_id was published before.")),
    }
}

/// Get an event by its id or the sender's own.
#[utoipa::path(get, path = "/api/v1/events/{event}", tag = "Events", operation_id = "events_get", responses((status = 200, body = EventView)))]
pub async fn get(
    State(state): State<AppState>,
    caller: May<Read>,
    Path(event): Path<String>,
    query: Query,
) -> Result<Answer<EventView>, Problem> {
    only(&query, &["institution"])?;
    let institution = about(&state.gateway, &caller, query.text("institution")).await?;
    Ok(Answer(state.gateway.event(institution.id, &event).await?.into()))
}

/// What became of events: of one at every endpoint (`event`), or of all at one (`endpoint`).
#[utoipa::path(
    get, path = "/api/v1/deliveries", tag = "Deliveries", operation_id = "deliveries_list",
    params(
        ("institution" = Option<String>, Query), ("event" = Option<String>, Query), ("endpoint" = Option<String>, Query),
        ("state" = Option<String>, Query, description = "delivered, waiting, dead, skipped or cancelled"),
        ("type" = Option<String>, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = Listed<DeliveryView>))
)]
pub async fn deliveries(State(state): State<AppState>, caller: May<Read>, query: Query) -> Result<Answer<Listed<DeliveryView>>, Problem> {
    let asked = ListRequest::of(&query, &["event", "endpoint", "state", "type"])?;
    let institution = about(&state.gateway, &caller, query.text("institution")).await?;
    let standing = query.text("state");
    if standing.is_some_and(|word| !["delivered", "waiting", "dead", "skipped", "cancelled"].contains(&word)) {
        return Err(Problem::bad_request("generic_error", "state is delivered, waiting, dead, skipped or cancelled"));
    }
    let stands = |view: &DeliveryView| standing.is_none_or(|word| view.state == word);
    if let Some(event) = query.text("event") {
        let all = state.gateway.deliveries(institution.id, event).await?;
        let data = all.into_iter().map(DeliveryView::from).filter(stands);
        let data = data.filter(|view| query.text("endpoint").is_none_or(|endpoint| view.endpoint == endpoint)).collect();
        return Ok(Answer(Listed { data, next: None, prev: None }));
    }
    let Some(endpoint) = query.text("endpoint") else {
        return Err(Problem::invalid_field(&["query", "endpoint"], "Name an event or an endpoint."));
    };
    let endpoint = state.gateway.endpoint(institution.id, endpoint).await?.id;
    let wanted = MessagesQuery { event_types: query.list("type"), ..MessagesQuery::default() };
    asked.by_id::<crate::gateway::ids::MessageId>()?;
    let (gateway, of) = (&state.gateway, institution.id);
    let keep = |event: Event| async move {
        let found = gateway.delivery(of, &event.id.to_string(), endpoint).await?;
        Ok(found.map(DeliveryView::from).filter(stands))
    };
    let page = scan(gateway, &institution, &asked.page, &wanted, state.clock.now(), keep).await?;
    Ok(Answer(asked.answer(page)))
}
