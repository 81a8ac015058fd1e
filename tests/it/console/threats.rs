//! What somebody may try against the console, and what comes of it. Each threat of the design with the story that shows its answer:
//!
//! | threat | story |
//! |---|---|
//! | guessing a key | `console::signing_everybody_out_ends_every_session_and_wrong_keys_are_limited`; one door in constant time: `tests/architecture.rs` |
//! | a stolen, planted or old cookie | `http::console::session`, `sign_in::a_session_ends_by_its_age_by_idleness_and_with_the_person` |
//! | forms of other sites | `console::a_form_from_another_site_changes_nothing`, `console::another_origins_page_can_neither_post_to_the_console_nor_frame_it` |
//! | forms of other sessions, and the same form twice | here; `console::a_report_is_sent_again_once_however_often_the_button_is_pressed` |
//! | framing, caches, referrers | `console::every_route_lets_in_who_may_and_nobody_else`; here for what is no page |
//! | markup in names, titles, files, reasons, servers' answers | `console::a_name_that_is_markup_stays_text_on_every_page`; here for all that others write |
//! | paths in names and addresses; ways out of the console | here; `http::console::gate` |
//! | hostile files | here |
//! | bodies that are large or slow | here; `http::server` |
//! | formulas in downloads | `console::lists::a_list_is_downloaded_as_it_is_filtered_without_formulas_and_recorded` |
//! | doing it twice | `console::a_report_is_sent_again_once_however_often_the_button_is_pressed` |
//! | a role that may not | `console::every_route_lets_in_who_may_and_nobody_else` |
//! | names in logs and addresses | `console::what_is_searched_for_stands_in_no_address_and_no_log` |
//! | who is on the list | `sign_in::a_mailed_link_signs_in_once_and_tells_nobody_who_is_on_the_list` |
//! | the host header | here |
//! | odd letters in searches | here |
//! | too much at once | here |

#![expect(clippy::case_sensitive_file_extension_comparisons, reason = "the names are ours")]

use std::process::Command;
use std::time::Instant;

use gradepost::http::console::config::ConsoleConfig;
use gradepost::http::console::session::{Keys, Session, Via};
use jiff::Timestamp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::scripted_smtp::{Scripted, say};

/// Somebody who signed in a moment ago, without using up the tries of a minute.
pub(super) fn signed_in<'a>(service: &'a Service, who: &str, role: Role) -> Person<'a> {
    let config = ConsoleConfig {
        admin_token: Some(ADMIN.into()),
        operator_token: Some(OPERATOR.into()),
        reader_token: Some(READER.into()),
        ..ConsoleConfig::default()
    };
    let session = Session::begin(who, "Somebody", role, Via::Token, Timestamp::now());
    let mut person = Person::new(service);
    person.cookies.insert("gradepost".to_owned(), Keys::of(&config).cookie(&session));
    person
}

async fn token_of(person: &mut Person<'_>) -> String {
    field(&person.get("/console/me").await.text, "csrf")
}

/// A form with a file, as a browser sends it; the file's name as it is told.
fn multipart(csrf: &str, name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut body = format!("--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--x--\r\n");
    body
}

