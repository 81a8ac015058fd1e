//! Help, one's own account, and the log of acts.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use crate::audit::Entry;
use crate::http::console::cookies::set_cookie;
use crate::http::console::files::encoded;
use crate::http::console::gate::{Act, Operator, Reader};
use crate::http::console::gateway_acts;
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::form::{self, select};
use crate::http::console::parts::story::who;
use crate::http::console::parts::table::{Column, row, table};
use crate::http::console::parts::{badge, icon, or_dash, time};
use crate::http::console::shown::Shown;
use crate::http::console::visit::{Theme, Visit};
use crate::http::console::words::{AuditWords, Language};
use crate::model::ids::JobId;
use crate::model::role::Role;

/// Acts on a page.
const PAGE: usize = 50;
/// How long a choice of language and colours is kept, in seconds.
const YEAR: u32 = 31_536_000;

/// `GET /console/help`.
pub async fn help(Reader(visit): Reader) -> Response {
    let words = &visit.words().help;
    let questions = [
        (words.q_missing, words.a_missing),
        (words.q_other, words.a_other),
        (words.q_template, words.a_template),
        (words.q_key, words.a_key),
        (words.q_twice, words.a_twice),
    ];
    let keys = [
        ("/", words.key_search),
        ("j  k", words.key_rows),
        ("g h", words.key_today),
        ("g i", words.key_reports),
        ("g p", words.key_todo),
        ("u", words.key_back),
    ];
    let body = html! {
        div class="head" { h1 { (words.title) } p class="lead" { (words.lead) } }
        section class="card" {
            h2 { (words.questions) }
            @for (question, answer) in questions { details { summary { (question) } p { (answer) } } }
        }
        section class="card" {
            h2 { (words.states) }
            dl class="facts" { @for state in Shown::ALL {
                dt { (badge::badge(state, &visit.words().states)) }
                dd { (badge::meaning(state, &visit.words().states)) }
            } }
        }
        section class="card" {
            h2 { (words.keys) }
            p class="soft" { (words.keys_more) }
            dl class="facts" { @for (key, does) in keys { dt { code { (key) } } dd { (does) } } }
        }
    };
    pages::show(&visit, "help", words.title, &body).await
}

/// `GET /console/me`.
pub async fn me(Reader(visit): Reader) -> Response {
    let words = &visit.words().me;
    let may = match visit.session.role {
        Role::Reader => words.role_reader,
        Role::Operator => words.role_operator,
        _ => words.role_admin,
    };
    let languages: Vec<_> = Language::ALL.iter().map(|language| (language.code().to_owned(), language.own_name().to_owned())).collect();
    let themes =
        [("system", words.system), ("light", words.light), ("dark", words.dark)].map(|(value, text)| (value.to_owned(), text.to_owned()));
    let body = html! {
        h1 { (words.title) }
        section class="card" {
            dl class="facts" {
                dt { (words.who) } dd { (visit.session.name) }
                dt { (words.role) } dd { (may) }
                dt { (words.since) } dd { (time(visit.session.signed_in, &visit)) }
            }
        }
        form class="card" method="post" action="/console/me" {
            (form::csrf(&visit))
            h2 { (words.look) }
            div class="grid" {
                (select("language", words.language, &languages, visit.words().language.code()))
                (select("theme", words.theme, &themes, visit.caller.theme.word().unwrap_or("system")))
            }
            label class="choice" { input type="checkbox" name="keys" value="on" checked[visit.caller.keys]; (words.keys) }
            div { button class="b main" { (visit.words().common.save) } }
        }
        @if visit.may(Role::Admin) {
            form class="card" method="post" action="/console/me/everybody-out" {
                (form::csrf(&visit))
                h2 { (words.everybody) }
                p class="soft" { (words.everybody_more) }
                div { button class="b bad" { (icon("out")) (words.everybody) } }
            }
        }
        form class="phone" method="post" action="/console/sign-out" { (form::csrf(&visit)) button class="b" { (icon("out")) (visit.words().nav.sign_out) } }
    };
    pages::show(&visit, "me", words.title, &body).await
}

