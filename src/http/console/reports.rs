//! What became of whose report: the list, its filters, its search.
//!
//! What is searched for never stands in an address: it is posted, sealed, and comes back as a text that only we can read. Pages are found by a place in the list, so that one of years ago costs what the first one costs.

use axum::extract::Query;
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::http::console::gate::{Act, Reader};
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::form::{self, select};
use crate::http::console::parts::table::Column;
use crate::http::console::parts::{self, badge, icon, or_dash, table as tables, time};
use crate::http::console::report_query::ReportQuery;
use crate::http::console::shown::{self, Shown};
use crate::http::console::visit::{Visit, sees_results};
use crate::http::console::words::{self, causes, fill};
use crate::http::console::{format, many};
use crate::lookup::LookupError;
use crate::lookup::view::{CappedCount, Order, Page, ReportRow, StudentHash, WordTag};
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::model::role::Role;

/// A search is no longer than this.
const LONGEST_SEARCH: usize = 200;
/// Further than this reports are counted only when somebody asks.
const COUNTED: u64 = 10_000;

/// The states of those whose report has not gone out.
const WITHOUT: &str = "queued,again,running,waits,failed";

/// `GET /console/reports`.
pub async fn list(Reader(visit): Reader, Query(wanted): Query<ReportQuery>) -> Response {
    match listed(&visit, &wanted).await {
        Ok(body) => pages::show(&visit, "reports", visit.words().reports.title, &body).await,
        Err(error) => pages::problem(&visit.caller, &Problem::of_lookup(&error)),
    }
}

async fn listed(visit: &Visit, wanted: &ReportQuery) -> Result<Markup, LookupError> {
    let lookup = &visit.console().lookup;
    let filter = wanted.filter(visit);
    let page = lookup.reports(filter.clone(), wanted.request()).await?;
    let most = if wanted.count == "all" { u64::MAX >> 1 } else { COUNTED };
    let total = lookup.count(filter.clone(), most).await?;
    // Where the page begins; the first one begins at the beginning.
    let is_first = page.prev.is_none();
    let place = match page.rows.first() {
        Some(first) if !is_first && wanted.order() != Order::Name => {
            Some(lookup.ahead(filter, wanted.order(), first.position, most).await?)
        }
        _ => is_first.then_some(CappedCount { count: 0, is_more: false }),
    };
    let title = visit.words().reports.title;
    Ok(html! {
        div class="row apart" { h1 { (title) } }
        (parts::fresh(visit))
        (search(visit, wanted))
        (filters(visit, wanted).await?)
        (section(visit, wanted, &page, total, place))
    })
}

/// `POST /console/reports/search`: seals what is searched for.
pub async fn seal(act: Act<Reader>) -> Response {
    let visit = &act.visit;
    let text: String = act.form.text("q").chars().take(LONGEST_SEARCH).collect();
    if let Some(job) = number(visit, &text).await {
        return pages::see(&format!("/console/reports/{job}"));
    }
    let sealed =
        if text.is_empty() { String::new() } else { BASE64_URL_SAFE_NO_PAD.encode(visit.console().sealer.seal("q", text.as_bytes())) };
    pages::see(&ReportQuery { s: sealed, ..ReportQuery::of_form(&act.form) }.with("", ""))
}

