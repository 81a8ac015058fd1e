//! Brings the index up to date: reads the feed back to where it was read last, and looks at the open jobs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde::Deserialize;

use crate::jobs::error::JobsError;
use crate::jobs::feed;
use crate::jobs::operator::ended_jobs;
use crate::lookup::LookupError;
use crate::lookup::db::Db;
use crate::lookup::index::{Fed, JobUpdate, job_of};
use crate::lookup::view::ReportState;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::storage::key::lanes::{due_folder, parse_due};
use crate::storage::key::{ERASURES_FOLDER, OPEN_ERASURES_FOLDER};
use crate::storage::{Store, StoreError};

/// The feed of the reports' lane.
const STREAM: &str = "feed";
/// How far back of the newest entry read the feed is read again: clocks that differ, entries of one second, late writers.
const WINDOW: Duration = Duration::from_mins(10);
/// Entries taken in together.
const BATCH: usize = 512;
/// The entries that are taken in before all others: two pages of a list.
const FIRST: usize = 100;
/// Objects read at once.
const AT_ONCE: usize = 32;
/// Open jobs read by one look; the others are read by the next.
const OPEN_READ: usize = 500;

/// How far a build is, for people.
#[derive(Debug, Default)]
pub(super) struct Progress {
    done: AtomicU64,
    of: AtomicU64,
}

impl Progress {
    pub(super) fn percent(&self) -> Option<u8> {
        let (done, of) = (self.done.load(Ordering::Relaxed), self.of.load(Ordering::Relaxed));
        (of > 0).then(|| (done.saturating_mul(100) / of).min(100) as u8)
    }

    fn begin(&self, of: usize) {
        self.done.store(0, Ordering::Relaxed);
        self.of.store(of as u64, Ordering::Relaxed);
    }

    fn step(&self, by: usize) {
        self.done.fetch_add(by as u64, Ordering::Relaxed);
    }
}

/// An entry of the feed: key, time, job.
type Entry = (String, Timestamp, JobId);

/// Whether the index was ever filled to its end.
pub(super) async fn is_filled(db: &Arc<Db>) -> Result<bool, LookupError> {
    db.read(|conn| conn.prepare_cached("SELECT EXISTS(SELECT 1 FROM seen WHERE stream=?1)")?.query_row([STREAM], |row| row.get(0))).await
}

/// Takes in what happened since the last time; how many rows changed.
pub(super) async fn sync(store: &dyn Store, db: &Arc<Db>, progress: &Progress) -> Result<usize, LookupError> {
    // The open jobs first: one that ends meanwhile has its entry in the feed before its pointer goes.
    let pointers = due_pointers(store).await?;
    let mut changed = follow_erasures(store, db).await?;
    if !is_filled(db).await? {
        // Filling takes a while, and what is under way is what people look for first.
        changed += look_at_open(store, db, &pointers).await?;
    }
    changed += follow_feed(store, db, progress).await?;
    changed += look_at_open(store, db, &pointers).await?;
    Ok(changed)
}

/// As [`sync`], and compares everything there is: ends that are in no feed, rows whose jobs are no more, open jobs that nothing leads to.
pub(super) async fn reconcile(store: &dyn Store, db: &Arc<Db>, progress: &Progress) -> Result<usize, LookupError> {
    let mut changed = sync(store, db, progress).await?;
    let mut there: HashMap<JobId, bool> = HashMap::new();
    let rows = db
        .read(|conn| {
            let mut all = conn.prepare_cached("SELECT job, state FROM report")?;
            all.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?)))?.collect::<rusqlite::Result<Vec<_>>>()
        })
        .await?;
    there.extend(rows.into_iter().filter_map(|(job, state)| Some((job_of(&job)?, ReportState::of_number(state).is_open()))));
    let ended = ended_jobs(store, LaneName::Reports).await?;
    let unknown = ended.iter().filter(|job| !there.contains_key(job));
    // What is open may have moved without a word to us; what is in no list of ends may be gone.
    let doubtful = there.iter().filter(|(job, is_open)| **is_open || !ended.contains(*job)).map(|(job, _)| job);
    let to_read: Vec<JobId> = unknown.chain(doubtful).cloned().collect();
    progress.begin(to_read.len());
    for batch in to_read.chunks(BATCH) {
        changed += take_in_current(store, db, batch).await?;
        progress.step(batch.len());
    }
    Ok(changed)
}

