//! `X-Webhook-Signature: sha256=<hex>`: HMAC-SHA256 of the raw body, with or without its prefix.

use secrecy::ExposeSecret as _;

use crate::intake::event::Rejection;
use crate::intake::source::{Headers, Secrets};
use crate::signing;

/// The header.
pub(in crate::intake) const HEADER: &str = "x-webhook-signature";
/// Length of a digest in hex.
const DIGEST_LENGTH: usize = 64;

/// Whether the header can be a signature at all, which is all that shows before the body is there.
pub(in crate::intake) fn verify_header(headers: Headers<'_>) -> Result<(), Rejection> {
    match digest(headers) {
        Some(_) => Ok(()),
        None => Err(missing(headers)),
    }
}

/// Checks the digest against every secret; all are tried, so that time tells nothing.
pub(in crate::intake) fn verify(headers: Headers<'_>, body: &[u8], secrets: &Secrets) -> Result<(), Rejection> {
    let given = digest(headers).ok_or_else(|| missing(headers))?;
    let mut matched = false;
    for secret in secrets.all() {
        let expected = hex::encode(signing::hmac_sha256(secret.expose_secret().as_bytes(), body));
        matched |= signing::constant_time_eq(given.as_bytes(), expected.as_bytes());
    }
    if matched { Ok(()) } else { Err(Rejection::Unauthorized { reason: "mismatch" }) }
}

fn missing(headers: Headers<'_>) -> Rejection {
    Rejection::Unauthorized { reason: if headers(HEADER).is_some() { "mismatch" } else { "missing_header" } }
}

fn digest(headers: Headers<'_>) -> Option<String> {
    let value = headers(HEADER)?.trim();
    let hex = match value.split_at_checked("sha256=".len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("sha256=") => rest,
        _ => value,
    };
    let is_digest = hex.len() == DIGEST_LENGTH && hex.bytes().all(|b| b.is_ascii_hexdigit());
    is_digest.then(|| hex.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_taken_with_and_without_its_prefix_under_the_current_and_the_previous_secret() {
        let body = br#"{"type": "test.event", "data": {"message": "test"}}"#;
        let vector = "d7d61668983c56b659cfa6ce44cc944da356281453bff61e32c9e4c691ac5d02";
        let secrets = Secrets { current: Some("test-secret".into()), ..Secrets::default() };
        let rotated = Secrets { current: Some("new".into()), previous: Some("test-secret".into()), ..Secrets::default() };
        for value in [format!("sha256={vector}"), vector.to_owned(), format!("SHA256={}", vector.to_uppercase()), format!(" {vector} ")] {
            let headers = |name: &str| (name == HEADER).then_some(value.as_str());
            assert!(verify(&headers, body, &secrets).is_ok() && verify(&headers, body, &rotated).is_ok(), "{value}");
            assert!(verify(&headers, b"{}", &secrets).is_err());
            assert!(verify(&headers, body, &Secrets::default()).is_err());
        }
        for bad in ["", "sha256=", "sha1=d7d6", "sha256=xyz", &vector[1..], &format!("{vector}00"), "test-secret"] {
            let headers = |name: &str| (name == HEADER).then_some(bad);
            assert!(verify(&headers, body, &secrets).is_err(), "{bad}");
        }
        assert!(verify(&|_| None, body, &secrets).is_err());
    }
}
