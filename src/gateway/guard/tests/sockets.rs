//! The guard under the client that sends, over real sockets: all of 127.0.0.0/8 is this machine, so that "allowed" and "forbidden" need no network.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dns_server::{DnsServer, Reply};

use super::*;

#[path = "../../../../tests/parts/dns_server.rs"]
mod dns_server;

/// A receiver that counts its connections and answers each with the same bytes.
struct Receiver {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Receiver {
    fn at(address: &str, answer: &'static [u8]) -> Self {
        Self::on(TcpListener::bind((address, 0)).unwrap(), answer)
    }

    /// One on each address, with the same port: one that is free on the first may be taken on the other.
    fn on_both(addresses: [&str; 2], answer: &'static [u8]) -> [Self; 2] {
        loop {
            let first = TcpListener::bind((addresses[0], 0)).unwrap();
            if let Ok(second) = TcpListener::bind((addresses[1], first.local_addr().unwrap().port())) {
                return [Self::on(first, answer), Self::on(second, answer)];
            }
        }
    }

    fn on(listener: TcpListener, answer: &'static [u8]) -> Self {
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                count.fetch_add(1, Ordering::SeqCst);
                let mut stream = stream;
                std::thread::spawn(move || {
                    let mut buffer = [0; 4096];
                    let _ = stream.read(&mut buffer);
                    let _ = stream.write_all(answer);
                });
            }
        });
        Self { port, connections }
    }

    fn count(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

/// A guard over a name server of ours, that lets one address of this machine pass.
fn over(dns: &DnsServer, allow: &[&str]) -> Guard {
    let mut config = GuardConfig { dns: vec![dns.address], ..GuardConfig::default() };
    config.policy.allow_http = true;
    for entry in allow {
        config.policy.allow(entry).unwrap();
    }
    Guard::new(config)
}

/// The client as the sender builds it.
#[expect(clippy::disallowed_methods, reason = "a test looks at the guard through a client of its own")]
fn client(guard: &Guard) -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(guard.resolver().unwrap())
        .timeout(Duration::from_secs(15));
    if let Some(proxy) = guard.proxy() {
        builder = builder.proxy(reqwest::Proxy::all(proxy).unwrap());
    }
    builder.build().unwrap()
}

async fn post(guard: &Guard, client: &reqwest::Client, url: &str) -> Result<u16, String> {
    let url = Url::parse(url).unwrap();
    guard.check(&url)?;
    match client.post(url).body("{}").send().await {
        Ok(answer) => Ok(answer.status().as_u16()),
        Err(error) => Err(resolver::refusal(&error).map_or_else(|| format!("other: {error:?}"), |refused| refused.to_string())),
    }
}

#[tokio::test]
async fn a_name_that_turns_to_another_address_is_called_there_never() {
    let dns = DnsServer::start();
    let [good, bad] = Receiver::on_both(["127.0.0.2", "127.0.0.1"], OK);
    let guard = over(&dns, &["127.0.0.2/32"]);
    let client = client(&guard);
    let url = format!("http://rebind.example:{}/", good.port);
    let send = || async { client.post(&url).send().await };

    dns.has("rebind.example", &["127.0.0.2"]);
    assert_eq!(send().await.unwrap().status(), 200);
    dns.has("rebind.example", &["127.0.0.1"]);
    let refused = resolver::refusal(&send().await.unwrap_err()).unwrap().to_string();
    assert!(refused.contains("rebind.example leads to 127.0.0.1") && refused.contains("127.0.0.0/8"), "{refused}");
    // Both at once, in either order, and a good one beside an IPv6 one of this machine.
    for mixed in [&["127.0.0.2", "127.0.0.1"][..], &["127.0.0.1", "127.0.0.2"], &["127.0.0.2", "::1"], &["127.0.0.2", "::ffff:127.0.0.1"]] {
        dns.has("rebind.example", mixed);
        assert!(resolver::refusal(&send().await.unwrap_err()).is_some(), "{mixed:?}");
    }
    dns.has("rebind.example", &["127.0.0.2"]);
    assert_eq!(send().await.unwrap().status(), 200);
    assert_eq!((good.count(), bad.count()), (2, 0));
}

#[tokio::test]
async fn an_alias_is_judged_by_what_it_leads_to() {
    let dns = DnsServer::start();
    dns.says("alias.example", Reply::Alias("second.example"));
    dns.says("second.example", Reply::Alias("last.example"));
    dns.has("last.example", &["169.254.169.254"]);
    let guard = over(&dns, &[]);
    assert!(matches!(look(&guard, "https://alias.example/").await, UrlVerdict::Refused(Refused::Address { .. })));
    dns.has("last.example", &["93.184.216.34"]);
    assert_eq!(look(&guard, "https://alias.example/").await, UrlVerdict::Fine);
    assert!(dns.asked().iter().all(|name| name.ends_with(".example")), "no search domains: {:?}", dns.asked());
}

