//! Leases: one attempt at a time, and a loser that cannot write.

use super::*;
use crate::jobs::outcome::Outcome;
use crate::model::ids::JobId;
use crate::storage::PutMode;
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
        let early = self.other.run_one(&Scripted::default(), job.id()).await;
        assert!(matches!(early, Outcome::NotNow { running: true, .. }), "the other sees the lease: {early:?}");
        self.world_clock.advance(self.stalls_for);
        let others = self.other.run_one(&Scripted::default(), job.id()).await;
        *self.others_outcome.lock().unwrap() = Some(others);
        let step = job.write_step("late", json!(1)).await.map(drop).map_err(|error| error.cause.to_string());
        let check = job.check_lease().await.map_err(|error| error.cause.to_string());
        let fact = job.write_fact("mailed", json!("250 ok")).await.map(drop).map_err(|error| error.cause.to_string());
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
    let end = world.instance().operator().show(&job).await.unwrap().unwrap();
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

/// Never comes to an end: dropped, it leaves what a killed process leaves.
struct Dies;

#[async_trait]
impl Handler for Dies {
    async fn run(&self, _: &dyn JobContext) -> Result<Value, JobError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_dead_workers_job_is_taken_over_by_a_sweep() {
    let world = World::new();
    let (dying, living) = (world.instance(), world.instance());
    let job = dying.accept(world.event("a")).await.unwrap().job().clone();
    assert!(futures::FutureExt::now_or_never(dying.run_one(&Dies, &job)).is_none());
    world.pass(20);
    let early = living.sweep().await;
    assert_eq!((early.woken, early.next_due), (0, Some("2026-03-01T10:00:52Z".parse().unwrap())));
    world.pass(32);
    assert_eq!(living.sweep().await.woken, 1);
    let handler = Scripted::default();
    assert!(matches!(living.run_one(&handler, &job).await, Outcome::Ended(_)));
    assert_eq!(handler.runs(), 1);
}

#[tokio::test]
async fn a_lease_whose_content_a_power_cut_took_still_counts_its_attempt() {
    // Only its name is synced: of its content any part may be left.
    for left in [0, 1, 40] {
        let world = World::new();
        let jobs = world.instance();
        let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
        assert!(futures::FutureExt::now_or_never(jobs.run_one(&Dies, &job)).is_none());
        let key = format!("jobs/{job}/lease-1.json");
        let (bytes, _) = world.store.get(&key).await.unwrap().unwrap();
        world.store.put(&key, bytes.slice(..left), PutMode::Overwrite).await.unwrap();
        let restarted = world.instance();
        world.pass(20);
        assert_eq!(restarted.sweep().await.woken, 0, "{left} bytes left: seen, and left alone for a term");
        world.pass(32);
        assert_eq!(restarted.sweep().await.woken, 1, "{left} bytes left");
        assert!(matches!(restarted.run_one(&Scripted::default(), &job).await, Outcome::Ended(_)));
        assert_eq!(restarted.operator().show(&job).await.unwrap().unwrap().attempts, 2, "{left} bytes left");
    }
}

#[tokio::test]
async fn an_end_whose_worker_died_before_telling_anyone_is_told_by_a_sweep() {
    let world = World::new();
    let jobs = world.instance();
    let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
    let pointer = world.keys("due/").remove(0);
    let parks = || Scripted::failing([JobError::park("bank_missing", "put the bank there")]);
    jobs.run_one(&parks(), &job).await;
    world.store.put(&pointer, bytes::Bytes::new(), PutMode::Create).await.unwrap();
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
    let instance = world.instance();
    let job = instance.accept(world.event("a")).await.unwrap().job().clone();
    for _ in 0..100 {
        if let Some(Outcome::Ended(end)) = futures::FutureExt::now_or_never(instance.run_one(&Kills, &job)) {
            assert_eq!(end.cause.as_deref(), Some("worker_died"));
            return;
        }
        world.pass(40);
    }
    panic!("it kills for ever");
}

/// Lets another instance, whose clock stands elsewhere, look at the running job.
struct Watched(Arc<Jobs>);

#[async_trait]
impl Handler for Watched {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        for _ in 0..3 {
            let outcome = self.0.run_one(&Scripted::default(), job.id()).await;
            assert!(matches!(outcome, Outcome::NotNow { running: true, .. }), "{outcome:?}");
        }
        job.check_lease().await?;
        Ok(json!("mine"))
    }
}

