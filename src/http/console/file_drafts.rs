//! Another version of a file that the school edits: sent, checked, tried, put in use; and the way back to an older one.

use axum::extract::Path;
use axum::response::Response;
use bytes::Bytes;
use maud::{Markup, html};

use crate::audit::Act as Acted;
use crate::http::console::file_trials::{newest, trial_table, tried};
use crate::http::console::files::{Used, changer, drafted, encoded, entry, findings, live, versions};
use crate::http::console::gate::{Act, Operator, Upload};
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::form::{self, Field};
use crate::http::console::visit::Visit;
use crate::http::console::words::fill;
use crate::http::console::workshop::{FileKind, Verdict};
use crate::model::role::Role;
use crate::signing::sha256_hex;
use crate::storage::key::ObjectKey;
use crate::storage::{PutMode, StoreError, Version};

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

/// Throws a draft away; what is in use stays.
pub async fn discard(kind: FileKind, Path((name, id)): Path<(String, String)>, act: Act<Operator>) -> Response {
    let visit = &act.visit;
    if !visit.may(changer(kind)) {
        return pages::problem(&visit.caller, &Problem::Forbidden(changer(kind)));
    }
    if let Err(problem) = drafted(kind, &name, &id, visit).await {
        return pages::problem(&visit.caller, &problem);
    }
    let recorded = Acted {
        who: visit.who(),
        role: Some(visit.session.role),
        act: "file.discard",
        on: &name,
        more: Some(id.clone()),
        ..Acted::default()
    };
    let Ok(audit) = visit.console().audit.record(recorded).await else { return pages::problem(&visit.caller, &Problem::NoAudit) };
    if visit.console().store.delete(&ObjectKey::Draft { kind: kind.as_str(), name: &name, id: &id }.path()).await.is_err() {
        visit.console().audit.failed(&audit, "the store was away").await;
        return pages::problem(&visit.caller, &Problem::Store);
    }
    pages::see_saying(&visit.caller, kind.path(), visit.words().files.discarded)
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
