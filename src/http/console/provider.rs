//! Whoever vouches for people in place of a key of ours: an identity provider, or a proxy in front.

use async_trait::async_trait;
use jiff::Timestamp;
use url::Url;

use crate::http::tokens::key_set::TokenError;
use crate::http::tokens::oidc::{ExpectedClaims, Identity};

/// A provider of identities.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Where a browser signs in.
    ///
    /// # Errors
    /// The provider does not answer, or tells something else than it should.
    async fn sign_in_page(&self, now: Timestamp) -> Result<Url, TokenError>;

    /// Who signed in: a code becomes a token, and the token is verified.
    ///
    /// # Errors
    /// The provider refuses the code, or the token is not for this sign-in.
    async fn redeem(&self, code: &Code<'_>, asked: &ExpectedClaims<'_>, now: Timestamp) -> Result<Identity, TokenError>;

    /// Where a browser signs out there, once that is known and where there is such a place.
    async fn sign_out_page(&self) -> Option<Url>;
}

/// What a provider's code is redeemed with.
#[derive(Debug, Clone, Copy)]
pub struct Code<'a> {
    /// The code.
    pub code: &'a str,
    /// What proves that we asked for it (RFC 7636).
    pub verifier: &'a str,
    /// Where it was sent to.
    pub redirect: &'a str,
}

/// What a proxy in front of us says.
#[async_trait]
pub trait Proxy: Send + Sync {
    /// Who passed it.
    ///
    /// # Errors
    /// The assertion is not the proxy's for this service.
    async fn identity(&self, assertion: &str, now: Timestamp) -> Result<Identity, TokenError>;
}
