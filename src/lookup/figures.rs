//! Numbers over many reports: days, today, causes, and the words to filter by.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension as _};

use crate::lookup::index::{date_of_day, day_of_date};
use crate::lookup::list::{time, whole};
use crate::lookup::search::Matches;
use crate::lookup::view::{
    CauseGroup, DayCounts, ReportState, ResolvedCause, StudentHash, StudentRow, StudentView, Today, Word, WordCount, WordTag,
};
use crate::lookup::words::WordKind;

/// Courses and assessments named of a group.
const NAMED: usize = 5;

/// The reports of each day, of all courses or one; days without any are among them.
pub(super) fn days(conn: &Connection, from: Date, until: Date, course: Option<WordTag>) -> rusqlite::Result<Vec<DayCounts>> {
    let (first, last) = (day_of_date(from), day_of_date(until));
    // Ten years are more than anybody looks at.
    let last = last.min(first + 3660);
    let mut days: Vec<DayCounts> = (first..=last).map(|day| empty(date_of_day(day))).collect();
    let course = match course {
        Some(tag) => Some(word_id(conn, tag)?.unwrap_or(-1)),
        None => None,
    };
    let mut query = conn.prepare_cached(
        "SELECT day, state, sum(n) FROM day WHERE day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR course=?3) GROUP BY day, state",
    )?;
    let mut rows = query.query((first, last, course))?;
    while let Some(row) = rows.next()? {
        let (day, state, n): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let n = n.max(0) as u64;
        let Some(counts) = usize::try_from(day - first).ok().and_then(|index| days.get_mut(index)) else { continue };
        match ReportState::of_number(state) {
            ReportState::Sent => counts.sent += n,
            ReportState::Waiting | ReportState::Running => counts.open += n,
            ReportState::Parked => counts.parked += n,
            ReportState::Failed | ReportState::Unreadable => counts.failed += n,
            ReportState::Duplicate | ReportState::Skipped | ReportState::Discarded | ReportState::Done => counts.other += n,
        }
    }
    Ok(days)
}

fn empty(day: Date) -> DayCounts {
    DayCounts { day, sent: 0, open: 0, parked: 0, failed: 0, other: 0 }
}

/// The numbers of today.
pub(super) fn today(conn: &Connection, now: Timestamp, zone: &TimeZone) -> rusqlite::Result<Today> {
    let local = now.to_zoned(zone.clone());
    let date = local.date();
    let midnight = local.start_of_day().map_or(now, |start| start.timestamp());
    let counts = days(conn, date, date, None)?.pop().unwrap_or_else(|| empty(date));
    let in_state = |state: ReportState| -> rusqlite::Result<u64> {
        conn.prepare_cached("SELECT count(*) FROM report WHERE state=?1")?.query_row([state.number()], |row| whole(row, 0))
    };
    let mut query = conn.prepare_cached("SELECT mailed-sort FROM report WHERE sort>=?1 AND mailed IS NOT NULL AND mailed>=sort")?;
    let mut spans: Vec<i64> = query.query_map([midnight.as_millisecond()], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    spans.sort_unstable();
    let overdue: Option<i64> = conn
        .prepare_cached("SELECT min(due) FROM report WHERE state=?1 AND due<?2")?
        .query_row((ReportState::Waiting.number(), now.as_millisecond()), |row| row.get(0))?;
    // The newest of those that went out is the one that was mailed last, or close to it.
    let last_sent: Option<i64> = conn
        .prepare_cached("SELECT max(mailed) FROM (SELECT mailed FROM report WHERE state=?1 ORDER BY sort DESC, id DESC LIMIT 200)")?
        .query_row([ReportState::Sent.number()], |row| row.get(0))?;
    let has_any: bool = conn.prepare_cached("SELECT EXISTS(SELECT 1 FROM report)")?.query_row([], |row| row.get(0))?;
    Ok(Today {
        counts,
        midnight,
        parked_now: in_state(ReportState::Parked)?,
        open_now: in_state(ReportState::Waiting)? + in_state(ReportState::Running)?,
        overdue_since: overdue.map(time),
        median_ms: spans.get(spans.len() / 2).map(|ms| *ms as u64),
        slowest_ms: spans.last().map(|ms| *ms as u64),
        last_sent: last_sent.map(time),
        is_first_day: !has_any,
    })
}

/// What stands in a state, by cause: those that stand longest and are most first.
pub(super) fn causes(conn: &Connection, state: ReportState, now: Timestamp) -> rusqlite::Result<Vec<CauseGroup>> {
    let mut query = conn.prepare_cached(
        "SELECT k.id, k.text, sum(s.n), (SELECT min(ended) FROM report r WHERE r.state=?1 AND r.cause=k.id), \
         (SELECT max(ended) FROM report r WHERE r.state=?1 AND r.cause=k.id) \
         FROM stopped s JOIN word k ON k.id=s.cause WHERE s.state=?1 GROUP BY k.id HAVING sum(s.n)>0",
    )?;
    let rows = query.query_map([state.number()], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, whole(row, 2)?, row.get::<_, i64>(3)?, row.get::<_, i64>(4)?))
    })?;
    let mut groups = Vec::new();
    for found in rows {
        let (id, cause, reports, oldest, newest) = found?;
        let courses = named(conn, "course", state, id)?;
        let assessments = named(conn, "assessment", state, id)?;
        groups.push(CauseGroup { cause, reports, oldest: time(oldest), newest: time(newest), courses, assessments });
    }
    let weight = |group: &CauseGroup| now.duration_since(group.oldest).as_secs().max(1).saturating_mul(group.reports as i64);
    groups.sort_by_key(|group| std::cmp::Reverse(weight(group)));
    Ok(groups)
}

