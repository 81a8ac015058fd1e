//! The right to work on a job: taken create-only, kept by renewal, lost by being fenced.

use std::time::Duration;

use tokio::sync::Mutex;

use crate::jobs::core::Core;
use crate::jobs::error::JobsError;
use crate::jobs::handler::JobError;
use crate::jobs::records::{self, LeaseRecord, RecordName, VERSION};
use crate::jobs::state::{HeldLease, Job, later};
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::storage::{PutMode, StoreError, Version};

/// One attempt's hold on its job.
///
/// As long as the owner is seen to renew nobody takes the job over; whoever does so later first marks this lease fenced, by compare-and-swap on the version that a renewal would need too.
/// So either the owner renews and the other gives way, or the lease is fenced and every later renewal fails: the owner cannot believe it still holds the job.
pub(crate) struct Lease<'a> {
    core: &'a Core,
    job: JobId,
    pub(crate) attempt: u32,
    hold: Mutex<Option<Hold>>,
}

/// A lease that is held.
#[derive(Debug, Clone)]
struct Hold {
    record: LeaseRecord,
    version: Version,
    /// When it was last confirmed, by the steady clock.
    confirmed: Duration,
}

/// Why a lease could not be confirmed.
#[derive(Debug)]
pub(crate) enum NotHeld {
    /// Another attempt has the job.
    Lost,
    /// The store did not tell.
    Unknown(JobsError),
}

impl From<NotHeld> for JobError {
    fn from(not_held: NotHeld) -> Self {
        match not_held {
            NotHeld::Lost => Self::retry(Cause::LeaseLost, "another instance took the job over, because this one showed no sign of life"),
            NotHeld::Unknown(error) => Self::retry(Cause::StorageUnavailable, error.to_string()),
        }
    }
}

impl<'a> Lease<'a> {
    /// Takes the lease of the next attempt; `None` when another was faster. `from` is the expired lease to fence first.
    pub(crate) async fn take(core: &'a Core, job: &Job, attempt: u32, from: Option<&HeldLease>) -> Result<Option<Self>, JobsError> {
        if let Some(held) = from
            && !fence(core, &job.id, attempt - 1, held).await?
        {
            return Ok(None);
        }
        let now = core.clock.now();
        let record = LeaseRecord {
            version: VERSION,
            owner: core.new_owner(),
            round: job.round,
            taken_at: now,
            until: later(now, core.config.lease),
            fenced: false,
            watched: core.is_watched().await,
            committed: false,
        };
        let key = RecordName::Lease(attempt).key(&job.id);
        // That an attempt began must outlive a power cut, as it may have sent something; whose it was need not, as nobody lives through one.
        let version = match core.create_volatile("lease", &key, &record).await {
            Ok(version) => version,
            Err(JobsError::Store(StoreError::AlreadyExists { .. })) => {
                // A bucket may have kept a write whose answer was lost, so our own name may stand there.
                match records::read::<LeaseRecord>(&*core.store, &key).await? {
                    Some((standing, version)) if standing.owner == record.owner => version,
                    _ => return Ok(None),
                }
            }
            Err(error) => return Err(error),
        };
        let confirmed = core.clock.monotonic();
        Ok(Some(Self { core, job: job.id.clone(), attempt, hold: Mutex::new(Some(Hold { record, version, confirmed })) }))
    }

    /// Confirms the hold for another full term.
    pub(crate) async fn renew(&self) -> Result<(), NotHeld> {
        self.confirm(false).await
    }

