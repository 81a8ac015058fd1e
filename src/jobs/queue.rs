//! The jobs waiting for a worker of this instance: bounded, each at most once. Only a hint; the truth is in the store.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

use crate::jobs::outcome::Outcome;
use crate::model::ids::JobId;

#[derive(Debug)]
pub(crate) struct Queue {
    limit: usize,
    lines: Mutex<Lines>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Lines {
    waiting: VecDeque<JobId>,
    /// Waiting or running here.
    here: HashSet<JobId>,
    /// Who asked for a job that waits here, and wants to hear what came of it.
    asked: HashMap<JobId, oneshot::Sender<Outcome>>,
    /// Nobody takes jobs from here any more.
    closed: bool,
}

/// What became of asking for a job to be run here.
#[derive(Debug)]
pub(crate) enum Enqueued {
    /// It waits for a worker; this tells what came of it.
    Waits(oneshot::Receiver<Outcome>),
    /// It waits or runs here already.
    HereAlready,
    /// Nobody takes jobs from here any more.
    Closed,
}

impl Queue {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, lines: Mutex::default(), arrived: Notify::new() }
    }

    /// Lets the job wait for a worker; `false` when too many wait already.
    pub(crate) fn push(&self, job: &JobId) -> bool {
        let mut lines = self.lock();
        if lines.here.contains(job) {
            return true;
        }
        if lines.waiting.len() >= self.limit {
            return false;
        }
        lines.here.insert(job.clone());
        lines.waiting.push_back(job.clone());
        drop(lines);
        self.arrived.notify_one();
        true
    }

    /// Lets the job wait for a worker, and tells what came of it; as a worker runs it, it goes on when the caller does not.
    pub(crate) fn ask(&self, job: &JobId) -> Enqueued {
        let mut lines = self.lock();
        if lines.closed {
            return Enqueued::Closed;
        }
        if !lines.here.insert(job.clone()) {
            return Enqueued::HereAlready;
        }
        let (sender, receiver) = oneshot::channel();
        lines.asked.insert(job.clone(), sender);
        lines.waiting.push_back(job.clone());
        drop(lines);
        self.arrived.notify_one();
        Enqueued::Waits(receiver)
    }

    /// Who asked for a job that was just taken from the line.
    pub(crate) fn asker(&self, job: &JobId) -> Option<oneshot::Sender<Outcome>> {
        self.lock().asked.remove(job)
    }

    /// Nobody takes jobs from here any more: whoever asked for one that was not begun hears so at once.
    pub(crate) fn close(&self) {
        let mut lines = self.lock();
        lines.closed = true;
        lines.asked.clear();
    }

    /// The next job; waits until there is one.
    pub(crate) async fn pop(&self) -> JobId {
        loop {
            let arrived = self.arrived.notified();
            if let Some(job) = self.try_pop() {
                return job;
            }
            arrived.await;
        }
    }

    fn try_pop(&self) -> Option<JobId> {
        let mut lines = self.lock();
        let job = lines.waiting.pop_front()?;
        // One notification may stand for several jobs.
        if !lines.waiting.is_empty() {
            self.arrived.notify_one();
        }
        Some(job)
    }

    /// The job is no longer worked on here.
    pub(crate) fn done(&self, job: &JobId) {
        self.lock().here.remove(job);
    }

    /// Notes that the job is worked on here, whether or not it waited, until the answer is dropped.
    pub(crate) fn enter<'a>(&'a self, job: &'a JobId) -> Here<'a> {
        self.lock().here.insert(job.clone());
        Here { queue: self, job }
    }

    /// Whether the job waits or runs here.
    pub(crate) fn holds(&self, job: &JobId) -> bool {
        self.lock().here.contains(job)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.lock().waiting.len() >= self.limit
    }

    /// Whether half of what may wait here does.
    pub(crate) fn is_crowded(&self) -> bool {
        self.lock().waiting.len() >= self.limit / 2
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job that is worked on here, however the work ends.
pub(crate) struct Here<'a> {
    queue: &'a Queue,
    job: &'a JobId,
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        self.queue.done(self.job);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(n: u8) -> JobId {
        JobId::from_digest([n; 32])
    }

    #[tokio::test]
    async fn a_job_waits_once_and_may_wait_again_when_done() {
        let queue = Queue::new(2);
        assert!(queue.push(&job(1)) && queue.push(&job(1)));
        assert_eq!(queue.len(), 1);
        assert_eq!(queue.pop().await, job(1));
        assert!(queue.push(&job(1)) && queue.len() == 0, "a running job does not wait as well");
        queue.done(&job(1));
        assert!(queue.push(&job(1)) && queue.len() == 1);
    }

    #[test]
    fn a_full_queue_says_so() {
        let queue = Queue::new(1);
        assert!(queue.push(&job(1)) && queue.is_full());
        assert!(!queue.push(&job(2)) && !queue.holds(&job(2)));
    }
}
