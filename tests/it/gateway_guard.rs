//! The guard in the running service: what outsiders name as a URL, names that change their answer, and proxies of the environment.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::dns_server::DnsServer;
use crate::harness::{Answer, Service, until};

const MASTER: &str = "a master secret of at least thirty-two characters";
const ADMIN: &str = "an admin token of the stories";

/// A listener that counts its connections and answers each with 200.
fn listener(address: &str, port: u16) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((address, port)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let connections = count.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            connections.fetch_add(1, Ordering::SeqCst);
            std::thread::spawn(move || {
                let _ = stream.read(&mut [0; 8192]);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
            });
        }
    });
    (port, count)
}

fn start(folder: &Path, settings: &[(&str, &str)]) -> Service {
    let usual = [("ADMIN_TOKEN", ADMIN), ("WEBHOOK_ENCRYPTION_KEY", MASTER)];
    Service::start(folder, &[&usual, settings].concat())
}

async fn post(service: &Service, path: &str, body: Value) -> Answer {
    service.send(service.client().post(service.url(path)).bearer_auth(ADMIN).json(&body)).await
}

async fn register(service: &Service, url: &str) -> Answer {
    post(service, "/register_webhooks", json!({ "university_id": "INST_A", "webhook_url": url })).await
}

async fn submit(service: &Service) -> String {
    let answer =
        post(service, "/submit_grade", json!({ "student_id": "1", "course_id": "C", "grade": "A", "university_id": "INST_A" })).await;
    answer.body["webhook_response"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
}

#[tokio::test]
async fn urls_that_lead_inside_are_refused_when_they_are_registered_and_the_answer_says_which_rule() {
    let folder = tempfile::tempdir().unwrap();
    let service = start(folder.path(), &[]);
    for (url, rule) in [
        ("https://169.254.169.254/latest/meta-data/", "169.254.0.0/16"),
        ("https://0x7f000001/", "127.0.0.0/8"),
        ("https://[::ffff:10.0.0.1]/", "::/8"),
        ("https://metadata.google.internal/", "*.internal"),
        ("https://localhost/", "*.localhost"),
        ("http://school.example/", "WEBHOOK_ALLOW_HTTP"),
        ("https://user:pw@school.example/", "user name or password"),
        ("https://school.example:22/", "WEBHOOK_ALLOW_PORTS"),
    ] {
        let refused = register(&service, url).await;
        assert!(refused.status == 400 && refused.body["error"].as_str().unwrap().contains(rule), "{url}: {}", refused.text);
        assert!(!refused.text.contains("pw"));
    }
    // A name that is not there yet may come.
    assert_eq!(register(&service, "https://not-there-yet.example.invalid/hook").await.status, 200);
}

#[tokio::test]
async fn a_name_that_turns_to_this_machine_is_not_called_and_the_log_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let dns = DnsServer::start();
    dns.has("rebind.example", &["127.0.0.2"]);
    let (port, good) = listener("127.0.0.2", 0);
    let (_, bad) = listener("127.0.0.1", port);
    let (servers, ports) = (dns.address.to_string(), port.to_string());
    let service = start(
        folder.path(),
        &[
            ("WEBHOOK_DNS_SERVERS", &servers),
            ("WEBHOOK_ALLOW_PORTS", &ports),
            ("WEBHOOK_ALLOW_NETWORKS", "127.0.0.2/32"),
            ("WEBHOOK_ALLOW_HTTP", "true"),
        ],
    );
    service.leaves_jobs_open("the name leads to where nothing may be called");
    assert_eq!(register(&service, &format!("http://rebind.example:{port}/")).await.status, 200);
    assert_eq!(submit(&service).await, "Success");
    dns.has("rebind.example", &["127.0.0.1"]);
    assert_eq!(submit(&service).await, "Failed");
    assert_eq!((good.load(Ordering::SeqCst), bad.load(Ordering::SeqCst)), (1, 0));
    // The log hears of an attempt within a second or so.
    let log = until(
        || format!("two attempts\n{}", service.log()),
        async || {
            let log = service.send(service.client().get(service.url("/webhook-logs/INST_A")).bearer_auth(ADMIN)).await;
            log.body["data"].as_array().is_some_and(|attempts| attempts.len() > 1).then_some(log)
        },
    )
    .await;
    let error = log.body["data"][0]["error"].as_str().unwrap_or_else(|| panic!("{}", log.text));
    assert!(error.contains("rebind.example leads to 127.0.0.1") && error.contains("127.0.0.0/8"), "{error}");
}

#[tokio::test]
async fn proxies_of_the_environment_get_no_byte_of_a_delivery() {
    let folder = tempfile::tempdir().unwrap();
    let (proxy_port, proxied) = listener("127.0.0.1", 0);
    let (port, received) = listener("127.0.0.1", 0);
    let proxy = format!("http://127.0.0.1:{proxy_port}");
    let names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let mut settings: Vec<(&str, &str)> = names.iter().map(|name| (*name, proxy.as_str())).collect();
    settings.extend([("WEBHOOK_ALLOW_NETWORKS", "127.0.0.1"), ("WEBHOOK_ALLOW_HTTP", "true")]);
    let service = start(folder.path(), &settings);
    assert_eq!(register(&service, &format!("http://127.0.0.1:{port}/")).await.status, 200);
    assert_eq!(submit(&service).await, "Success");
    assert_eq!((received.load(Ordering::SeqCst), proxied.load(Ordering::SeqCst)), (1, 0));
}
