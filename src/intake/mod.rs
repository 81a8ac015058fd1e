//! Bytes and headers in, a verified event out.
//!
//! Pure but for the sources' clients; never imports `jobs`: it returns an event and `http` hands it on.

pub mod belonging;
pub mod config;
mod decode;
mod entities;
pub mod event;
mod hmac_header;
mod keys;
pub mod outside;
mod platform;
mod repair;
pub mod scores;
mod shapes;
pub mod source;
pub mod sources;
pub mod submissions;
mod wire;

use crate::intake::event::{IntakeEvent, Rejection};
use crate::intake::source::{Headers, Secrets, Source};

/// Takes a call: verifies it over its raw bytes, and only then understands it.
///
/// # Errors
/// [`Rejection::Unauthorized`] when the call is not authentic; the others when an authentic body cannot be decoded within `most` bytes.
/// Everything else is an event or several, if only an ignored or an unreadable one.
pub fn accept(
    source: &dyn Source,
    headers: Headers<'_>,
    body: &[u8],
    secrets: &Secrets,
    most: usize,
) -> Result<Vec<IntakeEvent>, Rejection> {
    source.verify(headers, body, secrets)?;
    source.parse(headers, body, most)
}
