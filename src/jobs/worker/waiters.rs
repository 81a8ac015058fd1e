//! Callers that wait for a job's end.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::jobs::records::End;
use crate::model::ids::JobId;

#[derive(Debug, Default)]
pub(crate) struct Waiters {
    by_job: Mutex<HashMap<JobId, Vec<oneshot::Sender<End>>>>,
}

impl Waiters {
    /// Hears of the job's end from now on.
    pub(crate) fn listen(&self, job: &JobId) -> oneshot::Receiver<End> {
        let (sender, receiver) = oneshot::channel();
        let mut by_job = self.by_job.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever gave up waiting is forgotten here, by the next one to come.
        by_job.retain(|_, senders| {
            senders.retain(|sender| !sender.is_closed());
            !senders.is_empty()
        });
        by_job.entry(job.clone()).or_default().push(sender);
        receiver
    }

    /// Tells everyone who waits.
    pub(crate) fn tell(&self, job: &JobId, end: &End) {
        let senders = self.by_job.lock().unwrap_or_else(PoisonError::into_inner).remove(job).unwrap_or_default();
        for sender in senders {
            // Whoever gave up waiting needs no answer.
            let _ = sender.send(end.clone());
        }
    }
}
