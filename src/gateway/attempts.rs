//! The log of attempts: lines of JSON in compressed segments, each written once. Rows gather for a moment and are written together; who records one waits until it is durable.
//!
//! Decisions never read it. Lists with filters are made of an index that follows [`AttemptLog::subscribe`] and [`Gateway::segments_after`]; what is read here directly is the slow way.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use tokio::sync::{Mutex as AsyncMutex, Notify, broadcast};

use crate::clock::Clock;
use crate::gateway::error::GatewayError;
use crate::gateway::ids::{AttemptId, Chance, InstitutionId};
use crate::gateway::model::{Attempt, Event};
use crate::gateway::{Core, Gateway};
use crate::jobs::failpoint;
use crate::storage::key::gateway::{ATTEMPTS_FOLDER, GatewayKey, parse_merged, parse_segment, segments_from};
use crate::storage::{PutMode, Store, StoreError, Version};

/// Rows of a segment.
const MOST_ROWS: usize = 500;
/// Bytes of a segment before it is compressed.
const MOST_BYTES: usize = 256 * 1024;
/// How long rows gather: each write to a bucket costs money.
const GATHER: Duration = if cfg!(test) { Duration::ZERO } else { Duration::from_millis(4) };
const GATHER_REMOTE: Duration = Duration::from_millis(250);
/// Rows of first tries gather longer, on a bucket as long as workers are left for others; a queue's next delivery may wait for the one before.
const GATHER_FIRST: Duration = if cfg!(test) { Duration::ZERO } else { Duration::from_millis(20) };
const GATHER_FIRST_REMOTE: Duration = Duration::from_secs(1);
/// The pause before a segment that the store could not take is written again.
const PAUSE: Duration = Duration::from_secs(1);
/// No segment is larger than this when it is unpacked.
const MOST_UNPACKED: u64 = 64 * 1024 * 1024;
/// Packed bytes that are unpacked where they are met; more of them are unpacked apart, as it keeps the thread for a while.
const UNPACKED_HERE: usize = 32 * 1024;
/// Segments read at once.
const AT_ONCE: usize = 16;
/// Segments that subscribers may be behind before they must read the store.
const BEHIND: usize = 256;

/// A segment that was just written.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Its key.
    pub key: String,
    /// Its rows.
    pub rows: Arc<Vec<Attempt>>,
}

/// Writes the log of this instance.
pub(crate) struct AttemptLog {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    instance: String,
    /// When so many rows wait, there may be no worker left to bring another.
    enough: usize,
    pending: Mutex<Pending>,
    /// One writes at a time, for all that gathered.
    writing: AsyncMutex<u64>,
    /// Some were written.
    flushed: Notify,
    /// How many callers wait for what first tries come to.
    awaited: AtomicUsize,
    told: broadcast::Sender<Segment>,
}

#[derive(Default)]
struct Pending {
    rows: Vec<Attempt>,
    /// Rows that were ever recorded, and those of them that are durable.
    recorded: u64,
    written: u64,
}

