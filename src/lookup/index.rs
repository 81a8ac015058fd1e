//! The SQLite file: opening it, and taking cards in. The only writer.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, params};

use crate::jobs::feed;
use crate::lookup::groups;
use crate::lookup::summary::{COUNTS, Share};
use crate::lookup::unseen::Blocked;
use crate::lookup::view::{ReportState, StudentHash};
use crate::lookup::words::{self, StudentHasher, WordKind};
use crate::model::card::Card;
use crate::model::ids::JobId;
use crate::text::folded;

/// The number of the schema; files of another are thrown away.
pub(super) const SCHEMA: u32 = 4;
const SCHEMA_SQL: &str = include_str!("schema.sql");

/// Statements kept prepared by a connection.
const STATEMENTS: usize = 64;
/// The day from which days are counted.
const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// What the index is told of one job.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum JobUpdate {
    /// Its card.
    Card(Box<Card>),
    /// It cannot be read; an entry of this time leads to it.
    Unreadable(JobId, Timestamp),
}

/// An entry of the feed that was taken in.
pub(super) struct Fed<'a> {
    pub(super) key: &'a str,
    pub(super) at: Timestamp,
}

/// The file, for writing.
pub(super) struct Index {
    conn: Connection,
    zone: TimeZone,
    hasher: StudentHasher,
    /// Whose data are blocked; nobody's, or not told yet.
    blocked: Option<Arc<Blocked>>,
    /// Whether it was told whose are.
    knows_blocked: bool,
    /// Ids of words, with the time and text of the report that told them last.
    known: HashMap<(WordKind, String), KnownWord>,
}

#[derive(Clone)]
struct KnownWord {
    id: i64,
    at: i64,
    text: String,
}

/// The status of a card whose student was erased.
const ERASED: &str = "erased";

/// What decides which of two cards of one job counts: the round, whether the round is over, the attempt, and when.
type Rank = (i64, bool, i64, i64, bool);

/// Opens a connection with the settings of a file that can be made anew.
pub(super) fn connect(path: &Path, is_reader: bool) -> rusqlite::Result<Connection> {
    let flags =
        if is_reader { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE };
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    if !is_reader {
        conn.pragma_update(None, "journal_mode", "WAL")?;
        // What is derived needs no sync: after a power cut it is checked, and made anew if need be.
        conn.pragma_update(None, "synchronous", "OFF")?;
        conn.pragma_update(None, "secure_delete", "ON")?;
    }
    conn.pragma_update(None, "cache_size", -4096)?;
    conn.pragma_update(None, "mmap_size", 0)?;
    conn.pragma_update(None, "trusted_schema", "OFF")?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(conn)
}

impl Index {
    /// Opens the file, or makes it; `None` when it is of another schema or time zone and must be thrown away first.
    pub(super) fn open(path: &Path, zone: &TimeZone, hasher: StudentHasher) -> rusqlite::Result<Option<Self>> {
        let conn = connect(path, false)?;
        let version: u32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let name = zone_name(zone);
        if version == 0 {
            conn.execute_batch(&format!("BEGIN;{SCHEMA_SQL};PRAGMA user_version={SCHEMA};COMMIT;"))?;
            conn.execute("INSERT INTO meta VALUES('zone', ?1)", [&name])?;
        }
        let known: Option<String> = match version {
            0 | SCHEMA => conn.query_row("SELECT value FROM meta WHERE name='zone'", [], |row| row.get(0)).optional()?,
            _ => None,
        };
        let fits = known.as_deref() == Some(name.as_str());
        Ok(fits.then(|| Self { conn, zone: zone.clone(), hasher, blocked: None, knows_blocked: false, known: HashMap::new() }))
    }

    /// Whether the file holds together.
    pub(super) fn is_sound(&self) -> rusqlite::Result<bool> {
        let answer: String = self.conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        Ok(answer == "ok")
    }

