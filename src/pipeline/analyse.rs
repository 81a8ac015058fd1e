//! Submission → analysis, by the assessment's bank and profile; then what to make of it among the student's other attempts.

use std::str::FromStr as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::analysis;
use crate::analysis::profile::{PassRule, Profile};
use crate::jobs::handler::JobError;
use crate::model::analysis::Analysis;
use crate::pipeline::fetch::Fetched;
use crate::pipeline::history;
use crate::pipeline::run::Run;
use crate::report::data::{Attempt, Cohort, Part, Period};
use crate::report::language::Language;
use crate::report::vocabulary;

/// `analysed.json`: the judgement and every decision that hangs on it, so that later steps and attempts see the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Analysed {
    pub(super) at: Timestamp,
    pub(super) analysis: Analysis,
    /// The folder the report is filed under.
    pub(super) course: String,
    pub(super) language: Language,
    /// The template the profile asks for.
    pub(super) template: Option<String>,
    /// Whether a group passes only with all its questions right.
    pub(super) all_correct: bool,
    /// When a group passes, as the report says it.
    #[serde(default)]
    pub(super) pass_rule: Option<String>,
    pub(super) history: Vec<Attempt>,
    pub(super) cohort: Option<Cohort>,
    /// Why this submission gets no report (`RETAKE_POLICY`).
    pub(super) skip: Option<String>,
    /// The profile that judged.
    #[serde(default)]
    pub(super) profile: String,
    /// The plans over several assessments that this one is part of.
    #[serde(default)]
    pub(super) plans: Vec<String>,
    /// Of such a plan: its assessments.
    #[serde(default)]
    pub(super) parts: Vec<Part>,
    /// Of such a plan: what to study when.
    #[serde(default)]
    pub(super) periods: Vec<Period>,
}

/// Judges the answers, unless that is recorded.
pub(super) async fn step(run: &Run<'_>, fetched: &Fetched) -> Result<Analysed, JobError> {
    if let Some(analysed) = run.recorded("analysed").await? {
        return Ok(analysed);
    }
    let assessment = &run.completion.assessment;
    let profiles = run.services.shelf.profiles().await?;
    let profile = profiles.get(assessment.id.as_deref(), assessment.title.as_deref());
    let analysis = judge(run, fetched, profile).await?;
    for note in &analysis.notes {
        tracing::warn!(job.id = %run.job.id(), "{note}");
    }
    let (own, others) = history::file(run, fetched, &analysis).await?;
    let analysed = Analysed {
        at: run.job.now(),
        course: profile.course.clone().unwrap_or_else(|| assessment.course_folder()),
        language: language(run, profile.language.as_deref()),
        template: profile.template.clone(),
        pass_rule: pass_rule(&analysis, profile, language(run, profile.language.as_deref())),
        all_correct: profile.pass == PassRule::AllCorrect && profile.statuses.is_empty(),
        history: history::shown(&own, &others, &run.services.config.zone),
        cohort: history::standing(run, fetched, &own, &others).await?,
        skip: history::skip(run, fetched, &own, &others).await?,
        plans: profiles.plans().iter().filter(|plan| plan.assessments.contains(&profile.name)).map(|plan| plan.name.clone()).collect(),
        profile: profile.name.clone(),
        parts: Vec::new(),
        periods: Vec::new(),
        analysis,
    };
    run.record("analysed", &analysed).await
}

/// The rule in words; nothing where there are no groups, or where statuses of the school's own say how a group stands.
fn pass_rule(analysis: &Analysis, profile: &Profile, language: Language) -> Option<String> {
    let kind = analysis.groups.first().map(|group| group.kind.as_str()).filter(|_| profile.statuses.is_empty())?;
    let at_least = match profile.pass {
        PassRule::AllCorrect => None,
        PassRule::AtLeast(bound) => Some(bound),
    };
    Some(vocabulary::pass_rule(Some(kind), at_least, language))
}

async fn judge(run: &Run<'_>, fetched: &Fetched, profile: &Profile) -> Result<Analysis, JobError> {
    let title = run.completion.assessment.display_title();
    let judged = match run.services.shelf.bank(&title, profile.bank.as_deref()).await? {
        Some(bank) => analysis::analyse(&fetched.submission, &bank, profile),
        None if profile.bank_optional => analysis::analyse_without_bank(&fetched.submission, profile),
        None => return Err(bank_missing(&title, profile)),
    };
    judged.map_err(|error| {
        JobError::park("analysis_impossible", format!("{error}. Correct bank, profile or assessment, then release the job."))
    })
}

fn bank_missing(title: &str, profile: &Profile) -> JobError {
    let wanted = analysis::bank::candidates(title, profile.bank.as_deref());
    JobError::park(
        "bank_missing",
        format!(
            "there is no question bank for '{title}'; put one under questions/ with one of these names: {}; then release the job",
            wanted.join(", ")
        ),
    )
}

/// The language asked for, else the service's.
pub(super) fn language(run: &Run<'_>, code: Option<&str>) -> Language {
    let own = code.and_then(|code| Language::from_str(code).ok());
    own.unwrap_or(run.services.config.language)
}
