//! A school with several assessments: banks, profiles, and students who hand in letters.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

/// A completion of an assessment with its answers inline, one letter a question; `-` is no answer.
pub(crate) fn handed_in(student: &str, title: &str, submission: &str, letters: &str) -> String {
    let answer = |(place, letter): (usize, char)| {
        json!({
            "blockId": format!("mc{}", place + 1), "blockType": "mc", "description": format!("Pregunta {}", place + 1),
            "answer": if letter == '-' { Value::Null } else { json!(letter.to_string()) }, "points": Value::Null, "blockMaxScore": 1,
        })
    };
    let answers: Vec<Value> = letters.chars().enumerate().map(answer).collect();
    json!({
        "user": { "id": student, "email": format!("{student}@example.com"), "username": format!("Student {student}") },
        "assessment": { "title": title, "url": format!("https://school.example/path-player?courseid=c&unit={}", unit(title)) },
        "submission": { "id": submission, "submittedTimestamp": 1_756_226_598.0, "grade": 50, "passed": Value::Null, "answers": answers },
    })
    .to_string()
}

/// An id for an assessment, as the platform would have given it.
fn unit(title: &str) -> String {
    let number = title.bytes().fold(7_u64, |hash, byte| hash.wrapping_mul(131).wrapping_add(u64::from(byte)));
    format!("{number:024x}")
}

/// Writes a bank whose right answers are all `A`; each question has a value for each of the columns.
pub(crate) fn keep_bank(folder: &Path, title: &str, columns: &str, rows: &[&str]) {
    let mut csv = format!("question_number,correct_alternative{}{columns}\n", if columns.is_empty() { "" } else { "," });
    for (place, row) in rows.iter().enumerate() {
        let comma = if row.is_empty() { "" } else { "," };
        let _ = writeln!(csv, "{},A{comma}{row}", place + 1);
    }
    let questions = folder.join("questions");
    std::fs::create_dir_all(&questions).unwrap();
    std::fs::write(questions.join(format!("{title}.csv")), csv).unwrap();
}
