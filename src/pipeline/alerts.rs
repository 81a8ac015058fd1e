//! Tells the admin what a person must fix: one mail per cause and hour, however many jobs it stops and however many instances run.
//!
//! Derived from the feed: jobs that gave up wait in one small object per store, by cause, until a mail about them went out. What a running job notices beside its end (a broken file whose last good version serves on, a trouble that lasts) is noted in memory and taken in with the next run: nothing here can delay a job.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::delivery::mail::printable;
use crate::delivery::mail::{Mailer, OutgoingMail, SendOutcome};
use crate::jobs::feed;
use crate::jobs::handler::AcceptedEvent;
use crate::model::card::{Card, StudentFacts};
use crate::model::cause::Cause;
use crate::model::completion::Completion;
use crate::model::ids::JobId;
use crate::pipeline::assets::serves_on;
use crate::pipeline::consent::Consent;
use crate::pipeline::mail_templates::school::SchoolMails;
use crate::pipeline::mail_templates::{AlertMail, AlertReport};
use crate::pipeline::projection::Projection;
use crate::pipeline::spool::{self, TRIES};
use crate::report::language::Language;
use crate::storage::key::{ALERTS_FOLDER, ObjectKey};
use crate::storage::{PutMode, Store, StoreError};

/// How long the admin hears no more of a cause.
const QUIET: Duration = Duration::from_hours(1);
/// How long it is remembered that a job's end was taken in; ends are read again within minutes only.
const REMEMBERED: Duration = Duration::from_hours(6);
/// Ends so old are no news: whoever makes everything anew does not alarm anybody.
const NEWS: Duration = Duration::from_hours(24 * 7);
/// Jobs named in one mail; the rest are counted.
const NAMED_JOBS: usize = 20;
/// Jobs kept by name until they are told; more are counted.
const KEPT_JOBS: usize = 500;
/// Notes kept in memory.
const MOST_NOTES: usize = 1000;

/// What the admin is to hear, and heard.
pub(super) struct Alerts {
    store: Arc<dyn Store>,
    mailer: Arc<Mailer>,
    mails: Arc<SchoolMails>,
    language: Language,
    consent: Arc<dyn Consent>,
    notes: Mutex<Vec<Notice>>,
}

/// One job and why it needs a person.
#[derive(Debug, Clone)]
struct Notice {
    /// What it is known by: a job's end is taken in once.
    end: Option<String>,
    job: String,
    who: Waiting,
    cause: String,
    message: String,
}

/// Whose report waits and on what, for those who may know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Waiting {
    #[serde(skip_serializing_if = "Option::is_none")]
    student: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assessment: Option<String>,
}

impl Waiting {
    fn new(student: &str, assessment: &str) -> Self {
        // An address is no name.
        let known = |text: &str| Some(text.trim()).filter(|text| !text.is_empty() && !text.contains('@')).map(printable);
        Self { student: known(student), assessment: known(assessment) }
    }

    /// As far as the accepted event tells it.
    pub(super) fn of_event(event: &AcceptedEvent) -> Self {
        let completion = serde_json::from_value::<Completion>(event.payload.clone()).ok();
        completion
            .map_or_else(Self::default, |completion| Self::new(&completion.student.display_name(), &completion.assessment.display_title()))
    }
}

/// What waits and what was told, by cause.
type Causes = BTreeMap<String, Pending>;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Pending {
    /// What is wrong and what to do, as the newest job says it.
    message: String,
    /// When the admin last heard of it.
    heard: Option<Timestamp>,
    /// Jobs the admin is yet to hear of.
    jobs: BTreeMap<String, Waiting>,
    /// How many more there are.
    more: usize,
    /// The ends that were taken in, and when they were.
    taken: BTreeMap<String, Timestamp>,
}

/// A note as releases without a feed left it.
#[derive(Debug, Deserialize)]
struct OlderNote {
    cause: String,
    message: String,
}

