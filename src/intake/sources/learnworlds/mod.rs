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
mod submissions;
mod together;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use self::client::LearnWorldsClient;
use self::config::LearnWorldsConfig;
use self::together::Together;
use crate::clock::Clock;
use crate::intake::event::{IntakeEvent, Rejection};
use crate::intake::source::{Headers, Proof, SecretVariables, Secrets, Source};

pub use crate::intake::wire::shape_of;

/// The name in keys, logs and fixtures.
pub const NAME: &str = "learnworlds";

/// The header that carries the token.
pub const SIGNATURE_HEADER: &str = "learnworlds-webhook-signature";

/// The adapter: understands the platform's calls, and asks its API when that is configured.
#[derive(Default)]
pub struct LearnWorlds {
    api: Option<Api>,
    config: LearnWorldsConfig,
    /// What the platform told of a title, by what was asked.
    titles: Mutex<HashMap<String, Option<String>>>,
}

struct Api {
    client: Arc<LearnWorldsClient>,
    together: Arc<Together>,
}

impl LearnWorlds {
    /// Over a client; without one, only events that bring their answers can be served.
    pub fn new(client: Option<Arc<LearnWorldsClient>>, config: LearnWorldsConfig, clock: &Arc<dyn Clock>) -> Self {
        let api = client.map(|client| Api { together: Together::new(Arc::clone(&client), Arc::clone(clock)), client });
        Self { api, config, titles: Mutex::default() }
    }

    /// An adapter that only understands calls.
    pub fn offline() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Source for LearnWorlds {
    fn name(&self) -> &'static str {
        NAME
    }

    fn secret_variables(&self) -> SecretVariables {
        SecretVariables { current: &["WEBHOOK_SECRET", "LEARNWORLDS_WEBHOOK_SECRET"], previous: &["WEBHOOK_SECRET_PREVIOUS"] }
    }

    fn signature_headers(&self) -> &'static [&'static str] {
        &[SIGNATURE_HEADER]
    }

    fn may_be_unsigned(&self) -> bool {
        true
    }

    fn verify_headers(&self, headers: Headers<'_>, secrets: &Secrets) -> Result<Proof, Rejection> {
        signature::verify_header(headers(SIGNATURE_HEADER), secrets)
    }

    fn verify(&self, headers: Headers<'_>, body: &[u8], secrets: &Secrets) -> Result<(), Rejection> {
        signature::verify(headers(SIGNATURE_HEADER), body, secrets)
    }

    fn parse(&self, headers: Headers<'_>, body: &[u8], most: usize) -> Result<Vec<IntakeEvent>, Rejection> {
        payload::parse(headers, body, most).map(|event| vec![event])
    }
}

#[cfg(test)]
mod tests;
