//! Producing: what lies in the gateway's outbox is told in its order, by one instance at a time, and taken out when the brokers have it. After a crash something may be told twice, under the same id.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt as _, stream};

use crate::gateway::error::GatewayError;
use crate::gateway::outbox::OutboxEntry;
use crate::jobs::failpoint;
use crate::kafka::broker::{BrokerError, Message};
use crate::kafka::lease::HeldPartition;
use crate::kafka::status::Outcome;
use crate::kafka::{Pause, Running, message, rejected, size, words};
use crate::storage::key::kafka::KafkaKey;

/// What this part is called where it has trouble.
const PART: &str = "outbox";
/// How often the outbox is looked at for what other instances left: where a look costs nothing, and elsewhere. What this one leaves is seen at once.
const LOOK: Duration = Duration::from_millis(500);
const LOOK_REMOTE: Duration = Duration::from_secs(15);
/// Entries taken up together.
const BATCH: usize = 200;
/// Events read at once.
const AT_ONCE: usize = 16;
/// Bytes of one request: brokers take a million as they come.
const MOST_BYTES: usize = 600_000;
/// How long the partitions of a topic are known.
const KNOWN: Duration = Duration::from_mins(1);
/// How often it is looked for messages that were passed over long ago.
const TIDIES: Duration = Duration::from_hours(24);

/// Something to be told.
struct Parcel {
    entry: String,
    message: Message,
    outcome: Outcome,
}

/// Why a look at the outbox ended early.
enum Stop {
    /// Another instance produces.
    Lost,
    /// The brokers, or the store, must be waited for.
    Trouble(String),
}

impl From<GatewayError> for Stop {
    fn from(error: GatewayError) -> Self {
        Self::Trouble(error.to_string())
    }
}

/// Partitions by topic, and until when they are known.
type Known = BTreeMap<String, (Vec<i32>, Duration)>;

impl Running {
    /// Produces what lies in the outbox until it is told to stop.
    pub(super) async fn send(self: Arc<Self>, origin: Arc<str>) {
        let look = if self.bridge.store.is_remote() { LOOK_REMOTE } else { LOOK };
        let key = KafkaKey::Sender.path();
        let mut pause = Pause::default();
        loop {
            match self.leases.take(&key, "", 0).await {
                Ok(Some(held)) => {
                    pause.over();
                    self.send_on(held, &origin, look).await;
                }
                Ok(None) => {}
                Err(error) => self.away(PART, error.to_string()),
            }
            if self.rest(look).await {
                return;
            }
        }
    }

    async fn send_on(&self, mut held: HeldPartition, origin: &str, look: Duration) {
        let (mut pause, mut known, mut tidied) = (Pause::default(), Known::new(), None);
        while !self.stop.is_cancelled() {
            let wait = match self.empty(&mut held, origin, &mut known).await {
                Ok(()) => {
                    pause.over();
                    self.bridge.status.well(PART);
                    look
                }
                Err(Stop::Lost) => return,
                Err(Stop::Trouble(message)) => {
                    known.clear();
                    self.away(PART, message);
                    pause.next()
                }
            };
            self.tidy(&mut tidied).await;
            // While the brokers are away, what comes meanwhile hurries nothing.
            let hurries = wait == look;
            tokio::select! {
                () = self.stop.cancelled() => break,
                () = tokio::time::sleep(wait.min(self.leases.term / 3)) => {}
                () = self.bridge.gateway.outbox_filled(), if hurries => {}
            }
            if self.leases.is_due(&held) && self.keep_sending(&mut held).await.is_err() {
                return;
            }
        }
        self.leases.release(held).await;
    }

