//! The records of a job as the store keeps them: their names, their shapes, and reading them back together.
//!
//! Every record carries the version of its shape; fields are only ever added, with a default, so that records of older versions load (`test_data/jobs`).

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::jobs::error::JobsError;
use crate::jobs::handler::AcceptedEvent;
use crate::jobs::state::{Held, Job};
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
    /// Why, as a stable word.
    pub cause: String,
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
    /// How.
    #[serde(flatten)]
    pub end: End,
}

/// `round-<n>.json`, from 2 on: a person opened the job again, or closed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// A stable word for the cause; none when done.
    #[serde(default)]
    pub cause: Option<String>,
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
    Step(&'a str),
}

impl<'a> RecordName<'a> {
    pub(crate) fn parse(name: &'a str) -> Self {
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

/// Reads all that is needed to judge a job; `None` when it was never accepted.
///
/// The reads are not one snapshot, and need not be: whatever is decided on them is written create-only or compare-and-swap.
pub(crate) async fn read_job(store: &dyn Store, id: &JobId) -> Result<Option<Job>, JobsError> {
    let names = record_names(store, id).await?;
    let Some((event, _)) = read::<EventRecord>(store, &RecordName::Event.key(id)).await? else { return Ok(None) };
    let mut job = Job::new(id.clone(), event);
    for name in &names {
        job.note(RecordName::parse(name));
    }
    if job.round > 1 {
        job.opened = read(store, &RecordName::Round(job.round).key(id)).await?.map(|(record, _)| record);
    }
    if job.has_end() {
        job.end = read(store, &RecordName::End(job.round).key(id)).await?.map(|(record, _)| record);
    } else if let Some(n) = job.open_attempt() {
        job.held = read_held(store, &RecordName::Lease(n).key(id)).await?;
    }
    if let Some(n) = job.last_outcome() {
        job.outcome = read(store, &RecordName::Outcome(n).key(id)).await?.map(|(record, _)| record);
    }
    Ok(Some(job))
}

/// Reads the lease of an open attempt, and whether its owner is dead.
async fn read_held(store: &dyn Store, key: &str) -> Result<Option<Held>, JobsError> {
    let Some((record, version)) = read::<LeaseRecord>(store, key).await? else { return Ok(None) };
    let abandoned = record.watched && store.is_gone(record.instance()).await;
    Ok(Some(Held { record, version, abandoned }))
}

/// The names of a job's records, without their extension.
async fn record_names(store: &dyn Store, id: &JobId) -> Result<Vec<String>, JobsError> {
    const PAGE: usize = 1000;
    let folder = ObjectKey::JobFolder { job: id }.path();
    let mut keys: Vec<String> = Vec::new();
    loop {
        let page = store.list(&folder, keys.last().map(String::as_str), PAGE).await?;
        let is_last = page.len() < PAGE;
        keys.extend(page);
        if is_last {
            break;
        }
    }
    Ok(keys.iter().filter_map(|key| Some(key.strip_prefix(&folder)?.strip_suffix(".json")?.to_owned())).collect())
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
        for name in ["event", "end", "end-2", "lease-1", "outcome-3", "round-2", "", "a/b", "Ä", "..", "UPPER"] {
            assert_eq!(RecordName::step(name), None, "{name}");
        }
        for name in ["fetched", "mailing", "mailing-2", "lease", "a_b"] {
            assert!(RecordName::step(name).is_some(), "{name}");
        }
    }
}
