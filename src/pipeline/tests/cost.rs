//! What a report costs on a bucket: its requests are counted, and each takes 30 milliseconds of a time that passes only when nothing else can be done.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::harness::{TITLE, World, completion};
use crate::clock::Clock as _;
use crate::jobs::Jobs;
use crate::jobs::config::JobsConfig;
use crate::jobs::handler::{AcceptedEvent, JobKind};
use crate::jobs::outcome::Outcome;
use crate::pipeline::Pipeline;
use crate::storage::memory::MemoryStore;
use crate::storage::{PutMode, Store, StoreError, Version};

const ROUND_TRIP: Duration = Duration::from_millis(30);

/// A time that passes when everybody waits for it.
#[derive(Default)]
struct Time(Mutex<Clockwork>);

#[derive(Default)]
struct Clockwork {
    now: Duration,
    waiting: Vec<(Duration, Waker)>,
}

/// Until when, once it was asked.
struct Wait<'a>(&'a Time, Option<Duration>);

impl Future for Wait<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let time = self.0;
        let mut clockwork = time.0.lock().unwrap();
        let until = *self.1.get_or_insert(clockwork.now + ROUND_TRIP);
        if clockwork.now >= until {
            return Poll::Ready(());
        }
        clockwork.waiting.push((until, context.waker().clone()));
        Poll::Pending
    }
}

impl Time {
    fn now(&self) -> Duration {
        self.0.lock().unwrap().now
    }

    /// Goes on to the next moment for which somebody waits; `false` when nobody does.
    fn pass(&self) -> bool {
        let mut clockwork = self.0.lock().unwrap();
        let Some(next) = clockwork.waiting.iter().map(|(until, _)| *until).min() else { return false };
        clockwork.now = clockwork.now.max(next);
        let now = clockwork.now;
        let (over, waiting) = std::mem::take(&mut clockwork.waiting).into_iter().partition(|(until, _)| *until <= now);
        clockwork.waiting = waiting;
        drop(clockwork);
        let over: Vec<(Duration, Waker)> = over;
        for (_, waker) in over {
            waker.wake();
        }
        true
    }

    /// Runs something to its end, letting time pass whenever it waits.
    async fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        std::future::poll_fn(|context| {
            loop {
                match work.as_mut().poll(context) {
                    Poll::Pending if self.pass() => {}
                    done => return done,
                }
            }
        })
        .await
    }
}

/// A store far away.
#[derive(Default)]
struct Far {
    inner: MemoryStore,
    time: Time,
    writes: Mutex<Vec<String>>,
    reads: Mutex<Vec<String>>,
    lists: AtomicUsize,
    deletes: AtomicUsize,
}

impl Far {
    async fn round_trip(&self) {
        Wait(&self.time, None).await;
    }

    /// Writes, lists, reads and deletes so far.
    fn costs(&self) -> (usize, usize, usize, usize) {
        let count = |names: &Mutex<Vec<String>>| names.lock().unwrap().len();
        (count(&self.writes), self.lists.load(Ordering::Relaxed), count(&self.reads), self.deletes.load(Ordering::Relaxed))
    }

    fn forget(&self) {
        self.writes.lock().unwrap().clear();
        self.reads.lock().unwrap().clear();
        self.lists.store(0, Ordering::Relaxed);
        self.deletes.store(0, Ordering::Relaxed);
    }
}

#[async_trait]
impl Store for Far {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        self.writes.lock().unwrap().push(key.to_owned());
        self.round_trip().await;
        self.inner.put(key, bytes, mode).await
    }
    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        self.reads.lock().unwrap().push(key.to_owned());
        self.round_trip().await;
        self.inner.get(key).await
    }
    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        self.lists.fetch_add(1, Ordering::Relaxed);
        self.round_trip().await;
        self.inner.list(prefix, after, limit).await
    }
    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.deletes.fetch_add(1, Ordering::Relaxed);
        self.round_trip().await;
        self.inner.delete(key).await
    }
    fn is_remote(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        "a store far away".to_owned()
    }
}

struct Service {
    far: Arc<Far>,
    world: World,
    jobs: Arc<Jobs>,
    pipeline: Arc<Pipeline>,
}

impl Service {
    async fn new() -> Self {
        let (far, world) = (Arc::new(Far::default()), World::new().await);
        let (bank, text) = (format!("questions/{TITLE}.csv"), world.text(&format!("questions/{TITLE}.csv")).await);
        far.inner.put(&bank, Bytes::from(text), PutMode::Create).await.unwrap();
        let jobs = Jobs::new(far.clone(), Arc::new(world.clock.clone()), JobsConfig::for_testing());
        let pipeline = Arc::new(world.pipeline_on(far.clone()));
        Self { far, world, jobs, pipeline }
    }

    /// A student's report, from the event to the mail; how long it took.
    async fn report(&self, student: &str) -> Duration {
        let mut completion = completion();
        completion.student.id = Some(student.to_owned());
        self.world.platform.shows(&format!("submission of {student}"));
        let payload = serde_json::to_value(completion).unwrap();
        let event = AcceptedEvent::new(&JobKind::REPORT, "learnworlds", student.to_owned(), self.world.clock.now(), payload);
        let began = self.far.time.now();
        let work = async {
            let job = self.jobs.accept(event).await.unwrap().job().clone();
            self.jobs.run_one(&*self.pipeline, &job).await
        };
        let outcome = Box::pin(self.far.time.run(work)).await;
        assert!(matches!(&outcome, Outcome::Ended(end) if end.summary["status"] == "sent"), "{outcome:?}");
        self.far.time.now().saturating_sub(began)
    }
}

#[tokio::test]
async fn a_report_costs_nine_writes_two_lists_at_most_and_less_than_half_a_second() {
    let service = Service::new().await;
    // The first one looks at bank, profiles and template for all that come within 15 seconds.
    Box::pin(service.report("first")).await;
    service.far.forget();
    let took = Box::pin(service.report("second")).await;
    let (writes, lists, reads, deletes) = service.far.costs();
    let (written, read) = (service.far.writes.lock().unwrap().clone(), service.far.reads.lock().unwrap().clone());
    assert!(writes <= 9 && deletes <= 1, "{writes} writes: {written:#?}");
    assert!(lists <= 1 && reads <= 5, "{lists} lists, {reads} reads: {read:#?}");
    assert!(took <= Duration::from_millis(420), "{took:?}: {written:#?} {read:#?}");
}

#[tokio::test]
async fn files_are_looked_at_again_after_fifteen_seconds_and_for_a_job_that_is_tried_again() {
    let service = Service::new().await;
    Box::pin(service.report("first")).await;
    for (seconds, looks) in [(14, false), (16, true)] {
        service.far.forget();
        service.world.clock.advance(Duration::from_secs(seconds));
        Box::pin(service.report(&format!("after {seconds}"))).await;
        let read = service.far.reads.lock().unwrap().clone();
        assert_eq!(read.iter().any(|key| key.starts_with("questions/")), looks, "{seconds}: {read:?}");
    }
    service.far.forget();
    service.pipeline.services.assets.look_anew();
    Box::pin(service.report("at once")).await;
    assert!(service.far.reads.lock().unwrap().iter().any(|key| key == "assessments.toml"));
}
