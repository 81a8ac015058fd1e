//! Attempts: the calls that were made, and where messages stand. Calls come from the attempt log, states from the records.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::Gateway;
use crate::gateway::error::GatewayError;
use crate::gateway::ids::{AttemptId, EndpointId};
use crate::gateway::model::{Delivery, DeliveryState, Event, Institution};
use crate::http::auth::caller::{Administer, May, Read};
use crate::http::problem::{Problem, no_content};
use crate::http::state::AppState;
use crate::http::svix::endpoint::EndpointOut;
use crate::http::svix::message::{MessageOut, MessagesQuery, scan};
use crate::http::svix::page::{Order, Page, PageRequest, Start};
use crate::http::svix::request::Query;
use crate::http::svix::tenant::tenant;
use crate::lookup::attempts::AttemptLog;
use crate::lookup::attempts::rows::{AttemptFilter, AttemptRow, Entry, Outcome, Slice};

/// Attempts counted one by one; more are told to be about so many.
const COUNTED: usize = 10_000;

/// Where a message or a call stands, in Svix's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Success = 0,
    Pending = 1,
    Fail = 2,
    Sending = 3,
    Canceled = 4,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Pending => "pending",
            Self::Fail => "fail",
            Self::Sending => "sending",
            Self::Canceled => "canceled",
        }
    }

    /// `None` where the message was never meant for the endpoint.
    fn of(delivery: &Delivery) -> Option<Self> {
        match delivery.state {
            DeliveryState::Delivered => Some(Self::Success),
            DeliveryState::Waiting if delivery.attempts == 0 => Some(Self::Pending),
            DeliveryState::Waiting => Some(Self::Sending),
            DeliveryState::Dead => Some(Self::Fail),
            DeliveryState::Cancelled(_) => Some(Self::Canceled),
            DeliveryState::Skipped(_) => None,
        }
    }

    /// Clients that do not ask for it do not know the fifth state.
    fn told(self, expanded: bool) -> Self {
        if self == Self::Canceled && !expanded { Self::Fail } else { self }
    }

    fn parse(query: &Query) -> Result<Option<Self>, Problem> {
        let wrong = || Problem::bad_request("generic_error", "Failed to deserialize query string: status: expected 0 to 4");
        match query.typed::<u8>("status", "0 to 4")? {
            None => Ok(None),
            Some(0) => Ok(Some(Self::Success)),
            Some(1) => Ok(Some(Self::Pending)),
            Some(2) => Ok(Some(Self::Fail)),
            Some(3) => Ok(Some(Self::Sending)),
            Some(4) => Ok(Some(Self::Canceled)),
            Some(_) => Err(wrong()),
        }
    }
}

/// One call.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageAttemptOut {
    /// `atmpt_…`.
    pub id: String,
    /// The URL that was called.
    pub url: String,
    /// The beginning of the answer.
    pub response: String,
    /// The status of the answer; 0 without one.
    pub response_status_code: u16,
    /// How long it took.
    pub response_duration_ms: u32,
    /// 0 success, 1 pending, 2 fail, 3 sending, 4 canceled.
    pub status: u8,
    /// The same as a word.
    pub status_text: &'static str,
    /// 0 as scheduled, 1 because somebody asked for it.
    pub trigger_type: u8,
    /// The message.
    pub msg_id: String,
    /// The endpoint.
    pub endpoint_id: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    /// What went wrong, as one word; only for a call that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_class: Option<String>,
    /// What went wrong, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The message itself, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msg: Option<MessageOut>,
}

/// A message, and where it stands at one endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointMessageOut {
    /// The message.
    #[serde(flatten)]
    pub message: MessageOut,
    /// 0 success, 1 pending, 2 fail, 3 sending, 4 canceled.
    pub status: u8,
    /// The same as a word.
    pub status_text: &'static str,
    /// When it is tried next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_attempt: Option<Timestamp>,
}

/// An endpoint, and where one message stands at it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageEndpointOut {
    /// The endpoint.
    #[serde(flatten)]
    pub endpoint: EndpointOut,
    /// 0 success, 1 pending, 2 fail, 3 sending, 4 canceled.
    pub status: u8,
    /// The same as a word.
    pub status_text: &'static str,
    /// When it is tried next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_attempt: Option<Timestamp>,
}

/// How many calls there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountOut {
    count: usize,
    approximated: bool,
}

/// The headers of one call.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttemptHeadersOut {
    sent_headers: BTreeMap<String, String>,
    sensitive: BTreeSet<String>,
    response_headers: Vec<(String, String)>,
}

