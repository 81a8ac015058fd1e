//! Endpoints: created, read, changed, deleted; their secrets and headers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::gateway::error::GatewayError;
use crate::gateway::ids::{EndpointId, InstitutionId};
use crate::gateway::institutions::{behind, page};
use crate::gateway::model::{DisabledWhy, Endpoint, EndpointPatch, NewEndpoint, Page, PageQuery};
use crate::gateway::registry::{CachedInstitution, StoredEndpoint};
use crate::gateway::secrets::{OpenSecret, Scheme, SealedSecret, rotated, signing};
use crate::gateway::{Gateway, check};
use jiff::Timestamp;

/// Endpoints an institution may have.
pub(crate) const MOST_ENDPOINTS: usize = 100;
/// Bytes of a URL.
const MOST_URL: usize = 4096;
/// The longest overlap of a rotation.
pub(crate) const LONGEST_OVERLAP: Duration = Duration::from_hours(7 * 24);

/// An endpoint that was just created, with what is shown once.
#[derive(Clone)]
pub struct CreatedEndpoint {
    /// It.
    pub endpoint: Endpoint,
    /// Its secret. Whoever answers with it calls [`Gateway::mark_secret_shown`].
    pub secret: String,
    /// The public half of its Ed25519 key (`whpk_…`), where it has one.
    pub public_key: Option<String>,
}

impl Gateway {
    /// Creates an endpoint.
    ///
    /// # Errors
    /// A field is wrong; another endpoint of the institution has the uid; the institution has too many; no key is set to seal the secret under.
    pub async fn create_endpoint(&self, institution: InstitutionId, new: NewEndpoint) -> Result<CreatedEndpoint, GatewayError> {
        let known = self.known(institution).await?;
        if known.endpoints.len() >= MOST_ENDPOINTS {
            return Err(GatewayError::LimitReached(format!("an institution has at most {MOST_ENDPOINTS} endpoints")));
        }
        check::description(&new.description)?;
        check::metadata(&new.metadata)?;
        check::rate("throttleRate", new.rate)?;
        check::channels("channels", new.channels.as_deref())?;
        check::headers(&new.headers)?;
        self.check_known_types(new.event_types.as_deref()).await?;
        let url = self.check_url(&new.url).await?;
        let is_plain = new.plain || new.format.takes_plain();
        let secret = self.secret_for(is_plain, new.secret.as_deref(), "secret")?;
        let now = self.core.clock.now();
        let id = EndpointId::new(now, &self.core.chance);
        let mut secrets = vec![self.core.vault.seal(id, &secret, now)?];
        if new.ed25519 && secret.scheme != Scheme::Ed25519 {
            secrets.push(self.core.vault.seal(id, &OpenSecret::new_ed25519(&self.core.chance), now)?);
        }
        let headers = self.seal_headers(id, &new.headers)?;
        if let Some(uid) = &new.uid {
            check::endpoint_uid(uid)?;
            self.core.registry.claim_endpoint_uid(institution, uid, id).await?;
        }
        let made = self.core.registry.change_endpoint(&self.core.chance, institution, id, |_| {
            let new = new.clone();
            let endpoint = Endpoint {
                id,
                institution,
                uid: new.uid,
                url: url.clone(),
                description: new.description,
                event_types: new.event_types,
                channels: new.channels,
                disabled: new.disabled,
                disabled_why: new.disabled.then_some(DisabledWhy::Asked),
                disabled_at: new.disabled.then_some(now),
                metadata: new.metadata,
                rate: new.rate,
                profile: new.profile,
                format: new.format,
                payload: new.payload,
                order: new.order,
                compat: new.compat,
                header_names: new.headers.keys().cloned().collect(),
                created: now,
                updated: now,
                generation: 0,
                deleted: false,
            };
            Ok(Some(StoredEndpoint { endpoint, secrets: secrets.clone(), headers: headers.clone(), shown: false }))
        });
        let made = made.await?.ok_or(GatewayError::NotFound("endpoint"))?;
        self.core.is_on.store(true, Ordering::Relaxed);
        let public_key = self.public_key_of(&made)?;
        self.core.operate_endpoint("endpoint.created", &made.endpoint, &serde_json::Value::Null).await;
        Ok(CreatedEndpoint { endpoint: made.endpoint, secret: secret.text.clone(), public_key })
    }

