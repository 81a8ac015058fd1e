//! The body that LearnWorlds' automations really send names no submission: a repeat and a retake look the same, and only the platform can tell.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use wiremock::matchers::{method, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::harness::{Service, completion, mails, school};
use crate::school::{handed_in, keep_bank};

const UNIT: &str = "0123456789abcdef01234567";

fn bare(student: &str) -> String {
    json!({
        "user": { "id": student, "email": format!("{student}@example.com"), "username": "Ana Pérez" },
        "assessment": { "title": "Test de diagnóstico Parte 1", "url": format!("https://school.example/path-player?courseid=d&unit={UNIT}") },
    })
    .to_string()
}

/// A submission handed in a moment ago, as the platform's API lists it.
fn submission(id: &str, student: &str, answers: &Value, seconds_ago: f64) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    json!({
        "id": id, "user_id": student, "email": format!("{student}@example.com"), "grade": 50, "passed": null,
        "created": now - seconds_ago - 60.0, "modified": now - seconds_ago, "submittedTimestamp": now - seconds_ago, "answers": answers,
    })
}

async fn platform_shows(server: &MockServer, submissions: Vec<Value>) {
    server.reset().await;
    let page = json!({ "data": submissions, "meta": { "page": 1, "totalItems": submissions.len(), "totalPages": 1, "itemsPerPage": 20 } });
    let responses = Mock::given(method("GET")).and(path_regex(format!("^/admin/api/v2/assessments/{UNIT}/responses$")));
    responses.respond_with(ResponseTemplate::new(200).set_body_json(page)).mount(server).await;
}

#[tokio::test]
async fn a_repeat_is_a_duplicate_and_a_retake_gets_its_own_report() {
    let answers = serde_json::from_str::<Value>(&completion("ana")).unwrap()["submission"]["answers"].clone();
    let platform = MockServer::start().await;
    let first = submission("aaaaaaaaaaaaaaaaaaaaaaa1", "ana", &answers, 2.0);
    platform_shows(&platform, vec![first.clone()]).await;
    let school = school();
    let service = Service::start(school.path(), &[("SCHOOL_DOMAIN", &platform.uri()), ("CLIENT_ID", "c"), ("ACCESS_TOKEN", "t")]);

    let answer = service.webhook(&bare("ana")).await;
    assert_eq!(answer.body["status"], "processed", "{}\n{}", answer.text, service.log());
    for _ in 0..2 {
        let repeat = service.webhook(&bare("ana")).await;
        assert_eq!(repeat.body["status"], "duplicate", "{}\n{}", repeat.text, service.log());
    }
    assert_eq!(mails(school.path()).len(), 1);

    platform_shows(&platform, vec![submission("aaaaaaaaaaaaaaaaaaaaaaa2", "ana", &answers, 1.0), first]).await;
    let retake = service.webhook(&bare("ana")).await;
    assert_eq!(retake.body["status"], "processed", "{}\n{}", retake.text, service.log());
    assert_eq!(service.webhook(&bare("ana")).await.body["status"], "duplicate");
    assert_eq!(mails(school.path()).len(), 2);

    let command = |arguments: &[&str]| {
        let settings = [("DATA_DIR".to_owned(), school.path().to_str().unwrap().to_owned())].into();
        crate::harness::gradepost(arguments, &settings).output().unwrap()
    };
    let listed = command(&["jobs", "list", "--state", "duplicate", "--json"]);
    let duplicates: Vec<Value> = serde_json::from_slice(&listed.stdout).unwrap();
    assert!(!duplicates.is_empty());
    for duplicate in &duplicates {
        for act in ["retry", "release"] {
            let output = command(&["jobs", act, duplicate["id"].as_str().unwrap()]);
            assert!(!output.status.success(), "{act} of a duplicate was done: {duplicate}");
        }
        let output = command(&["jobs", "retry", duplicate["id"].as_str().unwrap()]);
        assert!(String::from_utf8_lossy(&output.stderr).contains("it is a duplicate"), "{output:?}");
    }
    assert_eq!(mails(school.path()).len(), 2, "a duplicate sends nothing, whoever asks");
}

#[tokio::test]
async fn a_retake_is_not_swallowed_by_a_job_that_waits_for_a_person() {
    let answers = serde_json::from_str::<Value>(&completion("ana")).unwrap()["submission"]["answers"].clone();
    let platform = MockServer::start().await;
    let first = submission("aaaaaaaaaaaaaaaaaaaaaaa1", "ana", &answers, 2.0);
    platform_shows(&platform, vec![first.clone()]).await;
    let school = school();
    std::fs::remove_dir_all(school.path().join("questions")).unwrap();
    let service = Service::start(school.path(), &[("SCHOOL_DOMAIN", &platform.uri()), ("CLIENT_ID", "c"), ("ACCESS_TOKEN", "t")]);

    let before = service.webhook(&bare("ana")).await;
    assert_eq!(before.body["status"], "parked", "{}\n{}", before.text, service.log());
    platform_shows(&platform, vec![submission("aaaaaaaaaaaaaaaaaaaaaaa2", "ana", &answers, 1.0), first]).await;
    let retake = service.webhook(&bare("ana")).await;
    assert_eq!(retake.body["status"], "parked", "{}\n{}", retake.text, service.log());
    assert_ne!(retake.body["job_id"], before.body["job_id"], "the retake has a job of its own");
    // Nothing was mailed, so a repeat is no duplicate: its address takes over, and the job before it ends.
    let repeat = service.webhook(&bare("ana")).await;
    assert_eq!(repeat.body["status"], "parked", "{}", repeat.text);
    let is_superseded = |job: &Value| school.path().join(format!("jobs/{}/round-2.json", job.as_str().unwrap())).exists();
    assert!(
        is_superseded(&retake.body["job_id"]) && !is_superseded(&before.body["job_id"]),
        "one report of the retake, not two: {}",
        repeat.text
    );
}

#[tokio::test]
async fn a_report_that_was_never_sent_keeps_no_later_one_from_the_student() {
    for policy in ["first", "best"] {
        let folder = tempfile::tempdir().unwrap();
        keep_bank(folder.path(), "M1", "lecture", &["Uno", "Dos"]);
        let service = Service::start(folder.path(), &[("RETAKE_POLICY", policy), ("WEBHOOK_WAIT_SECONDS", "20")]);
        let mut nameless: Value = serde_json::from_str(&handed_in("ana", "M1", "s1", "AA")).unwrap();
        nameless["user"]["email"] = "not an address".into();
        let first = service.webhook(&nameless.to_string()).await;
        assert_eq!(first.body["status"], "parked", "{policy}: {}", first.text);
        let second = service.webhook(&handed_in("ana", "M1", "s2", "AA")).await;
        assert_eq!(second.body["status"], "processed", "{policy}: {}\n{}", second.text, service.log());
        assert_eq!(mails(folder.path()).len(), 1, "{policy}");
        // From here on the policy holds.
        service.webhook(&handed_in("ana", "M1", "s3", "AB")).await;
        assert_eq!(mails(folder.path()).len(), 1, "{policy}");
    }
}
