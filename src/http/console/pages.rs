//! Pages that no room has of its own: what went wrong, the way to the sign-in, and the way back after an act.

use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::http::console::cookies::set_cookie;
use crate::http::console::parts::{page, role_name};
use crate::http::console::paths::local_path;
use crate::http::console::visit::{Caller, Visit, home, is_portal};
use crate::http::console::words::fill;
use crate::jobs::error::JobsError;
use crate::lookup::LookupError;
use crate::lookup::view::ReportState;
use crate::model::role::Role;

/// Why a page cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// There is no such page.
    NotFound,
    /// There is no report of this number.
    NoReport,
    /// Another role is needed.
    Forbidden(Role),
    /// It came from another site, or without the form's token.
    Foreign,
    /// It stands no longer as it was seen.
    Moved,
    /// Too large.
    TooLarge,
    /// It came in too slowly.
    Slow,
    /// The person's data are blocked: privacy alone shows them.
    Blocked,
    /// It cannot be read.
    Malformed,
    /// Too much in a short time; seconds to wait.
    TooMany(u64),
    /// The store is away.
    Store,
    /// The report's record is damaged.
    Damaged,
    /// The PDF is gone.
    NoPdf,
    /// The act could not be recorded.
    NoAudit,
    /// The list cannot be read; it is being made anew.
    Unusable,
    /// The list takes too long.
    TooSlow,
}

impl Problem {
    /// The problem of a failure of the durable core.
    pub fn of(error: &JobsError) -> Self {
        match error {
            JobsError::NotFound(_) => Self::NoReport,
            JobsError::WrongState { .. } => Self::Moved,
            JobsError::Unreadable { .. } => Self::Damaged,
            JobsError::Store(error) => {
                tracing::warn!(%error, "a page of the console could not read the store");
                Self::Store
            }
        }
    }

