//! A pipeline over memory, with a job that can be killed at any record.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::clock::{Clock as _, ManualClock};
use crate::delivery::mail::Mailer;
use crate::delivery::mail::config::MailConfig;
use crate::delivery::mail::outbox::{MemoryMail, NoOutbox};
use crate::jobs::handler::{AcceptedEvent, Handler as _, JobContext, JobError, Next};
use crate::model::completion::Completion;
use crate::model::ids::JobId;
use crate::model::person::EmailAddress;
use crate::model::submission::{Answer, Submission};
use crate::pipeline::config::{MissingValue, PipelineConfig};
use crate::pipeline::fetch::{FetchError, Found, Submissions};
use crate::pipeline::render::{OpenTemplate, Printed, Renderer};
use crate::pipeline::{Parts, Pipeline};
use crate::report::data::Report;
use crate::report::language::Language;
use crate::storage::memory::MemoryStore;
use crate::storage::{PutMode, Store as _};

pub(crate) const TITLE: &str = "Test de diagnóstico Parte 1";
const BANK: &str = "question_number,correct_alternative,lecture\n1,A,Fracciones\n2,B,Decimales\n3,C,Porcentajes\n4,D,Álgebra\n";

/// Everything a story needs.
pub(crate) struct World {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) mailer: Arc<Mailer>,
    pub(crate) platform: Arc<Platform>,
    pub(crate) clock: ManualClock,
    pub(crate) pipeline: Pipeline,
    pub(crate) followed: Arc<Mutex<Vec<AcceptedEvent>>>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(PipelineConfig::for_testing()).await
    }

    pub(crate) async fn with(config: PipelineConfig) -> Self {
        let world = Self::empty(config);
        world.keep(&format!("questions/{TITLE}.csv"), BANK).await;
        world
    }

    /// Without a question bank.
    pub(crate) fn empty(config: PipelineConfig) -> Self {
        let store = Arc::new(MemoryStore::new());
        let mail = MailConfig { admins: vec![EmailAddress::parse("admin@colegio.cl").unwrap()], ..MailConfig::for_testing() };
        let mailer = Arc::new(Mailer::new(mail, Arc::new(NoOutbox)));
        let platform = Arc::new(Platform::default());
        let clock = ManualClock::new("2026-11-21T12:00:00Z".parse().unwrap());
        let parts = Parts {
            config,
            clock: Arc::new(clock.clone()),
            store: store.clone(),
            submissions: platform.clone(),
            renderer: Arc::new(PlainRenderer),
            mailer: mailer.clone(),
        };
        Self { store, mailer, platform, clock, pipeline: Pipeline::new(parts).unwrap(), followed: Arc::default() }
    }

    pub(crate) async fn keep(&self, key: &str, text: &str) {
        self.store.put(key, Bytes::from(text.to_owned()), PutMode::Overwrite).await.unwrap();
    }

    pub(crate) async fn text(&self, key: &str) -> String {
        String::from_utf8(self.store.get(key).await.unwrap().expect(key).0.to_vec()).unwrap()
    }

    /// A job for Ana's completion, just accepted.
    pub(crate) fn job(&self, number: u8) -> Job {
        self.job_of(number, &completion())
    }

    pub(crate) fn job_of(&self, number: u8, completion: &Completion) -> Job {
        Job {
            id: JobId::from_digest([number; 32]),
            attempt: 1,
            round: 1,
            event: AcceptedEvent {
                version: 1,
                source: "learnworlds".to_owned(),
                delivery_key: "d".to_owned(),
                effect_key: "e".to_owned(),
                received_at: self.clock.now(),
                payload: serde_json::to_value(completion).unwrap(),
                trace: None,
                park: None,
            },
            clock: self.clock.clone(),
            records: Arc::default(),
            store: self.store.clone(),
            kill: None,
            followed: self.followed.clone(),
        }
    }

    /// Runs an attempt and tells of its end, as the core does. Each job is about a submission of its own.
    pub(crate) async fn run(&self, job: &Job) -> Result<Value, JobError> {
        self.run_about(job, &format!("submission of {}", job.id)).await
    }

    /// Runs an attempt of a job about a submission.
    pub(crate) async fn run_about(&self, job: &Job, submission: &str) -> Result<Value, JobError> {
        submission.clone_into(&mut self.platform.submission_id.lock().unwrap());
        let result = self.pipeline.run(job).await;
        if let Err(error) = &result
            && !matches!(error.next, Next::Retry(_))
        {
            self.pipeline.gave_up(&job.id, &error.cause, &error.message).await;
        }
        result
    }

    /// The mails that went to students.
    pub(crate) fn mails(&self) -> Vec<MemoryMail> {
        self.mailer.mails_in_memory().into_iter().filter(|mail| !mail.mail.attachments.is_empty()).collect()
    }

    /// The mails that went to the admin.
    pub(crate) fn alerts(&self) -> Vec<MemoryMail> {
        self.mailer.mails_in_memory().into_iter().filter(|mail| mail.mail.attachments.is_empty()).collect()
    }
}

/// Ana finished the test; the event brings no answers.
pub(crate) fn completion() -> Completion {
    serde_json::from_value(json!({
        "source": "learnworlds",
        "student": { "id": "6130afb278d2c94eeb228d12", "email": "ana@example.com", "name": "Ana Pérez", "first_name": null, "last_name": null },
        "assessment": { "id": "0123456789abcdef01234567", "title": TITLE, "course_id": "diag", "course_title": "Diagnóstico 2026" },
        "submission": null, "submission_id": null, "submitted_at": null, "school": null,
    }))
    .unwrap()
}