async fn due_pointers(store: &dyn Store) -> Result<HashMap<JobId, Timestamp>, LookupError> {
    let mut pointers: HashMap<JobId, Timestamp> = HashMap::new();
    let mut keys = store.scan(&due_folder(LaneName::Reports), None);
    while let Some(key) = keys.try_next().await? {
        if let Some((at, job)) = parse_due(LaneName::Reports, &key) {
            // Two pointers may lead to one job for a moment; the later one is the newer.
            let known = pointers.entry(job).or_insert(at);
            *known = (*known).max(at);
        }
    }
    Ok(pointers)
}

/// What is read of an erasure's receipt.
#[derive(Deserialize)]
struct Erased {
    done: Option<Timestamp>,
    #[serde(default)]
    jobs: Vec<JobId>,
}

/// Lets go whoever was erased by another instance, or after the copy was made that the index began with.
pub(super) async fn follow_erasures(store: &dyn Store, db: &Arc<Db>) -> Result<usize, LookupError> {
    let known: HashSet<String> =
        db.read(|conn| conn.prepare_cached("SELECT id FROM erased")?.query_map([], |row| row.get(0))?.collect()).await?;
    let mut changed = 0;
    let keys: Vec<String> = store.scan(ERASURES_FOLDER, None).try_collect().await?;
    for key in keys.into_iter().filter(|key| !key.starts_with(OPEN_ERASURES_FOLDER) && !known.contains(key)) {
        let Some((bytes, _)) = store.get(&key).await? else { continue };
        // A damaged one is not ours to fix, and stops nothing.
        let Ok(erased) = serde_json::from_slice::<Erased>(&bytes) else { continue };
        changed += db.write(move |index| index.forget_erased(&key, &erased.jobs, erased.done.is_some())).await?;
    }
    Ok(changed)
}

async fn follow_feed(store: &dyn Store, db: &Arc<Db>, progress: &Progress) -> Result<usize, LookupError> {
    let (cursor, known) = seen(db).await?;
    let start = cursor.and_then(|cursor| cursor.checked_sub(WINDOW).ok()).unwrap_or(Timestamp::MIN);
    let mut newest = cursor;
    let mut fresh: Vec<Entry> = Vec::new();
    let mut entries = feed::entries(store, LaneName::Reports);
    while let Some((key, entry)) = entries.try_next().await? {
        if entry.at < start {
            break;
        }
        newest = newest.max(Some(entry.at));
        if !known.contains(&key) {
            fresh.push((key, entry.at, entry.job));
        }
    }
    drop(entries);
    if cursor.is_none() {
        progress.begin(fresh.len());
    }
    let keep_from = newest.and_then(|newest| newest.checked_sub(WINDOW).ok()).unwrap_or(Timestamp::MIN);
    let mut changed = 0;
    // Newest first, so that what people look at is there first; and the first page at once.
    let (first, rest) = fresh.split_at(FIRST.min(fresh.len()));
    for batch in std::iter::once(first).filter(|batch| !batch.is_empty()).chain(rest.chunks(BATCH)) {
        let read: Vec<(Entry, Option<JobUpdate>)> =
            stream::iter(batch.iter().cloned()).map(|entry| read_entry(store, entry)).buffered(AT_ONCE).try_collect().await?;
        let was_read: Vec<Entry> =
            read.iter().filter(|(entry, told)| told.is_some() && entry.1 >= keep_from).map(|(entry, _)| entry.clone()).collect();
        let told: Vec<JobUpdate> = read.into_iter().filter_map(|(_, told)| told).collect();
        changed += db
            .write(move |index| {
                let fed: Vec<Fed<'_>> = was_read.iter().map(|(key, at, _)| Fed { key, at: *at }).collect();
                index.apply(&told, &fed)
            })
            .await?;
        progress.step(batch.len());
    }
    let moved = newest.unwrap_or(Timestamp::UNIX_EPOCH);
    if cursor != Some(moved) {
        db.write(move |index| index.set_cursor(STREAM, moved, keep_from)).await?;
    }
    Ok(changed)
}

