//! The bridge's settings: none of it exists until `EVENTS_KAFKA` names a broker.

use secrecy::SecretString;

use crate::env::{Env, shown};

/// The longest name that Kafka takes for a topic.
const MOST_TOPIC: usize = 249;
/// `KAFKA_CA_FILE`: the machine's own certificates.
const OF_THE_SYSTEM: &str = "system";

/// The settings of this room.
#[derive(Debug, Clone)]
pub struct KafkaConfig {
    /// `EVENTS_KAFKA`: brokers to ask first, as `host:port`.
    pub brokers: Vec<String>,
    /// `KAFKA_TOPIC_IN`: where events come from and go to.
    pub topic: String,
    /// `KAFKA_TOPIC_RETRY`: what waits, and commands to try it now.
    pub topic_retry: String,
    /// `KAFKA_SASL_MECHANISM`, `KAFKA_SASL_USER`, `KAFKA_SASL_PASSWORD`.
    pub sasl: Option<Sasl>,
    /// `KAFKA_CA_FILE`: TLS, and which certificates are believed.
    pub tls: Option<Roots>,
}

/// Who we are to the brokers.
#[derive(Debug, Clone)]
pub struct Sasl {
    /// How it is proven.
    pub mechanism: Mechanism,
    /// The user.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

/// How a user is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// The password itself.
    Plain,
    /// SCRAM-SHA-256.
    ScramSha256,
    /// SCRAM-SHA-512.
    ScramSha512,
}

/// Whose certificates are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Roots {
    /// The machine's.
    System,
    /// Those of a file, as PEM.
    File(Vec<u8>),
}

impl KafkaConfig {
    /// Reads the section; problems are collected in `env`. `None` where no broker is named.
    pub fn from_env(env: &mut Env) -> Option<Self> {
        let brokers = brokers(env);
        let topic = topic_of(env, "KAFKA_TOPIC_IN", "webhook_payload");
        let topic_retry = topic_of(env, "KAFKA_TOPIC_RETRY", "retry_sub");
        if topic.eq_ignore_ascii_case(&topic_retry) {
            env.problem("KAFKA_TOPIC_RETRY", "names the same topic as KAFKA_TOPIC_IN; events and commands need one each");
        }
        let (tls, sasl) = (roots(env), sasl(env));
        let brokers = brokers?;
        if env.var("GATEWAY").is_some_and(|mode| mode.eq_ignore_ascii_case("off")) {
            env.problem("EVENTS_KAFKA", "events go through the gateway, but GATEWAY=off; remove one of the two");
        }
        Some(Self { brokers, topic, topic_retry, sasl, tls })
    }
}

fn brokers(env: &mut Env) -> Option<Vec<String>> {
    let listed = env.var("EVENTS_KAFKA")?.to_owned();
    let mut brokers = Vec::new();
    for broker in listed.split(',').map(str::trim).filter(|broker| !broker.is_empty()) {
        if is_broker(broker) {
            brokers.push(broker.to_owned());
        } else {
            env.problem("EVENTS_KAFKA", format!("{} is no broker; name each as host:port, with commas between", shown(broker)));
        }
    }
    if brokers.is_empty() && !env.has_problem("EVENTS_KAFKA") {
        env.problem("EVENTS_KAFKA", "names no broker; name each as host:port, with commas between");
    }
    Some(brokers)
}