impl AttemptLog {
    /// For so many workers.
    pub(crate) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, chance: &Chance, workers: usize) -> Self {
        Self {
            store,
            clock,
            instance: hex::encode(chance.bytes::<6>()),
            enough: (workers * 3 / 4).clamp(1, MOST_ROWS),
            pending: Mutex::default(),
            writing: AsyncMutex::new(0),
            flushed: Notify::new(),
            awaited: AtomicUsize::new(0),
            told: broadcast::channel(BEHIND).0,
        }
    }

    /// Hears of every segment that this instance writes.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Segment> {
        self.told.subscribe()
    }

    /// Tells of a segment whose rows changed. Nobody may listen.
    fn announce(&self, key: String, rows: Vec<Attempt>) {
        let _ = self.told.send(Segment { key, rows: Arc::new(rows) });
    }

    /// Records rows and returns when they are durable. While the store cannot take them, they are kept and tried again.
    pub(crate) async fn record(&self, rows: Vec<Attempt>) {
        let gather = if self.store.is_remote() { GATHER_REMOTE } else { GATHER };
        self.record_within(rows, gather).await;
    }

    /// As [`Self::record`], for the row of a first try: where nobody waits for it but its own job, it may take longer.
    pub(crate) async fn record_first(&self, row: Attempt) {
        if self.awaited.load(Ordering::Relaxed) > 0 {
            return self.record(vec![row]).await;
        }
        let gather = if self.store.is_remote() { GATHER_FIRST_REMOTE } else { GATHER_FIRST };
        self.record_within(vec![row], gather).await;
    }

    /// How many segments this instance wrote so far.
    pub(crate) async fn written(&self) -> u64 {
        *self.writing.lock().await
    }

    /// Lets no first try take longer than others for as long as what is returned lives.
    pub(crate) fn awaited(&self) -> Awaited<'_> {
        self.awaited.fetch_add(1, Ordering::Relaxed);
        Awaited(self)
    }

    async fn record_within(&self, rows: Vec<Attempt>, gather: Duration) {
        if rows.is_empty() {
            return;
        }
        let mine = {
            let mut pending = self.pending();
            pending.recorded += rows.len() as u64;
            pending.rows.extend(rows);
            pending.recorded
        };
        if !gather.is_zero() {
            self.gather(mine, gather).await;
        }
        loop {
            let mut number = self.writing.lock().await;
            if self.pending().written >= mine {
                return;
            }
            *number += 1;
            if let Err(error) = self.write(*number).await {
                tracing::error!(%error, "Attempts are kept in memory until the store takes them");
                drop(number);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Waits for others, at most so long, and not when there are enough of them or somebody wrote them all.
    async fn gather(&self, mine: u64, longest: Duration) {
        let enough = if self.store.is_remote() { self.enough } else { MOST_ROWS };
        let until = tokio::time::Instant::now() + longest;
        loop {
            let flushed = self.flushed.notified();
            tokio::pin!(flushed);
            flushed.as_mut().enable();
            {
                let pending = self.pending();
                if pending.written >= mine || pending.rows.len() >= enough {
                    return;
                }
            }
            if tokio::time::timeout_at(until, flushed).await.is_err() {
                return;
            }
        }
    }

    /// Writes what gathered as one segment; on failure it stays.
    async fn write(&self, number: u64) -> Result<(), GatewayError> {
        let mut size = 0;
        let (rows, lines) = {
            let pending = self.pending();
            let mut lines = Vec::new();
            for row in pending.rows.iter().take(MOST_ROWS) {
                let line = serde_json::to_vec(row).map_err(|error| GatewayError::Internal(error.to_string()))?;
                size += line.len();
                if size > MOST_BYTES && !lines.is_empty() {
                    break;
                }
                lines.push(line);
            }
            (pending.rows[..lines.len()].to_vec(), lines)
        };
        if rows.is_empty() {
            return Ok(());
        }
        let key = self.write_segment(number, &lines).await?;
        {
            let mut pending = self.pending();
            pending.rows.drain(..rows.len());
            pending.written += rows.len() as u64;
        }
        self.flushed.notify_waiters();
        // Nobody may listen.
        let _ = self.told.send(Segment { key, rows: Arc::new(rows) });
        Ok(())
    }

    /// Writes rows once more whose answers are taken out, as a segment of their own: instances that follow the segments take these answers out of what they keep.
    async fn write_again(&self, rows: Vec<Attempt>) -> Result<(), GatewayError> {
        let mut number = self.writing.lock().await;
        *number += 1;
        let key = self.write_segment(*number, &lines_of(&rows)?).await?;
        self.announce(key, rows);
        Ok(())
    }

    async fn write_segment(&self, number: u64, lines: &[Vec<u8>]) -> Result<String, GatewayError> {
        let bytes = pack(lines)?;
        let key = GatewayKey::Segment { at: self.clock.now(), instance: &self.instance, number }.path();
        failpoint::hit("gw.segment", "before");
        match self.store.put(&key, bytes.into(), PutMode::Create).await {
            // Ours, whose answer was lost: nobody else has the name.
            Ok(_) | Err(StoreError::AlreadyExists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        failpoint::hit("gw.segment", "after");
        Ok(key)
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody waits for what first tries come to.
pub(crate) struct Awaited<'a>(&'a AttemptLog);

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        self.0.awaited.fetch_sub(1, Ordering::Relaxed);
    }
}

fn lines_of(rows: &[Attempt]) -> Result<Vec<Vec<u8>>, GatewayError> {
    let lines: Result<Vec<Vec<u8>>, _> = rows.iter().map(serde_json::to_vec).collect();
    lines.map_err(|error| GatewayError::Internal(error.to_string()))
}

/// A segment's bytes.
pub(crate) fn pack(lines: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Vec<u8>, GatewayError> {
    let fault = |error: std::io::Error| GatewayError::Internal(format!("a segment cannot be packed: {error}"));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for line in lines {
        encoder.write_all(line.as_ref()).map_err(fault)?;
        encoder.write_all(b"\n").map_err(fault)?;
    }
    encoder.finish().map_err(fault)
}

/// The lines of a segment's bytes.
pub(crate) fn unpack_text(bytes: &[u8]) -> Result<String, String> {
    let mut text = String::new();
    GzDecoder::new(bytes).take(MOST_UNPACKED).read_to_string(&mut text).map_err(|error| error.to_string())?;
    Ok(text)
}

/// The rows of a segment's bytes; a line that is damaged is left out.
pub fn unpack(bytes: &[u8]) -> Result<Vec<Attempt>, String> {
    Ok(unpack_text(bytes)?.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

async fn unpacked(bytes: Bytes) -> Result<Vec<Attempt>, String> {
    if bytes.len() <= UNPACKED_HERE {
        return unpack(&bytes);
    }
    tokio::task::spawn_blocking(move || unpack(&bytes)).await.map_err(|error| error.to_string())?
}

/// A look at all segments since an instant that misses no row although some are merged meanwhile: they may be gone before they are read, and what was made of them may lie where the look has been.
struct Look {
    from: String,
    /// What was made of others and was looked at.
    merged: BTreeSet<String>,
    /// Whether it is looked once more in any case: a segment was changed, and it may have been read for merging before that.
    is_thorough: bool,
    passes: u32,
    again: bool,
}

type Found<'a> = BoxStream<'a, Result<(String, Option<(Bytes, Version)>), StoreError>>;

impl Look {
    fn since(at: Timestamp, is_thorough: bool) -> Self {
        // A segment is written after its attempts; clocks of instances differ a little.
        let from = segments_from(at.checked_sub(Duration::from_mins(1)).unwrap_or(at));
        Self { from, merged: BTreeSet::new(), is_thorough, passes: 0, again: true }
    }

    /// The segments of a pass; none when there is no need for another. Whatever comes of it is said to [`Self::saw`].
    fn next<'a>(&mut self, store: &'a dyn Store) -> Option<Found<'a>> {
        if !self.again {
            return None;
        }
        self.passes += 1;
        let is_first = self.passes == 1;
        self.again = self.is_thorough && is_first;
        let known = self.merged.clone();
        let is_wanted = move |key: &String| is_first || (parse_merged(key).is_some() && !known.contains(key));
        let keys = store.scan(ATTEMPTS_FOLDER, Some(&self.from)).try_filter(move |key| std::future::ready(is_wanted(key)));
        Some(
            keys.map_ok(move |key| async move { Ok((store.get(&key).await?, key)) })
                .try_buffered(AT_ONCE)
                .map_ok(|(found, key)| (key, found))
                .boxed(),
        )
    }

    fn saw(&mut self, key: &str, is_there: bool) {
        let is_new = parse_merged(key).is_some() && self.merged.insert(key.to_owned());
        self.again |= !is_there || (self.is_thorough && is_new && self.passes > 1);
    }
}

impl Gateway {
    /// Hears of every segment of attempts that this instance writes; of those of other instances [`Self::segments_after`] tells.
    pub fn subscribe(&self) -> broadcast::Receiver<Segment> {
        self.core.log.subscribe()
    }

    /// Keys of segments behind one, oldest first, so many at most.
    pub async fn segments_after(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>, GatewayError> {
        Ok(self.core.store.list(ATTEMPTS_FOLDER, after, limit).await?)
    }

    /// How long attempts are kept.
    pub fn attempts_kept_for(&self) -> Duration {
        self.core.attempts_kept_for()
    }

    /// The rows of a segment; none when it is gone. Answers that were expunged read `EXPUNGED`.
    pub async fn read_segment(&self, key: &str) -> Result<Option<Vec<Attempt>>, GatewayError> {
        self.core.read_segment(key).await
    }

    /// All attempts at an event, oldest first: the slow way, which reads every segment since the event. Lists ask the index.
    pub async fn attempts_of(&self, institution: InstitutionId, id_or_event_id: &str) -> Result<Vec<Attempt>, GatewayError> {
        let stored = self.core.find_event(institution, id_or_event_id).await?;
        self.core.attempts_of(&stored.event).await
    }

    /// One attempt at an event: the slow way.
    pub async fn attempt(&self, institution: InstitutionId, id_or_event_id: &str, attempt: AttemptId) -> Result<Attempt, GatewayError> {
        let all = self.attempts_of(institution, id_or_event_id).await?;
        all.into_iter().find(|row| row.id == attempt).ok_or(GatewayError::NotFound("attempt"))
    }

    /// Expunges the answer of one attempt from everything that is shown.
    pub async fn expunge_attempt(&self, institution: InstitutionId, id_or_event_id: &str, attempt: AttemptId) -> Result<(), GatewayError> {
        let row = self.attempt(institution, id_or_event_id, attempt).await?;
        self.core.expunge_rows(row.at, |other| other.id == attempt).await.map(drop)
    }
}

impl Core {
    pub(crate) async fn read_segment(&self, key: &str) -> Result<Option<Vec<Attempt>>, GatewayError> {
        let Some((bytes, _)) = self.store.get(key).await? else { return Ok(None) };
        Ok(Some(read_rows(key, bytes).await))
    }

    pub(crate) async fn attempts_of(&self, event: &Event) -> Result<Vec<Attempt>, GatewayError> {
        self.attempts_since(event.created, |row| row.message == event.id).await
    }

    async fn attempts_since(&self, since: Timestamp, wanted: impl Fn(&Attempt) -> bool) -> Result<Vec<Attempt>, GatewayError> {
        let (mut look, mut rows) = (Look::since(since, false), Vec::new());
        while let Some(mut found) = look.next(&*self.store) {
            while let Some((key, found)) = found.try_next().await? {
                look.saw(&key, found.is_some());
                if let Some((bytes, _)) = found {
                    rows.extend(read_rows(&key, bytes).await.into_iter().filter(&wanted));
                }
            }
        }
        rows.sort_by(|a, b| a.id.cmp(&b.id).then_with(|| (b.response == EXPUNGED).cmp(&(a.response == EXPUNGED))));
        rows.dedup_by_key(|row| row.id);
        Ok(rows)
    }

    /// Blanks the answers of some rows in every segment since an instant; how many.
    pub(crate) async fn expunge_rows(&self, since: Timestamp, wanted: impl Fn(&Attempt) -> bool) -> Result<usize, GatewayError> {
        let (mut look, mut blanked) = (Look::since(since, true), 0);
        while let Some(mut found) = look.next(&*self.store) {
            while let Some((key, found)) = found.try_next().await? {
                look.saw(&key, found.is_some());
                blanked += self.blank_rows(&key, found, &wanted).await?;
            }
        }
        Ok(blanked)
    }

    async fn blank_rows(
        &self,
        key: &str,
        mut found: Option<(Bytes, Version)>,
        wanted: impl Fn(&Attempt) -> bool,
    ) -> Result<usize, GatewayError> {
        while let Some((bytes, version)) = found {
            let Ok(mut rows) = unpacked(bytes).await else { return Ok(0) };
            let mut gone = Vec::new();
            for row in rows.iter_mut().filter(|row| wanted(row) && row.response != EXPUNGED) {
                EXPUNGED.clone_into(&mut row.response);
                row.response_headers.clear();
                gone.push(row.clone());
            }
            if gone.is_empty() {
                return Ok(0);
            }
            let blanked = gone.len();
            // Told first: whoever dies in between blanks the segment when the expunging is done again, and tells it once more.
            self.log.write_again(gone).await?;
            match self.store.put(key, pack(lines_of(&rows)?)?.into(), PutMode::Update(version)).await {
                Ok(_) => {
                    // Whoever keeps a copy takes the answers out of it.
                    self.log.announce(key.to_owned(), rows);
                    return Ok(blanked);
                }
                // Somebody else took an answer out of it, or it was merged.
                Err(StoreError::Conflict { .. }) => found = self.store.get(key).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(0)
    }

    fn attempts_kept_for(&self) -> Duration {
        Duration::from_hours(24 * u64::from(self.config.keep_attempts_days))
    }

    /// Removes segments older than they are kept; how many.
    pub(crate) async fn drop_old_segments(&self, now: Timestamp) -> Result<usize, GatewayError> {
        let Ok(oldest) = now.checked_sub(self.attempts_kept_for()) else { return Ok(0) };
        let mut keys = self.store.scan(ATTEMPTS_FOLDER, None);
        let mut old = Vec::new();
        while let Some(key) = keys.try_next().await? {
            if parse_segment(&key).is_none_or(|at| at >= oldest) {
                break;
            }
            old.push(key);
        }
        drop(keys);
        for key in &old {
            self.store.delete(key).await?;
        }
        Ok(old.len())
    }
}

async fn read_rows(key: &str, bytes: Bytes) -> Vec<Attempt> {
    unpacked(bytes).await.unwrap_or_else(|error| {
        tracing::error!(key, error, "A segment of attempts is damaged and left out");
        Vec::new()
    })
}

/// What an answer that was expunged reads.
pub const EXPUNGED: &str = "EXPUNGED";
