//! What becomes of a job under every fault of a real mail server: core, pipeline and mail together, with the time held.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use gradepost::clock::{Clock as _, ManualClock};
use gradepost::delivery::mail::Mailer;
use gradepost::delivery::mail::config::MailConfig;
use gradepost::delivery::mail::outbox::NoOutbox;
use gradepost::jobs::Jobs;
use gradepost::jobs::config::JobsConfig;
use gradepost::jobs::handler::AcceptedEvent;
use gradepost::jobs::records::{End, EndState};
use gradepost::jobs::worker::Outcome;
use gradepost::model::completion::Completion;
use gradepost::model::ids::JobId;
use gradepost::model::submission::Submission;
use gradepost::pipeline::config::{AmbiguousMail, MissingValue, PipelineConfig};
use gradepost::pipeline::fetch::{FetchError, Found, Submissions};
use gradepost::pipeline::render::{OpenTemplate, Printed, Renderer};
use gradepost::pipeline::{Parts, Pipeline};
use gradepost::report::data::Report;
use gradepost::report::language::Language;
use gradepost::storage::memory::MemoryStore;
use gradepost::storage::{PutMode, Store as _};
use serde_json::json;

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
        };
        let jobs = Jobs::new(store.clone(), Arc::new(clock.clone()), JobsConfig::for_testing());
        Self { clock, store, jobs, pipeline: Pipeline::new(parts).unwrap() }
    }

    async fn accept(&self, to: &str) -> JobId {
        let completion: Completion = serde_json::from_value(json!({
            "source": "learnworlds",
            "student": { "id": to, "email": to, "name": "Ana", "first_name": null, "last_name": null },
            "assessment": { "id": "m1", "title": "M1", "course_id": null, "course_title": "Curso" },
            "submission": { "id": to, "submitted_at": null, "attempt": null, "grade": null, "passed": null, "answers": [
                { "block_id": null, "block_type": null, "description": null, "answer": "A", "points": null, "max_points": null } ] },
            "submission_id": null, "submitted_at": null, "school": null,
        }))
        .unwrap();
        let event = AcceptedEvent {
            version: 1,
            source: "learnworlds".to_owned(),
            delivery_key: to.to_owned(),
            effect_key: to.to_owned(),
            received_at: self.clock.now(),
            payload: serde_json::to_value(completion).unwrap(),
            trace: None,
            park: None,
        };
        self.jobs.accept(event).await.unwrap().job().clone()
    }

    /// One attempt: the end, or the cause of another attempt, to whose time the clock is moved.
    async fn attempt(&self, job: &JobId) -> Result<End, String> {
        match self.jobs.run_one(&self.pipeline, job).await {
            Outcome::Ended(end) => Ok(end),
            Outcome::Again { due, cause, .. } => {
                let wait = Duration::try_from(due.duration_since(self.clock.now())).unwrap_or_default();
                self.clock.advance(wait + Duration::from_secs(1));
                Err(cause)
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The platform has nothing, so the event's own answers count.
struct Nothing;

#[async_trait]
impl Submissions for Nothing {
    async fn find(&self, completion: &Completion) -> Result<Found, FetchError> {
        Ok(Found { submission: None::<Submission>, student: completion.student.clone(), title: None })
    }
}

struct OneLine;

impl Renderer for OneLine {
    fn open(&self, _: &[u8]) -> Result<Box<dyn OpenTemplate>, String> {
        Ok(Box::new(Self))
    }

    fn bundled(&self, _: Option<&str>, _: Language) -> Option<Bytes> {
        Some(Bytes::new())
    }
}

impl OpenTemplate for OneLine {
    fn render(&self, report: &Report, _: MissingValue) -> Result<Printed, String> {
        Ok(Printed { pdf: format!("%PDF-1.7\n{}", report.result.percentage).into(), warnings: Vec::new() })
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
    for (mode, words) in [("rcpt550", "550"), ("data554", "554")] {
        let world = World::new(server.config(mode), AmbiguousMail::Resend).await;
        let job = world.accept(&format!("{mode}.outcome@example.com")).await;
        let end = world.attempt(&job).await.unwrap();
        assert_eq!((end.state, end.cause.as_deref()), (EndState::Parked, Some("mail_refused")), "{mode}");
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
        assert_eq!(world.attempt(&job).await.unwrap_err(), "mail_unavailable");
        let view = world.jobs.show(&job).await.unwrap().unwrap();
        let words = view.message.unwrap();
        assert_eq!(view.state, "waiting", "it goes on by itself once the password is right");
        assert!(words.contains("535") && words.contains("EMAIL_PASSWORD"), "{words}");
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_never_counts_as_sent() {
    let Some(server) = smtp_server() else { return };
    for mode in ["rcpt451", "data452", "end421", "no_starttls", "silent", "rcpt_stall"] {
        let world = World::new(impatient(server, mode), AmbiguousMail::Resend).await;
        let to = format!("{mode}.outcome@example.com");
        let job = world.accept(&to).await;
        for _ in 0..2 {
            assert_eq!(world.attempt(&job).await.unwrap_err(), "mail_unavailable", "{mode}");
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
