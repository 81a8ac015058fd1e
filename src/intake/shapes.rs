//! The events that services and tools of ours send in one shape: `{"type": …, "data": {…}}`.
//!
//! Several doors take them, each its own types. What a type needs is checked and named; what comes along beside it is kept.

use jiff::Timestamp;
use serde_json::{Map, Value};
use url::Url;

use crate::intake::event::{EventKind, Rejection, effect_key, event_key};
use crate::intake::wire::{self, MOST_ANSWERS};
use crate::model::completion::{Assessment, Completion};
use crate::model::person::Student;
use crate::model::platform_event::{Collection, PlatformEvent, Subject};
use crate::model::submission::{Answer, Submission};

/// What learning platforms and tools send.
pub(in crate::intake) const LTI: &[&str] = &[
    "grade.created",
    "grade.updated",
    "grade.deleted",
    "member.added",
    "member.removed",
    "member.updated",
    "content.created",
    "content.updated",
    "content.deleted",
    COMPLETED,
];
/// What services send.
pub(in crate::intake) const SERVICES: &[&str] = &["transcription.completed", "user.behavior", COMPLETED];
/// What our own programs send.
pub(in crate::intake) const INTERNAL: &[&str] = &["video.upload.completed", "deep_link.created"];
/// Tries the line.
const PING: &str = "test.event";
/// A finished assessment, in our own shape.
const COMPLETED: &str = "assessment.completed";

/// The longest id, title or address.
const LONGEST_TEXT: usize = 2000;
/// More roles than anybody has.
const MOST_ROLES: usize = 50;
/// More than happens in one session between two calls.
const MOST_ACTIONS: usize = 2000;

/// The type that a body names.
pub(in crate::intake) fn type_of(body: &Value) -> Option<&str> {
    body.get("type")?.as_str()
}

/// Understands a body of one of the `allowed` types; `identity` is what makes two calls the same event.
///
/// # Errors
/// [`Rejection::UnknownType`], or [`Rejection::Malformed`] naming the field.
pub(in crate::intake) fn read(source: &'static str, allowed: &[&str], body: &Value, identity: &str) -> Result<EventKind, Rejection> {
    let Some(kind) = type_of(body) else {
        return Err(malformed("'type' is missing: a text such as \"grade.updated\""));
    };
    if kind == PING {
        return Ok(EventKind::Ping);
    }
    let known = allowed.iter().find(|known| **known == kind).ok_or(Rejection::UnknownType)?;
    let Some(data) = body.get("data").and_then(Value::as_object) else {
        return Err(malformed("'data' is missing: an object"));
    };
    let data = Data(data);
    if *known == COMPLETED {
        return completed(source, data, identity);
    }
    let (subject, at) = subject(known, data, identity)?;
    let event = PlatformEvent { source: source.to_owned(), kind: (*known).to_owned(), at, data: Value::Object(data.0.clone()), subject };
    Ok(EventKind::Recorded { event: Box::new(event), effect_key: event_key(source, identity) })
}

/// The record that an event of this type changes, and when.
fn subject(kind: &str, data: Data<'_>, identity: &str) -> Result<(Subject, Timestamp), Rejection> {
    let is_gone = kind.ends_with(".deleted") || kind.ends_with(".removed");
    let subject = match kind.split('.').next().unwrap_or_default() {
        "grade" => {
            let (user, link) = (data.id("userId")?, data.id("resourceLinkId")?);
            data.amount("score")?;
            data.amount("maxScore")?;
            match data.optional_id("gradeId")? {
                Some(grade) => Subject::of(Collection::Grades, &["grade", &grade]),
                None => Subject::of(Collection::Grades, &["of", &user, &link]),
            }
        }
        "member" => {
            data.roles()?;
            Subject::of(Collection::Members, &[&data.id("contextId")?, &data.id("userId")?])
        }
        "content" => {
            data.id("resourceLinkId")?;
            data.text("title")?;
            data.address("url")?;
            Subject::of(Collection::Content, &[&data.id("contentId")?])
        }
        "transcription" => {
            data.id("jobId")?;
            data.address("transcriptionUrl")?;
            data.amount("confidence")?;
            data.amount("duration")?;
            Subject::of(Collection::Transcriptions, &[&data.id("videoId")?])
        }
        "user" => {
            let at = data.actions()?;
            return Ok((Subject::of(Collection::Behaviour, &[&data.id("userId")?, &data.id("sessionId")?, identity]), at));
        }
        "video" => {
            data.object("metadata")?;
            Subject::of(Collection::Videos, &[&data.id("videoId")?])
        }
        "deep_link" => {
            data.word("resourceType", &["assessment", "content", "activity"])?;
            data.id("contextId")?;
            data.id("createdBy")?;
            data.object("configuration")?;
            Subject::of(Collection::DeepLinks, &[&data.id("linkId")?])
        }
        _ => return Err(Rejection::UnknownType),
    };
    Ok((subject.gone_if(is_gone), data.time("timestamp")?))
}

