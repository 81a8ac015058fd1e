//! How each question of a test was answered by many students: how hard it is, and whether it tells the strong from the weak.

use std::collections::BTreeMap;

use crate::model::analysis::QuestionResult;

/// The fewest students that a figure tells of.
pub const FEWEST: usize = 5;
/// The fewest students of whom it can be said whether a question tells them apart.
const FEWEST_APART: usize = 20;

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its number.
    pub number: u32,
    /// Students who had it.
    pub students: usize,
    /// How many of a hundred had it right.
    pub right: f64,
    /// How it goes with the rest of the test, from −1 to 1: the correlation of having it right with the right answers to the other questions. None of few students, or where all answered alike.
    pub discrimination: Option<f64>,
    /// The wrong answer that most chose, and how many of a hundred; only where five and more did.
    pub wrong: Option<(String, f64)>,
}

/// The figures of each question, by number; of each student the answers count once, so one result a student is given. Questions that fewer than five students had are left out.
pub fn items<'a>(results: impl IntoIterator<Item = &'a [QuestionResult]>) -> Vec<Item> {
    /// Whether one student had it right, and the right answers to the others.
    type Pair = (bool, u32);
    let mut pairs: BTreeMap<u32, Vec<Pair>> = BTreeMap::new();
    let mut wrong: BTreeMap<u32, BTreeMap<&'a str, usize>> = BTreeMap::new();
    for questions in results {
        let total = questions.iter().filter(|question| question.correct == Some(true)).count() as u32;
        for question in questions {
            // What was left empty was not right; what cannot be judged tells nothing.
            let Some(is_right) = question.correct.or(question.answer.is_none().then_some(false)) else { continue };
            pairs.entry(question.number).or_default().push((is_right, total - u32::from(is_right)));
            if let Some(answer) = question.answer.as_deref().filter(|_| !is_right) {
                *wrong.entry(question.number).or_default().entry(answer).or_default() += 1;
            }
        }
    }
    let enough = pairs.into_iter().filter(|(_, pairs)| pairs.len() >= FEWEST);
    enough
        .map(|(number, pairs)| {
            let students = pairs.len();
            let share = |n: usize| n as f64 * 100.0 / students as f64;
            let most = wrong.get(&number).and_then(|answers| answers.iter().max_by_key(|(answer, n)| (**n, std::cmp::Reverse(**answer))));
            Item {
                number,
                students,
                right: share(pairs.iter().filter(|(is_right, _)| *is_right).count()),
                discrimination: (students >= FEWEST_APART).then(|| correlation(&pairs)).flatten(),
                wrong: most.filter(|(_, n)| **n >= FEWEST).map(|(answer, n)| ((*answer).to_owned(), share(*n))),
            }
        })
        .collect()
}

fn correlation(pairs: &[(bool, u32)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let mean = |of: &dyn Fn(&(bool, u32)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (x, y) = (|pair: &(bool, u32)| f64::from(u8::from(pair.0)), |pair: &(bool, u32)| f64::from(pair.1));
    let (mx, my) = (mean(&x), mean(&y));
    let covariance = mean(&|pair| (x(pair) - mx) * (y(pair) - my));
    let spread = (mean(&|pair| (x(pair) - mx).powi(2)) * mean(&|pair| (y(pair) - my).powi(2))).sqrt();
    (spread > 1e-9).then(|| (covariance / spread).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(answers: &str, key: &str) -> Vec<QuestionResult> {
        let pairs = answers.chars().zip(key.chars()).enumerate();
        pairs
            .map(|(place, (answer, right))| QuestionResult {
                number: place as u32 + 1,
                text: None,
                answer: (answer != '-').then(|| answer.to_string()),
                correct_answer: right.to_string(),
                correct: (answer != '-').then_some(answer == right),
                points: 0.0,
                max_points: 1.0,
                group: None,
                link: None,
            })
            .collect()
    }

    fn of(all: &[&str]) -> Vec<Item> {
        let results: Vec<Vec<QuestionResult>> = all.iter().map(|answers| answered(answers, "AAAA")).collect();
        items(results.iter().map(Vec::as_slice))
    }

    #[test]
    fn a_question_that_the_weak_have_right_and_the_strong_wrong_stands_out() {
        let mut all = vec!["AAAB"; 10];
        all.extend(["BBBA"; 10]);
        let items = of(&all);
        assert_eq!((items[0].right, items[0].discrimination.map(|r| r > 0.5)), (50.0, Some(true)));
        assert_eq!(items[3].discrimination.map(|r| r < -0.5), Some(true), "its key may be wrong");
        assert_eq!(items[0].wrong, Some(("B".to_owned(), 50.0)));
    }

    #[test]
    fn no_figure_tells_of_fewer_than_five_and_what_was_left_empty_was_not_right() {
        assert!(of(&["AAAA"; 4]).is_empty());
        let items = of(&["AAAA", "AAAB", "AAAB", "A-AB", "A-AB"]);
        assert_eq!((items[1].students, items[1].right, items[1].wrong.clone()), (5, 60.0, None));
        assert_eq!(items[3].wrong, None, "four chose it");
        assert!(items.iter().all(|item| item.discrimination.is_none()), "of five students it cannot be said");
        assert_eq!(of(&["AAAA"; 30])[0].discrimination, None, "all answered alike");
    }
}
