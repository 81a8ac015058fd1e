//! Asking others over HTTP, and what works on the events of platforms and services.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use reqwest::header;
use reqwest::redirect::Policy;
use secrecy::ExposeSecret as _;

use crate::app::App;
use crate::clock::Clock;
use crate::delivery::mail::refusal::About;
use crate::delivery::mail::{Mailer, OutgoingMail, SendOutcome};
use crate::gateway::Gateway;
use crate::gateway::catalogue;
use crate::gateway::egress::Egress as _;
use crate::gateway::guard::Guard;
use crate::gateway::guard::resolver::refusal;
use crate::gateway::model::NewEvent;
use crate::inbound::notice::{NOTICE, Notices, Postman, Ready};
use crate::inbound::scores::{PostScores, SCORE, WithScores};
use crate::inbound::{self, Forward, Inbound, Outgoing};
use crate::intake::belonging::Belonging;
use crate::intake::outside::{Answered, Ask, NamedBy, Outside, OutsideError, Sent};
use crate::intake::sources::Tools;
use crate::jobs::handler::{Handlers, JobError, JobKind};
use crate::model::ids::JobId;
use crate::model::person::EmailAddress;
use crate::report::language::Language;
use crate::text::one_line;

/// Time to connect.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// What sources work with.
pub fn tools(clock: &Arc<dyn Clock>) -> anyhow::Result<Tools> {
    Ok(Tools { outside: Some(Arc::new(Http::new()?)), clock: Arc::clone(clock) })
}

/// The handlers with that of platform events, where a platform or a service that sends some is configured.
pub fn with_handler(app: &App, handlers: Handlers) -> anyhow::Result<Handlers> {
    let config = &app.config.intake;
    let handlers = with_scores(app, handlers);
    let is_on = app.sources.all().iter().any(|source| !source.may_be_unsigned() && source.is_on(config.secrets(source.name())));
    if !is_on {
        return Ok(handlers);
    }
    let forward: Option<Arc<dyn Forward>> = if config.institutions.is_empty() {
        None
    } else {
        Some(Arc::new(ToGateway { gateway: app.gateway.clone(), institutions: config.institutions.clone() }))
    };
    let outside = Arc::new(Http::new()?.guarded(&Guard::new(app.config.gateway.guard.clone()))?);
    let texts = app.texts.clone();
    let post = Arc::new(Post::of(app));
    let inbound = Inbound::new(app.store.clone(), outside, forward)
        .telling(move || texts.changed())
        .noticing(config.transcription_notices.len(), app.jobs.clone());
    Ok(handlers.with(inbound::KIND, Arc::new(inbound)).with(NOTICE, Arc::new(Notices(post))))
}

/// With scores back to platforms, where they are switched on.
fn with_scores(app: &App, handlers: Handlers) -> Handlers {
    if !app.sources.all().iter().any(|source| source.scores().is_some()) {
        return handlers;
    }
    let reports = WithScores::new(app.pipeline.clone(), app.sources.clone(), app.jobs.clone());
    let pipeline = app.pipeline.clone();
    let scores = PostScores::new(app.sources.clone(), Arc::new(move |cause: &str, message: &str| pipeline.tell_admin(cause, message)));
    handlers.with(JobKind::REPORT, Arc::new(reports)).with(SCORE, Arc::new(scores))
}

/// Tells institutions' endpoints of what platforms told us.
struct ToGateway {
    gateway: Arc<Gateway>,
    institutions: Belonging,
}

#[async_trait]
impl Forward for ToGateway {
    async fn forward(&self, event: Outgoing) -> Result<(), String> {
        let Some(named) = self.institutions.of(&event.source, event.course.as_deref()) else { return Ok(()) };
        if !self.gateway.is_on() {
            // What nobody can hear of is kept all the same.
            return Ok(());
        }
        catalogue::check(event.kind, &event.data)?;
        let found = self.gateway.find_institution(named).await.map_err(|error| error.to_string())?;
        let Some(institution) = found else {
            return Err(format!("there is no institution '{named}'; create it, or correct PLATFORM_INSTITUTION"));
        };
        let text = |key: &str| event.data.get(key).and_then(serde_json::Value::as_str).map(ToOwned::to_owned);
        let subject = text("userId");
        let new = NewEvent {
            event_type: event.kind.to_owned(),
            payload: event.data.to_string(),
            event_id: Some(event.key.clone()),
            // Events about one thing stay in their order.
            key: subject.clone().or_else(|| text("contentId")).or_else(|| text("videoId")).or_else(|| text("linkId")),
            subject,
            ..NewEvent::default()
        };
        self.gateway.publish(institution.id, new, Some(&event.key)).await.map(drop).map_err(|error| error.to_string())
    }
}

/// Mails to those who asked to hear of transcriptions.
struct Post {
    mailer: Arc<Mailer>,
    people: Vec<EmailAddress>,
    language: Language,
}

impl Post {
    fn of(app: &App) -> Self {
        Self { mailer: app.mailer.clone(), people: app.config.intake.transcription_notices.clone(), language: app.config.pipeline.language }
    }

