//! `gradepost demo --school`: the console on a made-up school of 300 students, with a month of reports in every state.
//!
//! The reports are made by the service itself, one after the other, at times of the last thirty days; only the names, the answers and the misfortunes are invented.

use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};

use crate::app::{self, App};
use crate::audit::{Act, Audit};
use crate::clock::{Clock as _, ManualClock, SystemClock};
use crate::commands::files;
use crate::commands::output::outln;
use crate::config::Config;
use crate::delivery::mail::SendOutcome;
use crate::delivery::mail::config::TransportKind;
use crate::delivery::mail::refusal::{Reason, Refusal};
use crate::env::Env;
use crate::jobs::ask::{Ask, FromStep};
use crate::jobs::handler::{AcceptedEvent, JobKind};
use crate::jobs::outcome::Outcome;
use crate::lookup::made_up;
use crate::model::completion::{Assessment, Completion};
use crate::model::ids::JobId;
use crate::model::person::Student;
use crate::model::role::Role;
use crate::model::submission::{Answer, Submission};
use crate::telemetry::{self, TelemetryConfig};

const STUDENTS: usize = 300;
const DAYS: i64 = 30;
const ADMIN: &str = "admin-de-la-muestra";
const OPERATOR: &str = "secretaria-de-la-muestra";
const READER: &str = "lectura-de-la-muestra";

const RULES: &str = r#"# Las reglas del colegio de muestra: cuenta el porcentaje de respuestas correctas.
[[assessment]]
name = "Porcentaje de logro"
template = "plantilla_porcentaje.docx"
group_by = ["lecture"]
pass = { at_least = 60 }
passed = "percentage >= 60"
percentage = "questions"
statuses = [
    { name = "Logrado", at_least = 80, tone = "good" },
    { name = "En progreso", at_least = 60, tone = "middle" },
    { name = "Por reforzar", tone = "bad" },
]
levels = [
    { name = "Nivel 3", when = "percentage >= 80" },
    { name = "Nivel 2", when = "percentage >= 60" },
    { name = "Nivel 1" },
]
"#;

/// A made-up test: its title, its course, its groups of questions.
struct Test {
    id: &'static str,
    title: &'static str,
    course: &'static str,
    groups: &'static [(&'static str, usize)],
    has_bank: bool,
}

const TESTS: [Test; 5] = [
    Test {
        id: "5f0000000000000000000001",
        title: "Ensayo PAES M1 N° 3",
        course: "3° Medio A",
        groups: &[("Números", 7), ("Álgebra y funciones", 9), ("Geometría", 7), ("Probabilidad y estadística", 7)],
        has_bank: true,
    },
    Test {
        id: "5f0000000000000000000002",
        title: "Ensayo PAES M1 N° 3",
        course: "3° Medio B",
        groups: &[("Números", 7), ("Álgebra y funciones", 9), ("Geometría", 7), ("Probabilidad y estadística", 7)],
        has_bank: true,
    },
    Test {
        id: "5f0000000000000000000003",
        title: "Comprensión lectora, unidad 2",
        course: "2° Medio A",
        groups: &[("Localizar", 6), ("Interpretar", 8), ("Evaluar", 6)],
        has_bank: true,
    },
    Test {
        id: "5f0000000000000000000004",
        title: "Diagnóstico de Ciencias",
        course: "1° Medio C",
        groups: &[("Célula y herencia", 8), ("Fuerza y movimiento", 8), ("Materia y sus cambios", 8)],
        has_bank: true,
    },
    Test {
        id: "5f0000000000000000000005",
        title: "Historia, unidad 4",
        course: "2° Medio A",
        groups: &[("Siglo XX", 10)],
        has_bank: false,
    },
];

/// Chance that is the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides.max(1)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len() as u64) as usize]
    }
}