    /// The endpoint of this id or uid.
    ///
    /// # Errors
    /// [`GatewayError::NotFound`].
    pub async fn endpoint(&self, institution: InstitutionId, id_or_uid: &str) -> Result<Endpoint, GatewayError> {
        Ok(self.stored_endpoint(institution, id_or_uid).await?.endpoint.clone())
    }

    /// All endpoints of an institution, oldest first.
    pub async fn all_endpoints(&self, institution: InstitutionId) -> Result<Vec<Endpoint>, GatewayError> {
        Ok(self.known(institution).await?.endpoints.iter().map(|stored| stored.endpoint.clone()).collect())
    }

    /// A page of an institution's endpoints, by the time they were created.
    pub async fn endpoints(&self, institution: InstitutionId, query: &PageQuery<EndpointId>) -> Result<Page<Endpoint>, GatewayError> {
        let known = self.known(institution).await?;
        let mut ids: Vec<EndpointId> = known.endpoints.iter().map(|stored| stored.endpoint.id).collect();
        ids.sort();
        if !query.ascending {
            ids.reverse();
        }
        let found = behind(&ids, query).into_iter().take(query.limit + 1);
        let found = found.filter_map(|id| known.endpoint(id)).map(|stored| stored.endpoint.clone()).collect();
        Ok(page(found, query))
    }

    /// Changes an endpoint. Enabling one that was disabled forgets why; what was skipped or cancelled meanwhile is replayed only when asked for.
    ///
    /// # Errors
    /// As [`Self::create_endpoint`], and [`GatewayError::NotFound`].
    pub async fn update_endpoint(
        &self,
        institution: InstitutionId,
        id_or_uid: &str,
        patch: EndpointPatch,
    ) -> Result<Endpoint, GatewayError> {
        let found = self.stored_endpoint(institution, id_or_uid).await?;
        check::description(patch.description.as_deref().unwrap_or_default())?;
        check::metadata(&patch.metadata.clone().unwrap_or_default())?;
        check::rate("throttleRate", patch.rate.flatten())?;
        check::channels("channels", patch.channels.as_ref().and_then(|channels| channels.as_deref()))?;
        self.check_known_types(patch.event_types.as_ref().and_then(|types| types.as_deref())).await?;
        let url = match &patch.url {
            Some(url) => Some(self.check_url(url).await?),
            None => None,
        };
        let id = found.endpoint.id;
        if let Some(Some(uid)) = &patch.uid
            && found.endpoint.uid.as_ref() != Some(uid)
        {
            check::endpoint_uid(uid)?;
            self.core.registry.claim_endpoint_uid(institution, uid, id).await?;
        }
        let now = self.core.clock.now();
        let changed = self.change_endpoint(institution, id, |present| {
            let (patch, url) = (patch.clone(), url.clone());
            let endpoint = &present.endpoint;
            let disabled = patch.disabled.unwrap_or(endpoint.disabled);
            let was = (endpoint.disabled_why, endpoint.disabled_at);
            let (disabled_why, disabled_at) = match (disabled, endpoint.disabled) {
                (true, true) => was,
                (true, false) => (Some(DisabledWhy::Asked), Some(now)),
                (false, _) => (None, None),
            };
            let endpoint = Endpoint {
                uid: patch.uid.unwrap_or_else(|| endpoint.uid.clone()),
                url: url.unwrap_or_else(|| endpoint.url.clone()),
                description: patch.description.unwrap_or_else(|| endpoint.description.clone()),
                event_types: patch.event_types.unwrap_or_else(|| endpoint.event_types.clone()),
                channels: patch.channels.unwrap_or_else(|| endpoint.channels.clone()),
                disabled,
                disabled_why,
                disabled_at,
                metadata: patch.metadata.unwrap_or_else(|| endpoint.metadata.clone()),
                rate: patch.rate.unwrap_or(endpoint.rate),
                profile: patch.profile.unwrap_or(endpoint.profile),
                format: patch.format.unwrap_or(endpoint.format),
                payload: patch.payload.unwrap_or(endpoint.payload),
                order: patch.order.unwrap_or(endpoint.order),
                compat: patch.compat.unwrap_or_else(|| endpoint.compat.clone()),
                updated: now,
                ..endpoint.clone()
            };
            Ok(StoredEndpoint { endpoint, ..present.clone() })
        });
        let changed = changed.await?.endpoint;
        if let Some(old) = found.endpoint.uid.as_ref().filter(|old| changed.uid.as_ref() != Some(old)) {
            self.core.registry.release_uid(&institution.hex(), old, id.ksuid()).await;
        }
        if changed.disabled != found.endpoint.disabled {
            self.core.endpoint_switched(&changed).await;
        }
        self.core.operate_endpoint("endpoint.updated", &changed, &serde_json::Value::Null).await;
        Ok(changed)
    }

