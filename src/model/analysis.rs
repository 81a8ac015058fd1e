//! What `analysis` returns: the judgement of one submission, ready to be shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The judgement of one submission. All percentages are 0–100 and unrounded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// The headline percentage, as the profile means it (questions right, or groups passed).
    pub percentage: f64,
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
    /// Questions in the bank.
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
}
