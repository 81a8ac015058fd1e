//! Accepting an event: the one claim that makes its effect happen, and happen once.

use std::time::Duration;

use crate::jobs::ask::Ask;
use crate::jobs::core::Core;
use crate::jobs::error::{AcceptError, JobsError};
use crate::jobs::feed;
use crate::jobs::handler::AcceptedEvent;
use crate::jobs::reading;
use crate::jobs::records::{self, End, EndState, EventRecord, RecordName, RoundAction};
use crate::jobs::state::{Job, JobState, NextStep, later};
use crate::jobs::write::serialised;
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::signing::sha256;
use crate::storage::key::ObjectKey;
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

    /// Whether it had recorded a step: what it works on is settled, and it looks for nothing newer.
    pub fn has_begun(&self) -> bool {
        matches!(self, Self::InFlight { begun: true, .. } | Self::Finished { begun: true, .. })
    }
}

/// When the platform should try again what the store could not take.
const RETRY_UNAVAILABLE: Duration = Duration::from_secs(5);
/// When it should try again what would wait too long.
const RETRY_SATURATED: Duration = Duration::from_secs(10);

/// When so much time passed between pointer and event, the pointer is written once more; sweeps leave a pointer without a job alone for longer.
const POINT_AGAIN: Duration = Duration::from_mins(1);

/// The job that makes this effect happen. The same effect is always the same job, on every instance.
pub fn job_id(effect_key: &str) -> JobId {
    JobId::from_digest(sha256(effect_key.as_bytes()))
}

impl Core {
    /// Makes the event durable and starts its job, unless its effect is claimed already.
    ///
    /// When this returns `Ok`, the event survives anything. The event's record is create-only and its name derives from the effect, so of any number of callers, on any number of instances, exactly one hears `Started`.
    ///
    /// # Errors
    /// [`AcceptError`] when nothing was promised.
    pub(crate) async fn accept(&self, event: AcceptedEvent) -> Result<Claim, AcceptError> {
        let job = job_id(&event.effect_key);
        let known = match self.known(&job).await {
            Err(JobsError::Unreadable { .. }) if self.restore(&job, &event).await.map_err(unavailable)? => self.known(&job).await,
            known => known,
        };
        if let Some(known) = known.map_err(unavailable)? {
            return self.take_up(known, event).await.map_err(unavailable);
        }
        self.accept_new(event).await
    }

    /// As [`accept`](Self::accept) for an event whose effect nobody can have claimed, because its key was made by chance a moment ago: it is not looked for.
    pub(crate) async fn accept_new(&self, event: AcceptedEvent) -> Result<Claim, AcceptError> {
        let job = job_id(&event.effect_key);
        if self.waker.is_saturated(event.lane) {
            return Err(AcceptError::Saturated { retry_after: RETRY_SATURATED });
        }
        let (began, due) = (self.clock.monotonic(), later(self.clock.now(), self.config.accept_grace));
        // The pointer comes first: whatever is accepted can be found, whenever the process dies.
        self.point_to("due", event.lane, &job, due).await.map_err(unavailable)?;
        let (lane, record) = (event.lane, EventRecord { event, due });
        let key = RecordName::Event.key(&job);
        let bytes = serialised(&key, &record).map_err(unavailable)?;
        let size = bytes.len();
        match self.write_bytes("event", &key, bytes, PutMode::Create).await {
            Ok(_) => {
                // Whoever slept long between the two may find the pointer cleaned away as one that leads nowhere.
                if self.clock.monotonic().saturating_sub(began) >= POINT_AGAIN {
                    self.point_to("due", lane, &job, due).await.map_err(unavailable)?;
                }
                self.tell_change(lane, || feed::current(&Job::new(job.clone(), record.clone())));
                self.keep_fresh(&job, record, size);
                self.wake(lane, &job).await;
                Ok(Claim::Started { job })
            }
            Err(JobsError::Store(StoreError::AlreadyExists { .. })) => {
                // Where reading finds nothing, something else lies in the event's place: nothing is promised on it.
                let nothing =
                    || JobsError::Unreadable { key: RecordName::Event.key(&job), message: "it exists, but cannot be found".to_owned() };
                self.known(&job).await.and_then(|known| known.ok_or_else(nothing)).map_err(unavailable)
            }
            Err(error) => Err(unavailable(error)),
        }
    }

