//! What every part of the durable core stands on: the store, the clock, the settings, and how to wake a worker.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::{OnceCell, broadcast};

use crate::clock::Clock;
use crate::jobs::config::JobsConfig;
use crate::jobs::error::JobsError;
use crate::jobs::reading;
use crate::jobs::records::EventRecord;
use crate::jobs::sightings::Sightings;
use crate::jobs::state::{Job, NextStep, Observation};
use crate::jobs::waker::Waker;
use crate::model::card::Card;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::storage::key::ObjectKey;
use crate::storage::{SignOfLife, Store, StoreError};

/// Records and rules. Knows no queue and no worker, so a command can open it without anything that does the work.
pub(crate) struct Core {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) config: JobsConfig,
    pub(crate) waker: Arc<dyn Waker>,
    pub(crate) sightings: Sightings,
    attempts_begun: AtomicU64,
    sign_of_life: OnceCell<Option<SignOfLife>>,
    /// Events accepted here that no worker has taken yet.
    fresh: Mutex<Fresh>,
    /// Facts of the outside world that are not recorded yet, by their keys.
    pub(crate) facts: Mutex<HashMap<String, serde_json::Value>>,
    /// What became of jobs here, for whoever listens.
    changes: broadcast::Sender<Arc<Card>>,
}

/// Changes that a slow listener may be behind; whoever is further behind finds them in the feed.
const CHANGES: usize = 1024;

/// So many bytes of small events are kept in memory until a worker takes them; others are read back.
const MOST_FRESH: usize = 4 * 1024 * 1024;
/// An event of more bytes is read back.
const LARGEST_FRESH: usize = 16 * 1024;

/// Events with how many bytes each takes, and all together.
#[derive(Default)]
struct Fresh {
    events: HashMap<JobId, (EventRecord, usize)>,
    bytes: usize,
}

impl Core {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, config: JobsConfig, waker: Arc<dyn Waker>) -> Arc<Self> {
        Arc::new(Self {
            store,
            clock,
            config,
            waker,
            sightings: Sightings::default(),
            attempts_begun: AtomicU64::new(0),
            sign_of_life: OnceCell::new(),
            fresh: Mutex::default(),
            facts: Mutex::default(),
            changes: broadcast::Sender::new(CHANGES),
        })
    }

    /// Keeps an event of so many bytes that was just made durable, so that the worker who takes it next need not read it back.
    pub(crate) fn keep_fresh(&self, job: &JobId, event: EventRecord, bytes: usize) {
        if bytes > LARGEST_FRESH {
            return;
        }
        let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        if fresh.bytes + bytes > MOST_FRESH {
            // Nobody here took them: they are read back by whoever does.
            *fresh = Fresh::default();
        }
        if fresh.events.insert(job.clone(), (event, bytes)).is_none() {
            fresh.bytes += bytes;
        }
    }

    /// The event, when it was accepted here and nobody took it yet.
    pub(crate) fn take_fresh(&self, job: &JobId) -> Option<EventRecord> {
        let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        let (event, bytes) = fresh.events.remove(job)?;
        fresh.bytes = fresh.bytes.saturating_sub(bytes);
        Some(event)
    }

    /// What becomes of jobs here, from now on.
    pub(crate) fn changes(&self) -> broadcast::Receiver<Arc<Card>> {
        self.changes.subscribe()
    }

    /// Tells whoever listens; the card is made only when somebody does.
    pub(crate) fn tell_change(&self, lane: LaneName, card: impl FnOnce() -> Card) {
        if lane == LaneName::Reports && self.changes.receiver_count() > 0 {
            // Nobody may be left to hear it by now.
            let _ = self.changes.send(Arc::new(card()));
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// All that is needed to judge a job; `None` when it was never accepted.
    pub(crate) async fn job(&self, id: &JobId) -> Result<Option<Job>, JobsError> {
        reading::read_job(&*self.store, id).await
    }

    /// What this instance may do about a job that it just read.
    pub(crate) fn next_step(&self, job: &Job) -> NextStep {
        let seen = self.sightings.look(job.id.as_str(), &job.stage(), self.clock.monotonic());
        job.next_step(Observation { now: self.now(), unchanged: seen.unchanged, term: self.config.lease + self.config.skew })
    }

    /// Whether a failure is about one object, while the store answers for others: then whoever reads many goes on.
    pub(crate) async fn concerns_one(&self, error: &JobsError) -> bool {
        match error {
            JobsError::Store(StoreError::Unavailable { .. } | StoreError::Refused { .. }) => {
                let other = ObjectKey::Wake { lane: LaneName::Reports }.path();
                self.store.get(&other).await.is_ok()
            }
            _ => true,
        }
    }

    /// Asks for the job to be run; when nobody can be asked, a sweep finds it.
    pub(crate) async fn wake(&self, lane: LaneName, job: &JobId) -> bool {
        match self.waker.wake(lane, job).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(job.id = %job, lane = lane.as_str(), %error, "A job waits for the next sweep, because nobody could be asked to run it");
                false
            }
        }
    }

    /// Whether others can see when this instance dies; from the first time it is asked.
    pub(crate) async fn is_watched(&self) -> bool {
        self.sign_of_life.get_or_init(|| self.store.live(&self.config.instance)).await.is_some()
    }

    /// A name no attempt had before.
    pub(crate) fn new_owner(&self) -> String {
        format!("{}-{}", self.config.instance, self.attempts_begun.fetch_add(1, Ordering::Relaxed))
    }
}
