//! What every kind of object tells of a person. The match has no default: a new kind of object is classified, or nothing compiles.

use crate::storage::key::ObjectKey;

/// What an object tells of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// It tells who and what: it is found by `holdings`, given out and erased.
    Personal,
    /// It names a person by a number or a hash only, or counts among others.
    Pseudonymous,
    /// Nothing.
    Nothing,
}

/// What an object tells of a person.
pub fn class(key: &ObjectKey<'_>) -> Class {
    match key {
        ObjectKey::Report { .. }
        | ObjectKey::Processed { .. }
        | ObjectKey::JobRecord { .. }
        | ObjectKey::JobFolder { .. }
        | ObjectKey::Feed { .. }
        | ObjectKey::Outbox(_)
        | ObjectKey::Unfolded { .. }
        | ObjectKey::Result { .. }
        | ObjectKey::Uncounted { .. }
        | ObjectKey::CohortMembers { .. }
        | ObjectKey::Claim { .. }
        | ObjectKey::FirstReport { .. }
        | ObjectKey::PlanPart { .. }
        | ObjectKey::Uncopied { .. }
        | ObjectKey::Alerts
        | ObjectKey::AlertWaiting { .. }
        | ObjectKey::PlatformRecord { .. }
        | ObjectKey::PlatformRecords { .. }
        | ObjectKey::PlatformText { .. }
        | ObjectKey::SchoolStudents
        // The index removes its copies itself when it forgets somebody.
        | ObjectKey::Index { .. }
        | ObjectKey::OpenErasure { .. } => Class::Personal,
        ObjectKey::Due { .. }
        | ObjectKey::Newest { .. }
        // Whoever shares entries tells no more than which job ended and when.
        | ObjectKey::SharedFeed { .. }
        | ObjectKey::Ended { .. }
        | ObjectKey::CohortSummary { .. }
        | ObjectKey::TextChange { .. }
        | ObjectKey::Idempotency { .. }
        | ObjectKey::Erasure { .. }
        | ObjectKey::Wish { .. }
        | ObjectKey::ErasedClaim { .. }
        | ObjectKey::CameBack { .. }
        | ObjectKey::Audit { .. }
        | ObjectKey::AuditFailed { .. }
        | ObjectKey::Bulk { .. } => Class::Pseudonymous,
        // People of the school, who sign in; not students.
        ObjectKey::Person(_)
        | ObjectKey::LinkUsed(_)
        | ObjectKey::SessionEpoch
        | ObjectKey::PortalEnd { .. }
        | ObjectKey::Template(_)
        | ObjectKey::Question(_)
        | ObjectKey::Assessments
        | ObjectKey::Draft { .. }
        | ObjectKey::FileVersion { .. }
        | ObjectKey::LastGood { .. }
        | ObjectKey::Repaired
        | ObjectKey::Wake { .. }
        | ObjectKey::Cursor
        | ObjectKey::AlertSent { .. }
        | ObjectKey::Refusals { .. }
        | ObjectKey::ApiKey { .. }
        | ObjectKey::ApiKeyRevoked { .. }
        | ObjectKey::ApiKeyUsed { .. }
        | ObjectKey::TokenSalt
        | ObjectKey::Retention
        | ObjectKey::StudentKey
        | ObjectKey::PrivacyKey => Class::Nothing,
    }
}
