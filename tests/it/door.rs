//! What callers may cost that nobody invited: connections, heads, bodies, headers and memory, against the real service.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::gcs_emulator::peer::peer;
use crate::harness::{SECRET, Service, completion, files, mails, school, until};
use crate::scripted_smtp::{Act, Scripted};

const TOKEN: &str = "Learnworlds-Webhook-Signature";

fn connect(service: &Service) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", service.port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream
}

/// Sends bytes and reads what comes back until the server closes.
fn raw(service: &Service, bytes: &[u8]) -> String {
    let mut stream = connect(service);
    // The server may have answered and closed before all is sent.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// A head with this signature header, or none.
fn head(signature: Option<&str>, length: usize) -> String {
    let signature = signature.map(|value| format!("{TOKEN}: {value}\r\n")).unwrap_or_default();
    format!(
        "POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n{signature}Content-Length: {length}\r\n\r\n"
    )
}

#[tokio::test]
async fn idle_and_half_open_connections_keep_nobody_out() {
    let school = school();
    let service = Service::start(school.path(), &[("MAX_CONNECTIONS", "32")]);
    let mut held = Vec::new();
    for begun in ["", "POST /web", "POST /webhook HTTP/1.1\r\nHost: x\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        for _ in 0..40 {
            let mut stream = connect(&service);
            let _ = stream.write_all(begun.as_bytes());
            held.push(stream);
        }
        let student = format!("student{}", held.len());
        assert_eq!(service.webhook(&completion(&student)).await.body["status"], "processed", "{}", service.log());
    }
    assert_eq!(service.get("/health").await.status, 200);
    assert_eq!(mails(school.path()).len(), 4);
}

#[tokio::test]
async fn a_body_without_a_signature_is_answered_before_it_arrives_and_its_size_costs_no_memory() {
    let school = school();
    let service = Service::start(school.path(), &[("RATE_LIMIT_PER_MINUTE", "0")]);
    assert!(raw(&service, head(None, 1_000_000).as_bytes()).starts_with("HTTP/1.1 401"), "nothing of the body was sent");
    let before = service.peak_memory();
    let mut parked = Vec::new();
    for _ in 0..300 {
        let mut stream = connect(&service);
        let _ = stream.write_all(head(None, 1_000_000).as_bytes());
        let _ = stream.write_all(&vec![b' '; 200_000]);
        parked.push(stream);
    }
    // A digest can only be checked with its body, so these are read, but few at a time.
    let digest = "0".repeat(64);
    for _ in 0..100 {
        let mut stream = connect(&service);
        let _ = stream.write_all(head(Some(&digest), 1_000_000).as_bytes());
        let _ = stream.write_all(&vec![b' '; 400_000]);
        parked.push(stream);
    }
    assert_eq!(service.webhook(&completion("ana")).await.body["status"], "processed", "{}", service.log());
    let grown = service.peak_memory() - before;
    assert!(grown < 120, "{grown} MiB more");
}

