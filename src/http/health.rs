//! Whether the process lives, and whether its parts are fit to work.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures::future::join_all;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::http::state::AppState;

/// One part's check may take so long.
const CHECK_LIMIT: Duration = Duration::from_secs(3);
/// Answers are kept so long, so that probes cost nothing.
const CACHE: Duration = Duration::from_secs(5);

/// `GET /healthz` and `GET /health`: the process answers; no dependency is touched.
///
/// Cloud Run's front end keeps some paths that end in `z` for itself, hence the second name.
pub async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /ready`: 200 when every part is fit, else 503; one entry a part.
pub async fn ready(State(desk): State<AppState>) -> (StatusCode, Json<Report>) {
    let report = desk.readiness.report(desk.clock.now()).await;
    let code = if report.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, Json(report))
}

/// A part of the service that can say whether it is fit.
#[async_trait]
pub trait Part: Send + Sync {
    /// Its name (`storage`, `mail`, …).
    fn name(&self) -> &'static str;

    /// A sentence on its state: `Ok` when fit, `Err` with what is wrong and what to do.
    async fn check(&self) -> Result<String, String>;
}

/// The state of all parts.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Every part is fit.
    pub ready: bool,
    /// One entry a part.
    pub parts: Vec<PartReport>,
}

/// The state of one part.
#[derive(Debug, Clone, Serialize)]
pub struct PartReport {
    /// Its name.
    pub name: &'static str,
    /// It is fit.
    pub ok: bool,
    /// A sentence.
    pub detail: String,
}

/// All parts, with the last report kept for seconds.
pub struct Readiness {
    parts: Vec<Arc<dyn Part>>,
    last: Mutex<Option<(Timestamp, Report)>>,
}

impl Readiness {
    /// The parts to ask.
    pub fn new(parts: Vec<Arc<dyn Part>>) -> Self {
        Self { parts, last: Mutex::new(None) }
    }

    /// The last report if it is fresh, else a new one. Callers that come while parts are asked wait for the same answer.
    pub async fn report(&self, now: Timestamp) -> Report {
        let mut last = self.last.lock().await;
        if let Some((at, report)) = last.as_ref()
            && now.duration_since(*at).unsigned_abs() < CACHE
        {
            return report.clone();
        }
        let parts = join_all(self.parts.iter().map(|part| check(part.as_ref()))).await;
        let report = Report { ready: parts.iter().all(|part| part.ok), parts };
        *last = Some((now, report.clone()));
        report
    }
}

async fn check(part: &dyn Part) -> PartReport {
    let answer = tokio::time::timeout(CHECK_LIMIT, part.check()).await;
    let answer = answer.unwrap_or_else(|_| Err(format!("no answer within {} seconds", CHECK_LIMIT.as_secs())));
    let ok = answer.is_ok();
    PartReport { name: part.name(), ok, detail: answer.unwrap_or_else(|problem| problem) }
}
