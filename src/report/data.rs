//! What a report is about: a tree of values a template reads by name.
//!
//! [`Report`] is the standard shape, which `pipeline::compose` fills; every name in it is one an author may use.
//! A template is not bound to it: [`ReportData::from_json`] takes any tree, so documents made for python-docx-template keep their own names.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use minijinja::Value;
use minijinja::value::{Serde, ValueKind, merge_maps};
use serde::{Deserialize, Serialize};

use crate::report::language::Language;

/// The tree a template reads. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ReportData {
    root: Value,
}

/// Why bytes are no report data.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Not JSON.
    #[error("the report data is not valid JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON, but not an object.
    #[error("the report data must be a JSON object with names and values, like {{\"student\": {{\"name\": \"Ana\"}}}}")]
    NotAnObject,
}

impl ReportData {
    /// From the standard shape.
    pub fn new(report: &Report) -> Self {
        Self { root: Value::from(Serde(report)) }
    }

    /// From JSON text: an object of any shape, names in their order.
    pub fn from_json(json: &[u8]) -> Result<Self, DataError> {
        let root: Value = serde_json::from_slice(json)?;
        if root.kind() != ValueKind::Map {
            return Err(DataError::NotAnObject);
        }
        Ok(Self { root })
    }

    /// The same in another language than the data itself says.
    #[must_use]
    pub fn speaking(self, language: Language) -> Self {
        // The last map's value counts.
        Self { root: merge_maps([self.root, Value::from(BTreeMap::from([("language", language.code())]))]) }
    }

    /// The moment the report speaks of: when the submission was handed in, else the day of the report, in seconds since 1970.
    pub(in crate::report) fn moment(&self) -> Option<i64> {
        let submitted = self.root.get_attr("submission").and_then(|submission| submission.get_attr("submitted_at")).ok();
        let instant = submitted.and_then(|at| at.as_str()?.parse::<Timestamp>().ok());
        let today = || self.root.get_attr("today").ok()?.as_str()?.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok();
        instant.or_else(|| today().map(|day| day.timestamp())).map(Timestamp::as_second)
    }

    /// The wall clock the report speaks of, for Word's DATE and TIME fields: the day of the report, else that of the submission.
    pub(in crate::report) fn wall_clock(&self) -> Option<DateTime> {
        let submitted = self.root.get_attr("submission").and_then(|submission| submission.get_attr("submitted_at")).ok();
        // The local time as written: `2026-03-12T10:30:00-03:00` is half past ten.
        let submitted = submitted.and_then(|at| at.as_str()?.trim_end_matches('Z').parse::<DateTime>().ok());
        let today = self.root.get_attr("today").ok().and_then(|today| today.as_str()?.parse::<Date>().ok());
        match (today, submitted) {
            (Some(today), Some(submitted)) if submitted.date() == today => Some(submitted),
            (Some(today), _) => Some(today.to_datetime(Time::midnight())),
            (None, submitted) => submitted,
        }
    }

    /// The tree.
    pub(in crate::report) fn root(&self) -> &Value {
        &self.root
    }
}

impl From<&Report> for ReportData {
    fn from(report: &Report) -> Self {
        Self::new(report)
    }
}

/// The standard shape. Percentages are 0–100 and unrounded: the template's filters round.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Whom it is about.
    pub student: Student,
    /// What was taken.
    pub assessment: Assessment,
    /// This attempt.
    pub submission: Submission,
    /// The judgement as a whole.
    pub result: ResultData,
    /// The innermost groups, bank order.
    pub groups: Vec<Group>,
    /// The enclosing groups (materias), bank order; empty when grouping is flat.
    pub parents: Vec<Group>,
    /// The groups of the bank's other columns (`difficulty`, `skill`), by column, bank order.
    pub by: BTreeMap<String, Vec<Group>>,
    /// The levels there are, lowest first.
    pub levels: Vec<Level>,
    /// The statuses a group can have, best first; empty where groups pass or fail.
    pub statuses: Vec<StatusBand>,
    /// Question by question, bank order.
    pub questions: Vec<Question>,
    /// Names of the best groups, best first.
    pub strengths: Vec<String>,
    /// Groups to go over again.
    pub to_review: Vec<Review>,
    /// Numbers of all questions not answered right, in whatever group, bank order.
    pub review_questions: Vec<u32>,
    /// The study plan for the level.
    pub plan: Vec<String>,
    /// Earlier attempts and this one, oldest first.
    pub history: Vec<Attempt>,
    /// Where the student stands; absent for small cohorts.
    pub cohort: Option<Cohort>,
    /// The assessments of a plan over several, in the order the school names them; empty for a report on one.
    pub parts: Vec<Part>,
    /// The weeks or months of such a plan, each with what to study in it.
    pub periods: Vec<Period>,
    /// Whatever the school says about itself (`name`, `phone`, …).
    pub school: BTreeMap<String, String>,
    /// The day of the report, `2026-11-21`.
    pub today: String,
    /// `es`, `en` or `pt`; decides words, numbers and dates unless the caller does.
    pub language: Option<String>,
    /// `false` keeps the result section from being appended.
    pub append_results: Option<bool>,
}

