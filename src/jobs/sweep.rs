//! Finds what is overdue: jobs whose worker died, and jobs to be tried again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::jobs::Jobs;
use crate::jobs::error::JobsError;
use crate::jobs::records;
use crate::jobs::state::{Job, Plan, later};
use crate::jobs::worker::stop_or;
use crate::model::ids::JobId;
use crate::storage::key::{DUE_FOLDER, ObjectKey, parse_due};

/// What a sweep saw and did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct SweepReport {
    /// Overdue pointers looked at.
    pub looked: usize,
    /// Jobs somebody was asked to run.
    pub woken: usize,
    /// Pointers removed that led nowhere any more.
    pub cleaned: usize,
    /// When the next job is due, if one is known.
    pub next_due: Option<Timestamp>,
    /// Why the sweep ended early, if it did.
    pub problem: Option<String>,
}

/// A pointer that does not fit its job is left alone so long: somebody may be between two writes.
const STRAY_AFTER: Duration = Duration::from_mins(10);
/// Pointers read at a time.
const PAGE: usize = 500;

impl Jobs {
    /// Looks at every overdue pointer once. Costs what is overdue, never what has ended.
    pub async fn sweep(&self) -> SweepReport {
        self.sweep_ahead(Duration::ZERO).await
    }

    /// As [`Jobs::sweep`], with the pointers of the time ahead too.
    async fn sweep_ahead(&self, ahead: Duration) -> SweepReport {
        let mut report = SweepReport::default();
        if let Err(error) = self.sweep_into(later(self.clock.now(), ahead), &mut report).await {
            report.problem = Some(error.to_string());
        }
        report
    }

    async fn sweep_into(&self, until: Timestamp, report: &mut SweepReport) -> Result<(), JobsError> {
        let now = self.clock.now();
        let mut last: Option<String> = None;
        loop {
            let page = self.store.list(DUE_FOLDER, last.as_deref(), PAGE).await?;
            for key in &page {
                let Some((at, job)) = parse_due(key) else { continue };
                if at > until {
                    report.next_at(at);
                    return Ok(());
                }
                report.looked += 1;
                if !self.queue.holds(&job) {
                    self.look_at(key, at, &job, now, report).await?;
                }
            }
            if page.len() < PAGE {
                return Ok(());
            }
            last = page.into_iter().next_back();
        }
    }

    async fn look_at(&self, key: &str, at: Timestamp, id: &JobId, now: Timestamp, report: &mut SweepReport) -> Result<(), JobsError> {
        let is_old = now.duration_since(at).unsigned_abs() > STRAY_AFTER;
        let job = match records::read_job(&*self.store, id).await {
            Ok(Some(job)) => job,
            // Its event was never written, and by now will not be.
            Ok(None) if is_old => return self.clean(key, report).await,
            Ok(None) => return Ok(()),
            Err(error @ JobsError::Unreadable { .. }) => {
                tracing::error!(job.id = %id, %error, "A job cannot be judged");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let is_own = ObjectKey::Due { at: job.due(), job: id }.path() == key;
        match job.plan(now, self.config.skew) {
            Plan::Nothing(_) if !is_own && is_old => return self.clean(key, report).await,
            // Somebody may be about to open a round that this pointer belongs to.
            Plan::Nothing(_) if !is_own => {}
            _ if !is_own && is_old && self.pointer_stands(&job).await? => return self.clean(key, report).await,
            Plan::LookAgain { at, .. } => report.next_at(at),
            // An ended job with its pointer: whoever looks at it settles what was left unsettled.
            Plan::Nothing(_) | Plan::Start { .. } | Plan::TakeOver { .. } => {
                if self.wake(id).await {
                    report.woken += 1;
                }
            }
        }
        Ok(())
    }

    /// Whether the pointer that leads to the job is there.
    pub(crate) async fn pointer_stands(&self, job: &Job) -> Result<bool, JobsError> {
        Ok(self.store.get(&ObjectKey::Due { at: job.due(), job: &job.id }.path()).await?.is_some())
    }

    async fn clean(&self, key: &str, report: &mut SweepReport) -> Result<(), JobsError> {
        self.store.delete(key).await?;
        report.cleaned += 1;
        Ok(())
    }

    /// Sweeps at once, then whenever something is due, at least as often as configured, until told to stop.
    pub(crate) async fn sweep_on(&self, stop: &CancellationToken) {
        // What was accepted right before the start may have lost its instance: it need not wait for the time that instance would have had.
        let mut ahead = self.config.accept_grace;
        loop {
            self.agenda.clear();
            let Some(report) = stop_or(stop, self.sweep_ahead(std::mem::take(&mut ahead))).await else { return };
            if let Some(problem) = &report.problem {
                tracing::error!(error = problem.as_str(), "A sweep ended early");
            }
            if let Some(at) = report.next_due {
                self.agenda.look_at(at);
            }
            if stop_or(stop, self.until_next_sweep()).await.is_none() {
                return;
            }
        }
    }

    async fn until_next_sweep(&self) {
        /// Lest a clock that differs from the timer's make the loop spin.
        const SHORTEST: Duration = Duration::from_millis(200);
        let latest = tokio::time::Instant::now() + self.config.sweep_every;
        loop {
            let changed = self.agenda.changed.notified();
            let due = self.agenda.next().map(|at| Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default());
            let wake_at = due.map_or(latest, |due| latest.min(tokio::time::Instant::now() + due.max(SHORTEST)));
            tokio::select! {
                () = tokio::time::sleep_until(wake_at) => return,
                () = changed => {}
            }
        }
    }
}

impl SweepReport {
    fn next_at(&mut self, at: Timestamp) {
        self.next_due = Some(self.next_due.map_or(at, |known| known.min(at)));
    }
}

/// The earliest time at which something is known to be due.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    earliest: Mutex<Option<Timestamp>>,
    changed: Notify,
}

impl Agenda {
    /// Makes sure that the sweeper looks by then.
    pub(crate) fn look_at(&self, at: Timestamp) {
        let mut earliest = self.earliest.lock().unwrap_or_else(PoisonError::into_inner);
        if earliest.is_none_or(|known| at < known) {
            *earliest = Some(at);
            self.changed.notify_one();
        }
    }

    fn next(&self) -> Option<Timestamp> {
        *self.earliest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clear(&self) {
        *self.earliest.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