pub(super) async fn upload(person: &mut Person<'_>, path: &str, name: &str, bytes: &[u8]) -> Answer {
    let csrf = token_of(person).await;
    let request = person
        .request(reqwest::Method::POST, path)
        .header("Sec-Fetch-Site", "same-origin")
        .header("Content-Type", "multipart/form-data; boundary=x")
        .body(multipart(&csrf, name, bytes));
    person.keep(request).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_files_are_told_as_what_they_are_call_nobody_and_hold_up_nobody() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let corpus = tempfile::tempdir().unwrap();
    let made = Command::new("python3").arg(repository("tests/parts/hostile_uploads.py")).arg(corpus.path()).arg(port.to_string()).output();
    let made = made.unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let school = school();
    let mut service = Service::start(school.path(), &TOKENS);
    report_of(&service, "ana").await;
    let mut names = files(corpus.path());
    names.sort();
    assert!(names.len() > 25, "{names:?}");
    let mut misjudged = Vec::new();
    for (number, name) in names.iter().enumerate() {
        let bytes = std::fs::read(corpus.path().join(name)).unwrap();
        let kind = if name.ends_with(".docx") { "templates" } else { "banks" };
        // A session may send ten files a minute.
        let mut person = signed_in(&service, &format!("token:operator{number}"), Role::Operator);
        let began = Instant::now();
        let answer = upload(&mut person, &format!("/console/{kind}"), name, &bytes).await;
        assert!([303, 400, 413].contains(&answer.status), "{name}: {} {}", answer.status, answer.text);
        let place = answer.headers.get("location").map(|place| place.to_str().unwrap().to_owned()).unwrap_or_default();
        if place.contains("/draft/") {
            let page = person.get(&place).await;
            assert_eq!(page.status, 200, "{name}: {}", page.text);
            assert!(!page.text.contains("root:x:0") && !page.text.contains("<script>alert"), "{name}: {}", page.text);
            let is_refused = page.text.contains("No se puede poner en uso");
            let harmless = [
                "a cell of a million letters.csv",
                "a program and a document.docx",
                "formulas.csv",
                "things that lie elsewhere.docx",
                "with macros.docx",
            ];
            if is_refused == harmless.contains(&name.as_str()) {
                misjudged.push(format!("{name}: {}", if is_refused { "refused" } else { "may be put in use" }));
            }
        }
        assert!(began.elapsed().as_secs() < 60, "{name} took {:?}", began.elapsed());
        let health = Instant::now();
        assert_eq!(service.get("/healthz").await.status, 200, "{name}");
        assert!(health.elapsed().as_secs() < 5, "{name} held up others for {:?}", health.elapsed());
    }
    assert!(misjudged.is_empty(), "{misjudged:?}");
    let called = tokio::time::timeout(Duration::from_millis(1), listener.accept()).await;
    assert!(called.is_err(), "a file made the service call somebody");
    // Nothing was put in use, and nothing lies outside of where drafts lie.
    assert!(files(&school.path().join("templates")).is_empty());
    assert_eq!(files(&school.path().join("questions")).len(), 1);
    for name in files(&school.path().join("drafts")) {
        assert!(!name.contains("..") && !name.contains('\\'), "{name}");
    }
    assert!(service.peak_memory() < 512, "{} MiB", service.peak_memory());
    service.terminate();
    let log = service.whole_log();
    assert!(!log.contains("panicked"), "{log}");
}

