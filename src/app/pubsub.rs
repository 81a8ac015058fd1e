//! Pub/Sub over HTTP: publishing a job's id, and telling whose pushes come to `/tasks/run`.

use std::collections::BTreeMap;

use anyhow::Context as _;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use google_cloud_auth::credentials::{AccessTokenCredentials, Builder};
use jiff::Timestamp;
use reqwest::Client;
use serde_json::json;

use crate::app::remote_keys::{RemoteKeys, client};
use crate::http::task_gate::TokenCheck;
use crate::http::tokens::key_set::KeySet;
use crate::http::tokens::push::verify_push_token;
use crate::jobs::config::PushConfig;
use crate::jobs::waker::pubsub::Publisher;

const GOOGLE: &str = "https://pubsub.googleapis.com";
const SCOPE: &str = "https://www.googleapis.com/auth/pubsub";

/// Publishes with the service's own account; without credentials to an emulator.
pub struct GooglePublisher {
    client: Client,
    base: String,
    token: Option<AccessTokenCredentials>,
}

impl GooglePublisher {
    /// A publisher to Google, or to the emulator at `host:port`.
    pub fn new(emulator: Option<&str>) -> anyhow::Result<Self> {
        let client = client(emulator.is_some())?;
        let Some(emulator) = emulator else {
            let token = Builder::default().with_scopes([SCOPE]).build_access_token_credentials();
            let token = token.context("TASK_QUEUE=pubsub needs Google credentials; on Cloud Run give the service an account")?;
            return Ok(Self { client, base: GOOGLE.to_owned(), token: Some(token) });
        };
        let base = if emulator.contains("://") { emulator.to_owned() } else { format!("http://{emulator}") };
        Ok(Self { client, base, token: None })
    }
}

#[async_trait]
impl Publisher for GooglePublisher {
    async fn publish(&self, topic: &str, data: &[u8], attributes: &[(&str, &str)]) -> Result<(), String> {
        let attributes: BTreeMap<_, _> = attributes.iter().copied().collect();
        let message = json!({ "messages": [{ "data": STANDARD.encode(data), "attributes": attributes }] });
        let mut request = self.client.post(format!("{}/v1/{topic}:publish", self.base)).json(&message);
        if let Some(credentials) = &self.token {
            request = request.bearer_auth(credentials.access_token().await.map_err(|error| format!("no access token: {error}"))?.token);
        }
        let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
        if answer.status().is_success() { Ok(()) } else { Err(format!("the topic {topic} answered {}", answer.status())) }
    }
}

/// Believes the pushes of our subscription; keeps the issuer's keys.
pub struct PushCheck {
    config: PushConfig,
    keys: RemoteKeys,
}

impl PushCheck {
    /// Fetches keys when the first push comes.
    pub fn new(config: PushConfig) -> anyhow::Result<Self> {
        Ok(Self { keys: RemoteKeys::new(config.keys_url.clone())?, config })
    }
}

#[async_trait]
impl TokenCheck for PushCheck {
    async fn is_valid(&self, token: &str, now: Timestamp) -> bool {
        let believe = |keys: &KeySet| verify_push_token(token, keys, &self.config.audience, &self.config.account, now);
        let verdict = self.keys.verify(now, believe).await;
        if let Err(error) = &verdict {
            tracing::warn!(%error, "a push to /tasks was refused");
        }
        verdict.is_ok()
    }
}
