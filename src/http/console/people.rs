//! The people who may sign in by mail, and the links they are mailed.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Path, Request};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::TryStreamExt as _;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use crate::audit::Act as Acted;
use crate::http::console::gate::{Act, Admin, Caller, FreshAdmin, Visit, local_path, read_open_form};
use crate::http::console::pages::{self, Problem, role_name};
use crate::http::console::parts::form::{self, Field, select};
use crate::http::console::parts::table::{Column, row, table};
use crate::http::console::parts::{page, time};
use crate::http::console::session::{Keys, Session, Via};
use crate::http::console::sign_in::{begin, is_visitors, limited};
use crate::http::console::state::Console;
use crate::http::console::words::fill;
use crate::model::person::EmailAddress;
use crate::model::role::Role;
use crate::sealing::chance;
use crate::signing::sha256_hex;
use crate::storage::key::{ObjectKey, PEOPLE_FOLDER};
use crate::storage::{PutMode, StoreError};

/// How long a mailed link is good for.
const LINK: SignedDuration = SignedDuration::from_mins(15);
/// What was read of a person counts so long.
const FRESH: Duration = Duration::from_mins(1);
/// People that are listed.
const MOST: usize = 500;

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Version of this shape.
    pub v: u32,
    /// What records name them by.
    pub id: String,
    /// What they are called.
    pub name: String,
    /// Where links go.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub added: Timestamp,
    /// Who added them.
    pub by: String,
    /// They were removed; a removal of the record itself may be undone by a power cut.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// What is remembered of people for a minute.
#[derive(Default)]
pub struct Known(Mutex<HashMap<String, (Timestamp, Option<Person>)>>);

/// What records name an address's person by.
pub fn id_of(email: &EmailAddress) -> String {
    sha256_hex(format!("person\n{}", email.as_str().to_lowercase()).as_bytes())[..16].to_owned()
}

