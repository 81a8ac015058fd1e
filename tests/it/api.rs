//! The operator's API, over real reports and the real binary.

use std::process::Command;

use serde_json::{Value, json};

use crate::gcs_emulator::peer::peer;
use crate::harness::{Answer, Service, completion, repository, school};

const TOKEN: &str = "an-admin-token-of-the-stories-0123456789";

/// Calls with the admin token.
struct Api<'a>(&'a Service);

impl Api<'_> {
    async fn get(&self, path: &str) -> Answer {
        self.0.send(self.0.client().get(self.0.url(path)).bearer_auth(TOKEN)).await
    }

    async fn post(&self, path: &str, body: &Value, key: Option<&str>) -> Answer {
        let mut request = self.0.client().post(self.0.url(path)).bearer_auth(TOKEN).json(body);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        self.0.send(request).await
    }
}

/// A school with sent reports of some students, and one that is parked.
async fn some_reports() -> (tempfile::TempDir, Service) {
    let school = school();
    let service = Service::start(school.path(), &[("ADMIN_TOKEN", TOKEN)]);
    for student in ["ana", "pedro", "sofia"] {
        assert_eq!(service.webhook(&completion(student)).await.body["status"], "processed", "{}", service.log());
    }
    let mut event: Value = serde_json::from_str(&completion("nobody")).unwrap();
    event["user"]["email"] = Value::Null;
    assert_eq!(service.webhook(&event.to_string()).await.body["status"], "parked", "{}", service.log());
    (school, service)
}

