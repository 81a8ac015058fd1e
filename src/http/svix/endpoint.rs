//! Endpoints of an application.

use std::collections::{BTreeMap, BTreeSet};

use std::sync::Arc;

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
use crate::gateway::error::GatewayError;
use crate::gateway::ids::EndpointId;
use crate::gateway::model::{Endpoint, EndpointPatch, Format, NewEndpoint};
use crate::http::auth::caller::{Manage, May, Read};
use crate::http::problem::{Problem, no_content};
use crate::http::state::AppState;
use crate::http::svix::page::{Order, Page, PageRequest};
use crate::http::svix::request::{Change, Json, Query, null_as_default, present, present_or_default};
use crate::http::svix::tenant::tenant;

/// An endpoint. Its secret is never in here.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointOut {
    /// `ep_…`.
    pub id: String,
    /// Where events are sent.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// The caller's own id for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Calls per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttle_rate: Option<u32>,
    /// Whether nothing is sent to it.
    pub disabled: bool,
    /// Which events it wants; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_types: Option<Vec<String>>,
    /// Which channels it listens to; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<Vec<String>>,
    /// What its owner keeps with it.
    pub metadata: BTreeMap<String, String>,
    /// Since when it is there.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it changed last.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Older clients look for it.
    pub version: u32,
}

/// A new endpoint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointIn {
    url: String,
    #[serde(default, deserialize_with = "null_as_default")]
    description: String,
    #[serde(default)]
    uid: Option<String>,
    #[serde(default)]
    throttle_rate: Option<u32>,
    #[serde(default, deserialize_with = "null_as_default")]
    disabled: bool,
    /// Older clients say `filterTypes`.
    #[serde(default, alias = "filterTypes")]
    event_types: Option<BTreeSet<String>>,
    #[serde(default)]
    channels: Option<BTreeSet<String>>,
    #[serde(default)]
    secret: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    metadata: BTreeMap<String, String>,
    #[serde(default)]
    headers: Option<BTreeMap<String, String>>,
}

/// What takes the place of an endpoint; secret and headers stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointUpdate {
    url: String,
    #[serde(default, deserialize_with = "null_as_default")]
    description: String,
    #[serde(default)]
    uid: Option<String>,
    #[serde(default)]
    throttle_rate: Option<u32>,
    #[serde(default, deserialize_with = "null_as_default")]
    disabled: bool,
    #[serde(default, alias = "filterTypes")]
    event_types: Option<BTreeSet<String>>,
    #[serde(default)]
    channels: Option<BTreeSet<String>>,
    #[serde(default, deserialize_with = "null_as_default")]
    metadata: BTreeMap<String, String>,
}

/// A change: absent keeps, null takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointChange {
    #[serde(default, deserialize_with = "present")]
    url: Option<String>,
    #[serde(default, deserialize_with = "present")]
    description: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    uid: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    throttle_rate: Change<u32>,
    #[serde(default, deserialize_with = "present")]
    disabled: Option<bool>,
    #[serde(default, alias = "filterTypes")]
    #[schema(value_type = Option<Vec<String>>)]
    event_types: Change<BTreeSet<String>>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    channels: Change<BTreeSet<String>>,
    #[serde(default, deserialize_with = "present_or_default")]
    metadata: Option<BTreeMap<String, String>>,
}

impl From<Endpoint> for EndpointOut {
    fn from(of: Endpoint) -> Self {
        Self {
            id: of.id.to_string(),
            url: of.url,
            description: of.description,
            uid: of.uid,
            throttle_rate: of.rate,
            disabled: of.disabled,
            event_types: of.event_types,
            channels: of.channels,
            metadata: of.metadata,
            created_at: of.created,
            updated_at: of.updated,
            version: 1,
        }
    }
}

impl From<EndpointIn> for NewEndpoint {
    fn from(of: EndpointIn) -> Self {
        Self {
            url: of.url,
            uid: of.uid,
            description: of.description,
            event_types: of.event_types.map(sorted),
            channels: of.channels.map(sorted),
            disabled: of.disabled,
            metadata: of.metadata,
            rate: of.throttle_rate,
            // Svix sends the payload as its caller wrote it.
            format: Format::Raw,
            headers: of.headers.unwrap_or_default(),
            secret: of.secret,
            ..Self::default()
        }
    }
}

impl From<EndpointUpdate> for NewEndpoint {
    fn from(of: EndpointUpdate) -> Self {
        Self {
            url: of.url,
            uid: of.uid,
            description: of.description,
            event_types: of.event_types.map(sorted),
            channels: of.channels.map(sorted),
            disabled: of.disabled,
            metadata: of.metadata,
            rate: of.throttle_rate,
            format: Format::Raw,
            ..Self::default()
        }
    }
}

