//! Search in texts that platforms told: topics of discussion, and what was said in videos.
//!
//! A file of its own, derived from the records: it may be deleted at any time and comes back, no decision reads it, and it is neither made nor followed before somebody searches.
//! Words are found without regard to case and accents (FTS5); what is like a text is found by [`likeness`]. Each text belongs to an institution, or to none.

pub mod likeness;
mod query;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::sync::{Mutex as AsyncMutex, oneshot};
use unicode_normalization::UnicodeNormalization as _;

use crate::clock::Clock;
use crate::lookup::LookupError;
use crate::lookup::sqlite;
use crate::lookup::texts::likeness::Likeness;

/// The schema's number; a file of another one is thrown away.
const SCHEMA: i64 = 1;
/// What other instances did is looked for at most so often.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long somebody who searches waits for such a look.
const LOOK_WAIT: Duration = Duration::from_millis(300);
/// A question that takes longer is ended.
const LONGEST_QUESTION: Duration = Duration::from_secs(2);
/// Characters of a text that are searched; ten hours of speech have fewer.
const LONGEST_TEXT: usize = 1_000_000;
/// Characters of a title.
const LONGEST_TITLE: usize = 300;

/// Where texts come from.
#[async_trait]
pub trait TextRecords: Send + Sync {
    /// The texts behind a place, which only it can read; from the beginning without one.
    ///
    /// # Errors
    /// In words; the next look goes on from the same place.
    async fn read(&self, place: Option<String>) -> Result<Batch, String>;
}

/// A part of the records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Texts, each under its key; none of one that is gone. The same again changes nothing.
    pub entries: Vec<(String, Option<TextRow>)>,
    /// Where to go on.
    pub place: Option<String>,
    /// Whether there are more.
    pub more: bool,
    /// The place was none that can be gone on from: what is there is thrown away, and read from the beginning.
    pub restart: bool,
}

/// A text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRow {
    /// What it is (`topics`, `transcriptions`).
    pub collection: String,
    /// Whose it is; empty for nobody's.
    pub institution: String,
    /// Who told it.
    pub source: String,
    /// The course it belongs to.
    pub course: Option<String>,
    /// The id of the topic or the video at its platform.
    pub thing: Option<String>,
    /// When it was last changed.
    pub at: Timestamp,
    /// Its title.
    pub title: String,
    /// The text.
    pub text: String,
}

/// Which texts are looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowed {
    /// Those of these institutions; without it those of all, and nobody's.
    pub institutions: Option<Vec<String>>,
    /// Those of this kind.
    pub collection: Option<String>,
    /// Those of this course.
    pub course: Option<String>,
    /// Those of this source.
    pub source: Option<String>,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum HitFilter {
    /// Texts with all of these words; what stands between quotes as it stands there.
    Words {
        /// The words.
        words: String,
        /// Which texts.
        narrowed: Narrowed,
        /// Behind this hit.
        after: Option<HitCursor>,
        /// At most so many.
        limit: usize,
    },
    /// Texts like this one.
    Like {
        /// The text.
        text: String,
        /// Which texts.
        narrowed: Narrowed,
        /// Behind this hit.
        after: Option<HitCursor>,
        /// At most so many.
        limit: usize,
    },
    /// Texts like the one that was found under this key.
    LikeOne {
        /// The key.
        key: String,
        /// Which texts; the one it names must be among them.
        narrowed: Narrowed,
        /// Behind this hit.
        after: Option<HitCursor>,
        /// At most so many.
        limit: usize,
    },
}

/// A place among hits: the best first, and of the same score the older row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HitCursor {
    /// How good the hit is; more is better.
    pub score: f64,
    /// Its row.
    pub row: i64,
}

