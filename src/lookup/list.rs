//! Lists of reports: newest first, paged by place, filtered and searched.

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter};

use crate::lookup::index::{job_bytes, job_of};
use crate::lookup::search::{self, StudentMatch};
use crate::lookup::view::{
    CappedCount, Order, Page, PageRequest, Position, ReportFilter, ReportRow, ReportState, Standing, StudentHash, StudentView, Word,
    WordTag,
};
use crate::lookup::words::WordKind;
use crate::model::ids::JobId;

/// Rows of a page, when none are named and at most.
const USUAL: usize = 50;
const MOST: usize = 500;

/// The columns of a row, in the order in which [`row`] reads them.
const COLUMNS: &str = "r.id, r.job, r.state, r.sort, r.received, r.ended, r.due, r.mailed, s.hash, s.key, s.name, s.email, \
    c.tag, c.text, a.tag, a.text, r.pct, l.tag, l.text, r.passed, r.answered_right, r.questions, k.text, r.round, r.attempts, r.pages, r.kb, \
    r.notes, r.mail_tries, r.mail_ambiguous, r.is_plan, t.text";
/// Where they come from.
const JOINS: &str = "LEFT JOIN student s ON s.id=r.student LEFT JOIN word c ON c.id=r.course LEFT JOIN word a ON a.id=r.assessment \
    LEFT JOIN word l ON l.id=r.level LEFT JOIN word k ON k.id=r.cause LEFT JOIN word t ON t.id=r.template";

/// A part of a query: conditions and their parameters.
#[derive(Default)]
struct Conditions {
    texts: Vec<String>,
    params: Vec<Value>,
}

impl Conditions {
    fn add(&mut self, text: impl Into<String>, params: impl IntoIterator<Item = Value>) {
        self.texts.push(text.into());
        self.params.extend(params);
    }

    /// Equality with a word; an unknown word finds nothing.
    fn word(&mut self, conn: &Connection, column: &str, tag: Option<WordTag>) -> rusqlite::Result<()> {
        let Some(tag) = tag else { return Ok(()) };
        let id = conn.prepare_cached("SELECT id FROM word WHERE tag=?1")?.query_row([tag.0], |row| row.get::<_, i64>(0)).optional()?;
        self.add(format!("r.{column}=?"), [Value::Integer(id.unwrap_or(-1))]);
        Ok(())
    }

    fn of(conn: &Connection, filter: &ReportFilter) -> rusqlite::Result<Self> {
        let mut all = Self::default();
        match filter.states.as_slice() {
            [] => {}
            [one] => all.add("r.state=?", [Value::Integer(one.number())]),
            several => {
                let numbers: Vec<String> = several.iter().map(|state| state.number().to_string()).collect();
                // Several states in the order of time: going through the newest is quicker than merging.
                all.add(format!("+r.state IN ({})", numbers.join(",")), []);
            }
        }
        all.word(conn, "course", filter.course)?;
        all.word(conn, "assessment", filter.assessment)?;
        all.word(conn, "level", filter.level)?;
        if let Some(cause) = &filter.cause {
            let id = word_of(conn, WordKind::Cause, cause)?;
            all.add("r.cause=?", [Value::Integer(id.unwrap_or(-1))]);
        }
        if let Some(StudentHash(hash)) = filter.student {
            let id =
                conn.prepare_cached("SELECT id FROM student WHERE hash=?1")?.query_row([hash], |row| row.get::<_, i64>(0)).optional()?;
            all.add("r.student=?", [Value::Integer(id.unwrap_or(-1))]);
        }
        if let Some(from) = filter.from {
            all.add("r.sort>=?", [Value::Integer(from.as_millisecond())]);
        }
        if let Some(until) = filter.until {
            all.add("r.sort<?", [Value::Integer(until.as_millisecond())]);
        }
        if filter.has_notes {
            all.add("r.notes>0", []);
        }
        match filter.tried {
            None => {}
            Some(true) => all.add("r.cause IS NOT NULL", []),
            Some(false) => all.add("r.cause IS NULL", []),
        }
        match filter.template.as_deref() {
            None => {}
            Some("") => all.add("r.template IS NULL", []),
            Some(file) => {
                let id = word_of(conn, WordKind::Template, file)?;
                all.add("r.template=?", [Value::Integer(id.unwrap_or(-1))]);
            }
        }
        if let Some(text) = filter.text.as_deref() {
            all.text(conn, text)?;
        }
        Ok(all)
    }

    fn text(&mut self, conn: &Connection, text: &str) -> rusqlite::Result<()> {
        let sought = search::sought(conn, text)?;
        let list = |ids: &[i64]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        match &sought.students {
            StudentMatch::Everybody => {}
            StudentMatch::These(ids) => self.add(format!("r.student IN ({})", list(ids)), []),
            StudentMatch::Many(matches) => {
                let (sql, params) = matches.sql();
                self.add(format!("+r.student IN ({sql})"), params);
            }
        }
        for place in &sought.places {
            match (place.courses.as_slice(), place.assessments.as_slice()) {
                ([], []) => self.add("0", []),
                ([one], []) => self.add("r.course=?", [Value::Integer(*one)]),
                ([], [one]) => self.add("r.assessment=?", [Value::Integer(*one)]),
                // Several: going through the newest is quicker than merging.
                (courses, assessments) => {
                    self.add(format!("(+r.course IN ({}) OR +r.assessment IN ({}))", list(courses), list(assessments)), []);
                }
            }
        }
        Ok(())
    }

