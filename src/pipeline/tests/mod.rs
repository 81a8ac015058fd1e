//! Stories of a job: it goes well, it dies and goes on, it waits for a person.

mod claims;
mod cost;
mod damage;
pub(crate) mod harness;

use std::time::Duration;

use serde_json::json;

use self::harness::{Job, Kill, TITLE, World, completion, submission};
use crate::delivery::mail::SendOutcome;
use crate::delivery::mail::refusal::{Reason, Refusal};
use crate::intake::submissions::{FetchError, RetryAdvice};
use crate::jobs::handler::{JobError, Next};
use crate::model::completion::Completion;
use crate::model::person::Student;
use crate::pipeline::config::{AmbiguousMail, PipelineConfig, RetakePolicy};

/// The records of an ordinary job, in the order they are written; the last one is the core's to record with the end.
const STEPS: [&str; 3] = ["fetched", "prepared", "mailed"];

fn cause(result: Result<serde_json::Value, JobError>) -> (String, Next) {
    let error = result.expect_err("the job was to fail");
    (error.cause.to_string(), error.next)
}

fn parked(cause: &str) -> (String, Next) {
    (cause.to_owned(), Next::Park)
}

#[tokio::test]
async fn a_completion_becomes_a_report_in_the_inbox() {
    let world = World::new().await;
    let job = world.job(1);
    let end = world.run(&job).await.unwrap();
    world.pipeline.upkeep().await.unwrap();

    let file = "webhook_reports/Diagnóstico 2026/6130afb278d2c94eeb228d12_Test de diagnóstico Parte 1_20261121T120000Z.pdf";
    assert_eq!((end["status"].as_str(), end["file"].as_str()), (Some("sent"), Some(file)));
    let report: serde_json::Value = serde_json::from_str(&world.text(file).await).unwrap();
    assert_eq!(report["student"]["name"], "Ana Pérez");
    assert_eq!((&report["result"]["correct"], &report["groups"][3]["status"]), (&json!(3), &json!("Reprobada")));
    assert_eq!(report["result"]["pass_rule"], "Una lección se aprueba cuando todas sus respuestas son correctas.");

    let mails = world.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0].mail;
    assert_eq!(mail.subject, format!("Resultados de tu evaluación - {TITLE}"));
    assert_eq!(mail.attachments[0].file_name, format!("informe_Ana Pérez_{TITLE}.pdf"));
    assert_eq!(mail.message_id, format!("<{}@gradepost.invalid>", job.id));
    assert!(mail.text.contains("Hola, Ana Pérez:") && mail.text.contains("3 de 4"), "{}", mail.text);

    let mut steps: Vec<&str> = STEPS.to_vec();
    steps.sort_unstable();
    assert_eq!(job.steps(), steps);
    let index = world.text("webhook_reports/Diagnóstico 2026/processed.csv").await;
    assert!(index.starts_with("user_id,assessment_title,user_email,processed_at,job_id,"), "{index}");
    assert_eq!(index.lines().count(), 2);
    assert!(!world.store.keys().iter().any(|key| key.starts_with("folding/")));
}

#[tokio::test]
async fn a_job_killed_after_any_record_goes_on_and_mails_once() {
    for step in STEPS {
        let world = World::new().await;
        let job = world.job(1).killed(Kill::After(step));
        assert_eq!(cause(world.run(&job).await).0, "killed", "{step}");
        let end = world.run(&job.again()).await.unwrap();
        assert_eq!(end["status"], "sent", "{step}");
        assert_eq!(world.mails().len(), 1, "{step}");
        // The mail is announced with the report: nobody knows whether it went out.
        assert_eq!(end["mail_ambiguous"], u32::from(step == "prepared"), "{step}");
        world.pipeline.upkeep().await.unwrap();
        assert_eq!(world.text("webhook_reports/Diagnóstico 2026/processed.csv").await.lines().count(), 2, "{step}");
    }
}

#[tokio::test]
async fn a_job_killed_before_any_record_repeats_the_step_and_only_the_mail_shows_it() {
    for step in STEPS {
        let world = World::new().await;
        let job = world.job(1).killed(Kill::Before(step));
        assert_eq!(cause(world.run(&job).await).0, "killed", "{step}");
        world.run(&job.again()).await.unwrap();
        let mails = world.mails();
        assert_eq!(mails.len(), if step == "mailed" { 2 } else { 1 }, "{step}");
        assert!(mails.iter().all(|mail| mail.bytes == mails[0].bytes), "a repeat is the same mail, byte for byte");
        let reports = world.store.keys().iter().filter(|key| key.starts_with("webhook_reports/")).count();
        assert_eq!(reports, 1, "{step}");
    }
}

