//! Our own programs (video processing, deep links): a short-lived token, used once.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jsonwebtoken::{Algorithm, DecodingKey};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::clock::Clock;
use crate::env::Env;
use crate::intake::event::{IntakeEvent, Rejection};
use crate::intake::keys::{KeyOrigin, KeyRing, LEEWAY_SECONDS, is_in_time, names, verified};
use crate::intake::source::{Headers, PATH_TYPE, Proof, SecretVariables, Secrets, Source};
use crate::intake::sources::Tools;
use crate::intake::submissions::Submissions;
use crate::intake::{shapes, wire};
use crate::signing;

/// The name in keys, logs and fixtures.
pub const NAME: &str = "internal";
/// A token is good for so long at most.
const LONGEST_LIFE: Duration = Duration::from_mins(15);
/// The longest id of a token.
const LONGEST_ID: usize = 200;

/// Whose tokens are taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// `INTERNAL_JWT_KEYS`: public keys as a JSON Web Key Set, or its address; beside or instead of `INTERNAL_JWT_SECRET`.
    pub keys: Option<KeyOrigin>,
    /// `INTERNAL_JWT_ISSUER` (default `internal`): the only `iss` taken.
    pub issuer: String,
    /// `INTERNAL_JWT_AUDIENCE` (default `gradepost`): what `aud` must name.
    pub audience: String,
}

impl Default for Config {
    fn default() -> Self {
        Self { keys: None, issuer: "internal".to_owned(), audience: "gradepost".to_owned() }
    }
}

impl Config {
    /// Reads the variables named at the fields.
    pub fn from_env(env: &mut Env) -> Self {
        let default = Self::default();
        let keys = env.var("INTERNAL_JWT_KEYS").map(KeyOrigin::parse);
        if let Some(Err(message)) = &keys {
            env.problem("INTERNAL_JWT_KEYS", message.clone());
        }
        Self {
            keys: keys.and_then(Result::ok),
            issuer: env.var("INTERNAL_JWT_ISSUER").unwrap_or(&default.issuer).to_owned(),
            audience: env.var("INTERNAL_JWT_AUDIENCE").unwrap_or(&default.audience).to_owned(),
        }
    }
}

/// The adapter.
pub struct Internal {
    config: Config,
    keys: KeyRing,
    clock: Arc<dyn Clock>,
}

impl Internal {
    /// Over its settings.
    pub fn new(config: &Config, tools: &Tools) -> Self {
        let keys = KeyRing::new(config.keys.clone(), tools.outside.clone());
        Self { config: config.clone(), keys, clock: Arc::clone(&tools.clock) }
    }

    /// The claims of a token that we believe.
    fn claims(&self, headers: Headers<'_>, secrets: &Secrets) -> Result<Value, Rejection> {
        let refused = |reason| Rejection::Unauthorized { reason };
        let token = headers("authorization").and_then(bearer).ok_or_else(|| refused("missing_header"))?;
        // A shared secret is for HS256 alone, a public key for its own algorithm: the token has no say.
        let by_secret = |secret: &secrecy::SecretString| {
            verified(token, Algorithm::HS256, &DecodingKey::from_secret(secret.expose_secret().as_bytes()))
        };
        let claims = secrets.all().find_map(by_secret).or_else(|| self.keys.claims(token)).ok_or_else(|| refused("mismatch"))?;
        self.check(&claims).map_err(refused)?;
        Ok(claims)
    }

    fn check(&self, claims: &Value) -> Result<(), &'static str> {
        let now = self.clock.now();
        let seconds = |claim: &str| claims.get(claim).and_then(Value::as_f64).map(|seconds| seconds as i64);
        let exp = seconds("exp").ok_or("no_exp")?;
        if !is_in_time(claims, now) {
            return Err("out_of_time");
        }
        let life = LONGEST_LIFE.as_secs() as i64;
        let is_short = exp.saturating_sub(now.as_second()) <= life + LEEWAY_SECONDS
            && seconds("iat").is_none_or(|iat| exp.saturating_sub(iat) <= life && iat.saturating_sub(LEEWAY_SECONDS) <= now.as_second());
        if !is_short {
            return Err("lives_too_long");
        }
        if claims.get("iss").and_then(Value::as_str) != Some(self.config.issuer.as_str()) {
            return Err("issuer");
        }
        if !names(claims, "aud", &self.config.audience) {
            return Err("audience");
        }
        let has_id = claims.get("jti").and_then(Value::as_str).is_some_and(|id| (1..=LONGEST_ID).contains(&id.len()));
        if has_id { Ok(()) } else { Err("no_jti") }
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The id of a token that was verified.
fn token_id(headers: Headers<'_>) -> Option<String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let payload = headers("authorization").and_then(bearer)?.split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    Some(claims.get("jti")?.as_str()?.to_owned())
}

impl Submissions for Internal {}

#[async_trait]
impl Source for Internal {
    fn name(&self) -> &'static str {
        NAME
    }

    fn secret_variables(&self) -> SecretVariables {
        SecretVariables { current: &["INTERNAL_JWT_SECRET"], previous: &["INTERNAL_JWT_SECRET_PREVIOUS"] }
    }

    fn signature_headers(&self) -> &'static [&'static str] {
        &["authorization"]
    }

    fn is_on(&self, secrets: &Secrets) -> bool {
        secrets.current.is_some() || self.keys.is_on()
    }

    fn refuses_replays(&self) -> bool {
        true
    }

    async fn prepare(&self, headers: Headers<'_>, _: &[u8]) {
        if let Some(token) = headers("authorization").and_then(bearer) {
            self.keys.prepare(token, &*self.clock).await;
        }
    }

    fn verify_headers(&self, headers: Headers<'_>, secrets: &Secrets) -> Result<Proof, Rejection> {
        self.claims(headers, secrets).map(|_| Proof::Whole)
    }

    fn verify(&self, headers: Headers<'_>, _: &[u8], secrets: &Secrets) -> Result<(), Rejection> {
        self.claims(headers, secrets).map(drop)
    }

    fn parse(&self, headers: Headers<'_>, body: &[u8], most: usize) -> Result<Vec<IntakeEvent>, Rejection> {
        let delivery_key = signing::sha256_hex(body);
        let value = wire::json(headers, body, most)?;
        // The token's id: whoever shows it again asks for the same effect, on whatever instance, after whatever restart.
        let identity = format!("jti:{}", token_id(headers).unwrap_or_else(|| delivery_key.clone()));
        let kind = shapes::read(NAME, shapes::INTERNAL, &value, &identity)?;
        let named = headers(PATH_TYPE).unwrap_or_default();
        if shapes::type_of(&value) != Some(named) {
            return Err(Rejection::Malformed { message: "the event type in the path is not the one in the body".to_owned() });
        }
        Ok(vec![IntakeEvent { source: NAME, delivery_key, kind }])
    }
}

#[cfg(test)]
mod tests;
