//! Follows the feed of ended jobs and brings everything derived up to date: processed.csv, cohorts, study plans, alerts.
//!
//! It runs when a job ended here, when somebody looks, and every ten minutes for what other instances did. It reads back a window before its cursor, so an entry that was written late is not missed; applying an entry again changes nothing.
//! Nothing here can fail, delay or park a report, and one damaged entry stops no other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use tokio::sync::{Mutex as AsyncMutex, Notify};

use crate::clock::Clock;
use crate::jobs::error::JobsError;
use crate::jobs::feed;
use crate::model::card::Card;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::pipeline::projection::Projection;
use crate::storage::key::ObjectKey;
use crate::storage::{PutMode, Store, StoreError};

/// How far back of its cursor the feed is read: late entries ([`feed::PROMPT`]), and clocks that differ.
const WINDOW: Duration = Duration::from_mins(5);
/// The cursor is written when it moved so far: what lies between is only read again.
const CURSOR_STEP: Duration = Duration::from_mins(1);
/// Entries read and applied together.
const BATCH: usize = 500;
/// Cards read at once.
const AT_ONCE: usize = 16;
/// How long ends gather before they are followed; longer where each write costs money.
const GATHER: Duration = Duration::from_secs(2);
const GATHER_REMOTE: Duration = Duration::from_secs(10);
/// How often entries of other instances are looked for.
pub(super) const EVERY: Duration = Duration::from_mins(10);

/// One reader of the feed for all projections.
pub(super) struct Tailer {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    projections: Vec<Arc<dyn Projection>>,
    told: Notify,
    /// Who else is told that something new is in the feed.
    news: OnceLock<News>,
    /// One run at a time.
    progress: AsyncMutex<Progress>,
    /// Since when something is known to be left to do.
    behind_since: Mutex<Option<Timestamp>>,
}

#[derive(Default)]
struct Progress {
    /// What each projection applied within the window, by key.
    applied: BTreeMap<&'static str, BTreeMap<String, Timestamp>>,
    /// What earlier releases left to be folded was taken.
    took_older: bool,
}

/// Called when something new was met.
pub(super) type News = Box<dyn Fn() + Send + Sync>;

/// How far each projection is.
type Cursor = BTreeMap<String, Timestamp>;

/// An entry to apply: key, time, job.
type Entry = (String, Timestamp, JobId);

