//! Is all well, and what needs me?

use axum::response::Response;
use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use maud::{Markup, html};

use crate::http::console::gate::Reader;
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::chart::{self, Day};
use crate::http::console::parts::{self, icon, time_ago};
use crate::http::console::visit::Visit;
use crate::http::console::words::{self, causes, count, fill};
use crate::http::console::{format, todo};
use crate::lookup::LookupError;
use crate::lookup::view::{CauseGroup, DayCounts, PageRequest, ReportFilter, ReportRow, ResolvedCause, Today};
use crate::model::cause::Cause;
use crate::model::role::Role;

/// A job that is overdue for longer is worth a sentence.
const OVERDUE: SignedDuration = SignedDuration::from_mins(15);
/// Calls that were refused within this time are worth a sentence.
const RECENT: SignedDuration = SignedDuration::from_hours(1);
/// Days of the picture.
const DAYS: i64 = 30;
/// Reports under the picture.
const NEWEST: usize = 10;
/// Groups of what waits.
const GROUPS: usize = 5;

/// `GET /console/today`.
pub async fn show(Reader(visit): Reader) -> Response {
    let title = visit.words().today.title;
    let seen = match TodayFigures::of(&visit).await {
        Ok(seen) => seen,
        Err(LookupError::Store(_)) => {
            let body = lamp("bad", "failed", visit.words().today.unreadable);
            return pages::show(&visit, "today", title, &body).await;
        }
        Err(error) => return pages::problem(&visit.caller, &Problem::of_lookup(&error)),
    };
    let fresh = visit.console().lookup.freshness();
    let is_first_day = seen.today.is_first_day && !fresh.is_building && fresh.problem.is_none();
    let body = if is_first_day {
        first_day(&visit).await
    } else {
        html! { div id="live" class="stack wide" data-renew="20" { (body(&visit, &seen, fresh.problem.is_some())) } }
    };
    pages::show(&visit, "today", title, &body).await
}

/// What the page tells.
struct TodayFigures {
    today: Today,
    days: Vec<DayCounts>,
    groups: Vec<CauseGroup>,
    resolved: Vec<ResolvedCause>,
    newest: Vec<ReportRow>,
}

impl TodayFigures {
    async fn of(visit: &Visit) -> Result<Self, LookupError> {
        let lookup = &visit.console().lookup;
        let date = visit.caller.now.to_zoned(visit.console().site.zone.clone()).date();
        let first = date.checked_sub((DAYS - 1).days()).unwrap_or(date);
        let newest = PageRequest { limit: NEWEST, ..PageRequest::default() };
        Ok(Self {
            today: lookup.today().await?,
            days: lookup.days(first, date, None).await?,
            groups: todo::groups(visit).await?,
            resolved: todo::resolved(visit).await?,
            newest: lookup.reports(ReportFilter::default(), newest).await?.rows,
        })
    }
}

