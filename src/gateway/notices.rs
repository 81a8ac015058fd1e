//! What people are told by mail: deliveries that died, endpoints that fail and will be disabled, endpoints that were. Each is a job of its own, so that it is told once, whatever breaks, and delays no delivery.
//!
//! One mail a cause and hour: further deaths of the hour are told together at its end.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::gateway::dispatch::trouble;
use crate::gateway::error::GatewayError;
use crate::gateway::events::STEADY;
use crate::gateway::ids::{EndpointId, InstitutionId};
use crate::gateway::model::{DisabledWhy, Endpoint, Institution, PageQuery};
use crate::gateway::{Core, Gateway};
use crate::jobs::accept::Claim;
use crate::jobs::handler::{AcceptedEvent, Handler, JobContext, JobError, JobKind};
use crate::model::cause::Cause;
use crate::model::lane::LaneName;

/// The job that tells people.
pub(crate) const NOTICE_KIND: JobKind = JobKind::new("webhook_notice", LaneName::Chores, STEADY);

/// Where an institution's own people are told, in its metadata: an address.
pub const CONTACT: &str = "contact";

/// Deaths of so long are told together.
const TOGETHER: i64 = 3600;
/// Dead letters counted for one mail.
const COUNTED: usize = 200;
/// The pause before somebody who could not be told is told again, and how often that is tried.
const AGAIN: Duration = Duration::from_mins(10);
const TRIES: u32 = 20;

/// Who tells people; a seam that the service fills with its mail.
#[async_trait]
pub trait Tell: Send + Sync {
    /// Whether anybody would be told: the operator, or an institution's contact.
    fn hears(&self, contact: Option<&str>) -> bool;

    /// Tells the operator.
    ///
    /// # Errors
    /// In words; it is tried again.
    async fn operator(&self, notice: &Notice) -> Result<(), String>;

    /// Tells an institution's contact.
    ///
    /// # Errors
    /// As [`Self::operator`].
    async fn contact(&self, contact: &str, notice: &Notice) -> Result<(), String>;
}

/// What somebody is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// The same for every try at telling this.
    pub key: String,
    /// When.
    pub now: Timestamp,
    /// The institution.
    pub institution: Institution,
    /// The endpoint.
    pub endpoint: Endpoint,
    /// What happened to it.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Every try of deliveries failed.
    Exhausted {
        /// How many lie dead now.
        dead: usize,
        /// There are more than were counted.
        more: bool,
        /// The type of the newest one's event.
        event_type: String,
        /// What was wrong with it at last.
        error: String,
    },
    /// Every delivery has failed for a while.
    Failing {
        /// Since when.
        since: Timestamp,
        /// When it will be disabled.
        disables: Timestamp,
    },
    /// It was disabled.
    Disabled {
        /// Why.
        why: DisabledWhy,
    },
}

/// What a notice's job holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct NoticeRecord {
    institution: InstitutionId,
    endpoint: EndpointId,
    what: Kind,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Kind {
    /// Not before an instant.
    Exhausted {
        from: Timestamp,
    },
    Failing {
        since: Timestamp,
        disables: Timestamp,
    },
    Disabled {
        why: DisabledWhy,
    },
}

/// An endpoint of which everything fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failing {
    /// Since when.
    pub since: Timestamp,
    /// When it will be disabled if that goes on.
    pub disables: Timestamp,
}

impl Gateway {
    /// Who tells people from now on; the first one stays.
    pub fn tell_by(&self, teller: Arc<dyn Tell>) {
        let _ = self.core.teller.set(teller);
    }

    /// Since when everything fails at an endpoint, and when it will be disabled for it; none while something succeeds.
    pub async fn failing(&self, endpoint: EndpointId) -> Result<Option<Failing>, GatewayError> {
        Ok(self.core.health(endpoint).await?.failing())
    }
}

/// Tells.
pub(crate) struct Teller(pub(crate) Arc<Core>);

#[async_trait]
impl Handler for Teller {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        let told: NoticeRecord = serde_json::from_value(job.event().payload.clone())
            .map_err(|error| JobError::dead(Cause::RecordUnreadable, format!("the notice cannot be read: {error}")))?;
        if let Kind::Exhausted { from } = told.what
            && from > job.now()
        {
            let wait = Duration::try_from(from.duration_since(job.now())).unwrap_or_default();
            return Err(JobError::retry_after(Cause::DeliveriesWait, "the notice is given later", Some(wait)));
        }
        let Some(notice) = self.0.notice(&told, job).await.map_err(trouble)? else { return Ok(json!({ "told": false })) };
        let Some(teller) = self.0.teller.get() else { return Ok(json!({ "told": false })) };
        let contact = notice.institution.metadata.get(CONTACT);
        if job.read_step("operator").await?.is_none() {
            told_or_later(job, teller.operator(&notice).await)?;
            job.write_fact("operator", json!({})).await?;
        }
        if let Some(contact) = contact
            && job.read_step("contact").await?.is_none()
        {
            told_or_later(job, teller.contact(contact, &notice).await)?;
            job.write_fact("contact", json!({})).await?;
        }
        Ok(json!({ "told": true }))
    }
}

