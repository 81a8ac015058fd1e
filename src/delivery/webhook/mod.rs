//! Signed calls to a webhook: what `gradepost webhook send` and the demo use to play the platform.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use crate::signing::hmac_sha256;

/// How a call is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// The pre-shared token itself, as LearnWorlds sends it.
    Token,
    /// HMAC-SHA256 of the raw body in hex.
    Hmac,
}

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "Learnworlds-Webhook-Signature";

/// The header's value for a body.
pub fn signature(scheme: Scheme, secret: &SecretString, body: &[u8]) -> String {
    let secret = secret.expose_secret().trim();
    let secret = secret.strip_prefix("v1=").unwrap_or(secret);
    match scheme {
        Scheme::Token => format!("v1={secret}"),
        Scheme::Hmac => format!("v1={}", hex::encode(hmac_sha256(secret.as_bytes(), body))),
    }
}

/// An answer to a call.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: String,
}

/// Why a call got no answer.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The URL is none.
    #[error("'{0}' is not an http or https URL")]
    Url(String),
    /// Nobody answered.
    #[error("no answer from {url}: {reason}")]
    NoAnswer {
        /// Who was called.
        url: String,
        /// What happened.
        reason: String,
    },
}

/// Posts a JSON body with its signature (none without a secret) and reads the answer.
///
/// # Errors
/// [`SendError`] when there is no answer; an answer with any status is `Ok`.
pub async fn post(url: &str, body: Vec<u8>, signature: Option<String>) -> Result<Answer, SendError> {
    let own = [("Content-Type".to_owned(), "application/json".to_owned())];
    let headers = own.into_iter().chain(signature.map(|signature| (SIGNATURE_HEADER.to_owned(), signature)));
    post_with(url, body, headers.collect()).await
}

/// Posts a body with these headers and reads the answer.
///
/// # Errors
/// As [`post`].
#[expect(clippy::disallowed_methods, reason = "the operator's own command names the URL: it may be anywhere, also on this machine")]
pub async fn post_with(url: &str, body: Vec<u8>, headers: Vec<(String, String)>) -> Result<Answer, SendError> {
    let parsed = url::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let parsed = parsed.ok_or_else(|| SendError::Url(url.to_owned()))?;
    let no_answer = |error: reqwest::Error| SendError::NoAnswer { url: url.to_owned(), reason: chain(&error) };
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_mins(1))
        .build()
        .map_err(no_answer)?;
    let mut request = client.post(parsed).body(body);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let response = request.send().await.map_err(no_answer)?;
    let status = response.status().as_u16();
    let body = response.text().await.map_err(no_answer)?;
    Ok(Answer { status, body })
}

/// An error with its causes, which is where reqwest says what happened.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_signed_as_token_or_as_hmac() {
        let secret = SecretString::from("v1=It's a Secret to Everybody");
        assert_eq!(signature(Scheme::Token, &secret, b"any"), "v1=It's a Secret to Everybody");
        // The vector of GitHub's documentation.
        assert_eq!(
            signature(Scheme::Hmac, &secret, b"Hello, World!"),
            "v1=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        );
    }
}
