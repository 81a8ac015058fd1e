//! Sends one mail stage by stage, each with a deadline, so that what became of it is always known.
//!
//! lettre's own pooled transport is not used: its time limit covers only the TCP connect, a cancelled send puts a half-used connection back, and its errors do not say the stage.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use secrecy::ExposeSecret as _;
use tokio::time::Instant;

use crate::delivery::mail::SendOutcome;
use crate::delivery::mail::config::{SmtpConfig, TlsMode};
use crate::delivery::mail::message::Built;
use crate::delivery::mail::pool::Pool;

/// The message and the wait for its final reply get this many times the limit of a command (RFC 5321, section 4.5.3.2 asks for patience here).
const MESSAGE_PATIENCE: u32 = 4;

/// A login the server refused is not tried again so soon: providers lock an account at which a thousand waiting jobs knock.
const LOGIN_PAUSE: Duration = Duration::from_mins(1);

/// A mail server, with the connections to it that are known to be clean.
pub(super) struct Smtp {
    config: SmtpConfig,
    hello: ClientId,
    /// Built once, because it loads the machine's roots; why it could not be built otherwise.
    tls: Result<Option<TlsParameters>, String>,
    pool: Pool,
    /// When the server last refused our login, and its words.
    refused: Mutex<Option<(Instant, String)>>,
}

/// A stage that did not end well, before the message's last byte was sent: nothing was delivered.
#[derive(Debug, PartialEq, Eq)]
struct Failure {
    stage: Stage,
    permanent: bool,
    words: String,
}

/// Where in the conversation we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Connect,
    StartTls,
    Login,
    Sender,
    Recipient,
    Data,
    Message,
}

impl Stage {
    fn words(self) -> &'static str {
        match self {
            Self::Connect => "connecting",
            Self::StartTls => "starting TLS",
            Self::Login => "logging in",
            Self::Sender => "naming the sender",
            Self::Recipient => "naming the recipient",
            Self::Data => "announcing the message",
            Self::Message => "handing over the message",
        }
    }

    /// Whether a 5xx here says something about this mail. Before that it says something about the line or our account, which may be mended by tomorrow without anybody touching the mail's job.
    fn is_about_the_mail(self) -> bool {
        !matches!(self, Self::Connect | Self::StartTls | Self::Login)
    }
}

impl Smtp {
    pub(super) fn new(config: SmtpConfig, hello: &str) -> Self {
        let tls = tls_parameters(&config);
        let pool = Pool::new(config.connections);
        Self { hello: ClientId::Domain(hello.to_owned()), tls, pool, config, refused: Mutex::default() }
    }

    /// Sends one mail to the end of the conversation, unless `go` says no when everything but the message itself has been said.
    pub(super) async fn send(&self, mail: &Built, go: impl Future<Output = Result<(), String>> + Send) -> SendOutcome {
        let _slot = self.pool.slot().await;
        let outcome = match self.clean_connection().await {
            Ok(connection) => self.send_over(connection, mail, go).await,
            Err(failure) => failure.outcome(),
        };
        without_address(outcome, &mail.to)
    }

    /// Connects and logs in, and keeps the connection for the next mail.
    pub(super) async fn check(&self) -> Result<(), String> {
        let _slot = self.pool.slot().await;
        let connection = self.connect().await.map_err(|failure| failure.text())?;
        self.pool.put_back(connection, 0);
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        let tls = match self.config.tls {
            TlsMode::StartTls => "STARTTLS",
            TlsMode::Implicit => "TLS",
            TlsMode::None => "no TLS",
        };
        let login = if self.config.login.is_some() { "with login" } else { "without login" };
        format!("mail server {}:{} ({tls}, {login})", self.config.server, self.config.port)
    }

