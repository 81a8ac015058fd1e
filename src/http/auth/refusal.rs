//! How a caller is refused, in the words of the surface it called.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::access::role::Right;
use crate::http::error::ApiError;

/// When to come again, where the store cannot say who somebody is.
const AGAIN_AFTER: Duration = Duration::from_secs(5);
/// All routes of the API speak its dialect.
const API: &str = "/api/v1";

/// Why a caller is refused. The caller hears the status and nothing about why a credential is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// 401.
    Unknown,
    /// 403: known, but without this right.
    Forbidden(Right),
    /// 429: too many wrong credentials from there.
    TooMany(Duration),
    /// 503: the store is away.
    NotNow,
}

impl Refusal {
    /// The refusal as this path words it.
    pub fn at(self, path: &str) -> Refused {
        Refused { refusal: self, is_api: path == API || path.strip_prefix(API).is_some_and(|rest| rest.starts_with('/')) }
    }

    fn api_parts(self) -> (StatusCode, &'static str, &'static str, &'static str) {
        match self {
            Self::Unknown => (StatusCode::UNAUTHORIZED, "Unauthorized", "authentication_failed", "Invalid token"),
            Self::Forbidden(_) => {
                (StatusCode::FORBIDDEN, "Forbidden", "insufficient access", "Insufficient access for the given operation.")
            }
            Self::TooMany(_) => {
                (StatusCode::TOO_MANY_REQUESTS, "Too Many Requests", "rate_limited", "Too many wrong credentials; wait as Retry-After says")
            }
            Self::NotNow => {
                (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable", "unavailable", "The store cannot be reached; send it again")
            }
        }
    }
}

/// A refusal in the words of a surface.
#[derive(Debug, Clone, Copy)]
pub struct Refused {
    refusal: Refusal,
    is_api: bool,
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unknown => Self::Unauthorized,
            Refusal::Forbidden(right) => Self::Forbidden(right_words(right)),
            Refusal::TooMany(wait) => Self::RateLimited(wait),
            Refusal::NotNow => Self::NotNow("It cannot be told now who calls; send it again".to_owned(), AGAIN_AFTER),
        }
    }
}

fn right_words(right: Right) -> &'static str {
    match right {
        Right::Read => "read the gateway",
        Right::Publish => "publish events",
        Right::Manage => "manage endpoints",
        Right::Replay => "send again",
        Right::SeeReports => "see reports",
        Right::ActOnReports => "act on reports",
        Right::Administer => "administer",
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let plain = ApiError::from(self.refusal).into_response();
        if !self.is_api {
            return plain;
        }
        let (status, title, code, detail) = self.refusal.api_parts();
        let body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail, "code": code });
        let mut response = (status, Json(body)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        for name in [header::RETRY_AFTER, header::WWW_AUTHENTICATE] {
            if let Some(value) = plain.headers().get(&name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_the_headers_of_its_status_on_every_surface() {
        for path in ["/api/v1/app", "/api/v1", "/register_webhooks", "/api/v10"] {
            let response = |refusal: Refusal| refusal.at(path).into_response();
            let unknown = response(Refusal::Unknown);
            assert_eq!(
                (unknown.status().as_u16(), &unknown.headers()[header::WWW_AUTHENTICATE]),
                (401, &HeaderValue::from_static("Bearer"))
            );
            let many = response(Refusal::TooMany(Duration::from_secs(7)));
            assert_eq!((many.status().as_u16(), &many.headers()[header::RETRY_AFTER]), (429, &HeaderValue::from_static("7")));
            assert_eq!(response(Refusal::Forbidden(Right::Manage)).status(), 403);
            assert!(response(Refusal::NotNow).headers().contains_key(header::RETRY_AFTER));
            let is_problem = unknown.headers()[header::CONTENT_TYPE] == "application/problem+json";
            assert_eq!(is_problem, path == "/api/v1" || path.starts_with("/api/v1/"), "{path}");
        }
    }
}
