//! The study plan over several assessments: one report, when a student has finished the last of them.
//!
//! Each job of such an assessment leaves its result with the plan and then looks whether all are there.
//! It is written before it is looked for, so of two that finish at once at least one sees both; both may then ask for the plan, and the effect key makes that one job.
//! That job is run like any other: gathered instead of fetched and judged, then rendered, filed, mailed, told.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::analysis::profile::{Plan, Profiles};
use crate::jobs::handler::{AcceptedEvent, JobError};
use crate::jobs::index::job_id;
use crate::model::analysis::Analysis;
use crate::model::completion::{Assessment, Completion};
use crate::model::submission::Submission;
use crate::pipeline::analyse::{self, Analysed};
use crate::pipeline::fetch::Fetched;
use crate::pipeline::run::{Run, storage};
use crate::pipeline::waiting;
use crate::report::data::{Part, Period, PeriodItem, Review};
use crate::report::language::Language;
use crate::report::vocabulary;
use crate::storage::key::ObjectKey;

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

/// Whether an event asks for a plan and not for a report.
pub(super) fn is_plan(completion: &Completion) -> bool {
    completion.source == SOURCE
}

/// Leaves the result with the plans it is part of, and starts those of which it was the last.
pub(super) async fn step(run: &Run<'_>, fetched: &Fetched, analysed: &Analysed) -> Result<(), JobError> {
    for name in &analysed.plans {
        leave(run, fetched, analysed, name).await?;
        let profiles = run.services.shelf.profiles().await?;
        // A plan that was taken out of the file meanwhile is not made.
        let Some(plan) = profiles.plan(name) else { continue };
        let student = run.student_key(&fetched.student);
        let finished = finished(run, plan, &student).await?;
        if finished.len() == plan.assessments.len() {
            run.job.follow(event(run, fetched, plan, &student)?).await?;
        }
    }
    Ok(())
}

async fn leave(run: &Run<'_>, fetched: &Fetched, analysed: &Analysed, plan: &str) -> Result<(), JobError> {
    let at = fetched.submission.submitted_at.or(run.completion.submitted_at).unwrap_or(run.job.event().received_at);
    let own = Finished { job: run.job.id().to_string(), at, part: part(run, analysed, at) };
    let (student, stamp) = (run.student_key(&fetched.student), at.strftime("%Y%m%dT%H%M%SZ"));
    let key = ObjectKey::PlanPart { plan, student: &student, name: &format!("{}_{stamp}_{}", analysed.profile, own.job) }.path();
    waiting::leave(run.services.store.as_ref(), &key, &own).await.map_err(|error| storage(&error))
}

fn part(run: &Run<'_>, analysed: &Analysed, at: Timestamp) -> Part {
    let analysis = &analysed.analysis;
    let review = |review: &crate::model::analysis::Review| Review {
        name: review.name.clone(),
        parent: review.parent.clone(),
        questions: review.questions.clone(),
    };
    Part {
        name: analysed.profile.clone(),
        title: run.completion.assessment.display_title(),
        date: Some(at.to_zoned(run.services.config.zone.clone()).date().to_string()),
        percentage: analysis.percentage,
        level: analysis.level.clone(),
        total: analysis.total,
        correct: analysis.correct,
        strengths: analysis.strengths.clone(),
        to_review: analysis.to_review.iter().map(review).collect(),
        plan: analysis.plan.clone(),
    }
}

/// The student's newest result on each assessment of the plan, in the plan's order; shorter than the plan while some are missing.
async fn finished(run: &Run<'_>, plan: &Plan, student: &str) -> Result<Vec<Finished>, JobError> {
    let key = ObjectKey::PlanPart { plan: &plan.name, student, name: "-" }.path();
    let folder = key.rsplit_once('/').map_or(key.as_str(), |(folder, _)| folder);
    let all: Vec<(String, Finished)> = waiting::read(&run.services.store, &format!("{folder}/")).await.map_err(|error| storage(&error))?;
    let newest = |name: &String| {
        let of_it = all.iter().map(|(_, finished)| finished).filter(|finished| finished.part.name == *name);
        of_it.max_by(|a, b| (a.at, &a.job).cmp(&(b.at, &b.job))).cloned()
    };
    Ok(plan.assessments.iter().filter_map(newest).collect())
}

/// The event that asks for the plan: one for a student and plan, whoever asks and how often.
fn event(run: &Run<'_>, fetched: &Fetched, plan: &Plan, student: &str) -> Result<AcceptedEvent, JobError> {
    let effect_key = format!("{SOURCE}/{}/{student}", plan.name);
    let language = analyse::language(run, plan.language.as_deref());
    let title = plan.title.clone().unwrap_or_else(|| usual_title(language).to_owned());
    let completion = Completion {
        source: SOURCE.to_owned(),
        student: fetched.student.clone(),
        assessment: Assessment { id: Some(plan.name.clone()), title: Some(title), course_id: None, course_title: plan.course.clone() },
        submission: None,
        submission_id: None,
        submitted_at: None,
        school: run.completion.school.clone(),
    };
    let payload = serde_json::to_value(completion).map_err(|error| JobError::dead("record_unwritable", error.to_string()))?;
    Ok(AcceptedEvent {
        version: 1,
        source: SOURCE.to_owned(),
        delivery_key: job_id(&effect_key).to_string(),
        effect_key,
        received_at: run.job.now(),
        payload,
        trace: run.job.event().trace.clone(),
        park: None,
    })
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
    let fetched = Fetched { at: run.job.now(), from_event: true, student, submission, title: None, duplicate: false };
    let fetched = match run.recorded("fetched").await? {
        Some(fetched) => fetched,
        None => run.record("fetched", &fetched).await?,
    };
    if let Some(analysed) = run.recorded("analysed").await? {
        return Ok((fetched, analysed));
    }
    let profiles = run.services.shelf.profiles().await?;
    let plan = configured(run, &profiles)?;
    let finished = finished(run, plan, &run.student_key(&fetched.student)).await?;
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
    Part { level: part.level.map(|level| vocabulary::shown(&level, language)), ..part }
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
