//! What people do with jobs.

use super::stores::Counting;
use super::*;
use crate::jobs::accept::job_id;
use crate::jobs::error::JobsError;
use crate::jobs::operator::{JobFilter, StateFilter};
use crate::jobs::outcome::Outcome;
use crate::jobs::records::EndState;
use crate::model::ids::JobId;
use crate::storage::key::ObjectKey;
use crate::storage::key::lanes::parse_feed;

/// A job that ran once with this outcome.
async fn job_after(world: &World, jobs: &Jobs, name: &str, error: Option<JobError>) -> JobId {
    let job = jobs.accept(world.event(name)).await.unwrap().job().clone();
    jobs.run_one(&Scripted::failing(error), &job).await;
    reports(jobs).queue.done(&job);
    job
}

#[tokio::test]
async fn a_parked_job_goes_on_when_it_is_released() {
    let world = World::new();
    let jobs = world.instance();
    let job = job_after(&world, &jobs, "a", Some(JobError::park("bank_missing", "put the bank there"))).await;
    let parked = jobs.operator().show(&job).await.unwrap().unwrap();
    assert_eq!((parked.state, parked.cause.as_deref(), parked.due), ("parked", Some("bank_missing"), None));
    jobs.operator().release(&job).await.unwrap();
    assert_eq!(jobs.operator().show(&job).await.unwrap().unwrap().state, "waiting");
    let handler = Scripted::default();
    assert!(matches!(jobs.run_one(&handler, &job).await, Outcome::Ended(end) if end.state == EndState::Done));
    let done = jobs.operator().show(&job).await.unwrap().unwrap();
    assert_eq!((done.state, done.round, done.attempts, done.cause), ("done", 2, 2, None));
    assert_eq!(world.keys("due/"), Vec::<String>::new());
}

#[tokio::test]
async fn a_waiting_job_is_tried_at_once_when_a_person_asks() {
    let world = World::new();
    let jobs = world.instance();
    let slow = JobError::retry_after("busy", "later", Some(Duration::from_mins(50)));
    let job = job_after(&world, &jobs, "a", Some(slow)).await;
    assert!(matches!(jobs.run_one(&Scripted::default(), &job).await, Outcome::NotNow { .. }));
    jobs.operator().retry(&job).await.unwrap();
    assert!(matches!(jobs.run_one(&Scripted::default(), &job).await, Outcome::Ended(_)));
}

#[tokio::test]
async fn a_done_job_is_sent_again_in_a_new_round() {
    struct TellsRound;
    #[async_trait]
    impl Handler for TellsRound {
        async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
            Ok(json!(job.round()))
        }
    }
    let world = World::new();
    let jobs = world.instance();
    let job = job_after(&world, &jobs, "a", None).await;
    jobs.operator().retry(&job).await.unwrap();
    assert!(matches!(jobs.run_one(&TellsRound, &job).await, Outcome::Ended(end) if end.summary == json!(2)));
}

#[tokio::test]
async fn a_discarded_job_never_runs() {
    let world = World::new();
    let jobs = world.instance();
    let waiting = job_after(&world, &jobs, "waiting", Some(JobError::retry("busy", "later"))).await;
    let parked = job_after(&world, &jobs, "parked", Some(JobError::park("c", "m"))).await;
    let fresh = jobs.accept(world.event("fresh")).await.unwrap().job().clone();
    let handler = Scripted::default();
    for job in [&waiting, &parked, &fresh] {
        jobs.operator().discard(job).await.unwrap();
        let view = jobs.operator().show(job).await.unwrap().unwrap();
        assert_eq!((view.state, view.cause.as_deref()), ("dead", Some("discarded")));
        world.pass(3600);
        assert!(matches!(jobs.run_one(&handler, job).await, Outcome::EndedBefore(_)));
    }
    jobs.sweep().await;
    assert_eq!((handler.runs(), world.keys("due/")), (0, Vec::new()));
}

#[tokio::test]
async fn what_does_not_fit_the_state_is_refused_in_words() {
    let world = World::new();
    let jobs = world.instance();
    let done = job_after(&world, &jobs, "done", None).await;
    for refused in [jobs.operator().release(&done).await, jobs.operator().discard(&done).await] {
        assert!(matches!(refused, Err(JobsError::WrongState { .. })), "{refused:?}");
    }
    assert!(matches!(jobs.operator().retry(&job_id("never")).await, Err(JobsError::NotFound(_))));
    let running = jobs.accept(world.event("running")).await.unwrap().job().clone();
    struct Meddled(Arc<Jobs>);
    #[async_trait]
    impl Handler for Meddled {
        async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
            assert!(self.0.operator().retry(job.id()).await.unwrap_err().to_string().contains("wait until it is done"));
            assert!(self.0.operator().discard(job.id()).await.is_err());
            Ok(json!(null))
        }
    }
    assert!(matches!(jobs.run_one(&Meddled(world.instance()), &running).await, Outcome::Ended(_)));
}

