//! From a call to verified events: headers first, then the body within its budget, then the signature over its raw bytes.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, header};

use super::{Door, PathFacts};
use crate::http::body::{Caller, HeldBody};
use crate::http::error::ApiError;
use crate::http::platform::accept::NotAccepted;
use crate::http::platform::notice;
use crate::http::refusals::{Refusal, media_type, product};
use crate::http::state::{AcceptedSource, AppState, Sentence};
use crate::intake::event::{IntakeEvent, Rejection};
use crate::intake::source::{Proof, Source};

/// The largest body that is read where it arrives.
const SMALL: usize = 64 * 1024;

/// Verified events, whose they are, and the body whose memory is reserved while this lives.
pub(super) struct Admitted {
    pub(super) events: Vec<IntakeEvent>,
    pub(super) source: Arc<dyn Source>,
    pub(super) body: HeldBody,
}

/// A call that is not taken.
pub(super) struct Refused {
    pub(super) answer: Answer,
    /// What figures count it under.
    pub(super) kind: String,
    /// The caller knew the secret, so that something of the school's is lost.
    authentic: bool,
}

/// How a refused call is answered.
pub(super) enum Answer {
    /// 401, in the exact words.
    InvalidSignature,
    /// 400, in the exact words.
    UnknownType,
    /// 422.
    Unprocessable(String),
    /// 409.
    Conflict,
    /// As everywhere.
    Other(ApiError),
}

impl Refused {
    pub(super) fn new(error: ApiError, kind: &str) -> Self {
        Self { answer: Answer::Other(error), kind: kind.to_owned(), authentic: false }
    }

    pub(super) fn of(error: NotAccepted) -> Self {
        let (answer, kind) = match error {
            NotAccepted::Replayed => (Answer::InvalidSignature, "unauthorized"),
            NotAccepted::Conflict => (Answer::Conflict, "conflict"),
            NotAccepted::Unavailable(after) => (Answer::Other(ApiError::Unavailable(after)), "unavailable"),
        };
        Self { answer, kind: kind.to_owned(), authentic: false }
    }

    fn rejected(rejection: Rejection) -> Self {
        let (answer, kind, authentic) = match rejection {
            Rejection::Unauthorized { .. } => (Answer::InvalidSignature, "unauthorized", false),
            Rejection::UnknownType => (Answer::UnknownType, "unknown", true),
            Rejection::Unprocessable { message } => (Answer::Unprocessable(message), "unprocessable", true),
            Rejection::Malformed { message } => (Answer::Other(ApiError::Malformed(message)), "malformed", true),
            Rejection::Unsupported { message } => (Answer::Other(ApiError::UnsupportedMediaType(message)), "malformed", true),
            Rejection::TooLarge { most } => (Answer::Other(ApiError::TooLarge(most)), "malformed", true),
        };
        Self { answer, kind: kind.to_owned(), authentic }
    }

    /// What the admin has to hear of: an authentic call that was turned away.
    pub(super) fn notice(&self) -> Option<Sentence> {
        match &self.answer {
            Answer::Other(error) if self.authentic => notice::turned_away(error),
            Answer::Unprocessable(message) => notice::turned_away(&ApiError::Malformed(message.clone())),
            _ => None,
        }
    }
}

