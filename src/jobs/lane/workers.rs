//! The workers of one instance, and the sweepers beside them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::jobs::Jobs;
use crate::jobs::handler::Handlers;
use crate::jobs::lane::Lane;
use crate::jobs::lane::gate::{GateReading, LOOK};
use crate::jobs::outcome::Outcome;
use crate::jobs::queue::Queue;
use crate::jobs::records::{End, EndState};
use crate::jobs::stop::stop_or;
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;

/// Running workers. Dropping it without [`WorkerPool::shutdown`] leaves them to the runtime.
pub struct WorkerPool {
    tasks: TaskTracker,
    queues: Vec<Arc<Queue>>,
    stop: CancellationToken,
    abort: CancellationToken,
}

/// How much of a shutdown's time is kept for handing unfinished jobs back.
const HAND_BACK: Duration = Duration::from_secs(1);

impl Jobs {
    /// Starts the workers and the sweeper of every lane that a handler works in.
    pub fn start(self: Arc<Self>, handlers: Handlers) -> WorkerPool {
        let mut pool =
            WorkerPool { tasks: TaskTracker::new(), queues: Vec::new(), stop: CancellationToken::new(), abort: CancellationToken::new() };
        let handlers = Arc::new(handlers);
        for name in LaneName::ALL.into_iter().filter(|name| handlers.serve(*name)) {
            pool.queues.push(Arc::clone(&self.lane(name).queue));
            for _ in 0..self.core.config.workers_of(name) {
                let (jobs, handlers, stop, abort) = (Arc::clone(&self), Arc::clone(&handlers), pool.stop.clone(), pool.abort.clone());
                // Counted before it runs, so that whoever asks right after the start finds all of them.
                jobs.lane(name).counts.one_comes();
                pool.tasks.spawn(async move { jobs.work_on(name, &handlers, &stop, &abort).await });
            }
            let (jobs, stop) = (Arc::clone(&self), pool.stop.clone());
            pool.tasks.spawn(async move { jobs.lane(name).sweep_on(&stop).await });
            if handlers.all_of(name).any(|(kind, _)| kind.shares_entries) {
                let (jobs, stop) = (Arc::clone(&self), pool.stop.clone());
                pool.tasks.spawn(async move { jobs.lane(name).share_on(&stop).await });
            }
        }
        let (core, stop) = (Arc::clone(&self.core), pool.stop.clone());
        pool.tasks.spawn(async move { core.repair_on(&stop).await });
        for lane in &self.lanes {
            let _ = lane.handlers.set(Arc::clone(&handlers));
        }
        self.served.get_or_init(|| LaneName::ALL.into_iter().filter(|name| handlers.serve(*name)).collect());
        pool.tasks.close();
        pool
    }
}

impl Jobs {
    /// One worker of a lane: job after job until told to stop.
    async fn work_on(&self, name: LaneName, handlers: &Handlers, stop: &CancellationToken, abort: &CancellationToken) {
        let lane = self.lane(name);
        let _alive = lane.counts.one_came();
        let next = async || {
            self.give_way(lane).await;
            lane.queue.pop().await
        };
        while let Some(job) = stop_or(stop, next()).await {
            let asker = lane.queue.asker(&job);
            // What the job logs belongs to the request that brought it; the attempt fills in which that was.
            let span = tracing::info_span!("job", trace = tracing::field::Empty);
            let attempt = async {
                let outcome = lane.run_until(handlers, &job, abort).await;
                report(&job, &outcome);
                outcome
            };
            let outcome = attempt.instrument(span).await;
            if let Some(asker) = asker {
                // Whoever went away needs no answer.
                let _ = asker.send(outcome);
            }
        }
    }
}

