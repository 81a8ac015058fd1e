//! The people who may sign in by mail, and the links they are mailed.

use axum::extract::{Path, Request};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use maud::{Markup, html};

use crate::audit::Act as Acted;
use crate::http::console::form_data::read_open_form;
use crate::http::console::gate::{Act, Admin, FreshAdmin};
use crate::http::console::links::Link;
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::form::{self, Field, select};
use crate::http::console::parts::table::{Column, row, table};
use crate::http::console::parts::{page, role_name, time};
use crate::http::console::person::{Person, id_of};
use crate::http::console::session::{Session, Via};
use crate::http::console::sign_in::{begin, is_visitors, limited};
use crate::http::console::visit::{Caller, Visit};
use crate::http::console::words::fill;
use crate::model::person::EmailAddress;
use crate::model::role::Role;
use crate::signing::sha256_hex;
use crate::storage::key::ObjectKey;
use crate::storage::{PutMode, StoreError};

/// `GET /console/people`.
pub async fn list(Admin(visit): Admin) -> Response {
    listed(&visit, None).await
}

async fn listed(visit: &Visit, fault: Option<&str>) -> Response {
    let words = &visit.words().people;
    let Ok(people) = visit.console().people.all().await else { return pages::problem(&visit.caller, &Problem::Store) };
    let columns = [words.name, words.email, words.role, words.added, ""].map(Column::text);
    let rows = html! { @for person in &people { (row(&columns, &cells(visit, person))) } };
    let roles: Vec<_> = Role::OF_PEOPLE.iter().map(|role| (role.as_str().to_owned(), role_name(*role, &visit.caller).to_owned())).collect();
    let name = Field { name: "name", label: words.name, required: true, ..Field::default() };
    let email = Field { name: "email", label: words.email, kind: "email", required: true, fault, ..Field::default() };
    let body = html! {
        div class="head" { h1 { (words.title) } p class="lead" { (words.lead) } }
        @if visit.caller.origin.is_none() { p class="say warn" { (words.no_url) } }
        section class="card flush" {
            @if people.is_empty() { div class="empty" { p { (words.empty) } } } @else { (table(words.title, &columns, &rows)) }
        }
        @if visit.is_fresh() {
            form class="card" method="post" action="/console/people" {
                (form::csrf(visit))
                h2 { (words.add) }
                div class="grid" { (name.show()) (email.show()) (select("role", words.role, &roles, "operator")) }
                div { button class="b main" { (words.add_go) } }
            }
        } @else { (needs_fresh(visit)) }
    };
    pages::show(visit, "people", words.title, &body).await
}

/// In the place of what only who signed in a moment ago may do: the way there and back.
pub(super) fn needs_fresh(visit: &Visit) -> Markup {
    let words = &visit.words().sign_in;
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return", &visit.caller.path).finish();
    html! {
        section class="card" {
            p { (words.fresh_needed) }
            p { a class="b main" href={ "/console/sign-in/again?" (query) } { (words.fresh_title) } }
        }
    }
}

fn cells(visit: &Visit, person: &Person) -> [Markup; 5] {
    let words = &visit.words().people;
    let path = format!("/console/people/{}", person.id);
    [
        html! { b { (person.name) } },
        html! { (person.email) },
        html! { (role_name(person.role, &visit.caller)) },
        time(person.added, visit),
        html! {
            @if visit.is_fresh() { div class="row" {
                @if visit.caller.origin.is_some() { form method="post" action={ (path) "/link" } { (form::csrf(visit)) button class="b small" { (words.send_link) span class="said" { ": " (person.name) } } } }
                a class="b small" data-ask="" href={ (path) "/remove" } { (words.remove) span class="said" { ": " (person.name) } }
            } }
        },
    ]
}

