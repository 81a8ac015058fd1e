//! From nothing to a line that is greeted, private and logged in; each step with a deadline.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::delivery::mail::config::{Login, SmtpConfig, TlsMode};
use crate::delivery::mail::dialogue::{ask, failed, refused, silence, words};
use crate::delivery::mail::refusal::{Reason, Refusal, Stage};
use crate::delivery::mail::reply::printable;
use crate::delivery::mail::stream::{Heard, ReplyStream};
use crate::delivery::mail::tls::{self, Tls};

/// More addresses of one name are not tried.
const ADDRESSES: usize = 4;

/// A line to the server with what was heard on it.
pub(super) struct Line {
    pub(super) connection: AsyncSmtpConnection,
    pub(super) heard: Heard,
    pub(super) offer: Offer,
}

/// What the server said it can do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Offer {
    /// The largest message it takes in bytes (RFC 1870); `None` when it says nothing or sets no limit.
    pub(super) size: Option<u64>,
    /// Whether it announces sizes at all.
    pub(super) announces_size: bool,
    /// Whether it takes addresses with accents before the `@` (RFC 6531).
    pub(super) utf8: bool,
    /// The ways to log in.
    pub(super) logins: Vec<String>,
    starttls: bool,
}

impl Offer {
    /// Reads the lines of an answer to EHLO.
    fn of(lines: &[String]) -> Self {
        let mut offer = Self::default();
        for line in lines.iter().skip(1) {
            let line = line.get(4..).unwrap_or_default().to_ascii_uppercase();
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            match words.next() {
                Some("SIZE") => {
                    offer.announces_size = true;
                    offer.size = words.next().and_then(|size| size.parse().ok()).filter(|size| *size > 0);
                }
                Some("SMTPUTF8") => offer.utf8 = true,
                Some("STARTTLS") => offer.starttls = true,
                Some("AUTH") => offer.logins.extend(words.map(ToOwned::to_owned)),
                _ => {}
            }
        }
        offer.logins.dedup();
        offer
    }
}

/// Opens a line and logs in.
pub(super) async fn open(config: &SmtpConfig, tls: Option<Tls>, hello: &ClientId) -> Result<Line, Refusal> {
    let (stream, peer) = reach(config).await?;
    let heard = Heard::default();
    let stream: Box<dyn AsyncTokioStream> = match (config.tls, tls) {
        (TlsMode::Implicit, Some(tls)) => Box::new(ReplyStream::new(shake_hands(&tls, stream, config).await?, peer, heard.clone())),
        (TlsMode::StartTls, Some(tls)) => {
            let stream = start_tls(stream, peer, config, hello).await?;
            Box::new(ReplyStream::greeted(shake_hands(&tls, stream, config).await?, peer, heard.clone()))
        }
        _ => Box::new(ReplyStream::new(stream, peer, heard.clone())),
    };
    let connection = greet(stream, config, hello, &heard).await?;
    let offer = Offer::of(&heard.lines());
    let mut line = Line { connection, heard, offer };
    if let Some(login) = &config.login {
        log_in(&mut line, login, config.timeout).await?;
    }
    Ok(line)
}

/// A TCP connection to the first address that answers.
async fn reach(config: &SmtpConfig) -> Result<(TcpStream, SocketAddr), Refusal> {
    let SmtpConfig { server, port, timeout: limit, .. } = config;
    let unknown = |why: String| failed(Stage::Connect, &format!("the host '{server}' is not known ({why}); correct SMTP_SERVER"));
    let found = timeout(*limit, tokio::net::lookup_host((server.as_str(), *port))).await.map_err(|_| unknown("no answer".to_owned()))?;
    let mut last = "it has no address".to_owned();
    for address in found.map_err(|error| unknown(error.to_string()))?.take(ADDRESSES) {
        match timeout(*limit, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // The pieces of a mail are large already; waiting for more would only delay commands.
                let _ = stream.set_nodelay(true);
                return Ok((stream, address));
            }
            Ok(Err(error)) => last = error.to_string(),
            Err(_) => last = format!("no answer within {} s", limit.as_secs_f32()),
        }
    }
    Err(failed(
        Stage::Connect,
        &format!("{server}:{port} cannot be reached ({last}); correct SMTP_SERVER and SMTP_PORT, or let a firewall pass it"),
    ))
}

async fn shake_hands<S: AsyncRead + AsyncWrite + Unpin>(
    tls: &Tls,
    stream: S,
    config: &SmtpConfig,
) -> Result<tokio_rustls::client::TlsStream<S>, Refusal> {
    match timeout(config.timeout, tls.connect(stream)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(wrong_settings(Stage::Tls, &tls::explain(&error, config))),
        Err(_) => Err(failed(Stage::Tls, &silence(config.timeout))),
    }
}

