//! `/webhooks/…`: the doors of platforms and services beside `/webhook`.
//!
//! Each call is limited, verified over its raw bytes, understood, and made durable before it is answered; the work comes later.
//! A door none of whose sources has a secret is not there.

mod admit;
mod views;

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};

use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post, put};
use axum::{Json, Router};
use serde_json::{Value, json};

use self::admit::{Admitted, Refused, admit};
use crate::http::error::ApiError;
use crate::http::platform::accept::{Accepted, accept_all};
use crate::http::state::AppState;
use crate::http::trace::{Work, trace_id};
use crate::http::traffic::journal::{Line, milliseconds};
use crate::http::traffic::windows::Caller;
use crate::intake::scores::Scores;
use crate::intake::source::{PATH_SECRET, PATH_SERVICE, PATH_TYPE, STATEMENT_ID, Source};
use crate::intake::sources::{self, caliper, canvas, internal, lti, moodle, services, xapi};
use crate::model::cause::Cause;

/// A way in.
#[derive(Debug)]
struct Door {
    /// The route, as limits and figures name it.
    endpoint: &'static str,
    /// Whose calls are taken here, in the order they are tried.
    sources: Cow<'static, [&'static str]>,
    /// Calls a minute and caller, whoever they are; `None` where a whole class may finish at once: there only calls that prove nothing are limited.
    per_minute: Option<usize>,
    /// How answers look.
    style: Style,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// 200 and what became of each event.
    Plain,
    /// Caliper: an empty body.
    Empty,
    /// xAPI: the ids, or nothing.
    Statements,
}

static LTI: Door = Door {
    endpoint: "/webhooks/lti/events",
    sources: Cow::Borrowed(&[lti::NAME, canvas::NAME, moodle::NAME]),
    per_minute: Some(100),
    style: Style::Plain,
};
static SERVICES: Door =
    Door { endpoint: "/webhooks/services", sources: Cow::Borrowed(&[services::NAME]), per_minute: Some(50), style: Style::Plain };
static INTERNAL: Door =
    Door { endpoint: "/webhooks/internal", sources: Cow::Borrowed(&[internal::NAME]), per_minute: Some(200), style: Style::Plain };
static CANVAS: Door = Door { endpoint: "/webhooks/canvas", sources: Cow::Borrowed(&[canvas::NAME]), per_minute: None, style: Style::Plain };
static CALIPER: Door =
    Door { endpoint: "/webhooks/caliper", sources: Cow::Borrowed(&[caliper::NAME]), per_minute: None, style: Style::Empty };
static XAPI: Door =
    Door { endpoint: "/webhooks/xapi/statements", sources: Cow::Borrowed(&[xapi::NAME]), per_minute: None, style: Style::Statements };

/// The doors of sources whose calls need nothing special, each by its own route.
static PLAIN: LazyLock<Vec<Door>> = LazyLock::new(|| {
    let plain = |source: &Arc<dyn Source>| {
        let endpoint = source.own_route()?;
        Some(Door { endpoint, sources: Cow::Owned(vec![source.name()]), per_minute: None, style: Style::Plain })
    };
    sources::offline().iter().filter_map(plain).collect()
});

