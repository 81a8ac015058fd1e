//! Asking the identity provider: what it tells of itself, its keys, and who a code belongs to. And the proxy's assertions.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jsonwebtoken::decode_header;
use reqwest::Client;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::app::remote_keys::{RemoteKeys, client, is_near, read};
use crate::http::console::config::{IapConfig, OidcConfig};
use crate::http::console::provider::{Code, Provider, Proxy};
use crate::http::tokens::key_set::TokenError;
use crate::http::tokens::oidc::{Discovery, ExpectedClaims, Identity, iap_identity, identity};

/// What a provider tells of itself counts so long.
const DISCOVERY_AGE: Duration = Duration::from_hours(6);
/// A provider that did not answer is asked again after this time.
const FAILURE_AGE: Duration = Duration::from_secs(5);

/// A provider of identities.
pub(super) struct OpenIdProvider {
    config: OidcConfig,
    client: Client,
    /// Held while it is asked, so that many sign-ins ask once.
    known: Mutex<CachedProvider>,
}

#[derive(Default)]
struct CachedProvider {
    told: Option<(Arc<ProviderMetadata>, Timestamp)>,
    failed: Option<(TokenError, Timestamp)>,
}

/// What the provider told of itself, with its keys.
struct ProviderMetadata {
    discovery: Discovery,
    keys: RemoteKeys,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

impl OpenIdProvider {
    /// Asks nothing yet: the service starts without its provider.
    pub(super) fn new(config: OidcConfig) -> anyhow::Result<Self> {
        Ok(Self { client: client(is_near(&config.issuer))?, config, known: Mutex::default() })
    }

    async fn told(&self, now: Timestamp) -> Result<Arc<ProviderMetadata>, TokenError> {
        let mut known = self.known.lock().await;
        let age = |at: &Timestamp| now.duration_since(*at).unsigned_abs();
        if let Some((told, at)) = &known.told
            && age(at) < DISCOVERY_AGE
        {
            return Ok(told.clone());
        }
        let error = match known.failed.take() {
            Some((error, at)) if age(&at) < FAILURE_AGE => {
                known.failed = Some((error.clone(), at));
                error
            }
            _ => match self.ask().await {
                Ok(told) => {
                    let told = Arc::new(told);
                    known.told = Some((told.clone(), now));
                    return Ok(told);
                }
                Err(error) => {
                    known.failed = Some((error.clone(), now));
                    error
                }
            },
        };
        // What it told a while ago is better than nothing.
        known.told.as_ref().map(|(told, _)| told.clone()).ok_or(error)
    }

    async fn ask(&self) -> Result<ProviderMetadata, TokenError> {
        let fault = |why: String| TokenError::Keys(format!("the provider's description: {why}"));
        let url = format!("{}/.well-known/openid-configuration", self.config.issuer.trim_end_matches('/'));
        let bytes = read(self.client.get(url)).await.map_err(fault)?;
        let discovery: Discovery = serde_json::from_slice(&bytes).map_err(|error| fault(error.to_string()))?;
        // Another name could be another school's provider (OpenID Connect Discovery, section 4.3).
        if discovery.issuer != self.config.issuer {
            return Err(fault("it names itself otherwise than OIDC_ISSUER does; copy its name to the letter".to_owned()));
        }
        for url in [&discovery.authorization_endpoint, &discovery.token_endpoint, &discovery.jwks_uri] {
            let is_safe = Url::parse(url).is_ok_and(|parsed| {
                parsed.scheme() == "https" || (parsed.scheme() == "http" && is_near(&self.config.issuer) && is_near(url))
            });
            if !is_safe {
                return Err(fault("it names an address without TLS".to_owned()));
            }
        }
        let keys = RemoteKeys::new(discovery.jwks_uri.clone()).map_err(|error| fault(error.to_string()))?;
        Ok(ProviderMetadata { discovery, keys })
    }
}

#[async_trait]
impl Provider for OpenIdProvider {
    async fn sign_in_page(&self, now: Timestamp) -> Result<Url, TokenError> {
        let told = self.told(now).await?;
        Url::parse(&told.discovery.authorization_endpoint).map_err(|error| TokenError::Keys(error.to_string()))
    }

