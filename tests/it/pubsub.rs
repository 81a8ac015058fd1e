//! `TASK_QUEUE=pubsub`: jobs find an instance by a topic's push subscription, and a scheduler finds what the topic lost.
//!
//! The topic is a faithful fake of the documented behaviour: at least once (every message is pushed twice), not always (every fifth is lost), any instance, a signed identity token, and again when the answer is no 2xx.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use gradepost::clock::{Clock as _, SystemClock};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::harness::{Service, completion, files, mails, processed, repository, school};

pub(crate) const AUDIENCE: &str = "https://gradepost.example/tasks/run";
pub(crate) const ACCOUNT: &str = "push@school.iam.gserviceaccount.com";
pub(crate) const TOPIC: &str = "projects/school/topics/jobs";
const EVENTS: usize = 20;

#[derive(Default)]
struct Topic {
    subscribers: Mutex<Vec<String>>,
    published: AtomicUsize,
    pushed: AtomicUsize,
}

impl Topic {
    /// Pushes one message to the subscribers in turn until it is taken.
    async fn push(&self, data: Value) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        for _ in 0..20 {
            let turn = self.pushed.fetch_add(1, Ordering::Relaxed);
            let url = {
                let subscribers = self.subscribers.lock().unwrap();
                subscribers[turn % subscribers.len()].clone()
            };
            let body = json!({ "message": { "data": data, "messageId": turn.to_string() }, "subscription": "s" });
            let answer = client.post(url).bearer_auth(token(AUDIENCE)).json(&body).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

async fn publish(State(topic): State<Arc<Topic>>, Json(body): Json<Value>) -> Json<Value> {
    let number = topic.published.fetch_add(1, Ordering::Relaxed);
    let data = body["messages"][0]["data"].clone();
    if number % 5 != 4 {
        for _ in 0..2 {
            let (topic, data) = (topic.clone(), data.clone());
            tokio::spawn(async move { topic.push(data).await });
        }
    }
    Json(json!({ "messageIds": [number.to_string()] }))
}

pub(crate) async fn keys() -> Json<Value> {
    let mut jwk = Jwk::from_encoding_key(&key(), Algorithm::RS256).unwrap();
    jwk.common.key_id = Some("k1".to_owned());
    Json(json!({ "keys": [jwk] }))
}

fn key() -> EncodingKey {
    EncodingKey::from_rsa_pem(&std::fs::read(repository("test_data/push/test_only_key.pem")).unwrap()).unwrap()
}

pub(crate) fn token(audience: &str) -> String {
    let now = SystemClock.now().as_second();
    let claims = json!({ "iss": "https://accounts.google.com", "aud": audience, "email": ACCOUNT, "email_verified": true, "iat": now, "exp": now + 3600 });
    encode(&Header { kid: Some("k1".to_owned()), ..Header::new(Algorithm::RS256) }, &claims, &key()).unwrap()
}

async fn start_topic() -> (Arc<Topic>, u16) {
    let topic = Arc::new(Topic::default());
    let router = Router::new().route(&format!("/v1/{TOPIC}:publish"), post(publish)).route("/certs", get(keys)).with_state(topic.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (topic, port)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pushed_jobs_run_once_on_any_instance_and_lost_ones_are_swept() {
    let (topic, port) = start_topic().await;
    let (keys, emulator) = (format!("http://127.0.0.1:{port}/certs"), format!("127.0.0.1:{port}"));
    let settings = [
        ("TASK_QUEUE", "pubsub"),
        ("PUBSUB_TOPIC", TOPIC),
        ("PUBSUB_EMULATOR_HOST", emulator.as_str()),
        ("PUBSUB_PUSH_AUDIENCE", AUDIENCE),
        ("PUBSUB_PUSH_ACCOUNT", ACCOUNT),
        ("PUBSUB_PUSH_KEYS", keys.as_str()),
        ("TASK_TOKEN", "scheduler-token"),
        ("WEBHOOK_WAIT_SECONDS", "0"),
        ("SWEEP_SECONDS", "3600"),
    ];
    let school = school();
    let instances = [Service::start(school.path(), &settings), Service::start(school.path(), &settings)];
    *topic.subscribers.lock().unwrap() = instances.iter().map(|instance| instance.url("/tasks/run")).collect();

    let client = instances[0].client();
    let stranger =
        client.post(instances[0].url("/tasks/run")).bearer_auth(token("https://elsewhere.example")).json(&json!({ "job": "0".repeat(32) }));
    assert_eq!(instances[0].send(stranger).await.status, 401, "a token made for another service is refused");

    for n in 0..EVENTS {
        let answer = instances[n % 2].webhook(&completion(&format!("student{n}"))).await;
        assert!(answer.status < 300, "{}", answer.text);
    }
    let deadline = Instant::now() + Duration::from_mins(2);
    while mails(school.path()).len() < EVENTS && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let sweep = client.post(instances[0].url("/tasks/sweep")).bearer_auth("scheduler-token");
        assert_eq!(instances[0].send(sweep).await.status, 200);
    }
    assert_eq!(mails(school.path()).len(), EVENTS, "{}", instances[0].log());
    assert!(topic.published.load(Ordering::Relaxed) > EVENTS, "what was lost was published again");
    for mut instance in instances {
        assert!(instance.terminate().success(), "it stops in good order");
    }
    assert_eq!(mails(school.path()).len(), EVENTS, "no report is mailed twice");
    assert_eq!(processed(school.path()).len(), EVENTS);
    assert_eq!(files(&school.path().join("due")), Vec::<String>::new());
}
