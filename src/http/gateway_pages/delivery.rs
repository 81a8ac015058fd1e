//! One delivery: what was sent, what was answered at each try, what comes next and its button.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use maud::{Markup, html};

use super::context::{PageContext, SubmittedForm, log_said, problem_of};
use super::deeds::{Fault, reason};
use super::figures;
use super::widgets::{self, short};
use crate::gateway::attempts::EXPUNGED;
use crate::gateway::error::GatewayError;
use crate::gateway::ids::MessageId;
use crate::gateway::inspect::SignedCall as AsSent;
use crate::gateway::model::{Attempt, Delivery, DeliveryState, Endpoint, Event, Institution};
use crate::http::console::form_data::Fields;
use crate::http::console::gateway_acts::Need;
use crate::http::console::pages::Problem;
use crate::http::console::parts::time;
use crate::http::console::words::fill;
use crate::http::console::words::gateway::Gateway as Words;
use crate::lookup::attempts::rows::{AttemptFilter, AttemptRow, Outcome, Slice};

/// Tries that are shown.
const TRIES: usize = 30;
/// Tries that are shown with all that was answered.
const WHOLE: usize = 3;

/// Something that can be done with a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DeliveryDeed {
    /// Send it once more.
    Again,
    /// Give it up.
    Cancel,
    /// Take it off the list of dead letters.
    Discard,
}

impl DeliveryDeed {
    fn as_str(self) -> &'static str {
        match self {
            Self::Again => "again",
            Self::Cancel => "cancel",
            Self::Discard => "discard",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Again, Self::Cancel, Self::Discard].into_iter().find(|deed| deed.as_str() == word)
    }

    fn word(self, words: &Words, state: DeliveryState) -> &'static str {
        match self {
            Self::Again if state == DeliveryState::Waiting => words.act_now,
            Self::Again => words.act_again,
            Self::Cancel => words.act_cancel,
            Self::Discard => words.act_discard,
        }
    }
}

/// A delivery with what it is about.
struct FullDelivery {
    institution: Institution,
    endpoint: Endpoint,
    event: Event,
    delivery: Delivery,
    is_listed_dead: bool,
}

impl FullDelivery {
    fn path(&self, ctx: &PageContext) -> String {
        ctx.delivery_path(&self.institution.id, &self.event.id, &self.endpoint.id)
    }

    /// What can be done with it, the first as the main button.
    fn offered(&self) -> Vec<DeliveryDeed> {
        let can_send = !self.endpoint.disabled && self.event.payload.is_some();
        let mut deeds = Vec::new();
        if can_send {
            deeds.push(DeliveryDeed::Again);
        }
        match self.delivery.state {
            // The first try is under way with the event itself.
            DeliveryState::Waiting if self.delivery.attempts > 0 => deeds.push(DeliveryDeed::Cancel),
            DeliveryState::Waiting => deeds.clear(),
            DeliveryState::Dead if self.is_listed_dead => deeds.push(DeliveryDeed::Discard),
            _ => {}
        }
        deeds
    }

    /// How it stands, for a form that must not act on what moved.
    fn mark(&self) -> String {
        let state = match self.delivery.state {
            DeliveryState::Delivered => "delivered",
            DeliveryState::Waiting => "waiting",
            DeliveryState::Dead => "dead",
            DeliveryState::Skipped(_) => "skipped",
            DeliveryState::Cancelled(_) => "cancelled",
        };
        format!("{state}.{}", self.delivery.attempts)
    }
}

async fn read(ctx: &PageContext, id: &str) -> Result<FullDelivery, Problem> {
    let (institution, message, endpoint) = PageContext::parse_delivery(id).ok_or(Problem::NotFound)?;
    let (institution, endpoint) = ctx.endpoint(&format!("{institution}.{endpoint}")).await?;
    let read = async {
        let event = ctx.gateway.event(institution.id, &message.to_string()).await?;
        let delivery = ctx.gateway.delivery(institution.id, &message.to_string(), endpoint.id).await?;
        let delivery = delivery.ok_or(GatewayError::NotFound("delivery"))?;
        let letter = ctx.gateway.dead_letter(endpoint.id, message).await?;
        Ok::<_, GatewayError>((event, delivery, letter.is_some()))
    };
    let (event, delivery, is_listed_dead) = read.await.map_err(|error| problem_of(&error))?;
    Ok(FullDelivery { institution, endpoint, event, delivery, is_listed_dead })
}

