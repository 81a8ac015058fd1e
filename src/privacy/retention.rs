//! What is kept for a time only, in three classes: answers and what was said of each, then the reports themselves, then the records; counts stay.
//!
//! A day's work at most is done at once, and how far it came is kept, so that a run costs what is new and not what there is.

use std::collections::BTreeSet;

use bytes::Bytes;
use futures::TryStreamExt as _;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::env::Env;
use crate::jobs::feed;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::privacy::holdings::{REPORTS_FOLDER, files, of_job};
use crate::privacy::{Privacy, PrivacyError};
use crate::storage::PutMode;
use crate::storage::key::lanes::{feed_folder, parse_feed};
use crate::storage::key::{AUDIT_FOLDER, CLAIMING_RESULT, ObjectKey, RESULTS_FOLDER, parse_record, result_of_claim};

/// Reports of one run, in each class.
const MOST: usize = 1000;
/// What goes within this time is told ahead.
pub const AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How long what is kept; without a number, until it is erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// `KEEP_ANSWERS_DAYS`: answers, and what was said of each.
    pub answers: Option<u32>,
    /// `KEEP_REPORTS_DAYS`: the PDFs and the mails of the file transport.
    pub reports: Option<u32>,
    /// `KEEP_RECORDS_DAYS`: who got which report with which result.
    pub records: Option<u32>,
    /// `KEEP_AUDIT_DAYS`: who did what.
    pub audit: Option<u32>,
}

impl Keep {
    /// Reads the variables named at the fields.
    pub fn from_env(env: &mut Env) -> Self {
        let mut days = |name: &str| {
            let days: u32 = env.parsed(name, 0, "a whole number of days; 0 keeps for ever");
            (days > 0).then_some(days)
        };
        let keep = Self {
            answers: days("KEEP_ANSWERS_DAYS"),
            reports: days("KEEP_REPORTS_DAYS"),
            records: days("KEEP_RECORDS_DAYS"),
            audit: days("KEEP_AUDIT_DAYS"),
        };
        if let Some(records) = keep.records {
            for (name, days) in [("KEEP_ANSWERS_DAYS", keep.answers), ("KEEP_REPORTS_DAYS", keep.reports)] {
                if days.is_some_and(|days| days > records) {
                    env.problem(name, "is longer than KEEP_RECORDS_DAYS, with which everything of a report goes");
                }
            }
        }
        keep
    }

    /// The days of a class.
    pub fn of(&self, class: RetentionClass) -> Option<u32> {
        match class {
            RetentionClass::Answers => self.answers,
            RetentionClass::Reports => self.reports,
            RetentionClass::Records => self.records,
        }
    }
}

/// A class of what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RetentionClass {
    /// Answers, and what was said of each.
    Answers,
    /// The PDFs and mails.
    Reports,
    /// Who got which report with which result.
    Records,
}

impl RetentionClass {
    /// All classes, the first to go first.
    pub const ALL: [Self; 3] = [Self::Answers, Self::Reports, Self::Records];
}

/// How far each class came: everything that ended before this is done.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Done {
    #[serde(default)]
    answers: Option<Timestamp>,
    #[serde(default)]
    reports: Option<Timestamp>,
    #[serde(default)]
    records: Option<Timestamp>,
}

impl Done {
    fn of(&mut self, class: RetentionClass) -> &mut Option<Timestamp> {
        match class {
            RetentionClass::Answers => &mut self.answers,
            RetentionClass::Reports => &mut self.reports,
            RetentionClass::Records => &mut self.records,
        }
    }
}

/// What a run removed, or would.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retained {
    /// Reports of which the answers went.
    pub answers: usize,
    /// Reports whose PDF went.
    pub reports: usize,
    /// Reports of which everything went.
    pub records: usize,
    /// Acts that were taken out of the log.
    pub acts: usize,
    /// There is more to do.
    pub more: bool,
}

impl Retained {
    /// How many of a class.
    pub fn of(&self, class: RetentionClass) -> usize {
        match class {
            RetentionClass::Answers => self.answers,
            RetentionClass::Reports => self.reports,
            RetentionClass::Records => self.records,
        }
    }

    fn set(&mut self, class: RetentionClass, n: usize) {
        match class {
            RetentionClass::Answers => self.answers = n,
            RetentionClass::Reports => self.reports = n,
            RetentionClass::Records => self.records = n,
        }
    }

