//! For operators and probes.

pub mod health;
pub mod info;
pub mod metrics;
