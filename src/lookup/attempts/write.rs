//! Entries into tables and counters. Everything may be told twice and in any order.

use std::collections::BTreeSet;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::lookup::attempts::key::pack;
use crate::lookup::attempts::latency::bucket;
use crate::lookup::attempts::rows::{AttemptRow, EXPUNGED, Entry, Outcome};

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Institution = 1,
    Endpoint = 2,
    Type = 3,
    Class = 4,
    Url = 5,
}

/// The longest part of an error and an answer that is kept and searched.
const TEXT_BYTES: usize = 1024;

pub(super) fn apply(db: &Connection, entries: &[Entry]) -> rusqlite::Result<()> {
    entries.iter().try_for_each(|entry| match entry {
        Entry::Attempt(row) => attempt(db, row),
        Entry::AnswerGone(id) => answer_gone(db, id),
    })
}

/// The number of a name.
fn name(db: &Connection, kind: Kind, text: &str) -> rusqlite::Result<i64> {
    let mut find = db.prepare_cached("SELECT id FROM name WHERE kind = ?1 AND text = ?2")?;
    if let Some(id) = find.query_row(params![kind as i64, text], |row| row.get(0)).optional()? {
        return Ok(id);
    }
    db.prepare_cached("INSERT INTO name (kind, text) VALUES (?1, ?2)")?.insert(params![kind as i64, text])
}

fn attempt(db: &Connection, row: &AttemptRow) -> rusqlite::Result<()> {
    let at = row.at.as_millisecond();
    let (institution, endpoint) = (name(db, Kind::Institution, &row.institution)?, name(db, Kind::Endpoint, &row.endpoint)?);
    let class = name(db, Kind::Class, &row.class)?;
    let (error, answer) = (row.error.as_deref().map(cut), row.answer.as_deref().map(cut));
    let mut insert = db.prepare_cached(
        "INSERT OR IGNORE INTO attempt (id, event, endpoint, institution, type, at, outcome, status, ms, manual, number, died, class, url, channels,
         tags, error, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
    )?;
    let kind = name(db, Kind::Type, &row.kind)?;
    let url = name(db, Kind::Url, &row.url)?;
    let outcome = row.outcome.code();
    let fields = params![
        pack(&row.id),
        pack(&row.event),
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
        joined(&row.channels),
        joined(&row.tags),
        error,
        answer
    ];
    if insert.execute(fields)? == 0 {
        return if is_gone(row) { answer_gone(db, &row.id) } else { Ok(()) };
    }
    if row.outcome == Outcome::Failed {
        let mut words = db.prepare_cached("INSERT INTO attempt_text (rowid, error, answer) VALUES (?1, ?2, ?3)")?;
        words.execute(params![db.last_insert_rowid(), error, answer])?;
    }
    count(db, row, institution, endpoint, kind, class)
}

fn count(db: &Connection, row: &AttemptRow, institution: i64, endpoint: i64, kind: i64, class: i64) -> rusqlite::Result<()> {
    let hour = row.at.as_second().div_euclid(3600);
    let [ok, failed, cancelled] = [Outcome::Success, Outcome::Failed, Outcome::Cancelled].map(|outcome| i64::from(row.outcome == outcome));
    let mut hours = db.prepare_cached(
        "INSERT INTO hour (institution, endpoint, hour, type, ok, failed, cancelled, died) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET ok = ok + excluded.ok, failed = failed + excluded.failed, cancelled = cancelled + excluded.cancelled,
         died = died + excluded.died",
    )?;
    hours.execute(params![institution, endpoint, hour, kind, ok, failed, cancelled, row.died])?;
    if row.outcome != Outcome::Cancelled {
        let mut latency = db.prepare_cached(
            "INSERT INTO latency (institution, endpoint, hour, bucket, n) VALUES (?1, ?2, ?3, ?4, 1) ON CONFLICT DO UPDATE SET n = n + 1",
        )?;
        latency.execute(params![institution, endpoint, hour, bucket(row.ms)])?;
    }
    if row.outcome == Outcome::Failed {
        let mut trouble = db.prepare_cached(
            "INSERT INTO trouble (institution, endpoint, hour, class, status, n) VALUES (?1, ?2, ?3, ?4, ?5, 1) ON CONFLICT DO UPDATE SET n = n + 1",
        )?;
        trouble.execute(params![institution, endpoint, hour, class, row.status])?;
    }
    Ok(())
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
    let mut find = db.prepare_cached("SELECT row FROM attempt WHERE id = ?1")?;
    let Some(row) = find.query_row([pack(id)], |row| row.get::<_, i64>(0)).optional()? else { return Ok(()) };
    db.prepare_cached("UPDATE attempt SET answer = ?2 WHERE row = ?1")?.execute(params![row, EXPUNGED])?;
    db.prepare_cached("DELETE FROM attempt_text WHERE rowid = ?1")?.execute([row])?;
    Ok(())
}

/// A set as one text in which a member can be found: `|a|b|`. Channels and tags have no such sign in them.
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
