//! The bridge over a broker that is made up: what no real one does when it is asked to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;

use super::*;
use crate::clock::SystemClock;
use crate::gateway::config::{GatewayConfig, Mode};
use crate::gateway::egress::Unguarded;
use crate::gateway::ids::{Chance, InstitutionId};
use crate::gateway::model::{NewEvent, NewInstitution, PageQuery};
use crate::jobs::Jobs;
use crate::jobs::config::JobsConfig;
use crate::kafka::broker::Fetched;
use crate::kafka::rejected::Rejected;
use crate::storage::memory::MemoryStore;

#[derive(Default)]
struct Log {
    messages: Vec<Message>,
    /// What was kept begins here.
    start: i64,
    /// The next message would get this offset, though some of those before it are not handed out.
    watermark: Option<i64>,
    unreadable: BTreeSet<i64>,
}

#[derive(Default)]
struct MadeUp {
    topics: Mutex<BTreeMap<String, Log>>,
    largest: Mutex<Option<usize>>,
    is_away: Mutex<bool>,
}

impl MadeUp {
    fn topics(&self) -> MutexGuard<'_, BTreeMap<String, Log>> {
        self.topics.lock().unwrap()
    }

    fn change(&self, topic: &str, change: impl FnOnce(&mut Log)) {
        change(self.topics().entry(topic.to_owned()).or_default());
    }

    fn log_of<T>(&self, topic: &str, look: impl FnOnce(&mut Log) -> Result<T, BrokerError>) -> Result<T, BrokerError> {
        if *self.is_away.lock().unwrap() {
            return Err(BrokerError::Away("nobody answers".to_owned()));
        }
        look(self.topics().get_mut(topic).ok_or(BrokerError::NoTopic)?)
    }
}

#[async_trait]
impl Broker for MadeUp {
    async fn partitions(&self, topic: &str) -> Result<Vec<i32>, BrokerError> {
        self.log_of(topic, |_| Ok(vec![0]))
    }

    async fn earliest(&self, topic: &str, _: i32) -> Result<i64, BrokerError> {
        self.log_of(topic, |log| Ok(log.start))
    }

