//! The operator's console over the real binary: acts, roles, foreign pages, hostile names; and every page of a made-up school in a real browser.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Stdio};
use std::time::Duration;

use gradepost::http::console;
use gradepost::model::role::Role;
use serde_json::Value;

use crate::browser::Browser;
use crate::gcs_emulator::peer::peer;
use crate::harness::{Answer, Service, completion, files, gradepost, mails, repository, school};
use crate::person::{Person, field};

mod lists;
pub(crate) mod threats;
mod verdicts;

pub(crate) const ADMIN: &str = "admin-token-of-the-tests";
pub(crate) const OPERATOR: &str = "operator-token-of-the-tests";
pub(crate) const READER: &str = "reader-token-of-the-tests";
pub(crate) const TOKENS: [(&str, &str); 3] = [("ADMIN_TOKEN", ADMIN), ("OPERATOR_TOKEN", OPERATOR), ("READER_TOKEN", READER)];

pub(crate) async fn report_of(service: &Service, student: &str) -> String {
    let answer = service.webhook(&completion(student)).await;
    assert_eq!(answer.body["status"], "processed", "{}", answer.text);
    answer.body["job_id"].as_str().unwrap().to_owned()
}

/// Waits until a page says something; the work behind it is the service's.
pub(crate) async fn until(person: &mut Person<'_>, path: &str, is: impl Fn(&str) -> bool) -> String {
    let mut last = String::new();
    // A person may ask for 240 pages a minute.
    for _ in 0..200 {
        let page = person.get(path).await.text;
        if is(&page) {
            return page;
        }
        last = page;
        tokio::time::sleep(Duration::from_millis(350)).await;
    }
    panic!("{path} never said it: {last}");
}

pub(crate) fn audited(folder: &std::path::Path) -> Vec<Value> {
    let acts = files(&folder.join("audit/acts"));
    acts.iter().map(|name| serde_json::from_slice(&std::fs::read(folder.join("audit/acts").join(name)).unwrap()).unwrap()).collect()
}

#[tokio::test]
async fn without_a_token_there_is_no_console() {
    let school = school();
    let service = Service::start(school.path(), &[]);
    for path in ["/console", "/console/sign-in", "/console/today", "/console/assets/x.css"] {
        assert_eq!(service.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_report_is_sent_again_once_however_often_the_button_is_pressed() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let job = report_of(&service, "ana").await;
    let mut person = Person::signed_in(&service, OPERATOR).await;
    let page = person.get(&format!("/console/reports/{job}/send")).await;
    let (csrf, expected) = (field(&page.text, "csrf"), field(&page.text, "expected"));
    let fields = [("csrf", csrf.as_str()), ("expected", expected.as_str()), ("why", "No le llegó")];
    let path = format!("/console/reports/{job}/send");
    let (first, second) = {
        let one = person.request(reqwest::Method::POST, &path).header("Sec-Fetch-Site", "same-origin").form(&fields);
        let two = person.request(reqwest::Method::POST, &path).header("Sec-Fetch-Site", "same-origin").form(&fields);
        tokio::join!(service.send(one), service.send(two))
    };
    let mut codes = [first.status, second.status];
    codes.sort_unstable();
    assert_eq!(codes, [303, 409], "{} {}", first.text, second.text);
    let story = until(&mut person, &format!("/console/reports/{job}"), |page| page.matches("Aceptado por el servidor").count() == 2).await;
    assert!(story.contains("No le llegó"), "the reason stands in the story");
    let sent = mails(school.path());
    assert_eq!(sent.len(), 2);
    let id = |mail: &str| mail.lines().find(|line| line.to_lowercase().starts_with("message-id:")).unwrap().to_owned();
    assert_ne!(id(&sent[0]), id(&sent[1]), "a second mail must not be folded into the first");
    let pdf = |mail: &str| {
        mail.split("application/pdf").nth(1).unwrap().split("\r\n\r\n").nth(1).unwrap().split("\r\n--").next().unwrap().to_owned()
    };
    assert_eq!(pdf(&sent[0]), pdf(&sent[1]), "and it carries the same PDF");
    let acts = audited(school.path());
    assert!(acts.iter().any(|act| act["act"] == "report.send" && act["who"] == "token:operator" && act["on"] == job.as_str()));
    let third = person.post(&path, &fields).await;
    assert_eq!((third.status, mails(school.path()).len()), (409, 2), "what moved meanwhile is not acted on");
}

#[tokio::test]
async fn a_report_goes_to_another_address_only_with_a_reason_and_typed_twice() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let job = report_of(&service, "ana").await;
    let mut person = Person::signed_in(&service, OPERATOR).await;
    let path = format!("/console/reports/{job}/send-to");
    for (fields, said) in [
        (vec![("to", "apoderado@example.com"), ("again", "apoderado@example.com")], "Escribe el motivo"),
        (vec![("to", "apoderado@example.com"), ("again", "otro@example.com"), ("why", "Pidió copia")], "no son iguales"),
        (vec![("to", "apoderado"), ("again", "apoderado"), ("why", "Pidió copia")], "no sirve"),
    ] {
        let answer = person.answer(&path, &fields).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains(said) && answer.text.contains("value=\"apoderado"), "what was typed stays: {}", answer.text);
    }
    assert_eq!(mails(school.path()).len(), 1);
    let answer = person.answer(&path, &[("to", "apoderado@example.com"), ("again", "Apoderado@example.com"), ("why", "Pidió copia")]).await;
    assert_eq!(answer.status, 303);
    until(&mut person, &format!("/console/reports/{job}"), |page| page.matches("Aceptado por el servidor").count() == 2).await;
    assert!(mails(school.path()).iter().any(|mail| mail.contains("apoderado@example.com")));
    assert!(!service.log().contains("apoderado"), "no log names an address");
}

