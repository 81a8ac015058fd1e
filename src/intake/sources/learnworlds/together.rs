//! Fetching together: the students of one assessment whose jobs wait are asked about in one call.
//!
//! The platform allows 30 calls in 10 seconds, and a class finishes within a minute.
//! A call about one student gathers others for a moment; it also brings those whose events have been accepted and whose jobs are still to run.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::answers::{self, Response};
use super::client::LearnWorldsClient;
use super::error::ApiError;
use crate::clock::Clock;
use crate::model::submission::Submission;

/// How long a call waits for others; a lone job is not held up longer.
const GATHER: Duration = Duration::from_millis(30);
/// Students per call: their submissions fit on one page of 200 unless most of them took the test more than twice.
const MOST_STUDENTS: usize = 100;
/// How long what came along with another's call is believed.
const FRESH: Duration = Duration::from_mins(1);
/// How long an accepted event is expected to be asked about.
const EXPECTED: Duration = Duration::from_mins(10);
/// Accepted events remembered.
const MOST_EXPECTED: usize = 10_000;
/// What came along with other calls and is not asked for yet, in bytes.
const MOST_HELD: usize = 24 * 1024 * 1024;
/// After so many equal failures about single students, the failure is not about them.
const EQUAL_FAILURES: usize = 3;

type Answered = Result<Vec<Submission>, ApiError>;

/// The students asked about at this moment.
pub(super) struct Together {
    client: Arc<LearnWorldsClient>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    lines: HashMap<String, Line>,
    /// By assessment and student.
    held: HashMap<(String, String), HeldCall>,
    held_bytes: usize,
    expected: usize,
}

/// Who waits for answers on one assessment.
#[derive(Default)]
struct Line {
    waiting: Vec<Waiting>,
    expected: VecDeque<(String, Timestamp)>,
    /// Somebody makes the calls.
    is_led: bool,
}

struct Waiting {
    student: String,
    tell: oneshot::Sender<Answered>,
}

struct HeldCall {
    at: Timestamp,
    submissions: Vec<Submission>,
    bytes: usize,
}

impl Together {
    pub(super) fn new(client: Arc<LearnWorldsClient>, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { client, clock, state: Mutex::default() })
    }

    /// Says that this student will be asked about soon.
    pub(super) fn expect(&self, assessment: &str, student: &str) {
        if !is_object_id(student) {
            return;
        }
        let now = self.clock.now();
        let mut state = self.lock();
        // What was fetched before this event may not show it.
        let _ = state.take_held(assessment, student, now);
        if state.expected >= MOST_EXPECTED {
            return;
        }
        state.expected += 1;
        state.lines.entry(assessment.to_owned()).or_default().expected.push_back((student.to_owned(), now));
    }

    /// All finished submissions of one student on one assessment, newest first.
    pub(super) async fn responses(self: &Arc<Self>, assessment: &str, student: &str) -> Answered {
        // An id of another form could make the call fail for all.
        if !is_object_id(student) {
            return self.client.responses(assessment, student).await;
        }
        let (tell, told) = oneshot::channel();
        {
            let now = self.clock.now();
            let mut state = self.lock();
            if let Some(held) = state.take_held(assessment, student, now) {
                return Ok(held);
            }
            let line = state.lines.entry(assessment.to_owned()).or_default();
            line.waiting.push(Waiting { student: student.to_owned(), tell });
            if !std::mem::replace(&mut line.is_led, true) {
                // On a task of its own: the job that came first may end while others wait.
                let (together, assessment) = (Arc::clone(self), assessment.to_owned());
                tokio::spawn(async move { together.lead(&assessment).await });
            }
        }
        told.await.unwrap_or_else(|_| {
            Err(ApiError::Unavailable { retry_after: None, message: "the answers could not be fetched; the job tries again".to_owned() })
        })
    }

    /// Makes calls until nobody waits.
    async fn lead(&self, assessment: &str) {
        let _leading = Leading { together: self, assessment };
        loop {
            tokio::time::sleep(GATHER).await;
            let mut waiting = Vec::new();
            let choose = || self.lock().choose(assessment, self.clock.now(), &mut waiting);
            let result = self.client.responses_together(assessment, choose).await;
            match result {
                Ok(responses) => self.deliver(assessment, waiting, responses).await,
                Err(error) => self.fail(assessment, waiting, error).await,
            }
            let mut state = self.lock();
            let Some(line) = state.lines.get_mut(assessment) else { return };
            if line.waiting.is_empty() {
                line.is_led = false;
                if line.expected.is_empty() {
                    state.lines.remove(assessment);
                }
                return;
            }
        }
    }

    async fn deliver(&self, assessment: &str, waiting: Vec<Waiting>, responses: Vec<Response>) {
        let has_nameless = responses.iter().any(|response| response.student.id.is_none());
        let mut by_student: BTreeMap<String, Vec<Submission>> = BTreeMap::new();
        for Response { student, submission } in responses {
            if let Some(id) = student.id {
                by_student.entry(id).or_default().push(submission);
            }
        }
        let mut alone = Vec::new();
        let asked: BTreeSet<String> = waiting.iter().map(|one| one.student.clone()).collect();
        for one in waiting {
            match by_student.get(&one.student) {
                // Whoever gave up waiting needs no answer.
                Some(submissions) => _ = one.tell.send(Ok(answers::in_order(submissions.clone()))),
                None if has_nameless => alone.push(one),
                None => _ = one.tell.send(Ok(Vec::new())),
            }
        }
        {
            let now = self.clock.now();
            let mut state = self.lock();
            state.forget_held(now);
            for (student, submissions) in by_student.into_iter().filter(|(student, _)| !asked.contains(student)) {
                state.hold(assessment, student, answers::in_order(submissions), now);
            }
        }
        for one in alone {
            let answer = self.client.responses(assessment, &one.student).await;
            let _ = one.tell.send(answer);
        }
    }

    /// A refusal may be about one of the students only: then each is asked about alone, so that one does not stop the others.
    async fn fail(&self, assessment: &str, waiting: Vec<Waiting>, error: ApiError) {
        let may_be_about_one =
            matches!(error, ApiError::NotFound { .. } | ApiError::Invalid { .. } | ApiError::Oversized { .. } | ApiError::Malformed { .. });
        let several = waiting.len() > 1;
        let mut equal = 0;
        let mut last: Option<ApiError> = None;
        for one in waiting {
            let answer = match &last {
                Some(last) if equal >= EQUAL_FAILURES => Err(last.clone()),
                _ if several && may_be_about_one => self.client.responses(assessment, &one.student).await,
                _ => Err(error.clone()),
            };
            let failure = answer.as_ref().err().cloned();
            let is_equal = failure.as_ref().map(ApiError::cause) == last.as_ref().map(ApiError::cause);
            equal = if failure.is_none() {
                0
            } else if is_equal {
                equal + 1
            } else {
                1
            };
            last = failure;
            let _ = one.tell.send(answer);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the one who makes the calls meets a fault of the program, nobody waits for it any more.
struct Leading<'a> {
    together: &'a Together,
    assessment: &'a str,
}

impl Drop for Leading<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.together.lock().lines.remove(self.assessment);
        }
    }
}

