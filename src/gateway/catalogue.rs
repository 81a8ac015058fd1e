//! The event types: those that come with the product, each with a schema and an example, and those that callers add.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use futures::TryStreamExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::gateway::error::GatewayError;
use crate::gateway::model::EventType;
use crate::gateway::registry::{read_json, to_json};
use crate::signing::sha256_hex;
use crate::storage::key::gateway::{EVENT_TYPES_FOLDER, GatewayKey, parse_generation};
use crate::storage::{PutMode, Store, StoreError};

/// The first day of the catalogue: what a built-in type says it was created.
const SINCE: Timestamp = Timestamp::UNIX_EPOCH;
/// How often a change is tried against others.
const TRIES: u32 = 10;

/// A type that comes with the product.
pub struct BuiltIn {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub description: &'static str,
    /// What lists group it under.
    pub group: &'static str,
    /// Its data: field, JSON type, whether it must be there, an example.
    fields: &'static [(&'static str, Kind, bool, &'static str)],
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Time,
    Number,
    Flag,
    Texts,
    /// Facts as their sender told them.
    Object,
    /// A list of such.
    Objects,
}

use Kind::{Flag, Number, Object, Objects, Text, Texts, Time};

const REPORT: &[(&str, Kind, bool, &str)] = &[
    ("job_id", Text, true, "4bf92f3577b34da6a3ce929d0e0e4736"),
    ("student_id", Text, true, "5f2b"),
    ("assessment", Text, true, "Test diagnostico"),
    ("course", Text, false, "Matematica"),
    ("percent", Number, false, "72.5"),
    ("level", Text, false, "Nivel 2"),
    ("status", Text, false, "sent"),
    ("reason", Text, false, "mail_refused"),
    ("at", Time, true, "2026-11-28T12:00:00Z"),
];
const GRADE: &[(&str, Kind, bool, &str)] = &[
    ("student_id", Text, true, "123"),
    ("course_id", Text, true, "CS101"),
    ("grade", Text, false, "A"),
    // What platforms tell beside that.
    ("score", Number, false, "85"),
    ("maxScore", Number, false, "100"),
    ("gradeId", Text, false, "g-1"),
    ("userId", Text, false, "123"),
    ("contextId", Text, false, "CS101"),
    ("resourceLinkId", Text, false, "rl-1"),
    ("title", Text, false, "Unit 1"),
    ("source", Text, false, "canvas"),
    ("timestamp", Time, false, "2026-11-28T12:00:00Z"),
];
const STUDENT: &[(&str, Kind, bool, &str)] = &[
    ("id", Text, true, "stu_1"),
    ("schoolId", Text, false, "school-1"),
    ("name", Text, false, "Ana"),
    ("email", Text, false, "ana@example.org"),
];
const MEMBER: &[(&str, Kind, bool, &str)] = &[
    ("contextId", Text, true, "course-1"),
    ("userId", Text, true, "u1"),
    ("roles", Texts, false, "Learner"),
    ("source", Text, false, "canvas"),
    ("timestamp", Time, false, "2026-11-28T12:00:00Z"),
];
const CONTENT: &[(&str, Kind, bool, &str)] = &[
    ("resourceLinkId", Text, true, "rl-1"),
    ("contentId", Text, true, "c-1"),
    ("title", Text, false, "Unit 1"),
    ("url", Text, false, "https://example.org/unit-1"),
    ("contextId", Text, false, "course-1"),
    ("source", Text, false, "moodle"),
    ("timestamp", Time, false, "2026-11-28T12:00:00Z"),
];
const ENDPOINT: &[(&str, Kind, bool, &str)] = &[
    ("appId", Text, false, "app_2ggKqdPiTgGnGJYpHYsmGMN3vKx"),
    ("appUid", Text, false, "university-a"),
    ("endpointId", Text, true, "ep_2ggKqdPiTgGnGJYpHYsmGMN3vKx"),
    ("endpointUid", Text, false, "grades"),
    ("reason", Text, false, "failing"),
    ("failSince", Time, false, "2026-11-23T12:00:00Z"),
    ("disablesAt", Time, false, "2026-11-28T12:00:00Z"),
];
const DELIVERY: &[(&str, Kind, bool, &str)] = &[
    ("endpointId", Text, true, "ep_2ggKqdPiTgGnGJYpHYsmGMN3vKx"),
    ("msgId", Text, true, "msg_2ggKqdPiTgGnGJYpHYsmGMN3vKx"),
    ("eventType", Text, true, "grade.submitted"),
    ("attempts", Number, true, "4"),
    ("lastStatus", Number, false, "503"),
    ("lastError", Text, false, "the receiver answered 503"),
    ("final", Flag, false, "true"),
];

