//! Mail settings from the environment.

use std::time::Duration;

use secrecy::SecretString;

use crate::env::{Env, shown};
use crate::model::person::EmailAddress;

/// The address mails carry when nothing is configured and they only go to files; `.invalid` never resolves (RFC 2606).
const PLACEHOLDER_SENDER: &str = "informes@gradepost.invalid";

/// Who sends mail, in whose name, and how.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// `MAIL_TRANSPORT`: `smtp` or `file`; default `smtp` when `SMTP_SERVER` is set, else `file`.
    pub transport: TransportKind,
    /// `EMAIL_FROM`, else `EMAIL_USER`: the sender's address.
    pub sender: EmailAddress,
    /// `EMAIL_FROM_NAME`, else `SCHOOL_NAME`: the name beside the sender's address.
    pub sender_name: Option<String>,
    /// `EMAIL_REPLY_TO`: where a student's answer goes; default the sender.
    pub reply_to: Option<EmailAddress>,
    /// `ADMIN_EMAIL`: who is told when a person must act; several are separated by commas; none by default.
    pub admins: Vec<EmailAddress>,
    /// The mail server; there whenever the transport is `smtp`.
    pub smtp: Option<SmtpConfig>,
}

/// The ways a mail can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportKind {
    /// To a mail server.
    Smtp,
    /// Into the outbox as `.eml` files.
    File,
    /// Kept in memory, for tests; no setting chooses it, because the memory would fill.
    Memory,
}

/// How the mail server is reached.
#[derive(Debug, Clone)]
pub struct SmtpConfig {
    /// `SMTP_SERVER`: its host name; its certificate must bear it.
    pub server: String,
    /// `SMTP_PORT`: default 587.
    pub port: u16,
    /// `SMTP_TLS`: default implicit TLS on port 465, STARTTLS on all others.
    pub tls: TlsMode,
    /// `SMTP_CA_FILE`: further roots to trust, as PEM.
    pub ca_pem: Option<Vec<u8>>,
    /// `EMAIL_USER` with `EMAIL_PASSWORD`; without a password there is no login (a relay that knows us).
    pub login: Option<Login>,
    /// `SMTP_TIMEOUT_SECONDS`: the most time any one step may take; default 30 s. The message with its final reply gets four times as much.
    pub timeout: Duration,
    /// `SMTP_CONNECTIONS`: connections open at once; default 4.
    pub connections: usize,
}

/// Name and password for the mail server.
#[derive(Debug, Clone)]
pub struct Login {
    /// The user's name.
    pub user: String,
    /// The password (for Gmail an app password).
    pub password: SecretString,
}

/// How the connection is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// Plain at first, then upgraded; required, so a server that does not offer it gets no mail.
    StartTls,
    /// TLS from the first byte.
    Implicit,
    /// None: for a relay on the same machine.
    None,
}

impl MailConfig {
    /// Reads the mail variables; problems are noted in `env`.
    pub fn from_env(env: &mut Env) -> Self {
        let server = env.var("SMTP_SERVER").map(ToOwned::to_owned);
        let default = if server.is_some() { TransportKind::Smtp } else { TransportKind::File };
        let kinds = [("smtp", TransportKind::Smtp), ("file", TransportKind::File)];
        let transport = env.one_of("MAIL_TRANSPORT", default, &kinds);
        if transport == TransportKind::Smtp && server.is_none() {
            env.problem("SMTP_SERVER", "is not set, but MAIL_TRANSPORT=smtp needs it; set the mail server's host name");
        }
        let sender = sender(env, transport);
        Self {
            transport,
            sender,
            sender_name: env.first(&["EMAIL_FROM_NAME", "SCHOOL_NAME"]).map(ToOwned::to_owned),
            reply_to: addresses(env, "EMAIL_REPLY_TO").into_iter().next(),
            admins: addresses(env, "ADMIN_EMAIL"),
            smtp: server.map(|server| SmtpConfig::from_env(env, server)),
        }
    }

