//! What the API's document says of the gateway's request bodies beyond their types: the same bounds as `gateway/check.rs`, which judges what comes.
//!
//! A schema that allows what the service refuses misleads whoever makes a client of it; schemathesis compares the two (`tests/it/gateway_api.rs`).

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};

use crate::gateway::operations::OPERATIONAL;

/// The name of an event type.
pub(super) const EVENT_TYPE: &str = "^[A-Za-z0-9_.-]{1,256}$";

/// Changes of one property: a member that is null goes, another takes the place of what there is.
type Change = (&'static str, Value);

/// Completes the schemas of bodies.
pub(super) fn apply(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    for (name, changes) in changes() {
        if let Some(schema) = schemas.get_mut(name)
            && let Some(changed) = changed(schema, changes)
        {
            *schema = changed;
        }
    }
}

fn changed(schema: &RefOr<Schema>, changes: Vec<Change>) -> Option<RefOr<Schema>> {
    let mut value = serde_json::to_value(schema).ok()?;
    let properties = value.get_mut("properties")?.as_object_mut()?;
    for (field, change) in changes {
        let property = properties.get_mut(field)?.as_object_mut()?;
        for (member, of) in change.as_object()? {
            match of {
                Value::Null => drop(property.remove(member)),
                of => drop(property.insert(member.clone(), of.clone())),
            }
        }
    }
    serde_json::from_value(value).ok()
}

fn changes() -> Vec<(&'static str, Vec<Change>)> {
    [of_owners(), of_events()].concat()
}

/// What is said of institutions and endpoints.
fn of_owners() -> Vec<(&'static str, Vec<Change>)> {
    let text = "^[^\\u0000-\\u001f\\u007f-\\u009f]+$";
    let name = || json!({ "type": "string", "minLength": 1, "maxLength": 1000, "pattern": text });
    let rate = || json!({ "minimum": 1, "maximum": u32::MAX, "format": "int64" });
    let days = || json!({ "maximum": 65_535 });
    let token = "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$";
    let value = |of: Value| json!({ "type": of, "pattern": "^[\\t -~]*$", "maxLength": 4096 });
    let headers = || json!({ "maxProperties": 50, "propertyNames": { "type": "string", "pattern": token }, "additionalProperties": value(json!("string")) });
    let url = || json!({ "type": "string", "pattern": "^https?://[^/]+", "maxLength": 4096 });
    let types = || json!({ "minItems": 1, "maxItems": 500, "items": { "type": "string", "pattern": "^[A-Za-z0-9_.*-]{1,256}$" } });
    // Null stands for the empty value.
    let of_endpoint =
        || vec![("metadata", absent_or_null("object")), ("description", absent_or_null("string")), ("disabled", absent_or_null("boolean"))];
    let one_of = |words: &[&str]| json!({ "type": "string", "enum": words });
    let ways = || {
        vec![
            ("profile", one_of(&["standard", "seed000", "seed001", "seed003", "seed004"])),
            ("format", one_of(&["standard", "grade", "named", "raw"])),
            ("payload", one_of(&["full", "thin"])),
            ("order", one_of(&["none", "by_key"])),
            ("compat", json!({ "type": "array", "items": one_of(&["webhook_signature", "signature", "hub_signature256"]) })),
        ]
    };
    let changed = || vec![("url", url()), ("description", present("string")), ("disabled", present("boolean"))];
    let endpoint = |types_name| vec![("uid", own("ep_")), (types_name, types()), ("channels", channels())];
    let with = |parts: Vec<Vec<Change>>| parts.concat();
    vec![
        ("ApplicationIn", vec![("name", name()), ("uid", own("app_")), ("throttleRate", rate()), ("metadata", absent_or_null("object"))]),
        ("ApplicationPatch", vec![("name", name()), ("uid", own("app_")), ("throttleRate", rate())]),
        ("InstitutionBody", vec![("name", name()), ("uid", own("app_")), ("payload_days", days()), ("metadata", absent_or_null("object"))]),
        ("InstitutionChange", vec![("name", name()), ("uid", own("app_")), ("payload_days", days())]),
        (
            "EndpointIn",
            with(vec![of_endpoint(), endpoint("eventTypes"), vec![("url", url()), ("throttleRate", rate()), ("headers", headers())]]),
        ),
        ("EndpointUpdate", with(vec![of_endpoint(), endpoint("eventTypes"), vec![("url", url()), ("throttleRate", rate())]])),
        ("EndpointChange", with(vec![endpoint("eventTypes"), changed(), vec![("throttleRate", rate())]])),
        (
            "EndpointBody",
            with(vec![
                of_endpoint(),
                endpoint("event_types"),
                ways(),
                vec![("url", url()), ("rate", rate()), ("headers", headers()), ("headers", absent_or_null("object"))],
            ]),
        ),
        ("EndpointPatchBody", with(vec![endpoint("event_types"), ways(), changed(), vec![("rate", rate())]])),
        ("HeadersIn", vec![("headers", headers())]),
        (
            "HeadersPatch",
            vec![("headers", with_null(headers())), ("headers", absent_or_null("object")), ("deleteHeaders", absent_or_null("array"))],
        ),
        (
            "OperationalEndpointIn",
            with(vec![
                of_endpoint(),
                vec![
                    ("url", url()),
                    ("uid", own("ep_")),
                    ("throttleRate", rate()),
                    ("headers", headers()),
                    ("eventTypes", json!({ "minItems": 1, "items": one_of(&OPERATIONAL) })),
                ],
            ]),
        ),
    ]
}

/// What is said of events, their types, and tasks over them.
fn of_events() -> Vec<(&'static str, Vec<Change>)> {
    let tags = || json!({ "maxItems": 5, "items": { "type": "string", "pattern": "^[A-Za-z0-9_./\\\\#-]{1,128}$" } });
    let time = || json!({ "type": null, "format": null, "anyOf": [{ "type": "string", "format": "date-time" }, { "type": "null" }] });
    vec![
        ("EventTypeIn", vec![("name", word()), ("archived", absent_or_null("boolean")), ("deprecated", absent_or_null("boolean"))]),
        ("EventTypeUpdate", vec![("archived", absent_or_null("boolean")), ("deprecated", absent_or_null("boolean"))]),
        ("EventTypePatch", vec![("description", present("string")), ("archived", present("boolean")), ("deprecated", present("boolean"))]),
        (
            "ImportIn",
            vec![
                ("dryRun", absent_or_null("boolean")),
                ("replaceAll", absent_or_null("boolean")),
                ("spec", json!({ "required": ["webhooks"] })),
            ],
        ),
        (
            "EventBody",
            vec![
                ("type", word()),
                ("event_id", own("msg_")),
                ("channels", channels()),
                ("tags", tags()),
                ("keep_hours", json!({ "minimum": 1, "maximum": 2160 })),
                ("deliver_at", time()),
            ],
        ),
        (
            "MessageIn",
            vec![
                ("eventType", word()),
                ("eventId", own("msg_")),
                ("channels", channels()),
                ("tags", tags()),
                ("payloadRetentionHours", json!({ "minimum": 1, "maximum": 2160 })),
                ("payloadRetentionPeriod", json!({ "minimum": 1, "maximum": 90 })),
                ("deliverAt", time()),
            ],
        ),
        ("PrecheckIn", vec![("eventType", word()), ("channels", channels())]),
        ("ExampleIn", vec![("eventType", word())]),
        ("TestBody", vec![("type", word())]),
        ("RotateIn", vec![("gracePeriodSeconds", json!({ "maximum": 604_800 }))]),
        ("RotateBody", vec![("overlap_seconds", json!({ "maximum": 604_800 }))]),
        ("SearchIn", vec![("limit", json!({ "minimum": 1, "maximum": 250 })), ("before", time()), ("after", time())]),
        ("BulkReplayIn", vec![("status", json!({ "maximum": 4 })), ("until", time())]),
        ("WindowIn", vec![("until", time())]),
    ]
}

/// A caller's own name for something, which does not begin as our ids do.
fn own(prefix: &str) -> Value {
    json!({ "pattern": format!("^(?!{prefix})[A-Za-z0-9_.-]{{1,256}}$") })
}

fn word() -> Value {
    json!({ "pattern": EVENT_TYPE })
}

fn channels() -> Value {
    json!({ "minItems": 1, "maxItems": 10, "items": { "type": "string", "pattern": "^[A-Za-z0-9_.:+-]{1,128}$" } })
}

fn present(of: &str) -> Value {
    json!({ "type": of })
}

fn absent_or_null(of: &str) -> Value {
    json!({ "type": [of, "null"] })
}

/// Headers of which some are taken away.
fn with_null(mut headers: Value) -> Value {
    headers["additionalProperties"]["type"] = json!(["string", "null"]);
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bound_stands_in_the_document() {
        let mut router = crate::http::gateway::api_routes();
        let schemas = router.get_openapi_mut().components.get_or_insert_default().schemas.clone();
        for (name, changes) in changes() {
            let schema = serde_json::to_value(&schemas[name]).unwrap();
            for (field, change) in changes {
                let property = &schema["properties"][field];
                for (member, of) in change.as_object().unwrap() {
                    let told = property.get(member).unwrap_or(&Value::Null);
                    // Numbers come back as floating-point ones.
                    let same = told == of || told.as_f64().is_some_and(|told| Some(told) == of.as_f64());
                    assert!(same || member == "anyOf" && told.is_array(), "{name}.{field}: {member} is {told}, not {of}");
                }
            }
        }
    }
}
