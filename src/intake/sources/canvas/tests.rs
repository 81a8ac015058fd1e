use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::*;
use crate::clock::ManualClock;
use crate::intake::accept;
use crate::intake::event::EventKind;
use crate::intake::outside::{Answered, Ask, Outside, OutsideError};
use crate::intake::sources::fixture::{Request, completed, events, recorded, request};
use crate::model::platform_event::Collection;

const FIRST: &[u8] = include_bytes!("../../../../test_data/push/test_only_key.pem");
const SECOND: &[u8] = include_bytes!("../../../../test_data/push/other_test_only_key.pem");
const NOW: i64 = 1_772_359_200;

#[test]
fn a_grade_is_the_same_under_both_names_in_both_forms() {
    for name in ["valid", "valid_document", "valid_caliper"] {
        let (event, _) = recorded(NAME, &request(NAME, name)).pop().unwrap();
        assert_eq!((event.kind.as_str(), event.subject.collection), ("grade.updated", Collection::Grades), "{name}");
        assert_eq!((&event.data["score"], &event.data["maxScore"], &event.data["userId"]), (&json!(4.5), &json!(5.0), &json!("48")), "{name}");
    }
    let id = |name| recorded(NAME, &request(NAME, name)).pop().unwrap().0.subject.id;
    assert_eq!(id("valid"), id("valid_caliper"), "one grade is one record");
}

#[test]
fn a_submitted_quiz_is_a_completion_and_another_attempt_is_another() {
    let plain = completed(NAME, &request(NAME, "valid_quiz")).pop().unwrap();
    let caliper = completed(NAME, &request(NAME, "valid_caliper_quiz")).pop().unwrap();
    assert_eq!(plain.1, caliper.1, "one attempt is one report, in whatever form it is told");
    let completion = plain.0;
    assert_eq!((completion.assessment.id.as_deref(), completion.assessment.course_id.as_deref()), (Some("2333"), Some("565")));
    assert_eq!((completion.submission_id.as_deref(), completion.student.id.as_deref()), (Some("13995"), Some("48")));
    let mut later = request(NAME, "valid_quiz");
    later.body = later.body.replace("10:00:00.222", "11:00:00.222");
    assert_ne!(completed(NAME, &later).pop().unwrap().1, plain.1);
}

#[test]
fn a_topic_is_kept_as_plain_text() {
    let (event, _) = recorded(NAME, &request(NAME, "valid_topic")).pop().unwrap();
    assert_eq!((event.subject.collection, event.data["title"].as_str()), (Collection::Topics, Some("Fotosíntesis")));
    assert_eq!(event.data["text"], "¿Qué es la fotosíntesis? Cuenten con sus palabras.");
}

fn told(name: &str, body: &Value) -> EventKind {
    let mut call = request(NAME, "valid");
    let mut event: Value = serde_json::from_str(&call.body).unwrap();
    event["metadata"]["event_name"] = json!(name);
    event["body"] = body.clone();
    call.body = event.to_string();
    events(NAME, &call).unwrap().pop().unwrap().kind
}