    /// A sender that keeps its mails in memory.
    pub fn for_testing() -> Self {
        Self {
            transport: TransportKind::Memory,
            sender: placeholder_sender(),
            sender_name: Some("Colegio de Prueba".to_owned()),
            reply_to: None,
            admins: Vec::new(),
            smtp: None,
        }
    }
}

impl SmtpConfig {
    fn from_env(env: &mut Env, server: String) -> Self {
        let port = env.parsed("SMTP_PORT", 587, "a port number");
        let default = if port == 465 { TlsMode::Implicit } else { TlsMode::StartTls };
        let modes = [("starttls", TlsMode::StartTls), ("implicit", TlsMode::Implicit), ("none", TlsMode::None)];
        let user = env.first(&["EMAIL_USER", "EMAIL_FROM"]).map(ToOwned::to_owned);
        let password = env.secret(&["EMAIL_PASSWORD", "EMAIL_PASS"]);
        let login = match (user, password) {
            (Some(user), Some(password)) => Some(Login { user, password }),
            (None, Some(_)) => {
                env.problem("EMAIL_USER", "is not set, but a password is; set the mail account's user name");
                None
            }
            (_, None) => None,
        };
        Self {
            server,
            port,
            tls: env.one_of("SMTP_TLS", default, &modes),
            ca_pem: ca_file(env),
            login,
            timeout: Duration::from_secs(within(env, "SMTP_TIMEOUT_SECONDS", 30, 1, 600)),
            connections: within(env, "SMTP_CONNECTIONS", 4, 1, 100) as usize,
        }
    }
}

/// A whole number between two bounds; anything else is a problem.
fn within(env: &mut Env, name: &str, default: u64, least: u64, most: u64) -> u64 {
    let value = env.parsed(name, default, "a whole number");
    if (least..=most).contains(&value) {
        return value;
    }
    env.problem(name, format!("{value} is out of range; use {least} to {most}"));
    default
}

/// The sender's address; some mail services log in by a user name that is none, so `EMAIL_FROM` goes first.
fn sender(env: &mut Env, transport: TransportKind) -> EmailAddress {
    let Some(raw) = env.first(&["EMAIL_FROM", "EMAIL_USER"]).map(ToOwned::to_owned) else {
        if transport == TransportKind::Smtp {
            env.problem("EMAIL_USER", "is not set; set the address the reports are sent from");
        }
        return placeholder_sender();
    };
    match EmailAddress::parse(&raw) {
        Ok(address) => address,
        Err(error) => {
            env.problem("EMAIL_FROM", format!("no usable sender: {error}; set EMAIL_FROM to the address the reports are sent from"));
            placeholder_sender()
        }
    }
}

fn placeholder_sender() -> EmailAddress {
    #[expect(clippy::unwrap_used, reason = "a constant, held valid by a test")]
    EmailAddress::parse(PLACEHOLDER_SENDER).unwrap()
}

fn addresses(env: &mut Env, name: &str) -> Vec<EmailAddress> {
    let raw = env.var(name).unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for part in raw.split([',', ';']).filter(|part| !part.trim().is_empty()) {
        match EmailAddress::parse(part) {
            Ok(address) => found.push(address),
            // What is no address at all may be a secret that got here.
            Err(error) if part.contains('@') => env.problem(name, format!("'{}': {error}", part.trim())),
            Err(error) => env.problem(name, format!("{}: {error}", shown(part.trim()))),
        }
    }
    found
}

