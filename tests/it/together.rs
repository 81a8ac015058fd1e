//! A class that finishes at once: its answers are fetched together, within what the platform allows.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use wiremock::matchers::{method, path_regex};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::harness::{Service, completion, mails, school};

const UNIT: &str = "0123456789abcdef01234567";
const CLASS: usize = 400;

fn student(number: usize) -> String {
    format!("{number:024x}")
}

/// What an automation sends that names only who and what.
fn bare(number: usize) -> String {
    json!({
        "user": { "id": student(number), "email": format!("alumno{number}@example.com"), "username": format!("Alumno {number}") },
        "assessment": { "title": "Test de diagnóstico Parte 1", "url": format!("https://school.example/path-player?unit={UNIT}") },
    })
    .to_string()
}

/// The platform's limit: 30 calls in 10 seconds.
#[derive(Default)]
struct Limit {
    calls: VecDeque<Instant>,
    total: usize,
    refused: usize,
}

impl Limit {
    fn take(&mut self) -> bool {
        let now = Instant::now();
        while self.calls.front().is_some_and(|call| now.duration_since(*call) >= Duration::from_secs(10)) {
            self.calls.pop_front();
        }
        self.total += 1;
        if self.calls.len() >= 30 {
            self.refused += 1;
            return false;
        }
        self.calls.push_back(now);
        true
    }
}

/// A platform that shows one submission for each student asked for, within its limit.
async fn platform(limit: Arc<Mutex<Limit>>) -> MockServer {
    let answers = serde_json::from_str::<Value>(&completion("ana")).unwrap()["submission"]["answers"].clone();
    let server = MockServer::start().await;
    let answer = move |request: &Request| {
        if !limit.lock().unwrap().take() {
            return ResponseTemplate::new(429).set_body_json(json!({ "error": "Too many requests" }));
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
        let users = request.url.query_pairs().find(|(name, _)| name == "users").map(|(_, users)| users.into_owned()).unwrap_or_default();
        let one = |user: &str| json!({ "id": format!("f{}", &user[1..]), "user_id": user, "submittedTimestamp": now - 1.0, "created": now - 60.0, "answers": answers });
        let data: Vec<Value> = users.split(',').map(one).collect();
        let delay = Duration::from_millis(150);
        ResponseTemplate::new(200)
            .set_delay(delay)
            .set_body_json(json!({ "data": data, "meta": { "page": 1, "totalPages": 1, "totalItems": data.len() } }))
    };
    let responses = Mock::given(method("GET")).and(path_regex(format!("^/admin/api/v2/assessments/{UNIT}/responses$")));
    responses.respond_with(answer).mount(&server).await;
    server
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_class_of_400_bare_completions_is_asked_for_together_and_no_call_is_refused() {
    let limit = Arc::new(Mutex::new(Limit::default()));
    let platform = platform(limit.clone()).await;
    let school = school();
    let settings = [
        ("SCHOOL_DOMAIN", platform.uri()),
        ("CLIENT_ID", "c".to_owned()),
        ("ACCESS_TOKEN", "t".to_owned()),
        ("WEBHOOK_WAIT_SECONDS", "0".to_owned()),
    ];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let service = Service::start(school.path(), &settings);
    let begin = Instant::now();
    let accepted = stream::iter(0..CLASS).map(|number| {
        let service = &service;
        async move { service.webhook(&bare(number)).await.status }
    });
    let statuses: Vec<u16> = accepted.buffer_unordered(16).collect().await;
    assert!(statuses.iter().all(|status| *status == 202));
    while mails(school.path()).len() < CLASS && begin.elapsed() < Duration::from_mins(5) {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(mails(school.path()).len(), CLASS, "{}", service.log());
    let limit = limit.lock().unwrap();
    println!("{CLASS} mails after {:?}, {} calls", begin.elapsed(), limit.total);
    assert_eq!(limit.refused, 0, "no call is refused");
    // One call for each would be 400; how many fit together depends on how fast they come.
    assert!(limit.total < 60, "{} calls: two windows of 30 in 10 s at the most", limit.total);
}
