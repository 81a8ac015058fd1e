//! Secrets of endpoints: made here or given, sealed at rest, several at once while they are rotated.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use secrecy::SecretString;
use secrecy::zeroize::Zeroize as _;
use serde::{Deserialize, Serialize};

use crate::gateway::config::GatewayConfig;
use crate::gateway::error::GatewayError;
use crate::gateway::ids::{Chance, EndpointId};
use crate::sealing::{OpenError, Sealer};
use crate::signing::ed25519_public;

/// So many old keys may sign beside the current one.
pub const MOST_OLD: usize = 10;
/// Bytes of a secret that is made here.
const MADE: usize = 32;
/// Bytes of a plain secret that a caller gives.
const PLAIN: std::ops::RangeInclusive<usize> = 16..=256;

/// A secret as an endpoint's record keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedSecret {
    /// What it signs with.
    pub scheme: Scheme,
    /// Sealed, in base64.
    pub sealed: String,
    /// When it was made.
    pub created: Timestamp,
    /// Until when it signs; the current one has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

/// What a secret signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// HMAC-SHA-256: `v1`.
    Hmac,
    /// Ed25519: `v1a`.
    Ed25519,
}

/// A secret in the clear, for as long as it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenSecret {
    /// What it signs with.
    pub scheme: Scheme,
    /// The key's bytes: any number for HMAC, 32 of the seed for Ed25519.
    pub key: Vec<u8>,
    /// As its owner knows it.
    pub text: String,
    /// Its own characters are the key.
    pub plain: bool,
}

impl Drop for OpenSecret {
    fn drop(&mut self) {
        self.key.zeroize();
        self.text.zeroize();
    }
}

impl OpenSecret {
    /// A new HMAC secret.
    pub fn new_hmac(chance: &Chance) -> Self {
        let key = chance.bytes::<MADE>().to_vec();
        Self { scheme: Scheme::Hmac, text: format!("whsec_{}", BASE64_STANDARD.encode(&key)), key, plain: false }
    }

    /// A new secret of 64 hex digits, whose own characters are the key.
    pub fn new_plain(chance: &Chance) -> Self {
        Self::plain(&hex::encode(chance.bytes::<MADE>()))
    }

    /// A new Ed25519 key pair; its owner knows the public half.
    pub fn new_ed25519(chance: &Chance) -> Self {
        Self::of_seed(chance.bytes::<32>())
    }

    fn of_seed(seed: [u8; 32]) -> Self {
        let text = format!("whsk_{}", BASE64_STANDARD.encode([seed, ed25519_public(&seed)].concat()));
        Self { scheme: Scheme::Ed25519, key: seed.to_vec(), text, plain: false }
    }

    /// Takes a secret as its owner writes it: `whsec_` and base64 of 24 to 75 bytes (the prefix may be missing), or `whsk_` and base64 of 64.
    ///
    /// # Errors
    /// What is wrong with it; it never repeats the secret.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(pair) = text.strip_prefix("whsk_") {
            let bytes = BASE64_STANDARD.decode(pair).map_err(|_| "a whsk_ secret is base64 of 64 bytes".to_owned())?;
            let (seed, public) = bytes.split_at_checked(32).ok_or("a whsk_ secret is base64 of 64 bytes")?;
            let seed: [u8; 32] = seed.try_into().map_err(|_| "a whsk_ secret is base64 of 64 bytes")?;
            if public != ed25519_public(&seed) {
                return Err("the two halves of the whsk_ secret do not belong together".to_owned());
            }
            return Ok(Self::of_seed(seed));
        }
        let bare = text.strip_prefix("whsec_").unwrap_or(text);
        let advice = "a secret is whsec_ and the base64 of 24 to 75 random bytes; leave it out and one is made";
        let key = BASE64_STANDARD.decode(bare).map_err(|_| advice.to_owned())?;
        if !(24..=75).contains(&key.len()) {
            return Err(advice.to_owned());
        }
        Ok(Self { scheme: Scheme::Hmac, text: format!("whsec_{bare}"), key, plain: false })
    }

    /// A secret whose own characters are the key, as seed 001's 64 hex digits are.
    pub fn plain(text: &str) -> Self {
        Self { scheme: Scheme::Hmac, key: text.as_bytes().to_vec(), text: text.to_owned(), plain: true }
    }

    /// Takes a secret as its owner writes it, for a receiver that takes its characters as the key; one that is marked as Standard Webhooks' is taken as such.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_plain(text: &str) -> Result<Self, String> {
        if text.starts_with("whsec_") || text.starts_with("whsk_") {
            return Self::parse(text);
        }
        if !PLAIN.contains(&text.len()) || text.chars().any(char::is_control) {
            let (least, most) = (PLAIN.start(), PLAIN.end());
            return Err(format!("a secret has {least} to {most} bytes and no control characters; leave it out and one is made"));
        }
        Ok(Self::plain(text))
    }

    /// The key of schemes older than Standard Webhooks: the secret's own characters, as GitHub's and the documents' receivers take them.
    pub fn text_key(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The keys that receivers of Standard Webhooks may know the secret by: a plain one is taken as its characters by some, and as base64 by the libraries.
    pub fn standard_keys(&self) -> Vec<Vec<u8>> {
        let as_libraries_read_it = || BASE64_STANDARD.decode(&self.text).ok().filter(|key| (24..=192).contains(&key.len()));
        let mut keys = vec![self.key.clone()];
        keys.extend(self.plain.then(as_libraries_read_it).flatten());
        keys
    }

    /// The public half, as receivers write it; none for HMAC.
    pub fn public(&self) -> Option<[u8; 32]> {
        let seed: [u8; 32] = self.key.as_slice().try_into().ok()?;
        (self.scheme == Scheme::Ed25519).then(|| ed25519_public(&seed))
    }
}

