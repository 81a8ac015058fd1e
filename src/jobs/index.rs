//! Accepting an event: the one claim that makes its effect happen, and happen once.

use std::time::Duration;

use crate::jobs::Jobs;
use crate::jobs::error::{AcceptError, JobsError};
use crate::jobs::handler::AcceptedEvent;
use crate::jobs::records::{self, End, EventRecord, RecordName};
use crate::jobs::state::{Job, JobState, Plan, later};
use crate::model::ids::JobId;
use crate::signing::sha256;
use crate::storage::{PutMode, StoreError};

/// What became of an event that is durable now.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// It is new; its job was started.
    Started {
        /// The job.
        job: JobId,
    },
    /// The same effect was claimed before and is not finished.
    InFlight {
        /// The job.
        job: JobId,
        /// Whether it has recorded a step: what it works on is settled, and it looks for nothing newer.
        begun: bool,
    },
    /// The same effect was claimed before, and this is how it ended.
    Finished {
        /// The job.
        job: JobId,
        /// Its end.
        end: End,
        /// Whether it had recorded a step.
        begun: bool,
    },
}

impl Claim {
    /// The job.
    pub fn job(&self) -> &JobId {
        match self {
            Self::Started { job } | Self::InFlight { job, .. } | Self::Finished { job, .. } => job,
        }
    }
}

/// When the platform should try again what the store could not take.
const RETRY_UNAVAILABLE: Duration = Duration::from_secs(5);
/// When it should try again what would wait too long.
const RETRY_SATURATED: Duration = Duration::from_secs(10);

/// The job that makes this effect happen. The same effect is always the same job, on every instance.
pub fn job_id(effect_key: &str) -> JobId {
    JobId::from_digest(sha256(effect_key.as_bytes()))
}

impl Jobs {
    /// Makes the event durable and starts its job, unless its effect is claimed already.
    ///
    /// When this returns `Ok`, the event survives anything. The event's record is create-only and its name derives from the effect, so of any number of callers, on any number of instances, exactly one hears `Started`.
    ///
    /// # Errors
    /// [`AcceptError`] when nothing was promised.
    pub async fn accept(&self, event: AcceptedEvent) -> Result<Claim, AcceptError> {
        let job = job_id(&event.effect_key);
        if let Some(known) = self.known(&job).await.map_err(unavailable)? {
            return Ok(known);
        }
        if self.queue.is_full() {
            return Err(AcceptError::Saturated { retry_after: RETRY_SATURATED });
        }
        let due = later(self.clock.now(), self.config.accept_grace);
        // The pointer comes first: whatever is accepted can be found, whenever the process dies.
        self.point_to("due", &job, due).await.map_err(unavailable)?;
        let record = EventRecord { event, due };
        match self.write("event", &RecordName::Event.key(&job), &record, PutMode::Create).await {
            Ok(_) => {
                self.wake(&job).await;
                Ok(Claim::Started { job })
            }
            Err(JobsError::Store(StoreError::AlreadyExists { .. })) => {
                let known = self.known(&job).await.map_err(unavailable)?;
                Ok(known.unwrap_or(Claim::InFlight { job, begun: false }))
            }
            Err(error) => Err(unavailable(error)),
        }
    }

    /// What became of the effect, when it is claimed already.
    async fn known(&self, id: &JobId) -> Result<Option<Claim>, JobsError> {
        let key = RecordName::Event.key(id);
        let Some((record, _)) = records::read::<EventRecord>(&*self.store, &key).await? else { return Ok(None) };
        let Some(job) = records::read_job(&*self.store, id).await? else { return Ok(None) };
        let state = job.state();
        if job.attempts() == 0 && !matches!(state, JobState::Ended(_)) {
            // Seen is not yet durable: the winner may still be syncing. Losing to it for real makes it so.
            match self.store.put(&key, serialised(&record, &key)?, PutMode::Create).await {
                Ok(_) | Err(StoreError::AlreadyExists { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let begun = !job.steps.is_empty();
        Ok(Some(match state {
            JobState::Ended(end) => Claim::Finished { job: id.clone(), end, begun },
            JobState::Waiting { .. } | JobState::Running { .. } => {
                self.wake_if_overdue(&job).await;
                Claim::InFlight { job: id.clone(), begun }
            }
        }))
    }

    async fn wake_if_overdue(&self, job: &Job) {
        let now = self.clock.now();
        let is_due = match job.state() {
            JobState::Waiting { due } => due <= now,
            JobState::Running { .. } => matches!(job.plan(now, self.config.skew), Plan::TakeOver { .. }),
            JobState::Ended(_) => false,
        };
        if is_due {
            self.wake(&job.id).await;
        }
    }

    /// Asks for the job to be run; when nobody can be asked, a sweep finds it.
    pub(crate) async fn wake(&self, job: &JobId) -> bool {
        match self.waker.wake(job).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(job.id = %job, %error, "A job waits for the next sweep, because nobody could be asked to run it");
                false
            }
        }
    }
}

fn serialised(record: &EventRecord, key: &str) -> Result<bytes::Bytes, JobsError> {
    serde_json::to_vec(record).map(Into::into).map_err(|error| JobsError::Unreadable { key: key.to_owned(), message: error.to_string() })
}

fn unavailable(source: JobsError) -> AcceptError {
    let asked = match &source {
        JobsError::Store(StoreError::Unavailable { retry_after, .. }) => *retry_after,
        _ => None,
    };
    AcceptError::Unavailable { retry_after: asked.unwrap_or(RETRY_UNAVAILABLE), source }
}
