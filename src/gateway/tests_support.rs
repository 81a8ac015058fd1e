//! What the room's tests are made of.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::clock::Clock;
use crate::gateway::config::{GatewayConfig, Mode};
use crate::gateway::egress::Unguarded;
use crate::gateway::ids::{Chance, EndpointId, InstitutionId, MessageId};
use crate::gateway::model::{Endpoint, ErrorClass, Event, Format, Order, PayloadMode};
use crate::gateway::profile::Profile;
use crate::gateway::send::{Answer, Parcel, Post};
use crate::gateway::{Gateway, Parts};
use crate::jobs::Jobs;
use crate::jobs::config::JobsConfig;
use crate::model::ids::JobId;
use crate::storage::Store;

/// A receiver that fails with these words.
struct Refuses(&'static str);

#[async_trait]
impl Post for Refuses {
    async fn send(&self, _: &Parcel<'_>, _: Timestamp) -> Answer {
        let error = Some((ErrorClass::Status, "the receiver answered 500".to_owned()));
        Answer { code: 500, error, response: self.0.to_owned(), ..Answer::default() }
    }
}

/// An instance over a store, whose receivers all fail with these words, and its jobs.
pub(crate) fn refused_everywhere(store: &Arc<dyn Store>, clock: &Arc<dyn Clock>, seed: u64, words: &'static str) -> (Gateway, Arc<Jobs>) {
    let jobs = Jobs::new(Arc::clone(store), Arc::clone(clock), JobsConfig::for_testing());
    let parts = Parts {
        store: Arc::clone(store),
        clock: Arc::clone(clock),
        jobs: Arc::clone(&jobs),
        config: GatewayConfig { mode: Mode::On, key: Some("k".repeat(40).into()), ..GatewayConfig::default() },
        has_admin: true,
        chance: Chance::seeded(seed),
        egress: Arc::new(Unguarded),
    };
    (Gateway::with_sender(parts, Box::new(Refuses(words))), jobs)
}

/// An endpoint that takes everything.
pub(crate) fn endpoint() -> Endpoint {
    let at = "2026-11-28T12:00:00Z".parse().unwrap();
    let chance = Chance::seeded(7);
    Endpoint {
        id: EndpointId::new(at, &chance),
        institution: InstitutionId::new(at, &chance),
        uid: None,
        url: "https://receiver.example/hook".to_owned(),
        description: String::new(),
        event_types: None,
        channels: None,
        disabled: false,
        disabled_why: None,
        disabled_at: None,
        metadata: std::collections::BTreeMap::new(),
        rate: None,
        profile: Profile::Standard,
        format: Format::Standard,
        payload: PayloadMode::Full,
        order: Order::None,
        compat: Vec::new(),
        header_names: Vec::new(),
        created: at,
        updated: at,
        generation: 1,
        deleted: false,
    }
}

/// An event of a type.
pub(crate) fn event(event_type: &str) -> Event {
    let at = "2026-11-28T12:00:00Z".parse().unwrap();
    let chance = Chance::seeded(8);
    Event {
        id: MessageId::new(at, &chance),
        institution: InstitutionId::new(at, &chance),
        job: JobId::from_digest([1; 32]),
        event_type: event_type.to_owned(),
        payload: Some("{}".to_owned()),
        raw_body: None,
        event_id: None,
        channels: None,
        tags: None,
        key: None,
        created: at,
        deliver_at: None,
        keep_until: at,
        plan: Vec::new(),
    }
}
