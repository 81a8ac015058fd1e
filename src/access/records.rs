//! What is kept of keys and of portal sessions: create-only records, read through a short cache.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::model::role::Role;
use crate::storage::key::{self, ObjectKey};
use crate::storage::{PutMode, Store, StoreError};

/// What was read is believed so long; a key that is revoked elsewhere opens nothing afterwards.
const FRESH: Duration = Duration::from_secs(3);
/// More answers than this are not kept: names of keys that do not exist cost nothing to make up.
const MOST_CACHED: usize = 4096;

/// A key as it is kept: everything but its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// The public part.
    pub id: String,
    /// What it is for, in its maker's words.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The one institution it may do it in, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution: Option<String>,
    /// SHA-256 of its text.
    pub sha256: String,
    /// When it was made.
    pub created: Timestamp,
    /// By whom.
    pub created_by: String,
    /// Until when it opens anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

impl KeyRecord {
    /// Whether it has not run out yet.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|end| now < end)
    }
}

/// A key as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// The key.
    pub key: KeyRecord,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
    /// The day of its last use.
    pub last_used: Option<Date>,
}

#[derive(Serialize, Deserialize)]
struct Revoked {
    at: Timestamp,
    by: String,
}

/// The records.
pub struct Records {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    keys: Cache<Option<Arc<KeyRecord>>>,
    portals: Cache<Arc<Revocations>>,
    used: Mutex<HashMap<String, Date>>,
}

/// What ended an institution's portal sessions.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Revocations {
    /// Sessions that began before this second are over.
    pub not_before: i64,
    /// Single sessions that are over.
    pub sessions: Vec<String>,
}

