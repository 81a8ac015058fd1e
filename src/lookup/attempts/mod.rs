//! The attempt log: the gateway's calls in a SQLite file, for lists, searches and figures.
//!
//! Truth stays in the gateway's records; this file is derived, may be deleted at any time, and is built again from them. No decision reads it:
//! what is retried, disabled or accepted twice is decided by the records alone. Whoever writes a record also tells the log at once, so that what was
//! done on an instance is seen there at once; what other instances did is found by looking at the records when somebody asks.

pub mod figures;
mod file;
mod key;
mod latency;
mod read;
pub mod rows;
#[cfg(test)]
mod tests;
mod write;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::clock::Clock;
use crate::lookup::attempts::figures::FigureFilter;
use crate::lookup::attempts::file::{Order, Writer};
use crate::lookup::attempts::rows::{AttemptFilter, AttemptRow, DeliveryFilter, Entry, Figures, Hour, Slice};

/// Reads at once.
const READERS: usize = 2;
/// Orders that wait for the writer.
const ORDERS: usize = 256;
/// A question that takes longer is ended.
const LONGEST_READ: Duration = Duration::from_secs(2);
/// What other instances did is looked for at most so often.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long somebody who asks waits for such a look.
const LOOK_WAIT: Duration = Duration::from_millis(300);

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file; it is being built again.
    #[error("the attempt log cannot be read: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// It took too long.
    #[error("the question takes more than {} seconds; narrow it down", LONGEST_READ.as_secs())]
    TooLong,
    /// The service ends.
    #[error("the attempt log is closed")]
    Closed,
}

/// Where the log's facts come from when nobody told them: the gateway's records.
#[async_trait]
pub trait Records: Send + Sync {
    /// The facts behind `cursor`, oldest first; from the beginning without one.
    ///
    /// # Errors
    /// In words; the next look goes on with the same cursor.
    async fn read(&self, cursor: Option<String>) -> Result<Batch, String>;
}

/// A part of the records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Facts; those that were told before change nothing.
    pub entries: Vec<Entry>,
    /// Where to go on.
    pub cursor: Option<String>,
    /// Whether there are more.
    pub more: bool,
    /// What is older is kept no longer.
    pub kept_from: Option<Timestamp>,
}

/// The log.
#[derive(Clone)]
pub struct AttemptLog(Arc<Inner>);

struct Inner {
    path: PathBuf,
    /// To the thread that writes, which begins when the log is first used.
    orders: OnceLock<mpsc::Sender<Order>>,
    /// Counts the files there were; a reader of an older one is of no use.
    epoch: Arc<AtomicU64>,
    readers: Mutex<Vec<(u64, Connection)>>,
    turns: Semaphore,
    clock: Arc<dyn Clock>,
    records: Option<Arc<dyn Records>>,
    last_look: Mutex<Option<Duration>>,
    looking: Semaphore,
    /// Something was not told: the next question looks at the records first.
    is_behind: AtomicBool,
    is_complete: AtomicBool,
}

impl AttemptLog {
    /// The log in this file, which is made when it is first used; a damaged one, or one of another release, is made anew.
    pub fn new(path: PathBuf, clock: Arc<dyn Clock>, records: Option<Arc<dyn Records>>) -> Self {
        Self(Arc::new(Inner {
            path,
            orders: OnceLock::new(),
            epoch: Arc::new(AtomicU64::new(0)),
            readers: Mutex::default(),
            turns: Semaphore::new(READERS),
            clock,
            is_complete: AtomicBool::new(records.is_none()),
            records,
            last_look: Mutex::default(),
            looking: Semaphore::new(1),
            is_behind: AtomicBool::new(false),
        }))
    }

    /// Tells of facts; whether they were taken. Never waits: what finds no room is found in the records later.
    pub fn tell(&self, entries: Vec<Entry>) -> bool {
        let is_taken = self.0.orders().try_send(Order::Apply { entries, cursor: None, done: None }).is_ok();
        if !is_taken {
            self.missed();
        }
        is_taken
    }

