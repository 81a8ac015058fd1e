//! The same act on many jobs: the set is fixed when a person asked, the work is a job of its own in the chores' lane, so that it survives a crash, waits for nobody and can be stopped.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::jobs::ask::Ask;
use crate::jobs::error::JobsError;
use crate::jobs::handler::{AcceptedEvent, Handler, JobContext, JobError, JobKind};
use crate::jobs::operator::Operator;
use crate::jobs::operator::acts::Expected;
use crate::jobs::operator::story::What;
use crate::jobs::retry::RetryProfile;
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::storage::key::ObjectKey;
use crate::storage::{PutMode, Store, StoreError};

/// The kind of job that does it.
pub const KIND: JobKind = JobKind::new("bulk", LaneName::Chores, RetryProfile::PATIENT);

/// The most jobs of one act.
pub const MOST: usize = 5000;
/// Between two of them: five mails a second.
const PACE: Duration = Duration::from_millis(200);
/// The same where no mail goes out.
const PACE_WITHOUT_MAIL: Duration = Duration::from_millis(20);
/// How far it is, is written down once in such a time: a bucket takes no more of one object.
const NOTED: Duration = Duration::from_secs(1);
/// How many failures are kept with their reasons.
const FAILURES: usize = 50;

/// What is done with each job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// A round is opened, with what is asked of it.
    #[default]
    Reopen,
    /// One that waits is tried at once.
    Try,
    /// It sends nothing.
    Discard,
}

/// `set.json`: what was asked, and of which jobs. It is fixed when a person is asked whether to do it; `start.json` says that the answer was yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set {
    /// Version of this shape.
    pub v: u32,
    /// When it was asked.
    pub at: Timestamp,
    /// Who asked.
    pub by: String,
    /// The cause the jobs waited for, where they were chosen by it.
    #[serde(default)]
    pub cause: String,
    /// What is done with each.
    #[serde(default)]
    pub deed: Deed,
    /// The same in the word of whoever asked.
    #[serde(default)]
    pub word: String,
    /// How many more were chosen that it does not fit.
    #[serde(default)]
    pub left: usize,
    /// There were more than one act takes.
    #[serde(default)]
    pub is_cut: bool,
    /// What each is asked.
    pub ask: Ask,
    /// The jobs, and how each stood when it was asked.
    pub jobs: Vec<(JobId, String)>,
}

/// `progress.json`: how far it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// The next place in the set.
    pub next: usize,
    /// Done.
    pub done: usize,
    /// Moved meanwhile, and left alone.
    pub moved: usize,
    /// Could not be, and why.
    pub failed: Vec<(JobId, String)>,
    /// Somebody stopped it.
    pub is_stopped: bool,
    /// Nothing is left.
    pub is_finished: bool,
}

/// Reads what was asked; `None` when there is no such act.
///
/// # Errors
/// The store's.
pub async fn set(store: &dyn Store, id: &str) -> Result<Option<Set>, StoreError> {
    read(store, id, "set").await
}

/// Reads how far it is.
///
/// # Errors
/// The store's.
pub async fn progress(store: &dyn Store, id: &str) -> Result<Progress, StoreError> {
    Ok(read(store, id, "progress").await?.unwrap_or_default())
}

