//! The gate: a handler that takes a [`VerifiedEvent`] cannot see an unverified one.

use std::net::SocketAddr;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};

use crate::http::config::HttpConfig;
use crate::http::error::ApiError;
use crate::http::limits::source_address;
use crate::http::state::AppState;
use crate::intake;
use crate::intake::event::{IntakeEvent, Rejection};

/// An authentic, understood event: within its caller's budget and the size limit, of the right media type, with a valid signature over the raw bytes.
pub struct VerifiedEvent(pub IntakeEvent);

impl FromRequest<AppState> for VerifiedEvent {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        let verdict = read(request, state).await;
        if let Err(error) = &verdict {
            state.metrics.webhook(rejection_word(error));
        }
        verdict.map(Self)
    }
}

async fn read(request: Request, state: &AppState) -> Result<IntakeEvent, ApiError> {
    let headers = request.headers().clone();
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let address = source_address(*peer, &headers, state.config.behind_proxy);
        state.rate_limit.check(address).map_err(ApiError::RateLimited)?;
    }
    if !is_json(&headers) {
        return Err(ApiError::UnsupportedMediaType);
    }
    let body = body(request, &state.config).await?;
    let lookup = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    intake::accept(state.source, &lookup, &body, &state.secrets).map_err(|rejection| match rejection {
        Rejection::Unauthorized { reason } => {
            tracing::warn!(reason, "a call to /webhook was refused: its signature is not valid");
            ApiError::InvalidSignature
        }
        Rejection::Malformed { message } => {
            tracing::warn!(size_bytes = body.len(), "an authentic call to /webhook could not be read");
            ApiError::Malformed(message)
        }
    })
}

/// The whole body, within the limits of size and time: a request that drips in forever must not hold a connection.
pub async fn body(request: Request, config: &HttpConfig) -> Result<Bytes, ApiError> {
    let arrived = tokio::time::timeout(config.arrival_limit, Bytes::from_request(request, &())).await;
    arrived.map_err(|_| ApiError::Timeout)?.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            ApiError::TooLarge(config.max_body_bytes)
        } else {
            ApiError::Malformed("the body could not be read to its end".to_owned())
        }
    })
}

/// `application/json`, any `+json`, or no type at all, which JSON senders forget more often than they lie.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return true };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json")) || essence == "text/json"
}

fn rejection_word(error: &ApiError) -> &'static str {
    match error {
        ApiError::InvalidSignature => "unauthorized",
        ApiError::RateLimited(_) => "rate_limited",
        ApiError::TooLarge(_) => "too_large",
        ApiError::Timeout => "timeout",
        ApiError::UnsupportedMediaType => "unsupported_media_type",
        _ => "malformed",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::Body;
    use futures::{StreamExt as _, stream};

    use super::*;

    /// A body of which a part arrives, and the rest never.
    fn dripping() -> Request {
        let begun = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
        Request::new(Body::from_stream(begun.chain(stream::pending())))
    }

    #[tokio::test]
    async fn a_body_that_drips_in_forever_is_given_up() {
        let config = HttpConfig { arrival_limit: Duration::from_millis(20), ..HttpConfig::default() };
        assert_eq!(body(dripping(), &config).await, Err(ApiError::Timeout));
        assert_eq!(body(Request::new(Body::from("{}")), &config).await, Ok(Bytes::from_static(b"{}")));
    }
}
