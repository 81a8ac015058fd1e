//! The one event the rest of the service knows.

use crate::model::completion::Completion;

/// An authentic call of a platform, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct IntakeEvent {
    /// The source that verified it (`learnworlds`).
    pub source: &'static str,
    /// SHA-256 of the raw body as hex: catches exact repeats.
    pub delivery_key: String,
    /// What it says.
    pub kind: EventKind,
}

/// What an authentic call says.
#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    /// A student finished an assessment, and the assessment can be found.
    Completed {
        /// Who finished what.
        completion: Box<Completion>,
        /// What makes two events the same effect (durability.md "Records"): source, student, assessment and submission; two events with the same key give one report.
        effect_key: String,
    },
    /// A completion that a retry cannot mend (no assessment reference, no student): recorded and shown to a person.
    Unusable {
        /// What could be read all the same.
        completion: Box<Completion>,
        /// As for `Completed`.
        effect_key: String,
        /// A stable word for the cause (`no_assessment`, `no_student`).
        cause: &'static str,
        /// What is missing, in words for the operator.
        message: String,
    },
    /// Any other platform event: acknowledged, nothing to do.
    Ignored {
        /// Why, for the answer and the log; the event's type, never its values.
        reason: String,
    },
}

/// Why a call is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The signature is missing or wrong; the caller learns nothing more.
    #[error("Invalid signature")]
    Unauthorized {
        /// The class of the reason, for our own log and counters only (`missing_header`, `mismatch`).
        reason: &'static str,
    },
    /// The body is not JSON, or no object.
    #[error("{message}")]
    Malformed {
        /// What is wrong, where.
        message: String,
    },
}
