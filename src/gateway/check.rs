//! What may stand in the fields that callers fill. The field names in complaints are those of the JSON surfaces.

use std::collections::BTreeMap;

use crate::gateway::error::GatewayError;
use crate::gateway::filter::is_glob;
use crate::gateway::ids::{EndpointId, InstitutionId, MessageId};
use crate::gateway::model::{Metadata, NewEvent};

/// The largest payload.
pub const MOST_PAYLOAD: usize = 256 * 1024;
const MOST_UID: usize = 256;
const MOST_EVENT_TYPE: usize = 256;
const MOST_CHANNELS: usize = 10;
const MOST_CHANNEL: usize = 128;
const MOST_TAGS: usize = 5;
const MOST_METADATA: usize = 4096;
const MOST_HEADER_VALUE: usize = 4096;
const MOST_HEADERS: usize = 50;
const MOST_NAME: usize = 1000;
const MOST_DESCRIPTION: usize = 10_000;
/// Event types in one filter.
const MOST_TYPES: usize = 500;

fn of(letters: &str, extra: &[char]) -> bool {
    letters.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(&c))
}

/// A caller's own name for something.
pub fn uid(at: &str, uid: &str, prefix: &str) -> Result<(), GatewayError> {
    if uid.is_empty() || uid.len() > MOST_UID || !of(uid, &['-', '_', '.']) {
        return Err(GatewayError::invalid(at, format!("a {at} has 1 to {MOST_UID} letters, digits, '-', '_' and '.'")));
    }
    if uid.starts_with(prefix) {
        return Err(GatewayError::Invalid {
            at: vec![at.to_owned()],
            message: format!("a {at} does not begin with '{prefix}', as our own ids do"),
            code: Some("invalid_uid_prefix"),
        });
    }
    Ok(())
}

/// An institution's uid.
pub fn institution_uid(text: &str) -> Result<(), GatewayError> {
    uid("uid", text, InstitutionId::PREFIX)
}

/// An endpoint's uid.
pub fn endpoint_uid(text: &str) -> Result<(), GatewayError> {
    uid("uid", text, EndpointId::PREFIX)
}

/// A name for people.
pub fn name(text: &str) -> Result<(), GatewayError> {
    match text.chars().count() {
        0 => Err(GatewayError::invalid("name", "a name has at least one character")),
        n if n > MOST_NAME => Err(GatewayError::invalid("name", format!("a name has at most {MOST_NAME} characters"))),
        _ if text.chars().any(char::is_control) => Err(GatewayError::invalid("name", "a name has no control characters")),
        _ => Ok(()),
    }
}

/// What people say of something.
pub fn description(text: &str) -> Result<(), GatewayError> {
    if text.chars().any(|c| c <= '\u{8}') || text.len() > MOST_DESCRIPTION {
        return Err(GatewayError::invalid(
            "description",
            format!("a description has at most {MOST_DESCRIPTION} bytes and no control characters"),
        ));
    }
    Ok(())
}

/// What a caller keeps beside something.
pub fn metadata(map: &Metadata) -> Result<(), GatewayError> {
    let size = serde_json::to_vec(map).map_or(usize::MAX, |bytes| bytes.len());
    if size > MOST_METADATA {
        return Err(GatewayError::invalid("metadata", format!("metadata has at most {MOST_METADATA} bytes; it has {size}")));
    }
    Ok(())
}

/// Deliveries a second.
pub fn rate(at: &str, rate: Option<u32>) -> Result<(), GatewayError> {
    if rate == Some(0) {
        return Err(GatewayError::invalid(at, "a rate is at least 1 a second; disable the endpoint to stop deliveries"));
    }
    Ok(())
}

/// An event type's name.
pub fn event_type(at: &str, name: &str) -> Result<(), GatewayError> {
    if name.is_empty() || name.len() > MOST_EVENT_TYPE || !of(name, &['-', '_', '.']) {
        return Err(GatewayError::invalid(at, format!("an event type has 1 to {MOST_EVENT_TYPE} letters, digits, '-', '_' and '.'")));
    }
    Ok(())
}

/// A filter of event types: names and globs.
pub fn event_filter(filter: Option<&[String]>) -> Result<(), GatewayError> {
    let Some(filter) = filter else { return Ok(()) };
    if filter.is_empty() || filter.len() > MOST_TYPES {
        return Err(GatewayError::invalid("eventTypes", format!("name 1 to {MOST_TYPES} event types, or leave the field out for all")));
    }
    for name in filter {
        let plain = if is_glob(name) { name.replace('*', "x") } else { name.clone() };
        event_type("eventTypes", &plain)?;
    }
    Ok(())
}

/// A set of channels.
pub fn channels(at: &str, channels: Option<&[String]>) -> Result<(), GatewayError> {
    let Some(channels) = channels else { return Ok(()) };
    let is_fine = |channel: &String| !channel.is_empty() && channel.len() <= MOST_CHANNEL && of(channel, &['-', '_', '.', ':', '+']);
    if channels.is_empty() || channels.len() > MOST_CHANNELS {
        return Err(GatewayError::invalid(at, format!("name 1 to {MOST_CHANNELS} channels, or leave the field out for all")));
    }
    if !channels.iter().all(is_fine) {
        return Err(GatewayError::invalid(at, format!("a channel has 1 to {MOST_CHANNEL} letters, digits and '-_.:+'")));
    }
    Ok(())
}

