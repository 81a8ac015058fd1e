//! The gateway's sending half: real sockets, receivers that misbehave, libraries of others that verify, and processes that die at every point.
//!
//! Institutions, endpoints and events are made through the library over the same folder that the real binary delivers from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gradepost::clock::{Clock, SystemClock};
use gradepost::gateway::config::{GatewayConfig, Mode};
use gradepost::gateway::egress::Unguarded;
use gradepost::gateway::ids::{Chance, InstitutionId};
use gradepost::gateway::model::{CompatHeader, DeliveryState, ErrorClass, Event, Format, NewEndpoint, NewEvent, NewInstitution};
use gradepost::gateway::profile::Profile;
use gradepost::gateway::{Gateway, Parts};
use gradepost::jobs::Jobs;
use gradepost::jobs::config::JobsConfig;
use gradepost::jobs::handler::Handlers;
use gradepost::jobs::lane::WorkerPool;
use gradepost::storage::Store;
use gradepost::storage::local::LocalStore;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::gradepost;
use crate::ledger::Process;

pub(crate) const KEY: &str = "a-key-of-at-least-thirty-two-characters";

/// A request as it came over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    fn header(&self, name: &str) -> Option<&str> {
        let of = |line: &'_ str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.len()));
        let line = self.head.lines().find(|line| of(line).is_some_and(|(known, _)| known == name.to_ascii_lowercase()))?;
        line.split_once(": ").map(|(_, value)| value)
    }

    pub(crate) fn id(&self) -> String {
        self.header("webhook-id").unwrap().to_owned()
    }
}

/// What a receiver does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Answers with these bytes and closes.
    Bytes(Vec<u8>),
    /// Answers a head, then a byte a second for ever.
    Drips,
    /// Answers a head, then a body that does not end.
    Endless,
    /// Closes without a word.
    Closes,
}

pub(crate) fn status(line: &str, more: &str) -> Reply {
    Reply::Bytes(format!("HTTP/1.1 {line}\r\n{more}Content-Length: 2\r\nConnection: close\r\n\r\nok").into_bytes())
}

pub(crate) struct Receiver {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    /// Replies to each request by its number.
    pub(crate) async fn start(reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let received = Arc::<Mutex<Vec<Received>>>::default();
        let (log, reply) = (received.clone(), Arc::new(reply));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, log.clone(), reply.clone()));
            }
        });
        Self { url, received }
    }

    pub(crate) fn all(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, log: Arc<Mutex<Vec<Received>>>, reply: Arc<dyn Fn(usize) -> Reply + Send + Sync>) -> Option<()> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut request = Received { head, body: bytes.split_off(end + 4) };
    let length: usize = request.header("content-length")?.parse().ok()?;
    while request.body.len() < length {
        stream.read_buf(&mut request.body).await.ok()?;
    }
    let number = {
        let mut log = log.lock().unwrap();
        log.push(request);
        log.len() - 1
    };
    match reply(number) {
        Reply::Bytes(bytes) => stream.write_all(&bytes).await.ok()?,
        Reply::Closes => {}
        Reply::Drips => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").await.ok()?;
            loop {
                stream.write_all(b"x").await.ok()?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        Reply::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await.ok()?;
            loop {
                stream.write_all(b"400\r\n").await.ok()?;
                stream.write_all(&[b'x'; 1024]).await.ok()?;
                stream.write_all(b"\r\n").await.ok()?;
            }
        }
    }
    Some(())
}

/// The library over a folder; with workers it delivers by itself.
struct Library {
    gateway: Gateway,
    workers: Option<WorkerPool>,
    institution: InstitutionId,
}

impl Library {
    async fn open(folder: &Path, works: bool) -> Self {
        gradepost::app::install_tls_provider();
        let store: Arc<dyn Store> = Arc::new(LocalStore::open(folder).await.unwrap());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let jobs = Jobs::new(store.clone(), clock.clone(), JobsConfig::for_testing());
        let config = GatewayConfig { mode: Mode::On, key: Some(KEY.to_owned().into()), rate: 10_000, ..GatewayConfig::default() };
        let parts = Parts {
            store,
            clock,
            jobs: jobs.clone(),
            config,
            has_admin: true,
            chance: Chance::of_the_system(),
            egress: Arc::new(Unguarded),
        };
        let gateway = Gateway::new(parts).unwrap();
        let workers = works.then(|| jobs.start(gateway.handlers(Handlers::new())));
        let new = NewInstitution { name: "A".to_owned(), uid: Some("a".to_owned()), ..NewInstitution::default() };
        let institution = gateway.institution_or_create(new).await.unwrap().0.id;
        Self { gateway, workers, institution }
    }

