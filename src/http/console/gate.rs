//! Who gets in, and from where: every page takes one of the role types, every act one that has checked the form's token as well.
//!
//! Before any handler the gate refuses what comes from another site and what would carry a session over an open line.

use std::marker::PhantomData;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use url::Url;

use crate::http::body::drips_in;
use crate::http::console::admission;
use crate::http::console::cookies::{self, cookie, session_cookie, set_cookie, visitor_cookie};
use crate::http::console::form_data::{Fields, read_form};
use crate::http::console::pages::{self, Problem};
use crate::http::console::session::Session;
use crate::http::console::state::Console;
use crate::http::console::visit::{Caller, Theme, Visit};
use crate::http::console::words::Language;
use crate::model::ids::JobId;
use crate::model::role::Role;
use crate::signing::{constant_time_eq, sha256};

/// The signed header of Google's proxy.
const IAP_ASSERTION: &str = "x-goog-iap-jwt-assertion";

/// What pages may do in a browser.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types console";

/// What every answer of the console says, unless it said otherwise itself.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// Who may look.
pub struct Reader(pub Visit);
/// Who may act.
pub struct Operator(pub Visit);
/// Who may decide.
pub struct Admin(pub Visit);
/// Who may decide, and signed in a moment ago: for what must not be done by whoever finds an open browser.
pub struct FreshAdmin(pub Visit);

/// A role as a type.
pub trait AtLeast {
    /// The role.
    const ROLE: Role;
    /// Whether they must have signed in a moment ago.
    const FRESH: bool;
}

macro_rules! roles {
    ($($name:ident $role:ident $fresh:literal),*) => {$(
        impl AtLeast for $name {
            const ROLE: Role = Role::$role;
            const FRESH: bool = $fresh;
        }

        impl<S: Send + Sync> FromRequestParts<S> for $name {
            type Rejection = Response;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
                admit::<Self>(parts).map(Self)
            }
        }
    )*};
}

roles!(Reader Reader false, Operator Operator false, Admin Admin false, FreshAdmin Admin true);

#[expect(clippy::result_large_err, reason = "what is refused is answered with a page")]
fn admit<R: AtLeast>(parts: &Parts) -> Result<Visit, Response> {
    let Some(caller) = parts.extensions.get::<Caller>().cloned() else { return Err(StatusCode::NOT_FOUND.into_response()) };
    let Some(session) = caller.session.clone() else {
        return Err(pages::to_sign_in(&caller, &parts.method));
    };
    let visit = Visit { caller, session };
    if visit.console().pages.check(session_address(&visit.session)).is_err() {
        return Err(pages::problem(&visit.caller, &Problem::TooMany(60)));
    }
    if !visit.may(R::ROLE) {
        return Err(pages::problem(&visit.caller, &Problem::Forbidden(R::ROLE)));
    }
    if R::FRESH && !visit.is_fresh() {
        return Err(pages::sign_in_again(&visit.caller, parts));
    }
    Ok(visit)
}

/// Limits are counted per address; a session has one of its own that no machine has.
pub(in crate::http) fn session_address(session: &Session) -> IpAddr {
    let digest = sha256(session.csrf.as_bytes());
    let mut octets = [0; 16];
    octets[..8].copy_from_slice(&digest[..8]);
    octets[0] |= 0xf0;
    IpAddr::V6(Ipv6Addr::from(octets))
}

/// A form that somebody with this role sent from one of our pages.
pub struct Act<R> {
    /// Who sent it.
    pub visit: Visit,
    /// Its fields.
    pub form: Fields,
    role: PhantomData<fn() -> R>,
}

impl<S: Send + Sync, R: AtLeast> FromRequest<S> for Act<R> {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let visit = admit::<R>(&parts)?;
        let form = read_form(body).await.map_err(|problem| pages::problem(&visit.caller, &problem))?;
        check_token(&parts.headers, form.raw("csrf"), &visit)?;
        Ok(Self { visit, form, role: PhantomData })
    }
}

/// A file, with the fields beside it, that somebody with this role sent from one of our pages.
pub struct Upload<R> {
    /// Who sent it.
    pub visit: Visit,
    /// Its fields.
    pub form: Fields,
    /// The file's name.
    pub name: String,
    /// The file.
    pub bytes: bytes::Bytes,
    role: PhantomData<fn() -> R>,
}

/// Files are no larger than this.
pub const LARGEST_FILE: usize = 20 * 1024 * 1024;

