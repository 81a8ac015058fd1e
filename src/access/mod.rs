//! Who may call the gateway and the API: keys, access tokens, portal tokens, and the tokens of the settings.
//!
//! Of a key only its SHA-256 is kept; its text is shown once. A credential becomes a [`Caller`] with a role and, for an institution's own people, that institution.
//! What a role may do stands in one table (`role.rs`); which route asks for which right is said by the extractors of `http/auth`.

pub mod config;
pub mod key;
pub mod records;
pub mod role;
#[cfg(test)]
mod tests;
pub mod token;

use std::sync::Arc;

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::access::config::AccessConfig;
use crate::access::key::{KeyText, NewKey, looks_like_key, random_id};
use crate::access::records::{KeyRecord, ListedKey, Records};
use crate::access::role::Caller;
use crate::access::token::{Claims, TokenKind, Tokens, looks_like_token};
use crate::clock::Clock;
use crate::model::role::Role;
use crate::sealing;
use crate::signing::constant_time_eq;
use crate::storage::{Store, StoreError};

/// An access token lives so long.
pub const ACCESS_SECONDS: i64 = 3600;
/// A portal token lives at most so long.
pub const PORTAL_SECONDS: i64 = 7 * 24 * 3600;

/// What a credential turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Somebody we know.
    Known(Caller),
    /// Nobody we know.
    Unknown,
    /// Not looked at: too many wrong ones came from there.
    Throttled,
}

/// What is asked for with a new key.
#[derive(Debug, Clone)]
pub struct KeyRequest {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The one institution it may do it in, by id.
    pub institution: Option<String>,
    /// Until when.
    pub expires: Option<Timestamp>,
    /// Who asks.
    pub by: String,
}

/// Why a key or a token is not made.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The request makes no sense; what to do.
    #[error("{0}")]
    Invalid(String),
    /// No token can be signed.
    #[error("tokens need WEBHOOK_ENCRYPTION_KEY (at least 32 characters)")]
    NoMaster,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The answer to a client that asks for an access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The token.
    pub token: String,
    /// For how long.
    pub expires_in: i64,
    /// What it may do.
    pub scope: String,
}

/// Who may call the gateway.
pub struct Access {
    config: AccessConfig,
    clock: Arc<dyn Clock>,
    records: Records,
    tokens: OnceCell<Tokens>,
}

impl Access {
    /// Over a store.
    pub fn new(config: AccessConfig, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { config, records: Records::new(store, clock.clone()), clock, tokens: OnceCell::new() }
    }

    /// Its settings.
    pub fn config(&self) -> &AccessConfig {
        &self.config
    }

    /// Whether any key was ever made.
    ///
    /// # Errors
    /// The store's.
    pub async fn any_key(&self) -> Result<bool, StoreError> {
        self.records.any_key().await
    }

    /// Who shows this credential. With `is_throttled`, what would cost a look at the store or could be guessed is not looked at.
    pub async fn identify(&self, credential: &str, is_throttled: bool) -> Result<Verdict, StoreError> {
        if looks_like_key(credential) {
            return self.by_key(credential, is_throttled).await;
        }
        if looks_like_token(credential) {
            let Some((kind, claims)) = self.tokens().await?.read(credential, self.clock.now()) else { return Ok(Verdict::Unknown) };
            return match kind {
                TokenKind::Access => self.by_access_token(&claims).await,
                TokenKind::Portal => self.by_portal_token(&claims).await,
            };
        }
        if is_throttled {
            return Ok(Verdict::Throttled);
        }
        // All are compared, always: how long it takes tells nothing.
        let mut found = None;
        for (token, role) in &self.config.tokens {
            if constant_time_eq(token.expose_secret().as_bytes(), credential.as_bytes()) {
                found = Some(*role);
            }
        }
        Ok(found.map_or(Verdict::Unknown, |role| Verdict::Known(Caller::everywhere(format!("{role} token"), role))))
    }

