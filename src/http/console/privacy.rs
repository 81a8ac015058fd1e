//! Students' data: given out, blocked, no longer processed, erased; and how long what is kept.
//!
//! Students are named in addresses by the keyed hash that the API uses, too.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::audit::Act as Acted;
use crate::http::console::format;
use crate::http::console::gate::{Act, Admin, FreshAdmin};
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::form::{self, Field, select};
use crate::http::console::parts::story::who;
use crate::http::console::parts::table::{Column, row, table};
use crate::http::console::parts::{badge, time};
use crate::http::console::people::needs_fresh;
use crate::http::console::visit::Visit;
use crate::http::console::words::{self, PrivacyWords, count, fill};
use crate::lookup::view::{StudentHash, StudentRow, StudentView};
use crate::privacy::PrivacyError;
use crate::privacy::erase::Receipt;
use crate::privacy::retention::{AHEAD, RetentionClass};
use crate::privacy::wishes::{Wish, Wished};

/// Students that a search shows.
const MOST_FOUND: usize = 20;
/// Receipts that are shown.
const MOST_RECEIPTS: usize = 50;

fn problem_of(error: &PrivacyError) -> Problem {
    if let PrivacyError::NoWish = error {
        return Problem::NotFound;
    }
    tracing::warn!(%error, "an act on a person's data did not come to its end");
    Problem::Store
}

/// `GET /console/privacy`.
pub async fn show(Admin(visit): Admin) -> Response {
    page(&visit, None).await
}

/// `POST /console/privacy`: looks for a person; what was searched for stands in no address.
pub async fn find(act: Act<Admin>) -> Response {
    let text = act.form.text("q").to_owned();
    match act.visit.console().lookup.all_students(&text, None, MOST_FOUND).await {
        Ok(found) => page(&act.visit, Some((&text, found))).await,
        Err(error) => {
            tracing::warn!(%error, "students could not be searched");
            pages::problem(&act.visit.caller, &Problem::Store)
        }
    }
}

async fn page(visit: &Visit, found: Option<(&str, Vec<StudentRow>)>) -> Response {
    let words = &visit.words().privacy;
    let privacy = &visit.console().privacy;
    let soon = visit.caller.now.saturating_add(AHEAD).unwrap_or(visit.caller.now);
    let read = async { Ok::<_, PrivacyError>((privacy.wished().await?, privacy.receipts().await?, privacy.will_go(soon).await?)) };
    let (wished, mut receipts, soon) = match read.await {
        Ok(read) => read,
        Err(error) => return pages::problem(&visit.caller, &problem_of(&error)),
    };
    receipts.sort_by_key(|receipt| std::cmp::Reverse(receipt.at));
    receipts.truncate(MOST_RECEIPTS);
    let text = found.as_ref().map_or("", |(text, _)| text);
    let field = Field { name: "q", label: words.find_label, kind: "search", value: text, required: true, ..Field::default() };
    let body = html! {
        div class="head" { h1 { (words.title) } p class="lead" { (words.lead) } }
        form class="card" method="post" action="/console/privacy" role="search" {
            (form::csrf(visit))
            h2 { (words.find) }
            (field.show())
            div { button class="b main" { (words.find_go) } }
        }
        @if let Some((_, found)) = &found { (found_people(visit, found)) }
        section class="card flush" {
            header { h2 { (words.wished_title) } }
            @if wished.is_empty() { div class="empty" { p { (words.wished_none) } } } @else { (wishes(visit, &wished)) }
        }
        section class="card flush" {
            header { h2 { (words.keep_title) } }
            p class="soft pad" { (words.keep_lead) }
            (terms(visit, &soon))
        }
        section class="card flush" {
            header { h2 { (words.receipts_title) } }
            @if receipts.is_empty() { div class="empty" { p { (words.receipts_none) } } } @else { (receipt_table(visit, &receipts)) }
        }
    };
    pages::show(visit, "privacy", words.title, &body).await
}

