//! What waits for a person, by what it lacks, and how to fix it.

use axum::extract::Path;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use crate::http::console::acts::Deed;
use crate::http::console::gate::Reader;
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::{self, time_ago};
use crate::http::console::reports::{How, table};
use crate::http::console::shown::Shown;
use crate::http::console::visit::Visit;
use crate::http::console::words::{self, causes, count, fill};
use crate::http::console::{format, many};
use crate::lookup::LookupError;
use crate::lookup::view::{CauseGroup, Page, PageRequest, ReportFilter, ReportRow, ReportState, ResolvedCause};
use crate::model::cause::{Actor, Cause};
use crate::model::role::Role;

/// Courses that are named of a group.
const COURSES: usize = 3;
/// What went on within this time is told.
const LATELY: SignedDuration = SignedDuration::from_hours(48);
/// So many of these are told.
const MENDED: usize = 5;

/// What waits, worst first: many that wait long before few that are new.
pub async fn groups(visit: &Visit) -> Result<Vec<CauseGroup>, LookupError> {
    visit.console().lookup.causes(ReportState::Parked).await
}

/// What stood still and went on lately.
pub async fn resolved(visit: &Visit) -> Result<Vec<ResolvedCause>, LookupError> {
    let since = visit.caller.now.checked_sub(LATELY).unwrap_or(Timestamp::MIN);
    visit.console().lookup.resolved(since).await
}

/// The same as lines; nothing when there is nothing.
pub fn resolved_lines(visit: &Visit, resolved: &[ResolvedCause]) -> Markup {
    let (words, language) = (&visit.words().lists, visit.words().language);
    let at = |at| format::moment_in_sentence(at, visit.caller.now, &visit.console().site.zone, language);
    html! {
        @if !resolved.is_empty() {
            section class="card" aria-labelledby="fixed" {
                h2 id="fixed" { (words.fixed) }
                ul class="groups" role="list" { @for one in resolved.iter().take(MENDED) {
                    @let sentence = if one.reports == 1 { words.mended_one } else { words.mended_many };
                    li {
                        div {
                            b { (causes::title(&Cause::parse(&one.cause), language)) }
                            small class="soft" { (fill(sentence, &[("n", &words::number(one.reports, language)), ("at", &at(one.at)), ("since", &at(one.since))])) }
                        }
                        (parts::badge::plain("good", "sent", visit.words().today.done))
                    }
                } }
            }
        }
    }
}

/// `GET /console/todo`.
pub async fn show(Reader(visit): Reader) -> Response {
    let words = &visit.words().todo;
    let (groups, resolved) = match (groups(&visit).await, resolved(&visit).await) {
        (Ok(groups), Ok(resolved)) => (groups, resolved),
        (Err(error), _) | (_, Err(error)) => return pages::problem(&visit.caller, &Problem::of_lookup(&error)),
    };
    let examples = futures::future::join_all(groups.iter().map(|group| example(&visit, &group.cause))).await;
    let body = html! {
        div class="head" { h1 { (words.title) } p class="lead" { (words.lead) } }
        (parts::fresh(&visit))
        @if groups.is_empty() { div class="card" { div class="empty" { p { (words.empty) } p class="soft" { (words.empty_more) } } } }
        @for (group, example) in groups.iter().zip(&examples) { (card(&visit, group, example.as_deref())) }
        (resolved_lines(&visit, &resolved))
    };
    pages::show(&visit, "todo", words.title, &body).await
}

fn of_cause(cause: &str) -> ReportFilter {
    ReportFilter { states: vec![ReportState::Parked], cause: Some(cause.to_owned()), ..ReportFilter::default() }
}

async fn newest(visit: &Visit, cause: &str, limit: usize) -> Result<Page<ReportRow>, LookupError> {
    visit.console().lookup.reports(of_cause(cause), PageRequest { limit, ..PageRequest::default() }).await
}

