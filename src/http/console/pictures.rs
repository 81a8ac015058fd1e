//! A report's pages as pictures, for phones and browsers that show no PDF, and for a draft beside the version in use.
//!
//! They are made from the report's records when somebody looks, and kept for a minute only: a page of pictures asks for each by itself.

use std::sync::Arc;

use axum::extract::{Path, Query};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use maud::{Markup, html};
use serde::Deserialize;

use crate::http::console::gate::Reader;
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::icon;
use crate::http::console::picture_cache::Pictures;
use crate::http::console::shown::Report;
use crate::http::console::visit::Visit;
use crate::http::console::words::fill;
use crate::model::ids::JobId;
use crate::signing::sha256_hex;

/// Pages that are shown; a longer report is opened as PDF.
const SHOWN: usize = 20;

/// The pictures of a report with this template, or with the one in use. `round` tells apart what was made before a report was made anew.
///
/// # Errors
/// Why they cannot be made, in words.
pub async fn of(visit: &Visit, template: Option<&Bytes>, job: &JobId, round: &str) -> Result<Pictures, String> {
    let (console, now) = (visit.console(), visit.caller.now);
    let key = format!("{job} {round} {}", template.map(|bytes| sha256_hex(bytes)).unwrap_or_default());
    if let Some(found) = console.pictures.find(&key, now) {
        return Ok(found);
    }
    let made = Arc::new(console.workshop.pictures(template, job).await?);
    console.pictures.keep(key, now, Arc::clone(&made));
    Ok(made)
}

/// A picture as our own pages may show it, and nobody else's; it runs nothing and fetches nothing.
pub fn as_svg(pictures: &[String], number: usize) -> Option<Response> {
    let picture = number.checked_sub(1).and_then(|place| pictures.get(place))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; img-src data:; sandbox; frame-ancestors 'self'")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Some((headers, picture.clone()).into_response())
}

/// Which making of a report is meant.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Round {
    round: String,
}

/// `GET /console/reports/<job>/page/<n>`.
pub async fn page(Reader(visit): Reader, Path((job, number)): Path<(String, usize)>, Query(Round { round }): Query<Round>) -> Response {
    let Some(job) = JobId::parse(&job) else { return pages::problem(&visit.caller, &Problem::NoReport) };
    let made = of(&visit, None, &job, &round.chars().take(8).collect::<String>()).await;
    let picture = made.ok().and_then(|pictures| as_svg(&pictures, number));
    picture.unwrap_or_else(|| pages::problem(&visit.caller, &Problem::NoPdf))
}

/// `GET /console/reports/<job>/pages`: all pages, one below the other.
pub async fn all(Reader(visit): Reader, Path(job): Path<String>, Query(Round { round }): Query<Round>) -> Response {
    let Some(id) = JobId::parse(&job) else { return pages::problem(&visit.caller, &Problem::NoReport) };
    let report = match visit.console().operator.show(&id).await {
        Ok(Some(view)) => Report::of_view(&view),
        Ok(None) => return pages::problem(&visit.caller, &Problem::NoReport),
        Err(error) => return pages::problem(&visit.caller, &Problem::of(&error)),
    };
    let words = visit.words();
    let round: String = round.chars().filter(char::is_ascii_digit).take(8).collect();
    let made = of(&visit, None, &id, &round).await;
    let own = format!("/console/reports/{id}");
    let title = fill(words.report.title, &[("student", report.name())]);
    let body = html! {
        div class="head" {
            p { a href=(own) data-up="" { "← " (report.name()) } }
            h1 { (title) }
            p class="lead" { (words.lists.pages_today) }
        }
        @match &made {
            Ok(made) => {
                div class="leaves" { @for n in 1..=made.len().min(SHOWN) { (picture(&visit, &report, n, made.len(), &round)) } }
                @if made.len() > SHOWN { p { a class="b" href={ (own) "/pdf" } { (words.report.pdf_open) } } }
            }
            Err(why) => { p class="say warn" { (fill(words.lists.pages_none, &[("why", why)])) } }
        }
    };
    pages::show(&visit, "reports", &title, &body).await
}

fn picture(visit: &Visit, report: &Report, n: usize, total: usize, round: &str) -> Markup {
    let words = &visit.words().lists;
    let alt = fill(words.page_picture, &[("n", &n.to_string()), ("total", &total.to_string()), ("student", report.name())]);
    html! { img class="leaf" loading="lazy" width="595" height="842" alt=(alt) src={ "/console/reports/" (report.job) "/page/" (n) "?round=" (round) }; }
}

/// The way to the pages of a finished report: on a phone the first of them, which others do not fetch.
pub fn way(visit: &Visit, report: &Report, round: u32) -> Markup {
    let words = &visit.words().lists;
    let href = format!("/console/reports/{}/pages?round={round}", report.job);
    let alt = fill(words.first_page, &[("student", report.name())]);
    html! {
        a class="phone leaves" href=(href) { img class="leaf" loading="lazy" width="595" height="842" alt=(alt) src={ "/console/reports/" (report.job) "/page/1?round=" (round) }; }
        p { a class="b small" href=(href) { (icon("reports")) (words.pages) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_not_there_has_no_picture() {
        assert!(as_svg(&["<svg/>".to_owned()], 0).is_none() && as_svg(&["<svg/>".to_owned()], 2).is_none());
    }
}