fn found_people(visit: &Visit, found: &[StudentRow]) -> Markup {
    let words = &visit.words().privacy;
    let columns = [Column::text(words.who), Column::number(words.reports), Column::text("")];
    html! {
        section class="card flush" id="found" {
            header { h2 { (words.found) } }
            @if found.is_empty() {
                div class="empty" { p { (words.none) } p class="soft" { (words.none_more) } }
                @if visit.is_fresh() { (other(visit)) }
            } @else {
                (table(words.found, &columns, &html! { @for one in found {
                    (row(&columns, &[
                        html! { b { (one.student.name) } @if let Some(email) = &one.student.email { " " small class="soft" { (format::masked(email)) } } },
                        html! { (words::number(one.reports, visit.words().language)) },
                        html! { a class="b small" href={ "/console/privacy/students/" (one.student.hash) } { (words.open) span class="said" { ": " (one.student.name) } } },
                    ]))
                } }))
            }
        }
    }
}

/// Somebody who wants no report before there ever was one.
fn other(visit: &Visit) -> Markup {
    let words = &visit.words().privacy;
    let field = Field { name: "student", label: words.other_label, required: true, ..Field::default() };
    let options =
        [(Wish::Objected, words.object), (Wish::Blocked, words.block)].map(|(wish, text)| (wish.as_str().to_owned(), text.to_owned()));
    html! {
        form class="pad" method="post" action="/console/privacy/wishes" {
            (form::csrf(visit))
            h3 { (words.other) }
            div class="grid" { (field.show()) (select("wish", words.what, &options, Wish::Objected.as_str())) (reason(words, None, "").show()) }
            div { button class="b" { (visit.words().common.save) } }
        }
    }
}

fn wishes(visit: &Visit, wished: &[(Wished, Option<StudentView>)]) -> Markup {
    let words = &visit.words().privacy;
    let columns = [words.who, words.what, words.since, words.until, words.reason, ""].map(Column::text);
    let rows = html! { @for (one, student) in wished {
        @let short = one.subject.chars().take(8).collect::<String>();
        (row(&columns, &[
            if let Some(student) = student {
                html! { a href={ "/console/privacy/students/" (student.hash) } { (student.name) } }
            } else {
                html! { (fill(words.unknown, &[("id", &short)])) }
            },
            html! { (badge::plain("warn", "discarded", if one.wish == Wish::Blocked { words.blocked } else { words.objected })) },
            html! { (time(one.at, visit)) " " small class="soft" { (who(&one.by, visit)) } },
            one.until.map_or_else(|| html! { "–" }, |until| time(until, visit)),
            html! { (one.reason) },
            html! { @if visit.is_fresh() { a class="b small" data-ask="" href={ "/console/privacy/wishes/" (one.subject) "/lift" } { (words.lift) span class="said" { ": " (short) } } } },
        ]))
    } };
    html! {
        (table(words.wished_title, &columns, &rows))
        @if !visit.is_fresh() { (needs_fresh(visit)) }
    }
}

fn terms(visit: &Visit, soon: &crate::privacy::retention::Retained) -> Markup {
    let words = &visit.words().privacy;
    let keep = visit.console().privacy.keep();
    let columns = [Column::text(words.keep_class), Column::text(words.keep_days), Column::number(words.keep_soon)];
    let term = |days: Option<u32>| {
        if let Some(days) = days {
            html! { (fill(words.days, &[("n", &days.to_string())])) }
        } else {
            html! { (words.for_ever) }
        }
    };
    let number = |n: usize, days: Option<u32>| {
        if days.is_some() {
            html! { (words::number(n as u64, visit.words().language)) @if soon.more { "+" } }
        } else {
            html! { "–" }
        }
    };
    html! { (table(words.keep_title, &columns, &html! {
        @for class in RetentionClass::ALL {
            @let (name, days) = (match class { RetentionClass::Answers => words.keep_answers, RetentionClass::Reports => words.keep_reports, RetentionClass::Records => words.keep_records }, keep.of(class));
            (row(&columns, &[html! { (name) }, term(days), number(soon.of(class), days)]))
        }
        (row(&columns, &[html! { (words.keep_audit) }, term(keep.audit), html! { "–" }]))
    })) }
}

