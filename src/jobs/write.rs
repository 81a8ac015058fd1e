//! Writing records: every write passes a fail point before and after, and the important ones are patient with the store.

use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::jobs::core::Core;
use crate::jobs::error::JobsError;
use crate::jobs::failpoint;
use crate::jobs::records;
use crate::jobs::state::Job;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::storage::key::ObjectKey;
use crate::storage::{PutMode, StoreError, Version};

/// How often a write is tried while the store is unavailable.
const TRIES: u32 = 5;

impl Core {
    /// Writes one record once.
    pub(crate) async fn write<T: Serialize>(&self, what: &str, key: &str, record: &T, mode: PutMode) -> Result<Version, JobsError> {
        self.write_bytes(what, key, serialised(key, record)?, mode).await
    }

    /// As [`Core::write`] of a new record whose content only living processes read ([`Store::create_volatile`](crate::storage::Store::create_volatile)).
    pub(crate) async fn create_volatile<T: Serialize>(&self, what: &str, key: &str, record: &T) -> Result<Version, JobsError> {
        let bytes = serialised(key, record)?;
        failpoint::hit(what, "before");
        let version = self.store.create_volatile(key, bytes).await?;
        failpoint::hit(what, "after");
        Ok(version)
    }

    /// As [`Core::write`], of a record's bytes.
    pub(crate) async fn write_bytes(&self, what: &str, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, JobsError> {
        failpoint::hit(what, "before");
        let version = self.store.put(key, bytes, mode).await?;
        failpoint::hit(what, "after");
        Ok(version)
    }

    /// Records something create-only and tells what counts: this, or what stood there first. Patient: a fact of the outside world should not be lost because the store was away for a second.
    pub(crate) async fn keep_first<T: Serialize + DeserializeOwned>(&self, what: &str, key: &str, record: T) -> Result<T, JobsError> {
        match self.write_patiently(what, key, &record).await {
            Ok(_) => Ok(record),
            Err(JobsError::Store(StoreError::AlreadyExists { .. })) => match records::read(&*self.store, key).await? {
                Some((standing, _)) => Ok(standing),
                None => Err(JobsError::Store(StoreError::Conflict { key: key.to_owned() })),
            },
            Err(error) => Err(error),
        }
    }

    /// Records a fact of the outside world and tells what counts. It cannot be learnt again, so while the store cannot take it, it is kept here and tried again, for as long as the process lives and the settings say; whoever asks for it meanwhile is told it ([`Core::kept_fact`]).
    pub(crate) async fn keep_fact(&self, what: &str, key: &str, fact: Value) -> Result<Value, JobsError> {
        let began = self.clock.monotonic();
        self.facts().insert(key.to_owned(), fact.clone());
        loop {
            let error = match self.keep_first(what, key, fact.clone()).await {
                Ok(kept) => {
                    self.facts().remove(key);
                    return Ok(kept);
                }
                Err(JobsError::Store(error @ (StoreError::Unavailable { .. } | StoreError::Refused { .. }))) => error,
                Err(error) => return Err(error),
            };
            if self.clock.monotonic().saturating_sub(began) >= self.config.fact_patience {
                return Err(error.into());
            }
            tracing::error!(key, %error, "A fact is kept in memory until the store takes it; do not stop this process");
            tokio::time::sleep(self.config.write_pause * 10).await;
        }
    }

    /// Keeps a fact in memory until it is recorded ([`Core::keep_fact`], or with a job's end).
    pub(crate) fn remember_fact(&self, key: &str, fact: &Value) {
        self.facts().insert(key.to_owned(), fact.clone());
    }

    /// A fact that was recorded with its job's end.
    pub(crate) fn forget_fact(&self, key: &str) {
        self.facts().remove(key);
    }

    /// A fact that an earlier attempt of this process could not record.
    pub(crate) fn kept_fact(&self, key: &str) -> Option<Value> {
        self.facts().get(key).cloned()
    }

    fn facts(&self) -> MutexGuard<'_, HashMap<String, Value>> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write_patiently<T: Serialize>(&self, what: &str, key: &str, record: &T) -> Result<Version, JobsError> {
        let mut pause = self.config.write_pause;
        for _ in 1..TRIES {
            match self.write(what, key, record, PutMode::Create).await {
                Err(JobsError::Store(StoreError::Unavailable { .. })) => tokio::time::sleep(pause).await,
                done => return done,
            }
            pause *= 2;
        }
        self.write(what, key, record, PutMode::Create).await
    }

    /// Makes sure that a sweep comes by the job then.
    pub(crate) async fn point_to(&self, what: &str, lane: LaneName, job: &JobId, at: Timestamp) -> Result<(), JobsError> {
        failpoint::hit(what, "before");
        match self.store.put(&ObjectKey::Due { lane, at, job }.path(), Bytes::new(), PutMode::Create).await {
            Ok(_) | Err(StoreError::AlreadyExists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        failpoint::hit(what, "after");
        Ok(())
    }

    /// Removes the pointer that led to the job before its state changed. Best effort: what is left is removed by a sweep.
    pub(crate) async fn unpoint(&self, job: &Job) {
        self.unpoint_at(job.lane(), job.due(), &job.id).await;
    }

    /// As [`Core::unpoint`], of a job that is known by its pointer.
    pub(crate) async fn unpoint_at(&self, lane: LaneName, at: Timestamp, job: &JobId) {
        failpoint::hit("undue", "before");
        let key = ObjectKey::Due { lane, at, job }.path();
        if let Err(error) = self.store.delete(&key).await {
            tracing::debug!(job.id = %job, %error, "A due pointer is left for the next sweep");
        }
        failpoint::hit("undue", "after");
    }
}

/// A record's bytes.
pub(crate) fn serialised<T: Serialize>(key: &str, record: &T) -> Result<Bytes, JobsError> {
    serde_json::to_vec(record).map(Bytes::from).map_err(|error| JobsError::Unreadable { key: key.to_owned(), message: error.to_string() })
}
