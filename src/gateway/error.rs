//! What the gateway refuses, by what the caller does about it.

use std::time::Duration;

use crate::jobs::error::{AcceptError, JobsError};
use crate::storage::StoreError;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// There is no such thing, or it is another institution's.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// A field is wrong.
    #[error("{}: {message}", at.join("."))]
    Invalid {
        /// Where: the path of the field in what the caller sent, without `body`.
        at: Vec<String>,
        /// What is wrong and what to do.
        message: String,
        /// A stable word where callers tell it from others (`invalid_uid_prefix`).
        code: Option<&'static str>,
    },
    /// Something else has the name already.
    #[error("{0}")]
    Conflict(String),
    /// One more than may be.
    #[error("{0}")]
    LimitReached(String),
    /// The payload is larger than may be.
    #[error("the payload has {size} bytes; at most {most} are taken")]
    TooLarge {
        /// Its bytes.
        size: usize,
        /// So many may be.
        most: usize,
    },
    /// The secret was shown already.
    #[error("the secret was shown already; rotate the secret to get a new one")]
    SecretShown,
    /// Secrets cannot be kept or opened.
    #[error("{0}")]
    NoKey(String),
    /// The payload was expunged or its time is up.
    #[error("the payload is gone: it was expunged or its time is up")]
    PayloadGone,
    /// The endpoint is disabled.
    #[error("the endpoint is disabled; enable it first")]
    EndpointDisabled,
    /// A time range that cannot be.
    #[error("{0}")]
    InvalidRange(String),
    /// Nothing was done because the store is away or too much waits.
    #[error("try again in {} s: {message}", after.as_secs())]
    Unavailable {
        /// When to try again.
        after: Duration,
        /// Why.
        message: String,
    },
    /// The store's, or a record of ours that is damaged.
    #[error("{0}")]
    Internal(String),
}

impl GatewayError {
    /// A field of what the caller sent is wrong.
    pub fn invalid(at: &str, message: impl Into<String>) -> Self {
        Self::Invalid { at: at.split('.').map(ToOwned::to_owned).collect(), message: message.into(), code: None }
    }
}

impl From<StoreError> for GatewayError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable { retry_after, .. } => {
                Self::Unavailable { after: retry_after.unwrap_or(Duration::from_secs(5)), message: error.to_string() }
            }
            StoreError::AlreadyExists { .. } | StoreError::Conflict { .. } => {
                Self::Unavailable { after: Duration::from_secs(1), message: "somebody else changed the same thing just now".to_owned() }
            }
            StoreError::Refused { .. } => Self::Internal(error.to_string()),
        }
    }
}

impl From<JobsError> for GatewayError {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::Store(error) => error.into(),
            error => Self::Internal(error.to_string()),
        }
    }
}

impl From<AcceptError> for GatewayError {
    fn from(error: AcceptError) -> Self {
        let message = error.to_string();
        match error {
            AcceptError::Saturated { retry_after } | AcceptError::Unavailable { retry_after, .. } => {
                Self::Unavailable { after: retry_after, message }
            }
        }
    }
}
