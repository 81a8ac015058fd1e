//! Dead letters: deliveries of which every call failed.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::Gateway;
use crate::gateway::error::GatewayError;
use crate::gateway::ids::MessageId;
use crate::gateway::model::{DeadLetter, Institution, PageQuery};
use crate::http::auth::caller::{May, Read, Replay};
use crate::http::gateway::api::about;
use crate::http::gateway::api::list::{ListRequest, Listed, only};
use crate::http::problem::{Problem, no_content};
use crate::http::state::AppState;
use crate::http::svix::page::{Page, Start};
use crate::http::svix::request::Query;

/// A dead letter.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetterView {
    /// The event as its sender wrote it; absent once its payload was removed.
    #[schema(value_type = Object)]
    original_event: OriginalEvent,
    error: DeadErrorView,
    endpoint: String,
    /// Scheduled calls made.
    attempts: u32,
}

/// The event of a dead letter.
#[derive(Debug, Serialize, ToSchema)]
pub struct OriginalEvent {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[schema(value_type = Option<Object>)]
    data: Option<Box<RawValue>>,
}

/// Why it is dead.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadErrorView {
    message: String,
    /// The chain of causes.
    stack: String,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
}

impl DeadLetterView {
    fn of(letter: DeadLetter, payload: Option<String>) -> Self {
        let data = payload.and_then(|text| RawValue::from_string(text).ok());
        Self {
            original_event: OriginalEvent { id: letter.message.to_string(), kind: letter.event_type, data },
            error: DeadErrorView { message: letter.error.message, stack: letter.error.stack, timestamp: letter.error.timestamp },
            endpoint: letter.endpoint.to_string(),
            attempts: letter.attempts,
        }
    }
}

/// The routes of dead letters.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(replay)).routes(routes!(discard))
}

/// List the dead letters of an endpoint, newest first.
#[utoipa::path(
    get, path = "/api/v1/dead-letters", tag = "Dead letters", operation_id = "dead_letters_list",
    params(
        ("institution" = Option<String>, Query), ("endpoint" = String, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = Listed<DeadLetterView>))
)]
pub async fn list(State(gateway): State<Arc<Gateway>>, caller: May<Read>, query: Query) -> Result<Answer<Listed<DeadLetterView>>, Problem> {
    let asked = ListRequest::of(&query, &["endpoint"])?;
    let institution = about(&gateway, &caller, query.text("institution")).await?;
    let Some(endpoint) = query.text("endpoint") else {
        return Err(Problem::invalid_field(&["query", "endpoint"], "Name the endpoint."));
    };
    let endpoint = gateway.endpoint(institution.id, endpoint).await?;
    if matches!(asked.page.start, Start::Before(_)) || query.text("order") == Some("asc") {
        return Err(Problem::bad_request("generic_error", "Dead letters are listed newest first and forward only."));
    }
    let from: PageQuery<MessageId> = asked.by_id()?;
    let page = gateway.dead_letters(endpoint.id, &from).await?;
    let mut data = Vec::new();
    for letter in page.data {
        let payload = match gateway.event(institution.id, &letter.message.to_string()).await {
            Ok(event) => event.payload,
            Err(GatewayError::NotFound(_)) => None,
            Err(error) => return Err(error.into()),
        };
        data.push(DeadLetterView::of(letter, payload));
    }
    let page = Page::of(data, page.done, |letter| letter.original_event.id.clone());
    Ok(Answer(Listed { prev: None, ..asked.answer(page) }))
}

/// Put a dead letter back into its endpoint's queue, with a fresh schedule.
#[utoipa::path(
    post, path = "/api/v1/dead-letters/{endpoint}/{event}/replay", tag = "Dead letters", operation_id = "dead_letters_replay",
    responses((status = 202))
)]
pub async fn replay(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Replay>,
    Path((endpoint, event)): Path<(String, String)>,
    query: Query,
) -> Result<(StatusCode, Answer<Value>), Problem> {
    only(&query, &["institution"])?;
    let institution = about(&gateway, &caller, query.text("institution")).await?;
    let letter = letter(&gateway, &institution, &endpoint, &event).await?;
    gateway.replay_dead_letter(institution.id, &letter.endpoint.to_string(), letter.message).await?;
    Ok((StatusCode::ACCEPTED, Answer(json!({}))))
}

/// Take a dead letter off the list; the delivery stays dead.
#[utoipa::path(
    post, path = "/api/v1/dead-letters/{endpoint}/{event}/discard", tag = "Dead letters", operation_id = "dead_letters_discard",
    responses((status = 204))
)]
pub async fn discard(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Replay>,
    Path((endpoint, event)): Path<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    only(&query, &["institution"])?;
    let institution = about(&gateway, &caller, query.text("institution")).await?;
    let letter = letter(&gateway, &institution, &endpoint, &event).await?;
    gateway.discard_dead_letter(letter.endpoint, letter.message).await?;
    Ok(no_content())
}

/// The dead letter of this event at this endpoint.
async fn letter(gateway: &Gateway, institution: &Institution, endpoint: &str, event: &str) -> Result<DeadLetter, Problem> {
    let endpoint = gateway.endpoint(institution.id, endpoint).await?;
    let message = MessageId::parse(event).ok_or_else(Problem::not_found)?;
    gateway.dead_letter(endpoint.id, message).await?.ok_or_else(Problem::not_found)
}
