//! From an authentic body to events: Canvas' own form and Caliper's.

use serde_json::{Value, json};

use super::NAME;
use crate::intake::event::{EventKind, IntakeEvent, Rejection, effect_key, event_key};
use crate::intake::wire;
use crate::model::completion::{Assessment, Completion};
use crate::model::person::Student;
use crate::model::platform_event::{Collection, PlatformEvent, Subject};
use crate::signing;

/// A global id is shard · 10¹³ + local id; the same thing arrives under both.
const SHARD: u64 = 10_000_000_000_000;
/// More events than Canvas puts into one envelope.
const MOST_EVENTS: usize = 200;

/// What the body says; several events where it is an envelope of Caliper.
///
/// # Errors
/// An envelope of more events than Canvas sends.
pub(super) fn read(value: &Value, delivery_key: &str) -> Result<Vec<IntakeEvent>, Rejection> {
    let event = |kind| IntakeEvent { source: NAME, delivery_key: delivery_key.to_owned(), kind };
    match wire::at(value, &["data"]).and_then(Value::as_array).filter(|_| value.get("dataVersion").is_some()) {
        Some(items) if items.len() > MOST_EVENTS => {
            Err(Rejection::Malformed { message: format!("'data' holds more than {MOST_EVENTS} events") })
        }
        Some(items) => Ok(items.iter().map(|item| event(caliper(item))).collect()),
        None => Ok(vec![event(plain(value))]),
    }
}

/// An event in Canvas' own form; its name stands in `metadata`, or at the root where somebody passes it on.
fn plain(value: &Value) -> EventKind {
    let meta = |key: &str| wire::at(value, &["metadata", key]).or_else(|| wire::at(value, &[key]));
    let Some(name) = meta("event_name").and_then(Value::as_str) else {
        return EventKind::Ignored { reason: format!("no event name in this shape: {}", wire::shape_of(value)) };
    };
    let empty = Value::Null;
    let body = value.get("body").unwrap_or(&empty);
    let Some(at) = meta("event_time").or_else(|| body.get("updated_at")).and_then(wire::time) else {
        return EventKind::Ignored { reason: "an event without its time".to_owned() };
    };
    // No event has an id: what was asked, what happened and what it says make it one.
    let request = meta("request_id").or_else(|| meta("job_id")).and_then(wire::text).unwrap_or_default();
    let identity = format!("{request};{name};{at};{}", signing::sha256_hex(body.to_string().as_bytes()));
    // Something may also have happened in a group, an account or a user's own place; their ids are no courses'.
    let is_course = |kind: Option<&Value>| kind.and_then(Value::as_str).is_none_or(|kind| kind == "Course");
    let told = |id: Option<&Value>, kind: Option<&Value>| id.filter(|_| is_course(kind)).and_then(wire::text);
    let course = told(meta("context_id"), meta("context_type"))
        .or_else(|| told(body.get("context_id"), body.get("context_type")))
        .or_else(|| wire::text_at(body, &["course_id"]))
        .map(|id| local(&id));
    let facts = Facts { body, course, at, identity };
    let recorded = |kind: &str, collection, id: &str, deleted: bool| facts.recorded(kind, collection, id, deleted, None);
    match name {
        "grade_change" | "grade_posted" => facts.grade(),
        "quiz_submitted" => facts.quiz(meta("user_id").and_then(wire::text)),
        "assignment_created" => recorded("assignment.created", Collection::Assignments, "assignment_id", false),
        "assignment_updated" => recorded("assignment.updated", Collection::Assignments, "assignment_id", facts.is_deleted()),
        "submission_created" => recorded("submission.created", Collection::Submissions, "submission_id", false),
        "submission_updated" => recorded("submission.updated", Collection::Submissions, "submission_id", facts.is_deleted()),
        "discussion_topic_created" => facts.topic("topic.created"),
        "discussion_topic_updated" => facts.topic("topic.updated"),
        "discussion_entry_created" | "discussion_entry_submitted" => facts.entry(),
        "course_completed" => facts.course_completed(meta("user_id").and_then(wire::text)),
        "enrollment_created" => facts.member("member.added"),
        "enrollment_updated" => facts.member(if facts.is_deleted() { "member.removed" } else { "member.updated" }),
        other => EventKind::Ignored { reason: format!("event {}", printable(other)) },
    }
}

/// An event's name is a programmer's word; anything else is not repeated.
fn printable(name: &str) -> &str {
    let plain = name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b));
    if plain { name } else { "of an unknown type" }
}

/// What an event tells, whatever it is about.
struct Facts<'a> {
    body: &'a Value,
    course: Option<String>,
    at: jiff::Timestamp,
    identity: String,
}

