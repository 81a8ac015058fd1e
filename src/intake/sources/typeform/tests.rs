use serde_json::{Value, json};

use super::*;
use crate::intake::sources::fixture::{completed, events, request};

fn kind(body: &Value) -> EventKind {
    Typeform.parse(&|_| None, body.to_string().as_bytes(), 1 << 20).unwrap().pop().unwrap().kind
}

#[test]
fn a_finished_form_brings_the_student_the_quiz_and_its_answers_in_the_forms_order() {
    let (completion, key) = completed(NAME, &request(NAME, "valid")).pop().unwrap();
    let (student, assessment) = (&completion.student, &completion.assessment);
    assert_eq!((student.email.as_deref(), student.display_name().as_str()), (Some("ana.perez@example.com"), "Ana Pérez"));
    assert_eq!((assessment.id.as_deref(), assessment.title.as_deref()), (Some("lT4Z3j"), Some("Test de diagnóstico Parte 1")));
    assert_eq!(completion.submission_id.as_deref(), Some("a3a12ec67a1365927098a606107fac15"));
    let answers = &completion.submission.as_ref().unwrap().answers;
    let shown: Vec<(&str, Option<&str>)> =
        answers.iter().map(|answer| (answer.block_id.as_deref().unwrap(), answer.answer.as_deref())).collect();
    // The address, the name and the group's heading are no questions; the skipped one keeps its place.
    let expected =
        [("q1", Some("4")), ("q2", None), ("q3", Some("2 | 7")), ("q4", Some("false")), ("q5", Some("6")), ("q6", Some("Arica"))];
    assert_eq!(shown, expected);
    // Another call about the same token is the same effect, whatever else it says.
    let mut body: Value = serde_json::from_str(&request(NAME, "valid").body).unwrap();
    body["event_id"] = json!("another");
    let EventKind::Completed { effect_key, .. } = kind(&body) else { panic!("a completion") };
    assert_eq!(effect_key, key);
    body["form_response"]["token"] = json!("another");
    let EventKind::Completed { effect_key, .. } = kind(&body) else { panic!("a completion") };
    assert_ne!(effect_key, key);
}

#[test]
fn hidden_fields_say_who_the_student_is_before_what_was_typed() {
    let (completion, _) = completed(NAME, &request(NAME, "valid_hidden")).pop().unwrap();
    let student = &completion.student;
    assert_eq!((student.id.as_deref(), student.email.as_deref()), (Some("u-77"), Some("otra@example.com")));
    assert_eq!((student.display_name().as_str(), completion.assessment.course_id.as_deref()), ("Bea Soto", Some("mat-1")));
}

#[test]
fn what_is_no_finished_form_makes_no_report_and_what_lacks_something_says_so() {
    assert!(matches!(events(NAME, &request(NAME, "valid_partial")).unwrap()[0].kind, EventKind::Ignored { .. }));
    let parsed = |body: Value| Typeform.parse(&|_| None, body.to_string().as_bytes(), 1 << 20);
    for bad in [json!({}), json!([]), json!({ "event_type": "form_response" }), json!({ "event_type": "form_response", "form_response": null })] {
        assert!(matches!(parsed(bad.clone()), Err(Rejection::Malformed { .. })), "{bad}");
    }
    let bare = json!({ "event_type": "form_response", "form_response": { "form_id": "f", "token": "t" } });
    assert!(matches!(kind(&bare), EventKind::Unusable { cause: "no_student", .. }));
    let nobody = json!({ "event_type": "form_response", "form_response": { "hidden": { "user_id": "u" } } });
    assert!(matches!(kind(&nobody), EventKind::Unusable { cause: "no_assessment", .. }));
}

#[test]
fn odd_types_in_every_place_are_passed_over() {
    let odd = [json!(null), json!(1), json!("x"), json!([1]), json!({ "a": 1 }), json!([[]])];
    let valid: Value = serde_json::from_str(&request(NAME, "valid").body).unwrap();
    for place in ["form_id", "token", "submitted_at", "definition", "answers", "hidden", "calculated", "definition/fields", "definition/title"] {
        for odd in &odd {
            let mut body = valid.clone();
            if let Some(spot) = body["form_response"].pointer_mut(&format!("/{place}")) {
                *spot = odd.clone();
            } else {
                body["form_response"][place] = odd.clone();
            }
            assert!(matches!(kind(&body), EventKind::Completed { .. } | EventKind::Unusable { .. }), "{place}: {odd}");
        }
    }
}