fn is_broker(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let is_literal = host.starts_with('[') && host.ends_with(']');
    let is_host = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    (is_host || is_literal) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

fn topic_of(env: &mut Env, name: &str, usual: &str) -> String {
    let topic = env.var(name).unwrap_or(usual).to_owned();
    let is_fine = topic.len() <= MOST_TOPIC
        && !topic.starts_with('.')
        && topic.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if !is_fine {
        let message = format!("{} is no topic; its name has letters, digits, '-', '_' and '.', and does not begin with '.'", shown(&topic));
        env.problem(name, message);
        return usual.to_owned();
    }
    topic
}

fn sasl(env: &mut Env) -> Option<Sasl> {
    let mechanisms = [
        ("PLAIN", Some(Mechanism::Plain)),
        ("SCRAM-SHA-256", Some(Mechanism::ScramSha256)),
        ("SCRAM-SHA-512", Some(Mechanism::ScramSha512)),
    ];
    let mechanism = env.one_of("KAFKA_SASL_MECHANISM", None, &mechanisms);
    let user = env.var("KAFKA_SASL_USER").map(ToOwned::to_owned);
    let password = env.secret(&["KAFKA_SASL_PASSWORD"]);
    if mechanism.is_none() && env.has_problem("KAFKA_SASL_MECHANISM") {
        return None;
    }
    match (mechanism, user, password) {
        (None, None, None) => None,
        (Some(mechanism), Some(user), Some(password)) => Some(Sasl { mechanism, user, password }),
        (mechanism, user, password) => {
            let given = [
                ("KAFKA_SASL_MECHANISM", mechanism.is_some()),
                ("KAFKA_SASL_USER", user.is_some()),
                ("KAFKA_SASL_PASSWORD", password.is_some()),
            ];
            for (name, _) in given.into_iter().filter(|(name, is_given)| !is_given && !env.has_problem(name)).collect::<Vec<_>>() {
                env.problem(name, "is missing; mechanism, user and password belong together");
            }
            None
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a mounted certificate is part of the environment")]
fn roots(env: &mut Env) -> Option<Roots> {
    let path = env.var("KAFKA_CA_FILE")?.to_owned();
    if path.eq_ignore_ascii_case(OF_THE_SYSTEM) {
        return Some(Roots::System);
    }
    match std::fs::read(&path) {
        Ok(pem) => Some(Roots::File(pem)),
        Err(error) => {
            env.problem("KAFKA_CA_FILE", format!("cannot read {path}: {error}; '{OF_THE_SYSTEM}' stands for the machine's certificates"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (Option<KafkaConfig>, Vec<String>) {
        let mut env = Env::from_pairs(pairs.iter().copied());
        let config = KafkaConfig::from_env(&mut env);
        (config, env.problems().iter().map(|problem| problem.variable.clone()).collect())
    }

    #[test]
    fn without_a_broker_there_is_no_bridge() {
        let (config, problems) = read(&[("KAFKA_TOPIC_IN", "grades")]);
        assert!(config.is_none() && problems.is_empty());
    }

    #[test]
    fn brokers_topics_and_credentials_are_read() {
        let (config, problems) = read(&[
            ("EVENTS_KAFKA", "kafka-1:9092, [::1]:9093"),
            ("KAFKA_SASL_MECHANISM", "scram-sha-512"),
            ("KAFKA_SASL_USER", "gradepost"),
            ("KAFKA_SASL_PASSWORD", "f3c9a1"),
            ("KAFKA_CA_FILE", "system"),
        ]);
        let config = config.unwrap();
        assert_eq!((config.brokers.len(), config.topic.as_str(), config.topic_retry.as_str()), (2, "webhook_payload", "retry_sub"));
        assert_eq!(config.sasl.as_ref().map(|sasl| sasl.mechanism), Some(Mechanism::ScramSha512));
        assert!(config.tls == Some(Roots::System) && problems.is_empty(), "{problems:?}");
        assert!(!format!("{config:?}").contains("f3c9a1"));
    }

    #[test]
    fn every_bad_value_is_told_together() {
        let (_, problems) = read(&[
            ("EVENTS_KAFKA", "kafka://one:9092,two,three:0"),
            ("KAFKA_TOPIC_IN", "a b"),
            ("KAFKA_TOPIC_RETRY", "webhook_payload"),
            ("KAFKA_SASL_MECHANISM", "PLAIN"),
            ("KAFKA_CA_FILE", "/does/not/exist.pem"),
            ("GATEWAY", "off"),
        ]);
        let expected = [
            "EVENTS_KAFKA",
            "EVENTS_KAFKA",
            "EVENTS_KAFKA",
            "KAFKA_TOPIC_IN",
            "KAFKA_TOPIC_RETRY",
            "KAFKA_CA_FILE",
            "KAFKA_SASL_USER",
            "KAFKA_SASL_PASSWORD",
            "EVENTS_KAFKA",
        ];
        assert_eq!(problems, expected);
    }
}
