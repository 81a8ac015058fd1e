#![expect(clippy::disallowed_methods, reason = "a test damages and reads the file that it checks")]

use std::collections::BTreeSet;
use std::sync::Mutex;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::clock::ManualClock;
use crate::lookup::attempts::rows::{Outcome, Stands};

/// 2026-11-28T09:00:00Z.
const START: i64 = 1_795_856_400_000;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_millisecond(START + minute * 60_000).unwrap()
}

/// An id of this moment, as the gateway makes them.
fn id(prefix: &str, minute: i64, number: u8) -> String {
    let seconds = u32::try_from(at(minute).as_second() - 1_400_000_000).unwrap();
    let mut bytes = seconds.to_be_bytes().to_vec();
    bytes.push(0);
    bytes.resize(20, number);
    key::unpack(prefix, rusqlite::types::Value::Blob(bytes))
}

fn set(of: &[&str]) -> BTreeSet<String> {
    of.iter().map(|text| (*text).to_owned()).collect()
}

fn attempt(minute: i64, number: u8, institution: &str, endpoint: &str, outcome: Outcome) -> AttemptRow {
    let failed = outcome == Outcome::Failed;
    AttemptRow {
        id: id("atmpt_", minute, number),
        event: id("msg_", minute, 0),
        endpoint: endpoint.to_owned(),
        institution: institution.to_owned(),
        kind: if minute % 2 == 0 { "grade.submitted" } else { "student.created" }.to_owned(),
        channels: set(&["north", "exams:1"]),
        tags: set(&["term-1"]),
        at: at(minute),
        outcome,
        status: if failed { 503 } else { 200 },
        ms: 40,
        manual: false,
        number: 1,
        died: failed && minute % 8 == 0,
        class: if failed { "server_error" } else { "" }.to_owned(),
        url: format!("https://{endpoint}.example/hook"),
        error: failed.then(|| "the receiver answered 503".to_owned()),
        answer: failed.then(|| format!("Wartung número {minute}")),
    }
}

struct RecordedHistory(Mutex<Vec<Entry>>);

#[async_trait]
impl Records for RecordedHistory {
    async fn read(&self, cursor: Option<String>) -> Result<Batch, String> {
        let all = self.0.lock().unwrap();
        let from: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let upto = (from + 7).min(all.len());
        Ok(Batch { entries: all[from..upto].to_vec(), cursor: Some(upto.to_string()), more: upto < all.len(), kept_from: None })
    }
}

fn history() -> Vec<Entry> {
    let mut entries = Vec::new();
    for minute in 0..60 {
        let institution = if minute % 3 == 0 { "app_a" } else { "app_b" };
        let endpoint = if minute % 5 == 0 { "ep_slow" } else { "ep_fast" };
        let outcome = if minute % 4 == 0 { Outcome::Failed } else { Outcome::Success };
        entries.push(Entry::Attempt(Box::new(attempt(minute, 1, institution, endpoint, outcome))));
    }
    entries
}

fn open(folder: &tempfile::TempDir, records: Option<Arc<dyn Records>>) -> AttemptLog {
    let clock = Arc::new(ManualClock::new(at(100)));
    AttemptLog::new(folder.path().join("index/attempts.sqlite"), clock, records)
}

fn of(institution: &str) -> AttemptFilter {
    AttemptFilter { institution: Some(institution.to_owned()), ..AttemptFilter::default() }
}

const ALL: Slice = Slice { behind: None, ascending: false, limit: 1000 };

