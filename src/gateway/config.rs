//! The gateway's settings.

use secrecy::{ExposeSecret as _, SecretString};

use crate::env::Env;
use crate::gateway::guard::config::GuardConfig;

/// A key that secrets are sealed under has at least so many characters.
const KEY_CHARACTERS: usize = 32;

/// The settings of this room.
#[derive(Debug, Clone)]
pub struct GatewayConfig {
    /// `GATEWAY`: whether institutions may register and hear of events.
    pub mode: Mode,
    /// `WEBHOOK_ENCRYPTION_KEY`: what secrets are sealed under.
    pub key: Option<SecretString>,
    /// `WEBHOOK_ENCRYPTION_KEY_PREVIOUS`: the one before it, which still opens.
    pub key_previous: Option<SecretString>,
    /// `WEBHOOK_SECRETS_READABLE`: a secret is shown as often as it is asked for (migration from Svix).
    pub secrets_readable: bool,
    /// `GATEWAY_KEEP_ATTEMPTS_DAYS`.
    pub keep_attempts_days: u16,
    /// `GATEWAY_KEEP_PAYLOADS_DAYS`.
    pub keep_payloads_days: u16,
    /// `GATEWAY_KEEP_DEAD_DAYS`.
    pub keep_dead_days: u16,
    /// `GATEWAY_RATE`: deliveries a second to an endpoint that names no rate of its own.
    pub rate: u32,
    /// `GATEWAY_SCHOOL`: the uid of the institution that hears of this school's own reports.
    pub school: String,
    /// Whether events are told on a message bus (`EVENTS_KAFKA`).
    pub outbox: bool,
    /// Which URLs and addresses may be called.
    pub guard: GuardConfig,
}

/// Whether the gateway is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Once somebody could use it: an admin token or an endpoint exists, or it is open.
    Auto,
    /// Yes.
    On,
    /// No.
    Off,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            mode: Mode::Auto,
            key: None,
            key_previous: None,
            secrets_readable: false,
            keep_attempts_days: 30,
            keep_payloads_days: 30,
            keep_dead_days: 90,
            rate: 20,
            school: "school".to_owned(),
            outbox: false,
            guard: GuardConfig::default(),
        }
    }
}

impl GatewayConfig {
    /// Reads the section; problems are collected in `env`.
    pub fn from_env(env: &mut Env) -> Self {
        let usual = Self::default();
        let key = key(env, "WEBHOOK_ENCRYPTION_KEY");
        let key_previous = key_previous(env);
        let open = env.switch("GATEWAY_OPEN", false);
        let mut guard = GuardConfig::from_env(env);
        if open {
            guard.open_on_this_machine();
        }
        Self {
            mode: env.one_of("GATEWAY", Mode::Auto, &[("auto", Mode::Auto), ("on", Mode::On), ("off", Mode::Off)]),
            key,
            key_previous,
            secrets_readable: env.switch("WEBHOOK_SECRETS_READABLE", false),
            keep_attempts_days: days(env, "GATEWAY_KEEP_ATTEMPTS_DAYS", usual.keep_attempts_days),
            keep_payloads_days: days(env, "GATEWAY_KEEP_PAYLOADS_DAYS", usual.keep_payloads_days),
            keep_dead_days: days(env, "GATEWAY_KEEP_DEAD_DAYS", usual.keep_dead_days),
            rate: in_range(env, "GATEWAY_RATE", usual.rate, 1, 100_000, "a whole number of deliveries a second from 1 to 100000"),
            school: env.var("GATEWAY_SCHOOL").unwrap_or(&usual.school).to_owned(),
            outbox: env.var("EVENTS_KAFKA").is_some(),
            guard,
        }
    }
}

fn key_previous(env: &mut Env) -> Option<SecretString> {
    key(env, "WEBHOOK_ENCRYPTION_KEY_PREVIOUS")
}

fn key(env: &mut Env, name: &'static str) -> Option<SecretString> {
    let secret = env.secret(&[name])?;
    if secret.expose_secret().chars().count() < KEY_CHARACTERS {
        let message = format!(
            "is too short: secrets of others are sealed under it, so it needs at least {KEY_CHARACTERS} characters; make one with: openssl rand -hex 32"
        );
        env.problem(name, message);
        return None;
    }
    Some(secret)
}

fn days(env: &mut Env, name: &str, default: u16) -> u16 {
    in_range(env, name, default, 1, 3650, "a whole number of days from 1 to 3650")
}

fn in_range<T: Copy + PartialOrd + std::fmt::Display + std::str::FromStr>(
    env: &mut Env,
    name: &str,
    default: T,
    least: T,
    most: T,
    what: &str,
) -> T {
    let value = env.parsed(name, default, what);
    if value < least || value > most {
        env.problem(name, format!("{value} is outside {least} to {most}"));
        return default;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_off_until_it_is_set_and_a_short_key_is_a_problem() {
        let config = GatewayConfig::from_env(&mut Env::from_pairs::<String, String>([]));
        assert!(config.mode == Mode::Auto && config.key.is_none() && !config.secrets_readable);
        let mut env = Env::from_pairs([
            ("WEBHOOK_ENCRYPTION_KEY", "short"),
            ("GATEWAY", "perhaps"),
            ("GATEWAY_KEEP_PAYLOADS_DAYS", "0"),
            ("GATEWAY_RATE", "many"),
        ]);
        GatewayConfig::from_env(&mut env);
        let named: Vec<&str> = env.problems().iter().map(|problem| problem.variable.as_str()).collect();
        assert_eq!(named, ["WEBHOOK_ENCRYPTION_KEY", "GATEWAY", "GATEWAY_KEEP_PAYLOADS_DAYS", "GATEWAY_RATE"]);
        assert!(!env.problems().iter().any(|problem| problem.to_string().contains("short,")));
    }
}
