//! Against a server that answers as the platform does.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use serde_json::{Value, json};
use wiremock::matchers::{any, body_string_contains, header, method, path, query_param};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::*;
use crate::clock::ManualClock;

const ASSESSMENT: &str = "0123456789abcdef01234567";
const USER: &str = "549d7ee2e4b4c8b511000000";
const RESPONSES: &str = "/admin/api/v2/assessments/0123456789abcdef01234567/responses";
const TOKEN: &str = "/admin/api/oauth2/access_token";

fn clock() -> ManualClock {
    ManualClock::new("2026-05-04T12:00:00Z".parse().unwrap())
}

fn static_client(server: &MockServer) -> LearnWorldsClient {
    LearnWorldsClient::new(&LearnWorldsConfig::for_testing(&server.uri()), Arc::new(clock())).unwrap()
}

fn minting_client(server: &MockServer, clock: &ManualClock) -> LearnWorldsClient {
    let config = LearnWorldsConfig {
        client_secret: Some("client-secret".into()),
        access_token: None,
        ..LearnWorldsConfig::for_testing(&server.uri())
    };
    LearnWorldsClient::new(&config, Arc::new(clock.clone())).unwrap()
}

fn submission(id: &str, user: &str, submitted: impl Into<Value>) -> Value {
    json!({
        "id": id, "user_id": user, "email": "info@learnworlds.com", "grade": 50, "passed": true,
        "created": 1_663_245_704.014_824, "modified": 1_663_246_805.183_458, "submittedTimestamp": submitted.into(),
        "answers": [
            { "blockId": "mc1663256077565_327", "blockType": "mc", "description": "Which of the following is a planet?",
              "answer": "Paphos", "points": 0, "blockMaxScore": 1, "answerData": null, "feedback": null },
            { "blockId": "fileUpload1663256473148_342", "blockType": "fileUpload", "description": "Please upload your drawings",
              "answer": null, "points": null, "blockMaxScore": 1,
              "answerData": { "downloads": [ { "title": "smallAnswer.avi", "url": "https://files.example.com/a", "avStatus": "awating_scan" } ] }, "feedback": null },
            { "blockId": "openEnded1_1", "blockType": "openEnded", "description": "Why?", "answer": "Because", "points": 0.44, "blockMaxScore": 1, "answerData": [] },
        ],
        "generalFeedback": null
    })
}

fn list(items: &[Value], page: usize, pages: usize) -> ResponseTemplate {
    let meta = json!({ "page": page, "totalItems": items.len() * pages, "totalPages": pages, "itemsPerPage": 20 });
    ResponseTemplate::new(200).set_body_json(json!({ "data": items, "meta": meta }))
}

/// Answers as the platform does when asked for a page beyond the last: with the last one again.
struct Pages(Vec<Vec<Value>>);

impl Respond for Pages {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let asked = request.url.query_pairs().find(|(name, _)| name == "page").and_then(|(_, page)| page.parse().ok()).unwrap_or(1);
        let page = asked.clamp(1, self.0.len());
        list(&self.0[page - 1], page, self.0.len())
    }
}

/// Answers each call with the next of its answers, and the last one for ever.
struct Script(Vec<ResponseTemplate>, AtomicUsize);

impl Respond for Script {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let at = self.1.fetch_add(1, Ordering::SeqCst).min(self.0.len() - 1);
        self.0[at].clone()
    }
}

fn script(answers: Vec<ResponseTemplate>) -> Script {
    Script(answers, AtomicUsize::new(0))
}

async fn answering(respond: impl Respond + 'static) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(respond).mount(&server).await;
    server
}

async fn calls(server: &MockServer, at: &str) -> usize {
    server.received_requests().await.unwrap().iter().filter(|request| request.url.path() == at).count()
}

/// A platform that hands out `token-1`, `token-2`, … and takes only those in `good`.
async fn minting_platform(good: &[&str], expires_in: impl Into<Value>) -> MockServer {
    let server = MockServer::start().await;
    let expires_in = expires_in.into();
    let tokens = (1..=9).map(|n| {
        let data = json!({"access_token": format!("token-{n}"), "token_type": "Bearer", "expires_in": expires_in});
        ResponseTemplate::new(200).set_body_json(json!({"tokenData": data, "success": true}))
    });
    Mock::given(method("POST"))
        .and(path(TOKEN))
        .and(header("Lw-Client", "test-client"))
        .respond_with(script(tokens.collect()))
        .mount(&server)
        .await;
    for token in good {
        let bearer = format!("Bearer {token}");
        Mock::given(method("GET")).and(header("Authorization", bearer.as_str())).respond_with(list(&[], 1, 0)).mount(&server).await;
    }
    let refused = ResponseTemplate::new(401).set_body_json(json!({"statusCode": 401, "error": "Unauthorized"}));
    Mock::given(method("GET")).respond_with(refused).with_priority(9).mount(&server).await;
    server
}