impl HitCursor {
    fn order(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.row.cmp(&other.row))
    }

    fn is_behind(&self, other: Self) -> bool {
        self.order(&other) == Ordering::Greater
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hits {
    /// The best first.
    pub hits: Vec<Hit>,
    /// Where the next page begins, if there is one.
    pub next: Option<HitCursor>,
    /// The text that others should be like is not there.
    pub is_unknown: bool,
}

/// A text that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Its key.
    pub id: String,
    /// What it is.
    pub collection: String,
    /// Whose it is.
    pub institution: Option<String>,
    /// Who told it.
    pub source: String,
    /// Its course.
    pub course: Option<String>,
    /// Its id at the platform.
    pub thing: Option<String>,
    /// When it was last changed.
    pub at: Timestamp,
    /// Its title.
    pub title: String,
    /// The part of it where the words stand, or its beginning.
    pub excerpt: String,
    /// Where in the excerpt, from and to, in characters.
    pub highlights: Vec<[usize; 2]>,
    /// How good it is; comparable within one answer only.
    pub score: f64,
}

/// The search. Making it costs nothing.
pub struct TextSearch {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    records: Arc<dyn TextRecords>,
    likeness: Arc<dyn Likeness>,
    db: Arc<Mutex<Option<Opened>>>,
    looking: AsyncMutex<()>,
    state: Mutex<State>,
}

struct Opened {
    db: Connection,
    /// The file that `db` has open.
    inode: Option<u64>,
}

#[derive(Debug, Default)]
struct State {
    /// When the last look began, by the process's own clock.
    looked: Option<Duration>,
    /// Something changed here since.
    is_behind: bool,
    is_complete: bool,
}

impl TextSearch {
    /// Over this file, which is made when it is first used.
    pub fn new(path: PathBuf, clock: Arc<dyn Clock>, records: Arc<dyn TextRecords>, likeness: Arc<dyn Likeness>) -> Arc<Self> {
        Arc::new(Self { path, clock, records, likeness, db: Arc::default(), looking: AsyncMutex::default(), state: Mutex::default() })
    }

    /// Something changed: the next search looks at the records first.
    pub fn changed(&self) {
        self.state(|state| state.is_behind = true);
    }

    /// Whether everything in the records has been read once.
    pub fn is_complete(&self) -> bool {
        self.state(|state| state.is_complete)
    }

