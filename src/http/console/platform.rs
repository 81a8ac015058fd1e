//! What platforms told beside completions: its texts searched, its records listed.
//!
//! What is searched for stands in no address. Records of somebody whose data are blocked are left out.

use axum::extract::{Path, Query};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use crate::http::console::gate::{Act, Operator};
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::form::{self, Field, select};
use crate::http::console::parts::table::{Column, row, table};
use crate::http::console::parts::{badge, icon, time};
use crate::http::console::visit::Visit;
use crate::http::console::words::{PlatformWords, fill};
use crate::inbound::records::{self, Record};
use crate::lookup::texts::{Hit, HitFilter, Hits, Narrowed};
use crate::lookup::unseen::Blocked;
use crate::model::platform_event::Collection;

/// Hits of a search.
const MOST_HITS: usize = 30;
/// Letters of what is searched for.
const LONGEST: usize = 500;
/// Records of a page.
const PAGE: usize = 50;
/// Facts of a record that are shown, and letters of each.
const FACTS: usize = 8;
const LONGEST_FACT: usize = 120;

/// What is searched; empty for both.
fn of_word(word: &str) -> Option<Collection> {
    Collection::parse(word).filter(|one| matches!(one, Collection::Topics | Collection::Transcriptions))
}

fn name(collection: Collection, words: &PlatformWords) -> &'static str {
    match collection {
        Collection::Grades => words.grades,
        Collection::Members => words.members,
        Collection::Content => words.content,
        Collection::Assignments => words.assignments,
        Collection::Submissions => words.submissions,
        Collection::Topics => words.topics,
        Collection::CourseCompletions => words.course_completions,
        Collection::Behaviour => words.behaviour,
        Collection::Videos => words.videos,
        Collection::DeepLinks => words.deep_links,
        Collection::Transcriptions => words.transcriptions,
        Collection::Statements => words.statements,
    }
}

/// `GET /console/platform`.
pub async fn show(Operator(visit): Operator) -> Response {
    page(&visit, None).await
}

/// `POST /console/platform`: searches in texts.
pub async fn search(act: Act<Operator>) -> Response {
    let visit = &act.visit;
    let words: String = act.form.text("q").chars().take(LONGEST).collect();
    let collection = of_word(act.form.text("in"));
    if words.is_empty() {
        return page(visit, None).await;
    }
    let narrowed = Narrowed { collection: collection.map(|one| one.as_str().to_owned()), ..Narrowed::default() };
    let texts = &visit.console().texts;
    match texts.ask(HitFilter::Words { words: words.clone(), narrowed, after: None, limit: MOST_HITS }).await {
        Ok(hits) => page(visit, Some((&words, collection, hits, texts.is_complete()))).await,
        Err(error) => pages::problem(&visit.caller, &Problem::of_lookup(&error)),
    }
}

async fn page(visit: &Visit, found: Option<(&str, Option<Collection>, Hits, bool)>) -> Response {
    let words = &visit.words().platform;
    let (text, chosen) = found.as_ref().map_or(("", None), |(text, chosen, ..)| (*text, *chosen));
    let field = Field {
        name: "q",
        label: words.find_label,
        hint: Some(words.find_hint),
        kind: "search",
        value: text,
        required: true,
        ..Field::default()
    };
    let kinds: Vec<(String, String)> = std::iter::once((String::new(), words.both.to_owned()))
        .chain([Collection::Topics, Collection::Transcriptions].map(|one| (one.as_str().to_owned(), name(one, words).to_owned())))
        .collect();
    let body = html! {
        div class="head" { h1 { (words.title) } p class="lead" { (words.lead) } }
        form class="card" method="post" action="/console/platform" role="search" {
            (form::csrf(visit))
            h2 { (words.find) }
            (field.show())
            (select("in", words.find_in, &kinds, chosen.map_or("", Collection::as_str)))
            div { button class="b main" { (icon("search")) (words.find_go) } }
        }
        @if let Some((_, _, hits, is_complete)) = &found { (hits_card(visit, hits, *is_complete)) }
        section class="card" {
            header { h2 { (words.kept) } }
            p class="soft" { (words.kept_lead) }
            ul class="groups" role="list" { @for one in Collection::ALL {
                li { div { a href={ "/console/platform/" (one.as_str()) } { (name(one, words)) } } }
            } }
        }
    };
    pages::show(visit, "platform", words.title, &body).await
}

