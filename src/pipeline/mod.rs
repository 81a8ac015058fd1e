//! What our job does: a completion becomes a report in the student's inbox.
//!
//! ```text
//! fetch ─► analyse ─► render ─► archive ─► mail ─► notify
//! ```
//!
//! Each step is one file and does the same three things: read what is recorded, do the work, record it.
//! A job that was cut anywhere goes on after its last record; repeating a step is harmless, but for mail, which keeps its own account of tries.
//! A step fails by saying what happens next (retry, park, dead) and what a person should do.

mod alerts;
mod analyse;
mod archive;
mod claim;
mod cohort;
mod compose;
pub mod config;
pub mod fetch;
mod history;
mod letters;
mod mail;
mod notify;
mod plan;
mod press;
pub mod processed;
pub mod render;
mod run;
mod shelf;
#[cfg(test)]
mod tests;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;

use crate::clock::Clock;
use crate::delivery::mail::Mailer;
use crate::jobs::handler::{Handler, JobContext, JobError, Next};
use crate::model::completion::Completion;
use crate::model::ids::JobId;
use crate::pipeline::alerts::Alerts;
use crate::pipeline::analyse::Analysed;
use crate::pipeline::archive::Archived;
use crate::pipeline::cohort::Cohorts;
use crate::pipeline::config::PipelineConfig;
use crate::pipeline::fetch::{Fetched, Submissions};
use crate::pipeline::letters::Letters;
use crate::pipeline::mail::Mailed;
use crate::pipeline::press::Press;
use crate::pipeline::processed::{Folded, Processed, ProcessedError};
use crate::pipeline::render::Renderer;
use crate::pipeline::run::{Run, Services};
use crate::pipeline::shelf::Shelf;
use crate::storage::{Store, StoreError};

/// How long a job fails before the admin hears of it, though it goes on trying.
const STUBBORN: Duration = Duration::from_mins(15);

/// Failures that mend themselves or end by themselves; there is nothing a person could do.
const PATIENT: [&str; 3] = ["submission_late", "no_responses", "platform_rate_limited"];

/// How long rows and notes gather before they are folded and told.
const UPKEEP_EVERY: Duration = Duration::from_secs(20);

/// What the pipeline works with; built by the composition root.
pub struct Parts {
    /// The room's settings.
    pub config: PipelineConfig,
    /// The time, for what runs beside the jobs.
    pub clock: Arc<dyn Clock>,
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Where answers come from.
    pub submissions: Arc<dyn Submissions>,
    /// The report engine.
    pub renderer: Arc<dyn Renderer>,
    /// Who sends.
    pub mailer: Arc<Mailer>,
}

/// The work of one job, and what runs beside the jobs.
pub struct Pipeline {
    services: Services,
    alerts: Alerts,
    clock: Arc<dyn Clock>,
}

impl Pipeline {
    /// A pipeline over its parts.
    ///
    /// # Errors
    /// A bundled mail template is broken, a fault of this build; or the machine has no thread left.
    pub fn new(parts: Parts) -> anyhow::Result<Self> {
        let letters = Arc::new(Letters::new()?);
        let Parts { config, clock, store, submissions, renderer, mailer } = parts;
        let alerts = Alerts::new(store.clone(), mailer.clone(), letters.clone(), config.language);
        let shelf = Shelf::new(store.clone(), renderer);
        let (processed, cohorts) = (Processed::new(store.clone()), Cohorts::new(store.clone()));
        let press = Press::new().context("cannot start the threads that lay reports out")?;
        Ok(Self { services: Services { config, store, submissions, mailer, shelf, letters, processed, cohorts, press }, alerts, clock })
    }

    /// Folds what waits into `processed.csv` and the cohorts, and tells the admin what is due; for the loop below, for a scheduler and before the process ends.
    ///
    /// # Errors
    /// An index that could not be brought up to date; what waits is kept.
    pub async fn upkeep(&self) -> Result<Folded, ProcessedError> {
        let folded = self.services.processed.fold().await;
        if let Err(error) = self.services.cohorts.fold().await {
            tracing::warn!(%error, "the cohorts are behind");
        }
        if let Err(error) = self.alerts.send_due(self.clock.now()).await {
            tracing::warn!(%error, "the admin's alerts wait");
        }
        folded
    }

    /// Runs [`upkeep`](Self::upkeep) for as long as the process lives.
    pub async fn keep_up(&self) {
        loop {
            tokio::time::sleep(UPKEEP_EVERY).await;
            if let Err(error) = self.upkeep().await {
                tracing::error!(%error, "processed.csv is behind");
            }
        }
    }

