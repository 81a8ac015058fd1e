//! What is kept of one student, and how it is given out or erased.
//!
//! Everything durable is create-only and a removal may be undone by a power cut, so what is erased is overwritten first and removed then. The order, its progress and its receipt stand in the store: whoever dies on the way is followed up by the next start, or by `gradepost privacy resume`.
//!
//! | file | what it holds |
//! |---|---|
//! | `classes.rs` | what every kind of object tells of a person |
//! | `holdings.rs` | finding all that is kept of one student |
//! | `erase.rs` | erasing it, whatever dies meanwhile |
//! | `blank.rs` | what is left in the place of what must stay readable |
//! | `export.rs` | giving it out |
//! | `wishes.rs` | who wants their data blocked, or not processed any more |
//! | `retention.rs` | what is kept for a time only |
//! | `upkeep.rs` | what is looked at again later: erasures, wishes that are over, who came back |

mod blank;
pub mod classes;
pub mod erase;
pub mod export;
pub mod holdings;
pub mod retention;
#[cfg(test)]
mod tests;
pub mod upkeep;
pub mod wishes;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::clock::Clock;
use crate::jobs::error::JobsError;
use crate::jobs::operator::Operator;
use crate::lookup::{Lookup, LookupError};
use crate::model::ids::JobId;
use crate::model::mentions::Marks;
use crate::privacy::retention::Keep;
use crate::privacy::wishes::Wishes;
use crate::storage::{Store, StoreError};

/// What is derived from all students' results, and made anew without one of them.
#[async_trait]
pub trait Derived: Send + Sync {
    /// Makes it anew.
    ///
    /// # Errors
    /// What could not be made, in words.
    async fn rebuild(&self) -> Result<(), String>;

    /// Takes the reports of these jobs out of the lists that are derived while their students' data are blocked, and puts them back once they are no more.
    ///
    /// # Errors
    /// What is in the way, in words.
    async fn follow(&self, jobs: &BTreeSet<JobId>) -> Result<(), String>;
}

/// What another room keeps of a person in a form of its own: the gateway its events, and the answers to them.
#[async_trait]
pub trait Elsewhere: Send + Sync {
    /// How many objects tell of the person; `events` are jobs of that room that do.
    ///
    /// # Errors
    /// What is in the way, in words.
    async fn kept(&self, marks: &Marks, events: &BTreeSet<JobId>) -> Result<usize, String>;

    /// Takes the person out of them; how many there were. Doing it again is harmless.
    ///
    /// # Errors
    /// What is in the way, in words.
    async fn erase(&self, marks: &Marks, events: &BTreeSet<JobId>) -> Result<usize, String>;
}

/// The kind of job whose records are the gateway's.
const EVENT_KIND: &str = "webhook_event";

/// What the room stands on.
pub struct Privacy {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    operator: Operator,
    lookup: Arc<Lookup>,
    derived: Arc<dyn Derived>,
    elsewhere: Arc<dyn Elsewhere>,
    wishes: Arc<Wishes>,
    keep: Keep,
}

/// What the room is built of.
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What is done with jobs.
    pub operator: Operator,
    /// Which reports are whose.
    pub lookup: Arc<Lookup>,
    /// What is derived from all students' results.
    pub derived: Arc<dyn Derived>,
    /// What another room keeps.
    pub elsewhere: Arc<dyn Elsewhere>,
    /// What persons want.
    pub wishes: Arc<Wishes>,
    /// How long what is kept.
    pub keep: Keep,
}

/// Why something could not be found, given out or erased.
#[derive(Debug, thiserror::Error)]
pub enum PrivacyError {
    /// The store's.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A job's records.
    #[error(transparent)]
    Jobs(#[from] JobsError),
    /// The index.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// A report is being made at this moment.
    #[error(
        "the report {0} is being made at this moment; the erasure resumes automatically once it is done, or run gradepost privacy resume"
    )]
    Running(JobId),
    /// What is derived could not be made anew.
    #[error("what is derived from results could not be made anew: {0}")]
    Derived(String),
    /// What another room keeps could not be reached.
    #[error("what the gateway keeps could not be erased: {0}")]
    Elsewhere(String),
    /// There is nothing to lift.
    #[error("nothing of this person is blocked and they have not objected")]
    NoWish,
    /// Something is left.
    #[error("{0} objects of the student are still there after erasing; run gradepost privacy resume")]
    Left(usize),
    /// A file could not be made.
    #[error("the archive could not be made: {0}")]
    Archive(String),
}

impl Privacy {
    /// Over its parts.
    pub fn new(parts: Parts) -> Self {
        let Parts { store, clock, operator, lookup, derived, elsewhere, wishes, keep } = parts;
        Self { store, clock, operator, lookup, derived, elsewhere, wishes, keep }
    }

    /// Who an erasure was about, told by a keyed hash: it names nobody, and finds the person again in a restored backup.
    async fn subject(&self, student: &str) -> Result<String, PrivacyError> {
        Ok(self.wishes.subject(student).await?)
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
