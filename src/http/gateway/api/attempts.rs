//! Calls that were made, out of the attempt log.

use axum::Json as Answer;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::ids::AttemptId;
use crate::http::auth::caller::{May, Read};
use crate::http::gateway::api::about;
use crate::http::gateway::api::list::{ListRequest, Listed};
use crate::http::problem::Problem;
use crate::http::state::AppState;
use crate::http::svix::attempt::read;
use crate::http::svix::request::Query;
use crate::lookup::attempts::rows::{AttemptFilter, AttemptRow, Outcome};

/// One call.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptView {
    /// `atmpt_…`.
    id: String,
    event: String,
    endpoint: String,
    #[serde(rename = "type")]
    kind: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `success` or `failure`.
    outcome: &'static str,
    /// The status of the answer; 0 without one.
    status: u16,
    ms: u32,
    /// Whether somebody asked for it.
    manual: bool,
    /// Which scheduled call it was; 0 for one that somebody asked for.
    number: u32,
    /// The URL that was called.
    url: String,
    /// What went wrong, as one word.
    error: Option<String>,
    /// What went wrong, in words.
    message: Option<String>,
    /// The beginning of the answer.
    answer: Option<String>,
}

impl From<AttemptRow> for AttemptView {
    fn from(of: AttemptRow) -> Self {
        Self {
            id: of.id,
            event: of.event,
            endpoint: of.endpoint,
            kind: of.kind,
            at: of.at,
            outcome: match of.outcome {
                Outcome::Success => "success",
                Outcome::Failed => "failure",
                Outcome::Cancelled => "cancelled",
            },
            status: of.status,
            ms: of.ms,
            manual: of.manual,
            number: of.number,
            url: of.url,
            error: Some(of.class).filter(|class| !class.is_empty()),
            message: of.error,
            answer: of.answer,
        }
    }
}

/// The routes of attempts.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// List calls, newest first.
#[utoipa::path(
    get, path = "/api/v1/attempts", tag = "Attempts", operation_id = "attempts_list",
    params(
        ("institution" = Option<String>, Query), ("endpoint" = Option<String>, Query), ("event" = Option<String>, Query),
        ("type" = Option<String>, Query, description = "One or several, with commas"),
        ("outcome" = Option<String>, Query, description = "success or failure"),
        ("status_class" = Option<u16>, Query, description = "0, 100, 200, 300, 400 or 500"),
        ("channel" = Option<String>, Query), ("tag" = Option<String>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query),
        ("text" = Option<String>, Query, description = "Words of the error or the answer"),
        ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query), ("order" = Option<String>, Query, description = "desc or asc"),
    ),
    responses((status = 200, body = Listed<AttemptView>))
)]
pub async fn list(State(state): State<AppState>, caller: May<Read>, query: Query) -> Result<Answer<Listed<AttemptView>>, Problem> {
    let asked = ListRequest::of(&query, &["endpoint", "event", "type", "outcome", "status_class", "channel", "tag", "from", "to", "text"])?;
    let institution = about(&state.gateway, &caller, query.text("institution")).await?;
    asked.by_id::<AttemptId>()?;
    let outcome = match query.text("outcome") {
        None => None,
        Some("success") => Some(Outcome::Success),
        Some("failure") => Some(Outcome::Failed),
        Some(_) => return Err(Problem::bad_request("generic_error", "outcome is success or failure")),
    };
    let status_class = query.typed::<u16>("status_class", "0, 100, 200, 300, 400 or 500")?;
    if status_class.is_some_and(|class| class > 500 || class % 100 != 0) {
        return Err(Problem::bad_request("generic_error", "status_class is 0, 100, 200, 300, 400 or 500"));
    }
    let endpoint = match query.text("endpoint") {
        None => None,
        Some(endpoint) => Some(state.gateway.endpoint(institution.id, endpoint).await?.id.to_string()),
    };
    let event = match query.text("event") {
        None => None,
        Some(event) => Some(state.gateway.event(institution.id, event).await?.id.to_string()),
    };
    let filter = AttemptFilter {
        institution: Some(institution.id.to_string()),
        endpoint,
        event,
        kinds: query.list("type"),
        outcome,
        status_class,
        channel: query.text("channel").map(ToOwned::to_owned),
        tag: query.text("tag").map(ToOwned::to_owned),
        after: query.time("from")?,
        before: query.time("to")?,
        text: query.text("text").map(ToOwned::to_owned),
    };
    let page = read(&state.log, filter, &asked.page).await?;
    Ok(Answer(asked.answer(page.map(AttemptView::from))))
}
