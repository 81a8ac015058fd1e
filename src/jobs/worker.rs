//! One attempt at one job, and the pool of workers that make attempts.

mod pool;
mod waiters;

pub(crate) use pool::{Crew, stop_or};
pub use pool::{Ends, WorkerPool};
pub(crate) use waiters::Waiters;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::jobs::Jobs;
use crate::jobs::context::Attempt;
use crate::jobs::error::JobsError;
use crate::jobs::handler::{Handler, JobError};
use crate::jobs::lease::{Lease, NotHeld};
use crate::jobs::queue::Asked;
use crate::jobs::records::{self, End, EndRecord, EndState, OutcomeRecord, RecordName, VERSION};
use crate::jobs::retry;
use crate::jobs::state::{self, Attempted, Job, Patience, Plan, Transition};
use crate::model::ids::JobId;
use crate::storage::PutMode;
use crate::storage::key::ObjectKey;

/// What came of looking at one job.
#[derive(Debug)]
pub enum Outcome {
    /// The attempt ended the round.
    Ended(End),
    /// The attempt did not; another follows.
    Again {
        /// When.
        due: Timestamp,
        /// Why, as a stable word.
        cause: String,
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
    /// There is no such job.
    Unknown,
    /// The core could not do its part; a sweep comes by later.
    Trouble(JobsError),
}

/// This instance cannot look at a job now; another may, or this one in a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("every worker of this instance is at work, or it stops")]
pub struct Busy;

impl Jobs {
    /// Looks at one job and makes an attempt at it when one is due.
    pub async fn run_one(&self, handler: &dyn Handler, job: &JobId) -> Outcome {
        self.run_until(handler, job, &CancellationToken::new()).await
    }

    /// As [`Jobs::run_one`]; hands the job back when `abort` is cancelled.
    pub(crate) async fn run_until(&self, handler: &dyn Handler, id: &JobId, abort: &CancellationToken) -> Outcome {
        let here = self.queue.enter(id);
        let _running = self.crew.one_more_running();
        let outcome = self.attempt(handler, id, abort).await.unwrap_or_else(Outcome::Trouble);
        drop(here);
        self.crew.count(&outcome);
        if let Outcome::Ended(end) | Outcome::EndedBefore(end) = &outcome {
            self.waiters.tell(id, end);
        }
        outcome
    }

    /// Has a worker of this instance look at one job, as a task queue asks for it, and tells what came of it.
    ///
    /// The caller may go away: the worker goes on, and a shutdown hands the job back as it does with all others.
    ///
    /// # Errors
    /// [`Busy`] when every worker is at work, or the instance stops.
    pub async fn run_here(&self, job: &JobId) -> Result<Outcome, Busy> {
        if self.crew.running() + self.queue.len() >= self.crew.alive() {
            return Err(Busy);
        }
        match self.queue.ask(job) {
            Asked::Waits(outcome) => outcome.await.map_err(|_| Busy),
            Asked::HereAlready => Ok(Outcome::NotNow { at: state::later(self.clock.now(), self.config.lease), running: true }),
            Asked::Closed => Err(Busy),
        }
    }

    async fn attempt(&self, handler: &dyn Handler, id: &JobId, abort: &CancellationToken) -> Result<Outcome, JobsError> {
        let Some(job) = records::read_job(&*self.store, id).await? else { return Ok(Outcome::Unknown) };
        if let Some(trace) = &job.event.event.trace {
            tracing::Span::current().record("trace", trace);
        }
        let lease = match job.plan(self.clock.now(), self.config.skew) {
            Plan::Nothing(end) => {
                // A pointer to an ended job: whoever ended it died before telling everyone.
                if self.pointer_stands(&job).await? {
                    self.settle(&job, &end, Some(handler)).await;
                }
                return Ok(Outcome::EndedBefore(end));
            }
            Plan::LookAgain { at, running } => return Ok(Outcome::NotNow { at, running }),
            Plan::Start { attempt } => Lease::take(self, &job, attempt, None).await?,
            Plan::TakeOver { attempt, from } => Lease::take(self, &job, attempt, Some(&from)).await?,
        };
        let Some(lease) = lease else { return Ok(Outcome::Overtaken) };
        let context = Attempt { core: self, job: &job, lease: &lease };
        let attempted = self.work(handler, &context, abort).await;
        let outcome = self.conclude(&job, &lease, attempted).await?;
        if let Outcome::Ended(end) = &outcome {
            self.settle(&job, end, Some(handler)).await;
        }
        Ok(outcome)
    }

    /// Lets the handler work while the lease is kept alive.
    async fn work(&self, handler: &dyn Handler, context: &Attempt<'_>, abort: &CancellationToken) -> Attempted {
        if let Some(error) = self.reason_not_to_run(context.job) {
            return Attempted::Failed(error);
        }
        let run = AssertUnwindSafe(handler.run(context)).catch_unwind();
        tokio::select! {
            biased;
            result = run => match result {
                Ok(Ok(summary)) => Attempted::Finished(summary),
                Ok(Err(error)) => Attempted::Failed(error),
                Err(_) => Attempted::Failed(JobError::park("handler_panicked", "the program met a fault of its own; see the log, update, then release the job")),
            },
            () = abort.cancelled() => Attempted::Released,
            () = context.lease.keep() => Attempted::Released,
        }
    }

