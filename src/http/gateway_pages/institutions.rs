//! Institutions and their endpoints: who hears of what, how it goes, and registering a school, whose secret is shown once on a page of its own.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use maud::{Markup, html};
use serde::Deserialize;

use crate::access::role::Caller as Key;
use crate::gateway::error::GatewayError;
use crate::gateway::ids::InstitutionId;
use crate::gateway::model::{Endpoint, Institution, Page, PageQuery};
use crate::http::console::gateway_acts::{InstitutionDeed, Need};
use crate::http::console::parts::form::{self, Field};
use crate::http::console::parts::{icon, time};
use crate::http::console::visit::Visit;
use crate::http::console::words::{self, count, fill};
use crate::http::console::{format, pages};
use crate::http::gateway::schools;
use crate::http::gateway::support::name_of;
use crate::http::gateway_pages::context::{PageContext, SubmittedForm, problem_of};
use crate::http::gateway_pages::endpoint::{self, EndpointStatus};
use crate::http::gateway_pages::figures::{self, FigureScope};
use crate::http::gateway_pages::{deeds, widgets};
use crate::model::role::Role;

/// Institutions on one page.
const PAGE: usize = 20;
/// Institutions that a search reads at once, and how often.
const SEARCHED: usize = 200;
const MOST_SEARCHED: usize = 25;
/// Endpoints that a card shows.
const LINES: usize = 10;
/// Students are counted up to so many.
const STUDENTS: usize = 1000;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct InstitutionsQuery {
    /// Sealed words.
    s: String,
    /// Those behind this one.
    behind: String,
}

