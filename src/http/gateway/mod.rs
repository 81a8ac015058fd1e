//! The gateway's surfaces that documents show: each an adapter over the model, with the words and answers of its document.
//!
//! | folder or file | whose words |
//! |---|---|
//! | `api/` | our own: institutions, endpoints, events, deliveries |
//! | `document.rs`, `bounds.rs` | what the API's document says of all of it, and of bodies beyond their types |
//! | `grades.rs` | a university's grades: `/register_webhooks`, `/submit_grade`, `/submit_grades`, `/get_webhooks/{id}`, `/receive_grade` |
//! | `schools.rs`, `students.rs`, `logs.rs` | a school's students: `/api/webhook/register`, `/api/students`, `/webhook-logs/{id}` |
//! | `subscriptions.rs` | subscriptions: `/subscription`, `/ingestion`, `/ingest/{id}` |
//! | `keys.rs` | the key sets that verify an institution's `v1a` signatures |
//! | `school_client.rs` | the other side: what a school runs (`gradepost demo-school`) |

pub mod api;
mod bounds;
pub mod document;
mod fault;
pub mod grades;
pub mod keys;
pub mod logs;
pub mod school_client;
pub mod schools;
pub mod students;
pub mod subscriptions;
pub(in crate::http) mod support;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use axum::{Router, middleware};
use utoipa_axum::router::OpenApiRouter;

use crate::http::error::ApiError;
use crate::http::state::AppState;
use crate::http::svix;

/// All routes of the gateway's API, in our words and in Svix's, with their part of the API's document.
pub fn api_routes() -> OpenApiRouter<AppState> {
    document::complete(svix::router().merge(api::router()))
}

/// The routes, with the gateway's pages among them; they answer 404 while the gateway is off.
pub fn router(state: &AppState, pages: Router<AppState>) -> Router<AppState> {
    Router::new()
        .route("/register_webhooks", post(grades::register))
        .route("/submit_grade", post(grades::submit))
        .route("/submit_grades", post(grades::submit_many))
        .route("/get_webhooks/{university}", get(grades::list))
        .route("/receive_grade", post(grades::receive))
        .route("/api/webhook/register", post(schools::register))
        .route("/api/webhook/logs", get(logs::of_query))
        .route("/api/students", post(students::create).get(students::list))
        .route("/api/students/{student}", put(students::update).delete(students::delete).get(students::show))
        .route("/subscription", post(subscriptions::create).put(subscriptions::update).get(subscriptions::list))
        .route("/subscription/{id}", get(subscriptions::show).delete(subscriptions::delete))
        .route("/subscription/{id}/attempts", get(subscriptions::attempts))
        .route("/ingestion", post(subscriptions::ingestion))
        .route("/ingest/{id}", post(subscriptions::ingest))
        .route("/ingest/{id}/{task}", get(subscriptions::task))
        .route("/.well-known/webhooks/{institution}/jwks.json", get(keys::key_set))
        .merge(pages)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(state.clone(), only_while_on))
}

/// Answers 404 while the gateway is off.
pub(in crate::http) async fn only_while_on(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if state.gateway.is_on() { next.run(request).await } else { ApiError::NotFound.into_response() }
}

async fn wrong_method() -> ApiError {
    ApiError::MethodNotAllowed("other methods (GET / lists the endpoints)")
}
