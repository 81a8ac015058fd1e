//! Templates, banks and rules: listed, checked, previewed; a new version is a draft that is checked and tried on real reports before it is put in use.

use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use crate::audit::Act as Acted;
use crate::http::console::acts::Deed;
use crate::http::console::format;
use crate::http::console::gate::{Act, Operator, Reader, Upload, Visit};
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::form::{self, Field};
use crate::http::console::parts::table::{Column, row, table};
use crate::http::console::parts::{badge, icon, story, time};
use crate::http::console::report::as_pdf;
use crate::http::console::shown::{self, Shown};
use crate::http::console::words::{Files, Language, count, fill};
use crate::http::console::workshop::{Checked, Compared, FileKind, Verdict};
use crate::http::console::{many, pictures, reports};
use crate::lookup::LookupError;
use crate::lookup::view::{PageRequest, ReportFilter, ReportRow, ReportState};
use crate::model::ids::JobId;
use crate::model::role::Role;
use crate::signing::sha256_hex;
use crate::storage::key::{ObjectKey, VERSIONS_FOLDER};
use crate::storage::{PutMode, StoreError, Version};

/// Files of one kind that are listed.
const MOST: usize = 500;
/// Reports a draft is tried on.
const TRIED: usize = 10;
/// Reports these are chosen from.
const CONSIDERED: usize = 2000;
/// Versions that are shown.
const VERSIONS: usize = 30;

/// `<n>.json`: what is known of a version that was put in use.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Used {
    v: u32,
    sha: String,
    by: String,
    at: Timestamp,
    #[serde(default)]
    note: String,
}

fn title(kind: FileKind, words: &Files) -> (&'static str, &'static str, &'static str) {
    match kind {
        FileKind::Template => (words.templates, words.templates_lead, words.templates_empty),
        FileKind::Bank => (words.banks, words.banks_lead, words.banks_empty),
        FileKind::Rules => (words.rules, words.rules_lead, words.rules_empty),
    }
}

fn entry(kind: FileKind) -> &'static str {
    kind.as_str()
}

/// The least role that may put a file of this kind in use.
fn changer(kind: FileKind) -> Role {
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
async fn live(kind: FileKind, name: &str, visit: &Visit) -> Result<Option<(Bytes, Option<Version>)>, StoreError> {
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
        @if visit.may(changer(kind)) { (upload(kind, &visit)) }
    };
    pages::show(&visit, entry(kind), name, &body).await
}

/// The cause of what waits for a bank.
const BANK_MISSING: &str = "bank_missing";

/// Tests that wait for their bank, with how many reports each.
async fn missing_banks(visit: &Visit) -> Vec<(String, u64)> {
    let waiting = visit.console().lookup.assessments_of_cause(ReportState::Parked, BANK_MISSING).await.unwrap_or_default();
    waiting.into_iter().map(|one| (one.word.text, one.reports)).collect()
}

fn verdict(checked: &Checked, words: &Files, language: Language) -> Markup {
    let mistakes = checked.findings.iter().filter(|finding| finding.is_mistake).count() as u64;
    let warnings = checked.findings.len() as u64 - mistakes;
    html! {
        @if mistakes > 0 { (badge::plain("bad", "failed", &count(mistakes, words.mistakes_one, words.mistakes_many, language))) }
        @else if warnings > 0 { (badge::plain("warn", "waits", &count(warnings, words.warnings_one, words.warnings_many, language))) }
        @else { (badge::plain("good", "sent", words.sound)) }
    }
}

fn upload(kind: FileKind, visit: &Visit) -> Markup {
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

fn encoded(name: &str) -> String {
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

fn findings(visit: &Visit, checked: &Checked) -> Markup {
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
            input type="hidden" name="template" value=(if is_usual { reports::USUAL } else { name });
            div class="row find" {
                (form::select("which", words.remake_newest, &options, "newest-20"))
                button class="b" { (icon("again")) (visit.words().acts.render) }
            }
        }
    }
}

