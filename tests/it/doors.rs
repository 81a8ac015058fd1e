//! The doors of platforms and services beside `/webhook`: the document's own commands, its words, its limits.

use gradepost::signing::hmac_sha256;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::harness::{Answer, Service, files, until};

const LTI: &str = "lti-s3cret-7f21";
const ADMIN: &str = "admin-t0ken-44c1";
const JWT: &str = "internal-jwt-secret-0123456789abcdef";
const SETTINGS: &[(&str, &str)] = &[
    ("LTI_WEBHOOK_SECRET", LTI),
    ("ADMIN_TOKEN", ADMIN),
    ("SERVICE_ACME_AI_SECRET", "service-s3cret"),
    ("SERVICE_ACME_AI_KEY", "service-k3y-1b9"),
    ("INTERNAL_JWT_SECRET", JWT),
    ("CANVAS_WEBHOOK_SECRET", "canvas-path-5e8c"),
    ("MOODLE_WEBHOOK_TOKEN", "moodle-t0ken-91aa"),
    ("CALIPER_TOKEN", "caliper-key-77d0"),
    ("XAPI_TOKEN", "lrs-user:lrs-passw0rd"),
    ("SWEEP_SECONDS", "1"),
];
/// The document's curl sends this.
const PING: &str = r#"{"type": "test.event", "data": {"message": "test"}}"#;

fn signature(secret: &str, body: &str) -> String {
    format!("sha256={}", hex::encode(hmac_sha256(secret.as_bytes(), body.as_bytes())))
}

async fn post(service: &Service, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = service.client().post(service.url(path)).header("Content-Type", "application/json").body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    service.send(request).await
}

async fn signed(service: &Service, body: &str) -> Answer {
    post(service, "/webhooks/lti/events", &[("X-Webhook-Signature", &signature(LTI, body))], body).await
}

async fn view(service: &Service, path: &str) -> Value {
    let answer = service.send(service.client().get(service.url(path)).bearer_auth(ADMIN)).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.body["data"].clone()
}

/// Waits until a view holds so many entries.
async fn becomes(service: &Service, path: &str, wanted: usize) -> Vec<Value> {
    let look = async || view(service, path).await.as_array().filter(|found| found.len() >= wanted).cloned();
    until(|| format!("{path} has {wanted}\n{}", service.log()), look).await
}

fn grade(kind: &str, score: u32, at: &str) -> String {
    json!({ "type": kind, "data": { "userId": "user123", "resourceLinkId": "link456", "score": score, "maxScore": 100, "timestamp": at } })
        .to_string()
}

