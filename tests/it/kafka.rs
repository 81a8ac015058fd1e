//! The Kafka bridge: the real binary between two brokers that others made and librdkafka's clients.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gradepost::clock::{Clock, SystemClock};
use gradepost::gateway::config::{GatewayConfig, Mode};
use gradepost::gateway::egress::Unguarded;
use gradepost::gateway::ids::{Chance, InstitutionId};
use gradepost::gateway::model::{DeliveryState, Event, NewEndpoint, NewEvent, NewInstitution, Order, PageQuery};
use gradepost::gateway::{Gateway, Parts};
use gradepost::jobs::Jobs;
use gradepost::jobs::config::JobsConfig;
use gradepost::kafka::broker::{Broker as _, BrokerError, Message};
use gradepost::kafka::config::{KafkaConfig, Roots};
use gradepost::kafka::wire::Cluster;
use gradepost::storage::Store;
use gradepost::storage::local::LocalStore;
use serde_json::{Value, json};

use crate::gateway_sending::{KEY, Received, Receiver, endpoint, settings, status};
use crate::harness::{Service, gradepost, until};
use crate::kafka_peer::{Kafka, Way};
use crate::ledger::Process;

const PATIENCE: Duration = Duration::from_mins(1);

fn cluster(address: &str, tls: Option<Roots>) -> Cluster {
    gradepost::app::install_tls_provider();
    Cluster::new(&KafkaConfig {
        brokers: address.split(',').map(str::to_owned).collect(),
        topic: "webhook_payload".to_owned(),
        topic_retry: "retry_sub".to_owned(),
        sasl: None,
        tls,
    })
    .unwrap()
}

/// The gateway's library over a folder that a real process works on.
struct House {
    gateway: Gateway,
    institution: InstitutionId,
}

impl House {
    async fn open(folder: &Path) -> Self {
        gradepost::app::install_tls_provider();
        let store: Arc<dyn Store> = Arc::new(LocalStore::open(folder).await.unwrap());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let parts = Parts {
            jobs: Jobs::new(store.clone(), clock.clone(), JobsConfig::for_testing()),
            store,
            clock,
            config: GatewayConfig {
                mode: Mode::On,
                key: Some(KEY.to_owned().into()),
                rate: 10_000,
                outbox: true,
                ..GatewayConfig::default()
            },
            has_admin: true,
            chance: Chance::of_the_system(),
            egress: Arc::new(Unguarded),
        };
        let gateway = Gateway::new(parts).unwrap();
        let new = NewInstitution { name: "A".to_owned(), uid: Some("inst-a".to_owned()), ..NewInstitution::default() };
        let institution = gateway.institution_or_create(new).await.unwrap().0.id;
        Self { gateway, institution }
    }

    async fn events(&self) -> Vec<Event> {
        let query = PageQuery::first(250);
        self.gateway.events(self.institution, &query).await.unwrap().data
    }

    /// All events once there are so many and none waits.
    async fn settled(&self, count: usize) -> Vec<Event> {
        until(
            || format!("{count} events"),
            async || {
                let events = self.events().await;
                for event in &events {
                    let deliveries = self.gateway.deliveries(self.institution, &event.id.to_string()).await.unwrap();
                    if deliveries.iter().any(|delivery| delivery.state == DeliveryState::Waiting) {
                        return None;
                    }
                }
                (events.len() >= count).then_some(events)
            },
        )
        .await
    }
}

fn with(mut settings: BTreeMap<String, String>, more: &[(&str, &str)]) -> BTreeMap<String, String> {
    settings.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    settings
}

fn service(folder: &Path, more: &[(&str, &str)]) -> Service {
    let all = with(settings(folder), more);
    let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Service::start(folder, &all)
}

/// A grade as the first document writes it.
fn grade(student: usize) -> Value {
    json!({ "key": format!("k{student}"), "value": json!({ "student_id": student, "course_id": "CS101", "grade": "A", "university_id": "inst-a" }).to_string() })
}

