//! The durable core: what was accepted happens, once, whatever dies (durability.md).
//!
//! Knows nothing about what a job does: it sees a [`handler::Handler`] and serialised payloads.

pub mod handler;
