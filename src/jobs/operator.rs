//! What people do with jobs: see them, and move those that stand still.

pub mod acts;
mod list;
mod lookup;
pub mod story;

pub use crate::jobs::view::JobView;
pub use list::Listed;
pub use lookup::ended_jobs;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::clock::Clock;
use crate::jobs::ask::Ask;
use crate::jobs::config::JobsConfig;
use crate::jobs::core::Core;
use crate::jobs::error::JobsError;
use crate::jobs::handler::JobError;
use crate::jobs::lease::Lease;
use crate::jobs::outcome::Outcome;
use crate::jobs::records::{End, EndState, Facts, RecordName, RoundAction};
use crate::jobs::repair::Repaired;
use crate::jobs::retry::RetryProfile;
use crate::jobs::settle::wrong_state;
use crate::jobs::state::{Attempted, Job, JobState, NextStep};
use crate::jobs::waker::Waker;
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::storage::Store;

/// What came of releasing many jobs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Released {
    /// How many were released.
    pub released: usize,
    /// Those that could not be, and why.
    pub failed: Vec<(JobId, String)>,
}

/// Which jobs to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFilter {
    /// Only open (waiting, running) jobs, or only those that ended so; all when none.
    pub state: Option<StateFilter>,
    /// Only those of this lane; of all when none.
    pub lane: Option<LaneName>,
    /// At most so many.
    pub limit: usize,
}

/// A kind of job to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateFilter {
    /// Waiting or running.
    Open,
    /// Ended in this state.
    Ended(EndState),
}

/// Decides which jobs of a list are shown.
pub type Filter<'a> = dyn FnMut(&JobView) -> bool + Send + 'a;

/// The state of a job whose records are damaged.
pub const UNREADABLE: &str = "unreadable";

impl Default for JobFilter {
    fn default() -> Self {
        Self { state: None, lane: None, limit: 100 }
    }
}

/// What a person does with jobs. Needs the store and nothing that does the work.
#[derive(Clone)]
pub struct Operator {
    core: Arc<Core>,
}

impl Operator {
    /// An operator at a store whose jobs run elsewhere; `waker` tells those who run them.
    pub fn open(store: Arc<dyn Store>, clock: Arc<dyn Clock>, config: JobsConfig, waker: Arc<dyn Waker>) -> Self {
        Self::over(Core::new(store, clock, config, waker))
    }