impl Facts<'_> {
    fn id(&self, key: &str) -> Option<String> {
        wire::id_at(self.body, &[key]).map(|id| local(&id))
    }

    fn is_deleted(&self) -> bool {
        self.body.get("workflow_state").and_then(Value::as_str) == Some("deleted")
    }

    /// Something that is kept under one of its ids.
    fn recorded(&self, kind: &str, collection: Collection, id: &str, deleted: bool, data: Option<Value>) -> EventKind {
        let Some(known) = self.id(id) else {
            return EventKind::Ignored { reason: format!("{kind} without its {id}") };
        };
        let subject = Subject::of(collection, &[NAME, &known, ""]).gone_if(deleted);
        self.event(kind, subject, data.unwrap_or_else(|| self.with_course(self.body.clone())))
    }

    fn event(&self, kind: &str, subject: Subject, data: Value) -> EventKind {
        let event = PlatformEvent { source: NAME.to_owned(), kind: kind.to_owned(), at: self.at, data, subject };
        EventKind::Recorded { event: Box::new(event), effect_key: event_key(NAME, &self.identity) }
    }

    fn with_course(&self, mut data: Value) -> Value {
        if let (Value::Object(fields), Some(course)) = (&mut data, &self.course) {
            fields.entry("contextId").or_insert_with(|| course.as_str().into());
        }
        data
    }

    fn grade(&self) -> EventKind {
        let score = wire::number_at(self.body, &["score"]);
        let kind = if score.is_none() { "grade.deleted" } else { "grade.updated" };
        let data = json!({
            "userId": self.id("student_id").or_else(|| self.id("user_id")),
            "resourceLinkId": self.id("assignment_id"),
            "gradeId": self.id("submission_id"),
            "score": score,
            "maxScore": wire::number_at(self.body, &["points_possible"]),
            "grade": wire::text_at(self.body, &["grade"]),
            "title": wire::text_at(self.body, &["assignment_name"]),
            "timestamp": self.at,
            "contextId": self.course,
        });
        self.recorded(kind, Collection::Grades, "submission_id", score.is_none(), Some(data))
    }

    fn member(&self, kind: &str) -> EventKind {
        let course = self.id("course_id").or_else(|| self.course.clone());
        let (Some(course), Some(user)) = (course, self.id("user_id")) else {
            return EventKind::Ignored { reason: format!("{kind} without course or user") };
        };
        let role = wire::text_at(self.body, &["type"]);
        let data = json!({ "contextId": course, "userId": user, "roles": Vec::from_iter(role), "timestamp": self.at });
        self.event(kind, Subject::of(Collection::Members, &[NAME, &course, &user]).gone_if(kind == "member.removed"), data)
    }

    fn topic(&self, kind: &str) -> EventKind {
        let text = |key: &str| wire::text_at(self.body, &[key]).map(|text| wire::plain(&text));
        let data = json!({
            "topicId": self.id("discussion_topic_id"),
            "contextId": self.id("context_id").or_else(|| self.course.clone()),
            "title": text("title"),
            "text": text("body"),
            "timestamp": self.at,
        });
        self.recorded(kind, Collection::Topics, "discussion_topic_id", self.is_deleted(), Some(data))
    }

    /// An answer in a discussion, found as the topic is; the same one is told under two names where the discussion is graded.
    fn entry(&self) -> EventKind {
        let Some(entry) = self.id("discussion_entry_id") else {
            return EventKind::Ignored { reason: "an entry without its discussion_entry_id".to_owned() };
        };
        let data = json!({
            "topicId": self.id("discussion_topic_id"),
            "entryId": entry,
            "contextId": self.course,
            "userId": self.id("user_id"),
            "title": null,
            "text": wire::text_at(self.body, &["text"]).map(|text| wire::plain(&text)),
            "timestamp": self.at,
        });
        self.event("entry.created", Subject::of(Collection::Topics, &[NAME, "entry", &entry]), data)
    }

    /// A completed course; the event names it and the student in objects of their own.
    fn course_completed(&self, user: Option<String>) -> EventKind {
        let course = wire::id_at(self.body, &["course", "id"]).or_else(|| self.course.clone()).map(|id| local(&id));
        let user = wire::id_at(self.body, &["user", "id"]).or_else(|| self.id("user_id")).or(user).map(|id| local(&id));
        let (Some(course), Some(user)) = (course, user) else {
            return EventKind::Ignored { reason: "course.completed without course or user".to_owned() };
        };
        let data = json!({
            "contextId": course,
            "userId": user,
            "title": wire::text_at(self.body, &["course", "name"]),
            "completedAt": wire::time_at(self.body, &["progress", "completed_at"]),
            "timestamp": self.at,
        });
        self.event("course.completed", Subject::of(Collection::CourseCompletions, &[NAME, &course, &user]), data)
    }

    /// A submitted quiz. The submission's id stays the same over all attempts of a student, so that the time tells them apart.
    fn quiz(&self, user: Option<String>) -> EventKind {
        let completion = Completion {
            source: NAME.to_owned(),
            student: Student { id: user.map(|id| local(&id)), ..Student::default() },
            assessment: Assessment { id: self.id("quiz_id"), course_id: self.course.clone(), ..Assessment::default() },
            submission: None,
            submission_id: None,
            submitted_at: Some(self.at),
            school: None,
            score_to: None,
        };
        let Some(submission) = self.id("submission_id") else {
            return unusable(completion, "no_student", "the event names no quiz submission");
        };
        if completion.assessment.id.is_none() {
            return unusable(completion, "no_assessment", "the event names no quiz");
        }
        let effect_key = effect_key(&completion, &submission);
        EventKind::Completed { completion: Box::new(Completion { submission_id: Some(submission), ..completion }), effect_key }
    }
}

