//! What a person wants done with their data, as far as a report must know: asked of whoever keeps it.

use async_trait::async_trait;

use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::storage::StoreError;

/// What persons want done with their data.
#[async_trait]
pub trait Consent: Send + Sync {
    /// Why no report is made of a student, where that is so.
    ///
    /// # Errors
    /// The store's: then nothing is made.
    async fn refusal(&self, student: &str) -> Result<Option<Cause>, StoreError>;

    /// Whether a submission's report was made and its student erased since.
    ///
    /// # Errors
    /// The store's.
    async fn is_erased(&self, claim: &str) -> Result<bool, StoreError>;

    /// Notes that a job learnt of an erased student anew; what it learnt goes once it has ended.
    ///
    /// # Errors
    /// The store's.
    async fn came_back(&self, job: &JobId) -> Result<(), StoreError>;
}

/// Nobody wants anything; for tests and trials.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoWishes;

#[async_trait]
impl Consent for NoWishes {
    async fn refusal(&self, _: &str) -> Result<Option<Cause>, StoreError> {
        Ok(None)
    }

    async fn is_erased(&self, _: &str) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn came_back(&self, _: &JobId) -> Result<(), StoreError> {
        Ok(())
    }
}
