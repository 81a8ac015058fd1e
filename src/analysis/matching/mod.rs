//! Which answer belongs to which question.

pub(crate) mod contradiction;
pub(crate) mod glue;
pub(crate) mod judge;
mod leftovers;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::bank::QuestionBank;
use crate::analysis::compare::{self, comparison_key, fold, kind::Kind, question_number};
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
    /// Those of them for which the platform gives points.
    pub(crate) scored_left_out: usize,
}

/// Why answers and questions cannot be brought together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// Only so many answers belong to a question of the bank.
    Few(usize),
    /// Two signs of which question a block is for disagree; said in words.
    Contradiction(String),
    /// There is more text than a test can have.
    TooLong,
}

/// As much text is compared in one submission: some thousand long answers.
const MOST_TEXT: usize = 2_000_000;

/// Finds each question's answer: by the number the descriptions name; else by the questions' texts, where the bank holds them; else by position.
///
/// Numbers and texts decide only where they do so for at least half of the blocks, or for every question: a single description that happens to begin with a number says nothing about the others.
/// What is left over is brought together by likeness where it can be, one to one.
/// Where two ways that both could decide disagree, nothing is decided.
pub(crate) fn pair<'a>(submission: &'a Submission, bank: &QuestionBank) -> Result<Matched<'a>, Mismatch> {
    let answers = &submission.answers;
    let length = |text: &Option<String>| text.as_ref().map_or(0, |text| text.len().min(compare::LONGEST));
    if answers.iter().map(|answer| length(&answer.answer) + length(&answer.description)).sum::<usize>() > MOST_TEXT {
        return Err(Mismatch::TooLong);
    }
    let descriptions: Vec<Option<String>> = answers.iter().map(|a| a.description.as_deref().map(compare::bare)).collect();
    let blocks = answers.iter().filter(|answer| !is_extra(answer)).count();
    let (numbers, texts) = (numbers_of(&descriptions), numbers_by_text(&descriptions, answers, bank));
    let known = known_numbers(bank);
    let met = |claims: &[Option<u32>]| claims.iter().flatten().filter(|n| known.contains(n)).collect::<BTreeSet<_>>().len();
    let decides = |met: usize| met > 0 && (met * 2 >= blocks || met == known.len());
    if decides(met(&numbers)) {
        agree(&numbers, &texts, "names", "its description is the text of")?;
        return Ok(collect(By::Number, answers, &joined(&numbers, &texts), &known));
    }
    let (likely, notes) = leftovers::assign(&texts, &descriptions, answers, bank);
    if decides(met(&likely)) && !decides(met(&numbers)) {
        let mut matched = collect(By::Text, answers, &likely, &known);
        matched.notes.extend(notes);
        return Ok(matched);
    }
    if numbers.iter().flatten().collect::<BTreeSet<_>>().len() * 2 > blocks {
        return Err(Mismatch::Few(met(&numbers)));
    }
    let (matched, places) = by_position(answers, bank);
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

