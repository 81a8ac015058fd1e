//! Endpoints.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::Gateway;
use crate::gateway::ids::EndpointId;
use crate::gateway::model::{CompatHeader, DisabledWhy, Endpoint, EndpointPatch, Format, NewEndpoint, Order, PayloadMode};
use crate::gateway::profile::Profile;
use crate::http::auth::caller::{Manage, May, Read, Replay};
use crate::http::gateway::api::about;
use crate::http::gateway::api::events::EventView;
use crate::http::gateway::api::list::{ListRequest, Listed, only};
use crate::http::problem::{Problem, no_content};
use crate::http::state::AppState;
use crate::http::svix::example;
use crate::http::svix::page::Page;
use crate::http::svix::replay::TaskOut;
use crate::http::svix::request::{Change, Json, Query, null_as_default, present, present_or_default};
use crate::lookup::attempts::figures::FigureFilter;

/// How long the old secret signs beside the new one, when the caller does not say.
const OVERLAP: u64 = 24 * 3600;

/// An endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndpointView {
    /// `ep_…`.
    id: String,
    /// The institution.
    institution: String,
    uid: Option<String>,
    url: String,
    description: String,
    /// Which events, as names or globs (`*` one part, `**` any number); all when null.
    event_types: Option<Vec<String>>,
    channels: Option<Vec<String>>,
    disabled: bool,
    /// `asked`, `gone` or `failing`.
    #[schema(value_type = Option<String>)]
    disabled_why: Option<DisabledWhy>,
    #[schema(value_type = Option<String>, format = DateTime)]
    disabled_at: Option<Timestamp>,
    /// Since when everything fails; only in the answer about one endpoint, and only while it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    failing_since: Option<Timestamp>,
    /// When it will be disabled if that goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    disables_at: Option<Timestamp>,
    metadata: BTreeMap<String, String>,
    /// Calls per second; the service's default when null.
    rate: Option<u32>,
    /// How failing calls are repeated: `standard`, `seed000`, `seed001`, `seed003`, `seed004`.
    #[schema(value_type = String)]
    profile: Profile,
    /// What the body looks like: `standard`, `grade`, `named`, `raw`.
    #[schema(value_type = String)]
    format: Format,
    /// `full`, or `thin` for ids only.
    #[schema(value_type = String)]
    payload: PayloadMode,
    /// `none` or `by_key`.
    #[schema(value_type = String)]
    order: Order,
    /// Signatures of older schemes: `webhook_signature`, `signature`, `hub_signature256`.
    #[schema(value_type = Vec<String>)]
    compat: Vec<CompatHeader>,
    #[schema(value_type = String, format = DateTime)]
    created: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated: Timestamp,
    /// Only in the answer to its creation: shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// Only in the answer to its creation: the public half of its Ed25519 key.
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
}

/// A new endpoint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointBody {
    /// The institution, where the key is not for one.
    #[serde(default)]
    institution: Option<String>,
    url: String,
    #[serde(default)]
    uid: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    description: String,
    #[serde(default)]
    event_types: Option<BTreeSet<String>>,
    #[serde(default)]
    channels: Option<BTreeSet<String>>,
    #[serde(default, deserialize_with = "null_as_default")]
    disabled: bool,
    #[serde(default, deserialize_with = "null_as_default")]
    metadata: BTreeMap<String, String>,
    #[serde(default)]
    rate: Option<u32>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    profile: Profile,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    format: Format,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    payload: PayloadMode,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    order: Order,
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    compat: Vec<CompatHeader>,
    #[serde(default, deserialize_with = "null_as_default")]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    secret: Option<String>,
    /// Sign with an Ed25519 key as well.
    #[serde(default)]
    ed25519: bool,
}

/// A change: absent keeps, null takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointPatchBody {
    #[serde(default, deserialize_with = "present")]
    url: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    uid: Change<String>,
    #[serde(default, deserialize_with = "present")]
    description: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    event_types: Change<BTreeSet<String>>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    channels: Change<BTreeSet<String>>,
    #[serde(default, deserialize_with = "present")]
    disabled: Option<bool>,
    #[serde(default, deserialize_with = "present_or_default")]
    metadata: Option<BTreeMap<String, String>>,
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    rate: Change<u32>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    profile: Option<Profile>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    format: Option<Format>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    payload: Option<PayloadMode>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    order: Option<Order>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<String>>)]
    compat: Option<Vec<CompatHeader>>,
}

/// What a rotation is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateBody {
    /// The new secret; made here when absent.
    #[serde(default)]
    secret: Option<String>,
    /// How long the old one signs as well, at most a week.
    #[serde(default)]
    overlap_seconds: Option<u64>,
}

/// A secret, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecretView {
    secret: String,
}

/// How calls to an endpoint came out.
#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresView {
    succeeded: u64,
    failed: u64,
    /// From 0 to 1; null without any call.
    success_rate: Option<f64>,
    p50_ms: Option<u32>,
    p95_ms: Option<u32>,
    /// The most frequent errors.
    errors: Vec<ErrorCount>,
    /// Whether the log has read all records since it was made.
    complete: bool,
}

