//! What the whole service costs while nothing happens: a turn of every loop it starts, over a store that counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::app::{App, PRIVACY_EVERY_REMOTE, install_tls_provider, refusals};
use crate::clock::ManualClock;
use crate::config::Config;
use crate::env::Env;
use crate::gateway;
use crate::gateway::model::NewInstitution;
use crate::http::state::AppState;
use crate::model::lane::LaneName;
use crate::pipeline;
use crate::storage::memory::MemoryStore;
use crate::storage::{PutMode, Store, StoreError, Version};

/// A bucket that counts what it is asked.
#[derive(Default)]
struct Bucket {
    inner: MemoryStore,
    lists: AtomicUsize,
    writes: AtomicUsize,
}

impl Bucket {
    fn forget(&self) {
        self.lists.store(0, Ordering::Relaxed);
        self.writes.store(0, Ordering::Relaxed);
    }

    /// Lists and writes since.
    fn counts(&self) -> (usize, usize) {
        (self.lists.load(Ordering::Relaxed), self.writes.load(Ordering::Relaxed))
    }
}

#[async_trait]
impl Store for Bucket {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        self.inner.put(key, bytes, mode).await
    }

    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        self.inner.get(key).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        self.lists.fetch_add(1, Ordering::Relaxed);
        self.inner.list(prefix, after, limit).await
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.inner.delete(key).await
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        "a bucket that counts".to_owned()
    }
}

/// A loop that runs for as long as the service: how often it turns while nothing happens, and what its turns asked of the store.
struct Loop {
    name: &'static str,
    every: Duration,
    lists: usize,
    writes: usize,
}

impl Loop {
    /// Turns twice, and counts the second time: the first may take up what was left.
    async fn measured<T>(name: &'static str, every: Duration, bucket: &Bucket, turn: impl AsyncFn() -> T) -> Self {
        turn().await;
        bucket.forget();
        turn().await;
        let (lists, writes) = bucket.counts();
        Self { name, every, lists, writes }
    }

    fn lists_a_month(&self) -> usize {
        const MONTH: Duration = Duration::from_hours(24 * 31);
        self.lists * usize::try_from(MONTH.as_secs() / self.every.as_secs()).unwrap()
    }
}

/// Every loop that [`App::serve`] starts; whoever adds one adds it here.
async fn loops(app: &App, state: &AppState, bucket: &Bucket) -> Vec<Loop> {
    let mut all = Vec::new();
    for name in LaneName::ALL {
        let lane = app.jobs.lane(name);
        let every = lane.rest(&lane.sweep().await).await;
        all.push(Loop::measured(name.as_str(), every, bucket, async || lane.sweep().await).await);
    }
    all.push(Loop::measured("projections", pipeline::FOLLOWED_EVERY, bucket, async || app.pipeline.upkeep().await.unwrap()).await);
    all.push(Loop::measured("reports told", gateway::REPORTS_TOLD_EVERY, bucket, async || app.gateway.tell_reports().await.unwrap()).await);
    all.push(Loop::measured("gateway upkeep", gateway::UPKEEP_EVERY, bucket, async || app.gateway.upkeep().await.unwrap()).await);
    let refusals = refusals::Keeper::new(app, state);
    all.push(Loop::measured("refusals", refusals::READ_AGAIN, bucket, async || refusals.read().await.unwrap()).await);
    all.push(Loop::measured("privacy", PRIVACY_EVERY_REMOTE, bucket, async || state.privacy.keep_up(false).await.unwrap()).await);
    all
}

#[tokio::test]
async fn an_idle_service_makes_at_most_ten_thousand_list_calls_a_month_on_a_bucket_with_its_gateway_on() {
    install_tls_provider();
    let settings = [
        ("WEBHOOK_SECRET", "a-secret-of-this-test-only"),
        ("ADMIN_TOKEN", "an-admin-token-of-this-test"),
        ("MAIL_TRANSPORT", "file"),
        ("EMAIL_USER", "informes@colegio.example"),
    ];
    let config = Config::from_env(&mut Env::from_pairs(settings)).unwrap();
    let (bucket, clock) = (Arc::new(Bucket::default()), ManualClock::new("2026-11-01T00:00:00Z".parse().unwrap()));
    let app = App::with_store(config, bucket.clone(), Arc::new(clock.clone())).unwrap();
    app.gateway.prepare(true).await.unwrap();
    let school = NewInstitution { name: "Colegio".to_owned(), uid: Some(app.config.gateway.school.clone()), ..NewInstitution::default() };
    app.gateway.institution_or_create(school).await.unwrap();
    let state = app.state().unwrap();
    clock.advance(Duration::from_hours(1));
    let loops = loops(&app, &state, &bucket).await;
    let told: Vec<_> = loops.iter().map(|one| (one.name, one.lists_a_month())).collect();
    let a_month: usize = loops.iter().map(Loop::lists_a_month).sum();
    assert!(a_month <= 10_000, "{a_month} list calls a month: {told:?}");
    assert!(loops.iter().all(|one| one.lists > 0), "each looks at something: {told:?}");
    assert!(loops.iter().all(|one| one.writes == 0), "nothing happens, nothing is written");
}

#[test]
fn every_loop_that_the_service_starts_is_counted() {
    let source = include_str!("mod.rs");
    let serve = &source[source.find("pub async fn serve").unwrap()..source.find("fn connection_limits").unwrap()];
    // Concerns once, gateway (two loops), projections, privacy, refusals, the server; and the Kafka bridge, which only `EVENTS_KAFKA` starts and whose lists docs/kafka.md tells.
    let started = serve.matches("tokio::spawn(").count() + serve.matches("upkeep.spawn(").count();
    assert_eq!(started, 7, "a loop that is new belongs into the table above, where it looks at the store");
}
