//! What handlers share, in parts that handlers ask for by type.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::FromRef;
use secrecy::SecretString;

use crate::access::Access;
use crate::clock::Clock;
use crate::gateway::Gateway;
use crate::http::body::BodyBudget;
use crate::http::config::HttpConfig;
use crate::http::console::state::Console;
use crate::http::failed_attempts::FailedAttempts;
use crate::http::limits::RateLimit;
use crate::http::metrics::Metrics;
use crate::http::readiness::Readiness;
use crate::http::refusals::Refusals;
use crate::http::task_gate::TaskGate;
use crate::http::traffic::Traffic;
use crate::intake::source::{Secrets, Source};
use crate::jobs::Jobs;
use crate::lookup::Lookup;
use crate::lookup::attempts::AttemptLog;
use crate::lookup::texts::TextSearch;
use crate::model::cause::Cause;
use crate::privacy::Privacy;
use crate::storage::Store;

/// Everything the handlers need, built once in `app`.
#[derive(Clone)]
pub struct AppState {
    /// The durable core.
    pub jobs: Arc<Jobs>,
    /// Institutions, and what they hear of.
    pub gateway: Arc<Gateway>,
    /// The platforms whose calls are taken.
    pub sources: Arc<Sources>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Settings.
    pub config: Arc<HttpConfig>,
    /// The checks behind `/ready`.
    pub readiness: Arc<Readiness>,
    /// Who may call `/tasks/*`.
    pub tasks: Arc<TaskGate>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Calls without a valid signature, per source address.
    pub rate_limit: Arc<RateLimit>,
    /// The memory of bodies in flight.
    pub bodies: Arc<BodyBudget>,
    /// Calls that were refused.
    pub refusals: Arc<Refusals>,
    /// Tells the admin.
    pub notices: Arc<dyn AdminNotices>,
    /// What comes in beside `/webhook`.
    pub traffic: Arc<Traffic>,
    /// What calls the gateway made.
    pub log: AttemptLog,
    /// What is kept of one student.
    pub privacy: Arc<Privacy>,
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The operator's pages, when somebody can sign in.
    pub console: Option<Arc<Console>>,
    /// Lists, searches and figures over all reports.
    pub lookup: Arc<Lookup>,
    /// Search in what platforms told.
    pub texts: Arc<TextSearch>,
    /// Who may call the gateway and the API.
    pub access: Arc<Access>,
    /// Wrong credentials, per source address.
    pub failed_logins: Arc<FailedAttempts>,
}

/// The platforms whose calls are taken, by name.
#[derive(Clone, Default)]
pub struct Sources {
    by_name: BTreeMap<&'static str, AcceptedSource>,
    default: Option<&'static str>,
}

/// A platform whose calls are taken, and what they are verified with.
#[derive(Clone)]
pub struct AcceptedSource {
    /// The platform.
    pub source: Arc<dyn Source>,
    /// What its calls are verified with.
    pub secrets: Secrets,
}

impl AcceptedSource {
    /// Whether its calls can be verified.
    pub fn is_on(&self) -> bool {
        self.source.is_on(&self.secrets)
    }
}

impl Sources {
    /// No platform yet; the first one added is the one that `/webhook` belongs to.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the calls of one more platform.
    #[must_use]
    pub fn with(mut self, source: Arc<dyn Source>, secrets: Secrets) -> Self {
        let name = source.name();
        self.default = self.default.or(Some(name));
        self.by_name.insert(name, AcceptedSource { source, secrets });
        self
    }

    /// The platform of this name.
    pub fn named(&self, name: &str) -> Option<&Arc<dyn Source>> {
        self.by_name.get(name).map(|taken| &taken.source)
    }

    /// The platform of this name, with what its calls are verified with.
    pub fn taken(&self, name: &str) -> Option<&AcceptedSource> {
        self.by_name.get(name)
    }

    /// The platform that `/webhook` belongs to.
    pub fn default_source(&self) -> Option<&AcceptedSource> {
        self.by_name.get(self.default?)
    }
}

/// Tells the admin what a person must correct: throttled and grouped by cause.
#[async_trait]
pub trait AdminNotices: Send + Sync {
    /// Tells of one cause; never fails the caller.
    async fn tell(&self, cause: Cause, detail: &Sentence);
}

/// A sentence in the languages of a school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Spanish.
    pub es: String,
    /// English.
    pub en: String,
    /// Portuguese.
    pub pt: String,
}

/// What operators may see.
#[derive(Clone)]
pub struct Operators {
    /// `ADMIN_TOKEN`.
    pub admin_token: Option<SecretString>,
    /// `METRICS_PUBLIC`.
    pub metrics_public: bool,
}

impl FromRef<AppState> for Operators {
    fn from_ref(state: &AppState) -> Self {
        Self { admin_token: state.config.admin_token.clone(), metrics_public: state.config.metrics_public }
    }
}

/// One line per part that handlers take alone.
macro_rules! parts {
    ($($field:ident: $part:ty),* $(,)?) => {
        $(impl FromRef<AppState> for $part {
            fn from_ref(state: &AppState) -> Self {
                state.$field.clone()
            }
        })*
    };
}

parts! {
    jobs: Arc<Jobs>,
    gateway: Arc<Gateway>,
    clock: Arc<dyn Clock>,
    readiness: Arc<Readiness>,
    tasks: Arc<TaskGate>,
    metrics: Arc<Metrics>,
    bodies: Arc<BodyBudget>,
    refusals: Arc<Refusals>,
    lookup: Arc<Lookup>,
    access: Arc<Access>,
    log: AttemptLog,
}
