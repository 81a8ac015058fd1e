//! `GET /metrics`, and the time that every request takes.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::time::Instant;

use crate::http::auth::MetricsReader;
use crate::http::error::ApiError;
use crate::http::metrics::Metrics;
use crate::http::refusals::Refusals;
use crate::jobs::Jobs;

/// Measures every request by method, route pattern and status.
pub async fn measure(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = crate::http::trace::method(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    metrics.request(method, &route, response.status().as_u16(), began.elapsed());
    response
}

/// Prometheus text; needs the admin token unless `METRICS_PUBLIC=true`.
pub async fn show(
    _: MetricsReader,
    State(metrics): State<Arc<Metrics>>,
    State(jobs): State<Arc<Jobs>>,
    State(refusals): State<Arc<Refusals>>,
) -> Result<Response, ApiError> {
    let text = metrics.text(&jobs, &refusals).await.map_err(|_| ApiError::Internal)?;
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, media_type)], text).into_response())
}
