//! The copy in a bucket, for instances that start without a disk.

use super::*;

/// A bucket: each call is counted, and costs.
#[derive(Default)]
struct Bucket {
    inner: MemoryStore,
    calls: AtomicUsize,
    is_away: AtomicBool,
}

impl Bucket {
    fn calls(&self) -> usize {
        self.calls.swap(0, Ordering::Relaxed)
    }

    fn called(&self, key: &str) -> Result<(), StoreError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if self.is_away.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable { key: key.to_owned(), message: "away".to_owned(), retry_after: None });
        }
        Ok(())
    }
}

#[async_trait]
impl Store for Bucket {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        self.called(key)?;
        self.inner.put(key, bytes, mode).await
    }
    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        self.called(key)?;
        self.inner.get(key).await
    }
    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        self.called(prefix)?;
        self.inner.list(prefix, after, limit).await
    }
    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.called(key)?;
        self.inner.delete(key).await
    }
    fn is_remote(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        "a bucket".to_owned()
    }
}

/// Instances without a disk of their own on one bucket.
struct Cloud {
    bucket: Arc<Bucket>,
    clock: ManualClock,
}

impl Cloud {
    fn new() -> Self {
        Self { bucket: Arc::default(), clock: ManualClock::new(NOW.parse().unwrap()) }
    }

    fn instance(&self) -> Arc<Lookup> {
        let zone = TimeZone::get("America/Santiago").unwrap();
        Lookup::new(Parts {
            store: self.bucket.clone(),
            clock: Arc::new(self.clock.clone()),
            zone,
            place: FileLocation::Temporary,
            blocks: Arc::new(Nobody),
            jobs: None,
        })
    }

    /// Ends of made-up reports, in the feed as the service enters them.
    async fn ends(&self, numbers: std::ops::Range<u64>, of: u64) {
        for number in numbers {
            let mut card = made_up::card(number, of, NOW.parse().unwrap());
            (card.state, card.cause) = ("done".to_owned(), None);
            crate::jobs::feed::enter(&*self.bucket, crate::model::lane::LaneName::Reports, &card, card.ended).await.unwrap();
        }
    }

    async fn count(&self, instance: &Arc<Lookup>) -> u64 {
        instance.catch_up().await.unwrap();
        instance.count(ReportFilter::default(), 1 << 40).await.unwrap().count
    }

    async fn copies(&self) -> Vec<String> {
        self.bucket.inner.scan("index/", None).try_collect().await.unwrap()
    }
}

#[tokio::test]
async fn an_instance_that_starts_cold_reads_one_copy_and_what_came_after_it() {
    let cloud = Cloud::new();
    cloud.ends(0..1200, 1300).await;
    let first = cloud.instance();
    assert_eq!(cloud.count(&first).await, 1200);
    assert_eq!(cloud.copies().await.len(), 2, "the copy, and what tells of it");
    cloud.ends(1200..1210, 1300).await;
    cloud.bucket.calls();
    let second = cloud.instance();
    assert_eq!(cloud.count(&second).await, 1210);
    let calls = cloud.bucket.calls();
    assert!(calls < 40, "{calls} calls instead of one for each report");
    let fresh = cloud.instance();
    fresh.rebuild().await.unwrap();
    assert_eq!(contents(&second).await, contents(&fresh).await);
}

#[tokio::test]
async fn a_copy_that_is_damaged_cut_gone_or_of_another_schema_is_ignored() {
    let cloud = Cloud::new();
    cloud.ends(0..1100, 1100).await;
    assert_eq!(cloud.count(&cloud.instance()).await, 1100);
    let copies = cloud.copies().await;
    let body = copies.iter().find(|key| key.contains(".gz")).unwrap();
    let newest = copies.iter().find(|key| key.contains(".json")).unwrap();
    let (whole, _) = cloud.bucket.inner.get(body).await.unwrap().unwrap();
    let mut flipped = whole.to_vec();
    flipped[whole.len() / 2] ^= 1;
    for (key, bytes) in [
        (body, Bytes::from(flipped)),
        (body, whole.slice(..whole.len() / 2)),
        (body, Bytes::new()),
        (newest, Bytes::from_static(b"{")),
        (newest, Bytes::from_static(b"{\"v\":1,\"name\":\"nowhere.gz\",\"sha256\":\"\",\"bytes\":9,\"at\":\"2026-03-04T15:00:00Z\"}")),
    ] {
        let (before, _) = cloud.bucket.inner.get(key).await.unwrap().unwrap();
        cloud.bucket.inner.put(key, bytes, PutMode::Overwrite).await.unwrap();
        assert_eq!(cloud.count(&cloud.instance()).await, 1100, "{key}");
        cloud.bucket.inner.put(key, before, PutMode::Overwrite).await.unwrap();
    }
}