#[async_trait]
impl Projection for Alerts {
    fn name(&self) -> &'static str {
        "alerts"
    }

    async fn apply(&self, cards: &[Card], now: Timestamp) -> Result<(), StoreError> {
        let is_news = |card: &&Card| now.duration_since(card.ended).unsigned_abs() <= NEWS;
        self.take_in(cards.iter().filter(is_news).filter_map(Notice::of).collect(), now).await
    }

    async fn look(&self, now: Timestamp) -> Result<(), StoreError> {
        let notes = std::mem::take(&mut *self.notes());
        if let Err(error) = self.take_in(notes.clone(), now).await {
            self.notes().extend(notes);
            return Err(error);
        }
        self.send_due(now).await
    }

    async fn take_older(&self, now: Timestamp) -> Result<(), StoreError> {
        let waiting = spool::read_all::<OlderNote>(&self.store, ALERTS_FOLDER).await?;
        let notice = |(key, note): &(String, OlderNote)| Notice {
            end: None,
            who: Waiting::default(),
            job: key.rsplit('/').next().unwrap_or_default().trim_end_matches(".json").to_owned(),
            cause: note.cause.clone(),
            message: note.message.clone(),
        };
        self.take_in(waiting.iter().map(notice).collect(), now).await?;
        spool::remove(&self.store, waiting.into_iter().map(|(key, _)| key)).await
    }

    /// Forgets what was told: whatever still waits for a person is told once more by its next end.
    async fn rebuild(&self, _now: Timestamp) -> anyhow::Result<String> {
        self.store.put(&ObjectKey::Alerts.path(), Bytes::from_static(b"{}"), PutMode::Overwrite).await?;
        Ok("nothing is remembered as told".to_owned())
    }
}

impl Alerts {
    pub(super) fn new(
        store: Arc<dyn Store>,
        mailer: Arc<Mailer>,
        mails: Arc<SchoolMails>,
        language: Language,
        consent: Arc<dyn Consent>,
    ) -> Self {
        Self { store, mailer, mails, language, consent, notes: Mutex::default() }
    }

    /// Notes something about a job that goes on. Without an admin address there is nobody to tell.
    pub(super) fn note(&self, job: &JobId, who: &Waiting, cause: &str, message: &str) {
        let mut notes = self.notes();
        let is_known = notes.iter().any(|note| note.cause == cause && note.job == job.as_str());
        if !is_known && notes.len() < MOST_NOTES {
            notes.push(Notice { end: None, job: job.to_string(), who: who.clone(), cause: cause.to_owned(), message: message.to_owned() });
        }
    }

    /// Notes something that is about no job; one per cause waits at a time.
    pub(super) fn note_without_job(&self, cause: &str, message: &str) {
        self.note(&no_job(), &Waiting::default(), cause, message);
    }

