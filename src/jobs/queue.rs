//! The jobs waiting for a worker of this instance: bounded, each at most once. Only a hint; the truth is in the store.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

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

    /// Notes that the job is worked on here without having waited; `false` when it was here already.
    pub(crate) fn enter(&self, job: &JobId) -> bool {
        self.lock().here.insert(job.clone())
    }

    /// Whether the job waits or runs here.
    pub(crate) fn holds(&self, job: &JobId) -> bool {
        self.lock().here.contains(job)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.lock().waiting.len() >= self.limit
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
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