/// Whom a report is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Student {
    /// The platform's id.
    pub id: String,
    /// The name to address.
    pub name: String,
    /// First name, where the platform has it.
    pub first_name: Option<String>,
    /// Last name, where the platform has it.
    pub last_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// What was taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Assessment {
    /// The platform's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The course it belongs to.
    pub course: Option<String>,
}

/// One attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Submission {
    /// The platform's id.
    pub id: Option<String>,
    /// When it was handed in, RFC 3339.
    pub submitted_at: Option<String>,
    /// Its number, from 1.
    pub attempt: Option<u32>,
}

/// The judgement as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResultData {
    /// The headline percentage; of what, says `headline`.
    pub percentage: f64,
    /// What the headline percentage counts, with its label: lessons passed, right answers or points.
    pub headline: Figure,
    /// Right answers of all questions, whatever the headline counts.
    pub answers: Figure,
    /// Both, or the one where they are the same: what a report or a mail lists.
    pub figures: Vec<Figure>,
    /// The mark from 1.0 to 7.0; absent in a plan over several assessments.
    pub mark: Option<f64>,
    /// Whether the mark is 4.0 or better.
    pub mark_passed: Option<bool>,
    /// The percentage of points that the mark 4.0 asks for.
    pub requirement: Option<f64>,
    /// Points reached.
    pub score: f64,
    /// Points possible.
    pub max_score: f64,
    /// The level the student is told (`Nivel 2`).
    pub level: Option<String>,
    /// The level only the school sees.
    pub internal_level: Option<String>,
    /// Passed or not, where the profile says what passing is.
    pub passed: Option<bool>,
    /// When a group passes, as a sentence; absent where groups have statuses of the school's own.
    pub pass_rule: Option<String>,
    /// Questions in the bank.
    pub total: u32,
    /// Answered right.
    pub correct: u32,
    /// Answered wrong.
    pub incorrect: u32,
    /// Not answered.
    pub unanswered: u32,
}

/// A count with what it counts, in the report's language: `Lecciones aprobadas`, `6 de 10`, 60 percent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figure {
    /// What is counted, in words.
    pub label: String,
    /// What is counted, for conditions: `questions`, `groups` or `points`.
    pub measure: String,
    /// Of groups: which (`lecture`, `skill`, …).
    pub kind: Option<String>,
    /// How many of them.
    pub part: f64,
    /// Of how many.
    pub whole: f64,
    /// The share in percent.
    pub percentage: f64,
    /// `6 de 10`.
    pub count: String,
    /// `6 de 10 (60%)`.
    pub text: String,
}

/// A status a group can have, with the percentages it stands for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StatusBand {
    /// Its name.
    pub name: String,
    /// `good`, `middle` or `bad`.
    pub tone: String,
    /// The percentage from which it holds.
    pub from: Option<f64>,
    /// The percentage below which it holds.
    pub below: Option<f64>,
    /// Both in words: `80% o más`, `60% a menos de 80%`, `menos de 60%`.
    pub range: String,
}

/// One group: a lesson, a skill, a materia.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Group {
    /// Its name as the bank spells it.
    pub name: String,
    /// The enclosing group's name.
    pub parent: Option<String>,
    /// Its questions.
    pub total: u32,
    /// Answered right.
    pub correct: u32,
    /// Right answers in percent.
    pub percentage: f64,
    /// The word to show (`Aprobada`, `En desarrollo`).
    pub status: String,
    /// Whether it passes.
    pub passed: bool,
    /// `good`, `middle` or `bad`: the colour family of the status; from `passed` when absent.
    pub tone: Option<String>,
    /// Where to study it, when the bank knows.
    pub link: Option<String>,
}

