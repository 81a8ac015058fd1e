//! Settings of the HTTP server.

use std::time::Duration;

use secrecy::SecretString;

use crate::env::{Env, shown};
use crate::http::limits::{AddressRange, TrustedProxies};

/// The largest `MAX_BODY_BYTES`: several such bodies are held in memory at once.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// Settings of the HTTP server.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// `PORT` (default 8080): where to listen, on all addresses.
    pub port: u16,
    /// `WEBHOOK_WAIT_SECONDS` (default 3): how long `/webhook` waits for the report before it answers 202; 0 = not at all.
    pub webhook_wait: Duration,
    /// `MAX_BODY_BYTES` (default 1 MiB): larger bodies are answered 413.
    pub max_body_bytes: usize,
    /// `RATE_LIMIT_PER_MINUTE` (default 600): calls to `/webhook` without a valid signature per source address; 0 = no limit.
    pub rate_limit_per_minute: u32,
    /// `MAX_CONNECTIONS` (default: what the process's limit of open files allows, at most 2048): connections at once.
    pub max_connections: Option<usize>,
    /// `ADMIN_TOKEN`: opens `/metrics` and the details of `/ready`.
    pub admin_token: Option<SecretString>,
    /// `METRICS_PUBLIC` (default false): `/metrics` needs no token.
    pub metrics_public: bool,
    /// `TASK_TOKEN`: the bearer token with which a task queue or scheduler calls `/tasks/*`.
    pub task_token: Option<SecretString>,
    /// `TRUSTED_PROXIES`: whose `X-Forwarded-For` is believed; with `K_SERVICE` set also Cloud Run's front end.
    pub proxies: TrustedProxies,
    /// The longest time a request's body may take to arrive. Answering has no such limit: what is accepted must not be answered as if it were not.
    pub arrival_limit: Duration,
    /// The longest time a connection is kept open between two requests; Cloud Run's front end keeps its own open for ten minutes and must not meet one that is just closed.
    pub idle_limit: Duration,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            port: 8080,
            webhook_wait: Duration::from_secs(3),
            max_body_bytes: 1024 * 1024,
            rate_limit_per_minute: 600,
            max_connections: None,
            admin_token: None,
            metrics_public: false,
            task_token: None,
            proxies: TrustedProxies::default(),
            arrival_limit: Duration::from_secs(30),
            idle_limit: Duration::from_secs(75),
        }
    }
}

impl HttpConfig {
    /// Reads the variables named at the fields.
    pub fn from_env(env: &mut Env) -> Self {
        let default = Self::default();
        let wait = env.parsed("WEBHOOK_WAIT_SECONDS", default.webhook_wait.as_secs(), "a whole number of seconds from 0 to 25");
        if wait > 25 {
            env.problem("WEBHOOK_WAIT_SECONDS", "more than 25 seconds is longer than a platform waits; use 0 to 25");
        }
        let max_body_bytes = env.parsed("MAX_BODY_BYTES", default.max_body_bytes, "a number of bytes");
        if !(1024..=LARGEST_BODY).contains(&max_body_bytes) {
            env.problem("MAX_BODY_BYTES", format!("use 1024 (less would refuse ordinary events) to {LARGEST_BODY}"));
        }
        let max_connections = env.parsed("MAX_CONNECTIONS", 0, "a whole number");
        if env.var("MAX_CONNECTIONS").is_some() && !(16..=100_000).contains(&max_connections) {
            env.problem("MAX_CONNECTIONS", "use 16 to 100000, or leave it out");
        }
        let on_cloud_run = env.var("K_SERVICE").is_some();
        Self {
            port: env.parsed("PORT", default.port, "a port number from 0 to 65535"),
            webhook_wait: Duration::from_secs(wait.min(25)),
            max_body_bytes: max_body_bytes.clamp(1024, LARGEST_BODY),
            rate_limit_per_minute: env.parsed("RATE_LIMIT_PER_MINUTE", default.rate_limit_per_minute, "a whole number"),
            max_connections: Some(max_connections).filter(|most| *most >= 16),
            admin_token: env.guard(&["ADMIN_TOKEN"]),
            metrics_public: env.switch("METRICS_PUBLIC", false),
            task_token: env.guard(&["TASK_TOKEN"]),
            proxies: TrustedProxies { every_peer: on_cloud_run, ranges: ranges(env) },
            arrival_limit: default.arrival_limit,
            idle_limit: if on_cloud_run { Duration::from_secs(650) } else { default.idle_limit },
        }
    }
}

fn ranges(env: &mut Env) -> Vec<AddressRange> {
    let raw = env.var("TRUSTED_PROXIES").unwrap_or_default().to_owned();
    let mut ranges = Vec::new();
    for entry in raw.split([',', ' ', ';']).filter(|entry| !entry.is_empty()) {
        match AddressRange::parse(entry) {
            Some(range) => ranges.push(range),
            None => env.problem("TRUSTED_PROXIES", format!("{} is no address and no range like 10.0.0.0/8", shown(entry))),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_would_open_or_break_the_service_are_problems() {
        for (name, value) in [
            ("ADMIN_TOKEN", "\"\""),
            ("ADMIN_TOKEN", "x"),
            ("TASK_TOKEN", "''"),
            ("TASK_TOKEN", "changeme"),
            ("MAX_BODY_BYTES", "99999999999"),
            ("MAX_BODY_BYTES", "10"),
            ("MAX_CONNECTIONS", "0"),
            ("TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
        ] {
            let mut env = Env::from_pairs([(name, value)]);
            HttpConfig::from_env(&mut env);
            assert_eq!(env.problems().iter().map(|problem| problem.variable.as_str()).collect::<Vec<_>>(), [name], "{value}");
        }
    }

    #[test]
    fn trusted_proxies_are_read() {
        let mut env = Env::from_pairs([("TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::1"), ("K_SERVICE", "gradepost")]);
        let config = HttpConfig::from_env(&mut env);
        assert!(env.problems().is_empty() && config.proxies.every_peer && config.proxies.ranges.len() == 2);
        assert!(config.idle_limit > Duration::from_mins(10));
    }
}
