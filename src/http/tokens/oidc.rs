//! What an identity provider says of who signed in (OpenID Connect Core 1.0), and what a proxy in front of us says (Google's IAP). Pure: asking them is the caller's.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Deserializer};

use crate::http::tokens::key_set::{Expected, KeySet, LEEWAY_SECONDS, TokenError};
use crate::signing::{constant_time_eq, sha256};

/// How identity tokens may be signed.
const ALGORITHMS: &[Algorithm] = &[Algorithm::RS256, Algorithm::ES256];
/// How assertions of IAP are signed.
const IAP_ALGORITHMS: &[Algorithm] = &[Algorithm::ES256];
/// Who issues them.
const IAP_ISSUER: &str = "https://cloud.google.com/iap";

/// What a provider tells of itself (OpenID Connect Discovery 1.0, section 3), as far as we need it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Discovery {
    /// Its name, which must be the one that was configured.
    pub issuer: String,
    /// Where a browser signs in.
    pub authorization_endpoint: String,
    /// Where a code becomes tokens.
    pub token_endpoint: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// Where a browser signs out, at providers that have such a place.
    #[serde(default)]
    pub end_session_endpoint: Option<String>,
    /// How a client may name itself.
    #[serde(default)]
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Discovery {
    /// Whether the secret goes into the body; HTTP Basic is the rule where nothing is said (section 3).
    pub fn secret_in_body(&self) -> bool {
        let has = |name: &str| self.token_endpoint_auth_methods_supported.as_ref().is_some_and(|all| all.iter().any(|one| one == name));
        has("client_secret_post") && !has("client_secret_basic")
    }
}

/// Who signed in, as the provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The address, which the provider has verified.
    pub email: String,
    /// The name, where it is told.
    pub name: Option<String>,
    /// The organisation that manages the account (Google's `hd`).
    pub domain: Option<String>,
    /// When they signed in there, where it is told.
    pub signed_in: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Claims {
    email: Option<String>,
    #[serde(default, deserialize_with = "truth")]
    email_verified: bool,
    /// Microsoft's word for the same: the address's domain is the tenant's own.
    #[serde(default, deserialize_with = "truth")]
    xms_edov: bool,
    name: Option<String>,
    hd: Option<String>,
    nonce: Option<String>,
    auth_time: Option<i64>,
    aud: serde_json::Value,
    azp: Option<String>,
}

/// Providers write truth as `true`, `"true"`, `1` and `"1"`.
fn truth<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(from)?;
    Ok(value == true || value == "true" || value == 1 || value == "1")
}

/// What an identity token must fit.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedClaims<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Our name there.
    pub client: &'a str,
    /// What this sign-in was begun with.
    pub nonce: &'a str,
}

/// Who signed in, by an identity token for this sign-in.
///
/// # Errors
/// The token is not one of this provider, for us and this sign-in; or vouches for no address.
pub fn identity(token: &str, keys: &KeySet, asked: &ExpectedClaims<'_>, now: Timestamp) -> Result<Identity, TokenError> {
    let refused = |why: &str| TokenError::Token(why.to_owned());
    let expected = Expected { algorithms: ALGORITHMS, issuers: &[asked.issuer], audience: asked.client };
    let claims: Claims = keys.verify(token, &expected, now)?;
    let nonce = claims.nonce.as_deref().unwrap_or_default();
    if !constant_time_eq(nonce.as_bytes(), asked.nonce.as_bytes()) {
        return Err(refused("it is of another sign-in"));
    }
    // For several audiences, it says who it was made for (OpenID Connect Core, section 3.1.3.7).
    let is_for_many = claims.aud.as_array().is_some_and(|all| all.len() > 1);
    if claims.azp.as_deref().map_or(is_for_many, |party| party != asked.client) {
        return Err(refused("it was made for another client"));
    }
    if !claims.email_verified && !claims.xms_edov {
        return Err(refused("its address is not verified by the provider"));
    }
    let email = claims.email.filter(|email| !email.is_empty()).ok_or_else(|| refused("it names no address"))?;
    let signed_in = claims.auth_time.and_then(|second| Timestamp::from_second(second).ok());
    Ok(Identity { email, name: claims.name, domain: claims.hd, signed_in })
}

#[derive(Deserialize)]
struct IapClaims {
    email: Option<String>,
    hd: Option<String>,
    sub: Option<String>,
}

