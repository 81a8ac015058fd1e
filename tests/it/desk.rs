//! What an operator types when a report did not come: `jobs …`, `export processed`, `storage check`, and the mail that tells that something is wrong.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::gcs_emulator::fresh_bucket;
use crate::harness::{Service, completion, files, gradepost, mails, processed, repository, school};

const BANK: &str = "Test de diagnóstico Parte 1.csv";

fn settings(folder: &Path) -> BTreeMap<String, String> {
    let own = [("DATA_DIR", folder.to_str().unwrap()), ("EMAIL_USER", "informes@colegio.example"), ("MAIL_TRANSPORT", "file")];
    own.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn command(folder: &Path, arguments: &[&str]) -> Output {
    gradepost(arguments, &settings(folder)).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(output)))
}

#[tokio::test]
async fn a_parked_report_is_found_explained_released_and_sent() {
    let school = school();
    std::fs::remove_file(school.path().join("questions").join(BANK)).unwrap();
    let mut service = Service::start(school.path(), &[("SWEEP_SECONDS", "1")]);
    let parked = service.webhook(&completion("ana")).await;
    assert_eq!(parked.body["status"], "parked", "{}", parked.text);
    let job = parked.body["job_id"].as_str().unwrap();

    let list = json(&command(school.path(), &["jobs", "list", "--state", "parked", "--json"]));
    assert_eq!((list.as_array().unwrap().len(), list[0]["id"].as_str()), (1, Some(job)));
    assert_eq!(json(&command(school.path(), &["jobs", "list", "--state", "done", "--json"])), serde_json::json!([]));
    assert_eq!(json(&command(school.path(), &["jobs", "list", "--student", "ANA@example.com", "--json"]))[0]["id"], job);
    assert!(said(&command(school.path(), &["jobs", "list", "--student", "nobody"])).contains("no jobs"));
    let shown = said(&command(school.path(), &["jobs", "show", job]));
    assert!(shown.contains("parked") && shown.contains("no hay banco de preguntas") && shown.contains(BANK), "{shown}");
    assert_eq!(json(&command(school.path(), &["jobs", "show", job, "--json"]))["cause"], "bank_missing");

    std::fs::copy(repository("test_data/questions").join(BANK), school.path().join("questions").join(BANK)).unwrap();
    let released = command(school.path(), &["jobs", "release", job]);
    assert!(released.status.success() && said(&released).contains("at once"), "{}", said(&released));
    let end = service.webhook(&completion("ana")).await;
    assert_eq!(end.body["status"], "duplicate", "the repeated event waits for the released job: {}\n{}", end.text, service.log());
    assert_eq!(mails(school.path()).len(), 1);

    // What is done is neither released nor discarded, but may be sent again.
    for word in ["release", "discard"] {
        let refused = command(school.path(), &["jobs", word, job]);
        assert!(refused.status.code() == Some(1) && said(&refused).contains("is done"), "{}", said(&refused));
    }
    assert!(command(school.path(), &["jobs", "retry", job]).status.success());
    service.webhook(&completion("ana")).await;
    assert!(service.terminate().success());
    assert_eq!(mails(school.path()).len(), 2, "a person asked for it once more");
}

#[tokio::test]
async fn a_discarded_report_sends_nothing_and_wrong_ids_are_explained() {
    let school = school();
    let mut service = Service::start(school.path(), &[]);
    let parked = service.webhook(&completion("ana").replace("ana@example.com", "")).await;
    let job = parked.body["job_id"].as_str().unwrap();
    assert!(command(school.path(), &["jobs", "discard", job]).status.success());
    assert_eq!(json(&command(school.path(), &["jobs", "show", job, "--json"]))["state"], "dead");
    assert_eq!(json(&command(school.path(), &["jobs", "list", "--state", "dead", "--json"]))[0]["id"], job);
    assert_eq!(command(school.path(), &["jobs", "release", job]).status.code(), Some(1), "only what is parked is released");
    for (id, words, code) in [("nonsense", "no job id", 2), ("00000000000000000000000000000000", "there is no job", 1)] {
        for verb in ["show", "retry", "release", "discard"] {
            let refused = command(school.path(), &["jobs", verb, id]);
            assert!(refused.status.code() == Some(code) && said(&refused).contains(words), "{verb} {id}: {}", said(&refused));
        }
    }
    assert_eq!(command(school.path(), &["jobs", "list", "--state", "lost"]).status.code(), Some(2));
    assert!(service.terminate().success());
    assert!(mails(school.path()).is_empty());
}