/// `POST /console/people`: adds somebody.
pub async fn add(act: Act<FreshAdmin>) -> Response {
    let visit = &act.visit;
    let words = &visit.words().people;
    let name: String = act.form.text("name").chars().take(80).collect();
    let Some((email, role)) =
        EmailAddress::parse(act.form.text("email")).ok().zip(Role::of_people(act.form.text("role"))).filter(|_| !name.is_empty())
    else {
        return listed(visit, Some(visit.words().errors.needs_address)).await;
    };
    let id = id_of(&email);
    if visit.console().people.person(&id).await.is_some() {
        return listed(visit, Some(words.known)).await;
    }
    let recorded = Acted {
        who: visit.who(),
        role: Some(visit.session.role),
        act: "person.add",
        on: &id,
        more: Some(role.as_str().to_owned()),
        ..Acted::default()
    };
    if visit.console().audit.record(recorded).await.is_err() {
        return pages::problem(&visit.caller, &Problem::NoAudit);
    }
    let person = Person {
        v: 1,
        id: id.clone(),
        name,
        email: email.as_str().to_owned(),
        role,
        added: visit.caller.now,
        by: visit.who().to_owned(),
        removed: false,
    };
    if visit.console().people.keep(&person).await.is_err() {
        return pages::problem(&visit.caller, &Problem::Store);
    }
    pages::see_saying(&visit.caller, "/console/people", words.added_said)
}

/// `GET /console/people/<person>/remove`: the question.
pub async fn removing(FreshAdmin(visit): FreshAdmin, Path(id): Path<String>) -> Response {
    let Some(person) = visit.console().people.person(&id).await else { return pages::problem(&visit.caller, &Problem::NotFound) };
    let words = &visit.words().people;
    let markup = html! {
        h2 { (words.remove) }
        p { (fill(words.remove_question, &[("name", &person.name)])) }
        form method="post" action={ "/console/people/" (id) "/remove" } {
            (form::csrf(&visit))
            div class="row" { a class="b" href="/console/people" data-close="" { (visit.words().acts.no) } button class="b bad" { (words.remove) } }
        }
    };
    pages::ask(&visit, "people", words.remove, &markup).await
}

/// `POST /console/people/<person>/remove`.
pub async fn remove(Path(id): Path<String>, act: Act<FreshAdmin>) -> Response {
    let visit = &act.visit;
    let Some(person) = visit.console().people.person(&id).await else { return pages::problem(&visit.caller, &Problem::NotFound) };
    let recorded = Acted { who: visit.who(), role: Some(visit.session.role), act: "person.remove", on: &id, ..Acted::default() };
    if visit.console().audit.record(recorded).await.is_err() {
        return pages::problem(&visit.caller, &Problem::NoAudit);
    }
    // What may come back must be empty.
    let gone = Person { name: String::new(), email: String::new(), removed: true, ..person };
    if visit.console().people.keep(&gone).await.is_err() {
        return pages::problem(&visit.caller, &Problem::Store);
    }
    pages::see_saying(&visit.caller, "/console/people", visit.words().people.removed_said)
}

/// `POST /console/people/<person>/link`: mails a link.
pub async fn link(Path(id): Path<String>, act: Act<FreshAdmin>) -> Response {
    let visit = &act.visit;
    let Some(person) = visit.console().people.person(&id).await else { return pages::problem(&visit.caller, &Problem::NotFound) };
    let said = match mail_link(&visit.caller, &person, "").await {
        Ok(()) => visit.words().people.link_sent.to_owned(),
        Err(why) => fill(visit.words().health.test_failed, &[("why", &why)]),
    };
    pages::see_saying(&visit.caller, "/console/people", &said)
}

async fn mail_link(caller: &Caller, person: &Person, back: &str) -> Result<(), String> {
    let origin = caller.origin.clone().ok_or_else(|| caller.words.people.no_url.to_owned())?;
    let token = Link::new(&person.id, back, caller.now).token(&caller.console.keys);
    let words = &caller.words.people;
    let school = caller.console.site.school.as_deref().unwrap_or("gradepost");
    let text = fill(words.mail_text, &[("name", &person.name), ("school", school), ("link", &format!("{origin}/console/link/{token}"))]);
    let to = EmailAddress::parse(&person.email).map_err(|error| error.to_string())?;
    caller.console.courier.send(&to, words.mail_subject, &text).await.map(drop)
}