/// `GET …/deliveries/{id}`.
pub async fn show(ctx: PageContext, Path(id): Path<String>) -> Response {
    match read(&ctx, &id).await {
        Ok(whole) => page(&ctx, &whole, None).await,
        Err(problem) => ctx.problem(&problem),
    }
}

/// `POST …/deliveries/{id}/data`: shows what is sent, which is recorded.
pub async fn data(Path(id): Path<String>, sent: SubmittedForm) -> Response {
    let (ctx, form) = (&sent.ctx, &sent.form);
    let whole = match read(ctx, &id).await {
        Ok(whole) => whole,
        Err(problem) => return ctx.problem(&problem),
    };
    if let Err(problem) = ctx.record(form, "event.show", &whole.event.id.to_string(), None).await {
        return ctx.problem(&problem);
    }
    let at = tries(ctx, &whole).await.ok().and_then(|rows| rows.first().map(|row| row.at)).unwrap_or(whole.event.created);
    match ctx.gateway.as_sent(&whole.endpoint.id.to_string(), &whole.event, at).await {
        Ok(Some(as_sent)) => {
            let mut response = page(ctx, &whole, Some(&as_sent)).await;
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Ok(None) => page(ctx, &whole, None).await,
        Err(error) => ctx.problem(&problem_of(&error)),
    }
}

async fn tries(ctx: &PageContext, whole: &FullDelivery) -> Result<Vec<AttemptRow>, &'static str> {
    let filter = AttemptFilter {
        institution: Some(whole.institution.id.to_string()),
        endpoint: Some(whole.endpoint.id.to_string()),
        event: Some(whole.event.id.to_string()),
        ..AttemptFilter::default()
    };
    let rows = ctx.log.attempts(filter, Slice { limit: TRIES, ..Slice::default() }).await;
    rows.map_err(|error| log_said(ctx, &error))
}

async fn page(ctx: &PageContext, whole: &FullDelivery, shown: Option<&AsSent>) -> Response {
    let words = ctx.words();
    let rows = tries(ctx, whole).await;
    let last = rows.as_ref().ok().and_then(|rows| rows.first());
    let title = format!("{} → {}", whole.event.event_type, short(&whole.endpoint.url));
    let body = html! {
        div class="head" {
            p { a href={ (ctx.base()) "/deliveries?institution=" (whole.institution.id) } data-up="" { "← " (ctx.visit.words().nav.deliveries) } }
            h1 { (whole.event.event_type) }
            p class="lead" {
                @if ctx.own().is_none() { a href=(ctx.institution_path(whole.institution.id)) { (whole.institution.name) } " → " }
                a href=(ctx.endpoint_path(whole.institution.id, whole.endpoint.id)) { (short(&whole.endpoint.url)) }
            }
        }
        (next(ctx, whole, last))
        div class="two" {
            section class="card" aria-labelledby="tries" {
                h2 id="tries" { (words.attempts) }
                @match &rows {
                    Ok(rows) if rows.is_empty() => p class="soft" { (words.attempts_none) },
                    Ok(rows) => (story(ctx, rows).await),
                    Err(said) => p class="say warn" { (said) },
                }
            }
            div class="stack" {
                (facts(ctx, whole, shown))
                (elsewhere(ctx, whole).await)
            }
        }
    };
    ctx.show("deliveries", &title, &body).await
}

