//! The Kafka bridge wired: its client, its place in `/ready` and `/metrics`.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Clock;
use crate::config::Config;
use crate::gateway::Gateway;
use crate::http::metrics::Bus;
use crate::http::readiness::Check;
use crate::jobs::Jobs;
use crate::jobs::config::TaskQueue;
use crate::jobs::waker::touch::Touch;
use crate::kafka::status::Status;
use crate::kafka::wire::Cluster;
use crate::kafka::{Bridge, Parts};
use crate::storage::Store;

/// A partition is left to an instance that shows no sign of life for at least so long; on a bucket longer, as each beat costs money.
const TERM: Duration = Duration::from_secs(30);
const TERM_REMOTE: Duration = Duration::from_mins(2);

/// The bridge, where one is configured; nothing is connected yet.
pub fn open(
    config: &Config,
    store: &Arc<dyn Store>,
    gateway: &Arc<Gateway>,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Option<Arc<Bridge>>> {
    let Some(kafka) = &config.kafka else { return Ok(None) };
    let term = if store.is_remote() { TERM_REMOTE } else { TERM };
    let parts = Parts {
        broker: Arc::new(Cluster::new(kafka).map_err(anyhow::Error::msg)?),
        config: kafka.clone(),
        gateway: Arc::clone(gateway),
        store: Arc::clone(store),
        clock: Arc::clone(clock),
        instance: config.jobs.instance.clone(),
        term: config.jobs.lease.max(term),
        skew: config.jobs.skew,
    };
    Ok(Some(Arc::new(Bridge::new(parts))))
}

/// The bridge for a command beside the service: what it makes durable is done by the service, which is told.
pub fn beside(config: &Config, store: &Arc<dyn Store>, clock: &Arc<dyn Clock>) -> anyhow::Result<Option<Arc<Bridge>>> {
    let jobs = match &config.jobs.queue {
        TaskQueue::Inline => {
            let touch = Arc::new(Touch::new(Arc::clone(store), Arc::clone(clock)));
            Jobs::with_waker(Arc::clone(store), Arc::clone(clock), config.jobs.clone(), touch)
        }
        TaskQueue::PubSub { .. } => super::jobs(config, Arc::clone(store), Arc::clone(clock))?,
    };
    let gateway = Arc::new(super::parts::gateway(config, store, &jobs, clock)?);
    open(config, store, &gateway, clock)
}

/// The bridge as `/metrics` tells of it.
pub(super) fn figures(bridge: Option<&Arc<Bridge>>) -> Option<Arc<dyn Bus>> {
    bridge.map(|bridge| Arc::new(Figures(bridge.status())) as Arc<dyn Bus>)
}

struct Figures(Arc<Status>);

impl Bus for Figures {
    fn is_well(&self) -> bool {
        self.0.is_well()
    }

    fn lags(&self) -> Vec<(String, i32, i64)> {
        self.0.lags().into_iter().map(|lag| (lag.topic, lag.partition, lag.lag)).collect()
    }

    fn totals(&self) -> Vec<(&'static str, u64)> {
        self.0.totals()
    }
}

/// The bridge tried from outside, for `doctor`.
pub fn check(bridge: &Arc<Bridge>) -> Arc<dyn Check> {
    Arc::new(RetryOnRequest(Arc::clone(bridge)))
}

struct RetryOnRequest(Arc<Bridge>);

#[async_trait]
impl Check for RetryOnRequest {
    fn name(&self) -> &'static str {
        "kafka"
    }

    async fn check(&self) -> Result<String, String> {
        self.0.check().await
    }
}
