//! Jobs that go on without an act of a person: a cause that is fixed, a later event that takes over.

use super::*;
use crate::jobs::accept::Claim;
use crate::jobs::operator::{JobView, Operator};
use crate::jobs::outcome::Outcome;
use crate::jobs::records::{End, EndState};
use crate::jobs::waker::touch::Touch;

/// Parks for a missing bank until the bank is there; says which jobs may go.
#[derive(Default)]
struct WaitsForBank {
    is_there: std::sync::atomic::AtomicBool,
    asked: AtomicUsize,
}

#[async_trait]
impl Handler for WaitsForBank {
    async fn run(&self, _: &dyn JobContext) -> Result<Value, JobError> {
        if self.is_there.load(Ordering::Relaxed) { Ok(json!("sent")) } else { Err(JobError::park(Cause::BankMissing, "put it there")) }
    }

    async fn resolved(&self, parked: &[JobView]) -> Vec<JobId> {
        self.asked.fetch_add(parked.len(), Ordering::Relaxed);
        let there = self.is_there.load(Ordering::Relaxed);
        parked.iter().filter(|_| there).map(|view| view.id.clone()).collect()
    }
}

#[tokio::test]
async fn jobs_whose_cause_is_mended_go_by_themselves_and_others_stay() {
    let world = World::new();
    let jobs = world.instance();
    let handler = Arc::new(WaitsForBank::default());
    reports(&jobs).serve_for_testing(all(Arc::clone(&handler) as Arc<dyn Handler>));
    let mut waiting = Vec::new();
    for n in 0..3 {
        let job = jobs.accept(world.event(&format!("job {n}"))).await.unwrap().job().clone();
        jobs.run_one(&*handler, &job).await;
        waiting.push(job);
    }
    let other = jobs.accept(world.event("other")).await.unwrap().job().clone();
    jobs.run_one(&Scripted::failing([JobError::park(Cause::AddressInvalid, "no address")]), &other).await;
    assert_eq!(reports(&jobs).release_resolved().await.unwrap().released, 0);
    handler.is_there.store(true, Ordering::Relaxed);
    assert_eq!(reports(&jobs).release_resolved().await.unwrap().released, 3);
    assert_eq!(handler.asked.load(Ordering::Relaxed), 6, "a cause that only a person sees fixed is not asked about");
    for job in waiting {
        assert!(matches!(jobs.run_one(&*handler, &job).await, Outcome::Ended(End { state: EndState::Done, .. })));
    }
    assert_eq!(jobs.operator().show(&other).await.unwrap().unwrap().state, "parked");
}

#[tokio::test]
async fn a_job_that_parks_again_after_it_was_let_go_rests_longer_each_time() {
    struct NeverMended;
    #[async_trait]
    impl Handler for NeverMended {
        async fn run(&self, _: &dyn JobContext) -> Result<Value, JobError> {
            Err(JobError::park(Cause::TemplateBroken, "it opens and cannot be filled"))
        }
        async fn resolved(&self, parked: &[JobView]) -> Vec<JobId> {
            parked.iter().map(|view| view.id.clone()).collect()
        }
    }
    let world = World::new();
    let jobs = world.instance();
    reports(&jobs).serve_for_testing(all(Arc::new(NeverMended)));
    let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
    jobs.run_one(&NeverMended, &job).await;
    let mut released = Vec::new();
    for minute in 0..24 * 60 {
        if reports(&jobs).release_resolved().await.unwrap().released == 1 {
            released.push(minute);
            world.pass(2);
            assert!(matches!(jobs.run_one(&NeverMended, &job).await, Outcome::Ended(_)));
        }
        world.pass(60);
    }
    assert_eq!(released, [0, 10, 110, 1110], "minutes after it parked");
}

/// Tells what it works on, then parks or ends.
struct TellsPayload(Option<JobError>);

#[async_trait]
impl Handler for TellsPayload {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        match &self.0 {
            Some(error) => Err(error.clone()),
            None => Ok(job.event().payload["to"].clone()),
        }
    }
}

fn to(world: &World, address: &str) -> AcceptedEvent {
    AcceptedEvent { payload: json!({ "to": address }), ..world.event("a") }
}

