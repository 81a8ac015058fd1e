//! What the room's tests are made of.

use crate::gateway::ids::{Chance, EndpointId, InstitutionId, MessageId};
use crate::gateway::model::{Endpoint, Event, Format, Order, PayloadMode};
use crate::gateway::profile::Profile;
use crate::model::ids::JobId;

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