#[tokio::test]
async fn the_documents_curl_with_a_right_signature_answers_200_and_every_other_in_its_words() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), SETTINGS);
    let answer = signed(&service, PING).await;
    assert_eq!((answer.status, &answer.body["success"]), (200, &json!(true)), "{}", answer.text);
    let bare = signature(LTI, PING).replace("sha256=", "");
    assert_eq!(post(&service, "/webhooks/lti/events", &[("X-Webhook-Signature", &bare)], PING).await.status, 200);
    // The document's own test event, signed and as it stands there.
    let mock = grade("grade.updated", 85, "2024-01-01T12:00:00Z");
    assert_eq!(signed(&service, &mock).await.status, 200);
    let spaced = mock.replace(':', ": ");
    for (headers, body) in [
        (vec![], mock.as_str()),
        (vec![("X-Webhook-Signature", "sha256=<signature>")], PING),
        (vec![("X-Webhook-Signature", "")], PING),
        (vec![("X-Webhook-Signature", bare.as_str())], mock.as_str()),
        (vec![("X-Webhook-Signature", bare.as_str())], spaced.as_str()),
        (vec![("X-Webhook-Signature", LTI)], PING),
    ] {
        let refused = post(&service, "/webhooks/lti/events", &headers, body).await;
        assert_eq!((refused.status, refused.text.as_str()), (401, "Invalid signature"), "{headers:?}");
    }
    let unknown = signed(&service, r#"{"type":"grade.exploded","data":{}}"#).await;
    assert_eq!((unknown.status, unknown.text.as_str()), (400, "Unknown event type"));
    let malformed = signed(&service, r#"{"type":"grade.updated","data":{"userId":"u"}}"#).await;
    assert_eq!((malformed.status, malformed.body["status"].as_str()), (400, Some("malformed")));
    assert!(malformed.text.contains("data.resourceLinkId"), "{}", malformed.text);
    assert_eq!(signed(&service, "{").await.status, 400);
    let large = format!("{{\"x\":\"{}\"}}", "x".repeat(1 << 20));
    assert_eq!(signed(&service, &large).await.status, 413);
    let wrong = service.send(service.client().get(service.url("/webhooks/lti/events"))).await;
    assert_eq!((wrong.status, wrong.headers["allow"].to_str().unwrap()), (405, "POST"));
}

#[tokio::test]
async fn all_nine_events_are_kept_once_and_the_newest_by_its_own_time_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Service::start(folder.path(), SETTINGS);
    let at = "2024-01-01T12:00:00Z";
    let member = |kind: &str, user: &str| {
        json!({ "type": kind, "data": { "contextId": "c", "userId": user, "roles": ["Learner"], "timestamp": at } }).to_string()
    };
    let content = |kind: &str, id: &str| {
        json!({ "type": kind, "data": { "resourceLinkId": "l", "contentId": id, "title": "t", "url": "https://school.example/x", "timestamp": at } }).to_string()
    };
    let graded = |kind: &str, id: &str, score: u32, at: &str| {
        let mut event: Value = serde_json::from_str(&grade(kind, score, at)).unwrap();
        event["data"]["gradeId"] = json!(id);
        event.to_string()
    };
    for body in [
        graded("grade.created", "g1", 50, "2024-01-01T12:00:00Z"),
        graded("grade.updated", "g1", 70, "2024-01-01T14:00:00Z"),
        graded("grade.updated", "g1", 60, "2024-01-01T13:00:00Z"),
        graded("grade.deleted", "g2", 0, at),
        member("member.added", "u1"),
        member("member.updated", "u2"),
        member("member.removed", "u3"),
        content("content.created", "k1"),
        content("content.updated", "k2"),
        content("content.deleted", "k3"),
    ] {
        let first = signed(&service, &body).await;
        assert_eq!((first.status, first.body["status"].as_str()), (200, Some("accepted")), "{}", first.text);
        let again = signed(&service, &body).await;
        assert_eq!((again.status, again.body["status"].as_str()), (200, Some("duplicate")), "{}", again.text);
    }
    // What was answered survives a crash right after.
    service.restart();
    let grades = becomes(&service, "/api/v1/inbound/records/grades", 2).await;
    becomes(&service, "/api/v1/inbound/records/members", 3).await;
    let contents = becomes(&service, "/api/v1/inbound/records/content", 3).await;
    assert_eq!(contents.iter().filter(|record| record["deleted"] == true).count(), 1);
    let is_empty = async || view(&service, "/api/v1/inbound/queue").await.as_array().unwrap().is_empty();
    until(|| service.log(), async || is_empty().await.then_some(())).await;
    let first = |records: &[Value]| records.iter().find(|record| record["data"]["gradeId"] == "g1").cloned().unwrap();
    assert_eq!(first(&grades)["deleted"], false);
    let settled = view(&service, "/api/v1/inbound/records/grades").await;
    assert_eq!(first(settled.as_array().unwrap())["data"]["score"], 70, "{settled}");
    assert_eq!(settled.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn each_door_takes_exactly_its_calls_a_minute() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), SETTINGS);
    let token = || jwt(&json!({}));
    for (path, most) in [("/webhooks/lti/events", 100), ("/webhooks/services/acme-ai", 50), ("/webhooks/internal/test.event", 200)] {
        let bearer = format!("Bearer {}", token());
        let headers = match path {
            "/webhooks/lti/events" => vec![("X-Webhook-Signature", signature(LTI, PING))],
            "/webhooks/services/acme-ai" => vec![("X-API-Key", "service-k3y-1b9".to_owned())],
            _ => vec![("Authorization", bearer)],
        };
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for n in 0..most {
            let answer = post(&service, path, &headers, PING).await;
            assert_eq!(answer.status, 200, "{path} {n}: {}", answer.text);
        }
        let answer = post(&service, path, &headers, PING).await;
        assert_eq!(answer.status, 429, "{path}");
        let after: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&after), "{after}");
    }
    // One door's calls are not another's.
    assert_eq!(post(&service, "/webhooks/moodle", &[], "{}").await.status, 401);
}

