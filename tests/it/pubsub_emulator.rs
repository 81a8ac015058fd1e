//! `TASK_QUEUE=pubsub` against Google's own Pub/Sub emulator, where this machine has it (gcloud's component `pubsub-emulator`, and Java).
//!
//! The emulator signs no tokens, so a relay stands between it and the service: it adds the identity token Google would add, and now and then it is a broken line, so that messages come again.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::gcs_emulator::peer::peer;
use crate::harness::{Service, completion, files, mails, processed, school};
use crate::pubsub::{ACCOUNT, AUDIENCE, TOPIC, keys, token};

const EVENTS: usize = 20;

/// Google's emulator; killed when dropped.
struct Emulator {
    process: Child,
    host: String,
}

impl Emulator {
    /// `None` with a word why where it cannot run.
    async fn start() -> Option<Self> {
        let jar = peer(
            "pubsub",
            jar().ok_or_else(|| "Google's emulator is not on this machine (gcloud components install pubsub-emulator)".to_owned()),
        )?;
        let host = format!("127.0.0.1:{}", std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
        let (_, port) = host.split_once(':').unwrap();
        let mut java = Command::new("java");
        java.arg("-jar").arg(jar).args(["--host=127.0.0.1", &format!("--port={port}")]);
        let process = peer("pubsub", java.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(|error| format!("Java: {error}")))?;
        let emulator = Self { process, host };
        let deadline = Instant::now() + Duration::from_mins(2);
        while emulator.put(TOPIC, &json!({})).await.is_none() {
            assert!(Instant::now() < deadline, "the Pub/Sub emulator does not answer");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Some(emulator)
    }

    /// Makes a topic or a subscription.
    async fn put(&self, name: &str, what: &Value) -> Option<()> {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.put(format!("http://{}/v1/{name}", self.host)).json(what).send().await.ok()?;
        answer.status().is_success().then_some(())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where gcloud keeps the emulator.
fn jar() -> Option<PathBuf> {
    let gcloud =
        std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join("gcloud")).find_map(|path| path.canonicalize().ok())?;
    let library = gcloud.parent()?.parent()?.join("platform/pubsub-emulator/lib");
    std::fs::read_dir(library).ok()?.flatten().map(|entry| entry.path()).find(|path| path.extension().is_some_and(|kind| kind == "jar"))
}

/// The line between Google and the instances.
#[derive(Default)]
struct Relay {
    instances: Mutex<Vec<String>>,
    pushed: AtomicUsize,
}

async fn pass_on(State(relay): State<Arc<Relay>>, Json(push): Json<Value>) -> StatusCode {
    let turn = relay.pushed.fetch_add(1, Ordering::Relaxed);
    let url = {
        let instances = relay.instances.lock().unwrap();
        instances[turn % instances.len()].clone()
    };
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.post(url).bearer_auth(token(AUDIENCE)).json(&push).send().await;
    // Every fourth answer gets lost on its way back.
    let lost = turn % 4 == 3;
    answer.ok().filter(|_| !lost).and_then(|answer| StatusCode::from_u16(answer.status().as_u16()).ok()).unwrap_or(StatusCode::BAD_GATEWAY)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn googles_emulator_pushes_every_job_to_some_instance_and_each_is_mailed_once() {
    gradepost::app::install_tls_provider();
    let Some(emulator) = Emulator::start().await else { return };
    let relay = Arc::new(Relay::default());
    let router = Router::new().route("/push", post(pass_on)).route("/certs", get(keys)).with_state(relay.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let push = json!({
        "topic": TOPIC, "pushConfig": { "pushEndpoint": format!("{here}/push") }, "ackDeadlineSeconds": 30,
        "retryPolicy": { "minimumBackoff": "0.1s", "maximumBackoff": "1s" },
    });
    emulator.put("projects/school/subscriptions/jobs-push", &push).await.expect("the emulator makes a subscription");

    let certs = format!("{here}/certs");
    let settings = [
        ("TASK_QUEUE", "pubsub"),
        ("PUBSUB_TOPIC", TOPIC),
        ("PUBSUB_EMULATOR_HOST", emulator.host.as_str()),
        ("PUBSUB_PUSH_AUDIENCE", AUDIENCE),
        ("PUBSUB_PUSH_ACCOUNT", ACCOUNT),
        ("PUBSUB_PUSH_KEYS", certs.as_str()),
        ("WEBHOOK_WAIT_SECONDS", "0"),
        // Nobody but the topic runs a job in this test.
        ("SWEEP_SECONDS", "3600"),
    ];
    let school = school();
    let instances = [Service::start(school.path(), &settings), Service::start(school.path(), &settings)];
    *relay.instances.lock().unwrap() = instances.iter().map(|instance| instance.url("/tasks/run")).collect();
    for n in 0..EVENTS {
        let answer = instances[n % 2].webhook(&completion(&format!("student{n}"))).await;
        assert!(answer.status < 300, "{}", answer.text);
    }
    let deadline = Instant::now() + Duration::from_mins(3);
    // A message whose answer was lost may come again only when everything is done.
    let is_over = || {
        let all_done = mails(school.path()).len() >= EVENTS && files(&school.path().join("due")).is_empty();
        all_done && relay.pushed.load(Ordering::Relaxed) > EVENTS
    };
    while !is_over() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(relay.pushed.load(Ordering::Relaxed) > EVENTS, "messages whose answer was lost came again");
    for mut instance in instances {
        assert!(instance.terminate().success(), "it stops in good order");
    }
    assert_eq!((mails(school.path()).len(), processed(school.path()).len()), (EVENTS, EVENTS), "every report once");
}
