//! Learning tools: events signed with HMAC-SHA256, and the notices of an LTI 1.3 platform (Platform Notification Service), each a token of the platform's own.

mod scores;

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

use self::scores::{AgsScores, ScoresConfig};
use crate::clock::Clock;
use crate::env::Env;
use crate::intake::event::{EventKind, IntakeEvent, Rejection, event_key};
use crate::intake::keys::{KeyOrigin, KeyRing, is_in_time, names};
use crate::intake::scores::Scores;
use crate::intake::source::{Headers, Proof, SecretVariables, Secrets, Source};
use crate::intake::sources::Tools;
use crate::intake::submissions::{FetchError, Submissions};
use crate::intake::{hmac_header, shapes, wire};
use crate::model::platform_event::{Collection, PlatformEvent, Subject};
use crate::signing;

/// The name in keys, logs and fixtures.
pub const NAME: &str = "lti";
/// More notices than a platform sends in one call.
const MOST_NOTICES: usize = 500;
/// The claims of LTI 1.3.
const CLAIM: &str = "https://purl.imsglobal.org/spec/lti/claim/";

/// The platform whose notices are taken.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// `LTI_PLATFORM_KEYS`: the platform's key set, or its address.
    pub keys: Option<KeyOrigin>,
    /// `LTI_PLATFORM_ISSUER`: the platform, as its tokens name it.
    pub issuer: Option<String>,
    /// `LTI_CLIENT_ID`: this tool, as the platform names it.
    pub client_id: Option<String>,
    /// `LTI_SCORES`: how results are posted to the platform's gradebook; they are not without it.
    pub scores: Option<ScoresConfig>,
}

impl Config {
    /// Reads the variables named at the fields; notices need all three.
    pub fn from_env(env: &mut Env) -> Self {
        let keys = env.var("LTI_PLATFORM_KEYS").map(KeyOrigin::parse);
        if let Some(Err(message)) = &keys {
            env.problem("LTI_PLATFORM_KEYS", message.clone());
        }
        let config = Self {
            keys: keys.and_then(Result::ok),
            issuer: env.var("LTI_PLATFORM_ISSUER").map(ToOwned::to_owned),
            client_id: env.var("LTI_CLIENT_ID").map(ToOwned::to_owned),
            scores: None,
        };
        if config.keys.is_some() {
            for (name, missing) in [("LTI_PLATFORM_ISSUER", config.issuer.is_none()), ("LTI_CLIENT_ID", config.client_id.is_none())] {
                if missing {
                    env.problem(name, "is not set, though LTI_PLATFORM_KEYS is; both stand in the tool's registration at the platform");
                }
            }
        }
        let scores = ScoresConfig::from_env(env, config.client_id.as_ref());
        Self { scores, ..config }
    }
}

/// The adapter.
pub struct Lti {
    config: Config,
    platform: KeyRing,
    clock: Arc<dyn Clock>,
    scores: Option<AgsScores>,
}

impl Lti {
    /// Over its settings.
    pub fn new(config: &Config, tools: &Tools) -> Self {
        let platform = KeyRing::new(config.keys.clone(), tools.outside.clone());
        let scores = config.scores.as_ref().zip(tools.outside.as_ref());
        let scores = scores.and_then(|(scores, outside)| AgsScores::new(scores, outside, &tools.clock));
        Self { config: config.clone(), platform, clock: Arc::clone(&tools.clock), scores }
    }

    /// The claims of a notice of our platform for us.
    fn notice(&self, token: &str) -> Option<Value> {
        let claims = self.platform.claims(token)?;
        let is_ours = is_in_time(&claims, self.clock.now())
            && claims.get("exp").is_some()
            && self.config.issuer.as_deref().is_some_and(|issuer| names(&claims, "iss", issuer))
            && self.config.client_id.as_deref().is_some_and(|client| names(&claims, "aud", client));
        is_ours.then_some(claims)
    }
}

/// The tokens of a call that brings notices.
fn tokens(body: &[u8]) -> Option<Vec<String>> {
    // An event of ours is no such call, and need not be read twice.
    let mentions = body.windows(b"\"notices\"".len()).any(|window| window == b"\"notices\"");
    let body: Value = mentions.then(|| serde_json::from_slice(body).ok()).flatten()?;
    let notices = body.get("notices")?.as_array().filter(|notices| (1..=MOST_NOTICES).contains(&notices.len()))?;
    notices.iter().map(|notice| notice.get("jwt")?.as_str().map(ToOwned::to_owned)).collect()
}

