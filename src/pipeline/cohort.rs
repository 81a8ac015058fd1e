//! Keeps, for each assessment, how often each result occurred, so that a report can say where its student stands.
//!
//! Derived from the feed of ended jobs. Each student counts once, with the newest attempt. Who counts with what stands in `members`; reports read `summary`, which names nobody, and `members` only to leave their own student, or somebody whose data are blocked, out of it.
//! What is damaged is made anew from the students' results (`results/<assessment>/…`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use async_trait::async_trait;
use bytes::Bytes;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::analysis::cohort::CohortSummary;
use crate::model::card::Card;
use crate::model::ids::safe_name;
use crate::pipeline::consent::Consent;
use crate::pipeline::projection::Projection;
use crate::pipeline::records::Filed;
use crate::pipeline::spool::{self, AT_ONCE, TRIES};
use crate::storage::key::{RESULTS_FOLDER, UNCOUNTED_FOLDER, cohort_of_folder, parse_result};
use crate::storage::{PutMode, Store, StoreError};

/// One result to count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct CohortResult {
    assessment: String,
    student: String,
    at: Timestamp,
    percentage: f64,
}

/// The newest result of each student.
type Members = BTreeMap<String, Newest>;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Newest {
    at: Timestamp,
    percentage: f64,
}

/// Why a cohort cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum CohortError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody or something damaged it.
    #[error("{key} cannot be read ({message}); it is made anew from results/")]
    Damaged { key: String, message: String },
}

/// The cohorts of all assessments.
pub(super) struct Cohorts {
    store: Arc<dyn Store>,
    consent: Arc<dyn Consent>,
    /// Folders of cohorts that were found damaged: made anew by the next run.
    damaged: Mutex<BTreeSet<String>>,
}

#[async_trait]
impl Projection for Cohorts {
    fn name(&self) -> &'static str {
        "cohorts"
    }

    async fn apply(&self, cards: &[Card], _now: Timestamp) -> Result<(), StoreError> {
        self.count_all(cards.iter().filter_map(CohortResult::of)).await
    }

    async fn look(&self, _now: Timestamp) -> Result<(), StoreError> {
        let damaged = std::mem::take(&mut *self.damaged());
        for folder in damaged {
            if let Err(error) = self.repair(&folder).await {
                self.damaged().insert(folder);
                return Err(error);
            }
        }
        Ok(())
    }

    async fn take_older(&self, _now: Timestamp) -> Result<(), StoreError> {
        let waiting = spool::read_all::<CohortResult>(&self.store, UNCOUNTED_FOLDER).await?;
        self.count_all(waiting.iter().map(|(_, result)| result.clone())).await?;
        spool::remove(&self.store, waiting.into_iter().map(|(key, _)| key)).await
    }

    async fn rebuild(&self, _now: Timestamp) -> anyhow::Result<String> {
        let mut folders = BTreeSet::new();
        let mut keys = self.store.scan(RESULTS_FOLDER, None);
        while let Some(key) = keys.try_next().await.context("cannot list the results")? {
            if let Some((assessment, _)) = parse_result(&key)
                && !folders.contains(assessment)
            {
                folders.insert(assessment.to_owned());
            }
        }
        let mut students = 0;
        for folder in &folders {
            students += self.repair(folder).await.with_context(|| format!("cannot make the cohort of {folder} anew"))?;
        }
        Ok(format!("{students} students in {} cohorts", folders.len()))
    }
}

impl Cohorts {
    pub(super) fn new(store: Arc<dyn Store>, consent: Arc<dyn Consent>) -> Self {
        Self { store, consent, damaged: Mutex::default() }
    }

    /// The results counted so far, but for those of students whose data are blocked.
    pub(super) async fn summary(&self, assessment: &str) -> Result<CohortSummary, CohortError> {
        let folder = safe_name(assessment);
        if let Some(is_blocked) = self.consent.blocked().await? {
            // The stored summary has everybody's; this is the rare case.
            return self.shown(folder, |student| !is_blocked(student, None)).await;
        }
        let read = read(&*self.store, &cohort_of_folder(&folder).1).await;
        read.map(|(summary, _)| summary).inspect_err(|error| self.note(error, folder))
    }

    /// The same but for one student's.
    pub(super) async fn without(&self, assessment: &str, student: &str) -> Result<CohortSummary, CohortError> {
        let is_blocked = self.consent.blocked().await?;
        let is_shown = |member: &str| member != student && is_blocked.as_ref().is_none_or(|is_blocked| !is_blocked(member, None));
        self.shown(safe_name(assessment), is_shown).await
    }

    /// The results of some students.
    async fn shown(&self, folder: String, is_shown: impl Fn(&str) -> bool) -> Result<CohortSummary, CohortError> {
        let read = read::<Members>(&*self.store, &cohort_of_folder(&folder).0).await;
        let (mut members, _) = read.inspect_err(|error| self.note(error, folder))?;
        members.retain(|student, _| is_shown(student));
        Ok(summarised(&members))
    }

