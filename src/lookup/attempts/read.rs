//! Lists, by keyset: a page costs the same however deep it lies.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter};

use crate::lookup::attempts::key::{find, find_or_first, first_at, pack, unpack};
use crate::lookup::attempts::rows::{AttemptFilter, AttemptRow, DeliveryFilter, Outcome, Slice, Stands};
use crate::lookup::attempts::write::Kind;

/// A condition, grown part by part.
#[derive(Default)]
struct Where {
    sql: String,
    values: Vec<Value>,
    /// A channel or a tag is asked for.
    is_marked: bool,
    /// The index of an institution's failures by status is the way: it is not chosen by itself.
    is_by_status: bool,
}

impl Where {
    fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(if self.sql.is_empty() { " WHERE " } else { " AND " });
        self.sql.push_str(condition);
        self.values.extend(values);
    }

    fn named(&mut self, column: &str, kind: Kind, text: Option<&String>) {
        if let Some(text) = text {
            let condition = format!("{column} = (SELECT id FROM name WHERE kind = {} AND text = ?)", kind as i64);
            self.and(&condition, [Value::Text(text.clone())]);
        }
    }

    fn one_of(&mut self, column: &str, kind: Kind, texts: &BTreeSet<String>) {
        match texts.len() {
            0 => {}
            1 => self.named(column, kind, texts.first()),
            count => {
                let marks = vec!["?"; count].join(", ");
                let condition = format!("{column} IN (SELECT id FROM name WHERE kind = {} AND text IN ({marks}))", kind as i64);
                self.and(&condition, texts.iter().cloned().map(Value::Text));
            }
        }
    }

    /// Calls of events in a channel, or with a tag: the first of these leads the way, the other is looked at for each call.
    fn marked(&mut self, kind: Kind, text: Option<&String>) {
        let Some(text) = text else { return };
        let name = format!("(SELECT id FROM name WHERE kind = {} AND text = ?)", kind as i64);
        let condition = if self.is_marked {
            format!("EXISTS (SELECT 1 FROM mark other WHERE other.name = {name} AND other.row = a.row)")
        } else {
            format!("m.name = {name}")
        };
        self.is_marked = true;
        self.and(&condition, [Value::Text(text.clone())]);
    }

    /// Where the calls are found, the way that is quick for these conditions.
    fn tables(&self) -> &'static str {
        match (self.is_marked, self.is_by_status) {
            (true, _) => "mark m CROSS JOIN attempt a ON a.row = m.row",
            (false, true) => "attempt a INDEXED BY attempt_failed_status",
            (false, false) => "attempt a",
        }
    }

    /// What the list is ordered by.
    fn row(&self) -> &'static str {
        if self.is_marked { "m.row" } else { "a.row" }
    }

    /// Rows sort by time, so that a time is a place in the list.
    fn between(&mut self, after: Option<Timestamp>, before: Option<Timestamp>) {
        let row = self.row();
        if let Some(after) = after {
            self.and(&format!("{row} >= ?"), [Value::Integer(first_at(after))]);
        }
        if let Some(before) = before {
            self.and(&format!("{row} < ?"), [Value::Integer(first_at(before))]);
        }
    }

    /// The calls of a part of the list, in its order.
    fn list(mut self, db: &Connection, slice: &Slice) -> rusqlite::Result<Vec<AttemptRow>> {
        let row = self.row();
        if let Some(behind) = &slice.behind {
            let place = find_or_first(db, behind)?;
            self.and(&format!("{row} {} ?", if slice.ascending { '>' } else { '<' }), [Value::Integer(place)]);
        }
        let order = if slice.ascending { "ASC" } else { "DESC" };
        let sql = format!("{COLUMNS} FROM {}{NAMES}{} ORDER BY {row} {order} LIMIT {}", self.tables(), self.sql, slice.limit);
        db.prepare_cached(&sql)?.query_map(params_from_iter(self.values), attempt_row)?.collect()
    }

    /// How many there are, counted up to `most`.
    fn count(self, db: &Connection, most: usize) -> rusqlite::Result<usize> {
        let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {}{} LIMIT {most})", self.tables(), self.sql);
        let count: i64 = db.prepare_cached(&sql)?.query_row(params_from_iter(self.values), |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }
}

const COLUMNS: &str = "SELECT a.id, a.event, ep.text, i.text, t.text, a.at, a.outcome, a.status, a.ms, a.manual, a.number, a.died, c.text, u.text, a.channels, a.tags, a.error, a.answer";
const NAMES: &str = " JOIN name ep ON ep.id = a.endpoint JOIN name i ON i.id = a.institution
    JOIN name t ON t.id = a.type JOIN name c ON c.id = a.class JOIN name u ON u.id = a.url";

pub(super) fn attempts(db: &Connection, filter: &AttemptFilter, slice: &Slice) -> rusqlite::Result<Vec<AttemptRow>> {
    attempt_conditions(filter).list(db, slice)
}

