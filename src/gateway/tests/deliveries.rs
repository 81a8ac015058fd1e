//! Deliveries, with receivers that fail in every way.

use std::time::Duration;

use crate::gateway::error::GatewayError;
use crate::gateway::model::{
    CancelReason, DeliveryState, DisabledWhy, EndpointPatch, Event, NewEndpoint, NewEvent, Order, PageQuery, SkipReason, TaskStatus,
};
use crate::gateway::profile::Profile;
use crate::gateway::tests::{House, Receiver, at_url};
use crate::storage::key::gateway::GatewayKey;
use crate::storage::{PutMode, Store as _};

const URL: &str = "https://a.example/";
const OTHER: &str = "https://b.example/";

#[tokio::test]
async fn every_endpoint_of_the_institution_has_a_delivery_with_its_reason() {
    let house = House::new();
    let (a, b) = (house.institution("a").await, house.institution("b").await);
    let types = Some(vec!["grade.*".to_owned()]);
    house.create_endpoint(a, NewEndpoint { event_types: types, ..at_url(URL) }).await.unwrap();
    house.create_endpoint(a, NewEndpoint { disabled: true, ..at_url(OTHER) }).await.unwrap();
    house.create_endpoint(a, NewEndpoint { channels: Some(vec!["x".to_owned()]), ..at_url("https://c.example/") }).await.unwrap();
    house.create_endpoint(b, at_url("https://other-tenant.example/")).await.unwrap();
    let grade = house.publish(a, "grade.submitted").await;
    let student = house.publish(a, "student.created").await;
    assert_eq!(house.states(&grade).await[0], DeliveryState::Waiting);
    house.run_due().await;
    let skipped = DeliveryState::Skipped;
    assert_eq!(house.states(&grade).await, [DeliveryState::Delivered, skipped(SkipReason::EndpointDisabled), skipped(SkipReason::Channel)]);
    assert_eq!(house.states(&student).await[0], skipped(SkipReason::Filter));
    assert_eq!(house.got(URL), [grade.id.to_string()]);
    assert!(house.got("https://other-tenant.example/").is_empty() && house.got(OTHER).is_empty());
}

#[tokio::test]
async fn an_event_s_entry_in_the_list_is_empty_unless_its_sender_gave_it_a_key() {
    let house = House::new();
    let a = house.institution("a").await;
    let new = NewEvent { event_type: "grade.submitted".to_owned(), payload: "{}".to_owned(), ..NewEvent::default() };
    let plain = house.gateway.publish(a, new.clone(), None).await.unwrap().event;
    let keyed = house.gateway.publish(a, new.clone(), Some("key")).await.unwrap().event;
    let named = NewEvent { event_id: Some("mine".to_owned()), ..new };
    let named = house.gateway.publish(a, named, None).await.unwrap().event;
    let entry = |event: &Event| {
        let newest_first = event.id.ksuid().newest_first_hex();
        GatewayKey::Event { institution: &a.hex(), newest_first: &newest_first }.path()
    };
    for (event, expected) in [(&plain, String::new()), (&keyed, keyed.job.to_string()), (&named, named.job.to_string())] {
        let (bytes, _) = house.store.inner.get(&entry(event)).await.unwrap().unwrap();
        assert_eq!(bytes, expected.as_bytes());
        assert_eq!(house.gateway.event(a, &event.id.to_string()).await.unwrap(), *event);
    }
    // As entries were written before.
    house.store.inner.put(&entry(&plain), plain.job.to_string().into(), PutMode::Overwrite).await.unwrap();
    assert_eq!(house.gateway.event(a, &plain.id.to_string()).await.unwrap(), plain);
}

#[tokio::test]
async fn a_failing_delivery_follows_its_schedule_and_dies_with_a_letter() {
    let mut house = House::new();
    let a = house.institution("a").await;
    let endpoint = house.create_endpoint(a, at_url(URL)).await.unwrap().endpoint;
    house.set(URL, Receiver::Fails);
    let event = house.publish(a, "grade.submitted").await;
    let began = house.clock.clone();
    let mut tries = Vec::new();
    for second in 0..60 {
        house.run_due().await;
        if house.got(URL).len() > tries.len() {
            tries.push(second);
        }
        began.advance(Duration::from_secs(1));
    }
    assert_eq!(tries, [0, 2, 6, 14, 30], "tries at 2, 4, 8 and 16 seconds");
    assert_eq!(house.states(&event).await, [DeliveryState::Dead]);
    assert!(house.got(URL).iter().all(|id| *id == event.id.to_string()), "every try carries the same id");
    let letters = house.gateway.dead_letters(endpoint.id, &PageQuery::first(10)).await.unwrap().data;
    assert_eq!((letters.len(), letters[0].attempts, letters[0].error.message.as_str()), (1, 5, "the receiver answered 500"));
    // The receiver is fixed, and somebody asks for the letter once more.
    house.set(URL, Receiver::Takes);
    house.gateway.replay_dead_letter(a, &endpoint.id.to_string(), event.id).await.unwrap();
    assert_eq!(house.states(&event).await, [DeliveryState::Waiting]);
    house.pass(2, Duration::from_secs(2)).await;
    assert_eq!(house.states(&event).await, [DeliveryState::Delivered]);
    assert!(house.gateway.dead_letters(endpoint.id, &PageQuery::first(10)).await.unwrap().data.is_empty());
    let again = house.gateway.replay_dead_letter(a, &endpoint.id.to_string(), event.id).await;
    assert!(matches!(again, Err(GatewayError::Conflict(_))));
    let attempts = house.gateway.attempts_of(a, &event.id.to_string()).await.unwrap();
    assert_eq!(attempts.iter().map(|row| row.code).collect::<Vec<_>>(), [500, 500, 500, 500, 500, 200]);
}

