//! Leases: one attempt at a time, and a loser that cannot write.

use super::*;
use crate::jobs::worker::Outcome;
use crate::model::ids::JobId;
use crate::storage::local::LocalStore;

/// Takes the job over with another instance in the middle of its run, then goes on as if nothing had happened.
struct Overtaken {
    world_clock: ManualClock,
    other: Arc<Jobs>,
    stalls_for: Duration,
    after: Mutex<Vec<Result<(), String>>>,
    others_outcome: Mutex<Option<Outcome>>,
}

#[async_trait]
impl Handler for Overtaken {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        self.world_clock.advance(self.stalls_for);
        let others = self.other.run_one(&Scripted::default(), job.id()).await;
        *self.others_outcome.lock().unwrap() = Some(others);
        let step = job.write_step("late", json!(1)).await.map(drop).map_err(|error| error.cause);
        let check = job.check_lease().await.map_err(|error| error.cause);
        let fact = job.write_fact("mailed", json!("250 ok")).await.map(drop).map_err(|error| error.cause);
        *self.after.lock().unwrap() = vec![step, check, fact];
        Ok(json!("I believe I did it"))
    }
}

async fn overtake_after(seconds: u64) -> (World, JobId, Overtaken, Outcome) {
    let world = World::new();
    let jobs = world.instance();
    let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
    let handler = Overtaken {
        world_clock: world.clock.clone(),
        other: world.instance(),
        stalls_for: Duration::from_secs(seconds),
        after: Mutex::default(),
        others_outcome: Mutex::default(),
    };
    let outcome = jobs.run_one(&handler, &job).await;
    (world, job, handler, outcome)
}

#[tokio::test]
async fn a_lost_lease_cannot_write_a_step_or_an_end() {
    let (world, job, handler, outcome) = overtake_after(60).await;
    assert!(matches!(outcome, Outcome::LeaseLost), "{outcome:?}");
    let lost = || Err("lease_lost".to_owned());
    assert_eq!(*handler.after.lock().unwrap(), [lost(), lost(), Ok(())], "a step is refused, a fact is kept");
    let records = world.keys(&format!("jobs/{job}/"));
    assert!(!records.iter().any(|key| key.ends_with("late.json")), "{records:?}");
    let end = world.instance().show(&job).await.unwrap().unwrap();
    assert_eq!(end.summary, json!({ "sent": true }), "the end is that of the attempt that held the lease");
}

#[tokio::test]
async fn a_living_lease_is_left_alone() {
    let (_, _, handler, outcome) = overtake_after(25).await;
    assert!(matches!(*handler.others_outcome.lock().unwrap(), Some(Outcome::NotNow { running: true, .. })));
    assert_eq!(*handler.after.lock().unwrap(), [Ok(()), Ok(()), Ok(())]);
    assert!(matches!(outcome, Outcome::Ended(_)));
}

#[tokio::test]
async fn an_owner_that_slept_past_its_deadline_keeps_a_job_nobody_took() {
    struct Sleeps(ManualClock);
    #[async_trait]
    impl Handler for Sleeps {
        async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
            self.0.advance(Duration::from_hours(2));
            job.write_step("late", json!(1)).await?;
            Ok(json!("still mine"))
        }
    }
    let world = World::new();
    let jobs = world.instance();
    let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
    assert!(matches!(jobs.run_one(&Sleeps(world.clock.clone()), &job).await, Outcome::Ended(_)));
}

#[tokio::test]
async fn a_dead_workers_job_is_taken_over_by_a_sweep() {
    struct Dies;
    #[async_trait]
    impl Handler for Dies {
        async fn run(&self, _: &dyn JobContext) -> Result<Value, JobError> {
            std::future::pending().await
        }
    }
    let world = World::new();
    let (dying, living) = (world.instance(), world.instance());
    let job = dying.accept(world.event("a")).await.unwrap().job().clone();
    // A dropped future leaves what a killed process leaves: a lease and nothing else.
    assert!(futures::FutureExt::now_or_never(dying.run_one(&Dies, &job)).is_none());
    world.pass(20);
    let early = living.sweep().await;
    assert_eq!((early.woken, early.next_due), (0, Some("2026-03-01T10:00:32Z".parse().unwrap())));
    world.pass(20);
    assert_eq!(living.sweep().await.woken, 1);
    let handler = Scripted::default();
    assert!(matches!(living.run_one(&handler, &job).await, Outcome::Ended(_)));
    assert_eq!(handler.runs(), 1);
}

