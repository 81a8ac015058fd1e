//! What requests of the API say, read strictly: a parameter or field that nobody knows is an error and not a surprise.

use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http::api::problem::Problem;
use crate::http::body::drips_in;
use crate::http::state::AppState;
use crate::lookup::view::{Order, Page, PageRequest, Position, ReportFilter};
use crate::model::ids::JobId;
use crate::signing::sha256_hex;

/// Bodies of requests are no longer.
const LONGEST_BODY: usize = 64 * 1024;

/// Query parameters.
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|Query(params)| Self(params))
            .map_err(|error| Problem::malformed(format!("The query is not understood: {}", innermost(&error))))
    }
}

/// A JSON body: an object.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let is_json = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(|media| {
            let essence = media.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json")
        });
        let bytes = axum::body::to_bytes(request.into_body(), LONGEST_BODY).await.map_err(|error| {
            if drips_in(&error) {
                Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", "The body came in too slowly")
            } else {
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is larger than 64 KiB")
            }
        })?;
        if is_json != Some(true) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Send application/json"));
        }
        // Lists would be read as fields in their order.
        if !bytes.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<serde_json::Value>(&bytes).is_ok() {
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The body is no object"));
        }
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let (place, what) = (error.path().to_string(), error.inner().to_string());
            // What was sent may be somebody's name: the place is told, and what the program expects.
            let code = if error.inner().is_syntax() || error.inner().is_eof() {
                StatusCode::BAD_REQUEST
            } else {
                StatusCode::UNPROCESSABLE_ENTITY
            };
            Problem::new(code, if code == StatusCode::BAD_REQUEST { "malformed" } else { "invalid" }, format!("{place}: {what}"))
        })?;
        json.end().map_err(|_| Problem::malformed("Something follows the JSON of the body"))?;
        Ok(Self(read))
    }
}

/// A part of the path that names something.
pub struct Named<T>(pub T);

/// What stands in paths.
pub trait InPath: Sized {
    /// Reads it.
    fn read(text: &str) -> Option<Self>;
}

impl InPath for JobId {
    fn read(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl InPath for crate::lookup::view::StudentHash {
    fn read(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl InPath for crate::lookup::view::WordTag {
    fn read(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

/// The number of an act on many.
pub struct BulkId(pub String);

impl InPath for BulkId {
    fn read(text: &str) -> Option<Self> {
        is_hex(text, 24).then(|| Self(text.to_owned()))
    }
}

/// Of whom a wish is: a keyed hash.
pub struct Subject(pub String);

impl InPath for Subject {
    fn read(text: &str) -> Option<Self> {
        is_hex(text, 64).then(|| Self(text.to_owned()))
    }
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

impl InPath for String {
    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl<S: Send + Sync, T: InPath> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let missing = || Problem::not_found("There is nothing of this name");
        let Path(name) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| missing())?;
        T::read(&name).map(Self).ok_or_else(missing)
    }
}

/// The part of the path that names a report, of nobody whose data are blocked.
pub struct OfJob(pub JobId);

impl FromRequestParts<AppState> for OfJob {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Named(job) = Named::<JobId>::from_request_parts(parts, state).await?;
        if state.privacy.is_blocked(&job).await? {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "person_blocked",
                "This person's data are blocked; they are not shown, and nothing is done with them",
            ));
        }
        Ok(Self(job))
    }
}

/// Two parts of the path.
pub struct Pair<A, B>(pub A, pub B);

impl<S: Send + Sync, A: InPath, B: InPath> FromRequestParts<S> for Pair<A, B> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let missing = || Problem::not_found("There is nothing of this name");
        let Path((first, second)) = Path::<(String, String)>::from_request_parts(parts, state).await.map_err(|_| missing())?;
        Ok(Self(A::read(&first).ok_or_else(missing)?, B::read(&second).ok_or_else(missing)?))
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// A place in a list, in words that only this list reads.
pub fn cursor(way: char, place: Position, filter: &ReportFilter, order: Order) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{way}|{place}|{}", fingerprint(filter, order)))
}

/// What a cursor asks for.
///
/// # Errors
/// It is none, or one of another filter.
pub fn page(cursor: Option<&str>, filter: &ReportFilter, order: Order, limit: Option<usize>) -> Result<PageRequest, Problem> {
    let limit = limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::malformed("limit: use 1 to 200"));
    }
    let request = PageRequest { order, limit, ..PageRequest::default() };
    let Some(cursor) = cursor else { return Ok(request) };
    let unknown = || Problem::new(StatusCode::BAD_REQUEST, "cursor", "The cursor is none of this list; begin without one");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_| unknown())?;
    let text = String::from_utf8(bytes).map_err(|_| unknown())?;
    let mut parts = text.splitn(3, '|');
    let (way, place, print) = (parts.next(), parts.next().and_then(Position::parse), parts.next());
    if print != Some(fingerprint(filter, order).as_str()) {
        return Err(unknown());
    }
    match (way, place) {
        (Some("a"), Some(place)) => Ok(PageRequest { after: Some(place), ..request }),
        (Some("b"), Some(place)) => Ok(PageRequest { before: Some(place), ..request }),
        _ => Err(unknown()),
    }
}

/// The cursors of a page's neighbours.
pub fn neighbours<T>(page: &Page<T>, filter: &ReportFilter, order: Order) -> (Option<String>, Option<String>) {
    (page.prev.map(|place| cursor('b', place, filter, order)), page.next.map(|place| cursor('a', place, filter, order)))
}

fn fingerprint(filter: &impl Serialize, order: Order) -> String {
    sha256_hex(&serde_json::to_vec(&(filter, order)).unwrap_or_default())[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_for_its_own_filter_and_order_only() {
        let (filter, place) = (ReportFilter::default(), Position { sort: -5, id: 7 });
        let text = cursor('a', place, &filter, Order::Newest);
        assert_eq!(page(Some(&text), &filter, Order::Newest, None).unwrap().after, Some(place));
        let other = ReportFilter { has_notes: true, ..ReportFilter::default() };
        assert!(page(Some(&text), &other, Order::Newest, None).is_err());
        assert!(page(Some(&text), &filter, Order::Oldest, None).is_err());
        for odd in ["", "!", "YQ", "ÿ"] {
            assert!(page(Some(odd), &filter, Order::Newest, None).is_err(), "{odd}");
        }
        assert!(page(None, &filter, Order::Newest, Some(0)).is_err() && page(None, &filter, Order::Newest, Some(201)).is_err());
    }
}
