//! Finds open jobs that nothing leads to any more: their pointer was removed by hand, or with its folder.

use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::jobs::core::Core;
use crate::jobs::error::JobsError;
use crate::jobs::records::RecordName;
use crate::jobs::state::JobState;
use crate::jobs::stop::stop_or;
use crate::model::ids::JobId;
use crate::storage::key::{JOBS_FOLDER, ObjectKey, parse_record};
use crate::storage::{PutMode, StoreError};

/// All jobs are looked through so often, by one of all instances; `gradepost jobs repair` does it at once.
const EVERY: Duration = Duration::from_hours(7 * 24);
/// How often an instance looks whether it is time to.
const ASK_EVERY: Duration = Duration::from_hours(1);

/// What came of looking through all jobs for open ones that nothing leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Jobs looked at.
    pub jobs: usize,
    /// Open ones whose pointer was written anew.
    pub pointed: usize,
    /// Those that could not be read, and why.
    pub failed: Vec<(JobId, String)>,
}

impl Core {
    /// Repairs from time to time, until told to stop.
    pub(crate) async fn repair_on(&self, stop: &CancellationToken) {
        while stop_or(stop, tokio::time::sleep(ASK_EVERY)).await.is_some() {
            if !self.takes_repair().await {
                continue;
            }
            match stop_or(stop, self.repair()).await {
                Some(Ok(done)) if done.pointed > 0 => {
                    tracing::warn!(jobs = done.jobs, pointed = done.pointed, "Open jobs that nothing led to are back in line");
                }
                Some(Ok(done)) => tracing::info!(jobs = done.jobs, "All jobs were looked through, none was lost from sight"),
                Some(Err(error)) => tracing::warn!(%error, "Looking through all jobs ended early"),
                None => return,
            }
        }
    }

    /// Whether it is time to look through all jobs, and this instance is the one to do it.
    pub(crate) async fn takes_repair(&self) -> bool {
        let key = ObjectKey::Repaired.path();
        let Ok(last) = self.store.get(&key).await else { return false };
        let at = last.as_ref().and_then(|(bytes, _)| std::str::from_utf8(bytes).ok()?.parse::<Timestamp>().ok());
        if at.is_some_and(|at| self.now().duration_since(at).unsigned_abs() < EVERY) {
            return false;
        }
        let mode = last.map_or(PutMode::Create, |(_, version)| PutMode::Update(version));
        match self.store.put(&key, Bytes::from(self.now().to_string()), mode).await {
            Ok(_) => true,
            Err(StoreError::AlreadyExists { .. } | StoreError::Conflict { .. }) => false,
            Err(error) => {
                tracing::debug!(%error, "Nobody looks through all jobs for now");
                false
            }
        }
    }

    /// Looks through all jobs and writes the pointer of every open one that lacks it (a pointer was removed by hand, or with its folder).
    ///
    /// Lists every record once, and reads open jobs only.
    ///
    /// # Errors
    /// The store is down; what was repaired before stays so.
    pub(crate) async fn repair(&self) -> Result<Repaired, JobsError> {
        let mut done = Repaired::default();
        let mut records = self.store.scan(JOBS_FOLDER, None);
        let mut current: Option<(JobId, Rounds)> = None;
        while let Some(key) = records.try_next().await? {
            let Some((id, record)) = parse_record(&key) else { continue };
            match &mut current {
                Some((known, rounds)) if *known == id => rounds.note(record),
                _ => {
                    if let Some(before) = current.replace((id, Rounds::of(record))) {
                        self.repair_one(before, &mut done).await?;
                    }
                }
            }
        }
        if let Some(last) = current {
            self.repair_one(last, &mut done).await?;
        }
        Ok(done)
    }

    async fn repair_one(&self, (id, rounds): (JobId, Rounds), done: &mut Repaired) -> Result<(), JobsError> {
        done.jobs += 1;
        if rounds.ended >= rounds.opened {
            return Ok(());
        }
        match self.point_anew(&id).await {
            Ok(pointed) => done.pointed += usize::from(pointed),
            Err(error) if self.concerns_one(&error).await => done.failed.push((id, error.to_string())),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Writes an open job's pointer when it is not there.
    async fn point_anew(&self, id: &JobId) -> Result<bool, JobsError> {
        let Some(job) = self.job(id).await? else { return Ok(false) };
        if matches!(job.state(), JobState::Ended(_)) || self.pointer_stands(&job).await? {
            return Ok(false);
        }
        self.point_to("due", job.lane(), id, job.due()).await?;
        self.wake(job.lane(), id).await;
        Ok(true)
    }
}

/// The newest round of a job that was opened, and the newest that ended, by the names of its records.
struct Rounds {
    opened: u32,
    ended: u32,
}

impl Rounds {
    fn of(record: &str) -> Self {
        let mut rounds = Self { opened: 1, ended: 0 };
        rounds.note(record);
        rounds
    }

    fn note(&mut self, record: &str) {
        match RecordName::parse(record) {
            RecordName::Round(n) => self.opened = self.opened.max(n),
            RecordName::End(n) => self.ended = self.ended.max(n),
            _ => {}
        }
    }
}
