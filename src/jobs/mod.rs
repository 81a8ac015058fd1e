//! The durable core: what was accepted happens, once, whatever dies.
//!
//! Knows nothing about what a job does: it sees a [`handler::Handler`] per kind and serialised payloads.
//! All state lies in the store as small records ([`records`]); what may follow what is one pure function ([`state`]).
//!
//! | file | what it does |
//! |---|---|
//! | `core.rs`, `write.rs`, `settle.rs` | records: reading, writing, ending a round; knows no queue and no worker |
//! | `state.rs`, `records.rs`, `reading.rs`, `retry.rs` | a job's records, its state, its next state: pure but for reading them |
//! | `accept.rs` | accepts an event: the claim that makes an effect happen once |
//! | `lease.rs`, `context.rs` | one attempt's hold on its job, and what the handler sees of it |
//! | `queue.rs`, `lane/` | the queue of a lane; its workers, waiters, and the sweep that finds what is overdue |
//! | `operator.rs`, `operator/`, `ask.rs` | what people do: show, list, retry, release, discard; a job's story; what a round is asked for |
//! | `bulk.rs` | the same act on many jobs, as a job of its own |
//! | `repair.rs` | finds open jobs that nothing leads to |
//! | `waker/` | how a job finds an instance |

pub mod accept;
pub mod ask;
pub mod bulk;
pub mod config;
mod context;
mod core;
pub mod error;
pub mod failpoint;
pub mod feed;
pub mod handler;
pub mod lane;
mod lease;
pub mod operator;
pub mod outcome;
mod queue;
pub(crate) mod reading;
pub mod records;
pub mod repair;
pub mod retry;
mod settle;
pub(crate) mod sightings;
pub mod state;
mod stop;
pub mod view;
pub mod waker;
mod write;

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::broadcast;

use crate::clock::Clock;
use crate::jobs::accept::Claim;
use crate::jobs::config::JobsConfig;
use crate::jobs::core::Core;
use crate::jobs::error::{AcceptError, JobsError};
use crate::jobs::handler::{AcceptedEvent, Follows, Handler};
use crate::jobs::lane::gate::Gate;
use crate::jobs::lane::{EndCounts, Lane, QueueStatus, SweepReport};
use crate::jobs::operator::Operator;
use crate::jobs::outcome::Outcome;
use crate::jobs::queue::Queue;
use crate::jobs::waker::Waker;
use crate::jobs::waker::inline::Inline;
use crate::model::card::Card;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::storage::Store;

/// The durable core of one instance, with its lanes. Any number of instances may share one store.
pub struct Jobs {
    core: Arc<Core>,
    lanes: [Lane; LaneName::ALL.len()],
    gate: Gate,
    /// The lanes that handlers work in, once they were started.
    served: OnceLock<Vec<LaneName>>,
}

