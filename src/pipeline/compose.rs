//! Analysis → report data: pure. `report` knows nothing of our model, so the translation is here.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::analysis::mark;
use crate::model::analysis::{Analysis, Comparison, GroupResult, GroupStatus, LevelBound, Measure, Term, Tone};
use crate::pipeline::records::{Analysed, Fetched};
use crate::pipeline::run::Run;
use crate::report::data::{
    Assessment, Attempt, Figure, Group, Level, Question, Report, ResultData, Review, StatusBand, Student, Submission,
};
use crate::report::figures::{self, Bound, FigureKind};
use crate::report::language::Language;
use crate::report::vocabulary;

/// The values a template may show.
pub(super) fn report(run: &Run<'_>, fetched: &Fetched, analysed: &Analysed) -> Report {
    let (analysis, zone) = (&analysed.analysis, &run.services.config.zone);
    let assessment = &run.completion.assessment;
    let submitted_at = fetched.submission.submitted_at.or(run.completion.submitted_at);
    let services = run.services;
    let school = services.config.school.as_deref().or(services.mailer.sender_name()).or(run.completion.school.as_deref());
    Report {
        student: student(fetched),
        assessment: Assessment {
            id: assessment.id.clone().unwrap_or_default(),
            title: assessment.display_title(),
            course: assessment.course_title.clone().or_else(|| assessment.course_id.clone()),
        },
        submission: Submission {
            id: fetched.submission.id.clone(),
            submitted_at: submitted_at.map(|at| local(at, zone)),
            attempt: fetched.submission.attempt,
        },
        result: ResultData { pass_rule: analysed.pass_rule.clone(), ..result(analysis, analysed.language) },
        groups: analysis.groups.iter().map(|group| self::group(group, analysed.language)).collect(),
        parents: analysis.parents.iter().map(|group| self::group(group, analysed.language)).collect(),
        by: by(analysis, analysed.language),
        levels: levels(analysis, analysed.language),
        statuses: statuses(analysis, analysed.language),
        questions: questions(analysis),
        strengths: analysis.strengths.clone(),
        to_review: reviews(analysis, analysed.language),
        review_questions: analysis.questions.iter().filter(|q| q.correct != Some(true)).map(|q| q.number).collect(),
        plan: analysis.plan.clone(),
        history: history(analysed),
        cohort: analysed.cohort.clone(),
        parts: analysed.parts.clone(),
        periods: analysed.periods.clone(),
        school: [("name", school), ("color", services.config.school_color.as_deref())]
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect(),
        today: run.job.event().received_at.to_zoned(zone.clone()).date().to_string(),
        language: Some(analysed.language.code().to_owned()),
        append_results: None,
    }
}

/// The instant in the school's time, RFC 3339.
fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn student(fetched: &Fetched) -> Student {
    let student = &fetched.student;
    Student {
        id: student.id.clone().unwrap_or_default(),
        name: student.display_name(),
        first_name: student.first_name.clone(),
        last_name: student.last_name.clone(),
        email: student.email.clone(),
    }
}

fn result(analysis: &Analysis, language: Language) -> ResultData {
    let said = |level: &String| vocabulary::shown(level, language);
    let (headline, answers) = (headline(analysis, language), answers(analysis, language));
    let figures = if headline == answers { vec![answers.clone()] } else { vec![headline.clone(), answers.clone()] };
    ResultData {
        percentage: analysis.percentage,
        headline,
        answers,
        figures,
        mark: analysis.mark,
        mark_passed: analysis.mark.map(mark::passes),
        requirement: analysis.requirement,
        score: analysis.score,
        max_score: analysis.max_score,
        level: analysis.level.as_ref().map(said),
        internal_level: analysis.internal_level.as_ref().map(said),
        passed: analysis.passed,
        pass_rule: None,
        total: analysis.total,
        correct: analysis.correct,
        incorrect: analysis.incorrect,
        unanswered: analysis.unanswered,
    }
}

/// What the headline percentage counts.
pub(super) fn headline(analysis: &Analysis, language: Language) -> Figure {
    match analysis.measure {
        Measure::Questions => answers(analysis, language),
        Measure::Groups => {
            let passed = analysis.groups.iter().filter(|group| group.passed).count();
            let counted = counted(analysis);
            figures::figure(counted, passed as f64, analysis.groups.len() as f64, language)
        }
        Measure::Points => figures::figure(FigureKind::Points, analysis.score, analysis.max_score, language),
    }
}

/// Right answers of all questions.
pub(super) fn answers(analysis: &Analysis, language: Language) -> Figure {
    figures::figure(FigureKind::Questions, f64::from(analysis.correct), f64::from(analysis.total), language)
}

fn counted(analysis: &Analysis) -> FigureKind<'_> {
    match analysis.measure {
        Measure::Questions => FigureKind::Questions,
        Measure::Groups => FigureKind::Groups(analysis.groups.first().map_or("", |group| group.kind.as_str())),
        Measure::Points => FigureKind::Points,
    }
}

