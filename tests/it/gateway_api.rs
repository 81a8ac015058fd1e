//! The gateway's API in our own words, and the commands over it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::gcs_emulator::peer::peer;
use crate::harness::{Answer, Service, gradepost, repository};
use crate::svix::{ADMIN, start};

async fn call(service: &Service, method: reqwest::Method, path: &str, body: Option<Value>) -> Answer {
    let mut request = service.client().request(method, service.url(&format!("/api/v1{path}"))).bearer_auth(ADMIN);
    if let Some(body) = body {
        request = request.json(&body);
    }
    service.send(request).await
}

async fn get(service: &Service, path: &str) -> Value {
    let answer = call(service, reqwest::Method::GET, path, None).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.body
}

async fn post(service: &Service, path: &str, body: Value) -> Answer {
    call(service, reqwest::Method::POST, path, Some(body)).await
}

/// Asks until there is what is looked for.
async fn until(service: &Service, path: &str, found: impl Fn(&Value) -> bool) -> Value {
    let told = std::cell::RefCell::new(Value::Null);
    let look = async || {
        let answer = get(service, path).await;
        told.replace(answer.clone());
        found(&answer).then_some(answer)
    };
    crate::harness::until(|| format!("{path}: {}", told.borrow()), look).await
}

/// A command against the service; its output and what it says on the way.
fn command(service: &Service, arguments: &[&str]) -> (bool, String, String) {
    let settings = BTreeMap::from([("GRADEPOST_URL".to_owned(), service.url("")), ("GRADEPOST_KEY".to_owned(), ADMIN.to_owned())]);
    let output = gradepost(arguments, &settings).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

/// An institution with an endpoint at a port where nobody listens.
async fn school(service: &Service) -> String {
    let made = post(service, "/institutions", json!({ "name": "Liceo 1", "uid": "liceo-1" })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let body = json!({ "institution": "liceo-1", "url": format!("http://127.0.0.1:{port}/hook"), "event_types": ["grade.*"], "profile": "seed000" });
    let made = post(service, "/endpoints", body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert!(made.body["secret"].as_str().unwrap().starts_with("whsec_"));
    made.body["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_dies_is_seen_replayed_and_discarded_by_api_and_shell() {
    let folder = tempfile::tempdir().unwrap();
    let service = start(&folder);
    let endpoint = school(&service).await;
    let secret = call(&service, reqwest::Method::GET, &format!("/endpoints/{endpoint}?institution=liceo-1"), None).await;
    assert!(secret.body.get("secret").is_none(), "shown by its creation alone: {}", secret.text);

    let send = ["events", "send", "grade.submitted", r#"{"student_id":"123"}"#, "--institution", "liceo-1", "--idempotency-key", "k1"];
    let (sent, event, _) = command(&service, &send);
    assert!(sent && event.starts_with("msg_"), "{event}");
    assert_eq!(command(&service, &send).1, event, "the same event for the same key");
    let mut other = send;
    other[3] = r#"{"student_id":"124"}"#;
    let (sent, _, why) = command(&service, &other);
    assert!(!sent && why.contains("idempotency-key"), "{why}");
    assert!(command(&service, &["events", "list", "--institution", "liceo-1"]).1.starts_with(&event));
    assert!(command(&service, &["endpoints", "list", "--institution", "liceo-1"]).1.starts_with(&endpoint));

    let letters = format!("/dead-letters?institution=liceo-1&endpoint={endpoint}");
    let dead = until(&service, &letters, |told| !told["data"].as_array().unwrap().is_empty()).await;
    let letter = &dead["data"][0];
    assert_eq!((&letter["originalEvent"]["id"], &letter["originalEvent"]["data"]), (&json!(event), &json!({ "student_id": "123" })));
    assert_eq!(letter["attempts"], 3, "{letter}");
    for field in ["message", "stack", "timestamp"] {
        assert!(letter["error"][field].as_str().is_some_and(|text| !text.is_empty()), "{letter}");
    }
    // The letter is written before the delivery's end is.
    let deliveries = format!("/deliveries?institution=liceo-1&event={event}");
    let deliveries = until(&service, &deliveries, |told| told["data"][0]["state"] == "dead").await;
    assert_eq!(deliveries["data"][0]["endpoint"], json!(endpoint));
    let attempts = get(&service, &format!("/attempts?institution=liceo-1&event={event}&order=asc")).await;
    let numbers: Vec<&Value> = attempts["data"].as_array().unwrap().iter().map(|attempt| &attempt["number"]).collect();
    assert_eq!(numbers, [1, 2, 3], "{attempts}");
    assert_eq!(get(&service, "/attempts?institution=liceo-1&outcome=success").await["data"], json!([]));

    let act = |act: &str| format!("/dead-letters/{endpoint}/{event}/{act}?institution=liceo-1");
    assert_eq!(post(&service, &act("replay"), json!({})).await.status, 202);
    let more = format!("/attempts?institution=liceo-1&event={event}");
    until(&service, &more, |told| told["data"].as_array().unwrap().len() == 6).await;
    until(&service, &letters, |told| !told["data"].as_array().unwrap().is_empty()).await;
    let (replayed, task, _) = command(&service, &["endpoints", "replay", &endpoint, "--institution", "liceo-1"]);
    assert!(replayed && task.starts_with("qtask_"), "{task}");
    until(&service, &more, |told| told["data"].as_array().unwrap().len() == 9).await;
    until(&service, &letters, |told| !told["data"].as_array().unwrap().is_empty()).await;
    assert_eq!(post(&service, &act("discard"), json!({})).await.status, 204);
    assert_eq!(get(&service, &letters).await["data"], json!([]));
    assert_eq!(post(&service, &act("discard"), json!({})).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_without_webhooks_follows_events_by_the_cursor() {
    let folder = tempfile::tempdir().unwrap();
    let service = start(&folder);
    assert_eq!(post(&service, "/institutions", json!({ "name": "Liceo 1", "uid": "liceo-1" })).await.status, 201);
    let publish = |n: usize| json!({ "institution": "liceo-1", "type": if n.is_multiple_of(2) { "grade.submitted" } else { "student.created" }, "data": { "n": n } });
    for n in 0..5 {
        assert_eq!(post(&service, "/events", publish(n)).await.status, 202);
        tokio::time::sleep(Duration::from_millis(8)).await;
    }
    let mut path = "/events?institution=liceo-1&order=asc&limit=2".to_owned();
    let mut seen = Vec::new();
    for _ in 0..4 {
        let page = get(&service, &path).await;
        seen.extend(page["data"].as_array().unwrap().iter().map(|event| event["data"]["n"].as_u64().unwrap()));
        path = format!("/events?institution=liceo-1&order=asc&limit=2&cursor={}", page["next"].as_str().unwrap());
    }
    assert_eq!(seen, [0, 1, 2, 3, 4]);
    assert_eq!(post(&service, "/events", publish(5)).await.status, 202);
    assert_eq!(get(&service, &path).await["data"][0]["data"]["n"], 5, "what came since, at the same cursor");

    let grades = get(&service, "/events?institution=liceo-1&type=grade.submitted&limit=2").await;
    assert_eq!(grades["data"][0]["data"]["n"], 4, "newest first");
    let cursor = grades["next"].as_str().unwrap();
    let refused = |path: String| {
        let service = &service;
        async move { call(service, reqwest::Method::GET, &path, None).await.body["code"].clone() }
    };
    assert_eq!(refused(format!("/events?institution=liceo-1&limit=2&cursor={cursor}")).await, "cursor_of_another_list");
    assert_eq!(refused("/events?institution=liceo-1&colour=red".to_owned()).await, "unknown_parameter");
    assert_eq!(refused("/events".to_owned()).await, "validation_error", "which institution?");
    assert_eq!(refused("/events?institution=nobody".to_owned()).await, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_holds_every_route_that_is_served_and_no_other_and_every_event() {
    let folder = tempfile::tempdir().unwrap();
    let service = start(&folder);
    let document = service.get("/api/openapi.json").await.body;
    assert_eq!(document["openapi"], "3.1.0");
    let events: Vec<&String> = document["webhooks"].as_object().unwrap().keys().collect();
    assert!(events.len() > 25 && events.iter().any(|name| *name == "message.attempt.exhausted"), "{events:?}");
    let mut described = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        let url = path.split('/').map(|part| if part.starts_with('{') { "nothing" } else { part }).collect::<Vec<_>>().join("/");
        let mut taken = 0;
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let is_described = methods.get(method.to_lowercase()).is_some();
            let answer = service.send(service.client().request(method.parse().unwrap(), service.url(&url))).await;
            if is_described {
                // Without a key nothing is told, but that there is such a route: health alone needs none.
                let is_open = url.starts_with("/api/v1/health");
                assert!(answer.status == 401 || (is_open && answer.status == 204), "{method} {path}: {} {}", answer.status, answer.text);
                described += 1;
                taken += 1;
            } else {
                assert_eq!(answer.status, 405, "{method} {path} is served, but not described: {}", answer.text);
            }
        }
        assert!(taken > 0, "{path}");
    }
    assert!(described > 120, "{described}");
    let nowhere = service.get("/api/v1/nothing/here").await;
    assert_eq!((nowhere.status, nowhere.body["code"].as_str()), (404, Some("not_found")));
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_description_is_imported_as_event_types() {
    let folder = tempfile::tempdir().unwrap();
    let service = start(&folder);
    let document = service.get("/api/openapi.json").await.body;
    let part = json!({ "openapi": document["openapi"], "webhooks": document["webhooks"] });
    let imported = post(&service, "/event-type/import/openapi", json!({ "spec": part, "dryRun": true })).await;
    assert_eq!(imported.status, 200, "{}", imported.text);
    let names = imported.body["data"]["to_modify"].as_array().unwrap();
    assert!(names.len() > 25, "{}", imported.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_document_rules_out_is_refused_and_what_it_allows_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let service = start(&folder);
    let made = post(&service, "/app?get_if_exists=true", json!({ "name": "Liceo 1", "uid": "liceo-1", "throttleRate": 60.0 })).await;
    assert_eq!((made.status, &made.body["throttleRate"]), (201, &json!(60)), "{}", made.text);
    // What could not be created is refused also where there is one.
    let again = post(&service, "/app?get_if_exists=true", json!({ "name": "Liceo 1", "uid": "liceo-1", "throttleRate": 0 })).await;
    assert_eq!(again.status, 422, "{}", again.text);
    let empty = service.client().patch(service.url("/api/v1/institutions/liceo-1")).bearer_auth(ADMIN);
    assert_eq!(service.send(empty).await.status, 200, "a change of nothing needs no body");
    for (query, status) in [("status=running", 200), ("status=odd", 422), ("order=ascending", 400)] {
        let asked = service.client().get(service.url(&format!("/api/v1/background-task?{query}"))).bearer_auth(ADMIN);
        assert_eq!(service.send(asked).await.status, status, "{query}");
    }
    // A parameter stands in the document once.
    let document = service.get("/api/openapi.json").await.body;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let mut names: Vec<String> =
                operation["parameters"].as_array().into_iter().flatten().map(|one| format!("{} {}", one["in"], one["name"])).collect();
            let all = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), all, "{method} {path}: {names:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing_in_the_gateways_part() {
    let program = std::env::var("GRADEPOST_TEST_PYTHON").ok().map(|python| std::path::Path::new(&python).with_file_name("schemathesis"));
    let found = program.filter(|path| path.exists()).ok_or_else(|| "no schemathesis beside GRADEPOST_TEST_PYTHON".to_owned());
    let Some(program) = peer("schemathesis", found) else { return };
    let folder = tempfile::tempdir().unwrap();
    let service = start(&folder);
    assert_eq!(post(&service, "/institutions", json!({ "name": "Liceo 1", "uid": "liceo-1" })).await.status, 201);
    let mut run = std::process::Command::new(program);
    run.arg("--config-file").arg(repository("tests/parts/schemathesis_gateway.toml"));
    run.args(["run", &service.url("/api/openapi.json"), "--checks", "all", "--seed", "7", "--max-examples", "6"])
        // The same calls each time, so that a finding is one.
        .args(["--generation-deterministic", "--workers", "1", "--suppress-health-check", "all"])
        .args(["--phases", "examples,coverage,fuzzing"])
        .args(["--include-path-regex", "^/api/v1/(institutions|endpoints|events|deliveries|attempts|dead-letters|app|event-type|background-task|operational-webhook|stats)"])
        // Nearly every random id names nothing, which is right.
        .args(["--warnings", "off", "--header", &format!("Authorization: Bearer {ADMIN}"), "--no-color"])
        .current_dir(folder.path());
    let done = tokio::task::spawn_blocking(move || run.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{told}\n{}", String::from_utf8_lossy(&done.stderr));
    assert!(told.contains("passed"), "{told}");
}
