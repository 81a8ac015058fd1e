//! Who may call `/tasks/*`, and what is done beside the jobs when they do.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;

/// Who may call `/tasks/*`, and what is done beside the jobs when they do.
pub struct TaskGate {
    /// `TASK_TOKEN`.
    pub token: Option<SecretString>,
    /// Checks an OIDC token of the queue's service account.
    pub oidc: Option<Arc<dyn TokenCheck>>,
    /// What a sweep does beside waking jobs.
    pub upkeep: Arc<dyn Upkeep>,
}

/// What has to be done from time to time beside the jobs (indexes, alerts): an instance that has a processor only while it answers does it when a scheduler calls.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// Does it once.
    ///
    /// # Errors
    /// What is behind, in words; the next call goes on with it.
    async fn keep_up(&self) -> Result<(), String>;
}

/// Checks a bearer token that is no shared secret.
#[async_trait]
pub trait TokenCheck: Send + Sync {
    /// Whether the token is valid now.
    async fn is_valid(&self, token: &str, now: Timestamp) -> bool;
}