    /// Subject and text.
    fn words(&self, ready: &Ready) -> (String, String) {
        let (video, count) = (one_line(&ready.video), ready.characters);
        let course = ready.course.as_deref().map(one_line);
        let of = |words: &str| course.as_ref().map_or_else(String::new, |course| format!(" ({words} {course})"));
        match self.language {
            Language::Es => (
                format!("Transcripción lista: {video}"),
                format!("La transcripción del video {video}{} está lista y se puede buscar: {count} caracteres.", of("curso")),
            ),
            Language::En => (
                format!("Transcription ready: {video}"),
                format!("The transcription of video {video}{} is ready and can be searched: {count} characters.", of("course")),
            ),
            Language::Pt => (
                format!("Transcrição pronta: {video}"),
                format!("A transcrição do vídeo {video}{} está pronta e pode ser pesquisada: {count} caracteres.", of("curso")),
            ),
        }
    }
}

#[async_trait]
impl Postman for Post {
    fn people(&self) -> &[EmailAddress] {
        &self.people
    }

    async fn send(&self, job: &JobId, to: &EmailAddress, ready: &Ready, at: jiff::Timestamp) -> Result<String, JobError> {
        let (subject, text) = self.words(ready);
        let mail = OutgoingMail {
            to: to.clone(),
            to_name: None,
            subject,
            text: format!("{text}\n"),
            html: None,
            attachments: Vec::new(),
            logo: None,
            message_id: self.mailer.message_id(&job.to_string()),
            date: at,
        };
        match self.mailer.send(&mail).await {
            SendOutcome::Sent(reply) => Ok(reply),
            SendOutcome::Refused(refusal) => match refusal.reason.about() {
                About::Address | About::Message => Err(JobError::park("mail_refused", refusal.text())),
                About::Account | About::Later => Err(JobError::retry_after("mail_unavailable", refusal.text(), refusal.held_for)),
            },
            // A notice that comes twice does less harm than one that never comes.
            SendOutcome::Ambiguous(words) => Err(JobError::retry("mail_unavailable", words)),
        }
    }
}

/// Asks over HTTP; addresses that strangers name go through the guard.
pub struct Http {
    client: reqwest::Client,
    /// For addresses that strangers name: what may be called, and a client that dials judged addresses only.
    guarded: Option<(Guard, reqwest::Client)>,
}

impl Http {
    /// One client for all.
    #[expect(clippy::disallowed_methods, reason = "addresses that the operator configured")]
    pub fn new() -> anyhow::Result<Self> {
        super::install_tls_provider();
        let client = reqwest::Client::builder().redirect(Policy::none()).connect_timeout(CONNECT_LIMIT).build();
        Ok(Self { client: client.context("cannot make an HTTP client")?, guarded: None })
    }

    /// With the guard, for addresses that strangers name; without it none of those is asked.
    #[expect(clippy::disallowed_methods, reason = "this client dials only what the guard judged")]
    pub fn guarded(mut self, guard: &Guard) -> anyhow::Result<Self> {
        let mut client = reqwest::Client::builder().redirect(Policy::none()).connect_timeout(CONNECT_LIMIT).no_proxy();
        if let Some(resolver) = guard.resolver() {
            client = client.dns_resolver(resolver);
        }
        if let Some(proxy) = guard.proxy() {
            client = client.proxy(reqwest::Proxy::all(proxy.as_str()).context("WEBHOOK_PROXY")?);
        }
        self.guarded = Some((guard.clone(), client.build().context("cannot make an HTTP client")?));
        Ok(self)
    }

    async fn answer(&self, client: &reqwest::Client, ask: &Ask) -> Result<Answered, OutsideError> {
        let mut request = match &ask.sent {
            Sent::Nothing => client.get(ask.url.clone()),
            Sent::Form(form) => client.post(ask.url.clone()).form(form),
            Sent::Body(media, body) => client.post(ask.url.clone()).header(header::CONTENT_TYPE, *media).body(body.clone()),
        };
        if let Some(token) = &ask.bearer {
            request = request.bearer_auth(token.expose_secret());
        }
        let mut response = request.send().await.map_err(no_answer)?;
        let headers =
            response.headers().iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        let mut answered = Answered { status: response.status().as_u16(), headers: headers.collect(), body: Vec::new() };
        while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
            if answered.body.len() + chunk.len() > ask.most_bytes {
                return Err(OutsideError::TooLarge(ask.most_bytes));
            }
            answered.body.extend_from_slice(&chunk);
        }
        Ok(answered)
    }
}

/// Without the address, whose path or query may be a secret.
fn no_answer(error: reqwest::Error) -> OutsideError {
    let error = error.without_url();
    if let Some(refused) = refusal(&error) {
        return OutsideError::Refused(refused.to_string());
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    OutsideError::NoAnswer(text)
}

#[async_trait]
impl Outside for Http {
    async fn ask(&self, ask: &Ask) -> Result<Answered, OutsideError> {
        let client = match (ask.named_by, &self.guarded) {
            (NamedBy::Operator, _) => &self.client,
            (NamedBy::Stranger, Some((guard, client))) => {
                guard.check(&ask.url).map_err(OutsideError::Refused)?;
                client
            }
            (NamedBy::Stranger, None) => return Err(OutsideError::Refused("addresses from outside are not asked here".to_owned())),
        };
        let limit = || OutsideError::NoAnswer(format!("not within {} s", ask.time_limit.as_secs()));
        tokio::time::timeout(ask.time_limit, self.answer(client, ask)).await.map_err(|_| limit())?
    }
}
