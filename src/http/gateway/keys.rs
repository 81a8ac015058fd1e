//! The public keys that verify an institution's `v1a` signatures: a set of its own for each, so that no institution's key verifies for another.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use crate::access::token::jwk;
use crate::http::auth::oauth::cached;
use crate::http::gateway::fault::dialect;
use crate::http::state::AppState;

dialect! {
    /// `{"error": …}`.
    KeyError, |message| json!({ "error": message })
}

/// `GET /.well-known/webhooks/{institution}/jwks.json`. Anybody may verify; an institution that is not there has no keys, as one without any.
pub async fn key_set(State(state): State<AppState>, Path(institution): Path<String>) -> Result<Response, KeyError> {
    let Some(found) = state.gateway.find_institution(&institution).await? else { return Ok(set(&[])) };
    let keys: Vec<Value> = state.gateway.public_keys(found.id).await?.iter().map(|(_, public)| jwk(public)).collect();
    Ok(set(&keys))
}

fn set(keys: &[Value]) -> Response {
    cached(Json(json!({ "keys": keys })))
}
