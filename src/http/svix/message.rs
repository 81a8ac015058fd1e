//! Messages: our events.

use std::collections::BTreeSet;

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::role::Caller;
use crate::gateway::Gateway;
use crate::gateway::ids::{Ksuid, MessageId};
use crate::gateway::model::{Event, Institution, NewEvent, PageQuery, PublishOutcome};
use crate::http::auth::caller::{May, Publish, Read};
use crate::http::problem::{FieldError, Problem};
use crate::http::state::AppState;
use crate::http::svix::application::ApplicationIn;
use crate::http::svix::page::{Order, Page, PageRequest};
use crate::http::svix::request::{Json, Query};
use crate::http::svix::tenant::{everywhere, on, tenant};

/// Events looked at for one page of a filtered list; a page that is not full then has an iterator to go on with.
const LOOKED_AT: usize = 2000;
/// Events read at once for a filtered list.
const BATCH: usize = 250;
/// Lists look back so many days.
const WINDOW_DAYS: i64 = 90;

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageOut {
    /// `msg_…`, also the `webhook-id` of its deliveries.
    pub id: String,
    /// Its type.
    pub event_type: String,
    /// What is sent, as its sender wrote it.
    #[schema(value_type = Object)]
    pub payload: Box<RawValue>,
    /// When it was accepted.
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    /// The sender's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// Its channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<Vec<String>>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Not sent before then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub deliver_at: Option<Timestamp>,
    /// To how many endpoints it goes; only when it was just accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched: Option<usize>,
}

/// A message to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageIn {
    /// Its type.
    pub event_type: String,
    /// What is sent: an object.
    #[schema(value_type = Object)]
    pub payload: Box<RawValue>,
    /// The sender's own id, used once.
    #[serde(default)]
    pub event_id: Option<String>,
    /// Only endpoints that listen to one of these, or to all.
    #[serde(default)]
    pub channels: Option<BTreeSet<String>>,
    /// For lists.
    #[serde(default)]
    pub tags: Option<BTreeSet<String>>,
    /// Made first, when there is none with this uid.
    #[serde(default)]
    pub application: Option<ApplicationIn>,
    /// A body to send instead of the payload.
    #[serde(default)]
    pub transformations_params: Option<TransformationsParams>,
    /// Not to be sent before then, a minute to a day ahead.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub deliver_at: Option<Timestamp>,
    /// How many days the payload is kept.
    #[serde(default)]
    pub payload_retention_period: Option<u32>,
    /// How many hours the payload is kept.
    #[serde(default)]
    pub payload_retention_hours: Option<u32>,
}

/// A body that is sent as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransformationsParams {
    #[serde(default)]
    raw_payload: Option<String>,
    #[serde(default)]
    headers: std::collections::BTreeMap<String, String>,
}

/// Whether a message would go anywhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrecheckIn {
    event_type: String,
    #[serde(default)]
    channels: Option<BTreeSet<String>>,
}

/// The answer to that.
#[derive(Debug, Serialize, ToSchema)]
pub struct PrecheckOut {
    active: bool,
}

/// A search.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchIn {
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    iterator: Option<String>,
    #[serde(default)]
    channel: Option<String>,
    #[serde(default)]
    tag: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    before: Option<Timestamp>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    after: Option<Timestamp>,
    #[serde(default)]
    event_types: Option<BTreeSet<String>>,
}

/// A message's bytes.
#[derive(Debug, Serialize, ToSchema)]
pub struct RawOut {
    payload: String,
}

