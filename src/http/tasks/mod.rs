//! `POST /tasks/run` and `POST /tasks/sweep`: a task queue or scheduler wakes us. Never open.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::auth::TaskCaller;
use crate::http::body::{BodyBudget, Caller};
use crate::http::error::ApiError;
use crate::http::task_gate::TaskGate;
use crate::http::trace::Work;
use crate::jobs::Jobs;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;

/// The largest message of a task queue; an id and what surrounds it are some hundred bytes.
const LARGEST_MESSAGE: usize = 64 * 1024;
/// When a task queue or scheduler should come again.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// A job and its lane, named directly, or inside a Pub/Sub push message (base64 in `message.data`).
#[derive(Debug, Deserialize)]
pub struct Wake {
    job: Option<String>,
    lane: Option<LaneName>,
    message: Option<PushMessage>,
}

#[derive(Debug, Deserialize)]
struct PushMessage {
    data: Option<String>,
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Debug, Default, Deserialize)]
struct Attributes {
    lane: Option<LaneName>,
}

impl Wake {
    fn job(&self) -> Option<JobId> {
        let pushed = || {
            let data = STANDARD.decode(self.message.as_ref()?.data.as_ref()?).ok()?;
            String::from_utf8(data).ok()
        };
        JobId::parse(self.job.clone().or_else(pushed)?.trim())
    }

    /// The job's lane; a message of an older release names none, and is about a report.
    fn lane(&self) -> LaneName {
        let pushed = || self.message.as_ref()?.attributes.lane;
        self.lane.or_else(pushed).unwrap_or_default()
    }
}

/// Has a worker run one job, and answers when it is done with it: an instance may have a processor only until then.
///
/// A lost or repeated call is harmless, so everything understood is answered 2xx, but for what is worth another call soon.
pub async fn run(
    _: TaskCaller,
    State(jobs): State<Arc<Jobs>>,
    State(bodies): State<Arc<BodyBudget>>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let held = bodies.read_at_most(&parts.headers, body, Caller::Authentic, LARGEST_MESSAGE).await?;
    let wake: Wake = serde_json::from_slice(held.bytes())
        .map_err(|_| ApiError::Malformed("send {\"job\":\"<id>\"} or a Pub/Sub push message".to_owned()))?;
    drop(held);
    let job = wake.job().ok_or_else(|| ApiError::Malformed("the message names no job id (32 hex digits)".to_owned()))?;
    let outcome = jobs.lane(wake.lane()).run_here(&job).await.map_err(|busy| ApiError::NotNow(busy.to_string(), AGAIN_AFTER))?;
    if outcome.wants_another() {
        return Err(ApiError::NotNow("the job could not be brought to an end of this attempt; send it again".to_owned(), AGAIN_AFTER));
    }
    Ok(worked(json!({ "success": true, "status": "ran", "job_id": job, "outcome": outcome.word() })))
}

/// Takes up what is overdue and not leased, and does what has to be done beside the jobs.
pub async fn sweep(_: TaskCaller, State(jobs): State<Arc<Jobs>>, State(gate): State<Arc<TaskGate>>) -> Result<Response, ApiError> {
    let report = jobs.sweep().await;
    let kept_up = gate.upkeep.keep_up().await;
    if let Some(problem) = report.problem.or(kept_up.err()) {
        tracing::error!(problem, "A sweep asked for by a scheduler ended early");
        return Err(ApiError::NotNow("the sweep ended early; the log says why".to_owned(), AGAIN_AFTER));
    }
    Ok(worked(json!({ "success": true, "status": "swept", "looked": report.looked, "woken": report.woken })))
}

fn worked(answer: Value) -> Response {
    (Extension(Work), Json(answer)).into_response()
}
