//! What a task queue and a scheduler call, and what `/metrics` tells.

use serde_json::json;

use crate::harness::{Answer, Service, completion, files, processed, school};

const TASKS: &[(&str, &str)] = &[("TASK_TOKEN", "task-token"), ("METRICS_PUBLIC", "true")];

async fn call(service: &Service, path: &str, body: &serde_json::Value) -> Answer {
    service.send(service.client().post(service.url(path)).bearer_auth("task-token").json(body)).await
}

fn assert_come_again(answer: &Answer) {
    assert_eq!((answer.status, answer.body["status"].as_str()), (503, Some("unavailable")), "{}", answer.text);
    assert!(answer.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_sweep_brings_the_index_up_to_date() {
    let school = school();
    // So that nothing but the call does it.
    let service = Service::start(school.path(), &[TASKS, &[("SWEEP_SECONDS", "3600")]].concat());
    assert_eq!(service.webhook(&completion("ana")).await.body["status"], "processed", "{}", service.log());
    let swept = call(&service, "/tasks/sweep", &json!({})).await;
    assert_eq!((swept.status, swept.body["status"].as_str()), (200, Some("swept")), "{}", swept.text);
    assert_eq!(processed(school.path()).len(), 1, "{:?}", files(school.path()));
}

#[tokio::test]
async fn a_task_is_to_be_sent_again_when_the_store_is_away() {
    let school = school();
    let service = Service::start(school.path(), TASKS);
    let done = service.webhook(&completion("ana")).await;
    let job = json!({ "job": done.body["job_id"] });
    let again = call(&service, "/tasks/run", &job).await;
    assert_eq!((again.status, again.body["outcome"].as_str()), (200, Some("ended_before")), "{}", again.text);
    let unknown = call(&service, "/tasks/run", &json!({ "job": "0".repeat(32) })).await;
    assert_eq!((unknown.status, unknown.body["outcome"].as_str()), (200, Some("unknown")), "{}", unknown.text);
    assert_eq!(call(&service, "/tasks/run", &json!({ "job": "nonsense" })).await.status, 400);
    // The record is there and cannot be read: a link that leads to itself. A pointer leads a sweep to it.
    let id = done.body["job_id"].as_str().unwrap();
    let record = school.path().join(format!("jobs/{id}/event.json"));
    std::fs::remove_file(&record).unwrap();
    std::os::unix::fs::symlink(&record, &record).unwrap();
    std::fs::write(school.path().join(format!("due/20260101T000000Z-{id}")), "").unwrap();
    assert_come_again(&call(&service, "/tasks/run", &job).await);
    // One record that cannot be read ends no sweep.
    let swept = call(&service, "/tasks/sweep", &json!({})).await;
    assert_eq!((swept.status, swept.body["status"].as_str()), (200, Some("swept")), "{}", swept.text);
    // The store itself is away.
    std::fs::remove_dir_all(school.path().join("due")).unwrap();
    std::os::unix::fs::symlink(school.path().join("due"), school.path().join("due")).unwrap();
    assert_come_again(&call(&service, "/tasks/sweep", &json!({})).await);
}

#[tokio::test]
async fn metrics_tell_what_became_of_jobs_and_mails() {
    let school = school();
    let service = Service::start(school.path(), TASKS);
    let before = service.get("/metrics").await.text;
    assert!(before.contains("gradepost_mails_total{outcome=\"sent\"} 0"), "a series begins before its first event:\n{before}");
    assert_eq!(service.webhook(&completion("ana")).await.body["status"], "processed", "{}", service.log());
    let no_bank = completion("ben").replace("Test de diagnóstico Parte 1", "Un test sin banco");
    assert_eq!(service.webhook(&no_bank).await.body["status"], "parked");
    // The outbox's place is taken, so the next mail cannot be handed over.
    std::fs::remove_dir_all(school.path().join("outbox")).unwrap();
    std::fs::write(school.path().join("outbox"), "in the way").unwrap();
    let waiting = Service::start(school.path(), &[TASKS, &[("WEBHOOK_WAIT_SECONDS", "3")]].concat());
    waiting.leaves_jobs_open("a mail that cannot be handed over is tried again later");
    assert_eq!(waiting.webhook(&completion("carla")).await.body["status"], "accepted", "{}", waiting.log());
    let told = service.get("/metrics").await.text;
    for line in [
        "gradepost_jobs_ended_total{state=\"done\"} 1",
        "gradepost_jobs_ended_total{state=\"parked\"} 1",
        "gradepost_jobs_ended_total{state=\"dead\"} 0",
        "gradepost_mails_total{outcome=\"sent\"} 1",
        "gradepost_mails_total{outcome=\"refused\"} 0",
        "gradepost_mails_total{outcome=\"ambiguous\"} 0",
        "gradepost_jobs_waiting ",
    ] {
        assert!(told.contains(line), "no '{line}' in\n{told}");
    }
    let told = waiting.get("/metrics").await.text;
    assert!(!told.contains("gradepost_mails_total{outcome=\"transient\"} 0"), "{told}");
}
