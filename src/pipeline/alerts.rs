//! Tells the admin what a person must mend: one mail a cause and hour, however many jobs it stops and however many instances run.
//!
//! A job that gave up leaves a note in the store; whoever looks next gathers the notes of a cause into one mail. Notes survive a crash and are deleted only when the mail went out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::delivery::mail::{Mailer, OutgoingMail, SendOutcome};
use crate::model::ids::JobId;
use crate::pipeline::letters::{AlertLetter, Letters};
use crate::pipeline::shelf::serves_on;
use crate::pipeline::waiting;
use crate::report::language::Language;
use crate::storage::key::{ALERTS_FOLDER, ObjectKey};
use crate::storage::{PutMode, Store, StoreError};

/// How long the admin hears no more of a cause.
const QUIET: Duration = Duration::from_hours(1);

/// Jobs named in one mail; the rest are counted.
const NAMED_JOBS: usize = 20;

/// What the admin is to hear, and heard.
pub(super) struct Alerts {
    store: Arc<dyn Store>,
    mailer: Arc<Mailer>,
    letters: Arc<Letters>,
    language: Language,
}

/// A job that waits for a person.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    cause: String,
    message: String,
}

/// When the admin last heard of a cause.
#[derive(Debug, Serialize, Deserialize)]
struct Heard {
    at: Timestamp,
}

impl Alerts {
    pub(super) fn new(store: Arc<dyn Store>, mailer: Arc<Mailer>, letters: Arc<Letters>, language: Language) -> Self {
        Self { store, mailer, letters, language }
    }

    /// Leaves a note about a job; leaving it twice is harmless. Without an admin address there is nobody to tell.
    pub(super) async fn note(&self, job: &JobId, cause: &str, message: &str) {
        if self.mailer.admins().is_empty() {
            return;
        }
        let note = Note { cause: cause.to_owned(), message: message.to_owned() };
        let key = ObjectKey::AlertWaiting { cause, job }.path();
        let Ok(bytes) = serde_json::to_vec(&note) else { return };
        if let Err(error) = self.store.put(&key, bytes.into(), PutMode::Overwrite).await {
            tracing::error!(job.id = %job, cause, %error, "the admin cannot be told of a job that waits");
        }
    }

    /// Sends what is due; returns the number of mails.
    ///
    /// # Errors
    /// The store failed; the notes stay.
    pub(super) async fn send_due(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut causes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for key in waiting::keys(self.store.as_ref(), ALERTS_FOLDER).await? {
            if let Some((cause, _)) = key.strip_prefix(ALERTS_FOLDER).and_then(|rest| rest.split_once('/')) {
                causes.entry(cause.to_owned()).or_default().push(key);
            }
        }
        let mut sent = 0;
        for (cause, keys) in causes {
            sent += usize::from(self.send_cause(&cause, &keys, now).await?);
        }
        Ok(sent)
    }

    async fn send_cause(&self, cause: &str, keys: &[String], now: Timestamp) -> Result<bool, StoreError> {
        let Some((bytes, _)) = self.store.get(&keys[0]).await? else { return Ok(false) };
        let Ok(note) = serde_json::from_slice::<Note>(&bytes) else {
            self.store.delete(&keys[0]).await?;
            return Ok(false);
        };
        if !self.take_turn(cause, now).await? {
            return Ok(false);
        }
        if self.mail(&note, keys, now).await {
            for key in keys {
                self.store.delete(key).await?;
            }
            return Ok(true);
        }
        // The mail server may be the very thing that is wrong: the notes stay for the next hour.
        Ok(false)
    }

    /// Takes the right to write about a cause for the next hour; only one instance gets it.
    async fn take_turn(&self, cause: &str, now: Timestamp) -> Result<bool, StoreError> {
        let key = ObjectKey::AlertSent { cause }.path();
        let mode = match self.store.get(&key).await? {
            None => PutMode::Create,
            Some((bytes, version)) => {
                let heard = serde_json::from_slice::<Heard>(&bytes).map_or(Timestamp::MIN, |heard| heard.at);
                if now.duration_since(heard).unsigned_abs() < QUIET {
                    return Ok(false);
                }
                PutMode::Update(version)
            }
        };
        let bytes = Bytes::from(serde_json::to_vec(&Heard { at: now }).unwrap_or_default());
        match self.store.put(&key, bytes, mode).await {
            Ok(_) => Ok(true),
            Err(StoreError::AlreadyExists { .. } | StoreError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// One mail to each admin; true when at least one went out.
    async fn mail(&self, note: &Note, keys: &[String], now: Timestamp) -> bool {
        let name = |key: &String| key.rsplit('/').next().unwrap_or_default().trim_end_matches(".json").to_owned();
        let jobs: Vec<String> = keys.iter().take(NAMED_JOBS).map(name).collect();
        let letter = AlertLetter {
            cause: &note.cause,
            message: &note.message,
            serves_on: serves_on(&note.cause),
            jobs: &jobs,
            more: keys.len() - jobs.len(),
        };
        let letter = match self.letters.alert(self.language, &letter) {
            Ok(letter) => letter,
            Err(error) => {
                tracing::error!(%error, "the alert's text cannot be written");
                return false;
            }
        };
        let mut told = false;
        for (number, admin) in self.mailer.admins().iter().enumerate() {
            let mail = OutgoingMail {
                to: admin.clone(),
                to_name: None,
                subject: letter.subject.clone(),
                text: letter.text.clone(),
                html: None,
                attachments: Vec::new(),
                message_id: self.mailer.message_id(&format!("alert.{}.{}.{number}", note.cause, now.as_second())),
                date: now,
            };
            match self.mailer.send(&mail).await {
                SendOutcome::Sent(_) | SendOutcome::Ambiguous(_) => told = true,
                SendOutcome::Permanent(words) | SendOutcome::Transient(words) => {
                    tracing::error!(cause = note.cause, waiting = keys.len(), reply = words, "the admin could not be told");
                }
            }
        }
        told
    }
}

#[cfg(test)]
mod tests;