/// One question.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Question {
    /// Its number in the bank.
    pub number: u32,
    /// Its text.
    pub text: Option<String>,
    /// What the student answered.
    pub answer: Option<String>,
    /// The right answer.
    pub correct_answer: String,
    /// Right or not; absent when unanswered.
    pub correct: Option<bool>,
    /// Points reached.
    pub points: f64,
    /// Points possible.
    pub max_points: f64,
    /// Its innermost group.
    pub group: Option<String>,
    /// Where to study it, when the bank knows.
    pub link: Option<String>,
}

/// A group to go over again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Review {
    /// Its name.
    pub name: String,
    /// The enclosing group's name.
    pub parent: Option<String>,
    /// Numbers of the questions not answered right.
    pub questions: Vec<u32>,
    /// The same in words: `preguntas 3, 7 y 12`.
    pub text: String,
    /// Where to study it, when the bank knows.
    pub link: Option<String>,
}

/// A level a student can reach.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Level {
    /// Its name.
    pub name: String,
    /// Whether it is this student's.
    pub reached: bool,
    /// The headline percentage from which it is reached, where that alone decides.
    pub from: Option<f64>,
    /// When it is reached, in words, where the condition can be put into some: `desde 80% de lecciones aprobadas`.
    pub rule: Option<String>,
}

/// One assessment of a plan over several.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Part {
    /// Its short name (`M1`).
    pub name: String,
    /// Its title at the platform.
    pub title: String,
    /// The day it was handed in, `2026-11-21`.
    pub date: Option<String>,
    /// The headline percentage; of what, says `headline`.
    pub percentage: f64,
    /// What the headline percentage counts, with its label.
    pub headline: Figure,
    /// Right answers of all questions.
    pub answers: Figure,
    /// The mark from 1.0 to 7.0.
    pub mark: Option<f64>,
    /// The level.
    pub level: Option<String>,
    /// Questions.
    pub total: u32,
    /// Answered right.
    pub correct: u32,
    /// Names of the best groups.
    pub strengths: Vec<String>,
    /// Groups to go over again.
    pub to_review: Vec<Review>,
    /// The study plan for the level.
    pub plan: Vec<String>,
}

/// A stretch of time in a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Period {
    /// `Agosto`, `Semana 1`.
    pub name: String,
    /// What to study in it.
    pub items: Vec<PeriodItem>,
}

/// One thing to study.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PeriodItem {
    /// The assessment it belongs to.
    pub part: String,
    /// What.
    pub name: String,
}

/// An attempt at the same assessment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attempt {
    /// Its number, from 1.
    pub attempt: u32,
    /// The day, `2026-11-21`.
    pub date: Option<String>,
    /// The headline percentage.
    pub percentage: f64,
    /// The level.
    pub level: Option<String>,
}

/// Where the student stands among the others; never anyone's name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cohort {
    /// How many students.
    pub count: u32,
    /// Their mean percentage.
    pub mean: f64,
    /// Where this one stands among the others, ties counted half, 0–100.
    pub percentile: f64,
    /// The share of the others below this one, ties not counted, 0–100.
    pub above: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_shape_is_read_by_its_names() {
        let report = Report {
            student: Student { name: "Ana".into(), ..Student::default() },
            groups: vec![Group { name: "Lección 1".into(), passed: true, ..Group::default() }],
            ..Report::default()
        };
        let data = ReportData::new(&report);
        let name = data.root().get_attr("student").and_then(|student| student.get_attr("name")).unwrap();
        assert_eq!(name.as_str(), Some("Ana"));
    }

    #[test]
    fn a_report_is_of_the_moment_of_its_submission_else_of_its_day() {
        let of = |json: &str| ReportData::from_json(json.as_bytes()).unwrap().moment();
        let both = r#"{"submission": {"submitted_at": "2026-03-12T10:30:00-03:00"}, "today": "2026-03-13"}"#;
        assert_eq!(of(both), Some(1_773_322_200));
        assert_eq!(of(r#"{"submission": {"submitted_at": null}, "today": "2026-03-13"}"#), Some(1_773_360_000));
        assert_eq!(of(r#"{"today": "mañana"}"#), None);
    }

    #[test]
    fn names_keep_the_order_of_the_file() {
        let data = ReportData::from_json(br#"{"z": 1, "a": 2}"#).unwrap();
        let names: Vec<String> = data.root().try_iter().unwrap().map(|name| name.to_string()).collect();
        assert_eq!(names, ["z", "a"]);
    }

    #[test]
    fn a_list_is_no_report() {
        assert!(matches!(ReportData::from_json(b"[1]"), Err(DataError::NotAnObject)));
        assert!(matches!(ReportData::from_json(b"{"), Err(DataError::Json(_))));
    }
}