/// Fixes the set; `false` when it was fixed already.
///
/// # Errors
/// The store's.
pub async fn fix(store: &dyn Store, id: &str, set: &Set) -> Result<bool, StoreError> {
    match store.put(&key(id, "set"), bytes(set), PutMode::Create).await {
        Ok(_) => Ok(true),
        Err(StoreError::AlreadyExists { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What was answered when it was asked; `None` while nobody answered.
///
/// # Errors
/// The store's.
pub async fn started(store: &dyn Store, id: &str) -> Result<Option<Ask>, StoreError> {
    read(store, id, "start").await
}

/// Answers it: from now on it is done; `false` when somebody did so before.
///
/// # Errors
/// The store's.
pub async fn start(store: &dyn Store, id: &str, ask: &Ask) -> Result<bool, StoreError> {
    match store.put(&key(id, "start"), bytes(ask), PutMode::Create).await {
        Ok(_) => Ok(true),
        Err(StoreError::AlreadyExists { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Stops it before its next job.
///
/// # Errors
/// The store's.
pub async fn stop(store: &dyn Store, id: &str, by: &str) -> Result<(), StoreError> {
    store.put(&key(id, "stop"), bytes(&by), PutMode::Overwrite).await.map(drop)
}

/// The event that starts the work.
pub fn event(id: &str, at: Timestamp) -> AcceptedEvent {
    AcceptedEvent::new(&KIND, "console", format!("bulk/{id}"), at, json!({ "id": id }))
}

fn key(id: &str, part: &str) -> String {
    ObjectKey::Bulk { id, part }.path()
}

fn bytes<T: Serialize>(value: &T) -> Bytes {
    Bytes::from(serde_json::to_vec(value).unwrap_or_default())
}

async fn read<T: DeserializeOwned>(store: &dyn Store, id: &str, part: &str) -> Result<Option<T>, StoreError> {
    let found = store.get(&key(id, part)).await?;
    Ok(found.and_then(|(bytes, _)| serde_json::from_slice(&bytes).ok()))
}

/// Does the work.
pub struct Bulk {
    store: Arc<dyn Store>,
    operator: Operator,
    /// Between two jobs, with and without mails.
    pace: (Duration, Duration),
}

impl Bulk {
    /// Over these jobs.
    pub fn new(store: Arc<dyn Store>, operator: Operator) -> Self {
        Self { store, operator, pace: (PACE, PACE_WITHOUT_MAIL) }
    }

    /// Without pauses, for tests.
    #[must_use]
    pub fn at_once(self) -> Self {
        Self { pace: (Duration::ZERO, Duration::ZERO), ..self }
    }

    async fn one(&self, set: &Set, ask: &Ask, place: usize, progress: &mut Progress) -> Result<(), JobError> {
        let (job, expected) = &set.jobs[place];
        let expected = Expected::parse(expected);
        let done = match set.deed {
            Deed::Reopen => self.operator.reopen(job, expected.as_ref(), ask.clone()).await,
            Deed::Try => self.operator.try_now(job, expected.as_ref()).await,
            Deed::Discard => self.operator.discard_as(job, expected.as_ref(), ask.clone()).await,
        };
        match done {
            Ok(()) => progress.done += 1,
            // This act did it before it was cut and could write so down.
            Err(JobsError::WrongState { .. }) if self.is_ours(job, ask).await => progress.done += 1,
            // Somebody else acted on it.
            Err(JobsError::WrongState { .. } | JobsError::NotFound(_)) => progress.moved += 1,
            Err(JobsError::Store(error)) if error.is_away() => return Err(JobError::retry(Cause::StorageUnavailable, error.to_string())),
            Err(error) if progress.failed.len() < FAILURES => progress.failed.push((job.clone(), error.to_string())),
            Err(_) => {}
        }
        progress.next = place + 1;
        Ok(())
    }

    /// Whether this act opened a round of the job.
    async fn is_ours(&self, job: &JobId, ask: &Ask) -> bool {
        if ask.audit.is_none() {
            return false;
        }
        let Ok(Some(story)) = self.operator.story(job).await else { return false };
        story.moments.iter().any(|moment| matches!(&moment.what, What::Opened { ask: opened, .. } if opened.audit == ask.audit))
    }
}

fn away(error: &StoreError) -> JobError {
    JobError::retry(Cause::StorageUnavailable, error.to_string())
}

#[async_trait]
impl Handler for Bulk {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        let id = job.event().payload["id"].as_str().unwrap_or_default().to_owned();
        let store = &*self.store;
        let Some(set) = set(store, &id).await.map_err(|error| away(&error))? else {
            return Err(JobError::dead(Cause::RecordUnreadable, "the set of an act on many is gone"));
        };
        let ask = started(store, &id).await.map_err(|error| away(&error))?.unwrap_or_else(|| set.ask.clone());
        let mut progress = progress(store, &id).await.map_err(|error| away(&error))?;
        let pace = if ask.mail && set.deed != Deed::Discard { self.pace.0 } else { self.pace.1 };
        let noted_every = (NOTED.as_millis() / pace.as_millis().max(1)).clamp(1, 50) as usize;
        while progress.next < set.jobs.len() {
            if store.get(&key(&id, "stop")).await.map_err(|error| away(&error))?.is_some() {
                progress.is_stopped = true;
                break;
            }
            self.one(&set, &ask, progress.next, &mut progress).await?;
            if progress.next % noted_every == 0 || self.pace.0.is_zero() {
                store.put(&key(&id, "progress"), bytes(&progress), PutMode::Overwrite).await.map_err(|error| away(&error))?;
            }
            tokio::time::sleep(pace).await;
        }
        progress.is_finished = !progress.is_stopped;
        store.put(&key(&id, "progress"), bytes(&progress), PutMode::Overwrite).await.map_err(|error| away(&error))?;
        Ok(json!({ "done": progress.done, "moved": progress.moved, "failed": progress.failed.len(), "stopped": progress.is_stopped }))
    }
}