#[tokio::test]
async fn a_job_that_an_earlier_release_left_after_any_of_its_steps_goes_on_from_there() {
    let prepared = {
        let world = World::new().await;
        let job = world.job(1);
        let _ = world.run(&job).await;
        let records = job.records.lock().unwrap().clone();
        records["prepared"].clone()
    };
    for steps in [&["analysed"][..], &["analysed", "rendered"], &["analysed", "rendered", "archived"]] {
        let world = World::new().await;
        let job = world.job(1).killed(Kill::Before("prepared"));
        let _ = world.run(&job).await;
        // As that release had it: a record for each step, and the report filed when the last of them says so.
        for step in steps {
            job.records.lock().unwrap().insert((*step).to_owned(), prepared[step].clone());
        }
        let end = world.run(&job.again()).await.unwrap();
        assert_eq!(end["status"], "sent", "{steps:?}");
        assert_eq!(world.mails().len(), 1, "{steps:?}");
        let reports = world.store.keys().iter().filter(|key| key.starts_with("webhook_reports/")).count();
        assert_eq!(reports, 1, "{steps:?}");
        assert_eq!(job.steps().contains(&"prepared".to_owned()), steps.len() < 3, "{steps:?}");
    }
}

#[tokio::test]
async fn a_finished_job_run_again_does_nothing() {
    let world = World::new().await;
    let job = world.job(1);
    let first = world.run(&job).await.unwrap();
    let second = world.run(&job.again()).await.unwrap();
    assert_eq!((&first["file"], &first["mailed_at"]), (&second["file"], &second["mailed_at"]));
    assert_eq!(world.mails().len(), 1);
}

#[tokio::test]
async fn an_attempt_that_lost_the_race_to_mail_sends_nothing() {
    let world = World::new().await;
    // The first try is announced with the report, later ones by records of their own.
    world.mailer.answer_next(SendOutcome::later("naming the recipient: 451"));
    let job = world.job(1);
    assert_eq!(cause(world.run(&job).await), ("mail_unavailable".to_owned(), Next::Retry(None)));
    let second = job.again().killed(Kill::Overtaken("mailing_2"));
    assert_eq!(cause(world.run(&second).await), ("mail_elsewhere".to_owned(), Next::Retry(None)));
    let first = world.job(2).killed(Kill::Overtaken("prepared"));
    assert_eq!(cause(world.run(&first).await), ("mail_elsewhere".to_owned(), Next::Retry(None)));
    assert!(world.mails().is_empty());
}

#[tokio::test]
async fn tries_of_other_attempts_are_counted_and_the_next_one_sends() {
    let world = World::new().await;
    let job = world.job(1).killed(Kill::After("prepared"));
    let _ = world.run(&job).await;
    let other = json!({ "at": "2026-11-21T12:00:00Z", "attempt": 7, "message_id": "<x@y>" });
    // Three tries of others: one is known to have delivered nothing, two may have arrived.
    let late = Job { kill: None, ..job.again() };
    late.records.lock().unwrap().insert("mailing_2".to_owned(), other);
    late.records.lock().unwrap().insert("unsent".to_owned(), json!({ "at": "2026-11-21T12:00:00Z", "reply": "451" }));
    let racing = Job { attempt: 8, ..late };
    racing
        .records
        .lock()
        .unwrap()
        .insert("mailing_3".to_owned(), json!({ "at": "2026-11-21T12:00:00Z", "attempt": 9, "message_id": "<x@y>" }));
    let end = world.run(&racing).await.unwrap();
    assert_eq!((&end["mail_tries"], &end["mail_ambiguous"]), (&json!(4), &json!(2)));
}