#[tokio::test]
async fn retry_after_puts_a_retry_off_and_never_brings_it_forward() {
    let mut house = House::new();
    let a = house.institution("a").await;
    house.create_endpoint(a, at_url(URL)).await.unwrap();
    house.set(URL, Receiver::Busy(120));
    let event = house.publish(a, "grade.submitted").await;
    house.run_due().await;
    house.set(URL, Receiver::Takes);
    house.pass(11, Duration::from_secs(10)).await;
    assert_eq!(house.got(URL).len(), 1, "left alone for the two minutes it asked for");
    house.pass(2, Duration::from_secs(10)).await;
    assert_eq!(house.states(&event).await, [DeliveryState::Delivered]);
}

#[tokio::test]
async fn gone_ends_and_disables_and_cancels_what_waits() {
    let mut house = House::new();
    let a = house.institution("a").await;
    let endpoint = house.create_endpoint(a, at_url(URL)).await.unwrap().endpoint;
    house.set(URL, Receiver::Fails);
    let first = house.publish(a, "grade.submitted").await;
    house.run_due().await;
    house.set(URL, Receiver::Gone);
    house.clock.advance(Duration::from_mins(1));
    let second = house.publish(a, "grade.submitted").await;
    house.pass(2, Duration::from_secs(5)).await;
    let now = house.gateway.endpoint(a, &endpoint.id.to_string()).await.unwrap();
    assert_eq!((now.disabled, now.disabled_why), (true, Some(DisabledWhy::Gone)));
    for event in [&first, &second] {
        let state = house.states(event).await[0];
        assert!(matches!(state, DeliveryState::Dead | DeliveryState::Cancelled(CancelReason::EndpointDisabled)), "{state:?}");
    }
    let third = house.publish(a, "grade.submitted").await;
    assert_eq!(house.states(&third).await, [DeliveryState::Skipped(SkipReason::EndpointDisabled)]);
}

#[tokio::test]
async fn a_manual_attempt_makes_no_second_schedule_and_a_success_ends_the_one_that_waits() {
    let mut house = House::new();
    let a = house.institution("a").await;
    let id = house.create_endpoint(a, NewEndpoint { profile: Profile::Standard, ..at_url(URL) }).await.unwrap().endpoint.id.to_string();
    house.set(URL, Receiver::Fails);
    let event = house.publish(a, "grade.submitted").await;
    house.run_due().await;
    house.gateway.resend(a, &event.id.to_string(), &id).await.unwrap();
    house.run_due().await;
    assert_eq!(house.got(URL).len(), 2);
    assert_eq!(house.states(&event).await, [DeliveryState::Waiting]);
    house.set(URL, Receiver::Takes);
    house.gateway.resend(a, &event.id.to_string(), &id).await.unwrap();
    house.pass(1, Duration::ZERO).await;
    assert_eq!(house.states(&event).await, [DeliveryState::Delivered]);
    house.pass(50, Duration::from_hours(2)).await;
    assert_eq!(house.got(URL).len(), 3, "the schedule that waited is over");
}

#[tokio::test]
async fn an_ordered_endpoint_keeps_the_order_of_each_key_while_others_go_on() {
    let mut house = House::new();
    let a = house.institution("a").await;
    house.create_endpoint(a, NewEndpoint { order: Order::ByKey, ..at_url(URL) }).await.unwrap();
    house.set(URL, Receiver::Fails);
    let mut ids = Vec::new();
    for n in 0..6 {
        let key = Some(if n % 2 == 0 { "ana/CS101" } else { "ben/CS101" }.to_owned());
        let new = NewEvent { event_type: "grade.submitted".to_owned(), payload: n.to_string(), key, ..NewEvent::default() };
        ids.push(house.gateway.publish(a, new, None).await.unwrap().event.id.to_string());
        house.clock.advance(Duration::from_millis(10));
    }
    house.run_due().await;
    let mut got = house.got(URL);
    got.sort();
    assert_eq!(got, ids[..2], "only the first of each key was tried");
    house.set(URL, Receiver::Takes);
    house.pass(5, Duration::from_secs(3)).await;
    let got: Vec<String> = house.got(URL)[2..].to_vec();
    for parity in 0..2 {
        let own: Vec<_> = ids.iter().skip(parity).step_by(2).cloned().collect();
        assert_eq!(got.iter().filter(|id| own.contains(id)).cloned().collect::<Vec<_>>(), own);
    }
}

