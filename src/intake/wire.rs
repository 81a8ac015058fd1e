//! Lenient reading of platforms' JSON, from webhooks and from APIs alike.
//!
//! Automation bodies are templates filled by hand: every value may arrive as text, keys are spelled as somebody liked, and a variable may arrive unresolved.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;
use url::Url;

use crate::env::Env;
use crate::intake::decode::{Decoded, decode};
use crate::intake::entities::plain_text;
use crate::intake::event::Rejection;
use crate::intake::source::Headers;
use crate::model::person::Student;
use crate::model::submission::{Answer, Submission};

/// Longer than any id the platform makes; a longer text is no id.
const LONGEST_ID: usize = 200;

/// More answers than any test has; a longer list is no submission.
pub(in crate::intake) const MOST_ANSWERS: usize = 2000;
/// The longest name or title in characters.
const LONGEST_LABEL: usize = 200;
/// The longest text of an answer in characters; essays are shorter.
pub(in crate::intake) const LONGEST_ANSWER: usize = 20_000;
/// The longest text of a question in characters.
pub(in crate::intake) const LONGEST_QUESTION: usize = 5_000;

/// A JSON object read by what its keys mean, not how they are spelled: `user_id`, `userId` and `User ID` are one.
#[derive(Clone, Copy)]
pub(in crate::intake) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// The fields of an object.
    pub(in crate::intake) fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    /// The first value under any of `names` (lower case, letters and digits only) that `read` finds something in.
    pub(in crate::intake) fn first<T>(self, names: &[&str], read: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
        names.iter().find_map(|name| self.0.iter().filter(|(key, _)| is_key(key, name)).find_map(|(_, value)| read(value)))
    }

    pub(in crate::intake) fn text(self, names: &[&str]) -> Option<String> {
        self.first(names, text)
    }

    pub(in crate::intake) fn id(self, names: &[&str]) -> Option<String> {
        self.first(names, |value| id(&text(value)?))
    }

    pub(in crate::intake) fn number(self, names: &[&str]) -> Option<f64> {
        self.first(names, number)
    }

    pub(in crate::intake) fn flag(self, names: &[&str]) -> Option<bool> {
        self.first(names, flag)
    }

    pub(in crate::intake) fn time(self, names: &[&str]) -> Option<Timestamp> {
        self.first(names, time)
    }

    pub(in crate::intake) fn object(self, names: &[&str]) -> Option<Fields<'a>> {
        self.first(names, Fields::of)
    }

    /// A name or a title: without character references and markup, of a length that people read.
    pub(in crate::intake) fn label(self, names: &[&str]) -> Option<String> {
        self.first(names, |value| label(&text(value)?))
    }

    /// The items of a list, as platforms write one: an array, an object (PHP writes an array with gaps so), or a text that holds an array (a template variable between quotes). At most one more than [`MOST_ANSWERS`].
    pub(in crate::intake) fn list(self, names: &[&str]) -> Option<Vec<Item<'a>>> {
        self.first(names, |value| match value {
            Value::Array(items) => Some(items.iter().take(MOST_ANSWERS + 1).map(Item::bare).collect()),
            Value::Object(items) => Some(by_key(items)),
            Value::String(text) if is_list_text(text) => {
                let items: Vec<Value> = serde_json::from_str(text).ok()?;
                Some(items.into_iter().take(MOST_ANSWERS + 1).map(|value| Item { key: None, value: Cow::Owned(value) }).collect())
            }
            _ => None,
        })
    }

    /// Whether [`list`](Self::list) would find one.
    pub(in crate::intake) fn has_list(self, names: &[&str]) -> bool {
        let is_list = |value: &Value| match value {
            Value::Array(_) | Value::Object(_) => Some(()),
            Value::String(text) if is_list_text(text) => Some(()),
            _ => None,
        };
        self.first(names, is_list).is_some()
    }
}

/// An item of a list.
pub(in crate::intake) struct Item<'a> {
    /// Its key, where the list is an object with keys that are no numbers.
    key: Option<&'a str>,
    value: Cow<'a, Value>,
}

impl<'a> Item<'a> {
    fn bare(value: &'a Value) -> Self {
        Self { key: None, value: Cow::Borrowed(value) }
    }

    pub(in crate::intake) fn value(&self) -> &Value {
        &self.value
    }
}

