//! Deliveries: one event for one endpoint, the attempts at it, and what is left when every one failed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::gateway::ids::{AttemptId, EndpointId, InstitutionId, MessageId};
use crate::gateway::model::event::SkipReason;

/// Why a delivery was given up without having failed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The endpoint was disabled while it waited.
    EndpointDisabled,
    /// The endpoint was deleted while it waited.
    EndpointDeleted,
    /// Somebody asked for it.
    Asked,
    /// The payload was expunged while it waited.
    PayloadExpunged,
}

impl CancelReason {
    /// It in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::EndpointDisabled => "given up: the endpoint was disabled",
            Self::EndpointDeleted => "given up: the endpoint was deleted",
            Self::Asked => "given up because somebody asked for it",
            Self::PayloadExpunged => "given up: the payload was taken away",
        }
    }
}

/// What became of an event at an endpoint: always exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", content = "reason", rename_all = "snake_case")]
pub enum DeliveryState {
    /// The endpoint answered 2xx.
    Delivered,
    /// It is tried, or tried again.
    Waiting,
    /// Every try failed; it lies among the dead letters.
    Dead,
    /// It was not meant to be sent.
    Skipped(SkipReason),
    /// It was given up.
    Cancelled(CancelReason),
}

/// One event for one endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// The event.
    pub message: MessageId,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// What became of it.
    pub state: DeliveryState,
    /// Scheduled attempts made.
    pub attempts: u32,
    /// When it is tried next.
    pub next_attempt: Option<Timestamp>,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptStatus {
    /// 2xx.
    Success,
    /// Anything else.
    Failure,
    /// The delivery was given up before it was made.
    Cancelled,
}

/// What started an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The event, or its schedule.
    #[default]
    Scheduled,
    /// A person or a caller.
    Manual,
}

/// Why there was no 2xx, as one stable word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// The answer's status was not 2xx.
    Status,
    /// A redirect, which is never followed.
    Redirect,
    /// The name could not be resolved.
    Dns,
    /// The guard refuses the address.
    Blocked,
    /// No connection.
    Connect,
    /// The TLS handshake failed: a certificate that is not trusted, not valid now, or for another name.
    TlsCertificate,
    /// The receiver speaks no TLS that is safe today.
    TlsUnsupported,
    /// No whole answer in time.
    Timeout,
    /// The connection broke, or what came is no HTTP.
    Protocol,
    /// The request could not be made (too large, a header that cannot be sent, the secret cannot be opened).
    Unsendable,
}

impl ErrorClass {
    /// The word in records and lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Redirect => "redirect",
            Self::Dns => "dns",
            Self::Blocked => "blocked",
            Self::Connect => "connect",
            Self::TlsCertificate => "tls_certificate",
            Self::TlsUnsupported => "tls_unsupported",
            Self::Timeout => "timeout",
            Self::Protocol => "protocol",
            Self::Unsendable => "unsendable",
        }
    }
}

/// One attempt at one delivery: a line of a segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its id, by time.
    pub id: AttemptId,
    /// The event.
    pub message: MessageId,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// The institution.
    pub institution: InstitutionId,
    /// The event's type.
    pub event_type: String,
    /// The event's channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<Vec<String>>,
    /// The event's tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The URL that was used.
    pub url: String,
    /// The endpoint's generation that was used.
    pub generation: u64,
    /// Which scheduled try, from 1; 0 for a manual one.
    pub number: u32,
    /// What started it.
    pub trigger: Trigger,
    /// How it ended.
    pub status: AttemptStatus,
    /// The answer's status; 0 without an answer.
    pub code: u16,
    /// How long it took.
    pub ms: u64,
    /// When it began.
    pub at: Timestamp,
    /// Why there was no 2xx.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorClass>,
    /// The same in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_text: Option<String>,
    /// The address that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// The first 4 KiB of the answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub response: String,
    /// The answer's headers, as read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub response_headers: Vec<(String, String)>,
    /// The delivery's state after it.
    #[serde(default = "waiting")]
    pub then: DeliveryState,
    /// When the delivery is tried next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt: Option<Timestamp>,
}

fn waiting() -> DeliveryState {
    DeliveryState::Waiting
}

/// A delivery of which every try failed, or whose receiver said that it is gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The event.
    pub message: MessageId,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// The institution.
    pub institution: InstitutionId,
    /// The event's type.
    pub event_type: String,
    /// What was wrong at last.
    pub error: DeadError,
    /// Scheduled attempts made.
    pub attempts: u32,
}

/// Seed 003's words for why a letter is dead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadError {
    /// The last failure.
    pub message: String,
    /// The chain of causes; no secrets.
    pub stack: String,
    /// When.
    pub timestamp: Timestamp,
}
