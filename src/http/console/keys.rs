//! Keys of programs to the API: made and shown once, listed, ended. `gradepost keys` does the same from the shell.

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use jiff::SignedDuration;
use maud::{Markup, html};
use secrecy::ExposeSecret as _;

use crate::access::records::ListedKey;
use crate::access::{AccessError, KeyRequest};
use crate::audit::Act as Acted;
use crate::http::console::gate::{Act, Admin, FreshAdmin};
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::form::{self, Field, select};
use crate::http::console::parts::table::{Column, row, table};
use crate::http::console::parts::{badge, or_dash, role_name, time};
use crate::http::console::people::needs_fresh;
use crate::http::console::visit::Visit;
use crate::http::console::words::fill;
use crate::model::role::Role;

/// `GET /console/keys`.
pub async fn list(Admin(visit): Admin) -> Response {
    listed(&visit, Entered::default(), None).await
}

/// What stands in the form.
#[derive(Default, Clone, Copy)]
struct Entered<'a> {
    name: &'a str,
    institution: &'a str,
    role: &'a str,
    days: &'a str,
}

async fn listed(visit: &Visit, entered: Entered<'_>, fault: Option<(&str, &str)>) -> Response {
    let words = &visit.words().keys;
    let keys = match visit.console().access.keys().await {
        Ok(mut keys) => {
            // Those that open something first, the newest of them on top.
            keys.sort_by_key(|listed| (is_over(listed, visit), std::cmp::Reverse(listed.key.created)));
            keys
        }
        Err(error) => {
            tracing::warn!(%error, "the keys cannot be listed");
            return pages::problem(&visit.caller, &Problem::Store);
        }
    };
    let has_gateway = visit.console().site.has_gateway;
    let mut columns = vec![words.name, words.role];
    if has_gateway {
        columns.push(words.institution);
    }
    columns.extend([words.created, words.used, words.until, words.state, ""]);
    let columns: Vec<Column<'_>> = columns.into_iter().map(Column::text).collect();
    let rows = html! { @for listed in &keys { (row(&columns, &cells(visit, listed))) } };
    let body = html! {
        div class="head" { h1 { (words.title) } p class="lead" { (words.lead) } }
        section class="card flush" {
            @if keys.is_empty() { div class="empty" { p { (words.empty) } } } @else { (table(words.title, &columns, &rows)) }
        }
        @if visit.is_fresh() { (make(visit, entered, fault)) } @else { (needs_fresh(visit)) }
    };
    let mut response = pages::show(visit, "keys", words.title, &body).await;
    if fault.is_some() {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

fn is_over(listed: &ListedKey, visit: &Visit) -> bool {
    listed.revoked.is_some() || !listed.key.is_good(visit.caller.now)
}

fn make(visit: &Visit, entered: Entered<'_>, fault: Option<(&str, &str)>) -> Markup {
    let words = &visit.words().keys;
    let has_gateway = visit.console().site.has_gateway;
    let of = |name: &str| fault.filter(|(field, _)| *field == name).map(|(_, text)| text);
    let roles: Vec<_> = Role::ALL
        .iter()
        .filter(|role| has_gateway || Role::OF_PEOPLE.contains(role))
        .map(|role| (role.as_str().to_owned(), role_name(*role, &visit.caller).to_owned()))
        .collect();
    let days =
        [("", words.for_ever), ("30", words.days_30), ("365", words.days_365)].map(|(value, text)| (value.to_owned(), text.to_owned()));
    let name = Field {
        name: "name",
        label: words.name,
        hint: Some(words.name_hint),
        fault: of("name"),
        value: entered.name,
        required: true,
        ..Field::default()
    };
    let institution = Field {
        name: "institution",
        label: words.institution,
        hint: Some(words.institution_hint),
        fault: of("institution"),
        value: entered.institution,
        ..Field::default()
    };
    let role = if entered.role.is_empty() { "reader" } else { entered.role };
    html! {
        form class="card" method="post" action="/console/keys" {
            (form::csrf(visit))
            h2 { (words.add) }
            div class="grid" {
                (name.show())
                (select("role", words.role, &roles, role))
                @if has_gateway { (institution.show()) }
                (select("days", words.days, &days, entered.days))
            }
            div { button class="b main" { (words.add_go) } }
        }
    }
}

fn cells(visit: &Visit, listed: &ListedKey) -> Vec<Markup> {
    let words = &visit.words().keys;
    let key = &listed.key;
    let is_over = is_over(listed, visit);
    let mut cells =
        vec![html! { b { (key.name) } " " small class="soft" { code { (key.id) } } }, html! { (role_name(key.role, &visit.caller)) }];
    if visit.console().site.has_gateway {
        cells.push(if let Some(id) = &key.institution {
            html! { code { (id) } }
        } else {
            html! { (words.every) }
        });
    }
    let used = listed.last_used.map(|day| day.to_string());
    cells.extend([
        time(key.created, visit),
        or_dash(Some(used.as_deref().unwrap_or(words.never)), visit),
        key.expires.map_or_else(|| html! { (words.for_ever) }, |end| time(end, visit)),
        match (listed.revoked.is_some(), is_over) {
            (true, _) => badge::plain("", "discarded", words.revoked),
            (false, true) => badge::plain("", "discarded", words.expired),
            (false, false) => badge::plain("good", "sent", words.good),
        },
        html! {
            @if !is_over && visit.is_fresh() {
                a class="b small" data-ask="" href={ "/console/keys/" (key.id) "/revoke" } { (words.revoke) span class="said" { ": " (key.name) } }
            }
        },
    ]);
    cells
}

/// `POST /console/keys`: the key is on the answer, and nowhere else.
pub async fn create(act: Act<FreshAdmin>) -> Response {
    let (visit, form) = (&act.visit, &act.form);
    let words = &visit.words().keys;
    let entered =
        Entered { name: form.text("name"), institution: form.text("institution"), role: form.text("role"), days: form.text("days") };
    let Some(role) = Role::parse(entered.role) else { return pages::problem(&visit.caller, &Problem::Malformed) };
    if entered.name.is_empty() {
        return listed(visit, entered, Some(("name", words.missing))).await;
    }
    let institution = match entered.institution {
        "" => None,
        name => match visit.console().gateway.find_institution(name).await {
            Ok(Some(found)) => Some(found.id.to_string()),
            Ok(None) => return listed(visit, entered, Some(("institution", words.no_institution))).await,
            Err(_) => return pages::problem(&visit.caller, &Problem::Store),
        },
    };
    let days = entered.days.parse::<i64>().ok().filter(|days| (1..=3650).contains(days));
    let expires = days.and_then(|days| visit.caller.now.saturating_add(SignedDuration::from_hours(24 * days)).ok());
    let acted = Acted { who: visit.who(), role: Some(visit.session.role), act: "key.create", on: role.as_str(), ..Acted::default() };
    let Ok(audit) = visit.console().audit.record(acted).await else { return pages::problem(&visit.caller, &Problem::NoAudit) };
    let request = KeyRequest { name: entered.name.to_owned(), role, institution, expires, by: visit.who().to_owned() };
    match visit.console().access.create_key(request).await {
        Ok((record, text)) => shown_once(visit, &record.name, text.expose_secret()).await,
        Err(error) => {
            visit.console().audit.failed(&audit, &error.to_string()).await;
            match error {
                // What makes no sense together is the role with the institution.
                AccessError::Invalid(_) => listed(visit, entered, Some(("institution", words.institution_hint))).await,
                AccessError::NoMaster | AccessError::Store(_) => pages::problem(&visit.caller, &Problem::Store),
            }
        }
    }
}

async fn shown_once(visit: &Visit, name: &str, key: &str) -> Response {
    let words = &visit.words().keys;
    let body = html! {
        div class="head" { h1 { (words.once_title) } p class="lead" { (name) } }
        section class="card" {
            p { code class="secret" id="key" { (key) } }
            p class="say warn" { (words.once) }
            p { button class="b" type="button" data-copy="#key" { (visit.words().common.copy) } }
            form method="get" action="/console/keys" {
                label class="choice" { input type="checkbox" required; " " (words.kept) }
                div { button class="b main" { (words.go_on) } }
            }
        }
    };
    let mut response = pages::show(visit, "keys", words.once_title, &body).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The key of this number.
async fn find(visit: &Visit, id: &str) -> Result<ListedKey, Problem> {
    let keys = visit.console().access.keys().await.map_err(|_| Problem::Store)?;
    keys.into_iter().find(|listed| listed.key.id == id).ok_or(Problem::NotFound)
}

/// `GET /console/keys/<key>/revoke`: the question.
pub async fn revoking(FreshAdmin(visit): FreshAdmin, Path(id): Path<String>) -> Response {
    let listed = match find(&visit, &id).await {
        Ok(listed) => listed,
        Err(problem) => return pages::problem(&visit.caller, &problem),
    };
    let words = &visit.words().keys;
    let markup = html! {
        h2 { (words.revoke) }
        p { (fill(words.revoke_question, &[("name", &listed.key.name)])) }
        form method="post" action={ "/console/keys/" (listed.key.id) "/revoke" } {
            (form::csrf(&visit))
            div class="row" { a class="b" href="/console/keys" data-close="" { (visit.words().acts.no) } button class="b bad" { (words.revoke) } }
        }
    };
    pages::ask(&visit, "keys", words.revoke, &markup).await
}

/// `POST /console/keys/<key>/revoke`.
pub async fn revoke(Path(id): Path<String>, act: Act<FreshAdmin>) -> Response {
    let visit = &act.visit;
    let listed = match find(visit, &id).await {
        Ok(listed) => listed,
        Err(problem) => return pages::problem(&visit.caller, &problem),
    };
    let acted = Acted { who: visit.who(), role: Some(visit.session.role), act: "key.revoke", on: &listed.key.id, ..Acted::default() };
    let Ok(audit) = visit.console().audit.record(acted).await else { return pages::problem(&visit.caller, &Problem::NoAudit) };
    match visit.console().access.revoke_key(&listed.key.id, visit.who()).await {
        Ok(_) => pages::see_saying(&visit.caller, "/console/keys", visit.words().keys.revoked_said),
        Err(error) => {
            visit.console().audit.failed(&audit, &error.to_string()).await;
            pages::problem(&visit.caller, &Problem::Store)
        }
    }
}