#[tokio::test]
async fn what_was_told_is_read_at_once_and_a_repeat_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder, None);
    log.tell(history());
    let once = (log.attempts(AttemptFilter::default(), ALL).await.unwrap(), log.figures(FigureFilter::default()).await.unwrap());
    log.tell(history());
    let twice = (log.attempts(AttemptFilter::default(), ALL).await.unwrap(), log.figures(FigureFilter::default()).await.unwrap());
    assert_eq!(once.0.len(), 60);
    assert_eq!(once, twice);
    assert_eq!((once.1.ok, once.1.failed, once.1.died), (45, 15, 8));
    assert_eq!(once.1.by_type, [("grade.submitted".to_owned(), 15, 15), ("student.created".to_owned(), 30, 0)]);
    assert_eq!(once.1.errors, [("server_error".to_owned(), 503, 15)]);
    assert!(once.1.p95_ms.unwrap() >= 40 && once.1.p95_ms.unwrap() <= 46, "{:?}", once.1.p95_ms);
    assert_eq!(once.0[0], attempt(59, 1, "app_b", "ep_fast", Outcome::Success), "newest first, every field as it was told");
}

#[tokio::test]
async fn each_filter_finds_what_a_look_at_every_row_finds() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder, None);
    log.tell(history());
    let rows: Vec<AttemptRow> =
        history().into_iter().rev().filter_map(|entry| if let Entry::Attempt(row) = entry { Some(*row) } else { None }).collect();
    type Keep = fn(&AttemptRow) -> bool;
    let cases: Vec<(&str, AttemptFilter, Keep)> = vec![
        ("institution", of("app_a"), |row| row.institution == "app_a"),
        ("endpoint", AttemptFilter { endpoint: Some("ep_slow".to_owned()), ..of("app_a") }, |row| {
            row.institution == "app_a" && row.endpoint == "ep_slow"
        }),
        ("type", AttemptFilter { kinds: set(&["grade.submitted"]), ..of("app_b") }, |row| {
            row.institution == "app_b" && row.kind == "grade.submitted"
        }),
        ("types", AttemptFilter { kinds: set(&["grade.submitted", "student.created"]), ..of("app_b") }, |row| row.institution == "app_b"),
        ("failed", AttemptFilter { outcome: Some(Outcome::Failed), ..AttemptFilter::default() }, |row| row.outcome == Outcome::Failed),
        ("succeeded", AttemptFilter { outcome: Some(Outcome::Success), ..of("app_a") }, |row| {
            row.institution == "app_a" && row.outcome == Outcome::Success
        }),
        ("status", AttemptFilter { status_class: Some(500), ..AttemptFilter::default() }, |row| row.status == 503),
        ("status of an institution", AttemptFilter { status_class: Some(500), ..of("app_a") }, |row| {
            row.institution == "app_a" && row.status == 503
        }),
        ("status nobody has", AttemptFilter { status_class: Some(400), ..of("app_a") }, |_| false),
        ("status of an endpoint", AttemptFilter { status_class: Some(500), endpoint: Some("ep_slow".to_owned()), ..of("app_a") }, |row| {
            row.institution == "app_a" && row.endpoint == "ep_slow" && row.status == 503
        }),
        ("status and type", AttemptFilter { status_class: Some(500), kinds: set(&["grade.submitted"]), ..of("app_b") }, |row| {
            row.institution == "app_b" && row.kind == "grade.submitted" && row.status == 503
        }),
        ("no status", AttemptFilter { status_class: Some(0), ..AttemptFilter::default() }, |row| row.status < 100),
        ("time", AttemptFilter { after: Some(at(10)), before: Some(at(20)), ..AttemptFilter::default() }, |row| {
            row.at >= at(10) && row.at < at(20)
        }),
        ("words", AttemptFilter { text: Some("NUMERO 12".to_owned()), ..AttemptFilter::default() }, |row| {
            row.answer.as_deref() == Some("Wartung número 12")
        }),
        ("part of a word", AttemptFilter { text: Some("artung".to_owned()), ..AttemptFilter::default() }, |_| false),
        ("beginning of a word", AttemptFilter { text: Some("wart".to_owned()), ..of("app_b") }, |row| {
            row.institution == "app_b" && row.outcome == Outcome::Failed
        }),
        ("syntax", AttemptFilter { text: Some("\" OR * NOT (".to_owned()), ..of("app_zzz") }, |_| false),
        ("channel", AttemptFilter { channel: Some("north".to_owned()), ..AttemptFilter::default() }, |_| true),
        ("part of a channel", AttemptFilter { channel: Some("nor".to_owned()), ..AttemptFilter::default() }, |_| false),
        ("tag", AttemptFilter { tag: Some("term-1".to_owned()), ..of("app_a") }, |row| row.institution == "app_a"),
        (
            "channel and tag of an institution in a time, failed",
            AttemptFilter {
                channel: Some("exams:1".to_owned()),
                tag: Some("term-1".to_owned()),
                outcome: Some(Outcome::Failed),
                status_class: Some(500),
                after: Some(at(10)),
                before: Some(at(50)),
                ..of("app_b")
            },
            |row| row.institution == "app_b" && row.outcome == Outcome::Failed && row.at >= at(10) && row.at < at(50),
        ),
        ("channel without the tag", AttemptFilter { channel: Some("north".to_owned()), tag: Some("no".to_owned()), ..of("app_a") }, |_| {
            false
        }),
        ("event", AttemptFilter { event: Some(id("msg_", 7, 0)), ..AttemptFilter::default() }, |row| row.event == id("msg_", 7, 0)),
        ("nobody", of("app_c"), |_| false),
    ];
    for (what, filter, keep) in cases {
        let expected: Vec<&AttemptRow> = rows.iter().filter(|row| keep(row)).collect();
        let found = log.attempts(filter.clone(), ALL).await.unwrap();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{what}");
        assert_eq!(log.count_attempts(filter, 1000).await.unwrap(), expected.len(), "{what}");
    }
}

