//! xAPI statements, as a learning record store takes them: `POST` one or a list, `PUT` one under its id.
//!
//! All are kept; a finished test with its result is a completion.

mod results;

use std::collections::BTreeSet;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::env::Env;
use crate::intake::event::{EventKind, IntakeEvent, Rejection, event_key};
use crate::intake::source::{Headers, Proof, STATEMENT_ID, SecretVariables, Secrets, Source};
use crate::intake::sources::Tools;
use crate::intake::submissions::Submissions;
use crate::intake::wire;
use crate::model::platform_event::{Collection, PlatformEvent, Subject};
use crate::signing;

/// The name in keys, logs and fixtures.
pub const NAME: &str = "xapi";
/// The header that every call must have.
const VERSION_HEADER: &str = "x-experience-api-version";
/// More statements than a sender puts into one call.
const MOST_STATEMENTS: usize = 500;

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
pub struct Xapi;

impl Xapi {
    /// Over its settings.
    pub fn new(_: &Config, _: &Tools) -> Self {
        Self
    }
}

/// What the header gives: a bearer token, or `user:password` (RFC 7617).
fn credentials(headers: Headers<'_>) -> Option<String> {
    let (scheme, given) = headers("authorization")?.split_once(' ')?;
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(given.trim().to_owned()),
        "basic" => String::from_utf8(STANDARD.decode(given.trim()).ok()?).ok(),
        _ => None,
    }
}

impl Submissions for Xapi {}

#[async_trait]
impl Source for Xapi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn secret_variables(&self) -> SecretVariables {
        SecretVariables { current: &["XAPI_TOKEN"], previous: &["XAPI_TOKEN_PREVIOUS"] }
    }

    fn signature_headers(&self) -> &'static [&'static str] {
        &["authorization"]
    }

    fn refuses_other_content(&self) -> bool {
        true
    }

    fn verify_headers(&self, headers: Headers<'_>, secrets: &Secrets) -> Result<Proof, Rejection> {
        let given = credentials(headers).ok_or(Rejection::Unauthorized { reason: "missing_header" })?;
        let is_ours = |secret: &secrecy::SecretString| signing::constant_time_eq(given.as_bytes(), secret.expose_secret().as_bytes());
        let matched = secrets.all().fold(false, |found, secret| found | is_ours(secret));
        if matched { Ok(Proof::Whole) } else { Err(Rejection::Unauthorized { reason: "mismatch" }) }
    }

    fn verify(&self, headers: Headers<'_>, _: &[u8], secrets: &Secrets) -> Result<(), Rejection> {
        self.verify_headers(headers, secrets).map(drop)
    }

    fn parse(&self, headers: Headers<'_>, body: &[u8], most: usize) -> Result<Vec<IntakeEvent>, Rejection> {
        let version = headers(VERSION_HEADER).map(str::trim).ok_or_else(|| malformed("the header X-Experience-API-Version is missing"))?;
        if !(version == "2.0" || version.starts_with("2.0.") || version == "1.0" || version.starts_with("1.0.")) {
            return Err(malformed("X-Experience-API-Version must be 1.0.x or 2.0.0"));
        }
        let value = match statements_part(headers, body)? {
            Some(part) => wire::json(&|_| None, part, most)?,
            None => wire::json(headers, body, most)?,
        };
        let statements = match value {
            Value::Array(items) => items,
            one @ Value::Object(_) => vec![one],
            _ => return Err(malformed("the body must be a statement or a list of statements")),
        };
        if !(1..=MOST_STATEMENTS).contains(&statements.len()) {
            return Err(malformed(&format!("a call brings 1 to {MOST_STATEMENTS} statements")));
        }
        let statements = with_ids(statements, headers(STATEMENT_ID))?;
        let delivery_key = signing::sha256_hex(body);
        let event = |kind| IntakeEvent { source: NAME, delivery_key: delivery_key.clone(), kind };
        let kept: Result<Vec<EventKind>, Rejection> = statements.iter().map(kept).collect();
        Ok(kept?.into_iter().chain(results::completions(&statements)).map(event).collect())
    }
}

