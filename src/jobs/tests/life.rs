//! The life of a job when nothing dies.

use super::*;
use crate::jobs::accept::{Claim, job_id};
use crate::jobs::error::AcceptError;
use crate::jobs::outcome::Outcome;
use crate::jobs::records::EndState;

#[tokio::test]
async fn an_accepted_event_is_durable_and_findable_before_accept_returns() {
    let world = World::new();
    let claim = world.instance().accept(world.event("a")).await.unwrap();
    let job = job_id("a");
    assert_eq!(claim, Claim::Started { job: job.clone() });
    assert_eq!(world.store.keys(), [format!("due/20260301T100010Z-{job}"), format!("jobs/{job}/event.json")]);
}

#[tokio::test]
async fn a_job_runs_to_its_end_and_leaves_no_pointer() {
    let world = World::new();
    let jobs = world.instance();
    let handler = Scripted::default();
    let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
    let Outcome::Ended(end) = jobs.run_one(&handler, &job).await else { panic!("it ends") };
    assert_eq!((end.state, &end.summary), (EndState::Done, &json!({ "sent": true })));
    assert_eq!(world.keys("due/"), Vec::<String>::new());
    assert!(matches!(jobs.run_one(&handler, &job).await, Outcome::EndedBefore(again) if again == end));
    assert_eq!(handler.runs(), 1, "an ended job does not run again");
    assert_eq!(reports(&jobs).wait(&job, Duration::from_secs(1)).await, Some(end.clone()));
    assert_eq!(jobs.accept(world.event("a")).await.unwrap(), Claim::Finished { job, end, begun: true });
}

#[tokio::test]
async fn the_same_effect_is_the_same_job_even_from_another_delivery() {
    let world = World::new();
    let (a, b) = (world.instance(), world.instance());
    let first = a.accept(world.event("same")).await.unwrap();
    let other_delivery = AcceptedEvent { delivery_key: "other".to_owned(), ..world.event("same") };
    assert_eq!(b.accept(world.event("same")).await.unwrap(), Claim::InFlight { job: first.job().clone(), begun: false });
    assert_eq!(b.accept(other_delivery).await.unwrap(), Claim::InFlight { job: first.job().clone(), begun: false });
    assert_ne!(b.accept(world.event("different")).await.unwrap().job(), first.job());
}

#[tokio::test]
async fn a_failure_is_tried_again_when_due_and_finishes() {
    let world = World::new();
    let jobs = world.instance();
    let handler = Scripted::failing([JobError::retry_after("busy", "come back", Some(Duration::from_mins(1)))]);
    let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
    let Outcome::Again { due, cause, .. } = jobs.run_one(&handler, &job).await else { panic!("it is tried again") };
    assert_eq!((due, cause.as_str()), (world.now() + Duration::from_mins(1), "busy"));
    assert_eq!(world.keys("due/"), [format!("due/20260301T100100Z-{job}")], "one pointer, to the new time");
    assert!(matches!(jobs.run_one(&handler, &job).await, Outcome::NotNow { running: false, .. }));
    world.pass(61);
    assert!(matches!(jobs.run_one(&handler, &job).await, Outcome::Ended(_)));
    assert_eq!(handler.runs(), 2);
}

#[tokio::test]
async fn a_sweep_wakes_what_is_overdue_and_tells_what_comes_next() {
    let world = World::new();
    let (accepting, other) = (world.instance(), world.instance());
    let job = accepting.accept(world.event("a")).await.unwrap().job().clone();
    let early = other.sweep().await;
    assert_eq!((early.woken, early.next_due), (0, Some(world.now() + Duration::from_secs(10))), "the accepting instance goes first");
    world.pass(11);
    let report = other.sweep().await;
    assert_eq!((report.looked, report.woken, report.problem), (1, 1, None));
    assert_eq!(reports(&other).queue.pop().await, job);
}

