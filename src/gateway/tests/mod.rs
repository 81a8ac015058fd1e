//! The gateway's own tests: receivers that are made up, a clock that stands still, jobs that run when they are told to.

mod cost;
mod deliveries;
mod inspect;
mod institutions;
mod merge;
mod reference;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, ManualClock};
use crate::gateway::config::{GatewayConfig, Mode};
use crate::gateway::egress::Unguarded;
use crate::gateway::error::GatewayError;
use crate::gateway::ids::{Chance, InstitutionId};
use crate::gateway::model::{Delivery, DeliveryState, ErrorClass, Event, NewEndpoint, NewEvent, NewInstitution};
use crate::gateway::profile::Profile;
use crate::gateway::send::{Answer, Parcel, Post};
use crate::gateway::{CreatedEndpoint, Gateway, Parts};
use crate::jobs::Jobs;
use crate::jobs::config::JobsConfig;
use crate::jobs::handler::Handlers;
use crate::model::lane::LaneName;
use crate::storage::key::lanes::{due_folder, parse_due};
use crate::storage::memory::MemoryStore;
use crate::storage::{Keys, PutMode, Store, StoreError, Version};

/// What a made-up receiver does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Receiver {
    Takes,
    Fails,
    Gone,
    /// 429 with a `Retry-After` of so many seconds.
    Busy(u64),
}

/// What receivers got: url and event.
#[derive(Default)]
pub(super) struct Post4 {
    pub(super) receivers: Mutex<BTreeMap<String, Receiver>>,
    pub(super) got: Mutex<Vec<(String, String, String)>>,
}

struct FakePost(Arc<Post4>);

#[async_trait]
impl Post for FakePost {
    async fn send(&self, parcel: &Parcel<'_>, _: Timestamp) -> Answer {
        let id = parcel.signed.iter().find(|(name, _)| *name == "Webhook-Id").unwrap().1.clone();
        self.0.got.lock().unwrap().push((parcel.url.to_owned(), id, parcel.body.bytes.clone()));
        let receiver = self.0.receivers.lock().unwrap().get(parcel.url).copied().unwrap_or(Receiver::Takes);
        let failed = |code, retry_after| Answer {
            code,
            error: Some((ErrorClass::Status, format!("the receiver answered {code}"))),
            retry_after,
            ..Answer::default()
        };
        match receiver {
            Receiver::Takes => Answer { code: 200, ..Answer::default() },
            Receiver::Fails => failed(500, None),
            Receiver::Gone => failed(410, None),
            Receiver::Busy(seconds) => failed(429, Some(Duration::from_secs(seconds))),
        }
    }
}

/// A store that dies after so many writes: from then on nothing ends.
pub(super) struct Mortal {
    inner: MemoryStore,
    writes_left: AtomicI64,
    dead: AtomicBool,
    died: Notify,
    /// It counts as a bucket.
    far: AtomicBool,
    /// A read or a write lets others go on meanwhile.
    slow: AtomicBool,
    /// Writes and lists, and reads.
    paid: AtomicUsize,
    reads: AtomicUsize,
}

impl Mortal {
    /// Nothing was counted so far.
    fn forget(&self) {
        self.paid.store(0, Ordering::Relaxed);
        self.reads.store(0, Ordering::Relaxed);
    }

    fn pay(&self) {
        self.paid.fetch_add(1, Ordering::Relaxed);
    }

    async fn write(&self) {
        if self.dead.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        if self.writes_left.load(Ordering::Relaxed) >= 0 && self.writes_left.fetch_sub(1, Ordering::Relaxed) == 0 {
            self.dead.store(true, Ordering::Relaxed);
            self.died.notify_waiters();
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Store for Mortal {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        self.pay();
        if self.slow.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
        self.write().await;
        self.inner.put(key, bytes, mode).await
    }

    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        if self.slow.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
        self.inner.get(key).await
    }

    async fn list(&self, prefix: &str, start_after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        self.pay();
        self.inner.list(prefix, start_after, limit).await
    }

    fn scan<'a>(&'a self, prefix: &str, after: Option<&str>) -> Keys<'a> {
        self.pay();
        self.inner.scan(prefix, after)
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.write().await;
        self.inner.delete(key).await
    }

    fn is_remote(&self) -> bool {
        self.far.load(Ordering::Relaxed)
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }
}

