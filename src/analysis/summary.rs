//! From judged questions to the whole analysis.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::analysis::bank::QuestionBank;
use crate::analysis::compare::fold;
use crate::analysis::grouping::{self, Group, Judged};
use crate::analysis::levels::{self, Facts, LevelRule, readable};
use crate::analysis::percent::percent;
use crate::analysis::profile::{PassRule, Percentage, Profile};
use crate::analysis::{AnalysisError, mark};
use crate::model::analysis::{Analysis, Bounds, GroupResult, LevelBound, Measure, StatusBound};

/// What was noticed and decided so far, in words.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) notes: Vec<String>,
    pub(crate) explanation: Vec<String>,
    /// Whether only points count, because there is no bank.
    pub(crate) points_only: bool,
}

/// Counts, decides level and verdict, and names strengths and what to review.
pub(crate) fn summarise(
    judged: &[Judged],
    columns: &[String],
    bank: Option<&QuestionBank>,
    profile: &Profile,
    mut evidence: Evidence,
) -> Result<Analysis, AnalysisError> {
    let known = bank.map_or(&[][..], QuestionBank::columns);
    let groups = grouping::at_depth(judged, columns, profile);
    let parents = (1..columns.len()).flat_map(|depth| grouping::at_depth(judged, &columns[..depth], profile));
    let counts = Counts::of(judged, &groups);
    let meaning = if evidence.points_only { Percentage::Points } else { profile.percentage };
    let (percentage, measure, words) = counts.percentage(meaning);
    evidence.explanation.push(words);

    let facts = Arc::new(facts(judged, bank, &counts, percentage));
    let level = decide(&profile.levels, "level", &facts, profile, &mut evidence.explanation)?;
    let internal = decide(&profile.internal_levels, "internal level", &facts, profile, &mut evidence.explanation)?;
    let passed = profile.passed.as_deref().map(|when| passed(when, &facts, profile, &mut evidence.explanation)).transpose()?;
    let plan = [&internal, &level].into_iter().flatten().find_map(|level| profile.plan.get(level)).cloned().unwrap_or_default();
    Ok(Analysis {
        percentage,
        measure,
        mark: Some(mark::mark(counts.score, counts.max_score, profile.requirement)),
        requirement: Some(profile.requirement),
        score: counts.score,
        max_score: counts.max_score,
        internal_level: internal.or_else(|| if profile.internal_levels.is_empty() { None } else { level.clone() }),
        level,
        passed,
        total: counts.total,
        correct: counts.correct,
        incorrect: counts.incorrect,
        unanswered: counts.total - counts.correct - counts.incorrect,
        strengths: grouping::strengths(&groups),
        to_review: grouping::to_review(&groups),
        parents: parents.map(|group| group.result).collect(),
        by: other_columns(judged, columns, known, profile),
        levels: profile.levels.iter().rev().map(|rule| rule.name.clone()).collect(),
        groups: groups.into_iter().map(|group| group.result).collect(),
        questions: judged.iter().map(|item| item.result.clone()).collect(),
        plan,
        bounds: bounds(profile),
        notes: evidence.notes,
        explanation: evidence.explanation,
    })
}

/// The profile's bounds, for texts that explain them.
fn bounds(profile: &Profile) -> Bounds {
    let level = |rule: &LevelRule| LevelBound {
        name: rule.name.clone(),
        terms: rule.when.as_deref().and_then(levels::terms).unwrap_or_default(),
        conditional: rule.when.is_some(),
    };
    let pass_at_least = match profile.pass {
        PassRule::AllCorrect => None,
        PassRule::AtLeast(bound) => Some(bound),
    };
    Bounds {
        levels: profile.levels.iter().map(level).collect(),
        statuses: profile
            .statuses
            .iter()
            .map(|rule| StatusBound { name: rule.name.clone(), at_least: rule.at_least, tone: rule.tone })
            .collect(),
        pass_at_least,
    }
}

/// The groups of the columns that the profile does not group by, for templates that show them too.
fn other_columns(judged: &[Judged], columns: &[String], known: &[String], profile: &Profile) -> BTreeMap<String, Vec<GroupResult>> {
    let others = known.iter().filter(|column| !columns.contains(column));
    let groups = |column: &String| grouping::at_depth(judged, std::slice::from_ref(column), profile);
    others.map(|column| (column.clone(), groups(column).into_iter().map(|group| group.result).collect())).collect()
}

struct Counts {
    total: u32,
    correct: u32,
    incorrect: u32,
    groups_total: u32,
    groups_passed: u32,
    score: f64,
    max_score: f64,
}

