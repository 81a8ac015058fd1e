//! What a finished report would come to with another template, bank or set of rules: made from its records, in memory; nothing is stored and nobody told.

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::analysis;
use crate::analysis::bank::QuestionBank;
use crate::analysis::profile::{ProfileError, Profiles};
use crate::jobs::handler::{AcceptedEvent, JobContext, JobError};
use crate::model::analysis::QuestionResult;
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::pipeline::config::MissingValue;
use crate::pipeline::engine::{OpenTemplate, RenderedReport};
use crate::pipeline::records::{Analysed, Fetched};
use crate::pipeline::run::Run;
use crate::pipeline::{Pipeline, Prepared, compose};
use crate::report::data::Report;
use crate::storage::Store;
use crate::storage::key::ObjectKey;
use crate::translations;

/// The most records of a job that are looked at.
const RECORDS: usize = 1000;

/// What a finished report came to, or would.
#[derive(Debug, Clone, PartialEq)]
pub struct Marked {
    /// The headline percentage.
    pub percentage: f64,
    /// The level.
    pub level: Option<String>,
}

/// A finished report, as its records tell it.
pub struct DraftTrial {
    event: AcceptedEvent,
    job: JobId,
    fetched: Fetched,
    analysed: Analysed,
}

impl DraftTrial {
    /// What it came to.
    pub fn marked(&self) -> Marked {
        Marked { percentage: self.analysed.analysis.percentage, level: self.analysed.analysis.level.clone() }
    }

    /// How each question was answered.
    pub fn questions(&self) -> &[QuestionResult] {
        &self.analysed.analysis.questions
    }

    /// The template that its profile asks for.
    pub fn template(&self) -> Option<&str> {
        self.analysed.template.as_deref()
    }
}

impl Pipeline {
    /// Reads a finished report's records.
    ///
    /// # Errors
    /// Why it cannot be tried, in words.
    pub async fn draft_trial(&self, job: &JobId) -> Result<DraftTrial, String> {
        let store = &*self.services.store;
        let folder = ObjectKey::JobFolder { job }.path();
        let keys = store.list(&folder, None, RECORDS).await.map_err(|error| error.to_string())?;
        let names: Vec<&str> = keys.iter().filter_map(|key| key.strip_prefix(&folder)?.strip_suffix(".json")).collect();
        let missing = |what: &str| format!("the report has no record of {what}");
        let event = read::<AcceptedEvent>(store, job, "event").await?.ok_or_else(|| missing("its event"))?;
        let fetched = newest::<Fetched>(store, job, &names, "fetched").await?.ok_or_else(|| missing("its answers"))?;
        let analysed = match newest::<Prepared>(store, job, &names, "prepared").await? {
            Some(prepared) => prepared.analysed,
            None => newest::<Analysed>(store, job, &names, "analysed").await?.ok_or_else(|| missing("its judgement"))?,
        };
        Ok(DraftTrial { event, job: job.clone(), fetched, analysed })
    }

    /// The report made with a template: this one, or the one that serves today.
    ///
    /// # Errors
    /// Why it cannot be made, in words.
    pub async fn remake(&self, draft_trial: &DraftTrial, template: Option<&Bytes>) -> Result<RenderedReport, String> {
        self.made(draft_trial, template, |template, report, missing| template.render(report, missing)).await
    }

    /// As [`remake`](Self::remake), as pictures of its pages.
    ///
    /// # Errors
    /// Why they cannot be made, in words.
    pub async fn pictures(&self, draft_trial: &DraftTrial, template: Option<&Bytes>) -> Result<Vec<String>, String> {
        self.made(draft_trial, template, |template, report, missing| template.pictures(report, missing)).await
    }

