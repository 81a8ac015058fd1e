//! What may go wrong with the platform's API, by what the caller does next.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::Value;

use crate::intake::wire::{self, Fields};

/// Why a call to the API gave no answer. Messages say what to do, and hold neither tokens nor anything about students.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// The API is not configured.
    #[error("the LearnWorlds API is not configured: set SCHOOL_DOMAIN, CLIENT_ID and CLIENT_SECRET (or ACCESS_TOKEN)")]
    NotConfigured,
    /// 401: the token or the client is wrong or expired; a person must act.
    #[error("{message}")]
    Unauthorized {
        /// What to do.
        message: String,
    },
    /// 403: the school's plan or the client's permissions do not allow the call; a person must act.
    #[error("{message}")]
    Forbidden {
        /// What to do.
        message: String,
    },
    /// 404: there is no such thing; a person must act.
    #[error("{message}")]
    NotFound {
        /// What was not found.
        message: String,
    },
    /// Any other refusal that a repetition does not fix (400, 422, a redirect).
    #[error("{message}")]
    Invalid {
        /// What was refused, in the platform's words where they are harmless.
        message: String,
    },
    /// 429, or our own limiter: come back later.
    #[error("LearnWorlds allows 30 calls in 10 seconds and more are waiting; the call is repeated later")]
    RateLimited {
        /// When to come back, if known.
        retry_after: Option<Duration>,
    },
    /// 5xx, a time limit, no connection: come back later.
    #[error("{message}")]
    Unavailable {
        /// When to come back, if the platform said.
        retry_after: Option<Duration>,
        /// What happened.
        message: String,
    },
    /// A page that guards the platform stands in place of the answer: come back later, and tell a person when it stays.
    #[error(
        "a protection page (Cloudflare or the like, status {status}) answers in place of the LearnWorlds API: have this service's address allowed there, or set SCHOOL_DOMAIN to the school's own host at learnworlds.com; jobs go on by themselves then"
    )]
    Blocked {
        /// The status it came with.
        status: u16,
    },
    /// An answer of a size that no honest one has.
    #[error("{message}")]
    Oversized {
        /// What was asked for.
        message: String,
    },
    /// An answer that is not what the API promises (HTML, an empty body, no `data`).
    #[error("{message}")]
    Malformed {
        /// What was there instead.
        message: String,
    },
}

impl ApiError {
    /// A stable word for the cause, for grouping alerts.
    pub fn cause(&self) -> &'static str {
        match self {
            Self::NotConfigured => "platform_not_configured",
            Self::Unauthorized { .. } => "platform_unauthorized",
            Self::Forbidden { .. } => "platform_forbidden",
            Self::NotFound { .. } => "platform_not_found",
            Self::Invalid { .. } => "platform_refused",
            Self::RateLimited { .. } => "platform_rate_limited",
            Self::Unavailable { .. } => "platform_unavailable",
            Self::Blocked { .. } => "platform_blocked",
            Self::Oversized { .. } => "platform_oversized",
            Self::Malformed { .. } => "platform_malformed",
        }
    }

    /// Whether the same call may succeed later without anyone acting.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. } | Self::Unavailable { .. } | Self::Blocked { .. } | Self::Oversized { .. } | Self::Malformed { .. }
        )
    }

    /// When the platform asked to be called again.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// An answer that is no success, as far as it matters.
pub(super) struct Refusal<'a> {
    /// The HTTP status.
    pub(super) status: u16,
    /// The `Retry-After` header.
    pub(super) retry_after: Option<&'a str>,
    /// The body, of any kind.
    pub(super) body: &'a [u8],
    /// What was asked for, in words (`the assessment's responses`).
    pub(super) what: &'a str,
}

