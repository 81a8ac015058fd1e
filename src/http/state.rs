//! What handlers share.

use std::sync::Arc;

use crate::clock::Clock;
use crate::http::config::HttpConfig;
use crate::http::health::Readiness;
use crate::http::limits::RateLimit;
use crate::http::metrics::Metrics;
use crate::http::tasks::TaskGate;
use crate::intake::source::{Secrets, Source};
use crate::jobs::Jobs;

/// Everything the handlers need, built once in `app`.
pub struct Desk {
    /// The durable core.
    pub jobs: Arc<Jobs>,
    /// The platform that `/webhook` belongs to.
    pub source: &'static dyn Source,
    /// What its calls are verified with.
    pub secrets: Secrets,
    /// The platform's API is configured, so a bare event can be told apart from a repeat.
    pub asks_platform: bool,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Settings.
    pub config: HttpConfig,
    /// The parts behind `/ready`.
    pub readiness: Readiness,
    /// Who may call `/tasks/*`.
    pub tasks: TaskGate,
    /// Counters.
    pub metrics: Metrics,
    /// Requests per source address.
    pub rate_limit: RateLimit,
}

/// The state handed to handlers.
pub type AppState = Arc<Desk>;
