//! All of one student, named in addresses by a keyed hash.

use axum::extract::{Path, Query};
use axum::response::Response;
use maud::html;
use serde::Deserialize;

use crate::http::console::gate::Reader;
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::{self, icon};
use crate::http::console::reports::{How, table};
use crate::http::console::words::count;
use crate::lookup::view::{PageRequest, Position, ReportFilter, StudentHash};
use crate::model::role::Role;

/// Which part of a student's reports is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReportsQuery {
    after: String,
    before: String,
}

/// `GET /console/students/<key>`.
pub async fn show(Reader(visit): Reader, Path(key): Path<String>, Query(place): Query<ReportsQuery>) -> Response {
    let Some(hash) = StudentHash::parse(&key) else { return pages::problem(&visit.caller, &Problem::NotFound) };
    let lookup = &visit.console().lookup;
    let filter = ReportFilter { student: Some(hash), ..ReportFilter::default() };
    let request = PageRequest { after: Position::parse(&place.after), before: Position::parse(&place.before), ..PageRequest::default() };
    let (student, page) = match (lookup.student(hash).await, lookup.reports(filter, request).await) {
        (Ok(Some(student)), Ok(page)) => (student, page),
        (Ok(None), _) => return pages::problem(&visit.caller, &Problem::NotFound),
        (Err(error), _) | (_, Err(error)) => return pages::problem(&visit.caller, &Problem::of_lookup(&error)),
    };
    let words = &visit.words().todo;
    let own = format!("/console/students/{hash}");
    let has_privacy = visit.console().site.pages.contains(&"privacy") && visit.may(Role::Admin);
    let body = html! {
        div class="head" {
            p { a href="/console/reports" data-up="" { "← " (visit.words().reports.title) } }
            h1 { (student.student.name) }
            p class="lead" { (count(student.reports, words.reports_one, words.reports_many, visit.words().language)) }
        }
        (parts::fresh(&visit))
        section class="card flush" {
            (table(&visit, &page.rows, How::default()))
            @if page.prev.is_some() || page.next.is_some() {
                div class="pager" { span {} div class="row" {
                    @if let Some(prev) = page.prev { a class="b small" rel="prev" href={ (own) "?before=" (prev) } { (icon("prev")) (visit.words().common.newer) } }
                    @if let Some(next) = page.next { a class="b small" rel="next" href={ (own) "?after=" (next) } { (visit.words().common.older) (icon("next")) } }
                } }
            }
        }
        @if has_privacy { p { a class="b" href={ "/console/privacy/students/" (hash) } { (visit.words().lists.erase) } } }
    };
    pages::show(&visit, "reports", visit.words().common.student, &body).await
}
