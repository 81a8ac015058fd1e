use std::sync::Mutex;

use tokio_util::sync::CancellationToken;

use super::*;
use crate::clock::{Clock as _, ManualClock};
use crate::intake::outside::{Answered, Ask, OutsideError};
use crate::jobs::Jobs;
use crate::jobs::config::JobsConfig;
use crate::jobs::handler::{AcceptedEvent, Handlers};
use crate::model::platform_event::Subject;
use crate::storage::memory::MemoryStore;

fn grade(score: i64, at: &str) -> PlatformEvent {
    PlatformEvent {
        source: "lti".to_owned(),
        kind: "grade.updated".to_owned(),
        at: at.parse().unwrap(),
        data: json!({ "userId": "u", "contextId": "c", "score": score }),
        subject: Subject::of(Collection::Grades, &["g1"]),
    }
}

#[tokio::test]
async fn the_newest_event_by_its_own_time_counts_in_whatever_order_they_come() {
    let events = [
        grade(1, "2026-03-01T10:00:00Z"),
        grade(2, "2026-03-01T11:00:00Z"),
        grade(3, "2026-03-01T11:00:00Z"),
        PlatformEvent { subject: Subject::of(Collection::Grades, &["g1"]).gone_if(true), ..grade(1, "2026-03-01T10:30:00Z") },
    ];
    let mut ends = Vec::new();
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
        let store = MemoryStore::new();
        for at in order.into_iter().chain(order) {
            records::upsert(&store, &events[at]).await.unwrap();
        }
        ends.push(records::list(&store, Collection::Grades, None, 10).await.unwrap());
    }
    assert_eq!(ends[0].0.len(), 1);
    assert_eq!(ends[0].0[0].data["score"], 3);
    assert!(ends.iter().all(|end| *end == ends[0]), "{ends:#?}");
}

#[tokio::test]
async fn records_are_listed_page_by_page() {
    let store = MemoryStore::new();
    for n in 0..7 {
        let event = PlatformEvent { subject: Subject::of(Collection::Grades, &[&n.to_string()]), ..grade(n, "2026-03-01T10:00:00Z") };
        assert_eq!(records::upsert(&store, &event).await.unwrap(), Upserted::New);
        assert_eq!(records::upsert(&store, &event).await.unwrap(), Upserted::Same);
    }
    let (first, next) = records::list(&store, Collection::Grades, None, 5).await.unwrap();
    let (second, end) = records::list(&store, Collection::Grades, next.as_deref(), 5).await.unwrap();
    assert_eq!((first.len(), second.len(), end), (5, 2, None));
}

/// Answers as it is told, and remembers what it was asked.
struct Scripted(Mutex<Vec<Result<Answered, OutsideError>>>);

#[async_trait]
impl Outside for Scripted {
    async fn ask(&self, _: &Ask) -> Result<Answered, OutsideError> {
        self.0.lock().unwrap().pop().unwrap_or_else(|| Err(OutsideError::NoAnswer("nothing is scripted".to_owned())))
    }
}

#[derive(Default)]
struct Told(Mutex<Vec<Outgoing>>);

#[async_trait]
impl Forward for Told {
    async fn forward(&self, event: Outgoing) -> Result<(), String> {
        self.0.lock().unwrap().push(event);
        Ok(())
    }
}

fn transcription() -> PlatformEvent {
    PlatformEvent {
        source: "services".to_owned(),
        kind: "transcription.completed".to_owned(),
        at: "2026-03-01T10:00:00Z".parse().unwrap(),
        data: json!({ "videoId": "v", "jobId": "j", "transcriptionUrl": "https://t.example/v.vtt", "confidence": 0.9, "duration": 60 }),
        subject: Subject::of(Collection::Transcriptions, &["v"]),
    }
}

