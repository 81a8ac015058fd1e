//! The seam for platforms.

use secrecy::SecretString;

use crate::intake::event::{IntakeEvent, Rejection};

/// A request's headers as intake sees them: names in lower case, values as text (a value that is no text is left out).
pub type Headers<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

/// What a source needs to verify a call.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// The current secret; `None` only with `allow_unsigned`.
    pub current: Option<SecretString>,
    /// The secret before the last rotation, still accepted.
    pub previous: Option<SecretString>,
    /// Development only: take calls without a signature.
    pub allow_unsigned: bool,
}

/// The environment variables a source's secret comes from; each also as `<NAME>_FILE`.
#[derive(Debug, Clone, Copy)]
pub struct SecretVariables {
    /// The current secret: the variable's own name first, then the names older installations use.
    pub current: &'static [&'static str],
    /// The secret before the last rotation.
    pub previous: &'static [&'static str],
}

/// A platform that calls us.
///
/// # Adding a platform
/// 1. Write `intake/sources/<name>/` with a type implementing this trait; wire types stay private to it.
/// 2. Add one row to `ALL` in `intake/sources/mod.rs`.
/// 3. Put `valid` and `bad_signature` fixtures into `test_data/webhooks/<name>/`; a test walks the registry and fails without them.
pub trait Source: Send + Sync {
    /// The stable name, used in keys, logs and configuration.
    fn name(&self) -> &'static str;

    /// Where its secret is configured.
    fn secret_variables(&self) -> SecretVariables;

    /// Checks that the call is authentic, over the raw bytes, in constant time.
    ///
    /// # Errors
    /// [`Rejection::Unauthorized`], saying nothing about why to the caller.
    fn verify(&self, headers: Headers<'_>, body: &[u8], secrets: &Secrets) -> Result<(), Rejection>;

    /// Understands an authentic body.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] only when the body is not a JSON object; everything else is an event, if only an ignored one.
    fn parse(&self, body: &[u8]) -> Result<IntakeEvent, Rejection>;
}
