//! What pages show and do beyond what callers ask for: secrets by their tails, a call as it was signed, which endpoints have dead letters, one delivery cancelled.

use futures::TryStreamExt as _;
use jiff::Timestamp;

use crate::gateway::error::GatewayError;
use crate::gateway::ids::{EndpointId, InstitutionId, Ksuid, MessageId};
use crate::gateway::model::{Attempt, CancelReason, DeadLetter, Event, Trigger};
use crate::gateway::registry::read_json;
use crate::gateway::secrets::{Scheme, SealedSecret, signing};
use crate::gateway::stored::Waiting;
use crate::gateway::{Gateway, body, sign};
use crate::storage::key::gateway::{DEAD_FOLDER, dead_folder, parse_merged, parse_segment, parse_waiting, queue_folder, segments_from};

/// Digits of a secret that are shown.
const TAIL: usize = 4;
/// A call's row is written within so long after the call began: the longest call, and a segment's time.
const WRITTEN_WITHIN: std::time::Duration = std::time::Duration::from_secs(25);
/// Segments that are looked through for one call.
const MOST_SEGMENTS: usize = 200;

/// A secret that signs, as far as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretTail {
    /// What it signs with: `v1` or `v1a`.
    pub scheme: &'static str,
    /// Its last characters.
    pub tail: String,
    /// Since when.
    pub created: Timestamp,
    /// Until when; the current one has no end.
    pub expires: Option<Timestamp>,
}

