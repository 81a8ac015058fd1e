//! Reading what the API answers: submissions, pages of them, users, units and tokens.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;

use super::wire::{self, Fields};
use crate::model::person::Student;
use crate::model::submission::Submission;

/// How far the platform's clock and the event's may be apart.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(2);

/// One student's submission, as a page of all responses lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Id and e-mail address of the student.
    pub student: Student,
    /// What was answered.
    pub submission: Submission,
}

/// A page of an assessment's responses, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponsePage {
    /// The finished submissions on it.
    pub responses: Vec<Response>,
    /// This page's number, from 1.
    pub page: u32,
    /// How many pages there are now; new submissions push older ones to later pages, so a resumed walk sees some twice and misses none.
    pub total_pages: u32,
    /// How many submissions there are, for a progress bar.
    pub total_items: Option<u64>,
}

impl ResponsePage {
    /// The page to ask for next.
    pub fn next(&self) -> Option<u32> {
        (self.page < self.total_pages).then(|| self.page + 1)
    }
}

/// A learning unit of a course; an assessment's id is its unit's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseUnit {
    /// The unit's id.
    pub id: String,
    /// Its title.
    pub title: Option<String>,
    /// Its type as the platform spells it (`assessmentV2`, older `assessment`).
    pub kind: Option<String>,
}

impl CourseUnit {
    /// Whether the unit is an assessment.
    pub fn is_assessment(&self) -> bool {
        self.kind.as_deref().is_some_and(|kind| kind.to_ascii_lowercase().starts_with("assessment"))
    }
}

/// A minted token.
#[derive(Clone)]
pub(super) struct Token {
    /// What is sent.
    pub(super) secret: SecretString,
    /// When to mint the next one.
    pub(super) expires: Timestamp,
}

/// A page of responses; `None` when the answer holds no list. `total_pages` is what ends a walk: a page beyond the last repeats the last one.
pub(super) fn page(answer: &Value, number: u32) -> Option<ResponsePage> {
    let fields = Fields::of(answer)?;
    let items = fields.array(&["data"])?;
    let meta = fields.object(&["meta"]);
    let count = |name| meta.and_then(|meta| meta.number(&[name])).filter(|count| *count >= 0.0);
    let total_pages = count("totalpages").map_or(1, |pages| pages as u32);
    let beyond = number > total_pages.max(1);
    let responses = if beyond { Vec::new() } else { items.iter().filter_map(|item| response(Fields::of(item)?)).collect() };
    Some(ResponsePage { responses, page: number, total_pages, total_items: count("totalitems").map(|items| items as u64) })
}

/// A finished submission; one still in progress has no time of submission.
fn response(fields: Fields<'_>) -> Option<Response> {
    let submission = wire::submission(fields);
    submission.submitted_at?;
    let student = Student { id: fields.id(&["userid"]), email: fields.text(&["email"]), ..Student::default() };
    Some(Response { student, submission })
}

/// Newest first, each once (a submission may move to the next page between two calls), attempts numbered from the oldest.
pub(super) fn in_order(mut submissions: Vec<Submission>) -> Vec<Submission> {
    let mut seen = BTreeSet::new();
    submissions.retain(|submission| submission.id.clone().is_none_or(|id| seen.insert(id)));
    submissions.sort_by_key(|submission| Reverse(submission.submitted_at));
    let count = submissions.len() as u32;
    for (at, submission) in submissions.iter_mut().enumerate() {
        submission.attempt = Some(count - at as u32);
    }
    submissions
}

/// The newest submission handed in by `not_after`; when all are later, that time meant something else, and the nearest one is taken.
pub(super) fn pick(mut newest_first: Vec<Submission>, not_after: Option<Timestamp>) -> Option<Submission> {
    let limit = not_after.map(|time| time.saturating_add(CLOCK_TOLERANCE).unwrap_or(Timestamp::MAX));
    let in_time = |submission: &Submission| limit.is_none_or(|limit| submission.submitted_at.is_none_or(|time| time <= limit));
    let at = newest_first.iter().position(in_time).or(newest_first.len().checked_sub(1))?;
    Some(newest_first.swap_remove(at))
}

/// A user, bare or under `data`; `None` without an id.
pub(super) fn user(answer: &Value) -> Option<Student> {
    let fields = Fields::of(answer)?;
    let student = wire::student(fields.object(&["data"]).unwrap_or(fields));
    student.id.is_some().then_some(student)
}

/// The units of a course, in order; `None` when the answer holds no sections.
pub(super) fn units(answer: &Value) -> Option<Vec<CourseUnit>> {
    let fields = Fields::of(answer)?;
    let sections = fields.object(&["data"]).unwrap_or(fields).array(&["sections"])?;
    let units = sections.iter().filter_map(|section| Fields::of(section)?.array(&["learningunits"])).flatten();
    Some(units.filter_map(|unit| course_unit(Fields::of(&unit)?)).collect())
}

fn course_unit(fields: Fields<'_>) -> Option<CourseUnit> {
    Some(CourseUnit { id: fields.id(&["id"])?, title: fields.text(&["title", "name"]), kind: fields.text(&["type"]) })
}

/// `{"tokenData":{"access_token","expires_in"}}`, or the bare object. A token is given up a little before it expires.
pub(super) fn token(answer: &Value, now: Timestamp) -> Option<Token> {
    let fields = Fields::of(answer)?;
    let data = fields.object(&["tokendata"]).unwrap_or(fields);
    let secret = data.text(&["accesstoken"])?;
    let life = data.number(&["expiresin"]).unwrap_or(3600.0).clamp(0.0, 1e9);
    let margin = (life / 10.0).min(300.0);
    let expires = now.saturating_add(Duration::from_secs_f64(life - margin)).unwrap_or(Timestamp::MAX);
    Some(Token { secret: SecretString::from(secret), expires })
}