    /// Whether anything went.
    pub fn is_nothing(&self) -> bool {
        self.answers + self.reports + self.records + self.acts == 0
    }
}

impl Privacy {
    /// How long what is kept.
    pub fn keep(&self) -> Keep {
        self.keep
    }

    /// How many reports each class would lose until then, at most a thousand.
    ///
    /// # Errors
    /// The store's.
    pub async fn will_go(&self, until: Timestamp) -> Result<Retained, PrivacyError> {
        let mut done = self.done().await?;
        let mut told = Retained::default();
        for class in RetentionClass::ALL {
            let Some(cutoff) = self.cutoff(class, until) else { continue };
            let (due, more) = self.due(cutoff, *done.of(class)).await?;
            told.set(class, due.len());
            told.more |= more;
        }
        Ok(told)
    }

    /// Removes what was to be kept for a time only, at most a thousand reports of each class.
    ///
    /// # Errors
    /// The store's; the next run goes on.
    pub async fn retain(&self) -> Result<Retained, PrivacyError> {
        let mut done = self.done().await?;
        let mut told = Retained::default();
        for class in RetentionClass::ALL {
            let Some(cutoff) = self.cutoff(class, self.now()) else { continue };
            let (due, more) = self.due(cutoff, *done.of(class)).await?;
            for job in &due {
                match class {
                    RetentionClass::Answers => self.drop_answers(job).await?,
                    RetentionClass::Reports | RetentionClass::Records => self.drop_files(job).await?,
                }
            }
            if class == RetentionClass::Records && !due.is_empty() {
                self.drop_records(&due.iter().cloned().collect()).await?;
            }
            told.set(class, due.len());
            told.more |= more;
            if !more {
                *done.of(class) = Some(cutoff);
                self.write(&ObjectKey::Retention.path(), &done).await?;
            }
        }
        told.acts = self.drop_acts().await?;
        Ok(told)
    }

    async fn done(&self) -> Result<Done, PrivacyError> {
        let value = self.value(&ObjectKey::Retention.path()).await?;
        Ok(value.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default())
    }

