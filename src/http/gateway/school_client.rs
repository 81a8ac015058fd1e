//! The other side: a school's own small service, which verifies what the provider sends, keeps the student, and shows them.
//!
//! `gradepost demo-school` runs it. It verifies by the raw bytes: `X-Signature` as the document says, or the signature of Standard Webhooks where that comes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use maud::{DOCTYPE, html};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::signing::{constant_time_eq, hmac_sha256};
use crate::storage::key::ObjectKey;
use crate::storage::{PutMode, Store, StoreError};

/// Bodies of at most so many bytes are read.
const MOST_BYTES: usize = 1024 * 1024;
/// How old a call of Standard Webhooks may be.
const TOLERANCE: Duration = Duration::from_mins(5);

/// A school.
#[derive(Clone)]
pub struct School(Arc<Inner>);

struct Inner {
    secret: SecretString,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// By id: what the provider said last.
    students: Mutex<BTreeMap<String, Value>>,
}

impl School {
    /// A school with the secret that its registration showed; students that were kept before are there again.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(secret: SecretString, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let students = match store.get(&ObjectKey::SchoolStudents.path()).await? {
            Some((bytes, _)) => serde_json::from_slice(&bytes).unwrap_or_default(),
            None => BTreeMap::new(),
        };
        Ok(Self(Arc::new(Inner { secret, store, clock, students: Mutex::new(students) })))
    }

    /// Its routes.
    pub fn router(self) -> Router {
        Router::new()
            .route("/", get(page))
            .route("/webhook", post(receive))
            .route("/schools/{school}/webhook", post(receive_of))
            .route("/students", get(students))
            .layer(DefaultBodyLimit::max(MOST_BYTES))
            .with_state(self)
    }

    fn is_signed(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let secret = self.0.secret.expose_secret().as_bytes();
        if let Some(signature) = text("x-signature") {
            return constant_time_eq(hex::encode(hmac_sha256(secret, body)).as_bytes(), signature.trim().to_ascii_lowercase().as_bytes());
        }
        let (Some(id), Some(at), Some(signatures)) = (text("webhook-id"), text("webhook-timestamp"), text("webhook-signature")) else {
            return false;
        };
        let is_recent = at
            .parse()
            .ok()
            .and_then(|second| Timestamp::from_second(second).ok())
            .is_some_and(|at| self.0.clock.now().duration_since(at).unsigned_abs() <= TOLERANCE);
        let expected = BASE64_STANDARD.encode(hmac_sha256(secret, &[format!("{id}.{at}.").as_bytes(), body].concat()));
        let is_ours = |one: &str| one.strip_prefix("v1,").is_some_and(|given| constant_time_eq(given.as_bytes(), expected.as_bytes()));
        is_recent && signatures.split(' ').any(is_ours)
    }

    /// Keeps what the event says of a student; the same event again changes nothing.
    async fn keep(&self, event: &str, data: &Value) -> Result<(), StoreError> {
        let Some(id) = data["id"].as_str() else { return Ok(()) };
        let bytes = {
            let mut students = self.0.students.lock().unwrap_or_else(PoisonError::into_inner);
            let is_older = students.get(id).is_some_and(|known| known["updatedAt"].as_str() > data["updatedAt"].as_str());
            if event.ends_with(".deleted") {
                students.remove(id);
            } else if !is_older {
                students.insert(id.to_owned(), data.clone());
            }
            serde_json::to_vec(&*students).unwrap_or_default()
        };
        self.0.store.put(&ObjectKey::SchoolStudents.path(), Bytes::from(bytes), PutMode::Overwrite).await.map(drop)
    }

    fn all(&self) -> Vec<Value> {
        self.0.students.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

async fn receive_of(school: State<School>, Path(_): Path<String>, headers: HeaderMap, body: Body) -> Response {
    receive(school, headers, body).await
}

async fn receive(State(school): State<School>, headers: HeaderMap, body: Body) -> Response {
    let answer = |status: StatusCode, success: bool, message: &str| {
        (status, Json(json!({ "success": success, "message": message }))).into_response()
    };
    let Ok(bytes) = axum::body::to_bytes(body, MOST_BYTES).await else {
        return answer(StatusCode::PAYLOAD_TOO_LARGE, false, "The body is too large");
    };
    if !school.is_signed(&headers, &bytes) {
        return answer(StatusCode::UNAUTHORIZED, false, "Invalid signature");
    }
    let Ok(event) = serde_json::from_slice::<Value>(&bytes) else {
        return answer(StatusCode::BAD_REQUEST, false, "The body is no JSON");
    };
    let name = event["event"].as_str().or_else(|| event["type"].as_str()).unwrap_or_default();
    if !name.starts_with("student.") {
        return answer(StatusCode::OK, true, "Nothing of ours");
    }
    if school.keep(name, &event["data"]).await.is_err() {
        return answer(StatusCode::SERVICE_UNAVAILABLE, false, "The student could not be kept; send it again");
    }
    answer(StatusCode::OK, true, "Student kept")
}

async fn students(State(school): State<School>) -> Json<Value> {
    Json(json!({ "success": true, "data": school.all() }))
}

async fn page(State(school): State<School>) -> Response {
    let students = school.all();
    let cell = |student: &Value, name: &str| student[name].as_str().unwrap_or_default().to_owned();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Demo school" }
                style { ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:3rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .8rem .4rem 0;border-top:1px solid #8884}" }
            }
            body {
                h1 { "Demo school" }
                p { (students.len()) " students, as the provider told us." }
                @if students.is_empty() {
                    p { "None yet. They appear when the provider adds one." }
                } @else {
                    table {
                        tr { th { "Name" } th { "E-mail" } th { "Updated" } }
                        @for student in &students {
                            tr { td { (cell(student, "name")) } td { (cell(student, "email")) } td { (cell(student, "updatedAt")) } }
                        }
                    }
                }
            }
        }
    };
    ([(header::CACHE_CONTROL, "no-store")], page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::storage::memory::MemoryStore;

    const SECRET: &str = "0f0e0d0c0b0a09080706050403020100f0e0d0c0b0a090807060504030201000";

    async fn school() -> School {
        let clock = ManualClock::new("2026-11-28T12:00:00Z".parse().unwrap());
        School::open(SECRET.into(), Arc::new(MemoryStore::new()), Arc::new(clock)).await.unwrap()
    }

    fn signed(body: &str) -> HeaderMap {
        let signature = hex::encode(hmac_sha256(SECRET.as_bytes(), body.as_bytes()));
        [(header::HeaderName::from_static("x-signature"), signature.parse().unwrap())].into_iter().collect()
    }

    async fn call(school: &School, headers: HeaderMap, body: &str) -> u16 {
        receive(State(school.clone()), headers, Body::from(body.to_owned())).await.status().as_u16()
    }

    #[tokio::test]
    async fn a_student_is_kept_once_and_an_older_word_changes_nothing() {
        let school = school().await;
        let event =
            |name: &str, at: &str| format!(r#"{{"event":"student.updated","data":{{"id":"stu_1","name":"{name}","updatedAt":"{at}"}}}}"#);
        for body in [event("Ana", "2026-11-28T12:00:02Z"), event("Ana", "2026-11-28T12:00:02Z"), event("old", "2026-11-28T12:00:01Z")] {
            assert_eq!(call(&school, signed(&body), &body).await, 200);
        }
        assert_eq!(school.all().len(), 1);
        assert_eq!(school.all()[0]["name"], "Ana");
        let gone = r#"{"event":"student.deleted","data":{"id":"stu_1"}}"#;
        assert_eq!(call(&school, signed(gone), gone).await, 200);
        assert!(school.all().is_empty());
        let again = School::open(SECRET.into(), school.0.store.clone(), school.0.clock.clone()).await.unwrap();
        assert!(again.all().is_empty());
    }

    #[tokio::test]
    async fn what_is_not_signed_with_the_schools_secret_is_401_and_not_kept() {
        let school = school().await;
        let body = r#"{"event":"student.applied","data":{"id":"stu_1","name":"Ana"}}"#;
        let spaced = r#"{"event": "student.applied","data":{"id":"stu_1","name":"Ana"}}"#;
        assert_eq!(call(&school, HeaderMap::new(), body).await, 401);
        assert_eq!(call(&school, signed(spaced), body).await, 401, "the same JSON in other bytes");
        assert_eq!(call(&school, signed("no json"), "no json").await, 400);
        assert!(school.all().is_empty());
    }

    #[tokio::test]
    async fn a_call_of_standard_webhooks_is_taken_while_it_is_recent() {
        let school = school().await;
        let body = r#"{"type":"student.created","data":{"id":"stu_1","name":"Ana"}}"#;
        let headers = |second: i64| -> HeaderMap {
            let signature = BASE64_STANDARD.encode(hmac_sha256(SECRET.as_bytes(), format!("msg_1.{second}.{body}").as_bytes()));
            let pairs = [
                ("webhook-id", "msg_1".to_owned()),
                ("webhook-timestamp", second.to_string()),
                ("webhook-signature", format!("v1a,x v1,{signature}")),
            ];
            pairs.into_iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap())).collect()
        };
        let now = school.0.clock.now().as_second();
        assert_eq!(call(&school, headers(now - 301), body).await, 401);
        assert_eq!(call(&school, headers(now - 299), body).await, 200);
    }
}
