//! What the console needs of the rest of the house.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::app::identity::{IdentityAwareProxy, OpenIdProvider};
use crate::app::workshop::Bench;
use crate::app::{App, parts};
use crate::clock::Clock;
use crate::config::Config;
use crate::delivery::mail::{Mailer, OutgoingMail, SendOutcome};
use crate::http::console::PAGES;
use crate::http::console::config::{ConsoleConfig, Setting};
use crate::http::console::links::shell_link;
use crate::http::console::provider::{Provider, Proxy};
use crate::http::console::session::Keys;
use crate::http::console::state::{Console, Courier, Diagnosis, Line, Parts, Site};
use crate::http::console::words::Language;
use crate::http::readiness::Readiness;
use crate::http::refusals::Refusals;
use crate::intake::sources::learnworlds::client::LearnWorldsClient;
use crate::lookup::Lookup;
use crate::model::person::EmailAddress;
use crate::model::role::Role;
use crate::privacy::Privacy;
use crate::report::language::Language as ReportLanguage;
use crate::sealing::chance;

/// The platform is not asked again so soon.
const PLATFORM_FRESH: Duration = Duration::from_mins(1);
/// And may take so long to answer.
const PLATFORM_LIMIT: Duration = Duration::from_secs(4);

/// The console's settings, with the token that the whole service shares.
fn settings(config: &Config) -> ConsoleConfig {
    ConsoleConfig { admin_token: config.http.admin_token.clone(), ..config.console.clone() }
}

/// The address of a page that signs its visitor in, once and within fifteen minutes, for whoever has the settings at hand.
///
/// # Errors
/// Nothing is set that sessions are signed with; what to set.
pub fn link(config: &Config, role: Role, name: &str, now: Timestamp) -> anyhow::Result<String> {
    let port = config.http.port;
    let config = settings(config);
    if !config.is_on() {
        bail!("the console is off: set ADMIN_TOKEN (openssl rand -hex 24) and restart the service, and leave CONSOLE at on or only");
    }
    let origin = config.url.as_ref().map_or_else(|| format!("http://localhost:{port}"), |url| url.origin().ascii_serialization());
    Ok(format!("{origin}{}", shell_link(&Keys::of(&config), role, name, now)))
}

/// The console, when it is on and somebody can sign in.
pub(super) fn open(
    app: &App,
    refusals: &Arc<Refusals>,
    lookup: &Arc<Lookup>,
    privacy: &Arc<Privacy>,
) -> anyhow::Result<Option<Arc<Console>>> {
    let config = settings(&app.config);
    if !config.is_on() {
        return Ok(None);
    }
    let pipeline = &app.config.pipeline;
    let language = match pipeline.language {
        ReportLanguage::Es => Language::Es,
        ReportLanguage::En => Language::En,
        ReportLanguage::Pt => Language::Pt,
    };
    let site = Site {
        school: pipeline.school.clone().or_else(|| app.mailer.sender_name().map(ToOwned::to_owned)),
        zone: pipeline.zone.clone(),
        language,
        is_demo: config.is_demo,
        has_gateway: app.gateway.is_on(),
        pages: PAGES.to_vec(),
    };
    let provider = match &config.oidc {
        Some(oidc) => Some(Arc::new(OpenIdProvider::new(oidc.clone())?) as Arc<dyn Provider>),
        None => None,
    };
    let proxy = match &config.iap {
        Some(iap) => Some(Arc::new(IdentityAwareProxy::new(iap)?) as Arc<dyn Proxy>),
        None => None,
    };
    let fonts = crate::app::load_fonts(app.config.font_dir.as_deref())?;
    Ok(Some(Console::new(Parts {
        config,
        site,
        store: Arc::clone(&app.store),
        clock: Arc::clone(&app.clock),
        operator: app.jobs.operator(),
        refusals: Arc::clone(refusals),
        proxies: app.config.http.proxies.clone(),
        diagnosis: Arc::new(Doctor::of(app)),
        courier: Arc::new(Post { mailer: Arc::clone(&app.mailer), clock: Arc::clone(&app.clock) }),
        jobs: Arc::clone(&app.jobs),
        lookup: Arc::clone(lookup),
        workshop: Arc::new(Bench::new(Arc::clone(&app.pipeline), fonts)),
        provider,
        proxy,
        access: Arc::clone(&app.access),
        gateway: Arc::clone(&app.gateway),
        privacy: Arc::clone(privacy),
        texts: Arc::clone(&app.texts),
    })))
}

