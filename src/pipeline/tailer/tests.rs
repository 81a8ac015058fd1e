//! The feed is followed whole and once, whatever is damaged, late or away.

use super::*;
use crate::clock::ManualClock;
use crate::model::card::ReportFacts;
use crate::storage::memory::MemoryStore;

/// Remembers what was applied, and fails when told to.
#[derive(Default)]
struct Recorder {
    name: &'static str,
    jobs: Mutex<Vec<JobId>>,
    fails: Mutex<bool>,
    begins_now: bool,
}

#[async_trait::async_trait]
impl Projection for Recorder {
    fn name(&self) -> &'static str {
        self.name
    }
    fn begins_now(&self) -> bool {
        self.begins_now
    }
    async fn apply(&self, cards: &[Card], _now: Timestamp) -> Result<(), StoreError> {
        if *self.fails.lock().unwrap() {
            return Err(StoreError::Conflict { key: "x".to_owned() });
        }
        self.jobs.lock().unwrap().extend(cards.iter().map(|card| card.job.clone()));
        Ok(())
    }
    async fn take_older(&self, _now: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
    async fn rebuild(&self, _now: Timestamp) -> anyhow::Result<String> {
        Ok(String::new())
    }
}

struct World {
    store: Arc<MemoryStore>,
    clock: ManualClock,
    projections: Vec<Arc<Recorder>>,
}

impl World {
    fn new() -> Self {
        let recorder = |name| Arc::new(Recorder { name, ..Recorder::default() });
        let clock = ManualClock::new("2026-11-28T10:00:00Z".parse().unwrap());
        Self { store: Arc::new(MemoryStore::new()), clock, projections: vec![recorder("one"), recorder("two")] }
    }

    /// A tailer as a fresh process has it.
    fn tailer(&self) -> Tailer {
        let projections = self.projections.iter().map(|one| one.clone() as Arc<dyn Projection>).collect();
        Tailer::new(self.store.clone(), Arc::new(self.clock.clone()), projections)
    }

    async fn end(&self, number: u8) {
        self.end_at(number, self.clock.now()).await;
    }

    async fn end_at(&self, number: u8, ended: Timestamp) {
        let card = Card::of_test(number, ended, ReportFacts::default());
        feed::enter(&*self.store, LaneName::Reports, &card, self.clock.now()).await.unwrap();
    }

    /// The numbers of the jobs that a projection saw, in order.
    fn seen(&self, projection: usize) -> Vec<u8> {
        let of = |job: &JobId| u8::from_str_radix(&job.as_str()[..2], 16).unwrap();
        self.projections[projection].jobs.lock().unwrap().iter().map(of).collect()
    }
}

#[tokio::test]
async fn each_end_is_applied_once_in_the_order_of_time() {
    let world = World::new();
    let tailer = world.tailer();
    for number in 1..=5 {
        world.end(number).await;
        world.clock.advance(Duration::from_secs(20));
        if number % 2 == 0 {
            tailer.run().await.unwrap();
        }
    }
    tailer.run().await.unwrap();
    assert_eq!((world.seen(0), world.seen(1)), (vec![1, 2, 3, 4, 5], vec![1, 2, 3, 4, 5]));
}

#[tokio::test]
async fn a_fresh_process_reads_back_a_window_and_not_the_whole_feed() {
    let world = World::new();
    for number in 1..=3 {
        world.end(number).await;
        world.clock.advance(Duration::from_hours(1));
    }
    world.tailer().run().await.unwrap();
    world.end(4).await;
    world.tailer().run().await.unwrap();
    // The third is within the window of the cursor and comes again; applying is idempotent.
    assert_eq!(world.seen(0), [1, 2, 3, 3, 4]);
}

#[tokio::test]
async fn an_end_that_is_told_long_after_it_happened_is_not_missed() {
    let world = World::new();
    let died = world.clock.now();
    world.clock.advance(Duration::from_hours(60));
    world.end(1).await;
    let tailer = world.tailer();
    tailer.run().await.unwrap();
    world.clock.advance(Duration::from_mins(3));
    world.end_at(2, died).await;
    tailer.run().await.unwrap();
    assert_eq!(world.seen(0), [1, 2]);
}