#[tokio::test]
async fn refusals_park_and_troubles_pass() {
    let world = World::new().await;
    let job = world.job(1);
    world.mailer.answer_next(SendOutcome::later("naming the recipient: 451"));
    assert_eq!(cause(world.run(&job).await), ("mail_unavailable".to_owned(), Next::Retry(None)));
    let end = world.run(&job.again()).await.unwrap();
    assert_eq!((&end["mail_tries"], &end["mail_ambiguous"]), (&json!(2), &json!(0)));

    let job = world.job(2);
    world.mailer.answer_next(SendOutcome::Refused(Refusal::new(Reason::AddressUnknown, "naming the recipient: 550 no such user")));
    let error = world.run(&job).await.unwrap_err();
    assert_eq!((error.cause.as_str(), error.next), ("mail_refused", Next::Park));
    assert!(error.message.contains("550 no such user") && !error.message.contains("ana@"), "{error}");
    // The address was corrected at the platform, and a person released the job.
    assert_eq!(world.run(&job.released()).await.unwrap()["status"], "sent");
    assert_eq!(world.mails().len(), 2);
}

#[tokio::test]
async fn an_ambiguous_mail_is_sent_again_under_the_same_id() {
    let world = World::new().await;
    let job = world.job(1);
    world.mailer.answer_next(SendOutcome::Ambiguous("no reply in time".to_owned()));
    assert_eq!(cause(world.run(&job).await), ("mail_ambiguous".to_owned(), Next::Retry(None)));
    let end = world.run(&job.again()).await.unwrap();
    assert_eq!((&end["mail_tries"], &end["mail_ambiguous"]), (&json!(2), &json!(1)));
    let mails = world.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].mail.message_id, mails[1].mail.message_id);
}

#[tokio::test]
async fn a_mail_that_never_gets_a_receipt_is_not_sent_for_ever() {
    let world = World::new().await;
    let mut job = world.job(1);
    for _ in 1..6 {
        world.mailer.answer_next(SendOutcome::Ambiguous("no reply in time".to_owned()));
        assert_eq!(cause(world.run(&job).await), ("mail_ambiguous".to_owned(), Next::Retry(None)));
        job = job.again();
    }
    world.mailer.answer_next(SendOutcome::Ambiguous("no reply in time".to_owned()));
    assert_eq!(cause(world.run(&job).await), parked("mail_ambiguous"));
    assert_eq!(cause(world.run(&job.again()).await), parked("mail_ambiguous"));
    assert_eq!(world.mails().len(), 6);
}

#[tokio::test]
async fn an_ambiguous_mail_on_hold_waits_for_a_person() {
    let world = World::with(PipelineConfig { ambiguous: AmbiguousMail::Hold, ..PipelineConfig::for_testing() }).await;
    let job = world.job(1);
    world.mailer.answer_next(SendOutcome::Ambiguous("no reply in time".to_owned()));
    assert_eq!(cause(world.run(&job).await), parked("mail_ambiguous"));
    assert_eq!(cause(world.run(&job.again()).await), parked("mail_ambiguous"), "without a person nothing goes out");
    assert_eq!(world.mails().len(), 1);
    assert_eq!(world.run(&job.released()).await.unwrap()["status"], "sent");
    let mails = world.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].mail.message_id, mails[1].mail.message_id, "it may have arrived, so mail systems must be able to fold it");
}

#[tokio::test]
async fn a_report_sent_once_more_on_purpose_is_a_new_mail() {
    let world = World::new().await;
    let job = world.job(1);
    world.run(&job).await.unwrap();
    world.run(&job.released()).await.unwrap();
    let mails = world.mails();
    assert_eq!(mails.len(), 2);
    assert_ne!(mails[0].mail.message_id, mails[1].mail.message_id);
    world.pipeline.upkeep().await.unwrap();
    assert_eq!(world.text("webhook_reports/Diagnóstico 2026/processed.csv").await.lines().count(), 2, "the same report has one row");
}

#[tokio::test]
async fn late_answers_are_waited_for_then_a_person_is_asked() {
    let world = World::new().await;
    let job = world.job(1);
    world.platform.answers(Ok(None));
    assert_eq!(cause(world.run(&job).await), ("no_responses".to_owned(), Next::Retry(None)));
    world.clock.advance(Duration::from_mins(9));
    assert_eq!(cause(world.run(&job.again()).await), ("no_responses".to_owned(), Next::Retry(None)));
    world.clock.advance(Duration::from_mins(1));
    assert_eq!(cause(world.run(&job.again()).await), parked("no_responses"));
    world.platform.answers(Ok(Some(submission(["A", "B", "C", "D"]))));
    assert_eq!(world.run(&job.released()).await.unwrap()["percentage"], 100.0);
}

