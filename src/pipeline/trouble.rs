//! What a store's failure means for a job.

use crate::jobs::handler::JobError;
use crate::storage::StoreError;

/// A store's failure is a matter of time: what was accepted waits until the store is well again.
pub(super) fn storage(error: &StoreError) -> JobError {
    let message = error.to_string();
    match error {
        StoreError::Unavailable { retry_after, .. } => JobError::retry_after("storage_unavailable", message, *retry_after),
        StoreError::Conflict { .. } | StoreError::AlreadyExists { .. } => JobError::retry("storage_conflict", message),
        StoreError::Refused { .. } => {
            JobError::retry("storage_refused", format!("{message}; fix the store; the job resumes automatically"))
        }
    }
}
