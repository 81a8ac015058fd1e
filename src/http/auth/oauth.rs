//! OAuth 2.0 for machines (RFC 6749, section 4.4): a key becomes an access token of an hour; and the key sets that verify what we sign.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::access::AccessError;
use crate::access::key::KeyText;
use crate::http::auth::base_url::base_url;
use crate::http::auth::caller::{identify, source};
use crate::http::auth::refusal::Refusal;
use crate::http::body::Caller as BodyCaller;
use crate::http::error::ApiError;
use crate::http::state::AppState;
use crate::model::role::Role;

/// The largest body that a token request needs.
const MOST_BYTES: usize = 16 * 1024;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/oauth/token", post(token).fallback(|| std::future::ready(ApiError::MethodNotAllowed("POST"))))
        .route("/.well-known/oauth-authorization-server", get(metadata))
        .route("/.well-known/jwks.json", get(key_set))
}

/// What went wrong with a token request (RFC 6749, section 5.2).
#[derive(Debug)]
enum TokenError {
    InvalidRequest(&'static str),
    InvalidClient,
    UnsupportedGrantType,
    InvalidScope,
    Refused(Refusal),
    Other(ApiError),
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (status, error, description) = match self {
            Self::InvalidRequest(why) => (StatusCode::BAD_REQUEST, "invalid_request", why),
            Self::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client", "The client is not known, or its secret is wrong"),
            Self::UnsupportedGrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type", "grant_type is client_credentials"),
            Self::InvalidScope => (StatusCode::BAD_REQUEST, "invalid_scope", "The scope is not known, or beyond what the key may do"),
            Self::Refused(refusal) => return not_cached(ApiError::from(refusal).into_response()),
            Self::Other(error) => return not_cached(error.into_response()),
        };
        let mut response = (status, Json(json!({ "error": error, "error_description": description }))).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"gradepost\""));
        }
        not_cached(response)
    }
}

fn not_cached(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

#[derive(Debug, Default)]
struct Form {
    grant_type: Option<String>,
    scope: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

impl Form {
    /// Reads a form; a parameter that comes twice is an error (RFC 6749, section 3.2).
    fn parse(bytes: &[u8]) -> Result<Self, TokenError> {
        let mut form = Self::default();
        for (name, value) in url::form_urlencoded::parse(bytes) {
            let place = match &*name {
                "grant_type" => &mut form.grant_type,
                "scope" => &mut form.scope,
                "client_id" => &mut form.client_id,
                "client_secret" => &mut form.client_secret,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(TokenError::InvalidRequest("A parameter comes twice"));
            }
        }
        Ok(form)
    }
}

async fn token(State(state): State<AppState>, request: Request) -> Result<Response, TokenError> {
    let (parts, body) = request.into_parts();
    let is_form =
        parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
    if !is_form {
        state.bodies.discard(body).await;
        return Err(TokenError::InvalidRequest("The body is a form (application/x-www-form-urlencoded)"));
    }
    let held = state.bodies.read_at_most(&parts.headers, body, BodyCaller::Unproved, MOST_BYTES).await.map_err(TokenError::Other)?;
    let form = Form::parse(held.bytes())?;
    let (client, secret) = client(&parts.headers, &form)?;
    match form.grant_type.as_deref() {
        Some("client_credentials") => {}
        Some(_) => return Err(TokenError::UnsupportedGrantType),
        None => return Err(TokenError::InvalidRequest("grant_type is missing")),
    }
    let caller = identify(&state, source(&parts, &state), &secret).await.map_err(|refusal| match refusal {
        Refusal::Unknown => TokenError::InvalidClient,
        other => TokenError::Refused(other),
    })?;
    // The secret is a key; the client's id is the key's public part, with or without its prefix.
    let key = KeyText::parse(&secret).ok_or(TokenError::InvalidClient)?;
    if client != key.id() && client.strip_prefix("gp_live_") != Some(key.id()) {
        return Err(TokenError::InvalidClient);
    }
    let issuer = base_url(&parts.headers, &state);
    match state.access.grant(&caller, key.id(), form.scope.as_deref().unwrap_or_default(), &issuer).await {
        Ok(Some(grant)) => {
            let body = json!({ "access_token": grant.token, "token_type": "Bearer", "expires_in": grant.expires_in, "scope": grant.scope });
            Ok(not_cached(Json(body).into_response()))
        }
        Ok(None) => Err(TokenError::InvalidScope),
        Err(AccessError::Store(_)) => Err(TokenError::Refused(Refusal::NotNow)),
        Err(error) => Err(TokenError::Other(ApiError::NotNow(error.to_string(), std::time::Duration::from_mins(5)))),
    }
}

/// Who asks: by HTTP Basic, whose two parts are form-encoded (RFC 6749, section 2.3.1), or in the body; never both.
fn client(headers: &HeaderMap, form: &Form) -> Result<(String, String), TokenError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return match (&form.client_id, &form.client_secret) {
            (Some(id), Some(secret)) => Ok((id.clone(), secret.clone())),
            _ => Err(TokenError::InvalidClient),
        };
    };
    if form.client_secret.is_some() {
        return Err(TokenError::InvalidRequest("The client authenticates in one way only"));
    }
    let basic = || {
        let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
        let decoded = scheme.eq_ignore_ascii_case("basic").then(|| BASE64_STANDARD.decode(encoded.trim()).ok())??;
        let text = String::from_utf8(decoded).ok()?;
        let (id, secret) = text.split_once(':')?;
        Some((form_decoded(id), form_decoded(secret)))
    };
    basic().ok_or(TokenError::InvalidClient)
}

