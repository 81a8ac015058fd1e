//! `processed.csv`, the index people read: one row per report that was sent, derived from the feed of ended jobs.
//!
//! A bucket object takes about one write a second, so rows are added as many at once as there are.
//! Who has their data blocked has no row; the rows come back from the records once that is lifted.
//! A row is known by its job and file, so adding it again, or ten instances that add at once, still give each row once.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use async_trait::async_trait;
use bytes::Bytes;
use csv::StringRecord;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::jobs::records::{End, EndRecord, EndState};
use crate::model::card::{Card, ReportFacts};
use crate::model::ids::JobId;
use crate::pipeline::consent::{Consent, IsBlocked};
use crate::pipeline::projection::Projection;
use crate::pipeline::spool::{self, AT_ONCE, TRIES};
use crate::storage::key::{JOBS_FOLDER, ObjectKey, UNFOLDED_FOLDER, parse_record};
use crate::storage::{PutMode, Store, StoreError};
use crate::text::begins_a_formula;

/// The columns in their order: the first four are those of the service this one replaces.
const COLUMNS: [&str; 9] =
    ["user_id", "assessment_title", "user_email", "processed_at", "job_id", "submission_id", "percentage", "level", "file"];

/// One report that was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The course folder.
    pub course: String,
    /// The student's id.
    pub user_id: String,
    /// The assessment's title.
    pub assessment_title: String,
    /// Where the report went.
    pub user_email: String,
    /// When.
    pub processed_at: Timestamp,
    /// The job.
    pub job_id: String,
    /// The platform's submission, when known.
    pub submission_id: Option<String>,
    /// The headline percentage.
    pub percentage: f64,
    /// The level.
    pub level: Option<String>,
    /// The report's key in the store.
    pub file: String,
}

/// `notified.json`, in which releases without a feed recorded a job's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Notified {
    at: Timestamp,
    row: Row,
}

/// What a rebuild did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Indexes written.
    pub courses: usize,
    /// Rows in them that come from records.
    pub rows: usize,
}

/// Why an index could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum ProcessedError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody made the index unreadable; it is not overwritten.
    #[error("{key} cannot be read as CSV: {message}; correct it (UTF-8) or remove it, then run `gradepost export processed`")]
    Unreadable {
        /// The index.
        key: String,
        /// What is wrong.
        message: String,
    },
}

/// The most rows that wait for an index that cannot be read; more come with the next rebuild.
const MOST_WAITING: usize = 10_000;

/// The indexes of all courses.
pub struct Processed {
    store: Arc<dyn Store>,
    consent: Arc<dyn Consent>,
    /// Rows of courses whose index cannot be read: tried again at each run.
    waiting: Mutex<BTreeMap<String, Vec<Row>>>,
}

#[async_trait]
impl Projection for Processed {
    fn name(&self) -> &'static str {
        "processed"
    }

    async fn apply(&self, cards: &[Card], _now: Timestamp) -> Result<(), StoreError> {
        self.add(cards.iter().filter_map(Row::of).collect()).await
    }

    async fn look(&self, _now: Timestamp) -> Result<(), StoreError> {
        let is_waiting = !self.waiting.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
        if is_waiting { self.add(Vec::new()).await } else { Ok(()) }
    }

    async fn take_older(&self, _now: Timestamp) -> Result<(), StoreError> {
        let waiting = spool::read_all::<Row>(&self.store, UNFOLDED_FOLDER).await?;
        self.add(waiting.iter().map(|(_, row)| row.clone()).collect()).await?;
        // Only now that the indexes are written: a crash in between leaves rows the index knows, and they are not added again.
        spool::remove(&self.store, waiting.into_iter().map(|(key, _)| key)).await
    }

    async fn rebuild(&self, _now: Timestamp) -> anyhow::Result<String> {
        let rebuilt = self.write_anew().await.context("cannot rebuild processed.csv")?;
        Ok(format!("{} rows in {} courses", rebuilt.rows, rebuilt.courses))
    }
}

impl Processed {
    /// The indexes in a store.
    pub fn new(store: Arc<dyn Store>, consent: Arc<dyn Consent>) -> Self {
        Self { store, consent, waiting: Mutex::default() }
    }

