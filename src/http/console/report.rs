//! One report: what happened to it, what the student got, and what can be done.

use axum::extract::{Path, Query};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::audit::Act as Acted;
use crate::http::console::acts::{self, Deed};
use crate::http::console::gate::{Act, Operator, Reader};
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::{badge, form, icon, story, time};
use crate::http::console::shown::{Report, Shown, sent_to};
use crate::http::console::visit::{Visit, sees_results};
use crate::http::console::words::{causes, fill};
use crate::http::console::{format, pictures};
use crate::jobs::operator::story::{Story, What};
use crate::lookup::view::{PageRequest, ReportFilter};
use crate::model::ids::JobId;
use crate::model::role::Role;

/// Other reports of the student that are named.
const OTHERS: usize = 5;

/// `GET /console/reports/<job>`.
pub async fn show(Reader(visit): Reader, Path(job): Path<String>) -> Response {
    page(&visit, &job, false).await
}

/// `POST /console/reports/<job>/address`: shows the whole address, which is recorded.
pub async fn address(Path(job): Path<String>, act: Act<Operator>) -> Response {
    let visit = &act.visit;
    let seen = Acted { who: visit.who(), role: Some(visit.session.role), act: "address.show", on: &job, ..Acted::default() };
    if visit.console().audit.record(seen).await.is_err() {
        return pages::problem(&visit.caller, &Problem::NoAudit);
    }
    page(visit, &job, true).await
}

async fn page(visit: &Visit, job: &str, shows_address: bool) -> Response {
    let Some(id) = JobId::parse(job) else { return pages::problem(&visit.caller, &Problem::NoReport) };
    let story = match visit.console().operator.story(&id).await {
        Ok(Some(story)) => story,
        Ok(None) => return pages::problem(&visit.caller, &Problem::NoReport),
        Err(error) => return pages::problem(&visit.caller, &Problem::of(&error)),
    };
    let row = Report::of_view(&story.view);
    let title = fill(visit.words().report.title, &[("student", row.name())]);
    let body = body(visit, &story, &row, shows_address).await;
    pages::show(visit, "reports", &title, &body).await
}

async fn body(visit: &Visit, story: &Story, row: &Report, shows_address: bool) -> Markup {
    let (words, facts) = (&visit.words().report, &row.facts);
    let pdf = pdf_key(story);
    html! {
        div class="head" {
            p { a href="/console/reports" data-up="" { "← " (visit.words().reports.title) } }
            h1 { (row.name()) }
            p class="lead" { (facts.assessment.title) @if let Some(course) = &facts.course { " · " (course) } }
        }
        (next(visit, story, row))
        div class="two" {
            section class="card" aria-labelledby="pdf" {
                header { h2 id="pdf" { (words.pdf) } @if let Some(kb) = facts.kb.filter(|_| pdf.is_some()) { span class="soft" { (format::bytes(kb * 1024, visit.words().language)) } } }
                (paper(visit, row, story.view.round, pdf.is_some()))
            }
            div class="stack" {
                section class="card" aria-labelledby="story" { h2 id="story" { (words.story) } (story::story(visit, story)) }
                (figures(visit, story, row, shows_address))
                (notes(visit, row))
                (others(visit, row).await)
            }
        }
        (technical(visit, story))
    }
}

/// The sentence of where it stands, and what comes next with its button.
fn next(visit: &Visit, story: &Story, row: &Report) -> Markup {
    let (words, language) = (&visit.words().report, visit.words().language);
    let at = |at: Option<jiff::Timestamp>| {
        at.map(|at| format::moment_in_sentence(at, visit.caller.now, &visit.console().site.zone, language)).unwrap_or_default()
    };
    let cause = row.cause.as_ref().map(|cause| causes::title(cause, language)).unwrap_or_default();
    let address = sent_to(story, row).map(|address| format::masked(&address)).unwrap_or_default();
    let mailed = row.facts.mail.as_ref().map(|mail| mail.at).or(row.ended);
    let sentence = match row.state {
        Shown::Sent => fill(words.sent_sentence, &[("at", &at(mailed)), ("address", &address)]),
        Shown::Filed => fill(words.filed_sentence, &[("at", &at(row.ended))]),
        Shown::Queued => words.queued_sentence.to_owned(),
        Shown::Again => fill(words.again_sentence, &[("at", &at(row.due))]),
        Shown::Running => words.running_sentence.to_owned(),
        Shown::Duplicate => words.duplicate_sentence.to_owned(),
        Shown::Skipped => words.skipped_sentence.to_owned(),
        Shown::Waits => fill(words.waits_sentence, &[("at", &at(row.ended)), ("cause", &cause)]),
        Shown::Failed => fill(words.failed_sentence, &[("at", &at(row.ended)), ("cause", &cause)]),
        Shown::Discarded => fill(words.discarded_sentence, &[("at", &at(row.ended))]),
        Shown::Damaged => words.damaged_sentence.to_owned(),
    };
    let remedy = row
        .cause
        .as_ref()
        .filter(|_| matches!(row.state, Shown::Waits | Shown::Failed | Shown::Again))
        .map(|cause| causes::remedy(cause, language));
    let (colour, _) = badge::look(row.state);
    html! {
        section class={ "card next " (colour) } data-focus=[visit.caller.flash.as_ref().map(|_| "")] tabindex="-1" {
            div class="row" { (badge::badge(row.state, &visit.words().states)) }
            p { (sentence) }
            @if let Some(remedy) = remedy { p { b { (words.what_to_do) ": " } (remedy.steps) } }
            @if visit.may(Role::Operator) { (buttons(visit, row)) }
        }
    }
}

