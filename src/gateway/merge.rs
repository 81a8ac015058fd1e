//! Merges the segments of hours that are over into few larger ones, so that whoever reads them all (a log that begins anew, an erasure) reads thousands and not a million.
//!
//! What was made of segments is written first, under a name of theirs, and only then are they removed, each after a look that every row of it is kept there. Whoever dies in between leaves rows twice, which is nothing to whoever reads; the next merge goes on. Any number of instances may do it at once: what they write is the same, and nothing that was made of others is ever removed but by age.

use std::collections::{HashMap, HashSet};
use std::future::ready;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};

use crate::gateway::Core;
use crate::gateway::attempts::{EXPUNGED, pack, unpack_text};
use crate::gateway::error::GatewayError;
use crate::gateway::registry::{read_json, to_json};
use crate::signing::sha256_hex;
use crate::storage::key::gateway::{ATTEMPTS_FOLDER, GatewayKey, parse_merged, parse_segment, segments_from};
use crate::storage::{PutMode, StoreError};

/// An hour is over when it ended so long ago: clocks differ, and a segment that the store could not take at once is written a little later. One that comes later still stays as it is.
const SETTLED: Duration = Duration::from_mins(15);
/// Rows and bytes that are merged into one: what a reader holds in memory at once. An hour at most, so that none is kept much longer than its rows may be.
const MOST_ROWS: usize = 2000;
const MOST_BYTES: usize = 1024 * 1024;
/// Segments read, and removed, at once.
const AT_ONCE: usize = 32;
/// How far merging came is written after so many were made.
const NOTED_EVERY: usize = 16;
/// Digits of the hash in a name.
const HASH: usize = 16;

/// Up to which segment they were merged; without it they are only looked at again.
#[derive(Serialize, Deserialize)]
struct UpTo {
    v: u32,
    key: String,
}

/// A segment's lines.
struct Piece {
    key: String,
    at: Timestamp,
    text: String,
}

/// Segments that become one.
#[derive(Default)]
struct Group {
    pieces: Vec<Piece>,
    rows: usize,
    bytes: usize,
}

impl Group {
    fn has_room_for(&self, piece: &Piece) -> bool {
        let Some(first) = self.pieces.first() else { return true };
        let hour = |at: Timestamp| at.as_second().div_euclid(3600);
        let (rows, bytes) = (self.rows + piece.text.lines().count(), self.bytes + piece.text.len());
        hour(first.at) == hour(piece.at) && rows <= MOST_ROWS && bytes <= MOST_BYTES
    }

    fn add(&mut self, piece: Piece) {
        self.rows += piece.text.lines().count();
        self.bytes += piece.text.len();
        self.pieces.push(piece);
    }
}

impl Core {
    /// Merges what was not yet; how many segments were removed.
    pub(crate) async fn merge_segments(&self, now: Timestamp) -> Result<usize, GatewayError> {
        let settled = now.checked_sub(SETTLED).unwrap_or_default();
        let until =
            segments_from(settled.round(jiff::TimestampRound::new().smallest(Unit::Hour).mode(jiff::RoundMode::Floor)).unwrap_or_default());
        let record = GatewayKey::MergedUpTo.path();
        // One that is damaged is as good as none.
        let from = read_json::<UpTo>(&*self.store, &record).await.ok().flatten().map(|up_to| up_to.key).filter(|key| *key < until);
        let keys = self.store.scan(ATTEMPTS_FOLDER, from.as_deref()).try_take_while(|key| ready(Ok(*key < until)));
        let mut read = keys
            .map_ok(|key| async move {
                let found = if parse_merged(&key).is_some() { None } else { self.store.get(&key).await?.map(|(bytes, _)| bytes) };
                Ok((key, found))
            })
            .try_buffered(AT_ONCE)
            .boxed();
        let (mut removed, mut group, mut made, mut last) = (0, Group::default(), 0, None);
        while let Some((key, found)) = read.try_next().await? {
            if let Some(first) = parse_merged(&key) {
                // Whoever made it may have died before its sources were removed.
                let (earlier, within) = std::mem::take(&mut group).pieces.into_iter().partition(|piece| piece.at < first);
                removed += self.merge(earlier).await?;
                removed += self.replace(&key, &keys_of(&within)).await?;
            } else if let Some(at) = parse_segment(&key) {
                // Somebody else is at it.
                let Some(bytes) = found else { return Ok(removed) };
                match unpack_text(&bytes) {
                    Ok(text) => {
                        let piece = Piece { key: key.clone(), at, text };
                        if !group.has_room_for(&piece) {
                            removed += self.merge(std::mem::take(&mut group).pieces).await?;
                            made += 1;
                            if made % NOTED_EVERY == 0 {
                                self.note_merged(&record, last.as_ref()).await?;
                            }
                        }
                        group.add(piece);
                    }
                    Err(error) => tracing::error!(key, error, "A segment of attempts is damaged and stays as it is"),
                }
            }
            last = Some(key);
        }
        drop(read);
        last = last.max(merged_key(&group.pieces));
        removed += self.merge(group.pieces).await?;
        self.note_merged(&record, last.as_ref()).await?;
        Ok(removed)
    }

