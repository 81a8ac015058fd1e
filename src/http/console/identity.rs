//! Signing in with an account of somebody else: a school's identity provider (OpenID Connect), or a proxy in front of us that has asked for it already (Google's IAP).
//!
//! Who of them may come in is settled in `admission.rs`.

use axum::extract::Query;
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::audit::Act as Acted;
use crate::http::console::admission::admitted;
use crate::http::console::config::OidcConfig;
use crate::http::console::cookies::{set_cookie, sign_in_cookie};
use crate::http::console::pages::{self, Problem};
use crate::http::console::paths::local_path;
use crate::http::console::provider::{Code, Provider};
use crate::http::console::session::{FRESH, Session, Via};
use crate::http::console::sign_in::begin;
use crate::http::console::visit::Caller;
use crate::http::tokens::key_set::TokenError;
use crate::http::tokens::oidc::{ExpectedClaims, challenge, is_recent};
use crate::sealing::chance;
use crate::signing::constant_time_eq;

/// A sign-in at the provider takes no longer.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);
/// What a sealed sign-in is sealed for.
const PURPOSE: &str = "sign-in";
/// The path a provider sends people back to.
pub const CALLBACK: &str = "/console/sign-in/oidc/back";

/// A sign-in that is under way, sealed in a cookie.
#[derive(Serialize, Deserialize)]
struct UnderWay {
    state: String,
    nonce: String,
    verifier: String,
    back: String,
    until: Timestamp,
    /// They were asked to sign in anew, although they may be signed in there.
    anew: bool,
}

/// Where somebody wants to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub struct ReturnQuery {
    #[serde(default, rename = "return")]
    back: String,
    /// They must sign in anew.
    #[serde(default)]
    anew: String,
}

/// What the provider sends people back with.
#[derive(Debug, Default, Deserialize)]
pub struct Answer {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    error: String,
    /// Who answers (RFC 9207), at providers that say it.
    iss: Option<String>,
}

fn configured(caller: &Caller) -> Option<(&OidcConfig, &dyn Provider, String)> {
    let origin = caller.origin.clone()?;
    Some((caller.console.config.oidc.as_ref()?, caller.console.provider.as_deref()?, format!("{origin}{CALLBACK}")))
}

/// Whether an address goes to the provider too often; seconds to wait.
fn visited(caller: &Caller) -> Result<(), u64> {
    caller.address.map_or(Ok(()), |address| caller.console.provider_visits.check(address)).map_err(|wait| wait.as_secs() + 1)
}

/// `GET /console/sign-in/oidc`: leads to the provider. A link and no form: a page's policy would stop a form that is led elsewhere.
pub async fn start(caller: Caller, Query(wanted): Query<ReturnQuery>) -> Response {
    let Some((config, provider, redirect)) = configured(&caller) else { return pages::problem(&caller, &Problem::NotFound) };
    if let Err(wait) = visited(&caller) {
        return pages::problem(&caller, &Problem::TooMany(wait));
    }
    let mut page = match provider.sign_in_page(caller.now).await {
        Ok(page) => page,
        Err(error) => return unwell(&caller, &error),
    };
    let anew = !wanted.anew.is_empty();
    let under_way = UnderWay {
        state: hex::encode(chance::<16>()),
        nonce: hex::encode(chance::<16>()),
        verifier: BASE64_URL_SAFE_NO_PAD.encode(chance::<32>()),
        back: local_path(&wanted.back).unwrap_or_default(),
        until: caller.now.saturating_add(PATIENCE).unwrap_or(caller.now),
        anew,
    };
    {
        let mut query = page.query_pairs_mut();
        query.append_pair("response_type", "code").append_pair("client_id", &config.client_id).append_pair("redirect_uri", &redirect);
        query.append_pair("scope", "openid email profile").append_pair("state", &under_way.state).append_pair("nonce", &under_way.nonce);
        query.append_pair("code_challenge", &challenge(&under_way.verifier)).append_pair("code_challenge_method", "S256");
        if let Some(domain) = &caller.console.config.domain {
            query.append_pair("hd", domain);
        }
        if anew {
            query.append_pair("prompt", "login").append_pair("max_age", "0");
        }
    }
    let sealed = caller.console.sealer.seal(PURPOSE, &serde_json::to_vec(&under_way).unwrap_or_default());
    let mut response = pages::see(page.as_str());
    let seconds = u32::try_from(PATIENCE.as_secs()).ok();
    set_cookie(&mut response, sign_in_cookie(caller.is_secure), &BASE64_URL_SAFE_NO_PAD.encode(sealed), caller.is_secure, seconds);
    response
}

