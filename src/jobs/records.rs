//! The records of a job as the store keeps them: their names and their shapes.
//!
//! Every record carries the version of its shape; fields are only ever added, with a default, so that records of older versions load (`test_data/jobs`).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::jobs::ask::Ask;
use crate::jobs::error::JobsError;
use crate::jobs::handler::AcceptedEvent;
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::storage::key::ObjectKey;
use crate::storage::{Store, Version};

/// The version of the shapes written today.
pub const VERSION: u32 = 1;

/// `event.json`: the acceptance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRecord {
    /// What was accepted.
    #[serde(flatten)]
    pub event: AcceptedEvent,
    /// The time in the job's first due pointer.
    pub due: Timestamp,
}

/// `lease-<n>.json`: attempt n. Extended by its owner, and marked `fenced` by whoever takes over, both compare-and-swap: exactly one of them succeeds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseRecord {
    /// Version of this shape.
    pub version: u32,
    /// The instance and its count of attempts; unique.
    pub owner: String,
    /// The round the attempt belongs to.
    pub round: u32,
    /// When it began.
    pub taken_at: Timestamp,
    /// Until when the owner is left alone.
    pub until: Timestamp,
    /// Somebody takes over: the owner has lost it for good.
    #[serde(default)]
    pub fenced: bool,
    /// The owner's instance gave the store a sign of life, which goes down with it: nobody need wait for the deadline of a dead one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub watched: bool,
    /// The owner is about to do, or did, what cannot be undone: it is not taken for dead on a hint.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub committed: bool,
}

impl LeaseRecord {
    /// The instance that took it.
    pub(crate) fn instance(&self) -> &str {
        self.owner.rsplit_once('-').map_or(self.owner.as_str(), |(instance, _)| instance)
    }
}

/// `outcome-<n>.json`: attempt n ended without ending the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeRecord {
    /// Version of this shape.
    pub version: u32,
    /// When the attempt ended.
    pub at: Timestamp,
    /// When to try again; also the time in the due pointer.
    pub due: Timestamp,
    /// Why.
    pub cause: Cause,
    /// Why, in words.
    pub message: String,
}

/// `end.json`, in later rounds `end-<round>.json`: how the round ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndRecord {
    /// Version of this shape.
    pub version: u32,
    /// The attempt that ended it.
    pub attempt: u32,
    /// The last facts of the outside world that the attempt met, by the names of the steps they would be recorded as otherwise.
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub facts: Facts,
    /// How.
    #[serde(flatten)]
    pub end: End,
}

/// What steps recorded, by their names.
pub type Facts = BTreeMap<String, serde_json::Value>;

/// `round-<n>.json`, from 2 on: a person opened the job again, or closed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoundRecord {
    /// Version of this shape.
    pub version: u32,
    /// When.
    pub at: Timestamp,
    /// The time in the round's due pointer.
    pub due: Timestamp,
    /// The number of the round's first attempt.
    pub first_attempt: u32,
    /// What the person wanted.
    pub action: RoundAction,
    /// What the handler works on from this round on, when the same effect was asked for once more with other data (another address).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<serde_json::Value>,
    /// What the round is asked for, and by whom.
    #[serde(flatten)]
    pub ask: Ask,
}

/// What a person wanted of an ended job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundAction {
    /// Run it again.
    Run,
    /// Never run it again.
    Discard,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// Which kind of end.
    pub state: EndState,
    /// Why; none when done.
    #[serde(default)]
    pub cause: Option<Cause>,
    /// What was wrong and what to do, in words; none when done.
    #[serde(default)]
    pub message: Option<String>,
    /// What the handler told about a job that is done; null otherwise.
    #[serde(default)]
    pub summary: serde_json::Value,
    /// When.
    pub at: Timestamp,
}

/// The kinds of end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndState {
    /// Its effect happened.
    Done,
    /// A person must act, then release it.
    Parked,
    /// Given up.
    Dead,
}

