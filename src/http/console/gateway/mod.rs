//! The gateway's pages: endpoints, deliveries, dead letters, in the console and in the portal of an institution's own people.
//!
//! | file | what |
//! |---|---|
//! | `desk.rs` | who stands at the page, what is theirs, what they may do; every act once, recorded before it happens |
//! | `endpoint.rs`, `deeds.rs` | one endpoint; what is done with it, each thing asked first |
//! | `deliveries.rs`, `delivery.rs`, `dead.rs` | what was sent: lists, one delivery, what could not be delivered |
//! | `institution.rs` | what is done with an institution |
//! | `figures.rs`, `looks.rs` | cards and words that several pages share |
//! | `portal.rs` | the way in for an institution's own people |

pub mod dead;
pub mod deeds;
pub mod deliveries;
pub mod delivery;
pub mod desk;
pub mod endpoint;
pub mod figures;
pub mod institution;
pub mod looks;
pub mod portal;

use axum::routing::{get, post};

use crate::http::console::{Route, institutions};
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
    ]);
    routes
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