async fn versions(kind: FileKind, name: &str, visit: &Visit) -> Vec<(u32, Used)> {
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
    case: String,
    side: String,
}

/// A made-up report by the template in use.
pub async fn preview(Reader(visit): Reader, Path(name): Path<String>, Query(case): Query<Case>) -> Response {
    let Ok(Some((bytes, _))) = live(FileKind::Template, &name, &visit).await else {
        return pages::problem(&visit.caller, &Problem::NotFound);
    };
    shown(&visit, &name, visit.console().workshop.preview(&name, bytes, &case.case, visit.words().language).await)
}

fn shown(visit: &Visit, name: &str, made: Result<Bytes, String>) -> Response {
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

/// Takes a file as a draft.
pub async fn draft(kind: FileKind, upload: Upload<Operator>) -> Response {
    let visit = &upload.visit;
    let words = &visit.words().files;
    if !visit.may(changer(kind)) {
        return pages::problem(&visit.caller, &Problem::Forbidden(changer(kind)));
    }
    let imported = if kind == FileKind::Bank {
        visit.console().workshop.import(&upload.name, &upload.bytes).await
    } else {
        Ok((upload.name.clone(), upload.bytes.clone()))
    };
    let kinds = match kind {
        FileKind::Template => words.kinds_template,
        FileKind::Bank => words.kinds_bank,
        FileKind::Rules => words.kinds_rules,
    };
    let (name, bytes) = match imported {
        Ok((name, bytes)) if kind.takes(&name) && !bytes.is_empty() => (name, bytes),
        Ok(_) => return pages::see_saying(&visit.caller, kind.path(), &fill(words.wrong_kind, &[("kinds", kinds)])),
        Err(why) => return pages::see_saying(&visit.caller, kind.path(), &why),
    };
    keep_draft(kind, visit, &name, bytes).await
}

async fn keep_draft(kind: FileKind, visit: &Visit, name: &str, bytes: Bytes) -> Response {
    let id = &sha256_hex(&bytes)[..16];
    let act = Acted {
        who: visit.who(),
        role: Some(visit.session.role),
        act: "file.draft",
        on: name,
        more: Some(id.to_owned()),
        ..Acted::default()
    };
    if visit.console().audit.record(act).await.is_err() {
        return pages::problem(&visit.caller, &Problem::NoAudit);
    }
    match visit.console().store.put(&ObjectKey::Draft { kind: kind.as_str(), name, id }.path(), bytes, PutMode::Create).await {
        Ok(_) | Err(StoreError::AlreadyExists { .. }) => {
            pages::see_saying(&visit.caller, &format!("{}/{}/draft/{id}", kind.path(), encoded(name)), visit.words().files.uploaded)
        }
        Err(_) => pages::problem(&visit.caller, &Problem::Store),
    }
}

/// An earlier version becomes a draft, which goes through the same gate.
pub async fn back(kind: FileKind, Path((name, number)): Path<(String, u32)>, act: Act<Operator>) -> Response {
    let visit = &act.visit;
    if !visit.may(changer(kind)) {
        return pages::problem(&visit.caller, &Problem::Forbidden(changer(kind)));
    }
    if !kind.takes(&name) {
        return pages::problem(&visit.caller, &Problem::NotFound);
    }
    let key = ObjectKey::FileVersion { kind: kind.as_str(), name: &name, number, extension: "bin" }.path();
    match visit.console().store.get(&key).await {
        Ok(Some((bytes, _))) => keep_draft(kind, visit, &name, bytes).await,
        Ok(None) => pages::problem(&visit.caller, &Problem::NotFound),
        Err(_) => pages::problem(&visit.caller, &Problem::Store),
    }
}

async fn drafted(kind: FileKind, name: &str, id: &str, visit: &Visit) -> Result<Bytes, Problem> {
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

/// A draft on one report.
struct Trial<'a> {
    row: &'a ReportRow,
    compared: Compared,
}

/// The newest reports that went out, from which those are chosen that a draft is tried on.
async fn newest(visit: &Visit) -> Result<Vec<ReportRow>, LookupError> {
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
async fn concerned<'a>(kind: FileKind, name: &str, visit: &Visit, rows: &'a [ReportRow]) -> Vec<&'a ReportRow> {
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

async fn tried<'a>(kind: FileKind, name: &str, draft: &Bytes, visit: &Visit, rows: &'a [ReportRow]) -> Vec<Trial<'a>> {
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

