//! The gateway's core: institutions register endpoints, events are accepted for them, and every accepted event has, at every endpoint of its institution, exactly one delivery in one of five states.
//!
//! [`Gateway`] is the facade that every surface works through; it never knows HTTP in. What is there:
//!
//! | file | what |
//! |---|---|
//! | `model/`, `ids.rs`, `error.rs` | the words: institution, endpoint, event, delivery, attempt, dead letter, task; ids as Svix's look; what is refused |
//! | `institutions.rs`, `endpoints.rs`, `types.rs` | `Gateway::create_institution`, `endpoint`, `rotate_secret`, `event_types` … (create, get by id or uid, list, update, delete) |
//! | `events.rs`, `deliveries.rs` | `Gateway::publish`, `event`, `events`, `deliveries`, `dead_letters`; what became of each |
//! | `students.rs` | `Gateway::add_student`, `update_student`, `delete_student`: each told to its institution |
//! | `replay.rs`, `tasks.rs` | `Gateway::resend`, `recover`, `replay_missing`, `bulk_replay`, `cancel_before`, `expunge`, background tasks |
//! | `notices.rs`, `operations.rs`, `reports.rs` | who else hears: people by mail, the operator's programs, partners of the school's own reports |
//! | `outbox.rs` | what a message bus is to be told, and events that came by one |
//! | `inspect.rs` | what pages show beyond that: secrets by their tails, what was sent, which endpoints have dead letters |
//! | `registry.rs`, `catalogue.rs`, `filter.rs`, `check.rs`, `secrets.rs` | beneath: generations and their cache, event types, globs, what fields may hold, sealed secrets |
//! | `guard/` | the way out judged: URLs by their text, names by their addresses |
//! | `dispatch.rs`, `drain.rs`, `send.rs`, `sign.rs`, `body.rs`, `echo.rs`, `egress.rs`, `attempts.rs` | delivering: first tries, retries by endpoint, one POST, signatures, bodies, what an answer must not say, the way out, the log of attempts in segments |
//! | `merge.rs`, `upkeep.rs` | segments of hours that are over become few; what was kept long enough goes |
//!
//! An event is one job of the lane `deliveries`: its plan is settled and written when it is accepted. A delivery whose first try fails waits in its endpoint's own queue,
//! which one job per endpoint drains: the job's due pointer, lease and sweeps are the queue's. Nothing here may slow or endanger a report.

mod attempt;
pub mod attempts;
pub mod body;
pub mod catalogue;
pub mod check;
pub mod config;
mod deliveries;
mod dispatch;
mod drain;
mod echo;
pub mod egress;
mod endpoints;
pub mod error;
mod events;
pub mod filter;
pub mod guard;
mod hints;
pub mod ids;
mod inbound;
pub mod inspect;
mod institutions;
mod merge;
pub mod model;
pub mod notices;
pub mod operations;
pub mod outbox;
pub mod persons;
pub mod profile;
pub(crate) mod registry;
mod replay;
mod reports;
pub mod secrets;
mod send;
pub mod sign;
mod stored;
pub mod students;
mod tasks;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod tests_support;
pub mod types;
mod upkeep;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::sync::{Notify, Semaphore};

use crate::clock::Clock;
use crate::gateway::attempts::AttemptLog;
use crate::gateway::config::{GatewayConfig, Mode};
use crate::gateway::dispatch::Dispatcher;
use crate::gateway::drain::{DRAIN_KIND, Drainer};
use crate::gateway::egress::Egress;
use crate::gateway::error::GatewayError;
use crate::gateway::events::EVENT_KIND;
use crate::gateway::hints::Hints;
use crate::gateway::ids::Chance;
use crate::gateway::notices::{NOTICE_KIND, Tell, Teller};
use crate::gateway::registry::Registry;
use crate::gateway::secrets::Vault;
use crate::gateway::send::{Post, Sender};
use crate::gateway::tasks::{TASK_KIND, TaskRunner};
use crate::jobs::Jobs;
use crate::jobs::handler::Handlers;
use crate::model::lane::LaneName;
use crate::storage::Store;

pub use endpoints::CreatedEndpoint;

/// Queues drained by one instance at once.
const DRAINS: usize = 32;

/// The facade: cheap to clone, present whether or not the gateway is on.
#[derive(Clone)]
pub struct Gateway {
    core: Arc<Core>,
}

/// How often it is looked for what reports say, though nobody told of something new.
#[cfg(test)]
pub(crate) const REPORTS_TOLD_EVERY: std::time::Duration = reports::EVERY;
/// How often what was kept long enough is removed.
#[cfg(test)]
pub(crate) const UPKEEP_EVERY: std::time::Duration = upkeep::EVERY;

