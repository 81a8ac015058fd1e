//! Canvas Live Events over HTTPS: plain (with a secret in the path), as a token signed by Canvas, or in Caliper's form.
//!
//! Events have no id and come in no order: the same one is known by its content, the newer one by its time.
//! A submitted quiz is a completion; its answers are asked of the REST API (`api.rs`).

mod api;
mod events;

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use self::api::CanvasApi;
use crate::clock::Clock;
use crate::env::Env;
use crate::intake::event::{IntakeEvent, Rejection};
use crate::intake::keys::{KeyOrigin, KeyRing, is_in_time};
use crate::intake::source::{Headers, PATH_SECRET, Proof, SecretVariables, Secrets, Source};
use crate::intake::sources::Tools;
use crate::intake::submissions::{FetchError, Submissions};
use crate::intake::wire;
use crate::signing;

/// The name in keys, logs and fixtures.
pub const NAME: &str = "canvas";

/// How Canvas signs, and how it is asked.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `CANVAS_WEBHOOK_KEYS`: the key set of signed events, or its address.
    pub keys: Option<KeyOrigin>,
    /// `CANVAS_API_URL`: the school's Canvas, for example `https://school.instructure.com`.
    pub api_url: Option<Url>,
    /// `CANVAS_API_TOKEN`: an access token of somebody who may see quiz results.
    pub api_token: Option<SecretString>,
}

impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        self.keys == other.keys && self.api_url == other.api_url && self.api_token.is_some() == other.api_token.is_some()
    }
}

impl Config {
    /// Reads the variables named at the fields.
    pub fn from_env(env: &mut Env) -> Self {
        let keys = env.var("CANVAS_WEBHOOK_KEYS").map(KeyOrigin::parse);
        if let Some(Err(message)) = &keys {
            env.problem("CANVAS_WEBHOOK_KEYS", message.clone());
        }
        Self {
            keys: keys.and_then(Result::ok),
            api_url: wire::api_root(env, "CANVAS_API_URL"),
            api_token: env.secret(&["CANVAS_API_TOKEN"]),
        }
    }
}

/// The adapter.
pub struct Canvas {
    keys: KeyRing,
    api: Option<CanvasApi>,
    clock: Arc<dyn Clock>,
}

impl Canvas {
    /// Over its settings.
    pub fn new(config: &Config, tools: &Tools) -> Self {
        let api = match (&config.api_url, &config.api_token, &tools.outside) {
            (Some(url), Some(token), Some(outside)) => Some(CanvasApi::new(url.clone(), token.clone(), Arc::clone(outside))),
            _ => None,
        };
        Self { keys: KeyRing::new(config.keys.clone(), tools.outside.clone()), api, clock: Arc::clone(&tools.clock) }
    }
}

/// The body as a signed token, when it looks like one: three parts in base64url, perhaps as a JSON text.
fn token(body: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(body).ok()?.trim().trim_matches('"');
    let is_token = text.starts_with("eyJ") && text.split('.').count() == 3;
    (is_token && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.=".contains(&b))).then_some(text)
}

fn knows_path(headers: Headers<'_>, secrets: &Secrets) -> bool {
    let Some(given) = headers(PATH_SECRET) else { return false };
    secrets.all().fold(false, |found, secret| found | signing::constant_time_eq(given.as_bytes(), secret.expose_secret().as_bytes()))
}

impl Submissions for Canvas {
    fn api(&self) -> Option<&dyn Submissions> {
        self.api.as_ref().map(|api| api as &dyn Submissions)
    }

    fn not_configured(&self) -> FetchError {
        api::not_configured()
    }
}

#[async_trait]
impl Source for Canvas {
    fn name(&self) -> &'static str {
        NAME
    }

    fn secret_variables(&self) -> SecretVariables {
        SecretVariables { current: &["CANVAS_WEBHOOK_SECRET"], previous: &["CANVAS_WEBHOOK_SECRET_PREVIOUS"] }
    }

    fn signature_headers(&self) -> &'static [&'static str] {
        &[]
    }

    fn is_on(&self, secrets: &Secrets) -> bool {
        secrets.current.is_some() || self.keys.is_on()
    }

    fn verify_headers(&self, headers: Headers<'_>, secrets: &Secrets) -> Result<Proof, Rejection> {
        if knows_path(headers, secrets) {
            return Ok(Proof::Whole);
        }
        if self.keys.is_on() { Ok(Proof::NeedsBody) } else { Err(Rejection::Unauthorized { reason: "missing_header" }) }
    }

    async fn prepare(&self, _: Headers<'_>, body: &[u8]) {
        if let Some(token) = token(body).filter(|_| self.keys.is_on()) {
            self.keys.prepare(token, &*self.clock).await;
        }
    }

    fn verify(&self, headers: Headers<'_>, body: &[u8], secrets: &Secrets) -> Result<(), Rejection> {
        let refused = |reason| Err(Rejection::Unauthorized { reason });
        match token(body).filter(|_| self.keys.is_on()) {
            Some(token) => match self.keys.claims(token) {
                Some(claims) if is_in_time(&claims, self.clock.now()) => Ok(()),
                Some(_) => refused("out_of_time"),
                None => refused("mismatch"),
            },
            None if knows_path(headers, secrets) => Ok(()),
            None => refused("mismatch"),
        }
    }

    fn parse(&self, headers: Headers<'_>, body: &[u8], most: usize) -> Result<Vec<IntakeEvent>, Rejection> {
        let value = match token(body).filter(|_| self.keys.is_on()).and_then(|token| self.keys.claims(token)) {
            Some(claims) => claims,
            None => wire::json(headers, body, most)?,
        };
        events::read(&value, &signing::sha256_hex(body))
    }
}

#[cfg(test)]
mod tests;
