//! What messages mean, both ways. Pure: nothing here is read, written or asked.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::gateway::model::{DeliveryState, NewEvent};
use crate::gateway::outbox::Outgoing;
use crate::kafka::broker::Message;
use crate::signing::sha256_hex;

/// The header that tells our own messages from those of others.
pub(crate) const ORIGIN: &str = "gradepost-origin";
/// The header that makes any message of the retry topic a command.
const COMMAND: &str = "command";
const TRY_NOW: &str = "try-now";
/// No name in a header or a field is longer.
const MOST_NAME: usize = 512;

/// Why a message is passed over, as one stable word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It has no value.
    Empty,
    /// Its value is no JSON.
    NotJson,
    /// It names no institution.
    NoInstitution,
    /// Nobody has that name.
    UnknownInstitution,
    /// It does not say what happened.
    NoType,
    /// Something in it cannot be taken.
    Invalid,
    /// It is larger than an event may be.
    TooLarge,
    /// Another message had the same `webhook-id`.
    IdReused,
    /// A command that names no event, or one that is not there.
    NoEvent,
    /// A command that cannot be followed.
    NotPossible,
    /// The client cannot read it.
    Unreadable,
}

impl Reason {
    /// The word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotJson => "not_json",
            Self::NoInstitution => "no_institution",
            Self::UnknownInstitution => "unknown_institution",
            Self::NoType => "no_type",
            Self::Invalid => "invalid",
            Self::TooLarge => "too_large",
            Self::IdReused => "id_reused",
            Self::NoEvent => "no_event",
            Self::NotPossible => "not_possible",
            Self::Unreadable => "unreadable",
        }
    }

    /// What is wrong and what to do.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Empty => "the message has no value",
            Self::NotJson => "the value is no JSON",
            Self::NoInstitution => "no institution is named; send the header institution with its id or uid",
            Self::UnknownInstitution => "there is no such institution; create it, then try the message again",
            Self::NoType => "nothing says what happened; send the header event-type",
            Self::Invalid => "something in it cannot be taken",
            Self::TooLarge => "it is larger than an event may be",
            Self::IdReused => "another message with other content had the same webhook-id",
            Self::NoEvent => "no event of this id is there; send the headers webhook-id and institution",
            Self::NotPossible => "the delivery cannot be tried: its endpoint is disabled or gone, or the payload is",
            Self::Unreadable => "the client cannot read it: it is damaged, or packed in a way that it does not know",
        }
    }
}

/// Why a message is passed over, with what more there is to say; never anything that the message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub(crate) reason: Reason,
    pub(crate) detail: Option<String>,
}

impl From<Reason> for Rejection {
    fn from(reason: Reason) -> Self {
        Self { reason, detail: None }
    }
}

/// An event as a message tells it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MessageEvent {
    /// Whose it is, by id or uid.
    pub(crate) institution: String,
    pub(crate) event: NewEvent,
    /// What makes two messages the same event.
    pub(crate) key: String,
}

/// A command: try a delivery now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TryNow {
    pub(crate) institution: String,
    pub(crate) event: String,
    pub(crate) endpoint: Option<String>,
}

/// What an object may say beside its headers; everything else in it is its own affair.
#[derive(Debug, Default, Deserialize)]
struct Fields<'a> {
    #[serde(default)]
    institution: Option<Value>,
    #[serde(default, rename = "university_id")]
    university: Option<Value>,
    #[serde(default, rename = "schoolId")]
    school: Option<Value>,
    #[serde(default, rename = "type")]
    kind: Option<Value>,
    #[serde(default)]
    event: Option<Value>,
    #[serde(default, rename = "specversion")]
    cloud_events: Option<Value>,
    #[serde(default)]
    id: Option<Value>,
    #[serde(default, rename = "webhook-id")]
    webhook_id: Option<Value>,
    #[serde(default)]
    endpoint: Option<Value>,
    #[serde(default, borrow)]
    data: Option<&'a RawValue>,
}

/// Whom a payload speaks of, for erasure.
#[derive(Debug, Default, Deserialize)]
struct Subject {
    #[serde(default, alias = "studentId")]
    student_id: Option<Value>,
    #[serde(default)]
    course_id: Option<Value>,
    #[serde(default)]
    grade: Option<Value>,
}

fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.trim().is_empty() && text.len() <= MOST_NAME => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn header(message: &Message, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let (_, value) = message.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        let value = std::str::from_utf8(value).ok()?.trim();
        (!value.is_empty() && value.len() <= MOST_NAME).then(|| value.to_owned())
    })
}

/// Whether a message is one of ours, and no command.
pub(crate) fn is_own(message: &Message, origin: &str) -> bool {
    let is_command = header(message, &[COMMAND]).as_deref() == Some(TRY_NOW);
    !is_command && header(message, &[ORIGIN]).as_deref() == Some(origin)
}

/// What tells a message from every other, also from one at the same place of a topic that was made anew.
fn identity(topic: &str, partition: i32, offset: i64, message: &Message) -> String {
    let part = |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or_else(|| "-".to_owned(), |bytes| sha256_hex(bytes));
    let told = format!("{}/{}/{}", message.at.as_millisecond(), part(&message.key), part(&message.value));
    format!("kafka/{topic}/{partition}/{offset}/{}", sha256_hex(told.as_bytes()))
}

/// Reads an event.
pub(crate) fn read_event(topic: &str, partition: i32, offset: i64, message: &Message) -> Result<MessageEvent, Rejection> {
    let value = message.value.as_deref().filter(|value| !value.is_empty()).ok_or(Reason::Empty)?;
    let value = std::str::from_utf8(value).map_err(|_| Reason::NotJson)?;
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok();
    if !is_json {
        return Err(Reason::NotJson.into());
    }
    // A value that is no object has its headers alone.
    let fields: Fields<'_> = serde_json::from_str(value).unwrap_or_default();
    let about: Subject = serde_json::from_str(fields.data.map_or(value, RawValue::get)).unwrap_or_default();
    let named = [&fields.institution, &fields.university, &fields.school];
    let institution = header(message, &["institution"])
        .or_else(|| named.into_iter().find_map(|field| text(field.as_ref())))
        .ok_or(Reason::NoInstitution)?;
    let by_header = header(message, &["event-type", "ce_type"]);
    let by_field = || text(fields.kind.as_ref()).or_else(|| text(fields.event.as_ref()));
    // The flat grade of the first document has a university and a grade, and no type.
    let is_grade = fields.university.is_some() && about.grade.is_some() && about.student_id.is_some();
    let (event_type, payload) = match by_header {
        Some(kind) => (kind, value),
        None => match by_field() {
            Some(kind) => (kind, fields.data.map_or(value, RawValue::get)),
            None if is_grade => ("grade.submitted".to_owned(), value),
            None => return Err(Reason::NoType.into()),
        },
    };
    let id = header(message, &["webhook-id", "ce_id"]).or_else(|| fields.cloud_events.as_ref().and_then(|_| text(fields.id.as_ref())));
    let subject = text(about.student_id.as_ref());
    let order = match (&subject, text(about.course_id.as_ref())) {
        (Some(student), Some(course)) => Some(format!("{student}/{course}")),
        _ => message.key.as_ref().and_then(|key| String::from_utf8(key.clone()).ok()),
    };
    Ok(MessageEvent {
        institution,
        event: NewEvent { event_type, payload: payload.to_owned(), key: order, subject, ..NewEvent::default() },
        key: id.map_or_else(|| identity(topic, partition, offset, message), |id| format!("kafka/id/{id}")),
    })
}

/// Reads a command.
pub(crate) fn read_command(message: &Message) -> Result<TryNow, Rejection> {
    let value = message.value.as_deref().and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default();
    let fields: Fields<'_> = serde_json::from_str(value).unwrap_or_default();
    let institution = header(message, &["institution"]).or_else(|| text(fields.institution.as_ref())).ok_or(Reason::NoInstitution)?;
    let event = header(message, &["webhook-id"]).or_else(|| text(fields.webhook_id.as_ref())).ok_or(Reason::NoEvent)?;
    Ok(TryNow { institution, event, endpoint: header(message, &["endpoint"]).or_else(|| text(fields.endpoint.as_ref())) })
}

