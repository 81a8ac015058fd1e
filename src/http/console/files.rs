//! Templates, banks and rules: listed, checked, previewed; a new version is a draft that is checked and tried on real reports before it is put in use.

use std::collections::BTreeMap;

use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use crate::http::console::acts::Deed;
use crate::http::console::gate::{Operator, Reader};
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::{badge, form, icon, story, time};
use crate::http::console::report::as_pdf;
use crate::http::console::shown::Shown;
use crate::http::console::visit::Visit;
use crate::http::console::words::{Files, Language, count, fill};
use crate::http::console::workshop::{Checked, FileKind};
use crate::http::console::{many, report_query};
use crate::lookup::view::ReportState;
use crate::model::ids::safe_name;
use crate::model::role::Role;
use crate::signing::sha256_hex;
use crate::storage::key::{DRAFTS_FOLDER, ObjectKey, VERSIONS_FOLDER};
use crate::storage::{StoreError, Version};

/// Files of one kind that are listed.
const MOST: usize = 500;
/// Versions that are shown.
const VERSIONS: usize = 30;

/// `<n>.json`: what is known of a version that was put in use.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Used {
    pub(super) v: u32,
    pub(super) sha: String,
    pub(super) by: String,
    pub(super) at: Timestamp,
    #[serde(default)]
    pub(super) note: String,
}

/// What a kind of file is called: its page, its upload, its explanation.
pub fn title(kind: FileKind, words: &Files) -> (&'static str, &'static str, &'static str) {
    match kind {
        FileKind::Template => (words.templates, words.templates_lead, words.templates_empty),
        FileKind::Bank => (words.banks, words.banks_lead, words.banks_empty),
        FileKind::Rules => (words.rules, words.rules_lead, words.rules_empty),
    }
}

/// Its entry in the menu.
pub fn entry(kind: FileKind) -> &'static str {
    kind.as_str()
}

/// The least role that may put a file of this kind in use.
pub fn changer(kind: FileKind) -> Role {
    if kind == FileKind::Rules { Role::Admin } else { Role::Operator }
}

async fn names(kind: FileKind, visit: &Visit) -> Result<Vec<String>, StoreError> {
    let keys = visit.console().store.list(kind.folder(), None, MOST).await?;
    let name = |key: &String| match kind {
        FileKind::Rules => (key == kind.folder()).then(|| key.clone()),
        _ => key.strip_prefix(kind.folder()).filter(|name| kind.takes(name)).map(ToOwned::to_owned),
    };
    Ok(keys.iter().filter_map(name).collect())
}

/// The file in use: the school's own, else the bundled one of its name.
pub async fn live(kind: FileKind, name: &str, visit: &Visit) -> Result<Option<(Bytes, Option<Version>)>, StoreError> {
    if !kind.takes(name) {
        return Ok(None);
    }
    if let Some((bytes, version)) = visit.console().store.get(&kind.key(name)).await? {
        return Ok(Some((bytes, Some(version))));
    }
    let bundled = if kind == FileKind::Template { visit.console().workshop.bundled(visit.words().language) } else { Vec::new() };
    Ok(bundled.into_iter().find(|(file, _)| *file == name).map(|(_, bytes)| (bytes, None)))
}

/// The list of a kind.
pub async fn list(kind: FileKind, Reader(visit): Reader) -> Response {
    let words = &visit.words().files;
    let Ok(own) = names(kind, &visit).await else { return pages::problem(&visit.caller, &Problem::Store) };
    let bundled: Vec<&str> = match kind {
        FileKind::Template => visit
            .console()
            .workshop
            .bundled(visit.words().language)
            .iter()
            .map(|(file, _)| *file)
            .filter(|file| !own.iter().any(|name| name == file))
            .collect(),
        FileKind::Bank | FileKind::Rules => Vec::new(),
    };
    let (name, lead, empty) = title(kind, words);
    let mut lines = Vec::new();
    for file in &own {
        let checked = match live(kind, file, &visit).await {
            Ok(Some((bytes, _))) => visit.console().workshop.check(kind, file, bytes, visit.words().language).await,
            _ => continue,
        };
        lines.push((file.clone(), checked));
    }
    let missing = if kind == FileKind::Bank { missing_banks(&visit).await } else { Vec::new() };
    let body = html! {
        div class="head" { h1 { (name) } p class="lead" { (lead) } }
        @if !missing.is_empty() {
            section class="card next" { h2 { (words.missing) } p { (words.missing_lead) } ul { @for (title, n) in &missing { li { b { (title) } " (" (n) ")" } } } }
        }
        section class="card" {
            @if lines.is_empty() && bundled.is_empty() { div class="empty" { p { (empty) } } }
            @else if lines.is_empty() { p { (empty) } }
            ul class="groups" role="list" {
                @for (file, checked) in &lines {
                    li { div { a href={ (kind.path()) "/" (encoded(file)) } { (file) } small class="soft" { (checked.holds.first().map_or(words.own, String::as_str)) } } (verdict(checked, words, visit.words().language)) }
                }
                @for file in &bundled {
                    li { div { a href={ (kind.path()) "/" (encoded(file)) } { (file) } small class="soft" { (words.bundled) } } }
                }
            }
        }
        @if visit.may(Role::Operator) { (drafts_card(kind, &open_drafts(kind, &visit).await, &visit)) }
        @if visit.may(changer(kind)) { (upload(kind, &visit)) }
    };
    pages::show(&visit, entry(kind), name, &body).await
}

