//! Institutions, endpoints and their secrets, as callers see them.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::gateway::config::{GatewayConfig, Mode};
use crate::gateway::error::GatewayError;
use crate::gateway::model::{EndpointPatch, InstitutionPatch, NewEndpoint, NewEvent, NewInstitution, PageQuery, PublishOutcome};
use crate::gateway::tests::{House, at_url};

#[tokio::test]
async fn a_uid_belongs_to_one_and_is_free_once_its_holder_has_another_or_is_gone() {
    let house = House::new();
    let a = house.institution("a").await;
    let again = NewInstitution { name: "x".to_owned(), uid: Some("a".to_owned()), ..NewInstitution::default() };
    assert!(matches!(house.gateway.create_institution(again.clone()).await, Err(GatewayError::Conflict(_))));
    assert_eq!(house.gateway.institution_or_create(again.clone()).await.unwrap().0.id, a);
    let renamed = InstitutionPatch { uid: Some(Some("b".to_owned())), ..InstitutionPatch::default() };
    assert_eq!(house.gateway.update_institution("a", renamed).await.unwrap().uid.as_deref(), Some("b"));
    assert!(house.gateway.find_institution("a").await.unwrap().is_none());
    assert_eq!(house.gateway.institution("b").await.unwrap().id, a);
    let second = house.gateway.create_institution(again).await.unwrap();
    assert_ne!(second.id, a);
    house.gateway.delete_institution("b").await.unwrap();
    assert!(matches!(house.gateway.institution(&a.to_string()).await, Err(GatewayError::NotFound(_))));
    assert!(house.gateway.find_institution("b").await.unwrap().is_none());
}

#[tokio::test]
async fn lists_go_forward_and_back_in_both_orders() {
    let house = House::new();
    let mut ids = Vec::new();
    for n in 0..28 {
        ids.push(house.institution(&format!("i{n}")).await);
        house.clock.advance(Duration::from_millis(20));
    }
    let page = async |query: PageQuery<_>| house.gateway.institutions(&query).await.unwrap();
    let first = page(PageQuery::first(10)).await;
    let names =
        |page: &crate::gateway::model::Page<crate::gateway::model::Institution>| page.data.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!((names(&first), first.done), (ids[..10].to_vec(), false));
    let second = page(PageQuery { from: Some(ids[9]), ..PageQuery::first(10) }).await;
    let third = page(PageQuery { from: Some(ids[19]), ..PageQuery::first(10) }).await;
    assert_eq!((names(&third), third.done), (ids[20..].to_vec(), true));
    let back = page(PageQuery { from: Some(ids[20]), backwards: true, ..PageQuery::first(10) }).await;
    assert_eq!(names(&back), names(&second));
    let back = page(PageQuery { from: Some(ids[10]), backwards: true, ..PageQuery::first(10) }).await;
    assert_eq!((names(&back), back.done), (names(&first), true));
    let down = page(PageQuery { ascending: false, ..PageQuery::first(3) }).await;
    assert_eq!(names(&down), ids.iter().rev().take(3).copied().collect::<Vec<_>>());
}

#[tokio::test]
async fn events_are_listed_forward_and_back_newest_first_and_oldest_first() {
    let house = House::new();
    let institution = house.institution("a").await;
    let mut ids = Vec::new();
    for _ in 0..28 {
        ids.push(house.publish(institution, "a.b").await.id);
        house.clock.advance(Duration::from_mins(30));
    }
    ids.reverse();
    let newest = PageQuery { ascending: false, ..PageQuery::first(10) };
    let page = async |query: PageQuery<_>| {
        let page = house.gateway.events(institution, &query).await.unwrap();
        (page.data.iter().map(|event| event.id).collect::<Vec<_>>(), page.done)
    };
    assert_eq!(page(newest.clone()).await, (ids[..10].to_vec(), false));
    assert_eq!(page(PageQuery { from: Some(ids[19]), ..newest.clone() }).await, (ids[20..].to_vec(), true));
    assert_eq!(page(PageQuery { from: Some(ids[20]), backwards: true, ..newest.clone() }).await.0, ids[10..20]);
    let oldest: Vec<_> = ids.iter().rev().copied().collect();
    assert_eq!(page(PageQuery::first(10)).await, (oldest[..10].to_vec(), false));
    assert_eq!(page(PageQuery { from: Some(oldest[9]), ..PageQuery::first(30) }).await, (oldest[10..].to_vec(), true));
}

