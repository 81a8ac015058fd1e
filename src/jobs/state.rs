//! What a job's records say, and what may happen next: pure, no clock, no store.
//!
//! ```text
//!            accept                 attempt: lease-<n>
//!  (nothing) ──────► waiting(due) ─────────────────────► running(until)
//!                        ▲  ▲                             │   │   │
//!                        │  └── outcome-<n>: retry ◄──────┘   │   │ nobody renewed: fence, lease-<n+1>
//!                        │                                    │   └──► running, by another
//!    round-<n>: a person └──────────── ended ◄────────────────┘
//!                                (done, parked, dead)   end.json
//! ```
//!
//! Three rules hold everything together:
//! 1. Only who holds the newest lease writes an outcome or an end, and a lease is taken over only by fencing it first.
//! 2. While a job is open there is a due pointer for it: a new pointer is written before the record that makes the old one obsolete.
//! 3. Rounds open only on ended jobs, so at most one round is open.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::jobs::handler::{JobError, Next};
use crate::jobs::records::{End, EndRecord, EndState, EventRecord, LeaseRecord, OutcomeRecord, RecordName, RoundAction, RoundRecord};
use crate::model::ids::JobId;
use crate::storage::Version;

/// A job as its records tell it.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The job.
    pub id: JobId,
    /// What was accepted.
    pub event: EventRecord,
    /// The current round, from 1.
    pub round: u32,
    /// The record that opened the round; none for the first.
    pub opened: Option<RoundRecord>,
    /// The newest attempt's lease, unless that attempt has an outcome.
    pub held: Option<Held>,
    /// The newest outcome.
    pub outcome: Option<OutcomeRecord>,
    /// The round's end.
    pub end: Option<EndRecord>,
    /// The steps recorded so far.
    pub steps: BTreeSet<String>,
    leases: BTreeSet<u32>,
    outcomes: BTreeSet<u32>,
    ends: BTreeSet<u32>,
}

/// A lease and the version of its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The lease.
    pub record: LeaseRecord,
    /// What to compare with when it is extended or fenced.
    pub version: Version,
    /// Its owner is dead for certain, so nobody waits for the deadline.
    pub abandoned: bool,
}

/// Where a job stands.
#[derive(Debug, Clone, PartialEq)]
pub enum JobState {
    /// To be tried at this time, or since.
    Waiting {
        /// When.
        due: Timestamp,
    },
    /// An instance works on it, or died doing so.
    Running {
        /// Until when it is left alone.
        until: Timestamp,
    },
    /// Nothing more happens unless a person opens it again.
    Ended(End),
}

impl JobState {
    /// The state as one word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Running { .. } => "running",
            Self::Ended(end) => end.state.as_str(),
        }
    }
}

/// What an instance that looks at a job may do.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// Begin this attempt.
    Start {
        /// Its number.
        attempt: u32,
    },
    /// Fence this lease, whose owner shows no life, and begin this attempt.
    TakeOver {
        /// Its number.
        attempt: u32,
        /// The lease of the attempt before.
        from: Held,
    },
    /// Look again then.
    LookAgain {
        /// When.
        at: Timestamp,
        /// Whether an instance is at work until then.
        running: bool,
    },
    /// Nothing.
    Nothing(End),
}

/// How an attempt went.
#[derive(Debug, Clone, PartialEq)]
pub enum Attempted {
    /// The handler reached its end and told this.
    Finished(Value),
    /// The handler failed.
    Failed(JobError),
    /// The instance had to stop, or a person wants it tried at once; the job is not to blame.
    Released,
}

/// The cause of an attempt that was handed back.
pub(crate) const RELEASED: &str = "released";

/// What an attempt's outcome does to its job.
#[derive(Debug, Clone, PartialEq)]
pub enum Transition {
    /// The round ends.
    End(End),
    /// Another attempt follows.
    Again {
        /// When.
        due: Timestamp,
        /// Why, as a stable word.
        cause: String,
        /// Why, in words.
        message: String,
    },
}

/// How patient the core is, and what chance decided for this attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patience {
    /// How long a failing round is tried.
    pub give_up_after: Duration,
    /// Tries that are made even when the time is up.
    pub least_tries: u32,
    /// Between 0 and 1.
    pub chance: f64,
}

/// The one place where a job changes its state: how an attempt of it went, and when, tells what follows.
pub fn next(job: &Job, attempt: u32, attempted: Attempted, now: Timestamp, patience: Patience) -> Transition {
    let error = match attempted {
        Attempted::Finished(summary) => {
            return Transition::End(End { state: EndState::Done, cause: None, message: None, summary, at: now });
        }
        Attempted::Released => {
            let message = "the attempt was handed back before it ended".to_owned();
            return Transition::Again { due: now, cause: RELEASED.to_owned(), message };
        }
        Attempted::Failed(error) => error,
    };
    let tried = attempt.saturating_sub(job.first_attempt()).saturating_add(1);
    match error.next {
        Next::Park => Transition::End(End::failed(EndState::Parked, error.cause, error.message, now)),
        Next::Dead => Transition::End(End::failed(EndState::Dead, error.cause, error.message, now)),
        Next::Retry(asked) => {
            let due = later(now, crate::jobs::retry::pause(tried, patience.chance, asked));
            if tried >= patience.least_tries && due > later(job.opened_at(), patience.give_up_after) {
                let message = format!("given up after {tried} attempts; the last one said: {}", error.message);
                return Transition::End(End::failed(EndState::Dead, error.cause, message, now));
            }
            Transition::Again { due, cause: error.cause, message: error.message }
        }
    }
}

