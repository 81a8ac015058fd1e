//! Bytes under keys: a local directory, a bucket, or memory, behind one trait.
//!
//! Knows nothing about jobs or reports; a failure is reported, never retried here beyond the transport's own means.

pub mod config;
#[cfg(test)]
pub(crate) mod conformance;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test talks to its own emulator")]
#[path = "../../tests/parts/gcs_emulator.rs"]
pub(crate) mod emulator;
pub mod gcs;
pub mod hybrid;
pub mod key;
pub mod local;
pub mod memory;

use std::any::Any;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use rand::Rng as _;

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
            let bucket = connect_bucket(config).await?;
            match bucket.check().await {
                Ok(()) => Ok(Arc::new(HybridStore::open(local, Arc::new(bucket)).await?)),
                // The disk alone is enough to accept events; copies are made up for when the bucket is back.
                Err(error @ StoreError::Unavailable { .. }) => {
                    tracing::error!(%error, "The bucket is away; the service starts on the local folder, and reports wait until the bucket is back");
                    Ok(Arc::new(HybridStore::open_apart(local, Arc::new(bucket)).await?))
                }
                Err(error) => Err(error),
            }
        }
    }
}

/// Opens the store that `config` names for a command beside the service: a local one must be there, and nothing is made in it by reading.
///
/// # Errors
/// As [`open`], and [`StoreError::Refused`] when there is no store.
pub async fn open_existing(config: &StorageConfig) -> Result<Arc<dyn Store>, StoreError> {
    match config.backend {
        Backend::Local => Ok(Arc::new(LocalStore::open_existing(&config.data_dir).await?)),
        Backend::Hybrid => {
            let local = LocalStore::open_existing(&config.data_dir).await?;
            // A command copies nothing; the service does.
            Ok(Arc::new(HybridStore::open_apart(local, Arc::new(connect_bucket(config).await?)).await?))
        }
        Backend::Memory | Backend::Gcp => open(config).await,
    }
}

async fn open_bucket(config: &StorageConfig) -> Result<GcsStore, StoreError> {
    let bucket = connect_bucket(config).await?;
    bucket.check().await?;
    Ok(bucket)
}

async fn connect_bucket(config: &StorageConfig) -> Result<GcsStore, StoreError> {
    let missing = || StoreError::Refused { key: "GCP_BUCKET_NAME".to_owned(), message: "missing; name the bucket".to_owned() };
    GcsStore::connect(config.bucket.as_ref().ok_or_else(missing)?).await
}

/// Keys in byte order, read as they are asked for; after a failure the stream goes on where it can, and else ends.
pub type Keys<'a> = BoxStream<'a, Result<String, StoreError>>;

/// Writes, reads, lists and removes a small object.
async fn probe_with_object<S: Store + ?Sized>(store: &S) -> Result<&'static str, StoreError> {
    // The standard library's hash keys come from the operating system's source of chance: two checks at once never meet.
    let key = format!("check/{:016x}", RandomState::new().hash_one(0));
    let tried = probe_key(store, &key).await;
    if tried.is_err() {
        // What was written in vain should not stay; when it cannot be removed, the first failure is the one to tell.
        let _ = store.delete(&key).await;
    }
    tried.map(|()| "wrote, read, listed and removed a test object")
}

async fn probe_key<S: Store + ?Sized>(store: &S, key: &str) -> Result<(), StoreError> {
    let wrong = |message: &str| StoreError::Refused { key: key.to_owned(), message: message.to_owned() };
    let bytes = Bytes::from_static(b"gradepost storage check");
    store.put(key, bytes.clone(), PutMode::Overwrite).await?;
    if store.get(key).await?.map(|(read, _)| read) != Some(bytes) {
        return Err(wrong("what was written did not come back"));
    }
    if !store.list(key, None, 1).await?.iter().any(|listed| listed == key) {
        return Err(wrong("what was written is not listed"));
    }
    store.delete(key).await
}

/// A random key that all instances share: the one under `key`, which whoever asks first makes.
///
/// # Errors
/// The store's.
pub async fn shared_key(store: &dyn Store, key: &str) -> Result<[u8; 32], StoreError> {
    let damaged = || StoreError::Refused {
        key: key.to_owned(),
        message: "it is no key of 64 hex digits; what was made with it cannot be found again".to_owned(),
    };
    loop {
        if let Some((bytes, _)) = store.get(key).await? {
            let bytes = hex::decode(&bytes).map_err(|_| damaged())?;
            return bytes.try_into().map_err(|_| damaged());
        }
        let mut fresh = [0_u8; 32];
        #[expect(clippy::disallowed_methods, reason = "a key is made by chance alone")]
        rand::rng().fill_bytes(&mut fresh);
        match store.put(key, Bytes::from(hex::encode(fresh)), PutMode::Create).await {
            Ok(_) => return Ok(fresh),
            // Another instance was first; its key counts.
            Err(StoreError::AlreadyExists { .. }) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Keys asked for at once by a scan.
const PAGE: usize = 1000;

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

    /// As [`put`](Self::put) with [`PutMode::Create`], of something that only living processes read: its name is durable, but after a power cut its content may be gone.
    async fn create_volatile(&self, key: &str, bytes: Bytes) -> Result<Version, StoreError> {
        self.put(key, bytes, PutMode::Create).await
    }

    /// Reads the object and its version; `None` when there is none.
    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError>;

    /// The first `limit` keys that start with `prefix`, in byte order; `start_after` skips keys up to and including it.
    ///
    /// For a bounded look. Whoever wants all of them uses [`scan`](Self::scan).
    async fn list(&self, prefix: &str, start_after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError>;

    /// All keys that start with `prefix`, in byte order, as a stream: a folder of any size is read once, and no further than it is asked for.
    ///
    /// `after` skips keys up to and including it. Keys that are written or removed meanwhile may be among them or not.
    fn scan<'a>(&'a self, prefix: &str, after: Option<&str>) -> Keys<'a> {
        let prefix = prefix.to_owned();
        let pages = stream::try_unfold(Some(after.map(ToOwned::to_owned)), move |from| {
            let prefix = prefix.clone();
            async move {
                let Some(after) = from else { return Ok(None) };
                let page = self.list(&prefix, after.as_deref(), PAGE).await?;
                let next = (page.len() == PAGE).then(|| page.last().cloned());
                Ok(Some((page, next)))
            }
        });
        pages.map_ok(|page| stream::iter(page).map(Ok)).try_flatten().boxed()
    }

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

    /// Whether each look costs time and money (a bucket): then what changes seldom is looked at seldom.
    fn is_remote(&self) -> bool {
        false
    }

    /// What a person should know about the state of the store, one sentence each: files that others may read, a bucket that keeps what is removed. For `doctor`, `storage check` and the start.
    async fn concerns(&self) -> Vec<String> {
        Vec::new()
    }

    /// Tries whether the store can be worked in, and leaves nothing behind; tells what was tried.
    async fn probe(&self) -> Result<&'static str, StoreError> {
        probe_with_object(self).await
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

impl StoreError {
    /// Whether the store as a whole is away for now; else the failure is about one object, and whoever reads many goes on with the others.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}
