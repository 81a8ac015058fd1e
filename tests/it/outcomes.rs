//! What becomes of a job under every fault of a real mail server: core, pipeline and mail together, with the time held.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use gradepost::clock::{Clock as _, ManualClock};
use gradepost::delivery::mail::Mailer;
use gradepost::delivery::mail::config::{MailConfig, TlsMode};
use gradepost::delivery::mail::outbox::NoOutbox;
use gradepost::intake::submissions::{FetchError, SubmissionAnswer, SubmissionQuery, Submissions};
use gradepost::jobs::Jobs;
use gradepost::jobs::config::JobsConfig;
use gradepost::jobs::handler::{AcceptedEvent, JobKind};
use gradepost::jobs::outcome::Outcome;
use gradepost::jobs::records::{End, EndState};
use gradepost::model::completion::Completion;
use gradepost::model::ids::JobId;
use gradepost::model::submission::Submission;
use gradepost::pipeline::config::{AmbiguousMail, MissingValue, PipelineConfig};
use gradepost::pipeline::consent::NoWishes;
use gradepost::pipeline::engine::{OpenTemplate, RenderedReport, Renderer};
use gradepost::pipeline::{Parts, Pipeline};
use gradepost::report::data::Report;
use gradepost::report::language::Language;
use gradepost::storage::memory::MemoryStore;
use gradepost::storage::{PutMode, Store as _};
use serde_json::json;

use crate::scripted_smtp::{Scripted, say};
use crate::smtp_server::{SmtpServer, smtp_server};

struct World {
    clock: ManualClock,
    store: Arc<MemoryStore>,
    jobs: Arc<Jobs>,
    pipeline: Pipeline,
}

impl World {
    async fn new(mail: MailConfig, ambiguous: AmbiguousMail) -> Self {
        let clock = ManualClock::new("2026-11-21T12:00:00Z".parse().unwrap());
        let store = Arc::new(MemoryStore::new());
        let bank = Bytes::from_static(b"question_number,correct_alternative,lecture\n1,A,L1\n2,B,L2\n");
        store.put("questions/M1.csv", bank, PutMode::Create).await.unwrap();
        let parts = Parts {
            config: PipelineConfig { ambiguous, ..PipelineConfig::for_testing() },
            clock: Arc::new(clock.clone()),
            store: store.clone(),
            submissions: Arc::new(Nothing),
            renderer: Arc::new(OneLine),
            mailer: Arc::new(Mailer::new(mail, Arc::new(NoOutbox))),
            consent: Arc::new(NoWishes),
        };
        let jobs = Jobs::new(store.clone(), Arc::new(clock.clone()), JobsConfig::for_testing());
        Self { clock, store, jobs, pipeline: Pipeline::new(parts).unwrap() }
    }

    async fn accept(&self, to: &str) -> JobId {
        self.accept_about(to, to, to).await
    }

    /// An event of this effect about a submission of its student, who has this address.
    async fn accept_about(&self, effect: &str, submission: &str, to: &str) -> JobId {
        let completion: Completion = serde_json::from_value(json!({
            "source": "learnworlds",
            "student": { "id": submission, "email": to, "name": "Ana", "first_name": null, "last_name": null },
            "assessment": { "id": "m1", "title": "M1", "course_id": null, "course_title": "Curso" },
            "submission": { "id": submission, "submitted_at": null, "attempt": null, "grade": null, "passed": null, "answers": [
                { "block_id": null, "block_type": null, "description": null, "answer": "A", "points": null, "max_points": null } ] },
            "submission_id": null, "submitted_at": null, "school": null,
        }))
        .unwrap();
        let payload = serde_json::to_value(completion).unwrap();
        let event = AcceptedEvent::new(&JobKind::REPORT, "learnworlds", effect.to_owned(), self.clock.now(), payload);
        self.jobs.accept(event).await.unwrap().job().clone()
    }

