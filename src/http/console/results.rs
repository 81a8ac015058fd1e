//! How a course did, for teachers: figures without names, none of which tells of fewer than five students.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};

use crate::http::console::format;
use crate::http::console::gate::Reader;
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::table::{Column, row, table};
use crate::http::console::parts::{self, chart, time};
use crate::http::console::visit::Visit;
use crate::http::console::words::{Results, fill};
use crate::lookup::results::{AssessmentResults, Figures};
use crate::lookup::small::Cell;
use crate::lookup::view::WordTag;

/// `GET /console/results`.
pub async fn courses(Reader(visit): Reader) -> Response {
    let words = &visit.words().results;
    let courses = match visit.console().lookup.course_results().await {
        Ok(courses) => courses,
        Err(error) => return pages::problem(&visit.caller, &Problem::of_lookup(&error)),
    };
    let columns = [
        Column::text(visit.words().common.course),
        Column::number(words.students),
        Column::number(words.tests),
        Column::text(words.newest),
        Column::number(words.mean),
    ];
    let rows = html! { @for one in &courses {
        (row(&columns, &[
            html! { a class="who" href={ "/console/results/" (one.course.tag) } { (one.course.text) } },
            html! { (one.students) },
            html! { (one.assessments) },
            html! { @if let Some(at) = one.newest { (time(at, &visit)) } },
            mean(one.mean, &visit),
        ]))
    } };
    let body = html! {
        div class="head" { h1 { (words.title) } p class="lead" { (words.lead) } }
        (parts::fresh(&visit))
        section class="card flush" {
            @if courses.is_empty() { div class="empty" { p { (words.empty) } p class="soft" { (words.empty_more) } } }
            @else { (table(words.title, &columns, &rows)) }
        }
    };
    pages::show(&visit, "results", words.title, &body).await
}

fn mean(mean: Option<i64>, visit: &Visit) -> Markup {
    let words = &visit.words().results;
    html! { @match mean { Some(mean) => (format::percent(mean as f64, visit.words().language)), None => { span class="soft" title=(words.few) { "–" } span class="said" { (words.few) } } } }
}

/// `GET /console/results/<course>`.
pub async fn course(Reader(visit): Reader, Path(course): Path<String>) -> Response {
    let Some(tag) = WordTag::parse(&course) else { return pages::problem(&visit.caller, &Problem::NotFound) };
    let tests = match visit.console().lookup.assessment_results(tag).await {
        Ok(tests) => tests,
        Err(error) => return pages::problem(&visit.caller, &Problem::of_lookup(&error)),
    };
    let Some(name) = tests.first().map(|test| test.course.text.clone()) else { return pages::problem(&visit.caller, &Problem::NotFound) };
    let words = &visit.words().results;
    let body = html! {
        div class="head" { p { a href="/console/results" data-up="" { "← " (words.title) } } h1 { (name) } }
        @for test in &tests {
            section class="card" {
                header { h2 { a href={ "/console/results/" (course) "/" (test.assessment.tag) } { (test.assessment.text) } } span class="soft" { (words.students) ": " (test.students) } }
                @match &test.figures {
                    Some(figures) => { p { (words.mean) ": " b { (format::percent(figures.mean as f64, visit.words().language)) } } (distribution(figures, words)) }
                    None => { p class="soft" { (words.few) } }
                }
            }
        }
    };
    pages::show(&visit, "results", &name, &body).await
}

fn told(cell: Cell, words: &Results) -> String {
    match cell {
        Cell::Count(n) => n.to_string(),
        Cell::Hidden => words.hidden.to_owned(),
    }
}

/// The picture of results; what is hidden is drawn as nothing and said in words.
fn distribution(figures: &Figures, words: &Results) -> Markup {
    let counts: Vec<u64> = figures.distribution.iter().map(|cell| if let Cell::Count(n) = cell { *n } else { 0 }).collect();
    let labels: Vec<String> = (0..counts.len()).map(|place| (place * 10).to_string()).collect();
    let spoken: Vec<String> =
        figures.distribution.iter().zip(&labels).map(|(cell, label)| format!("{label} %: {}", told(*cell, words))).collect();
    html! {
        figure {
            (chart::columns(&counts, &labels, &format!("{}: {}", words.distribution, spoken.join(", "))))
            figcaption class="soft" { small { (words.distribution) } }
        }
    }
}

/// `GET /console/results/<course>/<assessment>`.
pub async fn assessment(Reader(visit): Reader, Path((course, test)): Path<(String, String)>) -> Response {
    let Some((course_tag, tag)) = WordTag::parse(&course).zip(WordTag::parse(&test)) else {
        return pages::problem(&visit.caller, &Problem::NotFound);
    };
    let found = match visit.console().lookup.results(course_tag, tag).await {
        Ok(Some(found)) => found,
        Ok(None) => return pages::problem(&visit.caller, &Problem::NotFound),
        Err(error) => return pages::problem(&visit.caller, &Problem::of_lookup(&error)),
    };
    let words = &visit.words().results;
    let known = fill(words.known, &[("n", &found.students.to_string()), ("known", &found.known.to_string())]);
    let body = html! {
        div class="head" {
            p { a href={ "/console/results/" (course) } data-up="" { "← " (found.course.text) } }
            h1 { (found.assessment.text) }
            p class="lead" { (known) @if let Some(at) = found.newest { " · " (words.newest) ": " (time(at, &visit)) } }
        }
        @match &found.figures {
            None => { div class="card" { div class="empty" { p { (words.few) } p class="soft" { (words.empty_more) } } } }
            Some(figures) => (sheet(&visit, &found, figures))
        }
    };
    pages::show(&visit, "results", &found.assessment.text, &body).await
}

fn sheet(visit: &Visit, found: &AssessmentResults, figures: &Figures) -> Markup {
    let (words, language) = (&visit.words().results, visit.words().language);
    let levels = |name: &str, cell: Cell| html! { dt { (name) } dd { (told(cell, words)) } };
    html! {
        div class="two" {
            section class="card" { header { h2 { (words.mean) } b { (format::percent(figures.mean as f64, language)) } } (distribution(figures, words)) }
            section class="card" {
                h2 { (words.levels) }
                dl class="facts" {
                    @for share in &figures.levels { (levels(&share.level, share.students)) }
                    @if let Some([passed, not]) = figures.passed { (levels(words.passed, passed)) (levels(words.not_passed, not)) }
                }
                @if let Some(change) = figures.change {
                    @let points = format!("{}{}", if change.points > 0 { "+" } else { "" }, change.points);
                    p class="soft" { (fill(words.change, &[("n", &change.students.to_string()), ("points", &points)])) }
                }
            }
        }
        section class="card" aria-label=(found.assessment.text) {
            h2 { (words.groups) }
            @for group in &figures.groups {
                @let share = format::percent(group.share as f64, language);
                div class="bars" { span { (group.name) } (chart::bar(group.share as f64, &format!("{}: {share}", group.name))) span class="num" { (share) } }
            }
        }
    }
}
