//! Calls for several students, against a server that counts them.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::clock::SystemClock;
use crate::intake::sources::learnworlds::config::LearnWorldsConfig;

const ASSESSMENT: &str = "0123456789abcdef01234567";

fn student(number: usize) -> String {
    format!("{number:024x}")
}

fn together(server: &MockServer) -> Arc<Together> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let client = LearnWorldsClient::new(&LearnWorldsConfig::for_testing(&server.uri()), clock.clone()).unwrap();
    Together::new(Arc::new(client), clock)
}

/// Who was asked for.
fn users(request: &Request) -> Vec<String> {
    let (_, users) = request.url.query_pairs().find(|(name, _)| name == "users").unwrap();
    users.split(',').map(str::to_owned).collect()
}

/// Answers with one submission for each student asked for; a student whose id holds `bad` makes the whole call fail.
async fn platform(bad: Option<String>) -> MockServer {
    let server = MockServer::start().await;
    let answer = move |request: &Request| {
        let users = users(request);
        if bad.as_ref().is_some_and(|bad| users.contains(bad)) {
            return ResponseTemplate::new(404).set_body_json(json!({ "error": "no such user" }));
        }
        let one = |user: &String| json!({ "id": format!("s-{user}"), "user_id": user, "submittedTimestamp": 1_763_700_000.5, "answers": [{ "answer": "A" }] });
        ResponseTemplate::new(200).set_body_json(json!({ "data": users.iter().map(one).collect::<Vec<_>>(), "meta": { "totalPages": 1 } }))
    };
    Mock::given(method("GET"))
        .and(path(format!("/admin/api/v2/assessments/{ASSESSMENT}/responses")))
        .respond_with(answer)
        .mount(&server)
        .await;
    server
}

async fn calls(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[tokio::test]
async fn students_who_ask_at_once_share_one_call_and_get_their_own_answers() {
    let server = platform(None).await;
    let together = together(&server);
    let asked = (0..60).map(|number| {
        let together = together.clone();
        async move { (number, together.responses(ASSESSMENT, &student(number)).await.unwrap()) }
    });
    for (number, submissions) in join_all(asked).await {
        let ids: Vec<_> = submissions.iter().filter_map(|submission| submission.id.clone()).collect();
        assert_eq!(ids, [format!("s-{}", student(number))]);
    }
    assert_eq!(calls(&server).await, 1);
}

#[tokio::test]
async fn those_who_are_expected_come_along_and_need_no_call_of_their_own() {
    let server = platform(None).await;
    let together = together(&server);
    for number in 0..400 {
        together.expect(ASSESSMENT, &student(number));
    }
    for number in 0..400 {
        assert_eq!(together.responses(ASSESSMENT, &student(number)).await.unwrap().len(), 1);
    }
    assert_eq!(calls(&server).await, 4, "a hundred per call");
    assert_eq!(together.responses(ASSESSMENT, &student(7)).await.unwrap().len(), 1);
    assert_eq!(calls(&server).await, 5, "what came along serves once: a retake is asked for anew");
}

#[tokio::test]
async fn one_student_who_makes_the_call_fail_does_not_stop_the_others() {
    let server = platform(Some(student(3))).await;
    let together = together(&server);
    let asked = (0..8).map(|number| {
        let together = together.clone();
        async move { (number, together.responses(ASSESSMENT, &student(number)).await) }
    });
    for (number, answer) in join_all(asked).await {
        assert_eq!(answer.is_err(), number == 3, "{number}: {answer:?}");
    }
}

#[tokio::test]
async fn a_student_without_a_submission_hears_so() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "data": [], "meta": {} })))
        .mount(&server)
        .await;
    let together = together(&server);
    let (one, other) = (student(1), student(2));
    let (one, other) = tokio::join!(together.responses(ASSESSMENT, &one), together.responses(ASSESSMENT, &other));
    assert_eq!((one.unwrap().len(), other.unwrap().len()), (0, 0));
}

#[tokio::test]
async fn when_the_platform_is_away_everyone_hears_so_after_one_call() {
    let server = MockServer::start().await;
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let away = move |_: &Request| {
        counted.fetch_add(1, Ordering::Relaxed);
        ResponseTemplate::new(503)
    };
    Mock::given(method("GET")).respond_with(away).mount(&server).await;
    let together = together(&server);
    let students: Vec<String> = (0..30).map(student).collect();
    let answers = join_all(students.iter().map(|student| together.responses(ASSESSMENT, student))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(ApiError::Unavailable { .. }))));
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn what_is_held_and_expected_is_bounded() {
    let server = platform(None).await;
    let together = together(&server);
    for number in 0..3 * MOST_EXPECTED {
        together.expect(ASSESSMENT, &student(number));
    }
    assert_eq!(together.lock().expected, MOST_EXPECTED);
    together.responses(ASSESSMENT, &student(1)).await.unwrap();
    let state = together.lock();
    assert_eq!(state.expected, MOST_EXPECTED - MOST_STUDENTS);
    assert_eq!(state.held_bytes, state.held.values().map(|held| held.bytes).sum::<usize>());
    assert_eq!(state.held.len(), MOST_STUDENTS - 1);
}
