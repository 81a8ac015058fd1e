//! `POST /tasks/run` and `POST /tasks/sweep`: a task queue or scheduler wakes us. Never open.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::error::ApiError;
use crate::http::extract;
use crate::http::state::AppState;
use crate::model::ids::JobId;

/// When a task queue or scheduler should come again.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Who may call `/tasks/*`, and what is done beside the jobs when they do.
pub struct TaskGate {
    /// `TASK_TOKEN`.
    pub token: Option<SecretString>,
    /// Checks an OIDC token of the queue's service account.
    pub oidc: Option<Arc<dyn TokenCheck>>,
    /// What a sweep does beside waking jobs.
    pub upkeep: Arc<dyn Upkeep>,
}

/// What has to be done from time to time beside the jobs (indexes, alerts): an instance that has a processor only while it answers does it when a scheduler calls.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// Does it once.
    ///
    /// # Errors
    /// What is behind, in words; the next call goes on with it.
    async fn keep_up(&self) -> Result<(), String>;
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

/// Has a worker run one job, and answers when it is done with it: an instance may have a processor only until then.
///
/// A lost or repeated call is harmless, so everything understood is answered 2xx, but for what is worth another call soon.
pub async fn run(State(desk): State<AppState>, request: Request) -> Result<Json<Value>, ApiError> {
    authorise(&desk, request.headers()).await?;
    let body = extract::body(request, &desk.config).await?;
    let wake: Wake =
        serde_json::from_slice(&body).map_err(|_| ApiError::Malformed("send {\"job\":\"<id>\"} or a Pub/Sub push message".to_owned()))?;
    let job = wake.job().ok_or_else(|| ApiError::Malformed("the message names no job id (32 hex digits)".to_owned()))?;
    let outcome = desk.jobs.run_here(&job).await.map_err(|busy| ApiError::NotNow(busy.to_string(), AGAIN_AFTER))?;
    if outcome.wants_another() {
        return Err(ApiError::NotNow("the job could not be brought to an end of this attempt; send it again".to_owned(), AGAIN_AFTER));
    }
    Ok(Json(json!({ "success": true, "status": "ran", "job_id": job, "outcome": outcome.word() })))
}

/// Takes up what is overdue and not leased, and does what has to be done beside the jobs.
pub async fn sweep(State(desk): State<AppState>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    authorise(&desk, &headers).await?;
    let report = desk.jobs.sweep().await;
    let kept_up = desk.tasks.upkeep.keep_up().await;
    if let Some(problem) = report.problem.or(kept_up.err()) {
        tracing::error!(problem, "A sweep asked for by a scheduler ended early");
        return Err(ApiError::NotNow("the sweep ended early; the log says why".to_owned(), AGAIN_AFTER));
    }
    Ok(Json(json!({ "success": true, "status": "swept", "looked": report.looked, "woken": report.woken })))
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
