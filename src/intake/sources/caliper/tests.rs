use serde_json::json;

use super::*;
use crate::intake::sources::fixture::{completed, events, recorded, request};

#[test]
fn a_graded_attempt_brings_its_result_and_an_answered_one_its_answers() {
    let graded = completed(NAME, &request(NAME, "valid")).pop().unwrap();
    let submission = graded.0.submission.unwrap();
    assert_eq!((graded.0.student.email.as_deref(), graded.0.assessment.title.as_deref()), (Some("ana@example.com"), Some("Test de diagnóstico Parte 1")));
    assert_eq!((submission.answers.len(), submission.answers[0].points, submission.answers[0].max_points), (1, Some(10.0), Some(15.0)));
    let answered = completed(NAME, &request(NAME, "valid_items")).pop().unwrap();
    let answers = answered.0.submission.unwrap().answers;
    assert_eq!(answers.iter().map(|answer| answer.answer.as_deref()).collect::<Vec<_>>(), [Some("A"), Some("C")]);
    assert_eq!(answers[1].description.as_deref(), Some("Pregunta 2"));
    assert_eq!(graded.1, answered.1, "one attempt is one report");
}

#[test]
fn a_score_without_an_attempt_is_kept_and_makes_no_report() {
    let call = request(NAME, "valid_score_alone");
    assert_eq!((recorded(NAME, &call).len(), completed(NAME, &call).len()), (1, 0));
}

#[test]
fn an_envelope_that_is_none_is_refused_by_the_standards_status() {
    let change = |change: &dyn Fn(&mut Value)| {
        let mut call = request(NAME, "valid");
        let mut envelope: Value = serde_json::from_str(&call.body).unwrap();
        change(&mut envelope);
        call.body = envelope.to_string();
        events(NAME, &call).map(|events| events.len())
    };
    assert_eq!(change(&|_| {}), Ok(2), "the event and its completion");
    assert!(matches!(change(&|e| e["dataVersion"] = json!("http://purl.imsglobal.org/ctx/caliper/v9")), Err(Rejection::Unprocessable { .. })));
    for bad in [
        &(|e: &mut Value| e["extra"] = json!(1)) as &dyn Fn(&mut Value),
        &|e| e["sensor"] = json!(null),
        &|e| e["sendTime"] = json!("x"),
        &|e| e["data"] = json!([]),
        &|e| e["data"] = json!({}),
        &|e| e["data"] = json!([1]),
        &|e| e["data"][0]["id"] = json!(null),
        &|e| e["data"][0]["eventTime"] = json!(null),
        &|e| *e = json!([]),
    ] {
        assert!(matches!(change(bad), Err(Rejection::Malformed { .. })));
    }
    let mut text = request(NAME, "valid");
    text.headers.insert("content-type".to_owned(), "text/plain".to_owned());
    assert!(matches!(events(NAME, &text), Err(Rejection::Unsupported { .. })));
}