fn body(visit: &Visit, seen: &TodayFigures, is_away: bool) -> Markup {
    let words = &visit.words().today;
    let (today, groups) = (&seen.today, &seen.groups);
    let counts = &today.counts;
    let link = |states: &str| format!("/console/reports?state={states}&since={0}&until={0}", counts.day);
    let seconds = |ms: u64| i64::try_from(ms / 1000).unwrap_or(i64::MAX);
    html! {
        @if is_away { (lamp("bad", "failed", words.unreadable)) } @else { (sentence(visit, seen)) }
        (parts::fresh(visit))
        div class="four" {
            (figure(visit, words.sent, counts.sent, "", &link("sent")))
            (figure(visit, words.under_way, today.open_now, "", "/console/reports?state=queued,again,running"))
            (figure(visit, words.to_do, today.parked_now, if today.parked_now > 0 { "warn" } else { "" }, "/console/todo"))
            (figure(visit, words.not_sent, counts.failed, if counts.failed > 0 { "bad" } else { "" }, &link("failed")))
        }
        @if let Some((median, slowest)) = today.median_ms.zip(today.slowest_ms) {
            p class="soft" { small { (fill(words.speed, &[("median", &format::span(seconds(median))), ("slowest", &format::span(seconds(slowest)))])) } }
        }
        div class="two" {
            section class="card" aria-labelledby="days" {
                header { h2 id="days" { (words.days) } }
                (month(visit, &seen.days))
            }
            section class="card" aria-labelledby="waits" {
                header { h2 id="waits" { (words.to_do) } @if groups.len() > GROUPS { a href="/console/todo" { (visit.words().common.all) } } }
                @if groups.is_empty() { p { (words.nothing_to_do) } p class="soft" { (words.nothing_to_do_more) } }
                ul class="groups" role="list" { @for group in groups.iter().take(GROUPS) { (group_line(visit, group)) } }
            }
        }
        (todo::resolved_lines(visit, &seen.resolved))
        section class="card flush" aria-labelledby="recent" {
            header {
                h2 id="recent" { (words.recent) }
                div class="row" {
                    button class="link" data-pause="" data-scripts="" hidden { (visit.words().common.pause) }
                    a href="/console/today" { (visit.words().common.reload) }
                }
            }
            (super::reports::table(visit, &seen.newest, super::reports::How::default()))
        }
    }
}

fn figure(visit: &Visit, name: &str, n: u64, class: &str, href: &str) -> Markup {
    html! { a href=(href) class=(class) { b { (words::number(n, visit.words().language)) } span { (name) } } }
}

fn lamp(class: &str, sign: &str, text: &str) -> Markup {
    html! { div class={ "lamp " (class) } { span class="dot" { (icon(sign)) } h1 { (text) } } }
}

/// One sentence, chosen by the worst.
fn sentence(visit: &Visit, seen: &TodayFigures) -> Markup {
    let (words, language) = (&visit.words().today, visit.words().language);
    let (now, zone) = (visit.caller.now, &visit.console().site.zone);
    if let Some(since) = seen.today.overdue_since.filter(|due| now.duration_since(*due) > OVERDUE) {
        return lamp("bad", "queued", &fill(words.overdue, &[("at", &format::clock(since, zone))]));
    }
    let refusals = &visit.console().refusals;
    let recently = |at: Timestamp| now.duration_since(at) < RECENT;
    let mismatch = refusals.newest().iter().any(|refusal| refusal.reason == "mismatch" && recently(refusal.at));
    if mismatch && !refusals.accepted_at().is_some_and(recently) {
        return lamp("bad", "calls", words.mismatch);
    }
    if !seen.groups.is_empty() {
        return lamp("warn", "waits", &count(seen.groups.len() as u64, words.waits_one, words.waits_many, language));
    }
    let last = seen.today.last_sent.map(|at| fill(words.last_sent, &[("at", &format::moment_in_sentence(at, now, zone, language))]));
    html! {
        div class="lamp" {
            span class="dot" { (icon("sent")) }
            div class="head" { h1 { (words.well) } p class="lead" { (last.as_deref().unwrap_or(words.none_sent_today)) } }
        }
    }
}

/// One group of what waits, as a line.
fn group_line(visit: &Visit, group: &CauseGroup) -> Markup {
    let (words, language) = (&visit.words().todo, visit.words().language);
    let title = causes::title(&Cause::parse(&group.cause), language);
    html! {
        li {
            div {
                b { (title) }
                small class="soft" { (count(group.reports, words.reports_one, words.reports_many, language)) " · " (time_ago(group.oldest, visit)) }
            }
            a class="b small" href={ "/console/todo/" (group.cause) } { (visit.words().common.see) span class="said" { ": " (title) } }
        }
    }
}