    async fn keep_sending(&self, held: &mut HeldPartition) -> Result<(), Stop> {
        match self.leases.write(held).await {
            Ok(Ok(())) => Ok(()),
            Err(_) if self.leases.is_sure(held) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Stop::Lost),
        }
    }

    /// Tells everything that lies in the outbox.
    async fn empty(&self, held: &mut HeldPartition, origin: &str, known: &mut Known) -> Result<(), Stop> {
        let gateway = Arc::clone(&self.bridge.gateway);
        let mut entries = gateway.outbox().ready_chunks(BATCH);
        while let Some(chunk) = entries.next().await {
            if self.stop.is_cancelled() {
                return Ok(());
            }
            if self.leases.is_due(held) {
                self.keep_sending(held).await?;
            }
            let keys = chunk.into_iter().collect::<Result<Vec<String>, GatewayError>>()?;
            let read = stream::iter(keys).map(|key| async move {
                let found = self.bridge.gateway.outgoing(&key).await;
                (key, found)
            });
            let found: Vec<(String, Result<OutboxEntry, GatewayError>)> = read.buffered(AT_ONCE).collect().await;
            let mut parcels = Vec::new();
            for (entry, found) in found {
                match found {
                    Ok(OutboxEntry::Ready(outgoing)) => {
                        let outcome = if outgoing.delivery.is_some() { Outcome::Mirrored } else { Outcome::Told };
                        parcels.push(Parcel { entry, message: message::write(&outgoing, origin), outcome });
                    }
                    Ok(OutboxEntry::NotYet) => {}
                    Ok(OutboxEntry::Nothing) => self.bridge.gateway.outgoing_told(&entry).await?,
                    Err(error @ GatewayError::Unavailable { .. }) => return Err(error.into()),
                    // One that cannot be read keeps no other from being told.
                    Err(error) => {
                        tracing::error!(entry, %error, "Something that is to be told on Kafka cannot be read and is left out");
                        self.bridge.gateway.outgoing_told(&entry).await?;
                    }
                }
            }
            self.tell(parcels, known).await?;
        }
        Ok(())
    }

    /// Tells parcels: partitions beside each other, each in its order.
    async fn tell(&self, parcels: Vec<Parcel>, known: &mut Known) -> Result<(), Stop> {
        let config = &self.bridge.config;
        let mut by_place: BTreeMap<(&str, i32), Vec<Parcel>> = BTreeMap::new();
        for parcel in parcels {
            let topic = if parcel.outcome == Outcome::Mirrored { &config.topic_retry } else { &config.topic };
            let partitions = self.partitions(topic, known).await?;
            let key = parcel.message.key.as_deref().unwrap_or_default();
            let partition = message::partition_of(key, partitions).ok_or_else(|| Stop::Trouble(words(topic, &BrokerError::NoTopic)))?;
            by_place.entry((topic.as_str(), partition)).or_default().push(parcel);
        }
        let mut work = Vec::new();
        for ((topic, partition), parcels) in by_place {
            work.push(self.tell_partition(topic, partition, parcels));
        }
        let told: Vec<Result<(), Stop>> = stream::iter(work).buffer_unordered(AT_ONCE).collect().await;
        told.into_iter().collect()
    }

    async fn partitions<'k>(&self, topic: &str, known: &'k mut Known) -> Result<&'k [i32], Stop> {
        let now = self.bridge.clock.monotonic();
        if known.get(topic).is_none_or(|(_, until)| now >= *until) {
            let asked = self.bridge.broker.partitions(topic).await.map_err(|error| Stop::Trouble(words(topic, &error)))?;
            known.insert(topic.to_owned(), (asked, now + KNOWN));
        }
        Ok(known.get(topic).map_or(&[][..], |(partitions, _)| partitions.as_slice()))
    }

    async fn tell_partition(&self, topic: &str, partition: i32, parcels: Vec<Parcel>) -> Result<(), Stop> {
        let mut batches: Vec<Vec<Parcel>> = Vec::new();
        let mut bytes = 0;
        for parcel in parcels {
            let own = size(&parcel.message);
            if let Some(batch) = batches.last_mut().filter(|_| bytes + own <= MOST_BYTES) {
                bytes += own;
                batch.push(parcel);
            } else {
                bytes = own;
                batches.push(vec![parcel]);
            }
        }
        for batch in batches {
            match self.produce(topic, partition, &batch).await {
                Ok(()) => self.take_out(batch).await?,
                Err(BrokerError::TooLarge) => {
                    // Which one it is shows when each goes alone.
                    for parcel in batch {
                        match self.produce(topic, partition, std::slice::from_ref(&parcel)).await {
                            Ok(()) => self.take_out(vec![parcel]).await?,
                            Err(BrokerError::TooLarge) => self.give_up(topic, parcel).await?,
                            Err(error) => return Err(Stop::Trouble(words(topic, &error))),
                        }
                    }
                }
                Err(error) => return Err(Stop::Trouble(words(topic, &error))),
            }
        }
        Ok(())
    }

    async fn produce(&self, topic: &str, partition: i32, batch: &[Parcel]) -> Result<(), BrokerError> {
        failpoint::hit("kafka.produce", "before");
        let messages = batch.iter().map(|parcel| parcel.message.clone()).collect();
        let told = self.bridge.broker.produce(topic, partition, messages).await;
        failpoint::hit("kafka.produce", "after");
        told
    }

    async fn take_out(&self, batch: Vec<Parcel>) -> Result<(), Stop> {
        for parcel in batch {
            self.bridge.gateway.outgoing_told(&parcel.entry).await?;
            self.bridge.status.count(parcel.outcome);
        }
        Ok(())
    }

    /// The event stays in the store and goes to endpoints; on the bus nobody hears of it, which is said.
    async fn give_up(&self, topic: &str, parcel: Parcel) -> Result<(), Stop> {
        let bytes = size(&parcel.message);
        tracing::error!(
            topic,
            bytes,
            "An event is larger than the brokers take (message.max.bytes); it is not told on Kafka, webhooks of it go on"
        );
        self.bridge.status.count(Outcome::Untellable);
        Ok(self.bridge.gateway.outgoing_told(&parcel.entry).await?)
    }

    /// Removes what was passed over long ago, now and then.
    async fn tidy(&self, tidied: &mut Option<Duration>) {
        let now = self.bridge.clock.monotonic();
        if tidied.is_some_and(|last| now.saturating_sub(last) < TIDIES) {
            return;
        }
        *tidied = Some(now);
        let kept = Duration::from_hours(24 * u64::from(self.bridge.gateway.config().keep_dead_days));
        let Ok(oldest) = self.bridge.clock.now().checked_sub(kept) else { return };
        if let Err(error) = rejected::drop_before(&*self.bridge.store, oldest).await {
            tracing::warn!(%error, "Messages that were passed over long ago are removed later");
        }
    }
}
