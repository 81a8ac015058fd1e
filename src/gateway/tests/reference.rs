//! Random histories against a naive reference: what became of every event at every endpoint is what a few lines in memory say, whatever died on the way.
//!
//! A history goes in rounds: receivers are set, anything happens, perhaps the process dies after some write, then time passes until every schedule is over. So the reference needs no clock.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::clock::Clock as _;
use crate::gateway::ids::{EndpointId, InstitutionId};
use crate::gateway::model::{DeliveryState, Event, NewEndpoint, NewEvent, SkipReason};
use crate::gateway::tests::{House, Receiver, at_url};

/// What is to have become of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Delivered,
    Dead,
    Skipped(SkipReason),
    Cancelled,
    /// It is decided when the round ends, by what its receiver does.
    Open,
}

struct Place {
    institution: InstitutionId,
    url: String,
    filter: Option<String>,
    disabled: bool,
    deleted: bool,
    takes: bool,
}

#[derive(Default)]
struct Reference {
    places: BTreeMap<EndpointId, Place>,
    events: Vec<(Event, bool)>,
    deliveries: BTreeMap<(usize, EndpointId), Expected>,
    /// What a receiver may have got.
    allowed: BTreeSet<(String, String)>,
}

impl Reference {
    fn publish(&mut self, event: Event) {
        let n = self.events.len();
        for (id, place) in self.places.iter().filter(|(_, place)| place.institution == event.institution && !place.deleted) {
            let is_wanted = place.filter.as_ref().is_none_or(|filter| *filter == event.event_type);
            let expected = match (place.disabled, is_wanted) {
                (true, _) => Expected::Skipped(SkipReason::EndpointDisabled),
                (_, false) => Expected::Skipped(SkipReason::Filter),
                _ => Expected::Open,
            };
            if expected == Expected::Open {
                self.allowed.insert((place.url.clone(), event.id.to_string()));
            }
            self.deliveries.insert((n, *id), expected);
        }
        self.events.push((event, false));
    }

    /// What waits for an endpoint ends.
    fn cancel(&mut self, endpoint: EndpointId) {
        for ((_, id), expected) in &mut self.deliveries {
            if *id == endpoint && *expected == Expected::Open {
                *expected = Expected::Cancelled;
            }
        }
    }

    fn settle(&mut self) {
        for ((n, id), expected) in &mut self.deliveries {
            if *expected == Expected::Open {
                let is_expunged = self.events[*n].1;
                *expected = match (is_expunged, self.places[id].takes) {
                    (true, _) => Expected::Cancelled,
                    (_, true) => Expected::Delivered,
                    _ => Expected::Dead,
                };
            }
        }
    }
}

async fn history(seed: u64) {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut house = House::new();
    let mut reference = Reference::default();
    let institutions = [house.institution("a").await, house.institution("b").await];
    let mut urls = 0;
    for _ in 0..5 {
        for place in reference.places.values_mut() {
            place.takes = chance.random_bool(0.6);
            house.set(&place.url, if place.takes { Receiver::Takes } else { Receiver::Fails });
        }
        for _ in 0..chance.random_range(3..10) {
            act(&mut house, &mut reference, &institutions, &mut urls, &mut chance).await;
            // What one act did is over before the next, but for what waits.
            house.clock.advance(Duration::from_millis(50));
        }
        if chance.random_bool(0.6) {
            house.die_after(chance.random_range(0..40));
        }
        house.pass(40, Duration::from_secs(20)).await;
        if house.is_dead() || chance.random_bool(0.2) {
            house.restart();
        }
        house.die_after(-1);
        house.pass(10, Duration::from_secs(20)).await;
        reference.settle();
        compare(&house, &reference, seed).await;
    }
}

