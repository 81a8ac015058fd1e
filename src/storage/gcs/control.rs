//! Listing and deleting, through the JSON API.

use std::time::Duration;

use google_cloud_auth::credentials::AccessTokenCredentials;
use reqwest::{Client, RequestBuilder, Response};
use serde::Deserialize;
use url::Url;

use crate::storage::config::BucketConfig;
use crate::storage::gcs::fault::{RETENTION_ADVICE, RequestError};

const GOOGLE: &str = "https://storage.googleapis.com";
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// The most keys the API tells at once.
const LARGEST_PAGE: usize = 1000;

pub(super) struct Control {
    client: Client,
    /// `…/storage/v1/b/<bucket>/o`.
    objects: Url,
    /// `…/storage/v1/b/<bucket>`.
    bucket: Url,
    token: Option<AccessTokenCredentials>,
}

/// One page of keys.
pub(super) struct Page {
    pub(super) keys: Vec<String>,
    pub(super) next_page: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listing {
    #[serde(default)]
    items: Vec<Item>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    retention_policy: Option<Retention>,
}

/// A bucket's retention policy.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Retention {
    /// In seconds.
    retention_period: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    name: String,
}

impl Control {
    #[expect(clippy::disallowed_methods, reason = "the bucket's own address, which the operator configured")]
    pub(super) fn new(config: &BucketConfig, token: Option<AccessTokenCredentials>) -> Result<Self, String> {
        let base = config.endpoint.as_deref().unwrap_or(GOOGLE);
        let at = |path: &str| {
            Url::parse(&format!("{base}/storage/v1/b/{}{path}", config.name)).map_err(|error| format!("GCS_ENDPOINT: {error}"))
        };
        let (objects, bucket) = (at("/o")?, at("")?);
        let client =
            Client::builder().timeout(TIME_LIMIT).connect_timeout(Duration::from_secs(5)).redirect(reqwest::redirect::Policy::none());
        // An emulator is near; a proxy in between would only be in the way.
        let client = if config.endpoint.is_some() { client.no_proxy() } else { client };
        Ok(Self { client: client.build().map_err(|error| error.to_string())?, objects, bucket, token })
    }

    /// Keys from `start` on, in order.
    pub(super) async fn list(&self, prefix: &str, start: Option<&str>, wanted: usize, page: Option<&str>) -> Result<Page, RequestError> {
        // One more, because the page may begin with the very key that is to be left out.
        let size = wanted.saturating_add(1).min(LARGEST_PAGE).to_string();
        let mut query = vec![("prefix", prefix), ("maxResults", &size), ("fields", "items/name,nextPageToken")];
        query.extend(start.map(|key| ("startOffset", key)));
        query.extend(page.map(|token| ("pageToken", token)));
        let response = self.send(self.client.get(self.objects.clone()).query(&query)).await?;
        let listing: Listing = response.json().await.map_err(|error| RequestError::no_answer(error.to_string()))?;
        let next_page = listing.next_page_token.filter(|token| !token.is_empty());
        Ok(Page { keys: listing.items.into_iter().map(|item| item.name).collect(), next_page })
    }

    /// What the bucket keeps though it was removed or replaced, where the service may know.
    pub(super) async fn retention(&self) -> Result<Option<Retention>, RequestError> {
        let query = [("fields", "retentionPolicy")];
        let response = self.send(self.client.get(self.bucket.clone()).query(&query)).await?;
        let settings: Settings = response.json().await.map_err(|error| RequestError::no_answer(error.to_string()))?;
        Ok(settings.retention_policy)
    }

    /// Removes the object; one that is not there is removed.
    pub(super) async fn delete(&self, key: &str) -> Result<(), RequestError> {
        let mut object = self.objects.clone();
        // A key's slashes are no path separators here; a segment is encoded as a whole.
        object
            .path_segments_mut()
            .map_err(|()| RequestError::Refused { message: "GCS_ENDPOINT cannot be a base address".to_owned() })?
            .push(key);
        match self.send(self.client.delete(object)).await {
            Ok(_) | Err(RequestError::Missing) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    async fn send(&self, mut request: RequestBuilder) -> Result<Response, RequestError> {
        if let Some(credentials) = &self.token {
            let token = credentials.access_token().await.map_err(|error| RequestError::no_answer(format!("no access token: {error}")))?;
            request = request.bearer_auth(token.token);
        }
        let response = request.send().await.map_err(|error| RequestError::no_answer(error.without_url().to_string()))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
        let reason = reason(response).await;
        Err(RequestError::of_status(status.as_u16(), retry_after.as_deref(), format!("the bucket answered {status}{reason}")))
    }
}

impl Retention {
    pub(super) fn describe(&self) -> String {
        let days = self.retention_period.as_deref().and_then(|seconds| seconds.parse::<u64>().ok()).map(|seconds| seconds / 86_400);
        let days = days.map(|days| format!(" of {days} days")).unwrap_or_default();
        format!("has a retention policy{days}: nothing in it can be replaced or removed meanwhile; {RETENTION_ADVICE}")
    }
}

/// What the API's error says, where it says something (`error.message`), within bounds.
async fn reason(mut response: Response) -> String {
    const LONGEST: usize = 4096;
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST {
            return String::new();
        }
    }
    let answer: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let message = answer["error"]["message"].as_str().unwrap_or_default();
    if message.is_empty() { String::new() } else { format!(": {message}") }
}
