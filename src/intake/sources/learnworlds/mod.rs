//! LearnWorlds: a static token in a header, a body the school's administrator composed, and a REST API that has the answers.
//!
//! The platform has no assessment event of its own: completions come from user automations, whose JSON is hand-made.
//! So a completion is recognised by its structure, and the one thing that matters is a way to the assessment, usually the player's address with `unit=`.

pub mod answers;
pub mod client;
pub mod config;
pub mod error;
mod limiter;
mod payload;
mod reference;
mod signature;
mod wire;

use crate::intake::event::{IntakeEvent, Rejection};
use crate::intake::source::{Headers, SecretVariables, Secrets, Source};

pub use wire::shape_of;

/// The name in keys, logs and fixtures.
pub const NAME: &str = "learnworlds";

/// The header that carries the token.
pub const SIGNATURE_HEADER: &str = "learnworlds-webhook-signature";

/// The adapter.
#[derive(Debug, Clone, Copy)]
pub struct LearnWorlds;

impl Source for LearnWorlds {
    fn name(&self) -> &'static str {
        NAME
    }

    fn secret_variables(&self) -> SecretVariables {
        SecretVariables { current: &["WEBHOOK_SECRET", "LEARNWORLDS_WEBHOOK_SECRET"], previous: &["WEBHOOK_SECRET_PREVIOUS"] }
    }

    fn verify(&self, headers: Headers<'_>, body: &[u8], secrets: &Secrets) -> Result<(), Rejection> {
        signature::verify(headers(SIGNATURE_HEADER), body, secrets)
    }

    fn parse(&self, body: &[u8]) -> Result<IntakeEvent, Rejection> {
        payload::parse(body)
    }
}

#[cfg(test)]
mod tests;