/// An object's items in the order of its keys, when these are numbers, else as they come.
fn by_key(items: &Map<String, Value>) -> Vec<Item<'_>> {
    let numbered: Option<Vec<(u64, &Value)>> =
        items.iter().take(MOST_ANSWERS + 1).map(|(key, value)| Some((key.parse().ok()?, value))).collect();
    match numbered {
        Some(mut numbered) => {
            numbered.sort_by_key(|(number, _)| *number);
            numbered.into_iter().map(|(_, value)| Item::bare(value)).collect()
        }
        None => items.iter().take(MOST_ANSWERS + 1).map(|(key, value)| Item { key: Some(key), value: Cow::Borrowed(value) }).collect(),
    }
}

fn is_list_text(text: &str) -> bool {
    text.trim_start().starts_with('[')
}

/// A body that must be JSON, decoded from whatever coding and characters it came in.
pub(in crate::intake) fn json(headers: Headers<'_>, body: &[u8], most: usize) -> Result<Value, Rejection> {
    match decode(headers, body, most)? {
        Decoded::Form(value) => Ok(value),
        Decoded::Text(text) => serde_json::from_str(&text).map_err(|error| Rejection::Malformed {
            message: format!("the body is not JSON (line {}, column {})", error.line(), error.column()),
        }),
    }
}

/// A platform's service from a setting: the whole address. Plain HTTP only to this machine.
pub(in crate::intake) fn service_url(env: &mut Env, name: &str) -> Option<Url> {
    let query = Url::parse(env.var(name)?).ok().and_then(|url| url.query().map(ToOwned::to_owned));
    let mut url = api_root(env, name)?;
    url.set_query(query.as_deref());
    Some(url)
}

/// The root of a platform's API from a setting: its address in the browser will do. Plain HTTP only to this machine.
pub(in crate::intake) fn api_root(env: &mut Env, name: &str) -> Option<Url> {
    let raw = env.var(name)?.to_owned();
    let written = if raw.contains("://") { raw.clone() } else { format!("https://{raw}") };
    let is_local = |url: &Url| url.host_str().is_some_and(|host| matches!(host, "127.0.0.1" | "localhost" | "[::1]"));
    let usable = |url: &Url| {
        let is_plain = url.scheme() == "http" && is_local(url);
        url.has_host() && (url.scheme() == "https" || is_plain) && url.username().is_empty() && url.password().is_none()
    };
    let Some(mut url) = Url::parse(&written).ok().filter(usable) else {
        env.problem(name, format!("'{raw}' is no https address; use the one in the browser, for example https://school.example"));
        return None;
    };
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}

/// The value at a path of exact keys.
pub(in crate::intake) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| value.get(key)).filter(|value| !value.is_null())
}

/// The text at a path of exact keys.
pub(in crate::intake) fn text_at(value: &Value, path: &[&str]) -> Option<String> {
    text(at(value, path)?)
}

/// The id at a path of exact keys.
pub(in crate::intake) fn id_at(value: &Value, path: &[&str]) -> Option<String> {
    id(&text_at(value, path)?)
}

/// The number at a path of exact keys.
pub(in crate::intake) fn number_at(value: &Value, path: &[&str]) -> Option<f64> {
    number(at(value, path)?)
}

/// The instant at a path of exact keys.
pub(in crate::intake) fn time_at(value: &Value, path: &[&str]) -> Option<Timestamp> {
    time(at(value, path)?)
}

/// Whether `key` is `name` but for case and separators.
fn is_key(key: &str, name: &str) -> bool {
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).eq(name.chars())
}

/// A present text in NFC without control characters; a number counts as text.
///
/// Empty, `null` and an unresolved `{{variable}}` are absent.
pub(in crate::intake) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => clean(text),
        Value::Number(number) => {
            Some(number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 1e15).map_or_else(|| number.to_string(), |n| format!("{n:.0}")))
        }
        _ => None,
    }
}

fn clean(text: &str) -> Option<String> {
    let text: String = text.nfc().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = text.trim();
    let unresolved = text.starts_with("{{") && text.ends_with("}}");
    let absent = text.is_empty() || unresolved || matches!(text, "null" | "undefined");
    (!absent).then(|| text.to_owned())
}