    /// A kept connection that still answers, else a new one; a stale one is found out here, before any mail is at stake.
    async fn clean_connection(&self) -> Result<(AsyncSmtpConnection, u32), Failure> {
        while let Some((mut connection, sent)) = self.pool.take() {
            let reset = tokio::time::timeout(self.config.timeout, connection.command("RSET\r\n")).await;
            if matches!(reset, Ok(Ok(reply)) if reply.has_code(250)) {
                return Ok((connection, sent));
            }
        }
        Ok((self.connect().await?, 0))
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        if let Some(failure) = self.refused_lately() {
            return Err(failure);
        }
        let limit = self.config.timeout;
        let tls = self.tls.clone().map_err(|words| Failure { stage: Stage::StartTls, permanent: false, words })?;
        let implicit = tls.clone().filter(|_| self.config.tls == TlsMode::Implicit);
        let server = (self.config.server.as_str(), self.config.port);
        let connect = AsyncSmtpConnection::connect_tokio1(server, Some(limit), &self.hello, implicit, None);
        let mut connection = stage(Stage::Connect, limit, connect).await?;
        if let (TlsMode::StartTls, Some(tls)) = (self.config.tls, tls) {
            stage(Stage::StartTls, limit, connection.starttls(tls, &self.hello)).await?;
        }
        if let Some(login) = &self.config.login {
            let credentials = Credentials::new(login.user.clone(), login.password.expose_secret().to_owned());
            let answer = stage(Stage::Login, limit, connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials)).await;
            answer.map_err(|failure| self.note_refusal(failure))?;
        }
        Ok(connection)
    }

    /// Says what to mend when the server refused our login, and keeps that from being tried again at once.
    fn note_refusal(&self, failure: Failure) -> Failure {
        if !failure.permanent {
            return failure;
        }
        let words = format!("{}; correct EMAIL_USER and EMAIL_PASSWORD", failure.words);
        tracing::error!(reply = words, "the mail server refuses our login; all mails wait until that is mended");
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), words.clone()));
        Failure { words, ..failure }
    }

    fn refused_lately(&self) -> Option<Failure> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, words) = refused.as_ref().filter(|(at, _)| at.elapsed() < LOGIN_PAUSE)?;
        Some(Failure { stage: Stage::Login, permanent: true, words: words.clone() })
    }

    /// The connection goes back to the pool only after a clean final reply; on every other way out it is dropped here.
    async fn send_over(
        &self,
        (mut connection, sent): (AsyncSmtpConnection, u32),
        mail: &Built,
        go: impl Future<Output = Result<(), String>> + Send,
    ) -> SendOutcome {
        if let Err(failure) = self.envelope(&mut connection, mail).await {
            return failure.outcome();
        }
        if let Err(words) = go.await {
            return SendOutcome::Transient(words);
        }
        if let Err(failure) = command(Stage::Data, self.config.timeout, 3, connection.command(Data)).await {
            return failure.outcome();
        }
        let outcome = self.message(&mut connection, &mail.bytes).await;
        if matches!(outcome, SendOutcome::Sent(_)) {
            self.pool.put_back(connection, sent + 1);
        }
        outcome
    }

    async fn envelope(&self, connection: &mut AsyncSmtpConnection, mail: &Built) -> Result<(), Failure> {
        let limit = self.config.timeout;
        let mut parameters = Vec::new();
        if !mail.to.to_string().is_ascii() || !mail.from.to_string().is_ascii() {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                let words = "the address has accents and the server does not take such addresses (SMTPUTF8)".to_owned();
                return Err(Failure { stage: Stage::Recipient, permanent: true, words });
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        command(Stage::Sender, limit, 2, connection.command(Mail::new(Some(mail.from.clone()), parameters))).await?;
        command(Stage::Recipient, limit, 2, connection.command(Rcpt::new(mail.to.clone(), vec![]))).await
    }

    /// Hands over the bytes. Until the last of them is written a failure is harmless: a server must forget a message whose end it has not seen (RFC 5321, section 4.1.1.4).
    async fn message(&self, connection: &mut AsyncSmtpConnection, bytes: &[u8]) -> SendOutcome {
        let mut ending = false;
        let pieces = Pieces { rest: bytes.chunks(16 * 1024), ending: &mut ending };
        let reply = tokio::time::timeout(self.config.timeout * MESSAGE_PATIENCE, connection.message_iter(pieces)).await;
        let words = match reply {
            Ok(Ok(reply)) if is_class(&reply, 2) => return SendOutcome::Sent(first_line(&reply)),
            Ok(Ok(reply)) => format!("the server's last reply makes no sense here: {}", first_line(&reply)),
            Ok(Err(error)) if error.is_permanent() || error.is_transient() => return Failure::of(Stage::Message, &error).outcome(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no reply in time".to_owned(),
        };
        if ending {
            SendOutcome::Ambiguous(format!("the message went out whole, but its receipt is not known: {words}"))
        } else {
            Failure { stage: Stage::Message, permanent: false, words }.outcome()
        }
    }
}

/// The message in pieces; notes when the last one was taken, because what follows is the end mark.
struct Pieces<'a, 'b> {
    rest: std::slice::Chunks<'a, u8>,
    ending: &'b mut bool,
}

impl<'a> Iterator for Pieces<'a, '_> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let piece = self.rest.next();
        *self.ending |= piece.is_none();
        piece
    }
}