fn command(arguments: &[&str], settings: &BTreeMap<String, String>) -> (bool, String, String) {
    let output = gradepost(arguments, settings).output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

async fn metrics(service: &Service) -> String {
    service.get("/metrics").await.text
}

#[tokio::test(flavor = "multi_thread")]
async fn our_client_and_librdkafkas_read_each_other_on_both_brokers() {
    for kind in ["mock", "tansu"] {
        let Some(mut kafka) = Kafka::start(kind, &json!({})) else { return };
        let partitions = kafka.create("webhook_payload");
        let ours = cluster(&kafka.address, None);
        assert_eq!(ours.partitions("webhook_payload").await.unwrap().len(), partitions, "{kind}");
        assert_eq!(ours.partitions("nobody_made_it").await.map(drop), Err(BrokerError::NoTopic), "{kind}");
        let message = Message {
            key: Some(b"inst-a/1/CS101".to_vec()),
            value: Some("{\"ñ\": 1}".as_bytes().to_vec()),
            headers: BTreeMap::from([("webhook-id".to_owned(), b"msg_1".to_vec())]),
            at: "2026-11-29T06:00:00Z".parse().unwrap(),
        };
        ours.produce("webhook_payload", 1, vec![message.clone(), message.clone()]).await.unwrap();
        let read = kafka.consume("webhook_payload", 2);
        assert_eq!(read.len(), 2, "{kind}");
        assert_eq!(
            read[1],
            json!({ "key": "inst-a/1/CS101", "value": "{\"ñ\": 1}", "headers": { "webhook-id": "msg_1" }, "partition": 1, "offset": 1 }),
            "{kind}"
        );
        // Whatever a foreign producer packs its messages with, they are read.
        for codec in ["none", "gzip", "snappy", "lz4"] {
            let messages: Vec<Value> =
                (0..20).map(|_| json!({ "partition": 2, "key": codec, "value": "abc", "times": 50, "headers": { "h": "x" } })).collect();
            let told = kafka.ask(&json!({ "do": "produce", "topic": "webhook_payload", "messages": messages, "options": { "compression.type": codec, "linger.ms": 50 } }));
            assert_eq!(told["failed"], json!([]), "{kind} {codec}");
        }
        let (mut next, mut found) = (ours.earliest("webhook_payload", 2).await.unwrap(), Vec::new());
        while found.len() < 80 {
            let fetched = ours.fetch("webhook_payload", 2, next, Duration::from_secs(1)).await.unwrap();
            assert!(!fetched.messages.is_empty(), "{kind}: {} of 80", found.len());
            next = fetched.messages.last().unwrap().0 + 1;
            found.extend(fetched.messages);
            assert!(fetched.watermark >= next, "{kind}");
        }
        let codecs: BTreeSet<_> = found.iter().map(|(_, message)| message.key.clone().unwrap()).collect();
        assert_eq!(codecs.len(), 4, "{kind}");
        assert!(found.iter().all(|(_, message)| message.value.as_ref().unwrap().len() == 150 && message.headers["h"] == b"x"), "{kind}");
        let end = ours.fetch("webhook_payload", 2, next, Duration::from_millis(200)).await.unwrap();
        assert_eq!((end.messages.len(), end.watermark), (0, next), "{kind}");
    }
}

/// Where the process dies: before and after every write of the bridge, and at those of the core that an acceptance is made of.
const POINTS: &[&str] = &[
    "kafka.take.before",
    "kafka.take.after",
    "kafka.event.before",
    "kafka.event.after",
    "kafka.event.after:3",
    "due.after",
    "event.before",
    "event.after",
    "event.after:2",
    "kafka.reject.before",
    "kafka.reject.after",
    "kafka.offset.before",
    "kafka.offset.after",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_one_event_wherever_the_process_dies() {
    let Some(mut kafka) = Kafka::start("mock", &json!({})) else { return };
    for (round, point) in POINTS.iter().enumerate() {
        let (topic, commands) = (format!("in-{round}"), format!("retry-{round}"));
        kafka.create(&topic);
        kafka.create(&commands);
        let folder = tempfile::tempdir().unwrap();
        let receiver = Receiver::start(|_| status("200 OK", "")).await;
        let house = House::open(folder.path()).await;
        house.gateway.create_endpoint(house.institution, endpoint(&receiver.url)).await.unwrap();
        let mut messages: Vec<Value> = (0..6).map(grade).collect();
        messages.insert(3, json!({ "key": "k0", "value": "no JSON" }));
        kafka.produce(&topic, &messages);
        let settings = with(
            settings(folder.path()),
            &[("EVENTS_KAFKA", &kafka.address), ("KAFKA_TOPIC_IN", &topic), ("KAFKA_TOPIC_RETRY", &commands)],
        );
        let dying = with(settings.clone(), &[("GRADEPOST_FAILPOINT", point)]);
        // It may die before it is ready.
        if let Some(mut process) = Process::launch(&mut gradepost(&["serve"], &dying)) {
            assert!(process.ends_within(PATIENCE).await, "{point} is never passed: {}", process.log());
        }
        let mut process = Process::launch(&mut gradepost(&["serve"], &settings)).expect("it starts again");
        let events = house.settled(6).await;
        // Everything was read to its end, what is no event, too: partitions are read beside each other.
        let rejected = || {
            let (_, listed, _) = command(&["kafka", "rejected", "--json"], &settings);
            serde_json::from_str::<Value>(&listed).ok().and_then(|listed| listed.as_array().map(Vec::len)).unwrap_or_default()
        };
        until(|| format!("{point}: {}", process.log()), async || (is_read(&settings) && rejected() > 0).then_some(())).await;
        process.kill();
        assert_eq!(events.len(), 6, "{point}");
        assert_eq!(house.events().await.len(), 6, "{point}: nothing twice");
        let received = receiver.all();
        let (ids, bodies): (BTreeSet<String>, BTreeSet<Vec<u8>>) = received.iter().map(|one| (one.id(), one.body.clone())).unzip();
        assert_eq!((ids.len(), bodies.len()), (6, 6), "{point}: each event under one id");
        assert_eq!(rejected(), 1, "{point}: passed over once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_told_under_one_id_wherever_the_process_dies() {
    let Some(mut kafka) = Kafka::start("mock", &json!({})) else { return };
    // A broker may have it although we do not know: it is told again then.
    for (point, count) in [("kafka.produce.before", 1), ("kafka.produce.after", 2)] {
        let (topic, commands) = (format!("out-{count}"), format!("retry-{count}"));
        kafka.create(&topic);
        kafka.create(&commands);
        let folder = tempfile::tempdir().unwrap();
        let house = House::open(folder.path()).await;
        let new = NewEvent { event_type: "grade.submitted".to_owned(), payload: "{}".to_owned(), ..NewEvent::default() };
        let event = house.gateway.publish(house.institution, new, None).await.unwrap().event;
        let settings = with(
            settings(folder.path()),
            &[("EVENTS_KAFKA", &kafka.address), ("KAFKA_TOPIC_IN", &topic), ("KAFKA_TOPIC_RETRY", &commands)],
        );
        let dying = with(settings.clone(), &[("GRADEPOST_FAILPOINT", point)]);
        if let Some(mut process) = Process::launch(&mut gradepost(&["serve"], &dying)) {
            assert!(process.ends_within(PATIENCE).await, "{point} is never passed: {}", process.log());
        }
        let mut process = Process::launch(&mut gradepost(&["serve"], &settings)).expect("it starts again");
        until(|| format!("{point}: {}", process.log()), async || is_read(&settings).then_some(())).await;
        let told = kafka.consume(&topic, count);
        process.kill();
        assert_eq!(told.len(), count, "{point}");
        assert!(told.iter().all(|message| message["headers"]["webhook-id"] == event.id.to_string()), "{point}: {told:?}");
        assert_eq!(house.events().await.len(), 1, "{point}: what we told is not taken in again");
    }
}

/// Whether every partition was read to its end and nothing is left to be told, by the command line.
fn is_read(settings: &BTreeMap<String, String>) -> bool {
    let (is_done, listed, _) = command(&["kafka", "status", "--json"], settings);
    let status: Value = serde_json::from_str(&listed).unwrap_or_default();
    let partitions = status["partitions"].as_array().cloned().unwrap_or_default();
    is_done && status["waiting"] == 0 && partitions.iter().all(|one| one["lag"] == 0 || one["lag"].is_null())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_read_by_a_foreign_consumer_with_key_and_headers_and_is_not_taken_in_again() {
    for kind in ["mock", "tansu"] {
        let Some(mut kafka) = Kafka::start(kind, &json!({})) else { return };
        kafka.create("webhook_payload");
        kafka.create("retry_sub");
        let folder = tempfile::tempdir().unwrap();
        let house = House::open(folder.path()).await;
        let service = service(folder.path(), &[("EVENTS_KAFKA", &kafka.address), ("METRICS_PUBLIC", "true")]);
        let payload = "{ \"grade\" : \"Ä\",  \"n\": 1.50 }";
        let new = NewEvent {
            event_type: "grade.submitted".to_owned(),
            payload: payload.to_owned(),
            key: Some("123/CS101".to_owned()),
            ..NewEvent::default()
        };
        let event = house.gateway.publish(house.institution, new, None).await.unwrap().event;
        let other = NewEvent { event_type: "content.updated".to_owned(), payload: "{}".to_owned(), ..NewEvent::default() };
        house.gateway.publish(house.institution, other, None).await.unwrap();
        let mut read = kafka.consume("webhook_payload", 2);
        read.sort_by_key(|message| message["key"].as_str().map(str::len));
        assert_eq!(read[0]["key"], "inst-a", "{kind}");
        assert_eq!((&read[1]["key"], &read[1]["value"]), (&json!("inst-a/123/CS101"), &json!(payload)), "{kind}");
        let headers = &read[1]["headers"];
        let institution = house.institution.to_string();
        for (name, value) in [
            ("webhook-id", event.id.to_string()),
            ("event-type", "grade.submitted".to_owned()),
            ("content-type", "application/json".to_owned()),
            ("institution", institution.clone()),
            ("institution-uid", "inst-a".to_owned()),
            ("ce_id", event.id.to_string()),
            ("ce_type", "grade.submitted".to_owned()),
            ("ce_specversion", "1.0".to_owned()),
            ("ce_source", format!("/institutions/{institution}")),
        ] {
            assert_eq!(headers[name], value, "{kind} {name}");
        }
        // Both came by, and were known as our own; a foreign one is taken in, and not told again.
        kafka.produce("webhook_payload", &[grade(1)]);
        until(
            || service.log(),
            async || {
                let told = metrics(&service).await;
                let has =
                    |outcome: &str, count: u32| told.contains(&format!("gradepost_kafka_messages_total{{outcome=\"{outcome}\"}} {count}"));
                (has("own", 2) && has("accepted", 1) && has("told", 2)).then_some(())
            },
        )
        .await;
        assert_eq!(house.events().await.len(), 3, "{kind}");
        // Each partition is told of once its first fetch is answered.
        let lag = "gradepost_kafka_lag{topic=\"webhook_payload\",partition=\"0\"} 0";
        until(|| service.log(), async || metrics(&service).await.contains(lag).then_some(())).await;
        let told = metrics(&service).await;
        assert!(told.contains("gradepost_kafka_well 1"), "{kind}: {told}");
        assert_eq!(kafka.consume("webhook_payload", 3).len(), 3, "{kind}: what came by Kafka is not told there again");
        let log = service.log();
        assert!(!log.contains("CS101") && !log.contains("1.50"), "no person's data in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_mirrored_and_a_command_tries_it_now() {
    let Some(mut kafka) = Kafka::start("mock", &json!({})) else { return };
    kafka.create("webhook_payload");
    kafka.create("retry_sub");
    let folder = tempfile::tempdir().unwrap();
    // It asks to be left alone for an hour, so whatever comes sooner was asked for.
    let receiver =
        Receiver::start(|n| if n == 0 { status("503 Service Unavailable", "Retry-After: 3600\r\n") } else { status("200 OK", "") }).await;
    let house = House::open(folder.path()).await;
    let created = house.gateway.create_endpoint(house.institution, endpoint(&receiver.url)).await.unwrap();
    let service = service(folder.path(), &[("EVENTS_KAFKA", &kafka.address), ("METRICS_PUBLIC", "true")]);
    service.leaves_jobs_open("an endpoint that asked for an hour has its queue looked at then");
    kafka.produce("webhook_payload", &[grade(1)]);
    let mirrored = kafka.consume("retry_sub", 1).remove(0);
    let headers = mirrored["headers"].clone();
    assert_eq!((&headers["state"], &headers["attempt"], &headers["error-class"]), (&json!("waiting"), &json!("1"), &json!("status")));
    assert_eq!(headers["endpoint"], created.endpoint.id.to_string());
    assert!(headers["next-attempt-at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap() > jiff::Timestamp::now());
    assert_eq!(mirrored["value"], grade(1)["value"]);
    let event = house.events().await.remove(0);
    assert_eq!(headers["webhook-id"], event.id.to_string());
    // Our own mirror is no command: it came by, and nothing was tried.
    until(|| service.log(), async || metrics(&service).await.contains("gradepost_kafka_messages_total{outcome=\"own\"} 1").then_some(()))
        .await;
    assert_eq!(receiver.all().len(), 1);
    let command = json!({ "institution": "inst-a", "webhook-id": event.id.to_string() });
    kafka.produce("retry_sub", &[json!({ "value": command.to_string() })]);
    house.settled(1).await;
    let received = receiver.all();
    assert_eq!(received.iter().map(Received::id).collect::<BTreeSet<_>>().len(), 1);
    assert_eq!(received.len(), 2, "tried once more, and now");
    let states: Vec<Value> = kafka.consume("retry_sub", 3).into_iter().map(|message| message["headers"]["state"].clone()).collect();
    assert!(states.contains(&json!("delivered")), "{states:?}");
    // One that leads nowhere is passed over.
    kafka.produce("retry_sub", &[json!({ "value": json!({ "institution": "inst-a", "webhook-id": "msg_0" }).to_string() })]);
    until(
        || service.log(),
        async || metrics(&service).await.contains("gradepost_kafka_messages_total{outcome=\"rejected\"} 1").then_some(()),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_are_no_events_are_passed_over_shown_and_tried_again() {
    let Some(mut kafka) = Kafka::start("tansu", &json!({})) else { return };
    kafka.create("webhook_payload");
    kafka.create("retry_sub");
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path()).await;
    let more = [("EVENTS_KAFKA", kafka.address.as_str()), ("METRICS_PUBLIC", "true")];
    let service = service(folder.path(), &more);
    let settings = with(settings(folder.path()), &more);
    let of = |institution: &str, id: &str| json!({ "institution": institution, "event-type": "grade.updated", "webhook-id": id });
    let poison = [
        json!({ "value": "no JSON" }),
        json!({ "value": "{}" }),
        json!({ "value": "{}", "headers": { "institution": "inst-a" } }),
        json!({ "value": "{\"secret\":\"Ana\"}", "headers": of("inst-b", "m1") }),
        json!({ "value": "", "headers": of("inst-a", "m2") }),
        json!({ "value": "1", "times": 300_000, "headers": of("inst-a", "m3") }),
        json!({ "value": "{}", "headers": of("inst-a", "m4") }),
        json!({ "value": "{\"other\":1}", "headers": of("inst-a", "m4") }),
        json!({ "value": "{}", "headers": of("inst-a", "m4") }),
    ];
    // One partition, so that each stands before the next.
    let messages: Vec<Value> = poison
        .into_iter()
        .map(|mut message| {
            message["partition"] = json!(1);
            message["key"] = json!("same");
            message
        })
        .collect();
    kafka.produce("webhook_payload", &messages);
    let mut last = grade(7);
    last["partition"] = json!(1);
    last["key"] = json!("same");
    kafka.produce("webhook_payload", &[last]);
    house.settled(2).await;
    let (_, listed, _) = command(&["kafka", "rejected", "--json"], &settings);
    let rejected: Vec<Value> = serde_json::from_str(&listed).unwrap();
    let by_offset: BTreeMap<u64, String> =
        rejected.iter().map(|one| (one["offset"].as_u64().unwrap(), one["reason"].as_str().unwrap().to_owned())).collect();
    let reasons: Vec<&str> = by_offset.values().map(String::as_str).collect();
    assert_eq!(reasons, ["not_json", "no_institution", "no_type", "unknown_institution", "empty", "too_large", "id_reused"], "{listed}");
    assert!(!listed.contains("Ana") && !service.log().contains("Ana"), "what a message says is kept nowhere");
    // The cause of one is fixed.
    let (is_done, _, error) = command(&["kafka", "retry", "webhook_payload", "1", "3"], &settings);
    assert!(!is_done && error.contains("create it"), "{error}");
    let new = NewInstitution { name: "B".to_owned(), uid: Some("inst-b".to_owned()), ..NewInstitution::default() };
    let other = house.gateway.institution_or_create(new).await.unwrap().0.id;
    let (is_done, told, error) = command(&["kafka", "retry", "webhook_payload", "1", "3"], &settings);
    assert!(is_done && told.trim() == "accepted", "{told} {error}");
    assert_eq!(house.gateway.events(other, &PageQuery::first(10)).await.unwrap().data.len(), 1);
    let (_, listed, _) = command(&["kafka", "rejected"], &settings);
    assert_eq!(listed.lines().count(), 6, "it is off the list: {listed}");
    let told = metrics(&service).await;
    assert!(told.contains("gradepost_kafka_messages_total{outcome=\"rejected\"} 7"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_goes_away_and_comes_back_delays_nothing_else_and_is_told_of_once() {
    let way = Way::open().await;
    let Some(mut kafka) = Kafka::start("tansu", &json!({ "advertise": way.address })) else { return };
    way.lead_to(&kafka.address);
    kafka.create("webhook_payload");
    kafka.create("retry_sub");
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|_| status("200 OK", "")).await;
    let house = House::open(folder.path()).await;
    house.gateway.create_endpoint(house.institution, endpoint(&receiver.url)).await.unwrap();
    // The service starts while nobody is there.
    way.cut(true);
    let token = "an-admin-token-of-some-length";
    let service = service(folder.path(), &[("EVENTS_KAFKA", &way.address), ("METRICS_PUBLIC", "true"), ("ADMIN_TOKEN", token)]);
    let ready = async || service.send(service.client().get(service.url("/ready")).bearer_auth(token)).await;
    until(|| service.log(), async || metrics(&service).await.contains("gradepost_kafka_well 0").then_some(())).await;
    let new = || NewEvent { event_type: "grade.submitted".to_owned(), payload: "{}".to_owned(), ..NewEvent::default() };
    house.gateway.publish(house.institution, new(), None).await.unwrap();
    house.settled(1).await;
    assert_eq!(receiver.all().len(), 1, "webhooks go on");
    until(
        || service.log(),
        async || {
            let told = ready().await;
            assert_eq!(told.status, 200, "{}", told.text);
            told.text.contains("webhooks go on").then_some(())
        },
    )
    .await;
    way.cut(false);
    assert_eq!(kafka.consume("webhook_payload", 1).len(), 1, "what waited is told");
    until(|| service.log(), async || metrics(&service).await.contains("gradepost_kafka_well 1").then_some(())).await;
    // Away again, in the middle of work.
    way.cut(true);
    house.gateway.publish(house.institution, new(), None).await.unwrap();
    house.settled(2).await;
    until(|| service.log(), async || metrics(&service).await.contains("gradepost_kafka_well 0").then_some(())).await;
    way.cut(false);
    assert_eq!(kafka.consume("webhook_payload", 2).len(), 2);
    kafka.produce("webhook_payload", &[grade(1)]);
    house.settled(3).await;
    until(|| service.log(), async || metrics(&service).await.contains("gradepost_kafka_well 1").then_some(())).await;
    // Once per part and time it was away, however often it was tried.
    let log = service.log();
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for line in log.lines().filter(|line| line.contains("The Kafka bridge has trouble")) {
        let line: Value = serde_json::from_str(line).unwrap();
        let part = line["part"].as_str().or_else(|| line["fields"]["part"].as_str()).unwrap_or_default();
        *told.entry(part.to_owned()).or_default() += 1;
    }
    assert!(!told.is_empty() && told.values().all(|count| *count <= 3), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_share_the_partitions_and_take_each_message_once_though_one_dies() {
    let Some(mut kafka) = Kafka::start("mock", &json!({})) else { return };
    kafka.create("webhook_payload");
    kafka.create("retry_sub");
    let folder = tempfile::tempdir().unwrap();
    let received = Arc::new(AtomicUsize::new(0));
    let count = received.clone();
    let receiver = Receiver::start(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        status("200 OK", "")
    })
    .await;
    let house = House::open(folder.path()).await;
    // In order, so that what one instance leaves behind shows.
    let new = NewEndpoint { order: Order::ByKey, ..endpoint(&receiver.url) };
    house.gateway.create_endpoint(house.institution, new).await.unwrap();
    let settings = with(settings(folder.path()), &[("EVENTS_KAFKA", &kafka.address)]);
    let mut first = Process::launch(&mut gradepost(&["serve"], &settings)).unwrap();
    let mut second = Process::launch(&mut gradepost(&["serve"], &settings)).unwrap();
    until(|| format!("{}\n{}", first.log(), second.log()), async || (owners(&settings).len() == 2).then_some(())).await;
    kafka.produce("webhook_payload", &(0..30).map(grade).collect::<Vec<_>>());
    until(|| second.log(), async || (received.load(Ordering::Relaxed) > 5).then_some(())).await;
    first.kill();
    kafka.produce("webhook_payload", &(30..60).map(grade).collect::<Vec<_>>());
    let events = house.settled(60).await;
    until(|| second.log(), async || is_read(&settings).then_some(())).await;
    assert_eq!((events.len(), house.events().await.len()), (60, 60));
    let all = receiver.all();
    let (ids, bodies): (BTreeSet<String>, BTreeSet<Vec<u8>>) = all.iter().map(|one| (one.id(), one.body.clone())).unzip();
    assert_eq!((ids.len(), bodies.len()), (60, 60));
    until(|| second.log(), async || (owners(&settings).len() == 1).then_some(())).await;
    second.kill();
}

/// The instances that read partitions; all of them must be read.
fn owners(settings: &BTreeMap<String, String>) -> BTreeSet<String> {
    let (_, listed, _) = command(&["kafka", "status", "--json"], settings);
    let status: Value = serde_json::from_str(&listed).unwrap_or_default();
    let partitions = status["partitions"].as_array().cloned().unwrap_or_default();
    let owners: Option<BTreeSet<String>> = partitions.iter().map(|one| one["owner"].as_str().map(str::to_owned)).collect();
    owners.filter(|_| partitions.len() == 8).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_is_believed_by_a_certificate_of_ones_own_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().self_signed(&key).unwrap();
    let other =
        rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
    let (cert_file, key_file) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert_file, certificate.pem()).unwrap();
    std::fs::write(&key_file, key.serialize_pem()).unwrap();
    let Some(mut kafka) = Kafka::start("tansu", &json!({ "cert": cert_file, "key": key_file })) else { return };
    kafka.create("webhook_payload");
    let ours = cluster(&kafka.address, Some(Roots::File(certificate.pem().into_bytes())));
    assert_eq!(ours.partitions("webhook_payload").await.map(|partitions| partitions.len()), Ok(3), "it was asked, over TLS");
    kafka.produce("webhook_payload", &[json!({ "value": "told", "partition": 1 })]);
    let fetched = ours.fetch("webhook_payload", 1, 0, Duration::from_secs(5)).await.unwrap();
    assert_eq!(fetched.messages[0].1.value.as_deref(), Some(&b"told"[..]), "and read, over TLS");
    let strangers = cluster(&kafka.address, Some(Roots::File(other.pem().into_bytes())));
    assert!(matches!(strangers.partitions("webhook_payload").await, Err(BrokerError::Away(_))), "another's certificate is not believed");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_nothing_of_the_bridge_exists() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path(), &[("METRICS_PUBLIC", "true")]);
    assert!(!metrics(&service).await.contains("kafka"));
    assert!(!service.get("/ready").await.text.contains("kafka"));
    assert!(!folder.path().join("gw/kafka").exists());
    assert!(!service.log().contains("afka"));
}