    /// Confirms the hold right before what cannot be undone; from here on nobody takes the owner for dead on a hint.
    ///
    /// A lease that was committed or taken a moment ago is only looked at, which a bucket with a retention policy allows, too: nobody may take it over for most of its term, and whoever fences it has marked it.
    pub(crate) async fn commit(&self) -> Result<(), NotHeld> {
        let mut hold = self.hold.lock().await;
        let held = hold.as_ref().ok_or(NotHeld::Lost)?;
        let is_fresh = self.core.clock.monotonic().saturating_sub(held.confirmed) < self.core.config.lease / 3;
        // Where no sign of life is looked at (a bucket), nobody takes a hint, and there is nothing to mark.
        let is_marked = held.record.committed || !held.record.watched;
        if !is_fresh || !is_marked {
            drop(hold);
            return self.confirm(true).await;
        }
        let (key, owner, confirmed) = (RecordName::Lease(self.attempt).key(&self.job), held.record.owner.clone(), held.confirmed);
        let standing = self.after_conflict(&owner, &key).await.map_err(NotHeld::Unknown)?;
        // Looking is no renewal: the term goes on from the last one.
        *hold = standing.map(|hold| Hold { confirmed, ..hold });
        hold.is_some().then_some(()).ok_or(NotHeld::Lost)
    }

    async fn confirm(&self, commits: bool) -> Result<(), NotHeld> {
        let mut hold = self.hold.lock().await;
        let held = hold.as_ref().ok_or(NotHeld::Lost)?;
        let confirmed = self.core.clock.monotonic();
        let record = LeaseRecord {
            until: later(self.core.clock.now(), self.core.config.lease),
            committed: held.record.committed || commits,
            ..held.record.clone()
        };
        let key = RecordName::Lease(self.attempt).key(&self.job);
        match self.core.write("renew", &key, &record, PutMode::Update(held.version.clone())).await {
            Ok(version) => {
                *hold = Some(Hold { record, version, confirmed });
                Ok(())
            }
            Err(JobsError::Store(StoreError::Conflict { .. })) => {
                *hold = self.after_conflict(&record.owner, &key).await.map_err(NotHeld::Unknown)?;
                hold.is_some().then_some(()).ok_or(NotHeld::Lost)
            }
            Err(error) => Err(NotHeld::Unknown(error)),
        }
    }

    /// Either the lease was fenced, or it was our own earlier renewal whose answer was lost.
    async fn after_conflict(&self, owner: &str, key: &str) -> Result<Option<Hold>, JobsError> {
        let confirmed = self.core.clock.monotonic();
        let standing = records::read::<LeaseRecord>(&*self.core.store, key).await?;
        let ours = standing.filter(|(record, _)| record.owner == owner && !record.fenced);
        Ok(ours.map(|(record, version)| Hold { record, version, confirmed }))
    }

    /// Confirms the hold, with a write only when the deadline is near.
    pub(crate) async fn ensure(&self) -> Result<(), NotHeld> {
        let confirmed = self.hold.lock().await.as_ref().ok_or(NotHeld::Lost)?.confirmed;
        if self.core.clock.monotonic().saturating_sub(confirmed) < self.core.config.lease * 2 / 3 {
            return Ok(());
        }
        self.renew().await
    }

    /// Keeps the lease alive while something goes on that may take long; it goes on when the lease is lost, too.
    pub(crate) async fn kept_while<T>(&self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = self.keep() => {}
        }
        work.await
    }

    /// Keeps the lease alive; never returns. A renewal the store could not take is tried again at the next beat.
    pub(crate) async fn keep(&self) {
        loop {
            tokio::time::sleep(self.core.config.lease / 3).await;
            if let Err(NotHeld::Lost) = self.renew().await {
                tracing::warn!(job.id = %self.job, job.attempt = self.attempt, "The lease was lost to another instance");
                return std::future::pending().await;
            }
        }
    }
}

/// Takes an expired lease from its owner for good; `false` when the owner renewed it, or another fenced it, in the meantime.
async fn fence(core: &Core, job: &JobId, attempt: u32, held: &HeldLease) -> Result<bool, JobsError> {
    if held.record.fenced {
        return Ok(true);
    }
    let fenced = LeaseRecord { fenced: true, ..held.record.clone() };
    let key = RecordName::Lease(attempt).key(job);
    match core.write("fence", &key, &fenced, PutMode::Update(held.version.clone())).await {
        Ok(_) => Ok(true),
        Err(JobsError::Store(StoreError::Conflict { .. })) => Ok(false),
        Err(error) => Err(error),
    }
}