#[tokio::test]
async fn answers_of_the_event_are_a_fallback_only() {
    let world = World::new().await;
    let mut completion = completion();
    completion.submission = Some(submission(["A", "x", "x", "x"]));
    let end = world.run(&world.job_of(1, &completion)).await.unwrap();
    assert_eq!((&end["answers_from_event"], &end["percentage"]), (&json!(false), &json!(75.0)));

    world.platform.answers(Ok(None));
    let end = world.run(&world.job_of(2, &completion)).await.unwrap();
    assert_eq!((&end["answers_from_event"], &end["percentage"]), (&json!(true), &json!(25.0)));

    let refused = |advice| FetchError { cause: "platform_unauthorized", message: "token expired".to_owned(), advice };
    world.platform.answers(Err(refused(RetryAdvice::Person)));
    assert_eq!(world.run(&world.job_of(3, &completion)).await.unwrap()["answers_from_event"], true);
    world.platform.answers(Err(refused(RetryAdvice::Time(Some(Duration::from_secs(7))))));
    let (_, next) = cause(world.run(&world.job_of(4, &completion)).await);
    assert_eq!(next, Next::Retry(Some(Duration::from_secs(7))));
}

#[tokio::test]
async fn a_platform_that_needs_a_person_parks_the_job() {
    let world = World::new().await;
    let refusal = FetchError { cause: "platform_unauthorized", message: "token expired".to_owned(), advice: RetryAdvice::Person };
    world.platform.answers(Err(refusal));
    assert_eq!(cause(world.run(&world.job(1)).await), parked("platform_unauthorized"));
}

#[tokio::test]
async fn what_a_person_must_mend_parks_and_says_where() {
    let world = World::empty(PipelineConfig::for_testing());
    let job = world.job(1);
    let error = world.run(&job).await.unwrap_err();
    assert_eq!(error.cause, "bank_missing");
    assert!(error.message.contains(&format!("{TITLE}.csv")) && error.message.contains("banco_preguntas_"), "{error}");

    world.keep(&format!("questions/{TITLE}_bank.csv"), "question_number,correct_alternative\n1,A\n1,B\n").await;
    assert_eq!(cause(world.run(&job.released()).await), parked("bank_invalid"));

    world.keep(&format!("questions/{TITLE}_bank.csv"), "question_number,correct_alternative,lecture\n1,A,L\n2,B,L\n").await;
    world.keep("assessments.toml", "[[assessment]]\nmatch = { title = \"Test*\" }\ntemplate = \"gone.docx\"\n").await;
    assert_eq!(cause(world.run(&job.released().released()).await), parked("template_missing"));

    world.keep("templates/gone.docx", "broken").await;
    assert_eq!(cause(world.run(&job.released().released().released()).await), parked("template_broken"));
}

#[tokio::test]
async fn an_address_is_checked_before_anything_is_sent() {
    let world = World::new().await;
    for (email, expected) in [(None, "address_missing"), (Some(" "), "address_missing"), (Some("a@b.cl\r\nBcc: x@y.cl"), "address_invalid")]
    {
        let mut completion = completion();
        completion.student.email = email.map(ToOwned::to_owned);
        let job = world.job_of(1, &completion);
        assert_eq!(cause(world.run(&job).await), parked(expected));
        let records = job.records.lock().unwrap();
        assert!(!records.contains_key("mailing") && records["prepared"]["next"].is_null());
        drop(records);
    }
}

#[tokio::test]
async fn a_broken_new_version_leaves_the_last_good_one_in_use() {
    let world = World::new().await;
    world.keep("templates/plantilla_test_diagnostico.docx", "good").await;
    world.run(&world.job(1)).await.unwrap();
    world.keep("templates/plantilla_test_diagnostico.docx", "broken").await;
    world.keep(&format!("questions/{TITLE}.csv"), "nonsense").await;
    let end = world.run(&world.job(2)).await.unwrap();
    assert_eq!((&end["correct"], &end["total"]), (&json!(3), &json!(4)), "the bank before judged");
}

