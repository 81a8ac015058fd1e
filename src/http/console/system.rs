//! What `doctor` would say, and which calls were refused.

use axum::response::Response;
use maud::{Markup, html};

use crate::audit::Act as Acted;
use crate::http::console::format;
use crate::http::console::gate::{Act, Operator};
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::form::{self, Field};
use crate::http::console::parts::table::{Column, row, table};
use crate::http::console::parts::{badge, or_dash, time};
use crate::http::console::state::Line;
use crate::http::console::visit::Visit;
use crate::http::console::words::{self, Calls, Health, count, fill};
use crate::model::person::EmailAddress;

/// The cards of the page, in their order.
const GROUPS: [&str; 5] = ["platform", "mail", "storage", "files", "service"];

/// `GET /console/health`.
pub async fn health(Operator(visit): Operator) -> Response {
    let words = &visit.words().health;
    let lines = visit.console().diagnosis.lines().await;
    let ill = lines.iter().filter(|line| line.ok == Some(false)).count();
    let verdict = if ill == 0 { words.well.into() } else { count(ill as u64, words.ill_one, words.ill_many, visit.words().language) };
    let settings = visit.console().diagnosis.settings();
    let body = html! {
        div class="head" { h1 { (words.title) } p class="lead" { (verdict) } }
        div class="stack" { @for group in GROUPS { (card(&visit, group, &lines)) } }
        (test_mail(&visit))
        details class="card flush" id="settings" {
            summary { (words.settings) " " span class="soft" { (fill(words.version, &[("version", env!("CARGO_PKG_VERSION"))])) } }
            table class="list" {
                caption class="said" { (words.settings_caption) }
                tbody { @for setting in &settings {
                    tr { td { code { (setting.name) } } td {
                        @match (&setting.value, setting.is_set) {
                            (Some(value), _) => (value),
                            (None, true) => (words.set),
                            (None, false) => { span class="soft" { (words.unset) } }
                        }
                    } }
                } }
            }
        }
    };
    pages::show(&visit, "health", words.title, &body).await
}

fn card(visit: &Visit, group: &str, lines: &[Line]) -> Markup {
    let words = &visit.words().health;
    let title = match group {
        "platform" => words.platform,
        "mail" => words.mail,
        "storage" => words.storage,
        "files" => words.files,
        _ => words.service,
    };
    let ours: Vec<&Line> = lines.iter().filter(|line| line.group == group).collect();
    html! {
        @if !ours.is_empty() {
            section class="card" {
                h2 { (title) }
                ul class="groups" role="list" { @for line in ours {
                    li {
                        div { b { (part(&line.name, words)) } span class="soft" lang="en" { (line.detail) } }
                        @match line.ok {
                            Some(true) => (badge::plain("good", "sent", words.ok)),
                            Some(false) => (badge::plain("bad", "failed", words.bad)),
                            None => (badge::plain("", "info", words.info)),
                        }
                    }
                } }
            }
        }
    }
}

/// What a part is called; one of another release is its own name.
fn part<'a>(name: &'a str, words: &'a Health) -> &'a str {
    match name {
        "platform" => words.part_platform,
        "mail" => words.part_mail,
        "storage" => words.part_storage,
        "template" => words.part_template,
        "question banks" => words.part_banks,
        "oldest job" => words.part_oldest,
        "workers" => words.part_workers,
        "projections" => words.part_projections,
        other => other,
    }
}

fn test_mail(visit: &Visit) -> Markup {
    let words = &visit.words().health;
    let field = Field { name: "to", label: words.test_mail_to, kind: "email", required: true, autocomplete: "email", ..Field::default() };
    html! {
        form class="card" method="post" action="/console/health/mail" {
            (form::csrf(visit))
            h2 { (words.test_mail) }
            (field.show())
            div { button class="b" { (words.test_mail) } }
        }
    }
}

/// `POST /console/health/mail`: a test mail.
pub async fn send_mail(act: Act<Operator>) -> Response {
    let visit = &act.visit;
    let words = &visit.words().health;
    let Ok(to) = EmailAddress::parse(act.form.text("to")) else {
        return pages::see_saying(&visit.caller, "/console/health", visit.words().errors.needs_address);
    };
    let recorded = Acted { who: visit.who(), role: Some(visit.session.role), act: "mail.test", ..Acted::default() };
    if visit.console().audit.record(recorded).await.is_err() {
        return pages::problem(&visit.caller, &Problem::NoAudit);
    }
    let said = match visit.console().courier.send(&to, words.test_subject, words.test_text).await {
        Ok(_) => words.test_sent.to_owned(),
        Err(why) => fill(words.test_failed, &[("why", &why)]),
    };
    pages::see_saying(&visit.caller, "/console/health", &said)
}

/// `GET /console/calls`.
pub async fn calls(Operator(visit): Operator) -> Response {
    let words = &visit.words().calls;
    let refusals = &visit.console().refusals;
    let (newest, totals, accepted) = (refusals.newest(), refusals.totals(), refusals.accepted_at());
    let told = |at: Option<jiff::Timestamp>| {
        at.map_or_else(
            || words.never.to_owned(),
            |at| format::moment_in_sentence(at, visit.caller.now, &visit.console().site.zone, visit.words().language),
        )
    };
    let last = newest.first().map(|refusal| refusal.at);
    let columns = [words.when, words.reason, words.program, words.media, words.size, words.signed, words.origin].map(Column::text);
    let rows = html! { @for refusal in &newest {
        @let size = refusal.size_bytes.map(|size| format::bytes(size, visit.words().language));
        @let signed = refusal.signature_headers.join(", ");
        (row(&columns, &[
            time(refusal.at, &visit),
            html! { (reason(refusal.reason, words).0) " " small class="soft" { (refusal.status) } },
            or_dash(refusal.agent.as_deref(), &visit),
            or_dash(refusal.media_type.as_deref(), &visit),
            or_dash(size.as_deref(), &visit),
            html! { @if signed.is_empty() { (words.none) } @else { code { (signed) } } },
            html! { code { (refusal.origin.as_deref().unwrap_or("–")) } },
        ]))
    } };
    let body = html! {
        div class="head" { h1 { (words.title) } p class="lead" { (words.lead) } }
        p { b { (fill(words.last, &[("accepted", &told(accepted)), ("refused", &told(last))])) } }
        @if totals.is_empty() { div class="card" { div class="empty" { p { (words.empty) } } } }
        @for (word, n) in &totals {
            @let (name, advice) = reason(word, words);
            section class="card" { header { h2 { (name) } span class="soft" { (words.n) ": " (words::number(*n, visit.words().language)) } } p { (advice) } }
        }
        @if !newest.is_empty() {
            section class="card flush" { header { h2 { (words.newest) } } (table(words.newest, &columns, &rows)) }
        }
    };
    pages::show(&visit, "calls", words.title, &body).await
}

/// What a reason is called, and what to do.
fn reason(word: &str, words: &Calls) -> (&'static str, &'static str) {
    match word {
        "missing_header" => (words.missing_header, words.missing_header_do),
        "mismatch" => (words.mismatch, words.mismatch_do),
        "no_secret" => (words.no_secret, words.no_secret_do),
        "malformed" => (words.malformed, words.malformed_do),
        "unsupported_media_type" => (words.unsupported_media_type, words.unsupported_media_type_do),
        "too_large" => (words.too_large, words.too_large_do),
        "timeout" => (words.timeout, words.timeout_do),
        "rate_limited" => (words.rate_limited, words.rate_limited_do),
        "unavailable" => (words.unavailable, words.unavailable_do),
        _ => (words.other, words.other_do),
    }
}
