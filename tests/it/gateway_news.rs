//! Who else hears: people by mail when deliveries die, the operator's programs of all institutions, partners of the school's own reports.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::harness::{Answer, Service, completion, mails, school};
use crate::svix::ADMIN;

const MASTER: &str = "a master key of the tests, 32 characters and more";

fn service(folder: &std::path::Path) -> Service {
    let settings = [
        ("ADMIN_TOKEN", ADMIN),
        ("ADMIN_EMAIL", "operator@school.example"),
        ("REPORT_LANGUAGE", "en"),
        ("WEBHOOK_ENCRYPTION_KEY", MASTER),
        ("WEBHOOK_ALLOW_HTTP", "true"),
        ("WEBHOOK_ALLOW_NETWORKS", "127.0.0.0/8"),
    ];
    let service = Service::start(folder, &settings);
    service.leaves_jobs_open("what would tell of further letters waits for the hour's end");
    service
}

async fn call(service: &Service, method: Method, path: &str, body: Value) -> Answer {
    service.send(service.client().request(method, service.url(path)).bearer_auth(ADMIN).json(&body)).await
}

async fn made(service: &Service, path: &str, body: Value) -> Value {
    let answer = call(service, Method::POST, path, body).await;
    assert!(matches!(answer.status, 200..=202), "{path}: {} {}", answer.status, answer.text);
    answer.body
}

/// Looks until there is what is looked for.
async fn until<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    crate::harness::until(|| what.to_owned(), look).await
}

/// A receiver that answers 200 and keeps what came: path and body.
async fn receiver() -> (String, std::sync::Arc<std::sync::Mutex<Vec<(String, Value)>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let got = std::sync::Arc::<std::sync::Mutex<Vec<(String, Value)>>>::default();
    let log = got.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let log = log.clone();
            tokio::spawn(async move {
                let mut bytes = Vec::new();
                loop {
                    if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                        return;
                    }
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
                    if body.len() < length.unwrap_or(0) {
                        continue;
                    }
                    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                    log.lock().unwrap().push((path, serde_json::from_str(body).unwrap_or_default()));
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
                    return;
                }
            });
        }
    });
    (url, got)
}

/// A URL where nobody listens.
fn nowhere() -> String {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    format!("http://127.0.0.1:{port}/hook?token=a-secret-of-the-school")
}

