//! The gateway's pages: endpoints, deliveries, dead letters, in the console and in the portal of an institution's own people.
//!
//! | file | what |
//! |---|---|
//! | `context.rs` | who stands at the page, what is theirs, what they may do; every act once, recorded before it happens |
//! | `endpoint.rs`, `deeds.rs` | one endpoint; what is done with it, each thing asked first |
//! | `deliveries.rs`, `delivery.rs`, `dead.rs` | what was sent: lists, one delivery, what could not be delivered |
//! | `institutions.rs`, `institution.rs` | institutions and registering a school; what is done with one |
//! | `figures.rs`, `widgets.rs` | cards and words that several pages share |
//! | `logs.rs` | what was sent to a school |
//! | `portal.rs` | the way in for an institution's own people |

pub mod context;
pub mod dead;
pub mod deeds;
pub mod deliveries;
pub mod delivery;
pub mod endpoint;
pub mod figures;
pub mod institution;
pub mod institutions;
pub mod logs;
pub mod portal;
pub mod widgets;

use axum::routing::{get, post};
use axum::{Router, middleware};

use crate::http::console::{Route, guarded};
use crate::http::gateway::{logs as rows, only_while_on};
use crate::http::state::AppState;
use crate::model::role::Role;

/// The routes, for the console and for the portal, with who may at least use them; the portal asks for its own cookie.
pub fn routes() -> Vec<Route<AppState>> {
    let route = |path: &str, least, methods| Route { path: path.to_owned(), least, methods };
    let operator = Some(Role::Operator);
    let mut routes = shared("/console", operator);
    routes.extend(shared("/portal", None));
    routes.extend([
        route("/console/institutions", operator, get(institutions::list)),
        route("/console/institutions/search", operator, post(institutions::search)),
        route("/console/institutions/{id}", operator, get(institutions::show)),
        route("/portal", None, get(portal::entrance).post(portal::enter)),
        route("/portal/home", None, get(portal::home)),
        route("/portal/leave", None, post(portal::leave)),
        route("/register-school", Some(Role::Admin), get(institutions::register).post(institutions::registered)),
        route("/webhook-logs/{school}", operator, get(logs::page)),
    ]);
    routes
}

/// The pages behind the console's gate; without a console, a program's log only.
pub fn router(state: &AppState) -> Router<AppState> {
    let Some(console) = &state.console else { return Router::new().route("/webhook-logs/{school}", get(rows::of_school)) };
    guarded(routes(), console).layer(middleware::from_fn_with_state(state.clone(), rows::json_first))
}

/// The pages alone, for a service of the console alone; they answer 404 while the gateway is off.
pub fn console_router(state: &AppState) -> Router<AppState> {
    router(state).layer(middleware::from_fn_with_state(state.clone(), only_while_on))
}

/// What both have. What a deed needs beyond that is looked at where it is known what is asked: a right that is missing is answered 403 in the console and 404 in the portal.
fn shared(base: &str, least: Option<Role>) -> Vec<Route<AppState>> {
    let route = |path: &str, methods| Route { path: format!("{base}{path}"), least, methods };
    vec![
        route("/institutions/{id}/{deed}", get(institution::question).post(institution::done)),
        route("/endpoints/{id}", get(endpoint::show)),
        route("/endpoints/{id}/{deed}", get(deeds::question).post(deeds::done)),
        route("/deliveries", get(deliveries::list)),
        route("/deliveries/search", post(deliveries::search)),
        route("/deliveries/again", get(deliveries::question).post(deliveries::again)),
        route("/deliveries/{id}", get(delivery::show)),
        route("/deliveries/{id}/data", post(delivery::data)),
        route("/deliveries/{id}/{deed}", get(delivery::question).post(delivery::done)),
        route("/dead-letters", get(dead::list)),
    ]
}