#[tokio::test]
async fn a_files_name_leads_nowhere_however_it_is_written() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let template = std::fs::read(repository("templates/plantilla_cl.docx")).unwrap();
    let long = format!("{}.docx", "a".repeat(1_000_000));
    for (number, name) in [
        "../../../../tmp/out.docx",
        "..\\\\..\\\\out.docx",
        "/etc/out.docx",
        "C:\\\\out.docx",
        ".docx",
        ".hidden.docx",
        "a/b.docx",
        "a\u{0}b.docx",
        "a%2F..%2Fb.docx",
        "x.docx%00.csv",
        "x.exe",
        "x.docx.exe",
        "",
        &long,
        &format!("{}.docx", "ñ".repeat(150)),
        "<img src=x onerror=alert(1)>.docx",
        "a\u{202e}xcod.docx",
        "a%0d%0aSet-Cookie: x=y.docx",
    ]
    .iter()
    .enumerate()
    {
        let mut person = signed_in(&service, &format!("token:operator{number}"), Role::Operator);
        let answer = upload(&mut person, "/console/templates", name, &template).await;
        let shown = name.chars().take(40).collect::<String>();
        assert!([303, 400, 413].contains(&answer.status), "{shown}: {}", answer.status);
        assert!(answer.headers.get("set-cookie").is_none_or(|cookie| !cookie.to_str().unwrap().starts_with("x=y")), "{shown}");
        if let Some(place) = answer.headers.get("location").map(|place| place.to_str().unwrap().to_owned()) {
            assert!(place.starts_with("/console/templates"), "{shown}: {place}");
            let page = person.get(&place).await;
            assert_eq!(page.status, 200, "{shown}: {}", page.text);
            assert!(!page.text.contains("<img src=x"), "{shown}");
        }
    }
    for name in files(&school.path().join("drafts")) {
        assert!(!name.contains("/.") && !name.contains('\\') && name.len() < 600, "{name}");
    }
    assert!(!std::path::Path::new("/tmp/out.docx").exists() && !school.path().join("out.docx").exists());
    // The same in addresses.
    let mut person = signed_in(&service, "token:admin", Role::Admin);
    let csrf = token_of(&mut person).await;
    for path in [
        "/console/templates/..%2F..%2Fassessments.toml/file",
        "/console/templates/%2e%2e%2fkeys%2fstudents/file",
        "/console/banks/..%2Fkeys%2Fstudents/file",
        "/console/templates/x.docx/draft/..%2F..%2F..%2F..",
        "/console/templates/..%2Fx.docx/draft/0123456789abcdef",
        "/console/bulk/..%2F..%2Fkeys%2Fstudents",
        "/console/reports/..%2F..%2Fkeys",
        "/console/students/..%2F..%2Fkeys",
        "/console/todo/..%2F..%2Fkeys%2Fstudents",
        "/console/privacy/wishes/..%2F..%2Fkeys%2Fstudents/lift",
        "/console/people/..%2F..%2Fkeys%2Fstudents/remove",
        "/console/keys/..%2F..%2Fstudents/revoke",
        "/console/assets/..%2F..%2Fkeys",
        "/api/v1/bulk/..%2F..%2Fkeys%2Fstudents",
        "/api/v1/wishes/..%2F..%2Fkeys",
    ] {
        let answer = person.get(path).await;
        let api = path.starts_with("/api");
        assert!(
            [303, 400, 404].contains(&answer.status) || (api && [401, 405].contains(&answer.status)),
            "{path}: {} {}",
            answer.status,
            answer.text
        );
        let posted = person.post(path, &[("csrf", &csrf), ("why", "x"), ("mail", "yes")]).await;
        assert!([303, 400, 401, 404, 405].contains(&posted.status), "POST {path}: {} {}", posted.status, posted.text);
    }
}

#[tokio::test]
async fn no_form_or_link_leads_out_of_the_console() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let mut person = signed_in(&service, "token:reader", Role::Reader);
    for (number, back) in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/console",
        "/console/../../evil",
        "/console//evil.example",
        "/console@evil.example",
        "javascript:alert(1)",
        "/console/today\r\nSet-Cookie: x=y",
        "\u{2f}\u{2f}evil.example",
        "/consolе/today",
        "/console/%2e%2e/%2e%2e/webhook",
    ]
    .iter()
    .enumerate()
    {
        let encoded = url::form_urlencoded::Serializer::new(String::new()).append_pair("return", back).finish();
        let answer = person.get(&format!("/console/sign-in?{encoded}")).await;
        assert_eq!((answer.status, answer.headers["location"].to_str().unwrap()), (303, "/console/today"), "{back}");
        // Five tries a minute are taken of one address.
        if number < 4 {
            let mut other = Person::new(&service);
            let page = other.get(&format!("/console/sign-in?{encoded}")).await.text;
            assert!(!page.contains("evil"), "{back}: {page}");
            let answer = other.post("/console/sign-in", &[("csrf", &field(&page, "csrf")), ("return", back), ("token", READER)]).await;
            assert_eq!((answer.status, answer.headers["location"].to_str().unwrap()), (303, "/console/today"), "{back}");
        }
    }
}

#[tokio::test]
async fn a_form_of_another_session_does_nothing_and_what_was_signed_out_stays_out() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let job = report_of(&service, "ana").await;
    let path = format!("/console/reports/{job}/send");
    let (mut one, mut other) =
        (signed_in(&service, "token:operator", Role::Operator), signed_in(&service, "token:operator", Role::Operator));
    let page = one.get(&path).await.text;
    let fields = [("csrf", field(&page, "csrf")), ("expected", field(&page, "expected"))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(other.post(&path, &fields).await.status, 403, "the same person, another session: the token is not theirs");
    // Signed out in one window: the form of another window leads to the sign-in and does nothing.
    let csrf = fields[0].1;
    assert_eq!(one.post("/console/sign-out", &[("csrf", csrf)]).await.status, 303);
    let answer = one.post(&path, &fields).await;
    assert!(answer.status == 303 && answer.headers["location"].to_str().unwrap().starts_with("/console/sign-in"), "{}", answer.status);
    assert_eq!(mails(school.path()).len(), 1);
    assert!(audited(school.path()).iter().all(|act| act["act"] != "report.send"));
}

