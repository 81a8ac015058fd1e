//! Who calls the gateway and its API, by key, access token, portal token or admin token; and what a route asks of them.
//!
//! A handler that takes [`May`] cannot be reached by anybody without that right. Whether an institution is the caller's own is asked where it is known: [`Caller::sees`]; what is not is answered 404.

use std::marker::PhantomData;
use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;

use axum::extract::{ConnectInfo, FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::access::Verdict;
use crate::access::role::{Caller, Right};
use crate::http::auth::bearer;
use crate::http::auth::refusal::{Refusal, Refused};
use crate::http::state::AppState;
use crate::model::role::Role;

/// What a route asks of its callers.
pub trait Need {
    /// The right.
    const RIGHT: Right;
}

/// One type per right that routes ask for.
macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident = $right:ident),* $(,)?) => {
        $($(#[$doc])* #[derive(Debug, Clone, Copy)] pub struct $name;
        impl Need for $name { const RIGHT: Right = Right::$right; })*
    };
}

needs! {
    /// See institutions, endpoints and what became of events.
    Read = Read,
    /// Publish events.
    Publish = Publish,
    /// Make, change and remove endpoints.
    Manage = Manage,
    /// Send again.
    Replay = Replay,
    /// See reports.
    SeeReports = SeeReports,
    /// Act on reports.
    ActOnReports = ActOnReports,
    /// Institutions, keys, event types.
    Administer = Administer,
}

/// A caller that has the right.
#[derive(Debug, Clone)]
pub struct May<N> {
    caller: Caller,
    need: PhantomData<fn() -> N>,
}

impl<N> May<N> {
    /// The caller.
    pub fn into_caller(self) -> Caller {
        self.caller
    }
}

impl<N> Deref for May<N> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<N: Need> FromRequestParts<AppState> for May<N> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refused> {
        let caller = Caller::from_request_parts(parts, state).await?;
        if caller.may(N::RIGHT) { Ok(Self { caller, need: PhantomData }) } else { Err(Refusal::Forbidden(N::RIGHT).at(&path(parts))) }
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refused> {
        // Several extractors of one request look once.
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let found = match credential(&parts.headers) {
            Some(credential) => identify(state, source(parts, state), credential).await,
            None if state.access.config().open && is_from_here(&parts.headers) => {
                Ok(Self::everywhere("anybody (GATEWAY_OPEN)", Role::Admin))
            }
            None => Err(Refusal::Unknown),
        };
        let caller = found.map_err(|refusal| refusal.at(&path(parts)))?;
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}

/// Whose credential this is; wrong ones are counted against their source.
pub async fn identify(state: &AppState, source: IpAddr, credential: &str) -> Result<Caller, Refusal> {
    let now = state.clock.monotonic();
    let wait = state.failed_logins.wait(source, now);
    match state.access.identify(credential, wait.is_some()).await {
        Ok(Verdict::Known(caller)) => Ok(caller),
        Ok(Verdict::Unknown | Verdict::Throttled) => {
            if wait.is_none() {
                state.failed_logins.note(source, now);
            }
            Err(wait.map_or(Refusal::Unknown, Refusal::TooMany))
        }
        Err(error) => {
            tracing::warn!(%error, "a caller could not be looked up");
            Err(Refusal::NotNow)
        }
    }
}

/// The address a call comes from, behind proxies that are trusted.
pub fn source(parts: &Parts, state: &AppState) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or(SocketAddr::from(([0, 0, 0, 0], 0)), |peer| peer.0);
    state.config.proxies.source_address(peer, &parts.headers)
}

/// The credential of a request: a bearer token, or `X-API-Key`.
fn credential(headers: &HeaderMap) -> Option<&str> {
    let key = || headers.get("x-api-key").and_then(|value| value.to_str().ok()).map(str::trim).filter(|key| !key.is_empty());
    bearer(headers).or_else(key)
}

/// Whether a request without a credential comes from a program on this machine, and not from a page in its browser: any page on the web can send requests to this machine, also under a name of its own.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_near = |authority: &str| {
        let host =
            authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(authority, |(host, _)| host);
        ["localhost", "[::1]"].contains(&host) || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
    };
    let host = text(header::HOST).is_some_and(is_near);
    let site = headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none");
    let origin = text(header::ORIGIN).is_none_or(|origin| text(header::HOST).is_some_and(|host| origin == format!("http://{host}")));
    host && site && origin
}

/// The path as the client sent it, whatever router the handler is nested in.
fn path(parts: &Parts) -> String {
    parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.path().to_owned(), |uri| uri.path().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_key_comes_as_a_bearer_token_or_in_a_header_of_its_own() {
        assert_eq!(credential(&headers(&[("authorization", "Bearer a")])), Some("a"));
        assert_eq!(credential(&headers(&[("x-api-key", " b ")])), Some("b"));
        assert_eq!(credential(&headers(&[("authorization", "Bearer a"), ("x-api-key", "b")])), Some("a"));
        for none in [&[][..], &[("authorization", "Basic YTpi")], &[("x-api-key", "")], &[("authorization", "Bearer ")]] {
            assert_eq!(credential(&headers(none)), None);
        }
    }

    #[test]
    fn the_open_mode_takes_programs_of_this_machine_and_no_page_of_the_web() {
        for near in [
            &[("host", "127.0.0.1:5000")][..],
            &[("host", "localhost:8080")],
            &[("host", "localhost")],
            &[("host", "[::1]:8000")],
            &[("host", "127.0.0.1:5000"), ("origin", "http://127.0.0.1:5000"), ("sec-fetch-site", "same-origin")],
            &[("host", "127.0.0.1:5000"), ("sec-fetch-site", "none")],
        ] {
            assert!(is_from_here(&headers(near)), "{near:?}");
        }
        for far in [
            &[][..],
            &[("host", "rebound.example:5000")],
            &[("host", "127.0.0.1.example.com")],
            &[("host", "127.0.0.1:5000"), ("origin", "https://evil.example")],
            &[("host", "127.0.0.1:5000"), ("origin", "null")],
            &[("host", "127.0.0.1:5000"), ("origin", "http://127.0.0.1:9999")],
            &[("host", "127.0.0.1:5000"), ("sec-fetch-site", "cross-site")],
            &[("host", "127.0.0.1:5000"), ("sec-fetch-site", "same-site")],
        ] {
            assert!(!is_from_here(&headers(far)), "{far:?}");
        }
    }
}
