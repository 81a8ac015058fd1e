//! Secrets that are rotated: receivers that others wrote verify before, meanwhile and after, whatever scheme they know.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::gcs_emulator::peer::peer;
use crate::harness::{Answer, Service};
use crate::svix::{ADMIN, start};

/// A school's receiver as its document's readers write one, in Node: HMAC-SHA256 of the raw body under the secret's own characters, in hex, compared with `X-Signature`.
const RECEIVER: &str = r"
const http = require('http'), crypto = require('crypto');
let secret = process.argv[1];
const server = http.createServer((req, res) => {
  const parts = [];
  req.on('data', (part) => parts.push(part));
  req.on('end', () => {
    const body = Buffer.concat(parts);
    if (req.url === '/secret') { secret = body.toString(); res.end(); return; }
    const expected = crypto.createHmac('sha256', secret).update(body).digest('hex');
    const ok = req.headers['x-signature'] === expected;
    console.log(JSON.stringify({ ok, name: JSON.parse(body.toString()).data.name }));
    res.statusCode = ok ? 200 : 401;
    res.end();
  });
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('port ' + server.address().port));
";

/// The receiver's process, and what it says of each call.
struct Receiver {
    child: Child,
    port: u16,
    said: std::sync::mpsc::Receiver<Value>,
}

impl Receiver {
    fn start() -> Option<Self> {
        let node = Command::new("node").arg("--version").stdout(Stdio::null()).status().map_err(|error| error.to_string());
        peer("node", node)?;
        let mut child = Command::new("node").args(["-e", RECEIVER, "none yet", "0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.next().unwrap().unwrap().strip_prefix("port ").unwrap().parse().unwrap();
        let (say, said) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = say.send(serde_json::from_str(&line).unwrap());
            }
        });
        Some(Self { child, port, said })
    }

    /// It is told another secret, as its owner would.
    async fn takes(&self, service: &Service, secret: &str) {
        let url = format!("http://127.0.0.1:{}/secret", self.port);
        assert!(service.client().post(url).body(secret.to_owned()).send().await.unwrap().status().is_success());
    }

    /// Whether it verified each try at a student's delivery, up to the first that it did.
    fn tries(&self, name: &str) -> Vec<bool> {
        let end = Instant::now() + Duration::from_mins(1);
        let mut tries = Vec::new();
        while tries.last() != Some(&true) {
            let left = end.saturating_duration_since(Instant::now());
            let said = self.said.recv_timeout(left).unwrap_or_else(|_| panic!("{name} is verified in time: {tries:?}"));
            if said["name"] == name {
                tries.push(said["ok"].as_bool().unwrap());
            }
        }
        tries
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn call(service: &Service, method: Method, path: &str, body: Value) -> Answer {
    service.send(service.client().request(method, service.url(path)).bearer_auth(ADMIN).json(&body)).await
}

async fn add_student(service: &Service, name: &str) {
    let added = call(service, Method::POST, "/api/students", json!({ "schoolId": "school-a", "name": name })).await;
    assert_eq!(added.status, 201, "{}", added.text);
}

fn is_plain(secret: &str) -> bool {
    secret.len() == 64 && secret.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_that_knows_its_secret_by_its_characters_verifies_before_meanwhile_and_after_a_rotation() {
    let Some(receiver) = Receiver::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let service = start(&folder);
    let register =
        json!({ "schoolId": "school-a", "schoolName": "A", "webhookUrl": format!("http://127.0.0.1:{}/webhook", receiver.port) });
    let registered = call(&service, Method::POST, "/api/webhook/register", register).await;
    let (first, endpoint) = (&registered.body["data"]["webhookSecret"], registered.body["data"]["id"].as_str().unwrap());
    let first = first.as_str().unwrap();
    receiver.takes(&service, first).await;
    add_student(&service, "before").await;
    assert_eq!(receiver.tries("before"), [true]);

    // By the clean API: the new secret is of the same kind, and whoever has the old one still verifies.
    let rotate = format!("/api/v1/endpoints/{endpoint}/rotate-secret?institution=school-a");
    let second = call(&service, Method::POST, &rotate, json!({})).await.body["secret"].as_str().unwrap().to_owned();
    assert!(is_plain(&second) && second != first, "{}", second.len());
    add_student(&service, "meanwhile, with the old one").await;
    assert_eq!(receiver.tries("meanwhile, with the old one"), [false, true], "the keys take turns");
    receiver.takes(&service, &second).await;
    add_student(&service, "meanwhile, with the new one").await;
    assert_eq!(receiver.tries("meanwhile, with the new one").last(), Some(&true));
    add_student(&service, "the next").await;
    assert_eq!(receiver.tries("the next"), [true], "what was taken last is tried first");

    // By Svix's call, without an overlap: only the new one signs.
    let svix = format!("/api/v1/app/school-a/endpoint/{endpoint}/secret/rotate");
    let third = call(&service, Method::POST, &svix, json!({ "gracePeriodSeconds": 0 })).await;
    let third = third.body["key"].as_str().unwrap();
    assert!(is_plain(third));
    receiver.takes(&service, third).await;
    add_student(&service, "after").await;
    assert!(receiver.tries("after").len() <= 2);

    // Its owner's own secret is taken as it is written.
    let own = "the school's own secret".replace(' ', "-");
    let taken = call(&service, Method::POST, &svix, json!({ "key": own, "gracePeriodSeconds": 0 })).await;
    assert_eq!(taken.body["key"], json!(own), "{}", taken.text);
    receiver.takes(&service, &own).await;
    add_student(&service, "its own").await;
    assert!(receiver.tries("its own").len() <= 2);
    let shown = call(&service, Method::GET, &format!("/api/v1/app/school-a/endpoint/{endpoint}/secret"), json!({})).await;
    assert_eq!((shown.status, shown.body["code"].as_str()), (403, Some("secret_already_shown")));
    let refused = call(&service, Method::POST, &svix, json!({ "key": "short" })).await;
    assert_eq!((refused.status, &refused.body["detail"][0]["loc"]), (422, &json!(["body", "key"])), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_sealed_under_the_key_before_open_while_it_is_named_and_rotate_to_the_new_one() {
    let Some(receiver) = Receiver::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let url = format!("http://127.0.0.1:{}/webhook", receiver.port);
    let settings = |keys: &[(&'static str, &'static str)]| {
        let own = [("ADMIN_TOKEN", ADMIN), ("WEBHOOK_ALLOW_HTTP", "true"), ("WEBHOOK_ALLOW_NETWORKS", "127.0.0.0/8")];
        Service::start(folder.path(), &[&own[..], keys].concat())
    };
    let old = "the key before, of at least thirty-two characters";
    let mut service = settings(&[("WEBHOOK_ENCRYPTION_KEY", old)]);
    let register = json!({ "schoolId": "school-a", "schoolName": "A", "webhookUrl": url });
    let registered = call(&service, Method::POST, "/api/webhook/register", register).await;
    let endpoint = registered.body["data"]["id"].as_str().unwrap().to_owned();
    receiver.takes(&service, registered.body["data"]["webhookSecret"].as_str().unwrap()).await;
    service.finish();

    let new = "the key from now on, of at least thirty-two characters";
    let mut service = settings(&[("WEBHOOK_ENCRYPTION_KEY", new), ("WEBHOOK_ENCRYPTION_KEY_PREVIOUS", old)]);
    add_student(&service, "under the old key").await;
    assert_eq!(receiver.tries("under the old key"), [true]);
    let rotate = format!("/api/v1/endpoints/{endpoint}/rotate-secret?institution=school-a");
    let rotated = call(&service, Method::POST, &rotate, json!({ "overlap_seconds": 0 })).await;
    receiver.takes(&service, rotated.body["secret"].as_str().unwrap()).await;
    service.finish();

    let service = settings(&[("WEBHOOK_ENCRYPTION_KEY", new)]);
    add_student(&service, "under the new key").await;
    assert_eq!(receiver.tries("under the new key"), [true]);
}