    /// Takes in what is told, and remembers which entries told it; how many rows changed.
    pub(super) fn apply(&mut self, told: &[JobUpdate], fed: &[Fed<'_>]) -> rusqlite::Result<usize> {
        let mut known = std::mem::take(&mut self.known);
        let tx = self.conn.transaction()?;
        let mut writer = Writer { tx: &tx, zone: &self.zone, hasher: &self.hasher, blocked: self.blocked.as_deref(), known: &mut known };
        let mut changed = 0;
        for told in told {
            changed += usize::from(match told {
                JobUpdate::Card(card) => writer.card(card)?,
                JobUpdate::Unreadable(job, at) => writer.unreadable(job, *at)?,
            });
        }
        {
            let mut remember = tx.prepare_cached("INSERT OR IGNORE INTO fed VALUES(?1, ?2)")?;
            for fed in fed {
                remember.execute(params![fed.key, fed.at.as_millisecond()])?;
            }
        }
        tx.commit()?;
        // Only what was committed is known.
        self.known = known;
        Ok(changed)
    }

    /// From now on these persons' reports are left out of what people see, and nobody else's.
    pub(super) fn leave_out(&mut self, blocked: Option<Arc<Blocked>>) -> rusqlite::Result<()> {
        if self.knows_blocked && Blocked::same(self.blocked.as_deref(), blocked.as_deref()) {
            return Ok(());
        }
        let tx = self.conn.transaction()?;
        tx.execute("DELETE FROM hidden", [])?;
        if let Some(blocked) = &blocked {
            let mut all = tx.prepare_cached("SELECT id, key, email FROM student")?;
            let mut hide = tx.prepare_cached("INSERT INTO hidden VALUES(?1)")?;
            let mut rows = all.query([])?;
            while let Some(row) = rows.next()? {
                let (id, key, email): (i64, String, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
                if blocked.is(&key, email.as_deref()) {
                    hide.execute([id])?;
                }
            }
        }
        tx.commit()?;
        (self.blocked, self.knows_blocked) = (blocked, true);
        Ok(())
    }

    /// The stream is read up to here; what lies before `forget` need not be remembered.
    pub(super) fn set_cursor(&self, stream: &str, cursor: Timestamp, forget: Timestamp) -> rusqlite::Result<()> {
        self.conn.execute(
            "INSERT INTO seen VALUES(?1, ?2) ON CONFLICT(stream) DO UPDATE SET cursor=excluded.cursor",
            params![stream, cursor.as_millisecond()],
        )?;
        self.conn.execute("DELETE FROM fed WHERE at < ?1", [forget.as_millisecond()])?;
        Ok(())
    }

    /// Removes the rows of jobs that are no more; the days' counts stay when `keep_counts`.
    pub(super) fn remove_jobs(&mut self, jobs: &[JobId], keep_counts: bool) -> rusqlite::Result<usize> {
        let tx = self.conn.transaction()?;
        let mut known = HashMap::new();
        let mut writer = Writer { tx: &tx, zone: &self.zone, hasher: &self.hasher, blocked: self.blocked.as_deref(), known: &mut known };
        let mut removed = 0;
        for job in jobs {
            removed += usize::from(writer.remove(job, keep_counts)?);
        }
        tx.commit()?;
        Ok(removed)
    }

    /// Removes students with all their reports, and every trace of them from the file.
    pub(super) fn forget_students(&mut self, students: &[StudentHash]) -> rusqlite::Result<usize> {
        let mut removed = 0;
        for hash in students {
            let jobs: Vec<JobId> = {
                let mut jobs = self.conn.prepare_cached("SELECT job FROM report WHERE student=(SELECT id FROM student WHERE hash=?1)")?;
                let found = jobs.query_map([hash.0], |row| row.get::<_, Vec<u8>>(0))?;
                found.filter_map(|job| job.map(|bytes| job_of(&bytes)).transpose()).collect::<rusqlite::Result<_>>()?
            };
            removed += self.remove_jobs(&jobs, true)?;
        }
        self.blank(removed)?;
        Ok(removed)
    }

    /// Removes the jobs of an erasure; when it came to its end it is not looked at again.
    pub(super) fn forget_erased(&mut self, id: &str, jobs: &[JobId], is_done: bool) -> rusqlite::Result<usize> {
        let removed = self.remove_jobs(jobs, true)?;
        self.blank(removed)?;
        if is_done {
            self.conn.execute("INSERT OR IGNORE INTO erased VALUES(?1)", [id])?;
        }
        Ok(removed)
    }

    /// Blanks what was removed, wherever the file still holds it.
    fn blank(&self, removed: usize) -> rusqlite::Result<()> {
        if removed == 0 {
            return Ok(());
        }
        // `secure_delete` blanks rows; merging blanks what the search index still holds of them.
        self.conn.execute("INSERT INTO student_fts(student_fts) VALUES('optimize')", [])?;
        self.conn.execute("INSERT INTO student_tri(student_tri) VALUES('optimize')", [])?;
        self.conn.execute_batch("VACUUM")?;
        self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
    }
}

/// The name that tells time zones apart.
fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().map_or_else(|| format!("{zone:?}"), ToOwned::to_owned)
}

/// The number of the day by the school's clock.
pub(super) fn day_number(at: Timestamp, zone: &TimeZone) -> i64 {
    day_of_date(at.to_zoned(zone.clone()).date())
}

pub(super) fn day_of_date(date: Date) -> i64 {
    date.since(EPOCH).map_or(0, |span| i64::from(span.get_days()))
}

pub(super) fn date_of_day(day: i64) -> Date {
    EPOCH.saturating_add(jiff::Span::new().days(day.clamp(-1_000_000, 1_000_000)))
}

/// The sixteen bytes of a job's id.
pub(super) fn job_bytes(job: &JobId) -> Vec<u8> {
    hex::decode(job.as_str()).unwrap_or_default()
}

pub(super) fn job_of(bytes: &[u8]) -> Option<JobId> {
    JobId::parse(&hex::encode(bytes))
}

/// What a card says of the state.
pub(super) fn state_of(card: &Card) -> ReportState {
    match (card.state.as_str(), card.cause.as_deref(), card.report.status.as_deref()) {
        ("waiting" | "released", ..) => ReportState::Waiting,
        ("running", ..) => ReportState::Running,
        ("parked", ..) => ReportState::Parked,
        ("dead", Some("discarded"), _) => ReportState::Discarded,
        ("dead", ..) => ReportState::Failed,
        ("done", _, Some("sent")) => ReportState::Sent,
        ("done", _, Some("duplicate")) => ReportState::Duplicate,
        ("done", _, Some("skipped")) => ReportState::Skipped,
        ("done", ..) if card.report.mail.is_some() => ReportState::Sent,
        ("done", ..) => ReportState::Done,
        _ => ReportState::Unreadable,
    }
}

/// One transaction.
struct Writer<'a> {
    tx: &'a Transaction<'a>,
    zone: &'a TimeZone,
    hasher: &'a StudentHasher,
    blocked: Option<&'a Blocked>,
    known: &'a mut HashMap<(WordKind, String), KnownWord>,
}