    async fn fetch(&self, topic: &str, _: i32, offset: i64, _: Duration) -> Result<Fetched, BrokerError> {
        let fetched = self.log_of(topic, |log| {
            let end = log.messages.len() as i64;
            if offset < log.start || offset > end {
                return Err(BrokerError::OutOfRange);
            }
            if log.unreadable.contains(&offset) {
                return Err(BrokerError::Unreadable("damaged".to_owned()));
            }
            let from = log.messages.iter().enumerate().skip(offset as usize).map(|(at, message)| (at as i64, message.clone()));
            let messages = from.take_while(|(at, _)| !log.unreadable.contains(at)).collect();
            Ok(Fetched { messages, watermark: log.watermark.unwrap_or(end) })
        });
        if fetched.as_ref().is_ok_and(|fetched| fetched.messages.is_empty()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        fetched
    }

    async fn produce(&self, topic: &str, _: i32, messages: Vec<Message>) -> Result<(), BrokerError> {
        let largest = self.largest.lock().unwrap().unwrap_or(usize::MAX);
        self.log_of(topic, |log| {
            if messages.iter().map(size).sum::<usize>() > largest {
                return Err(BrokerError::TooLarge);
            }
            log.messages.extend(messages);
            Ok(())
        })
    }
}

struct House {
    broker: Arc<MadeUp>,
    store: Arc<dyn Store>,
    gateway: Arc<Gateway>,
    institution: InstitutionId,
    bridge: Arc<Bridge>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl House {
    async fn open(topics: &[&str]) -> Self {
        let broker = Arc::new(MadeUp::default());
        for topic in topics {
            broker.change(topic, |_| {});
        }
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        Self::over(broker, store).await
    }

    async fn over(broker: Arc<MadeUp>, store: Arc<dyn Store>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let parts = crate::gateway::Parts {
            store: store.clone(),
            clock: clock.clone(),
            jobs: Jobs::new(store.clone(), clock.clone(), JobsConfig::for_testing()),
            config: GatewayConfig { mode: Mode::On, outbox: true, ..GatewayConfig::default() },
            has_admin: true,
            chance: Chance::of_the_system(),
            egress: Arc::new(Unguarded),
        };
        let gateway = Arc::new(Gateway::new(parts).unwrap());
        let new = NewInstitution { name: "A".to_owned(), uid: Some("a".to_owned()), ..NewInstitution::default() };
        let institution = gateway.institution_or_create(new).await.unwrap().0.id;
        let bridge = Arc::new(Bridge::new(Parts {
            config: KafkaConfig {
                brokers: vec!["made-up:9092".to_owned()],
                topic: "in".to_owned(),
                topic_retry: "retry".to_owned(),
                sasl: None,
                tls: None,
            },
            broker: broker.clone(),
            gateway: gateway.clone(),
            store: store.clone(),
            clock,
            instance: "test".to_owned(),
            term: Duration::from_secs(30),
            skew: Duration::ZERO,
        }));
        let stop = CancellationToken::new();
        let task = tokio::spawn(bridge.clone().run(stop.clone()));
        Self { broker, store, gateway, institution, bridge, stop, task }
    }

    async fn close(self) -> (Arc<MadeUp>, Arc<dyn Store>) {
        self.stop.cancel();
        self.task.await.unwrap();
        (self.broker, self.store)
    }

    fn count(&self, outcome: &str) -> u64 {
        self.bridge.status.totals().into_iter().find(|(word, _)| *word == outcome).unwrap().1
    }

    async fn until(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let waited = tokio::time::timeout(Duration::from_mins(1), async {
            while !is_so().await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("not in time: {what}; {}", self.bridge.status.sentence()));
    }

    async fn events(&self) -> usize {
        self.gateway.events(self.institution, &PageQuery::first(250)).await.unwrap().data.len()
    }
}

fn message(number: usize) -> Message {
    let headers = [("institution", "a"), ("event-type", "grade.updated")];
    Message {
        key: None,
        value: Some(format!("{{\"n\":{number}}}").into_bytes()),
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect(),
        at: "2026-11-29T06:00:00Z".parse().unwrap(),
    }
}

fn lag(house: &House, topic: &str) -> Option<i64> {
    house.bridge.status.lags().into_iter().find(|lag| lag.topic == topic).map(|lag| lag.lag)
}

#[tokio::test(flavor = "multi_thread")]
async fn lag_is_the_watermark_less_the_offset() {
    let house = House::open(&["in", "retry"]).await;
    house.broker.change("in", |log| {
        log.messages.extend((0..3).map(message));
        log.watermark = Some(10);
    });
    house.until("lag", async || lag(&house, "in") == Some(7)).await;
    let overview = Bridge::overview(&*house.store).await.unwrap();
    let one = overview.partitions.into_iter().find(|one| one.topic == "in").unwrap();
    assert_eq!((one.next, one.lag), (Some(3), Some(7)));
    house.broker.change("in", |log| log.watermark = None);
    house.until("no lag", async || lag(&house, "in") == Some(0)).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_topic_is_said_and_read_once_it_is_there() {
    let house = House::open(&["retry"]).await;
    house.until("trouble", async || house.bridge.status.sentence().contains("the topic in is not there; create it")).await;
    house.broker.change("in", |log| log.messages.push(message(1)));
    house.until("read", async || house.count("accepted") == 1).await;
    house.until("well", async || house.bridge.status.is_well()).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_whose_beginning_is_gone_or_that_was_made_anew_is_read_from_its_beginning_and_repeats_nothing() {
    let house = House::open(&["in", "retry"]).await;
    house.broker.change("in", |log| log.messages.extend((0..5).map(message)));
    house.until("read", async || house.count("accepted") == 5).await;
    let (broker, store) = house.close().await;
    // Made anew: shorter, with one of the old messages at its place and one that is new there.
    broker.change("in", |log| log.messages = vec![message(0), message(77)]);
    let house = House::over(broker, store).await;
    house.until("read anew", async || (house.count("repeated"), house.count("accepted")) == (1, 1)).await;
    assert_eq!(house.events().await, 6);
    let (broker, store) = house.close().await;
    // What was kept begins later than where it was read to.
    broker.change("in", |log| {
        log.messages.extend((100..110).map(message));
        log.start = 8;
    });
    let house = House::over(broker, store).await;
    house.until("read on", async || house.count("accepted") == 4).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_client_cannot_read_is_recorded_and_passed_over() {
    let house = House::open(&["in", "retry"]).await;
    house.broker.change("in", |log| {
        log.messages.extend((0..4).map(message));
        log.unreadable = BTreeSet::from([1, 2]);
    });
    house.until("read", async || (house.count("accepted"), house.count("rejected")) == (2, 2)).await;
    let places: BTreeSet<i64> = rejected::newest(&*house.store, 10).await.unwrap().into_iter().map(|one: Rejected| one.offset).collect();
    assert_eq!(places, BTreeSet::from([1, 2]));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_too_large_for_the_brokers_is_left_out_and_the_others_are_told() {
    let house = House::open(&["in", "retry"]).await;
    *house.broker.is_away.lock().unwrap() = true;
    house.until("away", async || !house.bridge.status.is_well()).await;
    for size in [10, 5000, 20] {
        let payload = format!("\"{}\"", "x".repeat(size));
        let new = NewEvent { event_type: "grade.updated".to_owned(), payload, ..NewEvent::default() };
        house.gateway.publish(house.institution, new, None).await.unwrap();
    }
    *house.broker.largest.lock().unwrap() = Some(4000);
    *house.broker.is_away.lock().unwrap() = false;
    house.until("told", async || (house.count("told"), house.count("untellable")) == (2, 1)).await;
    assert_eq!(Bridge::overview(&*house.store).await.unwrap().waiting, 0);
    let sizes: Vec<usize> = house.broker.topics()["in"].messages.iter().map(|message| message.value.as_ref().unwrap().len()).collect();
    assert_eq!(sizes, [12, 22], "in their order");
    house.until("its own are known", async || house.count("own") == 2).await;
    assert_eq!(house.events().await, 3, "and none was taken in");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_publish_is_told_once_and_own_news_of_the_gateway_are_not_told() {
    let house = House::open(&["in", "retry"]).await;
    let new = |kind: &str| NewEvent { event_type: kind.to_owned(), payload: "{}".to_owned(), ..NewEvent::default() };
    for _ in 0..3 {
        house.gateway.publish(house.institution, new("grade.updated"), Some("key")).await.unwrap();
    }
    house.gateway.publish(house.institution, new("delivery.failing"), None).await.unwrap();
    house.gateway.publish(house.institution, new("grade.deleted"), None).await.unwrap();
    house.until("told", async || house.count("told") == 2 && house.count("own") == 2).await;
    house.until("emptied", async || Bridge::overview(&*house.store).await.unwrap().waiting == 0).await;
    assert_eq!(house.broker.topics()["in"].messages.len(), 2);
    house.close().await;
}