    /// What tells how alike texts are.
    pub fn likeness(&self) -> &'static str {
        self.likeness.name()
    }

    /// Searches, after a look at the records where the last one is some seconds old.
    ///
    /// # Errors
    /// The file, or it takes too long.
    pub async fn ask(self: &Arc<Self>, asked: HitFilter) -> Result<Hits, LookupError> {
        self.look().await;
        let likeness = Arc::clone(&self.likeness);
        let (started, handle) = oneshot::channel();
        let search = Arc::clone(self);
        let mut answer = tokio::task::spawn_blocking(move || {
            search.with_db(|db| {
                // Nobody waits any more when this fails.
                let _ = started.send(db.get_interrupt_handle());
                query::ask(db, &asked, &*likeness)
            })
        });
        if let Ok(answer) = tokio::time::timeout(LONGEST_QUESTION, &mut answer).await {
            return answer.map_err(|_| LookupError::closed())?.map_err(LookupError::from);
        }
        if let Ok(handle) = handle.await {
            handle.interrupt();
        }
        Err(LookupError::TooSlow)
    }

    /// Reads the records to their end; waits for it.
    ///
    /// # Errors
    /// The file, or the records.
    pub async fn catch_up(self: &Arc<Self>) -> Result<(), LookupError> {
        let _turn = self.looking.lock().await;
        self.state(|state| (state.is_behind, state.looked) = (false, Some(self.clock.monotonic())));
        let caught = self.follow().await;
        if caught.is_err() {
            self.changed();
        }
        caught
    }

    async fn look(self: &Arc<Self>) {
        let now = self.clock.monotonic();
        let is_due = self.state(|state| state.is_behind || state.looked.is_none_or(|last| now.saturating_sub(last) >= LOOK_EVERY));
        if !is_due {
            return;
        }
        let search = Arc::clone(self);
        let look = tokio::spawn(async move {
            if let Err(error) = search.catch_up().await {
                tracing::warn!(%error, "The index of texts could not be brought up to date; the next search tries again");
            }
        });
        // Out of time: it goes on beside.
        let _ = tokio::time::timeout(LOOK_WAIT, look).await;
    }

    async fn follow(self: &Arc<Self>) -> Result<(), LookupError> {
        let mut restarted = false;
        loop {
            let place = self.blocking(|search| search.with_db(|db| place(db, search.likeness.name()))).await?;
            if place.is_none() {
                self.state(|state| state.is_complete = false);
            }
            let batch = self.records.read(place).await.map_err(LookupError::Index)?;
            let more = batch.more;
            if batch.restart {
                if restarted {
                    return Err(LookupError::Index("the records cannot be read from their beginning".to_owned()));
                }
                restarted = true;
                self.blocking(Self::renew).await?;
                continue;
            }
            self.blocking(move |search| search.with_db(|db| take_in(db, &batch, &*search.likeness))).await?;
            if !more {
                self.state(|state| state.is_complete = true);
                return Ok(());
            }
        }
    }

    /// Does something with the file off the async threads.
    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        act: impl FnOnce(&Self) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LookupError> {
        let search = Arc::clone(self);
        tokio::task::spawn_blocking(move || act(&search)).await.map_err(|_| LookupError::closed())?.map_err(LookupError::from)
    }

    /// Works on the file, opened or made anew where it is gone; one that turns out to be damaged is thrown away.
    fn with_db<T>(&self, act: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let mut slot = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_none_or(|open| open.inode.is_none() || sqlite::inode(&self.path) != open.inode) {
            *slot = None;
            if let Some(folder) = self.path.parent() {
                // What is wrong with the folder, opening the file tells.
                let _ = std::fs::create_dir_all(folder);
            }
            let db = sqlite::open_or_renew(&self.path, |path| sqlite::open(path, include_str!("schema.sql"), SCHEMA))?;
            *slot = Some(Opened { db, inode: sqlite::inode(&self.path) });
        }
        let open = slot.as_mut().ok_or(rusqlite::Error::InvalidQuery)?;
        let done = act(&mut open.db);
        if let Err(error) = &done
            && LookupError::is_damage(error)
        {
            tracing::warn!("The index of texts is damaged; it is made anew");
            *slot = None;
            sqlite::remove(&self.path);
            self.changed();
        }
        done
    }

    fn renew(&self) -> rusqlite::Result<()> {
        *self.db.lock().unwrap_or_else(PoisonError::into_inner) = None;
        sqlite::remove(&self.path);
        self.with_db(|_| Ok(()))
    }

    fn state<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        with(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How far the records were read, by this way of telling likeness; another one makes everything anew.
fn place(db: &mut Connection, method: &str) -> rusqlite::Result<Option<String>> {
    let known: Option<(String, String)> =
        db.query_row("SELECT place, method FROM place", [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    match known {
        Some((place, of)) if of == method => Ok(Some(place)),
        Some(_) => {
            let transaction = db.transaction()?;
            transaction.execute_batch("DELETE FROM text; DELETE FROM place;")?;
            transaction.commit()?;
            Ok(None)
        }
        None => Ok(None),
    }
}

fn take_in(db: &mut Connection, batch: &Batch, likeness: &dyn Likeness) -> rusqlite::Result<()> {
    let transaction = db.transaction()?;
    {
        let mut remove = transaction.prepare_cached("DELETE FROM text WHERE key = ?1")?;
        let mut add = transaction.prepare_cached(
            "INSERT INTO text (key, collection, institution, source, course, thing, at, title, body, vector) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        for (key, row) in &batch.entries {
            remove.execute([key])?;
            let Some(row) = row else { continue };
            let (title, body) = (searched(&row.title, LONGEST_TITLE), searched(&row.text, LONGEST_TEXT));
            let vector = likeness.vector(&title, &body);
            let at = row.at.as_millisecond();
            add.execute(params![key, row.collection, row.institution, row.source, row.course, row.thing, at, title, body, vector])?;
        }
    }
    if let Some(place) = &batch.place {
        let sql = "INSERT INTO place (one, place, method) VALUES (1, ?1, ?2) ON CONFLICT DO UPDATE SET place = excluded.place, method = excluded.method";
        transaction.execute(sql, params![place, likeness.name()])?;
    }
    transaction.commit()
}

/// A text as it is searched: accents on their letters, cut, and without the marks that excerpts use.
fn searched(text: &str, most: usize) -> String {
    text.nfc().take(most).filter(|c| !query::MARKS.contains(c)).collect()
}