impl<S: Send + Sync, R: AtLeast> FromRequest<S> for Upload<R> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let visit = admit::<R>(&parts)?;
        let refused = |problem: Problem| pages::problem(&visit.caller, &problem);
        if let Err(wait) = visit.console().uploads.check(session_address(&visit.session)) {
            return Err(refused(Problem::TooMany(wait.as_secs() + 1)));
        }
        let request = Request::from_parts(parts.clone(), body);
        let mut multipart = axum::extract::Multipart::from_request(request, state).await.map_err(|_| refused(Problem::Malformed))?;
        let mut upload =
            Self { visit: visit.clone(), form: Fields::default(), name: String::new(), bytes: bytes::Bytes::new(), role: PhantomData };
        while let Some(field) = multipart.next_field().await.map_err(|error| refused(upload_problem(&error)))? {
            let name = field.name().unwrap_or_default().to_owned();
            if let Some(file) = field.file_name().map(ToOwned::to_owned) {
                upload.name = file;
                upload.bytes = field.bytes().await.map_err(|error| refused(upload_problem(&error)))?;
            } else {
                let text = field.text().await.map_err(|error| refused(upload_problem(&error)))?;
                upload.form.push(name, text);
            }
        }
        check_token(&parts.headers, upload.form.raw("csrf"), &visit)?;
        Ok(upload)
    }
}

fn upload_problem(error: &axum::extract::multipart::MultipartError) -> Problem {
    if drips_in(error) {
        return Problem::Slow;
    }
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Problem::TooLarge } else { Problem::Malformed }
}

#[expect(clippy::result_large_err, reason = "what is refused is answered with a page")]
pub(in crate::http) fn check_token(headers: &HeaderMap, field: &str, visit: &Visit) -> Result<(), Response> {
    let given = headers.get("x-csrf").and_then(|value| value.to_str().ok()).unwrap_or(field);
    if constant_time_eq(given.as_bytes(), visit.session.csrf.as_bytes()) {
        return Ok(());
    }
    Err(pages::problem(&visit.caller, &Problem::Foreign))
}

/// The gate: before every page of the console.
pub async fn gate(State(console): State<Arc<Console>>, mut request: Request, next: Next) -> Response {
    let epoch = console.epoch().await;
    let mut caller = caller(&console, &request, epoch);
    let assertion = request.headers().get(IAP_ASSERTION).and_then(|value| value.to_str().ok());
    admission::of_proxy(&mut caller, assertion).await;
    if let Some(session) = caller.session.as_mut().filter(|session| session.is_person()) {
        // Who was taken off the list is out within a minute; a role that changed holds as soon.
        match console.people.person(&session.who).await {
            Some(person) => (session.role, session.name) = (person.role, person.name),
            None => caller.session = None,
        }
    }
    if !is_private(&console, &caller, request.headers()) {
        return dress(pages::insecure(&caller), &caller);
    }
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_reading && !is_own_page(request.headers(), own_origin(&console, request.headers(), caller.is_secure).as_deref()) {
        return dress(pages::problem(&caller, &Problem::Foreign), &caller);
    }
    if caller.session.is_some()
        && let Err(problem) = is_shown(&console, &caller.path).await
    {
        return dress(pages::problem(&caller, &problem), &caller);
    }
    request.extensions_mut().insert(caller.clone());
    let response = next.run(request).await;
    dress(response, &caller)
}

/// Whether what an address names may be shown: no report of somebody whose data are blocked, on whatever page.
async fn is_shown(console: &Console, path: &str) -> Result<(), Problem> {
    for job in path.split('/').filter_map(JobId::parse) {
        match console.privacy.is_blocked(&job).await {
            Ok(false) => {}
            Ok(true) => return Err(Problem::Blocked),
            Err(error) => {
                tracing::warn!(%error, "a page of the console could not tell whether data are blocked");
                return Err(Problem::Store);
            }
        }
    }
    Ok(())
}

/// Headers, and the cookies that are due.
fn dress(mut response: Response, caller: &Caller) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if caller.is_secure {
        let hsts = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().entry(header::STRICT_TRANSPORT_SECURITY).or_insert(hsts);
    }
    let sets_cookies = response.headers().contains_key(header::SET_COOKIE);
    if let Some(session) = &caller.session
        && (caller.is_new || (session.is_due(caller.now) && !sets_cookies))
    {
        let renewed = caller.console.keys.cookie(&Session { issued: caller.now, ..session.clone() });
        set_cookie(&mut response, &session_cookie(caller.is_secure), &renewed, caller.is_secure, None);
    }
    // What the page before said is said once.
    if caller.flash.is_some() && response.status() == StatusCode::OK {
        set_cookie(&mut response, "gp-flash", "", caller.is_secure, Some(0));
    }
    response
}

