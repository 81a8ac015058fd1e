//! What persons want done with their data: blocked, not processed any more; and lifting it.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::role::Caller;
use crate::audit::{Act, Audit};
use crate::http::api::figures::All;
use crate::http::api::once::once;
use crate::http::api::problem::Problem;
use crate::http::api::request::{Body, Named, Subject};
use crate::http::auth::caller::{Administer, May};
use crate::http::state::AppState;
use crate::lookup::view::{StudentHash, StudentView};
use crate::privacy::wishes::{Wish, Wished};

/// The longest reason.
const LONGEST_REASON: usize = 500;
/// The longest id or address.
const LONGEST_NAME: usize = 320;

/// Why somebody's data are blocked, and until when.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockRequest {
    /// Why; it is kept, so it names nobody.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// Until when, in the future; without, until it is lifted.
    #[serde(default)]
    until: Option<Timestamp>,
}

/// Why somebody's data are not processed any more.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectRequest {
    /// Why; it is kept, so it names nobody.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// What a person can want.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WishKind {
    /// What is kept stays, and is neither shown nor used.
    Blocked,
    /// No more reports are made.
    Objected,
}

impl From<WishKind> for Wish {
    fn from(kind: WishKind) -> Self {
        match kind {
            WishKind::Blocked => Self::Blocked,
            WishKind::Objected => Self::Objected,
        }
    }
}

impl From<Wish> for WishKind {
    fn from(wish: Wish) -> Self {
        match wish {
            Wish::Blocked => Self::Blocked,
            Wish::Objected => Self::Objected,
        }
    }
}

/// What somebody wants of whom there may be no report.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WishRequest {
    /// Their id at the platform, or their address; what is kept of it is a keyed hash.
    #[schema(min_length = 1, max_length = 320)]
    student: String,
    /// What they want.
    wish: WishKind,
    /// Why; it is kept, so it names nobody.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// Until when a block holds, in the future; without, until it is lifted.
    #[serde(default)]
    until: Option<Timestamp>,
}

/// What somebody wants, as it is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct WishView {
    /// Of whom: a keyed hash that names nobody.
    pub subject: String,
    /// The same person in lists, where there is a report.
    #[schema(value_type = Option<String>)]
    pub student: Option<StudentHash>,
    /// What.
    pub wish: WishKind,
    /// Since when.
    pub at: Timestamp,
    /// Who recorded it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Until when; without, until it is lifted.
    pub until: Option<Timestamp>,
}

impl WishView {
    fn of(wished: Wished, student: Option<StudentHash>) -> Self {
        let Wished { subject, wish, at, by, reason, until, .. } = wished;
        Self { subject, student, wish: wish.into(), at, by, reason, until }
    }
}

/// What was lifted.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lifted {
    /// Reports that waited because of it and go on.
    pub released: usize,
}

fn invalid(detail: &'static str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
}

fn check(reason: &str, until: Option<Timestamp>, now: Timestamp, names_them: impl Fn(&str) -> bool) -> Result<(), Problem> {
    if reason.trim().is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(invalid("reason: say why, in at most 500 characters"));
    }
    if names_them(reason) {
        return Err(invalid("reason: it names the person, and it is kept; leave the name out"));
    }
    if until.is_some_and(|until| until <= now) {
        return Err(invalid("until: it is over"));
    }
    Ok(())
}

async fn student_of(state: &AppState, hash: StudentHash) -> Result<(StudentView, String), Problem> {
    let student = state.lookup.any_student(hash).await?.map(|row| row.student);
    let found = student.and_then(|student| student.key.clone().map(|key| (student, key)));
    found.ok_or_else(|| Problem::not_found("There is no such student"))
}

/// Records it, the act first.
async fn wish(
    caller: &Caller,
    state: &AppState,
    (name, on): (&str, &str),
    wish: Wish,
    reason: &str,
    until: Option<Timestamp>,
) -> Result<Wished, Problem> {
    let act = if wish == Wish::Blocked { "student.block" } else { "student.object" };
    let audit = Audit::new(state.store.clone(), state.clock.clone());
    let record = audit.record(Act { who: &caller.who, role: None, act, on, why: Some(reason), more: None }).await?;
    match state.privacy.wish(name, wish, &caller.who, reason, until).await {
        Ok(wished) => Ok(wished),
        Err(error) => {
            audit.failed(&record, "it could not be recorded").await;
            Err(error.into())
        }
    }
}

async fn of_student(
    caller: &Caller,
    state: &AppState,
    headers: &HeaderMap,
    hash: StudentHash,
    what: Wish,
    reason: &str,
    until: Option<Timestamp>,
) -> Result<Response, Problem> {
    let reason = reason.trim();
    let asked = format!("wish\0{hash}\0{}\0{reason}\0{until:?}", what.as_str());
    let done = once(state, headers, &caller.who, &asked, async {
        let (student, key) = student_of(state, hash).await?;
        check(reason, until, state.clock.now(), |text| student.is_named_in(text))?;
        let wished = wish(caller, state, (&key, &hash.to_string()), what, reason, until).await?;
        Ok((StatusCode::OK, serde_json::to_value(WishView::of(wished, Some(hash))).unwrap_or_default()))
    });
    let (status, body) = Box::pin(done).await?;
    Ok((status, Json(body)).into_response())
}

