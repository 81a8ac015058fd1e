//! Who reads a partition, and how far it was read: one record, changed by compare-and-swap only, so that whoever lost a partition cannot move its offset.
//!
//! As with jobs, a lease is taken over when this process has seen it unchanged for a term on its own steady clock, or at once when its owner is known to be dead.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::jobs::failpoint;
use crate::jobs::sightings::Sightings;
use crate::storage::{PutMode, SignOfLife, Store, StoreError, Version};

/// What is known of one partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    pub(crate) version: u32,
    pub(crate) topic: String,
    pub(crate) partition: i32,
    /// Who reads it.
    #[serde(default)]
    pub(crate) owner: Option<String>,
    /// Whether others can see when the owner dies.
    #[serde(default)]
    pub(crate) watched: bool,
    /// The offset of the next message; none before the first look.
    #[serde(default)]
    pub(crate) next: Option<i64>,
    /// The offset that the next message will get, as the broker last said.
    #[serde(default)]
    pub(crate) watermark: Option<i64>,
    /// When this was written.
    pub(crate) at: Timestamp,
}

/// A lease that is held.
pub(crate) struct HeldPartition {
    key: String,
    pub(crate) progress: Progress,
    version: Version,
    /// When it was last confirmed, by the steady clock.
    confirmed: Duration,
}

/// The lease is another's.
pub(crate) struct Lost;

/// Takes and keeps leases for one instance.
pub(crate) struct Leases {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    pub(crate) me: String,
    pub(crate) term: Duration,
    skew: Duration,
    sightings: Sightings,
    sign: Option<SignOfLife>,
}

