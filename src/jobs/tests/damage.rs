//! One object that is damaged, gone or cannot be read never stops the others.

use bytes::Bytes;

use super::stores::{Counting, Failing, Patchy, Stumbling};
use super::*;
use crate::jobs::accept::{Claim, job_id};
use crate::jobs::operator::{JobFilter, StateFilter};
use crate::jobs::outcome::Outcome;
use crate::jobs::records::EndState;
use crate::storage::PutMode;

/// What is wrong with a record.
#[derive(Debug, Clone, Copy)]
enum Damage {
    Cut,
    Empty,
    Null,
    Refused,
    Unavailable,
}

const DAMAGES: [Damage; 5] = [Damage::Cut, Damage::Empty, Damage::Null, Damage::Refused, Damage::Unavailable];

impl Damage {
    /// Damages a record, and gives the store to see it through.
    async fn hurt(self, world: &World, key: &str) -> Arc<dyn Store> {
        let bytes: &'static [u8] = match self {
            Self::Cut => b"{\"version\":",
            Self::Empty => b"",
            Self::Null => b"null",
            Self::Refused | Self::Unavailable => {
                let patchy = Patchy::over(Arc::clone(&world.store) as Arc<dyn Store>, matches!(self, Self::Refused));
                patchy.fail_get(key);
                return patchy;
            }
        };
        world.store.put(key, Bytes::from_static(bytes), PutMode::Overwrite).await.unwrap();
        Arc::clone(&world.store) as Arc<dyn Store>
    }
}

/// Jobs around one that is hurt: the hurt one is due first and last in every list.
async fn scene(damage: Damage, record: &str) -> (World, Arc<Jobs>, [JobId; 3]) {
    let world = World::new();
    let jobs = world.instance();
    let mut ids = Vec::new();
    for name in ["hurt", "second", "third"] {
        let job = jobs.accept(world.event(name)).await.unwrap().job().clone();
        jobs.run_one(&Scripted::failing([JobError::retry_after("busy", "later", Some(Duration::from_secs(30)))]), &job).await;
        ids.push(job);
        world.pass(1);
    }
    let store = damage.hurt(&world, &format!("jobs/{}/{record}.json", ids[0])).await;
    let jobs = world.instance_on(store);
    (world, jobs, ids.try_into().unwrap())
}

const RECORDS: [&str; 2] = ["event", "outcome-1"];

/// A damaged outcome still says that the attempt ended, so its job is tried again; one that the store does not give says nothing.
fn is_tried_again(damage: Damage, record: &str) -> bool {
    record == "outcome-1" && matches!(damage, Damage::Cut | Damage::Empty | Damage::Null)
}

#[tokio::test]
async fn a_sweep_wakes_every_other_job() {
    for (damage, record) in DAMAGES.into_iter().flat_map(|damage| RECORDS.map(|record| (damage, record))) {
        let (world, jobs, [_, second, third]) = scene(damage, record).await;
        world.pass(60);
        let report = reports(&jobs).sweep().await;
        let unreadable = usize::from(!is_tried_again(damage, record));
        assert_eq!((report.woken, report.unreadable, report.problem), (3 - unreadable, unreadable, None), "{damage:?} {record}");
        for job in [second, third] {
            assert!(matches!(jobs.run_one(&Scripted::default(), &job).await, Outcome::Ended(_)), "{damage:?} {record}");
        }
        assert_eq!(world.keys("due/").len(), 1, "the pointer of the hurt one stays: {damage:?} {record}");
    }
}

#[tokio::test]
async fn a_list_shows_every_job_and_says_which_cannot_be_read() {
    for (damage, record) in DAMAGES.into_iter().flat_map(|damage| RECORDS.map(|record| (damage, record))) {
        let (_world, jobs, [hurt, ..]) = scene(damage, record).await;
        let listed = jobs.operator().list(&JobFilter { state: Some(StateFilter::Open), lane: None, limit: 10 }).await.unwrap();
        let unreadable: Vec<_> = listed.iter().filter(|view| view.state == "unreadable").map(|view| view.id.clone()).collect();
        let expected = if is_tried_again(damage, record) { Vec::new() } else { vec![hurt] };
        assert_eq!((listed.len(), unreadable), (3, expected), "{damage:?} {record}");
    }
}

#[tokio::test]
async fn a_release_of_all_and_a_repair_pass_over_what_cannot_be_read() {
    for damage in DAMAGES {
        let world = World::new();
        let jobs = world.instance();
        let mut ids = Vec::new();
        for name in ["hurt", "second", "third"] {
            let job = jobs.accept(world.event(name)).await.unwrap().job().clone();
            jobs.run_one(&Scripted::failing([JobError::park(Cause::BankMissing, "m")]), &job).await;
            ids.push(job);
        }
        let store = damage.hurt(&world, &format!("jobs/{}/event.json", ids[0])).await;
        let operator = world.instance_on(store).operator();
        assert_eq!(operator.release_all(&Cause::BankMissing).await.unwrap().released, 2, "{damage:?}");
        for key in world.keys("due/") {
            world.store.delete(&key).await.unwrap();
        }
        let repaired = operator.repair().await.unwrap();
        assert_eq!((repaired.jobs, repaired.pointed), (3, 2), "{damage:?}: {repaired:?}");
    }
}