    async fn by_key(&self, credential: &str, is_throttled: bool) -> Result<Verdict, StoreError> {
        let Some(text) = KeyText::parse(credential) else { return Ok(Verdict::Unknown) };
        let record = match self.records.cached_key(text.id()) {
            Some(known) => known,
            None if is_throttled => return Ok(Verdict::Throttled),
            None => self.records.key(text.id()).await?,
        };
        let Some(record) = record.filter(|record| text.is(&record.sha256) && record.is_good(self.clock.now())) else {
            return Ok(Verdict::Unknown);
        };
        self.records.mark_used(&record.id).await;
        Ok(Verdict::Known(caller_of(&record, record.role, record.institution.clone())))
    }

    async fn by_access_token(&self, claims: &Claims) -> Result<Verdict, StoreError> {
        // A key that was revoked takes its tokens with it.
        let record = self.records.key(&claims.sub).await?.filter(|record| record.is_good(self.clock.now()));
        let granted = record.and_then(|record| {
            let scope = Scope::parse(&claims.scope)?;
            let institution = scope.institution.or_else(|| record.institution.clone());
            let role = scope.role.filter(|role| record.role.covers(*role))?;
            Some(caller_of(&record, role, institution))
        });
        Ok(granted.map_or(Verdict::Unknown, Verdict::Known))
    }

    async fn by_portal_token(&self, claims: &Claims) -> Result<Verdict, StoreError> {
        let ended = self.records.revocations(&claims.sub).await?;
        let role = Scope::parse(&claims.scope).and_then(|scope| scope.role).filter(|role| [Role::Manager, Role::Viewer].contains(role));
        let is_over = claims.iat <= ended.not_before || ended.sessions.contains(&claims.jti);
        let Some(role) = role.filter(|_| !is_over) else { return Ok(Verdict::Unknown) };
        let caller = Caller::within(format!("portal {}", claims.jti), role, &claims.sub);
        Ok(Verdict::Known(Caller { session: Some(claims.jti.clone()), ..caller }))
    }

    /// Makes a key; its text is in the answer and nowhere else.
    pub async fn create_key(&self, request: KeyRequest) -> Result<(KeyRecord, SecretString), AccessError> {
        let now = self.clock.now();
        check_request(&request, now)?;
        let KeyRequest { name, role, institution, expires, by } = request;
        let NewKey { id, text, sha256 } = NewKey::mint();
        let record = KeyRecord { id, name: name.trim().to_owned(), role, institution, sha256, created: now, created_by: by, expires };
        self.records.create(&record).await?;
        Ok((record, text))
    }

    /// Every key there ever was.
    pub async fn keys(&self) -> Result<Vec<ListedKey>, StoreError> {
        self.records.list().await
    }

    /// Ends a key for good; `false` when there is none of this id.
    pub async fn revoke_key(&self, id: &str, by: &str) -> Result<bool, StoreError> {
        if key::is_key_id(id) { self.records.revoke(id, by).await } else { Ok(false) }
    }

    /// An access token for the holder of a key (RFC 6749, section 4.4), of the scope asked for or else of all that the key may do; `None` for a scope beyond that.
    pub async fn grant(&self, caller: &Caller, key_id: &str, scope: &str, issuer: &str) -> Result<Option<Grant>, AccessError> {
        let Some(asked) = Scope::parse(scope) else { return Ok(None) };
        let role = asked.role.unwrap_or(caller.role);
        let is_within = asked.institution.as_deref().is_none_or(|institution| caller.sees(institution));
        if !is_within || !caller.role.covers(role) {
            return Ok(None);
        }
        let scope = Scope { role: Some(role), institution: asked.institution.or_else(|| caller.institution.clone()) }.to_string();
        let mut claims = Claims::new(issuer, key_id, scope.clone(), random_id("at_"), self.clock.now(), ACCESS_SECONDS);
        claims.client_id = Some(key_id.to_owned());
        let token = self.tokens().await?.sign(TokenKind::Access, &claims).ok_or(AccessError::NoMaster)?;
        Ok(Some(Grant { token, expires_in: ACCESS_SECONDS, scope }))
    }

