//! Submission → analysis, by the assessment's bank and profile; then what to make of it among the student's other attempts.

use std::str::FromStr as _;
use std::sync::Arc;

use crate::analysis::profile::{About, PassRule, Profile, Profiles};
use crate::analysis::{self, AnalysisError, Contradiction};
use crate::jobs::handler::JobError;
use crate::model::analysis::Analysis;
use crate::model::cause::Cause;
use crate::model::completion::Assessment;
use crate::pipeline::history;
use crate::pipeline::records::{Analysed, Fetched};
use crate::pipeline::run::Run;
use crate::pipeline::waits;
use crate::report::figures;
use crate::report::language::Language;
use crate::report::vocabulary;

/// What judging the answers came to; nothing is filed yet.
pub(super) struct Opinion {
    profiles: Arc<Profiles>,
    /// The one of them that judged.
    profile: Profile,
    analysis: Analysis,
}

/// Judges the answers by bank and profile.
pub(super) async fn judge(run: &Run<'_>, fetched: &Fetched) -> Result<Opinion, JobError> {
    let profiles = run.services.assets.profiles().await?;
    let profile = profiles.find(&about(&run.completion.source, &run.completion.assessment)).clone();
    let analysis = by_bank(run, fetched, &profile).await?;
    for note in &analysis.notes {
        tracing::warn!(job.id = %run.job.id(), "{note}");
    }
    Ok(Opinion { profiles, profile, analysis })
}

/// Files the result and makes of it what follows, while `settling` goes on; `None` when another job has the submission.
pub(super) async fn settle<T>(
    run: &Run<'_>,
    fetched: &Fetched,
    Opinion { profiles, profile, analysis }: Opinion,
    settling: impl Future<Output = Result<T, JobError>>,
) -> Result<Option<(Analysed, T)>, JobError> {
    // The cohort is read while the result is filed; a student who was here before needs another look.
    let assessment_key = run.assessment_key();
    let cohort = run.services.cohorts.summary(&assessment_key);
    let (filed, cohort) = tokio::join!(history::file(run, fetched, &analysis, settling), cohort);
    let Some((own, others, settled)) = filed? else { return Ok(None) };
    let language = language(run, profile.language.as_deref());
    let analysed = Analysed {
        at: run.job.now(),
        course: profile.course.clone().unwrap_or_else(|| run.course_folder(fetched)),
        language,
        template: profile.template.clone(),
        pass_rule: pass_rule(&analysis, &profile, language),
        all_correct: profile.pass == PassRule::AllCorrect && profile.statuses.is_empty(),
        history: history::shown(&own, &others, &run.services.config.zone),
        cohort: history::standing(run, fetched, &own, &others, cohort).await,
        skip: history::skip(run, fetched, &own, &others).await?,
        plans: profiles.plans().iter().filter(|plan| plan.assessments.contains(&profile.name)).map(|plan| plan.name.clone()).collect(),
        profile: profile.name.clone(),
        parts: Vec::new(),
        periods: Vec::new(),
        analysis,
    };
    Ok(Some((analysed, settled)))
}

/// What decides which profile an assessment gets.
pub(super) fn about<'a>(source: &'a str, assessment: &'a Assessment) -> About<'a> {
    let course = [assessment.course_id.as_deref(), assessment.course_title.as_deref()];
    About { id: assessment.id.as_deref(), title: assessment.title.as_deref(), source: Some(source), courses: course }
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

async fn by_bank(run: &Run<'_>, fetched: &Fetched, profile: &Profile) -> Result<Analysis, JobError> {
    let title = run.completion.assessment.display_title();
    let bank = run.services.assets.bank(&title, profile.bank.as_deref()).await?;
    if bank.is_none() && !profile.bank_optional {
        let workbook = run.services.assets.workbook(&title, profile.bank.as_deref()).await?;
        let names = analysis::bank::makeable(&title, profile.bank.as_deref());
        let words = waits::bank_missing(&title, &names, workbook.as_deref(), run.services.config.language);
        return Err(JobError::park(Cause::BankMissing, words));
    }
    // Answers are as long and as odd as whoever wrote them liked.
    let (submission, profile) = (fetched.submission.clone(), profile.clone());
    let work = move || match bank {
        Some(bank) => analysis::analyse(&submission, &bank, &profile),
        None => analysis::analyse_without_bank(&submission, &profile),
    };
    let judged = run.services.pool.run(work).await.map_err(|error| {
        JobError::park(Cause::AnalysisFailed, format!("the analysis failed on this submission: {error}; send the bank to the developers"))
    })?;
    judged.map_err(|error| JobError::park(cause(&error), error_words(&error, run.services.config.language)))
}

/// The cause an operator finds such jobs under.
fn cause(error: &AnalysisError) -> Cause {
    match error {
        AnalysisError::Contradicts(_) | AnalysisError::Unplaced { .. } => Cause::BankContradictsPlatform,
        AnalysisError::TooLong => Cause::SubmissionTooLong,
        _ => Cause::AnalysisImpossible,
    }
}

/// What an operator reads; contradictions in the school's language, for they are the teachers' to settle.
fn error_words(error: &AnalysisError, language: Language) -> String {
    let AnalysisError::Contradicts(found) = error else {
        return format!("{error}. Correct bank, profile or assessment; the job then resumes automatically, or release it.");
    };
    let Contradiction { bank, profile, by_bank, by_platform, left_out, .. } = found.as_ref();
    let questions = figures::questions(&found.questions, language);
    match language {
        Language::En => format!("{error}. Correct bank, profile or assessment; the job then resumes automatically, or release it."),
        Language::Es => {
            let differ = if questions.is_empty() { String::new() } else { format!(" Difieren en: {questions}.") };
            let lacks =
                if *left_out > 0 { format!(" {left_out} preguntas de la evaluación no están en el banco.") } else { String::new() };
            format!(
                "El banco de preguntas '{bank}' contradice a la plataforma: correctas según el banco {}, según la plataforma {}.{differ}{lacks} \
                 Revise si es el banco de esta evaluación y de esta forma, con los números o textos que las preguntas tienen allí, y corríjalo; el informe sale después por sí solo. \
                 Si el banco está bien, ponga contradiction = 100 en el perfil '{profile}' de assessments.toml.",
                of(by_bank, language),
                of(by_platform, language)
            )
        }
        Language::Pt => {
            let differ = if questions.is_empty() { String::new() } else { format!(" Diferem em: {questions}.") };
            let lacks = if *left_out > 0 { format!(" {left_out} questões da avaliação não estão no banco.") } else { String::new() };
            format!(
                "O banco de questões '{bank}' contradiz a plataforma: corretas segundo o banco {}, segundo a plataforma {}.{differ}{lacks} \
                 Verifique se é o banco desta avaliação e desta forma, com os números ou textos que as questões têm lá, e corrija-o; o relatório sai depois por si só. \
                 Se o banco estiver certo, ponha contradiction = 100 no perfil '{profile}' de assessments.toml.",
                of(by_bank, language),
                of(by_platform, language)
            )
        }
    }
}

/// `1 of 4 (25 %)` in another language.
fn of(share: &str, language: Language) -> String {
    share.replace(" of ", &format!(" {} ", language.words().of))
}

/// The language asked for, else the service's.
pub(super) fn language(run: &Run<'_>, code: Option<&str>) -> Language {
    let own = code.and_then(|code| Language::from_str(code).ok());
    own.unwrap_or(run.services.config.language)
}