fn receipt_table(visit: &Visit, receipts: &[Receipt]) -> Markup {
    let words = &visit.words().privacy;
    let columns = [
        Column::text(words.number),
        Column::text(words.asked),
        Column::text(words.reason),
        Column::number(words.objects),
        Column::text(words.state),
    ];
    let rows = html! { @for one in receipts {
        (row(&columns, &[
            html! { code { (one.id) } },
            html! { (time(one.at, visit)) " " small class="soft" { (who(&one.by, visit)) } },
            html! { (one.reason) },
            html! { (words::number(one.objects as u64, visit.words().language)) },
            match (one.done, one.verified) {
                (Some(_), Some(_)) => badge::plain("good", "sent", words.verified),
                (Some(_), None) => badge::plain("good", "sent", words.done),
                (None, _) => badge::plain("", "running", words.under_way),
            },
        ]))
    } };
    table(words.receipts_title, &columns, &rows)
}

/// Whom an address names.
async fn student_of(visit: &Visit, hash: &str) -> Result<(StudentRow, String), Problem> {
    let hash = StudentHash::parse(hash).ok_or(Problem::NotFound)?;
    let found = visit.console().lookup.any_student(hash).await.map_err(|error| {
        tracing::warn!(%error, "a student could not be looked up");
        Problem::Store
    })?;
    let found = found.ok_or(Problem::NotFound)?;
    let key = found.student.key.clone().ok_or(Problem::NotFound)?;
    Ok((found, key))
}

/// `GET /console/privacy/students/<hash>`: what can be done about one person's data.
pub async fn student(Admin(visit): Admin, Path(hash): Path<String>) -> Response {
    let (found, _) = match student_of(&visit, &hash).await {
        Ok(found) => found,
        Err(problem) => return pages::problem(&visit.caller, &problem),
    };
    let words = &visit.words().privacy;
    let wished = match visit.console().privacy.wish_of(&found.student).await {
        Ok(wished) => wished,
        Err(error) => return pages::problem(&visit.caller, &problem_of(&error)),
    };
    let at = format!("/console/privacy/students/{}", found.student.hash);
    let acts = [("block", words.block, words.block_what), ("object", words.object, words.object_what)];
    let todo = &visit.words().todo;
    let body = html! {
        div class="head" {
            p { a href="/console/privacy" data-up="" { "← " (words.title) } }
            h1 { (found.student.name) }
            p class="lead" { (count(found.reports, todo.reports_one, todo.reports_many, visit.words().language)) }
        }
        @if let Some(wished) = &wished {
            p class="say warn" { (if wished.wish == Wish::Blocked { words.blocked } else { words.objected }) " · " (time(wished.at, &visit)) " · " (wished.reason) }
        }
        section class="card" {
            h2 { (words.give) }
            p { (words.give_what) }
            @if visit.is_fresh() {
                form method="post" action={ (at) "/export" } { (form::csrf(&visit)) button class="b main" { (visit.words().common.download) } }
            }
        }
        @if wished.is_none() {
            @for (deed, title, what) in acts {
                section class="card" {
                    h2 { (title) }
                    p { (what) }
                    @if visit.is_fresh() { p { a class="b" data-ask="" href={ (at) "/" (deed) } { (title) } } }
                }
            }
        }
        section class="card" {
            h2 { (words.erase) }
            p { (words.erase_what) }
            @if visit.is_fresh() { p { a class="b bad" href={ (at) "/erase" } { (words.erase) } } }
        }
        @if !visit.is_fresh() { (needs_fresh(&visit)) }
    };
    pages::show(&visit, "privacy", &found.student.name, &body).await
}

