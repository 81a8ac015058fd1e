//! Entries into tables and counters. Everything may be told twice and in any order.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::lookup::attempts::key::{self, pack};
use crate::lookup::attempts::latency::bucket;
use crate::lookup::attempts::rows::{AttemptRow, EXPUNGED, Entry, Outcome};

/// Takes deleted words out of the file as well.
pub(super) const MERGE_TEXTS: &str = "INSERT INTO attempt_text (attempt_text) VALUES ('optimize'); PRAGMA wal_checkpoint(TRUNCATE);";
/// Rows that are let go in one transaction.
const FORGOTTEN_TOGETHER: i64 = 2000;

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Institution = 1,
    Endpoint = 2,
    Type = 3,
    Class = 4,
    Url = 5,
    Channel = 6,
    Tag = 7,
}

/// The longest part of an error and an answer that is kept and searched.
const TEXT_BYTES: usize = 1024;
/// So many names are kept in mind.
const NAMES: usize = 10_000;

/// The numbers of names, as this file has them.
#[derive(Default)]
pub(super) struct Names(HashMap<Kind, HashMap<String, i64>>);

impl Names {
    /// The number of a name.
    fn id(&mut self, db: &Connection, kind: Kind, text: &str) -> rusqlite::Result<i64> {
        let known = self.0.entry(kind).or_default();
        if let Some(id) = known.get(text) {
            return Ok(*id);
        }
        let mut find = db.prepare_cached("SELECT id FROM name WHERE kind = ?1 AND text = ?2")?;
        let id = match find.query_row(params![kind as i64, text], |row| row.get(0)).optional()? {
            Some(id) => id,
            None => db.prepare_cached("INSERT INTO name (kind, text) VALUES (?1, ?2)")?.insert(params![kind as i64, text])?,
        };
        if known.len() >= NAMES {
            known.clear();
        }
        known.insert(text.to_owned(), id);
        Ok(id)
    }
}

/// Whose counters, and of which hour.
type Whose = (i64, i64, i64);

/// What the rows of one transaction add to the counters: each counter is written once.
#[derive(Default)]
struct Counts {
    /// By type: succeeded, failed, cancelled, died.
    hours: HashMap<(Whose, i64), [i64; 4]>,
    /// By bucket.
    latency: HashMap<(Whose, i64), i64>,
    /// By class and status.
    trouble: HashMap<(Whose, i64, u16), i64>,
}

/// Takes entries in, within a transaction of the caller's.
pub(super) fn apply(db: &Connection, names: &mut Names, entries: &[Entry]) -> rusqlite::Result<()> {
    let mut counts = Counts::default();
    for entry in entries {
        match entry {
            Entry::Attempt(row) => attempt(db, names, &mut counts, row)?,
            Entry::AnswerGone(id) => answer_gone(db, id)?,
        }
    }
    counts.write(db)
}

fn attempt(db: &Connection, names: &mut Names, counts: &mut Counts, row: &AttemptRow) -> rusqlite::Result<()> {
    let institution = names.id(db, Kind::Institution, &row.institution)?;
    let endpoint = names.id(db, Kind::Endpoint, &row.endpoint)?;
    let kind = names.id(db, Kind::Type, &row.kind)?;
    let class = names.id(db, Kind::Class, &row.class)?;
    let url = names.id(db, Kind::Url, &row.url)?;
    let (error, answer) = (row.error.as_deref().map(cut), row.answer.as_deref().map(cut));
    let id = pack(&row.id);
    let mut insert = db.prepare_cached(
        "INSERT OR IGNORE INTO attempt (row, id, event, endpoint, institution, type, at, outcome, status, ms, manual, number, died, class, url,
         channels, tags, error, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    )?;
    let (event, at, outcome) = (pack(&row.event), row.at.as_millisecond(), row.outcome.code());
    let (channels, tags) = (joined(&row.channels), joined(&row.tags));
    for place in key::places(&row.id) {
        let fields = params![
            place,
            id,
            event,
            endpoint,
            institution,
            kind,
            at,
            outcome,
            row.status,
            row.ms,
            row.manual,
            row.number,
            row.died,
            class,
            url,
            channels,
            tags,
            error,
            answer
        ];
        if insert.execute(fields)? > 0 {
            mark(db, names, place, row)?;
            if row.outcome == Outcome::Failed {
                let mut words = db.prepare_cached("INSERT INTO attempt_text (rowid, error, answer) VALUES (?1, ?2, ?3)")?;
                words.execute(params![place, error, answer])?;
            }
            counts.add(row, (institution, endpoint, row.at.as_second().div_euclid(3600)), kind, class);
            return Ok(());
        }
        let is_same = db.prepare_cached("SELECT id = ?2 FROM attempt WHERE row = ?1")?.query_row(params![place, id], |row| row.get(0))?;
        if is_same {
            return if is_gone(row) { answer_gone(db, &row.id) } else { Ok(()) };
        }
        // Another call of these four milliseconds whose chance begins alike: the next place.
    }
    tracing::warn!(attempt = row.id, "The attempt log has no place for a call");
    Ok(())
}