#[tokio::test]
async fn bodies_that_are_too_large_are_refused_in_words_and_half_sent_ones_keep_nobody_out() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let mut person = signed_in(&service, "token:operator", Role::Operator);
    let csrf = token_of(&mut person).await;
    let large = "x".repeat(512 * 1024);
    let answer = person.post("/console/reports/search", &[("csrf", &csrf), ("q", &large)]).await;
    assert!(answer.status == 413 && answer.text.contains("demasiado grande"), "{}", answer.text);
    let answer = upload(&mut person, "/console/templates", "x.docx", &vec![b'x'; 20 * 1024 * 1024]).await;
    assert!(answer.status == 413 && answer.text.contains("20 MB"), "{}", answer.text);
    // Who is not signed in sends an address or a key, and no more.
    let mut stranger = Person::new(&service);
    let page = stranger.get("/console/sign-in").await.text;
    for path in ["/console/sign-in", "/console/sign-in/mail"] {
        let answer = stranger.post(path, &[("csrf", &field(&page, "csrf")), ("token", &"x".repeat(10_000)), ("email", "a@b.cl")]).await;
        assert_eq!(answer.status, 413, "{path}");
    }
    for (path, body) in [("/api/v1/reports/search", 70_000), ("/api/v1/bulk", 70_000)] {
        let call = service.client().post(service.url(path)).bearer_auth(ADMIN).header("Content-Type", "application/json");
        let answer = service.send(call.body(format!("{{\"filter\": {{\"text\": \"{}\"}}}}", "x".repeat(body)))).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (413, Some("too_large")), "{path}: {}", answer.text);
    }
    // Two hundred begin a form and do not go on.
    let mut half = Vec::new();
    for number in 0..200 {
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", service.port)).await.unwrap();
        let path = ["/console/sign-in", "/console/sign-in/mail", "/portal", "/api/v1/bulk"][number % 4];
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\ncsrf="
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        half.push(stream);
    }
    let began = Instant::now();
    assert_eq!(person.get("/console/reports").await.status, 200);
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[tokio::test]
async fn the_host_that_a_request_names_is_believed_for_nothing() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    for (name, value) in [("Host", "evil.example"), ("Host", "127.0.0.1.evil.example"), ("Host", "localhost.evil.example:80")] {
        let person = signed_in(&service, "token:admin", Role::Admin);
        let answer = service.send(person.request(reqwest::Method::GET, "/console/today").header(name, value)).await;
        assert_eq!(answer.status, 403, "an open line to {value}");
        assert!(!answer.text.contains("evil"), "{}", answer.text);
    }
    // Words of a proxy that nobody vouches for.
    for (name, value) in [
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "https"),
        ("Forwarded", "host=evil.example;proto=https"),
        ("X-Original-URL", "/console/people"),
        ("X-HTTP-Method-Override", "POST"),
    ] {
        let mut person = signed_in(&service, "token:reader", Role::Reader);
        let request = person.request(reqwest::Method::GET, "/console/today").header(name, value);
        let answer = person.keep(request).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        assert!(!answer.text.contains("evil") && answer.headers.get("strict-transport-security").is_none(), "{name}");
    }
    // Another port's page is another site.
    let mut person = signed_in(&service, "token:operator", Role::Operator);
    let csrf = token_of(&mut person).await;
    let request = person
        .request(reqwest::Method::POST, "/console/reports/search")
        .header("Origin", "http://127.0.0.1:1")
        .form(&[("csrf", csrf.as_str()), ("q", "a")]);
    assert_eq!(service.send(request).await.status, 403);
}