/// Hears what people are told.
#[derive(Default)]
struct Heard(std::sync::Mutex<Vec<(String, crate::gateway::notices::What)>>);

#[async_trait::async_trait]
impl crate::gateway::notices::Tell for Heard {
    fn hears(&self, _: Option<&str>) -> bool {
        true
    }

    async fn operator(&self, notice: &crate::gateway::notices::Notice) -> Result<(), String> {
        self.0.lock().unwrap().push(("operator".to_owned(), notice.what.clone()));
        Ok(())
    }

    async fn contact(&self, contact: &str, notice: &crate::gateway::notices::Notice) -> Result<(), String> {
        self.0.lock().unwrap().push((contact.to_owned(), notice.what.clone()));
        Ok(())
    }
}

#[tokio::test]
async fn people_are_told_at_half_the_term_a_day_before_and_when_it_is_over() {
    use crate::gateway::notices::What;
    let mut house = House::new();
    let heard = std::sync::Arc::<Heard>::default();
    house.gateway.tell_by(heard.clone());
    let a = house.institution("a").await;
    let contact = crate::gateway::model::InstitutionPatch {
        metadata: Some([("contact".to_owned(), "c@a.example".to_owned())].into()),
        ..crate::gateway::model::InstitutionPatch::default()
    };
    house.gateway.update_institution("a", contact).await.unwrap();
    house.create_endpoint(a, NewEndpoint { profile: Profile::Standard, ..at_url(URL) }).await.unwrap();
    house.set(URL, Receiver::Fails);
    let began = crate::clock::Clock::now(&house.clock);
    let mut warned = Vec::new();
    for hour in 0..6 * 24 {
        house.publish(a, "grade.submitted").await;
        house.pass(1, Duration::from_hours(1)).await;
        for (who, what) in heard.0.lock().unwrap().drain(..) {
            match what {
                What::Failing { since, disables } if who == "operator" => {
                    assert_eq!(disables.duration_since(since).as_hours(), 120);
                    assert!(since.duration_since(began).as_hours() < 2);
                    warned.push(("failing", hour));
                }
                What::Disabled { why } if who == "operator" => {
                    assert_eq!(why, DisabledWhy::Failing);
                    warned.push(("disabled", hour));
                }
                What::Exhausted { dead, .. } if who == "operator" => assert!(dead > 0),
                _ => assert_eq!(who, "c@a.example"),
            }
        }
    }
    let kinds: Vec<&str> = warned.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, ["failing", "failing", "disabled"], "{warned:?}");
    for ((_, hour), expected) in warned.iter().zip([60, 96, 120]) {
        assert!((expected..expected + 4).contains(hour), "{warned:?}");
    }
}

#[tokio::test]
async fn five_days_of_failing_warn_twice_and_disable() {
    let mut house = House::new();
    let a = house.institution("a").await;
    let news = vec!["endpoint.*".to_owned()];
    house.create_endpoint(a, NewEndpoint { event_types: Some(news), ..at_url(OTHER) }).await.unwrap();
    let id = house.create_endpoint(a, NewEndpoint { profile: Profile::Standard, ..at_url(URL) }).await.unwrap().endpoint.id;
    house.set(URL, Receiver::Fails);
    for _ in 0..6 * 24 {
        house.publish(a, "grade.submitted").await;
        house.pass(1, Duration::from_hours(1)).await;
    }
    let now = house.gateway.endpoint(a, &id.to_string()).await.unwrap();
    assert_eq!(now.disabled_why, Some(DisabledWhy::Failing));
    let lasted = now.disabled_at.unwrap().duration_since(now.created).as_hours();
    assert!((120..124).contains(&lasted), "{lasted}");
    let told: Vec<String> = house.post.got.lock().unwrap().iter().filter(|(to, ..)| to == OTHER).map(|(_, _, body)| body.clone()).collect();
    let of = |name: &str| told.iter().filter(|body| body.contains(name)).count();
    assert_eq!((of("endpoint.failing"), of("endpoint.disabled"), told.len()), (2, 1, 3), "{told:?}");
}