/// `POST /console/sign-in/mail`: the same answer whether or not the address is on the list.
pub async fn ask_link(caller: Caller, request: Request) -> Response {
    let fields = match read_open_form(request.into_body()).await {
        Ok(fields) => fields,
        Err(problem) => return pages::problem(&caller, &problem),
    };
    if !is_visitors(&caller, &fields) {
        return pages::problem(&caller, &Problem::Foreign);
    }
    if let Err(wait) = limited(&caller) {
        return pages::problem(&caller, &Problem::TooMany(wait));
    }
    let back = fields.text("return").to_owned();
    if let Ok(email) = EmailAddress::parse(fields.text("email")) {
        let (caller, id) = (caller.clone(), id_of(&email));
        // The answer does not wait: its time tells nothing either.
        tokio::spawn(async move {
            let Some(person) = caller.console.people.person(&id).await else { return };
            if !caller.console.links.may(&id, caller.now) {
                return;
            }
            if mail_link(&caller, &person, &back).await.is_err() {
                tracing::warn!("a sign-in link could not be mailed");
            }
        });
    }
    pages::see_saying(&caller, "/console/sign-in", caller.words.people.sign_in_said)
}

/// A link that is good still, and the session that it opens.
async fn opened(caller: &Caller, token: &str) -> Option<(Link, Session)> {
    let link: Link = serde_json::from_slice(&caller.console.keys.verify("link", token)?).ok()?;
    if link.until <= caller.now {
        return None;
    }
    let session = if let Some((role, name)) = &link.shell {
        let name = if name.is_empty() { role_name(*role, caller) } else { name.as_str() };
        Session::begin(&format!("shell:{role}"), name, *role, Via::Link, caller.now)
    } else {
        let person = caller.console.people.person(&link.id).await?;
        Session::begin(&person.id, &person.name, person.role, Via::Link, caller.now)
    };
    Some((link, session))
}

/// `GET /console/link/<token>`: only shows a button, as programs open links in mails, too.
pub async fn link_page(caller: Caller, Path(token): Path<String>) -> Response {
    let words = &caller.words.people;
    let is_good = opened(&caller, &token).await.is_some();
    let body = html! {
        h1 { (words.link_title) }
        div class="card" {
            @if is_good {
                p { (words.link_lead) }
                form method="post" action={ "/console/link/" (token) } { button class="b main" { (words.link_title) } }
            } @else { p { (words.link_bad) } p { a class="b" href="/console/sign-in" { (words.link_title) } } }
        }
    };
    page::alone(&caller, words.link_title, &body).into_response()
}

/// `POST /console/link/<token>`: signs in, once on whatever instance.
pub async fn use_link(caller: Caller, Path(token): Path<String>) -> Response {
    let Some((link, session)) = opened(&caller, &token).await else {
        return pages::see_saying(&caller, "/console/sign-in", caller.words.people.link_bad);
    };
    let mark = sha256_hex(link.nonce.as_bytes());
    match caller.console.store.put(&ObjectKey::LinkUsed(&mark).path(), Bytes::from_static(b"{}"), PutMode::Create).await {
        Ok(_) => {}
        Err(StoreError::AlreadyExists { .. }) => return pages::see_saying(&caller, "/console/sign-in", caller.words.people.link_bad),
        Err(_) => return pages::problem(&caller, &Problem::Store),
    }
    let acted = Acted { who: &session.who, role: Some(session.role), act: "sign_in", more: Some("link".to_owned()), ..Acted::default() };
    let _ = caller.console.audit.record(acted).await;
    begin(&caller, &session, &link.back)
}
