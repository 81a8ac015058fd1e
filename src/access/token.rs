//! Our own tokens: JSON Web Tokens (RFC 7519) signed with Ed25519 (RFC 8037), made and read here only.
//!
//! The signing key is derived from the master secret and a salt that lies in the store: whoever holds only one of the two, or the public key, can try out no guesses.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::signing::{ed25519_public, ed25519_sign, ed25519_verify, hmac_sha256, sha256};

/// For whom our tokens are.
const AUDIENCE: &str = "gradepost";
/// Longer texts are no tokens of ours.
const LONGEST: usize = 2048;
/// How much the clocks of our instances may differ.
const SKEW_SECONDS: i64 = 60;

/// What a token is for; one kind is never taken for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// An access token (RFC 9068).
    Access,
    /// The key to an institution's own pages.
    Portal,
}

impl TokenKind {
    fn word(self) -> &'static str {
        match self {
            Self::Access => "at+jwt",
            Self::Portal => "portal+jwt",
        }
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who made it.
    pub iss: String,
    /// For whom it is.
    pub aud: String,
    /// The key it was given out for, or the institution.
    pub sub: String,
    /// The key, as OAuth names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Role and institution.
    pub scope: String,
    /// When it was made.
    pub iat: i64,
    /// Until when it is good.
    pub exp: i64,
    /// Its own name; of a portal token, the session's.
    pub jti: String,
}

