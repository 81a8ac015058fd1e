//! The adapter over LearnWorlds' client, against a server that answers as the platform does.

use std::sync::Arc;

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::clock::{Clock, ManualClock};
use crate::intake::sources::learnworlds::config::LearnWorldsConfig;
use crate::model::completion::Completion;

fn completion() -> Completion {
    Completion {
        source: "learnworlds".to_owned(),
        student: Student {
            id: Some(USER.to_owned()),
            email: Some("ana@example.com".to_owned()),
            name: Some("Ana Pérez".to_owned()),
            ..Student::default()
        },
        assessment: Assessment {
            id: Some("0123456789abcdef01234567".to_owned()),
            title: Some("M1".to_owned()),
            course_id: Some("diag".to_owned()),
            course_title: Some("Diagnóstico".to_owned()),
        },
        submission: None,
        submission_id: None,
        submitted_at: None,
        school: None,
        score_to: None,
    }
}

const USER: &str = "6130afb278d2c94eeb228d12";
const RESPONSES: &str = "/admin/api/v2/assessments/0123456789abcdef01234567/responses";

fn clock() -> Arc<dyn Clock> {
    Arc::new(ManualClock::new("2026-11-21T12:00:00Z".parse().unwrap()))
}

async fn platform() -> (MockServer, LearnWorlds) {
    let server = MockServer::start().await;
    let clock = clock();
    let client = LearnWorldsClient::new(&LearnWorldsConfig::for_testing(&server.uri()), clock.clone()).unwrap();
    (server, LearnWorlds::new(Some(Arc::new(client)), LearnWorldsConfig::default(), &clock))
}

async fn serve(server: &MockServer, at: &str, status: u16, body: Value) {
    Mock::given(method("GET")).and(path(at)).respond_with(ResponseTemplate::new(status).set_body_json(body)).mount(server).await;
}

fn responses(ids: &[(&str, f64)]) -> Value {
    let one = |(id, at): &(&str, f64)| {
        let answers = json!([{ "blockId": "mc1", "blockType": "mc", "description": "Pregunta 1", "answer": "A" }]);
        json!({ "id": id, "user_id": USER, "email": "ana@example.com", "submittedTimestamp": at, "answers": answers })
    };
    json!({ "data": ids.iter().map(one).collect::<Vec<_>>(), "meta": { "page": 1, "totalItems": ids.len(), "totalPages": 1, "itemsPerPage": 20 } })
}