/// Block a student's data
///
/// What is kept stays and is neither shown nor used: the person is left out of lists, searches, results and downloads, and what comes in waits until it is lifted or over.
#[utoipa::path(post, path = "/api/v1/students/{student}/block", operation_id = "students_block", tag = "students", request_body(content = BlockRequest, content_type = "application/json"),
    params(("student" = String, Path, description = "The student's hash."), ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]{1,255}$", description = "A call that is sent twice with it acts once.")),
    responses((status = 200, body = WishView), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 413, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn block(
    caller: May<Administer>,
    State(state): State<AppState>,
    Named(hash): Named<StudentHash>,
    headers: HeaderMap,
    Body(asked): Body<BlockRequest>,
) -> Result<Response, Problem> {
    of_student(&caller, &state, &headers, hash, Wish::Blocked, &asked.reason, asked.until).await
}

/// Process a student's data no more
///
/// No more reports are made. What comes in waits for 30 days and is then closed without sending anything.
#[utoipa::path(post, path = "/api/v1/students/{student}/object", operation_id = "students_object", tag = "students", request_body(content = ObjectRequest, content_type = "application/json"),
    params(("student" = String, Path, description = "The student's hash."), ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]{1,255}$", description = "A call that is sent twice with it acts once.")),
    responses((status = 200, body = WishView), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 413, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn object(
    caller: May<Administer>,
    State(state): State<AppState>,
    Named(hash): Named<StudentHash>,
    headers: HeaderMap,
    Body(asked): Body<ObjectRequest>,
) -> Result<Response, Problem> {
    of_student(&caller, &state, &headers, hash, Wish::Objected, &asked.reason, None).await
}

/// Lift what a student wanted
///
/// Reports that waited because of it go on.
#[utoipa::path(post, path = "/api/v1/students/{student}/lift", operation_id = "students_lift", tag = "students", params(("student" = String, Path, description = "The student's hash.")),
    responses((status = 200, body = Lifted), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn lift_of_student(
    caller: May<Administer>,
    State(state): State<AppState>,
    Named(hash): Named<StudentHash>,
) -> Result<Json<Lifted>, Problem> {
    let (student, _) = student_of(&state, hash).await?;
    let wished = state.privacy.wish_of(&student).await?.ok_or_else(|| Problem::not_found("There is nothing to lift"))?;
    lift(&caller, &state, &wished.subject).await
}

async fn lift(caller: &Caller, state: &AppState, subject: &str) -> Result<Json<Lifted>, Problem> {
    let audit = Audit::new(state.store.clone(), state.clock.clone());
    let record = audit.record(Act { who: &caller.who, role: None, act: "student.lift", on: subject, why: None, more: None }).await?;
    match state.privacy.lift(subject).await {
        Ok(released) => Ok(Json(Lifted { released })),
        Err(error) => {
            audit.failed(&record, "it could not be lifted").await;
            Err(error.into())
        }
    }
}

/// What persons want
///
/// Blocks and objections that hold, the newest first; they name nobody.
#[utoipa::path(get, path = "/api/v1/wishes", operation_id = "wishes_list", tag = "students",
    responses((status = 200, body = All<WishView>), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn list(_: May<Administer>, State(state): State<AppState>) -> Result<Json<All<WishView>>, Problem> {
    let all = state.privacy.wished().await?;
    Ok(Json(All { data: all.into_iter().map(|(wished, student)| WishView::of(wished, student.map(|student| student.hash))).collect() }))
}

/// Record what somebody wants
///
/// Also of somebody of whom there is no report yet.
#[utoipa::path(post, path = "/api/v1/wishes", operation_id = "wishes_record", tag = "students", request_body(content = WishRequest, content_type = "application/json"),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]{1,255}$", description = "A call that is sent twice with it acts once.")),
    responses((status = 200, body = WishView), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 413, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn record(
    caller: May<Administer>,
    State(state): State<AppState>,
    headers: HeaderMap,
    Body(asked): Body<WishRequest>,
) -> Result<Response, Problem> {
    let (student, reason) = (asked.student.trim(), asked.reason.trim());
    if student.is_empty() || student.chars().count() > LONGEST_NAME {
        return Err(invalid("student: use an id or an address of at most 320 characters"));
    }
    if asked.until.is_some() && asked.wish == WishKind::Objected {
        return Err(invalid("until: an objection has no end; it is lifted"));
    }
    check(reason, asked.until, state.clock.now(), |text| text.to_lowercase().contains(&student.to_lowercase()))?;
    let what = format!("wish\0{}", serde_json::to_string(&asked).unwrap_or_default());
    let done = once(&state, &headers, &caller.who, &what, async {
        let wished = wish(&caller, &state, (student, "–"), asked.wish.into(), reason, asked.until).await?;
        Ok((StatusCode::OK, serde_json::to_value(WishView::of(wished, None)).unwrap_or_default()))
    });
    let (status, body) = Box::pin(done).await?;
    Ok((status, Json(body)).into_response())
}

/// Lift a wish
///
/// Reports that waited because of it go on.
#[utoipa::path(post, path = "/api/v1/wishes/{subject}/lift", operation_id = "wishes_lift", tag = "students", params(("subject" = String, Path, pattern = "^[0-9a-f]{64}$", description = "Of whom, as the list of wishes tells it.")),
    responses((status = 200, body = Lifted), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn lift_one(
    caller: May<Administer>,
    State(state): State<AppState>,
    Named(Subject(subject)): Named<Subject>,
) -> Result<Json<Lifted>, Problem> {
    // A wish that is not there is not worth a line in the log of acts.
    if state.privacy.wishes().all().await?.iter().all(|wished| wished.subject != subject) {
        return Err(Problem::not_found("There is nothing to lift"));
    }
    lift(&caller, &state, &subject).await
}