/// Where it stands, and what comes next with its button.
fn next(ctx: &PageContext, whole: &FullDelivery, last: Option<&AttemptRow>) -> Markup {
    let words = ctx.words();
    let delivery = &whole.delivery;
    let n = delivery.attempts.to_string();
    let sentence = match (delivery.state, widgets::reason(words, delivery.state)) {
        (_, Some(reason)) => reason.to_owned(),
        (DeliveryState::Delivered, None) => match last.filter(|row| row.outcome == Outcome::Success) {
            Some(row) => fill(words.told_delivered, &[("at", &widgets::moment(ctx, row.at)), ("code", &row.status.to_string())]),
            None => words.told_taken.to_owned(),
        },
        (DeliveryState::Dead, None) => {
            let error = last.map_or_else(|| words.no_answer.to_owned(), |row| widgets::said(words, row.status, &row.class));
            fill(words.told_dead, &[("n", &n), ("error", &error)])
        }
        (_, None) if delivery.attempts == 0 => words.told_waiting.to_owned(),
        (_, None) => {
            let at = delivery.next_attempt.map(|at| widgets::moment(ctx, at)).unwrap_or_default();
            fill(words.told_again, &[("n", &n), ("most", &whole.endpoint.profile.tries().to_string()), ("at", &at)])
        }
    };
    let colour = match delivery.state {
        DeliveryState::Delivered => "good",
        DeliveryState::Dead => "bad",
        DeliveryState::Waiting => "",
        DeliveryState::Skipped(_) | DeliveryState::Cancelled(_) => "busy",
    };
    let deeds = if ctx.may(Need::Act) { whole.offered() } else { Vec::new() };
    let path = whole.path(ctx);
    html! {
        section class={ "card next " (colour) } {
            header { h2 { (sentence) } (widgets::of_delivery(ctx, delivery)) }
            @if whole.endpoint.disabled { p class="soft" { (widgets::why_off(ctx, &whole.endpoint)) } }
            @if !deeds.is_empty() {
                div class="row acts" { @for (place, deed) in deeds.iter().enumerate() {
                    a class=(if place == 0 { "b main" } else { "b" }) href={ (path) "/" (deed.as_str()) } data-ask="" { (deed.word(words, delivery.state)) }
                } }
            }
        }
    }
}

/// The tries, the newest first.
async fn story(ctx: &PageContext, rows: &[AttemptRow]) -> Markup {
    let mut whole: Vec<Option<Attempt>> = Vec::new();
    for row in rows.iter().take(WHOLE) {
        // What its segment cannot tell, the log tells in short.
        whole.push(ctx.gateway.attempt_at(row.at, &row.id).await.ok().flatten());
    }
    whole.resize_with(rows.len(), || None);
    html! { ol class="story" role="list" { @for (row, whole) in rows.iter().zip(&whole) { (one_try(ctx, row, whole.as_ref())) } } }
}

fn one_try(ctx: &PageContext, row: &AttemptRow, whole: Option<&Attempt>) -> Markup {
    let words = ctx.words();
    let name = if row.manual || row.number == 0 {
        words.attempt_manual.to_owned()
    } else {
        fill(words.attempt_n, &[("n", &row.number.to_string())])
    };
    let is_good = row.outcome == Outcome::Success;
    let said = widgets::said(words, row.status, &row.class);
    let answer = whole.map_or_else(|| row.answer.clone(), |whole| Some(whole.response.clone())).filter(|answer| !answer.is_empty());
    html! {
        li class=(if is_good { "good" } else { "bad" }) {
            div class="row" { b { (name) ": " (said) } (time(row.at, &ctx.visit)) small class="soft" { (figures::milliseconds(ctx, u64::from(row.ms))) } }
            @if let Some(error) = row.error.as_ref().filter(|_| !is_good) { p class="soft" lang="en" { (error) } }
            details id={ "t-" (row.id) } class="tech" {
                summary { (ctx.visit.words().common.details) }
                dl class="facts" {
                    dt { (words.address) } dd { (row.url) }
                    @if let Some(peer) = whole.and_then(|whole| whole.peer.as_deref()) { dt { (words.peer) } dd { (peer) } }
                    @if let Some(whole) = whole { @for (name, value) in &whole.response_headers { dt { (name) } dd { (value) } } }
                    dt { (words.event_id) } dd { code { (row.id) } }
                }
                @match answer.as_deref() {
                    Some(EXPUNGED) => p class="soft" { (words.answer_gone) },
                    Some(answer) => { p class="soft" { (words.answer_text) } pre class="quoted" tabindex="0" { (answer) } },
                    None => {},
                }
            }
        }
    }
}

