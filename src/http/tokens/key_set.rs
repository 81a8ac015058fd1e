//! Tokens that others sign, verified with their key sets (RFC 7517, 7519). Pure: fetching a set is the caller's.

use jiff::Timestamp;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How much the issuer's clock and ours may differ.
pub const LEEWAY_SECONDS: i64 = 60;
/// A token longer than this is none that any issuer makes.
const LONGEST_TOKEN: usize = 16 * 1024;

/// The public keys tokens may be signed with.
#[derive(Debug, Clone)]
pub struct KeySet(JwkSet);

/// Why a token is not believed, in words for the log; the caller is told nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The key set is not one.
    #[error("the key set cannot be read: {0}")]
    Keys(String),
    /// The token names a key that is not in the set: fetch the set anew, once, then refuse.
    #[error("the token is signed with a key that is not known")]
    UnknownKey,
    /// The token is not a valid one for us.
    #[error("the token is refused: {0}")]
    Token(String),
}

/// What a token must say to be believed.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// How it may be signed: ways with a public key only.
    pub algorithms: &'a [Algorithm],
    /// Who may have issued it.
    pub issuers: &'a [&'a str],
    /// For whom.
    pub audience: &'a str,
}

#[derive(Deserialize)]
struct Times {
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
}

impl KeySet {
    /// Reads a JSON Web Key Set; a key of a kind that is not known here is left out (RFC 7517, section 5).
    ///
    /// # Errors
    /// [`TokenError::Keys`].
    pub fn from_json(json: &[u8]) -> Result<Self, TokenError> {
        #[derive(Deserialize)]
        struct Any {
            keys: Vec<Value>,
        }
        let any: Any = serde_json::from_slice(json).map_err(|error| TokenError::Keys(error.to_string()))?;
        Ok(Self(JwkSet { keys: any.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect() }))
    }

    /// The key that a token names; a set of one key needs no name.
    fn find(&self, kid: Option<&str>) -> Option<&jsonwebtoken::jwk::Jwk> {
        match kid {
            Some(kid) => self.0.find(kid),
            None => self.0.keys.first().filter(|_| self.0.keys.len() == 1),
        }
    }

    /// The claims of a token that one of these keys signed, of what is expected, and that is not out of date.
    ///
    /// # Errors
    /// [`TokenError::UnknownKey`] or [`TokenError::Token`].
    pub fn verify<C: DeserializeOwned>(&self, token: &str, expected: &Expected<'_>, now: Timestamp) -> Result<C, TokenError> {
        let refused = |error: jsonwebtoken::errors::Error| TokenError::Token(error.to_string());
        if token.len() > LONGEST_TOKEN {
            return Err(TokenError::Token("it is longer than any".to_owned()));
        }
        let header = decode_header(token).map_err(refused)?;
        // The algorithm is ours to choose: the token's word only picks among ours, and the key must be of its kind.
        if !expected.algorithms.contains(&header.alg) {
            return Err(TokenError::Token("it is signed in a way that is not taken".to_owned()));
        }
        let key = self.find(header.kid.as_deref()).ok_or(TokenError::UnknownKey)?;
        let mut validation = Validation::new(header.alg);
        validation.set_audience(&[expected.audience]);
        validation.set_issuer(expected.issuers);
        validation.set_required_spec_claims(&["exp", "aud", "iss"]);
        // Checked below against the injected clock.
        validation.validate_exp = false;
        let key = DecodingKey::from_jwk(key).map_err(refused)?;
        let claims = decode::<Value>(token, &key, &validation).map_err(refused)?.claims;
        let times = Times::deserialize(&claims).map_err(|error| TokenError::Token(error.to_string()))?;
        times.check(now.as_second())?;
        serde_json::from_value(claims).map_err(|error| TokenError::Token(error.to_string()))
    }
}

impl Times {
    fn check(&self, now: i64) -> Result<(), TokenError> {
        let refused = |why: &str| Err(TokenError::Token(why.to_owned()));
        if self.exp.saturating_add(LEEWAY_SECONDS) < now {
            return refused("it has expired");
        }
        if self.iat.saturating_sub(LEEWAY_SECONDS) > now || self.nbf.is_some_and(|nbf| nbf.saturating_sub(LEEWAY_SECONDS) > now) {
            return refused("it was issued in the future");
        }
        Ok(())
    }
}
