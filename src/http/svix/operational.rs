//! Operational webhooks: endpoints of the operator's own programs, which hear of all applications.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::role::Caller;
use crate::gateway::Gateway;
use crate::gateway::ids::{EndpointId, InstitutionId};
use crate::gateway::model::{Endpoint, Format, NewEndpoint};
use crate::gateway::operations::OPERATIONAL;
use crate::http::auth::caller::{Administer, May};
use crate::http::problem::{Problem, no_content};
use crate::http::state::AppState;
use crate::http::svix::endpoint::{EndpointOut, not_empty, uid_taken};
use crate::http::svix::endpoint_parts::{GRACE, HeadersIn, HeadersOut, HeadersPatch, RotateIn, SecretOut};
use crate::http::svix::page::{Order, Page, PageRequest};
use crate::http::svix::request::{Json, Query, null_as_default};
use crate::http::svix::tenant::{everywhere, on};

/// An endpoint that hears of all applications.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperationalEndpointIn {
    url: String,
    #[serde(default, deserialize_with = "null_as_default")]
    description: String,
    #[serde(default)]
    uid: Option<String>,
    #[serde(default)]
    throttle_rate: Option<u32>,
    #[serde(default, deserialize_with = "null_as_default")]
    disabled: bool,
    /// Older clients say `filterTypes`. All operational events when absent.
    #[serde(default, alias = "filterTypes")]
    event_types: Option<BTreeSet<String>>,
    #[serde(default)]
    secret: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    metadata: BTreeMap<String, String>,
    #[serde(default)]
    headers: Option<BTreeMap<String, String>>,
}

impl OperationalEndpointIn {
    /// Who names no types hears all operational ones, and only these: they are sent only by their names.
    fn into_new(self) -> Result<NewEndpoint, Problem> {
        not_empty(self.event_types.as_ref())?;
        if let Some(other) = self.event_types.iter().flatten().find(|name| !OPERATIONAL.contains(&name.as_str())) {
            let words = format!("'{other}' is no operational event; there are: {}", OPERATIONAL.join(", "));
            return Err(Problem::invalid_field(&["body", "eventTypes"], words));
        }
        let types = self.event_types.map_or_else(every_type, |types| types.into_iter().collect());
        Ok(NewEndpoint {
            url: self.url,
            uid: self.uid,
            description: self.description,
            event_types: Some(types),
            disabled: self.disabled,
            metadata: self.metadata,
            rate: self.throttle_rate,
            format: Format::Standard,
            headers: self.headers.unwrap_or_default(),
            secret: self.secret,
            ..NewEndpoint::default()
        })
    }
}

fn every_type() -> Vec<String> {
    OPERATIONAL.map(ToOwned::to_owned).to_vec()
}

fn out(endpoint: Endpoint) -> EndpointOut {
    let is_all = endpoint.event_types.as_ref().is_some_and(|types| types.len() == OPERATIONAL.len());
    let out = EndpointOut::from(endpoint);
    EndpointOut { event_types: out.event_types.filter(|_| !is_all), ..out }
}

/// The routes of operational webhooks.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, upsert, delete))
        .routes(routes!(secret))
        .routes(routes!(rotate))
        .routes(routes!(headers, set_headers, patch_headers))
}

/// The operator's own institution: for callers that work on all.
async fn operations(gateway: &Gateway, caller: &Caller) -> Result<InstitutionId, Problem> {
    on(gateway)?;
    everywhere(caller)?;
    Ok(gateway.operations().await?.id)
}

/// List operational webhooks.
#[utoipa::path(get, path = "/api/v1/operational-webhook/endpoint", tag = "Operational Webhook", responses((status = 200, body = Page<EndpointOut>)))]
pub async fn list(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    query: Query,
) -> Result<Answer<Page<EndpointOut>>, Problem> {
    let institution = operations(&gateway, &caller).await?;
    let query = PageRequest::of(&query, Order::Descending)?.by_id::<EndpointId>()?;
    let page = gateway.endpoints(institution, &query).await?;
    Ok(Answer(Page::of(page.data, page.done, |one| one.id.to_string()).map(out)))
}

/// Create an operational webhook.
#[utoipa::path(post, path = "/api/v1/operational-webhook/endpoint", tag = "Operational Webhook", request_body = OperationalEndpointIn, responses((status = 201, body = EndpointOut)))]
pub async fn create(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Json(body): Json<OperationalEndpointIn>,
) -> Result<(StatusCode, Answer<EndpointOut>), Problem> {
    let institution = operations(&gateway, &caller).await?;
    let made = gateway.create_endpoint(institution, body.into_new()?).await.map_err(uid_taken)?;
    Ok((StatusCode::CREATED, Answer(out(made.endpoint))))
}

