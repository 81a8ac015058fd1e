//! Secret and headers of an endpoint, and whether it is slowed down.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::Gateway;
use crate::http::auth::caller::{Manage, May, Read};
use crate::http::problem::{Problem, no_content};
use crate::http::state::AppState;
use crate::http::svix::request::{Json, null_as_default};
use crate::http::svix::tenant::tenant;

/// How long the old secret signs beside the new one, when the caller does not say.
pub const GRACE: u64 = 24 * 3600;
/// Headers whose values are never shown again.
const SENSITIVE: [&str; 6] =
    ["authorization", "x-api-key", "x-auth-token", "proxy-authorization", "www-authenticate", "proxy-authenticate"];

/// A signing secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecretOut {
    /// `whsec_…`.
    pub key: String,
}

/// What a rotation is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RotateIn {
    /// The new secret; made here when absent.
    #[serde(default)]
    pub key: Option<String>,
    /// How long the old one signs as well, at most a week.
    #[serde(default)]
    pub grace_period_seconds: Option<u64>,
}

/// An endpoint's own headers.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeadersOut {
    /// Those that may be shown.
    pub headers: BTreeMap<String, String>,
    /// The names of those whose values are withheld.
    pub sensitive: BTreeSet<String>,
}

/// What takes the place of an endpoint's own headers.
#[derive(Debug, Deserialize, ToSchema)]
pub struct HeadersIn {
    /// All of them.
    pub headers: BTreeMap<String, String>,
}

/// Changes to an endpoint's own headers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeadersPatch {
    /// Those to set; null takes one away.
    #[serde(default, deserialize_with = "null_as_default")]
    pub headers: BTreeMap<String, Option<String>>,
    /// Those to take away.
    #[serde(default, deserialize_with = "null_as_default")]
    pub delete_headers: BTreeSet<String>,
}

impl HeadersOut {
    /// What may be shown of these.
    pub fn of(all: BTreeMap<String, String>) -> Self {
        let is_sensitive = |name: &String| SENSITIVE.contains(&name.to_ascii_lowercase().as_str());
        let sensitive = all.keys().filter(|name| is_sensitive(name)).cloned().collect();
        Self { headers: all.into_iter().filter(|(name, _)| !is_sensitive(name)).collect(), sensitive }
    }
}

impl HeadersPatch {
    /// The changes by name: a value sets, none takes away.
    pub fn changes(self) -> BTreeMap<String, Option<String>> {
        let mut changes = self.headers;
        changes.extend(self.delete_headers.into_iter().map(|name| (name, None)));
        changes
    }
}

/// The routes of an endpoint's parts.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(secret))
        .routes(routes!(rotate))
        .routes(routes!(headers, set_headers, patch_headers))
        .routes(routes!(transformation, patch_transformation))
}

/// Get the signing secret: once after it was made, then 403.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/secret", tag = "Endpoint", responses((status = 200, body = SecretOut)))]
pub async fn secret(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Manage>,
    Path((app, endpoint)): Path<(String, String)>,
) -> Result<Answer<SecretOut>, Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    Ok(Answer(SecretOut { key: gateway.secret(institution.id, &endpoint).await? }))
}

/// Replace the signing secret; the new one is in the answer.
#[utoipa::path(
    post, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/secret/rotate", tag = "Endpoint", request_body = RotateIn,
    responses((status = 200, body = SecretOut))
)]
pub async fn rotate(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Manage>,
    Path((app, endpoint)): Path<(String, String)>,
    Json(body): Json<RotateIn>,
) -> Result<Answer<SecretOut>, Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    let grace = Duration::from_secs(body.grace_period_seconds.unwrap_or(GRACE));
    let key = gateway.rotate_secret(institution.id, &endpoint, body.key.as_deref(), grace).await?;
    Ok(Answer(SecretOut { key }))
}

/// Get an endpoint's own headers.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/headers", tag = "Endpoint", responses((status = 200, body = HeadersOut)))]
pub async fn headers(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Read>,
    Path((app, endpoint)): Path<(String, String)>,
) -> Result<Answer<HeadersOut>, Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    Ok(Answer(HeadersOut::of(gateway.headers(institution.id, &endpoint).await?)))
}

/// Replace an endpoint's own headers.
#[utoipa::path(
    put, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/headers", tag = "Endpoint", request_body = HeadersIn, responses((status = 204))
)]
pub async fn set_headers(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Manage>,
    Path((app, endpoint)): Path<(String, String)>,
    Json(body): Json<HeadersIn>,
) -> Result<Response, Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    gateway.set_headers(institution.id, &endpoint, body.headers).await?;
    Ok(no_content())
}

/// Change some of an endpoint's own headers.
#[utoipa::path(
    patch, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/headers", tag = "Endpoint", request_body = HeadersPatch, responses((status = 204))
)]
pub async fn patch_headers(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Manage>,
    Path((app, endpoint)): Path<(String, String)>,
    Json(body): Json<HeadersPatch>,
) -> Result<Response, Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    gateway.patch_headers(institution.id, &endpoint, body.changes()).await?;
    Ok(no_content())
}

/// Transformations are not offered.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/transformation", tag = "Endpoint", responses((status = 501)))]
pub async fn transformation(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Read>,
    Path((app, endpoint)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    gateway.endpoint(institution.id, &endpoint).await?;
    Err(Problem::not_implemented("Transformations are not offered; send what your receiver expects."))
}

/// Transformations are not offered.
#[utoipa::path(patch, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/transformation", tag = "Endpoint", responses((status = 501)))]
pub async fn patch_transformation(
    gateway: State<Arc<Gateway>>,
    caller: May<Read>,
    path: Path<(String, String)>,
) -> Result<Response, Problem> {
    transformation(gateway, caller, path).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn values_of_sensitive_headers_are_withheld_in_any_case() {
        let shown = HeadersOut::of(map(&[("AUTHORIZATION", "Bearer s"), ("X-Tenant", "7"), ("x-api-key", "k")]));
        assert_eq!(shown.headers, map(&[("X-Tenant", "7")]));
        assert_eq!(shown.sensitive.into_iter().collect::<Vec<_>>(), ["AUTHORIZATION", "x-api-key"]);
    }

    #[test]
    fn headers_are_taken_away_by_null_or_by_name() {
        let patch: HeadersPatch = serde_json::from_str(r#"{"headers":{"X-A":"1","X-B":null},"deleteHeaders":["X-C"]}"#).unwrap();
        let expected = [("X-A".to_owned(), Some("1".to_owned())), ("X-B".to_owned(), None), ("X-C".to_owned(), None)];
        assert_eq!(patch.changes().into_iter().collect::<Vec<_>>(), expected);
    }
}
