//! What goes wrong on a surface, answered in the words of its document.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::gateway::error::GatewayError;
use crate::http::error::ApiError;
use crate::lookup::attempts::LogError;

/// A log that cannot be read is there again soon.
const LOG_AFTER: Duration = Duration::from_secs(2);

/// What went wrong.
#[derive(Debug)]
pub(in crate::http) enum CallError {
    /// What the caller sent is wrong; what to do.
    Invalid(String),
    /// There is no such thing, or it is somebody else's.
    NotFound(&'static str),
    /// It is there already.
    Conflict(String),
    /// The signature is wrong.
    BadSignature,
    /// The gateway's.
    Gateway(GatewayError),
    /// The attempt log's.
    Log(LogError),
    /// The request's, before anything was looked at.
    Request(ApiError),
}

impl CallError {
    fn parts(&self) -> (StatusCode, String, Option<Duration>) {
        match self {
            Self::Invalid(message) => (StatusCode::BAD_REQUEST, message.clone(), None),
            Self::NotFound(message) => (StatusCode::NOT_FOUND, (*message).to_owned(), None),
            Self::Conflict(message) => (StatusCode::CONFLICT, message.clone(), None),
            Self::BadSignature => (StatusCode::UNAUTHORIZED, "Invalid signature".to_owned(), None),
            Self::Gateway(error) => gateway_parts(error),
            Self::Log(error) => {
                let words = match error {
                    LogError::TooLong => error.to_string(),
                    LogError::Sqlite(_) | LogError::Closed => "The log cannot be read now; ask once more in a moment".to_owned(),
                };
                (StatusCode::SERVICE_UNAVAILABLE, words, Some(LOG_AFTER))
            }
            Self::Request(_) => (StatusCode::BAD_REQUEST, String::new(), None),
        }
    }

    /// What went wrong, in one sentence for people.
    pub(in crate::http) fn sentence(&self) -> String {
        self.parts().1
    }

    /// The answer; `body` puts the sentence into the document's shape.
    pub(in crate::http) fn respond(self, body: impl FnOnce(&str) -> Value) -> Response {
        if let Self::Request(error) = self {
            return error.into_response();
        }
        let (status, message, after) = self.parts();
        let mut response = (status, Json(body(&message))).into_response();
        if let Some(after) = after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
        }
        response
    }
}

fn gateway_parts(error: &GatewayError) -> (StatusCode, String, Option<Duration>) {
    let status = match error {
        GatewayError::NotFound(_) => StatusCode::NOT_FOUND,
        GatewayError::Invalid { .. } | GatewayError::InvalidRange(_) | GatewayError::LimitReached(_) => StatusCode::BAD_REQUEST,
        GatewayError::PayloadGone => StatusCode::GONE,
        GatewayError::Conflict(_) | GatewayError::EndpointDisabled => StatusCode::CONFLICT,
        GatewayError::SecretShown => StatusCode::FORBIDDEN,
        GatewayError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        GatewayError::NoKey(_) => StatusCode::SERVICE_UNAVAILABLE,
        GatewayError::Unavailable { after, .. } => {
            return (StatusCode::SERVICE_UNAVAILABLE, "Nothing was accepted; send it again".to_owned(), Some(*after));
        }
        GatewayError::Internal(_) => {
            tracing::error!(%error, "a call to the gateway failed");
            return (StatusCode::INTERNAL_SERVER_ERROR, "Internal error".to_owned(), None);
        }
    };
    (status, error.to_string(), None)
}

impl From<LogError> for CallError {
    fn from(error: LogError) -> Self {
        Self::Log(error)
    }
}

impl From<GatewayError> for CallError {
    fn from(error: GatewayError) -> Self {
        Self::Gateway(error)
    }
}

impl From<ApiError> for CallError {
    fn from(error: ApiError) -> Self {
        Self::Request(error)
    }
}

/// A surface's own shape of errors.
macro_rules! dialect {
    ($(#[$doc:meta])* $name:ident, $body:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(crate::http::gateway::fault::CallError);

        impl<E> From<E> for $name
        where
            crate::http::gateway::fault::CallError: From<E>,
        {
            fn from(error: E) -> Self {
                Self(error.into())
            }
        }

        impl axum::response::IntoResponse for $name {
            fn into_response(self) -> axum::response::Response {
                self.0.respond($body)
            }
        }
    };
}
pub(super) use dialect;
