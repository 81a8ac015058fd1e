//! The durable core: what was accepted happens, once, whatever dies.
//!
//! Knows nothing about what a job does: it sees a [`handler::Handler`] and serialised payloads.
//! All state lies in the store as small records ([`records`]); what may follow what is one pure function ([`state`]).
//!
//! | file | what it does |
//! |---|---|
//! | `index.rs` | accepts an event: the claim that makes an effect happen once |
//! | `state.rs`, `records.rs`, `retry.rs` | a job's records, its state, its next state: pure but for reading them |
//! | `lease.rs`, `context.rs`, `worker.rs` | one attempt at one job, and the pool of workers around it |
//! | `sweep.rs` | finds what is overdue: after crashes, for retries |
//! | `desk.rs` | what people do: show, list, retry, release, discard |
//! | `waker/` | how a job finds an instance |

pub mod config;
mod context;
pub mod desk;
pub mod error;
pub mod failpoint;
pub mod handler;
pub mod index;
mod lease;
mod queue;
pub mod records;
pub mod retry;
pub mod state;
pub mod sweep;
pub mod waker;
pub mod worker;
mod write;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::clock::Clock;
use crate::jobs::config::JobsConfig;
use crate::jobs::error::JobsError;
use crate::jobs::queue::Queue;
use crate::jobs::sweep::Agenda;
use crate::jobs::waker::Waker;
use crate::jobs::waker::inline::Inline;
use crate::jobs::worker::{Crew, Ends, Waiters};
use crate::storage::key::{DUE_FOLDER, parse_due};
use crate::storage::{SignOfLife, Store};

/// The durable core of one instance. Any number of instances may share one store.
pub struct Jobs {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    config: JobsConfig,
    queue: Arc<Queue>,
    waker: Arc<dyn Waker>,
    waiters: Waiters,
    crew: Crew,
    agenda: Agenda,
    attempts_begun: AtomicU64,
    sign_of_life: OnceCell<Option<SignOfLife>>,
}

/// How busy this instance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueStatus {
    /// Jobs waiting for a worker here.
    pub depth: usize,
    /// Jobs being worked on here.
    pub running: usize,
    /// Workers ready to work or working.
    pub workers_alive: usize,
    /// How long the oldest open job of all instances is overdue; none when nothing is, or the store does not tell.
    pub oldest_due: Option<Duration>,
}

impl Jobs {
    /// A core whose own workers run what it accepts.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, config: JobsConfig) -> Arc<Self> {
        let queue = Arc::new(Queue::new(config.queue_limit));
        let waker = Arc::new(Inline::new(Arc::clone(&queue)));
        Self::assemble(store, clock, config, queue, waker)
    }

    /// A core that wakes jobs by other means ([`waker::pubsub`]).
    pub fn with_waker(store: Arc<dyn Store>, clock: Arc<dyn Clock>, config: JobsConfig, waker: Arc<dyn Waker>) -> Arc<Self> {
        let queue = Arc::new(Queue::new(config.queue_limit));
        Self::assemble(store, clock, config, queue, waker)
    }

    fn assemble(store: Arc<dyn Store>, clock: Arc<dyn Clock>, config: JobsConfig, queue: Arc<Queue>, waker: Arc<dyn Waker>) -> Arc<Self> {
        Arc::new(Self {
            store,
            clock,
            config,
            queue,
            waker,
            waiters: Waiters::default(),
            crew: Crew::default(),
            agenda: Agenda::default(),
            attempts_begun: AtomicU64::new(0),
            sign_of_life: OnceCell::new(),
        })
    }

    /// How busy this instance is, and how late the whole service is.
    pub async fn status(&self) -> QueueStatus {
        QueueStatus {
            depth: self.queue.len(),
            running: self.crew.running(),
            workers_alive: self.crew.alive(),
            oldest_due: self.oldest_due().await,
        }
    }

    /// How many jobs this instance's attempts ended so far.
    pub fn ends(&self) -> Ends {
        self.crew.ends()
    }

    /// How long the oldest job is overdue. One whose records cannot be read is not late but broken: it waits for a person, and must not look like a service that stands still.
    async fn oldest_due(&self) -> Option<Duration> {
        /// More broken jobs than this at the head of the line are worth an alarm.
        const LOOKED_AT: usize = 50;
        let keys = self.store.list(DUE_FOLDER, None, LOOKED_AT).await.ok()?;
        let mut oldest = None;
        for (at, job) in keys.iter().filter_map(|key| parse_due(key)) {
            let late = Duration::try_from(self.clock.now().duration_since(at)).ok().filter(|late| !late.is_zero())?;
            oldest = oldest.or(Some(late));
            if !matches!(records::read_job(&*self.store, &job).await, Err(JobsError::Unreadable { .. })) {
                return Some(late);
            }
        }
        // Either nothing waits, or all that was looked at is broken.
        oldest.filter(|_| keys.len() == LOOKED_AT)
    }

    /// Whether others can see when this instance dies; from the first time it is asked.
    async fn is_watched(&self) -> bool {
        self.sign_of_life.get_or_init(|| self.store.live(&self.config.instance)).await.is_some()
    }

    /// A name no attempt had before.
    fn new_owner(&self) -> String {
        format!("{}-{}", self.config.instance, self.attempts_begun.fetch_add(1, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests;
