//! Where seams meet what fills them: the report engine behind the pipeline, the parts behind `/ready`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use bytes::Bytes;
use docx_to_pdf::fonts::Fonts;
use docx_to_pdf::pdf::Writer;
use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::delivery::mail::{Mailer, Tally};
use crate::gateway::guard::Guard;
use crate::gateway::ids::Chance;
use crate::gateway::{self, Gateway};
use crate::http::console::config::Mode;
use crate::http::metrics::{Lag, Metrics, Totals};
use crate::http::readiness::Check;
use crate::http::state::{AdminNotices, Sentence};
use crate::http::task_gate::Upkeep;
use crate::intake::source::Source;
use crate::intake::sources::learnworlds::LearnWorlds;
use crate::intake::sources::learnworlds::client::LearnWorldsClient;
use crate::intake::sources::{self, Registry};
use crate::jobs::Jobs;
use crate::jobs::lane::QueueStatus;
use crate::lookup::attempts::AttemptLog;
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::model::mentions::Marks;
use crate::pipeline::config::{MissingValue, PipelineConfig};
use crate::pipeline::consent::{Consent, IsBlocked};
use crate::pipeline::engine::{OpenTemplate, RenderedReport, Renderer};
use crate::pipeline::{self, Pipeline, StepObserver};
use crate::privacy::wishes::Wishes;
use crate::privacy::{Derived, Elsewhere};
use crate::report::data::{Report, ReportData};
use crate::report::language::Language;
use crate::report::starter::catalogue::{ALL, BundledTemplate};
use crate::report::template::{FillOptions, Missing, Template};
use crate::report::{self, Options};
use crate::storage::key::QUESTIONS_FOLDER;
use crate::storage::{Store, StoreError};

/// A job that is overdue for longer means that nobody works.
const LATE: Duration = Duration::from_mins(15);
/// A mail server is not asked again so soon, whatever it answered: too many log-ins with a wrong password lock an account.
const MAIL_FRESH: Duration = Duration::from_mins(5);
/// How long the jobs' status serves several checks.
const STATUS_FRESH: Duration = Duration::from_secs(2);

/// The platform's API, when it is configured.
pub fn learnworlds(config: &Config, clock: &Arc<dyn Clock>) -> anyhow::Result<Option<Arc<LearnWorldsClient>>> {
    if !config.learnworlds.is_configured() {
        return Ok(None);
    }
    let client = LearnWorldsClient::new(&config.learnworlds, Arc::clone(clock)).context("cannot set up the platform's API")?;
    Ok(Some(Arc::new(client)))
}

/// The platforms, each with its API where that is configured.
pub fn sources(config: &Config, clock: &Arc<dyn Clock>) -> anyhow::Result<Registry> {
    let learnworlds: Arc<dyn Source> = Arc::new(LearnWorlds::new(learnworlds(config, clock)?, config.learnworlds.clone(), clock));
    let tools = crate::app::inbound::tools(clock)?;
    let others = sources::platforms(&config.intake.platforms, &tools);
    Ok(Registry::new(std::iter::once(learnworlds).chain(others).collect()))
}

/// The pipeline over its parts.
pub fn pipeline(
    config: &Config,
    store: Arc<dyn Store>,
    mailer: Arc<Mailer>,
    clock: Arc<dyn Clock>,
    sources: Registry,
    wishes: Arc<Wishes>,
) -> anyhow::Result<Arc<Pipeline>> {
    let fonts = crate::app::load_fonts(config.font_dir.as_deref())?;
    let parts = pipeline::Parts {
        config: PipelineConfig { memory: crate::app::memory::limit(), ..config.pipeline.clone() },
        clock,
        store,
        submissions: Arc::new(sources),
        renderer: Arc::new(Engine { fonts, writer: Arc::default() }),
        mailer,
        consent: Arc::new(PersonsWishes(wishes)),
    };
    Ok(Arc::new(Pipeline::new(parts)?))
}

/// The gateway over its parts.
pub fn gateway(config: &Config, store: &Arc<dyn Store>, jobs: &Arc<Jobs>, clock: &Arc<dyn Clock>) -> anyhow::Result<Gateway> {
    let gateway = Gateway::new(gateway::Parts {
        store: Arc::clone(store),
        clock: Arc::clone(clock),
        jobs: Arc::clone(jobs),
        config: config.gateway.clone(),
        has_admin: config.http.admin_token.is_some() || config.access.open || config.kafka.is_some(),
        chance: Chance::of_the_system(),
        egress: Arc::new(Guard::new(config.gateway.guard.clone())),
    });
    gateway.map_err(anyhow::Error::msg)
}