    async fn made<T: Send + 'static>(
        &self,
        draft_trial: &DraftTrial,
        template: Option<&Bytes>,
        make: impl Fn(&dyn OpenTemplate, &Report, MissingValue) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let context = ReadOnly { draft_trial };
        let mut run = Run::of(&self.services, &context).map_err(|error| error.message)?;
        run.adopt_titles(&draft_trial.fetched);
        let analysed = &draft_trial.analysed;
        let report = compose::report(&run, &draft_trial.fetched, analysed);
        let missing = self.services.config.missing;
        let pool = &self.services.pool;
        let work = if let Some(docx) = template {
            let (renderer, docx, language) = (self.services.assets.renderer(), docx.clone(), self.services.config.language);
            pool.run(move || make(&*renderer.open(&docx, language)?, &report, missing)).await
        } else {
            let template =
                self.services.assets.template(analysed.template.as_deref(), analysed.language).await.map_err(|error| error.message)?;
            pool.run(move || make(&**template, &report, missing)).await
        };
        work.map_err(|error| error.to_string())?
    }

    /// What the answers come to with another bank.
    ///
    /// # Errors
    /// Why they cannot be judged, in words.
    pub async fn mark_with_bank(&self, draft_trial: &DraftTrial, name: &str, csv: &Bytes) -> Result<Marked, String> {
        let profiles = self.services.assets.profiles().await.map_err(|error| error.message)?;
        let (fetched, name, csv, event) = (draft_trial.fetched.submission.clone(), name.to_owned(), csv.clone(), self.titles(draft_trial)?);
        let language = self.services.config.language;
        let work = move || {
            let bank = QuestionBank::from_csv(&csv, &name).map_err(|errors| translations::bank_errors(&errors, language))?;
            let profile = profiles.get(event.0.as_deref(), event.1.as_deref());
            analysis::analyse(&fetched, &bank, profile).map_err(|error| error.to_string())
        };
        self.judged(work).await
    }

    /// What the answers come to with other rules, and the bank that serves today.
    ///
    /// # Errors
    /// Why they cannot be judged, in words.
    pub async fn mark_with_rules(&self, draft_trial: &DraftTrial, toml: &str) -> Result<Marked, String> {
        let said = |fault: &ProfileError| translations::profile_error(fault, self.services.config.language);
        let profiles = Profiles::from_toml(toml, "assessments.toml").map_err(|faults| faults.first().map(said).unwrap_or_default())?;
        self.mark_by(draft_trial, &profiles).await
    }

    /// What the answers come to with the rules and the bank that serve today.
    ///
    /// # Errors
    /// Why they cannot be judged, in words.
    pub async fn mark_today(&self, draft_trial: &DraftTrial) -> Result<Marked, String> {
        let profiles = self.services.assets.profiles().await.map_err(|error| error.message)?;
        self.mark_by(draft_trial, &profiles).await
    }

    async fn mark_by(&self, draft_trial: &DraftTrial, profiles: &Profiles) -> Result<Marked, String> {
        let (id, title) = self.titles(draft_trial)?;
        let profile = profiles.get(id.as_deref(), title.as_deref()).clone();
        let shown = title.unwrap_or_default();
        let bank = self.services.assets.bank(&shown, profile.bank.as_deref()).await.map_err(|error| error.message)?;
        let submission = draft_trial.fetched.submission.clone();
        let work = move || match bank {
            Some(bank) => analysis::analyse(&submission, &bank, &profile).map_err(|error| error.to_string()),
            None if profile.bank_optional => analysis::analyse_without_bank(&submission, &profile).map_err(|error| error.to_string()),
            None => Err(format!("there is no question bank for '{shown}'")),
        };
        self.judged(work).await
    }

    async fn judged(
        &self,
        work: impl FnOnce() -> Result<crate::model::analysis::Analysis, String> + Send + 'static,
    ) -> Result<Marked, String> {
        let analysis = self.services.pool.run(work).await.map_err(|error| error.to_string())??;
        Ok(Marked { percentage: analysis.percentage, level: analysis.level })
    }

    /// Id and title of a report's assessment.
    fn titles(&self, draft_trial: &DraftTrial) -> Result<(Option<String>, Option<String>), String> {
        let context = ReadOnly { draft_trial };
        let mut run = Run::of(&self.services, &context).map_err(|error| error.message)?;
        run.adopt_titles(&draft_trial.fetched);
        let assessment = &run.completion.assessment;
        Ok((assessment.id.clone(), Some(assessment.display_title())))
    }

    /// Whether a bank's file is the one that an assessment of this title would take.
    pub async fn takes_bank(&self, name: &str, title: &str) -> bool {
        let Ok(profiles) = self.services.assets.profiles().await else { return false };
        let profile = profiles.get(None, Some(title));
        let names = [name.to_owned()];
        analysis::bank::find(&names, &analysis::bank::candidates(title, profile.bank.as_deref())).is_some()
    }

    /// The language of analyses without one of their own, as reports are written.
    pub fn language(&self) -> crate::report::language::Language {
        self.services.config.language
    }
}

async fn read<T: DeserializeOwned>(store: &dyn Store, job: &JobId, record: &str) -> Result<Option<T>, String> {
    let key = ObjectKey::JobRecord { job, record }.path();
    let found = store.get(&key).await.map_err(|error| error.to_string())?;
    found.map(|(bytes, _)| serde_json::from_slice(&bytes).map_err(|error| format!("{key} cannot be read: {error}"))).transpose()
}

/// The record of the newest round that has it.
async fn newest<T: DeserializeOwned>(store: &dyn Store, job: &JobId, names: &[&str], step: &str) -> Result<Option<T>, String> {
    let round = |name: &str| match name.strip_prefix(step)? {
        "" => Some(1),
        rest => rest.strip_prefix('-')?.parse::<u32>().ok(),
    };
    let newest = names.iter().filter_map(|name| Some((round(name)?, *name))).max();
    match newest {
        Some((_, name)) => read(store, job, name).await,
        None => Ok(None),
    }
}

/// A job that is only read.
struct ReadOnly<'a> {
    draft_trial: &'a DraftTrial,
}

#[async_trait]
impl JobContext for ReadOnly<'_> {
    fn id(&self) -> &JobId {
        &self.draft_trial.job
    }

    fn attempt(&self) -> u32 {
        1
    }

    fn event(&self) -> &AcceptedEvent {
        &self.draft_trial.event
    }

    fn now(&self) -> Timestamp {
        self.draft_trial.event.received_at
    }

    async fn read_step(&self, _: &str) -> Result<Option<Value>, JobError> {
        Ok(None)
    }

    async fn write_step(&self, step: &str, _: Value) -> Result<Value, JobError> {
        Err(JobError::dead(Cause::RecordUnwritable, format!("a trial writes nothing ({step})")))
    }

    async fn check_lease(&self) -> Result<(), JobError> {
        Err(JobError::dead(Cause::RecordUnwritable, "a trial holds no lease"))
    }
}