    fn notes(&self) -> std::sync::MutexGuard<'_, Vec<Notice>> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn take_in(&self, notices: Vec<Notice>, now: Timestamp) -> Result<(), StoreError> {
        if notices.is_empty() || self.mailer.admins().is_empty() {
            return Ok(());
        }
        self.change(|causes| {
            for notice in &notices {
                causes.entry(notice.cause.clone()).or_default().take(notice, now);
            }
        })
        .await
    }

    /// Sends a mail per cause of which the admin heard nothing for an hour.
    async fn send_due(&self, now: Timestamp) -> Result<(), StoreError> {
        let (causes, _) = self.read().await?;
        for (cause, _) in causes.iter().filter(|(_, pending)| pending.is_due(now)) {
            let Some(pending) = self.take_turn(cause, now).await? else { continue };
            // The mail server may be the very thing that is wrong: then the jobs stay for the next hour.
            if self.mail(cause, &pending, now).await {
                self.change(|causes| causes.entry(cause.clone()).or_default().told(&pending)).await?;
            }
        }
        Ok(())
    }

    /// Takes the right to write about a cause for the next hour; only one instance gets it.
    async fn take_turn(&self, cause: &str, now: Timestamp) -> Result<Option<Pending>, StoreError> {
        self.change(|causes| {
            let pending = causes.get_mut(cause).filter(|pending| pending.is_due(now))?;
            pending.heard = Some(now);
            Some(pending.clone())
        })
        .await
    }

    /// Changes what is kept, again when another instance changed it meanwhile; nothing is written when nothing changes.
    async fn change<T>(&self, change: impl Fn(&mut Causes) -> T) -> Result<T, StoreError> {
        let key = ObjectKey::Alerts.path();
        let mut tries = 0;
        loop {
            let (before, mode) = self.read().await?;
            let mut after = before.clone();
            let answer = change(&mut after);
            if after == before {
                return Ok(answer);
            }
            tries += 1;
            let bytes = serde_json::to_vec(&after).map_err(|error| StoreError::Refused { key: key.clone(), message: error.to_string() })?;
            match self.store.put(&key, bytes.into(), mode).await {
                Ok(_) => return Ok(answer),
                Err(StoreError::AlreadyExists { .. } | StoreError::Conflict { .. }) if tries < TRIES => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn read(&self) -> Result<(Causes, PutMode), StoreError> {
        let Some((bytes, version)) = self.store.get(&ObjectKey::Alerts.path()).await? else { return Ok((Causes::new(), PutMode::Create)) };
        let causes = serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            tracing::error!(%error, "What the admin was told cannot be read; it begins anew");
            Causes::new()
        });
        Ok((causes, PutMode::Update(version)))
    }

    /// Reports as the mail tells them: without the name of whose data are blocked by now, or of whom nobody can tell.
    async fn named<'a>(&self, about: impl Iterator<Item = (&'a String, &'a Waiting)>) -> Vec<AlertReport> {
        let blocked = self.consent.blocked().await;
        let mut reports = Vec::new();
        for (job, who) in about {
            let is_named = match &blocked {
                Ok(None) => true,
                Ok(Some(is_blocked)) => match self.student_of(job).await {
                    Some(student) => !is_blocked(&student.key, student.email.as_deref()),
                    None => false,
                },
                Err(_) => false,
            };
            let student = who.student.clone().filter(|_| is_named);
            reports.push(AlertReport { id: job.clone(), student, assessment: who.assessment.clone() });
        }
        reports
    }

    async fn student_of(&self, job: &str) -> Option<StudentFacts> {
        let card = feed::current_of(&*self.store, &JobId::parse(job)?).await.ok().flatten();
        card.map(|(_, card)| card.report.student)
    }

    /// One mail to each admin; true when at least one went out.
    async fn mail(&self, cause: &str, pending: &Pending, now: Timestamp) -> bool {
        let nobody = no_job();
        let about = pending.jobs.iter().filter(|(job, _)| job.as_str() != nobody.as_str());
        let reports = self.named(about.clone().take(NAMED_JOBS)).await;
        let alert = AlertMail {
            cause: &Cause::parse(cause),
            detail: &pending.message,
            serves_on: serves_on(cause),
            reports: &reports,
            more: (about.count() + pending.more).saturating_sub(reports.len()),
        };
        let written = match self.mails.current().await {
            // The school's file may fail where no check foresaw it; the admin must hear all the same.
            Ok(mails) => mails
                .templates
                .alert(self.language, &alert)
                .or_else(|_| self.mails.plain()?.alert(self.language, &alert))
                .map_err(anyhow::Error::from),
            Err(error) => Err(error.into()),
        };
        let text = match written {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(%error, "The alert's text cannot be written");
                return false;
            }
        };
        let mut told = false;
        for (number, admin) in self.mailer.admins().iter().enumerate() {
            let mail = OutgoingMail {
                to: admin.clone(),
                to_name: None,
                subject: text.subject.clone(),
                text: text.text.clone(),
                html: None,
                attachments: Vec::new(),
                logo: None,
                message_id: self.mailer.message_id(&format!("alert.{cause}.{}.{number}", now.as_second())),
                date: now,
            };
            match self.mailer.send(&mail).await {
                SendOutcome::Sent(_) | SendOutcome::Ambiguous(_) => told = true,
                SendOutcome::Refused(refusal) => {
                    tracing::error!(
                        cause,
                        waiting = pending.count(),
                        reply = refusal.words,
                        "The admin could not be told: {}",
                        refusal.reason.advice()
                    );
                }
            }
        }
        told
    }
}

/// Stands where a job would in a note that is about none.
fn no_job() -> JobId {
    JobId::from_digest([0xff; 32])
}

impl Notice {
    /// A job that gave up; what a person discarded, a person knows of.
    fn of(card: &Card) -> Option<Self> {
        let cause = card.cause.clone().filter(|cause| matches!(card.state.as_str(), "parked" | "dead") && cause != "discarded")?;
        let end = Some(format!("{}/{}", card.job, card.round));
        let who = Waiting::new(&card.report.student.name, &card.report.assessment.title);
        Some(Self { end, job: card.job.to_string(), who, cause, message: card.message.clone().unwrap_or_default() })
    }
}

impl Pending {
    fn count(&self) -> usize {
        self.jobs.len() + self.more
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.count() > 0 && self.heard.is_none_or(|heard| now.duration_since(heard).unsigned_abs() >= QUIET)
    }

    fn take(&mut self, notice: &Notice, now: Timestamp) {
        self.taken.retain(|_, at| now.duration_since(*at).unsigned_abs() < REMEMBERED);
        if let Some(end) = &notice.end
            && self.taken.insert(end.clone(), now).is_some()
        {
            return;
        }
        self.message.clone_from(&notice.message);
        if self.jobs.len() < KEPT_JOBS {
            self.jobs.insert(notice.job.clone(), notice.who.clone());
        } else if !self.jobs.contains_key(&notice.job) {
            self.more += 1;
        }
    }

    /// The admin heard of these.
    fn told(&mut self, pending: &Self) {
        self.jobs.retain(|job, _| !pending.jobs.contains_key(job));
        self.more = self.more.saturating_sub(pending.more);
    }
}

#[cfg(test)]
mod tests;
