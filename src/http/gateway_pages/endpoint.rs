//! One endpoint: whether it works, how it goes, what it wants, what can be done.

use axum::extract::{Path, Query};
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;

use super::context::{PageContext, log_said, problem_of};
use super::figures::{self, FigureScope};
use super::{deliveries, widgets};
use crate::gateway::error::GatewayError;
use crate::gateway::ids::{EndpointId, InstitutionId};
use crate::gateway::model::{Endpoint, Format, Institution, Order, PageQuery, PayloadMode, Task, TaskKind, TaskStatus};
use crate::http::console::format;
use crate::http::console::gateway_acts::EndpointDeed;
use crate::http::console::parts::{badge, time};
use crate::http::console::words::{self, fill};
use crate::lookup::attempts::rows::{AttemptFilter, AttemptRow, DeliveryFilter, Outcome, Slice};

/// Deliveries that the page shows.
const RECENT: usize = 10;
/// Dead letters are counted up to so many.
pub const MOST_DEAD: usize = 1000;
/// Tasks that are looked at.
const TASKS: usize = 20;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SpanQuery {
    /// Over which time figures are told.
    pub t: String,
}

/// How an endpoint stands.
pub struct EndpointStatus {
    /// Since when nothing succeeds.
    pub failing_since: Option<Timestamp>,
    /// What waits: for the first try, and for a later one.
    pub waiting: u64,
    /// What could not be delivered.
    pub dead: usize,
}

impl EndpointStatus {
    /// Reads it.
    ///
    /// # Errors
    /// The gateway's.
    pub async fn of(ctx: &PageContext, endpoint: EndpointId) -> Result<Self, GatewayError> {
        let (first, later) = ctx.gateway.waiting(endpoint).await?;
        Ok(Self {
            failing_since: ctx.gateway.failing_since(endpoint).await?,
            waiting: first + later,
            dead: ctx.gateway.count_dead_letters(endpoint, MOST_DEAD).await?,
        })
    }
}

/// `GET …/endpoints/{id}`.
pub async fn show(ctx: PageContext, Path(id): Path<String>, Query(wanted): Query<SpanQuery>) -> Response {
    let (institution, endpoint) = match ctx.endpoint(&id).await {
        Ok(found) => found,
        Err(problem) => return ctx.problem(&problem),
    };
    let stand = match EndpointStatus::of(&ctx, endpoint.id).await {
        Ok(stand) => stand,
        Err(error) => return ctx.problem(&problem_of(&error)),
    };
    let here = ctx.endpoint_path(institution.id, endpoint.id);
    let of = FigureScope { institution: institution.id.to_string(), endpoint: Some(endpoint.id.to_string()) };
    let recent = recent(&ctx, &of).await;
    let body = html! {
        div class="head" {
            p { a href=(ctx.institution_path(institution.id)) data-up="" { "← " (institution.name) } }
            h1 { (endpoint.url) }
            @if !endpoint.description.is_empty() { p class="lead" { (endpoint.description) } }
        }
        (next(&ctx, &institution, &endpoint, &stand, recent.as_ref().ok().map(Vec::as_slice)))
        (figures::card(&ctx, &of, &here, &wanted.t).await)
        div class="two" {
            section class="card flush" {
                header { h2 { (ctx.words().recent) } a href={ (ctx.base()) "/deliveries?institution=" (institution.id) "&endpoint=" (endpoint.id) "&t=30d" } { (ctx.words().see_all) } }
                @match &recent {
                    Ok(rows) if rows.is_empty() => p class="empty" { (ctx.words().deliveries_empty) },
                    Ok(rows) => (deliveries::table(&ctx, rows, false).await),
                    Err(said) => p class="empty" { (said) },
                }
            }
            div class="stack" {
                (settings(&ctx, &endpoint).await)
                (tasks(&ctx, institution.id, Some(endpoint.id)).await)
            }
        }
    };
    ctx.show("institutions", &endpoint.url, &body).await
}

async fn recent(ctx: &PageContext, of: &FigureScope) -> Result<Vec<AttemptRow>, &'static str> {
    let call = AttemptFilter { institution: Some(of.institution.clone()), endpoint: of.endpoint.clone(), ..AttemptFilter::default() };
    let slice = Slice { limit: RECENT, ..Slice::default() };
    let rows = ctx.log.deliveries(DeliveryFilter { call, stands: None }, slice).await;
    rows.map_err(|error| log_said(ctx, &error))
}