/// How often one error came.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorCount {
    error: String,
    status: u16,
    count: u64,
}

impl From<Endpoint> for EndpointView {
    fn from(of: Endpoint) -> Self {
        Self {
            id: of.id.to_string(),
            institution: of.institution.to_string(),
            uid: of.uid,
            url: of.url,
            description: of.description,
            event_types: of.event_types,
            channels: of.channels,
            disabled: of.disabled,
            disabled_why: of.disabled_why,
            disabled_at: of.disabled_at,
            failing_since: None,
            disables_at: None,
            metadata: of.metadata,
            rate: of.rate,
            profile: of.profile,
            format: of.format,
            payload: of.payload,
            order: of.order,
            compat: of.compat,
            created: of.created,
            updated: of.updated,
            secret: None,
            public_key: None,
        }
    }
}

impl From<EndpointBody> for NewEndpoint {
    fn from(of: EndpointBody) -> Self {
        Self {
            url: of.url,
            uid: of.uid,
            description: of.description,
            event_types: of.event_types.map(sorted),
            channels: of.channels.map(sorted),
            disabled: of.disabled,
            metadata: of.metadata,
            rate: of.rate,
            profile: of.profile,
            format: of.format,
            payload: of.payload,
            order: of.order,
            compat: of.compat,
            headers: of.headers,
            secret: of.secret,
            plain: false,
            ed25519: of.ed25519,
        }
    }
}

impl From<EndpointPatchBody> for EndpointPatch {
    fn from(of: EndpointPatchBody) -> Self {
        Self {
            url: of.url,
            uid: of.uid.into(),
            description: of.description,
            event_types: Option::from(of.event_types).map(|types: Option<BTreeSet<String>>| types.map(sorted)),
            channels: Option::from(of.channels).map(|channels: Option<BTreeSet<String>>| channels.map(sorted)),
            disabled: of.disabled,
            metadata: of.metadata,
            rate: of.rate.into(),
            profile: of.profile,
            format: of.format,
            payload: of.payload,
            order: of.order,
            compat: of.compat,
        }
    }
}

fn sorted(set: BTreeSet<String>) -> Vec<String> {
    set.into_iter().collect()
}

/// The routes of endpoints.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, patch, delete))
        .routes(routes!(rotate))
        .routes(routes!(figures))
        .routes(routes!(test))
        .routes(routes!(replay_dead_letters))
}

/// List endpoints, newest first.
#[utoipa::path(get, path = "/api/v1/endpoints", tag = "Endpoints", operation_id = "endpoints_list", responses((status = 200, body = Listed<EndpointView>)))]
pub async fn list(State(gateway): State<Arc<Gateway>>, caller: May<Read>, query: Query) -> Result<Answer<Listed<EndpointView>>, Problem> {
    let asked = ListRequest::of(&query, &[])?;
    let institution = about(&gateway, &caller, query.text("institution")).await?;
    let page = gateway.endpoints(institution.id, &asked.by_id::<EndpointId>()?).await?;
    Ok(Answer(asked.answer(Page::of(page.data, page.done, |one| one.id.to_string()).map(EndpointView::from))))
}

/// Create an endpoint; its secret is in the answer, and nowhere else.
#[utoipa::path(post, path = "/api/v1/endpoints", tag = "Endpoints", operation_id = "endpoints_create", request_body = EndpointBody, responses((status = 201, body = EndpointView)))]
pub async fn create(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Manage>,
    query: Query,
    Json(mut body): Json<EndpointBody>,
) -> Result<(StatusCode, Answer<EndpointView>), Problem> {
    only(&query, &["institution"])?;
    let named = body.institution.take();
    let institution = about(&gateway, &caller, named.as_deref().or(query.text("institution"))).await?;
    let made = gateway.create_endpoint(institution.id, body.into()).await?;
    gateway.mark_secret_shown(institution.id, made.endpoint.id).await?;
    let view = EndpointView { secret: Some(made.secret), public_key: made.public_key, ..made.endpoint.into() };
    Ok((StatusCode::CREATED, Answer(view)))
}

/// Get an endpoint.
#[utoipa::path(get, path = "/api/v1/endpoints/{endpoint}", tag = "Endpoints", operation_id = "endpoints_get", responses((status = 200, body = EndpointView)))]
pub async fn get(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Read>,
    Path(endpoint): Path<String>,
    query: Query,
) -> Result<Answer<EndpointView>, Problem> {
    only(&query, &["institution"])?;
    let institution = about(&gateway, &caller, query.text("institution")).await?;
    let endpoint = gateway.endpoint(institution.id, &endpoint).await?;
    let failing = if endpoint.disabled { None } else { gateway.failing(endpoint.id).await? };
    let view = EndpointView::from(endpoint);
    Ok(Answer(EndpointView {
        failing_since: failing.map(|failing| failing.since),
        disables_at: failing.map(|failing| failing.disables),
        ..view
    }))
}