#[tokio::test]
async fn responses_are_asked_for_by_user_with_all_headers_and_read_in_full() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path(RESPONSES))
        .and(query_param("users", USER))
        .and(query_param("items_per_page", "200"))
        .and(query_param("page", "1"))
        .and(header("Authorization", "Bearer test-token"))
        .and(header("Lw-Client", "test-client"))
        .and(header("Accept", "application/json"))
        .respond_with(list(&[submission("63231d88da4ed9ba7d0198f4", USER, 1_663_246_805.047_033)], 1, 1))
        .mount(&server)
        .await;
    let found = static_client(&server).responses(ASSESSMENT, &USER.to_uppercase()).await.unwrap();
    assert_eq!(found.len(), 1);
    let submission = &found[0];
    assert_eq!(submission.id.as_deref(), Some("63231d88da4ed9ba7d0198f4"));
    assert_eq!(submission.submitted_at.unwrap().to_string(), "2022-09-15T13:00:05.047033Z");
    assert_eq!((submission.grade, submission.passed, submission.attempt), (Some(50.0), Some(true), Some(1)));
    let answers: Vec<_> = submission.answers.iter().map(|a| (a.answer.as_deref(), a.points, a.max_points)).collect();
    assert_eq!(answers, [(Some("Paphos"), Some(0.0), Some(1.0)), (None, None, Some(1.0)), (Some("Because"), Some(0.44), Some(1.0))]);
}

#[tokio::test]
async fn pages_are_walked_to_the_last_one_and_no_further() {
    let item = |n: i32| submission(&format!("s{n}"), USER, 1_663_246_800 + n);
    // The third submission slipped from the first page to the second between the calls.
    let server = answering(Pages(vec![vec![item(4), item(3)], vec![item(3), item(2)], vec![item(1)]])).await;
    let found = static_client(&server).responses(ASSESSMENT, USER).await.unwrap();
    let told: Vec<_> = found.iter().map(|s| (s.id.as_deref().unwrap(), s.attempt.unwrap())).collect();
    assert_eq!(told, [("s4", 4), ("s3", 3), ("s2", 2), ("s1", 1)]);
    assert_eq!(calls(&server, RESPONSES).await, 3);
}

#[tokio::test]
async fn the_newest_submission_that_fits_the_events_time_is_taken() {
    let item = |id: &str, time: i32| submission(id, USER, time);
    let items = [item("late", 1_663_250_000), item("right", 1_663_246_860), item("early", 1_663_240_000)];
    let server = answering(list(&items, 1, 1)).await;
    let client = static_client(&server);
    for (not_after, expected) in
        [(None, "late"), (Some(1_663_246_800), "right"), (Some(1_663_240_000), "early"), (Some(1_600_000_000), "early")]
    {
        let not_after = not_after.map(|seconds| jiff::Timestamp::from_second(seconds).unwrap());
        let found = answers::pick(client.responses(ASSESSMENT, USER).await.unwrap(), not_after).unwrap();
        assert_eq!(found.id.as_deref(), Some(expected), "{not_after:?}");
    }
}

#[tokio::test]
async fn the_answers_of_another_student_and_unfinished_attempts_are_never_taken() {
    let items = [
        submission("other", "aaaaaaaaaaaaaaaaaaaaaaaa", 1_663_246_900),
        submission("open", USER, json!(null)),
        submission("own", USER, 1_663_246_800),
    ];
    let server = answering(list(&items, 1, 1)).await;
    let found = static_client(&server).responses(ASSESSMENT, USER).await.unwrap();
    assert_eq!(found.iter().map(|s| s.id.as_deref().unwrap()).collect::<Vec<_>>(), ["own"]);
}

