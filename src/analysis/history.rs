//! One student's attempts at one assessment, compared.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::analysis::compare::fold;
use crate::model::analysis::Analysis;
use crate::model::submission::Submission;

/// What is kept of an attempt to compare later ones with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The platform's submission id.
    pub submission_id: Option<String>,
    /// When it was handed in.
    pub submitted_at: Option<Timestamp>,
    /// The headline percentage.
    pub percentage: f64,
    /// The level told to the student.
    pub level: Option<String>,
    /// Right answers.
    pub correct: u32,
    /// Questions.
    pub total: u32,
    /// Percentage right by group, the enclosing group's name in front.
    pub groups: BTreeMap<String, f64>,
}

/// The attempts in their order and what changed with the last one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// All attempts up to this one, oldest first.
    pub attempts: Vec<Attempt>,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// Percentage points gained since the one before; `None` at the first.
    pub change: Option<f64>,
    /// The best percentage of all.
    pub best: f64,
    /// Whether this attempt is better than every earlier one.
    pub is_best: bool,
    /// Groups with a higher percentage than in the attempt before, by name.
    pub improved: Vec<String>,
    /// Groups with a lower one.
    pub declined: Vec<String>,
}

impl Attempt {
    /// What to keep of an analysis.
    pub fn of(submission: &Submission, analysis: &Analysis) -> Self {
        let name =
            |parent: &Option<String>, name: &str| parent.as_ref().map_or_else(|| name.to_owned(), |parent| format!("{parent}: {name}"));
        Self {
            submission_id: submission.id.clone(),
            submitted_at: submission.submitted_at,
            percentage: analysis.percentage,
            level: analysis.level.clone(),
            correct: analysis.correct,
            total: analysis.total,
            groups: analysis.groups.iter().map(|g| (name(&g.parent, &g.name), g.percentage)).collect(),
        }
    }
}

/// Compares an attempt with the student's others at the same assessment, given in any order.
///
/// Later attempts are left out, so that a report made again says what it said before; the attempt itself may be among the others and counts once.
/// Attempts without a time count as older than those with one.
pub fn compare(current: &Attempt, others: &[Attempt]) -> History {
    let same = |other: &Attempt| match (&other.submission_id, &current.submission_id) {
        (Some(other), Some(current)) => other == current,
        _ => other.submitted_at.is_some() && other.submitted_at == current.submitted_at,
    };
    let later = |other: &Attempt| matches!((other.submitted_at, current.submitted_at), (Some(other), Some(current)) if other > current);
    let mut attempts: Vec<Attempt> = others.iter().filter(|other| !same(other) && !later(other)).cloned().collect();
    attempts.sort_by(|a, b| (a.submitted_at, &a.submission_id).cmp(&(b.submitted_at, &b.submission_id)));
    attempts.dedup_by(|a, b| a.submission_id.is_some() && a.submission_id == b.submission_id);
    let earlier_best = attempts.iter().map(|a| a.percentage).fold(None, |best: Option<f64>, p| Some(best.map_or(p, |b| b.max(p))));
    let before = attempts.last();
    let moved = |up: bool| before.map(|before| moved(before, current, up)).unwrap_or_default();
    let (improved, declined) = (moved(true), moved(false));
    let change = before.map(|before| current.percentage - before.percentage);
    attempts.push(current.clone());
    History {
        attempt: attempts.len() as u32,
        change,
        best: earlier_best.map_or(current.percentage, |best| best.max(current.percentage)),
        is_best: earlier_best.is_none_or(|best| current.percentage > best),
        improved,
        declined,
        attempts,
    }
}

/// The groups that went up, or down, by name; a group that only one of the attempts knows has not moved.
fn moved(before: &Attempt, now: &Attempt, up: bool) -> Vec<String> {
    let earlier: BTreeMap<String, f64> = before.groups.iter().map(|(name, p)| (fold::unaccented(name), *p)).collect();
    let moves = |(name, p): &(&String, &f64)| earlier.get(&fold::unaccented(name)).is_some_and(|was| if up { *p > was } else { *p < was });
    now.groups.iter().filter(moves).map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(id: &str, second: i64, percentage: f64, groups: &[(&str, f64)]) -> Attempt {
        Attempt {
            submission_id: Some(id.into()),
            submitted_at: Timestamp::from_second(second).ok(),
            percentage,
            level: None,
            correct: 0,
            total: 0,
            groups: groups.iter().map(|(name, p)| ((*name).to_owned(), *p)).collect(),
        }
    }

    #[test]
    fn a_first_attempt_has_nothing_to_compare_with() {
        let first = attempt("a", 1, 40.0, &[("Ondas", 50.0)]);
        let history = compare(&first, &[]);
        assert_eq!((history.attempt, history.change, history.best, history.is_best), (1, None, 40.0, true));
        assert!(history.improved.is_empty() && history.declined.is_empty());
    }

    #[test]
    fn a_retake_is_compared_with_the_attempt_before_it() {
        let first = attempt("a", 1, 70.0, &[("Ondas", 50.0), ("Luz", 90.0)]);
        let second = attempt("b", 2, 60.0, &[("Ondas", 50.0), ("Luz", 70.0)]);
        let third = attempt("c", 3, 65.0, &[("ondas", 75.0), ("Luz", 55.0), ("Nueva", 100.0)]);
        let history = compare(&third, &[second, first]);
        assert_eq!(history.attempts.iter().map(|a| a.percentage).collect::<Vec<_>>(), [70.0, 60.0, 65.0]);
        assert_eq!((history.attempt, history.change, history.best, history.is_best), (3, Some(5.0), 70.0, false));
        assert_eq!((history.improved, history.declined), (vec!["ondas".to_owned()], vec!["Luz".to_owned()]));
    }

    #[test]
    fn a_report_made_again_says_what_it_said_before() {
        let (a, b, c) = (attempt("a", 1, 40.0, &[]), attempt("b", 2, 50.0, &[]), attempt("c", 3, 90.0, &[]));
        assert_eq!(compare(&b, std::slice::from_ref(&a)), compare(&b, &[c, b.clone(), a.clone(), a]));
    }
}
