//! Services that work for the school (transcription, analytics): one secret or key each, named by its path.

use std::collections::BTreeMap;

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};

use crate::env::Env;
use crate::intake::event::{IntakeEvent, Rejection};
use crate::intake::source::{Headers, PATH_SERVICE, Proof, SecretVariables, Secrets, Source};
use crate::intake::sources::Tools;
use crate::intake::submissions::Submissions;
use crate::intake::{hmac_header, shapes, wire};
use crate::signing;

/// The name in keys, logs and fixtures.
pub const NAME: &str = "services";
/// The header an API key stands in; a bearer token is one, too.
const KEY_HEADER: &str = "x-api-key";

/// The services by their ids, lower case.
#[derive(Debug, Clone, Default)]
pub struct Config {
    services: BTreeMap<String, Secrets>,
    /// Keys before their last rotation, still accepted.
    previous_keys: BTreeMap<String, SecretString>,
}

impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        self.services.keys().eq(other.services.keys())
    }
}

impl Config {
    /// Reads `SERVICE_<ID>_SECRET` (HMAC) and `SERVICE_<ID>_KEY` (API key), and the ones before them as `…_PREVIOUS`; each also as `…_FILE`.
    pub fn from_env(env: &mut Env) -> Self {
        let mut config = Self::default();
        for id in env.between("SERVICE_", &["_SECRET", "_KEY", "_SECRET_FILE", "_KEY_FILE"]) {
            let current = env.guard(&[&format!("SERVICE_{id}_SECRET")]);
            let previous = env.guard(&[&format!("SERVICE_{id}_SECRET_PREVIOUS")]);
            let key = env.guard(&[&format!("SERVICE_{id}_KEY")]);
            let previous_key = env.guard(&[&format!("SERVICE_{id}_KEY_PREVIOUS")]);
            config.previous_keys.extend(previous_key.map(|key| (folded(&id), key)));
            config.services.insert(folded(&id), Secrets { current, previous, key, ..Secrets::default() });
        }
        config
    }

    /// Whether there is a service of this id.
    pub fn knows(&self, id: &str) -> bool {
        self.services.contains_key(&folded(id))
    }

    /// One service.
    pub fn of(id: &str, secret: Option<&str>, key: Option<&str>) -> Self {
        let secrets = Secrets { current: secret.map(SecretString::from), key: key.map(SecretString::from), ..Secrets::default() };
        Self { services: BTreeMap::from([(folded(id), secrets)]), ..Self::default() }
    }
}

/// An id as paths write it and as variables can: `my-service` and `MY_SERVICE` are one.
fn folded(id: &str) -> String {
    id.to_ascii_lowercase().replace('-', "_")
}

/// The adapter.
pub struct Services {
    config: Config,
    /// What calls to unknown services are compared with, so that they take as long.
    nobody: Secrets,
}

impl Services {
    /// Over its settings.
    pub fn new(config: &Config, _: &Tools) -> Self {
        let nobody = SecretString::from("a service that is not there has a secret that nobody knows");
        Self { config: config.clone(), nobody: Secrets { current: Some(nobody.clone()), key: Some(nobody), ..Secrets::default() } }
    }

    fn previous_key(&self, headers: Headers<'_>) -> Option<&SecretString> {
        self.config.previous_keys.get(&folded(headers(PATH_SERVICE)?))
    }

    fn secrets<'a>(&'a self, headers: Headers<'_>, otherwise: &'a Secrets) -> &'a Secrets {
        let own = headers(PATH_SERVICE).and_then(|id| self.config.services.get(&folded(id)));
        own.unwrap_or(if otherwise.is_empty() { &self.nobody } else { otherwise })
    }
}