#[tokio::test]
async fn a_response_that_names_no_user_counts_only_with_the_users_own_address() {
    let nameless = |id: &str, email: Option<&str>| {
        let mut item = submission(id, USER, 1_663_246_800);
        item.as_object_mut().unwrap().retain(|field, _| !field.to_lowercase().contains("user"));
        item["email"] = json!(email);
        item
    };
    let items = [nameless("other", Some("ben@x.cl")), nameless("own", Some("Ana@X.cl")), nameless("nobody", None)];
    let server = MockServer::start().await;
    Mock::given(method("GET")).and(path(RESPONSES)).respond_with(list(&items, 1, 1)).mount(&server).await;
    let user = ResponseTemplate::new(200).set_body_json(json!({ "id": USER, "email": "ana@x.cl" }));
    Mock::given(method("GET")).and(path(format!("/admin/api/v2/users/{USER}"))).respond_with(user).mount(&server).await;
    let found = static_client(&server).responses(ASSESSMENT, USER).await.unwrap();
    assert_eq!(found.iter().map(|s| s.id.as_deref().unwrap()).collect::<Vec<_>>(), ["own"]);
}

#[tokio::test]
async fn a_submission_that_is_not_visible_yet_is_none_and_no_error() {
    let server = answering(list(&[], 1, 0)).await;
    assert_eq!(static_client(&server).responses(ASSESSMENT, USER).await, Ok(Vec::new()));
}

#[tokio::test]
async fn a_backfill_walks_all_students_page_by_page_and_can_be_resumed() {
    let item = |id: &str, user: &str| submission(id, user, 1_663_246_800);
    let server = answering(Pages(vec![vec![item("a", "u1"), item("b", "u2")], vec![item("c", "u3")]])).await;
    let client = static_client(&server);
    let first = client.all_responses(ASSESSMENT, 1).await.unwrap();
    assert_eq!((first.responses.len(), first.next(), first.total_items), (2, Some(2), Some(4)));
    assert_eq!(first.responses[1].student.id.as_deref(), Some("u2"));
    assert_eq!(first.responses[1].student.email.as_deref(), Some("info@learnworlds.com"));
    let second = client.all_responses(ASSESSMENT, 2).await.unwrap();
    assert_eq!((second.responses.len(), second.next()), (1, None));
    // The list became shorter since the walk stopped: the platform repeats its last page, which is known already.
    let beyond = client.all_responses(ASSESSMENT, 3).await.unwrap();
    assert_eq!((beyond.responses.len(), beyond.next()), (0, None));
    let requests = server.received_requests().await.unwrap();
    assert!(requests.iter().all(|request| !request.url.query().unwrap().contains("users=")));
}

#[tokio::test]
async fn many_callers_mint_one_token_and_renew_it_once() {
    let server = minting_platform(&["token-2"], 8000).await;
    let client = minting_client(&server, &clock());
    let all = join_all((0..14).map(|_| client.responses(ASSESSMENT, USER))).await;
    assert!(all.iter().all(|found| *found == Ok(Vec::new())), "{all:?}");
    assert_eq!(calls(&server, TOKEN).await, 2);
}

#[tokio::test]
async fn a_token_is_kept_until_shortly_before_it_expires() {
    let server = minting_platform(&["token-1", "token-2"], "8000").await;
    let clock = clock();
    let client = minting_client(&server, &clock);
    for (advance, mints) in [(0, 1), (7_600, 1), (200, 2)] {
        clock.advance(Duration::from_secs(advance));
        client.responses(ASSESSMENT, USER).await.unwrap();
        assert_eq!(calls(&server, TOKEN).await, mints);
    }
}

#[tokio::test]
async fn a_token_refused_twice_ends_after_one_renewal() {
    let server = minting_platform(&[], 8000).await;
    let error = minting_client(&server, &clock()).responses(ASSESSMENT, USER).await.unwrap_err();
    assert_eq!(error.cause(), "platform_unauthorized");
    assert_eq!((calls(&server, TOKEN).await, calls(&server, RESPONSES).await), (2, 2));
}

#[tokio::test]
async fn a_static_token_that_expired_says_what_to_do_and_is_not_tried_again() {
    let server = minting_platform(&[], 8000).await;
    let error = static_client(&server).responses(ASSESSMENT, USER).await.unwrap_err();
    assert_eq!(error.cause(), "platform_unauthorized");
    assert!(error.to_string().contains("ACCESS_TOKEN") && error.to_string().contains("CLIENT_SECRET"), "{error}");
    assert_eq!((calls(&server, TOKEN).await, calls(&server, RESPONSES).await), (0, 1));
}

