//! One POST: the bytes that were signed, within strict limits, and what came of it in words.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Proxy, Request, Response, redirect};
use url::Url;

use crate::gateway::body::Body;
use crate::gateway::echo::Echo;
use crate::gateway::egress::Egress;
use crate::gateway::guard::resolver::refusal;
use crate::gateway::model::ErrorClass;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long the whole of an attempt may take, with the answer's body. Leases are longer.
pub(crate) const TOTAL: Duration = Duration::from_secs(15);
/// So much of an answer is read; then the connection is closed.
const MOST_READ: usize = 64 * 1024;
/// So much of it is kept.
const MOST_KEPT: usize = 4 * 1024;
/// So many of its headers, of at most so many characters.
const MOST_HEADERS: usize = 40;
const MOST_HEADER: usize = 256;
/// A connection that nobody uses is closed soon: the address behind the name may change, and what may be called.
const IDLE: Duration = Duration::from_secs(20);
/// The longest `Retry-After` that is believed.
const LONGEST_WISH: Duration = Duration::from_hours(24);

/// What is sent.
pub(crate) struct Parcel<'a> {
    pub(crate) url: &'a str,
    pub(crate) body: &'a Body,
    /// Ours first, then the endpoint's own, each as it is written.
    pub(crate) signed: &'a [(&'static str, String)],
    pub(crate) own: &'a BTreeMap<String, String>,
}

/// What came of one POST.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Answer {
    /// The status; 0 without an answer.
    pub(crate) code: u16,
    /// Why it is no success.
    pub(crate) error: Option<(ErrorClass, String)>,
    /// The address that answered.
    pub(crate) peer: Option<String>,
    /// The beginning of its body.
    pub(crate) response: String,
    /// Its headers.
    pub(crate) headers: Vec<(String, String)>,
    /// How long the receiver wants to be left alone.
    pub(crate) retry_after: Option<Duration>,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        self.error.is_none()
    }

    /// The receiver is gone for good.
    pub(crate) fn is_gone(&self) -> bool {
        self.code == 410
    }

    /// The receiver, or what stands before it, has too much to do.
    pub(crate) fn is_overloaded(&self) -> bool {
        matches!(self.code, 429 | 502 | 504)
    }

    pub(crate) fn failed(class: ErrorClass, message: impl Into<String>) -> Self {
        Self { error: Some((class, message.into())), ..Self::default() }
    }
}

/// Sends parcels; a seam, so that tests of what lies above need no network.
#[async_trait]
pub(crate) trait Post: Send + Sync {
    /// Makes one attempt; it ends within [`TOTAL`].
    async fn send(&self, parcel: &Parcel<'_>, now: Timestamp) -> Answer;
}

/// The one client that calls endpoints.
pub(crate) struct Sender {
    client: Client,
    egress: Arc<dyn Egress>,
}

impl Sender {
    /// A client behind the guard: HTTP/1.1 only, no redirects, no proxy from the environment.
    #[expect(clippy::disallowed_methods, reason = "this is the one client that calls endpoints, behind the guard")]
    pub(crate) fn new(egress: Arc<dyn Egress>) -> Result<Self, String> {
        let mut builder = Client::builder()
            .http1_only()
            .http1_title_case_headers()
            .http1_ignore_invalid_headers_in_responses(true)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(8)
            .user_agent(concat!("gradepost/", env!("CARGO_PKG_VERSION")));
        if let Some(resolver) = egress.resolver() {
            builder = builder.dns_resolver(resolver);
        }
        if let Some(proxy) = egress.proxy() {
            builder = builder.proxy(Proxy::all(proxy).map_err(|error| error.to_string())?);
        }
        let client = builder.build().map_err(|error| format!("the client that calls endpoints cannot be made: {error}"))?;
        Ok(Self { client, egress })
    }

    fn request(&self, parcel: &Parcel<'_>) -> Result<Request, (ErrorClass, String)> {
        let url = Url::parse(parcel.url).map_err(|error| (ErrorClass::Unsendable, format!("the URL cannot be called: {error}")))?;
        // A literal address never reaches the resolver, so the text is judged before every attempt.
        self.egress.check(&url).map_err(|rule| (ErrorClass::Blocked, rule))?;
        let mut request = Request::new(Method::POST, url);
        let headers = request.headers_mut();
        let mut set = |name: &str, value: &str| {
            let fault = || (ErrorClass::Unsendable, format!("the header '{name}' cannot be sent"));
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| fault())?;
            headers.insert(name, HeaderValue::from_str(value).map_err(|_| fault())?);
            Ok::<_, (ErrorClass, String)>(())
        };
        set("content-type", &parcel.body.media_type)?;
        set("accept", "*/*")?;
        for (name, value) in parcel.own {
            set(name, value)?;
        }
        for (name, value) in parcel.signed {
            set(name, value)?;
        }
        *request.body_mut() = Some(parcel.body.bytes.clone().into());
        Ok(request)
    }

