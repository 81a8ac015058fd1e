//! The study plan over several assessments: one report, when a student has finished the last of them.
//!
//! A job of such an assessment tells with its end what it contributes. The projection of ended jobs leaves that with the plan and then looks whether all are there; the plan's effect key makes it one job, whoever asks and how often.
//! That job is run like any other: gathered instead of fetched and judged, then rendered, filed, mailed, told.

use std::collections::BTreeSet;
use std::str::FromStr as _;
use std::sync::{Arc, OnceLock};

use anyhow::Context as _;
use async_trait::async_trait;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::analysis::profile::{Plan, Profiles};
use crate::jobs::accept::job_id;
use crate::jobs::error::{AcceptError, JobsError};
use crate::jobs::feed;
use crate::jobs::handler::{AcceptedEvent, Follows, JobError, JobKind};
use crate::jobs::records::{EndRecord, EndState, RecordName};
use crate::model::analysis::Analysis;
use crate::model::card::Card;
use crate::model::completion::{Assessment, Completion};
use crate::model::lane::LaneName;
use crate::model::person::Student;
use crate::model::submission::Submission;
use crate::pipeline::analyse;
use crate::pipeline::assets::AssetCache;
use crate::pipeline::compose;
use crate::pipeline::projection::Projection;
use crate::pipeline::records::{Analysed, Fetched};
use crate::pipeline::run::Run;
use crate::pipeline::spool;
use crate::pipeline::trouble::storage;
use crate::report::data::{Part, Period, PeriodItem, Review};
use crate::report::figures::{self, FigureKind};
use crate::report::language::Language;
use crate::report::vocabulary;
use crate::storage::key::ObjectKey;
use crate::storage::{Store, StoreError};

/// The kind of job that makes a plan.
pub(super) const KIND: JobKind = JobKind { name: "study_plan", ..JobKind::REPORT };

/// The source of events that ask for a plan; no platform is called so.
const SOURCE: &str = "plan";

/// The template that serves unless the plan names one.
const TEMPLATE: &str = "plantilla_plan_estudio.docx";

/// What one submission contributes, as `plans/<plan>/<student>/` keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Finished {
    job: String,
    /// When it was handed in; of several attempts the newest counts.
    at: Timestamp,
    /// The assessment's short name is its profile's; level and plan are in its profile's words.
    part: Part,
}

/// Whether an event asks for a plan: by its kind, or by its source when a release that knew no kinds recorded it.
pub(super) fn is_plan(event: &AcceptedEvent) -> bool {
    event.kind == KIND.name || event.source == SOURCE
}

/// Where the summary of a job that is part of a plan tells what it contributes.
pub(super) const PART: &str = "plan_part";

/// What a finished job contributes to the plans it is part of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Contribution {
    /// When it was handed in.
    at: Timestamp,
    profile: String,
    student: Student,
    #[serde(default)]
    school: Option<String>,
    part: Part,
}

/// What a job contributes to the plans it is part of; nothing when it is part of none.
pub(super) fn part_of(run: &Run<'_>, fetched: &Fetched, analysed: &Analysed) -> Option<Contribution> {
    if analysed.plans.is_empty() {
        return None;
    }
    let at = fetched.submission.submitted_at.or(run.completion.submitted_at).unwrap_or(run.job.event().received_at);
    Some(Contribution {
        at,
        profile: analysed.profile.clone(),
        student: fetched.student.clone(),
        school: run.completion.school.clone(),
        part: part(run, analysed, at),
    })
}

/// Leaves results with the plans they are part of, and asks for those that are whole: a projection of ended jobs.
pub(super) struct Plans {
    store: Arc<dyn Store>,
    assets: Arc<AssetCache>,
    language: Language,
    follows: OnceLock<Arc<dyn Follows>>,
}

