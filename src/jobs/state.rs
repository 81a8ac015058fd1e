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
use crate::jobs::retry::RetryProfile;
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
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
    pub held: Option<HeldLease>,
    /// The newest outcome.
    pub outcome: Option<OutcomeRecord>,
    /// The round's end.
    pub end: Option<EndRecord>,
    /// The steps recorded so far.
    pub steps: BTreeSet<String>,
    leases: BTreeSet<u32>,
    outcomes: BTreeSet<u32>,
    ends: BTreeSet<u32>,
    /// Who wants the attempt after which one when at the latest.
    hurries: BTreeSet<(u32, i64)>,
}

/// A lease and the version of its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldLease {
    /// The lease.
    pub record: LeaseRecord,
    /// What to compare with when it is extended or fenced.
    pub version: Version,
    /// What the store tells of its owner.
    pub owner: Owner,
}

/// What the store tells of the process that holds a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Nothing.
    Unknown,
    /// Its sign of life stands.
    Alive,
    /// Its sign of life is gone. Only a hint: a file system may not show the locks of another machine.
    Gone,
}

/// When a job is looked at, and by what measures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// The time by the clock.
    pub now: Timestamp,
    /// How long this process has seen the job in its present state, by its own steady clock.
    pub unchanged: Duration,
    /// How long a lease that is not renewed is left alone.
    pub term: Duration,
}

/// A lease whose owner is at what cannot be undone, shows a sign of life, but does not renew, is left alone so many terms: its disk may be full, with a receipt in its memory.
const TERMS_OF_THE_LIVING: u32 = 10;

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
pub enum NextStep {
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
        from: HeldLease,
    },
    /// Observation again then.
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

/// What an attempt's outcome does to its job.
#[derive(Debug, Clone, PartialEq)]
pub enum Transition {
    /// The round ends.
    End(End),
    /// Another attempt follows.
    Again {
        /// When.
        due: Timestamp,
        /// Why.
        cause: Cause,
        /// Why, in words.
        message: String,
    },
}

