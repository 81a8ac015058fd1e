//! What a result means: a submission, the question bank and a profile give an analysis.
//!
//! Everything here is pure: bytes and values in, values out.
//! The room reads no file, knows no clock and logs nothing; what an operator should know it returns as notes.
//!
//! ```text
//! bank ──► matching (which answer, is it right) ──► grouping ──► levels ──► Analysis
//!                                                     ▲            ▲
//!                                                     └─ profile ──┘
//! ```

pub mod bank;
pub mod cohort;
pub mod history;
pub mod import;
pub mod profile;

mod fold;
mod grouping;
mod levels;
mod matching;
mod platform;
pub mod rehearse;
mod suggest;
mod summary;
#[cfg(test)]
mod tests;

use crate::analysis::bank::{LECTURE, QuestionBank};
use crate::analysis::grouping::Judged;
use crate::analysis::matching::judge::{self, Verdict};
use crate::analysis::matching::kind::Kind;
use crate::analysis::matching::{By, Matched, Mismatch};
use crate::analysis::profile::Profile;
use crate::analysis::summary::Evidence;
use crate::model::analysis::{Analysis, QuestionResult};
use crate::model::submission::{Answer, Submission};

pub use platform::analyse_without_bank;

/// Why a submission cannot be judged; each waits for a person, for none mends itself.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AnalysisError {
    /// The bank belongs to another assessment, or the platform's descriptions changed.
    #[error(
        "only {met} of the {answers} answers belong to one of the {questions} questions of the bank '{bank}': is it the bank of this assessment?"
    )]
    FewMatched {
        /// The bank's file.
        bank: String,
        /// Answers that belong to a question.
        met: usize,
        /// Answers in the submission.
        answers: usize,
        /// Questions in the bank.
        questions: usize,
    },
    /// Numbers, texts and places say different things about which answer belongs to which question.
    #[error(
        "answers and the questions of the bank '{bank}' cannot be brought together: {message}; correct the bank's numbers or texts, or the assessment"
    )]
    Contradiction {
        /// The bank's file.
        bank: String,
        /// Which block, and what its signs say.
        message: String,
    },
    /// The profile groups by a column that the bank lacks.
    #[error("the profile '{profile}' groups by '{column}', which the bank '{bank}' does not have; its columns are: {}", known.join(", "))]
    NoColumn {
        /// The profile.
        profile: String,
        /// The column.
        column: String,
        /// The bank's file.
        bank: String,
        /// The bank's grouping columns.
        known: Vec<String>,
    },
    /// A condition meets something it cannot be evaluated over.
    #[error("the profile '{profile}' cannot decide '{rule}' by '{condition}': {message}")]
    Condition {
        /// The profile.
        profile: String,
        /// The level, or `passed`.
        rule: String,
        /// The condition as written.
        condition: String,
        /// What is wrong with it here.
        message: String,
    },
    /// There is no bank, and the platform gave no points.
    #[error("there is no question bank, and the platform gave no points to judge by")]
    NoPoints,
}

impl AnalysisError {
    fn of(mismatch: Mismatch, submission: &Submission, bank: &QuestionBank) -> Self {
        let (answers, questions) = (submission.answers.len(), bank.questions().len());
        let bank = bank.name().to_owned();
        match mismatch {
            Mismatch::Few(met) => Self::FewMatched { bank, met, answers, questions },
            Mismatch::Contradiction(message) => Self::Contradiction { bank, message },
        }
    }
}

/// Judges a submission by its question bank.
///
/// Totals come from the bank: a question without an answer is unanswered, and blocks that belong to no question are left out.
///
/// # Errors
/// When bank, profile and submission do not fit together; never because of what a student answered.
pub fn analyse(submission: &Submission, bank: &QuestionBank, profile: &Profile) -> Result<Analysis, AnalysisError> {
    let matched = matching::pair(submission, bank).map_err(|mismatch| AnalysisError::of(mismatch, submission, bank))?;
    let columns = group_columns(bank, profile)?;
    let mut evidence = Evidence { notes: matched.notes.clone(), explanation: vec![pairing_words(&matched)], ..Evidence::default() };
    let judged = judge_all(bank, &matched, columns.last(), &mut evidence);
    evidence.notes.extend(disagreements(&judged, &matched));
    summary::summarise(&judged, &columns, bank.columns(), profile, evidence)
}

