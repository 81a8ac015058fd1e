//! Institutions: the tenants.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::gateway::ids::InstitutionId;

/// What a caller keeps beside an institution or an endpoint.
pub type Metadata = BTreeMap<String, String>;

/// A tenant (Svix: an application; the seeds: a university, a school).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Institution {
    /// Our id.
    pub id: InstitutionId,
    /// The caller's name for it, unique over all institutions.
    #[serde(default)]
    pub uid: Option<String>,
    /// Its name for people.
    pub name: String,
    /// What the caller keeps beside it.
    #[serde(default)]
    pub metadata: Metadata,
    /// Deliveries a second to all its endpoints together, as Svix names it; kept and shown.
    #[serde(default)]
    pub throttle: Option<u32>,
    /// How long payloads of its events are kept, in days; the service's setting when none.
    #[serde(default)]
    pub payload_days: Option<u16>,
    /// When it was created.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// How often it changed; the newest counts.
    pub generation: u64,
    /// It is deleted; kept so that nobody takes an older generation for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

/// What an institution is created with, or replaced by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewInstitution {
    /// Its name for people.
    pub name: String,
    /// The caller's name for it.
    pub uid: Option<String>,
    /// What the caller keeps beside it.
    pub metadata: Metadata,
    /// See [`Institution::throttle`].
    pub throttle: Option<u32>,
    /// See [`Institution::payload_days`].
    pub payload_days: Option<u16>,
}

/// What changes about an institution: `None` keeps a field; where a field may be unset, `Some(None)` unsets it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InstitutionPatch {
    /// Its name.
    pub name: Option<String>,
    /// The caller's name for it.
    pub uid: Option<Option<String>>,
    /// Replaces the whole map.
    pub metadata: Option<Metadata>,
    /// See [`Institution::throttle`].
    pub throttle: Option<Option<u32>>,
    /// See [`Institution::payload_days`].
    pub payload_days: Option<Option<u16>>,
}
