//! Messages that were passed over: where each lies and why, so that the rest of its partition goes on.
//!
//! What a message says is not kept: it may be about a person, and lies in Kafka, from where `gradepost kafka retry` reads it again.

use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::jobs::failpoint;
use crate::kafka::broker::Message;
use crate::kafka::message::Rejection;
use crate::storage::key::kafka::{KafkaKey, REJECTED_FOLDER, parse_rejected};
use crate::storage::{PutMode, Store, StoreError};

/// A message that was passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Its topic.
    pub topic: String,
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Why, as one stable word.
    pub reason: String,
    /// The same in words.
    pub error: String,
    /// The message's own time.
    pub at: Timestamp,
    /// When it was passed over.
    pub rejected: Timestamp,
    /// Bytes of its value.
    pub bytes: usize,
}

/// Records that a message is passed over; recording it again changes nothing.
pub(crate) async fn record(
    store: &dyn Store,
    place: (&str, i32, i64),
    message: &Message,
    rejection: &Rejection,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (topic, partition, offset) = place;
    let words = rejection.reason.words();
    let rejected = Rejected {
        topic: topic.to_owned(),
        partition,
        offset,
        reason: rejection.reason.as_str().to_owned(),
        error: rejection.detail.as_ref().map_or_else(|| words.to_owned(), |detail| format!("{words}: {detail}")),
        at: message.at,
        rejected: now,
        bytes: message.value.as_ref().map_or(0, Vec::len),
    };
    let key = KafkaKey::Rejected { at: message.at, topic, partition, offset }.path();
    let refused = |error: serde_json::Error| StoreError::Refused { key: key.clone(), message: error.to_string() };
    let bytes = serde_json::to_vec(&rejected).map_err(refused)?;
    failpoint::hit("kafka.reject", "before");
    store.put(&key, bytes.into(), PutMode::Overwrite).await?;
    failpoint::hit("kafka.reject", "after");
    Ok(())
}

/// The newest messages that were passed over.
///
/// # Errors
/// The store's.
pub async fn newest(store: &dyn Store, most: usize) -> Result<Vec<Rejected>, StoreError> {
    let mut found = Vec::new();
    let mut keys = store.scan(REJECTED_FOLDER, None).take(most);
    while let Some(key) = keys.try_next().await? {
        if let Some((bytes, _)) = store.get(&key).await?
            && let Ok(rejected) = serde_json::from_slice(&bytes)
        {
            found.push(rejected);
        }
    }
    Ok(found)
}

/// Takes a message off the list.
///
/// # Errors
/// The store's.
pub async fn forget(store: &dyn Store, rejected: &Rejected) -> Result<(), StoreError> {
    let Rejected { topic, partition, offset, at, .. } = rejected;
    store.delete(&KafkaKey::Rejected { at: *at, topic, partition: *partition, offset: *offset }.path()).await
}

/// Removes those of messages from before an instant.
pub(crate) async fn drop_before(store: &dyn Store, oldest: Timestamp) -> Result<(), StoreError> {
    let mut keys = store.scan(REJECTED_FOLDER, None);
    while let Some(key) = keys.try_next().await? {
        if parse_rejected(&key).is_some_and(|at| at < oldest) {
            store.delete(&key).await?;
        }
    }
    Ok(())
}