/// What everything here works with.
pub(crate) struct Core {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) jobs: Arc<Jobs>,
    pub(crate) config: GatewayConfig,
    pub(crate) chance: Chance,
    pub(crate) vault: Vault,
    pub(crate) registry: Registry,
    pub(crate) egress: Arc<dyn Egress>,
    pub(crate) sender: Box<dyn Post>,
    pub(crate) log: AttemptLog,
    pub(crate) hints: Hints,
    /// Queues drained here at once: first tries keep the other workers.
    pub(crate) places: Semaphore,
    /// Who tells people, once somebody does.
    pub(crate) teller: OnceLock<Arc<dyn Tell>>,
    is_on: AtomicBool,
    /// Something new is in the feed of reports.
    pub(crate) has_news: AtomicBool,
    /// Something new is in the outbox.
    pub(crate) outbox_filled: Notify,
}

/// What the gateway is built of, by the composition root.
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The durable core.
    pub jobs: Arc<Jobs>,
    /// The room's settings.
    pub config: GatewayConfig,
    /// Somebody holds an admin token, or nobody needs one: with `GATEWAY=auto` the gateway is on then.
    pub has_admin: bool,
    /// Chance; of the system, but in tests.
    pub chance: Chance,
    /// Which URLs and addresses may be called.
    pub egress: Arc<dyn Egress>,
}

impl Gateway {
    /// A gateway over its parts; nothing runs yet.
    ///
    /// # Errors
    /// The client that calls endpoints cannot be made.
    pub fn new(parts: Parts) -> Result<Self, String> {
        let sender = Box::new(Sender::new(Arc::clone(&parts.egress))?);
        Ok(Self::with_sender(parts, sender))
    }

    pub(crate) fn with_sender(parts: Parts, sender: Box<dyn Post>) -> Self {
        let Parts { store, clock, jobs, config, has_admin, chance, egress } = parts;
        let is_on = match config.mode {
            Mode::On => true,
            Mode::Off => false,
            Mode::Auto => has_admin,
        };
        let core = Core {
            sender,
            log: AttemptLog::new(Arc::clone(&store), Arc::clone(&clock), &chance, jobs.workers_of(LaneName::Deliveries)),
            hints: Hints::default(),
            places: Semaphore::new(DRAINS),
            teller: OnceLock::new(),
            registry: Registry::new(Arc::clone(&store), Arc::clone(&clock)),
            vault: Vault::new(&config),
            store,
            clock,
            jobs,
            config,
            chance,
            egress,
            is_on: AtomicBool::new(is_on),
            has_news: AtomicBool::new(false),
            outbox_filled: Notify::new(),
        };
        Self { core: Arc::new(core) }
    }

    /// With the handlers of the gateway's jobs; only while it is on, so that a service without it sweeps no more lanes than before.
    #[must_use]
    pub fn handlers(&self, handlers: Handlers) -> Handlers {
        if !self.is_on() {
            return handlers;
        }
        handlers
            .with(EVENT_KIND, Arc::new(Dispatcher(Arc::clone(&self.core))))
            .with(DRAIN_KIND, Arc::new(Drainer(Arc::clone(&self.core))))
            .with(TASK_KIND, Arc::new(TaskRunner(Arc::clone(&self.core))))
            .with(NOTICE_KIND, Arc::new(Teller(Arc::clone(&self.core))))
    }

    /// Looks whether endpoints exist (or somebody has a key), which turns `GATEWAY=auto` on; refuses to go on when their secrets could not be opened.
    ///
    /// # Errors
    /// The store's, or [`GatewayError::NoKey`].
    pub async fn prepare(&self, has_keys: bool) -> Result<(), GatewayError> {
        if self.core.config.mode == Mode::Auto && has_keys {
            self.core.is_on.store(true, Ordering::Relaxed);
        }
        if self.core.config.mode == Mode::Off || !self.core.registry.has_endpoints().await? {
            return Ok(());
        }
        if !self.core.vault.is_open() {
            return Err(GatewayError::NoKey(
                "WEBHOOK_ENCRYPTION_KEY is not set, but endpoints exist whose secrets are sealed under it; set it, or set GATEWAY=off"
                    .to_owned(),
            ));
        }
        self.core.is_on.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Whether institutions may register and hear of events. Surfaces answer 404 while it is off.
    pub fn is_on(&self) -> bool {
        self.core.is_on.load(Ordering::Relaxed)
    }

    /// The settings.
    pub fn config(&self) -> &GatewayConfig {
        &self.core.config
    }
}
