use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::TryStreamExt as _;
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::*;
use crate::storage::conformance;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_is_a_conforming_store() {
    let Some(bucket) = BucketConfig::emulated().await else { return };
    conformance::run(Arc::new(GcsStore::open(&bucket).await.unwrap())).await;
}

#[tokio::test]
async fn listing_goes_on_over_the_pages_of_the_api() {
    let Some(bucket) = BucketConfig::emulated().await else { return };
    let store = GcsStore::open(&bucket).await.unwrap();
    let expected: Vec<String> = (0..1100).map(|n| format!("many/{n:04}")).collect();
    let mut writes = tokio::task::JoinSet::new();
    let store = Arc::new(store);
    for key in expected.clone() {
        let store = Arc::clone(&store);
        writes.spawn(async move { store.put(&key, Bytes::new(), PutMode::Create).await.map(drop) });
    }
    assert!(writes.join_all().await.into_iter().all(|written| written.is_ok()));
    assert_eq!(store.list("many/", None, 5000).await.unwrap(), expected);
    assert_eq!(store.list("many/", Some("many/0049"), 1020).await.unwrap(), expected[50..1070]);
    assert_eq!(store.scan("many/", None).try_collect::<Vec<_>>().await.unwrap(), expected);
    assert_eq!(store.scan("many/", Some("many/0049")).try_collect::<Vec<_>>().await.unwrap(), expected[50..]);
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_refused_by_name() {
    let Some(bucket) = BucketConfig::emulated().await else { return };
    let missing = BucketConfig { name: "no-such-bucket".to_owned(), ..bucket };
    let error = GcsStore::open(&missing).await.err().unwrap();
    assert!(matches!(error, StoreError::Refused { .. }) && error.to_string().contains("no-such-bucket"), "{error}");
}

#[tokio::test]
async fn a_bucket_that_cannot_be_reached_is_unavailable() {
    let nobody = BucketConfig { name: "b".to_owned(), project: None, endpoint: Some("http://127.0.0.1:9".to_owned()) };
    assert!(matches!(GcsStore::open(&nobody).await.err(), Some(StoreError::Unavailable { .. })));
}

/// A server that takes the place of the bucket and fails as told.
async fn faulty(upload: impl Respond + 'static) -> (MockServer, GcsStore) {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/storage/v1/b/b/o"))
        .respond_with(ResponseTemplate::new(200).set_body_string("{}"))
        .mount(&server)
        .await;
    Mock::given(method("POST")).and(path("/upload/storage/v1/b/b/o")).respond_with(upload).mount(&server).await;
    let config = BucketConfig { name: "b".to_owned(), project: None, endpoint: Some(server.uri()) };
    let store = GcsStore::open(&config).await.unwrap();
    (server, store)
}

/// Answers in turn, the last one for good.
struct InTurn(Vec<ResponseTemplate>, AtomicUsize);

impl Respond for InTurn {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let turn = self.1.fetch_add(1, Ordering::Relaxed);
        self.0[turn.min(self.0.len() - 1)].clone()
    }
}

fn in_turn(answers: impl IntoIterator<Item = ResponseTemplate>) -> InTurn {
    InTurn(answers.into_iter().collect(), AtomicUsize::new(0))
}

fn written() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(serde_json::json!({ "name": "x", "bucket": "b", "generation": "77" }))
}

#[tokio::test]
async fn a_bucket_that_is_busy_for_a_moment_is_asked_again() {
    let (server, store) = faulty(in_turn([ResponseTemplate::new(503), ResponseTemplate::new(429), written()])).await;
    let version = store.put("x", Bytes::from_static(b"x"), PutMode::Create).await.unwrap();
    assert_eq!(version, Version("77".to_owned()));
    let uploads: Vec<_> = server.received_requests().await.unwrap().into_iter().filter(|r| r.method.as_str() == "POST").collect();
    assert_eq!(uploads.len(), 3);
    assert!(
        uploads.iter().all(|r| r.url.query_pairs().any(|(k, v)| k == "ifGenerationMatch" && v == "0")),
        "each asks for the creation only"
    );
}

#[tokio::test]
async fn a_bucket_that_stays_busy_is_unavailable_and_its_wish_is_passed_on() {
    let (_server, store) = faulty(in_turn([ResponseTemplate::new(503)])).await;
    let put = store.put("x", Bytes::new(), PutMode::Create).await;
    assert!(matches!(put, Err(StoreError::Unavailable { retry_after: None, .. })), "{put:?}");
    let (server, store) = faulty(in_turn([ResponseTemplate::new(429).insert_header("Retry-After", "30")])).await;
    let put = store.put("x", Bytes::new(), PutMode::Create).await;
    assert!(matches!(put, Err(StoreError::Unavailable { retry_after: Some(wish), .. }) if wish.as_secs() == 30), "{put:?}");
    let uploads = server.received_requests().await.unwrap().into_iter().filter(|r| r.method.as_str() == "POST").count();
    assert_eq!(uploads, 1, "a long wish is not waited for here");
}

#[tokio::test]
async fn no_permission_is_refused_with_what_to_do() {
    let (_server, store) = faulty(in_turn([ResponseTemplate::new(403)])).await;
    let error = store.put("x", Bytes::new(), PutMode::Overwrite).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }) && error.to_string().contains("role"), "{error}");
}

#[tokio::test]
async fn a_bucket_that_keeps_what_is_there_is_told_by_its_policy_and_not_by_a_role() {
    let words =
        "Object 'b/x' is subject to bucket's retention policy or object retention and cannot be deleted or overwritten until 2026-12-28";
    let kept = || ResponseTemplate::new(403).set_body_json(serde_json::json!({ "error": { "code": 403, "message": words } }));
    let (server, store) = faulty(in_turn([kept()])).await;
    Mock::given(method("DELETE")).and(path("/storage/v1/b/b/o/x")).respond_with(kept()).mount(&server).await;
    let policy = serde_json::json!({ "retentionPolicy": { "retentionPeriod": "2592000" } });
    Mock::given(method("GET"))
        .and(path("/storage/v1/b/b"))
        .respond_with(ResponseTemplate::new(200).set_body_json(policy))
        .mount(&server)
        .await;
    let put = store.put("x", Bytes::new(), PutMode::Overwrite).await.unwrap_err().to_string();
    let delete = store.delete("x").await.unwrap_err().to_string();
    let concern = store.concerns().await.concat();
    for told in [&put, &delete, &concern] {
        assert!(told.contains("retention policy") && told.contains("--clear-retention-period") && !told.contains("role"), "{told}");
    }
    assert!(concern.contains("30 days"), "{concern}");
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_recognised_by_its_bytes() {
    let read = |body: &'static str| ResponseTemplate::new(200).set_body_string(body).insert_header("x-goog-generation", "78");
    for (stored, is_ours) in [("mine", true), ("theirs", false)] {
        let (server, store) = faulty(in_turn([ResponseTemplate::new(503), ResponseTemplate::new(412)])).await;
        Mock::given(method("GET"))
            .and(path("/storage/v1/b/b/o/x"))
            .and(query_param("alt", "media"))
            .respond_with(read(stored))
            .mount(&server)
            .await;
        let put = store.put("x", Bytes::from_static(b"mine"), PutMode::Create).await;
        match put {
            Ok(version) => assert!(is_ours && version == Version("78".to_owned())),
            Err(error) => assert!(!is_ours && matches!(error, StoreError::AlreadyExists { .. }), "{error}"),
        }
    }
}
