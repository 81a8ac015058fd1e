//! What an event is told on as: the catalogue's name for it, and its facts in the catalogue's shape whatever platform they came from.

use serde_json::{Map, Value};

use crate::inbound::as_text;
use crate::model::platform_event::{Collection, PlatformEvent};

/// Types that are told on under their own names.
const TOLD: &[&str] = &[
    "grade.updated",
    "grade.deleted",
    "member.added",
    "member.removed",
    "member.updated",
    "content.created",
    "content.updated",
    "content.deleted",
    "user.behavior",
    "video.upload.completed",
    "deep_link.created",
];
/// Fields that are texts for whoever hears of them, also where a platform counts.
const TEXTS: &[&str] = &[
    "userId",
    "resourceLinkId",
    "gradeId",
    "contextId",
    "contentId",
    "title",
    "url",
    "sessionId",
    "videoId",
    "linkId",
    "resourceType",
    "createdBy",
    "grade",
];
/// What a type cannot do without.
const NEEDED: &[(&str, &[&str])] = &[
    ("grade.", &["student_id", "course_id"]),
    ("member.", &["contextId", "userId"]),
    ("content.", &["resourceLinkId", "contentId"]),
    ("user.", &["userId", "sessionId"]),
    ("video.", &["videoId"]),
    ("deep_link.", &["linkId"]),
];

/// The type and the facts that others are told; none of what is kept only, and of what says too little to anybody else.
pub(super) fn outgoing(event: &PlatformEvent) -> Option<(&'static str, Value)> {
    let kind = match event.kind.as_str() {
        "grade.created" => "grade.submitted",
        kind => TOLD.iter().find(|told| **told == kind).copied()?,
    };
    let mut fields = told(event);
    if event.subject.collection == Collection::Grades {
        let course = fields.get("contextId").or_else(|| fields.get("resourceLinkId")).cloned();
        let grade = fields.get("grade").cloned().or_else(|| text(fields.get("score")?));
        for (name, value) in [("student_id", fields.get("userId").cloned()), ("course_id", course), ("grade", grade)] {
            fields.extend(value.map(|value| (name.to_owned(), value)));
        }
    }
    let needed = NEEDED.iter().find(|(of, _)| kind.starts_with(of)).map_or(&[][..], |(_, needed)| needed);
    if let Some(missing) = needed.iter().find(|name| !fields.contains_key(**name)) {
        tracing::info!(kind, missing, "an event of a platform is kept and told to nobody: it does not say enough");
        return None;
    }
    Some((kind, Value::Object(fields)))
}

/// The facts without what is empty, ids as texts, and the event's own time.
fn told(event: &PlatformEvent) -> Map<String, Value> {
    let mut told = Map::new();
    for (name, value) in event.data.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        let value = match name.as_str() {
            name if TEXTS.contains(&name) => text(value),
            "score" | "maxScore" => number(value),
            "roles" => value.as_array().map(|roles| roles.iter().filter_map(text).collect()),
            "timestamp" => None,
            _ => Some(value.clone()),
        };
        told.extend(value.map(|value| (name.clone(), value)));
    }
    told.insert("timestamp".to_owned(), Value::from(event.at.to_string()));
    told.insert("source".to_owned(), Value::from(event.source.as_str()));
    told
}

fn text(value: &Value) -> Option<Value> {
    as_text(value).map(Value::from)
}

fn number(value: &Value) -> Option<Value> {
    match value {
        Value::Number(_) => Some(value.clone()),
        Value::String(text) => text.trim().replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::platform_event::Subject;

    fn event(kind: &str, collection: Collection, data: Value) -> PlatformEvent {
        PlatformEvent {
            source: "moodle".to_owned(),
            kind: kind.to_owned(),
            at: "2026-03-01T10:00:00Z".parse().unwrap(),
            data,
            subject: Subject::of(collection, &["x"]),
        }
    }

    #[test]
    fn a_grade_is_told_in_the_catalogues_words_whatever_platform_it_came_from() {
        let moodle = json!({ "userId": 5, "resourceLinkId": null, "gradeId": 12, "score": "80,5", "maxScore": null, "timestamp": 1_772_359_200, "contextId": "2" });
        let (kind, data) = outgoing(&event("grade.created", Collection::Grades, moodle)).unwrap();
        assert_eq!(kind, "grade.submitted");
        let expected = json!({ "userId": "5", "gradeId": "12", "score": 80.5, "contextId": "2", "timestamp": "2026-03-01T10:00:00Z", "source": "moodle",
            "student_id": "5", "course_id": "2", "grade": "80.5" });
        assert_eq!(data, expected);
        let lettered = json!({ "userId": "u", "resourceLinkId": "l", "score": 85, "grade": "B+" });
        let (_, data) = outgoing(&event("grade.updated", Collection::Grades, lettered)).unwrap();
        assert_eq!((&data["course_id"], &data["grade"], &data["score"]), (&json!("l"), &json!("B+"), &json!(85)));
    }

    #[test]
    fn what_says_too_little_and_what_is_none_of_others_business_is_kept_only() {
        for (kind, collection, data) in [
            ("grade.updated", Collection::Grades, json!({ "userId": null, "contextId": "2", "score": 1 })),
            ("grade.updated", Collection::Grades, json!({ "userId": "u", "score": 1 })),
            ("content.created", Collection::Content, json!({ "contentId": "c" })),
            ("xapi.answered", Collection::Statements, json!({ "userId": "u" })),
            ("submission.created", Collection::Submissions, json!({ "userId": "u" })),
        ] {
            assert_eq!(outgoing(&event(kind, collection, data)), None, "{kind}");
        }
    }
}
