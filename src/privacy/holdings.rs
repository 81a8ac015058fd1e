//! Finding all that is kept of one student.

use std::collections::BTreeSet;

use futures::TryStreamExt as _;
use serde_json::Value;

use crate::jobs::error::JobsError;
use crate::jobs::feed;
use crate::lookup::view::ReportFilter;
use crate::model::ids::{JobId, safe_name};
use crate::model::lane::LaneName;
use crate::model::mentions::Marks;
use crate::privacy::{EVENT_KIND, Privacy, PrivacyError};
use crate::storage::key::lanes::{feed_folder, parse_feed};
use crate::storage::key::{
    ALERTS_FOLDER, JOBS_FOLDER, ObjectKey, PLATFORM_RECORDS_FOLDER, PLATFORM_TEXTS_FOLDER, RESULTS_FOLDER, UNCOPIED_FOLDER,
    UNCOUNTED_FOLDER, UNFOLDED_FOLDER, parse_record,
};

/// Reports of one student that are found by the index.
const MOST_JOBS: usize = 100_000;
/// The reports that were filed.
pub(super) const REPORTS_FOLDER: &str = "webhook_reports/";
/// Mails of the file transport.
const OUTBOX_FOLDER: &str = "outbox/";
/// Folders in which a student's folder or file lies under one of an assessment or a plan.
const BY_STUDENT: [&str; 4] = [RESULTS_FOLDER, "claims/", "first_reports/", "plans/"];

/// All that is kept of one student.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    /// The jobs.
    pub jobs: BTreeSet<JobId>,
    /// Records of these jobs.
    pub records: BTreeSet<String>,
    /// Entries of the feed about them.
    pub feed: BTreeSet<String>,
    /// Objects that are the student's alone: PDFs, mails, results, claims.
    pub own: BTreeSet<String>,
    /// Objects that tell of the student among others.
    pub shared: BTreeSet<String>,
    /// Jobs that are no report and tell of the student: what platforms told beside completions.
    pub beside: BTreeSet<JobId>,
    /// Events of the gateway that tell of the student.
    pub events: BTreeSet<JobId>,
    /// Objects that the gateway keeps of the student.
    pub elsewhere: usize,
}