    fn cutoff(&self, class: RetentionClass, now: Timestamp) -> Option<Timestamp> {
        let days = self.keep.of(class)?;
        now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).ok()
    }

    /// Reports that ended last before `cutoff` and not before `done`; and whether there are more.
    async fn due(&self, cutoff: Timestamp, done: Option<Timestamp>) -> Result<(Vec<JobId>, bool), PrivacyError> {
        let (folder, nobody) = (feed_folder(LaneName::Reports), JobId::from_digest([0; 32]));
        let from = ObjectKey::Feed { lane: LaneName::Reports, at: cutoff, state: "", job: &nobody }.path();
        let mut keys = self.store.scan(&folder, Some(&from));
        let (mut seen, mut due) = (BTreeSet::new(), Vec::new());
        while let Some(key) = keys.try_next().await? {
            let Some(entry) = parse_feed(LaneName::Reports, &key) else { continue };
            if done.is_some_and(|done| entry.at.as_second() + 1 < done.as_second()) {
                break;
            }
            if !seen.insert(entry.job.clone()) {
                continue;
            }
            // What was opened again since is younger than this entry of it.
            match feed::current_of(&*self.store, &entry.job).await {
                Ok(Some((_, card))) if card.ended < cutoff && matches!(card.state.as_str(), "done" | "dead") => due.push(entry.job),
                Ok(_) => {}
                Err(error) => tracing::warn!(job.id = %entry.job, %error, "A job cannot be read: nobody can tell how old it is"),
            }
            if due.len() == MOST {
                return Ok((due, true));
            }
        }
        Ok((due, false))
    }

    async fn drop_answers(&self, job: &JobId) -> Result<(), PrivacyError> {
        for (key, value) in self.records_of(job).await? {
            let mut stripped = value.clone();
            strip(&mut stripped);
            if stripped != value {
                self.write(&key, &stripped).await?;
            }
        }
        Ok(())
    }

    async fn drop_files(&self, job: &JobId) -> Result<(), PrivacyError> {
        let mut found = BTreeSet::new();
        for (_, value) in self.records_of(job).await? {
            files(&value, &mut found);
        }
        found.extend(self.store.scan(&ObjectKey::Outbox(job.as_str()).path(), None).try_collect::<Vec<_>>().await?);
        for key in &found {
            if self.store.get(key).await?.is_some() {
                self.blank_and_remove(key).await?;
            }
        }
        Ok(())
    }

    /// Records, entries of the feed, results and rows of indexes: each folder is gone through once for all of them.
    async fn drop_records(&self, jobs: &BTreeSet<JobId>) -> Result<(), PrivacyError> {
        // Before the records go that name it, the result that is a submission's claim as well.
        let mut claiming = BTreeSet::new();
        for job in jobs {
            if let Ok(Some((_, card))) = feed::current_of(&*self.store, job).await
                && let Some(submission) = &card.report.submission
            {
                let (assessment, student) = (&card.report.assessment.key, &card.report.student.key);
                claiming.extend(result_of_claim(&ObjectKey::Claim { assessment, student, submission }.path(), CLAIMING_RESULT));
            }
        }
        let results: Vec<String> = self.store.scan(RESULTS_FOLDER, None).try_collect().await?;
        let is_theirs = |key: &&String| claiming.contains(*key) || of_job(key).is_some_and(|job| jobs.contains(&job));
        for key in results.iter().filter(is_theirs) {
            self.blank_and_remove(key).await?;
        }
        self.blank_records(jobs).await?;
        self.blank_feed_of(jobs).await?;
        let indexes: Vec<String> = self.store.scan(REPORTS_FOLDER, None).try_collect().await?;
        for key in indexes.iter().filter(|key| key.ends_with("/processed.csv")) {
            self.leave_rows(key, jobs).await?;
        }
        self.derived.rebuild().await.map_err(PrivacyError::Derived)?;
        // The index reads no entry twice; what it knows of them goes with it.
        self.lookup.rebuild().await?;
        Ok(())
    }

    async fn drop_acts(&self) -> Result<usize, PrivacyError> {
        let Some(days) = self.keep.audit else { return Ok(0) };
        let Ok(cutoff) = self.now().checked_sub(SignedDuration::from_hours(24 * i64::from(days))) else { return Ok(0) };
        let from = ObjectKey::Audit { at: cutoff, id: "" }.path();
        let old: Vec<String> = self.store.list(AUDIT_FOLDER, Some(&from), MOST).await?;
        for key in &old {
            self.store.put(key, Bytes::from_static(b"{}"), PutMode::Overwrite).await?;
            self.store.delete(key).await?;
        }
        Ok(old.len())
    }

    async fn records_of(&self, job: &JobId) -> Result<Vec<(String, Value)>, PrivacyError> {
        let keys: Vec<String> = self.store.scan(&ObjectKey::JobFolder { job }.path(), None).try_collect().await?;
        let mut found = Vec::new();
        for key in keys.into_iter().filter(|key| parse_record(key).is_some()) {
            if let Some(value) = self.value(&key).await? {
                found.push((key, value));
            }
        }
        Ok(found)
    }
}

/// Takes answers, and what was said of each, out of a record.
fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), &mut *value) {
                    ("answers" | "questions", Value::Array(items)) => items.clear(),
                    _ => strip(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_outlive_what_they_are_about() {
        let read = |pairs: &[(&str, &str)]| {
            let mut env = Env::from_pairs(pairs.iter().copied());
            (Keep::from_env(&mut env), env.problems().iter().map(|problem| problem.variable.clone()).collect::<Vec<_>>())
        };
        assert_eq!(read(&[]), (Keep::default(), Vec::new()));
        let (keep, problems) = read(&[("KEEP_ANSWERS_DAYS", "90"), ("KEEP_REPORTS_DAYS", "0"), ("KEEP_RECORDS_DAYS", "400")]);
        assert_eq!((keep.answers, keep.reports, keep.records, problems.len()), (Some(90), None, Some(400), 0));
        assert_eq!(read(&[("KEEP_ANSWERS_DAYS", "90"), ("KEEP_RECORDS_DAYS", "30")]).1, ["KEEP_ANSWERS_DAYS"]);
        assert_eq!(read(&[("KEEP_AUDIT_DAYS", "a year")]).1, ["KEEP_AUDIT_DAYS"]);
    }

    #[test]
    fn answers_go_and_the_judgement_stays() {
        let mut record = serde_json::json!({ "submission": { "id": "s", "answers": [{ "answer": "A" }] }, "analysis": { "percentage": 80.0, "questions": [{ "given": "A" }], "groups": [1] } });
        strip(&mut record);
        assert_eq!(
            record,
            serde_json::json!({ "submission": { "id": "s", "answers": [] }, "analysis": { "percentage": 80.0, "questions": [], "groups": [1] } })
        );
    }
}
