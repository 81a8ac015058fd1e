//! Whether the process lives, and whether its parts are fit to work.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::http::auth::Admin;
use crate::http::readiness::{Readiness, Report};

/// `GET /healthz` and `GET /health`: the process answers; no dependency is touched.
///
/// Cloud Run's front end keeps some paths that end in `z` for itself, hence the second name.
pub async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /ready`: 200 when every part is fit, else 503; one entry per part. Details need the admin token: they name servers, buckets and templates.
pub async fn ready(
    admin: Option<Admin>,
    State(readiness): State<Arc<Readiness>>,
    State(clock): State<Arc<dyn Clock>>,
) -> (StatusCode, Json<Report>) {
    let mut report = readiness.report(clock.now()).await;
    let code = if report.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    if admin.is_none() {
        report.parts.iter_mut().for_each(|part| part.detail = None);
    }
    (code, Json(report))
}
