//! The records that events change: one object each, the newest event by its own time.

use bytes::Bytes;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::platform_event::{Collection, PlatformEvent, Subject};
use crate::signing::sha256_hex;
use crate::storage::key::ObjectKey;
use crate::storage::{PutMode, Store, StoreError};

/// Tries at a record that others change at the same time.
const TRIES: usize = 8;
/// The version of the record's shape.
const VERSION: u32 = 1;

/// A record as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of this shape.
    pub version: u32,
    /// Who told it.
    pub source: String,
    /// The event that changed it last.
    #[serde(rename = "type")]
    pub kind: String,
    /// When that happened, as the sender says.
    pub at: Timestamp,
    /// It is gone; what was known last is kept.
    pub deleted: bool,
    /// The facts.
    pub data: Value,
}

/// What an event did to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upserted {
    /// There was none.
    New,
    /// It says something newer now.
    Changed,
    /// It says this already.
    Same,
    /// It says something newer than the event.
    Older,
}

fn key(subject: &Subject) -> String {
    ObjectKey::PlatformRecord { collection: subject.collection.as_str(), id: &sha256_hex(subject.id.as_bytes()) }.path()
}

/// Changes the record, unless it is newer. Of two events of one time the same one counts on every instance, in whatever order they come.
///
/// # Errors
/// The store's.
pub async fn upsert(store: &dyn Store, event: &PlatformEvent) -> Result<Upserted, StoreError> {
    let key = key(&event.subject);
    let record = Record {
        version: VERSION,
        source: event.source.clone(),
        kind: event.kind.clone(),
        at: event.at,
        deleted: event.subject.deleted,
        data: event.data.clone(),
    };
    let refused = |error: serde_json::Error| StoreError::Refused { key: key.clone(), message: error.to_string() };
    let bytes = Bytes::from(serde_json::to_vec(&record).map_err(refused)?);
    let mut last = None;
    for _ in 0..TRIES {
        let (mode, done) = match store.get(&key).await? {
            None => (PutMode::Create, Upserted::New),
            Some((kept, version)) => match serde_json::from_slice::<Record>(&kept) {
                Ok(kept) if kept == record => return Ok(Upserted::Same),
                Ok(kept) if rank(&kept) > rank(&record) => return Ok(Upserted::Older),
                // A record that cannot be read is replaced.
                _ => (PutMode::Update(version), Upserted::Changed),
            },
        };
        match store.put(&key, bytes.clone(), mode).await {
            Ok(_) => return Ok(done),
            Err(error @ (StoreError::AlreadyExists { .. } | StoreError::Conflict { .. })) => last = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or(StoreError::Conflict { key }))
}

fn rank(record: &Record) -> (Timestamp, bool, String) {
    (record.at, record.deleted, record.data.to_string())
}

/// The records of a collection, in no order that means anything; `after` is the name that a page ended with.
///
/// # Errors
/// The store's.
pub async fn list(
    store: &dyn Store,
    collection: Collection,
    after: Option<&str>,
    limit: usize,
) -> Result<(Vec<Record>, Option<String>), StoreError> {
    let folder = ObjectKey::PlatformRecords { collection: collection.as_str() }.path();
    let after = after.map(|name| format!("{folder}{name}"));
    let mut keys = store.scan(&folder, after.as_deref());
    let (mut found, mut last) = (Vec::new(), None);
    while let Some(key) = keys.try_next().await? {
        if found.len() == limit {
            return Ok((found, last));
        }
        last = key.strip_prefix(&folder).map(ToOwned::to_owned);
        let Some((bytes, _)) = store.get(&key).await? else { continue };
        match serde_json::from_slice(&bytes) {
            Ok(record) => found.push(record),
            Err(error) => tracing::error!(key, %error, "a record cannot be read and is left out"),
        }
    }
    Ok((found, None))
}

/// One record by the digest of its id; none where there is none, or one that cannot be read.
///
/// # Errors
/// The store's.
pub(super) async fn read(store: &dyn Store, collection: Collection, digest: &str) -> Result<Option<Record>, StoreError> {
    let key = ObjectKey::PlatformRecord { collection: collection.as_str(), id: digest }.path();
    let Some((bytes, _)) = store.get(&key).await? else { return Ok(None) };
    Ok(serde_json::from_slice(&bytes).inspect_err(|error| tracing::error!(key, %error, "a record cannot be read and is left out")).ok())
}

/// Keeps a transcription's text.
///
/// # Errors
/// The store's.
pub async fn keep_text(store: &dyn Store, subject: &Subject, text: &str) -> Result<(), StoreError> {
    let key = ObjectKey::PlatformText { collection: subject.collection.as_str(), id: &sha256_hex(subject.id.as_bytes()) }.path();
    store.put(&key, Bytes::from(text.to_owned()), PutMode::Overwrite).await.map(drop)
}