#[tokio::test]
async fn a_damaged_entry_is_left_out_and_stops_no_other() {
    let world = World::new();
    for number in 1..=3 {
        world.end(number).await;
        world.clock.advance(Duration::from_secs(1));
    }
    let damaged = world.store.keys().into_iter().find(|key| key.contains(&"02".repeat(16))).unwrap();
    world.store.put(&damaged, Bytes::from_static(b"{\0"), PutMode::Overwrite).await.unwrap();
    let tailer = world.tailer();
    tailer.run().await.unwrap();
    assert_eq!(world.seen(0), [1, 3]);
    assert_eq!(tailer.lag(), None);
}

#[tokio::test]
async fn an_entry_that_the_store_refuses_to_read_stops_no_other() {
    let world = World::new();
    for number in 1..=3 {
        world.end(number).await;
        world.clock.advance(Duration::from_secs(1));
    }
    let refused = world.store.keys().into_iter().find(|key| key.contains(&"02".repeat(16))).unwrap();
    world.store.refuse(&refused);
    world.tailer().run().await.unwrap();
    assert_eq!(world.seen(0), [1, 3]);
}

#[tokio::test]
async fn a_projection_that_fails_holds_no_other_up_and_catches_up() {
    let world = World::new();
    let tailer = world.tailer();
    *world.projections[0].fails.lock().unwrap() = true;
    for number in 1..=2 {
        world.end(number).await;
        tailer.tell();
        tailer.run().await.unwrap_err();
        world.clock.advance(Duration::from_mins(20));
    }
    assert_eq!((world.seen(0), world.seen(1)), (vec![], vec![1, 2]));
    assert_eq!(tailer.lag(), Some(Duration::from_mins(40)), "since the first end that is not in it");
    *world.projections[0].fails.lock().unwrap() = false;
    tailer.run().await.unwrap();
    assert_eq!((world.seen(0), world.seen(1)), (vec![1, 2], vec![1, 2]));
    assert_eq!(tailer.lag(), None);
}

#[tokio::test]
async fn a_cursor_that_is_damaged_or_gone_costs_a_walk_over_the_feed() {
    for cursor in [None, Some("{")] {
        let world = World::new();
        world.end(1).await;
        world.clock.advance(Duration::from_hours(1));
        world.end(2).await;
        world.tailer().run().await.unwrap();
        match cursor {
            None => world.store.delete(&ObjectKey::Cursor.path()).await.unwrap(),
            Some(text) => drop(world.store.put(&ObjectKey::Cursor.path(), Bytes::from(text), PutMode::Overwrite).await.unwrap()),
        }
        world.tailer().run().await.unwrap();
        assert_eq!(world.seen(1), [1, 2, 1, 2], "{cursor:?}");
    }
}

#[tokio::test]
async fn an_idle_run_writes_nothing_and_reads_no_card() {
    let world = World::new();
    world.end(1).await;
    let tailer = world.tailer();
    tailer.run().await.unwrap();
    let before = world.store.get(&ObjectKey::Cursor.path()).await.unwrap();
    for _ in 0..10 {
        world.clock.advance(Duration::from_mins(10));
        tailer.run().await.unwrap();
    }
    assert_eq!(world.store.get(&ObjectKey::Cursor.path()).await.unwrap(), before);
    assert_eq!(world.seen(0), [1]);
}

#[tokio::test]
async fn a_projection_that_begins_now_follows_what_ends_from_its_first_run_on() {
    let mut world = World::new();
    world.end(1).await;
    world.tailer().run().await.unwrap();
    world.clock.advance(Duration::from_hours(1));
    world.projections.push(Arc::new(Recorder { name: "new", begins_now: true, ..Recorder::default() }));
    world.projections.push(Arc::new(Recorder { name: "whole", ..Recorder::default() }));
    world.end(2).await;
    world.tailer().run().await.unwrap();
    assert_eq!((world.seen(2), world.seen(3)), (vec![2], vec![1, 2]));
}

#[tokio::test]
async fn what_is_new_in_the_feed_is_told_once_whoever_entered_it() {
    let world = World::new();
    let tailer = world.tailer();
    let told = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = told.clone();
    tailer.tell_news_to(Box::new(move || {
        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }));
    let mut counts = Vec::new();
    for number in 0..4 {
        if number % 2 == 0 {
            world.end(number).await;
        }
        tailer.run().await.unwrap();
        counts.push(told.load(std::sync::atomic::Ordering::Relaxed));
        world.clock.advance(Duration::from_mins(10));
    }
    assert_eq!(counts, [1, 1, 2, 2]);
}