/// Answers to questions 1 to 4.
pub(crate) fn submission(answers: [&str; 4]) -> Submission {
    let answer = |(index, answer): (usize, &&str)| Answer {
        description: Some(format!("Pregunta {}", index + 1)),
        answer: Some((*answer).to_owned()),
        ..Answer::default()
    };
    Submission { answers: answers.iter().enumerate().map(answer).collect(), ..Submission::default() }
}

/// The platform, answering as it was told to; at first with three of four right.
pub(crate) struct Platform {
    answer: Mutex<Result<Option<Submission>, FetchError>>,
    submission_id: Mutex<String>,
}

impl Default for Platform {
    fn default() -> Self {
        Self { answer: Mutex::new(Ok(Some(submission(["A", "B", "C", "x"])))), submission_id: Mutex::default() }
    }
}

impl Platform {
    pub(crate) fn answers(&self, answer: Result<Option<Submission>, FetchError>) {
        *self.answer.lock().unwrap() = answer;
    }
}

#[async_trait]
impl Submissions for Platform {
    async fn find(&self, completion: &Completion) -> Result<Found, FetchError> {
        let id = completion.submission_id.clone().unwrap_or_else(|| self.submission_id.lock().unwrap().clone());
        let submission = self.answer.lock().unwrap().clone()?.map(|submission| Submission { id: Some(id), ..submission });
        Ok(Found { submission, student: completion.student.clone(), title: None })
    }
}

/// "Renders" the report's data as JSON, so that stories can look at it. A template that says `broken` is.
struct PlainRenderer;

impl Renderer for PlainRenderer {
    fn open(&self, docx: &[u8]) -> Result<Box<dyn OpenTemplate>, String> {
        if docx.starts_with(b"broken") { Err("paragraph 3: unknown name ALUMNA".to_owned()) } else { Ok(Box::new(Plain)) }
    }

    fn bundled(&self, file: Option<&str>, language: Language) -> Option<Bytes> {
        let known = file.is_none_or(|file| file == "plantilla_m1.docx");
        known.then(|| Bytes::from(format!("bundled {language}")))
    }
}

struct Plain;

impl OpenTemplate for Plain {
    fn render(&self, report: &Report, _: MissingValue) -> Result<Printed, String> {
        Ok(Printed { pdf: Bytes::from(serde_json::to_vec(report).unwrap()), warnings: vec![] })
    }
}

/// When a job dies: at this record, before it is written or after.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kill {
    Before(&'static str),
    After(&'static str),
}

/// A job as the core would run it.
#[derive(Clone)]
pub(crate) struct Job {
    pub(crate) id: JobId,
    pub(crate) attempt: u32,
    pub(crate) round: u32,
    pub(crate) event: AcceptedEvent,
    pub(crate) clock: ManualClock,
    pub(crate) records: Arc<Mutex<BTreeMap<String, Value>>>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) kill: Option<Kill>,
    /// The events of jobs that follow, shared by all jobs of a world; each effect once, as the core has it.
    pub(crate) followed: Arc<Mutex<Vec<AcceptedEvent>>>,
}

impl Job {
    /// The next attempt, as after a crash or a retry.
    pub(crate) fn again(&self) -> Self {
        Self { attempt: self.attempt + 1, kill: None, ..self.clone() }
    }

    /// The first attempt after a person opened the job again.
    pub(crate) fn released(&self) -> Self {
        Self { round: self.round + 1, ..self.again() }
    }

    pub(crate) fn killed(self, kill: Kill) -> Self {
        Self { kill: Some(kill), ..self }
    }

    pub(crate) fn steps(&self) -> Vec<String> {
        self.records.lock().unwrap().keys().cloned().collect()
    }
}

fn dead() -> JobError {
    JobError::retry("killed", "the process died here")
}

#[async_trait]
impl JobContext for Job {
    fn id(&self) -> &JobId {
        &self.id
    }

    fn attempt(&self) -> u32 {
        self.attempt
    }

    fn round(&self) -> u32 {
        self.round
    }

    fn event(&self) -> &AcceptedEvent {
        &self.event
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn read_step(&self, step: &str) -> Result<Option<Value>, JobError> {
        Ok(self.records.lock().unwrap().get(step).cloned())
    }

    async fn write_step(&self, step: &str, value: Value) -> Result<Value, JobError> {
        if matches!(self.kill, Some(Kill::Before(at)) if at == step) {
            return Err(dead());
        }
        let kept = self.records.lock().unwrap().entry(step.to_owned()).or_insert(value).clone();
        let key = format!("jobs/{}/{step}.json", self.id);
        self.store.put(&key, Bytes::from(serde_json::to_vec(&kept).unwrap()), PutMode::Overwrite).await.unwrap();
        if matches!(self.kill, Some(Kill::After(at)) if at == step) {
            return Err(dead());
        }
        Ok(kept)
    }

    async fn check_lease(&self) -> Result<(), JobError> {
        Ok(())
    }

    async fn follow(&self, event: AcceptedEvent) -> Result<(), JobError> {
        let mut followed = self.followed.lock().unwrap();
        if !followed.iter().any(|known| known.effect_key == event.effect_key) {
            followed.push(event);
        }
        Ok(())
    }
}
