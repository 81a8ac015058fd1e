//! Who is signed in: a signed cookie, no store. Nothing in it is secret, so it is signed, not encrypted.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use crate::http::console::config::ConsoleConfig;
use crate::model::role::Role;
use crate::sealing::chance;
use crate::signing::{constant_time_eq, hmac_sha256};

/// How long a session lives without being used.
const IDLE: Duration = Duration::from_hours(12);
/// How long a person's session lives at most.
const LONGEST_OF_PEOPLE: Duration = Duration::from_hours(14 * 24);
/// How long a token's session lives at most.
const LONGEST_OF_TOKENS: Duration = Duration::from_hours(12);
/// After so long without a new cookie one is issued.
const RENEW_AFTER: Duration = Duration::from_hours(3);
/// How long ago somebody may have signed in for what must not be done by whoever finds an open browser.
pub const FRESH: Duration = Duration::from_mins(10);
/// A cookie longer than this is none of ours.
const LONGEST_COOKIE: usize = 2048;

/// How somebody signed in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// By a key of the settings.
    #[default]
    Token,
    /// By a link, mailed or from the shell.
    Link,
    /// At the identity provider.
    Oidc,
    /// By passing the proxy in front; such a session holds only as long as the proxy vouches for it.
    Iap,
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// `token:admin`, `shell:admin`, or a person's id.
    #[serde(rename = "w")]
    pub who: String,
    /// The name to show.
    #[serde(rename = "n")]
    pub name: String,
    /// What they may do.
    #[serde(rename = "r")]
    pub role: Role,
    /// When the cookie was issued.
    #[serde(rename = "i")]
    pub issued: Timestamp,
    /// When they signed in.
    #[serde(rename = "a")]
    pub signed_in: Timestamp,
    /// What forms of this session carry.
    #[serde(rename = "c")]
    pub csrf: String,
    /// How.
    #[serde(rename = "v", default)]
    pub via: Via,
}

impl Session {
    /// A session that begins now.
    pub fn begin(who: &str, name: &str, role: Role, via: Via, now: Timestamp) -> Self {
        Self { who: who.to_owned(), name: name.to_owned(), role, issued: now, signed_in: now, csrf: hex::encode(chance::<16>()), via }
    }

    /// Whether it is a person's, whose role stands in the list of people.
    pub fn is_person(&self) -> bool {
        !self.who.contains(':')
    }

    /// Whether they signed in a moment ago.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        within(self.signed_in, now, FRESH)
    }

    /// Whether its cookie should be issued anew.
    pub fn is_due(&self, now: Timestamp) -> bool {
        !within(self.issued, now, RENEW_AFTER)
    }

    fn is_alive(&self, now: Timestamp) -> bool {
        let longest = if self.is_person() { LONGEST_OF_PEOPLE } else { LONGEST_OF_TOKENS };
        within(self.issued, now, IDLE) && within(self.signed_in, now, longest)
    }
}

/// Whether `now` lies less than `span` after `then`, or up to a minute before it, as clocks of instances differ.
fn within(then: Timestamp, now: Timestamp, span: Duration) -> bool {
    let passed = now.duration_since(then).as_secs();
    (-60..span.as_secs() as i64).contains(&passed)
}

/// What signs sessions and everything else that comes back from a browser.
#[derive(Clone)]
pub struct Keys {
    key: [u8; 32],
}

impl Keys {
    /// From `SESSION_SECRET`, else from the tokens and the provider's secret together: changing any of them signs everyone out.
    pub fn of(config: &ConsoleConfig) -> Self {
        let tokens = [&config.reader_token, &config.operator_token, &config.admin_token];
        let tokens = tokens.map(Option::as_ref).into_iter().chain([config.oidc.as_ref().map(|oidc| &oidc.client_secret)]);
        let material = match &config.session_secret {
            Some(secret) => secret.expose_secret().to_owned(),
            None => tokens.map(|token| token.map_or("", SecretString::expose_secret)).collect::<Vec<_>>().join("\n"),
        };
        Self { key: hmac_sha256(material.as_bytes(), b"gradepost console session v1") }
    }