#[tokio::test]
async fn a_job_that_always_fails_ends_dead_with_its_last_cause() {
    let world = World::new();
    let jobs = world.instance();
    let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
    let mut attempts = 0;
    let end = loop {
        attempts += 1;
        let handler = Scripted::failing([JobError::retry("smtp_refused", "451 later")]);
        match jobs.run_one(&handler, &job).await {
            Outcome::Again { due, .. } => {
                let pause = Duration::try_from(due.duration_since(world.now())).unwrap();
                world.clock.advance(pause);
            }
            Outcome::Ended(end) => break end,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((end.state, end.cause.as_deref()), (EndState::Dead, Some("smtp_refused")));
    assert!((20..200).contains(&attempts), "a day of tries: {attempts}");
    assert_eq!(world.keys("due/"), Vec::<String>::new());
}

#[tokio::test]
async fn a_panicking_handler_parks_its_job_and_spares_the_worker() {
    struct Panics;
    #[async_trait]
    impl Handler for Panics {
        async fn run(&self, _: &dyn JobContext) -> Result<Value, JobError> {
            panic!("a fault of the program")
        }
    }
    let world = World::new();
    let jobs = world.instance();
    let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
    let Outcome::Ended(end) = jobs.run_one(&Panics, &job).await else { panic!("it ends") };
    assert_eq!((end.state, end.cause.as_deref()), (EndState::Parked, Some("handler_panicked")));
}

#[tokio::test]
async fn an_unusable_event_is_parked_without_running() {
    let world = World::new();
    let jobs = world.instance();
    let unusable = AcceptedEvent { park: Some(("no_address".into(), "the event names no address".to_owned())), ..world.event("a") };
    let job = jobs.accept(unusable).await.unwrap().job().clone();
    let handler = Scripted::default();
    let Outcome::Ended(end) = jobs.run_one(&handler, &job).await else { panic!("it ends") };
    assert_eq!((end.state, end.cause.as_deref(), handler.runs()), (EndState::Parked, Some("no_address"), 0));
    assert_eq!(*handler.given_up.lock().unwrap(), ["no_address"], "whoever tells the admin hears of it, once");
}

#[tokio::test]
async fn a_full_queue_refuses_new_events_and_still_knows_old_ones() {
    let world = World::new();
    let config = JobsConfig { queue_limit: 1, ..JobsConfig::for_testing() };
    let jobs = Jobs::new(Arc::clone(&world.store) as Arc<dyn Store>, Arc::new(world.clock.clone()), config);
    jobs.accept(world.event("a")).await.unwrap();
    assert!(matches!(jobs.accept(world.event("b")).await, Err(AcceptError::Saturated { .. })));
    assert!(matches!(jobs.accept(world.event("a")).await, Ok(Claim::InFlight { .. })));
    assert_eq!(world.keys("jobs/").len(), 1, "nothing of the refused event is kept");
}

#[tokio::test]
async fn workers_run_what_is_accepted_and_whoever_waits_is_told() {
    let world = World::new();
    let jobs = world.instance();
    let handler = Arc::new(Scripted::default());
    let pool = Arc::clone(&jobs).start(all(Arc::clone(&handler) as Arc<dyn Handler>));
    let mut ended = 0;
    for n in 0..20 {
        let job = jobs.accept(world.event(&format!("job {n}"))).await.unwrap().job().clone();
        ended += usize::from(reports(&jobs).wait(&job, Duration::from_secs(20)).await.is_some_and(|end| end.state == EndState::Done));
    }
    assert_eq!((ended, handler.runs()), (20, 20));
    assert_eq!(jobs.status().await.workers_alive, jobs.core.config.workers);
    assert!(pool.shutdown(Duration::from_secs(5)).await);
    let status = jobs.status().await;
    assert_eq!((status.depth, status.running, status.workers_alive, status.oldest_due), (0, 0, 0, None));
}

#[tokio::test]
async fn a_shutdown_hands_unfinished_jobs_back_for_others_to_run_at_once() {
    struct Hangs(tokio::sync::Notify);
    #[async_trait]
    impl Handler for Hangs {
        async fn run(&self, _: &dyn JobContext) -> Result<Value, JobError> {
            self.0.notify_one();
            std::future::pending().await
        }
    }
    let world = World::new();
    let (stopping, staying) = (world.instance(), world.instance());
    let hangs = Arc::new(Hangs(tokio::sync::Notify::new()));
    let pool = Arc::clone(&stopping).start(all(Arc::clone(&hangs) as Arc<dyn Handler>));
    let job = stopping.accept(world.event("a")).await.unwrap().job().clone();
    hangs.0.notified().await;
    assert!(pool.shutdown(Duration::from_millis(100)).await);
    let handler = Scripted::default();
    assert!(matches!(staying.run_one(&handler, &job).await, Outcome::Ended(_)), "no lease has to run out first");
}

#[tokio::test]
async fn status_tells_how_late_the_oldest_job_is() {
    let world = World::new();
    let jobs = world.instance();
    jobs.accept(world.event("a")).await.unwrap();
    assert_eq!(jobs.status().await.oldest_due, None, "it is not late yet");
    world.pass(70);
    assert_eq!(jobs.status().await.oldest_due, Some(Duration::from_mins(1)));
}

#[tokio::test]
async fn an_unknown_job_is_said_to_be_unknown() {
    let world = World::new();
    let outcome = world.instance().run_one(&Scripted::default(), &job_id("never")).await;
    assert!(matches!(outcome, Outcome::Unknown));
}
