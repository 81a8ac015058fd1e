//! `gradepost webhook send --as …`: plays a platform or a service, with its own proof and a sample of what it sends.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::ValueEnum;
use jiff::Timestamp;
use jsonwebtoken::{EncodingKey, Header, encode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use url::Url;

use crate::clock::{Clock as _, SystemClock};
use crate::commands::files;
use crate::commands::output::outln;
use crate::commands::settings::Settings;
use crate::delivery::webhook;
use crate::signing::{hmac_sha256, sha256_hex};

/// Whom to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Platform {
    /// An LTI tool: a grade, signed with HMAC
    Lti,
    /// Canvas: a submitted quiz, to the address with the secret
    Canvas,
    /// Moodle: a submitted quiz attempt, the token in the body
    Moodle,
    /// Caliper: a graded attempt
    Caliper,
    /// xAPI: a completed test
    Xapi,
    /// A service: a finished transcription, with its API key
    Services,
    /// Our own program: a video that was uploaded, with a token
    Internal,
    /// A sender that follows Standard Webhooks: a completion in our own shape
    Standard,
    /// Typeform: a finished quiz, signed with its header
    Typeform,
}

/// What to send, where, with which secret.
#[derive(Debug)]
pub(super) struct Play {
    /// Whom to play.
    pub(super) platform: Platform,
    /// The body instead of a sample.
    pub(super) file: Option<PathBuf>,
    /// The address, or the service's root.
    pub(super) url: Option<String>,
    /// The secret instead of the setting's.
    pub(super) secret: Option<SecretString>,
    /// The service's id.
    pub(super) service: String,
}

/// One call.
struct Call {
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Sends one call and prints the answer.
pub(super) fn run(play: &Play, settings: &Settings) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let secret = secret(play, settings)?;
    let given = play.file.as_deref().map(files::read).transpose()?;
    let call = call(play.platform, secret.expose_secret(), &play.service, given.as_deref(), now)?;
    let url = address(play.url.as_deref(), &call.path)?;
    crate::app::install_tls_provider();
    let answer = files::block_on(async { Ok(webhook::post_with(&url, call.body, call.headers).await?) })?;
    outln!("{} {}", answer.status, answer.body)?;
    if !(200..300).contains(&answer.status) {
        bail!("the service answered {}", answer.status);
    }
    Ok(())
}

/// The given address; one without a path is the service's root.
fn address(given: Option<&str>, path: &str) -> anyhow::Result<String> {
    let given = given.unwrap_or("http://127.0.0.1:8080");
    let mut url = Url::parse(given).with_context(|| format!("'{given}' is no address"))?;
    if url.path() == "/" {
        url.set_path(path);
    }
    Ok(url.into())
}

fn secret(play: &Play, settings: &Settings) -> anyhow::Result<SecretString> {
    if let Some(secret) = &play.secret {
        return Ok(secret.clone());
    }
    let name = match play.platform {
        Platform::Lti => "LTI_WEBHOOK_SECRET".to_owned(),
        Platform::Canvas => "CANVAS_WEBHOOK_SECRET".to_owned(),
        Platform::Moodle => "MOODLE_WEBHOOK_TOKEN".to_owned(),
        Platform::Caliper => "CALIPER_TOKEN".to_owned(),
        Platform::Xapi => "XAPI_TOKEN".to_owned(),
        Platform::Services => format!("SERVICE_{}_KEY", play.service.to_ascii_uppercase().replace('-', "_")),
        Platform::Internal => "INTERNAL_JWT_SECRET".to_owned(),
        Platform::Standard => "STANDARD_WEBHOOK_SECRET".to_owned(),
        Platform::Typeform => "TYPEFORM_WEBHOOK_SECRET".to_owned(),
    };
    settings.quiet_env()?.secret(&[&name]).with_context(|| format!("no secret: give --secret or set {name}"))
}

