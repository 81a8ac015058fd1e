//! Where seams meet what fills them: the report engine behind the pipeline, the parts behind `/ready`.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::delivery::mail::{Mailer, Tally};
use crate::http::health::Part;
use crate::http::metrics::Totals;
use crate::http::tasks::Upkeep;
use crate::intake::sources::learnworlds::client::LearnWorldsClient;
use crate::jobs::Jobs;
use crate::pipeline::config::MissingValue;
use crate::pipeline::fetch::LearnWorldsSubmissions;
use crate::pipeline::render::{OpenTemplate, Printed, Renderer};
use crate::pipeline::{self, Pipeline};
use crate::report::data::{Report, ReportData};
use crate::report::fonts::Fonts;
use crate::report::language::Language;
use crate::report::pdf::Writer;
use crate::report::starter::catalogue::{ALL, Starter};
use crate::report::template::{FillOptions, Missing, Template};
use crate::report::{self, Options};
use crate::storage::Store;
use crate::storage::key::QUESTIONS_FOLDER;

/// A job that is overdue for longer means that nobody works.
const LATE: Duration = Duration::from_mins(15);
/// A mail server that answered is not asked again so soon: probes come every few seconds.
const MAIL_FRESH: Duration = Duration::from_mins(5);

/// The platform's API, when it is configured.
pub fn learnworlds(config: &Config, clock: &Arc<dyn Clock>) -> anyhow::Result<Option<Arc<LearnWorldsClient>>> {
    if !config.learnworlds.is_configured() {
        return Ok(None);
    }
    let client = LearnWorldsClient::new(&config.learnworlds, Arc::clone(clock)).context("cannot set up the platform's API")?;
    Ok(Some(Arc::new(client)))
}

/// The pipeline over its parts.
pub fn pipeline(config: &Config, store: Arc<dyn Store>, mailer: Arc<Mailer>, clock: Arc<dyn Clock>) -> anyhow::Result<Arc<Pipeline>> {
    let client = learnworlds(config, &clock)?;
    let fonts = crate::app::load_fonts(config.font_dir.as_deref())?;
    let parts = pipeline::Parts {
        config: config.pipeline.clone(),
        clock,
        store,
        submissions: Arc::new(LearnWorldsSubmissions::new(client, config.learnworlds.clone())),
        renderer: Arc::new(Engine { fonts, writer: Arc::default() }),
        mailer,
    };
    Ok(Arc::new(Pipeline::new(parts)?))
}

/// The report engine as the pipeline sees it.
struct Engine {
    fonts: Fonts,
    writer: Arc<Writer>,
}

