//! Key sets that others publish, fetched when a token comes and kept for a while; and the careful client that fetches them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use reqwest::{Client, RequestBuilder, Response};
use tokio::sync::Mutex;
use url::{Host, Url};

use crate::http::tokens::key_set::{KeySet, TokenError};

const TIME_LIMIT: Duration = Duration::from_secs(5);
/// The key set is asked for anew at most so often, however many unknown keys are named to us.
const SHORTEST_KEY_AGE: Duration = Duration::from_mins(1);
/// When keys could not be fetched, they are asked for again after this time.
const FAILURE_AGE: Duration = Duration::from_secs(15);
/// The largest answer in bytes; Google's set of keys has some thousand.
const LARGEST_ANSWER: usize = 256 * 1024;
/// A key that its owner took back is believed at most so long.
const LONGEST_KEY_AGE: Duration = Duration::from_hours(1);

/// An issuer's keys.
pub(super) struct RemoteKeys {
    client: Client,
    url: String,
    /// Held while they are fetched, so that many callers fetch them once.
    keys: Mutex<Keys>,
}

/// What is known of the keys.
#[derive(Default)]
struct Keys {
    known: Option<(Arc<KeySet>, Timestamp)>,
    /// The last time they could not be fetched: until it is over, nobody asks again.
    failed: Option<(String, Timestamp)>,
}

impl RemoteKeys {
    /// Fetches keys from this address when the first token comes.
    pub(super) fn new(url: String) -> anyhow::Result<Self> {
        Ok(Self { client: client(is_near(&url))?, url, keys: Mutex::default() })
    }

    /// Believes a token or not; one with an unknown key is looked at again with keys that are fetched anew.
    ///
    /// # Errors
    /// What speaks against it, or why the keys cannot be had.
    pub(super) async fn verify<T>(&self, now: Timestamp, believe: impl Fn(&KeySet) -> Result<T, TokenError>) -> Result<T, TokenError> {
        match believe(&*self.keys(now, LONGEST_KEY_AGE).await?) {
            // Issuers change their keys; the set may be older than this one.
            Err(TokenError::UnknownKey) => believe(&*self.keys(now, SHORTEST_KEY_AGE).await?),
            verdict => verdict,
        }
    }

    /// The keys, not older than this; older ones when they cannot be fetched.
    async fn keys(&self, now: Timestamp, oldest: Duration) -> Result<Arc<KeySet>, TokenError> {
        let mut keys = self.keys.lock().await;
        let age = |at: &Timestamp| now.duration_since(*at).unsigned_abs();
        if let Some((known, fetched)) = &keys.known
            && age(fetched) < oldest
        {
            return Ok(known.clone());
        }
        let failed = match keys.failed.take() {
            Some((words, at)) if age(&at) < FAILURE_AGE => Some((words, at)),
            _ => match self.fetch().await {
                Ok(fresh) => {
                    let fresh = Arc::new(fresh);
                    keys.known = Some((fresh.clone(), now));
                    return Ok(fresh);
                }
                Err(error) => Some((error.to_string(), now)),
            },
        };
        let words = failed.as_ref().map(|(words, _)| words.clone()).unwrap_or_default();
        keys.failed = failed;
        // Keys that are valid for hours are better than none.
        let usable = keys.known.as_ref().filter(|(_, fetched)| age(fetched) < LONGEST_KEY_AGE);
        usable.map(|(known, _)| known.clone()).ok_or(TokenError::Keys(words))
    }

    async fn fetch(&self) -> Result<KeySet, TokenError> {
        let json = read(self.client.get(&self.url)).await.map_err(TokenError::Keys)?;
        KeySet::from_json(&json)
    }
}

/// Sends a request and reads its answer, which is a success and not larger than any honest one.
///
/// # Errors
/// What went wrong, in words that hold no address.
pub(super) async fn read(request: RequestBuilder) -> Result<Vec<u8>, String> {
    let words = |error: reqwest::Error| error.without_url().to_string();
    let mut answer = request.send().await.and_then(Response::error_for_status).map_err(words)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(words)? {
        if bytes.len() + chunk.len() > LARGEST_ANSWER {
            return Err("the answer is larger than any".to_owned());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Whether an address is one of this machine.
pub(super) fn is_near(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    })
}

/// A client that waits for a few seconds, follows no redirect, and needs TLS beyond this machine.
#[expect(clippy::disallowed_methods, reason = "Google's own addresses, and the identity provider or emulator that the operator names")]
pub(super) fn client(is_near: bool) -> anyhow::Result<Client> {
    let client = Client::builder().timeout(TIME_LIMIT).redirect(reqwest::redirect::Policy::none());
    // A peer is on this machine; a proxy in between would only be in the way.
    let client = if is_near { client.no_proxy() } else { client.https_only(true) };
    client.build().context("cannot make an HTTP client")
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::any;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn keys_of(server: &MockServer) -> RemoteKeys {
        crate::app::install_tls_provider();
        RemoteKeys::new(format!("{}/certs", server.uri())).unwrap()
    }

    #[tokio::test]
    async fn keys_that_cannot_be_fetched_are_not_asked_for_at_every_call() {
        for answer in [
            ResponseTemplate::new(500),
            ResponseTemplate::new(200).set_body_string("<html>"),
            ResponseTemplate::new(200).set_body_bytes(vec![b' '; 300_000]),
            ResponseTemplate::new(302).insert_header("Location", "http://127.0.0.1:9/"),
        ] {
            let server = MockServer::start().await;
            Mock::given(any()).respond_with(answer).mount(&server).await;
            let keys = keys_of(&server);
            for _ in 0..40 {
                assert!(keys.verify(at(0), |_| Ok(())).await.is_err());
            }
            assert_eq!(server.received_requests().await.unwrap().len(), 1);
            assert!(keys.verify(at(20), |_| Ok(())).await.is_err());
            assert_eq!(server.received_requests().await.unwrap().len(), 2);
        }
    }

    #[tokio::test]
    async fn known_keys_serve_on_while_new_ones_cannot_be_fetched() {
        let server = MockServer::start().await;
        let set = serde_json::json!({ "keys": [] });
        Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(set)).up_to_n_times(1).mount(&server).await;
        Mock::given(any()).respond_with(ResponseTemplate::new(500)).mount(&server).await;
        let keys = keys_of(&server);
        assert!(keys.keys(at(0), LONGEST_KEY_AGE).await.is_ok());
        assert!(keys.keys(at(120), SHORTEST_KEY_AGE).await.is_ok(), "the old ones");
        assert!(keys.keys(at(7200), LONGEST_KEY_AGE).await.is_err());
    }

    #[tokio::test]
    async fn unknown_keys_make_us_ask_once_a_minute() {
        let server = MockServer::start().await;
        let set = serde_json::json!({ "keys": [] });
        Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(set)).mount(&server).await;
        let keys = keys_of(&server);
        for second in [0, 1, 2, 59, 61, 62] {
            assert!(keys.verify::<()>(at(second), |_| Err(TokenError::UnknownKey)).await.is_err());
        }
        assert_eq!(server.received_requests().await.unwrap().len(), 2);
    }

    #[test]
    fn only_this_machine_is_asked_without_tls() {
        for near in ["http://127.0.0.1:9/", "http://localhost/x", "http://[::1]:1/"] {
            assert!(is_near(near), "{near}");
        }
        for far in ["http://127.0.0.1.evil.example/", "https://accounts.google.com", "http://10.0.0.1/", "localhost", ""] {
            assert!(!is_near(far), "{far}");
        }
    }
}