impl MessageOut {
    /// The message of an event, with its payload or without.
    pub fn of(event: Event, with_content: bool) -> Self {
        let payload = match (with_content, event.payload) {
            (false, _) => raw("{}"),
            (true, None) => raw(r#"{"expired":true}"#),
            (true, Some(text)) => RawValue::from_string(text).unwrap_or_else(|_| raw("{}")),
        };
        Self {
            id: event.id.to_string(),
            event_type: event.event_type,
            payload,
            timestamp: event.created,
            event_id: event.event_id,
            channels: event.channels,
            tags: event.tags,
            deliver_at: event.deliver_at,
            matched: None,
        }
    }
}

fn raw(json: &'static str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// Which messages of a list.
#[derive(Debug, Default)]
pub struct MessagesQuery {
    /// In this channel.
    pub channel: Option<String>,
    /// With this tag.
    pub tag: Option<String>,
    /// Of one of these types; of any when empty.
    pub event_types: BTreeSet<String>,
    /// Before.
    pub before: Option<Timestamp>,
    /// Not before.
    pub after: Option<Timestamp>,
}

impl MessagesQuery {
    /// What a query asks for.
    ///
    /// # Errors
    /// 400 for a time that is none.
    pub fn of(query: &Query) -> Result<Self, Problem> {
        Ok(Self {
            channel: query.text("channel").map(ToOwned::to_owned),
            tag: query.text("tag").map(ToOwned::to_owned),
            event_types: query.list("event_types"),
            before: query.time("before")?,
            after: query.time("after")?,
        })
    }

    /// Whether everything is wanted.
    fn is_all(&self) -> bool {
        self.channel.is_none() && self.tag.is_none() && self.event_types.is_empty() && self.before.is_none() && self.after.is_none()
    }

    fn takes(&self, event: &Event) -> bool {
        let has = |list: &Option<Vec<String>>, one: &Option<String>| {
            one.as_ref().is_none_or(|one| list.as_ref().is_some_and(|list| list.contains(one)))
        };
        has(&event.channels, &self.channel)
            && has(&event.tags, &self.tag)
            && (self.event_types.is_empty() || self.event_types.contains(&event.event_type))
            && self.before.is_none_or(|before| event.created < before)
            && self.after.is_none_or(|after| event.created >= after)
    }

    /// The oldest that is wanted: lists look back a while, from now or from where they begin.
    fn oldest(&self, now: Timestamp) -> Timestamp {
        let from = self.before.unwrap_or(now);
        self.after.unwrap_or_else(|| from.checked_sub((WINDOW_DAYS * 24).hours()).unwrap_or(Timestamp::MIN))
    }
}

/// A page of an institution's events that are wanted and that `keep` turns into items.
///
/// Looks at a bounded number of events: a page may be short, or empty, and still not be the last.
///
/// # Errors
/// As the gateway's.
pub async fn scan<T, F>(
    gateway: &Gateway,
    institution: &Institution,
    request: &PageRequest,
    wanted: &MessagesQuery,
    now: Timestamp,
    mut keep: impl FnMut(Event) -> F,
) -> Result<Page<T>, Problem>
where
    F: Future<Output = Result<Option<T>, Problem>>,
{
    let mut query: PageQuery<MessageId> = request.by_id()?;
    let oldest = wanted.oldest(now);
    let falls = request.order == Order::Descending && !query.backwards;
    if falls
        && query.from.is_none()
        && let Some(before) = wanted.before
    {
        query.from = Some(MessageId::of(Ksuid::first_at(before)));
    }
    query.limit = if wanted.is_all() { request.limit } else { BATCH };
    let mut kept: Vec<(MessageId, T)> = Vec::new();
    let mut looked_at = 0;
    let done = 'reading: loop {
        let page = gateway.events(institution.id, &query).await?;
        let is_last = page.done;
        let mut events = page.data;
        if query.backwards {
            events.reverse();
        }
        for event in events {
            let id = event.id;
            if falls && event.created < oldest {
                break 'reading true;
            }
            query.from = Some(id);
            looked_at += 1;
            if !wanted.takes(&event) {
                continue;
            }
            if let Some(item) = keep(event).await? {
                if kept.len() == request.limit {
                    break 'reading false;
                }
                kept.push((id, item));
            }
        }
        if is_last {
            break true;
        }
        if looked_at >= LOOKED_AT || (wanted.is_all() && kept.len() == request.limit) {
            break false;
        }
    };
    let last = query.from.filter(|_| !done && kept.len() < request.limit);
    if query.backwards {
        kept.reverse();
    }
    let page = Page::of(kept, done, |(id, _)| id.to_string());
    // Where looking ended before the page was full, it goes on behind what was looked at.
    let (iterator, prev_iterator) = match last {
        Some(last) if query.backwards => (page.iterator, Some(format!("-{last}"))),
        Some(last) => (Some(last.to_string()), page.prev_iterator),
        None => (page.iterator, page.prev_iterator),
    };
    Ok(Page { data: page.data.into_iter().map(|(_, item)| item).collect(), iterator, prev_iterator, done: page.done })
}

/// The routes of messages.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(precheck))
        .routes(routes!(search))
        .routes(routes!(get))
        .routes(routes!(get_raw))
}