#[tokio::test]
async fn a_name_server_that_fails_or_is_silent_costs_a_bounded_time_and_is_told_apart() {
    let dns = DnsServer::start();
    dns.says("none.example", Reply::NoSuchName);
    dns.says("fails.example", Reply::Failure);
    dns.says("silent.example", Reply::Silence);
    let guard = over(&dns, &[]);
    let unresolved = |name: &'static str| {
        let guard = guard.clone();
        async move {
            match look(&guard, &format!("https://{name}.example/")).await {
                UrlVerdict::Unresolved(error) => error,
                other => panic!("{name}: {other:?}"),
            }
        }
    };
    let (none, fails, silent) = tokio::join!(unresolved("none"), unresolved("fails"), unresolved("silent"));
    assert!(matches!(none, NameError::NotFound(_)), "{none:?}");
    assert!(!matches!(fails, NameError::NotFound(_)), "{fails:?}");
    assert!(matches!(silent, NameError::TimedOut(_)), "{silent:?}");
}

#[tokio::test]
async fn a_redirect_to_this_machine_is_an_answer_and_is_not_followed() {
    let dns = DnsServer::start();
    dns.has("redirects.example", &["127.0.0.2"]);
    let inner = Receiver::at("127.0.0.1", OK);
    for status in [301, 302, 303, 307, 308] {
        for target in [format!("http://127.0.0.1:{}/", inner.port), format!("//127.0.0.1:{}/", inner.port), "/again".to_owned()] {
            let answer = format!("HTTP/1.1 {status} Moved\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let outer = Receiver::at("127.0.0.2", answer.leak().as_bytes());
            let guard = over(&dns, &["127.0.0.2/32"]);
            let answer = client(&guard).post(format!("http://redirects.example:{}/", outer.port)).send().await.unwrap();
            assert_eq!((answer.status().as_u16(), outer.count()), (status, 1));
        }
    }
    assert_eq!(inner.count(), 0);
}

#[tokio::test]
async fn an_explicit_proxy_gets_everything_and_literals_are_still_judged() {
    let dns = DnsServer::start();
    let proxy = Receiver::at("127.0.0.3", OK);
    let target = Receiver::at("127.0.0.1", OK);
    let mut config = GuardConfig {
        dns: vec![dns.address],
        proxy: Some(format!("http://proxy.inner:{}", proxy.port).parse().unwrap()),
        ..GuardConfig::default()
    };
    config.policy.allow_http = true;
    dns.has("proxy.inner", &["127.0.0.3"]);
    let guard = Guard::new(config);
    let client = client(&guard);
    assert_eq!(post(&guard, &client, "http://school.example/hook").await, Ok(200));
    assert_eq!(proxy.count(), 1);
    assert!(post(&guard, &client, &format!("http://127.0.0.1:{}/", target.port)).await.is_err());
    assert!(post(&guard, &client, "http://[::1]/").await.is_err());
    assert_eq!((proxy.count(), target.count()), (1, 0));
    assert!(!dns.asked().contains(&"school.example".to_owned()), "the proxy resolves it");
}

#[tokio::test]
async fn two_names_on_one_address_never_share_a_connection() {
    let dns = DnsServer::start();
    for name in ["one.example", "two.example"] {
        dns.has(name, &["127.0.0.2"]);
    }
    let kept_open = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    let receiver = Receiver::at("127.0.0.2", kept_open);
    let guard = over(&dns, &["127.0.0.2/32"]);
    let client = client(&guard);
    for name in ["one", "two"] {
        let answer = client.post(format!("http://{name}.example:{}/", receiver.port)).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "ok");
    }
    assert_eq!(receiver.count(), 2);
}

#[tokio::test]
async fn an_address_that_is_no_longer_allowed_is_refused_by_the_next_guard() {
    let dns = DnsServer::start();
    dns.has("moved.example", &["127.0.0.2"]);
    let receiver = Receiver::at("127.0.0.2", OK);
    let url = format!("http://moved.example:{}/", receiver.port);
    let (wide, narrow) = (over(&dns, &["127.0.0.2/32"]), over(&dns, &[]));
    assert!(client(&wide).post(&url).send().await.is_ok());
    assert!(resolver::refusal(&client(&narrow).post(&url).send().await.unwrap_err()).is_some());
    assert_eq!(receiver.count(), 1);
}
