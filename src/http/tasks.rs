//! `POST /tasks/run` and `POST /tasks/sweep`: a task queue or scheduler wakes us. Never open.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::error::ApiError;
use crate::http::state::AppState;
use crate::jobs::handler::Handler;
use crate::model::ids::JobId;

/// Who may call `/tasks/*`, and what runs a job when they do.
pub struct TaskGate {
    /// `TASK_TOKEN`.
    pub token: Option<SecretString>,
    /// Checks an OIDC token of the queue's service account.
    pub oidc: Option<Arc<dyn TokenCheck>>,
    /// Runs a job.
    pub handler: Arc<dyn Handler>,
}

/// Checks a bearer token that is no shared secret.
#[async_trait]
pub trait TokenCheck: Send + Sync {
    /// Whether the token is valid now.
    async fn is_valid(&self, token: &str, now: Timestamp) -> bool;
}

/// A job named directly, or inside a Pub/Sub push message (base64 in `message.data`).
#[derive(Debug, Deserialize)]
pub struct Wake {
    job: Option<String>,
    message: Option<PushMessage>,
}

#[derive(Debug, Deserialize)]
struct PushMessage {
    data: Option<String>,
}

impl Wake {
    fn job(&self) -> Option<JobId> {
        let pushed = || {
            let data = STANDARD.decode(self.message.as_ref()?.data.as_ref()?).ok()?;
            String::from_utf8(data).ok()
        };
        JobId::parse(self.job.clone().or_else(pushed)?.trim())
    }
}

/// Runs one job; a lost or repeated call is harmless, so everything understood is answered 2xx.
pub async fn run(
    State(desk): State<AppState>,
    headers: HeaderMap,
    body: Result<Json<Wake>, axum::extract::rejection::JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    authorise(&desk, &headers).await?;
    let Json(wake) = body.map_err(|_| ApiError::Malformed("send {\"job\":\"<id>\"} or a Pub/Sub push message".to_owned()))?;
    let job = wake.job().ok_or_else(|| ApiError::Malformed("the message names no job id (32 hex digits)".to_owned()))?;
    let outcome = desk.jobs.run_one(desk.tasks.handler.as_ref(), &job).await;
    Ok(Json(json!({ "success": true, "status": "ran", "job_id": job, "outcome": outcome.word() })))
}

/// Takes up what is overdue and not leased.
pub async fn sweep(State(desk): State<AppState>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    authorise(&desk, &headers).await?;
    let report = desk.jobs.sweep().await;
    Ok(Json(json!({ "success": true, "status": "swept", "looked": report.looked, "woken": report.woken, "problem": report.problem })))
}

async fn authorise(desk: &AppState, headers: &HeaderMap) -> Result<(), ApiError> {
    if desk.tasks.token.as_ref().is_some_and(|token| bearer_is(headers, token)) {
        return Ok(());
    }
    if let (Some(check), Some(token)) = (&desk.tasks.oidc, bearer(headers))
        && check.is_valid(token, desk.clock.now()).await
    {
        return Ok(());
    }
    Err(ApiError::Unauthorized)
}

/// The request's bearer token (RFC 6750, section 2.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether the request carries this bearer token, in constant time.
pub fn bearer_is(headers: &HeaderMap, expected: &SecretString) -> bool {
    use subtle::ConstantTimeEq as _;
    // Only the length may show, as it does with every fixed-length token.
    bearer(headers).is_some_and(|token| token.as_bytes().ct_eq(expected.expose_secret().as_bytes()).into())
}
