//! Callers that wait for a job's end.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::jobs::records::End;
use crate::model::ids::JobId;

/// Who waits, by job. Coming, going and telling cost the same however many wait.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    by_job: Mutex<HashMap<JobId, watch::Sender<Option<End>>>>,
}

/// Hears of one job's end; goes away when dropped.
pub(crate) struct Listener<'a> {
    waiters: &'a Waiters,
    job: &'a JobId,
    ends: watch::Receiver<Option<End>>,
}

impl Waiters {
    /// Hears of the job's end from now on.
    pub(crate) fn listen<'a>(&'a self, job: &'a JobId) -> Listener<'a> {
        let mut by_job = self.lock();
        let sender = by_job.entry(job.clone()).or_insert_with(|| watch::Sender::new(None));
        Listener { waiters: self, job, ends: sender.subscribe() }
    }

    /// Tells everyone who waits.
    pub(crate) fn tell(&self, job: &JobId, end: &End) {
        // Told under the lock, so that a listener that goes away knows whether its sender is still kept here.
        let mut by_job = self.lock();
        if let Some(sender) = by_job.remove(job) {
            sender.send_replace(Some(end.clone()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, watch::Sender<Option<End>>>> {
        self.by_job.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener<'_> {
    /// The end, once it is told; never when nobody tells it.
    pub(crate) async fn end(&mut self) -> End {
        loop {
            if let Some(end) = self.ends.borrow_and_update().clone() {
                return end;
            }
            if self.ends.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }
}

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        let mut by_job = self.waiters.lock();
        // A sender that was told is kept here no more. This listener still counts as a receiver.
        let is_kept = self.ends.borrow().is_none();
        if is_kept && by_job.get(self.job).is_some_and(|sender| sender.receiver_count() <= 1) {
            by_job.remove(self.job);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::records::EndState;

    fn end(at: &str) -> End {
        End { state: EndState::Done, cause: None, message: None, summary: serde_json::Value::Null, at: at.parse().unwrap() }
    }

    #[tokio::test]
    async fn everyone_who_waits_is_told_and_nobody_is_kept_who_left() {
        let (waiters, job) = (Waiters::default(), JobId::from_digest([1; 32]));
        let (mut first, mut second, third) = (waiters.listen(&job), waiters.listen(&job), waiters.listen(&job));
        drop(third);
        let told = end("2026-03-01T10:00:00Z");
        waiters.tell(&job, &told);
        let mut later = waiters.listen(&job);
        assert_eq!((first.end().await, second.end().await), (told.clone(), told));
        drop((first, second));
        let told = end("2026-03-01T11:00:00Z");
        waiters.tell(&job, &told);
        assert_eq!(later.end().await, told, "a listener of the next round is not lost with those of the last");
        drop(later);
        drop(waiters.listen(&job));
        assert!(waiters.lock().is_empty());
    }
}