    /// The job that makes a submission's report, if one does; for `backfill`.
    ///
    /// # Errors
    /// The store's.
    pub async fn holder(&self, completion: &Completion) -> Result<Option<JobId>, StoreError> {
        claim::holder(self.services.store.as_ref(), completion).await
    }

    /// Whether the template that serves by default can be used; for `/ready` and `doctor`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub async fn check_template(&self) -> Result<(), String> {
        self.services.shelf.template(None, self.services.config.language).await.map(drop).map_err(|error| error.message)
    }

    /// The indexes people read, for `export processed`.
    pub fn processed(&self) -> &Processed {
        &self.services.processed
    }

    /// The steps, in order.
    async fn steps(&self, job: &dyn JobContext) -> Result<serde_json::Value, JobError> {
        let mut run = Run::of(&self.services, job)?;
        let started = job.now();
        if plan::is_plan(&run.completion) {
            let (fetched, analysed) = plan::gather(&run).await?;
            return self.finish(&run, &fetched, &analysed, started).await;
        }
        let fetched = fetch::step(&run).await?;
        run.learn(&fetched);
        if fetched.duplicate {
            return Ok(json!({ "status": "duplicate", "assessment_title": run.completion.assessment.display_title() }));
        }
        let analysed = analyse::step(&run, &fetched).await?;
        if let Some(reason) = &analysed.skip {
            return Ok(json!({ "status": "skipped", "reason": reason, "assessment_title": run.completion.assessment.display_title() }));
        }
        let summary = self.finish(&run, &fetched, &analysed, started).await?;
        plan::step(&run, &fetched, &analysed).await?;
        Ok(summary)
    }

    /// From the judgement to the student's inbox.
    async fn finish(
        &self,
        run: &Run<'_>,
        fetched: &Fetched,
        analysed: &Analysed,
        started: Timestamp,
    ) -> Result<serde_json::Value, JobError> {
        let (archived, pdf) = filed(run, fetched, analysed).await?;
        let mailed = mail::step(run, fetched, analysed, &pdf).await?;
        notify::step(run, fetched, analysed, &archived, &mailed).await?;
        Ok(summary(run, fetched, analysed, &archived, &mailed, started))
    }
}

/// The report where people look for it, with its bytes: made and filed now, or read back when that is recorded.
async fn filed(run: &Run<'_>, fetched: &Fetched, analysed: &Analysed) -> Result<(Archived, Bytes), JobError> {
    if let Some(archived) = run.recorded::<Archived>("archived").await? {
        let pdf = archive::read_back(run, &archived).await?;
        return Ok((archived, pdf));
    }
    let pdf = render::step(run, fetched, analysed).await?;
    let archived = archive::step(run, fetched, analysed, &pdf).await?;
    Ok((archived, pdf))
}

/// What `end.json` tells people about a report that was sent.
fn summary(
    run: &Run<'_>,
    fetched: &Fetched,
    analysed: &Analysed,
    archived: &Archived,
    mailed: &Mailed,
    started: Timestamp,
) -> serde_json::Value {
    let since = |from: Timestamp, to: Timestamp| to.duration_since(from).as_millis().max(0);
    json!({
        "status": "sent",
        "user_id": fetched.student.id,
        "assessment_title": run.completion.assessment.display_title(),
        "course": analysed.course,
        "percentage": analysed.analysis.percentage,
        "level": analysed.analysis.level,
        "file": archived.file,
        "size_bytes": archived.size_bytes,
        "message_id": mailed.message_id,
        "mailed_at": mailed.at,
        "mail_tries": mailed.tries,
        "mail_ambiguous": mailed.ambiguous,
        "answers_from_event": fetched.from_event,
        "notes": analysed.analysis.notes,
        "steps_ms": {
            "fetch": since(started.min(fetched.at), fetched.at),
            "analyse": since(fetched.at, analysed.at),
            "render": since(analysed.at, archived.at),
            "mail": since(archived.at, mailed.at),
        },
    })
}

#[async_trait]
impl Handler for Pipeline {
    async fn run(&self, job: &dyn JobContext) -> Result<serde_json::Value, JobError> {
        let result = self.steps(job).await;
        for complaint in self.services.shelf.complaints() {
            self.alerts.note(job.id(), complaint.cause, &complaint.words).await;
        }
        if let Err(JobError { next: Next::Retry(_), cause, message }) = &result
            && !PATIENT.contains(&cause.as_str())
            && job.now().duration_since(job.opened_at()).unsigned_abs() >= STUBBORN
        {
            self.alerts.note(job.id(), cause, message).await;
        }
        result
    }

    async fn gave_up(&self, job: &JobId, cause: &str, message: &str) {
        // What a person discarded, a person knows of.
        if cause != "discarded" {
            self.alerts.note(job, cause, message).await;
        }
    }
}