#[tokio::test]
async fn a_declared_length_over_the_limit_is_refused_without_being_read() {
    let school = school();
    let service = Service::start(school.path(), &[]);
    let signature = format!("v1={SECRET}");
    let answer = raw(&service, head(Some(&signature), 2_000_000_000).as_bytes());
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn long_request_ids_and_made_up_methods_do_not_fill_the_log() {
    let school = school();
    let mut service = Service::start(school.path(), &[("DEBUG", "true")]);
    let id = "r".repeat(20_000);
    for _ in 0..20 {
        let answer = raw(
            &service,
            format!("POST /webhook HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: {id}\r\nContent-Length: 2\r\n\r\n{{}}")
                .as_bytes(),
        );
        assert!(answer.starts_with("HTTP/1.1 401") && answer.len() < 1000, "{answer}");
        raw(&service, format!("{} /webhook HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "A".repeat(5000)).as_bytes());
    }
    let kept = raw(&service, b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: trace-1\r\n\r\n");
    assert!(kept.contains("trace-1"), "{kept}");
    service.terminate();
    let log = service.whole_log();
    assert!(!log.contains(&"r".repeat(100)) && !log.contains(&"A".repeat(100)) && log.len() < 60_000, "{} bytes", log.len());
}

#[tokio::test]
async fn refusals_are_one_line_per_minute_with_their_reasons() {
    let school = school();
    let mut service = Service::start(school.path(), &[]);
    for signature in [None, Some("v1=wrong"), Some("v1=also-wrong"), None, None] {
        assert!(raw(&service, format!("{}{{}}", head(signature, 2)).as_bytes()).starts_with("HTTP/1.1 401"));
    }
    service.terminate();
    let log = service.whole_log();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("calls were refused")).collect();
    assert_eq!(lines.len(), 2, "the first at once, the others when the minute or the process ends: {lines:#?}");
    assert!(lines[1].contains("mismatch 2") && lines[1].contains("missing_header 2"), "{lines:#?}");
}

#[tokio::test]
async fn the_webhook_is_found_in_any_case_and_with_slashes_too_many() {
    let school = school();
    let service = Service::start(school.path(), &[]);
    for (number, path) in ["/webhook/", "//webhook", "/WEBHOOK", "/Webhook//"].into_iter().enumerate() {
        let request = service.client().post(service.url(path)).header("Content-Type", "application/json");
        let request = request.header(TOKEN, format!("v1={SECRET}")).body(completion(&format!("student{number}")));
        assert_eq!(service.send(request).await.body["status"], "processed", "{path}");
    }
    assert_eq!(service.get("/webhook/").await.status, 405);
    assert_eq!(service.get("/webhooks").await.status, 404);
}

#[tokio::test]
async fn http_2_is_served_within_its_limits() {
    let school = school();
    let service = Service::start(school.path(), &[]);
    gradepost::app::install_tls_provider();
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let request = client.post(service.url("/webhook")).header("Content-Type", "application/json").header(TOKEN, format!("v1={SECRET}"));
    assert_eq!(service.send(request.body(completion("ana"))).await.body["status"], "processed");

    // Streams opened and reset as fast as the socket takes them: the server ends the connection and answers others.
    let mut stream = connect(&service);
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00").unwrap();
    // :method GET, :scheme http, :path /, :authority x (RFC 7541, static table).
    let block = [0x82, 0x86, 0x84, 0x41, 0x01, b'x'];
    let mut cut = false;
    for number in 0..20_000_u32 {
        let id = (2 * number + 1).to_be_bytes();
        let mut frames = vec![0, 0, block.len() as u8, 1, 5];
        frames.extend(id);
        frames.extend(block);
        frames.extend([0, 0, 4, 3, 0]);
        frames.extend(id);
        frames.extend(8_u32.to_be_bytes());
        if stream.write_all(&frames).is_err() {
            cut = true;
            break;
        }
    }
    assert!(cut, "a rapid reset goes on for ever");
    assert_eq!(service.get("/health").await.status, 200);
}

#[tokio::test]
async fn clients_that_hang_up_after_their_event_lose_nothing() {
    let school = school();
    let mut service = Service::start(school.path(), &[("WEBHOOK_WAIT_SECONDS", "5")]);
    let signature = format!("v1={SECRET}");
    for number in 0..20 {
        let body = completion(&format!("student{number}"));
        let mut stream = connect(&service);
        stream.write_all(format!("{}{body}", head(Some(&signature), body.len())).as_bytes()).unwrap();
        // The answer's first byte may or may not be under way; the event was sent whole.
        drop(stream);
        // A later event of the same client shows that the earlier one was read.
        assert_eq!(service.get("/health").await.status, 200);
    }
    // Repeating each event tells what became of it; nothing is mailed twice.
    for number in 0..20 {
        let answer = service.webhook(&completion(&format!("student{number}"))).await;
        assert!((200..300).contains(&answer.status), "{}", answer.text);
    }
    // A 202 says that the report still comes: on a slow machine it comes after the wait.
    until(|| service.log(), async || (files(&school.path().join("due")).is_empty()).then_some(())).await;
    assert!(service.terminate().success());
    assert_eq!(mails(school.path()).len(), 20);
}

/// What the service may hold at most, in MiB, while it is attacked; a container of 512 MiB has room for it.
/// How much stands at once depends on the machine: 380 to 425 MiB were seen.
const MOST_MEMORY: u64 = 460;

/// The worst bodies that who has the key can send, each four times.
fn worst_bodies() -> Vec<String> {
    let event = |number: usize, answers: &str, name: &str| {
        format!(
            r#"{{"user":{{"id":"student{number}","email":"s{number}@example.com","username":"{name}"}},"assessment":{{"id":"a","title":"Test de diagnóstico Parte 1"}},"submission":{{"answers":{answers}}}}}"#
        )
    };
    let numbers = format!("[{}0]", "0,".repeat(500_000));
    let objects = format!("[{}{{}}]", "{},".repeat(330_000));
    let nested = format!("{}{}", "[".repeat(120), "]".repeat(120));
    let nested = format!("[{}0]", format!("{nested},").repeat(4000));
    let broken = format!("[{}0]", "\"a\"b\",".repeat(150_000));
    let worst = [
        (numbers.as_str(), "Ana"),
        (objects.as_str(), "Ana"),
        (nested.as_str(), "Ana"),
        (broken.as_str(), "Ana"),
        ("[]", &"&amp;".repeat(190_000)),
        ("[]", &"e\u{301}".repeat(300_000)),
    ];
    (0..4)
        .flat_map(|round| worst.iter().enumerate().map(move |(at, (answers, name))| (round * 10 + at, *answers, *name)))
        .map(|(number, answers, name)| event(number, answers, name))
        .collect()
}

/// Connections with the beginning of a large body that never ends.
fn half_sent(service: &Service) -> Vec<TcpStream> {
    let digest = "0".repeat(64);
    let begin = |signature: Option<&str>| {
        let mut stream = connect(service);
        let _ = stream.write_all(head(signature, 1_000_000).as_bytes());
        let _ = stream.write_all(&vec![b' '; 300_000]);
        stream
    };
    [None, Some(digest.as_str())].into_iter().cycle().take(400).map(begin).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worst_events_a_key_can_send_fit_into_memory_all_at_once() {
    let school = school();
    let service = Service::start(school.path(), &[("RATE_LIMIT_PER_MINUTE", "0"), ("WEBHOOK_WAIT_SECONDS", "0")]);
    let _parked = half_sent(&service);
    let bodies = worst_bodies();
    let answers = futures::future::join_all(bodies.iter().map(|body| service.webhook(body))).await;
    assert!(answers.iter().all(|answer| answer.status < 500), "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    assert_eq!(service.get("/health").await.status, 200);
    let peak = service.peak_memory();
    println!("peak {peak} MiB");
    assert!(peak < MOST_MEMORY, "{peak} MiB");
}

/// A control group of the kernel's that lets its processes hold so much memory and no more.
struct MemoryGroup {
    folder: PathBuf,
    events: &'static str,
}

impl MemoryGroup {
    fn new(bytes: u64) -> Result<Self, String> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        // The older hierarchy with a folder per controller, then the one of today.
        for (root, limit, events) in
            [("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.oom_control"), ("/sys/fs/cgroup", "memory.max", "memory.events")]
        {
            let folder =
                Path::new(root).join(format!("gradepost-test-{}-{bytes}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed)));
            if std::fs::create_dir(&folder).is_err() {
                continue;
            }
            let group = Self { folder, events };
            if std::fs::write(group.folder.join(limit), bytes.to_string()).is_ok() {
                return Ok(group);
            }
        }
        Err("no control group of memory can be made".to_owned())
    }

    fn add(&self, process: u32) {
        std::fs::write(self.folder.join("cgroup.procs"), process.to_string()).unwrap();
    }

    /// How many of its processes were ended for want of memory.
    fn killed(&self) -> String {
        let events = std::fs::read_to_string(self.folder.join(self.events)).unwrap();
        events.lines().find_map(|line| line.strip_prefix("oom_kill ")).unwrap_or("0").trim().to_owned()
    }
}

impl Drop for MemoryGroup {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.folder);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worst_events_and_a_lying_mail_server_fit_into_512_mib_together() {
    let Some(group) = peer("cgroup", MemoryGroup::new(512 * 1024 * 1024)) else { return };
    // Floods of one endless line, floods of lines, silence, and a message swallowed without a reply, in turn.
    let turn = Arc::new(AtomicUsize::new(0));
    let server = Scripted::start(false, move |verb| {
        let act = match turn.fetch_add(1, Ordering::Relaxed) % 5 {
            0 => Act::Flood(vec![b'a'; 65_536]),
            1 => Act::Flood(b"250-aaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(2_000)),
            2 => Act::Hang,
            _ => return None,
        };
        matches!(verb, "EHLO" | "RCPT" | "DATA" | "end").then_some(act)
    })
    .await;
    let school = school();
    let port = server.port().to_string();
    let mut service = Service::start(
        school.path(),
        &[
            ("RATE_LIMIT_PER_MINUTE", "0"),
            ("WEBHOOK_WAIT_SECONDS", "0"),
            ("MAIL_TRANSPORT", "smtp"),
            ("SMTP_SERVER", "127.0.0.1"),
            ("SMTP_PORT", &port),
            ("SMTP_TLS", "none"),
            ("SMTP_TIMEOUT_SECONDS", "2"),
            ("SWEEP_SECONDS", "1"),
        ],
    );
    group.add(service.pid());
    service.leaves_jobs_open("the mail server lies and hangs");
    let _parked = half_sent(&service);
    let mut bodies = worst_bodies();
    bodies.extend((0..40).map(|number| completion(&format!("good{number}"))));
    let _idle: Vec<TcpStream> = (0..300).map(|_| connect(&service)).collect();
    let answers = futures::future::join_all(bodies.iter().map(|body| service.webhook(body))).await;
    assert!(answers.iter().all(|answer| answer.status < 500), "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    until(|| service.log(), async || (server.count("EHLO") >= 10).then_some(())).await;
    assert_eq!(service.get("/health").await.status, 200, "{}", service.log());
    assert!(server.seen().flooded > 0, "the server lied: {:?}", server.seen().verbs);
    assert_eq!(group.killed(), "0");
    println!("peak {} MiB, {} bytes of floods taken", service.peak_memory(), server.seen().flooded);
    // The group goes only when nobody is in it.
    service.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_whose_answers_swell_and_the_worst_events_fit_into_512_mib_together() {
    let Some(group) = peer("cgroup", MemoryGroup::new(512 * 1024 * 1024)) else { return };
    // Larger than any honest answer in bytes, in entries, and in depth.
    let bloated = |piece: &str, times: usize| format!("{{\"data\":[{}{{}}],\"meta\":{{\"totalPages\":1}}}}", piece.repeat(times));
    let answers = [
        bloated("{\"a\":[[[[[[]]]]]]},", 1_000_000),
        bloated("{},", 4_000_000),
        bloated("{\"answers\":[{},{},{},{}]},", 500_000),
        "[".repeat(10_000_000),
    ];
    let asked = Arc::new(AtomicUsize::new(0));
    let turn = Arc::clone(&asked);
    let platform = wiremock::MockServer::start().await;
    let answer = move |_: &wiremock::Request| {
        let body = answers[turn.fetch_add(1, Ordering::Relaxed) % answers.len()].clone();
        wiremock::ResponseTemplate::new(200).set_body_raw(body, "application/json")
    };
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(answer).mount(&platform).await;
    let address = platform.uri();
    let school = school();
    let settings = [
        ("SCHOOL_DOMAIN", address.as_str()),
        ("CLIENT_ID", "c"),
        ("ACCESS_TOKEN", "t"),
        ("WEBHOOK_WAIT_SECONDS", "0"),
        ("SWEEP_SECONDS", "1"),
    ];
    let mut service = Service::start(school.path(), &settings);
    group.add(service.pid());
    service.leaves_jobs_open("the platform never gives an answer that can be used");
    let _parked = half_sent(&service);
    let bare = |number: usize| {
        let id = format!("{number:024x}");
        format!(
            r#"{{"user":{{"id":"{id}","email":"s{number}@example.com"}},"assessment":{{"title":"Test de diagnóstico Parte 1","url":"https://s.cl/path-player?unit={:024x}"}}}}"#,
            number % 8
        )
    };
    let bodies: Vec<String> = worst_bodies().into_iter().chain((0..80).map(bare)).collect();
    let answers = futures::future::join_all(bodies.iter().map(|body| service.webhook(body))).await;
    assert!(answers.iter().all(|answer| answer.status < 500), "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    let told = || format!("{} answers asked for\n{}", asked.load(Ordering::Relaxed), service.log());
    until(told, async || (asked.load(Ordering::Relaxed) >= 8).then_some(())).await;
    until(|| service.log(), async || service.log().contains("platform_oversized").then_some(())).await;
    assert_eq!(service.get("/health").await.status, 200, "{}", service.log());
    assert_eq!(group.killed(), "0");
    println!("peak {} MiB, {} answers asked for", service.peak_memory(), asked.load(Ordering::Relaxed));
    // The group goes only when nobody is in it.
    service.kill();
}

#[tokio::test]
async fn refused_calls_are_counted_over_a_restart_and_many_wrong_signatures_reach_the_admin_in_spanish() {
    let school = school();
    let settings = [("ADMIN_EMAIL", "admin@colegio.example"), ("RATE_LIMIT_PER_MINUTE", "0")];
    let mut service = Service::start(school.path(), &settings);
    for _ in 0..12 {
        let wrong = service.client().post(service.url("/webhook")).header(TOKEN, "v1=wrong-secret").body("{}");
        assert_eq!(service.send(wrong).await.status, 401);
    }
    assert!(service.terminate().success(), "{}", service.whole_log());
    let records: Vec<String> = files(&school.path().join("refusals"));
    let [record] = &records[..] else { panic!("one hour, or two at its turn: {records:?}") };
    let text = std::fs::read_to_string(school.path().join("refusals").join(record)).unwrap();
    let hour: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(hour["reasons"]["mismatch"]["count"], 12, "{text}");
    assert!(!text.contains("wrong-secret") && !text.contains("127.0.0.1"), "{text}");
    let alerts = mails(school.path());
    let [alert] = &alerts[..] else { panic!("one mail: {alerts:#?}\n{}", service.log()) };
    // Soft line breaks of quoted-printable.
    let body = alert.replace("=\r\n", "");
    assert!(body.contains("12 avisos") && body.contains("WEBHOOK_SECRET"), "{body}");
    assert!(!alert.contains("calls to /webhook"), "the school's language is Spanish: {alert}");
}