impl Claims {
    /// The claims of a token that is made now.
    pub fn new(iss: &str, sub: &str, scope: String, jti: String, now: Timestamp, seconds: i64) -> Self {
        let iat = now.as_second();
        Self { iss: iss.to_owned(), aud: AUDIENCE.to_owned(), sub: sub.to_owned(), client_id: None, scope, iat, exp: iat + seconds, jti }
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

struct SigningKey {
    kid: String,
    seed: [u8; 32],
    public: [u8; 32],
}

/// Makes and reads our tokens.
pub struct Tokens {
    keys: Vec<SigningKey>,
}

impl Tokens {
    /// Tokens under keys derived from the masters: the first one signs, all of them verify.
    pub fn new(masters: &[SecretString], salt: &[u8]) -> Self {
        let key = |master: &SecretString| {
            let seed = hmac_sha256(master.expose_secret().as_bytes(), &[b"gradepost tokens 1\0", salt].concat());
            let public = ed25519_public(&seed);
            SigningKey { kid: key_id(&public), seed, public }
        };
        Self { keys: masters.iter().map(key).collect() }
    }

    /// Signs; `None` without a master secret.
    pub fn sign(&self, kind: TokenKind, claims: &Claims) -> Option<String> {
        let key = self.keys.first()?;
        let header = Header { alg: "EdDSA".to_owned(), typ: kind.word().to_owned(), kid: key.kid.clone() };
        let part = |value: Vec<u8>| BASE64_URL_SAFE_NO_PAD.encode(value);
        let signed = format!("{}.{}", part(serde_json::to_vec(&header).ok()?), part(serde_json::to_vec(claims).ok()?));
        let signature = ed25519_sign(&key.seed, signed.as_bytes());
        Some(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }

    /// What a token says, when it is one of ours, of this kind, and good at this time.
    pub fn read(&self, token: &str, now: Timestamp) -> Option<(TokenKind, Claims)> {
        if token.len() > LONGEST {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Header = decoded(header)?;
        // The algorithm is ours to choose, never the token's.
        let kind = [TokenKind::Access, TokenKind::Portal].into_iter().find(|kind| kind.word() == header.typ)?;
        let key = self.keys.iter().find(|key| header.alg == "EdDSA" && key.kid == header.kid)?;
        let signature: [u8; 64] = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()?;
        if !ed25519_verify(&key.public, signed.as_bytes(), &signature) {
            return None;
        }
        let claims: Claims = decoded(claims)?;
        let now = now.as_second();
        let is_good = claims.aud == AUDIENCE && claims.exp > now && claims.iat <= now + SKEW_SECONDS;
        is_good.then_some((kind, claims))
    }

    /// The public keys, as a JSON Web Key Set.
    pub fn key_set(&self) -> Value {
        json!({ "keys": self.keys.iter().map(|key| jwk(&key.public)).collect::<Vec<_>>() })
    }
}

/// Whether a text has the shape of a token.
pub fn looks_like_token(text: &str) -> bool {
    text.starts_with("eyJ") && text.bytes().filter(|b| *b == b'.').count() == 2
}

fn decoded<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// The name of a public key: the beginning of its hash.
pub fn key_id(public: &[u8; 32]) -> String {
    hex::encode(&sha256(public)[..8])
}

/// A public key as a JSON Web Key (RFC 8037), and as Standard Webhooks writes it.
pub fn jwk(public: &[u8; 32]) -> Value {
    json!({
        "kty": "OKP",
        "crv": "Ed25519",
        "x": BASE64_URL_SAFE_NO_PAD.encode(public),
        "kid": key_id(public),
        "use": "sig",
        "alg": "EdDSA",
        "whpk": format!("whpk_{}", BASE64_STANDARD.encode(public)),
    })
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation};

    use super::*;

    fn tokens(masters: &[&str]) -> Tokens {
        let masters: Vec<SecretString> = masters.iter().map(|text| (*text).into()).collect();
        Tokens::new(&masters, b"salt")
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn claims() -> Claims {
        Claims::new("https://school.example", "ab12cd34", "sender".to_owned(), "t1".to_owned(), at(0), 3600)
    }

    #[test]
    fn a_token_is_read_back_while_it_is_good() {
        let tokens = tokens(&["one"]);
        let token = tokens.sign(TokenKind::Access, &claims()).unwrap();
        assert!(looks_like_token(&token));
        assert_eq!(tokens.read(&token, at(3599)), Some((TokenKind::Access, claims())));
        assert_eq!(tokens.read(&token, at(3600)), None, "expired");
        assert_eq!(tokens.read(&token, at(-61)), None, "from the future");
    }

    #[test]
    fn another_library_verifies_our_tokens_with_our_key_set() {
        let tokens = tokens(&["one"]);
        let token = tokens.sign(TokenKind::Access, &claims()).unwrap();
        let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(tokens.key_set()).unwrap();
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::EdDSA, Some("at+jwt")));
        let key = DecodingKey::from_jwk(set.find(&header.kid.unwrap()).unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&["gradepost"]);
        validation.validate_exp = false;
        let read = jsonwebtoken::decode::<Claims>(&token, &key, &validation).unwrap();
        assert_eq!(read.claims, claims());
    }

    #[test]
    fn a_rotated_master_still_reads_what_the_old_one_signed() {
        let token = tokens(&["old"]).sign(TokenKind::Portal, &claims()).unwrap();
        assert!(tokens(&["new", "old"]).read(&token, at(0)).is_some());
        assert_eq!(tokens(&["new"]).read(&token, at(0)), None);
        assert_eq!(Tokens::new(&["old".into()], b"other salt").read(&token, at(0)), None);
        assert_eq!(tokens(&[]).sign(TokenKind::Access, &claims()), None);
    }

    #[test]
    fn a_token_that_was_changed_or_chooses_its_algorithm_is_none() {
        let tokens = tokens(&["one"]);
        let token = tokens.sign(TokenKind::Access, &claims()).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let encode = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let kid = key_id(&tokens.keys[0].public);
        for alg in ["none", "HS256", "RS256", "eddsa"] {
            let header = encode(json!({ "alg": alg, "typ": "at+jwt", "kid": kid }));
            assert_eq!(tokens.read(&format!("{header}.{}.{}", parts[1], parts[2]), at(0)), None, "{alg}");
            assert_eq!(tokens.read(&format!("{header}.{}.", parts[1]), at(0)), None, "{alg}");
        }
        let other_kind = encode(json!({ "alg": "EdDSA", "typ": "portal+jwt", "kid": kid }));
        assert_eq!(tokens.read(&format!("{other_kind}.{}.{}", parts[1], parts[2]), at(0)), None);
        let admin =
            encode(json!({ "iss": "", "aud": "gradepost", "sub": "x", "scope": "admin", "iat": 0, "exp": 9_999_999_999_i64, "jti": "" }));
        assert_eq!(tokens.read(&format!("{}.{admin}.{}", parts[0], parts[2]), at(0)), None);
        for garbage in ["", "..", "a.b.c", &"eyJ".repeat(2000)] {
            assert_eq!(tokens.read(garbage, at(0)), None);
        }
    }
}