    async fn publish(&self, payload: &str) -> Event {
        let new = NewEvent { event_type: "grade.submitted".to_owned(), payload: payload.to_owned(), ..NewEvent::default() };
        self.gateway.publish(self.institution, new, None).await.unwrap().event
    }

    /// The states of an event once none waits, or after so long.
    async fn settled(&self, event: &Event, patience: Duration) -> Vec<DeliveryState> {
        let deadline = Instant::now() + patience;
        loop {
            let all = self.gateway.deliveries(self.institution, &event.id.to_string()).await.unwrap();
            let states: Vec<DeliveryState> = all.iter().map(|delivery| delivery.state).collect();
            if !states.contains(&DeliveryState::Waiting) || Instant::now() > deadline {
                return states;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn close(self) {
        if let Some(workers) = self.workers {
            workers.shutdown(Duration::from_secs(5)).await;
        }
    }
}

pub(crate) fn endpoint(url: &str) -> NewEndpoint {
    NewEndpoint { url: url.to_owned(), profile: Profile::Seed003, format: Format::Raw, ..NewEndpoint::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_verifies_with_the_libraries_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|_| status("200 OK", "")).await;
    let library = Library::open(folder.path(), true).await;
    let headers = BTreeMap::from([("X-API-Key".to_owned(), "their key".to_owned())]);
    let compat = vec![CompatHeader::WebhookSignature, CompatHeader::Signature, CompatHeader::HubSignature256];
    let new = NewEndpoint { ed25519: true, compat, headers, ..endpoint(&receiver.url) };
    let created = library.gateway.create_endpoint(library.institution, new).await.unwrap();
    let payload = "{ \"name\" : \"Ñandú\",  \"n\": 1.50 }";
    let event = library.publish(payload).await;
    assert_eq!(library.settled(&event, Duration::from_secs(20)).await, [DeliveryState::Delivered]);
    let received = receiver.all().remove(0);
    assert_eq!(received.body, payload.as_bytes(), "the bytes as the caller wrote them");
    assert_eq!(received.id(), event.id.to_string());
    assert!(received.head.starts_with("POST /hook HTTP/1.1\r\n"), "{}", received.head);
    for name in ["Webhook-Id: ", "Webhook-Signature: v1,", "Content-Type: application/json", "X-Webhook-Signature: sha256="] {
        assert!(received.head.contains(name), "{name} in\n{}", received.head);
    }
    // Header names have no case of their own (RFC 9110, 5.1); what receivers see is title case, whatever it was given in.
    assert!(received.head.contains("\r\nX-Api-Key: their key\r\n"), "{}", received.head);
    assert!(received.header("accept-encoding").is_none(), "nothing is to be unpacked");
    // The Rust library of Standard Webhooks.
    let mut map = reqwest::header::HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        map.insert(name, received.header(name).unwrap().parse().unwrap());
    }
    standardwebhooks::Webhook::new(&created.secret).unwrap().verify(&received.body, &map).unwrap();
    assert!(standardwebhooks::Webhook::new(&created.secret).unwrap().verify(b"{}", &map).is_err());
    // npm's library.
    if let Some(modules) = crate::svix::node_modules() {
        let script = "const { Webhook } = require(process.argv[1] + '/standardwebhooks');\n\
            const d = JSON.parse(require('fs').readFileSync(0, 'utf8'));\n\
            new Webhook(d.secret).verify(d.body, d.headers);\n\
            let forged = false;\n\
            try { new Webhook(d.secret).verify(d.body + ' ', d.headers); forged = true; } catch (error) {}\n\
            console.log(forged ? 'a forged body was taken' : 'verified');\n";
        let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
        let headers: BTreeMap<&str, &str> = names.iter().map(|name| (*name, received.header(name).unwrap())).collect();
        let input = serde_json::json!({ "secret": created.secret, "body": payload, "headers": headers });
        let mut child = std::process::Command::new("node")
            .args(["-e", script])
            .arg(modules)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), input.to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "verified");
    }
    // The Python library, and another Ed25519.
    if let Some(python) = std::env::var_os("GRADEPOST_TEST_PYTHON") {
        let script = "import sys, json, base64\n\
            from standardwebhooks import Webhook\n\
            from nacl.signing import VerifyKey\n\
            d = json.load(sys.stdin)\n\
            Webhook(d['secret']).verify(d['body'].encode(), d['headers'])\n\
            sig = [s for s in d['headers']['webhook-signature'].split(' ') if s.startswith('v1a,')][0][4:]\n\
            signed = f\"{d['headers']['webhook-id']}.{d['headers']['webhook-timestamp']}.{d['body']}\".encode()\n\
            VerifyKey(base64.b64decode(d['public'][5:])).verify(signed, base64.b64decode(sig))\n\
            print('verified')\n";
        let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
        let headers: BTreeMap<&str, &str> = names.iter().map(|name| (*name, received.header(name).unwrap())).collect();
        let input = serde_json::json!({ "secret": created.secret, "public": created.public_key, "body": payload, "headers": headers });
        let mut child = std::process::Command::new(python)
            .args(["-c", script])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), input.to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "verified");
    }
    library.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_fails_and_then_works_gets_the_event_again_under_the_same_id() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|n| match n {
        0 => status("503 Service Unavailable", "Retry-After: 2\r\n"),
        1 => Reply::Closes,
        _ => status("204 No Content", ""),
    })
    .await;
    let library = Library::open(folder.path(), true).await;
    library.gateway.create_endpoint(library.institution, endpoint(&receiver.url)).await.unwrap();
    let event = library.publish("{}").await;
    assert_eq!(library.settled(&event, Duration::from_secs(30)).await, [DeliveryState::Delivered]);
    let received = receiver.all();
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|one| one.id() == event.id.to_string()));
    let attempts = library.gateway.attempts_of(library.institution, &event.id.to_string()).await.unwrap();
    assert_eq!(attempts.iter().map(|row| row.code).collect::<Vec<_>>(), [503, 0, 200 + 4]);
    assert!(attempts[1].at.duration_since(attempts[0].at).as_millis() >= 1990, "never before what it asked for");
    assert_eq!(attempts[0].peer.as_deref(), Some("127.0.0.1"));
    library.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn receivers_that_misbehave_cost_a_bounded_amount_and_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let other = Receiver::start(|_| status("200 OK", "")).await;
    let location = format!("Location: {}\r\n", other.url);
    let library = Library::open(folder.path(), true).await;
    let mut expected = Vec::new();
    let mut receivers = Vec::new();
    let replies: Vec<(Reply, Option<ErrorClass>)> = vec![
        (status("302 Found", &location), Some(ErrorClass::Redirect)),
        (status("308 Permanent Redirect", &location), Some(ErrorClass::Redirect)),
        (Reply::Drips, Some(ErrorClass::Timeout)),
        (Reply::Endless, None),
        (Reply::Closes, Some(ErrorClass::Protocol)),
        (Reply::Bytes(b"SSH-2.0-OpenSSH\r\n".to_vec()), Some(ErrorClass::Protocol)),
        (status("418 I am a teapot", "X-Odd: caf\u{e9}\r\n"), Some(ErrorClass::Status)),
    ];
    for (reply, class) in replies {
        let receiver = Receiver::start(move |_| reply.clone()).await;
        let new = NewEndpoint { profile: Profile::Standard, ..endpoint(&receiver.url) };
        expected.push((library.gateway.create_endpoint(library.institution, new).await.unwrap().endpoint.id, class));
        receivers.push(receiver);
    }
    let nobody = NewEndpoint { profile: Profile::Standard, ..endpoint("http://127.0.0.1:9/") };
    expected.push((library.gateway.create_endpoint(library.institution, nobody).await.unwrap().endpoint.id, Some(ErrorClass::Connect)));
    let event = library.publish("{}").await;
    let began = Instant::now();
    library.gateway.wait_first_attempt(&event, Duration::from_secs(40)).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
    let attempts = library.gateway.attempts_of(library.institution, &event.id.to_string()).await.unwrap();
    for (id, class) in expected {
        let row = attempts.iter().find(|row| row.endpoint == id && row.number == 1).unwrap();
        assert_eq!(row.error, class, "{row:?}");
        assert!(row.response.len() <= 4096);
    }
    assert!(other.all().is_empty(), "no redirect is followed");
    library.close().await;
}

