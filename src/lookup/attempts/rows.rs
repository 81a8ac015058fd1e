//! What the log is told, and what it tells.

use std::collections::BTreeSet;

use jiff::Timestamp;

/// How one call came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Answered 2xx.
    Success,
    /// Anything else.
    Failed,
    /// Given up before it was made.
    Cancelled,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRow {
    /// `atmpt_…`.
    pub id: String,
    /// The event.
    pub event: String,
    /// The endpoint.
    pub endpoint: String,
    /// The tenant.
    pub institution: String,
    /// The event's type.
    pub kind: String,
    /// The event's channels.
    pub channels: BTreeSet<String>,
    /// The event's tags.
    pub tags: BTreeSet<String>,
    /// When.
    pub at: Timestamp,
    /// How it came out.
    pub outcome: Outcome,
    /// The status of the answer; 0 without one.
    pub status: u16,
    /// How long it took.
    pub ms: u32,
    /// Whether a person asked for it.
    pub manual: bool,
    /// Which call it was, counted from 1.
    pub number: u32,
    /// Whether the delivery was given up with it.
    pub died: bool,
    /// What went wrong, as one word; empty for success.
    pub class: String,
    /// The URL that was called.
    pub url: String,
    /// What went wrong, in words.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub answer: Option<String>,
}

/// What an answer that was taken out reads.
pub const EXPUNGED: &str = "EXPUNGED";

/// One fact for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A call was made; told again with an answer that was taken out, the answer goes.
    Attempt(Box<AttemptRow>),
    /// A call's answer is gone.
    AnswerGone(String),
}

/// Which attempts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptFilter {
    /// Of this tenant.
    pub institution: Option<String>,
    /// To this endpoint.
    pub endpoint: Option<String>,
    /// Of this event.
    pub event: Option<String>,
    /// Of one of these types.
    pub kinds: BTreeSet<String>,
    /// That came out so.
    pub outcome: Option<Outcome>,
    /// Whose status begins so: 0, 100, 200, 300, 400 or 500.
    pub status_class: Option<u16>,
    /// Of events in this channel.
    pub channel: Option<String>,
    /// Of events with this tag.
    pub tag: Option<String>,
    /// Not before.
    pub after: Option<Timestamp>,
    /// Before.
    pub before: Option<Timestamp>,
    /// Whose error or answer has these words.
    pub text: Option<String>,
}

/// How a delivery stands after its last call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stands {
    /// The last call succeeded.
    Delivered,
    /// The last call failed, and another one was to follow.
    Waiting,
    /// It was given up with the last call.
    Dead,
}

/// Which deliveries, by their last calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Which last calls.
    pub call: AttemptFilter,
    /// How they stand.
    pub stands: Option<Stands>,
}

/// The calls of one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hour {
    /// Its beginning.
    pub at: Timestamp,
    /// Calls that succeeded.
    pub ok: u64,
    /// Calls that failed.
    pub failed: u64,
}

/// Which part of a list, by the ids of its items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slice {
    /// Behind this item in the order of the list.
    pub behind: Option<String>,
    /// Oldest first.
    pub ascending: bool,
    /// The most items.
    pub limit: usize,
}

/// How a tenant or an endpoint did over some time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// Calls that succeeded.
    pub ok: u64,
    /// Calls that failed.
    pub failed: u64,
    /// Calls that were given up.
    pub cancelled: u64,
    /// Deliveries that died with a call.
    pub died: u64,
    /// By type: calls that succeeded, and that failed.
    pub by_type: Vec<(String, u64, u64)>,
    /// Half of the calls took at most so many milliseconds.
    pub p50_ms: Option<u32>,
    /// 95 of 100 calls took at most so many milliseconds.
    pub p95_ms: Option<u32>,
    /// The most frequent errors: class, status, how often.
    pub errors: Vec<(String, u16, u64)>,
}

impl Figures {
    /// The part of calls that succeeded, of those that were made.
    pub fn success_rate(&self) -> Option<f64> {
        let made = self.ok + self.failed;
        (made > 0).then(|| self.ok as f64 / made as f64)
    }
}

impl Outcome {
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::Cancelled => 2,
        }
    }

    pub(crate) fn of(code: i64) -> Self {
        match code {
            0 => Self::Success,
            2 => Self::Cancelled,
            _ => Self::Failed,
        }
    }
}
