//! Verification of `Learnworlds-Webhook-Signature`.
//!
//! The platform sends a static token (`v1=<value from its settings>`), not a digest of the body; three integrations learned that the hard way.
//! Much published material says HMAC all the same, so a full HMAC-SHA256 of the raw bytes under the same secret is taken too.

use secrecy::ExposeSecret as _;

use crate::intake::event::Rejection;
use crate::intake::source::{Proof, Secrets};
use crate::signing;

/// More entries than any honest header holds; bounds the work for a hostile one.
const MOST_CANDIDATES: usize = 16;

/// Length of an HMAC-SHA256 in hex.
const DIGEST_LENGTH: usize = 64;

/// Checks the header's value against the secrets.
pub(super) fn verify(header: Option<&str>, body: &[u8], secrets: &Secrets) -> Result<(), Rejection> {
    match verify_header(header, secrets)? {
        Proof::Whole => Ok(()),
        Proof::NeedsBody if has_digest(header.unwrap_or_default(), body, &keys(secrets)) => Ok(()),
        Proof::NeedsBody => Err(Rejection::Unauthorized { reason: "mismatch" }),
    }
}

/// What the header alone proves: a static token all, a digest nothing before the body is there, anything else is refused.
pub(super) fn verify_header(header: Option<&str>, secrets: &Secrets) -> Result<Proof, Rejection> {
    let keys = keys(secrets);
    let header = header.map(str::trim).filter(|value| !value.is_empty());
    match header {
        _ if keys.is_empty() && secrets.allow_unsigned => Ok(unsigned()),
        None if secrets.allow_unsigned => Ok(unsigned()),
        None => Err(Rejection::Unauthorized { reason: "missing_header" }),
        Some(_) if keys.is_empty() => Err(Rejection::Unauthorized { reason: "no_secret" }),
        Some(value) => {
            let candidates = candidates(value);
            if is_token(&candidates, &keys) {
                Ok(Proof::Whole)
            } else if candidates.iter().any(|candidate| looks_like_digest(candidate)) {
                Ok(Proof::NeedsBody)
            } else {
                Err(Rejection::Unauthorized { reason: "mismatch" })
            }
        }
    }
}

/// Development only, and loud.
fn unsigned() -> Proof {
    tracing::warn!("took an unsigned webhook, because ALLOW_UNSIGNED_WEBHOOKS is on; for development only");
    Proof::Whole
}

/// The secrets to try; they may have been pasted with the header's prefix.
fn keys(secrets: &Secrets) -> Vec<&str> {
    [&secrets.current, &secrets.previous]
        .into_iter()
        .flatten()
        .map(|secret| without_prefix(secret.expose_secret().trim()))
        .filter(|key| !key.is_empty())
        .collect()
}

/// Whether any candidate is the token under any key. Every test runs whatever the others said, so that time tells nothing.
fn is_token(candidates: &[String], keys: &[&str]) -> bool {
    let mut matched = false;
    for key in keys {
        let token = fold_hex(key);
        for candidate in candidates {
            matched |= signing::constant_time_eq(candidate.as_bytes(), token.as_bytes());
        }
    }
    matched
}

/// Whether any candidate is the digest of the body under any key.
fn has_digest(header: &str, body: &[u8], keys: &[&str]) -> bool {
    let candidates = candidates(header);
    let mut matched = false;
    for key in keys {
        let digest = hex::encode(signing::hmac_sha256(key.as_bytes(), body));
        for candidate in &candidates {
            matched |= signing::constant_time_eq(candidate.as_bytes(), digest.as_bytes());
        }
    }
    matched
}

fn looks_like_digest(candidate: &str) -> bool {
    candidate.len() == DIGEST_LENGTH && candidate.bytes().all(|b| b.is_ascii_hexdigit())
}

/// What the header may mean: its whole value, and the entries of a list; `v1=` is taken off, other versions are left out.
fn candidates(header: &str) -> Vec<String> {
    let entries = header.split([',', ';', ' ', '\t']).map(str::trim);
    std::iter::once(header)
        .chain(entries)
        .filter(|entry| !is_other_version(entry))
        .map(without_prefix)
        .filter(|value| !value.is_empty())
        .take(MOST_CANDIDATES)
        .map(fold_hex)
        .collect()
}

/// The value behind `v1=`, or the bare value.
fn without_prefix(value: &str) -> &str {
    match value.split_at_checked(3) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("v1=") => rest.trim(),
        _ => value,
    }
}

/// Whether the entry names a version (`v2=…`) that is not ours.
fn is_other_version(entry: &str) -> bool {
    let Some((version, _)) = entry.split_once('=') else { return false };
    let mut chars = version.chars();
    let is_version = matches!(chars.next(), Some('v' | 'V')) && !chars.as_str().is_empty() && chars.all(|c| c.is_ascii_digit());
    is_version && !version.eq_ignore_ascii_case("v1")
}

/// Hex is compared without case; any other token letter by letter.
fn fold_hex(value: &str) -> String {
    if value.bytes().all(|b| b.is_ascii_hexdigit()) { value.to_ascii_lowercase() } else { value.to_owned() }
}

#[cfg(test)]
mod tests;
