//! The search in texts beside the records that they stand in.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;

use crate::clock::Clock;
use crate::config::Config;
use crate::inbound::texts::{self, KEPT, SEARCHED};
use crate::intake::belonging::Belonging;
use crate::lookup::texts::likeness::HashedWords;
use crate::lookup::texts::{Batch, TextRecords, TextRow, TextSearch};
use crate::model::platform_event::Collection;
use crate::signing::sha256_hex;
use crate::storage::config::Backend;
use crate::storage::key::{parse_text_change, text_changes_from};
use crate::storage::{Store, StoreError};

/// Notes of others may appear under older times than the newest one: clocks differ, and writing takes a while.
const WINDOW: Duration = Duration::from_mins(5);
/// Texts of one batch.
const TOGETHER: usize = 100;
/// Texts read at once.
const AT_ONCE: usize = 8;

/// The search in a file of this instance, which is made when somebody searches.
pub(super) fn open(config: &Config, store: &Arc<dyn Store>, clock: &Arc<dyn Clock>) -> Arc<TextSearch> {
    let records = Records {
        store: Arc::clone(store),
        clock: Arc::clone(clock),
        belonging: config.intake.institutions.clone(),
        seen: Mutex::default(),
    };
    TextSearch::new(path(config), Arc::clone(clock), Arc::new(records), Arc::new(HashedWords))
}

/// Beside the data where there is a disk, and among the machine's temporary files otherwise.
fn path(config: &Config) -> PathBuf {
    match config.storage.backend {
        Backend::Local | Backend::Hybrid => config.storage.data_dir.join("index").join("texts-1.sqlite"),
        Backend::Gcp | Backend::Memory => std::env::temp_dir().join(format!("gradepost-texts-{}.sqlite", std::process::id())),
    }
}

/// The texts that platforms told, as the search reads them.
struct Records {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    belonging: Belonging,
    /// Notes of the last minutes that were followed.
    seen: Mutex<BTreeSet<String>>,
}

/// How far the records were read. It names the rules of who a text belongs to: with other rules everything is read anew.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ReadPosition {
    /// Reading everything, begun then; behind this digest of this kind.
    All { since: Timestamp, kind: usize, after: Option<String> },
    /// Following the notes; the newest that was seen, or where they begin.
    Notes { last: String },
}

impl ReadPosition {
    fn parse(text: &str, rules: &str) -> Option<Self> {
        let mut parts = text.splitn(5, '|');
        if parts.next()? != rules {
            return None;
        }
        match parts.next()? {
            "notes" => Some(Self::Notes { last: parts.next()?.to_owned() }),
            "all" => {
                let (since, kind, after) = (parts.next()?, parts.next()?, parts.next()?);
                let after = Some(after.to_owned()).filter(|after| !after.is_empty());
                Some(Self::All { since: since.parse().ok()?, kind: kind.parse().ok()?, after })
            }
            _ => None,
        }
    }

    fn text(&self, rules: &str) -> String {
        match self {
            Self::All { since, kind, after } => format!("{rules}|all|{since}|{kind}|{}", after.as_deref().unwrap_or_default()),
            Self::Notes { last } => format!("{rules}|notes|{last}"),
        }
    }
}

#[async_trait]
impl TextRecords for Records {
    async fn read(&self, place: Option<String>) -> Result<Batch, String> {
        let rules = sha256_hex(self.belonging.fingerprint().as_bytes())[..16].to_owned();
        let known = match place.as_deref() {
            None => {
                self.seen().clear();
                ReadPosition::All { since: self.clock.now(), kind: 0, after: None }
            }
            Some(text) => match ReadPosition::parse(text, &rules).filter(|place| self.is_recent(place)) {
                Some(place) => place,
                None => return Ok(Batch { restart: true, ..Batch::default() }),
            },
        };
        let (entries, next, more) = match known {
            ReadPosition::All { since, kind, after } => self.all(since, kind, after).await,
            ReadPosition::Notes { last } => self.noted(last).await,
        }
        .map_err(|error| error.to_string())?;
        Ok(Batch { entries, place: Some(next.text(&rules)), more, restart: false })
    }
}

type Read = (Vec<(String, Option<TextRow>)>, ReadPosition, bool);