    /// Parks what was unusable from the start, and what takes its workers down.
    fn reason_not_to_run(&self, job: &Job) -> Option<JobError> {
        if let (1, Some((cause, message))) = (job.round, &job.event.event.park) {
            return Some(JobError::park(cause, message));
        }
        let silent = job.silent_attempts();
        (silent >= self.config.crash_limit).then(|| {
            let message =
                format!("{silent} attempts ended without a word; the job may be taking its worker down. See the log, then release it");
            JobError::park("worker_died", message)
        })
    }

    /// Records what the attempt came to, if the lease still holds.
    pub(crate) async fn conclude(&self, job: &Job, lease: &Lease<'_>, attempted: Attempted) -> Result<Outcome, JobsError> {
        match lease.ensure().await {
            Ok(()) => {}
            Err(NotHeld::Lost) => return Ok(Outcome::LeaseLost),
            Err(NotHeld::Unknown(error)) => return Err(error),
        }
        let patience = Patience {
            give_up_after: self.config.give_up_after,
            least_tries: self.config.least_tries,
            chance: retry::chance(self.config.seed, &job.id, lease.attempt),
        };
        match state::next(job, lease.attempt, attempted, self.clock.now(), patience) {
            Transition::End(end) => self.end(job, lease.attempt, end).await.map(Outcome::Ended),
            Transition::Again { due, cause, message } => self.again(job, lease.attempt, due, cause, message).await,
        }
    }

    async fn end(&self, job: &Job, attempt: u32, end: End) -> Result<End, JobsError> {
        let record = EndRecord { version: VERSION, attempt, end };
        Ok(self.keep_first("end", &RecordName::End(job.round).key(&job.id), record).await?.end)
    }

    /// What is done once an end is recorded. The due pointer is removed last: while it stands, a sweep comes by and all this is done again.
    pub(crate) async fn settle(&self, job: &Job, end: &End, handler: Option<&dyn Handler>) {
        self.index_end(job, end).await;
        if let (Some(handler), EndState::Parked | EndState::Dead) = (handler, end.state) {
            handler.gave_up(&job.id, end.cause.as_deref().unwrap_or_default(), end.message.as_deref().unwrap_or_default()).await;
        }
        self.unpoint(job).await;
    }

    /// Enters an ended job in the index for people's lists.
    pub(crate) async fn index_end(&self, job: &Job, end: &End) {
        let key = ObjectKey::Ended { state: end.state.as_str(), at: end.at, job: &job.id }.path();
        if let Err(error) = self.write("ended", &key, &serde_json::json!({}), PutMode::Overwrite).await {
            tracing::warn!(job.id = %job.id, %error, "An ended job could not be entered in the index");
        }
    }

    async fn again(&self, job: &Job, attempt: u32, due: Timestamp, cause: String, message: String) -> Result<Outcome, JobsError> {
        let due = job.due_apart(due);
        // The new pointer first, the old one last: there is always one.
        self.point_to("retry_due", &job.id, due).await?;
        let record = OutcomeRecord { version: VERSION, at: self.clock.now(), due, cause: cause.clone(), message };
        let kept = self.keep_first("outcome", &RecordName::Outcome(attempt).key(&job.id), record).await?;
        self.unpoint(job).await;
        self.agenda.look_at(kept.due);
        Ok(Outcome::Again { due: kept.due, cause })
    }

    /// Waits until the job's round ends, at most so long; `None` when it does not.
    pub async fn wait(&self, job: &JobId, at_most: Duration) -> Option<End> {
        tokio::time::timeout(at_most, self.wait_for_end(job)).await.ok()
    }

    async fn wait_for_end(&self, job: &JobId) -> End {
        /// How often the store is asked about a job that another instance runs.
        const ASK_EVERY: Duration = Duration::from_millis(500);
        loop {
            // Listening starts before looking, so that an end in between is not missed.
            let told = self.waiters.listen(job);
            if !self.queue.holds(job)
                && let Ok(Some(found)) = records::read_job(&*self.store, job).await
                && let state::JobState::Ended(end) = found.state()
            {
                return end;
            }
            if let Ok(Ok(end)) = tokio::time::timeout(ASK_EVERY, told).await {
                return end;
            }
        }
    }
}

impl Outcome {
    /// Whether asking again soon, here or elsewhere, is of use: the store was away, or the attempt was handed back unfinished.
    pub fn wants_another(&self) -> bool {
        match self {
            Self::Trouble(error) => matches!(error, JobsError::Store(_)),
            Self::Again { cause, .. } => cause == state::RELEASED,
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
            Self::Trouble(_) => "trouble",
        }
    }
}