#[tokio::test]
async fn the_retake_policy_decides_about_further_submissions() {
    let at = |minute: u8| Some(format!("2026-11-21T12:{minute:02}:00Z").parse().unwrap());
    for (policy, sent) in [
        (RetakePolicy::Every, [true; 4]),
        (RetakePolicy::First, [true, false, false, false]),
        (RetakePolicy::Best, [true, false, false, true]),
    ] {
        let world = World::with(PipelineConfig { retakes: policy, ..PipelineConfig::for_testing() }).await;
        let tries = [["A", "B", "C", "x"], ["A", "x", "x", "x"], ["A", "B", "x", "D"], ["A", "B", "C", "D"]];
        for (number, answers) in tries.into_iter().enumerate() {
            let mut submission = submission(answers);
            submission.submitted_at = at(number as u8);
            world.platform.answers(Ok(Some(submission)));
            let job = world.job(number as u8 + 1);
            let end = world.run(&job).await.unwrap();
            assert_eq!(end["status"] == "sent", sent[number], "{policy:?} {number}");
            assert_eq!(world.run(&job.again()).await.unwrap()["status"], end["status"], "a repeat decides alike");
        }
        let last = world.job(9).released();
        assert_eq!(world.run(&last).await.unwrap()["status"], "sent", "a person may always have it sent");
    }
}

#[tokio::test]
async fn a_report_shows_the_attempts_before_it() {
    let world = World::new().await;
    for (number, answers) in [["A", "x", "x", "x"], ["A", "B", "C", "D"]].into_iter().enumerate() {
        let mut submission = submission(answers);
        submission.submitted_at = Some(format!("2026-11-21T11:5{number}:00Z").parse().unwrap());
        world.platform.answers(Ok(Some(submission)));
        world.run(&world.job(number as u8)).await.unwrap();
        world.clock.advance(Duration::from_secs(5));
    }
    let newest = world.mails().pop().unwrap().mail.attachments[0].bytes.clone();
    let report: serde_json::Value = serde_json::from_slice(&newest).unwrap();
    let history: Vec<f64> = report["history"].as_array().unwrap().iter().map(|attempt| attempt["percentage"].as_f64().unwrap()).collect();
    assert_eq!(history, [25.0, 100.0]);
}

#[tokio::test]
async fn two_reports_of_one_second_do_not_overwrite_each_other() {
    let world = World::new().await;
    let first = world.run(&world.job(1)).await.unwrap();
    world.platform.answers(Ok(Some(submission(["A", "B", "C", "D"]))));
    let second = world.run(&world.job(2)).await.unwrap();
    assert_ne!(first["file"], second["file"]);
}

#[tokio::test]
async fn from_ten_students_on_a_report_says_where_its_student_stands() {
    let world = World::new().await;
    for number in 0..10 {
        let mut completion = completion();
        completion.student.id = Some(format!("u{number}"));
        world.platform.answers(Ok(Some(submission(["A", "B", "x", "x"]))));
        world.run(&world.job_of(number, &completion)).await.unwrap();
        world.pipeline.upkeep().await.unwrap();
    }
    let cohort = |mail: usize| {
        serde_json::from_slice::<serde_json::Value>(&world.mails()[mail].mail.attachments[0].bytes).unwrap()["cohort"].clone()
    };
    assert_eq!((cohort(8), cohort(9)["count"].clone()), (json!(null), json!(10)));
    world.platform.answers(Ok(Some(submission(["A", "B", "C", "D"]))));
    world.run(&world.job(20)).await.unwrap();
    assert_eq!(cohort(10), json!({ "count": 11, "mean": 600.0 / 11.0, "percentile": 100.0, "above": 100.0 }));
}