#[tokio::test]
async fn the_api_tells_what_became_of_whose_report_and_gives_its_pdf() {
    let (_school, service) = some_reports().await;
    let api = Api(&service);
    let list = api.get("/api/v1/reports").await;
    assert_eq!((list.status, list.body["data"].as_array().unwrap().len()), (200, 4), "{}", list.text);
    let found = api.post("/api/v1/reports/search", &json!({ "filter": { "text": "PEDRÓ" } }), None).await;
    let report = &found.body["data"][0];
    assert_eq!((found.body["data"].as_array().unwrap().len(), &report["state"]), (1, &json!("sent")), "{}", found.text);
    let job = report["job"].as_str().unwrap();
    let one = api.get(&format!("/api/v1/reports/{job}")).await;
    assert_eq!((&one.body["has_pdf"], &one.body["acts"]), (&json!(true), &json!(["retry", "send", "render", "mark"])), "{}", one.text);
    let pdf = api.get(&format!("/api/v1/reports/{job}/pdf")).await;
    assert!(pdf.text.starts_with("%PDF-"));
    let tag = pdf.headers["etag"].to_str().unwrap();
    let again = service.client().get(service.url(&format!("/api/v1/reports/{job}/pdf"))).bearer_auth(TOKEN).header("If-None-Match", tag);
    assert_eq!(service.send(again).await.status, 304);
    let student = report["student"]["hash"].as_str().unwrap();
    let only = api.get(&format!("/api/v1/reports?student={student}&state=sent,parked")).await;
    assert_eq!(only.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(api.get(&format!("/api/v1/students/{student}")).await.body["reports"], 1);
    assert_eq!(api.get("/api/v1/figures/today").await.body["parked_now"], 1);
    assert_eq!(api.get("/api/v1/todo").await.body["data"][0]["cause"], "address_missing");
    assert_eq!(api.get("/api/v1/status").await.body["index"]["is_building"], false);
    let course = api.get("/api/v1/results").await.body["data"][0]["course"]["tag"].as_str().unwrap().to_owned();
    let results = api.get(&format!("/api/v1/results/{course}")).await;
    assert_eq!(results.body["data"][0]["figures"], Value::Null, "three students are too few for figures: {}", results.text);
}

#[tokio::test]
async fn a_list_is_paged_by_cursors_that_fit_their_own_filter_only() {
    let (_school, service) = some_reports().await;
    let api = Api(&service);
    let mut seen = Vec::new();
    let mut path = "/api/v1/reports?limit=1".to_owned();
    loop {
        let page = api.get(&path).await;
        seen.push(page.body["data"][0]["job"].clone());
        let Some(next) = page.body["next"].as_str() else { break };
        path = format!("/api/v1/reports?limit=1&cursor={next}");
        assert_eq!(api.get(&format!("/api/v1/reports?limit=1&state=sent&cursor={next}")).await.status, 400);
    }
    assert_eq!(seen.len(), 4);
    for wrong in ["limit=0", "limit=201", "limit=x", "state=lost", "cursor=zz", "name=ana", "course=zz", "from=yesterday", "q=ana"] {
        let answer = api.get(&format!("/api/v1/reports?{wrong}")).await;
        assert_eq!(
            (answer.status, answer.headers["content-type"].to_str().unwrap()),
            (400, "application/problem+json"),
            "{wrong}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn an_act_happens_once_however_often_it_is_sent_and_not_when_the_report_moved() {
    let (school, service) = some_reports().await;
    let api = Api(&service);
    let found = api.post("/api/v1/reports/search", &json!({ "filter": { "text": "ana" } }), None).await;
    let job = found.body["data"][0]["job"].as_str().unwrap().to_owned();
    let retry = format!("/api/v1/reports/{job}/retry");
    let seen = api.get(&format!("/api/v1/reports/{job}")).await.body["expected"].clone();
    let expected = json!({ "expected": seen, "why": "She lost it" });
    let first = api.post(&retry, &expected, Some("key-1")).await;
    let second = api.post(&retry, &expected, Some("key-1")).await;
    assert_eq!((first.status, second.status, &first.body), (202, 202, &second.body), "{} {}", first.text, second.text);
    assert_eq!(api.post(&retry, &json!({}), Some("key-1")).await.status, 422, "one key is for one act");
    assert_eq!(api.post(&retry, &expected, None).await.status, 409, "it is in another round by now");
    assert_eq!(api.post(&format!("/api/v1/reports/{job}/release"), &json!({}), None).await.status, 409, "it is not parked");
    for wrong in [
        json!({ "expectd": "" }),
        json!({ "why": 7 }),
        json!([]),
        json!({ "expected": "x" }),
        json!({ "to": "nobody" }),
        json!({ "mail": false }),
    ] {
        assert_eq!(api.post(&retry, &wrong, None).await.status, 422, "{wrong}");
    }
    let sent = async || crate::harness::mails(school.path()).iter().filter(|mail| mail.contains("ana@example.com")).count();
    crate::harness::until(|| "the first mail, and the one that was asked for once".to_owned(), async || (sent().await == 2).then_some(()))
        .await;
}

/// How often each student was mailed.
fn mailed(folder: &std::path::Path, student: &str) -> usize {
    crate::harness::mails(folder).iter().filter(|mail| mail.contains(&format!("{student}@example.com"))).count()
}

#[tokio::test]
async fn an_act_on_many_is_fixed_when_it_is_asked_done_once_watched_and_stopped() {
    let (school, service) = some_reports().await;
    let api = Api(&service);
    for wrong in [
        json!({}),
        json!({ "act": "send" }),
        json!({ "filter": {}, "act": "erase" }),
        json!({ "filter": {}, "act": "send", "mail": false }),
        json!({ "filter": { "name": "ana" }, "act": "send" }),
        json!({ "filter": {}, "act": "send", "why": "x".repeat(501) }),
        json!({ "filter": {}, "act": "send", "to": "a@b.cl" }),
    ] {
        assert_eq!(api.post("/api/v1/bulk", &wrong, None).await.status, 422, "{wrong}");
    }
    let nothing = api.post("/api/v1/bulk", &json!({ "filter": { "states": ["failed"] }, "act": "retry" }), None).await;
    assert_eq!((nothing.status, &nothing.body["code"]), (409, &json!("nothing_fits")), "{}", nothing.text);

    // Fixed, and nothing done before it is started.
    let asked = json!({ "filter": { "states": ["sent", "parked"] }, "act": "send", "why": "The mail was empty", "start": false });
    let fixed = api.post("/api/v1/bulk", &asked, Some("bulk-1")).await;
    let told = (&fixed.body["reports"], &fixed.body["left"], &fixed.body["is_started"], &fixed.body["act"]);
    assert_eq!((fixed.status, told), (202, (&json!(3), &json!(1), &json!(false), &json!("send"))), "{}", fixed.text);
    assert_eq!(api.post("/api/v1/bulk", &asked, Some("bulk-1")).await.body, fixed.body, "the same key is the same act");
    assert_eq!(api.post("/api/v1/bulk", &json!({ "filter": {}, "act": "send" }), Some("bulk-1")).await.status, 422);
    assert_eq!(crate::harness::mails(school.path()).len(), 3);
    // What comes meanwhile is not among them.
    assert_eq!(service.webhook(&completion("latecomer")).await.body["status"], "processed");
    let path = format!("/api/v1/bulk/{}", fixed.body["id"].as_str().unwrap());
    for _ in 0..2 {
        let started = api.post(&format!("{path}/start"), &json!({}), None).await;
        assert_eq!((started.status, &started.body["is_started"]), (202, &json!(true)), "{}", started.text);
    }
    let done = crate::harness::until(
        || service.log(),
        async || {
            let view = api.get(&path).await;
            (view.body["is_finished"] == true).then_some(view.body)
        },
    )
    .await;
    assert_eq!((&done["done"], &done["moved"], &done["failed"]), (&json!(3), &json!(0), &json!([])), "{done}");
    crate::harness::until(|| service.log(), async || (crate::harness::mails(school.path()).len() == 7).then_some(())).await;
    assert_eq!(["ana", "pedro", "sofia", "latecomer"].map(|student| mailed(school.path(), student)), [2, 2, 2, 1]);
    let acts = crate::console::audited(school.path());
    assert_eq!(acts.iter().filter(|act| act["act"] == "bulk" && act["why"] == "The mail was empty").count(), 1, "{acts:?}");

    // One that is stopped before it begins does nothing; only filed unless mails are asked for.
    let fixed = api.post("/api/v1/bulk", &json!({ "filter": {}, "act": "render", "start": false }), None).await;
    let path = format!("/api/v1/bulk/{}", fixed.body["id"].as_str().unwrap());
    assert_eq!(api.post(&format!("{path}/stop"), &json!({}), None).await.status, 202);
    api.post(&format!("{path}/start"), &json!({}), None).await;
    let stopped = crate::harness::until(
        || service.log(),
        async || {
            let view = api.get(&path).await;
            (view.body["is_stopped"] == true).then_some(view.body)
        },
    )
    .await;
    assert_eq!((&stopped["done"], crate::harness::mails(school.path()).len()), (&json!(0), 7), "{stopped}");
    let filed = api.post("/api/v1/bulk", &json!({ "filter": { "text": "ana" }, "act": "render" }), None).await;
    let path = format!("/api/v1/bulk/{}", filed.body["id"].as_str().unwrap());
    crate::harness::until(|| service.log(), async || (api.get(&path).await.body["is_finished"] == true).then_some(())).await;
    assert_eq!(crate::harness::mails(school.path()).len(), 7, "it is only filed");
    for missing in ["/api/v1/bulk/0123456789abcdef01234567", "/api/v1/bulk/x"] {
        assert_eq!(api.get(missing).await.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn without_a_valid_token_nothing_is_told_and_no_log_repeats_what_was_searched() {
    let (_school, mut service) = some_reports().await;
    for path in ["/api/v1/reports", "/api/v1/figures/today", "/api/v1/reports/00000000000000000000000000000000", "/api/v1/status"] {
        let answer = service.get(path).await;
        assert_eq!(
            (answer.status, answer.headers["content-type"].to_str().unwrap()),
            (401, "application/problem+json"),
            "{path}: {}",
            answer.text
        );
    }
    Api(&service).post("/api/v1/reports/search", &json!({ "filter": { "text": "Zacarias-the-searched" } }), None).await;
    Api(&service).post("/api/v1/students/search", &json!({ "text": "Zacarias-the-searched" }), None).await;
    service.terminate();
    let log = service.whole_log();
    for secret in ["Zacarias", TOKEN, "ana@example.com", "Student ana"] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn schemathesis_finds_nothing() {
    let program = std::env::var("GRADEPOST_TEST_PYTHON").ok().map(|python| std::path::Path::new(&python).with_file_name("schemathesis"));
    let found = program.filter(|path| path.exists()).ok_or_else(|| "no schemathesis beside GRADEPOST_TEST_PYTHON".to_owned());
    let Some(program) = peer("schemathesis", found) else { return };
    let (school, service) = some_reports().await;
    let mut run = Command::new(program);
    run.arg("--config-file").arg(repository("tests/parts/schemathesis_console.toml"));
    run.args(["run", &service.url("/api/openapi.json"), "--checks", "all", "--seed", "7", "--max-examples", "12"])
        // The same calls each time: nothing is remembered from another run, and no clock decides how many there are.
        .args(["--generation-deterministic", "--workers", "1", "--suppress-health-check", "all"])
        .args([
            "--phases",
            "examples,coverage,fuzzing",
            "--include-path-regex",
            "^/api/v1/(reports|todo|figures|courses|assessments|results|students|status|bulk|wishes|erasures|refusals|audit|search)",
        ])
        // Nearly every random id names nothing, which is right.
        .args(["--warnings", "off", "--header", &format!("Authorization: Bearer {TOKEN}"), "--no-color"])
        .current_dir(school.path());
    let done = tokio::task::spawn_blocking(move || run.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{told}\n{}", String::from_utf8_lossy(&done.stderr));
    assert!(told.contains("passed"), "{told}");
}