/// An event, or what became of one of its deliveries, as a message.
pub(crate) fn write(outgoing: &Outgoing, origin: &str) -> Message {
    let event = &outgoing.event;
    let mut headers = BTreeMap::new();
    let mut set = |name: &str, value: String| headers.insert(name.to_owned(), value.into_bytes());
    let (value, media_type) = match (&event.raw_body, &event.payload) {
        (Some((body, media_type)), _) => (body.clone(), media_type.clone()),
        (None, payload) => (payload.clone().unwrap_or_default(), "application/json".to_owned()),
    };
    set("webhook-id", event.id.to_string());
    set("event-type", event.event_type.clone());
    set("content-type", media_type);
    set("institution", event.institution.to_string());
    if let Some(uid) = &outgoing.institution_uid {
        set("institution-uid", uid.clone());
    }
    set(ORIGIN, origin.to_owned());
    match &outgoing.delivery {
        None => {
            // CloudEvents, binary mode.
            set("ce_specversion", "1.0".to_owned());
            set("ce_id", event.id.to_string());
            set("ce_type", event.event_type.clone());
            set("ce_source", format!("/institutions/{}", event.institution));
            set("ce_time", event.created.to_string());
        }
        Some(note) => {
            set("endpoint", note.endpoint.to_string());
            set("state", state(note.state).to_owned());
            set("attempt", note.attempt.to_string());
            if let Some(next) = note.next {
                set("next-attempt-at", next.to_string());
            }
            if let Some(class) = note.class {
                set("error-class", class.as_str().to_owned());
            }
        }
    }
    let institution = outgoing.institution_uid.clone().unwrap_or_else(|| event.institution.to_string());
    let key = event.key.as_ref().map_or_else(|| institution.clone(), |key| format!("{institution}/{key}"));
    Message { key: Some(key.into_bytes()), value: Some(value.into_bytes()), headers, at: event.created }
}

fn state(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Delivered => "delivered",
        DeliveryState::Waiting => "waiting",
        DeliveryState::Dead => "dead",
        DeliveryState::Skipped(_) => "skipped",
        DeliveryState::Cancelled(_) => "cancelled",
    }
}

/// The partition of a key, as Kafka's own clients choose it.
pub(crate) fn partition_of(key: &[u8], partitions: &[i32]) -> Option<i32> {
    let at = (murmur2(key) & 0x7fff_ffff) as usize % partitions.len().max(1);
    partitions.get(at).copied()
}