/// What an endpoint gets for an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCall {
    /// The signature's headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Gateway {
    /// The secrets that sign an endpoint's calls now, the current one first.
    ///
    /// # Errors
    /// [`GatewayError::NotFound`]; [`GatewayError::NoKey`] when they cannot be opened.
    pub async fn secret_tails(&self, institution: InstitutionId, endpoint: &str) -> Result<Vec<SecretTail>, GatewayError> {
        let stored = self.stored_endpoint(institution, endpoint).await?;
        let now = self.core.clock.now();
        let open = |sealed: &SealedSecret| {
            let open = self.core.vault.open(stored.endpoint.id, sealed)?;
            let from = open.text.trim_end_matches('=').char_indices().rev().nth(TAIL - 1).map_or(0, |(place, _)| place);
            let tail = open.text.trim_end_matches('=').get(from..).unwrap_or_default().to_owned();
            let scheme = if sealed.scheme == Scheme::Ed25519 { "v1a" } else { "v1" };
            Ok::<_, GatewayError>(SecretTail { scheme, tail, created: sealed.created, expires: sealed.expires })
        };
        signing(&stored.secrets, now).map(open).collect()
    }

    /// What a call at this time holds by the endpoint's present settings; none once the payload is gone.
    ///
    /// # Errors
    /// [`GatewayError::NotFound`], or what keeps it from being written or signed.
    pub async fn as_sent(&self, endpoint: &str, event: &Event, at: Timestamp) -> Result<Option<SignedCall>, GatewayError> {
        let stored = self.stored_endpoint(event.institution, endpoint).await?;
        let Some(body) = body::body(event, &stored.endpoint).map_err(GatewayError::Internal)? else { return Ok(None) };
        let secrets = self.core.open_secrets(&stored, at)?;
        let older = self.core.older_key(&stored, 1, at);
        let headers = sign::headers(event.id, at, body.bytes.as_bytes(), &secrets, &stored.endpoint.compat, older);
        Ok(Some(SignedCall { headers, body: body.bytes }))
    }

    /// A call as its segment keeps it, with the address and the whole answer; none when its segment is gone.
    ///
    /// # Errors
    /// The store's.
    pub async fn attempt_at(&self, at: Timestamp, id: &str) -> Result<Option<Attempt>, GatewayError> {
        let until = at.checked_add(WRITTEN_WITHIN).unwrap_or(at);
        let from = segments_from(at.checked_sub(std::time::Duration::from_secs(2)).unwrap_or(at));
        let mut is_again = false;
        loop {
            let mut is_gone = false;
            for key in self.segments_after(Some(&from), MOST_SEGMENTS).await? {
                // One that was made of others is named by the last of them.
                if parse_merged(&key).or_else(|| parse_segment(&key)).is_some_and(|written| written > until) {
                    break;
                }
                let rows = self.read_segment(&key).await?;
                is_gone |= rows.is_none();
                if let Some(found) = rows.into_iter().flatten().find(|row| row.id.to_string() == id) {
                    return Ok(Some(found));
                }
            }
            // Merged while they were looked through: the list has what was made of them now.
            if !is_gone || is_again {
                return Ok(None);
            }
            is_again = true;
        }
    }

    /// Cancels one delivery that waits in its endpoint's queue; whether there was one.
    ///
    /// # Errors
    /// The store's.
    pub async fn cancel_delivery(&self, institution: InstitutionId, message: MessageId, endpoint: &str) -> Result<bool, GatewayError> {
        let target = self.stored_endpoint(institution, endpoint).await?;
        let hex = target.endpoint.id.hex();
        let mut keys = self.core.store.scan(&queue_folder(&hex), None);
        let mut cancelled = false;
        while let Some(key) = keys.try_next().await? {
            let of = parse_waiting(&hex, &key).and_then(|(_, message, _)| Ksuid::from_hex(message)).map(MessageId::of);
            if of != Some(message) {
                continue;
            }
            let Some(waiting) = read_json::<Waiting>(&*self.core.store, &key).await? else { continue };
            if waiting.trigger == Trigger::Scheduled
                && let Some(stored) = self.core.read_job_event(&waiting.job).await?
            {
                self.core.record_cancelled(&stored, target.endpoint.id, Some(&target.endpoint), &waiting, CancelReason::Asked).await?;
            }
            self.core.store.delete(&key).await?;
            cancelled = true;
        }
        Ok(cancelled)
    }

    /// Endpoints that have dead letters, with their institutions: those behind one, so many at most.
    ///
    /// # Errors
    /// The store's.
    pub async fn endpoints_with_dead_letters(
        &self,
        behind: Option<EndpointId>,
        limit: usize,
    ) -> Result<Vec<(InstitutionId, EndpointId)>, GatewayError> {
        // Behind all letters of an endpoint: no name in its folder begins with a sign behind the digits and letters of hex.
        let past = |id: &str| format!("{}~", dead_folder(id));
        let mut after = behind.map(|id| past(&id.hex()));
        let mut found = Vec::new();
        while found.len() < limit {
            let first = self.core.store.list(DEAD_FOLDER, after.as_deref(), 1).await?;
            let Some(key) = first.into_iter().next() else { break };
            let Some(hex) = key.strip_prefix(DEAD_FOLDER).and_then(|rest| rest.split('/').next()).map(ToOwned::to_owned) else { break };
            after = Some(past(&hex));
            let letter = read_json::<DeadLetter>(&*self.core.store, &key).await;
            // One that is damaged hides no other endpoint's.
            if let (Some(id), Ok(Some(letter))) = (EndpointId::from_hex(&hex), letter) {
                found.push((letter.institution, id));
            }
        }
        Ok(found)
    }

    /// Takes all dead letters of an endpoint off the list; how many. The deliveries stay dead.
    ///
    /// # Errors
    /// The store's.
    pub async fn discard_dead_letters(&self, institution: InstitutionId, endpoint: &str) -> Result<u64, GatewayError> {
        let target = self.stored_endpoint(institution, endpoint).await?;
        let keys: Vec<String> = self.core.store.scan(&dead_folder(&target.endpoint.id.hex()), None).try_collect().await?;
        for key in &keys {
            self.core.store.delete(key).await?;
        }
        Ok(keys.len() as u64)
    }

    /// How many dead letters an endpoint has, counted up to `most`.
    ///
    /// # Errors
    /// The store's.
    pub async fn count_dead_letters(&self, endpoint: EndpointId, most: usize) -> Result<usize, GatewayError> {
        Ok(self.core.store.list(&dead_folder(&endpoint.hex()), None, most).await?.len())
    }
}