/// The report engine as the pipeline sees it.
struct Engine {
    fonts: Fonts,
    writer: Arc<Writer>,
}

impl Renderer for Engine {
    fn open(&self, docx: &[u8], language: Language) -> Result<Box<dyn OpenTemplate>, String> {
        let template = Template::parse(docx).map_err(|error| error.describe(language))?;
        let findings = template.mistakes();
        if findings.is_empty() {
            return Ok(Box::new(Opened { template, fonts: self.fonts.clone(), writer: Arc::clone(&self.writer) }));
        }
        Err(findings.iter().map(|finding| finding.describe(language)).collect::<Vec<_>>().join("; "))
    }

    fn bundled(&self, file: Option<&str>, language: Language) -> Option<Bytes> {
        let starter = file.map_or(Some(&ALL[0]), BundledTemplate::find)?;
        starter.bytes(language).ok()
    }
}

struct Opened {
    template: Template,
    fonts: Fonts,
    writer: Arc<Writer>,
}

impl Opened {
    fn options(&self, missing: MissingValue) -> Options {
        let missing = match missing {
            MissingValue::Error => Missing::Error,
            MissingValue::Blank => Missing::Blank,
            MissingValue::Dash => Missing::Dash,
        };
        Options { fill: FillOptions { missing, ..FillOptions::default() }, writer: Arc::clone(&self.writer), ..Options::default() }
    }
}

impl OpenTemplate for Opened {
    fn pictures(&self, report: &Report, missing: MissingValue) -> Result<Vec<String>, String> {
        let data = ReportData::new(report);
        report::pictures(&self.template, &data, &self.fonts, &self.options(missing)).map_err(|error| error.to_string())
    }

    fn render(&self, report: &Report, missing: MissingValue) -> Result<RenderedReport, String> {
        let options = self.options(missing);
        let rendered =
            report::render(&self.template, &ReportData::new(report), &self.fonts, &options).map_err(|error| error.to_string())?;
        let warnings = rendered.warnings.iter().map(ToString::to_string).collect();
        Ok(RenderedReport { pdf: rendered.pdf.into(), warnings, pages: rendered.pages })
    }
}

/// The pipeline's upkeep, as `/tasks/sweep` asks for it.
pub struct PipelineUpkeep(pub Arc<Pipeline>);

#[async_trait]
impl Upkeep for PipelineUpkeep {
    async fn keep_up(&self) -> Result<(), String> {
        self.0.upkeep().await.map(drop).map_err(|error| error.to_string())
    }
}

/// How far what is derived from ended jobs is behind, as `/metrics` tells it.
pub struct ProjectionLag(pub Arc<Pipeline>);

impl Lag for ProjectionLag {
    fn lag(&self) -> Duration {
        self.0.lag().unwrap_or_default()
    }
}

/// What became of the mails, as `/metrics` tells it.
pub struct MailTotals(pub Arc<Mailer>);

impl Totals for MailTotals {
    fn totals(&self) -> Vec<(&'static str, u64)> {
        let Tally { sent, refused, transient, held, ambiguous } = self.0.tally();
        vec![("sent", sent), ("refused", refused), ("transient", transient), ("held", held), ("ambiguous", ambiguous)]
    }
}

/// The checks behind `/ready`.
pub fn readiness(app: &App) -> Vec<Arc<dyn Check>> {
    let status = JobStatus::of(app);
    let mut all: Vec<Arc<dyn Check>> = vec![Arc::new(StorageCheck(Arc::clone(&app.store)))];
    all.extend(checks_with(app, &status));
    // Where only the console is served, another service works.
    if app.config.console.mode != Mode::Only {
        all.push(Arc::new(WorkersCheck(status)));
        all.push(Arc::new(ProjectionsCheck(Arc::clone(&app.pipeline))));
        all.extend(app.kafka.as_ref().map(|bridge| crate::app::kafka_check::running_check(bridge)));
    }
    all
}

/// The parts that can be tried without a running service; `doctor` asks them too, and tries the storage more thoroughly than a probe may.
pub fn checks(app: &App) -> Vec<Arc<dyn Check>> {
    checks_with(app, &JobStatus::of(app))
}

