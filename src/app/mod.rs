//! The composition root: opens the back ends, wires the rooms, starts server and workers.

mod attempt_log;
pub mod console;
pub mod descriptors;
pub mod gateway_mail;
mod identity;
pub mod inbound;
pub mod kafka;
mod kafka_check;
pub mod mails;
pub mod memory;
pub mod parts;
pub mod preview;
pub mod pubsub;
pub mod receiver;
pub mod refusals;
mod remote_keys;
pub mod school;
mod text_search;
pub mod trial;
mod workshop;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use bytes::Bytes;
use docx_to_pdf::fonts::Fonts;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::access::Access;
use crate::app::gateway_mail::GatewayMail;
use crate::app::pubsub::{GooglePublisher, PushCheck};
use crate::audit::Audit;
use crate::clock::Clock;
use crate::config::Config;
use crate::delivery::mail::Mailer;
use crate::delivery::mail::outbox::Outbox;
use crate::gateway::Gateway;
use crate::http::body::BodyBudget;
use crate::http::connections::ConnectionLimits;
use crate::http::console::config::Mode;
use crate::http::limits::RateLimit;
use crate::http::metrics::Metrics;
use crate::http::readiness::Readiness;
use crate::http::refusals::Refusals;
use crate::http::router::router;
use crate::http::server;
use crate::http::state::{AppState, Sources};
use crate::http::task_gate::{TaskGate, TokenCheck};
use crate::http::traffic::Traffic;
use crate::intake::sources::Registry;
use crate::jobs::Jobs;
use crate::jobs::bulk::{self, Bulk};
use crate::jobs::config::TaskQueue;
use crate::jobs::operator::Operator;
use crate::jobs::waker::Waker;
use crate::jobs::waker::pubsub::PubSub;
use crate::jobs::waker::touch::Touch;
use crate::kafka::Bridge;
use crate::lookup::attempts::AttemptLog;
use crate::lookup::texts::TextSearch;
use crate::lookup::unseen::Blocks;
use crate::lookup::{self, FileLocation, Lookup};
use crate::pipeline::Pipeline;
use crate::privacy::wishes::Wishes;
use crate::privacy::{self, Privacy};
use crate::storage::config::Backend;
use crate::storage::key::ObjectKey;
use crate::storage::{self, PutMode, Store};

/// Cloud Run gives ten seconds between SIGTERM and SIGKILL; one is kept for the way out.
const SHUTDOWN: Duration = Duration::from_secs(9);
/// Of these, running jobs get so long to end before their leases are handed back.
const JOBS_SHUTDOWN: Duration = Duration::from_secs(7);

/// The Kafka bridge gets so long to give back its partitions.
const BRIDGE_SHUTDOWN: Duration = Duration::from_secs(1);

/// More connections at once than this many are of no use to anyone.
const MOST_CONNECTIONS: usize = 2048;
/// How often it is looked after what was promised to persons: less often where each look costs money.
const PRIVACY_EVERY: Duration = Duration::from_mins(30);
const PRIVACY_EVERY_REMOTE: Duration = Duration::from_hours(6);

/// The service, wired and ready to serve.
pub struct App {
    /// Its settings.
    pub config: Config,
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The durable core.
    pub jobs: Arc<Jobs>,
    /// Mail.
    pub mailer: Arc<Mailer>,
    /// The platforms.
    pub sources: Registry,
    /// What our jobs do.
    pub pipeline: Arc<Pipeline>,
    /// Institutions, and what they hear of.
    pub gateway: Arc<Gateway>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Who may call the gateway and the API.
    pub access: Arc<Access>,
    /// The calls that the gateway made.
    pub log: AttemptLog,
    /// What persons want done with their data.
    pub wishes: Arc<Wishes>,
    /// Search in what platforms told.
    pub texts: Arc<TextSearch>,
    /// The Kafka bridge, where one is configured.
    pub kafka: Option<Arc<Bridge>>,
}

impl App {
    /// Opens the back ends and wires the rooms; nothing runs yet.
    pub async fn open(config: Config, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let store = open_store(&config).await?;
        Self::with_store(config, store, clock)
    }

    /// As [`App::open`], over a store that is open already.
    pub fn with_store(config: Config, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let mailer = Arc::new(mailer(&config, store.clone())?);
        let jobs = jobs(&config, store.clone(), clock.clone())?;
        let sources = parts::sources(&config, &clock)?;
        let wishes = Arc::new(Wishes::new(store.clone(), clock.clone()));
        let pipeline = parts::pipeline(&config, store.clone(), mailer.clone(), clock.clone(), sources.clone(), wishes.clone())?;
        pipeline.start_plans_with(jobs.clone());
        let gateway = Arc::new(parts::gateway(&config, &store, &jobs, &clock)?);
        gateway.tell_by(Arc::new(GatewayMail { mailer: mailer.clone(), language: config.pipeline.language }));
        let access = Arc::new(Access::new(config.access.clone(), store.clone(), clock.clone()));
        let log = attempt_log::open(&config, &clock, &gateway);
        let texts = text_search::open(&config, &store, &clock);
        let kafka = kafka::open(&config, &store, &gateway, &clock)?;
        Ok(Self { config, store, jobs, mailer, sources, pipeline, gateway, clock, access, log, wishes, texts, kafka })
    }

