//! What people do with jobs: see them, and move those that stand still.

use std::collections::HashSet;

use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
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
    /// `waiting`, `running`, `done`, `parked` or `dead`; `unreadable` when its records are damaged.
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

/// Decides which jobs of a list are kept.
pub type Keep<'a> = dyn FnMut(&JobView) -> bool + Send + 'a;

/// The state of a job whose records are damaged.
const UNREADABLE: &str = "unreadable";
/// Entries of a list read at a time.
const PAGE: usize = 1000;
/// Jobs read at the same time.
const READS: usize = 16;

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
    /// Costs what it returns, however many jobs there ever were. A job whose records are damaged is listed as `unreadable` and hides no other.
    pub async fn list(&self, filter: &JobFilter) -> Result<Vec<JobView>, JobsError> {
        self.list_where(filter, &mut |_| true).await
    }

    /// As [`Jobs::list`], but only those that `keep` says yes to; the others are forgotten as soon as they are seen.
    pub async fn list_where(&self, filter: &JobFilter, keep: &mut Keep<'_>) -> Result<Vec<JobView>, JobsError> {
        let mut seen = HashSet::new();
        let mut views = Vec::new();
        // Two pointers may lead to one job for a moment, and it may end while the list is made.
        let mut first_seen = |view: &JobView| keep(view) && seen.insert(view.id.clone());
        if matches!(filter.state, None | Some(StateFilter::Open)) {
            self.list_open(filter.limit, &mut first_seen, &mut views).await?;
        }
        let states = match filter.state {
            Some(StateFilter::Open) => Vec::new(),
            Some(StateFilter::Ended(state)) => vec![state],
            None => vec![EndState::Done, EndState::Parked, EndState::Dead],
        };
        let mut ended = Vec::new();
        for state in states {
            ended.extend(self.list_ended(state, filter.limit.saturating_sub(views.len()), &mut first_seen).await?);
        }
        ended.sort_by_key(|view: &JobView| std::cmp::Reverse(view.ended_at));
        views.extend(ended);
        views.truncate(filter.limit);
        Ok(views)
    }

    async fn list_open(&self, limit: usize, keep: &mut Keep<'_>, views: &mut Vec<JobView>) -> Result<(), JobsError> {
        let mut last: Option<String> = None;
        while views.len() < limit {
            let page = self.store.list(DUE_FOLDER, last.as_deref(), PAGE).await?;
            let mut found = self.views(page.iter().filter_map(|key| parse_due(key)));
            while let Some((_, view)) = found.try_next().await? {
                if views.len() < limit && view.ended_at.is_none() && keep(&view) {
                    views.push(view);
                }
                if views.len() >= limit {
                    return Ok(());
                }
            }
            drop(found);
            if page.len() < PAGE {
                return Ok(());
            }
            last = page.into_iter().next_back();
        }
        Ok(())
    }

    async fn list_ended(&self, state: EndState, limit: usize, keep: &mut Keep<'_>) -> Result<Vec<JobView>, JobsError> {
        let folder = ended_folder(state.as_str());
        let mut views = Vec::new();
        let mut last: Option<String> = None;
        // A short list needs a short page; when that was not enough, the rest comes in whole ones.
        let mut asked = limit.min(PAGE);
        while views.len() < limit {
            let page = self.store.list(&folder, last.as_deref(), asked).await?;
            let mut found = self.views(page.iter().filter_map(|key| parse_ended(key)));
            while let Some((at, mut view)) = found.try_next().await? {
                if view.state == UNREADABLE {
                    view.ended_at = Some(at);
                }
                // An entry of an earlier round is outdated.
                let is_current = view.state == state.as_str() || view.state == UNREADABLE;
                if is_current && view.ended_at.is_some_and(|ended| ended.as_second() == at.as_second()) && keep(&view) {
                    views.push(view);
                }
                if views.len() >= limit {
                    return Ok(views);
                }
            }
            drop(found);
            if page.len() < asked {
                return Ok(views);
            }
            asked = PAGE;
            last = page.into_iter().next_back();
        }
        Ok(views)
    }

    /// Reads jobs some at a time, in the order given, and no further than is asked for.
    fn views<'a>(
        &'a self,
        jobs: impl Iterator<Item = (Timestamp, JobId)> + Send + 'a,
    ) -> BoxStream<'a, Result<(Timestamp, JobView), JobsError>> {
        let read = move |(at, id): (Timestamp, JobId)| async move { Ok(self.view(id, at).await?.map(|view| (at, view))) };
        stream::iter(jobs).map(read).buffered(READS).try_filter_map(|found| std::future::ready(Ok(found))).boxed()
    }

    /// One job of a list, readable or not.
    async fn view(&self, id: JobId, at: Timestamp) -> Result<Option<JobView>, JobsError> {
        match records::read_job(&*self.store, &id).await {
            Ok(job) => Ok(job.map(JobView::of)),
            Err(error @ JobsError::Unreadable { .. }) => Ok(Some(JobView::unreadable(id, at, &error))),
            Err(error) => Err(error),
        }
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

    /// Releases every job that is parked for one cause, and tells how many.
    ///
    /// # Errors
    /// The store's; those released before it failed stay released.
    pub async fn release_all(&self, cause: &str) -> Result<usize, JobsError> {
        let mut parked = Vec::new();
        let mut collect = |view: &JobView| {
            if view.state == EndState::Parked.as_str() && view.cause.as_deref() == Some(cause) {
                parked.push(view.id.clone());
            }
            false
        };
        let filter = JobFilter { state: Some(StateFilter::Ended(EndState::Parked)), limit: usize::MAX };
        self.list_where(&filter, &mut collect).await?;
        let mut released = 0;
        for id in &parked {
            match self.release(id).await {
                Ok(()) => released += 1,
                // Somebody else acted on it meanwhile.
                Err(JobsError::WrongState { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(released)
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
    /// A job whose records are damaged; `at` is the time its entry in the list tells.
    fn unreadable(id: JobId, at: Timestamp, error: &JobsError) -> Self {
        Self {
            id,
            state: UNREADABLE,
            source: String::new(),
            received_at: at,
            round: 1,
            attempts: 0,
            due: None,
            cause: Some("record_unreadable".to_owned()),
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