    /// Replaces an endpoint of this id or uid, or creates one with it as uid; whether it was created. Secret and headers stay.
    pub async fn upsert_endpoint(
        &self,
        institution: InstitutionId,
        id_or_uid: &str,
        new: NewEndpoint,
    ) -> Result<(Endpoint, bool), GatewayError> {
        match self.stored_endpoint(institution, id_or_uid).await {
            Ok(_) => {
                let patch = EndpointPatch {
                    url: Some(new.url),
                    uid: Some(new.uid),
                    description: Some(new.description),
                    event_types: Some(new.event_types),
                    channels: Some(new.channels),
                    disabled: Some(new.disabled),
                    metadata: Some(new.metadata),
                    rate: Some(new.rate),
                    ..EndpointPatch::default()
                };
                Ok((self.update_endpoint(institution, id_or_uid, patch).await?, false))
            }
            Err(GatewayError::NotFound("endpoint")) if EndpointId::parse(id_or_uid).is_none() => {
                let uid = new.uid.clone().or_else(|| Some(id_or_uid.to_owned()));
                Ok((self.create_endpoint(institution, NewEndpoint { uid, ..new }).await?.endpoint, true))
            }
            Err(error) => Err(error),
        }
    }

    /// Deletes an endpoint: what waits for it is cancelled, its uid is free.
    ///
    /// # Errors
    /// [`GatewayError::NotFound`].
    pub async fn delete_endpoint(&self, institution: InstitutionId, id_or_uid: &str) -> Result<(), GatewayError> {
        let found = self.stored_endpoint(institution, id_or_uid).await?;
        let now = self.core.clock.now();
        let deleted = self.change_endpoint(institution, found.endpoint.id, |present| {
            let endpoint = Endpoint { deleted: true, uid: None, updated: now, header_names: Vec::new(), ..present.endpoint.clone() };
            // What was secret need not be kept.
            Ok(StoredEndpoint { endpoint, secrets: Vec::new(), headers: None, shown: true })
        });
        let deleted = deleted.await?;
        if let Some(uid) = &found.endpoint.uid {
            self.core.registry.release_uid(&institution.hex(), uid, found.endpoint.id.ksuid()).await;
        }
        self.core.endpoint_switched(&deleted.endpoint).await;
        let uid = serde_json::json!({ "endpointUid": found.endpoint.uid });
        self.core.operate_endpoint("endpoint.deleted", &deleted.endpoint, &uid).await;
        Ok(())
    }

    /// The current secret, when it may be shown: once after it was made, or always where the operator allows it. It counts as shown from now on.
    ///
    /// # Errors
    /// [`GatewayError::SecretShown`].
    pub async fn secret(&self, institution: InstitutionId, id_or_uid: &str) -> Result<String, GatewayError> {
        let stored = self.stored_endpoint(institution, id_or_uid).await?;
        if !self.core.config.secrets_readable {
            self.mark_secret_shown(institution, stored.endpoint.id).await?;
        }
        let current = stored.secrets.iter().find(|secret| secret.expires.is_none()).ok_or(GatewayError::NotFound("secret"))?;
        Ok(self.core.vault.open(stored.endpoint.id, current)?.text.clone())
    }

    /// Records that the current secret is about to be shown.
    ///
    /// # Errors
    /// [`GatewayError::SecretShown`] when it was: of several who ask at once, one may show it.
    pub async fn mark_secret_shown(&self, institution: InstitutionId, id: EndpointId) -> Result<(), GatewayError> {
        let marked = self.change_endpoint(institution, id, |present| {
            if present.shown {
                return Err(GatewayError::SecretShown);
            }
            Ok(StoredEndpoint { shown: true, ..present.clone() })
        });
        marked.await.map(drop)
    }