impl Leases {
    /// For an instance whose name nobody else has.
    pub(crate) async fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, instance: &str, term: Duration, skew: Duration) -> Self {
        let me = format!("{instance}-kafka");
        let sign = store.live(&me).await;
        Self { store, clock, me, term, skew, sightings: Sightings::default(), sign }
    }

    /// Whether others can see when this instance dies.
    pub(crate) fn is_watched(&self) -> bool {
        self.sign.is_some()
    }

    /// Whether somebody who is seen under a key, in a state, has shown no sign of life for a term.
    pub(crate) async fn is_silent(&self, key: &str, state: &str, owner: &str, watched: bool) -> bool {
        let seen = self.sightings.look(key, state, self.clock.monotonic());
        seen.unchanged >= self.term + self.skew || (watched && self.store.is_gone(owner).await)
    }

    /// Takes a lease that nobody holds, or whose owner is silent.
    pub(crate) async fn take(&self, key: &str, topic: &str, partition: i32) -> Result<Option<HeldPartition>, StoreError> {
        let fresh = |next, watermark| Progress {
            version: 1,
            topic: topic.to_owned(),
            partition,
            owner: Some(self.me.clone()),
            watched: self.is_watched(),
            next,
            watermark,
            at: self.clock.now(),
        };
        let confirmed = self.clock.monotonic();
        let (progress, mode) = match self.read(key).await? {
            None => (fresh(None, None), PutMode::Create),
            Some((standing, version)) => {
                if let Some(owner) = standing.owner.as_ref().filter(|owner| **owner != self.me)
                    && !self.is_silent(key, &version.0, owner, standing.watched).await
                {
                    return Ok(None);
                }
                (fresh(standing.next, standing.watermark), PutMode::Update(version))
            }
        };
        match self.put("kafka.take", key, &progress, mode).await {
            Ok(version) => Ok(Some(HeldPartition { key: key.to_owned(), progress, version, confirmed })),
            Err(StoreError::AlreadyExists { .. } | StoreError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a third of the term is over since the lease was last confirmed.
    pub(crate) fn is_due(&self, held: &HeldPartition) -> bool {
        self.clock.monotonic().saturating_sub(held.confirmed) >= self.term / 3
    }

    /// Whether nobody may have taken the lease over since it was last confirmed.
    pub(crate) fn is_sure(&self, held: &HeldPartition) -> bool {
        self.clock.monotonic().saturating_sub(held.confirmed) < self.term
    }

    /// Writes how far the partition was read, and confirms the lease by it.
    pub(crate) async fn write(&self, held: &mut HeldPartition) -> Result<Result<(), Lost>, StoreError> {
        let confirmed = self.clock.monotonic();
        held.progress.at = self.clock.now();
        match self.put("kafka.offset", &held.key, &held.progress, PutMode::Update(held.version.clone())).await {
            Ok(version) => {
                (held.version, held.confirmed) = (version, confirmed);
                Ok(Ok(()))
            }
            Err(StoreError::Conflict { .. }) => {
                // Taken over, or our own write whose answer was lost.
                match self.read(&held.key).await? {
                    Some((standing, version)) if standing == held.progress => {
                        (held.version, held.confirmed) = (version, confirmed);
                        Ok(Ok(()))
                    }
                    _ => Ok(Err(Lost)),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Gives a lease back, so that others need not wait for it.
    pub(crate) async fn release(&self, mut held: HeldPartition) {
        held.progress.owner = None;
        if let Err(error) = self.write(&mut held).await {
            tracing::debug!(%error, "A partition is left to the others in a while, as it could not be given back");
        }
    }

    async fn read(&self, key: &str) -> Result<Option<(Progress, Version)>, StoreError> {
        let Some((bytes, version)) = self.store.get(key).await? else { return Ok(None) };
        let progress = serde_json::from_slice(&bytes).map_err(|error| StoreError::Refused {
            key: key.to_owned(),
            message: format!("how far the partition was read cannot be read: {error}; remove it, and the partition is read from its beginning, which repeats nothing"),
        })?;
        Ok(Some((progress, version)))
    }

    async fn put(&self, point: &str, key: &str, progress: &Progress, mode: PutMode) -> Result<Version, StoreError> {
        let refused = |error: serde_json::Error| StoreError::Refused { key: key.to_owned(), message: error.to_string() };
        let bytes = serde_json::to_vec(progress).map_err(refused)?;
        failpoint::hit(point, "before");
        let version = self.store.put(key, bytes.into(), mode).await?;
        failpoint::hit(point, "after");
        Ok(version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::storage::memory::MemoryStore;

    async fn two() -> (ManualClock, Leases, Leases) {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let clock = ManualClock::new("2026-11-29T06:00:00Z".parse().unwrap());
        let of =
            |name: &'static str| Leases::new(store.clone(), Arc::new(clock.clone()), name, Duration::from_secs(30), Duration::from_secs(2));
        let (a, b) = (of("a").await, of("b").await);
        (clock, a, b)
    }

    #[tokio::test]
    async fn a_partition_is_taken_over_after_a_term_of_silence_and_its_former_owner_cannot_move_the_offset() {
        let (clock, a, b) = two().await;
        let mut first = a.take("p", "t", 0).await.unwrap().expect("nobody holds it");
        first.progress.next = Some(7);
        assert!(a.write(&mut first).await.unwrap().is_ok());
        assert!(b.take("p", "t", 0).await.unwrap().is_none(), "it is held");
        clock.advance(Duration::from_secs(31));
        assert!(b.take("p", "t", 0).await.unwrap().is_none(), "not yet silent for a term as b saw it");
        clock.advance(Duration::from_secs(1));
        let second = b.take("p", "t", 0).await.unwrap().expect("a shows no sign of life");
        assert_eq!(second.progress.next, Some(7));
        first.progress.next = Some(9);
        assert!(a.write(&mut first).await.unwrap().is_err(), "a lost it");
    }

    #[tokio::test]
    async fn a_partition_that_was_given_back_is_taken_at_once() {
        let (_, a, b) = two().await;
        let held = a.take("p", "t", 0).await.unwrap().expect("nobody holds it");
        a.release(held).await;
        assert!(b.take("p", "t", 0).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn whoever_renews_keeps_its_partition() {
        let (clock, a, b) = two().await;
        let mut held = a.take("p", "t", 0).await.unwrap().expect("nobody holds it");
        for _ in 0..10 {
            clock.advance(Duration::from_secs(10));
            assert!(a.is_due(&held) && a.write(&mut held).await.unwrap().is_ok());
            assert!(b.take("p", "t", 0).await.unwrap().is_none());
        }
    }
}
