//! Bytes and headers in, a verified event out.
//!
//! Pure but for the sources' `client.rs`; never imports `jobs`: it returns an event and `http` hands it on.

pub mod event;
pub mod source;
pub mod sources;