/// What a path tells, under the names that sources know it by.
type PathFacts = Vec<(&'static str, String)>;

/// The routes.
pub fn routes() -> Router<AppState> {
    PLAIN
        .iter()
        .fold(Router::new(), |router, plain| router.route(plain.endpoint, door(plain, None)))
        .route(LTI.endpoint, door(&LTI, None))
        .route("/webhooks/lti/events/{value}", door(&LTI, Some(PATH_SECRET)))
        .route("/webhooks/services/{value}", door(&SERVICES, Some(PATH_SERVICE)))
        .route("/webhooks/internal/{value}", door(&INTERNAL, Some(PATH_TYPE)))
        .route(CANVAS.endpoint, door(&CANVAS, None))
        .route("/webhooks/canvas/{value}", door(&CANVAS, Some(PATH_SECRET)))
        .route(CALIPER.endpoint, door(&CALIPER, None))
        .route(XAPI.endpoint, door(&XAPI, None).merge(put(|state, request| enter(&XAPI, state, Vec::new(), request))))
        .route("/lti/keys", get(tool_keys))
        .route("/api/v1/inbound/queue", get(views::queue))
        .route("/api/v1/inbound/dead-letters", get(views::dead_letters))
        .route("/api/v1/inbound/dead-letters/{job}/replay", post(views::replay))
        .route("/api/v1/inbound/metrics", get(views::metrics))
        .route("/api/v1/inbound/requests", get(views::requests))
        .route("/api/v1/inbound/records/{collection}", get(views::records))
}

/// The public keys of this tool, which an LTI platform asks for before it gives out tokens.
async fn tool_keys(State(state): State<AppState>) -> Result<Json<Value>, ApiError> {
    let lti = state.sources.named(lti::NAME).and_then(|source| source.scores().map(Scores::public_keys));
    lti.map(Json).ok_or(ApiError::NotFound)
}

fn door(door: &'static Door, fact: Option<&'static str>) -> MethodRouter<AppState> {
    let handler = move |state: State<AppState>, path: Option<Path<String>>, request: Request| {
        let facts = fact.zip(path).map(|(name, Path(value))| (name, value)).into_iter().collect();
        enter(door, state, facts, request)
    };
    let methods = if door.style == Style::Statements { "POST, PUT" } else { "POST" };
    post(handler).fallback(move || std::future::ready(ApiError::MethodNotAllowed(methods)))
}

/// One call, from its arrival to its answer.
async fn enter(door: &'static Door, State(state): State<AppState>, mut facts: PathFacts, request: Request) -> Response {
    let started = state.clock.monotonic();
    let mut line = Line::of(&request, shown_path(door, &facts), state.clock.now());
    facts.extend(statement_id(&request).map(|id| (STATEMENT_ID, id)));
    let is_put = request.method() == axum::http::Method::PUT;
    let (types, response) = match pass(door, &state, &facts, request).await {
        Ok(passed) => {
            state.refusals.accepted(state.clock.now());
            let types = passed.iter().map(|accepted| accepted.kind.clone()).collect();
            (types, answer(door, &passed, is_put))
        }
        Err(refused) => {
            if let Some(detail) = refused.notice() {
                state.notices.tell(Cause::WebhookUnreadable, &detail).await;
            }
            (vec![refused.kind.clone()], refused.into_response())
        }
    };
    let took = state.clock.monotonic().saturating_sub(started);
    (line.status_code, line.processing_time) = (response.status().as_u16(), milliseconds(took));
    state.metrics.webhook(if response.status().is_success() { "inbound_accepted" } else { "inbound_refused" });
    state.traffic.journal.record(door.endpoint, &types, took, line);
    response
}

async fn pass(door: &'static Door, state: &AppState, facts: &PathFacts, request: Request) -> Result<Vec<Accepted>, Refused> {
    let taken: Vec<_> = door.sources.iter().filter_map(|name| state.sources.taken(name)).filter(|taken| taken.is_on()).collect();
    if taken.is_empty() {
        return Err(Refused::new(ApiError::NotFound, "off"));
    }
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let address = address.map(|peer| state.config.proxies.source_address(peer, request.headers()));
    limit(door, state, facts, address)?;
    let trace = trace_id(request.headers()).map(ToOwned::to_owned);
    let Admitted { events, source, body } = admit(door, state, &taken, facts, address, request).await?;
    let accepted = accept_all(state, &*source, events, trace).await.map_err(Refused::of)?;
    drop(body);
    Ok(accepted)
}

fn limit(door: &'static Door, state: &AppState, facts: &PathFacts, address: Option<IpAddr>) -> Result<(), Refused> {
    let Some(most) = door.per_minute else { return Ok(()) };
    // A made-up service has no budget of its own.
    let known = |name: &str| {
        door.sources == SERVICES.sources && state.sources.taken(services::NAME).is_some_and(|taken| taken.source.knows(&|_| Some(name)))
    };
    let service =
        facts.iter().find(|(name, _)| *name == PATH_SERVICE).map(|(_, value)| value.to_ascii_lowercase()).filter(|name| known(name));
    let caller = Caller { endpoint: door.endpoint, service, network: address.map(crate::http::limits::network) };
    let now = state.clock.monotonic();
    state.traffic.windows.enter(caller, most, now).map_err(|wait| Refused::new(ApiError::RateLimited(wait), "limited"))
}

/// The path as it may be shown: without a secret in it.
fn shown_path(door: &Door, facts: &PathFacts) -> String {
    match facts.first() {
        Some((name, value)) if *name != PATH_SECRET => {
            let plain: String = value.chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).take(80).collect();
            format!("{}/{plain}", door.endpoint)
        }
        Some(_) => format!("{}/[redacted]", door.endpoint),
        None => door.endpoint.to_owned(),
    }
}

fn statement_id(request: &Request) -> Option<String> {
    let query = request.uri().query()?;
    url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "statementId").map(|(_, value)| value.into_owned())
}

fn answer(door: &Door, passed: &[Accepted], is_put: bool) -> Response {
    let mut response = match door.style {
        Style::Plain => Json(told(passed)).into_response(),
        Style::Empty => StatusCode::OK.into_response(),
        Style::Statements => statements(passed, is_put),
    };
    response.extensions_mut().insert(Work);
    response
}

fn told(passed: &[Accepted]) -> Value {
    let events: Vec<Value> =
        passed.iter().map(|event| json!({ "type": event.kind, "status": event.status, "job_id": event.job })).collect();
    let status = match passed.first().map(|event| event.status) {
        Some(first) if passed.iter().all(|event| event.status == first) => first,
        _ => "accepted",
    };
    json!({ "success": true, "status": status, "events": events })
}

/// The ids of what was stored; nothing where all of it was stored before, or was put under its id.
fn statements(passed: &[Accepted], is_put: bool) -> Response {
    let kept: Vec<&Accepted> = passed.iter().filter(|event| event.statement.is_some()).collect();
    let mut response = if is_put || kept.iter().all(|event| event.status == "duplicate") {
        StatusCode::NO_CONTENT.into_response()
    } else {
        Json(kept.iter().filter_map(|event| event.statement.clone()).collect::<Vec<String>>()).into_response()
    };
    response.headers_mut().insert("x-experience-api-version", HeaderValue::from_static("1.0.3"));
    response
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let plain = |status: StatusCode, words: &'static str| {
            (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], words).into_response()
        };
        match self.answer {
            admit::Answer::InvalidSignature => plain(StatusCode::UNAUTHORIZED, "Invalid signature"),
            admit::Answer::UnknownType => plain(StatusCode::BAD_REQUEST, "Unknown event type"),
            admit::Answer::Unprocessable(message) => {
                (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "success": false, "status": "unprocessable", "error": message })))
                    .into_response()
            }
            admit::Answer::Conflict => {
                let error = "an event of this id with other content is there already";
                (StatusCode::CONFLICT, Json(json!({ "success": false, "status": "conflict", "error": error }))).into_response()
            }
            admit::Answer::Other(error) => error.into_response(),
        }
    }
}
