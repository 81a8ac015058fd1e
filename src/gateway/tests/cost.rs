//! What deliveries cost on a bucket, where each write and each list is paid for.

use futures::future::join_all;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::gateway::model::CancelReason;

/// Events delivered at the same time: so many rows fill a segment of these tests' workers.
const EVENTS: usize = 48;

/// Writes and lists for a thousand deliveries, and reads for a thousand events, when each event goes to so many endpoints.
async fn cost(endpoints: usize) -> (usize, usize) {
    let house = House::new();
    house.store.far.store(true, Ordering::Relaxed);
    let institution = house.institution("school").await;
    for number in 0..endpoints {
        house.create_endpoint(institution, at_url(&format!("https://receiver{number}.test/"))).await.unwrap();
    }
    // What is looked at once per minute is not counted.
    let (core, handlers) = (&house.gateway.core, house.gateway.handlers(Handlers::new()));
    let lane = core.jobs.lane(LaneName::Deliveries);
    core.registry.known(institution).await.unwrap();
    for number in 0..endpoints {
        let known = core.registry.known(institution).await.unwrap().unwrap();
        core.hints.succeeded(known.endpoints[number].endpoint.id, core.clock.monotonic());
    }
    lane.share();
    house.store.forget();
    let events = join_all((0..EVENTS).map(|_| house.publish(institution, "grade.submitted"))).await;
    let abort = CancellationToken::new();
    join_all(events.iter().map(|event| lane.run_until(&handlers, &event.job, &abort))).await;
    lane.write_shared().await;
    let cost =
        (house.store.paid.load(Ordering::Relaxed) * 1000 / (EVENTS * endpoints), house.store.reads.load(Ordering::Relaxed) * 1000 / EVENTS);
    for event in &events {
        assert!(house.states(event).await.iter().all(|state| *state == DeliveryState::Delivered));
    }
    assert!(house.store.inner.list(&due_folder(LaneName::Deliveries), None, 10).await.unwrap().is_empty(), "no job is left open");
    cost
}

#[tokio::test]
async fn a_thousand_deliveries_cost_at_most_5100_writes_and_lists_with_one_endpoint_and_1800_with_three() {
    let (one, reads) = cost(1).await;
    assert!(one <= 5100 && reads <= 100, "{one} writes and lists, {reads} reads");
    let (three, reads) = cost(3).await;
    assert!(three <= 1800 && reads <= 100, "{three} writes and lists, {reads} reads");
}

#[tokio::test]
async fn an_institution_that_many_events_miss_at_once_is_read_once() {
    let house = House::new();
    let institution = house.institution("school").await;
    house.create_endpoint(institution, at_url("https://receiver.test/")).await.unwrap();
    house.clock.advance(Duration::from_mins(2));
    house.store.forget();
    house.store.slow.store(true, Ordering::Relaxed);
    join_all((0..20).map(|_| house.gateway.core.registry.known(institution))).await;
    // Its generations, and those of its endpoints.
    assert_eq!(house.store.paid.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn rows_of_first_tries_are_written_together_as_soon_as_there_are_enough_of_them() {
    let house = House::new();
    house.store.far.store(true, Ordering::Relaxed);
    let institution = house.institution("school").await;
    let row = |number: u8| {
        let event = crate::gateway::tests_support::event("grade.submitted");
        let endpoint = crate::gateway::ids::EndpointId::new(at("2026-11-28T12:00:00Z"), &Chance::seeded(u64::from(number)));
        house.gateway.core.cancelled_row(&Event { institution, ..event }, endpoint, None, 1, CancelReason::Asked)
    };
    house.store.forget();
    let rows = (0..EVENTS as u8).map(|number| house.gateway.core.log.record_first(row(number)));
    join_all(rows).await;
    assert_eq!(house.store.paid.load(Ordering::Relaxed), 1);
    let segments = house.gateway.segments_after(None, 10).await.unwrap();
    assert_eq!(house.gateway.read_segment(&segments[0]).await.unwrap().unwrap().len(), EVENTS);
}
