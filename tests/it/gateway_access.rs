//! Who may call the gateway: keys by the command line, access tokens, wrong credentials, and the walls between institutions.

use std::collections::BTreeMap;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, KEYS_COUNT, Service, gradepost, until_within};

const ADMIN: &str = "an admin token of the stories";
const MASTER: &str = "a master secret of at least thirty-two characters";

fn service(folder: &Path) -> Service {
    let settings = [
        ("ADMIN_TOKEN", ADMIN),
        ("WEBHOOK_ENCRYPTION_KEY", MASTER),
        ("WEBHOOK_ALLOW_HTTP", "true"),
        ("WEBHOOK_ALLOW_NETWORKS", "127.0.0.0/8"),
    ];
    Service::start(folder, &settings)
}

/// Runs `gradepost keys …` on the service's folder.
fn keys(folder: &Path, arguments: &[&str]) -> (bool, String, String) {
    let settings: BTreeMap<String, String> =
        [("DATA_DIR", folder.to_str().unwrap())].into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let output = gradepost(&[&["keys"], arguments].concat(), &settings).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

pub(crate) fn new_key(folder: &Path, role: &str, institution: Option<&str>) -> (String, String) {
    let made = made_key(folder, role, institution);
    (made["id"].as_str().unwrap().to_owned(), made["key"].as_str().unwrap().to_owned())
}

/// What `keys create --json` prints; the institution may be named as the caller named it, and is printed by its id.
fn made_key(folder: &Path, role: &str, institution: Option<&str>) -> Value {
    let mut arguments = vec!["create", "of a story", "--role", role, "--json"];
    if let Some(institution) = institution {
        arguments.extend(["--institution", institution]);
    }
    let (done, out, err) = keys(folder, &arguments);
    assert!(done, "{err}");
    serde_json::from_str(&out).unwrap()
}

async fn call(service: &Service, method: Method, path: &str, key: Option<&str>, body: Option<Value>) -> Answer {
    let mut request = service.client().request(method, service.url(path));
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    service.send(request).await
}

/// Makes a university with one webhook.
async fn university(service: &Service, name: &str) {
    let body = json!({ "university_id": name, "webhook_url": format!("https://{}.example/hook", name.to_lowercase().replace('_', "-")) });
    let answer = call(service, Method::POST, "/register_webhooks", Some(ADMIN), Some(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn a_key_made_on_the_command_line_opens_until_it_is_revoked_there() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    let (id, key) = new_key(folder.path(), "sender", None);
    let list = || call(&service, Method::GET, "/get_webhooks/INST_A", Some(&key), None);
    assert_eq!(list().await.status, 200);
    let by_header = service.client().get(service.url("/get_webhooks/INST_A")).header("X-API-Key", &key);
    assert_eq!(service.send(by_header).await.status, 200);

    let (_, listed, _) = keys(folder.path(), &["list"]);
    assert!(listed.contains(&id) && listed.contains("sender") && !listed.contains(&key[18..]), "{listed}");
    let (done, _, err) = keys(folder.path(), &["revoke", &id]);
    assert!(done, "{err}");
    until_within(KEYS_COUNT, || "the key is refused".to_owned(), async || (list().await.status == 401).then_some(())).await;
    let (done, _, err) = keys(folder.path(), &["create", "x", "--role", "viewer", "--institution", "NOBODY"]);
    assert!(!done && err.contains("no institution NOBODY"), "{err}");
    let (done, _, err) = keys(folder.path(), &["revoke", "nosuchky"]);
    assert!(!done && err.contains("no key"), "{err}");
}

#[tokio::test]
async fn without_a_key_nothing_of_the_gateway_opens_and_the_answer_says_nothing_about_why() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    let (id, key) = new_key(folder.path(), "admin", None);
    let almost = format!("{}x", &key[..key.len() - 1]);
    let mut bodies = Vec::new();
    for wrong in
        [None, Some("wrong"), Some(almost.as_str()), Some("gp_live_abcdefgh_x"), Some(id.as_str()), Some("eyJhbGciOiJub25lIn0.e30.")]
    {
        let answer = call(&service, Method::GET, "/get_webhooks/INST_A", wrong, None).await;
        assert_eq!((answer.status, answer.headers["www-authenticate"].to_str().unwrap()), (401, "Bearer"), "{wrong:?}");
        bodies.push(answer.text);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
}

#[tokio::test]
async fn guessing_is_stopped_after_twenty_wrong_ones_and_a_good_key_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    let (_, key) = new_key(folder.path(), "sender", None);
    assert_eq!(call(&service, Method::GET, "/get_webhooks/A", Some(&key), None).await.status, 200);
    let mut statuses = Vec::new();
    for n in 0..25 {
        statuses.push(call(&service, Method::GET, "/get_webhooks/A", Some(&format!("guess {n}")), None).await.status);
    }
    assert_eq!((statuses[19], statuses[20], statuses[24]), (401, 429, 429));
    let admin = call(&service, Method::GET, "/get_webhooks/A", Some(ADMIN), None).await;
    assert_eq!(admin.status, 429, "the right one is not told from wrong ones now");
    assert!(admin.headers.contains_key("retry-after"));
    assert_eq!(call(&service, Method::GET, "/get_webhooks/A", Some(&key), None).await.status, 200, "a key that is known");
}

#[tokio::test]
async fn a_key_becomes_an_access_token_in_both_ways_of_oauth_and_errors_are_those_of_the_rfc() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    let (id, key) = new_key(folder.path(), "sender", None);
    let token = |form: &'static [(&'static str, &'static str)]| service.client().post(service.url("/oauth/token")).form(form);
    let grant = &[("grant_type", "client_credentials")];

    let by_basic = service.send(token(grant).basic_auth(&id, Some(&key))).await;
    assert_eq!(by_basic.status, 200, "{}", by_basic.text);
    assert_eq!(
        (by_basic.body["token_type"].as_str(), by_basic.body["expires_in"].as_i64(), by_basic.body["scope"].as_str()),
        (Some("Bearer"), Some(3600), Some("sender"))
    );
    assert_eq!(by_basic.headers["cache-control"], "no-store");
    let form = [("grant_type", "client_credentials"), ("client_id", id.as_str()), ("client_secret", key.as_str()), ("scope", "viewer")];
    let by_body = service.send(service.client().post(service.url("/oauth/token")).form(&form)).await;
    assert_eq!((by_body.status, by_body.body["scope"].as_str()), (200, Some("viewer")));

    let access = by_basic.body["access_token"].as_str().unwrap();
    let grade = json!({ "student_id": "1", "course_id": "C", "grade": "A", "university_id": "U" });
    assert_eq!(call(&service, Method::POST, "/submit_grade", Some(access), Some(grade.clone())).await.status, 200);
    let narrowed = by_body.body["access_token"].as_str().unwrap();
    assert_eq!(call(&service, Method::POST, "/submit_grade", Some(narrowed), Some(grade)).await.status, 403);

    let basic = |form: &'static [(&'static str, &'static str)]| token(form).basic_auth(&id, Some(&key));
    for (request, status, error) in [
        (basic(&[("grant_type", "password")]), 400, "unsupported_grant_type"),
        (basic(&[("scope", "sender")]), 400, "invalid_request"),
        (basic(&[("grant_type", "client_credentials"), ("scope", "admin")]), 400, "invalid_scope"),
        (basic(&[("grant_type", "client_credentials"), ("grant_type", "client_credentials")]), 400, "invalid_request"),
        (token(grant).basic_auth(&id, Some("wrong")), 401, "invalid_client"),
        (token(grant).basic_auth("nosuchky", Some(&key)), 401, "invalid_client"),
        (token(grant), 401, "invalid_client"),
        (token(grant).basic_auth(&id, Some(ADMIN)), 401, "invalid_client"),
        (service.client().post(service.url("/oauth/token")).json(&json!({ "grant_type": "client_credentials" })), 400, "invalid_request"),
    ] {
        let answer = service.send(request).await;
        assert_eq!((answer.status, answer.body["error"].as_str()), (status, Some(error)), "{}", answer.text);
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401);
    }

    let metadata = call(&service, Method::GET, "/.well-known/oauth-authorization-server", None, None).await;
    assert_eq!(metadata.body["issuer"], service.url(""));
    assert_eq!(metadata.body["token_endpoint"], service.url("/oauth/token"));
    let keys = call(&service, Method::GET, "/.well-known/jwks.json", None, None).await;
    assert_eq!(
        (keys.body["keys"][0]["crv"].as_str(), keys.headers["cache-control"].to_str().unwrap()),
        (Some("Ed25519"), "public, max-age=300")
    );
    assert!(!keys.text.contains("\"d\""), "no private key");
}

