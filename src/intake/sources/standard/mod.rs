//! Any sender that signs as Standard Webhooks says: HMAC-SHA256 or Ed25519 over id, time and body.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::ExposeSecret as _;

use crate::clock::Clock;
use crate::env::Env;
use crate::intake::event::{EventKind, IntakeEvent, Rejection};
use crate::intake::source::{Headers, Proof, SecretVariables, Secrets, Source};
use crate::intake::sources::Tools;
use crate::intake::submissions::Submissions;
use crate::intake::{shapes, wire};
use crate::signing;

/// The name in keys, logs and fixtures.
pub const NAME: &str = "standard";
/// How old or young a call may be.
const TOLERANCE: Duration = Duration::from_mins(5);
/// More signatures than a rotation needs.
const MOST_SIGNATURES: usize = 16;
/// The longest id of a message.
const LONGEST_ID: usize = 256;
/// Secrets are pasted with and without their padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true),
);

/// It has none beside its secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config;

impl Config {
    /// Nothing to read.
    pub fn from_env(_: &mut Env) -> Self {
        Self
    }
}

/// The adapter.
pub struct Standard {
    clock: Arc<dyn Clock>,
}

/// What the headers say.
struct Signed<'a> {
    id: &'a str,
    timestamp: &'a str,
    signatures: &'a str,
}

impl Standard {
    /// Over its settings.
    pub fn new(_: &Config, tools: &Tools) -> Self {
        Self { clock: Arc::clone(&tools.clock) }
    }

    /// The headers of a call that is neither old nor from the future.
    fn signed<'a>(&self, headers: Headers<'a>) -> Result<Signed<'a>, Rejection> {
        let refused = |reason| Rejection::Unauthorized { reason };
        let header = |name: &str, older: &str| headers(name).or_else(|| headers(older)).map(str::trim).ok_or_else(|| refused("missing_header"));
        let signed = Signed {
            id: header("webhook-id", "svix-id")?,
            timestamp: header("webhook-timestamp", "svix-timestamp")?,
            signatures: header("webhook-signature", "svix-signature")?,
        };
        if signed.id.is_empty() || signed.id.len() > LONGEST_ID {
            return Err(refused("id"));
        }
        let at: i64 = signed.timestamp.parse().map_err(|_| refused("timestamp"))?;
        let apart = self.clock.now().as_second().abs_diff(at);
        if apart > TOLERANCE.as_secs() { Err(refused("out_of_time")) } else { Ok(signed) }
    }
}

impl Signed<'_> {
    /// Whether one of the signatures is that of this secret or public key.
    fn is_by(&self, secret: &str, body: &[u8]) -> bool {
        let message = [self.id.as_bytes(), b".", self.timestamp.as_bytes(), b".", body].concat();
        if let Some(public) = secret.strip_prefix("whpk_") {
            let Some(public) = LENIENT.decode(public).ok().and_then(|key| <[u8; 32]>::try_from(key).ok()) else { return false };
            return self.given("v1a").any(|given| {
                let signature = LENIENT.decode(given).ok().and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
                signature.is_some_and(|signature| signing::ed25519_verify(&public, &message, &signature))
            });
        }
        let Ok(key) = LENIENT.decode(secret.strip_prefix("whsec_").unwrap_or(secret)) else { return false };
        if key.is_empty() {
            return false;
        }
        let expected = STANDARD.encode(signing::hmac_sha256(&key, &message));
        // All are compared, so that time tells nothing.
        self.given("v1").fold(false, |found, given| found | signing::constant_time_eq(given.as_bytes(), expected.as_bytes()))
    }

    fn given<'s>(&'s self, version: &'s str) -> impl Iterator<Item = &'s str> {
        let entries = self.signatures.split_ascii_whitespace().take(MOST_SIGNATURES);
        // A proxy joins two headers of one name with a comma.
        let entries = entries.map(|entry| entry.trim_end_matches(','));
        entries.filter_map(move |entry| entry.split_once(',').filter(|(named, _)| *named == version).map(|(_, signature)| signature))
    }
}

impl Submissions for Standard {}

#[async_trait]
impl Source for Standard {
    fn name(&self) -> &'static str {
        NAME
    }

    fn own_route(&self) -> Option<&'static str> {
        Some("/webhooks/standard")
    }

    fn secret_variables(&self) -> SecretVariables {
        SecretVariables { current: &["STANDARD_WEBHOOK_SECRET"], previous: &["STANDARD_WEBHOOK_SECRET_PREVIOUS"] }
    }

    fn signature_headers(&self) -> &'static [&'static str] {
        &["webhook-id", "webhook-timestamp", "webhook-signature", "svix-id", "svix-timestamp", "svix-signature"]
    }

    fn verify_headers(&self, headers: Headers<'_>, _: &Secrets) -> Result<Proof, Rejection> {
        self.signed(headers).map(|_| Proof::NeedsBody)
    }

    fn verify(&self, headers: Headers<'_>, body: &[u8], secrets: &Secrets) -> Result<(), Rejection> {
        let signed = self.signed(headers)?;
        let matched = secrets.all().fold(false, |found, secret| found | signed.is_by(secret.expose_secret().trim(), body));
        if matched { Ok(()) } else { Err(Rejection::Unauthorized { reason: "mismatch" }) }
    }

    fn parse(&self, headers: Headers<'_>, body: &[u8], most: usize) -> Result<Vec<IntakeEvent>, Rejection> {
        let delivery_key = signing::sha256_hex(body);
        let value = wire::json(headers, body, most)?;
        let identity = format!("id:{}", headers("webhook-id").or_else(|| headers("svix-id")).unwrap_or_default().trim());
        let types = [shapes::LTI, shapes::SERVICES].concat();
        let kind = match shapes::read(NAME, &types, &value, &identity) {
            // A sender tells many things; the others are none of ours.
            Err(Rejection::UnknownType) => EventKind::Ignored { reason: "a type of event that is none of ours".to_owned() },
            kind => kind?,
        };
        Ok(vec![IntakeEvent { source: NAME, delivery_key, kind }])
    }
}

#[cfg(test)]
mod tests;
