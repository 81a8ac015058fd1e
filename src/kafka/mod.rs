//! The Kafka bridge: messages of a topic become events of the gateway, exactly once, and the gateway's events are told there; a second topic mirrors what waits and takes commands to try it now.
//!
//! There is no consumer group. Each partition is a lease ([`lease`]) whose record holds the offset as well; it moves after the events up to it are durable, and what makes two messages the same event is in the event's key, so a message that is read twice is accepted once.
//! The store stays the truth: a broker that is away, slow or empty delays nothing but what goes through it. Nothing of this runs without `EVENTS_KAFKA`.
//!
//! | file | what |
//! |---|---|
//! | `config.rs` | the settings |
//! | `broker.rs`, `wire.rs` | what is asked of a broker; the client that speaks to one |
//! | `message.rs` | what messages mean, both ways: pure |
//! | `lease.rs`, `share.rs` | who reads a partition and how far it was read; which of them are this instance's |
//! | `intake.rs`, `outlet.rs` | reading and producing |
//! | `rejected.rs`, `status.rs` | messages that were passed over; how the bridge fares |

pub mod broker;
pub mod config;
mod intake;
mod lease;
mod message;
mod outlet;
pub mod rejected;
mod share;
pub mod status;
#[cfg(test)]
mod tests;
pub mod wire;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::gateway::Gateway;
use crate::kafka::broker::{Broker, BrokerError, Message};
use crate::kafka::config::KafkaConfig;
use crate::kafka::intake::{Role, Verdict};
use crate::kafka::lease::Leases;
use crate::kafka::status::Status;
use crate::signing::sha256_hex;
use crate::storage::key::kafka::{KafkaKey, OUTGOING_FOLDER, PARTITIONS_FOLDER};
use crate::storage::{Store, StoreError, shared_key};

/// The first pause after trouble; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A single message that is asked for by hand comes within this.
const BY_HAND: Duration = Duration::from_secs(5);
/// Looks at the outbox for people stop counting here.
const MOST_COUNTED: usize = 10_000;

/// What the bridge is built of, by the composition root.
pub struct Parts {
    /// The settings.
    pub config: KafkaConfig,
    /// The cluster.
    pub broker: Arc<dyn Broker>,
    /// Where events come from and go to.
    pub gateway: Arc<Gateway>,
    /// Where offsets are kept.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The name of this instance; never the same twice.
    pub instance: String,
    /// How long a partition is left to an instance that shows no sign of life.
    pub term: Duration,
    /// How much clocks of instances may differ.
    pub skew: Duration,
}

/// The bridge of one instance.
pub struct Bridge {
    config: KafkaConfig,
    broker: Arc<dyn Broker>,
    gateway: Arc<Gateway>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    instance: String,
    term: Duration,
    skew: Duration,
    status: Arc<Status>,
}

impl Bridge {
    /// A bridge over its parts; nothing runs and nothing is connected yet.
    pub fn new(parts: Parts) -> Self {
        let Parts { config, broker, gateway, store, clock, instance, term, skew } = parts;
        Self { config, broker, gateway, store, clock, instance, term, skew, status: Arc::default() }
    }

    /// How it fares.
    pub fn status(&self) -> Arc<Status> {
        Arc::clone(&self.status)
    }