#[tokio::test]
async fn a_complete_event_costs_one_call_and_takes_the_newest_submission() {
    let (server, submissions) = platform().await;
    serve(&server, RESPONSES, 200, responses(&[("new", 1_763_700_000.5), ("old", 1_763_600_000.5)])).await;
    let found = submissions.find(&SubmissionQuery::from(&completion())).await.unwrap();
    assert_eq!(found.submission.unwrap().id.as_deref(), Some("new"));
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_event_that_names_its_submission_gets_no_other() {
    let (server, submissions) = platform().await;
    serve(&server, RESPONSES, 200, responses(&[("new", 1_763_700_000.5), ("old", 1_763_600_000.5)])).await;
    let named = |id: &str| Completion { submission_id: Some(id.to_owned()), ..completion() };
    let found = submissions.find(&SubmissionQuery::from(&named("old"))).await.unwrap();
    assert_eq!(found.submission.unwrap().id.as_deref(), Some("old"));
    assert_eq!(submissions.find(&SubmissionQuery::from(&named("not there yet"))).await.unwrap().submission, None);
}

#[tokio::test]
async fn what_the_event_left_out_of_the_student_is_asked_for() {
    let (server, submissions) = platform().await;
    let user = json!({ "id": USER, "email": "ana@example.com", "username": "Ana Pérez", "first_name": "Ana", "last_name": "Pérez" });
    serve(&server, &format!("/admin/api/v2/users/{USER}"), 200, user.clone()).await;
    serve(&server, "/admin/api/v2/users/ana%40example.com", 200, user).await;
    serve(&server, RESPONSES, 200, responses(&[("s", 1_763_600_000.5)])).await;
    let mut by_id = completion();
    by_id.student = Student { id: Some(USER.to_owned()), ..Student::default() };
    let mut by_address = completion();
    by_address.student = Student { email: Some("ana@example.com".to_owned()), ..Student::default() };
    for completion in [by_id, by_address] {
        let found = submissions.find(&SubmissionQuery::from(&completion)).await.unwrap();
        assert_eq!(found.student.email.as_deref(), Some("ana@example.com"));
        assert_eq!((found.student.id.as_deref(), found.student.display_name().as_str()), (Some(USER), "Ana Pérez"));
        assert!(found.submission.is_some());
    }
}

#[tokio::test]
async fn a_missing_name_is_no_reason_to_fail() {
    let (server, submissions) = platform().await;
    serve(&server, &format!("/admin/api/v2/users/{USER}"), 500, json!({ "error": "oops" })).await;
    serve(&server, RESPONSES, 200, responses(&[("s", 1_763_600_000.5)])).await;
    let mut nameless = completion();
    nameless.student.name = Some("ana@example.com".to_owned());
    assert!(submissions.find(&SubmissionQuery::from(&nameless)).await.unwrap().submission.is_some());
    nameless.student.email = None;
    assert!(matches!(submissions.find(&SubmissionQuery::from(&nameless)).await.unwrap_err().advice, RetryAdvice::Time(_)));
}

#[tokio::test]
async fn each_refusal_says_whether_time_or_a_person_helps() {
    for (status, cause, person) in [
        (401, "platform_unauthorized", true),
        (403, "platform_forbidden", true),
        (404, "platform_not_found", true),
        (429, "platform_rate_limited", false),
        (500, "platform_unavailable", false),
    ] {
        let (server, submissions) = platform().await;
        serve(&server, RESPONSES, status, json!({ "error": "no" })).await;
        let error = submissions.find(&SubmissionQuery::from(&completion())).await.unwrap_err();
        assert_eq!((error.cause, error.advice == RetryAdvice::Person), (cause, person), "{status}");
    }
    let error = LearnWorlds::offline().find(&SubmissionQuery::from(&completion())).await.unwrap_err();
    assert_eq!((error.cause, error.advice), ("platform_not_configured", RetryAdvice::Person));
}

#[tokio::test]
async fn a_title_the_event_left_out_is_asked_for_once() {
    let (server, submissions) = platform().await;
    serve(&server, RESPONSES, 200, responses(&[("s", 1_763_600_000.5)])).await;
    let unit = json!({ "id": "0123456789abcdef01234567", "type": "assessmentV2", "title": "M1 Ensayo" });
    serve(&server, "/admin/api/v2/courses/diag/contents", 200, json!({ "sections": [{ "learningUnits": [unit] }] })).await;
    let untitled = Completion { assessment: Assessment { title: None, ..completion().assessment }, ..completion() };
    for _ in 0..2 {
        assert_eq!(submissions.find(&SubmissionQuery::from(&untitled)).await.unwrap().title.as_deref(), Some("M1 Ensayo"));
    }
    assert_eq!(submissions.find(&SubmissionQuery::from(&completion())).await.unwrap().title, None);
    let asked = server.received_requests().await.unwrap().iter().filter(|request| request.url.path().ends_with("/contents")).count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn a_user_record_of_somebody_else_is_never_used() {
    let (server, submissions) = platform().await;
    let other = json!({ "id": "ffffffffffffffffffffffff", "email": "ben@example.com", "username": "Ben" });
    serve(&server, &format!("/admin/api/v2/users/{USER}"), 200, other.clone()).await;
    serve(&server, "/admin/api/v2/users/ana%40example.com", 200, other).await;
    serve(&server, RESPONSES, 200, responses(&[("s", 1_763_600_000.5)])).await;
    let mut without_address = completion();
    without_address.student.email = None;
    let mut without_id = completion();
    without_id.student.id = None;
    for completion in [&without_address, &without_id] {
        let error = submissions.find(&SubmissionQuery::from(completion)).await.unwrap_err();
        assert_eq!(error.cause, "platform_malformed");
    }
    let mut without_name = completion();
    without_name.student.name = None;
    let found = submissions.find(&SubmissionQuery::from(&without_name)).await.unwrap();
    assert_eq!((found.student.email.as_deref(), found.student.name), (Some("ana@example.com"), None));
}

#[tokio::test]
async fn a_job_that_a_person_opened_again_takes_todays_address() {
    let (server, submissions) = platform().await;
    let user = json!({ "id": USER, "email": "ana.new@example.com", "username": "Ana Pérez" });
    serve(&server, &format!("/admin/api/v2/users/{USER}"), 200, user).await;
    serve(&server, RESPONSES, 200, responses(&[("s", 1_763_600_000.5)])).await;
    let completion = completion();
    let address = async |again: bool| {
        let found = submissions.find(&SubmissionQuery { completion: &completion, again }).await.unwrap();
        found.student.email.unwrap()
    };
    assert_eq!(address(false).await, "ana@example.com");
    assert_eq!(address(true).await, "ana.new@example.com");
}

#[tokio::test]
async fn a_job_opened_again_keeps_its_address_when_the_platform_has_no_better_one() {
    for (status, user) in [(500, json!({})), (404, json!({})), (200, json!({ "id": USER, "email": "not an address" }))] {
        let (server, submissions) = platform().await;
        serve(&server, &format!("/admin/api/v2/users/{USER}"), status, user).await;
        serve(&server, RESPONSES, 200, responses(&[("s", 1_763_600_000.5)])).await;
        let found = submissions.find(&SubmissionQuery { completion: &completion(), again: true }).await.unwrap();
        assert_eq!(found.student.email.as_deref(), Some("ana@example.com"), "{status}");
    }
}

#[tokio::test]
async fn a_course_that_came_as_a_slug_gets_its_title_and_none_is_no_reason_to_fail() {
    let slug_only = Completion { assessment: Assessment { course_title: None, ..completion().assessment }, ..completion() };
    for (status, title) in [(200, Some("Matemática 2026")), (404, None), (500, None)] {
        let (server, submissions) = platform().await;
        serve(&server, RESPONSES, 200, responses(&[("s", 1_763_600_000.5)])).await;
        serve(&server, "/admin/api/v2/courses/diag", status, json!({ "id": "diag", "title": "Matem&aacute;tica 2026" })).await;
        assert_eq!(submissions.find(&SubmissionQuery::from(&slug_only)).await.unwrap().course_title.as_deref(), title, "{status}");
    }
}

#[tokio::test]
async fn a_protection_page_is_told_as_such_and_waited_for() {
    let page = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><script src=\"/cdn-cgi/challenge-platform/x\"></script></body></html>";
    for status in [200, 403, 429, 503] {
        let (server, submissions) = platform().await;
        let answer = ResponseTemplate::new(status).set_body_raw(page, "text/html");
        Mock::given(method("GET")).and(path(RESPONSES)).respond_with(answer).mount(&server).await;
        let error = submissions.find(&SubmissionQuery::from(&completion())).await.unwrap_err();
        assert_eq!(error.cause, "platform_blocked", "{status}");
        assert!(matches!(error.advice, RetryAdvice::Time(_)) && error.message.contains("SCHOOL_DOMAIN"));
    }
}

#[tokio::test]
async fn answers_the_platform_wrote_as_an_object_are_answers() {
    let (server, submissions) = platform().await;
    let answer = |text: &str| json!({ "description": text, "answer": "A" });
    let answers = json!({ "0": answer("P1"), "2": answer("P2"), "10": answer("P10") });
    let response = json!({ "id": "s", "user_id": USER, "submittedTimestamp": 1_763_600_000.5, "answers": answers });
    serve(&server, RESPONSES, 200, json!({ "data": { "0": response }, "meta": { "totalPages": 1 } })).await;
    let found = submissions.find(&SubmissionQuery::from(&completion())).await.unwrap();
    let read: Vec<_> = found.submission.unwrap().answers.into_iter().filter_map(|answer| answer.description).collect();
    assert_eq!(read, ["P1", "P2", "P10"]);
}

#[tokio::test]
async fn an_answer_larger_than_any_honest_one_is_refused() {
    let (server, submissions) = platform().await;
    let many = vec![json!({}); 2000];
    let response =
        |number: usize| json!({ "id": format!("s{number}"), "user_id": USER, "submittedTimestamp": 1_763_600_000.5, "answers": many });
    let data: Vec<Value> = (0..200).map(response).collect();
    serve(&server, RESPONSES, 200, json!({ "data": data, "meta": { "totalPages": 1 } })).await;
    let error = submissions.find(&SubmissionQuery::from(&completion())).await.unwrap_err();
    assert_eq!(error.cause, "platform_oversized");
}

#[test]
fn the_configured_ids_give_an_assessment_its_id_and_its_name() {
    let mut env = crate::env::Env::from_pairs([("ASSESSMENT_IDS", "CIEN=0123456789abcdef01234567")]);
    let submissions = LearnWorlds::new(None, LearnWorldsConfig::from_env(&mut env), &clock());
    let complete = |id: Option<&str>, title: Option<&str>| {
        let mut assessment = Assessment { id: id.map(Into::into), title: title.map(Into::into), ..Assessment::default() };
        submissions.complete(&mut assessment);
        (assessment.id, assessment.title)
    };
    let both = (Some("0123456789abcdef01234567".to_owned()), Some("CIEN".to_owned()));
    assert_eq!(complete(None, Some("CIEN")), both);
    assert_eq!(complete(Some("0123456789abcdef01234567"), None), both);
    assert_eq!(complete(None, Some("M1")), (None, Some("M1".to_owned())));
}