    async fn exchange(&self, request: Request, echo: &Echo, now: Timestamp) -> Answer {
        let response = match self.client.execute(request).await {
            Ok(response) => response,
            Err(error) => {
                let (class, message) = classify(&error);
                return Answer::failed(class, message);
            }
        };
        read(response, echo, now).await
    }
}

#[async_trait]
impl Post for Sender {
    async fn send(&self, parcel: &Parcel<'_>, now: Timestamp) -> Answer {
        let request = match self.request(parcel) {
            Ok(request) => request,
            Err((class, message)) => return Answer::failed(class, message),
        };
        let echo = Echo::of(parcel.own);
        match tokio::time::timeout(TOTAL + Duration::from_secs(1), self.exchange(request, &echo, now)).await {
            Ok(answer) => answer,
            Err(_) => Answer::failed(ErrorClass::Timeout, "no answer within 15 seconds"),
        }
    }
}

async fn read(mut response: Response, echo: &Echo, now: Timestamp) -> Answer {
    let code = response.status().as_u16();
    let peer = response.remote_addr().map(|address| address.ip().to_string());
    let headers = shown(response.headers(), echo);
    let most_kept = MOST_KEPT + echo.longest();
    let retry_after = response.headers().get("retry-after").and_then(|value| wish(value.as_bytes(), now));
    let location = response.headers().get("location").map(|value| said(value, echo));
    let (mut kept, mut size, mut broken) = (Vec::new(), 0, None);
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                size += chunk.len();
                kept.extend(chunk.iter().take(most_kept.saturating_sub(kept.len())));
                if size > MOST_READ {
                    break;
                }
            }
            Ok(None) => break,
            Err(error) => {
                broken = Some(classify(&error));
                break;
            }
        }
    }
    let error = match code {
        // Whoever says 2xx and then breaks off may not have done it: better twice than not at all.
        200..=299 => broken.map(|(class, message)| (class, format!("the receiver answered {code}, but its answer did not end: {message}"))),
        300..=399 => {
            let to = location.map(|to| format!(" to {to}")).unwrap_or_default();
            Some((
                ErrorClass::Redirect,
                format!("the receiver answered {code}, a redirect{to}, which is never followed; register the new URL"),
            ))
        }
        _ => Some((ErrorClass::Status, format!("the receiver answered {code}"))),
    };
    let response = kept_of(&kept, size > kept.len(), echo);
    Answer { code, error, peer, response, headers, retry_after }
}

/// What is kept of an answer's beginning.
fn kept_of(read: &[u8], has_more: bool, echo: &Echo) -> String {
    let mut text = echo.out_of(&String::from_utf8_lossy(read)).into_owned();
    // Half a value at the end of what was read is none that can be found.
    let whole = if has_more { text.len().saturating_sub(echo.longest()) } else { text.len() };
    text.truncate(text.floor_char_boundary(whole.min(MOST_KEPT)));
    text
}

fn said(value: &HeaderValue, echo: &Echo) -> String {
    cut(&echo.out_of(&String::from_utf8_lossy(value.as_bytes())), MOST_HEADER)
}

fn shown(headers: &HeaderMap, echo: &Echo) -> Vec<(String, String)> {
    let one = |(name, value): (&HeaderName, &HeaderValue)| {
        let is_secret = matches!(name.as_str(), "set-cookie" | "authorization" | "www-authenticate" | "proxy-authenticate");
        let value = if is_secret { "…".to_owned() } else { said(value, echo) };
        (name.as_str().to_owned(), value)
    };
    headers.iter().take(MOST_HEADERS).map(one).collect()
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// `Retry-After`: seconds, also with a fraction, or a date; at most a day.
pub(crate) fn wish(value: &[u8], now: Timestamp) -> Option<Duration> {
    let text = std::str::from_utf8(value).ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return (seconds.is_finite() && seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(LONGEST_WISH.as_secs_f64())));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    let until = Duration::try_from(at.duration_since(now)).unwrap_or_default();
    Some(until.min(LONGEST_WISH))
}

