//! Sends one mail stage by stage, each with a deadline, so that what became of it is always known.
//!
//! lettre's own pooled transport is not used: its time limit covers only the TCP connect, a cancelled send puts a half-used connection back, and its errors do not say the stage.

use std::time::Instant;

use lettre::Address;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, MailParameter};
use tokio::time::timeout;

use crate::delivery::mail::SendOutcome;
use crate::delivery::mail::config::{SmtpConfig, TlsMode};
use crate::delivery::mail::connect::{self, Line};
use crate::delivery::mail::dialogue::{ask, failed, refused, words};
use crate::delivery::mail::hold::Hold;
use crate::delivery::mail::message::Built;
use crate::delivery::mail::pool::Pool;
use crate::delivery::mail::refusal::{Reason, Refusal, Stage};
use crate::delivery::mail::tls::{self, Tls};

/// The message and the wait for its final reply get this many times the limit of a command (RFC 5321, section 4.5.3.2 asks for patience here).
const MESSAGE_PATIENCE: u32 = 4;

/// A mail server, with the connections to it that are known to be clean.
pub(super) struct Smtp {
    config: SmtpConfig,
    hello: ClientId,
    /// Built once, because it loads the machine's roots; why it could not be built otherwise.
    tls: Result<Option<Tls>, String>,
    pool: Pool,
    hold: Hold,
}

impl Smtp {
    pub(super) fn new(config: SmtpConfig, hello: &str) -> Self {
        let tls = tls::setup(&config);
        let pool = Pool::new(config.connections);
        Self { hello: ClientId::Domain(hello.to_owned()), tls, pool, config, hold: Hold::new(Instant::now) }
    }

    /// Sends one mail to the end of the conversation, unless all mails wait, or `go` says no when everything but the message itself has been said.
    pub(super) async fn send(&self, mail: &Built, go: impl Future<Output = Result<(), String>> + Send) -> SendOutcome {
        let _slot = self.pool.slot().await;
        // Asked after the wait for a slot: the mail before us may have been refused meanwhile.
        let turn = match self.hold.enter() {
            Ok(turn) => turn,
            Err(refusal) => return SendOutcome::Refused(refusal),
        };
        let outcome = match self.clean_line().await {
            Ok(line) => self.send_over(line, mail, go).await,
            Err(refusal) => SendOutcome::Refused(refusal),
        };
        turn.end(without_address(outcome, &mail.to))
    }

    /// Connects and logs in, and keeps the connection for the next mail. While all mails wait nothing is tried.
    pub(super) async fn check(&self) -> Result<(), Refusal> {
        let _slot = self.pool.slot().await;
        if let Some(refusal) = self.hold.refusal() {
            return Err(refusal);
        }
        let turn = self.hold.enter()?;
        match self.connect().await {
            Ok(line) => {
                self.pool.put_back(line, 0);
                Ok(())
            }
            Err(refusal) => match turn.end(SendOutcome::Refused(refusal)) {
                SendOutcome::Refused(refusal) => Err(refusal),
                SendOutcome::Sent(_) | SendOutcome::Ambiguous(_) => Ok(()),
            },
        }
    }

