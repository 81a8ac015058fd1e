//! The outside world hears from us: mail, later outbound webhooks.
//!
//! Back ends report what happened; `jobs` decides about retries.

pub mod mail;
pub mod webhook;
