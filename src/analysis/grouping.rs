//! Questions by lesson, skill, materia: counting per group.

use std::collections::BTreeMap;

use crate::analysis::bank::Question;
use crate::analysis::compare::fold;
use crate::analysis::percent::percent;
use crate::analysis::profile::{Profile, StatusRule};
use crate::model::analysis::{GroupResult, GroupStatus, QuestionResult, Review};

/// A question and what became of it.
pub(crate) struct Judged<'a> {
    pub(crate) question: &'a Question,
    pub(crate) result: QuestionResult,
}

impl Judged<'_> {
    fn is_right(&self) -> bool {
        self.result.correct == Some(true)
    }
}

/// A group with its questions.
pub(crate) struct Group {
    pub(crate) result: GroupResult,
    /// Numbers of the questions not answered right.
    wrong: Vec<u32>,
}

/// The groups at one depth of nesting, parent by parent, each in bank order of first appearance.
///
/// A question with a blank cell in the column belongs to no group; one with a blank only further out belongs to a group without parent.
pub(crate) fn at_depth(judged: &[Judged], columns: &[String], profile: &Profile) -> Vec<Group> {
    let Some((column, outer)) = columns.split_last() else { return Vec::new() };
    let mut order: BTreeMap<Vec<usize>, Vec<&Judged>> = BTreeMap::new();
    let mut seen: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    for item in judged.iter().filter(|j| j.question.groups.contains_key(column)) {
        let path: Vec<&str> = columns.iter().map(|c| item.question.groups.get(c).map_or("", String::as_str)).collect();
        // Each step of the path is ranked by its first appearance, so that groups stay together under their parents.
        let rank = (1..=path.len()).map(|depth| {
            let next = seen.len();
            *seen.entry(path[..depth].to_vec()).or_insert(next)
        });
        order.entry(rank.collect()).or_default().push(item);
    }
    order.into_values().filter_map(|items| group(&items, column, outer.last(), profile)).collect()
}

fn group(items: &[&Judged], column: &str, parent: Option<&String>, profile: &Profile) -> Option<Group> {
    let first = items.first()?.question;
    let total = items.len() as u32;
    let correct = items.iter().filter(|j| j.is_right()).count() as u32;
    let passed = profile.pass.passes(correct, total);
    let percentage = percent(correct, total);
    let result = GroupResult {
        kind: column.to_owned(),
        name: first.groups.get(column)?.clone(),
        parent: parent.and_then(|p| first.groups.get(p)).cloned(),
        total,
        correct,
        percentage,
        passed,
        status: status(&profile.statuses, percentage, passed),
        link: items.iter().find_map(|item| item.question.link.clone()),
    };
    Some(Group { result, wrong: items.iter().filter(|j| !j.is_right()).map(|j| j.question.number).collect() })
}

fn status(rules: &[StatusRule], percentage: f64, passed: bool) -> GroupStatus {
    let named = rules.iter().find(|rule| rule.at_least.is_none_or(|bound| percentage >= bound));
    match named {
        Some(rule) => GroupStatus::Named { label: rule.name.clone(), tone: rule.tone },
        None if passed => GroupStatus::Passed,
        None => GroupStatus::Failed,
    }
}

/// Percentage right per group of one column, by folded name; what conditions read.
pub(crate) fn percentages(judged: &[Judged], column: &str) -> BTreeMap<String, f64> {
    let mut counts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for item in judged {
        if let Some(name) = item.question.groups.get(column) {
            let (correct, total) = counts.entry(name).or_default();
            *correct += u32::from(item.is_right());
            *total += 1;
        }
    }
    counts.into_iter().map(|(name, (correct, total))| (fold::unaccented(name), percent(correct, total))).collect()
}

/// How many groups are named as strengths.
const STRENGTHS: usize = 3;

/// The best groups, best first: passed ones by percentage, the larger first among equals.
pub(crate) fn strengths(groups: &[Group]) -> Vec<String> {
    let mut best: Vec<&GroupResult> = groups.iter().map(|g| &g.result).filter(|g| g.passed && g.correct > 0).collect();
    best.sort_by(|a, b| b.percentage.total_cmp(&a.percentage).then(b.total.cmp(&a.total)));
    best.into_iter().take(STRENGTHS).map(|g| g.name.clone()).collect()
}

/// The failed groups in bank order with their wrong questions.
pub(crate) fn to_review(groups: &[Group]) -> Vec<Review> {
    let review = |g: &Group| Review {
        name: g.result.name.clone(),
        parent: g.result.parent.clone(),
        questions: g.wrong.clone(),
        link: g.result.link.clone(),
    };
    groups.iter().filter(|g| !g.result.passed).map(review).collect()
}