    async fn note_merged(&self, record: &str, last: Option<&String>) -> Result<(), GatewayError> {
        let Some(key) = last else { return Ok(()) };
        self.store.put(record, to_json(record, &UpTo { v: 1, key: key.clone() })?, PutMode::Overwrite).await?;
        Ok(())
    }

    /// Makes one segment of several; how many were removed.
    async fn merge(&self, pieces: Vec<Piece>) -> Result<usize, GatewayError> {
        let Some(key) = merged_key(&pieces) else { return Ok(0) };
        let sources = keys_of(&pieces);
        let packed = blocking(move || pack(pieces.iter().flat_map(|piece| piece.text.lines())).map_err(|error| error.to_string())).await?;
        match self.store.put(&key, packed.into(), PutMode::Create).await {
            // Another instance made it of the same ones.
            Ok(_) | Err(StoreError::AlreadyExists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        self.replace(&key, &sources).await
    }

    /// Removes the segments of which one was made, as far as it has all of their rows; how many. They are read again: an answer that was expunged in them since they were merged is taken out of it as well.
    async fn replace(&self, merged: &str, sources: &[String]) -> Result<usize, GatewayError> {
        if sources.is_empty() {
            return Ok(0);
        }
        let read = stream::iter(sources).map(|key| async move { self.store.get(key).await.map(|found| (key.clone(), found)) });
        let read: Vec<_> = read.buffered(AT_ONCE).boxed().try_collect().await?;
        let read: Vec<(String, Bytes)> = read.into_iter().filter_map(|(key, found)| Some((key, found?.0))).collect();
        let held = loop {
            let Some((bytes, version)) = self.store.get(merged).await? else { return Ok(0) };
            let sources = read.clone();
            let (changed, held) = blocking(move || compare(&bytes, &sources)).await?;
            let Some(changed) = changed else { break held };
            match self.store.put(merged, changed.into(), PutMode::Update(version)).await {
                Ok(_) => break held,
                // Somebody takes out an answer at the same time.
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        };
        let removed = held.len();
        let deleted = stream::iter(held).map(|key| async move { self.store.delete(&key).await });
        deleted.buffer_unordered(AT_ONCE).boxed().try_collect::<()>().await?;
        Ok(removed)
    }
}

fn keys_of(pieces: &[Piece]) -> Vec<String> {
    pieces.iter().map(|piece| piece.key.clone()).collect()
}

/// What is made of these; one alone stays as it is.
fn merged_key(pieces: &[Piece]) -> Option<String> {
    let [first, .., last] = pieces else { return None };
    let hash = sha256_hex(keys_of(pieces).join("\n").as_bytes());
    Some(GatewayKey::Merged { first: first.at, last: last.at, of: &hash[..HASH] }.path())
}

/// As much of a line as is compared.
#[derive(Deserialize)]
struct Head {
    id: String,
    #[serde(default)]
    response: String,
}

impl Head {
    fn is_blank(&self) -> bool {
        self.response == EXPUNGED
    }
}

/// What becomes of a merged segment beside the ones it was made of: its bytes, when an answer has to be taken out of it, and which of them it holds wholly.
fn compare(merged: &[u8], sources: &[(String, Bytes)]) -> Result<(Option<Vec<u8>>, Vec<String>), String> {
    let (merged, mut is_changed) = (unpack_text(merged)?, false);
    let mut lines: Vec<String> = merged.lines().map(ToOwned::to_owned).collect();
    // A line that cannot be read is held as the text it is.
    let texts: HashSet<String> = lines.iter().cloned().collect();
    let heads: Vec<Option<Head>> = lines.iter().map(|line| serde_json::from_str(line).ok()).collect();
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, head) in heads.iter().enumerate() {
        if let Some(head) = head {
            places.entry(&head.id).or_default().push(place);
        }
    }
    let mut held = Vec::new();
    for (key, bytes) in sources {
        // One that is damaged stays.
        let Ok(text) = unpack_text(bytes) else { continue };
        let mut is_held = true;
        for line in text.lines() {
            let head = serde_json::from_str::<Head>(line).ok();
            let known = head.as_ref().and_then(|head| places.get(head.id.as_str()));
            is_held &= known.is_some() || texts.contains(line);
            if head.is_some_and(|head| head.is_blank()) {
                for place in known.into_iter().flatten().filter(|place| heads[**place].as_ref().is_some_and(|head| !head.is_blank())) {
                    line.clone_into(&mut lines[*place]);
                    is_changed = true;
                }
            }
        }
        if is_held {
            held.push(key.clone());
        }
    }
    let changed = if is_changed { Some(pack(&lines).map_err(|error| error.to_string())?) } else { None };
    Ok((changed, held))
}

/// Packing and reading a megabyte takes longer than a task may keep its thread.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, GatewayError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string());
    done.and_then(|done| done).map_err(|error| GatewayError::Internal(format!("segments cannot be merged: {error}")))
}
