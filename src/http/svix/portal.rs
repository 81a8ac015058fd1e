//! Access of an application's own people, health, and who one is.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::role::Caller;
use crate::access::{AccessError, PORTAL_SECONDS};
use crate::gateway::Gateway;
use crate::http::auth::base_url::base_url;
use crate::http::auth::caller::{Administer, May};
use crate::http::problem::{Problem, no_content};
use crate::http::state::AppState;
use crate::http::svix::application::ApplicationIn;
use crate::http::svix::request::{Json, null_as_default};
use crate::http::svix::tenant::{on, tenant};

/// The shortest life of a portal token.
const SHORTEST: i64 = 3600;

/// What portal access is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortalIn {
    /// Made first, when there is none with this uid.
    #[serde(default)]
    application: Option<ApplicationIn>,
    /// For how many seconds.
    #[serde(default)]
    expiry: Option<i64>,
    /// A name by which it can be ended.
    #[serde(default)]
    session_id: Option<String>,
    /// Whether it is only for looking.
    #[serde(default, deserialize_with = "null_as_default")]
    read_only: bool,
    /// What it is for, in Svix's words; without any of those that change something it is only for looking.
    #[serde(default)]
    capabilities: Option<Vec<String>>,
}

/// Where the portal is.
#[derive(Debug, Serialize, ToSchema)]
pub struct PortalOut {
    url: String,
    token: String,
}

/// Which sessions to end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExpireIn {
    /// Those of these names; all when absent.
    #[serde(default, deserialize_with = "null_as_default")]
    session_ids: Vec<String>,
}

/// Who one is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhoamiOut {
    /// The caller, as the audit names it.
    who: String,
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_id: Option<String>,
}

/// The routes of portal access and health.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(access))
        .routes(routes!(logout))
        .routes(routes!(expire_all))
        .routes(routes!(whoami))
        .routes(routes!(health))
        .routes(routes!(ping))
}

/// Let somebody of an application into its portal.
#[utoipa::path(post, path = "/api/v1/auth/app-portal-access/{app_id}", tag = "Authentication", request_body = PortalIn, responses((status = 200, body = PortalOut)))]
pub async fn access(
    State(state): State<AppState>,
    caller: May<Administer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    Json(body): Json<PortalIn>,
) -> Result<Answer<PortalOut>, Problem> {
    on(&state.gateway)?;
    let institution = match body.application {
        Some(described) if state.gateway.find_institution(&app).await?.is_none() => {
            let uid = described.uid.clone().or(Some(app));
            state.gateway.institution_or_create(ApplicationIn { uid, ..described }.into()).await?.0
        }
        _ => tenant(&state.gateway, &caller, &app).await?,
    };
    let seconds = body.expiry.unwrap_or(PORTAL_SECONDS);
    if !(SHORTEST..=PORTAL_SECONDS).contains(&seconds) {
        return Err(Problem::invalid_field(&["body", "expiry"], format!("{SHORTEST} to {PORTAL_SECONDS} seconds.")));
    }
    let changes = |word: &String| ["ManageEndpoint", "ManageEndpointSecret", "CreateAttempts"].contains(&word.as_str());
    let may_manage = !body.read_only && body.capabilities.is_none_or(|words| words.iter().any(changes));
    let made = state.access.portal_token(&institution.id.to_string(), body.session_id.as_deref(), may_manage, seconds).await;
    let token = made.map_err(refused)?;
    // The token is in the fragment, which browsers send nowhere.
    let url = format!("{}/portal#key={token}", base_url(&headers, &state));
    Ok(Answer(PortalOut { url, token }))
}

/// End the session that asks.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "Authentication", responses((status = 204)))]
pub async fn logout(State(state): State<AppState>, caller: Caller) -> Result<Response, Problem> {
    if let (Some(institution), Some(session)) = (&caller.institution, &caller.session) {
        state.access.end_portal_sessions(institution, std::slice::from_ref(session)).await.map_err(refused)?;
    }
    Ok(no_content())
}

/// End an application's sessions.
#[utoipa::path(post, path = "/api/v1/auth/app/{app_id}/expire-all", tag = "Authentication", request_body = ExpireIn, responses((status = 204)))]
pub async fn expire_all(
    State(state): State<AppState>,
    caller: May<Administer>,
    Path(app): Path<String>,
    Json(body): Json<ExpireIn>,
) -> Result<Response, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    state.access.end_portal_sessions(&institution.id.to_string(), &body.session_ids).await.map_err(refused)?;
    Ok(no_content())
}

/// Who the caller is.
#[utoipa::path(get, path = "/api/v1/auth/whoami", tag = "Authentication", responses((status = 200, body = WhoamiOut)))]
pub async fn whoami(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Result<Answer<WhoamiOut>, Problem> {
    on(&gateway)?;
    Ok(Answer(WhoamiOut { who: caller.who, role: caller.role.as_str(), app_id: caller.institution }))
}

/// Whether the service answers.
#[utoipa::path(get, path = "/api/v1/health", tag = "Health", security(()), responses((status = 204)))]
pub async fn health(State(gateway): State<Arc<Gateway>>) -> Result<Response, Problem> {
    on(&gateway)?;
    Ok(no_content())
}

/// Whether the service answers.
#[utoipa::path(get, path = "/api/v1/health/ping", tag = "Health", security(()), responses((status = 204)))]
pub async fn ping(gateway: State<Arc<Gateway>>) -> Result<Response, Problem> {
    health(gateway).await
}

fn refused(error: AccessError) -> Problem {
    match error {
        AccessError::Invalid(words) => Problem::invalid_field(&["body"], words),
        AccessError::NoMaster => {
            Problem::new(axum::http::StatusCode::SERVICE_UNAVAILABLE, "encryption_key_missing", AccessError::NoMaster.to_string())
        }
        AccessError::Store(error) => {
            tracing::warn!(%error, "Portal access could not be recorded");
            Problem::unavailable()
        }
    }
}