#[tokio::test]
async fn the_age_of_the_oldest_job_is_that_of_one_that_can_be_read() {
    for damage in DAMAGES {
        let (world, jobs, _) = scene(damage, "event").await;
        world.pass(60);
        assert!(jobs.status().await.oldest_due.is_some(), "{damage:?}");
    }
}

#[tokio::test]
async fn a_store_that_is_down_ends_a_sweep_and_a_list_in_words() {
    let world = World::new();
    world.instance().accept(world.event("a")).await.unwrap();
    world.pass(60);
    let down = Failing::after(-1, false, Arc::clone(&world.store) as Arc<dyn Store>);
    let jobs = world.instance_on(down);
    assert!(reports(&jobs).sweep().await.problem.is_some());
    assert!(jobs.operator().list(&JobFilter::default()).await.is_err());
}

#[tokio::test]
async fn the_admin_is_told_of_a_damaged_job_at_once_and_of_one_that_cannot_be_read_when_it_lasts() {
    for (damage, at_once) in [(Damage::Cut, true), (Damage::Refused, true), (Damage::Unavailable, false)] {
        let (world, jobs, _) = scene(damage, "event").await;
        let handler = Arc::new(Scripted::default());
        reports(&jobs).serve_for_testing(all(Arc::clone(&handler) as Arc<dyn Handler>));
        let told = || handler.given_up.lock().unwrap().clone();
        world.pass(60);
        reports(&jobs).sweep().await;
        assert_eq!(!told().is_empty(), at_once, "{damage:?}");
        for _ in 0..3 {
            world.pass(600);
            reports(&jobs).sweep().await;
        }
        assert_eq!(told(), ["record_unreadable"], "once: {damage:?}");
    }
}

#[tokio::test]
async fn a_damaged_or_removed_acceptance_is_written_anew_when_the_same_event_comes_again() {
    for damage in [Some(Damage::Cut), Some(Damage::Empty), None] {
        let world = World::new();
        let jobs = world.instance();
        let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
        jobs.run_one(&Scripted::failing([JobError::retry("busy", "later")]), &job).await;
        let key = format!("jobs/{job}/event.json");
        match damage {
            Some(damage) => drop(damage.hurt(&world, &key).await),
            None => world.store.delete(&key).await.unwrap(),
        }
        assert!(jobs.operator().show(&job).await.is_err(), "a job without its event is not taken for none: {damage:?}");
        assert_eq!(world.instance().accept(world.event("a")).await.unwrap().job(), &job, "{damage:?}");
        world.pass(60);
        assert!(matches!(jobs.run_one(&Scripted::default(), &job).await, Outcome::Ended(end) if end.state == EndState::Done));
    }
}

/// Mails unless there is a receipt, and counts the mails.
struct Mails(AtomicUsize);

#[async_trait]
impl Handler for Mails {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        if job.read_step("mailed").await?.is_none() {
            job.check_lease().await?;
            self.0.fetch_add(1, Ordering::Relaxed);
            job.write_fact("mailed", json!("250 ok")).await?;
        }
        Ok(json!("sent"))
    }
}

#[tokio::test]
async fn a_receipt_that_outlasts_its_attempt_is_told_to_the_next_one_and_recorded_by_it() {
    let world = World::new();
    let store = Stumbling::at("/mailed.json", 3, Arc::clone(&world.store) as Arc<dyn Store>);
    let jobs = world.instance_on(store);
    let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
    let mails = Mails(AtomicUsize::new(0));
    let mut outcomes = Vec::new();
    for _ in 0..6 {
        let outcome = jobs.run_one(&mails, &job).await;
        let is_over = matches!(outcome, Outcome::Ended(_));
        outcomes.push(outcome);
        if is_over {
            break;
        }
        world.pass(86_400);
    }
    assert!(matches!(&outcomes[..], [.., Outcome::Ended(end)] if end.state == EndState::Done), "{outcomes:?}");
    assert_eq!(outcomes.len(), 4, "three attempts met the full disk: {outcomes:?}");
    assert_eq!((mails.0.into_inner(), world.keys(&format!("jobs/{job}/mailed"))), (1, vec![format!("jobs/{job}/mailed.json")]));
}