    /// As [`accept`](Self::accept) for an event that looks the same whether it is repeated or speaks of something newer: when its job has settled what it works on, a job that follows it is started, and so on.
    ///
    /// A mark tells the newest follower, so that it costs the same however many there are. The mark is a hint: from an older one the way is longer.
    pub(crate) async fn accept_newest(&self, event: AcceptedEvent) -> Result<Claim, AcceptError> {
        let (first, first_effect) = (job_id(&event.effect_key), event.effect_key.clone());
        let mark = ObjectKey::Newest { job: &first }.path();
        let follower = |job: &JobId| AcceptedEvent { effect_key: format!("{first_effect}/after/{job}"), ..event.clone() };
        let marked = self.store.get(&mark).await.map_err(|error| unavailable(error.into()))?;
        let marked = marked.and_then(|(bytes, _)| JobId::parse(std::str::from_utf8(&bytes).ok()?));
        let mut claim = match marked {
            Some(newest) => self.known(&newest).await.map_err(unavailable)?,
            None => None,
        };
        let mut walked = 0;
        loop {
            claim = match claim {
                None => Some(self.accept(event.clone()).await?),
                Some(claim) if !claim.has_begun() => {
                    // Only a hint, so a failure to write it costs the next one a longer way.
                    if walked > 0 && self.store.put(&mark, claim.job().to_string().into(), PutMode::Overwrite).await.is_err() {
                        tracing::debug!(job.id = %claim.job(), "The mark of the newest follower could not be written");
                    }
                    return Ok(claim);
                }
                Some(claim) => {
                    walked += 1;
                    Some(self.accept(follower(claim.job())).await?)
                }
            };
        }
    }

    /// What became of the effect, when it is claimed already.
    async fn known(&self, id: &JobId) -> Result<Option<Claim>, JobsError> {
        let key = RecordName::Event.key(id);
        let Some((record, _)) = records::read::<EventRecord>(&*self.store, &key).await? else { return Ok(None) };
        let Some(job) = reading::read_job(&*self.store, id).await? else { return Ok(None) };
        let state = job.state();
        if job.attempts() == 0 && !matches!(state, JobState::Ended(_)) {
            // Seen is not yet durable: the winner may still be syncing. Losing to it for real makes it so.
            match self.store.put(&key, serialised(&key, &record)?, PutMode::Create).await {
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

    /// When the effect was asked for before and its job failed, the later event takes over with what it brings anew (the student's new address).
    async fn take_up(&self, known: Claim, event: AcceptedEvent) -> Result<Claim, JobsError> {
        let Claim::Finished { job: id, end, .. } = &known else { return Ok(known) };
        let is_settled = end.state == EndState::Done
            || matches!(end.cause, Some(Cause::Discarded | Cause::MailAmbiguous | Cause::WorkerDied | Cause::HandlerPanicked));
        if is_settled || event.park.is_some() {
            return Ok(known);
        }
        let Some(job) = self.job(id).await?.filter(|job| job.event.event.payload != event.payload) else { return Ok(known) };
        match self.open_round(&job, RoundAction::Run, Some(event.payload), Ask::default()).await {
            Ok(()) => Ok(Claim::Started { job: id.clone() }),
            // Another one took it up at this moment.
            Err(JobsError::WrongState { .. }) => Ok(Claim::InFlight { job: id.clone(), begun: false }),
            Err(error) => Err(error),
        }
    }

    /// Replaces an acceptance that is damaged or was removed by hand by the same event, now that it came again; whether it did.
    async fn restore(&self, id: &JobId, event: &AcceptedEvent) -> Result<bool, JobsError> {
        let key = RecordName::Event.key(id);
        let mode = match self.store.get(&key).await? {
            Some((bytes, _)) if serde_json::from_slice::<EventRecord>(&bytes).is_ok() => return Ok(false),
            Some((_, version)) => PutMode::Update(version),
            None => PutMode::Create,
        };
        let due = later(self.now(), self.config.accept_grace);
        self.point_to("due", event.lane, id, due).await?;
        self.write("event", &key, &EventRecord { event: event.clone(), due }, mode).await?;
        tracing::warn!(job.id = %id, "A damaged acceptance was written anew from the same event");
        Ok(true)
    }

    async fn wake_if_overdue(&self, job: &Job) {
        let now = self.clock.now();
        let is_due = match job.state() {
            JobState::Waiting { due } => due <= now,
            JobState::Running { .. } => matches!(self.next_step(job), NextStep::TakeOver { .. }),
            JobState::Ended(_) => false,
        };
        if is_due {
            self.wake(job.lane(), &job.id).await;
        }
    }
}

fn unavailable(source: JobsError) -> AcceptError {
    let asked = match &source {
        JobsError::Store(StoreError::Unavailable { retry_after, .. }) => *retry_after,
        _ => None,
    };
    AcceptError::Unavailable { retry_after: asked.unwrap_or(RETRY_UNAVAILABLE), source }
}
