//! Mails as files, and mails in memory: the transports that send nothing.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;

use crate::delivery::mail::{OutgoingMail, SendOutcome};

/// Where the file transport keeps its `.eml` files; implemented over the store by the composition root, because delivery does not know storage.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Keeps one mail under a file name, replacing an earlier one of the same name.
    ///
    /// # Errors
    /// What went wrong, in words for the operator.
    async fn keep(&self, name: &str, bytes: Bytes) -> Result<(), String>;
}

/// An outbox for when there is none: mails go to a server, or are kept in memory.
pub struct NoOutbox;

#[async_trait]
impl Outbox for NoOutbox {
    async fn keep(&self, _: &str, _: Bytes) -> Result<(), String> {
        Err("no outbox is set up for the file transport".to_owned())
    }
}

/// The file's name: the message id, so that a repeated mail is the same file.
pub(super) fn file_name(mail: &OutgoingMail) -> String {
    let id: String = mail.message_id.chars().map(|c| if c.is_ascii_alphanumeric() || "@.-".contains(c) { c } else { '_' }).collect();
    format!("{}.eml", id.trim_matches('_'))
}

/// Keeps mails for tests to look at, and answers as it was told to.
#[derive(Debug, Default)]
pub(super) struct Memory {
    sent: Mutex<Vec<MemoryMail>>,
    answers: Mutex<VecDeque<SendOutcome>>,
}

/// A mail the memory transport took: as given, and as it would go over the wire.
#[derive(Debug, Clone)]
pub struct MemoryMail {
    /// The mail as it was given.
    pub mail: OutgoingMail,
    /// Its bytes.
    pub bytes: Bytes,
}

impl Memory {
    /// Takes the mail, or gives the next prepared answer. An ambiguous mail did arrive: that is the case worth testing.
    pub(super) fn take(&self, mail: &OutgoingMail, bytes: Bytes) -> SendOutcome {
        let answer = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let answer = answer.unwrap_or_else(|| SendOutcome::Sent("250 kept in memory".to_owned()));
        if matches!(answer, SendOutcome::Sent(_) | SendOutcome::Ambiguous(_)) {
            self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(MemoryMail { mail: mail.clone(), bytes });
        }
        answer
    }

    pub(super) fn sent(&self) -> Vec<MemoryMail> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn answer_next(&self, outcome: SendOutcome) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push_back(outcome);
    }
}
