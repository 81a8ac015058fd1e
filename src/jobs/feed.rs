//! The feed: one entry per end of a job (and per reopening), newest first, each with a card that says who, what and how.
//! Jobs of which there are very many share entries when they are done ([`enter_together`]); [`entries`] leaves these out, for nothing is derived from them.
//!
//! Lists and everything derived follow it instead of the jobs' records, which stay the truth: an entry that is missing its card, or whose card is damaged, is read from there.

use std::time::Duration;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use serde_json::Value;

use crate::jobs::error::JobsError;
use crate::jobs::reading;
use crate::jobs::records::End;
use crate::jobs::state::{Job, JobState, later};
use crate::model::card::{self, Card, ReportFacts};
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::signing::sha256_hex;
use crate::storage::key::ObjectKey;
use crate::storage::key::lanes::{FeedEntry, feed_folder, parse_feed};
use crate::storage::{PutMode, Store, StoreError};

/// An entry that is told so long after its end lies under the time at which it is told, so that whoever has read on past the end finds it.
pub const PROMPT: Duration = Duration::from_mins(1);

/// The state of an entry that says that a person opened the job again.
pub const RELEASED: &str = "released";
/// The state of a card that tells of a job that waits; it is in no entry.
pub const WAITING: &str = "waiting";
/// The state of a card that tells of a job at work; it is in no entry.
pub const RUNNING: &str = "running";

/// The card of a job's end.
pub fn card(job: &Job, end: &End) -> Card {
    let event = &job.event.event;
    Card {
        v: card::VERSION,
        job: job.id.clone(),
        round: job.round,
        attempts: job.attempts(),
        state: end.state.as_str().to_owned(),
        cause: end.cause.as_ref().map(ToString::to_string),
        message: end.message.clone(),
        received: event.received_at,
        ended: end.at,
        due: None,
        source: event.source.clone(),
        report: facts(job, &end.summary),
    }
}

/// What a job's card says now, whatever its state; it is the same for everyone who makes it from the same records.
pub fn current(job: &Job) -> Card {
    let began = || job.outcome.as_ref().map_or(job.opened_at(), |outcome| outcome.at);
    let (state, ended, due) = match job.state() {
        JobState::Ended(end) => return card(job, &end),
        JobState::Waiting { due } => (WAITING, began(), Some(due)),
        JobState::Running { .. } => (RUNNING, job.held.as_ref().map_or_else(began, |held| held.record.taken_at), None),
    };
    let event = &job.event.event;
    Card {
        v: card::VERSION,
        job: job.id.clone(),
        round: job.round,
        attempts: job.attempts(),
        state: state.to_owned(),
        cause: job.outcome.as_ref().map(|outcome| outcome.cause.to_string()),
        message: job.outcome.as_ref().map(|outcome| outcome.message.clone()),
        received: event.received_at,
        ended,
        due,
        source: event.source.clone(),
        report: facts(job, &Value::Null),
    }
}

fn facts(job: &Job, summary: &Value) -> ReportFacts {
    let event = &job.event.event;
    let kind = (event.lane != LaneName::Reports).then(|| event.kind.clone());
    ReportFacts { kind, ..ReportFacts::of(&job.id, &event.payload, summary) }
}

/// A job's card as its records tell it now; `None` when there is no such job.
///
/// # Errors
/// [`JobsError::Unreadable`] when its records are damaged; else the store's.
pub async fn current_of(store: &dyn Store, job: &JobId) -> Result<Option<(LaneName, Card)>, JobsError> {
    Ok(reading::read_job(store, job).await?.map(|job| (job.lane(), current(&job))))
}