fn buttons(visit: &Visit, row: &Report) -> Markup {
    let (first, more) = acts::offered(row.state);
    let words = &visit.words().acts;
    let button = |deed: &Deed, class: &str| {
        html! { a class={ "b " (class) } data-ask="" href={ "/console/reports/" (row.job) "/" (deed.as_str()) } { (deed.word(words)) } }
    };
    html! {
        div class="row acts" {
            @for (place, deed) in first.iter().enumerate() { (button(deed, if place == 0 { "main" } else { "" })) }
            @if let Some(place) = row.cause.as_ref().filter(|_| row.state == Shown::Waits).and_then(|cause| causes::remedy(cause, visit.words().language).place).filter(|place| visit.console().site.leads_to(place)) {
                a class="b" href=(place) { (visit.console().site.name_of(place, visit.words())) }
            }
        }
        @if !more.is_empty() {
            details id="more" { summary { (words.more) } div class="row acts" { @for deed in more { (button(deed, "small")) } } }
        }
    }
}

fn paper(visit: &Visit, row: &Report, round: u32, is_there: bool) -> Markup {
    let words = &visit.words().report;
    let href = format!("/console/reports/{}/pdf", row.job);
    html! {
        @if is_there {
            iframe class="paper desk" src={ (href) "#toolbar=0&navpanes=0&view=FitH" } title=(fill(words.pdf_frame, &[("student", row.name())])) loading="lazy" {}
            div class="row acts" {
                a class="b" href=(href) target="_blank" rel="noopener" { (icon("reports")) (words.pdf_open) }
                a class="b" href={ (href) "?download=1" } { (visit.words().common.download) }
            }
            (pictures::way(visit, row, round))
        } @else { p class="soft" { (words.pdf_none) } }
    }
}

fn figures(visit: &Visit, story: &Story, row: &Report, shows_address: bool) -> Markup {
    let (words, facts, language) = (&visit.words().report, &row.facts, visit.words().language);
    html! {
        section class="card" aria-labelledby="facts" {
            h2 id="facts" class="said" { (words.result) }
            dl class="facts" {
                @if sees_results(visit) && let Some(pct) = facts.pct {
                    dt { (words.result) }
                    dd { b { (format::percent(pct, language)) } @if let Some(level) = &facts.level { " · " (level) }
                        @if let Some((right, total)) = facts.right { br; small class="soft" { (fill(words.right, &[("right", &right.to_string()), ("total", &total.to_string())])) } } }
                }
                @if let Some(at) = facts.submitted { dt { (words.handed_in) } dd { (time(at, visit)) } }
                @if let Some(address) = sent_to(story, row) {
                    dt { (words.address) }
                    dd {
                        @if shows_address { (address) } @else { (format::masked(&address)) }
                        @if visit.may(Role::Operator) && !shows_address {
                            form method="post" action={ "/console/reports/" (row.job) "/address" } { (form::csrf(visit)) button class="link" { (words.show_address) } }
                        }
                    }
                }
            }
        }
    }
}

fn notes(visit: &Visit, row: &Report) -> Markup {
    let words = &visit.words().report;
    let facts = &row.facts;
    html! {
        @if visit.may(Role::Operator) && !facts.notes.is_empty() {
            section class="card" { h2 { (words.notes) } ul { @for note in &facts.notes { li { (note) } } } }
        }
    }
}