#[expect(clippy::disallowed_methods, reason = "a mounted certificate is part of the environment")]
fn ca_file(env: &mut Env) -> Option<Vec<u8>> {
    let path = env.var("SMTP_CA_FILE")?.to_owned();
    match std::fs::read(&path) {
        Ok(pem) => Some(pem),
        Err(error) => {
            env.problem("SMTP_CA_FILE", format!("cannot read {path}: {error}"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (MailConfig, Vec<String>) {
        let mut env = Env::from_pairs(pairs.iter().copied());
        let config = MailConfig::from_env(&mut env);
        (config, env.problems().iter().map(|problem| problem.variable.clone()).collect())
    }

    #[test]
    fn without_a_server_mails_go_to_files() {
        let (config, problems) = read(&[]);
        assert_eq!((config.transport, config.sender.as_str()), (TransportKind::File, PLACEHOLDER_SENDER));
        assert!(problems.is_empty() && config.smtp.is_none());
    }

    #[test]
    fn the_names_of_older_installations_work() {
        let (config, problems) = read(&[("SMTP_SERVER", "smtp.x.cl"), ("EMAIL_FROM", "a@x.cl"), ("EMAIL_PASS", "secret")]);
        let smtp = config.smtp.expect("a server is set");
        assert!(problems.is_empty());
        assert_eq!((smtp.port, smtp.tls), (587, TlsMode::StartTls));
        assert_eq!(smtp.login.expect("a password is set").user, "a@x.cl");
    }

    #[test]
    fn the_port_decides_how_tls_begins_unless_told() {
        let tls = |pairs: &[(&str, &str)]| {
            let base = [("SMTP_SERVER", "s.x.cl"), ("EMAIL_USER", "a@x.cl")];
            read(&[&base, pairs].concat()).0.smtp.expect("a server is set").tls
        };
        assert_eq!(tls(&[("SMTP_PORT", "465")]), TlsMode::Implicit);
        assert_eq!(tls(&[("SMTP_PORT", "2525")]), TlsMode::StartTls);
        assert_eq!(tls(&[("SMTP_PORT", "25"), ("SMTP_TLS", "none")]), TlsMode::None);
    }

    #[test]
    fn a_user_name_that_is_no_address_needs_a_sender() {
        let (config, problems) = read(&[("SMTP_SERVER", "s"), ("EMAIL_USER", "apikey"), ("EMAIL_FROM", "a@x.cl"), ("EMAIL_PASSWORD", "p")]);
        assert!(problems.is_empty());
        assert_eq!((config.sender.as_str(), config.smtp.unwrap().login.unwrap().user.as_str()), ("a@x.cl", "apikey"));
        assert_eq!(read(&[("SMTP_SERVER", "s"), ("EMAIL_USER", "apikey")]).1, ["EMAIL_FROM"]);
    }

    #[test]
    fn every_problem_is_named() {
        let (_, problems) = read(&[
            ("MAIL_TRANSPORT", "smtp"),
            ("EMAIL_REPLY_TO", "nobody"),
            ("ADMIN_EMAIL", "a@x.cl, b"),
            ("SMTP_CA_FILE", "/does/not/exist.pem"),
        ]);
        assert_eq!(problems, ["SMTP_SERVER", "EMAIL_USER", "EMAIL_REPLY_TO", "ADMIN_EMAIL"]);
        let (_, problems) = read(&[
            ("SMTP_SERVER", "s"),
            ("EMAIL_USER", "a@x.cl"),
            ("SMTP_TLS", "ssl"),
            ("SMTP_CA_FILE", "/does/not/exist.pem"),
            ("SMTP_CONNECTIONS", "0"),
        ]);
        assert_eq!(problems, ["SMTP_TLS", "SMTP_CA_FILE", "SMTP_CONNECTIONS"]);
    }

    #[test]
    fn no_setting_keeps_mails_in_memory() {
        assert_eq!(read(&[("MAIL_TRANSPORT", "memory")]).1, ["MAIL_TRANSPORT"]);
    }

    #[test]
    fn the_password_never_shows() {
        let (config, _) = read(&[("SMTP_SERVER", "s"), ("EMAIL_USER", "a@x.cl"), ("EMAIL_PASSWORD", "hunter2")]);
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
