//! Institutions and endpoints: create-only generations in the store, the newest of which counts, and a cache of them.
//!
//! A change writes the next generation and then changes one mark. Instances look at the mark at most every two seconds and read again what it may concern:
//! what was changed here is seen at once, what was changed elsewhere within three seconds.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex as AsyncMutex;

use crate::clock::Clock;
use crate::gateway::error::GatewayError;
use crate::gateway::ids::{Chance, EndpointId, InstitutionId, Ksuid};
use crate::gateway::model::{Endpoint, Institution};
use crate::gateway::secrets::SealedSecret;
use crate::signing::sha256_hex;
use crate::storage::key::gateway::{ENDPOINTS_FOLDER, GatewayKey, INSTITUTIONS_FOLDER, endpoints_folder, parse_generation};
use crate::storage::{PutMode, Store, StoreError, Version};

/// How old the answer about the mark may be.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// What was read is read again after so long, should a mark have been lost.
const FRESH: Duration = Duration::from_mins(1);
/// Institutions kept in memory.
const MOST_CACHED: usize = 10_000;
/// Older generations that are kept.
const KEPT_GENERATIONS: u64 = 3;
/// How often a change is tried against others.
const TRIES: u32 = 10;
/// Institutions that are read at the same time, at most.
const STRIPES: usize = 64;
/// Records read at once.
const AT_ONCE: usize = 16;
/// Whoever holds a uid without existing is believed to be about to exist for so long.
const CLAIM_GRACE: Duration = Duration::from_mins(1);

/// An endpoint as its generations keep it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredEndpoint {
    /// What anybody may see.
    #[serde(flatten)]
    pub endpoint: Endpoint,
    /// Its secrets, the current one first.
    pub secrets: Vec<SealedSecret>,
    /// Its custom headers, sealed.
    #[serde(default)]
    pub headers: Option<String>,
    /// The current secret was shown.
    #[serde(default)]
    pub shown: bool,
}

/// What is known of one institution.
#[derive(Clone)]
pub(crate) struct CachedInstitution {
    /// It.
    pub institution: Arc<Institution>,
    /// Its endpoints that are not deleted, oldest first.
    pub endpoints: Arc<Vec<Arc<StoredEndpoint>>>,
}

impl CachedInstitution {
    /// One of its endpoints.
    pub(crate) fn endpoint(&self, id: EndpointId) -> Option<&Arc<StoredEndpoint>> {
        self.endpoints.iter().find(|stored| stored.endpoint.id == id)
    }
}

struct Cached {
    known: Option<CachedInstitution>,
    epoch: u64,
    read: Duration,
}

/// It must be read.
struct NotCached;

#[derive(Default)]
struct Mark {
    version: Option<Version>,
    epoch: u64,
    looked: Option<Duration>,
}

/// Institutions and endpoints.
pub(crate) struct Registry {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    cache: Mutex<HashMap<InstitutionId, Cached>>,
    mark: Mutex<Mark>,
    /// Of those who miss the same institution at once, one reads it.
    reading: [AsyncMutex<()>; STRIPES],
}