/// Runs one event to its end; tells its queue message after each failure, its dead letters, and what was told on.
async fn run(
    event: &PlatformEvent,
    answers: Vec<Result<Answered, OutsideError>>,
) -> (Vec<queue::Message>, Vec<queue::DeadLetter>, Vec<Outgoing>, Vec<u64>) {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let clock = ManualClock::new("2026-03-01T12:00:00Z".parse().unwrap());
    let jobs = Jobs::new(store.clone(), Arc::new(clock.clone()), JobsConfig::for_testing());
    let told = Arc::new(Told::default());
    let inbound = Arc::new(Inbound::new(store, Arc::new(Scripted(Mutex::new(answers))), Some(told.clone())));
    let payload = serde_json::to_value(event).unwrap();
    let accepted = AcceptedEvent::new(&KIND, &event.source, "key".to_owned(), clock.now(), payload);
    let claim = jobs.accept(accepted).await.unwrap();
    let (mut messages, mut waits) = (Vec::new(), Vec::new());
    let handlers = Handlers::new().with(KIND, inbound);
    for _ in 0..6 {
        jobs.lane(KIND.lane).run_until(&handlers, claim.job(), &CancellationToken::new()).await;
        let open = queue::waiting(&jobs.operator(), 10).await.unwrap();
        let Some(message) = open.first().cloned() else { break };
        let view = jobs.operator().show(claim.job()).await.unwrap().unwrap();
        let wait = view.due.unwrap().duration_since(clock.now()).as_millis() as u64;
        messages.push(message);
        waits.push(wait);
        clock.advance(Duration::from_millis(wait));
    }
    let dead = queue::dead(&jobs.operator(), 10).await.unwrap();
    let told = told.0.lock().unwrap().clone();
    (messages, dead, told, waits)
}

#[tokio::test]
async fn a_failing_event_is_tried_again_after_one_two_and_four_seconds_and_then_is_a_dead_letter() {
    let (messages, dead, told, waits) = run(&transcription(), Vec::new()).await;
    assert_eq!(waits, [1000, 2000, 4000]);
    assert_eq!(messages.iter().map(|message| message.retry_count).collect::<Vec<_>>(), [1, 2, 3]);
    let letter = serde_json::to_value(&dead[0]).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&letter["originalEvent"]), ["data", "retryCount", "timestamp", "type"]);
    assert_eq!(keys(&letter["error"]), ["message", "stack", "timestamp"]);
    assert_eq!((&letter["originalEvent"]["retryCount"], &letter["originalEvent"]["type"]), (&json!(3), &json!("transcription.completed")));
    assert!(letter["error"]["stack"].as_str().unwrap().starts_with("transcription_unavailable: "), "{letter}");
    assert!(told.is_empty());
}

#[tokio::test]
async fn a_transcription_is_fetched_kept_and_told_of() {
    let answer = Answered {
        status: 200,
        headers: vec![("content-type".to_owned(), "text/vtt; charset=utf-8".to_owned())],
        body: b"WEBVTT\n\nHola".to_vec(),
    };
    let (_, dead, told, _) = run(&transcription(), vec![Ok(answer)]).await;
    assert_eq!((dead.len(), told.len()), (0, 1));
    assert_eq!((told[0].kind, &told[0].data["videoId"], &told[0].data["characters"]), ("transcription.ready", &json!("v"), &json!(4)));
}

#[tokio::test]
async fn what_may_not_be_fetched_and_what_is_no_text_is_a_dead_letter_at_once() {
    let html = Answered { status: 200, headers: vec![("content-type".to_owned(), "text/html".to_owned())], body: b"<html>".to_vec() };
    for answer in [Ok(html), Err(OutsideError::Refused("loopback".to_owned())), Err(OutsideError::TooLarge(2))] {
        let (messages, dead, told, _) = run(&transcription(), vec![answer]).await;
        assert_eq!((messages.len(), dead.len(), told.len()), (0, 1, 0));
    }
}

#[tokio::test]
async fn grades_are_told_on_under_the_catalogues_names_and_late_ones_are_not() {
    let created = PlatformEvent { kind: "grade.created".to_owned(), ..grade(1, "2026-03-01T10:00:00Z") };
    let (_, _, told, _) = run(&created, Vec::new()).await;
    assert_eq!(told.iter().map(|event| event.kind).collect::<Vec<_>>(), ["grade.submitted"]);
    assert_eq!((told[0].source.as_str(), told[0].course.as_deref()), ("lti", Some("c")));
    let statement = PlatformEvent { kind: "xapi.answered".to_owned(), ..grade(1, "2026-03-01T10:00:00Z") };
    assert!(run(&statement, Vec::new()).await.2.is_empty());
}