/// The first part of a body that brings attachments (`multipart/mixed`): it holds the statements. The attachments are not kept; their hashes stand in the statements.
fn statements_part<'a>(headers: Headers<'_>, body: &'a [u8]) -> Result<Option<&'a [u8]>, Rejection> {
    let content_type = headers("content-type").unwrap_or_default();
    if !content_type.trim_start().to_ascii_lowercase().starts_with("multipart/mixed") {
        return Ok(None);
    }
    if headers("content-encoding").is_some_and(|coding| !coding.trim().is_empty() && !coding.trim().eq_ignore_ascii_case("identity")) {
        return Err(Rejection::Unsupported { message: "send a body with attachments without a Content-Encoding".to_owned() });
    }
    let boundary = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    });
    let boundary = boundary.filter(|boundary| (1..=70).contains(&boundary.len())).ok_or_else(|| malformed("multipart/mixed names no boundary"))?;
    let delimiter = format!("--{boundary}");
    let broken = || malformed("the body does not have the parts that its Content-Type promises");
    let start = find(body, delimiter.as_bytes()).ok_or_else(broken)? + delimiter.len();
    let part = body.get(start..).ok_or_else(broken)?;
    let head = find(part, b"\r\n\r\n").ok_or_else(broken)?;
    let is_json = part.get(..head).is_some_and(|head| find(&head.to_ascii_lowercase(), b"application/json").is_some());
    if !is_json {
        return Err(Rejection::Unsupported { message: "the first part must be application/json: the statements".to_owned() });
    }
    let content = part.get(head + 4..).ok_or_else(broken)?;
    let end = find(content, format!("\r\n{delimiter}").as_bytes()).ok_or_else(broken)?;
    content.get(..end).map(Some).ok_or_else(broken)
}

/// Where a part first stands in a body; in linear time for what stands in bodies.
fn find(body: &[u8], part: &[u8]) -> Option<usize> {
    let first = *part.first()?;
    let mut from = 0;
    while let Some(at) = body.get(from..)?.iter().position(|byte| *byte == first) {
        if body[from + at..].starts_with(part) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

fn malformed(message: &str) -> Rejection {
    Rejection::Malformed { message: message.to_owned() }
}

/// The statements with their ids: their own, the one in the address, or one made of their content.
fn with_ids(mut statements: Vec<Value>, named: Option<&str>) -> Result<Vec<Value>, Rejection> {
    let mut seen = BTreeSet::new();
    let is_alone = statements.len() == 1;
    for statement in &mut statements {
        let own = statement.get("id").map(|id| id.as_str().and_then(uuid).ok_or_else(|| malformed("a statement's id must be a UUID"))).transpose()?;
        let named = named.filter(|_| is_alone).map(|id| uuid(id).ok_or_else(|| malformed("statementId must be a UUID"))).transpose()?;
        let id = match (own, named) {
            (Some(own), Some(named)) if own != named => return Err(malformed("the statement's id is not the one in the address")),
            (own, named) => own.or(named).unwrap_or_else(|| made_of(statement)),
        };
        if !seen.insert(id.clone()) {
            return Err(malformed("two statements of one id in one call"));
        }
        match statement.as_object_mut() {
            Some(fields) => fields.insert("id".to_owned(), Value::from(id)),
            None => return Err(malformed("a statement must be an object")),
        };
    }
    Ok(statements)
}

/// A UUID in lower case.
fn uuid(text: &str) -> Option<String> {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    let is_uuid = lengths == [8, 4, 4, 4, 12] && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
    is_uuid.then(|| text.to_ascii_lowercase())
}

/// The same statement without an id gets the same one each time it is sent.
fn made_of(statement: &Value) -> String {
    let digest = signing::sha256_hex(statement.to_string().as_bytes());
    format!("{}-{}-5{}-8{}-{}", &digest[..8], &digest[8..12], &digest[13..16], &digest[17..20], &digest[20..32])
}

/// A statement, kept under its id.
fn kept(statement: &Value) -> Result<EventKind, Rejection> {
    let id = wire::text_at(statement, &["id"]).unwrap_or_default();
    let verb = wire::text_at(statement, &["verb", "id"]).ok_or_else(|| malformed("a statement has no verb.id"))?;
    if !statement.get("actor").is_some_and(Value::is_object) || !statement.get("object").is_some_and(Value::is_object) {
        return Err(malformed("a statement needs an actor and an object"));
    }
    let at = ["timestamp", "stored"].iter().find_map(|key| wire::time_at(statement, &[key]));
    let word = verb.rsplit('/').next().filter(|word| (1..=40).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    let event = PlatformEvent {
        source: NAME.to_owned(),
        kind: format!("xapi.{}", word.unwrap_or("other")),
        // A statement does not change; one without a time is as old as can be.
        at: at.unwrap_or(jiff::Timestamp::UNIX_EPOCH),
        data: statement.clone(),
        subject: Subject::of(Collection::Statements, &[NAME, &id]),
    };
    Ok(EventKind::Recorded { event: Box::new(event), effect_key: event_key(NAME, &id) })
}

#[cfg(test)]
mod tests;