impl State {
    /// Whom the next call is about: those who wait, and with them those who are expected.
    fn choose(&mut self, assessment: &str, now: Timestamp, waiting: &mut Vec<Waiting>) -> BTreeSet<String> {
        let Some(line) = self.lines.get_mut(assessment) else { return BTreeSet::new() };
        let mut students = BTreeSet::new();
        let rest = line.waiting.split_off(line.waiting.len().min(MOST_STUDENTS));
        *waiting = std::mem::replace(&mut line.waiting, rest);
        students.extend(waiting.iter().map(|one| one.student.clone()));
        let before = line.expected.len();
        let mut left = VecDeque::new();
        for (student, at) in std::mem::take(&mut line.expected) {
            let is_due = now.duration_since(at).unsigned_abs() < EXPECTED && !students.contains(&student);
            if is_due && students.len() < MOST_STUDENTS {
                students.insert(student);
            } else if is_due {
                left.push_back((student, at));
            }
        }
        line.expected = left;
        self.expected -= before - line.expected.len();
        students
    }

    fn forget_held(&mut self, now: Timestamp) {
        self.held.retain(|_, held| now.duration_since(held.at).unsigned_abs() < FRESH);
        self.held_bytes = self.held.values().map(|held| held.bytes).sum();
    }

    fn hold(&mut self, assessment: &str, student: String, submissions: Vec<Submission>, now: Timestamp) {
        let bytes: usize = submissions.iter().map(weight).sum();
        if self.held_bytes + bytes <= MOST_HELD {
            let replaced = self.held.insert((assessment.to_owned(), student), HeldCall { at: now, submissions, bytes });
            self.held_bytes += bytes - replaced.map_or(0, |held| held.bytes).min(bytes);
        }
    }

    fn take_held(&mut self, assessment: &str, student: &str, now: Timestamp) -> Option<Vec<Submission>> {
        let held = self.held.remove(&(assessment.to_owned(), student.to_owned()))?;
        self.held_bytes -= held.bytes;
        (now.duration_since(held.at).unsigned_abs() < FRESH).then_some(held.submissions)
    }
}

/// About how much memory a submission takes.
fn weight(submission: &Submission) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let answers = submission.answers.iter();
    200 + answers.map(|a| 200 + text(&a.answer) + text(&a.description) + text(&a.block_id) + text(&a.block_type)).sum::<usize>()
}

fn is_object_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests;