    fn clause(&self) -> String {
        if self.texts.is_empty() { String::new() } else { format!("WHERE {}", self.texts.join(" AND ")) }
    }
}

fn word_of(conn: &Connection, kind: WordKind, ext: &str) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT id FROM word WHERE kind=?1 AND ext=?2")?.query_row((kind as i64, ext), |row| row.get(0)).optional()
}

/// A page of reports.
pub(super) fn page(conn: &Connection, filter: &ReportFilter, request: &PageRequest) -> rusqlite::Result<Page<ReportRow>> {
    let mut conditions = Conditions::of(conn, filter)?;
    let limit = if request.limit == 0 { USUAL } else { request.limit.min(MOST) };
    let is_back = request.before.is_some();
    // Names are put in order within one course and assessment only: there are as many as it has students.
    let by_name = request.order == Order::Name && filter.course.is_some() && filter.assessment.is_some();
    let is_falling = (request.order != Order::Oldest && !by_name) != is_back;
    let (than, way) = if is_falling { ("<", "DESC") } else { (">", "ASC") };
    if let Some(place) = request.before.or(request.after) {
        if by_name {
            let fold = "(SELECT f.fold FROM report q JOIN student f ON f.id=q.student WHERE q.id=?)";
            conditions.add(format!("(s.fold, r.id) {than} ({fold}, ?)"), [Value::Integer(place.id), Value::Integer(place.id)]);
        } else {
            conditions.add(format!("(r.sort, r.id) {than} (?, ?)"), [Value::Integer(place.sort), Value::Integer(place.id)]);
        }
    }
    let order = if by_name { format!("s.fold {way}, r.id {way}") } else { format!("r.sort {way}, r.id {way}") };
    let sql = format!("SELECT {COLUMNS} FROM shown_report r {JOINS} {} ORDER BY {order} LIMIT {}", conditions.clause(), limit + 1);
    let mut query = conn.prepare_cached(&sql)?;
    let mut rows: Vec<ReportRow> = query.query_map(params_from_iter(&conditions.params), row)?.collect::<rusqlite::Result<_>>()?;
    let is_more = rows.len() > limit;
    rows.truncate(limit);
    if is_back {
        rows.reverse();
    }
    let (first, last) = (rows.first().map(|row| row.position), rows.last().map(|row| row.position));
    let has_before = if is_back { is_more } else { request.after.is_some() };
    let has_after = if is_back { true } else { is_more };
    Ok(Page { prev: first.filter(|_| has_before), next: last.filter(|_| has_after), rows })
}

/// How many reports there are, counted up to a limit.
pub(super) fn count(conn: &Connection, filter: &ReportFilter, most: u64) -> rusqlite::Result<CappedCount> {
    counted(conn, &Conditions::of(conn, filter)?, most)
}

fn counted(conn: &Connection, conditions: &Conditions, most: u64) -> rusqlite::Result<CappedCount> {
    let limit = most.saturating_add(1).min(i64::MAX as u64);
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM shown_report r {} LIMIT {limit})", conditions.clause());
    let count = conn.prepare_cached(&sql)?.query_row(params_from_iter(&conditions.params), |row| whole(row, 0))?;
    Ok(CappedCount { count: count.min(most), is_more: count > most })
}

/// The jobs of a filter, newest first.
pub(super) fn jobs(conn: &Connection, filter: &ReportFilter, most: usize) -> rusqlite::Result<Vec<JobId>> {
    let conditions = Conditions::of(conn, filter)?;
    let sql = format!("SELECT r.job FROM report r {} ORDER BY r.sort DESC, r.id DESC LIMIT {most}", conditions.clause());
    let mut query = conn.prepare_cached(&sql)?;
    let found = query.query_map(params_from_iter(&conditions.params), |row| row.get::<_, Vec<u8>>(0))?;
    found.filter_map(|job| job.map(|bytes| job_of(&bytes)).transpose()).collect()
}

/// How many reports come before a place in the order of time, counted up to a limit.
pub(super) fn ahead(conn: &Connection, filter: &ReportFilter, order: Order, place: Position, most: u64) -> rusqlite::Result<CappedCount> {
    let mut conditions = Conditions::of(conn, filter)?;
    let than = if order == Order::Oldest { "<" } else { ">" };
    conditions.add(format!("(r.sort, r.id) {than} (?, ?)"), [Value::Integer(place.sort), Value::Integer(place.id)]);
    counted(conn, &conditions, most)
}

