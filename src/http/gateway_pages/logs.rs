//! What was sent to a school, as a page, newest first; programs get the rows of `http/gateway/logs.rs` under the same path.

use axum::extract::{Path, Query};
use axum::response::Response;
use maud::html;
use serde::Deserialize;

use crate::http::console::pages::Problem;
use crate::http::console::parts::table::{Column, table};
use crate::http::console::parts::{badge, time};
use crate::http::console::words::fill;
use crate::http::gateway::support::name_of;
use crate::http::gateway_pages::context::{PageContext, log_said, problem_of};
use crate::http::gateway_pages::figures;
use crate::http::gateway_pages::widgets::{self, short};
use crate::lookup::attempts::rows::{AttemptFilter, AttemptRow, Outcome, Slice};

/// Calls on one page.
const ROWS: usize = 100;

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub struct Behind {
    /// The last call of the page before.
    #[serde(default)]
    behind: String,
}

/// `GET /webhook-logs/{school}` for people.
pub async fn page(ctx: PageContext, Path(school): Path<String>, Query(from): Query<Behind>) -> Response {
    let institution = match ctx.gateway.find_institution(&school).await {
        Ok(Some(institution)) => institution,
        Ok(None) => return ctx.problem(&Problem::NotFound),
        Err(error) => return ctx.problem(&problem_of(&error)),
    };
    let filter = AttemptFilter { institution: Some(institution.id.to_string()), ..AttemptFilter::default() };
    let slice = Slice { behind: Some(from.behind).filter(|id| !id.is_empty()), ascending: false, limit: ROWS + 1 };
    let words = &ctx.visit.words().institutions;
    let title = fill(words.log, &[("school", &institution.name)]);
    let columns = [
        Column::text(words.status),
        Column::text(words.when),
        Column::text(words.event),
        Column::text(words.answer),
        Column::number(words.tries),
    ];
    let one = |row: &AttemptRow| {
        html! {
            tr role="row" {
                td role="cell" { @if row.outcome == Outcome::Success { (badge::plain("good", "sent", words.success)) } @else { (badge::plain("bad", "failed", words.failed)) } }
                td role="cell" class="time" { (time(row.at, &ctx.visit)) }
                td role="cell" {
                    a class="who" href=(ctx.delivery_path(&row.institution, &row.event, &row.endpoint)) { (row.kind) }
                    small class="soft" { (short(&row.url)) }
                }
                td role="cell" data-label=(words.answer) {
                    (widgets::answer(ctx.words(), row.status, &row.class))
                    " · " (figures::milliseconds(&ctx, u64::from(row.ms)))
                    @if let Some(error) = &row.error { small class="soft" lang="en" { (error) } }
                }
                td role="cell" class="num" data-label=(words.tries) { (row.number.max(1)) }
            }
        }
    };
    let found = ctx.log.attempts(filter, slice).await;
    let body = html! {
        div class="head" {
            p { a href=(ctx.institution_path(institution.id)) data-up="" { "← " (institution.name) } }
            h1 { (title) }
            p class="lead" { code { (name_of(&institution)) } }
        }
        section class="card flush" {
            @match &found {
                Ok(rows) if rows.is_empty() => div class="empty" { p { (words.log_none) } },
                Ok(rows) => {
                    (table(&title, &columns, &html! { @for row in rows.iter().take(ROWS) { (one(row)) } }))
                    @if let Some(last) = rows.get(ROWS - 1).filter(|_| rows.len() > ROWS) {
                        div class="pager" { span {} a class="b small" href={ "?behind=" (last.id) } { (ctx.visit.words().common.older) } }
                    }
                },
                Err(error) => div class="empty" { p { (log_said(&ctx, error)) } },
            }
        }
    };
    ctx.show("institutions", &title, &body).await
}
