//! Folds ended jobs into `processed.csv`, the index people read.
//!
//! A bucket object takes about one write a second, so a job never rewrites the index itself: it leaves its row as an object of its own, and whoever folds takes all that wait at once.
//! A row is known by its job and file, so a fold that died half-way, or ten that run at once, still give each row once.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use csv::StringRecord;
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::pipeline::notify::Notified;
use crate::pipeline::waiting::{self, AT_ONCE, PAGE, TRIES};
use crate::storage::key::{JOBS_FOLDER, ObjectKey, UNFOLDED_FOLDER, parse_record};
use crate::storage::{PutMode, Store, StoreError};

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

/// What a fold or rebuild did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Folded {
    /// Indexes written.
    pub courses: usize,
    /// Rows added (fold) or written (rebuild).
    pub rows: usize,
}

/// Why an index could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum ProcessedError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody made the index unreadable; it is not overwritten.
    #[error("{key} cannot be read as CSV: {message}; mend or remove it, then run `gradepost export processed`")]
    Unreadable {
        /// The index.
        key: String,
        /// What is wrong.
        message: String,
    },
}

/// How far the clocks of two instances may be apart.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(2);

/// The indexes of all courses.
#[derive(Clone)]
pub struct Processed {
    store: Arc<dyn Store>,
}

impl Processed {
    /// The indexes in a store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Leaves a row to be folded; leaving it twice is harmless.
    pub(super) async fn leave(&self, row: &Row, name: &str) -> Result<(), StoreError> {
        let key = ObjectKey::Unfolded { course: &row.course, row: name }.path();
        waiting::leave(self.store.as_ref(), &key, row).await
    }

    /// Folds every row that waits into its course's index.
    ///
    /// # Errors
    /// The first course that failed; the others are folded all the same, and nothing that waits is lost.
    pub async fn fold(&self) -> Result<Folded, ProcessedError> {
        let mut courses: BTreeMap<String, Vec<(String, Row)>> = BTreeMap::new();
        for (key, row) in waiting::read::<Row>(&self.store, UNFOLDED_FOLDER).await? {
            courses.entry(row.course.clone()).or_default().push((key, row));
        }
        let mut done = Folded::default();
        let mut failure = None;
        for (course, rows) in courses {
            match self.fold_course(&course, rows).await {
                Ok(0) => {}
                Ok(added) => done = Folded { courses: done.courses + 1, rows: done.rows + added },
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(done), Err)
    }

    /// Writes every index anew from the jobs' records; rows of an older service, which name no job, stay, and so do rows a running service adds after `began`, whose records the scan may have missed.
    ///
    /// # Errors
    /// The store failed, or an index is unreadable.
    pub async fn rebuild(&self, began: Timestamp) -> Result<Folded, ProcessedError> {
        let mut courses: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.store.list(JOBS_FOLDER, after.as_deref(), PAGE).await?;
            let Some(last) = page.last().cloned() else { break };
            let notified = page.into_iter().filter(|key| parse_record(key).is_some_and(|(_, record)| is_notified(record)));
            let rows: Vec<Option<Row>> =
                futures::stream::iter(notified).map(|key| self.notified_row(key)).buffered(AT_ONCE).try_collect().await?;
            for row in rows.into_iter().flatten() {
                courses.entry(row.course.clone()).or_default().push(row);
            }
            after = Some(last);
        }
        let mut done = Folded { courses: courses.len(), rows: 0 };
        for (course, mut rows) in courses {
            rows.sort_by(|a, b| (a.processed_at, &a.job_id).cmp(&(b.processed_at, &b.job_id)));
            done.rows += rows.len();
            self.merge(&course, &rows, Some(began)).await?;
        }
        Ok(done)
    }

    async fn notified_row(&self, key: String) -> Result<Option<Row>, StoreError> {
        let found = self.store.get(&key).await?;
        Ok(found.and_then(|(bytes, _)| serde_json::from_slice::<Notified>(&bytes).ok()).map(|notified| notified.row))
    }

    async fn fold_course(&self, course: &str, mut waiting: Vec<(String, Row)>) -> Result<usize, ProcessedError> {
        waiting.sort_by(|(_, a), (_, b)| (a.processed_at, &a.job_id).cmp(&(b.processed_at, &b.job_id)));
        let rows: Vec<Row> = waiting.iter().map(|(_, row)| row.clone()).collect();
        let added = self.merge(course, &rows, None).await?;
        // Only now that the index is written: a crash in between leaves rows the index knows, and they are not added again.
        waiting::clear(&self.store, waiting).await?;
        Ok(added)
    }

    /// Reads, changes and writes one index, again when somebody else wrote meanwhile. Nothing is written when nothing changes.
    async fn merge(&self, course: &str, rows: &[Row], rebuild: Option<Timestamp>) -> Result<usize, ProcessedError> {
        let key = ObjectKey::Processed { course }.path();
        let mut tries = 0;
        loop {
            let (bytes, mode) = match self.store.get(&key).await? {
                Some((bytes, version)) => (bytes, PutMode::Update(version)),
                None => (Bytes::new(), PutMode::Create),
            };
            let (written, added) = merged(&bytes, rows, rebuild)
                .map_err(|error| ProcessedError::Unreadable { key: key.clone(), message: error.to_string() })?;
            if written == bytes {
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

/// Whether a record is a job's `notified`, of the first round or a later one.
fn is_notified(record: &str) -> bool {
    record == "notified" || record.strip_prefix("notified-").is_some_and(|round| round.bytes().all(|b| b.is_ascii_digit()))
}

/// An index with the rows it lacks, and how many those were. Columns and rows of others are kept as they are; a rebuild drops rows that jobs stand behind, if they are older than its beginning.
///
/// Row after row: an index may hold years of reports, and each fold goes through it.
fn merged(index: &[u8], rows: &[Row], rebuild: Option<Timestamp>) -> Result<(Vec<u8>, usize), csv::Error> {
    let text = index.strip_prefix(b"\xef\xbb\xbf").unwrap_or(index);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(Vec::with_capacity(index.len()));
    let mut record = StringRecord::new();

    reader.read_record(&mut record)?;
    for column in COLUMNS {
        if !record.iter().any(|name| name == column) {
            record.push_field(column);
        }
    }
    let columns = Columns::of(&record);
    writer.write_record(&record)?;

    let mut missing: HashSet<String> = rows.iter().map(|row| id(&row.job_id, &row.file)).collect();
    // The column holds whole seconds, and instances' clocks differ a little.
    let limit = rebuild.map(|began| began.saturating_sub(CLOCK_TOLERANCE).unwrap_or(Timestamp::MIN));
    while reader.read_record(&mut record)? {
        while record.len() < columns.count {
            record.push_field("");
        }
        let is_stale = |limit| !record[columns.job].is_empty() && !record[columns.at].parse::<Timestamp>().is_ok_and(|at| at >= limit);
        if !limit.is_some_and(is_stale) {
            missing.remove(&id(&record[columns.job], &record[columns.file]));
            writer.write_record(&record)?;
        }
    }

    let added = missing.len();
    for row in rows {
        if missing.remove(&id(&row.job_id, &row.file)) {
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
    at: usize,
}

impl Columns {
    fn of(header: &StringRecord) -> Self {
        let column = |name: &str| header.iter().position(|column| column == name).unwrap_or_default();
        Self { count: header.len(), ours: COLUMNS.map(column), job: column("job_id"), file: column("file"), at: column("processed_at") }
    }
}

impl Row {
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
    if value.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{value}") } else { value }
}

#[cfg(test)]
mod tests;