/// A gateway with made-up receivers over a store in memory.
pub(super) struct House {
    pub(super) store: Arc<Mortal>,
    pub(super) clock: ManualClock,
    pub(super) post: Arc<Post4>,
    pub(super) gateway: Gateway,
    config: GatewayConfig,
    starts: u64,
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl House {
    pub(super) fn new() -> Self {
        let config = GatewayConfig { mode: Mode::On, key: Some("k".repeat(40).into()), rate: 100_000, ..GatewayConfig::default() };
        Self::with(config)
    }

    pub(super) fn with(config: GatewayConfig) -> Self {
        let store = Arc::new(Mortal {
            inner: MemoryStore::new(),
            writes_left: AtomicI64::new(-1),
            dead: AtomicBool::new(false),
            died: Notify::new(),
            far: AtomicBool::new(false),
            slow: AtomicBool::new(false),
            paid: AtomicUsize::new(0),
            reads: AtomicUsize::new(0),
        });
        let clock = ManualClock::new(at("2026-11-28T12:00:00Z"));
        let post = Arc::<Post4>::default();
        let gateway = build(&store, &clock, &post, &config, 1);
        Self { store, clock, post, gateway, config, starts: 1 }
    }

    /// The next write is the last but so many; what runs then hangs for ever.
    pub(super) fn die_after(&self, writes: i64) {
        self.store.writes_left.store(writes, Ordering::Relaxed);
    }

    pub(super) fn is_dead(&self) -> bool {
        self.store.dead.load(Ordering::Relaxed)
    }

    /// A new process over the same store.
    pub(super) fn restart(&mut self) {
        self.store.dead.store(false, Ordering::Relaxed);
        self.store.writes_left.store(-1, Ordering::Relaxed);
        self.starts += 1;
        self.gateway = build(&self.store, &self.clock, &self.post, &self.config, self.starts);
    }

    pub(super) async fn institution(&self, uid: &str) -> InstitutionId {
        let new = NewInstitution { name: uid.to_owned(), uid: Some(uid.to_owned()), ..NewInstitution::default() };
        self.gateway.create_institution(new).await.unwrap().id
    }

    /// Creates an endpoint; the next one is made a moment later, so that they sort by age.
    pub(super) async fn create_endpoint(&self, institution: InstitutionId, new: NewEndpoint) -> Result<CreatedEndpoint, GatewayError> {
        let created = self.gateway.create_endpoint(institution, new).await;
        self.clock.advance(Duration::from_millis(10));
        created
    }

    pub(super) fn set(&self, url: &str, receiver: Receiver) {
        self.post.receivers.lock().unwrap().insert(url.to_owned(), receiver);
    }

    /// The events that a receiver got, in order, each as often as it came.
    pub(super) fn got(&self, url: &str) -> Vec<String> {
        self.post.got.lock().unwrap().iter().filter(|(to, ..)| to == url).map(|(_, id, _)| id.clone()).collect()
    }

    pub(super) async fn publish(&self, institution: InstitutionId, event_type: &str) -> Event {
        let new = NewEvent { event_type: event_type.to_owned(), payload: "{\"n\":1}".to_owned(), ..NewEvent::default() };
        self.gateway.publish(institution, new, None).await.unwrap().event
    }

    pub(super) async fn states(&self, event: &Event) -> Vec<DeliveryState> {
        self.deliveries(event).await.iter().map(|delivery| delivery.state).collect()
    }

    pub(super) async fn deliveries(&self, event: &Event) -> Vec<Delivery> {
        self.gateway.deliveries(event.institution, &event.id.to_string()).await.unwrap()
    }

    /// Runs every job that is due, until none is; `false` when the store died meanwhile.
    pub(super) async fn run_due(&self) -> bool {
        for _ in 0..200 {
            let mut ran = false;
            for lane in [LaneName::Deliveries, LaneName::Chores] {
                ran |= self.run_lane(lane).await;
                if self.is_dead() {
                    return false;
                }
            }
            if !ran {
                return true;
            }
        }
        panic!("jobs run for ever");
    }

    async fn run_lane(&self, lane: LaneName) -> bool {
        let core = &self.gateway.core;
        let handlers = self.gateway.handlers(Handlers::new());
        let keys = self.store.inner.list(&due_folder(lane), None, 10_000).await.unwrap();
        let mut ran = false;
        for (due, job) in keys.iter().filter_map(|key| parse_due(lane, key)) {
            // A fresh job may begin before its pointer's time.
            let before = self.store.inner.list(&format!("jobs/{job}/"), None, 10_000).await.unwrap().len();
            if due > self.clock.now() && before > 1 {
                continue;
            }
            // Whoever meets a dead store hangs: that is the process's death.
            let died = self.store.died.notified();
            let abort = CancellationToken::new();
            tokio::select! {
                _ = core.jobs.lane(lane).run_until(&handlers, &job, &abort) => {}
                () = died => {}
            }
            if self.is_dead() {
                return false;
            }
            let after = self.store.inner.list(&format!("jobs/{job}/"), None, 10_000).await.unwrap().len();
            ran |= after != before;
        }
        ran
    }

    /// Lets so much time pass, in steps, running what becomes due; a dead process is followed by another.
    pub(super) async fn pass(&mut self, steps: u32, step: Duration) {
        for _ in 0..steps {
            if !self.run_due().await {
                self.restart();
            }
            self.clock.advance(step);
        }
        if !self.run_due().await {
            self.restart();
        }
    }
}

fn build(store: &Arc<Mortal>, clock: &ManualClock, post: &Arc<Post4>, config: &GatewayConfig, seed: u64) -> Gateway {
    let clock: Arc<dyn Clock> = Arc::new(clock.clone());
    let store: Arc<dyn Store> = store.clone();
    let jobs = Jobs::new(Arc::clone(&store), Arc::clone(&clock), JobsConfig::for_testing());
    let parts =
        Parts { store, clock, jobs, config: config.clone(), has_admin: true, chance: Chance::seeded(seed), egress: Arc::new(Unguarded) };
    Gateway::with_sender(parts, Box::new(FakePost(Arc::clone(post))))
}

/// An endpoint with a schedule of half a minute.
pub(super) fn at_url(url: &str) -> NewEndpoint {
    NewEndpoint { url: url.to_owned(), profile: Profile::Seed001, ..NewEndpoint::default() }
}
