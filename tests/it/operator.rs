//! The commands an operator acts with: settings are minded, arguments are checked, jobs are moved.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Output, Stdio};

use gradepost::clock::{Clock as _, SystemClock};
use gradepost::jobs::Jobs;
use gradepost::jobs::config::JobsConfig;
use gradepost::jobs::handler::{AcceptedEvent, JobKind};
use gradepost::model::lane::LaneName;
use gradepost::storage::local::LocalStore;

use crate::harness::{self, Service, completion, mails, repository, school, until};
use crate::scripted_smtp::Scripted;

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
    assert!(none.starts_with("no job is parked for"), "{none}");
    let released = words(&command(&["jobs", "release", "--cause", "bank_missing"], school.path(), &[]));
    assert!(released.starts_with("2 jobs are released"), "{released}");
    until(|| service.log(), async || (mails(school.path()).len() >= 2).then_some(())).await;
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
    assert!(detail("storage", "ok").contains("wrote, locked, linked, read and removed"));
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

/// Every file and folder below, hidden ones too.
fn everything(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            found.push(path.display().to_string());
            if path.is_dir() {
                open.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn reading_makes_nothing_and_a_folder_that_is_no_store_is_told() {
    let school = school();
    let before = everything(school.path());
    for arguments in [&["jobs", "list"][..], &["doctor"], &["storage", "check"], &["jobs", "show", &"0".repeat(32)]] {
        let output = command(arguments, school.path(), &[("WEBHOOK_SECRET", harness::SECRET)]);
        assert_eq!(everything(school.path()), before, "{arguments:?}: {}", words(&output));
    }
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("letter.txt"), "x").unwrap();
    let before = everything(elsewhere.path());
    let (missing, empty) = (elsewhere.path().join("data"), tempfile::tempdir().unwrap());
    for arguments in [
        &["jobs", "list"][..],
        &["jobs", "retry", &"0".repeat(32)],
        &["doctor"],
        &["storage", "check"],
        &["export", "processed"],
        &["email", "test", "--to", "a@b.cl"],
    ] {
        for folder in [elsewhere.path(), &missing, empty.path()] {
            let output = command(arguments, folder, &[("WEBHOOK_SECRET", harness::SECRET)]);
            let told = words(&output);
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {told}");
            assert!(told.contains("no store here: DATA_DIR is") && told.contains(folder.to_str().unwrap()), "{arguments:?}: {told}");
        }
    }
    assert_eq!(everything(elsewhere.path()), before);
    assert!(everything(empty.path()).is_empty());
}

#[test]
fn listing_jobs_needs_neither_fonts_nor_mail_nor_a_secret() {
    let school = school();
    let output = command(&["jobs", "list"], school.path(), &[("FONT_DIR", "/nope"), ("SMTP_PORT", "no port"), ("EMAIL_USER", "nobody")]);
    assert!(output.status.success(), "{}", words(&output));
}

#[test]
fn doctor_names_each_file_that_would_stop_a_report() {
    let school = school();
    let put = |name: &str, text: &str| std::fs::write(school.path().join(name), text).unwrap();
    std::fs::create_dir(school.path().join("templates")).unwrap();
    put("questions/Test Uno.csv", "hola;chao\n1;2\n");
    put("questions/~$Test Dos.csv", "x");
    put("questions/Libro.csv", "PK\u{3}\u{4} a workbook");
    put("templates/propia.docx", "no document");
    put("assessments.toml", "[[assessment]]\nname = \"uno\"\nmatch = { title = \"Uno\" }\ntemplate = \"propia.docx\"\n");
    let output = command(&["doctor"], school.path(), &[("WEBHOOK_SECRET", harness::SECRET)]);
    let told = words(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for words in ["questions/Test Uno.csv", "questions/Libro.csv", "templates/propia.docx", "questions/Uno.csv"] {
        assert!(told.lines().any(|line| line.starts_with("PROBLEM") && line.contains(words)), "{words}: {told}");
    }
    assert!(!told.contains("~$"), "{told}");
    put("assessments.toml", "[[assessment]]\nnam = 1\n");
    let told = words(&command(&["doctor"], school.path(), &[("WEBHOOK_SECRET", harness::SECRET)]));
    assert!(told.lines().any(|line| line.starts_with("PROBLEM") && line.contains("assessments.toml:2")), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_speaks_the_terminals_language_with_all_its_advice_and_scripts_read_one() {
    let smtp = Scripted::start(false, |_| None).await;
    let port = smtp.port().to_string();
    let school = school();
    let put = |name: &str, text: &str| std::fs::write(school.path().join(name), text).unwrap();
    std::fs::create_dir(school.path().join("templates")).unwrap();
    put("questions/Uno.csv", "hola;chao\n1;2\n");
    put("questions/notas.txt", "x");
    put("templates/propia.docx", "no document");
    put("assessments.toml", "[[assessment]]\nname = \"uno\"\nmatch = { title = \"Dos\" }\ntemplate = \"otra.docx\"\n");
    let mut settings = vec![
        ("WORKERS", "muchos"),
        ("SMTP_HOST", "x"),
        ("MAIL_TRANSPORT", "smtp"),
        ("SMTP_SERVER", "localhost"),
        ("SMTP_PORT", port.as_str()),
        ("SMTP_TLS", "starttls"),
        ("EMAIL_USER", "informes@colegio.example"),
        ("EMAIL_PASSWORD", "hunter2-secret"),
        ("LANG", "es_CL.UTF-8"),
    ];
    for (locale, says) in [
        (
            "es_CL.UTF-8",
            &[
                "PROBLEMA WORKERS                  'muchos' no es un número entero de 1 a 256",
                "PROBLEMA WEBHOOK_SECRET           no está definido; copie el valor",
                "AVISO    SMTP_HOST                no es un ajuste y se ignora; ¿quiso decir SMTP_SERVER?",
                "apagado  alertas al admin.        defina ADMIN_EMAIL",
                "ok       almacenamiento           carpeta local",
                "se escribió, bloqueó, enlazó, leyó y borró un archivo",
                "PROBLEMA bancos de preguntas      el perfil 'uno' necesita el banco questions/Dos.csv, que no está",
                "es un banco: los bancos son archivos .csv",
                "PROBLEMA plantilla                el perfil 'uno' necesita templates/otra.docx, que no está",
                "apagado  API de la plataforma     defina SCHOOL_DOMAIN",
                "PROBLEMA correo                   al iniciar TLS: el certificado del servidor viene de una autoridad que esta máquina no conoce",
                "los correos esperan hasta que los ajustes correspondan al servidor",
                "trabajo más antiguo      nada está atrasado",
                "ajuste   SMTP_SERVER              localhost",
                "problemas; vea las líneas marcadas PROBLEMA",
            ][..],
        ),
        (
            "pt_BR.UTF-8",
            &[
                "PROBLEMA WORKERS                  'muchos' não é um número inteiro de 1 a 256",
                "desligado alertas ao admin.        defina ADMIN_EMAIL",
                "PROBLEMA e-mail                   ao iniciar TLS: o certificado do servidor vem de uma autoridade",
                "problemas; veja as linhas marcadas PROBLEMA",
            ],
        ),
        ("C", &["PROBLEM  WORKERS                  'muchos' is not a whole number from 1 to 256", "see the lines marked PROBLEM"]),
    ] {
        settings.pop();
        settings.push(("LANG", locale));
        let output = command(&["doctor"], school.path(), &settings);
        let told = words(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        for line in says {
            assert!(told.contains(line), "{line}: {told}");
        }
        assert!(!told.contains("hunter2"), "{told}");
        let english = [" the ", " is ", " are ", " with ", " which ", " see "];
        let left: Vec<&str> = told.lines().filter(|line| english.iter().any(|word| line.contains(word))).collect();
        assert!(locale == "C" || left.is_empty(), "{left:#?}");
        // Scripts read the same whatever the terminal speaks.
        let json: serde_json::Value = serde_json::from_slice(&command(&["doctor", "--json"], school.path(), &settings).stdout).unwrap();
        let mail = json.as_array().unwrap().iter().find(|line| line["part"] == "mail").unwrap();
        assert!(mail["state"] == "problem" && mail["detail"].as_str().unwrap().contains("the server's certificate"), "{mail}");
    }
    assert_eq!(smtp.count("AUTH"), 0);
}

/// A school whose students' jobs ended in every way: sent, duplicate of nothing, parked.
async fn busy_school() -> (tempfile::TempDir, Service) {
    let school = school();
    let service = Service::start(school.path(), &[]);
    for (student, name, test) in [
        ("ana", "Ana María Núñez", "Test de diagnóstico Parte 1"),
        ("jose", "José O\u{202e}Higgins", "Test de diagnóstico Parte 1"),
        ("zoe", "Zoë Ñandú", "Un test nuevo"),
    ] {
        let mut event: serde_json::Value = serde_json::from_str(&completion(student)).unwrap();
        event["user"]["username"] = name.into();
        (event["user"]["first_name"], event["user"]["last_name"]) = (serde_json::Value::Null, serde_json::Value::Null);
        event["assessment"]["title"] = test.into();
        event["assessment"]["url"] =
            format!("https://x.cl/path-player?courseid=c&unit=0123456789abcdef0123456{}", u8::from(test == "Un test nuevo")).into();
        assert_eq!(service.webhook(&event.to_string()).await.status, 200);
    }
    // A job is answered a moment before it is listed.
    until(|| service.log(), async || (listed(school.path(), &[]).len() >= 3).then_some(())).await;
    (school, service)
}

fn listed(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let output = command(&[&["jobs", "list"], arguments].concat(), folder, &[]);
    assert!(output.status.success(), "{arguments:?}: {}", words(&output));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_list_names_people_tests_and_results_and_finds_them_by_any_part_without_accents() {
    let (school, _service) = busy_school().await;
    let all = listed(school.path(), &[]);
    assert_eq!(all.len(), 3, "{all:?}");
    let ana = all.iter().find(|line| line.contains("Ana María Núñez")).unwrap();
    assert!(ana.contains("sent") && ana.contains("Test de diagnóstico Parte 1") && ana.contains(" of 12"), "{ana}");
    for (search, found) in [
        ("nunez", 1),
        ("MARIA", 1),
        ("maria nunez", 1),
        ("parte diag", 2),
        ("jose", 1),
        ("JOSE@EXAMPLE", 1),
        ("zoe nandu", 1),
        ("bank_missing", 1),
        ("nobody", 0),
    ] {
        let lines = listed(school.path(), &["--search", search]);
        assert_eq!(lines.iter().filter(|line| *line != "no jobs").count(), found, "{search}: {lines:?}");
    }
    assert_eq!(listed(school.path(), &["--state", "sent"]).len(), 2);
    assert_eq!(listed(school.path(), &["--test", "nuevo", "--state", "parked"]).len(), 1);
    assert_eq!(listed(school.path(), &["--course", "diagnostico", "--student", "ana"]).len(), 1);
    assert_eq!(listed(school.path(), &["--since", "2999-01-01"]), ["no jobs"]);
    let last = listed(school.path(), &["--last", "1"]);
    assert!(last[0].contains("Zoë") && last[1].starts_with("1 of 3"), "{last:?}");
    let first = listed(school.path(), &["--limit", "2"]);
    assert!(first.len() == 3 && first[2].starts_with("2 of 3"), "{first:?}");
    // The index finds the same, also while the service has its own open.
    for (find, found) in
        [("nunez", 1), ("MARIA nunez", 1), ("jose@EXAMPLE", 1), ("zoe nandu", 1), ("nuevo", 1), ("ana diagnostico", 1), ("nobody", 0)]
    {
        let lines = listed(school.path(), &["--find", find]);
        assert_eq!(lines.iter().filter(|line| *line != "no reports").count(), found, "{find}: {lines:?}");
    }
    assert_eq!(listed(school.path(), &["--find", "diagnostico", "--state", "sent"]).len(), 2);
    let found = listed(school.path(), &["--find", "nunez", "--csv"]);
    assert!(found.len() == 2 && found[0].starts_with("id,handed_in,received,state,") && found[1].contains("Ana María Núñez"), "{found:?}");
    let csv = listed(school.path(), &["--csv", "--search", "nunez"]);
    assert!(csv.len() == 2 && csv[0].starts_with("id,received,state,") && csv[1].contains("Ana María Núñez"), "{csv:?}");
}

#[tokio::test]
async fn a_list_shows_reports_unless_another_lane_or_kind_is_asked_for() {
    let (school, service) = busy_school().await;
    service.leaves_jobs_open("a job is laid into the lane of deliveries behind the service's back, to be listed and not to be run");
    let store = std::sync::Arc::new(LocalStore::open(school.path()).await.unwrap());
    let jobs = Jobs::new(store, std::sync::Arc::new(SystemClock), JobsConfig::for_testing());
    let queue = JobKind { name: "webhook_queue", lane: LaneName::Deliveries, ..JobKind::REPORT };
    let event = AcceptedEvent::new(&queue, "gateway", "queue 1".to_owned(), SystemClock.now(), serde_json::json!({}));
    jobs.accept(event).await.unwrap();
    let reports = listed(school.path(), &[]);
    assert!(reports.len() == 3 && !reports.iter().any(|line| line.contains("webhook_queue")), "{reports:?}");
    for arguments in [&["--lane", "deliveries"][..], &["--kind", "webhook_queue"], &["--lane", "all", "--search", "queue"]] {
        let lines = listed(school.path(), arguments);
        assert!(lines.len() == 1 && lines[0].contains("waiting") && lines[0].contains("webhook_queue"), "{arguments:?}: {lines:?}");
    }
    assert_eq!(listed(school.path(), &["--lane", "all"]).len(), 4);
    assert_eq!(listed(school.path(), &["--kind", "all"]).len(), 4);
    assert_eq!(listed(school.path(), &["--lane", "chores"]), ["no jobs"]);
    let json: serde_json::Value = serde_json::from_str(&listed(school.path(), &["--json", "--kind", "webhook_queue"]).concat()).unwrap();
    assert_eq!((&json[0]["kind"], &json[0]["lane"]), (&"webhook_queue".into(), &"deliveries".into()));
    let id = json[0]["id"].as_str().unwrap();
    let shown = words(&command(&["jobs", "show", id], school.path(), &[]));
    assert!(shown.contains("kind      webhook_queue (lane deliveries)"), "{shown}");
}

#[tokio::test]
async fn what_a_terminal_obeys_is_shown_and_not_sent_to_it() {
    let (school, _service) = busy_school().await;
    for arguments in [&["jobs", "list"][..], &["jobs", "list", "--json"], &["jobs", "list", "--csv"], &["jobs", "list", "--search", "jose"]]
    {
        let output = command(arguments, school.path(), &[]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("Higgins") && !text.contains('\u{1b}') && !text.contains('\u{202e}'), "{arguments:?}: {text}");
    }
}

#[tokio::test]
async fn the_beginning_of_an_id_stands_for_the_job_and_a_mail_goes_where_the_operator_says() {
    let (school, mut service) = busy_school().await;
    let short = listed(school.path(), &["--search", "zoe"])[0].split_whitespace().next().unwrap().to_owned();
    assert_eq!(short.len(), 8);
    let shown = words(&command(&["jobs", "show", &short.to_uppercase()], school.path(), &[]));
    assert!(shown.contains("Zoë Ñandú (zoe@example.com") && shown.contains(&format!("gradepost jobs release {short}")), "{shown}");
    let unknown = command(&["jobs", "show", "ffff0000ffff"], school.path(), &[]);
    assert!(unknown.status.code() == Some(1) && words(&unknown).contains("there is no job ffff0000ffff"), "{}", words(&unknown));

    let bank = repository("test_data/questions/Test de diagnóstico Parte 1.csv");
    std::fs::copy(bank, school.path().join("questions/Un test nuevo.csv")).unwrap();
    let released = words(&command(&["jobs", "release", &short, "--to", "madre@example.com"], school.path(), &[]));
    assert!(released.contains("is released, and mailed to madre@example.com") && released.contains("Zoë Ñandú"), "{released}");
    // A service that starts takes up what is due; the running one does so at once.
    let is_sent = |mail: &String| mail.contains("To:") && mail.contains("madre@example.com");
    until(|| service.log(), async || (mails(school.path()).iter().any(is_sent)).then_some(())).await;
    let sent = mails(school.path());
    assert!(sent.len() == 3 && sent.iter().any(is_sent) && !sent.iter().any(|mail| mail.contains("zoe@example.com")), "{}", service.log());
    assert!(service.terminate().success());
}

#[tokio::test]
async fn a_month_is_told_per_course_and_test_with_what_stood_in_the_way() {
    let (school, _service) = busy_school().await;
    let told = words(&command(&["report"], school.path(), &[]));
    assert!(told.contains("2 reports mailed of 3 events") && told.contains("bank_missing 1"), "{told}");
    let csv = words(&command(&["report", "--csv"], school.path(), &[]));
    let rows: Vec<&str> = csv.lines().collect();
    assert!(rows.len() == 3 && rows[0].starts_with("month,course,assessment,events,mailed"), "{csv}");
    assert!(rows.iter().any(|row| row.contains("Test de diagnóstico Parte 1,2,2,0,0,0,0,0")), "{csv}");
    let empty = words(&command(&["report", "--month", "1999-01"], school.path(), &[]));
    assert_eq!(empty.trim(), "1999-01: 0 reports mailed of 0 events");
    assert_eq!(command(&["report", "--month", "May"], school.path(), &[]).status.code(), Some(2));
}

#[tokio::test]
async fn lists_and_months_are_of_reports_and_the_newest_are_found_beyond_any_page() {
    const REPORTS: usize = 130;
    let folder = tempfile::tempdir().unwrap();
    let service = crate::svix::start(&folder);
    let api = |path: &str, body: serde_json::Value| {
        let call = service.client().post(service.url(&format!("/api/v1{path}"))).bearer_auth(crate::svix::ADMIN).json(&body);
        async { service.send(call).await.status }
    };
    assert_eq!(api("/institutions", serde_json::json!({ "name": "Liceo 1", "uid": "liceo-1" })).await, 201);
    // Without a bank they park, which costs no paper.
    for number in 0..REPORTS {
        if number % 10 == 0 {
            let event = serde_json::json!({ "institution": "liceo-1", "type": "grade.submitted", "data": { "n": number } });
            assert_eq!(api("/events", event).await, 202);
        }
        assert_eq!(service.webhook(&completion(&format!("student{number:03}"))).await.body["status"], "parked");
    }
    until(|| service.log(), async || (listed(folder.path(), &["--limit", "200"]).len() == REPORTS).then_some(())).await;
    let names =
        |lines: &[String]| lines.iter().filter_map(|line| Some(line[line.find("student")?..].get(..10)?.to_owned())).collect::<Vec<_>>();
    for last in [1, 64, 65, 129] {
        let newest = listed(folder.path(), &["--csv", "--last", &last.to_string()]);
        let expected: Vec<String> = (0..REPORTS).rev().take(last).map(|number| format!("student{number:03}")).collect();
        assert_eq!(names(&newest[1..]), expected, "--last {last}");
    }
    let first = listed(folder.path(), &[]);
    assert!(first.len() == 51 && first[50].starts_with("50 of 130"), "{first:?}");
    let month = words(&command(&["report"], folder.path(), &[]));
    assert!(month.starts_with(&format!("{}: 0 reports mailed of {REPORTS} events", &month[..7])), "{month}");
    // What the gateway does is there for who asks for it.
    let all = words(&command(&["jobs", "list", "--lane", "all", "--limit", "500", "--json"], folder.path(), &[]));
    assert!(all.contains("webhook_event"), "{all}");
    let events = words(&command(&["jobs", "list", "--kind", "webhook_event", "--limit", "500", "--json"], folder.path(), &[]));
    assert!(events.contains("webhook_event") && !events.contains("\"kind\": \"report\""), "{events}");
}

#[tokio::test]
async fn lists_and_acts_speak_the_terminals_language_and_their_words_for_programs_stay() {
    let (school, _service) = busy_school().await;
    let short = listed(school.path(), &["--search", "zoe"])[0].split_whitespace().next().unwrap().to_owned();
    for (locale, none, of, mailed, advice, label) in [
        (
            "es_CL.UTF-8",
            "no hay trabajos",
            "1 de 3; --limit 3",
            "2 informes enviados de 3 avisos",
            "corríjalo, y el trabajo sigue por sí solo",
            "estudiante",
        ),
        (
            "pt_BR.UTF-8",
            "nenhum trabalho",
            "1 de 3; --limit 3",
            "2 relatórios enviados de 3 avisos",
            "corrija, e o trabalho segue por si só",
            "estudante",
        ),
        ("C.UTF-8", "no jobs", "1 of 3; --limit 3", "2 reports mailed of 3 events", "correct it, and the job resumes", "student"),
    ] {
        let told = |arguments: &[&str]| words(&command(arguments, school.path(), &[("LANG", locale)]));
        assert_eq!(told(&["jobs", "list", "--search", "nobody"]).trim(), none);
        let list = told(&["jobs", "list", "--limit", "1"]);
        assert!(list.contains(of), "{list}");
        let month = told(&["report"]);
        assert!(month.contains(mailed) && month.contains("bank_missing 1"), "{month}");
        let shown = told(&["jobs", "show", &short]);
        assert!(shown.contains(advice) && shown.contains(label) && shown.contains("parked") && shown.contains("bank_missing"), "{shown}");
        let json = told(&["jobs", "show", &short, "--json"]);
        assert!(json.contains("\"state\": \"parked\""), "{json}");
        let csv = told(&["report", "--csv"]);
        assert!(csv.starts_with("month,course,assessment,events,mailed"), "{csv}");
    }
}
