//! A store in memory: a full back end for tests and for trying things out; nothing survives the process.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;

use crate::storage::key::{check_key, check_prefix};
use crate::storage::{PutMode, Store, StoreError, Version};

/// Objects in a map; the version is a counter.
#[derive(Debug, Default)]
pub struct MemoryStore {
    objects: Mutex<Objects>,
}

#[derive(Debug, Default)]
struct Objects {
    map: BTreeMap<String, (Bytes, u64)>,
    writes: u64,
    #[cfg(test)]
    refused: std::collections::BTreeSet<String>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// All keys kept, in order: what a test reads back.
    pub fn keys(&self) -> Vec<String> {
        self.lock().map.keys().cloned().collect()
    }

    /// Refuses to read an object from now on, as a disk does with a file of another user.
    #[cfg(test)]
    pub(crate) fn refuse(&self, key: &str) {
        self.lock().refused.insert(key.to_owned());
    }

    fn lock(&self) -> MutexGuard<'_, Objects> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        check_key(key)?;
        let mut objects = self.lock();
        let current = objects.map.get(key).map(|(_, version)| *version);
        match (mode, current) {
            (PutMode::Create, Some(_)) => return Err(StoreError::AlreadyExists { key: key.to_owned() }),
            (PutMode::Update(Version(wanted)), current) if current.map(|c| c.to_string()).as_ref() != Some(&wanted) => {
                return Err(StoreError::Conflict { key: key.to_owned() });
            }
            _ => {}
        }
        objects.writes += 1;
        let version = objects.writes;
        objects.map.insert(key.to_owned(), (bytes, version));
        Ok(Version(version.to_string()))
    }

    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        check_key(key)?;
        #[cfg(test)]
        if self.lock().refused.contains(key) {
            return Err(StoreError::Refused { key: key.to_owned(), message: "it belongs to another user".to_owned() });
        }
        Ok(self.lock().map.get(key).map(|(bytes, version)| (bytes.clone(), Version(version.to_string()))))
    }

    async fn list(&self, prefix: &str, start_after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        check_prefix(prefix)?;
        let from = match start_after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let objects = self.lock();
        let range = objects.map.range::<str, _>((from, Bound::Unbounded));
        Ok(range.map(|(key, _)| key).take_while(|key| key.starts_with(prefix)).take(limit).cloned().collect())
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        check_key(key)?;
        self.lock().map.remove(key);
        Ok(())
    }

    fn describe(&self) -> String {
        "memory (lost when the process ends)".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::storage::conformance;

    #[tokio::test]
    async fn memory_is_a_conforming_store() {
        conformance::run(Arc::new(MemoryStore::new())).await;
    }
}