#[tokio::test]
async fn a_door_whose_source_has_no_secret_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), &[]);
    for path in [
        "lti/events",
        "services/acme",
        "internal/test.event",
        "canvas",
        "canvas/x",
        "moodle",
        "caliper",
        "xapi/statements",
        "standard",
        "typeform",
    ] {
        let answer = post(&service, &format!("/webhooks/{path}"), &[("X-Webhook-Signature", &signature("", PING))], PING).await;
        assert_eq!((answer.status, answer.body["status"].as_str()), (404, Some("not_found")), "{path}: {}", answer.text);
    }
    assert!(files(folder.path()).iter().all(|file| !file.starts_with("lanes/chores")), "nothing runs for what is off");
}

#[tokio::test]
async fn a_service_is_taken_by_its_key_or_signature_and_an_unknown_one_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), SETTINGS);
    let body = json!({ "type": "user.behavior", "data": { "userId": "u", "sessionId": "s", "events": [{ "type": "click", "element": "#play", "timestamp": "2026-03-01T10:00:00Z" }] } }).to_string();
    let key = ("X-API-Key", "service-k3y-1b9");
    assert_eq!(post(&service, "/webhooks/services/acme-ai", &[key], &body).await.status, 200);
    let signed = signature("service-s3cret", PING);
    assert_eq!(post(&service, "/webhooks/services/ACME_AI", &[("X-Webhook-Signature", &signed)], PING).await.status, 200);
    for headers in [vec![], vec![("X-API-Key", "service-s3cret")], vec![("X-Webhook-Signature", signed.as_str())]] {
        let refused = post(&service, "/webhooks/services/acme-ai", &headers, &body).await;
        assert_eq!((refused.status, refused.text.as_str()), (401, "Invalid signature"));
    }
    for headers in [vec![], vec![key], vec![("X-Webhook-Signature", signed.as_str())]] {
        assert_eq!(post(&service, "/webhooks/services/other", &headers, &body).await.status, 404, "{headers:?}");
    }
    becomes(&service, "/api/v1/inbound/records/behaviour", 1).await;
}

fn jwt(change: &Value) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let mut claims = json!({ "iss": "internal", "aud": "gradepost", "iat": now, "exp": now + 300, "jti": "t-1" });
    claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    encode(&Header::default(), &claims, &EncodingKey::from_secret(JWT.as_bytes())).unwrap()
}