/// Verifies a call and understands it.
pub(super) async fn admit(
    door: &'static Door,
    state: &AppState,
    taken: &[&AcceptedSource],
    facts: &PathFacts,
    address: Option<IpAddr>,
    request: Request,
) -> Result<Admitted, Refused> {
    let (parts, body) = request.into_parts();
    let headers = parts.headers;
    let lookup = |name: &str| look(&headers, facts, name);
    let proofs: Vec<(&AcceptedSource, Result<Proof, Rejection>)> =
        taken.iter().map(|taken| (*taken, taken.source.verify_headers(&lookup, &taken.secrets))).collect();
    let is_whole = proofs.iter().any(|(_, proof)| matches!(proof, Ok(Proof::Whole)));
    let candidates: Vec<&AcceptedSource> = proofs.iter().filter(|(_, proof)| proof.is_ok()).map(|(taken, _)| *taken).collect();
    if !is_whole && let Some(address) = address {
        state.rate_limit.check(address).map_err(|wait| Refused::new(ApiError::RateLimited(wait), "limited"))?;
    }
    let reason = |proof: &Result<Proof, Rejection>| match proof {
        Err(Rejection::Unauthorized { reason }) => *reason,
        _ => "mismatch",
    };
    if candidates.is_empty() {
        state.bodies.discard(body).await;
        let reason = proofs.first().map_or("mismatch", |(_, proof)| reason(proof));
        return Err(unauthorized(door, state, taken, &headers, facts, address, reason));
    }
    let caller = if is_whole { Caller::Authentic } else { Caller::Unproved };
    let held = state.bodies.read(&headers, body, caller).await.map_err(|error| Refused::new(error, "malformed"))?;
    for taken in &candidates {
        taken.source.prepare(&lookup, held.bytes()).await;
    }
    let verdict = understand(&candidates, &headers, facts, &held, state).await;
    if !candidates.iter().any(|taken| taken.source.knows(&lookup)) {
        // Only now, so that it takes as long as a wrong signature.
        return Err(Refused::new(ApiError::NotFound, "unknown_service"));
    }
    match verdict {
        Ok((events, source)) => Ok(Admitted { events, source, body: held }),
        Err(Rejection::Unauthorized { reason }) => Err(unauthorized(door, state, taken, &headers, facts, address, reason)),
        Err(rejection) => Err(Refused::rejected(rejection)),
    }
}

/// The headers and what the path tells, as sources see them.
fn look<'a>(headers: &'a HeaderMap, facts: &'a PathFacts, name: &str) -> Option<&'a str> {
    if name.starts_with(':') {
        return facts.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    }
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The events, by the first source that believes the call.
async fn understand(
    candidates: &[&AcceptedSource],
    headers: &HeaderMap,
    facts: &PathFacts,
    held: &HeldBody,
    state: &AppState,
) -> Result<(Vec<IntakeEvent>, Arc<dyn Source>), Rejection> {
    let most = state.bodies.most_bytes();
    let candidates: Vec<AcceptedSource> = candidates.iter().map(|taken| (*taken).clone()).collect();
    let (headers, facts, body) = (headers.clone(), facts.clone(), held.bytes().clone());
    // A compressed one may be of any size.
    let is_small = body.len() <= SMALL && !headers.contains_key(header::CONTENT_ENCODING);
    let read = move || {
        let lookup = |name: &str| look(&headers, &facts, name);
        let mut last = Rejection::Unauthorized { reason: "mismatch" };
        for taken in candidates {
            match taken.source.verify(&lookup, &body, &taken.secrets) {
                Ok(()) => return taken.source.parse(&lookup, &body, most).map(|events| (events, taken.source)),
                Err(rejection) => last = rejection,
            }
        }
        Err(last)
    };
    if is_small {
        return read();
    }
    let _turn = state.bodies.heavy_turn().await;
    let unreadable = || Rejection::Malformed { message: "the body could not be read".to_owned() };
    tokio::task::spawn_blocking(read).await.unwrap_or_else(|_| Err(unreadable()))
}

fn unauthorized(
    door: &'static Door,
    state: &AppState,
    taken: &[&AcceptedSource],
    headers: &HeaderMap,
    facts: &PathFacts,
    address: Option<IpAddr>,
    reason: &'static str,
) -> Refused {
    let lookup = |name: &str| look(headers, facts, name);
    if !taken.iter().any(|taken| taken.source.knows(&lookup)) {
        return Refused::new(ApiError::NotFound, "unknown_service");
    }
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let known = taken.iter().flat_map(|taken| taken.source.signature_headers()).copied();
    state.refusals.record(Refusal {
        at: state.clock.now(),
        route: door.endpoint,
        reason,
        status: 401,
        size_bytes: text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok()),
        media_type: text(header::CONTENT_TYPE).and_then(media_type),
        signature_headers: known.filter(|name| headers.contains_key(*name)).collect(),
        agent: text(header::USER_AGENT).and_then(product),
        request_id: None,
        origin: address.map(|address| state.refusals.origin(address)),
    });
    Refused::rejected(Rejection::Unauthorized { reason })
}