/// Lays the school out, then serves it to this machine until Ctrl-C.
pub(super) fn run(folder: &Path, port: u16) -> anyhow::Result<()> {
    lay_out(folder)?;
    files::block_on(async {
        let listener = app::listen(Ipv4Addr::LOCALHOST, port).await?;
        let port = listener.local_addr()?.port();
        outln!("A made-up school is being set up in {}; it takes a moment.", folder.display())?;
        let made = seed(folder).await?;
        // Only now, so that the making of the school does not fill the screen.
        telemetry::init(&TelemetryConfig::default());
        let mut config = config(folder)?;
        config.console.is_demo = true;
        let app = App::open(config, Arc::new(SystemClock)).await?;
        let stop = app::stop_signal();
        outln!("{made} reports of {STUDENTS} students were made. Open  http://127.0.0.1:{port}/console/today  and sign in with one of:")?;
        outln!()?;
        outln!("  {ADMIN:<26} who decides")?;
        outln!("  {OPERATOR:<26} who acts on reports")?;
        outln!("  {READER:<26} who only looks")?;
        outln!()?;
        outln!("Nothing of it is real and no mail leaves this machine. Ctrl-C ends it.")?;
        app.serve(listener, stop).await
    })
}

fn config(folder: &Path) -> anyhow::Result<Config> {
    let folder = folder.to_str().context("the folder's name is not UTF-8")?;
    let settings = [
        ("STORAGE_BACKEND", "local"),
        ("DATA_DIR", folder),
        ("WEBHOOK_SECRET", super::SECRET),
        ("MAIL_TRANSPORT", "file"),
        ("EMAIL_USER", "informes@losboldos.example"),
        ("EMAIL_FROM_NAME", "Colegio Los Boldos"),
        ("SCHOOL_NAME", "Colegio Los Boldos"),
        ("ADMIN_TOKEN", ADMIN),
        ("OPERATOR_TOKEN", OPERATOR),
        ("READER_TOKEN", READER),
    ];
    Ok(Config::from_env(&mut Env::from_pairs(settings))?)
}

/// Banks of the tests that have one.
#[expect(clippy::disallowed_methods, reason = "the demo lays out its folder as a user would, before the service starts")]
fn lay_out(folder: &Path) -> anyhow::Result<()> {
    super::prepare(folder)?;
    let questions = folder.join("questions");
    for test in TESTS.iter().filter(|test| test.has_bank) {
        let mut csv = String::from("question_number,correct_alternative,lecture\n");
        for (number, key, group) in key(test) {
            // Writing into a string does not fail.
            let _ = writeln!(csv, "{number},{key},{group}");
        }
        std::fs::write(questions.join(format!("{}.csv", test.title)), csv)?;
    }
    std::fs::write(folder.join("assessments.toml"), RULES)?;
    let templates = folder.join("templates");
    std::fs::create_dir_all(&templates)?;
    std::fs::write(templates.join("plantilla_porcentaje.docx"), include_bytes!("../../../templates/plantilla_porcentaje.docx"))?;
    Ok(())
}

/// Number, right answer and group of each question.
fn key(test: &Test) -> Vec<(usize, char, &'static str)> {
    let mut dice = Dice(test.title.len() as u64 * 7919);
    let groups = test.groups.iter().flat_map(|(group, n)| std::iter::repeat_n(*group, *n));
    groups.enumerate().map(|(place, group)| (place + 1, dice.pick(&['A', 'B', 'C', 'D']), group)).collect()
}

/// What becomes of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Sent,
    NoAddress,
    BadAddress,
    Refused,
    GivenUp,
    SentAgain,
    Discarded,
    Waiting,
}

/// One made-up event.
struct Happening {
    at: Timestamp,
    test: usize,
    student: usize,
    fate: Fate,
}

/// Makes the reports by the service's own hands; tells how many.
async fn seed(folder: &Path) -> anyhow::Result<usize> {
    let end = SystemClock.now();
    let clock = ManualClock::new(end.checked_sub(SignedDuration::from_hours(24 * (DAYS + 1)))?);
    let mut config = config(folder)?;
    // Its answers can be foretold.
    config.mail.transport = TransportKind::Memory;
    let app = App::open(config, Arc::new(clock.clone())).await?;
    let audit = Audit::new(Arc::clone(&app.store), Arc::new(clock.clone()));
    let mut dice = Dice(20_261_128);
    let happenings = happenings(&mut dice, end);
    for (number, happening) in happenings.iter().enumerate() {
        move_to(&clock, happening.at);
        let job = accept(&app, happening, number, &mut dice).await?;
        happen(&app, &audit, &clock, &job, happening.fate, end).await?;
    }
    app.pipeline.upkeep().await?;
    Ok(happenings.len())
}

