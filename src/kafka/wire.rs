//! The door to rskafka: the client that speaks to brokers, with limits of ours around every call.
//!
//! A partition has a connection of its own for reading and one for producing, so that a fetch that waits for messages keeps nothing else waiting.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use rskafka::BackoffConfig;
use rskafka::chrono::{DateTime, Utc};
use rskafka::client::error::{Error, ProtocolError, RequestError};
use rskafka::client::partition::{Compression, OffsetAt, PartitionClient, UnknownTopicHandling};
use rskafka::client::{Client, ClientBuilder, Credentials, SaslConfig};
use rskafka::record::Record;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use secrecy::ExposeSecret as _;
use tokio::sync::Mutex;

use crate::kafka::broker::{Broker, BrokerError, Fetched, Message};
use crate::kafka::config::{KafkaConfig, Mechanism, Roots};

/// How long connecting and asking may take.
const ASK: Duration = Duration::from_secs(5);
/// How long producing may take, replicas included.
const PRODUCE: Duration = Duration::from_secs(15);
/// How long the client itself goes on trying: our own pauses are longer and are said.
const OWN_TRIES: Duration = Duration::from_secs(2);
/// Bytes of one fetch, and the most that one answer may have.
const FETCH: i32 = 1024 * 1024;
const MOST_ANSWER: usize = 64 * 1024 * 1024;

/// What a partition's connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    Read,
    Produce,
}

type Lines = BTreeMap<(String, i32, Use), Arc<PartitionClient>>;

/// A cluster; nothing is connected before it is first asked.
pub struct Cluster {
    brokers: Vec<String>,
    sasl: Option<SaslConfig>,
    tls: Option<Arc<ClientConfig>>,
    client: Mutex<Option<Arc<Client>>>,
    lines: Mutex<Lines>,
}

impl Cluster {
    /// A cluster as configured.
    ///
    /// # Errors
    /// `KAFKA_CA_FILE` cannot be used.
    pub fn new(config: &KafkaConfig) -> Result<Self, String> {
        let sasl = config.sasl.as_ref().map(|sasl| {
            let credentials = Credentials::new(sasl.user.clone(), sasl.password.expose_secret().to_owned());
            match sasl.mechanism {
                Mechanism::Plain => SaslConfig::Plain(credentials),
                Mechanism::ScramSha256 => SaslConfig::ScramSha256(credentials),
                Mechanism::ScramSha512 => SaslConfig::ScramSha512(credentials),
            }
        });
        let tls = config.tls.as_ref().map(tls).transpose()?;
        Ok(Self { brokers: config.brokers.clone(), sasl, tls, client: Mutex::default(), lines: Mutex::default() })
    }

    async fn client(&self) -> Result<Arc<Client>, BrokerError> {
        let mut client = self.client.lock().await;
        if let Some(client) = client.as_ref() {
            return Ok(Arc::clone(client));
        }
        let mut builder = ClientBuilder::new(self.brokers.clone())
            .client_id("gradepost")
            .max_message_size(MOST_ANSWER)
            .backoff_config(BackoffConfig { deadline: Some(OWN_TRIES), ..BackoffConfig::default() });
        if let Some(tls) = &self.tls {
            builder = builder.tls_config(Arc::clone(tls));
        }
        if let Some(sasl) = &self.sasl {
            builder = builder.sasl_config(sasl.clone());
        }
        let made = Arc::new(within(ASK, builder.build()).await?);
        *client = Some(Arc::clone(&made));
        Ok(made)
    }

    /// The connection to a partition's leader; made when it is first asked for.
    async fn line(&self, topic: &str, partition: i32, purpose: Use) -> Result<Arc<PartitionClient>, BrokerError> {
        let key = (topic.to_owned(), partition, purpose);
        if let Some(line) = self.lines.lock().await.get(&key) {
            return Ok(Arc::clone(line));
        }
        let client = self.client().await?;
        let line = within(ASK, client.partition_client(topic, partition, UnknownTopicHandling::Error)).await?;
        let line = Arc::new(line);
        self.lines.lock().await.insert(key, Arc::clone(&line));
        Ok(line)
    }

    /// After trouble everything is connected anew: brokers may have other addresses by now.
    async fn forget(&self, topic: &str, partition: i32, purpose: Use) {
        self.lines.lock().await.remove(&(topic.to_owned(), partition, purpose));
        *self.client.lock().await = None;
    }

    async fn kept<T>(&self, (topic, partition, purpose): (&str, i32, Use), done: Result<T, BrokerError>) -> Result<T, BrokerError> {
        if let Err(BrokerError::Away(_) | BrokerError::NoTopic | BrokerError::Unreadable(_) | BrokerError::Refused(_)) = &done {
            self.forget(topic, partition, purpose).await;
        }
        done
    }
}

