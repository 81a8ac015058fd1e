//! Pub/Sub over HTTP: publishing a job's id, and telling whose pushes come to `/tasks/run`.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use google_cloud_auth::credentials::{AccessTokenCredentials, Builder};
use jiff::Timestamp;
use reqwest::Client;
use serde_json::json;
use tokio::sync::Mutex;

use crate::http::tasks::TokenCheck;
use crate::jobs::config::PushConfig;
use crate::jobs::waker::pubsub::Publisher;
use crate::jobs::waker::pubsub::push::{KeySet, PushError, verify_push_token};

const GOOGLE: &str = "https://pubsub.googleapis.com";
const SCOPE: &str = "https://www.googleapis.com/auth/pubsub";
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// The key set is asked for anew at most so often, however many unknown keys are named to us.
const SHORTEST_KEY_AGE: Duration = Duration::from_mins(1);
/// A key that Google took back is believed at most so long.
const LONGEST_KEY_AGE: Duration = Duration::from_hours(1);

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
    async fn publish(&self, topic: &str, data: &[u8]) -> Result<(), String> {
        let message = json!({ "messages": [{ "data": STANDARD.encode(data) }] });
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
    client: Client,
    config: PushConfig,
    keys: Mutex<Option<(Arc<KeySet>, Timestamp)>>,
}

impl PushCheck {
    /// Fetches keys when the first push comes.
    pub fn new(config: PushConfig) -> anyhow::Result<Self> {
        let is_near = config.keys_url.starts_with("http://127.0.0.1:");
        Ok(Self { client: client(is_near)?, config, keys: Mutex::new(None) })
    }

    async fn verdict(&self, token: &str, now: Timestamp) -> Result<(), PushError> {
        let believe = |keys: &KeySet| verify_push_token(token, keys, &self.config.audience, &self.config.account, now);
        match believe(&*self.keys(now, LONGEST_KEY_AGE).await?) {
            // Google changes its keys; the set may be older than this one.
            Err(PushError::UnknownKey) => believe(&*self.keys(now, SHORTEST_KEY_AGE).await?),
            verdict => verdict,
        }
    }

    /// The keys, not older than this.
    async fn keys(&self, now: Timestamp, oldest: Duration) -> Result<Arc<KeySet>, PushError> {
        let mut keys = self.keys.lock().await;
        if let Some((known, fetched)) = &*keys
            && now.duration_since(*fetched).unsigned_abs() < oldest
        {
            return Ok(known.clone());
        }
        let unreadable = |error: reqwest::Error| PushError::Keys(error.without_url().to_string());
        let answer =
            self.client.get(&self.config.keys_url).send().await.and_then(reqwest::Response::error_for_status).map_err(unreadable)?;
        let fresh = Arc::new(KeySet::from_json(&answer.bytes().await.map_err(unreadable)?)?);
        *keys = Some((fresh.clone(), now));
        Ok(fresh)
    }
}

#[async_trait]
impl TokenCheck for PushCheck {
    async fn is_valid(&self, token: &str, now: Timestamp) -> bool {
        let verdict = self.verdict(token, now).await;
        if let Err(error) = &verdict {
            tracing::warn!(%error, "a push to /tasks was refused");
        }
        verdict.is_ok()
    }
}

fn client(is_near: bool) -> anyhow::Result<Client> {
    let client = Client::builder().timeout(TIME_LIMIT).redirect(reqwest::redirect::Policy::none());
    // An emulator is on this machine; a proxy in between would only be in the way.
    let client = if is_near { client.no_proxy() } else { client };
    client.build().context("cannot make an HTTP client")
}
