//! The documents this gateway comes from, taken at their word: every `curl` of theirs is typed as it stands, but for the port.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::gcs_emulator::peer::peer;
use crate::harness::{Service, repository, until};

const MASTER: &str = "a master secret of at least thirty-two characters";

/// Plays the whole internet: an explicit proxy that answers every request itself, and keeps what was sent.
struct Internet {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    status: Arc<Mutex<u16>>,
}

impl Internet {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let internet = Self { port: listener.local_addr().unwrap().port(), requests: Arc::default(), status: Arc::new(Mutex::new(200)) };
        let (requests, status) = (internet.requests.clone(), internet.status.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (requests, status) = (requests.clone(), status.clone());
                std::thread::spawn(move || one(stream, &requests, &status));
            }
        });
        internet
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    fn answers(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    fn settings(&self) -> [(&'static str, String); 4] {
        [
            ("GATEWAY_OPEN", "true".to_owned()),
            ("WEBHOOK_ENCRYPTION_KEY", MASTER.to_owned()),
            ("WEBHOOK_PROXY", format!("http://127.0.0.1:{}", self.port)),
            ("WEBHOOK_ALLOW_HTTP", "true".to_owned()),
        ]
    }
}

fn one(mut stream: TcpStream, requests: &Mutex<Vec<String>>, status: &Mutex<u16>) {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    while !is_whole(&bytes) {
        match stream.read(&mut buffer) {
            Ok(n) if n > 0 => bytes.extend_from_slice(&buffer[..n]),
            _ => break,
        }
    }
    requests.lock().unwrap().push(String::from_utf8_lossy(&bytes).into_owned());
    let status = *status.lock().unwrap();
    let _ = write!(stream, "HTTP/1.1 {status} Answer\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn start(folder: &Path, internet: &Internet) -> Service {
    let settings = internet.settings();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Service::start(folder, &settings)
}

/// Types a document's command in a shell; only the port is ours.
fn typed(service: &Service, command: &str, port: u16) -> (u16, Value) {
    let command = command.replace(&format!("127.0.0.1:{port}"), &format!("127.0.0.1:{}", service.port));
    let command = format!("{} -sS -w '\n%{{http_code}}'", command.trim_end());
    let output = Command::new("sh").args(["-c", &command]).env("no_proxy", "127.0.0.1").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n').unwrap_or_else(|| panic!("{command}: {}", String::from_utf8_lossy(&output.stderr)));
    (status.parse().unwrap(), serde_json::from_str(body).unwrap_or_else(|_| panic!("{command}: {text}")))
}

fn commands(document: &str) -> Vec<String> {
    let text = std::fs::read_to_string(repository("test_data/documents").join(document)).unwrap();
    text.split("####\n").map(ToOwned::to_owned).collect()
}

fn curl() -> Option<()> {
    peer("curl", Command::new("curl").arg("--version").output().map(drop).map_err(|error| error.to_string()))
}

#[tokio::test]
async fn the_universitys_commands_give_the_answers_its_document_shows() {
    let Some(()) = curl() else { return };
    let (folder, internet) = (tempfile::tempdir().unwrap(), Internet::start());
    let service = start(folder.path(), &internet);
    let [register, submit, list] = commands("grades.sh").try_into().unwrap();

    let url = "http://institutiona.edu/api/receive_grade";
    assert_eq!(typed(&service, &register, 5000), (200, json!({ "message": "Webhook registered successfully", "webhook_url": url })));
    let (status, answer) = typed(&service, &submit, 5000);
    assert_eq!(
        (status, &answer["message"], &answer["webhook_response"]),
        (200, &json!("Grade submitted, webhook triggered"), &json!("Success")),
        "{answer}"
    );
    assert_eq!(typed(&service, &list, 5000), (200, json!({ "university_id": "INST_A", "webhooks": [url] })));

    let sent = internet.requests();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].starts_with(&format!("POST {url} HTTP/1.1\r\n")), "{}", sent[0]);
    let body: Value = serde_json::from_str(sent[0].split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body, json!({ "student_id": "123", "course_id": "CS101", "grade": "A" }));
}

