//! What platforms tell, heard and found again: search over topics and transcriptions, forwarding to receivers of others, scores back to a gradebook.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use gradepost::gateway::catalogue;
use gradepost::signing::hmac_sha256;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::gcs_emulator::peer::peer;
use crate::harness::{Answer, Service, files, gradepost, mails, repository};

const LTI: &str = "lti-s3cret-7f21";
const ADMIN: &str = "admin-t0ken-44c1";
const SETTINGS: &[(&str, &str)] = &[
    ("LTI_WEBHOOK_SECRET", LTI),
    ("ADMIN_TOKEN", ADMIN),
    ("SERVICE_ACME_KEY", "service-k3y-1b9"),
    ("CANVAS_WEBHOOK_SECRET", "canvas-path-5e8c"),
    ("WEBHOOK_ENCRYPTION_KEY", "a master secret of at least thirty-two characters"),
    ("WEBHOOK_ALLOW_HTTP", "true"),
    ("WEBHOOK_ALLOW_NETWORKS", "127.0.0.0/8"),
    ("SWEEP_SECONDS", "1"),
];

fn start(folder: &Path, more: &[(&str, &str)]) -> Service {
    Service::start(folder, &[SETTINGS, more].concat())
}

async fn call(service: &Service, key: &str, verb: reqwest::Method, path: &str, body: Option<Value>) -> Answer {
    let mut request = service.client().request(verb, service.url(&format!("/api/v1{path}"))).bearer_auth(key);
    if let Some(body) = body {
        request = request.json(&body);
    }
    service.send(request).await
}

async fn admin(service: &Service, path: &str, body: Value) -> Value {
    let answer = call(service, ADMIN, reqwest::Method::POST, path, Some(body)).await;
    assert!((200..300).contains(&answer.status), "{path}: {}", answer.text);
    answer.body
}

