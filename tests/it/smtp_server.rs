//! The faulty mail server of `tests/parts/smtp_server.py`, started once for all tests that need it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use gradepost::delivery::mail::config::{Login, MailConfig, SmtpConfig, TlsMode, TransportKind};
use gradepost::env::Env;
use gradepost::model::person::EmailAddress;
use serde::Deserialize;

use crate::gcs_emulator::peer::peer;

/// The running server; it ends with this process, because its standard input does.
pub(crate) struct SmtpServer {
    _process: Child,
    facts: Facts,
    ca_pem: String,
}

#[derive(Deserialize)]
struct Facts {
    spool: PathBuf,
    ports: BTreeMap<String, u16>,
}

/// A mail the server took.
#[derive(Debug, Deserialize)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) tls: bool,
    pub(crate) auth: bool,
    pub(crate) mechanism: Option<String>,
    pub(crate) connection: u16,
    #[serde(skip)]
    pub(crate) bytes: Vec<u8>,
}

/// The server, or `None` where it is missing and not required.
pub(crate) fn smtp_server() -> Option<&'static SmtpServer> {
    static SERVER: OnceLock<Result<SmtpServer, String>> = OnceLock::new();
    peer("smtp", SERVER.get_or_init(start).as_ref().map_err(Clone::clone))
}

fn start() -> Result<SmtpServer, String> {
    let mut process = python("smtp_server.py").spawn().map_err(|e| format!("python: {e}"))?;
    let (ca_pem, cert, key) = certificates().map_err(|e| e.to_string())?;
    let hello = serde_json::json!({ "cert": cert, "key": key });
    writeln!(process.stdin.as_mut().ok_or("no stdin")?, "{hello}").map_err(|e| e.to_string())?;
    let mut line = String::new();
    BufReader::new(process.stdout.take().ok_or("no stdout")?).read_line(&mut line).map_err(|e| e.to_string())?;
    let facts = serde_json::from_str(&line).map_err(|_| "it ended before it was ready".to_owned())?;
    Ok(SmtpServer { _process: process, facts, ca_pem })
}

/// A script of `tests/parts`, ready to start with its pipes open.
fn python(script: &str) -> Command {
    let mut command = Command::new(Env::from_process().var("GRADEPOST_TEST_PYTHON").unwrap_or("python3"));
    command.arg(format!("{}/tests/parts/{script}", env!("CARGO_MANIFEST_DIR"))).stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// A certificate authority of our own, and a certificate of it for `localhost`.
pub(crate) fn certificates() -> Result<(String, String, String), rcgen::Error> {
    let ca_key = rcgen::KeyPair::generate()?;
    let mut ca = rcgen::CertificateParams::new(Vec::new())?;
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key)?.pem();
    let key = rcgen::KeyPair::generate()?;
    let issuer = rcgen::Issuer::new(ca, ca_key);
    let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &issuer)?;
    Ok((ca_pem, leaf.pem(), key.serialize_pem()))
}

impl SmtpServer {
    /// Settings that reach the server in one of its modes, with short time limits.
    pub(crate) fn config(&self, mode: &str) -> MailConfig {
        let tls = match mode {
            "implicit" => TlsMode::Implicit,
            "plain" | "cut_in_data" => TlsMode::None,
            _ => TlsMode::StartTls,
        };
        let login = Login { user: "user".to_owned(), password: "pass".to_owned().into() };
        let smtp = SmtpConfig {
            server: "localhost".to_owned(),
            port: self.facts.ports[mode],
            tls,
            ca_pem: Some(self.ca_pem.clone().into_bytes()),
            login: (tls != TlsMode::None).then_some(login),
            timeout: std::time::Duration::from_secs(10),
            connections: 4,
        };
        let sender = EmailAddress::parse("informes@colegio.example.cl").unwrap();
        MailConfig { transport: TransportKind::Smtp, smtp: Some(smtp), sender, ..MailConfig::for_testing() }
    }

    /// What another program's mail library reads in a mail.
    pub(crate) fn parsed(mail: &[u8]) -> serde_json::Value {
        let mut process = python("smtp_parse.py").spawn().unwrap();
        process.stdin.take().unwrap().write_all(mail).unwrap();
        serde_json::from_slice(&process.wait_with_output().unwrap().stdout).unwrap()
    }

    /// How often this user's login was refused.
    #[expect(clippy::disallowed_methods, reason = "the spool is another program's folder")]
    pub(crate) fn refused_logins(&self, user: &str) -> usize {
        let refused = std::fs::read_to_string(self.facts.spool.join("refused_logins")).unwrap_or_default();
        refused.lines().filter(|line| *line == user).count()
    }

    /// The mails taken for a recipient so far, in order.
    #[expect(clippy::disallowed_methods, reason = "the spool is another program's folder")]
    pub(crate) fn taken(&self, to: &str) -> Vec<Taken> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(&self.facts.spool).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        files.sort();
        let read = |path: &PathBuf| {
            let mut taken: Taken = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            taken.bytes = std::fs::read(path.with_extension("eml")).unwrap();
            taken
        };
        files.iter().map(read).filter(|taken| taken.to.iter().any(|address| address == to)).collect()
    }
}
