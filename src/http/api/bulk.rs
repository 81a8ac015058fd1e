//! The same act on many reports: the set is fixed when it is asked, a job of its own does it, and it is watched and stopped here or in the console.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::role::Caller;
use crate::audit::{Act, Audit};
use crate::http::api::once::once;
use crate::http::api::problem::Problem;
use crate::http::api::request::{Body, BulkId, Named};
use crate::http::auth::caller::{ActOnReports, May};
use crate::http::state::AppState;
use crate::jobs::ask::{Ask, FromStep};
use crate::jobs::bulk::{self, Progress, Set};
use crate::lookup::view::{ReportFilter, ReportState};
use crate::model::ids::JobId;
use crate::sealing::chance;

/// What is done with each report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkAct {
    /// Those that wait are tried at once.
    Try,
    /// Those that were given up are done anew.
    Retry,
    /// Those that wait for a person go on.
    Release,
    /// Those that were made are mailed again, with the same PDF.
    Send,
    /// The PDFs are made again with today's template.
    Render,
    /// They are marked again with today's bank and rules.
    Mark,
    /// Those that were not sent are given up.
    Discard,
}

impl BulkAct {
    const ALL: [Self; 7] = [Self::Try, Self::Retry, Self::Release, Self::Send, Self::Render, Self::Mark, Self::Discard];

    /// The word in records, which the console reads as well.
    fn word(self) -> &'static str {
        match self {
            Self::Try => "try",
            Self::Retry => "retry",
            Self::Release => "continue",
            Self::Send => "send",
            Self::Render => "render",
            Self::Mark => "mark",
            Self::Discard => "discard",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.word() == word)
    }

    fn fits(self, state: ReportState) -> bool {
        use ReportState::{Discarded, Done, Failed, Parked, Sent, Waiting};
        match self {
            Self::Try => state == Waiting,
            Self::Retry => matches!(state, Failed | Discarded),
            Self::Release => state == Parked,
            Self::Send | Self::Render | Self::Mark => matches!(state, Sent | Done),
            Self::Discard => matches!(state, Waiting | Parked | Failed),
        }
    }

    fn deed(self) -> bulk::Deed {
        match self {
            Self::Try => bulk::Deed::Try,
            Self::Discard => bulk::Deed::Discard,
            Self::Retry | Self::Release | Self::Send | Self::Render | Self::Mark => bulk::Deed::Reopen,
        }
    }

    fn first_step(self) -> FromStep {
        match self {
            Self::Send => FromStep::Mail,
            Self::Render => FromStep::Render,
            Self::Mark => FromStep::Analyse,
            Self::Try | Self::Retry | Self::Release | Self::Discard => FromStep::Fetch,
        }
    }

    fn may_only_file(self) -> bool {
        matches!(self, Self::Render | Self::Mark)
    }
}

/// What is done with which reports.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkRequest {
    /// Which reports; those that the act does not fit are left alone.
    filter: ReportFilter,
    /// What is done with each.
    act: BulkAct,
    /// Whether mails go out, too (`render`, `mark`); they are only filed unless it is `true`.
    #[serde(default)]
    mail: Option<bool>,
    /// Why; kept with the act.
    #[serde(default)]
    #[schema(max_length = 500)]
    why: Option<String>,
    /// Whether it begins at once; else the set is fixed and told, and nothing is done until it is started.
    #[serde(default = "yes")]
    #[schema(default = true)]
    start: bool,
}

fn yes() -> bool {
    true
}

/// A report that could not be acted on.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkFailure {
    /// The report.
    #[schema(value_type = String)]
    pub job: JobId,
    /// Why.
    pub why: String,
}

/// How far an act on many is.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkView {
    /// Its number.
    pub id: String,
    /// What is done with each report.
    pub act: Option<BulkAct>,
    /// When it was asked.
    pub at: Timestamp,
    /// Who asked.
    pub by: String,
    /// Reports in the set.
    pub reports: usize,
    /// Reports of the filter that the act does not fit.
    pub left: usize,
    /// The filter has more reports than one act takes (5,000).
    pub is_cut: bool,
    /// It was started.
    pub is_started: bool,
    /// Done.
    pub done: usize,
    /// Moved meanwhile, and left alone.
    pub moved: usize,
    /// Could not be acted on; fifty at most.
    pub failed: Vec<BulkFailure>,
    /// Somebody stopped it.
    pub is_stopped: bool,
    /// Nothing is left to do.
    pub is_finished: bool,
}