/// What an entry tells; nothing when it cannot be read now, so that it is read again as long as it lies within the window.
async fn read_entry(store: &dyn Store, entry: Entry) -> Result<(Entry, Option<JobUpdate>), LookupError> {
    let told = match feed::read(store, &entry.0, &entry.2).await {
        Ok(Some(card)) => Some(JobUpdate::Card(Box::new(card))),
        Err(JobsError::Store(error @ StoreError::Unavailable { .. })) => return Err(error.into()),
        Ok(None) | Err(JobsError::Store(_)) => None,
        Err(_) => Some(JobUpdate::Unreadable(entry.2.clone(), entry.1)),
    };
    Ok((entry, told))
}

async fn look_at_open(store: &dyn Store, db: &Arc<Db>, pointers: &HashMap<JobId, Timestamp>) -> Result<usize, LookupError> {
    let rows = db
        .read(|conn| {
            let mut open = conn.prepare_cached("SELECT job, state, due FROM report WHERE state IN (?1, ?2)")?;
            let states = (ReportState::Waiting.number(), ReportState::Running.number());
            open.query_map(states, |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?, row.get::<_, Option<i64>>(2)?)))?
                .collect::<rusqlite::Result<Vec<_>>>()
        })
        .await?;
    let open: HashMap<JobId, (i64, Option<i64>)> =
        rows.into_iter().filter_map(|(job, state, due)| Some((job_of(&job)?, (state, due)))).collect();
    let is_as_known = |job: &JobId, at: &Timestamp| {
        // Pointers are to the second.
        open.get(job).is_some_and(|(state, due)| {
            *state == ReportState::Waiting.number() && due.map(|due| due.div_euclid(1000)) == Some(at.as_second())
        })
    };
    let mut to_read: Vec<JobId> = pointers.iter().filter(|(job, at)| !is_as_known(job, at)).map(|(job, _)| job.clone()).collect();
    to_read.extend(open.keys().filter(|job| !pointers.contains_key(job)).cloned());
    to_read.truncate(OPEN_READ);
    take_in_current(store, db, &to_read).await
}

/// Reads jobs as they are now; those that are no more lose their rows.
pub(super) async fn take_in_current(store: &dyn Store, db: &Arc<Db>, jobs: &[JobId]) -> Result<usize, LookupError> {
    if jobs.is_empty() {
        return Ok(0);
    }
    let read = |job: JobId| async move {
        match feed::current_of(store, &job).await {
            Ok(found) => Ok(Some((job, found))),
            Err(JobsError::Store(error @ StoreError::Unavailable { .. })) => Err(LookupError::from(error)),
            Err(_) => Ok(None),
        }
    };
    let found: Vec<_> = stream::iter(jobs.to_vec()).map(read).buffered(AT_ONCE).try_collect().await?;
    let (mut told, mut gone) = (Vec::new(), Vec::new());
    for (job, found) in found.into_iter().flatten() {
        match found {
            Some((LaneName::Reports, card)) => told.push(JobUpdate::Card(Box::new(card))),
            Some(_) => {}
            None => gone.push(job),
        }
    }
    db.write(move |index| Ok(index.apply(&told, &[])? + index.remove_jobs(&gone, false)?)).await
}

async fn seen(db: &Arc<Db>) -> Result<(Option<Timestamp>, HashSet<String>), LookupError> {
    db.read(|conn| {
        let cursor: Option<i64> =
            conn.prepare_cached("SELECT max(cursor) FROM seen WHERE stream=?1")?.query_row([STREAM], |row| row.get(0))?;
        let mut fed = conn.prepare_cached("SELECT key FROM fed")?;
        let known = fed.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<HashSet<String>>>()?;
        Ok((cursor.and_then(|ms| Timestamp::from_millisecond(ms).ok()), known))
    })
    .await
}
