//! A store for a trial: it reads what the school keeps (templates, banks, profiles) and writes into memory, so that a trial leaves nothing behind.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::storage::memory::MemoryStore;
use crate::storage::{PutMode, Store, StoreError, Version};

/// What a school keeps; everything else of the store underneath is not seen.
const MATERIAL: &[&str] = &["templates/", "questions/", "assessments.toml", "last_good/"];

/// Memory over a school's store.
pub struct TrialStore {
    school: Arc<dyn Store>,
    memory: MemoryStore,
}

impl TrialStore {
    /// Reads from `school`, writes into memory.
    pub fn over(school: Arc<dyn Store>) -> Self {
        Self { school, memory: MemoryStore::new() }
    }
}

fn is_material(key: &str) -> bool {
    MATERIAL.iter().any(|prefix| key.starts_with(prefix))
}

#[async_trait]
impl Store for TrialStore {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        self.memory.put(key, bytes, mode).await
    }

    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        match self.memory.get(key).await? {
            None if is_material(key) => self.school.get(key).await,
            found => Ok(found),
        }
    }

    async fn list(&self, prefix: &str, start_after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        let mut keys = self.memory.list(prefix, start_after, limit).await?;
        if is_material(prefix) {
            keys.extend(self.school.list(prefix, start_after, limit).await?);
            keys.sort();
            keys.dedup();
            keys.truncate(limit);
        }
        Ok(keys)
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.memory.delete(key).await
    }

    fn describe(&self) -> String {
        format!("memory over the {}", self.school.describe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_trial_sees_the_schools_files_and_none_of_its_students_and_changes_neither() {
        let school = Arc::new(MemoryStore::new());
        let put = |key: &'static str| school.put(key, Bytes::from_static(b"school"), PutMode::Overwrite);
        put("questions/Test.csv").await.unwrap();
        put("results/test/ana/1.json").await.unwrap();
        let before = school.keys();
        let trial = TrialStore::over(school.clone());
        assert!(trial.get("questions/Test.csv").await.unwrap().is_some() && trial.get("results/test/ana/1.json").await.unwrap().is_none());
        assert!(trial.list("results/", None, 9).await.unwrap().is_empty());
        trial.put("questions/Own.csv", Bytes::from_static(b"trial"), PutMode::Create).await.unwrap();
        trial.delete("questions/Test.csv").await.unwrap();
        assert_eq!(trial.list("questions/", None, 9).await.unwrap(), ["questions/Own.csv", "questions/Test.csv"]);
        assert_eq!(school.keys(), before);
    }
}
