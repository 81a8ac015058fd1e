//! Jobs that would be stuck: records that are damaged, pointers that are gone, commands beside a running service.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::harness::{self, Service, completion, files, mails, repository, school};

/// The service looks at its store by itself so seldom that only a touch can explain what it takes up.
const SELDOM: (&str, &str) = ("SWEEP_SECONDS", "3600");

/// Waits for something that happens soon, for as long as a busy machine may need.
async fn soon(what: &str, is_so: impl Fn() -> bool) {
    harness::until(|| what.to_owned(), async || is_so().then_some(())).await;
}

fn command(arguments: &[&str], folder: &Path) -> String {
    let settings: BTreeMap<String, String> =
        [("DATA_DIR", folder.to_str().unwrap()), ("EMAIL_USER", "a@b.cl")].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let output = harness::gradepost(arguments, &settings).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Lets a service die right after it has accepted the completion of a student; the job's id.
async fn accepted_and_dead(folder: &Path, student: &str) -> String {
    let known: Vec<String> = jobs(folder);
    let service = Service::start(folder, &[("GRADEPOST_FAILPOINT", "lease.before")]);
    service.leaves_jobs_open("it dies right after it accepted one");
    let call = service.client().post(service.url("/webhook")).header("Content-Type", "application/json");
    let call = call.header("Learnworlds-Webhook-Signature", format!("v1={}", harness::SECRET)).body(completion(student));
    assert!(call.send().await.is_err(), "it dies before it answers");
    jobs(folder).into_iter().find(|job| !known.contains(job)).expect("the event was accepted")
}

fn jobs(folder: &Path) -> Vec<String> {
    let mut jobs: Vec<String> = files(&folder.join("jobs")).iter().filter_map(|name| Some(name.split_once('/')?.0.to_owned())).collect();
    jobs.dedup();
    jobs
}

#[tokio::test]
async fn what_a_command_releases_is_taken_up_by_the_running_service_at_once() {
    let school = school();
    let mut service = Service::start(school.path(), &[SELDOM]);
    let event = completion("ana").replace("Test de diagnóstico Parte 1", "Un test nuevo");
    assert_eq!(service.webhook(&event).await.body["status"], "parked");
    let bank = repository("test_data/questions/Test de diagnóstico Parte 1.csv");
    std::fs::copy(bank, school.path().join("questions/Un test nuevo.csv")).unwrap();
    command(&["jobs", "release", &jobs(school.path())[0]], school.path());
    let released = Instant::now();
    soon("the mail of the released job", || mails(school.path()).len() == 1).await;
    assert!(released.elapsed() < Duration::from_secs(45), "{:?}: before the service would let it go by itself", released.elapsed());
    assert!(service.terminate().success());
}

#[tokio::test]
async fn an_open_job_whose_pointer_is_gone_is_put_back_in_line_by_repair() {
    let school = school();
    let job = accepted_and_dead(school.path(), "ana").await;
    std::fs::remove_dir_all(school.path().join("due")).unwrap();
    let mut service = Service::start(school.path(), &[SELDOM]);
    assert_eq!(service.webhook(&completion("ben")).await.body["status"], "processed");
    assert_eq!(mails(school.path()).len(), 1, "nothing leads to Ana's job");
    let told = command(&["jobs", "repair"], school.path());
    assert!(told.starts_with("2 jobs looked at, 1 put back in line"), "{told}");
    soon("the mail of the job put back in line", || mails(school.path()).len() == 2).await;
    assert!(command(&["jobs", "show", &job], school.path()).contains("done"));
    assert!(service.terminate().success());
}

#[tokio::test]
async fn a_damaged_record_stops_no_other_job_is_listed_and_told_to_the_admin() {
    let school = school();
    let damaged = accepted_and_dead(school.path(), "ana").await;
    std::fs::write(school.path().join("jobs").join(&damaged).join("event.json"), "{\"version\":").unwrap();
    let waiting = accepted_and_dead(school.path(), "ben").await;
    let mut service = Service::start(school.path(), &[("SWEEP_SECONDS", "1"), ("ADMIN_EMAIL", "admin@colegio.example")]);
    soon("the report of the job behind the damaged one", || command(&["jobs", "show", &waiting], school.path()).contains("done")).await;
    let listed = command(&["jobs", "list"], school.path());
    let line = listed.lines().find(|line| line.contains(&damaged[..8])).unwrap_or_else(|| panic!("{listed}"));
    assert!(line.contains("unreadable"), "{line}");
    soon("the admin's mail", || mails(school.path()).iter().any(|mail| mail.contains("admin@colegio.example"))).await;
    // The platform sends the event again: the damaged acceptance is written anew, and the report goes out.
    let answer = service.webhook(&completion("ana")).await;
    assert_eq!(answer.status / 100, 2, "{}", answer.text);
    soon("the report of the damaged job", || command(&["jobs", "show", &damaged], school.path()).contains("done")).await;
    assert!(service.terminate().success());
}

#[tokio::test]
async fn what_waits_is_one_line_with_its_cause_and_goes_by_itself_once_the_cause_is_mended() {
    let school = school();
    // Port 9 is nobody's.
    let away =
        [("MAIL_TRANSPORT", "smtp"), ("SMTP_SERVER", "127.0.0.1"), ("SMTP_PORT", "9"), ("SMTP_TLS", "none"), ("WEBHOOK_WAIT_SECONDS", "0")];
    let mut service = Service::start(school.path(), &away);
    assert_eq!(service.webhook(&completion("ana")).await.status, 202);
    let line = |log: &str, words: &str| log.lines().find(|line| line.contains(words)).map(str::to_owned);
    let told = harness::until(|| service.log(), async || line(&service.log(), "A job is tried again")).await;
    assert!(told.contains("WARN") && told.contains("127.0.0.1:9") && told.contains("refused"), "{told}");
    assert!(service.terminate().success());

    let mut service = Service::start(school.path(), &[("SWEEP_SECONDS", "5")]);
    let event = completion("ben").replace("Test de diagnóstico Parte 1", "Un test nuevo");
    assert_eq!(service.webhook(&event).await.body["status"], "parked");
    let told = harness::until(|| service.log(), async || line(&service.log(), "A job waits for a person")).await;
    assert!(told.contains("WARN") && told.contains("bank_missing") && told.contains("Un test nuevo.csv"), "{told}");
    let bank = repository("test_data/questions/Test de diagnóstico Parte 1.csv");
    std::fs::copy(bank, school.path().join("questions/Un test nuevo.csv")).unwrap();
    // A sweep looks a minute after it parked.
    soon("the mail of the job whose bank arrived", || mails(school.path()).iter().any(|mail| mail.contains("ben@example.com"))).await;
    assert!(service.terminate().success());
}