/// The sentence of how it stands, and what can be done about it.
fn next(
    ctx: &PageContext,
    institution: &Institution,
    endpoint: &Endpoint,
    stand: &EndpointStatus,
    recent: Option<&[AttemptRow]>,
) -> Markup {
    let words = ctx.words();
    let last = recent.and_then(<[AttemptRow]>::first);
    let sentence = if endpoint.disabled {
        let since = endpoint.disabled_at.map(|at| fill(words.since_off, &[("at", &widgets::moment(ctx, at))])).unwrap_or_default();
        format!("{} {since}", widgets::why_off(ctx, endpoint))
    } else if let Some(since) = stand.failing_since {
        fill(words.failing, &[("at", &widgets::moment(ctx, since))])
    } else {
        match last {
            Some(row) if row.outcome == Outcome::Success => fill(words.at_work, &[("at", &widgets::moment(ctx, row.at))]),
            Some(row) => fill(words.last_failed, &[("at", &widgets::moment(ctx, row.at))]),
            None => words.quiet.to_owned(),
        }
    };
    let is_failing = stand.failing_since.is_some() || last.is_some_and(|row| row.outcome == Outcome::Failed);
    let colour = if endpoint.disabled {
        "bad"
    } else if is_failing {
        ""
    } else {
        "good"
    };
    let path = ctx.endpoint_path(institution.id, endpoint.id);
    let (first, more) = offered(ctx, endpoint, stand);
    html! {
        section class={ "card next " (colour) } {
            header { h2 { (sentence) } (widgets::light(ctx, endpoint, is_failing)) }
            @if endpoint.disabled { p class="soft" { (words.off_more) } }
            p class="row" {
                span { (waiting(ctx, stand.waiting)) }
                @if stand.dead > 0 {
                    a href={ (ctx.base()) "/dead-letters?institution=" (institution.id) "&endpoint=" (endpoint.id) } { (dead(ctx, stand.dead)) }
                }
            }
            @if !first.is_empty() {
                div class="row acts" { @for deed in &first { (button(ctx, &path, *deed, first.first() == Some(deed))) } }
            }
            @if !more.is_empty() {
                details id="more" { summary { (words.more_acts) } div class="row acts" { @for deed in &more { (button(ctx, &path, *deed, false)) } } }
            }
        }
    }
}

/// What waits, in words.
pub fn waiting(ctx: &PageContext, n: u64) -> String {
    if n == 0 { ctx.words().waiting_none.to_owned() } else { widgets::counted(ctx, n, ctx.words().waiting_one, ctx.words().waiting_many) }
}

/// What could not be delivered, in words.
pub fn dead(ctx: &PageContext, n: usize) -> String {
    widgets::counted(ctx, n as u64, ctx.words().dead_one, ctx.words().dead_many)
}

fn button(ctx: &PageContext, path: &str, deed: EndpointDeed, is_main: bool) -> Markup {
    let class = if is_main { "b main" } else { "b" };
    html! { a class=(class) href={ (path) "/" (deed.as_str()) } data-ask="" { (deed.word(ctx.words())) } }
}

/// The buttons one sees, and those behind *more*, as far as they fit and may be pressed.
fn offered(ctx: &PageContext, endpoint: &Endpoint, stand: &EndpointStatus) -> (Vec<EndpointDeed>, Vec<EndpointDeed>) {
    let mut first = Vec::new();
    if endpoint.disabled {
        first.push(EndpointDeed::Resume);
    } else {
        if stand.dead > 0 {
            first.push(EndpointDeed::Replay);
        }
        first.extend([EndpointDeed::Test, EndpointDeed::Recover]);
    }
    first.push(EndpointDeed::Edit);
    let mut more = vec![EndpointDeed::Headers, EndpointDeed::Rotate];
    if !endpoint.disabled {
        more.push(EndpointDeed::Pause);
    }
    if stand.waiting > 0 {
        more.push(EndpointDeed::DiscardWaiting);
    }
    if stand.dead > 0 {
        more.push(EndpointDeed::DiscardDead);
    }
    more.push(EndpointDeed::Delete);
    first.retain(|deed| ctx.may(deed.need()));
    more.retain(|deed| ctx.may(deed.need()));
    (first, more)
}

async fn settings(ctx: &PageContext, endpoint: &Endpoint) -> Markup {
    let (words, language) = (ctx.words(), ctx.visit.words().language);
    let own = &ctx.visit.words().institutions;
    let events = endpoint.event_types.as_ref().map_or_else(|| own.all_events.to_owned(), |types| types.join(", "));
    let pauses: Vec<String> = endpoint.profile.pauses().iter().map(|pause| format::span(pause.as_secs() as i64)).collect();
    let usual = words::number(u64::from(ctx.gateway.config().rate), language);
    let rate = endpoint.rate.map_or_else(|| fill(words.usual, &[("n", &usual)]), |rate| rate.to_string());
    let mut shape = match (endpoint.payload, endpoint.format) {
        (PayloadMode::Thin, _) => words.body_thin,
        (PayloadMode::Full, Format::Standard) => words.body_standard,
        (PayloadMode::Full, Format::Grade) => words.body_grade,
        (PayloadMode::Full, Format::Named) => words.body_named,
        (PayloadMode::Full, Format::Raw) => words.body_raw,
    }
    .to_owned();
    if endpoint.order == Order::ByKey {
        shape = format!("{shape}; {}", words.ordered);
    }
    let headers = if endpoint.header_names.is_empty() { words.none.to_owned() } else { endpoint.header_names.join(", ") };
    let secrets = ctx.gateway.secret_tails(endpoint.institution, &endpoint.id.to_string()).await;
    html! {
        section class="card" {
            h2 { (words.settings) }
            dl class="facts" {
                dt { (words.events) } dd { (events) }
                @if let Some(channels) = &endpoint.channels { dt { (words.channels) } dd { (channels.join(", ")) } }
                dt { (words.body) } dd { (shape) }
                dt { (words.retries) } dd { (pauses.join(" · ")) }
                dt { (words.rate) } dd { (rate) }
                dt { (words.headers) } dd { (headers) }
                dt { (words.secrets) }
                dd { @match secrets {
                    Ok(secrets) => ul role="list" { @for secret in &secrets {
                        @let at = secret.expires.unwrap_or(secret.created);
                        @let said = if secret.expires.is_some() { words.secret_until } else { words.secret_now };
                        li { span class="soft" { (words.ends_in) " " } code { (secret.tail) } " (" (secret.scheme) ") " span class="soft" { (fill(said, &[("at", &widgets::moment(ctx, at))])) } }
                    } },
                    Err(_) => span class="say warn" { (words.secrets_closed) },
                } }
                dt { (own.since) } dd { (time(endpoint.created, &ctx.visit)) }
            }
        }
    }
}