/// One row per route of the gateway that names an institution or something of one.
fn routes(institution: &str, student: &str) -> Vec<(Method, String, Option<Value>)> {
    let grade = json!({ "student_id": "1", "course_id": "C", "grade": "A", "university_id": "INST_A" });
    vec![
        (
            Method::POST,
            "/register_webhooks".to_owned(),
            Some(json!({ "university_id": "INST_A", "webhook_url": "https://thief.example/" })),
        ),
        (
            Method::POST,
            "/register_webhooks".to_owned(),
            Some(json!({ "university_id": institution, "webhook_url": "https://thief.example/" })),
        ),
        (Method::POST, "/submit_grade".to_owned(), Some(grade)),
        (Method::GET, "/get_webhooks/INST_A".to_owned(), None),
        (Method::GET, format!("/get_webhooks/{institution}"), None),
        (
            Method::POST,
            "/api/webhook/register".to_owned(),
            Some(json!({ "schoolId": "INST_A", "schoolName": "A", "webhookUrl": "https://thief.example/" })),
        ),
        (Method::POST, "/api/students".to_owned(), Some(json!({ "schoolId": "INST_A", "name": "Eve" }))),
        (Method::GET, "/api/students?schoolId=INST_A".to_owned(), None),
        (Method::GET, format!("/api/students/{student}"), None),
        (Method::PUT, format!("/api/students/{student}"), Some(json!({ "name": "Eve" }))),
        (Method::DELETE, format!("/api/students/{student}"), None),
        (Method::POST, "/ingestion".to_owned(), Some(json!({ "id": "sub-a", "target_url": "https://sub-a.example/" }))),
        (Method::POST, "/ingest/sub-a".to_owned(), Some(json!({ "x": 1 }))),
        (Method::GET, "/subscription/sub-a".to_owned(), None),
        (Method::PUT, "/subscription".to_owned(), Some(json!({ "id": "sub-a", "target_url": "https://thief.example/" }))),
        (Method::DELETE, "/subscription/sub-a".to_owned(), None),
    ]
}