fn hits_card(visit: &Visit, hits: &Hits, is_complete: bool) -> Markup {
    let words = &visit.words().platform;
    html! {
        section class="card" id="found" {
            header { h2 { (words.found) } }
            @if !is_complete { p class="say warn" { (words.building) } }
            @if hits.hits.is_empty() {
                div class="empty" { p { (words.none) } p class="soft" { (words.none_more) } }
            } @else {
                ul class="groups" role="list" { @for hit in &hits.hits { (hit_line(visit, hit)) } }
                @if hits.next.is_some() { p class="soft" { (fill(words.first_ones, &[("n", &MOST_HITS.to_string())])) } }
            }
        }
    }
}

fn hit_line(visit: &Visit, hit: &Hit) -> Markup {
    let words = &visit.words().platform;
    let kind = Collection::parse(&hit.collection).map_or(hit.collection.as_str(), |one| name(one, words));
    let title = if hit.title.trim().is_empty() { words.untitled } else { &hit.title };
    html! {
        li { div {
            b { (title) }
            p { (marked(&hit.excerpt, &hit.highlights)) }
            small class="soft" { (kind) " · " (hit.source) @if let Some(course) = &hit.course { " · " (visit.words().common.course) " " (course) } " · " (time(hit.at, visit)) }
        } }
    }
}

/// An excerpt with the words that were found in it marked.
fn marked(excerpt: &str, highlights: &[[usize; 2]]) -> Markup {
    let letters: Vec<char> = excerpt.chars().collect();
    let part = |from: usize, to: usize| letters.get(from..to).unwrap_or_default().iter().collect::<String>();
    let mut parts = Vec::new();
    let mut at = 0;
    for [from, to] in highlights {
        let (from, to) = ((*from).clamp(at, letters.len()), (*to).clamp(at, letters.len()));
        if from < to {
            parts.push((part(at, from), part(from, to)));
            at = to;
        }
    }
    html! { @for (before, found) in &parts { (before) mark { (found) } } (part(at, letters.len())) }
}

/// Which part of the records.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RecordsQuery {
    after: String,
}