/// The part of the conversation in the clear: nothing said in it counts later, and nothing of it may be left over when TLS begins.
async fn start_tls(stream: TcpStream, peer: SocketAddr, config: &SmtpConfig, hello: &ClientId) -> Result<TcpStream, Refusal> {
    let heard = Heard::default();
    let mut plain = ReplyStream::new(stream, peer, heard.clone());
    let conversation = async {
        listen(&mut plain, &heard).await?;
        say(&mut plain, &heard, &format!("EHLO {hello}\r\n")).await?;
        let offer = Offer::of(&heard.lines());
        if offer.starttls {
            say(&mut plain, &heard, "STARTTLS\r\n").await?;
        }
        Ok::<_, io::Error>(offer)
    };
    let talked = timeout(config.timeout, conversation).await;
    if let Some(reply) = heard.refusal() {
        return Err(refused(Stage::Tls, &reply));
    }
    match talked {
        Ok(Ok(offer)) if !offer.starttls => Err(wrong_settings(
            Stage::Tls,
            "the server offers no STARTTLS, so the password and the mails would go in the clear; correct SMTP_PORT (587), set SMTP_TLS=implicit (port 465), or SMTP_TLS=none for a relay on this machine",
        )),
        Ok(Ok(_)) => plain.into_inner().map_err(|error| failed(Stage::Tls, &error.to_string())),
        Ok(Err(error)) => Err(unclear_greeting(&error.to_string(), config)),
        Err(_) => Err(unclear_greeting(&silence(config.timeout), config)),
    }
}

/// Waits for a whole reply.
async fn listen(stream: &mut ReplyStream<TcpStream>, heard: &Heard) -> io::Result<()> {
    let mut bytes = [0; 1024];
    while heard.reply().is_none() {
        if stream.read(&mut bytes).await? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection"));
        }
    }
    while heard.reply().is_some() && stream.has_unread() {
        let _ = stream.read(&mut bytes).await?;
    }
    match heard.reply() {
        Some(reply) if reply.class() == 2 => Ok(()),
        Some(reply) => Err(io::Error::new(io::ErrorKind::InvalidData, format!("unexpected reply: {}", reply.shown()))),
        None => Ok(()),
    }
}

async fn say(stream: &mut ReplyStream<TcpStream>, heard: &Heard, command: &str) -> io::Result<()> {
    heard.forget();
    stream.write_all(command.as_bytes()).await?;
    stream.flush().await?;
    listen(stream, heard).await
}

/// Hears the greeting and says EHLO.
async fn greet(
    stream: Box<dyn AsyncTokioStream>,
    config: &SmtpConfig,
    hello: &ClientId,
    heard: &Heard,
) -> Result<AsyncSmtpConnection, Refusal> {
    let greeted = timeout(config.timeout, AsyncSmtpConnection::connect_with_transport(stream, hello)).await;
    if let Some(reply) = heard.refusal() {
        return Err(refused(Stage::Connect, &reply));
    }
    match greeted {
        Ok(Ok(connection)) if heard.reply().is_some_and(|reply| reply.class() == 2) => Ok(connection),
        Ok(Ok(_)) => Err(failed(Stage::Connect, "the server's answer to EHLO makes no sense")),
        Ok(Err(error)) => Err(unclear_greeting(&words(&error), config)),
        Err(_) => Err(unclear_greeting(&silence(config.timeout), config)),
    }
}

/// A server with TLS from the first byte says nothing until we begin, or what it says is no greeting.
fn unclear_greeting(what: &str, config: &SmtpConfig) -> Refusal {
    match config.tls {
        TlsMode::Implicit => failed(Stage::Connect, what),
        TlsMode::StartTls | TlsMode::None if config.port == 465 => {
            wrong_settings(Stage::Connect, &format!("{what}; port 465 begins with TLS: set SMTP_TLS=implicit, or SMTP_PORT=587"))
        }
        TlsMode::StartTls | TlsMode::None => {
            failed(Stage::Connect, &format!("{what}; if the server begins with TLS (port 465), set SMTP_TLS=implicit"))
        }
    }
}

/// Settings that cannot work with this server.
fn wrong_settings(stage: Stage, words: &str) -> Refusal {
    Refusal::new(Reason::WrongSettings, format!("{}: {}", stage.words(), printable(words)))
}

async fn log_in(line: &mut Line, login: &Login, limit: Duration) -> Result<(), Refusal> {
    let Line { connection, heard, offer } = line;
    let fits = |login: &String| login == "PLAIN" || login == "LOGIN";
    if !offer.logins.iter().any(fits) {
        let (reason, words) = match offer.logins.as_slice() {
            [] => (Reason::NoLoginOffered, "the server offers no login, but EMAIL_PASSWORD is set".to_owned()),
            others => (Reason::NoPasswordLogin, format!("the server offers only {}", others.join(", "))),
        };
        return Err(Refusal::new(reason, format!("{}: {words}", Stage::Login.words())));
    }
    let credentials = Credentials::new(login.user.clone(), login.password.expose_secret().to_owned());
    let answer = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
    ask(Stage::Login, limit, heard, 2, answer).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(lines: &[&str]) -> Offer {
        Offer::of(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn an_ehlo_is_read_in_whatever_spelling() {
        let offer = offer(&["250-mail.example.cl SIZE 1", "250-size 20000", "250-auth=LOGIN plain", "250-AUTH XOAUTH2", "250 SMTPUTF8"]);
        assert_eq!((offer.size, offer.announces_size, offer.utf8), (Some(20_000), true, true));
        assert_eq!(offer.logins, ["LOGIN", "PLAIN", "XOAUTH2"]);
    }

    #[test]
    fn a_size_of_nothing_or_beyond_counting_is_no_limit() {
        for line in ["250 SIZE", "250 SIZE 0", "250 SIZE 99999999999999999999999999", "250 SIZE x"] {
            let offer = offer(&["250-x", line]);
            assert_eq!((offer.size, offer.announces_size), (None, true), "{line}");
        }
    }
}
