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
pub mod coverage;
pub mod history;
pub mod import;
pub mod items;
pub mod lints;
pub mod mark;
pub mod profile;

#[cfg(test)]
mod agreement;
mod compare;
mod grouping;
#[cfg(test)]
mod hostile;
mod levels;
mod matching;
mod percent;
mod platform;
mod suggest;
mod summary;
#[cfg(test)]
mod tests;

use crate::analysis::bank::{LECTURE, Question, QuestionBank};
use crate::analysis::grouping::Judged;
use crate::analysis::matching::contradiction::{self, Comparison};
use crate::analysis::matching::judge::{self, Judge, Verdict};
use crate::analysis::matching::{By, Matched, Mismatch};
use crate::analysis::percent::percent;
use crate::analysis::profile::Profile;
use crate::analysis::summary::Evidence;
use crate::model::analysis::{Analysis, QuestionResult};
use crate::model::submission::{Answer, Submission};

pub use platform::analyse_without_bank;

/// Why a submission cannot be judged; each waits for a person, for none passes by itself.
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
    /// The bank says something else than the platform of more questions than the profile allows.
    #[error("{}", contradiction_words(.0))]
    Contradicts(Box<Contradiction>),
    /// The blocks are fewer than the questions, and nothing tells which they are.
    #[error(
        "the assessment has {blocks} questions and the bank '{bank}' {questions}, and no description tells which they are: put the questions' texts into the bank's column 'text', or their numbers into the assessment"
    )]
    Unplaced {
        /// The bank's file.
        bank: String,
        /// Blocks in the submission.
        blocks: usize,
        /// Questions in the bank.
        questions: usize,
    },
    /// The answers are longer than those of any test.
    #[error("the answers are longer than those of any test; look at the submission at the platform")]
    TooLong,
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
            Mismatch::TooLong => Self::TooLong,
        }
    }
}

/// What bank and platform say of one submission, where the two cannot both be true.
#[derive(Debug, Clone, PartialEq)]
pub struct Contradiction {
    /// The bank's file.
    pub bank: String,
    /// The profile whose bound was passed.
    pub profile: String,
    /// The share right by the bank, in words: `1 of 4 (25 %)`.
    pub by_bank: String,
    /// The same by the platform.
    pub by_platform: String,
    /// Numbers of the questions on which they differ.
    pub questions: Vec<u32>,
    /// Blocks that bring points at the platform and belong to no question of the bank.
    pub left_out: usize,
}

/// As many numbers are told; with more the whole bank is at fault.
const MOST_TOLD: usize = 20;

fn contradiction_words(found: &Contradiction) -> String {
    let Contradiction { bank, profile, by_bank, by_platform, questions, left_out } = found;
    let shown: Vec<String> = questions.iter().take(MOST_TOLD).map(u32::to_string).collect();
    let more = questions.len().saturating_sub(MOST_TOLD);
    let and = if more > 0 { format!(" and {more} more") } else { String::new() };
    let differ = if shown.is_empty() { String::new() } else { format!("; they differ on question {}{and}", shown.join(", ")) };
    let lacks = if *left_out > 0 { format!("; {left_out} questions of the assessment are not in the bank") } else { String::new() };
    format!(
        "the question bank '{bank}' contradicts the platform: right by the bank {by_bank}, by the platform {by_platform}{differ}{lacks}. \
         Look whether it is the bank of this assessment and form, with the questions' numbers or texts as they are there; \
         if the bank is right, set contradiction = 100 in the profile '{profile}' of assessments.toml"
    )
}

/// Judges a submission by its question bank.
///
/// Totals come from the bank: a question without an answer is unanswered, and blocks that belong to no question are left out.
///
/// # Errors
/// When bank, profile and submission do not fit together; never because of what a student answered.
pub fn analyse(submission: &Submission, bank: &QuestionBank, profile: &Profile) -> Result<Analysis, AnalysisError> {
    let mut matched = matching::pair(submission, bank).map_err(|mismatch| AnalysisError::of(mismatch, submission, bank))?;
    let columns = group_columns(bank, profile)?;
    let questions = drawn(submission, bank, profile, &mut matched)?;
    let mut evidence = Evidence { notes: matched.notes.clone(), explanation: vec![pairing_words(&matched)], ..Evidence::default() };
    let judged = judge_all(&questions, &matched, columns.last(), &mut evidence);
    evidence.notes.extend(compare_with_platform(submission, bank, profile, &judged, &matched)?);
    summary::summarise(&judged, &columns, Some(bank), profile, evidence)
}

