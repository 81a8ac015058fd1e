//! A month of the attempt log on a bucket: what merging its segments costs, and how long an instance without the log's file reads until it has everything.
//!
//! A call every other second, each in a segment of its own, in a store in memory whose every call takes so many milliseconds.
//!
//! `cargo bench --bench cold_start [-- SEGMENTS MILLISECONDS]`

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use flate2::Crc;
use gradepost::app::App;
use gradepost::clock::{Clock as _, SystemClock};
use gradepost::config::Config;
use gradepost::env::Env;
use gradepost::gateway::ids::{AttemptId, Chance, EndpointId, InstitutionId, MessageId};
use gradepost::gateway::model::{Attempt, AttemptStatus, DeliveryState, NewInstitution, Trigger};
use gradepost::lookup::attempts::rows::{AttemptFilter, Slice};
use gradepost::storage::key::gateway::GatewayKey;
use gradepost::storage::memory::MemoryStore;
use gradepost::storage::{PutMode, Store, StoreError, Version};
use jiff::Timestamp;

/// A bucket far away.
#[derive(Default)]
struct Bucket {
    inner: MemoryStore,
    milliseconds: AtomicU64,
    /// Writes and lists, reads, and removals.
    paid: AtomicUsize,
    reads: AtomicUsize,
    removed: AtomicUsize,
}

impl Bucket {
    async fn travel(&self) {
        let milliseconds = self.milliseconds.load(Ordering::Relaxed);
        if milliseconds > 0 {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        }
    }

    fn count(&self) -> (usize, usize, usize) {
        (self.paid.swap(0, Ordering::Relaxed), self.reads.swap(0, Ordering::Relaxed), self.removed.swap(0, Ordering::Relaxed))
    }
}

#[async_trait]
impl Store for Bucket {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        self.paid.fetch_add(1, Ordering::Relaxed);
        self.travel().await;
        self.inner.put(key, bytes, mode).await
    }

    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.travel().await;
        self.inner.get(key).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        self.paid.fetch_add(1, Ordering::Relaxed);
        self.travel().await;
        self.inner.list(prefix, after, limit).await
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.removed.fetch_add(1, Ordering::Relaxed);
        self.travel().await;
        self.inner.delete(key).await
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        "a bucket far away".to_owned()
    }
}

fn app(store: &Arc<Bucket>) -> App {
    let settings = [
        ("STORAGE_BACKEND", "memory"),
        ("WEBHOOK_SECRET", "a-secret-of-this-bench-only"),
        ("ADMIN_TOKEN", "an-admin-token-of-this-bench"),
        ("MAIL_TRANSPORT", "file"),
        ("EMAIL_USER", "informes@colegio.example"),
        ("GATEWAY", "on"),
    ];
    let config = Config::from_env(&mut Env::from_pairs(settings)).expect("settings");
    App::with_store(config, Arc::clone(store) as Arc<dyn Store>, Arc::new(SystemClock)).expect("an app")
}

/// A segment of one call.
fn segment(number: usize, at: Timestamp, institution: InstitutionId, chance: &Chance) -> (String, Bytes) {
    let has_failed = number.is_multiple_of(50);
    let row = Attempt {
        id: AttemptId::new(at, chance),
        message: MessageId::new(at, chance),
        endpoint: EndpointId::new(Timestamp::UNIX_EPOCH, &Chance::seeded(number as u64 % 100)),
        institution,
        event_type: "grade.submitted".to_owned(),
        channels: None,
        tags: None,
        url: "https://receiver.example/hook".to_owned(),
        generation: 1,
        number: 1,
        trigger: Trigger::Scheduled,
        status: if has_failed { AttemptStatus::Failure } else { AttemptStatus::Success },
        code: if has_failed { 503 } else { 200 },
        ms: 40,
        at,
        error: None,
        message_text: has_failed.then(|| "the receiver answered 503".to_owned()),
        peer: Some("203.0.113.7".to_owned()),
        response: if has_failed { format!("error page {number}") } else { "{\"ok\":true}".to_owned() },
        response_headers: vec![("content-type".to_owned(), "application/json".to_owned()), ("server".to_owned(), "nginx".to_owned())],
        then: if has_failed { DeliveryState::Waiting } else { DeliveryState::Delivered },
        next_attempt: None,
    };
    let mut line = serde_json::to_vec(&row).expect("a row");
    line.push(b'\n');
    let key = GatewayKey::Segment { at, instance: "0123456789ab", number: number as u64 }.path();
    (key, stored(&line))
}

