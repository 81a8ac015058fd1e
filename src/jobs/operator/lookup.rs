//! Finding and counting jobs by their keys, without reading any.

use std::collections::{BTreeSet, HashSet};

use futures::TryStreamExt as _;

use super::Operator;
use super::list::Source;
use crate::jobs::error::JobsError;
use crate::jobs::records::EndState;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::storage::key::lanes::{due_folder, parse_due};
use crate::storage::key::{JOBS_FOLDER, parse_record};
use crate::storage::{Store, StoreError};

/// Jobs of one beginning that are told; whoever asks for fewer letters than this many jobs share must give more.
const MOST: usize = 9;

/// Every job of a lane that ever ended, by the keys of the feed and of the older index.
///
/// # Errors
/// The store's.
pub async fn ended_jobs(store: &dyn Store, lane: LaneName) -> Result<HashSet<JobId>, StoreError> {
    let mut jobs = HashSet::new();
    for source in [Source::Feed, Source::Index(EndState::Done), Source::Index(EndState::Parked), Source::Index(EndState::Dead)] {
        let mut ended = store.scan(&source.folder(lane), None);
        while let Some(key) = ended.try_next().await? {
            jobs.extend(source.parse(lane, &key).map(|(_, id)| id));
        }
    }
    Ok(jobs)
}

impl Operator {
    /// The jobs whose ids begin so, nine at most.
    ///
    /// # Errors
    /// The store's.
    pub async fn find(&self, beginning: &str) -> Result<Vec<JobId>, JobsError> {
        let prefix = format!("{JOBS_FOLDER}{beginning}");
        let mut records = self.core.store.scan(&prefix, None);
        let mut found = BTreeSet::new();
        while let Some(key) = records.try_next().await? {
            found.extend(parse_record(&key).map(|(id, _)| id));
            if found.len() >= MOST {
                break;
            }
        }
        Ok(found.into_iter().collect())
    }

    /// How many jobs there are, in one lane or in all.
    ///
    /// # Errors
    /// The store's.
    pub async fn count(&self, lane: Option<LaneName>) -> Result<usize, JobsError> {
        // A job that was opened again has entries of each of its ends.
        let mut jobs = HashSet::new();
        for lane in LaneName::ALL.into_iter().filter(|one| lane.is_none_or(|lane| lane == *one)) {
            let mut due = self.core.store.scan(&due_folder(lane), None);
            while let Some(key) = due.try_next().await? {
                jobs.extend(parse_due(lane, &key).map(|(_, id)| id));
            }
            jobs.extend(ended_jobs(&*self.core.store, lane).await?);
        }
        Ok(jobs.len())
    }
}