    /// A text that only we could have written, for this purpose.
    pub fn sign(&self, purpose: &str, payload: &[u8]) -> String {
        let text = BASE64_URL_SAFE_NO_PAD.encode(payload);
        let signature = hmac_sha256(&self.key, format!("{purpose}.{text}").as_bytes());
        format!("v1.{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    /// What we signed for this purpose.
    pub fn verify(&self, purpose: &str, text: &str) -> Option<Vec<u8>> {
        if text.len() > LONGEST_COOKIE {
            return None;
        }
        let (payload, signature) = text.strip_prefix("v1.")?.split_once('.')?;
        let expected = hmac_sha256(&self.key, format!("{purpose}.{payload}").as_bytes());
        let given = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        constant_time_eq(&given, &expected).then(|| BASE64_URL_SAFE_NO_PAD.decode(payload).ok())?
    }

    /// The cookie's value of a session.
    pub fn cookie(&self, session: &Session) -> String {
        self.sign("session", &serde_json::to_vec(session).unwrap_or_default())
    }

    /// The session of a cookie, when it is ours, alive, and was issued after everybody was last signed out.
    pub fn session(&self, cookie: &str, now: Timestamp, epoch: Option<Timestamp>) -> Option<Session> {
        let session: Session = serde_json::from_slice(&self.verify("session", cookie)?).ok()?;
        let outlived = epoch.is_some_and(|epoch| session.signed_in <= epoch);
        (session.is_alive(now) && !outlived).then_some(session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hour * 3600).unwrap()
    }

    fn keys_of(token: &str) -> Keys {
        Keys::of(&ConsoleConfig { admin_token: Some(SecretString::from(token)), ..ConsoleConfig::default() })
    }

    #[test]
    fn a_session_is_read_back_until_it_is_idle_old_or_everybody_was_signed_out() {
        let keys = keys_of("one-long-token-of-an-admin");
        let session = Session::begin("token:admin", "", Role::Admin, Via::Token, at(0));
        let cookie = keys.cookie(&session);
        assert_eq!(keys.session(&cookie, at(11), None), Some(session.clone()));
        assert_eq!(keys.session(&cookie, at(13), None), None, "idle for too long");
        assert_eq!(keys.session(&cookie, at(1), Some(at(0))), None, "everybody was signed out");
        let renewed = keys.cookie(&Session { issued: at(11), ..session.clone() });
        assert_eq!(keys.session(&renewed, at(13), None), None, "a token's session ends after twelve hours");
        let person = keys.cookie(&Session { who: "p1".to_owned(), issued: at(11), ..session });
        assert!(keys.session(&person, at(13), None).is_some(), "a person's does not");
    }

    #[test]
    fn a_cookie_with_one_byte_changed_or_of_other_tokens_or_for_another_purpose_is_none() {
        let keys = keys_of("one-long-token-of-an-admin");
        let cookie = keys.cookie(&Session::begin("token:admin", "", Role::Reader, Via::Token, at(0)));
        for place in 0..cookie.len() {
            let mut bytes = cookie.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            // The last letter of base64 may carry bits that nobody reads.
            if changed != cookie && place + 1 < cookie.len() {
                assert_eq!(keys.session(&changed, at(0), None), None, "{place}");
            }
        }
        assert_eq!(keys_of("another-long-token-of-an-admin").session(&cookie, at(0), None), None);
        let payload = serde_json::to_vec(&Session::begin("token:admin", "", Role::Admin, Via::Token, at(0))).unwrap();
        assert_eq!(keys.session(&keys.sign("flash", &payload), at(0), None), None);
        for odd in ["", "v1", "v1..", "v1.a.b", "v2.e30.AA", &"x".repeat(5000)] {
            assert_eq!(keys.session(odd, at(0), None), None);
        }
    }
}
