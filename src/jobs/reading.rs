//! Reading a job's records back together.

use futures::TryStreamExt as _;

use crate::jobs::error::JobsError;
use crate::jobs::records::{EndRecord, EventRecord, Facts, LeaseRecord, OutcomeRecord, RecordName, RoundRecord, VERSION, read};
use crate::jobs::state::{HeldLease, Job, Owner};
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::storage::key::ObjectKey;
use crate::storage::{Store, StoreError};

/// Reads all that is needed to judge a job; `None` when it was never accepted.
///
/// The reads are not one snapshot, and need not be: whatever is decided on them is written create-only or compare-and-swap.
///
/// A record that the store refuses to read (it belongs to another user) is as unreadable as a damaged one: it concerns this job and no other.
pub(crate) async fn read_job(store: &dyn Store, id: &JobId) -> Result<Option<Job>, JobsError> {
    read_records(store, id).await.map_err(|error| match error {
        JobsError::Store(StoreError::Refused { key, message }) => JobsError::Unreadable { key, message },
        error => error,
    })
}

async fn read_records(store: &dyn Store, id: &JobId) -> Result<Option<Job>, JobsError> {
    let names = record_names(store, id).await?;
    let key = RecordName::Event.key(id);
    let Some((event, _)) = read::<EventRecord>(store, &key).await? else {
        // The acceptance is written before all else, so it was there once.
        return if names.is_empty() {
            Ok(None)
        } else {
            Err(JobsError::Unreadable { key, message: "it is gone, other records are there".to_owned() })
        };
    };
    let mut job = Job::new(id.clone(), event);
    for name in &names {
        job.note(RecordName::parse(name));
    }
    if job.round > 1 {
        job.opened = read(store, &RecordName::Round(job.round).key(id)).await?.map(|(record, _)| record);
        if let Some(payload) = newest_payload(store, &job).await? {
            job.event.event.payload = payload;
        }
    }
    if job.has_end() {
        job.end = read(store, &RecordName::End(job.round).key(id)).await?.map(|(record, _)| record);
    } else if let Some(n) = job.open_attempt() {
        job.held = read_held(store, &RecordName::Lease(n).key(id), &job).await?;
    }
    if let Some(n) = job.last_outcome() {
        job.outcome = match read(store, &RecordName::Outcome(n).key(id)).await {
            // That the attempt ended is all that is known, and all that is needed: what it did has records of its own.
            Err(JobsError::Unreadable { message, .. }) => Some(illegible_outcome(&job, message)),
            read => read?.map(|(record, _)| record),
        };
    }
    Ok(Some(job))
}

/// The facts that the ends of a job's earlier rounds, and of this one, recorded.
pub(crate) async fn facts_of_ends(store: &dyn Store, job: &Job) -> Result<Facts, JobsError> {
    let mut facts = Facts::new();
    for round in job.ended_rounds() {
        let end = read::<EndRecord>(store, &RecordName::End(round).key(&job.id)).await?;
        facts.extend(end.into_iter().flat_map(|(record, _)| record.facts));
    }
    Ok(facts)
}

/// The payload that the newest round with one brought.
async fn newest_payload(store: &dyn Store, job: &Job) -> Result<Option<serde_json::Value>, JobsError> {
    if let Some(payload) = job.opened.as_ref().and_then(|round| round.payload.clone()) {
        return Ok(Some(payload));
    }
    for round in (2..job.round).rev() {
        let found = read::<RoundRecord>(store, &RecordName::Round(round).key(&job.id)).await?;
        if let Some(payload) = found.and_then(|(record, _)| record.payload) {
            return Ok(Some(payload));
        }
    }
    Ok(None)
}

/// Reads the lease of an open attempt, and whether its owner is dead.
///
/// A damaged lease is one of an unknown owner: it is left alone for a term like every other, and then fenced by its version.
async fn read_held(store: &dyn Store, key: &str, job: &Job) -> Result<Option<HeldLease>, JobsError> {
    let Some((bytes, version)) = store.get(key).await? else { return Ok(None) };
    let record = serde_json::from_slice(&bytes).unwrap_or_else(|_| illegible_lease(job));
    let owner = match record.watched {
        false => Owner::Unknown,
        true if store.is_gone(record.instance()).await => Owner::Gone,
        true => Owner::Alive,
    };
    Ok(Some(HeldLease { record, version, owner }))
}

/// The names of a job's records, without their extension.
pub(crate) async fn record_names(store: &dyn Store, id: &JobId) -> Result<Vec<String>, JobsError> {
    let folder = ObjectKey::JobFolder { job: id }.path();
    let keys: Vec<String> = store.scan(&folder, None).try_collect().await?;
    Ok(keys.iter().filter_map(|key| Some(key.strip_prefix(&folder)?.strip_suffix(".json")?.to_owned())).collect())
}

/// What stands for a lease that cannot be read.
fn illegible_lease(job: &Job) -> LeaseRecord {
    let at = job.event.due;
    LeaseRecord {
        version: VERSION,
        owner: "unknown-0".to_owned(),
        round: job.round,
        taken_at: at,
        until: at,
        fenced: false,
        watched: false,
        committed: true,
    }
}

/// What stands for an outcome that cannot be read: the job is tried again.
fn illegible_outcome(job: &Job, message: String) -> OutcomeRecord {
    OutcomeRecord { version: VERSION, at: job.event.due, due: job.event.due, cause: Cause::RecordUnreadable, message }
}