fn call(platform: Platform, secret: &str, service: &str, given: Option<&[u8]>, now: Timestamp) -> anyhow::Result<Call> {
    let sample = |value: Value| given.map_or_else(|| value.to_string().into_bytes(), <[u8]>::to_vec);
    let json_header = ("Content-Type".to_owned(), "application/json".to_owned());
    let header = |name: &str, value: String| (name.to_owned(), value);
    let id = sha256_hex(now.to_string().as_bytes());
    Ok(match platform {
        Platform::Lti => {
            let body = sample(
                json!({ "type": "grade.updated", "data": { "userId": "user123", "resourceLinkId": "link456", "score": 85, "maxScore": 100, "timestamp": now } }),
            );
            let signature = format!("sha256={}", hex::encode(hmac_sha256(secret.as_bytes(), &body)));
            Call { path: "/webhooks/lti/events".to_owned(), headers: vec![json_header, header("X-Webhook-Signature", signature)], body }
        }
        Platform::Canvas => {
            let body = sample(json!({
                "metadata": { "event_name": "quiz_submitted", "event_time": now, "producer": "canvas", "context_type": "Course", "context_id": "10870000000000565", "user_id": "10870000000000048", "request_id": &id[..32] },
                "body": { "quiz_id": "10870000000002333", "submission_id": "10870000000013995" },
            }));
            Call { path: format!("/webhooks/canvas/{secret}"), headers: vec![json_header], body }
        }
        Platform::Moodle => {
            let mut event: Value = match given {
                Some(body) => serde_json::from_slice(body).context("the file is not JSON")?,
                None => {
                    json!({ "eventname": "\\mod_quiz\\event\\attempt_submitted", "component": "mod_quiz", "action": "submitted", "target": "attempt", "objecttable": "quiz_attempts", "objectid": now.as_second() % 100_000, "contextinstanceid": 15, "userid": 5, "courseid": 2, "relateduserid": 5, "anonymous": 0, "other": { "submitterid": 5, "quizid": 3 }, "timecreated": now.as_second(), "host": "moodle.school.example", "extra": "" })
                }
            };
            event["token"] = Value::from(secret);
            Call { path: "/webhooks/moodle".to_owned(), headers: vec![json_header], body: event.to_string().into_bytes() }
        }
        Platform::Caliper => {
            let attempt = json!({ "id": format!("urn:uuid:{}", uuid(&id)), "type": "Attempt", "count": 1, "assignee": { "id": "https://school.example/users/1", "type": "Person", "name": "Ana Pérez", "extensions": { "email": "ana.perez@example.com" } },
                "assignable": { "id": "https://school.example/tests/1", "type": "Assessment", "name": "Test de diagnóstico Parte 1" } });
            let body = sample(
                json!({ "sensor": "https://school.example/sensor", "sendTime": now, "dataVersion": "http://purl.imsglobal.org/ctx/caliper/v1p2",
                "data": [{ "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2", "id": format!("urn:uuid:{}", uuid(&sha256_hex(id.as_bytes()))), "type": "GradeEvent", "action": "Graded", "eventTime": now, "actor": { "id": "https://school.example/grader", "type": "SoftwareApplication" }, "object": attempt, "generated": { "id": "urn:score:1", "type": "Score", "scoreGiven": 11, "maxScore": 15 } }] }),
            );
            Call {
                path: "/webhooks/caliper".to_owned(),
                headers: vec![json_header, header("Authorization", format!("Bearer {secret}"))],
                body,
            }
        }
        Platform::Xapi => {
            let body = sample(
                json!({ "id": uuid(&id), "actor": { "objectType": "Agent", "name": "Ana Pérez", "mbox": "mailto:ana.perez@example.com" }, "verb": { "id": "http://adlnet.gov/expapi/verbs/completed" },
                "object": { "id": "https://school.example/tests/1", "definition": { "name": { "es": "Test de diagnóstico Parte 1" }, "type": "http://adlnet.gov/expapi/activities/assessment" } },
                "result": { "score": { "raw": 11, "min": 0, "max": 15 }, "completion": true }, "timestamp": now }),
            );
            let authorization =
                if secret.contains(':') { format!("Basic {}", STANDARD.encode(secret)) } else { format!("Bearer {secret}") };
            let headers = vec![json_header, header("Authorization", authorization), header("X-Experience-API-Version", "1.0.3".to_owned())];
            Call { path: "/webhooks/xapi/statements".to_owned(), headers, body }
        }
        Platform::Services => {
            let body = sample(
                json!({ "type": "transcription.completed", "data": { "jobId": &id[..12], "videoId": "video-9", "transcriptionUrl": "https://media.example/video-9.vtt", "confidence": 0.93, "duration": 612.5, "timestamp": now } }),
            );
            Call { path: format!("/webhooks/services/{service}"), headers: vec![json_header, header("X-API-Key", secret.to_owned())], body }
        }
        Platform::Internal => {
            let body = sample(
                json!({ "type": "video.upload.completed", "data": { "videoId": "video-9", "metadata": { "size": 1_048_576 }, "timestamp": now } }),
            );
            let kind = serde_json::from_slice::<Value>(&body)
                .ok()
                .and_then(|body| Some(body.get("type")?.as_str()?.to_owned()))
                .context("the body has no type")?;
            let claims = json!({ "iss": "internal", "aud": "gradepost", "iat": now.as_second(), "exp": now.as_second() + 300, "jti": id });
            let token = encode(&Header::default(), &claims, &EncodingKey::from_secret(secret.as_bytes()))?;
            Call {
                path: format!("/webhooks/internal/{kind}"),
                headers: vec![json_header, header("Authorization", format!("Bearer {token}"))],
                body,
            }
        }
        Platform::Standard => {
            let answers: Vec<Value> = (1..=15).map(|n| json!({ "question": format!("Pregunta {n}"), "answer": "A" })).collect();
            let body = sample(
                json!({ "type": "assessment.completed", "data": { "userId": "user123", "email": "ana.perez@example.com", "name": "Ana Pérez", "assessmentTitle": "Test de diagnóstico Parte 1", "submissionId": &id[..16], "submittedAt": now, "answers": answers } }),
            );
            let (message, time) = (format!("msg_{}", &id[..24]), now.as_second().to_string());
            let key = STANDARD.decode(secret.trim_start_matches("whsec_")).context("the secret is no whsec_… in base64")?;
            let signed = [message.as_bytes(), b".", time.as_bytes(), b".", &body].concat();
            let signature = format!("v1,{}", STANDARD.encode(hmac_sha256(&key, &signed)));
            let headers =
                vec![json_header, header("webhook-id", message), header("webhook-timestamp", time), header("webhook-signature", signature)];
            Call { path: "/webhooks/standard".to_owned(), headers, body }
        }
        Platform::Typeform => {
            let body = sample(typeform(&id, now));
            let signature = format!("sha256={}", STANDARD.encode(hmac_sha256(secret.as_bytes(), &body)));
            Call { path: "/webhooks/typeform".to_owned(), headers: vec![json_header, header("Typeform-Signature", signature)], body }
        }
    })
}

/// A finished form of fifteen questions.
fn typeform(id: &str, now: Timestamp) -> Value {
    let field = |n: usize| json!({ "id": format!("q{n}"), "ref": format!("q{n}"), "type": "short_text", "title": format!("Pregunta {n}") });
    let fields: Vec<Value> = (1..=15).map(field).collect();
    let answer = |field: &Value| json!({ "type": "text", "text": "A", "field": field });
    let answers: Vec<Value> = fields.iter().map(answer).collect();
    json!({ "event_id": &id[..26], "event_type": "form_response", "form_response": {
        "form_id": "lT4Z3j", "token": &id[..32], "submitted_at": now, "hidden": { "email": "ana.perez@example.com", "name": "Ana Pérez" },
        "definition": { "id": "lT4Z3j", "title": "Test de diagnóstico Parte 1", "fields": fields }, "answers": answers } })
}

/// A UUID made of a digest.
fn uuid(digest: &str) -> String {
    format!("{}-{}-5{}-8{}-{}", &digest[..8], &digest[8..12], &digest[13..16], &digest[17..20], &digest[20..32])
}