#[tokio::test]
async fn lists_show_open_jobs_first_and_ended_ones_newest_first() {
    let world = World::new();
    let jobs = world.instance();
    for n in 0..5 {
        let error = (n % 2 == 1).then(|| JobError::park("c", "m"));
        job_after(&world, &jobs, &format!("job {n}"), error).await;
        world.pass(1);
    }
    let open = jobs.accept(world.event("open")).await.unwrap().job().clone();
    let effects = async |state, limit| -> Vec<String> {
        let views = jobs.operator().list(&JobFilter { state, lane: None, limit }).await.unwrap();
        views.iter().map(|view| view.payload["effect"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(effects(None, 100).await, ["open", "job 4", "job 3", "job 2", "job 1", "job 0"]);
    assert_eq!(effects(None, 3).await, ["open", "job 4", "job 3"]);
    assert_eq!(effects(Some(StateFilter::Open), 100).await, ["open"]);
    assert_eq!(effects(Some(StateFilter::Ended(EndState::Parked)), 100).await, ["job 3", "job 1"]);
    jobs.operator().release(&job_id("job 3")).await.unwrap();
    assert_eq!(effects(Some(StateFilter::Ended(EndState::Parked)), 100).await, ["job 1"], "a released job is not parked any more");
    assert_eq!(
        jobs.operator().list(&JobFilter { state: Some(StateFilter::Open), lane: None, limit: 1 }).await.unwrap()[0].id,
        job_id("job 3"),
        "it is due before {open}"
    );
}

#[tokio::test]
async fn lists_of_cards_tell_the_same_jobs_in_the_same_order_for_one_read_each() {
    let world = World::new();
    let counting = Counting::over(Arc::clone(&world.store) as Arc<dyn Store>);
    let jobs = world.instance_on(Arc::clone(&counting) as Arc<dyn Store>);
    for n in 0..20 {
        let error = (n % 5 == 4).then(|| JobError::park("c", "m"));
        job_after(&world, &jobs, &format!("job {n}"), error).await;
        world.pass(1);
    }
    jobs.operator().release(&job_id("job 4")).await.unwrap();
    jobs.operator().retry(&job_id("job 7")).await.unwrap();
    world.pass(2);
    jobs.run_one(&Scripted::failing([JobError::park("again", "m")]), &job_id("job 7")).await;
    let delivery = JobKind { name: "delivery", lane: LaneName::Deliveries, ..JobKind::REPORT };
    jobs.accept(AcceptedEvent::new(&delivery, "test", "delivery".to_owned(), world.now(), json!({}))).await.unwrap();
    let states = [None, Some(StateFilter::Open)]
        .into_iter()
        .chain([EndState::Done, EndState::Parked, EndState::Dead].map(|state| Some(StateFilter::Ended(state))));
    for (state, limit, lane) in states
        .flat_map(|state| [3, 100].map(|limit| (state, limit)))
        .flat_map(|(state, limit)| [None, Some(LaneName::Reports), Some(LaneName::Deliveries)].map(|lane| (state, limit, lane)))
    {
        let filter = JobFilter { state, lane, limit };
        let views = jobs.operator().list(&filter).await.unwrap();
        let cards = jobs.operator().list_cards(&filter, &mut |_| true).await.unwrap();
        let by_view: Vec<_> =
            views.iter().map(|view| (view.id.clone(), view.state.to_owned(), view.round, view.kind.clone(), view.lane)).collect();
        let by_card: Vec<_> = cards
            .iter()
            .map(|job| (job.card.job.clone(), job.card.state.clone(), job.card.round, job.kind().to_owned(), job.lane))
            .collect();
        assert_eq!(by_card, by_view, "{filter:?}");
        assert!(lane.is_none_or(|lane| cards.iter().all(|job| job.lane == lane)));
    }
    let before = counting.cost().0;
    let done = jobs
        .operator()
        .list_cards(&JobFilter { state: Some(StateFilter::Ended(EndState::Done)), lane: Some(LaneName::Reports), limit: 100 }, &mut |_| {
            true
        })
        .await
        .unwrap();
    assert_eq!((done.len(), counting.cost().0 - before), (15, 15 + 2), "one read for each, and a list of the feed and of the older index");
}

#[tokio::test]
async fn what_releases_without_a_feed_ended_is_listed_among_the_others() {
    let world = World::new();
    let jobs = world.instance();
    let old = job_after(&world, &jobs, "old", None).await;
    // That release entered it in the index of its state.
    let entry = world.keys("feed/").pop().unwrap();
    let at = parse_feed(LaneName::Reports, &entry).unwrap().at;
    world.store.delete(&entry).await.unwrap();
    let index = ObjectKey::Ended { lane: LaneName::Reports, state: "done", at, job: &old }.path();
    world.store.put(&index, bytes::Bytes::from_static(b"{}"), crate::storage::PutMode::Create).await.unwrap();
    world.pass(1);
    let new = job_after(&world, &jobs, "new", None).await;
    for state in [None, Some(StateFilter::Ended(EndState::Done))] {
        let views = jobs.operator().list(&JobFilter { state, lane: None, limit: 10 }).await.unwrap();
        assert_eq!(views.into_iter().map(|view| view.id).collect::<Vec<_>>(), [new.clone(), old.clone()], "{state:?}");
    }
}

#[tokio::test]
async fn a_damaged_record_is_listed_and_hides_no_other_job() {
    let world = World::new();
    let jobs = world.instance();
    let [open, broken] = ["open", "broken"].map(job_id);
    for name in ["broken", "open"] {
        jobs.accept(world.event(name)).await.unwrap();
        world.pass(1);
    }
    let done = job_after(&world, &jobs, "done", None).await;
    let ended = job_after(&world, &jobs, "broken end", Some(JobError::park("c", "m"))).await;
    for key in [format!("jobs/{broken}/event.json"), format!("jobs/{ended}/end.json")] {
        world.store.put(&key, bytes::Bytes::from_static(b"{\"version\":"), crate::storage::PutMode::Overwrite).await.unwrap();
    }
    let views = jobs.operator().list(&JobFilter::default()).await.unwrap();
    let found: Vec<_> = views.iter().map(|view| (view.id.clone(), view.state)).collect();
    assert_eq!(found.len(), 4, "{found:?}");
    for (job, state) in [(&broken, "unreadable"), (&open, "waiting"), (&done, "done"), (&ended, "unreadable")] {
        assert!(found.contains(&(job.clone(), state)), "{found:?}");
    }
    let told = views.iter().find(|view| view.id == broken).unwrap();
    assert!(told.message.as_deref().is_some_and(|message| message.contains("changed by hand")), "{told:?}");
}

#[tokio::test]
async fn a_damaged_record_does_not_make_the_service_look_late() {
    let world = World::new();
    let jobs = world.instance();
    let broken = jobs.accept(world.event("broken")).await.unwrap().job().clone();
    world.store.put(&format!("jobs/{broken}/event.json"), bytes::Bytes::new(), crate::storage::PutMode::Overwrite).await.unwrap();
    world.pass(3600);
    assert_eq!(jobs.status().await.oldest_due, None);
    jobs.accept(world.event("late")).await.unwrap();
    world.pass(40);
    assert_eq!(jobs.status().await.oldest_due, Some(Duration::from_secs(30)), "a readable one still counts");
}

#[tokio::test]
async fn all_jobs_parked_for_one_cause_are_released_together() {
    let world = World::new();
    let jobs = world.instance();
    for (name, cause) in [("a", "bank_missing"), ("b", "mail_refused"), ("c", "bank_missing")] {
        job_after(&world, &jobs, name, Some(JobError::park(cause, "m"))).await;
    }
    assert_eq!(jobs.operator().release_all(&Cause::BankMissing).await.unwrap().released, 2);
    assert_eq!(jobs.operator().release_all(&Cause::BankMissing).await.unwrap().released, 0, "they are released already");
    let parked =
        jobs.operator().list(&JobFilter { state: Some(StateFilter::Ended(EndState::Parked)), lane: None, limit: 100 }).await.unwrap();
    assert_eq!(parked.iter().map(|view| view.id.clone()).collect::<Vec<_>>(), [job_id("b")]);
}

#[tokio::test]
async fn a_list_of_some_stops_at_its_limit() {
    let world = World::new();
    let jobs = world.instance();
    for n in 0..40 {
        job_after(&world, &jobs, &format!("job {n}"), None).await;
        world.pass(1);
    }
    let mut asked = 0;
    let mut every_second = |_: &crate::jobs::operator::JobView| {
        asked += 1;
        asked % 2 == 0
    };
    let views = jobs.operator().list_where(&JobFilter { state: None, lane: None, limit: 3 }, &mut every_second).await.unwrap();
    let names: Vec<_> = views.iter().map(|view| view.payload["effect"].as_str().unwrap()).collect();
    assert_eq!((names, asked), (vec!["job 38", "job 36", "job 34"], 6));
}
