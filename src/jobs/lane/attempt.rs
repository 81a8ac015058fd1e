//! One attempt at one job.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;

use crate::jobs::context::Attempt;
use crate::jobs::error::JobsError;
use crate::jobs::handler::{Any, FindHandler, Handler, JobError, JobKind};
use crate::jobs::lane::Lane;
use crate::jobs::lease::Lease;
use crate::jobs::outcome::Outcome;
use crate::jobs::queue::Enqueued;
use crate::jobs::records::{End, EndState, RecordName};
use crate::jobs::state::{self, Attempted, Job, JobState, NextStep, span};
use crate::model::cause::Cause;
use crate::model::ids::JobId;

/// This instance cannot look at a job now; another may, or this one in a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("every worker of this instance is at work, or it stops")]
pub struct Busy;

impl Lane {
    /// Looks at one job and makes an attempt at it when one is due, with this handler whatever its kind.
    pub async fn run_one(&self, handler: &dyn Handler, job: &JobId) -> Outcome {
        self.run_until(&Any(handler), job, &CancellationToken::new()).await
    }

    /// Looks at one job; hands it back when `abort` is cancelled.
    pub(crate) async fn run_until(&self, handlers: &dyn FindHandler, id: &JobId, abort: &CancellationToken) -> Outcome {
        let here = self.queue.enter(id);
        let _running = self.counts.one_more_running();
        let outcome = self.attempt(handlers, id, abort).await.unwrap_or_else(Outcome::Trouble);
        drop(here);
        self.counts.count(&outcome);
        match &outcome {
            Outcome::Ended(end) | Outcome::EndedBefore(end) => {
                if end.state == EndState::Parked && end.cause.as_ref().is_some_and(Cause::is_seen_resolved) {
                    self.lock_recheck().hurry(self.core.clock.monotonic());
                }
                self.core.sightings.forget(id.as_str());
                self.waiters.tell(id, end);
            }
            Outcome::Again { wait, .. } => self.next_wake.look_in(id, *wait, self.core.clock.monotonic()),
            Outcome::NotNow { at, .. } => self.next_wake.look_in(id, span(self.core.now(), *at), self.core.clock.monotonic()),
            _ => {}
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
        if self.counts.running() + self.queue.len() >= self.counts.alive() {
            return Err(Busy);
        }
        match self.queue.ask(job) {
            Enqueued::Waits(outcome) => outcome.await.map_err(|_| Busy),
            Enqueued::HereAlready => Ok(Outcome::NotNow { at: state::later(self.core.now(), self.core.config.lease), running: true }),
            Enqueued::Closed => Err(Busy),
        }
    }

    async fn attempt(&self, handlers: &dyn FindHandler, id: &JobId, abort: &CancellationToken) -> Result<Outcome, JobsError> {
        let core = &*self.core;
        // What was accepted here a moment ago need not be read back: whoever touched it since has left a lease that ours collides with, and then it is.
        if let Some(event) = core.take_fresh(id) {
            let outcome = self.attempt_at(handlers, Job::new(id.clone(), event), abort).await?;
            if !matches!(outcome, Outcome::Overtaken) {
                return Ok(outcome);
            }
        }
        match core.job(id).await? {
            Some(job) => self.attempt_at(handlers, job, abort).await,
            None => Ok(Outcome::Unknown),
        }
    }

    async fn attempt_at(&self, handlers: &dyn FindHandler, job: Job, abort: &CancellationToken) -> Result<Outcome, JobsError> {
        let core = &*self.core;
        if job.lane() != self.name {
            return Ok(Outcome::Unknown);
        }
        if let Some(trace) = &job.event.event.trace {
            tracing::Span::current().record("trace", trace);
        }
        let kind = &job.event.event.kind;
        let Some((kind, handler)) = handlers.find(kind) else { return Ok(Outcome::NoHandler(kind.clone())) };
        let lease = match core.next_step(&job) {
            NextStep::Nothing(end) => {
                // A pointer to an ended job: whoever ended it died before telling everyone.
                if core.pointer_stands(&job).await? {
                    self.settle(&job, &end, (&kind, handler)).await;
                }
                return Ok(Outcome::EndedBefore(end));
            }
            NextStep::LookAgain { at, running } => return Ok(Outcome::NotNow { at, running }),
            NextStep::Start { attempt } => Lease::take(core, &job, attempt, None).await?,
            NextStep::TakeOver { attempt, from } => Lease::take(core, &job, attempt, Some(&from)).await?,
        };
        let Some(lease) = lease else { return Ok(Outcome::Overtaken) };
        let context = Attempt::new(core, &job, &lease);
        let attempted = work(&kind, handler, &context, abort).await;
        // A receipt may have to wait for the store; whoever waits with it keeps the job.
        let outcome = lease.kept_while(core.conclude(&job, &lease, attempted, kind.retry, context.last_facts())).await?;
        if let Outcome::Ended(end) = &outcome {
            // The card counts this attempt as whoever reads the records later does.
            let mut ended = job.clone();
            ended.note(RecordName::Lease(lease.attempt));
            self.settle(&ended, end, (&kind, handler)).await;
        }
        Ok(outcome)
    }

    /// Waits until the job's round ends, at most so long; `None` when it does not.
    pub async fn wait(&self, job: &JobId, at_most: Duration) -> Option<End> {
        tokio::time::timeout(at_most, self.wait_for_end(job)).await.ok()
    }

    async fn wait_for_end(&self, job: &JobId) -> End {
        /// How often the store is asked about a job that another instance runs.
        const ASK_EVERY: Duration = Duration::from_millis(500);
        // Listening starts before looking, so that an end in between is not missed.
        let mut listener = self.waiters.listen(job);
        loop {
            if !self.queue.holds(job)
                && let Ok(Some(found)) = self.core.job(job).await
                && let JobState::Ended(end) = found.state()
            {
                return end;
            }
            if let Ok(end) = tokio::time::timeout(ASK_EVERY, listener.end()).await {
                return end;
            }
        }
    }
}

/// Lets the handler work while the lease is kept alive.
async fn work(kind: &JobKind, handler: &dyn Handler, context: &Attempt<'_>, abort: &CancellationToken) -> Attempted {
    if let Some(error) = reason_not_to_run(kind, context.job) {
        return Attempted::Failed(error);
    }
    let run = AssertUnwindSafe(handler.run(context)).catch_unwind();
    tokio::select! {
        biased;
        result = run => match result {
            Ok(Ok(summary)) => Attempted::Finished(summary),
            Ok(Err(error)) => Attempted::Failed(error),
            Err(_) => Attempted::Failed(JobError::park(
                Cause::HandlerPanicked,
                "the program met a fault of its own; see the log, update, then release the job",
            )),
        },
        () = abort.cancelled() => Attempted::Released,
        () = context.lease.keep() => Attempted::Released,
    }
}

/// Parks what was unusable from the start, and what takes its workers down.
fn reason_not_to_run(kind: &JobKind, job: &Job) -> Option<JobError> {
    if let (1, Some((cause, message))) = (job.round, &job.event.event.park) {
        return Some(JobError::park(cause.clone(), message));
    }
    let silent = job.silent_attempts();
    (silent >= kind.retry.crash_limit).then(|| {
        let message =
            format!("{silent} attempts ended without a word; the job may be taking its worker down. See the log, then release it");
        JobError::park(Cause::WorkerDied, message)
    })
}
