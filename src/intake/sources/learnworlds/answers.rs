//! Reading what the API answers: submissions, pages of them, users, units and tokens.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::intake::wire::{self, Fields, Item};
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

/// Why a page cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It holds no list.
    NotAPage,
    /// It holds more than any honest one.
    Oversized,
}

/// The largest submission on a page, in bytes.
const LARGEST_RESPONSE: usize = 1 << 20;
/// More items than the API puts on a page.
const MOST_ITEMS: usize = 1000;
/// Answers of all submissions on a page.
const MOST_ANSWERS_ON_PAGE: usize = 100_000;

/// A page of responses, of these students only if they are named; each submission is read by itself, so that the whole is never in memory as JSON values. `total_pages` is what ends a walk: a page beyond the last repeats the last one.
pub(super) fn page(answer: &[u8], number: u32, users: Option<&BTreeSet<String>>) -> Result<ResponsePage, Unread> {
    let fields: RawFields<'_> = serde_json::from_slice(answer).map_err(|_| Unread::NotAPage)?;
    let items = fields.get("data").and_then(|data| serde_json::from_str::<RawItems<'_>>(data.get()).ok()).ok_or(Unread::NotAPage)?;
    let meta = fields.get("meta").filter(|meta| meta.get().len() <= LARGEST_RESPONSE);
    let meta: Option<Value> = meta.and_then(|meta| serde_json::from_str(meta.get()).ok());
    let count = |name| meta.as_ref().and_then(Fields::of).and_then(|meta| meta.number(&[name])).filter(|count| *count >= 0.0);
    let total_pages = count("totalpages").map_or(1, |pages| pages as u32);
    let mut responses = Vec::new();
    let mut answers = 0;
    // A page beyond the last one repeats it.
    let items = if number > total_pages.max(1) { Vec::new() } else { items.0 };
    for item in items {
        if item.get().len() > LARGEST_RESPONSE {
            return Err(Unread::Oversized);
        }
        let Ok(item) = serde_json::from_str::<Value>(item.get()) else { continue };
        let Some(response) = Fields::of(&item).and_then(response) else { continue };
        let is_asked = |id: &String| users.is_none_or(|users| users.contains(id));
        if response.student.id.as_ref().is_none_or(is_asked) {
            answers += response.submission.answers.len();
            responses.push(response);
        }
        if answers > MOST_ANSWERS_ON_PAGE {
            return Err(Unread::Oversized);
        }
    }
    Ok(ResponsePage { responses, page: number, total_pages, total_items: count("totalitems").map(|items| items as u64) })
}

/// An object's fields, unread; more than any answer has are passed over.
struct RawFields<'a>(Vec<(String, &'a RawValue)>);

impl<'a> RawFields<'a> {
    /// The field of this name, in whatever case.
    fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

impl<'de> Deserialize<'de> for RawFields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RawVisitor).map(Self)
    }
}

/// A list's items, unread; an object with numbers as keys is a list, too.
struct RawItems<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for RawItems<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = deserializer.deserialize_any(RawVisitor)?;
        // An object with other keys is a thing, not a list of things.
        let numbered: Option<Vec<(u64, &RawValue)>> = items.into_iter().map(|(key, item)| Some((key.parse().ok()?, item))).collect();
        let mut numbered = numbered.ok_or_else(|| D::Error::custom("an object that is no list"))?;
        numbered.sort_by_key(|(number, _)| *number);
        Ok(Self(numbered.into_iter().map(|(_, item)| item).collect()))
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while fields.len() < MOST_ITEMS
            && let Some(entry) = map.next_entry::<String, &RawValue>()?
        {
            fields.push(entry);
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(fields)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while items.len() < MOST_ITEMS
            && let Some(item) = sequence.next_element::<&RawValue>()?
        {
            items.push((items.len().to_string(), item));
        }
        while sequence.next_element::<IgnoredAny>()?.is_some() {}
        Ok(items)
    }
}

/// The title of a course, bare or under `data`.
pub(super) fn course_title(answer: &Value) -> Option<String> {
    let fields = Fields::of(answer)?;
    fields.object(&["data"]).unwrap_or(fields).label(&["title", "name"])
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
    let sections = fields.object(&["data"]).unwrap_or(fields).list(&["sections"])?;
    let units_of = |section: &Item<'_>| -> Vec<CourseUnit> {
        let units = Fields::of(section.value()).and_then(|section| section.list(&["learningunits"])).unwrap_or_default();
        units.iter().filter_map(|unit| course_unit(Fields::of(unit.value())?)).collect()
    };
    Some(sections.iter().flat_map(units_of).collect())
}

fn course_unit(fields: Fields<'_>) -> Option<CourseUnit> {
    Some(CourseUnit { id: fields.id(&["id"])?, title: fields.label(&["title", "name"]), kind: fields.text(&["type"]) })
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