#[tokio::test]
async fn pages_by_keyset_give_each_row_once_in_both_directions() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder, None);
    log.tell(history());
    for ascending in [false, true] {
        let (mut seen, mut behind) = (Vec::new(), None);
        loop {
            let page = log.attempts(AttemptFilter::default(), Slice { behind, ascending, limit: 7 }).await.unwrap();
            behind = page.last().map(|row| row.id.clone());
            if page.is_empty() {
                break;
            }
            seen.extend(page.into_iter().map(|row| row.id));
        }
        let mut sorted = seen.clone();
        sorted.sort();
        if !ascending {
            sorted.reverse();
        }
        assert_eq!((seen.len(), &seen), (60, &sorted));
    }
}

#[tokio::test]
async fn a_file_deleted_while_it_is_used_comes_back_with_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let records: Arc<dyn Records> = Arc::new(RecordedHistory(Mutex::new(history())));
    let log = open(&folder, Some(records));
    log.catch_up().await;
    let before = log.attempts(AttemptFilter::default(), ALL).await.unwrap();
    let figures = log.figures(FigureFilter::default()).await.unwrap();
    assert_eq!(before.len(), 60);
    for name in ["attempts.sqlite", "attempts.sqlite-wal", "attempts.sqlite-shm"] {
        let _ = std::fs::remove_file(folder.path().join("index").join(name));
    }
    log.tell(history().into_iter().take(3).collect());
    log.catch_up().await;
    assert_eq!(log.attempts(AttemptFilter::default(), ALL).await.unwrap(), before);
    assert_eq!(log.figures(FigureFilter::default()).await.unwrap(), figures);
}

#[tokio::test]
async fn a_damaged_file_and_one_of_another_schema_are_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("index/attempts.sqlite");
    std::fs::create_dir(folder.path().join("index")).unwrap();
    std::fs::write(&file, b"this is no database, and long enough to be looked at as one").unwrap();
    let records: Arc<dyn Records> = Arc::new(RecordedHistory(Mutex::new(history())));
    let log = open(&folder, Some(Arc::clone(&records)));
    log.catch_up().await;
    assert_eq!(log.attempts(of("app_a"), ALL).await.unwrap().len(), 20);
    drop(log);
    Connection::open(&file).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    let log = open(&folder, Some(records));
    log.catch_up().await;
    assert_eq!(log.attempts(of("app_a"), ALL).await.unwrap().len(), 20);
    assert!(log.is_complete());
}

