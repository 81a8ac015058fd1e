//! Which answer belongs to which question.

pub(crate) mod equality;
pub(crate) mod judge;
pub(crate) mod kind;
pub(crate) mod number;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::bank::QuestionBank;
use crate::analysis::fold;
use crate::analysis::matching::kind::Kind;
use crate::model::submission::{Answer, Submission};

/// How the answers of a submission were told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The descriptions name the questions' numbers.
    Number,
    /// The descriptions are the questions' texts, which the bank knows.
    Text,
    /// Nothing names a question, so the n-th answer is question n.
    Position,
}

/// Each question's answer, and what was noticed on the way.
#[derive(Debug)]
pub(crate) struct Matched<'a> {
    pub(crate) by: By,
    /// Question number to answer.
    pub(crate) answers: BTreeMap<u32, &'a Answer>,
    /// For the operator.
    pub(crate) notes: Vec<String>,
    /// Blocks that belong to no question of the bank.
    pub(crate) left_out: usize,
}

/// Finds each question's answer: by the number the description names; else by the question's text, where the bank holds it; else by position.
pub(crate) fn pair<'a>(submission: &'a Submission, bank: &QuestionBank) -> Matched<'a> {
    let answers = &submission.answers;
    let numbers = named_numbers(answers);
    if numbers.iter().any(Option::is_some) {
        return collect(By::Number, answers, &numbers, bank);
    }
    let texts = numbers_by_text(answers, bank);
    if texts.iter().any(Option::is_some) {
        return collect(By::Text, answers, &texts, bank);
    }
    by_position(answers, bank)
}

/// The number each description names; a number in mid-sentence counts only where no description begins with it.
pub(crate) fn named_numbers(answers: &[Answer]) -> Vec<Option<u32>> {
    let leading: Vec<Option<u32>> = answers.iter().map(|a| a.description.as_deref().and_then(number::leading)).collect();
    let taken: BTreeSet<u32> = leading.iter().copied().flatten().collect();
    let mentioned = |answer: &Answer| answer.description.as_deref().and_then(number::mentioned).filter(|n| !taken.contains(n));
    answers.iter().zip(&leading).map(|(answer, number)| number.or_else(|| mentioned(answer))).collect()
}

fn numbers_by_text(answers: &[Answer], bank: &QuestionBank) -> Vec<Option<u32>> {
    let key = |text: &str| equality::letters(&fold::plain(text));
    let mut texts: BTreeMap<String, Option<u32>> = BTreeMap::new();
    for question in bank.questions() {
        if let Some(key) = question.text.as_deref().and_then(key) {
            // Two questions of one text cannot be told apart by it.
            texts.entry(key).and_modify(|number| *number = None).or_insert(Some(question.number));
        }
    }
    answers.iter().map(|a| a.description.as_deref().and_then(key).and_then(|key| texts.get(&key).copied().flatten())).collect()
}

fn collect<'a>(by: By, answers: &'a [Answer], numbers: &[Option<u32>], bank: &QuestionBank) -> Matched<'a> {
    let known: BTreeSet<u32> = bank.questions().iter().map(|q| q.number).collect();
    let mut found: BTreeMap<u32, &Answer> = BTreeMap::new();
    let (mut unnamed, mut unknown, mut repeated) = (0, BTreeSet::new(), BTreeSet::new());
    for (answer, number) in answers.iter().zip(numbers) {
        match number {
            None => unnamed += 1,
            Some(number) if !known.contains(number) => drop(unknown.insert(*number)),
            Some(number) => {
                let best = found.entry(*number).or_insert(answer);
                if !std::ptr::eq(*best, answer) {
                    repeated.insert(*number);
                    if preference(answer) < preference(best) {
                        *best = answer;
                    }
                }
            }
        }
    }
    let mut notes = Vec::new();
    if unnamed > 0 {
        notes.push(format!("{unnamed} of {} blocks name no question and were left out", answers.len()));
    }
    if !unknown.is_empty() {
        notes.push(format!("the bank has no question {}; these blocks were left out", list(&unknown)));
    }
    if !repeated.is_empty() {
        notes.push(format!("more than one block names question {}; an answered one was taken", list(&repeated)));
    }
    let left_out = unnamed + numbers.iter().flatten().filter(|n| !known.contains(n)).count();
    Matched { by, answers: found, notes, left_out }
}

/// Of several blocks that name one question the answered one counts; the rest of the key only makes the choice independent of their order.
fn preference(answer: &Answer) -> (bool, Option<&str>, Option<&str>) {
    (!judge::is_answered(answer), answer.block_id.as_deref(), answer.answer.as_deref())
}

fn by_position<'a>(answers: &'a [Answer], bank: &QuestionBank) -> Matched<'a> {
    let mut blocks: Vec<&Answer> = answers.iter().collect();
    let mut notes = Vec::new();
    let wanted = bank.questions().len();
    // Only a surplus shows that some blocks are no questions; a survey that stands for one would shift all that follow.
    if blocks.len() > wanted {
        let questions: Vec<&Answer> = blocks.iter().copied().filter(|a| !is_extra(a)).collect();
        if questions.len() >= wanted {
            blocks = questions;
        }
    }
    if blocks.len() != wanted {
        notes.push(format!(
            "no description names a question, and there are {} answers for {wanted} questions: they were matched by position",
            blocks.len()
        ));
    }
    let numbers: BTreeSet<u32> = bank.questions().iter().map(|q| q.number).collect();
    let left_out = answers.len() - blocks.len().min(wanted);
    if left_out > 0 {
        notes.push(format!("{left_out} blocks beyond the bank's questions were left out"));
    }
    Matched { by: By::Position, answers: numbers.into_iter().zip(blocks).collect(), notes, left_out }
}

/// Surveys and headings: blocks of no question type, or without points to gain.
fn is_extra(answer: &Answer) -> bool {
    Kind::of(answer) == Some(Kind::NoQuestion) || answer.max_points == Some(0.0)
}

fn list(numbers: &BTreeSet<u32>) -> String {
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}