/// Who cannot be told for hours is given up: the page and the log say the same.
fn told_or_later(job: &dyn JobContext, told: Result<(), String>) -> Result<(), JobError> {
    match told {
        Ok(()) => Ok(()),
        Err(error) if job.attempt() < TRIES => Err(JobError::retry_after(Cause::DeliveriesWait, error, Some(AGAIN))),
        Err(error) => {
            tracing::error!(error, "Nobody could be told of an endpoint's failing");
            Ok(())
        }
    }
}

impl Core {
    /// A delivery to this endpoint died: people are told of it now, or with others of this hour when they were told of one already.
    pub(crate) async fn notice_death(&self, endpoint: &Endpoint) -> Result<(), GatewayError> {
        let now = self.clock.now();
        let hour = now.as_second().div_euclid(TOGETHER);
        if self.hints.knows_of_death(endpoint.id, hour) {
            return Ok(());
        }
        let from = |hour: i64| Timestamp::from_second(hour.saturating_mul(TOGETHER)).unwrap_or(now);
        let first = self.notify(endpoint, &format!("dead/{hour}"), Kind::Exhausted { from: from(hour) }).await?;
        if matches!(first, Some(Claim::Finished { .. })) {
            let next = hour + 1;
            self.notify(endpoint, &format!("dead/{next}"), Kind::Exhausted { from: from(next) }).await?;
            self.hints.note_death(endpoint.id, hour);
        }
        Ok(())
    }

    /// Everything has failed at the endpoint for a while; `warning` counts the warnings.
    pub(crate) async fn notice_failing(&self, endpoint: &Endpoint, failing: Failing, warning: usize) -> Result<(), GatewayError> {
        let Failing { since, disables } = failing;
        self.notify(endpoint, &format!("failing/{}/{warning}", since.as_second()), Kind::Failing { since, disables }).await.map(drop)
    }

    /// The endpoint was disabled, and not because somebody asked.
    pub(crate) async fn notice_disabled(&self, endpoint: &Endpoint, why: DisabledWhy) -> Result<(), GatewayError> {
        self.notify(endpoint, &format!("disabled/{}", endpoint.generation), Kind::Disabled { why }).await.map(drop)
    }

    async fn notify(&self, endpoint: &Endpoint, key: &str, what: Kind) -> Result<Option<Claim>, GatewayError> {
        let Some(teller) = self.teller.get() else { return Ok(None) };
        let Some(known) = self.registry.known(endpoint.institution).await? else { return Ok(None) };
        if !teller.hears(known.institution.metadata.get(CONTACT).map(String::as_str)) {
            return Ok(None);
        }
        let told = NoticeRecord { institution: endpoint.institution, endpoint: endpoint.id, what };
        let payload = serde_json::to_value(told).map_err(|error| GatewayError::Internal(error.to_string()))?;
        let effect = format!("webhook/notice/{}/{key}", endpoint.id);
        let event = AcceptedEvent::new(&NOTICE_KIND, "gateway", effect, self.clock.now(), payload);
        Ok(Some(self.jobs.accept(event).await?))
    }

    /// What is to be told, as things are now; none when there is nothing to tell any more.
    async fn notice(&self, told: &NoticeRecord, job: &dyn JobContext) -> Result<Option<Notice>, GatewayError> {
        let Some(known) = self.registry.known(told.institution).await? else { return Ok(None) };
        let Some(stored) = known.endpoint(told.endpoint) else { return Ok(None) };
        let what = match &told.what {
            Kind::Exhausted { .. } => {
                let gateway_page = PageQuery { ascending: false, ..PageQuery::first(COUNTED) };
                let letters = self.letters(told.endpoint, &gateway_page).await?;
                let Some(newest) = letters.data.first() else { return Ok(None) };
                What::Exhausted {
                    dead: letters.data.len(),
                    more: !letters.done,
                    event_type: newest.event_type.clone(),
                    error: newest.error.message.clone(),
                }
            }
            Kind::Failing { since, disables } => What::Failing { since: *since, disables: *disables },
            Kind::Disabled { why } => What::Disabled { why: *why },
        };
        Ok(Some(Notice {
            key: job.id().to_string(),
            now: job.now(),
            institution: (*known.institution).clone(),
            endpoint: stored.endpoint.clone(),
            what,
        }))
    }
}
