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
use crate::storage::key::gateway::{parse_segment, segments_from};

/// Segments of others may appear under older names than the newest one: clocks differ, and writing takes a while.
const WINDOW: Duration = Duration::from_mins(5);
/// Keys listed at once.
const LISTED: usize = 1000;
/// Segments of one batch.
const TOGETHER: usize = 64;
/// Segments read at once.
const AT_ONCE: usize = 32;

/// The log in a file of this instance, which is made when it is first used; call within a runtime.
pub(super) fn open(config: &Config, clock: &Arc<dyn Clock>, gateway: &Arc<Gateway>) -> AttemptLog {
    let segments = Arc::new(Segments { gateway: Arc::clone(gateway), seen: Mutex::default() });
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
            if is_end || found.len() >= TOGETHER {
                let more = !is_end || found.len() > TOGETHER;
                found.truncate(TOGETHER);
                return Ok((found, more));
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
        let (keys, more) = self.unseen(from).await?;
        let read = stream::iter(keys.clone()).map(|key| async move { self.gateway.read_segment(&key).await });
        let rows: Vec<Option<Vec<Attempt>>> = read.buffered(AT_ONCE).try_collect().await.map_err(|error| error.to_string())?;
        let cursor = keys.last().cloned().max(cursor);
        self.seen().extend(keys);
        Ok(Batch { entries: rows.iter().flatten().flat_map(|rows| entries(rows)).collect(), cursor, more })
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
            let segments = Arc::new(Segments { gateway: Arc::new(gateway.clone()), seen: Mutex::default() });
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
        let segments = Arc::new(Segments { gateway: Arc::new(other), seen: Mutex::default() });
        let log = AttemptLog::new(folder.path().join("new"), time, Some(segments as Arc<dyn Records>));
        log.catch_up().await;
        assert_eq!(answers(&log).await, ["EXPUNGED"]);
        assert_eq!(one.attempts_of(institution, &event.id.to_string()).await.unwrap().len(), 1);
    }
}
