//! What a running job sees of the core.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::jobs::ask::Ask;
use crate::jobs::core::Core;
use crate::jobs::error::JobsError;
use crate::jobs::handler::{AcceptedEvent, JobContext, JobError};
use crate::jobs::lease::Lease;
use crate::jobs::reading;
use crate::jobs::records::{self, EndState, Facts, RecordName, RoundAction};
use crate::jobs::state::{Job, JobState};
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::storage::StoreError;

/// One attempt at one job.
pub(crate) struct Attempt<'a> {
    pub(crate) core: &'a Core,
    pub(crate) job: &'a Job,
    pub(crate) lease: &'a Lease<'a>,
    /// The steps this attempt recorded.
    recorded: Mutex<BTreeSet<String>>,
    /// Facts that are to be recorded with the job's end.
    last: Mutex<Facts>,
    /// What earlier rounds recorded with theirs, once it was asked for.
    earlier: OnceCell<Facts>,
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(core: &'a Core, job: &'a Job, lease: &'a Lease<'a>) -> Self {
        Self { core, job, lease, recorded: Mutex::default(), last: Mutex::default(), earlier: OnceCell::new() }
    }

    /// The facts that are to be recorded with the job's end.
    pub(crate) fn last_facts(&self) -> Facts {
        std::mem::take(&mut *self.last.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A step that an earlier round recorded with its end.
    async fn recorded_with_an_end(&self, step: &str) -> Result<Option<Value>, JobError> {
        if self.job.round == 1 {
            return Ok(None);
        }
        let read = || reading::facts_of_ends(&*self.core.store, self.job);
        Ok(self.earlier.get_or_try_init(read).await.map_err(trouble)?.get(step).cloned())
    }

    /// Records a step whether or not the lease still holds.
    async fn keep(&self, step: &str, value: Value) -> Result<Value, JobError> {
        let name = step_name(step)?;
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).insert(step.to_owned());
        self.core.keep_first(&format!("step.{step}"), &name.key(&self.job.id), value).await.map_err(trouble)
    }
}

#[async_trait]
impl JobContext for Attempt<'_> {
    fn id(&self) -> &JobId {
        &self.job.id
    }

    fn attempt(&self) -> u32 {
        self.lease.attempt
    }

    fn round(&self) -> u32 {
        self.job.round
    }

    fn opened_at(&self) -> Timestamp {
        self.job.opened_at()
    }

    fn ask(&self) -> Ask {
        self.job.opened.as_ref().map(|round| round.ask.clone()).unwrap_or_default()
    }

    fn event(&self) -> &AcceptedEvent {
        &self.job.event.event
    }

    fn now(&self) -> Timestamp {
        self.core.clock.now()
    }

    async fn read_step(&self, step: &str) -> Result<Option<Value>, JobError> {
        let key = step_name(step)?.key(&self.job.id);
        if let Some(fact) = self.last.lock().unwrap_or_else(PoisonError::into_inner).get(step) {
            return Ok(Some(fact.clone()));
        }
        // Nobody worked on the job before its first attempt, so there is nothing but its own records.
        let is_own = || self.recorded.lock().unwrap_or_else(PoisonError::into_inner).contains(step);
        if self.lease.attempt == 1 && !is_own() {
            return Ok(None);
        }
        if let Some(fact) = self.core.kept_fact(&key) {
            return self.core.keep_fact(&format!("step.{step}"), &key, fact).await.map(Some).map_err(trouble);
        }
        match records::read(&*self.core.store, &key).await.map_err(trouble)? {
            Some((value, _)) => Ok(Some(value)),
            None => self.recorded_with_an_end(step).await,
        }
    }

    async fn write_step(&self, step: &str, value: Value) -> Result<Value, JobError> {
        self.lease.ensure().await?;
        self.keep(step, value).await
    }

    async fn write_fact(&self, step: &str, value: Value) -> Result<Value, JobError> {
        let name = step_name(step)?;
        self.core.keep_fact(&format!("step.{step}"), &name.key(&self.job.id), value).await.map_err(trouble)
    }

    async fn write_last_fact(&self, step: &str, value: Value) -> Result<Value, JobError> {
        // From here on whoever runs the job in this process is told it, whatever becomes of this attempt.
        self.core.remember_fact(&step_name(step)?.key(&self.job.id), &value);
        self.last.lock().unwrap_or_else(PoisonError::into_inner).insert(step.to_owned(), value.clone());
        Ok(value)
    }

    async fn check_lease(&self) -> Result<(), JobError> {
        Ok(self.lease.commit().await?)
    }

    async fn failed_without(&self, job: &JobId, step: &str) -> Result<bool, JobError> {
        let Some(found) = self.core.job(job).await.map_err(trouble)? else { return Ok(false) };
        if !has_failed_without(&found, step) {
            return Ok(false);
        }
        let with_ends = reading::facts_of_ends(&*self.core.store, &found).await.map_err(trouble)?;
        Ok(!with_ends.keys().any(|name| is_step(name, step)))
    }

    async fn supersede(&self, job: &JobId) -> Result<(), JobError> {
        let Some(other) = self.core.job(job).await.map_err(trouble)? else { return Ok(()) };
        match (other.state(), self.core.open_round(&other, RoundAction::Discard, None, Ask::default()).await) {
            (JobState::Ended(_), Err(error @ JobsError::Store(_))) => Err(trouble(error)),
            // Somebody else acted on it just now, which is as good.
            _ => Ok(()),
        }
    }
}

/// Whether a job ended unfinished, and no round of it recorded the step.
fn has_failed_without(job: &Job, step: &str) -> bool {
    let JobState::Ended(end) = job.state() else { return false };
    let is_open_question = matches!(end.cause, Some(Cause::Discarded | Cause::MailAmbiguous));
    end.state != EndState::Done && !is_open_question && !job.steps.iter().any(|name| is_step(name, step))
}

/// Whether a record is this step's, in whatever round.
fn is_step(name: &str, step: &str) -> bool {
    name.strip_prefix(step).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn step_name(step: &str) -> Result<RecordName<'_>, JobError> {
    RecordName::step(step)
        .ok_or_else(|| JobError::dead(Cause::RecordName, format!("'{step}' cannot be the name of a step; a program fault")))
}

/// A store that fails is tried again; a record that cannot be read is not, lest its effect happen twice.
fn trouble(error: JobsError) -> JobError {
    match error {
        JobsError::Store(StoreError::Unavailable { retry_after, .. }) => {
            JobError::retry_after(Cause::StorageUnavailable, error.to_string(), retry_after)
        }
        JobsError::Store(StoreError::Refused { .. }) => JobError::retry(Cause::StorageRefused, error.to_string()),
        JobsError::Store(_) => JobError::retry(Cause::StorageChanged, error.to_string()),
        error => JobError::dead(Cause::RecordUnreadable, error.to_string()),
    }
}
