//! Finds what is overdue: jobs whose worker died, and jobs to be tried again.
//!
//! A sweep goes on past whatever cannot be read; it ends early only when the store is down.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::TryStreamExt as _;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::jobs::core::Core;
use crate::jobs::error::JobsError;
use crate::jobs::lane::Lane;
use crate::jobs::state::{Job, NextStep, later, span};
use crate::jobs::stop::stop_or;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::storage::key::ObjectKey;
use crate::storage::key::lanes::{due_folder, parse_due};

/// What a sweep saw and did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct SweepReport {
    /// Pointers looked at.
    pub looked: usize,
    /// Jobs somebody was asked to run.
    pub woken: usize,
    /// Pointers removed that led nowhere any more.
    pub cleaned: usize,
    /// Jobs whose records could not be read; their pointers stay.
    pub unreadable: usize,
    /// When the next job is due, if one is known.
    pub next_due: Option<Timestamp>,
    /// Why the sweep ended early, if it did.
    pub problem: Option<String>,
}

/// A pointer that does not fit its job is left alone so long: somebody may be between two writes.
const STRAY_AFTER: Duration = Duration::from_mins(10);
/// A pointer without a job is looked at again after so long at first, then after twice as long each time.
const STRAY_AGAIN: Duration = Duration::from_secs(30);
/// Somebody is told of a job that cannot be read after so long; of one that is damaged, at once.
const TELL_AFTER: Duration = Duration::from_mins(15);
/// How often a sweep also looks at what is not due yet: the clock may have been set back since it was written.
const FAR_EVERY: Duration = Duration::from_hours(1);
/// So many of those at most.
const FAR_MOST: usize = 5000;

impl Lane {
    /// Makes sure that this instance looks at the job then.
    pub(crate) fn look_at_latest(&self, job: &JobId, at: Timestamp) {
        self.next_wake.look_in(job, span(self.core.now(), at), self.core.clock.monotonic());
    }

    /// Looks at every overdue pointer once. Costs what is overdue, never what has ended.
    pub async fn sweep(&self) -> SweepReport {
        self.sweep_ahead(Duration::ZERO, 0).await
    }

    /// As [`Lane::sweep`], with the pointers of the time ahead too, and with some of those beyond.
    async fn sweep_ahead(&self, ahead: Duration, beyond: usize) -> SweepReport {
        let mut report = SweepReport::default();
        if let Err(error) = self.sweep_into(later(self.core.now(), ahead), beyond, &mut report).await {
            report.problem = Some(error.to_string());
        }
        report
    }

    async fn sweep_into(&self, until: Timestamp, mut beyond: usize, report: &mut SweepReport) -> Result<(), JobsError> {
        for job in self.next_wake.take_due(self.core.clock.monotonic()) {
            self.look_unless_here(None, &job, report).await?;
        }
        let folder = due_folder(self.name);
        let mut pointers = self.core.store.scan(&folder, None);
        while let Some(key) = pointers.try_next().await? {
            let Some((at, job)) = parse_due(self.name, &key) else { continue };
            if at > until {
                report.next_at(at);
                if beyond == 0 {
                    return Ok(());
                }
                beyond -= 1;
            }
            report.looked += 1;
            self.look_unless_here(Some(&key), &job, report).await?;
        }
        Ok(())
    }

