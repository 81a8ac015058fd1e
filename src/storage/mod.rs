//! Bytes under keys: a local directory, a bucket, or memory, behind one trait.
//!
//! Knows nothing about jobs or reports; a failure is reported, never retried here beyond the transport's own means.

pub mod config;
#[cfg(test)]
pub(crate) mod conformance;
#[cfg(test)]
#[path = "../../tests/parts/gcs_emulator.rs"]
pub(crate) mod emulator;
pub mod gcs;
pub mod hybrid;
pub mod key;
pub mod local;
pub mod memory;

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::storage::config::{Backend, StorageConfig};
use crate::storage::gcs::GcsStore;
use crate::storage::hybrid::HybridStore;
use crate::storage::local::LocalStore;
use crate::storage::memory::MemoryStore;

/// Opens the store that `config` names.
///
/// # Errors
/// [`StoreError::Refused`] when it cannot work at all (no permission, no such bucket), [`StoreError::Unavailable`] when it cannot be reached now.
pub async fn open(config: &StorageConfig) -> Result<Arc<dyn Store>, StoreError> {
    match config.backend {
        Backend::Memory => Ok(Arc::new(MemoryStore::new())),
        Backend::Local => Ok(Arc::new(LocalStore::open(&config.data_dir).await?)),
        Backend::Gcp => Ok(Arc::new(open_bucket(config).await?)),
        Backend::Hybrid => {
            let local = LocalStore::open(&config.data_dir).await?;
            Ok(Arc::new(HybridStore::open(local, Arc::new(open_bucket(config).await?)).await?))
        }
    }
}

async fn open_bucket(config: &StorageConfig) -> Result<GcsStore, StoreError> {
    let missing = || StoreError::Refused { key: "GCP_BUCKET_NAME".to_owned(), message: "missing; name the bucket".to_owned() };
    GcsStore::open(config.bucket.as_ref().ok_or_else(missing)?).await
}

/// A store of small objects under string keys made by [`key::ObjectKey`].
///
/// Create-only writes are enough for everything durable (claims, leases, steps); compare-and-swap serves the folded `processed.csv`.
///
/// # Adding a back end
/// 1. Write `storage/<name>.rs` implementing this trait.
/// 2. Add a variant to `storage/config.rs` and an arm to `storage::open`.
/// 3. Run `conformance` on it: one line in `storage/conformance.rs`.
#[async_trait]
pub trait Store: Send + Sync {
    /// Writes `bytes` under `key` and makes them durable before returning; tells the version written.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] for [`PutMode::Create`] on an existing key; [`StoreError::Conflict`] for [`PutMode::Update`] when the version is no longer current (or the key is gone).
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError>;

    /// Reads the object and its version; `None` when there is none.
    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError>;

    /// All keys that start with `prefix`, in byte order.
    ///
    /// `start_after` skips keys up to and including it; `limit` bounds the answer (a page, for large folders).
    async fn list(&self, prefix: &str, start_after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError>;

    /// Removes the object; removing what is not there is fine.
    ///
    /// Unlike a write it need not be durable: after a power cut the object may be there again. So only hints are removed (due pointers, marks), and rows whose index knows them.
    async fn delete(&self, key: &str) -> Result<(), StoreError>;

    /// Says that this process lives, under a name of its own, for as long as the answer is kept: once the process is dead, however it died, [`is_gone`](Self::is_gone) tells the others at once. `None` where the back end has no means for that.
    async fn live(&self, _name: &str) -> Option<SignOfLife> {
        None
    }

    /// Whether a process that said it lives is dead for certain; `false` when nobody can tell.
    async fn is_gone(&self, _name: &str) -> bool {
        false
    }

    /// A sentence naming the store for people (`local folder data`, `bucket x`).
    fn describe(&self) -> String;
}

/// A process' word that it lives; it is taken back when this is dropped or the process ends.
pub type SignOfLife = Box<dyn Any + Send + Sync>;

/// What a write may do to what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutMode {
    /// Replace whatever is there.
    Overwrite,
    /// Only when nothing is there, else [`StoreError::AlreadyExists`].
    Create,
    /// Only when this version is still current, else [`StoreError::Conflict`].
    Update(Version),
}

/// An opaque version of an object: a bucket's generation, a local content hash, a counter in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(pub String);

/// What went wrong with a store, by what the caller does about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A create-only write met an existing object.
    #[error("{key} exists already")]
    AlreadyExists {
        /// The object.
        key: String,
    },
    /// The object changed since its version was read.
    #[error("{key} was changed by someone else")]
    Conflict {
        /// The object.
        key: String,
    },
    /// The store cannot be reached or refuses for now: try again later.
    #[error("the store is unavailable for {key}: {message}")]
    Unavailable {
        /// The object.
        key: String,
        /// What the back end said.
        message: String,
        /// After which time the store asks to be tried again, where it says so.
        retry_after: Option<std::time::Duration>,
    },
    /// The store refuses for good: no permission, no such bucket, disk full, invalid key.
    #[error("the store refuses {key}: {message}")]
    Refused {
        /// The object.
        key: String,
        /// What the back end said and what to do.
        message: String,
    },
}