/// A finished assessment in our own shape (docs/platforms.md).
fn completed(source: &'static str, data: Data<'_>, identity: &str) -> Result<EventKind, Rejection> {
    let student = Student {
        id: data.optional_id("userId")?,
        email: data.optional_text("email")?,
        name: data.label("name"),
        first_name: data.label("firstName"),
        last_name: data.label("lastName"),
    };
    let assessment = Assessment {
        id: data.optional_id("assessmentId")?,
        title: data.label("assessmentTitle"),
        course_id: data.optional_id("courseId")?,
        course_title: data.label("courseTitle"),
    };
    let submitted_at = data.0.get("submittedAt").or_else(|| data.0.get("timestamp")).and_then(wire::time);
    let score = data.0.get("score").and_then(wire::number);
    let max = data.0.get("maxScore").and_then(wire::number);
    let answers = data.answers()?;
    let submission = Submission {
        id: data.optional_id("submissionId")?,
        submitted_at,
        attempt: None,
        grade: percent(score, max),
        passed: data.0.get("passed").and_then(wire::flag),
        answers: if answers.is_empty() { result_alone(assessment.title.as_deref(), None, score, max) } else { answers },
    };
    let completion = Completion {
        source: source.to_owned(),
        student,
        assessment,
        submission_id: submission.id.clone(),
        submitted_at,
        school: data.label("school"),
        score_to: data.line_item()?,
        submission: Some(submission).filter(|submission| !submission.answers.is_empty()),
    };
    Ok(completion_kind(completion, identity))
}

/// The event that a completion is, by what it names.
pub(in crate::intake) fn completion_kind(completion: Completion, identity: &str) -> EventKind {
    let effect_key = effect_key(&completion, identity);
    let (student, assessment) = (&completion.student, &completion.assessment);
    let (cause, message) = if assessment.id.is_none() && assessment.title.is_none() {
        ("no_assessment", "The call names no assessment: neither its id nor its title.")
    } else if student.id.is_none() && student.email.is_none() {
        ("no_student", "The call names no student: neither an id nor an e-mail address.")
    } else {
        return EventKind::Completed { completion: Box::new(completion), effect_key };
    };
    EventKind::Unusable { completion: Box::new(completion), effect_key, cause, message: message.to_owned() }
}

/// A result without answers, as one answer to the whole: enough for a report by points (`bank = "optional"` in the assessment's profile).
pub(in crate::intake) fn result_alone(title: Option<&str>, response: Option<String>, score: Option<f64>, max: Option<f64>) -> Vec<Answer> {
    let Some(score) = score else { return Vec::new() };
    let answer = Answer {
        description: title.map(ToOwned::to_owned),
        answer: Some(response.unwrap_or_else(|| score.to_string())),
        points: Some(score),
        max_points: max,
        ..Answer::default()
    };
    vec![answer]
}

/// A score in percent of what could be reached.
pub(in crate::intake) fn percent(score: Option<f64>, max: Option<f64>) -> Option<f64> {
    let (score, max) = (score?, max?);
    (max > 0.0).then(|| (score / max * 100.0).clamp(0.0, 100.0))
}

fn malformed(message: impl Into<String>) -> Rejection {
    Rejection::Malformed { message: message.into() }
}

/// The `data` of an event, read by its exact keys; what is wrong is named, its value never.
#[derive(Clone, Copy)]
struct Data<'a>(&'a Map<String, Value>);

