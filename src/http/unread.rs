//! A body that nobody read to its end: the connection behind it can carry no other request, and the answer says so.
//!
//! A call is refused before its body is read where its head is enough to judge it. The server then ends the connection; a client that was not told sends its next request into it, and hears nothing.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::response::Response;
use bytes::Bytes;
use http_body::{Frame, SizeHint};

/// Whether a request's body was read to its end. Streams of HTTP/2 end apart from their connection.
pub(super) struct Reading {
    is_whole: Arc<AtomicBool>,
}

impl Reading {
    /// Watches the body of a request.
    pub(super) fn of(request: Request) -> (Request, Self) {
        let is_whole = Arc::new(AtomicBool::new(request.body().is_end_stream() || request.version() >= Version::HTTP_2));
        let watched = request.map(|body| Body::new(Watched { body, is_whole: Arc::clone(&is_whole) }));
        (watched, Self { is_whole })
    }

    /// The answer, which says that the connection ends where the body was left.
    pub(super) fn tell(&self, mut response: Response) -> Response {
        if !self.is_whole.load(Ordering::Relaxed) {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

struct Watched {
    body: Body,
    is_whole: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.is_whole.store(true, Ordering::Relaxed);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