#[tokio::test]
async fn a_token_pasted_with_a_line_break_inside_is_no_fault_of_the_network() {
    let server = answering(list(&[], 1, 0)).await;
    let config = LearnWorldsConfig { access_token: Some("half\nhalf".into()), ..LearnWorldsConfig::for_testing(&server.uri()) };
    let client = LearnWorldsClient::new(&config, Arc::new(clock())).unwrap();
    let error = client.responses(ASSESSMENT, USER).await.unwrap_err();
    assert_eq!((error.cause(), error.is_transient()), ("platform_refused", false));
    assert!(!error.to_string().contains("half"), "{error}");
}

#[tokio::test]
async fn wrong_client_credentials_are_told_as_such_after_one_try() {
    let body = json!({"errors": [{"code": 400, "context": "access_denied", "message": "The client is wrong."}], "success": false});
    let server = answering(ResponseTemplate::new(400).set_body_json(body)).await;
    let error = minting_client(&server, &clock()).responses(ASSESSMENT, USER).await.unwrap_err();
    assert_eq!(error.cause(), "platform_unauthorized");
    assert!(error.to_string().contains("CLIENT_ID and CLIENT_SECRET"), "{error}");
    assert_eq!(calls(&server, TOKEN).await, 1);
}

#[tokio::test]
async fn a_school_that_wants_the_older_form_gets_it() {
    let server = minting_platform(&["token-form"], 8000).await;
    server.reset().await;
    let token = json!({"tokenData": {"access_token": "token-form", "expires_in": 8000}, "success": true});
    Mock::given(path(TOKEN))
        .and(body_string_contains("data=%7B"))
        .respond_with(ResponseTemplate::new(200).set_body_json(token))
        .mount(&server)
        .await;
    Mock::given(path(TOKEN))
        .respond_with(ResponseTemplate::new(400).set_body_json(json!({"error": "Missing data"})))
        .with_priority(9)
        .mount(&server)
        .await;
    Mock::given(method("GET")).and(header("Authorization", "Bearer token-form")).respond_with(list(&[], 1, 0)).mount(&server).await;
    assert_eq!(minting_client(&server, &clock()).responses(ASSESSMENT, USER).await, Ok(Vec::new()));
}

#[tokio::test]
async fn too_many_requests_silence_the_client_for_as_long_as_asked() {
    let refused = ResponseTemplate::new(429).insert_header("Retry-After", "40").set_body_json(json!({"error": "Too many requests"}));
    let server = answering(script(vec![refused, list(&[], 1, 0)])).await;
    let clock = clock();
    let client = LearnWorldsClient::new(&LearnWorldsConfig::for_testing(&server.uri()), Arc::new(clock.clone())).unwrap();
    let limited = |seconds| Err(ApiError::RateLimited { retry_after: Some(Duration::from_secs(seconds)) });
    assert_eq!(client.responses(ASSESSMENT, USER).await, limited(40));
    clock.advance(Duration::from_secs(10));
    assert_eq!(client.responses(ASSESSMENT, USER).await, limited(30));
    assert_eq!(calls(&server, RESPONSES).await, 1);
    clock.advance(Duration::from_secs(30));
    assert_eq!(client.responses(ASSESSMENT, USER).await, Ok(Vec::new()));
}

#[tokio::test]
async fn too_many_requests_without_a_time_are_told_as_such() {
    let server = answering(ResponseTemplate::new(429).set_body_json(json!({"error": "Too many requests"}))).await;
    let error = static_client(&server).responses(ASSESSMENT, USER).await.unwrap_err();
    assert_eq!(error, ApiError::RateLimited { retry_after: None });
}

#[tokio::test]
async fn more_calls_than_allowed_are_sent_back_without_reaching_the_platform() {
    let server = answering(list(&[], 1, 0)).await;
    let client = static_client(&server);
    // The test does not wait for a turn: the bookings of sixty callers are made by hand.
    for _ in 0..60 {
        client.limiter.lock().unwrap().reserve(clock().now()).unwrap();
    }
    let error = client.responses(ASSESSMENT, USER).await.unwrap_err();
    assert_eq!((error.cause(), error.retry_after().unwrap().as_secs()), ("platform_rate_limited", 20));
    assert_eq!(calls(&server, RESPONSES).await, 0);
}