#[tokio::test]
async fn a_later_event_takes_over_from_a_job_that_failed_with_the_address_it_brings() {
    for error in [JobError::park(Cause::MailRefused, "550"), JobError::park(Cause::AddressMissing, "none"), JobError::dead("gone", "m")] {
        let world = World::new();
        let jobs = world.instance();
        let job = jobs.accept(to(&world, "old")).await.unwrap().job().clone();
        jobs.run_one(&TellsPayload(Some(error.clone())), &job).await;
        assert!(matches!(jobs.accept(to(&world, "old")).await.unwrap(), Claim::Finished { .. }), "a mere repeat brings nothing new");
        let other = world.instance();
        assert_eq!(other.accept(to(&world, "new")).await.unwrap(), Claim::Started { job: job.clone() }, "{error}");
        world.pass(2);
        let Outcome::Ended(end) = other.run_one(&TellsPayload(None), &job).await else { panic!("it ends") };
        assert_eq!(end.summary, json!("new"), "{error}");
        other.operator().retry(&job).await.unwrap();
        world.pass(2);
        let Outcome::Ended(end) = jobs.run_one(&TellsPayload(None), &job).await else { panic!("it ends") };
        assert_eq!(end.summary, json!("new"), "a person's retry goes to the new address too");
    }
}

#[tokio::test]
async fn what_was_mailed_discarded_or_may_have_arrived_is_not_taken_over() {
    let ended: [(&str, Option<JobError>); 3] =
        [("mailed", None), ("ambiguous", Some(JobError::park(Cause::MailAmbiguous, "m"))), ("discarded", Some(JobError::park("c", "m")))];
    for (what, error) in ended {
        let world = World::new();
        let jobs = world.instance();
        let job = jobs.accept(to(&world, "old")).await.unwrap().job().clone();
        jobs.run_one(&TellsPayload(error), &job).await;
        if what == "discarded" {
            jobs.operator().discard(&job).await.unwrap();
        }
        assert!(matches!(jobs.accept(to(&world, "new")).await.unwrap(), Claim::Finished { .. }), "{what}");
    }
}

#[tokio::test]
async fn a_job_can_close_another_that_failed_without_its_effect() {
    struct TakesOver(JobId);
    #[async_trait]
    impl Handler for TakesOver {
        async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
            let answers = [job.failed_without(&self.0, "mailed").await?, job.failed_without(&self.0, "looked").await?];
            job.supersede(&self.0).await?;
            let after = job.failed_without(&self.0, "mailed").await?;
            Ok(json!([answers, after]))
        }
    }
    let world = World::new();
    let jobs = world.instance();
    let failed = jobs.accept(world.event("failed")).await.unwrap().job().clone();
    jobs.run_one(&Scripted::failing([JobError::park(Cause::MailRefused, "550")]), &failed).await;
    let job = jobs.accept(world.event("later")).await.unwrap().job().clone();
    let Outcome::Ended(end) = jobs.run_one(&TakesOver(failed.clone()), &job).await else { panic!("it ends") };
    assert_eq!(end.summary, json!([[true, false], false]), "it recorded a look, and no mail");
    assert_eq!(jobs.operator().show(&failed).await.unwrap().unwrap().state, "dead");
}

#[tokio::test]
async fn an_act_of_a_command_touches_the_mark_of_its_lane_once_a_second() {
    let world = World::new();
    let jobs = world.instance();
    let clock = Arc::new(world.clock.clone());
    let store = Arc::clone(&world.store) as Arc<dyn Store>;
    let operator =
        Operator::open(Arc::clone(&store), clock.clone(), JobsConfig::for_testing(), Arc::new(Touch::new(Arc::clone(&store), clock)));
    let mark = async || world.store.get("wake/reports").await.unwrap().map(|(_, version)| version);
    let mut marks = vec![mark().await];
    for n in 0..3 {
        let job = jobs.accept(world.event(&format!("job {n}"))).await.unwrap().job().clone();
        jobs.run_one(&Scripted::failing([JobError::park("c", "m")]), &job).await;
        operator.release(&job).await.unwrap();
        marks.push(mark().await);
        world.clock.advance(Duration::from_millis(600));
    }
    assert_eq!(marks[0], None);
    assert!(marks[1].is_some() && marks[1] == marks[2] && marks[2] != marks[3], "{marks:?}");
    let known = reports(&jobs).is_touched().await;
    assert!(known && !reports(&jobs).is_touched().await, "a change is seen once");
}
