//! What Svix's clients can ask for and is not offered here: each is answered 501 in the words that they read, so that nobody takes it for a slip.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use std::sync::Arc;

use crate::access::role::Caller;
use crate::gateway::Gateway;
use crate::http::problem::Problem;
use crate::http::state::AppState;
use crate::http::svix::tenant::on;

/// Paths of the clients' other calls, and what to do instead.
const PATHS: [(&str, &str); 22] = [
    ("/api/v1/app/{app_id}/autoconfig", AUTOCONFIG),
    ("/api/v1/app/{app_id}/autoconfig/{*rest}", AUTOCONFIG),
    ("/api/v1/app/{app_id}/destination", SINKS),
    ("/api/v1/app/{app_id}/destination/{*rest}", SINKS),
    ("/api/v1/app/{app_id}/integration", KEYS),
    ("/api/v1/app/{app_id}/integration/{*rest}", KEYS),
    ("/api/v1/app/{app_id}/poller/{*rest}", POLLER),
    ("/api/v1/auth/stream-logout", STREAMS),
    ("/api/v1/auth/stream-portal-access/{*rest}", STREAMS),
    ("/api/v1/auth/stream/{*rest}", STREAMS),
    ("/api/v1/connector", SINKS),
    ("/api/v1/connector/{*rest}", SINKS),
    ("/api/v1/environment/export", ENVIRONMENT),
    ("/api/v1/environment/import", ENVIRONMENT),
    ("/api/v1/stream", STREAMS),
    ("/api/v1/stream/{*rest}", STREAMS),
    ("/api/v1/transformation-template", SINKS),
    ("/api/v1/transformation-template/{*rest}", SINKS),
    ("/api/v1/template", SINKS),
    ("/api/v1/template/{*rest}", SINKS),
    ("/ingest/api/v1/source", INGEST),
    ("/ingest/api/v1/source/{*rest}", INGEST),
];

const AUTOCONFIG: &str = "Autoconfiguration is not offered; create the endpoint with POST /api/v1/app/{app_id}/endpoint.";
const SINKS: &str = "Connectors and destinations are not offered; register an endpoint that is called over HTTP.";
const KEYS: &str = "Integrations are not offered; make a key for the institution with gradepost keys create.";
const POLLER: &str = "Pollers are not offered; page through GET /api/v1/events, which keeps its cursors.";
const STREAMS: &str = "Streams are not offered; send messages.";
const ENVIRONMENT: &str = "Environments are not exported or imported; event types can be, with POST /api/v1/event-type/import/openapi.";
const INGEST: &str = "Ingest sources are not offered; platforms have doors of their own (docs/platforms.md).";

/// The routes; they are in nobody's description.
pub fn router() -> Router<AppState> {
    PATHS.into_iter().fold(Router::new(), |router, (path, words)| {
        let answer = move |State(gateway): State<Arc<Gateway>>, _: Caller| async move {
            on(&gateway)?;
            Err::<Response, _>(Problem::not_implemented(words))
        };
        router.route(path, any(answer))
    })
}
