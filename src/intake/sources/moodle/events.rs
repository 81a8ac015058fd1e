//! From an authentic body to an event, by its `eventname`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::NAME;
use crate::intake::event::{EventKind, effect_key, event_key};
use crate::intake::wire;
use crate::model::completion::{Assessment, Completion};
use crate::model::person::Student;
use crate::model::platform_event::{Collection, PlatformEvent, Subject};
use crate::signing;

/// What the body says.
pub(super) fn read(value: &Value) -> EventKind {
    let Some(written) = wire::text_at(value, &["eventname"]) else {
        return EventKind::Ignored { reason: format!("no event name in this shape: {}", wire::shape_of(value)) };
    };
    let name = Name::of(&written);
    let Some(at) = wire::time_at(value, &["timecreated"]) else {
        return EventKind::Ignored { reason: "an event without its time".to_owned() };
    };
    let facts = Facts { value, at };
    match (name.component.as_str(), name.event.as_str()) {
        ("core" | "", "user_graded") => facts.grade(),
        ("mod_quiz" | "", "attempt_submitted") => facts.attempt(),
        ("core" | "", "course_completed") => facts.course_completed(),
        ("core" | "", "course_module_created") => facts.module("content.created"),
        ("core" | "", "course_module_updated") => facts.module("content.updated"),
        ("core" | "", "course_module_deleted") => facts.module("content.deleted"),
        ("core" | "", "user_enrolment_created") => facts.member("member.added"),
        ("core" | "", "user_enrolment_updated") => facts.member("member.updated"),
        ("core" | "", "user_enrolment_deleted") => facts.member("member.removed"),
        _ => EventKind::Ignored { reason: format!("event {}", printable(&written)) },
    }
}

fn printable(name: &str) -> &str {
    let plain = name.len() <= 100 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_\\".contains(&b));
    if plain { name } else { "of an unknown type" }
}

/// `\core\event\user_graded`, `core\event\user_graded`, or `user_graded` alone; some senders double the backslashes.
struct Name {
    component: String,
    event: String,
}

impl Name {
    fn of(written: &str) -> Self {
        let parts: Vec<&str> = written.split('\\').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [component, .., event] => Self { component: component.to_ascii_lowercase(), event: event.to_ascii_lowercase() },
            [event] => Self { component: String::new(), event: event.to_ascii_lowercase() },
            [] => Self { component: String::new(), event: String::new() },
        }
    }
}

struct Facts<'a> {
    value: &'a Value,
    at: Timestamp,
}