#[tokio::test]
async fn odd_letters_in_a_search_find_what_they_look_like_or_nothing_and_never_fail() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let mut event: Value = serde_json::from_str(&completion("maria")).unwrap();
    event["user"]["username"] = Value::from("María José Ñandú");
    service.webhook(&event.to_string()).await;
    let mut person = signed_in(&service, "token:operator", Role::Operator);
    let csrf = token_of(&mut person).await;
    until(&mut person, "/console/reports", |page| page.matches("class=\"who\"").count() == 1).await;
    let combining = format!("a{}", "\u{301}".repeat(50_000));
    let (ligatures, words, letters) = ("\u{fdfa}".repeat(200), "maria ".repeat(5_000), "z".repeat(100_000));
    for (text, found) in [
        ("MARIA", 1),
        ("marí\u{301}a", 1),
        ("mari\u{301}a", 1),
        ("ｍａｒｉａ", 1),
        ("nandu", 1),
        ("ma\u{200b}ria", 1),
        ("\u{202e}airam", 0),
        ("м\u{0430}ria", 0),
        ("\u{0}maria", 1),
        ("maria\u{0}", 1),
        ("' OR 1=1 --", 0),
        ("name:maria", 0),
        ("maria* NEAR(jose)", 0),
        ("\"maria", 1),
        ("{\"$gt\":\"\"}", 0),
        ("%", 1),
        ("\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}", 1),
        (combining.as_str(), 1),
        (ligatures.as_str(), 0),
        (words.as_str(), 1),
        (letters.as_str(), 0),
    ] {
        let shown = text.chars().take(30).collect::<String>();
        let began = Instant::now();
        let answer = person.post("/console/reports/search", &[("csrf", &csrf), ("q", text)]).await;
        assert_eq!(answer.status, 303, "{shown:?}: {}", answer.text);
        let place = answer.headers["location"].to_str().unwrap().to_owned();
        assert!(place.len() < 4_000 && place.is_ascii(), "{shown:?}: {}", place.len());
        let page = person.get(&place).await;
        assert_eq!(page.status, 200, "{shown:?}: {}", page.text);
        let who = page.text.matches("class=\"who\"").count();
        // What looks alike may be found; what is something else is not found by accident.
        assert!(who <= 1 && (found == 1 || who == 0), "{shown:?}: {who}");
        if ["MARIA", "nandu", words.as_str()].contains(&text) {
            assert_eq!(who, 1, "{shown:?}");
        }
        assert!(began.elapsed().as_secs() < 10, "{shown:?}");
        let api = service.client().post(service.url("/api/v1/reports/search")).bearer_auth(ADMIN);
        let told = service.send(api.json(&serde_json::json!({ "filter": { "text": text.chars().take(2_000).collect::<String>() } }))).await;
        assert_eq!(told.status, 200, "{shown:?}: {}", told.text);
    }
    // A search that was sealed elsewhere, cut or bent finds everybody or is refused; it is never understood as something else.
    let answer = person.post("/console/reports/search", &[("csrf", &csrf), ("q", "maria")]).await;
    let place = answer.headers["location"].to_str().unwrap().to_owned();
    let sealed = place.split("s=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    for bent in [&sealed[..sealed.len() / 2], &format!("A{sealed}"), "", "%00", "💥"] {
        let page = person.get(&format!("/console/reports?s={bent}")).await;
        assert!([200, 303, 400].contains(&page.status), "{bent}: {}", page.status);
    }
}

