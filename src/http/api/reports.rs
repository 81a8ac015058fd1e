//! Reports: lists, searches, one report, its PDF, and acts.

#![expect(unused_qualifications, reason = "what describes a route spells out its parameters' type")]

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::access::role::Caller;
use crate::audit::{Act, Audit};
use crate::http::api::once::once;
use crate::http::api::problem::Problem;
use crate::http::api::request::{self, Body, Named, OfJob, Params};
use crate::http::auth::caller::{ActOnReports, May, SeeReports};
use crate::http::state::AppState;
use crate::jobs::ask::{Ask, FromStep};
use crate::jobs::operator::JobView;
use crate::jobs::operator::acts::Expected;
use crate::jobs::operator::story::{Moment, What};
use crate::jobs::records::RoundAction;
use crate::lookup::view::{Order, ReportFilter, ReportRow, ReportState, StudentHash, StudentView, WordTag};
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::model::person::EmailAddress;
use crate::model::role::Role;
use crate::signing::sha256_hex;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportList {
    /// The reports.
    pub data: Vec<ReportRow>,
    /// The cursor of what comes after.
    pub next: Option<String>,
    /// The cursor of what comes before.
    pub prev: Option<String>,
    /// When the index was last brought up to date.
    pub synced_at: Option<Timestamp>,
    /// The index is being made: the list is not complete yet.
    pub is_building: bool,
}

/// Which reports are wanted. Nothing personal stands in addresses: for names use the search.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// States, with commas between them: waiting, running, sent, duplicate, skipped, parked, failed, discarded, done, unreadable.
    #[param(example = "parked,failed")]
    state: Option<String>,
    /// A course's tag.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{12}$")]
    course: Option<WordTag>,
    /// An assessment's tag.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{12}$")]
    assessment: Option<WordTag>,
    /// A level's tag.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{12}$")]
    level: Option<WordTag>,
    /// A cause, a stable word.
    cause: Option<String>,
    /// A student's hash.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{16}$")]
    student: Option<StudentHash>,
    /// Handed in then or later.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Handed in before.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// With notes for the operator.
    has_notes: Option<bool>,
    /// newest (the default), oldest, or name (within one course and assessment).
    order: Option<Order>,
    /// 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// As an answer gave it, for the same filter and order.
    cursor: Option<String>,
}

/// What is searched for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Search {
    /// Which reports are wanted.
    filter: ReportFilter,
    /// In which order.
    order: Order,
    /// 1 to 200; 50 when left out.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// As an answer gave it, for the same filter and order.
    cursor: Option<String>,
}

/// One report.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportDetail {
    /// What lists tell.
    #[serde(flatten)]
    pub row: ReportRow,
    /// Why it stands there, in words.
    pub message: Option<String>,
    /// The steps recorded so far.
    pub steps: Vec<String>,
    /// There is a PDF.
    pub has_pdf: bool,
    /// How long each step took, in milliseconds.
    #[schema(value_type = Object)]
    pub steps_ms: Value,
    /// What can be done with it now: `retry`, `release`, `send`, `render`, `mark`, `discard`.
    pub acts: Vec<&'static str>,
    /// How it stands, for acts that are to happen only as long as it stands so.
    pub expected: String,
}

/// What a person wants of a report.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ActRequest {
    /// How the report stood when the person decided, as the report said in `expected`; it is not acted on when it moved since.
    #[schema(max_length = 64)]
    expected: Option<String>,
    /// Why; kept with the act.
    #[schema(max_length = 500)]
    why: Option<String>,
    /// Mail it there instead of to the student's address (`send`, `render`, `mark`).
    #[schema(max_length = 254)]
    to: Option<String>,
    /// Whether it is mailed; else it is only filed (`render`, `mark`).
    mail: Option<bool>,
}

/// That an act was taken up.
#[derive(Debug, Serialize, ToSchema)]
pub struct Acted {
    /// The report.
    #[schema(value_type = String)]
    pub job: JobId,
    /// Where it stands now.
    pub state: String,
    /// Its round now.
    pub round: u32,
}

/// What a role may see of a row: a reader sees no address, no id and nobody's result by name.
pub(super) fn seen_by(caller: &Caller, mut row: ReportRow) -> ReportRow {
    if caller.role == Role::Reader {
        row.student = row.student.map(|student| masked(caller, student));
        (row.percentage, row.level, row.passed, row.right) = (None, None, None, None);
    }
    row
}

pub(super) fn masked(caller: &Caller, student: StudentView) -> StudentView {
    if caller.role != Role::Reader {
        return student;
    }
    let hide = |address: String| {
        let (local, domain) = address.split_once('@').unwrap_or((address.as_str(), ""));
        let first = local.chars().next().map(String::from).unwrap_or_default();
        format!("{first}•••@{domain}")
    };
    StudentView { key: None, email: student.email.map(hide), ..student }
}

