//! Moodle: the plugin `local_webhooks`, whose token stands in the body, and `tool_trigger`, whose call somebody composed.
//!
//! A submitted quiz attempt is a completion; its answers are asked of the web services (`api.rs`).

mod api;
mod events;
mod review;

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use self::api::MoodleApi;
use crate::env::Env;
use crate::intake::event::{IntakeEvent, Rejection};
use crate::intake::source::{Headers, Proof, SecretVariables, Secrets, Source};
use crate::intake::sources::Tools;
use crate::intake::decode::{Decoded, decode};
use crate::intake::repair::{self, Broken};
use crate::intake::submissions::{FetchError, Submissions};
use crate::intake::wire;
use crate::signing;

/// The name in keys, logs and fixtures.
pub const NAME: &str = "moodle";
/// The header a composed call can carry the token in.
const TOKEN_HEADER: &str = "x-webhook-token";
/// The largest body that is decoded before its token is known.
const MOST_UNPROVED: usize = 1 << 20;

/// How Moodle is asked.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `MOODLE_URL`: the school's Moodle, for example `https://moodle.school.example`.
    pub url: Option<Url>,
    /// `MOODLE_API_TOKEN`: a web-service token of somebody who may review quiz attempts.
    pub api_token: Option<SecretString>,
}

impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        self.url == other.url && self.api_token.is_some() == other.api_token.is_some()
    }
}

impl Config {
    /// Reads the variables named at the fields.
    pub fn from_env(env: &mut Env) -> Self {
        Self { url: wire::api_root(env, "MOODLE_URL"), api_token: env.secret(&["MOODLE_API_TOKEN"]) }
    }
}

/// The adapter.
pub struct Moodle {
    api: Option<MoodleApi>,
}

impl Moodle {
    /// Over its settings.
    pub fn new(config: &Config, tools: &Tools) -> Self {
        let api = match (&config.url, &config.api_token, &tools.outside) {
            (Some(url), Some(token), Some(outside)) => Some(MoodleApi::new(url.clone(), token.clone(), Arc::clone(outside))),
            _ => None,
        };
        Self { api }
    }
}

fn is_ours(given: &str, secrets: &Secrets) -> bool {
    secrets.all().fold(false, |found, secret| found | signing::constant_time_eq(given.as_bytes(), secret.expose_secret().as_bytes()))
}

/// The body, which somebody may have composed of a template: an event's name brings backslashes then, and a course's name quotation marks.
fn json(headers: Headers<'_>, body: &[u8], most: usize) -> Result<Value, Rejection> {
    let text = match decode(headers, body, most)? {
        Decoded::Form(value) => return Ok(value),
        Decoded::Text(text) => text,
    };
    if let Ok(value) = serde_json::from_str(&text) {
        return Ok(value);
    }
    let malformed = |broken: Broken| Rejection::Malformed { message: format!("the body is not JSON (line {}, column {})", broken.line, broken.column) };
    repair::read(&lone_backslashes_doubled(&text)).map(|(value, _)| value).map_err(malformed)
}

/// `\core\event\user_graded` between quotation marks is no JSON; with each backslash that begins no escape doubled it is.
fn lone_backslashes_doubled(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let is_unicode = from[1..].strip_prefix('u').and_then(|digits| digits.get(..4)).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let is_escape = is_unicode || from[1..].starts_with(['"', '\\', '/']);
        // `\base`, `\report_x`, `\tool_x` are parts of names and no escapes with something behind them.
        let kept = if is_escape { 2 } else { 1 };
        out.push_str(if is_escape { &from[..2] } else { "\\\\" });
        rest = &from[kept..];
    }
    out.push_str(rest);
    out
}

/// The token in the headers of a composed call.
fn header_token(headers: Headers<'_>) -> Option<&str> {
    let bearer = headers("authorization").and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    headers(TOKEN_HEADER).or_else(|| bearer.map(|(_, token)| token)).map(str::trim)
}

impl Submissions for Moodle {
    fn api(&self) -> Option<&dyn Submissions> {
        self.api.as_ref().map(|api| api as &dyn Submissions)
    }

    fn not_configured(&self) -> FetchError {
        api::not_configured()
    }
}

#[async_trait]
impl Source for Moodle {
    fn name(&self) -> &'static str {
        NAME
    }

    fn own_route(&self) -> Option<&'static str> {
        Some("/webhooks/moodle")
    }

    fn secret_variables(&self) -> SecretVariables {
        SecretVariables { current: &["MOODLE_WEBHOOK_TOKEN"], previous: &["MOODLE_WEBHOOK_TOKEN_PREVIOUS"] }
    }

    fn signature_headers(&self) -> &'static [&'static str] {
        &[TOKEN_HEADER, "authorization"]
    }

    fn verify_headers(&self, headers: Headers<'_>, secrets: &Secrets) -> Result<Proof, Rejection> {
        match header_token(headers) {
            Some(token) if is_ours(token, secrets) => Ok(Proof::Whole),
            _ => Ok(Proof::NeedsBody),
        }
    }

    fn verify(&self, headers: Headers<'_>, body: &[u8], secrets: &Secrets) -> Result<(), Rejection> {
        if header_token(headers).is_some_and(|token| is_ours(token, secrets)) {
            return Ok(());
        }
        let value = json(headers, body, MOST_UNPROVED).map_err(|_| Rejection::Unauthorized { reason: "missing_header" })?;
        match value.get("token").and_then(Value::as_str) {
            Some(token) if is_ours(token, secrets) => Ok(()),
            Some(_) => Err(Rejection::Unauthorized { reason: "mismatch" }),
            None => Err(Rejection::Unauthorized { reason: "missing_header" }),
        }
    }

    fn parse(&self, headers: Headers<'_>, body: &[u8], most: usize) -> Result<Vec<IntakeEvent>, Rejection> {
        let mut value = json(headers, body, most)?;
        // It is a secret, and goes no further.
        if let Some(fields) = value.as_object_mut() {
            fields.remove("token");
        }
        let delivery_key = signing::sha256_hex(body);
        Ok(vec![IntakeEvent { source: NAME, delivery_key, kind: events::read(&value) }])
    }
}

#[cfg(test)]
mod tests;