fn move_to(clock: &ManualClock, at: Timestamp) {
    let ahead = at.duration_since(clock.now());
    clock.advance(Duration::try_from(ahead).unwrap_or_default());
}

/// When whose test is finished, oldest first.
fn happenings(dice: &mut Dice, end: Timestamp) -> Vec<Happening> {
    let zone = jiff::tz::TimeZone::get("America/Santiago").unwrap_or(jiff::tz::TimeZone::UTC);
    let mut all = Vec::new();
    let mut add = |dice: &mut Dice, student: usize, test: usize, fate: Fate| {
        loop {
            let back = SignedDuration::from_mins(30 + dice.roll(DAYS as u64 * 24 * 60) as i64);
            let Ok(at) = end.checked_sub(back) else { continue };
            let local = at.to_zoned(zone.clone());
            let is_weekend = local.weekday().to_monday_zero_offset() >= 5;
            let is_school_time = (8..20).contains(&local.hour());
            // Tests are taken on school days, some at home in the evening or on a Sunday.
            if (is_school_time && !is_weekend) || dice.roll(14) == 0 {
                all.push(Happening { at, test, student, fate });
                return;
            }
        }
    };
    for student in 0..STUDENTS {
        let fate = match student {
            7 | 91 => Fate::NoAddress,
            23 => Fate::BadAddress,
            41 | 42 | 180 => Fate::Refused,
            60 | 61 => Fate::SentAgain,
            140 => Fate::Discarded,
            _ => Fate::Sent,
        };
        add(dice, student, student % 4, fate);
        if student % 7 == 3 {
            add(dice, student, 2, Fate::Sent);
        }
    }
    for student in [12, 13, 14, 15, 16, 17] {
        add(dice, student, 4, Fate::Sent);
    }
    // Trying until it is given up takes more than a day, so it happens before all else.
    let first = end.checked_sub(SignedDuration::from_hours(24 * DAYS + 12)).unwrap_or(end);
    all.push(Happening { at: first, test: 0, student: 111, fate: Fate::GivenUp });
    // Of today, so that the first page is not empty early in the morning.
    for minutes in [4, 11, 19, 26, 42] {
        let at = end.saturating_sub(SignedDuration::from_mins(minutes)).unwrap_or(end);
        all.push(Happening { at, test: 1, student: 200 + minutes as usize, fate: Fate::Sent });
    }
    all.sort_by_key(|happening| happening.at);
    // What waits moves the clock up to now, so it comes last.
    let last = all.last().map_or(end, |happening| happening.at);
    all.extend([250, 251].map(|student| Happening { at: last, test: 0, student, fate: Fate::Waiting }));
    all
}

async fn accept(app: &App, happening: &Happening, number: usize, dice: &mut Dice) -> anyhow::Result<JobId> {
    let completion = completion(happening, number, dice);
    let effect = format!("demo-{number}");
    let payload = serde_json::to_value(&completion)?;
    let event = AcceptedEvent::new(&JobKind::REPORT, "learnworlds", effect, app.clock.now(), payload);
    Ok(app.jobs.accept(event).await.context("an event of the demo could not be stored")?.job().clone())
}

fn completion(happening: &Happening, number: usize, dice: &mut Dice) -> Completion {
    let test = &TESTS[happening.test];
    // A student keeps name and ability, whatever the test.
    let mut own = Dice(happening.student as u64 * 104_729 + 17);
    let (first, last, second) = (own.pick(&made_up::FIRST_NAMES), own.pick(&made_up::FAMILY_NAMES), own.pick(&made_up::FAMILY_NAMES));
    let ability = 35 + own.roll(30) + own.roll(35);
    let plain: String = crate::text::folded(&format!("{first}.{last}{}", happening.student))
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '.')
        .collect();
    let email = match happening.fate {
        Fate::NoAddress | Fate::Discarded => None,
        Fate::BadAddress => Some(format!("{plain}@@alumnos.example")),
        _ => Some(format!("{plain}@alumnos.example")),
    };
    let answer = |(number, right, _): (usize, char, &str), dice: &mut Dice| {
        let is_right = dice.roll(100) < ability.min(97);
        let wrong = dice.pick(&['A', 'B', 'C', 'D']);
        let given = if is_right { right } else { wrong };
        Answer {
            block_id: Some(format!("mc{number}")),
            block_type: Some("mc".to_owned()),
            description: Some(format!("Pregunta {number}")),
            answer: (dice.roll(40) > 0).then(|| given.to_string()),
            points: None,
            max_points: Some(1.0),
        }
    };
    let answers = key(test).into_iter().map(|question| answer(question, dice)).collect();
    let handed_in = happening.at.saturating_sub(SignedDuration::from_secs(3 + dice.roll(20) as i64)).unwrap_or(happening.at);
    let id = Some(format!("{number:024x}"));
    Completion {
        source: "learnworlds".to_owned(),
        student: Student {
            id: Some(format!("{:024x}", 0x6130_afb2_0000_u64 + happening.student as u64)),
            email,
            name: Some(format!("{first} {last} {second}")),
            first_name: Some(first.to_owned()),
            last_name: Some(format!("{last} {second}")),
        },
        assessment: Assessment {
            id: Some(test.id.to_owned()),
            title: Some(test.title.to_owned()),
            course_id: None,
            course_title: Some(test.course.to_owned()),
        },
        submission: Some(Submission {
            id: id.clone(),
            submitted_at: Some(handed_in),
            attempt: Some(1),
            grade: None,
            passed: None,
            answers,
        }),
        submission_id: id,
        submitted_at: Some(handed_in),
        school: None,
        score_to: None,
    }
}