#[tokio::test]
async fn nobody_of_one_institution_sees_or_touches_anything_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    university(&service, "INST_A").await;
    university(&service, "INST_B").await;
    let a = made_key(folder.path(), "viewer", Some("INST_A"))["institution"].as_str().unwrap().to_owned();
    let student =
        call(&service, Method::POST, "/api/students", Some(ADMIN), Some(json!({ "schoolId": "INST_A", "name": "Secret Ana" }))).await;
    let student = student.body["data"]["id"].as_str().unwrap().to_owned();
    let made =
        call(&service, Method::POST, "/subscription", Some(ADMIN), Some(json!({ "id": "sub-a", "target_url": "https://sub-a.example/" })))
            .await;
    assert_eq!(made.status, 201, "{}", made.text);

    for role in ["sender", "manager", "viewer"] {
        let (_, of_b) = new_key(folder.path(), role, Some("INST_B"));
        for (method, path, body) in routes(&a, &student) {
            let answer = call(&service, method.clone(), &path, Some(&of_b), body).await;
            // 403 says only that the role may not do this anywhere.
            assert!(answer.status == 404 || answer.status == 403, "{role}: {method} {path}: {} {}", answer.status, answer.text);
            for secret in ["Secret Ana", "inst-a.example", "sub-a.example"] {
                assert!(!answer.text.contains(secret), "{role}: {method} {path}: {}", answer.text);
            }
        }
        // What does not exist is answered as what is another's.
        let other = call(&service, Method::GET, "/get_webhooks/NOBODY", Some(&of_b), None).await;
        let foreign = call(&service, Method::GET, "/get_webhooks/INST_A", Some(&of_b), None).await;
        assert_eq!((other.status, other.text), (foreign.status, foreign.text));
    }
    let (_, manager) = new_key(folder.path(), "manager", Some("INST_B"));
    let own = call(&service, Method::GET, "/get_webhooks/INST_B", Some(&manager), None).await;
    assert_eq!(own.body, json!({ "university_id": "INST_B", "webhooks": ["https://inst-b.example/hook"] }));
    let all = call(&service, Method::GET, "/subscription", Some(&manager), None).await;
    assert_eq!((all.status, all.text.as_str()), (200, "[]"));
    // Nothing of A was touched.
    let webhooks = call(&service, Method::GET, "/get_webhooks/INST_A", Some(ADMIN), None).await;
    assert_eq!(webhooks.body["webhooks"], json!(["https://inst-a.example/hook"]));
    let student = call(&service, Method::GET, &format!("/api/students/{student}"), Some(ADMIN), None).await;
    assert_eq!(student.body["data"]["name"], "Secret Ana");
}

