//! What a running job sees of the core.

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

use crate::jobs::Jobs;
use crate::jobs::error::{AcceptError, JobsError};
use crate::jobs::handler::{AcceptedEvent, JobContext, JobError};
use crate::jobs::lease::Lease;
use crate::jobs::records::{self, RecordName};
use crate::jobs::state::Job;
use crate::model::ids::JobId;
use crate::storage::StoreError;

/// One attempt at one job.
pub(crate) struct Attempt<'a> {
    pub(crate) core: &'a Jobs,
    pub(crate) job: &'a Job,
    pub(crate) lease: &'a Lease<'a>,
}

impl Attempt<'_> {
    /// Records a step whether or not the lease still holds.
    async fn keep(&self, step: &str, value: Value) -> Result<Value, JobError> {
        let name = step_name(step)?;
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

    fn event(&self) -> &AcceptedEvent {
        &self.job.event.event
    }

    fn now(&self) -> Timestamp {
        self.core.clock.now()
    }

    async fn read_step(&self, step: &str) -> Result<Option<Value>, JobError> {
        let key = step_name(step)?.key(&self.job.id);
        Ok(records::read(&*self.core.store, &key).await.map_err(trouble)?.map(|(value, _)| value))
    }

    async fn write_step(&self, step: &str, value: Value) -> Result<Value, JobError> {
        self.lease.ensure().await?;
        self.keep(step, value).await
    }

    async fn write_fact(&self, step: &str, value: Value) -> Result<Value, JobError> {
        self.keep(step, value).await
    }

    async fn check_lease(&self) -> Result<(), JobError> {
        Ok(self.lease.renew().await?)
    }

    async fn follow(&self, event: AcceptedEvent) -> Result<(), JobError> {
        match self.core.accept(event).await {
            Ok(_) => Ok(()),
            Err(AcceptError::Saturated { retry_after }) => Err(JobError::retry_after(
                "queue_full",
                "a job that follows from this one waits for a place in the queue",
                Some(retry_after),
            )),
            Err(AcceptError::Unavailable { source, .. }) => Err(trouble(source)),
        }
    }
}

fn step_name(step: &str) -> Result<RecordName<'_>, JobError> {
    RecordName::step(step).ok_or_else(|| JobError::dead("record_name", format!("'{step}' cannot be the name of a step; a program fault")))
}

/// A store that fails is tried again; a record that cannot be read is not, lest its effect happen twice.
fn trouble(error: JobsError) -> JobError {
    match error {
        JobsError::Store(StoreError::Unavailable { retry_after, .. }) => {
            JobError::retry_after("storage_unavailable", error.to_string(), retry_after)
        }
        JobsError::Store(StoreError::Refused { .. }) => JobError::retry("storage_refused", error.to_string()),
        JobsError::Store(_) => JobError::retry("storage_changed", error.to_string()),
        error => JobError::dead("record_unreadable", error.to_string()),
    }
}
