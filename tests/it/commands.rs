//! The commands as a stranger would type them.

use std::path::Path;

use serde_json::Value;

use crate::harness::{self, SECRET, Service, completion, repository, run, school};
use crate::smtp_server::{SmtpServer, smtp_server};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_demo_runs_the_main_job_and_says_where_everything_lies() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    for _ in 0..2 {
        let output = run(&["demo", "--data-dir", path(&data)]);
        let words = text(&output.stdout);
        assert!(output.status.success(), "{words}\n{}", text(&output.stderr));
        for kind in ["PDF", "mail", "processed.csv"] {
            let line = words.lines().find(|line| line.trim_start().starts_with(kind)).unwrap_or_else(|| panic!("no {kind} in {words}"));
            let file = line.trim_start().strip_prefix(kind).unwrap().trim();
            assert!(Path::new(file).is_file(), "{file} is not there");
        }
        for step in ["fetch", "analyse", "render", "mail"] {
            assert!(words.lines().any(|line| line.trim_start().starts_with(step) && line.ends_with(" ms")), "{words}");
        }
    }
    let strange = tempfile::tempdir().unwrap();
    std::fs::write(strange.path().join("thesis.txt"), "years of work").unwrap();
    let output = run(&["demo", "--data-dir", path(strange.path())]);
    assert_eq!(output.status.code(), Some(1));
    assert!(strange.path().join("thesis.txt").exists());
}

#[test]
fn a_template_is_started_checked_and_rendered() {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("plantilla.docx");
    let (pdf, docx) = (folder.path().join("out.pdf"), folder.path().join("out.docx"));
    assert!(run(&["template", "init", path(&template)]).status.success());
    assert_eq!(
        std::fs::read(&template).unwrap(),
        std::fs::read(repository("templates/plantilla_test_diagnostico.docx")).unwrap(),
        "the bundled template is what `template init` makes"
    );
    let checked = run(&["template", "check", path(&template)]);
    assert!(checked.status.success(), "{}{}", text(&checked.stdout), text(&checked.stderr));
    for case in ["short", "long", "hostile"] {
        let data = repository(&format!("test_data/reports/{case}/data.json"));
        let output = run(&[
            "render",
            "--template",
            path(&template),
            "--data",
            path(&data),
            "--out",
            path(&pdf),
            "--docx-out",
            path(&docx),
            "--force",
        ]);
        assert!(output.status.success(), "{case}: {}", text(&output.stderr));
        let first = std::fs::read(&pdf).unwrap();
        assert!(first.starts_with(b"%PDF-"));
        assert!(run(&["convert", "--quiet", path(&docx), path(&pdf)]).status.success(), "{case}");
        run(&["render", "--template", path(&template), "--data", path(&data), "--out", path(&pdf)]);
        assert!(std::fs::read(&pdf).unwrap() == first, "{case}: the same input gives the same bytes");
    }
}

#[test]
fn what_is_no_document_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let (bad, out) = (folder.path().join("bad.docx"), folder.path().join("out.pdf"));
    std::fs::write(&bad, "this is no zip").unwrap();
    let output = run(&["convert", path(&bad), path(&out)]);
    assert_eq!(output.status.code(), Some(1));
    let words = text(&output.stderr);
    assert!(words.starts_with("error: ") && words.contains("bad.docx") && !words.contains("panicked"), "{words}");
    assert!(!out.exists());
    let missing = run(&["convert", "nowhere.docx", path(&out)]);
    assert!(text(&missing.stderr).contains("nowhere.docx"));
}

