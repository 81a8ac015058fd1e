//! Every method with its own template, through the real binary, in every language a student reads.

use std::path::Path;
use std::process::Command;

use crate::harness::{Service, files, repository};
use crate::school::{handed_in, keep_bank};

/// Assessment, the bank's columns, one row of them a question, and words of the report in Spanish, English and Portuguese.
struct Method {
    title: &'static str,
    columns: &'static str,
    rows: &'static [&'static str],
    words: [&'static str; 3],
}

const LESSONS: &[&str] = &["Alfa", "Alfa", "Beta", "Beta"];
const NESTED: &[&str] = &["Uno,Alfa", "Uno,Alfa", "Dos,Beta", "Dos,Gamma"];

/// Answers `AAAB`: three of four right.
const METHODS: [Method; 9] = [
    Method {
        title: "Test de diagnóstico Parte 1",
        columns: "lecture",
        rows: LESSONS,
        words: ["Tus lecciones", "Your lessons", "Suas lições"],
    },
    Method { title: "Plan CL", columns: "lecture", rows: LESSONS, words: ["Por reforzar", "To strengthen", "A reforçar"] },
    Method {
        title: "Plan CIEN",
        columns: "materia,lecture",
        rows: NESTED,
        words: ["Tus lecciones por materia", "Your lessons by subject", "Suas lições por matéria"],
    },
    Method {
        title: "M1",
        columns: "lecture,question_difficulty",
        rows: &["Alfa,1", "Alfa,1", "Beta,2", "Beta,2"],
        words: ["Dificultad 2", "Difficulty 2", "Dificuldade 2"],
    },
    Method {
        title: "CL",
        columns: "skill",
        rows: &["Localizar", "Interpretar", "Interpretar", "Evaluar"],
        words: ["Tus habilidades", "Your skills", "Suas habilidades"],
    },
    Method {
        title: "CIEN",
        columns: "materia,lecture",
        rows: NESTED,
        words: ["Qué repasar ahora", "What to review now", "O que rever agora"],
    },
    Method { title: "HYST", columns: "lecture", rows: LESSONS, words: ["General", "General", "Geral"] },
    Method { title: "F30M", columns: "", rows: &["", "", "", ""], words: ["Avanzado", "Advanced", "Avançado"] },
    Method {
        title: "M30M2-EXAMEN DE EJE 1-DATA",
        columns: "lecture",
        rows: LESSONS,
        words: ["En desarrollo", "Developing", "Em desenvolvimento"],
    },
];

/// Words that only the other languages have; names of skills and lessons are the bank's.
const SPANISH: [&str; 13] = [
    "Nivel",
    "Aprobada",
    "Reprobada",
    "Lección",
    "lecciones",
    "Respuestas",
    "respondiste",
    "preguntas",
    "Fecha",
    "Intento",
    "Tu nivel",
    "Logro",
    "Para repasar",
];
const ENGLISH: [&str; 6] = ["Level", "Passed", "Lesson", "Your", "questions", "Page"];

fn text(pdf: &Path) -> Option<String> {
    let output = Command::new("pdftotext").arg("-layout").arg(pdf).arg("-").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test]
async fn every_method_makes_its_report_in_every_language_without_a_stray_word() {
    for (place, language) in ["es", "en", "pt"].into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(repository("templates/assessments.toml"), folder.path().join("assessments.toml")).unwrap();
        let service = Service::start(folder.path(), &[("REPORT_LANGUAGE", language)]);
        for method in &METHODS {
            keep_bank(folder.path(), method.title, method.columns, method.rows);
            let answer = service.webhook(&handed_in("ana", method.title, "s1", "AAAB")).await;
            assert_eq!(answer.body["status"], "processed", "{} {language}: {}\n{}", method.title, answer.text, service.log());
            let report =
                files(&folder.path().join("webhook_reports")).into_iter().find(|name| name.contains(&format!("ana_{}_", method.title)));
            let Some(text) = text(&folder.path().join("webhook_reports").join(report.unwrap())) else { return };
            assert!(text.contains(method.words[place]), "{} {language}: '{}' is missing:\n{text}", method.title, method.words[place]);
            let strange: &[&str] = if language == "es" { &[] } else { &SPANISH };
            let more: &[&str] = if language == "en" { &[] } else { &ENGLISH };
            for word in strange.iter().chain(more) {
                assert!(!text.contains(word), "{} {language}: '{word}' is no word of this language:\n{text}", method.title);
            }
        }
    }
}