#[tokio::test]
async fn an_answer_that_was_taken_out_leaves_no_word_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder, None);
    let mut row = attempt(4, 1, "app_a", "ep_x", Outcome::Failed);
    row.answer = Some("Zyxwvutsrq is unknown here".to_owned());
    log.tell(vec![Entry::Attempt(Box::new(row.clone()))]);
    let words = AttemptFilter { text: Some("zyxwvutsrq".to_owned()), ..AttemptFilter::default() };
    assert_eq!(log.attempts(words.clone(), ALL).await.unwrap().len(), 1);
    // As the gateway tells it: the row once more, without its answer.
    log.tell(vec![Entry::Attempt(Box::new(AttemptRow { answer: Some("EXPUNGED".to_owned()), ..row }))]);
    assert!(log.attempts(words, ALL).await.unwrap().is_empty());
    let all = log.attempts(AttemptFilter::default(), ALL).await.unwrap();
    assert_eq!(all[0].answer.as_deref(), Some("EXPUNGED"));
    drop(log);
    for name in ["attempts.sqlite", "attempts.sqlite-wal"] {
        let bytes = std::fs::read(folder.path().join("index").join(name)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert!(!text.contains("zyxwvutsrq"), "{name}");
    }
}

#[tokio::test]
async fn the_answer_of_one_call_can_be_taken_out() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder, None);
    let row = attempt(4, 1, "app_a", "ep_x", Outcome::Failed);
    log.tell(vec![Entry::Attempt(Box::new(row.clone())), Entry::AnswerGone(row.id.clone())]);
    assert_eq!(log.attempt(&row.id).await.unwrap().unwrap().answer.as_deref(), Some("EXPUNGED"));
    assert_eq!(log.attempt("atmpt_unknown").await.unwrap(), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_order_with_repeats_gives_the_same_log(order in proptest::collection::vec(0_usize..60, 0..100)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let all = history();
        let (straight, mixed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        runtime.block_on(async {
            let (one, two) = (open(&straight, None), open(&mixed, None));
            one.tell(all.clone());
            let mut shuffled: Vec<Entry> = order.iter().map(|index| all[*index].clone()).collect();
            shuffled.extend(all.iter().rev().cloned());
            two.tell(shuffled);
            let ask = |log: AttemptLog| async move {
                (
                    log.attempts(AttemptFilter::default(), ALL).await.unwrap(),
                    log.figures(FigureFilter::default()).await.unwrap(),
                )
            };
            assert_eq!(ask(one).await, ask(two).await);
        });
    }
}

#[tokio::test]
async fn deliveries_are_told_by_their_last_calls_and_hours_add_up_to_the_figures() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder, None);
    // Each event of the history is called once more a minute later: every third of them fails again, the last of those for good.
    let mut entries = history();
    for minute in (0..60).step_by(2) {
        let outcome = if minute % 3 == 0 { Outcome::Failed } else { Outcome::Success };
        let mut row = attempt(minute + 1, 2, "app_b", "ep_fast", outcome);
        let Entry::Attempt(first) = &entries[usize::try_from(minute).unwrap()] else { unreachable!() };
        (row.event, row.institution, row.endpoint, row.number) =
            (first.event.clone(), first.institution.clone(), first.endpoint.clone(), 2);
        row.died = outcome == Outcome::Failed && minute % 4 == 0;
        entries.push(Entry::Attempt(Box::new(row)));
    }
    let mut rows: Vec<AttemptRow> =
        entries.iter().filter_map(|entry| if let Entry::Attempt(row) = entry { Some((**row).clone()) } else { None }).collect();
    log.tell(entries);
    rows.sort_by(|a, b| b.id.cmp(&a.id));
    let last = |row: &AttemptRow| !rows.iter().any(|other| other.event == row.event && other.endpoint == row.endpoint && other.id > row.id);
    type Case = (Option<Stands>, fn(&AttemptRow) -> bool);
    let cases: [Case; 4] = [
        (None, |_| true),
        (Some(Stands::Delivered), |row| row.outcome == Outcome::Success),
        (Some(Stands::Waiting), |row| row.outcome == Outcome::Failed && !row.died),
        (Some(Stands::Dead), |row| row.died),
    ];
    for (stands, keep) in cases {
        for call in [AttemptFilter::default(), of("app_a"), AttemptFilter { status_class: Some(500), ..of("app_b") }] {
            let expected: Vec<&AttemptRow> = rows
                .iter()
                .filter(|row| last(row) && keep(row))
                .filter(|row| call.institution.as_ref().is_none_or(|institution| row.institution == *institution))
                .filter(|row| call.status_class.is_none() || row.status == 503)
                .collect();
            let filter = DeliveryFilter { call, stands };
            let found = log.deliveries(filter.clone(), ALL).await.unwrap();
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter:?}");
            assert_eq!(log.count_deliveries(filter, 1000).await.unwrap(), expected.len());
        }
    }
    let hours = log.hours(FigureFilter::default()).await.unwrap();
    let figures = log.figures(FigureFilter::default()).await.unwrap();
    assert_eq!(
        (hours.iter().map(|hour| hour.ok).sum::<u64>(), hours.iter().map(|hour| hour.failed).sum::<u64>()),
        (figures.ok, figures.failed)
    );
    assert!(hours.len() == 1 && hours[0].at == at(0), "{hours:?}");
}

