//! What came of looking at a job.

use std::time::Duration;

use jiff::Timestamp;

use crate::jobs::error::JobsError;
use crate::jobs::records::{End, EndState};
use crate::model::cause::Cause;

/// What came of looking at one job.
#[derive(Debug)]
pub enum Outcome {
    /// The attempt ended the round.
    Ended(End),
    /// The attempt did not; another follows.
    Again {
        /// When.
        due: Timestamp,
        /// How long that was away when it was decided: the clock may be set before anybody waits.
        wait: Duration,
        /// Why.
        cause: Cause,
        /// The same in words.
        message: String,
    },
    /// Nothing to do: it ended before.
    EndedBefore(End),
    /// Nothing to do now.
    NotNow {
        /// When to look again.
        at: Timestamp,
        /// Whether an instance is at work until then.
        running: bool,
    },
    /// Another instance was faster.
    Overtaken,
    /// The lease was lost during the attempt; the one who has it decides what follows.
    LeaseLost,
    /// There is no such job in this lane.
    Unknown,
    /// This release has no handler for its kind; the job is left to an instance that has one.
    NoHandler(String),
    /// The core could not do its part; a sweep comes by later.
    Trouble(JobsError),
}

impl Outcome {
    /// Whether asking again soon, here or elsewhere, is of use: the store was away, or the attempt was handed back unfinished.
    pub fn wants_another(&self) -> bool {
        match self {
            Self::Trouble(error) => matches!(error, JobsError::Store(_)),
            Self::Again { cause, .. } => *cause == Cause::Released,
            _ => false,
        }
    }

    /// What happened, as one word for logs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Ended(End { state: EndState::Done, .. }) => "done",
            Self::Ended(End { state: EndState::Parked, .. }) => "parked",
            Self::Ended(End { state: EndState::Dead, .. }) => "dead",
            Self::Again { .. } => "again",
            Self::EndedBefore(_) => "ended_before",
            Self::NotNow { .. } => "not_now",
            Self::Overtaken => "overtaken",
            Self::LeaseLost => "lease_lost",
            Self::Unknown => "unknown",
            Self::NoHandler(_) => "no_handler",
            Self::Trouble(_) => "trouble",
        }
    }
}
