//! What people do with jobs: see them, and move those that stand still.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::jobs::Jobs;
use crate::jobs::error::JobsError;
use crate::jobs::handler::JobError;
use crate::jobs::lease::Lease;
use crate::jobs::records::{self, End, EndState, RecordName, RoundAction, RoundRecord, VERSION};
use crate::jobs::state::{Attempted, Job, JobState, Plan};
use crate::jobs::worker::Outcome;
use crate::model::ids::JobId;
use crate::storage::StoreError;
use crate::storage::key::{DUE_FOLDER, ended_folder, parse_due, parse_ended};

/// A job as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JobView {
    /// The job.
    pub id: JobId,
    /// `waiting`, `running`, `done`, `parked` or `dead`.
    pub state: &'static str,
    /// The verified source of its event.
    pub source: String,
    /// When its event was received.
    pub received_at: Timestamp,
    /// The current round, from 1.
    pub round: u32,
    /// Attempts begun so far, over all rounds.
    pub attempts: u32,
    /// When it is tried next, while it waits.
    pub due: Option<Timestamp>,
    /// Why it waits, parked or died, as a stable word.
    pub cause: Option<String>,
    /// The same in words.
    pub message: Option<String>,
    /// When its round ended.
    pub ended_at: Option<Timestamp>,
    /// What the handler told about a job that is done.
    pub summary: Value,
    /// The steps recorded so far.
    pub steps: Vec<String>,
    /// What the handler works on; it holds personal data and is for the operator's eyes only.
    pub payload: Value,
}

/// Which jobs to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFilter {
    /// Only open (waiting, running) jobs, or only those that ended so; all when none.
    pub state: Option<StateFilter>,
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

impl Default for JobFilter {
    fn default() -> Self {
        Self { state: None, limit: 100 }
    }
}

impl Jobs {
    /// One job; `None` when there is none of this id.
    pub async fn show(&self, id: &JobId) -> Result<Option<JobView>, JobsError> {
        Ok(records::read_job(&*self.store, id).await?.map(JobView::of))
    }

    /// Jobs: the open ones by when they are due, then the ended ones, newest first.
    ///
    /// Costs what it returns, however many jobs there ever were.
    pub async fn list(&self, filter: &JobFilter) -> Result<Vec<JobView>, JobsError> {
        let mut views = Vec::new();
        if matches!(filter.state, None | Some(StateFilter::Open)) {
            self.list_open(filter.limit, &mut views).await?;
        }
        let states = match filter.state {
            Some(StateFilter::Open) => Vec::new(),
            Some(StateFilter::Ended(state)) => vec![state],
            None => vec![EndState::Done, EndState::Parked, EndState::Dead],
        };
        let mut ended = Vec::new();
        for state in states {
            ended.extend(self.list_ended(state, filter.limit.saturating_sub(views.len())).await?);
        }
        ended.sort_by_key(|view: &JobView| std::cmp::Reverse(view.ended_at));
        views.extend(ended);
        views.truncate(filter.limit);
        Ok(views)
    }

    async fn list_open(&self, limit: usize, views: &mut Vec<JobView>) -> Result<(), JobsError> {
        const PAGE: usize = 200;
        let mut last: Option<String> = None;
        loop {
            let page = self.store.list(DUE_FOLDER, last.as_deref(), PAGE).await?;
            for (_, id) in page.iter().filter_map(|key| parse_due(key)) {
                if views.len() >= limit {
                    return Ok(());
                }
                // Two pointers may lead to one job for a moment.
                if views.iter().any(|view| view.id == id) {
                    continue;
                }
                let open = records::read_job(&*self.store, &id).await?.filter(|job| !matches!(job.state(), JobState::Ended(_)));
                views.extend(open.map(JobView::of));
            }
            if page.len() < PAGE {
                return Ok(());
            }
            last = page.into_iter().next_back();
        }
    }

    async fn list_ended(&self, state: EndState, limit: usize) -> Result<Vec<JobView>, JobsError> {
        let folder = ended_folder(state.as_str());
        let mut views = Vec::new();
        let mut last: Option<String> = None;
        while views.len() < limit {
            let page = self.store.list(&folder, last.as_deref(), limit.min(1000)).await?;
            if page.is_empty() {
                break;
            }
            for (at, id) in page.iter().filter_map(|key| parse_ended(key)) {
                if views.len() >= limit {
                    break;
                }
                let Some(view) = self.show(&id).await? else { continue };
                // An entry of an earlier round is outdated.
                if view.state == state.as_str() && view.ended_at.is_some_and(|ended| ended.as_second() == at.as_second()) {
                    views.push(view);
                }
            }
            last = page.into_iter().next_back();
        }
        Ok(views)
    }

