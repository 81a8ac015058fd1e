use serde_json::json;

use super::*;

fn all() -> Vec<&'static str> {
    [LTI, SERVICES, INTERNAL].concat()
}

fn recorded(body: &Value) -> PlatformEvent {
    match read("lti", &all(), body, "x") {
        Ok(EventKind::Recorded { event, .. }) => *event,
        other => panic!("{body}: {other:?}"),
    }
}

fn refused(body: &Value) -> String {
    read("lti", &all(), body, "x").expect_err(&body.to_string()).to_string()
}

fn grade() -> Value {
    json!({ "type": "grade.updated", "data": { "userId": "user123", "resourceLinkId": "link456", "score": 85, "maxScore": 100, "timestamp": "2024-01-01T12:00:00Z" } })
}

#[test]
fn all_nine_events_of_a_platform_are_read_into_the_record_they_change() {
    let member = json!({ "contextId": "c1", "userId": "u1", "roles": ["Learner"], "timestamp": "2024-01-01T12:00:00Z" });
    let content = json!({ "resourceLinkId": "l1", "contentId": "k1", "title": "Guía", "url": "https://school.example/k1", "timestamp": "2024-01-01T12:00:00Z" });
    let graded = grade()["data"].clone();
    for (kind, data, collection, deleted) in [
        ("grade.created", &graded, Collection::Grades, false),
        ("grade.updated", &graded, Collection::Grades, false),
        ("grade.deleted", &graded, Collection::Grades, true),
        ("member.added", &member, Collection::Members, false),
        ("member.updated", &member, Collection::Members, false),
        ("member.removed", &member, Collection::Members, true),
        ("content.created", &content, Collection::Content, false),
        ("content.updated", &content, Collection::Content, false),
        ("content.deleted", &content, Collection::Content, true),
    ] {
        let event = recorded(&json!({ "type": kind, "data": data }));
        assert_eq!((event.subject.collection, event.subject.deleted, event.kind.as_str()), (collection, deleted, kind));
        assert_eq!((event.at.to_string().as_str(), &event.data), ("2024-01-01T12:00:00Z", data));
    }
}

#[test]
fn events_of_services_and_of_our_own_programs_are_read() {
    let at = "2024-01-01T12:00:00Z";
    for (kind, data, collection) in [
        (
            "transcription.completed",
            json!({ "jobId": "j", "videoId": "v", "transcriptionUrl": "https://t.example/x.txt", "confidence": 0.9, "duration": 61.5, "timestamp": at }),
            Collection::Transcriptions,
        ),
        ("video.upload.completed", json!({ "videoId": "v", "metadata": { "size": 1 }, "timestamp": at }), Collection::Videos),
        (
            "deep_link.created",
            json!({ "linkId": "l", "resourceType": "assessment", "contextId": "c", "createdBy": "u", "configuration": {}, "timestamp": at }),
            Collection::DeepLinks,
        ),
        (
            "user.behavior",
            json!({ "userId": "u", "sessionId": "s", "events": [{ "type": "click", "element": "#a", "timestamp": "2023-12-31T12:00:00Z" }, { "type": "view", "element": "#b", "timestamp": at, "metadata": { "x": 1 } }] }),
            Collection::Behaviour,
        ),
    ] {
        let event = recorded(&json!({ "type": kind, "data": data }));
        assert_eq!((event.subject.collection, event.at.to_string().as_str()), (collection, at), "{kind}");
    }
}

#[test]
fn a_field_that_is_missing_or_wrong_is_named_and_its_value_is_not() {
    let mut faults = Vec::new();
    for key in ["userId", "resourceLinkId", "score", "maxScore", "timestamp"] {
        let mut body = grade();
        body["data"].as_object_mut().unwrap().remove(key);
        assert!(refused(&body).contains(&format!("data.{key}")), "{}", refused(&body));
        body["data"][key] = json!({ "ana": "pérez" });
        faults.push(refused(&body));
        body["data"][key] = json!("ana pérez");
        if !matches!(key, "userId" | "resourceLinkId") {
            faults.push(refused(&body));
        }
    }
    assert!(faults.iter().all(|fault| !fault.contains("ana")), "{faults:?}");
    let url = |url: &str| json!({ "type": "content.created", "data": { "resourceLinkId": "l", "contentId": "k", "title": "t", "url": url, "timestamp": "2024-01-01T12:00:00Z" } });
    for bad in ["javascript:alert(1)", "file:///etc/passwd", "x", "http://", "data:text/plain,x"] {
        assert!(refused(&url(bad)).contains("data.url"), "{bad}");
    }
    let behaviour = |events: Value| json!({ "type": "user.behavior", "data": { "userId": "u", "sessionId": "s", "events": events } });
    for bad in [json!([]), json!([1]), json!([{ "type": "hover", "element": "a", "timestamp": "2024-01-01T12:00:00Z" }]), json!("x")] {
        assert!(refused(&behaviour(bad)).contains("data.events"));
    }
}

#[test]
fn a_type_that_a_door_does_not_take_is_unknown_and_a_ping_is_answered() {
    for kind in ["grade.exploded", "", "transcription.completed", "GRADE.UPDATED"] {
        assert_eq!(read("lti", LTI, &json!({ "type": kind, "data": {} }), "x"), Err(Rejection::UnknownType), "{kind}");
    }
    assert_eq!(read("lti", LTI, &json!({ "type": "test.event", "data": { "message": "test" } }), "x"), Ok(EventKind::Ping));
    for bad in [
        json!({}),
        json!([]),
        json!("x"),
        json!({ "type": 3 }),
        json!({ "type": "grade.updated" }),
        json!({ "type": "grade.updated", "data": [] }),
    ] {
        assert!(matches!(read("lti", LTI, &bad, "x"), Err(Rejection::Malformed { .. })), "{bad}");
    }
}

#[test]
fn the_same_grade_is_the_same_record_with_and_without_an_id_of_its_own() {
    let with = |id: &str| {
        let mut body = grade();
        body["data"]["gradeId"] = json!(id);
        recorded(&body).subject.id
    };
    assert_eq!(with("g1"), with("g1"));
    assert_ne!(with("g1"), with("g2"));
    assert_eq!(recorded(&grade()).subject, recorded(&grade()).subject);
}

#[test]
fn a_completion_in_our_own_shape_carries_its_answers_or_its_result() {
    let mut body = json!({ "type": "assessment.completed", "data": { "userId": "u1", "email": "ana@example.com", "name": "Ana", "assessmentTitle": "M1", "submissionId": "s1",
        "submittedAt": "2026-03-01T10:00:00Z", "answers": [{ "id": "b1", "question": "Pregunta 1", "answer": "A", "points": 1, "maxPoints": 1 }, "B"] } });
    let Ok(EventKind::Completed { completion, .. }) = read("standard", LTI, &body, "x") else { panic!() };
    let submission = completion.submission.unwrap();
    assert_eq!((submission.answers.len(), submission.answers[1].answer.as_deref()), (2, Some("B")));
    body["data"]["answers"] = json!(null);
    body["data"]["score"] = json!(8);
    body["data"]["maxScore"] = json!(10);
    let Ok(EventKind::Completed { completion, .. }) = read("standard", LTI, &body, "x") else { panic!() };
    let submission = completion.submission.unwrap();
    assert_eq!((submission.grade, submission.answers[0].points, submission.answers[0].max_points), (Some(80.0), Some(8.0), Some(10.0)));
    body["data"]["userId"] = json!(null);
    body["data"]["email"] = json!(null);
    assert!(matches!(read("standard", LTI, &body, "x"), Ok(EventKind::Unusable { cause: "no_student", .. })));
}