/// Who passed Google's Identity-Aware Proxy, by its signed header. Its plain headers are nobody's word: who comes past the proxy can send them, too.
///
/// # Errors
/// The assertion is none of IAP for this service.
pub fn iap_identity(assertion: &str, keys: &KeySet, audience: &str, now: Timestamp) -> Result<Identity, TokenError> {
    let expected = Expected { algorithms: IAP_ALGORITHMS, issuers: &[IAP_ISSUER], audience };
    let claims: IapClaims = keys.verify(assertion, &expected, now)?;
    let email = claims.email.filter(|email| !email.is_empty() && claims.sub.is_some());
    let email = email.ok_or_else(|| TokenError::Token("it names no account".to_owned()))?;
    // Identities of other providers come with their name before the address.
    let bare = email.rsplit_once(':').map_or(email.as_str(), |(_, bare)| bare).to_owned();
    Ok(Identity { email: bare, name: None, domain: claims.hd, signed_in: None })
}

/// Whether a sign-in at the provider is as recent as was asked for; a provider that does not tell is believed, as it was asked to sign the person in anew.
pub fn is_recent(identity: &Identity, now: Timestamp, seconds: i64) -> bool {
    identity.signed_in.is_none_or(|at| now.as_second() - at.as_second() <= seconds + LEEWAY_SECONDS)
}

