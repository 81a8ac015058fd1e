//! The analysis without a bank: the platform's own points.

use std::collections::BTreeMap;

use crate::analysis::AnalysisError;
use crate::analysis::bank::Question;
use crate::analysis::grouping::Judged;
use crate::analysis::matching::{judge, named_numbers};
use crate::analysis::profile::Profile;
use crate::analysis::summary::{self, Evidence};
use crate::model::analysis::{Analysis, QuestionResult};
use crate::model::submission::{Answer, Submission};

/// Judges a submission by the points the platform gave, ungrouped; for profiles with `bank = "optional"`.
///
/// # Errors
/// When no block carries points, or when a level asks for groups that only a bank knows.
pub fn analyse_without_bank(submission: &Submission, profile: &Profile) -> Result<Analysis, AnalysisError> {
    let numbers = named_numbers(&submission.answers);
    let named = numbers.iter().any(Option::is_some);
    // Headings and surveys have no points to gain.
    let blocks: Vec<(&Answer, Option<u32>)> =
        submission.answers.iter().zip(numbers).filter(|(a, _)| a.max_points.is_some_and(|max| max.is_finite() && max > 0.0)).collect();
    if blocks.iter().all(|(answer, _)| answer.points.is_none()) {
        return Err(AnalysisError::NoPoints);
    }
    let mut evidence = Evidence { points_only: true, ..Evidence::default() };
    evidence.explanation.push("there is no question bank: the platform's points decide".to_owned());
    let mut results: BTreeMap<(u32, usize), QuestionResult> = BTreeMap::new();
    for (position, (answer, number)) in blocks.iter().enumerate() {
        let number = if named { number.unwrap_or(u32::MAX) } else { position as u32 + 1 };
        results.insert((number, position), result(answer));
    }
    let mut results: Vec<QuestionResult> = results.into_iter().map(|((number, _), result)| QuestionResult { number, ..result }).collect();
    renumber(&mut results);
    for result in &results {
        evidence.explanation.push(format!("question {}: {} of {} points", result.number, result.points, result.max_points));
    }
    let ungraded = blocks.iter().filter(|(answer, _)| answer.points.is_none() && judge::is_answered(answer)).count();
    if ungraded > 0 {
        evidence.notes.push(format!("{ungraded} questions are not graded yet; they count as not answered"));
    }
    let (reached, possible) = results.iter().fold((0.0, 0.0), |(a, b), result| (a + result.points, b + result.max_points));
    if reached > possible || reached < 0.0 {
        evidence.notes.push(format!("the platform gave {reached} of {possible} points; a percentage ends at 0 and at 100"));
    }
    let questions: Vec<Question> = results.iter().map(question).collect();
    let judged: Vec<Judged> = questions.iter().zip(results).map(|(question, result)| Judged { question, result }).collect();
    summary::summarise(&judged, &[], None, profile, evidence)
}

/// Numbers that two blocks claim, or none names, would look like a mistake in the report: then all are counted through.
fn renumber(results: &mut [QuestionResult]) {
    let distinct = results.windows(2).all(|pair| pair[0].number < pair[1].number);
    if !distinct || results.last().is_some_and(|last| last.number == u32::MAX) {
        for (number, result) in (1..).zip(results) {
            result.number = number;
        }
    }
}

fn result(answer: &Answer) -> QuestionResult {
    let max = answer.max_points.unwrap_or_default();
    let points = answer.points.filter(|p| p.is_finite()).unwrap_or_default();
    let answered = judge::is_answered(answer);
    QuestionResult {
        number: 0,
        text: answer.description.clone(),
        answer: answer.answer.clone().filter(|_| answered),
        correct_answer: String::new(),
        correct: judge::full_points(answer).filter(|_| answered || points != 0.0),
        points,
        max_points: max,
        group: None,
        link: None,
    }
}

fn question(result: &QuestionResult) -> Question {
    Question {
        number: result.number,
        line: 0,
        correct: Vec::new(),
        options: Vec::new(),
        kind: None,
        points: result.max_points,
        text: result.text.clone(),
        link: None,
        groups: BTreeMap::new(),
    }
}
