//! The attempt log beside the gateway whose calls it holds: fed by what this instance records, and by looks at what others did.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::clock::Clock;
use crate::config::Config;
use crate::gateway::Gateway;
use crate::gateway::attempts::Segment;
use crate::gateway::model::{Attempt, AttemptStatus, DeliveryState, Trigger};
use crate::lookup::attempts::rows::{AttemptRow, Entry, Outcome};
use crate::lookup::attempts::{AttemptLog, Batch, Records};
use crate::storage::config::Backend;
use crate::storage::key::gateway::{parse_merged, parse_segment, segments_from};

/// Segments of others may appear under older names than the newest one: clocks differ, and writing takes a while.
const WINDOW: Duration = Duration::from_mins(5);
/// Keys listed at once.
const LISTED: usize = 1000;
/// Segments of one batch; one that was made of others counts for several, so that a batch fits into memory.
const TOGETHER: usize = 128;
const MERGED_COUNTS: usize = 8;
/// Segments read at once.
const AT_ONCE: usize = 32;
/// A batch is read so often when segments are gone that were listed: merged meanwhile, or kept long enough.
const TRIES: usize = 3;

/// The log in a file of this instance, which is made when it is first used; call within a runtime.
pub(super) fn open(config: &Config, clock: &Arc<dyn Clock>, gateway: &Arc<Gateway>) -> AttemptLog {
    let segments = Arc::new(Segments { gateway: Arc::clone(gateway), clock: Arc::clone(clock), seen: Mutex::default() });
    let log = AttemptLog::new(path(config), Arc::clone(clock), Some(Arc::clone(&segments) as Arc<dyn Records>));
    tokio::spawn(listen(gateway.subscribe(), log.clone(), segments));
    log
}

/// Beside the data where there is a disk, and among the machine's temporary files otherwise.
fn path(config: &Config) -> PathBuf {
    match config.storage.backend {
        Backend::Local | Backend::Hybrid => config.storage.data_dir.join("index").join("attempts-1.sqlite"),
        Backend::Gcp | Backend::Memory => std::env::temp_dir().join(format!("gradepost-attempts-{}.sqlite", std::process::id())),
    }
}

/// Tells the log what this instance records, for as long as it does.
async fn listen(mut told: Receiver<Segment>, log: AttemptLog, segments: Arc<Segments>) {
    loop {
        match told.recv().await {
            Ok(segment) => {
                if log.tell(entries(&segment.rows)) {
                    segments.seen().insert(segment.key);
                }
            }
            Err(RecvError::Lagged(_)) => log.missed(),
            Err(RecvError::Closed) => return,
        }
    }
}

/// The gateway's segments as the log reads them.
struct Segments {
    gateway: Arc<Gateway>,
    clock: Arc<dyn Clock>,
    /// Those of the last minutes that the log has.
    seen: Mutex<BTreeSet<String>>,
}

