//! Small objects that wait to be folded into a bigger one.

use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::storage::{PutMode, Store, StoreError};

/// Objects read or deleted at once, and keys asked for at once.
pub(super) const AT_ONCE: usize = 16;
pub(super) const PAGE: usize = 1000;

/// How often a fold starts over when others change the object under it; whatever stays is taken by the next fold.
pub(super) const TRIES: usize = 8;

/// Leaves an object; leaving it again is harmless.
pub(super) async fn leave<T: Serialize>(store: &dyn Store, key: &str, value: &T) -> Result<(), StoreError> {
    let bytes = serde_json::to_vec(value).map_err(|error| StoreError::Refused { key: key.to_owned(), message: error.to_string() })?;
    store.put(key, bytes.into(), PutMode::Overwrite).await.map(|_| ())
}

/// Everything that waits in a folder; what another instance took meanwhile is left out, and so is what cannot be read.
pub(super) async fn read<T: DeserializeOwned>(store: &Arc<dyn Store>, folder: &str) -> Result<Vec<(String, T)>, StoreError> {
    let found: Vec<Option<(String, T)>> =
        futures::stream::iter(keys(store.as_ref(), folder).await?).map(|key| one(store, key)).buffered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

/// Removes what was folded.
pub(super) async fn clear<T>(store: &Arc<dyn Store>, folded: Vec<(String, T)>) -> Result<(), StoreError> {
    let deletes: Vec<_> = folded.into_iter().map(|(key, _)| async move { store.delete(&key).await }).collect();
    futures::stream::iter(deletes).buffer_unordered(AT_ONCE).try_collect::<()>().await
}

async fn one<T: DeserializeOwned>(store: &Arc<dyn Store>, key: String) -> Result<Option<(String, T)>, StoreError> {
    let Some((bytes, _)) = store.get(&key).await? else { return Ok(None) };
    match serde_json::from_slice(&bytes) {
        Ok(value) => Ok(Some((key, value))),
        Err(error) => {
            // One damaged object must not stop the others; the job's own records still say the same.
            tracing::error!(key, %error, "an object that waits to be folded cannot be read");
            Ok(None)
        }
    }
}

/// All keys under a folder.
pub(super) async fn keys(store: &dyn Store, folder: &str) -> Result<Vec<String>, StoreError> {
    let mut keys: Vec<String> = Vec::new();
    loop {
        let page = store.list(folder, keys.last().map(String::as_str), PAGE).await?;
        if page.is_empty() {
            return Ok(keys);
        }
        keys.extend(page);
    }
}
