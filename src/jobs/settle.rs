//! How an attempt is recorded, and what is done once a round has ended.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::jobs::ask::Ask;
use crate::jobs::core::Core;
use crate::jobs::error::JobsError;
use crate::jobs::handler::Handler;
use crate::jobs::lease::{Lease, NotHeld};
use crate::jobs::outcome::Outcome;
use crate::jobs::records::{End, EndRecord, EndState, Facts, OutcomeRecord, RecordName, RoundAction, RoundRecord, VERSION};
use crate::jobs::retry::{self, RetryProfile};
use crate::jobs::state::{self, Attempted, Job, JobState, Patience, Transition, span};
use crate::jobs::{failpoint, feed};
use crate::model::card::Card;
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::storage::{PutMode, StoreError};

/// An act that stands is told no longer than this: a person waits for the answer.
const ACT_PATIENCE: Duration = Duration::from_secs(5);

impl Core {
    /// Records what the attempt came to, if the lease still holds.
    pub(crate) async fn conclude(
        &self,
        job: &Job,
        lease: &Lease<'_>,
        attempted: Attempted,
        retry: RetryProfile,
        facts: Facts,
    ) -> Result<Outcome, JobsError> {
        match lease.ensure().await {
            Ok(()) => {}
            not_held => {
                // Facts stay facts, whoever has the job.
                self.keep_facts(job, facts).await?;
                return match not_held {
                    Err(NotHeld::Unknown(error)) => Err(error),
                    _ => Ok(Outcome::LeaseLost),
                };
            }
        }
        let patience = Patience { retry, chance: retry::chance(self.config.seed, &job.id, lease.attempt) };
        match state::next(job, lease.attempt, attempted, self.now(), patience) {
            Transition::End(end) if end.state == EndState::Done => self.end(job, lease.attempt, end, facts).await.map(Outcome::Ended),
            Transition::End(end) => {
                self.keep_facts(job, facts).await?;
                self.end(job, lease.attempt, end, Facts::new()).await.map(Outcome::Ended)
            }
            Transition::Again { due, cause, message } => {
                self.keep_facts(job, facts).await?;
                self.again(job, lease.attempt, due, cause, message).await
            }
        }
    }

    /// Records facts by themselves.
    async fn keep_facts(&self, job: &Job, facts: Facts) -> Result<(), JobsError> {
        for (step, fact) in facts {
            self.keep_fact(&format!("step.{step}"), &RecordName::Step(&step).key(&job.id), fact).await?;
        }
        Ok(())
    }