/// The lines that `doctor` would say of a running service.
struct Doctor {
    readiness: Readiness,
    clock: Arc<dyn Clock>,
    platform: Option<Arc<LearnWorldsClient>>,
    last_platform: Mutex<Option<(Timestamp, Result<String, String>)>>,
    settings: Vec<Setting>,
}

impl Doctor {
    fn of(app: &App) -> Self {
        Self {
            readiness: Readiness::new(parts::readiness(app)),
            clock: Arc::clone(&app.clock),
            platform: parts::learnworlds(&app.config, &app.clock).ok().flatten(),
            last_platform: Mutex::default(),
            settings: app.config.console.settings.clone(),
        }
    }

    /// The platform's API, really asked, at most once a minute.
    async fn platform(&self) -> Line {
        let Some(client) = &self.platform else {
            let detail = "not connected; answers come with the calls only (SCHOOL_DOMAIN, CLIENT_ID and CLIENT_SECRET or ACCESS_TOKEN)";
            return Line { group: "platform", name: "platform".to_owned(), ok: None, detail: detail.to_owned() };
        };
        let mut last = self.last_platform.lock().await;
        let now = self.clock.now();
        let answer = match last.as_ref() {
            Some((at, answer)) if now.duration_since(*at).unsigned_abs() < PLATFORM_FRESH => answer.clone(),
            _ => match tokio::time::timeout(PLATFORM_LIMIT, client.check()).await {
                Ok(Ok(())) => Ok("the platform takes our credentials".to_owned()),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err(format!("no answer within {} seconds", PLATFORM_LIMIT.as_secs())),
            },
        };
        *last = Some((now, answer.clone()));
        let ok = Some(answer.is_ok());
        Line { group: "platform", name: "platform".to_owned(), ok, detail: answer.unwrap_or_else(|problem| problem) }
    }
}

#[async_trait]
impl Diagnosis for Doctor {
    async fn lines(&self) -> Vec<Line> {
        let (report, platform) = tokio::join!(self.readiness.report(self.clock.now()), self.platform());
        let mut lines = vec![platform];
        lines.extend(report.parts.into_iter().map(|part| Line {
            group: group(part.name),
            name: part.name.to_owned(),
            ok: Some(part.ok),
            detail: part.detail.unwrap_or_default(),
        }));
        lines
    }

    fn settings(&self) -> Vec<Setting> {
        self.settings.clone()
    }
}

fn group(name: &str) -> &'static str {
    match name {
        "storage" => "storage",
        "mail" => "mail",
        "template" | "question banks" => "files",
        _ => "service",
    }
}

/// Mails of the console itself.
struct Post {
    mailer: Arc<Mailer>,
    clock: Arc<dyn Clock>,
}

#[async_trait]
impl Courier for Post {
    async fn send(&self, to: &EmailAddress, subject: &str, text: &str) -> Result<String, String> {
        let name = format!("console-{}", hex::encode(chance::<12>()));
        let mail = OutgoingMail {
            to: to.clone(),
            to_name: None,
            subject: subject.to_owned(),
            text: format!("{text}\n"),
            html: None,
            attachments: Vec::new(),
            logo: None,
            message_id: self.mailer.message_id(&name),
            date: self.clock.now(),
        };
        match self.mailer.send(&mail).await {
            SendOutcome::Sent(reply) => Ok(reply),
            SendOutcome::Refused(refusal) => Err(refusal.text()),
            SendOutcome::Ambiguous(words) => Err(words),
        }
    }
}