/// Reports
///
/// Newest first. Filters stand in the query; names and addresses are searched by POST.
#[utoipa::path(get, path = "/api/v1/reports", tag = "reports", params(ReportQuery),
    responses((status = 200, body = ReportList), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    caller: May<SeeReports>,
    State(state): State<AppState>,
    Params(query): Params<ReportQuery>,
) -> Result<Json<ReportList>, Problem> {
    let states = match query.state.as_deref() {
        None | Some("") => Vec::new(),
        Some(words) => words
            .split(',')
            .map(|word| ReportState::parse(word.trim()).ok_or_else(|| Problem::malformed("state: there is no such state")))
            .collect::<Result<_, _>>()?,
    };
    let filter = ReportFilter {
        states,
        course: query.course,
        assessment: query.assessment,
        level: query.level,
        cause: query.cause,
        student: query.student,
        from: query.from,
        until: query.until,
        has_notes: query.has_notes.unwrap_or_default(),
        ..ReportFilter::default()
    };
    page_of(&caller, &state, filter, query.order.unwrap_or_default(), query.limit, query.cursor.as_deref()).await
}

/// Search
///
/// By name, address or id as well: what is searched for stands in the body, so that no log of addresses has it.
#[utoipa::path(post, path = "/api/v1/reports/search", tag = "reports", request_body = Search,
    responses((status = 200, body = ReportList), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 413, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn search(
    caller: May<SeeReports>,
    State(state): State<AppState>,
    Body(search): Body<Search>,
) -> Result<Json<ReportList>, Problem> {
    page_of(&caller, &state, search.filter, search.order, search.limit, search.cursor.as_deref()).await
}

async fn page_of(
    caller: &Caller,
    state: &AppState,
    filter: ReportFilter,
    order: Order,
    limit: Option<usize>,
    cursor: Option<&str>,
) -> Result<Json<ReportList>, Problem> {
    if caller.role == Role::Reader && filter.level.is_some() {
        return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", "A reader sees nobody's level by name"));
    }
    let request = request::page(cursor, &filter, order, limit)?;
    let page = state.lookup.reports(filter.clone(), request).await?;
    let (prev, next) = request::neighbours(&page, &filter, order);
    let fresh = state.lookup.freshness();
    let data = page.rows.into_iter().map(|row| seen_by(caller, row)).collect();
    Ok(Json(ReportList { data, next, prev, synced_at: fresh.synced_at, is_building: fresh.is_building }))
}

/// One report
#[utoipa::path(get, path = "/api/v1/reports/{job}", tag = "reports", params(("job" = String, Path, description = "The report's job: 32 hex digits.")),
    responses((status = 200, body = ReportDetail), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn show(caller: May<SeeReports>, State(state): State<AppState>, OfJob(job): OfJob) -> Result<Json<ReportDetail>, Problem> {
    let view = view(&state, &job).await?;
    let row = state.lookup.report(&job).await?.ok_or_else(|| Problem::not_found("There is no such report"))?;
    let acts = match view.state {
        "parked" => vec!["release", "retry", "discard"],
        "dead" | "waiting" => vec!["retry", "discard"],
        "done" if view.summary["file"].is_string() => vec!["retry", "send", "render", "mark"],
        "done" => vec!["retry"],
        _ => Vec::new(),
    };
    let may_act = caller.may(crate::access::role::Right::ActOnReports);
    Ok(Json(ReportDetail {
        expected: Expected::of(&view).to_string(),
        row: seen_by(&caller, row),
        // A server's reply may repeat an address.
        message: view.message.filter(|_| caller.role != Role::Reader),
        steps: view.steps,
        has_pdf: view.summary["file"].is_string(),
        steps_ms: view.summary["steps_ms"].clone(),
        acts: if may_act { acts } else { Vec::new() },
    }))
}

async fn view(state: &AppState, job: &JobId) -> Result<JobView, Problem> {
    state.jobs.operator().show(job).await?.ok_or_else(|| Problem::not_found("There is no such report"))
}

/// Something that happened to a report.
#[derive(Debug, Serialize, ToSchema)]
pub struct MomentView {
    /// When; none where the record does not tell.
    pub at: Option<Timestamp>,
    /// In which round.
    pub round: u32,
    /// What: `received`, `attempt`, `failed`, `step`, `opened`, `discarded`, `ended`, `damaged`.
    pub what: &'static str,
    /// The step, the attempt's number, the state it ended in, or the record that is damaged.
    pub name: Option<String>,
    /// Why, a stable word.
    pub cause: Option<String>,
    /// Who asked for it.
    pub by: Option<String>,
    /// Why, in that person's words.
    pub why: Option<String>,
}

/// What happened to a report.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoryView {
    /// Oldest first.
    pub data: Vec<MomentView>,
}

/// What happened to it
///
/// Moment by moment, without anybody's answers or addresses.
#[utoipa::path(get, path = "/api/v1/reports/{job}/story", tag = "reports", params(("job" = String, Path, description = "The report's job.")),
    responses((status = 200, body = StoryView), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn story(_: May<SeeReports>, State(state): State<AppState>, OfJob(job): OfJob) -> Result<Json<StoryView>, Problem> {
    let story = state.jobs.operator().story(&job).await?.ok_or_else(|| Problem::not_found("There is no such report"))?;
    let told = |moment: Moment| {
        let mut view = MomentView { at: moment.at, round: moment.round, what: "received", name: None, cause: None, by: None, why: None };
        match moment.what {
            What::Received => {}
            What::Attempt { number } => (view.what, view.name) = ("attempt", Some(number.to_string())),
            What::Failed { cause, .. } => (view.what, view.cause) = ("failed", Some(cause.to_string())),
            What::Step { name, .. } => (view.what, view.name) = ("step", Some(name)),
            What::Opened { action, ask } => {
                view.what = if action == RoundAction::Run { "opened" } else { "discarded" };
                (view.by, view.why) = (ask.by, ask.why);
            }
            What::Ended(end) => {
                (view.what, view.name) = ("ended", Some(end.state.as_str().to_owned()));
                view.cause = end.cause.map(|cause| cause.to_string());
            }
            What::Damaged { record } => (view.what, view.name) = ("damaged", Some(record)),
        }
        view
    };
    Ok(Json(StoryView { data: story.moments.into_iter().map(told).collect() }))
}

/// The PDF
#[utoipa::path(get, path = "/api/v1/reports/{job}/pdf", tag = "reports", params(("job" = String, Path, description = "The report's job.")),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>), (status = 304, description = "It is as known."), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn pdf(_: May<SeeReports>, State(state): State<AppState>, OfJob(job): OfJob, headers: HeaderMap) -> Result<Response, Problem> {
    let view = view(&state, &job).await?;
    let file = view.summary["file"].as_str().ok_or_else(|| Problem::not_found("This report has no PDF yet"))?;
    let gone = || Problem::not_found("The PDF is not in the store; retry makes it again");
    let (bytes, _) = state.store.get(file).await?.ok_or_else(gone)?;
    let tag = format!("\"{}\"", &sha256_hex(&bytes)[..32]);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|known| known == "*" || known.split(',').any(|part| part.trim().trim_start_matches("W/") == tag));
    let value = HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""));
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, value)]).into_response());
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"report.pdf\"")),
        (header::ETAG, value),
    ];
    Ok((headers, bytes).into_response())
}