#[tokio::test]
async fn every_refusal_is_told_apart_in_every_form_of_body_and_keeps_its_secrets() {
    let bodies = [
        json!({"errors": [{"code": "400", "context": "test-token", "message": "User ana@example.com with 549d7ee2e4b4c8b511000000 failed"}], "success": false}).to_string(),
        json!({"error": "User ana@example.com"}).to_string(),
        json!({"statusCode": 401, "error": "test-token-0123456789 refused"}).to_string(),
        json!({"message": "Invalid", "errors": {"users": ["549d7ee2e4b4c8b511000000 is no user"]}}).to_string(),
        "<html><title>502 Bad Gateway</title></html>".to_owned(),
        String::new(),
    ];
    let table = [
        (400, "platform_refused", false),
        (401, "platform_unauthorized", false),
        (403, "platform_forbidden", false),
        (404, "platform_not_found", false),
        (422, "platform_refused", false),
        (500, "platform_unavailable", true),
        (502, "platform_unavailable", true),
        (503, "platform_unavailable", true),
        (504, "platform_unavailable", true),
    ];
    for (status, cause, transient) in table {
        for body in &bodies {
            let server = answering(ResponseTemplate::new(status).set_body_string(body)).await;
            let error = static_client(&server).responses(ASSESSMENT, USER).await.unwrap_err();
            assert_eq!((error.cause(), error.is_transient()), (cause, transient), "{status} {body}");
            let told = format!("{error} {error:?}");
            for secret in ["0123456789", "ana@example.com", USER, "Bearer", "http"] {
                assert!(!told.contains(secret), "{status} {body}: {told}");
            }
        }
    }
}

#[tokio::test]
async fn a_platform_that_is_down_may_say_until_when() {
    let server = answering(ResponseTemplate::new(503).insert_header("Retry-After", "120")).await;
    let error = static_client(&server).responses(ASSESSMENT, USER).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_mins(2)));
}

#[tokio::test]
async fn a_success_that_is_not_what_was_promised_is_malformed() {
    for body in ["", "<html>Maintenance</html>", "null", "[]", "{}", r#"{"data":null}"#, r#"{"data":{"id":1}}"#, "{\"data\":["] {
        let server = answering(ResponseTemplate::new(200).set_body_string(body)).await;
        let error = static_client(&server).responses(ASSESSMENT, USER).await.unwrap_err();
        assert_eq!(error.cause(), "platform_malformed", "{body}");
    }
    let server = answering(ResponseTemplate::new(200).set_body_bytes(vec![b' '; LARGEST_PAGE + 1])).await;
    let error = static_client(&server).responses(ASSESSMENT, USER).await.unwrap_err();
    assert_eq!(error.cause(), "platform_oversized");
}

#[tokio::test]
async fn nulls_and_strangers_in_a_page_are_stepped_over() {
    let sparse = json!({"id": "s1", "user_id": USER, "submittedTimestamp": "1663246805", "answers": null, "grade": null, "passed": null});
    let body = json!({"data": [null, 1, "x", {}, [], sparse], "meta": {"totalPages": null}});
    let server = answering(ResponseTemplate::new(200).set_body_json(body)).await;
    let found = static_client(&server).responses(ASSESSMENT, USER).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].grade, found[0].passed, found[0].answers.len()), (None, None, 0));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let server = answering(ResponseTemplate::new(302).insert_header("Location", "/elsewhere")).await;
    let error = static_client(&server).responses(ASSESSMENT, USER).await.unwrap_err();
    assert!(error.cause() == "platform_refused" && error.to_string().contains("SCHOOL_DOMAIN"), "{error}");
    assert_eq!(calls(&server, "/elsewhere").await, 0);
}

#[tokio::test]
async fn a_school_that_cannot_be_reached_is_unavailable() {
    // Port 9 of this machine: nothing listens there.
    let client = LearnWorldsClient::new(&LearnWorldsConfig::for_testing("http://127.0.0.1:9"), Arc::new(clock())).unwrap();
    let error = client.responses(ASSESSMENT, USER).await.unwrap_err();
    assert_eq!((error.cause(), error.is_transient()), ("platform_unavailable", true));
    assert!(!error.to_string().contains(USER), "{error}");
}

