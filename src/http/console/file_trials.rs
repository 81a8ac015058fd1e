//! A drafted template or bank, tried on reports that went out.

use axum::extract::{Path, Query};
use axum::response::Response;
use bytes::Bytes;
use maud::{Markup, html};

use crate::http::console::files::{Case, drafted, encoded, shown};
use crate::http::console::gate::Operator;
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::badge;
use crate::http::console::visit::Visit;
use crate::http::console::words::{count, fill};
use crate::http::console::workshop::{Compared, FileKind, Verdict};
use crate::http::console::{pictures, shown};
use crate::lookup::LookupError;
use crate::lookup::view::{PageRequest, ReportFilter, ReportRow, ReportState};
use crate::model::ids::JobId;

/// Reports a draft is tried on.
const TRIED: usize = 10;

/// Reports these are chosen from.
const CONSIDERED: usize = 2000;

/// A draft on one report.
pub(super) struct Trial<'a> {
    pub(super) row: &'a ReportRow,
    pub(super) compared: Compared,
}

/// The newest reports that went out, from which those are chosen that a draft is tried on.
pub async fn newest(visit: &Visit) -> Result<Vec<ReportRow>, LookupError> {
    let filter = ReportFilter { states: vec![ReportState::Sent, ReportState::Done], ..ReportFilter::default() };
    let mut rows: Vec<ReportRow> = Vec::new();
    let mut request = PageRequest { limit: 500, ..PageRequest::default() };
    while rows.len() < CONSIDERED {
        let page = visit.console().lookup.reports(filter.clone(), request).await?;
        rows.extend(page.rows);
        let Some(next) = page.next else { break };
        request.after = Some(next);
    }
    Ok(rows)
}

/// The reports a draft is tried on: the newest, one of each level, the best, the worst, the longest name.
async fn chosen<'a>(kind: FileKind, name: &str, visit: &Visit, rows: &'a [ReportRow]) -> Vec<&'a ReportRow> {
    let ours = concerned(kind, name, visit, rows).await;
    let pct = |row: &&&ReportRow| (row.percentage.unwrap_or(0.0) * 100.0) as i64;
    let mut chosen: Vec<&ReportRow> = ours.iter().take(3).copied().collect();
    let mut levels = std::collections::BTreeSet::new();
    chosen.extend(ours.iter().filter(|row| levels.insert(row.level.as_ref().map(|level| level.tag))).copied());
    chosen.extend(ours.iter().min_by_key(pct).copied());
    chosen.extend(ours.iter().max_by_key(pct).copied());
    chosen.extend(ours.iter().max_by_key(|row| shown::name(row).chars().count()).copied());
    chosen.extend(ours.iter().copied());
    let mut seen = std::collections::HashSet::new();
    chosen.retain(|row| seen.insert(&row.job));
    chosen.truncate(TRIED);
    chosen
}

/// Those of these reports that hang on a file.
pub async fn concerned<'a>(kind: FileKind, name: &str, visit: &Visit, rows: &'a [ReportRow]) -> Vec<&'a ReportRow> {
    let mut ours: Vec<&ReportRow> = Vec::new();
    let mut known: std::collections::BTreeMap<(&str, Option<&str>), bool> = std::collections::BTreeMap::new();
    for row in rows {
        let about = (test(row), row.template.as_deref());
        let concerns = if let Some(concerns) = known.get(&about) {
            *concerns
        } else {
            let concerns = visit.console().workshop.concerns(kind, name, about.0, about.1).await;
            known.insert(about, concerns);
            concerns
        };
        if concerns {
            ours.push(row);
        }
    }
    ours
}

fn test(row: &ReportRow) -> &str {
    row.assessment.as_ref().map_or("", |word| &word.text)
}

pub(super) async fn tried<'a>(kind: FileKind, name: &str, draft: &Bytes, visit: &Visit, rows: &'a [ReportRow]) -> Vec<Trial<'a>> {
    let mut trials = Vec::new();
    for row in chosen(kind, name, visit, rows).await {
        let compared = visit.console().workshop.compare(kind, name, draft, &row.job, visit.words().language).await;
        // A report whose records are gone says nothing about the draft.
        if let Ok(compared) = compared {
            trials.push(Trial { row, compared });
        }
    }
    trials
}