/// Seals what belongs to endpoints.
#[derive(Clone)]
pub struct Vault(Option<Sealer>);

impl Vault {
    /// A vault under the configured key, if there is one.
    pub fn new(config: &GatewayConfig) -> Self {
        let keys: Vec<&SecretString> = config.key.iter().chain(&config.key_previous).collect();
        Self(config.key.is_some().then(|| Sealer::new("endpoint", &keys)))
    }

    /// Whether there is a key.
    pub fn is_open(&self) -> bool {
        self.0.is_some()
    }

    fn sealer(&self) -> Result<&Sealer, GatewayError> {
        let missing = || {
            GatewayError::NoKey("WEBHOOK_ENCRYPTION_KEY is not set: secrets of endpoints are sealed under it; set at least 32 characters (openssl rand -hex 32)".to_owned())
        };
        self.0.as_ref().ok_or_else(missing)
    }

    /// Seals a text that belongs to an endpoint.
    pub fn seal_text(&self, endpoint: EndpointId, what: &str, text: &str) -> Result<String, GatewayError> {
        Ok(BASE64_STANDARD.encode(self.sealer()?.seal(&format!("{endpoint}/{what}"), text.as_bytes())))
    }

    /// Opens it.
    pub fn open_text(&self, endpoint: EndpointId, what: &str, sealed: &str) -> Result<String, GatewayError> {
        let damaged = || GatewayError::NoKey(format!("what is sealed of {endpoint} is damaged"));
        let bytes = BASE64_STANDARD.decode(sealed).map_err(|_| damaged())?;
        let plain = self.sealer()?.open(&format!("{endpoint}/{what}"), &bytes).map_err(|error| match error {
            OpenError::UnknownKey => GatewayError::NoKey(format!(
                "the secret of {endpoint} is sealed under another key; set WEBHOOK_ENCRYPTION_KEY_PREVIOUS to the one before"
            )),
            OpenError::Damaged => damaged(),
        })?;
        String::from_utf8(plain).map_err(|_| damaged())
    }

    /// Seals a secret.
    pub fn seal(&self, endpoint: EndpointId, secret: &OpenSecret, now: Timestamp) -> Result<SealedSecret, GatewayError> {
        // What is plain is told from what is base64 by a mark of our own.
        let text = if secret.plain { format!("plain:{}", secret.text) } else { secret.text.clone() };
        Ok(SealedSecret { scheme: secret.scheme, sealed: self.seal_text(endpoint, "secret", &text)?, created: now, expires: None })
    }

    /// Opens a secret.
    pub fn open(&self, endpoint: EndpointId, sealed: &SealedSecret) -> Result<OpenSecret, GatewayError> {
        let text = self.open_text(endpoint, "secret", &sealed.sealed)?;
        match text.strip_prefix("plain:") {
            Some(plain) => Ok(OpenSecret::plain(plain)),
            None => OpenSecret::parse(&text).map_err(GatewayError::NoKey),
        }
    }
}

