//! Bytes and headers in, a verified event out.
//!
//! Pure but for the sources' `client.rs`; never imports `jobs`: it returns an event and `http` hands it on.

pub mod config;
pub mod event;
pub mod source;
pub mod sources;

use crate::intake::event::{IntakeEvent, Rejection};
use crate::intake::source::{Headers, Secrets, Source};

/// Takes a call: verifies it over its raw bytes, and only then understands it.
///
/// # Errors
/// [`Rejection::Unauthorized`] when the call is not authentic, [`Rejection::Malformed`] when an authentic body is no JSON object.
/// Everything else is an event, if only an ignored one.
pub fn accept(source: &dyn Source, headers: Headers<'_>, body: &[u8], secrets: &Secrets) -> Result<IntakeEvent, Rejection> {
    source.verify(headers, body, secrets)?;
    source.parse(body)
}
