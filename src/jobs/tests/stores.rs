//! Stores that fail when told to, or count what they are asked.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};

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

/// Counts requests and listed keys.
pub(super) struct Counting {
    inner: Arc<dyn Store>,
    requests: AtomicUsize,
    listed: AtomicUsize,
}

impl Counting {
    pub(super) fn over(inner: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self { inner, requests: AtomicUsize::new(0), listed: AtomicUsize::new(0) })
    }

    /// Requests and listed keys so far.
    pub(super) fn cost(&self) -> (usize, usize) {
        (self.requests.load(Ordering::Relaxed), self.listed.load(Ordering::Relaxed))
    }
}

#[async_trait]
impl Store for Counting {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.inner.put(key, bytes, mode).await
    }

    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.inner.get(key).await
    }

    async fn list(&self, prefix: &str, start_after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let keys = self.inner.list(prefix, start_after, limit).await?;
        self.listed.fetch_add(keys.len(), Ordering::Relaxed);
        Ok(keys)
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.inner.delete(key).await
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }
}

/// Cannot read some keys, while it reads and writes all others.
pub(super) struct Patchy {
    inner: Arc<dyn Store>,
    bad: Mutex<std::collections::HashSet<String>>,
    refuses: bool,
}

impl Patchy {
    /// Over a store; a bad key is refused for good, or unavailable.
    pub(super) fn over(inner: Arc<dyn Store>, refuses: bool) -> Arc<Self> {
        Arc::new(Self { inner, bad: Mutex::default(), refuses })
    }

    pub(super) fn fail_get(&self, key: &str) {
        self.bad.lock().unwrap().insert(key.to_owned());
    }
}

#[async_trait]
impl Store for Patchy {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        self.inner.put(key, bytes, mode).await
    }

    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        if !self.bad.lock().unwrap().contains(key) {
            return self.inner.get(key).await;
        }
        let (key, message) = (key.to_owned(), "this one cannot be read".to_owned());
        if self.refuses {
            Err(StoreError::Refused { key, message })
        } else {
            Err(StoreError::Unavailable { key, message, retry_after: None })
        }
    }

    async fn list(&self, prefix: &str, start_after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        self.inner.list(prefix, start_after, limit).await
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.inner.delete(key).await
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }
}

/// Takes no write of a key for so many tries.
pub(super) struct Stumbling {
    inner: Arc<dyn Store>,
    key_end: &'static str,
    left: AtomicI64,
}

impl Stumbling {
    pub(super) fn at(key_end: &'static str, tries: i64, inner: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self { inner, key_end, left: AtomicI64::new(tries) })
    }
}

#[async_trait]
impl Store for Stumbling {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        if key.ends_with(self.key_end) && self.left.fetch_sub(1, Ordering::Relaxed) > 0 {
            return Err(StoreError::Refused { key: key.to_owned(), message: "no space left on device".to_owned() });
        }
        self.inner.put(key, bytes, mode).await
    }

    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        self.inner.get(key).await
    }

    async fn list(&self, prefix: &str, start_after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        self.inner.list(prefix, start_after, limit).await
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.inner.delete(key).await
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }
}