/// `POST /console/me`.
pub async fn save(act: Act<Reader>) -> Response {
    let caller = &act.visit.caller;
    let language = Language::parse(act.form.text("language")).unwrap_or(caller.words.language);
    let theme = match act.form.text("theme") {
        "light" => Theme::Light,
        "dark" => Theme::Dark,
        _ => Theme::System,
    };
    let keys = if act.form.text("keys") == "on" { "on" } else { "off" };
    let mut response = pages::see_saying(caller, "/console/me", language.words().me.saved);
    set_cookie(&mut response, "gp-lang", language.code(), caller.is_secure, Some(YEAR));
    set_cookie(&mut response, "gp-theme", theme.word().unwrap_or("system"), caller.is_secure, Some(YEAR));
    set_cookie(&mut response, "gp-keys", keys, caller.is_secure, Some(YEAR));
    response
}

/// Where the log goes on.
#[derive(Debug, Default, Deserialize)]
pub struct After {
    /// The last key of the page before.
    #[serde(default)]
    after: String,
}

/// `GET /console/audit`.
pub async fn audit(Operator(visit): Operator, Query(from): Query<After>) -> Response {
    let words = &visit.words().audit;
    let own = (!visit.may(Role::Admin)).then(|| visit.who().to_owned());
    let keep = move |entry: &Entry| own.as_ref().is_none_or(|own| entry.who == *own);
    let after = from.after.starts_with(crate::storage::key::AUDIT_FOLDER).then_some(from.after.as_str());
    let Ok((entries, next)) = visit.console().audit.newest(after, PAGE, &keep).await else {
        return pages::problem(&visit.caller, &Problem::Store);
    };
    let columns = [words.when, words.who, words.act, words.on, words.why].map(Column::text);
    let rows = html! { @for entry in &entries { (row(&columns, &cells(&visit, entry))) } };
    let body = html! {
        div class="head" { h1 { (words.title) } p class="lead" { (words.lead) } @if !visit.may(Role::Admin) { p class="soft" { (words.own) } } }
        section class="card flush" {
            @if entries.is_empty() { div class="empty" { p { (words.empty) } } }
            @else { (table(words.title, &columns, &rows)) }
            @if let Some(next) = next {
                div class="pager" { span {} a class="b small" href={ "/console/audit?after=" (url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>()) } { (visit.words().common.older) } }
            }
        }
    };
    pages::show(&visit, "audit", words.title, &body).await
}

fn cells(visit: &Visit, entry: &Entry) -> [Markup; 5] {
    let words = &visit.words().audit;
    let on = match JobId::parse(&entry.on) {
        // Whoever left the page of an act on many finds it again here: how far it is, and to stop it.
        _ if matches!(entry.act.as_str(), "bulk" | "bulk.stop") => {
            html! { a href={ "/console/bulk/" (encoded(&entry.on)) } { (entry.on.chars().take(8).collect::<String>()) } }
        }
        Some(job) => html! { a href={ "/console/reports/" (job) } { (job.as_str().chars().take(8).collect::<String>()) } },
        None => or_dash(Some(&entry.on), visit),
    };
    [
        time(entry.at, visit),
        html! { (who(&entry.who, visit)) },
        html! {
            (gateway_acts::act(visit.words(), act(&entry.act, words)))
            @if let Some(more) = &entry.more { small class="soft" { (more) } }
            @if let Some(failed) = &entry.failed { small { (words.failed) ": " span lang="en" { (failed) } } }
        },
        on,
        or_dash(entry.why.as_deref(), visit),
    ]
}

/// What an act is called; one of another release is its own name.
fn act<'a>(word: &'a str, words: &AuditWords) -> &'a str {
    match word {
        "report.try" => words.try_now,
        "report.continue" => words.go_on,
        "report.send" => words.send,
        "report.send-to" => words.send_to,
        "report.render" => words.render,
        "report.mark" => words.mark,
        "report.restart" => words.restart,
        "report.retry" => words.retry,
        "report.discard" => words.discard,
        "sign_in" => words.signed_in,
        "sign_in.failed" => words.sign_in_failed,
        "sessions.end" => words.everybody_out,
        "address.show" => words.address_shown,
        "mail.test" => words.test_mail,
        "bulk" => words.bulk,
        "bulk.stop" => words.bulk_stopped,
        "reports.export" => words.list_exported,
        "file.use" => words.used,
        "file.draft" => words.drafted,
        "file.discard" => words.draft_discarded,
        "key.create" => words.key_created,
        "key.revoke" => words.key_revoked,
        "console.link" => words.shell_link,
        "student.export" => words.student_exported,
        "student.erase" => words.student_erased,
        "student.block" => words.student_blocked,
        "student.object" => words.student_objected,
        "student.lift" => words.student_lifted,
        "retention" => words.retention,
        "person.add" => words.person_added,
        "person.remove" => words.person_removed,
        other => other,
    }
}