/// `POST /console/privacy/students/<hash>/export`: the archive, made while it is downloaded.
pub async fn export(Path(hash): Path<String>, act: Act<FreshAdmin>) -> Response {
    let visit = &act.visit;
    let (found, key) = match student_of(visit, &hash).await {
        Ok(found) => found,
        Err(problem) => return pages::problem(&visit.caller, &problem),
    };
    let subject = found.student.hash.to_string();
    let acted = Acted { who: visit.who(), role: Some(visit.session.role), act: "student.export", on: &subject, ..Acted::default() };
    let Ok(audit) = visit.console().audit.record(acted).await else { return pages::problem(&visit.caller, &Problem::NoAudit) };
    match visit.console().privacy.export(&key, false).await {
        Ok(bytes) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
                (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"datos.zip\"")),
            ];
            (headers, Body::from(bytes)).into_response()
        }
        Err(error) => {
            visit.console().audit.failed(&audit, "the archive could not be made").await;
            pages::problem(&visit.caller, &problem_of(&error))
        }
    }
}

fn reason<'a>(words: &PrivacyWords, fault: Option<&'a str>, value: &'a str) -> Field<'a> {
    Field { name: "why", label: words.reason, hint: Some(words.reason_hint), fault, value, required: true, ..Field::default() }
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Entered<'a> {
    why: &'a str,
    until: &'a str,
    fault: Option<(&'static str, &'static str)>,
}

impl Entered<'_> {
    fn of(&self, field: &str) -> Option<&'static str> {
        self.fault.filter(|(name, _)| *name == field).map(|(_, text)| text)
    }
}

/// `GET /console/privacy/students/<hash>/<block or object>`: the question.
pub async fn wishing(FreshAdmin(visit): FreshAdmin, Path((hash, deed)): Path<(String, String)>) -> Response {
    match (wish_of(&deed), student_of(&visit, &hash).await) {
        (Some(wish), Ok((found, _))) => ask_wish(&visit, &found.student, wish, &Entered::default()).await,
        (None, _) => pages::problem(&visit.caller, &Problem::NotFound),
        (_, Err(problem)) => pages::problem(&visit.caller, &problem),
    }
}

fn wish_of(deed: &str) -> Option<Wish> {
    match deed {
        "block" => Some(Wish::Blocked),
        "object" => Some(Wish::Objected),
        _ => None,
    }
}

async fn ask_wish(visit: &Visit, student: &StudentView, wish: Wish, entered: &Entered<'_>) -> Response {
    let words = &visit.words().privacy;
    let (deed, title, what) = match wish {
        Wish::Blocked => ("block", words.block, words.block_what),
        Wish::Objected => ("object", words.object, words.object_what),
    };
    let at = format!("/console/privacy/students/{}", student.hash);
    let until = Field {
        name: "until",
        label: words.until,
        hint: Some(words.until_hint),
        fault: entered.of("until"),
        value: entered.until,
        kind: "date",
        ..Field::default()
    };
    let markup = html! {
        h2 { (title) ": " (student.name) }
        p { (what) }
        form method="post" action={ (at) "/" (deed) } {
            (form::csrf(visit))
            (reason(words, entered.of("why"), entered.why).show())
            @if wish == Wish::Blocked { (until.show()) }
            div class="row" { a class="b" href=(at) data-close="" { (visit.words().acts.no) } button class="b main" { (title) } }
        }
    };
    let mut response = pages::ask(visit, "privacy", title, &markup).await;
    if entered.fault.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

/// `POST /console/privacy/students/<hash>/<block or object>`.
pub async fn wish(Path((hash, deed)): Path<(String, String)>, act: Act<FreshAdmin>) -> Response {
    let visit = &act.visit;
    let (wish, found, key) = match (wish_of(&deed), student_of(visit, &hash).await) {
        (Some(wish), Ok((found, key))) => (wish, found, key),
        (None, _) => return pages::problem(&visit.caller, &Problem::NotFound),
        (_, Err(problem)) => return pages::problem(&visit.caller, &problem),
    };
    let words = &visit.words().privacy;
    let mut entered = Entered { why: act.form.text("why"), until: act.form.text("until"), fault: None };
    let until = until_of(entered.until, visit);
    if entered.why.is_empty() {
        entered.fault = Some(("why", visit.words().errors.needs_reason));
    } else if found.student.is_named_in(entered.why) {
        entered.fault = Some(("why", words.reason_names));
    } else if until.is_err() {
        entered.fault = Some(("until", words.until_wrong));
    }
    if entered.fault.is_some() {
        return ask_wish(visit, &found.student, wish, &entered).await;
    }
    let back = format!("/console/privacy/students/{}", found.student.hash);
    record_wish(visit, &key, &found.student.hash.to_string(), wish, entered.why, until.unwrap_or_default(), &back).await
}

/// The end of a day by the school's clock; none for an empty text.
fn until_of(text: &str, visit: &Visit) -> Result<Option<Timestamp>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let date: Date = text.parse().map_err(|_| ())?;
    let end = date.tomorrow().and_then(|day| day.to_zoned(visit.console().site.zone.clone())).map_err(|_| ())?.timestamp();
    if end > visit.caller.now { Ok(Some(end)) } else { Err(()) }
}