/// What is there of a job.
struct Row {
    id: i64,
    rank: Rank,
    sort: i64,
    share: Share,
}

impl Writer<'_> {
    /// Takes a card in, unless what is there tells of something later; whether it did.
    fn card(&mut self, card: &Card) -> rusqlite::Result<bool> {
        // The student was erased, and what is left of the job names nobody.
        if card.report.status.as_deref() == Some(ERASED) {
            return self.remove(&card.job, true);
        }
        let state = state_of(card);
        let rank = rank(i64::from(card.round), state, i64::from(card.attempts), card.ended.as_millisecond());
        let job = job_bytes(&card.job);
        self.stood(card, &job)?;
        let there = self.row(&job)?;
        if there.as_ref().is_some_and(|there| there.rank >= rank) {
            return Ok(false);
        }
        let facts = &card.report;
        let received = card.received.as_millisecond();
        let sort = facts.submitted.unwrap_or(card.received).as_millisecond();
        let student = self.student(card, &told(received, &job, rank))?;
        let course = facts.course.as_deref().map(|course| self.word(WordKind::Course, course, course, received)).transpose()?;
        let assessment = &facts.assessment;
        let assessment = match (assessment.key.as_str(), assessment.title.as_str()) {
            ("", "") => None,
            ("", title) => Some(self.word(WordKind::Assessment, title, title, received)?),
            (key, title) => Some(self.word(WordKind::Assessment, key, title, received)?),
        };
        let level = facts.level.as_deref().map(|level| self.word(WordKind::Level, level, level, received)).transpose()?;
        let cause = card.cause.as_deref().map(|cause| self.word(WordKind::Cause, cause, cause, received)).transpose()?;
        let source = self.word(WordKind::Source, &card.source, &card.source, received)?;
        let template = facts.template.as_deref().map(|file| self.word(WordKind::Template, file, file, received)).transpose()?;
        let mut standings = Vec::with_capacity(facts.groups.len());
        for (kind, name, right, total) in &facts.groups {
            let text = format!("{kind}{}{name}", words::GROUP_SEPARATOR);
            standings.push((self.word(WordKind::Group, &text, &text, received)?, *right, *total));
        }
        let blob = (!standings.is_empty()).then(|| groups::encode(&standings));
        if let Some(there) = &there {
            self.count(there.sort, there.share.course, there.share.state, -1)?;
            there.share.count(self.tx, -1)?;
        }
        let mail = facts.mail.as_ref();
        self.tx
            .prepare_cached(
                "INSERT INTO report(job, state, sort, student, course, assessment, level, cause, source, template, received, submitted, ended, due, mailed, round, attempts, \
                 pct, passed, answered_right, questions, pages, kb, mail_tries, mail_ambiguous, notes, is_plan, submission, groups) \
                 VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27,?28,?29) \
                 ON CONFLICT(job) DO UPDATE SET state=excluded.state, sort=excluded.sort, student=excluded.student, course=excluded.course, \
                 assessment=excluded.assessment, level=excluded.level, cause=excluded.cause, source=excluded.source, template=excluded.template, \
                 received=excluded.received, submitted=excluded.submitted, ended=excluded.ended, due=excluded.due, mailed=excluded.mailed, round=excluded.round, \
                 attempts=excluded.attempts, pct=excluded.pct, passed=excluded.passed, answered_right=excluded.answered_right, \
                 questions=excluded.questions, pages=excluded.pages, kb=excluded.kb, mail_tries=excluded.mail_tries, \
                 mail_ambiguous=excluded.mail_ambiguous, notes=excluded.notes, is_plan=excluded.is_plan, submission=excluded.submission, \
                 groups=excluded.groups",
            )?
            .execute(params![
                job,
                state.number(),
                sort,
                student,
                course,
                assessment,
                level,
                cause,
                source,
                template,
                received,
                facts.submitted.map(Timestamp::as_millisecond),
                card.ended.as_millisecond(),
                card.due.map(Timestamp::as_millisecond),
                mail.map(|mail| mail.at.as_millisecond()),
                card.round,
                card.attempts,
                facts.pct.filter(|pct| pct.is_finite()).map(|pct| (pct * 100.0).round() as i64),
                facts.passed,
                facts.right.map(|(right, _)| right),
                facts.right.map(|(_, total)| total),
                facts.pages,
                facts.kb.map(|kb| i64::try_from(kb).unwrap_or(i64::MAX)),
                mail.map(|mail| mail.tries),
                mail.map(|mail| mail.ambiguous),
                facts.notes.len() as i64,
                facts.is_plan,
                facts.submission,
                blob,
            ])?;
        self.count(sort, course.unwrap_or_default(), state.number(), 1)?;
        if let Some(now) = self.row(&job)? {
            now.share.count(self.tx, 1)?;
            now.share.progress(self.tx)?;
        }
        if let Some(before) = &there {
            before.share.progress(self.tx)?;
        }
        if let Some(before) = there.and_then(|there| there.share.student).filter(|before| Some(*before) != student) {
            self.drop_orphan(before)?;
        }
        Ok(true)
    }

    /// Notes that a job stood still for a cause, or that it was opened again; in whatever order this is told.
    fn stood(&mut self, card: &Card, job: &[u8]) -> rusqlite::Result<()> {
        let at = card.ended.as_millisecond();
        match (card.state.as_str(), card.cause.as_deref()) {
            ("parked", Some(cause)) => {
                let cause = self.word(WordKind::Cause, cause, cause, card.received.as_millisecond())?;
                self.tx
                    .prepare_cached("INSERT INTO stood VALUES(?1, ?2, ?3, ?4, NULL) ON CONFLICT(job, round) DO UPDATE SET cause=excluded.cause, since=excluded.since")?
                    .execute(params![job, card.round, cause, at])?;
            }
            (feed::RELEASED, _) if card.round > 1 => {
                self.tx
                    .prepare_cached(
                        "INSERT INTO stood VALUES(?1, ?2, 0, NULL, ?3) ON CONFLICT(job, round) DO UPDATE SET until=excluded.until",
                    )?
                    .execute(params![job, card.round - 1, at])?;
            }
            _ => {}
        }
        Ok(())
    }

    /// A job that cannot be read is shown until something readable is told of it.
    fn unreadable(&mut self, job: &JobId, at: Timestamp) -> rusqlite::Result<bool> {
        let bytes = job_bytes(job);
        if self.row(&bytes)?.is_some() {
            return Ok(false);
        }
        let at = at.as_millisecond();
        let state = ReportState::Unreadable.number();
        self.tx
            .prepare_cached("INSERT INTO report(job, state, sort, received, ended, round, attempts, notes, is_plan) VALUES(?1, ?2, ?3, ?3, ?3, 0, 0, 0, 0)")?
            .execute(params![bytes, state, at])?;
        self.count(at, 0, state, 1)?;
        Ok(true)
    }

    fn remove(&mut self, job: &JobId, keep_counts: bool) -> rusqlite::Result<bool> {
        let Some(there) = self.row(&job_bytes(job))? else { return Ok(false) };
        self.tx.prepare_cached("DELETE FROM report WHERE id=?1")?.execute([there.id])?;
        self.tx.prepare_cached("DELETE FROM stood WHERE job=?1")?.execute([job_bytes(job)])?;
        if !keep_counts {
            self.count(there.sort, there.share.course, there.share.state, -1)?;
        }
        there.share.count(self.tx, -1)?;
        there.share.progress(self.tx)?;
        if let Some(student) = there.share.student {
            self.drop_orphan(student)?;
        }
        Ok(true)
    }

    fn row(&self, job: &[u8]) -> rusqlite::Result<Option<Row>> {
        let sql = format!(
            "SELECT id, round, state, attempts, ended, student, ifnull(course, 0), sort, assessment, cause, {COUNTS} FROM report WHERE job=?1"
        );
        let mut found = self.tx.prepare_cached(&sql)?;
        found
            .query_row([job], |row| {
                let state: i64 = row.get(2)?;
                Ok(Row {
                    id: row.get(0)?,
                    rank: rank(row.get(1)?, ReportState::of_number(state), row.get(3)?, row.get(4)?),
                    sort: row.get(7)?,
                    share: Share {
                        course: row.get(6)?,
                        student: row.get(5)?,
                        assessment: row.get(8)?,
                        state,
                        cause: row.get(9)?,
                        has_result: row.get(10)?,
                    },
                })
            })
            .optional()
    }

    /// The student's row; name and address are those of the newest report.
    fn student(&mut self, card: &Card, told: &[u8]) -> rusqlite::Result<Option<i64>> {
        let facts = &card.report.student;
        let key = if facts.key.is_empty() { card.job.as_str() } else { facts.key.as_str() };
        let there: Option<(i64, Vec<u8>)> = self
            .tx
            .prepare_cached("SELECT id, told FROM student WHERE key=?1")?
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let id = match there {
            Some((id, before)) if before.as_slice() >= told => return Ok(Some(id)),
            Some((id, _)) => {
                self.unlist(id)?;
                self.tx.prepare_cached("UPDATE student SET name=?2, email=?3, fold=?4, told=?5 WHERE id=?1")?.execute(params![
                    id,
                    facts.name,
                    facts.email,
                    folded(&facts.name),
                    told
                ])?;
                id
            }
            None => {
                self.tx
                    .prepare_cached("INSERT INTO student(key, hash, name, email, fold, told) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")?
                    .execute(params![key, self.hasher.hash(key).0, facts.name, facts.email, folded(&facts.name), told])?;
                self.tx.last_insert_rowid()
            }
        };
        let (name, email, key) = (folded(&facts.name), folded(facts.email.as_deref().unwrap_or_default()), folded(key));
        self.tx
            .prepare_cached("INSERT INTO student_fts(rowid, name, email, key) VALUES(?1, ?2, ?3, ?4)")?
            .execute(params![id, name, email, key])?;
        self.tx
            .prepare_cached("INSERT INTO student_tri(rowid, fold) VALUES(?1, ?2)")?
            .execute(params![id, format!("{name}\n{email}\n{key}")])?;
        self.hide(id, card)?;
        Ok(Some(id))
    }

    /// Leaves the student out of what people see where that is to be, before anybody looks.
    fn hide(&self, student: i64, card: &Card) -> rusqlite::Result<()> {
        let facts = &card.report.student;
        let sql = if self.blocked.is_some_and(|blocked| blocked.is(&facts.key, facts.email.as_deref())) {
            "INSERT OR IGNORE INTO hidden VALUES(?1)"
        } else {
            "DELETE FROM hidden WHERE student=?1"
        };
        self.tx.prepare_cached(sql)?.execute([student]).map(drop)
    }

    fn unlist(&self, student: i64) -> rusqlite::Result<()> {
        self.tx.prepare_cached("DELETE FROM student_fts WHERE rowid=?1")?.execute([student])?;
        self.tx.prepare_cached("DELETE FROM student_tri WHERE rowid=?1")?.execute([student])?;
        Ok(())
    }

    fn drop_orphan(&self, student: i64) -> rusqlite::Result<()> {
        let has_reports: bool =
            self.tx.prepare_cached("SELECT EXISTS(SELECT 1 FROM report WHERE student=?1)")?.query_row([student], |row| row.get(0))?;
        if !has_reports {
            self.unlist(student)?;
            self.tx.prepare_cached("DELETE FROM hidden WHERE student=?1")?.execute([student])?;
            self.tx.prepare_cached("DELETE FROM student WHERE id=?1")?.execute([student])?;
        }
        Ok(())
    }

    /// A word's id; its text is the one that the newest report tells.
    fn word(&mut self, kind: WordKind, ext: &str, text: &str, at: i64) -> rusqlite::Result<i64> {
        let key = (kind, ext.to_owned());
        if !self.known.contains_key(&key) {
            let found: Option<(i64, i64, String)> = self
                .tx
                .prepare_cached("SELECT id, at, text FROM word WHERE kind=?1 AND ext=?2")?
                .query_row(params![kind as i64, ext], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            let word = if let Some((id, at, text)) = found {
                KnownWord { id, at, text }
            } else {
                self.tx.prepare_cached("INSERT INTO word(kind, ext, text, tag, at) VALUES(?1, ?2, ?3, ?4, ?5)")?.execute(params![
                    kind as i64,
                    ext,
                    text,
                    words::tag(kind, ext).0,
                    at
                ])?;
                KnownWord { id: self.tx.last_insert_rowid(), at, text: text.to_owned() }
            };
            self.known.insert(key.clone(), word);
        }
        let Some(word) = self.known.get_mut(&key) else { return Ok(0) };
        if (at, text) > (word.at, word.text.as_str()) {
            // A text that stays is not worth a write for each newer report.
            if word.text != text || at - word.at > WORD_STEP {
                self.tx.prepare_cached("UPDATE word SET text=?2, at=?3 WHERE id=?1")?.execute(params![word.id, text, at])?;
            }
            (word.at, word.text) = (at, text.to_owned());
        }
        Ok(word.id)
    }

    fn count(&self, sort: i64, course: i64, state: i64, by: i64) -> rusqlite::Result<()> {
        let day = day_number(Timestamp::from_millisecond(sort).unwrap_or(Timestamp::MIN), self.zone);
        self.tx
            .prepare_cached("INSERT INTO day VALUES(?1, ?2, ?3, ?4) ON CONFLICT(day, course, state) DO UPDATE SET n=n+excluded.n")?
            .execute(params![day, course, state, by])?;
        Ok(())
    }
}

/// A word's time is written again when it is so much newer, in milliseconds.
const WORD_STEP: i64 = 86_400_000;

fn rank(round: i64, state: ReportState, attempts: i64, ended: i64) -> Rank {
    let is_closed = !state.is_open();
    (round, is_closed, attempts, ended, state != ReportState::Running)
}

/// What orders the cards that tell of a student: when the event was received, then which job, then which of its cards. Compared byte by byte.
fn told(received: i64, job: &[u8], rank: Rank) -> Vec<u8> {
    let number = |n: i64| (n as u64 ^ (1 << 63)).to_be_bytes();
    let mut bytes = Vec::with_capacity(8 + job.len() + 26);
    bytes.extend(number(received));
    bytes.extend(job);
    bytes.extend(number(rank.0));
    bytes.push(u8::from(rank.1));
    bytes.extend(number(rank.2));
    bytes.extend(number(rank.3));
    bytes.push(u8::from(rank.4));
    bytes
}
