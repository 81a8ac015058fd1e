//! Erasing all that is kept of one student: overwritten first, removed then, looked for once more at the end.

use std::collections::BTreeSet;

use bytes::Bytes;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::jobs::error::JobsError;
use crate::jobs::failpoint;
use crate::model::card::Card;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::model::mentions::Marks;
use crate::privacy::holdings::{Holdings, is_of, rows};
use crate::privacy::{EVENT_KIND, Privacy, PrivacyError, blank};
use crate::storage::key::lanes::{feed_folder, parse_feed};
use crate::storage::key::{
    CLAIMS_FOLDER, ERASURES_FOLDER, OPEN_ERASURES_FOLDER, ObjectKey, PLATFORM_RECORDS_FOLDER, claim_of_result, parse_record,
};
use crate::storage::{PutMode, StoreError};

/// Writes to a shared file that somebody else changed are made anew so often.
const TRIES: usize = 50;

/// The steps of an erasure, for the tests that die at each of them.
pub const STEPS: [&str; 9] = ["promise", "elsewhere", "records", "feed", "own", "shared", "derived", "index", "receipt"];

/// What was erased and why; it names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Version of this shape.
    pub version: u32,
    /// Its number.
    pub id: String,
    /// When it was asked for.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Who it was about: a keyed hash.
    pub subject: String,
    /// When everything was gone; none while it is under way.
    pub done: Option<Timestamp>,
    /// The reports whose records were blanked.
    pub jobs: BTreeSet<JobId>,
    /// Other jobs whose records were: what platforms told beside completions, and events of the gateway.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub beside: BTreeSet<JobId>,
    /// When it was looked, a day later, that nothing came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<Timestamp>,
    /// Objects that were blanked or removed.
    pub objects: usize,
}

/// What an erasure works on while it is under way; it goes at the end.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Order {
    version: u32,
    id: String,
    student: String,
    jobs: BTreeSet<JobId>,
    /// The student's own objects, noted before the records go that name them.
    #[serde(default)]
    own: BTreeSet<String>,
    /// Ids and addresses that the student is known by, noted before the records go that tell them.
    #[serde(default)]
    marks: Vec<String>,
    /// Other jobs that tell of the student.
    #[serde(default)]
    beside: BTreeSet<JobId>,
}

impl Order {
    fn marks(&self) -> Marks {
        Marks::new(self.marks.iter().cloned().chain([self.student.clone()]))
    }
}

impl Privacy {
    /// What would be erased.
    ///
    /// # Errors
    /// The store's, the index's.
    pub async fn preview(&self, student: &str, scan: bool) -> Result<Holdings, PrivacyError> {
        let jobs = self.jobs_of(student, scan).await?;
        let marks = self.marks_of(student, &jobs).await?;
        self.holdings(student, &jobs, &marks).await
    }

    /// Erases all that is kept of a student. Once the order is in the store it is carried out, whatever dies: by this call, the next start, or `resume`.
    ///
    /// # Errors
    /// What is in the way; the order stands and is taken up again.
    pub async fn erase(&self, student: &str, by: &str, reason: &str, scan: bool) -> Result<Receipt, PrivacyError> {
        let (_, order) = self.order(student, by, reason, scan).await?;
        self.carry_out(&order).await
    }

    /// Orders that all that is kept of a student is erased; [`Self::resume`] carries it out, here or wherever the service lives.
    ///
    /// # Errors
    /// The store's: then nothing was ordered.
    pub async fn promise(&self, student: &str, by: &str, reason: &str) -> Result<Receipt, PrivacyError> {
        self.order(student, by, reason, false).await.map(|(receipt, _)| receipt)
    }

