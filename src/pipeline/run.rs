//! One run of one job: what its steps share.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::delivery::mail::Mailer;
use crate::intake::submissions::Submissions;
use crate::jobs::ask::FromStep;
use crate::jobs::handler::{self, JobContext, JobError};
use crate::model::completion::Completion;
use crate::pipeline::assets::AssetCache;
use crate::pipeline::cohort::Cohorts;
use crate::pipeline::config::PipelineConfig;
use crate::pipeline::consent::Consent;
use crate::pipeline::mail_templates::school::SchoolMails;
use crate::pipeline::records::Fetched;
use crate::pipeline::render_pool::RenderPool;
use crate::storage::Store;

/// What all runs share.
pub(super) struct Services {
    pub(super) config: PipelineConfig,
    pub(super) store: Arc<dyn Store>,
    pub(super) submissions: Arc<dyn Submissions>,
    pub(super) mailer: Arc<Mailer>,
    pub(super) assets: Arc<AssetCache>,
    pub(super) mails: Arc<SchoolMails>,
    pub(super) cohorts: Arc<Cohorts>,
    pub(super) pool: Arc<RenderPool>,
    pub(super) consent: Arc<dyn Consent>,
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

    /// Takes the titles that the platform told, where the event has none.
    pub(super) fn adopt_titles(&mut self, fetched: &Fetched) {
        let assessment = &mut self.completion.assessment;
        assessment.title = assessment.title.take().or_else(|| fetched.title.clone());
        assessment.course_title = assessment.course_title.take().or_else(|| fetched.course_title.clone());
    }

    /// The folder results are filed under: as the event names the course, so that it does not change with what the platform happens to tell.
    pub(super) fn course_folder(&self, fetched: &Fetched) -> String {
        let assessment = &self.completion.assessment;
        match (&fetched.course_title, &assessment.course_id) {
            (Some(_), Some(slug)) => slug.clone(),
            _ => assessment.course_folder(),
        }
    }

    /// Reads a step's record of this round.
    pub(super) async fn recorded<T: DeserializeOwned>(&self, step: &str) -> Result<Option<T>, JobError> {
        handler::recorded(self.job, &self.scoped(step, self.job.round())).await
    }

    /// Reads a step's record of an earlier round.
    pub(super) async fn recorded_in<T: DeserializeOwned>(&self, step: &str, round: u32) -> Result<Option<T>, JobError> {
        handler::recorded(self.job, &self.scoped(step, round)).await
    }

    /// Reads a step's record of this round, or of the newest earlier one that has it when the person who opened the round asked to begin after that step.
    pub(super) async fn recorded_before<T: DeserializeOwned>(&self, step: &str, begins: FromStep) -> Result<Option<T>, JobError> {
        if let Some(found) = self.recorded(step).await? {
            return Ok(Some(found));
        }
        if self.job.ask().from < begins {
            return Ok(None);
        }
        self.recorded_earlier(step).await
    }

    /// Reads a step's record of the newest earlier round that has it.
    pub(super) async fn recorded_earlier<T: DeserializeOwned>(&self, step: &str) -> Result<Option<T>, JobError> {
        for round in (1..self.job.round()).rev() {
            if let Some(found) = self.recorded_in(step, round).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Records a step in this round.
    pub(super) async fn record<T: Serialize + DeserializeOwned + Sync>(&self, step: &str, value: &T) -> Result<T, JobError> {
        handler::record(self.job, &self.scoped(step, self.job.round()), value).await
    }

    /// Records what the outside world answered in this round, even when the lease was lost meanwhile.
    pub(super) async fn record_fact<T: Serialize + DeserializeOwned + Sync>(&self, step: &str, value: &T) -> Result<T, JobError> {
        handler::record_fact(self.job, &self.scoped(step, self.job.round()), value).await
    }

    /// Records such an answer with the job's end, which is to follow.
    pub(super) async fn record_last_fact<T: Serialize + DeserializeOwned + Sync>(&self, step: &str, value: &T) -> Result<T, JobError> {
        handler::record_last_fact(self.job, &self.scoped(step, self.job.round()), value).await
    }

    /// The record's name in a round.
    ///
    /// When a person opens a job again, something outside has changed (a bank, an address, a template), or they want it sent once more: every step is done anew, from the one on that they asked for.
    #[expect(clippy::unused_self, reason = "reads as a property of the run")]
    fn scoped(&self, step: &str, round: u32) -> String {
        if round <= 1 { step.to_owned() } else { format!("{step}-{round}") }
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
