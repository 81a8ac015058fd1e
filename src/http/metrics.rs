//! `GET /metrics`: counters for Prometheus. Never anything about a person.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::http::refusals::Refusals;
use crate::jobs::Jobs;
use crate::model::lane::LaneName;

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
    projections_lag: Gauge,
    lag: Arc<dyn Lag>,
    lanes: Family<LaneLabel, Gauge>,
    steps: Family<StepLabel, Histogram, fn() -> Histogram>,
    warnings: Counter,
    refused: Family<ReasonLabel, Counter>,
    requests: Family<RequestLabel, Histogram, fn() -> Histogram>,
    bus: Option<BusMetrics>,
}

/// The metrics of a message bus, where one is configured.
struct BusMetrics {
    bus: Arc<dyn Bus>,
    is_well: Gauge,
    lag: Family<PartitionLabel, Gauge>,
    messages: Family<OutcomeLabel, Counter>,
}

/// The bounds of the times of steps, in seconds: from a judgement in a millisecond to a platform that lets wait for a minute.
const STEP_BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0, 30.0, 60.0];
/// The bounds of the times of requests.
const REQUEST_BOUNDS: [f64; 9] = [0.001, 0.005, 0.025, 0.1, 0.25, 1.0, 2.5, 5.0, 25.0];

fn step_histogram() -> Histogram {
    Histogram::new(STEP_BOUNDS)
}

fn request_histogram() -> Histogram {
    Histogram::new(REQUEST_BOUNDS)
}