/// TLS with the certificates that are believed.
fn tls(roots: &Roots) -> Result<Arc<ClientConfig>, String> {
    let mut believed = RootCertStore::empty();
    match roots {
        Roots::System => {
            believed.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        Roots::File(pem) => {
            let unusable = |error: &dyn std::fmt::Display| format!("KAFKA_CA_FILE holds no usable certificate: {error}");
            let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|error| unusable(&error))?;
            if certificates.is_empty() {
                return Err(unusable(&"it holds no PEM block of a certificate"));
            }
            for certificate in certificates {
                believed.add(certificate).map_err(|error| unusable(&error))?;
            }
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?
        .with_root_certificates(believed)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, BrokerError> {
    match tokio::time::timeout(limit, work).await {
        Ok(done) => done.map_err(|error| meaning(&error)),
        Err(_) => Err(BrokerError::Away(format!("no answer within {} s", limit.as_secs()))),
    }
}

/// What an error of the client means for us. Its words name brokers and topics, never what a message says.
fn meaning(error: &Error) -> BrokerError {
    match error {
        Error::ServerError { protocol_error, .. } => match protocol_error {
            ProtocolError::UnknownTopicOrPartition => BrokerError::NoTopic,
            ProtocolError::OffsetOutOfRange => BrokerError::OutOfRange,
            ProtocolError::MessageTooLarge | ProtocolError::RecordListTooLarge => BrokerError::TooLarge,
            ProtocolError::CorruptMessage => BrokerError::Unreadable("a message is damaged".to_owned()),
            ProtocolError::TopicAuthorizationFailed
            | ProtocolError::ClusterAuthorizationFailed
            | ProtocolError::SaslAuthenticationFailed => {
                BrokerError::Refused(format!("{protocol_error:?}; look at KAFKA_SASL_USER and what it may do"))
            }
            other => BrokerError::Away(format!("{other:?}")),
        },
        Error::Request(RequestError::ReadVersionedError(_) | RequestError::ReadError(_)) => BrokerError::Unreadable(error.to_string()),
        Error::InvalidResponse(text) if text.contains("imestamp") => {
            BrokerError::Unreadable("a message has no time that can be".to_owned())
        }
        other => BrokerError::Away(other.to_string()),
    }
}

#[async_trait]
impl Broker for Cluster {
    async fn partitions(&self, topic: &str) -> Result<Vec<i32>, BrokerError> {
        let client = self.client().await?;
        let topics = within(ASK, client.list_topics()).await;
        if topics.is_err() {
            *self.client.lock().await = None;
        }
        let found = topics?.into_iter().find(|found| found.name == topic).ok_or(BrokerError::NoTopic)?;
        Ok(found.partitions.into_iter().collect())
    }

    async fn earliest(&self, topic: &str, partition: i32) -> Result<i64, BrokerError> {
        let line = self.line(topic, partition, Use::Read).await?;
        let asked = within(ASK, line.get_offset(OffsetAt::Earliest)).await;
        self.kept((topic, partition, Use::Read), asked).await
    }

    async fn fetch(&self, topic: &str, partition: i32, offset: i64, wait: Duration) -> Result<Fetched, BrokerError> {
        let line = self.line(topic, partition, Use::Read).await?;
        let wait_ms = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
        let fetched = within(wait + ASK, line.fetch_records(offset, 1..FETCH, wait_ms)).await;
        let (records, watermark) = self.kept((topic, partition, Use::Read), fetched).await?;
        let messages = records.into_iter().filter(|found| found.offset >= offset).map(|found| (found.offset, read(found.record)));
        Ok(Fetched { messages: messages.collect(), watermark })
    }

    async fn produce(&self, topic: &str, partition: i32, messages: Vec<Message>) -> Result<(), BrokerError> {
        if messages.is_empty() {
            return Ok(());
        }
        let line = self.line(topic, partition, Use::Produce).await?;
        let produced = within(PRODUCE, line.produce(messages.into_iter().map(write).collect(), Compression::NoCompression)).await;
        self.kept((topic, partition, Use::Produce), produced).await.map(drop)
    }
}

fn read(record: Record) -> Message {
    let at = Timestamp::from_millisecond(record.timestamp.timestamp_millis()).unwrap_or_default();
    Message { key: record.key, value: record.value, headers: record.headers, at }
}

fn write(message: Message) -> Record {
    let timestamp = DateTime::<Utc>::from_timestamp_millis(message.at.as_millisecond()).unwrap_or_default();
    Record { key: message.key, value: message.value, headers: message.headers, timestamp }
}