/// A draft that was never put in use.
struct OpenDraft {
    name: String,
    id: String,
}

/// So many drafts are looked for, and shown.
const MOST_DRAFTS: usize = 200;

/// The drafts of a kind that were never put in use; nothing while the store is away, for the list above stands without them.
async fn open_drafts(kind: FileKind, visit: &Visit) -> Vec<OpenDraft> {
    let folder = format!("{DRAFTS_FOLDER}{}/", kind.as_str());
    let keys = visit.console().store.list(&folder, None, MOST_DRAFTS).await.unwrap_or_default();
    let mut open = Vec::new();
    let mut in_use: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, id) in keys.iter().filter_map(|key| key.strip_prefix(&folder)?.split_once('/')) {
        // A name that the store spells otherwise leads nowhere.
        if !kind.takes(name) || safe_name(name) != name {
            continue;
        }
        if !in_use.contains_key(name) {
            let mut shas: Vec<String> = versions(kind, name, visit).await.into_iter().map(|(_, used)| used.sha).collect();
            shas.extend(live(kind, name, visit).await.ok().flatten().map(|(bytes, _)| sha256_hex(&bytes)));
            in_use.insert(name.to_owned(), shas);
        }
        if !in_use.get(name).is_some_and(|shas| shas.iter().any(|sha| sha.starts_with(id))) {
            open.push(OpenDraft { name: name.to_owned(), id: id.to_owned() });
        }
    }
    open
}

