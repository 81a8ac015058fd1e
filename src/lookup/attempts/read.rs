//! Lists, by keyset: a page costs the same however deep it lies.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter};

use crate::lookup::attempts::key::{first_at, pack, unpack};
use crate::lookup::attempts::rows::{AttemptFilter, AttemptRow, DeliveryFilter, Outcome, Slice, Stands};
use crate::lookup::attempts::write::Kind;

/// A condition, grown part by part.
#[derive(Default)]
struct Where {
    sql: String,
    values: Vec<Value>,
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

    fn member(&mut self, column: &str, member: Option<&String>) {
        if let Some(member) = member {
            self.and(&format!("instr({column}, ?) > 0"), [Value::Text(format!("|{member}|"))]);
        }
    }

    /// Ids sort by time, so that a time is a place in the list.
    fn between(&mut self, id: &str, after: Option<Timestamp>, before: Option<Timestamp>) {
        if let Some(after) = after {
            self.and(&format!("{id} >= ?"), [first_at(after)]);
        }
        if let Some(before) = before {
            self.and(&format!("{id} < ?"), [first_at(before)]);
        }
    }

    /// Adds the place in the list, its order and its length.
    fn slice(mut self, id: &str, slice: &Slice) -> (String, Vec<Value>) {
        if let Some(behind) = &slice.behind {
            self.and(&format!("{id} {} ?", if slice.ascending { '>' } else { '<' }), [pack(behind)]);
        }
        let order = if slice.ascending { "ASC" } else { "DESC" };
        (format!("{} ORDER BY {id} {order} LIMIT {}", self.sql, slice.limit), self.values)
    }
}

const ATTEMPT: &str = "SELECT a.id, a.event, ep.text, i.text, t.text, a.at, a.outcome, a.status, a.ms, a.manual, a.number, a.died, c.text, u.text, a.channels, a.tags, a.error, a.answer
    FROM attempt a JOIN name ep ON ep.id = a.endpoint JOIN name i ON i.id = a.institution
    JOIN name t ON t.id = a.type JOIN name c ON c.id = a.class JOIN name u ON u.id = a.url";

pub(super) fn attempts(db: &Connection, filter: &AttemptFilter, slice: &Slice) -> rusqlite::Result<Vec<AttemptRow>> {
    let (conditions, values) = attempt_conditions(filter).slice("a.id", slice);
    let mut found = db.prepare_cached(&format!("{ATTEMPT}{conditions}"))?;
    found.query_map(params_from_iter(values), attempt_row)?.collect()
}

pub(super) fn attempt(db: &Connection, id: &str) -> rusqlite::Result<Option<AttemptRow>> {
    db.prepare_cached(&format!("{ATTEMPT} WHERE a.id = ?"))?.query_row([pack(id)], attempt_row).optional()
}

/// How many there are, counted up to `most`.
pub(super) fn count_attempts(db: &Connection, filter: &AttemptFilter, most: usize) -> rusqlite::Result<usize> {
    let conditions = attempt_conditions(filter);
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM attempt a{} LIMIT {most})", conditions.sql);
    db.prepare_cached(&sql)?.query_row(params_from_iter(conditions.values), |row| row.get::<_, i64>(0)).map(|count| count as usize)
}

/// The last call of each delivery.
pub(super) fn deliveries(db: &Connection, filter: &DeliveryFilter, slice: &Slice) -> rusqlite::Result<Vec<AttemptRow>> {
    let (conditions, values) = delivery_conditions(filter).slice("a.id", slice);
    let mut found = db.prepare_cached(&format!("{ATTEMPT}{conditions}"))?;
    found.query_map(params_from_iter(values), attempt_row)?.collect()
}

/// How many deliveries there are, counted up to `most`.
pub(super) fn count_deliveries(db: &Connection, filter: &DeliveryFilter, most: usize) -> rusqlite::Result<usize> {
    let conditions = delivery_conditions(filter);
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM attempt a{} LIMIT {most})", conditions.sql);
    db.prepare_cached(&sql)?.query_row(params_from_iter(conditions.values), |row| row.get::<_, i64>(0)).map(|count| count as usize)
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
    wanted.and("NOT EXISTS (SELECT 1 FROM attempt b WHERE b.event = a.event AND b.endpoint = a.endpoint AND b.id > a.id)", []);
    wanted
}

fn attempt_conditions(filter: &AttemptFilter) -> Where {
    let mut wanted = Where::default();
    wanted.named("a.institution", Kind::Institution, filter.institution.as_ref());
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
        let bounds = [i64::from(class), i64::from(class) + 99].map(Value::Integer);
        wanted.and(&format!("{failed}a.status BETWEEN ? AND ?"), bounds);
    }
    wanted.member("a.channels", filter.channel.as_ref());
    wanted.member("a.tags", filter.tag.as_ref());
    wanted.between("a.id", filter.after, filter.before);
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
