//! One run of one job: what its steps share.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::delivery::mail::Mailer;
use crate::jobs::handler::{self, JobContext, JobError};
use crate::model::completion::Completion;
use crate::pipeline::cohort::Cohorts;
use crate::pipeline::config::PipelineConfig;
use crate::pipeline::fetch::{Fetched, Submissions};
use crate::pipeline::letters::Letters;
use crate::pipeline::press::Press;
use crate::pipeline::processed::Processed;
use crate::pipeline::shelf::Shelf;
use crate::storage::{Store, StoreError};

/// What all runs share.
pub(super) struct Services {
    pub(super) config: PipelineConfig,
    pub(super) store: Arc<dyn Store>,
    pub(super) submissions: Arc<dyn Submissions>,
    pub(super) mailer: Arc<Mailer>,
    pub(super) shelf: Shelf,
    pub(super) letters: Arc<Letters>,
    pub(super) processed: Processed,
    pub(super) cohorts: Cohorts,
    pub(super) press: Press,
}

/// One run of one job.
pub(super) struct Run<'a> {
    pub(super) services: &'a Services,
    pub(super) job: &'a dyn JobContext,
    pub(super) completion: Completion,
}

impl<'a> Run<'a> {
    /// Reads the event.
    pub(super) fn of(services: &'a Services, job: &'a dyn JobContext) -> Result<Self, JobError> {
        let mut completion: Completion = serde_json::from_value(job.event().payload.clone())
            .map_err(|error| JobError::dead("record_unreadable", format!("the accepted event cannot be read: {error}")))?;
        services.submissions.complete(&mut completion.assessment);
        Ok(Self { services, job, completion })
    }

    /// Takes the title that the platform told, when the event has none.
    pub(super) fn learn(&mut self, fetched: &Fetched) {
        let title = &mut self.completion.assessment.title;
        *title = title.take().or_else(|| fetched.title.clone());
    }

    /// Reads a step's record of this round.
    pub(super) async fn recorded<T: DeserializeOwned>(&self, step: &str) -> Result<Option<T>, JobError> {
        handler::recorded(self.job, &self.scoped(step, self.job.round())).await
    }

    /// Reads a step's record of an earlier round.
    pub(super) async fn recorded_in<T: DeserializeOwned>(&self, step: &str, round: u32) -> Result<Option<T>, JobError> {
        handler::recorded(self.job, &self.scoped(step, round)).await
    }

    /// Records a step in this round.
    pub(super) async fn record<T: Serialize + DeserializeOwned + Sync>(&self, step: &str, value: &T) -> Result<T, JobError> {
        handler::record(self.job, &self.scoped(step, self.job.round()), value).await
    }

    /// Records what the outside world answered in this round, even when the lease was lost meanwhile.
    pub(super) async fn record_fact<T: Serialize + DeserializeOwned + Sync>(&self, step: &str, value: &T) -> Result<T, JobError> {
        handler::record_fact(self.job, &self.scoped(step, self.job.round()), value).await
    }

    /// The record's name in a round.
    ///
    /// When a person opens a job again, something outside has changed (a bank, an address, a template), or they want it sent once more: every step is done anew.
    #[expect(clippy::unused_self, reason = "reads as a property of the run")]
    fn scoped(&self, step: &str, round: u32) -> String {
        if round <= 1 { step.to_owned() } else { format!("{step}-{round}") }
    }

    /// The name of what this round leaves to be folded.
    pub(super) fn row_name(&self) -> String {
        self.scoped(self.job.id().as_str(), self.job.round())
    }

    /// The id that results of a student are filed under.
    pub(super) fn student_key(&self, student: &crate::model::person::Student) -> String {
        student.id.clone().or_else(|| student.email.clone()).unwrap_or_else(|| self.job.id().to_string())
    }

    /// What results on this assessment are filed under.
    pub(super) fn assessment_key(&self) -> String {
        self.completion.assessment.id.clone().unwrap_or_else(|| self.completion.assessment.display_title())
    }
}

/// A store's failure is a matter of time: what was accepted waits until the store is well again.
pub(super) fn storage(error: &StoreError) -> JobError {
    let message = error.to_string();
    match error {
        StoreError::Unavailable { retry_after, .. } => JobError::retry_after("storage_unavailable", message, *retry_after),
        StoreError::Conflict { .. } | StoreError::AlreadyExists { .. } => JobError::retry("storage_conflict", message),
        StoreError::Refused { .. } => JobError::retry("storage_refused", format!("{message}; mend the store, the job goes on by itself")),
    }
}
