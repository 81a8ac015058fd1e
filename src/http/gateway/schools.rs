//! Schools, in the words of "Student Data Provider & School Client": a school registers its webhook and gets a secret, once; what was sent to it can be looked at.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::access::role::{Caller, Right};
use crate::gateway::Gateway;
use crate::gateway::model::{CompatHeader, Endpoint, Format, Institution, NewEndpoint, Order};
use crate::gateway::profile::Profile;
use crate::http::auth::caller::{Manage, May};
use crate::http::gateway::fault::CallError;
use crate::http::gateway::students::SchoolError;
use crate::http::gateway::support::{read_json, seen_or_made, text};
use crate::http::state::AppState;

/// What a school's webhook hears of unless it says otherwise.
const EVENTS: &[&str] = &["student.applied", "student.updated", "student.deleted"];

/// A school's webhook that was just registered, with what is shown once.
pub struct Registered {
    /// The school.
    pub institution: Institution,
    /// Its webhook.
    pub endpoint: Endpoint,
    /// 64 hex digits.
    pub secret: String,
}

/// Registers a school's webhook.
///
/// # Errors
/// The school is not the caller's to register for, has this webhook already, or the URL is refused.
pub(in crate::http) async fn register_school(
    gateway: &Gateway,
    caller: &Caller,
    school: &str,
    name: Option<&str>,
    url: &str,
) -> Result<Registered, CallError> {
    let institution = seen_or_made(gateway, caller, school, name, Right::Administer).await?;
    let present = gateway.all_endpoints(institution.id).await?;
    let parsed = url::Url::parse(url).map(|url| url.to_string()).unwrap_or_default();
    if present.iter().any(|endpoint| endpoint.url == url || endpoint.url == parsed) {
        return Err(CallError::Conflict(
            "This webhook is registered already; its secret is not shown again, but can be rotated".to_owned(),
        ));
    }
    let new = NewEndpoint {
        url: url.to_owned(),
        description: "registered at /api/webhook/register".to_owned(),
        event_types: Some(EVENTS.iter().map(|name| (*name).to_owned()).collect()),
        profile: Profile::Seed001,
        format: Format::Named,
        order: Order::ByKey,
        compat: vec![CompatHeader::Signature],
        ..NewEndpoint::default()
    };
    let made = gateway.create_endpoint(institution.id, new).await?;
    // Shown by whoever asked for it: from here on it is shown by nobody.
    gateway.mark_secret_shown(institution.id, made.endpoint.id).await?;
    Ok(Registered { institution, endpoint: made.endpoint, secret: made.secret })
}

/// `POST /api/webhook/register`.
pub async fn register(
    State(state): State<AppState>,
    caller: May<Manage>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Value>), SchoolError> {
    let body = read_json(&state, &headers, body).await?;
    let fields = ["schoolId", "webhookUrl", "schoolName"].map(|name| text(&body, name));
    let [Some(school), Some(url), Some(name)] = fields else { return Err(CallError::Invalid("Missing fields".to_owned()).into()) };
    let made = register_school(&state.gateway, &caller, &school, Some(&name), &url).await?;
    let data = json!({
        "id": made.endpoint.id,
        "schoolId": school,
        "schoolName": made.institution.name,
        "webhookUrl": made.endpoint.url,
        "webhookSecret": made.secret,
        "createdAt": made.endpoint.created,
    });
    let message = "Webhook registered. Please store this secret securely.";
    Ok((StatusCode::CREATED, Json(json!({ "success": true, "message": message, "data": data }))))
}
