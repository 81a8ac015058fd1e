//! The table of `POST /webhook`, row by row, against the real service.

use std::path::Path;

use serde_json::json;

use crate::harness::{self, Answer, SECRET, Service, completion, files, mails, processed, school};

const TOKEN: &str = "Learnworlds-Webhook-Signature";

fn assert_refused(answer: &Answer, status: u16, word: &str) {
    assert_eq!(
        (answer.status, answer.body["status"].as_str(), answer.body["success"].as_bool()),
        (status, Some(word), Some(false)),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn a_signed_completion_becomes_a_filed_and_mailed_report() {
    let school = school();
    let service = Service::start(school.path(), &[]);
    let answer = service.webhook(&completion("ana")).await;
    assert_eq!(answer.status, 200, "{}\n{}", answer.text, service.log());
    assert_eq!(answer.body["success"], true);
    assert_eq!(answer.body["status"], "processed", "{}", answer.text);
    assert_eq!(answer.body["message"], "Report generated and sent successfully");
    assert_eq!(answer.body["user_id"], "ana");
    assert_eq!(answer.body["assessment_title"], "Test de diagnóstico Parte 1");
    assert_eq!(answer.body["job_id"].as_str().map(str::len), Some(32));

    let reports: Vec<String> =
        files(school.path()).into_iter().filter(|name| name.starts_with("webhook_reports/") && name.contains(".pdf")).collect();
    assert_eq!(reports.len(), 1, "{:?}", files(school.path()));
    let pdf = std::fs::read(school.path().join(&reports[0])).unwrap();
    assert!(pdf.starts_with(b"%PDF-1."));
    assert!(
        Path::new(&reports[0]).file_name().unwrap().to_str().unwrap().starts_with("ana_Test de diagnóstico Parte 1_"),
        "{}",
        reports[0]
    );
    assert_eq!(mails(school.path()).len(), 1);
    assert!(mails(school.path())[0].contains("ana@example.com"));
}

#[tokio::test]
async fn the_same_event_again_is_a_duplicate_and_mails_nothing_even_after_a_restart() {
    let school = school();
    let mut service = Service::start(school.path(), &[]);
    assert_eq!(service.webhook(&completion("ana")).await.body["status"], "processed");
    for _ in 0..2 {
        let again = service.webhook(&completion("ana")).await;
        assert_eq!(
            (again.status, &again.body["status"], &again.body["success"]),
            (200, &json!("duplicate"), &json!(true)),
            "{}",
            again.text
        );
        assert_eq!(again.body["message"], "Report already sent for this user and assessment");
        service.restart();
    }
    assert_eq!(mails(school.path()).len(), 1);
}

#[tokio::test]
async fn fifty_identical_webhooks_at_once_give_one_mail() {
    let school = school();
    let service = Service::start(school.path(), &[]);
    let body = completion("ana");
    let answers = futures::future::join_all((0..50).map(|_| service.webhook(&body))).await;
    let mut words: Vec<&str> = answers.iter().map(|answer| answer.body["status"].as_str().unwrap_or_default()).collect();
    words.sort_unstable();
    words.dedup();
    assert!(answers.iter().all(|answer| answer.status == 200), "{words:?}");
    assert_eq!(answers.iter().filter(|answer| answer.body["status"] == "processed").count(), 1, "{words:?}");
    assert_eq!(words, ["duplicate", "processed"]);
    assert_eq!(mails(school.path()).len(), 1);
}

#[tokio::test]
async fn completions_of_a_whole_class_at_once_each_get_one_row() {
    let school = school();
    let mut service = Service::start(school.path(), &[]);
    let bodies: Vec<String> = (0..20).map(|n| completion(&format!("student{n}"))).collect();
    let answers = futures::future::join_all(bodies.iter().map(|body| service.webhook(body))).await;
    assert!(answers.iter().all(|answer| answer.body["status"] == "processed"), "{:?}", answers.iter().map(|a| &a.text).collect::<Vec<_>>());
    assert_eq!(mails(school.path()).len(), 20);
    // What is not folded yet is folded on the way out.
    assert!(service.terminate().success());
    let rows = processed(school.path());
    let mut students: Vec<&str> = rows.iter().filter_map(|row| row.split(',').next()).collect();
    students.sort_unstable();
    students.dedup();
    assert_eq!((rows.len(), students.len()), (20, 20), "{rows:#?}");
}

#[tokio::test]
async fn with_no_wait_the_answer_is_202_and_the_report_still_comes() {
    let school = school();
    let mut service = Service::start(school.path(), &[("WEBHOOK_WAIT_SECONDS", "0")]);
    let answer = service.webhook(&completion("ana")).await;
    assert_eq!(
        (answer.status, &answer.body["status"], &answer.body["success"]),
        (202, &json!("accepted"), &json!(true)),
        "{}",
        answer.text
    );
    assert_eq!(answer.body["job_id"].as_str().map(str::len), Some(32));
    // Stopping finishes what runs.
    assert!(service.terminate().success());
    assert_eq!(mails(school.path()).len(), 1, "{}", service.log());
}

#[tokio::test]
async fn an_event_accepted_right_before_a_crash_is_finished_after_the_restart() {
    let school = school();
    // The dead process may have held the job's lease: it runs out after three seconds, well within the wait for an answer.
    let mut service = Service::start(school.path(), &[("WEBHOOK_WAIT_SECONDS", "0"), ("LEASE_SECONDS", "3")]);
    let body = completion("ana");
    assert_eq!(service.webhook(&body).await.status, 202);
    service.kill();
    let service = Service::start(school.path(), &[("LEASE_SECONDS", "3")]);
    // The repeated event waits for the job that the sweep took up again; it may have ended already.
    // On a slow machine the wait may end first: the answer is then an honest "accepted", and the platform asks again.
    let mut answer = service.webhook(&body).await;
    for _ in 0..8 {
        if answer.body["status"] == "accepted" {
            answer = service.webhook(&body).await;
        }
    }
    assert_eq!(answer.body["status"], "duplicate", "{}\n{}", answer.text, service.log());
    let sent = mails(school.path());
    let ids: std::collections::BTreeSet<&str> =
        sent.iter().filter_map(|mail| mail.lines().find(|line| line.starts_with("Message-ID:"))).collect();
    assert_eq!(ids.len(), 1, "one job, one Message-ID");
}

#[tokio::test]
async fn other_platform_events_are_acknowledged_and_leave_nothing() {
    let school = school();
    let service = Service::start(school.path(), &[]);
    let before = files(school.path());
    for body in [
        r#"{"version":2,"type":"courseCompleted","trigger":"course_completed","data":{"course":{"id":"c"},"user":{"id":"u","email":"a@b.cl"}}}"#,
        r#"{"version":2,"type":"somethingNew2027","data":{}}"#,
    ] {
        let answer = service.webhook(body).await;
        assert_eq!(
            (answer.status, &answer.body["status"], &answer.body["success"]),
            (200, &json!("ignored"), &json!(true)),
            "{}",
            answer.text
        );
        assert!(answer.body["reason"].is_string());
    }
    // The file by which an instance shows that it lives says nothing of an event.
    let without = |files: Vec<String>| files.into_iter().filter(|file| !file.starts_with(".alive/")).collect::<Vec<_>>();
    assert_eq!(without(files(school.path())), without(before));
}

#[tokio::test]
async fn what_a_retry_cannot_mend_is_parked_with_a_2xx() {
    let school = school();
    let service = Service::start(school.path(), &[]);
    let no_bank = completion("ana").replace("Test de diagnóstico Parte 1", "Un test sin banco");
    let no_assessment = r#"{"user":{"id":"ben","email":"ben@example.com"},"automation_name":"Informe","school":"s"}"#;
    let no_address = completion("carla").replace("carla@example.com", "");
    for (body, hint) in [(no_bank.as_str(), "bank"), (no_assessment, "assessment"), (no_address.as_str(), "dirección")] {
        let answer = service.webhook(body).await;
        assert_eq!(
            (answer.status, &answer.body["status"], &answer.body["success"]),
            (200, &json!("parked"), &json!(false)),
            "{}",
            answer.text
        );
        let error = answer.body["error"].as_str().unwrap_or_default().to_lowercase();
        assert!(error.contains(hint), "{error}");
    }
    assert!(mails(school.path()).is_empty());
}

#[tokio::test]
async fn without_a_valid_signature_nothing_is_told_and_nothing_kept() {
    let school = school();
    let service = Service::start(school.path(), &[]);
    let post = || service.client().post(service.url("/webhook")).header("Content-Type", "application/json").body(completion("ana"));
    let truncated = &SECRET[..SECRET.len() - 1];
    for request in [post(), post().header(TOKEN, "v1=wrong"), post().header(TOKEN, format!("v1={truncated}")), post().header(TOKEN, "")] {
        let answer = service.send(request).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.body, json!({ "success": false, "status": "unauthorized", "error": "Invalid signature" }));
    }
    assert!(!service.log().contains(SECRET), "the secret is in the log");
    assert!(files(school.path()).iter().all(|name| !name.starts_with("jobs/")));
}

#[tokio::test]
async fn the_old_secret_is_taken_during_rotation() {
    let school = school();
    let service = Service::start(school.path(), &[("WEBHOOK_SECRET", "new-secret"), ("WEBHOOK_SECRET_PREVIOUS", SECRET)]);
    assert_eq!(service.webhook(&completion("ana")).await.status, 200);
}

#[tokio::test]
async fn bad_requests_get_their_own_status_and_the_same_shape() {
    let school = school();
    let service = Service::start(school.path(), &[("MAX_BODY_BYTES", "2048")]);
    let signed = || service.client().post(service.url("/webhook")).header(TOKEN, format!("v1={SECRET}"));
    let json = || signed().header("Content-Type", "application/json");
    assert_refused(&service.send(json().body("{not json")).await, 400, "malformed");
    assert_refused(&service.send(json().body("[1,2]")).await, 400, "malformed");
    assert_refused(&service.send(json().body("")).await, 400, "malformed");
    assert_refused(&service.send(signed().header("Content-Type", "text/plain").body("{}")).await, 415, "unsupported_media_type");
    assert_refused(&service.send(json().body("x".repeat(4096))).await, 413, "too_large");
    let wrong_method = service.get("/webhook").await;
    assert_refused(&wrong_method, 405, "method_not_allowed");
    assert_eq!(wrong_method.headers["allow"], "POST");
    assert_refused(&service.get("/nothing").await, 404, "not_found");
}

#[tokio::test]
async fn callers_without_a_signature_are_limited_and_the_platform_never() {
    let school = school();
    let service = Service::start(school.path(), &[("RATE_LIMIT_PER_MINUTE", "2")]);
    let unsigned = || service.client().post(service.url("/webhook")).header("Content-Type", "application/json").body("{}");
    for _ in 0..2 {
        assert_refused(&service.send(unsigned()).await, 401, "unauthorized");
    }
    let denied = service.send(unsigned()).await;
    assert_refused(&denied, 429, "rate_limited");
    let after: u64 = denied.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&after), "{after}");
    for _ in 0..20 {
        assert_eq!(service.webhook(r#"{"version":2,"type":"userUpdated","data":{}}"#).await.status, 200);
    }
}

#[tokio::test]
async fn what_cannot_be_stored_is_answered_503_and_nothing_is_accepted() {
    let school = school();
    let service = Service::start(school.path(), &[]);
    // The folder is gone and a file stands in its place: no write can succeed.
    let jobs = school.path().join("jobs");
    let _ = std::fs::remove_dir_all(&jobs);
    std::fs::write(&jobs, "in the way").unwrap();
    let answer = service.webhook(&completion("ana")).await;
    assert_refused(&answer, 503, "unavailable");
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(service.get("/ready").await.status, 503, "what was last written did not work");
    std::fs::remove_file(&jobs).unwrap();
    assert_eq!(service.webhook(&completion("ana")).await.body["status"], "processed", "{}", service.log());
    assert_eq!(service.get("/ready").await.status, 200);
}

#[tokio::test]
async fn health_information_and_readiness_answer_as_promised() {
    let school = school();
    let service = Service::start(school.path(), &[("ADMIN_TOKEN", "admin-token")]);
    for path in ["/healthz", "/health"] {
        let answer = service.get(path).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, r#"{"status":"ok"}"#));
        assert!(answer.headers.contains_key("x-request-id"));
    }
    let info = service.get("/").await;
    assert_eq!(info.body["name"], "gradepost");
    assert!(info.body["endpoints"].as_array().is_some_and(|list| list.iter().any(|e| e["path"] == "/webhook")));
    let page = service.send(service.client().get(service.url("/")).header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")).await;
    assert!(page.text.starts_with("<!doctype html>"));

    let ready = service.get("/ready").await;
    assert_eq!(ready.status, 200, "{}", ready.text);
    let names: Vec<&str> = ready.body["parts"].as_array().unwrap().iter().filter_map(|part| part["name"].as_str()).collect();
    for part in ["storage", "mail", "template", "question banks", "workers", "oldest job"] {
        assert!(names.contains(&part), "{names:?}");
    }
    assert!(ready.body["parts"].as_array().unwrap().iter().all(|part| part.get("detail").is_none()), "{}", ready.text);
    let detailed = service.send(service.client().get(service.url("/ready")).bearer_auth("admin-token")).await;
    assert!(detailed.body["parts"].as_array().unwrap().iter().all(|part| part["detail"].is_string()), "{}", detailed.text);

    assert_eq!(service.get("/metrics").await.status, 401);
    assert_eq!(service.webhook("{}").await.body["status"], "ignored");
    let metrics = service.send(service.client().get(service.url("/metrics")).bearer_auth("admin-token")).await;
    assert!(metrics.text.contains("gradepost_webhook_requests"), "{}", metrics.text);
    assert_eq!(service.send(service.client().post(service.url("/tasks/sweep"))).await.status, 401);
}

#[tokio::test]
async fn logs_name_nobody() {
    let school = school();
    let mut service = Service::start(school.path(), &[("DEBUG", "true")]);
    service.webhook(&completion("zzpersonzz")).await;
    service.webhook("{not json").await;
    assert!(service.terminate().success());
    let log = service.log();
    for secret in [SECRET, "zzpersonzz@example.com", "Student zzpersonzz", "Pregunta 1"] {
        assert!(!log.contains(secret), "'{secret}' is in the log:\n{log}");
    }
}

#[test]
fn without_a_secret_the_service_refuses_to_start_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("DATA_DIR", folder.path().to_str().unwrap()), ("WEBHOOK_WAIT_SECONDS", "long"), ("STORAGE_BACKEND", "floppy")];
    let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let output = harness::gradepost(&["serve"], &settings).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let words = String::from_utf8_lossy(&output.stderr);
    for name in ["WEBHOOK_SECRET", "WEBHOOK_WAIT_SECONDS", "STORAGE_BACKEND", "local, gcp"] {
        assert!(words.contains(name), "{words}");
    }
}

#[tokio::test]
async fn what_a_job_logs_is_linked_to_the_request_that_brought_it() {
    let school = school();
    let mut service = Service::start(school.path(), &[("GCP_PROJECT_ID", "school")]);
    let request = service.client().post(service.url("/webhook")).header("Content-Type", "application/json");
    let request =
        request.header(TOKEN, format!("v1={SECRET}")).header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    assert_eq!(service.send(request.body(completion("ana"))).await.body["status"], "processed");
    service.terminate();
    let log = service.whole_log();
    let line = log.lines().find(|line| line.contains("A job ended")).unwrap_or_else(|| panic!("no line about the job:\n{log}"));
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["logging.googleapis.com/trace"], "projects/school/traces/4bf92f3577b34da6a3ce929d0e0e4736");
}