/// The challenge of a verifier (RFC 7636, S256).
pub fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::jwk::Jwk;
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;
    const RSA: &[u8] = include_bytes!("../../../test_data/push/test_only_key.pem");
    const OTHER: &[u8] = include_bytes!("../../../test_data/push/other_test_only_key.pem");
    const EC: &[u8] = include_bytes!("../../../test_data/push/test_only_ec_key.pem");
    const ISSUER: &str = "https://accounts.example";
    const CLIENT: &str = "gradepost-console";

    fn now() -> Timestamp {
        Timestamp::from_second(NOW).unwrap()
    }

    fn keys() -> KeySet {
        let jwk = |key: EncodingKey, algorithm, kid: &str| {
            let mut jwk = Jwk::from_encoding_key(&key, algorithm).unwrap();
            jwk.common.key_id = Some(kid.to_owned());
            serde_json::to_value(jwk).unwrap()
        };
        let rsa = jwk(EncodingKey::from_rsa_pem(RSA).unwrap(), Algorithm::RS256, "r");
        let ec = jwk(EncodingKey::from_ec_pem(EC).unwrap(), Algorithm::ES256, "e");
        let strange = json!({ "kty": "AKP", "alg": "ML-DSA-44", "kid": "future", "pub": "x" });
        KeySet::from_json(&serde_json::to_vec(&json!({ "keys": [strange, rsa, ec] })).unwrap()).unwrap()
    }

    fn signed(claims: &Value, algorithm: Algorithm) -> String {
        let (key, kid) = match algorithm {
            Algorithm::ES256 => (EncodingKey::from_ec_pem(EC).unwrap(), "e"),
            _ => (EncodingKey::from_rsa_pem(RSA).unwrap(), "r"),
        };
        encode(&Header { kid: Some(kid.to_owned()), ..Header::new(algorithm) }, claims, &key).unwrap()
    }

    fn claims() -> Value {
        json!({ "iss": ISSUER, "aud": CLIENT, "sub": "7", "email": "maria@colegio.example", "email_verified": true,
            "name": "María", "hd": "colegio.example", "nonce": "n-1", "iat": NOW - 5, "exp": NOW + 300, "auth_time": NOW - 20 })
    }

    fn verdict(token: &str) -> Result<Identity, TokenError> {
        identity(token, &keys(), &ExpectedClaims { issuer: ISSUER, client: CLIENT, nonce: "n-1" }, now())
    }

    #[test]
    fn an_identity_of_this_sign_in_is_believed_whichever_key_of_the_set_signed_it() {
        for algorithm in [Algorithm::RS256, Algorithm::ES256] {
            let found = verdict(&signed(&claims(), algorithm)).unwrap();
            assert_eq!((found.email.as_str(), found.domain.as_deref()), ("maria@colegio.example", Some("colegio.example")));
            assert!(is_recent(&found, now(), 0) && !is_recent(&found, Timestamp::from_second(NOW + 100).unwrap(), 0));
        }
        let mut microsoft = claims();
        microsoft.as_object_mut().unwrap().remove("email_verified");
        microsoft["xms_edov"] = json!("1");
        assert!(verdict(&signed(&microsoft, Algorithm::RS256)).is_ok());
    }

    #[test]
    fn every_wrong_claim_of_an_identity_is_refused() {
        for (claim, value) in [
            ("iss", json!("https://evil.example")),
            ("aud", json!("another-client")),
            ("aud", json!([CLIENT, "another-client"])),
            ("azp", json!("another-client")),
            ("nonce", json!("n-2")),
            ("email", json!("")),
            ("email_verified", json!(false)),
            ("email_verified", json!("yes")),
            ("exp", json!(NOW - 61)),
            ("iat", json!(NOW + 61)),
            ("nbf", json!(NOW + 61)),
        ] {
            let mut wrong = claims();
            wrong[claim] = value.clone();
            assert!(matches!(verdict(&signed(&wrong, Algorithm::RS256)), Err(TokenError::Token(_))), "{claim} = {value}");
        }
        for claim in ["iss", "aud", "exp", "iat", "email", "email_verified", "nonce"] {
            let mut wrong = claims();
            wrong.as_object_mut().unwrap().remove(claim);
            assert!(matches!(verdict(&signed(&wrong, Algorithm::RS256)), Err(TokenError::Token(_))), "without {claim}");
        }
        // Clocks that differ by less than a minute are no reason.
        for (claim, value) in [("exp", NOW - 59), ("iat", NOW + 59)] {
            let mut near = claims();
            near[claim] = json!(value);
            assert!(verdict(&signed(&near, Algorithm::RS256)).is_ok(), "{claim}");
        }
    }

    #[test]
    fn a_token_signed_by_nobody_by_a_stranger_or_with_the_public_key_as_a_secret_is_refused() {
        let good = signed(&claims(), Algorithm::RS256);
        let body = good.split('.').nth(1).unwrap();
        let none = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"r","typ":"JWT"}"#);
        assert!(verdict(&format!("{none}.{body}.")).is_err());
        let header = |algorithm, kid: &str| Header { kid: Some(kid.to_owned()), ..Header::new(algorithm) };
        let hmac = encode(&header(Algorithm::HS256, "r"), &claims(), &EncodingKey::from_secret(RSA)).unwrap();
        assert!(matches!(verdict(&hmac), Err(TokenError::Token(_))));
        let foreign = EncodingKey::from_rsa_pem(OTHER).unwrap();
        assert!(matches!(verdict(&encode(&header(Algorithm::RS256, "r"), &claims(), &foreign).unwrap()), Err(TokenError::Token(_))));
        assert_eq!(verdict(&encode(&header(Algorithm::RS256, "x"), &claims(), &foreign).unwrap()), Err(TokenError::UnknownKey));
        // A key of the other kind under this algorithm.
        assert!(verdict(&encode(&header(Algorithm::RS256, "e"), &claims(), &foreign).unwrap()).is_err());
        for garbage in ["", ".", "a.b.c", &"x".repeat(20_000)] {
            assert!(verdict(garbage).is_err());
        }
    }

    #[test]
    fn an_assertion_of_iap_is_believed_for_this_service_only() {
        const AUDIENCE: &str = "/projects/1/locations/x/services/gradepost";
        let claims = json!({ "iss": IAP_ISSUER, "aud": AUDIENCE, "sub": "accounts.google.com:1", "email": "accounts.google.com:maria@colegio.example", "iat": NOW, "exp": NOW + 600 });
        let verdict = |claims: &Value, algorithm| iap_identity(&signed(claims, algorithm), &keys(), AUDIENCE, now());
        assert_eq!(verdict(&claims, Algorithm::ES256).unwrap().email, "maria@colegio.example");
        assert!(verdict(&claims, Algorithm::RS256).is_err(), "IAP signs with ES256");
        for (claim, value) in [
            ("iss", json!("https://accounts.google.com")),
            ("aud", json!("/projects/1/locations/x/services/other")),
            ("exp", json!(NOW - 61)),
            ("iat", json!(NOW + 61)),
            ("email", json!(null)),
            ("sub", json!(null)),
        ] {
            let mut wrong = claims.clone();
            wrong[claim] = value;
            assert!(verdict(&wrong, Algorithm::ES256).is_err(), "{claim}");
        }
    }

    #[test]
    fn a_challenge_is_the_one_of_the_standards_example() {
        assert_eq!(challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
