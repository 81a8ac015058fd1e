//! `gradepost backfill`: the platform's list of submissions becomes reports, however often the command is cut and begun again.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::harness::{completion, gradepost, mails, processed, school};

const UNIT: &str = "0123456789abcdef01234567";
const STUDENTS: usize = 12;
const A_PAGE: usize = 5;

/// The platform's list of submissions: three pages, and once too busy to answer.
struct Platform {
    answers: Value,
    calls: AtomicUsize,
}

impl Platform {
    fn submission(&self, number: usize) -> Value {
        json!({
            "id": format!("aaaaaaaaaaaaaaaaaaaaaa{number:02}"), "user_id": format!("student{number}"),
            "email": format!("student{number}@example.com"), "grade": 50, "passed": null,
            "created": 1_790_000_000.5, "modified": 1_790_000_100.5, "submittedTimestamp": 1_790_000_100.5 + number as f64,
            "answers": self.answers,
        })
    }
}

impl Respond for Platform {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        if self.calls.fetch_add(1, Ordering::Relaxed) == 1 {
            return ResponseTemplate::new(429).insert_header("Retry-After", "1");
        }
        let query: BTreeMap<_, _> = request.url.query_pairs().collect();
        let all: Vec<usize> = match query.get("users") {
            Some(user) => (0..STUDENTS).filter(|number| *user == format!("student{number}")).collect(),
            None => (0..STUDENTS).collect(),
        };
        let page: usize = query["page"].parse().unwrap();
        let data: Vec<Value> = all.iter().skip((page - 1) * A_PAGE).take(A_PAGE).map(|number| self.submission(*number)).collect();
        let pages = all.len().div_ceil(A_PAGE);
        let meta = json!({ "page": page, "totalItems": all.len(), "totalPages": pages, "itemsPerPage": A_PAGE });
        ResponseTemplate::new(200).set_body_json(json!({ "data": data, "meta": meta }))
    }
}

async fn platform() -> MockServer {
    let server = MockServer::start().await;
    let answers = serde_json::from_str::<Value>(&completion("ana")).unwrap()["submission"]["answers"].clone();
    let responses = Mock::given(method("GET")).and(path(format!("/admin/api/v2/assessments/{UNIT}/responses")));
    responses.respond_with(Platform { answers, calls: AtomicUsize::new(0) }).mount(&server).await;
    let user = |request: &Request| {
        let id = request.url.path().rsplit('/').next().unwrap_or_default().to_owned();
        ResponseTemplate::new(200).set_body_json(json!({ "id": id, "email": format!("{id}@example.com"), "username": "Ana Pérez" }))
    };
    Mock::given(method("GET")).respond_with(user).with_priority(9).mount(&server).await;
    server
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backfill_that_is_killed_goes_on_where_it_was_and_sends_each_report_once() {
    let (platform, school) = (platform().await, school());
    let settings: BTreeMap<String, String> = [
        ("DATA_DIR", school.path().to_str().unwrap()),
        ("WEBHOOK_SECRET", "3f9c1e7a5b"),
        ("MAIL_TRANSPORT", "file"),
        ("EMAIL_USER", "informes@colegio.example"),
        ("SCHOOL_DOMAIN", &platform.uri()),
        ("CLIENT_ID", "c"),
        ("ACCESS_TOKEN", "t"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let backfill = |more: &[&str]| {
        let mut command = gradepost(&["backfill", "--assessment", UNIT, "--title", "Test de diagnóstico Parte 1"], &settings);
        command.args(more);
        command
    };

    let counted = backfill(&["--dry-run"]).output().unwrap();
    let words = String::from_utf8_lossy(&counted.stdout).into_owned();
    assert!(counted.status.success() && words.contains("12 submissions: 0 with a report, 12 without"), "{words}");
    let progress = String::from_utf8_lossy(&counted.stderr).into_owned();
    assert!(progress.contains("asking the platform: 10 of 12"), "without a terminal lines say how far it is: {progress}");
    assert!(mails(school.path()).is_empty());

    let mut cut = backfill(&[]).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_mins(2);
    while mails(school.path()).len() < 3 && cut.try_wait().unwrap().is_none() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    cut.kill().unwrap();
    cut.wait().unwrap();

    let rest = backfill(&[]).output().unwrap();
    let words = String::from_utf8_lossy(&rest.stdout).into_owned();
    assert!(rest.status.success(), "{words}{}", String::from_utf8_lossy(&rest.stderr));
    assert!(words.contains("0 need a person, 0 are tried again later"), "{words}");
    let again = backfill(&[]).output().unwrap();
    let words = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(words.contains("12 submissions: 12 had a report, 0 got one"), "{words}");

    assert_eq!(mails(school.path()).len(), STUDENTS);
    let rows = processed(school.path());
    let students: BTreeSet<&str> = rows.iter().filter_map(|row| row.split(',').next()).collect();
    assert_eq!((rows.len(), students.len()), (STUDENTS, STUDENTS), "{rows:#?}");
}