impl MessageAttemptOut {
    fn of(row: AttemptRow, with_content: bool, expanded: bool) -> Self {
        let status = match row.outcome {
            Outcome::Success => Status::Success,
            Outcome::Failed => Status::Fail,
            Outcome::Cancelled => Status::Canceled,
        }
        .told(expanded);
        let response = if with_content { row.answer.or_else(|| row.error.clone()).unwrap_or_default() } else { "{}".to_owned() };
        Self {
            id: row.id,
            url: row.url,
            response,
            response_status_code: row.status,
            response_duration_ms: row.ms,
            status: status as u8,
            status_text: status.word(),
            trigger_type: u8::from(row.manual),
            msg_id: row.event,
            endpoint_id: row.endpoint,
            timestamp: row.at,
            error_class: Some(row.class).filter(|class| !class.is_empty()),
            error: row.error.filter(|_| with_content),
            msg: None,
        }
    }
}

/// The routes of attempts.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(by_endpoint))
        .routes(routes!(count_by_endpoint))
        .routes(routes!(by_message))
        .routes(routes!(by_message_older))
        .routes(routes!(by_message_and_endpoint))
        .routes(routes!(messages_of_endpoint))
        .routes(routes!(endpoints_of_message))
        .routes(routes!(get))
        .routes(routes!(headers))
        .routes(routes!(delete_content))
}

/// Calls to an endpoint, newest first.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/attempt/endpoint/{endpoint_id}", tag = "Message Attempt", responses((status = 200, body = Page<MessageAttemptOut>)))]
pub async fn by_endpoint(
    State(state): State<AppState>,
    caller: May<Read>,
    Path((app, endpoint)): Path<(String, String)>,
    query: Query,
) -> Result<Answer<Page<MessageAttemptOut>>, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    let endpoint = state.gateway.endpoint(institution.id, &endpoint).await?.id;
    let filter = AttemptFilter { endpoint: Some(endpoint.to_string()), ..asked(&query, &institution)? };
    attempts(&state, &institution, filter, &query).await.map(Answer)
}

/// How many calls to an endpoint there are.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/attempt/endpoint/{endpoint_id}/count", tag = "Message Attempt", responses((status = 200, body = CountOut)))]
pub async fn count_by_endpoint(
    State(state): State<AppState>,
    caller: May<Read>,
    Path((app, endpoint)): Path<(String, String)>,
    query: Query,
) -> Result<Answer<CountOut>, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    let endpoint = state.gateway.endpoint(institution.id, &endpoint).await?.id;
    let filter = AttemptFilter { endpoint: Some(endpoint.to_string()), ..asked(&query, &institution)? };
    let count = if never(&query)? { 0 } else { state.log.count_attempts(filter, COUNTED + 1).await? };
    Ok(Answer(CountOut { count: count.min(COUNTED), approximated: count > COUNTED }))
}

/// Calls for a message, newest first.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/attempt/msg/{msg_id}", tag = "Message Attempt", responses((status = 200, body = Page<MessageAttemptOut>)))]
pub async fn by_message(
    State(state): State<AppState>,
    caller: May<Read>,
    Path((app, message)): Path<(String, String)>,
    query: Query,
) -> Result<Answer<Page<MessageAttemptOut>>, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    let event = state.gateway.event(institution.id, &message).await?;
    let mut filter = AttemptFilter { event: Some(event.id.to_string()), ..asked(&query, &institution)? };
    if let Some(endpoint) = query.text("endpoint_id") {
        filter.endpoint = Some(endpoint_id(&state.gateway, &institution, endpoint).await?);
    }
    attempts(&state, &institution, filter, &query).await.map(Answer)
}

/// Calls for a message, at the path of older clients.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/msg/{msg_id}/attempt", tag = "Message Attempt", responses((status = 200, body = Page<MessageAttemptOut>)))]
pub async fn by_message_older(
    state: State<AppState>,
    caller: May<Read>,
    path: Path<(String, String)>,
    query: Query,
) -> Result<Answer<Page<MessageAttemptOut>>, Problem> {
    by_message(state, caller, path, query).await
}

/// Calls for a message to an endpoint, at the path of older clients.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/attempt", tag = "Message Attempt", responses((status = 200, body = Page<MessageAttemptOut>)))]
pub async fn by_message_and_endpoint(
    State(state): State<AppState>,
    caller: May<Read>,
    Path((app, message, endpoint)): Path<(String, String, String)>,
    query: Query,
) -> Result<Answer<Page<MessageAttemptOut>>, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    let event = state.gateway.event(institution.id, &message).await?;
    let endpoint = Some(endpoint_id(&state.gateway, &institution, &endpoint).await?);
    let filter = AttemptFilter { event: Some(event.id.to_string()), endpoint, ..asked(&query, &institution)? };
    attempts(&state, &institution, filter, &query).await.map(Answer)
}