#[tokio::test]
async fn nobody_looks_and_a_bucket_is_not_asked_a_thing() {
    let cloud = Cloud::new();
    cloud.ends(0..30, 30).await;
    let instance = cloud.instance();
    assert_eq!(cloud.bucket.calls(), 30, "the ends themselves");
    cloud.clock.advance(Duration::from_hours(24));
    tokio::task::yield_now().await;
    assert_eq!(cloud.bucket.calls(), 0);
    cloud.count(&instance).await;
    cloud.bucket.calls();
    // Looking again at once asks nothing; later it asks a handful of lists, however many reports there are.
    instance.today().await.unwrap();
    assert_eq!(cloud.bucket.calls(), 0);
    cloud.clock.advance(Duration::from_secs(11));
    instance.today().await.unwrap();
    let look = cloud.bucket.calls();
    assert!((1..=5).contains(&look), "{look} calls");
    cloud.clock.advance(Duration::from_hours(240));
    tokio::task::yield_now().await;
    assert_eq!(cloud.bucket.calls(), 0, "and nothing goes on behind");
}

#[tokio::test]
async fn who_was_erased_is_in_no_copy_and_goes_from_every_instance() {
    let cloud = Cloud::new();
    cloud.ends(0..1100, 1100).await;
    let (first, second) = (cloud.instance(), cloud.instance());
    cloud.count(&first).await;
    cloud.count(&second).await;
    let who = made_up::student(3);
    let filter = ReportFilter { student: Some(first.hash_of(&who.key).await.unwrap()), ..ReportFilter::default() };
    let jobs = first.jobs(filter.clone(), 1000).await.unwrap();
    assert!(!jobs.is_empty());
    // As the erasure does it: the promise, the records, then the index of the instance that erases.
    let receipt =
        |done: Option<&str>| Bytes::from(serde_json::to_vec(&json!({ "version": 1, "id": "e1", "jobs": jobs, "done": done })).unwrap());
    let key = ObjectKey::Erasure { id: "e1" }.path();
    cloud.bucket.inner.put(&key, receipt(None), PutMode::Overwrite).await.unwrap();
    let feed: Vec<String> = cloud.bucket.inner.scan("feed/", None).try_collect().await.unwrap();
    for entry in feed.iter().filter(|entry| jobs.iter().any(|job| entry.contains(job.as_str()))) {
        cloud.bucket.inner.delete(entry).await.unwrap();
    }
    first.forget(std::slice::from_ref(&who.key)).await.unwrap();
    assert!(cloud.copies().await.is_empty(), "no copy stays that may hold the student");
    cloud.bucket.inner.put(&key, receipt(Some(NOW)), PutMode::Overwrite).await.unwrap();
    cloud.clock.advance(Duration::from_secs(11));
    second.catch_up().await.unwrap();
    assert_eq!(second.count(filter.clone(), 10).await.unwrap().count, 0, "the other instance lets go as well");
    // And one that begins with a copy made before, as after a backup was restored.
    let third = cloud.instance();
    assert_eq!(third.count(filter, 10).await.unwrap().count, 0);
}

#[tokio::test]
async fn while_the_bucket_is_away_what_was_known_is_told_with_its_time() {
    let cloud = Cloud::new();
    cloud.ends(0..40, 40).await;
    let instance = cloud.instance();
    cloud.count(&instance).await;
    cloud.bucket.is_away.store(true, Ordering::Relaxed);
    cloud.clock.advance(Duration::from_mins(1));
    assert_eq!(instance.count(ReportFilter::default(), 100).await.unwrap().count, 40);
    let fresh = instance.freshness();
    assert!(fresh.problem.is_some() && fresh.synced_at == Some(NOW.parse().unwrap()), "{fresh:?}");
    cloud.bucket.is_away.store(false, Ordering::Relaxed);
    cloud.clock.advance(Duration::from_mins(1));
    instance.count(ReportFilter::default(), 100).await.unwrap();
    assert_eq!(instance.freshness().problem, None);
}

/// Figures for the README: `cargo test --lib figures_of_ -- --ignored --nocapture`, with SQLite compiled with optimisation.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement: takes minutes"]
async fn figures_of_cold_starts_with_a_hundred_thousand_reports() {
    use std::time::Instant;
    let cloud = Cloud::new();
    let of = 100_000;
    let first = cloud.instance();
    let began = Instant::now();
    for from in (0..of).step_by(5000) {
        first.take_in((from..from + 5000).map(|n| made_up::card(n, of, NOW.parse().unwrap())).collect()).await.unwrap();
    }
    println!("filled from memory in {:.2} s, {} bytes", began.elapsed().as_secs_f64(), first.status().await.unwrap().bytes);
    let db = first.open().await.unwrap();
    db.write(|index| index.set_cursor("feed", NOW.parse().unwrap(), Timestamp::UNIX_EPOCH)).await.unwrap();
    let began = Instant::now();
    assert!(snapshot::keep(&*cloud.bucket, &db, NOW.parse().unwrap()).await.unwrap());
    println!("copy kept in {:.2} s", began.elapsed().as_secs_f64());
    for key in cloud.copies().await {
        println!("{key}: {} bytes", cloud.bucket.inner.get(&key).await.unwrap().unwrap().0.len());
    }
    for _ in 0..5 {
        let began = Instant::now();
        let cold = cloud.instance();
        let page = cold.reports(ReportFilter::default(), PageRequest::default()).await.unwrap();
        println!("cold start to the first page of {} rows: {:.2} s", page.rows.len(), began.elapsed().as_secs_f64());
        assert_eq!(page.rows.len(), 50);
    }
}
