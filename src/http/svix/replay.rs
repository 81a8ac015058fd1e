//! Sending again, giving up, taking away; and the tasks that do much of it in the background.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::Gateway;
use crate::gateway::error::GatewayError;
use crate::gateway::ids::{InstitutionId, TaskId};
use crate::gateway::model::{ReplayFilter, ReplayState, Task, TaskStatus};
use crate::http::auth::caller::{Administer, May, Publish, Read, Replay};
use crate::http::problem::{Problem, no_content};
use crate::http::state::AppState;
use crate::http::svix::example;
use crate::http::svix::message::MessageOut;
use crate::http::svix::page::{Order, Page, PageRequest, Start};
use crate::http::svix::request::{Json, Query};
use crate::http::svix::tenant::{on, tenant};

/// So many messages are expunged by one call.
const EXPUNGED_AT_ONCE: usize = 250;

/// A task that works in the background.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskOut {
    /// `qtask_…`.
    pub id: String,
    /// `running`, `finished` or `failed`.
    pub status: &'static str,
    /// What it does.
    pub task: &'static str,
    /// What it did so far, or found.
    #[schema(value_type = Object)]
    pub data: BTreeMap<String, Value>,
    /// When that changed last.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// From when to when.
#[derive(Debug, Deserialize, ToSchema)]
pub struct WindowIn {
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

/// Which messages to send once more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkReplayIn {
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    #[serde(default)]
    event_types: Option<BTreeSet<String>>,
    #[serde(default)]
    channel: Option<String>,
    #[serde(default)]
    tag: Option<String>,
    /// 0 success, 1 pending, 2 fail, 3 sending, 4 canceled.
    #[serde(default)]
    status: Option<u8>,
}

/// Before when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CancelIn {
    #[schema(value_type = String, format = DateTime)]
    created_before: Timestamp,
}

/// Which messages.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BulkExpungeIn {
    ids: Vec<String>,
}

/// What became of each.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkExpungeOut {
    results: BTreeMap<String, &'static str>,
}

impl From<Task> for TaskOut {
    fn from(of: Task) -> Self {
        let status = match of.status {
            TaskStatus::Running => "running",
            TaskStatus::Finished => "finished",
            TaskStatus::Failed => "failed",
        };
        Self { id: of.id.to_string(), status, task: of.kind.word(), data: of.data, updated_at: of.updated }
    }
}

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(resend))
        .routes(routes!(recover))
        .routes(routes!(replay_missing))
        .routes(routes!(bulk_replay))
        .routes(routes!(cancel))
        .routes(routes!(send_example))
        .routes(routes!(expunge))
        .routes(routes!(bulk_expunge))
        .routes(routes!(expunge_all))
        .routes(routes!(broadcast))
        .routes(routes!(tasks))
        .routes(routes!(task))
}

/// Send a message to an endpoint once more, whatever its filter says.
#[utoipa::path(post, path = "/api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/resend", tag = "Message Attempt", responses((status = 202)))]
pub async fn resend(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Replay>,
    Path((app, message, endpoint)): Path<(String, String, String)>,
) -> Result<(StatusCode, Answer<Value>), Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    gateway.resend(institution.id, &message, &endpoint).await?;
    // Clients parse the body: an empty one breaks them.
    Ok((StatusCode::ACCEPTED, Answer(json!({}))))
}

/// Send again all that failed at an endpoint and did not succeed since.
#[utoipa::path(post, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/recover", tag = "Endpoint", request_body = WindowIn, responses((status = 202, body = TaskOut)))]
pub async fn recover(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Replay>,
    Path((app, endpoint)): Path<(String, String)>,
    Json(body): Json<WindowIn>,
) -> Result<(StatusCode, Answer<TaskOut>), Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    started(gateway.recover(institution.id, &endpoint, body.since, body.until).await)
}