/// List messages, newest first.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/msg", tag = "Message", responses((status = 200, body = Page<MessageOut>)))]
pub async fn list(
    State(state): State<AppState>,
    caller: May<Read>,
    Path(app): Path<String>,
    query: Query,
) -> Result<Answer<Page<MessageOut>>, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    let with_content = query.flag("with_content", true)?;
    let request = PageRequest::of(&query, Order::Descending)?;
    let keep = |event: Event| async move { Ok(Some(MessageOut::of(event, with_content))) };
    Ok(Answer(scan(&state.gateway, &institution, &request, &MessagesQuery::of(&query)?, state.clock.now(), keep).await?))
}

/// Search messages: the list, with its questions in a body.
#[utoipa::path(post, path = "/api/v1/app/{app_id}/msg/search", tag = "Message", request_body = SearchIn, responses((status = 200, body = Page<MessageOut>)))]
pub async fn search(
    State(state): State<AppState>,
    caller: May<Read>,
    Path(app): Path<String>,
    query: Query,
    Json(body): Json<SearchIn>,
) -> Result<Answer<Page<MessageOut>>, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    let request = PageRequest::asked(body.limit, body.iterator.as_deref(), Order::Descending)?;
    let wanted = MessagesQuery {
        channel: body.channel,
        tag: body.tag,
        event_types: body.event_types.unwrap_or_default(),
        before: body.before,
        after: body.after,
    };
    let with_content = query.flag("with_content", true)?;
    let keep = |event: Event| async move { Ok(Some(MessageOut::of(event, with_content))) };
    Ok(Answer(scan(&state.gateway, &institution, &request, &wanted, state.clock.now(), keep).await?))
}

/// Send a message. The `idempotency-key` makes a repeat harmless: it gets the first one's answer.
#[utoipa::path(
    post, path = "/api/v1/app/{app_id}/msg", tag = "Message", request_body = MessageIn, responses((status = 202, body = MessageOut))
)]
pub async fn create(
    State(state): State<AppState>,
    caller: May<Publish>,
    Path(app): Path<String>,
    query: Query,
    headers: HeaderMap,
    Json(body): Json<MessageIn>,
) -> Result<(StatusCode, Answer<MessageOut>), Problem> {
    let institution = application(&state.gateway, &caller, &app, body.application.as_ref()).await?;
    let with_content = query.flag("with_content", true)?;
    let event = body.into_event(state.clock.now())?;
    let out = publish(&state.gateway, &institution, event, &headers, with_content).await?;
    Ok((StatusCode::ACCEPTED, Answer(out)))
}

/// Makes an event durable, and answers a repeat as the first one was.
///
/// # Errors
/// 409 for an event id that was used; 422 for an idempotency key that was used for something else.
pub async fn publish(
    gateway: &Gateway,
    institution: &Institution,
    event: NewEvent,
    headers: &HeaderMap,
    with_content: bool,
) -> Result<MessageOut, Problem> {
    let published = gateway.publish(institution.id, event, idempotency_key(headers)?).await?;
    match published.outcome {
        PublishOutcome::Created | PublishOutcome::Repeat => {
            let matched = Some(published.matched);
            Ok(MessageOut { matched, ..MessageOut::of(published.event, with_content) })
        }
        PublishOutcome::OtherBody => Err(other_body()),
        PublishOutcome::EventIdTaken => Err(Problem::conflict("conflict", "A message with that eventId already exists")),
    }
}

/// What a key that was used for something else is answered.
pub fn other_body() -> Problem {
    Problem::invalid(vec![FieldError::value(
        &["header", "idempotency-key"],
        "This key was used for another request; use a new key, or repeat the first request as it was.",
    )])
}

/// The caller's idempotency key.
///
/// # Errors
/// 422 for one that is too long.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().map(str::trim).filter(|key| key.len() <= 256);
    let wrong = || Problem::invalid_field(&["header", "idempotency-key"], "A key has at most 256 visible ASCII characters.");
    Ok(Some(key.ok_or_else(wrong)?).filter(|key| !key.is_empty()))
}

