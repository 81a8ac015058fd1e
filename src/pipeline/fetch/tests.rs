//! The adapter over LearnWorlds' client, against a server that answers as the platform does.

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::clock::ManualClock;
use crate::intake::sources::learnworlds::config::LearnWorldsConfig;
use crate::pipeline::tests::harness::completion;

const USER: &str = "6130afb278d2c94eeb228d12";
const RESPONSES: &str = "/admin/api/v2/assessments/0123456789abcdef01234567/responses";

async fn platform() -> (MockServer, LearnWorldsSubmissions) {
    let server = MockServer::start().await;
    let clock = ManualClock::new("2026-11-21T12:00:00Z".parse().unwrap());
    let client = LearnWorldsClient::new(&LearnWorldsConfig::for_testing(&server.uri()), Arc::new(clock)).unwrap();
    (server, LearnWorldsSubmissions::new(Some(Arc::new(client)), LearnWorldsConfig::default()))
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
    let found = submissions.find(&completion()).await.unwrap();
    assert_eq!(found.submission.unwrap().id.as_deref(), Some("new"));
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_event_that_names_its_submission_gets_no_other() {
    let (server, submissions) = platform().await;
    serve(&server, RESPONSES, 200, responses(&[("new", 1_763_700_000.5), ("old", 1_763_600_000.5)])).await;
    let named = |id: &str| Completion { submission_id: Some(id.to_owned()), ..completion() };
    let found = submissions.find(&named("old")).await.unwrap();
    assert_eq!(found.submission.unwrap().id.as_deref(), Some("old"));
    assert_eq!(submissions.find(&named("not there yet")).await.unwrap().submission, None);
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
        let found = submissions.find(&completion).await.unwrap();
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
    assert!(submissions.find(&nameless).await.unwrap().submission.is_some());
    nameless.student.email = None;
    assert!(matches!(submissions.find(&nameless).await.unwrap_err().cure, Cure::Time(_)));
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
        let error = submissions.find(&completion()).await.unwrap_err();
        assert_eq!((error.cause, error.cure == Cure::Person), (cause, person), "{status}");
    }
    let error = LearnWorldsSubmissions::new(None, LearnWorldsConfig::default()).find(&completion()).await.unwrap_err();
    assert_eq!((error.cause, error.cure), ("platform_not_configured", Cure::Person));
}

#[tokio::test]
async fn a_title_the_event_left_out_is_asked_for_once() {
    let (server, submissions) = platform().await;
    serve(&server, RESPONSES, 200, responses(&[("s", 1_763_600_000.5)])).await;
    let unit = json!({ "id": "0123456789abcdef01234567", "type": "assessmentV2", "title": "M1 Ensayo" });
    serve(&server, "/admin/api/v2/courses/diag/contents", 200, json!({ "sections": [{ "learningUnits": [unit] }] })).await;
    let untitled = Completion { assessment: Assessment { title: None, ..completion().assessment }, ..completion() };
    for _ in 0..2 {
        assert_eq!(submissions.find(&untitled).await.unwrap().title.as_deref(), Some("M1 Ensayo"));
    }
    assert_eq!(submissions.find(&completion()).await.unwrap().title, None);
    let asked = server.received_requests().await.unwrap().iter().filter(|request| request.url.path().ends_with("/contents")).count();
    assert_eq!(asked, 1);
}

#[test]
fn the_configured_ids_give_an_assessment_its_id_and_its_name() {
    let mut env = crate::env::Env::from_pairs([("ASSESSMENT_IDS", "CIEN=0123456789abcdef01234567")]);
    let submissions = LearnWorldsSubmissions::new(None, LearnWorldsConfig::from_env(&mut env));
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