impl Tailer {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, projections: Vec<Arc<dyn Projection>>) -> Self {
        Self {
            store,
            clock,
            projections,
            told: Notify::new(),
            news: OnceLock::new(),
            progress: AsyncMutex::default(),
            behind_since: Mutex::new(None),
        }
    }

    pub(super) fn projections(&self) -> &[Arc<dyn Projection>] {
        &self.projections
    }

    /// Calls this whenever something new is met in the feed, whoever entered it; the first one who asks.
    pub(super) fn tell_news_to(&self, news: News) {
        let _ = self.news.set(news);
    }

    /// There is something new; it is followed soon.
    pub(super) fn tell(&self) {
        self.behind_since.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| self.clock.now());
        self.told.notify_one();
    }

    /// How long something known is left undone; nothing when all is done.
    pub(super) fn lag(&self) -> Option<Duration> {
        let since = (*self.behind_since.lock().unwrap_or_else(PoisonError::into_inner))?;
        Some(Duration::try_from(self.clock.now().duration_since(since)).unwrap_or_default())
    }

    /// Runs for as long as the process lives.
    pub(super) async fn keep_up(&self) {
        let gather = if self.store.is_remote() { GATHER_REMOTE } else { GATHER };
        loop {
            if let Err(error) = self.run().await {
                tracing::error!(%error, "What is derived from ended jobs (processed.csv, cohorts, study plans, alerts) is behind; it is tried again");
            }
            tokio::select! {
                () = self.told.notified() => tokio::time::sleep(gather).await,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Brings every projection up to date.
    ///
    /// # Errors
    /// The store's, once every projection had its turn; what is left is done by the next run.
    pub(super) async fn run(&self) -> Result<(), StoreError> {
        let mut progress = self.progress.lock().await;
        let began = self.clock.now();
        let done = self.run_once(&mut progress, began).await;
        let mut behind = self.behind_since.lock().unwrap_or_else(PoisonError::into_inner);
        match &done {
            // Whoever told of something since then is heard by the next run.
            Ok(()) => *behind = behind.filter(|since| *since > began),
            Err(_) => *behind = behind.or(Some(began)),
        }
        done
    }

    async fn run_once(&self, progress: &mut Progress, now: Timestamp) -> Result<(), StoreError> {
        let mut failure = None;
        if !progress.took_older {
            for projection in &self.projections {
                projection.take_older(now).await?;
            }
            progress.took_older = true;
        }
        let mut cursor = self.cursor().await?;
        let stored = cursor.clone();
        if !cursor.is_empty() {
            for new in self.projections.iter().filter(|projection| projection.begins_now()) {
                cursor.entry(new.name().to_owned()).or_insert(now);
            }
        }
        let before = cursor.clone();
        let mut entries = self.entries_since(self.oldest_start(&cursor)).await?;
        // Oldest first, so that files grow in the order in which things happened.
        entries.reverse();
        let is_new = |entry: &Entry| self.projections.iter().any(|one| Self::is_fresh(one.name(), entry, &before, progress));
        if let Some(news) = self.news.get().filter(|_| entries.iter().any(is_new)) {
            news();
        }
        let mut failed = BTreeSet::new();
        for batch in entries.chunks(BATCH) {
            let cards = self.cards(batch, &before, progress).await?;
            for projection in &self.projections {
                let name = projection.name();
                if failed.contains(name) {
                    continue;
                }
                let is_read = |entry: &&Entry| cards.contains_key(&entry.0) && Self::is_fresh(name, entry, &before, progress);
                let fresh: Vec<&Entry> = batch.iter().filter(is_read).collect();
                let its_cards: Vec<Card> = fresh.iter().filter_map(|(key, ..)| cards.get(key)?.clone()).collect();
                match projection.apply(&its_cards, now).await {
                    Ok(()) => {
                        let applied = progress.applied.entry(name).or_default();
                        for (key, at, _) in fresh {
                            applied.insert(key.clone(), *at);
                            let known = cursor.entry(name.to_owned()).or_insert(*at);
                            *known = (*known).max(*at);
                        }
                    }
                    Err(error) => {
                        tracing::warn!(projection = name, %error, "A projection is behind; it is tried again");
                        failed.insert(name);
                        failure = failure.or(Some(error));
                    }
                }
            }
        }
        for projection in &self.projections {
            if let Err(error) = projection.look(now).await {
                failure = failure.or(Some(error));
            }
        }
        progress.forget(&cursor);
        if Self::has_moved(&stored, &cursor) {
            self.store.put(&ObjectKey::Cursor.path(), bytes_of(&cursor), PutMode::Overwrite).await?;
        }
        failure.map_or(Ok(()), Err)
    }

    /// Where the reading begins: the window before the cursor that is furthest behind.
    fn oldest_start(&self, cursor: &Cursor) -> Timestamp {
        self.projections.iter().map(|projection| start(cursor, projection.name())).min().unwrap_or(Timestamp::MIN)
    }

    async fn entries_since(&self, since: Timestamp) -> Result<Vec<Entry>, StoreError> {
        let mut found = Vec::new();
        let mut entries = feed::entries(&*self.store, LaneName::Reports);
        while let Some((key, entry)) = entries.try_next().await? {
            if entry.at < since {
                break;
            }
            found.push((key, entry.at, entry.job));
        }
        Ok(found)
    }

    fn is_fresh(name: &str, (key, at, _): &Entry, cursor: &Cursor, progress: &Progress) -> bool {
        *at >= start(cursor, name) && !progress.applied.get(name).is_some_and(|applied| applied.contains_key(key))
    }

    /// The cards of the entries that any projection lacks, by key. What is damaged has none; what the store refuses to read is not in it, and is tried again as long as it lies within the window.
    async fn cards(&self, batch: &[Entry], cursor: &Cursor, progress: &Progress) -> Result<BTreeMap<String, Option<Card>>, StoreError> {
        let is_wanted =
            |entry: &&Entry| self.projections.iter().any(|projection| Self::is_fresh(projection.name(), entry, cursor, progress));
        let read = |(key, _, job): Entry| async move {
            match feed::read(&*self.store, &key, &job).await {
                Ok(card) => Ok(Some((key, card))),
                Err(JobsError::Store(error @ StoreError::Unavailable { .. })) => Err(error),
                Err(error) => {
                    tracing::error!(key, job.id = %job, %error, "An ended job cannot be read and is left out of what is derived");
                    Ok(if matches!(error, JobsError::Store(_)) { None } else { Some((key, None)) })
                }
            }
        };
        let wanted: Vec<Entry> = batch.iter().filter(is_wanted).cloned().collect();
        let cards: Vec<Option<(String, Option<Card>)>> = stream::iter(wanted).map(read).buffered(AT_ONCE).try_collect().await?;
        Ok(cards.into_iter().flatten().collect())
    }

    async fn cursor(&self) -> Result<Cursor, StoreError> {
        let Some((bytes, _)) = self.store.get(&ObjectKey::Cursor.path()).await? else { return Ok(Cursor::new()) };
        Ok(serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            tracing::error!(%error, "The cursor of the projections cannot be read; they follow the whole feed anew");
            Cursor::new()
        }))
    }

    fn has_moved(before: &Cursor, after: &Cursor) -> bool {
        let moved = |(name, at): (&String, &Timestamp)| {
            before.get(name).is_none_or(|known| at.duration_since(*known).unsigned_abs() >= CURSOR_STEP)
        };
        after.iter().any(moved)
    }
}

impl Progress {
    /// Forgets what lies before the window: it is not read again.
    fn forget(&mut self, cursor: &Cursor) {
        for (name, applied) in &mut self.applied {
            let start = start(cursor, name);
            applied.retain(|_, at| at.saturating_add(WINDOW).is_ok_and(|until| until >= start));
        }
    }
}

fn start(cursor: &Cursor, name: &str) -> Timestamp {
    cursor.get(name).map_or(Timestamp::MIN, |at| at.saturating_sub(WINDOW).unwrap_or(Timestamp::MIN))
}

fn bytes_of(cursor: &Cursor) -> Bytes {
    Bytes::from(serde_json::to_vec(cursor).unwrap_or_default())
}

#[cfg(test)]
mod tests;