/// What the one way says, and where it is silent the other, unless that question is taken.
fn joined(one: &[Option<u32>], other: &[Option<u32>]) -> Vec<Option<u32>> {
    let taken: BTreeSet<u32> = one.iter().flatten().copied().collect();
    one.iter().zip(other).map(|(a, b)| a.or(b.filter(|number| !taken.contains(number)))).collect()
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

/// The number each description names; for submissions without a bank.
pub(crate) fn named_numbers(answers: &[Answer]) -> Vec<Option<u32>> {
    numbers_of(&answers.iter().map(|a| a.description.as_deref().map(compare::bare)).collect::<Vec<_>>())
}

/// The number each description names; one behind a heading counts only where no description begins with it.
fn numbers_of(descriptions: &[Option<String>]) -> Vec<Option<u32>> {
    let leading: Vec<Option<u32>> = descriptions.iter().map(|text| text.as_deref().and_then(question_number::leading)).collect();
    let taken: BTreeSet<u32> = leading.iter().copied().flatten().collect();
    let mentioned = |text: &str| question_number::mentioned(text).filter(|number| !taken.contains(number));
    descriptions.iter().zip(&leading).map(|(text, number)| number.or_else(|| text.as_deref().and_then(mentioned))).collect()
}

/// The question whose text each description is; questions of one text get their blocks in an order that does not depend on the submission's.
fn numbers_by_text(descriptions: &[Option<String>], answers: &[Answer], bank: &QuestionBank) -> Vec<Option<u32>> {
    let key = |text: &str| comparison_key::key(&fold::plain(text));
    let mut texts: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for question in bank.questions() {
        if let Some(key) = question.text.as_deref().and_then(|text| key(&compare::bare(text))) {
            texts.entry(key).or_default().push(question.number);
        }
    }
    if texts.is_empty() {
        return vec![None; descriptions.len()];
    }
    let known = |text: &str| key(text).filter(|key| texts.contains_key(key));
    let keys: Vec<Option<String>> = descriptions
        .iter()
        .map(|text| text.as_deref().and_then(|text| known(text).or_else(|| known(question_number::without(text)))))
        .collect();
    let mut blocks: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, key) in keys.iter().enumerate() {
        if let Some(key) = key {
            blocks.entry(key).or_default().push(at);
        }
    }
    let mut claims = vec![None; descriptions.len()];
    for (key, mut places) in blocks {
        match texts[key].as_slice() {
            [only] => places.iter().for_each(|at| claims[*at] = Some(*only)),
            many if many.len() == places.len() => {
                places.sort_by_key(|at| (answers[*at].block_id.as_deref(), answers[*at].answer.as_deref()));
                places.iter().zip(many).for_each(|(at, number)| claims[*at] = Some(*number));
            }
            // Two questions of one text cannot be told apart by it.
            _ => {}
        }
    }
    claims
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
    let scored = answers.iter().filter(|answer| is_scored(answer)).count();
    let scored_left_out = scored - found.values().filter(|answer| is_scored(answer)).count();
    Matched { by, answers: found, notes, left_out, scored_left_out }
}

/// Of several blocks that name one question the answered one counts; the rest of the key only makes the choice independent of their order.
fn preference(answer: &Answer) -> (bool, Option<&str>, Option<&str>) {
    (!judge::is_answered(answer), answer.block_id.as_deref(), answer.answer.as_deref())
}

/// The n-th block for the n-th question; and what that says of each block.
fn by_position<'a>(answers: &'a [Answer], bank: &QuestionBank) -> (Matched<'a>, Vec<Option<u32>>) {
    let mut blocks: Vec<(usize, &Answer)> = answers.iter().enumerate().collect();
    let mut notes = Vec::new();
    let wanted = bank.questions().len();
    // Only a surplus shows that some blocks are no questions; a survey that stands for one would shift all that follow.
    if blocks.len() > wanted {
        let questions: Vec<(usize, &Answer)> = blocks.iter().copied().filter(|(_, answer)| !is_extra(answer)).collect();
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
    let scored_left_out = blocks.iter().skip(wanted).filter(|(_, answer)| is_scored(answer)).count();
    let mut places = vec![None; answers.len()];
    let mut found = BTreeMap::new();
    for (number, (at, answer)) in known_numbers(bank).into_iter().zip(blocks) {
        places[at] = Some(number);
        found.insert(number, answer);
    }
    (Matched { by: By::Position, answers: found, notes, left_out, scored_left_out }, places)
}

/// Surveys and headings: blocks of no question type, or without points to gain.
pub(crate) fn is_extra(answer: &Answer) -> bool {
    Kind::of(answer) == Some(Kind::NoQuestion) || answer.max_points == Some(0.0)
}

/// Questions that the platform judges itself; what a teacher grades is often in no bank.
pub(crate) fn is_scored(answer: &Answer) -> bool {
    !matches!(Kind::of(answer), Some(Kind::NoQuestion | Kind::Graded)) && answer.max_points.is_some_and(|max| max.is_finite() && max > 0.0)
}

fn list(numbers: &BTreeSet<u32>) -> String {
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}
