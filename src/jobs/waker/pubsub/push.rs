//! Whose the pushes are that come to `/tasks/run`. Pure; fetching Google's keys is the caller's.

use jiff::Timestamp;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

/// Where Google publishes the keys that its identity tokens are signed with.
pub const GOOGLE_KEYS: &str = "https://www.googleapis.com/oauth2/v3/certs";

const ISSUERS: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];
/// How much Google's clock and ours may differ.
const LEEWAY_SECONDS: i64 = 60;

/// The public keys tokens may be signed with.
#[derive(Debug, Clone)]
pub struct KeySet(JwkSet);

/// Why a push is not believed, in words for the log; the caller answers 401 and nothing more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// The key set is not one.
    #[error("the key set cannot be read: {0}")]
    Keys(String),
    /// The token names a key that is not in the set: fetch the set anew, once, then refuse.
    #[error("the token is signed with a key that is not known")]
    UnknownKey,
    /// The token is not a valid one of ours.
    #[error("the token is refused: {0}")]
    Token(String),
}

#[derive(Deserialize)]
struct Claims {
    exp: i64,
    iat: i64,
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
}

impl KeySet {
    /// Reads a JSON Web Key Set.
    ///
    /// # Errors
    /// [`PushError::Keys`].
    pub fn from_json(json: &[u8]) -> Result<Self, PushError> {
        serde_json::from_slice(json).map(Self).map_err(|error| PushError::Keys(error.to_string()))
    }
}

/// Believes a push when its token is signed by Google, made for this service, by the service account of the subscription, and is not out of date.
///
/// # Errors
/// [`PushError::UnknownKey`] or [`PushError::Token`].
pub fn verify_push_token(token: &str, keys: &KeySet, audience: &str, email: &str, now: Timestamp) -> Result<(), PushError> {
    let refused = |error: jsonwebtoken::errors::Error| PushError::Token(error.to_string());
    let header = decode_header(token).map_err(refused)?;
    let key = header.kid.as_deref().and_then(|kid| keys.0.find(kid)).ok_or(PushError::UnknownKey)?;
    // The algorithm is ours to choose, never the token's.
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[audience]);
    validation.set_issuer(&ISSUERS);
    validation.set_required_spec_claims(&["exp", "aud", "iss"]);
    // Checked below against the injected clock.
    validation.validate_exp = false;
    let key = DecodingKey::from_jwk(key).map_err(refused)?;
    let claims = decode::<Claims>(token, &key, &validation).map_err(refused)?.claims;
    claims.check(email, now.as_second())
}

impl Claims {
    fn check(&self, email: &str, now: i64) -> Result<(), PushError> {
        let refused = |why: &str| Err(PushError::Token(why.to_owned()));
        if self.exp.saturating_add(LEEWAY_SECONDS) < now {
            return refused("it has expired");
        }
        if self.iat.saturating_sub(LEEWAY_SECONDS) > now {
            return refused("it was issued in the future");
        }
        if !self.email_verified || !self.email.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(email)) {
            return refused("it is of another service account");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use jsonwebtoken::jwk::Jwk;
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::{Value, json};

    use super::*;

    const AUDIENCE: &str = "https://gradepost.example/tasks/run";
    const EMAIL: &str = "push@school.iam.gserviceaccount.com";
    const NOW: i64 = 1_800_000_000;
    const OURS: &[u8] = include_bytes!("../../../../test_data/push/test_only_key.pem");
    const OTHER: &[u8] = include_bytes!("../../../../test_data/push/other_test_only_key.pem");

    fn keys() -> KeySet {
        let mut jwk = Jwk::from_encoding_key(&EncodingKey::from_rsa_pem(OURS).unwrap(), Algorithm::RS256).unwrap();
        jwk.common.key_id = Some("k1".to_owned());
        KeySet::from_json(&serde_json::to_vec(&json!({ "keys": [jwk] })).unwrap()).unwrap()
    }

    fn claims() -> Value {
        json!({ "iss": "https://accounts.google.com", "aud": AUDIENCE, "email": EMAIL, "email_verified": true, "iat": NOW - 10, "exp": NOW + 3590, "sub": "1" })
    }

    fn token(claims: &Value, pem: &[u8], kid: &str) -> String {
        let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::RS256) };
        encode(&header, claims, &EncodingKey::from_rsa_pem(pem).unwrap()).unwrap()
    }

    fn verdict(token: &str) -> Result<(), PushError> {
        verify_push_token(token, &keys(), AUDIENCE, EMAIL, Timestamp::from_second(NOW).unwrap())
    }

    #[test]
    fn a_push_of_our_subscription_is_believed() {
        assert_eq!(verdict(&token(&claims(), OURS, "k1")), Ok(()));
    }

    #[test]
    fn every_wrong_claim_is_refused() {
        let wrong = [
            ("iss", json!("https://evil.example")),
            ("aud", json!("https://other.example/tasks/run")),
            ("email", json!("other@school.iam.gserviceaccount.com")),
            ("email", json!(null)),
            ("email_verified", json!(false)),
            ("exp", json!(NOW - 61)),
            ("iat", json!(NOW + 61)),
        ];
        for (claim, value) in wrong {
            let mut claims = claims();
            claims[claim] = value.clone();
            assert!(matches!(verdict(&token(&claims, OURS, "k1")), Err(PushError::Token(_))), "{claim} = {value}");
        }
        for claim in ["iss", "aud", "exp", "iat", "email", "email_verified"] {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(claim);
            assert!(matches!(verdict(&token(&claims, OURS, "k1")), Err(PushError::Token(_))), "without {claim}");
        }
    }

    #[test]
    fn a_token_of_another_key_is_refused() {
        assert!(matches!(verdict(&token(&claims(), OTHER, "k1")), Err(PushError::Token(_))), "another key under a known name");
        assert_eq!(verdict(&token(&claims(), OTHER, "k2")), Err(PushError::UnknownKey));
    }

    #[test]
    fn a_token_cannot_choose_its_algorithm() {
        let unsigned = token(&claims(), OURS, "k1");
        let body = unsigned.split('.').nth(1).unwrap();
        let none = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"k1","typ":"JWT"}"#);
        assert!(verdict(&format!("{none}.{body}.")).is_err());
        let header = Header { kid: Some("k1".to_owned()), ..Header::new(Algorithm::HS256) };
        let with_public_key_as_secret = encode(&header, &claims(), &EncodingKey::from_secret(OURS)).unwrap();
        assert!(matches!(verdict(&with_public_key_as_secret), Err(PushError::Token(_))));
        for garbage in ["", ".", "a.b.c", "no token at all"] {
            assert!(verdict(garbage).is_err(), "{garbage}");
        }
    }
}
