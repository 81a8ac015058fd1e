//! The shapes of what the steps record and file; below the steps, so that each may read what the others left.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::analysis::history;
use crate::model::analysis::Analysis;
use crate::model::person::Student;
use crate::model::submission::Submission;
use crate::report::data::{Attempt, Cohort, Part, Period};
use crate::report::language::Language;

/// `fetched.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Fetched {
    pub(super) at: Timestamp,
    /// Whether the answers came with the event instead of from the platform.
    pub(super) from_event: bool,
    pub(super) student: Student,
    pub(super) submission: Submission,
    /// The assessment's title, when the event has none and the platform told.
    #[serde(default)]
    pub(super) title: Option<String>,
    /// The course's title, when the event has none and the platform told.
    #[serde(default)]
    pub(super) course_title: Option<String>,
    /// Another job makes this submission's report.
    #[serde(default)]
    pub(super) duplicate: bool,
}

/// The judgement and every decision that hangs on it, so that later steps and attempts see the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Analysed {
    pub(super) at: Timestamp,
    pub(super) analysis: Analysis,
    /// The folder the report is filed under.
    pub(super) course: String,
    pub(super) language: Language,
    /// The template the profile asks for.
    pub(super) template: Option<String>,
    /// Whether a group passes only with all its questions right.
    pub(super) all_correct: bool,
    /// When a group passes, as the report says it.
    #[serde(default)]
    pub(super) pass_rule: Option<String>,
    pub(super) history: Vec<Attempt>,
    pub(super) cohort: Option<Cohort>,
    /// Why this submission gets no report (`RETAKE_POLICY`).
    pub(super) skip: Option<String>,
    /// The profile that judged.
    #[serde(default)]
    pub(super) profile: String,
    /// The plans over several assessments that this one is part of.
    #[serde(default)]
    pub(super) plans: Vec<String>,
    /// Of such a plan: its assessments.
    #[serde(default)]
    pub(super) parts: Vec<Part>,
    /// Of such a plan: what to study when.
    #[serde(default)]
    pub(super) periods: Vec<Period>,
}

/// One submission's result, as `results/<assessment>/<student>/` keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Filed {
    pub(super) job: String,
    /// What the student's results are filed under; the folder's name may be another, as not every key can be a name.
    #[serde(default)]
    pub(super) student: Option<String>,
    /// When it was handed in, else when its event came.
    pub(super) at: Timestamp,
    /// What later attempts are compared with.
    pub(super) attempt: history::Attempt,
}
