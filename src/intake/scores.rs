//! The seam for scores that go back to a platform's gradebook.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::intake::submissions::FetchError;

/// A score to post.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Where, as the platform named it with the completion (LTI: the line item).
    pub target: String,
    /// Whose, as the platform names them.
    pub user: String,
    /// In percent of what could be reached.
    pub percentage: f64,
    /// When it was settled. A platform drops a score that is not newer than the one it has.
    pub at: Timestamp,
    /// When the work was handed in: without it a platform may take the work for late.
    pub submitted_at: Option<Timestamp>,
}

/// Takes scores back to a platform.
#[async_trait]
pub trait Scores: Send + Sync {
    /// Posts a score; the status that the platform answered. Posting the same one again changes nothing there.
    ///
    /// # Errors
    /// [`FetchError`], which says what happens next.
    async fn post(&self, score: &Score) -> Result<u16, FetchError>;

    /// The public keys that our signatures verify under, as a JSON Web Key Set: the platform asks for them.
    fn public_keys(&self) -> serde_json::Value;
}
