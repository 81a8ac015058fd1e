//! Figures of endpoints and applications.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::Gateway;
use crate::gateway::ids::InstitutionId;
use crate::gateway::model::PageQuery;
use crate::http::auth::caller::{Administer, May, Read};
use crate::http::problem::Problem;
use crate::http::state::AppState;
use crate::http::svix::replay::TaskOut;
use crate::http::svix::request::{Json, Query};
use crate::http::svix::tenant::{everywhere, on, tenant};
use crate::lookup::attempts::figures::FigureFilter;
use crate::lookup::attempts::rows::Figures;

/// The longest time that figures are told over, and the grace for clocks that differ.
const LONGEST_DAYS: i64 = 28;
const GRACE_MINUTES: i64 = 5;
/// Institutions read at once.
const AT_ONCE: usize = 250;
/// Applications that one count may name.
const MOST_NAMED: usize = 1000;

/// How messages stand at an endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatsOut {
    success: u64,
    /// Wait for their first call.
    pending: u64,
    /// Wait for another call.
    sending: u64,
    fail: u64,
    canceled: u64,
}

/// How calls to an endpoint came out.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptStatsOut {
    success: u64,
    fail: u64,
    canceled: u64,
}

/// How many endpoints there are.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct EndpointCountOut {
    active: u64,
    disabled: u64,
}

/// How calls of an application came out.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppStatsOut {
    by_event_type: BTreeMap<String, TypeStats>,
    total_success: u64,
    total_failure: u64,
    total_canceled: u64,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

/// How calls of one type came out.
#[derive(Debug, Serialize, ToSchema)]
pub struct TypeStats {
    success: u64,
    failure: u64,
}

/// Whether an endpoint is slowed down.
#[derive(Debug, Serialize, ToSchema)]
pub struct RateOut {
    status: &'static str,
}

/// The routes of figures.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(stats))
        .routes(routes!(attempt_stats))
        .routes(routes!(rate_limit_status))
        .routes(routes!(endpoint_count))
        .routes(routes!(app_attempts))
        .routes(routes!(usage))
        .routes(routes!(used_types))
}

/// How messages stand at an endpoint, for those that were called for in a time.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/stats", tag = "Endpoint", responses((status = 200, body = StatsOut)))]
pub async fn stats(
    State(state): State<AppState>,
    caller: May<Read>,
    Path((app, endpoint)): Path<(String, String)>,
    query: Query,
) -> Result<Answer<StatsOut>, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    let endpoint = state.gateway.endpoint(institution.id, &endpoint).await?.id;
    let (figures, _) = figures(&state, &institution.id, Some(endpoint.to_string()), &query).await?;
    let (pending, sending) = state.gateway.waiting(endpoint).await?;
    Ok(Answer(StatsOut { success: figures.ok, pending, sending, fail: figures.died, canceled: figures.cancelled }))
}

/// How calls to an endpoint came out, by whole hours.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/attempt-stats", tag = "Endpoint", responses((status = 200, body = AttemptStatsOut)))]
pub async fn attempt_stats(
    State(state): State<AppState>,
    caller: May<Read>,
    Path((app, endpoint)): Path<(String, String)>,
    query: Query,
) -> Result<Answer<AttemptStatsOut>, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    let endpoint = state.gateway.endpoint(institution.id, &endpoint).await?.id;
    let (figures, _) = figures(&state, &institution.id, Some(endpoint.to_string()), &query).await?;
    Ok(Answer(AttemptStatsOut { success: figures.ok, fail: figures.failed, canceled: figures.cancelled }))
}

/// Whether an endpoint is slowed down by its rate.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/rate-limit-status", tag = "Endpoint", responses((status = 200, body = RateOut)))]
pub async fn rate_limit_status(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Read>,
    Path((app, endpoint)): Path<(String, String)>,
) -> Result<Answer<RateOut>, Problem> {
    let institution = tenant(&gateway, &caller, &app).await?;
    gateway.endpoint(institution.id, &endpoint).await?;
    Ok(Answer(RateOut { status: "Ok" }))
}

/// How many endpoints there are in all applications.
#[utoipa::path(get, path = "/api/v1/stats/endpoint/count", tag = "Statistics", responses((status = 200, body = EndpointCountOut)))]
pub async fn endpoint_count(State(gateway): State<Arc<Gateway>>, caller: May<Read>) -> Result<Answer<EndpointCountOut>, Problem> {
    on(&gateway)?;
    everywhere(&caller)?;
    let mut query = PageQuery::<InstitutionId>::first(AT_ONCE);
    let mut count = EndpointCountOut::default();
    loop {
        let page = gateway.institutions(&query).await?;
        for institution in &page.data {
            for endpoint in gateway.all_endpoints(institution.id).await? {
                *(if endpoint.disabled { &mut count.disabled } else { &mut count.active }) += 1;
            }
        }
        query.from = page.data.last().map(|institution| institution.id);
        if page.done {
            return Ok(Answer(count));
        }
    }
}

