//! Mails to those who asked to hear of transcriptions: one job for each of them, so that a mail server that is away delays nothing else and nobody hears twice.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::jobs::handler::{AcceptedEvent, Follows, Handler, JobContext, JobError, JobKind};
use crate::jobs::retry::RetryProfile;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::model::person::EmailAddress;

/// A mail to one of those who asked.
pub const NOTICE: JobKind = JobKind::new("transcription_notice", LaneName::Chores, RetryProfile::PATIENT);
/// The step of the mail that was sent.
const SENT: &str = "notice";

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// The video.
    pub video: String,
    /// Its course.
    pub course: Option<String>,
    /// How long its text is.
    pub characters: usize,
    /// Who is told, by their place in the setting; no address is kept.
    pub person: usize,
}

/// Writes to those who asked.
#[async_trait]
pub trait Postman: Send + Sync {
    /// Those who asked.
    fn people(&self) -> &[EmailAddress];

    /// Sends one mail; what the server said.
    ///
    /// # Errors
    /// What happens next.
    async fn send(&self, job: &JobId, to: &EmailAddress, ready: &Ready, at: jiff::Timestamp) -> Result<String, JobError>;
}

/// Starts a job for each of those who asked.
pub(super) async fn start(job: &dyn JobContext, follows: &dyn Follows, people: usize, ready: &Ready) -> Result<(), JobError> {
    for person in 0..people {
        let payload = serde_json::to_value(Ready { person, ..ready.clone() }).unwrap_or_default();
        let key = format!("{}-notice-{person}", job.id());
        let event = AcceptedEvent::new(&NOTICE, &job.event().source, key, job.now(), payload);
        follows.follow(event).await.map_err(|error| JobError::retry("storage_unavailable", error.to_string()))?;
    }
    Ok(())
}

/// Sends the mails.
pub struct Notices(pub Arc<dyn Postman>);

#[async_trait]
impl Handler for Notices {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        let ready: Ready = serde_json::from_value(job.event().payload.clone())
            .map_err(|error| JobError::dead("record_unreadable", format!("the notice cannot be read: {error}")))?;
        let Some(to) = self.0.people().get(ready.person) else {
            return Ok(json!({ "status": "nobody" }));
        };
        if job.read_step(SENT).await?.is_none() {
            job.check_lease().await?;
            let reply = self.0.send(job.id(), to, &ready, job.now()).await?;
            job.write_fact(SENT, json!({ "reply": reply })).await?;
        }
        Ok(json!({ "status": "sent" }))
    }
}