#[tokio::test]
async fn what_waits_for_a_bank_goes_on_together_once_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), &[TOKENS[0], TOKENS[1], TOKENS[2], ("SWEEP_SECONDS", "3600")]);
    for student in ["ana", "luis", "eva"] {
        assert_eq!(service.webhook(&completion(student)).await.body["status"], "parked");
    }
    let mut person = Person::signed_in(&service, OPERATOR).await;
    let todo = person.get("/console/todo").await.text;
    assert!(todo.contains("Falta el banco de preguntas") && todo.contains("3 informes"), "{todo}");
    std::fs::create_dir_all(folder.path().join("questions")).unwrap();
    let bank = "Test de diagnóstico Parte 1.csv";
    std::fs::copy(repository("test_data/questions").join(bank), folder.path().join("questions").join(bank)).unwrap();
    let csrf = field(&todo, "csrf");
    let chosen = [("csrf", csrf.as_str()), ("which", "all"), ("state", "waits"), ("cause", "bank_missing"), ("act", "continue")];
    let asked = person.post("/console/reports/many", &chosen).await;
    let question = asked.headers["location"].to_str().unwrap().to_owned();
    let page = person.get(&question).await.text;
    assert!(page.contains("Continuar: 3 informes") && page.contains("Student ana"), "{page}");
    assert!(person.get("/console/todo").await.text.contains("3 informes"), "asking does nothing");
    let start = format!("{question}/start");
    let fields = [("csrf", csrf.as_str())];
    let (first, second) = {
        let one = person.request(reqwest::Method::POST, &start).header("Sec-Fetch-Site", "same-origin").form(&fields);
        let two = person.request(reqwest::Method::POST, &start).header("Sec-Fetch-Site", "same-origin").form(&fields);
        tokio::join!(service.send(one), service.send(two))
    };
    assert_eq!((first.status, second.status), (303, 303), "{} {}", first.text, second.text);
    let answer = first;
    assert_eq!(second.headers["location"], answer.headers["location"], "the same button twice is one act");
    until(&mut person, answer.headers["location"].to_str().unwrap(), |page| page.contains("Terminado")).await;
    until(&mut person, "/console/reports?state=sent", |page| page.matches("class=\"who\"").count() == 3).await;
    assert_eq!(mails(folder.path()).len(), 3);
    let told = person.get("/console/todo").await.text;
    assert!(told.contains("Resuelto hace poco") && told.contains("3 informes siguieron"), "what was fixed is told: {told}");
}

