//! The operator's API under `/api/v1`, and its description at `/api/openapi.json`.
//!
//! Handler and description are registered together, so that no route can be missing; `openapi.json` at the repository's root is the committed copy, which a test holds against both.

pub mod bulk;
pub mod figures;
pub mod once;
pub mod privacy;
pub mod problem;
pub mod reports;
pub mod request;
pub mod search;
pub mod wishes;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::api::problem::Problem;
use crate::http::gateway;
use crate::http::state::AppState;

/// Where the description is.
pub const DOCUMENT: &str = "/api/openapi.json";

/// What the description says of itself.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "gradepost", description = "Reports on finished tests: what became of them, and what a person does with them.\n\nCalls carry a bearer token: the admin token, or a key (`gradepost keys create`). Nothing personal stands in addresses. Times are RFC 3339 in UTC, ids are text."),
    tags(
        (name = "reports", description = "What became of whose report."),
        (name = "acts", description = "What a person does with reports."),
        (name = "figures", description = "Numbers over many reports."),
        (name = "results", description = "How courses did; no figure tells of fewer than five students."),
        (name = "students", description = "Students, named by a keyed hash."),
        (name = "texts", description = "Search in what platforms told: discussions, and what was said in videos."),
        (name = "service", description = "How the service is."),
    )
)]
struct Description;

/// The routes of the operator's API with their descriptions.
fn reports_api() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(reports::list))
        .routes(routes!(reports::search))
        .routes(routes!(reports::show))
        .routes(routes!(reports::story))
        .routes(routes!(reports::pdf))
        .routes(routes!(reports::retry))
        .routes(routes!(reports::release))
        .routes(routes!(reports::send))
        .routes(routes!(reports::render))
        .routes(routes!(reports::mark))
        .routes(routes!(reports::discard))
        .routes(routes!(reports::release_all))
        .routes(routes!(bulk::ask))
        .routes(routes!(bulk::show))
        .routes(routes!(bulk::start))
        .routes(routes!(bulk::stop))
        .routes(routes!(search::find, search::find_by_post))
        .routes(routes!(figures::todo))
        .routes(routes!(figures::today))
        .routes(routes!(figures::days))
        .routes(routes!(figures::courses))
        .routes(routes!(figures::assessments))
        .routes(routes!(figures::results))
        .routes(routes!(figures::course_results))
        .routes(routes!(figures::assessment_results))
        .routes(routes!(figures::students))
        .routes(routes!(figures::student))
        .routes(routes!(figures::health))
        .routes(routes!(privacy::export))
        .routes(routes!(privacy::erase))
        .routes(routes!(privacy::erasures))
        .routes(routes!(wishes::block))
        .routes(routes!(wishes::object))
        .routes(routes!(wishes::lift_of_student))
        .routes(routes!(wishes::list, wishes::record))
        .routes(routes!(wishes::lift_one))
        .routes(routes!(privacy::refusals))
        .routes(routes!(privacy::audit))
}

/// Everything under `/api`, each part with its descriptions. Another part of the API is merged here.
fn all() -> OpenApiRouter<AppState> {
    reports_api().merge(gateway::api_routes())
}

/// The routes of the API; those of the gateway only where that is served.
pub fn router(has_gateway: bool) -> Router<AppState> {
    let (routes, _) = if has_gateway { all() } else { reports_api() }.split_for_parts();
    routes.method_not_allowed_fallback(wrong_method).route(DOCUMENT, axum::routing::get(serve))
}

/// The description of the API.
pub fn document() -> OpenApi {
    let (_, mut document) = all().split_for_parts();
    document.webhooks = Some(gateway::document::webhooks());
    let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    document.components.get_or_insert_default().add_security_scheme("token", scheme);
    document.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
    document
}

async fn serve(_: State<AppState>) -> Response {
    static TEXT: OnceLock<Arc<str>> = OnceLock::new();
    let text = TEXT.get_or_init(|| document().to_json().unwrap_or_default().into());
    ([(header::CONTENT_TYPE, "application/json")], text.to_string()).into_response()
}

async fn wrong_method() -> Problem {
    Problem::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address takes other methods; Allow names them")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// `UPDATE_OPENAPI=1` writes the copy anew.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test reads the committed copy")]
    fn the_committed_description_is_what_the_code_says() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
        let said = format!("{}\n", document().to_pretty_json().unwrap());
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(&path, &said).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == said, "openapi.json is outdated; run the test with UPDATE_OPENAPI=1 and look at the difference");
    }

    #[test]
    fn the_description_is_of_version_3_1_and_every_operation_says_what_refuses_it() {
        let document = serde_json::to_value(document()).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                assert!(operation["responses"]["401"].is_object(), "{method} {path}");
                assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{method} {path}");
            }
        }
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_and_every_reference_leads_somewhere() {
        let document = serde_json::to_value(document()).unwrap();
        let mut names = std::collections::BTreeSet::new();
        for methods in ["paths", "webhooks"].iter().flat_map(|part| document[part].as_object().unwrap().values()) {
            for operation in methods.as_object().unwrap().values() {
                let name = operation["operationId"].as_str().unwrap();
                assert!(names.insert(name), "{name} names two operations");
            }
        }
        fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str));
                    fields.values().for_each(|field| references(field, found));
                }
                Value::Array(items) => items.iter().for_each(|item| references(item, found)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 100);
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    /// Merging keeps the first of two schemas of one name: they must be the same.
    #[test]
    fn no_two_parts_of_the_api_call_different_things_by_one_name() {
        let of = |router: OpenApiRouter<AppState>| serde_json::to_value(router.into_openapi()).unwrap()["components"]["schemas"].clone();
        let (reports, gateway) = (of(reports_api()), of(gateway::api_routes()));
        for (name, schema) in reports.as_object().unwrap() {
            let other = gateway.get(name);
            assert!(other.is_none_or(|other| other == schema), "{name}");
        }
    }
}