#[tokio::test]
async fn each_role_does_what_the_table_says_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    service.leaves_jobs_open("nobody is at the endpoints that are registered");
    university(&service, "INST_A").await;
    let grade = json!({ "student_id": "1", "course_id": "C", "grade": "A", "university_id": "INST_A" });
    let hook = json!({ "university_id": "INST_A", "webhook_url": "https://second.example/" });
    let rows: [(Method, &str, Option<Value>, &[&str]); 4] = [
        (Method::GET, "/get_webhooks/INST_A", None, &["admin", "sender", "manager", "viewer"]),
        (Method::POST, "/submit_grade", Some(grade.clone()), &["admin", "sender"]),
        (Method::POST, "/register_webhooks", Some(hook), &["admin", "manager"]),
        (Method::POST, "/receive_grade", Some(grade), &["admin", "sender", "manager", "viewer"]),
    ];
    let mut holders: Vec<(&str, String)> = ["admin", "sender", "manager", "viewer"]
        .map(|role| (role, new_key(folder.path(), role, (role != "admin").then_some("INST_A")).1))
        .to_vec();
    // A portal token is a manager of its institution, or a viewer when it is for looking only.
    let looking = json!({ "capabilities": ["ViewBase", "ViewEndpointSecret"] });
    for (role, asked) in [("manager", json!({})), ("viewer", json!({ "readOnly": true })), ("viewer", looking)] {
        let access = call(&service, Method::POST, "/api/v1/auth/app-portal-access/INST_A", Some(ADMIN), Some(asked)).await;
        assert_eq!(access.status, 200, "{}", access.text);
        holders.push((role, access.body["token"].as_str().unwrap().to_owned()));
    }
    for (role, key) in &holders {
        for (method, path, body, allowed) in &rows {
            let answer = call(&service, method.clone(), path, Some(key), body.clone()).await;
            let expected = if allowed.contains(role) { 200 } else { 403 };
            assert_eq!(answer.status, expected, "{role}: {method} {path}: {}", answer.text);
        }
    }
    // Who ends the sessions of an institution ends them all, and nobody's key.
    let ended = call(&service, Method::POST, "/api/v1/auth/app/INST_A/expire-all", Some(ADMIN), Some(json!({}))).await;
    assert_eq!(ended.status, 204, "{}", ended.text);
    for (n, (role, key)) in holders.iter().enumerate() {
        let expected = if n < 4 { 200 } else { 401 };
        let status = async || call(&service, Method::GET, "/get_webhooks/INST_A", Some(key), None).await.status;
        until_within(KEYS_COUNT, || format!("{expected} for {role}"), async || (status().await == expected).then_some(())).await;
    }
}

#[tokio::test]
async fn the_gateway_is_nowhere_until_somebody_may_use_it() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), &[]);
    for path in ["/get_webhooks/A", "/subscription/x", "/api/students/x"] {
        let (ours, nowhere) =
            (call(&service, Method::GET, path, None, None).await, call(&service, Method::GET, "/nowhere", None, None).await);
        assert_eq!((ours.status, ours.text), (404, nowhere.text), "{path}");
    }
}