/// A gzip file whose bytes stand in it as they are. A million compressors, each between two segments that stay, would leave holes of gigabytes in this process's memory.
fn stored(bytes: &[u8]) -> Bytes {
    let (length, mut sum) = (u16::try_from(bytes.len()).expect("a short row"), Crc::new());
    sum.update(bytes);
    let mut file = Vec::with_capacity(bytes.len() + 23);
    file.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1]);
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(&(!length).to_le_bytes());
    file.extend_from_slice(bytes);
    file.extend_from_slice(&sum.sum().to_le_bytes());
    file.extend_from_slice(&u32::from(length).to_le_bytes());
    file.into()
}

/// The most resident memory this process ever had, in MiB.
#[expect(clippy::disallowed_methods, reason = "a bench looks at its own process")]
fn resident(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let (many, milliseconds) = (numbers.next().unwrap_or(1_296_000), numbers.next().unwrap_or(30));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure(usize::try_from(many).expect("a number"), milliseconds));
}

async fn measure(many: usize, milliseconds: u64) {
    let (store, chance) = (Arc::new(Bucket::default()), Chance::seeded(1));
    let one = app(&store);
    let institution = one.gateway.create_institution(NewInstitution { name: "School".to_owned(), ..NewInstitution::default() });
    let institution = institution.await.expect("an institution").id;
    let began = SystemClock.now() - Duration::from_secs(2 * many as u64);
    for number in 0..many {
        let (key, bytes) = segment(number, began + Duration::from_secs(2 * number as u64), institution, &chance);
        store.inner.put(&key, bytes, PutMode::Create).await.expect("written");
    }
    println!("\n{many} segments of one call each");

    store.count();
    let started = Instant::now();
    one.gateway.upkeep().await.expect("upkeep");
    let (paid, reads, removed) = store.count();
    println!(
        "merged in {:.1} s without a way to the bucket: {:.1} writes and lists, {:.0} reads and {:.0} removals for 1,000 calls",
        started.elapsed().as_secs_f64(),
        paid as f64 * 1000.0 / many as f64,
        reads as f64 * 1000.0 / many as f64,
        removed as f64 * 1000.0 / many as f64
    );

    store.milliseconds.store(milliseconds, Ordering::Relaxed);
    let (cold, before) = (app(&store), resident("VmRSS:"));
    let ask = async || {
        let asked = Instant::now();
        let filter = AttemptFilter { institution: Some(institution.to_string()), ..AttemptFilter::default() };
        let rows = cold.log.attempts(filter, Slice { limit: 50, ..Slice::default() }).await.expect("a page");
        (asked.elapsed(), rows.len())
    };
    let started = Instant::now();
    let (first, mut slowest) = (ask().await.0, Duration::ZERO);
    while !cold.log.is_complete() {
        slowest = slowest.max(ask().await.0);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let took = started.elapsed();
    let all = cold.log.count_attempts(AttemptFilter::default(), many + 1).await.expect("a count");
    let (paid, reads, _) = store.count();
    println!(
        "a cold instance at {milliseconds} ms a call has all {all} after {:.1} s ({paid} lists, {reads} reads); the first page after {} ms, the slowest meanwhile {} ms; {} MiB at most beside {before} MiB before (the store is in the same process)",
        took.as_secs_f64(),
        first.as_millis(),
        slowest.as_millis(),
        resident("VmHWM:")
    );
}
