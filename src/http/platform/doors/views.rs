//! What operators see of what came in: the queue and its export, dead letters and their replay, figures, calls, records.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::http::auth::Admin;
use crate::http::error::ApiError;
use crate::http::state::AppState;
use crate::inbound::{queue, records};
use crate::jobs::error::JobsError;
use crate::model::ids::JobId;
use crate::model::platform_event::Collection;

/// The most entries of one answer.
const MOST: usize = 1000;
/// How many there are unless more are asked for.
const USUAL: usize = 100;
/// When a store that could not be asked should be asked again.
const AGAIN_AFTER: std::time::Duration = std::time::Duration::from_secs(5);

#[derive(Debug, Default, Deserialize)]
pub(super) struct ViewQuery {
    limit: Option<usize>,
    after: Option<String>,
    /// `ndjson`: one message a line, for other systems.
    format: Option<String>,
}

impl ViewQuery {
    fn limit(&self) -> usize {
        self.limit.unwrap_or(USUAL).clamp(1, MOST)
    }
}

fn away(error: &JobsError) -> ApiError {
    tracing::error!(%error, "the queue cannot be read");
    ApiError::NotNow("the store cannot be read now".to_owned(), AGAIN_AFTER)
}

/// What waits: a list, or one message a line.
pub(super) async fn queue(_: Admin, State(state): State<AppState>, Query(wanted): Query<ViewQuery>) -> Result<Response, ApiError> {
    let messages = queue::waiting(&state.jobs.operator(), wanted.limit()).await.map_err(|error| away(&error))?;
    if wanted.format.as_deref() == Some("ndjson") {
        let lines: String = messages.iter().filter_map(|message| serde_json::to_string(message).ok()).map(|line| line + "\n").collect();
        return Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], lines).into_response());
    }
    Ok(Json(json!({ "data": messages })).into_response())
}

/// What was given up.
pub(super) async fn dead_letters(_: Admin, State(state): State<AppState>, Query(wanted): Query<ViewQuery>) -> Result<Response, ApiError> {
    let dead = queue::dead(&state.jobs.operator(), wanted.limit()).await.map_err(|error| away(&error))?;
    Ok(Json(json!({ "data": dead })).into_response())
}

/// Tries a dead letter anew, from the beginning.
pub(super) async fn replay(_: Admin, State(state): State<AppState>, Path(job): Path<String>) -> Result<Response, ApiError> {
    let job = JobId::parse(&job).ok_or(ApiError::NotFound)?;
    match state.jobs.operator().retry(&job).await {
        Ok(()) => Ok(Json(json!({ "success": true, "status": "replayed", "job_id": job })).into_response()),
        Err(error @ JobsError::Store(_)) => Err(away(&error)),
        Err(error) => Err(ApiError::Malformed(error.to_string())),
    }
}

/// Counters of this process, which the answer says: another instance has its own. Over all of them Prometheus adds up (`/metrics`).
pub(super) async fn metrics(_: Admin, State(state): State<AppState>) -> Response {
    Json(state.traffic.of_this_process(&json!(state.traffic.journal.figures()))).into_response()
}

/// The newest calls of this process, which the answer says; over all of them the log has a line for each.
pub(super) async fn requests(_: Admin, State(state): State<AppState>, Query(wanted): Query<ViewQuery>) -> Response {
    let lines: Vec<_> = state.traffic.journal.newest().into_iter().take(wanted.limit()).collect();
    Json(state.traffic.of_this_process(&json!(lines))).into_response()
}

/// What is kept of a kind of thing.
pub(super) async fn records(
    _: Admin,
    State(state): State<AppState>,
    Path(collection): Path<String>,
    Query(wanted): Query<ViewQuery>,
) -> Result<Response, ApiError> {
    let collection = Collection::parse(&collection).ok_or(ApiError::NotFound)?;
    let found = records::list(&*state.traffic.store, collection, wanted.after.as_deref(), wanted.limit()).await;
    let (records, next) = found.map_err(|error| away(&JobsError::Store(error)))?;
    Ok(Json(json!({ "data": records, "next": next })).into_response())
}