/// For how many causes reports stand in a state.
pub(super) fn number_of_causes(conn: &Connection, state: ReportState) -> rusqlite::Result<u64> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM stopped WHERE state=?1 GROUP BY cause HAVING sum(n)>0)";
    conn.prepare_cached(sql)?.query_row([state.number()], |row| whole(row, 0))
}

/// The assessments whose reports stand in a state for a cause.
pub(super) fn assessments_of_cause(conn: &Connection, state: ReportState, cause: &str) -> rusqlite::Result<Vec<WordCount>> {
    let sql = "SELECT w.tag, w.text, sum(s.n) FROM stopped s JOIN word w ON w.id=s.assessment WHERE s.state=?1 \
               AND s.cause=(SELECT id FROM word WHERE kind=?2 AND ext=?3) GROUP BY w.id HAVING sum(s.n)>0 ORDER BY w.text";
    conn.prepare_cached(sql)?.query_map((state.number(), WordKind::Cause as i64, cause), word_count)?.collect()
}

/// What stood still and went on since then, by cause; the last first. What stands again for the same cause is not fixed.
pub(super) fn resolved(conn: &Connection, since: Timestamp) -> rusqlite::Result<Vec<ResolvedCause>> {
    let sql = "SELECT k.text, count(*), min(s.since), max(s.until) FROM stood s JOIN word k ON k.id=s.cause JOIN report r ON r.job=s.job \
               WHERE s.until>=?1 AND s.since IS NOT NULL AND NOT (r.state=?2 AND r.cause=s.cause) GROUP BY k.id ORDER BY max(s.until) DESC";
    let row = |row: &rusqlite::Row<'_>| {
        Ok(ResolvedCause { cause: row.get(0)?, reports: whole(row, 1)?, since: time(row.get(2)?), at: time(row.get(3)?) })
    };
    conn.prepare_cached(sql)?.query_map((since.as_millisecond(), ReportState::Parked.number()), row)?.collect()
}

fn named(conn: &Connection, column: &str, state: ReportState, cause: i64) -> rusqlite::Result<Vec<WordCount>> {
    let sql = format!(
        "SELECT w.tag, w.text, sum(s.n) FROM stopped s JOIN word w ON w.id=s.{column} WHERE s.state=?1 AND s.cause=?2 GROUP BY w.id \
         HAVING sum(s.n)>0 ORDER BY 3 DESC, w.text LIMIT {NAMED}"
    );
    conn.prepare_cached(&sql)?.query_map((state.number(), cause), word_count)?.collect()
}

fn word_count(row: &rusqlite::Row<'_>) -> rusqlite::Result<WordCount> {
    Ok(WordCount { word: Word { tag: WordTag(row.get(0)?), text: row.get(1)? }, reports: whole(row, 2)? })
}

fn word_id(conn: &Connection, tag: WordTag) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT id FROM word WHERE tag=?1")?.query_row([tag.0], |row| row.get(0)).optional()
}

/// The word of a tag.
pub(super) fn word(conn: &Connection, tag: WordTag) -> rusqlite::Result<Option<Word>> {
    conn.prepare_cached("SELECT tag, text FROM word WHERE tag=?1")?
        .query_row([tag.0], |row| Ok(Word { tag: WordTag(row.get(0)?), text: row.get(1)? }))
        .optional()
}

