//! The provider and the school, both of them real processes: a school registers, a student is added, the school verifies, keeps and shows.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::harness::{Service, files, gradepost};

const MASTER: &str = "a master secret of at least thirty-two characters";

fn provider(folder: &Path) -> Service {
    Service::start(folder, &[("GATEWAY_OPEN", "true"), ("WEBHOOK_ENCRYPTION_KEY", MASTER)])
}

/// `gradepost demo-school`.
struct School {
    child: Child,
    port: u16,
}

impl School {
    fn start(folder: &Path, secret: &str, port: u16) -> Self {
        let settings: BTreeMap<String, String> = [("WEBHOOK_SECRET", secret), ("LOG_FORMAT", "json")]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let arguments = ["demo-school", "--port", &port.to_string(), "--data", folder.to_str().unwrap()];
        let mut child = gradepost(&arguments, &settings).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let port = lines.find_map(|line| serde_json::from_str::<Value>(&line.ok()?).ok()?["port"].as_u64()).unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, port: port as u16 }
    }
}

impl Drop for School {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nothing listens on now.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn post(service: &Service, path: &str, body: Value) -> crate::harness::Answer {
    service.send(service.client().post(service.url(path)).json(&body)).await
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    crate::harness::until(|| what.to_owned(), async || holds().await.then_some(())).await;
}

#[tokio::test]
async fn a_student_that_is_added_changed_and_removed_reaches_the_school_signed() {
    let (folder, school_folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let provider = provider(folder.path());
    let port = free_port();
    let register = json!({ "schoolId": "school-a", "webhookUrl": format!("http://127.0.0.1:{port}/webhook"), "schoolName": "A School" });
    let registered = post(&provider, "/api/webhook/register", register).await;
    assert_eq!((registered.status, &registered.body["success"]), (201, &json!(true)), "{}", registered.text);
    assert_eq!(registered.body["message"], "Webhook registered. Please store this secret securely.");
    let secret = registered.body["data"]["webhookSecret"].as_str().unwrap().to_owned();
    assert!(secret.len() == 64 && secret.bytes().all(|b| b.is_ascii_hexdigit()));
    let school = School::start(school_folder.path(), &secret, port);
    assert_eq!(school.port, port);

    let added = post(&provider, "/api/students", json!({ "schoolId": "school-a", "name": "Ana Pérez", "email": "ana@example.org" })).await;
    assert_eq!((added.status, &added.body["success"]), (201, &json!(true)), "{}", added.text);
    let id = added.body["data"]["id"].as_str().unwrap().to_owned();
    let students = async || -> Value {
        let answer = provider.client().get(format!("http://127.0.0.1:{port}/students")).send().await.unwrap();
        serde_json::from_str::<Value>(&answer.text().await.unwrap()).unwrap()["data"].clone()
    };
    until("the school keeps the student", async || students().await[0]["name"] == "Ana Pérez").await;
    let page = provider.client().get(format!("http://127.0.0.1:{port}/")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Ana Pérez") && page.contains("ana@example.org"));

    let changed = provider
        .send(provider.client().put(provider.url(&format!("/api/students/{id}"))).json(&json!({ "email": "ana@other.example" })))
        .await;
    assert_eq!((changed.status, changed.body["data"]["name"].as_str()), (200, Some("Ana Pérez")));
    until("the school hears of the change", async || students().await[0]["email"] == "ana@other.example").await;
    let removed = provider.send(provider.client().delete(provider.url(&format!("/api/students/{id}")))).await;
    assert_eq!(removed.status, 200);
    until("the school removes the student", async || students().await == json!([])).await;
    assert_eq!(provider.get(&format!("/api/students/{id}")).await.status, 404);
}

#[tokio::test]
async fn what_is_missing_is_said_and_the_same_webhook_is_not_registered_twice() {
    let folder = tempfile::tempdir().unwrap();
    let provider = provider(folder.path());
    let whole = json!({ "schoolId": "school-a", "webhookUrl": "http://127.0.0.1:9/webhook", "schoolName": "A School" });
    for name in ["schoolId", "webhookUrl", "schoolName"] {
        let mut part = whole.clone();
        part.as_object_mut().unwrap().remove(name);
        let answer = post(&provider, "/api/webhook/register", part).await;
        assert_eq!((answer.status, answer.body), (400, json!({ "success": false, "message": "Missing fields" })));
    }
    let first = post(&provider, "/api/webhook/register", whole.clone()).await;
    let again = post(&provider, "/api/webhook/register", whole).await;
    assert_eq!((first.status, again.status), (201, 409));
    assert!(!again.text.contains(first.body["data"]["webhookSecret"].as_str().unwrap()));
    for bad in
        [json!({ "name": "Ana" }), json!({ "schoolId": "school-a" }), json!({ "schoolId": "school-a", "name": "Ana", "email": "none" })]
    {
        let answer = post(&provider, "/api/students", bad.clone()).await;
        assert!(answer.status == 400 && answer.body["success"] == json!(false), "{bad}: {}", answer.text);
    }
}

#[tokio::test]
async fn the_secret_is_in_no_file_log_or_later_answer() {
    let folder = tempfile::tempdir().unwrap();
    let mut provider = provider(folder.path());
    provider.leaves_jobs_open("nothing listens at the school");
    let whole = json!({ "schoolId": "school-a", "webhookUrl": "http://127.0.0.1:9/webhook", "schoolName": "A School" });
    let registered = post(&provider, "/api/webhook/register", whole).await;
    let secret = registered.body["data"]["webhookSecret"].as_str().unwrap().to_owned();
    post(&provider, "/api/students", json!({ "schoolId": "school-a", "name": "Ana" })).await;
    for path in
        ["/get_webhooks/school-a", "/webhook-logs/school-a", "/api/students?schoolId=school-a", "/.well-known/webhooks/school-a/jwks.json"]
    {
        let answer = provider.send(provider.client().get(provider.url(path)).header("Accept", "application/json")).await;
        assert!(answer.status == 200 && !answer.text.contains(&secret), "{path}: {} {}", answer.status, answer.text);
    }
    provider.terminate();
    assert!(!provider.whole_log().contains(&secret));
    let raw = hex::decode(&secret).unwrap();
    for name in files(folder.path()) {
        let bytes = std::fs::read(folder.path().join(&name)).unwrap();
        let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        assert!(!holds(secret.as_bytes()) && !holds(&raw), "{name}");
    }
}

#[tokio::test]
async fn the_log_of_a_school_shows_each_attempt_newest_first_as_json_and_keeps_to_its_school() {
    let folder = tempfile::tempdir().unwrap();
    let provider = provider(folder.path());
    provider.leaves_jobs_open("nothing listens at the school");
    // Nothing listens there: the first attempts fail.
    let port = free_port();
    for school in ["school-a", "school-b"] {
        let whole = json!({ "schoolId": school, "webhookUrl": format!("http://127.0.0.1:{port}/{school}"), "schoolName": school });
        assert_eq!(post(&provider, "/api/webhook/register", whole).await.status, 201);
    }
    post(&provider, "/api/students", json!({ "schoolId": "school-a", "name": "Ana" })).await;
    let log = async |path: &str| provider.send(provider.client().get(provider.url(path)).header("Accept", "application/json")).await;
    until("an attempt is logged", async || {
        log("/webhook-logs/school-a").await.body["data"].as_array().is_some_and(|rows| !rows.is_empty())
    })
    .await;
    let rows = log("/webhook-logs/school-a").await;
    assert_eq!(rows.body["success"], json!(true));
    let row = rows.body["data"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&row["schoolId"], &row["event"], &row["status"], &row["attempt"]),
        (&json!("school-a"), &json!("student.applied"), &json!("failed"), &json!(1)),
        "{row}"
    );
    assert!(row["error"].is_string() && row["timestamp"].is_string() && row["payload"]["name"] == "Ana", "{row}");
    assert_eq!(log("/api/webhook/logs?schoolId=school-a").await.status, 200);
    assert_eq!(log("/webhook-logs/school-b").await.body, json!({ "success": true, "data": [] }));
    assert_eq!(log("/webhook-logs/nobody").await.status, 404);
}