/// A path of a route with something in its places.
pub(crate) fn filled(path: &str, job: &str) -> String {
    let mut path =
        path.replace("{job}", job).replace("{deed}", "send").replace("{cause}", "bank_missing").replace("{key}", "0123456789abcdef");
    path = path
        .replace("{name}", "x.docx")
        .replace("{id}", "0123456789abcdef01234567")
        .replace("{number}", "1")
        .replace("{course}", "0123456789ab");
    path = path.replace("{assessment}", "0123456789ab").replace("{*path}", "nowhere").replace("{person}", "0123456789abcdef");
    path.replace("{hash}", "0123456789abcdef")
        .replace("{collection}", "grades")
        .replace("{subject}", "0123")
        .replace("{school}", "x")
        .replace("{endpoint}", "ep_x")
}

#[tokio::test]
async fn every_route_lets_in_who_may_and_nobody_else() {
    let school = school();
    let service = Service::start(
        school.path(),
        &[
            TOKENS[0],
            TOKENS[1],
            TOKENS[2],
            ("GATEWAY", "on"),
            ("WEBHOOK_ENCRYPTION_KEY", "a master key of the tests, 32 characters and more"),
        ],
    );
    let job = report_of(&service, "ana").await;
    let mut stranger = Person::new(&service);
    let mut people = Vec::new();
    for (token, role) in [(READER, Role::Reader), (OPERATOR, Role::Operator), (ADMIN, Role::Admin)] {
        people.push((Person::signed_in(&service, token).await, role));
    }
    let ours = console::routes::<()>().into_iter().map(|route| (route.path, route.least));
    let gateways = gradepost::http::gateway_pages::routes().into_iter().map(|route| (route.path, route.least));
    for (path, least) in ours.chain(gateways) {
        let Some(least) = least else { continue };
        let path = filled(&path, &job);
        let outside = stranger.get(&path).await;
        assert!(outside.status == 303 || outside.status == 405, "{path} is answered {} to who is not signed in", outside.status);
        for (person, role) in &mut people {
            let answer = person.get(&path).await;
            let may = role.covers(least);
            if answer.status != 405 {
                assert_eq!(answer.status == 403, !may, "GET {path} by {role:?}: {}", answer.status);
            }
            let header = |name: &str| answer.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
            assert!(header("content-security-policy").contains("frame-ancestors '"), "GET {path}: it could be framed by others");
            assert_eq!(
                (header("cache-control").as_str(), header("x-content-type-options").as_str()),
                ("no-store", "nosniff"),
                "GET {path}"
            );
            assert!(["same-origin", "no-referrer"].contains(&header("referrer-policy").as_str()), "GET {path} tells others where it was");
            // A form without its token changes nothing, whoever sends it.
            let posted = person.post(&path, &[("csrf", "wrong")]).await;
            assert!([403, 405, 400].contains(&posted.status), "POST {path} by {role:?}: {}", posted.status);
        }
    }
    assert_eq!(mails(school.path()).len(), 1);
}

