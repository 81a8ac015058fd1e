//! The workers of one instance, and the sweeper beside them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::jobs::Jobs;
use crate::jobs::handler::Handler;
use crate::jobs::worker::Outcome;
use crate::model::ids::JobId;

/// Running workers. Dropping it without [`WorkerPool::shutdown`] leaves them to the runtime.
pub struct WorkerPool {
    tasks: TaskTracker,
    stop: CancellationToken,
    abort: CancellationToken,
}

/// How much of a shutdown's time is kept for handing unfinished jobs back.
const HAND_BACK: Duration = Duration::from_secs(1);

impl Jobs {
    /// Starts the workers and the sweeper.
    #[expect(clippy::needless_pass_by_value, reason = "the workers own it as long as they run")]
    pub fn start(self: Arc<Self>, handler: Arc<dyn Handler>) -> WorkerPool {
        let pool = WorkerPool { tasks: TaskTracker::new(), stop: CancellationToken::new(), abort: CancellationToken::new() };
        for _ in 0..self.config.workers {
            let (core, handler, stop, abort) = (Arc::clone(&self), Arc::clone(&handler), pool.stop.clone(), pool.abort.clone());
            pool.tasks.spawn(async move { core.work_on(&*handler, &stop, &abort).await });
        }
        let (core, stop) = (self, pool.stop.clone());
        pool.tasks.spawn(async move { core.sweep_on(&stop).await });
        pool.tasks.close();
        pool
    }

    /// One worker: job after job until told to stop.
    async fn work_on(&self, handler: &dyn Handler, stop: &CancellationToken, abort: &CancellationToken) {
        let _alive = self.crew.one_more_alive();
        while let Some(job) = stop_or(stop, self.queue.pop()).await {
            let outcome = self.run_until(handler, &job, abort).await;
            report(&job, &outcome);
        }
    }
}

impl WorkerPool {
    /// Takes no more jobs, lets the running ones end, and hands back what is not finished shortly before the time is up. Returns whether everything ended in time.
    pub async fn shutdown(self, within: Duration) -> bool {
        self.stop.cancel();
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
}

/// Counts one while it exists.
pub(crate) struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Self(counter)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Crew {
    pub(crate) fn one_more_alive(&self) -> Counted<'_> {
        Counted::new(&self.alive)
    }

    pub(crate) fn one_more_running(&self) -> Counted<'_> {
        Counted::new(&self.running)
    }

    pub(crate) fn alive(&self) -> usize {
        self.alive.load(Ordering::Relaxed)
    }

    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }
}