fn has_key(headers: Headers<'_>, secrets: &Secrets, previous: Option<&SecretString>) -> bool {
    let bearer = headers("authorization").and_then(bearer);
    let Some(given) = headers(KEY_HEADER).map(str::trim).or(bearer) else { return false };
    let is = |key: &SecretString| signing::constant_time_eq(given.as_bytes(), key.expose_secret().as_bytes());
    // Both are compared, so that time tells nothing.
    secrets.key.iter().chain(previous).fold(false, |found, key| found | is(key))
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl Submissions for Services {}

#[async_trait]
impl Source for Services {
    fn name(&self) -> &'static str {
        NAME
    }

    fn secret_variables(&self) -> SecretVariables {
        SecretVariables { current: &[], previous: &[] }
    }

    fn signature_headers(&self) -> &'static [&'static str] {
        &[hmac_header::HEADER, KEY_HEADER, "authorization"]
    }

    fn is_on(&self, _: &Secrets) -> bool {
        !self.config.services.is_empty()
    }

    fn knows(&self, headers: Headers<'_>) -> bool {
        headers(PATH_SERVICE).is_some_and(|id| self.config.knows(id))
    }

    fn verify_headers(&self, headers: Headers<'_>, secrets: &Secrets) -> Result<Proof, Rejection> {
        if has_key(headers, self.secrets(headers, secrets), self.previous_key(headers)) {
            return Ok(Proof::Whole);
        }
        hmac_header::verify_header(headers).map(|()| Proof::NeedsBody)
    }

    fn verify(&self, headers: Headers<'_>, body: &[u8], secrets: &Secrets) -> Result<(), Rejection> {
        let secrets = self.secrets(headers, secrets);
        if has_key(headers, secrets, self.previous_key(headers)) { Ok(()) } else { hmac_header::verify(headers, body, secrets) }
    }

    fn parse(&self, headers: Headers<'_>, body: &[u8], most: usize) -> Result<Vec<IntakeEvent>, Rejection> {
        let delivery_key = signing::sha256_hex(body);
        let value = wire::json(headers, body, most)?;
        let identity = format!("{}:{delivery_key}", folded(headers(PATH_SERVICE).unwrap_or_default()));
        let kind = shapes::read(NAME, shapes::SERVICES, &value, &identity)?;
        Ok(vec![IntakeEvent { source: NAME, delivery_key, kind }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_known_by_its_id_however_it_is_written_and_only_by_its_own_secret() {
        let mut env = Env::from_pairs([
            ("SERVICE_ACME_AI_SECRET", "3f9c1e7a5b"),
            ("SERVICE_OTHER_KEY", "a-key-of-other"),
            ("SERVICE__SECRET", "3f9c1e7a5b"),
            ("SERVICE_ACME_AI_SECRET_PREVIOUS", "the-secret-before"),
            ("SERVICE_OTHER_KEY_PREVIOUS", "the-key-before"),
        ]);
        let config = Config::from_env(&mut env);
        assert!(env.problems().is_empty(), "{:?}", env.problems());
        assert_eq!(config.services.keys().collect::<Vec<_>>(), ["acme_ai", "other"]);
        let tools = Tools { outside: None, clock: std::sync::Arc::new(crate::clock::SystemClock) };
        let services = Services::new(&config, &tools);
        let none = Secrets::default();
        let body = br#"{"type":"test.event"}"#;
        let signed = format!("sha256={}", hex::encode(signing::hmac_sha256(b"3f9c1e7a5b", body)));
        let verdict = |service: &str, header: &str, value: &str| {
            let headers = |name: &str| match name {
                PATH_SERVICE => Some(service),
                _ if name == header => Some(value),
                _ => None,
            };
            services.verify(&headers, body, &none).is_ok()
        };
        assert!(verdict("acme-ai", "x-webhook-signature", &signed) && verdict("ACME_AI", "x-webhook-signature", &signed));
        assert!(verdict("other", "x-api-key", "a-key-of-other") && verdict("other", "authorization", "Bearer a-key-of-other"));
        let before = hex::encode(signing::hmac_sha256(b"the-secret-before", body));
        assert!(verdict("acme-ai", "x-webhook-signature", &before) && verdict("other", "x-api-key", "the-key-before"), "before the rotation");
        for (service, header, value) in [
            ("acme-ai", "x-api-key", "the-key-before"),
            ("other", "x-webhook-signature", before.as_str()),
            ("other", "x-webhook-signature", signed.as_str()),
            ("unknown", "x-webhook-signature", &signed),
            ("acme-ai", "x-api-key", "a-key-of-other"),
            ("acme-ai", "x-api-key", "3f9c1e7a5b"),
            ("other", "authorization", "Basic a-key-of-other"),
            ("other", "x-api-key", ""),
        ] {
            assert!(!verdict(service, header, value), "{service} {header}");
        }
    }
}
