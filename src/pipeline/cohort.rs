//! Keeps, for each assessment, how often each result occurred, so that a report can say where its student stands.
//!
//! Each student counts once, with the newest attempt. Who counts with what stands in `members`; reports read `summary`, which names nobody, and `members` only to leave their own student out of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::analysis::cohort::CohortSummary;
use crate::pipeline::waiting::{self, TRIES};
use crate::storage::key::{ObjectKey, UNCOUNTED_FOLDER};
use crate::storage::{PutMode, Store, StoreError};

/// One result to count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Counted {
    pub(super) assessment: String,
    pub(super) student: String,
    pub(super) at: Timestamp,
    pub(super) percentage: f64,
}

/// The newest result of each student.
type Members = BTreeMap<String, Newest>;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Newest {
    at: Timestamp,
    percentage: f64,
}

/// The cohorts of all assessments.
#[derive(Clone)]
pub(super) struct Cohorts {
    store: Arc<dyn Store>,
}

impl Cohorts {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Leaves a result to be counted; leaving it twice is harmless.
    pub(super) async fn leave(&self, result: &Counted, name: &str) -> Result<(), StoreError> {
        let key = ObjectKey::Uncounted { assessment: &result.assessment, row: name }.path();
        waiting::leave(self.store.as_ref(), &key, result).await
    }

    /// The results counted so far.
    pub(super) async fn summary(&self, assessment: &str) -> Result<CohortSummary, StoreError> {
        let key = ObjectKey::CohortSummary { assessment }.path();
        Ok(read(self.store.as_ref(), &key).await?.0)
    }

    /// The results counted so far but for one student's.
    pub(super) async fn without(&self, assessment: &str, student: &str) -> Result<CohortSummary, StoreError> {
        let key = ObjectKey::CohortMembers { assessment }.path();
        let mut members = read::<Members>(self.store.as_ref(), &key).await?.0;
        members.remove(student);
        Ok(summarised(&members))
    }

    /// Counts every result that waits.
    pub(super) async fn fold(&self) -> Result<(), StoreError> {
        let mut assessments: BTreeMap<String, Vec<(String, Counted)>> = BTreeMap::new();
        for (key, result) in waiting::read::<Counted>(&self.store, UNCOUNTED_FOLDER).await? {
            assessments.entry(result.assessment.clone()).or_default().push((key, result));
        }
        for (assessment, results) in assessments {
            if self.count(&assessment, &results).await? {
                waiting::clear(&self.store, results).await?;
            }
        }
        Ok(())
    }

    /// Counts the results of one assessment; `false` when others were quicker too often, and the results stay for the next fold.
    async fn count(&self, assessment: &str, results: &[(String, Counted)]) -> Result<bool, StoreError> {
        let (members_key, summary_key) = (ObjectKey::CohortMembers { assessment }.path(), ObjectKey::CohortSummary { assessment }.path());
        for _ in 0..TRIES {
            // The summary's version is read before the members: who writes it last has seen the newest members.
            let (_, summary_mode) = read::<CohortSummary>(self.store.as_ref(), &summary_key).await?;
            let (mut members, members_mode) = read::<Members>(self.store.as_ref(), &members_key).await?;
            let changed = results.iter().filter(|(_, result)| take(&mut members, result)).count() > 0;
            if changed && !put(self.store.as_ref(), &members_key, &members, members_mode).await? {
                continue;
            }
            if put(self.store.as_ref(), &summary_key, &summarised(&members), summary_mode).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn summarised(members: &Members) -> CohortSummary {
    let mut summary = CohortSummary::default();
    for newest in members.values() {
        summary.add(newest.percentage);
    }
    summary
}

/// Takes a result in, unless the student has a newer one; `false` when nothing changes.
fn take(members: &mut Members, result: &Counted) -> bool {
    let newest = Newest { at: result.at, percentage: result.percentage };
    match members.get(&result.student) {
        Some(known) if known.at > newest.at || *known == newest => false,
        _ => members.insert(result.student.clone(), newest) != Some(newest),
    }
}

async fn read<T: DeserializeOwned + Default>(store: &dyn Store, key: &str) -> Result<(T, PutMode), StoreError> {
    let Some((bytes, version)) = store.get(key).await? else { return Ok((T::default(), PutMode::Create)) };
    let unreadable = |error: serde_json::Error| StoreError::Refused {
        key: key.to_owned(),
        message: format!("it cannot be read ({error}); remove it, and the cohort is counted anew from here on"),
    };
    Ok((serde_json::from_slice(&bytes).map_err(unreadable)?, PutMode::Update(version)))
}

/// Writes, and tells whether nobody else did meanwhile.
async fn put<T: Serialize>(store: &dyn Store, key: &str, value: &T, mode: PutMode) -> Result<bool, StoreError> {
    let bytes = serde_json::to_vec(value).map_err(|error| StoreError::Refused { key: key.to_owned(), message: error.to_string() })?;
    match store.put(key, Bytes::from(bytes), mode).await {
        Ok(_) => Ok(true),
        Err(StoreError::AlreadyExists { .. } | StoreError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::memory::MemoryStore;

    fn result(student: u32, minute: i64, percentage: f64) -> Counted {
        let at = Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap();
        Counted { assessment: "M1".to_owned(), student: format!("u{student}"), at, percentage }
    }

    #[tokio::test]
    async fn a_student_counts_once_with_the_newest_attempt_in_whatever_order_they_come() {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let cohorts = Cohorts::new(store.clone());
        for (name, one) in [("a", result(1, 5, 80.0)), ("b", result(1, 1, 20.0)), ("c", result(2, 1, 40.0)), ("a", result(1, 5, 80.0))] {
            cohorts.leave(&one, name).await.unwrap();
            cohorts.fold().await.unwrap();
        }
        let mut expected = CohortSummary::default();
        expected.add(80.0);
        expected.add(40.0);
        assert_eq!(cohorts.summary("M1").await.unwrap(), expected);
        assert!(store.list(UNCOUNTED_FOLDER, None, 10).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn ten_instances_count_every_student_once() {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let instances: Vec<Cohorts> = (0..10).map(|_| Cohorts::new(store.clone())).collect();
        for student in 0..60 {
            instances[student as usize % 10].leave(&result(student, 1, f64::from(student)), &format!("r{student}")).await.unwrap();
        }
        for folded in futures::future::join_all(instances.iter().map(Cohorts::fold)).await {
            folded.unwrap();
        }
        instances[0].fold().await.unwrap();
        assert_eq!(instances[0].summary("M1").await.unwrap().count(), 60);
    }

    #[tokio::test]
    async fn the_summary_names_nobody() {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let cohorts = Cohorts::new(store.clone());
        cohorts.leave(&result(7, 1, 50.0), "r").await.unwrap();
        cohorts.fold().await.unwrap();
        let (bytes, _) = store.get("cohorts/M1/summary.json").await.unwrap().unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("u7"));
    }
}
