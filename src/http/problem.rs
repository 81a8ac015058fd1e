//! Every answer under `/api/v1` that is not a success: one problem document (RFC 9457) that clients made for Svix read as well.
//!
//! Those clients parse the body of every failure as JSON and look for `code` and `detail`; where a field is wrong (422) they want a list as `detail`.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::gateway::error::GatewayError;
use crate::http::error::ApiError;
use crate::lookup::attempts::LogError;

/// The media type of problem documents.
pub const PROBLEM_JSON: &str = "application/problem+json";
/// When a caller should come again whom the store could not serve.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// A failure, as it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: Detail,
    retry_after: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Detail {
    Text(String),
    Faults(Vec<FieldError>),
}

/// One field of a request that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where: `body`, `query`, `path` or `header`, then the way to the field.
    pub loc: Vec<String>,
    /// What is wrong and what would be right.
    pub msg: String,
    /// `value_error`, or `value_error.jsondecode` when the value has the wrong type.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// The body of a failure, for the document of the API.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GatewayProblem)]
pub struct ProblemBody {
    /// A path that names the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// What is wrong and what to do; for status 422 a list of fields that are wrong, each with `loc`, `msg` and `type`.
    pub detail: serde_json::Value,
    /// A stable word for programs.
    pub code: String,
}

impl FieldError {
    /// A value that is not allowed.
    pub fn value(loc: &[&str], msg: impl Into<String>) -> Self {
        Self { loc: loc.iter().map(|part| (*part).to_owned()).collect(), msg: msg.into(), kind: "value_error" }
    }

    /// A value of the wrong type, or a body that is no JSON.
    pub fn decode(loc: Vec<String>, msg: impl Into<String>) -> Self {
        Self { loc, msg: msg.into(), kind: "value_error.jsondecode" }
    }
}

impl Problem {
    /// A problem of this status, with a stable word and one sentence.
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self { status, code: code.into(), detail: Detail::Text(detail.into()), retry_after: None }
    }

    /// 422: these fields are wrong.
    pub fn invalid(faults: Vec<FieldError>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code: "validation_error".into(),
            detail: Detail::Faults(faults),
            retry_after: None,
        }
    }

    /// 422: one field is wrong.
    pub fn invalid_field(loc: &[&str], msg: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::value(loc, msg)])
    }

    /// 400 with a stable word.
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401. Says nothing about why.
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "authentication_failed", "Invalid token")
    }

    /// 403: the caller's role does not include this.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "insufficient access", "Insufficient access for the given operation.")
    }

    /// 404, for what is not there and for what the caller may not know of.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Entity not found")
    }

    /// 409 with a stable word.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 413.
    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "Request payload is too large.")
    }

    /// 500; the log has the cause.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "Internal error")
    }

    /// 501: part of the interface that is not offered.
    pub fn not_implemented(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, "not_implemented", detail)
    }

    /// 503 with `Retry-After`: it could not be stored or read; nothing was accepted.
    pub fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The store cannot be reached; nothing was accepted, send it again.")
            .with_retry_after(AGAIN_AFTER)
    }

    /// When to come again.
    #[must_use]
    pub fn with_retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable word.
    pub fn code(&self) -> &str {
        &self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let kind = format!("/problems/{}", self.code.replace([' ', '_'], "-"));
        let detail = match &self.detail {
            Detail::Text(text) => json!(text),
            Detail::Faults(faults) => json!(faults),
        };
        let body = json!({ "type": kind, "title": title, "status": self.status.as_u16(), "detail": detail, "code": self.code });
        let mut response = (self.status, [(header::CONTENT_TYPE, PROBLEM_JSON)], body.to_string()).into_response();
        if let Some(after) = self.retry_after {
            let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        let words = error.to_string();
        match error {
            ApiError::InvalidSignature | ApiError::Unauthorized => Self::unauthorized(),
            ApiError::Malformed(_) => Self::bad_request("generic_error", words),
            ApiError::Forbidden(_) => Self::forbidden(),
            ApiError::NotFound => Self::not_found(),
            ApiError::MethodNotAllowed(_) => Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", words),
            ApiError::Timeout => Self::new(StatusCode::REQUEST_TIMEOUT, "timeout", words),
            ApiError::TooLarge(_) => Self::too_large(),
            ApiError::UnsupportedMediaType(_) => Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", words),
            ApiError::RateLimited(after) => Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", words).with_retry_after(after),
            ApiError::Internal => Self::internal(),
            ApiError::NotNow(_, after) | ApiError::Unavailable(after) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", words).with_retry_after(after)
            }
        }
    }
}