/// What a failure of the client's was, and how to say it; no URL, as that may hold a secret.
fn classify(error: &reqwest::Error) -> (ErrorClass, String) {
    if let Some(refused) = refusal(error) {
        return (ErrorClass::Blocked, refused.to_string());
    }
    let mut chain = Vec::new();
    let mut source = error.source();
    while let Some(cause) = source {
        chain.push(cause.to_string());
        source = cause.source();
    }
    let words = chain.join(": ");
    let lower = words.to_lowercase();
    if error.is_timeout() || lower.contains("timed out") {
        let what = if error.is_connect() { "no connection within 5 seconds" } else { "no whole answer within 15 seconds" };
        return (ErrorClass::Timeout, what.to_owned());
    }
    if lower.contains("dns error") || lower.contains("failed to lookup") {
        return (ErrorClass::Dns, format!("the receiver's name cannot be resolved: {}", last(&chain)));
    }
    if lower.contains("certificate") || lower.contains("unknownissuer") {
        return (ErrorClass::TlsCertificate, format!("the receiver's TLS certificate is not accepted: {}", last(&chain)));
    }
    let is_tls =
        ["handshake", "peer is incompatible", "received fatal alert", "protocolversion", "corrupt message", "invalidcontenttype", "tls"];
    if error.is_connect() && is_tls.iter().any(|word| lower.contains(word)) {
        let advice = "the receiver speaks no TLS that is safe today; it needs TLS 1.2 or newer with ECDHE and AES-GCM or ChaCha20";
        return (ErrorClass::TlsUnsupported, format!("{advice} ({})", last(&chain)));
    }
    if error.is_connect() {
        return (ErrorClass::Connect, format!("no connection: {}", last(&chain)));
    }
    (ErrorClass::Protocol, format!("the connection broke or what came is no HTTP: {}", last(&chain)))
}

fn last(chain: &[String]) -> String {
    chain.last().map_or_else(|| "no reason was given".to_owned(), |cause| cut(cause, 300))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::gateway::egress::Unguarded;

    const TOKEN: &str = "Bearer abcdefgh-0123456789";

    /// A receiver that answers the first call with all that it got, also in its own headers.
    async fn echoing(status: &'static str) -> (String, tokio::task::JoinHandle<()>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let serves = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut got = vec![0; 16 * 1024];
            let size = stream.read(&mut got).await.unwrap();
            let body = format!("{}{}", String::from_utf8_lossy(&got[..size]), "x".repeat(8000));
            let head = format!(
                "HTTP/1.1 {status}\r\nX-Got: {TOKEN}\r\nLocation: https://other.test/?{TOKEN}\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        });
        (url, serves)
    }

    #[tokio::test]
    async fn a_receiver_that_sends_back_what_it_got_does_not_have_the_endpoints_own_headers_kept() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let sender = Sender::new(Arc::new(Unguarded)).unwrap();
        let own = BTreeMap::from([("Authorization".to_owned(), TOKEN.to_owned())]);
        let body = Body { bytes: "{}".to_owned(), media_type: "application/json".to_owned() };
        for status in ["200 OK", "302 Found", "500 Oops"] {
            let (url, serves) = echoing(status).await;
            let parcel = Parcel { url: &url, body: &body, signed: &[], own: &own };
            let answer = sender.send(&parcel, Timestamp::UNIX_EPOCH).await;
            serves.await.unwrap();
            assert!(answer.response.contains("Authorization: …") && answer.response.len() <= MOST_KEPT, "{status}: {answer:?}");
            assert!(!format!("{answer:?}").contains("abcdefgh"), "{status}: {answer:?}");
        }
    }

    #[test]
    fn no_part_of_a_value_stays_at_the_end_of_what_is_kept() {
        let echo = Echo::of(&BTreeMap::from([("Authorization".to_owned(), TOKEN.to_owned())]));
        for before in 0..80 {
            let body = format!("{}{}", "é".repeat(before), format!("token={TOKEN};").repeat(400));
            let read = &body.as_bytes()[..MOST_KEPT + echo.longest()];
            let kept = kept_of(read, true, &echo);
            assert!(!kept.contains("Bear") && !kept.contains("abcd") && kept.len() <= MOST_KEPT, "{before}: {kept}");
            assert!(kept.len() > MOST_KEPT / 4);
        }
        assert_eq!(kept_of(TOKEN.as_bytes(), false, &echo), "…");
    }

    #[test]
    fn retry_after_is_seconds_fractions_or_a_date_and_at_most_a_day() {
        let now = "2026-11-28T12:00:00Z".parse().unwrap();
        let read = |text: &str| wish(text.as_bytes(), now);
        assert_eq!(read("120"), Some(Duration::from_mins(2)));
        assert_eq!(read(" 120.6 "), Some(Duration::from_millis(120_600)));
        assert_eq!(read("Sat, 28 Nov 2026 12:01:00 GMT"), Some(Duration::from_mins(1)));
        assert_eq!(read("Sat, 28 Nov 2026 11:00:00 GMT"), Some(Duration::ZERO), "it is over");
        assert_eq!(read("99999999"), Some(Duration::from_hours(24)));
        assert_eq!(read("Sat, 28 Nov 2099 12:01:00 GMT"), Some(Duration::from_hours(24)));
        for wrong in ["", "soon", "-1", "NaN", "inf", "12:00"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
