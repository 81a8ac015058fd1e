//! Public keys of others: JSON Web Key Sets, given in the settings or fetched, and the tokens they verify.
//!
//! A key says which algorithm it is for; a token never does.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;
use url::Url;

use crate::clock::Clock;
use crate::intake::outside::{Ask, NamedBy, Outside};

/// A set is asked for anew at most so often, however many unknown keys are named to us.
const SHORTEST_AGE: Duration = Duration::from_mins(1);
/// A key that its owner took back is believed at most so long, while the set can be fetched.
const LONGEST_AGE: Duration = Duration::from_hours(1);
/// The largest set in bytes.
const LARGEST_SET: usize = 256 * 1024;
/// More keys than any set has.
const MOST_KEYS: usize = 32;
/// How much another's clock and ours may differ.
pub(in crate::intake) const LEEWAY_SECONDS: i64 = 60;

/// Where keys come from.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyOrigin {
    /// A set in the settings.
    Given(JwkSet),
    /// An address that serves a set.
    Url(Url),
}

impl KeyOrigin {
    /// Reads a setting: a set as JSON, or its address.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim_start().starts_with('{') {
            return match serde_json::from_str::<JwkSet>(text) {
                Ok(set) if !set.keys.is_empty() => Ok(Self::Given(set)),
                Ok(_) => Err("is a key set without keys".to_owned()),
                Err(error) => Err(format!("is no JSON Web Key Set: {error}")),
            };
        }
        let url = Url::parse(text.trim()).map_err(|_| "is neither a JSON Web Key Set nor its address".to_owned())?;
        let is_local = url.host_str().is_some_and(|host| matches!(host, "127.0.0.1" | "localhost" | "[::1]"));
        if url.scheme() == "https" || (url.scheme() == "http" && is_local) {
            Ok(Self::Url(url))
        } else {
            Err("must be an https address".to_owned())
        }
    }
}

/// Keys, and how they are renewed.
#[derive(Default)]
pub(in crate::intake) struct KeyRing {
    origin: Option<Url>,
    outside: Option<Arc<dyn Outside>>,
    known: Mutex<CachedKeys>,
    /// Held while the set is fetched, so that many callers fetch it once.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct CachedKeys {
    keys: Arc<Vec<Key>>,
    /// When the set was last asked for, on the clock that only goes forward; also in vain.
    asked: Option<Duration>,
}

struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    decoding: DecodingKey,
}

impl KeyRing {
    /// Over what the settings name; without `outside` only keys that are given there.
    pub(in crate::intake) fn new(origin: Option<KeyOrigin>, outside: Option<Arc<dyn Outside>>) -> Self {
        match origin {
            None => Self::default(),
            Some(KeyOrigin::Url(url)) => Self { origin: Some(url), outside, ..Self::default() },
            Some(KeyOrigin::Given(set)) => {
                let known = CachedKeys { keys: Arc::new(usable(&set)), asked: None };
                Self { known: Mutex::new(known), ..Self::default() }
            }
        }
    }

    /// Whether there are keys, or an address that serves some.
    pub(in crate::intake) fn is_on(&self) -> bool {
        self.origin.is_some() || !self.known.lock().unwrap_or_else(PoisonError::into_inner).keys.is_empty()
    }

    /// Fetches the set when the token names a key that is not known, or when the set is old.
    pub(in crate::intake) async fn prepare(&self, token: &str, clock: &dyn Clock) {
        let (Some(url), Some(outside)) = (&self.origin, &self.outside) else { return };
        let Ok(header) = decode_header(token) else { return };
        if self.is_fresh_for(header.kid.as_deref(), clock.monotonic()) {
            return;
        }
        let _one = self.fetching.lock().await;
        if self.is_fresh_for(header.kid.as_deref(), clock.monotonic()) {
            return;
        }
        let mut ask = Ask::get(url.clone(), NamedBy::Operator);
        (ask.most_bytes, ask.time_limit) = (LARGEST_SET, Duration::from_secs(5));
        let fetched = match outside.ask(&ask).await {
            Ok(answer) if answer.status == 200 => serde_json::from_slice::<JwkSet>(&answer.body).map_err(|error| error.to_string()),
            Ok(answer) => Err(format!("status {}", answer.status)),
            Err(error) => Err(error.to_string()),
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.asked = Some(clock.monotonic());
        match fetched {
            Ok(set) => known.keys = Arc::new(usable(&set)),
            // Older keys serve on.
            Err(error) => tracing::warn!(host = url.host_str(), error, "a platform's key set cannot be fetched"),
        }
    }

    fn is_fresh_for(&self, id: Option<&str>, now: Duration) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(asked) = known.asked else { return false };
        let age = now.saturating_sub(asked);
        let has_key = known.keys.iter().any(|key| id.is_none() || key.id.as_deref() == id);
        age < SHORTEST_AGE || (has_key && age < LONGEST_AGE)
    }