#[tokio::test]
async fn an_internal_token_is_good_for_its_own_type_and_once_even_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Service::start(folder.path(), SETTINGS);
    let video = |id: &str| {
        json!({ "type": "video.upload.completed", "data": { "videoId": id, "metadata": { "size": 1 }, "timestamp": "2026-03-01T10:00:00Z" } }).to_string()
    };
    let path = "/webhooks/internal/video.upload.completed";
    let bearer = format!("Bearer {}", jwt(&json!({})));
    assert_eq!(post(&service, "/webhooks/internal/deep_link.created", &[("Authorization", &bearer)], &video("v1")).await.status, 400);
    let unknown = post(&service, "/webhooks/internal/x", &[("Authorization", &bearer)], r#"{"type":"x","data":{}}"#).await;
    assert_eq!((unknown.status, unknown.text.as_str()), (400, "Unknown event type"));
    let first = post(&service, path, &[("Authorization", &bearer)], &video("v1")).await;
    assert_eq!(first.status, 200, "{}", first.text);
    service.restart();
    for id in ["v1", "v2"] {
        let replayed = post(&service, path, &[("Authorization", &bearer)], &video(id)).await;
        assert_eq!((replayed.status, replayed.text.as_str()), (401, "Invalid signature"), "{id}");
    }
    let next = format!("Bearer {}", jwt(&json!({ "jti": "t-2" })));
    assert_eq!(post(&service, path, &[("Authorization", &next)], &video("v2")).await.status, 200);
    let link = json!({ "type": "deep_link.created", "data": { "linkId": "l", "resourceType": "assessment", "contextId": "c", "createdBy": "u", "configuration": {}, "timestamp": "2026-03-01T10:00:00Z" } }).to_string();
    let other = format!("Bearer {}", jwt(&json!({ "jti": "t-3" })));
    assert_eq!(post(&service, "/webhooks/internal/deep_link.created", &[("Authorization", &other)], &link).await.status, 200);
    assert_eq!(becomes(&service, "/api/v1/inbound/records/videos", 2).await.len(), 2);
    becomes(&service, "/api/v1/inbound/records/deep_links", 1).await;
}

fn fixture(path: &str) -> (Vec<(String, String)>, String) {
    let file = std::fs::read_to_string(crate::harness::repository(&format!("test_data/webhooks/{path}.json"))).unwrap();
    let request: Value = serde_json::from_str(&file).unwrap();
    let headers = request["headers"].as_object().unwrap().iter().filter(|(name, _)| !name.starts_with(':'));
    (
        headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect(),
        request["body"].as_str().unwrap().to_owned(),
    )
}

async fn play(service: &Service, path: &str, name: &str) -> Answer {
    let (headers, body) = fixture(name);
    let headers: Vec<(&str, &str)> =
        headers.iter().filter(|(name, _)| name != "content-type").map(|(a, b)| (a.as_str(), b.as_str())).collect();
    post(service, path, &headers, &body).await
}

#[tokio::test]
async fn canvas_and_moodle_use_the_documents_address_each_with_its_own_proof_and_nobody_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), SETTINGS);
    for (path, name, expected) in [
        ("/webhooks/lti/events/canvas-path-5e8c", "canvas/valid", 200),
        ("/webhooks/canvas/canvas-path-5e8c", "canvas/valid_topic", 200),
        ("/webhooks/lti/events", "moodle/valid_bare", 200),
        ("/webhooks/moodle", "moodle/valid_module", 200),
        ("/webhooks/moodle", "moodle/valid_completed", 200),
        ("/webhooks/lti/events", "canvas/valid", 401),
        ("/webhooks/lti/events/canvas-path-5e8d", "canvas/valid", 401),
        ("/webhooks/canvas/canvas-path-5e8d", "canvas/valid", 401),
        ("/webhooks/canvas", "canvas/valid", 401),
        ("/webhooks/lti/events", "moodle/bad_signature", 401),
        ("/webhooks/moodle", "moodle/bad_signature_missing", 401),
    ] {
        let answer = play(&service, path, name).await;
        assert_eq!(answer.status, expected, "{path} {name}: {}", answer.text);
    }
    becomes(&service, "/api/v1/inbound/records/grades", 2).await;
    becomes(&service, "/api/v1/inbound/records/topics", 1).await;
    becomes(&service, "/api/v1/inbound/records/course_completions", 1).await;
    let modules = becomes(&service, "/api/v1/inbound/records/content", 1).await;
    assert_eq!(modules[0]["data"]["title"], "Fracciones");
    for secret in ["canvas-path-5e8c", "moodle-t0ken-91aa"] {
        assert!(!service.log().contains(secret));
        for file in files(folder.path()) {
            assert!(!String::from_utf8_lossy(&std::fs::read(folder.path().join(&file)).unwrap()).contains(secret), "{file}");
        }
    }
}

