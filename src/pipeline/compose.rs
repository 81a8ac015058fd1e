//! Analysis → report data: pure. `report` knows nothing of our model, so the translation is here.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::analysis::{Analysis, GroupResult, GroupStatus, Tone};
use crate::pipeline::analyse::Analysed;
use crate::pipeline::fetch::Fetched;
use crate::pipeline::run::Run;
use crate::report::data::{Assessment, Attempt, Group, Level, Question, Report, ResultData, Review, Student, Submission};
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
        questions: questions(analysis),
        strengths: analysis.strengths.clone(),
        to_review: reviews(analysis),
        plan: analysis.plan.clone(),
        history: history(analysed),
        cohort: analysed.cohort.clone(),
        parts: analysed.parts.clone(),
        periods: analysed.periods.clone(),
        school: school.into_iter().map(|name| ("name".to_owned(), name.to_owned())).collect(),
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
    ResultData {
        percentage: analysis.percentage,
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
    }
}

fn status(status: &GroupStatus, language: Language) -> (String, &'static str) {
    let words = language.words();
    match status {
        GroupStatus::Passed => (words.passed.to_owned(), "good"),
        GroupStatus::Failed => (words.failed.to_owned(), "bad"),
        GroupStatus::Named { label, tone } => {
            let tone = match tone {
                Tone::Good => "good",
                Tone::Middle => "middle",
                Tone::Bad => "bad",
            };
            (vocabulary::shown(label, language), tone)
        }
    }
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
    let level = |name: &String| Level { name: vocabulary::shown(name, language), reached: analysis.level.as_ref() == Some(name) };
    analysis.levels.iter().map(level).collect()
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
    };
    analysis.questions.iter().map(question).collect()
}

fn reviews(analysis: &Analysis) -> Vec<Review> {
    let review = |review: &crate::model::analysis::Review| Review {
        name: review.name.clone(),
        parent: review.parent.clone(),
        questions: review.questions.clone(),
    };
    analysis.to_review.iter().map(review).collect()
}