/// The secrets that sign now, the newest first.
pub fn signing(secrets: &[SealedSecret], now: Timestamp) -> impl Iterator<Item = &SealedSecret> {
    secrets.iter().filter(move |secret| secret.expires.is_none_or(|expires| expires > now))
}

/// The secrets after a rotation: the new one first, those of its scheme before it until their time is up; what is over is dropped.
///
/// # Errors
/// [`GatewayError::LimitReached`] when more than ten old ones would sign.
pub fn rotated(secrets: &[SealedSecret], new: SealedSecret, overlap: Duration, now: Timestamp) -> Result<Vec<SealedSecret>, GatewayError> {
    let ends = now.checked_add(overlap).unwrap_or(Timestamp::MAX);
    let mut all = vec![new];
    for old in signing(secrets, now) {
        let is_current = old.expires.is_none() && old.scheme == all[0].scheme;
        let expires = if is_current { Some(ends) } else { old.expires };
        if expires.is_none_or(|expires| expires > now) {
            all.push(SealedSecret { expires, ..old.clone() });
        }
    }
    let old = all.iter().filter(|secret| secret.expires.is_some()).count();
    if old > MOST_OLD {
        return Err(GatewayError::LimitReached(format!(
            "{MOST_OLD} old secrets sign already; wait until one expires, or rotate with a shorter overlap"
        )));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_secret_is_taken_as_written_and_one_that_is_none_is_refused_without_repeating_it() {
        let known = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let parsed = OpenSecret::parse(known).unwrap();
        assert_eq!((parsed.text.as_str(), parsed.key.len()), (known, 24));
        assert_eq!(OpenSecret::parse(&known[6..]).unwrap().text, known);
        let pair = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
        let public = BASE64_STANDARD.encode(OpenSecret::parse(pair).unwrap().public().unwrap());
        assert_eq!(public, "1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
        for wrong in ["", "whsec_", "whsec_YWJj", "not base64!", "whsk_YWJj", &pair.replace("6Xb", "7Xb")] {
            let error = OpenSecret::parse(wrong).err().unwrap();
            assert!(wrong.len() < 8 || !error.contains(wrong), "{error}");
        }
    }

    #[test]
    fn rotation_overlaps_drops_what_is_over_and_stops_at_ten() {
        let now = at("2026-11-28T12:00:00Z");
        let vault = Vault::new(&GatewayConfig { key: Some("x".repeat(32).into()), ..GatewayConfig::default() });
        let chance = Chance::seeded(3);
        let endpoint = EndpointId::new(now, &chance);
        let new = || vault.seal(endpoint, &OpenSecret::new_hmac(&chance), now).unwrap();
        let mut secrets = vec![new()];
        for n in 1..=MOST_OLD {
            secrets = rotated(&secrets, new(), Duration::from_hours(1), now).unwrap();
            assert_eq!(signing(&secrets, now).count(), n + 1);
        }
        assert!(matches!(rotated(&secrets, new(), Duration::from_hours(1), now), Err(GatewayError::LimitReached(_))));
        let later = at("2026-11-28T13:00:01Z");
        assert_eq!(signing(&secrets, later).count(), 1, "the old ones are over");
        assert_eq!(rotated(&secrets, new(), Duration::ZERO, later).unwrap().len(), 1, "without an overlap the old one ends at once");
    }

    #[test]
    fn what_is_sealed_for_one_endpoint_opens_for_no_other_and_survives_a_new_key() {
        let now = at("2026-11-28T12:00:00Z");
        let chance = Chance::seeded(3);
        let (a, b) = (EndpointId::new(now, &chance), EndpointId::new(now, &chance));
        let old = GatewayConfig { key: Some("o".repeat(32).into()), ..GatewayConfig::default() };
        let new = GatewayConfig { key: Some("n".repeat(32).into()), key_previous: old.key.clone(), ..GatewayConfig::default() };
        let plain = OpenSecret::plain("64 hex digits or whatever");
        let sealed = Vault::new(&old).seal(a, &plain, now).unwrap();
        assert!(Vault::new(&new).open(a, &sealed).unwrap() == plain);
        assert!(Vault::new(&old).open(b, &sealed).is_err());
        assert!(Vault::new(&GatewayConfig { key_previous: None, ..new }).open(a, &sealed).is_err());
        assert!(matches!(Vault::new(&GatewayConfig::default()).open(a, &sealed), Err(GatewayError::NoKey(_))));
    }
}
