use serde_json::json;

use super::*;
use crate::intake::sources::fixture::{Request, completed, events, recorded, request};

fn with(change: &dyn Fn(&mut Value)) -> Request {
    let mut call = request(NAME, "valid");
    let mut statement: Value = serde_json::from_str(&call.body).unwrap();
    change(&mut statement);
    call.body = statement.to_string();
    call
}

#[test]
fn a_completed_test_brings_its_result_or_its_answers_in_words() {
    let (alone, _) = completed(NAME, &request(NAME, "valid")).pop().unwrap();
    assert_eq!((alone.student.email.as_deref(), alone.assessment.title.as_deref()), (Some("ana@example.com"), Some("Test de diagnóstico Parte 1")));
    assert_eq!((alone.assessment.course_title.as_deref(), alone.submission.as_ref().and_then(|s| s.grade)), (Some("Ciencias"), Some(80.0)));
    let call = request(NAME, "valid_answers");
    let (answered, _) = completed(NAME, &call).pop().unwrap();
    let answers = answered.submission.unwrap().answers;
    assert_eq!(answers.iter().map(|answer| answer.answer.as_deref().unwrap()).collect::<Vec<_>>(), ["A", "A | B"]);
    assert_eq!((answers[0].points, answers[1].points, recorded(NAME, &call).len()), (Some(1.0), Some(0.0), 3));
}

#[test]
fn a_test_that_is_completed_and_passed_moments_apart_is_one_report() {
    let key = |change: &dyn Fn(&mut Value)| completed(NAME, &with(change)).pop().unwrap().1;
    let first = key(&|_| {});
    let passed = key(&|s| {
        s["verb"]["id"] = json!("http://adlnet.gov/expapi/verbs/passed");
        s["id"] = json!("6690e6c9-3ef0-4ed3-8b37-7f3964730bef");
        s["timestamp"] = json!("2026-03-01T10:00:00.300Z");
    });
    assert_eq!(first, passed);
    let around_a_minute = with(&|s| {
        s["timestamp"] = json!("2026-03-01T10:00:59.900Z");
        let mut passed = s.clone();
        passed["id"] = json!("6690e6c9-3ef0-4ed3-8b37-7f3964730bef");
        passed["verb"]["id"] = json!("http://adlnet.gov/expapi/verbs/passed");
        passed["timestamp"] = json!("2026-03-01T10:01:00.200Z");
        *s = json!([s.clone(), passed]);
    });
    assert_eq!(completed(NAME, &around_a_minute).len(), 1);
    assert_ne!(first, key(&|s| s["timestamp"] = json!("2026-03-01T12:00:00Z")), "a retake");
    assert_ne!(first, key(&|s| s["actor"]["mbox"] = json!("mailto:beto@example.com")));
}

#[test]
fn what_is_no_statement_and_two_of_one_id_are_refused() {
    let is_malformed = |call: &Request| matches!(events(NAME, call), Err(Rejection::Malformed { .. }));
    for bad in [
        &(|s: &mut Value| s["id"] = json!("x")) as &dyn Fn(&mut Value),
        &|s| s["verb"] = json!({}),
        &|s| s["actor"] = json!("x"),
        &|s| s["object"] = json!(null),
        &|s| *s = json!([]),
        &|s| *s = json!([s.clone(), s.clone()]),
        &|s| *s = json!(3),
    ] {
        assert!(is_malformed(&with(bad)));
    }
    let mut versionless = request(NAME, "valid");
    versionless.headers.remove("x-experience-api-version");
    assert!(is_malformed(&versionless));
}

#[test]
fn a_statement_without_an_id_gets_the_same_one_each_time() {
    let call = with(&|s| _ = s.as_object_mut().unwrap().remove("id"));
    let id = || recorded(NAME, &call)[0].0.data["id"].clone();
    assert_eq!(id(), id());
    assert!(uuid(id().as_str().unwrap()).is_some());
    let mut put = with(&|s| _ = s.as_object_mut().unwrap().remove("id"));
    put.headers.insert(STATEMENT_ID.to_owned(), "6690E6C9-3ef0-4ed3-8b37-7f3964730bee".to_owned());
    assert_eq!(recorded(NAME, &put)[0].0.data["id"], "6690e6c9-3ef0-4ed3-8b37-7f3964730bee");
    let mut other = request(NAME, "valid");
    other.headers.insert(STATEMENT_ID.to_owned(), "00000000-3ef0-4ed3-8b37-7f3964730bee".to_owned());
    assert!(events(NAME, &other).is_err());
}

