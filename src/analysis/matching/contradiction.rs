//! Whether the platform's own points say something else than the bank.
//!
//! A question or two may be judged otherwise: the key was corrected on one side, a typed answer is spelled in a new way.
//! More than that is a bank of another form, or answers under the wrong questions, and what comes of it is nobody's result.

use crate::analysis::bank::QuestionBank;
use crate::analysis::compare::kind::Kind;
use crate::analysis::grouping::Judged;
use crate::analysis::matching::judge::{self, full_points};
use crate::analysis::matching::{Matched, is_scored};
use crate::model::submission::{Answer, Submission};

/// So many questions are always only noted.
const NOTED: usize = 2;
/// Where only the grade is known, weights are not: so many percentage points are a contradiction.
const GRADES_APART: f64 = 60.0;

/// What bank and platform say of one submission.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Comparison {
    /// Right by the bank, and of how many.
    pub(crate) bank: (u32, u32),
    /// Full points at the platform, and of how many.
    pub(crate) platform: (u32, u32),
    /// Questions on which they differ: by the bank right, or wrong.
    pub(crate) differ: Vec<(u32, bool)>,
    /// Blocks with points that belong to no question of the bank.
    pub(crate) left_out: usize,
}

impl Comparison {
    /// Compares question by question; what a teacher grades is the platform's word anyway.
    pub(crate) fn of(judged: &[Judged], matched: &Matched) -> Self {
        let mut comparison = Self { bank: (0, 0), platform: (0, 0), differ: Vec::new(), left_out: matched.scored_left_out };
        for item in judged {
            let Some(answer) = matched.answers.get(&item.question.number).copied() else { continue };
            let (Some(bank), Some(platform)) = (verdict(item, answer), platform_verdict(answer)) else { continue };
            comparison.bank = (comparison.bank.0 + u32::from(bank), comparison.bank.1 + 1);
            comparison.platform = (comparison.platform.0 + u32::from(platform), comparison.platform.1 + 1);
            if bank != platform {
                comparison.differ.push((item.question.number, bank));
            }
        }
        comparison
    }

    /// Whether more than the bound, in percent of the questions compared, is contradicted.
    pub(crate) fn is_beyond(&self, bound: f64) -> bool {
        if bound >= 100.0 {
            return false;
        }
        let differ = self.differ.len() + self.left_out;
        let compared = self.platform.1 as usize + self.left_out;
        let many = differ > NOTED && differ as f64 * 100.0 > bound * compared as f64;
        // Of a few questions two can be everything.
        let apart = self.bank.0.abs_diff(self.platform.0) as usize + self.left_out;
        let all = differ >= NOTED && differ * 2 >= compared && apart >= NOTED;
        many || all
    }
}

/// The bank's verdict where there is one to compare: an answer that is there.
fn verdict(item: &Judged, answer: &Answer) -> Option<bool> {
    let graded = item.question.kind.or_else(|| Kind::of(answer)) == Some(Kind::Graded);
    item.result.correct.filter(|_| !graded)
}

/// All points or none; a part of them says neither right nor wrong.
fn platform_verdict(answer: &Answer) -> Option<bool> {
    let share = judge::platform_share(answer)?;
    if full_points(answer)? { Some(true) } else { (share <= 0.0).then_some(false) }
}

/// Where the platform tells nothing but its grade: bank's and platform's percentage, if they are far apart.
pub(crate) fn grades_apart(submission: &Submission, judged: &[Judged], bound: f64) -> Option<(f64, f64)> {
    let grade = submission.grade.filter(|grade| (0.0..=100.0).contains(grade))?;
    let points_known = submission.answers.iter().any(|answer| answer.points.is_some());
    let graded = judged.iter().any(|item| item.question.kind == Some(Kind::Graded));
    let (reached, possible) = judged.iter().fold((0.0, 0.0), |(a, b), item| (a + item.result.points, b + item.result.max_points));
    if points_known || graded || bound >= 100.0 || possible <= 0.0 {
        return None;
    }
    let share = (reached * 100.0 / possible).clamp(0.0, 100.0);
    // A question or two may be all there is.
    let least = GRADES_APART.max(bound).max(NOTED as f64 * 100.0 / judged.len() as f64);
    ((share - grade).abs() > least).then_some((share, grade))
}

/// Whether the assessment drew its questions from the bank: each block is one that the platform gives points for, and its grade is made of them alone.
pub(crate) fn is_drawn(submission: &Submission, bank: &QuestionBank, matched: &Matched) -> bool {
    let missing = bank.questions().len() > matched.answers.len();
    let scored: Vec<&Answer> = submission.answers.iter().filter(|answer| is_scored(answer)).collect();
    let all_scored = !matched.answers.is_empty() && matched.answers.values().all(|a| is_scored(a) && a.points.is_some());
    if !missing || !all_scored {
        return false;
    }
    let (points, max) =
        scored.iter().fold((0.0, 0.0), |(p, m), a| (p + a.points.unwrap_or_default(), m + a.max_points.unwrap_or_default()));
    submission.grade.is_none_or(|grade| ((points * 100.0 / max).clamp(0.0, 100.0) - grade).abs() <= 1.0)
}