    /// Adds the rows that their courses' indexes lack, and those that wait. An index that cannot be read is told, and its rows wait; the store's failure is told once all courses had their turn.
    async fn add(&self, mut rows: Vec<Row>) -> Result<(), StoreError> {
        let is_blocked = self.consent.blocked().await?;
        rows.retain(|row| !row.is_left_out(is_blocked.as_ref()));
        let mut courses = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        for row in rows {
            courses.entry(row.course.clone()).or_default().push(row);
        }
        let mut failure = None;
        for (course, mut rows) in courses {
            rows.sort_by(|a, b| (a.processed_at, &a.job_id).cmp(&(b.processed_at, &b.job_id)));
            match self.merge(&course, &rows, &HashSet::new()).await {
                Ok(_) => {}
                Err(ProcessedError::Store(error)) => failure = failure.or(Some(error)),
                Err(error) => {
                    tracing::error!(%error, "Rows of processed.csv wait");
                    rows.truncate(MOST_WAITING);
                    self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(course, rows);
                }
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Writes every index anew from the jobs' records. Rows of an older service, which name no job, stay; a row that names a job goes only when that job's records, read for it once more, know nothing of it: a service that runs beside this loses none.
    ///
    /// # Errors
    /// The store failed, or an index is unreadable; the other indexes are written all the same.
    pub async fn write_anew(&self) -> Result<Rebuilt, ProcessedError> {
        let is_blocked = self.consent.blocked().await?;
        let mut courses: BTreeMap<String, Course> = BTreeMap::new();
        let mut rows = self.recorded_rows();
        while let Some(row) = rows.try_next().await? {
            courses.entry(row.course.clone()).or_default().take(row, is_blocked.as_ref());
        }
        drop(rows);
        let mut done = Rebuilt { courses: courses.len(), rows: 0 };
        let mut failure = None;
        for (name, Course { mut rows, left_out }) in courses {
            rows.sort_by(|a, b| (a.processed_at, &a.job_id).cmp(&(b.processed_at, &b.job_id)));
            done.rows += rows.len();
            let written = match self.stale_rows(&name, &rows).await {
                Ok(mut stale) => {
                    stale.extend(left_out);
                    self.merge(&name, &rows, &stale).await.map(drop)
                }
                Err(error) => Err(error),
            };
            failure = failure.or(written.err());
        }
        failure.map_or(Ok(done), Err)
    }

    /// Takes the rows of these jobs out while their students' data are blocked, and puts them back once they are no more.
    ///
    /// # Errors
    /// The store failed, or an index is unreadable; the other indexes are written all the same.
    pub async fn follow(&self, jobs: &BTreeSet<JobId>) -> Result<(), ProcessedError> {
        let is_blocked = self.consent.blocked().await?;
        let mut courses: BTreeMap<String, Course> = BTreeMap::new();
        for job in jobs {
            for row in self.recorded_of(job).await?.unwrap_or_default() {
                courses.entry(row.course.clone()).or_default().take(row, is_blocked.as_ref());
            }
        }
        let mut failure = None;
        for (name, Course { rows, left_out }) in courses {
            failure = failure.or(self.merge(&name, &rows, &left_out).await.err());
        }
        failure.map_or(Ok(()), Err)
    }

    /// The rows of all jobs, as their records tell them; a record that cannot be read is told and left out.
    fn recorded_rows(&self) -> stream::BoxStream<'_, Result<Row, StoreError>> {
        let tells = |key: String| {
            std::future::ready(Ok(parse_record(&key).filter(|(_, record)| is_row(record)).map(|(job, _)| (key.clone(), job))))
        };
        let records = self.store.scan(JOBS_FOLDER, None).try_filter_map(tells);
        let read = records.map_ok(move |(key, job)| async move { self.row_in(&key, &job).await }).try_buffered(AT_ONCE);
        read.try_filter_map(|told| std::future::ready(Ok(told.row()))).boxed()
    }

    /// The row that one record tells: `notified`, or an end.
    async fn row_in(&self, key: &str, job: &JobId) -> Result<RowChange, StoreError> {
        let unreadable = |error: &dyn std::fmt::Display| {
            tracing::error!(key, %error, "A record cannot be read; its row is left out");
            RowChange::Unreadable
        };
        let bytes = match self.store.get(key).await {
            Ok(Some((bytes, _))) => bytes,
            Ok(None) => return Ok(RowChange::Nothing),
            Err(error) if error.is_away() => return Err(error),
            Err(error) => return Ok(unreadable(&error)),
        };
        if let Ok(notified) = serde_json::from_slice::<Notified>(&bytes) {
            return Ok(RowChange::Row(Box::new(notified.row)));
        }
        match serde_json::from_slice::<EndRecord>(&bytes) {
            Ok(EndRecord { end, .. }) => Ok(facts_in(&end)
                .and_then(|facts| Row::of_facts(job, &facts))
                .map_or(RowChange::Nothing, |row| RowChange::Row(Box::new(row)))),
            Err(error) => Ok(unreadable(&error)),
        }
    }

    /// The rows of an index that name a job whose records know nothing of them.
    async fn stale_rows(&self, course: &str, known: &[Row]) -> Result<HashSet<String>, ProcessedError> {
        let key = ObjectKey::Processed { course }.path();
        let Some((bytes, _)) = self.store.get(&key).await? else { return Ok(HashSet::new()) };
        let known: HashSet<String> = known.iter().map(Row::id).collect();
        let unreadable = |error: csv::Error| ProcessedError::Unreadable { key: key.clone(), message: error.to_string() };
        let unknown = rows_beyond(&bytes, &known).map_err(unreadable)?;
        let mut stale = HashSet::new();
        for (job, ids) in unknown {
            // A job that cannot be read may know of its rows: they stay.
            if let Some(recorded) = self.rows_of(&job).await? {
                stale.extend(ids.into_iter().filter(|id| !recorded.contains(id)));
            }
        }
        Ok(stale)
    }

    /// The rows that a job's records tell; `None` when one of them cannot be read.
    async fn rows_of(&self, job: &str) -> Result<Option<HashSet<String>>, StoreError> {
        let Some(job) = JobId::parse(job) else { return Ok(Some(HashSet::new())) };
        Ok(self.recorded_of(&job).await?.map(|rows| rows.iter().map(Row::id).collect()))
    }

    /// The same as rows.
    async fn recorded_of(&self, job: &JobId) -> Result<Option<Vec<Row>>, StoreError> {
        let keys: Vec<String> = self.store.scan(&ObjectKey::JobFolder { job }.path(), None).try_collect().await?;
        let mut rows = Vec::new();
        for key in keys.iter().filter(|key| parse_record(key).is_some_and(|(_, record)| is_row(record))) {
            match self.row_in(key, job).await? {
                RowChange::Row(row) => rows.push(*row),
                RowChange::Nothing => {}
                RowChange::Unreadable => return Ok(None),
            }
        }
        Ok(Some(rows))
    }

    /// Reads, changes and writes one index, again when somebody else wrote meanwhile. Nothing is written when nothing changes.
    async fn merge(&self, course: &str, rows: &[Row], stale: &HashSet<String>) -> Result<usize, ProcessedError> {
        let key = ObjectKey::Processed { course }.path();
        let mut tries = 0;
        loop {
            let (bytes, mode) = match self.store.get(&key).await? {
                Some((bytes, version)) => (bytes, PutMode::Update(version)),
                None => (Bytes::new(), PutMode::Create),
            };
            let (written, added) =
                merged(&bytes, rows, stale).map_err(|error| ProcessedError::Unreadable { key: key.clone(), message: error.to_string() })?;
            if written == bytes || (rows.is_empty() && stale.is_empty()) {
                return Ok(added);
            }
            tries += 1;
            match self.store.put(&key, written.into(), mode).await {
                Ok(_) => return Ok(added),
                Err(StoreError::AlreadyExists { .. } | StoreError::Conflict { .. }) if tries < TRIES => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// The rows of one course.
#[derive(Default)]
struct Course {
    rows: Vec<Row>,
    /// What the rows are known by that are left out.
    left_out: HashSet<String>,
}

impl Course {
    fn take(&mut self, row: Row, is_blocked: Option<&IsBlocked>) {
        if row.is_left_out(is_blocked) {
            self.left_out.insert(row.id());
        } else {
            self.rows.push(row);
        }
    }
}

/// What one record tells of a row.
enum RowChange {
    Row(Box<Row>),
    Nothing,
    Unreadable,
}

impl RowChange {
    fn row(self) -> Option<Row> {
        match self {
            Self::Row(row) => Some(*row),
            Self::Nothing | Self::Unreadable => None,
        }
    }
}

/// What a job that is done was about; releases without cards tell it in `notified`.
fn facts_in(end: &End) -> Option<ReportFacts> {
    let told = Some(&end.summary["card"]).filter(|card| end.state == EndState::Done && card.is_object())?;
    serde_json::from_value(told.clone()).ok()
}

/// Whether a record may tell a row: an end or, in releases without a feed, `notified`; of the first round or a later one.
fn is_row(record: &str) -> bool {
    let word = match record.rsplit_once('-') {
        Some((word, round)) if round.bytes().all(|b| b.is_ascii_digit()) => word,
        _ => record,
    };
    matches!(word, "end" | "notified")
}

/// The rows of an index that name a job and are none of these, by job.
fn rows_beyond(index: &[u8], known: &HashSet<String>) -> Result<BTreeMap<String, BTreeSet<String>>, csv::Error> {
    let (mut reader, header) = opened(index)?;
    let columns = Columns::of(&header);
    let mut beyond: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record)? {
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let (job, id) = (cell(columns.job), id(cell(columns.job), cell(columns.file)));
        if !job.is_empty() && !known.contains(&id) {
            beyond.entry(job.to_owned()).or_default().insert(id);
        }
    }
    Ok(beyond)
}

/// An index and its header, completed with our columns.
fn opened(index: &[u8]) -> Result<(csv::Reader<&[u8]>, StringRecord), csv::Error> {
    let text = index.strip_prefix(b"\xef\xbb\xbf").unwrap_or(index);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let mut header = StringRecord::new();
    reader.read_record(&mut header)?;
    for column in COLUMNS {
        if !header.iter().any(|name| name == column) {
            header.push_field(column);
        }
    }
    Ok((reader, header))
}

/// An index with the rows it lacks and without the stale ones, and how many were added. Columns and rows of others are kept as they are.
///
/// Row after row: an index may hold years of reports, and each run goes through it.
fn merged(index: &[u8], rows: &[Row], stale: &HashSet<String>) -> Result<(Vec<u8>, usize), csv::Error> {
    let (mut reader, header) = opened(index)?;
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(Vec::with_capacity(index.len()));
    let columns = Columns::of(&header);
    writer.write_record(&header)?;

    let mut missing: HashSet<String> = rows.iter().map(Row::id).collect();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record)? {
        while record.len() < columns.count {
            record.push_field("");
        }
        let id = id(&record[columns.job], &record[columns.file]);
        if !stale.contains(&id) {
            missing.remove(&id);
            writer.write_record(&record)?;
        }
    }

    let added = missing.len();
    for row in rows {
        if missing.remove(&row.id()) {
            let mut cells = vec![String::new(); columns.count];
            for (at, value) in columns.ours.into_iter().zip(row.cells()) {
                cells[at] = harmless(value);
            }
            writer.write_record(&cells)?;
        }
    }
    Ok((writer.into_inner().map_err(csv::IntoInnerError::into_error)?, added))
}

/// What a row is known by.
fn id(job: &str, file: &str) -> String {
    format!("{job} {file}")
}

/// Where the columns stand in an index that has them all.
struct Columns {
    count: usize,
    ours: [usize; COLUMNS.len()],
    job: usize,
    file: usize,
}

impl Columns {
    fn of(header: &StringRecord) -> Self {
        let column = |name: &str| header.iter().position(|column| column == name).unwrap_or_default();
        Self { count: header.len(), ours: COLUMNS.map(column), job: column("job_id"), file: column("file") }
    }
}

impl Row {
    /// The row of a report that was sent.
    fn of(card: &Card) -> Option<Self> {
        if card.is_sent() { Self::of_facts(&card.job, &card.report) } else { None }
    }

    fn of_facts(job: &JobId, facts: &ReportFacts) -> Option<Self> {
        Some(Self {
            course: facts.course.clone()?,
            user_id: facts.student.key.clone(),
            assessment_title: facts.assessment.title.clone(),
            user_email: facts.student.email.clone().unwrap_or_default(),
            processed_at: facts.mail.as_ref()?.at,
            job_id: job.to_string(),
            submission_id: facts.submission.clone(),
            percentage: facts.pct.unwrap_or_default(),
            level: facts.level.clone(),
            file: facts.file.clone()?,
        })
    }

    fn id(&self) -> String {
        id(&self.job_id, &self.file)
    }

    /// Whether the student's data are blocked.
    fn is_left_out(&self, is_blocked: Option<&IsBlocked>) -> bool {
        is_blocked.is_some_and(|is_blocked| is_blocked(&self.user_id, Some(&self.user_email)))
    }

    /// The values, in the order of [`COLUMNS`].
    fn cells(&self) -> [String; COLUMNS.len()] {
        [
            self.user_id.clone(),
            self.assessment_title.clone(),
            self.user_email.clone(),
            self.processed_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            self.job_id.clone(),
            self.submission_id.clone().unwrap_or_default(),
            format!("{:.1}", self.percentage),
            self.level.clone().unwrap_or_default(),
            self.file.clone(),
        ]
    }
}

/// A spreadsheet takes what begins like this for a formula and runs it; a leading apostrophe makes it text.
fn harmless(value: String) -> String {
    if begins_a_formula(&value) { format!("'{value}") } else { value }
}

#[cfg(test)]
mod tests;