    pub(crate) fn over(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// One job; `None` when there is none of this id.
    pub async fn show(&self, id: &JobId) -> Result<Option<JobView>, JobsError> {
        Ok(self.core.job(id).await?.map(JobView::of))
    }

    /// Tries the job again: at once when it waits, in a new round when it ended. The handler sees by the round that a person wants the effect again.
    ///
    /// # Errors
    /// [`JobsError::WrongState`] while it runs.
    pub async fn retry(&self, id: &JobId) -> Result<(), JobsError> {
        let job = self.job(id).await?;
        match job.state() {
            JobState::Ended(_) => self.core.open_round(&job, RoundAction::Run, None, Ask::default()).await,
            JobState::Running { .. } | JobState::Waiting { .. } => {
                self.act_on_open(&job, Attempted::Released).await?;
                self.core.wake(job.lane(), id).await;
                Ok(())
            }
        }
    }

    /// Lets a parked job go on, after a person removed the cause.
    ///
    /// # Errors
    /// [`JobsError::WrongState`] when it is not parked.
    pub async fn release(&self, id: &JobId) -> Result<(), JobsError> {
        let job = self.job(id).await?;
        match job.state() {
            JobState::Ended(End { state: EndState::Parked, .. }) => {
                self.core.open_round(&job, RoundAction::Run, None, Ask::default()).await
            }
            state => Err(wrong_state(&job, &state, "only a parked job is released; use retry")),
        }
    }

    /// Releases every job that is parked for one cause; one that cannot be released keeps none of the others.
    ///
    /// # Errors
    /// The store is down; those released before stay released.
    pub async fn release_all(&self, cause: &Cause) -> Result<Released, JobsError> {
        let mut parked = Vec::new();
        let mut collect = |view: &JobView| {
            if view.state == EndState::Parked.as_str() && view.cause.as_ref() == Some(cause) {
                parked.push(view.id.clone());
            }
            false
        };
        let filter = JobFilter { state: Some(StateFilter::Ended(EndState::Parked)), lane: None, limit: usize::MAX };
        self.list_where(&filter, &mut collect).await?;
        let mut done = Released::default();
        for id in parked {
            match self.release(&id).await {
                Ok(()) => done.released += 1,
                // Somebody else acted on it meanwhile.
                Err(JobsError::WrongState { .. }) => {}
                Err(error) if self.core.concerns_one(&error).await => done.failed.push((id, error.to_string())),
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    /// Sees to it that the job never runs again.
    ///
    /// # Errors
    /// [`JobsError::WrongState`] while it runs, or when it is done.
    pub async fn discard(&self, id: &JobId) -> Result<(), JobsError> {
        let job = self.job(id).await?;
        match job.state() {
            JobState::Ended(End { state: EndState::Parked | EndState::Dead, .. }) => {
                self.core.open_round(&job, RoundAction::Discard, None, Ask::default()).await
            }
            state @ JobState::Ended(_) => Err(wrong_state(&job, &state, "what is done cannot be discarded")),
            JobState::Running { .. } | JobState::Waiting { .. } => {
                self.act_on_open(&job, Attempted::Failed(JobError::dead(Cause::Discarded, "a person discarded it"))).await
            }
        }
    }

    /// As [`Operator::retry`] for a job that ended, and leaves the handler a record of that name for the new round.
    ///
    /// # Errors
    /// [`JobsError::WrongState`] when it has not ended.
    pub async fn retry_with(&self, id: &JobId, record: &str, value: Value) -> Result<(), JobsError> {
        let job = self.job(id).await?;
        match job.state() {
            JobState::Ended(_) => self.open_round_with(&job, record, value).await,
            state => Err(wrong_state(&job, &state, "only a job that ended is opened again with other data")),
        }
    }

    /// As [`Operator::release`], and leaves the handler a record of that name for the new round.
    ///
    /// # Errors
    /// [`JobsError::WrongState`] when it is not parked.
    pub async fn release_with(&self, id: &JobId, record: &str, value: Value) -> Result<(), JobsError> {
        let job = self.job(id).await?;
        match job.state() {
            JobState::Ended(End { state: EndState::Parked, .. }) => self.open_round_with(&job, record, value).await,
            state => Err(wrong_state(&job, &state, "only a parked job is released; use retry")),
        }
    }

    async fn open_round_with(&self, job: &Job, record: &str, value: Value) -> Result<(), JobsError> {
        let name = format!("{record}-{}", job.round + 1);
        if let Some(name) = RecordName::step(&name) {
            // A choice of an earlier act that did not come to its end is replaced.
            self.core.write("round", &name.key(&job.id), &value, crate::storage::PutMode::Overwrite).await?;
        }
        self.core.open_round(job, RoundAction::Run, None, Ask::default()).await
    }

    /// Looks through all jobs and writes the pointer of every open one that lacks it.
    ///
    /// # Errors
    /// The store is down; what was repaired before stays so.
    pub async fn repair(&self) -> Result<Repaired, JobsError> {
        self.core.repair().await
    }

    async fn job(&self, id: &JobId) -> Result<Job, JobsError> {
        self.core.job(id).await?.ok_or_else(|| JobsError::NotFound(id.clone()))
    }

    /// Changes an open job as a worker would: under a lease, so that no worker is at it meanwhile.
    async fn act_on_open(&self, job: &Job, as_if: Attempted) -> Result<(), JobsError> {
        const BUSY: &str = "an instance works on it; wait until it is done";
        let attempt = job.attempts() + 1;
        let lease = match self.core.next_step(job) {
            NextStep::LookAgain { running: true, .. } | NextStep::Nothing(_) => None,
            NextStep::LookAgain { running: false, .. } | NextStep::Start { .. } => Lease::take(&self.core, job, attempt, None).await?,
            NextStep::TakeOver { attempt, from } => Lease::take(&self.core, job, attempt, Some(&from)).await?,
        };
        let Some(lease) = lease else { return Err(wrong_state(job, &JobState::Running { until: job.due() }, BUSY)) };
        match self.core.conclude(job, &lease, as_if, RetryProfile::PATIENT, Facts::new()).await? {
            Outcome::LeaseLost => Err(wrong_state(job, &job.state(), BUSY)),
            Outcome::Ended(end) => {
                self.core.settle(job, &end, None).await;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl JobView {
    /// A job whose records are damaged; `at` is the time its entry in the list tells.
    fn unreadable(id: JobId, at: Timestamp, error: &JobsError) -> Self {
        Self {
            id,
            state: UNREADABLE,
            kind: String::new(),
            lane: LaneName::default(),
            source: String::new(),
            received_at: at,
            round: 1,
            attempts: 0,
            due: None,
            cause: Some(Cause::RecordUnreadable),
            message: Some(error.to_string()),
            ended_at: None,
            summary: Value::Null,
            steps: Vec::new(),
            payload: Value::Null,
        }
    }

    fn of(job: Job) -> Self {
        let state = job.state();
        let attempts = job.attempts();
        let (due, end) = match &state {
            JobState::Waiting { due } => (Some(*due), None),
            JobState::Running { .. } => (None, None),
            JobState::Ended(end) => (None, Some(end.clone())),
        };
        let outcome = job.outcome.filter(|_| end.is_none());
        let with_end = job.end.into_iter().flat_map(|record| record.facts.into_keys());
        let (cause, message) = match (&end, outcome) {
            (Some(end), _) => (end.cause.clone(), end.message.clone()),
            (None, Some(outcome)) => (Some(outcome.cause), Some(outcome.message)),
            (None, None) => (None, None),
        };
        let event = job.event.event;
        Self {
            id: job.id,
            state: state.word(),
            kind: event.kind,
            lane: event.lane,
            source: event.source,
            received_at: event.received_at,
            round: job.round,
            attempts,
            due,
            cause,
            message,
            ended_at: end.as_ref().map(|end| end.at),
            summary: end.map_or(Value::Null, |end| end.summary),
            steps: job.steps.into_iter().chain(with_end).collect(),
            payload: event.payload,
        }
    }
}