/// The draft's page: the gate before it is put in use.
pub async fn draft_page(kind: FileKind, Operator(visit): Operator, Path((name, id)): Path<(String, String)>) -> Response {
    let bytes = match drafted(kind, &name, &id, &visit).await {
        Ok(bytes) => bytes,
        Err(problem) => return pages::problem(&visit.caller, &problem),
    };
    let words = &visit.words().files;
    let checked = visit.console().workshop.check(kind, &name, bytes.clone(), visit.words().language).await;
    let rows = match newest(&visit).await {
        Ok(rows) => rows,
        Err(error) => return pages::problem(&visit.caller, &Problem::of_lookup(&error)),
    };
    let trials = if checked.is_sound() { tried(kind, &name, &bytes, &visit, &rows).await } else { Vec::new() };
    let fails = trials.iter().any(|trial| trial.compared.verdict == Verdict::Fails);
    let seen = match live(kind, &name, &visit).await {
        Ok(live) => live.map(|(bytes, _)| sha256_hex(&bytes)).unwrap_or_default(),
        Err(_) => return pages::problem(&visit.caller, &Problem::Store),
    };
    let path = format!("{}/{}/draft/{id}", kind.path(), encoded(&name));
    let body = html! {
        div class="head" {
            p { a href={ (kind.path()) "/" (encoded(&name)) } data-up="" { "← " (name) } }
            h1 { (fill(words.draft, &[("name", &name)])) }
            p class="lead" { (words.draft_lead) }
        }
        (findings(&visit, &checked))
        @if checked.is_sound() { (trial_table(kind, &visit, &trials, &path)) }
        @if visit.may(changer(kind)) { (use_form(&visit, &path, &seen, checked.is_sound(), fails)) }
    };
    pages::show(&visit, entry(kind), &fill(words.draft, &[("name", &name)]), &body).await
}