async fn others(visit: &Visit, row: &Report) -> Markup {
    let words = &visit.words().report;
    let lookup = &visit.console().lookup;
    let key = &row.facts.student.key;
    if key.is_empty() {
        return html! {};
    }
    let Ok(hash) = lookup.hash_of(key).await else { return html! {} };
    let filter = ReportFilter { student: Some(hash), ..ReportFilter::default() };
    let Ok(page) = lookup.reports(filter, PageRequest { limit: OTHERS + 1, ..PageRequest::default() }).await else { return html! {} };
    let others: Vec<_> = page.rows.iter().filter(|other| other.job != row.job).take(OTHERS).collect();
    let all = format!("/console/students/{hash}");
    html! {
        section class="card" {
            h2 { (words.others) }
            @if !others.is_empty() {
                ul class="groups" role="list" { @for other in &others {
                    li { div { a href={ "/console/reports/" (other.job) } { (other.assessment.as_ref().map_or("–", |word| &word.text)) } small class="soft" { (time(other.at, visit)) } } (badge::badge(Shown::of_row(other), &visit.words().states)) }
                } }
            }
            p { a href=(all) { (words.all_of_student) } }
        }
    }
}

/// What the technical person asks for, without answers, addresses and secrets.
fn technical(visit: &Visit, story: &Story) -> Markup {
    if !visit.may(Role::Operator) {
        return html! {};
    }
    let view = &story.view;
    let facts = [
        ("report", view.id.to_string()),
        ("effect", crate::signing::sha256_hex(story.effect_key.as_bytes())[..16].to_owned()),
        ("kind", view.kind.clone()),
        ("source", view.source.clone()),
        ("state", view.state.to_owned()),
        ("round", view.round.to_string()),
        ("attempts", view.attempts.to_string()),
        ("steps", view.steps.join(", ")),
        (
            "steps_ms",
            view.summary["steps_ms"].as_object().map(|steps| serde_json::to_string(steps).unwrap_or_default()).unwrap_or_default(),
        ),
        ("cause", view.cause.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("message", view.message.clone().unwrap_or_default()),
        ("trace", story.trace.clone().unwrap_or_default()),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    let lines: Vec<String> = facts.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}: {value}")).collect();
    html! {
        details class="card tech" id="tech" {
            summary { (visit.words().common.details) }
            pre id="support" lang="en" { (lines.join("\n")) }
            p { button class="b small" data-copy="#support" data-scripts="" hidden { (visit.words().report.support) } }
        }
    }
}

/// The key of the newest PDF.
pub(super) fn pdf_key(story: &Story) -> Option<String> {
    let told = story.moments.iter().rev().find_map(|moment| match &moment.what {
        What::Step { name, value } if name == "prepared" => value["archived"]["file"].as_str(),
        What::Step { name, value } if name == "archived" => value["file"].as_str(),
        _ => None,
    });
    told.or_else(|| story.view.summary["file"].as_str()).map(ToOwned::to_owned)
}

/// How a PDF is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct How {
    /// It is to be kept as a file.
    #[serde(default)]
    download: String,
}

/// `GET /console/reports/<job>/pdf`.
pub async fn pdf(Reader(visit): Reader, Path(job): Path<String>, Query(how): Query<How>) -> Response {
    let Some(id) = JobId::parse(&job) else { return pages::problem(&visit.caller, &Problem::NoReport) };
    let story = match visit.console().operator.story(&id).await {
        Ok(Some(story)) => story,
        Ok(None) => return pages::problem(&visit.caller, &Problem::NoReport),
        Err(error) => return pages::problem(&visit.caller, &Problem::of(&error)),
    };
    let Some(key) = pdf_key(&story) else { return pages::problem(&visit.caller, &Problem::NoPdf) };
    let name = key.rsplit('/').next().unwrap_or("informe.pdf").to_owned();
    match visit.console().store.get(&key).await {
        Ok(Some((bytes, _))) => as_pdf(bytes, &name, !how.download.is_empty()),
        Ok(None) => pages::problem(&visit.caller, &Problem::NoPdf),
        Err(_) => pages::problem(&visit.caller, &Problem::Store),
    }
}

/// A PDF as our own pages may frame it, and nobody else's.
pub fn as_pdf(bytes: bytes::Bytes, name: &str, is_download: bool) -> Response {
    let how = if is_download { "attachment" } else { "inline" };
    let encoded: String = name
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"-_.".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    let disposition = HeaderValue::from_str(&format!("{how}; filename*=UTF-8''{encoded}")).unwrap_or(HeaderValue::from_static("inline"));
    let headers: [(HeaderName, HeaderValue); 5] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'self'")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, bytes).into_response()
}
