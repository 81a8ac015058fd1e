//! Mail: messages are built purely, then sent stage by stage.
//!
//! A [`Mailer`] tells what became of a mail and never tries again by itself: that is the job's decision, because only the job knows whether a repeat could be a second mail.
//!
//! # Adding a transport
//! 1. Write a file here with a `send` that answers with a [`SendOutcome`].
//! 2. Add a variant to [`config::TransportKind`] and to the private `Transport` below.

pub mod config;
mod connect;
mod dialogue;
mod hold;
mod message;
pub mod outbox;
mod pool;
pub mod refusal;
mod reply;
mod smtp;
mod stream;
mod tls;

pub use reply::printable;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures::TryFutureExt as _;
use jiff::Timestamp;

use crate::delivery::mail::config::{MailConfig, TransportKind};
use crate::delivery::mail::outbox::{Memory, MemoryMail, Outbox};
use crate::delivery::mail::refusal::{About, Reason, Refusal};
use crate::delivery::mail::smtp::Smtp;
use crate::model::person::EmailAddress;

/// Sends mail in the configured name over the configured transport.
pub struct Mailer {
    config: MailConfig,
    transport: Transport,
    counts: Counts,
}

/// How many mails were given to a mailer so far, by what became of them; alerts to the admin are among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Taken by the server.
    pub sent: u64,
    /// Refused for good, for their address or for what they hold.
    pub refused: u64,
    /// Not handed over; the job tries again.
    pub transient: u64,
    /// Waiting because the server refuses our account.
    pub held: u64,
    /// Gone out whole, without a receipt.
    pub ambiguous: u64,
}

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU64,
    refused: AtomicU64,
    transient: AtomicU64,
    held: AtomicU64,
    ambiguous: AtomicU64,
}

