//! What the bucket's answers mean.

use std::time::Duration;

use crate::storage::StoreError;

/// What to do about a bucket that keeps what is replaced or removed.
pub(super) const RETENTION_ADVICE: &str = "gradepost replaces and removes records of its own: use a bucket without retention policy and without holds, or remove the policy (gcloud storage buckets update gs://BUCKET --clear-retention-period)";

/// A request that did not do what was asked.
#[derive(Debug)]
pub(super) enum RequestError {
    /// The generation is another one.
    Precondition,
    /// There is no such object, or no such bucket.
    Missing,
    /// Not now; whether a write was carried out is unknown.
    Later { message: String, retry_after: Option<Duration> },
    /// Not at all.
    Refused { message: String },
}

impl RequestError {
    /// The meaning of an answer that is no success.
    pub(super) fn of_status(status: u16, retry_after: Option<&str>, message: String) -> Self {
        match status {
            404 => Self::Missing,
            412 => Self::Precondition,
            408 | 429 | 500..=599 => {
                Self::Later { message, retry_after: retry_after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs) }
            }
            403 if is_retained(&message) => Self::Refused { message: format!("{message}; {RETENTION_ADVICE}") },
            401 | 403 => {
                Self::Refused { message: format!("{message}; give the service's account the role Storage Object User on the bucket") }
            }
            _ => Self::Refused { message },
        }
    }

    /// No answer, or none that could be read.
    pub(super) fn no_answer(message: impl Into<String>) -> Self {
        Self::Later { message: message.into(), retry_after: None }
    }

    pub(super) fn into_store_error(self, key: &str, bucket: &str) -> StoreError {
        let key = key.to_owned();
        match self {
            Self::Precondition => StoreError::Conflict { key },
            Self::Missing => {
                StoreError::Refused { key, message: format!("there is no bucket {bucket}; create it, or fix GCP_BUCKET_NAME") }
            }
            Self::Later { message, retry_after } => StoreError::Unavailable { key, message, retry_after },
            Self::Refused { message } => StoreError::Refused { key, message },
        }
    }
}

/// Whether an answer speaks of a retention policy or a hold on an object.
fn is_retained(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["retention", "under active temporary hold", "event-based hold"].iter().any(|word| message.contains(word))
}
