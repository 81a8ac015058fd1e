//! Listing and deleting, through the JSON API.

use std::time::Duration;

use google_cloud_auth::credentials::AccessTokenCredentials;
use reqwest::{Client, RequestBuilder, Response};
use serde::Deserialize;
use url::Url;

use crate::storage::config::BucketConfig;
use crate::storage::gcs::fault::Fault;

const GOOGLE: &str = "https://storage.googleapis.com";
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// The most keys the API tells at once.
const LARGEST_PAGE: usize = 1000;

pub(super) struct Control {
    client: Client,
    /// `…/storage/v1/b/<bucket>/o`.
    objects: Url,
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
struct Item {
    name: String,
}

impl Control {
    pub(super) fn new(config: &BucketConfig, token: Option<AccessTokenCredentials>) -> Result<Self, String> {
        let base = config.endpoint.as_deref().unwrap_or(GOOGLE);
        let objects = Url::parse(&format!("{base}/storage/v1/b/{}/o", config.name)).map_err(|error| format!("GCS_ENDPOINT: {error}"))?;
        let client =
            Client::builder().timeout(TIME_LIMIT).connect_timeout(Duration::from_secs(5)).redirect(reqwest::redirect::Policy::none());
        // An emulator is near; a proxy in between would only be in the way.
        let client = if config.endpoint.is_some() { client.no_proxy() } else { client };
        Ok(Self { client: client.build().map_err(|error| error.to_string())?, objects, token })
    }

    /// Keys from `start` on, in order.
    pub(super) async fn list(&self, prefix: &str, start: Option<&str>, wanted: usize, page: Option<&str>) -> Result<Page, Fault> {
        // One more, because the page may begin with the very key that is to be left out.
        let size = wanted.saturating_add(1).min(LARGEST_PAGE).to_string();
        let mut query = vec![("prefix", prefix), ("maxResults", &size), ("fields", "items/name,nextPageToken")];
        query.extend(start.map(|key| ("startOffset", key)));
        query.extend(page.map(|token| ("pageToken", token)));
        let response = self.send(self.client.get(self.objects.clone()).query(&query)).await?;
        let listing: Listing = response.json().await.map_err(|error| Fault::no_answer(error.to_string()))?;
        let next_page = listing.next_page_token.filter(|token| !token.is_empty());
        Ok(Page { keys: listing.items.into_iter().map(|item| item.name).collect(), next_page })
    }

    /// Removes the object; one that is not there is removed.
    pub(super) async fn delete(&self, key: &str) -> Result<(), Fault> {
        let mut object = self.objects.clone();
        // A key's slashes are no path separators here; a segment is encoded as a whole.
        object.path_segments_mut().map_err(|()| Fault::Refused { message: "GCS_ENDPOINT cannot be a base address".to_owned() })?.push(key);
        match self.send(self.client.delete(object)).await {
            Ok(_) | Err(Fault::Missing) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    async fn send(&self, mut request: RequestBuilder) -> Result<Response, Fault> {
        if let Some(credentials) = &self.token {
            let token = credentials.access_token().await.map_err(|error| Fault::no_answer(format!("no access token: {error}")))?;
            request = request.bearer_auth(token.token);
        }
        let response = request.send().await.map_err(|error| Fault::no_answer(error.without_url().to_string()))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        Err(Fault::of_status(status.as_u16(), retry_after, format!("the bucket answered {status}")))
    }
}