/// The share in percent, unrounded; multiplied first, so that 4 of 5 is exactly 80.
fn percent(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) * 100.0 / f64::from(whole) }
}

/// The profile's grouping columns; without any, the lessons, or else the bank's first column.
fn group_columns(bank: &QuestionBank, profile: &Profile) -> Result<Vec<String>, AnalysisError> {
    let Some(wanted) = &profile.group_by else {
        let lecture = bank.columns().iter().find(|c| *c == LECTURE);
        return Ok(lecture.or(bank.columns().first()).cloned().into_iter().collect());
    };
    match wanted.iter().find(|column| !bank.columns().contains(column)) {
        None => Ok(wanted.clone()),
        Some(column) => Err(AnalysisError::NoColumn {
            profile: profile.name.clone(),
            column: column.clone(),
            bank: bank.name().to_owned(),
            known: bank.columns().to_vec(),
        }),
    }
}

fn judge_all<'a>(bank: &'a QuestionBank, matched: &Matched, innermost: Option<&String>, evidence: &mut Evidence) -> Vec<Judged<'a>> {
    let mut judged = Vec::with_capacity(bank.questions().len());
    for question in bank.questions() {
        let answer = matched.answers.get(&question.number).copied();
        let verdict = answer.map_or_else(|| Verdict::open("not answered"), |answer| judge::judge(question, answer));
        let result = QuestionResult {
            number: question.number,
            text: answer.and_then(|a| a.description.clone()).or_else(|| question.text.clone()),
            answer: answer.filter(|a| judge::is_answered(a)).and_then(|a| a.answer.clone()),
            correct_answer: question.correct.join(" / "),
            correct: verdict.correct,
            points: verdict.share * question.points,
            max_points: question.points,
            group: innermost.and_then(|column| question.groups.get(column)).cloned(),
        };
        evidence.explanation.push(question_words(&result, answer, &verdict));
        evidence.notes.extend(verdict.note);
        judged.push(Judged { question, result });
    }
    judged
}

fn pairing_words(matched: &Matched) -> String {
    let how = match matched.by {
        By::Number => "the descriptions name the questions' numbers",
        By::Text => "the descriptions are the questions' texts in the bank",
        By::Position => "too few descriptions name a question, so the order decides",
    };
    format!("answers and questions: {how}; {} answers met a question, {} blocks left out", matched.answers.len(), matched.left_out)
}

fn question_words(result: &QuestionResult, answer: Option<&Answer>, verdict: &Verdict) -> String {
    let block = answer.and_then(|a| a.description.as_deref().or(a.block_id.as_deref()));
    let block = block.map_or_else(|| "no block".to_owned(), |block| format!("'{block}'"));
    let given = result.answer.as_deref().map_or_else(|| "nothing".to_owned(), |a| format!("'{a}'"));
    let outcome = match verdict.correct {
        Some(true) => "right",
        Some(false) => "wrong",
        None => "open",
    };
    format!("question {} ← {block}: {given} against '{}': {outcome} ({})", result.number, result.correct_answer, verdict.how)
}

/// Questions on which the platform's points say something else than the bank; the bank has decided.
fn disagreements(judged: &[Judged], matched: &Matched) -> Option<String> {
    let disagrees = |item: &&Judged| {
        let answer = matched.answers.get(&item.question.number);
        let graded = item.question.kind.or_else(|| answer.and_then(|a| Kind::of(a))) == Some(Kind::Graded);
        let platform = answer.and_then(|a| judge::full_points(a));
        !graded && matches!((item.result.correct, platform), (Some(bank), Some(platform)) if bank != platform)
    };
    let told: Vec<String> = judged
        .iter()
        .filter(disagrees)
        .map(|item| format!("{} (bank: {})", item.question.number, if item.result.correct == Some(true) { "right" } else { "wrong" }))
        .collect();
    let note = format!("bank and platform disagree on question {}; the bank decided, but one of the two should be mended", told.join(", "));
    (!told.is_empty()).then_some(note)
}