fn unusable(completion: Completion, cause: &'static str, message: &str) -> EventKind {
    let effect_key = effect_key(&completion, cause);
    EventKind::Unusable { completion: Box::new(completion), effect_key, cause, message: message.to_owned() }
}

/// An event in Caliper's form, made into one of Canvas' own where that says the same.
fn caliper(event: &Value) -> EventKind {
    let at = |path: &[&str]| wire::text_at(event, path);
    // `urn:instructure:canvas:<what>:<id>`, and parts of parts behind that.
    let entity = |path: &[&str]| at(path).and_then(|id| id.rsplit(':').next().map(ToOwned::to_owned));
    let own_id = |path: &[&str]| at(path).and_then(|urn| urn.split(':').nth(4).map(ToOwned::to_owned));
    let extension = |part: &str, name: &str| event.pointer(&format!("/{part}/extensions/com.instructure.canvas/{name}")).cloned();
    let own = |name: &str, body: Value| {
        plain(&json!({
            "metadata": { "event_name": name, "event_time": at(&["eventTime"]), "request_id": at(&["id"]),
                "context_type": extension("group", "context_type"),
                // A group may be a section of the course.
                "context_id": extension("group", "entity_id").or_else(|| own_id(&["group", "id"]).map(Value::from)),
                "user_id": entity(&["actor", "id"]) },
            "body": body,
        }))
    };
    let (kind, action) = (at(&["type"]).unwrap_or_default(), at(&["action"]).unwrap_or_default());
    let what = at(&["object", "id"]).and_then(|urn| urn.split(':').nth(3).map(ToOwned::to_owned)).unwrap_or_default();
    match (kind.as_str(), action.as_str()) {
        ("GradeEvent", "Graded") => own(
            "grade_change",
            json!({
                "submission_id": entity(&["object", "id"]),
                "student_id": entity(&["object", "assignee", "id"]),
                "assignment_id": entity(&["object", "assignable", "id"]),
                "score": event.pointer("/generated/scoreGiven"),
                "points_possible": event.pointer("/generated/maxScore"),
                "grade": extension("object", "grade"),
            }),
        ),
        // Assignments are submitted under the same type, but are no assessments.
        ("AssessmentEvent", "Submitted") => {
            own("quiz_submitted", json!({ "quiz_id": entity(&["object", "assignable", "id"]), "submission_id": entity(&["object", "id"]) }))
        }
        ("AssignableEvent", "Submitted") => own(
            "submission_created",
            json!({ "submission_id": entity(&["object", "id"]), "assignment_id": entity(&["object", "assignable", "id"]), "user_id": entity(&["actor", "id"]) }),
        ),
        ("ThreadEvent", "Created") => {
            own("discussion_topic_created", json!({ "discussion_topic_id": entity(&["object", "id"]), "title": at(&["object", "name"]) }))
        }
        ("MessageEvent", "Posted") => own(
            "discussion_entry_created",
            json!({ "discussion_entry_id": entity(&["object", "id"]), "discussion_topic_id": entity(&["object", "isPartOf", "id"]),
                "text": at(&["object", "body"]), "user_id": entity(&["actor", "id"]) }),
        ),
        ("Event", "Created" | "Modified") if what == "enrollment" => {
            let id = |name: &str| extension("object", name).and_then(|urn| urn.as_str().and_then(|urn| urn.split(':').nth(4)).map(ToOwned::to_owned));
            own(
                if action == "Created" { "enrollment_created" } else { "enrollment_updated" },
                json!({ "course_id": id("course_id"), "user_id": id("user_id"), "type": extension("object", "type"), "workflow_state": extension("object", "workflow_state") }),
            )
        }
        ("Event", "Created" | "Modified") if what == "assignment" => own(
            if action == "Created" { "assignment_created" } else { "assignment_updated" },
            json!({ "assignment_id": entity(&["object", "id"]), "title": at(&["object", "name"]), "workflow_state": extension("object", "workflow_state") }),
        ),
        (kind, action) => EventKind::Ignored { reason: format!("event {} {}", printable(kind), printable(action)) },
    }
}

/// The id on its own shard.
pub(super) fn local(id: &str) -> String {
    match id.parse::<u64>() {
        Ok(global) if global > SHARD => (global % SHARD).to_string(),
        _ => id.to_owned(),
    }
}
