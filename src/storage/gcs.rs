//! A store in a Google Cloud Storage bucket.
//!
//! Data goes through Google's own crate, listing and deleting through the JSON API beside it: the crate does those over gRPC only, which no emulator that tests can install speaks.
//! A write is one multipart request with the checksum known beforehand, so the bucket either has the whole object or none.
//! Generation preconditions make creation and updates exact; nothing here depends on a conditional delete.

mod control;
mod data;
mod fault;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use google_cloud_auth::credentials::{AccessTokenCredentials, Builder, Credentials, anonymous};

use crate::storage::config::BucketConfig;
use crate::storage::gcs::control::{Control, Page};
use crate::storage::gcs::data::Data;
use crate::storage::gcs::fault::RequestError;
use crate::storage::key::{check_key, check_prefix};
use crate::storage::{Keys, PutMode, Store, StoreError, Version};

/// Objects in a bucket.
pub struct GcsStore {
    name: String,
    data: Data,
    control: Control,
}

/// What the service may do in the bucket.
const SCOPE: &str = "https://www.googleapis.com/auth/devstorage.read_write";
/// How often a request is made when the answer is "later", or none.
const TRIES: u32 = 3;
/// The pause before the second try; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// A bucket that asks for a longer pause is left to the caller's patience.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

impl GcsStore {
    /// Connects, and makes sure that the bucket can be listed.
    ///
    /// # Errors
    /// As [`connect`](Self::connect) and [`check`](Self::check).
    pub async fn open(config: &BucketConfig) -> Result<Self, StoreError> {
        let store = Self::connect(config).await?;
        store.check().await?;
        Ok(store)
    }

    /// Sets the clients up; the bucket is not asked for anything yet.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the settings or credentials cannot be used.
    pub async fn connect(config: &BucketConfig) -> Result<Self, StoreError> {
        // Both clients need a process-wide provider; whoever came first has set the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let broken = |message: String| StoreError::Refused { key: config.name.clone(), message };
        let (credentials, token) = credentials(config).map_err(broken)?;
        let data = Data::connect(config, credentials).await.map_err(broken)?;
        let control = Control::new(config, token).map_err(broken)?;
        Ok(Self { name: config.name.clone(), data, control })
    }

    /// Makes sure that the bucket can be listed.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when there is no such bucket or no permission, [`StoreError::Unavailable`] when it cannot be reached now.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.list("", None, 1).await.map(drop).map_err(|error| about_bucket(&self.name, error))
    }

    /// One page of keys, asked for again while the answer is "later".
    async fn page(&self, prefix: &str, start: Option<&str>, wanted: usize, token: Option<&str>) -> Result<Page, StoreError> {
        let mut patience = Patience::new();
        loop {
            match self.control.list(prefix, start, wanted, token).await {
                Ok(mut page) => {
                    // The bucket starts *at* a key, we start after it.
                    page.keys.retain(|key| start.is_none_or(|after| key.as_str() > after));
                    return Ok(page);
                }
                Err(fault) => patience.after(fault).await.map_err(|fault| fault.into_store_error(prefix, &self.name))?,
            }
        }
    }

    async fn write(&self, key: &str, bytes: &Bytes, condition: Option<i64>) -> Result<Version, RequestError> {
        let mut patience = Patience::new();
        loop {
            match self.write_once(key, bytes, condition, !patience.is_fresh()).await {
                Ok(version) => return Ok(version),
                Err(fault) => patience.after(fault).await?,
            }
        }
    }

    /// One write; `asked_before` when an earlier request for it went out without an answer.
    async fn write_once(&self, key: &str, bytes: &Bytes, condition: Option<i64>, asked_before: bool) -> Result<Version, RequestError> {
        match self.data.write(key, bytes, condition).await {
            Err(RequestError::Precondition) if asked_before => match self.data.read(key).await? {
                // The earlier request was carried out after all, only its answer was lost.
                Some((stored, version)) if stored == *bytes => Ok(version),
                _ => Err(RequestError::Precondition),
            },
            done => done,
        }
    }
}

/// How often and how fast a request is made again when the answer is "later", or none.
struct Patience {
    tries_left: u32,
    pause: Duration,
}

impl Patience {
    fn new() -> Self {
        Self { tries_left: TRIES - 1, pause: FIRST_PAUSE }
    }

    fn is_fresh(&self) -> bool {
        self.tries_left == TRIES - 1
    }

