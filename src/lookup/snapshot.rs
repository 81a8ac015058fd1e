//! The index's copy in a bucket, so that an instance that starts cold reads one object instead of every job's.
//!
//! Written now and then by whoever looks, never by anybody else; what is damaged, of another schema or half written is ignored, and the index is made of the records.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::lookup::LookupError;
use crate::lookup::db::{self, Db};
use crate::lookup::index::SCHEMA;
use crate::signing::sha256_hex;
use crate::storage::key::{ERASURES_FOLDER, ObjectKey};
use crate::storage::{PutMode, Store, StoreError, Version};

/// The name of what tells which copy is the newest.
const NEWEST: &str = "newest.json";
/// A copy that says it is larger is not unpacked.
const LARGEST: u64 = 4 << 30;
/// One that is no older is as good as a new one.
const SOON: Duration = Duration::from_mins(10);

/// What is known of the newest copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Newest {
    v: u32,
    /// The copy's name.
    name: String,
    /// Of the copy as it lies in the store.
    sha256: String,
    /// Its size unpacked.
    bytes: u64,
    /// When it was made.
    at: Timestamp,
}

fn key(name: &str) -> String {
    ObjectKey::Index { schema: SCHEMA, name }.path()
}

/// What is told of the newest copy, and its version.
async fn newest(store: &dyn Store) -> Result<Option<(Newest, Version)>, StoreError> {
    let found = store.get(&key(NEWEST)).await?;
    Ok(found.and_then(|(bytes, version)| Some((serde_json::from_slice::<Newest>(&bytes).ok()?, version))))
}

/// The newest copy, unpacked; `None` when there is none that can be used.
pub(super) async fn load(store: &dyn Store) -> Option<Vec<u8>> {
    // Another instance may put a newer one in its place while it is read.
    for _ in 0..2 {
        let (told, _) = newest(store).await.ok()??;
        let Ok(Some((packed, _))) = store.get(&key(&told.name)).await else { continue };
        let unpacked = tokio::task::spawn_blocking(move || unpack(&packed, &told)).await.ok()?;
        if unpacked.is_none() {
            tracing::warn!("The copy of the index of reports is damaged; the index is made of the records");
        }
        return unpacked;
    }
    None
}

fn unpack(packed: &[u8], told: &Newest) -> Option<Vec<u8>> {
    if sha256_hex(packed) != told.sha256 || told.bytes > LARGEST {
        return None;
    }
    let mut bytes = Vec::with_capacity(usize::try_from(told.bytes).ok()?);
    // One byte more than there should be tells that there is more.
    GzDecoder::new(packed).take(told.bytes + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == told.bytes).then_some(bytes)
}

/// Puts a copy of the index in the store; `false` when another instance was quicker.
pub(super) async fn keep(store: &dyn Store, db: &Arc<Db>, now: Timestamp) -> Result<bool, LookupError> {
    let (before, erasures) = (newest(store).await?, erasures(store).await?);
    if before.as_ref().is_some_and(|(told, _)| now.duration_since(told.at).unsigned_abs() < SOON) {
        return Ok(false);
    }
    let copied = Arc::clone(db);
    let (packed, bytes) = tokio::task::spawn_blocking(move || pack(copied.path())).await.map_err(|_| LookupError::closed())??;
    let sha256 = sha256_hex(&packed);
    let told = Newest { v: 1, name: format!("{}.gz", &sha256[..16]), sha256, bytes, at: now };
    match store.put(&key(&told.name), Bytes::from(packed), PutMode::Create).await {
        Ok(_) | Err(StoreError::AlreadyExists { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let (old, mode) = match before {
        Some((old, version)) => (Some(old.name), PutMode::Update(version)),
        // One that cannot be read is in nobody's way.
        None => (None, PutMode::Overwrite),
    };
    let written = store.put(&key(NEWEST), Bytes::from(serde_json::to_vec(&told).unwrap_or_default()), mode).await;
    let gone = match &written {
        Ok(_) => old.filter(|old| *old != told.name),
        Err(_) => Some(told.name),
    };
    if let Some(name) = gone {
        blank(store, &name).await?;
    }
    if self::erasures(store).await? != erasures {
        // Somebody was erased while the copy was made, and may be in it.
        drop_all(store).await?;
        return Ok(false);
    }
    match written {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict { .. } | StoreError::AlreadyExists { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn erasures(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    store.scan(ERASURES_FOLDER, None).try_collect().await
}

/// Removes the copies: one that may come back after a power cut is empty.
pub(super) async fn drop_all(store: &dyn Store) -> Result<(), LookupError> {
    for name in store.list(&key(""), None, 1000).await? {
        store.put(&name, Bytes::new(), PutMode::Overwrite).await?;
        store.delete(&name).await?;
    }
    Ok(())
}

async fn blank(store: &dyn Store, name: &str) -> Result<(), LookupError> {
    let key = key(name);
    store.put(&key, Bytes::new(), PutMode::Overwrite).await?;
    Ok(store.delete(&key).await?)
}

/// A whole copy of the file as it stands, packed, and its size before.
#[expect(clippy::disallowed_methods, reason = "the index is a file of its own, read on a thread for files")]
fn pack(path: &Path) -> Result<(Vec<u8>, u64), LookupError> {
    let copy = path.with_extension("sqlite.copy");
    db::copy(path, &copy)?;
    let bytes = std::fs::read(&copy).map_err(|error| LookupError::file(&copy, &error));
    let _ = std::fs::remove_file(&copy);
    let bytes = bytes?;
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::fast());
    let packed = encoder.write_all(&bytes).and_then(|()| encoder.finish()).map_err(|error| LookupError::file(&copy, &error))?;
    Ok((packed, bytes.len() as u64))
}