impl Failure {
    fn of(stage: Stage, error: &Error) -> Self {
        Self { stage, permanent: error.is_permanent() || error.is_client(), words: error.to_string() }
    }

    fn text(&self) -> String {
        format!("{}: {}", self.stage.words(), self.words)
    }

    fn outcome(self) -> SendOutcome {
        if self.permanent && self.stage.is_about_the_mail() {
            SendOutcome::Permanent(self.text())
        } else {
            SendOutcome::Transient(self.text())
        }
    }
}

/// Runs one stage within its limit.
async fn stage<T>(stage: Stage, limit: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    match tokio::time::timeout(limit, work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Failure::of(stage, &error)),
        Err(_) => Err(Failure { stage, permanent: false, words: format!("no reply within {} s", limit.as_secs_f32()) }),
    }
}

/// One command whose reply must be of the class that belongs to it: a reply that came a step late is never taken for ours.
async fn command(at: Stage, limit: Duration, class: u8, work: impl Future<Output = Result<Response, Error>>) -> Result<(), Failure> {
    let reply = stage(at, limit, work).await?;
    if is_class(&reply, class) {
        return Ok(());
    }
    Err(Failure { stage: at, permanent: false, words: format!("unexpected reply: {}", first_line(&reply)) })
}

fn is_class(reply: &Response, class: u8) -> bool {
    reply.code().severity as u8 == class
}

fn first_line(reply: &Response) -> String {
    format!("{} {}", reply.code(), reply.first_line().unwrap_or_default())
}

/// Servers like to repeat the recipient in their words; records and logs do without.
fn without_address(outcome: SendOutcome, to: &Address) -> SendOutcome {
    let to = to.to_string();
    let hide = |words: String| hidden(&words, &to);
    match outcome {
        SendOutcome::Sent(words) => SendOutcome::Sent(hide(words)),
        SendOutcome::Permanent(words) => SendOutcome::Permanent(hide(words)),
        SendOutcome::Transient(words) => SendOutcome::Transient(hide(words)),
        SendOutcome::Ambiguous(words) => SendOutcome::Ambiguous(hide(words)),
    }
}

/// The words with every `secret` in them, in whatever case, replaced.
fn hidden(words: &str, secret: &str) -> String {
    let mut shown = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = without_prefix(rest, secret) {
            shown.push_str("recipient");
            rest = after;
        } else {
            shown.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    shown
}

/// What follows the prefix, compared without case; `None` when the text does not begin so.
fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    let same = |expected: char| rest.next().is_some_and(|found| found == expected || found.to_lowercase().eq(expected.to_lowercase()));
    (!prefix.is_empty() && prefix.chars().all(same)).then_some(rest.as_str())
}

fn tls_parameters(config: &SmtpConfig) -> Result<Option<TlsParameters>, String> {
    if config.tls == TlsMode::None {
        return Ok(None);
    }
    let mut builder = TlsParameters::builder(config.server.clone());
    if let Some(pem) = &config.ca_pem {
        let root = Certificate::from_pem(pem).map_err(|error| format!("SMTP_CA_FILE holds no usable certificate: {error}"))?;
        builder = builder.add_root_certificate(root);
    }
    builder.build().map(Some).map_err(|error| format!("TLS cannot be set up: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mention_of_the_recipient_is_hidden_in_any_case() {
        for (to, words) in [
            ("ana@x.cl", "550 5.1.1 <Ana@X.cl>: Recipient address rejected: ana@x.cl is unknown; mail ANA@X.CL no more"),
            ("ñandú@x.cl", "550 <ÑANDÚ@x.cl> İ: no ñandú@x.cl here"),
        ] {
            let outcome = without_address(SendOutcome::Permanent(words.to_owned()), &to.parse().unwrap());
            let SendOutcome::Permanent(shown) = outcome else { panic!("{outcome:?}") };
            assert!(!shown.to_lowercase().contains(to), "{shown}");
            assert!(shown.starts_with("550 ") && shown.contains("<recipient>"), "{shown}");
        }
        assert_eq!(hidden("250 OK", "ana@x.cl"), "250 OK");
    }
}