async fn told(service: &Service, address: &str, headers: &[(&str, &str)], body: &Value) {
    let mut request = service.client().post(service.url(address)).header("Content-Type", "application/json").body(body.to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = service.send(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn lti(service: &Service, body: Value) {
    let signature = format!("sha256={}", hex::encode(hmac_sha256(LTI.as_bytes(), body.to_string().as_bytes())));
    told(service, "/webhooks/lti/events", &[("X-Webhook-Signature", &signature)], &body).await;
}

async fn topic(service: &Service, id: &str, course: &str, title: &str, html: &str) {
    let event = json!({
        "metadata": { "event_name": "discussion_topic_created", "event_time": "2026-03-01T10:00:00.000Z", "producer": "canvas", "context_type": "Course", "context_id": course },
        "body": { "discussion_topic_id": id, "title": title, "body": html, "context_id": course, "context_type": "Course", "workflow_state": "active" },
    });
    told(service, "/webhooks/canvas/canvas-path-5e8c", &[], &event).await;
}

/// Asks until something is as it should be.
async fn until<T>(service: &Service, mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let said = std::cell::RefCell::new(String::new());
    let look = async || match look().await {
        Ok(found) => Some(found),
        Err(words) => {
            said.replace(words);
            None
        }
    };
    crate::harness::until(|| format!("{}\n{}", said.borrow(), service.log()), look).await
}

async fn search(service: &Service, key: &str, body: Value) -> Answer {
    call(service, key, reqwest::Method::POST, "/search", Some(body)).await
}

fn titles(answer: &Answer) -> Vec<String> {
    let data = answer.body["data"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    data.iter().map(|hit| hit["title"].as_str().unwrap().to_owned()).collect()
}

/// A key of an institution, made by the command that operators type.
fn key(service: &Service, folder: &Path, role: &str, institution: &str) -> String {
    let settings: BTreeMap<String, String> = [("DATA_DIR", folder.to_str().unwrap()), ("WEBHOOK_SECRET", crate::harness::SECRET)]
        .into_iter()
        .chain(SETTINGS.iter().copied())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let output =
        gradepost(&["keys", "create", "of a story", "--role", role, "--institution", institution, "--json"], &settings).output().unwrap();
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stderr), service.log());
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    made["key"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_and_transcriptions_are_found_by_those_whose_they_are_and_nothing_that_was_searched_is_logged() {
    let media = MockServer::start().await;
    let vtt = "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nHoy hablamos de la erupción de los volcanes de Chile.\n";
    Mock::given(path("/v.vtt")).respond_with(ResponseTemplate::new(200).set_body_raw(vtt, "text/vtt")).mount(&media).await;
    let folder = tempfile::tempdir().unwrap();
    let rules = ("PLATFORM_INSTITUTION", "canvas=norte,canvas/99=sur,services=norte");
    let mut service = start(folder.path(), &[rules, ("TRANSCRIPTION_NOTICE_TO", "video@colegio.example, jefa@colegio.example")]);
    for uid in ["norte", "sur"] {
        admin(&service, "/institutions", json!({ "name": uid, "uid": uid })).await;
    }
    topic(&service, "1", "565", "Suma de fracciones", "<p>¿Cómo se suman las <b>FRACCIÓNES</b> con distinto denominador?</p>").await;
    topic(&service, "2", "565", "Volcanes", "<p>La erupci&oacute;n del Villarrica</p>").await;
    topic(&service, "3", "99", "Fracciones del sur", "<p>Otras fracciones</p>").await;
    assert!(!files(folder.path()).iter().any(|file| file.contains("texts-1.sqlite")), "nobody looked yet");
    let address = format!("{}/v.vtt", media.uri());
    let event = json!({ "type": "transcription.completed", "data": { "jobId": "j", "videoId": "volcanes-1", "transcriptionUrl": address, "confidence": 0.9, "duration": 60, "timestamp": "2026-03-01T10:00:00Z" } });
    told(&service, "/webhooks/services/acme", &[("X-API-Key", "service-k3y-1b9")], &event).await;

    let found = until(&service, async || {
        let all = titles(&search(&service, ADMIN, json!({ "q": "erupcion" })).await);
        let fractions = titles(&search(&service, ADMIN, json!({ "q": "fracciones" })).await);
        if all.len() == 2 && fractions.len() == 2 { Ok(all) } else { Err(format!("{all:?} {fractions:?}")) }
    })
    .await;
    assert!(found.contains(&"Volcanes".to_owned()) && found.contains(&"volcanes-1".to_owned()), "{found:?}");
    let transcript = search(&service, ADMIN, json!({ "q": "volcanes chile", "collection": "transcriptions" })).await;
    let hit = &transcript.body["data"][0];
    assert_eq!(
        (hit["thing"].as_str(), hit["source"].as_str(), hit["institution"].as_str()),
        (Some("volcanes-1"), Some("services"), Some("norte"))
    );
    let excerpt: Vec<char> = hit["excerpt"].as_str().unwrap().chars().collect();
    let marked = |at: &Value| excerpt[at[0].as_u64().unwrap() as usize..at[1].as_u64().unwrap() as usize].iter().collect::<String>();
    assert_eq!(hit["highlights"].as_array().unwrap().iter().map(marked).collect::<Vec<_>>(), ["volcanes", "Chile"]);
    assert_eq!(transcript.body["method"], "words");

    // Each institution's own people find their own.
    let (north, south) = (key(&service, folder.path(), "viewer", "norte"), key(&service, folder.path(), "manager", "sur"));
    assert_eq!(titles(&search(&service, &north, json!({ "q": "fracciones" })).await), ["Suma de fracciones"]);
    assert_eq!(titles(&search(&service, &south, json!({ "q": "fracciones" })).await), ["Fracciones del sur"]);
    assert!(
        titles(&search(&service, &south, json!({ "like": "erupción de volcanes" })).await)
            .iter()
            .all(|title| title == "Fracciones del sur")
    );
    assert_eq!(search(&service, &north, json!({ "q": "fracciones", "institution": "sur" })).await.status, 404);
    let of_north = search(&service, &north, json!({ "q": "volcanes" })).await.body["data"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(search(&service, &south, json!({ "to": of_north })).await.status, 404, "another's text is not there");
    let like = search(&service, &north, json!({ "to": of_north })).await;
    assert!(like.body["method"].as_str().unwrap().starts_with("hashed-words"), "{}", like.text);

    // The same by GET, pages, and what is refused.
    let first = call(&service, ADMIN, reqwest::Method::GET, "/search?q=fracciones&limit=1", None).await;
    let next = first.body["next"].as_str().unwrap();
    let second = call(&service, ADMIN, reqwest::Method::GET, &format!("/search?q=fracciones&limit=1&cursor={next}"), None).await;
    assert_eq!((titles(&first).len(), titles(&second).len(), &second.body["next"]), (1, 1, &Value::Null));
    assert_ne!(titles(&first), titles(&second));
    for (body, status, code) in [
        (json!({}), 400, "malformed"),
        (json!({ "q": "a", "like": "b" }), 400, "malformed"),
        (json!({ "q": "a", "limit": 0 }), 400, "malformed"),
        (json!({ "q": "a", "collection": "grades" }), 400, "malformed"),
        (json!({ "q": "volcanes", "cursor": next }), 400, "cursor"),
        (json!({ "q": "a", "x": 1 }), 422, "invalid"),
    ] {
        let answer = search(&service, ADMIN, body.clone()).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{body}: {}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    assert_eq!(search(&service, "gp_live_wrong", json!({ "q": "a" })).await.status, 401);

    // Those who asked are told once, by mail.
    let notices = until(&service, async || {
        let mails = mails(folder.path());
        if mails.len() >= 2 { Ok(mails) } else { Err(format!("{} mails", mails.len())) }
    })
    .await;
    for to in ["video@colegio.example", "jefa@colegio.example"] {
        let mail = notices.iter().find(|mail| mail.contains(to)).unwrap();
        assert!(mail.contains("volcanes-1"), "{mail}");
    }

    // What was searched stands nowhere; the file comes back when it is deleted.
    service.terminate();
    let log = service.whole_log();
    for word in ["erupcion", "fracciones", "volcanes chile"] {
        assert!(!log.contains(word), "{word} is in the log");
    }
    std::fs::remove_file(folder.path().join("index/texts-1.sqlite")).unwrap();
    service.restart();
    let again = until(&service, async || {
        let found = search(&service, ADMIN, json!({ "q": "erupcion" })).await;
        if titles(&found).len() == 2 { Ok(titles(&found)) } else { Err(found.text) }
    })
    .await;
    assert_eq!(again, found);
    assert_eq!(mails(folder.path()).len(), 2, "nobody hears twice");
}

/// What a receiver got, verified by a library of others.
async fn received(receiver: &MockServer, secret: &str) -> BTreeMap<String, Value> {
    let requests = receiver.received_requests().await.unwrap_or_default();
    requests.iter().map(|request| verified(request, secret)).map(|event| (event["type"].as_str().unwrap().to_owned(), event)).collect()
}

fn verified(request: &Request, secret: &str) -> Value {
    let headers: reqwest::header::HeaderMap = request.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    standardwebhooks::Webhook::new(secret).unwrap().verify(&request.body, &headers).unwrap();
    serde_json::from_slice(&request.body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_platform_tells_reaches_the_institutions_receiver_signed_once_and_as_the_catalogue_says() {
    let folder = tempfile::tempdir().unwrap();
    let receivers = [MockServer::start().await, MockServer::start().await];
    for receiver in &receivers {
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(receiver).await;
    }
    let mut service = start(folder.path(), &[("PLATFORM_INSTITUTION", "lti=norte, services=norte, canvas=sur")]);
    // Until they are there, doctor says what is missing.
    let settings: BTreeMap<String, String> = [
        ("DATA_DIR", folder.path().to_str().unwrap()),
        ("PLATFORM_INSTITUTION", "lti=norte"),
        ("LTI_WEBHOOK_SECRET", LTI),
        ("MAIL_TRANSPORT", "file"),
        ("EMAIL_USER", "informes@colegio.example"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let said = gradepost(&["doctor", "--json"], &settings).output().unwrap().stdout;
    assert!(String::from_utf8_lossy(&said).contains("there is none called 'norte'"), "{}", String::from_utf8_lossy(&said));
    let mut secrets = Vec::new();
    for (uid, receiver) in ["norte", "sur"].iter().zip(&receivers) {
        admin(&service, "/institutions", json!({ "name": uid, "uid": uid })).await;
        let made = admin(&service, "/endpoints", json!({ "institution": uid, "url": receiver.uri() })).await;
        secrets.push(made["secret"].as_str().unwrap().to_owned());
    }
    let at = "2026-03-01T10:00:00Z";
    let grade = json!({ "type": "grade.created", "data": { "userId": 5323, "resourceLinkId": "l1", "contextId": "mat-8", "score": 85, "maxScore": 100, "timestamp": at, "gradeId": null } });
    for _ in 0..2 {
        // A repeat is no second event.
        lti(&service, grade.clone()).await;
    }
    lti(
        &service,
        json!({ "type": "member.added", "data": { "contextId": "mat-8", "userId": "u1", "roles": ["Learner"], "timestamp": at } }),
    )
    .await;
    lti(&service, json!({ "type": "content.updated", "data": { "resourceLinkId": "l1", "contentId": "c1", "title": "Unidad 1", "url": "https://lms.example/c1", "timestamp": at } })).await;
    let behaviour = json!({ "type": "user.behavior", "data": { "userId": "u1", "sessionId": "s1", "events": [{ "type": "click", "element": "play", "timestamp": at, "metadata": { "x": 1 } }] } });
    told(&service, "/webhooks/services/acme", &[("X-API-Key", "service-k3y-1b9")], &behaviour).await;
    let canvas = json!({
        "metadata": { "event_name": "grade_change", "event_time": "2026-03-01T10:00:00.123Z", "context_type": "Course", "context_id": "565" },
        "body": { "assignment_id": "355", "assignment_name": "Ensayo", "grade": "B+", "score": "85.5", "points_possible": 100.0, "student_id": "48", "user_id": "48", "submission_id": "11086", "old_grade": null },
    });
    told(&service, "/webhooks/canvas/canvas-path-5e8c", &[], &canvas).await;
    let (north, south) = until(&service, async || {
        let (north, south) = (received(&receivers[0], &secrets[0]).await, received(&receivers[1], &secrets[1]).await);
        if north.len() >= 4 && !south.is_empty() { Ok((north, south)) } else { Err(format!("{:?} {:?}", north.keys(), south.keys())) }
    })
    .await;
    assert_eq!(north.keys().collect::<Vec<_>>(), ["content.updated", "grade.submitted", "member.added", "user.behavior"]);
    assert_eq!(south.keys().collect::<Vec<_>>(), ["grade.updated"]);
    for event in north.values().chain(south.values()) {
        assert_eq!(catalogue::check(event["type"].as_str().unwrap(), &event["data"]), Ok(()), "{event}");
        assert_eq!(event["data"]["timestamp"].as_str().map(|at| at[..19].to_owned()).as_deref(), Some("2026-03-01T10:00:00"), "{event}");
    }
    let data = &north["grade.submitted"]["data"];
    assert_eq!(
        (data["student_id"].as_str(), data["course_id"].as_str(), data["grade"].as_str(), data["score"].as_f64()),
        (Some("5323"), Some("mat-8"), Some("85"), Some(85.0)),
        "{data}"
    );
    let data = &south["grade.updated"]["data"];
    assert_eq!(
        (data["student_id"].as_str(), data["course_id"].as_str(), data["grade"].as_str()),
        (Some("48"), Some("565"), Some("B+")),
        "{data}"
    );
    // Signed with each institution's own secret, sent once, also over a restart. What was heard and not recorded yet would be sent again, so that waits first.
    let due = folder.path().join("lanes/deliveries/due");
    until(&service, async || if files(&due).is_empty() { Ok(()) } else { Err(format!("{:?}", files(&due))) }).await;
    service.restart();
    lti(&service, grade).await;
    lti(&service, json!({ "type": "grade.deleted", "data": { "userId": "5323", "resourceLinkId": "l1", "score": 0, "maxScore": 100, "timestamp": "2026-03-01T11:00:00Z" } })).await;
    until(&service, async || {
        let north = received(&receivers[0], &secrets[0]).await;
        if north.contains_key("grade.deleted") { Ok(()) } else { Err(format!("{:?}", north.keys())) }
    })
    .await;
    let all = receivers[0].received_requests().await.unwrap();
    assert_eq!(all.len(), 5, "each event once");
}

/// A platform with a gradebook: gives out tokens against assertions that it checks as a platform must, and takes scores.
struct Gradebook {
    server: MockServer,
    keys: Arc<Mutex<Option<JwkSet>>>,
}

impl Gradebook {
    async fn start() -> Self {
        let gradebook = Self { server: MockServer::start().await, keys: Arc::default() };
        let (keys, audience, used) =
            (gradebook.keys.clone(), format!("{}/token", gradebook.server.uri()), Mutex::new(Vec::<String>::new()));
        let give = move |request: &Request| {
            match is_ours(request, keys.lock().unwrap().as_ref(), &audience, &used) {
            Ok(()) => ResponseTemplate::new(200).set_body_json(json!({ "access_token": "ags-t0ken-1", "token_type": "Bearer", "expires_in": 3600, "scope": "https://purl.imsglobal.org/spec/lti-ags/scope/score" })),
            Err(words) => ResponseTemplate::new(400).set_body_json(json!({ "error": "invalid_client", "error_description": words })),
        }
        };
        Mock::given(method("POST")).and(path("/token")).respond_with(give).mount(&gradebook.server).await;
        gradebook
    }

    /// Takes scores of a line item with these answers, one after the other, and then 200.
    async fn line_item(&self, item: &str, first: &[u16]) {
        let posted = || {
            Mock::given(method("POST"))
                .and(path(format!("{item}/scores")))
                .and(header("authorization", "Bearer ags-t0ken-1"))
                .and(header("content-type", "application/vnd.ims.lis.v1.score+json"))
        };
        for (at, status) in first.iter().enumerate() {
            posted().respond_with(ResponseTemplate::new(*status)).up_to_n_times(1).with_priority(at as u8 + 1).mount(&self.server).await;
        }
        posted().respond_with(ResponseTemplate::new(200)).with_priority(100).mount(&self.server).await;
    }

    async fn scores(&self) -> Vec<(String, Value)> {
        let requests = self.server.received_requests().await.unwrap_or_default();
        let scores = requests.iter().filter(|request| request.url.path().ends_with("/scores"));
        scores.map(|request| (request.url.to_string(), serde_json::from_slice(&request.body).unwrap())).collect()
    }
}

fn is_ours(request: &Request, keys: Option<&JwkSet>, audience: &str, used: &Mutex<Vec<String>>) -> Result<(), String> {
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    let is = |name: &str, value: &str| form.get(name).map(String::as_str) == Some(value);
    if !is("grant_type", "client_credentials")
        || !is("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        || !is("scope", "https://purl.imsglobal.org/spec/lti-ags/scope/score")
    {
        return Err(format!("{:?}", form.keys()));
    }
    let assertion = form.get("client_assertion").ok_or("no assertion")?;
    let head = decode_header(assertion).map_err(|error| error.to_string())?;
    let jwk = keys.and_then(|keys| keys.find(head.kid.as_deref()?)).ok_or("a key that is not known")?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[audience]);
    validation.set_issuer(&["tool-1"]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    let claims = decode::<Value>(assertion, &DecodingKey::from_jwk(jwk).map_err(|error| error.to_string())?, &validation);
    let claims = claims.map_err(|error| error.to_string())?.claims;
    let once = claims["jti"].as_str().ok_or("no jti")?.to_owned();
    if claims["sub"] != "tool-1" || claims["iat"].as_i64().is_none() || used.lock().unwrap().contains(&once) {
        return Err("sub, iat or jti".to_owned());
    }
    used.lock().unwrap().push(once);
    Ok(())
}

fn completed(submission: &str, line_item: &str) -> Value {
    json!({ "type": "assessment.completed", "data": {
        "userId": "5323497", "email": "ana@example.com", "name": "Ana", "assessmentTitle": "Test de ciencias", "submissionId": submission,
        "submittedAt": "2026-03-01T10:00:00Z", "score": 11, "maxScore": 15, "lineItem": line_item } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reports_result_goes_back_to_the_platforms_gradebook_once_and_only_where_it_is_switched_on() {
    let gradebook = Gradebook::start().await;
    gradebook.line_item("/lineitems/42", &[503]).await;
    let pem = std::fs::read_to_string(repository("test_data/push/test_only_key.pem")).unwrap();
    let token_url = format!("{}/token", gradebook.server.uri());
    let profile = "[[assessment]]\nname = \"puntos\"\nmatch = { title = \"Test*\" }\nbank = \"optional\"\npercentage = \"points\"\n";
    let on = [("LTI_SCORES", "true"), ("LTI_TOKEN_URL", token_url.as_str()), ("LTI_CLIENT_ID", "tool-1"), ("LTI_TOOL_KEY", pem.as_str())];
    let line_item = format!("{}/lineitems/42?type=x", gradebook.server.uri());

    let off = tempfile::tempdir().unwrap();
    std::fs::write(off.path().join("assessments.toml"), profile).unwrap();
    let service = start(off.path(), &[]);
    assert_eq!(service.get("/lti/keys").await.status, 404);
    lti(&service, completed("s0", &line_item)).await;
    until(&service, async || if mails(off.path()).is_empty() { Err("no mail".to_owned()) } else { Ok(()) }).await;
    drop(service);

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("assessments.toml"), profile).unwrap();
    let service = start(folder.path(), &on);
    let keys = service.get("/lti/keys").await;
    assert!(!keys.text.contains("\"d\""), "public halves only: {}", keys.text);
    *gradebook.keys.lock().unwrap() = Some(serde_json::from_value(keys.body).unwrap());
    assert!(gradebook.scores().await.is_empty(), "nothing is posted while it is off");
    lti(&service, completed("s1", &line_item)).await;
    until(&service, async || if mails(folder.path()).is_empty() { Err("no mail".to_owned()) } else { Ok(()) }).await;
    // The first try meets a platform that is away: the report is out all the same, and the score follows.
    let scores = until(&service, async || {
        let scores = gradebook.scores().await;
        if scores.len() >= 2 { Ok(scores) } else { Err(format!("{scores:?}")) }
    })
    .await;
    assert_eq!(scores[0], scores[1], "a repeat is the same score of the same time");
    let (url, score) = &scores[1];
    assert!(url.ends_with("/lineitems/42/scores?type=x"), "{url}");
    assert_eq!(
        (score["userId"].as_str(), score["scoreGiven"].as_f64(), score["scoreMaximum"].as_f64()),
        (Some("5323497"), Some(73.33), Some(100.0)),
        "{score}"
    );
    assert_eq!(score["submission"]["submittedAt"], "2026-03-01T10:00:00.000+00:00");
    assert!(score["timestamp"].as_str().unwrap().len() == "2026-03-01T10:00:00.000+00:00".len(), "{score}");

    // A line item somewhere else gets no token of ours, and the operator hears why.
    let elsewhere = MockServer::start().await;
    lti(&service, completed("s2", &format!("{}/lineitems/42", elsewhere.uri()))).await;
    until(&service, async || {
        let parked = files(folder.path()).into_iter().find(|name| name.contains("lanes/deliveries/ended/parked/"));
        parked.ok_or_else(|| "nothing is parked".to_owned())
    })
    .await;
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
    assert_eq!((gradebook.scores().await.len(), mails(folder.path()).len()), (2, 2));
    let log = service.log();
    assert!(!log.contains("ags-t0ken-1") && !log.contains("PRIVATE KEY"), "secrets are in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_schools_on_one_service_get_each_its_own_bank_template_and_language_by_source_and_course() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("questions")).unwrap();
    std::fs::create_dir_all(folder.path().join("templates")).unwrap();
    for (name, right) in [("norte", "A"), ("sur", "B")] {
        let rows = (1..=4).map(|n| format!("{n},{right},Lectura {n}\n")).collect::<Vec<_>>().concat();
        std::fs::write(folder.path().join(format!("questions/{name}.csv")), format!("question_number,correct_alternative,lecture\n{rows}"))
            .unwrap();
        let template = folder.path().join(format!("templates/{name}.docx"));
        let made = gradepost(&["template", "init", template.to_str().unwrap()], &BTreeMap::new()).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    let profile = |name: &str, course: &str, language: &str| {
        format!(
            "[[assessment]]\nname = \"{name}\"\nmatch = {{ source = \"lti\", course = \"{course}\" }}\nbank = \"{name}.csv\"\ntemplate = \"{name}.docx\"\nlanguage = \"{language}\"\n"
        )
    };
    std::fs::write(folder.path().join("assessments.toml"), [profile("norte", "mat-n*", "es"), profile("sur", "mat-s*", "en")].concat())
        .unwrap();
    let service = start(folder.path(), &[]);
    let answers: Vec<Value> = (1..=4).map(|n| json!({ "id": n.to_string(), "question": format!("Pregunta {n}"), "answer": "A" })).collect();
    for (course, user) in [("mat-norte-8", "ana"), ("mat-sur-8", "beto")] {
        let completed = json!({ "type": "assessment.completed", "data": { "userId": user, "email": format!("{user}@example.com"), "name": user, "assessmentTitle": "Diagnóstico",
            "courseId": course, "submissionId": course, "submittedAt": "2026-03-01T10:00:00Z", "answers": answers } });
        lti(&service, completed).await;
    }
    let ends = until(&service, async || {
        let ends: Vec<Value> = files(folder.path())
            .iter()
            .filter(|name| name.starts_with("jobs/") && name.ends_with("/end.json"))
            .map(|name| serde_json::from_str(&std::fs::read_to_string(folder.path().join(name)).unwrap_or_default()).unwrap_or_default())
            .collect();
        if ends.len() == 2 && ends.iter().all(Value::is_object) { Ok(ends) } else { Err(format!("{ends:?}")) }
    })
    .await;
    let summary = |user: &str| {
        let all = ends.iter().map(|end| end.pointer("/end/summary").or_else(|| end.get("summary")).unwrap_or(end));
        all.into_iter().find(|summary| summary["user_id"] == user).unwrap_or_else(|| panic!("{ends:#?}")).clone()
    };
    let told = |user: &str| {
        let summary = summary(user);
        let card = summary["card"].clone();
        (summary["percentage"].as_f64(), card["template"].as_str().map(ToOwned::to_owned), card["language"].as_str().map(ToOwned::to_owned))
    };
    // The same answers, judged by each school's own bank, on its own paper, in its own language.
    assert_eq!(told("ana"), (Some(100.0), Some("norte.docx".to_owned()), Some("es".to_owned())));
    assert_eq!(told("beto"), (Some(0.0), Some("sur.docx".to_owned()), Some("en".to_owned())));
    let mails = mails(folder.path());
    assert!(["ana", "beto"].iter().all(|user| mails.iter().any(|mail| mail.contains(&format!("{user}@example.com")))), "{}", mails.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_of_others_takes_the_assertion_and_the_score_as_their_own_tool_would_send_them() {
    let python = std::env::var("GRADEPOST_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let there = Command::new(&python).args(["-c", "import pylti1p3, jwcrypto"]).stderr(Stdio::null()).status();
    let there = there
        .map_err(|error| error.to_string())
        .and_then(|status| status.success().then_some(()).ok_or_else(|| "Python's pylti1p3".to_owned()));
    let Some(()) = peer("lti", there) else { return };
    let folder = tempfile::tempdir().unwrap();
    let profile = "[[assessment]]\nname = \"puntos\"\nmatch = { title = \"Test*\" }\nbank = \"optional\"\npercentage = \"points\"\n";
    std::fs::write(folder.path().join("assessments.toml"), profile).unwrap();
    // The platform asks for the keys of a service that must know the platform's port: a free one is taken for the service first.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let expected = json!({ "user": "5323497", "scoreGiven": 73.33, "scoreMaximum": 100, "submittedAt": "2026-03-01T10:00:00.000+00:00" });
    let mut platform = Command::new(python)
        .arg(repository("tests/parts/lti_platform.py"))
        .args([format!("http://127.0.0.1:{port}/lti/keys"), expected.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(platform.stdout.take().unwrap()).lines();
    let at = format!("http://127.0.0.1:{}", lines.next().unwrap().unwrap());
    let (token_url, own_port) = (format!("{at}/token"), port.to_string());
    let pem = std::fs::read_to_string(repository("test_data/push/test_only_key.pem")).unwrap();
    let on = [
        ("LTI_SCORES", "true"),
        ("LTI_TOKEN_URL", token_url.as_str()),
        ("LTI_CLIENT_ID", "tool-1"),
        ("LTI_TOOL_KEY", pem.as_str()),
        ("PORT", own_port.as_str()),
    ];
    let service = start(folder.path(), &on);
    lti(&service, completed("s1", &format!("{at}/lineitems/42?type=x"))).await;
    let said: Vec<String> = tokio::task::spawn_blocking(move || lines.map_while(Result::ok).collect()).await.unwrap();
    let _ = platform.wait();
    assert_eq!(said.iter().filter(|line| line.starts_with("ok ")).count(), 13, "{said:#?}\n{}", service.log());
    assert!(!said.iter().any(|line| line.starts_with("fault")), "{said:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_searches_in_texts_and_lists_what_is_kept_without_whose_data_are_blocked() {
    let folder = crate::harness::school();
    let service = start(folder.path(), &[("OPERATOR_TOKEN", crate::console::OPERATOR), ("READER_TOKEN", crate::console::READER)]);
    topic(&service, "t1", "C1", "Volcanes de <b>Chile</b>", "<p>La erupción del Villarrica</p>").await;
    for user in ["zoraida", "pedro"] {
        let event = json!({ "type": "user.behavior", "data": { "userId": user, "sessionId": user, "events": [{ "type": "click", "element": "#play", "timestamp": "2026-03-01T10:00:00Z" }] } });
        told(&service, "/webhooks/services/acme", &[("X-API-Key", "service-k3y-1b9")], &event).await;
    }
    let mut operator = crate::person::Person::signed_in(&service, crate::console::OPERATOR).await;
    let csrf = crate::person::field(&operator.get("/console/platform").await.text, "csrf");
    let page = until(&service, async || {
        let page = operator.post("/console/platform", &[("csrf", &csrf), ("q", "ERUPCION")]).await;
        assert_eq!(page.status, 200, "{}", page.text);
        if page.text.contains("<mark>") { Ok(page.text) } else { Err(page.text) }
    })
    .await;
    assert!(page.contains("Volcanes de") && !page.contains("<b>Chile</b>") && page.contains("<mark>erupción</mark>"), "{page}");
    let none = operator.post("/console/platform", &[("csrf", &csrf), ("q", "Zacarias-the-searched")]).await.text;
    assert!(none.contains("Ningún texto tiene todas esas palabras"), "{none}");
    let videos = operator.post("/console/platform", &[("csrf", &csrf), ("q", "erupcion"), ("in", "transcriptions")]).await.text;
    assert!(!videos.contains("<mark>"), "only where it was asked for");
    let sessions = until(&service, async || {
        let page = operator.get("/console/platform/behaviour").await.text;
        if page.contains("zoraida") && page.contains("pedro") { Ok(page) } else { Err(page) }
    })
    .await;
    assert!(sessions.contains("Actividad por sesión"), "{sessions}");
    // Blocked by an id of another platform: gone from the list, the other one stays.
    admin(&service, "/wishes", json!({ "student": "zoraida", "wish": "blocked", "reason": "under dispute" })).await;
    let sessions = operator.get("/console/platform/behaviour").await.text;
    assert!(!sessions.contains("zoraida") && sessions.contains("pedro"), "{sessions}");
    for path in ["/console/platform/nothing", "/console/platform/..%2Fgrades"] {
        assert_eq!(operator.get(path).await.status, 404, "{path}");
    }
    let mut reader = crate::person::Person::signed_in(&service, crate::console::READER).await;
    assert_eq!(reader.get("/console/platform").await.status, 403);
    assert!(!service.log().contains("Zacarias") && !service.log().contains("ERUPCION"), "no log has what was searched");
}