fn drafts_card(kind: FileKind, drafts: &[OpenDraft], visit: &Visit) -> Markup {
    let words = &visit.words().files;
    html! {
        @if !drafts.is_empty() {
            section class="card" {
                h2 { (words.drafts) }
                p class="soft" { (words.drafts_lead) }
                ul class="groups" role="list" {
                    @for draft in drafts {
                        @let path = format!("{}/{}/draft/{}", kind.path(), encoded(&draft.name), draft.id);
                        li {
                            div { a href=(path) { (draft.name) } }
                            @if visit.may(changer(kind)) {
                                form method="post" action={ (path) "/discard" } { (form::csrf(visit)) button class="b small" { (words.discard) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The cause of what waits for a bank.
const BANK_MISSING: &str = "bank_missing";

/// Tests that wait for their bank, with how many reports each.
async fn missing_banks(visit: &Visit) -> Vec<(String, u64)> {
    let waiting = visit.console().lookup.assessments_of_cause(ReportState::Parked, BANK_MISSING).await.unwrap_or_default();
    waiting.into_iter().map(|one| (one.word.text, one.reports)).collect()
}

/// Whether a file is sound, as a badge.
pub fn verdict(checked: &Checked, words: &Files, language: Language) -> Markup {
    let mistakes = checked.findings.iter().filter(|finding| finding.is_mistake).count() as u64;
    let warnings = checked.findings.len() as u64 - mistakes;
    html! {
        @if mistakes > 0 { (badge::plain("bad", "failed", &count(mistakes, words.mistakes_one, words.mistakes_many, language))) }
        @else if warnings > 0 { (badge::plain("warn", "waits", &count(warnings, words.warnings_one, words.warnings_many, language))) }
        @else { (badge::plain("good", "sent", words.sound)) }
    }
}

pub fn upload(kind: FileKind, visit: &Visit) -> Markup {
    let words = &visit.words().files;
    let accept = match kind {
        FileKind::Template => ".docx",
        FileKind::Bank => ".csv,.xls,.xlsx",
        FileKind::Rules => ".toml",
    };
    html! {
        form class="card" method="post" action=(kind.path()) enctype="multipart/form-data" {
            (form::csrf(visit))
            h2 { (words.upload) }
            div class="field" {
                label for="file" { (words.file) }
                input id="file" type="file" name="file" accept=(accept) required aria-describedby="file-hint";
                small id="file-hint" class="soft" { (words.upload_hint) }
            }
            div { button class="b main" { (words.upload_go) } }
        }
    }
}

/// A name as a part of an address.
pub fn encoded(name: &str) -> String {
    name.bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"-_.".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// One file.
pub async fn one(kind: FileKind, Reader(visit): Reader, Path(name): Path<String>) -> Response {
    let words = &visit.words().files;
    let found = if kind.takes(&name) { live(kind, &name, &visit).await } else { Ok(None) };
    let (bytes, version) = match found {
        Ok(Some(found)) => found,
        Ok(None) => return pages::problem(&visit.caller, &Problem::NotFound),
        Err(_) => return pages::problem(&visit.caller, &Problem::Store),
    };
    let checked = visit.console().workshop.check(kind, &name, bytes.clone(), visit.words().language).await;
    let path = format!("{}/{}", kind.path(), encoded(&name));
    let versions = versions(kind, &name, &visit).await;
    let live_sha = sha256_hex(&bytes);
    let waiting = waiting_for_bank(kind, &name, &visit).await;
    let is_usual = kind == FileKind::Template && visit.console().workshop.concerns(kind, &name, "", None).await;
    let body = html! {
        div class="head" {
            p { a href=(kind.path()) data-up="" { "← " (title(kind, words).0) } }
            h1 { (name) }
            p class="lead" { (if version.is_some() { words.own } else { words.bundled }) }
        }
        @if waiting > 0 && checked.is_sound() && visit.may(Role::Operator) {
            (many::button(&visit, Deed::Continue, &[("state", Shown::Waits.as_str()), ("cause", BANK_MISSING)], "main", &fill(words.waiting, &[("n", &waiting.to_string())])))
        }
        (findings(&visit, &checked))
        @if kind == FileKind::Template { (previews(&visit, &path)) }
        @if kind == FileKind::Template && visit.may(Role::Operator) { (again(&visit, &name, is_usual)) }
        @if kind == FileKind::Bank && version.is_some() { p { a class="b" href={ (path) "/questions" } { (icon("results")) (visit.words().results.questions) } } }
        section class="card" {
            header { h2 { (words.versions) } a href={ (path) "/file" } { (visit.words().common.download) } }
            ul class="groups" role="list" {
                @if !versions.iter().any(|(_, used)| used.sha == live_sha) { li { div { b { (words.live) } small class="soft" { (if version.is_some() { words.by_hand } else { words.bundled }) } } } }
                @for (number, used) in versions.iter().rev() {
                    li {
                        div { b { (fill(words.version, &[("n", &number.to_string())])) @if !used.note.is_empty() { ": " (used.note) } } small class="soft" { (time(used.at, &visit)) " · " (story::who(&used.by, &visit)) } }
                        @if used.sha == live_sha { (badge::plain("good", "sent", words.live)) }
                        @else if visit.may(changer(kind)) {
                            form method="post" action={ (path) "/back/" (number) } { (form::csrf(&visit)) button class="b small" { (words.back_to) } }
                        }
                    }
                }
            }
        }
        @if visit.may(changer(kind)) { (upload(kind, &visit)) }
    };
    pages::show(&visit, entry(kind), &name, &body).await
}

async fn waiting_for_bank(kind: FileKind, name: &str, visit: &Visit) -> u64 {
    if kind != FileKind::Bank {
        return 0;
    }
    let mut waiting = 0;
    for (title, n) in missing_banks(visit).await {
        if visit.console().workshop.concerns(kind, name, &title, None).await {
            waiting += n;
        }
    }
    waiting
}

/// What a check found.
pub fn findings(visit: &Visit, checked: &Checked) -> Markup {
    let words = &visit.words().files;
    html! {
        section class="card" {
            header { h2 { (words.findings) } (verdict(checked, words, visit.words().language)) }
            @if !checked.findings.is_empty() {
                ul class="groups" role="list" { @for finding in &checked.findings {
                    li { div { p { (finding.text) } } @if finding.is_mistake { (badge::plain("bad", "failed", words.mistake)) } @else { (badge::plain("warn", "waits", words.warning)) } }
                } }
            }
            @if !checked.holds.is_empty() { details id="holds" { summary { (words.holds) } ul { @for line in &checked.holds { li { (line) } } } } }
        }
    }
}

fn previews(visit: &Visit, path: &str) -> Markup {
    let words = &visit.words().files;
    let cases = [("usual", words.case_usual), ("best", words.case_best), ("worst", words.case_worst), ("first", words.case_first)];
    html! {
        section class="card" {
            header { h2 { (words.preview) } }
            p class="soft" { (words.preview_lead) }
            div class="row" { @for (case, name) in cases { a class="b small" target="_blank" rel="noopener" href={ (path) "/preview?case=" (case) } { (icon("reports")) (name) } } }
        }
    }
}

/// Making the last reports again, after a template was corrected.
fn again(visit: &Visit, name: &str, is_usual: bool) -> Markup {
    let words = &visit.words().lists;
    let options: Vec<(String, String)> = [5, 10, 20, 50, 100, 200].iter().map(|n| (format!("newest-{n}"), n.to_string())).collect();
    html! {
        form class="card" method="post" action="/console/reports/many" {
            (form::csrf(visit))
            h2 { (words.remake) }
            p class="soft" { (words.remake_lead) }
            input type="hidden" name="act" value=(Deed::Render.as_str());
            input type="hidden" name="state" value=(Shown::Sent.as_str());
            input type="hidden" name="template" value=(if is_usual { report_query::USUAL } else { name });
            div class="row find" {
                (form::select("which", words.remake_newest, &options, "newest-20"))
                button class="b" { (icon("again")) (visit.words().acts.render) }
            }
        }
    }
}

pub async fn versions(kind: FileKind, name: &str, visit: &Visit) -> Vec<(u32, Used)> {
    let probe = ObjectKey::FileVersion { kind: kind.as_str(), name, number: 0, extension: "json" }.path();
    let folder = probe.rsplit_once('/').map_or(VERSIONS_FOLDER.to_owned(), |(folder, _)| format!("{folder}/"));
    let keys: Vec<String> = visit.console().store.scan(&folder, None).try_collect().await.unwrap_or_default();
    let mut found = Vec::new();
    for key in keys.iter().rev().filter(|key| key.strip_suffix(".json").is_some()).take(VERSIONS) {
        let number = key.strip_prefix(&folder).and_then(|file| file.strip_suffix(".json")).and_then(|number| number.parse().ok());
        let read = visit.console().store.get(key).await.ok().flatten();
        if let (Some(number), Some((bytes, _))) = (number, read)
            && let Ok(used) = serde_json::from_slice(&bytes)
        {
            found.push((number, used));
        }
    }
    found.reverse();
    found
}

/// Which made-up report is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Case {
    pub(super) case: String,
    pub(super) side: String,
}

/// A made-up report by the template in use.
pub async fn preview(Reader(visit): Reader, Path(name): Path<String>, Query(case): Query<Case>) -> Response {
    let Ok(Some((bytes, _))) = live(FileKind::Template, &name, &visit).await else {
        return pages::problem(&visit.caller, &Problem::NotFound);
    };
    shown(&visit, &name, visit.console().workshop.preview(&name, bytes, &case.case, visit.words().language).await)
}

/// A PDF that was made, or why it was not.
pub fn shown(visit: &Visit, name: &str, made: Result<Bytes, String>) -> Response {
    match made {
        Ok(pdf) => as_pdf(pdf, &format!("{name}.pdf"), false),
        Err(why) => {
            let body = html! { div class="card" { h1 { (visit.words().files.fails) } p { (why) } } };
            crate::http::console::parts::page::alone(&visit.caller, visit.words().files.fails, &body).into_response()
        }
    }
}

/// The file itself, never shown in the browser.
pub async fn file(kind: FileKind, Operator(visit): Operator, Path(name): Path<String>) -> Response {
    let Ok(Some((bytes, _))) = live(kind, &name, &visit).await else { return pages::problem(&visit.caller, &Problem::NotFound) };
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{}", encoded(&name))),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'self'".to_owned()),
    ];
    (headers, bytes).into_response()
}

pub async fn drafted(kind: FileKind, name: &str, id: &str, visit: &Visit) -> Result<Bytes, Problem> {
    let is_id = id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_id || !kind.takes(name) {
        return Err(Problem::NotFound);
    }
    match visit.console().store.get(&ObjectKey::Draft { kind: kind.as_str(), name, id }.path()).await {
        Ok(Some((bytes, _))) => Ok(bytes),
        Ok(None) => Err(Problem::NotFound),
        Err(_) => Err(Problem::Store),
    }
}
