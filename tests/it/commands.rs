//! The commands as a stranger would type them.

use std::path::Path;

use serde_json::Value;

use crate::harness::{self, SECRET, Service, completion, repository, run, school};

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
        let output = run(&["render", "--template", path(&template), "--data", path(&data), "--out", path(&pdf), "--docx-out", path(&docx)]);
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