/// What the program said of the newest of a group; lists do not hold it, as it may repeat an address.
async fn example(visit: &Visit, cause: &str) -> Option<String> {
    let row = newest(visit, cause, 1).await.ok()?.rows.into_iter().next()?;
    visit.console().operator.show(&row.job).await.ok()??.message
}

/// `GET /console/todo/<cause>`.
pub async fn one(Reader(visit): Reader, Path(cause): Path<String>) -> Response {
    let (groups, page) = match (groups(&visit).await, newest(&visit, &cause, 0).await) {
        (Ok(groups), Ok(page)) => (groups, page),
        (Err(error), _) | (_, Err(error)) => return pages::problem(&visit.caller, &Problem::of_lookup(&error)),
    };
    let Some(group) = groups.iter().find(|group| group.cause == cause) else {
        // What was fixed meanwhile is no fault of who comes by its link.
        return pages::see("/console/todo");
    };
    let cause_of_group = Cause::parse(&group.cause);
    let title = causes::title(&cause_of_group, visit.words().language);
    let example = example(&visit, &group.cause).await;
    let all = format!("/console/reports?state={}&cause={}", Shown::Waits.as_str(), group.cause);
    let body = html! {
        p { a href="/console/todo" data-up="" { "← " (visit.words().todo.title) } }
        (parts::fresh(&visit))
        (card(&visit, group, example.as_deref()))
        @if cause_of_group != Cause::PersonBlocked { section class="card flush" {
            (table(&visit, &page.rows, How::default()))
            @if page.next.is_some() { div class="pager" { span {} a class="b small" href=(all) { (visit.words().common.all) } } }
        } }
    };
    pages::show(&visit, "todo", &title, &body).await
}

fn card(visit: &Visit, group: &CauseGroup, example: Option<&str>) -> Markup {
    let (words, language) = (&visit.words().todo, visit.words().language);
    let cause = Cause::parse(&group.cause);
    let remedy = causes::remedy(&cause, language);
    let who = match cause.implied().actor {
        Actor::Nobody => None,
        Actor::Operator | Actor::Developer => Some(words.who_developer),
        Actor::Author => Some(words.who_author),
        Actor::Registrar => Some(words.who_registrar),
    };
    let place = remedy.place.filter(|_| visit.may(remedy.role));
    let place = place.filter(|place| visit.console().site.leads_to(place));
    let courses: Vec<&str> = group.courses.iter().map(|course| course.word.text.as_str()).collect();
    let n = words::number(group.reports, language);
    html! {
        section class="card next" {
            header {
                h2 { (causes::title(&cause, language)) }
                span class="soft" { (count(group.reports, words.reports_one, words.reports_many, language)) " · " (time_ago(group.oldest, visit)) }
            }
            p { (remedy.steps) }
            @if let Some(detail) = example {
                details class="tech" { summary { (words.first_message) } p lang="en" { code { (detail) } } }
            }
            p class="soft" { small {
                @if !courses.is_empty() { (courses.iter().take(COURSES).copied().collect::<Vec<_>>().join(", ")) @if courses.len() > COURSES { " +" (courses.len() - COURSES) } " · " }
                @if let Some(who) = who { (who) }
                @if cause.is_seen_resolved() { " · " (words.mends_itself) }
            } }
            div class="row acts" {
                @if let Some(place) = place { a class="b main" href=(place) { (visit.console().site.name_of(place, visit.words())) } }
                // What is blocked goes on when the block is lifted, and nobody sees whose it is before.
                @if visit.may(Role::Operator) && cause != Cause::PersonBlocked {
                    (many::button(visit, Deed::Continue, &[("state", Shown::Waits.as_str()), ("cause", &group.cause)], "", &fill(visit.words().acts.continue_all, &[("n", &n)])))
                }
                @if cause != Cause::PersonBlocked { a class="b" href={ "/console/todo/" (group.cause) } { (words.see_all) } }
            }
        }
    }
}
