//! The gateway's pages for people, and its demonstration.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use crate::harness::{Answer, Service, run};

pub(crate) const ADMIN: &str = "an admin token of the stories";
pub(crate) const OPERATOR: &str = "an operator's token of the stories";
pub(crate) const READER: &str = "a reader's token of the stories";

/// Somebody with a browser without scripts: keeps cookies, follows nothing.
pub(crate) struct Person<'a> {
    service: &'a Service,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl<'a> Person<'a> {
    pub(crate) fn new(service: &'a Service) -> Self {
        Self { service, cookies: BTreeMap::new() }
    }

    pub(crate) async fn signed_in(service: &'a Service, token: &str) -> Self {
        let mut person = Self::new(service);
        let page = person.get("/console/sign-in").await;
        let answer = person.post("/console/sign-in", &[("csrf", &hidden(&page.text, "csrf")), ("token", token)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        person
    }

    pub(crate) async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = self.service.send(request.header("Cookie", cookies.join("; "))).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = client().get(self.service.url(path)).header("Accept", "text/html").header("Accept-Language", "en");
        self.send(request).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request =
            client().post(self.service.url(path)).header("Sec-Fetch-Site", "same-origin").header("Accept-Language", "en").form(fields);
        self.send(request).await
    }

    /// Asks for a question's page and sends its form as it stands, with these fields filled in.
    pub(crate) async fn answer(&mut self, path: &str, filled: &[(&str, &str)]) -> Answer {
        let page = self.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        let held = ["csrf", "once", "expected", "at"].map(|name| (name, hidden(&page.text, name)));
        let fields: Vec<(&str, &str)> = held
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .filter(|(_, value)| !value.is_empty())
            .chain(filled.iter().copied())
            .collect();
        self.post(path, &fields).await
    }
}

pub(crate) fn client() -> reqwest::Client {
    gradepost::app::install_tls_provider();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// The value of the last hidden field of this name.
pub(crate) fn hidden(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    page.rsplit(&mark).next().filter(|_| page.contains(&mark)).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

pub(crate) fn secret_of(page: &str) -> String {
    page.split("id=\"secret\" class=\"secret\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default().to_owned()
}

pub(crate) fn service(folder: &std::path::Path) -> Service {
    Service::start(
        folder,
        &[
            ("ADMIN_TOKEN", ADMIN),
            ("OPERATOR_TOKEN", OPERATOR),
            ("READER_TOKEN", READER),
            ("WEBHOOK_ENCRYPTION_KEY", "a master secret of at least thirty-two characters"),
            ("WEBHOOK_ALLOW_NETWORKS", "127.0.0.0/8"),
            ("WEBHOOK_ALLOW_HTTP", "true"),
        ],
    )
}

#[tokio::test]
async fn a_school_registers_on_its_page_and_the_secret_is_on_that_one_answer_only() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    let mut admin = Person::signed_in(&service, ADMIN).await;
    let page = admin.get("/register-school").await;
    assert!(page.status == 200 && page.text.contains("Register a school"), "{}", page.text);
    let fields = [("schoolId", "school-1"), ("schoolName", "First <School>"), ("webhookUrl", "http://127.0.0.1:9/webhook")];

    let missing = admin.answer("/register-school", &fields[..2]).await;
    assert!(
        missing.status == 422 && missing.text.contains("Fields are missing") && missing.text.contains("school-1"),
        "what was typed is still there"
    );
    let inside = admin.answer("/register-school", &[fields[0], fields[1], ("webhookUrl", "https://169.254.169.254/")]).await;
    assert!(inside.status == 422 && inside.text.contains("169.254.0.0/16"), "the guard's verdict is shown: {}", inside.text);
    let foreign = admin.post("/register-school", &fields).await;
    assert_eq!(foreign.status, 403, "without the form's token");

    let made = admin.answer("/register-school", &fields).await;
    let secret = secret_of(&made.text);
    assert!(made.status == 200 && secret.len() == 64, "{}", made.text);
    assert_eq!(made.headers["cache-control"], "no-store");
    assert!(made.text.contains("First &lt;School&gt;") && !made.text.contains("<School>"));

    let list = admin.get("/console/institutions").await;
    assert!(list.status == 200 && list.text.contains("school-1") && list.text.contains("/webhook-logs/school-1"), "{}", list.text);
    let endpoint = list.text.split("/console/endpoints/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let endpoint = format!("/console/endpoints/{endpoint}");
    let one = admin.get(&endpoint).await;
    assert!(one.text.contains(&secret[60..]), "the secret is known by its tail");
    for page in [&list.text, &one.text, &admin.get("/webhook-logs/school-1").await.text, &admin.get("/console/audit").await.text] {
        assert!(!page.contains(&secret));
    }
    let rotated = admin.answer(&format!("{endpoint}/rotate"), &[("overlap", "24")]).await;
    assert!(!secret_of(&rotated.text).is_empty() && secret_of(&rotated.text) != secret, "{}", rotated.text);
    assert_eq!(rotated.headers["cache-control"], "no-store");
    assert_eq!(admin.answer(&format!("{endpoint}/pause"), &[]).await.status, 303);
    assert!(admin.get("/console/institutions").await.text.contains("Disabled"));
}

#[tokio::test]
async fn the_page_of_a_schools_log_says_success_and_failure_in_words_and_is_for_those_who_may() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    service.leaves_jobs_open("nothing listens at the school");
    let register = json!({ "schoolId": "school-1", "schoolName": "First", "webhookUrl": "http://127.0.0.1:9/webhook" });
    let post = |path: &str, body: serde_json::Value| service.send(service.client().post(service.url(path)).bearer_auth(ADMIN).json(&body));
    assert_eq!(post("/api/webhook/register", register).await.status, 201);
    post("/api/students", json!({ "schoolId": "school-1", "name": "Ana" })).await;
    let mut admin = Person::signed_in(&service, ADMIN).await;
    let mut page = String::new();
    for _ in 0..200 {
        page = admin.get("/webhook-logs/school-1").await.text;
        if page.contains("Failed") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(page.contains("Failed") && page.contains("student.applied") && page.contains("no connection"), "{page}");
    assert!(!page.contains("Ana"), "who it is about is not on the page");

    let mut reader = Person::signed_in(&service, READER).await;
    for path in ["/webhook-logs/school-1", "/console/institutions", "/register-school"] {
        assert_eq!(reader.get(path).await.status, 403, "{path}");
        let nobody = service.send(client().get(service.url(path)).header("Accept", "text/html")).await;
        assert!(nobody.status == 303 && nobody.headers["location"].to_str().unwrap().starts_with("/console/sign-in"), "{path}");
    }
    assert_eq!(admin.get("/webhook-logs/nobody").await.status, 404);
}

#[test]
fn the_demonstration_shows_a_delivery_a_dead_letter_and_its_replay() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let output = run(&["demo", "--gateway", "--data-dir", data.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for part in [
        "Webhook registered successfully",
        "webhook triggered: Success",
        "webhook triggered: Failed",
        "dead letters after 3 tries",
        "\"grade\":\"B\"",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