#[tokio::test]
async fn what_others_write_stays_text_wherever_it_is_shown() {
    const MARKUP: &str = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>\u{202e}gpj.exe";
    let school = school();
    // A mail server that answers with markup, and repeats it.
    let server = Scripted::start(false, |stage| (stage == "RCPT").then(|| say(&format!("550 5.1.1 {MARKUP}")))).await;
    let mut settings = TOKENS.to_vec();
    let port = server.port().to_string();
    settings.extend([("MAIL_TRANSPORT", "smtp"), ("SMTP_SERVER", "127.0.0.1"), ("SMTP_PORT", port.as_str()), ("SMTP_TLS", "none")]);
    let service = Service::start(school.path(), &settings);
    let mut event: Value = serde_json::from_str(&completion("mallory")).unwrap();
    event["user"]["username"] = Value::from(MARKUP);
    event["course"]["title"] = Value::from(MARKUP);
    let answer = service.webhook(&event.to_string()).await;
    let job = answer.body["job_id"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned();
    event["user"]["id"] = Value::from("other");
    event["user"]["email"] = Value::from("other@example.com");
    event["assessment"]["title"] = Value::from(MARKUP);
    event["assessment"]["url"] = Value::from("https://x.cl/path-player?courseid=c&unit=0123456789abcdef01234561");
    service.webhook(&event.to_string()).await;
    let mut admin = signed_in(&service, "token:admin", Role::Admin);
    let csrf = token_of(&mut admin).await;
    for (path, fields) in [
        ("/console/people".to_owned(), vec![("name", MARKUP), ("email", "a@b.cl"), ("role", "reader")]),
        ("/console/keys".to_owned(), vec![("name", MARKUP), ("role", "reader")]),
        (format!("/console/reports/{job}/discard"), vec![("why", MARKUP)]),
        ("/console/privacy/wishes".to_owned(), vec![("student", "x@y.cl"), ("why", MARKUP), ("wish", "objected")]),
    ] {
        let expected = if path.contains("/discard") { field(&admin.get(&path).await.text, "expected") } else { String::new() };
        let mut all = vec![("csrf", csrf.as_str()), ("expected", expected.as_str())];
        all.extend(fields);
        let answer = admin.post(&path, &all).await;
        assert!([200, 303, 409, 422].contains(&answer.status), "{path}: {}", answer.text);
    }
    let mut shown = 0;
    for path in [
        "/console/today",
        "/console/reports",
        &format!("/console/reports/{job}"),
        "/console/todo",
        "/console/todo/mail_refused",
        "/console/todo/bank_missing",
        "/console/banks",
        "/console/results",
        "/console/people",
        "/console/keys",
        "/console/privacy",
        "/console/audit",
        "/console/health",
    ] {
        let page = admin.get(path).await;
        // A cause that nothing waits for leads to all of them.
        assert!(page.status == 200 || (page.status == 303 && path.starts_with("/console/todo/")), "{path}: {} {}", page.status, page.text);
        shown += page.text.matches("&lt;img src=x").count();
        assert_tame(path, &page);
    }
    assert!(shown > 5, "it is shown, as text: {shown}");
}

#[tokio::test]
async fn what_is_no_page_is_kept_by_no_cache_framed_by_nobody_and_run_by_nothing() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let job = report_of(&service, "ana").await;
    let mut person = signed_in(&service, "token:admin", Role::Admin);
    let page = person.get("/console/today").await.text;
    let asset = page.split("/console/assets/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let header = |answer: &Answer, name: &str| answer.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let style = person.get(&format!("/console/assets/{asset}")).await;
    assert!(header(&style, "cache-control").contains("immutable") && header(&style, "x-content-type-options") == "nosniff");
    let template = page_of_template(&mut person).await;
    for path in [
        format!("/console/reports/{job}/pdf"),
        format!("/console/reports/{job}/pdf?download=1"),
        format!("/console/reports/{job}/page/1"),
        "/console/reports.csv".to_owned(),
        format!("{template}/file"),
        format!("{template}/preview?case=usual"),
        format!("/console/reports/{job}/nothing"),
    ] {
        let answer = person.get(&path).await;
        assert_eq!(header(&answer, "cache-control"), "no-store", "{path}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
        let policy = header(&answer, "content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors '"), "{path}: {policy}");
        if path.ends_with("/file") {
            assert!(header(&answer, "content-disposition").starts_with("attachment") && policy.contains("sandbox"), "{path}");
        }
    }
    for path in ["/api/v1/reports".to_owned(), format!("/api/v1/reports/{job}/pdf"), "/api/v1/audit".to_owned()] {
        let answer = service.send(service.client().get(service.url(&path)).bearer_auth(ADMIN)).await;
        assert_eq!((answer.status, header(&answer, "cache-control").as_str()), (200, "no-store"), "{path}");
    }
    // A cookie opens no call of the API, so that no other site can make one with it.
    let with_cookie = service.send(person.request(reqwest::Method::GET, "/api/v1/reports")).await;
    assert_eq!(with_cookie.status, 401);
}

/// Whether a page runs nothing of what others wrote: no markup of theirs, no address that runs something, nothing that turns the direction of writing; and the browser is told so.
pub(crate) fn assert_tame(path: &str, page: &Answer) {
    let text = &page.text;
    assert!(!text.contains("<img src=x") && !text.contains("<script>") && !text.contains("<svg onload"), "{path}: {text}");
    assert!(
        !text.contains(['\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}']),
        "{path}: {text}"
    );
    for attribute in [" href=\"", " src=\"", " action=\"", " formaction=\""] {
        for rest in text.split(attribute).skip(1) {
            let value = rest.split('"').next().unwrap().trim_start().to_lowercase();
            let leads_somewhere = ["/", "#", "?", "http://", "https://", "mailto:"].iter().any(|begin| value.starts_with(begin));
            assert!(leads_somewhere, "{path}:{attribute}{value}");
        }
    }
    if page.status == 200 {
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("script-src 'self'") && !policy.contains("unsafe"),
            "{path}: {policy}"
        );
    }
}

