//! The composition root: opens the back ends, wires the rooms, starts server and workers.

pub mod parts;
pub mod preview;
pub mod pubsub;

use std::hash::{BuildHasher as _, RandomState};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use async_trait::async_trait;
use bytes::Bytes;
use tokio::net::TcpListener;

use crate::app::pubsub::{GooglePublisher, PushCheck};
use crate::clock::Clock;
use crate::config::Config;
use crate::delivery::mail::Mailer;
use crate::delivery::mail::outbox::Outbox;
use crate::http::health::Readiness;
use crate::http::limits::RateLimit;
use crate::http::metrics::Metrics;
use crate::http::router::router;
use crate::http::state::Desk;
use crate::http::tasks::{TaskGate, TokenCheck};
use crate::intake::sources;
use crate::jobs::Jobs;
use crate::jobs::config::TaskQueue;
use crate::jobs::waker::pubsub::PubSub;
use crate::pipeline::Pipeline;
use crate::report::fonts::Fonts;
use crate::storage::key::ObjectKey;
use crate::storage::{self, PutMode, Store};

/// Cloud Run gives ten seconds between SIGTERM and SIGKILL; one is kept for the way out.
const SHUTDOWN: Duration = Duration::from_secs(9);
/// Of these, running jobs get so long to end before their leases are handed back.
const JOBS_SHUTDOWN: Duration = Duration::from_secs(7);

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
    /// What our jobs do.
    pub pipeline: Arc<Pipeline>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl App {
    /// Opens the back ends and wires the rooms; nothing runs yet.
    pub async fn open(config: Config, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        install_tls_provider();
        let store = open_store(&config).await?;
        let mailer = Arc::new(mailer(&config, store.clone())?);
        let jobs = jobs(&config, store.clone(), clock.clone())?;
        let pipeline = parts::pipeline(&config, store.clone(), mailer.clone(), clock.clone())?;
        Ok(Self { config, store, jobs, mailer, pipeline, clock })
    }

    /// Serves until `stop` resolves, then finishes or hands back what runs, within nine seconds.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        if let Some(warning) = self.config.intake.warning() {
            tracing::warn!("{warning}");
        }
        let address = listener.local_addr().context("the listening address is unknown")?;
        let desk = self.desk()?;
        let workers = self.jobs.clone().start(self.pipeline.clone());
        let pipeline = self.pipeline.clone();
        let upkeep = tokio::spawn(async move { pipeline.keep_up().await });
        tracing::info!(
            port = address.port(),
            storage = self.store.describe(),
            mail = self.mailer.describe(),
            "gradepost {} is ready",
            env!("CARGO_PKG_VERSION")
        );

        let service = router(Arc::new(desk)).into_make_service_with_connect_info::<SocketAddr>();
        let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
        let graceful = async move {
            stop.await;
            tracing::info!("stopping: no new requests, running jobs are finished or handed back");
            // Nobody listening means that the server has ended by itself.
            let _ = stopping.send(());
        };
        let server = tokio::spawn(async move { axum::serve(listener, service).with_graceful_shutdown(graceful).await });
        // Whichever comes first: the order to stop, or the server failing.
        let _ = stopped.await;
        let leave = async {
            workers.shutdown(JOBS_SHUTDOWN).await;
            upkeep.abort();
            // What waits to be folded is folded now; what cannot be waits for the next start.
            if let Err(error) = self.pipeline.upkeep().await {
                tracing::warn!(%error, "processed.csv is brought up to date at the next start");
            }
            server.await
        };
        match tokio::time::timeout(SHUTDOWN, leave).await {
            Ok(joined) => joined.context("the server panicked")?.context("the server failed"),
            // A client that keeps its connection open does not keep us.
            Err(_) => Ok(()),
        }
    }

    fn push_check(&self) -> anyhow::Result<Option<Arc<dyn TokenCheck>>> {
        let TaskQueue::PubSub { push: Some(push), .. } = &self.config.jobs.queue else { return Ok(None) };
        Ok(Some(Arc::new(PushCheck::new(push.clone())?)))
    }

    fn desk(&self) -> anyhow::Result<Desk> {
        let source = sources::find("learnworlds").context("the LearnWorlds source is missing")?;
        Ok(Desk {
            jobs: self.jobs.clone(),
            source,
            secrets: self.config.intake.secrets(source.name()).clone(),
            asks_platform: self.config.learnworlds.is_configured(),
            clock: self.clock.clone(),
            readiness: Readiness::new(parts::readiness(self)),
            tasks: TaskGate {
                token: self.config.http.task_token.clone(),
                oidc: self.push_check()?,
                upkeep: Arc::new(parts::PipelineUpkeep(self.pipeline.clone())),
            },
            metrics: Metrics::new(Arc::new(parts::MailTotals(self.mailer.clone()))),
            rate_limit: RateLimit::per_minute(self.config.http.rate_limit_per_minute),
            config: self.config.http.clone(),
        })
    }
}

/// The durable core, with the waker that is configured.
fn jobs(config: &Config, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> anyhow::Result<Arc<Jobs>> {
    let TaskQueue::PubSub { topic, emulator, .. } = &config.jobs.queue else {
        return Ok(Jobs::new(store, clock, config.jobs.clone()));
    };
    let publisher = Arc::new(GooglePublisher::new(emulator.as_deref())?);
    Ok(Jobs::with_waker(store, clock, config.jobs.clone(), Arc::new(PubSub::new(publisher, topic))))
}

/// Listens on an address of this machine: on all of them (`UNSPECIFIED`), as a container must, or only for programs beside us (`LOCALHOST`).
pub async fn listen(address: Ipv4Addr, port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((address, port)))
        .await
        .with_context(|| format!("cannot listen on port {port}; set PORT to a free one"))
}

/// Resolves on SIGTERM (Cloud Run, docker stop) or Ctrl-C.
pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
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

/// Writes, reads, lists and removes a small object; tells what was done.
pub async fn try_store(store: &dyn Store) -> anyhow::Result<&'static str> {
    // The standard library's hash keys come from the operating system's source of chance: two checks at once never meet.
    let key = format!("check/{:016x}", RandomState::new().hash_one(0));
    let tried = try_key(store, &key).await;
    if tried.is_err() {
        // What was written in vain should not stay; when it cannot be removed, the first failure is the one to tell.
        let _ = store.delete(&key).await;
    }
    tried.map(|()| "wrote, read, listed and removed a test object")
}

async fn try_key(store: &dyn Store, key: &str) -> anyhow::Result<()> {
    let bytes = Bytes::from_static(b"gradepost storage check");
    store.put(key, bytes.clone(), PutMode::Overwrite).await.context("writing failed")?;
    let read = store.get(key).await.context("reading failed")?;
    if read.map(|(read, _)| read) != Some(bytes) {
        bail!("what was written did not come back");
    }
    let listed = store.list(key, None, 1).await.context("listing failed")?;
    if !listed.iter().any(|listed| listed == key) {
        bail!("what was written is not listed");
    }
    store.delete(key).await.context("removing failed")
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
