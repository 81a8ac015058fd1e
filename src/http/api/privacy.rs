//! One student's data, given out and erased; and what was refused.

#![expect(unused_qualifications, reason = "what describes a route spells out its parameters' type")]

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::audit::{Act, Audit, Entry};
use crate::http::api::figures::All;
use crate::http::api::once::once;
use crate::http::api::problem::Problem;
use crate::http::api::request::{Body, Named, Params};
use crate::http::auth::caller::{ActOnReports, Administer, May};
use crate::http::refusals::Refusal;
use crate::http::state::AppState;
use crate::lookup::view::StudentHash;
use crate::privacy::PrivacyError;
use crate::privacy::erase::Receipt;
use crate::storage::key::{AUDIT_FOLDER, check_key};

/// Why somebody is erased.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EraseRequest {
    /// Why; it is kept, so it names nobody.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// What was erased; it names nobody.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErasureReceipt {
    /// Its number.
    pub id: String,
    /// When it was asked for.
    pub at: Timestamp,
    /// When everything was gone; none while it is under way.
    pub done: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// Reports whose records were blanked.
    pub reports: usize,
    /// Objects that were blanked or removed.
    pub objects: usize,
}

/// Calls that were refused by this instance.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedCalls {
    /// When a call was accepted last.
    pub accepted_at: Option<Timestamp>,
    /// How many, by reason.
    pub totals: std::collections::BTreeMap<String, u64>,
    /// The newest ones.
    pub data: Vec<Refusal>,
}

impl From<Receipt> for ErasureReceipt {
    fn from(receipt: Receipt) -> Self {
        Self {
            id: receipt.id,
            at: receipt.at,
            done: receipt.done,
            reason: receipt.reason,
            by: receipt.by,
            reports: receipt.jobs.len(),
            objects: receipt.objects,
        }
    }
}

impl From<PrivacyError> for Problem {
    fn from(error: PrivacyError) -> Self {
        match error {
            PrivacyError::Store(error) => error.into(),
            PrivacyError::Jobs(error) => error.into(),
            PrivacyError::Lookup(error) => error.into(),
            PrivacyError::Running(_) => {
                Self::conflict("running", "A report of this student is being made at this moment; the erasure resumes automatically")
            }
            PrivacyError::NoWish => Self::not_found("There is nothing to lift"),
            PrivacyError::Derived(_) | PrivacyError::Left(_) | PrivacyError::Archive(_) | PrivacyError::Elsewhere(_) => {
                tracing::error!(%error, "An act on a person's data did not come to its end");
                Self::not_now("It did not come to its end; an erasure that was begun resumes automatically")
            }
        }
    }
}

async fn key_of(state: &AppState, hash: StudentHash) -> Result<String, Problem> {
    let found = state.lookup.any_student(hash).await?.and_then(|row| row.student.key);
    found.ok_or_else(|| Problem::not_found("There is no such student"))
}

/// Give out a student's data
#[utoipa::path(get, path = "/api/v1/students/{student}/export", tag = "students", params(("student" = String, Path, description = "The student's hash.")),
    responses((status = 200, content_type = "application/zip", body = Vec<u8>), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn export(caller: May<Administer>, State(state): State<AppState>, Named(hash): Named<StudentHash>) -> Result<Response, Problem> {
    let key = key_of(&state, hash).await?;
    let subject = hash.to_string();
    let entry = Act { who: &caller.who, role: None, act: "student.export", on: &subject, why: None, more: None };
    Audit::new(state.store.clone(), state.clock.clone()).record(entry).await?;
    let bytes = state.privacy.export(&key, false).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"datos.zip\"")),
    ];
    Ok((headers, bytes).into_response())
}