    /// Makes sure that the job's next attempt begins no later than then; of an ended job, or one that begins at once, nothing changes.
    ///
    /// What the caller wrote before this is seen by that attempt, or by the one that runs: a running attempt took its lease before it looked.
    pub(crate) async fn hurry(&self, id: &JobId, at: Timestamp) -> Result<bool, JobsError> {
        let Some(job) = self.job(id).await? else { return Ok(false) };
        let at = job.due_apart(at);
        let Some(attempt) = job.may_hurry(at) else { return Ok(false) };
        // The pointer first, as everywhere: whoever dies between the two leaves one that leads to nothing new.
        self.point_to("hurry_due", job.lane(), id, at).await?;
        let record = serde_json::json!({ "version": VERSION, "at": at });
        match self.write("hurry", &RecordName::Hurry(attempt, at.as_millisecond()).key(id), &record, PutMode::Create).await {
            Ok(_) | Err(JobsError::Store(StoreError::AlreadyExists { .. })) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Ends a round, and records the facts that came last with it.
    async fn end(&self, job: &Job, attempt: u32, end: End, facts: Facts) -> Result<End, JobsError> {
        let passes = |when| {
            for step in facts.keys() {
                failpoint::hit(&format!("step.{step}"), when);
            }
        };
        let key = RecordName::End(job.round).key(&job.id);
        let record = EndRecord { version: VERSION, attempt, facts: facts.clone(), end };
        passes("before");
        match self.keep_first("end", &key, record.clone()).await {
            Ok(kept) if kept.attempt == attempt => {
                passes("after");
                for step in facts.keys() {
                    self.forget_fact(&RecordName::Step(step).key(&job.id));
                }
                Ok(kept.end)
            }
            // Another attempt ended it first.
            Ok(kept) => self.keep_facts(job, facts).await.map(|()| kept.end),
            // The store does not take the end: what cannot be learnt again is kept until it takes that.
            Err(_) if !facts.is_empty() => {
                self.keep_facts(job, facts).await?;
                Ok(self.keep_first("end", &key, EndRecord { facts: Facts::new(), ..record }).await?.end)
            }
            Err(error) => Err(error),
        }
    }

    async fn again(&self, job: &Job, attempt: u32, due: Timestamp, cause: Cause, message: String) -> Result<Outcome, JobsError> {
        let due = job.due_apart(due);
        let wait = span(self.now(), due);
        // The new pointer first, the old one last: there is always one.
        self.point_to("retry_due", job.lane(), &job.id, due).await?;
        let record = OutcomeRecord { version: VERSION, at: self.now(), due, cause: cause.clone(), message: message.clone() };
        let kept = self.keep_first("outcome", &RecordName::Outcome(attempt).key(&job.id), record).await?;
        self.sightings.look(job.id.as_str(), &job.stage_after(attempt), self.clock.monotonic());
        self.unpoint(job).await;
        self.tell_change(job.lane(), || {
            let mut now = job.clone();
            now.note(RecordName::Lease(attempt));
            now.note(RecordName::Outcome(attempt));
            (now.held, now.outcome) = (None, Some(kept.clone()));
            feed::current(&now)
        });
        let wait = if kept.due == due { wait } else { span(self.now(), kept.due) };
        Ok(Outcome::Again { due: kept.due, wait, cause, message })
    }

    /// What is done once an end is recorded. The due pointer is removed last: while it stands, a sweep comes by and all this is done again.
    pub(crate) async fn settle(&self, job: &Job, end: &End, handler: Option<&dyn Handler>) {
        let card = feed::card(job, end);
        if let Err(error) = self.tell(job.lane(), &card).await {
            tracing::warn!(job.id = %job.id, %error, "The end of a job could not be entered in the feed; the next sweep does it");
            return;
        }
        if let Some(handler) = handler {
            handler.ended(&card);
        }
        self.unpoint(job).await;
    }

    /// Enters a card in the feed.
    pub(crate) async fn tell(&self, lane: LaneName, card: &Card) -> Result<(), StoreError> {
        failpoint::hit("ended", "before");
        feed::enter(&*self.store, lane, card, self.now()).await?;
        self.tell_change(lane, || card.clone());
        failpoint::hit("ended", "after");
        Ok(())
    }

    /// Opens an ended job's next round, or closes it for good; `payload` is what it works on from then on, when that changed.
    pub(crate) async fn open_round(&self, job: &Job, action: RoundAction, payload: Option<Value>, ask: Ask) -> Result<(), JobsError> {
        let now = self.now();
        let due = job.due_apart(now);
        if action == RoundAction::Run {
            self.point_to("round_due", job.lane(), &job.id, due).await?;
        }
        let record = RoundRecord { version: VERSION, at: now, due, first_attempt: job.attempts() + 1, action, payload, ask };
        match self.write("round", &RecordName::Round(job.round + 1).key(&job.id), &record, PutMode::Create).await {
            Ok(_) => {}
            Err(JobsError::Store(StoreError::AlreadyExists { .. })) => {
                return Err(wrong_state(job, &job.state(), "somebody else acted on it just now; look again"));
            }
            Err(error) => return Err(error),
        }
        if action == RoundAction::Run {
            // The due pointer brings a sweep by in any case.
            if tokio::time::timeout(ACT_PATIENCE, self.wake(job.lane(), &job.id)).await.is_err() {
                tracing::warn!(job.id = %job.id, "The running service could not be told in time; its next sweep takes the job up");
            }
            let reopened = Card {
                state: feed::RELEASED.to_owned(),
                round: job.round + 1,
                ended: now,
                due: Some(due),
                ..feed::card(job, &reopened(now))
            };
            self.tell_patiently(job.lane(), &reopened).await;
        } else if let Some(discarded) = self.job(&job.id).await?
            && let JobState::Ended(end) = discarded.state()
        {
            self.tell_patiently(job.lane(), &feed::card(&discarded, &end)).await;
        }
        Ok(())
    }

    /// Enters what a person did in the feed. The act is recorded and stands; an entry that is lost is made up for by the job's next end, or by a rebuild.
    async fn tell_patiently(&self, lane: LaneName, card: &Card) {
        let told = tokio::time::timeout(ACT_PATIENCE, self.tell(lane, card)).await;
        let error = match told {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer of the store within {ACT_PATIENCE:?}"),
        };
        tracing::warn!(job.id = %card.job, error, "What was done with a job could not be entered in the feed");
    }
}

/// What a reopened job's card tells in place of an end.
fn reopened(at: Timestamp) -> End {
    End { state: EndState::Done, cause: None, message: None, summary: Value::Null, at }
}

/// What was asked does not fit the job's state.
pub(crate) fn wrong_state(job: &Job, state: &JobState, advice: &'static str) -> JobsError {
    JobsError::WrongState { job: job.id.clone(), state: state.word().to_owned(), advice }
}
