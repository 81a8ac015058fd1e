//! Which answer belongs to which question.

pub(crate) mod equality;
pub(crate) mod judge;
pub(crate) mod kind;
pub(crate) mod number;
pub(crate) mod signs;
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

/// Why answers and questions cannot be brought together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// Only so many answers belong to a question of the bank.
    Few(usize),
    /// Two signs of which question a block is for disagree; said in words.
    Contradiction(String),
}

/// Finds each question's answer: by the number the descriptions name; else by the questions' texts, where the bank holds them; else by position.
///
/// Numbers and texts decide only where they do so for at least half of the blocks, or for every question: a single description that happens to begin with a number says nothing about the others.
/// Where two ways that both could decide disagree, nothing is decided.
pub(crate) fn pair<'a>(submission: &'a Submission, bank: &QuestionBank) -> Result<Matched<'a>, Mismatch> {
    let answers = &submission.answers;
    let blocks = answers.iter().filter(|answer| !is_extra(answer)).count();
    let (numbers, texts) = (named_numbers(answers), numbers_by_text(answers, bank));
    let known = known_numbers(bank);
    let met = |claims: &[Option<u32>]| claims.iter().flatten().filter(|n| known.contains(n)).collect::<BTreeSet<_>>().len();
    let decides = |met: usize| met > 0 && (met * 2 >= blocks || met == known.len());
    if decides(met(&numbers)) {
        agree(&numbers, &texts, "names", "its description is the text of")?;
        return Ok(collect(By::Number, answers, &numbers, &known));
    }
    if decides(met(&texts)) {
        return Ok(collect(By::Text, answers, &texts, &known));
    }
    if numbers.iter().flatten().collect::<BTreeSet<_>>().len() * 2 > blocks {
        return Err(Mismatch::Few(met(&numbers)));
    }
    let matched = by_position(answers, bank);
    let places: Vec<Option<u32>> = answers.iter().map(|answer| matched.question_of(answer)).collect();
    agree(&places, &texts, "stands in the place of", "its description is the text of")?;
    // One number may be chance.
    if met(&numbers) > 1 {
        agree(&places, &numbers, "stands in the place of", "its description names")?;
    }
    if !answers.is_empty() && matched.answers.is_empty() {
        return Err(Mismatch::Few(0));
    }
    Ok(matched)
}

impl Matched<'_> {
    fn question_of(&self, answer: &Answer) -> Option<u32> {
        self.answers.iter().find(|(_, found)| std::ptr::eq(**found, answer)).map(|(number, _)| *number)
    }
}

/// Whether two ways name the same question wherever both name one.
fn agree(one: &[Option<u32>], other: &[Option<u32>], one_says: &str, other_says: &str) -> Result<(), Mismatch> {
    let differs = |(a, b): (&Option<u32>, &Option<u32>)| a.zip(*b).filter(|(a, b)| a != b);
    match one.iter().zip(other).enumerate().find_map(|(i, pair)| differs(pair).map(|(a, b)| (i + 1, a, b))) {
        None => Ok(()),
        Some((block, a, b)) => {
            Err(Mismatch::Contradiction(format!("block {block} {one_says} question {a}, but {other_says} question {b}")))
        }
    }
}

fn known_numbers(bank: &QuestionBank) -> BTreeSet<u32> {
    bank.questions().iter().map(|question| question.number).collect()
}

/// The number each description names; one behind a heading counts only where no description begins with it.
pub(crate) fn named_numbers(answers: &[Answer]) -> Vec<Option<u32>> {
    let leading: Vec<Option<u32>> = answers.iter().map(|a| a.description.as_deref().and_then(number::leading)).collect();
    let taken: BTreeSet<u32> = leading.iter().copied().flatten().collect();
    let mentioned = |answer: &Answer| answer.description.as_deref().and_then(number::mentioned).filter(|n| !taken.contains(n));
    answers.iter().zip(&leading).map(|(answer, number)| number.or_else(|| mentioned(answer))).collect()
}

fn numbers_by_text(answers: &[Answer], bank: &QuestionBank) -> Vec<Option<u32>> {
    let key = |text: &str| signs::key(&fold::plain(text));
    let mut texts: BTreeMap<String, Option<u32>> = BTreeMap::new();
    for question in bank.questions() {
        if let Some(key) = question.text.as_deref().and_then(key) {
            // Two questions of one text cannot be told apart by it.
            texts.entry(key).and_modify(|number| *number = None).or_insert(Some(question.number));
        }
    }
    let find = |text: &str| key(text).and_then(|key| texts.get(&key).copied().flatten());
    let question = |text: &str| find(text).or_else(|| find(number::without(text)));
    answers.iter().map(|a| a.description.as_deref().and_then(question)).collect()
}

fn collect<'a>(by: By, answers: &'a [Answer], numbers: &[Option<u32>], known: &BTreeSet<u32>) -> Matched<'a> {
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
    let left_out = answers.len() - blocks.len().min(wanted);
    if left_out > 0 {
        notes.push(format!("{left_out} blocks beyond the bank's questions were left out"));
    }
    Matched { by: By::Position, answers: known_numbers(bank).into_iter().zip(blocks).collect(), notes, left_out }
}

/// Surveys and headings: blocks of no question type, or without points to gain.
fn is_extra(answer: &Answer) -> bool {
    Kind::of(answer) == Some(Kind::NoQuestion) || answer.max_points == Some(0.0)
}

fn list(numbers: &BTreeSet<u32>) -> String {
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}