    /// The problem of a list that cannot be shown.
    pub fn of_lookup(error: &LookupError) -> Self {
        tracing::warn!(%error, "a page of the console could not read the index of reports");
        match error {
            LookupError::Store(_) => Self::Store,
            LookupError::Index(_) => Self::Unusable,
            LookupError::TooSlow => Self::TooSlow,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::NoReport | Self::NoPdf => StatusCode::NOT_FOUND,
            Self::Forbidden(_) | Self::Foreign | Self::Blocked => StatusCode::FORBIDDEN,
            Self::Moved => StatusCode::CONFLICT,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Store | Self::NoAudit | Self::Unusable | Self::TooSlow => StatusCode::SERVICE_UNAVAILABLE,
            Self::Damaged => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// A page that says what went wrong, whether something happened, and what to do.
pub fn problem(caller: &Caller, problem: &Problem) -> Response {
    let words = &caller.words.errors;
    let (title, what) = match problem {
        Problem::NotFound => (words.not_found, words.not_found_what.to_owned()),
        Problem::NoReport => (words.no_report, words.not_found_what.to_owned()),
        Problem::Forbidden(role) => (words.forbidden, fill(words.forbidden_what, &[("role", role_name(*role, caller))])),
        Problem::Foreign => (words.foreign, words.foreign_what.to_owned()),
        Problem::Moved => (words.moved, words.moved_what.to_owned()),
        Problem::TooLarge => (words.too_large, words.too_large_what.to_owned()),
        Problem::Slow => (words.slow, words.slow_what.to_owned()),
        Problem::Blocked => (words.blocked, words.blocked_what.to_owned()),
        Problem::Malformed => (words.malformed, words.malformed_what.to_owned()),
        Problem::TooMany(seconds) => (words.too_many, fill(words.too_many_what, &[("n", &seconds.to_string())])),
        Problem::Store => (words.store, words.store_what.to_owned()),
        Problem::Damaged => (words.damaged, words.damaged_what.to_owned()),
        Problem::NoPdf => (words.no_pdf, words.no_pdf_what.to_owned()),
        Problem::Unusable => (caller.words.lists.unusable, caller.words.lists.unusable_what.to_owned()),
        Problem::TooSlow => (caller.words.lists.too_slow, caller.words.lists.too_slow_what.to_owned()),
        Problem::NoAudit => (words.store, caller.words.question.no_audit.to_owned()),
    };
    let way = match problem {
        Problem::Moved | Problem::NoPdf => caller.path.rsplit_once('/').map(|(report, _)| report.to_owned()),
        _ => None,
    };
    let back = way.filter(|_| !is_portal(caller)).and_then(|way| local_path(&way)).unwrap_or_else(|| home(caller).to_owned());
    let body = html! {
        div class="card" {
            h1 { (title) }
            p { (what) }
            @if !caller.request_id.is_empty() { p { small { (fill(words.number, &[("id", &caller.request_id)])) } } }
            p { a class="b" href=(back) { (caller.words.common.back) } }
        }
    };
    let mut response = (problem.status(), page::alone(caller, title, &body)).into_response();
    if let Problem::TooMany(seconds) = problem
        && let Ok(value) = HeaderValue::from_str(&seconds.to_string())
    {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// A page that is not shown over an open line.
pub fn insecure(caller: &Caller) -> Response {
    let words = &caller.words.errors;
    let body = html! { div class="card" { h1 { (words.insecure) } p { (words.insecure_what) } } };
    (StatusCode::FORBIDDEN, page::alone(caller, words.insecure, &body)).into_response()
}

/// Who is not signed in is led to the sign-in and, for what is only looked at, back.
pub fn to_sign_in(caller: &Caller, method: &Method) -> Response {
    if caller.part.is_some() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let wanted = if caller.query.is_empty() { caller.path.clone() } else { format!("{}?{}", caller.path, caller.query) };
    let back = Some(wanted).filter(|_| method == Method::GET).and_then(|wanted| local_path(&wanted));
    let query = back.map(|back| url::form_urlencoded::Serializer::new(String::new()).append_pair("return", &back).finish());
    see(&query.map_or_else(|| "/console/sign-in".to_owned(), |query| format!("/console/sign-in?{query}")))
}

/// Who signed in a while ago signs in again before what is dangerous, and comes back: to the page itself, or to the one that its form stood on.
pub fn sign_in_again(caller: &Caller, parts: &Parts) -> Response {
    if caller.part.is_some() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let of_form = || {
        let page = parts.headers.get(header::REFERER)?.to_str().ok()?;
        let page = url::Url::parse(page).ok()?;
        local_path(page.path())
    };
    let here = || local_path(&caller.path).filter(|_| parts.method == Method::GET);
    let back = here().or_else(of_form).unwrap_or_else(|| "/console/today".to_owned());
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return", &back).finish();
    see(&format!("/console/sign-in/again?{query}"))
}

/// The way to another page.
pub fn see(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/console/today"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// The way to another page, which then says something once.
pub fn see_saying(caller: &Caller, path: &str, text: &str) -> Response {
    let mut response = see(path);
    set_cookie(&mut response, "gp-flash", &caller.console.keys.sign("flash", text.as_bytes()), caller.is_secure, Some(60));
    response
}

/// A page of somebody who is signed in.
pub async fn show(visit: &Visit, at: &str, title: &str, body: &Markup) -> Response {
    // While the list is away the menu tells no number.
    let waiting = visit.console().lookup.number_of_causes(ReportState::Parked).await.unwrap_or_default() as usize;
    ([(header::VARY, "X-Part, Cookie, Accept-Language")], page::page(visit, at, title, waiting, body)).into_response()
}

/// As [`show`], or only the question when a dialog asks for it.
pub async fn ask(visit: &Visit, at: &str, title: &str, question: &Markup) -> Response {
    if visit.caller.part.as_deref() == Some("question") {
        return page::question(question).into_response();
    }
    show(visit, at, title, &html! { div class="card" { div class="question" { (question) } } }).await
}