impl Data<'_> {
    fn id(self, key: &str) -> Result<String, Rejection> {
        self.optional_id(key)?.ok_or_else(|| malformed(format!("'data.{key}' is missing: a text")))
    }

    fn optional_id(self, key: &str) -> Result<Option<String>, Rejection> {
        match self.0.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value @ (Value::String(_) | Value::Number(_))) => match wire::text(value) {
                Some(text) if text.len() <= LONGEST_TEXT => Ok(Some(text)),
                Some(_) => Err(malformed(format!("'data.{key}' is longer than {LONGEST_TEXT} bytes"))),
                None => Err(malformed(format!("'data.{key}' is empty"))),
            },
            Some(_) => Err(malformed(format!("'data.{key}' must be a text"))),
        }
    }

    fn optional_text(self, key: &str) -> Result<Option<String>, Rejection> {
        self.optional_id(key)
    }

    fn text(self, key: &str) -> Result<String, Rejection> {
        self.id(key)
    }

    fn label(self, key: &str) -> Option<String> {
        wire::label(&wire::text(self.0.get(key)?)?)
    }

    fn amount(self, key: &str) -> Result<f64, Rejection> {
        let number = self.0.get(key).and_then(Value::as_f64).filter(|number| number.is_finite());
        number.ok_or_else(|| malformed(format!("'data.{key}' must be a number")))
    }

    fn time(self, key: &str) -> Result<Timestamp, Rejection> {
        let time = self.0.get(key).and_then(wire::time);
        time.ok_or_else(|| malformed(format!("'data.{key}' must be a time such as 2024-01-01T12:00:00Z")))
    }

    fn object(self, key: &str) -> Result<(), Rejection> {
        let is_object = self.0.get(key).is_some_and(Value::is_object);
        if is_object { Ok(()) } else { Err(malformed(format!("'data.{key}' must be an object"))) }
    }

    fn word(self, key: &str, words: &[&str]) -> Result<(), Rejection> {
        let known = self.0.get(key).and_then(Value::as_str).is_some_and(|word| words.contains(&word));
        if known { Ok(()) } else { Err(malformed(format!("'data.{key}' must be one of: {}", words.join(", ")))) }
    }

    /// A web address; it is kept and never fetched here.
    fn address(self, key: &str) -> Result<(), Rejection> {
        let text = self.text(key)?;
        let is_web = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if is_web { Ok(()) } else { Err(malformed(format!("'data.{key}' must be an http or https address"))) }
    }

    /// Where the platform takes the score back: `lineItem`, or the claim of the launch as it stood there.
    fn line_item(self) -> Result<Option<String>, Rejection> {
        const CLAIM: &str = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint";
        let item = self.0.get("lineItem").or_else(|| self.0.get(CLAIM)?.get("lineitem")).filter(|item| !item.is_null());
        let Some(item) = item else { return Ok(None) };
        let is_address = |text: &&str| {
            text.len() <= LONGEST_TEXT && Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        };
        match item.as_str().filter(is_address) {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(malformed("'data.lineItem' must be an http or https address")),
        }
    }

    fn roles(self) -> Result<(), Rejection> {
        let roles = self.0.get("roles").and_then(Value::as_array);
        let are_texts = roles.is_some_and(|roles| roles.len() <= MOST_ROLES && roles.iter().all(Value::is_string));
        if are_texts { Ok(()) } else { Err(malformed(format!("'data.roles' must be a list of at most {MOST_ROLES} texts"))) }
    }

    /// Checks what a user did, and tells when the last of it happened.
    fn actions(self) -> Result<Timestamp, Rejection> {
        let events = self.0.get("events").and_then(Value::as_array).filter(|events| (1..=MOST_ACTIONS).contains(&events.len()));
        let events = events.ok_or_else(|| malformed(format!("'data.events' must be a list of 1 to {MOST_ACTIONS} objects")))?;
        let mut last = None;
        for (at, event) in events.iter().enumerate() {
            let fault = |what: &str| malformed(format!("'data.events[{at}]' {what}"));
            let object = Data(event.as_object().ok_or_else(|| fault("must be an object"))?);
            object.word("type", &["click", "view", "interaction"]).map_err(|_| fault("needs a type of: click, view, interaction"))?;
            object.text("element").map_err(|_| fault("needs an element"))?;
            let time = object.time("timestamp").map_err(|_| fault("needs a timestamp"))?;
            if object.0.get("metadata").is_some_and(|metadata| !metadata.is_object() && !metadata.is_null()) {
                return Err(fault("has metadata that is no object"));
            }
            last = last.max(Some(time));
        }
        last.ok_or_else(|| malformed("'data.events' is empty"))
    }

    fn answers(self) -> Result<Vec<Answer>, Rejection> {
        let items = match self.0.get("answers") {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(items)) if items.len() <= MOST_ANSWERS => items,
            Some(_) => return Err(malformed(format!("'data.answers' must be a list of at most {MOST_ANSWERS} answers"))),
        };
        Ok(items.iter().map(answer).collect())
    }
}

/// `{"id", "question", "answer", "points", "maxPoints"}`, or the answer's text alone.
fn answer(item: &Value) -> Answer {
    let text = |value: &Value, most: usize| wire::text(value).map(|text| wire::shortened(text, most));
    if !item.is_object() {
        return Answer { answer: text(item, wire::LONGEST_ANSWER), ..Answer::default() };
    }
    Answer {
        block_id: wire::id_at(item, &["id"]),
        block_type: wire::id_at(item, &["type"]),
        description: item.get("question").and_then(|value| text(value, wire::LONGEST_QUESTION)),
        answer: item.get("answer").and_then(|value| text(value, wire::LONGEST_ANSWER)),
        points: wire::number_at(item, &["points"]),
        max_points: wire::number_at(item, &["maxPoints"]),
    }
}

#[cfg(test)]
mod tests;