fn caller(console: &Arc<Console>, request: &Request, epoch: Option<Timestamp>) -> Caller {
    let headers = request.headers();
    let now = console.clock.now();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let is_secure = is_secure(console, headers, peer);
    let session = cookie(headers, &session_cookie(is_secure)).and_then(|cookie| console.keys.session(cookie, now, epoch));
    let language = cookie(headers, "gp-lang").and_then(Language::parse).or_else(|| accepted(headers)).unwrap_or(console.site.language);
    let theme = match cookie(headers, "gp-theme") {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    };
    let flash = cookie(headers, "gp-flash").and_then(|text| console.keys.verify("flash", text));
    Caller {
        session,
        words: language.words(),
        theme,
        keys: cookie(headers, "gp-keys") == Some("on"),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        part: headers.get("x-part").and_then(|value| value.to_str().ok()).map(ToOwned::to_owned),
        is_secure,
        address: peer.map(|peer| console.proxies.source_address(peer, headers)),
        request_id: headers.get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned(),
        flash: flash.and_then(|bytes| String::from_utf8(bytes).ok()),
        visitor: cookie(headers, &visitor_cookie(is_secure)).map(ToOwned::to_owned),
        under_way: cookie(headers, cookies::sign_in_cookie(is_secure)).map(ToOwned::to_owned),
        is_new: false,
        now,
        origin: trusted_origin(console, headers, is_secure),
        console: Arc::clone(console),
    }
}

fn accepted(headers: &HeaderMap) -> Option<Language> {
    let text = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    text.split(',').take(10).find_map(|entry| Language::parse(entry.split(';').next()?.trim()))
}

/// Whether the browser's line is encrypted: as `CONSOLE_URL` says, or as a proxy that is believed says.
pub fn is_secure(console: &Console, headers: &HeaderMap, peer: Option<SocketAddr>) -> bool {
    if let Some(url) = &console.config.url {
        return url.scheme() == "https";
    }
    let is_proxy = peer.is_some_and(|peer| console.proxies.is_trusted(peer.ip()));
    is_proxy && headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
}

/// Whether nobody on the way reads along: an encrypted line, or this machine, or an administrator who wants it so.
fn is_private(console: &Console, caller: &Caller, headers: &HeaderMap) -> bool {
    caller.is_secure || console.config.insecure || host(headers).is_some_and(|host| is_loopback(&host))
}

fn host(headers: &HeaderMap) -> Option<String> {
    headers.get(header::HOST)?.to_str().ok().map(str::to_ascii_lowercase)
}

fn is_loopback(host: &str) -> bool {
    let bare = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The origin that our own pages have.
fn own_origin(console: &Console, headers: &HeaderMap, is_secure: bool) -> Option<String> {
    match &console.config.url {
        Some(url) => Some(url.origin().ascii_serialization()),
        None => host(headers).map(|host| format!("{}://{host}", if is_secure { "https" } else { "http" })),
    }
}

/// The address that a mailed link may begin with: what the settings say, or this machine; a request's own word could send somebody's link to a stranger.
fn trusted_origin(console: &Console, headers: &HeaderMap, is_secure: bool) -> Option<String> {
    let is_known = console.config.url.is_some() || host(headers).is_some_and(|host| is_loopback(&host));
    own_origin(console, headers, is_secure).filter(|_| is_known)
}

/// Whether a form was sent from one of our own pages: the browser says so itself, or names the page's origin.
fn is_own_page(headers: &HeaderMap, own: Option<&str>) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site.as_bytes() == b"same-origin";
    }
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).and_then(|origin| Url::parse(origin).ok());
    let own = own.and_then(|own| Url::parse(own).ok());
    match (origin, own) {
        (Some(origin), Some(own)) => origin.origin().is_tuple() && origin.origin() == own.origin(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap())).collect()
    }

    #[test]
    fn a_form_is_taken_from_our_own_pages_only() {
        let own = Some("https://informes.colegio.cl");
        for (pairs, is_own) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://informes.colegio.cl")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", "https://informes.colegio.cl")], true),
            (&[("origin", "https://informes.colegio.cl:443")], true),
            (&[("origin", "http://informes.colegio.cl")], false),
            (&[("origin", "https://informes.colegio.cl.evil.example")], false),
            (&[("origin", "https://informes.colegio.cl:8443")], false),
            (&[("origin", "null")], false),
            (&[("referer", "https://informes.colegio.cl/console")], false),
            (&[], false),
        ] {
            assert_eq!(is_own_page(&headers(pairs), own), is_own, "{pairs:?}");
        }
        assert!(!is_own_page(&headers(&[("origin", "https://informes.colegio.cl")]), None));
    }

    #[test]
    fn only_this_machine_is_private_without_encryption() {
        for host in ["localhost", "localhost:8080", "127.0.0.1:80", "[::1]:8080", "127.9.9.9"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["escuela.test", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1:8080", "[2001:db8::1]", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