impl Counts {
    fn count(&self, outcome: &SendOutcome) {
        let counter = match outcome {
            SendOutcome::Sent(_) => &self.sent,
            SendOutcome::Refused(refusal) => match refusal.reason.about() {
                About::Address | About::Message => &self.refused,
                About::Account => &self.held,
                About::Later => &self.transient,
            },
            SendOutcome::Ambiguous(_) => &self.ambiguous,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

enum Transport {
    Smtp(Box<Smtp>),
    File(Arc<dyn Outbox>),
    Memory(Memory),
}

impl Mailer {
    /// A mailer for the configuration; `outbox` serves the file transport.
    pub fn new(config: MailConfig, outbox: Arc<dyn Outbox>) -> Self {
        let transport = match (config.transport, &config.smtp) {
            (TransportKind::Smtp, Some(smtp)) => Transport::Smtp(Box::new(Smtp::new(smtp.clone(), domain(&config.sender)))),
            (TransportKind::Memory, _) => Transport::Memory(Memory::default()),
            (TransportKind::File, _) | (TransportKind::Smtp, None) => Transport::File(outbox),
        };
        Self { config, transport, counts: Counts::default() }
    }

    /// Sends one mail and tells what became of it. Safe to cancel: a connection in the middle of a mail is never used again.
    pub async fn send(&self, mail: &OutgoingMail) -> SendOutcome {
        self.send_if(mail, std::future::ready(Ok(()))).await
    }

    /// As [`send`](Self::send); `go` is asked when nothing is left but to hand over the message, and its no ends the conversation with nothing delivered.
    pub async fn send_if(&self, mail: &OutgoingMail, go: impl Future<Output = Result<(), String>> + Send) -> SendOutcome {
        let outcome = self.deliver(mail, go).await;
        self.counts.count(&outcome);
        outcome
    }

    async fn deliver(&self, mail: &OutgoingMail, go: impl Future<Output = Result<(), String>> + Send) -> SendOutcome {
        let built = match message::build(mail, &self.config) {
            Ok(built) => built,
            Err(refusal) => return SendOutcome::Refused(refusal),
        };
        match &self.transport {
            Transport::Smtp(smtp) => smtp.send(&built, go).await,
            Transport::File(outbox) => {
                let name = outbox::file_name(mail);
                match go.and_then(|()| outbox.keep(&name, Bytes::from(built.bytes))).await {
                    Ok(()) => SendOutcome::Sent("kept in the outbox".to_owned()),
                    Err(words) => SendOutcome::later(words),
                }
            }
            Transport::Memory(memory) => match go.await {
                Ok(()) => memory.take(mail, Bytes::from(built.bytes)),
                Err(words) => SendOutcome::later(words),
            },
        }
    }

    /// Connects and logs in without sending anything.
    ///
    /// # Errors
    /// Where it failed, the server's words, and what to do.
    pub async fn check(&self) -> Result<(), Refusal> {
        match &self.transport {
            Transport::Smtp(smtp) => smtp.check().await,
            Transport::File(_) | Transport::Memory(_) => Ok(()),
        }
    }

    /// Why all mails wait; `None` while they go.
    pub fn held(&self) -> Option<Refusal> {
        match &self.transport {
            Transport::Smtp(smtp) => smtp.held(),
            Transport::File(_) | Transport::Memory(_) => None,
        }
    }

    /// What became of the mails so far.
    pub fn tally(&self) -> Tally {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Counts { sent, refused, transient, held, ambiguous } = &self.counts;
        Tally { sent: of(sent), refused: of(refused), transient: of(transient), held: of(held), ambiguous: of(ambiguous) }
    }

    /// A phrase naming the transport for people.
    pub fn describe(&self) -> String {
        match &self.transport {
            Transport::Smtp(smtp) => smtp.describe(),
            Transport::File(_) => "files in the outbox (nothing is sent)".to_owned(),
            Transport::Memory(_) => "memory (nothing is sent)".to_owned(),
        }
    }

    /// The message id of a job's mail: the same over all attempts.
    pub fn message_id(&self, job: &str) -> String {
        format!("<{job}@{}>", domain(&self.config.sender))
    }

    /// The name mails are sent in.
    pub fn sender_name(&self) -> Option<&str> {
        self.config.sender_name.as_deref()
    }

    /// Who is told when a person must act.
    pub fn admins(&self) -> &[EmailAddress] {
        &self.config.admins
    }

    /// What the memory transport took so far; empty for the others.
    pub fn mails_in_memory(&self) -> Vec<MemoryMail> {
        match &self.transport {
            Transport::Memory(memory) => memory.sent(),
            Transport::Smtp(_) | Transport::File(_) => Vec::new(),
        }
    }

    /// Makes the memory transport answer its next mail so; for tests of what follows.
    pub fn answer_next(&self, outcome: SendOutcome) {
        if let Transport::Memory(memory) = &self.transport {
            memory.answer_next(outcome);
        }
    }
}

/// The address's domain, in the ASCII form that a message id and a greeting need.
fn domain(address: &EmailAddress) -> &str {
    let domain = address.as_str().rsplit_once('@').map_or("", |(_, domain)| domain);
    if domain.is_ascii() { domain } else { "gradepost.invalid" }
}

/// One mail to send, complete but for the configured sender.
#[derive(Debug, Clone, PartialEq)]
pub struct OutgoingMail {
    /// The recipient.
    pub to: EmailAddress,
    /// The recipient's name, for the header.
    pub to_name: Option<String>,
    /// The subject, plain text.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part.
    pub html: Option<String>,
    /// Files to attach.
    pub attachments: Vec<Attachment>,
    /// A picture that the HTML part shows as `cid:` and its file name.
    pub logo: Option<Attachment>,
    /// `<…@…>`: derived from the job, the same over all attempts, so that mail systems can fold a repeat.
    pub message_id: String,
    /// The `Date` header.
    pub date: Timestamp,
}

/// A file that goes with a mail.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    /// Its name as the student sees it; any Unicode (encoded after RFC 2231 with an ASCII fallback).
    pub file_name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub bytes: Bytes,
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The server took responsibility; its final reply. That it reached the student is not known.
    Sent(String),
    /// Nothing was handed over: what the refusal is about says what comes next.
    Refused(Refusal),
    /// The bytes went out and no final reply came: it may have been delivered.
    Ambiguous(String),
}

impl SendOutcome {
    /// Nothing was handed over for a reason that passes.
    pub fn later(words: impl Into<String>) -> Self {
        Self::Refused(Refusal::new(Reason::Busy, words))
    }
}