/// The report that a text names by its number, by the first letters of it, by the `Message-ID` of its mail, or by the platform's number of the submission.
async fn number(visit: &Visit, text: &str) -> Option<JobId> {
    let bare = text.trim().trim_start_matches('<').split(['@', '.']).next().unwrap_or_default().to_ascii_lowercase();
    if let Some(id) = JobId::parse(&bare) {
        // What the list does not know yet is found by its number.
        return visit.console().operator.show(&id).await.ok().flatten().map(|view| view.id);
    }
    match visit.console().lookup.named(text).await.ok()?.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

fn search(visit: &Visit, wanted: &ReportQuery) -> Markup {
    let words = &visit.words().reports;
    html! {
        form method="post" action="/console/reports/search" role="search" data-live="" {
            (form::csrf(visit))
            (wanted.hidden("s"))
            div class="field" {
                label for="q" { (words.search_label) }
                div class="row find" {
                    input id="q" name="q" type="search" value=(wanted.text(visit)) autocomplete="off" maxlength=(LONGEST_SEARCH);
                    button class="b" { (icon("search")) (words.search) }
                }
            }
        }
    }
}

async fn filters(visit: &Visit, wanted: &ReportQuery) -> Result<Markup, LookupError> {
    let (words, lists, states) = (&visit.words().reports, &visit.words().lists, &visit.words().states);
    let today = visit.caller.now.to_zoned(visit.console().site.zone.clone()).date();
    let back = |days: i64| today.checked_sub(days.days()).unwrap_or(today).to_string();
    let year = format!("{}-01-01", today.year());
    let presets =
        [(words.today, back(0)), (words.week, back(6)), (words.month, back(29)), (words.year, year), (words.always, String::new())];
    let any = || vec![(String::new(), words.any.to_owned())];
    let lookup = &visit.console().lookup;
    let (mut courses, mut tests, mut named) = (any(), any(), any());
    courses.extend(lookup.course_names().await?.into_iter().map(|word| (word.tag.to_string(), word.text)));
    let of_course = WordTag::parse(&wanted.course);
    tests.extend(lookup.assessment_names(of_course).await?.into_iter().map(|word| (word.tag.to_string(), word.text)));
    named.extend(Shown::ALL.into_iter().map(|state| (state.as_str().to_owned(), badge::word(state, states).to_owned())));
    let mut orders = vec![(String::new(), lists.order_newest.to_owned()), ("oldest".to_owned(), lists.order_oldest.to_owned())];
    if of_course.is_some() && WordTag::parse(&wanted.test).is_some() {
        orders.push(("name".to_owned(), lists.order_name.to_owned()));
    }
    let active = wanted.pairs().into_iter().filter(|(name, value)| !matches!(*name, "s" | "order") && !value.is_empty()).count();
    let chips = if wanted.is_everything() {
        html! {}
    } else {
        chips(visit, wanted).await?
    };
    Ok(html! {
        details id="filters" {
            summary { (icon("filter")) " " (words.filters) @if active > 0 { " (" (active) ")" } }
            form class="card" method="get" action="/console/reports" {
                @for (name, value) in [("s", &wanted.s), ("level", &wanted.level), ("cause", &wanted.cause), ("student", &wanted.student), ("template", &wanted.template)] {
                    @if !value.is_empty() { input type="hidden" name=(name) value=(value); }
                }
                div class="grid" {
                    (select("state", words.state, &named, &wanted.state))
                    (select("course", visit.words().common.course, &courses, &wanted.course))
                    (select("test", visit.words().common.assessment, &tests, &wanted.test))
                    div class="field" { label for="since" { (words.since) } input id="since" name="since" type="date" value=(wanted.since); }
                    div class="field" { label for="until" { (words.until) } input id="until" name="until" type="date" value=(wanted.until); }
                    (select("order", lists.order, &orders, &wanted.order))
                    @if visit.may(Role::Operator) {
                        label class="choice" { input type="checkbox" name="notes" value="yes" checked[!wanted.notes.is_empty()]; (lists.with_notes) }
                    }
                    button class="b main" { (words.apply) }
                }
            }
        }
        div class="chips" {
            a class="chip" data-without="" href=(ReportQuery { state: WITHOUT.to_owned(), ..ReportQuery::default() }.with("", "")) aria-current=[(wanted.state == WITHOUT).then_some("true")] { (lists.without) }
            @for (name, since) in &presets {
                @let href = ReportQuery { until: String::new(), ..wanted.clone() }.with("since", since);
                a class="chip" href=(href) aria-current=[(wanted.since == *since && wanted.until.is_empty()).then_some("true")] { (name) }
            }
        }
        (chips)
    })
}

/// What is filtered, each thing with the way to be rid of it.
async fn chips(visit: &Visit, wanted: &ReportQuery) -> Result<Markup, LookupError> {
    let (words, states, language) = (&visit.words().reports, &visit.words().states, visit.words().language);
    let lookup = &visit.console().lookup;
    let mut chips: Vec<(String, &str)> = Vec::new();
    let text = wanted.text(visit);
    if !text.is_empty() {
        chips.push((format!("{}: {text}", words.searched), "s"));
    }
    let chosen = wanted.states();
    if !chosen.is_empty() {
        let names: Vec<&str> = chosen.iter().map(|state| badge::word(*state, states)).collect();
        chips.push((names.join(", "), "state"));
    }
    for (tag, name) in [(&wanted.course, "course"), (&wanted.test, "test"), (&wanted.level, "level")] {
        if let Some(tag) = WordTag::parse(tag) {
            chips.push((lookup.word(tag).await?.map_or_else(|| "–".to_owned(), |word| word.text), name));
        }
    }
    if !wanted.cause.is_empty() {
        chips.push((causes::title(&Cause::parse(&wanted.cause), language), "cause"));
    }
    if let Some(hash) = StudentHash::parse(&wanted.student) {
        let student = lookup.student(hash).await?;
        chips.push((student.map_or_else(|| visit.words().common.student.to_owned(), |row| row.student.name), "student"));
    }
    if !wanted.template.is_empty() {
        chips.push((visit.words().files.templates.to_owned(), "template"));
    }
    if !wanted.notes.is_empty() {
        chips.push((visit.words().lists.with_notes.to_owned(), "notes"));
    }
    for (name, label, text) in [("since", words.since, &wanted.since), ("until", words.until, &wanted.until)] {
        if let Ok(date) = text.parse::<Date>() {
            let today = visit.caller.now.to_zoned(visit.console().site.zone.clone()).date();
            chips.push((format!("{label} {}", format::day(date, today, language)), name));
        }
    }
    Ok(html! {
        div class="chips" {
            @for (text, name) in &chips {
                a class="chip" href=(wanted.with(name, "")) aria-label=(fill(words.remove, &[("what", text)])) aria-current="true" { (text) (icon("failed")) }
            }
            a class="chip" href="/console/reports" { (words.clear) }
        }
    })
}

/// A capped number in words.
fn capped(visit: &Visit, count: CappedCount) -> String {
    let n = words::number(count.count, visit.words().language);
    if count.is_more { fill(visit.words().lists.more_than, &[("n", &n)]) } else { n }
}

fn section(visit: &Visit, wanted: &ReportQuery, page: &Page<ReportRow>, total: CappedCount, place: Option<CappedCount>) -> Markup {
    let (words, lists) = (&visit.words().reports, &visit.words().lists);
    let n = |n: u64| words::number(n, visit.words().language);
    let (rows, all) = (&page.rows, capped(visit, total));
    let said = match place.filter(|place| !place.is_more) {
        _ if rows.is_empty() => words.none.to_owned(),
        Some(place) => fill(words.shown, &[("from", &n(place.count + 1)), ("to", &n(place.count + rows.len() as u64)), ("n", &all)]),
        None => fill(lists.some_of, &[("n", &n(rows.len() as u64)), ("total", &all)]),
    };
    let is_all = page.prev.is_none() && page.next.is_none();
    html! {
        section id="list" class="card flush" data-said=(said) {
            @if rows.is_empty() {
                div class="empty" {
                    @if wanted.is_everything() { p { (words.empty) } p class="soft" { (words.empty_more) } }
                    @else { p { (words.none) } p class="soft" { (words.none_more) } p { a class="b small" href="/console/reports" { (words.clear) } } }
                }
            } @else {
                form id="many" method="post" action="/console/reports/many" {
                    (table(visit, rows, How { is_list: true, has_ticks: visit.may(Role::Operator) }))
                    (many::controls(visit, wanted, rows, &all, is_all))
                }
            }
            @if !rows.is_empty() || page.prev.is_some() {
                div class="pager" {
                    span class="soft" { (said) @if total.is_more { " · " a href=(wanted.with("count", "all")) { (lists.count_all) } } }
                    div class="row" {
                        @if visit.may(Role::Operator) { a class="b small" href=(wanted.address("/console/reports.csv", "", "")) download="" { (lists.csv) } }
                        @if let Some(prev) = page.prev { a class="b small" rel="prev" href=(wanted.with("before", &prev.to_string())) { (icon("prev")) (visit.words().common.newer) } }
                        @if let Some(next) = page.next { a class="b small" rel="next" href=(wanted.with("after", &next.to_string())) { (visit.words().common.older) (icon("next")) } }
                    }
                }
            }
        }
    }
}

/// How a table of reports is shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct How {
    /// The page is a list: values in it are ways to more like it.
    pub is_list: bool,
    /// Its rows can be ticked.
    pub has_ticks: bool,
}