    async fn redeem(&self, code: &Code<'_>, asked: &ExpectedClaims<'_>, now: Timestamp) -> Result<Identity, TokenError> {
        let told = self.told(now).await?;
        let (client_id, secret) = (self.config.client_id.as_str(), self.config.client_secret.expose_secret());
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.code),
            ("redirect_uri", code.redirect),
            ("code_verifier", code.verifier),
        ];
        let mut request = self.client.post(&told.discovery.token_endpoint);
        if told.discovery.secret_in_body() {
            form.extend([("client_id", client_id), ("client_secret", secret)]);
        } else {
            // Each part is form-encoded first (RFC 6749, section 2.3.1).
            let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            let basic = STANDARD.encode(format!("{}:{}", encoded(client_id), encoded(secret)));
            request = request.header("Authorization", format!("Basic {basic}"));
        }
        let answer = read(request.form(&form)).await.map_err(|why| TokenError::Token(format!("the code could not be redeemed: {why}")))?;
        let tokens: Tokens =
            serde_json::from_slice(&answer).map_err(|_| TokenError::Token("the answer holds no identity token".to_owned()))?;
        // What cannot be a token costs no look at keys.
        decode_header(&tokens.id_token).map_err(|error| TokenError::Token(error.to_string()))?;
        told.keys.verify(now, |keys| identity(&tokens.id_token, keys, asked, now)).await
    }

    async fn sign_out_page(&self) -> Option<Url> {
        let known = self.known.lock().await;
        let (told, _) = known.told.as_ref()?;
        let page = Url::parse(told.discovery.end_session_endpoint.as_deref()?).ok()?;
        (page.scheme() == "https" || is_near(page.as_str())).then_some(page)
    }
}

/// Google's Identity-Aware Proxy.
pub(super) struct IdentityAwareProxy {
    audience: String,
    keys: RemoteKeys,
}

impl IdentityAwareProxy {
    /// Fetches the proxy's keys when the first assertion comes.
    pub(super) fn new(config: &IapConfig) -> anyhow::Result<Self> {
        Ok(Self { audience: config.audience.clone(), keys: RemoteKeys::new(config.keys_url.clone())? })
    }
}

#[async_trait]
impl Proxy for IdentityAwareProxy {
    async fn identity(&self, assertion: &str, now: Timestamp) -> Result<Identity, TokenError> {
        decode_header(assertion).map_err(|error| TokenError::Token(error.to_string()))?;
        self.keys.verify(now, |keys| iap_identity(assertion, keys, &self.audience, now)).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::matchers::{body_string_contains, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    async fn provider(server: &MockServer, discovery: serde_json::Value) -> OpenIdProvider {
        crate::app::install_tls_provider();
        let told = Mock::given(method("GET")).and(path("/.well-known/openid-configuration"));
        told.respond_with(ResponseTemplate::new(200).set_body_json(discovery)).mount(server).await;
        let config = OidcConfig { issuer: server.uri(), client_id: "a client".to_owned(), client_secret: "s:c".into() };
        OpenIdProvider::new(config).unwrap()
    }

    #[tokio::test]
    async fn a_provider_that_names_itself_otherwise_or_leads_away_from_tls_is_not_believed() {
        for (field, value) in [
            ("issuer", "https://accounts.evil.example"),
            ("authorization_endpoint", "http://accounts.evil.example/a"),
            ("token_endpoint", "http://accounts.evil.example/t"),
            ("jwks_uri", "ftp://127.0.0.1/k"),
        ] {
            let server = MockServer::start().await;
            let base = server.uri();
            let mut told = json!({ "issuer": base, "authorization_endpoint": format!("{base}/a"), "token_endpoint": format!("{base}/t"), "jwks_uri": format!("{base}/k") });
            told[field] = json!(value);
            let provider = provider(&server, told).await;
            assert!(provider.sign_in_page(at(0)).await.is_err(), "{field}");
            assert!(provider.sign_in_page(at(1)).await.is_err());
            assert_eq!(server.received_requests().await.unwrap().len(), 1, "it is not asked at once again");
        }
    }

    #[tokio::test]
    async fn a_code_is_redeemed_with_the_verifier_and_the_secret_as_the_provider_takes_it() {
        for (methods, in_body) in
            [(json!(null), false), (json!(["client_secret_post"]), true), (json!(["client_secret_basic", "client_secret_post"]), false)]
        {
            let server = MockServer::start().await;
            let base = server.uri();
            let told = json!({ "issuer": base, "authorization_endpoint": format!("{base}/a"), "token_endpoint": format!("{base}/t"), "jwks_uri": format!("{base}/k"), "token_endpoint_auth_methods_supported": methods });
            let answer = Mock::given(method("POST")).and(path("/t")).and(body_string_contains("code_verifier=v"));
            answer.respond_with(ResponseTemplate::new(200).set_body_json(json!({ "id_token": "x" }))).mount(&server).await;
            let provider = provider(&server, told).await;
            let code = Code { code: "c", verifier: "v", redirect: "http://127.0.0.1/r" };
            let asked = ExpectedClaims { issuer: &base, client: "a client", nonce: "n" };
            assert!(provider.redeem(&code, &asked, at(0)).await.is_err(), "x is no token");
            let requests = server.received_requests().await.unwrap();
            let sent = requests.iter().find(|request| request.url.path() == "/t").unwrap();
            let body = String::from_utf8_lossy(&sent.body);
            assert_eq!(body.contains("client_secret=s%3Ac"), in_body, "{body}");
            let basic = sent.headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(basic, (!in_body).then(|| format!("Basic {}", STANDARD.encode("a+client:s%3Ac"))));
        }
    }
}