    async fn order(&self, student: &str, by: &str, reason: &str, scan: bool) -> Result<(Receipt, Order), PrivacyError> {
        let jobs = self.jobs_of(student, scan).await?;
        let (now, subject) = (self.now(), self.subject(student).await?);
        let id = format!("{}-{}", now.as_millisecond(), &subject[..8]);
        let receipt = Receipt {
            version: 1,
            id: id.clone(),
            at: now,
            by: by.to_owned(),
            reason: reason.to_owned(),
            subject,
            done: None,
            jobs: jobs.clone(),
            beside: BTreeSet::new(),
            verified: None,
            objects: 0,
        };
        let marks = self.marks_of(student, &jobs).await?.all().map(ToOwned::to_owned).collect();
        let order = Order { version: 1, id, student: student.to_owned(), jobs, own: BTreeSet::new(), marks, beside: BTreeSet::new() };
        failpoint::hit("erase.promise", "before");
        self.write(&ObjectKey::Erasure { id: &receipt.id }.path(), &receipt).await?;
        self.write(&ObjectKey::OpenErasure { id: &receipt.id }.path(), &order).await?;
        failpoint::hit("erase.promise", "after");
        Ok((receipt, order))
    }

    /// Carries out every order that is under way; how many there were.
    ///
    /// # Errors
    /// What is in the way of one of them.
    pub async fn resume(&self) -> Result<usize, PrivacyError> {
        let open: Vec<String> = self.store.scan(OPEN_ERASURES_FOLDER, None).try_collect().await?;
        let mut done = 0;
        let mut failure = None;
        for key in &open {
            // One that cannot be read or done now stops no other.
            match self.resume_one(key).await {
                Ok(()) => done += 1,
                Err(PrivacyError::Store(error)) if error.is_away() => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(key, %error, "An erasure is not done yet; it is tried again");
                    failure = failure.or(Some(error));
                }
            }
        }
        failure.map_or(Ok(done), Err)
    }

    async fn resume_one(&self, key: &str) -> Result<(), PrivacyError> {
        let Some((bytes, _)) = self.store.get(key).await? else { return Ok(()) };
        match serde_json::from_slice::<Order>(&bytes) {
            Ok(order) => drop(self.carry_out(&order).await?),
            // It was blanked, and its removal came back after a power cut.
            Err(_) => self.store.delete(key).await?,
        }
        Ok(())
    }

    /// All receipts, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn receipts(&self) -> Result<Vec<Receipt>, PrivacyError> {
        let keys: Vec<String> = self.store.scan(ERASURES_FOLDER, None).try_collect().await?;
        let mut receipts = Vec::new();
        for key in keys.iter().filter(|key| !key.starts_with(OPEN_ERASURES_FOLDER)) {
            let found = self.store.get(key).await?.and_then(|(bytes, _)| serde_json::from_slice(&bytes).ok());
            receipts.extend(found);
        }
        Ok(receipts)
    }

    /// Erases again whoever was erased and is back, as after a backup was restored; how many were.
    ///
    /// # Errors
    /// The store's.
    pub async fn replay(&self) -> Result<usize, PrivacyError> {
        let receipts = self.receipts().await?;
        let subjects: BTreeSet<&str> = receipts.iter().map(|receipt| receipt.subject.as_str()).collect();
        self.lookup.reconcile().await?;
        let (mut after, mut back) = (None, Vec::new());
        loop {
            let page = self.lookup.all_students("", after, 500).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.student.hash);
            for row in page {
                if let Some(key) = row.student.key
                    && subjects.contains(self.subject(&key).await?.as_str())
                {
                    back.push(key);
                }
            }
        }
        for student in &back {
            self.erase(student, "replay", "erased before a backup was restored", false).await?;
        }
        Ok(back.len())
    }

    async fn carry_out(&self, order: &Order) -> Result<Receipt, PrivacyError> {
        let mut order = order.clone();
        let marks = order.marks();
        // Stopped first: their ends are told in the feed, and are among what is held.
        for job in &order.jobs {
            self.stop(job).await?;
        }
        let mut holdings = self.holdings(&order.student, &order.jobs, &marks).await?;
        for job in &holdings.beside {
            self.stop(job).await?;
        }
        holdings.own.extend(order.own.iter().cloned());
        holdings.beside.extend(order.beside.iter().cloned());
        let touched: BTreeSet<JobId> = holdings.beside.union(&holdings.events).cloned().collect();
        if holdings.own != order.own || !touched.is_subset(&order.beside) {
            order.own.clone_from(&holdings.own);
            order.beside.extend(touched);
            self.write(&ObjectKey::OpenErasure { id: &order.id }.path(), &order).await?;
        }
        step("elsewhere", async { self.elsewhere.erase(&marks, &holdings.events).await.map(drop).map_err(PrivacyError::Elsewhere) })
            .await?;
        step("records", self.blank_records(order.jobs.union(&holdings.beside))).await?;
        step("feed", self.blank_feed(&holdings)).await?;
        step("own", self.remove_own(&holdings)).await?;
        step("shared", self.leave_shared(&holdings, &order)).await?;
        step("derived", async { self.derived.rebuild().await.map_err(PrivacyError::Derived) }).await?;
        step("index", async {
            self.lookup.forget(std::slice::from_ref(&order.student)).await?;
            Ok(())
        })
        .await?;
        let left = self.holdings(&order.student, &order.jobs, &marks).await?;
        let mut still = 0;
        for key in &order.own {
            still += usize::from(!left.own.contains(key) && self.store.get(key).await?.is_some());
        }
        let left = still + left.own.len() + left.shared.len() + left.elsewhere + left.beside.len() + self.unblanked(&left).await?;
        if left > 0 {
            return Err(PrivacyError::Left(left));
        }
        let key = ObjectKey::Erasure { id: &order.id }.path();
        let known = self.value(&key).await?.and_then(|value| serde_json::from_value::<Receipt>(value).ok());
        let mut receipt = known.unwrap_or_else(|| Receipt {
            version: 1,
            id: order.id.clone(),
            at: self.now(),
            by: String::new(),
            reason: String::new(),
            subject: String::new(),
            done: None,
            jobs: order.jobs.clone(),
            beside: BTreeSet::new(),
            verified: None,
            objects: 0,
        });
        receipt.beside.clone_from(&order.beside);
        if receipt.subject.is_empty() {
            receipt.subject = self.subject(&order.student).await?;
        }
        (receipt.done, receipt.objects) = (Some(self.now()), receipt.objects.max(holdings.len()));
        failpoint::hit("erase.receipt", "before");
        self.write(&key, &receipt).await?;
        let open = ObjectKey::OpenErasure { id: &order.id }.path();
        self.store.put(&open, Bytes::from_static(b"{}"), PutMode::Overwrite).await?;
        self.store.delete(&open).await?;
        failpoint::hit("erase.receipt", "after");
        tracing::info!(erasure = receipt.id, jobs = order.jobs.len(), objects = receipt.objects, "A person's data were erased");
        Ok(receipt)
    }

    /// Sees to it that a job neither runs nor is run again.
    async fn stop(&self, job: &JobId) -> Result<(), PrivacyError> {
        let Some(view) = self.operator.show(job).await? else { return Ok(()) };
        match view.state {
            "running" => Err(PrivacyError::Running(job.clone())),
            "waiting" | "parked" => match self.operator.discard(job).await {
                Ok(()) | Err(JobsError::NotFound(_)) => Ok(()),
                Err(JobsError::WrongState { .. }) => Err(PrivacyError::Running(job.clone())),
                Err(error) => Err(error.into()),
            },
            _ => Ok(()),
        }
    }

    pub(super) async fn blank_records(&self, jobs: impl IntoIterator<Item = &JobId>) -> Result<(), PrivacyError> {
        for job in jobs {
            if self.is_event(job).await? {
                continue;
            }
            let keys: Vec<String> = self.store.scan(&ObjectKey::JobFolder { job }.path(), None).try_collect().await?;
            for key in keys {
                let Some((_, name)) = parse_record(&key) else { continue };
                let Some(value) = self.value(&key).await? else {
                    self.blank_and_remove(&key).await?;
                    continue;
                };
                match blank::record(name, &value) {
                    Some(blank) if blank == value => {}
                    Some(blank) => self.write(&key, &blank).await?,
                    None => self.blank_and_remove(&key).await?,
                }
            }
        }
        Ok(())
    }

    pub(super) async fn blank_feed(&self, holdings: &Holdings) -> Result<(), PrivacyError> {
        for key in &holdings.feed {
            match self.value(key).await?.map(serde_json::from_value::<Card>) {
                Some(Ok(card)) => {
                    let bytes = Bytes::from(blank::card(&card).to_bytes());
                    self.store.put(key, bytes, PutMode::Overwrite).await?;
                }
                // Readers make it from the job's records, which are blank by now.
                _ => drop(self.store.put(key, Bytes::from_static(b"{}"), PutMode::Overwrite).await?),
            }
        }
        Ok(())
    }

    async fn remove_own(&self, holdings: &Holdings) -> Result<(), PrivacyError> {
        for key in &holdings.own {
            let claim = if key.starts_with(CLAIMS_FOLDER) { Some(key.clone()) } else { claim_of_result(key) };
            if let Some(claim) = claim {
                self.wishes.bury(&claim).await?;
            }
            self.blank_and_remove(key).await?;
            let record = key.strip_prefix(PLATFORM_RECORDS_FOLDER).and_then(|rest| rest.split_once('/'));
            if let Some((collection, name)) = record {
                // Indexes of texts follow these notes, and take out what is there no more.
                let note = ObjectKey::TextChange { at: self.now(), collection, id: name.trim_end_matches(".json") }.path();
                self.store.put(&note, Bytes::from_static(b"{}"), PutMode::Overwrite).await?;
            }
        }
        Ok(())
    }

    /// Takes the student out of files that tell of others as well.
    async fn leave_shared(&self, holdings: &Holdings, order: &Order) -> Result<(), PrivacyError> {
        for key in &holdings.shared {
            self.change(key, |bytes| without(key, bytes, order)).await?;
        }
        Ok(())
    }

    async fn change(&self, key: &str, of: impl Fn(&[u8]) -> Vec<u8>) -> Result<(), PrivacyError> {
        for _ in 0..TRIES {
            let Some((bytes, version)) = self.store.get(key).await? else { return Ok(()) };
            let changed = of(&bytes);
            if changed == bytes {
                return Ok(());
            }
            match self.store.put(key, Bytes::from(changed), PutMode::Update(version)).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Conflict { key: key.to_owned() }.into())
    }

    /// Blanks all entries of the feed about some jobs.
    pub(super) async fn blank_feed_of(&self, jobs: &BTreeSet<JobId>) -> Result<(), PrivacyError> {
        let mut holdings = Holdings::default();
        for lane in LaneName::ALL {
            let mut keys = self.store.scan(&feed_folder(lane), None);
            while let Some(key) = keys.try_next().await? {
                if parse_feed(lane, &key).is_some_and(|entry| jobs.contains(&entry.job)) {
                    holdings.feed.insert(key);
                }
            }
        }
        self.blank_feed(&holdings).await
    }

    /// Records of an erasure's jobs that are not blank.
    pub(super) async fn unblanked_of(&self, receipt: &Receipt) -> Result<usize, PrivacyError> {
        let mut holdings = Holdings::default();
        for job in receipt.jobs.union(&receipt.beside) {
            if !self.is_event(job).await? {
                let keys: Vec<String> = self.store.scan(&ObjectKey::JobFolder { job }.path(), None).try_collect().await?;
                holdings.records.extend(keys);
            }
        }
        self.unblanked(&holdings).await
    }

    /// Takes the rows of some jobs out of a course's index.
    pub(super) async fn leave_rows(&self, key: &str, jobs: &BTreeSet<JobId>) -> Result<(), PrivacyError> {
        self.change(key, |bytes| without_rows(bytes, |row| row.get(4).and_then(JobId::parse).is_some_and(|job| jobs.contains(&job)))).await
    }

    /// Whether a job's records are the gateway's to blank.
    pub(super) async fn is_event(&self, job: &JobId) -> Result<bool, PrivacyError> {
        let event = self.value(&ObjectKey::JobRecord { job, record: "event" }.path()).await?;
        Ok(event.is_some_and(|event| event["kind"] == EVENT_KIND))
    }

    /// What is removed may come back after a power cut: then it is empty.
    pub(super) async fn blank_and_remove(&self, key: &str) -> Result<(), PrivacyError> {
        self.store.put(key, Bytes::from_static(b"{}"), PutMode::Overwrite).await?;
        self.store.delete(key).await?;
        Ok(())
    }

    /// Records and entries that are not blank.
    pub(super) async fn unblanked(&self, holdings: &Holdings) -> Result<usize, PrivacyError> {
        let mut left = 0;
        for key in &holdings.records {
            let (Some((_, name)), Some(value)) = (parse_record(key), self.value(key).await?) else { continue };
            left += usize::from(blank::record(name, &value).as_ref() != Some(&value));
        }
        for key in &holdings.feed {
            let card = self.value(key).await?.and_then(|value| serde_json::from_value::<Card>(value).ok());
            left += usize::from(card.is_some_and(|card| blank::card(&card) != card));
        }
        Ok(left)
    }

    pub(super) async fn write(&self, key: &str, value: &impl Serialize) -> Result<(), PrivacyError> {
        let bytes = serde_json::to_vec(value).map_err(|error| PrivacyError::Archive(error.to_string()))?;
        self.store.put(key, Bytes::from(bytes), PutMode::Overwrite).await?;
        Ok(())
    }
}

