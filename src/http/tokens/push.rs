//! Whose the pushes are that come to `/tasks/run`. Pure; fetching Google's keys is the caller's.

use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use serde::Deserialize;

use crate::http::tokens::key_set::{Expected, KeySet, TokenError};

const ISSUERS: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];

#[derive(Deserialize)]
struct Claims {
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
}

/// Believes a push when its token is signed by Google, made for this service, by the service account of the subscription, and is not out of date.
///
/// # Errors
/// [`TokenError::UnknownKey`] or [`TokenError::Token`].
pub fn verify_push_token(token: &str, keys: &KeySet, audience: &str, email: &str, now: Timestamp) -> Result<(), TokenError> {
    let expected = Expected { algorithms: &[Algorithm::RS256], issuers: &ISSUERS, audience };
    let claims: Claims = keys.verify(token, &expected, now)?;
    if !claims.email_verified || !claims.email.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(email)) {
        return Err(TokenError::Token("it is of another service account".to_owned()));
    }
    Ok(())
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
    const OURS: &[u8] = include_bytes!("../../../test_data/push/test_only_key.pem");
    const OTHER: &[u8] = include_bytes!("../../../test_data/push/other_test_only_key.pem");

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

    fn verdict(token: &str) -> Result<(), TokenError> {
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
            ("nbf", json!(NOW + 61)),
        ];
        for (claim, value) in wrong {
            let mut claims = claims();
            claims[claim] = value.clone();
            assert!(matches!(verdict(&token(&claims, OURS, "k1")), Err(TokenError::Token(_))), "{claim} = {value}");
        }
        for claim in ["iss", "aud", "exp", "iat", "email", "email_verified"] {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(claim);
            assert!(matches!(verdict(&token(&claims, OURS, "k1")), Err(TokenError::Token(_))), "without {claim}");
        }
    }

    #[test]
    fn a_token_of_another_key_is_refused() {
        assert!(matches!(verdict(&token(&claims(), OTHER, "k1")), Err(TokenError::Token(_))), "another key under a known name");
        assert_eq!(verdict(&token(&claims(), OTHER, "k2")), Err(TokenError::UnknownKey));
    }

    #[test]
    fn a_token_cannot_choose_its_algorithm() {
        let unsigned = token(&claims(), OURS, "k1");
        let body = unsigned.split('.').nth(1).unwrap();
        let none = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"k1","typ":"JWT"}"#);
        assert!(verdict(&format!("{none}.{body}.")).is_err());
        let header = Header { kid: Some("k1".to_owned()), ..Header::new(Algorithm::HS256) };
        let with_public_key_as_secret = encode(&header, &claims(), &EncodingKey::from_secret(OURS)).unwrap();
        assert!(matches!(verdict(&with_public_key_as_secret), Err(TokenError::Token(_))));
        for garbage in ["", ".", "a.b.c", "no token at all"] {
            assert!(verdict(garbage).is_err(), "{garbage}");
        }
    }
}
