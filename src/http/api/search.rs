//! Search in what platforms told: topics of discussion, and what was said in videos.

#![expect(unused_qualifications, reason = "what describes a route spells out its parameters' type")]

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::role::{Caller, Right};
use crate::http::api::problem::Problem;
use crate::http::api::request::{Body, Params};
use crate::http::state::AppState;
use crate::lookup::texts::{Hit, HitCursor, HitFilter, Narrowed};
use crate::model::platform_event::Collection;
use crate::signing::sha256_hex;

/// Hits of a page unless more or fewer are asked for.
const USUAL: usize = 20;
/// The most hits of a page.
const MOST: usize = 100;
/// The longest question.
const LONGEST_QUESTION: usize = 500;
/// The longest text that others should be like.
const LONGEST_TEXT: usize = 20_000;

/// What is searched for: one of `q`, `like` and `to`.
#[derive(Debug, Default, Deserialize, ToSchema, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[schema(as = TextSearch)]
pub struct TextQuery {
    /// Words, of which a text has all, by their beginnings and without regard to case and accents; what stands between double quotes is found as it stands there.
    q: Option<String>,
    /// A text that others should be like.
    like: Option<String>,
    /// The id of a hit that others should be like.
    to: Option<String>,
    /// `topics` or `transcriptions`.
    collection: Option<String>,
    /// A course, by its id at the platform.
    course: Option<String>,
    /// A source (`canvas`, `services`, …).
    source: Option<String>,
    /// An institution; those of one institution search theirs only.
    institution: Option<String>,
    /// 1 to 100; 20 when left out.
    #[param(minimum = 1, maximum = 100)]
    #[schema(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// As an answer gave it, for the same question.
    cursor: Option<String>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextHits {
    /// The best first.
    data: Vec<TextHit>,
    /// The cursor of what comes after.
    next: Option<String>,
    /// How it was found: `words`, or the name of what tells likeness (hashed words are counted on this machine; no model is asked).
    method: &'static str,
    /// The index is being made: there may be more.
    is_building: bool,
}

/// A text that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextHit {
    /// Its id here.
    id: String,
    /// `topics` or `transcriptions`.
    collection: String,
    /// The id of the topic or the video at its platform.
    thing: Option<String>,
    /// Its title.
    title: String,
    /// The part of it where the words stand, or its beginning.
    excerpt: String,
    /// Where in the excerpt they stand: from and to, in characters.
    highlights: Vec<[usize; 2]>,
    /// Its course.
    course: Option<String>,
    /// Who told it.
    source: String,
    /// Whose it is.
    institution: Option<String>,
    /// When it was last changed.
    at: Timestamp,
    /// How good it is; comparable within one answer only.
    score: f64,
}

impl From<Hit> for TextHit {
    fn from(hit: Hit) -> Self {
        let Hit { id, collection, institution, source, course, thing, at, title, excerpt, highlights, score } = hit;
        Self { id, collection, thing, title, excerpt, highlights, course, source, institution, at, score }
    }
}