#[tokio::test]
async fn statements_and_envelopes_are_answered_as_their_standards_say() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), SETTINGS);
    let first = play(&service, "/webhooks/xapi/statements", "xapi/valid").await;
    assert_eq!((first.status, &first.body), (200, &json!(["6690e6c9-3ef0-4ed3-8b37-7f3964730bee"])), "{}", first.text);
    let again = play(&service, "/webhooks/xapi/statements", "xapi/valid").await;
    assert_eq!((again.status, again.text.as_str()), (204, ""));
    let (headers, body) = fixture("xapi/valid");
    let headers: Vec<(&str, &str)> =
        headers.iter().filter(|(name, _)| name != "content-type").map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let other = body.replace("\"raw\": 12", "\"raw\": 13");
    assert_ne!(other, body);
    assert_eq!(post(&service, "/webhooks/xapi/statements", &headers, &other).await.status, 409);
    let put = |body: String| {
        let mut request = service.client().put(service.url("/webhooks/xapi/statements?statementId=6690e6c9-3ef0-4ed3-8b37-7f3964730bee"));
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        service.send(request.header("Content-Type", "application/json").body(body))
    };
    assert_eq!((put(body.clone()).await.status, put(other).await.status), (204, 409));
    let without: Vec<(&str, &str)> = headers.iter().copied().filter(|(name, _)| *name != "x-experience-api-version").collect();
    assert_eq!(post(&service, "/webhooks/xapi/statements", &without, &body).await.status, 400);

    let envelope = play(&service, "/webhooks/caliper", "caliper/valid_score_alone").await;
    assert_eq!((envelope.status, envelope.text.as_str()), (200, ""));
    let (_, body) = fixture("caliper/valid_score_alone");
    let key = [("Authorization", "Bearer caliper-key-77d0")];
    assert_eq!(post(&service, "/webhooks/caliper", &key, &body.replace("v1p2\", \"data\"", "v9\", \"data\"")).await.status, 422);
    assert_eq!(post(&service, "/webhooks/caliper", &key, "{}").await.status, 400);
    assert_eq!(play(&service, "/webhooks/caliper", "caliper/bad_signature").await.status, 401);
}

#[tokio::test]
async fn what_may_not_be_fetched_ends_as_a_dead_letter_in_the_documents_shape_that_can_be_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), SETTINGS);
    let body = json!({ "type": "transcription.completed", "data": { "jobId": "j", "videoId": "v", "transcriptionUrl": format!("http://127.0.0.1:{}/healthz", service.port), "confidence": 0.9, "duration": 60, "timestamp": "2026-03-01T10:00:00Z" } }).to_string();
    let key = ("X-API-Key", "service-k3y-1b9");
    assert_eq!(post(&service, "/webhooks/services/acme-ai", &[key], &body).await.status, 200);
    let dead = becomes(&service, "/api/v1/inbound/dead-letters", 1).await;
    let letter = &dead[0];
    assert_eq!(
        (letter["originalEvent"]["type"].as_str(), letter["originalEvent"]["data"]["videoId"].as_str()),
        (Some("transcription.completed"), Some("v"))
    );
    assert!(letter["originalEvent"]["retryCount"].is_u64() && letter["originalEvent"]["timestamp"].is_string(), "{letter}");
    for part in ["message", "stack", "timestamp"] {
        assert!(letter["error"][part].is_string(), "{letter}");
    }
    let replay = format!("/api/v1/inbound/dead-letters/{}/replay", letter["id"].as_str().unwrap());
    let replayed = service.send(service.client().post(service.url(&replay)).bearer_auth(ADMIN)).await;
    assert_eq!((replayed.status, replayed.body["status"].as_str()), (200, Some("replayed")), "{}", replayed.text);
    becomes(&service, "/api/v1/inbound/dead-letters", 1).await;
    assert_eq!(service.get("/api/v1/inbound/dead-letters").await.status, 401, "for operators only");
}

