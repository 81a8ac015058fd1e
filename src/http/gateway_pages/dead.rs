//! What could not be delivered, by endpoint and error: sent again or discarded, one or all.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;

use super::context::{PageContext, problem_of};
use super::deliveries;
use super::endpoint::{MOST_DEAD, dead};
use super::widgets::{self, short};
use crate::gateway::error::GatewayError;
use crate::gateway::ids::{EndpointId, MessageId};
use crate::gateway::model::{DeadLetter, Endpoint, Institution, PageQuery};
use crate::http::console::gateway_acts::EndpointDeed;
use crate::http::console::parts::table::{Column, table};
use crate::http::console::parts::time;
use crate::http::console::words::{self, fill};

/// Endpoints on one page.
const ENDPOINTS: usize = 20;
/// Letters of one of several endpoints, and of the only one.
const LETTERS: [usize; 2] = [10, 50];

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DeadLettersQuery {
    /// FigureScope this institution.
    institution: String,
    /// FigureScope this endpoint of it.
    endpoint: String,
    /// Behind this endpoint, or this letter of the only one.
    behind: String,
}

struct DeadLetters {
    institution: Institution,
    endpoint: Endpoint,
    n: usize,
    letters: Vec<DeadLetter>,
    more: bool,
}

/// `GET …/dead-letters`.
pub async fn list(ctx: PageContext, Query(wanted): Query<DeadLettersQuery>) -> Response {
    let places = match places(&ctx, &wanted).await {
        Ok(places) => places,
        Err(response) => return response,
    };
    let only = !wanted.endpoint.is_empty();
    let next = places.last().map(|(_, endpoint)| endpoint.id.to_string()).filter(|_| !only && places.len() == ENDPOINTS);
    let mut found = Vec::new();
    for (institution, endpoint) in places {
        match read(&ctx, &wanted, institution, endpoint, only).await {
            Ok(one) if one.n > 0 => found.push(one),
            Ok(_) => {}
            Err(error) => return ctx.problem(&problem_of(&error)),
        }
    }
    let words = ctx.words();
    let body = html! {
        div class="head" { h1 { (words.dead_title) } p class="lead" { (words.dead_lead) } }
        (deliveries::tabs(&ctx, "dead"))
        @if found.is_empty() { section class="card" { div class="empty" { p { (words.dead_empty) } } } }
        @for one in &found { (card(&ctx, &wanted, one, only)) }
        @if let Some(next) = next {
            div class="row" { a class="b" href={ (ctx.base()) "/dead-letters?institution=" (wanted.institution) "&behind=" (next) } { (ctx.visit.words().common.older) } }
        }
    };
    ctx.show(if ctx.own().is_some() { "dead" } else { "deliveries" }, words.dead_title, &body).await
}

/// The endpoints whose letters are looked at.
async fn places(ctx: &PageContext, wanted: &DeadLettersQuery) -> Result<Vec<(Institution, Endpoint)>, Response> {
    let institution = ctx.own().map_or_else(|| wanted.institution.clone(), |own| own.to_string());
    if institution.is_empty() {
        let behind = EndpointId::parse(&wanted.behind);
        let ids = ctx.gateway.endpoints_with_dead_letters(behind, ENDPOINTS).await;
        let mut places = Vec::new();
        for (institution, endpoint) in ids.map_err(|error| ctx.problem(&problem_of(&error)))? {
            // Letters of what was deleted go with time.
            if let Ok(found) = ctx.endpoint(&format!("{institution}.{endpoint}")).await {
                places.push(found);
            }
        }
        return Ok(places);
    }
    let institution = ctx.institution(&institution).await.map_err(|problem| ctx.problem(&problem))?;
    let mut all = ctx.gateway.all_endpoints(institution.id).await.map_err(|error| ctx.problem(&problem_of(&error)))?;
    if !wanted.endpoint.is_empty() {
        all.retain(|endpoint| endpoint.id.to_string() == wanted.endpoint);
    }
    Ok(all.into_iter().map(|endpoint| (institution.clone(), endpoint)).collect())
}