/// Running totals that another room keeps, each under a stable word.
pub trait Totals: Send + Sync {
    /// All of them, those that are zero too: a series must begin before its first event to show a rise.
    fn totals(&self) -> Vec<(&'static str, u64)>;
}

/// How far something is behind.
pub trait Lag: Send + Sync {
    /// Zero when it is up to date.
    fn lag(&self) -> Duration;
}

/// A message bus that events go through.
pub trait Bus: Send + Sync {
    /// Whether nothing is wrong with it.
    fn is_well(&self) -> bool;
    /// Messages that are still to be read, by topic and partition, of those that this instance reads.
    fn lags(&self) -> Vec<(String, i32, i64)>;
    /// What became of messages here.
    fn totals(&self) -> Vec<(&'static str, u64)>;
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PartitionLabel {
    topic: String,
    partition: i32,
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

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LaneLabel {
    lane: &'static str,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StepLabel {
    step: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabel {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabel {
    method: &'static str,
    route: String,
    status: u16,
}

impl Metrics {
    /// Metrics with the totals of what became of mails, how far the projections are behind, and how the message bus fares where there is one.
    pub fn new(mail_totals: Arc<dyn Totals>, lag: Arc<dyn Lag>, bus: Option<Arc<dyn Bus>>) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("gradepost"),
            webhooks: Family::default(),
            queue: Gauge::default(),
            running: Gauge::default(),
            oldest_due: Gauge::default(),
            ended: Family::default(),
            mails: Family::default(),
            mail_totals,
            projections_lag: Gauge::default(),
            lag,
            lanes: Family::default(),
            steps: Family::new_with_constructor(step_histogram),
            warnings: Counter::default(),
            refused: Family::default(),
            requests: Family::new_with_constructor(request_histogram),
            bus: bus.map(|bus| BusMetrics { bus, is_well: Gauge::default(), lag: Family::default(), messages: Family::default() }),
        };
        let registry = &mut metrics.registry;
        registry.register("webhook_requests", "Calls to /webhook by the status word they were answered with", metrics.webhooks.clone());
        registry.register("jobs_waiting", "Jobs accepted by this instance and not yet taken by a worker", metrics.queue.clone());
        registry.register("jobs_running", "Jobs being worked on by this instance", metrics.running.clone());
        registry.register("jobs_oldest_due_seconds", "Age of the oldest overdue job", metrics.oldest_due.clone());
        registry.register("jobs_ended", "Jobs that attempts of this instance ended, by how", metrics.ended.clone());
        let lag = "How long something that is to be derived from ended jobs (processed.csv, cohorts, alerts) is left undone";
        registry.register("projections_lag_seconds", lag, metrics.projections_lag.clone());
        registry.register("mails", "Mails given to the mail server by this instance, by what became of them", metrics.mails.clone());
        registry.register(
            "lane_jobs",
            "Jobs of a lane on this instance, by whether they wait for a worker or are worked on",
            metrics.lanes.clone(),
        );
        registry.register("step_seconds", "How long the steps of reports that went out took", metrics.steps.clone());
        registry.register(
            "report_warnings",
            "What could not be shown as the templates of reports that went out say",
            metrics.warnings.clone(),
        );
        registry.register("refused_calls", "Calls that were refused, by reason", metrics.refused.clone());
        registry.register("http_request_seconds", "How long requests took, by method, route pattern and status", metrics.requests.clone());
        if let Some(bus) = &metrics.bus {
            registry.register("kafka_well", "Whether nothing is wrong with the Kafka bridge", bus.is_well.clone());
            let lag = "Messages of a partition that are still to be read, as the broker last said; of partitions that this instance reads";
            registry.register("kafka_lag", lag, bus.lag.clone());
            registry.register("kafka_messages", "Messages of the Kafka bridge, by what became of them", bus.messages.clone());
        }
        // A series begins before its first event, so that its rise shows.
        for step in ["fetch", "analyse", "render", "mail"] {
            drop(metrics.steps.get_or_create(&StepLabel { step }));
        }
        metrics
    }

    /// A step of a report took so long.
    pub fn step(&self, step: &'static str, took: Duration) {
        self.steps.get_or_create(&StepLabel { step }).observe(took.as_secs_f64());
    }

    /// A report has so many warnings.
    pub fn report_warnings(&self, count: u64) {
        self.warnings.inc_by(count);
    }

    /// A request was answered. The route is its pattern: what was asked for stands in no series.
    pub fn request(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let label = RequestLabel { method, route: route.to_owned(), status };
        self.requests.get_or_create(&label).observe(took.as_secs_f64());
    }

    /// Counts a call to `/webhook` by its status word.
    pub fn webhook(&self, status: &str) {
        self.webhooks.get_or_create(&StatusLabel { status: status.to_owned() }).inc();
    }

    pub(in crate::http) async fn text(&self, jobs: &Jobs, refusals: &Refusals) -> Result<String, std::fmt::Error> {
        for lane in LaneName::ALL {
            let status = jobs.lane(lane).status().await;
            for (state, count) in [("waiting", status.depth), ("running", status.running)] {
                self.lanes.get_or_create(&LaneLabel { lane: lane.as_str(), state }).set(count as i64);
            }
        }
        for (reason, count) in refusals.totals() {
            self.refused.get_or_create(&ReasonLabel { reason }).inner().store(count, Ordering::Relaxed);
        }
        let status = jobs.status().await;
        self.queue.set(status.depth as i64);
        self.running.set(status.running as i64);
        self.oldest_due.set(status.oldest_due.map_or(0, |age| age.as_secs() as i64));
        self.projections_lag.set(self.lag.lag().as_secs() as i64);
        let ends = jobs.ends();
        for (state, count) in [("done", ends.done), ("parked", ends.parked), ("dead", ends.dead)] {
            self.ended.get_or_create(&StateLabel { state }).inner().store(count, Ordering::Relaxed);
        }
        for (outcome, count) in self.mail_totals.totals() {
            self.mails.get_or_create(&OutcomeLabel { outcome }).inner().store(count, Ordering::Relaxed);
        }
        if let Some(BusMetrics { bus, is_well, lag, messages }) = &self.bus {
            is_well.set(i64::from(bus.is_well()));
            // A partition that another instance reads now is told there.
            lag.clear();
            for (topic, partition, behind) in bus.lags() {
                lag.get_or_create(&PartitionLabel { topic, partition }).set(behind);
            }
            for (outcome, count) in bus.totals() {
                messages.get_or_create(&OutcomeLabel { outcome }).inner().store(count, Ordering::Relaxed);
            }
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