/// Change an endpoint.
#[utoipa::path(patch, path = "/api/v1/endpoints/{endpoint}", tag = "Endpoints", operation_id = "endpoints_change", request_body = EndpointPatchBody, responses((status = 200, body = EndpointView)))]
pub async fn patch(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Manage>,
    Path(endpoint): Path<String>,
    query: Query,
    Json(body): Json<EndpointPatchBody>,
) -> Result<Answer<EndpointView>, Problem> {
    only(&query, &["institution"])?;
    let institution = about(&gateway, &caller, query.text("institution")).await?;
    Ok(Answer(gateway.update_endpoint(institution.id, &endpoint, body.into()).await?.into()))
}

/// Delete an endpoint; what waits for it is cancelled.
#[utoipa::path(delete, path = "/api/v1/endpoints/{endpoint}", tag = "Endpoints", operation_id = "endpoints_delete", responses((status = 204)))]
pub async fn delete(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Manage>,
    Path(endpoint): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    only(&query, &["institution"])?;
    let institution = about(&gateway, &caller, query.text("institution")).await?;
    gateway.delete_endpoint(institution.id, &endpoint).await?;
    Ok(no_content())
}

/// Replace an endpoint's secret; the new one is in the answer, and nowhere else.
#[utoipa::path(post, path = "/api/v1/endpoints/{endpoint}/rotate-secret", tag = "Endpoints", operation_id = "endpoints_rotate_secret", request_body = RotateBody, responses((status = 200, body = SecretView)))]
pub async fn rotate(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Manage>,
    Path(endpoint): Path<String>,
    query: Query,
    Json(body): Json<RotateBody>,
) -> Result<Answer<SecretView>, Problem> {
    only(&query, &["institution"])?;
    let institution = about(&gateway, &caller, query.text("institution")).await?;
    let overlap = Duration::from_secs(body.overlap_seconds.unwrap_or(OVERLAP));
    let secret = gateway.rotate_secret(institution.id, &endpoint, body.secret.as_deref(), overlap).await?;
    Ok(Answer(SecretView { secret }))
}

/// How calls to an endpoint came out: success rate, latency, the most frequent errors, by whole hours.
#[utoipa::path(get, path = "/api/v1/endpoints/{endpoint}/figures", tag = "Endpoints", operation_id = "endpoints_figures", responses((status = 200, body = FiguresView)))]
pub async fn figures(
    State(state): State<AppState>,
    caller: May<Read>,
    Path(endpoint): Path<String>,
    query: Query,
) -> Result<Answer<FiguresView>, Problem> {
    only(&query, &["institution", "from", "to"])?;
    let institution = about(&state.gateway, &caller, query.text("institution")).await?;
    let endpoint = state.gateway.endpoint(institution.id, &endpoint).await?;
    let filter = FigureFilter {
        institution: Some(institution.id.to_string()),
        endpoint: Some(endpoint.id.to_string()),
        since: query.time("from")?,
        until: query.time("to")?,
    };
    let told = state.log.figures(filter).await?;
    let success_rate = told.success_rate();
    let errors = told.errors.into_iter().map(|(error, status, count)| ErrorCount { error, status, count }).collect();
    Ok(Answer(FiguresView {
        succeeded: told.ok,
        failed: told.failed,
        success_rate,
        p50_ms: told.p50_ms,
        p95_ms: told.p95_ms,
        errors,
        complete: state.log.is_complete(),
    }))
}

/// What an endpoint is tried with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestBody {
    /// The type of the example; a ping when absent.
    #[serde(rename = "type", default)]
    kind: Option<String>,
}

/// Send an endpoint an example, signed as every other event.
#[utoipa::path(post, path = "/api/v1/endpoints/{endpoint}/test", tag = "Endpoints", operation_id = "endpoints_test", request_body = TestBody, responses((status = 202, body = EventView)))]
pub async fn test(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Manage>,
    Path(endpoint): Path<String>,
    query: Query,
    Json(body): Json<TestBody>,
) -> Result<(StatusCode, Answer<EventView>), Problem> {
    only(&query, &["institution"])?;
    let institution = about(&gateway, &caller, query.text("institution")).await?;
    let endpoint = gateway.endpoint(institution.id, &endpoint).await?;
    let event = example::send(&gateway, &endpoint, body.kind.as_deref().unwrap_or(example::PING)).await?;
    Ok((StatusCode::ACCEPTED, Answer(event.into())))
}

/// Put all dead letters of an endpoint back into its queue, in the background.
#[utoipa::path(post, path = "/api/v1/endpoints/{endpoint}/replay-dead-letters", tag = "Endpoints", operation_id = "endpoints_replay_dead_letters", responses((status = 202, body = TaskOut)))]
pub async fn replay_dead_letters(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Replay>,
    Path(endpoint): Path<String>,
    query: Query,
) -> Result<(StatusCode, Answer<TaskOut>), Problem> {
    only(&query, &["institution"])?;
    let institution = about(&gateway, &caller, query.text("institution")).await?;
    let task = gateway.replay_dead_letters(institution.id, &endpoint).await?;
    Ok((StatusCode::ACCEPTED, Answer(task.into())))
}