impl BulkView {
    fn of(id: &str, set: &Set, is_started: bool, progress: Progress) -> Self {
        Self {
            id: id.to_owned(),
            act: BulkAct::of_word(&set.word),
            at: set.at,
            by: set.by.clone(),
            reports: set.jobs.len(),
            left: set.left,
            is_cut: set.is_cut,
            is_started,
            done: progress.done,
            moved: progress.moved,
            failed: progress.failed.into_iter().map(|(job, why)| BulkFailure { job, why }).collect(),
            is_stopped: progress.is_stopped,
            is_finished: progress.is_finished,
        }
    }
}

async fn fixed(state: &AppState, id: &str) -> Result<Set, Problem> {
    bulk::set(&*state.store, id).await?.ok_or_else(|| Problem::not_found("There is no such act on many"))
}

async fn view(state: &AppState, id: &str, set: &Set) -> Result<BulkView, Problem> {
    let store = &*state.store;
    let is_started = bulk::started(store, id).await?.is_some();
    Ok(BulkView::of(id, set, is_started, bulk::progress(store, id).await?))
}

/// Starts it, recorded before; whoever started it before is no fault.
async fn begin(caller: &Caller, state: &AppState, id: &str, set: &Set) -> Result<(), Problem> {
    if bulk::started(&*state.store, id).await?.is_none() {
        let why = set.ask.why.as_deref();
        let more = Some(format!("{} · {}", set.jobs.len(), set.word));
        let audit = Audit::new(state.store.clone(), state.clock.clone());
        let record = audit.record(Act { who: &caller.who, role: None, act: "bulk", on: id, why, more }).await?;
        let ask = Ask { by: Some(caller.who.clone()), audit: Some(record.clone()), ..set.ask.clone() };
        if !bulk::start(&*state.store, id, &ask).await? {
            audit.failed(&record, "it was asked already").await;
        }
    }
    // Accepting it twice is accepting it once; whoever died in between is made up for by the next call.
    state.jobs.accept(bulk::event(id, state.clock.now())).await.map_err(|error| {
        tracing::warn!(%error, "The API could not start an act on many");
        Problem::not_now("The store cannot be reached now; start it again")
    })?;
    Ok(())
}

/// Act on many
///
/// The reports are fixed now, newest first and 5,000 at most; the act is done on these alone, and not on one that moved meanwhile. Five mails go out a second.
#[utoipa::path(post, path = "/api/v1/bulk", operation_id = "bulk_ask", tag = "acts", request_body(content = BulkRequest, content_type = "application/json"),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]{1,255}$", description = "A call that is sent twice with it acts once.")),
    responses((status = 202, body = BulkView), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json", description = "The act fits no report of the filter."), (status = 413, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn ask(
    caller: May<ActOnReports>,
    State(state): State<AppState>,
    headers: HeaderMap,
    Body(asked): Body<BulkRequest>,
) -> Result<Response, Problem> {
    let invalid = |detail: &'static str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail);
    if asked.why.as_ref().is_some_and(|why| why.chars().count() > 500) {
        return Err(invalid("why: use at most 500 characters"));
    }
    if asked.mail.is_some() && !asked.act.may_only_file() {
        return Err(invalid("mail: this act takes no such thing"));
    }
    let what = format!("bulk\0{}", serde_json::to_string(&asked).unwrap_or_default());
    let done = once(&state, &headers, &caller.who, &what, async {
        // One more than are taken tells that there are more.
        let chosen = state.lookup.standings(asked.filter.clone(), bulk::MOST + 1).await?;
        let is_cut = chosen.len() > bulk::MOST;
        let considered = chosen.len().min(bulk::MOST);
        let fitting = chosen.into_iter().take(bulk::MOST).filter(|one| asked.act.fits(one.state));
        let jobs: Vec<(JobId, String)> = fitting.map(|one| (one.job.clone(), one.expected())).collect();
        if jobs.is_empty() {
            return Err(Problem::conflict("nothing_fits", "The act fits no report of the filter"));
        }
        let id = hex::encode(chance::<12>());
        let set = Set {
            v: 1,
            at: state.clock.now(),
            by: caller.who.clone(),
            cause: asked.filter.cause.clone().unwrap_or_default(),
            deed: asked.act.deed(),
            word: asked.act.word().to_owned(),
            left: considered - jobs.len(),
            is_cut,
            ask: Ask {
                mail: !asked.act.may_only_file() || asked.mail == Some(true),
                by: Some(caller.who.clone()),
                why: asked.why.clone(),
                ..Ask::from_step(asked.act.first_step())
            },
            jobs,
        };
        bulk::fix(&*state.store, &id, &set).await?;
        if asked.start {
            begin(&caller, &state, &id, &set).await?;
        }
        let view = BulkView::of(&id, &set, asked.start, Progress::default());
        Ok((StatusCode::ACCEPTED, serde_json::to_value(view).unwrap_or_default()))
    });
    let (status, body) = Box::pin(done).await?;
    Ok((status, Json(body)).into_response())
}