impl From<EndpointChange> for EndpointPatch {
    fn from(of: EndpointChange) -> Self {
        Self {
            url: of.url,
            description: of.description,
            uid: of.uid.into(),
            rate: of.throttle_rate.into(),
            disabled: of.disabled,
            event_types: Option::from(of.event_types).map(|types: Option<BTreeSet<String>>| types.map(sorted)),
            channels: Option::from(of.channels).map(|channels: Option<BTreeSet<String>>| channels.map(sorted)),
            metadata: of.metadata,
            ..Self::default()
        }
    }
}

fn sorted(set: BTreeSet<String>) -> Vec<String> {
    set.into_iter().collect()
}

/// The routes of endpoints.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, upsert, patch, delete))
}

/// List endpoints.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/endpoint", tag = "Endpoint", responses((status = 200, body = Page<EndpointOut>)))]
pub async fn list(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Read>,
    Path(app): Path<String>,
    query: Query,
) -> Result<Answer<Page<EndpointOut>>, Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    let query = PageRequest::of(&query, Order::Descending)?.by_id::<EndpointId>()?;
    let page = gateway.endpoints(institution.id, &query).await?;
    Ok(Answer(Page::of(page.data, page.done, |one| one.id.to_string()).map(EndpointOut::from)))
}

/// Create an endpoint.
#[utoipa::path(
    post, path = "/api/v1/app/{app_id}/endpoint", tag = "Endpoint", request_body = EndpointIn,
    responses((status = 201, body = EndpointOut))
)]
pub async fn create(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Manage>,
    Path(app): Path<String>,
    Json(body): Json<EndpointIn>,
) -> Result<(StatusCode, Answer<EndpointOut>), Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    not_empty(body.event_types.as_ref())?;
    let made = gateway.create_endpoint(institution.id, body.into()).await.map_err(uid_taken)?;
    Ok((StatusCode::CREATED, Answer(made.endpoint.into())))
}

/// Get an endpoint.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}", tag = "Endpoint", responses((status = 200, body = EndpointOut)))]
pub async fn get(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Read>,
    Path((app, endpoint)): Path<(String, String)>,
) -> Result<Answer<EndpointOut>, Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    Ok(Answer(gateway.endpoint(institution.id, &endpoint).await?.into()))
}

/// Replace an endpoint, or create one with this uid.
#[utoipa::path(
    put, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}", tag = "Endpoint", request_body = EndpointUpdate,
    responses((status = 200, body = EndpointOut), (status = 201, body = EndpointOut))
)]
pub async fn upsert(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Manage>,
    Path((app, endpoint)): Path<(String, String)>,
    Json(body): Json<EndpointUpdate>,
) -> Result<(StatusCode, Answer<EndpointOut>), Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    not_empty(body.event_types.as_ref())?;
    let (made, is_new) = gateway.upsert_endpoint(institution.id, &endpoint, body.into()).await.map_err(uid_taken)?;
    Ok((if is_new { StatusCode::CREATED } else { StatusCode::OK }, Answer(made.into())))
}

/// Change an endpoint.
#[utoipa::path(
    patch, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}", tag = "Endpoint", request_body = EndpointChange,
    responses((status = 200, body = EndpointOut))
)]
pub async fn patch(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Manage>,
    Path((app, endpoint)): Path<(String, String)>,
    Json(body): Json<EndpointChange>,
) -> Result<Answer<EndpointOut>, Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    not_empty(body.event_types.value())?;
    Ok(Answer(gateway.update_endpoint(institution.id, &endpoint, body.into()).await.map_err(uid_taken)?.into()))
}

/// Delete an endpoint; what waits for it is cancelled.
#[utoipa::path(delete, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}", tag = "Endpoint", responses((status = 204)))]
pub async fn delete(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Manage>,
    Path((app, endpoint)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    gateway.delete_endpoint(institution.id, &endpoint).await?;
    Ok(no_content())
}

/// Refuses a filter that names nothing.
///
/// # Errors
/// 422.
pub fn not_empty(types: Option<&BTreeSet<String>>) -> Result<(), Problem> {
    let is_empty = types.is_some_and(BTreeSet::is_empty);
    if is_empty { Err(Problem::invalid_field(&["body", "eventTypes"], "Name at least one event type, or null for all.")) } else { Ok(()) }
}

/// A conflict in the words that clients know.
pub fn uid_taken(error: GatewayError) -> Problem {
    match error {
        GatewayError::Conflict(_) => Problem::conflict("conflict", "An endpoint with that id or uid already exists"),
        other => other.into(),
    }
}
