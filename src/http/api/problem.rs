//! Every answer of the operator's API that is not a success: a problem document (RFC 9457) with a stable `code`, and where a job is to blame its `cause`.

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::jobs::error::JobsError;
use crate::jobs::operator::JobView;
use crate::lookup::LookupError;
use crate::storage::StoreError;

/// The media type of problem documents.
pub const PROBLEM_JSON: &str = "application/problem+json";
/// After how many seconds a caller should come again whom the store could not serve.
const AGAIN_AFTER: u32 = 5;

/// A failure, as it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReportProblem)]
pub struct Problem {
    /// A path that names the kind of problem.
    #[serde(rename = "type")]
    pub kind: Box<str>,
    /// The status in words.
    pub title: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// What is wrong and what to do.
    pub detail: String,
    /// A stable word for programs.
    pub code: &'static str,
    /// Where a job stands that could not be acted on: its state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Box<str>>,
    /// Why the job stands there: a stable word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Box<str>>,
    #[serde(skip)]
    retry_after: Option<u32>,
}

impl Problem {
    /// A problem of this status, with a stable word and one sentence.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: format!("/problems/{code}").into(),
            title: status.canonical_reason().unwrap_or("Failure"),
            status: status.as_u16(),
            detail: detail.into().into_owned(),
            code,
            state: None,
            cause: None,
            retry_after: None,
        }
    }

    /// 400: the request is not understood.
    pub fn malformed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    /// 404.
    pub fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 409: what was asked does not fit what is there.
    pub fn conflict(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// Where the job stands and why.
    #[must_use]
    pub fn standing(self, view: &JobView) -> Self {
        Self { state: Some(view.state.into()), cause: view.cause.as_ref().map(|cause| cause.as_str().into()), ..self }
    }

    /// 503: the store or the index cannot serve now.
    pub fn not_now(detail: impl Into<Cow<'static, str>>) -> Self {
        Self { retry_after: Some(AGAIN_AFTER), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(after) = after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(after));
        }
        response
    }
}

impl From<LookupError> for Problem {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::TooSlow => Self::new(StatusCode::SERVICE_UNAVAILABLE, "too_slow", "The search takes too long; ask for less"),
            LookupError::Store(_) | LookupError::Index(_) => {
                tracing::warn!(%error, "The API could not look reports up");
                Self::not_now("The index of reports cannot be read now; reports go on, come again")
            }
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, "The API could not reach the store");
        Self::not_now("The store cannot be reached now; come again")
    }
}

impl From<JobsError> for Problem {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::Store(error) => error.into(),
            JobsError::NotFound(_) => Self::not_found("There is no such report"),
            JobsError::WrongState { state, advice, .. } => {
                Self { state: Some(state.as_str().into()), ..Self::conflict("wrong_state", format!("The report is {state}; {advice}")) }
            }
            JobsError::Unreadable { .. } => {
                tracing::warn!(%error, "The API met a damaged record");
                Self::conflict("record_unreadable", "The report's records are damaged; gradepost jobs show tells which")
            }
        }
    }
}