const MESSAGE: &[(&str, Kind, bool, &str)] = &[
    ("appId", Text, true, "app_2ggKqdPiTgGnGJYpHYsmGMN3vKx"),
    ("appUid", Text, false, "university-a"),
    ("endpointId", Text, true, "ep_2ggKqdPiTgGnGJYpHYsmGMN3vKx"),
    ("msgId", Text, true, "msg_2ggKqdPiTgGnGJYpHYsmGMN3vKx"),
    ("msgEventId", Text, false, "order-1"),
    (
        "lastAttempt",
        Object,
        true,
        r#"{"id":"atmpt_2ggKqdPiTgGnGJYpHYsmGMN3vKx","timestamp":"2026-11-28T12:00:00Z","responseStatusCode":503}"#,
    ),
];
const TASK: &[(&str, Kind, bool, &str)] = &[
    ("appId", Text, false, "app_2ggKqdPiTgGnGJYpHYsmGMN3vKx"),
    ("appUid", Text, false, "university-a"),
    ("taskId", Text, true, "qtask_2ggKqdPiTgGnGJYpHYsmGMN3vKx"),
    ("task", Text, true, "endpoint.recover"),
    ("status", Text, true, "finished"),
    ("data", Object, true, r#"{"messagesSent":7}"#),
];

/// The types that come with the product.
pub const BUILT_IN: &[BuiltIn] = &[
    BuiltIn { name: "assessment.completed", description: "A student finished an assessment", group: "reports", fields: REPORT },
    BuiltIn { name: "report.ready", description: "A report was made and filed", group: "reports", fields: REPORT },
    BuiltIn { name: "report.sent", description: "A report was mailed to its student", group: "reports", fields: REPORT },
    BuiltIn { name: "report.failed", description: "A report waits for a person", group: "reports", fields: REPORT },
    BuiltIn { name: "grade.submitted", description: "A grade was submitted", group: "grades", fields: GRADE },
    BuiltIn { name: "grade.updated", description: "A grade was changed", group: "grades", fields: GRADE },
    BuiltIn { name: "grade.deleted", description: "A grade was taken back", group: "grades", fields: GRADE },
    BuiltIn { name: "student.created", description: "A student was added", group: "students", fields: STUDENT },
    BuiltIn { name: "student.applied", description: "A student applied to a school", group: "students", fields: STUDENT },
    BuiltIn { name: "student.updated", description: "A student was changed", group: "students", fields: STUDENT },
    BuiltIn { name: "student.deleted", description: "A student was removed", group: "students", fields: STUDENT },
    BuiltIn { name: "member.added", description: "A person joined a course", group: "members", fields: MEMBER },
    BuiltIn { name: "member.removed", description: "A person left a course", group: "members", fields: MEMBER },
    BuiltIn { name: "member.updated", description: "A person's roles in a course changed", group: "members", fields: MEMBER },
    BuiltIn { name: "content.created", description: "Content was added to a course", group: "content", fields: CONTENT },
    BuiltIn { name: "content.updated", description: "Content of a course changed", group: "content", fields: CONTENT },
    BuiltIn { name: "content.deleted", description: "Content was removed from a course", group: "content", fields: CONTENT },
    BuiltIn {
        name: "transcription.ready",
        description: "A video's transcription can be searched",
        group: "content",
        fields: &[
            ("videoId", Text, true, "v-1"),
            ("jobId", Text, false, "j-1"),
            ("confidence", Number, false, "0.94"),
            ("duration", Number, false, "61.5"),
            ("characters", Number, false, "812"),
            ("contextId", Text, false, "course-1"),
            ("source", Text, false, "services"),
            ("timestamp", Time, false, "2026-11-28T12:00:00Z"),
        ],
    },
    BuiltIn {
        name: "user.behavior",
        description: "What a person did in one session of a platform",
        group: "platforms",
        fields: &[
            ("userId", Text, true, "u1"),
            ("sessionId", Text, true, "s-1"),
            ("events", Objects, true, r#"{"type":"click","element":"play","timestamp":"2026-11-28T12:00:00Z"}"#),
            ("source", Text, false, "services"),
            ("timestamp", Time, false, "2026-11-28T12:00:00Z"),
        ],
    },
    BuiltIn {
        name: "video.upload.completed",
        description: "A video was uploaded",
        group: "platforms",
        fields: &[
            ("videoId", Text, true, "v-1"),
            ("metadata", Object, false, r#"{"title":"Unit 1"}"#),
            ("source", Text, false, "internal"),
            ("timestamp", Time, false, "2026-11-28T12:00:00Z"),
        ],
    },
    BuiltIn {
        name: "deep_link.created",
        description: "A link into a platform was made",
        group: "platforms",
        fields: &[
            ("linkId", Text, true, "l-1"),
            ("resourceType", Text, false, "assessment"),
            ("contextId", Text, false, "course-1"),
            ("createdBy", Text, false, "u2"),
            ("configuration", Object, false, r#"{"maxAttempts":2}"#),
            ("source", Text, false, "internal"),
            ("timestamp", Time, false, "2026-11-28T12:00:00Z"),
        ],
    },
    BuiltIn {
        name: "endpoint.disabled",
        description: "An endpoint was disabled: asked for, gone, or failing for five days",
        group: "deliveries",
        fields: ENDPOINT,
    },
    BuiltIn { name: "endpoint.enabled", description: "An endpoint was enabled again", group: "deliveries", fields: ENDPOINT },
    BuiltIn {
        name: "endpoint.failing",
        description: "Every delivery to an endpoint fails; it will be disabled",
        group: "deliveries",
        fields: ENDPOINT,
    },
    BuiltIn { name: "delivery.failing", description: "A delivery failed for the fourth time", group: "deliveries", fields: DELIVERY },
    BuiltIn { name: "delivery.exhausted", description: "Every try of a delivery failed", group: "deliveries", fields: DELIVERY },
    BuiltIn { name: "delivery.recovered", description: "A delivery that was failing succeeded", group: "deliveries", fields: DELIVERY },
    BuiltIn { name: "endpoint.created", description: "An endpoint was registered", group: "operations", fields: ENDPOINT },
    BuiltIn { name: "endpoint.updated", description: "An endpoint was changed", group: "operations", fields: ENDPOINT },
    BuiltIn { name: "endpoint.deleted", description: "An endpoint was removed", group: "operations", fields: ENDPOINT },
    BuiltIn {
        name: "message.attempt.failing",
        description: "A message failed for the fourth time at an endpoint of an application",
        group: "operations",
        fields: MESSAGE,
    },
    BuiltIn {
        name: "message.attempt.exhausted",
        description: "Every try of a message failed at an endpoint of an application",
        group: "operations",
        fields: MESSAGE,
    },
    BuiltIn {
        name: "message.attempt.recovered",
        description: "A message that was failing at an endpoint of an application succeeded",
        group: "operations",
        fields: MESSAGE,
    },
    BuiltIn {
        name: "background_task.finished",
        description: "A background task of an application ended",
        group: "operations",
        fields: TASK,
    },
];

impl BuiltIn {
    /// The JSON Schema of its data.
    pub fn schema(&self) -> Value {
        let field = |(name, kind, _, _): &(&str, Kind, bool, &str)| {
            let schema = match kind {
                Text => json!({"type": "string"}),
                Time => json!({"type": "string", "format": "date-time"}),
                Number => json!({"type": "number"}),
                Flag => json!({"type": "boolean"}),
                Texts => json!({"type": "array", "items": {"type": "string"}}),
                Object => json!({"type": "object"}),
                Objects => json!({"type": "array", "items": {"type": "object"}}),
            };
            ((*name).to_owned(), schema)
        };
        let required: Vec<&str> = self.fields.iter().filter(|(_, _, required, _)| *required).map(|(name, ..)| *name).collect();
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.name,
            "description": self.description,
            "type": "object",
            "properties": self.fields.iter().map(field).collect::<serde_json::Map<_, _>>(),
            "required": required,
            "examples": [self.example()],
        })
    }

    /// An example of its data.
    pub fn example(&self) -> Value {
        let field = |(name, kind, _, example): &(&str, Kind, bool, &str)| {
            let value = match kind {
                Text | Time => json!(example),
                Number | Object => serde_json::from_str(example).unwrap_or(Value::Null),
                Objects => json!([serde_json::from_str::<Value>(example).unwrap_or(Value::Null)]),
                Flag => json!(*example == "true"),
                Texts => json!([example]),
            };
            ((*name).to_owned(), value)
        };
        Value::Object(self.fields.iter().map(field).collect())
    }

    fn event_type(&self) -> EventType {
        EventType {
            name: self.name.to_owned(),
            description: self.description.to_owned(),
            archived: false,
            deprecated: false,
            schemas: Some(BTreeMap::from([("1".to_owned(), self.schema())])),
            group: Some(self.group.to_owned()),
            feature_flags: None,
            built_in: true,
            created: SINCE,
            updated: SINCE,
            generation: 0,
            deleted: false,
        }
    }
}

/// The built-in type of this name.
pub fn built_in(name: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|built_in| built_in.name == name)
}

/// Whether an event of ours is what the catalogue says of its type.
///
/// # Errors
/// Which field is not; its value is not told.
pub fn check(name: &str, data: &Value) -> Result<(), String> {
    static VALIDATORS: OnceLock<BTreeMap<&'static str, jsonschema::Validator>> = OnceLock::new();
    let validators = VALIDATORS.get_or_init(|| {
        let made = BUILT_IN.iter().filter_map(|built_in| Some((built_in.name, jsonschema::draft202012::new(&built_in.schema()).ok()?)));
        made.collect()
    });
    let Some(validator) = validators.get(name) else { return Err(format!("the catalogue has no event {name}")) };
    match validator.iter_errors(data).next() {
        None => Ok(()),
        Some(error) => Err(format!("{name}: '{}' is not what the catalogue says", error.instance_path())),
    }
}

fn folder(name: &str) -> String {
    format!("{EVENT_TYPES_FOLDER}{}/", hash(name))
}

fn hash(name: &str) -> String {
    sha256_hex(name.as_bytes())[..40].to_owned()
}

async fn newest(store: &dyn Store, name: &str) -> Result<Option<EventType>, GatewayError> {
    let Some(key) = store.scan(&folder(name), None).try_fold(None, |_, key| async { Ok(Some(key)) }).await? else { return Ok(None) };
    read_json(store, &key).await
}

/// One type.
pub(crate) async fn get(store: &dyn Store, name: &str) -> Result<Option<EventType>, GatewayError> {
    let own = newest(store, name).await?.filter(|event_type| !event_type.deleted);
    Ok(own.or_else(|| built_in(name).map(BuiltIn::event_type)))
}

/// All types by name; archived ones among them.
pub(crate) async fn all(store: &dyn Store) -> Result<BTreeMap<String, EventType>, GatewayError> {
    let mut all: BTreeMap<String, EventType> = BUILT_IN.iter().map(|built_in| (built_in.name.to_owned(), built_in.event_type())).collect();
    let mut keys: BTreeMap<String, String> = BTreeMap::new();
    let mut listed = store.scan(EVENT_TYPES_FOLDER, None);
    while let Some(key) = listed.try_next().await? {
        if let Some((hash, _)) = parse_generation(EVENT_TYPES_FOLDER, &key) {
            keys.insert(hash.to_owned(), key.clone());
        }
    }
    for key in keys.into_values() {
        if let Some(event_type) = read_json::<EventType>(store, &key).await?.filter(|event_type| !event_type.deleted) {
            all.insert(event_type.name.clone(), event_type);
        }
    }
    Ok(all)
}

/// Writes a type's next generation, made of its present one; `None` from `change` changes nothing.
pub(crate) async fn change(
    store: &dyn Store,
    name: &str,
    mut change: impl FnMut(Option<EventType>) -> Result<Option<EventType>, GatewayError>,
) -> Result<Option<EventType>, GatewayError> {
    for _ in 0..TRIES {
        let standing = newest(store, name).await?;
        let generation = standing.as_ref().map_or(1, |standing| standing.generation + 1);
        let present = standing.filter(|standing| !standing.deleted).or_else(|| built_in(name).map(BuiltIn::event_type));
        let Some(mut next) = change(present.clone())? else { return Ok(present) };
        next.generation = generation;
        let key = GatewayKey::EventType { hash: &hash(name), generation }.path();
        match store.put(&key, to_json(&key, &next)?, PutMode::Create).await {
            Ok(_) => return Ok(Some(next)),
            Err(StoreError::AlreadyExists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(GatewayError::Unavailable { after: std::time::Duration::from_secs(1), message: "others change the same event type".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::memory::MemoryStore;

    #[test]
    fn every_built_in_example_is_valid_under_its_schema() {
        for built_in in BUILT_IN {
            let schema = built_in.schema();
            let validator = jsonschema::draft202012::new(&schema).unwrap();
            assert!(validator.is_valid(&built_in.example()), "{}", built_in.name);
            assert_eq!(check(built_in.name, &built_in.example()), Ok(()));
            assert!(!validator.is_valid(&json!({})), "{} demands nothing", built_in.name);
        }
    }

    #[tokio::test]
    async fn a_type_is_added_changed_and_removed_and_a_built_in_one_comes_back() {
        let store = MemoryStore::new();
        let named = |name: &str, description: &str| EventType {
            description: description.to_owned(),
            name: name.to_owned(),
            ..BUILT_IN[0].event_type()
        };
        for name in ["event.started", "report.sent"] {
            change(&store, name, |_| Ok(Some(named(name, "one")))).await.unwrap();
            change(&store, name, |present| Ok(Some(EventType { description: "two".to_owned(), ..present.unwrap() }))).await.unwrap();
            assert_eq!(all(&store).await.unwrap()[name].description, "two");
            change(&store, name, |present| Ok(Some(EventType { deleted: true, ..present.unwrap() }))).await.unwrap();
        }
        assert!(get(&store, "event.started").await.unwrap().is_none());
        assert!(get(&store, "report.sent").await.unwrap().unwrap().built_in, "what the product brings stays");
    }
}
