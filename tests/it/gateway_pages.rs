//! The gateway's pages for people, and its demonstration.

use serde_json::json;

use crate::harness::{Service, run, until};
use crate::person::{Person, client};

pub(crate) const ADMIN: &str = "an admin token of the stories";
pub(crate) const OPERATOR: &str = "an operator's token of the stories";
pub(crate) const READER: &str = "a reader's token of the stories";

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
    let mut admin = Person::english(&service).sign_in(ADMIN).await;
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
    let mut admin = Person::english(&service).sign_in(ADMIN).await;
    let look = async || Some(admin.get("/webhook-logs/school-1").await.text).filter(|page| page.contains("Failed"));
    let page = until(|| "the failed delivery in the log".to_owned(), look).await;
    assert!(page.contains("student.applied") && page.contains("no connection"), "{page}");
    assert!(!page.contains("Ana"), "who it is about is not on the page");

    let mut reader = Person::english(&service).sign_in(READER).await;
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