#[async_trait]
impl Submissions for Lti {
    async fn check(&self) -> Option<Result<&'static str, FetchError>> {
        Some(self.scores.as_ref()?.check().await)
    }
}

#[async_trait]
impl Source for Lti {
    fn name(&self) -> &'static str {
        NAME
    }

    fn secret_variables(&self) -> SecretVariables {
        SecretVariables { current: &["LTI_WEBHOOK_SECRET"], previous: &["LTI_WEBHOOK_SECRET_PREVIOUS"] }
    }

    fn signature_headers(&self) -> &'static [&'static str] {
        &[hmac_header::HEADER]
    }

    fn is_on(&self, secrets: &Secrets) -> bool {
        secrets.current.is_some() || self.platform.is_on()
    }

    fn scores(&self) -> Option<&dyn Scores> {
        self.scores.as_ref().map(|scores| scores as &dyn Scores)
    }

    fn verify_headers(&self, headers: Headers<'_>, _: &Secrets) -> Result<Proof, Rejection> {
        if !self.platform.is_on() {
            hmac_header::verify_header(headers)?;
        }
        Ok(Proof::NeedsBody)
    }

    async fn prepare(&self, headers: Headers<'_>, body: &[u8]) {
        if headers(hmac_header::HEADER).is_none() && self.platform.is_on() {
            for token in tokens(body).unwrap_or_default() {
                self.platform.prepare(&token, &*self.clock).await;
            }
        }
    }

    fn verify(&self, headers: Headers<'_>, body: &[u8], secrets: &Secrets) -> Result<(), Rejection> {
        if headers(hmac_header::HEADER).is_some() || !self.platform.is_on() {
            return hmac_header::verify(headers, body, secrets);
        }
        let tokens = tokens(body).ok_or(Rejection::Unauthorized { reason: "missing_header" })?;
        // Each is the platform's own word; one that is not spoils the call.
        let all = tokens.iter().all(|token| self.notice(token).is_some());
        if all { Ok(()) } else { Err(Rejection::Unauthorized { reason: "mismatch" }) }
    }

    fn parse(&self, headers: Headers<'_>, body: &[u8], most: usize) -> Result<Vec<IntakeEvent>, Rejection> {
        if headers(hmac_header::HEADER).is_none()
            && let Some(tokens) = tokens(body)
        {
            return tokens.iter().filter_map(|token| self.notice(token)).map(|claims| event_of(&claims)).collect();
        }
        let delivery_key = signing::sha256_hex(body);
        let value = wire::json(headers, body, most)?;
        let kind = shapes::read(NAME, shapes::LTI, &value, &delivery_key)?;
        Ok(vec![IntakeEvent { source: NAME, delivery_key, kind }])
    }
}

/// A notice, kept under its own id.
fn event_of(claims: &Value) -> Result<IntakeEvent, Rejection> {
    let notice = claims.get(format!("{CLAIM}notice")).cloned().unwrap_or_default();
    let missing = |what: &str| Rejection::Malformed { message: format!("a notice has no {what}") };
    let id = wire::id_at(&notice, &["id"]).ok_or_else(|| missing("id"))?;
    let kind = wire::id_at(&notice, &["type"]).filter(|kind| is_word(kind)).ok_or_else(|| missing("type"))?;
    let at = wire::time_at(&notice, &["timestamp"]).or_else(|| wire::time_at(claims, &["iat"])).ok_or_else(|| missing("timestamp"))?;
    let mut data = serde_json::Map::from_iter([("notice".to_owned(), notice)]);
    for claim in ["deployment_id", "context", "activity", "submission", "for_user"] {
        data.extend(claims.get(format!("{CLAIM}{claim}")).map(|value| (claim.to_owned(), value.clone())));
    }
    let event = PlatformEvent {
        source: NAME.to_owned(),
        kind: format!("lti.{kind}"),
        at,
        data: Value::Object(data),
        subject: Subject::of(Collection::Statements, &[NAME, &id]),
    };
    let delivery_key = signing::sha256_hex(id.as_bytes());
    let effect_key = event_key(NAME, &format!("notice:{id}"));
    Ok(IntakeEvent { source: NAME, delivery_key, kind: EventKind::Recorded { event: Box::new(event), effect_key } })
}

fn is_word(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests;
