//! Many callers at once.

use tokio::task::JoinSet;

use super::*;
use crate::jobs::accept::Claim;
use crate::jobs::outcome::Outcome;
use crate::storage::config::BucketConfig;
use crate::storage::gcs::GcsStore;
use crate::storage::local::LocalStore;

/// 200 claims of one event over three instances on one store, then 30 attempts at the job.
async fn race(world: &World, stores: [Arc<dyn Store>; 3]) {
    let instances = stores.map(|store| world.instance_on(store));
    let mut claims = JoinSet::new();
    for n in 0..200 {
        let (jobs, event) = (Arc::clone(&instances[n % 3]), world.event("the same"));
        claims.spawn(async move { jobs.accept(event).await.unwrap() });
    }
    let claims = claims.join_all().await;
    let started = claims.iter().filter(|claim| matches!(claim, Claim::Started { .. })).count();
    assert_eq!(started, 1, "one claim starts the job");
    assert!(claims.iter().all(|claim| claim.job() == claims[0].job()), "all are told the same job");
    let job = claims[0].job().clone();
    let handler = Arc::new(Scripted::default());
    let mut attempts = JoinSet::new();
    for n in 0..30 {
        let (jobs, handler, job) = (Arc::clone(&instances[n % 3]), Arc::clone(&handler), job.clone());
        attempts.spawn(async move { jobs.run_one(&*handler, &job).await });
    }
    let outcomes = attempts.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Ended(_))).count(), 1, "{outcomes:?}");
    assert_eq!(handler.runs(), 1, "the work is done once");
    assert_eq!(instances[0].status().await.oldest_due, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_claims_of_one_event_are_one_job_in_memory() {
    let world = World::new();
    let store = || Arc::clone(&world.store) as Arc<dyn Store>;
    race(&world, [store(), store(), store()]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_claims_of_one_event_are_one_job_in_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let open = async || Arc::new(LocalStore::open(dir.path()).await.unwrap()) as Arc<dyn Store>;
    race(&World::new(), [open().await, open().await, open().await]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_claims_of_one_event_are_one_job_in_a_bucket() {
    let Some(bucket) = BucketConfig::emulated().await else { return };
    let open = async || Arc::new(GcsStore::open(&bucket).await.unwrap()) as Arc<dyn Store>;
    race(&World::new(), [open().await, open().await, open().await]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_sweeping_instances_run_each_overdue_job_once() {
    let world = World::new();
    let accepting = world.instance();
    for n in 0..50 {
        accepting.accept(world.event(&format!("job {n}"))).await.unwrap();
    }
    world.pass(60);
    let handler = Arc::new(Scripted::default());
    let pools: Vec<_> = (0..3).map(|_| world.instance().start(all(Arc::clone(&handler) as Arc<dyn Handler>))).collect();
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    while accepting.status().await.oldest_due.is_some() && tokio::time::Instant::now() < deadline {
        tokio::task::yield_now().await;
    }
    for pool in pools {
        assert!(pool.shutdown(Duration::from_secs(10)).await);
    }
    assert_eq!(handler.runs(), 50);
    assert_eq!(world.keys("due/"), Vec::<String>::new());
}
