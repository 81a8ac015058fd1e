//! Examples of events, sent to one endpoint to try it: signed, recorded and repeated as any other.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::gateway::catalogue::built_in;
use crate::gateway::error::GatewayError;
use crate::gateway::model::{Endpoint, Event, NewEvent};
use crate::http::problem::Problem;

/// The type that every endpoint may be tried with.
pub const PING: &str = "svix.ping";

/// Sends an example of a type to an endpoint alone, whatever its filter says.
///
/// # Errors
/// 400 for a disabled endpoint, and for a type that has no example.
pub async fn send(gateway: &Gateway, endpoint: &Endpoint, kind: &str) -> Result<Event, Problem> {
    if endpoint.disabled {
        return Err(GatewayError::EndpointDisabled.into());
    }
    let payload = example(gateway, kind).await?;
    let new = NewEvent { event_type: kind.to_owned(), payload: payload.to_string(), only: Some(endpoint.id), ..NewEvent::default() };
    Ok(gateway.publish(endpoint.institution, new, None).await?.event)
}

async fn example(gateway: &Gateway, kind: &str) -> Result<Value, Problem> {
    if kind == PING {
        return Ok(json!({ "success": true }));
    }
    if let Some(known) = built_in(kind) {
        return Ok(known.example());
    }
    let none = || Problem::new(StatusCode::BAD_REQUEST, "invalid_scheme", "This event type has no example; add one to its schema.");
    let schemas = gateway.event_type(kind).await?.schemas.unwrap_or_default();
    let newest = schemas.last_key_value().map(|(_, schema)| schema).ok_or_else(none)?;
    let given = newest.pointer("/examples/0").or_else(|| newest.get("example"));
    given.filter(|example| example.is_object()).cloned().ok_or_else(none)
}