async fn read(
    ctx: &PageContext,
    wanted: &DeadLettersQuery,
    institution: Institution,
    endpoint: Endpoint,
    only: bool,
) -> Result<DeadLetters, GatewayError> {
    let n = ctx.gateway.count_dead_letters(endpoint.id, MOST_DEAD).await?;
    let from = MessageId::parse(&wanted.behind).filter(|_| only);
    let page = ctx.gateway.dead_letters(endpoint.id, &PageQuery { from, ..PageQuery::first(LETTERS[usize::from(only)]) }).await?;
    Ok(DeadLetters { institution, endpoint, n, more: !page.done, letters: page.data })
}

fn card(ctx: &PageContext, wanted: &DeadLettersQuery, found: &DeadLetters, only: bool) -> Markup {
    let (words, own, language) = (ctx.words(), &ctx.visit.words().institutions, ctx.visit.words().language);
    let path = ctx.endpoint_path(found.institution.id, found.endpoint.id);
    let here = format!("{}/dead-letters?institution={}&endpoint={}", ctx.base(), found.institution.id, found.endpoint.id);
    // What went wrong, with how often and when last among those shown.
    let mut groups: BTreeMap<&str, (usize, Timestamp)> = BTreeMap::new();
    for letter in &found.letters {
        let group = groups.entry(&letter.error.message).or_insert((0, letter.error.timestamp));
        *group = (group.0 + 1, group.1.max(letter.error.timestamp));
    }
    let columns = [Column::text(own.when), Column::text(own.event), Column::number(own.tries), Column::text(own.error)];
    let rows = html! { @for letter in &found.letters {
        tr role="row" {
            td role="cell" class="time" { (time(letter.error.timestamp, &ctx.visit)) }
            td role="cell" { a class="who" href=(ctx.delivery_path(&found.institution.id, &letter.message, &found.endpoint.id)) { (letter.event_type) } }
            td role="cell" class="num" data-label=(own.tries) { (letter.attempts) }
            td role="cell" data-label=(own.error) { span lang="en" { (letter.error.message) } }
        }
    } };
    let deeds = [EndpointDeed::Replay, EndpointDeed::DiscardDead];
    html! {
        section class="card flush" {
            header {
                div {
                    h2 { a href=(path) { (short(&found.endpoint.url)) } }
                    small class="soft" { @if ctx.own().is_none() { (found.institution.name) " · " } (dead(ctx, found.n)) @if found.n >= MOST_DEAD { " " (words.dead_more) } }
                }
                (widgets::light(ctx, &found.endpoint, true))
            }
            @if groups.len() > 1 || found.n > found.letters.len() {
                ul class="groups inset" role="list" { @for (message, (n, last)) in &groups {
                    li { div { b lang="en" { (message) } small class="soft" { (time(*last, &ctx.visit)) } } span class="badge" { (words::number(*n as u64, language)) } }
                } }
            }
            (table(words.dead_title, &columns, &rows))
            div class="pager" {
                span class="soft" { @if found.n > found.letters.len() { (fill(words.dead_newest, &[("n", &found.letters.len().to_string())])) } }
                div class="row" {
                    @if found.more {
                        @if only {
                            @if let Some(last) = found.letters.last() { a class="b small" href={ (here) "&behind=" (last.message) } { (ctx.visit.words().common.older) } }
                        } @else { a class="b small" href=(here) { (words.see_all) } }
                    } @else if !wanted.behind.is_empty() && only { a class="b small" href=(here) { (ctx.visit.words().common.newer) } }
                    @for deed in deeds.into_iter().filter(|deed| ctx.may(deed.need()) && (*deed != EndpointDeed::Replay || !found.endpoint.disabled)) {
                        a class="b small" href={ (path) "/" (deed.as_str()) } data-ask="" { (deed.word(words)) }
                    }
                }
            }
        }
    }
}
