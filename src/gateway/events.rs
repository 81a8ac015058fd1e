//! Events: accepted once, read back, listed.

use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize as _;
use serde_json::Value;

use crate::gateway::error::GatewayError;
use crate::gateway::ids::{InstitutionId, Ksuid, MessageId};
use crate::gateway::institutions::page;
use crate::gateway::model::{Event, NewEvent, Order, Page, PageQuery, Planned, PublishOutcome, Published, SkipReason};
use crate::gateway::registry::{CachedInstitution, read_json, to_json};
use crate::gateway::stored::{StoredEvent, Waiting};
use crate::gateway::{Core, Gateway, check, filter};
use crate::jobs::accept::{Claim, job_id};
use crate::jobs::handler::{AcceptedEvent, JobKind};
use crate::jobs::records::EventRecord;
use crate::jobs::retry::{Jitter, Pauses, RetryProfile};
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::signing::{hmac_sha256, sha256_hex};
use crate::storage::key::ObjectKey;
use crate::storage::key::gateway::{GatewayKey, events_folder, parse_event};
use crate::storage::{PutMode, StoreError};

/// The job that delivers one event. Its failures are the store's or this machine's, never a receiver's: it goes on for as long as it takes.
/// Its ends share entries in the feed: there is one for each event, institutions have lists of their own, and a write to a bucket costs money.
pub(crate) const EVENT_KIND: JobKind = JobKind { shares_entries: true, ..JobKind::new("webhook_event", LaneName::Deliveries, STEADY) };

/// Tries again soon and for ever; pauses that are asked for are kept to the letter.
pub(crate) const STEADY: RetryProfile = RetryProfile {
    pauses: Pauses::Listed(&[Duration::ZERO]),
    jitter: Jitter::None,
    give_up_after: Duration::from_hours(24 * 365),
    least_tries: u32::MAX,
    crash_limit: 1000,
};

/// Events read at once for a list.
const AT_ONCE: usize = 16;
/// The longest a delivery may be put off.
pub(crate) const LONGEST_DELAY: Duration = Duration::from_hours(24);

impl Gateway {
    /// Makes an event durable and starts its delivery, once per idempotency key or `event_id`.
    ///
    /// When this returns `Ok`, the event survives anything, and for every endpoint of the institution it is settled whether it goes there.
    ///
    /// # Errors
    /// A field is wrong, or the store is away and nothing was promised.
    pub async fn publish(&self, institution: InstitutionId, new: NewEvent, idempotency: Option<&str>) -> Result<Published, GatewayError> {
        check::event(&new)?;
        let known = self.known(institution).await?;
        self.core.publish(&known, new, idempotency).await
    }

    /// Whether an event would go anywhere (Svix: precheck).
    pub async fn would_match(
        &self,
        institution: InstitutionId,
        event_type: &str,
        channels: Option<&[String]>,
    ) -> Result<bool, GatewayError> {
        let known = self.known(institution).await?;
        Ok(known.endpoints.iter().any(|stored| filter::skip(&stored.endpoint, event_type, channels).is_none()))
    }

    /// The event of this id, or of the sender's own id.
    ///
    /// # Errors
    /// [`GatewayError::NotFound`], also for another institution's.
    pub async fn event(&self, institution: InstitutionId, id_or_event_id: &str) -> Result<Event, GatewayError> {
        Ok(self.core.find_event(institution, id_or_event_id).await?.event)
    }

    /// A page of an institution's events, the newest first unless asked otherwise.
    pub async fn events(&self, institution: InstitutionId, query: &PageQuery<MessageId>) -> Result<Page<Event>, GatewayError> {
        let ids = self.core.event_ids(institution, query).await?;
        let read = stream::iter(ids).map(|id| self.core.read_event(institution, id));
        let found: Vec<Option<StoredEvent>> = read.buffered(AT_ONCE).try_collect().await?;
        Ok(page(found.into_iter().flatten().map(|stored| stored.event).collect(), query))
    }

    /// The keyed hash under which events of a subject are found.
    pub fn subject_hash(&self, subject: &str) -> String {
        self.core.subject_hash(subject)
    }
}

impl Core {
    pub(crate) async fn publish(
        &self,
        known: &CachedInstitution,
        new: NewEvent,
        idempotency: Option<&str>,
    ) -> Result<Published, GatewayError> {
        let at = self.clock.now();
        self.accept_event(known, new, idempotency, Some(at)).await
    }