/// How the reports of a filter stand, newest first.
pub(super) fn standings(conn: &Connection, filter: &ReportFilter, most: usize) -> rusqlite::Result<Vec<Standing>> {
    let conditions = Conditions::of(conn, filter)?;
    let sql = format!("SELECT {STANDING} FROM shown_report r {} ORDER BY r.sort DESC, r.id DESC LIMIT {most}", conditions.clause());
    let mut query = conn.prepare_cached(&sql)?;
    let found = query.query_map(params_from_iter(&conditions.params), standing)?;
    found.filter_map(Result::transpose).collect()
}

/// How these reports stand, in their order; those that are not there are left out.
pub(super) fn standings_of(conn: &Connection, jobs: &[JobId]) -> rusqlite::Result<Vec<Standing>> {
    let mut query = conn.prepare_cached(&format!("SELECT {STANDING} FROM shown_report r WHERE r.job=?1"))?;
    let mut all = Vec::with_capacity(jobs.len());
    for job in jobs {
        all.extend(query.query_row([job_bytes(job)], standing).optional()?.flatten());
    }
    Ok(all)
}

const STANDING: &str = "r.job, r.state, r.round, r.attempts";

fn standing(row: &Row<'_>) -> rusqlite::Result<Option<Standing>> {
    let bytes: Vec<u8> = row.get(0)?;
    let Some(job) = job_of(&bytes) else { return Ok(None) };
    Ok(Some(Standing { job, state: ReportState::of_number(row.get(1)?), round: row.get(2)?, attempts: row.get(3)? }))
}

/// One report.
pub(super) fn one(conn: &Connection, job: &JobId) -> rusqlite::Result<Option<ReportRow>> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM shown_report r {JOINS} WHERE r.job=?1"))?
        .query_row([job_bytes(job)], row)
        .optional()
}

/// The reports that a text names by an id: a job's, or its beginning from eight digits on, a `Message-ID` of ours, a submission's. Ten at most.
pub(super) fn named(conn: &Connection, text: &str) -> rusqlite::Result<Vec<JobId>> {
    let text = text.trim();
    let mut found: Vec<Vec<u8>> = Vec::new();
    let hex: String = text.trim_start_matches('<').chars().take_while(char::is_ascii_hexdigit).collect::<String>().to_ascii_lowercase();
    let rest = &text.trim_start_matches('<')[hex.len()..];
    let is_id = rest.is_empty() || rest.starts_with(['.', '@']);
    if is_id && (8..=32).contains(&hex.len()) {
        let bound = |filler: &str| hex::decode(format!("{hex}{}", filler.repeat(32 - hex.len()))).unwrap_or_default();
        let mut query = conn.prepare_cached("SELECT job FROM shown_report WHERE job BETWEEN ?1 AND ?2 LIMIT 10")?;
        found = query.query_map([bound("0"), bound("f")], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    }
    if found.is_empty() && !text.is_empty() {
        let mut query = conn.prepare_cached("SELECT job FROM shown_report WHERE submission=?1 ORDER BY sort DESC LIMIT 10")?;
        found = query.query_map([text], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    }
    Ok(found.iter().filter_map(|bytes| job_of(bytes)).collect())
}

pub(super) fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MIN)
}

/// A count.
pub(super) fn whole(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(index)?.max(0) as u64)
}

fn word(row: &Row<'_>, tag: usize) -> rusqlite::Result<Option<Word>> {
    let Some(number) = row.get::<_, Option<i64>>(tag)? else { return Ok(None) };
    Ok(Some(Word { tag: WordTag(number), text: row.get(tag + 1)? }))
}

fn row(row: &Row<'_>) -> rusqlite::Result<ReportRow> {
    let student = match row.get::<_, Option<i64>>(8)? {
        Some(hash) => Some(StudentView { hash: StudentHash(hash), key: Some(row.get(9)?), name: row.get(10)?, email: row.get(11)? }),
        None => None,
    };
    let job: Vec<u8> = row.get(1)?;
    let damaged = |index: usize| rusqlite::Error::InvalidColumnType(index, "job".to_owned(), rusqlite::types::Type::Blob);
    let ms = |index: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(index)?.map(time));
    Ok(ReportRow {
        position: Position { sort: row.get(3)?, id: row.get(0)? },
        job: job_of(&job).ok_or_else(|| damaged(1))?,
        state: ReportState::of_number(row.get(2)?),
        at: time(row.get(3)?),
        received: time(row.get(4)?),
        since: time(row.get(5)?),
        due: ms(6)?,
        mailed: ms(7)?,
        student,
        course: word(row, 12)?,
        assessment: word(row, 14)?,
        percentage: row.get::<_, Option<i64>>(16)?.map(|pct| pct as f64 / 100.0),
        level: word(row, 17)?,
        passed: row.get(19)?,
        right: row.get(20)?,
        questions: row.get(21)?,
        cause: row.get(22)?,
        round: row.get(23)?,
        attempts: row.get(24)?,
        pages: row.get(25)?,
        kb: row.get(26)?,
        notes: row.get(27)?,
        mail_tries: row.get(28)?,
        mail_ambiguous: row.get(29)?,
        is_plan: row.get(30)?,
        template: row.get(31)?,
    })
}
