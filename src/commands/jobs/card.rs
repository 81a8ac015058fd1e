//! A job in the words of the people who ask about it: who, which test, what came of it, when by the school's clock.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::jobs::operator::{JobView, Listed};
use crate::model::completion::Completion;
use crate::model::person::{EmailAddress, Student};
use crate::text::one_line;

/// Letters of an id that are shown; they stand for the job wherever an id is asked for.
const SHORT: usize = 8;
/// The record in which a person's choice of address waits for the job's next round.
pub(super) const ADDRESS: &str = "address";

/// What a person's choice of address is recorded as.
pub(super) fn address(to: &EmailAddress) -> Value {
    json!({ "to": to.as_str() })
}

/// What a list tells of a job.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::commands) struct Card {
    pub(in crate::commands) short_id: String,
    /// `sent`, `duplicate`, `skipped` for jobs that are done; else the job's own state.
    pub(in crate::commands) state: String,
    pub(in crate::commands) name: String,
    pub(in crate::commands) email: String,
    pub(in crate::commands) student_id: String,
    pub(in crate::commands) title: String,
    pub(in crate::commands) course: String,
    pub(in crate::commands) correct: Option<u64>,
    pub(in crate::commands) total: Option<u64>,
    pub(in crate::commands) percentage: Option<f64>,
    pub(in crate::commands) level: String,
    /// By the school's clock.
    pub(in crate::commands) received: String,
    pub(in crate::commands) cause: String,
}

impl Card {
    pub(in crate::commands) fn of(job: &JobView, zone: &TimeZone) -> Self {
        // A job of another kind, or a damaged one, has no completion; what is known is told all the same.
        let completion = serde_json::from_value::<Completion>(job.payload.clone()).ok();
        let student = completion.as_ref().map(|completion| completion.student.clone()).unwrap_or_default();
        let assessment = completion.map(|completion| completion.assessment);
        let told = |field: &str| job.summary[field].as_str().map(one_line);
        let field = |value: Option<String>| value.map(|value| one_line(&value)).unwrap_or_default();
        Self {
            short_id: job.id.as_str().chars().take(SHORT).collect(),
            state: state(job).to_owned(),
            name: one_line(&name(&student)),
            email: field(student.email),
            student_id: field(student.id),
            title: told("assessment_title")
                .or_else(|| assessment.as_ref().map(|found| one_line(&found.display_title())))
                .unwrap_or_default(),
            course: told("course").or_else(|| assessment.as_ref().map(|found| one_line(&found.course_folder()))).unwrap_or_default(),
            correct: job.summary["correct"].as_u64(),
            total: job.summary["total"].as_u64(),
            percentage: job.summary["percentage"].as_f64(),
            level: told("level").unwrap_or_default(),
            received: local(job.received_at, zone),
            cause: job.cause.as_ref().map(|cause| one_line(cause.as_str())).unwrap_or_default(),
        }
    }

    /// As a list tells of it.
    pub(in crate::commands) fn of_listed(job: &Listed, zone: &TimeZone) -> Self {
        let (card, facts) = (&job.card, &job.card.report);
        let field = |value: &Option<String>| value.as_deref().map(one_line).unwrap_or_default();
        let (email, key) = (field(&facts.student.email), one_line(&facts.student.key));
        // Whoever has no id is filed under something else that names nobody twice.
        let student_id = if key == email || key == card.job.as_str() { String::new() } else { key };
        let title = one_line(&facts.assessment.title);
        Self {
            short_id: card.job.as_str().chars().take(SHORT).collect(),
            state: if card.state == "done" { facts.status.clone().unwrap_or_else(|| card.state.clone()) } else { card.state.clone() },
            name: one_line(&facts.student.name),
            email,
            student_id,
            // What is no report is told by its kind.
            title: if title.is_empty() { one_line(job.kind()) } else { title },
            course: field(&facts.course),
            correct: facts.right.map(|(right, _)| right.into()),
            total: facts.right.map(|(_, total)| total.into()),
            percentage: facts.pct,
            level: field(&facts.level),
            received: local(card.received, zone),
            cause: field(&card.cause),
        }
    }

    /// The right answers of all; for what older versions recorded, the percentage.
    pub(in crate::commands) fn result(&self) -> String {
        match (self.correct, self.total, self.percentage) {
            (Some(correct), Some(total), _) => format!("{correct} of {total}"),
            (_, _, Some(percentage)) => format!("{percentage:.0} %"),
            _ => String::new(),
        }
    }

    /// Name, address and id.
    pub(in crate::commands) fn student(&self) -> String {
        let more: Vec<&str> = [&self.email, &self.student_id]
            .into_iter()
            .filter(|text| !text.is_empty() && **text != self.name)
            .map(String::as_str)
            .collect();
        if more.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, more.join(", ")) }
    }

    /// Who and what, for a line about something else.
    pub(in crate::commands) fn in_short(&self) -> String {
        [&self.name, &self.title, &self.received].into_iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join(", ")
    }

    /// Everything that a search looks through.
    pub(in crate::commands) fn texts(&self) -> [&str; 7] {
        [&self.name, &self.email, &self.student_id, &self.title, &self.course, &self.level, &self.cause]
    }
}

fn name(student: &Student) -> String {
    student.display_name()
}

/// What is true of a job, as people say it.
fn state(job: &JobView) -> &str {
    match (job.state, job.summary["status"].as_str()) {
        ("done", Some(status)) => status,
        (state, _) => state,
    }
}

/// A moment by the school's clock.
pub(in crate::commands) fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}