#[tokio::test]
async fn a_job_that_runs_again_counts_its_student_once() {
    for interrupted in [true, false] {
        let world = World::new().await;
        // One of the others has the very result that Ana has.
        for number in 0..11 {
            let mut completion = completion();
            completion.student = Student { id: Some(format!("u{number}")), name: Some(format!("Mate {number}")), ..completion.student };
            let answers = if number < 10 { ["A", "x", "x", "x"] } else { ["A", "B", "C", "x"] };
            world.platform.answers(Ok(Some(submission(answers))));
            world.run(&world.job_of(number, &completion)).await.unwrap();
        }
        world.pipeline.upkeep().await.unwrap();
        world.platform.answers(Ok(Some(submission(["A", "B", "C", "x"]))));
        let job = if interrupted { world.job(20).killed(Kill::Before("prepared")) } else { world.job(20) };
        assert_eq!(world.run(&job).await.is_err(), interrupted);
        // What the first run left is counted before the second asks.
        world.pipeline.upkeep().await.unwrap();
        world.run(&if interrupted { job.again() } else { job.released() }).await.unwrap();
        let report = world.mails().pop().unwrap().mail.attachments[0].bytes.clone();
        let report = String::from_utf8(report.to_vec()).unwrap();
        let cohort = serde_json::from_str::<serde_json::Value>(&report).unwrap()["cohort"].clone();
        // Of the eleven others ten are below and one is equal.
        assert_eq!((&cohort["count"], &cohort["mean"]), (&json!(12), &json!(400.0 / 12.0)), "interrupted: {interrupted}");
        assert!((cohort["percentile"].as_f64().unwrap() - 10.5 * 100.0 / 11.0).abs() < 1e-9, "interrupted: {interrupted}: {cohort}");
        assert!(!report.contains("Mate") && !report.contains("\"u1"), "nobody else is named: {report}");
        world.pipeline.upkeep().await.unwrap();
        assert_eq!(world.text("cohorts/0123456789abcdef01234567/summary.json").await.split_once("\"sum\"").unwrap().0, "{\"count\":12,");
    }
}

#[tokio::test]
async fn an_earlier_attempt_gives_way_whether_it_was_counted_or_not() {
    for counted in [true, false] {
        let world = World::new().await;
        for number in 0..9 {
            let mut completion = completion();
            completion.student.id = Some(format!("u{number}"));
            world.platform.answers(Ok(Some(submission(["A", "x", "x", "x"]))));
            world.run(&world.job_of(number, &completion)).await.unwrap();
        }
        world.pipeline.upkeep().await.unwrap();
        for (number, answers) in [(20, ["A", "x", "x", "x"]), (21, ["A", "B", "C", "D"])] {
            world.clock.advance(Duration::from_secs(5));
            world.platform.answers(Ok(Some(submission(answers))));
            world.run(&world.job(number)).await.unwrap();
            if counted {
                world.pipeline.upkeep().await.unwrap();
            }
        }
        let report = world.mails().pop().unwrap().mail.attachments[0].bytes.clone();
        let cohort = serde_json::from_slice::<serde_json::Value>(&report).unwrap()["cohort"].clone();
        assert_eq!(
            cohort,
            json!({ "count": 10, "mean": (9.0 * 25.0 + 100.0) / 10.0, "percentile": 100.0, "above": 100.0 }),
            "counted: {counted}"
        );
    }
}

