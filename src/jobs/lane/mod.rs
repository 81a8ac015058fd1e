//! A lane: the queue, workers, waiters and sweeps of jobs that wait for nobody outside it.

mod attempt;
pub(crate) mod gate;
mod recheck;
mod shared;
mod sweep;
mod waiters;
mod workers;

pub use attempt::Busy;
pub use sweep::SweepReport;
pub use workers::{EndCounts, WorkerPool};

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::jobs::config::TaskQueue;
use crate::jobs::core::Core;
use crate::jobs::handler::Handlers;
use crate::jobs::lane::recheck::RecheckSchedule;
use crate::jobs::lane::shared::SharedEntries;
use crate::jobs::lane::sweep::{NextWake, Troubles};
use crate::jobs::lane::waiters::Waiters;
use crate::jobs::lane::workers::WorkerCounts;
use crate::jobs::queue::Queue;
use crate::model::lane::LaneName;
use crate::storage::Version;
use crate::storage::key::ObjectKey;
use crate::storage::key::lanes::{due_folder, parse_due};

/// How often the mark of commands is looked at on a disk of this machine, where it costs next to nothing, and elsewhere.
const TOUCH_EVERY_NEAR: Duration = Duration::from_secs(1);
const TOUCH_EVERY: Duration = Duration::from_secs(15);

/// One lane of one instance.
pub struct Lane {
    pub(crate) name: LaneName,
    pub(crate) core: Arc<Core>,
    pub(crate) queue: Arc<Queue>,
    waiters: Waiters,
    counts: WorkerCounts,
    next_wake: NextWake,
    troubles: Troubles,
    /// Who does the work, once it was started.
    handlers: OnceLock<Arc<Handlers>>,
    touch: Mutex<Option<Version>>,
    recheck: Mutex<RecheckSchedule>,
    shared: SharedEntries,
}

/// How busy a lane of this instance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueStatus {
    /// Jobs waiting for a worker here.
    pub depth: usize,
    /// Jobs being worked on here.
    pub running: usize,
    /// Workers ready to work or working.
    pub workers_alive: usize,
    /// How long the oldest open job of all instances is overdue; none when nothing is, or the store does not tell.
    pub oldest_due: Option<Duration>,
}

impl Lane {
    pub(crate) fn new(name: LaneName, core: Arc<Core>, queue: Arc<Queue>) -> Self {
        Self {
            name,
            core,
            queue,
            waiters: Waiters::default(),
            counts: WorkerCounts::default(),
            next_wake: NextWake::default(),
            troubles: Troubles::default(),
            handlers: OnceLock::new(),
            touch: Mutex::default(),
            recheck: Mutex::default(),
            shared: SharedEntries::default(),
        }
    }

    fn lock_recheck(&self) -> MutexGuard<'_, RecheckSchedule> {
        self.recheck.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How busy this instance is in the lane, and how late the lane is over all instances.
    pub async fn status(&self) -> QueueStatus {
        QueueStatus {
            depth: self.queue.len(),
            running: self.counts.running(),
            workers_alive: self.counts.alive(),
            oldest_due: self.oldest_due().await,
        }
    }

    /// Jobs waiting for a worker here; costs nothing.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Names the handlers without starting anybody.
    #[cfg(test)]
    pub(crate) fn serve_for_testing(&self, handlers: Handlers) {
        let _ = self.handlers.set(Arc::new(handlers));
    }

    /// How many jobs this instance's attempts ended so far.
    pub fn ends(&self) -> EndCounts {
        self.counts.ends()
    }

    /// Resolves when a command has touched the lane's mark in the store; such a command cannot reach the queue of a running service.
    async fn touched(&self) {
        let is_near = self.core.is_watched().await;
        if self.core.config.queue != TaskQueue::Inline {
            return std::future::pending().await;
        }
        let every = if is_near { TOUCH_EVERY_NEAR } else { TOUCH_EVERY };
        loop {
            tokio::time::sleep(every).await;
            if self.is_touched().await {
                return;
            }
        }
    }

    /// Whether the mark was touched since this was asked last; what stood there before the first sweep is found by that sweep, so a look too many is all it costs.
    pub(crate) async fn is_touched(&self) -> bool {
        let Ok(mark) = self.core.store.get(&ObjectKey::Wake { lane: self.name }.path()).await else { return false };
        let mark = mark.map(|(_, version)| version);
        let mut known = self.touch.lock().unwrap_or_else(PoisonError::into_inner);
        if *known == mark {
            return false;
        }
        *known = mark;
        true
    }

    /// How long the oldest job is overdue. One whose records cannot be read is not late but broken: it waits for a person, and must not look like a service that stands still.
    async fn oldest_due(&self) -> Option<Duration> {
        /// More broken jobs than this at the head of the line are worth an alarm.
        const LOOKED_AT: usize = 50;
        let keys = self.core.store.list(&due_folder(self.name), None, LOOKED_AT).await.ok()?;
        let mut oldest = None;
        for (at, job) in keys.iter().filter_map(|key| parse_due(self.name, key)) {
            let late = Duration::try_from(self.core.now().duration_since(at)).ok().filter(|late| !late.is_zero())?;
            oldest = oldest.or(Some(late));
            if self.core.job(&job).await.is_ok() {
                return Some(late);
            }
        }
        // Either nothing waits, or all that was looked at is broken.
        oldest.filter(|_| keys.len() == LOOKED_AT)
    }
}