#[test]
fn wrong_arguments_end_with_2_and_every_command_explains_itself() {
    assert_eq!(run(&["fly"]).status.code(), Some(2));
    assert_eq!(run(&["render"]).status.code(), Some(2));
    for command in [
        "serve",
        "demo",
        "render",
        "convert",
        "template",
        "analyse",
        "bank",
        "webhook",
        "email",
        "storage",
        "jobs",
        "backfill",
        "export",
        "doctor",
        "completions",
    ] {
        let output = run(&[command, "--help"]);
        assert!(output.status.success() && output.stdout.len() > 80, "{command}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(text(&run(&["completions", shell]).stdout).contains("gradepost"));
    }
}

#[test]
fn analyse_prints_the_judgement_as_json() {
    let bank = repository("test_data/questions/Test de diagnóstico Parte 1.csv");
    let folder = tempfile::tempdir().unwrap();
    let submission = folder.path().join("submission.json");
    let event: Value = serde_json::from_str(&completion("ana")).unwrap();
    std::fs::write(&submission, event["submission"].to_string()).unwrap();
    let output = run(&["analyse", "--bank", path(&bank), "--submission", path(&submission)]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let analysis: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(analysis["total"], 12);
    assert!(analysis["level"].as_str().is_some_and(|level| level.starts_with("Nivel")), "{analysis}");
    let explained = run(&["analyse", "--bank", path(&bank), "--submission", path(&submission), "--explain"]);
    assert!(text(&explained.stdout).contains("12"), "{}", text(&explained.stdout));
}

#[test]
fn a_signature_is_made_checked_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("event.json");
    std::fs::write(&file, "{\"a\": 1}").unwrap();
    for scheme in ["token", "hmac"] {
        let header = text(&run(&["webhook", "sign", path(&file), "--secret", "s3", "--scheme", scheme]).stdout);
        let value = header.trim().split_once(": ").unwrap().1.to_owned();
        assert_eq!(text(&run(&["webhook", "verify", path(&file), "--secret", "s3", "--signature", &value]).stdout), "valid\n");
        let wrong = run(&["webhook", "verify", path(&file), "--secret", "s4", "--signature", &value]);
        assert_eq!(wrong.status.code(), Some(1));
        if scheme == "hmac" {
            std::fs::write(&file, "{\"a\": 1}\n").unwrap();
            let output = run(&["webhook", "verify", path(&file), "--secret", "s3", "--signature", &value]);
            assert_eq!(output.status.code(), Some(1));
            assert!(text(&output.stderr).contains("line break"), "{}", text(&output.stderr));
        }
    }
}

#[tokio::test]
async fn webhook_send_plays_the_platform() {
    let school = school();
    let service = Service::start(school.path(), &[]);
    let file = school.path().join("event.json");
    std::fs::write(&file, completion("ana")).unwrap();
    for scheme in ["token", "hmac"] {
        let output = run(&["webhook", "send", path(&file), "--url", &service.url("/webhook"), "--secret", SECRET, "--scheme", scheme]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(text(&output.stdout).starts_with("200 "), "{}", text(&output.stdout));
    }
    let refused = run(&["webhook", "send", path(&file), "--url", &service.url("/webhook"), "--secret", "wrong"]);
    assert_eq!(refused.status.code(), Some(1));
}

#[test]
fn doctor_checks_everything_and_hides_secrets() {
    let school = school();
    let settings = |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let data = path(school.path()).to_owned();
    let good =
        harness::gradepost(&["doctor"], &settings(&[("DATA_DIR", &data), ("WEBHOOK_SECRET", "hush-hush"), ("EMAIL_USER", "a@b.cl")]))
            .output()
            .unwrap();
    let words = text(&good.stdout);
    assert!(good.status.success(), "{words}{}", text(&good.stderr));
    assert!(words.contains("storage") && words.contains("template") && !words.contains("hush-hush"), "{words}");
    assert!(words.contains("EMAIL_USER") && !words.contains("SMTP_PORT") && words.contains("--all shows them"), "{words}");
    let all =
        harness::gradepost(&["doctor", "--all"], &settings(&[("DATA_DIR", &data), ("WEBHOOK_SECRET", "hush-hush")])).output().unwrap();
    let all = text(&all.stdout);
    assert!(all.contains("SMTP_PORT") && all.contains("587 (default)") && !all.contains("--all"), "{all}");
    let bad =
        harness::gradepost(&["doctor", "--json"], &settings(&[("DATA_DIR", &data), ("WEBHOOK_WAIT_SECONDS", "soon")])).output().unwrap();
    assert_eq!(bad.status.code(), Some(1));
    let lines: Value = serde_json::from_slice(&bad.stdout).unwrap();
    let problem = |part: &str| lines.as_array().unwrap().iter().any(|line| line["part"] == part && line["state"] == "problem");
    assert!(problem("WEBHOOK_WAIT_SECONDS") && problem("WEBHOOK_SECRET"), "{lines}");
}

#[test]
fn storage_and_mail_are_tried_for_real() {
    let school = school();
    let settings = [("DATA_DIR", path(school.path())), ("EMAIL_USER", "a@b.cl")]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let storage = harness::gradepost(&["storage", "check"], &settings).output().unwrap();
    assert!(storage.status.success(), "{}", text(&storage.stderr));
    let mail = harness::gradepost(&["email", "test", "--to", "ana@example.com"], &settings).output().unwrap();
    assert!(mail.status.success(), "{}", text(&mail.stderr));
    assert_eq!(harness::mails(school.path()).len(), 1);
    let wrong = harness::gradepost(&["email", "test", "--to", "nobody"], &settings).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
}

#[tokio::test]
async fn a_trial_sends_its_author_a_marked_report_and_files_nothing() {
    let Some(server) = smtp_server() else { return };
    let school = school();
    std::fs::write(school.path().join("questions/Mi test.csv"), "question_number,correct_alternative,lecture\n1,A,Uno\n2,B,Uno\n3,C,Dos\n")
        .unwrap();
    let service = Service::start(school.path(), &[]);
    let port = server.config("plain").smtp.unwrap().port.to_string();
    let settings = [
        ("DATA_DIR", path(school.path())),
        ("WEBHOOK_SECRET", SECRET),
        ("SMTP_SERVER", "127.0.0.1"),
        ("SMTP_PORT", &port),
        ("SMTP_TLS", "none"),
        ("EMAIL_USER", "informes@colegio.example"),
        ("EMAIL_FROM_NAME", "Colegio"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    // What a running instance keeps for itself (that it lives, how far it has read) says nothing of anybody.
    let own_files = |folder: &Path| -> Vec<String> {
        let housekeeping = |file: &String| [".alive/", "projections/cursor", "wake/"].iter().any(|prefix| file.starts_with(prefix));
        harness::files(folder).into_iter().filter(|file| !housekeeping(file)).collect()
    };
    let before = own_files(school.path());
    for (to, more) in [("trial-one@example.com", &[][..]), ("trial-two@example.com", &["--assessment", "Mi test"])] {
        let url = service.url("/webhook");
        let arguments = [&["webhook", "try", "--to", to, "--url", &url], more].concat();
        let output = harness::gradepost(&arguments, &settings).output().unwrap();
        let words = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert!(output.status.success() && words.contains("takes our signature") && words.contains(to), "{words}");
        let taken = server.taken(to);
        assert_eq!(taken.len(), 1, "{words}");
        let mail = SmtpServer::parsed(&taken[0].bytes);
        assert!(mail.to_string().contains("PRUEBA"), "{mail}");
    }
    let unknown =
        harness::gradepost(&["webhook", "try", "--to", "trial-one@example.com", "--assessment", "Otro"], &settings).output().unwrap();
    assert!(unknown.status.code() == Some(1) && text(&unknown.stderr).contains("Otro.csv"), "{}", text(&unknown.stderr));
    let after = own_files(school.path());
    assert_eq!(after, before, "no report, job or row of a student who does not exist");
}

#[test]
fn no_command_writes_over_a_file_unless_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let template = repository("templates/plantilla_test_diagnostico.docx");
    let (data, key) = (repository("test_data/reports/short/data.json"), repository("test_data/questions/export/answer_key.xlsx"));
    let [mine, pdf] = ["mine.docx", "new.pdf"].map(|name| folder.path().join(name));
    let lines: &[&[&str]] = &[
        &["template", "init", path(&mine), "--method", "lecture"],
        &["bank", "import", path(&key), "--out", path(&mine)],
        &["convert", "--quiet", path(&template), path(&mine)],
        &["render", "--template", path(&template), "--data", path(&data), "--out", path(&mine)],
        &["render", "--template", path(&template), "--data", path(&data), "--out", path(&pdf), "--docx-out", path(&mine)],
    ];
    for line in lines {
        std::fs::write(&mine, "hours of work").unwrap();
        let output = run(line);
        let words = text(&output.stderr);
        assert!(output.status.code() == Some(1) && words.contains(path(&mine)) && words.contains("--force"), "{line:?}: {words}");
        assert_eq!(std::fs::read_to_string(&mine).unwrap(), "hours of work", "{line:?}");
        assert!(!pdf.exists(), "nothing is begun that cannot be finished");
        assert!(run(&[*line, &["--force"]].concat()).status.success(), "{line:?}");
        assert_ne!(std::fs::read(&mine).unwrap(), b"hours of work", "{line:?}");
        std::fs::remove_file(&pdf).ok();
    }
    let line = ["convert", "--quiet", path(&template), path(&pdf)];
    assert!(run(&line).status.success() && run(&line).status.success(), "a PDF of our own is made again");
}