fn trial_table(kind: FileKind, visit: &Visit, trials: &[Trial<'_>], path: &str) -> Markup {
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

fn use_form(visit: &Visit, path: &str, seen: &str, is_sound: bool, fails: bool) -> Markup {
    let words = &visit.words().files;
    let blocked = if is_sound { fails.then_some(words.blocked_trial) } else { Some(words.blocked) };
    let may_force = visit.may(Role::Admin) && blocked.is_some();
    let note = Field { name: "note", label: words.use_note, ..Field::default() };
    let why = Field { name: "why", label: visit.words().question.why, required: true, ..Field::default() };
    html! {
        form class="card" method="post" action={ (path) "/use" } data-keep="" {
            (form::csrf(visit))
            input type="hidden" name="seen" value=(seen);
            h2 { (words.use_title) }
            @if let Some(blocked) = blocked { p class="say bad" { (blocked) } } @else { p { (words.use_lead) } }
            @if blocked.is_none() || may_force {
                (note.show())
                @if may_force { label class="choice" { input type="checkbox" name="force" value="yes" required; (words.force) } (why.show()) }
                div { button class={ "b " (if may_force { "bad" } else { "main" }) } { (words.use_title) } }
            }
        }
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

/// Puts a draft in use: recorded, numbered, and only if the file is still the one that was seen.
pub async fn put_in_use(kind: FileKind, Path((name, id)): Path<(String, String)>, act: Act<Operator>) -> Response {
    let visit = &act.visit;
    let words = &visit.words().files;
    let draft_path = format!("{}/{}/draft/{id}", kind.path(), encoded(&name));
    if !visit.may(changer(kind)) {
        return pages::problem(&visit.caller, &Problem::Forbidden(changer(kind)));
    }
    let bytes = match drafted(kind, &name, &id, visit).await {
        Ok(bytes) => bytes,
        Err(problem) => return pages::problem(&visit.caller, &problem),
    };
    let is_forced = visit.may(Role::Admin) && act.form.text("force") == "yes" && !act.form.text("why").is_empty();
    if !is_forced && !is_fit(kind, &name, &bytes, visit).await {
        return pages::see_saying(&visit.caller, &draft_path, words.blocked);
    }
    let Ok(live) = live(kind, &name, visit).await else { return pages::problem(&visit.caller, &Problem::Store) };
    let seen = live.as_ref().map(|(bytes, _)| sha256_hex(bytes)).unwrap_or_default();
    if seen != act.form.text("seen") {
        return pages::see_saying(&visit.caller, &draft_path, words.changed);
    }
    let note: String = act.form.text("note").chars().take(200).collect();
    let why = Some(act.form.text("why")).filter(|why| !why.is_empty());
    let recorded = Acted { who: visit.who(), role: Some(visit.session.role), act: "file.use", on: &name, why, more: Some(id.clone()) };
    let Ok(audit) = visit.console().audit.record(recorded).await else { return pages::problem(&visit.caller, &Problem::NoAudit) };
    match exchange(kind, &name, bytes, live, note, visit).await {
        Ok(()) => pages::see_saying(&visit.caller, &format!("{}/{}", kind.path(), encoded(&name)), words.used),
        Err(StoreError::Conflict { .. } | StoreError::AlreadyExists { .. }) => {
            visit.console().audit.failed(&audit, "the file was changed meanwhile").await;
            pages::see_saying(&visit.caller, &draft_path, words.changed)
        }
        Err(_) => {
            visit.console().audit.failed(&audit, "the store was away").await;
            pages::problem(&visit.caller, &Problem::Store)
        }
    }
}

async fn is_fit(kind: FileKind, name: &str, bytes: &Bytes, visit: &Visit) -> bool {
    if !visit.console().workshop.check(kind, name, bytes.clone(), visit.words().language).await.is_sound() {
        return false;
    }
    let Ok(rows) = newest(visit).await else { return false };
    !tried(kind, name, bytes, visit, &rows).await.iter().any(|trial| trial.compared.verdict == Verdict::Fails)
}

/// The version first, then the file; what was there before the console is a version, too.
async fn exchange(
    kind: FileKind,
    name: &str,
    bytes: Bytes,
    live: Option<(Bytes, Option<Version>)>,
    note: String,
    visit: &Visit,
) -> Result<(), StoreError> {
    let store = &visit.console().store;
    let known = versions(kind, name, visit).await;
    let mut next = known.last().map_or(1, |(number, _)| number + 1);
    let now = visit.caller.now;
    let used = |bytes: &Bytes, by: &str, note: String| Used { v: 1, sha: sha256_hex(bytes), by: by.to_owned(), at: now, note };
    if let Some((before, Some(_))) = &live
        && !known.iter().any(|(_, used)| used.sha == sha256_hex(before))
    {
        keep(kind, name, next, before, &used(before, "–", visit.words().files.by_hand.to_owned()), visit).await?;
        next += 1;
    }
    keep(kind, name, next, &bytes, &used(&bytes, visit.who(), note), visit).await?;
    let mode = match live.and_then(|(_, version)| version) {
        Some(version) => PutMode::Update(version),
        None => PutMode::Create,
    };
    store.put(&kind.key(name), bytes, mode).await.map(drop)
}

async fn keep(kind: FileKind, name: &str, number: u32, bytes: &Bytes, used: &Used, visit: &Visit) -> Result<(), StoreError> {
    let key = |extension| ObjectKey::FileVersion { kind: kind.as_str(), name, number, extension }.path();
    let store = &visit.console().store;
    store.put(&key("bin"), bytes.clone(), PutMode::Create).await?;
    store.put(&key("json"), Bytes::from(serde_json::to_vec(used).unwrap_or_default()), PutMode::Create).await.map(drop)
}