pub(super) fn attempt(db: &Connection, id: &str) -> rusqlite::Result<Option<AttemptRow>> {
    let Some(row) = find(db, id)? else { return Ok(None) };
    db.prepare_cached(&format!("{COLUMNS} FROM attempt a{NAMES} WHERE a.row = ?"))?.query_row([row], attempt_row).optional()
}

/// How many there are, counted up to `most`.
pub(super) fn count_attempts(db: &Connection, filter: &AttemptFilter, most: usize) -> rusqlite::Result<usize> {
    attempt_conditions(filter).count(db, most)
}

/// The last call of each delivery.
pub(super) fn deliveries(db: &Connection, filter: &DeliveryFilter, slice: &Slice) -> rusqlite::Result<Vec<AttemptRow>> {
    delivery_conditions(filter).list(db, slice)
}

/// How many deliveries there are, counted up to `most`.
pub(super) fn count_deliveries(db: &Connection, filter: &DeliveryFilter, most: usize) -> rusqlite::Result<usize> {
    delivery_conditions(filter).count(db, most)
}

fn delivery_conditions(filter: &DeliveryFilter) -> Where {
    let mut wanted = attempt_conditions(&filter.call);
    match filter.stands {
        None => {}
        Some(Stands::Delivered) => wanted.and("a.outcome = 0", []),
        // Written as the partial indexes are, so that they are used.
        Some(Stands::Waiting) => wanted.and("a.outcome > 0 AND a.outcome = 1 AND a.died = 0", []),
        Some(Stands::Dead) => wanted.and("a.outcome > 0 AND a.died = 1", []),
    }
    wanted.and("NOT EXISTS (SELECT 1 FROM attempt b WHERE b.event = a.event AND b.endpoint = a.endpoint AND b.row > a.row)", []);
    wanted
}

fn attempt_conditions(filter: &AttemptFilter) -> Where {
    let mut wanted = Where::default();
    // An endpoint and an event have fewer calls than their institution: the sign keeps the other index from being chosen.
    let is_narrower = filter.event.is_some() || (filter.endpoint.is_some() && filter.kinds.is_empty());
    let institution = if is_narrower { "+a.institution" } else { "a.institution" };
    wanted.named(institution, Kind::Institution, filter.institution.as_ref());
    wanted.named("a.endpoint", Kind::Endpoint, filter.endpoint.as_ref());
    if let Some(event) = &filter.event {
        wanted.and("a.event = ?", [pack(event)]);
    }
    wanted.one_of("a.type", Kind::Type, &filter.kinds);
    match filter.outcome {
        None => {}
        // Written as the partial indexes are, so that they are used.
        Some(Outcome::Failed) => wanted.and("a.outcome > 0 AND a.outcome = 1", []),
        Some(Outcome::Cancelled) => wanted.and("a.outcome > 0 AND a.outcome = 2", []),
        Some(Outcome::Success) => wanted.and("a.outcome = 0", []),
    }
    if let Some(class) = filter.status_class {
        // Only a success has a status of 2xx.
        let failed = if class == 200 { "" } else { "a.outcome > 0 AND " };
        wanted.is_by_status =
            class != 200 && filter.institution.is_some() && filter.endpoint.is_none() && filter.event.is_none() && filter.text.is_none();
        wanted.and(&format!("{failed}a.status / 100 = ?"), [Value::Integer(i64::from(class) / 100)]);
    }
    wanted.marked(Kind::Channel, filter.channel.as_ref());
    wanted.marked(Kind::Tag, filter.tag.as_ref());
    wanted.between(filter.after, filter.before);
    if let Some(words) = filter.text.as_deref().and_then(phrase) {
        wanted.and("a.outcome > 0 AND a.row IN (SELECT rowid FROM attempt_text WHERE attempt_text MATCH ?)", [Value::Text(words)]);
    }
    wanted
}

/// What was typed as a question to the full-text index: all words, the last one may be the beginning of one. Nothing of it is syntax.
fn phrase(typed: &str) -> Option<String> {
    let words: Vec<String> =
        typed.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(|word| format!("\"{word}\"")).collect();
    (!words.is_empty()).then(|| format!("{}*", words.join(" ")))
}

fn attempt_row(row: &Row<'_>) -> rusqlite::Result<AttemptRow> {
    Ok(AttemptRow {
        id: unpack("atmpt_", row.get(0)?),
        event: unpack("msg_", row.get(1)?),
        endpoint: row.get(2)?,
        institution: row.get(3)?,
        kind: row.get(4)?,
        at: time(row.get(5)?),
        outcome: Outcome::of(row.get(6)?),
        status: row.get(7)?,
        ms: row.get(8)?,
        manual: row.get(9)?,
        number: row.get(10)?,
        died: row.get(11)?,
        class: row.get(12)?,
        url: row.get(13)?,
        channels: members(row.get(14)?),
        tags: members(row.get(15)?),
        error: row.get(16)?,
        answer: row.get(17)?,
    })
}

fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn members(joined: Option<String>) -> BTreeSet<String> {
    joined.unwrap_or_default().split('|').filter(|member| !member.is_empty()).map(ToOwned::to_owned).collect()
}