/// Send an endpoint what it never got an attempt for.
#[utoipa::path(post, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay-missing", tag = "Endpoint", request_body = WindowIn, responses((status = 202, body = TaskOut)))]
pub async fn replay_missing(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Replay>,
    Path((app, endpoint)): Path<(String, String)>,
    Json(body): Json<WindowIn>,
) -> Result<(StatusCode, Answer<TaskOut>), Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    started(gateway.replay_missing(institution.id, &endpoint, body.since, body.until).await)
}

/// Send an endpoint once more all that fits a filter.
#[utoipa::path(post, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/bulk-replay", tag = "Endpoint", request_body = BulkReplayIn, responses((status = 202, body = TaskOut)))]
pub async fn bulk_replay(
    State(state): State<AppState>,
    caller: May<Replay>,
    Path((app, endpoint)): Path<(String, String)>,
    Json(body): Json<BulkReplayIn>,
) -> Result<(StatusCode, Answer<TaskOut>), Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    let standing = match body.status {
        None => None,
        Some(0) => Some(ReplayState::Delivered),
        Some(1 | 3) => Some(ReplayState::Waiting),
        Some(2) => Some(ReplayState::Dead),
        Some(4) => Some(ReplayState::Cancelled),
        Some(_) => return Err(Problem::invalid_field(&["body", "status"], "0 to 4.")),
    };
    let filter = ReplayFilter {
        since: body.since,
        until: body.until.unwrap_or_else(|| state.clock.now()),
        event_types: body.event_types.map(|set| set.into_iter().collect()),
        channel: body.channel,
        tag: body.tag,
        states: standing.map(|standing| vec![standing]),
    };
    started(state.gateway.bulk_replay(institution.id, &endpoint, filter).await)
}

fn started(task: Result<Task, GatewayError>) -> Result<(StatusCode, Answer<TaskOut>), Problem> {
    Ok((StatusCode::ACCEPTED, Answer(task?.into())))
}

/// Give up what waits for an endpoint of messages that were accepted before a time.
#[utoipa::path(post, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/cancel-msgs", tag = "Endpoint", request_body = CancelIn, responses((status = 204)))]
pub async fn cancel(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Replay>,
    Path((app, endpoint)): Path<(String, String)>,
    Json(body): Json<CancelIn>,
) -> Result<Response, Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    gateway.cancel_before(institution.id, &endpoint, body.created_before).await?;
    Ok(no_content())
}

/// Which example to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExampleIn {
    event_type: String,
}

/// Send an endpoint an example; `svix.ping` always works.
#[utoipa::path(post, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/send-example", tag = "Endpoint", request_body = ExampleIn, responses((status = 202, body = MessageOut)))]
pub async fn send_example(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Replay>,
    Path((app, endpoint)): Path<(String, String)>,
    Json(body): Json<ExampleIn>,
) -> Result<(StatusCode, Answer<MessageOut>), Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    let endpoint = gateway.endpoint(institution.id, &endpoint).await?;
    let event = example::send(&gateway, &endpoint, &body.event_type).await?;
    Ok((StatusCode::ACCEPTED, Answer(MessageOut::of(event, true))))
}

/// Take the payload of a message away for good.
#[utoipa::path(delete, path = "/api/v1/app/{app_id}/msg/{msg_id}/content", tag = "Message", responses((status = 204)))]
pub async fn expunge(
    State(state): State<AppState>,
    caller: May<Publish>,
    Path((app, message)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    state.gateway.expunge(institution.id, &message).await?;
    Ok(no_content())
}

/// Take the payloads of several messages away for good.
#[utoipa::path(post, path = "/api/v1/app/{app_id}/msg/bulk-expunge", tag = "Message", request_body = BulkExpungeIn, responses((status = 200, body = BulkExpungeOut)))]
pub async fn bulk_expunge(
    State(state): State<AppState>,
    caller: May<Publish>,
    Path(app): Path<String>,
    Json(body): Json<BulkExpungeIn>,
) -> Result<Answer<BulkExpungeOut>, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    if body.ids.is_empty() || body.ids.len() > EXPUNGED_AT_ONCE {
        return Err(Problem::invalid_field(&["body", "ids"], format!("1 to {EXPUNGED_AT_ONCE} ids.")));
    }
    let mut results = BTreeMap::new();
    for id in body.ids {
        let word = match state.gateway.event(institution.id, &id).await {
            Ok(_) => {
                state.gateway.expunge(institution.id, &id).await?;
                "expunged"
            }
            Err(GatewayError::NotFound(_)) => "not-found",
            Err(error) => return Err(error.into()),
        };
        results.insert(id, word);
    }
    Ok(Answer(BulkExpungeOut { results }))
}