#[tokio::test]
async fn a_clock_that_stands_elsewhere_costs_no_living_owner_its_lease() {
    for seconds in [-86_400, -3600, -31, 31, 3600, 86_400] {
        let world = World::new();
        let elsewhere = ManualClock::new(world.now().checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap());
        let store = Arc::clone(&world.store) as Arc<dyn Store>;
        let (owner, other) = (world.instance(), Jobs::new(store, Arc::new(elsewhere), JobsConfig::for_testing()));
        let job = owner.accept(world.event("a")).await.unwrap().job().clone();
        let outcome = owner.run_one(&Watched(other), &job).await;
        assert!(matches!(outcome, Outcome::Ended(_)), "{seconds} s: {outcome:?}");
    }
}

/// Sets the clock of all three instances while one works and the others watch.
struct SetsClock(ManualClock, i64, [Arc<Jobs>; 2]);

#[async_trait]
impl Handler for SetsClock {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        for other in &self.2 {
            other.run_one(&Scripted::default(), job.id()).await;
        }
        self.0.set(self.0.now().checked_add(jiff::SignedDuration::from_secs(self.1)).unwrap());
        for other in &self.2 {
            other.sweep().await;
            let outcome = other.run_one(&Scripted::default(), job.id()).await;
            assert!(matches!(outcome, Outcome::NotNow { running: true, .. }), "{outcome:?}");
        }
        job.check_lease().await?;
        job.write_step("mailing", json!(1)).await?;
        Ok(json!("mine"))
    }
}

#[tokio::test]
async fn a_clock_that_is_set_under_three_instances_doubles_no_work_and_delays_none() {
    for seconds in [-86_400, -3600, 3600, 86_400] {
        let world = World::new();
        let (owner, others) = (world.instance(), [world.instance(), world.instance()]);
        let job = owner.accept(world.event("a")).await.unwrap().job().clone();
        let retried = owner.accept(world.event("retried")).await.unwrap().job().clone();
        let busy = JobError::retry_after("busy", "later", Some(Duration::from_secs(90)));
        owner.run_one(&Scripted::failing([busy]), &retried).await;
        while reports(&owner).queue.len() > 0 {
            let waiting = reports(&owner).queue.pop().await;
            reports(&owner).queue.done(&waiting);
        }
        let outcome = owner.run_one(&SetsClock(world.clock.clone(), seconds, others), &job).await;
        assert!(matches!(outcome, Outcome::Ended(_)), "{seconds} s: {outcome:?}");
        world.pass(91);
        assert_eq!(owner.sweep().await.woken, 1, "{seconds} s: the retry waits no longer than it was meant to");
        let handler = Scripted::default();
        assert!(matches!(owner.run_one(&handler, &retried).await, Outcome::Ended(_)), "{seconds} s");
    }
}

/// Leaves an attempt half done, as a process that dies does.
#[derive(Default)]
pub(super) struct Hangs(tokio::sync::Notify);

impl Hangs {
    /// One attempt that never comes to its end.
    pub(super) async fn attempt(jobs: &Jobs, job: &JobId) {
        let hangs = Self::default();
        tokio::select! {
            outcome = jobs.run_one(&hangs, job) => panic!("it hangs: {outcome:?}"),
            () = hangs.0.notified() => {}
        }
    }
}

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
    Hangs::attempt(&dying, &job).await;
    let heir = world.instance_on(open().await);
    let early = heir.run_one(&Scripted::default(), &job).await;
    assert!(matches!(early, Outcome::NotNow { running: true, .. }), "its instance lives: {early:?}");
    drop(dying);
    let taken = heir.run_one(&Scripted::default(), &job).await;
    assert!(matches!(taken, Outcome::Ended(_)), "{taken:?}");
}

#[tokio::test]
async fn a_wrong_sign_of_life_costs_no_owner_its_job_once_it_is_at_what_cannot_be_undone() {
    struct Commits(tokio::sync::Notify);
    #[async_trait]
    impl Handler for Commits {
        async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
            job.check_lease().await?;
            self.0.notify_one();
            std::future::pending().await
        }
    }
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let open = async || Arc::new(LocalStore::open(folder.path()).await.unwrap()) as Arc<dyn Store>;
    let mails = world.instance_on(open().await);
    let job = mails.accept(world.event("a")).await.unwrap().job().clone();
    let commits = Commits(tokio::sync::Notify::new());
    tokio::select! {
        outcome = mails.run_one(&commits, &job) => panic!("it mails: {outcome:?}"),
        () = commits.0.notified() => {}
    }
    // Its sign of life goes, whatever became of the process.
    drop(mails);
    let heir = world.instance_on(open().await);
    for _ in 0..2 {
        let early = heir.run_one(&Scripted::default(), &job).await;
        assert!(matches!(early, Outcome::NotNow { running: true, .. }), "{early:?}");
        world.pass(20);
    }
    let taken = heir.run_one(&Scripted::default(), &job).await;
    assert!(matches!(taken, Outcome::Ended(_)), "nobody renewed for a term: {taken:?}");
}
