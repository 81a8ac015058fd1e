//! The gate: a handler that takes a [`VerifiedEvent`] cannot see an unverified one.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequest, Request};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse as _;

use crate::http::body::{Caller, HeldBody};
use crate::http::error::ApiError;
use crate::http::platform::notice;
use crate::http::refusals::{self, Refusal};
use crate::http::state::{AcceptedSource, AppState, Sentence};
use crate::http::trace::REQUEST_ID;
use crate::intake;
use crate::intake::event::{IntakeEvent, Rejection};
use crate::intake::source::Proof;
use crate::model::cause::Cause;

/// The largest body that is read where it arrives.
const SMALL: usize = 64 * 1024;

/// An authentic, understood event.
///
/// The signature's header is looked at before the body is read; calls without a valid signature have a budget per address, those with one have none: the queue bounds them.
pub struct VerifiedEvent {
    /// What it says.
    pub event: IntakeEvent,
    /// Its body, whose memory is reserved while this lives.
    pub body: HeldBody,
}

impl FromRequest<AppState> for VerifiedEvent {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        let Some(taken) = state.sources.default_source().cloned() else { return Err(ApiError::NotFound) };
        let call = Call::of(&request, state, &taken);
        match read(request, state, &taken, &call).await {
            Ok(event) => {
                state.refusals.accepted(state.clock.now());
                Ok(event)
            }
            Err(refused) => {
                call.record(&refused, state);
                if let Some(detail) = refused.notice() {
                    state.notices.tell(Cause::WebhookUnreadable, &detail).await;
                }
                Err(refused.answer)
            }
        }
    }
}

/// A call that is not taken.
struct Refused {
    answer: ApiError,
    /// A stable word.
    reason: &'static str,
    /// The caller knew the secret: what is lost is a student's report.
    authentic: bool,
}

impl Refused {
    fn unproved(answer: ApiError, reason: &'static str) -> Self {
        Self { answer, reason, authentic: false }
    }

    fn authentic(answer: ApiError) -> Self {
        let reason = word(&answer);
        Self { answer, reason, authentic: true }
    }

    /// What the admin has to hear of: an authentic call that was turned away.
    fn notice(&self) -> Option<Sentence> {
        self.authentic.then(|| notice::turned_away(&self.answer)).flatten()
    }
}

async fn read(request: Request, state: &AppState, taken: &AcceptedSource, call: &Call) -> Result<VerifiedEvent, Refused> {
    let (parts, body) = request.into_parts();
    let headers = parts.headers;
    let lookup = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let proof = match taken.source.verify_headers(&lookup, &taken.secrets) {
        Ok(proof) => proof,
        Err(rejection) => {
            state.bodies.discard(body).await;
            return Err(refuse(rejection, state, call));
        }
    };
    let authentic = proof == Proof::Whole;
    if !authentic {
        limited(state, call)?;
    }
    let turned_away =
        |answer: ApiError| if authentic { Refused::authentic(answer) } else { Refused::unproved(answer.clone(), word(&answer)) };
    let caller = if authentic { Caller::Authentic } else { Caller::Unproved };
    let held = state.bodies.read(&headers, body, caller).await.map_err(turned_away)?;
    let event = understand(taken, &headers, &held, state).await.map_err(|rejection| refuse(rejection, state, call))?;
    Ok(VerifiedEvent { event, body: held })
}

/// Verifies and reads the body. A large one is read off the threads that answer others, and few at a time: as JSON it takes many times its size.
async fn understand(taken: &AcceptedSource, headers: &HeaderMap, held: &HeldBody, state: &AppState) -> Result<IntakeEvent, Rejection> {
    let most = state.bodies.most_bytes();
    let (taken, headers, body) = (taken.clone(), headers.clone(), held.bytes().clone());
    // A compressed one may be of any size.
    let is_small = body.len() <= SMALL && !headers.contains_key(header::CONTENT_ENCODING);
    let read = move || {
        let lookup = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let events = intake::accept(&*taken.source, &lookup, &body, &taken.secrets, most)?;
        // This platform tells one thing a call.
        events.into_iter().next().ok_or_else(|| Rejection::Malformed { message: "the call brings no event".to_owned() })
    };
    if is_small {
        return read();
    }
    let unreadable = || Rejection::Malformed { message: "the body could not be read".to_owned() };
    let _turn = state.bodies.heavy_turn().await;
    tokio::task::spawn_blocking(read).await.unwrap_or_else(|_| Err(unreadable()))
}

/// A caller without a valid signature may try a limited number of times.
fn limited(state: &AppState, call: &Call) -> Result<(), Refused> {
    let Some(address) = call.address else { return Ok(()) };
    state.rate_limit.check(address).map_err(|wait| Refused::unproved(ApiError::RateLimited(wait), "rate_limited"))
}

fn refuse(rejection: Rejection, state: &AppState, call: &Call) -> Refused {
    match rejection {
        Rejection::Unauthorized { reason } => match limited(state, call) {
            Ok(()) => Refused::unproved(ApiError::InvalidSignature, reason),
            Err(refused) => refused,
        },
        Rejection::UnknownType => Refused::authentic(ApiError::Malformed("Unknown event type".to_owned())),
        Rejection::Malformed { message } | Rejection::Unprocessable { message } => Refused::authentic(ApiError::Malformed(message)),
        Rejection::Unsupported { message } => Refused::authentic(ApiError::UnsupportedMediaType(message)),
        Rejection::TooLarge { most } => Refused::authentic(ApiError::TooLarge(most)),
    }
}

fn word(error: &ApiError) -> &'static str {
    match error {
        ApiError::InvalidSignature => "unauthorized",
        ApiError::RateLimited(_) => "rate_limited",
        ApiError::TooLarge(_) => "too_large",
        ApiError::Timeout => "timeout",
        ApiError::UnsupportedMediaType(_) => "unsupported_media_type",
        ApiError::NotNow(..) => "unavailable",
        _ => "malformed",
    }
}

/// What is kept of a call in case it is refused: nothing that says whom it is about.
struct Call {
    address: Option<std::net::IpAddr>,
    size_bytes: Option<u64>,
    media_type: Option<String>,
    signature_headers: Vec<&'static str>,
    agent: Option<String>,
    request_id: Option<String>,
}

impl Call {
    fn of(request: &Request, state: &AppState, taken: &AcceptedSource) -> Self {
        let headers = request.headers();
        let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let present = taken.source.signature_headers().iter().copied();
        Self {
            address: peer.map(|ConnectInfo(peer)| state.config.proxies.source_address(*peer, headers)),
            size_bytes: text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok()),
            media_type: text(header::CONTENT_TYPE).and_then(refusals::media_type),
            signature_headers: present.filter(|name| headers.contains_key(*name)).collect(),
            agent: text(header::USER_AGENT).and_then(refusals::product),
            request_id: text(REQUEST_ID).map(ToOwned::to_owned),
        }
    }

    fn record(&self, refused: &Refused, state: &AppState) {
        state.metrics.webhook(word(&refused.answer));
        state.refusals.record(Refusal {
            at: state.clock.now(),
            route: "/webhook",
            reason: refused.reason,
            status: refused.answer.clone().into_response().status().as_u16(),
            size_bytes: self.size_bytes,
            media_type: self.media_type.clone(),
            signature_headers: self.signature_headers.clone(),
            agent: self.agent.clone(),
            request_id: self.request_id.clone(),
            origin: self.address.map(|address| state.refusals.origin(address)),
        });
    }
}
