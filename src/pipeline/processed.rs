//! Folds ended jobs into `processed.csv`, the index people read.
//!
//! A bucket object takes about one write a second, so a job never rewrites the index itself: it leaves its row as an object of its own, and whoever folds takes all that wait at once.
//! A row is known by its job and file, so a fold that died half-way, or ten that run at once, still give each row once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
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
            self.change(&course, |index| {
                index.drop_older_than(began);
                rows.iter().filter(|row| index.add(row)).count()
            })
            .await?;
        }
        Ok(done)
    }

    async fn notified_row(&self, key: String) -> Result<Option<Row>, StoreError> {
        let found = self.store.get(&key).await?;
        Ok(found.and_then(|(bytes, _)| serde_json::from_slice::<Notified>(&bytes).ok()).map(|notified| notified.row))
    }

    async fn fold_course(&self, course: &str, mut rows: Vec<(String, Row)>) -> Result<usize, ProcessedError> {
        rows.sort_by(|(_, a), (_, b)| (a.processed_at, &a.job_id).cmp(&(b.processed_at, &b.job_id)));
        let added = self.change(course, |index| rows.iter().filter(|(_, row)| index.add(row)).count()).await?;
        // Only now that the index is written: a crash in between leaves rows the index knows, and they are not added again.
        waiting::clear(&self.store, rows).await?;
        Ok(added)
    }

    /// Reads, changes and writes one index, again when somebody else wrote meanwhile. Nothing is written when nothing changes.
    async fn change(&self, course: &str, change: impl Fn(&mut Index) -> usize) -> Result<usize, ProcessedError> {
        let key = ObjectKey::Processed { course }.path();
        let mut tries = 0;
        loop {
            let (bytes, mode) = match self.store.get(&key).await? {
                Some((bytes, version)) => (bytes, PutMode::Update(version)),
                None => (Bytes::new(), PutMode::Create),
            };
            let unreadable = |error: csv::Error| ProcessedError::Unreadable { key: key.clone(), message: error.to_string() };
            let mut index = Index::read(&bytes).map_err(unreadable)?;
            let added = change(&mut index);
            let written = index.write().map_err(unreadable)?;
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

/// One `processed.csv` in memory. Columns and rows of others are kept as they are.
struct Index {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    known: BTreeSet<(String, String)>,
}

impl Index {
    fn read(bytes: &[u8]) -> Result<Self, csv::Error> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        let mut rows = reader.deserialize::<Vec<String>>();
        let mut columns = rows.next().transpose()?.unwrap_or_default();
        for column in COLUMNS {
            if !columns.iter().any(|name| name == column) {
                columns.push(column.to_owned());
            }
        }
        let mut index = Self { columns, rows: rows.collect::<Result<_, _>>()?, known: BTreeSet::new() };
        for row in &mut index.rows {
            row.resize(index.columns.len().max(row.len()), String::new());
        }
        let (job, file) = (index.column("job_id"), index.column("file"));
        index.known = index.rows.iter().map(|row| (row[job].clone(), row[file].clone())).collect();
        Ok(index)
    }

    /// Adds a report, unless it is there.
    fn add(&mut self, row: &Row) -> bool {
        if !self.known.insert((row.job_id.clone(), row.file.clone())) {
            return false;
        }
        let mut cells = vec![String::new(); self.columns.len()];
        for (column, value) in COLUMNS.into_iter().zip(row.cells()) {
            cells[self.column(column)] = harmless(value);
        }
        self.rows.push(cells);
        true
    }

    /// Drops the rows that jobs stand behind, for a rebuild that began at that time.
    fn drop_older_than(&mut self, began: Timestamp) {
        let (job, file, at) = (self.column("job_id"), self.column("file"), self.column("processed_at"));
        // The column holds whole seconds, and instances' clocks differ a little.
        let limit = began.saturating_sub(CLOCK_TOLERANCE).unwrap_or(Timestamp::MIN);
        let is_new = |row: &[String]| row[at].parse::<Timestamp>().is_ok_and(|at| at >= limit);
        self.rows.retain(|row| row[job].is_empty() || is_new(row));
        self.known = self.rows.iter().map(|row| (row[job].clone(), row[file].clone())).collect();
    }

    fn write(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(Vec::new());
        writer.write_record(&self.columns)?;
        for row in &self.rows {
            writer.write_record(row)?;
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    }

    /// Where a column of ours stands; [`read`](Self::read) made sure that it does.
    fn column(&self, name: &str) -> usize {
        self.columns.iter().position(|column| column == name).unwrap_or_default()
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
