//! What is logged of a request: method, route template, status, duration and trace. Never its query, its body or its headers.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use tower_http::request_id::{MakeRequestId, RequestId};
use tracing::Span;

/// The header that names a request.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id taken from a caller.
const LONGEST_ID: usize = 64;

/// Takes a caller's request id only when it is short and plain: it goes into the log and into the answer.
pub(super) async fn plain_request_id(mut request: Request) -> Request {
    let is_plain = |id: &HeaderValue| {
        (1..=LONGEST_ID).contains(&id.len()) && id.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(b))
    };
    if !request.headers().get(REQUEST_ID).is_some_and(is_plain) {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

/// Request ids only tell requests apart: two keyed hashes of a running number, the keys random for each process.
#[derive(Clone, Default)]
pub(super) struct RequestIds {
    keys: (RandomState, RandomState),
    count: Arc<AtomicU64>,
}

impl MakeRequestId for RequestIds {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let id = format!("{:016x}{:016x}", self.keys.0.hash_one(number), self.keys.1.hash_one(number));
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}

/// A span per request: what Cloud Logging needs to link lines, and nothing about people.
pub(super) fn request_span(request: &Request) -> Span {
    let route = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str);
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    let span = tracing::info_span!(
        "request",
        http.method = method(request.method()),
        http.route = route,
        request.id = id,
        trace = tracing::field::Empty
    );
    if let Some(trace) = trace_id(request.headers()) {
        span.record("trace", trace);
    }
    span
}

/// A method's name; one that is made up is not repeated.
pub(super) fn method(method: &Method) -> &'static str {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::OPTIONS,
        Method::CONNECT,
        Method::TRACE,
    ];
    let names = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE"];
    known.iter().position(|known| known == method).map_or("other", |at| names[at])
}

/// The trace's id from `traceparent` (W3C Trace Context) or the older `X-Cloud-Trace-Context`.
pub(super) fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let trace =
        header("traceparent").and_then(|value| value.split('-').nth(1)).or_else(|| header("x-cloud-trace-context")?.split('/').next())?;
    (trace.len() == 32 && trace.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(trace)
}

/// One line per request: failures as warnings, work as information, refusals for `DEBUG` only, because anyone can cause them (`refusals` counts them).
pub(super) fn log_response(response: &Response, latency: Duration, _: &Span) {
    let status = response.status();
    let duration_ms = latency.as_millis() as u64;
    let is_work = response.extensions().get::<Work>().is_some();
    if status.is_server_error() {
        tracing::warn!(http.status = status.as_u16(), duration_ms, "answered {status}");
    } else if is_work && status != StatusCode::UNAUTHORIZED {
        tracing::info!(http.status = status.as_u16(), duration_ms, "answered {status}");
    } else {
        tracing::debug!(http.status = status.as_u16(), duration_ms, "answered {status}");
    }
}

/// Marks the answer of an authenticated call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work;

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[tokio::test]
    async fn only_short_and_plain_request_ids_are_taken() {
        let kept = async |id: &[u8]| {
            let mut request = Request::new(Body::empty());
            request.headers_mut().insert(REQUEST_ID, HeaderValue::from_bytes(id).unwrap());
            plain_request_id(request).await.headers().contains_key(REQUEST_ID)
        };
        for plain in [&b"4bf92f3577b34da6"[..], b"a-b_c.d:e", &[b'x'; 64]] {
            assert!(kept(plain).await);
        }
        for odd in [&b""[..], &[b'x'; 65], b"a b", b"a\tb", "é".as_bytes(), b"a\"b", b"\x9b31m"] {
            assert!(!kept(odd).await, "{odd:?}");
        }
    }

    #[test]
    fn a_made_up_method_is_not_repeated() {
        assert_eq!(method(&Method::POST), "POST");
        assert_eq!(method(&Method::from_bytes(&[b'A'; 5000]).unwrap()), "other");
    }
}
