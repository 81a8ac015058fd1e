//! What persons want done with their data: kept blocked, or not processed any more. Records name nobody: a keyed hash finds them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::lookup::unseen::{Blocked, Blocks};
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::signing::hmac_sha256;
use crate::storage::key::{CAME_BACK_FOLDER, ObjectKey, WISHES_FOLDER};
use crate::storage::{self, PutMode, Store, StoreError};

/// That there is no key yet counts so long: without one, nobody ever wished anything.
const NO_KEY_FRESH: Duration = Duration::from_secs(10);
/// So long whose data are blocked counts for what tells of many at once.
const BLOCKED_FRESH: Duration = Duration::from_secs(5);

/// What a person wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// What is kept stays and is not used: nothing is made and nothing is sent, until it is lifted or its time is up.
    Blocked,
    /// Nothing is to be made of them any more.
    Objected,
}

impl Wish {
    /// The word in records and commands.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Objected => "objected",
        }
    }

    /// Why jobs wait because of it.
    pub fn cause(self) -> Cause {
        match self {
            Self::Blocked => Cause::PersonBlocked,
            Self::Objected => Cause::PersonObjected,
        }
    }
}

/// A wish as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wished {
    /// Version of this shape.
    pub v: u32,
    /// Of whom: a keyed hash.
    pub subject: String,
    /// Where an address was named: the ids of whose it is, as keyed hashes, as far as the index knew them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub also: BTreeSet<String>,
    /// What.
    pub wish: Wish,
    /// Since when.
    pub at: Timestamp,
    /// Who recorded it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Until when; without, until it is lifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// When it was lifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted: Option<Timestamp>,
    /// Whether the lists that are derived from reports follow what this says.
    #[serde(default)]
    pub followed: bool,
}

impl Wished {
    /// Whether it holds now.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.lifted.is_none() && self.until.is_none_or(|until| now < until)
    }
}

/// The wishes that are kept, and what must not come back of who was erased.
pub struct Wishes {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    key: Mutex<Key>,
    /// Whose data were blocked when it was asked last.
    lately: Mutex<Option<(Duration, Option<Arc<Blocked>>)>>,
    /// Somebody came back.
    pub(super) came_back: Notify,
}

#[derive(Default)]
struct Key {
    known: Option<[u8; 32]>,
    /// When it was last seen that there is none.
    missed: Option<Duration>,
}