/// Notes the channels and tags of a call.
fn mark(db: &Connection, names: &mut Names, place: i64, row: &AttemptRow) -> rusqlite::Result<()> {
    for (kind, set) in [(Kind::Channel, &row.channels), (Kind::Tag, &row.tags)] {
        for text in set {
            let name = names.id(db, kind, text)?;
            db.prepare_cached("INSERT OR IGNORE INTO mark (name, row) VALUES (?1, ?2)")?.execute(params![name, place])?;
        }
    }
    Ok(())
}

impl Counts {
    fn add(&mut self, row: &AttemptRow, whose: Whose, kind: i64, class: i64) {
        let [ok, failed, cancelled, died] = self.hours.entry((whose, kind)).or_default();
        match row.outcome {
            Outcome::Success => *ok += 1,
            Outcome::Failed => *failed += 1,
            Outcome::Cancelled => *cancelled += 1,
        }
        *died += i64::from(row.died);
        if row.outcome != Outcome::Cancelled {
            *self.latency.entry((whose, bucket(row.ms))).or_default() += 1;
        }
        if row.outcome == Outcome::Failed {
            *self.trouble.entry((whose, class, row.status)).or_default() += 1;
        }
    }

    fn write(&self, db: &Connection) -> rusqlite::Result<()> {
        let mut hours = db.prepare_cached(
            "INSERT INTO hour (institution, endpoint, hour, type, ok, failed, cancelled, died) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT DO UPDATE SET ok = ok + excluded.ok, failed = failed + excluded.failed, cancelled = cancelled + excluded.cancelled,
             died = died + excluded.died",
        )?;
        for (((institution, endpoint, hour), kind), [ok, failed, cancelled, died]) in &self.hours {
            hours.execute(params![institution, endpoint, hour, kind, ok, failed, cancelled, died])?;
        }
        let mut latency = db.prepare_cached(
            "INSERT INTO latency (institution, endpoint, hour, bucket, n) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET n = n + excluded.n",
        )?;
        for (((institution, endpoint, hour), bucket), n) in &self.latency {
            latency.execute(params![institution, endpoint, hour, bucket, n])?;
        }
        let mut trouble = db.prepare_cached(
            "INSERT INTO trouble (institution, endpoint, hour, class, status, n) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET n = n + excluded.n",
        )?;
        for (((institution, endpoint, hour), class, status), n) in &self.trouble {
            trouble.execute(params![institution, endpoint, hour, class, status, n])?;
        }
        Ok(())
    }
}

fn is_gone(row: &AttemptRow) -> bool {
    row.answer.as_deref() == Some(EXPUNGED)
}

/// Whether something is taken out by these: its words must leave the index as well.
pub(super) fn takes_out(entries: &[Entry]) -> bool {
    entries.iter().any(|entry| match entry {
        Entry::Attempt(row) => is_gone(row),
        Entry::AnswerGone(_) => true,
    })
}

fn answer_gone(db: &Connection, id: &str) -> rusqlite::Result<()> {
    let Some(row) = key::find(db, id)? else { return Ok(()) };
    db.prepare_cached("UPDATE attempt SET answer = ?2 WHERE row = ?1")?.execute(params![row, EXPUNGED])?;
    db.prepare_cached("DELETE FROM attempt_text WHERE rowid = ?1")?.execute([row])?;
    Ok(())
}

/// Lets go what is older, by whole hours: looked for often, there is something once an hour.
pub(super) fn forget(db: &mut Connection, before: Timestamp) -> rusqlite::Result<()> {
    let hour = before.as_second().div_euclid(3600);
    let until = key::first_at(Timestamp::from_second(hour * 3600).unwrap_or_default());
    let mut is_text_gone = false;
    loop {
        let transaction = db.transaction()?;
        // Rows of ids that are not ours lie below zero, and tell no time.
        let last: Option<i64> = transaction
            .prepare_cached("SELECT max(row) FROM (SELECT row FROM attempt WHERE row >= 0 AND row < ?1 ORDER BY row LIMIT ?2)")?
            .query_row(params![until, FORGOTTEN_TOGETHER], |row| row.get(0))?;
        let Some(last) = last else { break };
        is_text_gone |= transaction
            .prepare_cached(
                "DELETE FROM attempt_text WHERE rowid IN (SELECT row FROM attempt WHERE row BETWEEN 0 AND ?1 AND outcome = ?2)",
            )?
            .execute(params![last, Outcome::Failed.code()])?
            > 0;
        let marks = "DELETE FROM mark WHERE name IN (SELECT id FROM name WHERE kind IN (?1, ?2)) AND row BETWEEN 0 AND ?3";
        transaction.prepare_cached(marks)?.execute(params![Kind::Channel as i64, Kind::Tag as i64, last])?;
        transaction.prepare_cached("DELETE FROM attempt WHERE row BETWEEN 0 AND ?1")?.execute([last])?;
        for table in ["hour", "latency", "trouble"] {
            transaction.prepare_cached(&format!("DELETE FROM {table} WHERE hour < ?1"))?.execute([hour])?;
        }
        transaction.commit()?;
    }
    if is_text_gone {
        db.execute_batch(MERGE_TEXTS)?;
    }
    Ok(())
}

/// A set as one text in which each member stands between signs: `|a|b|`. Channels and tags have no such sign in them.
fn joined(set: &BTreeSet<String>) -> Value {
    if set.is_empty() {
        return Value::Null;
    }
    let inner: Vec<&str> = set.iter().map(String::as_str).collect();
    Value::Text(format!("|{}|", inner.join("|")))
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
