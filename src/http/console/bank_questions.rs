//! How students answered the questions of a bank.

use axum::extract::Path;
use axum::response::Response;
use maud::html;

use crate::http::console::file_trials::{concerned, newest};
use crate::http::console::files::{encoded, entry, live};
use crate::http::console::format;
use crate::http::console::gate::Reader;
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::badge;
use crate::http::console::parts::table::{Column, row, table};
use crate::http::console::workshop::FileKind;
use crate::model::ids::JobId;

/// Students whose answers are looked at.
const ASKED: usize = 200;

/// How a bank's questions were answered: how hard each is, and whether it tells the strong from the weak.
pub async fn questions(Reader(visit): Reader, Path(name): Path<String>) -> Response {
    let kind = FileKind::Bank;
    match live(kind, &name, &visit).await {
        Ok(Some(_)) if kind.takes(&name) => {}
        Ok(_) => return pages::problem(&visit.caller, &Problem::NotFound),
        Err(_) => return pages::problem(&visit.caller, &Problem::Store),
    }
    let rows = match newest(&visit).await {
        Ok(rows) => rows,
        Err(error) => return pages::problem(&visit.caller, &Problem::of_lookup(&error)),
    };
    let mut seen = std::collections::HashSet::new();
    let ours = concerned(kind, &name, &visit, &rows).await;
    let jobs: Vec<JobId> = ours
        .into_iter()
        // The newest result of each student counts.
        .filter(|row| row.student.as_ref().is_some_and(|student| seen.insert(student.hash)))
        .take(ASKED)
        .map(|row| row.job.clone())
        .collect();
    let items = visit.console().workshop.items(&jobs).await;
    let (words, language) = (&visit.words().results, visit.words().language);
    let columns = [
        Column::number(words.question),
        Column::number(words.students),
        Column::number(words.right_share),
        Column::number(words.apart),
        Column::text(words.wrong_most),
    ];
    let rows = html! { @for item in &items {
        @let is_odd = item.right < 20.0 || item.discrimination.is_some_and(|apart| apart < 0.0);
        (row(&columns, &[
            html! { (item.number) },
            html! { (item.students) },
            html! { (format::percent(item.right, language)) @if is_odd { " " (badge::plain("warn", "waits", words.key_doubt)) } },
            html! { @match item.discrimination { Some(apart) => (format::decimal(apart, language)), None => "–" } },
            html! { @match &item.wrong { Some((answer, share)) => { (answer) " · " (format::percent(*share, language)) } None => "–" } },
        ]))
    } };
    let body = html! {
        div class="head" {
            p { a href={ (kind.path()) "/" (encoded(&name)) } data-up="" { "← " (name) } }
            h1 { (words.questions) }
            p class="lead" { (words.questions_lead) }
        }
        section class="card flush" {
            @if items.is_empty() { div class="empty" { p { (words.few) } } } @else { (table(words.questions, &columns, &rows)) }
        }
    };
    pages::show(&visit, entry(kind), words.questions, &body).await
}