/// An id: opaque, but the platform's 24-hex ids are written in lower case.
pub(in crate::intake) fn id(text: &str) -> Option<String> {
    let id = clean(text)?;
    if id.len() > LONGEST_ID || id.contains("{{") {
        return None;
    }
    let is_object_id = id.len() == 24 && id.bytes().all(|b| b.is_ascii_hexdigit());
    Some(if is_object_id { id.to_ascii_lowercase() } else { id })
}

/// A finite number, also as text (`"85"`, `"85,5"`, `"85 %"`).
pub(in crate::intake) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().trim_end_matches('%').trim_end().replace(',', ".").parse().ok(),
        _ => None,
    };
    number.filter(|n: &f64| n.is_finite())
}

/// A switch, also as text or number.
pub(in crate::intake) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        },
        Value::Number(number) => match number.as_i64() {
            Some(1) => Some(true),
            Some(0) => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// An instant: Unix seconds (float or whole, also as text), ISO 8601, or a date as people write it; without an offset it is UTC.
pub(in crate::intake) fn time(value: &Value) -> Option<Timestamp> {
    if let Some(seconds) = number(value) {
        return unix_time(seconds);
    }
    let text = clean(value.as_str()?)?;
    if text.len() > LONGEST_TIME {
        return None;
    }
    text.parse().ok().or_else(|| {
        let civil = day_alone(&text).or_else(|| text.parse::<DateTime>().ok()).or_else(|| written_date(&text))?;
        civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
}

/// Longer than any way to write an instant.
const LONGEST_TIME: usize = 64;
/// A day without a time is its noon: it is the same day then from one end of the Americas to the other end of Asia.
const NOON: Time = Time::constant(12, 0, 0, 0);

fn day_alone(text: &str) -> Option<DateTime> {
    let is_day = text.len() <= 10 && !text.contains([':', 'T']);
    is_day.then(|| text.parse::<Date>().ok()).flatten().map(|day| day.to_datetime(NOON))
}

/// `12/03/2026 23:30`, `12-03-2026`, `2026/03/12`: the day before the month, unless only the other way is a date.
fn written_date(text: &str) -> Option<DateTime> {
    let (day, time) = text.split_once([' ', 'T', ',']).map_or((text, ""), |(day, time)| (day, time.trim()));
    let parts: Vec<i16> = day.split(['/', '-', '.']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let &[first, second, third] = parts.as_slice() else { return None };
    let date = |year: i16, month: i16, day: i16| Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok();
    let date = if first > 31 { date(first, second, third) } else { date(third, second, first).or_else(|| date(third, first, second)) }?;
    let time = if time.is_empty() { NOON } else { clock_time(time)? };
    (date.year() > 2000).then(|| date.to_datetime(time))
}

/// `23:30`, `23:30:05`, `11:30 PM`, `11:30 p. m.`.
fn clock_time(text: &str) -> Option<Time> {
    let letters: String = text.chars().filter(char::is_ascii_alphabetic).flat_map(char::to_lowercase).collect();
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let parts: Vec<i8> = digits.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] => (*hour, *minute, 0),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return None,
    };
    let hour = match letters.as_str() {
        "am" => hour % 12,
        "pm" => hour % 12 + 12,
        _ => hour,
    };
    Time::new(hour, minute, second, 0).ok()
}

/// 2001-09-09: before it the platform did not exist, so a smaller number is a grade or a count.
const EARLIEST_SECONDS: f64 = 1e9;
/// The year 5138: a larger number of seconds is milliseconds.
const LARGEST_SECONDS: f64 = 1e11;

fn unix_time(number: f64) -> Option<Timestamp> {
    let seconds = if number >= LARGEST_SECONDS { number / 1e3 } else { number };
    let plausible = (EARLIEST_SECONDS..LARGEST_SECONDS).contains(&seconds);
    plausible.then(|| Timestamp::from_microsecond((seconds * 1e6).round() as i64).ok()).flatten()
}

/// A user object, of a webhook or of the API.
pub(in crate::intake) fn student(user: Fields<'_>) -> Student {
    Student {
        id: user.id(&["id", "userid"]),
        email: user.text(&["email", "useremail"]),
        name: user.label(&["username", "displayname", "fullname", "name"]),
        first_name: user.label(&["firstname"]),
        last_name: user.label(&["lastname"]),
    }
}

/// A submission object, of a webhook or of the API; its answers may be missing.
pub(in crate::intake) fn submission(fields: Fields<'_>) -> Submission {
    Submission {
        id: fields.id(&["id", "submissionid"]),
        submitted_at: fields.time(SUBMITTED),
        attempt: None,
        grade: fields.number(&["grade"]),
        passed: fields.flag(&["passed"]),
        answers: answers(fields),
    }
}

/// The names of the time a submission was handed in. `created` is when it was started, `modified` moves when a teacher grades.
pub(in crate::intake) const SUBMITTED: &[&str] = &["submittedtimestamp", "submittedat"];

/// The answers, unless there are more than any test has.
fn answers(fields: Fields<'_>) -> Vec<Answer> {
    let items = fields.list(&["answers"]).unwrap_or_default();
    if items.len() > MOST_ANSWERS { Vec::new() } else { items.iter().map(answer).collect() }
}

/// One block; a bare text is an answer without its block, and the key it stands under is the block's. Blocks keep their place even when nothing can be read from them, as position may be all that names the question.
fn answer(item: &Item<'_>) -> Answer {
    let key = item.key.and_then(id);
    let Some(block) = Fields::of(item.value()) else {
        return Answer { block_id: key, answer: answer_text(item.value()), ..Answer::default() };
    };
    Answer {
        block_id: block.id(&["blockid"]).or(key),
        block_type: block.id(&["blocktype"]),
        description: block.text(&["description", "question"]).map(|text| shortened(text, LONGEST_QUESTION)),
        answer: block.first(&["answer"], answer_text),
        points: block.number(&["points"]),
        max_points: block.number(&["blockmaxscore"]),
    }
}

/// The answer as text; several are joined as the platform joins blanks.
fn answer_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Array(items) => {
            let parts: Vec<String> = items.iter().take(MOST_ANSWERS).filter_map(text).collect();
            (!parts.is_empty()).then(|| parts.join(" | "))
        }
        _ => text(value),
    };
    text.map(|text| shortened(text, LONGEST_ANSWER))
}