async fn record_wish(visit: &Visit, key: &str, on: &str, wish: Wish, why: &str, until: Option<Timestamp>, back: &str) -> Response {
    let act = if wish == Wish::Blocked { "student.block" } else { "student.object" };
    let acted = Acted { who: visit.who(), role: Some(visit.session.role), act, on, why: Some(why), more: None };
    let Ok(audit) = visit.console().audit.record(acted).await else { return pages::problem(&visit.caller, &Problem::NoAudit) };
    match visit.console().privacy.wish(key, wish, visit.who(), why, until).await {
        Ok(_) => pages::see_saying(&visit.caller, back, visit.words().privacy.wished_said),
        Err(error) => {
            visit.console().audit.failed(&audit, "it could not be recorded").await;
            pages::problem(&visit.caller, &problem_of(&error))
        }
    }
}

/// `POST /console/privacy/wishes`: for somebody of whom there is no report.
pub async fn wish_of_other(act: Act<FreshAdmin>) -> Response {
    let visit = &act.visit;
    let (student, why) = (act.form.text("student"), act.form.text("why"));
    let wish = if act.form.text("wish") == Wish::Blocked.as_str() { Wish::Blocked } else { Wish::Objected };
    let names_them = !student.is_empty() && why.to_lowercase().contains(&student.to_lowercase());
    if student.is_empty() || student.len() > 320 || why.is_empty() || names_them {
        let said = if names_them { visit.words().privacy.reason_names } else { visit.words().errors.needs_reason };
        return pages::see_saying(&visit.caller, "/console/privacy", said);
    }
    record_wish(visit, student, "–", wish, why, None, "/console/privacy").await
}

/// `GET /console/privacy/wishes/<subject>/lift`: the question.
pub async fn lifting(FreshAdmin(visit): FreshAdmin, Path(subject): Path<String>) -> Response {
    let words = &visit.words().privacy;
    let all = match visit.console().privacy.wishes().all().await {
        Ok(all) => all,
        Err(error) => return pages::problem(&visit.caller, &problem_of(&error.into())),
    };
    if all.iter().all(|wished| wished.subject != subject) {
        return pages::problem(&visit.caller, &Problem::NotFound);
    }
    let markup = html! {
        h2 { (words.lift) }
        p { (words.lift_question) }
        form method="post" action={ "/console/privacy/wishes/" (subject) "/lift" } {
            (form::csrf(&visit))
            div class="row" { a class="b" href="/console/privacy" data-close="" { (visit.words().acts.no) } button class="b main" { (words.lift) } }
        }
    };
    pages::ask(&visit, "privacy", words.lift, &markup).await
}

/// `POST /console/privacy/wishes/<subject>/lift`.
pub async fn lift(Path(subject): Path<String>, act: Act<FreshAdmin>) -> Response {
    let visit = &act.visit;
    let words = &visit.words().privacy;
    let acted = Acted { who: visit.who(), role: Some(visit.session.role), act: "student.lift", on: &subject, ..Acted::default() };
    let Ok(audit) = visit.console().audit.record(acted).await else { return pages::problem(&visit.caller, &Problem::NoAudit) };
    match visit.console().privacy.lift(&subject).await {
        Ok(released) => {
            let said = count(released as u64, words.lifted_one, words.lifted_many, visit.words().language);
            pages::see_saying(&visit.caller, "/console/privacy", &said)
        }
        Err(error) => {
            visit.console().audit.failed(&audit, "it could not be lifted").await;
            pages::problem(&visit.caller, &problem_of(&error))
        }
    }
}