impl Refusal<'_> {
    /// What the refusal means to the caller.
    pub(super) fn into_error(self, now: Timestamp) -> ApiError {
        let words = platform_words(self.body);
        let said = words.as_ref().map(|words| format!(" It said: {words}.")).unwrap_or_default();
        let (status, what) = (self.status, self.what);
        let retry_after = self.retry_after.and_then(|value| parse_retry_after(value, now));
        match status {
            // The platform answers 401 to an id it cannot read, too; a new token would not help.
            401 if words.as_ref().is_some_and(|words| words.to_lowercase().contains("invalid object id")) => ApiError::NotFound {
                message: format!("LearnWorlds cannot read the id when asked for {what}; check the assessment's id.{said}"),
            },
            401 => ApiError::Unauthorized {
                message: format!(
                    "LearnWorlds refused the access token (401). Make a new one in the school (Settings > Developers > API) and set ACCESS_TOKEN, or set CLIENT_SECRET so that tokens renew themselves.{said}"
                ),
            },
            403 => ApiError::Forbidden {
                message: format!(
                    "LearnWorlds forbids {what} (403). Its API needs the plan Learning Center or higher, and the API client must be allowed to read it.{said}"
                ),
            },
            404 => ApiError::NotFound {
                message: format!(
                    "LearnWorlds does not know {what} (404). Check SCHOOL_DOMAIN and the id that the event or the settings name.{said}"
                ),
            },
            429 => ApiError::RateLimited { retry_after },
            300..=399 => ApiError::Invalid {
                message: format!(
                    "LearnWorlds answered with a redirect ({status}) when asked for {what}. Set SCHOOL_DOMAIN to the host the school answers on."
                ),
            },
            500.. => ApiError::Unavailable { retry_after, message: format!("LearnWorlds could not give {what} ({status}).{said}") },
            _ => ApiError::Invalid { message: format!("LearnWorlds refused {what} ({status}).{said}") },
        }
    }
}

/// Words of pages that ask whether a person is there (Cloudflare, Imperva, Sucuri, Akamai, hosters).
const CHALLENGES: [&str; 10] = [
    "just a moment",
    "challenge-platform",
    "cf-chl",
    "attention required",
    "captcha",
    "checking your browser",
    "enable javascript and cookies",
    "incapsula",
    "sucuri",
    "access denied",
];
/// So much of a page is looked at.
const LOOKED_AT: usize = 16 * 1024;

/// Whether a body is a web page.
pub(super) fn is_page(body: &[u8]) -> bool {
    let start: Vec<u8> = body.iter().copied().skip_while(u8::is_ascii_whitespace).take(15).map(|b| b.to_ascii_lowercase()).collect();
    [&b"<!doctype html"[..], b"<html", b"<head", b"<!--"].iter().any(|page| start.starts_with(page))
}

/// Whether a page stands between us and the platform.
pub(super) fn is_challenge(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT)]).to_lowercase();
    is_page(body) && CHALLENGES.iter().any(|words| start.contains(words))
}

/// Longest silence a server may ask of us.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);

/// Seconds or an HTTP date (RFC 9110, section 10.2.3), at most an hour.
fn parse_retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    let wait = if let Ok(seconds) = value.parse::<f64>() {
        Duration::try_from_secs_f64(seconds).ok()?
    } else {
        let date = rfc2822::parse(value).ok()?.timestamp();
        // A date in the past means now.
        Duration::try_from(date.duration_since(now)).unwrap_or_default()
    };
    Some(wait.min(LONGEST_RETRY_AFTER))
}

/// Longest quotation of the platform.
const LONGEST_WORDS: usize = 160;