fn group(group: &GroupResult, language: Language) -> Group {
    let (status, tone) = status(&group.status, language);
    Group {
        name: group.name.clone(),
        parent: group.parent.clone(),
        total: group.total,
        correct: group.correct,
        percentage: group.percentage,
        status,
        passed: group.passed,
        tone: Some(tone.to_owned()),
        link: group.link.clone(),
    }
}

fn status(status: &GroupStatus, language: Language) -> (String, &'static str) {
    let words = language.words();
    match status {
        GroupStatus::Passed => (words.passed.to_owned(), "good"),
        GroupStatus::Failed => (words.failed.to_owned(), "bad"),
        GroupStatus::Named { label, tone } => (vocabulary::shown(label, language), self::tone(*tone)),
    }
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Middle => "middle",
        Tone::Bad => "bad",
    }
}

/// The statuses of the profile, each with the percentages it stands for.
fn statuses(analysis: &Analysis, language: Language) -> Vec<StatusBand> {
    let mut above = None;
    let mut bands = Vec::new();
    for status in &analysis.bounds.statuses {
        bands.push(figures::status_band(vocabulary::shown(&status.name, language), tone(status.tone), status.at_least, above, language));
        above = status.at_least;
    }
    bands
}

fn by(analysis: &Analysis, language: Language) -> BTreeMap<String, Vec<Group>> {
    let groups = |groups: &Vec<GroupResult>| groups.iter().map(|group| self::group(group, language)).collect();
    analysis.by.iter().map(|(column, results)| (column.clone(), groups(results))).collect()
}

fn history(analysed: &Analysed) -> Vec<Attempt> {
    let said = |level: &String| vocabulary::shown(level, analysed.language);
    let attempt = |attempt: &Attempt| Attempt { level: attempt.level.as_ref().map(said), ..attempt.clone() };
    analysed.history.iter().map(attempt).collect()
}

fn levels(analysis: &Analysis, language: Language) -> Vec<Level> {
    let level = |name: &String| {
        let bound = analysis.bounds.levels.iter().find(|bound| bound.name == *name);
        Level {
            name: vocabulary::shown(name, language),
            reached: analysis.level.as_ref() == Some(name),
            from: bound.and_then(from),
            rule: bound.and_then(|bound| rule(bound, analysis, language)),
        }
    };
    analysis.levels.iter().map(level).collect()
}

/// The headline percentage from which a level is reached, where nothing else decides.
fn from(bound: &LevelBound) -> Option<f64> {
    match bound.terms.as_slice() {
        [Term { what, comparison: Comparison::AtLeast, bound, .. }] if what == "percentage" => Some(*bound),
        _ => None,
    }
}

/// The condition of a level in words; for the last one, which has none, what the level before it asks for is not reached.
fn rule(level: &LevelBound, analysis: &Analysis, language: Language) -> Option<String> {
    if !level.conditional {
        let levels = &analysis.bounds.levels;
        let before = levels.iter().position(|other| other.name == level.name).filter(|at| *at > 0).map(|at| &levels[at - 1])?;
        let bound = from(before)?;
        return Some(figures::share_of(Bound::Below, bound, &figures::noun(counted(analysis), language), language));
    }
    let words: Option<Vec<String>> = level.terms.iter().map(|term| term_words(term, analysis, language)).collect();
    words.filter(|words| !words.is_empty()).map(|words| words.join(&format!(" {} ", language.words().and)))
}

fn term_words(term: &Term, analysis: &Analysis, language: Language) -> Option<String> {
    let bound = match term.comparison {
        Comparison::AtLeast => Bound::AtLeast,
        Comparison::Above => Bound::Above,
        Comparison::AtMost => Bound::AtMost,
        Comparison::Below => Bound::Below,
    };
    match (&term.group, term.what.as_str()) {
        (Some(group), "difficulty") => Some(figures::share_in(bound, term.bound, &figures::difficulty(group, language), language)),
        (Some(group), _) => Some(figures::share_in(bound, term.bound, group, language)),
        (None, "percentage") => Some(figures::share_of(bound, term.bound, &figures::noun(counted(analysis), language), language)),
        (None, name) => {
            let kind = analysis.groups.first().map_or("", |group| group.kind.as_str());
            let noun = figures::count_noun(name, kind, language)?;
            Some(format!("{} {noun}", figures::bounded(bound, &language.short_number(term.bound), language)))
        }
    }
}

fn questions(analysis: &Analysis) -> Vec<Question> {
    let question = |question: &crate::model::analysis::QuestionResult| Question {
        number: question.number,
        text: question.text.clone(),
        answer: question.answer.clone(),
        correct_answer: question.correct_answer.clone(),
        correct: question.correct,
        points: question.points,
        max_points: question.max_points,
        group: question.group.clone(),
        link: question.link.clone(),
    };
    analysis.questions.iter().map(question).collect()
}

/// The groups to go over again, with their questions in words.
pub(super) fn reviews(analysis: &Analysis, language: Language) -> Vec<Review> {
    let review = |review: &crate::model::analysis::Review| Review {
        name: review.name.clone(),
        parent: review.parent.clone(),
        questions: review.questions.clone(),
        text: figures::questions(&review.questions, language),
        link: review.link.clone(),
    };
    analysis.to_review.iter().map(review).collect()
}
