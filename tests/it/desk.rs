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

/// The acts in the log of acts, by their words.
fn acts_of(folder: &Path, job: &str) -> Vec<Value> {
    let mut acts = crate::console::audited(folder);
    acts.retain(|act| act["on"] == job);
    acts.sort_by_key(|act| act["at"].as_str().unwrap_or_default().to_owned());
    acts
}

#[tokio::test]
async fn a_sent_report_is_sent_made_and_marked_again_by_commands_each_in_the_log_of_acts() {
    let school = school();
    let mut service = Service::start(school.path(), &[("SWEEP_SECONDS", "1")]);
    let answer = service.webhook(&completion("ana")).await;
    assert_eq!(answer.body["status"], "processed", "{}", answer.text);
    let job = answer.body["job_id"].as_str().unwrap().to_owned();
    let round = |wanted: u64| {
        let (job, folder) = (job.clone(), school.path().to_owned());
        async move {
            let shown = json(&command(&folder, &["jobs", "show", &job, "--json"]));
            (shown["round"] == wanted && shown["state"] == "done").then_some(shown)
        }
    };
    let log = || service.log();
    let pdf = |mail: &str| {
        mail.split("application/pdf").nth(1).unwrap().split("\r\n\r\n").nth(1).unwrap().split("\r\n--").next().unwrap().to_owned()
    };

    // The same PDF in a second mail; then to another address.
    let sent = command(school.path(), &["jobs", "send", &job, "--why", "it was lost"]);
    assert!(sent.status.success() && said(&sent).contains("is mailed; the running service takes it up at once"), "{}", said(&sent));
    crate::harness::until(log, async || round(2).await).await;
    let all = mails(school.path());
    assert_eq!((all.len(), pdf(&all[0]) == pdf(&all[1])), (2, true));
    let to = command(school.path(), &["jobs", "send", &job[..8], "--to", "madre@example.com"]);
    assert!(to.status.success() && said(&to).contains("is mailed to madre@example.com"), "{}", said(&to));
    crate::harness::until(log, async || round(3).await).await;
    assert_eq!(mails(school.path()).iter().filter(|mail| mail.contains("madre@example.com")).count(), 1);

    // Made again with today's template, only filed unless a mail is asked for; marked again with today's bank.
    let rendered = command(school.path(), &["jobs", "render", &job]);
    assert!(rendered.status.success() && said(&rendered).contains("is made anew and filed"), "{}", said(&rendered));
    crate::harness::until(log, async || round(4).await).await;
    assert_eq!(mails(school.path()).len(), 3);
    let bank = school.path().join("questions").join(BANK);
    let turned: Vec<String> = std::fs::read_to_string(&bank)
        .unwrap()
        .lines()
        .enumerate()
        .map(|(line, text)| {
            let turn = |cell: &str| match cell {
                "A" => "B".to_owned(),
                "B" => "C".to_owned(),
                "C" => "D".to_owned(),
                "D" => "A".to_owned(),
                cell => cell.to_owned(),
            };
            if line == 1 { text.split(',').map(turn).collect::<Vec<_>>().join(",") } else { text.to_owned() }
        })
        .collect();
    std::fs::write(&bank, turned.join("\n")).unwrap();
    let before = json(&command(school.path(), &["jobs", "show", &job, "--json"]));
    let marked = command(school.path(), &["jobs", "mark", &job, "--mail", "--why", "the key was wrong"]);
    assert!(marked.status.success() && said(&marked).contains("is mailed"), "{}", said(&marked));
    let after = crate::harness::until(log, async || round(5).await).await;
    assert_eq!(mails(school.path()).len(), 4);
    assert_ne!(before.to_string(), after.to_string());

    // Each stands in the log of acts, before what it did, with who and why.
    let acts = acts_of(school.path(), &job);
    let words: Vec<&str> = acts.iter().map(|act| act["act"].as_str().unwrap()).collect();
    assert_eq!(words, ["report.send", "report.send-to", "report.render", "report.mark"]);
    assert!(acts.iter().all(|act| act["who"].as_str().unwrap().starts_with("cli:")), "{acts:?}");
    assert_eq!((&acts[0]["why"], &acts[3]["why"]), (&Value::from("it was lost"), &Value::from("the key was wrong")));

    // What was not sent is not sent again, and a wrong word changes nothing.
    let parked = service.webhook(&completion("luis").replace("luis@example.com", "")).await;
    let parked = parked.body["job_id"].as_str().unwrap().to_owned();
    for word in ["send", "render", "mark"] {
        let refused = command(school.path(), &["jobs", word, &parked]);
        assert!(refused.status.code() == Some(1) && said(&refused).contains("only a report that is done"), "{word}: {}", said(&refused));
        let several = command(school.path(), &["jobs", word, &parked, "00000000000000000000000000000000"]);
        assert!(several.status.code() == Some(1) && said(&several).contains("2 of 2 jobs could not be acted on"), "{}", said(&several));
    }
    for arguments in [
        &["jobs", "send"][..],
        &["jobs", "send", &job, "--to", "nobody"],
        &["jobs", "render", "xyz"],
        &["jobs", "mark", &job, "--to", "a@b.cl"],
    ] {
        assert_eq!(command(school.path(), arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(acts_of(school.path(), &parked), Vec::<Value>::new());
    assert!(service.terminate().success());
    let log = service.whole_log();
    for person in ["ana@", "madre@", "Student ana"] {
        assert!(!log.contains(person), "{person}");
    }
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
