//! Caliper 1.1 and 1.2: an envelope of events with a bearer token.
//!
//! All are kept; an attempt whose result or answers are in the envelope is a completion.

mod attempts;

use async_trait::async_trait;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::env::Env;
use crate::intake::event::{EventKind, IntakeEvent, Rejection, event_key};
use crate::intake::source::{Headers, Proof, SecretVariables, Secrets, Source};
use crate::intake::sources::Tools;
use crate::intake::submissions::Submissions;
use crate::intake::wire;
use crate::model::platform_event::{Collection, PlatformEvent, Subject};
use crate::signing;

/// The name in keys, logs and fixtures.
pub const NAME: &str = "caliper";
/// The versions that are read.
const VERSIONS: [&str; 2] = ["http://purl.imsglobal.org/ctx/caliper/v1p1", "http://purl.imsglobal.org/ctx/caliper/v1p2"];
/// More than a sensor puts into one envelope.
const MOST_EVENTS: usize = 500;

/// It has none beside its token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config;

impl Config {
    /// Nothing to read.
    pub fn from_env(_: &mut Env) -> Self {
        Self
    }
}

/// The adapter.
pub struct Caliper;

impl Caliper {
    /// Over its settings.
    pub fn new(_: &Config, _: &Tools) -> Self {
        Self
    }
}

impl Submissions for Caliper {}

#[async_trait]
impl Source for Caliper {
    fn name(&self) -> &'static str {
        NAME
    }

    fn secret_variables(&self) -> SecretVariables {
        SecretVariables { current: &["CALIPER_TOKEN"], previous: &["CALIPER_TOKEN_PREVIOUS"] }
    }

    fn signature_headers(&self) -> &'static [&'static str] {
        &["authorization"]
    }

    fn verify_headers(&self, headers: Headers<'_>, secrets: &Secrets) -> Result<Proof, Rejection> {
        let given = headers("authorization").and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Some((_, token)) = given else { return Err(Rejection::Unauthorized { reason: "missing_header" }) };
        let is_ours = |secret: &secrecy::SecretString| signing::constant_time_eq(token.trim().as_bytes(), secret.expose_secret().as_bytes());
        let matched = secrets.all().fold(false, |found, secret| found | is_ours(secret));
        if matched { Ok(Proof::Whole) } else { Err(Rejection::Unauthorized { reason: "mismatch" }) }
    }

    fn verify(&self, headers: Headers<'_>, _: &[u8], secrets: &Secrets) -> Result<(), Rejection> {
        self.verify_headers(headers, secrets).map(drop)
    }

    fn parse(&self, headers: Headers<'_>, body: &[u8], most: usize) -> Result<Vec<IntakeEvent>, Rejection> {
        let envelope = wire::json(headers, body, most)?;
        let data = data(&envelope)?;
        let delivery_key = signing::sha256_hex(body);
        let event = |kind| IntakeEvent { source: NAME, delivery_key: delivery_key.clone(), kind };
        let mut events = Vec::new();
        for item in data {
            events.extend(kept(item)?.map(event));
        }
        events.extend(attempts::completions(data).into_iter().map(event));
        Ok(events)
    }
}

/// The events of an envelope that is one: exactly its four fields, and a version that is read.
fn data(envelope: &Value) -> Result<&Vec<Value>, Rejection> {
    let malformed = |message: &str| Rejection::Malformed { message: message.to_owned() };
    let fields = envelope.as_object().ok_or_else(|| malformed("the body is no envelope: an object with sensor, sendTime, dataVersion and data"))?;
    if let Some(stray) = fields.keys().find(|key| !["sensor", "sendTime", "dataVersion", "data"].contains(&key.as_str())) {
        let named = if stray.len() <= 40 && stray.bytes().all(|b| b.is_ascii_alphanumeric()) { stray } else { "of that name" };
        return Err(malformed(&format!("an envelope has no field {named}")));
    }
    if wire::text_at(envelope, &["sensor"]).is_none() {
        return Err(malformed("'sensor' is missing"));
    }
    if wire::time_at(envelope, &["sendTime"]).is_none() {
        return Err(malformed("'sendTime' must be a time such as 2026-03-01T10:00:00.000Z"));
    }
    let version = wire::text_at(envelope, &["dataVersion"]).ok_or_else(|| malformed("'dataVersion' is missing"))?;
    if !VERSIONS.contains(&version.as_str()) {
        return Err(Rejection::Unprocessable { message: format!("'dataVersion' must be one of: {}", VERSIONS.join(", ")) });
    }
    let data = fields.get("data").and_then(Value::as_array).filter(|data| (1..=MOST_EVENTS).contains(&data.len()));
    data.ok_or_else(|| malformed(&format!("'data' must be a list of 1 to {MOST_EVENTS} events")))
}

/// An event, kept under its id. What is described without an event (an entity) is acknowledged.
fn kept(item: &Value) -> Result<Option<EventKind>, Rejection> {
    let malformed = |message: &str| Rejection::Malformed { message: message.to_owned() };
    if !item.is_object() {
        return Err(malformed("'data' holds something that is no object"));
    }
    let Some(action) = wire::text_at(item, &["action"]) else {
        return Ok(Some(EventKind::Ignored { reason: "the description of an entity".to_owned() }));
    };
    let id = wire::id_at(item, &["id"]).ok_or_else(|| malformed("an event has no id"))?;
    let at = wire::time_at(item, &["eventTime"]).ok_or_else(|| malformed("an event has no eventTime"))?;
    let kind = wire::text_at(item, &["type"]).filter(|kind| is_word(kind)).ok_or_else(|| malformed("an event has no type"))?;
    let action = if is_word(&action) { action } else { "other".to_owned() };
    let event = PlatformEvent {
        source: NAME.to_owned(),
        kind: format!("caliper.{kind}.{action}"),
        at,
        data: item.clone(),
        subject: Subject::of(Collection::Statements, &[NAME, &id]),
    };
    Ok(Some(EventKind::Recorded { event: Box::new(event), effect_key: event_key(NAME, &id) }))
}

fn is_word(text: &str) -> bool {
    (1..=60).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests;
