//! How reports stand, in the words that people see; and one report as its own records tell it.

use jiff::Timestamp;

use crate::jobs::operator::JobView;
use crate::jobs::operator::story::{Story, What};
use crate::lookup::view::{ReportRow, ReportState};
use crate::model::card::ReportFacts;
use crate::model::cause::Cause;
use crate::model::ids::JobId;

/// How a report stands, as people see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shown {
    /// Never tried.
    Queued,
    /// Waits to be tried again.
    Again,
    /// At work.
    Running,
    /// The mail server took it.
    Sent,
    /// Made, not mailed.
    Filed,
    /// Another job makes it.
    Duplicate,
    /// The rule for retakes keeps an earlier one.
    Skipped,
    /// A person must act.
    Waits,
    /// Given up.
    Failed,
    /// A person decided so.
    Discarded,
    /// Its records cannot be read.
    Damaged,
}

impl Shown {
    /// All states.
    pub const ALL: [Self; 11] = [
        Self::Queued,
        Self::Again,
        Self::Running,
        Self::Sent,
        Self::Filed,
        Self::Waits,
        Self::Failed,
        Self::Discarded,
        Self::Duplicate,
        Self::Skipped,
        Self::Damaged,
    ];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Again => "again",
            Self::Running => "running",
            Self::Sent => "sent",
            Self::Filed => "filed",
            Self::Duplicate => "duplicate",
            Self::Skipped => "skipped",
            Self::Waits => "waits",
            Self::Failed => "failed",
            Self::Discarded => "discarded",
            Self::Damaged => "damaged",
        }
    }

    /// The state of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// How a report of a list stands.
    pub fn of_row(row: &ReportRow) -> Self {
        Self::of_state(row.state, row.cause.is_some())
    }

    /// How a report in this state stands; `tried` tells apart those that wait.
    pub fn of_state(state: ReportState, tried: bool) -> Self {
        match state {
            ReportState::Waiting if tried => Self::Again,
            ReportState::Waiting => Self::Queued,
            ReportState::Running => Self::Running,
            ReportState::Sent => Self::Sent,
            ReportState::Done => Self::Filed,
            ReportState::Duplicate => Self::Duplicate,
            ReportState::Skipped => Self::Skipped,
            ReportState::Parked => Self::Waits,
            ReportState::Failed => Self::Failed,
            ReportState::Discarded => Self::Discarded,
            ReportState::Unreadable => Self::Damaged,
        }
    }

    /// The state of lists that it is found under.
    pub fn state(self) -> ReportState {
        match self {
            Self::Queued | Self::Again => ReportState::Waiting,
            Self::Running => ReportState::Running,
            Self::Sent => ReportState::Sent,
            Self::Filed => ReportState::Done,
            Self::Duplicate => ReportState::Duplicate,
            Self::Skipped => ReportState::Skipped,
            Self::Waits => ReportState::Parked,
            Self::Failed => ReportState::Failed,
            Self::Discarded => ReportState::Discarded,
            Self::Damaged => ReportState::Unreadable,
        }
    }

    /// How a job in this view stands.
    pub fn of(view: &JobView) -> Self {
        match view.state {
            "waiting" if view.attempts == 0 || view.cause.is_none() => Self::Queued,
            "waiting" => Self::Again,
            "running" => Self::Running,
            "unreadable" => Self::Damaged,
            state => Self::of_end(state, view.summary["status"].as_str(), view.cause.as_ref()),
        }
    }

    fn of_end(state: &str, status: Option<&str>, cause: Option<&Cause>) -> Self {
        match (state, status) {
            ("done", Some("duplicate")) => Self::Duplicate,
            ("done", Some("skipped")) => Self::Skipped,
            ("done", Some("filed")) => Self::Filed,
            ("done", _) => Self::Sent,
            ("parked", _) => Self::Waits,
            ("dead", _) if cause.is_some_and(|cause| *cause == Cause::Discarded) => Self::Discarded,
            _ => Self::Failed,
        }
    }
}

/// One report, as its own records tell it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Its number.
    pub job: JobId,
    /// How it stands.
    pub state: Shown,
    /// When its round ended.
    pub ended: Option<Timestamp>,
    /// When it is tried again.
    pub due: Option<Timestamp>,
    /// Why it waits.
    pub cause: Option<Cause>,
    /// What it is about.
    pub facts: ReportFacts,
}

impl Report {
    /// The report of these records.
    pub fn of_view(view: &JobView) -> Self {
        let facts = ReportFacts::of(&view.id, &view.payload, &view.summary);
        Self { job: view.id.clone(), state: Shown::of(view), ended: view.ended_at, due: view.due, cause: view.cause.clone(), facts }
    }

    /// The student's name, or what stands for it.
    pub fn name(&self) -> &str {
        or_nobody(&self.facts.student.name)
    }
}

/// The name of a report's student in lists, or what stands for it.
pub fn name(row: &ReportRow) -> &str {
    or_nobody(row.student.as_ref().map_or("", |student| &student.name))
}

fn or_nobody(name: &str) -> &str {
    match name.trim() {
        "" => "–",
        name => name,
    }
}

/// Where the newest mail went, or would go.
pub(super) fn sent_to(story: &Story, row: &Report) -> Option<String> {
    let asked = story.moments.iter().rev().find_map(|moment| match &moment.what {
        What::Opened { ask, .. } if moment.round == story.view.round => ask.to.clone(),
        _ => None,
    });
    asked.or_else(|| row.facts.student.email.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_found_by_its_word_and_every_state_of_a_list_has_one() {
        for state in Shown::ALL {
            assert_eq!(Shown::parse(state.as_str()), Some(state));
            assert_eq!(Shown::of_state(state.state(), state == Shown::Again), state);
        }
        for state in ReportState::ALL {
            assert_eq!(Shown::of_state(state, true).state(), state);
        }
    }
}
