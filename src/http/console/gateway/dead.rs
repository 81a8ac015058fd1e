//! What could not be delivered, by endpoint and error: sent again or discarded, one or all.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;

use super::deeds::Deed;
use super::desk::Desk;
use super::endpoint::{MOST_DEAD, dead, short};
use super::{deliveries, looks};
use crate::gateway::error::GatewayError;
use crate::gateway::ids::{EndpointId, MessageId};
use crate::gateway::model::{DeadLetter, Endpoint, Institution, PageQuery};
use crate::http::console::format;
use crate::http::console::institutions::problem_of;
use crate::http::console::parts::table::{Column, table};
use crate::http::console::parts::time;
use crate::http::console::words::fill;

/// Endpoints on one page.
const ENDPOINTS: usize = 20;
/// Letters of one of several endpoints, and of the only one.
const LETTERS: [usize; 2] = [10, 50];

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// Of this institution.
    institution: String,
    /// Of this endpoint of it.
    endpoint: String,
    /// Behind this endpoint, or this letter of the only one.
    behind: String,
}

struct Found {
    institution: Institution,
    endpoint: Endpoint,
    n: usize,
    letters: Vec<DeadLetter>,
    more: bool,
}

/// `GET …/dead-letters`.
pub async fn list(desk: Desk, Query(wanted): Query<Wanted>) -> Response {
    let places = match places(&desk, &wanted).await {
        Ok(places) => places,
        Err(response) => return response,
    };
    let only = !wanted.endpoint.is_empty();
    let next = places.last().map(|(_, endpoint)| endpoint.id.to_string()).filter(|_| !only && places.len() == ENDPOINTS);
    let mut found = Vec::new();
    for (institution, endpoint) in places {
        match read(&desk, &wanted, institution, endpoint, only).await {
            Ok(one) if one.n > 0 => found.push(one),
            Ok(_) => {}
            Err(error) => return desk.problem(&problem_of(&error)),
        }
    }
    let words = desk.words();
    let body = html! {
        div class="head" { h1 { (words.dead_title) } p class="lead" { (words.dead_lead) } }
        (deliveries::tabs(&desk, "dead"))
        @if found.is_empty() { section class="card" { div class="empty" { p { (words.dead_empty) } } } }
        @for one in &found { (card(&desk, &wanted, one, only)) }
        @if let Some(next) = next {
            div class="row" { a class="b" href={ (desk.base()) "/dead-letters?institution=" (wanted.institution) "&behind=" (next) } { (desk.visit.words().common.older) } }
        }
    };
    desk.show(if desk.own().is_some() { "dead" } else { "deliveries" }, words.dead_title, &body).await
}

/// The endpoints whose letters are looked at.
async fn places(desk: &Desk, wanted: &Wanted) -> Result<Vec<(Institution, Endpoint)>, Response> {
    let institution = desk.own().map_or_else(|| wanted.institution.clone(), |own| own.to_string());
    if institution.is_empty() {
        let behind = EndpointId::parse(&wanted.behind);
        let ids = desk.gateway.endpoints_with_dead_letters(behind, ENDPOINTS).await;
        let mut places = Vec::new();
        for (institution, endpoint) in ids.map_err(|error| desk.problem(&problem_of(&error)))? {
            // Letters of what was deleted go with time.
            if let Ok(found) = desk.endpoint(&format!("{institution}.{endpoint}")).await {
                places.push(found);
            }
        }
        return Ok(places);
    }
    let institution = desk.institution(&institution).await.map_err(|problem| desk.problem(&problem))?;
    let mut all = desk.gateway.all_endpoints(institution.id).await.map_err(|error| desk.problem(&problem_of(&error)))?;
    if !wanted.endpoint.is_empty() {
        all.retain(|endpoint| endpoint.id.to_string() == wanted.endpoint);
    }
    Ok(all.into_iter().map(|endpoint| (institution.clone(), endpoint)).collect())
}

async fn read(desk: &Desk, wanted: &Wanted, institution: Institution, endpoint: Endpoint, only: bool) -> Result<Found, GatewayError> {
    let n = desk.gateway.count_dead_letters(endpoint.id, MOST_DEAD).await?;
    let from = MessageId::parse(&wanted.behind).filter(|_| only);
    let page = desk.gateway.dead_letters(endpoint.id, &PageQuery { from, ..PageQuery::first(LETTERS[usize::from(only)]) }).await?;
    Ok(Found { institution, endpoint, n, more: !page.done, letters: page.data })
}

fn card(desk: &Desk, wanted: &Wanted, found: &Found, only: bool) -> Markup {
    let (words, own, language) = (desk.words(), &desk.visit.words().institutions, desk.visit.words().language);
    let path = desk.endpoint_path(found.institution.id, found.endpoint.id);
    let here = format!("{}/dead-letters?institution={}&endpoint={}", desk.base(), found.institution.id, found.endpoint.id);
    // What went wrong, with how often and when last among those shown.
    let mut groups: BTreeMap<&str, (usize, Timestamp)> = BTreeMap::new();
    for letter in &found.letters {
        let group = groups.entry(&letter.error.message).or_insert((0, letter.error.timestamp));
        *group = (group.0 + 1, group.1.max(letter.error.timestamp));
    }
    let columns = [Column::text(own.when), Column::text(own.event), Column::number(own.tries), Column::text(own.error)];
    let rows = html! { @for letter in &found.letters {
        tr role="row" {
            td role="cell" class="time" { (time(letter.error.timestamp, &desk.visit)) }
            td role="cell" { a class="who" href=(desk.delivery_path(&found.institution.id, &letter.message, &found.endpoint.id)) { (letter.event_type) } }
            td role="cell" class="num" data-label=(own.tries) { (letter.attempts) }
            td role="cell" data-label=(own.error) { span lang="en" { (letter.error.message) } }
        }
    } };
    let deeds = [Deed::Replay, Deed::DiscardDead];
    html! {
        section class="card flush" {
            header {
                div {
                    h2 { a href=(path) { (short(&found.endpoint.url)) } }
                    small class="soft" { @if desk.own().is_none() { (found.institution.name) " · " } (dead(desk, found.n)) @if found.n >= MOST_DEAD { " " (words.dead_more) } }
                }
                (looks::light(desk, &found.endpoint, true))
            }
            @if groups.len() > 1 || found.n > found.letters.len() {
                ul class="groups inset" role="list" { @for (message, (n, last)) in &groups {
                    li { div { b lang="en" { (message) } small class="soft" { (time(*last, &desk.visit)) } } span class="badge" { (format::number(*n as u64, language)) } }
                } }
            }
            (table(words.dead_title, &columns, &rows))
            div class="pager" {
                span class="soft" { @if found.n > found.letters.len() { (fill(words.dead_newest, &[("n", &found.letters.len().to_string())])) } }
                div class="row" {
                    @if found.more {
                        @if only {
                            @if let Some(last) = found.letters.last() { a class="b small" href={ (here) "&behind=" (last.message) } { (desk.visit.words().common.older) } }
                        } @else { a class="b small" href=(here) { (words.see_all) } }
                    } @else if !wanted.behind.is_empty() && only { a class="b small" href=(here) { (desk.visit.words().common.newer) } }
                    @for deed in deeds.into_iter().filter(|deed| desk.may(deed.need()) && (*deed != Deed::Replay || !found.endpoint.disabled)) {
                        a class="b small" href={ (path) "/" (deed.as_str()) } data-ask="" { (deed.word(words)) }
                    }
                }
            }
        }
    }
}
