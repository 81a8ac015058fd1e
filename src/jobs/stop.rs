//! Work that ends when the process is to stop.

use tokio_util::sync::CancellationToken;

/// The work's result, or `None` when it is time to stop.
pub(crate) async fn stop_or<T>(stop: &CancellationToken, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        () = stop.cancelled() => None,
        done = work => Some(done),
    }
}