fn facts(ctx: &PageContext, whole: &FullDelivery, shown: Option<&AsSent>) -> Markup {
    let (words, event) = (ctx.words(), &whole.event);
    let set = |list: &Option<Vec<String>>| list.as_ref().map(|list| list.join(", "));
    html! {
        section class="card" {
            h2 { (words.event) }
            dl class="facts" {
                dt { (words.event_id) } dd { code { (event.id) } }
                @if let Some(own) = &event.event_id { dt { (words.own_id) } dd { code { (own) } } }
                dt { (words.accepted) } dd { (time(event.created, &ctx.visit)) }
                @if let Some(channels) = set(&event.channels) { dt { (words.channels) } dd { (channels) } }
                dt { (words.kept_until) } dd { @if event.payload.is_some() { (time(event.keep_until, &ctx.visit)) } @else { (words.data_gone) } }
            }
            @match shown {
                Some(shown) => {
                    h3 id="data" data-focus="" tabindex="-1" { (words.data) }
                    pre class="quoted" tabindex="0" { (pretty(&shown.body)) }
                    p class="soft" { (words.data_headers) }
                    dl class="facts" { @for (name, value) in &shown.headers { dt { (name) } dd { code { (value) } } } }
                },
                None if event.payload.is_some() => form method="post" action={ (whole.path(ctx)) "/data" } {
                    (ctx.seals())
                    button class="b" { (words.act_data) }
                    p class="soft" { small { (words.data_hint) } }
                },
                None => {},
            }
        }
    }
}

/// JSON with its lines apart; anything else as it is.
fn pretty(body: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(body).ok();
    value.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| body.to_owned())
}

async fn elsewhere(ctx: &PageContext, whole: &FullDelivery) -> Markup {
    let all = ctx.gateway.deliveries(whole.institution.id, &whole.event.id.to_string()).await.unwrap_or_default();
    let others: Vec<&Delivery> = all.iter().filter(|other| other.endpoint != whole.endpoint.id).take(20).collect();
    if others.is_empty() {
        return html! {};
    }
    let endpoints = ctx.gateway.all_endpoints(whole.institution.id).await.unwrap_or_default();
    html! {
        section class="card" {
            h2 { (ctx.words().elsewhere) }
            ul class="groups" role="list" { @for other in others {
                @let url = endpoints.iter().find(|endpoint| endpoint.id == other.endpoint).map(|endpoint| short(&endpoint.url));
                li {
                    div { @match url {
                        Some(url) => a href=(ctx.delivery_path(&whole.institution.id, &whole.event.id, &other.endpoint)) { (url) },
                        None => code { (other.endpoint) },
                    } }
                    (widgets::of_delivery(ctx, other))
                }
            } }
        }
    }
}

/// `GET …/deliveries/{id}/{deed}`: the question.
pub async fn question(ctx: PageContext, Path((id, deed)): Path<(String, String)>) -> Response {
    match found(&ctx, &id, &deed).await {
        Ok((whole, deed)) => asked(&ctx, &whole, deed, &Fields::default(), None).await,
        Err(problem) => ctx.problem(&problem),
    }
}

async fn found(ctx: &PageContext, id: &str, deed: &str) -> Result<(FullDelivery, DeliveryDeed), Problem> {
    let deed = DeliveryDeed::parse(deed).ok_or(Problem::NotFound)?;
    ctx.require(Need::Act)?;
    let whole = read(ctx, id).await?;
    if whole.offered().contains(&deed) { Ok((whole, deed)) } else { Err(Problem::Moved) }
}

