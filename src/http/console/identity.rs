//! Signing in with an account of somebody else: a school's identity provider (OpenID Connect), or a proxy in front of us that has asked for it already (Google's IAP).
//!
//! Who may come in is settled here alone: whoever is on the list of people, or has an address of the school's own domain.

use async_trait::async_trait;
use axum::extract::Query;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use maud::html;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::audit::Act as Acted;
use crate::http::auth::key_set::TokenError;
use crate::http::auth::oidc::{Asked, Identity, challenge, is_recent};
use crate::http::console::config::OidcConfig;
use crate::http::console::gate::{Caller, local_path, set_cookie};
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::page;
use crate::http::console::people::{Person, find, id_of, keep};
use crate::http::console::session::{FRESH, Session, Via};
use crate::http::console::sign_in::begin;
use crate::http::console::state::Console;
use crate::model::person::EmailAddress;
use crate::sealing::chance;
use crate::signing::constant_time_eq;
use crate::storage::StoreError;

/// A sign-in at the provider takes no longer.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);
/// What a sealed sign-in is sealed for.
const PURPOSE: &str = "sign-in";
/// Who added people that came in by the school's domain.
const BY_DOMAIN: &str = "domain";
/// The path a provider sends people back to.
pub const CALLBACK: &str = "/console/sign-in/oidc/back";

/// A provider of identities.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Where a browser signs in.
    ///
    /// # Errors
    /// The provider does not answer, or tells something else than it should.
    async fn sign_in_page(&self, now: Timestamp) -> Result<Url, TokenError>;

    /// Who signed in: a code becomes a token, and the token is verified.
    ///
    /// # Errors
    /// The provider refuses the code, or the token is not for this sign-in.
    async fn redeem(&self, code: &Code<'_>, asked: &Asked<'_>, now: Timestamp) -> Result<Identity, TokenError>;

    /// Where a browser signs out there, once that is known and where there is such a place.
    async fn sign_out_page(&self) -> Option<Url>;
}

/// What a provider's code is redeemed with.
#[derive(Debug, Clone, Copy)]
pub struct Code<'a> {
    /// The code.
    pub code: &'a str,
    /// What proves that we asked for it (RFC 7636).
    pub verifier: &'a str,
    /// Where it was sent to.
    pub redirect: &'a str,
}

/// What a proxy in front of us says.
#[async_trait]
pub trait Proxy: Send + Sync {
    /// Who passed it.
    ///
    /// # Errors
    /// The assertion is not the proxy's for this service.
    async fn identity(&self, assertion: &str, now: Timestamp) -> Result<Identity, TokenError>;
}

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
pub struct Wanted {
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

/// The cookie of a sign-in that is under way.
pub fn sign_in_cookie(is_secure: bool) -> &'static str {
    if is_secure { "__Host-gradepost-oidc" } else { "gradepost-oidc" }
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
pub async fn start(caller: Caller, Query(wanted): Query<Wanted>) -> Response {
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
    let asked = Asked { issuer: &config.issuer, client: &config.client_id, nonce: &under_way.nonce };
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

/// Who this is to us: somebody on the list, or somebody of the school's own domain, who is put on it. Whoever was taken off the list stays off.
pub async fn admitted(console: &Console, identity: &Identity, now: Timestamp) -> Result<Option<Person>, StoreError> {
    let Ok(email) = EmailAddress::parse(&identity.email) else { return Ok(None) };
    let id = id_of(&email);
    if let Some(person) = console.person(&id).await {
        return Ok(Some(person));
    }
    let (domain, role) = (console.config.domain.as_deref(), console.config.default_role);
    // What is remembered of people counts for a minute; whether somebody was taken off the list is looked up.
    if let Some(person) = find(console, &id).await? {
        return Ok((!person.removed).then_some(person));
    }
    if !domain.is_some_and(|domain| is_of(identity, &email, domain)) {
        return Ok(None);
    }
    let name = identity.name.as_deref().map(|name| name.chars().filter(|c| !c.is_control()).take(80).collect::<String>());
    let person = Person {
        v: 1,
        id,
        name: name
            .filter(|name| !name.trim().is_empty())
            .unwrap_or_else(|| email.as_str().split('@').next().unwrap_or_default().to_owned()),
        email: email.as_str().to_owned(),
        role,
        added: now,
        by: BY_DOMAIN.to_owned(),
        removed: false,
    };
    let acted = Acted { who: BY_DOMAIN, act: "person.add", on: &person.id, more: Some(role.as_str().to_owned()), ..Acted::default() };
    console.audit.record(acted).await?;
    keep(console, &person).await?;
    Ok(Some(person))
}

/// Whether an account belongs to a domain: the provider says whose it is (Google), or at least the address is there.
fn is_of(identity: &Identity, email: &EmailAddress, domain: &str) -> bool {
    let is_managed = identity.domain.as_deref().is_none_or(|managed| managed.eq_ignore_ascii_case(domain));
    is_managed && email.as_str().rsplit_once('@').is_some_and(|(_, of)| of.eq_ignore_ascii_case(domain))
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

/// The session of who passed the proxy: the one that the cookie tells when it is theirs, else one that begins now.
pub async fn of_proxy(caller: &mut Caller, assertion: Option<&str>) {
    let console = caller.console.clone();
    let Some(proxy) = &console.proxy else { return };
    let identity = match assertion {
        Some(assertion) => match proxy.identity(assertion, caller.now).await {
            Ok(identity) => Some(identity),
            Err(error) => {
                tracing::warn!(%error, "An assertion of the proxy in front is not believed");
                None
            }
        },
        None => None,
    };
    let person = match &identity {
        Some(identity) => admitted(&console, identity, caller.now).await.ok().flatten(),
        None => None,
    };
    match (person, &caller.session) {
        (Some(person), Some(session)) if session.via == Via::Iap && session.who == person.id => {}
        // Signed in by a key or a link: the proxy's word does not make them another person.
        (_, Some(session)) if session.via != Via::Iap => {}
        (Some(person), _) => {
            caller.session = Some(Session::begin(&person.id, &person.name, person.role, Via::Iap, caller.now));
            caller.is_new = true;
        }
        (None, _) => caller.session = None,
    }
}

/// What is said after signing out of an account that may still be signed in at its provider.
pub async fn out_page(caller: &Caller) -> Response {
    let words = &caller.words.sign_in;
    let mut elsewhere = match &caller.console.provider {
        Some(provider) => provider.sign_out_page().await,
        None => None,
    };
    if let (Some(page), Some(config)) = (elsewhere.as_mut(), &caller.console.config.oidc) {
        let mut query = page.query_pairs_mut();
        query.append_pair("client_id", &config.client_id);
        if let Some(origin) = &caller.origin {
            query.append_pair("post_logout_redirect_uri", &format!("{origin}/console/sign-in"));
        }
    }
    let body = html! {
        div class="card" {
            h1 { (words.out_title) }
            p { (words.out) }
            // Google's own address for leaving its proxy; without it the next page would be signed in at once.
            @if caller.console.proxy.is_some() { p { a class="b" href="/console?gcp-iap-mode=CLEAR_LOGIN_COOKIE" { (words.out_elsewhere) } } }
            @if let Some(page) = &elsewhere { p { a class="b" href=(page) { (words.out_elsewhere) } } }
            p { a class="b main" href="/console/sign-in" { (words.title) } }
        }
    };
    page::alone(caller, words.out_title, &body).into_response()
}
