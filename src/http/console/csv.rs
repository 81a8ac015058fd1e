//! A list as a file for a spreadsheet: what the filter shows, made while it is downloaded.

use axum::body::Body;
use axum::extract::Query;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::stream;
use jiff::tz::TimeZone;

use crate::audit::Act as Acted;
use crate::http::console::gate::Operator;
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::badge;
use crate::http::console::report_query::ReportQuery;
use crate::http::console::shown::Shown;
use crate::http::console::words::States;
use crate::lookup::rows_csv;
use crate::lookup::view::{PageRequest, ReportRow};

/// Rows of a file; more are no list that a person reads.
const MOST: usize = 100_000;
/// Rows made together.
const PART: usize = 500;

/// `GET /console/reports.csv`: recorded, as it takes names and addresses out of the console.
pub async fn download(Operator(visit): Operator, Query(wanted): Query<ReportQuery>) -> Response {
    let filter = wanted.filter(&visit);
    let lookup = visit.console().lookup.clone();
    let count = match lookup.count(filter.clone(), MOST as u64).await {
        Ok(count) => count.count,
        Err(error) => return pages::problem(&visit.caller, &Problem::of_lookup(&error)),
    };
    let recorded = Acted {
        who: visit.who(),
        role: Some(visit.session.role),
        act: "reports.export",
        on: "reports.csv",
        more: Some(count.to_string()),
        ..Acted::default()
    };
    if visit.console().audit.record(recorded).await.is_err() {
        return pages::problem(&visit.caller, &Problem::NoAudit);
    }
    let (zone, states) = (visit.console().site.zone.clone(), &visit.words().states);
    let begin = Part { request: PageRequest { limit: PART, ..PageRequest::default() }, left: MOST, is_first: true };
    let parts = stream::try_unfold(Some(begin), move |part| {
        let (lookup, filter, zone) = (lookup.clone(), filter.clone(), zone.clone());
        async move {
            let Some(part) = part else { return Ok::<_, std::io::Error>(None) };
            let page = lookup.reports(filter, part.request).await.map_err(std::io::Error::other)?;
            let left = part.left - page.rows.len().min(part.left);
            let bytes = rows(&page.rows[..page.rows.len().min(part.left)], &zone, states, part.is_first)?;
            let after = page.next.filter(|_| left > 0);
            let next = after.map(|after| Part { request: PageRequest { after: Some(after), ..part.request }, left, is_first: false });
            Ok(Some((bytes, next)))
        }
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"reports.csv\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Body::from_stream(parts)).into_response()
}

struct Part {
    request: PageRequest,
    left: usize,
    is_first: bool,
}

fn rows(rows: &[ReportRow], zone: &TimeZone, states: &States, is_first: bool) -> std::io::Result<Bytes> {
    // The mark tells Excel that the text is UTF-8.
    let mut bytes = if is_first { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
    bytes.extend(rows_csv::write(rows, zone, is_first, |row| badge::word(Shown::of_row(row), states).to_owned())?);
    Ok(Bytes::from(bytes))
}
