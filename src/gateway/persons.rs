//! Taking one person out of what is kept: students of institutions, the data of events and the answers to them.

use std::collections::BTreeSet;

use bytes::Bytes;
use futures::TryStreamExt as _;
use serde_json::Map;

use crate::gateway::error::GatewayError;
use crate::gateway::events::{EVENT_KIND, parse};
use crate::gateway::model::{Attempt, DeadLetter};
use crate::gateway::registry::{read_json, to_json};
use crate::gateway::students::Student;
use crate::gateway::{Core, Gateway};
use crate::jobs::records::EventRecord;
use crate::model::ids::JobId;
use crate::model::mentions::Marks;
use crate::signing::sha256_hex;
use crate::storage::key::ObjectKey;
use crate::storage::key::gateway::{DEAD_FOLDER, GatewayKey, STUDENTS_FOLDER, subject_folder};
use crate::storage::{PutMode, StoreError};

/// Tries at a record that others change at the same time.
const TRIES: usize = 50;

/// What of a person is kept here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonHoldings {
    /// Students of institutions, by key.
    pub students: BTreeSet<String>,
    /// Events, by their jobs.
    pub events: BTreeSet<JobId>,
    /// Pointers from the person to events.
    pub pointers: BTreeSet<String>,
}

impl PersonHoldings {
    /// How many objects.
    pub fn len(&self) -> usize {
        self.students.len() + self.events.len() + self.pointers.len()
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Gateway {
    /// What is kept of a person; `jobs` are events among which those that tell of them are looked for.
    ///
    /// # Errors
    /// The store's.
    pub async fn holdings_of(&self, marks: &Marks, jobs: &BTreeSet<JobId>) -> Result<PersonHoldings, GatewayError> {
        self.core.holdings_of(marks, jobs).await
    }

    /// Takes the person out of all of it; how many objects. Endpoints that heard of them are not told: what they keep is theirs.
    ///
    /// # Errors
    /// The store's; doing it again goes on.
    pub async fn erase_person(&self, marks: &Marks, jobs: &BTreeSet<JobId>) -> Result<usize, GatewayError> {
        self.core.erase_person(marks, jobs).await
    }
}

impl Core {
    async fn holdings_of(&self, marks: &Marks, jobs: &BTreeSet<JobId>) -> Result<PersonHoldings, GatewayError> {
        let mut kept = PersonHoldings::default();
        let mut subjects: BTreeSet<String> = marks.all().flat_map(|mark| self.subject_hashes(mark)).collect();
        let mut keys = self.store.scan(STUDENTS_FOLDER, None);
        while let Some(key) = keys.try_next().await? {
            let Some(student): Option<Student> = read_json(&*self.store, &key).await? else { continue };
            if student.fields.iter().any(|(_, value)| marks.are_in(value)) || marks.are_in_text(&student.id.to_string()) {
                subjects.extend(self.subject_hashes(&student.id.to_string()));
                kept.students.insert(key);
            }
        }
        for subject in &subjects {
            let mut keys = self.store.scan(&subject_folder(subject), None);
            while let Some(key) = keys.try_next().await? {
                let job = self.store.get(&key).await?.and_then(|(bytes, _)| JobId::parse(std::str::from_utf8(&bytes).ok()?));
                kept.events.extend(job);
                kept.pointers.insert(key);
            }
        }
        let pointed = std::mem::take(&mut kept.events);
        for job in pointed.iter().chain(jobs) {
            let key = ObjectKey::JobRecord { job, record: "event" }.path();
            let Some(record): Option<EventRecord> = read_json(&*self.store, &key).await? else { continue };
            if record.event.kind != EVENT_KIND.name {
                continue;
            }
            let Ok(stored) = parse(&key, record.event.payload.clone()) else { continue };
            let has_data = stored.event.payload.is_some() || stored.event.raw_body.is_some() || stored.subject.is_some();
            let is_pointed = pointed.contains(job) && has_data;
            if is_pointed || marks.are_in(&record.event.payload) || tells(&record.event.effect_key, marks) {
                kept.events.insert(job.clone());
            }
        }
        Ok(kept)
    }

    async fn erase_person(&self, marks: &Marks, jobs: &BTreeSet<JobId>) -> Result<usize, GatewayError> {
        let kept = self.holdings_of(marks, jobs).await?;
        let mut messages = BTreeSet::new();
        for job in &kept.events {
            messages.extend(self.read_job_event(job).await?.map(|stored| stored.event.id));
        }
        // The answers first: once the events are blank, nobody could tell any more which answers were to them.
        let wanted = |row: &Attempt| messages.contains(&row.message) || marks.are_in_text(&row.response);
        self.expunge_rows(jiff::Timestamp::UNIX_EPOCH, wanted).await?;
        let mut keys = self.store.scan(DEAD_FOLDER, None);
        while let Some(key) = keys.try_next().await? {
            let Some(letter): Option<DeadLetter> = read_json(&*self.store, &key).await? else { continue };
            if marks.are_in_text(&letter.error.message) || marks.are_in_text(&letter.error.stack) {
                let mut blank = letter;
                blank.error.message = String::new();
                blank.error.stack = String::new();
                self.store.put(&key, to_json(&key, &blank)?, PutMode::Overwrite).await?;
            }
        }
        for job in &kept.events {
            self.blank_event(job, marks).await?;
        }
        for key in &kept.students {
            if let Some(student) = read_json::<Student>(&*self.store, key).await? {
                let (institution, hex) = (student.institution.hex(), student.id.hex());
                let gone = Student { fields: Map::new(), deleted: true, ..student };
                // What is removed may come back after a power cut: then it is empty.
                self.store.put(key, to_json(key, &gone)?, PutMode::Overwrite).await?;
                self.store.delete(key).await?;
                self.store.delete(&GatewayKey::StudentOf { institution: &institution, student: &hex }.path()).await?;
            }
        }
        for key in &kept.pointers {
            self.store.put(key, Bytes::new(), PutMode::Overwrite).await?;
            self.store.delete(key).await?;
        }
        Ok(kept.len())
    }

    /// Takes everything personal out of an event's record.
    async fn blank_event(&self, job: &JobId, marks: &Marks) -> Result<(), GatewayError> {
        let key = ObjectKey::JobRecord { job, record: "event" }.path();
        for _ in 0..TRIES {
            let Some((bytes, version)) = self.store.get(&key).await? else { return Ok(()) };
            let damaged = |error: serde_json::Error| GatewayError::Internal(format!("the record {key} cannot be read: {error}"));
            let mut record: EventRecord = serde_json::from_slice(&bytes).map_err(damaged)?;
            let mut stored = parse(&key, record.event.payload)?;
            stored.event.payload = None;
            stored.event.raw_body = None;
            stored.event.tags = None;
            stored.subject = None;
            // Order among what still waits hangs on the key, so that it stays one and tells nothing.
            stored.event.key = stored.event.key.map(|key| sha256_hex(key.as_bytes()));
            if stored.event.event_id.as_deref().is_some_and(|id| tells(id, marks)) {
                stored.event.event_id = None;
            }
            if tells(&record.event.effect_key, marks) {
                // The job's id is the hash of the effect: repeats still meet this event.
                record.event.effect_key = sha256_hex(record.event.effect_key.as_bytes());
                record.event.delivery_key = String::new();
            }
            record.event.payload = serde_json::to_value(&stored).map_err(damaged)?;
            match self.store.put(&key, to_json(&key, &record)?, PutMode::Update(version)).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Conflict { key }.into())
    }
}

/// Whether an id that somebody else made holds one of the marks.
fn tells(id: &str, marks: &Marks) -> bool {
    marks.all().any(|mark| id.contains(mark))
}