/// The questions that count: all of the bank's, or those that the assessment drew from it.
fn drawn<'b>(
    submission: &Submission,
    bank: &'b QuestionBank,
    profile: &Profile,
    matched: &mut Matched,
) -> Result<Vec<&'b Question>, AnalysisError> {
    let all: Vec<&Question> = bank.questions().iter().collect();
    let missing = all.len() - matched.answers.len();
    let pool = profile.pool.unwrap_or_else(|| contradiction::is_drawn(submission, bank, matched));
    if missing == 0 || !pool || matched.answers.is_empty() {
        return Ok(all);
    }
    if matched.by == By::Position {
        return Err(AnalysisError::Unplaced { bank: bank.name().to_owned(), blocks: matched.answers.len(), questions: all.len() });
    }
    matched.notes.push(format!(
        "the assessment drew {} of the bank's {} questions; they alone were judged",
        matched.answers.len(),
        all.len()
    ));
    Ok(all.into_iter().filter(|question| matched.answers.contains_key(&question.number)).collect())
}

/// What the operator should know of the platform's own points; an error where they say something else altogether.
fn compare_with_platform(
    submission: &Submission,
    bank: &QuestionBank,
    profile: &Profile,
    judged: &[Judged],
    matched: &Matched,
) -> Result<Vec<String>, AnalysisError> {
    let comparison = Comparison::of(judged, matched);
    let contradicts = |by_bank: String, by_platform: String, comparison: &Comparison| {
        AnalysisError::Contradicts(Box::new(Contradiction {
            bank: bank.name().to_owned(),
            profile: profile.name.clone(),
            by_bank,
            by_platform,
            questions: comparison.differ.iter().map(|(number, _)| *number).collect(),
            left_out: comparison.left_out,
        }))
    };
    let share = |(part, whole): (u32, u32)| format!("{part} of {whole} ({} %)", levels::readable(percent(part, whole)));
    if comparison.is_beyond(profile.contradiction) {
        return Err(contradicts(share(comparison.bank), share(comparison.platform), &comparison));
    }
    if let Some((by_bank, grade)) = contradiction::grades_apart(submission, judged, profile.contradiction) {
        return Err(contradicts(format!("{} %", levels::readable(by_bank)), format!("{} %", levels::readable(grade)), &comparison));
    }
    let told: Vec<String> =
        comparison.differ.iter().map(|(number, right)| format!("{number} (bank: {})", if *right { "right" } else { "wrong" })).collect();
    let note = format!("bank and platform disagree on question {}; the bank decided, but one of the two should be fixed", told.join(", "));
    Ok((!told.is_empty()).then_some(note).into_iter().collect())
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

fn judge_all<'a>(questions: &[&'a Question], matched: &Matched, innermost: Option<&String>, evidence: &mut Evidence) -> Vec<Judged<'a>> {
    let mut judged = Vec::with_capacity(questions.len());
    let mut judge = Judge::new(questions.iter().copied());
    for question in questions.iter().copied() {
        let answer = matched.answers.get(&question.number).copied();
        let verdict = answer.map_or_else(|| Verdict::open("not answered"), |answer| judge.judge(question, answer));
        let result = QuestionResult {
            number: question.number,
            text: answer.and_then(|a| a.description.clone()).or_else(|| question.text.clone()),
            answer: answer.filter(|a| judge::is_answered(a)).and_then(|a| a.answer.clone()),
            correct_answer: question.correct.join(" / "),
            correct: verdict.correct,
            points: verdict.share * question.points,
            max_points: question.points,
            group: innermost.and_then(|column| question.groups.get(column)).cloned(),
            link: question.link.clone(),
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

/// So much of a text an explanation shows.
const SHOWN: usize = 200;

fn question_words(result: &QuestionResult, answer: Option<&Answer>, verdict: &Verdict) -> String {
    let block = answer.and_then(|a| a.description.as_deref().or(a.block_id.as_deref()));
    let short = |text: &str| format!("'{}'", text.chars().take(SHOWN).collect::<String>());
    let block = block.map_or_else(|| "no block".to_owned(), short);
    let given = result.answer.as_deref().map_or_else(|| "nothing".to_owned(), short);
    let outcome = match verdict.correct {
        Some(true) => "right",
        Some(false) => "wrong",
        None => "open",
    };
    format!("question {} ← {block}: {given} against '{}': {outcome} ({})", result.number, result.correct_answer, verdict.how)
}