/// A name or a title as people read it; `None` when nothing is left of it.
pub(in crate::intake) fn label(text: &str) -> Option<String> {
    // What is cut off below is not looked at.
    let text = shortened(text.to_owned(), 8 * LONGEST_LABEL);
    clean(&plain_text(&text)).map(|text| shortened(text, LONGEST_LABEL))
}

/// Rich text as one line of plain text.
pub(in crate::intake) fn plain(text: &str) -> String {
    plain_text(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most so many characters.
pub(in crate::intake) fn shortened(mut text: String, most: usize) -> String {
    if text.len() > most
        && let Some((end, _)) = text.char_indices().nth(most)
    {
        text.truncate(end);
    }
    text
}

/// Longest description of a shape, in bytes.
const LONGEST_SHAPE: usize = 600;
/// Deepest level a description shows.
const DEEPEST_SHAPE: usize = 5;

/// What a body looks like, for the log: keys and kinds, never values; so that a school's first delivery can be diagnosed.
pub fn shape_of(value: &Value) -> String {
    let mut shape = String::new();
    describe(value, 0, &mut shape);
    if shape.len() > LONGEST_SHAPE {
        // Keys are ASCII in a description, so every byte is a boundary.
        shape.truncate(LONGEST_SHAPE);
        shape.push_str("...");
    }
    shape
}

fn describe(value: &Value, depth: usize, out: &mut String) {
    if out.len() > LONGEST_SHAPE {
        return;
    }
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(_) => out.push_str("bool"),
        Value::Number(_) => out.push_str("number"),
        Value::String(text) if clean(text).is_none() => out.push_str("blank"),
        Value::String(_) => out.push_str("string"),
        Value::Array(_) | Value::Object(_) if depth >= DEEPEST_SHAPE => out.push_str("..."),
        Value::Array(items) => {
            out.push('[');
            if let Some(first) = items.first() {
                describe(first, depth + 1, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (at, (key, value)) in map.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                out.push_str(if is_plain_key(key) { key } else { "?" });
                out.push_str(": ");
                describe(value, depth + 1, out);
            }
            out.push('}');
        }
    }
}

/// A key that is a programmer's word; anything else might be somebody's name or address.
fn is_plain_key(key: &str) -> bool {
    (1..=40).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests;
