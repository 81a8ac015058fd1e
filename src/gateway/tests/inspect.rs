//! What pages ask of the gateway beyond what callers do.

use std::time::Duration;

use super::{House, Receiver, at_url};
use crate::gateway::model::{CancelReason, CompatHeader, DeliveryState, EndpointPatch, Format, NewEndpoint, PageQuery, TaskStatus};
use crate::gateway::profile::Profile;
use crate::signing::hmac_sha256;

const URL: &str = "https://one.example/hook";
const OTHER: &str = "https://two.example/hook";

#[tokio::test]
async fn one_delivery_is_cancelled_and_the_others_stay() {
    let mut house = House::new();
    let a = house.institution("a").await;
    let endpoint = house.create_endpoint(a, at_url(URL)).await.unwrap().endpoint;
    house.set(URL, Receiver::Fails);
    let (first, second) = (house.publish(a, "grade.submitted").await, house.publish(a, "grade.submitted").await);
    house.run_due().await;
    house.pass(2, Duration::from_secs(1)).await;
    let id = endpoint.id.to_string();
    assert!(house.gateway.cancel_delivery(a, first.id, &id).await.unwrap());
    assert!(!house.gateway.cancel_delivery(a, first.id, &id).await.unwrap(), "it does not wait any more");
    assert_eq!(house.states(&first).await, [DeliveryState::Cancelled(CancelReason::Asked)]);
    assert_eq!(house.states(&second).await, [DeliveryState::Waiting]);
    // What was cancelled is sent again when somebody asks, with the other one untouched.
    house.set(URL, Receiver::Takes);
    let task = house.gateway.send_many_again(a, vec![(first.id, endpoint.id)]).await.unwrap();
    house.pass(4, Duration::from_secs(2)).await;
    assert_eq!(house.gateway.task(task.id).await.unwrap().status, TaskStatus::Finished);
    assert_eq!(house.states(&first).await, [DeliveryState::Delivered]);
}

#[tokio::test]
async fn endpoints_with_dead_letters_are_found_without_reading_them_all() {
    let mut house = House::new();
    let (a, b) = (house.institution("a").await, house.institution("b").await);
    let quick = |url| NewEndpoint { profile: Profile::Seed003, ..at_url(url) };
    let one = house.create_endpoint(a, quick(URL)).await.unwrap().endpoint;
    let two = house.create_endpoint(b, quick(OTHER)).await.unwrap().endpoint;
    house.set(URL, Receiver::Fails);
    house.set(OTHER, Receiver::Fails);
    for _ in 0..3 {
        house.publish(a, "grade.submitted").await;
        house.publish(b, "grade.submitted").await;
    }
    house.pass(20, Duration::from_secs(2)).await;
    let mut all = house.gateway.endpoints_with_dead_letters(None, 10).await.unwrap();
    all.sort_by_key(|(_, endpoint)| *endpoint);
    let mut expected = vec![(a, one.id), (b, two.id)];
    expected.sort_by_key(|(_, endpoint)| *endpoint);
    assert_eq!(all, expected);
    let first = house.gateway.endpoints_with_dead_letters(None, 1).await.unwrap();
    let second = house.gateway.endpoints_with_dead_letters(Some(first[0].1), 10).await.unwrap();
    assert!(second.len() == 1 && second[0] != first[0]);
    assert_eq!(house.gateway.count_dead_letters(one.id, 2).await.unwrap(), 2, "counted no further than asked");
    assert_eq!(house.gateway.discard_dead_letters(a, &one.id.to_string()).await.unwrap(), 3);
    assert_eq!(house.gateway.endpoints_with_dead_letters(None, 10).await.unwrap(), [(b, two.id)]);
    assert_eq!(house.gateway.dead_letters(two.id, &PageQuery::first(10)).await.unwrap().data.len(), 3);
}

#[tokio::test]
async fn a_secret_is_shown_by_its_tail_and_what_was_sent_can_be_compared() {
    let house = House::new();
    let a = house.institution("a").await;
    let made = house.create_endpoint(a, NewEndpoint { compat: vec![CompatHeader::Signature], ..at_url(URL) }).await.unwrap();
    let id = made.endpoint.id.to_string();
    let tails = house.gateway.secret_tails(a, &id).await.unwrap();
    assert_eq!((tails.len(), tails[0].tail.len(), tails[0].expires), (1, 4, None));
    assert!(made.secret.trim_end_matches('=').ends_with(&tails[0].tail) && !format!("{tails:?}").contains(&made.secret));
    house.gateway.rotate_secret(a, &id, None, Duration::from_hours(1)).await.unwrap();
    let tails = house.gateway.secret_tails(a, &id).await.unwrap();
    assert!(tails.len() == 2 && tails[0].expires.is_none() && tails[1].expires.is_some());

    let patch = EndpointPatch { format: Some(Format::Named), ..EndpointPatch::default() };
    house.gateway.update_endpoint(a, &id, patch).await.unwrap();
    house.gateway.rotate_secret(a, &id, Some("the-schools-own-secret"), Duration::ZERO).await.unwrap();
    let event = house.publish(a, "grade.submitted").await;
    let sent = house.gateway.as_sent(&id, &event, event.created).await.unwrap().unwrap();
    let hex = hex::encode(hmac_sha256(b"the-schools-own-secret", sent.body.as_bytes()));
    assert!(sent.headers.contains(&("X-Signature", hex)), "{:?}", sent.headers);
    assert!(sent.headers.contains(&("Webhook-Id", event.id.to_string())));
    house.gateway.expunge(a, &event.id.to_string()).await.unwrap();
    let gone = house.gateway.event(a, &event.id.to_string()).await.unwrap();
    assert_eq!(house.gateway.as_sent(&id, &gone, gone.created).await.unwrap(), None);
}
