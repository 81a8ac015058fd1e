//! The first hour: `gradepost init` on a real terminal, with a real mail server and a platform that refuses and takes; what it writes serves.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use wiremock::matchers::{method, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::harness::{files, gradepost, repository, run};

/// Plays the command on a terminal.
fn play(folder: &std::path::Path, script: &[(&str, &str)]) -> (bool, String) {
    let program = env!("CARGO_BIN_EXE_gradepost");
    let python = std::env::var("GRADEPOST_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = serde_json::to_string(script).unwrap();
    let output = Command::new(python)
        .arg(repository("tests/parts/pty_play.py"))
        .args([&script, program, "init", folder.to_str().unwrap()])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .output()
        .unwrap();
    (output.status.success(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn init_on_a_terminal_asks_tries_and_writes_what_the_service_then_runs_with() {
    let folder = tempfile::tempdir().unwrap();
    let school = folder.path().join("colegio");
    let (is_good, shown) = play(
        &school,
        &[
            ("1 Español", "1"),
            ("Nombre del colegio", "Colegio #1 San José"),
            ("Zona horaria", "Marte/Olympus"),
            ("No existe esa zona", ""),
            ("Dirección de la escuela en la plataforma", ""),
            ("Token de los webhooks", "a-token-that-is-typed"),
            ("1-5", "5"),
            ("Dirección que envía", "informes@colegio.example"),
            ("¿Dónde se guarda?", ""),
            ("¿En qué dirección se verá la consola?", ""),
        ],
    );
    assert!(is_good, "{shown}");
    assert!(!shown.contains("a-token-that-is-typed"), "what is secret is not shown while it is typed:\n{shown}");
    assert!(shown.contains("gradepost serve") && shown.contains("gradepost console link"));
    let env = school.join(".env");
    assert_eq!(std::fs::metadata(&env).unwrap().permissions().mode() & 0o077, 0, "for its owner alone");
    let text = std::fs::read_to_string(&env).unwrap();
    for line in [
        "SCHOOL_NAME=\"Colegio #1 San José\"",
        "REPORT_TIMEZONE=America/Santiago",
        "WEBHOOK_SECRET=a-token-that-is-typed",
        "MAIL_TRANSPORT=file",
        "DATA_DIR=data",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    assert!(school.join("data/questions").is_dir() && school.join("data/templates").is_dir());
    // A second time nothing is asked and nothing is lost.
    let again = Command::new(env!("CARGO_BIN_EXE_gradepost")).args(["init", school.to_str().unwrap()]).output().unwrap();
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("is there already"));
    // What was written serves: doctor finds no problem once there is a bank.
    let bank = repository("test_data/questions/Test de diagnóstico Parte 1.csv");
    std::fs::copy(bank, school.join("data/questions/Test de diagnóstico Parte 1.csv")).unwrap();
    let doctor = Command::new(env!("CARGO_BIN_EXE_gradepost")).arg("doctor").current_dir(&school).env_clear().output().unwrap();
    assert!(doctor.status.success(), "{}", String::from_utf8_lossy(&doctor.stdout));
}

#[test]
fn init_stops_without_a_trace_when_nobody_answers_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = gradepost(&["init", folder.path().to_str().unwrap(), "--language", "en"], &BTreeMap::new());
    let child = child
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.as_ref().unwrap(), b"A School\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("nothing was written"));
    assert_eq!(files(folder.path()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_platform_and_the_mail_server_refuse_is_told_and_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path_regex("access_token")).respond_with(ResponseTemplate::new(401)).mount(&server).await;
    let host = server.uri().replace("http://", "");
    let (dir, host_of_school) = (folder.path().to_owned(), host.clone());
    let (is_good, shown) = tokio::task::spawn_blocking(move || {
        play(
            &dir,
            &[
                ("1 Español", "2"),
                ("Name of the school", "A School"),
                ("Time zone", ""),
                ("address at the platform", &host_of_school),
                ("CLIENT_ID", "an-id"),
                ("CLIENT_SECRET", "a-wrong-secret"),
                ("✗", "s"),
                ("webhooks' token", ""),
                ("1-5", "4"),
                ("Server", "127.0.0.1"),
                ("Port", "9"),
                ("Address that sends", "reports@school.example"),
                ("Password or key", "any"),
                ("Who gets a test mail", ""),
                ("✗", "s"),
                ("Where is everything kept?", ""),
                ("will people see the console?", ""),
            ],
        )
    })
    .await
    .unwrap();
    assert!(is_good, "{shown}");
    let text = std::fs::read_to_string(folder.path().join(".env")).unwrap();
    let set: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("CLIENT_ID=") || line.starts_with("SMTP_SERVER=") || line.starts_with("MAIL_TRANSPORT="))
        .collect();
    assert_eq!(set, ["CLIENT_ID=", "SMTP_SERVER=", "MAIL_TRANSPORT=file"], "what was skipped is not set: {text}");
    let secret = text.lines().find_map(|line| line.strip_prefix("WEBHOOK_SECRET=")).unwrap();
    assert_eq!(secret.len(), 48, "one was made up");
}

#[test]
fn the_help_leads_a_newcomer_to_it() {
    let output = run(&["--help"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("gradepost init"));
}
