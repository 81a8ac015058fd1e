//! What is sent: the body of one event for one endpoint. The same event and endpoint give the same bytes at every try.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::gateway::model::{Endpoint, Event, Format, PayloadMode};

/// A body and its media type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The bytes that are signed and sent.
    pub bytes: String,
    /// Their media type.
    pub media_type: String,
}

const JSON: &str = "application/json";

/// The fields that receivers of seed 000 know.
const GRADE_FIELDS: [&str; 3] = ["student_id", "course_id", "grade"];

#[derive(Serialize)]
struct Standard<'a> {
    #[serde(rename = "type")]
    event_type: &'a str,
    timestamp: String,
    data: &'a RawValue,
}

#[derive(Serialize)]
struct Named<'a> {
    event: &'a str,
    data: &'a RawValue,
}

#[derive(Serialize)]
struct ThinData {
    id: String,
}

/// The body of an event for an endpoint; none once the payload was expunged.
///
/// # Errors
/// The payload cannot be written in the endpoint's format.
pub fn body(event: &Event, endpoint: &Endpoint) -> Result<Option<Body>, String> {
    let Some(payload) = event.payload.as_deref() else { return Ok(None) };
    let fault = |error: serde_json::Error| format!("the payload cannot be written: {error}");
    let thin;
    let data: &str = match endpoint.payload {
        PayloadMode::Full => {
            if let (Format::Raw, Some((bytes, media_type))) = (endpoint.format, &event.raw_body) {
                return Ok(Some(Body { bytes: bytes.clone(), media_type: media_type.clone() }));
            }
            payload
        }
        PayloadMode::Thin => {
            thin = serde_json::to_string(&ThinData { id: event.id.to_string() }).map_err(fault)?;
            &thin
        }
    };
    let raw: &RawValue = serde_json::from_str(data).map_err(fault)?;
    let is_thin = endpoint.payload == PayloadMode::Thin;
    let bytes = match endpoint.format {
        Format::Raw if !is_thin => data.to_owned(),
        Format::Grade if !is_thin => grade(data).map_err(fault)?,
        Format::Named => serde_json::to_string(&Named { event: &event.event_type, data: raw }).map_err(fault)?,
        Format::Standard | Format::Raw | Format::Grade => {
            let timestamp = event.created.to_string();
            serde_json::to_string(&Standard { event_type: &event.event_type, timestamp, data: raw }).map_err(fault)?
        }
    };
    Ok(Some(Body { bytes, media_type: JSON.to_owned() }))
}

/// The three fields of a grade, as they were written; what is no grade goes as it is.
fn grade(payload: &str) -> Result<String, serde_json::Error> {
    let Ok(fields) = serde_json::from_str::<std::collections::BTreeMap<String, Box<RawValue>>>(payload) else {
        return Ok(payload.to_owned());
    };
    if !fields.contains_key(GRADE_FIELDS[0]) {
        return Ok(payload.to_owned());
    }
    let mut parts = Vec::new();
    for name in GRADE_FIELDS {
        if let Some(value) = fields.get(name) {
            parts.push(format!("{}:{}", serde_json::to_string(name)?, value.get()));
        }
    }
    Ok(format!("{{{}}}", parts.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::tests_support::{endpoint, event};

    #[test]
    fn every_format_has_the_body_that_its_receivers_know() {
        let sent = |format, payload: &str| {
            let endpoint = Endpoint { format, ..endpoint() };
            body(&Event { payload: Some(payload.to_owned()), ..event("grade.submitted") }, &endpoint).unwrap().unwrap().bytes
        };
        let payload = r#"{"student_id":"123", "course_id":"CS101","grade":"A","university_id":"INST_A"}"#;
        assert_eq!(sent(Format::Grade, payload), r#"{"student_id":"123","course_id":"CS101","grade":"A"}"#);
        assert_eq!(sent(Format::Grade, r#"{"x":1}"#), r#"{"x":1}"#);
        assert_eq!(sent(Format::Named, r#"{"a":  1}"#), r#"{"event":"grade.submitted","data":{"a":  1}}"#);
        assert_eq!(sent(Format::Raw, "{ \"n\": 1.50 }"), "{ \"n\": 1.50 }", "bytes as the caller wrote them");
        assert_eq!(
            sent(Format::Standard, "{ \"n\": 1.50 }"),
            r#"{"type":"grade.submitted","timestamp":"2026-11-28T12:00:00Z","data":{ "n": 1.50 }}"#
        );
    }

    #[test]
    fn a_thin_body_holds_ids_only_and_an_expunged_event_has_none() {
        let endpoint = Endpoint { payload: PayloadMode::Thin, format: Format::Raw, ..endpoint() };
        let event = Event { payload: Some(r#"{"name":"Ana"}"#.to_owned()), ..event("student.created") };
        let thin = body(&event, &endpoint).unwrap().unwrap().bytes;
        assert!(!thin.contains("Ana") && thin.contains(&event.id.to_string()), "{thin}");
        assert_eq!(body(&Event { payload: None, ..event }, &endpoint).unwrap(), None);
    }
}