    /// Looks at a job, unless it waits or runs here; fails only when the store is down.
    async fn look_unless_here(&self, key: Option<&str>, id: &JobId, report: &mut SweepReport) -> Result<(), JobsError> {
        if self.queue.holds(id) {
            return Ok(());
        }
        match self.look_at(key, id, report).await {
            Ok(()) => {
                self.troubles.forget(id);
                Ok(())
            }
            Err(error) if self.core.concerns_one(&error).await => {
                report.unreadable += 1;
                self.note_trouble(id, &error);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Tells of a job that cannot be read: of a damaged one at once, of others when it lasts; once per instance.
    fn note_trouble(&self, id: &JobId, error: &JobsError) {
        let lasts = if matches!(error, JobsError::Unreadable { .. }) { Duration::ZERO } else { TELL_AFTER };
        if !self.troubles.is_due(id, self.core.clock.monotonic(), lasts) {
            return;
        }
        tracing::error!(job.id = %id, lane = self.name.as_str(), %error, "A job cannot be read and waits for a person");
        if let Some(handler) = self.handlers.get().and_then(|handlers| handlers.any_of(self.name)) {
            handler.unreadable(id, &error.to_string());
        }
    }

    async fn look_at(&self, key: Option<&str>, id: &JobId, report: &mut SweepReport) -> Result<(), JobsError> {
        if key.is_some_and(|key| self.rests(key)) {
            return Ok(());
        }
        let Some(job) = self.core.job(id).await? else {
            return match key {
                // Its event was never written, and by now will not be.
                Some(key) if self.is_old(key) => self.clean(key, report).await,
                _ => Ok(()),
            };
        };
        let own = ObjectKey::Due { lane: self.name, at: job.due(), job: id }.path();
        let stray = key.filter(|key| *key != own);
        match (self.core.next_step(&job), stray) {
            (NextStep::Nothing(_), Some(key)) if self.is_old(key) => self.clean(key, report).await?,
            // Somebody may be about to open a round that this pointer belongs to.
            (NextStep::Nothing(_), Some(_)) => {}
            (_, Some(key)) if self.is_old(key) && self.core.pointer_stands(&job).await? => self.clean(key, report).await?,
            (NextStep::LookAgain { at, .. }, _) => {
                report.next_at(at);
                self.next_wake.look_in(id, span(self.core.now(), at), self.core.clock.monotonic());
            }
            // An ended job with its pointer: whoever looks at it settles what was left unsettled.
            (NextStep::Nothing(_) | NextStep::Start { .. } | NextStep::TakeOver { .. }, _) => {
                if self.core.wake(self.name, id).await {
                    report.woken += 1;
                }
            }
        }
        Ok(())
    }

    /// Whether a pointer that led nowhere was looked at only just now.
    fn rests(&self, key: &str) -> bool {
        let seen = self.core.sightings.known(key, self.core.clock.monotonic());
        seen.is_some_and(|seen| seen.unchanged < STRAY_AFTER && seen.unchanged < STRAY_AGAIN * (1 << seen.looks.min(10)) / 2)
    }

    /// Whether a pointer that does not fit its job has been seen long enough, by this instance's own steady clock.
    fn is_old(&self, key: &str) -> bool {
        self.core.sightings.look(key, "", self.core.clock.monotonic()).unchanged > STRAY_AFTER
    }

    async fn clean(&self, key: &str, report: &mut SweepReport) -> Result<(), JobsError> {
        self.core.store.delete(key).await?;
        self.core.sightings.forget(key);
        report.cleaned += 1;
        Ok(())
    }

    /// Sweeps at once, then whenever something is due, at least as often as configured, until told to stop.
    pub(crate) async fn sweep_on(&self, stop: &CancellationToken) {
        // What was accepted right before the start may have lost its instance: it need not wait for the time that instance would have had.
        let mut ahead = self.core.config.accept_grace;
        let mut looked_far = None;
        let mut once_more = None;
        loop {
            let now = self.core.clock.monotonic();
            let far = looked_far.is_none_or(|at| now.saturating_sub(at) >= FAR_EVERY);
            if far {
                looked_far = Some(now);
            }
            let sweep = self.sweep_ahead(std::mem::take(&mut ahead), if far { FAR_MOST } else { 0 });
            let Some(report) = stop_or(stop, sweep).await else { return };
            if let Some(problem) = &report.problem {
                tracing::error!(error = problem.as_str(), lane = self.name.as_str(), "A sweep ended early");
            }
            if stop_or(stop, self.recheck_when_due()).await.is_none() {
                return;
            }
            let next = report.next_due.map(|at| span(self.core.now(), at)).into_iter().chain(once_more.take()).min();
            let latest = self.rest(&report).await;
            let Some(touched) = stop_or(stop, self.until_next_sweep(latest, next)).await else { return };
            if touched {
                // Whoever acts on many jobs touches now and then: the last of them are found by one more sweep.
                (ahead, once_more) = (TOUCH_AHEAD, Some(TOUCH_AHEAD));
            }
        }
    }

    /// The longest time until the next sweep. Where looking costs money, a lane without an open job is looked at less often: what is accepted meanwhile is accepted by an instance that runs it.
    pub(crate) async fn rest(&self, report: &SweepReport) -> Duration {
        let is_idle = report.looked == 0 && report.next_due.is_none() && report.problem.is_none();
        let every = self.core.config.sweep_every;
        if is_idle && !self.core.is_watched().await { every * idle_sweeps(self.name) } else { every }
    }

    /// Waits for the next sweep; whether somebody at a command line asked for it.
    async fn until_next_sweep(&self, latest: Duration, next: Option<Duration>) -> bool {
        /// Lest a clock that differs from the timer's make the loop spin.
        const SHORTEST: Duration = Duration::from_millis(200);
        let start = tokio::time::Instant::now();
        let touched = self.touched();
        tokio::pin!(touched);
        let latest = start + latest.min(next.unwrap_or(Duration::MAX).max(SHORTEST));
        loop {
            let changed = self.next_wake.changed.notified();
            let due = self.next_wake.next_in(self.core.clock.monotonic());
            let wake_at = due.map_or(latest, |due| latest.min(tokio::time::Instant::now() + due.max(SHORTEST)));
            tokio::select! {
                () = tokio::time::sleep_until(wake_at) => return false,
                () = &mut touched => return true,
                () = changed => {}
            }
        }
    }
}

/// So many times longer is the pause between sweeps of a lane without open jobs, on a store that is not a disk of this machine: a student waits for reports only.
fn idle_sweeps(lane: LaneName) -> u32 {
    match lane {
        LaneName::Reports => 20,
        LaneName::Deliveries | LaneName::Chores => 60,
    }
}

/// What a command opened is due within so long.
const TOUCH_AHEAD: Duration = Duration::from_secs(3);

impl Core {
    /// Whether the pointer that leads to the job is there.
    pub(crate) async fn pointer_stands(&self, job: &Job) -> Result<bool, JobsError> {
        Ok(self.store.get(&ObjectKey::Due { lane: job.lane(), at: job.due(), job: &job.id }.path()).await?.is_some())
    }
}

impl SweepReport {
    /// Adds what the sweep of another lane saw.
    pub(crate) fn add(&mut self, other: Self) {
        self.looked += other.looked;
        self.woken += other.woken;
        self.cleaned += other.cleaned;
        self.unreadable += other.unreadable;
        if let Some(at) = other.next_due {
            self.next_at(at);
        }
        self.problem = self.problem.take().or(other.problem);
    }

    fn next_at(&mut self, at: Timestamp) {
        self.next_due = Some(self.next_due.map_or(at, |known| known.min(at)));
    }
}

/// Jobs whose records could not be read, and whether somebody was told.
#[derive(Debug, Default)]
pub(crate) struct Troubles {
    by_job: Mutex<HashMap<JobId, (Duration, bool)>>,
}

impl Troubles {
    /// More than anybody reads about.
    const MOST: usize = 10_000;

    /// Whether it is time to tell of the job: it has been in trouble for so long, and nobody was told.
    fn is_due(&self, job: &JobId, now: Duration, lasts: Duration) -> bool {
        let mut by_job = self.by_job.lock().unwrap_or_else(PoisonError::into_inner);
        if by_job.len() >= Self::MOST && !by_job.contains_key(job) {
            return false;
        }
        let (since, told) = by_job.entry(job.clone()).or_insert((now, false));
        let is_due = !*told && now.saturating_sub(*since) >= lasts;
        *told |= is_due;
        is_due
    }

    fn forget(&self, job: &JobId) {
        self.by_job.lock().unwrap_or_else(PoisonError::into_inner).remove(job);
    }
}

/// When jobs are to be looked at again, by the steady clock: a clock that is set back does not make them wait longer.
#[derive(Debug, Default)]
pub(crate) struct NextWake {
    schedule: Mutex<Schedule>,
    pub(crate) changed: Notify,
}

#[derive(Debug, Default)]
struct Schedule {
    by_job: HashMap<JobId, Duration>,
    in_order: BTreeSet<(Duration, JobId)>,
}

impl NextWake {
    /// Beyond so many the pointers in the store must do.
    const MOST: usize = 100_000;

    /// Makes sure that the sweeper looks at the job in so long.
    pub(crate) fn look_in(&self, job: &JobId, span: Duration, now: Duration) {
        let at = now.saturating_add(span);
        let mut schedule = self.lock();
        // Looking once too often costs little; somebody may have wanted the earlier look.
        if schedule.by_job.get(job).is_some_and(|known| *known <= at && *known > now) {
            return;
        }
        if let Some(known) = schedule.by_job.insert(job.clone(), at) {
            schedule.in_order.remove(&(known, job.clone()));
        }
        schedule.in_order.insert((at, job.clone()));
        if schedule.in_order.len() > Self::MOST
            && let Some((_, last)) = schedule.in_order.pop_last()
        {
            schedule.by_job.remove(&last);
        }
        let is_first = schedule.in_order.first().is_some_and(|(_, first)| first == job);
        drop(schedule);
        if is_first {
            self.changed.notify_one();
        }
    }

    /// How long until the next one.
    fn next_in(&self, now: Duration) -> Option<Duration> {
        self.lock().in_order.first().map(|(at, _)| at.saturating_sub(now))
    }

    /// Those to be looked at now.
    fn take_due(&self, now: Duration) -> Vec<JobId> {
        let mut schedule = self.lock();
        let mut due = Vec::new();
        while schedule.in_order.first().is_some_and(|(at, _)| *at <= now)
            && let Some((_, job)) = schedule.in_order.pop_first()
        {
            schedule.by_job.remove(&job);
            due.push(job);
        }
        due
    }

    fn lock(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