impl Facts<'_> {
    /// An id; Moodle counts from 1, so 0 is none.
    fn id(&self, key: &str) -> Option<String> {
        wire::id_at(self.value, &[key]).filter(|id| id != "0")
    }

    /// A field of `other`, which `tool_trigger` writes flat.
    fn other(&self, key: &str) -> Option<&Value> {
        wire::at(self.value, &["other", key]).or_else(|| self.value.get(format!("other_{key}"))).filter(|value| !value.is_null())
    }

    fn other_id(&self, key: &str) -> Option<String> {
        wire::id(&wire::text(self.other(key)?)?).filter(|id| id != "0")
    }

    /// Whom it is about; `userid` is who did it.
    fn student(&self) -> Option<String> {
        self.id("relateduserid").or_else(|| self.id("userid"))
    }

    /// What makes two calls one event: a rule that is run again sends the same.
    fn identity(&self) -> String {
        let part = |key: &str| wire::text_at(self.value, &[key]).unwrap_or_default();
        let other = self.value.get("other").map(|other| signing::sha256_hex(other.to_string().as_bytes())).unwrap_or_default();
        let keys = ["objectid", "contextid", "relateduserid", "userid", "courseid", "timecreated", "other_finalgrade"];
        let name = Name::of(&part("eventname"));
        format!("{};{};{};{other}", part("host"), name.event, keys.map(part).join(";"))
    }

    fn event(&self, kind: &str, subject: Subject, data: Value) -> EventKind {
        let event = PlatformEvent { source: NAME.to_owned(), kind: kind.to_owned(), at: self.at, data, subject };
        EventKind::Recorded { event: Box::new(event), effect_key: event_key(NAME, &self.identity()) }
    }

    fn lacks(kind: &str, what: &str) -> EventKind {
        EventKind::Ignored { reason: format!("{kind} without its {what}") }
    }

    fn grade(&self) -> EventKind {
        let score = self.other("finalgrade").and_then(wire::number);
        let kind = if score.is_none() { "grade.deleted" } else { "grade.updated" };
        let (Some(grade), Some(user)) = (self.id("objectid"), self.student()) else { return Self::lacks(kind, "objectid or relateduserid") };
        let data = json!({
            "userId": user,
            "resourceLinkId": self.other_id("itemid"),
            "gradeId": grade,
            "score": score,
            "maxScore": null,
            "timestamp": self.at,
            "contextId": self.id("courseid"),
        });
        self.event(kind, Subject::of(Collection::Grades, &[NAME, &grade]).gone_if(score.is_none()), data)
    }

    fn member(&self, kind: &str) -> EventKind {
        let (Some(course), Some(user)) = (self.id("courseid"), self.student()) else { return Self::lacks(kind, "course or user") };
        let data = json!({ "contextId": course, "userId": user, "roles": [], "timestamp": self.at });
        self.event(kind, Subject::of(Collection::Members, &[NAME, &course, &user]).gone_if(kind == "member.removed"), data)
    }

    fn course_completed(&self) -> EventKind {
        let (Some(course), Some(user)) = (self.id("courseid"), self.student()) else {
            return Self::lacks("course.completed", "course or user");
        };
        let data = json!({ "contextId": course, "userId": user, "timestamp": self.at });
        self.event("course.completed", Subject::of(Collection::CourseCompletions, &[NAME, &course, &user]), data)
    }

    fn module(&self, kind: &str) -> EventKind {
        let Some(module) = self.id("objectid").or_else(|| self.id("contextinstanceid")) else { return Self::lacks(kind, "objectid") };
        let name = self.other("modulename").and_then(wire::text).filter(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        let host = wire::text_at(self.value, &["host"]).filter(|host| host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b)));
        let url = name.as_ref().zip(host).map(|(name, host)| format!("https://{host}/mod/{name}/view.php?id={module}"));
        let data = json!({
            "resourceLinkId": module,
            "contentId": module,
            "title": self.other("name").and_then(wire::text),
            "url": url,
            "timestamp": self.at,
            "contextId": self.id("courseid"),
        });
        self.event(kind, Subject::of(Collection::Content, &[NAME, &module]).gone_if(kind == "content.deleted"), data)
    }

    /// A submitted quiz attempt; it has an id of its own, and no score.
    fn attempt(&self) -> EventKind {
        if self.value.get("anonymous").and_then(wire::number) == Some(1.0) {
            return EventKind::Ignored { reason: "an anonymous attempt".to_owned() };
        }
        let completion = Completion {
            source: NAME.to_owned(),
            student: Student { id: self.student(), ..Student::default() },
            assessment: Assessment { id: self.other_id("quizid"), course_id: self.id("courseid"), ..Assessment::default() },
            submission: None,
            submission_id: self.id("objectid"),
            submitted_at: Some(self.at),
            school: None,
            score_to: None,
        };
        let effect_key = effect_key(&completion, &self.identity());
        let unusable = |cause: &'static str, message: &str| EventKind::Unusable {
            completion: Box::new(completion.clone()),
            effect_key: effect_key.clone(),
            cause,
            message: message.to_owned(),
        };
        if completion.submission_id.is_none() {
            return unusable("no_assessment", "The event names no attempt: objectid is missing from the call.");
        }
        if completion.student.id.is_none() {
            return unusable("no_student", "The event names no student: relateduserid is missing from the call.");
        }
        // A composed call may leave the quiz out; the attempt leads to it.
        EventKind::Completed { completion: Box::new(completion), effect_key }
    }
}
