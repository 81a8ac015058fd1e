//! Brings together what neither number nor text has: reworded questions, and the last one of each side.

use std::collections::BTreeMap;

use crate::analysis::bank::QuestionBank;
use crate::analysis::compare::{self, fold};
use crate::analysis::matching::is_scored;
use crate::model::submission::Answer;

/// So many of each side are compared with each other; where more are left over, bank and assessment are not of each other.
const MOST: usize = 60;
/// So many words of a text are compared.
const MOST_WORDS: usize = 200;
/// Half of the words must be the same, and no other question may be nearly as like.
const LIKE: f64 = 0.5;
const MARGIN: f64 = 0.15;

/// The claims with what likeness and elimination add to them, and what the operator should know of that.
pub(super) fn assign(
    claims: &[Option<u32>],
    descriptions: &[Option<String>],
    answers: &[Answer],
    bank: &QuestionBank,
) -> (Vec<Option<u32>>, Vec<String>) {
    let mut claims = claims.to_vec();
    let mut notes = Vec::new();
    let mut blocks: Vec<(usize, Words)> = Vec::new();
    for (at, description) in descriptions.iter().enumerate() {
        if let Some(text) = description.as_deref().filter(|_| claims[at].is_none()) {
            blocks.push((at, Words::of(text)));
        }
    }
    let taken: Vec<u32> = claims.iter().flatten().copied().collect();
    let free = bank.questions().iter().filter(|question| !taken.contains(&question.number));
    let mut questions: Vec<(u32, Words)> =
        free.filter_map(|q| q.text.as_deref().map(|text| (q.number, Words::of(&compare::bare(text))))).collect();
    if blocks.is_empty() || questions.is_empty() || blocks.len() > MOST || questions.len() > MOST {
        return (claims, notes);
    }
    let alike = alike(&blocks, &questions);
    for (block, question) in &alike {
        let (at, number) = (blocks[*block].0, questions[*question].0);
        claims[at] = Some(number);
        notes.push(format!("question {number} was found by a description that is worded otherwise than in the bank"));
    }
    // The last block of all that bring points, for the last question of all.
    let open: Vec<usize> = (0..answers.len()).filter(|at| claims[*at].is_none() && is_scored(&answers[*at])).collect();
    questions.retain(|(number, _)| !claims.contains(&Some(*number)));
    if let ([block], [(number, _)], true) = (open.as_slice(), questions.as_slice(), claims.iter().flatten().count() > 0) {
        claims[*block] = Some(*number);
        notes.push(format!(
            "question {number} was taken for the one block that is left, though their texts differ: correct the bank's text"
        ));
    }
    notes.sort();
    (claims, notes)
}

/// Pairs that are each other's most alike, clearly before every other.
fn alike(blocks: &[(usize, Words)], questions: &[(u32, Words)]) -> Vec<(usize, usize)> {
    let table: Vec<Vec<f64>> = blocks.iter().map(|(_, a)| questions.iter().map(|(_, b)| a.likeness(b)).collect()).collect();
    let clear = |best: f64, mut others: Box<dyn Iterator<Item = f64> + '_>| others.all(|other| other + MARGIN <= best);
    let mut pairs = Vec::new();
    for (block, row) in table.iter().enumerate() {
        let Some((question, best)) = row.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1)) else { continue };
        let in_row = clear(best, Box::new(row.iter().copied().enumerate().filter(|(at, _)| *at != question).map(|(_, likeness)| likeness)));
        let in_column = clear(best, Box::new(table.iter().enumerate().filter(|(at, _)| *at != block).map(|(_, row)| row[question])));
        if best >= LIKE && in_row && in_column {
            pairs.push((block, question));
        }
    }
    pairs
}

/// A text's words, counted, and its figures.
struct Words {
    words: BTreeMap<String, usize>,
    count: usize,
    figures: Vec<String>,
}

impl Words {
    fn of(bare: &str) -> Self {
        let folded = fold::unaccented(bare);
        let all = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(MOST_WORDS);
        let (mut words, mut count, mut figures) = (BTreeMap::new(), 0, Vec::new());
        for word in all {
            if word.starts_with(|c: char| c.is_ascii_digit()) {
                figures.push(word.to_owned());
            }
            *words.entry(word.to_owned()).or_insert(0) += 1;
            count += 1;
        }
        figures.sort();
        Self { words, count, figures }
    }

    /// The share of words in common; none where the figures differ, for `2 + 3` and `2 + 4` are two questions.
    fn likeness(&self, other: &Self) -> f64 {
        if self.figures != other.figures || self.count + other.count == 0 {
            return 0.0;
        }
        let common: usize = self.words.iter().map(|(word, count)| (*count).min(other.words.get(word).copied().unwrap_or(0))).sum();
        2.0 * common as f64 / (self.count + other.count) as f64
    }
}