impl Counts {
    fn of(judged: &[Judged], groups: &[Group]) -> Self {
        let count = |verdict: bool| judged.iter().filter(|item| item.result.correct == Some(verdict)).count() as u32;
        Self {
            total: judged.len() as u32,
            correct: count(true),
            incorrect: count(false),
            groups_total: groups.len() as u32,
            groups_passed: groups.iter().filter(|group| group.result.passed).count() as u32,
            score: exact(judged.iter().map(|item| item.result.points).sum()),
            max_score: exact(judged.iter().map(|item| item.result.max_points).sum()),
        }
    }

    /// The headline percentage with the sum behind it.
    fn percentage(&self, meaning: Percentage) -> (f64, Measure, String) {
        match meaning {
            Percentage::Groups if self.groups_total > 0 => {
                let share = percent(self.groups_passed, self.groups_total);
                (
                    share,
                    Measure::Groups,
                    format!("percentage: {} of {} groups passed = {} %", self.groups_passed, self.groups_total, readable(share)),
                )
            }
            Percentage::Points => {
                let share = if self.max_score > 0.0 { (self.score * 100.0 / self.max_score).clamp(0.0, 100.0) } else { 0.0 };
                (share, Measure::Points, format!("percentage: {} of {} points = {} %", self.score, self.max_score, readable(share)))
            }
            Percentage::Questions | Percentage::Groups => {
                let share = percent(self.correct, self.total);
                (
                    share,
                    Measure::Questions,
                    format!("percentage: {} of {} questions right = {} %", self.correct, self.total, readable(share)),
                )
            }
        }
    }
}

/// A sum of points without the dust of binary fractions: 0.1 + 0.2 is 0.3.
fn exact(sum: f64) -> f64 {
    (sum * 1e6).round() / 1e6
}

fn facts(judged: &[Judged], bank: Option<&QuestionBank>, counts: &Counts, percentage: f64) -> Facts {
    let numbers = BTreeMap::from([
        ("percentage", percentage),
        ("groups_passed", f64::from(counts.groups_passed)),
        ("groups_failed", f64::from(counts.groups_total - counts.groups_passed)),
        ("groups_total", f64::from(counts.groups_total)),
        ("correct", f64::from(counts.correct)),
        ("incorrect", f64::from(counts.incorrect)),
        ("unanswered", f64::from(counts.total - counts.correct - counts.incorrect)),
        ("total", f64::from(counts.total)),
        ("score", counts.score),
        ("max_score", counts.max_score),
    ]);
    let share = |bank: &QuestionBank, column: &String| {
        let mut shares = grouping::percentages(judged, column);
        // A group from which no question was drawn is known to the bank, and nothing was right in it.
        for name in bank.group_names(column) {
            shares.entry(fold::unaccented(name)).or_insert(0.0);
        }
        (column.clone(), Arc::new(shares))
    };
    Facts { numbers, columns: bank.map(|bank| bank.columns().iter().map(|column| share(bank, column)).collect()).unwrap_or_default() }
}

fn decide(
    rules: &[LevelRule],
    what: &str,
    facts: &Arc<Facts>,
    profile: &Profile,
    words: &mut Vec<String>,
) -> Result<Option<String>, AnalysisError> {
    let found = levels::first(rules, facts).map_err(|(rule, message)| AnalysisError::Condition {
        profile: profile.name.clone(),
        rule: rule.name.clone(),
        condition: rule.when.clone().unwrap_or_default(),
        message,
    })?;
    for rule in rules.iter().take_while(|rule| found.is_none_or(|found| found.name != rule.name)) {
        let when = rule.when.as_deref().unwrap_or_default();
        words.push(format!("{what}: not {}, as '{when}' does not hold ({})", rule.name, facts.behind(when)));
    }
    if let Some(rule) = found {
        let why = rule
            .when
            .as_deref()
            .map_or_else(|| "none of the levels before it applies".to_owned(), |when| format!("'{when}' holds ({})", facts.behind(when)));
        words.push(format!("{what}: {} because {why}", rule.name));
    } else if !rules.is_empty() {
        words.push(format!("{what}: none, no condition holds"));
    }
    Ok(found.map(|rule| rule.name.clone()))
}

fn passed(when: &str, facts: &Arc<Facts>, profile: &Profile, words: &mut Vec<String>) -> Result<bool, AnalysisError> {
    let passed = levels::holds(when, facts).map_err(|message| AnalysisError::Condition {
        profile: profile.name.clone(),
        rule: "passed".to_owned(),
        condition: when.to_owned(),
        message,
    })?;
    words.push(format!("passed: {passed}, by '{when}'"));
    Ok(passed)
}