    /// Why all mails wait; `None` while they go.
    pub(super) fn held(&self) -> Option<Refusal> {
        self.hold.refusal()
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
    async fn clean_line(&self) -> Result<(Line, u32), Refusal> {
        while let Some((mut line, sent)) = self.pool.take() {
            let reset = line.connection.command("RSET\r\n");
            if ask(Stage::Connect, self.config.timeout, &line.heard, 2, reset).await.is_ok() {
                return Ok((line, sent));
            }
        }
        Ok((self.connect().await?, 0))
    }

    async fn connect(&self) -> Result<Line, Refusal> {
        let tls = self.tls.clone().map_err(|words| Refusal::new(Reason::WrongSettings, format!("{}: {words}", Stage::Tls.words())))?;
        connect::open(&self.config, tls, &self.hello).await
    }

    /// The connection goes back to the pool only after a clean final reply; on every other way out it is dropped here.
    async fn send_over(
        &self,
        (mut line, sent): (Line, u32),
        mail: &Built,
        go: impl Future<Output = Result<(), String>> + Send,
    ) -> SendOutcome {
        let outcome = match self.envelope(&mut line, mail).await {
            // Whether the mail is still ours is asked last: until the first byte of the message a server has nothing it could deliver.
            Ok(()) => match go.await {
                Ok(()) => self.message(&mut line, &mail.bytes).await,
                Err(words) => SendOutcome::later(words),
            },
            Err(refusal) => SendOutcome::Refused(refusal),
        };
        if matches!(outcome, SendOutcome::Sent(_)) {
            self.pool.put_back(line, sent + 1);
        }
        outcome
    }

    /// Everything up to the server's "go ahead".
    async fn envelope(&self, line: &mut Line, mail: &Built) -> Result<(), Refusal> {
        let limit = self.config.timeout;
        let size = wire_length(&mail.bytes);
        let Line { connection, heard, offer } = line;
        let mut parameters = Vec::new();
        if let Some(most) = offer.size.filter(|most| *most < size as u64) {
            return Err(Refusal::new(
                Reason::TooLarge,
                format!("the mail has {}, and the server takes at most {}", bytes(size as u64), bytes(most)),
            ));
        }
        if offer.announces_size {
            parameters.push(MailParameter::Size(size));
        }
        if !mail.to.to_string().is_ascii() || !mail.from.to_string().is_ascii() {
            if !offer.utf8 {
                let words = "the address has letters outside ASCII before the @, and the server does not take such addresses";
                return Err(Refusal::new(Reason::AddressUnusable, words));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        ask(Stage::Sender, limit, heard, 2, connection.command(Mail::new(Some(mail.from.clone()), parameters))).await?;
        ask(Stage::Recipient, limit, heard, 2, connection.command(Rcpt::new(mail.to.clone(), vec![]))).await?;
        ask(Stage::Data, limit, heard, 3, connection.command(Data)).await.map(drop)
    }

    /// Hands over the bytes. Until the end mark goes out a failure is harmless: a server must forget a message whose end it has not seen (RFC 5321, section 4.1.1.4).
    async fn message(&self, line: &mut Line, bytes: &[u8]) -> SendOutcome {
        let Line { connection, heard, .. } = line;
        heard.forget();
        let answer = timeout(self.config.timeout * MESSAGE_PATIENCE, connection.message_iter(bytes.chunks(16 * 1024))).await;
        if let Some(reply) = heard.refusal() {
            return SendOutcome::Refused(refused(Stage::Message, &reply));
        }
        let unclear = match (answer, heard.reply()) {
            (Ok(Ok(_)), Some(reply)) if reply.class() == 2 => return SendOutcome::Sent(reply.shown()),
            (Ok(Ok(_)), Some(reply)) => format!("the server's last reply makes no sense here: {}", reply.shown()),
            (Ok(Ok(_)), None) => "the server's last reply is missing".to_owned(),
            (Ok(Err(error)), _) => words(&error),
            (Err(_), _) => "no reply in time".to_owned(),
        };
        if heard.written() > wire_length(bytes) {
            SendOutcome::Ambiguous(format!("the message went out whole, but its receipt is not known: {unclear}"))
        } else {
            SendOutcome::Refused(failed(Stage::Message, &unclear))
        }
    }
}

/// The message's length on the line: a full stop at the beginning of a line is doubled (RFC 5321, section 4.5.2).
fn wire_length(message: &[u8]) -> usize {
    let stops = message.windows(3).filter(|window| *window == b"\r\n.").count();
    message.len() + stops + usize::from(message.first() == Some(&b'.'))
}

/// A number of bytes for people.
fn bytes(count: u64) -> String {
    match count {
        0..100_000 => format!("{:.1} kB", count as f64 / 1e3),
        _ => format!("{:.1} MB", count as f64 / 1e6),
    }
}

/// Servers like to repeat the recipient in their words, and some name another mailbox (an alias, a forward, the mail before this one); records and logs do without.
fn without_address(outcome: SendOutcome, to: &Address) -> SendOutcome {
    let to = to.to_string();
    let clean = |words: &str| without_other_addresses(&hidden(words, &to));
    match outcome {
        SendOutcome::Sent(words) => SendOutcome::Sent(clean(&words)),
        SendOutcome::Refused(refusal) => SendOutcome::Refused(Refusal { words: clean(&refusal.words), ..refusal }),
        SendOutcome::Ambiguous(words) => SendOutcome::Ambiguous(clean(&words)),
    }
}

/// The words with whatever looks like an address replaced.
fn without_other_addresses(words: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-@".contains(c);
    let mut shown = String::with_capacity(words.len());
    let mut rest = words;
    while !rest.is_empty() {
        let run = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let is_address =
            rest[..run].trim_matches('.').split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
        shown.push_str(if is_address { "address" } else { &rest[..run] });
        rest = &rest[run..];
        if let Some(other) = rest.chars().next() {
            shown.push(other);
            rest = &rest[other.len_utf8()..];
        }
    }
    shown
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mention_of_the_recipient_is_hidden_in_any_case() {
        for (to, words) in [
            ("ana@x.cl", "550 5.1.1 <Ana@X.cl>: Recipient address rejected: ana@x.cl is unknown; mail ANA@X.CL no more"),
            ("ñandú@x.cl", "550 <ÑANDÚ@x.cl> İ: no ñandú@x.cl here"),
        ] {
            let outcome = without_address(SendOutcome::Refused(Refusal::new(Reason::AddressUnknown, words)), &to.parse().unwrap());
            let SendOutcome::Refused(shown) = outcome else { panic!("{outcome:?}") };
            assert!(!shown.words.to_lowercase().contains(to), "{}", shown.words);
            assert!(shown.words.starts_with("550 ") && shown.words.contains("<recipient>"), "{}", shown.words);
        }
        assert_eq!(hidden("250 OK", "ana@x.cl"), "250 OK");
    }

    #[test]
    fn no_other_address_is_repeated_either() {
        for (words, shown) in [
            ("550 5.1.1 no <Benja@y.example>; ask postmaster@y.example.", "550 5.1.1 no <address>; ask address"),
            ("550 SRS0=ab=cd=x.cl=ana@fwd.example rejected", "550 address rejected"),
            ("250 2.0.0 OK 1764363 a@ @b 5.7.60 ñandú@x.cl", "250 2.0.0 OK 1764363 a@ @b 5.7.60 address"),
        ] {
            let outcome = without_address(SendOutcome::Ambiguous(words.to_owned()), &"ana@x.cl".parse().unwrap());
            assert!(matches!(&outcome, SendOutcome::Ambiguous(told) if told == shown), "{outcome:?}");
        }
    }

    #[test]
    fn the_length_on_the_line_counts_doubled_stops() {
        for (message, length) in [(&b"a\r\nb"[..], 4), (b".a\r\n..\r\n.", 12), (b"", 0), (b"\n.\r.", 4)] {
            assert_eq!(wire_length(message), length, "{message:?}");
        }
    }
}
