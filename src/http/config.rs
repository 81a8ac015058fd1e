//! Settings of the front desk.

use std::time::Duration;

use secrecy::SecretString;

use crate::env::Env;

/// Settings of the HTTP server.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// `PORT` (default 8080): where to listen, on all addresses.
    pub port: u16,
    /// `WEBHOOK_WAIT_SECONDS` (default 3): how long `/webhook` waits for the report before it answers 202; 0 = not at all.
    pub webhook_wait: Duration,
    /// `MAX_BODY_BYTES` (default 1 MiB): larger bodies are answered 413.
    pub max_body_bytes: usize,
    /// `RATE_LIMIT_PER_MINUTE` (default 600): requests to `/webhook` per source address; 0 = no limit.
    pub rate_limit_per_minute: u32,
    /// `ADMIN_TOKEN`: opens `/metrics`; without it they are closed, unless they are public.
    pub admin_token: Option<SecretString>,
    /// `METRICS_PUBLIC` (default false): `/metrics` needs no token.
    pub metrics_public: bool,
    /// `TASK_TOKEN`: the bearer token with which a task queue or scheduler calls `/tasks/*`.
    pub task_token: Option<SecretString>,
    /// `K_SERVICE` is set: we stand behind Cloud Run's front end, which appends the caller's address to `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// The longest time a request's body may take to arrive. Answering has no such limit: what is accepted must not be answered as if it were not.
    pub arrival_limit: Duration,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            port: 8080,
            webhook_wait: Duration::from_secs(3),
            max_body_bytes: 1024 * 1024,
            rate_limit_per_minute: 600,
            admin_token: None,
            metrics_public: false,
            task_token: None,
            behind_proxy: false,
            arrival_limit: Duration::from_secs(30),
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
        if max_body_bytes < 1024 {
            env.problem("MAX_BODY_BYTES", "less than 1024 bytes would refuse ordinary events");
        }
        Self {
            port: env.parsed("PORT", default.port, "a port number from 0 to 65535"),
            webhook_wait: Duration::from_secs(wait.min(25)),
            max_body_bytes,
            rate_limit_per_minute: env.parsed("RATE_LIMIT_PER_MINUTE", default.rate_limit_per_minute, "a whole number"),
            admin_token: env.secret(&["ADMIN_TOKEN"]),
            metrics_public: env.switch("METRICS_PUBLIC", false),
            task_token: env.secret(&["TASK_TOKEN"]),
            behind_proxy: env.var("K_SERVICE").is_some(),
            arrival_limit: default.arrival_limit,
        }
    }
}