/// The institution that a message is for, made on the way when the message brings its description.
async fn application(gateway: &Gateway, caller: &Caller, app: &str, described: Option<&ApplicationIn>) -> Result<Institution, Problem> {
    on(gateway)?;
    let Some(described) = described else {
        let absent = |problem: Problem| {
            if problem.status() == StatusCode::NOT_FOUND {
                Problem::new(StatusCode::NOT_FOUND, "not_found", "Application not found")
            } else {
                problem
            }
        };
        return tenant(gateway, caller, app).await.map_err(absent);
    };
    let wrong = |code: &str, words: &str| Err(Problem::invalid_field(&["body", "application", "uid"], format!("{code}: {words}")));
    match described.uid.as_deref() {
        None => wrong("application_uid_missing", "an application that is made with its first message needs a uid"),
        Some(uid) if uid != app => wrong("application_uid_mismatch", "this uid is not the one in the path"),
        Some(uid) => match gateway.find_institution(uid).await? {
            Some(found) if caller.sees(&found.id.to_string()) => Ok(found),
            Some(_) => Err(Problem::not_found()),
            None => {
                everywhere(caller)?;
                Ok(gateway.institution_or_create(described.clone().into()).await?.0)
            }
        },
    }
}

impl MessageIn {
    /// The event that is asked for.
    ///
    /// # Errors
    /// 422 with what is wrong.
    pub fn into_event(self, now: Timestamp) -> Result<NewEvent, Problem> {
        let mut faults = Vec::new();
        if !self.payload.get().trim_start().starts_with('{') {
            faults.push(FieldError::decode(vec!["body".to_owned(), "payload".to_owned()], "The payload must be an object."));
        }
        if let Some(at) = self.deliver_at {
            let ahead = at.duration_since(now);
            if ahead.as_secs() < 50 || ahead.as_hours() >= 24 {
                faults.push(FieldError::value(&["body", "deliverAt"], "A time between a minute and a day from now."));
            }
        }
        if self.payload_retention_period.is_some_and(|days| !(1..=90).contains(&days)) {
            faults.push(FieldError::value(&["body", "payloadRetentionPeriod"], "1 to 90 days."));
        }
        if self.payload_retention_hours.is_some_and(|hours| !(1..=2160).contains(&hours)) {
            faults.push(FieldError::value(&["body", "payloadRetentionHours"], "1 to 2160 hours."));
        }
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        let params = self.transformations_params.unwrap_or_default();
        let media = params.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type")).map(|(_, value)| value.clone());
        Ok(NewEvent {
            event_type: self.event_type,
            payload: self.payload.get().to_owned(),
            event_id: self.event_id,
            channels: self.channels.map(|set| set.into_iter().collect()),
            tags: self.tags.map(|set| set.into_iter().collect()),
            retention_hours: self.payload_retention_hours.or_else(|| self.payload_retention_period.map(|days| days * 24)),
            deliver_at: self.deliver_at,
            raw_body: params.raw_payload.map(|body| (body, media.unwrap_or_else(|| "application/json".to_owned()))),
            ..NewEvent::default()
        })
    }
}

/// Whether a message of this type would go anywhere.
#[utoipa::path(post, path = "/api/v1/app/{app_id}/msg/precheck/active", tag = "Message", request_body = PrecheckIn, responses((status = 200, body = PrecheckOut)))]
pub async fn precheck(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Read>,
    Path(app): Path<String>,
    Json(body): Json<PrecheckIn>,
) -> Result<Answer<PrecheckOut>, Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    let channels: Option<Vec<String>> = body.channels.map(|set| set.into_iter().collect());
    let active = gateway.would_match(institution.id, &body.event_type, channels.as_deref()).await?;
    Ok(Answer(PrecheckOut { active }))
}

/// Get a message by its id or the sender's own.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/msg/{msg_id}", tag = "Message", responses((status = 200, body = MessageOut)))]
pub async fn get(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Read>,
    Path((app, message)): Path<(String, String)>,
    query: Query,
) -> Result<Answer<MessageOut>, Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    let with_content = query.flag("with_content", true)?;
    Ok(Answer(MessageOut::of(gateway.event(institution.id, &message).await?, with_content)))
}

/// Get the bytes of a message.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/msg/{msg_id}/raw", tag = "Message", responses((status = 200, body = RawOut)))]
pub async fn get_raw(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Read>,
    Path((app, message)): Path<(String, String)>,
) -> Result<Answer<RawOut>, Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    let event = gateway.event(institution.id, &message).await?;
    let payload = event.raw_body.map(|(body, _)| body).or(event.payload);
    Ok(Answer(RawOut { payload: payload.unwrap_or_else(|| r#"{"expired":true}"#.to_owned()) }))
}