#[async_trait]
impl Projection for Plans {
    fn name(&self) -> &'static str {
        "plans"
    }

    fn begins_now(&self) -> bool {
        true
    }

    async fn apply(&self, cards: &[Card], now: Timestamp) -> Result<(), StoreError> {
        for card in cards {
            let Some(contribution) = self.contribution(card).await? else { continue };
            for name in &card.report.plans {
                self.leave(card, &contribution, name).await?;
                self.ask_when_whole(card, &contribution, name, now).await?;
            }
        }
        Ok(())
    }

    async fn take_older(&self, _now: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    /// Leaves every result with its plans anew; a plan that is whole was asked for when it became so, and is not asked for again.
    async fn rebuild(&self, _now: Timestamp) -> anyhow::Result<String> {
        let mut entries = feed::entries(&*self.store, LaneName::Reports);
        let (mut results, mut plans) = (0, BTreeSet::new());
        while let Some((key, entry)) = entries.try_next().await.context("cannot list the ended jobs")? {
            if entry.state != EndState::Done.as_str() {
                continue;
            }
            let card = match feed::read(&*self.store, &key, &entry.job).await {
                Ok(Some(card)) => card,
                Ok(None) => continue,
                Err(JobsError::Store(error)) if error.is_away() => return Err(error).context("cannot read the ended jobs"),
                Err(error) => {
                    tracing::error!(key, %error, "An ended job cannot be read and is left out of the plans");
                    continue;
                }
            };
            let Some(contribution) = self.contribution(&card).await? else { continue };
            for name in &card.report.plans {
                self.leave(&card, &contribution, name).await?;
                results += 1;
                plans.insert(name.clone());
            }
        }
        Ok(format!("{results} results in {} plans", plans.len()))
    }
}

impl Plans {
    pub(super) fn new(store: Arc<dyn Store>, assets: Arc<AssetCache>, language: Language) -> Self {
        Self { store, assets, language, follows: OnceLock::new() }
    }

    /// Who starts the plans' jobs, from now on; the first one who is told.
    pub(super) fn start_with(&self, follows: Arc<dyn Follows>) {
        let _ = self.follows.set(follows);
    }

    /// What a finished job contributes, as its end tells it; nothing where it is part of no plan, or its end cannot be read, which is told.
    async fn contribution(&self, card: &Card) -> Result<Option<Contribution>, StoreError> {
        if card.state != EndState::Done.as_str() || card.report.plans.is_empty() || card.report.is_plan {
            return Ok(None);
        }
        let end = spool::one::<EndRecord>(&self.store, RecordName::End(card.round).key(&card.job)).await?;
        // A release that left results with plans within the job tells nothing here, and has done so.
        let told = end.and_then(|(_, record)| record.end.summary.get(PART).cloned());
        Ok(told.and_then(|told| {
            let read = serde_json::from_value(told);
            read.inspect_err(|error| tracing::error!(job.id = %card.job, %error, "A result cannot be read and is left out of its plan"))
                .ok()
        }))
    }

    async fn leave(&self, card: &Card, contribution: &Contribution, plan: &str) -> Result<(), StoreError> {
        let Contribution { at, profile, part, .. } = contribution;
        let own = Finished { job: card.job.to_string(), at: *at, part: part.clone() };
        let name = format!("{profile}_{}_{}", at.strftime("%Y%m%dT%H%M%SZ"), own.job);
        let key = ObjectKey::PlanPart { plan, student: &card.report.student.key, name: &name }.path();
        spool::put(&*self.store, &key, &own).await
    }

    /// Left before it is looked for, so of two that finish at once at least one sees both; both may then ask, and the effect key makes that one job.
    async fn ask_when_whole(&self, card: &Card, contribution: &Contribution, name: &str, now: Timestamp) -> Result<(), StoreError> {
        let Some(follows) = self.follows.get() else { return Ok(()) };
        let refused = |message: String| StoreError::Refused { key: ObjectKey::Assessments.path(), message };
        let profiles = self.assets.profiles().await.map_err(|error| refused(error.message))?;
        // A plan that was taken out of the file meanwhile is not made.
        let Some(plan) = profiles.plan(name) else { return Ok(()) };
        let student = &card.report.student.key;
        if finished(&self.store, plan, student).await?.len() < plan.assessments.len() {
            return Ok(());
        }
        let event = event(contribution, plan, student, self.language, now).map_err(|error| refused(error.to_string()))?;
        follows.follow(event).await.map_err(|error| match error {
            AcceptError::Unavailable { source: JobsError::Store(error), .. } => error,
            error => StoreError::Unavailable {
                key: ObjectKey::JobFolder { job: &card.job }.path(),
                message: error.to_string(),
                retry_after: None,
            },
        })
    }
}