/// The courses that have reports, by name.
pub(super) fn courses(conn: &Connection) -> rusqlite::Result<Vec<WordCount>> {
    let sql = "SELECT w.tag, w.text, sum(d.n) AS n FROM day d JOIN word w ON w.id=d.course GROUP BY w.id HAVING n>0 ORDER BY w.text";
    conn.prepare_cached(sql)?.query_map([], word_count)?.collect()
}

/// The assessments that have reports, of all courses or one, by title.
pub(super) fn assessments(conn: &Connection, course: Option<WordTag>) -> rusqlite::Result<Vec<WordCount>> {
    let course = match course {
        Some(tag) => Some(word_id(conn, tag)?.unwrap_or(-1)),
        None => None,
    };
    let sql = "SELECT w.tag, w.text, sum(t.n) FROM taken t JOIN word w ON w.id=t.assessment WHERE ?1 IS NULL OR t.course=?1 GROUP BY w.id \
               HAVING sum(t.n)>0 ORDER BY w.text";
    conn.prepare_cached(sql)?.query_map([course], word_count)?.collect()
}

/// The courses, or the assessments of all courses or one, that have reports; by name, uncounted, so that it costs what it tells.
pub(super) fn names(conn: &Connection, kind: WordKind, course: Option<WordTag>) -> rusqlite::Result<Vec<Word>> {
    let of = match course {
        Some(tag) => word_id(conn, tag)?.or(Some(-1)),
        None => None,
    };
    let has = match kind {
        WordKind::Course => "SELECT 1 FROM report r WHERE r.course=w.id AND ?2 IS NULL",
        _ if of.is_some() => "SELECT 1 FROM report r WHERE r.assessment=w.id AND r.course=?2",
        _ => "SELECT 1 FROM report r WHERE r.assessment=w.id AND ?2 IS NULL",
    };
    let sql = format!("SELECT w.tag, w.text FROM word w WHERE w.kind=?1 AND EXISTS({has}) ORDER BY w.text");
    conn.prepare_cached(&sql)?.query_map((kind as i64, of), |row| Ok(Word { tag: WordTag(row.get(0)?), text: row.get(1)? }))?.collect()
}

/// The levels there are.
pub(super) fn levels(conn: &Connection) -> rusqlite::Result<Vec<Word>> {
    conn.prepare_cached("SELECT tag, text FROM word WHERE kind=?1 ORDER BY text")?
        .query_map([WordKind::Level as i64], |row| Ok(Word { tag: WordTag(row.get(0)?), text: row.get(1)? }))?
        .collect()
}

/// Whether those are among them whose data are blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// They are left out.
    Shown,
    /// Everybody.
    All,
}

impl Whose {
    fn table(self) -> &'static str {
        match self {
            Self::Shown => "shown_student",
            Self::All => "student",
        }
    }
}

/// One student.
pub(super) fn student(conn: &Connection, whose: Whose, hash: StudentHash) -> rusqlite::Result<Option<StudentRow>> {
    conn.prepare_cached(&format!("{STUDENT} FROM {} s WHERE s.hash=?1", whose.table()))?.query_row([hash.0], student_row).optional()
}

/// Students by name, A to Z, of those that a text finds; `after` is the last one of the page before.
pub(super) fn students(
    conn: &Connection,
    whose: Whose,
    text: &str,
    after: Option<StudentHash>,
    limit: usize,
) -> rusqlite::Result<Vec<StudentRow>> {
    let matches = Matches::of(text);
    let mut params: Vec<rusqlite::types::Value> = Vec::new();
    let mut conditions = Vec::new();
    if !matches.is_empty() {
        let (sql, more) = matches.sql();
        conditions.push(format!("s.id IN ({sql})"));
        params.extend(more);
    }
    if let Some(after) = after {
        conditions.push("(s.fold, s.id) > (SELECT fold, id FROM student WHERE hash=?)".to_owned());
        params.push(rusqlite::types::Value::Integer(after.0));
    }
    let clause = if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
    let sql = format!("{STUDENT} FROM {} s {clause} ORDER BY s.fold, s.id LIMIT {}", whose.table(), limit.clamp(1, 500));
    conn.prepare_cached(&sql)?.query_map(rusqlite::params_from_iter(params), student_row)?.collect()
}

const STUDENT: &str = "SELECT s.hash, s.key, s.name, s.email, (SELECT count(*) FROM report r WHERE r.student=s.id), \
    (SELECT max(sort) FROM report r WHERE r.student=s.id)";

fn student_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<StudentRow> {
    let student = StudentView { hash: StudentHash(row.get(0)?), key: Some(row.get(1)?), name: row.get(2)?, email: row.get(3)? };
    Ok(StudentRow { student, reports: whole(row, 4)?, newest: row.get::<_, Option<i64>>(5)?.map(time) })
}
