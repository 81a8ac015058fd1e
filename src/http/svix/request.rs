//! Reading requests as Svix does: bodies whose wrong fields are named (422), and queries.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_path_to_error::Segment;

use crate::http::body::{BodyBudget, Caller as BodyCaller};
use crate::http::problem::{FieldError, Problem};

/// A JSON body.
pub struct Json<T>(pub T);

/// A field of a PATCH that may be taken away: absent, null or a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// The field is absent: it stays as it is.
    #[default]
    Keep,
    /// The field is null: it is taken away.
    Unset,
    /// The field has a value.
    Set(T),
}

impl<T> Change<T> {
    /// The value, if one is set.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Unset => None,
        }
    }
}

impl<T> From<Change<T>> for Option<Option<T>> {
    fn from(change: Change<T>) -> Self {
        match change {
            Change::Keep => None,
            Change::Unset => Some(None),
            Change::Set(value) => Some(Some(value)),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Unset, Self::Set))
    }
}

/// A field that may be absent and must not be null.
///
/// # Errors
/// As the value's own type, for null too.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A field for which null means its empty value.
///
/// # Errors
/// As the value's own type.
pub fn null_as_default<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A field that may be absent, and for which null means its empty value.
///
/// # Errors
/// As the value's own type.
pub fn present_or_default<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Some(Option::deserialize(deserializer)?.unwrap_or_default()))
}

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    Arc<BodyBudget>: FromRef<S>,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, &Arc::<BodyBudget>::from_ref(state)).await?;
        parse(&parts.headers, &bytes).map(Self)
    }
}

/// Reads a whole body within the service's limits. The caller has been authenticated by then.
///
/// # Errors
/// 408, 413, 503 as problems.
pub async fn read(headers: &HeaderMap, body: Body, budget: &BodyBudget) -> Result<Bytes, Problem> {
    let held = budget.read(headers, body, BodyCaller::Authentic).await?;
    Ok(held.bytes().clone())
}

/// Reads a body as JSON; an empty one counts as an empty object.
///
/// # Errors
/// 415 when it is declared as something else, 422 with the way to the field that is wrong.
pub fn parse<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    let bytes: &[u8] = if bytes.iter().all(u8::is_ascii_whitespace) { b"{}" } else { bytes };
    if !is_json(headers) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Send application/json."));
    }
    decode(bytes).or_else(|refused| with_whole_numbers(bytes).and_then(|whole| decode(&whole).ok()).ok_or(refused))
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let mut loc = vec!["body".to_owned()];
        loc.extend(error.path().iter().filter_map(segment));
        Problem::invalid(vec![FieldError::decode(loc, without_place(&error.inner().to_string()))])
    })?;
    json.end().map_err(|error| Problem::invalid(vec![FieldError::decode(vec!["body".to_owned()], error.to_string())]))?;
    Ok(value)
}

/// The same object with its own `60.0` written as `60`: to JSON both are one number, and some languages write every number so. Nothing where there is none.
fn with_whole_numbers(bytes: &[u8]) -> Option<Vec<u8>> {
    /// Beyond this not every whole number is one of these numbers.
    const LARGEST: f64 = 9_007_199_254_740_991.0;
    let mut members: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(bytes).ok()?;
    let mut is_changed = false;
    for value in members.values_mut() {
        let number: Option<f64> = value.get().contains(['.', 'e', 'E']).then(|| value.get().parse().ok()).flatten();
        if let Some(number) = number.filter(|number| number.fract() == 0.0 && number.abs() <= LARGEST) {
            *value = RawValue::from_string(format!("{number:.0}")).ok()?;
            is_changed = true;
        }
    }
    is_changed.then(|| serde_json::to_vec(&members).ok()).flatten()
}

/// Whether the body is declared as JSON; who declares nothing is believed to send JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(declared) = headers.get(header::CONTENT_TYPE) else { return true };
    let media = declared.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"))
}

fn segment(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Seq { index } => Some(format!("[{index}]")),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { variant } => Some(variant.clone()),
        Segment::Unknown => None,
    }
}

/// What serde says, without the line and column: the way to the field says it better.
fn without_place(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

/// The parameters of a query.
///
/// Arrays come as one value with commas (`a=x,y`), as `a[]=x&a[]=y`, as `a[0]=x` or repeated.
#[derive(Debug, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

impl Query {
    /// Reads a raw query string.
    pub fn parse(raw: &str) -> Self {
        Self { pairs: url::form_urlencoded::parse(raw.as_bytes()).into_owned().collect() }
    }

    /// The names of all parameters, arrays without their brackets.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.split('[').next().unwrap_or(name))
    }

    /// All parameters as they were given.
    pub fn pairs(&self) -> impl Iterator<Item = &(String, String)> {
        self.pairs.iter()
    }

    /// The value of a parameter that is not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The value of a parameter, in its type.
    ///
    /// # Errors
    /// 400 when it has another.
    pub fn typed<T: FromStr>(&self, name: &str, expected: &str) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| unreadable(name, expected))
    }

    /// A switch.
    ///
    /// # Errors
    /// 400 when it is neither `true` nor `false`.
    pub fn flag(&self, name: &str, default: bool) -> Result<bool, Problem> {
        Ok(self.typed(name, "true or false")?.unwrap_or(default))
    }

    /// A point in time.
    ///
    /// # Errors
    /// 400 when it is none.
    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, Problem> {
        // A plus sign that was not escaped arrives as a space: `…T00:00:00 00:00`.
        let Some(text) = self.text(name) else { return Ok(None) };
        let fixed = text.replace(' ', "+");
        let fixed = if text.contains('T') { fixed.as_str() } else { text };
        fixed.parse().map(Some).map_err(|_| unreadable(name, "a time such as 2026-11-28T09:30:00Z"))
    }

    /// The values of an array, each once.
    pub fn list(&self, name: &str) -> BTreeSet<String> {
        let is_named =
            |found: &str| found == name || found.strip_prefix(name).is_some_and(|rest| rest.starts_with('[') && rest.ends_with(']'));
        let values = self.pairs.iter().filter(|(found, _)| is_named(found));
        values.flat_map(|(_, value)| value.split(',')).map(str::trim).filter(|value| !value.is_empty()).map(ToOwned::to_owned).collect()
    }
}