    /// Serves until `stop` resolves, then finishes or hands back what runs, within nine seconds.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        if let Some(warning) = self.config.intake.warning() {
            tracing::warn!("{warning}");
        }
        if self.config.access.open {
            tracing::warn!(
                "GATEWAY_OPEN is on: every program on this machine may do everything without a key; never run a service of others so"
            );
        }
        let has_keys = self.access.any_key().await.context("the keys cannot be looked for")?;
        self.gateway.prepare(has_keys).await.context("the gateway cannot start")?;
        let store = Arc::clone(&self.store);
        // Beside the start: looking at a large folder takes a while.
        tokio::spawn(async move { store.concerns().await.iter().for_each(|concern| tracing::warn!("{concern}")) });
        let address = listener.local_addr().context("the listening address is unknown")?;
        let state = self.state()?;
        let limits = self.connection_limits();
        let bulk = Arc::new(Bulk::new(self.store.clone(), self.jobs.operator()));
        let handlers = self.gateway.handlers(self.pipeline.clone().handlers().with(bulk::KIND, bulk));
        let handlers = inbound::with_handler(&self, handlers)?;
        let works = !self.is_console_only();
        let workers = works.then(|| self.jobs.clone().start(handlers));
        let mut upkeep = tokio::task::JoinSet::new();
        if works {
            let (gateway, pipeline, news) = (self.gateway.clone(), self.pipeline.clone(), self.gateway.clone());
            self.pipeline.tell_news_to(Box::new(move || news.hear_of_reports()));
            upkeep.spawn(async move {
                let _: ((), ()) = tokio::join!(gateway.keep_up(), gateway.follow_reports());
            });
            upkeep.spawn(async move { pipeline.keep_up().await });
            upkeep.spawn(keep_privacy(state.privacy.clone(), if self.store.is_remote() { PRIVACY_EVERY_REMOTE } else { PRIVACY_EVERY }));
        }
        tracing::info!(
            port = address.port(),
            storage = self.store.describe(),
            mail = self.mailer.describe(),
            "gradepost {} is ready",
            env!("CARGO_PKG_VERSION")
        );

        let stopping = CancellationToken::new();
        let bridge = self.kafka.clone().filter(|_| works).map(|bridge| tokio::spawn(bridge.run(stopping.clone())));
        let refusals = refusals::Keeper::new(&self, &state);
        let keeping = tokio::spawn(refusals.clone().keep());
        let mut server = tokio::spawn(server::serve(listener, router(state.clone()), limits, stopping.clone()));
        // Whichever comes first: the order to stop, or the server failing.
        tokio::select! {
            () = stop => tracing::info!("stopping: no new requests, running jobs are finished or handed back"),
            ended = &mut server => ended.context("the server failed")?,
        }
        stopping.cancel();
        keeping.abort();
        state.refusals.tell(jiff::Timestamp::MAX);
        let leave = async {
            refusals.look().await;
            if let Some(bridge) = bridge {
                // It gives back what it reads; whoever waits for it longer than that gets it by itself.
                let _ = tokio::time::timeout(BRIDGE_SHUTDOWN, bridge).await;
            }
            if let Some(workers) = workers {
                workers.shutdown(JOBS_SHUTDOWN).await;
            }
            upkeep.abort_all();
            // What is derived from ended jobs is brought up to date now; what cannot be waits for the next start.
            if works && let Err(error) = self.pipeline.upkeep().await {
                tracing::warn!(%error, "processed.csv is brought up to date at the next start");
            }
            if !server.is_finished() {
                // Connections end after their current request.
                let _ = server.await;
            }
        };
        // A client that keeps its connection open does not keep us.
        let _ = tokio::time::timeout(SHUTDOWN, leave).await;
        Ok(())
    }

    /// What connections may cost: descriptors are kept back for the store and the mail server.
    fn connection_limits(&self) -> ConnectionLimits {
        let allowed = descriptors::for_connections(descriptors::raise());
        let most = self.config.http.max_connections.unwrap_or(MOST_CONNECTIONS).min(allowed);
        ConnectionLimits { most, idle: self.config.http.idle_limit, ..ConnectionLimits::default() }
    }

    /// Whether another service on the same store does the work, and this one only shows it.
    fn is_console_only(&self) -> bool {
        self.config.console.mode == Mode::Only
    }

    fn push_check(&self) -> anyhow::Result<Option<Arc<dyn TokenCheck>>> {
        let TaskQueue::PubSub { push: Some(push), .. } = &self.config.jobs.queue else { return Ok(None) };
        Ok(Some(Arc::new(PushCheck::new(push.clone())?)))
    }

    /// Lists, searches and figures over all reports; `jobs` are those whose changes are heard at once.
    pub fn lookup(&self, jobs: Option<Arc<Jobs>>) -> Arc<Lookup> {
        lookup(&self.config, self.store.clone(), self.clock.clone(), self.wishes.clone(), jobs)
    }

    /// What is kept of one student, given out and erased.
    pub fn privacy(&self, lookup: Arc<Lookup>, operator: Operator) -> Arc<Privacy> {
        Arc::new(Privacy::new(privacy::Parts {
            store: self.store.clone(),
            clock: self.clock.clone(),
            operator,
            lookup,
            derived: Arc::new(parts::PipelineDerived(self.pipeline.clone(), self.clock.clone())),
            elsewhere: Arc::new(parts::OfTheGateway { gateway: self.gateway.clone(), log: self.log.clone() }),
            wishes: self.wishes.clone(),
            keep: self.config.keep,
        }))
    }

    fn state(&self) -> anyhow::Result<AppState> {
        let http = &self.config.http;
        let mut taken = Sources::new();
        for source in self.sources.all() {
            taken = taken.with(Arc::clone(source), self.config.intake.secrets(source.name()).clone());
        }
        let lookup = self.lookup(Some(self.jobs.clone()));
        let metrics = Arc::new(Metrics::new(
            Arc::new(parts::MailTotals(self.mailer.clone())),
            Arc::new(parts::ProjectionLag(self.pipeline.clone())),
            kafka::figures(self.kafka.as_ref()),
        ));
        self.pipeline.observe(Arc::new(parts::StepMetrics(metrics.clone())));
        let refusals = Arc::new(Refusals::default());
        let privacy = self.privacy(lookup.clone(), self.jobs.operator());
        Ok(AppState {
            console: console::open(self, &refusals, &lookup, &privacy)?,
            jobs: self.jobs.clone(),
            gateway: self.gateway.clone(),
            sources: Arc::new(taken),
            clock: self.clock.clone(),
            readiness: Arc::new(Readiness::new(parts::readiness(self))),
            tasks: Arc::new(TaskGate {
                token: http.task_token.clone(),
                oidc: self.push_check()?,
                upkeep: Arc::new(parts::PipelineUpkeep(self.pipeline.clone())),
            }),
            metrics,
            rate_limit: Arc::new(RateLimit::per_minute(http.rate_limit_per_minute)),
            bodies: Arc::new(BodyBudget::new(http.max_body_bytes, http.arrival_limit)),
            refusals,
            notices: Arc::new(parts::PipelineNotices(self.pipeline.clone(), self.config.pipeline.language)),
            store: self.store.clone(),
            privacy,
            traffic: Arc::new(Traffic::new(self.store.clone(), self.config.jobs.instance.clone(), self.clock.now())),
            lookup,
            config: Arc::new(http.clone()),
            access: self.access.clone(),
            failed_logins: Arc::default(),
            log: self.log.clone(),
            texts: self.texts.clone(),
        })
    }
}

