//! Who may call what. A handler that takes one of these extractors cannot be reached without it.

pub mod base_url;
pub mod caller;
pub mod oauth;
pub mod refusal;

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use secrecy::{ExposeSecret as _, SecretString};

use crate::http::error::ApiError;
use crate::http::state::{AppState, Operators};
use crate::http::task_gate::TaskGate;
use crate::signing::constant_time_eq;

/// The caller has the admin token.
#[derive(Debug, Clone, Copy)]
pub struct Admin;

/// The caller may read `/metrics`: it has the admin token, or `METRICS_PUBLIC` is on.
#[derive(Debug, Clone, Copy)]
pub struct MetricsReader;

/// The caller is the task queue or the scheduler: it has the task token, or a valid identity token of the push subscription.
#[derive(Debug, Clone, Copy)]
pub struct TaskCaller;

impl Admin {
    fn of(headers: &HeaderMap, operators: &Operators) -> Option<Self> {
        operators.admin_token.as_ref().is_some_and(|token| bearer_is(headers, token)).then_some(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Admin
where
    Operators: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Self::of(&parts.headers, &Operators::from_ref(state)).ok_or(ApiError::Unauthorized)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Admin
where
    Operators: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, ApiError> {
        Ok(Self::of(&parts.headers, &Operators::from_ref(state)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for MetricsReader
where
    Operators: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let operators = Operators::from_ref(state);
        let may = operators.metrics_public || Admin::of(&parts.headers, &operators).is_some();
        may.then_some(Self).ok_or(ApiError::Unauthorized)
    }
}

impl FromRequestParts<AppState> for TaskCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let gate: &TaskGate = &state.tasks;
        if gate.token.as_ref().is_some_and(|token| bearer_is(&parts.headers, token)) {
            return Ok(Self);
        }
        if let (Some(check), Some(token)) = (&gate.oidc, bearer(&parts.headers))
            && check.is_valid(token, state.clock.now()).await
        {
            return Ok(Self);
        }
        Err(ApiError::Unauthorized)
    }
}

/// The request's bearer token (RFC 6750, section 2.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// Whether the request carries this bearer token, in constant time.
fn bearer_is(headers: &HeaderMap, expected: &SecretString) -> bool {
    bearer(headers).is_some_and(|token| constant_time_eq(token.as_bytes(), expected.expose_secret().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_as_a_bearer_token_is_taken() {
        let token = SecretString::from("s3cret-token");
        let with = |value: &str| [(header::AUTHORIZATION, value.parse().unwrap())].into_iter().collect::<HeaderMap>();
        for good in ["Bearer s3cret-token", "bearer s3cret-token", "Bearer  s3cret-token "] {
            assert!(bearer_is(&with(good), &token), "{good}");
        }
        for bad in [
            "",
            "Bearer",
            "Bearer ",
            "Basic s3cret-token",
            "Bearer s3cret-toke",
            "Bearer s3cret-token0",
            "Bearer S3CRET-TOKEN",
            "s3cret-token",
        ] {
            assert!(!bearer_is(&with(bad), &token), "{bad}");
        }
        assert!(!bearer_is(&HeaderMap::new(), &token));
        assert!(!bearer_is(&with("Bearer "), &SecretString::from("")), "an empty token opens nothing");
    }
}
