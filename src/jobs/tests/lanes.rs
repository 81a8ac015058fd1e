//! Lanes: what happens in one is nothing to the others.

use tokio::sync::Semaphore;

use super::stores::Counting;
use super::*;
use crate::jobs::operator::{JobFilter, StateFilter};
use crate::jobs::outcome::Outcome;
use crate::jobs::retry::RetryProfile;

const DELIVERY: JobKind = JobKind::new("delivery", LaneName::Deliveries, RetryProfile::PATIENT);
const MANY: usize = 5000;

fn delivery(world: &World, n: usize) -> AcceptedEvent {
    AcceptedEvent::new(&DELIVERY, "test", format!("delivery {n}"), world.now(), json!({}))
}

/// A dead endpoint: every delivery hangs.
struct Hangs(Semaphore);

#[async_trait]
impl Handler for Hangs {
    async fn run(&self, _: &dyn JobContext) -> Result<Value, JobError> {
        self.0.add_permits(1);
        std::future::pending().await
    }
}

#[tokio::test]
async fn reports_run_while_every_worker_of_another_lane_hangs_and_thousands_wait_there() {
    let world = World::new();
    let config = JobsConfig { queue_limit: MANY, workers: 2, ..JobsConfig::for_testing() };
    let jobs = Jobs::new(Arc::clone(&world.store) as Arc<dyn Store>, Arc::new(world.clock.clone()), config);
    let dead = Arc::new(Hangs(Semaphore::new(0)));
    let pool = Arc::clone(&jobs).start(all(Arc::new(Scripted::default())).with(DELIVERY, Arc::clone(&dead) as Arc<dyn Handler>));
    for n in 0..MANY {
        jobs.accept(delivery(&world, n)).await.unwrap();
    }
    dead.0.acquire_many(16).await.unwrap().forget();
    for n in 0..20 {
        let job = jobs.accept(world.event(&format!("report {n}"))).await.unwrap().job().clone();
        assert!(reports(&jobs).wait(&job, Duration::from_mins(1)).await.is_some(), "report {n}");
    }
    // Deliveries wait for others most of the time, so their lane has eight times as many workers.
    assert_eq!(jobs.lane(LaneName::Deliveries).status().await.running, 16);
    pool.shutdown(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn deliveries_give_way_to_a_burst_of_reports_and_all_of_them_are_made_afterwards() {
    let world = World::new();
    let config = JobsConfig { queue_limit: MANY, workers: 2, ..JobsConfig::for_testing() };
    let jobs = Jobs::new(Arc::clone(&world.store) as Arc<dyn Store>, Arc::new(world.clock.clone()), config);
    let (slow, quick) = (Arc::new(Hangs(Semaphore::new(0))), Arc::new(Scripted::default()));
    let handlers = all(Arc::clone(&slow) as Arc<dyn Handler>).with(DELIVERY, Arc::clone(&quick) as Arc<dyn Handler>);
    let pool = Arc::clone(&jobs).start(handlers);
    for n in 0..20 {
        jobs.accept(world.event(&format!("report {n}"))).await.unwrap();
    }
    slow.0.acquire_many(2).await.unwrap().forget();
    let mut deliveries = Vec::new();
    for n in 0..60 {
        deliveries.push(jobs.accept(delivery(&world, n)).await.unwrap().job().clone());
    }
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    // Workers that waited for a job already may take one each.
    assert!(quick.runs() <= 16, "{} deliveries went before 18 reports that wait", quick.runs());
    world.pass(9);
    for job in &deliveries {
        assert!(jobs.lane(LaneName::Deliveries).wait(job, Duration::from_mins(1)).await.is_some());
    }
    assert_eq!(quick.runs(), 60);
    pool.shutdown(Duration::from_millis(100)).await;
}

/// Requests and listed keys of a report's life and two sweeps of its lane, beside so many failing jobs of another lane that are overdue.
async fn cost_of_a_report_beside(failing: usize) -> (usize, usize) {
    let world = World::new();
    let jobs = world.instance();
    let refuses = Scripted::failing((0..failing).map(|_| JobError::retry("endpoint_down", "503")));
    for n in 0..failing {
        let job = jobs.accept(delivery(&world, n)).await.map_or_else(|_| crate::jobs::accept::job_id("none"), |claim| claim.job().clone());
        let lane = jobs.lane(LaneName::Deliveries);
        assert!(matches!(lane.run_one(&refuses, &job).await, Outcome::Again { .. }));
        lane.queue.pop().await;
        lane.queue.done(&job);
    }
    assert_eq!(world.keys("lanes/deliveries/due/").len(), failing);
    world.pass(60);
    let counting = Counting::over(Arc::clone(&world.store) as Arc<dyn Store>);
    let jobs = world.instance_on(Arc::clone(&counting) as Arc<dyn Store>);
    reports(&jobs).sweep().await;
    let job = jobs.accept(world.event("report")).await.unwrap().job().clone();
    assert!(matches!(jobs.run_one(&Scripted::default(), &job).await, Outcome::Ended(_)));
    assert_eq!(reports(&jobs).sweep().await.looked, 0);
    assert_eq!(reports(&jobs).status().await.oldest_due, None, "another lane's lateness is not the reports'");
    counting.cost()
}

#[tokio::test]
async fn a_report_costs_the_store_the_same_beside_5000_failing_jobs_of_another_lane() {
    assert_eq!(cost_of_a_report_beside(0).await, cost_of_a_report_beside(MANY).await);
}

#[tokio::test]
async fn a_full_lane_refuses_its_own_jobs_only() {
    let world = World::new();
    let config = JobsConfig { queue_limit: 1, ..JobsConfig::for_testing() };
    let jobs = Jobs::new(Arc::clone(&world.store) as Arc<dyn Store>, Arc::new(world.clock.clone()), config);
    jobs.accept(delivery(&world, 1)).await.unwrap();
    assert!(jobs.accept(delivery(&world, 2)).await.is_err());
    assert!(jobs.accept(world.event("report")).await.is_ok());
}

#[tokio::test]
async fn people_see_and_move_the_jobs_of_every_lane() {
    let world = World::new();
    let jobs = world.instance();
    let lane = jobs.lane(LaneName::Deliveries);
    let parked = jobs.accept(delivery(&world, 1)).await.unwrap().job().clone();
    lane.run_one(&Scripted::failing([JobError::park("endpoint_gone", "410")]), &parked).await;
    let open = jobs.accept(delivery(&world, 2)).await.unwrap().job().clone();
    jobs.accept(world.event("report")).await.unwrap();
    let operator = world.instance().operator();
    let listed = async |state| operator.list(&JobFilter { state, lane: None, limit: 100 }).await.unwrap();
    assert_eq!(listed(None).await.len(), 3);
    assert_eq!(listed(Some(StateFilter::Open)).await.iter().filter(|view| view.lane == LaneName::Deliveries).count(), 1);
    assert_eq!(operator.release_all(&Cause::parse("endpoint_gone")).await.unwrap().released, 1);
    operator.discard(&open).await.unwrap();
    world.pass(60);
    let heir = world.instance();
    assert_eq!(heir.lane(LaneName::Deliveries).sweep().await.woken, 1);
    assert!(matches!(heir.lane(LaneName::Deliveries).run_one(&Scripted::default(), &parked).await, Outcome::Ended(_)));
    assert_eq!(world.keys("lanes/deliveries/due/"), Vec::<String>::new());
}

#[tokio::test]
async fn a_lane_leaves_jobs_of_others_and_of_unknown_kinds_alone() {
    let world = World::new();
    let jobs = world.instance();
    let job = jobs.accept(delivery(&world, 1)).await.unwrap().job().clone();
    assert!(matches!(jobs.run_one(&Scripted::default(), &job).await, Outcome::Unknown), "it is no report");
    let newer = JobKind { name: "of a newer release", ..JobKind::REPORT };
    let event = AcceptedEvent::new(&newer, "test", "newer".to_owned(), world.now(), json!({}));
    let pool = Arc::clone(&jobs).start(all(Arc::new(Scripted::default())));
    let job = jobs.accept(event).await.unwrap().job().clone();
    assert_eq!(reports(&jobs).wait(&job, Duration::from_millis(20)).await, None);
    assert!(pool.shutdown(Duration::from_secs(5)).await);
    let view = jobs.operator().show(&job).await.unwrap().unwrap();
    assert_eq!((view.state, view.attempts), ("waiting", 0), "an instance of the newer release finds it as it was");
}

#[tokio::test]
async fn the_profile_of_a_kind_decides_when_its_jobs_are_tried_again_and_given_up() {
    use crate::jobs::retry::{Jitter, Pauses};
    let pauses = Pauses::Growing { first: Duration::from_secs(2), factor: 2.0, longest: Duration::from_secs(16) };
    let retry = RetryProfile { pauses, jitter: Jitter::None, give_up_after: Duration::ZERO, least_tries: 5, ..RetryProfile::PATIENT };
    let world = World::new();
    let jobs = world.instance();
    let refuses = Arc::new(Scripted::failing((0..9).map(|_| JobError::retry("endpoint_down", "503"))));
    let handlers = Handlers::new().with(JobKind { retry, ..DELIVERY }, refuses);
    let job = jobs.accept(delivery(&world, 1)).await.unwrap().job().clone();
    let mut pauses = Vec::new();
    let end = loop {
        match jobs.lane(LaneName::Deliveries).run_until(&handlers, &job, &tokio_util::sync::CancellationToken::new()).await {
            Outcome::Again { due, .. } => {
                let pause = Duration::try_from(due.duration_since(world.now())).unwrap();
                pauses.push(pause.as_secs());
                world.clock.advance(pause);
            }
            Outcome::Ended(end) => break end,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((pauses, end.state), (vec![2, 4, 8, 16], crate::jobs::records::EndState::Dead));
}
