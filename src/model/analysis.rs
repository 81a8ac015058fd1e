//! What `analysis` returns: the judgement of one submission, ready to be shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The judgement of one submission. All percentages are 0–100 and unrounded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// The headline percentage, as the profile means it (questions right, or groups passed).
    pub percentage: f64,
    /// What the headline percentage is the share of.
    #[serde(default)]
    pub measure: Measure,
    /// Points reached, when points count; else the number of right answers.
    pub score: f64,
    /// Points possible; else the number of questions.
    pub max_score: f64,
    /// The level the student is told (`Nivel 2`).
    pub level: Option<String>,
    /// The level only the school sees.
    pub internal_level: Option<String>,
    /// Whether the student passed, where the profile says what passing is.
    pub passed: Option<bool>,
    /// The mark on the scale from 1.0 to 7.0, one decimal.
    #[serde(default)]
    pub mark: Option<f64>,
    /// The share of the points, in percent, that the lowest passing mark asks for.
    #[serde(default)]
    pub requirement: Option<f64>,
    /// Questions that count: the bank's, or those that were drawn from it.
    pub total: u32,
    /// Answered right.
    pub correct: u32,
    /// Answered wrong.
    pub incorrect: u32,
    /// Not answered.
    pub unanswered: u32,
    /// The groups of the innermost level, bank order (lessons, skills, …), with their parents named.
    pub groups: Vec<GroupResult>,
    /// The groups of the outer levels (materias), outermost first, bank order; empty when grouping is flat.
    #[serde(default)]
    pub parents: Vec<GroupResult>,
    /// The groups of every other column of the bank (`difficulty`, `skill`), by column; bank order.
    #[serde(default)]
    pub by: BTreeMap<String, Vec<GroupResult>>,
    /// The levels there are for the student, lowest first.
    #[serde(default)]
    pub levels: Vec<String>,
    /// The bounds of levels and statuses as the profile has them, for texts that explain them.
    #[serde(default)]
    pub bounds: Bounds,
    /// Question by question, bank order.
    pub questions: Vec<QuestionResult>,
    /// Names of the best groups, best first.
    pub strengths: Vec<String>,
    /// Failed groups in bank order with their wrong questions.
    pub to_review: Vec<Review>,
    /// The study plan's entries for the level.
    #[serde(default)]
    pub plan: Vec<String>,
    /// Notes for the operator, never for the student (bank and platform disagree, blocks left out, …).
    #[serde(default)]
    pub notes: Vec<String>,
    /// How the level came about, for `analyse --explain`.
    #[serde(default)]
    pub explanation: Vec<String>,
}

/// What a percentage is the share of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Right answers of all questions.
    #[default]
    Questions,
    /// Groups passed of all groups.
    Groups,
    /// Points reached of all points.
    Points,
}

/// The bounds that decided level and statuses.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// The levels, best first.
    pub levels: Vec<LevelBound>,
    /// The statuses of groups with the percentage each begins at, best first.
    pub statuses: Vec<StatusBound>,
    /// The percentage from which a group passes; `None` where all its questions must be right.
    pub pass_at_least: Option<f64>,
}

/// When a level is reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelBound {
    /// Its name as the profile writes it.
    pub name: String,
    /// The comparisons that must all hold; empty where the condition is none, or more than such a list.
    pub terms: Vec<Term>,
    /// Whether there is a condition at all.
    pub conditional: bool,
}

/// One comparison of a condition: `percentage >= 80`, `skill.Evaluar >= 85`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// A counted figure (`percentage`, `groups_failed`), or the column of a group.
    pub what: String,
    /// The group, where a column is meant.
    pub group: Option<String>,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what.
    pub bound: f64,
}

/// How a figure is compared with its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `<=`
    AtMost,
    /// `<`
    Below,
}

/// One status a group can have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatusBound {
    /// Its name as the profile writes it.
    pub name: String,
    /// The percentage from which it holds; `None` always holds.
    pub at_least: Option<f64>,
    /// Its colour family.
    pub tone: Tone,
}

/// One group of questions: a lesson, a skill, a materia.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupResult {
    /// The bank column it comes from (`lecture`, `skill`, `materia`, `difficulty`).
    pub kind: String,
    /// Its name as the bank spells it.
    pub name: String,
    /// The enclosing group's name.
    pub parent: Option<String>,
    /// Its questions.
    pub total: u32,
    /// Answered right.
    pub correct: u32,
    /// Right answers in percent, unrounded.
    pub percentage: f64,
    /// Whether it passes by the profile's rule.
    pub passed: bool,
    /// The status in neutral words; the report translates it.
    pub status: GroupStatus,
    /// Where to study it: the bank's link.
    #[serde(default)]
    pub link: Option<String>,
}

/// How a group stands. The words shown come from the report's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupStatus {
    /// Passed (Aprobada).
    Passed,
    /// Failed (Reprobada).
    Failed,
    /// A status the profile names itself (`En desarrollo`), with its tone.
    Named {
        /// The word to show.
        label: String,
        /// The colour family to show it in.
        tone: Tone,
    },
}

/// Colour families; never the only sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Green.
    Good,
    /// Yellow.
    Middle,
    /// Red.
    Bad,
}

/// One question of the bank and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionResult {
    /// Its number in the bank.
    pub number: u32,
    /// The platform's text of it, when known.
    pub text: Option<String>,
    /// What the student answered.
    pub answer: Option<String>,
    /// The right answer(s), joined by ` / `.
    pub correct_answer: String,
    /// Right or not; `None` when unanswered.
    pub correct: Option<bool>,
    /// Points reached.
    pub points: f64,
    /// Points possible.
    pub max_points: f64,
    /// The innermost group it belongs to.
    pub group: Option<String>,
    /// Where to study it: the bank's link.
    #[serde(default)]
    pub link: Option<String>,
}

/// A group to go over again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The group's name.
    pub name: String,
    /// The enclosing group's name.
    pub parent: Option<String>,
    /// Numbers of the questions not answered right.
    pub questions: Vec<u32>,
    /// Where to study it: the bank's link.
    #[serde(default)]
    pub link: Option<String>,
}