fn checks_with(app: &App, status: &JobStatus) -> Vec<Arc<dyn Check>> {
    vec![
        Arc::new(MailCheck { mailer: Arc::clone(&app.mailer), clock: Arc::clone(&app.clock), last: Mutex::new(None) }),
        Arc::new(TemplateCheck(Arc::clone(&app.pipeline))),
        Arc::new(BanksCheck(Arc::clone(&app.store))),
        Arc::new(OldestJobCheck(status.clone())),
    ]
}

struct StorageCheck(Arc<dyn Store>);

#[async_trait]
impl Check for StorageCheck {
    fn name(&self) -> &'static str {
        "storage"
    }

    async fn check(&self) -> Result<String, String> {
        self.0.list(QUESTIONS_FOLDER, None, 1).await.map(|_| "reachable".to_owned()).map_err(|error| error.to_string())
    }
}

/// Probes come every few seconds, and each real check is a log-in at the mail server: so it is made once in a while, and what was really sent meanwhile counts, too.
struct MailCheck {
    mailer: Arc<Mailer>,
    clock: Arc<dyn Clock>,
    last: Mutex<Option<CheckedMail>>,
}

struct CheckedMail {
    at: Timestamp,
    result: Result<(), String>,
    /// Mails sent until then.
    sent: u64,
}

#[async_trait]
impl Check for MailCheck {
    fn name(&self) -> &'static str {
        "mail"
    }

    async fn check(&self) -> Result<String, String> {
        // What the last mail met says more than a login that works.
        if let Some(refusal) = self.mailer.held() {
            return Err(refusal.text());
        }
        let mut last = self.last.lock().await;
        let (now, sent) = (self.clock.now(), self.mailer.tally().sent);
        let is_fresh = |checked: &CheckedMail| now.duration_since(checked.at).unsigned_abs() < MAIL_FRESH;
        let result = match last.as_ref() {
            Some(checked) if sent > checked.sent => Ok(()),
            Some(checked) if is_fresh(checked) => checked.result.clone(),
            _ => self.mailer.check().await.map_err(|refusal| refusal.text()),
        };
        if last.as_ref().is_none_or(|checked| !is_fresh(checked) || sent > checked.sent) {
            *last = Some(CheckedMail { at: now, result: result.clone(), sent });
        }
        result.map(|()| self.mailer.describe())
    }
}

struct TemplateCheck(Arc<Pipeline>);

#[async_trait]
impl Check for TemplateCheck {
    fn name(&self) -> &'static str {
        "template"
    }

    async fn check(&self) -> Result<String, String> {
        self.0.check_template().await.map(|()| "usable".to_owned())
    }
}

struct BanksCheck(Arc<dyn Store>);

#[async_trait]
impl Check for BanksCheck {
    fn name(&self) -> &'static str {
        "question banks"
    }

    async fn check(&self) -> Result<String, String> {
        const MANY: usize = 1000;
        let banks = self.0.list(QUESTIONS_FOLDER, None, MANY).await.map_err(|error| error.to_string())?.len();
        match banks {
            // A new school starts without; completions park until there is one.
            0 => Ok(format!("none yet; put <assessment title>.csv into {QUESTIONS_FOLDER}")),
            1 => Ok("1 bank".to_owned()),
            MANY.. => Ok(format!("{MANY} banks or more")),
            n => Ok(format!("{n} banks")),
        }
    }
}

struct WorkersCheck(JobStatus);

#[async_trait]
impl Check for WorkersCheck {
    fn name(&self) -> &'static str {
        "workers"
    }

    async fn check(&self) -> Result<String, String> {
        let status = self.0.get().await;
        match status.workers_alive {
            0 => Err("no worker is alive; restart the service".to_owned()),
            n => Ok(format!("{n} alive, {} at work, {} jobs waiting", status.running, status.depth)),
        }
    }
}

/// What is derived from ended jobs may lag behind without making the service unfit: reports go out all the same.
struct ProjectionsCheck(Arc<Pipeline>);

#[async_trait]
impl Check for ProjectionsCheck {
    fn name(&self) -> &'static str {
        "projections"
    }

    async fn check(&self) -> Result<String, String> {
        Ok(match self.0.lag() {
            Some(lag) if lag >= LATE => {
                format!("processed.csv, cohorts and alerts are {} min behind; the log says why", lag.as_secs() / 60)
            }
            Some(lag) => format!("{} s behind", lag.as_secs()),
            None => "up to date".to_owned(),
        })
    }
}

struct OldestJobCheck(JobStatus);

