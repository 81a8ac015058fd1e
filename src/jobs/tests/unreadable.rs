//! One object that cannot be read, damaged or another user's, stops no loop over many jobs.

use bytes::Bytes;

use super::*;
use crate::jobs::accept::{Claim, job_id};
use crate::jobs::operator::JobFilter;
use crate::jobs::outcome::Outcome;
use crate::jobs::records::RecordName;
use crate::storage::PutMode;

/// How a record cannot be read.
#[derive(Debug, Clone, Copy)]
enum Hurt {
    Damaged,
    Refused,
}

impl Hurt {
    async fn hurt(self, world: &World, effect: &str, record: RecordName<'_>) {
        let key = record.key(&job_id(effect));
        match self {
            Self::Damaged => drop(world.store.put(&key, Bytes::from_static(b"{\"version\":"), PutMode::Overwrite).await.unwrap()),
            Self::Refused => world.store.refuse(&key),
        }
    }
}

#[tokio::test]
async fn a_sweep_wakes_every_other_job() {
    for hurt in [Hurt::Damaged, Hurt::Refused] {
        let world = World::new();
        let accepting = world.instance();
        for effect in ["a", "b", "c"] {
            accepting.accept(world.event(effect)).await.unwrap();
            world.pass(1);
        }
        hurt.hurt(&world, "a", RecordName::Event).await;
        world.pass(60);
        let report = world.instance().sweep().await;
        assert_eq!((report.looked, report.woken, report.problem), (3, 2, None), "{hurt:?}");
    }
}

#[tokio::test]
async fn lists_show_every_other_job_and_releasing_all_releases_them() {
    for hurt in [Hurt::Damaged, Hurt::Refused] {
        let world = World::new();
        let jobs = world.instance();
        for effect in ["a", "b", "c"] {
            let job = jobs.accept(world.event(effect)).await.unwrap().job().clone();
            jobs.run_one(&Scripted::failing([JobError::park("bank_missing", "m")]), &job).await;
            world.pass(1);
        }
        hurt.hurt(&world, "b", RecordName::End(1)).await;
        let listed = jobs.operator().list(&JobFilter::default()).await.unwrap();
        let states: Vec<&str> = listed.iter().map(|view| view.state).collect();
        assert_eq!(states, ["parked", "unreadable", "parked"], "{hurt:?}");
        assert_eq!(jobs.operator().release_all(&Cause::parse("bank_missing")).await.unwrap().released, 2, "{hurt:?}");
    }
}

#[tokio::test]
async fn an_event_is_not_promised_when_creating_says_it_exists_and_reading_finds_nothing() {
    /// A folder, or a link to nowhere, where the event's file should be.
    struct Neither(Arc<MemoryStore>);

    #[async_trait]
    impl Store for Neither {
        async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<crate::storage::Version, crate::storage::StoreError> {
            if key.ends_with("event.json") {
                return Err(crate::storage::StoreError::AlreadyExists { key: key.to_owned() });
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
            String::new()
        }
    }
    let world = World::new();
    let jobs = world.instance_on(Arc::new(Neither(world.store.clone())));
    let accepted: Result<Claim, _> = jobs.accept(world.event("a")).await;
    assert!(accepted.is_err(), "{accepted:?}");
}

#[tokio::test]
async fn a_damaged_lease_is_waited_for_like_any_other_and_then_taken_over() {
    let world = World::new();
    let dying = world.instance();
    let job = dying.accept(world.event("a")).await.unwrap().job().clone();
    lease::Hangs::attempt(&dying, &job).await;
    Hurt::Damaged.hurt(&world, "a", RecordName::Lease(1)).await;
    let heir = world.instance();
    let early = heir.run_one(&Scripted::default(), &job).await;
    assert!(matches!(early, Outcome::NotNow { running: true, .. }), "its owner may live: {early:?}");
    world.pass(60);
    assert!(matches!(heir.accept(world.event("a")).await.unwrap(), Claim::InFlight { .. }), "a repeat is no failure of the store");
    let taken = heir.run_one(&Scripted::default(), &job).await;
    assert!(matches!(taken, Outcome::Ended(_)), "{taken:?}");
}

#[tokio::test]
async fn a_damaged_outcome_means_another_try() {
    let world = World::new();
    let jobs = world.instance();
    let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
    jobs.run_one(&Scripted::failing([JobError::retry("mail_unavailable", "m")]), &job).await;
    Hurt::Damaged.hurt(&world, "a", RecordName::Outcome(1)).await;
    let tried = world.instance().run_one(&Scripted::default(), &job).await;
    assert!(matches!(tried, Outcome::Ended(_)), "{tried:?}");
}