/// The hash of Kafka's Java client.
fn murmur2(bytes: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let mut hash = 0x9747_b28c ^ bytes.len() as u32;
    let mut words = bytes.chunks_exact(4);
    for word in &mut words {
        let mut k = word.iter().rev().fold(0_u32, |k, byte| (k << 8) | u32::from(*byte));
        k = k.wrapping_mul(M);
        k ^= k >> 24;
        k = k.wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ k;
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        hash ^= rest.iter().rev().fold(0_u32, |k, byte| (k << 8) | u32::from(*byte));
        hash = hash.wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(headers: &[(&str, &str)], value: &str) -> Message {
        Message {
            key: Some(b"inst/1/cs101".to_vec()),
            value: Some(value.as_bytes().to_vec()),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect(),
            at: "2026-11-29T06:00:00Z".parse().unwrap(),
        }
    }

    fn read(headers: &[(&str, &str)], value: &str) -> Result<MessageEvent, Reason> {
        read_event("webhook_payload", 0, 7, &message(headers, value)).map_err(|rejection| rejection.reason)
    }

    #[test]
    fn keys_go_where_kafkas_own_client_puts_them() {
        // The vectors of Kafka's UtilsTest.
        for (key, expected) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(key.as_bytes()) as i32, expected, "{key}");
        }
        assert_eq!(partition_of(b"abc", &[]), None);
        assert_eq!(partition_of(b"abc", &[0, 1, 2]), Some(479_470_107 % 3));
    }

    #[test]
    fn headers_say_what_a_message_is_and_its_value_goes_on_as_it_came() {
        let told = read(&[("institution", "inst-a"), ("Event-Type", "grade.updated"), ("webhook-id", "m1")], "{ \"n\":  1.50 }").unwrap();
        assert_eq!(
            (told.institution.as_str(), told.event.event_type.as_str(), told.key.as_str()),
            ("inst-a", "grade.updated", "kafka/id/m1")
        );
        assert_eq!((told.event.payload.as_str(), told.event.key.as_deref()), ("{ \"n\":  1.50 }", Some("inst/1/cs101")));
    }

    #[test]
    fn the_forms_of_the_documents_need_no_headers() {
        let flat = r#"{"student_id":"123","course_id":"CS101","grade":"A","university_id":"INST_A"}"#;
        let told = read(&[], flat).unwrap();
        assert_eq!((told.institution.as_str(), told.event.event_type.as_str()), ("INST_A", "grade.submitted"));
        assert_eq!(
            (told.event.payload.as_str(), told.event.key.as_deref(), told.event.subject.as_deref()),
            (flat, Some("123/CS101"), Some("123"))
        );
        let standard = r#"{"type":"student.created","timestamp":"2026-11-29T06:00:00Z","institution":"a","data":{ "student_id": 5 }}"#;
        let told = read(&[], standard).unwrap();
        assert_eq!((told.event.payload.as_str(), told.event.subject.as_deref()), (r#"{ "student_id": 5 }"#, Some("5")));
        let cloud = r#"{"specversion":"1.0","id":"e-1","type":"grade.updated","source":"/x","institution":"a","data":{}}"#;
        assert_eq!(read(&[], cloud).unwrap().key, "kafka/id/e-1");
    }

    #[test]
    fn what_cannot_be_an_event_is_told_by_one_word() {
        let there = [("institution", "a"), ("event-type", "x")];
        for (headers, value, reason) in [
            (&there[..], "", Reason::Empty),
            (&there[..], "{", Reason::NotJson),
            (&there[1..], "{}", Reason::NoInstitution),
            (&there[..1], "{}", Reason::NoType),
            (&there[..1], "[1]", Reason::NoType),
            (&[("institution", " "), ("event-type", "x")][..], r#"{"institution":""}"#, Reason::NoInstitution),
        ] {
            assert_eq!(read(headers, value).map(drop), Err(reason), "{value}");
        }
    }

    #[test]
    fn the_same_message_is_the_same_event_and_one_of_a_topic_made_anew_is_another() {
        let of = |value: &str| read(&[("institution", "a"), ("event-type", "x")], value).unwrap().key;
        assert_eq!(of("{}"), of("{}"));
        assert_ne!(of("{}"), of("{ }"));
        let (first, mut later) = (message(&[], "{}"), message(&[], "{}"));
        later.at = later.at.checked_add(jiff::SignedDuration::from_secs(1)).unwrap();
        assert_ne!(identity("t", 0, 1, &first), identity("t", 0, 1, &later));
        assert_ne!(identity("t", 0, 1, &first), identity("t", 0, 2, &first));
    }

    #[test]
    fn a_command_names_an_event_and_our_own_mirror_is_none() {
        let mirrored = [("institution", "app_1"), ("webhook-id", "msg_1"), ("endpoint", "ep_1"), (ORIGIN, "us")];
        assert!(is_own(&message(&mirrored, "{}"), "us") && !is_own(&message(&mirrored, "{}"), "them"));
        let asked = [&mirrored[..], &[("command", "try-now")]].concat();
        assert!(!is_own(&message(&asked, "{}"), "us"));
        let command = read_command(&message(&asked, "{}")).unwrap();
        assert_eq!((command.event.as_str(), command.endpoint.as_deref()), ("msg_1", Some("ep_1")));
        let command = read_command(&message(&[], r#"{"institution":"a","webhook-id":"msg_2"}"#)).unwrap();
        assert_eq!((command.institution.as_str(), command.event.as_str(), command.endpoint), ("a", "msg_2", None));
        assert_eq!(read_command(&message(&[("institution", "a")], "{}")).map_err(|r| r.reason), Err(Reason::NoEvent));
    }
}
