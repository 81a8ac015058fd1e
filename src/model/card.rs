//! What lists, searches and indexes need of a job that ended: who, what, how it ended. One small object per end, the body of the feed's entries.
//!
//! Fields are only ever added, with a default, so that entries of older versions load.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::analysis::Measure;
use crate::model::completion::Completion;
use crate::model::ids::JobId;

/// The version of the shape written today.
pub const VERSION: u32 = 1;
/// A card is no longer than this in bytes; groups are cut first, then notes.
const LONGEST: usize = 4096;
/// The most characters of a message that are kept.
const MESSAGE: usize = 600;

/// A job at one of its ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Version of this shape.
    pub v: u32,
    /// The job.
    pub job: JobId,
    /// The round that ended, from 1.
    pub round: u32,
    /// Attempts begun so far, over all rounds.
    pub attempts: u32,
    /// `done`, `parked`, `dead`; `released` when a person opened the job again. Cards that are told but not kept also say `waiting` and `running`.
    pub state: String,
    /// Why, as a stable word; none when done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The same in words, shortened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When the event was received.
    pub received: Timestamp,
    /// When the round ended; while it is open, when what the card tells began.
    pub ended: Timestamp,
    /// When it is tried next, while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// The verified source of the event.
    pub source: String,
    /// What it was about and what came of it.
    #[serde(flatten)]
    pub report: ReportFacts,
}

/// What a job was about, as far as it is known; handlers tell it as `card` in their summary.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportFacts {
    /// The kind of job, where it is none of the reports' lane.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What the handler came to: `sent`, `duplicate`, `skipped`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// When the answers were handed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted: Option<Timestamp>,
    /// The platform's id of the submission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission: Option<String>,
    /// The student.
    pub student: StudentFacts,
    /// The course folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course: Option<String>,
    /// The assessment.
    pub assessment: AssessmentFacts,
    /// The profile that judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The template that was filled, where the profile names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The report's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The headline percentage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pct: Option<f64>,
    /// What the percentage counts: `questions`, `groups` or `points`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<Measure>,
    /// Right answers, and of how many questions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<(u32, u32)>,
    /// The level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// Whether the student passed, where the profile says what passing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
    /// The report's pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
    /// The report's size in kilobytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kb: Option<u64>,
    /// The report's key in the store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailFacts>,
    /// What the operator should know of the report.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How the student stands in each group: kind, name, right answers, questions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<(String, String, u32, u32)>,
    /// The plans over several assessments that this one is part of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<String>,
    /// It is such a plan itself.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_plan: bool,
}

/// Who.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StudentFacts {
    /// What the student's results are filed under: the platform's id, else the address, else the job.
    pub key: String,
    /// The name to show.
    pub name: String,
    /// Where the report went, or would go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// On what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AssessmentFacts {
    /// What results are filed under: the id, else the title.
    pub key: String,
    /// The title to show.
    pub title: String,
}

/// How the mail went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailFacts {
    /// When the server took it.
    pub at: Timestamp,
    /// How many tries it took.
    pub tries: u32,
    /// How many of them may have arrived as well.
    pub ambiguous: u32,
}

impl ReportFacts {
    /// What the accepted event and the handler's summary tell; the summary counts where both do.
    pub fn of(job: &JobId, payload: &Value, summary: &Value) -> Self {
        let told = &summary["card"];
        if !told.is_null()
            && let Ok(facts) = serde_json::from_value(told.clone())
        {
            return facts;
        }
        let Ok(completion) = serde_json::from_value::<Completion>(payload.clone()) else { return Self::default() };
        Self { status: text(&summary["status"]), ..Self::of_completion(job, &completion) }.with_older(summary)
    }

    /// What the event alone tells.
    pub fn of_completion(job: &JobId, completion: &Completion) -> Self {
        let (student, assessment) = (&completion.student, &completion.assessment);
        let title = assessment.display_title();
        Self {
            submitted: completion.submitted_at,
            submission: completion.submission_id.clone(),
            student: StudentFacts {
                key: student.id.clone().or_else(|| student.email.clone()).unwrap_or_else(|| job.to_string()),
                name: student.display_name(),
                email: student.email.clone(),
            },
            course: Some(assessment.course_folder()),
            assessment: AssessmentFacts { key: assessment.id.clone().unwrap_or_else(|| title.clone()), title },
            ..Self::default()
        }
    }

