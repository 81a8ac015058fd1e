//! The console's read model: lists, searches and figures over all reports, from one SQLite file.
//!
//! The file is a cache. What is true stands in the jobs' records; the file may be deleted at any time and comes back. Nothing but the console, the API and `jobs list --find` reads it; no worker, webhook or mail waits for it, and it costs nothing while nobody looks. Acts never go by it: they read the job again.
//!
//! | file | what it holds |
//! |---|---|
//! | `view.rs` | what is told: rows, filters, figures |
//! | `index.rs`, `schema.sql` | the tables, and taking cards in |
//! | `sync.rs` | following the feed and the open jobs, when somebody looks |
//! | `db.rs`, `snapshot.rs` | the file and its connections; its copy in a bucket |
//! | `attempts/` | a file of its own: the calls that the gateway made |
//! | `texts/` | a file of its own: discussions and transcriptions that can be searched |
//! | `unseen.rs` | whom lists leave out |
//! | `questions.rs` | what may be asked, one function each |
//! | `list.rs`, `search.rs`, `figures.rs`, `results.rs` | queries |

pub mod attempts;
mod contents;
mod db;
mod figures;
mod groups;
mod index;
mod list;
pub mod made_up;
mod questions;
pub mod results;
pub mod rows_csv;
mod search;
pub mod small;
mod snapshot;
mod sqlite;
mod summary;
mod sync;
pub mod texts;
pub mod unseen;
pub mod view;
pub mod words;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use tokio::sync::Mutex as AsyncMutex;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use crate::clock::Clock;
use crate::jobs::Jobs;
use crate::lookup::db::Db;
use crate::lookup::index::JobUpdate;
use crate::lookup::sync::Progress;
use crate::lookup::unseen::Blocks;
use crate::lookup::view::{Freshness, StudentHash};
use crate::lookup::words::StudentHasher;
use crate::model::card::Card;
use crate::storage::key::ObjectKey;
use crate::storage::{self, Store, StoreError};

pub use crate::lookup::db::FileLocation;

/// A look brings the index up to date when the last one is so long ago.
const FRESH: Duration = Duration::from_secs(5);
/// The same where a look costs money.
const FRESH_REMOTE: Duration = Duration::from_secs(10);
/// A look waits so long for it; then what is there is told.
const PATIENCE: Duration = Duration::from_millis(300);
/// So many changes are worth a new copy in the bucket.
const CHANGES: usize = 1000;
/// After so long any change is.
const COPY_EVERY: Duration = Duration::from_hours(6);

/// Why nothing could be looked up.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The store, for filling the index.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file; it is made anew where that helps.
    #[error("the index of reports cannot be used: {0}")]
    Index(String),
    /// The query was ended.
    #[error("the search takes too long; ask for less")]
    TooSlow,
}

impl LookupError {
    fn closed() -> Self {
        Self::Index("it was closed".to_owned())
    }

    fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::Index(format!("{}: {error}", path.display()))
    }

    fn is_damage(error: &rusqlite::Error) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase, SystemIoFailure};
        matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase | SystemIoFailure))
    }
}

impl From<rusqlite::Error> for LookupError {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) {
            Self::TooSlow
        } else {
            Self::Index(error.to_string())
        }
    }
}

/// What the lookup stands on.
pub struct Parts {
    /// Where the records lie.
    pub store: Arc<dyn Store>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The school's time zone: in it, days begin.
    pub zone: TimeZone,
    /// Where the file lies.
    pub place: FileLocation,
    /// Whoever knows whose data are blocked.
    pub blocks: Arc<dyn Blocks>,
    /// This instance's jobs, whose changes are heard at once; none for a command beside the service.
    pub jobs: Option<Arc<Jobs>>,
}

/// Lists, searches and figures over all reports.
///
/// Making one costs nothing: the file is opened by the first look.
pub struct Lookup {
    parts: Parts,
    db: AsyncMutex<Option<Arc<Db>>>,
    changes: Mutex<Option<Receiver<Arc<Card>>>>,
    /// Held by whoever brings the index up to date.
    syncing: Arc<AsyncMutex<()>>,
    progress: Progress,
    fresh: Mutex<State>,
    /// It is made of the records alone: no copy is begun with.
    from_records: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    told: Freshness,
    /// When it was last brought up to date, by the process's own clock.
    at: Option<Duration>,
    /// What changed since the newest copy that this process made or began with.
    changed: usize,
    /// When that was; else when the process looked first.
    copied: Option<Duration>,
}