async fn step(name: &str, work: impl Future<Output = Result<(), PrivacyError>>) -> Result<(), PrivacyError> {
    let point = format!("erase.{name}");
    failpoint::hit(&point, "before");
    work.await?;
    failpoint::hit(&point, "after");
    Ok(())
}

/// A table without some rows.
fn without_rows(bytes: &[u8], goes: impl Fn(&csv::StringRecord) -> bool) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows(bytes).iter().filter(|row| !goes(row)) {
        // Writing into memory does not fail.
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_else(|_| bytes.to_vec())
}

/// A shared file without a student.
fn without(key: &str, bytes: &[u8], order: &Order) -> Vec<u8> {
    if key.ends_with("/processed.csv") {
        return without_rows(bytes, |row| is_of(row, &order.student, &order.jobs));
    }
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else { return bytes.to_vec() };
    if key == ObjectKey::SchoolStudents.path() {
        let marks = order.marks();
        if let Some(students) = value.as_object_mut() {
            students.retain(|id, student| !marks.are_in_text(id) && !marks.are_in(student));
        }
        return serde_json::to_vec(&value).unwrap_or_else(|_| bytes.to_vec());
    }
    if let Some(members) = value.as_object_mut() {
        if key.ends_with("/members.json") {
            members.remove(&order.student);
        } else {
            for cause in members.values_mut() {
                let waiting = cause["jobs"].as_object_mut().map(|jobs| {
                    let before = jobs.len();
                    jobs.retain(|job, _| JobId::parse(job).is_none_or(|job| !order.jobs.contains(&job)));
                    before != jobs.len()
                });
                if waiting == Some(true) {
                    // It is the newest job's, which may be this one's.
                    cause["message"] = json!("");
                }
            }
        }
    }
    serde_json::to_vec(&value).unwrap_or_else(|_| bytes.to_vec())
}
