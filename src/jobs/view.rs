//! A job with all that its records tell, for people and for what decides about parked jobs.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;

/// A job as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JobView {
    /// The job.
    pub id: JobId,
    /// `waiting`, `running`, `done`, `parked` or `dead`; `unreadable` when its records are damaged.
    pub state: &'static str,
    /// What kind of job it is.
    pub kind: String,
    /// The lane it runs in.
    pub lane: LaneName,
    /// The verified source of its event.
    pub source: String,
    /// When its event was received.
    pub received_at: Timestamp,
    /// The current round, from 1.
    pub round: u32,
    /// Attempts begun so far, over all rounds.
    pub attempts: u32,
    /// When it is tried next, while it waits.
    pub due: Option<Timestamp>,
    /// Why it waits, parked or died.
    pub cause: Option<Cause>,
    /// The same in words.
    pub message: Option<String>,
    /// When its round ended.
    pub ended_at: Option<Timestamp>,
    /// What the handler told about a job that is done.
    pub summary: Value,
    /// The steps recorded so far.
    pub steps: Vec<String>,
    /// What the handler works on; it holds personal data and is for the operator's eyes only.
    pub payload: Value,
}
