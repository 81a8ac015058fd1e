//! `GET /metrics`: counters for Prometheus. Never anything about a person.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::http::error::ApiError;
use crate::http::state::{AppState, Desk};
use crate::http::tasks::bearer_is;

/// The service's metrics.
pub struct Metrics {
    registry: Registry,
    webhooks: Family<StatusLabel, Counter>,
    queue: Gauge,
    running: Gauge,
    oldest_due: Gauge,
    ended: Family<StateLabel, Counter>,
    mails: Family<OutcomeLabel, Counter>,
    mail_totals: Arc<dyn Totals>,
}

/// Running totals that another room keeps, each under a stable word.
pub trait Totals: Send + Sync {
    /// All of them, those that are zero too: a series must begin before its first event to show a rise.
    fn totals(&self) -> Vec<(&'static str, u64)>;
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabel {
    status: String,
}

impl Metrics {
    /// Metrics with the totals of what became of mails.
    pub fn new(mail_totals: Arc<dyn Totals>) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("gradepost"),
            webhooks: Family::default(),
            queue: Gauge::default(),
            running: Gauge::default(),
            oldest_due: Gauge::default(),
            ended: Family::default(),
            mails: Family::default(),
            mail_totals,
        };
        let registry = &mut metrics.registry;
        registry.register("webhook_requests", "Calls to /webhook by the status word they were answered with", metrics.webhooks.clone());
        registry.register("jobs_waiting", "Jobs accepted by this instance and not yet taken by a worker", metrics.queue.clone());
        registry.register("jobs_running", "Jobs being worked on by this instance", metrics.running.clone());
        registry.register("jobs_oldest_due_seconds", "Age of the oldest overdue job", metrics.oldest_due.clone());
        registry.register("jobs_ended", "Jobs that attempts of this instance ended, by how", metrics.ended.clone());
        registry.register("mails", "Mails given to the mail server by this instance, by what became of them", metrics.mails.clone());
        metrics
    }

    /// Counts a call to `/webhook` by its status word.
    pub fn webhook(&self, status: &str) {
        self.webhooks.get_or_create(&StatusLabel { status: status.to_owned() }).inc();
    }

    async fn text(&self, desk: &Desk) -> Result<String, std::fmt::Error> {
        let status = desk.jobs.status().await;
        self.queue.set(status.depth as i64);
        self.running.set(status.running as i64);
        self.oldest_due.set(status.oldest_due.map_or(0, |age| age.as_secs() as i64));
        let ends = desk.jobs.ends();
        for (state, count) in [("done", ends.done), ("parked", ends.parked), ("dead", ends.dead)] {
            self.ended.get_or_create(&StateLabel { state }).inner().store(count, Ordering::Relaxed);
        }
        for (outcome, count) in self.mail_totals.totals() {
            self.mails.get_or_create(&OutcomeLabel { outcome }).inner().store(count, Ordering::Relaxed);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Prometheus text; needs the admin token unless `METRICS_PUBLIC=true`.
pub async fn show(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Result<Response, ApiError> {
    authorise(&desk, &headers)?;
    let text = desk.metrics.text(&desk).await.map_err(|_| ApiError::Internal)?;
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, media_type)], text).into_response())
}

fn authorise(desk: &AppState, headers: &HeaderMap) -> Result<(), ApiError> {
    let token = desk.config.admin_token.as_ref();
    if desk.config.metrics_public || token.is_some_and(|token| bearer_is(headers, token)) { Ok(()) } else { Err(ApiError::Unauthorized) }
}