#[tokio::test]
async fn what_was_missed_is_replayed_when_asked_for_by_a_task_that_ends() {
    let mut house = House::new();
    let a = house.institution("a").await;
    let one = house.create_endpoint(a, at_url(URL)).await.unwrap().endpoint.id.to_string();
    house.create_endpoint(a, at_url(OTHER)).await.unwrap();
    house.gateway.disable(a, &one).await.unwrap();
    let since = crate::clock::Clock::now(&house.clock);
    let missed = house.publish(a, "grade.submitted").await;
    house.run_due().await;
    house.gateway.enable(a, &one).await.unwrap();
    house.pass(3, Duration::from_secs(10)).await;
    assert!(house.got(URL).is_empty(), "enabling replays nothing by itself");
    let task = house.gateway.replay_missing(a, &one, since, None).await.unwrap();
    assert_eq!(task.status, TaskStatus::Running);
    house.pass(2, Duration::from_secs(1)).await;
    let done = house.gateway.task(task.id).await.unwrap();
    assert_eq!((done.status, &done.data["messagesSent"]), (TaskStatus::Finished, &serde_json::json!(1)));
    assert_eq!((house.got(URL), house.got(OTHER).len()), (vec![missed.id.to_string()], 1), "the other endpoint hears nothing again");
    // Failed ones are recovered.
    house.set(URL, Receiver::Fails);
    let failed = house.publish(a, "grade.submitted").await;
    house.pass(10, Duration::from_secs(10)).await;
    assert_eq!(house.states(&failed).await[0], DeliveryState::Dead);
    house.set(URL, Receiver::Takes);
    house.gateway.recover(a, &one, since, None).await.unwrap();
    house.pass(3, Duration::from_secs(1)).await;
    assert_eq!(house.states(&failed).await[0], DeliveryState::Delivered);
    assert_eq!(house.got(OTHER).len(), 2);
}

#[tokio::test]
async fn erasing_a_student_leaves_no_byte_of_the_payload() {
    use crate::storage::Store as _;
    let mut house = House::new();
    let a = house.institution("a").await;
    house.create_endpoint(a, at_url(URL)).await.unwrap();
    house.create_endpoint(a, at_url(OTHER)).await.unwrap();
    house.set(OTHER, Receiver::Fails);
    let new = |name: &str| NewEvent {
        event_type: "student.created".to_owned(),
        payload: format!("{{\"name\":\"{name}\"}}"),
        subject: Some(name.to_owned()),
        ..NewEvent::default()
    };
    let ana = house.gateway.publish(a, new("AnaUnmistakable"), None).await.unwrap().event;
    house.gateway.publish(a, new("BenUnmistakable"), None).await.unwrap();
    house.pass(10, Duration::from_secs(10)).await;
    assert_eq!(house.gateway.erase_subject("anaunmistakable").await.unwrap()["messagesPurged"], 1);
    let mut others = 0;
    for key in house.store.list("", None, 10_000).await.unwrap() {
        let (bytes, _) = house.store.get(&key).await.unwrap().unwrap();
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if let Ok(rows) = crate::gateway::attempts::unpack(&bytes) {
            text = format!("{text}{rows:?}");
        }
        assert!(!text.contains("AnaUnmistakable") && !key.contains("Ana"), "{key}");
        others += usize::from(text.contains("BenUnmistakable"));
    }
    assert!(others > 0);
    assert_eq!(house.gateway.event(a, &ana.id.to_string()).await.unwrap().payload, None);
    let endpoint = house.deliveries(&ana).await[0].endpoint.to_string();
    assert!(matches!(house.gateway.resend(a, &ana.id.to_string(), &endpoint).await, Err(GatewayError::PayloadGone)));
}

#[tokio::test]
async fn disabling_cancels_what_waits_and_a_new_url_counts_for_it() {
    let mut house = House::new();
    let a = house.institution("a").await;
    let id = house.create_endpoint(a, at_url(URL)).await.unwrap().endpoint.id.to_string();
    house.set(URL, Receiver::Fails);
    let moved = house.publish(a, "grade.submitted").await;
    house.run_due().await;
    let patch = EndpointPatch { url: Some(OTHER.to_owned()), ..EndpointPatch::default() };
    house.gateway.update_endpoint(a, &id, patch).await.unwrap();
    house.pass(2, Duration::from_secs(3)).await;
    assert_eq!((house.states(&moved).await[0], house.got(OTHER).len()), (DeliveryState::Delivered, 1));
    house.set(OTHER, Receiver::Fails);
    let waits = house.publish(a, "grade.submitted").await;
    house.run_due().await;
    house.gateway.disable(a, &id).await.unwrap();
    house.pass(2, Duration::from_secs(1)).await;
    assert_eq!(house.states(&waits).await, [DeliveryState::Cancelled(CancelReason::EndpointDisabled)]);
    house.gateway.enable(a, &id).await.unwrap();
    house.pass(20, Duration::from_secs(10)).await;
    assert_eq!(house.got(OTHER).len(), 2, "never by itself");
}
