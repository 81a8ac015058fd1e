//! The file and the thread that alone writes it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};

use crate::lookup::attempts::rows::Entry;
use crate::lookup::attempts::write::{MERGE_TEXTS, Names, apply, forget, takes_out};
use crate::lookup::sqlite;

/// The schema's number; a file of another one is thrown away.
const SCHEMA: i64 = 2;
/// Entries of one transaction, at most, where many wait.
const TOGETHER: usize = 2000;
/// What is told gathers for so many steps, unless somebody waits: a transaction for each call costs more than the call's row.
const GATHER: u32 = 25;
const STEP: Duration = Duration::from_millis(10);
/// Where reading the records has come to.
const STREAM: &str = "records";

type Done<T> = oneshot::Sender<rusqlite::Result<T>>;

/// What the writer is asked to do.
pub(super) enum Order {
    /// Take these in; with a cursor, the records up to it are in then.
    Apply { entries: Vec<Entry>, cursor: Option<String>, done: Option<Done<()>> },
    /// How far the records were read.
    Cursor { done: Done<Option<String>> },
    /// Let go what is older.
    Forget { before: Timestamp, done: Done<()> },
    /// Begin a new file.
    Reset { done: Option<Done<()>> },
}

pub(super) struct Writer {
    path: PathBuf,
    open: Option<Opened>,
    epoch: Arc<AtomicU64>,
}

struct Opened {
    db: Connection,
    /// The file that `db` has open; none after somebody removed it.
    inode: Option<u64>,
    names: Names,
}

impl Writer {
    pub(super) fn new(path: PathBuf, epoch: Arc<AtomicU64>) -> Self {
        Self { path, open: None, epoch }
    }

    pub(super) fn run(mut self, mut inbox: mpsc::Receiver<Order>) {
        while let Some(first) = inbox.blocking_recv() {
            match first {
                Order::Apply { entries, cursor, done } => self.apply(entries, cursor, done, &mut inbox),
                other => self.obey(other),
            }
        }
    }

    /// The file, opened or made anew where it is gone.
    fn db(&mut self) -> rusqlite::Result<&mut Opened> {
        let is_there = self.open.as_ref().is_some_and(|open| sqlite::inode(&self.path) == open.inode);
        if !is_there {
            if self.open.is_some() {
                tracing::info!("The attempt log's file is gone; it is made anew from the records");
                self.renew()?;
            } else {
                if let Some(folder) = self.path.parent() {
                    // What is wrong with the folder, opening the file tells.
                    let _ = std::fs::create_dir_all(folder);
                }
                let db = sqlite::open_or_renew(&self.path, open)?;
                self.open = Some(Opened { db, inode: sqlite::inode(&self.path), names: Names::default() });
            }
        }
        self.open.as_mut().ok_or(rusqlite::Error::InvalidQuery)
    }

    /// Takes in what is there, with what waits behind it, in one transaction.
    fn apply(&mut self, mut entries: Vec<Entry>, mut place: Option<String>, done: Option<Done<()>>, inbox: &mut mpsc::Receiver<Order>) {
        let mut waiting: Vec<Done<()>> = done.into_iter().collect();
        let (mut other, mut steps) = (None, 0);
        while entries.len() < TOGETHER {
            match inbox.try_recv() {
                Ok(Order::Apply { entries: more, cursor, done }) => {
                    entries.extend(more);
                    place = cursor.or(place);
                    waiting.extend(done);
                }
                Ok(order) => {
                    other = Some(order);
                    break;
                }
                Err(TryRecvError::Empty) if waiting.is_empty() && place.is_none() && steps < GATHER => {
                    steps += 1;
                    std::thread::sleep(STEP);
                }
                Err(_) => break,
            }
        }
        let result = if entries.is_empty() && place.is_none() { self.db().map(drop) } else { self.write(&entries, place.as_deref()) };
        if let Err(error) = &result {
            tracing::warn!(%error, "The attempt log cannot be written; it is made anew from the records");
            let _ = self.renew();
        }
        let failed = result.is_err();
        for done in waiting {
            let _ = done.send(if failed { Err(rusqlite::Error::InvalidQuery) } else { Ok(()) });
        }
        if let Some(other) = other {
            self.obey(other);
        }
    }

    /// Whatever is no writing. Who asked may have gone meanwhile.
    fn obey(&mut self, order: Order) {
        match order {
            Order::Apply { .. } => {}
            Order::Cursor { done } => {
                let _ = done.send(self.db().and_then(|open| cursor(&open.db)));
            }
            Order::Forget { before, done } => {
                let forgotten = self.db().and_then(|open| forget(&mut open.db, before));
                if let Err(error) = &forgotten {
                    tracing::warn!(%error, "What the attempt log kept long enough stays until the next look");
                }
                let _ = done.send(forgotten);
            }
            Order::Reset { done } => {
                let renewed = self.renew();
                if let Some(done) = done {
                    let _ = done.send(renewed);
                }
            }
        }
    }

    fn write(&mut self, entries: &[Entry], place: Option<&str>) -> rusqlite::Result<()> {
        let Opened { db, names, .. } = self.db()?;
        let transaction = db.transaction()?;
        apply(&transaction, names, entries)?;
        if let Some(place) = place {
            let sql = "INSERT INTO cursor (stream, place) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET place = excluded.place";
            transaction.prepare_cached(sql)?.execute(params![STREAM, place])?;
        }
        transaction.commit()?;
        if takes_out(entries) {
            // Deleted words stay in the index's segments until these are merged.
            db.execute_batch(MERGE_TEXTS)?;
        }
        Ok(())
    }

    /// Begins a new file; readers of the old one are told by the epoch.
    fn renew(&mut self) -> rusqlite::Result<()> {
        self.open = None;
        sqlite::remove(&self.path);
        let db = sqlite::open_or_renew(&self.path, open)?;
        self.open = Some(Opened { db, inode: sqlite::inode(&self.path), names: Names::default() });
        self.epoch.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let db = sqlite::open(path, include_str!("schema.sql"), SCHEMA)?;
    // Damage shows here rather than in the middle of a list.
    db.query_row("SELECT count(*) FROM (SELECT 1 FROM attempt LIMIT 1)", [], |_| Ok(()))?;
    Ok(db)
}

pub(super) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    sqlite::settle(&db)?;
    Ok(db)
}

fn cursor(db: &Connection) -> rusqlite::Result<Option<String>> {
    db.query_row("SELECT place FROM cursor WHERE stream = ?1", [STREAM], |row| row.get(0)).optional()
}