impl Holdings {
    /// How many objects.
    pub fn len(&self) -> usize {
        self.records.len() + self.feed.len() + self.own.len() + self.shared.len() + self.elsewhere
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Privacy {
    /// The jobs of a student: by the index, and by all records when `scan`.
    ///
    /// # Errors
    /// The store's, the index's.
    pub async fn jobs_of(&self, student: &str, scan: bool) -> Result<BTreeSet<JobId>, PrivacyError> {
        let mut jobs = BTreeSet::new();
        if scan {
            let mut keys = self.store.scan(JOBS_FOLDER, None);
            while let Some(key) = keys.try_next().await? {
                let Some((job, "event")) = parse_record(&key) else { continue };
                // What cannot be read cannot be told to be somebody's; a person looks at it.
                match feed::current_of(&*self.store, &job).await {
                    Ok(Some((_, card))) if card.report.student.key == student => drop(jobs.insert(job)),
                    Ok(_) => {}
                    Err(error) => tracing::warn!(job.id = %job, %error, "A job cannot be read: nobody can tell whose it is"),
                }
            }
        } else {
            self.lookup.reconcile().await?;
            let filter = ReportFilter { student: Some(self.lookup.hash_of(student).await?), ..ReportFilter::default() };
            jobs.extend(self.lookup.jobs(filter, MOST_JOBS).await?);
        }
        Ok(jobs)
    }

    /// What a student is known by: the id, and the addresses that reports went to.
    ///
    /// # Errors
    /// The store's.
    pub async fn marks_of(&self, student: &str, jobs: &BTreeSet<JobId>) -> Result<Marks, PrivacyError> {
        let mut all = vec![student.to_owned()];
        for job in jobs {
            match feed::current_of(&*self.store, job).await {
                Ok(found) => all.extend(found.and_then(|(_, card)| card.report.student.email)),
                Err(JobsError::Store(error)) => return Err(error.into()),
                Err(error) => tracing::warn!(job.id = %job, %error, "A job cannot be read: the address its report went to is not known"),
            }
        }
        Ok(Marks::new(all))
    }

    /// Jobs that are no report of these and tell of the student: platforms' events, and the gateway's.
    async fn beside(&self, marks: &Marks, reports: &BTreeSet<JobId>) -> Result<(BTreeSet<JobId>, BTreeSet<JobId>), PrivacyError> {
        // What the index knows is somebody's report, and whose it is the index has told.
        let known: BTreeSet<JobId> = self.lookup.jobs(ReportFilter::default(), MOST_JOBS).await?.into_iter().collect();
        let (mut beside, mut events) = (BTreeSet::new(), BTreeSet::new());
        let mut keys = self.store.scan(JOBS_FOLDER, None);
        while let Some(key) = keys.try_next().await? {
            let Some((job, "event")) = parse_record(&key) else { continue };
            if reports.contains(&job) || known.contains(&job) {
                continue;
            }
            let Some(record) = self.value(&key).await? else { continue };
            let effect = record["effect_key"].as_str().unwrap_or_default();
            if marks.are_in(&record) || marks.all().any(|mark| effect.contains(mark)) {
                let of = if record["kind"] == EVENT_KIND { &mut events } else { &mut beside };
                of.insert(job);
            }
        }
        Ok((beside, events))
    }

    /// Records of what platforms told of the student, with their texts.
    async fn inbound(&self, marks: &Marks, found: &mut BTreeSet<String>) -> Result<(), PrivacyError> {
        let mut keys = self.store.scan(PLATFORM_RECORDS_FOLDER, None);
        while let Some(key) = keys.try_next().await? {
            if self.value(&key).await?.is_some_and(|record| marks.are_in(&record)) {
                let text = key[PLATFORM_RECORDS_FOLDER.len()..].trim_end_matches(".json");
                let text = format!("{PLATFORM_TEXTS_FOLDER}{text}.txt");
                if self.store.get(&text).await?.is_some() {
                    found.insert(text);
                }
                found.insert(key);
            }
        }
        Ok(())
    }

    /// All that is kept of a student with these jobs.
    ///
    /// # Errors
    /// The store's.
    pub async fn holdings(&self, student: &str, jobs: &BTreeSet<JobId>, marks: &Marks) -> Result<Holdings, PrivacyError> {
        let (beside, events) = self.beside(marks, jobs).await?;
        let elsewhere = self.elsewhere.kept(marks, &events).await.map_err(PrivacyError::Elsewhere)?;
        let reports = jobs;
        let jobs: &BTreeSet<JobId> = &reports.union(&beside).cloned().collect();
        let mut found = Holdings { jobs: reports.clone(), beside, events, elsewhere, ..Holdings::default() };
        self.inbound(marks, &mut found.own).await?;
        let folder = safe_name(student);
        for job in jobs {
            let records: Vec<String> = self.store.scan(&ObjectKey::JobFolder { job }.path(), None).try_collect().await?;
            for key in &records {
                if let Some((bytes, _)) = self.store.get(key).await?
                    && let Ok(record) = serde_json::from_slice::<Value>(&bytes)
                {
                    files(&record, &mut found.own);
                }
            }
            found.records.extend(records);
            let mails: Vec<String> = self.store.scan(&format!("{OUTBOX_FOLDER}{job}"), None).try_collect().await?;
            found.own.extend(mails);
        }
        for lane in LaneName::ALL {
            let mut keys = self.store.scan(&feed_folder(lane), None);
            while let Some(key) = keys.try_next().await? {
                if parse_feed(lane, &key).is_some_and(|entry| jobs.contains(&entry.job)) {
                    found.feed.insert(key);
                }
            }
        }
        for place in BY_STUDENT {
            let mut keys = self.store.scan(place, None);
            while let Some(key) = keys.try_next().await? {
                let mut parts = key[place.len()..].split('/');
                let whose = parts.nth(1).unwrap_or_default();
                if whose == folder || whose.strip_suffix(".json") == Some(folder.as_str()) {
                    found.own.insert(key);
                }
            }
        }
        for place in [UNFOLDED_FOLDER, UNCOUNTED_FOLDER, ALERTS_FOLDER] {
            let mut keys = self.store.scan(place, None);
            while let Some(key) = keys.try_next().await? {
                let name = key.rsplit('/').next().unwrap_or_default();
                if name.get(..32).and_then(JobId::parse).is_some_and(|job| jobs.contains(&job)) {
                    found.own.insert(key);
                }
            }
        }
        let mut keys = self.store.scan(UNCOPIED_FOLDER, None);
        while let Some(key) = keys.try_next().await? {
            let marked = self.store.get(&key).await?.map(|(bytes, _)| String::from_utf8_lossy(&bytes).into_owned());
            if marked.is_some_and(|of| found.own.contains(&of)) {
                found.own.insert(key);
            }
        }
        // Another student's id may begin like this one's: the records say which PDFs are whose, and here are the indexes only.
        let mut keys = self.store.scan(REPORTS_FOLDER, None);
        while let Some(key) = keys.try_next().await? {
            if key.ends_with("/processed.csv") && self.has_rows(&key, student, jobs).await? {
                found.shared.insert(key);
            }
        }
        let mut keys = self.store.scan("cohorts/", None);
        while let Some(key) = keys.try_next().await? {
            if key.ends_with("/members.json") && self.value(&key).await?.is_some_and(|members| members.get(student).is_some()) {
                found.shared.insert(key);
            }
        }
        let alerts = ObjectKey::Alerts.path();
        let names_one = |value: &Value| {
            let causes = value.as_object().into_iter().flatten();
            causes.into_iter().any(|(_, cause)| jobs.iter().any(|job| cause["jobs"].get(job.as_str()).is_some()))
        };
        if self.value(&alerts).await?.as_ref().is_some_and(names_one) {
            found.shared.insert(alerts);
        }
        let school = ObjectKey::SchoolStudents.path();
        if self.value(&school).await?.is_some_and(|students| marks.are_in(&students)) {
            found.shared.insert(school);
        }
        // A PDF that is gone already is not held.
        let mut gone = Vec::new();
        for key in found.own.iter().filter(|key| key.starts_with(REPORTS_FOLDER)) {
            if self.store.get(key).await?.is_none() {
                gone.push(key.clone());
            }
        }
        for key in &gone {
            found.own.remove(key);
        }
        Ok(found)
    }

    pub(super) async fn value(&self, key: &str) -> Result<Option<Value>, PrivacyError> {
        Ok(self.store.get(key).await?.and_then(|(bytes, _)| serde_json::from_slice(&bytes).ok()))
    }

    async fn has_rows(&self, key: &str, student: &str, jobs: &BTreeSet<JobId>) -> Result<bool, PrivacyError> {
        let Some((bytes, _)) = self.store.get(key).await? else { return Ok(false) };
        Ok(rows(&bytes).iter().any(|row| is_of(row, student, jobs)))
    }
}

/// The job whose result this is, as its key tells: the name ends with the job.
pub(super) fn of_job(key: &str) -> Option<JobId> {
    let name = key.rsplit('/').next()?.trim_end_matches(".json");
    name.split(['-', '_']).find_map(JobId::parse)
}

/// The rows of a `processed.csv`, the header first.
pub(super) fn rows(bytes: &[u8]) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    reader.records().filter_map(Result::ok).collect()
}

/// Whether a row of `processed.csv` tells of a student: by the id in its first column, or the job in its fifth.
pub(super) fn is_of(row: &csv::StringRecord, student: &str, jobs: &BTreeSet<JobId>) -> bool {
    // A text that a table would calculate with stands behind an apostrophe.
    let id = row.get(0).unwrap_or_default();
    let job = row.get(4).and_then(JobId::parse);
    id == student || id.strip_prefix('\'') == Some(student) || job.is_some_and(|job| jobs.contains(&job))
}

/// The reports' keys that a record names.
pub(super) fn files(record: &Value, found: &mut BTreeSet<String>) {
    match record {
        Value::String(text) if text.starts_with(REPORTS_FOLDER) && text.to_ascii_lowercase().ends_with(".pdf") => {
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| files(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| files(field, found)),
        _ => {}
    }
}