#[tokio::test]
async fn a_field_that_is_absent_stays_and_one_that_is_null_is_unset() {
    let house = House::new();
    let institution = house.institution("a").await;
    let channels = Some(vec!["ch0".to_owned(), "ch1".to_owned()]);
    let new = NewEndpoint { channels: channels.clone(), uid: Some("e".to_owned()), ..at_url("https://a.example/") };
    house.gateway.create_endpoint(institution, new).await.unwrap();
    let types = Some(vec!["grade.submitted".to_owned()]);
    let patch = EndpointPatch { event_types: Some(types.clone()), ..EndpointPatch::default() };
    let patched = house.gateway.update_endpoint(institution, "e", patch).await.unwrap();
    assert_eq!((patched.channels, patched.event_types, patched.uid.as_deref()), (channels, types, Some("e")));
    let patch = EndpointPatch { channels: Some(None), uid: Some(None), ..EndpointPatch::default() };
    let patched = house.gateway.update_endpoint(institution, "e", patch).await.unwrap();
    assert_eq!((patched.channels, patched.uid), (None, None));
    let unknown = EndpointPatch { event_types: Some(Some(vec!["no.such".to_owned()])), ..EndpointPatch::default() };
    let refused = house.gateway.update_endpoint(institution, &patched.id.to_string(), unknown).await;
    assert!(matches!(refused, Err(GatewayError::Invalid { at, .. }) if at == ["eventTypes"]));
}

#[tokio::test]
async fn a_secret_is_shown_once_and_nothing_in_the_store_tells_it_or_a_header() {
    use crate::storage::Store as _;
    let house = House::new();
    let institution = house.institution("a").await;
    let headers = BTreeMap::from([("X-API-Key".to_owned(), "very-secret-header".to_owned())]);
    let new = NewEndpoint { headers, ed25519: true, uid: Some("e".to_owned()), ..at_url("https://a.example/") };
    let created = house.gateway.create_endpoint(institution, new).await.unwrap();
    assert!(created.secret.starts_with("whsec_") && created.public_key.unwrap().starts_with("whpk_"));
    assert_eq!(house.gateway.secret(institution, "e").await.unwrap(), created.secret);
    assert!(matches!(house.gateway.secret(institution, "e").await, Err(GatewayError::SecretShown)));
    let rotated = house.gateway.rotate_secret(institution, "e", None, Duration::from_hours(1)).await.unwrap();
    assert!(rotated != created.secret && matches!(house.gateway.secret(institution, "e").await, Err(GatewayError::SecretShown)));
    house.publish(institution, "grade.submitted").await;
    house.run_due().await;
    assert_eq!(house.gateway.headers(institution, "e").await.unwrap()["X-API-Key"], "very-secret-header");
    for key in house.store.list("", None, 10_000).await.unwrap() {
        let (bytes, _) = house.store.get(&key).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for secret in [created.secret.as_str(), &created.secret[6..], &rotated, &rotated[6..], "very-secret-header"] {
            assert!(!text.contains(secret) && !key.contains(secret), "{key} tells a secret");
        }
    }
}

#[tokio::test]
async fn without_a_key_no_endpoint_is_created_and_with_endpoints_nothing_starts() {
    let none = GatewayConfig { mode: Mode::On, ..GatewayConfig::default() };
    let house = House::with(none);
    let institution = house.institution("a").await;
    let refused = house.gateway.create_endpoint(institution, at_url("https://a.example/")).await;
    assert!(matches!(&refused, Err(GatewayError::NoKey(message)) if message.contains("WEBHOOK_ENCRYPTION_KEY")));
    assert!(house.gateway.prepare(false).await.is_ok(), "nothing is sealed yet");
    let mut house = House::new();
    let institution = house.institution("a").await;
    house.gateway.create_endpoint(institution, at_url("https://a.example/")).await.unwrap();
    house.config.key = None;
    house.restart();
    assert!(matches!(house.gateway.prepare(false).await, Err(GatewayError::NoKey(_))));
}

#[tokio::test]
async fn the_same_key_publishes_once_and_another_body_or_event_id_is_told_apart() {
    let house = House::new();
    let institution = house.institution("a").await;
    let new = |payload: &str, event_id: Option<&str>| NewEvent {
        event_type: "a.b".to_owned(),
        payload: payload.to_owned(),
        event_id: event_id.map(ToOwned::to_owned),
        ..NewEvent::default()
    };
    let publish = async |new, key: Option<&str>| house.gateway.publish(institution, new, key).await.unwrap();
    let first = publish(new("1", None), Some("k")).await;
    assert_eq!(first.outcome, PublishOutcome::Created);
    let repeat = publish(new("1", None), Some("k")).await;
    assert_eq!((repeat.outcome, repeat.event.id), (PublishOutcome::Repeat, first.event.id));
    assert_eq!(publish(new("2", None), Some("k")).await.outcome, PublishOutcome::OtherBody);
    assert_eq!(publish(new("1", Some("own")), Some("k1")).await.outcome, PublishOutcome::Created);
    assert_eq!(publish(new("1", Some("own")), Some("k1")).await.outcome, PublishOutcome::Repeat);
    assert_eq!(publish(new("1", Some("own")), Some("k2")).await.outcome, PublishOutcome::EventIdTaken);
    assert_eq!(publish(new("1", Some("own")), None).await.outcome, PublishOutcome::EventIdTaken);
    assert_eq!(house.gateway.events(institution, &PageQuery::first(10)).await.unwrap().data.len(), 2);
    let other = house.institution("b").await;
    assert_eq!(house.gateway.publish(other, new("1", Some("own")), Some("k")).await.unwrap().outcome, PublishOutcome::Created);
    assert!(house.gateway.event(other, &first.event.id.to_string()).await.is_err(), "another institution's event is not found");
}