async fn happen(app: &App, audit: &Audit, clock: &ManualClock, job: &JobId, fate: Fate, end: Timestamp) -> anyhow::Result<()> {
    let busy = || SendOutcome::later("451 4.7.1 Too busy, try again later");
    match fate {
        Fate::Refused => {
            let refusal = Refusal::new(Reason::AddressUnknown, "550 5.1.1 The email account that you tried to reach does not exist");
            app.mailer.answer_next(SendOutcome::Refused(refusal));
            attempt(app, job).await;
        }
        Fate::GivenUp | Fate::Waiting => {
            // Again and again, until it is given up or its next time lies ahead.
            for _ in 0..80 {
                app.mailer.answer_next(busy());
                let Outcome::Again { due, .. } = attempt(app, job).await else { break };
                if due > end {
                    break;
                }
                move_to(clock, due);
            }
        }
        _ => {
            attempt(app, job).await;
        }
    }
    match fate {
        Fate::SentAgain => {
            clock.advance(Duration::from_mins(9));
            let why = "Dice que no le llegó";
            let id = record(audit, "report.send", job, why).await?;
            let ask =
                Ask { by: Some("token:operator".to_owned()), why: Some(why.to_owned()), audit: Some(id), ..Ask::from_step(FromStep::Mail) };
            app.jobs.operator().reopen(job, None, ask).await?;
            attempt(app, job).await;
        }
        Fate::Discarded => {
            let event = app.jobs.operator().show(job).await?;
            if event.is_some_and(|view| view.state == "parked") {
                record(audit, "report.discard", job, "Rindió con la cuenta de su hermano").await?;
                app.jobs.operator().discard(job).await?;
            }
        }
        _ => {}
    }
    Ok(())
}

async fn attempt(app: &App, job: &JobId) -> Outcome {
    app.jobs.run_one(app.pipeline.as_ref(), job).await
}

async fn record(audit: &Audit, act: &str, job: &JobId, why: &str) -> anyhow::Result<String> {
    let act = Act { who: "token:operator", role: Some(Role::Operator), act, on: job.as_str(), why: Some(why), more: None };
    Ok(audit.record(act).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_with_a_bank_has_one_right_answer_per_question_the_same_every_time() {
        for test in TESTS.iter().filter(|test| test.has_bank) {
            let n: usize = test.groups.iter().map(|(_, n)| n).sum();
            assert_eq!(key(test).len(), n);
            assert_eq!(key(test), key(test));
        }
        // Two courses take the same test, so they share its bank.
        assert_eq!(key(&TESTS[0]), key(&TESTS[1]));
    }

    #[test]
    fn a_student_keeps_name_and_address_over_tests() {
        let happening = |test| Happening { at: Timestamp::UNIX_EPOCH, test, student: 33, fate: Fate::Sent };
        let (one, other) = (completion(&happening(0), 1, &mut Dice(1)), completion(&happening(2), 2, &mut Dice(9)));
        assert_eq!(one.student, other.student);
        assert!(one.student.email.is_some_and(|email| email.is_ascii()));
    }
}