/// The picture of thirty days, with the same as a table.
fn month(visit: &Visit, counts: &[DayCounts]) -> Markup {
    let (words, language) = (&visit.words().today, visit.words().language);
    let today = visit.caller.now.to_zoned(visit.console().site.zone.clone()).date();
    let days: Vec<Day> = counts
        .iter()
        .map(|counts| Day {
            name: format::day(counts.day, today, language),
            label: (counts.day.weekday() == Weekday::Monday).then(|| format::day(counts.day, today, language)),
            is_weekend: matches!(counts.day.weekday(), Weekday::Saturday | Weekday::Sunday),
            href: format!("/console/reports?since={0}&until={0}", counts.day),
            counts: [counts.sent, counts.parked, counts.failed],
        })
        .collect();
    let sum = |series: usize| words::number(days.iter().map(|day| day.counts[series]).sum(), language);
    let busiest = days.iter().max_by_key(|day| day.total());
    let described = fill(
        words.days_words,
        &[
            ("sent", &sum(0)),
            ("waits", &sum(1)),
            ("failed", &sum(2)),
            ("day", busiest.map_or("–", |day| &day.name)),
            ("most", &busiest.map(Day::total).unwrap_or_default().to_string()),
        ],
    );
    html! {
        (chart::days(&days, words.days, &described))
        p class="legend" { span { (words.sent) } span class="warn" { (words.to_do) } span class="bad" { (words.not_sent) } }
        details id="days-table" {
            summary { (visit.words().common.as_table) }
            table class="list" {
                caption class="said" { (words.days) }
                thead { tr { th scope="col" { (words.day) } th scope="col" class="num" { (words.sent) } th scope="col" class="num" { (words.to_do) } th scope="col" class="num" { (words.not_sent) } } }
                tbody { @for day in days.iter().rev().filter(|day| day.total() > 0) {
                    tr {
                        td { (day.name) }
                        td class="num" data-label=(words.sent) { (day.counts[0]) }
                        td class="num" data-label=(words.to_do) { (day.counts[1]) }
                        td class="num" data-label=(words.not_sent) { (day.counts[2]) }
                    }
                } }
            }
        }
    }
}

/// What leads to the first report.
async fn first_day(visit: &Visit) -> Markup {
    let words = &visit.words().today;
    let lines = visit.console().diagnosis.lines().await;
    let is_well = |name: &str| lines.iter().any(|line| line.name == name && line.ok == Some(true));
    let has_bank = lines.iter().any(|line| line.name == "question banks" && !line.detail.starts_with("none"));
    let has_call = visit.console().refusals.accepted_at().is_some();
    let steps = [
        (words.step_storage, words.step_storage_how, is_well("storage"), "/console/health"),
        (words.step_platform, words.step_platform_how, is_well("platform"), "/console/health"),
        (words.step_bank, words.step_bank_how, has_bank, "/console/banks"),
        (words.step_template, words.step_template_how, is_well("template"), "/console/templates"),
        (words.step_mail, words.step_mail_how, is_well("mail"), "/console/health"),
        (words.step_call, words.step_call_how, has_call, "/console/calls"),
    ];
    let may_see = |path: &str| visit.may(Role::Operator) || matches!(path, "/console/banks" | "/console/templates");
    html! {
        div class="head" { h1 { (words.first_title) } p class="lead" { (words.first_lead) } }
        section class="card" {
            ol class="steps" role="list" {
                @for (place, (name, how, done, path)) in steps.iter().enumerate() {
                    li class=[done.then_some("done")] {
                        span class="dot" aria-hidden="true" { @if *done { (icon("sent")) } @else { (place + 1) } }
                        div {
                            p { b { (name) } span class="said" { " (" (if *done { words.done } else { words.open }) ")" } }
                            @if !done {
                                p class="soft" { (how) }
                                @if may_see(path) { p { a href=(path) { (visit.words().common.open) span class="said" { ": " (name) } } } }
                            }
                        }
                    }
                }
            }
        }
    }
}