/// Get an operational webhook.
#[utoipa::path(get, path = "/api/v1/operational-webhook/endpoint/{endpoint_id}", tag = "Operational Webhook", responses((status = 200, body = EndpointOut)))]
pub async fn get(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Path(endpoint): Path<String>,
) -> Result<Answer<EndpointOut>, Problem> {
    let institution = operations(&gateway, &caller).await?;
    Ok(Answer(out(gateway.endpoint(institution, &endpoint).await?)))
}

/// Replace an operational webhook, or create one with this uid.
#[utoipa::path(put, path = "/api/v1/operational-webhook/endpoint/{endpoint_id}", tag = "Operational Webhook", request_body = OperationalEndpointIn, responses((status = 200, body = EndpointOut), (status = 201, body = EndpointOut)))]
pub async fn upsert(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Path(endpoint): Path<String>,
    Json(body): Json<OperationalEndpointIn>,
) -> Result<(StatusCode, Answer<EndpointOut>), Problem> {
    let institution = operations(&gateway, &caller).await?;
    let (made, is_new) = gateway.upsert_endpoint(institution, &endpoint, body.into_new()?).await.map_err(uid_taken)?;
    Ok((if is_new { StatusCode::CREATED } else { StatusCode::OK }, Answer(out(made))))
}

/// Delete an operational webhook.
#[utoipa::path(delete, path = "/api/v1/operational-webhook/endpoint/{endpoint_id}", tag = "Operational Webhook", responses((status = 204)))]
pub async fn delete(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Path(endpoint): Path<String>,
) -> Result<Response, Problem> {
    let institution = operations(&gateway, &caller).await?;
    gateway.delete_endpoint(institution, &endpoint).await?;
    Ok(no_content())
}

/// Get the signing secret: once after it was made, then 403.
#[utoipa::path(get, path = "/api/v1/operational-webhook/endpoint/{endpoint_id}/secret", tag = "Operational Webhook", responses((status = 200, body = SecretOut)))]
pub async fn secret(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Path(endpoint): Path<String>,
) -> Result<Answer<SecretOut>, Problem> {
    let institution = operations(&gateway, &caller).await?;
    Ok(Answer(SecretOut { key: gateway.secret(institution, &endpoint).await? }))
}

/// Replace the signing secret; the new one is in the answer.
#[utoipa::path(post, path = "/api/v1/operational-webhook/endpoint/{endpoint_id}/secret/rotate", tag = "Operational Webhook", request_body = RotateIn, responses((status = 200, body = SecretOut)))]
pub async fn rotate(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Path(endpoint): Path<String>,
    Json(body): Json<RotateIn>,
) -> Result<Answer<SecretOut>, Problem> {
    let institution = operations(&gateway, &caller).await?;
    let grace = Duration::from_secs(body.grace_period_seconds.unwrap_or(GRACE));
    let key = gateway.rotate_secret(institution, &endpoint, body.key.as_deref(), grace).await?;
    Ok(Answer(SecretOut { key }))
}

/// Get the own headers of an operational webhook.
#[utoipa::path(get, path = "/api/v1/operational-webhook/endpoint/{endpoint_id}/headers", tag = "Operational Webhook", responses((status = 200, body = HeadersOut)))]
pub async fn headers(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Path(endpoint): Path<String>,
) -> Result<Answer<HeadersOut>, Problem> {
    let institution = operations(&gateway, &caller).await?;
    Ok(Answer(HeadersOut::of(gateway.headers(institution, &endpoint).await?)))
}

/// Replace the own headers of an operational webhook.
#[utoipa::path(put, path = "/api/v1/operational-webhook/endpoint/{endpoint_id}/headers", tag = "Operational Webhook", request_body = HeadersIn, responses((status = 204)))]
pub async fn set_headers(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Path(endpoint): Path<String>,
    Json(body): Json<HeadersIn>,
) -> Result<Response, Problem> {
    let institution = operations(&gateway, &caller).await?;
    gateway.set_headers(institution, &endpoint, body.headers).await?;
    Ok(no_content())
}

/// Change some of the own headers of an operational webhook.
#[utoipa::path(patch, path = "/api/v1/operational-webhook/endpoint/{endpoint_id}/headers", tag = "Operational Webhook", request_body = HeadersPatch, responses((status = 204)))]
pub async fn patch_headers(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Path(endpoint): Path<String>,
    Json(body): Json<HeadersPatch>,
) -> Result<Response, Problem> {
    let institution = operations(&gateway, &caller).await?;
    gateway.patch_headers(institution, &endpoint, body.changes()).await?;
    Ok(no_content())
}