/// Search in texts
///
/// Topics of discussion and transcriptions. This service logs no addresses' queries; what stands before it may: send what is nobody's business by POST.
#[utoipa::path(get, path = "/api/v1/search", tag = "texts", params(TextQuery),
    responses((status = 200, body = TextHits), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn find(caller: Caller, State(state): State<AppState>, Params(query): Params<TextQuery>) -> Result<Json<TextHits>, Problem> {
    answer(&caller, &state, &query).await.map(Json)
}

/// Search in texts
///
/// What is searched for stands in the body, so that no log of addresses has it.
#[utoipa::path(post, path = "/api/v1/search", tag = "texts", request_body = TextQuery,
    responses((status = 200, body = TextHits), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 413, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn find_by_post(caller: Caller, State(state): State<AppState>, Body(query): Body<TextQuery>) -> Result<Json<TextHits>, Problem> {
    answer(&caller, &state, &query).await.map(Json)
}

async fn answer(caller: &Caller, state: &AppState, query: &TextQuery) -> Result<TextHits, Problem> {
    // The school's own people, and those of an institution; never a stranger's key of another kind.
    if !(caller.may(Right::Read) || caller.may(Right::SeeReports)) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", "This key may not search"));
    }
    let asked = asked(caller, state, query).await?;
    let method = if matches!(asked, HitFilter::Words { .. }) { "words" } else { state.texts.likeness() };
    let hits = state.texts.ask(asked).await?;
    if hits.is_unknown {
        return Err(Problem::not_found("to: there is no text of this id"));
    }
    let next = hits.next.map(|place| cursor(query, place));
    Ok(TextHits { data: hits.hits.into_iter().map(TextHit::from).collect(), next, method, is_building: !state.texts.is_complete() })
}

async fn asked(caller: &Caller, state: &AppState, query: &TextQuery) -> Result<HitFilter, Problem> {
    let limit = query.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::malformed("limit: use 1 to 100"));
    }
    if query
        .collection
        .as_deref()
        .is_some_and(|word| ![Collection::Topics, Collection::Transcriptions].iter().any(|known| known.as_str() == word))
    {
        return Err(Problem::malformed("collection: use topics or transcriptions"));
    }
    let after = query.cursor.as_deref().map(|cursor| place(query, cursor)).transpose()?;
    let narrowed = Narrowed {
        institutions: institutions(caller, state, query.institution.as_deref()).await?,
        collection: query.collection.clone(),
        course: query.course.clone(),
        source: query.source.clone(),
    };
    let within = |text: &str, most: usize, name: &str| {
        if text.trim().is_empty() {
            Err(Problem::malformed(format!("{name}: it is empty")))
        } else if text.chars().count() > most {
            Err(Problem::malformed(format!("{name}: it is longer than {most} characters")))
        } else {
            Ok(text.to_owned())
        }
    };
    match (&query.q, &query.like, &query.to) {
        (Some(words), None, None) => Ok(HitFilter::Words { words: within(words, LONGEST_QUESTION, "q")?, narrowed, after, limit }),
        (None, Some(text), None) => Ok(HitFilter::Like { text: within(text, LONGEST_TEXT, "like")?, narrowed, after, limit }),
        (None, None, Some(id)) => Ok(HitFilter::LikeOne { key: within(id, LONGEST_QUESTION, "to")?, narrowed, after, limit }),
        _ => Err(Problem::malformed("Send one of q, like and to")),
    }
}

/// The names under which texts are the caller's to see: those of the one institution, or everybody's.
async fn institutions(caller: &Caller, state: &AppState, wanted: Option<&str>) -> Result<Option<Vec<String>>, Problem> {
    let Some(named) = wanted.or(caller.institution.as_deref()) else { return Ok(None) };
    let unknown = || Problem::not_found("There is no such institution");
    let away = |error| {
        tracing::warn!(%error, "An institution could not be looked up");
        Problem::not_now("The store cannot be reached now; come again")
    };
    let found = state.gateway.find_institution(named).await.map_err(away)?;
    let found = found.filter(|found| caller.sees(&found.id.to_string())).ok_or_else(unknown)?;
    Ok(Some(std::iter::once(found.id.to_string()).chain(found.uid).collect()))
}

/// A place among the hits, which belongs to its question.
fn cursor(query: &TextQuery, place: HitCursor) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{:016x}|{}|{}", place.score.to_bits(), place.row, fingerprint(query)))
}

fn place(query: &TextQuery, cursor: &str) -> Result<HitCursor, Problem> {
    let unknown = || Problem::new(StatusCode::BAD_REQUEST, "cursor", "The cursor is none of this question; begin without one");
    let text = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(unknown)?;
    let mut parts = text.splitn(3, '|');
    let score = parts.next().and_then(|bits| u64::from_str_radix(bits, 16).ok()).map(f64::from_bits).filter(|score| score.is_finite());
    let row = parts.next().and_then(|row| row.parse().ok());
    match (score, row, parts.next()) {
        (Some(score), Some(row), Some(print)) if print == fingerprint(query) => Ok(HitCursor { score, row }),
        _ => Err(unknown()),
    }
}

/// The question apart from its cursor and its page's length.
fn fingerprint(query: &TextQuery) -> String {
    let TextQuery { q, like, to, collection, course, source, institution, .. } = query;
    sha256_hex(&serde_json::to_vec(&(q, like, to, collection, course, source, institution)).unwrap_or_default())[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_for_its_own_question_only_and_does_not_tell_it() {
        let query = TextQuery { q: Some("secreto".to_owned()), limit: Some(5), ..TextQuery::default() };
        let at = HitCursor { score: 1.25, row: 7 };
        let text = cursor(&query, at);
        let shown = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(&text).unwrap()).unwrap();
        assert!(!shown.contains("secreto"), "{shown}");
        let longer = TextQuery { q: Some("secreto".to_owned()), limit: Some(50), ..TextQuery::default() };
        assert_eq!(place(&longer, &text).unwrap(), at, "pages may be of another length");
        let other = TextQuery { q: Some("otro".to_owned()), ..TextQuery::default() };
        assert!(place(&other, &text).is_err());
        for odd in ["", "!", "YQ", "ÿ", &BASE64_URL_SAFE_NO_PAD.encode("7ff8000000000000|1|x")] {
            assert!(place(&query, odd).is_err(), "{odd}");
        }
    }
}