    /// Waits before the next try, or gives the fault back when there should be none.
    async fn after(&mut self, fault: RequestError) -> Result<(), RequestError> {
        let RequestError::Later { retry_after, .. } = &fault else { return Err(fault) };
        let pause = self.pause.max(retry_after.unwrap_or_default());
        if self.tries_left == 0 || pause > LONGEST_PAUSE {
            return Err(fault);
        }
        tokio::time::sleep(pause).await;
        self.tries_left -= 1;
        self.pause *= 2;
        Ok(())
    }
}

/// What went wrong with the bucket as a whole, by its name.
fn about_bucket(name: &str, error: StoreError) -> StoreError {
    let key = format!("the bucket {name}");
    match error {
        StoreError::Refused { message, .. } => StoreError::Refused { key, message },
        StoreError::Unavailable { message, retry_after, .. } => StoreError::Unavailable { key, message, retry_after },
        other => other,
    }
}

/// The credentials of the place the service runs in; none for an emulator.
fn credentials(config: &BucketConfig) -> Result<(Credentials, Option<AccessTokenCredentials>), String> {
    if config.endpoint.is_some() {
        return Ok((anonymous::Builder::new().build(), None));
    }
    let token = Builder::default().with_scopes([SCOPE]).build_access_token_credentials();
    let token = token.map_err(|error| {
        format!("no Google credentials: {error}; on Cloud Run give the service an account, elsewhere set GOOGLE_APPLICATION_CREDENTIALS")
    })?;
    Ok((Credentials::from(token.clone()), Some(token)))
}

#[async_trait]
impl Store for GcsStore {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        check_key(key)?;
        let condition = match &mode {
            PutMode::Overwrite => None,
            PutMode::Create => Some(0),
            // A version that is no generation is not one of this bucket's.
            PutMode::Update(Version(text)) => Some(text.parse().map_err(|_| StoreError::Conflict { key: key.to_owned() })?),
        };
        let written = self.write(key, &bytes, condition).await;
        written.map_err(|fault| match (fault, mode) {
            (RequestError::Precondition, PutMode::Create) => StoreError::AlreadyExists { key: key.to_owned() },
            (RequestError::Precondition, _) => StoreError::Conflict { key: key.to_owned() },
            (fault, _) => fault.into_store_error(key, &self.name),
        })
    }

    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        check_key(key)?;
        let mut patience = Patience::new();
        loop {
            match self.data.read(key).await {
                Ok(found) => return Ok(found),
                Err(fault) => patience.after(fault).await.map_err(|fault| fault.into_store_error(key, &self.name))?,
            }
        }
    }

    async fn list(&self, prefix: &str, start_after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        check_prefix(prefix)?;
        let mut keys = Vec::new();
        let mut token: Option<String> = None;
        while keys.len() < limit {
            let page = self.page(prefix, start_after, limit - keys.len(), token.as_deref()).await?;
            keys.extend(page.keys);
            token = page.next_page;
            if token.is_none() {
                break;
            }
        }
        keys.truncate(limit);
        Ok(keys)
    }

    fn scan<'a>(&'a self, prefix: &str, after: Option<&str>) -> Keys<'a> {
        if let Err(error) = check_prefix(prefix) {
            return stream::iter([Err(error)]).boxed();
        }
        let (prefix, after) = (prefix.to_owned(), after.map(ToOwned::to_owned));
        // The token of the next page; the first has none.
        let pages = stream::try_unfold(Some(None), move |next: Option<Option<String>>| {
            let (prefix, after) = (prefix.clone(), after.clone());
            async move {
                let Some(token) = next else { return Ok(None) };
                let page = self.page(&prefix, after.as_deref(), usize::MAX, token.as_deref()).await?;
                Ok(Some((page.keys, page.next_page.map(Some))))
            }
        });
        pages.map_ok(|keys| stream::iter(keys).map(Ok)).try_flatten().boxed()
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        check_key(key)?;
        let mut patience = Patience::new();
        loop {
            match self.control.delete(key).await {
                Ok(()) => return Ok(()),
                Err(fault) => patience.after(fault).await.map_err(|fault| fault.into_store_error(key, &self.name))?,
            }
        }
    }

    fn is_remote(&self) -> bool {
        true
    }

    async fn concerns(&self) -> Vec<String> {
        // Reading the bucket's settings is a right the service need not have; then nothing is known.
        let kept = self.control.retention().await.ok().flatten();
        kept.map(|retention| format!("the bucket {} {}", self.name, retention.describe())).into_iter().collect()
    }

    fn describe(&self) -> String {
        format!("bucket {}", self.name)
    }
}

#[cfg(test)]
mod tests;
