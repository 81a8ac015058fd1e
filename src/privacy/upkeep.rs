//! What is looked at again later, by the running service: wishes of persons and their end, erasures a day after, persons who came back, and what was to be kept for a time only.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::jobs::error::JobsError;
use crate::jobs::feed;
use crate::jobs::operator::{JobFilter, StateFilter};
use crate::jobs::records::EndState;
use crate::lookup::unseen::{Blocked, Blocks as _};
use crate::lookup::view::StudentView;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::privacy::erase::Receipt;
use crate::privacy::wishes::{Wish, Wished, Wishes};
use crate::privacy::{Privacy, PrivacyError};
use crate::storage::StoreError;
use crate::storage::key::ObjectKey;

/// Jobs that one look goes through.
const MOST_JOBS: usize = 10_000;
/// Students of one page of the index.
const PAGE: usize = 500;
/// An erasure is looked at again after this time.
const VERIFY_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// And at each start until this time is over, as a power cut or an old copy may bring something back.
const VERIFY_UNTIL: SignedDuration = SignedDuration::from_hours(30 * 24);
/// What came for somebody who objected waits so long for them to think again.
const OBJECTED_WAIT: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Privacy {
    /// What persons want, for whoever asks it of single ones.
    pub fn wishes(&self) -> &Wishes {
        &self.wishes
    }

    /// Records what a person wants done with their data; from now on nothing is made of them.
    ///
    /// # Errors
    /// The store's.
    pub async fn wish(&self, student: &str, wish: Wish, by: &str, reason: &str, until: Option<Timestamp>) -> Result<Wished, PrivacyError> {
        let subject = self.subject(student).await?;
        let (also, by, reason) = (BTreeSet::new(), by.to_owned(), reason.to_owned());
        let wished = Wished { v: 1, subject, also, wish, at: self.now(), by, reason, until, lifted: None, followed: false };
        // It holds from here on, whatever becomes of the rest.
        self.wishes.write(&wished).await?;
        self.heed_blocks().await;
        Ok(self.heed(student, &wished).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "processed.csv does not follow yet whose data are blocked; the next look does it");
            wished
        }))
    }

    /// Lets what is derived from reports follow a new wish, of which the index tells whom it is about.
    async fn heed(&self, student: &str, wished: &Wished) -> Result<Wished, PrivacyError> {
        self.lookup.catch_up().await?;
        let found = self.found(student).await?;
        let mut also = BTreeSet::new();
        for id in found.iter().filter_map(|student| student.key.as_deref()) {
            also.insert(self.subject(id).await?);
        }
        also.remove(&wished.subject);
        let named = Wished { also, ..wished.clone() };
        if named != *wished {
            self.wishes.replace(wished, &named).await?;
            self.heed_blocks().await;
        }
        self.follow(&named, &found).await?;
        Ok(named)
    }

    /// The students of the index that have this id or address.
    async fn found(&self, name: &str) -> Result<Vec<StudentView>, PrivacyError> {
        let by_id = self.lookup.any_student(self.lookup.hash_of(name).await?).await?;
        let by_address = self.lookup.all_students(name, None, PAGE).await?;
        let rows = by_id.into_iter().chain(by_address);
        let students = rows.map(|row| row.student).filter(|student| names(student).any(|known| known == name));
        let mut found: Vec<StudentView> = Vec::new();
        for student in students {
            if found.iter().all(|known| known.hash != student.hash) {
                found.push(student);
            }
        }
        Ok(found)
    }

    async fn follow(&self, wished: &Wished, students: &[StudentView]) -> Result<(), PrivacyError> {
        let mut jobs = BTreeSet::new();
        for key in students.iter().filter_map(|student| student.key.as_deref()) {
            jobs.extend(self.jobs_of(key, false).await?);
        }
        self.derived.follow(&jobs).await.map_err(PrivacyError::Derived)?;
        Ok(self.wishes.replace(wished, &Wished { followed: true, ..wished.clone() }).await?)
    }

    /// Lets what is derived follow the wishes that it does not follow yet: whoever recorded them died, or could not.
    async fn follow_all(&self) -> Result<(), PrivacyError> {
        let unfollowed = self.wishes.unfollowed().await?;
        if unfollowed.is_empty() {
            return Ok(());
        }
        self.lookup.catch_up().await?;
        for (wished, student) in self.with_students(unfollowed).await? {
            let students = self.students_of(&wished, student).await?;
            self.follow(&wished, &students).await?;
        }
        Ok(())
    }

    /// Everybody whom a wish is about, by one of them: an address may be several students'.
    async fn students_of(&self, wished: &Wished, student: Option<StudentView>) -> Result<Vec<StudentView>, PrivacyError> {
        for name in student.iter().flat_map(names) {
            if self.subject(name).await? == wished.subject {
                return self.found(name).await;
            }
        }
        Ok(Vec::new())
    }

    /// The lists leave out at once whose data are blocked; where they cannot, the next look does.
    async fn heed_blocks(&self) {
        if let Err(error) = self.lookup.heed_blocks().await {
            tracing::warn!(%error, "The index of reports does not know yet whose data are blocked; the next look tells it");
        }
    }

    /// Whether a report is of somebody whose data are blocked.
    ///
    /// # Errors
    /// The store's.
    pub async fn is_blocked(&self, job: &JobId) -> Result<bool, PrivacyError> {
        if !self.wishes.are_any().await? {
            return Ok(false);
        }
        let card = match feed::current_of(&*self.store, job).await {
            Ok(Some((_, card))) => card,
            Err(JobsError::Store(error)) => return Err(error.into()),
            // Of a card that cannot be read nobody can tell whose it is; what is shown of it names nobody.
            Ok(None) | Err(_) => return Ok(false),
        };
        let student = &card.report.student;
        Ok(self.wishes.is_blocked([Some(student.key.as_str()), student.email.as_deref()].into_iter().flatten()).await?)
    }

    /// Whose data are blocked, for whoever lists what is in no index.
    ///
    /// # Errors
    /// The store's.
    pub async fn blocked(&self) -> Result<Option<Arc<Blocked>>, StoreError> {
        self.wishes.blocked().await
    }

    /// What a student of the index wants; by the id, or else by the address.
    ///
    /// # Errors
    /// The store's.
    pub async fn wish_of(&self, student: &StudentView) -> Result<Option<Wished>, PrivacyError> {
        for name in [student.key.as_deref(), student.email.as_deref()].into_iter().flatten() {
            if let Some(wished) = self.wishes.of(name).await? {
                return Ok(Some(wished));
            }
        }
        Ok(None)
    }

    /// Lifts a wish; what waited because of it goes on. How many reports did.
    ///
    /// # Errors
    /// There is none; the store's.
    pub async fn lift(&self, subject: &str) -> Result<usize, PrivacyError> {
        let found = self.wishes.all().await?.into_iter().find(|wished| wished.subject == subject);
        let Some(wished) = found else { return Err(PrivacyError::NoWish) };
        self.end(wished).await
    }

    async fn end(&self, wished: Wished) -> Result<usize, PrivacyError> {
        let cause = wished.wish.cause();
        let subject = wished.subject.clone();
        let lifted = Wished { lifted: Some(self.now()), followed: false, ..wished };
        self.wishes.write(&lifted).await?;
        self.heed_blocks().await;
        if let Err(error) = self.follow_all().await {
            tracing::warn!(%error, "processed.csv does not follow yet that data are no longer blocked; the next look does it");
        }
        let mut released = 0;
        for (job, of) in self.waiting().await? {
            if of.cause.as_ref() == Some(&cause) && of.subjects.contains(&subject) {
                match self.operator.release(&job).await {
                    Ok(()) => released += 1,
                    // Somebody was faster.
                    Err(JobsError::WrongState { .. } | JobsError::NotFound(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(released)
    }

    /// Parked jobs that wait because of a wish, with whose they are.
    async fn waiting(&self) -> Result<Vec<(JobId, Waiting)>, PrivacyError> {
        let filter = JobFilter { state: Some(StateFilter::Ended(EndState::Parked)), lane: Some(LaneName::Reports), limit: MOST_JOBS };
        let causes = [Wish::Blocked.cause(), Wish::Objected.cause()];
        let parked = self.operator.list_where(&filter, &mut |view| view.cause.as_ref().is_some_and(|cause| causes.contains(cause))).await?;
        let mut found = Vec::new();
        for view in parked {
            let Ok(Some((_, card))) = feed::current_of(&*self.store, &view.id).await else { continue };
            let mut subjects = Vec::new();
            for name in [Some(card.report.student.key.as_str()), card.report.student.email.as_deref()].into_iter().flatten() {
                subjects.push(self.subject(name).await?);
            }
            found.push((view.id, Waiting { cause: view.cause, ended: view.ended_at, subjects }));
        }
        Ok(found)
    }

    /// Wishes that hold, each with the student as far as the index knows them.
    ///
    /// # Errors
    /// The store's, the index's.
    pub async fn wished(&self) -> Result<Vec<(Wished, Option<StudentView>)>, PrivacyError> {
        self.with_students(self.wishes.all().await?).await
    }

    /// Wishes, each with the student as far as the index knows them.
    async fn with_students(&self, wishes: Vec<Wished>) -> Result<Vec<(Wished, Option<StudentView>)>, PrivacyError> {
        let mut told: Vec<(Wished, Option<StudentView>)> = wishes.into_iter().map(|wished| (wished, None)).collect();
        let mut after = None;
        while told.iter().any(|(_, student)| student.is_none()) {
            let page = self.lookup.all_students("", after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.student.hash);
            for row in page {
                for name in [row.student.key.as_deref(), row.student.email.as_deref()].into_iter().flatten() {
                    let subject = self.subject(name).await?;
                    if let Some((_, student)) = told.iter_mut().find(|(wished, _)| wished.subject == subject) {
                        *student = Some(row.student.clone());
                    }
                }
            }
        }
        Ok(told)
    }

    /// What the running service does now and then; `is_start` at its start.
    ///
    /// # Errors
    /// What is in the way of one part; the others were done.
    pub async fn keep_up(&self, is_start: bool) -> Result<(), PrivacyError> {
        let mut first = Ok(());
        let mut note = |result: Result<(), PrivacyError>| {
            if first.is_ok() {
                first = result;
            }
        };
        note(self.resume().await.map(drop));
        note(self.forget_back().await.map(drop));
        note(self.end_wishes().await);
        note(self.follow_all().await);
        note(self.verify(is_start).await.map(drop));
        note(self.retain().await.map(|told| {
            if !told.is_nothing() {
                tracing::info!(
                    answers = told.answers,
                    reports = told.reports,
                    records = told.records,
                    acts = told.acts,
                    "What was to be kept for a time only was removed"
                );
            }
        }));
        first
    }

    /// Wishes whose time is over; and what waited long for somebody who objected is closed, so that nothing is made of it.
    async fn end_wishes(&self) -> Result<(), PrivacyError> {
        for wished in self.wishes.over().await? {
            self.end(wished).await?;
        }
        if self.wishes.all().await?.iter().all(|wished| wished.wish != Wish::Objected) {
            return Ok(());
        }
        let now = self.now();
        for (job, waiting) in self.waiting().await? {
            let is_old = waiting.ended.is_some_and(|ended| now.duration_since(ended) > OBJECTED_WAIT);
            if is_old && waiting.cause == Some(Wish::Objected.cause()) {
                match self.operator.discard(&job).await {
                    Ok(()) | Err(JobsError::WrongState { .. } | JobsError::NotFound(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    /// Takes out what jobs learnt of erased persons anew, once they have ended; how many there were.
    ///
    /// # Errors
    /// The store's; the next look goes on.
    pub async fn forget_back(&self) -> Result<usize, PrivacyError> {
        let mut done = 0;
        for job in self.wishes.back().await? {
            let Some(view) = self.operator.show(&job).await? else { continue };
            if !matches!(view.state, "done" | "dead") {
                continue;
            }
            let student = feed::current_of(&*self.store, &job).await?.map(|(_, card)| card.report.student.key);
            self.blank_records([&job]).await?;
            self.blank_feed_of(&BTreeSet::from([job.clone()])).await?;
            self.lookup.forget(&student.filter(|key| !key.is_empty()).into_iter().collect::<Vec<_>>()).await?;
            self.store.delete(&ObjectKey::CameBack { job: &job }.path()).await?;
            done += 1;
        }
        Ok(done)
    }

    /// Looks at erasures again: those of a day ago, and at a start those of the last thirty. What came back is blanked again. How many were looked at.
    ///
    /// # Errors
    /// The store's.
    pub async fn verify(&self, is_start: bool) -> Result<usize, PrivacyError> {
        let now = self.now();
        let mut looked = 0;
        for receipt in self.receipts().await? {
            let Some(done) = receipt.done else { continue };
            let age = now.duration_since(done);
            let is_due = receipt.verified.is_none() && age >= VERIFY_AFTER;
            let is_caught_up = is_start && age < VERIFY_UNTIL;
            if !is_due && !is_caught_up {
                continue;
            }
            let back = self.unblanked_of(&receipt).await?;
            if back > 0 {
                tracing::warn!(erasure = receipt.id, records = back, "Records of an erased person came back and are erased again");
                self.blank_records(&receipt.jobs).await?;
                self.blank_records(&receipt.beside).await?;
                self.blank_feed_of(&receipt.jobs.union(&receipt.beside).cloned().collect()).await?;
            }
            if is_due {
                self.write(&ObjectKey::Erasure { id: &receipt.id }.path(), &Receipt { verified: Some(now), ..receipt }).await?;
            }
            looked += 1;
        }
        Ok(looked)
    }
}

/// What a student is known by.
fn names(student: &StudentView) -> impl Iterator<Item = &str> {
    [student.key.as_deref(), student.email.as_deref()].into_iter().flatten().filter(|name| !name.is_empty())
}

/// A job that waits because of a wish.
struct Waiting {
    cause: Option<crate::model::cause::Cause>,
    ended: Option<Timestamp>,
    subjects: Vec<String>,
}