impl Segments {
    fn seen(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Segments behind this key that the log does not have, so many as are read together, and whether there are more.
    async fn unseen(&self, from: Option<String>) -> Result<(Vec<String>, bool), String> {
        let (mut after, mut found) = (from, Vec::new());
        loop {
            let keys = self.gateway.segments_after(after.as_deref(), LISTED).await.map_err(|error| error.to_string())?;
            let is_end = keys.len() < LISTED;
            after = keys.last().cloned().or(after);
            {
                let seen = self.seen();
                found.extend(keys.into_iter().filter(|key| !seen.contains(key)));
            }
            let mut weight = 0;
            let fits = found.iter().take_while(|key| {
                weight += if parse_merged(key).is_some() { MERGED_COUNTS } else { 1 };
                weight <= TOGETHER
            });
            let fits = fits.count();
            if is_end || fits < found.len() {
                let more = !is_end || fits < found.len();
                found.truncate(fits);
                return Ok((found, more));
            }
        }
    }

    /// The rows behind this key, of so many segments as are read together; and their keys, and whether there are more.
    async fn rows(&self, from: Option<String>) -> Result<(Vec<Vec<Attempt>>, Vec<String>, bool), String> {
        let mut tries = 0;
        loop {
            tries += 1;
            let (keys, more) = self.unseen(from.clone()).await?;
            let read = stream::iter(keys.clone()).map(|key| async move { self.gateway.read_segment(&key).await });
            let rows: Vec<Option<Vec<Attempt>>> = read.buffered(AT_ONCE).try_collect().await.map_err(|error| error.to_string())?;
            // What was made of them may lie before the last of these: it is listed now.
            if rows.iter().all(Option::is_some) || tries == TRIES {
                return Ok((rows.into_iter().flatten().collect(), keys, more));
            }
        }
    }
}

#[async_trait]
impl Records for Segments {
    async fn read(&self, cursor: Option<String>) -> Result<Batch, String> {
        let from = cursor.as_deref().and_then(window);
        match &from {
            // A new file has nothing.
            None => self.seen().clear(),
            Some(from) => self.seen().retain(|key| key >= from),
        }
        let (rows, keys, more) = self.rows(from).await?;
        let cursor = keys.last().cloned().max(cursor);
        self.seen().extend(keys);
        let kept_from = self.clock.now().checked_sub(self.gateway.attempts_kept_for()).ok();
        Ok(Batch { entries: rows.iter().flat_map(|rows| entries(rows)).collect(), cursor, more, kept_from })
    }
}

/// Where reading begins again for a cursor: some minutes before it.
fn window(cursor: &str) -> Option<String> {
    Some(segments_from(parse_segment(cursor)?.checked_sub(WINDOW).ok()?))
}

fn entries(rows: &[Attempt]) -> Vec<Entry> {
    rows.iter().map(|row| Entry::Attempt(Box::new(entry(row)))).collect()
}

fn entry(of: &Attempt) -> AttemptRow {
    let set = |list: &Option<Vec<String>>| list.iter().flatten().cloned().collect();
    AttemptRow {
        id: of.id.to_string(),
        event: of.message.to_string(),
        endpoint: of.endpoint.to_string(),
        institution: of.institution.to_string(),
        kind: of.event_type.clone(),
        channels: set(&of.channels),
        tags: set(&of.tags),
        at: of.at,
        outcome: match of.status {
            AttemptStatus::Success => Outcome::Success,
            AttemptStatus::Failure => Outcome::Failed,
            AttemptStatus::Cancelled => Outcome::Cancelled,
        },
        status: of.code,
        ms: u32::try_from(of.ms).unwrap_or(u32::MAX),
        manual: of.trigger == Trigger::Manual,
        number: of.number,
        died: of.then == DeliveryState::Dead,
        class: of.error.map_or_else(String::new, |class| class.as_str().to_owned()),
        url: of.url.clone(),
        error: of.message_text.clone(),
        answer: Some(of.response.clone()).filter(|answer| !answer.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::clock::ManualClock;
    use crate::gateway::model::{NewEndpoint, NewEvent, NewInstitution};
    use crate::gateway::tests_support::refused_everywhere;
    use crate::jobs::handler::Handlers;
    use crate::lookup::attempts::rows::{AttemptFilter, Slice};
    use crate::model::lane::LaneName;
    use crate::storage::Store;
    use crate::storage::memory::MemoryStore;

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "a test reads the file that it checks")]
    async fn an_answer_that_one_instance_expunges_leaves_what_the_others_keep() {
        let (store, clock): (Arc<dyn Store>, _) = (Arc::new(MemoryStore::new()), ManualClock::new("2026-11-28T12:00:00Z".parse().unwrap()));
        let time: Arc<dyn Clock> = Arc::new(clock.clone());
        let (one, jobs) = refused_everywhere(&store, &time, 1, "Zyxwvutsrq is unknown here");
        let (other, _) = refused_everywhere(&store, &time, 2, "");
        let institution =
            one.create_institution(NewInstitution { name: "School".to_owned(), ..NewInstitution::default() }).await.unwrap().id;
        let endpoint = NewEndpoint { url: "https://receiver.test/".to_owned(), ..NewEndpoint::default() };
        one.create_endpoint(institution, endpoint).await.unwrap();
        let new = NewEvent { event_type: "grade.submitted".to_owned(), payload: "{}".to_owned(), ..NewEvent::default() };
        let event = one.publish(institution, new, None).await.unwrap().event;
        let handlers = one.handlers(Handlers::new());
        jobs.lane(LaneName::Deliveries).run_until(&handlers, &event.job, &CancellationToken::new()).await;

        let folder = tempfile::tempdir().unwrap();
        let mut logs = Vec::new();
        for (name, gateway) in [("one", &one), ("other", &other)] {
            let segments = Arc::new(Segments { gateway: Arc::new(gateway.clone()), clock: Arc::clone(&time), seen: Mutex::default() });
            let log = AttemptLog::new(folder.path().join(name), Arc::clone(&time), Some(segments as Arc<dyn Records>));
            log.catch_up().await;
            logs.push((name, log));
        }
        let answers = async |log: &AttemptLog| {
            let rows = log.attempts(AttemptFilter::default(), Slice { limit: 10, ..Slice::default() }).await.unwrap();
            rows.into_iter().map(|row| row.answer.unwrap_or_default()).collect::<Vec<_>>()
        };
        for (name, log) in &logs {
            assert_eq!(answers(log).await, ["Zyxwvutsrq is unknown here"], "{name}");
        }
        clock.advance(Duration::from_mins(10));
        one.expunge(institution, &event.id.to_string()).await.unwrap();
        for (name, log) in &logs {
            log.catch_up().await;
            assert_eq!(answers(log).await, ["EXPUNGED"], "{name}");
            for ending in ["", "-wal"] {
                let bytes = std::fs::read(folder.path().join(format!("{name}{ending}"))).unwrap_or_default();
                assert!(!String::from_utf8_lossy(&bytes).to_lowercase().contains("zyxwvutsrq"), "{name}{ending}");
            }
        }
        // A file that is made anew tells the call once.
        let segments = Arc::new(Segments { gateway: Arc::new(other), clock: Arc::clone(&time), seen: Mutex::default() });
        let log = AttemptLog::new(folder.path().join("new"), time, Some(segments as Arc<dyn Records>));
        log.catch_up().await;
        assert_eq!(answers(&log).await, ["EXPUNGED"]);
        assert_eq!(one.attempts_of(institution, &event.id.to_string()).await.unwrap().len(), 1);
    }

    /// A store whose segments are merged by another instance when so many of them were read.
    struct MergedMeanwhile {
        inner: Arc<dyn Store>,
        reads: std::sync::atomic::AtomicUsize,
        at: usize,
        other: std::sync::OnceLock<Gateway>,
    }

    #[async_trait]
    impl Store for MergedMeanwhile {
        async fn put(
            &self,
            key: &str,
            bytes: bytes::Bytes,
            mode: crate::storage::PutMode,
        ) -> Result<crate::storage::Version, crate::storage::StoreError> {
            self.inner.put(key, bytes, mode).await
        }

        async fn get(&self, key: &str) -> Result<Option<(bytes::Bytes, crate::storage::Version)>, crate::storage::StoreError> {
            if key.starts_with("gw/attempts/")
                && self.reads.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == self.at
                && let Some(other) = self.other.get()
            {
                other.upkeep().await.unwrap();
            }
            self.inner.get(key).await
        }

        async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, crate::storage::StoreError> {
            self.inner.list(prefix, after, limit).await
        }

        async fn delete(&self, key: &str) -> Result<(), crate::storage::StoreError> {
            self.inner.delete(key).await
        }

        fn describe(&self) -> String {
            "a store that others work on".to_owned()
        }
    }

    #[tokio::test]
    async fn a_log_that_is_read_while_segments_are_merged_has_every_call_once() {
        // Between the first and the last segment of a batch, behind it, and before anything.
        for at in [0, 1, 40, 127, 128, 130, 150, usize::MAX] {
            let clock = ManualClock::new("2026-11-28T12:00:00Z".parse().unwrap());
            let (inner, time): (Arc<dyn Store>, Arc<dyn Clock>) = (Arc::new(MemoryStore::new()), Arc::new(clock.clone()));
            let (other, jobs) = refused_everywhere(&inner, &time, 1, "unknown here");
            let store = Arc::new(MergedMeanwhile { inner, reads: 0.into(), at, other: std::sync::OnceLock::new() });
            let institution =
                other.create_institution(NewInstitution { name: "School".to_owned(), ..NewInstitution::default() }).await.unwrap().id;
            let endpoint = NewEndpoint { url: "https://receiver.test/".to_owned(), ..NewEndpoint::default() };
            other.create_endpoint(institution, endpoint).await.unwrap();
            let handlers = other.handlers(Handlers::new());
            for _ in 0..320 {
                let new = NewEvent { event_type: "grade.submitted".to_owned(), payload: "{}".to_owned(), ..NewEvent::default() };
                let event = other.publish(institution, new, None).await.unwrap().event;
                jobs.lane(LaneName::Deliveries).run_until(&handlers, &event.job, &CancellationToken::new()).await;
                clock.advance(Duration::from_secs(20));
            }
            let mut made = BTreeSet::new();
            for key in other.segments_after(None, 1000).await.unwrap() {
                made.extend(other.read_segment(&key).await.unwrap().unwrap().into_iter().map(|row| row.id.to_string()));
            }
            assert!(made.len() >= 150, "more than a batch has: {}", made.len());
            clock.advance(Duration::from_hours(2));
            store.other.set(other).ok().unwrap();
            let (gateway, _) = refused_everywhere(&(store.clone() as Arc<dyn Store>), &time, 2, "");
            let folder = tempfile::tempdir().unwrap();
            let segments = Arc::new(Segments { gateway: Arc::new(gateway), clock: Arc::clone(&time), seen: Mutex::default() });
            let log = AttemptLog::new(folder.path().join("log"), time, Some(segments as Arc<dyn Records>));
            log.catch_up().await;
            let rows = log.attempts(AttemptFilter::default(), Slice { limit: 1000, ..Slice::default() }).await.unwrap();
            assert_eq!(rows.len(), made.len(), "merged when {at} were read");
            assert_eq!(rows.into_iter().map(|row| row.id).collect::<BTreeSet<_>>(), made, "merged when {at} were read");
        }
    }
}
