//! Who finished what, when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::person::Student;
use crate::model::submission::Submission;

/// A verified statement that a student finished an assessment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    /// The platform it came from (`learnworlds`).
    pub source: String,
    /// Who.
    pub student: Student,
    /// What.
    pub assessment: Assessment,
    /// The answers, when the event brought them; the platform's API is asked first all the same.
    pub submission: Option<Submission>,
    /// The submission's id, when the event names it.
    pub submission_id: Option<String>,
    /// When it was handed in, as the event says.
    pub submitted_at: Option<Timestamp>,
    /// The school's name or id, as the event says.
    pub school: Option<String>,
    /// Where the platform takes the result back, as the event says (LTI: the line item's address).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_to: Option<String>,
}

impl Completion {
    /// The event names neither its submission nor a time and brings no answers, so two of them cannot be told apart.
    pub fn is_bare(&self) -> bool {
        let answered = self.submission.as_ref().is_some_and(|submission| !submission.answers.is_empty());
        self.submission_id.is_none() && self.submitted_at.is_none() && !answered
    }
}

/// The assessment as far as the event tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Assessment {
    /// The platform's id (LearnWorlds: the learning unit's).
    pub id: Option<String>,
    /// Its title; often missing in reality.
    pub title: Option<String>,
    /// The course's id (a slug).
    pub course_id: Option<String>,
    /// The course's title.
    pub course_title: Option<String>,
}

impl Assessment {
    /// The title to show: the event's, else `Assessment_<first 8 of the id>`, else `Diagnóstico` (as the service this one replaces did).
    pub fn display_title(&self) -> String {
        match (&self.title, &self.id) {
            (Some(title), _) => title.clone(),
            (None, Some(id)) => format!("Assessment_{}", id.chars().take(8).collect::<String>()),
            (None, None) => "Diagnóstico".to_owned(),
        }
    }

    /// The folder results are filed under: the course's title or id, else the assessment's title.
    pub fn course_folder(&self) -> String {
        self.course_title.clone().or_else(|| self.course_id.clone()).unwrap_or_else(|| self.display_title())
    }
}
