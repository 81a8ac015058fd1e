//! Question banks on the command line, and what the operator hears when bank and platform disagree.

use std::path::Path;

use serde_json::Value;

use crate::harness::{Service, completion, gradepost, repository, run, school};
use crate::school::{handed_in, keep_bank};

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn an_exported_answer_key_becomes_a_bank_that_checks_sound() {
    let folder = tempfile::tempdir().unwrap();
    let mut banks = Vec::new();
    for extension in ["xls", "xlsx"] {
        let (key, bank) = (repository(&format!("test_data/questions/export/answer_key.{extension}")), folder.path().join(extension));
        let output = run(&["bank", "import", path(&key), "--out", path(&bank)]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains("note: "), "what is to be looked at is said");
        let checked = run(&["bank", "check", path(&bank), "--language", "en"]);
        assert!(checked.status.success() && text(&checked.stdout).contains("no faults"), "{}", text(&checked.stdout));
        banks.push(std::fs::read(bank).unwrap());
    }
    assert_eq!(banks[0], banks[1], "both formats of one export give one bank");
    let faulty = run(&["bank", "import", path(&repository("test_data/questions/export/faulty.xlsx"))]);
    assert_eq!(faulty.status.code(), Some(1));
    assert!(text(&faulty.stderr).matches("line ").count() >= 2, "every faulty row at once: {}", text(&faulty.stderr));
}

#[test]
fn a_check_names_every_fault_and_every_lint_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let bank = folder.path().join("CIEN.csv");
    std::fs::write(&bank, "question_number;correct_alternative;materia;lecture\nx;A;Física;Ondas\n2;;Física;Ondas\n2;B;Física;Luz\n")
        .unwrap();
    let output = run(&["bank", "check", path(&bank), "--language", "en"]);
    assert_eq!(output.status.code(), Some(1));
    let words = text(&output.stdout);
    assert!(words.contains("line 2: the question number 'x'") && words.contains("line 3: no right answer"), "{words}");

    std::fs::write(&bank, "question_number;correct_alternative;materia;lecture\n1;A;Física;Ondas\n2;B;Física;Ondas\n3;B;Física;Onda\n")
        .unwrap();
    let profiles = repository("templates/assessments.toml");
    let output = run(&["bank", "check", path(&bank), "--profile", path(&profiles), "--language", "en"]);
    let words = text(&output.stdout);
    assert!(output.status.success(), "a lint is no fault: {words}");
    assert!(words.contains("warning: line 4: the lecture 'Onda' is nearly 'Ondas'"), "{words}");
    assert!(words.contains("warning: the level 'Nivel 1' of the profile 'CIEN' comes out of no result"), "{words}");
    let json = run(&["bank", "check", path(&bank), "--json"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((json["questions"].as_u64(), json["warnings"].as_array().unwrap().len()), (Some(3), 2), "{json}");
}

#[tokio::test]
async fn the_operator_hears_where_bank_and_platform_disagree() {
    let folder = tempfile::tempdir().unwrap();
    keep_bank(folder.path(), "M1", "lecture", &["Uno", "Dos"]);
    let service = Service::start(folder.path(), &[]);
    let mut event: Value = serde_json::from_str(&handed_in("ana", "M1", "s1", "AB")).unwrap();
    for answer in event["submission"]["answers"].as_array_mut().unwrap() {
        answer["points"] = 1.into();
    }
    let answer = service.webhook(&event.to_string()).await;
    assert_eq!(answer.body["status"], "processed", "{}", answer.text);
    let note = "bank and platform disagree on question 2 (bank: wrong)";
    assert!(service.log().contains(note), "{}", service.log());
    let data = folder.path().to_str().unwrap().to_owned();
    let settings = [("DATA_DIR".to_owned(), data), ("MAIL_TRANSPORT".to_owned(), "file".to_owned())].into();
    let shown = gradepost(&["jobs", "show", answer.body["job_id"].as_str().unwrap()], &settings).output().unwrap();
    assert!(text(&shown.stdout).contains(&format!("note      {note}")), "{}{}", text(&shown.stdout), text(&shown.stderr));
}

#[test]
fn every_template_can_be_listed_and_started_from_in_every_language() {
    let folder = tempfile::tempdir().unwrap();
    let list = text(&run(&["template", "init", "--list"]).stdout);
    let lines: Vec<Vec<&str>> = list.lines().filter(|line| line.contains(".docx")).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines.len(), 10, "{list}");
    for line in lines {
        for language in ["es", "en", "pt"] {
            let out = folder.path().join(format!("{language}_{}", line[1]));
            let output = run(&["template", "init", path(&out), "--method", line[0], "--language", language]);
            assert!(output.status.success(), "{}", text(&output.stderr));
            assert!(run(&["template", "check", path(&out)]).status.success(), "{} {language}", line[0]);
        }
        let bundled = std::fs::read(repository("templates").join(line[1])).unwrap();
        assert!(std::fs::read(folder.path().join(format!("es_{}", line[1]))).unwrap() == bundled, "{}", line[1]);
    }
    let mut named = gradepost(&["template", "init", "CIEN"], &std::collections::BTreeMap::new());
    assert!(named.current_dir(folder.path()).status().unwrap().success());
    assert!(folder.path().join("plantilla_cien.docx").is_file());
    let unknown = run(&["template", "init", "CIENX"]);
    assert!(!unknown.status.success() && text(&unknown.stderr).contains("there is no template 'CIENX'"), "{}", text(&unknown.stderr));
}

#[tokio::test]
async fn a_broken_bank_profile_and_template_are_told_in_the_schools_language() {
    let broken = [
        ("questions/Test de diagnóstico Parte 1.csv", "question_number,correct_alternative\nx,A\n"),
        ("assessments.toml", "[[assessment]]\nname = \"uno\"\npercentaje = 1\nmatch = { title = \"*\" }\n"),
        ("templates/plantilla_test_diagnostico.docx", "%PDF-1.7"),
    ];
    let told = [
        ("es", ["línea 2: el número de pregunta 'x' no es", "la clave 'percentaje' no existe en", "es un PDF, no un documento de Word"]),
        ("en", ["line 2: the question number 'x' is no", "unknown key 'percentaje' in", "it is a PDF, not a Word document"]),
        ("pt", ["linha 2: o número da questão 'x' não é", "a chave 'percentaje' não existe em", "é um PDF, não um documento do Word"]),
    ];
    for (language, words) in told {
        for ((file, text), words) in broken.iter().zip(words) {
            let school = school();
            std::fs::create_dir(school.path().join("templates")).unwrap();
            std::fs::write(school.path().join(file), text).unwrap();
            let service = Service::start(school.path(), &[("REPORT_LANGUAGE", language)]);
            let answer = service.webhook(&completion("ana")).await;
            assert!(answer.body["status"] == "parked" && answer.text.contains(words), "{language} {file}: {}", answer.text);
        }
    }
}