impl Registry {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, cache: Mutex::default(), mark: Mutex::default(), reading: std::array::from_fn(|_| AsyncMutex::default()) }
    }

    /// Whether any endpoint was ever created.
    pub(crate) async fn has_endpoints(&self) -> Result<bool, StoreError> {
        Ok(!self.store.list(ENDPOINTS_FOLDER, None, 1).await?.is_empty())
    }

    /// The institution and its endpoints; none when there is none or it is deleted.
    pub(crate) async fn known(&self, id: InstitutionId) -> Result<Option<CachedInstitution>, GatewayError> {
        let epoch = self.epoch().await;
        if let Ok(known) = self.cached(id, epoch) {
            return Ok(known);
        }
        let stripe = usize::from(id.ksuid().last_byte()) % STRIPES;
        let _reading = match self.reading.get(stripe) {
            Some(stripe) => Some(stripe.lock().await),
            None => None,
        };
        if let Ok(known) = self.cached(id, epoch) {
            return Ok(known);
        }
        self.read(id, epoch).await
    }

    /// What is known of it from before, as long as that counts; that there is none may be known as well.
    fn cached(&self, id: InstitutionId, epoch: u64) -> Result<Option<CachedInstitution>, NotCached> {
        let now = self.clock.monotonic();
        let cache = self.cache();
        let cached = cache.get(&id).filter(|cached| cached.epoch == epoch && now.saturating_sub(cached.read) < FRESH);
        cached.map(|cached| cached.known.clone()).ok_or(NotCached)
    }

    /// As [`Self::known`], read from the store now.
    async fn read(&self, id: InstitutionId, epoch: u64) -> Result<Option<CachedInstitution>, GatewayError> {
        let now = self.clock.monotonic();
        let institution = self.newest_institution(id).await?.filter(|institution| !institution.deleted);
        let known = match institution {
            None => None,
            Some(institution) => {
                Some(CachedInstitution { institution: Arc::new(institution), endpoints: Arc::new(self.read_endpoints(id).await?) })
            }
        };
        let mut cache = self.cache();
        if cache.len() >= MOST_CACHED && !cache.contains_key(&id) {
            cache.clear();
        }
        cache.insert(id, Cached { known: known.clone(), epoch, read: now });
        Ok(known)
    }

    async fn newest_institution(&self, id: InstitutionId) -> Result<Option<Institution>, GatewayError> {
        let folder = format!("{INSTITUTIONS_FOLDER}{}/", id.hex());
        let Some(newest) = self.store.scan(&folder, None).try_fold(None, |_, key| async { Ok(Some(key)) }).await? else { return Ok(None) };
        read_json(&*self.store, &newest).await
    }

    /// Reads the newest generation of each endpoint; those that the cache holds are not read again.
    async fn read_endpoints(&self, id: InstitutionId) -> Result<Vec<Arc<StoredEndpoint>>, GatewayError> {
        let folder = endpoints_folder(&id.hex());
        let mut newest: BTreeMap<String, (u64, String)> = BTreeMap::new();
        let mut keys = self.store.scan(&folder, None);
        while let Some(key) = keys.try_next().await? {
            if let Some((endpoint, generation)) = parse_generation(&folder, &key) {
                newest.insert(endpoint.to_owned(), (generation, key.clone()));
            }
        }
        drop(keys);
        let cached: Vec<Arc<StoredEndpoint>> =
            self.cache().get(&id).and_then(|cached| cached.known.as_ref()).map(|known| known.endpoints.to_vec()).unwrap_or_default();
        let read = stream::iter(newest).map(|(endpoint, (generation, key))| {
            let cached = &cached;
            async move {
                let same = cached.iter().find(|stored| stored.endpoint.id.hex() == endpoint && stored.endpoint.generation == generation);
                match same {
                    Some(same) => Ok(Some(Arc::clone(same))),
                    None => Ok::<_, GatewayError>(read_json::<StoredEndpoint>(&*self.store, &key).await?.map(Arc::new)),
                }
            }
        });
        let all: Vec<Option<Arc<StoredEndpoint>>> = read.buffered(AT_ONCE).try_collect().await?;
        Ok(all.into_iter().flatten().filter(|stored| !stored.endpoint.deleted).collect())
    }

    /// Which state of all records is the newest that this instance knows to exist.
    async fn epoch(&self) -> u64 {
        let now = self.clock.monotonic();
        {
            let mark = self.mark();
            if mark.looked.is_some_and(|looked| now.saturating_sub(looked) < LOOK_EVERY) {
                return mark.epoch;
            }
        }
        match self.store.get(&GatewayKey::Changes.path()).await {
            Ok(found) => {
                let version = found.map(|(_, version)| version);
                let mut mark = self.mark();
                if mark.version != version {
                    mark.version = version;
                    mark.epoch += 1;
                }
                mark.looked = Some(now);
                mark.epoch
            }
            // What is cached serves on while the store is away.
            Err(_) => self.mark().epoch,
        }
    }

    /// Tells the other instances that something changed; they find out within a minute should this fail.
    pub(crate) async fn tell(&self, chance: &Chance) {
        let mark = hex::encode(chance.bytes::<8>());
        if let Err(error) = self.store.put(&GatewayKey::Changes.path(), mark.into(), PutMode::Overwrite).await {
            tracing::warn!(%error, "Other instances learn of a change of the gateway's settings up to a minute late");
        }
    }

    /// Finds an institution by id or uid.
    pub(crate) async fn find(&self, id_or_uid: &str) -> Result<Option<CachedInstitution>, GatewayError> {
        if let Some(id) = InstitutionId::parse(id_or_uid) {
            return self.known(id).await;
        }
        let Some((holder, _)) = self.holder("institutions", id_or_uid).await? else { return Ok(None) };
        let Some(id) = Ksuid::from_hex(&holder).map(InstitutionId::of) else { return Ok(None) };
        let found = self.known(id).await?.filter(|known| known.institution.uid.as_deref() == Some(id_or_uid));
        Ok(found)
    }

    /// Ids of all institutions, oldest first; deleted ones among them.
    pub(crate) async fn institution_ids(&self) -> Result<Vec<InstitutionId>, GatewayError> {
        let mut ids: Vec<InstitutionId> = Vec::new();
        let mut keys = self.store.scan(INSTITUTIONS_FOLDER, None);
        while let Some(key) = keys.try_next().await? {
            let id = parse_generation(INSTITUTIONS_FOLDER, &key).and_then(|(hex, _)| Ksuid::from_hex(hex)).map(InstitutionId::of);
            if let Some(id) = id
                && ids.last() != Some(&id)
            {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    /// Writes an institution's next generation, made of its present one. `None` from `change` changes nothing.
    pub(crate) async fn change_institution(
        &self,
        chance: &Chance,
        id: InstitutionId,
        mut change: impl FnMut(Option<&Institution>) -> Result<Option<Institution>, GatewayError>,
    ) -> Result<Option<Institution>, GatewayError> {
        for _ in 0..TRIES {
            let present = self.newest_institution(id).await?;
            let Some(mut next) = change(present.as_ref().filter(|institution| !institution.deleted))? else {
                return Ok(present.filter(|institution| !institution.deleted));
            };
            next.generation = present.map_or(1, |present| present.generation + 1);
            let key = GatewayKey::Institution { institution: &id.hex(), generation: next.generation }.path();
            if !self.create(&key, &next).await? {
                continue;
            }
            self.forget(id);
            self.tell(chance).await;
            self.trim(next.generation, |generation| GatewayKey::Institution { institution: &id.hex(), generation }.path()).await;
            return Ok(Some(next));
        }
        Err(contended())
    }

    /// Writes an endpoint's next generation, made of its present one.
    pub(crate) async fn change_endpoint(
        &self,
        chance: &Chance,
        institution: InstitutionId,
        id: EndpointId,
        mut change: impl FnMut(Option<&StoredEndpoint>) -> Result<Option<StoredEndpoint>, GatewayError>,
    ) -> Result<Option<StoredEndpoint>, GatewayError> {
        let (institution_hex, hex) = (institution.hex(), id.hex());
        let folder = format!("{}{hex}/", endpoints_folder(&institution_hex));
        for _ in 0..TRIES {
            let newest = self.store.scan(&folder, None).try_fold(None, |_, key| async { Ok(Some(key)) }).await?;
            let present: Option<StoredEndpoint> = match newest {
                Some(key) => read_json(&*self.store, &key).await?,
                None => None,
            };
            let Some(mut next) = change(present.as_ref().filter(|stored| !stored.endpoint.deleted))? else {
                return Ok(present.filter(|stored| !stored.endpoint.deleted));
            };
            next.endpoint.generation = present.map_or(1, |present| present.endpoint.generation + 1);
            let key_of = |generation| GatewayKey::Endpoint { institution: &institution_hex, endpoint: &hex, generation }.path();
            if !self.create(&key_of(next.endpoint.generation), &next).await? {
                continue;
            }
            self.forget(institution);
            self.tell(chance).await;
            self.trim(next.endpoint.generation, key_of).await;
            return Ok(Some(next));
        }
        Err(contended())
    }

    /// What was read of it here is read again.
    fn forget(&self, id: InstitutionId) {
        if let Some(cached) = self.cache().get_mut(&id) {
            cached.epoch = u64::MAX;
        }
    }

    async fn create<T: Serialize>(&self, key: &str, record: &T) -> Result<bool, GatewayError> {
        match self.store.put(key, to_json(key, record)?, PutMode::Create).await {
            Ok(_) => Ok(true),
            Err(StoreError::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a generation that nobody reads any more; what stays is no harm.
    async fn trim(&self, newest: u64, key_of: impl Fn(u64) -> String) {
        if let Some(old) = newest.checked_sub(KEPT_GENERATIONS).filter(|old| *old > 0) {
            let _ = self.store.delete(&key_of(old)).await;
        }
    }

    async fn holder(&self, scope: &str, uid: &str) -> Result<Option<(String, Version)>, GatewayError> {
        let found = self.store.get(&uid_key(scope, uid)).await?;
        Ok(found.and_then(|(bytes, version)| Some((String::from_utf8(bytes.to_vec()).ok()?, version))))
    }

    /// Takes an institution's uid; whoever has it and is gone or has another by now loses it.
    pub(crate) async fn claim_institution_uid(&self, uid: &str, id: InstitutionId) -> Result<(), GatewayError> {
        for _ in 0..TRIES {
            if self.take_uid("institutions", uid, id.ksuid()).await? {
                return Ok(());
            }
            let Some((holder, version)) = self.holder("institutions", uid).await? else { continue };
            let Some(other) = Ksuid::from_hex(&holder) else { return Err(uid_taken("institution")) };
            let known = self.newest_institution(InstitutionId::of(other)).await?;
            let holds = match &known {
                Some(known) => !known.deleted && known.uid.as_deref() == Some(uid),
                None => self.may_yet_exist(other),
            };
            if other != id.ksuid() && holds {
                return Err(uid_taken("application"));
            }
            if other == id.ksuid() || self.retake_uid("institutions", uid, id.ksuid(), version).await? {
                return Ok(());
            }
        }
        Err(contended())
    }

    /// Takes an endpoint's uid within its institution.
    pub(crate) async fn claim_endpoint_uid(&self, institution: InstitutionId, uid: &str, id: EndpointId) -> Result<(), GatewayError> {
        let scope = institution.hex();
        for _ in 0..TRIES {
            if self.take_uid(&scope, uid, id.ksuid()).await? {
                return Ok(());
            }
            let Some((holder, version)) = self.holder(&scope, uid).await? else { continue };
            let Some(other) = Ksuid::from_hex(&holder) else { return Err(uid_taken("endpoint")) };
            let epoch = self.epoch().await;
            let known = self.read(institution, epoch).await?;
            let other_known = known.as_ref().and_then(|known| known.endpoint(EndpointId::of(other)));
            let holds = match other_known {
                Some(stored) => stored.endpoint.uid.as_deref() == Some(uid),
                None => self.may_yet_exist(other),
            };
            if other != id.ksuid() && holds {
                return Err(uid_taken("endpoint"));
            }
            if other == id.ksuid() || self.retake_uid(&scope, uid, id.ksuid(), version).await? {
                return Ok(());
            }
        }
        Err(contended())
    }

    fn may_yet_exist(&self, other: Ksuid) -> bool {
        self.clock.now().duration_since(other.time()).unsigned_abs() < CLAIM_GRACE
    }

    async fn take_uid(&self, scope: &str, uid: &str, id: Ksuid) -> Result<bool, GatewayError> {
        match self.store.put(&uid_key(scope, uid), id.hex().into(), PutMode::Create).await {
            Ok(_) => Ok(true),
            Err(StoreError::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn retake_uid(&self, scope: &str, uid: &str, id: Ksuid, version: Version) -> Result<bool, GatewayError> {
        match self.store.put(&uid_key(scope, uid), id.hex().into(), PutMode::Update(version)).await {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives a uid back, when this one holds it.
    pub(crate) async fn release_uid(&self, scope: &str, uid: &str, id: Ksuid) {
        if let Ok(Some((holder, _))) = self.holder(scope, uid).await
            && holder == id.hex()
        {
            // A hint: whoever wants it sees that its holder has it no more.
            let _ = self.store.delete(&uid_key(scope, uid)).await;
        }
    }

    fn cache(&self) -> MutexGuard<'_, HashMap<InstitutionId, Cached>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mark(&self) -> MutexGuard<'_, Mark> {
        self.mark.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn uid_key(scope: &str, uid: &str) -> String {
    GatewayKey::Uid { scope, hash: &sha256_hex(uid.as_bytes())[..40] }.path()
}

fn uid_taken(kind: &str) -> GatewayError {
    let article = if kind.starts_with(['a', 'e', 'i']) { "An" } else { "A" };
    GatewayError::Conflict(format!("{article} {kind} with that id or uid already exists"))
}

fn contended() -> GatewayError {
    GatewayError::Unavailable { after: Duration::from_secs(1), message: "others change the same thing at this moment".to_owned() }
}

/// Reads a record; none when it is not there.
pub(crate) async fn read_json<T: DeserializeOwned>(store: &dyn Store, key: &str) -> Result<Option<T>, GatewayError> {
    let Some((bytes, _)) = store.get(key).await? else { return Ok(None) };
    let damaged = |error: serde_json::Error| GatewayError::Internal(format!("the record {key} cannot be read: {error}"));
    serde_json::from_slice(&bytes).map(Some).map_err(damaged)
}

/// A record's bytes.
pub(crate) fn to_json<T: Serialize>(key: &str, record: &T) -> Result<Bytes, GatewayError> {
    let unwritable = |error: serde_json::Error| GatewayError::Internal(format!("the record {key} cannot be written: {error}"));
    serde_json::to_vec(record).map(Bytes::from).map_err(unwritable)
}
