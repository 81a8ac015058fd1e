//! Who comes in and how: a school's identity provider, Google's proxy, mailed links, links from the shell; sessions and their end; what needs a fresh sign-in; keys of programs.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use gradepost::http::console::config::ConsoleConfig;
use gradepost::http::console::session::{Keys, Session, Via};
use gradepost::model::role::Role;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::console::{ADMIN, OPERATOR, READER, TOKENS, audited, report_of, until};
use crate::gcs_emulator::peer::peer;
use crate::harness::{Answer, Service, files, gradepost, mails, repository, school};
use crate::person::{Person, field};

const SECRET_OF_CLIENT: &str = "a secret, with + and : in it";
const EC_KEY: &[u8] = include_bytes!("../../test_data/push/test_only_ec_key.pem");
const SIGNED: &str = "x-goog-iap-jwt-assertion";
const AUDIENCE: &str = "/projects/123/locations/us-central1/services/gradepost";

/// A port that is free at the moment.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A certified provider, really running.
struct Provider {
    child: Child,
    issuer: String,
}

impl Provider {
    /// `None` on a laptop without it.
    fn start(port: u16, algorithm: &str) -> Option<Self> {
        let folder = std::env::var("GRADEPOST_TEST_OIDC").map_or_else(|_| repository("target/parts/oidc"), PathBuf::from);
        let there =
            folder.join("node_modules/oidc-provider/package.json").exists().then_some(()).ok_or_else(|| "npm's oidc-provider".to_owned());
        peer("oidc", there)?;
        let mut child = Command::new("node")
            .arg(repository("tests/parts/oidc_provider.mjs"))
            .args([folder.to_str().unwrap(), &format!("http://127.0.0.1:{port}/console/sign-in/oidc/back"), algorithm])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let issuer = lines.find(|line| line.starts_with("http://")).expect("the provider tells its address");
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { child, issuer })
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A service that signs people in at the provider, beside the tokens.
fn service_of(folder: &std::path::Path, port: u16, provider: &Provider, more: &[(&str, &str)]) -> Service {
    let (port, url) = (port.to_string(), format!("http://127.0.0.1:{port}"));
    let mut settings = vec![
        ("PORT", port.as_str()),
        ("CONSOLE_URL", url.as_str()),
        ("OIDC_ISSUER", provider.issuer.as_str()),
        ("OIDC_CLIENT_ID", "gradepost"),
        ("OIDC_CLIENT_SECRET", SECRET_OF_CLIENT),
    ];
    settings.extend(TOKENS);
    settings.extend(more);
    Service::start(folder, &settings)
}

async fn add_person(service: &Service, name: &str, email: &str, role: &str) {
    let mut admin = Person::signed_in(service, ADMIN).await;
    let page = admin.get("/console/people").await;
    let fields = [("csrf", field(&page.text, "csrf")), ("name", name.to_owned()), ("email", email.to_owned()), ("role", role.to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(admin.post("/console/people", &fields).await.status, 303);
}

/// A browser without scripts that goes between the service and the provider.
#[derive(Default)]
struct Walker {
    cookies: BTreeMap<String, String>,
}

impl Walker {
    async fn send(&mut self, request: reqwest::RequestBuilder) -> (u16, Option<String>, String) {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = request.header("Cookie", cookies.join("; ")).send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() { drop(self.cookies.remove(name)) } else { drop(self.cookies.insert(name.to_owned(), value.to_owned())) }
        }
        let location = response.headers().get("location").map(|location| location.to_str().unwrap().to_owned());
        let (url, status) = (response.url().clone(), response.status().as_u16());
        (status, location.map(|location| url.join(&location).unwrap().to_string()), response.text().await.unwrap())
    }

    fn client() -> reqwest::Client {
        gradepost::app::install_tls_provider();
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
    }

    /// Goes where it is led, but not beyond an address that `stop` names.
    async fn follow(&mut self, url: &str, stop: &str) -> (String, String) {
        let mut url = url.to_owned();
        for _ in 0..20 {
            if !stop.is_empty() && url.contains(stop) {
                return (url, String::new());
            }
            let (_, location, text) = self.send(Self::client().get(&url)).await;
            match location {
                Some(next) => url = next,
                None => return (url, text),
            }
        }
        panic!("led around in a circle at {url}");
    }

    /// Signs in at the provider as somebody and comes back; stops before the address that `stop` names.
    async fn sign_in(&mut self, service: &Service, who: &str, stop: &str) -> (String, String) {
        let (at, page) = self.follow(&service.url("/console/sign-in/oidc?return=/console/reports"), "").await;
        let login = [("prompt", "login"), ("login", who), ("password", "any")];
        let next = self.send(Self::client().post(action(&at, &page)).form(&login)).await.1.unwrap();
        let (at, page) = self.follow(&next, stop).await;
        if page.is_empty() {
            return (at, page);
        }
        let next = self.send(Self::client().post(action(&at, &page)).form(&[("prompt", "consent")])).await.1.unwrap();
        self.follow(&next, stop).await
    }
}

fn action(at: &str, page: &str) -> String {
    let action =
        page.split("action=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("no form at {at}:\n{page}"));
    url::Url::parse(at).unwrap().join(action).unwrap().to_string()
}

#[tokio::test]
async fn who_is_on_the_list_signs_in_at_the_schools_provider_in_a_browser() {
    let (folder, port) = (school(), free_port());
    let Some(provider) = Provider::start(port, "RS256") else { return };
    let service = service_of(folder.path(), port, &provider, &[]);
    add_person(&service, "María de la lista", "maria@colegio.example", "operator").await;
    let Some(mut browser) = Browser::open("about:blank") else { return };
    browser.header("Accept-Language", "es");
    browser.go(&service.url("/console/sign-in?return=%2Fconsole%2Freports"));
    assert_eq!(browser.problems(), Vec::<String>::new());
    browser.value("document.querySelector('a[href*=\"/sign-in/oidc?\"]').click()");
    browser.wait_for("document.querySelector('input[name=login]') && document.readyState === 'complete'");
    browser.value("document.querySelector('input[name=login]').value = 'maria'; document.querySelector('input[name=password]').value = 'any'; document.forms[0].submit()");
    browser.wait_for("document.querySelector('input[name=prompt][value=consent]') && document.readyState === 'complete'");
    browser.value("document.forms[0].submit()");
    browser.wait_for("location.pathname === '/console/reports' && document.readyState === 'complete'");
    let page = browser.value("document.body.textContent");
    assert!(page.as_str().unwrap().contains("María de la lista"), "the name of the list counts");
    // They leave, and may leave the account as well.
    browser.value("document.querySelector('form[action=\"/console/sign-out\"]').requestSubmit()");
    browser.wait_for("location.pathname === '/console/sign-in' && document.readyState === 'complete'");
    let out = browser.value("document.querySelector('a[href*=\"client_id=gradepost\"]').href");
    assert!(out.as_str().unwrap().starts_with(&provider.issuer), "{out}");
    let acts = audited(folder.path());
    assert!(acts.iter().any(|act| act["act"] == "sign_in" && act["more"] == "oidc" && act["role"] == "operator"), "{acts:?}");
    let log = service.log();
    for secret in ["maria@", "María", SECRET_OF_CLIENT, "code="] {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
}

#[tokio::test]
async fn an_account_that_is_not_on_the_list_or_not_verified_stays_outside_whichever_key_signed() {
    let (folder, port) = (school(), free_port());
    let Some(provider) = Provider::start(port, "ES256") else { return };
    let service = service_of(folder.path(), port, &provider, &[]);
    add_person(&service, "María", "maria@colegio.example", "operator").await;
    add_person(&service, "Director", "director@colegio.example", "admin").await;
    let (at, page) = Walker::default().sign_in(&service, "maria", "").await;
    assert!(at.ends_with("/console/reports") && page.contains("María"), "{at}\n{page}");
    for (who, said) in [("stranger", "no está en la lista"), ("unverified", "No pudimos comprobar")] {
        let mut walker = Walker::default();
        let (at, page) = walker.sign_in(&service, who, "").await;
        assert!(at.ends_with("/console/sign-in") && page.contains(said), "{who}: {at}\n{page}");
        assert!(!walker.cookies.contains_key("gradepost"), "{who}");
    }
    let acts = audited(folder.path());
    assert_eq!(
        acts.iter().filter(|act| act["act"] == "sign_in.failed").count(),
        1,
        "not verified is the provider's fault, not a failed try"
    );
}

#[tokio::test]
async fn whoever_has_an_address_of_the_schools_domain_comes_in_until_they_are_taken_off_the_list() {
    let (folder, port) = (school(), free_port());
    let Some(provider) = Provider::start(port, "RS256") else { return };
    let service = service_of(folder.path(), port, &provider, &[("OIDC_DOMAIN", "colegio.example")]);
    let mut walker = Walker::default();
    let (at, page) = walker.sign_in(&service, "nueva", "").await;
    assert!(at.ends_with("/console/reports") && page.contains("Nueva Profesora"), "{at}\n{page}");
    let mut admin = Person::signed_in(&service, ADMIN).await;
    let people = admin.get("/console/people").await.text;
    assert!(people.contains("nueva@colegio.example") && people.contains("Lectura"), "in the least role, and seen by who decides");
    let id = people.split("/console/people/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    assert_eq!(admin.answer(&format!("/console/people/{id}/remove"), &[]).await.status, 303);
    let (at, _) = walker.follow(&service.url("/console/today"), "").await;
    assert!(at.contains("/console/sign-in"), "the session is over: {at}");
    let (at, page) = Walker::default().sign_in(&service, "nueva", "").await;
    assert!(at.ends_with("/console/sign-in") && page.contains("no está en la lista"), "and the domain does not bring them back: {at}");
    let (at, _) = Walker::default().sign_in(&service, "stranger", "").await;
    assert!(at.ends_with("/console/sign-in"));
}

#[tokio::test]
async fn an_answer_of_another_sign_in_of_another_provider_or_for_the_second_time_signs_nobody_in() {
    let (folder, port) = (school(), free_port());
    let Some(provider) = Provider::start(port, "RS256") else { return };
    let service = service_of(folder.path(), port, &provider, &[]);
    add_person(&service, "María", "maria@colegio.example", "operator").await;
    let mut walker = Walker::default();
    let (back, _) = walker.sign_in(&service, "maria", "/oidc/back?").await;
    let is_in = async |walker: &mut Walker, url: &str| walker.follow(url, "").await.0.ends_with("/console/reports");
    assert!(!is_in(&mut Walker::default(), &back).await, "a browser that began no sign-in: somebody else's link");
    let mut other = Walker::default();
    other.follow(&service.url("/console/sign-in/oidc"), &provider.issuer).await;
    assert!(!is_in(&mut other, &back).await, "a browser that began another one");
    let mut bent = Walker { cookies: walker.cookies.clone() };
    let foreign = back.split("&iss=").next().unwrap().to_owned() + "&iss=https%3A%2F%2Fevil.example";
    assert!(!is_in(&mut bent, &foreign).await, "an answer of another provider (RFC 9207)");
    let mut second = Walker { cookies: walker.cookies.clone() };
    assert!(is_in(&mut walker, &back).await, "the sign-in that it belongs to");
    assert!(!is_in(&mut second, &back).await, "the code is good once");
}

#[tokio::test]
async fn a_provider_that_is_away_is_told_in_words_and_keys_still_open() {
    let (folder, port) = (school(), free_port());
    let issuer = format!("http://127.0.0.1:{}", free_port());
    let (port_text, url) = (port.to_string(), format!("http://127.0.0.1:{port}"));
    let mut settings = vec![
        ("PORT", port_text.as_str()),
        ("CONSOLE_URL", &url),
        ("OIDC_ISSUER", &issuer),
        ("OIDC_CLIENT_ID", "x"),
        ("OIDC_CLIENT_SECRET", "yyyyyyyy"),
    ];
    settings.extend(TOKENS);
    let service = Service::start(folder.path(), &settings);
    let mut person = Person::new(&service);
    let answer = person.get("/console/sign-in/oidc").await;
    assert_eq!((answer.status, answer.headers["location"].to_str().unwrap()), (303, "/console/sign-in"));
    assert!(person.get("/console/sign-in").await.text.contains("No pudimos comprobar tu cuenta ahora"));
    Person::signed_in(&service, READER).await;
}

/// A set of keys that Google would publish.
async fn iap_keys() -> wiremock::MockServer {
    let server = wiremock::MockServer::start().await;
    let mut jwk = Jwk::from_encoding_key(&EncodingKey::from_ec_pem(EC_KEY).unwrap(), Algorithm::ES256).unwrap();
    jwk.common.key_id = Some("iap-1".to_owned());
    let answer = wiremock::ResponseTemplate::new(200).set_body_json(json!({ "keys": [jwk] }));
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(answer).mount(&server).await;
    server
}

fn assertion(email: &str, audience: &str) -> String {
    let now = Timestamp::now().as_second();
    let claims = json!({ "iss": "https://cloud.google.com/iap", "aud": audience, "sub": "accounts.google.com:1", "email": email, "iat": now - 5, "exp": now + 600 });
    let header = Header { kid: Some("iap-1".to_owned()), ..Header::new(Algorithm::ES256) };
    encode(&header, &claims, &EncodingKey::from_ec_pem(EC_KEY).unwrap()).unwrap()
}

#[tokio::test]
async fn behind_googles_proxy_only_its_signed_word_counts_and_only_as_long_as_it_is_there() {
    let folder = school();
    let keys = iap_keys().await;
    let url = format!("{}/keys", keys.uri());
    let mut settings =
        vec![("IAP_AUDIENCE", AUDIENCE), ("IAP_KEYS", url.as_str()), ("SESSION_SECRET", "a-secret-for-sessions-of-the-tests")];
    settings.extend(TOKENS);
    let service = Service::start(folder.path(), &settings);
    add_person(&service, "María", "maria@colegio.example", "operator").await;
    add_person(&service, "Pedro", "pedro@colegio.example", "reader").await;
    let mut maria = Person::new(&service);
    let with =
        |person: &Person<'_>, path: &str, name: &'static str, value: String| person.request(reqwest::Method::GET, path).header(name, value);
    for (name, value) in [
        ("x-goog-authenticated-user-email", "accounts.google.com:maria@colegio.example".to_owned()),
        (SIGNED, assertion("maria@colegio.example", "/projects/9/locations/x/services/other")),
        (SIGNED, assertion("nobody@colegio.example", AUDIENCE)),
        (SIGNED, "x.y.z".to_owned()),
    ] {
        let request = with(&maria, "/console/today", name, value.clone());
        let answer = service.send(request).await;
        assert!(answer.status == 303 && answer.headers["location"].to_str().unwrap().starts_with("/console/sign-in"), "{name}: {value}");
    }
    let request = with(&maria, "/console/today", SIGNED, assertion("maria@colegio.example", AUDIENCE));
    let page = maria.keep(request).await;
    assert!(page.status == 200 && page.text.contains("María"), "{}", page.text);
    // The session that began with it is worth nothing to who comes past the proxy, or as somebody else.
    assert_eq!(maria.get("/console/today").await.status, 303);
    let request = with(&maria, "/console/today", SIGNED, assertion("pedro@colegio.example", AUDIENCE));
    let page = maria.keep(request).await;
    assert!(page.text.contains("Pedro") && !page.text.contains("María"));
    let request = with(&maria, "/console/health", SIGNED, assertion("pedro@colegio.example", AUDIENCE));
    assert_eq!(service.send(request).await.status, 403, "in their own role");
}

#[tokio::test]
async fn a_service_of_the_console_alone_shows_and_asks_and_another_one_works() {
    let folder = school();
    let worker = Service::start(folder.path(), &[("CONSOLE", "off"), ("ADMIN_TOKEN", ADMIN)]);
    let job = report_of(&worker, "ana").await;
    assert_eq!(worker.get("/console").await.status, 404);
    let mut settings =
        vec![("CONSOLE", "only"), ("GATEWAY", "on"), ("WEBHOOK_ENCRYPTION_KEY", "a master key of the tests, 32 characters and more")];
    settings.extend(TOKENS);
    let console = Service::start(folder.path(), &settings);
    for path in [
        "/webhook",
        "/tasks/run",
        "/tasks/sweep",
        "/oauth/token",
        "/register_webhooks",
        "/submit_grade",
        "/api/webhook/register",
        "/subscription",
        "/webhooks/lti/events",
        "/api/v1/app",
    ] {
        let answer = console.send(console.client().post(console.url(path)).bearer_auth(ADMIN).body("{}")).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
    }
    assert_eq!(console.webhook(&crate::harness::completion("luis")).await.status, 404);
    let ready = console.get("/ready").await;
    assert_eq!(ready.status, 200, "{}", ready.text);
    let list = console.send(console.client().get(console.url("/api/v1/reports")).bearer_auth(ADMIN)).await;
    assert_eq!((list.status, list.body["data"].as_array().map(Vec::len)), (200, Some(1)), "{}", list.text);
    let mut person = Person::signed_in(&console, OPERATOR).await;
    assert_eq!(person.answer(&format!("/console/reports/{job}/send"), &[]).await.status, 303);
    until(&mut person, &format!("/console/reports/{job}"), |page| page.matches("Aceptado por el servidor").count() == 2).await;
    assert_eq!(mails(folder.path()).len(), 2);
}

/// A session that this service would believe, as old as it is told to be.
fn cookie(who: &str, role: Role, signed_in: SignedDuration, issued: SignedDuration) -> String {
    let config = ConsoleConfig {
        admin_token: Some(ADMIN.into()),
        operator_token: Some(OPERATOR.into()),
        reader_token: Some(READER.into()),
        ..ConsoleConfig::default()
    };
    let now = Timestamp::now();
    let session = Session { signed_in: now - signed_in, issued: now - issued, ..Session::begin(who, "Somebody", role, Via::Token, now) };
    Keys::of(&config).cookie(&session)
}

fn with_cookie(service: &Service, cookie: String) -> Person<'_> {
    let mut person = Person::new(service);
    person.cookies.insert("gradepost".to_owned(), cookie);
    person
}

#[tokio::test]
async fn a_session_ends_by_its_age_by_idleness_and_with_the_person() {
    let folder = school();
    let service = Service::start(folder.path(), &TOKENS);
    let hours = SignedDuration::from_hours;
    for (signed_in, issued, is_in) in [
        (hours(1), hours(1), true),
        (hours(11), hours(1), true),
        (hours(13), hours(1), false),
        (hours(1), hours(13), false),
        (hours(-1), hours(-1), false),
    ] {
        let mut person = with_cookie(&service, cookie("token:reader", Role::Reader, signed_in, issued));
        assert_eq!(person.get("/console/today").await.status == 200, is_in, "{signed_in:#} {issued:#}");
    }
    add_person(&service, "Ana", "ana.p@colegio.example", "reader").await;
    let name = files(&folder.path().join("people")).pop().unwrap();
    let id = name.trim_end_matches(".json");
    for (signed_in, is_in) in [(hours(13 * 24), true), (hours(15 * 24), false)] {
        let mut person = with_cookie(&service, cookie(id, Role::Admin, signed_in, hours(1)));
        assert_eq!(person.get("/console/today").await.status == 200, is_in, "{signed_in:#}");
        if is_in {
            assert_eq!(person.get("/console/health").await.status, 403, "the role stands in the list, not in the cookie");
        }
    }
    let mut nobody = with_cookie(&service, cookie("0123456789abcdef", Role::Admin, hours(0), hours(0)));
    assert_eq!(nobody.get("/console/today").await.status, 303, "somebody who is on no list");
    // Signing in gives another cookie than the one that somebody may have put there.
    let planted = cookie("token:reader", Role::Reader, hours(0), hours(0));
    let mut victim = with_cookie(&service, planted.clone());
    let page = victim.get("/console/sign-in/again").await;
    let answer = victim.post("/console/sign-in", &[("csrf", &field(&page.text, "csrf")), ("token", OPERATOR)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert!(victim.cookies["gradepost"] != planted, "a session that was planted is not gone on with");
}

#[tokio::test]
async fn what_is_dangerous_asks_who_signed_in_a_while_ago_to_do_so_again() {
    let folder = school();
    let service = Service::start(folder.path(), &TOKENS);
    report_of(&service, "ana").await;
    add_person(&service, "Ana", "ana.p@colegio.example", "reader").await;
    let name = files(&folder.path().join("people")).pop().unwrap();
    let id = name.trim_end_matches(".json").to_owned();
    let eleven = SignedDuration::from_mins(11);
    let mut admin = with_cookie(&service, cookie("token:admin", Role::Admin, eleven, eleven));
    let page = admin.get("/console/people").await.text;
    assert!(
        page.contains("ana.p@colegio.example") && page.contains("Confirma que eres tú") && !page.contains("action=\"/console/people\""),
        "seen, not changed"
    );
    let csrf = field(&page, "csrf");
    for path in [
        format!("/console/people/{id}/remove"),
        "/console/keys/abcdefgh/revoke".to_owned(),
        "/console/privacy/students/0123456789abcdef/erase".to_owned(),
    ] {
        let answer = admin.get(&path).await;
        let to = format!("/console/sign-in/again?return={}", path.replace('/', "%2F"));
        assert_eq!((answer.status, answer.headers["location"].to_str().unwrap()), (303, to.as_str()));
        let posted = admin.post(&path, &[("csrf", &csrf)]).await;
        assert!(posted.status == 303 && posted.headers["location"].to_str().unwrap().starts_with("/console/sign-in/again"), "{path}");
    }
    for path in ["/console/people", "/console/keys", "/console/privacy/wishes"] {
        let posted = admin
            .post(path, &[("csrf", &csrf), ("name", "x"), ("email", "x@example.com"), ("role", "admin"), ("student", "x"), ("why", "y")])
            .await;
        assert!(posted.headers["location"].to_str().unwrap().starts_with("/console/sign-in/again"), "{path}: {}", posted.status);
    }
    assert_eq!(files(&folder.path().join("people")).len(), 1);
    assert!(!folder.path().join("access/keys").exists() && !folder.path().join("privacy").exists());
    // They do it, and come back to where they were.
    let back = format!("/console/people/{id}/remove");
    let page = admin.get(&format!("/console/sign-in/again?return={back}")).await.text;
    let answer = admin.post("/console/sign-in", &[("csrf", &field(&page, "csrf")), ("return", &back), ("token", ADMIN)]).await;
    assert_eq!(answer.headers["location"].to_str().unwrap(), back);
    assert_eq!(admin.get(&back).await.status, 200);
}

/// The newest mail's link, as a path.
fn mailed_link(folder: &std::path::Path) -> String {
    let mail = mails(folder).into_iter().rfind(|mail| mail.contains("/console/link/")).unwrap().replace("=\r\n", "").replace("=\n", "");
    let rest = mail.split("/console/link/").nth(1).unwrap();
    format!("/console/link/{}", rest.split(|c: char| c.is_whitespace()).next().unwrap())
}

#[tokio::test]
async fn a_mailed_link_signs_in_once_and_tells_nobody_who_is_on_the_list() {
    let folder = school();
    let service = Service::start(folder.path(), &TOKENS);
    add_person(&service, "Ana", "ana.p@colegio.example", "operator").await;
    let mut ana = Person::new(&service);
    let page = ana.get("/console/sign-in?return=%2Fconsole%2Ftodo").await;
    let csrf = field(&page.text, "csrf");
    let mut answers = Vec::new();
    for email in ["ana.p@colegio.example", "nobody@colegio.example", "no address"] {
        let answer = ana.post("/console/sign-in/mail", &[("csrf", &csrf), ("email", email), ("return", "/console/todo")]).await;
        answers.push((answer.status, answer.headers["location"].clone(), ana.get("/console/sign-in").await.text));
    }
    assert!(answers.iter().all(|answer| answer.0 == 303 && answer.2.contains("Si estás en la lista")));
    assert!(answers.windows(2).all(|pair| pair[0].1 == pair[1].1));
    crate::harness::until(|| service.log(), async || (!mails(folder.path()).is_empty()).then_some(())).await;
    let link = mailed_link(folder.path());
    assert_eq!(mails(folder.path()).len(), 1, "only who is on the list gets one");
    for _ in 0..2 {
        let page = Person::new(&service).get(&link).await;
        assert!(page.status == 200 && page.text.contains("Pulsa el botón"), "looking uses nothing up: programs open links in mails, too");
    }
    let answer = ana.post(&link, &[]).await;
    assert_eq!((answer.status, answer.headers["location"].to_str().unwrap()), (303, "/console/todo"));
    assert_eq!(ana.get("/console/health").await.status, 200, "in her own role");
    let second = Person::new(&service).post(&link, &[]).await;
    assert_eq!(second.headers["location"].to_str().unwrap(), "/console/sign-in", "once");
    let bent = format!("{}x{}", &link[..30], &link[31..]);
    assert!(Person::new(&service).get(&bent).await.text.contains("ya no vale"));
    // Taken off the list, she is out.
    let mut admin = Person::signed_in(&service, ADMIN).await;
    let people = admin.get("/console/people").await.text;
    let id = people.split("/console/people/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    assert_eq!(admin.answer(&format!("/console/people/{id}/remove"), &[]).await.status, 303);
    assert_eq!(ana.get("/console/today").await.status, 303);
    let log = service.log();
    let token = link.rsplit('/').next().unwrap();
    for secret in ["ana.p@", &token[..40], "nobody@"] {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
    assert!(!files(folder.path()).iter().any(|name| name.contains("ana.p")), "no name of a file tells an address");
}

#[tokio::test]
async fn no_more_than_three_links_an_hour_are_mailed_to_one_person() {
    let folder = school();
    let service = Service::start(folder.path(), &TOKENS);
    add_person(&service, "Ana", "ana.p@colegio.example", "operator").await;
    let mut ana = Person::new(&service);
    let csrf = field(&ana.get("/console/sign-in").await.text, "csrf");
    for _ in 0..4 {
        // One of the minute's five went to the administrator.
        assert_eq!(ana.post("/console/sign-in/mail", &[("csrf", &csrf), ("email", "ana.p@colegio.example")]).await.status, 303);
    }
    assert_eq!(ana.post("/console/sign-in/mail", &[("csrf", &csrf), ("email", "ana.p@colegio.example")]).await.status, 429);
    crate::harness::until(|| service.log(), async || (mails(folder.path()).len() >= 3).then_some(())).await;
    // The fourth was turned down before the third was written, or after: either way there are three.
    assert_eq!(mails(folder.path()).len(), 3);
}

#[tokio::test]
async fn whoever_has_the_settings_at_hand_signs_in_from_the_shell_once() {
    let folder = school();
    let service = Service::start(folder.path(), &TOKENS);
    let settings = |admin: &str| {
        let mut all = BTreeMap::from([
            ("DATA_DIR".to_owned(), folder.path().to_str().unwrap().to_owned()),
            ("PORT".to_owned(), service.port.to_string()),
        ]);
        all.extend(TOKENS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        all.insert("ADMIN_TOKEN".to_owned(), admin.to_owned());
        all
    };
    let link = |admin: &str, role: &str| {
        let output = gradepost(&["console", "link", "--role", role, "--name", "Técnica"], &settings(admin)).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let url = String::from_utf8(output.stdout).unwrap();
        assert!(url.starts_with(&format!("http://localhost:{}/console/link/", service.port)), "{url}");
        url.trim().split_once("/console").map(|(_, path)| format!("/console{path}")).unwrap()
    };
    let path = link(ADMIN, "operator");
    let mut person = Person::new(&service);
    assert_eq!(person.post(&path, &[]).await.status, 303);
    let page = person.get("/console/today").await.text;
    assert!(page.contains("Técnica"));
    assert_eq!((person.get("/console/health").await.status, person.get("/console/people").await.status), (200, 403));
    assert_eq!(Person::new(&service).post(&path, &[]).await.headers["location"].to_str().unwrap(), "/console/sign-in", "once");
    let foreign = link("another-token-of-somebody-else", "admin");
    assert!(Person::new(&service).get(&foreign).await.text.contains("ya no vale"), "of a service with other settings");
    assert!(audited(folder.path()).iter().any(|act| act["act"] == "console.link" && act["who"].as_str().unwrap().starts_with("cli:")));
    let off = gradepost(&["console", "link"], &BTreeMap::from([("DATA_DIR".to_owned(), folder.path().to_str().unwrap().to_owned())]))
        .output()
        .unwrap();
    assert!(!off.status.success() && String::from_utf8_lossy(&off.stderr).contains("set ADMIN_TOKEN"));
}

#[tokio::test]
async fn a_programs_key_is_shown_once_and_pages_and_command_tell_the_same() {
    let folder = school();
    let service = Service::start(folder.path(), &TOKENS);
    report_of(&service, "ana").await;
    let mut admin = Person::signed_in(&service, ADMIN).await;
    let form = admin.get("/console/keys").await.text;
    let csrf = field(&form, "csrf");
    let empty = admin.post("/console/keys", &[("csrf", &csrf), ("name", " "), ("role", "reader")]).await;
    assert!(empty.status == 422 && empty.text.contains("Escribe para qué es"));
    let made = admin.post("/console/keys", &[("csrf", &csrf), ("name", "Intranet"), ("role", "reader"), ("days", "30")]).await;
    assert_eq!((made.status, made.headers["cache-control"].to_str().unwrap()), (200, "no-store"));
    let key = format!("gp_live_{}", made.text.split("gp_live_").nth(1).unwrap().split('<').next().unwrap());
    let list = admin.get("/console/keys").await.text;
    assert!(list.contains("Intranet") && !list.contains(&key), "shown once");
    let ask = async |path: &str| -> Answer { service.send(service.client().get(service.url(path)).bearer_auth(&key)).await };
    assert_eq!(ask("/api/v1/reports").await.status, 200);
    assert_eq!(ask("/api/v1/audit").await.status, 403, "in its own role");
    let id = key["gp_live_".len()..].split('_').next().unwrap().to_owned();
    let command = |arguments: &[&str]| {
        let settings = BTreeMap::from([("DATA_DIR".to_owned(), folder.path().to_str().unwrap().to_owned())]);
        gradepost(arguments, &settings).output().unwrap()
    };
    let told: Value = serde_json::from_slice(&command(&["keys", "list", "--json"]).stdout).unwrap();
    assert_eq!((&told[0]["id"], &told[0]["role"], &told[0]["created_by"]), (&json!(id), &json!("reader"), &json!("token:admin")), "{told}");
    assert!(told[0]["last_used"].is_string() && told[0]["expires"].is_string() && told[0]["revoked"].is_null());
    assert!(admin.get("/console/keys").await.text.contains(told[0]["last_used"].as_str().unwrap()));
    assert!(command(&["keys", "create", "Other", "--role", "operator"]).status.success());
    assert!(admin.get("/console/keys").await.text.contains("Other"));
    assert_eq!(admin.answer(&format!("/console/keys/{id}/revoke"), &[]).await.status, 303);
    crate::harness::until_within(
        crate::harness::KEYS_COUNT,
        || "the key is refused".to_owned(),
        async || (ask("/api/v1/reports").await.status == 401).then_some(()),
    )
    .await;
    assert!(admin.get("/console/keys").await.text.contains("Terminada"));
    let acts = audited(folder.path());
    assert!(
        acts.iter().any(|act| act["act"] == "key.create") && acts.iter().any(|act| act["act"] == "key.revoke" && act["on"] == json!(id))
    );
    assert!(!service.log().contains(&key[16..]) && acts.iter().all(|act| !act.to_string().contains(&key[16..])));
}