    /// Works until it is told to stop; then gives back what it holds.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let leases = Leases::new(self.store.clone(), self.clock.clone(), &self.instance, self.term, self.skew).await;
        let running = Arc::new(Running { bridge: self, leases, stop });
        let mut pause = Pause::default();
        let origin = loop {
            match running.bridge.origin().await {
                Ok(origin) => break Arc::<str>::from(origin),
                Err(error) => running.away("store", error.to_string()),
            }
            if running.rest(pause.next()).await {
                return;
            }
        };
        running.bridge.status.well("store");
        tracing::info!(brokers = running.bridge.config.brokers.len(), topic = running.bridge.config.topic, "The Kafka bridge is on");
        tokio::join!(running.clone().share(origin.clone()), running.clone().send(origin));
    }

    /// What tells this installation's messages from those of others.
    async fn origin(&self) -> Result<String, StoreError> {
        let key = shared_key(&*self.store, &KafkaKey::Origin.path()).await?;
        Ok(sha256_hex(&key)[..16].to_owned())
    }

    /// Asks the cluster for both topics; a sentence for the operator.
    ///
    /// # Errors
    /// What is wrong and what to do.
    pub async fn check(&self) -> Result<String, String> {
        let mut told = Vec::new();
        for topic in [&self.config.topic, &self.config.topic_retry] {
            let partitions = self.broker.partitions(topic).await.map_err(|error| words(topic, &error))?;
            told.push(format!("{topic} has {} partitions", partitions.len()));
        }
        Ok(told.join(", "))
    }

    /// How far each partition was read by any instance, from the records.
    ///
    /// # Errors
    /// The store's.
    pub async fn overview(store: &dyn Store) -> Result<Overview, StoreError> {
        use futures::{StreamExt as _, TryStreamExt as _};
        let mut partitions = Vec::new();
        let mut keys = store.scan(PARTITIONS_FOLDER, None);
        while let Some(key) = keys.try_next().await? {
            let Some((bytes, _)) = store.get(&key).await? else { continue };
            let Ok(progress) = serde_json::from_slice::<lease::Progress>(&bytes) else { continue };
            partitions.push(PartitionView {
                lag: progress.watermark.zip(progress.next).map(|(watermark, next)| (watermark - next).max(0)),
                topic: progress.topic,
                partition: progress.partition,
                next: progress.next,
                owner: progress.owner,
                at: progress.at,
            });
        }
        let waiting = store.scan(OUTGOING_FOLDER, None).take(MOST_COUNTED).try_fold(0, |count, _| async move { Ok(count + 1) }).await?;
        Ok(Overview { partitions, waiting })
    }

    /// Reads one message again and takes it in as if it came now.
    ///
    /// # Errors
    /// In words: it is not there any more, or is passed over again.
    pub async fn retry(&self, topic: &str, partition: i32, offset: i64) -> Result<&'static str, String> {
        let fetched = self.broker.fetch(topic, partition, offset, BY_HAND).await.map_err(|error| words(topic, &error))?;
        let found = fetched.messages.into_iter().find(|(at, _)| *at == offset);
        let (_, message) = found.ok_or_else(|| format!("{topic} has no message at offset {offset} of partition {partition} any more"))?;
        let role = if topic == self.config.topic_retry { Role::Commands } else { Role::Events };
        let origin = self.origin().await.map_err(|error| error.to_string())?;
        match self.handle(role, (topic, partition, offset), &message, &origin).await {
            Ok(Verdict::Rejected(rejection)) => Err(rejection
                .detail
                .map_or_else(|| rejection.reason.words().to_owned(), |detail| format!("{}: {detail}", rejection.reason.words()))),
            Ok(Verdict::Accepted) => Ok("accepted"),
            Ok(Verdict::Repeated) => Ok("repeated"),
            Ok(Verdict::Own) => Ok("own"),
            Ok(Verdict::Command) => Ok("command"),
            Err(later) => Err(later.message),
        }
    }
}

/// What all instances did so far.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Overview {
    /// The partitions.
    pub partitions: Vec<PartitionView>,
    /// What is still to be produced; counted up to a bound.
    pub waiting: usize,
}

/// One partition.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PartitionView {
    /// Its topic.
    pub topic: String,
    /// Its number.
    pub partition: i32,
    /// The offset of the next message.
    pub next: Option<i64>,
    /// Messages that were still to be read when this was written.
    pub lag: Option<i64>,
    /// The instance that reads it.
    pub owner: Option<String>,
    /// When this was written.
    pub at: Timestamp,
}

/// A bridge at work.
struct Running {
    bridge: Arc<Bridge>,
    leases: Leases,
    stop: CancellationToken,
}

impl Running {
    fn away(&self, part: &str, message: impl Into<String>) {
        self.bridge.status.away(part, message, self.bridge.clock.now());
    }

    /// Rests, or until it is told to stop; whether it was.
    async fn rest(&self, pause: Duration) -> bool {
        tokio::select! {
            () = self.stop.cancelled() => true,
            () = tokio::time::sleep(pause) => false,
        }
    }
}

/// Pauses that grow while trouble lasts.
#[derive(Debug, Default)]
struct Pause(Option<Duration>);

impl Pause {
    fn next(&mut self) -> Duration {
        let next = self.0.map_or(FIRST_PAUSE, |last| (last * 2).min(LONGEST_PAUSE));
        self.0 = Some(next);
        next
    }

    fn over(&mut self) {
        self.0 = None;
    }
}

/// What is wrong with a topic, and what to do.
fn words(topic: &str, error: &BrokerError) -> String {
    match error {
        BrokerError::NoTopic => format!("the topic {topic} is not there; create it"),
        error => error.to_string(),
    }
}

/// Bytes that a message takes in a request, generously.
fn size(message: &Message) -> usize {
    let headers: usize = message.headers.iter().map(|(name, value)| name.len() + value.len() + 10).sum();
    message.key.as_ref().map_or(0, Vec::len) + message.value.as_ref().map_or(0, Vec::len) + headers + 100
}