#[tokio::test]
async fn a_university_that_is_away_is_tried_three_times_and_the_answer_says_failed() {
    let Some(()) = curl() else { return };
    let (folder, internet) = (tempfile::tempdir().unwrap(), Internet::start());
    let service = start(folder.path(), &internet);
    let [register, submit, _] = commands("grades.sh").try_into().unwrap();
    typed(&service, &register, 5000);
    internet.answers(500);
    let (_, answer) = typed(&service, &submit, 5000);
    assert_eq!(answer["webhook_response"], "Failed");
    until(|| "three tries".to_owned(), async || (internet.requests().len() >= 3).then_some(())).await;
    assert_eq!(internet.requests().len(), 3);
    let ids: Vec<String> = internet.requests().iter().map(|request| header(request, "webhook-id")).collect();
    assert!(ids[0].starts_with("msg_") && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

fn header(request: &str, name: &str) -> String {
    let find = |line: &str| Some(line.split_once(':').filter(|(key, _)| key.eq_ignore_ascii_case(name))?.1.trim().to_owned());
    request.lines().find_map(find).unwrap_or_default()
}

#[tokio::test]
async fn the_same_url_twice_is_one_registration_and_it_survives_a_restart() {
    let (folder, internet) = (tempfile::tempdir().unwrap(), Internet::start());
    let mut service = start(folder.path(), &internet);
    let register = |url: &str| {
        let body = json!({ "university_id": "INST_A", "webhook_url": url });
        service.client().post(service.url("/register_webhooks")).json(&body)
    };
    for url in ["http://a.example/1", "http://a.example/1", "http://a.example/2"] {
        assert_eq!(service.send(register(url)).await.status, 200);
    }
    service.restart();
    let listed = service.get("/get_webhooks/INST_A").await;
    assert_eq!(listed.body["webhooks"], json!(["http://a.example/1", "http://a.example/2"]));
    let empty = service.get("/get_webhooks/UNKNOWN").await;
    assert_eq!((empty.status, empty.body), (200, json!({ "university_id": "UNKNOWN", "webhooks": [] })));
    for bad in [json!({}), json!({ "university_id": "A" }), json!({ "university_id": "A", "webhook_url": "ftp://a.example" }), json!([])] {
        let answer = service.send(service.client().post(service.url("/register_webhooks")).json(&bad)).await;
        assert!(answer.status == 400 && answer.body["error"].is_string(), "{bad}: {}", answer.text);
    }
}

#[tokio::test]
async fn several_webhooks_each_tell_their_outcome_and_a_university_without_any_is_said_so() {
    let (folder, internet) = (tempfile::tempdir().unwrap(), Internet::start());
    let service = start(folder.path(), &internet);
    let post = |path: &'static str, body: Value| service.send(service.client().post(service.url(path)).json(&body));
    for url in ["http://a.example/1", "http://a.example/2"] {
        post("/register_webhooks", json!({ "university_id": "INST_A", "webhook_url": url })).await;
    }
    let grade = |university: &str| json!({ "student_id": "1", "course_id": "C", "grade": "A", "university_id": university });
    let several = post("/submit_grade", grade("INST_A")).await;
    let mut outcomes = several.body["webhook_response"].as_array().unwrap().clone();
    outcomes.sort_by_key(|outcome| outcome["webhook"].to_string());
    assert_eq!(
        outcomes,
        [
            json!({ "webhook": "http://a.example/1", "status": "Success", "error": null }),
            json!({ "webhook": "http://a.example/2", "status": "Success", "error": null })
        ]
    );
    let none = post("/submit_grade", grade("INST_B")).await;
    assert_eq!((none.status, none.body["message"].as_str()), (200, Some("Grade submitted, but no webhook found for INST_B")));
    assert_eq!(internet.requests().len(), 2, "B's grade went to nobody");
}

#[tokio::test]
async fn many_grades_are_taken_at_once_and_keep_their_order_per_student_and_course() {
    let (folder, internet) = (tempfile::tempdir().unwrap(), Internet::start());
    let service = start(folder.path(), &internet);
    let register = json!({ "university_id": "INST_A", "webhook_url": "http://a.example/1" });
    service.send(service.client().post(service.url("/register_webhooks")).json(&register)).await;
    let mut lines: Vec<String> = (0..60)
        .map(|n| json!({ "student_id": format!("s{}", n % 6), "course_id": "C", "grade": n / 6, "university_id": "INST_A" }).to_string())
        .collect();
    lines.insert(30, "nonsense".to_owned());
    let request =
        service.client().post(service.url("/submit_grades")).header("Content-Type", "application/x-ndjson").body(lines.join("\n"));
    let answer = service.send(request).await;
    assert_eq!(
        (answer.status, answer.body["accepted"].as_u64(), answer.body["refused"].as_u64()),
        (202, Some(60), Some(1)),
        "{}",
        answer.text
    );
    assert_eq!((&answer.body["results"][30]["status"], &answer.body["results"][31]["status"]), (&json!("refused"), &json!("accepted")));
    until(|| "sixty deliveries".to_owned(), async || (internet.requests().len() >= 60).then_some(())).await;
    let mut seen: std::collections::BTreeMap<String, Vec<u64>> = std::collections::BTreeMap::new();
    for request in internet.requests() {
        let body: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
        seen.entry(body["student_id"].as_str().unwrap().to_owned()).or_default().push(body["grade"].as_u64().unwrap());
    }
    assert_eq!(seen.len(), 6);
    for (student, grades) in seen {
        assert_eq!(grades, (0..10).collect::<Vec<u64>>(), "{student}");
    }
}

#[tokio::test]
async fn newman_runs_the_postman_collection() {
    let found = crate::harness::node_program("newman");
    let Some(newman) = peer("newman", found) else { return };
    let (folder, internet) = (tempfile::tempdir().unwrap(), Internet::start());
    let service = start(folder.path(), &internet);
    let output = Command::new("node")
        .arg(newman)
        .args([
            "run",
            repository("webhooks.postman_collection.json").to_str().unwrap(),
            "--color",
            "off",
            "--env-var",
            &format!("base_url={}", service.url("")),
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(internet.requests().len(), 1);
}

#[tokio::test]
async fn the_subscriptions_commands_give_the_answers_their_document_means() {
    let Some(()) = curl() else { return };
    let (folder, internet) = (tempfile::tempdir().unwrap(), Internet::start());
    let service = start(folder.path(), &internet);
    service.leaves_jobs_open("nobody is at the document's addresses");
    let [create, read, update, delete, ingest] = commands("subscriptions.sh").try_into().unwrap();
    let (status, made) = typed(&service, &create, 8000);
    let id = "363294be-37e5-482f-b7fd-5a1be84c2713";
    let url = "https://webhook.site8932893892239/bd60ff53-14c3-4246-b363-0d7e4cbbbb28";
    assert_eq!((status, made["id"].as_str(), made["target_url"].as_str()), (201, Some(id), Some(url)), "{made}");
    let (status, read_back) = typed(&service, &read, 8000);
    assert_eq!((status, read_back["id"].as_str(), read_back["target_url"].as_str()), (200, Some(id), Some(url)));
    // The document changes and removes other ones than it made.
    assert_eq!(typed(&service, &update, 8000), (404, json!({ "detail": "Subscription not found" })));
    assert_eq!(typed(&service, &delete, 8000).0, 404);
    for other in ["f24feb54-b101-4431-a46c-41e4e15fc9e1", "12096dc0-27b9-47b1-989a-22b105dfbe5f"] {
        let body = json!({ "id": other, "target_url": "https://other.example/hook" });
        assert_eq!(service.send(service.client().post(service.url("/subscription")).json(&body)).await.status, 201);
    }
    let (status, changed) = typed(&service, &update, 8000);
    assert_eq!(
        (status, changed["name"].as_str(), changed["target_url"].as_str()),
        (200, Some("anshu"), Some("https://other.example/hook"))
    );
    assert_eq!(typed(&service, &delete, 8000).0, 200);
    assert_eq!(service.get("/subscription/12096dc0-27b9-47b1-989a-22b105dfbe5f").await.status, 404);
    let (status, accepted) = typed(&service, &ingest, 8000);
    assert_eq!(
        (status, accepted["subscription_id"].as_str(), accepted["queue"].as_str()),
        (202, Some(id), Some("webhook_payload")),
        "{accepted}"
    );
    let task = accepted["task_id"].as_str().unwrap();
    let stands = service.get(&format!("/ingest/{id}/{task}")).await;
    assert_eq!((stands.status, stands.body["task_id"].as_str()), (200, Some(task)), "{}", stands.text);
}

#[tokio::test]
async fn a_payload_is_sent_as_it_came_and_only_to_its_own_subscription() {
    let (folder, internet) = (tempfile::tempdir().unwrap(), Internet::start());
    let service = start(folder.path(), &internet);
    for id in ["one", "two"] {
        let body = json!({ "id": id, "target_url": format!("http://{id}.example/hook") });
        service.send(service.client().post(service.url("/subscription")).json(&body)).await;
    }
    let payload = "{ \"b\":1,\n  \"a\": 2.50 }";
    let sent = service.send(service.client().post(service.url("/ingest/one")).body(payload)).await;
    assert_eq!(sent.status, 202, "{}", sent.text);
    until(|| "the delivery".to_owned(), async || (!internet.requests().is_empty()).then_some(())).await;
    let requests = internet.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].starts_with("POST http://one.example/hook ") && requests[0].ends_with(payload), "{}", requests[0]);
    let task = sent.body["task_id"].as_str().unwrap();
    let stands = async || service.get(&format!("/ingest/one/{task}")).await.body["status"].clone();
    until(|| "the task is delivered".to_owned(), async || (stands().await == "delivered").then_some(())).await;
    assert_eq!(service.get(&format!("/ingest/two/{task}")).await.status, 404);
    let other_url = json!({ "id": "one", "target_url": "http://thief.example/" });
    assert_eq!(service.send(service.client().post(service.url("/ingestion")).json(&other_url)).await.status, 409);
}

#[tokio::test]
async fn a_subscription_with_a_secret_takes_signed_payloads_only() {
    let (folder, internet) = (tempfile::tempdir().unwrap(), Internet::start());
    let service = start(folder.path(), &internet);
    let secret = "a secret that two share";
    let body = json!({ "id": "one", "target_url": "http://one.example/hook", "secret": secret });
    let made = service.send(service.client().post(service.url("/subscription")).json(&body)).await;
    assert!(made.status == 201 && !made.text.contains(secret), "{}", made.text);
    let payload = r#"{"a":1}"#;
    let signature = format!("sha256={}", hex::encode(gradepost::signing::hmac_sha256(secret.as_bytes(), payload.as_bytes())));
    let ingest = |signature: Option<String>| {
        let mut request = service.client().post(service.url("/ingest/one")).body(payload);
        if let Some(signature) = signature {
            request = request.header("X-Hub-Signature-256", signature);
        }
        service.send(request)
    };
    assert_eq!(ingest(None).await.status, 401);
    assert_eq!(ingest(Some(signature.replace('a', "b"))).await.status, 401);
    assert_eq!(ingest(Some(signature)).await.status, 202);
}