async fn asked(ctx: &PageContext, whole: &FullDelivery, deed: DeliveryDeed, filled: &Fields, fault: Option<&Fault>) -> Response {
    let words = ctx.words();
    let (path, verb) = (whole.path(ctx), deed.word(words, whole.delivery.state));
    let sentence = match deed {
        DeliveryDeed::Again => fill(words.ask_again, &[("url", &whole.endpoint.url)]),
        DeliveryDeed::Cancel => fill(words.ask_cancel, &[("url", &whole.endpoint.url)]),
        DeliveryDeed::Discard => words.ask_discard.to_owned(),
    };
    let markup = html! {
        h2 { (verb) }
        p { (sentence) }
        form method="post" action={ (path) "/" (deed.as_str()) } {
            (ctx.seals())
            input type="hidden" name="expected" value=(whole.mark());
            @if deed == DeliveryDeed::Discard { (reason(ctx, filled, fault)) }
            (widgets::answers(ctx, &path, verb, deed != DeliveryDeed::Again))
        }
    };
    let mut response = ctx.ask(verb, &markup).await;
    if fault.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

/// `POST …/deliveries/{id}/{deed}`: the deed.
pub async fn done(Path((id, deed)): Path<(String, String)>, sent: SubmittedForm) -> Response {
    let (ctx, form) = (&sent.ctx, &sent.form);
    let words = ctx.words();
    let (whole, deed) = match found(ctx, &id, &deed).await {
        Ok(found) => found,
        Err(problem) => return ctx.problem(&problem),
    };
    if deed == DeliveryDeed::Discard && form.text("why").is_empty() {
        let fault = ("why", ctx.visit.words().errors.needs_reason.to_owned());
        return asked(ctx, &whole, deed, form, Some(&fault)).await;
    }
    if form.text("expected") != whole.mark() {
        return ctx.problem(&Problem::Moved);
    }
    let path = whole.path(ctx);
    let audit = match ctx.record(form, &format!("delivery.{}", deed.as_str()), &whole.event.id.to_string(), None).await {
        Ok(Some(audit)) => audit,
        Ok(None) => return ctx.see_saying(&path, words.done_again),
        Err(problem) => return ctx.problem(&problem),
    };
    match perform(ctx, &whole, deed).await {
        Ok(said) => ctx.see_saying(&path, said),
        Err(error) => {
            ctx.failed(&audit, &error).await;
            ctx.problem(&problem_of(&error))
        }
    }
}

async fn perform(ctx: &PageContext, whole: &FullDelivery, deed: DeliveryDeed) -> Result<&'static str, GatewayError> {
    let (words, institution, endpoint) = (ctx.words(), whole.institution.id, whole.endpoint.id.to_string());
    let message: MessageId = whole.event.id;
    match (deed, whole.delivery.state) {
        (DeliveryDeed::Again, DeliveryState::Delivered | DeliveryState::Waiting) => {
            ctx.gateway.resend(institution, &message.to_string(), &endpoint).await?;
        }
        (DeliveryDeed::Again, DeliveryState::Dead) => ctx.gateway.replay_dead_letter(institution, &endpoint, message).await?,
        (DeliveryDeed::Again, DeliveryState::Skipped(_) | DeliveryState::Cancelled(_)) => {
            ctx.gateway.send_many_again(institution, vec![(message, whole.endpoint.id)]).await?;
        }
        (DeliveryDeed::Cancel, _) => {
            let cancelled = ctx.gateway.cancel_delivery(institution, message, &endpoint).await?;
            return Ok(if cancelled { words.done_cancel } else { words.done_cancel_late });
        }
        (DeliveryDeed::Discard, _) => {
            ctx.gateway.discard_dead_letter(whole.endpoint.id, message).await?;
            return Ok(words.done_discard);
        }
    }
    Ok(words.done_again)
}
