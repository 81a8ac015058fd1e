//! A store that can be told to fail.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use bytes::Bytes;

use super::*;
use crate::storage::{PutMode, StoreError, Version};

/// Passes everything on until its writes are used up. Then it is down: nothing is written, nothing read.
pub(super) struct Failing {
    inner: Arc<dyn Store>,
    writes_left: AtomicI64,
    /// Whether the last write still lands before the store goes down: a reply that is lost.
    last_lands: AtomicBool,
}

impl Failing {
    pub(super) fn after(writes: i64, last_lands: bool, inner: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self { inner, writes_left: AtomicI64::new(writes), last_lands: AtomicBool::new(last_lands) })
    }

    pub(super) fn is_down(&self) -> bool {
        self.writes_left.load(Ordering::Relaxed) < 0
    }

    fn down(key: &str) -> StoreError {
        StoreError::Unavailable { key: key.to_owned(), message: "the store is down".to_owned(), retry_after: None }
    }

    /// Counts a write; tells whether it reaches the store, and whether its reply comes back.
    fn count(&self) -> (bool, bool) {
        let left = self.writes_left.fetch_sub(1, Ordering::Relaxed);
        (left > 0 || (left == 0 && self.last_lands.load(Ordering::Relaxed)), left > 0)
    }
}

#[async_trait]
impl Store for Failing {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        let (lands, replies) = self.count();
        let done = if lands { self.inner.put(key, bytes, mode).await } else { Err(Self::down(key)) };
        if replies { done } else { Err(Self::down(key)) }
    }

    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        if self.is_down() { Err(Self::down(key)) } else { self.inner.get(key).await }
    }

    async fn list(&self, prefix: &str, start_after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        if self.is_down() { Err(Self::down(prefix)) } else { self.inner.list(prefix, start_after, limit).await }
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let (lands, replies) = self.count();
        let done = if lands { self.inner.delete(key).await } else { Err(Self::down(key)) };
        if replies { done } else { Err(Self::down(key)) }
    }

    fn describe(&self) -> String {
        "a failing store".to_owned()
    }
}