#[tokio::test]
async fn a_user_is_found_by_id_or_by_escaped_address() {
    let user = json!({"id": USER.to_uppercase(), "email": "ana+x@example.com", "username": "ana", "first_name": "Ana", "last_name": null, "is_suspended": false, "fields": {"cf_x": null}, "tags": []});
    let server = answering(ResponseTemplate::new(200).set_body_json(user)).await;
    let client = static_client(&server);
    let student = client.user("ana+x@example.com").await.unwrap();
    assert_eq!((student.id.as_deref(), student.first_name.as_deref(), student.last_name), (Some(USER), Some("Ana"), None));
    client.user(USER).await.unwrap();
    let paths: Vec<String> = server.received_requests().await.unwrap().iter().map(|request| request.url.path().to_owned()).collect();
    assert_eq!(paths, ["/admin/api/v2/users/ana%2Bx%40example.com".to_owned(), format!("/admin/api/v2/users/{USER}")]);
}

#[tokio::test]
async fn no_id_becomes_another_path() {
    let server = answering(list(&[], 1, 0)).await;
    let client = static_client(&server);
    for id in ["", " ", ".", ".."] {
        assert_eq!(client.responses(id, USER).await.unwrap_err().cause(), "platform_refused", "{id:?}");
        assert_eq!(client.responses(ASSESSMENT, id).await.is_err(), id.trim().is_empty(), "{id:?}");
    }
    client.responses("../../users?x=1#y", "a&users=b").await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let last = &requests.last().unwrap().url;
    assert_eq!(last.path(), "/admin/api/v2/assessments/..%2F..%2Fusers%3Fx%3D1%23y/responses");
    assert_eq!(last.query(), Some("page=1&items_per_page=200&users=a%26users%3Db"));
}

#[tokio::test]
async fn a_courses_units_are_listed_with_their_titles() {
    let body = json!({"sections": [
        {"id": "s1", "title": "Intro", "learningUnits": [{"id": "66DEE0A8E0D02C8199018FE9", "type": "assessmentV2", "title": "Test 1"}, {"id": "v1", "type": "video", "title": null}]},
        {"id": "s2", "learningUnits": null},
        {"id": "s3", "learningUnits": [{"id": "old_1_2Unit", "type": "assessment", "title": "Test 2"}, {"title": "no id"}]},
    ]});
    let server = answering(ResponseTemplate::new(200).set_body_json(body)).await;
    let units = static_client(&server).course_contents("m30m diagnóstico").await.unwrap();
    let told: Vec<_> = units.iter().map(|unit| (unit.id.as_str(), unit.title.as_deref(), unit.is_assessment())).collect();
    assert_eq!(told, [("66dee0a8e0d02c8199018fe9", Some("Test 1"), true), ("v1", None, false), ("old_1_2Unit", Some("Test 2"), true)]);
    assert_eq!(calls(&server, "/admin/api/v2/courses/m30m%20diagn%C3%B3stico/contents").await, 1);
}

#[tokio::test]
async fn the_check_asks_for_little_and_needs_a_whole_configuration() {
    let server = answering(list(&[], 1, 0)).await;
    assert_eq!(static_client(&server).check().await, Ok(()));
    assert_eq!(calls(&server, "/admin/api/v2/courses").await, 1);
    let empty = LearnWorldsClient::new(&LearnWorldsConfig::default(), Arc::new(clock()));
    assert_eq!(empty.err(), Some(ApiError::NotConfigured));
}

#[test]
fn the_bare_and_the_wrapped_token_are_read_and_nonsense_is_not() {
    let now = clock().now();
    let read = |value: Value| {
        answers::token(&value, now).map(|token| (token.secret.expose_secret().to_owned(), token.expires.duration_since(now).as_secs()))
    };
    assert_eq!(read(json!({"tokenData": {"access_token": "t", "expires_in": 8000}})), Some(("t".into(), 7700)));
    assert_eq!(read(json!({"access_token": "t", "expires_in": "100"})), Some(("t".into(), 90)));
    assert_eq!(read(json!({"access_token": "t"})), Some(("t".into(), 3300)));
    assert_eq!(read(json!({"access_token": "t", "expires_in": -5})), Some(("t".into(), 0)));
    for none in [json!({}), json!({"tokenData": null}), json!({"tokenData": {"access_token": ""}}), json!([])] {
        assert_eq!(read(none), None);
    }
}