    /// Replaces the secret; the one before signs beside it for so long. The new one is in the answer, and counts as shown.
    ///
    /// # Errors
    /// [`GatewayError::LimitReached`] when ten old ones sign still.
    pub async fn rotate_secret(
        &self,
        institution: InstitutionId,
        id_or_uid: &str,
        own: Option<&str>,
        overlap: Duration,
    ) -> Result<String, GatewayError> {
        let found = self.stored_endpoint(institution, id_or_uid).await?;
        if overlap > LONGEST_OVERLAP {
            return Err(GatewayError::invalid("gracePeriodSeconds", "the old secret signs for at most 604800 seconds more"));
        }
        // A receiver that took the old secret's characters as its key takes the new one's so as well.
        let secret = self.secret_for(self.has_plain(&found)?, own, "key")?;
        self.replace_secret(institution, found.endpoint.id, &secret, overlap).await?;
        Ok(secret.text.clone())
    }

    /// The secret that a caller gives, or a new one: of the kind that the endpoint's receiver takes.
    fn secret_for(&self, is_plain: bool, own: Option<&str>, at: &str) -> Result<OpenSecret, GatewayError> {
        match (own, is_plain) {
            (None, false) => Ok(OpenSecret::new_hmac(&self.core.chance)),
            (None, true) => Ok(OpenSecret::new_plain(&self.core.chance)),
            (Some(text), false) => OpenSecret::parse(text).map_err(|message| GatewayError::invalid(at, message)),
            (Some(text), true) => OpenSecret::parse_plain(text).map_err(|message| GatewayError::invalid(at, message)),
        }
    }

    /// Whether the receiver takes a secret's own characters as the key: by the body it is sent, or by the secret it has.
    fn has_plain(&self, stored: &StoredEndpoint) -> Result<bool, GatewayError> {
        let current = stored.secrets.iter().find(|secret| secret.expires.is_none() && secret.scheme == Scheme::Hmac);
        let opened = current.map(|sealed| self.core.vault.open(stored.endpoint.id, sealed)).transpose()?;
        Ok(stored.endpoint.takes_plain() || opened.is_some_and(|secret| secret.plain))
    }

    async fn replace_secret(
        &self,
        institution: InstitutionId,
        id: EndpointId,
        secret: &OpenSecret,
        overlap: Duration,
    ) -> Result<(), GatewayError> {
        let now = self.core.clock.now();
        let sealed = self.core.vault.seal(id, secret, now)?;
        let changed = self.change_endpoint(institution, id, |present| {
            let secrets = rotated(&present.secrets, sealed.clone(), overlap, now)?;
            let endpoint = Endpoint { updated: now, ..present.endpoint.clone() };
            Ok(StoredEndpoint { secrets, endpoint, shown: true, ..present.clone() })
        });
        changed.await.map(drop)
    }

    /// The custom headers in the clear.
    pub async fn headers(&self, institution: InstitutionId, id_or_uid: &str) -> Result<BTreeMap<String, String>, GatewayError> {
        let stored = self.stored_endpoint(institution, id_or_uid).await?;
        self.core.open_headers(&stored)
    }

    /// Replaces the custom headers.
    pub async fn set_headers(
        &self,
        institution: InstitutionId,
        id_or_uid: &str,
        headers: BTreeMap<String, String>,
    ) -> Result<(), GatewayError> {
        self.change_headers(institution, id_or_uid, |_| headers.clone()).await
    }

    /// Sets some custom headers (`Some`) and removes others (`None`); names are compared without case.
    pub async fn patch_headers(
        &self,
        institution: InstitutionId,
        id_or_uid: &str,
        changes: BTreeMap<String, Option<String>>,
    ) -> Result<(), GatewayError> {
        let patched = |present: BTreeMap<String, String>| {
            let mut headers = present;
            for (name, value) in &changes {
                headers.retain(|known, _| !known.eq_ignore_ascii_case(name));
                if let Some(value) = value {
                    headers.insert(name.clone(), value.clone());
                }
            }
            headers
        };
        self.change_headers(institution, id_or_uid, patched).await
    }

    async fn change_headers(
        &self,
        institution: InstitutionId,
        id_or_uid: &str,
        change: impl Fn(BTreeMap<String, String>) -> BTreeMap<String, String>,
    ) -> Result<(), GatewayError> {
        let found = self.stored_endpoint(institution, id_or_uid).await?;
        let now = self.core.clock.now();
        let changed = self.change_endpoint(institution, found.endpoint.id, |present| {
            let headers = change(self.core.open_headers(present)?);
            check::headers(&headers)?;
            let endpoint = Endpoint { header_names: headers.keys().cloned().collect(), updated: now, ..present.endpoint.clone() };
            Ok(StoredEndpoint { headers: self.seal_headers(endpoint.id, &headers)?, endpoint, ..present.clone() })
        });
        changed.await.map(drop)
    }