/// `GET /console/platform/<kind>`.
pub async fn list(Operator(visit): Operator, Path(kind): Path<String>, Query(place): Query<RecordsQuery>) -> Response {
    let Some(collection) = Collection::parse(&kind) else { return pages::problem(&visit.caller, &Problem::NotFound) };
    let console = visit.console();
    let after = Some(place.after.as_str())
        .filter(|after| !after.is_empty() && after.len() < 100 && after.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.'));
    let read = async {
        Ok::<_, crate::storage::StoreError>((
            records::list(&*console.store, collection, after, PAGE).await?,
            console.privacy.blocked().await?,
        ))
    };
    let ((found, next), blocked) = match read.await {
        Ok(read) => read,
        Err(error) => {
            tracing::warn!(%error, "a page of the console could not read what platforms told");
            return pages::problem(&visit.caller, &Problem::Store);
        }
    };
    let shown: Vec<&Record> =
        found.iter().filter(|record| !blocked.as_ref().is_some_and(|blocked| tells_of(&record.data, blocked))).collect();
    let words = &visit.words().platform;
    let columns = [Column::text(words.when), Column::text(words.source), Column::text(words.facts)];
    let own = format!("/console/platform/{}", collection.as_str());
    let body = html! {
        div class="head" {
            p { a href="/console/platform" data-up="" { "← " (words.title) } }
            h1 { (name(collection, words)) }
            p class="lead" { (words.order) }
        }
        section class="card flush" {
            @if shown.is_empty() { div class="empty" { p { (words.empty) } p class="soft" { (words.empty_more) } } }
            @else { (table(name(collection, words), &columns, &html! { @for record in &shown { (record_row(&visit, record, &columns)) } })) }
            @if let Some(next) = &next {
                div class="pager" { span {} a class="b small" rel="next" href={ (own) "?after=" (next) } { (words.more) (icon("next")) } }
            }
        }
    };
    pages::show(&visit, "platform", name(collection, words), &body).await
}

fn record_row(visit: &Visit, record: &Record, columns: &[Column<'_>]) -> Markup {
    let words = &visit.words().platform;
    row(
        columns,
        &[
            html! { (time(record.at, visit)) @if record.deleted { " " (badge::plain("warn", "discarded", words.gone)) } },
            html! { (record.source) " " small class="soft" lang="en" { (record.kind) } },
            html! { @for (name, value) in facts(&record.data) { span class="soft" lang="en" { (name) ": " } (value) " " br; } },
        ],
    )
}

/// The facts of a record, the plain ones first: a name and a text each.
fn facts(data: &Value) -> Vec<(String, String)> {
    let Value::Object(fields) = data else { return Vec::new() };
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Array(items) => Some(format!("[{}]", items.len())),
        Value::Null | Value::Object(_) => None,
    };
    let of = |prefix: &str, fields: &serde_json::Map<String, Value>| -> Vec<(String, String)> {
        fields.iter().filter_map(|(name, value)| Some((format!("{prefix}{name}"), plain(value)?))).collect()
    };
    let mut all = of("", fields);
    for (name, value) in fields {
        if let Value::Object(inner) = value {
            all.extend(of(&format!("{name}."), inner));
        }
    }
    all.truncate(FACTS);
    for (_, text) in &mut all {
        if text.chars().count() > LONGEST_FACT {
            *text = text.chars().take(LONGEST_FACT).chain(['…']).collect();
        }
    }
    all
}

/// Whether a record names somebody whose data are blocked, wherever it does.
fn tells_of(data: &Value, blocked: &Blocked) -> bool {
    match data {
        Value::String(text) => blocked.is(text, None),
        Value::Number(number) => blocked.is(&number.to_string(), None),
        Value::Array(items) => items.iter().any(|item| tells_of(item, blocked)),
        Value::Object(fields) => fields.iter().any(|(name, value)| blocked.is(name, None) || tells_of(value, blocked)),
        Value::Null | Value::Bool(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_found_is_marked_and_nothing_of_it_becomes_markup() {
        let shown = marked("Suma <b>de</b> fracciones", &[[0, 4], [3, 2], [15, 99]]).into_string();
        assert_eq!(shown, "<mark>Suma</mark> &lt;b&gt;de&lt;/b&gt; <mark>fracciones</mark>");
        assert_eq!(marked("", &[[0, 9]]).into_string(), "");
    }

    #[test]
    fn a_record_shows_its_plain_facts_and_tells_whom_it_names() {
        let data = json!({ "grade": 6.5, "user": { "id": "ana", "name": "Ana" }, "events": [1, 2], "none": null, "long": "x".repeat(500) });
        let told = facts(&data);
        assert!(
            told.contains(&("grade".to_owned(), "6.5".to_owned())) && told.contains(&("user.name".to_owned(), "Ana".to_owned())),
            "{told:?}"
        );
        assert!(told.len() <= FACTS && told.iter().all(|(_, text)| text.chars().count() <= LONGEST_FACT + 1));
        let blocked = |name: &str| Blocked::new([name.to_owned()].into(), ToOwned::to_owned);
        assert!(tells_of(&data, &blocked("ana")) && !tells_of(&data, &blocked("an")));
    }
}
