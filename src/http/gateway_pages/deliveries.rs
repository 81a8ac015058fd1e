//! What was sent: one line a delivery, filters that can be kept as an address, all of a filter sent again at once.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Query;
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures::{StreamExt as _, stream};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use maud::{Markup, html};
use serde::Deserialize;

use super::context::{PageContext, SubmittedForm, log_said, problem_of};
use super::{figures, widgets};
use crate::gateway::ids::{EndpointId, InstitutionId, MessageId};
use crate::gateway::model::{DeliveryState, Institution, PageQuery};
use crate::http::console::format;
use crate::http::console::gateway_acts::Need;
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::form::{self, select};
use crate::http::console::parts::table::{Column, table as tables};
use crate::http::console::parts::{icon, time};
use crate::http::console::words::{self, fill};
use crate::lookup::attempts::LogError;
use crate::lookup::attempts::rows::{AttemptFilter, AttemptRow, DeliveryFilter, Outcome, Slice, Stands};

/// Deliveries of one page.
const PAGE: usize = 50;
/// Deliveries are counted up to so many.
const MOST_COUNTED: usize = 1000;
/// Deliveries that are sent again at once.
const MOST_AGAIN: usize = 2000;
/// Institutions that are offered as a choice.
const CHOICES: usize = 100;
/// A search is no longer than this.
const LONGEST_SEARCH: usize = 200;
/// States read at once.
const AT_ONCE: usize = 16;

/// What an address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DeliveriesQuery {
    /// An institution.
    institution: String,
    /// An endpoint of it.
    endpoint: String,
    /// A type of event.
    kind: String,
    /// How it stands: `delivered`, `waiting`, `dead`.
    state: String,
    /// The class of the last answer: `none`, `2xx` to `5xx`.
    class: String,
    /// Over which time: `24h`, `7d`, `30d`, `all`.
    t: String,
    /// The first day.
    since: String,
    /// The last day.
    until: String,
    /// Sealed words.
    s: String,
    /// Older than this call.
    behind: String,
    /// Newer than this call.
    before: String,
}