#[tokio::test]
async fn figures_and_calls_are_told_in_the_documents_fields_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), SETTINGS);
    let at = "2024-01-01T12:00:00Z";
    for score in 0..3 {
        signed(&service, &grade("grade.updated", score, at)).await;
    }
    post(&service, "/webhooks/lti/events?token=hunter2", &[("X-Webhook-Signature", "hunter2"), ("Cookie", "hunter2")], PING).await;
    play(&service, "/webhooks/canvas/canvas-path-5e8c", "canvas/valid").await;
    let figures = view(&service, "/api/v1/inbound/metrics").await;
    let of = |kind: &str| {
        figures
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["eventType"] == kind && row["endpoint"] == "/webhooks/lti/events")
            .cloned()
            .unwrap()
    };
    let updated = of("grade.updated");
    assert_eq!((&updated["requestCount"], &updated["successCount"], &updated["errorCount"]), (&json!(3), &json!(3), &json!(0)));
    assert!(updated["avgProcessingTime"].as_f64().unwrap() > 0.0 && updated["lastProcessed"].is_string());
    assert_eq!((&of("unauthorized")["requestCount"], &of("unauthorized")["errorCount"]), (&json!(1), &json!(1)));
    let calls = view(&service, "/api/v1/inbound/requests").await;
    let calls = calls.as_array().unwrap();
    assert_eq!(
        (calls.len(), &calls[1]["statusCode"], &calls[1]["url"], &calls[1]["method"]),
        (5, &json!(401), &json!("/webhooks/lti/events"), &json!("POST"))
    );
    assert_eq!(
        (&calls[1]["headers"]["x-webhook-signature"], &calls[1]["headers"]["content-type"]),
        (&json!("[redacted]"), &json!("application/json"))
    );
    assert!(calls[1]["processingTime"].is_number() && calls[1]["timestamp"].is_string());
    let whole = service.send(service.client().get(service.url("/api/v1/inbound/metrics")).bearer_auth(ADMIN)).await.body;
    assert!(whole["scope"] == "instance" && whole["instance"].is_string() && whole["since"].is_string(), "{whole}");
    let all = serde_json::to_string(calls).unwrap();
    assert!(!all.contains("hunter2") && !all.contains("canvas-path") && !service.log().contains("hunter2"), "{all}");
}

#[tokio::test]
async fn a_transcription_is_fetched_through_the_guard_and_kept_as_text() {
    let media = wiremock::MockServer::start().await;
    let vtt = "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nHoy hablamos de los volcanes de Chile.\n";
    let served = wiremock::ResponseTemplate::new(200).set_body_raw(vtt, "text/vtt");
    wiremock::Mock::given(wiremock::matchers::path("/v.vtt")).respond_with(served).mount(&media).await;
    let body = json!({ "type": "transcription.completed", "data": { "jobId": "j", "videoId": "volcanes-1", "transcriptionUrl": format!("{}/v.vtt", media.uri()), "confidence": 0.9, "duration": 60, "timestamp": "2026-03-01T10:00:00Z" } }).to_string();
    let folder = tempfile::tempdir().unwrap();
    let allowed = [("WEBHOOK_ALLOW_NETWORKS", "127.0.0.1/32"), ("WEBHOOK_ALLOW_HTTP", "true")];
    let service = Service::start(folder.path(), &[SETTINGS, &allowed].concat());
    assert_eq!(post(&service, "/webhooks/services/acme-ai", &[("X-API-Key", "service-k3y-1b9")], &body).await.status, 200);
    let look = async || files(folder.path()).into_iter().find(|name| name.starts_with("inbound/texts/"));
    let kept = until(|| service.log(), look).await;
    assert!(std::fs::read_to_string(folder.path().join(kept)).unwrap().contains("volcanes de Chile"));
}