impl Renderer for Engine {
    fn open(&self, docx: &[u8]) -> Result<Box<dyn OpenTemplate>, String> {
        let template = Template::parse(docx).map_err(|error| error.to_string())?;
        let findings = template.check(None);
        if findings.is_empty() {
            return Ok(Box::new(Opened { template, fonts: self.fonts.clone(), writer: Arc::clone(&self.writer) }));
        }
        Err(findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    }

    fn bundled(&self, file: Option<&str>, language: Language) -> Option<Bytes> {
        let starter = file.map_or(Some(&ALL[0]), Starter::find)?;
        starter.bytes(language).ok()
    }
}

struct Opened {
    template: Template,
    fonts: Fonts,
    writer: Arc<Writer>,
}

impl OpenTemplate for Opened {
    fn render(&self, report: &Report, missing: MissingValue) -> Result<Printed, String> {
        let missing = match missing {
            MissingValue::Error => Missing::Error,
            MissingValue::Blank => Missing::Blank,
            MissingValue::Dash => Missing::Dash,
        };
        let options =
            Options { fill: FillOptions { missing, ..FillOptions::default() }, writer: Arc::clone(&self.writer), ..Options::default() };
        let rendered =
            report::render(&self.template, &ReportData::new(report), &self.fonts, &options).map_err(|error| error.to_string())?;
        Ok(Printed { pdf: rendered.pdf.into(), warnings: rendered.warnings.iter().map(ToString::to_string).collect() })
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

/// What became of the mails, as `/metrics` tells it.
pub struct MailTotals(pub Arc<Mailer>);

impl Totals for MailTotals {
    fn totals(&self) -> Vec<(&'static str, u64)> {
        let Tally { sent, refused, transient, ambiguous } = self.0.tally();
        vec![("sent", sent), ("refused", refused), ("transient", transient), ("ambiguous", ambiguous)]
    }
}

/// The parts behind `/ready`.
pub fn readiness(app: &App) -> Vec<Arc<dyn Part>> {
    let mut parts: Vec<Arc<dyn Part>> = vec![Arc::new(StoragePart(Arc::clone(&app.store)))];
    parts.extend(checks(app));
    parts.push(Arc::new(WorkersPart(Arc::clone(&app.jobs))));
    parts
}

/// The parts that can be tried without a running service; `doctor` asks them too, and tries the storage more thoroughly than a probe may.
pub fn checks(app: &App) -> Vec<Arc<dyn Part>> {
    vec![
        Arc::new(MailPart { mailer: Arc::clone(&app.mailer), clock: Arc::clone(&app.clock), good_until: Mutex::new(None) }),
        Arc::new(TemplatePart(Arc::clone(&app.pipeline))),
        Arc::new(BanksPart(Arc::clone(&app.store))),
        Arc::new(OldestJobPart(Arc::clone(&app.jobs))),
    ]
}

struct StoragePart(Arc<dyn Store>);

#[async_trait]
impl Part for StoragePart {
    fn name(&self) -> &'static str {
        "storage"
    }

    async fn check(&self) -> Result<String, String> {
        self.0.list(QUESTIONS_FOLDER, None, 1).await.map(|_| "reachable".to_owned()).map_err(|error| error.to_string())
    }
}

struct MailPart {
    mailer: Arc<Mailer>,
    clock: Arc<dyn Clock>,
    good_until: Mutex<Option<Timestamp>>,
}

#[async_trait]
impl Part for MailPart {
    fn name(&self) -> &'static str {
        "mail"
    }

    async fn check(&self) -> Result<String, String> {
        let mut good_until = self.good_until.lock().await;
        let now = self.clock.now();
        if good_until.is_none_or(|until| now > until) {
            self.mailer.check().await?;
            *good_until = now.saturating_add(MAIL_FRESH).ok();
        }
        Ok(self.mailer.describe())
    }
}

struct TemplatePart(Arc<Pipeline>);

#[async_trait]
impl Part for TemplatePart {
    fn name(&self) -> &'static str {
        "template"
    }

    async fn check(&self) -> Result<String, String> {
        self.0.check_template().await.map(|()| "usable".to_owned())
    }
}

struct BanksPart(Arc<dyn Store>);

#[async_trait]
impl Part for BanksPart {
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

struct WorkersPart(Arc<Jobs>);

#[async_trait]
impl Part for WorkersPart {
    fn name(&self) -> &'static str {
        "workers"
    }

    async fn check(&self) -> Result<String, String> {
        let status = self.0.status().await;
        match status.workers_alive {
            0 => Err("no worker is alive; restart the service".to_owned()),
            n => Ok(format!("{n} alive, {} at work, {} jobs waiting", status.running, status.depth)),
        }
    }
}

struct OldestJobPart(Arc<Jobs>);

#[async_trait]
impl Part for OldestJobPart {
    fn name(&self) -> &'static str {
        "oldest job"
    }

    async fn check(&self) -> Result<String, String> {
        match self.0.status().await.oldest_due {
            None => Ok("nothing is overdue".to_owned()),
            Some(age) if age < LATE => Ok(format!("overdue for {} s", age.as_secs())),
            Some(age) => Err(format!("overdue for {} min; see gradepost jobs list and the log", age.as_secs() / 60)),
        }
    }
}