    /// The public halves of an institution's Ed25519 keys that sign now, each with its endpoint: for its key set.
    pub async fn public_keys(&self, institution: InstitutionId) -> Result<Vec<(EndpointId, [u8; 32])>, GatewayError> {
        let known = self.known(institution).await?;
        let now = self.core.clock.now();
        let mut keys = Vec::new();
        for stored in known.endpoints.iter() {
            for sealed in signing(&stored.secrets, now).filter(|sealed| sealed.scheme == Scheme::Ed25519) {
                keys.extend(self.core.vault.open(stored.endpoint.id, sealed)?.public().map(|public| (stored.endpoint.id, public)));
            }
        }
        Ok(keys)
    }

    fn public_key_of(&self, stored: &StoredEndpoint) -> Result<Option<String>, GatewayError> {
        use base64::Engine as _;
        let pair: Option<&SealedSecret> = stored.secrets.iter().find(|secret| secret.scheme == Scheme::Ed25519);
        let Some(pair) = pair else { return Ok(None) };
        let public = self.core.vault.open(stored.endpoint.id, pair)?.public();
        Ok(public.map(|public| format!("whpk_{}", base64::prelude::BASE64_STANDARD.encode(public))))
    }

    pub(crate) async fn known(&self, institution: InstitutionId) -> Result<CachedInstitution, GatewayError> {
        self.core.registry.known(institution).await?.ok_or(GatewayError::NotFound("institution"))
    }

    pub(crate) async fn stored_endpoint(&self, institution: InstitutionId, id_or_uid: &str) -> Result<Arc<StoredEndpoint>, GatewayError> {
        let known = self.known(institution).await?;
        let found = match EndpointId::parse(id_or_uid) {
            Some(id) => known.endpoint(id),
            None => known.endpoints.iter().find(|stored| stored.endpoint.uid.as_deref() == Some(id_or_uid)),
        };
        found.cloned().ok_or(GatewayError::NotFound("endpoint"))
    }

    async fn change_endpoint(
        &self,
        institution: InstitutionId,
        id: EndpointId,
        mut change: impl FnMut(&StoredEndpoint) -> Result<StoredEndpoint, GatewayError>,
    ) -> Result<StoredEndpoint, GatewayError> {
        let changed = self.core.registry.change_endpoint(&self.core.chance, institution, id, |present| match present {
            Some(present) => change(present).map(Some),
            None => Err(GatewayError::NotFound("endpoint")),
        });
        changed.await?.ok_or(GatewayError::NotFound("endpoint"))
    }

    fn seal_headers(&self, id: EndpointId, headers: &BTreeMap<String, String>) -> Result<Option<String>, GatewayError> {
        if headers.is_empty() {
            return Ok(None);
        }
        let text = serde_json::to_string(headers).map_err(|error| GatewayError::Internal(error.to_string()))?;
        self.core.vault.seal_text(id, "headers", &text).map(Some)
    }

    /// A URL as it is kept: parsed once, without its fragment.
    async fn check_url(&self, text: &str) -> Result<String, GatewayError> {
        if text.len() > MOST_URL {
            return Err(GatewayError::invalid("url", format!("a URL has at most {MOST_URL} characters")));
        }
        let refused = |refusal: String| GatewayError::invalid("url", refusal);
        let url = self.core.egress.parse(text).map_err(refused)?;
        if let Some(warning) = self.core.egress.look(&url).await.map_err(refused)? {
            tracing::info!(warning, "an endpoint is registered whose name cannot be resolved yet");
        }
        Ok(url.as_str().to_owned())
    }
}

impl crate::gateway::Core {
    pub(crate) fn open_headers(&self, stored: &StoredEndpoint) -> Result<BTreeMap<String, String>, GatewayError> {
        let Some(sealed) = &stored.headers else { return Ok(BTreeMap::new()) };
        let text = self.vault.open_text(stored.endpoint.id, "headers", sealed)?;
        serde_json::from_str(&text).map_err(|error| GatewayError::Internal(error.to_string()))
    }

    pub(crate) fn open_secrets(&self, stored: &StoredEndpoint, now: Timestamp) -> Result<Vec<OpenSecret>, GatewayError> {
        signing(&stored.secrets, now).map(|sealed| self.vault.open(stored.endpoint.id, sealed)).collect()
    }
}