async fn page_of_template(person: &mut Person<'_>) -> String {
    let list = person.get("/console/templates").await.text;
    let name = list.split("/console/templates/").nth(1).unwrap().split('"').next().unwrap();
    format!("/console/templates/{name}")
}

#[tokio::test]
async fn nobody_asks_for_too_much_in_a_minute_or_at_once() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    report_of(&service, "ana").await;
    let mut person = signed_in(&service, "token:operator", Role::Operator);
    // Eleven files.
    let mut codes = Vec::new();
    for _ in 0..11 {
        codes.push(upload(&mut person, "/console/templates", "x.exe", b"x").await.status);
    }
    assert_eq!((codes.iter().filter(|code| **code == 303).count(), codes[10]), (10, 429), "{codes:?}");
    // A page shows what a page shows, whatever is asked for.
    for query in [
        "limit=100000",
        "after=x",
        "after=9223372036854775807-9223372036854775807",
        "state=all&state=sent",
        "course=zzz",
        "from=0001-01-01",
        "until=9999-12-31",
    ] {
        // What is asked twice is not understood.
        let status = if query.contains("state=all&") { 400 } else { 200 };
        assert_eq!(person.get(&format!("/console/reports?{query}")).await.status, status, "{query}");
    }
    // Two hundred and forty pages a minute, and four more each second that this takes; one of many sessions is not held up by another one.
    let mut greedy = signed_in(&service, "token:reader", Role::Reader);
    let mut last = 200;
    for _ in 0..2000 {
        let answer = greedy.get("/console/help").await;
        last = answer.status;
        if last == 429 {
            assert!(answer.headers.contains_key("retry-after"));
            break;
        }
    }
    assert_eq!(last, 429);
    assert_eq!(signed_in(&service, "token:reader", Role::Reader).get("/console/help").await.status, 200);
}

/// A connection that says what is no request of the web.
#[tokio::test]
async fn what_is_no_form_is_told_so_and_changes_nothing() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let mut person = signed_in(&service, "token:operator", Role::Operator);
    let csrf = token_of(&mut person).await;
    for (media, body) in [
        ("multipart/form-data", b"--x".to_vec()),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"csrf\"".to_vec()),
        ("multipart/form-data; boundary=x", [b"--x\r\n".repeat(50_000), b"--x--".to_vec()].concat()),
        ("application/json", b"{}".to_vec()),
        ("text/plain", format!("csrf={csrf}").into_bytes()),
        ("application/x-www-form-urlencoded", [format!("csrf={csrf}").into_bytes(), b"&a=%ff%fe".repeat(1000)].concat()),
    ] {
        let request = person
            .request(reqwest::Method::POST, "/console/templates")
            .header("Sec-Fetch-Site", "same-origin")
            .header("Content-Type", media)
            .body(body);
        let answer = service.send(request).await;
        assert!([400, 403, 413].contains(&answer.status), "{media}: {} {}", answer.status, answer.text);
    }
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", service.port)).await.unwrap();
    let two = format!(
        "POST /console/sign-out HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /console/people HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: gradepost={}\r\n\r\n",
        person.cookies["gradepost"]
    );
    stream.write_all(two.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut said)).await;
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(
        said.starts_with("HTTP/1.1 400") || said.starts_with("HTTP/1.1 403") || said.starts_with("HTTP/1.1 303"),
        "two lengths in one request: {said}"
    );
    assert!(audited(school.path()).is_empty(), "nothing was done");
}
