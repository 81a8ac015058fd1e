//! What is derived from the feed of ended jobs: each can be thrown away and made again from the jobs' records.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::card::Card;
use crate::storage::StoreError;

/// One thing that is derived from what jobs came to.
///
/// # Adding a projection
/// Implement this, and list it where the pipeline is put together.
#[async_trait]
pub(super) trait Projection: Send + Sync {
    /// Its name, for the cursor and the command line.
    fn name(&self) -> &'static str;

    /// Whether a store that was followed without it is followed from now on: what ended before was seen to by the release that ended it.
    fn begins_now(&self) -> bool {
        false
    }

    /// Takes entries in, oldest first; taking one in again changes nothing. What is wrong with one part of it is told and stops no other part.
    ///
    /// # Errors
    /// The store's: the entries come again.
    async fn apply(&self, cards: &[Card], now: Timestamp) -> Result<(), StoreError>;

    /// Does what is due by the time, once the entries are applied.
    ///
    /// # Errors
    /// The store's.
    async fn look(&self, _now: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    /// Takes in what a release without a feed left to be folded; once per process.
    ///
    /// # Errors
    /// The store's.
    async fn take_older(&self, now: Timestamp) -> Result<(), StoreError>;

    /// Makes it anew from the jobs' records, and tells what came of it.
    ///
    /// # Errors
    /// What could not be made, in words.
    async fn rebuild(&self, now: Timestamp) -> anyhow::Result<String>;
}
