//! Mail: messages are built purely, then sent stage by stage.

use jiff::Timestamp;

use crate::model::person::EmailAddress;

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
    pub bytes: bytes::Bytes,
}

/// What became of a mail; the four cases ask for different next steps (durability.md "Steps").
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The server took responsibility; its final reply.
    Sent(String),
    /// The server refused for good (5xx), or the message cannot be built; its words.
    Permanent(String),
    /// Nothing was handed over; try again later; what happened.
    Transient(String),
    /// The bytes went out and no final reply came: it may have been delivered.
    Ambiguous(String),
}