    /// Tries the job again: at once when it waits, in a new round when it ended. The handler sees by the round that a person wants the effect again.
    ///
    /// # Errors
    /// [`JobsError::WrongState`] while it runs.
    pub async fn retry(&self, id: &JobId) -> Result<(), JobsError> {
        let job = self.job(id).await?;
        match job.state() {
            JobState::Ended(_) => self.open_round(&job, RoundAction::Run).await,
            JobState::Running { .. } | JobState::Waiting { .. } => {
                self.act_on_open(&job, Attempted::Released).await?;
                self.wake(id).await;
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
            JobState::Ended(End { state: EndState::Parked, .. }) => self.open_round(&job, RoundAction::Run).await,
            state => Err(wrong_state(&job, &state, "only a parked job is released; use retry")),
        }
    }

    /// Sees to it that the job never runs again.
    ///
    /// # Errors
    /// [`JobsError::WrongState`] while it runs, or when it is done.
    pub async fn discard(&self, id: &JobId) -> Result<(), JobsError> {
        let job = self.job(id).await?;
        match job.state() {
            JobState::Ended(End { state: EndState::Parked | EndState::Dead, .. }) => self.open_round(&job, RoundAction::Discard).await,
            state @ JobState::Ended(_) => Err(wrong_state(&job, &state, "what is done cannot be discarded")),
            JobState::Running { .. } | JobState::Waiting { .. } => {
                self.act_on_open(&job, Attempted::Failed(JobError::dead("discarded", "a person discarded it"))).await
            }
        }
    }

    async fn job(&self, id: &JobId) -> Result<Job, JobsError> {
        records::read_job(&*self.store, id).await?.ok_or_else(|| JobsError::NotFound(id.clone()))
    }

    /// Changes an open job as a worker would: under a lease, so that no worker is at it meanwhile.
    async fn act_on_open(&self, job: &Job, as_if: Attempted) -> Result<(), JobsError> {
        const BUSY: &str = "an instance works on it; wait until it is done";
        let attempt = job.attempts() + 1;
        let lease = match job.plan(self.clock.now(), self.config.skew) {
            Plan::LookAgain { running: true, .. } | Plan::Nothing(_) => None,
            Plan::LookAgain { running: false, .. } | Plan::Start { .. } => Lease::take(self, job, attempt, None).await?,
            Plan::TakeOver { attempt, from } => Lease::take(self, job, attempt, Some(&from)).await?,
        };
        let Some(lease) = lease else { return Err(wrong_state(job, &JobState::Running { until: job.due() }, BUSY)) };
        match self.conclude(job, &lease, as_if).await? {
            Outcome::LeaseLost => Err(wrong_state(job, &job.state(), BUSY)),
            Outcome::Ended(end) => {
                self.settle(job, &end, None).await;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn open_round(&self, job: &Job, action: RoundAction) -> Result<(), JobsError> {
        let now = self.clock.now();
        let due = job.due_apart(now);
        if action == RoundAction::Run {
            self.point_to("round_due", &job.id, due).await?;
        }
        let record = RoundRecord { version: VERSION, at: now, due, first_attempt: job.attempts() + 1, action };
        match self.write("round", &RecordName::Round(job.round + 1).key(&job.id), &record, crate::storage::PutMode::Create).await {
            Ok(_) => {}
            Err(JobsError::Store(StoreError::AlreadyExists { .. })) => {
                return Err(wrong_state(job, &job.state(), "somebody else acted on it just now; look again"));
            }
            Err(error) => return Err(error),
        }
        if action == RoundAction::Run {
            self.wake(&job.id).await;
        } else if let Some(discarded) = records::read_job(&*self.store, &job.id).await?
            && let JobState::Ended(end) = discarded.state()
        {
            self.index_end(&discarded, &end).await;
        }
        Ok(())
    }
}

fn wrong_state(job: &Job, state: &JobState, advice: &'static str) -> JobsError {
    JobsError::WrongState { job: job.id.clone(), state: state.word().to_owned(), advice }
}

impl JobView {
    fn of(job: Job) -> Self {
        let state = job.state();
        let attempts = job.attempts();
        let (due, end) = match &state {
            JobState::Waiting { due } => (Some(*due), None),
            JobState::Running { .. } => (None, None),
            JobState::Ended(end) => (None, Some(end.clone())),
        };
        let outcome = job.outcome.filter(|_| end.is_none());
        let (cause, message) = match (&end, outcome) {
            (Some(end), _) => (end.cause.clone(), end.message.clone()),
            (None, Some(outcome)) => (Some(outcome.cause), Some(outcome.message)),
            (None, None) => (None, None),
        };
        let event = job.event.event;
        Self {
            id: job.id,
            state: state.word(),
            source: event.source,
            received_at: event.received_at,
            round: job.round,
            attempts,
            due,
            cause,
            message,
            ended_at: end.as_ref().map(|end| end.at),
            summary: end.map_or(Value::Null, |end| end.summary),
            steps: job.steps.into_iter().collect(),
            payload: event.payload,
        }
    }
}