    /// What summaries told before there were cards.
    fn with_older(mut self, summary: &Value) -> Self {
        let number = |name: &str| summary[name].as_u64().unwrap_or_default();
        self.course = text(&summary["course"]).or(self.course);
        self.pct = summary["percentage"].as_f64();
        self.level = text(&summary["level"]);
        self.file = text(&summary["file"]);
        self.kb = summary["size_bytes"].as_u64().map(|bytes| bytes.div_ceil(1024));
        let at = summary["mailed_at"].as_str().and_then(|at| at.parse().ok());
        self.mail = at.map(|at| MailFacts { at, tries: number("mail_tries") as u32, ambiguous: number("mail_ambiguous") as u32 });
        if let Some(title) = text(&summary["assessment_title"]) {
            self.assessment.title = title;
        }
        self
    }
}

impl Card {
    /// The card's bytes, cut to what a card may be.
    pub fn to_bytes(&self) -> Vec<u8> {
        let bytes = |card: &Self| serde_json::to_vec(card).unwrap_or_default();
        let mut card = Self { message: self.message.as_deref().map(|message| message.chars().take(MESSAGE).collect()), ..self.clone() };
        let mut written = bytes(&card);
        while written.len() > LONGEST && !(card.report.groups.is_empty() && card.report.notes.is_empty()) {
            let groups = card.report.groups.len();
            if groups > 0 {
                card.report.groups.truncate(groups * 3 / 4);
            } else {
                card.report.notes.truncate(card.report.notes.len() - 1);
            }
            written = bytes(&card);
        }
        written
    }

    /// Whether a report went out.
    pub fn is_sent(&self) -> bool {
        self.state == "done" && self.report.mail.is_some()
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(ToOwned::to_owned)
}

#[cfg(test)]
impl Card {
    /// A report that was sent at its first attempt; the job's id is made of a number.
    pub(crate) fn of_test(number: u8, at: Timestamp, report: ReportFacts) -> Self {
        Self {
            v: VERSION,
            job: JobId::from_digest([number; 32]),
            round: 1,
            attempts: 1,
            state: "done".to_owned(),
            cause: None,
            message: None,
            received: at,
            ended: at,
            due: None,
            source: "learnworlds".to_owned(),
            report,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn card(report: ReportFacts) -> Card {
        Card::of_test(7, "2026-11-28T10:00:00Z".parse().unwrap(), report)
    }

    #[test]
    fn a_card_is_read_back_as_written() {
        let facts = ReportFacts { pct: Some(62.5), groups: vec![("lesson".into(), "1".into(), 2, 3)], ..ReportFacts::default() };
        let written = card(facts);
        assert_eq!(serde_json::from_slice::<Card>(&written.to_bytes()).unwrap(), written);
    }

    #[test]
    fn a_card_stays_small_however_much_there_is_to_tell() {
        let groups = (0..500).map(|n| ("lesson".to_owned(), format!("Lección {n}"), 1, 2)).collect();
        let notes = vec!["x".repeat(3000); 3];
        let mut large = card(ReportFacts { notes, groups, ..ReportFacts::default() });
        large.message = Some("ñ".repeat(10_000));
        let bytes = large.to_bytes();
        assert!(bytes.len() <= LONGEST, "{}", bytes.len());
        serde_json::from_slice::<Card>(&bytes).unwrap();
    }

    #[test]
    fn the_summary_of_a_release_without_cards_tells_what_it_can() {
        let payload = json!({
            "source": "learnworlds",
            "student": { "id": "u1", "email": "ana@example.com", "name": "Ana Pérez", "first_name": null, "last_name": null },
            "assessment": { "id": "a1", "title": "Test", "course_id": null, "course_title": "Curso" },
            "submission": null, "submission_id": "s1", "submitted_at": null, "school": null,
        });
        let summary = json!({
            "status": "sent", "percentage": 50.0, "level": "2", "file": "webhook_reports/c/x.pdf", "size_bytes": 2049,
            "course": "Carpeta", "mailed_at": "2026-11-01T10:00:00Z", "mail_tries": 2, "mail_ambiguous": 1,
        });
        let facts = ReportFacts::of(&JobId::from_digest([7; 32]), &payload, &summary);
        assert_eq!((facts.student.key.as_str(), facts.student.name.as_str(), facts.assessment.key.as_str()), ("u1", "Ana Pérez", "a1"));
        assert_eq!(
            (facts.pct, facts.kb, facts.course.as_deref(), facts.submission.as_deref()),
            (Some(50.0), Some(3), Some("Carpeta"), Some("s1"))
        );
        assert_eq!(facts.mail.map(|mail| (mail.tries, mail.ambiguous)), Some((2, 1)));
    }
}