#[test]
fn the_events_of_the_documents_subscription_and_the_usual_others_are_kept() {
    for (name, body, collection, deleted) in [
        ("assignment_created", json!({ "assignment_id": 3, "title": "t" }), Collection::Assignments, false),
        ("assignment_updated", json!({ "assignment_id": "3", "workflow_state": "deleted" }), Collection::Assignments, true),
        ("submission_created", json!({ "submission_id": 3 }), Collection::Submissions, false),
        ("submission_updated", json!({ "submission_id": 3 }), Collection::Submissions, false),
        ("enrollment_created", json!({ "course_id": 1, "user_id": 2, "type": "StudentEnrollment" }), Collection::Members, false),
        ("enrollment_updated", json!({ "course_id": 1, "user_id": 2, "workflow_state": "deleted" }), Collection::Members, true),
        ("grade_change", json!({ "submission_id": 3, "score": null }), Collection::Grades, true),
        ("discussion_topic_updated", json!({ "discussion_topic_id": 3, "workflow_state": "deleted" }), Collection::Topics, true),
    ] {
        match told(name, &body) {
            EventKind::Recorded { event, .. } => assert_eq!((event.subject.collection, event.subject.deleted), (collection, deleted), "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    let completed = json!({ "course": { "id": "565", "name": "Ciencias" }, "progress": { "completed_at": "2026-03-01T09:00:00Z" }, "user": { "id": "123", "email": "ana@example.com" } });
    let EventKind::Recorded { event, .. } = told("course_completed", &completed) else { panic!() };
    assert_eq!((&event.data["userId"], &event.data["contextId"], event.subject.collection), (&json!("123"), &json!("565"), Collection::CourseCompletions));
    for name in ["logged_in", "asset_accessed", "wiki_page_updated", "ana@example.com", ""] {
        assert!(matches!(told(name, &json!({})), EventKind::Ignored { .. }), "{name}");
    }
    assert!(!format!("{:?}", told("ana@example.com", &json!({}))).contains("ana"), "a name that is none is not repeated");
}

#[test]
fn an_answer_in_a_discussion_is_kept_once_under_both_of_its_names() {
    let body = json!({ "discussion_entry_id": "92", "discussion_topic_id": "189", "parent_discussion_entry_id": "59", "text": "<p>Yo creo que s&iacute;</p>", "user_id": "23481", "created_at": "2026-03-01T10:00:00Z" });
    let entries = ["discussion_entry_created", "discussion_entry_submitted"].map(|name| match told(name, &body) {
        EventKind::Recorded { event, .. } => *event,
        other => panic!("{other:?}"),
    });
    assert_eq!(entries[0].subject, entries[1].subject);
    assert_eq!((entries[0].subject.collection, &entries[0].data["text"], &entries[0].data["topicId"]), (Collection::Topics, &json!("Yo creo que sí"), &json!("189")));
}

/// An event in Caliper's form, as Canvas tells things that are no grades.
fn caliper(kind: &str, action: &str, object: &Value, group: &Value) -> EventKind {
    let mut call = request(NAME, "valid_caliper");
    let mut envelope: Value = serde_json::from_str(&call.body).unwrap();
    let event = &mut envelope["data"][0];
    (event["type"], event["action"], event["object"], event["group"]) = (json!(kind), json!(action), object.clone(), group.clone());
    event.as_object_mut().unwrap().remove("generated");
    call.body = envelope.to_string();
    events(NAME, &call).unwrap().pop().unwrap().kind
}

#[test]
fn calipers_form_tells_the_same_of_topics_entries_members_and_assignments() {
    let urn = |what: &str, id: &str| format!("urn:instructure:canvas:{what}:10870000000{id}");
    let course = json!({ "id": urn("course", "000565"), "type": "CourseOffering", "extensions": { "com.instructure.canvas": { "context_type": "Course", "entity_id": "10870000000000565" } } });
    // A member comes into a section; the course stands beside.
    let section = json!({ "id": format!("{}:section:10870000000004811", urn("course", "000565")), "type": "CourseSection", "extensions": { "com.instructure.canvas": { "context_type": "Course", "entity_id": "10870000000000565" } } });
    let extended = |what: &str, id: &str, name: Value, of: Value| json!({ "id": urn(what, id), "type": "Entity", "name": name, "extensions": { "com.instructure.canvas": of } });
    let member = extended("enrollment", "046825", Value::Null, json!({ "course_id": urn("course", "000565"), "user_id": urn("user", "020064"), "type": "StudentEnrollment", "workflow_state": "deleted" }));
    let message = json!({ "id": urn("discussionEntry", "000092"), "type": "Message", "body": "<p>Hola</p>", "isPartOf": { "id": urn("discussion", "000189"), "type": "Thread" } });
    for (kind, action, object, group, expected, fact) in [
        ("ThreadEvent", "Created", extended("discussion", "002236", json!("Semana 10"), json!({ "is_announcement": true })), &course, (Collection::Topics, false), ("title", "Semana 10")),
        ("MessageEvent", "Posted", message, &course, (Collection::Topics, false), ("text", "Hola")),
        ("Event", "Created", extended("enrollment", "046825", Value::Null, json!({ "course_id": urn("course", "000565"), "user_id": urn("user", "020064"), "type": "StudentEnrollment" })), &section, (Collection::Members, false), ("userId", "20064")),
        ("Event", "Modified", member, &section, (Collection::Members, true), ("contextId", "565")),
        ("Event", "Created", extended("assignment", "000355", json!("Ensayo"), json!({})), &course, (Collection::Assignments, false), ("contextId", "565")),
    ] {
        match caliper(kind, action, &object, group) {
            EventKind::Recorded { event, .. } => {
                assert_eq!((event.subject.collection, event.subject.deleted), expected, "{kind} {action}");
                assert_eq!(event.data[fact.0], fact.1, "{kind} {action}: {}", event.data);
            }
            other => panic!("{kind} {action}: {other:?}"),
        }
    }
    // What happened in a group is no course's.
    let group = json!({ "id": urn("group", "000077"), "type": "Group", "extensions": { "com.instructure.canvas": { "context_type": "Group", "entity_id": "10870000000000077" } } });
    let EventKind::Recorded { event, .. } = caliper("ThreadEvent", "Created", &extended("discussion", "2", json!("t"), json!({})), &group) else { panic!() };
    assert_eq!(event.data["contextId"], Value::Null);
}

/// Serves the key sets it is given, one after the other, the last one on and on.
struct Keys(Mutex<(Vec<Value>, usize)>);

#[async_trait]
impl Outside for Keys {
    async fn ask(&self, _: &Ask) -> Result<Answered, OutsideError> {
        let mut state = self.0.lock().unwrap();
        state.1 += 1;
        let set = if state.0.len() > 1 { state.0.remove(0) } else { state.0[0].clone() };
        Ok(Answered { status: 200, headers: Vec::new(), body: set.to_string().into_bytes() })
    }
}

fn set(keys: &[(&str, &[u8])]) -> Value {
    let jwk = |(id, pem): &(&str, &[u8])| {
        let mut jwk = Jwk::from_encoding_key(&EncodingKey::from_rsa_pem(pem).unwrap(), Algorithm::RS256).unwrap();
        jwk.common.key_id = Some((*id).to_owned());
        jwk
    };
    json!({ "keys": keys.iter().map(jwk).collect::<Vec<_>>() })
}

fn signed(request: &Request, id: &str, pem: &[u8]) -> String {
    let claims: Value = serde_json::from_str(&request.body).unwrap();
    let header = Header { kid: Some(id.to_owned()), ..Header::new(Algorithm::RS256) };
    encode(&header, &claims, &EncodingKey::from_rsa_pem(pem).unwrap()).unwrap()
}

#[tokio::test]
async fn signed_events_are_believed_through_a_rotation_of_keys_and_the_set_is_asked_for_once_a_minute() {
    let keys = Arc::new(Keys(Mutex::new((vec![set(&[("k1", FIRST)]), set(&[("k1", FIRST), ("k2", SECOND)])], 0))));
    let clock = ManualClock::new(jiff::Timestamp::from_second(NOW).unwrap());
    let config = Config { keys: Some(KeyOrigin::parse("https://8axpcl50e4.example/jwks").unwrap()), ..Config::default() };
    let canvas = Canvas::new(&config, &Tools { outside: Some(keys.clone()), clock: Arc::new(clock.clone()) });
    let fixture = request(NAME, "valid");
    let take = async |token: String| {
        canvas.prepare(&|_| None, token.as_bytes()).await;
        accept(&canvas, &|_| None, token.as_bytes(), &Secrets::default(), 1 << 20)
    };
    let events = take(signed(&fixture, "k1", FIRST)).await.unwrap();
    let EventKind::Recorded { event, .. } = &events[0].kind else { panic!("{events:?}") };
    assert_eq!(event.kind, "grade.updated");
    // A key that is not known yet: not asked for again at once, whoever names one.
    for _ in 0..20 {
        assert!(take(signed(&fixture, "k2", SECOND)).await.is_err());
    }
    assert_eq!(keys.0.lock().unwrap().1, 1);
    clock.advance(Duration::from_secs(61));
    assert!(take(signed(&fixture, "k2", SECOND)).await.is_ok());
    assert!(take(signed(&fixture, "k1", FIRST)).await.is_ok(), "the old one is still good");
    assert!(take(signed(&fixture, "k1", SECOND)).await.is_err(), "another key under a known name");
    assert_eq!(keys.0.lock().unwrap().1, 2);
    // The body alone proves nothing.
    assert!(take(fixture.body.clone()).await.is_err());
}
