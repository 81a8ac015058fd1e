//! Who did what, when and why: one create-only record per act, written before the act. No record, no act.
//!
//! A record names whom it was about by ids only, never by a name or an address.

use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::model::role::Role;
use crate::sealing::chance;
use crate::storage::key::{AUDIT_FOLDER, ObjectKey};
use crate::storage::{PutMode, Store, StoreError};

/// The most characters of a reason that are kept.
const LONGEST_REASON: usize = 500;

/// One act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Version of this shape.
    pub v: u32,
    /// Its name in the log.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who: a person's id, `token:admin`, `cli:<user>`, `key:<id>`.
    pub who: String,
    /// In which role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// What: a stable word (`report.send`, `template.use`).
    pub act: String,
    /// On what: a job's id, a file's name, a filter's id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub on: String,
    /// Why, in the person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What it was about beyond that, without anything personal (`12 reports`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more: Option<String>,
    /// Why it did not happen after all, where it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// An act that is about to happen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Act<'a> {
    /// Who.
    pub who: &'a str,
    /// In which role.
    pub role: Option<Role>,
    /// What.
    pub act: &'a str,
    /// On what.
    pub on: &'a str,
    /// Why.
    pub why: Option<&'a str>,
    /// More.
    pub more: Option<String>,
}

/// The log of acts.
#[derive(Clone)]
pub struct Audit {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl Audit {
    /// The log in this store.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Records an act that is about to happen, and tells the record's name.
    ///
    /// # Errors
    /// The store's: then the act must not happen.
    pub async fn record(&self, act: Act<'_>) -> Result<String, StoreError> {
        let (at, id) = (self.clock.now(), hex::encode(chance::<8>()));
        let why = act.why.map(|why| why.trim().chars().take(LONGEST_REASON).collect::<String>()).filter(|why| !why.is_empty());
        let entry = Entry {
            v: 1,
            id: id.clone(),
            at,
            who: act.who.to_owned(),
            role: act.role,
            act: act.act.to_owned(),
            on: act.on.to_owned(),
            why,
            more: act.more,
            failed: None,
        };
        let key = ObjectKey::Audit { at, id: &id }.path();
        self.store.put(&key, json(&entry), PutMode::Create).await?;
        Ok(id)
    }

    /// Notes that a recorded act did not happen after all; a note that is lost leaves an act that seems to have happened, which is the safer side.
    pub async fn failed(&self, id: &str, why: &str) {
        let key = ObjectKey::AuditFailed { id }.path();
        if let Err(error) = self.store.put(&key, json(&why), PutMode::Create).await {
            tracing::warn!(%error, "It could not be noted that an act did not happen");
        }
    }

    /// The newest acts, newest first, from after this key on, at most so many that `keep` says yes to; and where to go on.
    ///
    /// # Errors
    /// The store's.
    pub async fn newest(
        &self,
        after: Option<&str>,
        limit: usize,
        keep: &(dyn Fn(&Entry) -> bool + Send + Sync),
    ) -> Result<(Vec<Entry>, Option<String>), StoreError> {
        let mut keys = self.store.scan(AUDIT_FOLDER, after);
        let mut found = Vec::new();
        while let Some(key) = keys.try_next().await? {
            let Some((bytes, _)) = self.store.get(&key).await? else { continue };
            let Ok(mut entry) = serde_json::from_slice::<Entry>(&bytes) else {
                tracing::warn!(key, "a record of the log of acts cannot be read");
                continue;
            };
            if !keep(&entry) {
                continue;
            }
            let note = self.store.get(&ObjectKey::AuditFailed { id: &entry.id }.path()).await?;
            entry.failed = note.map(|(bytes, _)| serde_json::from_slice(&bytes).unwrap_or_default());
            found.push(entry);
            if found.len() == limit {
                return Ok((found, Some(key)));
            }
        }
        Ok((found, None))
    }
}

fn json<T: Serialize>(value: &T) -> Bytes {
    Bytes::from(serde_json::to_vec(value).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::storage::memory::MemoryStore;

    #[tokio::test]
    async fn acts_are_told_newest_first_with_what_did_not_happen() {
        let clock = Arc::new(ManualClock::new("2026-11-28T10:00:00Z".parse().unwrap()));
        let audit = Audit::new(Arc::new(MemoryStore::new()), clock.clone());
        let act = |act| Act { who: "token:admin", role: Some(Role::Admin), act, on: "x", why: Some("  asked  "), more: None };
        audit.record(act("report.send")).await.unwrap();
        clock.advance(std::time::Duration::from_secs(5));
        let second = audit.record(act("report.discard")).await.unwrap();
        audit.failed(&second, "it moved").await;
        let (all, more) = audit.newest(None, 10, &|_| true).await.unwrap();
        assert_eq!(all.iter().map(|entry| entry.act.as_str()).collect::<Vec<_>>(), ["report.discard", "report.send"]);
        assert_eq!((all[0].failed.as_deref(), all[1].why.as_deref(), more), (Some("it moved"), Some("asked"), None));
        let (first, rest) = audit.newest(None, 1, &|_| true).await.unwrap();
        let (second, _) = audit.newest(rest.as_deref(), 1, &|_| true).await.unwrap();
        assert_eq!((first[0].act.as_str(), second[0].act.as_str()), ("report.discard", "report.send"));
    }
}