impl Jobs {
    /// A core whose own workers run what it accepts.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, config: JobsConfig) -> Arc<Self> {
        let queues = queues(&config);
        let waker = Arc::new(Inline::new(queues.clone()));
        Self::assemble(Core::new(store, clock, config, waker), &queues)
    }

    /// A core that wakes jobs by other means ([`waker::pubsub`]).
    pub fn with_waker(store: Arc<dyn Store>, clock: Arc<dyn Clock>, config: JobsConfig, waker: Arc<dyn Waker>) -> Arc<Self> {
        let queues = queues(&config);
        Self::assemble(Core::new(store, clock, config, waker), &queues)
    }

    fn assemble(core: Arc<Core>, queues: &[Arc<Queue>; LaneName::ALL.len()]) -> Arc<Self> {
        let lanes = LaneName::ALL.map(|name| Lane::new(name, Arc::clone(&core), Arc::clone(&queues[name.index()])));
        Arc::new(Self { core, lanes, gate: Gate::default(), served: OnceLock::new() })
    }

    /// Makes the event durable and starts its job, unless its effect is claimed already.
    ///
    /// # Errors
    /// [`AcceptError`] when nothing was promised.
    pub async fn accept(&self, event: AcceptedEvent) -> Result<Claim, AcceptError> {
        self.core.accept(event).await
    }

    /// As [`accept`](Self::accept), for an event whose effect nobody can have claimed: it is not looked for.
    ///
    /// # Errors
    /// [`AcceptError`] when nothing was promised.
    pub async fn accept_new(&self, event: AcceptedEvent) -> Result<Claim, AcceptError> {
        self.core.accept_new(event).await
    }

    /// As [`accept`](Self::accept), but when the event's job has settled what it works on, a job that follows it is started.
    ///
    /// # Errors
    /// [`AcceptError`] when nothing was promised.
    pub async fn accept_newest(&self, event: AcceptedEvent) -> Result<Claim, AcceptError> {
        self.core.accept_newest(event).await
    }

    /// Makes sure that an open job's next attempt begins no later than then, because there is more for it to do.
    ///
    /// # Errors
    /// The store's.
    pub async fn hurry(&self, lane: LaneName, job: &JobId, at: Timestamp) -> Result<(), JobsError> {
        if self.core.hurry(job, at).await? {
            self.lane(lane).look_at_latest(job, at);
        }
        Ok(())
    }

    /// Jobs of a lane that this instance runs at once.
    pub fn workers_of(&self, lane: LaneName) -> usize {
        self.core.config.workers_of(lane)
    }

    /// One lane.
    pub fn lane(&self, name: LaneName) -> &Lane {
        &self.lanes[name.index()]
    }

    /// What becomes of reports on this instance, from now on; lossy, as all of it is in the feed and in the records.
    pub fn changes(&self) -> broadcast::Receiver<Arc<Card>> {
        self.core.changes()
    }

    /// What people do with jobs.
    pub fn operator(&self) -> Operator {
        Operator::over(Arc::clone(&self.core))
    }

    /// Looks at one job of the reports' lane and makes an attempt at it when one is due, with this handler; for tests and benches.
    pub async fn run_one(&self, handler: &dyn Handler, job: &JobId) -> Outcome {
        self.lane(LaneName::Reports).run_one(handler, job).await
    }

    /// Sweeps every lane once.
    pub async fn sweep(&self) -> SweepReport {
        let mut all = SweepReport::default();
        for lane in self.served() {
            all.add(lane.sweep().await);
        }
        all
    }

    /// How busy this instance is over all lanes; the least number of workers any lane has, and the latest job of any.
    pub async fn status(&self) -> QueueStatus {
        let mut all = QueueStatus { depth: 0, running: 0, workers_alive: usize::MAX, oldest_due: None };
        for lane in self.served() {
            let status = lane.status().await;
            all = QueueStatus {
                depth: all.depth + status.depth,
                running: all.running + status.running,
                workers_alive: all.workers_alive.min(status.workers_alive),
                oldest_due: all.oldest_due.max(status.oldest_due),
            };
        }
        all
    }

    /// How many jobs this instance's attempts ended so far, over all lanes.
    pub fn ends(&self) -> EndCounts {
        self.served().map(Lane::ends).fold(EndCounts::default(), EndCounts::plus)
    }

    /// The lanes that somebody works in; all of them as long as nobody was started.
    fn served(&self) -> impl Iterator<Item = &Lane> {
        let names = self.served.get().map_or(&LaneName::ALL[..], Vec::as_slice);
        names.iter().map(|name| self.lane(*name))
    }
}

#[async_trait]
impl Follows for Jobs {
    async fn follow(&self, event: AcceptedEvent) -> Result<(), AcceptError> {
        self.accept(event).await.map(drop)
    }
}

fn queues(config: &JobsConfig) -> [Arc<Queue>; LaneName::ALL.len()] {
    LaneName::ALL.map(|_| Arc::new(Queue::new(config.queue_limit)))
}

#[cfg(test)]
mod tests;