impl Records {
    /// The records of a store.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, keys: Cache::default(), portals: Cache::default(), used: Mutex::default() }
    }

    /// Keeps a new key.
    pub async fn create(&self, record: &KeyRecord) -> Result<(), StoreError> {
        self.store.put(&ObjectKey::ApiKey { id: &record.id }.path(), json(record), PutMode::Create).await?;
        self.keys.forget(&record.id);
        Ok(())
    }

    /// Ends a key for good; `false` when there is none of this id.
    pub async fn revoke(&self, id: &str, by: &str) -> Result<bool, StoreError> {
        if self.store.get(&ObjectKey::ApiKey { id }.path()).await?.is_none() {
            return Ok(false);
        }
        let body = json(&Revoked { at: self.clock.now(), by: by.to_owned() });
        let put = self.store.put(&ObjectKey::ApiKeyRevoked { id }.path(), body, PutMode::Create).await;
        self.keys.forget(id);
        match put {
            Ok(_) | Err(StoreError::AlreadyExists { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// The key of this id, unless it is revoked; at most three seconds old.
    pub async fn key(&self, id: &str) -> Result<Option<Arc<KeyRecord>>, StoreError> {
        if let Some(known) = self.cached_key(id) {
            return Ok(known);
        }
        let found = self.read_key(id).await?;
        self.keys.keep(id, found.clone(), self.clock.monotonic());
        Ok(found)
    }

    /// As [`Self::key`], when that costs no look at the store.
    pub fn cached_key(&self, id: &str) -> Option<Option<Arc<KeyRecord>>> {
        self.keys.get(id, self.clock.monotonic())
    }

    async fn read_key(&self, id: &str) -> Result<Option<Arc<KeyRecord>>, StoreError> {
        let path = ObjectKey::ApiKey { id }.path();
        let Some((bytes, _)) = self.store.get(&path).await? else { return Ok(None) };
        let record: KeyRecord = read(&path, &bytes)?;
        let is_revoked = self.store.get(&ObjectKey::ApiKeyRevoked { id }.path()).await?.is_some();
        Ok((!is_revoked).then(|| Arc::new(record)))
    }

    /// Every key there ever was, by id. One that cannot be read is passed over and told.
    pub async fn list(&self) -> Result<Vec<ListedKey>, StoreError> {
        let names: Vec<String> = self.store.scan(key::API_KEYS_FOLDER, None).try_collect().await?;
        let mut listed: Vec<ListedKey> = Vec::new();
        let mut used: BTreeMap<String, Option<Date>> = BTreeMap::new();
        for (id, part) in names.iter().filter_map(|name| key::parse_api_key(name)) {
            let day: Option<Date> = part.strip_prefix("used-").and_then(|day| day.parse().ok());
            let last = used.entry(id.to_owned()).or_default();
            *last = day.max(*last);
        }
        // Owned, as a page's future must not hang on the names' lifetime.
        let mut read_all =
            futures::stream::iter(used).map(|(id, last)| async move { (self.read_listed(&id).await, id, last) }).buffered(16);
        while let Some((found, id, last_used)) = read_all.next().await {
            match found {
                Ok(Some(found)) => listed.push(ListedKey { last_used, ..found }),
                Ok(None) => {}
                Err(error) if error.is_away() => return Err(error),
                Err(error) => tracing::warn!(%error, key = id, "a key's record cannot be read and is passed over"),
            }
        }
        Ok(listed)
    }

    async fn read_listed(&self, id: &str) -> Result<Option<ListedKey>, StoreError> {
        let path = ObjectKey::ApiKey { id }.path();
        let Some((bytes, _)) = self.store.get(&path).await? else { return Ok(None) };
        let key: KeyRecord = read(&path, &bytes)?;
        let path = ObjectKey::ApiKeyRevoked { id }.path();
        let revoked = match self.store.get(&path).await? {
            Some((bytes, _)) => Some(read::<Revoked>(&path, &bytes)?.at),
            None => None,
        };
        Ok(Some(ListedKey { key, revoked, last_used: None }))
    }

    /// Notes the day of a key's last use: one small write a day and key. A day that cannot be written is no reason to refuse the call.
    pub async fn mark_used(&self, id: &str) {
        let today = self.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let earlier = {
            let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
            if used.get(id) == Some(&today) {
                return;
            }
            used.insert(id.to_owned(), today)
        };
        let mark = |day: Date| ObjectKey::ApiKeyUsed { id, day }.path();
        let put = self.store.put(&mark(today), Bytes::from_static(b"{}"), PutMode::Create).await;
        if let Err(error) = put
            && !matches!(error, StoreError::AlreadyExists { .. })
        {
            tracing::warn!(%error, key = id, "the day of a key's last use could not be noted");
            return;
        }
        // The mark of the day before is only a hint now.
        if let Some(day) = earlier {
            let _ = self.store.delete(&mark(day)).await;
        }
    }

    /// What ended portal sessions of an institution; at most three seconds old.
    pub async fn revocations(&self, institution: &str) -> Result<Arc<Revocations>, StoreError> {
        if let Some(known) = self.portals.get(institution, self.clock.monotonic()) {
            return Ok(known);
        }
        let names = self.store.list(&key::portal_folder(institution), None, 1000).await?;
        let mut found = Revocations::default();
        for part in names.iter().filter_map(|name| name.rsplit('/').next()) {
            if let Some(second) = part.strip_prefix("before-").and_then(|text| text.parse::<i64>().ok()) {
                found.not_before = found.not_before.max(second);
            } else if let Some(session) = part.strip_prefix("session-") {
                found.sessions.push(session.to_owned());
            }
        }
        let found = Arc::new(found);
        self.portals.keep(institution, found.clone(), self.clock.monotonic());
        Ok(found)
    }

    /// Ends an institution's portal sessions: one, or all that began before this second.
    pub async fn end_sessions(&self, institution: &str, session: Option<&str>, before: Timestamp) -> Result<(), StoreError> {
        let name = match session {
            Some(session) => format!("session-{session}"),
            None => format!("before-{}", before.as_second()),
        };
        let put =
            self.store.put(&ObjectKey::PortalEnd { institution, name: &name }.path(), Bytes::from_static(b"{}"), PutMode::Create).await;
        self.portals.forget(institution);
        match put {
            Ok(_) | Err(StoreError::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The salt of our tokens' signing keys, made by whoever asks first.
    pub async fn salt(&self, fresh: [u8; 32]) -> Result<Vec<u8>, StoreError> {
        let path = ObjectKey::TokenSalt.path();
        if let Some((bytes, _)) = self.store.get(&path).await? {
            return Ok(bytes.to_vec());
        }
        match self.store.put(&path, Bytes::copy_from_slice(&fresh), PutMode::Create).await {
            Ok(_) => Ok(fresh.to_vec()),
            Err(StoreError::AlreadyExists { .. }) => Ok(self.store.get(&path).await?.map_or(fresh.to_vec(), |(bytes, _)| bytes.to_vec())),
            Err(error) => Err(error),
        }
    }

    /// Whether any key was ever made.
    pub async fn any_key(&self) -> Result<bool, StoreError> {
        Ok(!self.store.list(key::API_KEYS_FOLDER, None, 1).await?.is_empty())
    }
}

fn json(value: &impl Serialize) -> Bytes {
    // Plain structs of ours always have a JSON form.
    Bytes::from(serde_json::to_vec(value).unwrap_or_default())
}

fn read<T: for<'de> Deserialize<'de>>(key: &str, bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes)
        .map_err(|error| StoreError::Refused { key: key.to_owned(), message: format!("the record is damaged: {error}") })
}

/// Answers by name, each for a short time.
struct Cache<T>(Mutex<HashMap<String, (Duration, T)>>);

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Cache<T> {
    fn get(&self, name: &str, now: Duration) -> Option<T> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(name).filter(|(at, _)| now.saturating_sub(*at) < FRESH).map(|(_, value)| value.clone())
    }

    fn keep(&self, name: &str, value: T, now: Duration) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST_CACHED {
            entries.retain(|_, (at, _)| now.saturating_sub(*at) < FRESH);
        }
        if entries.len() >= MOST_CACHED {
            entries.clear();
        }
        entries.insert(name.to_owned(), (now, value));
    }

    fn forget(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}