    /// As [`Self::publish`]; an event that came by the message bus has no time at which it is to be told there.
    pub(crate) async fn accept_event(
        &self,
        known: &CachedInstitution,
        new: NewEvent,
        idempotency: Option<&str>,
        told_at: Option<Timestamp>,
    ) -> Result<Published, GatewayError> {
        let institution = known.institution.id;
        let now = self.clock.now();
        let id = MessageId::new(now, &self.chance);
        let effect_key = match (&new.event_id, idempotency) {
            (Some(event_id), _) => effect_of_event_id(institution, event_id),
            (None, Some(key)) => format!("webhook/{institution}/key/{}", sha256_hex(key.as_bytes())),
            (None, None) => effect_of_message(id),
        };
        let job = job_id(&effect_key);
        let stored = self.stored(known, id, job.clone(), new, idempotency, now);
        let payload = serde_json::to_value(&stored).map_err(|error| GatewayError::Internal(error.to_string()))?;
        // Before the event: nothing is accepted that the bus would not hear of.
        let told = match told_at {
            Some(at) => self.announce(&stored.event.event_type, id, &job, at).await?,
            None => None,
        };
        let accepted = AcceptedEvent::new(&EVENT_KIND, "gateway", effect_key, now, payload);
        // The entry in the list leads nowhere until the event is there, and is no harm should it never be.
        let entry = GatewayKey::Event { institution: &institution.hex(), newest_first: &id.ksuid().newest_first_hex() }.path();
        let list = self.store.put(&entry, entry_bytes(id, &job), PutMode::Create);
        let subject = self.point_to_subject(&stored);
        // A key that was made by chance a moment ago is nobody else's.
        let is_own = stored.event.event_id.is_none() && idempotency.is_none();
        let accept = async { if is_own { self.jobs.accept_new(accepted).await } else { self.jobs.accept(accepted).await } };
        let (listed, pointed, claim) = tokio::join!(list, subject, accept);
        let claim = claim?;
        if let Claim::Started { .. } = claim {
            listed?;
            pointed?;
            // Where order counts, the event has its place before its sender hears that it was accepted; the job makes up for one that is missing.
            for planned in stored.event.plan.iter().filter(|planned| planned.ordered && planned.skipped.is_none()) {
                let due = stored.event.deliver_at.unwrap_or(stored.event.created);
                self.enqueue(planned.endpoint, &Waiting::of(&stored, 1, 0, due)).await?;
            }
            if told.is_some() {
                self.outbox_filled.notify_one();
            }
            let matched = matched(&stored.event);
            return Ok(Published { event: stored.event, matched, outcome: PublishOutcome::Created });
        }
        let standing = self.read_job_event(&job).await?.ok_or_else(|| GatewayError::Internal(format!("the event of job {job} is gone")))?;
        if standing.event.id == id {
            // Our own, whose first answer was lost on its way.
            let matched = matched(&standing.event);
            return Ok(Published { event: standing.event, matched, outcome: PublishOutcome::Created });
        }
        let _ = self.store.delete(&entry).await;
        if let Some(told) = &told {
            let _ = self.store.delete(told).await;
        }
        let outcome = match (standing.idempotency == stored.idempotency, standing.request == stored.request) {
            (true, true) if stored.idempotency.is_some() => PublishOutcome::Repeat,
            (true, false) if stored.idempotency.is_some() && stored.event.event_id.is_none() => PublishOutcome::OtherBody,
            _ => PublishOutcome::EventIdTaken,
        };
        // Whoever died between the event and its entry in the list is made up for by the sender's repeat.
        let own = GatewayKey::Event { institution: &institution.hex(), newest_first: &standing.event.id.ksuid().newest_first_hex() }.path();
        match self.store.put(&own, entry_bytes(standing.event.id, &job), PutMode::Create).await {
            Ok(_) | Err(StoreError::AlreadyExists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let matched = matched(&standing.event);
        Ok(Published { event: standing.event, matched, outcome })
    }

    fn stored(
        &self,
        known: &CachedInstitution,
        id: MessageId,
        job: JobId,
        new: NewEvent,
        idempotency: Option<&str>,
        now: Timestamp,
    ) -> StoredEvent {
        let institution = &known.institution;
        let request = request_hash(&new);
        let days = institution.payload_days.unwrap_or(self.config.keep_payloads_days);
        let kept = new.retention_hours.map_or(Duration::from_hours(u64::from(days) * 24), |hours| Duration::from_hours(u64::from(hours)));
        let plan = known.endpoints.iter().map(|stored| Planned {
            endpoint: stored.endpoint.id,
            generation: stored.endpoint.generation,
            skipped: match new.only {
                None => filter::skip(&stored.endpoint, &new.event_type, new.channels.as_deref()),
                Some(only) if only != stored.endpoint.id => Some(SkipReason::Filter),
                Some(_) => stored.endpoint.disabled.then_some(SkipReason::EndpointDisabled),
            },
            ordered: stored.endpoint.order == Order::ByKey,
        });
        let plan = plan.collect();
        let latest = now.checked_add(LONGEST_DELAY).unwrap_or(now);
        StoredEvent {
            request,
            idempotency: idempotency.map(|key| sha256_hex(key.as_bytes())),
            subject: new.subject.as_deref().map(|subject| self.subject_hash(subject)),
            event: Event {
                id,
                institution: institution.id,
                job,
                event_type: new.event_type,
                payload: Some(new.payload),
                raw_body: new.raw_body,
                event_id: new.event_id,
                channels: new.channels,
                tags: new.tags,
                key: new.key,
                created: now,
                deliver_at: new.deliver_at.map(|at| at.min(latest)),
                keep_until: now.checked_add(kept).unwrap_or(Timestamp::MAX),
                plan,
            },
        }
    }

    /// A payload whose time is up is gone, whether or not its bytes were removed by now.
    fn unless_over(&self, mut stored: StoredEvent) -> StoredEvent {
        if self.clock.now() >= stored.event.keep_until {
            stored.event.payload = None;
            stored.event.raw_body = None;
        }
        stored
    }

    async fn point_to_subject(&self, stored: &StoredEvent) -> Result<(), StoreError> {
        let Some(subject) = &stored.subject else { return Ok(()) };
        let (institution, message) = (stored.event.institution.hex(), stored.event.id.hex());
        let key = GatewayKey::Subject { subject, institution: &institution, message: &message }.path();
        self.store.put(&key, stored.event.job.to_string().into(), PutMode::Overwrite).await.map(drop)
    }

    /// A hash that tells subjects apart and that nobody can guess them from without the key.
    pub(crate) fn subject_hash(&self, subject: &str) -> String {
        hash_of_subject(subject, self.config.key.as_ref())
    }

    /// The hashes that events of a subject may lie under: while the key is changed, also that under the one before.
    pub(crate) fn subject_hashes(&self, subject: &str) -> Vec<String> {
        let before = self.config.key_previous.as_ref().map(|key| hash_of_subject(subject, Some(key)));
        std::iter::once(self.subject_hash(subject)).chain(before).collect()
    }

    /// The event that a job delivers.
    pub(crate) async fn read_job_event(&self, job: &JobId) -> Result<Option<StoredEvent>, GatewayError> {
        let key = ObjectKey::JobRecord { job, record: "event" }.path();
        let record: Option<EventRecord> = read_json(&*self.store, &key).await?;
        let record = record.filter(|record| record.event.kind == EVENT_KIND.name);
        let stored = record.map(|record| parse(&key, record.event.payload)).transpose()?;
        Ok(stored.map(|stored| self.unless_over(stored)))
    }

    /// The event of this id; none when it is not this institution's.
    pub(crate) async fn read_event(&self, institution: InstitutionId, id: MessageId) -> Result<Option<StoredEvent>, GatewayError> {
        let entry = GatewayKey::Event { institution: &institution.hex(), newest_first: &id.ksuid().newest_first_hex() }.path();
        let Some((bytes, _)) = self.store.get(&entry).await? else { return Ok(None) };
        let Some(job) = entry_job(id, &bytes) else { return Ok(None) };
        // An entry may lead to the event of whoever was faster.
        Ok(self.read_job_event(&job).await?.filter(|stored| stored.event.id == id && stored.event.institution == institution))
    }

    pub(crate) async fn find_event(&self, institution: InstitutionId, id_or_event_id: &str) -> Result<StoredEvent, GatewayError> {
        let found = if let Some(id) = MessageId::parse(id_or_event_id) {
            self.read_event(institution, id).await?
        } else {
            let stored = self.read_job_event(&job_id(&effect_of_event_id(institution, id_or_event_id))).await?;
            stored.filter(|stored| stored.event.institution == institution)
        };
        found.ok_or(GatewayError::NotFound("event"))
    }

    /// Ids of an institution's events that a query may show, one more than its limit at most; for a page backwards in reverse.
    pub(crate) async fn event_ids(&self, institution: InstitutionId, query: &PageQuery<MessageId>) -> Result<Vec<MessageId>, GatewayError> {
        let hex = institution.hex();
        let folder = events_folder(&hex);
        let entry_of = |id: MessageId| GatewayKey::Event { institution: &hex, newest_first: &id.ksuid().newest_first_hex() }.path();
        let most = query.limit + 1;
        let parse = |key: String| parse_event(&hex, &key).and_then(|inverted| Ksuid::from_newest_first_hex(&inverted)).map(MessageId::of);
        if query.ascending == (query.backwards && query.from.is_some()) {
            // The way the keys lie.
            let after = query.from.map(entry_of);
            let mut keys = self.store.scan(&folder, after.as_deref());
            let mut ids = Vec::new();
            while ids.len() < most
                && let Some(key) = keys.try_next().await?
            {
                ids.extend(parse(key));
            }
            return Ok(ids);
        }
        // Against the way the keys lie: only the last of those before `from` are kept.
        let until = query.from.map(entry_of);
        let mut last = std::collections::VecDeque::new();
        let mut keys = self.store.scan(&folder, None);
        while let Some(key) = keys.try_next().await? {
            if until.as_ref().is_some_and(|until| key >= *until) {
                break;
            }
            if last.len() == most {
                last.pop_front();
            }
            last.push_back(key);
        }
        Ok(last.into_iter().rev().filter_map(parse).collect())
    }

    /// Takes the payload out of an event's record for good; whether there was one.
    pub(crate) async fn expunge_event(&self, job: &JobId) -> Result<bool, GatewayError> {
        let key = ObjectKey::JobRecord { job, record: "event" }.path();
        for _ in 0..10 {
            let Some((bytes, version)) = self.store.get(&key).await? else { return Ok(false) };
            let damaged = |error: serde_json::Error| GatewayError::Internal(format!("the record {key} cannot be read: {error}"));
            let mut record: EventRecord = serde_json::from_slice(&bytes).map_err(damaged)?;
            let mut stored = parse(&key, record.event.payload)?;
            if stored.event.payload.is_none() && stored.event.raw_body.is_none() {
                return Ok(false);
            }
            stored.event.payload = None;
            stored.event.raw_body = None;
            record.event.payload = serde_json::to_value(&stored).map_err(damaged)?;
            match self.store.put(&key, to_json(&key, &record)?, PutMode::Update(version)).await {
                Ok(_) => return Ok(true),
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(GatewayError::Unavailable { after: Duration::from_secs(1), message: "the event changes at this moment".to_owned() })
    }
}

/// The effect of an event without a key of its sender's.
fn effect_of_message(id: MessageId) -> String {
    format!("webhook/{id}")
}

/// What an event's entry in its institution's list says: nothing where the event's own id leads to its job, as an empty object costs a disk no file (`storage/local/blank.rs`).
fn entry_bytes(id: MessageId, job: &JobId) -> Bytes {
    if *job == job_id(&effect_of_message(id)) { Bytes::new() } else { job.to_string().into() }
}

/// The job that an entry of the list leads to.
fn entry_job(id: MessageId, bytes: &[u8]) -> Option<JobId> {
    if bytes.is_empty() {
        return Some(job_id(&effect_of_message(id)));
    }
    std::str::from_utf8(bytes).ok().and_then(JobId::parse)
}

fn effect_of_event_id(institution: InstitutionId, event_id: &str) -> String {
    format!("webhook/{institution}/event/{event_id}")
}

pub(crate) fn parse(key: &str, payload: Value) -> Result<StoredEvent, GatewayError> {
    serde_json::from_value(payload).map_err(|error| GatewayError::Internal(format!("the event in {key} cannot be read: {error}")))
}

/// As [`parse`], of a record that others look at as well.
pub(crate) fn read(key: &str, payload: &Value) -> Result<StoredEvent, GatewayError> {
    StoredEvent::deserialize(payload).map_err(|error| GatewayError::Internal(format!("the event in {key} cannot be read: {error}")))
}

fn matched(event: &Event) -> usize {
    event.plan.iter().filter(|planned| planned.skipped.is_none()).count()
}

/// What makes two requests the same.
fn request_hash(new: &NewEvent) -> String {
    let NewEvent { event_type, payload, event_id, channels, tags, key, subject, retention_hours, deliver_at, raw_body, only } = new;
    let only = only.map_or_else(String::new, |only| only.to_string());
    let all = format!(
        "{event_type:?}{payload:?}{event_id:?}{channels:?}{tags:?}{key:?}{subject:?}{retention_hours:?}{deliver_at:?}{raw_body:?}{only}"
    );
    sha256_hex(all.as_bytes())
}

fn hash_of_subject(subject: &str, key: Option<&SecretString>) -> String {
    let key = key.map_or(&b"gradepost"[..], |key| key.expose_secret().as_bytes());
    hex::encode(&hmac_sha256(key, format!("subject\0{}", subject.trim().to_lowercase()).as_bytes())[..20])
}