/// One act on a report.
macro_rules! act {
    ($(#[$doc:meta])* $name:ident, $path:literal, $word:literal) => {
        $(#[$doc])*
        #[utoipa::path(post, path = $path, tag = "acts", request_body(content = ActRequest, content_type = "application/json"),
            params(("job" = String, Path, description = "The report's job."), ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]{1,255}$", description = "A call that is sent twice with it acts once.")),
            responses((status = 202, body = Acted), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json", description = "It does not stand where the act fits, or moved meanwhile."), (status = 413, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
        pub async fn $name(
            caller: May<ActOnReports>,
            State(state): State<AppState>,
            OfJob(job): OfJob,
            headers: HeaderMap,
            Body(asked): Body<ActRequest>,
        ) -> Result<Response, Problem> {
            act(&caller, &state, &headers, &job, $word, asked).await
        }
    };
}

act! {
    /// Try again
    ///
    /// At once when it waits; in a new round when it ended: one that was sent is made and mailed once more.
    retry, "/api/v1/reports/{job}/retry", "retry"
}
act! {
    /// Let it go on
    ///
    /// For a parked report, once its cause is fixed.
    release, "/api/v1/reports/{job}/release", "release"
}
act! {
    /// Send it again
    ///
    /// The same PDF, in a mail of its own; to another address with `to`.
    send, "/api/v1/reports/{job}/send", "send"
}
act! {
    /// Make the PDF again
    ///
    /// With today's template, from the same judgement.
    render, "/api/v1/reports/{job}/render", "render"
}
act! {
    /// Mark it again
    ///
    /// With today's bank and rules, from the same answers.
    mark, "/api/v1/reports/{job}/mark", "mark"
}
act! {
    /// Give it up
    ///
    /// Nothing is sent.
    discard, "/api/v1/reports/{job}/discard", "discard"
}

async fn act(
    caller: &Caller,
    state: &AppState,
    headers: &HeaderMap,
    job: &JobId,
    word: &str,
    asked: ActRequest,
) -> Result<Response, Problem> {
    if asked.why.as_ref().is_some_and(|why| why.chars().count() > 500) {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "why: use at most 500 characters"));
    }
    let expected = match asked.expected.as_deref().map(Expected::parse) {
        Some(None) => return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "expected: use what the report said")),
        expected => expected.flatten(),
    };
    let to = asked.to.as_deref().map(EmailAddress::parse).transpose();
    // What was sent may be an address: it is not repeated.
    let to = to.map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", format!("to: {error}")))?;
    let makes = matches!(word, "render" | "mark");
    if (to.is_some() && !(makes || word == "send")) || (asked.mail.is_some() && !makes) {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "to, mail: this act takes no such thing"));
    }
    let what = format!("{word}\0{job}\0{}", serde_json::to_string(&asked).unwrap_or_default());
    let done = once(state, headers, &caller.who, &what, async {
        let before = view(state, job).await?;
        if expected.as_ref().is_some_and(|expected| *expected != Expected::of(&before)) {
            let moved = Problem::conflict("moved", "Somebody changed it meanwhile; look again");
            return Err(moved.standing(&before));
        }
        // One that was not made yet is not sent again, and what is decided now is decided on what was seen now.
        let has_report = before.summary["file"].is_string();
        let fits = match word {
            "retry" => before.state != "running",
            "release" => before.state == "parked",
            "discard" => matches!(before.state, "parked" | "dead" | "waiting"),
            _ => before.state == "done" && has_report,
        };
        if !fits {
            let wrong = Problem::conflict("wrong_state", "The report does not stand where this act fits");
            return Err(wrong.standing(&before));
        }
        let seen = Expected::of(&before);
        let act = format!("report.{word}");
        let entry = Act { who: &caller.who, role: None, act: &act, on: job.as_str(), why: asked.why.as_deref(), more: None };
        let audit = Audit::new(state.store.clone(), state.clock.clone());
        let record = audit.record(entry).await?;
        let from = match word {
            "send" => FromStep::Mail,
            "render" => FromStep::Render,
            "mark" => FromStep::Analyse,
            _ => FromStep::Fetch,
        };
        let ask = Ask {
            from,
            to: to.as_ref().map(|to| to.as_str().to_owned()),
            mail: asked.mail.unwrap_or(true),
            by: Some(caller.who.clone()),
            why: asked.why.clone(),
            audit: Some(record.clone()),
        };
        let operator = state.jobs.operator();
        let done = match (word, before.state) {
            ("retry", "waiting") => operator.try_now(job, Some(&seen)).await,
            ("discard", _) => operator.discard_as(job, Some(&seen), ask).await,
            _ => operator.reopen(job, Some(&seen), ask).await,
        };
        if let Err(error) = done {
            audit.failed(&record, "it moved meanwhile, or the store was away").await;
            return Err(error.into());
        }
        let after = view(state, job).await?;
        let acted = Acted { job: job.clone(), state: after.state.to_owned(), round: after.round };
        Ok((StatusCode::ACCEPTED, serde_json::to_value(acted).unwrap_or_default()))
    });
    let (status, body) = Box::pin(done).await?;
    Ok((status, Json(body)).into_response())
}

