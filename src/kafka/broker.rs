//! What the bridge asks of a broker, apart from the client that speaks to one.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What must stay in order has the same key.
    pub key: Option<Vec<u8>>,
    /// What it says; none is a tombstone.
    pub value: Option<Vec<u8>>,
    /// By name.
    pub headers: BTreeMap<String, Vec<u8>>,
    /// When it was made, by its producer.
    pub at: Timestamp,
}

/// What a fetch brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Messages with their offsets, in order.
    pub messages: Vec<(i64, Message)>,
    /// The offset that the next message will get.
    pub watermark: i64,
}

/// What went wrong, by what follows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokerError {
    /// No broker answers, or not in time; or it asks for patience. Later.
    #[error("{0}")]
    Away(String),
    /// The topic is not there. Later: somebody may make it.
    #[error("the topic is not there")]
    NoTopic,
    /// The offset is not there any more, or not yet.
    #[error("the offset is not there")]
    OutOfRange,
    /// A message is larger than the broker takes.
    #[error("larger than the broker takes")]
    TooLarge,
    /// What came cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// The broker refuses: it does not know us, or we may not.
    #[error("{0}")]
    Refused(String),
}

/// A cluster.
#[async_trait]
pub trait Broker: Send + Sync {
    /// The partitions of a topic, in order.
    ///
    /// # Errors
    /// [`BrokerError::NoTopic`], or the broker is away.
    async fn partitions(&self, topic: &str) -> Result<Vec<i32>, BrokerError>;

    /// The first offset that is still there.
    async fn earliest(&self, topic: &str, partition: i32) -> Result<i64, BrokerError>;

    /// Messages from an offset on; waits so long for the first.
    async fn fetch(&self, topic: &str, partition: i32, offset: i64, wait: Duration) -> Result<Fetched, BrokerError>;

    /// Leaves messages in a partition, in this order; when this returns `Ok` all replicas that must have them have.
    async fn produce(&self, topic: &str, partition: i32, messages: Vec<Message>) -> Result<(), BrokerError>;
}