impl InstitutionsQuery {
    fn text(&self, visit: &Visit) -> String {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(&self.s).ok();
        let opened = sealed.and_then(|sealed| visit.console().sealer.open("institutions", &sealed).ok());
        opened.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// `GET /console/institutions`.
pub async fn list(ctx: PageContext, Query(wanted): Query<InstitutionsQuery>) -> Response {
    let (words, more_words) = (&ctx.visit.words().institutions, ctx.words());
    let text = wanted.text(&ctx.visit);
    let page = match read_page(&ctx, &wanted, &text).await {
        Ok(page) => page,
        Err(error) => return pages::problem(&ctx.visit.caller, &problem_of(&error)),
    };
    let mut cards = Vec::new();
    for institution in &page.data {
        cards.push(match card(&ctx, institution).await {
            Ok(card) => card,
            Err(error) => return pages::problem(&ctx.visit.caller, &problem_of(&error)),
        });
    }
    let body = html! {
        div class="head row apart" {
            h1 { (words.title) }
            @if ctx.may(Need::Decide) { a class="b main" href="/register-school" { (words.register) } }
        }
        form method="post" action="/console/institutions/search" role="search" {
            (form::csrf(&ctx.visit))
            div class="field" {
                label for="q" { (more_words.search_label) }
                div class="row find" {
                    input id="q" name="q" type="search" value=(text) autocomplete="off" maxlength="100";
                    button class="b" { (icon("search")) (more_words.search) }
                }
            }
        }
        @if cards.is_empty() {
            section class="card" { div class="empty" {
                @if text.is_empty() { p { (words.none) } }
                @else { p { (more_words.found_none) } p { a class="b small" href="/console/institutions" { (more_words.clear) } } }
            } }
        }
        div class="stack" { @for card in &cards { (card) } }
        @if let Some(last) = page.data.last().filter(|_| !page.done) {
            div class="row" { a class="b" href={ "/console/institutions?s=" (wanted.s) "&behind=" (last.id) } { (ctx.visit.words().common.older) } }
        }
    };
    pages::show(&ctx.visit, "institutions", words.title, &body).await
}

/// A page of all, the newest first; of those whose name or id has these words.
async fn read_page(ctx: &PageContext, wanted: &InstitutionsQuery, text: &str) -> Result<Page<Institution>, GatewayError> {
    let mut from = InstitutionId::parse(&wanted.behind);
    if text.is_empty() {
        return ctx.gateway.institutions(&PageQuery { from, ascending: false, ..PageQuery::first(PAGE) }).await;
    }
    let (text, mut found) = (text.to_lowercase(), Vec::new());
    for _ in 0..MOST_SEARCHED {
        let page = ctx.gateway.institutions(&PageQuery { from, ascending: false, ..PageQuery::first(SEARCHED) }).await?;
        from = page.data.last().map(|last| last.id);
        let fits = |one: &Institution| one.name.to_lowercase().contains(&text) || name_of(one).to_lowercase().contains(&text);
        found.extend(page.data.into_iter().filter(fits));
        if page.done || found.len() >= PAGE {
            break;
        }
    }
    found.truncate(PAGE);
    Ok(Page { data: found, done: true })
}

/// `POST /console/institutions/search`: an id leads there; words are sealed, so that no address holds them.
pub async fn search(sent: SubmittedForm) -> Response {
    let (ctx, text) = (&sent.ctx, sent.form.text("q").chars().take(100).collect::<String>());
    if text.is_empty() {
        return pages::see("/console/institutions");
    }
    if let Ok(Some(found)) = ctx.gateway.find_institution(&text).await {
        return pages::see(&ctx.institution_path(found.id));
    }
    let sealed = BASE64_URL_SAFE_NO_PAD.encode(ctx.visit.console().sealer.seal("institutions", text.as_bytes()));
    pages::see(&format!("/console/institutions?s={sealed}"))
}

async fn card(ctx: &PageContext, institution: &Institution) -> Result<Markup, GatewayError> {
    let (words, more_words, language) = (&ctx.visit.words().institutions, ctx.words(), ctx.visit.words().language);
    let endpoints = ctx.gateway.all_endpoints(institution.id).await?;
    let of = FigureScope { institution: institution.id.to_string(), endpoint: None };
    let rate = figures::read(ctx, &of, 24).await.ok().and_then(|figures| figures.success_rate());
    let mut lines = Vec::new();
    for endpoint in endpoints.iter().take(LINES) {
        let failing = ctx.gateway.failing_since(endpoint.id).await?;
        lines.push(html! { li {
            div { a href=(ctx.endpoint_path(institution.id, endpoint.id)) { (endpoint.url) } }
            (widgets::light(ctx, endpoint, failing.is_some()))
        } });
    }
    Ok(html! {
        section class="card" {
            header {
                h2 { a href=(ctx.institution_path(institution.id)) { (institution.name) } }
                span class="soft" {
                    code { (name_of(institution)) }
                    @if let Some(rate) = rate { " · " (fill(more_words.success_day, &[("pct", &format::percent(rate * 100.0, language))])) }
                }
            }
            @if endpoints.is_empty() { p class="soft" { (words.no_endpoint) } }
            @else { ul class="groups" role="list" { @for line in &lines { (line) } } }
            @if endpoints.len() > LINES { p class="soft" { (fill(more_words.more_than, &[("n", &LINES.to_string())])) } }
            p { a href={ "/webhook-logs/" (name_of(institution)) } { (words.see_deliveries) } }
        }
    })
}

/// `GET /console/institutions/{id}`.
pub async fn show(ctx: PageContext, Path(id): Path<String>, Query(wanted): Query<endpoint::SpanQuery>) -> Response {
    page_of(&ctx, &id, &wanted.t).await
}

/// The page of one institution, in the console or in its own portal.
pub async fn page_of(ctx: &PageContext, id: &str, span: &str) -> Response {
    let institution = match ctx.institution(id).await {
        Ok(institution) => institution,
        Err(problem) => return ctx.problem(&problem),
    };
    let read = async {
        let endpoints = ctx.gateway.all_endpoints(institution.id).await?;
        let students = ctx.gateway.students(institution.id, None, STUDENTS + 1).await?.len();
        let mut lines = Vec::new();
        for endpoint in &endpoints {
            let stand = EndpointStatus::of(ctx, endpoint.id).await?;
            let of = FigureScope { institution: institution.id.to_string(), endpoint: Some(endpoint.id.to_string()) };
            let rate = figures::read(ctx, &of, 24).await.ok().and_then(|figures| figures.success_rate());
            lines.push(endpoint::line(ctx, institution.id, endpoint, Some(&stand), rate));
        }
        Ok::<_, GatewayError>((endpoints, students, lines))
    };
    let (endpoints, students, lines) = match read.await {
        Ok(read) => read,
        Err(error) => return ctx.problem(&problem_of(&error)),
    };
    let (words, more_words, language) = (&ctx.visit.words().institutions, ctx.words(), ctx.visit.words().language);
    let here = ctx.institution_path(institution.id);
    let of = FigureScope { institution: institution.id.to_string(), endpoint: None };
    let is_paused = !endpoints.is_empty() && endpoints.iter().all(|endpoint| endpoint.disabled);
    let counted = match students {
        0 => None,
        n if n > STUDENTS => Some(fill(more_words.more_than, &[("n", &words::number(STUDENTS as u64, language))])),
        n => Some(count(n as u64, words.student_one, words.student_many, language).into_owned()),
    };
    let body = html! {
        div class="head" {
            @if ctx.own().is_none() { p { a href="/console/institutions" data-up="" { "← " (words.title) } } }
            h1 { (institution.name) }
            p class="lead" { code { (name_of(&institution)) } @if let Some(counted) = &counted { " · " (counted) } " · " (words.since) " " (time(institution.created, &ctx.visit)) }
        }
        (acts(ctx, &institution, &endpoints, is_paused))
        section class="card" {
            header { h2 { (more_words.endpoints) } a href={ (ctx.base()) "/deliveries?institution=" (institution.id) } { (words.see_deliveries) } }
            @if lines.is_empty() { p class="soft" { (words.no_endpoint) } }
            @else { ul class="groups" role="list" { @for line in &lines { (line) } } }
        }
        (figures::card(ctx, &of, &here, span).await)
        (endpoint::tasks(ctx, institution.id, None).await)
    };
    ctx.show(if ctx.own().is_some() { "home" } else { "institutions" }, &institution.name, &body).await
}

fn acts(ctx: &PageContext, institution: &Institution, endpoints: &[Endpoint], is_paused: bool) -> Markup {
    let words = ctx.words();
    let mut first = vec![InstitutionDeed::New, InstitutionDeed::Portal];
    let mut more = vec![InstitutionDeed::Edit];
    if !endpoints.is_empty() {
        more.push(if is_paused { InstitutionDeed::Resume } else { InstitutionDeed::Pause });
    }
    more.extend([InstitutionDeed::EndPortal, InstitutionDeed::Delete]);
    first.retain(|deed| ctx.may(deed.need()));
    more.retain(|deed| ctx.may(deed.need()));
    let button = |deed: &InstitutionDeed| widgets::way(&ctx.institution_deed(institution.id, deed.as_str()), deed.word(words), false);
    html! {
        @if !first.is_empty() { div class="row acts" { @for deed in &first { (button(deed)) } } }
        @if !more.is_empty() { details id="more" { summary { (words.more_acts) } div class="row acts" { @for deed in &more { (button(deed)) } } } }
    }
}

/// `GET /register-school`.
pub async fn register(ctx: PageContext) -> Response {
    match ctx.require(Need::Decide) {
        Ok(()) => form_page(&ctx, ["", "", ""], None).await,
        Err(problem) => ctx.problem(&problem),
    }
}

/// `POST /register-school`: the secret is on the answer, and nowhere else.
pub async fn registered(sent: SubmittedForm) -> Response {
    let (ctx, form) = (&sent.ctx, &sent.form);
    if let Err(problem) = ctx.require(Need::Decide) {
        return ctx.problem(&problem);
    }
    let words = &ctx.visit.words().institutions;
    let values = ["schoolId", "schoolName", "webhookUrl"].map(|name| form.text(name));
    let [school, name, url] = values;
    if values.iter().any(|value| value.is_empty()) {
        return form_page(ctx, values, Some(words.missing)).await;
    }
    let audit = match ctx.record(form, "school.register", school, None).await {
        Ok(Some(audit)) => audit,
        // The same button a second time; the first answer had the secret.
        Ok(None) => return ctx.see_saying("/console/institutions", words.made),
        Err(problem) => return ctx.problem(&problem),
    };
    let key = Key::everywhere(ctx.visit.who(), Role::Admin);
    match schools::register_school(&ctx.gateway, &key, school, Some(name), url).await {
        Ok(made) => {
            let onward = ctx.institution_path(made.institution.id);
            deeds::secret_page(ctx, &made.institution.name, &made.secret, words.made, &onward).await
        }
        Err(fault) => {
            let why = fault.sentence();
            // Without what was typed: a URL may hold a key.
            ctx.visit.console().audit.failed(&audit, "it was refused").await;
            form_page(ctx, values, Some(&why)).await
        }
    }
}

async fn form_page(ctx: &PageContext, values: [&str; 3], fault: Option<&str>) -> Response {
    let words = &ctx.visit.words().institutions;
    let [school, name, url] = values;
    let body = html! {
        div class="head" {
            p { a href="/console/institutions" data-up="" { "← " (words.title) } }
            h1 { (words.register) }
            p class="lead" { (words.register_lead) }
        }
        @if let Some(fault) = fault { p class="say bad" role="alert" tabindex="-1" data-focus="" { (fault) } }
        form class="card" method="post" action="/register-school" {
            (ctx.seals())
            (Field { name: "schoolId", label: words.school_id, hint: Some(words.school_id_hint), value: school, required: true, ..Field::default() }.show())
            (Field { name: "schoolName", label: words.school_name, value: name, required: true, ..Field::default() }.show())
            (Field { name: "webhookUrl", label: words.url, hint: Some(words.url_hint), value: url, kind: "url", required: true, ..Field::default() }.show())
            div { button class="b main" { (words.register_do) } }
        }
    };
    let mut response = ctx.show("institutions", words.register, &body).await;
    if fault.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}