/// What there is of the index, for `doctor` and people.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Status {
    /// The file.
    pub file: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Reports in it.
    pub reports: u64,
    /// Students in it.
    pub students: u64,
    /// It is this process's own.
    pub is_private: bool,
    /// How fresh it is.
    pub fresh: Freshness,
}

impl Lookup {
    /// Over these parts; nothing is opened yet.
    pub fn new(parts: Parts) -> Arc<Self> {
        let progress = Progress::default();
        Arc::new(Self {
            parts,
            db: AsyncMutex::default(),
            changes: Mutex::default(),
            syncing: Arc::default(),
            progress,
            fresh: Mutex::default(),
            from_records: AtomicBool::default(),
        })
    }

    /// Looks: what happened here is taken in at once, what happened elsewhere when the last look is some seconds old, for at most 300 ms; the rest goes on behind.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub async fn look(self: &Arc<Self>) -> Result<Freshness, LookupError> {
        let db = self.open().await?;
        self.look_from(db).await
    }

    async fn look_from(self: &Arc<Self>, db: Arc<Db>) -> Result<Freshness, LookupError> {
        self.hear(&db).await?;
        let limit = if self.parts.store.is_remote() { FRESH_REMOTE } else { FRESH };
        let now = self.parts.clock.monotonic();
        let is_stale = self.state(|state| state.at.is_none_or(|at| now.saturating_sub(at) >= limit));
        if is_stale && let Ok(turn) = Arc::clone(&self.syncing).try_lock_owned() {
            let lookup = Arc::clone(self);
            let following = tokio::spawn(async move {
                lookup.bring_up_to_date(&db, false).await;
                drop(turn);
            });
            let _ = tokio::time::timeout(PATIENCE, following).await;
        }
        Ok(self.freshness())
    }

    /// How fresh what is told is; looks at nothing.
    pub fn freshness(&self) -> Freshness {
        self.state(|state| Freshness { progress: self.progress.percent().filter(|_| state.told.is_building), ..state.told.clone() })
    }

    /// Brings the index up to date and waits for it, however long it takes; for a command, which looks once.
    ///
    /// # Errors
    /// What kept it from that.
    pub async fn catch_up(self: &Arc<Self>) -> Result<(), LookupError> {
        let db = self.open().await?;
        self.hear(&db).await?;
        let _turn = self.syncing.lock().await;
        self.bring_up_to_date(&db, false).await;
        self.state(|state| state.told.problem.clone()).map_or(Ok(()), |problem| Err(LookupError::Index(problem)))
    }

    /// Brings everything up to date and compares it with all that there is; waits for it.
    ///
    /// # Errors
    /// What kept it from that.
    pub async fn reconcile(self: &Arc<Self>) -> Result<(), LookupError> {
        let db = self.open().await?;
        self.hear(&db).await?;
        let _turn = self.syncing.lock().await;
        self.bring_up_to_date(&db, true).await;
        self.state(|state| state.told.problem.clone()).map_or(Ok(()), |problem| Err(LookupError::Index(problem)))
    }

    /// Throws the file away and fills a new one; waits for it.
    ///
    /// # Errors
    /// What kept it from that.
    pub async fn rebuild(self: &Arc<Self>) -> Result<(), LookupError> {
        self.from_records.store(true, Ordering::Relaxed);
        self.discard().await?;
        self.reconcile().await
    }

    /// Throws the file away, unless another process has it; whether there was one. The next look makes it anew.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub async fn discard(&self) -> Result<bool, LookupError> {
        let _turn = self.syncing.lock().await;
        let mut slot = self.db.lock().await;
        *self.fresh.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
        if let Some(db) = slot.take() {
            let path = db.path().to_owned();
            drop(db);
            return Ok(db::remove(&path));
        }
        if let FileLocation::Folder(dir) = &self.parts.place
            && let Some(_lock) = db::lock(dir)?
        {
            return Ok(db::remove(&dir.join(db::file_name())));
        }
        Ok(false)
    }

    /// How many rows of this index and another one differ.
    ///
    /// # Errors
    /// The files.
    pub async fn differences(self: &Arc<Self>, other: &Arc<Self>) -> Result<usize, LookupError> {
        let (ours, theirs) = (self.open().await?.read(contents::all).await?, other.open().await?.read(contents::all).await?);
        Ok(ours.symmetric_difference(&theirs).count())
    }

    /// Removes students from the index at once, with every trace; the days' counts stay.
    ///
    /// # Errors
    /// The file.
    pub async fn forget(self: &Arc<Self>, keys: &[String]) -> Result<usize, LookupError> {
        let db = self.open().await?;
        // What was told and not yet heard would bring them back.
        self.hear(&db).await?;
        let hasher = self.hasher().await?;
        let hashes: Vec<StudentHash> = keys.iter().map(|key| hasher.hash(key)).collect();
        let removed = db.write(move |index| index.forget_students(&hashes)).await?;
        if self.parts.store.is_remote() {
            snapshot::drop_all(&*self.parts.store).await?;
            // The next look makes a new one.
            self.change(|state| state.changed = state.changed.max(CHANGES));
        }
        Ok(removed)
    }

    /// Leaves out whose data are blocked by now, and shows again whose are no more; a look finds it out by itself some seconds later.
    ///
    /// # Errors
    /// The store, the file.
    pub async fn heed_blocks(&self) -> Result<(), LookupError> {
        // A file that is not open asks when it is opened.
        let open = self.db.lock().await.clone();
        match open {
            Some(db) => self.follow_blocks(&db).await,
            None => Ok(()),
        }
    }

    async fn follow_blocks(&self, db: &Arc<Db>) -> Result<(), LookupError> {
        let blocked = self.parts.blocks.blocked().await?;
        db.write(move |index| index.leave_out(blocked)).await
    }

    /// Takes cards in as if they had been told; for tests, benches and demonstrations.
    ///
    /// # Errors
    /// The file.
    pub async fn take_in(self: &Arc<Self>, cards: Vec<Card>) -> Result<usize, LookupError> {
        let told: Vec<JobUpdate> = cards.into_iter().map(|card| JobUpdate::Card(Box::new(card))).collect();
        self.open().await?.write(move |index| index.apply(&told, &[])).await
    }

    /// What there is of the index.
    ///
    /// # Errors
    /// The file.
    pub async fn status(self: &Arc<Self>) -> Result<Status, LookupError> {
        let db = self.open().await?;
        let (reports, students) = db
            .read(|conn| {
                conn.query_row("SELECT (SELECT count(*) FROM report), (SELECT count(*) FROM student)", [], |row| {
                    Ok((list::whole(row, 0)?, list::whole(row, 1)?))
                })
            })
            .await?;
        let bytes = std::fs::metadata(db.path()).map_or(0, |meta| meta.len());
        Ok(Status { file: db.path().display().to_string(), bytes, reports, students, is_private: db.is_private(), fresh: self.freshness() })
    }

    /// The name of a student in addresses.
    ///
    /// # Errors
    /// The store, for the key that hashes are made with.
    pub async fn hash_of(&self, key: &str) -> Result<StudentHash, LookupError> {
        Ok(self.hasher().await?.hash(key))
    }

    /// Asks, after a look; an index that turns out to be damaged is set aside, and the new one, which is being filled, is asked instead.
    async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        ask: impl Fn(&Connection) -> rusqlite::Result<T> + Send + Sync + 'static,
    ) -> Result<T, LookupError> {
        let ask = Arc::new(ask);
        let mut is_second = false;
        loop {
            let db = self.open().await?;
            let answer = match self.look_from(Arc::clone(&db)).await {
                Ok(_) => {
                    let ask = Arc::clone(&ask);
                    db.read(move |conn| ask(conn)).await
                }
                Err(error) => Err(error),
            };
            let Err(LookupError::Index(problem)) = &answer else { return answer };
            self.set_aside(&db, problem).await;
            if is_second {
                return answer;
            }
            is_second = true;
        }
    }

    async fn set_aside(&self, db: &Arc<Db>, problem: &str) {
        let mut slot = self.db.lock().await;
        // Whoever asked at the same time may have done it already.
        if slot.as_ref().is_some_and(|open| Arc::ptr_eq(open, db)) {
            tracing::warn!(problem, "The index of reports cannot be used; it is set aside and made anew");
            *slot = None;
            db::set_aside(db.path());
            *self.fresh.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
        }
    }

    async fn open(&self) -> Result<Arc<Db>, LookupError> {
        let mut slot = self.db.lock().await;
        if let Some(db) = slot.as_ref() {
            return Ok(Arc::clone(db));
        }
        // From now on; what happened before is in the feed.
        if let Some(jobs) = &self.parts.jobs {
            *self.changes.lock().unwrap_or_else(PoisonError::into_inner) = Some(jobs.changes());
        }
        let hasher = self.hasher().await?;
        let (place, zone) = (self.parts.place.clone(), self.parts.zone.clone());
        let seed = match &place {
            FileLocation::Temporary if self.parts.store.is_remote() && !self.from_records.load(Ordering::Relaxed) => {
                snapshot::load(&*self.parts.store).await
            }
            _ => None,
        };
        let opened = move || match Db::open(&place, &zone, &hasher, seed.as_deref()) {
            Err(LookupError::Index(problem)) if place != FileLocation::Temporary => {
                tracing::warn!(problem, "The index of reports cannot lie in its folder; it lies in a temporary one");
                Db::open(&FileLocation::Temporary, &zone, &hasher, None)
            }
            opened => opened,
        };
        let db = Arc::new(tokio::task::spawn_blocking(opened).await.map_err(|_| LookupError::closed())??);
        // A copy may be older than an erasure.
        sync::follow_erasures(&*self.parts.store, &db).await?;
        self.follow_blocks(&db).await?;
        let is_filled = sync::is_filled(&db).await?;
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner).told.is_building = !is_filled;
        *slot = Some(Arc::clone(&db));
        Ok(db)
    }

    /// Takes in what this instance told since the last look.
    async fn hear(&self, db: &Arc<Db>) -> Result<(), LookupError> {
        let mut told = Vec::new();
        {
            let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(changes) = changes.as_mut() else { return Ok(()) };
            loop {
                match changes.try_recv() {
                    Ok(card) => told.push(JobUpdate::Card(Box::new(Card::clone(&card)))),
                    // What was missed is in the feed and in the records.
                    Err(TryRecvError::Lagged(_)) => {}
                    Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                }
            }
        }
        if !told.is_empty() {
            db.write(move |index| index.apply(&told, &[])).await?;
        }
        Ok(())
    }

    /// By whoever has the turn.
    async fn bring_up_to_date(&self, db: &Arc<Db>, compare_all: bool) {
        let (store, began) = (&*self.parts.store, self.parts.clock.now());
        let done = async {
            self.follow_blocks(db).await?;
            if compare_all { sync::reconcile(store, db, &self.progress).await } else { sync::sync(store, db, &self.progress).await }
        };
        let done = done.await;
        if let Err(LookupError::Index(problem)) = &done {
            self.set_aside(db, problem).await;
        }
        let now = self.parts.clock.monotonic();
        let is_due = self.change(|state| {
            state.at = Some(now);
            match done {
                Ok(changed) => {
                    state.told = Freshness { synced_at: Some(began), ..Freshness::default() };
                    state.changed += changed;
                    let since = *state.copied.get_or_insert(now);
                    state.changed >= CHANGES || (state.changed > 0 && now.saturating_sub(since) >= COPY_EVERY)
                }
                Err(error) => {
                    tracing::warn!(%error, "The index of reports could not be brought up to date; the next look tries again");
                    state.told.problem = Some(error.to_string());
                    false
                }
            }
        });
        if is_due && store.is_remote() && self.parts.place == FileLocation::Temporary {
            self.keep_copy(store, db, now, began).await;
        }
    }

    /// Puts a copy of the index in the bucket, unless somebody did so just now.
    async fn keep_copy(&self, store: &dyn Store, db: &Arc<Db>, now: Duration, at: Timestamp) {
        let kept = snapshot::keep(store, db, at).await;
        if let Err(error) = kept {
            tracing::warn!(%error, "The copy of the index of reports could not be kept; a later look tries again");
            return;
        }
        self.change(|state| (state.changed, state.copied) = (0, Some(now)));
    }

    async fn hasher(&self) -> Result<StudentHasher, LookupError> {
        Ok(StudentHasher::new(storage::shared_key(&*self.parts.store, &ObjectKey::StudentKey.path()).await?))
    }

    fn change<T>(&self, how: impl FnOnce(&mut State) -> T) -> T {
        how(&mut self.fresh.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn state<T>(&self, of: impl FnOnce(&State) -> T) -> T {
        of(&self.fresh.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests;