/// How a failing job is tried again, and what chance decided for this attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patience {
    /// The profile of the job's kind.
    pub retry: RetryProfile,
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
            return Transition::Again { due: now, cause: Cause::Released, message };
        }
        Attempted::Failed(error) => error,
    };
    let tried = attempt.saturating_sub(job.first_attempt()).saturating_add(1);
    match error.next {
        Next::Park => Transition::End(End::failed(EndState::Parked, error.cause, error.message, now)),
        Next::Dead => Transition::End(End::failed(EndState::Dead, error.cause, error.message, now)),
        Next::Retry(asked) => {
            let due = later(now, patience.retry.pause(tried, patience.chance, asked));
            if !error.cause.waits_for_the_mail_account()
                && tried >= patience.retry.least_tries
                && due > later(job.opened_at(), patience.retry.give_up_after)
            {
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
            hurries: BTreeSet::new(),
        }
    }

    /// The lane it runs in.
    pub fn lane(&self) -> LaneName {
        self.event.event.lane
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
            RecordName::Hurry(attempt, at) => {
                self.hurries.insert((attempt, at));
            }
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

    /// The rounds that have an end record, oldest first.
    pub(crate) fn ended_rounds(&self) -> impl Iterator<Item = u32> {
        self.ends.iter().copied()
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
        let usual = self.outcome.as_ref().map_or(opened, |outcome| outcome.due);
        self.hurried().map_or(usual, |at| usual.min(at))
    }

    /// The earliest time at which somebody wants the next attempt.
    fn hurried(&self) -> Option<Timestamp> {
        let last = self.last_outcome()?;
        let (_, at) = self.hurries.range((last, i64::MIN)..=(last, i64::MAX)).next()?;
        Timestamp::from_millisecond(*at).ok()
    }

    /// The attempt whose successor can still be hurried; none when the next one begins at once or never.
    pub(crate) fn may_hurry(&self, at: Timestamp) -> Option<u32> {
        match self.state() {
            JobState::Ended(_) => None,
            // What a running attempt decides is not known yet.
            JobState::Running { .. } => Some(self.attempts()),
            JobState::Waiting { due } => self.last_outcome().filter(|_| due > at),
        }
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
            return JobState::Ended(End::failed(EndState::Dead, Cause::Discarded, "it was discarded".to_owned(), round.at));
        }
        match &self.held {
            Some(held) => JobState::Running { until: held.record.until },
            None => JobState::Waiting { due: self.due() },
        }
    }

    /// What an instance that looks at the job now may do.
    ///
    /// A lease is taken over when it was seen not to be renewed, never because of what a clock says: clocks are set, and differ.
    pub fn next_step(&self, look: Observation) -> NextStep {
        let attempt = self.attempts() + 1;
        match (self.state(), &self.held) {
            (JobState::Ended(end), _) => NextStep::Nothing(end),
            (JobState::Running { .. }, Some(held)) => {
                let left_alone = held.left_alone(look.term);
                if look.unchanged >= left_alone {
                    return NextStep::TakeOver { attempt, from: held.clone() };
                }
                NextStep::LookAgain { at: later(look.now, left_alone.saturating_sub(look.unchanged)), running: true }
            }
            (JobState::Waiting { .. } | JobState::Running { .. }, _) => {
                let wait = self.wait_left(look);
                if self.is_fresh() || wait.is_zero() {
                    return NextStep::Start { attempt };
                }
                NextStep::LookAgain { at: later(look.now, wait), running: false }
            }
        }
    }

    /// How long a waiting job still waits: until the clock shows its time, but no longer than it was meant to when its last attempt ended, for the clock may have been set back.
    fn wait_left(&self, look: Observation) -> Duration {
        let by_clock = Duration::try_from(self.due().duration_since(look.now)).unwrap_or_default();
        let begun = self.outcome.as_ref().map_or(self.opened_at(), |outcome| outcome.at);
        let meant = Duration::try_from(self.due().duration_since(begun)).unwrap_or_default();
        by_clock.min(meant.saturating_sub(look.unchanged))
    }

    /// What changes whenever anybody does something about the job.
    pub(crate) fn stage(&self) -> String {
        match (&self.end, &self.held) {
            (None, Some(held)) => format!("{}/{}", self.attempts(), held.version.0),
            _ => waiting_stage(self.attempts(), self.outcomes.len()),
        }
    }

    /// Its stage once this attempt has its outcome.
    pub(crate) fn stage_after(&self, attempt: u32) -> String {
        waiting_stage(attempt, self.outcomes.len() + 1)
    }

    /// Whether nothing was tried in this round yet. Its due pointer then only says when *others* may start it.
    fn is_fresh(&self) -> bool {
        self.attempts() < self.first_attempt()
    }
}

impl HeldLease {
    /// How long it must be seen unchanged before it is taken over.
    fn left_alone(&self, term: Duration) -> Duration {
        match self.owner {
            _ if self.record.fenced => Duration::ZERO,
            // What cannot be undone may be under way, and the hint may be wrong.
            Owner::Gone if !self.record.committed => Duration::ZERO,
            Owner::Alive if self.record.committed => term * TERMS_OF_THE_LIVING,
            Owner::Gone | Owner::Unknown | Owner::Alive => term,
        }
    }
}

impl End {
    /// An end that is not what was wanted.
    pub fn failed(state: EndState, cause: Cause, message: String, at: Timestamp) -> Self {
        Self { state, cause: Some(cause), message: Some(message), summary: Value::Null, at }
    }
}

fn waiting_stage(attempts: u32, outcomes: usize) -> String {
    format!("{attempts}/{outcomes}")
}

/// `by` after `at`, as far as timestamps go.
pub(crate) fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// From now until then; nothing once it is past.
pub(crate) fn span(now: Timestamp, then: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
