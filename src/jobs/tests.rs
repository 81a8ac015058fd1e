//! The core as its callers see it: on every store that needs no network, with a clock that is moved by hand.

mod crash;
mod damage;
mod facts;
mod fixtures;
mod lanes;
mod lease;
mod life;
mod operator;
mod pushed;
mod race;
mod recheck;
mod retention;
mod shared;
mod stores;
mod unreadable;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::clock::{Clock, ManualClock};
use crate::jobs::Jobs;
use crate::jobs::config::JobsConfig;
use crate::jobs::handler::{AcceptedEvent, Handler, Handlers, JobContext, JobError, JobKind};
use crate::jobs::lane::Lane;
use crate::model::card::Card;
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::storage::Store;
use crate::storage::memory::MemoryStore;

/// One store, one clock, and as many instances as a test wants.
struct World {
    store: Arc<MemoryStore>,
    clock: ManualClock,
}

impl World {
    fn new() -> Self {
        Self { store: Arc::new(MemoryStore::new()), clock: ManualClock::new("2026-03-01T10:00:00Z".parse().unwrap()) }
    }

    fn instance(&self) -> Arc<Jobs> {
        self.instance_on(Arc::clone(&self.store) as Arc<dyn Store>)
    }

    fn instance_on(&self, store: Arc<dyn Store>) -> Arc<Jobs> {
        Jobs::new(store, Arc::new(self.clock.clone()), JobsConfig::for_testing())
    }

    fn event(&self, effect: &str) -> AcceptedEvent {
        AcceptedEvent::new(&JobKind::REPORT, "test", effect.to_owned(), self.clock.now(), json!({ "effect": effect }))
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn keys(&self, prefix: &str) -> Vec<String> {
        self.store.keys().into_iter().filter(|key| key.starts_with(prefix)).collect()
    }
}

/// The lane that most tests are about.
fn reports(jobs: &Jobs) -> &Lane {
    jobs.lane(LaneName::Reports)
}

/// One handler for all reports.
fn all(handler: Arc<dyn Handler>) -> Handlers {
    Handlers::new().with(JobKind::REPORT, handler)
}

/// Answers as scripted, then succeeds; records one step a run.
#[derive(Default)]
struct Scripted {
    answers: Mutex<VecDeque<Result<Value, JobError>>>,
    runs: AtomicUsize,
    given_up: Mutex<Vec<String>>,
}

impl Scripted {
    fn failing(errors: impl IntoIterator<Item = JobError>) -> Self {
        Self { answers: Mutex::new(errors.into_iter().map(Err).collect()), ..Self::default() }
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Handler for Scripted {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        job.write_step("looked", json!(job.attempt())).await?;
        let scripted = self.answers.lock().unwrap().pop_front();
        scripted.unwrap_or_else(|| Ok(json!({ "sent": true })))
    }

    fn ended(&self, card: &Card) {
        self.given_up.lock().unwrap().extend(card.cause.clone());
    }

    fn unreadable(&self, _: &JobId, _: &str) {
        self.given_up.lock().unwrap().push(Cause::RecordUnreadable.to_string());
    }
}
