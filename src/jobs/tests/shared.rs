//! Entries of the feed that ends of many jobs share.

use tokio_util::sync::CancellationToken;

use super::*;
use crate::jobs::operator::{JobFilter, StateFilter};
use crate::jobs::outcome::Outcome;
use crate::jobs::records::EndState;
use crate::jobs::retry::RetryProfile;

const KIND: JobKind = JobKind { shares_entries: true, ..JobKind::new("many", LaneName::Deliveries, RetryProfile::PATIENT) };
const FEED: &str = "lanes/deliveries/feed/";
const DUE: &str = "lanes/deliveries/due/";

/// Accepts a job and runs it once.
async fn run(world: &World, jobs: &Arc<Jobs>, name: &str, handler: Scripted) -> JobId {
    let event = AcceptedEvent::new(&KIND, "test", name.to_owned(), world.now(), json!({}));
    let job = jobs.accept(event).await.unwrap().job().clone();
    run_again(jobs, &job, handler).await;
    job
}

async fn run_again(jobs: &Arc<Jobs>, job: &JobId, handler: Scripted) -> Outcome {
    let handlers = Handlers::new().with(KIND, Arc::new(handler));
    jobs.lane(LaneName::Deliveries).run_until(&handlers, job, &CancellationToken::new()).await
}

async fn done(jobs: &Arc<Jobs>, limit: usize) -> Vec<JobId> {
    let filter = JobFilter { state: Some(StateFilter::Ended(EndState::Done)), lane: Some(LaneName::Deliveries), limit };
    let cards = jobs.operator().list_cards(&filter, &mut |_| true).await.unwrap();
    assert!(cards.iter().all(|listed| listed.kind() == KIND.name && listed.card.state == "done"));
    let listed: Vec<JobId> = cards.into_iter().map(|listed| listed.card.job).collect();
    let views = jobs.operator().list(&filter).await.unwrap();
    assert_eq!(views.into_iter().map(|view| view.id).collect::<Vec<_>>(), listed, "both lists tell the same");
    listed
}

#[tokio::test]
async fn ends_share_one_entry_and_are_listed_newest_first_one_by_one() {
    let world = World::new();
    let jobs = world.instance();
    let lane = jobs.lane(LaneName::Deliveries);
    let before = run(&world, &jobs, "before", Scripted::default()).await;
    assert_eq!((world.keys(FEED).len(), world.keys(DUE).len()), (1, 0), "while nobody writes what gathers, each has its own");
    lane.share();
    let mut expected = vec![before];
    for name in ["a", "b", "c"] {
        world.pass(1);
        expected.insert(0, run(&world, &jobs, name, Scripted::default()).await);
    }
    assert_eq!((world.keys(FEED).len(), world.keys(DUE).len()), (1, 3), "their pointers stand until they are told");
    lane.write_shared().await;
    assert_eq!((world.keys(FEED).len(), world.keys(DUE).len()), (2, 0));
    assert_eq!(done(&jobs, 10).await, expected);
    assert_eq!(done(&jobs, 2).await, expected[..2]);
    lane.write_shared().await;
    assert_eq!(world.keys(FEED).len(), 2, "nothing is told twice");
}

#[tokio::test]
async fn an_end_whose_entry_was_never_written_is_told_by_the_next_sweep() {
    let world = World::new();
    let dies = world.instance();
    dies.lane(LaneName::Deliveries).share();
    let job = run(&world, &dies, "a", Scripted::default()).await;
    drop(dies);
    world.pass(60);
    let heir = world.instance();
    assert_eq!(heir.lane(LaneName::Deliveries).sweep().await.woken, 1);
    assert!(matches!(run_again(&heir, &job, Scripted::default()).await, Outcome::EndedBefore(_)));
    assert_eq!((world.keys(FEED).len(), world.keys(DUE).len()), (1, 0));
    assert_eq!(done(&heir, 10).await, [job]);
}

#[tokio::test]
async fn a_job_that_stopped_or_was_opened_again_has_entries_of_its_own() {
    let world = World::new();
    let jobs = world.instance();
    jobs.lane(LaneName::Deliveries).share();
    let job = run(&world, &jobs, "a", Scripted::failing([JobError::park("cause", "words")])).await;
    assert_eq!((world.keys(FEED).len(), world.keys(DUE).len()), (1, 0), "a person need not wait to hear of it");
    world.pass(1);
    jobs.operator().release(&job).await.unwrap();
    world.pass(1);
    run_again(&jobs, &job, Scripted::default()).await;
    assert_eq!((world.keys(FEED).len(), world.keys(DUE).len()), (3, 0), "parked, released, done");
    assert_eq!(done(&jobs, 10).await, [job]);
}

#[tokio::test]
async fn a_damaged_line_of_a_shared_entry_hides_no_other_job() {
    let world = World::new();
    let jobs = world.instance();
    let lane = jobs.lane(LaneName::Deliveries);
    lane.share();
    let (first, second) = (run(&world, &jobs, "a", Scripted::default()).await, run(&world, &jobs, "b", Scripted::default()).await);
    lane.write_shared().await;
    let entry = world.keys(FEED).pop().unwrap();
    let (bytes, version) = world.store.get(&entry).await.unwrap().unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap().replacen(first.as_str(), "?", 1);
    world.store.put(&entry, text.into(), crate::storage::PutMode::Update(version)).await.unwrap();
    assert_eq!(done(&jobs, 10).await, [second]);
}

#[tokio::test]
async fn workers_write_what_gathered_before_they_stop() {
    let world = World::new();
    let jobs = world.instance();
    let pool = Arc::clone(&jobs).start(Handlers::new().with(KIND, Arc::new(Scripted::default())));
    let mut ended = Vec::new();
    for name in ["a", "b", "c"] {
        let event = AcceptedEvent::new(&KIND, "test", name.to_owned(), world.now(), json!({}));
        let job = jobs.accept(event).await.unwrap().job().clone();
        assert!(jobs.lane(LaneName::Deliveries).wait(&job, Duration::from_mins(1)).await.is_some());
        ended.push(job);
    }
    assert!(pool.shutdown(Duration::from_secs(5)).await);
    assert!(world.keys(DUE).is_empty(), "{:?}", world.keys(DUE));
    let mut listed = done(&jobs, 10).await;
    listed.sort();
    ended.sort();
    assert_eq!(listed, ended);
}
