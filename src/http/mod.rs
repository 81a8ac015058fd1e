//! The front desk, and the only room that knows axum: verifies a call, makes it durable, answers.
//!
//! Never a 2xx before an event is durable, never a 5xx once it is.

pub mod config;
pub mod error;
pub mod extract;
pub mod health;
pub mod info;
pub mod limits;
pub mod metrics;
pub mod router;
pub mod state;
pub mod tasks;
pub mod webhook;