impl EndState {
    /// The word that records and people use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Parked => "parked",
            Self::Dead => "dead",
        }
    }
}

/// The name of a record, parsed; whatever is not one of the core's own is a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordName<'a> {
    Event,
    Lease(u32),
    Outcome(u32),
    End(u32),
    Round(u32),
    /// Somebody wants the attempt after this one no later than then, in milliseconds of the epoch.
    Hurry(u32, i64),
    Step(&'a str),
}

impl<'a> RecordName<'a> {
    pub(crate) fn parse(name: &'a str) -> Self {
        if let Some((attempt, at)) = name.strip_prefix("hurry-").and_then(|rest| rest.split_once('-'))
            && let (Ok(attempt), Ok(at)) = (attempt.parse(), at.parse())
        {
            return Self::Hurry(attempt, at);
        }
        let (word, number) = match name.rsplit_once('-') {
            Some((word, digits)) => (word, digits.parse::<u32>().ok()),
            None => (name, None),
        };
        match (word, number) {
            ("event", None) => Self::Event,
            ("end", None) => Self::End(1),
            ("end", Some(n)) => Self::End(n),
            ("lease", Some(n)) => Self::Lease(n),
            ("outcome", Some(n)) => Self::Outcome(n),
            ("round", Some(n)) => Self::Round(n),
            _ => Self::Step(name),
        }
    }

    /// A step's name; `None` when it would be taken for one of the core's own records or is no plain word.
    pub(crate) fn step(name: &'a str) -> Option<Self> {
        let plain = !name.is_empty()
            && name.len() <= 64
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b));
        let parsed = Self::parse(name);
        (plain && matches!(parsed, Self::Step(_))).then_some(parsed)
    }

    pub(crate) fn key(self, job: &JobId) -> String {
        let record = match self {
            Self::Event => "event".to_owned(),
            Self::Lease(n) => format!("lease-{n}"),
            Self::Outcome(n) => format!("outcome-{n}"),
            Self::End(1) => "end".to_owned(),
            Self::End(n) => format!("end-{n}"),
            Self::Round(n) => format!("round-{n}"),
            Self::Hurry(attempt, at) => format!("hurry-{attempt}-{at}"),
            Self::Step(name) => name.to_owned(),
        };
        ObjectKey::JobRecord { job, record: &record }.path()
    }
}

/// Reads and parses one record.
pub(crate) async fn read<T: DeserializeOwned>(store: &dyn Store, key: &str) -> Result<Option<(T, Version)>, JobsError> {
    let Some((bytes, version)) = store.get(key).await? else { return Ok(None) };
    let record =
        serde_json::from_slice(&bytes).map_err(|error| JobsError::Unreadable { key: key.to_owned(), message: error.to_string() })?;
    Ok(Some((record, version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_as_written() {
        let job = JobId::from_digest([2; 32]);
        let names = [
            RecordName::Event,
            RecordName::Lease(1),
            RecordName::Outcome(12),
            RecordName::End(1),
            RecordName::End(2),
            RecordName::Round(2),
            RecordName::Hurry(3, 1_764_331_200_000),
            RecordName::Step("mailed"),
            RecordName::Step("mailed-2"),
        ];
        for name in names {
            let key = name.key(&job);
            let (of, record) = crate::storage::key::parse_record(&key).unwrap();
            assert_eq!((of, RecordName::parse(record)), (job.clone(), name));
        }
    }

    #[test]
    fn a_step_cannot_take_the_name_of_a_record_of_the_core() {
        for name in ["event", "end", "end-2", "lease-1", "outcome-3", "round-2", "hurry-1-2", "", "a/b", "Ä", "..", "UPPER"] {
            assert_eq!(RecordName::step(name), None, "{name}");
        }
        for name in ["fetched", "mailing", "mailing-2", "lease", "a_b"] {
            assert!(RecordName::step(name).is_some(), "{name}");
        }
    }
}