fn form_decoded(text: &str) -> String {
    // A form with one nameless value.
    url::form_urlencoded::parse(format!("={text}").as_bytes()).next().map_or_else(String::new, |(_, value)| value.into_owned())
}

/// RFC 8414.
async fn metadata(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let issuer = base_url(&headers, &state);
    cached(Json(json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/oauth/token"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "scopes_supported": Role::ALL.map(Role::as_str),
    })))
}

async fn key_set(State(state): State<AppState>) -> Result<Response, ApiError> {
    let set = state.access.key_set().await.map_err(|_| ApiError::from(Refusal::NotNow))?;
    Ok(cached(Json(set)))
}

/// Key sets may be kept for five minutes; a new key is used no sooner after it is published.
pub fn cached(body: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "public, max-age=300")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_basic(text: &str) -> HeaderMap {
        let value = format!("Basic {}", BASE64_STANDARD.encode(text)).parse().unwrap();
        [(header::AUTHORIZATION, value)].into_iter().collect()
    }

    #[test]
    fn a_client_shows_its_secret_in_one_of_two_ways() {
        let both = Form::parse(b"client_id=a&client_secret=b%2Bc").unwrap();
        assert_eq!(client(&HeaderMap::new(), &both).unwrap(), ("a".to_owned(), "b+c".to_owned()));
        assert_eq!(client(&with_basic("a%3Ab:c+d%26"), &Form::default()).unwrap(), ("a:b".to_owned(), "c d&".to_owned()));
        assert!(matches!(client(&with_basic("a:b"), &both), Err(TokenError::InvalidRequest(_))));
        for headers in [
            HeaderMap::new(),
            with_basic("no colon"),
            [(header::AUTHORIZATION, HeaderValue::from_static("Bearer x"))].into_iter().collect(),
        ] {
            assert!(matches!(client(&headers, &Form::default()), Err(TokenError::InvalidClient)));
        }
    }

    #[test]
    fn a_parameter_that_comes_twice_is_an_error() {
        assert!(matches!(Form::parse(b"scope=a&scope=b"), Err(TokenError::InvalidRequest(_))));
    }
}