impl Console {
    /// The person of this id, as the store has them; asked once a minute. While the store is away what was known counts.
    pub async fn person(&self, id: &str) -> Option<Person> {
        let now = self.clock.now();
        let known = self.people.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some((at, person)) = &known
            && now.duration_since(*at).unsigned_abs() < FRESH
        {
            return person.clone();
        }
        let person = match read(self, id).await {
            Ok(person) => person,
            Err(_) => known.and_then(|(_, person)| person),
        };
        self.people.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), (now, person.clone()));
        person
    }

    /// What a person is called, as far as it is remembered.
    pub fn known_name(&self, id: &str) -> Option<String> {
        self.people.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).and_then(|(_, person)| Some(person.as_ref()?.name.clone()))
    }

    fn forget_person(&self, id: &str) {
        self.people.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

async fn read(console: &Console, id: &str) -> Result<Option<Person>, StoreError> {
    Ok(find(console, id).await?.filter(|person| !person.removed))
}

/// The record of this id, of somebody who was removed, too.
pub(super) async fn find(console: &Console, id: &str) -> Result<Option<Person>, StoreError> {
    let found = console.store.get(&ObjectKey::Person(id).path()).await?;
    Ok(found.and_then(|(bytes, _)| serde_json::from_slice::<Person>(&bytes).ok()))
}

async fn all(console: &Console) -> Result<Vec<Person>, StoreError> {
    let keys: Vec<String> = console.store.scan(PEOPLE_FOLDER, None).try_collect().await?;
    let mut people = Vec::new();
    for key in keys.iter().filter(|key| !key[PEOPLE_FOLDER.len()..].contains('/')).take(MOST) {
        let found = console.store.get(key).await?;
        people.extend(found.and_then(|(bytes, _)| serde_json::from_slice::<Person>(&bytes).ok()).filter(|person| !person.removed));
    }
    people.sort_by_key(|person| person.name.to_lowercase());
    Ok(people)
}

/// `GET /console/people`.
pub async fn list(Admin(visit): Admin) -> Response {
    listed(&visit, None).await
}

async fn listed(visit: &Visit, fault: Option<&str>) -> Response {
    let words = &visit.words().people;
    let Ok(people) = all(visit.console()).await else { return pages::problem(&visit.caller, &Problem::Store) };
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
    if visit.console().person(&id).await.is_some() {
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
    if keep(visit.console(), &person).await.is_err() {
        return pages::problem(&visit.caller, &Problem::Store);
    }
    pages::see_saying(&visit.caller, "/console/people", words.added_said)
}

pub(super) async fn keep(console: &Console, person: &Person) -> Result<(), StoreError> {
    let bytes = Bytes::from(serde_json::to_vec(person).unwrap_or_default());
    console.store.put(&ObjectKey::Person(&person.id).path(), bytes, PutMode::Overwrite).await?;
    console.forget_person(&person.id);
    Ok(())
}

/// `GET /console/people/<person>/remove`: the question.
pub async fn removing(FreshAdmin(visit): FreshAdmin, Path(id): Path<String>) -> Response {
    let Some(person) = visit.console().person(&id).await else { return pages::problem(&visit.caller, &Problem::NotFound) };
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
    let Some(person) = visit.console().person(&id).await else { return pages::problem(&visit.caller, &Problem::NotFound) };
    let recorded = Acted { who: visit.who(), role: Some(visit.session.role), act: "person.remove", on: &id, ..Acted::default() };
    if visit.console().audit.record(recorded).await.is_err() {
        return pages::problem(&visit.caller, &Problem::NoAudit);
    }
    // What may come back must be empty.
    let gone = Person { name: String::new(), email: String::new(), removed: true, ..person };
    if keep(visit.console(), &gone).await.is_err() {
        return pages::problem(&visit.caller, &Problem::Store);
    }
    pages::see_saying(&visit.caller, "/console/people", visit.words().people.removed_said)
}

/// `POST /console/people/<person>/link`: mails a link.
pub async fn link(Path(id): Path<String>, act: Act<FreshAdmin>) -> Response {
    let visit = &act.visit;
    let Some(person) = visit.console().person(&id).await else { return pages::problem(&visit.caller, &Problem::NotFound) };
    let said = match mail_link(&visit.caller, &person, "").await {
        Ok(()) => visit.words().people.link_sent.to_owned(),
        Err(why) => fill(visit.words().health.test_failed, &[("why", &why)]),
    };
    pages::see_saying(&visit.caller, "/console/people", &said)
}

/// What a link tells.
#[derive(Serialize, Deserialize)]
struct Link {
    /// Whose it is; `shell` for whoever has the service's settings at hand.
    id: String,
    until: Timestamp,
    nonce: String,
    /// Where they wanted to go.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    back: String,
    /// In which role and under which name, for a link from the shell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shell: Option<(Role, String)>,
}

impl Link {
    fn new(id: &str, back: &str, now: Timestamp) -> Self {
        let until = now.saturating_add(LINK).unwrap_or(now);
        Self { id: id.to_owned(), until, nonce: hex::encode(chance::<16>()), back: local_path(back).unwrap_or_default(), shell: None }
    }

    fn token(&self, keys: &Keys) -> String {
        keys.sign("link", &serde_json::to_vec(self).unwrap_or_default())
    }
}

/// The path of a link for whoever has the service's settings at hand: good once, for fifteen minutes.
pub fn shell_link(keys: &Keys, role: Role, name: &str, now: Timestamp) -> String {
    let name = name.chars().filter(|c| !c.is_control()).take(80).collect();
    let link = Link { shell: Some((role, name)), ..Link::new("shell", "", now) };
    format!("/console/link/{}", link.token(keys))
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
            let Some(person) = caller.console.person(&id).await else { return };
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

/// How many links each person was mailed in the last hour.
#[derive(Default)]
pub struct Links(Mutex<HashMap<String, Vec<Timestamp>>>);

impl Links {
    /// At most three in an hour.
    fn may(&self, id: &str, now: Timestamp) -> bool {
        let mut links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = links.entry(id.to_owned()).or_default();
        sent.retain(|at| now.duration_since(*at) < SignedDuration::from_hours(1));
        let may = sent.len() < 3;
        if may {
            sent.push(now);
        }
        may
    }
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
        let person = caller.console.person(&link.id).await?;
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
