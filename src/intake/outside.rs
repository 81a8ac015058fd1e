//! The seam for asking others over HTTP: platforms' APIs, key sets, transcriptions.
//!
//! Intake names what it wants; the composition root fills the seam with the one HTTP client, and with the guard before it for addresses that strangers can name.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use url::Url;

/// Who named an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    /// The operator, in the settings: it may lie in their own network.
    Operator,
    /// A call from outside: it goes through the guard.
    Stranger,
}

/// What is sent along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// Nothing: a GET.
    Nothing,
    /// A form: a POST.
    Form(Vec<(String, String)>),
    /// A body of this media type: a POST.
    Body(&'static str, Vec<u8>),
}

/// A question.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Whom.
    pub url: Url,
    /// Who named the address.
    pub named_by: NamedBy,
    /// The bearer token.
    pub bearer: Option<SecretString>,
    /// What is sent along.
    pub sent: Sent,
    /// The largest answer that is read.
    pub most_bytes: usize,
    /// Time for all of it.
    pub time_limit: Duration,
}

impl Ask {
    /// A GET within limits that suit an API.
    pub fn get(url: Url, named_by: NamedBy) -> Self {
        Self { url, named_by, bearer: None, sent: Sent::Nothing, most_bytes: 4 << 20, time_limit: Duration::from_secs(15) }
    }

    /// With a bearer token.
    #[must_use]
    pub fn with_bearer(mut self, token: Option<SecretString>) -> Self {
        self.bearer = token;
        self
    }
}

/// An answer, whatever its status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case; values that are no text are left out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answered {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// How long the other side asks to be left alone, in whole or broken seconds.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds: f64 = self.header("retry-after")?.trim().parse().ok()?;
        Duration::try_from_secs_f64(seconds).ok()
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutsideError {
    /// The address is one that must not be asked; which rule says so.
    #[error("the address is refused: {0}")]
    Refused(String),
    /// The answer is larger than any.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// Nobody answered, or not in time.
    #[error("no answer: {0}")]
    NoAnswer(String),
}

/// Asks others.
#[async_trait]
pub trait Outside: Send + Sync {
    /// Asks, and reads the whole answer; redirects are not followed.
    ///
    /// # Errors
    /// [`OutsideError`]; an answer of any status is `Ok`.
    async fn ask(&self, ask: &Ask) -> Result<Answered, OutsideError>;
}