#[tokio::test]
async fn a_form_from_another_site_changes_nothing() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let job = report_of(&service, "ana").await;
    let mut person = Person::signed_in(&service, OPERATOR).await;
    let page = person.get(&format!("/console/reports/{job}/send")).await;
    let (csrf, expected) = (field(&page.text, "csrf"), field(&page.text, "expected"));
    let own = service.url("");
    for headers in [
        vec![("Sec-Fetch-Site", "cross-site")],
        vec![("Sec-Fetch-Site", "same-site")],
        vec![("Sec-Fetch-Site", "none")],
        vec![("Sec-Fetch-Site", "cross-site"), ("Origin", own.as_str())],
        vec![("Origin", "https://evil.example")],
        vec![("Origin", "null")],
        vec![],
    ] {
        let mut request = person.request(reqwest::Method::POST, &format!("/console/reports/{job}/send"));
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        let answer = service.send(request.form(&[("csrf", &csrf), ("expected", &expected)])).await;
        assert_eq!(answer.status, 403, "{headers:?}");
    }
    // Whatever takes forms refuses them, whoever is signed in.
    let mut admin = Person::signed_in(&service, ADMIN).await;
    let csrf_of_admin = field(&admin.get("/console/me").await.text, "csrf");
    let ours = console::routes::<()>().into_iter().map(|route| route.path);
    for path in ours.chain(gradepost::http::gateway_pages::routes().into_iter().map(|route| route.path)) {
        let path = filled(&path, &job);
        let request =
            admin.request(reqwest::Method::POST, &path).header("Sec-Fetch-Site", "cross-site").header("Origin", "https://evil.example");
        let answer = service.send(request.form(&[("csrf", &csrf_of_admin)])).await;
        assert!([403, 404, 405].contains(&answer.status), "POST {path}: {}", answer.status);
    }
    // An older browser names the origin only.
    let request = person.request(reqwest::Method::POST, "/console/reports/search").header("Origin", own.as_str());
    assert_eq!(service.send(request.form(&[("csrf", csrf.as_str()), ("q", "ana")])).await.status, 303);
    assert!(audited(school.path()).iter().all(|act| act["act"] != "report.send"));
    assert_eq!(mails(school.path()).len(), 1);
}

#[tokio::test]
async fn signing_everybody_out_ends_every_session_and_wrong_keys_are_limited() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let mut reader = Person::signed_in(&service, READER).await;
    let mut admin = Person::signed_in(&service, ADMIN).await;
    let me = admin.get("/console/me").await;
    assert_eq!(admin.post("/console/me/everybody-out", &[("csrf", &field(&me.text, "csrf"))]).await.status, 303);
    for person in [&mut reader, &mut admin] {
        assert_eq!(person.get("/console/today").await.headers["location"], "/console/sign-in?return=%2Fconsole%2Ftoday");
    }
    let mut thief = Person::new(&service);
    let page = thief.get("/console/sign-in").await;
    let csrf = field(&page.text, "csrf");
    let mut codes = Vec::new();
    for _ in 0..6 {
        codes.push(thief.post("/console/sign-in", &[("csrf", &csrf), ("token", "not-the-token-of-anybody")]).await.status);
    }
    // Two of the minute's five went to the people above.
    assert_eq!(codes, [401, 401, 401, 429, 429, 429]);
    assert!(!service.log().contains("not-the-token"));
}

#[tokio::test]
async fn what_is_searched_for_stands_in_no_address_and_no_log() {
    let school = school();
    let service = Service::start(school.path(), &[TOKENS[0], TOKENS[1], TOKENS[2], ("DEBUG", "true")]);
    report_of(&service, "ana").await;
    report_of(&service, "luis").await;
    let mut person = Person::signed_in(&service, READER).await;
    let page = person.get("/console/reports").await;
    let answer = person.post("/console/reports/search", &[("csrf", &field(&page.text, "csrf")), ("q", "Student LUIS")]).await;
    let address = answer.headers["location"].to_str().unwrap().to_owned();
    assert!(address.starts_with("/console/reports?s=") && !address.to_lowercase().contains("luis"), "{address}");
    let found = person.get(&address).await.text;
    assert_eq!(found.matches("class=\"who\"").count(), 1);
    assert!(
        found.contains("Student luis") && found.contains("l•••@example.com") && !found.contains("luis@example.com"),
        "addresses are masked"
    );
    let log = service.log().to_lowercase();
    assert!(!log.contains("luis") && !log.contains("q="), "{log}");
}

