//! Applications: our institutions.

use std::collections::BTreeMap;

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
use crate::gateway::ids::InstitutionId;
use crate::gateway::model::{Institution, InstitutionPatch, NewInstitution};
use crate::http::auth::caller::{Administer, May, Read};
use crate::http::problem::{Problem, no_content};
use crate::http::state::AppState;
use crate::http::svix::page::{Order, Page, PageRequest};
use crate::http::svix::request::{Change, Json, Query, null_as_default, present, present_or_default};
use crate::http::svix::tenant::{everywhere, on, tenant};

/// An application.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationOut {
    /// `app_…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The caller's own id for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Deliveries per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttle_rate: Option<u32>,
    /// What its owner keeps with it.
    pub metadata: BTreeMap<String, String>,
    /// Since when it is there.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it changed last.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A new application, or what takes the place of an old one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationIn {
    /// Its name.
    pub name: String,
    /// The caller's own id for it.
    #[serde(default)]
    pub uid: Option<String>,
    /// Deliveries per second.
    #[serde(default)]
    pub throttle_rate: Option<u32>,
    /// What its owner keeps with it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub metadata: BTreeMap<String, String>,
}

/// A change: absent keeps, null takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationPatch {
    #[serde(default, deserialize_with = "present")]
    name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    uid: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    throttle_rate: Change<u32>,
    #[serde(default, deserialize_with = "present_or_default")]
    metadata: Option<BTreeMap<String, String>>,
}

impl From<Institution> for ApplicationOut {
    fn from(of: Institution) -> Self {
        Self {
            id: of.id.to_string(),
            name: of.name,
            uid: of.uid,
            throttle_rate: of.throttle,
            metadata: of.metadata,
            created_at: of.created,
            updated_at: of.updated,
        }
    }
}

impl From<ApplicationIn> for NewInstitution {
    fn from(of: ApplicationIn) -> Self {
        Self { name: of.name, uid: of.uid, metadata: of.metadata, throttle: of.throttle_rate, payload_days: None }
    }
}

/// The routes of applications.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, upsert, patch, delete))
}

/// List applications.
#[utoipa::path(get, path = "/api/v1/app", tag = "Application", responses((status = 200, body = Page<ApplicationOut>)))]
pub async fn list(State(gateway): State<Arc<Gateway>>, caller: May<Read>, query: Query) -> Result<Answer<Page<ApplicationOut>>, Problem> {
    on(&gateway)?;
    everywhere(&caller)?;
    let query = PageRequest::of(&query, Order::Ascending)?.by_id::<InstitutionId>()?;
    let page = gateway.institutions(&query).await?;
    Ok(Answer(Page::of(page.data, page.done, |one| one.id.to_string()).map(ApplicationOut::from)))
}

/// Create an application.
#[utoipa::path(
    post, path = "/api/v1/app", tag = "Application", request_body = ApplicationIn,
    params(("get_if_exists" = Option<bool>, Query, description = "An application with this uid is answered instead of refused")),
    responses((status = 201, body = ApplicationOut), (status = 200, body = ApplicationOut))
)]
pub async fn create(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    query: Query,
    Json(body): Json<ApplicationIn>,
) -> Result<(StatusCode, Answer<ApplicationOut>), Problem> {
    on(&gateway)?;
    everywhere(&caller)?;
    let (made, is_new) = if query.flag("get_if_exists", false)? {
        gateway.institution_or_create(body.into()).await?
    } else {
        (gateway.create_institution(body.into()).await.map_err(uid_taken)?, true)
    };
    Ok((created(is_new), Answer(made.into())))
}

/// Get an application.
#[utoipa::path(get, path = "/api/v1/app/{app_id}", tag = "Application", responses((status = 200, body = ApplicationOut)))]
pub async fn get(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Read>,
    Path(app): Path<String>,
) -> Result<Answer<ApplicationOut>, Problem> {
    Ok(Answer(tenant(&gateway, &caller, &app).await?.into()))
}

/// Replace an application, or create it with this uid.
#[utoipa::path(
    put, path = "/api/v1/app/{app_id}", tag = "Application", request_body = ApplicationIn,
    responses((status = 200, body = ApplicationOut), (status = 201, body = ApplicationOut))
)]
pub async fn upsert(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Path(app): Path<String>,
    Json(body): Json<ApplicationIn>,
) -> Result<(StatusCode, Answer<ApplicationOut>), Problem> {
    on(&gateway)?;
    everywhere(&caller)?;
    let (made, is_new) = gateway.upsert_institution(&app, body.into()).await.map_err(uid_taken)?;
    Ok((created(is_new), Answer(made.into())))
}

/// Change an application.
#[utoipa::path(
    patch, path = "/api/v1/app/{app_id}", tag = "Application", request_body = ApplicationPatch,
    responses((status = 200, body = ApplicationOut))
)]
pub async fn patch(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Path(app): Path<String>,
    Json(body): Json<ApplicationPatch>,
) -> Result<Answer<ApplicationOut>, Problem> {
    let found = tenant(&gateway, &caller, &app).await?;
    let patch = InstitutionPatch {
        name: body.name,
        uid: body.uid.into(),
        metadata: body.metadata,
        throttle: body.throttle_rate.into(),
        payload_days: None,
    };
    Ok(Answer(gateway.update_institution(&found.id.to_string(), patch).await.map_err(uid_taken)?.into()))
}

/// Delete an application with its endpoints.
#[utoipa::path(delete, path = "/api/v1/app/{app_id}", tag = "Application", responses((status = 204)))]
pub async fn delete(State(gateway): State<Arc<Gateway>>, caller: May<Administer>, Path(app): Path<String>) -> Result<Response, Problem> {
    let found = tenant(&gateway, &caller, &app).await?;
    gateway.delete_institution(&found.id.to_string()).await?;
    Ok(no_content())
}

fn created(is_new: bool) -> StatusCode {
    if is_new { StatusCode::CREATED } else { StatusCode::OK }
}

fn uid_taken(error: GatewayError) -> Problem {
    match error {
        GatewayError::Conflict(_) => Problem::conflict("conflict", "An application with that id or uid already exists"),
        other => other.into(),
    }
}
