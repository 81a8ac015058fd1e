//! Endpoints: where events of an institution are sent, and how.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::gateway::ids::{EndpointId, InstitutionId};
use crate::gateway::model::institution::Metadata;
use crate::gateway::profile::Profile;

/// Where events of an institution are sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Our id.
    pub id: EndpointId,
    /// The institution.
    pub institution: InstitutionId,
    /// The caller's name for it, unique within the institution.
    #[serde(default)]
    pub uid: Option<String>,
    /// Where to, as the URL parser wrote it.
    pub url: String,
    /// What people say of it.
    #[serde(default)]
    pub description: String,
    /// Which events, as names or dotted globs (`*` one part, `**` any number); all when none.
    #[serde(default)]
    pub event_types: Option<Vec<String>>,
    /// Only events of one of these channels; all when none.
    #[serde(default)]
    pub channels: Option<Vec<String>>,
    /// It is sent nothing.
    #[serde(default)]
    pub disabled: bool,
    /// Why it is disabled.
    #[serde(default)]
    pub disabled_why: Option<DisabledWhy>,
    /// Since when it is disabled.
    #[serde(default)]
    pub disabled_at: Option<Timestamp>,
    /// What the caller keeps beside it.
    #[serde(default)]
    pub metadata: Metadata,
    /// Deliveries a second at most; the service's default when none.
    #[serde(default)]
    pub rate: Option<u32>,
    /// How failing deliveries are tried again.
    #[serde(default)]
    pub profile: Profile,
    /// What the body looks like.
    #[serde(default)]
    pub format: Format,
    /// How much of the event the body holds.
    #[serde(default)]
    pub payload: PayloadMode,
    /// Whether deliveries keep the order of their events.
    #[serde(default)]
    pub order: Order,
    /// Signatures of older schemes beside the standard ones.
    #[serde(default)]
    pub compat: Vec<CompatHeader>,
    /// The names of its custom headers; the values are sealed.
    #[serde(default)]
    pub header_names: Vec<String>,
    /// When it was created.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// How often it changed; the newest counts.
    pub generation: u64,
    /// It is deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

impl Endpoint {
    /// Whether its receiver was written after one of the documents, which take a secret's own characters as the key.
    pub fn takes_plain(&self) -> bool {
        self.format.takes_plain()
    }
}

impl Format {
    /// See [`Endpoint::takes_plain`].
    pub fn takes_plain(self) -> bool {
        matches!(self, Self::Grade | Self::Named)
    }
}

/// Why an endpoint is disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisabledWhy {
    /// Somebody asked for it.
    Asked,
    /// The receiver answered 410 Gone.
    Gone,
    /// Every attempt failed for five days.
    Failing,
}

/// What the body of a delivery looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Standard Webhooks: `{"type","timestamp","data"}`.
    #[default]
    Standard,
    /// Seed 000: `{"student_id","course_id","grade"}`.
    Grade,
    /// Seed 001: `{"event","data"}`.
    Named,
    /// The payload's bytes as the caller wrote them (seed 004, Svix).
    Raw,
}

/// How much of the event a body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayloadMode {
    /// All of it.
    #[default]
    Full,
    /// Ids only; the receiver asks for the rest, so that access to personal data is seen.
    Thin,
}

/// Whether deliveries keep the order of their events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// They go as they come; a failed one is overtaken.
    #[default]
    None,
    /// Events with the same key ([`NewEvent::key`](crate::gateway::model::NewEvent::key)) keep their order: a failed one holds the later ones back.
    ByKey,
}

/// A signature of an older scheme, sent beside the standard ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompatHeader {
    /// `X-Webhook-Signature: sha256=<hex>`.
    WebhookSignature,
    /// `X-Signature: <hex>`.
    Signature,
    /// `X-Hub-Signature-256: sha256=<hex>`.
    HubSignature256,
}

/// What an endpoint is created with, or replaced by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewEndpoint {
    /// Where to.
    pub url: String,
    /// The caller's name for it.
    pub uid: Option<String>,
    /// What people say of it.
    pub description: String,
    /// Which events.
    pub event_types: Option<Vec<String>>,
    /// Which channels.
    pub channels: Option<Vec<String>>,
    /// Created disabled.
    pub disabled: bool,
    /// What the caller keeps beside it.
    pub metadata: Metadata,
    /// Deliveries a second.
    pub rate: Option<u32>,
    /// How failing deliveries are tried again.
    pub profile: Profile,
    /// What the body looks like.
    pub format: Format,
    /// How much of the event the body holds.
    pub payload: PayloadMode,
    /// Whether deliveries keep the order of their events.
    pub order: Order,
    /// Signatures of older schemes.
    pub compat: Vec<CompatHeader>,
    /// Custom headers; only when created.
    pub headers: BTreeMap<String, String>,
    /// The caller's own secret (`whsec_…`, or text whose characters are the key where [`Endpoint::takes_plain`] or [`Self::plain`]); made here when none. Only when created.
    pub secret: Option<String>,
    /// The secret's own characters are the key, whatever the body looks like. Only when created.
    pub plain: bool,
    /// Also sign with an Ed25519 key (`v1a`). Only when created.
    pub ed25519: bool,
}

/// What changes about an endpoint; as [`InstitutionPatch`](crate::gateway::model::InstitutionPatch).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EndpointPatch {
    /// Where to.
    pub url: Option<String>,
    /// The caller's name for it.
    pub uid: Option<Option<String>>,
    /// What people say of it.
    pub description: Option<String>,
    /// Which events.
    pub event_types: Option<Option<Vec<String>>>,
    /// Which channels.
    pub channels: Option<Option<Vec<String>>>,
    /// Enables or disables it.
    pub disabled: Option<bool>,
    /// Replaces the whole map.
    pub metadata: Option<Metadata>,
    /// Deliveries a second.
    pub rate: Option<Option<u32>>,
    /// How failing deliveries are tried again.
    pub profile: Option<Profile>,
    /// What the body looks like.
    pub format: Option<Format>,
    /// How much of the event the body holds.
    pub payload: Option<PayloadMode>,
    /// Whether deliveries keep the order of their events.
    pub order: Option<Order>,
    /// Signatures of older schemes.
    pub compat: Option<Vec<CompatHeader>>,
}