fn part(run: &Run<'_>, analysed: &Analysed, at: Timestamp) -> Part {
    let analysis = &analysed.analysis;
    Part {
        name: analysed.profile.clone(),
        title: run.completion.assessment.display_title(),
        date: Some(at.to_zoned(run.services.config.zone.clone()).date().to_string()),
        percentage: analysis.percentage,
        headline: compose::headline(analysis, analysed.language),
        answers: compose::answers(analysis, analysed.language),
        mark: analysis.mark,
        level: analysis.level.clone(),
        total: analysis.total,
        correct: analysis.correct,
        strengths: analysis.strengths.clone(),
        to_review: compose::reviews(analysis, analysed.language),
        plan: analysis.plan.clone(),
    }
}

/// The student's newest result on each assessment of the plan, in the plan's order; shorter than the plan while some are missing.
async fn finished(store: &Arc<dyn Store>, plan: &Plan, student: &str) -> Result<Vec<Finished>, StoreError> {
    let key = ObjectKey::PlanPart { plan: &plan.name, student, name: "-" }.path();
    let folder = key.rsplit_once('/').map_or(key.as_str(), |(folder, _)| folder);
    let all: Vec<(String, Finished)> = spool::read_all(store, &format!("{folder}/")).await?;
    let newest = |name: &String| {
        let of_it = all.iter().map(|(_, finished)| finished).filter(|finished| finished.part.name == *name);
        of_it.max_by(|a, b| (a.at, &a.job).cmp(&(b.at, &b.job))).cloned()
    };
    Ok(plan.assessments.iter().filter_map(newest).collect())
}

/// The event that asks for the plan: one for a student and plan, whoever asks and how often.
fn event(
    contribution: &Contribution,
    plan: &Plan,
    student: &str,
    usual: Language,
    now: Timestamp,
) -> Result<AcceptedEvent, serde_json::Error> {
    let effect_key = format!("{SOURCE}/{}/{student}", plan.name);
    let language = plan.language.as_deref().and_then(|code| Language::from_str(code).ok()).unwrap_or(usual);
    let title = plan.title.clone().unwrap_or_else(|| usual_title(language).to_owned());
    let completion = Completion {
        source: SOURCE.to_owned(),
        student: contribution.student.clone(),
        assessment: Assessment { id: Some(plan.name.clone()), title: Some(title), course_id: None, course_title: plan.course.clone() },
        submission: None,
        submission_id: None,
        submitted_at: None,
        school: contribution.school.clone(),
        score_to: None,
    };
    let delivery_key = job_id(&effect_key).to_string();
    Ok(AcceptedEvent { delivery_key, ..AcceptedEvent::new(&KIND, SOURCE, effect_key, now, serde_json::to_value(completion)?) })
}

fn usual_title(language: Language) -> &'static str {
    match language {
        Language::Es => "Plan de estudio",
        Language::En => "Study plan",
        Language::Pt => "Plano de estudo",
    }
}

/// What the plan's job works with, in place of answers and their judgement.
pub(super) async fn gather(run: &Run<'_>) -> Result<(Fetched, Analysed), JobError> {
    let student = run.completion.student.clone();
    let submission = Submission { submitted_at: Some(run.job.event().received_at), ..Submission::default() };
    let fetched = Fetched { at: run.job.now(), from_event: true, student, submission, title: None, course_title: None, duplicate: false };
    let fetched = match run.recorded("fetched").await? {
        Some(fetched) => fetched,
        None => run.record("fetched", &fetched).await?,
    };
    if let Some(analysed) = run.recorded("analysed").await? {
        return Ok((fetched, analysed));
    }
    let profiles = run.services.assets.profiles().await?;
    let plan = configured(run, &profiles)?;
    let finished = finished(&run.services.store, plan, &run.student_key(&fetched.student)).await.map_err(|error| storage(&error))?;
    let language = analyse::language(run, plan.language.as_deref());
    let parts: Vec<Part> = finished.into_iter().map(|finished| said(finished.part, language)).collect();
    let analysed = Analysed {
        at: run.job.now(),
        course: run.completion.assessment.course_folder(),
        language,
        template: Some(plan.template.clone().unwrap_or_else(|| TEMPLATE.to_owned())),
        all_correct: false,
        pass_rule: None,
        history: Vec::new(),
        cohort: None,
        skip: None,
        plans: Vec::new(),
        profile: plan.name.clone(),
        periods: spread(&parts, &plan.periods),
        analysis: together(&parts),
        parts,
    };
    let analysed = run.record("analysed", &analysed).await?;
    Ok((fetched, analysed))
}