#[tokio::test]
async fn the_last_assessment_of_a_plan_asks_for_it_once_and_it_is_gathered_from_the_newest_results() {
    let world = World::new().await;
    let profiles = "[[assessment]]\nname = \"uno\"\nmatch = { title = \"Test*\" }\n[[assessment]]\nname = \"dos\"\nmatch = { title = \"Dos\" }\n[[plan]]\nname = \"todo\"\nassessments = [\"uno\", \"dos\"]\nperiods = [\"Agosto\"]\n";
    world.keep("assessments.toml", profiles).await;
    world.keep("questions/Dos.csv", "question_number,correct_alternative,lecture\n1,A,Cuentos\n").await;
    let mut other = completion();
    other.assessment.title = Some("Dos".to_owned());
    other.assessment.id = None;
    world.run(&world.job(1)).await.unwrap();
    world.pipeline.upkeep().await.unwrap();
    assert!(world.followed.lock().unwrap().is_empty(), "one of two is missing");
    world.clock.advance(Duration::from_secs(5));
    world.platform.answers(Ok(Some(submission(["A", "B", "C", "D"]))));
    world.run(&world.job(2)).await.unwrap();
    let last = world.job_of(3, &other);
    world.run(&last).await.unwrap();
    world.run(&last.released()).await.unwrap();
    world.pipeline.upkeep().await.unwrap();
    let followed = world.followed.lock().unwrap().clone();
    assert_eq!(followed.len(), 1);
    // A template of the school's own, and none of that name bundled: the plan says what is missing and waits.
    let plan = Job { event: followed[0].clone(), ..world.job(9) };
    assert_eq!(cause(world.run(&plan).await), parked("template_missing"));
    world.keep("templates/plantilla_plan_estudio.docx", "a template").await;
    world.run(&plan.released()).await.unwrap();
    let mail = world.mails().pop().unwrap().mail;
    assert_eq!(
        (mail.subject.as_str(), mail.attachments[0].file_name.as_str()),
        ("Plan de Estudio Completo - Ana Pérez", "plan_estudio_Ana Pérez.pdf")
    );
    assert!(mail.text.contains("- Test de diagnóstico Parte 1\n- Dos\n"), "{}", mail.text);
    let report: serde_json::Value = serde_json::from_slice(&mail.attachments[0].bytes).unwrap();
    let parts: Vec<(&str, f64)> = report["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| (part["name"].as_str().unwrap(), part["percentage"].as_f64().unwrap()))
        .collect();
    assert_eq!(parts, [("uno", 100.0), ("dos", 100.0)], "the retake's result, in the plan's order");
    world.keep("assessments.toml", "").await;
    assert_eq!(cause(world.run(&plan.released().released()).await), parked("plan_missing"));
}

#[tokio::test]
async fn a_bundled_template_is_taken_in_the_report_s_language() {
    let world = World::new().await;
    let profile = |template: &str| format!("[[assessment]]\ntemplate = \"{template}\"\nlanguage = \"pt\"\n");
    world.keep("assessments.toml", &profile("plantilla_m1.docx")).await;
    world.run(&world.job(1)).await.unwrap();
    assert_eq!(world.mails()[0].mail.attachments[0].file_name, format!("relatorio_Ana Pérez_{TITLE}.pdf"));
    world.keep("assessments.toml", &profile("otra.docx")).await;
    assert_eq!(cause(world.run(&world.job(2)).await), parked("template_missing"));
}

#[tokio::test]
async fn two_events_about_one_submission_give_one_report() {
    let world = World::new().await;
    let (first, second) = (world.job(1), world.job(2));
    assert_eq!(world.run_about(&first, "s1").await.unwrap()["status"], "sent");
    assert_eq!(world.run_about(&second, "s1").await.unwrap()["status"], "duplicate");
    assert_eq!(world.run_about(&first.again(), "s1").await.unwrap()["status"], "sent", "a repeat of the first is still the first");
    assert_eq!(world.mails().len(), 1);
    assert_eq!(world.run_about(&second.released(), "s1").await.unwrap()["status"], "sent", "a person may always have it sent");
}

#[tokio::test]
async fn a_job_opened_again_keeps_its_submission_and_claims_it() {
    let world = World::new().await;
    let job = world.job(1);
    world.platform.answers(Err(FetchError {
        cause: "platform_unauthorized",
        message: "renew the token".to_owned(),
        advice: RetryAdvice::Person,
    }));
    assert_eq!(cause(world.run_about(&job, "s1").await), parked("platform_unauthorized"));
    world.platform.answers(Ok(Some(submission(["A", "B", "C", "x"]))));
    assert_eq!(world.run_about(&job.released(), "s1").await.unwrap()["status"], "sent");
    assert_eq!(world.run_about(&world.job(2), "s1").await.unwrap()["status"], "duplicate", "a released job claims what it reports");

    let stuck = world.job_of(3, &Completion { student: Student { email: None, ..completion().student }, ..completion() });
    assert_eq!(cause(world.run_about(&stuck, "s3").await), parked("address_missing"));
    // The student took the test again meanwhile, and that job reports the newer submission.
    assert_eq!(world.run_about(&world.job(4), "s4").await.unwrap()["status"], "sent");
    let _ = world.run_about(&stuck.released(), "s4").await;
    let records = stuck.records.lock().unwrap();
    assert_eq!((&records["fetched"]["submission"]["id"], &records["fetched-2"]["submission"]["id"]), (&json!("s3"), &json!("s3")));
}

#[tokio::test]
async fn a_platform_that_stays_away_is_not_waited_for_when_the_event_brought_the_answers() {
    let world = World::new().await;
    let job = world.job_of(1, &Completion { submission: Some(submission(["A", "B", "C", "D"])), ..completion() });
    let down = FetchError { cause: "platform_unavailable", message: "503".to_owned(), advice: RetryAdvice::Time(None) };
    world.platform.answers(Err(down));
    assert!(matches!(world.run(&job).await, Err(JobError { next: Next::Retry(_), .. })));
    world.clock.advance(Duration::from_mins(10));
    assert_eq!(world.run(&job.again()).await.unwrap()["answers_from_event"], json!(true));
}