/// `GET /console/sign-in/oidc/back`: the provider sends people back.
pub async fn back(caller: Caller, Query(answer): Query<Answer>) -> Response {
    let Some((config, provider, redirect)) = configured(&caller) else { return pages::problem(&caller, &Problem::NotFound) };
    if let Err(wait) = visited(&caller) {
        return pages::problem(&caller, &Problem::TooMany(wait));
    }
    let Some(under_way) = under_way(&caller, &answer) else {
        return refused(&caller, "state", caller.words.sign_in.oidc_lost).await;
    };
    // Another provider's answer must not be taken for this one's (RFC 9207).
    if answer.iss.as_ref().is_some_and(|issuer| *issuer != config.issuer) {
        return refused(&caller, "issuer", caller.words.sign_in.oidc_lost).await;
    }
    if answer.code.is_empty() {
        return refused(&caller, if answer.error == "access_denied" { "denied" } else { "no code" }, caller.words.sign_in.oidc_denied)
            .await;
    }
    let code = Code { code: &answer.code, verifier: &under_way.verifier, redirect: &redirect };
    let asked = ExpectedClaims { issuer: &config.issuer, client: &config.client_id, nonce: &under_way.nonce };
    let identity = match provider.redeem(&code, &asked, caller.now).await {
        Ok(identity) => identity,
        Err(error) => return unwell(&caller, &error),
    };
    if under_way.anew && !is_recent(&identity, caller.now, FRESH.as_secs() as i64) {
        return refused(&caller, "not anew", caller.words.sign_in.oidc_lost).await;
    }
    let person = match admitted(&caller.console, &identity, caller.now).await {
        Ok(Some(person)) => person,
        Ok(None) => return refused(&caller, "not on the list", caller.words.sign_in.oidc_stranger).await,
        Err(_) => return pages::problem(&caller, &Problem::Store),
    };
    let acted = Acted { who: &person.id, role: Some(person.role), act: "sign_in", more: Some("oidc".to_owned()), ..Acted::default() };
    let _ = caller.console.audit.record(acted).await;
    let mut response = begin(&caller, &Session::begin(&person.id, &person.name, person.role, Via::Oidc, caller.now), &under_way.back);
    set_cookie(&mut response, sign_in_cookie(caller.is_secure), "", caller.is_secure, Some(0));
    response
}

/// The sign-in that this browser began, when the answer is of it and it is not too late.
fn under_way(caller: &Caller, answer: &Answer) -> Option<UnderWay> {
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(caller.under_way.as_deref()?).ok()?;
    let under_way: UnderWay = serde_json::from_slice(&caller.console.sealer.open(PURPOSE, &sealed).ok()?).ok()?;
    let is_ours = constant_time_eq(under_way.state.as_bytes(), answer.state.as_bytes());
    (is_ours && caller.now < under_way.until).then_some(under_way)
}

async fn refused(caller: &Caller, why: &str, said: &str) -> Response {
    let _ = caller
        .console
        .audit
        .record(Acted { who: "–", act: "sign_in.failed", more: Some(format!("oidc: {why}")), ..Acted::default() })
        .await;
    let mut response = pages::see_saying(caller, "/console/sign-in", said);
    set_cookie(&mut response, sign_in_cookie(caller.is_secure), "", caller.is_secure, Some(0));
    response
}

/// The provider is not well, or its answer is not to be believed; the log tells which, and no address or token.
fn unwell(caller: &Caller, error: &TokenError) -> Response {
    tracing::warn!(%error, "A sign-in at the identity provider did not succeed");
    let mut response = pages::see_saying(caller, "/console/sign-in", caller.words.sign_in.oidc_unwell);
    set_cookie(&mut response, sign_in_cookie(caller.is_secure), "", caller.is_secure, Some(0));
    response
}
