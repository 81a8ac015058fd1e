//! Typeform: a quiz made as a form. Its webhook brings the answers, so nothing is asked of Typeform.
//!
//! Shapes: <https://www.typeform.com/developers/webhooks/example-payload/>;
//! proof: `Typeform-Signature: sha256=<base64 of the HMAC-SHA256 of the raw body>`
//! (<https://www.typeform.com/developers/webhooks/secure-your-webhooks/>).

mod response;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;

use crate::env::Env;
use crate::intake::event::{EventKind, IntakeEvent, Rejection};
use crate::intake::source::{Headers, Proof, SecretVariables, Secrets, Source};
use crate::intake::sources::Tools;
use crate::intake::submissions::Submissions;
use crate::intake::{shapes, wire};
use crate::signing;

/// The name in keys, logs and fixtures.
pub const NAME: &str = "typeform";
/// The header.
const SIGNATURE: &str = "typeform-signature";
/// The one type of event that is a finished form; one that was left halfway has another.
const FINISHED: &str = "form_response";

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
pub struct Typeform;

impl Typeform {
    /// Over its settings.
    pub fn new(_: &Config, _: &Tools) -> Self {
        Self
    }
}

/// The signature without its prefix.
fn given(headers: Headers<'_>) -> Result<&str, Rejection> {
    let value = headers(SIGNATURE).ok_or(Rejection::Unauthorized { reason: "missing_header" })?;
    value.trim().strip_prefix("sha256=").ok_or(Rejection::Unauthorized { reason: "mismatch" })
}

impl Submissions for Typeform {}

#[async_trait]
impl Source for Typeform {
    fn name(&self) -> &'static str {
        NAME
    }

    fn own_route(&self) -> Option<&'static str> {
        Some("/webhooks/typeform")
    }

    fn secret_variables(&self) -> SecretVariables {
        SecretVariables { current: &["TYPEFORM_WEBHOOK_SECRET"], previous: &["TYPEFORM_WEBHOOK_SECRET_PREVIOUS"] }
    }

    fn signature_headers(&self) -> &'static [&'static str] {
        &[SIGNATURE]
    }

    fn verify_headers(&self, headers: Headers<'_>, _: &Secrets) -> Result<Proof, Rejection> {
        given(headers).map(|_| Proof::NeedsBody)
    }

    fn verify(&self, headers: Headers<'_>, body: &[u8], secrets: &Secrets) -> Result<(), Rejection> {
        let given = given(headers)?;
        // All are compared, so that time tells nothing.
        let matched = secrets.all().fold(false, |found, secret| {
            let expected = STANDARD.encode(signing::hmac_sha256(secret.expose_secret().as_bytes(), body));
            found | signing::constant_time_eq(given.as_bytes(), expected.as_bytes())
        });
        if matched { Ok(()) } else { Err(Rejection::Unauthorized { reason: "mismatch" }) }
    }

    fn parse(&self, headers: Headers<'_>, body: &[u8], most: usize) -> Result<Vec<IntakeEvent>, Rejection> {
        let delivery_key = signing::sha256_hex(body);
        let value = wire::json(headers, body, most)?;
        let malformed = |message: &str| Rejection::Malformed { message: message.to_owned() };
        let event_type = wire::text_at(&value, &["event_type"]).ok_or_else(|| malformed("'event_type' is missing"))?;
        let kind = if event_type == FINISHED {
            let told = wire::at(&value, &["form_response"]).ok_or_else(|| malformed("'form_response' is missing"))?;
            // Whoever sends the form again gets another token; Typeform's own repeats keep it, and the id of the event.
            let identity = wire::text_at(&value, &["event_id"]).unwrap_or_else(|| delivery_key.clone());
            shapes::completion_kind(response::completion(told), &identity)
        } else {
            EventKind::Ignored { reason: "a form that is not finished, or another type of event".to_owned() }
        };
        Ok(vec![IntakeEvent { source: NAME, delivery_key, kind }])
    }
}

#[cfg(test)]
mod tests;
