//! The study plan over several assessments: one, when a student has finished the last of them.

use std::path::Path;
use std::process::Command;

use crate::gcs_emulator::peer::peer;
use crate::harness::{Service, files, mails, processed, until};
use crate::school::{handed_in, keep_bank};

const PROFILES: &str = r#"
[[assessment]]
name = "M1"
match = { title = "M1*" }
plan = { "Nivel 1" = ["Guía 6: sistemas de ecuaciones"] }
[[assessment]]
name = "CL"
match = { title = "CL*" }
[[assessment]]
name = "HYST"
match = { title = "HYST*" }
[[plan]]
name = "plan_estudio"
assessments = ["M1", "CL", "HYST"]
periods = ["Agosto", "Septiembre"]
course = "Planes de estudio"
"#;
const TITLES: [&str; 3] = ["M1 Ensayo", "CL Ensayo", "HYST Ensayo"];

fn three_assessments() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (title, lessons) in TITLES.iter().zip([["Sistemas", "Funciones"], ["Localizar", "Evaluar"], ["Siglo XIX", "Siglo XX"]]) {
        keep_bank(folder.path(), title, "lecture", &lessons);
    }
    std::fs::write(folder.path().join("assessments.toml"), PROFILES).unwrap();
    folder
}

/// Plans that were mailed to a student.
fn plans(folder: &Path, student: &str) -> usize {
    let is_plan = |mail: &&String| mail.contains("plan_estudio_") && mail.contains(&format!("{student}@example.com"));
    mails(folder).iter().filter(is_plan).count()
}

/// Waits until so many plans were mailed; the plan's job is one of its own, so nobody's request waits for it.
async fn plans_become(folder: &Path, student: &str, wanted: usize, service: &Service) {
    let told = || format!("{student} has {} plans of {wanted}\n{}", plans(folder, student), service.log());
    until(told, async || (plans(folder, student) >= wanted).then_some(())).await;
}

async fn takes(service: &Service, student: &str, title: &str, submission: &str) {
    let answer = service.webhook(&handed_in(student, title, submission, "AB")).await;
    assert!([200, 202].contains(&answer.status), "{}\n{}", answer.text, service.log());
}

/// Sends a student's first attempts in an order.
async fn takes_all(service: &Service, student: &str, order: [usize; 3]) {
    for place in order {
        takes(service, student, TITLES[place], &format!("{student}-{place}-1")).await;
    }
}

#[tokio::test]
async fn the_plan_comes_once_after_the_last_assessment_in_any_order_and_retakes_change_nothing() {
    let folder = three_assessments();
    let mut service = Service::start(folder.path(), &[]);
    for (student, order) in [("ana", [0, 1, 2]), ("ben", [2, 0, 1])] {
        takes(&service, student, TITLES[order[0]], &format!("{student}-{}-1", order[0])).await;
        takes(&service, student, TITLES[order[0]], &format!("{student}-{}-2", order[0])).await;
        takes(&service, student, TITLES[order[1]], &format!("{student}-{}-1", order[1])).await;
        assert_eq!(plans(folder.path(), student), 0, "one of three is missing");
        takes(&service, student, TITLES[order[2]], &format!("{student}-{}-1", order[2])).await;
        plans_become(folder.path(), student, 1, &service).await;
        // A repeat, a retake, and all of it again.
        takes_all(&service, student, order).await;
        takes(&service, student, TITLES[order[1]], &format!("{student}-{}-3", order[1])).await;
    }
    assert!(service.terminate().success());
    assert_eq!((plans(folder.path(), "ana"), plans(folder.path(), "ben")), (1, 1));
    let rows: Vec<String> = processed(folder.path()).into_iter().filter(|row| row.contains("Plan de estudio")).collect();
    assert_eq!(rows.len(), 2, "{rows:?}");

    let report = files(folder.path()).into_iter().find(|name| name.starts_with("webhook_reports/Planes de estudio/ana")).unwrap();
    let text = Command::new("pdftotext").arg("-layout").arg(folder.path().join(report)).arg("-").output();
    let Some(text) = peer("pdftotext", text.map_err(|error| error.to_string())) else { return };
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    for words in
        ["Plan de estudio", "M1 Ensayo", "CL Ensayo", "HYST Ensayo", "Nivel 1", "Agosto", "Guía 6: sistemas de ecuaciones", "Siglo XX"]
    {
        assert!(text.contains(words), "'{words}' is missing:\n{text}");
    }
}

#[tokio::test]
async fn assessments_that_end_at_the_same_moment_on_two_instances_give_one_plan() {
    let folder = three_assessments();
    let services = [Service::start(folder.path(), &[]), Service::start(folder.path(), &[])];
    let students = ["ana", "ben", "cam", "dan", "eva", "fer"];
    let sends = students.iter().flat_map(|student| (0..3).map(move |place| (student, place)));
    let sends = sends.map(|(student, place)| {
        let service = &services[place % 2];
        async move { takes(service, student, TITLES[place], &format!("{student}-{place}")).await }
    });
    futures::future::join_all(sends).await;
    for student in students {
        plans_become(folder.path(), student, 1, &services[0]).await;
    }
    for mut service in services {
        assert!(service.terminate().success());
    }
    assert_eq!(students.map(|student| plans(folder.path(), student)), [1; 6]);
}

#[tokio::test]
async fn a_plan_that_was_due_when_the_process_died_comes_after_the_restart_and_once() {
    let folder = three_assessments();
    let mut service = Service::start(folder.path(), &[("WEBHOOK_WAIT_SECONDS", "0"), ("LEASE_SECONDS", "3"), ("SWEEP_SECONDS", "1")]);
    takes(&service, "ana", TITLES[0], "ana-0").await;
    takes(&service, "ana", TITLES[1], "ana-1").await;
    service.restart();
    takes(&service, "ana", TITLES[2], "ana-2").await;
    service.restart();
    plans_become(folder.path(), "ana", 1, &service).await;
    assert!(service.terminate().success());
    assert_eq!(plans(folder.path(), "ana"), 1);
}