#[tokio::test]
async fn a_lost_index_is_rebuilt_exactly_and_no_cell_is_a_formula() {
    let school = school();
    let mut service = Service::start(school.path(), &[]);
    for student in ["=cmd|' /C calc'!A0", "+1", "ana, \"la\" mayor"] {
        let body = completion("ana").replace("\"id\":\"ana\"", &format!("\"id\":{}", Value::from(student)));
        assert_eq!(service.webhook(&body).await.body["status"], "processed", "{}", service.log());
    }
    assert!(service.terminate().success());
    let index = files(school.path()).into_iter().find(|name| name.ends_with("processed.csv")).unwrap();
    let before = std::fs::read(school.path().join(&index)).unwrap();
    let text = String::from_utf8(before.clone()).unwrap();
    assert!(text.starts_with("user_id,assessment_title,user_email,processed_at"), "{text}");
    assert!(text.contains("\n'=cmd|' /C calc'!A0,") && text.contains("\n'+1,") && text.contains("\n\"ana, \"\"la\"\" mayor\","), "{text}");
    std::fs::remove_file(school.path().join(&index)).unwrap();
    let rebuilt = command(school.path(), &["export", "processed"]);
    assert!(rebuilt.status.success() && said(&rebuilt).contains("3 rows in 1 courses"), "{}", said(&rebuilt));
    assert_eq!(std::fs::read(school.path().join(&index)).unwrap(), before, "the same bytes");
}

#[tokio::test]
async fn the_index_is_in_step_while_the_service_runs() {
    let school = school();
    let service = Service::start(school.path(), &[]);
    service.webhook(&completion("ana")).await;
    let begin = std::time::Instant::now();
    while processed(school.path()).is_empty() && begin.elapsed() < std::time::Duration::from_mins(2) {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(processed(school.path()).len(), 1);
    assert!(begin.elapsed() < std::time::Duration::from_mins(1), "within a minute: {:?}", begin.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storage_check_says_what_is_wrong_with_a_folder_or_bucket() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "in the way").unwrap();
    for place in [folder.path().join("file/data"), Path::new("/proc/gradepost").to_owned()] {
        let output = command(&place, &["storage", "check"]);
        let words = said(&output);
        assert!(output.status.code() == Some(1) && words.contains(place.to_str().unwrap()) && !words.contains("panicked"), "{words}");
    }

    let bucket = |endpoint: &str, name: &str| {
        let mut settings = settings(folder.path());
        for (key, value) in [("STORAGE_BACKEND", "gcp"), ("GCS_ENDPOINT", endpoint), ("GCP_BUCKET_NAME", name)] {
            settings.insert(key.to_owned(), value.to_owned());
        }
        gradepost(&["storage", "check"], &settings).output().unwrap()
    };
    if let Some((endpoint, name)) = fresh_bucket().await {
        assert!(bucket(&endpoint, &name).status.success());
        let missing = bucket(&endpoint, "no-such-bucket");
        let words = said(&missing);
        assert!(missing.status.code() == Some(1) && words.contains("no-such-bucket"), "{words}");
    }
    let denying = MockServer::start().await;
    let body = serde_json::json!({ "error": { "code": 403, "message": "the account has no storage.objects.create access" } });
    Mock::given(wiremock::matchers::any()).respond_with(ResponseTemplate::new(403).set_body_json(body)).mount(&denying).await;
    let denied = bucket(&denying.uri(), "denied");
    let words = said(&denied);
    assert!(denied.status.code() == Some(1) && words.contains("denied") && words.contains("403"), "{words}");
}

#[tokio::test]
async fn the_admin_hears_once_of_a_cause_in_words_that_mend_it_and_whose_reports_wait() {
    let school = school();
    std::fs::remove_file(school.path().join("questions").join(BANK)).unwrap();
    let settings = [("ADMIN_EMAIL", "admin@colegio.example"), ("REPORT_LANGUAGE", "en")];
    for students in [&["zoila", "zacarias", "zenobia"][..], &["zulema"]] {
        // Stopping tells what is due, so no test waits for the next round of upkeep.
        let mut service = Service::start(school.path(), &settings);
        for student in students {
            assert_eq!(service.webhook(&completion(student)).await.body["status"], "parked");
        }
        assert!(service.terminate().success());
    }
    let sent = mails(school.path());
    assert_eq!(sent.len(), 1, "one mail for three reports, and none within the hour for the fourth");
    let mail = sent[0].replace("=\r\n", "");
    assert!(mail.contains("admin@colegio.example") && mail.contains("question bank") && mail.contains("3 reports"), "{mail}");
    assert!(mail.contains("questions/") && mail.contains("What to do"), "{mail}");
    for person in ["zoila", "zacarias", "zenobia"] {
        assert!(mail.contains(person), "{mail}");
    }
    assert!(!mail.contains("example.com"), "no address stands in it: {mail}");
    let state = std::fs::read_to_string(school.path().join("alerts/state.json")).unwrap();
    assert!(state.contains("bank_missing") && !state.contains("zoila"), "the fourth alone waits for the next hour: {state}");
}