#[async_trait]
impl Check for OldestJobCheck {
    fn name(&self) -> &'static str {
        "oldest job"
    }

    async fn check(&self) -> Result<String, String> {
        match self.0.get().await.oldest_due {
            None => Ok("nothing is overdue".to_owned()),
            Some(age) if age < LATE => Ok(format!("overdue for {} s", age.as_secs())),
            Some(age) => Err(format!("overdue for {} min; see gradepost jobs list and the log", age.as_secs() / 60)),
        }
    }
}

/// The jobs' status, read once for all checks of one look: it lists the store.
#[derive(Clone)]
struct JobStatus {
    jobs: Arc<Jobs>,
    clock: Arc<dyn Clock>,
    last: Arc<Mutex<Option<(Timestamp, QueueStatus)>>>,
}

impl JobStatus {
    fn of(app: &App) -> Self {
        Self { jobs: Arc::clone(&app.jobs), clock: Arc::clone(&app.clock), last: Arc::default() }
    }

    async fn get(&self) -> QueueStatus {
        let mut last = self.last.lock().await;
        let now = self.clock.now();
        if let Some((at, status)) = *last
            && now.duration_since(at).unsigned_abs() < STATUS_FRESH
        {
            return status;
        }
        let status = self.jobs.status().await;
        *last = Some((now, status));
        status
    }
}

/// Tells the admin through the pipeline's alerts.
pub struct PipelineNotices(pub Arc<Pipeline>, pub Language);

#[async_trait]
impl AdminNotices for PipelineNotices {
    async fn tell(&self, cause: Cause, detail: &Sentence) {
        let words = match self.1 {
            Language::Es => &detail.es,
            Language::En => &detail.en,
            Language::Pt => &detail.pt,
        };
        self.0.tell_admin(cause.as_str(), words);
    }
}

/// What is derived from all students' results, as the privacy room sees it.
pub struct PipelineDerived(pub Arc<Pipeline>, pub Arc<dyn Clock>);

#[async_trait]
impl Derived for PipelineDerived {
    async fn rebuild(&self) -> Result<(), String> {
        self.0.rebuild("cohorts", self.1.now()).await.map(drop).map_err(|error| format!("{error:#}"))
    }

    async fn follow(&self, jobs: &BTreeSet<JobId>) -> Result<(), String> {
        self.0.follow_wishes(jobs).await.map_err(|error| error.to_string())
    }
}

/// What persons want, as the pipeline asks for it.
struct PersonsWishes(Arc<Wishes>);

#[async_trait]
impl Consent for PersonsWishes {
    async fn refusal(&self, student: &str) -> Result<Option<Cause>, StoreError> {
        Ok(self.0.of(student).await?.map(|wished| wished.wish.cause()))
    }

    async fn blocked(&self) -> Result<Option<IsBlocked>, StoreError> {
        let blocked = self.0.lately_blocked().await?;
        Ok(blocked.map(|blocked| -> IsBlocked { Arc::new(move |id, address| blocked.is(id, address)) }))
    }

    async fn is_erased(&self, claim: &str) -> Result<bool, StoreError> {
        self.0.is_buried(claim).await
    }

    async fn came_back(&self, job: &JobId) -> Result<(), StoreError> {
        self.0.note_back(job).await
    }
}

/// What the gateway keeps of a person, as the privacy room sees it.
pub struct OfTheGateway {
    /// Its events, students and answers.
    pub gateway: Arc<Gateway>,
    /// The index of calls, which holds answers, too.
    pub log: AttemptLog,
}

#[async_trait]
impl Elsewhere for OfTheGateway {
    async fn kept(&self, marks: &Marks, events: &BTreeSet<JobId>) -> Result<usize, String> {
        self.gateway.holdings_of(marks, events).await.map(|kept| kept.len()).map_err(|error| error.to_string())
    }

    async fn erase(&self, marks: &Marks, events: &BTreeSet<JobId>) -> Result<usize, String> {
        let erased = self.gateway.erase_person(marks, events).await.map_err(|error| error.to_string())?;
        if self.gateway.is_on() {
            // Made anew from the records, in which the answers are blank by now; another process on this disk notices that its file is gone.
            self.log.rebuild().await.map_err(|error| error.to_string())?;
        }
        Ok(erased)
    }
}

/// Where the pipeline's times go.
pub struct StepMetrics(pub Arc<Metrics>);

impl StepObserver for StepMetrics {
    fn step(&self, step: &'static str, took: Duration) {
        self.0.step(step, took);
    }

    fn warnings(&self, count: u64) {
        self.0.report_warnings(count);
    }
}