impl Jobs {
    /// Waits while deliveries give way to reports.
    async fn give_way(&self, lane: &Lane) {
        if lane.name != LaneName::Deliveries {
            return;
        }
        let reports = self.lane(LaneName::Reports);
        let look = || GateReading {
            now: self.core.clock.monotonic(),
            reports: reports.queue.len(),
            workers: reports.counts.alive(),
            is_crowded: lane.queue.is_crowded(),
        };
        while self.gate.holds(look()) {
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl WorkerPool {
    /// Takes no more jobs, lets the running ones end, and hands back what is not finished shortly before the time is up. Returns whether everything ended in time.
    pub async fn shutdown(self, within: Duration) -> bool {
        self.stop.cancel();
        for queue in &self.queues {
            queue.close();
        }
        let patience = within.saturating_sub(HAND_BACK.min(within / 2));
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_ok() {
            return true;
        }
        self.abort.cancel();
        tokio::time::timeout(within.saturating_sub(patience), self.tasks.wait()).await.is_ok()
    }
}

fn report(job: &JobId, outcome: &Outcome) {
    match outcome {
        Outcome::Ended(End { state: EndState::Done, .. }) => tracing::info!(job.id = %job, job.outcome = outcome.word(), "A job ended"),
        Outcome::Ended(end) => {
            let (cause, reason) = (end.cause.as_deref(), end.message.as_deref().unwrap_or_default());
            let outcome = outcome.word();
            if end.cause.as_ref().is_some_and(|cause| *cause == Cause::Discarded) {
                tracing::info!(job.id = %job, job.outcome = outcome, job.cause = cause, "A person discarded a job");
            } else {
                tracing::warn!(job.id = %job, job.outcome = outcome, job.cause = cause, "A job waits for a person: {reason}");
            }
        }
        Outcome::Again { due, cause, message, .. } if cause.is_patient() => {
            tracing::info!(job.id = %job, job.cause = cause.as_str(), job.due = %due, "A job is tried again: {message}");
        }
        Outcome::Again { due, cause, message, .. } => {
            tracing::warn!(job.id = %job, job.cause = cause.as_str(), job.due = %due, "A job is tried again: {message}");
        }
        Outcome::Trouble(error) => {
            tracing::error!(job.id = %job, %error, "The core could not do its part for a job; a sweep comes by later");
        }
        Outcome::NoHandler(kind) => {
            tracing::warn!(job.id = %job, job.kind = kind.as_str(), "A job of an unknown kind is left to an instance of a newer release");
        }
        Outcome::LeaseLost => tracing::warn!(job.id = %job, "A job was taken over by another instance"),
        other => tracing::debug!(job.id = %job, job.outcome = other.word(), "Nothing to do for a job"),
    }
}

/// Who is at work.
#[derive(Debug, Default)]
pub(crate) struct WorkerCounts {
    alive: AtomicUsize,
    running: AtomicUsize,
    done: AtomicU64,
    parked: AtomicU64,
    dead: AtomicU64,
}

/// How many jobs this instance's attempts ended, by how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EndCounts {
    /// Their effect happened.
    pub done: u64,
    /// A person must act.
    pub parked: u64,
    /// Given up.
    pub dead: u64,
}

impl EndCounts {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { done: self.done + other.done, parked: self.parked + other.parked, dead: self.dead + other.dead }
    }
}

/// Counts one until it is dropped.
pub(crate) struct CountedWorker<'a>(&'a AtomicUsize);

impl Drop for CountedWorker<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl WorkerCounts {
    /// A worker is about to begin.
    fn one_comes(&self) {
        self.alive.fetch_add(1, Ordering::Relaxed);
    }

    /// The worker that was announced; it leaves when this is dropped.
    fn one_came(&self) -> CountedWorker<'_> {
        CountedWorker(&self.alive)
    }

    pub(crate) fn one_more_running(&self) -> CountedWorker<'_> {
        self.running.fetch_add(1, Ordering::Relaxed);
        CountedWorker(&self.running)
    }

    /// Counts an attempt that ended its job.
    pub(crate) fn count(&self, outcome: &Outcome) {
        let Outcome::Ended(End { state, .. }) = outcome else { return };
        let counter = match state {
            EndState::Done => &self.done,
            EndState::Parked => &self.parked,
            EndState::Dead => &self.dead,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn ends(&self) -> EndCounts {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        EndCounts { done: of(&self.done), parked: of(&self.parked), dead: of(&self.dead) }
    }

    pub(crate) fn alive(&self) -> usize {
        self.alive.load(Ordering::Relaxed)
    }

    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }
}