#[tokio::test]
async fn a_name_that_is_markup_stays_text_on_every_page() {
    let folder = school();
    let service = Service::start(folder.path(), &TOKENS);
    let mut event: Value = serde_json::from_str(&completion("mallory")).unwrap();
    let name = "<img src=x onerror=alert(1)>\"'&amp;";
    event["user"]["username"] = Value::from(name);
    event["course"]["title"] = Value::from("<script>alert(2)</script>");
    let job = service.webhook(&event.to_string()).await.body["job_id"].as_str().unwrap().to_owned();
    let mut person = Person::signed_in(&service, ADMIN).await;
    for path in [
        "/console/today",
        "/console/reports",
        &format!("/console/reports/{job}"),
        &format!("/console/reports/{job}/send"),
        "/console/audit",
    ] {
        let page = person.get(path).await.text;
        assert!(!page.contains("<img src=x") && !page.contains("<script>alert"), "{path}: {page}");
    }
    let Some(mut browser) = Browser::open(&service.url("/console/sign-in")) else { return };
    sign_in(&mut browser, &service.url(""), ADMIN);
    for path in ["/console/reports".to_owned(), format!("/console/reports/{job}")] {
        browser.go(&service.url(&path));
        assert_eq!(browser.problems(), Vec::<String>::new(), "{path}");
    }
}

fn sign_in(browser: &mut Browser, base: &str, token: &str) {
    browser.header("Accept-Language", "es");
    browser.go(&format!("{base}/console/sign-in"));
    browser.value(&format!(
        "document.querySelector('#token').value = {}; document.querySelector('#token').form.requestSubmit()",
        Value::from(token)
    ));
    browser.wait_for("location.pathname === '/console/today' && document.readyState === 'complete'");
}

#[tokio::test]
async fn another_origins_page_can_neither_post_to_the_console_nor_frame_it() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let job = report_of(&service, "ana").await;
    let target = service.url(&format!("/console/reports/{job}/send"));
    let page = format!(
        "<!doctype html><title>evil</title><form method=post action=\"{target}\"><input name=csrf value=x><input name=expected value=1.1.done></form>\
         <iframe src=\"{}\"></iframe>",
        service.url("/console/today")
    );
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 4096]);
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{page}",
                page.len()
            );
        }
    });
    let Some(mut browser) = Browser::open("about:blank") else { return };
    sign_in(&mut browser, &service.url(""), OPERATOR);
    // Another host name is another site, though it is the same machine.
    browser.go(&format!("http://localhost:{port}/"));
    let framed =
        browser.value("(() => { try { return document.querySelector('iframe').contentDocument !== null } catch { return false } })()");
    assert_eq!(framed, Value::from(false), "the console is not shown in a foreign frame");
    browser.value("document.forms[0].submit()");
    browser.wait_for("location.port !== '' && location.pathname.startsWith('/console') && document.readyState === 'complete'");
    assert_eq!(mails(school.path()).len(), 1);
    assert!(audited(school.path()).iter().all(|act| act["act"] != "report.send"));
}

#[tokio::test]
async fn an_act_is_done_without_scripts_and_in_a_dialog_with_them() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let job = report_of(&service, "ana").await;
    let Some(mut browser) = Browser::open("about:blank") else { return };
    sign_in(&mut browser, &service.url(""), OPERATOR);
    let report = service.url(&format!("/console/reports/{job}"));
    browser.go(&report);
    browser.value("document.querySelector('a[href$=\"/send\"]').click()");
    browser.wait_for("document.querySelector('dialog[open] h2').textContent === 'Enviar otra vez'");
    browser.value("document.querySelector('dialog [data-close]').click()");
    browser.wait_for("!document.querySelector('dialog') && document.activeElement.href.endsWith('/send')");
    browser.scripts(false);
    browser.go(&report);
    let question = browser.value("document.querySelector('a[href$=\"/send\"]').href");
    browser.go(question.as_str().unwrap());
    browser.value("document.querySelector('.question form').submit()");
    let mut person = Person::signed_in(&service, READER).await;
    until(&mut person, &format!("/console/reports/{job}"), |page| page.matches("Aceptado por el servidor").count() == 2).await;
    assert_eq!(mails(school.path()).len(), 2);
}