/// Enters a card; entering it again is harmless.
///
/// # Errors
/// The store's; the entry is then to be made again.
pub async fn enter(store: &dyn Store, lane: LaneName, card: &Card, now: Timestamp) -> Result<(), StoreError> {
    let is_late = now > later(card.ended, PROMPT);
    let key = ObjectKey::Feed { lane, at: if is_late { now } else { card.ended }, state: &card.state, job: &card.job }.path();
    let entry = async {
        match store.put(&key, Bytes::from(card.to_bytes()), PutMode::Create).await {
            Ok(_) | Err(StoreError::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    };
    // The few that stopped are found among the many that are done by an index of their own.
    let index = async {
        let key = ObjectKey::Ended { lane, state: &card.state, at: card.ended, job: &card.job }.path();
        let is_stopped = matches!(card.state.as_str(), "parked" | "dead");
        if is_stopped { store.put(&key, Bytes::from_static(b"{}"), PutMode::Overwrite).await.map(drop) } else { Ok(()) }
    };
    let (entered, indexed) = tokio::join!(entry, index);
    entered.and(indexed)
}

/// Enters cards of jobs that are done as one entry, one per line; entering them again is harmless.
///
/// # Errors
/// The store's; the entry is then to be made again.
pub async fn enter_together(store: &dyn Store, lane: LaneName, cards: &[&Card], now: Timestamp) -> Result<(), StoreError> {
    let (Some(newest), more) = (cards.iter().map(|card| card.ended).max(), cards.len() > 1) else { return Ok(()) };
    if let (false, Some(only)) = (more, cards.first()) {
        return enter(store, lane, only, now).await;
    }
    let mut lines = Vec::new();
    for card in cards {
        lines.extend(card.to_bytes());
        lines.push(b'\n');
    }
    // Named by what it says: nothing else can stand there.
    let digest = &sha256_hex(&lines)[..32];
    let is_late = now > later(newest, PROMPT);
    let key = ObjectKey::SharedFeed { lane, at: if is_late { now } else { newest }, digest }.path();
    match store.put(&key, Bytes::from(lines), PutMode::Create).await {
        Ok(_) | Err(StoreError::AlreadyExists { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The cards of an entry that several jobs share, newest first; a line that is damaged is left out.
///
/// # Errors
/// The store's.
pub async fn read_shared(store: &dyn Store, key: &str) -> Result<Vec<Card>, StoreError> {
    let Some((bytes, _)) = store.get(key).await? else { return Ok(Vec::new()) };
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let mut cards = Vec::new();
    for line in lines {
        match serde_json::from_slice::<Card>(line) {
            Ok(card) => cards.push(card),
            Err(error) => tracing::warn!(key, %error, "A line of a shared entry of the feed is damaged and left out"),
        }
    }
    cards.sort_by_key(|card| std::cmp::Reverse(card.ended));
    Ok(cards)
}

/// The entries of a lane, newest first, each with its key.
pub fn entries(store: &dyn Store, lane: LaneName) -> BoxStream<'_, Result<(String, FeedEntry), StoreError>> {
    let parsed = move |key: String| std::future::ready(Ok(parse_feed(lane, &key).map(|entry| (key, entry))));
    store.scan(&feed_folder(lane), None).try_filter_map(parsed).boxed()
}

/// Reads an entry's card; one that is damaged or empty is made from the job's records. `None` when there is neither.
///
/// # Errors
/// [`JobsError::Unreadable`] when the records are damaged as well; else the store's.
pub async fn read(store: &dyn Store, key: &str, job: &JobId) -> Result<Option<Card>, JobsError> {
    let Some((bytes, _)) = store.get(key).await? else { return Ok(None) };
    if let Ok(card) = serde_json::from_slice(&bytes) {
        return Ok(Some(card));
    }
    let Some(job) = reading::read_job(store, job).await? else { return Ok(None) };
    Ok(match job.state() {
        JobState::Ended(end) => Some(card(&job, &end)),
        JobState::Waiting { .. } | JobState::Running { .. } => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::memory::MemoryStore;

    fn done(at: &str) -> Card {
        Card::of_test(3, at.parse().unwrap(), ReportFacts::default())
    }

    #[tokio::test]
    async fn an_end_that_is_told_twice_is_one_entry_and_one_told_late_lies_where_readers_come_by() {
        let store = MemoryStore::new();
        let card = done("2026-11-28T10:00:00Z");
        for now in ["2026-11-28T10:00:00Z", "2026-11-28T10:00:40Z"] {
            enter(&store, LaneName::Reports, &card, now.parse().unwrap()).await.unwrap();
        }
        assert_eq!(store.keys().len(), 1);
        // The process died between the end and its entry, and the service stood still over the weekend.
        let late = "2026-11-30T08:00:00Z".parse().unwrap();
        enter(&store, LaneName::Reports, &card, late).await.unwrap();
        let found: Vec<_> = entries(&store, LaneName::Reports).try_collect().await.unwrap();
        assert_eq!(found.iter().map(|(_, entry)| entry.at).collect::<Vec<_>>(), [late, card.ended]);
        assert_eq!(read(&store, &found[0].0, &card.job).await.unwrap(), Some(card));
    }
}
