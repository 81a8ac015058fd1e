//! Background tasks.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::gateway::ids::{EndpointId, InstitutionId, MessageId, TaskId};

/// What a background task does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TaskKind {
    /// Resends every event that failed at the endpoint and did not succeed since.
    Recover {
        /// The endpoint.
        endpoint: EndpointId,
        /// From then.
        since: Timestamp,
        /// Until then.
        until: Timestamp,
    },
    /// Sends every event of which no attempt was made at the endpoint.
    ReplayMissing {
        /// The endpoint.
        endpoint: EndpointId,
        /// From then.
        since: Timestamp,
        /// Until then.
        until: Timestamp,
    },
    /// Sends all that fit a filter once more.
    BulkReplay {
        /// The endpoint.
        endpoint: EndpointId,
        /// Which.
        filter: ReplayFilter,
    },
    /// Expunges the payloads of all events of the institution.
    ExpungeAll,
    /// Expunges everything that speaks of a subject.
    Erase {
        /// The keyed hash of the subject.
        subject: String,
    },
    /// Replays all dead letters of an endpoint.
    ReplayDead {
        /// The endpoint.
        endpoint: EndpointId,
    },
    /// Sends these deliveries once more.
    SendAgain {
        /// Which: event and endpoint.
        deliveries: Vec<(MessageId, EndpointId)>,
    },
    /// Counts the messages of institutions over a time, one for each endpoint that they went to.
    Usage {
        /// Of these; of all when none.
        institutions: Option<Vec<InstitutionId>>,
        /// From then.
        since: Timestamp,
        /// Until then.
        until: Timestamp,
    },
    /// Lists the types of all events that are kept.
    UsedTypes,
}

impl TaskKind {
    /// Svix's word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Recover { .. } => "endpoint.recover",
            // Svix has no word for dead letters, and its clients read no other words.
            Self::ReplayMissing { .. } | Self::ReplayDead { .. } => "endpoint.replay",
            Self::BulkReplay { .. } | Self::SendAgain { .. } => "endpoint.bulk-replay",
            Self::ExpungeAll | Self::Erase { .. } => "application.purge_content",
            Self::Usage { .. } => "application.stats",
            Self::UsedTypes => "event-type.aggregate",
        }
    }
}

/// Which events a bulk replay sends once more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplayFilter {
    /// From then.
    pub since: Timestamp,
    /// Until then.
    pub until: Timestamp,
    /// Of these types; of all when none.
    #[serde(default)]
    pub event_types: Option<Vec<String>>,
    /// Of this channel.
    #[serde(default)]
    pub channel: Option<String>,
    /// With this tag.
    #[serde(default)]
    pub tag: Option<String>,
    /// In one of these states at the endpoint; in any when none.
    #[serde(default)]
    pub states: Option<Vec<ReplayState>>,
}

/// The states a bulk replay chooses by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplayState {
    /// Delivered.
    Delivered,
    /// Waiting.
    Waiting,
    /// Dead.
    Dead,
    /// Skipped.
    Skipped,
    /// Cancelled.
    Cancelled,
}

/// How far a background task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// It runs, or waits for its turn.
    Running,
    /// It ended.
    Finished,
    /// It was given up.
    Failed,
}

/// A background task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The institution it works for; none for one that works over all.
    pub institution: Option<InstitutionId>,
    /// What it does.
    pub kind: TaskKind,
    /// How far it is.
    pub status: TaskStatus,
    /// What it did so far, or found: counts by word, and lists.
    #[serde(default)]
    pub data: BTreeMap<String, serde_json::Value>,
    /// When that changed last.
    pub updated: Timestamp,
}