    /// A token for the pages of an institution's own people, who may manage it or only look.
    pub async fn portal_token(
        &self,
        institution: &str,
        session: Option<&str>,
        may_manage: bool,
        seconds: i64,
    ) -> Result<String, AccessError> {
        if institution.is_empty() || !(1..=PORTAL_SECONDS).contains(&seconds) {
            return Err(AccessError::Invalid(format!("a portal token lives 1 to {PORTAL_SECONDS} seconds")));
        }
        let role = if may_manage { Role::Manager } else { Role::Viewer };
        let session = session.map_or_else(|| random_id("psn_"), ToOwned::to_owned);
        let claims = Claims::new("gradepost", institution, role.as_str().to_owned(), session, self.clock.now(), seconds);
        self.tokens().await?.sign(TokenKind::Portal, &claims).ok_or(AccessError::NoMaster)
    }

    /// Ends an institution's portal sessions: those named, or all there are.
    pub async fn end_portal_sessions(&self, institution: &str, sessions: &[String]) -> Result<(), AccessError> {
        let now = self.clock.now();
        for session in sessions {
            if session.is_empty() || session.len() > 128 || !session.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)) {
                return Err(AccessError::Invalid("a session's id has letters, digits, - and _ only".to_owned()));
            }
            self.records.end_sessions(institution, Some(session), now).await?;
        }
        if sessions.is_empty() {
            self.records.end_sessions(institution, None, now).await?;
        }
        Ok(())
    }

    /// The public keys of our tokens.
    pub async fn key_set(&self) -> Result<Value, StoreError> {
        Ok(self.tokens().await?.key_set())
    }

    async fn tokens(&self) -> Result<&Tokens, StoreError> {
        self.tokens
            .get_or_try_init(|| async {
                if self.config.masters.is_empty() {
                    return Ok(Tokens::new(&[], &[]));
                }
                Ok(Tokens::new(&self.config.masters, &self.records.salt(sealing::chance()).await?))
            })
            .await
    }
}

fn caller_of(record: &KeyRecord, role: Role, institution: Option<String>) -> Caller {
    Caller { who: format!("key {}", record.id), role, institution, session: None }
}

fn check_request(request: &KeyRequest, now: Timestamp) -> Result<(), AccessError> {
    let invalid = |message: &str| Err(AccessError::Invalid(message.to_owned()));
    if !(1..=100).contains(&request.name.trim().chars().count()) || request.name.chars().any(char::is_control) {
        return invalid("a key's name has 1 to 100 visible characters");
    }
    match request.role {
        Role::Admin if request.institution.is_some() => invalid("an admin's key is for all institutions; use manager for one"),
        role if request.institution.is_some() && !role.may_be_of_one_institution() => {
            invalid("a reader's or operator's key is for the school's reports, not for an institution")
        }
        role if request.institution.is_none() && role.is_of_one_institution() => {
            invalid("a manager's or viewer's key is for one institution; name it")
        }
        _ if request.expires.is_some_and(|end| end <= now) => invalid("the key would have expired already"),
        _ => Ok(()),
    }
}

/// What a token may do, as OAuth writes it: a role's word and `institution:<id>`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Scope {
    role: Option<Role>,
    institution: Option<String>,
}

impl Scope {
    fn parse(text: &str) -> Option<Self> {
        let mut scope = Self::default();
        for word in text.split_ascii_whitespace() {
            if let Some(id) = word.strip_prefix("institution:").filter(|id| !id.is_empty())
                && scope.institution.is_none()
            {
                scope.institution = Some(id.to_owned());
            } else {
                let role = Role::parse(word).filter(|_| scope.role.is_none());
                scope.role = Some(role?);
            }
        }
        Some(scope)
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.role.map_or("", Role::as_str))?;
        self.institution.as_ref().map_or(Ok(()), |id| write!(f, " institution:{id}"))
    }
}