impl Records {
    fn seen(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether all notes since then are still there.
    fn is_recent(&self, place: &ReadPosition) -> bool {
        let at = match place {
            ReadPosition::All { since, .. } => Some(*since),
            ReadPosition::Notes { last } => parse_text_change(last).map(|(at, ..)| at),
        };
        // Some hours are left for clocks that differ and for a look that takes long.
        at.is_some_and(|at| self.clock.now().duration_since(at).as_hours() < KEPT.as_hours() - 12)
    }

    async fn all(&self, since: Timestamp, kind: usize, after: Option<String>) -> Result<Read, StoreError> {
        let Some(collection) = SEARCHED.get(kind).copied() else {
            // What changed meanwhile was noted.
            return Ok((Vec::new(), ReadPosition::Notes { last: note_from(since) }, true));
        };
        let digests = texts::digests(&*self.store, collection, after.as_deref(), TOGETHER).await?;
        let next = match digests.last() {
            Some(last) if digests.len() == TOGETHER => ReadPosition::All { since, kind, after: Some(last.clone()) },
            _ => ReadPosition::All { since, kind: kind + 1, after: None },
        };
        let things = digests.into_iter().map(|digest| (collection, digest)).collect();
        Ok((self.texts(things).await?, next, true))
    }

    async fn noted(&self, last: String) -> Result<Read, StoreError> {
        let newest = parse_text_change(&last).map_or(Timestamp::MIN, |(at, ..)| at);
        let mut from = text_changes_from(newest.checked_sub(WINDOW).unwrap_or(Timestamp::MIN));
        self.seen().retain(|key| *key >= from);
        let (mut fresh, mut is_end) = (Vec::new(), false);
        while fresh.len() < TOGETHER && !is_end {
            let keys = texts::changes(&*self.store, &from, TOGETHER).await?;
            is_end = keys.len() < TOGETHER;
            from = keys.last().cloned().unwrap_or(from);
            {
                let seen = self.seen();
                fresh.extend(keys.into_iter().filter(|key| !seen.contains(key)));
            }
        }
        let things: BTreeSet<(Collection, String)> = fresh
            .iter()
            .filter_map(|key| parse_text_change(key))
            .filter_map(|(_, collection, digest)| Some((Collection::parse(collection)?, digest.to_owned())))
            .collect();
        let entries = self.texts(things.into_iter().collect()).await?;
        // A note of which nothing is known yet must not make the place older.
        let last = fresh.last().cloned().max(Some(last)).unwrap_or_default();
        // While nothing is told the place would grow too old, although everything was followed.
        let quiet = note_from(self.clock.now().checked_sub(WINDOW).unwrap_or(Timestamp::MIN));
        let last = if is_end { last.max(quiet) } else { last };
        self.seen().extend(fresh);
        Ok((entries, ReadPosition::Notes { last }, !is_end))
    }

    async fn texts(&self, things: Vec<(Collection, String)>) -> Result<Vec<(String, Option<TextRow>)>, StoreError> {
        let read = stream::iter(things).map(|(collection, digest)| async move {
            let text = texts::read(&*self.store, collection, &digest).await?;
            Ok((format!("{collection}-{digest}"), text.map(|text| self.row(text))))
        });
        read.buffered(AT_ONCE).try_collect().await
    }

    fn row(&self, text: texts::Text) -> TextRow {
        TextRow {
            collection: text.collection.to_string(),
            institution: self.belonging.of(&text.source, text.course.as_deref()).unwrap_or_default().to_owned(),
            source: text.source,
            course: text.course,
            thing: text.thing,
            at: text.at,
            title: text.title,
            text: text.text,
        }
    }
}

/// A place among the notes that stands for an instant.
fn note_from(at: Timestamp) -> String {
    format!("{}--", text_changes_from(at))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock::ManualClock;
    use crate::inbound::records;
    use crate::lookup::texts::{HitFilter, Narrowed};
    use crate::model::platform_event::{PlatformEvent, Subject};
    use crate::storage::memory::MemoryStore;

    struct Bench {
        store: Arc<dyn Store>,
        clock: ManualClock,
        folder: tempfile::TempDir,
    }

    impl Bench {
        fn new() -> Self {
            let clock = ManualClock::new("2026-03-01T12:00:00Z".parse().unwrap());
            Self { store: Arc::new(MemoryStore::new()), clock, folder: tempfile::tempdir().unwrap() }
        }

        fn search(&self, rules: &str) -> Arc<TextSearch> {
            let mut env = crate::env::Env::from_pairs([("PLATFORM_INSTITUTION", rules)]);
            let belonging = Belonging::from_env(&mut env, &["canvas"]);
            let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
            let records = Records { store: self.store.clone(), clock: clock.clone(), belonging, seen: Mutex::default() };
            TextSearch::new(self.folder.path().join("texts.sqlite"), clock, Arc::new(records), Arc::new(HashedWords))
        }

        /// What a platform tells, kept and noted as the handler does it.
        async fn topic(&self, id: &str, text: &str, deleted: bool) {
            let subject = Subject::of(Collection::Topics, &["canvas", id]).gone_if(deleted);
            let at = self.clock.now();
            let data = json!({ "topicId": id, "contextId": "565", "title": id, "text": text });
            let event = PlatformEvent { source: "canvas".to_owned(), kind: "topic.created".to_owned(), at, data, subject };
            records::upsert(&*self.store, &event).await.unwrap();
            texts::changed(&*self.store, at, &event.subject).await.unwrap();
            self.clock.advance(Duration::from_millis(10));
        }
    }

    async fn found(search: &Arc<TextSearch>, institution: Option<&str>) -> Vec<String> {
        search.catch_up().await.unwrap();
        let narrowed = Narrowed { institutions: institution.map(|name| vec![name.to_owned()]), ..Narrowed::default() };
        let asked = HitFilter::Words { words: "palabra".to_owned(), narrowed, after: None, limit: 1000 };
        let mut titles: Vec<String> = search.ask(asked).await.unwrap().hits.into_iter().map(|hit| hit.title).collect();
        titles.sort();
        titles
    }

    #[tokio::test]
    async fn the_index_follows_the_notes_and_is_the_same_when_it_is_read_anew() {
        let bench = Bench::new();
        let search = bench.search("north");
        for n in 0..230 {
            bench.topic(&format!("t{n:03}"), "una palabra", false).await;
        }
        assert_eq!(found(&search, None).await.len(), 230, "read whole");
        for n in 0..230 {
            bench.topic(&format!("t{n:03}"), if n % 2 == 0 { "una palabra" } else { "nada" }, n % 3 == 0).await;
        }
        bench.topic("new", "otra palabra", false).await;
        let followed = found(&search, None).await;
        let expected = (0..230).filter(|n| n % 2 == 0 && n % 3 != 0).count() + 1;
        assert_eq!(followed.len(), expected, "followed");
        std::fs::remove_file(bench.folder.path().join("texts.sqlite")).unwrap();
        assert_eq!(found(&bench.search("north"), None).await, followed, "read anew");
    }

    #[tokio::test]
    async fn another_rule_of_whose_a_text_is_and_an_index_left_alone_for_a_week_are_read_anew() {
        let bench = Bench::new();
        bench.topic("t", "una palabra", false).await;
        assert_eq!(found(&bench.search("north"), Some("north")).await, ["t"]);
        let south = bench.search("canvas/565=south,north");
        assert!(found(&south, Some("north")).await.is_empty());
        assert_eq!(found(&south, Some("south")).await, ["t"]);
        // So long that the notes of what comes now are gone when it looks again.
        bench.topic("early", "una palabra", false).await;
        bench.clock.advance(Duration::from_hours(8 * 24));
        for n in 0..30 {
            bench.topic(&format!("late{n}"), "nada", false).await;
        }
        assert_eq!(found(&south, None).await, ["early", "t"]);
        let notes = bench.store.list(crate::storage::key::TEXT_CHANGES_FOLDER, None, 100).await.unwrap();
        assert_eq!(notes.len(), 30, "old notes are gone");
    }

    #[tokio::test]
    async fn an_index_that_is_looked_at_often_is_never_read_anew_while_nothing_is_told() {
        let bench = Bench::new();
        bench.topic("t", "una palabra", false).await;
        let search = bench.search("north");
        for _ in 0..20 {
            assert_eq!(found(&search, None).await, ["t"]);
            bench.clock.advance(Duration::from_hours(24));
        }
        // A record that was changed behind its back shows only when everything is read anew.
        let subject = Subject::of(Collection::Topics, &["canvas", "behind"]);
        let data = json!({ "topicId": "behind", "title": "behind", "text": "palabra" });
        let event = PlatformEvent { source: "canvas".to_owned(), kind: "topic.created".to_owned(), at: bench.clock.now(), data, subject };
        records::upsert(&*bench.store, &event).await.unwrap();
        assert_eq!(found(&search, None).await, ["t"]);
    }
}