#[tokio::test]
async fn a_template_is_drafted_checked_tried_put_in_use_and_taken_back_in_a_browser() {
    const NAME: &str = "plantilla_test_diagnostico.docx";
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    report_of(&service, "ana").await;
    let drafts = tempfile::tempdir().unwrap();
    let draft = |number: usize, from: &str| {
        let folder = drafts.path().join(number.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::copy(repository(from), folder.join(NAME)).unwrap();
        folder.join(NAME)
    };
    let files = [draft(1, "templates/plantilla_cl.docx"), draft(2, "templates/plantilla_porcentaje.docx"), draft(3, "README.md")];
    let Some(mut browser) = Browser::open("about:blank") else { return };
    sign_in(&mut browser, &service.url(""), OPERATOR);
    let in_use = || std::fs::read(school.path().join("templates").join(NAME)).ok();
    let upload = |browser: &mut Browser, file: &std::path::Path| {
        browser.go(&service.url("/console/templates"));
        browser.choose("#file", file);
        browser.value("document.querySelector('#file').form.requestSubmit()");
        browser.wait_for("location.pathname.includes('/draft/') && document.readyState === 'complete'");
        assert_eq!(browser.problems(), Vec::<String>::new());
        browser.value("document.body.textContent").as_str().unwrap().to_owned()
    };
    let put_in_use = |browser: &mut Browser| {
        browser.value("document.querySelector('form[action$=\"/use\"]').requestSubmit()");
        browser.wait_for("location.pathname.endsWith('.docx') && document.readyState === 'complete'");
        assert!(browser.value("document.body.textContent").as_str().unwrap().contains("esta versión está en uso"));
    };
    let page = upload(&mut browser, &files[0]);
    assert!(page.contains("Prueba con informes de verdad") && page.contains("Student ana"), "{page}");
    assert_eq!(in_use(), None, "a draft changes nothing");
    put_in_use(&mut browser);
    let first = std::fs::read(&files[0]).unwrap();
    assert!(in_use().as_ref() == Some(&first));
    report_of(&service, "luis").await;
    let page = upload(&mut browser, &files[2]);
    assert!(page.contains("No se puede poner en uso"), "{page}");
    assert_eq!(browser.value("document.querySelectorAll('form[action$=\"/use\"] button').length"), 0);
    // A draft that somebody left is found again; what is in use is none.
    browser.go(&service.url("/console/templates"));
    assert_eq!(browser.value("document.querySelectorAll('form[action$=\"/discard\"]').length"), 1);
    browser.value("document.querySelector('form[action$=\"/discard\"]').requestSubmit()");
    browser.wait_for("document.body.textContent.includes('El borrador se descartó')");
    assert_eq!(browser.value("document.querySelectorAll('form[action$=\"/discard\"]').length"), 0);
    upload(&mut browser, &files[1]);
    put_in_use(&mut browser);
    assert!(in_use() == std::fs::read(&files[1]).ok());
    // The version before goes through the same gate.
    browser.value("document.querySelector('form[action$=\"/back/1\"]').requestSubmit()");
    browser.wait_for("location.pathname.includes('/draft/') && document.readyState === 'complete'");
    put_in_use(&mut browser);
    assert!(in_use().as_ref() == Some(&first), "and is what it was");
    let acts = audited(school.path());
    assert_eq!(acts.iter().filter(|act| act["act"] == "file.use" && act["on"] == NAME).count(), 3);
}

/// The made-up school, served.
struct Demo {
    child: Child,
    base: String,
    _folder: tempfile::TempDir,
}

impl Demo {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = BTreeMap::from([("PORT".to_owned(), "0".to_owned())]);
        let data = folder.path().join("school");
        let arguments = ["demo", "--school", "--data-dir", data.to_str().unwrap()];
        let mut child = gradepost(&arguments, &settings).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let line = lines.find(|line| line.contains("/console/today")).expect("the made-up school tells its address");
        let base =
            line.split("http://").nth(1).and_then(|rest| rest.split("/console").next()).map(|rest| format!("http://{rest}")).unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, base, _folder: folder }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const PAGES: &[&str] = &[
    "today",
    "reports",
    "reports?state=waits",
    "todo",
    "results",
    "templates",
    "templates/plantilla_porcentaje.docx",
    "banks",
    "profiles",
    "health",
    "calls",
    "platform",
    "platform/grades",
    "audit",
    "people",
    "keys",
    "privacy",
    "sign-in/again",
    "help",
    "me",
];

#[test]
fn every_page_of_a_made_up_school_is_fit_to_be_seen() {
    let demo = Demo::start();
    let axe = std::fs::read_to_string(repository("target/parts/axe.min.js")).map_err(|error| error.to_string());
    let axe = peer("axe", axe);
    let Some(mut browser) = Browser::open("about:blank") else { return };
    sign_in(&mut browser, &demo.base, "admin-de-la-muestra");
    browser.go(&format!("{}/console/reports?state=sent", demo.base));
    let sent =
        browser.value("document.querySelector('.who').getAttribute('href')").as_str().unwrap().trim_start_matches("/console/").to_owned();
    browser.go(&format!("{}/console/reports?state=waits", demo.base));
    let waits =
        browser.value("document.querySelector('.who').getAttribute('href')").as_str().unwrap().trim_start_matches("/console/").to_owned();
    let question = format!("{sent}/send-to");
    browser.go(&format!("{}/console/privacy", demo.base));
    browser.value("document.querySelector('#q').value = 'ana'; document.querySelector('#q').form.requestSubmit()");
    browser.wait_for("document.querySelector('#found a') && document.readyState === 'complete'");
    let person = browser
        .value("document.querySelector('#found a').getAttribute('href')")
        .as_str()
        .unwrap()
        .trim_start_matches("/console/")
        .to_owned();
    let (erase, block) = (format!("{person}/erase"), format!("{person}/block"));
    let mut pages: Vec<&str> = PAGES.to_vec();
    pages.extend([sent.as_str(), waits.as_str(), question.as_str(), person.as_str(), erase.as_str(), block.as_str()]);
    let folder = repository("target/console");
    std::fs::create_dir_all(&folder).unwrap();
    let mut titles = BTreeMap::new();
    let mut faults = Vec::new();
    for language in ["es", "en", "pt"] {
        browser.header("Accept-Language", language);
        for (scheme, width) in [("light", 1280), ("dark", 1280), ("light", 320), ("dark", 360)] {
            browser.scheme(scheme);
            browser.size(width, 900);
            for path in &pages {
                browser.go(&format!("{}/console/{path}", demo.base));
                let at = format!("{path} {language} {scheme} {width}");
                faults.extend(browser.problems().into_iter().map(|problem| format!("{at}: {problem}")));
                let html = browser.value("document.documentElement.outerHTML").as_str().unwrap().to_owned();
                let asked = |browser: &mut Browser, expression: &str| browser.value(expression);
                let wide = asked(&mut browser, "document.documentElement.scrollWidth - document.documentElement.clientWidth");
                if wide.as_i64().unwrap_or(99) > 0 {
                    faults.push(format!("{at}: wider than the screen by {wide}"));
                }
                if asked(&mut browser, "document.querySelectorAll('h1').length + document.querySelectorAll('.question h2').length") != 1 {
                    faults.push(format!("{at}: not one heading of the first rank"));
                }
                if html.contains(" style=") || html.contains(" onclick=") || html.len() > 90_000 {
                    faults.push(format!("{at}: styles or scripts in the markup, or {} bytes", html.len()));
                }
                if asked(&mut browser, "document.documentElement.lang") != language {
                    faults.push(format!("{at}: not in its language"));
                }
                let title = asked(&mut browser, "document.title").as_str().unwrap().to_owned();
                if let Some(other) = titles.insert((language, title.clone()), *path)
                    && other != *path
                    && !path.starts_with("reports")
                {
                    faults.push(format!("{at}: has the title of {other}: {title}"));
                }
                if let Some(axe) = axe.as_ref().filter(|_| language == "es") {
                    faults.extend(browser.axe(axe).into_iter().map(|found| format!("{at}: {found}")));
                }
                let name =
                    format!("{}-{language}-{scheme}-{width}.png", path.replace(['/', '?', '='], "_").chars().take(40).collect::<String>());
                std::fs::write(folder.join(name), browser.screenshot()).unwrap();
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
