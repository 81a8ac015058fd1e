//! What can go wrong in the durable core, by what the caller does about it.

use std::time::Duration;

use crate::model::ids::JobId;
use crate::storage::StoreError;

/// A failure of the core itself; failures of a job's work are [`crate::jobs::handler::JobError`].
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record is damaged or of a later version.
    #[error("the record {key} cannot be read: {message}; it was changed by hand, or by a newer version of gradepost")]
    Unreadable {
        /// Where it lies.
        key: String,
        /// What is wrong with it.
        message: String,
    },
    /// No job has this id.
    #[error("there is no job {0}")]
    NotFound(JobId),
    /// What was asked does not fit the job's state.
    #[error("job {job} is {state}; {advice}")]
    WrongState {
        /// The job.
        job: JobId,
        /// Its state, as a word.
        state: String,
        /// What to do instead.
        advice: &'static str,
    },
}

/// Why an event was not accepted. Nothing of it will happen, unless it is sent again.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The store cannot take it now.
    #[error("the event could not be stored: {source}")]
    Unavailable {
        /// When to try again.
        retry_after: Duration,
        /// What the store said.
        source: JobsError,
    },
    /// More is waiting here than this instance should take on.
    #[error("too many jobs are waiting")]
    Saturated {
        /// When to try again.
        retry_after: Duration,
    },
}
