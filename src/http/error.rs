//! Every answer that is not a success, in one shape: `{"success":false,"status":…,"error":…}`.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// What went wrong, by the status it is answered with. The caller sees a stable word and one sentence; the log sees the rest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// 401. Says nothing about why.
    #[error("Invalid signature")]
    InvalidSignature,
    /// 401, for routes that take a bearer token.
    #[error("A valid bearer token is needed")]
    Unauthorized,
    /// 403: the caller is known, but its role does not allow this.
    #[error("The role of this key does not allow to {0}")]
    Forbidden(&'static str),
    /// 400. What is wrong with the body.
    #[error("{0}")]
    Malformed(String),
    /// 404.
    #[error("There is nothing here; GET / lists the endpoints")]
    NotFound,
    /// 405. Which methods the route takes.
    #[error("This endpoint takes {0} only")]
    MethodNotAllowed(&'static str),
    /// 408.
    #[error("The request took too long to arrive")]
    Timeout,
    /// 413. The limit in bytes.
    #[error("The body is larger than {0} bytes")]
    TooLarge(usize),
    /// 415. What to send instead.
    #[error("{0}")]
    UnsupportedMediaType(String),
    /// 429 with `Retry-After`.
    #[error("Too many requests")]
    RateLimited(Duration),
    /// 500.
    #[error("Internal error")]
    Internal,
    /// 503 with `Retry-After`: a task that cannot be done now; which, in words.
    #[error("{0}")]
    NotNow(String, Duration),
    /// 503 with `Retry-After`: nothing was accepted.
    #[error("The event could not be stored; nothing was accepted, send it again")]
    Unavailable(Duration),
}

impl ApiError {
    fn parts(&self) -> (StatusCode, &'static str) {
        match self {
            Self::InvalidSignature | Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::MethodNotAllowed(_) => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::Timeout => (StatusCode::REQUEST_TIMEOUT, "timeout"),
            Self::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::UnsupportedMediaType(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
            Self::RateLimited(_) => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            Self::NotNow(..) | Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (code, status) = self.parts();
        let body = Json(json!({ "success": false, "status": status, "error": self.to_string() }));
        let mut response = (code, body).into_response();
        let headers = response.headers_mut();
        match self {
            Self::RateLimited(after) | Self::NotNow(_, after) | Self::Unavailable(after) => {
                // Whole seconds, rounded up, at least one (RFC 9110, section 10.2.3).
                let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
            }
            Self::MethodNotAllowed(methods) => {
                headers.insert(header::ALLOW, HeaderValue::from_static(methods));
            }
            Self::Unauthorized => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}