/// Where the process dies, and how the receiver behaves so that it comes there.
const POINTS: &[(&str, bool)] = &[
    ("lease.after", true),
    ("gw.post.before", true),
    ("gw.post.after", true),
    ("gw.segment.before", true),
    ("gw.segment.after", true),
    ("end.before", true),
    ("end.after", true),
    ("ended.before", true),
    ("ended.after", true),
    ("undue.before", true),
    ("gw.outcome.before", false),
    ("gw.outcome.after", false),
    ("gw.enqueue.before", false),
    ("gw.enqueue.after", false),
    ("gw.dead.before", false),
    ("gw.dead.after", false),
    ("step.closing.before", false),
    ("step.closing.after", false),
    ("gw.close.after", false),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accepted_event_ends_wherever_its_process_dies() {
    let mut rounds = tokio::task::JoinSet::new();
    let places = Arc::new(tokio::sync::Semaphore::new(3));
    for (point, works) in POINTS {
        let places = places.clone();
        rounds.spawn(async move {
            let _place = places.acquire_owned().await.unwrap();
            die_at(point, *works).await;
        });
    }
    while let Some(done) = rounds.join_next().await {
        done.unwrap();
    }
}

async fn die_at(point: &str, works: bool) {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(move |_| if works { status("200 OK", "") } else { status("500 Oops", "") }).await;
    let library = Library::open(folder.path(), false).await;
    let created = library.gateway.create_endpoint(library.institution, endpoint(&receiver.url)).await.unwrap();
    let event = library.publish("{}").await;
    let settings = settings(folder.path());
    let mut dying = settings.clone();
    dying.insert("GRADEPOST_FAILPOINT".to_owned(), point.to_owned());
    // It may die before it is ready.
    if let Some(mut process) = Process::launch(&mut gradepost(&["serve"], &dying)) {
        assert!(process.ends_within(Duration::from_mins(1)).await, "{point} is never passed");
    }
    let mut process = Process::launch(&mut gradepost(&["serve"], &settings)).expect("it starts again");
    let state = library.settled(&event, Duration::from_mins(1)).await;
    // The letter comes after the outcome; who dies between the two writes it after the next start.
    let mut letter = None;
    for _ in 0..600 {
        letter = library.gateway.dead_letter(created.endpoint.id, event.id).await.unwrap();
        if works || letter.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    process.kill();
    assert_eq!(state, [if works { DeliveryState::Delivered } else { DeliveryState::Dead }], "{point}");
    let received = receiver.all();
    let ids: BTreeSet<String> = received.iter().map(Received::id).collect();
    assert_eq!(ids, BTreeSet::from([event.id.to_string()]), "{point}");
    let most = if works { 2 } else { Profile::Seed003.tries() as usize + 1 };
    assert!(received.len() <= most, "{point}: {} attempts; the schedule began anew", received.len());
    if !works {
        assert_eq!(letter.expect("a dead letter").attempts, Profile::Seed003.tries(), "{point}");
    }
}

pub(crate) fn settings(folder: &Path) -> BTreeMap<String, String> {
    [
        ("PORT", "0"),
        ("LOG_FORMAT", "json"),
        ("DATA_DIR", folder.to_str().unwrap()),
        ("WEBHOOK_SECRET", "3f9c1e7a5b"),
        ("MAIL_TRANSPORT", "file"),
        ("EMAIL_USER", "informes@colegio.example"),
        ("GCE_METADATA_HOST", "127.0.0.1:9"),
        ("WORKERS", "2"),
        ("LEASE_SECONDS", "3"),
        ("SWEEP_SECONDS", "1"),
        ("GATEWAY", "on"),
        ("GATEWAY_RATE", "10000"),
        ("WEBHOOK_ENCRYPTION_KEY", KEY),
        ("WEBHOOK_ALLOW_HTTP", "true"),
        ("WEBHOOK_ALLOW_NETWORKS", "127.0.0.1/32"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_instances_deliver_every_event_once_while_nobody_dies() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|_| status("200 OK", "")).await;
    let library = Library::open(folder.path(), false).await;
    library.gateway.create_endpoint(library.institution, endpoint(&receiver.url)).await.unwrap();
    let settings = settings(folder.path());
    let mut processes: Vec<Process> = (0..3).map(|_| Process::launch(&mut gradepost(&["serve"], &settings)).unwrap()).collect();
    let mut events = Vec::new();
    for _ in 0..40 {
        events.push(library.publish("{}").await);
    }
    for event in &events {
        assert_eq!(library.settled(event, Duration::from_mins(2)).await, [DeliveryState::Delivered]);
    }
    let mut got: Vec<String> = receiver.all().iter().map(Received::id).collect();
    got.sort();
    let mut expected: Vec<String> = events.iter().map(|event| event.id.to_string()).collect();
    expected.sort();
    assert_eq!(got, expected);
    for process in &mut processes {
        process.kill();
    }
}
