//! Signing in and out.

use axum::extract::{Query, Request};
use axum::response::{IntoResponse as _, Response};
use maud::html;
use secrecy::ExposeSecret as _;
use serde::Deserialize;

use crate::audit::Act as Acted;
use crate::http::console::cookies::{session_cookie, set_cookie, visitor_cookie};
use crate::http::console::form_data::{Fields, read_open_form};
use crate::http::console::gate::{Act, Admin, Reader};
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::form::{Field, csrf};
use crate::http::console::parts::{self, page};
use crate::http::console::paths::local_path;
use crate::http::console::session::{Session, Via};
use crate::http::console::state::Console;
use crate::http::console::visit::Caller;
use crate::http::console::words::fill;
use crate::model::role::Role;
use crate::sealing::chance;
use crate::signing::constant_time_eq;

/// The address that limits over all callers are counted under.
const EVERYBODY: std::net::IpAddr = std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

/// Whether somebody tries to sign in too often; seconds to wait.
pub(super) fn limited(caller: &Caller) -> Result<(), u64> {
    let console = &caller.console;
    let checked = caller.address.map_or(Ok(()), |address| console.sign_ins.check(address));
    checked.and_then(|()| console.all_sign_ins.check(EVERYBODY)).map_err(|wait| wait.as_secs() + 1)
}

/// Where somebody wants to go.
#[derive(Debug, Default, Deserialize)]
pub struct ReturnQuery {
    /// A path of the console.
    #[serde(default, rename = "return")]
    back: String,
    /// Somebody just signed out.
    #[serde(default)]
    out: String,
}

/// `GET /console/sign-in`.
pub async fn show(caller: Caller, Query(wanted): Query<ReturnQuery>) -> Response {
    if !wanted.out.is_empty() {
        return out_page(&caller).await;
    }
    if caller.session.is_some() {
        return pages::see(&local_path(&wanted.back).unwrap_or_else(|| "/console/today".to_owned()));
    }
    form(&caller, &wanted.back, None, None)
}

/// `GET /console/sign-in/again`: who signed in a while ago does so again before what is dangerous.
pub async fn again(Reader(visit): Reader, Query(wanted): Query<ReturnQuery>) -> Response {
    let words = &visit.words().sign_in;
    if visit.session.via != Via::Iap {
        return form(&visit.caller, &wanted.back, Some(words.fresh), None);
    }
    // The proxy asks people by its own rules; what is left to us is to ask whoever sits there.
    let body = html! {
        div class="card" {
            h1 { (words.fresh_title) }
            p { (words.fresh_proxy) }
            form method="post" action="/console/sign-in/again" {
                (csrf(&visit))
                input type="hidden" name="return" value=(local_path(&wanted.back).unwrap_or_default());
                button class="b main" { (fill(words.fresh_go, &[("name", &visit.session.name)])) }
            }
        }
    };
    page::alone(&visit.caller, words.fresh_title, &body).into_response()
}

/// `POST /console/sign-in/again`: whom the proxy vouches for at this moment.
pub async fn confirm(act: Act<Reader>) -> Response {
    let visit = &act.visit;
    if visit.session.via != Via::Iap {
        return pages::problem(&visit.caller, &Problem::NotFound);
    }
    let session = Session::begin(&visit.session.who, &visit.session.name, visit.session.role, Via::Iap, visit.caller.now);
    let acted = Acted { who: visit.who(), role: Some(session.role), act: "sign_in", more: Some("again".to_owned()), ..Acted::default() };
    let _ = visit.console().audit.record(acted).await;
    begin(&visit.caller, &session, act.form.text("return"))
}

fn form(caller: &Caller, back: &str, said: Option<&str>, fault: Option<&str>) -> Response {
    let words = &caller.words.sign_in;
    let visitor = caller.visitor.clone().unwrap_or_else(|| hex::encode(chance::<16>()));
    let token = Field {
        name: "token",
        label: words.token,
        hint: Some(words.token_hint),
        fault,
        kind: "password",
        required: true,
        autocomplete: "current-password",
        ..Field::default()
    };
    let people = &caller.words.people;
    let mail = Field {
        name: "email",
        label: people.email,
        hint: Some(people.sign_in_hint),
        kind: "email",
        required: true,
        autocomplete: "email",
        ..Field::default()
    };
    let said = said.or(caller.flash.as_deref());
    let back = local_path(back).unwrap_or_default();
    let console = &caller.console;
    let is_again = caller.session.is_some();
    let has_tokens =
        console.config.reader_token.is_some() || console.config.operator_token.is_some() || console.config.admin_token.is_some();
    let provider = console.config.oidc.as_ref().filter(|_| caller.origin.is_some());
    let to_provider = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("return", &back)
        .extend_pairs(is_again.then_some(("anew", "1")))
        .finish();
    let title = if is_again { words.fresh_title } else { words.title };
    let body = html! {
        div class="head" {
            h1 { (title) }
            @if !is_again { p class="lead" { (words.lead) } }
        }
        @if let Some(said) = said { p class="say" role="status" { (said) } }
        @if let Some(provider) = provider {
            section class="card" {
                p { (words.oidc_lead) }
                p { a class="b main" href={ "/console/sign-in/oidc?" (to_provider) } { (fill(words.oidc_go, &[("provider", &provider_name(&provider.issuer))])) } }
            }
        }
        @if has_tokens {
            form class="card" method="post" action="/console/sign-in" {
                input type="hidden" name="csrf" value=(visitor);
                input type="hidden" name="return" value=(back);
                (token.show())
                button class=(if provider.is_some() { "b" } else { "b main" }) { (words.enter) }
            }
        }
        @if caller.origin.is_some() {
            form class="card" method="post" action="/console/sign-in/mail" {
                input type="hidden" name="csrf" value=(visitor);
                input type="hidden" name="return" value=(back);
                h2 { (people.sign_in_mail) }
                (mail.show())
                button class="b" { (people.sign_in_go) }
            }
        }
        p { small { (words.not_me) } }
    };
    let mut response = page::alone(caller, title, &body).into_response();
    if caller.visitor.is_none() {
        set_cookie(&mut response, &visitor_cookie(caller.is_secure), &visitor, caller.is_secure, None);
    }
    response
}

