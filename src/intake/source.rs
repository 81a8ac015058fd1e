//! The seam for platforms.

use async_trait::async_trait;
use secrecy::SecretString;

use crate::intake::event::{IntakeEvent, Rejection};
use crate::intake::scores::Scores;
use crate::intake::submissions::Submissions;

/// A request's headers as intake sees them: names in lower case, values as text (a value that is no text is left out).
///
/// What the request's path and method tell stands under names that no header can have: [`PATH_SECRET`], [`PATH_SERVICE`], [`PATH_TYPE`], [`STATEMENT_ID`].
pub type Headers<'a> = &'a (dyn Fn(&str) -> Option<&'a str> + Send + Sync);

/// The secret that is part of the path.
pub const PATH_SECRET: &str = ":secret";
/// The service that the path names.
pub const PATH_SERVICE: &str = ":service";
/// The event type that the path names.
pub const PATH_TYPE: &str = ":type";
/// The id that `?statementId=` names.
pub const STATEMENT_ID: &str = ":statement-id";

/// What a source needs to verify a call.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// The current secret; `None` only with `allow_unsigned`.
    pub current: Option<SecretString>,
    /// The secret before the last rotation, still accepted.
    pub previous: Option<SecretString>,
    /// A key that may stand in a header instead of a signature, for sources that have one.
    pub key: Option<SecretString>,
    /// Development only: take calls without a signature.
    pub allow_unsigned: bool,
}

impl Secrets {
    /// The secrets to try, the current one first.
    pub fn all(&self) -> impl Iterator<Item = &SecretString> {
        self.current.iter().chain(&self.previous)
    }

    /// Whether there is anything to verify a call with.
    pub fn is_empty(&self) -> bool {
        self.current.is_none() && self.previous.is_none() && self.key.is_none()
    }
}

/// The environment variables a source's secret comes from; each also as `<NAME>_FILE`.
#[derive(Debug, Clone, Copy)]
pub struct SecretVariables {
    /// The current secret: the variable's own name first, then the names older installations use.
    pub current: &'static [&'static str],
    /// The secret before the last rotation.
    pub previous: &'static [&'static str],
}

/// What the headers of a call prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The caller knows the secret.
    Whole,
    /// The caller may know the secret: the signature is over the body.
    NeedsBody,
}

/// A platform that calls us, and that we can ask.
///
/// # Adding a platform
/// 1. Write `intake/sources/<name>/` with a type implementing this trait and [`Submissions`]; wire types stay private to it.
/// 2. Add one row to `platforms!` in `intake/sources/mod.rs`.
/// 3. Put `valid` and `bad_signature` fixtures into `test_data/webhooks/<name>/`; a test walks the registry and fails without them.
#[async_trait]
pub trait Source: Submissions {
    /// The stable name, used in keys, logs and configuration.
    fn name(&self) -> &'static str;

    /// Where its secret is configured.
    fn secret_variables(&self) -> SecretVariables;

    /// The headers a signature may stand in, lower case.
    fn signature_headers(&self) -> &'static [&'static str];

    /// What the headers alone say: a caller that cannot be authentic is refused before its body is read.
    ///
    /// # Errors
    /// [`Rejection::Unauthorized`], saying nothing about why to the caller.
    fn verify_headers(&self, headers: Headers<'_>, secrets: &Secrets) -> Result<Proof, Rejection>;

    /// The route of its own, where its calls come by POST and nothing of the path or of the answer is special to it; others have a row in `http/platform/doors`.
    fn own_route(&self) -> Option<&'static str> {
        None
    }

    /// Whether calls of this source can be verified at all; a source that is off does not answer.
    fn is_on(&self, secrets: &Secrets) -> bool {
        !secrets.is_empty() || secrets.allow_unsigned
    }

    /// Whether unsigned calls may be taken in development (`ALLOW_UNSIGNED_WEBHOOKS`).
    fn may_be_unsigned(&self) -> bool {
        false
    }

    /// Whether the call is for somebody this source knows; asked once it was verified, so that the time it takes tells nothing.
    fn knows(&self, _headers: Headers<'_>) -> bool {
        true
    }

    /// Whether a call whose effect was claimed before is refused, as a token that may be used once.
    fn refuses_replays(&self) -> bool {
        false
    }

    /// Whether an event whose id was used before for other content is a conflict.
    fn refuses_other_content(&self) -> bool {
        false
    }

    /// The way back to the platform's gradebook, where it is configured.
    fn scores(&self) -> Option<&dyn Scores> {
        None
    }

    /// Fetches what verifying this call needs and what may have changed: the keys of a platform that signs with new ones.
    async fn prepare(&self, _headers: Headers<'_>, _body: &[u8]) {}

    /// Checks that the call is authentic, over the raw bytes, in constant time.
    ///
    /// # Errors
    /// [`Rejection::Unauthorized`], saying nothing about why to the caller.
    fn verify(&self, headers: Headers<'_>, body: &[u8], secrets: &Secrets) -> Result<(), Rejection>;

    /// Understands an authentic body; decoded, it may be at most `most` bytes long. Some platforms send several events in one call.
    ///
    /// # Errors
    /// When it cannot be decoded or is none of what the source takes; of a platform's own door a body in which nothing can be read is an event, too.
    fn parse(&self, headers: Headers<'_>, body: &[u8], most: usize) -> Result<Vec<IntakeEvent>, Rejection>;
}
