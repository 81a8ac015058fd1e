//! The commands an operator acts with: settings are minded, arguments are checked, jobs are moved.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Output, Stdio};

use crate::harness::{self, Service, completion, mails, repository, school};

fn settings(folder: &Path, more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let base = [("DATA_DIR", folder.to_str().unwrap()), ("EMAIL_USER", "a@b.cl")];
    base.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn command(arguments: &[&str], folder: &Path, more: &[(&str, &str)]) -> Output {
    harness::gradepost(arguments, &settings(folder, more)).output().unwrap()
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_misspelt_setting_is_no_other_setting() {
    let school = school();
    for arguments in [&["storage", "check"][..], &["export", "processed"], &["jobs", "list"], &["email", "test", "--to", "ana@example.com"]]
    {
        let output = command(arguments, school.path(), &[("STORAGE_BACKEND", "gcss")]);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", words(&output));
        assert!(words(&output).contains("STORAGE_BACKEND"), "{arguments:?}: {}", words(&output));
        // What another part needs is no matter of theirs.
        let output = command(arguments, school.path(), &[("WEBHOOK_WAIT_SECONDS", "soon")]);
        assert!(output.status.success(), "{arguments:?}: {}", words(&output));
    }
    assert!(!harness::files(school.path()).iter().any(|name| name.starts_with("check/")), "a check leaves nothing behind");
}

#[test]
fn arguments_that_cannot_be_right_end_with_2() {
    let school = school();
    for arguments in [
        &["email", "test", "--to", "nonsense"][..],
        &["jobs", "show", "nonsense"],
        &["jobs", "retry", "nonsense"],
        &["jobs", "release", "nonsense"],
        &["jobs", "release"],
        &["jobs", "discard", "nonsense"],
    ] {
        let output = command(arguments, school.path(), &[]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", words(&output));
    }
    let unknown = command(&["jobs", "show", &"0".repeat(32)], school.path(), &[]);
    assert_eq!(unknown.status.code(), Some(1), "{}", words(&unknown));
}

#[tokio::test]
async fn jobs_parked_for_a_missing_bank_are_released_together_once_it_is_there() {
    let school = school();
    let mut service = Service::start(school.path(), &[("SWEEP_SECONDS", "1")]);
    for student in ["ana", "ben"] {
        let event = completion(student).replace("Test de diagnóstico Parte 1", "Un test nuevo");
        assert_eq!(service.webhook(&event).await.body["status"], "parked");
    }
    let listed = words(&command(&["jobs", "list", "--student", "ana"], school.path(), &[]));
    assert_eq!(listed.lines().count(), 1, "{listed}");
    let id = listed.split_whitespace().next().unwrap().to_owned();
    assert!(listed.contains("parked") && listed.contains("bank_missing: "), "{listed}");
    let shown = words(&command(&["jobs", "show", &id], school.path(), &[]));
    assert!(shown.contains("cause     bank_missing") && shown.contains(&format!("gradepost jobs release {id}")), "{shown}");

    let bank = repository("test_data/questions/Test de diagnóstico Parte 1.csv");
    std::fs::copy(bank, school.path().join("questions/Un test nuevo.csv")).unwrap();
    let none = words(&command(&["jobs", "release", "--cause", "mail_refused"], school.path(), &[]));
    assert!(none.starts_with("0 jobs are released"), "{none}");
    let released = words(&command(&["jobs", "release", "--cause", "bank_missing"], school.path(), &[]));
    assert!(released.starts_with("2 jobs are released"), "{released}");
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(2);
    while mails(school.path()).len() < 2 && std::time::Instant::now() < deadline {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert_eq!(mails(school.path()).len(), 2, "{}", service.log());
    assert!(service.terminate().success());
}

#[test]
fn doctor_tells_the_settings_that_count_and_warns() {
    let school = school();
    let more = [("ALLOW_UNSIGNED_WEBHOOKS", "true"), ("EMAIL_PASSWORD", "hunter2"), ("WORKERS", "3")];
    let output = command(&["doctor", "--json"], school.path(), &more);
    assert!(output.status.success(), "{}", words(&output));
    let lines: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    let detail = |part: &str, state: &str| {
        let line = lines.iter().find(|line| line["part"] == part && line["state"] == state);
        line.unwrap_or_else(|| panic!("no {part} that is {state}: {lines:#?}"))["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(detail("WORKERS", "set"), "3");
    assert_eq!(detail("PORT", "set"), "8080 (default)");
    assert_eq!((detail("EMAIL_PASSWORD", "set").as_str(), detail("ADMIN_TOKEN", "set").as_str()), ("set", "unset"));
    assert!(!words(&output).contains("hunter2"));
    assert!(detail("webhook", "warning").contains("ALLOW_UNSIGNED_WEBHOOKS"));
    assert!(detail("storage", "ok").contains("wrote, read, listed and removed"));
}

#[test]
fn the_demo_that_keeps_running_is_for_this_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let settings = [("PORT".to_owned(), "0".to_owned())].into();
    let mut demo = harness::gradepost(&["demo", "--keep-running", "--data-dir", data.to_str().unwrap()], &settings)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines().map_while(Result::ok);
    let first = lines.find(|line| line.contains("http://127.0.0.1:")).unwrap();
    let port: u16 = first.split("127.0.0.1:").nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap();
    let (near, other) = (TcpStream::connect(("127.0.0.1", port)), TcpStream::connect(("127.0.0.2", port)));
    let _ = demo.kill();
    let _ = demo.wait();
    assert!(near.is_ok() && other.is_err(), "it listens on the loopback address and on no other");
}