/// `POST /console/sign-in`.
pub async fn enter(caller: Caller, request: Request) -> Response {
    let fields = match read_open_form(request.into_body()).await {
        Ok(fields) => fields,
        Err(problem) => return pages::problem(&caller, &problem),
    };
    if !is_visitors(&caller, &fields) {
        return pages::problem(&caller, &Problem::Foreign);
    }
    let console = caller.console.clone();
    if let Err(seconds) = limited(&caller) {
        let text = fill(caller.words.sign_in.slow, &[("n", &seconds.to_string())]);
        let mut response = form(&caller, fields.text("return"), None, Some(&text));
        *response.status_mut() = axum::http::StatusCode::TOO_MANY_REQUESTS;
        response.headers_mut().insert(axum::http::header::RETRY_AFTER, seconds.into());
        return response;
    }
    let Some(role) = role_of(&console, fields.text("token")) else {
        // Without the value: it may be a key of something else.
        let _ = console.audit.record(Acted { who: "–", act: "sign_in.failed", ..Acted::default() }).await;
        let mut response = form(&caller, fields.text("return"), None, Some(caller.words.sign_in.wrong));
        *response.status_mut() = axum::http::StatusCode::UNAUTHORIZED;
        return response;
    };
    let who = format!("token:{}", role.as_str());
    let session = Session::begin(&who, parts::role_name(role, &caller), role, Via::Token, caller.now);
    let _ = console.audit.record(Acted { who: &who, role: Some(role), act: "sign_in", ..Acted::default() }).await;
    begin(&caller, &session, fields.text("return"))
}

/// What people call a provider: the two that schools have by their names, another by its host.
fn provider_name(issuer: &str) -> String {
    let host = url::Url::parse(issuer).ok().and_then(|url| url.host_str().map(ToOwned::to_owned)).unwrap_or_default();
    match host.as_str() {
        "accounts.google.com" => "Google".to_owned(),
        "login.microsoftonline.com" => "Microsoft".to_owned(),
        _ => host,
    }
}

/// Whether a form was sent from the sign-in page that this browser was given.
pub(in crate::http) fn is_visitors(caller: &Caller, fields: &Fields) -> bool {
    let visitor = caller.visitor.as_deref().unwrap_or_default();
    !visitor.is_empty() && constant_time_eq(visitor.as_bytes(), fields.raw("csrf").as_bytes())
}

/// Signs somebody in and leads them on.
pub fn begin(caller: &Caller, session: &Session, back: &str) -> Response {
    let mut response = pages::see(&local_path(back).unwrap_or_else(|| "/console/today".to_owned()));
    let name = session_cookie(caller.is_secure);
    set_cookie(&mut response, &name, &caller.console.keys.cookie(session), caller.is_secure, None);
    response
}

/// The role that a token opens; all tokens are compared, always.
pub fn role_of(console: &Console, given: &str) -> Option<Role> {
    let config = &console.config;
    let tokens = [(&config.reader_token, Role::Reader), (&config.operator_token, Role::Operator), (&config.admin_token, Role::Admin)];
    let mut found = None;
    for (token, role) in tokens {
        let expected = token.as_ref().map_or("", |token| token.expose_secret());
        let is_same = constant_time_eq(expected.as_bytes(), given.as_bytes());
        if is_same && !expected.is_empty() {
            found = Some(role);
        }
    }
    found
}

/// `POST /console/sign-out`.
pub async fn leave(act: Act<Reader>) -> Response {
    out(&act.visit.caller)
}

fn out(caller: &Caller) -> Response {
    let mut response = pages::see("/console/sign-in?out=1");
    set_cookie(&mut response, &session_cookie(caller.is_secure), "", caller.is_secure, Some(0));
    response
}

/// `POST /console/me/everybody-out`.
pub async fn everybody_out(act: Act<Admin>) -> Response {
    let visit = &act.visit;
    let console = visit.console();
    let recorded =
        console.audit.record(Acted { who: visit.who(), role: Some(visit.session.role), act: "sessions.end", ..Acted::default() }).await;
    if recorded.is_err() || console.sign_everybody_out().await.is_err() {
        return pages::problem(&visit.caller, &Problem::NoAudit);
    }
    out(&visit.caller)
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