/// `GET /console/privacy/students/<hash>/erase`: the question.
pub async fn erasing(FreshAdmin(visit): FreshAdmin, Path(hash): Path<String>) -> Response {
    ask_erase(&visit, &hash, &Entered::default()).await
}

async fn ask_erase(visit: &Visit, hash: &str, entered: &Entered<'_>) -> Response {
    let (found, key) = match student_of(visit, hash).await {
        Ok(found) => found,
        Err(problem) => return pages::problem(&visit.caller, &problem),
    };
    let holdings = match visit.console().privacy.preview(&key, false).await {
        Ok(holdings) => holdings,
        Err(error) => return pages::problem(&visit.caller, &problem_of(&error)),
    };
    let words = &visit.words().privacy;
    let language = visit.words().language;
    let number = |n: usize| words::number(n as u64, language);
    let at = format!("/console/privacy/students/{}", found.student.hash);
    let label = fill(words.erase_type, &[("name", &found.student.name)]);
    let name = Field { name: "name", label: &label, fault: entered.of("name"), required: true, ..Field::default() };
    let markup = html! {
        h2 { (words.erase) ": " (found.student.name) }
        p { (fill(words.erase_goes, &[("reports", &number(holdings.jobs.len())), ("objects", &number(holdings.len()))])) }
        p { (words.erase_stays) }
        form method="post" action={ (at) "/erase" } {
            (form::csrf(visit))
            (reason(words, entered.of("why"), entered.why).show())
            (name.show())
            div class="row" { a class="b" href=(at) { (visit.words().acts.no) } button class="b bad" { (words.erase_go) } }
        }
    };
    let mut response = pages::ask(visit, "privacy", words.erase, &markup).await;
    if entered.fault.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

/// `POST /console/privacy/students/<hash>/erase`: once it is ordered it is carried out, whatever fails meanwhile.
pub async fn erase(Path(hash): Path<String>, act: Act<FreshAdmin>) -> Response {
    let visit = &act.visit;
    let (found, key) = match student_of(visit, &hash).await {
        Ok(found) => found,
        Err(problem) => return pages::problem(&visit.caller, &problem),
    };
    let words = &visit.words().privacy;
    let mut entered = Entered { why: act.form.text("why"), until: "", fault: None };
    if entered.why.is_empty() {
        entered.fault = Some(("why", visit.words().errors.needs_reason));
    } else if found.student.is_named_in(entered.why) {
        entered.fault = Some(("why", words.reason_names));
    } else if act.form.text("name").to_lowercase() != found.student.name.trim().to_lowercase() {
        entered.fault = Some(("name", words.erase_differs));
    }
    if entered.fault.is_some() {
        return ask_erase(visit, &hash, &entered).await;
    }
    let subject = found.student.hash.to_string();
    let acted =
        Acted { who: visit.who(), role: Some(visit.session.role), act: "student.erase", on: &subject, why: Some(entered.why), more: None };
    let Ok(audit) = visit.console().audit.record(acted).await else { return pages::problem(&visit.caller, &Problem::NoAudit) };
    let privacy = visit.console().privacy.clone();
    if let Err(error) = privacy.promise(&key, visit.who(), entered.why).await {
        visit.console().audit.failed(&audit, "it could not be ordered").await;
        return pages::problem(&visit.caller, &problem_of(&error));
    }
    // The order stands in the store: should this process die, the next start goes on with it.
    tokio::spawn(async move {
        if let Err(error) = privacy.resume().await {
            tracing::warn!(%error, "An erasure is not done yet; it is tried again");
        }
    });
    pages::see_saying(&visit.caller, "/console/privacy", words.erase_said)
}
