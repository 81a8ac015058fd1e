//! What a job met last is recorded with its end, and is never lost when there is none.

use super::stores::Stumbling;
use super::*;
use crate::jobs::accept::job_id;
use crate::jobs::outcome::Outcome;

/// Mails unless there is a receipt, and ends at once, or fails after the mail.
#[derive(Default)]
struct Mails {
    sent: AtomicUsize,
    /// What the attempt says after its mail, in order; then it succeeds.
    then: Mutex<VecDeque<JobError>>,
}

impl Mails {
    fn then(errors: impl IntoIterator<Item = JobError>) -> Self {
        Self { then: Mutex::new(errors.into_iter().collect()), ..Self::default() }
    }
}

#[async_trait]
impl Handler for Mails {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        let scoped = |name: &str| if job.round() == 1 { name.to_owned() } else { format!("{name}-{}", job.round()) };
        let before = job.read_step("mailed").await?;
        if job.read_step(&scoped("mailed")).await?.is_none() {
            self.sent.fetch_add(1, Ordering::Relaxed);
            job.write_last_fact(&scoped("mailed"), json!("250 ok")).await?;
            assert_eq!(job.read_step(&scoped("mailed")).await?, Some(json!("250 ok")), "the attempt sees what it told");
        }
        let then = self.then.lock().unwrap().pop_front();
        then.map_or(Ok(json!({ "first": before })), Err)
    }
}

async fn scene() -> (World, Arc<Jobs>, JobId) {
    let world = World::new();
    let jobs = world.instance();
    let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
    (world, jobs, job)
}

#[tokio::test]
async fn the_last_fact_of_a_job_that_is_done_is_in_its_end_and_in_no_record_of_its_own() {
    let (world, jobs, job) = scene().await;
    let mails = Mails::default();
    assert!(matches!(jobs.run_one(&mails, &job).await, Outcome::Ended(_)));
    let records: Vec<String> = world.keys(&format!("jobs/{job}/"));
    assert_eq!(records, ["end", "event", "lease-1"].map(|name| format!("jobs/{job}/{name}.json")));
    let view = jobs.operator().show(&job).await.unwrap().unwrap();
    assert_eq!(view.steps, ["mailed"]);
    let story = jobs.operator().story(&job).await.unwrap().unwrap();
    let told = |name: &str| {
        story
            .moments
            .iter()
            .any(|moment| matches!(&moment.what, crate::jobs::operator::story::What::Step { name: step, .. } if step == name))
    };
    assert!(told("mailed"), "{:?}", story.moments);
}

#[tokio::test]
async fn a_later_round_is_told_what_an_earlier_one_recorded_with_its_end() {
    let (world, jobs, job) = scene().await;
    let mails = Mails::default();
    jobs.run_one(&mails, &job).await;
    jobs.operator().retry(&job).await.unwrap();
    world.pass(2);
    let Outcome::Ended(end) = jobs.run_one(&mails, &job).await else { panic!("it ends") };
    assert_eq!((end.summary, mails.sent.into_inner()), (json!({ "first": "250 ok" }), 2));
}

#[tokio::test]
async fn a_last_fact_of_an_attempt_that_does_not_end_its_job_is_a_record_of_its_own() {
    for error in [JobError::retry("busy", "later"), JobError::park("c", "m"), JobError::dead("c", "m")] {
        let (world, jobs, job) = scene().await;
        let mails = Mails::then([error.clone()]);
        jobs.run_one(&mails, &job).await;
        assert_eq!(world.keys(&format!("jobs/{job}/mailed")), [format!("jobs/{job}/mailed.json")], "{error}");
        world.pass(60);
        jobs.run_one(&mails, &job).await;
        assert_eq!(mails.sent.into_inner(), 1, "{error}");
    }
}

#[tokio::test]
async fn a_last_fact_outlives_an_end_that_the_store_does_not_take() {
    let world = World::new();
    for tries in [1, 2, 5] {
        let store = Stumbling::at("/end.json", tries, Arc::clone(&world.store) as Arc<dyn Store>);
        let jobs = world.instance_on(store);
        let effect = format!("{tries}");
        let job = jobs.accept(world.event(&effect)).await.unwrap().job().clone();
        let mails = Mails::default();
        let mut ended = false;
        for _ in 0..30 {
            ended = matches!(jobs.run_one(&mails, &job).await, Outcome::Ended(_));
            if ended {
                break;
            }
            world.pass(86_400);
        }
        assert_eq!((ended, mails.sent.into_inner()), (true, 1), "{tries}");
        assert_eq!(world.keys(&format!("jobs/{job}/mailed")).len(), 1, "{tries}: it is recorded by itself");
    }
}

#[tokio::test]
async fn an_attempt_that_lost_its_job_after_the_mail_still_leaves_the_receipt() {
    /// Another instance takes the job over after the mail.
    struct Stalls(ManualClock, Arc<Jobs>, Mails);
    #[async_trait]
    impl Handler for Stalls {
        async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
            let done = self.2.run(job).await;
            self.1.run_one(&Scripted::default(), job.id()).await;
            self.0.advance(Duration::from_mins(1));
            self.1.run_one(&Scripted::failing([JobError::retry("busy", "later")]), job.id()).await;
            done
        }
    }
    let (world, jobs, job) = scene().await;
    let outcome = jobs.run_one(&Stalls(world.clock.clone(), world.instance(), Mails::default()), &job).await;
    assert!(matches!(outcome, Outcome::LeaseLost), "{outcome:?}");
    assert_eq!(world.keys(&format!("jobs/{job}/mailed")), [format!("jobs/{job}/mailed.json")]);
}

#[tokio::test]
async fn a_job_that_mailed_in_an_earlier_round_has_not_failed_without_its_mail() {
    struct Asks(JobId);
    #[async_trait]
    impl Handler for Asks {
        async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
            Ok(json!(job.failed_without(&self.0, "mailed").await?))
        }
    }
    let (world, jobs, job) = scene().await;
    jobs.run_one(&Mails::default(), &job).await;
    jobs.operator().retry(&job).await.unwrap();
    world.pass(2);
    jobs.run_one(&Scripted::failing([JobError::park("c", "m")]), &job).await;
    let other = jobs.accept(world.event("other")).await.unwrap().job().clone();
    let Outcome::Ended(end) = jobs.run_one(&Asks(job_id("a")), &other).await else { panic!("it ends") };
    assert_eq!(end.summary, json!(false));
}