/// Records that are kept from some moment on.
struct RetainedRecords(Mutex<(Vec<Entry>, Option<Timestamp>)>);

#[async_trait]
impl Records for RetainedRecords {
    async fn read(&self, cursor: Option<String>) -> Result<Batch, String> {
        let (all, kept_from) = &*self.0.lock().unwrap();
        let entries = if cursor.is_some() { Vec::new() } else { all.clone() };
        Ok(Batch { entries, cursor: Some("end".to_owned()), more: false, kept_from: *kept_from })
    }
}

#[tokio::test]
async fn calls_that_were_kept_long_enough_leave_every_table_and_no_word_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut entries = history();
    for (minute, name) in [(-90, "Olderunmistakable"), (90, "Youngerunmistakable")] {
        let row = AttemptRow { answer: Some(name.to_owned()), ..attempt(minute, 9, "app_a", "ep_slow", Outcome::Failed) };
        entries.push(Entry::Attempt(Box::new(row)));
    }
    let records = Arc::new(RetainedRecords(Mutex::new((entries.clone(), None))));
    let log = open(&folder, Some(records.clone()));
    log.catch_up().await;
    let all = log.attempts(AttemptFilter::default(), ALL).await.unwrap();
    assert_eq!(all.len(), 62);
    // At 9:20 what is older than 9:00 goes, at 10:10 what is older than 10:00.
    for (now, left, failed) in [(20, 61, 16), (70, 1, 1)] {
        records.0.lock().unwrap().1 = Some(at(now));
        log.catch_up().await;
        assert_eq!(log.attempts(AttemptFilter::default(), ALL).await.unwrap(), all[..left], "{now}");
        let figures = log.figures(FigureFilter::default()).await.unwrap();
        assert_eq!((figures.ok + figures.failed, figures.failed), (left as u64, failed), "{now}");
    }
    let with = |text: &str| AttemptFilter { text: Some(text.to_owned()), ..AttemptFilter::default() };
    assert!(log.attempts(with("olderunmistakable"), ALL).await.unwrap().is_empty());
    assert_eq!(log.attempts(with("youngerunmistakable"), ALL).await.unwrap().len(), 1);
    assert_eq!(log.attempts(AttemptFilter { channel: Some("north".to_owned()), ..AttemptFilter::default() }, ALL).await.unwrap().len(), 1);
    let file = |ending: &str| folder.path().join(format!("index/attempts.sqlite{ending}"));
    for ending in ["", "-wal"] {
        let bytes = std::fs::read(file(ending)).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&bytes).to_lowercase().contains("olderunmistakable"), "{ending}");
    }
    // As a file that is made anew has it.
    let db = Connection::open(file("")).unwrap();
    for table in ["attempt", "mark", "hour", "latency", "trouble"] {
        let rows: i64 = db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(rows, if table == "mark" { 3 } else { 1 }, "{table}");
    }
}