pub(super) fn trial_table(kind: FileKind, visit: &Visit, trials: &[Trial<'_>], path: &str) -> Markup {
    let words = &visit.words().files;
    let levels = trials.iter().filter(|trial| trial.compared.verdict == Verdict::Level).count();
    let word = |verdict| match verdict {
        Verdict::Same => ("", "same", words.same),
        Verdict::Differs => ("busy", "info", words.differs),
        Verdict::Level => ("warn", "waits", words.level),
        Verdict::Pages => ("warn", "waits", words.pages),
        Verdict::Warnings => ("warn", "waits", words.new_warnings),
        Verdict::Fails => ("bad", "failed", words.fails),
    };
    html! {
        section class="card flush" {
            header { div { h2 { (words.trial) } p class="soft" { (words.trial_lead) } } }
            @if trials.is_empty() { div class="empty" { p { (words.trial_none) } } }
            @else {
                @if levels > 0 { p class="say warn" { (fill(words.trial_levels, &[("n", &levels.to_string()), ("total", &trials.len().to_string())])) } }
                table class="list" role="table" {
                    caption class="said" { (words.trial) }
                    thead role="rowgroup" { tr role="row" { @for name in [visit.words().common.student, words.before, words.now, words.what] { th scope="col" role="columnheader" { (name) } } } }
                    tbody role="rowgroup" { @for trial in trials {
                        @let (colour, sign, name) = word(trial.compared.verdict);
                        tr role="row" {
                            td role="cell" { b { (shown::name(trial.row)) } small class="soft" { (test(trial.row)) } }
                            td role="cell" data-label=(words.before) { (told(kind, &trial.compared.before, visit)) }
                            td role="cell" data-label=(words.now) { (told(kind, &trial.compared.now, visit)) }
                            td role="cell" {
                                (badge::plain(colour, sign, name))
                                @for detail in trial.compared.details.iter().take(3) { small class="soft" { (detail) } }
                                @if kind == FileKind::Template && trial.compared.verdict != Verdict::Fails { small { a href={ (path) "/compare/" (trial.row.job) } { (words.compare) } } }
                            }
                        }
                    } }
                }
            }
        }
    }
}

/// Pages as a number of pages, results as they are.
fn told(kind: FileKind, text: &str, visit: &Visit) -> String {
    match (kind, text.parse::<u64>()) {
        (FileKind::Template, Ok(n)) => {
            count(n, visit.words().common.pages_one, visit.words().common.pages_many, visit.words().language).into_owned()
        }
        _ if text.is_empty() => "–".to_owned(),
        _ => text.to_owned(),
    }
}

/// Old and new beside each other, page by page.
pub async fn compare(Operator(visit): Operator, Path((name, id, job)): Path<(String, String, String)>) -> Response {
    let words = &visit.words().files;
    let Some(job) = JobId::parse(&job) else { return pages::problem(&visit.caller, &Problem::NotFound) };
    let bytes = match drafted(FileKind::Template, &name, &id, &visit).await {
        Ok(bytes) => bytes,
        Err(problem) => return pages::problem(&visit.caller, &problem),
    };
    let draft = format!("{}/{}/draft/{id}", FileKind::Template.path(), encoded(&name));
    let side = |side: &str| format!("{draft}/pdf/{job}?side={side}");
    let (before, now) = (pictures::of(&visit, None, &job, "").await, pictures::of(&visit, Some(&bytes), &job, "").await);
    let body = html! {
        div class="head" { p { a href=(draft) data-up="" { "← " (fill(words.draft, &[("name", &name)])) } } h1 { (words.compare) } }
        div class="versus" {
            @for (title, which) in [(words.before, "before"), (words.now, "now")] {
                p { b { (title) } " · " a target="_blank" rel="noopener" href=(side(which)) { (visit.words().report.pdf_open) span class="said" { ": " (title) } } }
            }
        }
        @match (&before, &now) {
            (Ok(before), Ok(now)) => { @for place in 0..before.len().max(now.len()) { (sheets(&visit, &draft, &job, place, before, now)) } }
            (Err(why), _) | (_, Err(why)) => { p class="say warn" { (fill(visit.words().lists.pages_none, &[("why", why)])) } }
        }
    };
    pages::show(&visit, "templates", words.compare, &body).await
}

/// One page of both, and whether they differ.
fn sheets(visit: &Visit, draft: &str, job: &JobId, place: usize, before: &[String], now: &[String]) -> Markup {
    let (words, files) = (&visit.words().lists, &visit.words().files);
    let (colour, sign, verdict) = match (before.get(place), now.get(place)) {
        (Some(before), Some(now)) if before == now => ("", "same", words.page_same),
        (Some(_), Some(_)) => ("warn", "waits", words.page_differs),
        (Some(_), None) => ("warn", "waits", words.page_gone),
        (None, _) => ("warn", "waits", words.page_new),
    };
    let title = fill(words.page, &[("n", &(place + 1).to_string())]);
    html! {
        section class={ "card leaves " (if colour.is_empty() { "same" } else { "differs" }) } {
            header { h2 { (title) } (badge::plain(colour, sign, verdict)) }
            div class="versus" {
                @for (name, which, there) in [(files.before, "before", before.len() > place), (files.now, "now", now.len() > place)] {
                    @if there { img class="leaf" loading="lazy" width="595" height="842" alt={ (name) ": " (title) } src={ (draft) "/page/" (job) "/" (place + 1) "?side=" (which) }; }
                    @else { p class="soft" { (name) ": " (words.no_page) } }
                }
            }
        }
    }
}

/// One page of one side.
pub async fn side_page(
    Operator(visit): Operator,
    Path((name, id, job, number)): Path<(String, String, String, usize)>,
    Query(case): Query<Case>,
) -> Response {
    let Some(job) = JobId::parse(&job) else { return pages::problem(&visit.caller, &Problem::NotFound) };
    let draft = match drafted(FileKind::Template, &name, &id, &visit).await {
        Ok(draft) => draft,
        Err(problem) => return pages::problem(&visit.caller, &problem),
    };
    let template = (case.side == "now").then_some(&draft);
    let picture = pictures::of(&visit, template, &job, "").await.ok().and_then(|made| pictures::as_svg(&made, number));
    picture.unwrap_or_else(|| pages::problem(&visit.caller, &Problem::NotFound))
}

/// One side of the comparison.
pub async fn side(Operator(visit): Operator, Path((name, id, job)): Path<(String, String, String)>, Query(case): Query<Case>) -> Response {
    let Some(job) = JobId::parse(&job) else { return pages::problem(&visit.caller, &Problem::NotFound) };
    let draft = match drafted(FileKind::Template, &name, &id, &visit).await {
        Ok(draft) => draft,
        Err(problem) => return pages::problem(&visit.caller, &problem),
    };
    let template = (case.side == "now").then_some(&draft);
    shown(&visit, &name, visit.console().workshop.remake(template, &job).await)
}
