//! Texts that can be searched, as they are kept: topics of discussion, and what was said in videos.
//!
//! Each change leaves a note under the time it was made. An index of any instance follows the notes, or reads everything anew; none of it is needed to keep the texts.

use bytes::Bytes;
use futures::TryStreamExt as _;
use jiff::{SignedDuration, Timestamp};

use crate::inbound::{as_text, records};
use crate::model::platform_event::{Collection, Subject};
use crate::signing::sha256_hex;
use crate::storage::key::{ObjectKey, TEXT_CHANGES_FOLDER, parse_text_change};
use crate::storage::{PutMode, Store, StoreError};

/// The kinds of things whose texts can be searched.
pub const SEARCHED: [Collection; 2] = [Collection::Topics, Collection::Transcriptions];
/// How long notes are kept; an index that was not brought up to date for longer reads everything anew.
pub const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Old notes removed with one new one.
const REMOVED_AT_ONCE: usize = 20;

/// A text to search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What it is.
    pub collection: Collection,
    /// Who told it.
    pub source: String,
    /// The course it belongs to.
    pub course: Option<String>,
    /// The id of the topic or video at its platform.
    pub thing: Option<String>,
    /// Its title.
    pub title: String,
    /// The text.
    pub text: String,
    /// When it was last changed, as the platform says.
    pub at: Timestamp,
}

/// Notes that a thing's text changed, after it was kept; notes that are too old go.
///
/// # Errors
/// The store's; an index may not know of the change then.
pub async fn changed(store: &dyn Store, now: Timestamp, subject: &Subject) -> Result<(), StoreError> {
    let digest = sha256_hex(subject.id.as_bytes());
    let key = ObjectKey::TextChange { at: now, collection: subject.collection.as_str(), id: &digest }.path();
    store.put(&key, Bytes::from_static(b"{}"), PutMode::Overwrite).await?;
    let oldest = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
    for key in store.list(TEXT_CHANGES_FOLDER, None, REMOVED_AT_ONCE).await? {
        if parse_text_change(&key).is_none_or(|(at, ..)| at >= oldest) {
            break;
        }
        store.delete(&key).await?;
    }
    Ok(())
}

/// The notes behind this key, oldest first.
///
/// # Errors
/// The store's.
pub async fn changes(store: &dyn Store, after: &str, limit: usize) -> Result<Vec<String>, StoreError> {
    store.list(TEXT_CHANGES_FOLDER, Some(after), limit).await
}

/// What is searched of a kind, by the digests of ids: those behind `after`, at most so many.
///
/// # Errors
/// The store's.
pub async fn digests(store: &dyn Store, collection: Collection, after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
    let folder = ObjectKey::PlatformRecords { collection: collection.as_str() }.path();
    let after = after.map(|digest| format!("{folder}{digest}.json"));
    let mut keys = store.scan(&folder, after.as_deref());
    let mut found = Vec::new();
    while found.len() < limit
        && let Some(key) = keys.try_next().await?
    {
        found.extend(key.strip_prefix(&folder).and_then(|name| name.strip_suffix(".json")).map(ToOwned::to_owned));
    }
    Ok(found)
}

/// The text of one thing; none where it is gone, or was never there.
///
/// # Errors
/// The store's.
pub async fn read(store: &dyn Store, collection: Collection, digest: &str) -> Result<Option<Text>, StoreError> {
    let Some(record) = records::read(store, collection, digest).await?.filter(|record| !record.deleted) else { return Ok(None) };
    let told = |key: &str| record.data.get(key).and_then(as_text);
    let (thing, text) = match collection {
        Collection::Transcriptions => {
            let key = ObjectKey::PlatformText { collection: collection.as_str(), id: digest }.path();
            let text = store.get(&key).await?.map(|(bytes, _)| String::from_utf8_lossy(&bytes).into_owned());
            (told("videoId"), text)
        }
        _ => (told("topicId"), Some(told("text").unwrap_or_default())),
    };
    Ok(text.map(|text| Text {
        collection,
        course: told("contextId"),
        title: told("title").or_else(|| thing.clone()).unwrap_or_default(),
        source: record.source.clone(),
        at: record.at,
        thing,
        text,
    }))
}