/// That reports were let go on.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleasedAll {
    /// How many.
    pub released: usize,
    /// How many could not be.
    pub failed: usize,
}

/// Let all of a cause go on
#[utoipa::path(post, path = "/api/v1/todo/{cause}/release", tag = "acts",
    params(("cause" = String, Path, pattern = "^[a-z0-9_]{1,64}$", description = "The cause, a stable word."), ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]{1,255}$", description = "A call that is sent twice with it acts once.")),
    responses((status = 202, body = ReleasedAll), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn release_all(
    caller: May<ActOnReports>,
    State(state): State<AppState>,
    Named(cause): Named<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if cause.is_empty() || cause.len() > 64 || !cause.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        return Err(Problem::malformed("cause: it is a word of small letters, as todo tells it"));
    }
    let what = format!("release all\0{cause}");
    let done = once(&state, &headers, &caller.who, &what, async {
        let entry = Act { who: &caller.who, role: None, act: "todo.release", on: &cause, why: None, more: None };
        Audit::new(state.store.clone(), state.clock.clone()).record(entry).await?;
        let done = state.jobs.operator().release_all(&Cause::parse(&cause)).await?;
        Ok((StatusCode::ACCEPTED, json!(ReleasedAll { released: done.released, failed: done.failed.len() })))
    });
    let (status, body) = Box::pin(done).await?;
    Ok((status, Json(body)).into_response())
}