/// How far it is
#[utoipa::path(get, path = "/api/v1/bulk/{id}", operation_id = "bulk_show", tag = "acts", params(("id" = String, Path, pattern = "^[0-9a-f]{24}$", description = "The act's number.")),
    responses((status = 200, body = BulkView), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn show(
    _: May<ActOnReports>,
    State(state): State<AppState>,
    Named(BulkId(id)): Named<BulkId>,
) -> Result<Json<BulkView>, Problem> {
    let set = fixed(&state, &id).await?;
    view(&state, &id, &set).await.map(Json)
}

/// Start it
///
/// For one that was fixed without being started; starting it twice is starting it once.
#[utoipa::path(post, path = "/api/v1/bulk/{id}/start", operation_id = "bulk_start", tag = "acts", params(("id" = String, Path, pattern = "^[0-9a-f]{24}$", description = "The act's number.")),
    responses((status = 202, body = BulkView), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn start(
    caller: May<ActOnReports>,
    State(state): State<AppState>,
    Named(BulkId(id)): Named<BulkId>,
) -> Result<(StatusCode, Json<BulkView>), Problem> {
    let set = fixed(&state, &id).await?;
    begin(&caller, &state, &id, &set).await?;
    Ok((StatusCode::ACCEPTED, Json(view(&state, &id, &set).await?)))
}

/// Stop it
///
/// Before its next report; what was done stays done.
#[utoipa::path(post, path = "/api/v1/bulk/{id}/stop", operation_id = "bulk_stop", tag = "acts", params(("id" = String, Path, pattern = "^[0-9a-f]{24}$", description = "The act's number.")),
    responses((status = 202, body = BulkView), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn stop(
    caller: May<ActOnReports>,
    State(state): State<AppState>,
    Named(BulkId(id)): Named<BulkId>,
) -> Result<(StatusCode, Json<BulkView>), Problem> {
    let set = fixed(&state, &id).await?;
    let entry = Act { who: &caller.who, role: None, act: "bulk.stop", on: &id, why: None, more: None };
    Audit::new(state.store.clone(), state.clock.clone()).record(entry).await?;
    bulk::stop(&*state.store, &id, &caller.who).await?;
    Ok((StatusCode::ACCEPTED, Json(view(&state, &id, &set).await?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_is_found_by_its_word_and_what_was_sent_is_never_discarded() {
        for act in BulkAct::ALL {
            assert_eq!(BulkAct::of_word(act.word()), Some(act));
            assert!(!act.fits(ReportState::Running) && !act.fits(ReportState::Unreadable));
        }
        assert!(!BulkAct::Discard.fits(ReportState::Sent) && !BulkAct::Discard.fits(ReportState::Done));
    }
}
