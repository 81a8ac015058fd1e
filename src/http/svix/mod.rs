//! The API that clients made for Svix speak: `/api/v1/app` and its neighbours.
//!
//! So exact that these clients work unchanged: their ids, pages, errors, tri-state changes. What they need of it stands beside each field.

pub mod application;
pub mod attempt;
pub mod endpoint;
pub mod endpoint_parts;
pub mod event_type;
pub mod example;
pub mod message;
pub mod not_offered;
pub mod operational;
pub mod page;
pub mod portal;
pub mod replay;
pub mod request;
pub mod statistics;
pub mod tenant;

use utoipa_axum::router::OpenApiRouter;

use crate::http::state::AppState;

/// All routes, with their part of the API's document.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(application::router())
        .merge(endpoint::router())
        .merge(endpoint_parts::router())
        .merge(message::router())
        .merge(attempt::router())
        .merge(event_type::router())
        .merge(portal::router())
        .merge(replay::router())
        .merge(statistics::router())
        .merge(operational::router())
}