impl Job {
    /// A job of which nothing but its event is known.
    pub fn new(id: JobId, event: EventRecord) -> Self {
        Self {
            id,
            event,
            round: 1,
            opened: None,
            held: None,
            outcome: None,
            end: None,
            steps: BTreeSet::new(),
            leases: BTreeSet::new(),
            outcomes: BTreeSet::new(),
            ends: BTreeSet::new(),
        }
    }

    /// Takes notice that a record exists.
    pub(crate) fn note(&mut self, name: RecordName<'_>) {
        match name {
            RecordName::Event => {}
            RecordName::Lease(n) => {
                self.leases.insert(n);
            }
            RecordName::Outcome(n) => {
                self.outcomes.insert(n);
            }
            RecordName::End(round) => {
                self.ends.insert(round);
            }
            RecordName::Round(n) => self.round = self.round.max(n),
            RecordName::Step(step) => {
                self.steps.insert(step.to_owned());
            }
        }
    }

    /// Attempts begun so far, over all rounds.
    pub fn attempts(&self) -> u32 {
        self.leases.last().copied().unwrap_or(0)
    }

    /// Whether the current round has an end record.
    pub(crate) fn has_end(&self) -> bool {
        self.ends.contains(&self.round)
    }

    /// The newest attempt, when it has neither an outcome nor was it in an ended round.
    pub(crate) fn open_attempt(&self) -> Option<u32> {
        let newest = *self.leases.last()?;
        (newest >= self.first_attempt() && !self.outcomes.contains(&newest)).then_some(newest)
    }

    /// The newest attempt of this round that has an outcome.
    pub(crate) fn last_outcome(&self) -> Option<u32> {
        self.outcomes.last().copied().filter(|newest| *newest >= self.first_attempt())
    }

    /// The round's first attempt.
    pub fn first_attempt(&self) -> u32 {
        self.opened.as_ref().map_or(1, |round| round.first_attempt)
    }

    /// When the round began.
    pub fn opened_at(&self) -> Timestamp {
        self.opened.as_ref().map_or(self.event.event.received_at, |round| round.at)
    }

    /// The time in the pointer that leads to this job while it is open.
    pub fn due(&self) -> Timestamp {
        let opened = self.opened.as_ref().map_or(self.event.due, |round| round.due);
        self.outcome.as_ref().map_or(opened, |outcome| outcome.due)
    }

    /// `wanted`, or a second later when a pointer to then is the one the job has: removing the old must never remove the new.
    pub(crate) fn due_apart(&self, wanted: Timestamp) -> Timestamp {
        let same = wanted.as_second() == self.due().as_second();
        if same { later(wanted, Duration::from_secs(1)) } else { wanted }
    }

    /// Attempts of this round that ended without a word: their worker died, or lost its lease.
    pub fn silent_attempts(&self) -> u32 {
        let first = self.first_attempt();
        self.leases.range(first..).filter(|n| !self.outcomes.contains(n)).count() as u32
    }

    /// Where the job stands.
    pub fn state(&self) -> JobState {
        if let Some(record) = &self.end {
            return JobState::Ended(record.end.clone());
        }
        if let Some(round) = self.opened.as_ref().filter(|round| round.action == RoundAction::Discard) {
            return JobState::Ended(End::failed(EndState::Dead, "discarded".to_owned(), "a person discarded it".to_owned(), round.at));
        }
        match &self.held {
            Some(held) => JobState::Running { until: held.record.until },
            None => JobState::Waiting { due: self.due() },
        }
    }

    /// What an instance that looks at the job now may do; `skew` is how much clocks may differ.
    pub fn plan(&self, now: Timestamp, skew: Duration) -> Plan {
        let attempt = self.attempts() + 1;
        match (self.state(), &self.held) {
            (JobState::Ended(end), _) => Plan::Nothing(end),
            (JobState::Running { until }, Some(held)) => {
                let free_at = later(until, skew);
                if held.record.fenced || held.abandoned || now > free_at {
                    return Plan::TakeOver { attempt, from: held.clone() };
                }
                Plan::LookAgain { at: free_at, running: true }
            }
            (JobState::Waiting { .. } | JobState::Running { .. }, _) if self.is_fresh() || self.due() <= now => Plan::Start { attempt },
            _ => Plan::LookAgain { at: self.due(), running: false },
        }
    }

    /// Whether nothing was tried in this round yet. Its due pointer then only says when *others* may start it.
    fn is_fresh(&self) -> bool {
        self.attempts() < self.first_attempt()
    }
}

impl End {
    /// An end that is not what was wanted.
    pub fn failed(state: EndState, cause: String, message: String, at: Timestamp) -> Self {
        Self { state, cause: Some(cause), message: Some(message), summary: Value::Null, at }
    }
}

/// `by` after `at`, as far as timestamps go.
pub(crate) fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