/// Messages meant for an endpoint, and where they stand, newest first.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/msg", tag = "Message Attempt", responses((status = 200, body = Page<EndpointMessageOut>)))]
pub async fn messages_of_endpoint(
    State(state): State<AppState>,
    caller: May<Read>,
    Path((app, endpoint)): Path<(String, String)>,
    query: Query,
) -> Result<Answer<Page<EndpointMessageOut>>, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    let endpoint = state.gateway.endpoint(institution.id, &endpoint).await?.id;
    let (with_content, expanded) = (query.flag("with_content", true)?, query.flag("expanded_statuses", false)?);
    let status = Status::parse(&query)?;
    let request = PageRequest::of(&query, Order::Descending)?;
    let (gateway, of) = (&state.gateway, &institution);
    let keep = |event: Event| async move {
        let delivery = gateway.delivery(of.id, &event.id.to_string(), endpoint).await?;
        let stands = delivery.as_ref().and_then(|delivery| Some((delivery, Status::of(delivery)?.told(expanded))));
        Ok(stands.filter(|(_, found)| status.is_none_or(|wanted| *found == wanted)).map(|(delivery, found)| EndpointMessageOut {
            message: MessageOut::of(event, with_content),
            status: found as u8,
            status_text: found.word(),
            next_attempt: delivery.next_attempt,
        }))
    };
    Ok(Answer(scan(gateway, of, &request, &MessagesQuery::of(&query)?, state.clock.now(), keep).await?))
}

/// Endpoints that a message is meant for, and where it stands at each.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/msg/{msg_id}/endpoint", tag = "Message Attempt", responses((status = 200, body = Page<MessageEndpointOut>)))]
pub async fn endpoints_of_message(
    State(state): State<AppState>,
    caller: May<Read>,
    Path((app, message)): Path<(String, String)>,
    query: Query,
) -> Result<Answer<Page<MessageEndpointOut>>, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    let expanded = query.flag("expanded_statuses", false)?;
    let mut found = Vec::new();
    for delivery in state.gateway.deliveries(institution.id, &message).await? {
        let Some(status) = Status::of(&delivery) else { continue };
        let status = status.told(expanded);
        let endpoint = match state.gateway.endpoint(institution.id, &delivery.endpoint.to_string()).await {
            Ok(endpoint) => endpoint.into(),
            Err(GatewayError::NotFound(_)) => deleted(delivery.endpoint),
            Err(error) => return Err(error.into()),
        };
        found.push(MessageEndpointOut { endpoint, status: status as u8, status_text: status.word(), next_attempt: delivery.next_attempt });
    }
    found.sort_by(|a, b| a.endpoint.id.cmp(&b.endpoint.id));
    Ok(Answer(PageRequest::of(&query, Order::Descending)?.cut(found, |one| one.endpoint.id.clone())))
}

/// Get one call.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}", tag = "Message Attempt", responses((status = 200, body = MessageAttemptOut)))]
pub async fn get(
    State(state): State<AppState>,
    caller: May<Read>,
    Path((app, message, attempt)): Path<(String, String, String)>,
    query: Query,
) -> Result<Answer<MessageAttemptOut>, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    let row = one(&state, &institution, &message, &attempt).await?;
    Ok(Answer(MessageAttemptOut::of(row, query.flag("with_content", true)?, query.flag("expanded_statuses", false)?)))
}

/// The headers of one call, as far as they are kept.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}/headers", tag = "Message Attempt", responses((status = 200, body = AttemptHeadersOut)))]
pub async fn headers(
    State(state): State<AppState>,
    caller: May<Read>,
    Path((app, message, attempt)): Path<(String, String, String)>,
) -> Result<Answer<AttemptHeadersOut>, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    let row = one(&state, &institution, &message, &attempt).await?;
    let found = match AttemptId::parse(&row.id) {
        Some(id) => state.gateway.attempt(institution.id, &message, id).await?.response_headers,
        None => Vec::new(),
    };
    let sent = [("Webhook-Id", row.event.clone()), ("Webhook-Timestamp", row.at.as_second().to_string())];
    Ok(Answer(AttemptHeadersOut {
        sent_headers: sent.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        // The signature is as good as the message: it is not shown again.
        sensitive: BTreeSet::from(["Webhook-Signature".to_owned()]),
        response_headers: found,
    }))
}