/// Erase a student's data
///
/// Once it is taken up it is carried out, whatever fails meanwhile. Mails that were sent and the platform's own data are out of reach.
#[utoipa::path(post, path = "/api/v1/students/{student}/erase", tag = "students", request_body(content = EraseRequest, content_type = "application/json"),
    params(("student" = String, Path, description = "The student's hash."), ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]{1,255}$", description = "A call that is sent twice with it acts once.")),
    responses((status = 202, body = ErasureReceipt), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 413, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn erase(
    caller: May<Administer>,
    State(state): State<AppState>,
    Named(hash): Named<StudentHash>,
    headers: HeaderMap,
    Body(asked): Body<EraseRequest>,
) -> Result<Response, Problem> {
    let reason = asked.reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "reason: say why, in at most 500 characters"));
    }
    let what = format!("erase\0{hash}\0{reason}");
    let done = once(&state, &headers, &caller.who, &what, async {
        let key = key_of(&state, hash).await?;
        let subject = hash.to_string();
        let entry = Act { who: &caller.who, role: None, act: "student.erase", on: &subject, why: Some(reason), more: None };
        Audit::new(state.store.clone(), state.clock.clone()).record(entry).await?;
        let receipt = state.privacy.erase(&key, &caller.who, reason, false).await?;
        Ok((StatusCode::ACCEPTED, serde_json::to_value(ErasureReceipt::from(receipt)).unwrap_or_default()))
    });
    let (status, body) = Box::pin(done).await?;
    Ok((status, Json(body)).into_response())
}

/// Erasures
#[utoipa::path(get, path = "/api/v1/erasures", tag = "students", responses((status = 200, body = All<ErasureReceipt>), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn erasures(_: May<Administer>, State(state): State<AppState>) -> Result<Json<All<ErasureReceipt>>, Problem> {
    let receipts = state.privacy.receipts().await?;
    Ok(Json(All { data: receipts.into_iter().map(ErasureReceipt::from).collect() }))
}

/// Refused calls
///
/// Of this instance, since it was started: never a body, an address or a signature.
#[utoipa::path(get, path = "/api/v1/refusals", tag = "service", responses((status = 200, body = RefusedCalls), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json")))]
pub async fn refusals(_: May<ActOnReports>, State(state): State<AppState>) -> Json<RefusedCalls> {
    let totals = state.refusals.totals().into_iter().map(|(reason, count)| (reason.to_owned(), count)).collect();
    Json(RefusedCalls { accepted_at: state.refusals.accepted_at(), totals, data: state.refusals.newest() })
}

/// One act of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its number.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// What: a stable word.
    pub act: String,
    /// On what.
    pub on: String,
    /// Why, in the person's words.
    pub why: Option<String>,
    /// Why it did not happen after all.
    pub failed: Option<String>,
}

/// A part of the log of acts.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditList {
    /// The acts, newest first.
    pub data: Vec<AuditEntry>,
    /// The cursor of what comes after.
    pub next: Option<String>,
}

/// Which part of the log.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// As an answer gave it.
    cursor: Option<String>,
}

/// The log of acts
#[utoipa::path(get, path = "/api/v1/audit", tag = "service", params(AuditQuery), responses((status = 200, body = AuditList), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn audit(
    _: May<Administer>,
    State(state): State<AppState>,
    Params(query): Params<AuditQuery>,
) -> Result<Json<AuditList>, Problem> {
    let limit = query.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::malformed("limit: use 1 to 200"));
    }
    let unknown = || Problem::new(StatusCode::BAD_REQUEST, "cursor", "The cursor is none of this list; begin without one");
    let after = match query.cursor.as_deref().map(|cursor| BASE64_URL_SAFE_NO_PAD.decode(cursor)) {
        None => None,
        Some(bytes) => {
            let key = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(unknown)?;
            if !key.starts_with(AUDIT_FOLDER) || check_key(&key).is_err() {
                return Err(unknown());
            }
            Some(key)
        }
    };
    let (entries, next) = Audit::new(state.store.clone(), state.clock.clone()).newest(after.as_deref(), limit, &|_| true).await?;
    let told = |entry: Entry| AuditEntry {
        id: entry.id,
        at: entry.at,
        who: entry.who,
        act: entry.act,
        on: entry.on,
        why: entry.why,
        failed: entry.failed,
    };
    Ok(Json(AuditList { data: entries.into_iter().map(told).collect(), next: next.map(|key| BASE64_URL_SAFE_NO_PAD.encode(key)) }))
}