impl From<GatewayError> for Problem {
    fn from(error: GatewayError) -> Self {
        let words = error.to_string();
        match error {
            GatewayError::NotFound(_) => Self::not_found(),
            GatewayError::Invalid { at, message, code } => {
                let loc: Vec<&str> = std::iter::once("body").chain(at.iter().map(String::as_str)).collect();
                Self::invalid_field(&loc, code.map_or(message.clone(), |code| format!("{code}: {message}")))
            }
            GatewayError::Conflict(_) => Self::conflict("conflict", words),
            GatewayError::LimitReached(_) => Self::bad_request("limit_reached", words),
            GatewayError::TooLarge { .. } => Self::too_large(),
            GatewayError::SecretShown => Self::new(StatusCode::FORBIDDEN, "secret_already_shown", "Rotate the secret to get a new one."),
            GatewayError::NoKey(_) => Self::new(StatusCode::SERVICE_UNAVAILABLE, "encryption_key_missing", words),
            GatewayError::PayloadGone => Self::bad_request("missing_payload", words),
            GatewayError::EndpointDisabled => Self::bad_request("endpoint_disabled", words),
            GatewayError::InvalidRange(_) => Self::bad_request("invalid_range", words),
            GatewayError::Unavailable { after, .. } => Self::unavailable().with_retry_after(after),
            GatewayError::Internal(_) => {
                tracing::error!(error = %words, "The gateway's API could not answer");
                Self::internal()
            }
        }
    }
}

impl From<LogError> for Problem {
    fn from(error: LogError) -> Self {
        let words = match error {
            LogError::TooLong => error.to_string(),
            LogError::Sqlite(_) | LogError::Closed => "The attempt log is being built again; ask once more in a moment.".to_owned(),
        };
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", words).with_retry_after(AGAIN_AFTER)
    }
}

/// What a request to a path under `/api/` that nobody serves is answered.
pub fn no_such_route(method: &Method, uri: &Uri) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "not_found",
        format!("There is no {method} {}; GET /api/openapi.json lists what there is.", uri.path()),
    )
}

/// An answer without a body.
pub fn no_content() -> Response {
    (StatusCode::NO_CONTENT, Body::empty()).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use serde_json::Value;

    use super::*;

    async fn body(problem: Problem) -> (u16, String, Value) {
        let response = problem.into_response();
        let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        let status = response.status().as_u16();
        (status, kind, serde_json::from_slice(&to_bytes(response.into_body(), 65_536).await.unwrap()).unwrap())
    }

    #[tokio::test]
    async fn a_problem_is_a_problem_document_with_the_members_that_svix_clients_read() {
        let (status, kind, body) = body(Problem::forbidden()).await;
        assert_eq!((status, kind.as_str()), (403, "application/problem+json"));
        assert_eq!(
            body,
            json!({
                "type": "/problems/insufficient-access", "title": "Forbidden", "status": 403,
                "detail": "Insufficient access for the given operation.", "code": "insufficient access",
            })
        );
    }

    #[tokio::test]
    async fn wrong_fields_are_a_list_of_loc_msg_and_type() {
        let (status, _, body) = body(Problem::invalid_field(&["body", "channels", "[0]"], "no")).await;
        assert_eq!(status, 422);
        assert_eq!(body["detail"], json!([{ "loc": ["body", "channels", "[0]"], "msg": "no", "type": "value_error" }]));
    }

    #[test]
    fn a_busy_service_says_when_to_come_again() {
        let response = Problem::from(ApiError::RateLimited(Duration::from_millis(1200))).into_response();
        assert_eq!((response.status().as_u16(), &response.headers()[header::RETRY_AFTER]), (429, &HeaderValue::from(2)));
        assert_eq!(Problem::unauthorized().into_response().headers()[header::WWW_AUTHENTICATE], "Bearer");
    }
}