fn configured<'a>(run: &Run<'_>, profiles: &'a Profiles) -> Result<&'a Plan, JobError> {
    let name = run.completion.assessment.id.as_deref().unwrap_or_default();
    let missing = || {
        JobError::park(
            "plan_missing",
            format!("assessments.toml has no plan '{name}' any more; put it back and release the job, or discard the job"),
        )
    };
    profiles.plan(name).ok_or_else(missing)
}

/// The part in the words of the plan's language.
fn said(part: Part, language: Language) -> Part {
    Part {
        level: part.level.map(|level| vocabulary::shown(&level, language)),
        headline: figures::translated(&part.headline, language),
        answers: figures::figure(FigureKind::Questions, f64::from(part.correct), f64::from(part.total), language),
        to_review: part
            .to_review
            .into_iter()
            .map(|review| Review { text: figures::questions(&review.questions, language), ..review })
            .collect(),
        ..part
    }
}

/// All assessments as one judgement: questions added up, the mean of the percentages, no level.
fn together(parts: &[Part]) -> Analysis {
    let (total, correct) = parts.iter().fold((0, 0), |(total, correct), part| (total + part.total, correct + part.correct));
    Analysis {
        percentage: parts.iter().map(|part| part.percentage).sum::<f64>() / parts.len().max(1) as f64,
        score: f64::from(correct),
        max_score: f64::from(total),
        total,
        correct,
        incorrect: total - correct,
        ..Analysis::default()
    }
}

/// What is to be studied, spread evenly over the periods: each assessment's own plan first, then its groups to review, in their order.
fn spread(parts: &[Part], periods: &[String]) -> Vec<Period> {
    let mut spread: Vec<Period> = periods.iter().map(|name| Period { name: name.clone(), items: Vec::new() }).collect();
    for part in parts {
        let review = part.to_review.iter().map(|review| match &review.parent {
            Some(parent) => format!("{parent}: {}", review.name),
            None => review.name.clone(),
        });
        let items: Vec<String> = part.plan.iter().cloned().chain(review).collect();
        let many = items.len();
        for (place, name) in items.into_iter().enumerate() {
            if let Some(period) = spread.get_mut(place * periods.len() / many) {
                period.items.push(PeriodItem { part: part.name.clone(), name });
            }
        }
    }
    spread
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, plan: &[&str], review: &[&str]) -> Part {
        Part {
            name: name.to_owned(),
            plan: plan.iter().map(|entry| (*entry).to_owned()).collect(),
            to_review: review.iter().map(|name| Review { name: (*name).to_owned(), ..Review::default() }).collect(),
            ..Part::default()
        }
    }

    fn calendar(parts: &[Part], periods: &[&str]) -> Vec<(String, Vec<String>)> {
        let periods: Vec<String> = periods.iter().map(|name| (*name).to_owned()).collect();
        let items = |period: Period| (period.name, period.items.into_iter().map(|item| format!("{}: {}", item.part, item.name)).collect());
        spread(parts, &periods).into_iter().map(items).collect()
    }

    #[test]
    fn what_is_to_be_studied_is_spread_evenly_and_keeps_its_order() {
        let parts = [part("M1", &["Guía 6"], &["Sistemas", "Cuadrática"]), part("CL", &[], &["Evaluar"])];
        let [first, second] = ["agosto", "septiembre"].map(str::to_owned);
        assert_eq!(
            calendar(&parts, &["agosto", "septiembre"]),
            [
                (first, vec!["M1: Guía 6".to_owned(), "M1: Sistemas".to_owned(), "CL: Evaluar".to_owned()]),
                (second, vec!["M1: Cuadrática".to_owned()])
            ]
        );
    }

    #[test]
    fn nothing_is_lost_however_many_periods_there_are() {
        let names: Vec<String> = (0..17).map(|number| number.to_string()).collect();
        let review: Vec<&str> = names.iter().map(String::as_str).collect();
        for count in 1..30 {
            let periods = vec!["x"; count];
            let placed: Vec<String> = calendar(&[part("M1", &[], &review)], &periods).into_iter().flat_map(|(_, items)| items).collect();
            assert_eq!(placed, review.iter().map(|name| format!("M1: {name}")).collect::<Vec<_>>());
        }
        assert!(calendar(&[part("M1", &[], &review)], &[]).is_empty(), "no calendar, no periods");
    }
}