fn unreadable(name: &str, expected: &str) -> Problem {
    Problem::bad_request("generic_error", format!("Failed to deserialize query string: {name}: expected {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Patch {
        #[serde(default)]
        uid: Change<String>,
        #[serde(default, deserialize_with = "present")]
        name: Option<String>,
        #[serde(default, deserialize_with = "present_or_default")]
        metadata: Option<BTreeMap<String, String>>,
        #[serde(default)]
        channels: Change<Vec<String>>,
        payload: Option<Box<RawValue>>,
        #[serde(default)]
        rate: Option<u32>,
    }

    fn patch(text: &str) -> Result<Patch, Problem> {
        parse(&HeaderMap::new(), text.as_bytes())
    }

    #[test]
    fn absent_null_and_a_value_are_three_different_things() {
        let read = patch(r#"{"uid":null,"metadata":null}"#).unwrap();
        assert_eq!((read.uid, read.channels, read.name), (Change::Unset, Change::Keep, None));
        assert_eq!(read.metadata, Some(BTreeMap::new()));
        assert_eq!(patch(r#"{"uid":"new"}"#).unwrap().uid, Change::Set("new".to_owned()));
    }

    #[test]
    fn a_wrong_type_is_told_with_the_way_to_it() {
        let told = |text: &str| format!("{:?}", patch(text).unwrap_err());
        assert!(
            told(r#"{"channels":["a",7]}"#).contains(
                r#"loc: ["body", "channels", "[1]"], msg: "invalid type: integer `7`, expected a string", kind: "value_error.jsondecode""#
            ),
            "{}",
            told(r#"{"channels":["a",7]}"#)
        );
        assert!(told(r#"{"name":null}"#).contains(r#"loc: ["body", "name"]"#));
        assert!(told("{").contains(r#"loc: ["body"]"#));
        assert!(told("{} x").contains(r#"loc: ["body"]"#));
        assert!(told("[]").contains("value_error"));
    }

    #[test]
    fn a_raw_payload_keeps_the_bytes_its_caller_wrote() {
        let read = patch("{\"payload\": {\"b\":1,  \"a\":1.0}}").unwrap();
        assert_eq!(read.payload.unwrap().get(), "{\"b\":1,  \"a\":1.0}");
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point_and_any_other_is_told() {
        for (text, rate) in [(r#"{"rate":60}"#, 60), (r#"{"rate":60.0}"#, 60), (r#"{"rate":6e1,"uid":null}"#, 60)] {
            assert_eq!(patch(text).unwrap().rate, Some(rate), "{text}");
        }
        for text in [r#"{"rate":60.5}"#, r#"{"rate":-60.0}"#, r#"{"rate":1e300}"#, r#"{"rate":"60.0"}"#] {
            assert!(format!("{:?}", patch(text).unwrap_err()).contains(r#"loc: ["body", "rate"]"#), "{text}");
        }
        let read = patch(r#"{"rate":60.0,"payload":{"a":1.0}}"#).unwrap();
        assert_eq!((read.rate, read.payload.unwrap().get()), (Some(60), r#"{"a":1.0}"#), "data stay as they came");
    }

    #[test]
    fn a_body_that_is_declared_as_something_else_is_not_read() {
        let as_type = |kind: &str| parse::<Patch>(&[(header::CONTENT_TYPE, kind.parse().unwrap())].into_iter().collect(), b"{}");
        assert_eq!(as_type("text/plain").unwrap_err().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(as_type("application/json; charset=utf-8").is_ok());
        assert!(patch("").is_ok(), "an empty body is an empty object");
    }

    #[test]
    fn arrays_of_a_query_come_in_four_forms() {
        for raw in [
            "event_types=a.b,c",
            "event_types[]=a.b&event_types[]=c",
            "event_types[0]=a.b&event_types[1]=c",
            "event_types=a.b&event_types=c",
            "event_types%5B%5D=a.b%2Cc",
        ] {
            let found: Vec<String> = Query::parse(raw).list("event_types").into_iter().collect();
            assert_eq!(found, ["a.b", "c"], "{raw}");
        }
        assert!(Query::parse("event_typesx=a").list("event_types").is_empty());
    }

    #[test]
    fn times_are_read_as_clients_write_them() {
        let expected: Timestamp = "2026-11-28T09:30:00Z".parse().unwrap();
        for raw in [
            "before=2026-11-28T09:30:00Z",
            "before=2026-11-28T09:30:00%2B00:00",
            "before=2026-11-28T09:30:00+00:00",
            "before=2026-11-28T10:30:00.000%2B01:00",
        ] {
            assert_eq!(Query::parse(raw).time("before").unwrap(), Some(expected), "{raw}");
        }
        assert_eq!(Query::parse("before=yesterday").time("before").unwrap_err().status(), StatusCode::BAD_REQUEST);
        assert_eq!(Query::parse("limit=many").typed::<u64>("limit", "a number").unwrap_err().code(), "generic_error");
    }
}
