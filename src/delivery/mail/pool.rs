//! Connections to the mail server that ended their last mail cleanly.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::delivery::mail::connect::Line;

/// Servers close idle connections after a minute or more; we are earlier, so that a kept one is rarely found dead.
const IDLE_LIMIT: Duration = Duration::from_secs(20);

/// Many servers end a connection after a hundred mails; we are earlier.
const MAILS_PER_CONNECTION: u32 = 50;

/// A bounded set of connections. What is taken out is owned by one sender; it comes back only by [`Pool::put_back`].
pub(super) struct Pool {
    slots: Semaphore,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    line: Line,
    since: Instant,
    sent: u32,
}

impl Pool {
    pub(super) fn new(connections: usize) -> Self {
        Self { slots: Semaphore::new(connections), idle: Mutex::new(Vec::new()) }
    }

    /// Waits until one more connection may be in use; `None` never happens, as the pool is never closed.
    pub(super) async fn slot(&self) -> Option<SemaphorePermit<'_>> {
        self.slots.acquire().await.ok()
    }

    /// The most recently used connection that is young enough, with the number of mails it has carried.
    pub(super) fn take(&self) -> Option<(Line, u32)> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|kept| kept.since.elapsed() < IDLE_LIMIT);
        idle.pop().map(|kept| (kept.line, kept.sent))
    }

    /// Keeps a connection whose last reply was clean.
    pub(super) fn put_back(&self, line: Line, sent: u32) {
        if sent < MAILS_PER_CONNECTION {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(Idle { line, since: Instant::now(), sent });
        }
    }
}
