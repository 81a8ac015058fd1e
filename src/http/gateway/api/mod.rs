//! The clean API of the gateway: institutions, endpoints, events, deliveries, attempts, dead letters.
//!
//! Lists have `data`, `next` and `prev`; a cursor belongs to the question that it came from. Parameters that are not known are refused, so that a slip never
//! answers another question than was asked. A key of one institution works in that one; others name theirs with `institution`.

pub mod attempts;
pub mod dead_letters;
pub mod endpoints;
pub mod events;
pub mod institutions;
pub mod list;

use utoipa_axum::router::OpenApiRouter;

use crate::access::role::Caller;
use crate::gateway::Gateway;
use crate::gateway::model::Institution;
use crate::http::problem::Problem;
use crate::http::state::AppState;
use crate::http::svix::tenant::tenant;

/// All routes, with their part of the API's document.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(institutions::router())
        .merge(endpoints::router())
        .merge(events::router())
        .merge(attempts::router())
        .merge(dead_letters::router())
}

/// The institution that a request is about: the one it names, else the caller's own.
///
/// # Errors
/// 422 where neither is there, 404 for one that is not the caller's.
pub async fn about(gateway: &Gateway, caller: &Caller, named: Option<&str>) -> Result<Institution, Problem> {
    let Some(id) = named.or(caller.institution.as_deref()) else {
        return Err(Problem::invalid_field(&["query", "institution"], "This key is for all institutions; say which one you mean."));
    };
    tenant(gateway, caller, id).await
}
