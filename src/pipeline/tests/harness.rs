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
use crate::intake::submissions::{FetchError, SubmissionAnswer, SubmissionQuery, Submissions};
use crate::jobs::error::AcceptError;
use crate::jobs::feed;
use crate::jobs::handler::{AcceptedEvent, Follows, Handler as _, JobContext, JobError, JobKind, Next};
use crate::model::card::{Card, ReportFacts};
use crate::model::completion::Completion;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::model::person::EmailAddress;
use crate::model::submission::{Answer, Submission};
use crate::pipeline::config::{MissingValue, PipelineConfig};
use crate::pipeline::consent::{Consent, NoWishes};
use crate::pipeline::engine::{OpenTemplate, RenderedReport, Renderer};
use crate::pipeline::{Parts, Pipeline};
use crate::report::data::Report;
use crate::report::language::Language;
use crate::storage::memory::MemoryStore;
use crate::storage::{PutMode, Store};

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
        Self::asking(config, Arc::new(NoWishes))
    }

    /// The same, where somebody is asked what persons want.
    pub(crate) fn asking(config: PipelineConfig, consent: Arc<dyn Consent>) -> Self {
        let store = Arc::new(MemoryStore::new());
        let mail = MailConfig { admins: vec![EmailAddress::parse("admin@colegio.cl").unwrap()], ..MailConfig::for_testing() };
        let mailer = Arc::new(Mailer::new(mail, Arc::new(NoOutbox)));
        let platform = Arc::new(Platform::default());
        let clock = ManualClock::new("2026-11-21T12:00:00Z".parse().unwrap());
        let pipeline = pipeline(config, store.clone(), &clock, &platform, &mailer, consent);
        let followed = Arc::<Mutex<Vec<AcceptedEvent>>>::default();
        pipeline.start_plans_with(Arc::new(Following(followed.clone())));
        Self { store, mailer, platform, clock, pipeline, followed }
    }

    /// Another pipeline in this world, over another store.
    pub(crate) fn pipeline_on(&self, store: Arc<dyn Store>) -> Pipeline {
        pipeline(PipelineConfig::for_testing(), store, &self.clock, &self.platform, &self.mailer, Arc::new(NoWishes))
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
            event: AcceptedEvent::new(
                &JobKind::REPORT,
                "learnworlds",
                "e".to_owned(),
                self.clock.now(),
                serde_json::to_value(completion).unwrap(),
            ),
            clock: self.clock.clone(),
            records: Arc::default(),
            store: self.store.clone(),
            kill: None,
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
        let end = match &result {
            Ok(summary) => Some(("done", None, None, summary.clone())),
            Err(error) if matches!(error.next, Next::Retry(_)) => None,
            Err(error) => Some(("parked", Some(error.cause.to_string()), Some(error.message.clone()), Value::Null)),
        };
        if let Some((state, cause, message, summary)) = end {
            let card = Card {
                v: 1,
                job: job.id.clone(),
                round: job.round,
                attempts: job.attempt,
                state: state.to_owned(),
                cause,
                message,
                received: job.event.received_at,
                ended: job.clock.now(),
                due: None,
                source: job.event.source.clone(),
                report: ReportFacts::of(&job.id, &job.event.payload, &summary),
            };
            // What is derived from ends reads them where cards do not tell enough.
            let record = json!({ "version": 1, "attempt": job.attempt, "state": state, "summary": summary, "at": job.clock.now() });
            let name = if job.round == 1 { "end".to_owned() } else { format!("end-{}", job.round) };
            self.keep(&format!("jobs/{}/{name}.json", job.id), &record.to_string()).await;
            feed::enter(&*self.store, LaneName::Reports, &card, job.clock.now()).await.unwrap();
            self.pipeline.ended(&card);
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

fn pipeline(
    config: PipelineConfig,
    store: Arc<dyn Store>,
    clock: &ManualClock,
    platform: &Arc<Platform>,
    mailer: &Arc<Mailer>,
    consent: Arc<dyn Consent>,
) -> Pipeline {
    let parts = Parts {
        config,
        clock: Arc::new(clock.clone()),
        store,
        submissions: platform.clone(),
        renderer: Arc::new(PlainRenderer),
        mailer: mailer.clone(),
        consent,
    };
    Pipeline::new(parts).unwrap()
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
    /// The newest submission from now on.
    pub(crate) fn shows(&self, submission: &str) {
        submission.clone_into(&mut self.submission_id.lock().unwrap());
    }

    pub(crate) fn answers(&self, answer: Result<Option<Submission>, FetchError>) {
        *self.answer.lock().unwrap() = answer;
    }
}

#[async_trait]
impl Submissions for Platform {
    async fn find(&self, asked: &SubmissionQuery<'_>) -> Result<SubmissionAnswer, FetchError> {
        let completion = asked.completion;
        let id = completion.submission_id.clone().unwrap_or_else(|| self.submission_id.lock().unwrap().clone());
        let submission = self.answer.lock().unwrap().clone()?.map(|submission| Submission { id: Some(id), ..submission });
        Ok(SubmissionAnswer { submission, student: completion.student.clone(), title: None, course_title: None })
    }
}

/// "Renders" the report's data as JSON, so that stories can look at it. A template that says `broken` is.
struct PlainRenderer;

impl Renderer for PlainRenderer {
    fn open(&self, docx: &[u8], _: Language) -> Result<Box<dyn OpenTemplate>, String> {
        if docx.starts_with(b"broken") { Err("paragraph 3: unknown name ALUMNA".to_owned()) } else { Ok(Box::new(Plain)) }
    }

    fn bundled(&self, file: Option<&str>, language: Language) -> Option<Bytes> {
        let known = file.is_none_or(|file| file == "plantilla_m1.docx");
        known.then(|| Bytes::from(format!("bundled {language}")))
    }
}

struct Plain;

impl OpenTemplate for Plain {
    fn render(&self, report: &Report, _: MissingValue) -> Result<RenderedReport, String> {
        Ok(RenderedReport { pdf: Bytes::from(serde_json::to_vec(report).unwrap()), warnings: vec![], pages: 1 })
    }
}

/// What happens to a job at a record: it dies before it is written or after, or another attempt writes it first.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kill {
    Before(&'static str),
    After(&'static str),
    Overtaken(&'static str),
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
}

/// Keeps the events of jobs that follow; each effect once, as the core has it.
struct Following(Arc<Mutex<Vec<AcceptedEvent>>>);

#[async_trait]
impl Follows for Following {
    async fn follow(&self, event: AcceptedEvent) -> Result<(), AcceptError> {
        let mut followed = self.0.lock().unwrap();
        if !followed.iter().any(|known| known.effect_key == event.effect_key) {
            followed.push(event);
        }
        Ok(())
    }
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
        let value = match self.kill {
            // The other one announced its mail with the same report.
            Some(Kill::Overtaken("prepared")) if step == "prepared" => {
                let mut theirs = value;
                theirs["next"]["mailing"]["attempt"] = json!(99);
                theirs
            }
            Some(Kill::Overtaken(at)) if at == step => json!({ "at": self.clock.now(), "attempt": 99, "message_id": "<x@y>" }),
            _ => value,
        };
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
}