    /// Something was not told: the next question looks at the records first.
    pub fn missed(&self) {
        self.0.is_behind.store(true, Ordering::Release);
    }

    /// Whether everything in the records has been read once since the file was made.
    pub fn is_complete(&self) -> bool {
        self.0.is_complete.load(Ordering::Acquire)
    }

    /// Throws the file away and reads all records again.
    ///
    /// # Errors
    /// When no file can be made.
    pub async fn rebuild(&self) -> Result<(), LogError> {
        let (done, answer) = oneshot::channel();
        self.0.orders().send(Order::Reset { done: Some(done) }).await.map_err(|_| LogError::Closed)?;
        answer.await.map_err(|_| LogError::Closed)??;
        self.catch_up().await;
        Ok(())
    }

    /// Calls, newest first unless the slice says otherwise.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn attempts(&self, filter: AttemptFilter, slice: Slice) -> Result<Vec<AttemptRow>, LogError> {
        self.read(move |db| read::attempts(db, &filter, &slice)).await
    }

    /// One call.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn attempt(&self, id: &str) -> Result<Option<AttemptRow>, LogError> {
        let id = id.to_owned();
        self.read(move |db| read::attempt(db, &id)).await
    }

    /// How many calls there are, counted up to `most`.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn count_attempts(&self, filter: AttemptFilter, most: usize) -> Result<usize, LogError> {
        self.read(move |db| read::count_attempts(db, &filter, most)).await
    }

    /// Success rate, latency and the most frequent errors.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn figures(&self, filter: FigureFilter) -> Result<Figures, LogError> {
        self.read(move |db| figures::figures(db, &filter)).await
    }

    /// The hours of some time in which there were calls, oldest first.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn hours(&self, filter: FigureFilter) -> Result<Vec<Hour>, LogError> {
        self.read(move |db| figures::hours(db, &filter)).await
    }

    /// Deliveries by their last calls, newest first unless the slice says otherwise. One that was never tried is not among them.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn deliveries(&self, filter: DeliveryFilter, slice: Slice) -> Result<Vec<AttemptRow>, LogError> {
        self.read(move |db| read::deliveries(db, &filter, &slice)).await
    }

    /// How many deliveries there are, counted up to `most`.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn count_deliveries(&self, filter: DeliveryFilter, most: usize) -> Result<usize, LogError> {
        self.read(move |db| read::count_deliveries(db, &filter, most)).await
    }

    /// Asks a question, after everything that was told before it is in, and after a look at the records when the last one is some seconds old.
    async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LogError> {
        self.look().await;
        self.flush().await?;
        let _turn = self.0.turns.acquire().await.map_err(|_| LogError::Closed)?;
        let (started, handle) = oneshot::channel();
        let inner = Arc::clone(&self.0);
        let mut asked = tokio::task::spawn_blocking(move || {
            let (epoch, db) = inner.reader()?;
            // Nobody waits any more when this fails.
            let _ = started.send(db.get_interrupt_handle());
            let answer = question(&db);
            if answer.is_ok() {
                inner.readers.lock().unwrap_or_else(PoisonError::into_inner).push((epoch, db));
            }
            answer
        });
        let Ok(answer) = tokio::time::timeout(LONGEST_READ, &mut asked).await else {
            if let Ok(handle) = handle.await {
                handle.interrupt();
            }
            return Err(LogError::TooLong);
        };
        match answer.map_err(|_| LogError::Closed)? {
            Ok(found) => Ok(found),
            Err(error) => {
                tracing::warn!(%error, "The attempt log cannot be read; it is made anew from the records");
                let _ = self.0.orders().send(Order::Reset { done: None }).await;
                self.0.is_behind.store(true, Ordering::Release);
                Err(LogError::Sqlite(error))
            }
        }
    }

    /// Waits until everything told so far is in.
    async fn flush(&self) -> Result<(), LogError> {
        let (done, answer) = oneshot::channel();
        self.0.orders().send(Order::Apply { entries: Vec::new(), cursor: None, done: Some(done) }).await.map_err(|_| LogError::Closed)?;
        answer.await.map_err(|_| LogError::Closed)??;
        Ok(())
    }

    /// Looks at the records when that was not done for some seconds; waits a moment for it, and goes on without it.
    async fn look(&self) {
        let now = self.0.clock.monotonic();
        let is_due = {
            let mut last = self.0.last_look.lock().unwrap_or_else(PoisonError::into_inner);
            let is_due = self.0.is_behind.load(Ordering::Acquire) || last.is_none_or(|last| now.saturating_sub(last) >= LOOK_EVERY);
            if is_due {
                *last = Some(now);
            }
            is_due
        };
        if is_due && self.0.records.is_some() {
            let log = self.clone();
            let look = tokio::spawn(async move { log.catch_up().await });
            // Out of time: it goes on beside.
            let _ = tokio::time::timeout(LOOK_WAIT, look).await;
        }
    }

    /// Reads the records to their end.
    pub async fn catch_up(&self) {
        let Some(records) = &self.0.records else { return };
        let Ok(_turn) = self.0.looking.acquire().await else { return };
        self.0.is_behind.store(false, Ordering::Release);
        loop {
            let cursor = match self.cursor().await {
                Ok(cursor) => cursor,
                Err(error) => {
                    tracing::warn!(%error, "The attempt log does not know how far it has read");
                    return;
                }
            };
            let batch = match records.read(cursor).await {
                Ok(batch) => batch,
                Err(error) => {
                    tracing::warn!(%error, "The gateway's records cannot be read for the attempt log; it goes on with the next look");
                    self.0.is_behind.store(true, Ordering::Release);
                    return;
                }
            };
            let (more, kept_from) = (batch.more, batch.kept_from);
            if !self.order(|done| Order::Apply { entries: batch.entries, cursor: batch.cursor, done: Some(done) }).await {
                return;
            }
            if !more {
                if let Some(before) = kept_from {
                    self.order(|done| Order::Forget { before, done }).await;
                }
                self.0.is_complete.store(true, Ordering::Release);
                return;
            }
        }
    }

    /// Has something done; whether it was.
    async fn order(&self, order: impl FnOnce(oneshot::Sender<rusqlite::Result<()>>) -> Order) -> bool {
        let (done, answer) = oneshot::channel();
        self.0.orders().send(order(done)).await.is_ok() && matches!(answer.await, Ok(Ok(())))
    }

    async fn cursor(&self) -> Result<Option<String>, LogError> {
        let (done, answer) = oneshot::channel();
        self.0.orders().send(Order::Cursor { done }).await.map_err(|_| LogError::Closed)?;
        Ok(answer.await.map_err(|_| LogError::Closed)??)
    }
}

impl Inner {
    fn orders(&self) -> &mpsc::Sender<Order> {
        self.orders.get_or_init(|| {
            let (orders, inbox) = mpsc::channel(ORDERS);
            let writer = Writer::new(self.path.clone(), Arc::clone(&self.epoch));
            // Without the thread every question is answered that the log is closed.
            if let Err(error) = std::thread::Builder::new().name("attempt-log".to_owned()).spawn(move || writer.run(inbox)) {
                tracing::error!(%error, "The attempt log's thread cannot be started");
            }
            orders
        })
    }

    /// A connection to the present file.
    fn reader(&self) -> rusqlite::Result<(u64, Connection)> {
        let epoch = self.epoch.load(Ordering::Acquire);
        let mut kept = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(of, _)| *of == epoch);
        if let Some(reader) = kept.pop() {
            return Ok(reader);
        }
        drop(kept);
        Ok((epoch, file::open_reader(&self.path)?))
    }
}