/// Take the answer of one call out.
#[utoipa::path(delete, path = "/api/v1/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}/content", tag = "Message Attempt", responses((status = 204)))]
pub async fn delete_content(
    State(state): State<AppState>,
    caller: May<Administer>,
    Path((app, message, attempt)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    let row = one(&state, &institution, &message, &attempt).await?;
    if let Some(id) = AttemptId::parse(&row.id) {
        state.gateway.expunge_attempt(institution.id, &message, id).await?;
    }
    // The gateway tells the log as well, but perhaps later than the caller asks again.
    state.log.tell(vec![Entry::AnswerGone(row.id)]);
    Ok(no_content())
}

/// The call of this id, if it belongs to this message of this institution.
async fn one(state: &AppState, institution: &Institution, message: &str, attempt: &str) -> Result<AttemptRow, Problem> {
    let event = state.gateway.event(institution.id, message).await?;
    let id = AttemptId::parse(attempt).ok_or_else(Problem::not_found)?;
    let row = state.log.attempt(&id.to_string()).await?;
    row.filter(|row| row.event == event.id.to_string() && row.institution == institution.id.to_string()).ok_or_else(Problem::not_found)
}

/// What a query asks of an institution's calls.
fn asked(query: &Query, institution: &Institution) -> Result<AttemptFilter, Problem> {
    let status_class = query.typed::<u16>("status_code_class", "0, 100, 200, 300, 400 or 500")?;
    if status_class.is_some_and(|class| class > 500 || class % 100 != 0) {
        return Err(Problem::bad_request(
            "generic_error",
            "Failed to deserialize query string: status_code_class: expected 0, 100, 200, 300, 400 or 500",
        ));
    }
    Ok(AttemptFilter {
        institution: Some(institution.id.to_string()),
        outcome: Status::parse(query)?.and_then(|status| match status {
            Status::Success => Some(Outcome::Success),
            Status::Fail => Some(Outcome::Failed),
            Status::Canceled => Some(Outcome::Cancelled),
            Status::Pending | Status::Sending => None,
        }),
        status_class,
        kinds: query.list("event_types"),
        channel: query.text("channel").map(ToOwned::to_owned),
        tag: query.text("tag").map(ToOwned::to_owned),
        after: query.time("after")?,
        before: query.time("before")?,
        ..AttemptFilter::default()
    })
}

/// Whether the query asks for states that no call that was made can have.
fn never(query: &Query) -> Result<bool, Problem> {
    Ok(matches!(Status::parse(query)?, Some(Status::Pending | Status::Sending)))
}

async fn attempts(
    state: &AppState,
    institution: &Institution,
    filter: AttemptFilter,
    query: &Query,
) -> Result<Page<MessageAttemptOut>, Problem> {
    let request = PageRequest::of(query, Order::Descending)?;
    let (with_content, expanded) = (query.flag("with_content", true)?, query.flag("expanded_statuses", false)?);
    let rows = if never(query)? {
        Page::of(Vec::new(), true, |row: &AttemptRow| row.id.clone())
    } else {
        read(&state.log, filter, &request).await?
    };
    let mut page = rows.map(|row| MessageAttemptOut::of(row, with_content, expanded));
    if query.flag("with_msg", false)? {
        for attempt in &mut page.data {
            match state.gateway.event(institution.id, &attempt.msg_id).await {
                Ok(event) => attempt.msg = Some(MessageOut::of(event, with_content)),
                Err(GatewayError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(page)
}

/// A page of calls from the log.
///
/// # Errors
/// 503 while the log cannot be read.
pub async fn read(log: &AttemptLog, filter: AttemptFilter, request: &PageRequest) -> Result<Page<AttemptRow>, Problem> {
    let (behind, order) = match &request.start {
        Start::First => (None, request.order),
        Start::After(id) => (Some(id.clone()), request.order),
        Start::Before(id) => (Some(id.clone()), request.order.reversed()),
    };
    let slice = Slice { behind, ascending: order == Order::Ascending, limit: request.limit + 1 };
    let mut rows = log.attempts(filter, slice).await?;
    let done = rows.len() <= request.limit;
    rows.truncate(request.limit);
    if matches!(request.start, Start::Before(_)) {
        rows.reverse();
    }
    Ok(Page::of(rows, done, |row| row.id.clone()))
}

/// The endpoint's id; of one that is gone, the id as it was given.
async fn endpoint_id(gateway: &Arc<Gateway>, institution: &Institution, id_or_uid: &str) -> Result<String, Problem> {
    match gateway.endpoint(institution.id, id_or_uid).await {
        Ok(endpoint) => Ok(endpoint.id.to_string()),
        Err(GatewayError::NotFound(_)) if EndpointId::parse(id_or_uid).is_some() => Ok(id_or_uid.to_owned()),
        Err(error) => Err(error.into()),
    }
}

/// What is left of an endpoint that was deleted.
fn deleted(id: EndpointId) -> EndpointOut {
    EndpointOut {
        id: id.to_string(),
        url: String::new(),
        description: "deleted".to_owned(),
        uid: None,
        throttle_rate: None,
        disabled: true,
        event_types: None,
        channels: None,
        metadata: BTreeMap::new(),
        created_at: id.time(),
        updated_at: id.time(),
        version: 1,
    }
}
