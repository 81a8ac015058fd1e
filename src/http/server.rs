//! The accept loop: axum's own has no limits on connections, heads and idle time.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{ConnectInfo, Request};
use axum::http::Version;
use axum::response::Response;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::http::body::DripsIn;
use crate::http::connections::{Connection, ConnectionLimits, Connections, InProgress};
use crate::http::unread::Reading;

/// The longest head of a request. It is also what an idle connection's buffer may grow to.
const LONGEST_HEAD: usize = 32 * 1024;
/// HTTP/2: requests at once on one connection.
const MOST_STREAMS: u32 = 32;
/// HTTP/2: what one connection may send us before we take it, per request and together.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 256 * 1024;
/// A body may pause for so long before it begins, and its sender is given up when it drips in more slowly than this many bytes a second. Handlers that know their callers better have stricter limits of their own.
const BODY_PATIENCE: Duration = Duration::from_secs(30);
const SLOWEST_BODY: u64 = 8 * 1024;
/// The pause after the system refused a connection (no descriptor left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop` is cancelled, then ends each connection after its current request.
pub async fn serve(listener: TcpListener, router: Router, limits: ConnectionLimits, stop: CancellationToken) {
    let connections = Connections::new(limits);
    let builder = Arc::new(builder());
    let tasks = TaskTracker::new();
    loop {
        let next = async {
            connections.room().await;
            listener.accept().await
        };
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = next => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = Arc::new(connections.open(Instant::now()));
                let (builder, router, stop) = (Arc::clone(&builder), router.clone(), stop.clone());
                tasks.spawn(async move { one(&builder, stream, peer, router, connection, stop).await });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                connections.evict_one();
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    tasks.close();
    tasks.wait().await;
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // The head's time limit is kept by `Connection`: hyper's own would also end connections that wait for their next request.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None::<Duration>).max_buf_size(LONGEST_HEAD).half_close(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(LONGEST_HEAD as u32)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(CONNECTION_WINDOW as usize)
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(10));
    builder
}

/// One connection, to its end.
async fn one(
    builder: &Builder<TokioExecutor>,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    connection: Arc<Connection>,
    stop: CancellationToken,
) {
    // Small answers leave at once; a socket without the option still works.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Watched { stream, connection: Arc::clone(&connection) });
    let service = {
        let connection = Arc::clone(&connection);
        hyper::service::service_fn(move |request| {
            let progress = connection.request_of(&request);
            answer(request, peer, router.clone(), progress)
        })
    };
    let mut serving = pin!(builder.serve_connection(io, service));
    let mut stopping = false;
    loop {
        let Some(deadline) = connection.deadline(Instant::now()) else {
            // On a busy machine the request may lie in the socket, unread because nobody looked in time: look once more.
            if futures::poll!(serving.as_mut()).is_pending() && connection.deadline(Instant::now()).is_some() {
                continue;
            }
            return;
        };
        tokio::select! {
            // A broken connection is its client's matter.
            _ = serving.as_mut() => return,
            () = connection.evicted() => return,
            () = tokio::time::sleep_until(deadline) => {}
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                serving.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn answer(request: Request<Incoming>, peer: SocketAddr, router: Router, mut progress: InProgress) -> Result<Response, Infallible> {
    let mut request = request.map(|body| Body::new(Arriving::new(Body::new(body))));
    request.extensions_mut().insert(ConnectInfo(peer));
    let (request, reading) = Reading::of(request);
    let response = reading.tell(router.oneshot(request).await?);
    progress.respond(Instant::now());
    Ok(response.map(|body| Body::new(Answering { body, _progress: progress })))
}

impl Connection {
    fn request_of<B>(self: &Arc<Self>, request: &Request<B>) -> InProgress {
        self.request(request.version() == Version::HTTP_2)
    }
}

/// A request's body; it ends with an error when it drips in.
struct Arriving {
    body: Body,
    /// How long it may pause before it begins.
    patience: Duration,
    /// When its sender is given up; counted from when somebody begins to read it.
    until: Option<Pin<Box<Sleep>>>,
}

impl Arriving {
    fn new(body: Body) -> Self {
        Self { body, patience: BODY_PATIENCE, until: None }
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        let patience = this.patience;
        let until = this.until.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        match Pin::new(&mut this.body).poll_frame(context) {
            Poll::Ready(frame) => {
                if let Some(Ok(frame)) = &frame {
                    let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
                    let earned = Duration::from_micros(bytes.saturating_mul(1_000_000) / SLOWEST_BODY);
                    let deadline = until.deadline() + earned;
                    until.as_mut().reset(deadline);
                }
                Poll::Ready(frame)
            }
            Poll::Pending => {
                ready!(until.as_mut().poll(context));
                Poll::Ready(Some(Err(axum::Error::new(DripsIn))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A response's body; its request is in progress until it is sent or given up.
struct Answering {
    body: Body,
    _progress: InProgress,
}

impl HttpBody for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A socket that tells when bytes arrive.
struct Watched {
    stream: TcpStream,
    connection: Arc<Connection>,
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(context, buffer));
        if buffer.filled().len() > before {
            self.connection.received(Instant::now());
        }
        Poll::Ready(read)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt as _, stream};

    use super::*;
    use crate::http::body::drips_in;

    /// A body of these pieces, after which nothing comes and its end does not either, or it ends.
    fn body(pieces: usize, bytes: usize, ends: bool, patience: Duration) -> Body {
        let begun = stream::iter(0..pieces).map(move |_| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; bytes])));
        let body = if ends { Body::from_stream(begun) } else { Body::from_stream(begun.chain(stream::pending())) };
        Body::new(Arriving { patience, ..Arriving::new(body) })
    }

    #[tokio::test]
    async fn a_body_whose_rest_does_not_come_ends_with_an_error_and_a_whole_one_is_read() {
        for pieces in [0, 1, 10] {
            let stuck = axum::body::to_bytes(body(pieces, 1, false, Duration::from_millis(20)), 1 << 20).await;
            assert!(stuck.is_err_and(|error| drips_in(&error)), "{pieces}");
        }
        let whole = axum::body::to_bytes(body(1200, 16 * 1024, true, BODY_PATIENCE), 20 << 20).await;
        assert_eq!(whole.map(|bytes| bytes.len()).ok(), Some(1200 * 16 * 1024));
        let too_large = axum::body::to_bytes(body(2, 100, true, BODY_PATIENCE), 150).await;
        assert!(too_large.is_err_and(|error| !drips_in(&error)));
    }

    #[tokio::test]
    async fn what_arrived_earns_time_for_what_is_to_come() {
        let mut arriving = Arriving { patience: Duration::from_secs(1), ..Arriving::new(Body::from(vec![b'x'; 80 * 1024])) };
        let before = Instant::now();
        let frame = std::future::poll_fn(|context| Pin::new(&mut arriving).poll_frame(context)).await;
        assert!(frame.is_some_and(|frame| frame.is_ok()));
        let until = arriving.until.unwrap().deadline();
        assert!(until >= before + Duration::from_secs(11), "eighty kilobytes are worth ten seconds");
    }
}