#[test]
fn a_call_with_attachments_is_read_by_its_first_part() {
    let plain = request(NAME, "valid");
    let with_parts = |boundary: &str, parts: &str| {
        let mut call = request(NAME, "valid");
        call.headers.insert("content-type".to_owned(), format!("multipart/mixed; boundary={boundary}"));
        call.body = parts.to_owned();
        events(NAME, &call)
    };
    let picture = "--b1\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: 495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a\r\n\r\n--b\r\nPNG\r\n--b1--\r\n";
    let whole = format!("--b1\r\nContent-Type: application/json\r\n\r\n{}\r\n{picture}", plain.body);
    let kinds = |events: Vec<IntakeEvent>| events.into_iter().map(|event| event.kind).collect::<Vec<_>>();
    for boundary in ["b1", "\"b1\""] {
        assert_eq!(kinds(with_parts(boundary, &whole).unwrap()), kinds(events(NAME, &plain).unwrap()));
    }
    for (boundary, parts) in [("b2", whole.as_str()), ("", &whole), ("b1", "--b1\r\nContent-Type: application/json\r\n\r\n{}"), ("b1", "--b1")] {
        assert!(matches!(with_parts(boundary, parts), Err(Rejection::Malformed { .. })), "{boundary} {parts}");
    }
    assert!(matches!(with_parts("b1", picture), Err(Rejection::Unsupported { .. })));
    let dashes = "-".repeat(1_000_000);
    assert!(with_parts("b1", &dashes).is_err());
}

#[test]
fn a_unit_of_cmi5_that_was_passed_is_a_test_and_what_is_voided_with_it_is_none() {
    let unit = |change: &dyn Fn(&mut Value)| {
        with(&|s| {
            s["verb"]["id"] = json!("http://adlnet.gov/expapi/verbs/passed");
            s["object"]["definition"].as_object_mut().unwrap().remove("type");
            s["context"]["contextActivities"]["category"] = json!([{ "id": "https://w3id.org/xapi/cmi5/context/categories/cmi5" }, { "id": "https://w3id.org/xapi/cmi5/context/categories/moveon" }]);
            change(s);
        })
    };
    assert_eq!(completed(NAME, &unit(&|_| {})).len(), 1);
    assert_eq!(completed(NAME, &unit(&|s| s["context"]["contextActivities"]["category"] = json!({ "id": "https://w3id.org/xapi/cmi5/context/categories/cmi5" }))).len(), 1);
    for none in [
        &(|s: &mut Value| s["verb"]["id"] = json!("http://adlnet.gov/expapi/verbs/completed")) as &dyn Fn(&mut Value),
        &|s| _ = s["result"].as_object_mut().unwrap().remove("score"),
        &|s| s["context"]["contextActivities"]["category"] = json!([]),
        &|s| s["verb"]["id"] = json!("https://w3id.org/xapi/adl/verbs/satisfied"),
    ] {
        assert_eq!(completed(NAME, &unit(none)).len(), 0);
    }
    let voided = with(&|s| {
        let mut void = s.clone();
        void["id"] = json!("6690e6c9-3ef0-4ed3-8b37-7f3964730bff");
        void["verb"] = json!({ "id": "http://adlnet.gov/expapi/verbs/voided" });
        void["object"] = json!({ "objectType": "StatementRef", "id": "6690E6C9-3EF0-4ED3-8B37-7F3964730BEE" });
        *s = json!([s.clone(), void]);
    });
    assert_eq!((completed(NAME, &voided).len(), recorded(NAME, &voided).len()), (0, 2), "both are kept, none is reported");
}
