//! The institution that `demo --gateway` sends to: it can be away, and tells what it took.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;

/// A receiver on this machine.
#[derive(Clone, Default)]
pub struct Receiver {
    is_away: Arc<AtomicBool>,
    taken: Arc<Mutex<Vec<(String, String)>>>,
}

impl Receiver {
    /// Listens on a free port of this machine, for as long as the process lives; tells where.
    ///
    /// # Errors
    /// Nothing can be listened on.
    pub async fn start() -> anyhow::Result<(Self, String)> {
        let receiver = Self::default();
        let listener = crate::app::listen(Ipv4Addr::LOCALHOST, 0).await?;
        let url = format!("http://{}/api/receive_grade", listener.local_addr()?);
        let router = Router::new().route("/api/receive_grade", post(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok((receiver, url))
    }

    /// From now on takes nothing, or takes again.
    pub fn go_away(&self, is_away: bool) {
        self.is_away.store(is_away, Ordering::SeqCst);
    }

    /// What was taken: the id of each call and its body.
    pub fn taken(&self) -> Vec<(String, String)> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
    if receiver.is_away.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let id = headers.get("webhook-id").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    receiver.taken.lock().unwrap_or_else(PoisonError::into_inner).push((id, body));
    StatusCode::OK
}
