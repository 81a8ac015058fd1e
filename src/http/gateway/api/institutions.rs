//! Institutions.

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
use crate::gateway::ids::InstitutionId;
use crate::gateway::model::{Institution, InstitutionPatch, NewInstitution};
use crate::http::auth::caller::{Administer, May, Read};
use crate::http::gateway::api::list::{ListRequest, Listed};
use crate::http::problem::{Problem, no_content};
use crate::http::state::AppState;
use crate::http::svix::page::Page;
use crate::http::svix::request::{Change, Json, Query, null_as_default, present, present_or_default};
use crate::http::svix::tenant::{everywhere, on, tenant};

/// An institution.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstitutionView {
    /// `app_…`.
    id: String,
    /// The caller's own id for it.
    uid: Option<String>,
    /// Its name.
    name: String,
    /// What its owner keeps with it.
    metadata: BTreeMap<String, String>,
    /// How many days payloads are kept; the service's setting when none.
    payload_days: Option<u16>,
    #[schema(value_type = String, format = DateTime)]
    created: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated: Timestamp,
}

/// A new institution.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstitutionBody {
    name: String,
    #[serde(default)]
    uid: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    metadata: BTreeMap<String, String>,
    #[serde(default)]
    payload_days: Option<u16>,
}

/// A change: absent keeps, null takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstitutionChange {
    #[serde(default, deserialize_with = "present")]
    name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    uid: Change<String>,
    #[serde(default, deserialize_with = "present_or_default")]
    metadata: Option<BTreeMap<String, String>>,
    #[serde(default)]
    #[schema(value_type = Option<u16>)]
    payload_days: Change<u16>,
}

impl From<Institution> for InstitutionView {
    fn from(of: Institution) -> Self {
        Self {
            id: of.id.to_string(),
            uid: of.uid,
            name: of.name,
            metadata: of.metadata,
            payload_days: of.payload_days,
            created: of.created,
            updated: of.updated,
        }
    }
}

/// The routes of institutions.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, patch, delete))
}

/// List institutions, newest first.
#[utoipa::path(get, path = "/api/v1/institutions", tag = "Institutions", operation_id = "institutions_list", responses((status = 200, body = Listed<InstitutionView>)))]
pub async fn list(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Read>,
    query: Query,
) -> Result<Answer<Listed<InstitutionView>>, Problem> {
    on(&gateway)?;
    let asked = ListRequest::of(&query, &[])?;
    if let Some(own) = &caller.institution {
        let own = tenant(&gateway, &caller, own).await?;
        return Ok(Answer(Listed { data: vec![own.into()], next: None, prev: None }));
    }
    let page = gateway.institutions(&asked.by_id::<InstitutionId>()?).await?;
    Ok(Answer(asked.answer(Page::of(page.data, page.done, |one| one.id.to_string()).map(InstitutionView::from))))
}

/// Create an institution.
#[utoipa::path(post, path = "/api/v1/institutions", tag = "Institutions", operation_id = "institutions_create", request_body = InstitutionBody, responses((status = 201, body = InstitutionView)))]
pub async fn create(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Json(body): Json<InstitutionBody>,
) -> Result<(StatusCode, Answer<InstitutionView>), Problem> {
    on(&gateway)?;
    everywhere(&caller)?;
    let new = NewInstitution { name: body.name, uid: body.uid, metadata: body.metadata, throttle: None, payload_days: body.payload_days };
    Ok((StatusCode::CREATED, Answer(gateway.create_institution(new).await?.into())))
}

/// Get an institution.
#[utoipa::path(get, path = "/api/v1/institutions/{institution}", tag = "Institutions", operation_id = "institutions_get", responses((status = 200, body = InstitutionView)))]
pub async fn get(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Read>,
    Path(id): Path<String>,
) -> Result<Answer<InstitutionView>, Problem> {
    Ok(Answer(tenant(&gateway, &caller, &id).await?.into()))
}

/// Change an institution.
#[utoipa::path(patch, path = "/api/v1/institutions/{institution}", tag = "Institutions", operation_id = "institutions_change", request_body = InstitutionChange, responses((status = 200, body = InstitutionView)))]
pub async fn patch(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Path(id): Path<String>,
    Json(body): Json<InstitutionChange>,
) -> Result<Answer<InstitutionView>, Problem> {
    let found = tenant(&gateway, &caller, &id).await?;
    let patch = InstitutionPatch {
        name: body.name,
        uid: body.uid.into(),
        metadata: body.metadata,
        throttle: None,
        payload_days: body.payload_days.into(),
    };
    Ok(Answer(gateway.update_institution(&found.id.to_string(), patch).await?.into()))
}

/// Delete an institution with its endpoints; what waits for them is cancelled.
#[utoipa::path(delete, path = "/api/v1/institutions/{institution}", tag = "Institutions", operation_id = "institutions_delete", responses((status = 204)))]
pub async fn delete(State(gateway): State<Arc<Gateway>>, caller: May<Administer>, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = tenant(&gateway, &caller, &id).await?;
    gateway.delete_institution(&found.id.to_string()).await?;
    Ok(no_content())
}
