//! What asking a platform's API has in common: which answers can be waited for, and which a person must fix.

use serde_json::Value;

use crate::intake::outside::{Answered, OutsideError};
use crate::intake::submissions::{FetchError, RetryAdvice};

/// The platform was never set up to be asked.
pub(in crate::intake) fn not_configured(platform: &str, settings: &str) -> FetchError {
    FetchError {
        cause: "platform_not_configured",
        message: format!("{platform} cannot be asked for the answers: set {settings} (docs/platforms.md)"),
        advice: RetryAdvice::Person,
    }
}

/// The platform answered something that it never should.
pub(in crate::intake) fn odd(platform: &str, what: &str) -> FetchError {
    FetchError {
        cause: "platform_malformed",
        message: format!("{platform} answered with {what}; nothing is sent on the strength of that answer"),
        advice: RetryAdvice::Person,
    }
}

/// An answer that can be read, or why there is none.
pub(in crate::intake) fn checked(platform: &str, answer: Result<Answered, OutsideError>) -> Result<Answered, FetchError> {
    let (cause, message, advice) = match answer {
        Ok(answer) if (200..300).contains(&answer.status) => return Ok(answer),
        Ok(answer) => {
            let wait = RetryAdvice::Time(answer.retry_after());
            match answer.status {
                401 => (
                    "platform_unauthorized",
                    "refuses the token: make a new one and put it into the settings".to_owned(),
                    RetryAdvice::Person,
                ),
                // Canvas answers so when too many calls came.
                403 if is_throttled(&answer) => ("platform_rate_limited", "asks for fewer calls".to_owned(), wait),
                403 => (
                    "platform_forbidden",
                    "does not let the token's owner see this; give them a teacher's rights in the course".to_owned(),
                    RetryAdvice::Person,
                ),
                404 => (
                    "platform_not_found",
                    "does not know the quiz or the submission, or the token's owner may not see it".to_owned(),
                    RetryAdvice::Person,
                ),
                408 | 425 | 429 => ("platform_rate_limited", "asks for fewer calls".to_owned(), wait),
                status if status >= 500 => ("platform_unavailable", format!("fails with status {status}"), wait),
                status => ("platform_refused", format!("answers with status {status}"), RetryAdvice::Person),
            }
        }
        Err(error @ OutsideError::NoAnswer(_)) => ("platform_unavailable", format!("cannot be reached: {error}"), RetryAdvice::Time(None)),
        Err(error) => ("platform_refused", format!("cannot be asked: {error}"), RetryAdvice::Person),
    };
    Err(FetchError { cause, message: format!("{platform} {message}"), advice })
}

fn is_throttled(answer: &Answered) -> bool {
    let is_used_up = answer.header("x-rate-limit-remaining").and_then(|left| left.parse::<f64>().ok()).is_some_and(|left| left <= 0.0);
    is_used_up || answer.body.windows(b"Rate Limit Exceeded".len()).any(|part| part == b"Rate Limit Exceeded")
}

/// An answer's JSON.
pub(in crate::intake) fn json(platform: &str, answer: &Answered) -> Result<Value, FetchError> {
    serde_json::from_slice(&answer.body).map_err(|_| FetchError {
        // A login page or a proxy's words pass.
        cause: "platform_unavailable",
        message: format!("{platform} answered with something else than JSON; is the address in the settings that of the school?"),
        advice: RetryAdvice::Time(None),
    })
}
