//! What a person wants done with their data, as far as a report must know: asked of whoever keeps it.

use std::sync::Arc;

use async_trait::async_trait;

use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::storage::StoreError;

/// Tells of somebody's id and address whether their data are blocked.
pub type IsBlocked = Arc<dyn Fn(&str, Option<&str>) -> bool + Send + Sync>;

/// What persons want done with their data.
#[async_trait]
pub trait Consent: Send + Sync {
    /// Why no report is made of a student, where that is so.
    ///
    /// # Errors
    /// The store's: then nothing is made.
    async fn refusal(&self, student: &str) -> Result<Option<Cause>, StoreError>;

    /// Whose data are blocked, for what tells of many at once; nothing where nobody's are. It may be some seconds old.
    ///
    /// # Errors
    /// The store's: then nobody is told of.
    async fn blocked(&self) -> Result<Option<IsBlocked>, StoreError>;

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

    async fn blocked(&self) -> Result<Option<IsBlocked>, StoreError> {
        Ok(None)
    }

    async fn is_erased(&self, _: &str) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn came_back(&self, _: &JobId) -> Result<(), StoreError> {
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;
    use std::sync::Mutex;

    use super::*;

    /// Persons whose data are blocked, by their ids or addresses as they are.
    #[derive(Debug, Default)]
    pub(in crate::pipeline) struct Blocks(Mutex<BTreeSet<String>>);

    impl Blocks {
        pub(in crate::pipeline) fn block(&self, name: &str) {
            self.0.lock().unwrap().insert(name.to_owned());
        }

        pub(in crate::pipeline) fn lift(&self, name: &str) {
            self.0.lock().unwrap().remove(name);
        }
    }

    #[async_trait]
    impl Consent for Blocks {
        async fn refusal(&self, student: &str) -> Result<Option<Cause>, StoreError> {
            Ok(self.0.lock().unwrap().contains(student).then_some(Cause::PersonBlocked))
        }

        async fn blocked(&self) -> Result<Option<IsBlocked>, StoreError> {
            let names = self.0.lock().unwrap().clone();
            let is_blocked: IsBlocked =
                Arc::new(move |id, address| names.contains(id) || address.is_some_and(|address| names.contains(address)));
            Ok(Some(is_blocked).filter(|_| !self.0.lock().unwrap().is_empty()))
        }

        async fn is_erased(&self, _: &str) -> Result<bool, StoreError> {
            Ok(false)
        }

        async fn came_back(&self, _: &JobId) -> Result<(), StoreError> {
            Ok(())
        }
    }
}