/// Keeps what was promised to persons, while the process lives: erasures that were interrupted or waited for a running job, wishes that are over, what is kept for a time only; at the start, now and then, and soon after somebody who was erased came back.
async fn keep_privacy(privacy: Arc<Privacy>, every: Duration) {
    let mut is_start = true;
    loop {
        if let Err(error) = privacy.keep_up(is_start).await {
            tracing::warn!(%error, "Something that was promised to a person is not done yet; it is tried again");
        }
        is_start = false;
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            // The job that met them ends in a moment.
            () = privacy.wishes().until_back() => tokio::time::sleep(Duration::from_secs(2)).await,
        }
    }
}

/// What people do with jobs, without anything that does their work: no fonts, no mail, no platform.
pub async fn operator(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Operator> {
    let store = open_existing_store(config).await?;
    let waker: Arc<dyn Waker> = match &config.jobs.queue {
        TaskQueue::Inline => Arc::new(Touch::new(store.clone(), clock.clone())),
        TaskQueue::PubSub { topics, emulator, .. } => {
            Arc::new(PubSub::new(Arc::new(GooglePublisher::new(emulator.as_deref())?), topics.clone()))
        }
    };
    Ok(Operator::open(store, clock, config.jobs.clone(), waker))
}

/// Lists, searches and figures over all reports; nothing is opened until somebody looks.
pub fn lookup(
    config: &Config,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    blocks: Arc<dyn Blocks>,
    jobs: Option<Arc<Jobs>>,
) -> Arc<Lookup> {
    let place = match config.storage.backend {
        Backend::Local | Backend::Hybrid => FileLocation::Folder(config.storage.data_dir.join("index")),
        Backend::Gcp | Backend::Memory => FileLocation::Temporary,
    };
    Lookup::new(lookup::Parts { store, clock, zone: config.pipeline.zone.clone(), place, blocks, jobs })
}

/// The gateway over the configured store, for a command beside the service; nothing of it runs.
pub fn gateway(config: &Config, store: &Arc<dyn Store>, clock: &Arc<dyn Clock>) -> anyhow::Result<Gateway> {
    let jobs = jobs(config, store.clone(), clock.clone())?;
    parts::gateway(config, store, &jobs, clock)
}

/// The log of acts, for commands that act.
pub async fn audit(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Audit> {
    Ok(Audit::new(open_existing_store(config).await?, clock))
}

/// The durable core, with the waker that is configured.
fn jobs(config: &Config, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> anyhow::Result<Arc<Jobs>> {
    let TaskQueue::PubSub { topics, emulator, .. } = &config.jobs.queue else {
        if config.console.mode == Mode::Only {
            let touch = Arc::new(Touch::new(store.clone(), clock.clone()));
            return Ok(Jobs::with_waker(store, clock, config.jobs.clone(), touch));
        }
        return Ok(Jobs::new(store, clock, config.jobs.clone()));
    };
    let publisher = Arc::new(GooglePublisher::new(emulator.as_deref())?);
    Ok(Jobs::with_waker(store, clock, config.jobs.clone(), Arc::new(PubSub::new(publisher, topics.clone()))))
}

/// Listens on an address of this machine: on all of them (`UNSPECIFIED`), as a container must, or only for programs beside us (`LOCALHOST`).
pub async fn listen(address: Ipv4Addr, port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((address, port)))
        .await
        .with_context(|| format!("cannot listen on port {port}; set PORT to a free one"))
}

/// Resolves on SIGTERM (Cloud Run, docker stop) or Ctrl-C. They are caught from this call on, not from the first poll:
/// whoever is told that the service is ready may stop it at once, and it must leave in good order.
pub fn stop_signal() -> impl Future<Output = ()> + Send + 'static {
    use tokio::signal::unix::{SignalKind, signal};
    let caught = signal(SignalKind::terminate()).and_then(|terminate| Ok((terminate, signal(SignalKind::interrupt())?)));
    async move {
        let Ok((mut terminate, mut interrupt)) = caught else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

/// Chooses ring for every TLS connection of the process; a second call changes nothing.
pub fn install_tls_provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Opens the configured store.
pub async fn open_store(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    install_tls_provider();
    storage::open(&config.storage).await.context("cannot open the storage")
}

/// Opens the configured store for a command beside the service: it must be there, and reading makes nothing in it.
pub async fn open_existing_store(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    install_tls_provider();
    Ok(storage::open_existing(&config.storage).await?)
}

/// The configured mail transport; its outbox is the store.
pub fn mailer(config: &Config, store: Arc<dyn Store>) -> anyhow::Result<Mailer> {
    install_tls_provider();
    Ok(Mailer::new(config.mail.clone(), Arc::new(StoreOutbox(store))))
}

/// Keeps the file transport's mails in the store.
struct StoreOutbox(Arc<dyn Store>);

#[async_trait]
impl Outbox for StoreOutbox {
    async fn keep(&self, name: &str, bytes: Bytes) -> Result<(), String> {
        self.0.put(&ObjectKey::Outbox(name).path(), bytes, PutMode::Overwrite).await.map(drop).map_err(|error| error.to_string())
    }
}

/// The bundled fonts and those of a folder.
#[expect(clippy::disallowed_methods, reason = "fonts are loaded once at start, before anything is pure")]
pub fn load_fonts(folder: Option<&Path>) -> anyhow::Result<Fonts> {
    let Some(folder) = folder else { return Ok(Fonts::new(Vec::new())) };
    let mut own = Vec::new();
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read the font folder {}", folder.display()))?;
    let mut paths: Vec<_> = entries.collect::<Result<Vec<_>, _>>()?.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let is_font =
            path.extension().and_then(|e| e.to_str()).is_some_and(|e| ["ttf", "otf", "ttc"].contains(&e.to_ascii_lowercase().as_str()));
        if is_font {
            own.push(std::fs::read(&path).with_context(|| format!("cannot read the font {}", path.display()))?);
        }
    }
    Ok(Fonts::new(own))
}

#[cfg(test)]
mod tests;