    /// Counts results; a cohort that is damaged is made anew, which counts them too.
    async fn count_all(&self, results: impl Iterator<Item = CohortResult>) -> Result<(), StoreError> {
        let mut cohorts: BTreeMap<String, Vec<CohortResult>> = BTreeMap::new();
        for result in results {
            cohorts.entry(safe_name(&result.assessment)).or_default().push(result);
        }
        let mut failure = None;
        for (folder, results) in cohorts {
            match self.count(&folder, &results).await {
                Ok(()) => {}
                Err(CohortError::Store(error)) => failure = failure.or(Some(error)),
                Err(error @ CohortError::Damaged { .. }) => self.note(&error, folder),
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Counts the results of one assessment.
    async fn count(&self, folder: &str, results: &[CohortResult]) -> Result<(), CohortError> {
        let (members_key, summary_key) = cohort_of_folder(folder);
        for _ in 0..TRIES {
            // The summary's version is read before the members: who writes it last has seen the newest members.
            let (summary, summary_mode) = read::<CohortSummary>(&*self.store, &summary_key).await?;
            let (mut members, members_mode) = read::<Members>(&*self.store, &members_key).await?;
            let changed = results.iter().filter(|result| take(&mut members, result)).count() > 0;
            if changed && !put(&*self.store, &members_key, &members, members_mode).await? {
                continue;
            }
            let counted = summarised(&members);
            if counted == summary || put(&*self.store, &summary_key, &counted, summary_mode).await? {
                return Ok(());
            }
        }
        // Others were quicker too often; the next run tries again.
        Err(StoreError::Conflict { key: members_key }.into())
    }

    /// Makes a cohort anew from its students' results, and tells how many students it has; a result that cannot be read is told and left out.
    async fn repair(&self, folder: &str) -> Result<usize, StoreError> {
        let (members_key, summary_key) = cohort_of_folder(folder);
        for _ in 0..TRIES {
            // Versions first, so that whatever is counted meanwhile makes this start over.
            let (members_mode, summary_mode) = (mode(&*self.store, &members_key).await?, mode(&*self.store, &summary_key).await?);
            let members = self.members_of_results(folder).await?;
            if put(&*self.store, &members_key, &members, members_mode).await?
                && put(&*self.store, &summary_key, &summarised(&members), summary_mode).await?
            {
                tracing::info!(cohort = folder, students = members.len(), "A cohort was made anew from its students' results");
                return Ok(members.len());
            }
        }
        Err(StoreError::Conflict { key: members_key })
    }

    async fn members_of_results(&self, folder: &str) -> Result<Members, StoreError> {
        let read = |key: String| spool::one::<Filed>(&self.store, key);
        let mut results = self.store.scan(&format!("{RESULTS_FOLDER}{folder}/"), None).map_ok(read).try_buffered(AT_ONCE);
        let mut members = Members::new();
        while let Some(found) = results.try_next().await? {
            let Some((key, filed)) = found else { continue };
            let student = filed.student.or_else(|| parse_result(&key).map(|(_, student)| student.to_owned())).unwrap_or_default();
            let percentage = filed.attempt.percentage;
            take(&mut members, &CohortResult { assessment: String::new(), student, at: filed.at, percentage });
        }
        Ok(members)
    }

    fn note(&self, error: &CohortError, folder: String) {
        if let CohortError::Damaged { .. } = error {
            tracing::error!(%error, "A cohort is damaged");
            self.damaged().insert(folder);
        }
    }

    fn damaged(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.damaged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CohortResult {
    /// What a finished job counts with, whether a report went out or the retake policy kept an earlier one.
    fn of(card: &Card) -> Option<Self> {
        let facts = &card.report;
        let is_counted = card.state == "done" && facts.status.as_deref() != Some("duplicate") && !facts.is_plan;
        Some(Self {
            assessment: facts.assessment.key.clone(),
            student: facts.student.key.clone(),
            at: facts.submitted.unwrap_or(card.received),
            percentage: facts.pct.filter(|_| is_counted)?,
        })
    }
}

fn summarised(members: &Members) -> CohortSummary {
    let mut summary = CohortSummary::default();
    for newest in members.values() {
        summary.add(newest.percentage);
    }
    summary
}

/// Takes a result in, unless the student has a newer one; `false` when nothing changes.
fn take(members: &mut Members, result: &CohortResult) -> bool {
    let newest = Newest { at: result.at, percentage: result.percentage };
    match members.get(&result.student) {
        Some(known) if known.at > newest.at || *known == newest => false,
        _ => members.insert(result.student.clone(), newest) != Some(newest),
    }
}

async fn read<T: DeserializeOwned + Default>(store: &dyn Store, key: &str) -> Result<(T, PutMode), CohortError> {
    let Some((bytes, version)) = store.get(key).await? else { return Ok((T::default(), PutMode::Create)) };
    let damaged = |error: serde_json::Error| CohortError::Damaged { key: key.to_owned(), message: error.to_string() };
    Ok((serde_json::from_slice(&bytes).map_err(damaged)?, PutMode::Update(version)))
}

async fn mode(store: &dyn Store, key: &str) -> Result<PutMode, StoreError> {
    Ok(store.get(key).await?.map_or(PutMode::Create, |(_, version)| PutMode::Update(version)))
}

/// Writes, and tells whether nobody else did meanwhile.
async fn put<T: Serialize>(store: &dyn Store, key: &str, value: &T, mode: PutMode) -> Result<bool, StoreError> {
    let bytes = serde_json::to_vec(value).map_err(|error| StoreError::Refused { key: key.to_owned(), message: error.to_string() })?;
    match store.put(key, Bytes::from(bytes), mode).await {
        Ok(_) => Ok(true),
        Err(StoreError::AlreadyExists { .. } | StoreError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