/// Reports as a table.
pub fn table(visit: &Visit, rows: &[ReportRow], how: How) -> Markup {
    let (words, common) = (&visit.words().reports, &visit.words().common);
    let with_results = sees_results(visit);
    let mut columns = vec![
        Column::text(words.state),
        Column::text(words.time),
        Column::text(common.student),
        Column::text(common.course),
        Column::text(common.assessment),
    ];
    if with_results {
        columns.push(Column::number(words.result));
    }
    let rows = html! { @for row in rows { (line(visit, row, with_results, how)) } };
    tables::table(words.caption, &columns, &rows)
}

fn line(visit: &Visit, row: &ReportRow, with_results: bool, how: How) -> Markup {
    let (words, common, language) = (&visit.words().reports, &visit.words().common, visit.words().language);
    let state = Shown::of_row(row);
    let same = |name: &str, tag: WordTag| ReportQuery::default().with(name, &tag.to_string());
    let cell = |name: &str, word: Option<&crate::lookup::view::Word>| {
        html! {
            @match word.filter(|word| !word.text.is_empty()) {
                Some(word) if how.is_list => a href=(same(name, word.tag)) { (word.text) },
                Some(word) => (word.text),
                None => (or_dash(None, visit)),
            }
        }
    };
    html! {
        tr role="row" {
            td role="cell" {
                @if how.has_ticks { (many::tick(visit, row)) }
                (state_badge(state, row.due, visit)) @if row.attempts > 1 && state != Shown::Sent { small class="soft" { (fill(visit.words().story.attempt, &[("n", &row.attempts.to_string())])) } }
            }
            td role="cell" class="time" { (time(row.at, visit)) }
            td role="cell" {
                a class="who" href={ "/console/reports/" (row.job) } { (shown::name(row)) }
                @if let Some(address) = row.student.as_ref().and_then(|student| student.email.as_ref()) { small class="soft" { (format::masked(address)) } }
            }
            td role="cell" data-label=(common.course) class=[row.course.is_none().then_some("blank")] { (cell("course", row.course.as_ref())) }
            td role="cell" data-label=(common.assessment) { (cell("test", row.assessment.as_ref())) }
            @if with_results {
                td role="cell" data-label=(words.result) class={ "num" @if row.percentage.is_none() { " blank" } } {
                    @match row.percentage { Some(pct) => (format::percent(pct, language)), None => (or_dash(None, visit)) }
                    @if let Some(level) = &row.level { small class="soft" { (cell("level", Some(level))) } }
                }
            }
        }
    }
}

/// The badge of a state: one that waits to be tried again tells when.
fn state_badge(state: Shown, due: Option<jiff::Timestamp>, visit: &Visit) -> Markup {
    let words = &visit.words().states;
    match (state, due) {
        (Shown::Again, Some(due)) => {
            badge::labelled(Shown::Again, &fill(words.again_at, &[("at", &format::clock(due, &visit.console().site.zone))]))
        }
        _ => badge::badge(state, words),
    }
}
