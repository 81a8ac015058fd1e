//! Every route on one screen.

use std::future::Ready;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::trace::TraceLayer;
use tracing::Span;

use crate::http::error::ApiError;
use crate::http::state::AppState;
use crate::http::{health, info, metrics, tasks, webhook};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The service's routes over its state.
pub fn router(state: AppState) -> Router {
    let limit = state.config.max_body_bytes;
    let request_ids = RequestIds { keys: (RandomState::new(), RandomState::new()), count: Arc::default() };
    Router::new()
        .route("/", get(info::show).fallback(|| wrong_method("GET, HEAD")))
        .route("/healthz", get(health::alive).fallback(|| wrong_method("GET, HEAD")))
        .route("/health", get(health::alive).fallback(|| wrong_method("GET, HEAD")))
        .route("/ready", get(health::ready).fallback(|| wrong_method("GET, HEAD")))
        .route("/webhook", post(webhook::receive).fallback(|| wrong_method("POST")))
        .route("/tasks/run", post(tasks::run).fallback(|| wrong_method("POST")))
        .route("/tasks/sweep", post(tasks::sweep).fallback(|| wrong_method("POST")))
        .route("/metrics", get(metrics::show).fallback(|| wrong_method("GET, HEAD")))
        .fallback(|| std::future::ready(ApiError::NotFound))
        .layer(DefaultBodyLimit::max(limit))
        .layer(middleware::map_response(harden))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| ApiError::Internal.into_response()))
        .layer(TraceLayer::new_for_http().make_span_with(request_span).on_request(()).on_response(log_response).on_failure(()))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, request_ids))
        .with_state(state)
}

fn wrong_method(allowed: &'static str) -> Ready<ApiError> {
    std::future::ready(ApiError::MethodNotAllowed(allowed))
}

/// Answers are nobody's to guess at, frame or keep.
async fn harden(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'"));
    response
}

/// Request ids only tell requests apart: two keyed hashes of a running number, the keys random for each process.
#[derive(Clone)]
struct RequestIds {
    keys: (RandomState, RandomState),
    count: Arc<AtomicU64>,
}

impl MakeRequestId for RequestIds {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let id = format!("{:016x}{:016x}", self.keys.0.hash_one(number), self.keys.1.hash_one(number));
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}

/// A span a request: what Cloud Logging needs to link lines, and nothing about people.
fn request_span(request: &Request) -> Span {
    let route = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str);
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    let span =
        tracing::info_span!("request", http.method = %request.method(), http.route = route, request.id = id, trace = tracing::field::Empty);
    if let Some(trace) = trace_id(request.headers()) {
        span.record("trace", trace);
    }
    span
}

/// The trace's id from `traceparent` (W3C Trace Context) or the older `X-Cloud-Trace-Context`.
pub(super) fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let trace =
        header("traceparent").and_then(|value| value.split('-').nth(1)).or_else(|| header("x-cloud-trace-context")?.split('/').next())?;
    (trace.len() == 32 && trace.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(trace)
}

fn log_response(response: &Response, latency: Duration, _: &Span) {
    let status = response.status();
    let duration_ms = latency.as_millis() as u64;
    if status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::warn!(http.status = status.as_u16(), duration_ms, "answered {status}");
    } else {
        tracing::debug!(http.status = status.as_u16(), duration_ms, "answered {status}");
    }
}