/// Replays and the like, the newest first: how far each is.
pub async fn tasks(ctx: &PageContext, institution: InstitutionId, endpoint: Option<EndpointId>) -> Markup {
    let words = ctx.words();
    let Ok(found) = ctx.gateway.tasks(Some(institution), &PageQuery::first(TASKS)).await else { return html! {} };
    let is_of = |task: &Task| match (&task.kind, endpoint) {
        (_, None) => true,
        (
            TaskKind::Recover { endpoint: of, .. }
            | TaskKind::ReplayMissing { endpoint: of, .. }
            | TaskKind::BulkReplay { endpoint: of, .. }
            | TaskKind::ReplayDead { endpoint: of },
            Some(id),
        ) => *of == id,
        (TaskKind::SendAgain { deliveries }, Some(id)) => deliveries.iter().any(|(_, of)| *of == id),
        (TaskKind::ExpungeAll | TaskKind::Erase { .. } | TaskKind::Usage { .. } | TaskKind::UsedTypes, Some(_)) => false,
    };
    let tasks: Vec<&Task> = found.data.iter().filter(|task| is_of(task)).take(5).collect();
    if tasks.is_empty() {
        return html! {};
    }
    let is_open = tasks.iter().any(|task| task.status == TaskStatus::Running);
    html! {
        section id="work" class="card" data-renew=[is_open.then_some("3")] {
            h2 { (words.work) }
            ul class="groups" role="list" { @for task in tasks { li {
                div { b { (task_word(ctx, &task.kind)) } small class="soft" { (time(task.id.time(), &ctx.visit)) } }
                (task_state(ctx, task))
            } } }
        }
    }
}

fn task_word(ctx: &PageContext, kind: &TaskKind) -> &'static str {
    let words = ctx.words();
    match kind {
        TaskKind::Recover { .. } => words.work_recover,
        TaskKind::ReplayMissing { .. } => words.work_missing,
        TaskKind::BulkReplay { .. } | TaskKind::ReplayDead { .. } | TaskKind::SendAgain { .. } => words.work_again,
        TaskKind::ExpungeAll | TaskKind::Erase { .. } => words.work_expunge,
        // They work over all institutions, and are on no page of one.
        TaskKind::Usage { .. } | TaskKind::UsedTypes => kind.word(),
    }
}

fn task_state(ctx: &PageContext, task: &Task) -> Markup {
    let words = ctx.words();
    let sent =
        task.data.get("messagesSent").or_else(|| task.data.get("messagesPurged")).and_then(serde_json::Value::as_u64).unwrap_or_default();
    match task.status {
        TaskStatus::Running => badge::plain("busy", "running", words.work_running),
        TaskStatus::Finished => {
            badge::plain("good", "sent", &fill(words.work_finished, &[("n", &words::number(sent, ctx.visit.words().language))]))
        }
        TaskStatus::Failed => badge::plain("bad", "failed", words.work_failed),
    }
}

/// A line of an endpoint in a list.
pub fn line(
    ctx: &PageContext,
    institution: InstitutionId,
    endpoint: &Endpoint,
    stand: Option<&EndpointStatus>,
    rate: Option<f64>,
) -> Markup {
    let words = ctx.words();
    let is_failing = stand.is_some_and(|stand| stand.failing_since.is_some());
    html! {
        li {
            div {
                a href=(ctx.endpoint_path(institution, endpoint.id)) { b { (endpoint.url) } }
                small class="soft" {
                    (ctx.visit.words().institutions.events) ": "
                    @if let Some(types) = &endpoint.event_types { (types.join(", ")) } @else { (ctx.visit.words().institutions.all_events) }
                    @if let Some(rate) = rate { " · " (fill(words.success_day, &[("pct", &format::percent(rate * 100.0, ctx.visit.words().language))])) }
                    @if let Some(stand) = stand.filter(|stand| stand.waiting > 0) { " · " (waiting(ctx, stand.waiting)) }
                    @if let Some(stand) = stand.filter(|stand| stand.dead > 0) { " · " (dead(ctx, stand.dead)) }
                }
            }
            (widgets::light(ctx, endpoint, is_failing))
        }
    }
}
