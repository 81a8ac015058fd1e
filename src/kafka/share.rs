//! Which partitions are read here: instances that take part beat now and then, and none holds more than its share, so that a newcomer gets some.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt as _;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::kafka::intake::Role;
use crate::kafka::{Running, words};
use crate::storage::key::kafka::{KafkaKey, MEMBERS_FOLDER};
use crate::storage::{PutMode, StoreError};

/// How often it is looked for partitions that nobody reads: where a look costs nothing, and elsewhere.
const LOOK: Duration = Duration::from_millis(500);
const LOOK_REMOTE: Duration = Duration::from_secs(10);
/// How long the partitions of a topic are known.
const KNOWN: Duration = Duration::from_mins(1);
/// How long a topic that could not be asked for is left alone.
const UNKNOWN: Duration = Duration::from_secs(2);

type Place = (String, i32);

/// One partition that is read here.
struct Reader {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// What is known of the topics.
#[derive(Default)]
struct Topics {
    partitions: BTreeMap<String, Vec<i32>>,
    /// When each is asked for again, by the steady clock.
    again: BTreeMap<String, Duration>,
}

impl Running {
    /// Reads its share of the partitions until it is told to stop.
    pub(super) async fn share(self: Arc<Self>, origin: Arc<str>) {
        let look = if self.bridge.store.is_remote() { LOOK_REMOTE } else { LOOK };
        let (mut readers, mut topics, mut beat) = (BTreeMap::<Place, Reader>::new(), Topics::default(), None);
        loop {
            readers.retain(|_, reader| !reader.task.is_finished());
            match self.look(&mut readers, &mut topics, &mut beat, &origin).await {
                Ok(()) => self.bridge.status.well("store"),
                Err(error) => self.away("store", error.to_string()),
            }
            if self.rest(look).await {
                break;
            }
        }
        for reader in readers.values() {
            reader.stop.cancel();
        }
        for (_, reader) in readers {
            let _ = reader.task.await;
        }
        let _ = self.bridge.store.delete(&self.member_key()).await;
    }

    fn member_key(&self) -> String {
        KafkaKey::Member { instance: &self.leases.me }.path()
    }

    async fn look(
        self: &Arc<Self>,
        readers: &mut BTreeMap<Place, Reader>,
        topics: &mut Topics,
        beat: &mut Option<Duration>,
        origin: &Arc<str>,
    ) -> Result<(), StoreError> {
        let members = self.members(beat).await?;
        self.ask_for_topics(topics).await;
        let all: Vec<Place> = topics
            .partitions
            .iter()
            .flat_map(|(topic, partitions)| partitions.iter().map(|partition| (topic.clone(), *partition)))
            .collect();
        let share = all.len().div_ceil(members);
        let excess: Vec<Place> = readers.keys().skip(share).cloned().collect();
        for place in excess {
            if let Some(reader) = readers.get(&place) {
                reader.stop.cancel();
            }
        }
        for (topic, partition) in all {
            if readers.len() >= share {
                break;
            }
            let place = (topic, partition);
            if readers.contains_key(&place) {
                continue;
            }
            let key = KafkaKey::Partition { topic: &place.0, partition }.path();
            // One partition whose record is damaged keeps none of the others from being read.
            match self.leases.take(&key, &place.0, partition).await {
                Ok(Some(held)) => {
                    let role = if place.0 == self.bridge.config.topic_retry { Role::Commands } else { Role::Events };
                    let stop = self.stop.child_token();
                    let task = tokio::spawn(self.clone().read(held, role, origin.clone(), stop.clone()));
                    readers.insert(place, Reader { stop, task });
                }
                Ok(None) => {}
                Err(error) if error.is_away() => return Err(error),
                Err(error) => self.away(&format!("{}/{partition}", place.0), error.to_string()),
            }
        }
        Ok(())
    }

    /// How many instances take part, this one included.
    async fn members(&self, beat: &mut Option<Duration>) -> Result<usize, StoreError> {
        let store = &self.bridge.store;
        let now = self.bridge.clock.monotonic();
        if beat.is_none_or(|last| now.saturating_sub(last) >= self.leases.term / 3) {
            // A new figure each time, so that others see that we live.
            let watched = if self.leases.is_watched() { "watched" } else { "unwatched" };
            store.put(&self.member_key(), format!("{watched} {}", now.as_millis()).into(), PutMode::Overwrite).await?;
            *beat = Some(now);
        }
        let keys: Vec<String> = store.scan(MEMBERS_FOLDER, None).try_collect().await?;
        let mut count = 1;
        for key in keys {
            let Some(name) = key.strip_prefix(MEMBERS_FOLDER).filter(|name| *name != self.leases.me) else { continue };
            let Some((bytes, _)) = store.get(&key).await? else { continue };
            let state = String::from_utf8_lossy(&bytes);
            if self.leases.is_silent(&key, &state, name, state.starts_with("watched")).await {
                store.delete(&key).await?;
            } else {
                count += 1;
            }
        }
        Ok(count)
    }

    /// Asks which partitions the topics have, when that was not asked for a while.
    async fn ask_for_topics(&self, topics: &mut Topics) {
        let now = self.bridge.clock.monotonic();
        let wanted: BTreeSet<&String> = [&self.bridge.config.topic, &self.bridge.config.topic_retry].into();
        for topic in wanted {
            if topics.again.get(topic).is_some_and(|again| now < *again) {
                continue;
            }
            let part = format!("topic {topic}");
            let wait = match self.bridge.broker.partitions(topic).await {
                Ok(partitions) => {
                    self.bridge.status.well(&part);
                    topics.partitions.insert(topic.clone(), partitions);
                    KNOWN
                }
                // What was known goes on being read: its leader may well answer.
                Err(error) => {
                    self.away(&part, words(topic, &error));
                    UNKNOWN
                }
            };
            topics.again.insert(topic.clone(), self.bridge.clock.monotonic() + wait);
        }
    }
}
