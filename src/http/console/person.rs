//! The people who may sign in, as they are kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::model::person::EmailAddress;
use crate::model::role::Role;
use crate::signing::sha256_hex;
use crate::storage::key::{ObjectKey, PEOPLE_FOLDER};
use crate::storage::{PutMode, Store, StoreError};

/// What was read of a person counts so long.
const FRESH: Duration = Duration::from_mins(1);

/// People that are listed.
const MOST: usize = 500;

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Version of this shape.
    pub v: u32,
    /// What records name them by.
    pub id: String,
    /// What they are called.
    pub name: String,
    /// Where links go.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub added: Timestamp,
    /// Who added them.
    pub by: String,
    /// They were removed; a removal of the record itself may be undone by a power cut.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// What records name an address's person by.
pub fn id_of(email: &EmailAddress) -> String {
    sha256_hex(format!("person\n{}", email.as_str().to_lowercase()).as_bytes())[..16].to_owned()
}

/// The people who may sign in; what was read of one is remembered for a minute.
pub struct People {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    known: Mutex<HashMap<String, (Timestamp, Option<Person>)>>,
}

impl People {
    /// Those that the store has.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, (Timestamp, Option<Person>)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The person of this id, as the store has them; asked once a minute. While the store is away what was known counts.
    pub async fn person(&self, id: &str) -> Option<Person> {
        let now = self.clock.now();
        let known = self.known().get(id).cloned();
        if let Some((at, person)) = &known
            && now.duration_since(*at).unsigned_abs() < FRESH
        {
            return person.clone();
        }
        let person = match self.find(id).await {
            Ok(person) => person.filter(|person| !person.removed),
            Err(_) => known.and_then(|(_, person)| person),
        };
        self.known().insert(id.to_owned(), (now, person.clone()));
        person
    }

    /// What a person is called, as far as it is remembered.
    pub fn known_name(&self, id: &str) -> Option<String> {
        self.known().get(id).and_then(|(_, person)| Some(person.as_ref()?.name.clone()))
    }

    /// The record of this id, of somebody who was removed, too.
    ///
    /// # Errors
    /// The store's.
    pub async fn find(&self, id: &str) -> Result<Option<Person>, StoreError> {
        let found = self.store.get(&ObjectKey::Person(id).path()).await?;
        Ok(found.and_then(|(bytes, _)| serde_json::from_slice::<Person>(&bytes).ok()))
    }

    /// Those who may sign in, by their names.
    ///
    /// # Errors
    /// The store's.
    pub async fn all(&self) -> Result<Vec<Person>, StoreError> {
        let keys: Vec<String> = self.store.scan(PEOPLE_FOLDER, None).try_collect().await?;
        let mut people = Vec::new();
        for key in keys.iter().filter(|key| !key[PEOPLE_FOLDER.len()..].contains('/')).take(MOST) {
            let found = self.store.get(key).await?;
            people.extend(found.and_then(|(bytes, _)| serde_json::from_slice::<Person>(&bytes).ok()).filter(|person| !person.removed));
        }
        people.sort_by_key(|person| person.name.to_lowercase());
        Ok(people)
    }

    /// Writes what is known of a person.
    ///
    /// # Errors
    /// The store's.
    pub async fn keep(&self, person: &Person) -> Result<(), StoreError> {
        let bytes = Bytes::from(serde_json::to_vec(person).unwrap_or_default());
        self.store.put(&ObjectKey::Person(&person.id).path(), bytes, PutMode::Overwrite).await?;
        self.known().remove(&person.id);
        Ok(())
    }
}