/// Header names that are ours, the connection's or somebody else's to set.
const REFUSED_HEADERS: &[&str] = &[
    "user-agent",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailers",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "age",
    "cache-control",
    "clear-site-data",
    "expires",
    "pragma",
    "warning",
    "content-length",
    "content-type",
    "content-encoding",
    "content-language",
    "content-location",
    "host",
    "connection",
    "expect",
    "x-webhook-signature",
    "x-signature",
    "x-hub-signature-256",
];
const REFUSED_PREFIXES: &[&str] =
    &["x-amz-", "x-amzn-", "x-google", "x-goog-", "x-gfe", "x-azure-", "x-fd-", "x-svix-", "svix-", "webhook-"];

/// Custom headers.
pub fn headers(headers: &BTreeMap<String, String>) -> Result<(), GatewayError> {
    let wrong = |message: String| Err(GatewayError::invalid("headers", message));
    if headers.len() > MOST_HEADERS {
        return wrong(format!("at most {MOST_HEADERS} headers"));
    }
    for (name, value) in headers {
        let lower = name.to_ascii_lowercase();
        let is_token = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
        if !is_token || name.len() > 256 {
            return wrong(format!("'{name}' cannot be the name of a header"));
        }
        if REFUSED_HEADERS.contains(&lower.as_str()) || REFUSED_PREFIXES.iter().any(|prefix| lower.starts_with(prefix)) {
            return wrong(format!("the header '{name}' cannot be set by hand"));
        }
        if value.len() > MOST_HEADER_VALUE || !value.bytes().all(|b| b == b'\t' || (0x20..0x7f).contains(&b)) {
            return wrong(format!("the value of '{name}' has at most {MOST_HEADER_VALUE} visible ASCII characters"));
        }
    }
    let mut lower: Vec<String> = headers.keys().map(|name| name.to_ascii_lowercase()).collect();
    lower.sort();
    lower.dedup();
    if lower.len() < headers.len() {
        return wrong("a header is named twice, in different case".to_owned());
    }
    Ok(())
}

/// An event as its sender gives it.
pub fn event(event: &NewEvent) -> Result<(), GatewayError> {
    event_type("eventType", &event.event_type)?;
    let size = event.payload.len().max(event.raw_body.as_ref().map_or(0, |(body, _)| body.len()));
    if size > MOST_PAYLOAD {
        return Err(GatewayError::TooLarge { size, most: MOST_PAYLOAD });
    }
    if serde_json::from_str::<serde::de::IgnoredAny>(&event.payload).is_err() {
        return Err(GatewayError::invalid("payload", "the payload is no JSON"));
    }
    if let Some((_, media_type)) = &event.raw_body
        && (media_type.is_empty() || media_type.len() > 200 || !media_type.bytes().all(|b| (0x20..0x7f).contains(&b)))
    {
        return Err(GatewayError::invalid("transformationsParams.headers.content-type", "this is no media type"));
    }
    if let Some(id) = &event.event_id {
        uid("eventId", id, MessageId::PREFIX)?;
    }
    channels("channels", event.channels.as_deref())?;
    if let Some(tags) = &event.tags {
        let is_fine = |tag: &String| !tag.is_empty() && tag.len() <= MOST_CHANNEL && of(tag, &['-', '_', '.', '/', '\\', '#']);
        if tags.len() > MOST_TAGS || !tags.iter().all(is_fine) {
            return Err(GatewayError::invalid(
                "tags",
                format!("at most {MOST_TAGS} tags of 1 to {MOST_CHANNEL} letters, digits and '-_./\\#'"),
            ));
        }
    }
    if event.retention_hours.is_some_and(|hours| hours == 0 || hours > 90 * 24) {
        return Err(GatewayError::invalid("payloadRetentionHours", "a payload is kept for 1 to 2160 hours"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, value: &str) -> BTreeMap<String, String> {
        BTreeMap::from([(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn headers_that_are_not_the_callers_are_refused_in_any_case() {
        for name in ["User-Agent", "webhook-id", "Svix-Signature", "X-Amz-Date", "HOST", "X-Signature", "content-TYPE", "a b", "", "é"] {
            assert!(headers(&one(name, "x")).is_err(), "{name}");
        }
        for value in ["line\nbreak", "caf\u{e9}", &"x".repeat(4097)] {
            assert!(headers(&one("X-Key", value)).is_err());
        }
        assert!(headers(&one("X-API-Key", "secret value")).is_ok() && headers(&one("Authorization", "Bearer x")).is_ok());
        assert!(headers(&BTreeMap::from([("a".to_owned(), "1".to_owned()), ("A".to_owned(), "2".to_owned())])).is_err());
    }

    #[test]
    fn names_have_the_letters_that_svix_clients_know() {
        assert!(institution_uid("inst.a-1_B").is_ok());
        for wrong in ["", "a b", "ä", "app_1", &"x".repeat(257)] {
            assert!(institution_uid(wrong).is_err(), "{wrong}");
        }
        assert!(event_filter(Some(&["grade.*".to_owned(), "**".to_owned()])).is_ok());
        assert!(event_filter(Some(&[])).is_err() && event_filter(Some(&["a b".to_owned()])).is_err());
        assert!(channels("channels", Some(&["a:b+c".to_owned()])).is_ok() && channels("channels", Some(&[])).is_err());
    }

    #[test]
    fn an_event_is_json_and_not_too_large() {
        let of = |payload: &str| NewEvent { event_type: "a.b".to_owned(), payload: payload.to_owned(), ..NewEvent::default() };
        assert!(event(&of("{\"a\": 1 }")).is_ok());
        assert!(matches!(event(&of("{")), Err(GatewayError::Invalid { .. })));
        let large = format!("\"{}\"", "x".repeat(MOST_PAYLOAD));
        assert!(matches!(event(&of(&large)), Err(GatewayError::TooLarge { .. })));
        assert!(event(&NewEvent { event_id: Some("msg_1".to_owned()), ..of("1") }).is_err(), "looks like one of our own ids");
    }
}