impl Wishes {
    /// Over the store.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, key: Mutex::default(), lately: Mutex::default(), came_back: Notify::new() }
    }

    /// Who somebody is, told by a keyed hash that names nobody; it is made with a key of its own.
    ///
    /// # Errors
    /// The store's.
    pub async fn subject(&self, student: &str) -> Result<String, StoreError> {
        Ok(subject_of(&self.make_key().await?, student))
    }

    async fn make_key(&self) -> Result<[u8; 32], StoreError> {
        if let Some(known) = self.known_key() {
            return Ok(known);
        }
        let key = storage::shared_key(&*self.store, &ObjectKey::PrivacyKey.path()).await?;
        self.key.lock().unwrap_or_else(PoisonError::into_inner).known = Some(key);
        Ok(key)
    }

    fn known_key(&self) -> Option<[u8; 32]> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner).known
    }

    /// The key, when anything was ever wished or erased; looking makes none.
    async fn key(&self) -> Result<Option<[u8; 32]>, StoreError> {
        if let Some(known) = self.known_key() {
            return Ok(Some(known));
        }
        let now = self.clock.monotonic();
        let missed = self.key.lock().unwrap_or_else(PoisonError::into_inner).missed;
        if missed.is_some_and(|at| now.saturating_sub(at) < NO_KEY_FRESH) {
            return Ok(None);
        }
        if self.store.get(&ObjectKey::PrivacyKey.path()).await?.is_some() {
            return self.make_key().await.map(Some);
        }
        self.key.lock().unwrap_or_else(PoisonError::into_inner).missed = Some(now);
        Ok(None)
    }

    /// Whether anybody ever wished anything; asking costs nothing where nobody did.
    pub(super) async fn are_any(&self) -> Result<bool, StoreError> {
        Ok(self.key().await?.is_some())
    }

    /// What holds for a student now.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(&self, student: &str) -> Result<Option<Wished>, StoreError> {
        let Some(key) = self.key().await? else { return Ok(None) };
        let path = ObjectKey::Wish { subject: &subject_of(&key, student) }.path();
        let Some((bytes, _)) = self.store.get(&path).await? else { return Ok(None) };
        let wished: Wished = serde_json::from_slice(&bytes)
            .map_err(|error| StoreError::Refused { key: path, message: format!("the record of a person's wish is damaged: {error}") })?;
        Ok(Some(wished).filter(|wished| wished.holds(self.clock.now())))
    }

    /// All wishes that hold, the newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn all(&self) -> Result<Vec<Wished>, StoreError> {
        let now = self.clock.now();
        let mut all = self.records().await?;
        all.retain(|wished| wished.holds(now));
        all.sort_by_key(|wished| std::cmp::Reverse(wished.at));
        Ok(all)
    }

    /// Those that are over by their time and were not lifted yet.
    pub(super) async fn over(&self) -> Result<Vec<Wished>, StoreError> {
        let now = self.clock.now();
        let mut all = self.records().await?;
        all.retain(|wished| wished.lifted.is_none() && !wished.holds(now));
        Ok(all)
    }

    async fn records(&self) -> Result<Vec<Wished>, StoreError> {
        let keys: Vec<String> = self.store.scan(WISHES_FOLDER, None).try_collect().await?;
        let mut found = Vec::new();
        for key in &keys {
            let Some((bytes, _)) = self.store.get(key).await? else { continue };
            match serde_json::from_slice::<Wished>(&bytes) {
                Ok(wished) => found.push(wished),
                Err(error) => tracing::warn!(key, %error, "The record of a person's wish is damaged: nobody can tell what they want"),
            }
        }
        Ok(found)
    }

    /// Whether the data of somebody with one of these ids and addresses are blocked.
    ///
    /// # Errors
    /// The store's.
    pub async fn is_blocked(&self, names: impl IntoIterator<Item = &str>) -> Result<bool, StoreError> {
        for name in names {
            if !name.is_empty() && self.of(name).await?.is_some_and(|wished| wished.wish == Wish::Blocked) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) async fn write(&self, wished: &Wished) -> Result<(), StoreError> {
        let bytes = Bytes::from(serde_json::to_vec(wished).unwrap_or_default());
        let written = self.store.put(&ObjectKey::Wish { subject: &wished.subject }.path(), bytes, PutMode::Overwrite).await;
        *self.lately.lock().unwrap_or_else(PoisonError::into_inner) = None;
        written.map(drop)
    }

    /// Puts a wish in the place of another, unless somebody wrote a third one meanwhile.
    pub(super) async fn replace(&self, before: &Wished, after: &Wished) -> Result<(), StoreError> {
        let path = ObjectKey::Wish { subject: &before.subject }.path();
        let Some((bytes, version)) = self.store.get(&path).await? else { return Ok(()) };
        if serde_json::from_slice::<Wished>(&bytes).is_ok_and(|found| found == *before) {
            let bytes = Bytes::from(serde_json::to_vec(after).unwrap_or_default());
            match self.store.put(&path, bytes, PutMode::Update(version)).await {
                Ok(_) | Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
            *self.lately.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        Ok(())
    }

    /// Wishes, also lifted ones, that what is derived does not follow yet; the time of none of those that are not lifted is over.
    pub(super) async fn unfollowed(&self) -> Result<Vec<Wished>, StoreError> {
        let now = self.clock.now();
        let mut all = self.records().await?;
        all.retain(|wished| !wished.followed && (wished.lifted.is_some() || wished.holds(now)));
        Ok(all)
    }

    /// Whose data are blocked, told by this key.
    async fn blocked_by(&self, key: [u8; 32]) -> Result<Option<Arc<Blocked>>, StoreError> {
        let now = self.clock.now();
        let keys: Vec<String> = self.store.scan(WISHES_FOLDER, None).try_collect().await?;
        let mut subjects = BTreeSet::new();
        for path in &keys {
            let Some((bytes, _)) = self.store.get(path).await? else { continue };
            match serde_json::from_slice::<Wished>(&bytes) {
                Ok(wished) if wished.wish == Wish::Blocked && wished.holds(now) => {
                    subjects.insert(wished.subject);
                    subjects.extend(wished.also);
                }
                Ok(_) => {}
                // Nobody can tell what they want, so nobody is shown them.
                Err(_) => subjects.extend(path[WISHES_FOLDER.len()..].strip_suffix(".json").map(ToOwned::to_owned)),
            }
        }
        Ok((!subjects.is_empty()).then(|| Arc::new(Blocked::new(subjects, move |name| subject_of(&key, name)))))
    }

    /// Whose data are blocked, or were some seconds ago: asking costs nothing in between.
    ///
    /// # Errors
    /// The store's.
    pub async fn lately_blocked(&self) -> Result<Option<Arc<Blocked>>, StoreError> {
        let now = self.clock.monotonic();
        let known = self.lately.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, blocked)) = known.filter(|(at, _)| now.saturating_sub(*at) < BLOCKED_FRESH) {
            return Ok(blocked);
        }
        // Looked for by itself: that there was no key a moment ago must not let the next report of somebody out.
        let key = match self.known_key() {
            Some(key) => Some(key),
            None if self.store.get(&ObjectKey::PrivacyKey.path()).await?.is_some() => Some(self.make_key().await?),
            None => None,
        };
        let blocked = match key {
            Some(key) => self.blocked_by(key).await?,
            None => None,
        };
        *self.lately.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, blocked.clone()));
        Ok(blocked)
    }

    /// Keeps in mind that a claim was erased: events that come again must not make its report anew.
    pub(super) async fn bury(&self, claim: &str) -> Result<(), StoreError> {
        let digest = digest_of(&self.make_key().await?, claim);
        match self.store.put(&ObjectKey::ErasedClaim { digest: &digest }.path(), Bytes::from_static(b"{}"), PutMode::Create).await {
            Ok(_) | Err(StoreError::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether a claim was erased.
    ///
    /// # Errors
    /// The store's.
    pub async fn is_buried(&self, claim: &str) -> Result<bool, StoreError> {
        let Some(key) = self.key().await? else { return Ok(false) };
        Ok(self.store.get(&ObjectKey::ErasedClaim { digest: &digest_of(&key, claim) }.path()).await?.is_some())
    }

    /// Notes that a job learnt of an erased person anew; what it learnt goes once it has ended.
    ///
    /// # Errors
    /// The store's.
    pub async fn note_back(&self, job: &JobId) -> Result<(), StoreError> {
        self.store.put(&ObjectKey::CameBack { job }.path(), Bytes::from_static(b"{}"), PutMode::Overwrite).await?;
        self.came_back.notify_one();
        Ok(())
    }

    /// The jobs that learnt of erased persons anew.
    pub(super) async fn back(&self) -> Result<Vec<JobId>, StoreError> {
        let keys: Vec<String> = self.store.scan(CAME_BACK_FOLDER, None).try_collect().await?;
        Ok(keys.iter().filter_map(|key| JobId::parse(&key[CAME_BACK_FOLDER.len()..])).collect())
    }

    /// Waits until a job learnt of an erased person on this instance.
    pub async fn until_back(&self) {
        self.came_back.notified().await;
    }
}

#[async_trait]
impl Blocks for Wishes {
    async fn blocked(&self) -> Result<Option<Arc<Blocked>>, StoreError> {
        match self.key().await? {
            Some(key) => self.blocked_by(key).await,
            None => Ok(None),
        }
    }
}

fn subject_of(key: &[u8], student: &str) -> String {
    hex::encode(hmac_sha256(key, format!("subject\0{student}").as_bytes()))
}

fn digest_of(key: &[u8], claim: &str) -> String {
    hex::encode(&hmac_sha256(key, format!("claim\0{claim}").as_bytes())[..20])
}