    /// One attempt: the end, or the cause of another attempt, to whose time the clock is moved.
    async fn attempt(&self, job: &JobId) -> Result<End, String> {
        match self.jobs.run_one(&self.pipeline, job).await {
            Outcome::Ended(end) => Ok(end),
            Outcome::Again { due, cause, .. } => {
                let wait = Duration::try_from(due.duration_since(self.clock.now())).unwrap_or_default();
                self.clock.advance(wait + Duration::from_secs(1));
                Err(cause.to_string())
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The platform has nothing, so the event's own answers count.
struct Nothing;

#[async_trait]
impl Submissions for Nothing {
    async fn find(&self, asked: &SubmissionQuery<'_>) -> Result<SubmissionAnswer, FetchError> {
        let completion = asked.completion;
        Ok(SubmissionAnswer { submission: None::<Submission>, student: completion.student.clone(), title: None, course_title: None })
    }
}

struct OneLine;

impl Renderer for OneLine {
    fn open(&self, _: &[u8], _: Language) -> Result<Box<dyn OpenTemplate>, String> {
        Ok(Box::new(Self))
    }

    fn bundled(&self, _: Option<&str>, _: Language) -> Option<Bytes> {
        Some(Bytes::new())
    }
}

impl OpenTemplate for OneLine {
    fn render(&self, report: &Report, _: MissingValue) -> Result<RenderedReport, String> {
        Ok(RenderedReport { pdf: format!("%PDF-1.7\n{}", report.result.percentage).into(), warnings: Vec::new(), pages: 1 })
    }
}

fn impatient(server: &SmtpServer, mode: &str) -> MailConfig {
    let mut config = server.config(mode);
    if let Some(smtp) = &mut config.smtp {
        smtp.timeout = Duration::from_millis(500);
    }
    config
}

#[tokio::test]
async fn what_a_server_refuses_for_good_parks_with_its_words() {
    let Some(server) = smtp_server() else { return };
    for (mode, words, cause) in [("rcpt550", "550", "mail_refused"), ("data554", "554", "mail_content_refused")] {
        let world = World::new(server.config(mode), AmbiguousMail::Resend).await;
        let job = world.accept(&format!("{mode}.outcome@example.com")).await;
        let end = world.attempt(&job).await.unwrap();
        assert_eq!((end.state, end.cause.as_deref()), (EndState::Parked, Some(cause)), "{mode}");
        assert!(end.message.unwrap().contains(words), "{mode}");
    }
}

#[tokio::test]
async fn a_wrong_password_holds_every_mail_and_parks_none() {
    let Some(server) = smtp_server() else { return };
    let mut wrong = server.config("ok");
    wrong.smtp.as_mut().unwrap().login.as_mut().unwrap().password = "wrong".to_owned().into();
    let world = World::new(wrong, AmbiguousMail::Resend).await;
    for number in 0..3 {
        let job = world.accept(&format!("login{number}.outcome@example.com")).await;
        assert_eq!(world.attempt(&job).await.unwrap_err(), "mail_login_refused");
        let view = world.jobs.operator().show(&job).await.unwrap().unwrap();
        let words = view.message.unwrap();
        assert_eq!(view.state, "waiting", "it goes on by itself once the password is right");
        assert!(words.contains("535") && words.contains("EMAIL_PASSWORD"), "{words}");
    }
}

/// Thirty mails through an account that may send five a day.
#[tokio::test]
async fn a_daily_quota_parks_nobody_and_all_mails_wait() {
    let ends = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let server = Scripted::start(false, move |verb| {
        let over = verb == "end" && ends.fetch_add(1, std::sync::atomic::Ordering::SeqCst) >= 5;
        over.then(|| say("550 5.4.5 Daily user sending limit exceeded. - gsmtp"))
    })
    .await;
    let world = World::new(server.config(TlsMode::None, false), AmbiguousMail::Resend).await;
    let mut sent = 0;
    for number in 0..30 {
        let job = world.accept(&format!("quota{number}.outcome@example.com")).await;
        match world.attempt(&job).await {
            Ok(end) => sent += usize::from(end.state == EndState::Done),
            Err(cause) => {
                assert_eq!(cause, "mail_quota");
                let view = world.jobs.operator().show(&job).await.unwrap().unwrap();
                assert_eq!(view.state, "waiting");
                assert!(view.message.unwrap().contains("550 5.4.5"));
            }
        }
    }
    assert_eq!((sent, server.seen().messages), (5, 6), "one mail met the quota, the others were not even tried");
}

#[tokio::test]
async fn a_mail_that_is_too_large_parks_with_both_sizes_and_is_not_sent() {
    let server = Scripted::start(false, |verb| (verb == "EHLO").then(|| say("250-x\r\n250 SIZE 900"))).await;
    let world = World::new(server.config(TlsMode::None, false), AmbiguousMail::Resend).await;
    let job = world.accept("large.outcome@example.com").await;
    let end = world.attempt(&job).await.unwrap();
    assert_eq!((end.state, end.cause.as_deref()), (EndState::Parked, Some("mail_too_large")));
    let message = end.message.unwrap();
    assert!(message.contains("at most 0.9 kB") && message.contains("template"), "{message}");
    assert_eq!(server.count("MAIL"), 0);
}

#[tokio::test]
async fn a_report_that_reached_nobody_makes_no_later_event_a_duplicate() {
    let Some(server) = smtp_server() else { return };
    let world = World::new(server.config("ok"), AmbiguousMail::Resend).await;
    // Two automations speak of one submission; the first knows no address that can be used.
    let first = world.accept_about("automation 1", "takeover", "nobody").await;
    let parked = world.attempt(&first).await.unwrap();
    assert_eq!((parked.state, parked.cause.as_deref()), (EndState::Parked, Some("address_invalid")));
    let second = world.accept_about("automation 2", "takeover", "takeover.outcome@example.com").await;
    let end = world.attempt(&second).await.unwrap();
    assert_eq!((end.state, &end.summary["status"]), (EndState::Done, &json!("sent")));
    assert_eq!(
        world.jobs.operator().show(&first).await.unwrap().unwrap().state,
        "dead",
        "the first is closed, so that nobody sends it as well"
    );
    // Once it was mailed, the next one is a duplicate.
    let third = world.accept_about("automation 3", "takeover", "other.outcome@example.com").await;
    let end = world.attempt(&third).await.unwrap();
    assert_eq!((end.state, &end.summary["status"]), (EndState::Done, &json!("duplicate")));
    assert_eq!((server.taken("takeover.outcome@example.com").len(), server.taken("other.outcome@example.com").len()), (1, 0));
    // The very same event, sent again with a corrected address.
    let same = world.accept_about("corrected", "corrected", "nobody").await;
    assert_eq!(world.attempt(&same).await.unwrap().state, EndState::Parked);
    assert_eq!(world.accept_about("corrected", "corrected", "corrected.outcome@example.com").await, same);
    world.clock.advance(Duration::from_secs(2));
    assert_eq!(world.attempt(&same).await.unwrap().summary["status"], json!("sent"));
    assert_eq!(server.taken("corrected.outcome@example.com").len(), 1);
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_never_counts_as_sent() {
    let Some(server) = smtp_server() else { return };
    for (mode, cause) in [
        ("rcpt451", "mail_unavailable"),
        ("data452", "mail_unavailable"),
        ("end421", "mail_unavailable"),
        ("no_starttls", "mail_settings"),
        ("silent", "mail_unavailable"),
        ("rcpt_stall", "mail_unavailable"),
    ] {
        let world = World::new(impatient(server, mode), AmbiguousMail::Resend).await;
        let to = format!("{mode}.outcome@example.com");
        let job = world.accept(&to).await;
        for _ in 0..2 {
            assert_eq!(world.attempt(&job).await.unwrap_err(), cause, "{mode}");
        }
        world.pipeline.upkeep().await.unwrap();
        assert!(server.taken(&to).is_empty() && !world.store.keys().iter().any(|key| key.ends_with("processed.csv")), "{mode}");
    }
}

#[tokio::test]
async fn a_mail_without_a_receipt_goes_again_under_its_id_or_waits_for_a_person() {
    let Some(server) = smtp_server() else { return };
    let world = World::new(server.config("drop"), AmbiguousMail::Resend).await;
    let job = world.accept("resend.outcome@example.com").await;
    for _ in 0..2 {
        assert_eq!(world.attempt(&job).await.unwrap_err(), "mail_ambiguous");
    }
    let taken = server.taken("resend.outcome@example.com");
    let ids: Vec<_> = taken.iter().map(|mail| SmtpServer::parsed(&mail.bytes)["message_id"].clone()).collect();
    assert_eq!(ids, vec![json!(format!("<{job}@colegio.example.cl>")); 2]);

    let world = World::new(server.config("drop"), AmbiguousMail::Hold).await;
    let job = world.accept("hold.outcome@example.com").await;
    let end = world.attempt(&job).await.unwrap();
    assert_eq!((end.state, end.cause.as_deref()), (EndState::Parked, Some("mail_ambiguous")));
    assert_eq!(server.taken("hold.outcome@example.com").len(), 1);
}

#[tokio::test]
async fn a_late_reply_becomes_one_row_and_a_repeat_with_the_same_id() {
    let Some(server) = smtp_server() else { return };
    let world = World::new(impatient(server, "late_once"), AmbiguousMail::Resend).await;
    let job = world.accept("late.outcome@example.com").await;
    assert_eq!(world.attempt(&job).await.unwrap_err(), "mail_ambiguous");
    let end = world.attempt(&job).await.unwrap();
    assert_eq!((end.state, &end.summary["mail_ambiguous"]), (EndState::Done, &json!(1)));
    world.pipeline.upkeep().await.unwrap();
    let (index, _) = world.store.get("webhook_reports/Curso/processed.csv").await.unwrap().unwrap();
    assert_eq!(String::from_utf8(index.to_vec()).unwrap().lines().count(), 2);
    assert_eq!(server.taken("late.outcome@example.com").len(), 2);
}

#[tokio::test]
async fn a_burst_of_completions_is_as_many_mails() {
    let Some(server) = smtp_server() else { return };
    let world = World::new(server.config("plain"), AmbiguousMail::Resend).await;
    let jobs = futures::future::join_all((0..100).map(|n| {
        let world = &world;
        async move { world.accept(&format!("burst{n}.outcome@example.com")).await }
    }))
    .await;
    let ends = futures::future::join_all(jobs.iter().map(|job| world.attempt(job))).await;
    assert!(ends.iter().all(|end| matches!(end, Ok(end) if end.state == EndState::Done)));
    world.pipeline.upkeep().await.unwrap();
    let (index, _) = world.store.get("webhook_reports/Curso/processed.csv").await.unwrap().unwrap();
    assert_eq!(String::from_utf8(index.to_vec()).unwrap().lines().count(), 101);
    for n in 0..100 {
        assert_eq!(server.taken(&format!("burst{n}.outcome@example.com")).len(), 1);
    }
}
