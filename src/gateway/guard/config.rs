//! What the guard lets pass: the settings.

use std::net::SocketAddr;

use url::Url;

use crate::env::{Env, shown};
use crate::gateway::guard::url_policy::Policy;

/// The guard's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GuardConfig {
    /// `WEBHOOK_ALLOW_HTTP`, `WEBHOOK_ALLOW_NETWORKS`, `WEBHOOK_ALLOW_PORTS`, `WEBHOOK_NAT64_PREFIXES`.
    pub policy: Policy,
    /// `WEBHOOK_PROXY`: the one way out, for networks that have one.
    pub proxy: Option<Url>,
    /// `WEBHOOK_DNS_SERVERS`: who is asked for names, instead of the system's servers.
    pub dns: Vec<SocketAddr>,
}

impl GuardConfig {
    /// Reads the variables named at the fields.
    pub fn from_env(env: &mut Env) -> Self {
        let mut policy = Policy { allow_http: env.switch("WEBHOOK_ALLOW_HTTP", false), ..Policy::default() };
        for entry in entries(env, "WEBHOOK_ALLOW_NETWORKS") {
            if let Err(message) = policy.allow(&entry) {
                env.problem("WEBHOOK_ALLOW_NETWORKS", message);
            }
        }
        for entry in entries(env, "WEBHOOK_ALLOW_PORTS") {
            match entry.parse() {
                Ok(port) if port > 0 => policy.ports.push(port),
                _ => env.problem("WEBHOOK_ALLOW_PORTS", format!("{} is no port from 1 to 65535", shown(&entry))),
            }
        }
        for entry in entries(env, "WEBHOOK_NAT64_PREFIXES") {
            if let Err(message) = policy.add_nat64(&entry) {
                env.problem("WEBHOOK_NAT64_PREFIXES", message);
            }
        }
        let mut dns = Vec::new();
        for entry in entries(env, "WEBHOOK_DNS_SERVERS") {
            match entry.parse().or_else(|_| entry.parse().map(|address| SocketAddr::new(address, 53))) {
                Ok(server) => dns.push(server),
                Err(_) => env.problem("WEBHOOK_DNS_SERVERS", format!("{} is no address like 10.0.0.2 or 10.0.0.2:53", shown(&entry))),
            }
        }
        Self { policy, proxy: proxy(env), dns }
    }

    /// The demonstration on one machine: receivers beside us, on plain http.
    pub fn open_on_this_machine(&mut self) {
        self.policy.allow_http = true;
        for entry in ["127.0.0.0/8", "::1", "localhost"] {
            // Each of them is one.
            let _ = self.policy.allow(entry);
        }
    }
}

fn entries(env: &Env, name: &str) -> Vec<String> {
    env.var(name).unwrap_or_default().split([',', ' ', ';']).filter(|entry| !entry.is_empty()).map(str::to_ascii_lowercase).collect()
}

fn proxy(env: &mut Env) -> Option<Url> {
    let raw = env.var("WEBHOOK_PROXY")?.to_owned();
    let url = Url::parse(&raw).ok().filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host());
    if url.is_none() {
        // The value may hold a password.
        env.problem("WEBHOOK_PROXY", "is no address like http://proxy.school.example:3128");
    }
    url
}