    /// The claims of a token that one of the keys signed; what they say is the caller's to judge.
    pub(in crate::intake) fn claims(&self, token: &str) -> Option<Value> {
        let header = decode_header(token).ok()?;
        let keys = Arc::clone(&self.known.lock().unwrap_or_else(PoisonError::into_inner).keys);
        let named = |key: &&Key| header.kid.is_none() || key.id == header.kid;
        keys.iter().filter(named).find_map(|key| verified(token, key.algorithm, &key.decoding))
    }
}

/// The claims of a token under one key and its one algorithm.
pub(in crate::intake) fn verified(token: &str, algorithm: Algorithm, key: &DecodingKey) -> Option<Value> {
    let mut validation = Validation::new(algorithm);
    // Checked by the caller, against the injected clock.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    decode::<Value>(token, key, &validation).ok().map(|token| token.claims)
}

/// Whether a token is in its time: `exp` and `nbf` where they stand.
pub(in crate::intake) fn is_in_time(claims: &Value, now: Timestamp) -> bool {
    let at = |claim: &str| claims.get(claim).and_then(Value::as_f64).map(|seconds| seconds as i64);
    let now = now.as_second();
    at("exp").is_none_or(|exp| exp.saturating_add(LEEWAY_SECONDS) > now)
        && at("nbf").is_none_or(|nbf| nbf.saturating_sub(LEEWAY_SECONDS) <= now)
}

/// Whether a claim that is a text or a list of texts holds this one.
pub(in crate::intake) fn names(claims: &Value, claim: &str, wanted: &str) -> bool {
    match claims.get(claim) {
        Some(Value::String(text)) => text == wanted,
        Some(Value::Array(items)) => items.iter().any(|item| item.as_str() == Some(wanted)),
        _ => false,
    }
}

fn usable(set: &JwkSet) -> Vec<Key> {
    set.keys.iter().take(MOST_KEYS).filter_map(key).collect()
}

fn key(jwk: &Jwk) -> Option<Key> {
    let algorithm = algorithm(jwk)?;
    Some(Key { id: jwk.common.key_id.clone(), algorithm, decoding: DecodingKey::from_jwk(jwk).ok()? })
}

/// What a key is for: what it says itself, else what its type is mostly used with. Shared secrets have no place in a set of public keys.
fn algorithm(jwk: &Jwk) -> Option<Algorithm> {
    let by_type = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P384 => Algorithm::ES384,
        AlgorithmParameters::EllipticCurve(_) => Algorithm::ES256,
        AlgorithmParameters::OctetKeyPair(_) => Algorithm::EdDSA,
        _ => return None,
    };
    match (jwk.common.key_algorithm, by_type) {
        (None, by_type) => Some(by_type),
        (Some(KeyAlgorithm::RS256), Algorithm::RS256) => Some(Algorithm::RS256),
        (Some(KeyAlgorithm::RS384), Algorithm::RS256) => Some(Algorithm::RS384),
        (Some(KeyAlgorithm::RS512), Algorithm::RS256) => Some(Algorithm::RS512),
        (Some(KeyAlgorithm::PS256), Algorithm::RS256) => Some(Algorithm::PS256),
        (Some(KeyAlgorithm::ES256), Algorithm::ES256) => Some(Algorithm::ES256),
        (Some(KeyAlgorithm::ES384), Algorithm::ES384) => Some(Algorithm::ES384),
        (Some(KeyAlgorithm::EdDSA), Algorithm::EdDSA) => Some(Algorithm::EdDSA),
        _ => None,
    }
}