/// The mails to somebody, unfolded: header lines and quoted-printable breaks joined.
fn mails_to(folder: &std::path::Path, address: &str) -> Vec<String> {
    let to = |mail: &String| mail.lines().any(|line| line.starts_with("To:") && line.contains(address));
    mails(folder).into_iter().filter(to).map(|mail| mail.replace("=\r\n", "").replace("\r\n", "\n")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn when_all_attempts_failed_the_operator_and_the_schools_contact_get_one_mail_an_hour() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = service(folder.path());
    let contact = json!({ "name": "Liceo 1", "uid": "liceo-1", "metadata": { "contact": "webmaster@liceo.example" } });
    made(&service, "/api/v1/institutions", contact).await;
    let endpoint = json!({ "institution": "liceo-1", "url": nowhere(), "profile": "seed000" });
    let endpoint = made(&service, "/api/v1/endpoints", endpoint).await["id"].as_str().unwrap().to_owned();
    for n in 0..3 {
        made(&service, "/api/v1/events", json!({ "institution": "liceo-1", "type": "grade.submitted", "data": { "n": n } })).await;
    }
    until("all three are dead letters", async || {
        let path = format!("/api/v1/dead-letters?institution=liceo-1&endpoint={endpoint}");
        let dead = call(&service, Method::GET, &path, Value::Null).await;
        (dead.body["data"].as_array()?.len() == 3).then_some(())
    })
    .await;
    for address in ["operator@school.example", "webmaster@liceo.example"] {
        let mail = until("a mail", async || mails_to(folder.path(), address).pop()).await;
        assert!(mail.contains("Subject: Liceo 1: deliveries did not arrive"), "{mail}");
        assert!(mail.contains("Every try failed") && mail.contains("grade.submitted") && mail.contains("no connection"), "{mail}");
        assert!(!mail.contains("a-secret-of-the-school"), "what may be secret in a URL is not mailed: {mail}");
    }
    let told = mails_to(folder.path(), "operator@school.example");
    assert!(told[0].contains("/webhook-logs/liceo-1"), "{}", told[0]);
    assert!(!mails_to(folder.path(), "webmaster@liceo.example")[0].contains("/console/"));
    // Letters that follow are told together at the hour's end; unless the hour ended just now, there is one mail.
    assert!(told.len() <= 2, "{}", told.len());
    service.terminate();
    assert!(!service.whole_log().contains("webmaster@liceo.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_own_programs_hear_of_endpoints_messages_and_tasks_of_all_institutions() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    let (url, got) = receiver().await;
    let all = json!({ "url": format!("{url}/all") });
    let operational = made(&service, "/api/v1/operational-webhook/endpoint", all).await;
    assert!(operational.get("eventTypes").is_none(), "all of them: {operational}");
    let only = json!({ "url": format!("{url}/only"), "filterTypes": ["message.attempt.exhausted"] });
    made(&service, "/api/v1/operational-webhook/endpoint", only).await;

    let app = made(&service, "/api/v1/app", json!({ "name": "A", "uid": "app-a" })).await["id"].as_str().unwrap().to_owned();
    let endpoint = json!({ "institution": "app-a", "url": nowhere(), "uid": "e", "profile": "seed003" });
    let endpoint = made(&service, "/api/v1/endpoints", endpoint).await["id"].as_str().unwrap().to_owned();
    let message = json!({ "eventType": "grade.submitted", "payload": {}, "eventId": "order-1" });
    let message = made(&service, "/api/v1/app/app-a/msg", message).await["id"].as_str().unwrap().to_owned();
    let of = |path: &'static str, kind: &'static str| {
        let got = got.clone();
        async move {
            until(kind, async || {
                got.lock().unwrap().iter().find(|(to, body)| to == path && body["type"] == kind).map(|(_, body)| body["data"].clone())
            })
            .await
        }
    };
    assert_eq!(of("/all", "endpoint.created").await["endpointId"], json!(endpoint));
    let exhausted = of("/only", "message.attempt.exhausted").await;
    assert_eq!((&exhausted["appId"], &exhausted["appUid"]), (&json!(app), &json!("app-a")));
    assert_eq!((&exhausted["msgId"], &exhausted["msgEventId"]), (&json!(message), &json!("order-1")));
    assert_eq!(exhausted["lastAttempt"]["responseStatusCode"], 0);
    assert!(exhausted["lastAttempt"]["id"].as_str().unwrap().starts_with("atmpt_"));

    let since = json!({ "since": "2026-01-01T00:00:00Z" });
    let refused = call(&service, Method::POST, "/api/v1/app/app-a/endpoint/e/recover", since).await;
    assert_eq!(refused.status, 422, "longer ago than a fortnight");
    let now = jiff::Timestamp::now().checked_sub(Duration::from_mins(5)).unwrap();
    let task = made(&service, "/api/v1/app/app-a/endpoint/e/recover", json!({ "since": now })).await;
    assert_eq!(of("/all", "background_task.finished").await["taskId"], task["id"]);
    call(&service, Method::PATCH, "/api/v1/app/app-a/endpoint/e", json!({ "disabled": true })).await;
    assert_eq!(of("/all", "endpoint.disabled").await["endpointUid"], "e");
    assert_eq!(of("/all", "endpoint.updated").await["appUid"], "app-a");
    call(&service, Method::DELETE, "/api/v1/app/app-a/endpoint/e", Value::Null).await;
    assert_eq!(of("/all", "endpoint.deleted").await["endpointUid"], "e");

    // What waited is given up, and the figures say so.
    let only: Vec<Value> = got.lock().unwrap().iter().filter(|(to, _)| to == "/only").map(|(_, body)| body["type"].clone()).collect();
    assert!(only.iter().all(|kind| kind == "message.attempt.exhausted"), "{only:?}");
    let apps = call(&service, Method::GET, "/api/v1/app", Value::Null).await;
    assert_eq!(apps.body["data"].as_array().unwrap().len(), 1, "the operator's own is in no list: {}", apps.text);
    let wrong =
        call(&service, Method::POST, "/api/v1/operational-webhook/endpoint", json!({ "url": url, "eventTypes": ["grade.submitted"] }));
    assert_eq!(wrong.await.body["detail"][0]["loc"], json!(["body", "eventTypes"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reports_come_to_reaches_endpoints_that_asked_and_partners_that_page() {
    let school = school();
    let service = service(school.path());
    let (url, got) = receiver().await;
    made(&service, "/api/v1/institutions", json!({ "name": "This school", "uid": "school" })).await;
    made(&service, "/api/v1/institutions", json!({ "name": "Another", "uid": "another" })).await;
    made(&service, "/api/v1/endpoints", json!({ "institution": "school", "url": format!("{url}/reports"), "event_types": ["report.*"] }))
        .await;
    made(&service, "/api/v1/endpoints", json!({ "institution": "another", "url": format!("{url}/another") })).await;
    assert_eq!(service.webhook(&completion("ana")).await.body["status"], "processed", "{}", service.log());
    let mut event: Value = serde_json::from_str(&completion("nobody")).unwrap();
    event["user"]["email"] = Value::Null;
    assert_eq!(service.webhook(&event.to_string()).await.body["status"], "parked");

    let heard = until("three events", async || {
        let heard = got.lock().unwrap().clone();
        (heard.len() >= 3).then_some(heard)
    })
    .await;
    let mut kinds: Vec<&str> = heard.iter().map(|(_, body)| body["type"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["report.failed", "report.ready", "report.sent"]);
    let of = |kind: &str| heard.iter().find(|(_, body)| body["type"] == kind).unwrap().1["data"].clone();
    assert_eq!((&of("report.sent")["status"], &of("report.failed")["reason"]), (&json!("sent"), &json!("address_missing")));
    assert!(of("report.sent")["percent"].is_number() && of("report.sent")["level"].is_string());
    for (_, body) in &heard {
        let text = body.to_string();
        assert!(!text.contains("@example.com") && !text.contains("Student ana"), "no address and no name: {text}");
    }

    // A partner without webhooks finds all of them, also the kind that no endpoint asked for.
    let mut seen = Vec::new();
    let mut path = "/api/v1/events?institution=school&order=asc&limit=2".to_owned();
    while seen.len() < 4 {
        let page = call(&service, Method::GET, &path, Value::Null).await;
        let found = page.body["data"].as_array().unwrap();
        assert!(!found.is_empty(), "{seen:?}");
        seen.extend(found.iter().map(|event| event["type"].as_str().unwrap().to_owned()));
        path = format!("/api/v1/events?institution=school&order=asc&limit=2&cursor={}", page.body["next"].as_str().unwrap());
    }
    seen.sort_unstable();
    assert_eq!(seen, ["assessment.completed", "report.failed", "report.ready", "report.sent"]);
    let others = call(&service, Method::GET, "/api/v1/events?institution=another", Value::Null).await;
    assert_eq!(others.body["data"], json!([]));
    // Told once: a restart finds nothing new. What was heard and not recorded yet would be sent again, so that waits first.
    let due = school.path().join("lanes/deliveries/due");
    until("everything recorded", async || crate::harness::files(&due).is_empty().then_some(())).await;
    let mut service = service;
    service.restart();
    service.webhook(&completion("pedro")).await;
    until("the next report", async || (got.lock().unwrap().len() >= 5).then_some(())).await;
    assert_eq!(got.lock().unwrap().len(), 5, "ready and sent of the second student, and nothing of the first once more");
}
