//! A store in a directory: the only place that touches the file system on the service's behalf.
//!
//! What a returned `put` promises survives a power cut: the bytes are written to a temporary file and synced, the file is linked (create-only) or renamed (overwrite) into place, and the folder is synced.
//! Readers therefore see a whole object or none.
//! Several processes may share one directory: creation is the file system's own atomic link, and everything that replaces or removes a file holds an advisory lock that dies with its process. Nobody waits long for a lock, so a process that was stopped while it held one stops no other.
//! All processes run as one user: files are his alone (0600 in folders of 0700), and whoever else opens the directory is refused (`owner.rs`).

mod blank;
mod fault;
mod files;
mod lock;
mod owner;
mod presence;
mod private;
mod probe;
mod staged;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt as _, stream};

use crate::storage::key::{check_key, check_prefix};
use crate::storage::local::files::Files;
use crate::storage::local::walk::Walk;
use crate::storage::{Keys, PutMode, SignOfLife, Store, StoreError, Version};

/// Keys read at once by a scan.
const BATCH: usize = 1000;

/// Objects as files under one root.
#[derive(Debug, Clone)]
pub struct LocalStore {
    files: Arc<Files>,
}

impl LocalStore {
    /// Opens the directory, makes it when it is missing, and removes what writers that died left half-written.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the directory cannot be used.
    pub async fn open(root: &Path) -> Result<Self, StoreError> {
        let root: PathBuf = root.to_owned();
        let name = root.display().to_string();
        let files = blocking(name, move || Files::open(root)).await?;
        Ok(Self { files: Arc::new(files) })
    }

    /// Opens a directory that is a store already, for a command beside the service. Nothing is made or removed: not the directory, and not the store's own folders in it.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when there is no store, or another user keeps it.
    pub async fn open_existing(root: &Path) -> Result<Self, StoreError> {
        let root: PathBuf = root.to_owned();
        let files = blocking("DATA_DIR".to_owned(), move || Files::existing(root)).await?;
        Ok(Self { files: Arc::new(files) })
    }

    /// Runs one file operation off the async threads.
    async fn with_files<T: Send + 'static>(
        &self,
        key: &str,
        work: impl FnOnce(&Files, &str) -> Result<T, fault::FileError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let files = Arc::clone(&self.files);
        let owned = key.to_owned();
        blocking(key.to_owned(), move || work(&files, &owned)).await
    }
}

async fn blocking<T: Send + 'static>(
    key: String,
    work: impl FnOnce() -> Result<T, fault::FileError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|fault| fault.into_store_error(key)),
        Err(error) => Err(unfinished(&key, &error)),
    }
}

fn unfinished(key: &str, error: &tokio::task::JoinError) -> StoreError {
    StoreError::Unavailable { key: key.to_owned(), message: format!("the file operation did not finish: {error}"), retry_after: None }
}

#[async_trait]
impl Store for LocalStore {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        check_key(key)?;
        self.with_files(key, move |files, key| files.put(key, &bytes, &mode)).await
    }

    async fn create_volatile(&self, key: &str, bytes: Bytes) -> Result<Version, StoreError> {
        check_key(key)?;
        self.with_files(key, move |files, key| files.create_volatile(key, &bytes)).await
    }

    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        check_key(key)?;
        self.with_files(key, Files::get).await
    }

    async fn list(&self, prefix: &str, start_after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        check_prefix(prefix)?;
        let after = start_after.map(ToOwned::to_owned);
        self.with_files(prefix, move |files, prefix| files.list(prefix, after.as_deref(), limit)).await
    }

    fn scan<'a>(&'a self, prefix: &str, after: Option<&str>) -> Keys<'a> {
        if let Err(error) = check_prefix(prefix) {
            return stream::iter([Err(error)]).boxed();
        }
        let walk = Walk::new(self.files.root(), prefix, after);
        let batches = stream::unfold(Some(walk), move |walk| async move {
            let mut walk = walk?;
            let read = tokio::task::spawn_blocking(move || (walk.next_batch(BATCH), walk)).await;
            match read {
                Ok((batch, _)) if batch.is_empty() => None,
                Ok((batch, walk)) => Some((stream::iter(batch), Some(walk))),
                Err(error) => Some((stream::iter(vec![Err(unfinished("", &error))]), None)),
            }
        });
        batches.flatten().boxed()
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        check_key(key)?;
        self.with_files(key, Files::delete).await
    }

    async fn probe(&self) -> Result<&'static str, StoreError> {
        self.with_files("", |files, _| probe::probe(files.root())).await?;
        Ok("wrote, locked, linked, read and removed a file")
    }

    async fn concerns(&self) -> Vec<String> {
        let files = Arc::clone(&self.files);
        tokio::task::spawn_blocking(move || owner::concerns(files.root())).await.unwrap_or_default()
    }

    async fn live(&self, name: &str) -> Option<SignOfLife> {
        let (files, name) = (Arc::clone(&self.files), name.to_owned());
        let sign = tokio::task::spawn_blocking(move || presence::hold(files.root(), &name)).await.ok()?;
        // Without locks on this file system nobody can tell; leases run out by the clock.
        sign.ok().map(|sign| Box::new(sign) as SignOfLife)
    }

    async fn is_gone(&self, name: &str) -> bool {
        let (files, name) = (Arc::clone(&self.files), name.to_owned());
        tokio::task::spawn_blocking(move || presence::is_released(files.root(), &name)).await.unwrap_or(false)
    }

    fn describe(&self) -> String {
        format!("local folder {}", self.files.root().display())
    }
}

#[cfg(test)]
mod tests;
