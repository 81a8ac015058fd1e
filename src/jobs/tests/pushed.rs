//! Jobs that a task queue asks for: run by the same crew, whatever becomes of the call.

use tokio::sync::Semaphore;

use super::*;
use crate::jobs::lane::Busy;
use crate::jobs::outcome::Outcome;
use crate::jobs::waker::{NotWoken, Waker};
use crate::storage::PutMode;

/// Wakes nobody: jobs are pushed by the tests.
struct Nobody;

#[async_trait]
impl Waker for Nobody {
    async fn wake(&self, _: LaneName, _: &JobId) -> Result<(), NotWoken> {
        Ok(())
    }
}

/// Works until it is let go, and says when it has begun.
struct GatedHandler {
    begun: Semaphore,
    go: Semaphore,
}

impl GatedHandler {
    fn new() -> Arc<Self> {
        Arc::new(Self { begun: Semaphore::new(0), go: Semaphore::new(0) })
    }
}

#[async_trait]
impl Handler for GatedHandler {
    async fn run(&self, _: &dyn JobContext) -> Result<Value, JobError> {
        self.begun.add_permits(1);
        self.go.acquire().await.unwrap().forget();
        Ok(json!("worked"))
    }
}

fn instance(world: &World) -> Arc<Jobs> {
    let config = JobsConfig { workers: 1, ..JobsConfig::for_testing() };
    Jobs::with_waker(Arc::clone(&world.store) as Arc<dyn Store>, Arc::new(world.clock.clone()), config, Arc::new(Nobody))
}

async fn accepted(world: &World, jobs: &Jobs, name: &str) -> JobId {
    jobs.accept(world.event(name)).await.unwrap().job().clone()
}

#[tokio::test]
async fn a_pushed_job_is_run_by_a_worker_and_its_outcome_told() {
    let world = World::new();
    let jobs = instance(&world);
    let job = accepted(&world, &jobs, "a").await;
    assert_eq!(reports(&jobs).run_here(&job).await.unwrap_err(), Busy, "nobody is at work yet");
    let pool = Arc::clone(&jobs).start(all(Arc::new(Scripted::default())));
    assert!(matches!(reports(&jobs).run_here(&job).await, Ok(Outcome::Ended(_))));
    assert!(matches!(reports(&jobs).run_here(&job).await, Ok(Outcome::EndedBefore(_))), "a repeated push is harmless");
    assert_eq!(jobs.ends(), crate::jobs::lane::EndCounts { done: 1, parked: 0, dead: 0 });
    assert!(pool.shutdown(Duration::from_mins(1)).await);
    assert_eq!(reports(&jobs).run_here(&job).await.unwrap_err(), Busy, "a stopped instance takes no job");
}

#[tokio::test]
async fn a_job_goes_on_when_the_one_who_pushed_it_goes_away_and_others_hear_that_all_are_busy() {
    let world = World::new();
    let jobs = instance(&world);
    let (job, other) = (accepted(&world, &jobs, "a").await, accepted(&world, &jobs, "b").await);
    let handler = GatedHandler::new();
    let pool = Arc::clone(&jobs).start(all(Arc::clone(&handler) as Arc<dyn Handler>));
    let call = tokio::spawn({
        let (jobs, job) = (Arc::clone(&jobs), job.clone());
        async move { reports(&jobs).run_here(&job).await }
    });
    handler.begun.acquire().await.unwrap().forget();
    assert_eq!(reports(&jobs).run_here(&other).await.unwrap_err(), Busy, "the only worker is at work");
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    handler.go.add_permits(1);
    let end = reports(&jobs).wait(&job, Duration::from_mins(1)).await.unwrap();
    assert_eq!(end.summary, json!("worked"), "it was not dropped with the call");
    assert!(pool.shutdown(Duration::from_mins(1)).await);
}

#[tokio::test]
async fn a_shutdown_hands_a_pushed_job_back_and_asks_for_another_call() {
    let world = World::new();
    let jobs = instance(&world);
    let job = accepted(&world, &jobs, "a").await;
    let handler = GatedHandler::new();
    let pool = Arc::clone(&jobs).start(all(Arc::clone(&handler) as Arc<dyn Handler>));
    let call = tokio::spawn({
        let (jobs, job) = (Arc::clone(&jobs), job.clone());
        async move { reports(&jobs).run_here(&job).await }
    });
    handler.begun.acquire().await.unwrap().forget();
    assert!(pool.shutdown(Duration::from_millis(100)).await);
    let outcome = call.await.unwrap().unwrap();
    assert!(outcome.wants_another(), "{outcome:?}");
    assert_eq!(jobs.operator().show(&job).await.unwrap().unwrap().state, "waiting", "it is handed back, not left under a lease");
}

#[tokio::test]
async fn only_what_another_call_may_mend_asks_for_one() {
    let world = World::new();
    let jobs = instance(&world);
    let job = accepted(&world, &jobs, "a").await;
    world.store.put(&format!("jobs/{job}/event.json"), bytes::Bytes::new(), PutMode::Overwrite).await.unwrap();
    let outcome = instance(&world).run_one(&Scripted::default(), &job).await;
    assert!(matches!(outcome, Outcome::Trouble(_)) && !outcome.wants_another(), "a damaged record stays damaged: {outcome:?}");
}

#[tokio::test]
async fn an_attempt_that_is_dropped_leaves_its_place() {
    let world = World::new();
    let jobs = instance(&world);
    let job = accepted(&world, &jobs, "a").await;
    let handler = GatedHandler::new();
    let attempt = tokio::time::timeout(Duration::from_millis(10), jobs.run_one(&*handler, &job));
    assert!(attempt.await.is_err());
    assert!(!reports(&jobs).queue.holds(&job) && jobs.status().await.running == 0);
}
