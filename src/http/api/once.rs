//! `Idempotency-Key`: a call that is sent twice acts once. What was answered is kept for a day.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::api::problem::Problem;
use crate::http::state::AppState;
use crate::signing::sha256_hex;
use crate::storage::key::ObjectKey;
use crate::storage::{PutMode, StoreError};

/// How long an answer is kept.
const KEPT: Duration = Duration::from_hours(24);
/// A call that neither ended nor failed is taken for lost after so long.
const LOST: Duration = Duration::from_mins(5);
/// The longest key.
const LONGEST_KEY: usize = 255;

#[derive(Debug, Serialize, Deserialize)]
struct Record {
    version: u32,
    at: Timestamp,
    /// What was asked, so that one key is not used for two things.
    asked: String,
    /// What was answered; none while it is under way.
    answer: Option<(u16, Value)>,
}

/// Acts once per key, caller and route; a call without a key acts as often as it comes.
///
/// # Errors
/// The act's problem; or the key was used for something else, or its first call is still under way.
pub async fn once(
    state: &AppState,
    headers: &HeaderMap,
    who: &str,
    asked: &str,
    act: impl Future<Output = Result<(StatusCode, Value), Problem>>,
) -> Result<(StatusCode, Value), Problem> {
    let Some(key) = headers.get("idempotency-key") else { return act.await };
    let key = key.to_str().ok().filter(|key| (1..=LONGEST_KEY).contains(&key.len()));
    let key = key.ok_or_else(|| Problem::malformed("Idempotency-Key: use 1 to 255 plain characters"))?;
    let (digest, asked) = (sha256_hex(format!("{who}\0{key}").as_bytes()), sha256_hex(asked.as_bytes()));
    let path = ObjectKey::Idempotency { digest: &digest }.path();
    let now = state.clock.now();
    let record = |answer| Record { version: 1, at: now, asked: asked.clone(), answer };
    let bytes = |record: &Record| Bytes::from(serde_json::to_vec(record).unwrap_or_default());
    let taken = match state.store.put(&path, bytes(&record(None)), PutMode::Create).await {
        Ok(version) => version,
        Err(StoreError::AlreadyExists { .. }) => {
            let Some((found, version)) = state.store.get(&path).await? else { return Err(Problem::not_now("Send it again")) };
            let age = |record: &Record| now.duration_since(record.at).unsigned_abs();
            match serde_json::from_slice::<Record>(&found) {
                Ok(known) if age(&known) < KEPT && known.asked != asked => {
                    return Err(Problem::new(
                        StatusCode::UNPROCESSABLE_ENTITY,
                        "idempotency_key",
                        "This Idempotency-Key was used for something else",
                    ));
                }
                Ok(Record { answer: Some((status, body)), at, .. }) if now.duration_since(at).unsigned_abs() < KEPT => {
                    return Ok((StatusCode::from_u16(status).unwrap_or(StatusCode::OK), body));
                }
                Ok(known) if known.answer.is_none() && age(&known) < LOST => {
                    return Err(Problem::conflict("in_progress", "The first call with this Idempotency-Key is still under way"));
                }
                // Old, lost or damaged: whoever replaces it acts.
                _ => match state.store.put(&path, bytes(&record(None)), PutMode::Update(version)).await {
                    Ok(version) => version,
                    Err(_) => return Err(Problem::conflict("in_progress", "Another call with this Idempotency-Key is under way")),
                },
            }
        }
        Err(error) => return Err(error.into()),
    };
    let done = act.await;
    match &done {
        Ok((status, body)) => {
            let record = record(Some((status.as_u16(), body.clone())));
            if let Err(error) = state.store.put(&path, bytes(&record), PutMode::Update(taken)).await {
                tracing::warn!(%error, "What was answered could not be kept under its Idempotency-Key");
            }
        }
        // Nothing happened: the key is free again.
        Err(_) => drop(state.store.delete(&path).await),
    }
    done
}