#[tokio::test]
async fn an_end_whose_worker_died_before_telling_anyone_is_told_by_a_sweep() {
    let world = World::new();
    let jobs = world.instance();
    let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
    let pointer = world.keys("due/").remove(0);
    let parks = || Scripted::failing([JobError::park("bank_missing", "put the bank there")]);
    jobs.run_one(&parks(), &job).await;
    world.store.put(&pointer, bytes::Bytes::new(), crate::storage::PutMode::Create).await.unwrap();
    world.pass(60);
    let heir = world.instance();
    assert_eq!(heir.sweep().await.woken, 1);
    let handler = parks();
    assert!(matches!(heir.run_one(&handler, &job).await, Outcome::EndedBefore(_)));
    assert_eq!((handler.runs(), handler.given_up.lock().unwrap().len()), (0, 1));
    assert_eq!(world.keys("due/"), Vec::<String>::new());
}

#[tokio::test]
async fn a_job_that_kills_its_workers_is_parked_in_the_end() {
    struct Kills;
    #[async_trait]
    impl Handler for Kills {
        async fn run(&self, _: &dyn JobContext) -> Result<Value, JobError> {
            std::future::pending().await
        }
    }
    let world = World::new();
    let job = world.instance().accept(world.event("a")).await.unwrap().job().clone();
    for _ in 0..100 {
        let instance = world.instance();
        if let Some(Outcome::Ended(end)) = futures::FutureExt::now_or_never(instance.run_one(&Kills, &job)) {
            assert_eq!(end.cause.as_deref(), Some("worker_died"));
            return;
        }
        world.pass(40);
    }
    panic!("it kills for ever");
}

#[tokio::test]
async fn clocks_that_differ_a_little_do_not_cost_a_lease() {
    let world = World::new();
    let ahead = ManualClock::new(world.now() + Duration::from_millis(31_500));
    let (owner, other) =
        (world.instance(), Jobs::new(Arc::clone(&world.store) as Arc<dyn Store>, Arc::new(ahead), JobsConfig::for_testing()));
    struct Looks(Arc<Jobs>);
    #[async_trait]
    impl Handler for Looks {
        async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
            let outcome = self.0.run_one(&Scripted::default(), job.id()).await;
            assert!(matches!(outcome, Outcome::NotNow { running: true, .. }), "{outcome:?}");
            Ok(json!(null))
        }
    }
    let job = owner.accept(world.event("a")).await.unwrap().job().clone();
    assert!(matches!(owner.run_one(&Looks(other), &job).await, Outcome::Ended(_)));
}

/// Leaves an attempt half done, as a process that dies does.
struct Hangs(tokio::sync::Notify);

#[async_trait]
impl Handler for Hangs {
    async fn run(&self, _: &dyn JobContext) -> Result<Value, JobError> {
        self.0.notify_one();
        std::future::pending().await
    }
}

#[tokio::test]
async fn on_one_disk_a_dead_instance_is_not_waited_for_and_a_living_one_is() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let open = async || Arc::new(LocalStore::open(folder.path()).await.unwrap()) as Arc<dyn Store>;
    let dying = world.instance_on(open().await);
    let job = dying.accept(world.event("a")).await.unwrap().job().clone();
    let hangs = Hangs(tokio::sync::Notify::new());
    tokio::select! {
        outcome = dying.run_one(&hangs, &job) => panic!("it hangs: {outcome:?}"),
        () = hangs.0.notified() => {}
    }
    let heir = world.instance_on(open().await);
    let early = heir.run_one(&Scripted::default(), &job).await;
    assert!(matches!(early, Outcome::NotNow { running: true, .. }), "its instance lives: {early:?}");
    drop(dying);
    let taken = heir.run_one(&Scripted::default(), &job).await;
    assert!(matches!(taken, Outcome::Ended(_)), "{taken:?}");
}
