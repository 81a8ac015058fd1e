//! Whom lists leave out: persons whose data are blocked. Whoever keeps what persons want tells it; the index only keeps it in mind.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::storage::StoreError;

/// How somebody is named where nobody is: a keyed hash of an id or an address.
type SubjectOf = dyn Fn(&str) -> String + Send + Sync;

/// The persons whose data are blocked.
pub struct Blocked {
    subjects: BTreeSet<String>,
    subject_of: Box<SubjectOf>,
}

impl fmt::Debug for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocked").field("persons", &self.subjects.len()).finish_non_exhaustive()
    }
}

impl Blocked {
    /// These, named as `subject_of` names them.
    pub fn new(subjects: BTreeSet<String>, subject_of: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self { subjects, subject_of: Box::new(subject_of) }
    }

    /// Whether one of them has this id or address.
    pub fn is(&self, id: &str, address: Option<&str>) -> bool {
        let is_one = |name: &str| !name.is_empty() && self.subjects.contains(&(self.subject_of)(name));
        is_one(id) || address.is_some_and(is_one)
    }

    /// Whether these are the same persons.
    pub(super) fn same(one: Option<&Self>, other: Option<&Self>) -> bool {
        one.map(|one| &one.subjects) == other.map(|other| &other.subjects)
    }
}

/// Whoever knows whose data are blocked.
#[async_trait]
pub trait Blocks: Send + Sync {
    /// Who they are now; none where nobody is.
    ///
    /// # Errors
    /// The store's.
    async fn blocked(&self) -> Result<Option<Arc<Blocked>>, StoreError>;
}

/// Nobody's data are blocked; for tests and demonstrations.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

#[async_trait]
impl Blocks for Nobody {
    async fn blocked(&self) -> Result<Option<Arc<Blocked>>, StoreError> {
        Ok(None)
    }
}
