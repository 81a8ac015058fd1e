//! A mail server that says what a test tells it to, in the clear or behind TLS: for servers that lie, stall, flood or are set up wrongly.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use gradepost::delivery::mail::config::{Login, MailConfig, SmtpConfig, TlsMode, TransportKind};
use gradepost::model::person::EmailAddress;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::smtp_server::certificates;

/// What the server does at a stage.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Says these bytes, whatever they are.
    Say(Vec<u8>),
    /// Says them one at a time, so that a deadline must cover the whole.
    Drip(Vec<u8>),
    /// Says them again and again until the client has enough.
    Flood(Vec<u8>),
    /// Says them once somebody lets it.
    When(Arc<tokio::sync::Notify>, Vec<u8>),
    /// Says nothing more.
    Hang,
    /// Closes the connection.
    Close,
}

/// Says one line.
pub(crate) fn say(line: &str) -> Act {
    Act::Say(format!("{line}\r\n").into_bytes())
}

/// The script: the act of a stage, or `None` for what a good server does. Stages are the verbs, and `greeting` and `end` (the end of a message).
pub(crate) type Script = dyn Fn(&str) -> Option<Act> + Send + Sync;

/// The running server.
pub(crate) struct Scripted {
    port: u16,
    ca_pem: String,
    seen: Arc<Mutex<Seen>>,
}

/// What the server saw.
#[derive(Debug, Default, Clone)]
pub(crate) struct Seen {
    /// Verbs in their order, over all connections.
    pub(crate) verbs: Vec<String>,
    /// Whole messages it acknowledged or could have.
    pub(crate) messages: usize,
    /// Bytes of a flood that the client took.
    pub(crate) flooded: usize,
}

impl Scripted {
    /// Starts a server; with `tls_from_start` it speaks TLS from the first byte.
    pub(crate) async fn start(tls_from_start: bool, script: impl Fn(&str) -> Option<Act> + Send + Sync + 'static) -> Self {
        Self::with_certificate(certificates().unwrap(), tls_from_start, script).await
    }

    /// The same with a certificate: the authority's, the server's and its key as PEM.
    pub(crate) async fn with_certificate(
        (ca_pem, cert, key): (String, String, String),
        tls_from_start: bool,
        script: impl Fn(&str) -> Option<Act> + Send + Sync + 'static,
    ) -> Self {
        gradepost::app::install_tls_provider();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let chain = vec![CertificateDer::from_pem_slice(cert.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let seen = Arc::new(Mutex::new(Seen::default()));
        let server = Server { script: Arc::new(script), acceptor, seen: seen.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                tokio::spawn(async move { server.serve(stream, tls_from_start).await });
            }
        });
        Self { port, ca_pem, seen }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }

    /// How often a verb was said.
    pub(crate) fn count(&self, verb: &str) -> usize {
        self.seen().verbs.iter().filter(|said| *said == verb).count()
    }

    /// Settings that reach this server.
    pub(crate) fn config(&self, tls: TlsMode, login: bool) -> MailConfig {
        let smtp = SmtpConfig {
            server: "localhost".to_owned(),
            port: self.port,
            tls,
            ca_pem: Some(self.ca_pem.clone().into_bytes()),
            login: login.then(|| Login { user: "user".to_owned(), password: "hunter2-secret".to_owned().into() }),
            timeout: Duration::from_secs(1),
            connections: 4,
        };
        let sender = EmailAddress::parse("informes@colegio.example.cl").unwrap();
        MailConfig { transport: TransportKind::Smtp, smtp: Some(smtp), sender, ..MailConfig::for_testing() }
    }
}

#[derive(Clone)]
struct Server {
    script: Arc<Script>,
    acceptor: TlsAcceptor,
    seen: Arc<Mutex<Seen>>,
}

/// How a conversation over one stream ended.
enum Next {
    Over,
    StartTls,
}

impl Server {
    async fn serve(&self, mut stream: TcpStream, tls_from_start: bool) {
        if tls_from_start {
            if let Ok(mut stream) = self.acceptor.accept(stream).await {
                let _ = self.talk(&mut stream, true, true).await;
            }
            return;
        }
        if matches!(self.talk(&mut stream, false, true).await, Ok(Next::StartTls))
            && let Ok(mut stream) = self.acceptor.accept(stream).await
        {
            let _ = self.talk(&mut stream, true, false).await;
        }
    }

    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut S, private: bool, greet: bool) -> std::io::Result<Next> {
        if greet && !self.act(stream, "greeting", private).await? {
            return Ok(Next::Over);
        }
        let (mut buffer, mut in_message) = (Vec::new(), false);
        loop {
            let end: &[u8] = if in_message { b"\r\n.\r\n" } else { b"\r\n" };
            let Some(at) = buffer.windows(end.len()).position(|window| window == end) else {
                if stream.read_buf(&mut buffer).await? == 0 {
                    return Ok(Next::Over);
                }
                continue;
            };
            let line: Vec<u8> = buffer.drain(..at + end.len()).collect();
            let verb = if in_message { "end".to_owned() } else { verb(&line) };
            {
                let mut seen = self.seen.lock().unwrap();
                seen.verbs.push(verb.clone());
                seen.messages += usize::from(in_message);
            }
            in_message = false;
            if !self.act(stream, &verb, private).await? {
                return Ok(Next::Over);
            }
            match verb.as_str() {
                "STARTTLS" => return Ok(Next::StartTls),
                "DATA" => in_message = true,
                "QUIT" => return Ok(Next::Over),
                _ => {}
            }
        }
    }

    /// Acts; `false` when the conversation is over.
    async fn act<S: AsyncWrite + Unpin>(&self, stream: &mut S, verb: &str, private: bool) -> std::io::Result<bool> {
        let mut act = None;
        if private && verb == "EHLO" {
            act = (self.script)("EHLO again");
        }
        match act.or_else(|| (self.script)(verb)).unwrap_or_else(|| usual(verb)) {
            Act::Say(bytes) => stream.write_all(&bytes).await?,
            Act::Drip(bytes) => {
                for byte in bytes {
                    stream.write_all(&[byte]).await?;
                    stream.flush().await?;
                    tokio::time::sleep(Duration::from_millis(150)).await;
                }
            }
            Act::Flood(bytes) => {
                while stream.write_all(&bytes).await.is_ok() {
                    self.seen.lock().unwrap().flooded += bytes.len();
                }
                return Ok(false);
            }
            Act::When(let_go, bytes) => {
                let_go.notified().await;
                stream.write_all(&bytes).await?;
            }
            Act::Hang => std::future::pending().await,
            Act::Close => return Ok(false),
        }
        stream.flush().await?;
        Ok(true)
    }
}

fn verb(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    line.split([' ', '\r']).next().unwrap_or_default().to_ascii_uppercase()
}

fn usual(verb: &str) -> Act {
    match verb {
        "greeting" => say("220 scripted"),
        "EHLO" => Act::Say(b"250-scripted\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 50000000\r\n".to_vec()),
        "STARTTLS" => say("220 go"),
        "AUTH" => say("235 2.7.0 ok"),
        "DATA" => say("354 go"),
        "end" => say("250 2.0.0 queued as 1"),
        "QUIT" => say("221 bye"),
        _ => say("250 ok"),
    }
}