impl DeliveriesQuery {
    fn pairs(&self) -> [(&'static str, &str); 9] {
        [
            ("institution", &self.institution),
            ("endpoint", &self.endpoint),
            ("kind", &self.kind),
            ("state", &self.state),
            ("class", &self.class),
            ("t", &self.t),
            ("since", &self.since),
            ("until", &self.until),
            ("s", &self.s),
        ]
    }

    /// The query with one thing changed; the page begins anew.
    fn query(&self, name: &str, value: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (known, old) in self.pairs() {
            let value = if known == name { value } else { old };
            if !value.is_empty() {
                query.append_pair(known, value);
            }
        }
        if ["behind", "before"].contains(&name) {
            query.append_pair(name, value);
        }
        query.finish()
    }

    fn with(&self, ctx: &PageContext, name: &str, value: &str) -> String {
        let query = self.query(name, value);
        let path = format!("{}/deliveries", ctx.base());
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    fn text(&self, ctx: &PageContext) -> String {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(&self.s).ok();
        let opened = sealed.and_then(|sealed| ctx.visit.console().sealer.open("calls", &sealed).ok());
        opened.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// From when to when: the days that are named, else the last hours.
    fn times(&self, ctx: &PageContext) -> (Option<Timestamp>, Option<Timestamp>) {
        let zone = &ctx.visit.console().site.zone;
        let begin = |date: Date| date.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
        let since = self.since.parse::<Date>().ok();
        let until = self.until.parse::<Date>().ok().and_then(|date| date.checked_add(1.day()).ok());
        if since.is_some() || until.is_some() {
            return (since.and_then(begin), until.and_then(begin));
        }
        if self.t == "all" {
            return (None, None);
        }
        (ctx.visit.caller.now.checked_sub(figures::hours_of(&self.t).hours()).ok(), None)
    }

    fn filter(&self, ctx: &PageContext, institution: Option<InstitutionId>) -> DeliveryFilter {
        let (after, before) = self.times(ctx);
        let stands = match self.state.as_str() {
            "delivered" => Some(Stands::Delivered),
            "waiting" => Some(Stands::Waiting),
            "dead" => Some(Stands::Dead),
            _ => None,
        };
        let call = AttemptFilter {
            institution: institution.map(|id| id.to_string()),
            endpoint: Some(self.endpoint.clone()).filter(|id| !id.is_empty()),
            kinds: Some(self.kind.clone()).filter(|kind| !kind.is_empty()).into_iter().collect(),
            status_class: CLASSES.iter().find(|(word, _)| *word == self.class).map(|(_, class)| *class),
            after,
            before,
            text: Some(self.text(ctx)).filter(|text| !text.is_empty()),
            ..AttemptFilter::default()
        };
        DeliveryFilter { call, stands }
    }

    /// Something beside the time is filtered.
    fn is_narrow(&self, ctx: &PageContext) -> bool {
        let names = ["institution", "t"];
        self.pairs().iter().any(|(name, value)| !value.is_empty() && !names.contains(name))
            || (!self.institution.is_empty() && ctx.own().is_none())
    }
}

const CLASSES: [(&str, u16); 5] = [("none", 0), ("2xx", 200), ("3xx", 300), ("4xx", 400), ("5xx", 500)];

/// The institution that an address asks for, as far as it is theirs; in the portal always their own.
async fn institution_of(ctx: &PageContext, wanted: &DeliveriesQuery) -> Result<Option<Institution>, Problem> {
    match ctx.own() {
        Some(own) => ctx.institution(&own.to_string()).await.map(Some),
        None if wanted.institution.is_empty() => Ok(None),
        None => ctx.institution(&wanted.institution).await.map(Some),
    }
}

/// `GET …/deliveries`.
pub async fn list(ctx: PageContext, Query(mut wanted): Query<DeliveriesQuery>) -> Response {
    if ctx.own().is_some() {
        // It is their own in any case.
        wanted.institution.clear();
    }
    let institution = match institution_of(&ctx, &wanted).await {
        Ok(found) => found,
        Err(problem) => return ctx.problem(&problem),
    };
    let id = institution.as_ref().map(|found| found.id);
    let filter = wanted.filter(&ctx, id);
    let is_back = !wanted.before.is_empty();
    let behind = Some(if is_back { &wanted.before } else { &wanted.behind }).filter(|id| !id.is_empty()).cloned();
    let slice = Slice { behind, ascending: is_back, limit: PAGE + 1 };
    let read = async {
        let mut rows = ctx.log.deliveries(filter.clone(), slice).await?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        if is_back {
            rows.reverse();
        }
        Ok::<_, LogError>((rows, more, ctx.log.count_deliveries(filter.clone(), MOST_COUNTED + 1).await?))
    };
    let words = ctx.words();
    let found = match read.await {
        Ok((rows, more, n)) => listed(&ctx, &wanted, &rows, more, n).await,
        Err(error) => html! { section id="list" class="card flush" { p class="empty" { (log_said(&ctx, &error)) } } },
    };
    let body = html! {
        div class="head" {
            h1 { (ctx.visit.words().nav.deliveries) }
            p class="lead" { (words.deliveries_lead) }
        }
        (tabs(&ctx, "deliveries"))
        @if !ctx.log.is_complete() { p class="say warn" role="status" { (words.building) } }
        (search_box(&ctx, &wanted))
        (filters(&ctx, &wanted, institution.as_ref()).await)
        (found)
    };
    ctx.show("deliveries", ctx.visit.words().nav.deliveries, &body).await
}

/// The way between what was sent and what could not be delivered.
pub fn tabs(ctx: &PageContext, at: &str) -> Markup {
    let (words, base) = (ctx.words(), ctx.base());
    if ctx.own().is_some() {
        // The portal's own menu has both.
        return html! {};
    }
    html! {
        nav class="chips" aria-label=(ctx.visit.words().nav.deliveries) {
            a class="chip" href={ (base) "/deliveries" } aria-current=[(at == "deliveries").then_some("page")] { (words.tab_deliveries) }
            a class="chip" href={ (base) "/dead-letters" } aria-current=[(at == "dead").then_some("page")] { (words.tab_dead) }
        }
    }
}

fn search_box(ctx: &PageContext, wanted: &DeliveriesQuery) -> Markup {
    let words = ctx.words();
    html! {
        form method="post" action={ (ctx.base()) "/deliveries/search" } role="search" {
            (form::csrf(&ctx.visit))
            @for (name, value) in wanted.pairs().into_iter().filter(|(name, value)| *name != "s" && !value.is_empty()) {
                input type="hidden" name=(name) value=(value);
            }
            div class="field" {
                label for="q" { (words.text_label) }
                div class="row find" {
                    input id="q" name="q" type="search" value=(wanted.text(ctx)) autocomplete="off" maxlength=(LONGEST_SEARCH);
                    button class="b" { (icon("search")) (words.search) }
                }
            }
        }
    }
}

/// `POST …/deliveries/search`: seals what is searched for, so that no address holds it; an event's id leads to its deliveries.
pub async fn search(sent: SubmittedForm) -> Response {
    let (ctx, form) = (&sent.ctx, &sent.form);
    let text: String = form.text("q").chars().take(LONGEST_SEARCH).collect();
    let sealed = if text.is_empty() {
        String::new()
    } else {
        BASE64_URL_SAFE_NO_PAD.encode(ctx.visit.console().sealer.seal("calls", text.as_bytes()))
    };
    let field = |name: &str| form.text(name).to_owned();
    let wanted = DeliveriesQuery {
        s: sealed,
        institution: field("institution"),
        endpoint: field("endpoint"),
        kind: field("kind"),
        state: field("state"),
        class: field("class"),
        t: field("t"),
        since: field("since"),
        until: field("until"),
        ..DeliveriesQuery::default()
    };
    if MessageId::parse(&text).is_some()
        && let Some(found) = of_event(ctx, &text).await
    {
        return pages::see(&found);
    }
    pages::see(&wanted.with(ctx, "", ""))
}

/// The newest delivery of an event that somebody typed the id of.
async fn of_event(ctx: &PageContext, event: &str) -> Option<String> {
    let institution = ctx.own().map(|own| own.to_string());
    let call = AttemptFilter { event: Some(event.to_owned()), institution, ..AttemptFilter::default() };
    let rows = ctx.log.deliveries(DeliveryFilter { call, stands: None }, Slice { limit: 1, ..Slice::default() }).await.ok()?;
    rows.first().map(|row| ctx.delivery_path(&row.institution, &row.event, &row.endpoint))
}

async fn filters(ctx: &PageContext, wanted: &DeliveriesQuery, institution: Option<&Institution>) -> Markup {
    let words = ctx.words();
    let any = || vec![(String::new(), words.any.to_owned())];
    let mut institutions = any();
    if ctx.own().is_none() {
        let page = ctx.gateway.institutions(&PageQuery { ascending: false, ..PageQuery::first(CHOICES) }).await;
        institutions.extend(page.map(|page| page.data).unwrap_or_default().into_iter().map(|one| (one.id.to_string(), one.name)));
    }
    let mut endpoints = any();
    if let Some(institution) = institution {
        let all = ctx.gateway.all_endpoints(institution.id).await.unwrap_or_default();
        endpoints.extend(all.into_iter().map(|one| (one.id.to_string(), widgets::short(&one.url).to_owned())));
    }
    let mut kinds = any();
    let types = ctx.gateway.event_types().await.unwrap_or_default();
    kinds.extend(types.into_iter().filter(|kind| !kind.archived).map(|kind| (kind.name.clone(), kind.name)));
    let mut states = any();
    states.extend(state_words(ctx).map(|(value, text)| (value.to_owned(), text.to_owned())));
    let mut classes = any();
    classes.extend(CLASSES.map(|(word, class)| (word.to_owned(), if class == 0 { words.no_answer.to_owned() } else { word.to_owned() })));
    let active = wanted.pairs().into_iter().filter(|(name, value)| !value.is_empty() && !["s", "t"].contains(name)).count();
    let spans = [("24h", words.last_day), ("7d", words.last_week), ("30d", words.last_month), ("all", words.kept)];
    let has_days = !wanted.since.is_empty() || !wanted.until.is_empty();
    let chosen = if wanted.t.is_empty() { "24h" } else { &wanted.t };
    html! {
        details id="filters" {
            summary { (icon("filter")) " " (words.filters) @if active > 0 { " (" (active) ")" } }
            form class="card" method="get" action={ (ctx.base()) "/deliveries" } {
                @if !wanted.s.is_empty() { input type="hidden" name="s" value=(wanted.s); }
                @if !wanted.t.is_empty() { input type="hidden" name="t" value=(wanted.t); }
                div class="grid" {
                    @if ctx.own().is_none() { (select("institution", words.institution, &institutions, &wanted.institution)) }
                    @if institution.is_some() { (select("endpoint", ctx.visit.words().institutions.endpoint, &endpoints, &wanted.endpoint)) }
                    (select("kind", ctx.visit.words().institutions.event, &kinds, &wanted.kind))
                    (select("state", ctx.visit.words().institutions.status, &states, &wanted.state))
                    (select("class", words.answer_class, &classes, &wanted.class))
                    div class="field" { label for="since" { (words.since) } input id="since" name="since" type="date" value=(wanted.since); }
                    div class="field" { label for="until" { (words.until) } input id="until" name="until" type="date" value=(wanted.until); }
                    button class="b main" { (words.apply) }
                }
            }
        }
        div class="chips" {
            @for (value, name) in spans {
                @let href = DeliveriesQuery { since: String::new(), until: String::new(), ..wanted.clone() }.with(ctx, "t", value);
                a class="chip" href=(href) aria-current=[(!has_days && chosen == value).then_some("true")] { (name) }
            }
        }
        (chips(ctx, wanted, institution, &endpoints))
    }
}

fn state_words(ctx: &PageContext) -> [(&'static str, &'static str); 3] {
    let words = ctx.words();
    [("delivered", words.state_delivered), ("waiting", words.state_again), ("dead", words.state_dead)]
}

/// What is filtered, each thing with the way to be rid of it.
fn chips(ctx: &PageContext, wanted: &DeliveriesQuery, institution: Option<&Institution>, endpoints: &[(String, String)]) -> Markup {
    let (words, language) = (ctx.words(), ctx.visit.words().language);
    let mut chips: Vec<(String, &str)> = Vec::new();
    let text = wanted.text(ctx);
    if !text.is_empty() {
        chips.push((format!("{}: {text}", words.searched), "s"));
    }
    if let Some(institution) = institution.filter(|_| ctx.own().is_none()) {
        chips.push((institution.name.clone(), "institution"));
    }
    if let Some((_, name)) = endpoints.iter().find(|(id, _)| *id == wanted.endpoint && !id.is_empty()) {
        chips.push((name.clone(), "endpoint"));
    }
    if !wanted.kind.is_empty() {
        chips.push((wanted.kind.clone(), "kind"));
    }
    if let Some((_, name)) = state_words(ctx).into_iter().find(|(value, _)| *value == wanted.state) {
        chips.push((name.to_owned(), "state"));
    }
    if let Some((word, class)) = CLASSES.iter().find(|(word, _)| *word == wanted.class) {
        chips.push((if *class == 0 { words.no_answer.to_owned() } else { (*word).to_owned() }, "class"));
    }
    let today = ctx.visit.caller.now.to_zoned(ctx.visit.console().site.zone.clone()).date();
    for (name, label, text) in [("since", words.since, &wanted.since), ("until", words.until, &wanted.until)] {
        if let Ok(date) = text.parse::<Date>() {
            chips.push((format!("{label} {}", format::day(date, today, language)), name));
        }
    }
    let remove = ctx.visit.words().reports.remove;
    html! {
        @if !chips.is_empty() {
            div class="chips" {
                @for (text, name) in &chips {
                    @let without = if *name == "institution" { DeliveriesQuery { endpoint: String::new(), ..wanted.clone() } } else { wanted.clone() };
                    a class="chip" href=(without.with(ctx, name, "")) aria-label=(fill(remove, &[("what", text)])) aria-current="true" { (text) (icon("failed")) }
                }
                a class="chip" href={ (ctx.base()) "/deliveries" } { (words.clear) }
            }
        }
    }
}

async fn listed(ctx: &PageContext, wanted: &DeliveriesQuery, rows: &[AttemptRow], more: bool, n: usize) -> Markup {
    let (words, language) = (ctx.words(), ctx.visit.words().language);
    let number = |n: usize| words::number(n as u64, language);
    let said = match n {
        0 => words.deliveries_none.to_owned(),
        1 => words.shown_one.to_owned(),
        n if n > MOST_COUNTED => fill(words.shown_over, &[("n", &number(MOST_COUNTED))]),
        n => fill(words.shown_of, &[("n", &number(n))]),
    };
    let is_back = !wanted.before.is_empty();
    let (has_newer, has_older) = if is_back { (more, true) } else { (!wanted.behind.is_empty(), more) };
    html! {
        section id="list" class="card flush" data-said=(said) {
            @if rows.is_empty() {
                div class="empty" {
                    p { (if wanted.is_narrow(ctx) { words.deliveries_none } else { words.deliveries_empty }) }
                    @if wanted.is_narrow(ctx) { p { a class="b small" href={ (ctx.base()) "/deliveries" } { (words.clear) } } }
                }
            } @else {
                (table(ctx, rows, true).await)
                div class="pager" {
                    span class="soft" { (said) }
                    div class="row" {
                        @if let Some(first) = rows.first().filter(|_| has_newer) { a class="b small" href=(wanted.with(ctx, "before", &first.id)) { (icon("prev")) (ctx.visit.words().common.newer) } }
                        @if let Some(last) = rows.last().filter(|_| has_older) { a class="b small" href=(wanted.with(ctx, "behind", &last.id)) { (ctx.visit.words().common.older) (icon("next")) } }
                        @if ctx.may(Need::Act) {
                            @let n = number(n.min(MOST_AGAIN));
                            a class="b small" href={ (ctx.base()) "/deliveries/again?" (wanted.query("", "")) } data-ask="" { (icon("again")) (fill(words.again_many, &[("n", &n)])) }
                        }
                    }
                }
            }
        }
    }
}

/// What became of each of these, by the gateway's records; what cannot be read there is told by its last call.
async fn states(ctx: &PageContext, rows: &[AttemptRow]) -> Vec<(DeliveryState, Option<Timestamp>, u32)> {
    let look = |row: AttemptRow| async move {
        let by_log = match (row.outcome, row.died) {
            (Outcome::Success, _) => DeliveryState::Delivered,
            (_, true) => DeliveryState::Dead,
            (_, false) => DeliveryState::Waiting,
        };
        let ids = (row.institution.parse::<InstitutionId>(), row.endpoint.parse::<EndpointId>());
        let found = match ids {
            (Ok(institution), Ok(endpoint)) => ctx.gateway.delivery(institution, &row.event, endpoint).await.ok().flatten(),
            _ => None,
        };
        found.map_or((by_log, None, row.number), |delivery| (delivery.state, delivery.next_attempt, delivery.attempts.max(1)))
    };
    stream::iter(rows.to_vec()).map(look).buffered(AT_ONCE).collect().await
}

/// What the institutions of these are called.
async fn names(ctx: &PageContext, rows: &[AttemptRow]) -> BTreeMap<String, String> {
    let ids: BTreeSet<&String> = rows.iter().map(|row| &row.institution).collect();
    let mut names = BTreeMap::new();
    for id in ids {
        if let Ok(institution) = ctx.gateway.institution(id).await {
            names.insert(id.clone(), institution.name);
        }
    }
    names
}

/// Deliveries as a table.
pub async fn table(ctx: &PageContext, rows: &[AttemptRow], with_names: bool) -> Markup {
    let (words, own) = (ctx.words(), &ctx.visit.words().institutions);
    let (states, names) = (states(ctx, rows).await, names(ctx, rows).await);
    let columns = [
        Column::text(own.status),
        Column::text(own.when),
        Column::text(own.event),
        Column::text(words.last_answer),
        Column::number(own.tries),
        Column::number(words.took),
    ];
    let line = |row: &AttemptRow, (state, next, tried): &(DeliveryState, Option<Timestamp>, u32)| {
        html! {
            tr role="row" {
                td role="cell" { (widgets::state(ctx, *state, *next, *tried)) }
                td role="cell" class="time" { (time(row.at, &ctx.visit)) }
                td role="cell" {
                    a class="who" href=(ctx.delivery_path(&row.institution, &row.event, &row.endpoint)) { (row.kind) }
                    @if with_names { small class="soft" {
                        @if ctx.own().is_none() { (names.get(&row.institution).map_or("", String::as_str)) " · " }
                        (widgets::short(&row.url))
                    } }
                }
                td role="cell" data-label=(words.last_answer) {
                    (widgets::answer(words, row.status, &row.class))
                }
                td role="cell" class="num" data-label=(own.tries) { (tried) }
                td role="cell" class="num" data-label=(words.took) { (figures::milliseconds(ctx, u64::from(row.ms))) }
            }
        }
    };
    tables(ctx.visit.words().nav.deliveries, &columns, &html! { @for (row, state) in rows.iter().zip(&states) { (line(row, state)) } })
}

/// All of a filter, the newest first, as it stood at an instant.
async fn all_of(ctx: &PageContext, wanted: &DeliveriesQuery, until: Timestamp) -> Result<Vec<AttemptRow>, Markup> {
    let institution = institution_of(ctx, wanted).await.map_err(|_| html! {})?;
    let mut filter = wanted.filter(ctx, institution.map(|found| found.id));
    // What is called again after the question leaves the set: it moved.
    filter.call.before = Some(filter.call.before.map_or(until, |before| before.min(until)));
    let slice = Slice { limit: MOST_AGAIN, ..Slice::default() };
    ctx.log.deliveries(filter, slice).await.map_err(|error| html! { (log_said(ctx, &error)) })
}

/// `GET …/deliveries/again`: the question before all of a filter is sent again.
pub async fn question(ctx: PageContext, Query(wanted): Query<DeliveriesQuery>) -> Response {
    if let Err(problem) = ctx.require(Need::Act) {
        return ctx.problem(&problem);
    }
    let until = ctx.visit.caller.now;
    let rows = match all_of(&ctx, &wanted, until).await {
        Ok(rows) => rows,
        Err(said) => return ctx.ask(ctx.words().act_again, &html! { h2 { (ctx.words().act_again) } p { (said) } }).await,
    };
    let words = ctx.words();
    let n = words::number(rows.len() as u64, ctx.visit.words().language);
    let examples: Vec<String> = rows.iter().take(3).map(|row| format!("{} → {}", row.kind, widgets::short(&row.url))).collect();
    let verb = fill(words.again_many, &[("n", &n)]);
    let back = wanted.with(&ctx, "", "");
    let markup = html! {
        h2 { (words.act_again) }
        p { (fill(words.ask_many, &[("n", &n), ("examples", &examples.join("; "))])) }
        @if rows.len() == MOST_AGAIN { p class="soft" { (fill(words.many_at_most, &[("n", &n)])) } }
        form method="post" action={ (ctx.base()) "/deliveries/again?" (wanted.query("", "")) } {
            (ctx.seals())
            input type="hidden" name="at" value=(until.as_millisecond());
            (widgets::answers(&ctx, &back, &verb, false))
        }
    };
    ctx.ask(words.act_again, &markup).await
}

/// `POST …/deliveries/again`: fixes the set and hands it on, one durable task an institution.
pub async fn again(Query(wanted): Query<DeliveriesQuery>, sent: SubmittedForm) -> Response {
    let (ctx, form) = (&sent.ctx, &sent.form);
    if let Err(problem) = ctx.require(Need::Act) {
        return ctx.problem(&problem);
    }
    let asked = form.text("at").parse::<i64>().ok().and_then(|at| Timestamp::from_millisecond(at).ok());
    let Some(asked) = asked.filter(|at| *at <= ctx.visit.caller.now) else { return ctx.problem(&Problem::Malformed) };
    let back = wanted.with(ctx, "", "");
    let Ok(rows) = all_of(ctx, &wanted, asked).await else { return ctx.problem(&Problem::Store) };
    let mut sets: BTreeMap<InstitutionId, Vec<(MessageId, EndpointId)>> = BTreeMap::new();
    for row in &rows {
        if let (Ok(institution), Ok(message), Ok(endpoint)) = (row.institution.parse(), row.event.parse(), row.endpoint.parse()) {
            sets.entry(institution).or_default().push((message, endpoint));
        }
    }
    let n = words::number(sets.values().map(Vec::len).sum::<usize>() as u64, ctx.visit.words().language);
    let said = fill(ctx.words().done_many, &[("n", &n)]);
    let audit = match ctx.record(form, "deliveries.again", &wanted.institution, Some(n)).await {
        Ok(Some(audit)) => audit,
        Ok(None) => return ctx.see_saying(&back, &said),
        Err(problem) => return ctx.problem(&problem),
    };
    for (institution, deliveries) in sets {
        if let Err(error) = ctx.gateway.send_many_again(institution, deliveries).await {
            ctx.failed(&audit, &error).await;
            return ctx.problem(&problem_of(&error));
        }
    }
    ctx.see_saying(&back, &said)
}