/// Take the payloads of all messages away for good.
#[utoipa::path(post, path = "/api/v1/app/{app_id}/msg/expunge-all-contents", tag = "Message", responses((status = 202, body = TaskOut)))]
pub async fn expunge_all(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Path(app): Path<String>,
) -> Result<(StatusCode, Answer<TaskOut>), Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    started(gateway.expunge_all(institution.id).await)
}

/// One message for every application is not offered.
#[utoipa::path(post, path = "/api/v1/msg/broadcast", tag = "Message", responses((status = 501)))]
pub async fn broadcast(State(gateway): State<Arc<Gateway>>, _: May<Administer>) -> Result<Response, Problem> {
    on(&gateway)?;
    Err(Problem::not_implemented("One message for all applications is not offered; send it to each."))
}

/// List background tasks, newest first.
#[utoipa::path(get, path = "/api/v1/background-task", tag = "Background Task", responses((status = 200, body = Page<TaskOut>)))]
pub async fn tasks(State(gateway): State<Arc<Gateway>>, caller: May<Read>, query: Query) -> Result<Answer<Page<TaskOut>>, Problem> {
    on(&gateway)?;
    let own = caller.institution.as_deref().map(|id| InstitutionId::parse(id).ok_or_else(Problem::not_found)).transpose()?;
    let request = PageRequest::of(&query, Order::Descending)?;
    if matches!(request.start, Start::Before(_)) || request.order == Order::Ascending {
        return Err(Problem::bad_request("generic_error", "Tasks are listed newest first and forward only."));
    }
    let mut asked = request.by_id::<TaskId>()?;
    let (status, task) = (query.text("status"), query.text("task"));
    if status.is_some_and(|word| !["running", "finished", "failed"].contains(&word)) {
        return Err(Problem::invalid_field(&["query", "status"], "running, finished or failed."));
    }
    let is_wanted = |one: &TaskOut| status.is_none_or(|word| one.status == word) && task.is_none_or(|word| one.task == word);
    let mut found = Vec::new();
    let done = loop {
        let page = gateway.tasks(own, &asked).await?;
        asked.from = page.data.last().map(|task| task.id).or(asked.from);
        found.extend(page.data.into_iter().map(TaskOut::from).filter(is_wanted));
        if page.done || found.len() > request.limit {
            break page.done;
        }
    };
    let done = done && found.len() <= request.limit;
    found.truncate(request.limit);
    Ok(Answer(Page { prev_iterator: None, ..Page::of(found, done, |task| task.id.clone()) }))
}

/// Get a background task.
#[utoipa::path(get, path = "/api/v1/background-task/{task_id}", tag = "Background Task", responses((status = 200, body = TaskOut)))]
pub async fn task(State(gateway): State<Arc<Gateway>>, caller: May<Read>, Path(id): Path<String>) -> Result<Answer<TaskOut>, Problem> {
    on(&gateway)?;
    let id = TaskId::parse(&id).ok_or_else(Problem::not_found)?;
    let task = gateway.task(id).await?;
    // One that works over all institutions is nobody's own.
    let is_seen = task.institution.map_or_else(|| caller.institution.is_none(), |institution| caller.sees(&institution.to_string()));
    if is_seen { Ok(Answer(task.into())) } else { Err(Problem::not_found()) }
}
