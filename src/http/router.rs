//! Every route on one screen.

use std::future::Ready;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use tower::util::MapRequest;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

use crate::http::auth::oauth;
use crate::http::console::config::Mode;
use crate::http::error::ApiError;
use crate::http::ops::{health, info, metrics};
use crate::http::platform::{doors, webhook};
use crate::http::state::AppState;
use crate::http::trace::{REQUEST_ID, RequestIds, log_response, plain_request_id, request_span};
use crate::http::{api, console, gateway, gateway_pages, problem, svix, tasks};

/// All routes of the API begin so.
const API: &str = "/api/";

/// The service's routes over its state.
pub fn router(state: AppState) -> Router {
    let is_console_only = state.console.as_ref().is_some_and(|console| console.config.mode == Mode::Only);
    let work = if is_console_only { console_alone(&state) } else { everything_else(&state) };
    let routes = Router::new()
        .merge(state.console.as_ref().map(console::router).unwrap_or_default())
        .route("/healthz", get(health::alive).fallback(|| wrong_method("GET, HEAD")))
        .route("/health", get(health::alive).fallback(|| wrong_method("GET, HEAD")))
        .route("/ready", get(health::ready).fallback(|| wrong_method("GET, HEAD")))
        .route("/metrics", get(metrics::show).fallback(|| wrong_method("GET, HEAD")))
        .merge(api::router(!is_console_only))
        .merge(work)
        .fallback(nowhere)
        .layer(middleware::map_response(harden))
        .layer(middleware::from_fn_with_state(state.metrics.clone(), metrics::measure))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| ApiError::Internal.into_response()))
        .layer(TraceLayer::new_for_http().make_span_with(request_span).on_request(()).on_response(log_response).on_failure(()))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, RequestIds::default()))
        .layer(middleware::map_request(plain_request_id))
        .with_state(state);
    Router::new().fallback_service(MapRequest::new(routes, without_slash))
}

/// What calls us and whom we call: platforms, task queues, institutions.
fn everything_else(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", get(info::show).fallback(|| wrong_method("GET, HEAD")))
        .route("/webhook", post(webhook::receive).fallback(|| wrong_method("POST")))
        .route("/tasks/run", post(tasks::run).fallback(|| wrong_method("POST")))
        .route("/tasks/sweep", post(tasks::sweep).fallback(|| wrong_method("POST")))
        .merge(doors::routes())
        .merge(oauth::router())
        .merge(svix::not_offered::router())
        .merge(gateway::router(state, gateway_pages::router(state)))
}

/// Beside a service that does all that (`CONSOLE=only`): the pages of the gateway, and the way in.
fn console_alone(state: &AppState) -> Router<AppState> {
    Router::new().route("/", get(|| std::future::ready(Redirect::to("/console")))).merge(gateway_pages::console_router(state))
}

/// A path of the API may end in a slash. It is taken away before routing, for which a layer of the router would be too late.
fn without_slash(mut request: Request) -> Request {
    let path = request.uri().path();
    let trimmed = path.trim_end_matches('/');
    if path.starts_with(API) && trimmed.len() < path.len() && trimmed.len() >= API.len() {
        let query = request.uri().query().map_or_else(String::new, |query| format!("?{query}"));
        // A path that was one stays one when it is cut.
        if let Ok(uri) = format!("{trimmed}{query}").parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// What no route takes, in the words of the surface that was called.
async fn nowhere(state: State<AppState>, headers: HeaderMap, request: Request) -> Response {
    if request.uri().path().starts_with(API) {
        return problem::no_such_route(request.method(), request.uri()).into_response();
    }
    if state.console.as_ref().is_some_and(|console| console.config.mode == Mode::Only) {
        return ApiError::NotFound.into_response();
    }
    webhook::nowhere(state, headers, request).await.into_response()
}

fn wrong_method(allowed: &'static str) -> Ready<ApiError> {
    std::future::ready(ApiError::MethodNotAllowed(allowed))
}

/// What a handler did not say otherwise: answers are nobody's to guess at, frame or keep.
const HARDENING: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
];

async fn harden(mut response: Response) -> Response {
    for (name, value) in HARDENING {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_header_is_set_only_where_the_handler_set_none() {
        let own = ([(header::CACHE_CONTROL, "max-age=60")], "x").into_response();
        let hardened = harden(own).await;
        assert_eq!(hardened.headers()[header::CACHE_CONTROL], "max-age=60");
        assert_eq!(hardened.headers()[header::X_FRAME_OPTIONS], "DENY");
    }
}
