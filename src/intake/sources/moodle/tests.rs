use serde_json::{Value, json};

use super::*;
use crate::intake::event::EventKind;
use crate::intake::sources::fixture::{completed, events, recorded, request};
use crate::model::platform_event::Collection;

#[test]
fn a_grade_is_the_same_however_its_event_is_named_and_never_keeps_the_token() {
    for name in ["valid", "valid_no_backslash", "valid_bare"] {
        let (event, _) = recorded(NAME, &request(NAME, name)).pop().unwrap();
        assert_eq!((event.kind.as_str(), &event.data["userId"], &event.data["score"]), ("grade.updated", &json!("5"), &json!(80.0)), "{name}");
        assert!(!serde_json::to_string(&event).unwrap().contains("t0ken"));
    }
    let key = |name| recorded(NAME, &request(NAME, name)).pop().unwrap().1;
    assert_eq!(key("valid"), key("valid_bare"), "one event");
}

#[test]
fn a_submitted_attempt_is_a_completion_from_either_plugin_and_once() {
    let (completion, _) = completed(NAME, &request(NAME, "valid_attempt")).pop().unwrap();
    assert_eq!((completion.submission_id.as_deref(), completion.student.id.as_deref()), (Some("301"), Some("5")));
    assert_eq!((completion.assessment.id.as_deref(), completion.assessment.course_id.as_deref()), (Some("3"), Some("2")));
    let keys = ["valid_attempt", "valid_trigger"].map(|name| completed(NAME, &request(NAME, name)).pop().unwrap().1);
    assert_eq!(keys[0], keys[1], "a rule that is run again, or both plugins at once, make one report");
}

fn told(change: &[(&str, Value)]) -> EventKind {
    let mut call = request(NAME, "valid");
    let mut event: Value = serde_json::from_str(&call.body).unwrap();
    for (key, value) in change {
        event[*key] = value.clone();
    }
    call.body = event.to_string();
    events(NAME, &call).unwrap().pop().unwrap().kind
}

#[test]
fn the_other_events_of_the_document_are_kept_and_unknown_ones_acknowledged() {
    let (module, _) = recorded(NAME, &request(NAME, "valid_module")).pop().unwrap();
    assert_eq!((module.subject.collection, module.data["url"].as_str()), (Collection::Content, Some("https://moodle.school.example/mod/quiz/view.php?id=15")));
    let (course, _) = recorded(NAME, &request(NAME, "valid_completed")).pop().unwrap();
    assert_eq!(course.subject.collection, Collection::CourseCompletions);
    let EventKind::Recorded { event, .. } = told(&[("other", json!({ "itemid": 7, "finalgrade": null }))]) else { panic!() };
    assert!(event.subject.deleted, "a grade that was taken back");
    for name in ["\\core\\event\\user_loggedin", "", "\\", "\\mod_assign\\event\\user_graded", "ana pérez"] {
        assert!(matches!(told(&[("eventname", json!(name))]), EventKind::Ignored { .. }), "{name}");
    }
    let attempt = |change: (&str, Value)| told(&[("eventname", json!("\\mod_quiz\\event\\attempt_submitted")), change]);
    assert!(matches!(attempt(("anonymous", json!(1))), EventKind::Ignored { .. }));
    assert!(matches!(attempt(("objectid", json!(null))), EventKind::Unusable { cause: "no_assessment", .. }));
}

#[test]
fn a_call_that_was_composed_of_a_template_is_read_with_its_backslashes_and_quotation_marks() {
    let plain = completed(NAME, &request(NAME, "valid_trigger")).pop().unwrap();
    let body = r#"{"eventname":"\mod_quiz\event\attempt_submitted","token":"moodle-t0ken-91aa","objectid":"301","contextid":"61","relateduserid":"5","userid":"5","courseid":"2","timecreated":"1772359200","host":"moodle.school.example","other_quizid":"3","coursename":"Ciencias "8A"","caf\u00e9":"\u00e9"}"#;
    for (body, media) in [
        (body.to_owned(), "application/json"),
        (body.to_owned(), "application/x-www-form-urlencoded"),
        (body.replace("Ciencias \"8A\"", "Ciencias"), "application/json"),
    ] {
        let mut call = request(NAME, "valid_trigger");
        call.headers = [("content-type".to_owned(), media.to_owned())].into();
        call.body = body;
        let (completion, key) = completed(NAME, &call).pop().unwrap_or_else(|| panic!("{}", call.body));
        assert_eq!((&completion, &key), (&plain.0, &plain.1), "{}", call.body);
    }
    for wrong in ["{", "{\"token\": \"moodle-t0ken-91aa\"", "\\", "{\"token\":\"moodle-t0ken-91aa\\\"}"] {
        let mut call = request(NAME, "valid_trigger");
        call.headers.insert("content-type".to_owned(), "application/json".to_owned());
        call.body = wrong.to_owned();
        let _ = events(NAME, &call);
    }
}