/// What the platform said, from any of its four forms of error bodies; `None` for HTML and empty bodies.
///
/// Words that could be an address, an id or a token are left out.
fn platform_words(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let fields = Fields::of(&value)?;
    let of_list = |list: &Value| {
        let first = Fields::of(list.as_array()?.first()?)?;
        let parts: Vec<String> = [first.text(&["context"]), first.text(&["message"])].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(": "))
    };
    let of_fields = |errors: &Value| {
        let (_, texts) = errors.as_object()?.iter().next()?;
        wire::text(texts.as_array().and_then(|texts| texts.first()).unwrap_or(texts))
    };
    let said = fields
        .first(&["errors"], of_list)
        .or_else(|| fields.first(&["errors"], of_fields))
        .or_else(|| fields.text(&["error", "message", "context"]))
        .or_else(|| fields.object(&["error"])?.text(&["message"]))?;
    let harmless = |word: &&str| word.chars().count() < 20 && !word.contains('@') && !word.chars().any(|c| c.is_ascii_digit());
    let words: Vec<&str> = said.split_whitespace().map(|word| if harmless(&word) { word } else { "…" }).collect();
    let words: String = words.join(" ").chars().take(LONGEST_WORDS).collect();
    Some(words.trim_end_matches('.').to_owned()).filter(|words| !words.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-05-04T12:00:00Z".parse().unwrap()
    }

    fn refusal(status: u16, body: &str) -> ApiError {
        Refusal { status, retry_after: None, body: body.as_bytes(), what: "the responses" }.into_error(now())
    }

    #[test]
    fn all_four_forms_of_error_bodies_are_quoted() {
        for (body, quote) in [
            (
                r#"{"errors":[{"code":"400","context":null,"message":"Missing client_id or client cannot be found."}],"success":false}"#,
                "Missing client_id or client cannot be found",
            ),
            (r#"{"errors":[{"code":400,"context":"access_denied","message":null}],"success":false}"#, "access_denied"),
            (
                r#"{"errors":[{"code":400,"context":"access_denied","message":"Wrong client."}],"success":false}"#,
                "access_denied: Wrong client",
            ),
            (r#"{"error":"Too many requests"}"#, "Too many requests"),
            (r#"{"statusCode":401,"error":"Unauthorized"}"#, "Unauthorized"),
            (
                r#"{"message":"The given data was invalid.","errors":{"page":["The page must be at least one."]}}"#,
                "The page must be at least one",
            ),
            (r#"{"context":"client_id","message":"Missing client_id."}"#, "Missing client_id"),
            (r#"{"error":{"message":"Nope"}}"#, "Nope"),
        ] {
            assert_eq!(platform_words(body.as_bytes()).as_deref(), Some(quote), "{body}");
        }
        for body in ["", "<html><body>502 Bad Gateway</body></html>", "null", "[]", "{}", "{\"error\":null}"] {
            assert_eq!(platform_words(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn quotations_leave_out_addresses_ids_and_tokens() {
        let body = r#"{"error":"User ana@example.com with 6130afb278d2c94eeb228d12 and token AbCdEfGhIjKlMnOpQrStUv not found"}"#;
        assert_eq!(platform_words(body.as_bytes()).as_deref(), Some("User … with … and token … not found"));
    }

    #[test]
    fn each_status_says_what_happens_next() {
        let table = [
            (400, "platform_refused", false),
            (401, "platform_unauthorized", false),
            (403, "platform_forbidden", false),
            (404, "platform_not_found", false),
            (409, "platform_refused", false),
            (422, "platform_refused", false),
            (429, "platform_rate_limited", true),
            (302, "platform_refused", false),
            (500, "platform_unavailable", true),
            (502, "platform_unavailable", true),
            (503, "platform_unavailable", true),
            (504, "platform_unavailable", true),
        ];
        for (status, cause, transient) in table {
            for body in ["", "<html></html>", r#"{"error":"x"}"#] {
                let error = refusal(status, body);
                assert_eq!((error.cause(), error.is_transient()), (cause, transient), "{status}");
            }
        }
    }

    #[test]
    fn a_401_about_an_id_is_not_about_the_token() {
        let error = refusal(401, r#"{"statusCode":401,"error":"Invalid object ID"}"#);
        assert_eq!(error.cause(), "platform_not_found");
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_date_and_capped() {
        let parse = |value| parse_retry_after(value, now()).map(|wait| wait.as_secs());
        assert_eq!(parse("7"), Some(7));
        assert_eq!(parse(" 1.5 "), Some(1));
        assert_eq!(parse("Mon, 04 May 2026 12:00:30 GMT"), Some(30));
        assert_eq!(parse("Mon, 04 May 2026 11:00:00 GMT"), Some(0));
        assert_eq!(parse("999999999"), Some(3600));
        for bad in ["", "soon", "-1", "NaN", "inf", "1e400"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