#[tokio::test]
async fn a_receipt_is_kept_until_the_store_takes_it_and_nobody_else_mails_meanwhile() {
    let world = World::new();
    let store = Stumbling::at("/mailed.json", 500, Arc::clone(&world.store) as Arc<dyn Store>);
    let config = JobsConfig { fact_patience: Duration::from_hours(1), ..JobsConfig::for_testing() };
    let jobs = Jobs::new(store, Arc::new(world.clock.clone()), config);
    let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
    let mails = Mails(AtomicUsize::new(0));
    let outcome = jobs.run_one(&mails, &job).await;
    assert!(matches!(outcome, Outcome::Ended(_)), "{outcome:?}");
    assert_eq!((mails.0.into_inner(), world.keys(&format!("jobs/{job}/mailed"))), (1, vec![format!("jobs/{job}/mailed.json")]));
}

#[tokio::test]
async fn an_event_that_slept_before_it_was_written_gets_its_pointer_again() {
    /// Lets eleven minutes pass before an event is written, and removes all pointers meanwhile.
    struct Sleeps(Arc<MemoryStore>, ManualClock);
    #[async_trait]
    impl Store for Sleeps {
        async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<crate::storage::Version, crate::storage::StoreError> {
            if key.ends_with("event.json") {
                self.1.advance(Duration::from_mins(11));
                for pointer in self.0.keys().iter().filter(|key| key.starts_with("due/")) {
                    self.0.delete(pointer).await?;
                }
            }
            self.0.put(key, bytes, mode).await
        }

        async fn get(&self, key: &str) -> Result<Option<(Bytes, crate::storage::Version)>, crate::storage::StoreError> {
            self.0.get(key).await
        }

        async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, crate::storage::StoreError> {
            self.0.list(prefix, after, limit).await
        }

        async fn delete(&self, key: &str) -> Result<(), crate::storage::StoreError> {
            self.0.delete(key).await
        }

        fn describe(&self) -> String {
            "a slow store".to_owned()
        }
    }
    let world = World::new();
    let slow = world.instance_on(Arc::new(Sleeps(Arc::clone(&world.store), world.clock.clone())));
    slow.accept(world.event("a")).await.unwrap();
    assert_eq!(world.keys("due/").len(), 1);
    assert_eq!(world.instance().sweep().await.woken, 1);
}

#[tokio::test]
async fn a_hundred_retakes_of_one_bare_event_are_a_hundred_jobs_and_each_costs_the_same() {
    let world = World::new();
    let counting = Counting::over(Arc::clone(&world.store) as Arc<dyn Store>);
    let jobs = world.instance_on(Arc::clone(&counting) as Arc<dyn Store>);
    let (mut started, mut costs) = (std::collections::HashSet::new(), Vec::new());
    for n in 0..100 {
        let before = counting.cost().0;
        let claim = jobs.accept_newest(world.event("bare")).await.unwrap();
        costs.push(counting.cost().0 - before);
        assert!(matches!(claim, Claim::Started { .. }), "retake {n}: {claim:?}");
        assert!(matches!(jobs.accept_newest(world.event("bare")).await.unwrap(), Claim::InFlight { begun: false, .. }), "a repeat of {n}");
        assert!(matches!(jobs.run_one(&Scripted::default(), claim.job()).await, Outcome::Ended(_)));
        started.insert(claim.job().clone());
    }
    assert_eq!(started.len(), 100);
    assert!(started.contains(&job_id("bare")));
    assert_eq!(costs[10], costs[99], "{costs:?}");
}

#[tokio::test]
async fn one_of_all_instances_looks_through_all_jobs_once_a_week() {
    let world = World::new();
    let instances = [world.instance(), world.instance(), world.instance()];
    let mut taken = Vec::new();
    for day in 0..20 {
        for instance in &instances {
            if instance.core.takes_repair().await {
                taken.push(day);
            }
        }
        world.pass(24 * 3600);
    }
    assert_eq!(taken, [0, 7, 14]);
}

#[tokio::test]
async fn a_repair_points_to_open_jobs_of_every_lane_and_round_and_to_no_ended_one() {
    let world = World::new();
    let jobs = world.instance();
    let mut ids = Vec::new();
    for (name, error) in [
        ("open", Some(JobError::retry("busy", "later"))),
        ("done", None),
        ("parked", Some(JobError::park("c", "m"))),
        ("released", Some(JobError::park("c", "m"))),
    ] {
        let job = jobs.accept(world.event(name)).await.unwrap().job().clone();
        jobs.run_one(&Scripted::failing(error), &job).await;
        ids.push(job);
    }
    jobs.operator().release(&ids[3]).await.unwrap();
    let delivery = JobKind { name: "delivery", lane: LaneName::Deliveries, ..JobKind::REPORT };
    jobs.accept(AcceptedEvent::new(&delivery, "test", "delivery".to_owned(), world.now(), json!({}))).await.unwrap();
    let pointers = || [world.keys("due/"), world.keys("lanes/deliveries/due/")].concat();
    let before = pointers();
    assert_eq!(before.len(), 3);
    for key in &before {
        world.store.delete(key).await.unwrap();
    }
    assert_eq!(world.instance().operator().repair().await.unwrap().pointed, 3);
    assert_eq!(pointers(), before);
    assert_eq!(world.instance().operator().repair().await.unwrap().pointed, 0);
}