async fn act(house: &mut House, reference: &mut Reference, institutions: &[InstitutionId; 2], urls: &mut u32, chance: &mut StdRng) {
    let institution = institutions[chance.random_range(0..2)];
    let alive: Vec<EndpointId> = reference.places.iter().filter(|(_, place)| !place.deleted).map(|(id, _)| *id).collect();
    let some = |chance: &mut StdRng| (!alive.is_empty()).then(|| alive[chance.random_range(0..alive.len())]);
    let types = ["grade.submitted", "student.created"];
    match chance.random_range(0..12) {
        0 | 1 => {
            *urls += 1;
            let url = format!("https://r{urls}.example/");
            let filter = chance.random_bool(0.4).then(|| types[chance.random_range(0..2)].to_owned());
            let new = NewEndpoint { event_types: filter.clone().map(|filter| vec![filter]), ..at_url(&url) };
            let id = house.gateway.create_endpoint(institution, new).await.unwrap().endpoint.id;
            let takes = chance.random_bool(0.6);
            house.set(&url, if takes { Receiver::Takes } else { Receiver::Fails });
            reference.places.insert(id, Place { institution, url, filter, disabled: false, deleted: false, takes });
        }
        2 => {
            // What is under way is decided first, so that the reference knows whether it was before or after.
            let Some(id) = some(chance) else { return };
            house.pass(15, Duration::from_secs(20)).await;
            reference.settle();
            let (institution, disabled) = (reference.places[&id].institution, !reference.places[&id].disabled);
            if disabled {
                house.gateway.disable(institution, &id.to_string()).await.unwrap();
                reference.cancel(id);
            } else {
                house.gateway.enable(institution, &id.to_string()).await.unwrap();
            }
            reference.places.get_mut(&id).unwrap().disabled = disabled;
        }
        3 => {
            // Deleted with what waits for it, whatever that is: nothing of it was tried yet.
            let Some(id) = some(chance) else { return };
            let institution = reference.places[&id].institution;
            house.gateway.delete_endpoint(institution, &id.to_string()).await.unwrap();
            reference.cancel(id);
            reference.places.get_mut(&id).unwrap().deleted = true;
        }
        4 => {
            // Dead or cancelled deliveries of an endpoint that is on are sent once more.
            let Some(id) = some(chance).filter(|id| !reference.places[id].disabled) else { return };
            house.pass(15, Duration::from_secs(20)).await;
            reference.settle();
            let since = house.clock.now().checked_sub(Duration::from_hours(24 * 13)).unwrap();
            house.gateway.recover(reference.places[&id].institution, &id.to_string(), since, None).await.unwrap();
            assert!(house.run_due().await);
            for ((n, of), expected) in &mut reference.deliveries {
                if *of == id && *expected == Expected::Dead && !reference.events[*n].1 {
                    *expected = Expected::Open;
                }
            }
            house.pass(15, Duration::from_secs(20)).await;
            reference.settle();
        }
        5 => {
            // Skipped and cancelled ones that were never tried.
            let Some(id) = some(chance).filter(|id| !reference.places[id].disabled) else { return };
            house.pass(15, Duration::from_secs(20)).await;
            reference.settle();
            let (institution, filter, url) = {
                let place = &reference.places[&id];
                (place.institution, place.filter.clone(), place.url.clone())
            };
            let since = house.clock.now().checked_sub(Duration::from_hours(24 * 13)).unwrap();
            house.gateway.replay_missing(institution, &id.to_string(), since, None).await.unwrap();
            assert!(house.run_due().await);
            for (n, (event, is_expunged)) in reference.events.iter().enumerate() {
                let is_wanted = event.institution == institution && filter.as_ref().is_none_or(|filter| *filter == event.event_type);
                let standing = reference.deliveries.get(&(n, id)).copied();
                let never_tried = matches!(standing, None | Some(Expected::Skipped(_)));
                if is_wanted && never_tried && !is_expunged {
                    reference.deliveries.insert((n, id), Expected::Open);
                    reference.allowed.insert((url.clone(), event.id.to_string()));
                }
            }
            house.pass(15, Duration::from_secs(20)).await;
            reference.settle();
        }
        6 => {
            if reference.events.is_empty() {
                return;
            }
            house.pass(15, Duration::from_secs(20)).await;
            reference.settle();
            let n = chance.random_range(0..reference.events.len());
            let event = reference.events[n].0.clone();
            house.gateway.expunge(event.institution, &event.id.to_string()).await.unwrap();
            reference.events[n].1 = true;
        }
        _ => {
            let event_type = types[chance.random_range(0..2)];
            let new = NewEvent { event_type: event_type.to_owned(), payload: "{}".to_owned(), ..NewEvent::default() };
            let event = house.gateway.publish(institution, new, None).await.unwrap().event;
            reference.publish(event);
        }
    }
}

async fn compare(house: &House, reference: &Reference, seed: u64) {
    for (n, (event, is_expunged)) in reference.events.iter().enumerate() {
        let deliveries = house.deliveries(event).await;
        let ids: BTreeSet<EndpointId> = deliveries.iter().map(|delivery| delivery.endpoint).collect();
        assert_eq!(ids.len(), deliveries.len(), "seed {seed}: one delivery for each endpoint");
        let expected_ids: BTreeSet<EndpointId> = reference.deliveries.keys().filter(|(of, _)| *of == n).map(|(_, id)| *id).collect();
        assert_eq!(ids, expected_ids, "seed {seed}, event {n}");
        for delivery in deliveries {
            let expected = reference.deliveries[&(n, delivery.endpoint)];
            let is_so = match delivery.state {
                DeliveryState::Delivered => expected == Expected::Delivered,
                DeliveryState::Dead => expected == Expected::Dead,
                DeliveryState::Skipped(reason) => expected == Expected::Skipped(reason),
                DeliveryState::Cancelled(_) => expected == Expected::Cancelled,
                DeliveryState::Waiting => false,
            };
            assert!(is_so, "seed {seed}, event {n} (expunged: {is_expunged}): {:?}, expected {expected:?}", delivery.state);
            let url = &reference.places[&delivery.endpoint].url;
            if delivery.state == DeliveryState::Delivered {
                assert!(house.got(url).contains(&event.id.to_string()), "seed {seed}: delivered, but never received");
            }
        }
    }
    for (url, id, _) in house.post.got.lock().unwrap().iter() {
        assert!(reference.allowed.contains(&(url.clone(), id.clone())), "seed {seed}: {url} got {id}, which was not for it");
    }
}

#[tokio::test]
async fn random_histories_come_to_what_a_naive_reference_says() {
    for seed in 0..40 {
        history(seed).await;
    }
}
