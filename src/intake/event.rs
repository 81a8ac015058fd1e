//! The one event the rest of the service knows.

use unicode_normalization::UnicodeNormalization as _;

use crate::model::completion::Completion;
use crate::model::platform_event::PlatformEvent;
use crate::signing;

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
        /// What makes two events the same effect: source, student, assessment and submission; two events with the same key give one report.
        effect_key: String,
    },
    /// A completion that a retry cannot fix (no assessment reference, no student): recorded and shown to a person.
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
    /// An authentic body in which nothing can be read: kept, and shown to a person.
    Unreadable {
        /// What is wrong with it, and where.
        message: String,
    },
    /// Something else that is worth keeping: a grade, a member, a piece of content.
    Recorded {
        /// What happened.
        event: Box<PlatformEvent>,
        /// What makes two calls the same event.
        effect_key: String,
    },
    /// A call that tries the line (`test.event`): answered, and nothing kept.
    Ping,
    /// Any other platform event: acknowledged, nothing to do.
    Ignored {
        /// Why, for the answer and the log; the event's type, never its values.
        reason: String,
    },
}

/// What makes two completions the same effect: source, student, assessment, and the submission's id or time; `otherwise` (the hash of the body) stands in when the event names neither.
///
/// A digest, so that the key can be logged and used in paths without telling who it is about.
pub fn effect_key(completion: &Completion, otherwise: &str) -> String {
    let student = &completion.student;
    let assessment = &completion.assessment;
    let instance = match (&completion.submission_id, completion.submitted_at) {
        (Some(id), _) => format!("submission:{id}"),
        (None, Some(time)) => format!("time:{time}"),
        (None, None) => format!("otherwise:{otherwise}"),
    };
    let parts = [
        completion.source.clone(),
        named("id", student.id.as_ref()).or_else(|| named("email", student.email.as_ref())).unwrap_or_default(),
        named("id", assessment.id.as_ref()).or_else(|| named("title", assessment.title.as_ref())).unwrap_or_default(),
        instance,
    ];
    // Each part carries its length, so that no text can pretend to be two parts.
    let material = parts.map(|part| format!("{}:{part}", part.len())).join(";");
    format!("{}-{}", completion.source, signing::sha256_hex(material.as_bytes()))
}

/// The effect key of an event that has an id of its own, or of its content where it has none; a digest, as ids may be personal.
pub fn event_key(source: &str, id: &str) -> String {
    format!("{source}-event-{}", signing::sha256_hex(id.as_bytes()))
}

/// A part of the key; case and the way accents are written make no difference.
fn named(kind: &str, text: Option<&String>) -> Option<String> {
    let folded: String = text?.nfc().flat_map(char::to_lowercase).collect();
    Some(format!("{kind}:{folded}"))
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
    /// The type of event is none that this door takes.
    #[error("Unknown event type")]
    UnknownType,
    /// The body is well formed, but speaks of a version or with values that are not taken.
    #[error("{message}")]
    Unprocessable {
        /// What is wrong, and what is taken.
        message: String,
    },
    /// The body is not what its headers say.
    #[error("{message}")]
    Malformed {
        /// What is wrong.
        message: String,
    },
    /// The body comes in a form that we do not read.
    #[error("{message}")]
    Unsupported {
        /// What it is, and what to send instead.
        message: String,
    },
    /// The body is too large once it is decoded.
    #[error("The body is larger than {most} bytes")]
    TooLarge {
        /// The limit in bytes.
        most: usize,
    },
}
