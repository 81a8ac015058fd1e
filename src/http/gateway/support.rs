//! What the surfaces share.

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use serde_json::Value;

use crate::access::role::{Caller, Right};
use crate::gateway::Gateway;
use crate::gateway::error::GatewayError;
use crate::gateway::model::{Institution, NewInstitution};
use crate::http::body::Caller as BodyCaller;
use crate::http::error::ApiError;
use crate::http::gateway::fault::CallError;
use crate::http::state::AppState;

/// The body of a caller that is known, within the service's limits.
pub(super) async fn read(state: &AppState, headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    Ok(state.bodies.read(headers, body, BodyCaller::Authentic).await?.bytes().clone())
}

/// As [`read`], as JSON, whatever media type it says: the documents' own commands name it in more than one way.
pub(super) async fn read_json(state: &AppState, headers: &HeaderMap, body: Body) -> Result<Value, CallError> {
    let bytes = read(state, headers, body).await?;
    serde_json::from_slice(&bytes).map_err(|error| CallError::Invalid(format!("The body is no JSON: {error}")))
}

/// A text of an object; numbers count as their digits, blanks as nothing.
pub(super) fn text(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The institution of this id or uid, as far as the caller may know of it.
pub(super) async fn seen(gateway: &Gateway, caller: &Caller, id: &str) -> Result<Option<Institution>, GatewayError> {
    let found = gateway.find_institution(id).await?;
    Ok(found.filter(|institution| caller.sees(&institution.id.to_string())))
}

/// As [`seen`]; one that is not there is made by a caller that may act for all.
pub(super) async fn seen_or_made(
    gateway: &Gateway,
    caller: &Caller,
    id: &str,
    name: Option<&str>,
    right: Right,
) -> Result<Institution, CallError> {
    if let Some(found) = seen(gateway, caller, id).await? {
        return Ok(found);
    }
    if caller.institution.is_some() || !caller.may(right) {
        return Err(CallError::NotFound("There is no such institution"));
    }
    let new = NewInstitution { name: name.unwrap_or(id).to_owned(), uid: Some(id.to_owned()), ..NewInstitution::default() };
    Ok(gateway.institution_or_create(new).await?.0)
}

/// What people call an institution: its uid where it has one.
pub(in crate::http) fn name_of(institution: &Institution) -> String {
    institution.uid.clone().unwrap_or_else(|| institution.id.to_string())
}
