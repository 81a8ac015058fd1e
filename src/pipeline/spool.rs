//! Small objects that wait in a folder to be taken into something bigger.

use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::storage::{PutMode, Store, StoreError};

/// Objects read or deleted at once.
pub(super) const AT_ONCE: usize = 16;

/// How often a change starts over when others change the object under it; whatever stays is taken by the next run.
pub(super) const TRIES: usize = 8;

/// Puts an object there; putting it again is harmless.
pub(super) async fn put<T: Serialize>(store: &dyn Store, key: &str, value: &T) -> Result<(), StoreError> {
    let bytes = serde_json::to_vec(value).map_err(|error| StoreError::Refused { key: key.to_owned(), message: error.to_string() })?;
    store.put(key, bytes.into(), PutMode::Overwrite).await.map(|_| ())
}

/// Everything in a folder; what another instance took meanwhile is left out, and so is what cannot be read.
pub(super) async fn read_all<T: DeserializeOwned>(store: &Arc<dyn Store>, folder: &str) -> Result<Vec<(String, T)>, StoreError> {
    let read = store.scan(folder, None).map_ok(|key| one(store, key)).try_buffered(AT_ONCE);
    read.try_filter_map(|found| std::future::ready(Ok(found))).try_collect().await
}

/// Removes what was taken.
pub(super) async fn remove(store: &Arc<dyn Store>, keys: impl Iterator<Item = String>) -> Result<(), StoreError> {
    let deletes: Vec<_> = keys.map(|key| async move { store.delete(&key).await }).collect();
    stream::iter(deletes).buffer_unordered(AT_ONCE).try_collect::<()>().await
}

/// One object with its key; `None` when it is gone or cannot be read.
pub(super) async fn one<T: DeserializeOwned>(store: &Arc<dyn Store>, key: String) -> Result<Option<(String, T)>, StoreError> {
    // One damaged object must not stop the others; the job's own records still say the same.
    let left_out = |error: &dyn std::fmt::Display| tracing::error!(key, %error, "An object cannot be read and is left out");
    let bytes = match store.get(&key).await {
        Ok(Some((bytes, _))) => bytes,
        Ok(None) => return Ok(None),
        Err(error) if error.is_away() => return Err(error),
        Err(error) => {
            left_out(&error);
            return Ok(None);
        }
    };
    match serde_json::from_slice(&bytes) {
        Ok(value) => Ok(Some((key, value))),
        Err(error) => {
            left_out(&error);
            Ok(None)
        }
    }
}