/// What to count the usage of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageIn {
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    /// Of these applications, by id or uid; of all when absent.
    #[serde(default)]
    app_ids: Option<Vec<String>>,
}

/// The task that counts, and what it cannot count.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageOut {
    /// The task.
    #[serde(flatten)]
    pub task: TaskOut,
    /// The ids and uids that are nobody's.
    pub unresolved_app_ids: Vec<String>,
}

/// Count what applications sent over a time, in the background: the task's data has `appStats`.
#[utoipa::path(post, path = "/api/v1/stats/usage/app", tag = "Statistics", request_body = UsageIn, responses((status = 202, body = UsageOut)))]
pub async fn usage(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Json(body): Json<UsageIn>,
) -> Result<(StatusCode, Answer<UsageOut>), Problem> {
    on(&gateway)?;
    everywhere(&caller)?;
    let mut unresolved = Vec::new();
    let institutions = match body.app_ids {
        None => None,
        Some(named) if named.len() > MOST_NAMED => {
            return Err(Problem::invalid_field(
                &["body", "appIds"],
                format!("At most {MOST_NAMED} applications, or leave it out for all."),
            ));
        }
        Some(named) => {
            let mut found = std::collections::BTreeSet::new();
            for name in named {
                match gateway.find_institution(&name).await? {
                    Some(institution) => {
                        found.insert(institution.id);
                    }
                    None => unresolved.push(name),
                }
            }
            if found.is_empty() {
                return Err(Problem::invalid_field(&["body", "appIds"], "None of these applications is there."));
            }
            Some(found.into_iter().collect())
        }
    };
    let task = gateway.count_usage(institutions, body.since, body.until).await?;
    Ok((StatusCode::ACCEPTED, Answer(UsageOut { task: task.into(), unresolved_app_ids: unresolved })))
}

/// List the types of all messages that are kept, in the background: the task's data has `eventTypes`.
#[utoipa::path(put, path = "/api/v1/stats/usage/event-types", tag = "Statistics", responses((status = 202, body = TaskOut)))]
pub async fn used_types(State(gateway): State<Arc<Gateway>>, caller: May<Administer>) -> Result<(StatusCode, Answer<TaskOut>), Problem> {
    on(&gateway)?;
    everywhere(&caller)?;
    Ok((StatusCode::ACCEPTED, Answer(gateway.list_used_types().await?.into())))
}

/// How calls of an application came out, by whole hours.
#[utoipa::path(get, path = "/api/v1/app/{app_id}/stats/attempts", tag = "Statistics", responses((status = 200, body = AppStatsOut)))]
pub async fn app_attempts(
    State(state): State<AppState>,
    caller: May<Read>,
    Path(app): Path<String>,
    query: Query,
) -> Result<Answer<AppStatsOut>, Problem> {
    let institution = tenant(&state.gateway, &caller, &app).await?;
    let (figures, (since, until)) = figures(&state, &institution.id, None, &query).await?;
    let by_type = figures.by_type.into_iter().map(|(kind, ok, failed)| (kind, TypeStats { success: ok, failure: failed }));
    Ok(Answer(AppStatsOut {
        by_event_type: by_type.collect(),
        total_success: figures.ok,
        total_failure: figures.failed,
        total_canceled: figures.cancelled,
        since,
        until,
    }))
}

/// What the log counted over the time that a query names: by default the last four weeks.
async fn figures(
    state: &AppState,
    institution: &InstitutionId,
    endpoint: Option<String>,
    query: &Query,
) -> Result<(Figures, (Timestamp, Timestamp)), Problem> {
    let now = state.clock.now();
    let until = query.time("until")?.unwrap_or(now);
    let longest = (LONGEST_DAYS * 24).hours();
    let since = query.time("since")?.unwrap_or_else(|| until.checked_sub(longest).unwrap_or(until));
    let grace = jiff::SignedDuration::from_mins(GRACE_MINUTES);
    let span = until.duration_since(since);
    if span.is_negative() || span > jiff::SignedDuration::from_hours(LONGEST_DAYS * 24) + grace {
        return Err(Problem::bad_request("invalid_range", format!("since lies before until, by at most {LONGEST_DAYS} days")));
    }
    if until.duration_since(now) > grace {
        return Err(Problem::bad_request("invalid_range", "until lies in the future"));
    }
    let filter = FigureFilter { institution: Some(institution.to_string()), endpoint, since: Some(since), until: Some(until) };
    Ok((state.log.figures(filter).await?, (since, until)))
}
