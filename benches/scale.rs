//! Whether a million ended jobs change what a service does at once: start, accept, sweep, memory; the list of the newest reports beside it.
//!
//! The store is a bucket of our own making: what ended is made up when it is asked for, so the process's memory is the service's. Each size runs in a process of its own.
//!
//! `cargo bench --bench scale`

use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use gradepost::app;
use gradepost::app::App;
use gradepost::clock::SystemClock;
use gradepost::config::Config;
use gradepost::env::Env;
use gradepost::jobs::accept::job_id;
use gradepost::jobs::handler::{AcceptedEvent, JobKind};
use gradepost::jobs::operator::JobFilter;
use gradepost::model::lane::LaneName;
use gradepost::storage::key::ObjectKey;
use gradepost::storage::key::lanes::parse_feed;
use gradepost::storage::memory::MemoryStore;
use gradepost::storage::{PutMode, Store, StoreError, Version};
use jiff::Timestamp;
use serde_json::json;

/// Ended jobs beside which is measured.
const SIZES: [u64; 2] = [0, 1_000_000];
/// Events accepted for each figure.
const EVENTS: u32 = 300;
/// The first of the ended jobs ended then, and one more every ten seconds.
const FIRST: i64 = 1_750_000_000;
const APART: i64 = 10;

/// A bucket with made-up ends in its feed.
struct MadeUp {
    inner: MemoryStore,
    ended: u64,
    listed: AtomicUsize,
}

impl MadeUp {
    fn at(number: u64) -> Timestamp {
        Timestamp::from_second(FIRST + number as i64 * APART).unwrap_or(Timestamp::MAX)
    }

    fn key(number: u64) -> String {
        let (at, job) = (Self::at(number), job_id(&format!("old {number}")));
        ObjectKey::Feed { lane: LaneName::Reports, at, state: "done", job: &job }.path()
    }

    fn number(key: &str) -> Option<u64> {
        let entry = parse_feed(LaneName::Reports, key)?;
        u64::try_from((entry.at.as_second() - FIRST) / APART).ok()
    }
}

#[async_trait]
impl Store for MadeUp {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        self.inner.put(key, bytes, mode).await
    }

    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        if let Some(number) = Self::number(key).filter(|number| *number < self.ended && Self::key(*number) == key) {
            let at = Self::at(number);
            let card = json!({
                "v": 1, "job": job_id(&format!("old {number}")), "round": 1, "attempts": 1, "state": "done", "received": at, "ended": at,
                "source": "learnworlds", "status": "sent", "student": { "key": format!("u{}", number % 5000), "name": "Ana" },
                "assessment": { "key": "m1", "title": "M1" }, "course": "Curso", "pct": 50.0,
            });
            return Ok(Some((Bytes::from(card.to_string()), Version("1".to_owned()))));
        }
        self.inner.get(key).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        let mut keys = self.inner.list(prefix, after, limit).await?;
        if "feed/".starts_with(prefix) || prefix.starts_with("feed/") {
            // Newest first: the one before the last that was listed, and on.
            let from = after.and_then(Self::number).map_or(self.ended, |number| number.saturating_add(1).min(self.ended));
            let made_up = (0..from).rev().map(Self::key).filter(|key| after.is_none_or(|after| key.as_str() > after));
            keys.extend(made_up.skip_while(|key| !key.starts_with(prefix)).take_while(|key| key.starts_with(prefix)).take(limit));
            keys.sort();
            keys.truncate(limit);
        }
        self.listed.fetch_add(keys.len(), Ordering::Relaxed);
        Ok(keys)
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.inner.delete(key).await
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        format!("memory with {} made-up ends", self.ended)
    }
}

#[expect(clippy::disallowed_methods, reason = "a program that runs itself, once for each size")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    if let Ok(ended) = std::env::var("GRADEPOST_SCALE") {
        return tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(measure(ended.parse()?));
    }
    println!(
        "{:<22}{:>10}{:>14}{:>14}{:>12}{:>16}{:>14}{:>12}",
        "ended jobs", "start ms", "accept p50 ms", "accept max ms", "sweep ms", "keys listed", "newest 50 ms", "memory MiB"
    );
    for size in SIZES {
        let status = Command::new(std::env::current_exe()?).env("GRADEPOST_SCALE", size.to_string()).status()?;
        if !status.success() {
            return Err(format!("{size} ended jobs: {status}").into());
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench asks its own service")]
async fn measure(ended: u64) -> Result<(), Box<dyn std::error::Error>> {
    app::install_tls_provider();
    let store = Arc::new(MadeUp { inner: MemoryStore::new(), ended, listed: AtomicUsize::new(0) });
    // A service that ran before: its projections have followed the feed, and all jobs were looked through.
    let (newest, today) = (MadeUp::at(ended.saturating_sub(1)), gradepost::clock::Clock::now(&SystemClock));
    let cursor = json!({ "processed": newest, "cohorts": newest, "plans": newest, "alerts": newest });
    store.put(&ObjectKey::Cursor.path(), Bytes::from(cursor.to_string()), PutMode::Create).await?;
    store.put(&ObjectKey::Repaired.path(), Bytes::from(today.to_string()), PutMode::Create).await?;
    let settings = [("WEBHOOK_SECRET", "a-secret-of-this-bench-only"), ("MAIL_TRANSPORT", "file"), ("EMAIL_USER", "a@example.com")];
    let config = Config::from_env(&mut Env::from_pairs(settings))?;

    let began = Instant::now();
    let app = App::with_store(config, store.clone(), Arc::new(SystemClock))?;
    let (jobs, pipeline) = (app.jobs.clone(), app.pipeline.clone());
    let listener = app::listen(Ipv4Addr::LOCALHOST, 0).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let service = tokio::spawn(app.serve(listener, async { drop(stopped.await) }));
    let client = reqwest::Client::builder().no_proxy().build()?;
    client.get(format!("http://{address}/health")).send().await?.error_for_status()?;
    jobs.sweep().await;
    pipeline.upkeep().await?;
    let start = began.elapsed();

    let mut accepts = Vec::new();
    for number in 0..EVENTS {
        let event = AcceptedEvent::new(&JobKind::REPORT, "learnworlds", format!("new {number}"), today, json!({}));
        let began = Instant::now();
        jobs.accept(event).await?;
        accepts.push(began.elapsed());
    }
    accepts.sort();
    let began = Instant::now();
    let listed_before = store.listed.load(Ordering::Relaxed);
    jobs.sweep().await;
    let (sweep, listed) = (began.elapsed(), store.listed.load(Ordering::Relaxed) - listed_before);
    let began = Instant::now();
    jobs.operator().list_cards(&JobFilter { limit: 50, lane: Some(LaneName::Reports), ..JobFilter::default() }, &mut |_| true).await?;
    let newest = began.elapsed();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "{ended:<22}{:>10.0}{:>14.2}{:>14.2}{:>12.1}{listed:>16}{:>14.1}{:>12.0}",
        ms(start),
        ms(accepts[accepts.len() / 2]),
        ms(accepts[accepts.len() - 1]),
        ms(sweep),
        ms(newest),
        memory()
    );
    drop(stop);
    service.await??;
    Ok(())
}

/// The process's resident memory in MiB.
#[expect(clippy::disallowed_methods, reason = "the system tells it in a file")]
fn memory() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kb = text.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
    kb.unwrap_or_default() / 1024.0
}
