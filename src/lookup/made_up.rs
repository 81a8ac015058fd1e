//! Made-up reports, the same for the same numbers: for tests, benches and demonstrations.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::card::{AssessmentFacts, Card, MailFacts, ReportFacts, StudentFacts, VERSION};
use crate::model::ids::JobId;
use crate::signing::sha256;

/// What made-up students are called.
pub const FIRST_NAMES: [&str; 24] = [
    "Ana",
    "Pedro",
    "María José",
    "Ñandú",
    "Sofía",
    "Benjamín",
    "Martina",
    "Agustín",
    "Isidora",
    "Vicente",
    "Emilia",
    "Joaquín",
    "Florencia",
    "Matías",
    "Antonia",
    "Tomás",
    "Josefa",
    "Lucas",
    "Amanda",
    "Renato",
    "Trinidad",
    "Gaspar",
    "Maite",
    "Óscar",
];
/// Their families.
pub const FAMILY_NAMES: [&str; 27] = [
    "González",
    "Muñoz",
    "Rojas",
    "Díaz",
    "Pérez",
    "Soto",
    "Contreras",
    "Silva",
    "Martínez",
    "Sepúlveda",
    "Morales",
    "Rodríguez",
    "López",
    "Fuentes",
    "Hernández",
    "Torres",
    "Araya",
    "Flores",
    "Espinoza",
    "Valenzuela",
    "Castillo",
    "Tapia",
    "Reyes",
    "Gutiérrez",
    "Ibáñez",
    "Huenchumilla",
    "O'Higgins",
];
const CAUSES: [&str; 6] =
    ["bank_missing", "address_missing", "mail_refused", "platform_not_found", "template_broken", "analysis_impossible"];
/// Reports that a student has, on average.
const REPORTS_PER_STUDENT: u64 = 8;
const COURSES: u64 = 36;
const ASSESSMENTS: u64 = 40;
/// Two years: within them all reports lie.
const SPAN: u64 = 2 * 365 * 24 * 3600;

/// One of `of` made-up reports, the newest of which lies at `until`.
pub fn card(number: u64, of: u64, until: Timestamp) -> Card {
    let digest = sha256(format!("made-up report {number}").as_bytes());
    let dice = |index: usize, sides: u64| u64::from(u16::from_be_bytes([digest[2 * index], digest[2 * index + 1]])) % sides;
    let students = (of / REPORTS_PER_STUDENT).max(1);
    let student = (dice(0, 65_536) * 65_536 + dice(1, 65_536)) % students;
    let course = student % COURSES;
    let assessment = dice(2, ASSESSMENTS);
    let age = Duration::from_millis((of - 1).saturating_sub(number).saturating_mul(SPAN * 1000) / of.max(1));
    let submitted = until.checked_sub(age).unwrap_or(until);
    let received = submitted.saturating_add(Duration::from_millis(300 + dice(3, 4000))).unwrap_or(submitted);
    let ended = received.saturating_add(Duration::from_millis(400 + dice(4, 20_000))).unwrap_or(received);
    let (state, cause, status) = match dice(5, 1000) {
        0..=949 => ("done", None, Some("sent")),
        950..=964 => ("done", None, Some("duplicate")),
        965..=969 => ("done", None, Some("skipped")),
        970..=984 => ("parked", Some(CAUSES[dice(6, 6) as usize]), None),
        985..=992 => ("dead", Some("platform_unavailable"), None),
        993..=996 => ("dead", Some("discarded"), None),
        _ => ("waiting", Some("mail_unavailable"), None),
    };
    let (total, is_sent) = (20 + (assessment % 5) as u32 * 10, status == Some("sent"));
    let right = (dice(7, 1000) as u32 + 300).min(1000) * total / 1000;
    let pct = f64::from(right) * 100.0 / f64::from(total);
    let level = if pct >= 80.0 {
        "Nivel 3"
    } else if pct >= 60.0 {
        "Nivel 2"
    } else {
        "Nivel 1"
    };
    let groups = (0..6).map(|group| ("lesson".to_owned(), format!("Lección {}", group + 1), dice(8 + group, 5) as u32, 4)).collect();
    let report = ReportFacts {
        status: status.map(ToOwned::to_owned),
        submitted: Some(submitted),
        submission: Some(hex::encode(&digest[20..32])),
        student: self::student(student),
        course: Some(format!("Curso {} {}", 1 + course / 3, ["A", "B", "C"][(course % 3) as usize])),
        assessment: AssessmentFacts { key: format!("{:024x}", assessment + 1), title: format!("Test de diagnóstico {}", assessment + 1) },
        pct: is_sent.then_some(pct),
        right: is_sent.then_some((right, total)),
        level: is_sent.then(|| level.to_owned()),
        passed: is_sent.then_some(pct >= 60.0),
        kb: is_sent.then(|| 60 + dice(14, 90)),
        mail: is_sent.then_some(MailFacts { at: ended, tries: 1, ambiguous: 0 }),
        groups: if is_sent { groups } else { Vec::new() },
        ..ReportFacts::default()
    };
    Card {
        v: VERSION,
        job: JobId::from_digest(digest),
        round: 1,
        attempts: 1,
        state: state.to_owned(),
        cause: cause.map(ToOwned::to_owned),
        message: None,
        received,
        ended,
        due: (state == "waiting").then_some(ended),
        source: "learnworlds".to_owned(),
        report,
    }
}

/// One of the made-up students.
pub fn student(number: u64) -> StudentFacts {
    let names = FIRST_NAMES.len() as u64;
    let families = FAMILY_NAMES.len() as u64;
    let (first, family) = (FIRST_NAMES[(number % names) as usize], FAMILY_NAMES[(number / names % families) as usize]);
    let second = FAMILY_NAMES[(number / names / families % families) as usize];
    StudentFacts {
        key: format!("{:024x}", number + 0x6130_afb2),
        name: format!("{first} {family} {second}"),
        email: Some(format!("{}.{number}@escuela.example", crate::text::folded(family))),
    }
}
