//! Lenient reading of the platform's JSON, from webhooks and from the API alike.
//!
//! Automation bodies are templates filled by hand: every value may arrive as text, keys are spelled as somebody liked, and a variable may arrive unresolved.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use crate::model::person::Student;
use crate::model::submission::{Answer, Submission};

/// Longer than any id the platform makes; a longer text is no id.
const LONGEST_ID: usize = 200;

/// A JSON object read by what its keys mean, not how they are spelled: `user_id`, `userId` and `User ID` are one.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// The fields of an object.
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    /// The first value under any of `names` (lower case, letters and digits only) that `read` finds something in.
    pub(super) fn first<T>(self, names: &[&str], read: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
        names.iter().find_map(|name| self.0.iter().filter(|(key, _)| is_key(key, name)).find_map(|(_, value)| read(value)))
    }

    pub(super) fn text(self, names: &[&str]) -> Option<String> {
        self.first(names, text)
    }

    pub(super) fn id(self, names: &[&str]) -> Option<String> {
        self.first(names, |value| id(&text(value)?))
    }

    pub(super) fn number(self, names: &[&str]) -> Option<f64> {
        self.first(names, number)
    }

    pub(super) fn flag(self, names: &[&str]) -> Option<bool> {
        self.first(names, flag)
    }

    pub(super) fn time(self, names: &[&str]) -> Option<Timestamp> {
        self.first(names, time)
    }

    pub(super) fn object(self, names: &[&str]) -> Option<Fields<'a>> {
        self.first(names, Fields::of)
    }

    /// An array, or a text that holds one (a template variable between quotes).
    pub(super) fn array(self, names: &[&str]) -> Option<Vec<Value>> {
        self.first(names, |value| match value {
            Value::Array(items) => Some(items.clone()),
            Value::String(text) if text.trim_start().starts_with('[') => serde_json::from_str(text).ok(),
            _ => None,
        })
    }
}

/// Whether `key` is `name` but for case and separators.
fn is_key(key: &str, name: &str) -> bool {
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).eq(name.chars())
}

/// A present text in NFC without control characters; a number counts as text.
///
/// Empty, `null` and an unresolved `{{variable}}` are absent.
pub(super) fn text(value: &Value) -> Option<String> {
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
pub(super) fn id(text: &str) -> Option<String> {
    let id = clean(text)?;
    if id.len() > LONGEST_ID || id.contains("{{") {
        return None;
    }
    let is_object_id = id.len() == 24 && id.bytes().all(|b| b.is_ascii_hexdigit());
    Some(if is_object_id { id.to_ascii_lowercase() } else { id })
}

/// A finite number, also as text (`"85"`, `"85,5"`, `"85 %"`).
pub(super) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().trim_end_matches('%').trim_end().replace(',', ".").parse().ok(),
        _ => None,
    };
    number.filter(|n: &f64| n.is_finite())
}

/// A switch, also as text or number.
fn flag(value: &Value) -> Option<bool> {
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

/// An instant: Unix seconds (float or whole, also as text) or ISO 8601; without an offset it is UTC.
pub(super) fn time(value: &Value) -> Option<Timestamp> {
    if let Some(seconds) = number(value) {
        return unix_time(seconds);
    }
    let text = clean(value.as_str()?)?;
    text.parse().ok().or_else(|| text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp()))
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
pub(super) fn student(user: Fields<'_>) -> Student {
    Student {
        id: user.id(&["id", "userid"]),
        email: user.text(&["email", "useremail"]),
        name: user.text(&["username", "displayname", "fullname", "name"]),
        first_name: user.text(&["firstname"]),
        last_name: user.text(&["lastname"]),
    }
}

/// A submission object, of a webhook or of the API; its answers may be missing.
pub(super) fn submission(fields: Fields<'_>) -> Submission {
    Submission {
        id: fields.id(&["id", "submissionid"]),
        submitted_at: fields.time(SUBMITTED),
        attempt: None,
        grade: fields.number(&["grade"]),
        passed: fields.flag(&["passed"]),
        answers: fields.array(&["answers"]).unwrap_or_default().iter().map(answer).collect(),
    }
}

/// The names of the time a submission was handed in. `created` is when it was started, `modified` moves when a teacher grades.
pub(super) const SUBMITTED: &[&str] = &["submittedtimestamp", "submittedat"];

/// One block; a bare text is an answer without its block. Blocks keep their place even when nothing can be read from them, as position may be all that names the question.
fn answer(value: &Value) -> Answer {
    let Some(block) = Fields::of(value) else {
        return Answer { answer: answer_text(value), ..Answer::default() };
    };
    Answer {
        block_id: block.text(&["blockid"]),
        block_type: block.text(&["blocktype"]),
        description: block.text(&["description", "question"]),
        answer: block.first(&["answer"], answer_text),
        points: block.number(&["points"]),
        max_points: block.number(&["blockmaxscore"]),
    }
}

/// The answer as text; several are joined as the platform joins blanks.
fn answer_text(value: &Value) -> Option<String> {
    match value {
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Array(items) => {
            let parts: Vec<String> = items.iter().filter_map(text).collect();
            (!parts.is_empty()).then(|| parts.join(" | "))
        }
        _ => text(value),
    }
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
