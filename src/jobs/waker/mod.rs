//! How a job finds an instance to run it. Waking is a hint: a lost or repeated one is harmless, because a sweep finds what is overdue and leases keep it to one.
//!
//! # Adding a waker
//! 1. Write `waker/<name>.rs` implementing [`Waker`].
//! 2. Add a variant to `TaskQueue` in `config.rs`.
//! 3. Wire it where the service is put together, by `Jobs::with_waker`.

pub mod inline;
pub mod pubsub;
pub mod touch;

use async_trait::async_trait;

use crate::model::ids::JobId;
use crate::model::lane::LaneName;

/// Asks for a job to be run soon.
#[async_trait]
pub trait Waker: Send + Sync {
    /// Asks once.
    ///
    /// # Errors
    /// [`NotWoken`] when nobody was asked; the job stays where it is until a sweep comes by.
    async fn wake(&self, lane: LaneName, job: &JobId) -> Result<(), NotWoken>;

    /// Whether more waits in the lane than should be taken on.
    fn is_saturated(&self, _lane: LaneName) -> bool {
        false
    }
}

/// Why nobody was asked to run a job.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotWoken(pub String);
