//! The workers of one instance, and the sweeper beside them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::jobs::Jobs;
use crate::jobs::handler::Handler;
use crate::jobs::queue::Queue;
use crate::jobs::records::{End, EndState};
use crate::jobs::worker::Outcome;
use crate::model::ids::JobId;

/// Running workers. Dropping it without [`WorkerPool::shutdown`] leaves them to the runtime.
pub struct WorkerPool {
    tasks: TaskTracker,
    queue: Arc<Queue>,
    stop: CancellationToken,
    abort: CancellationToken,
}

/// How much of a shutdown's time is kept for handing unfinished jobs back.
const HAND_BACK: Duration = Duration::from_secs(1);

impl Jobs {
    /// Starts the workers and the sweeper.
    #[expect(clippy::needless_pass_by_value, reason = "the workers own it as long as they run")]
    pub fn start(self: Arc<Self>, handler: Arc<dyn Handler>) -> WorkerPool {
        let (tasks, queue) = (TaskTracker::new(), Arc::clone(&self.queue));
        let pool = WorkerPool { tasks, queue, stop: CancellationToken::new(), abort: CancellationToken::new() };
        for _ in 0..self.config.workers {
            let (core, handler, stop, abort) = (Arc::clone(&self), Arc::clone(&handler), pool.stop.clone(), pool.abort.clone());
            // Counted before it runs, so that whoever asks right after the start finds the whole crew.
            core.crew.one_comes();
            pool.tasks.spawn(async move { core.work_on(&*handler, &stop, &abort).await });
        }
        let (core, stop) = (self, pool.stop.clone());
        pool.tasks.spawn(async move { core.sweep_on(&stop).await });
        pool.tasks.close();
        pool
    }

    /// One worker: job after job until told to stop.
    async fn work_on(&self, handler: &dyn Handler, stop: &CancellationToken, abort: &CancellationToken) {
        let _alive = self.crew.one_came();
        while let Some(job) = stop_or(stop, self.queue.pop()).await {
            let asker = self.queue.asker(&job);
            // What the job logs belongs to the request that brought it; the attempt fills in which that was.
            let span = tracing::info_span!("job", trace = tracing::field::Empty);
            let attempt = async {
                let outcome = self.run_until(handler, &job, abort).await;
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

impl WorkerPool {
    /// Takes no more jobs, lets the running ones end, and hands back what is not finished shortly before the time is up. Returns whether everything ended in time.
    pub async fn shutdown(self, within: Duration) -> bool {
        self.stop.cancel();
        self.queue.close();
        let patience = within.saturating_sub(HAND_BACK.min(within / 2));
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_ok() {
            return true;
        }
        self.abort.cancel();
        tokio::time::timeout(within.saturating_sub(patience), self.tasks.wait()).await.is_ok()
    }
}

/// The work's result, or `None` when it is time to stop.
pub(crate) async fn stop_or<T>(stop: &CancellationToken, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        () = stop.cancelled() => None,
        done = work => Some(done),
    }
}

fn report(job: &JobId, outcome: &Outcome) {
    match outcome {
        Outcome::Ended(end) => {
            tracing::info!(job.id = %job, job.outcome = outcome.word(), job.cause = end.cause.as_deref(), "A job ended");
        }
        Outcome::Again { due, cause } => tracing::info!(job.id = %job, job.cause = cause.as_str(), job.due = %due, "A job is tried again"),
        Outcome::Trouble(error) => {
            tracing::error!(job.id = %job, %error, "The core could not do its part for a job; a sweep comes by later");
        }
        Outcome::LeaseLost => tracing::warn!(job.id = %job, "A job was taken over by another instance"),
        other => tracing::debug!(job.id = %job, job.outcome = other.word(), "Nothing to do for a job"),
    }
}

/// Who is at work.
#[derive(Debug, Default)]
pub(crate) struct Crew {
    alive: AtomicUsize,
    running: AtomicUsize,
    done: AtomicU64,
    parked: AtomicU64,
    dead: AtomicU64,
}

/// How many jobs this instance's attempts ended, by how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ends {
    /// Their effect happened.
    pub done: u64,
    /// A person must act.
    pub parked: u64,
    /// Given up.
    pub dead: u64,
}

/// Counts one until it is dropped.
pub(crate) struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Crew {
    /// A worker is about to begin.
    fn one_comes(&self) {
        self.alive.fetch_add(1, Ordering::Relaxed);
    }

    /// The worker that was announced; it leaves when this is dropped.
    fn one_came(&self) -> Counted<'_> {
        Counted(&self.alive)
    }

    pub(crate) fn one_more_running(&self) -> Counted<'_> {
        self.running.fetch_add(1, Ordering::Relaxed);
        Counted(&self.running)
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

    pub(crate) fn ends(&self) -> Ends {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Ends { done: of(&self.done), parked: of(&self.parked), dead: of(&self.dead) }
    }

    pub(crate) fn alive(&self) -> usize {
        self.alive.load(Ordering::Relaxed)
    }

    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }
}
