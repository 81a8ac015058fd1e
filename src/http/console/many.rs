//! The same act on many reports: chosen in a list, fixed when asked, asked once with the number and examples, watched and stopped on a page of its own.
//!
//! What is chosen is fixed before the question is shown, so that it is answered for exactly the reports that it names. Nothing happens before it is answered; answering twice is answering once.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};

use crate::audit::Act as Acted;
use crate::http::console::acts::{self, Deed};
use crate::http::console::form_data::Fields;
use crate::http::console::format;
use crate::http::console::gate::{Act, Operator};
use crate::http::console::pages::{self, Problem};
use crate::http::console::parts::{chart, form, icon, story};
use crate::http::console::report_query::ReportQuery;
use crate::http::console::shown::{self, Shown};
use crate::http::console::visit::Visit;
use crate::http::console::words::{self, causes, fill};
use crate::jobs::ask::Ask;
use crate::jobs::bulk::{self, Progress, Set};
use crate::lookup::view::{ReportRow, Standing};
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::model::role::Role;
use crate::sealing::chance;

/// Where what is chosen goes.
const PATH: &str = "/console/reports/many";
/// Names that are shown as examples.
const EXAMPLES: usize = 3;
/// How many of the newest are offered.
const NEWEST: [usize; 3] = [10, 20, 50];

/// The acts that fit reports in these states, the likeliest first.
pub fn offered(states: impl IntoIterator<Item = Shown>) -> Vec<Deed> {
    let mut fitting: Vec<Deed> = Vec::new();
    for state in states {
        let (first, more) = acts::offered(state);
        fitting.extend(first.iter().chain(more).copied().filter(|deed| is_for_many(*deed)));
    }
    Deed::ALL.into_iter().filter(|deed| fitting.contains(deed)).collect()
}

/// Another address is one person's; asking the platform for everything again is not for many.
fn is_for_many(deed: Deed) -> bool {
    !matches!(deed, Deed::SendTo | Deed::Restart)
}

/// The controls beside a list of which reports can be ticked; the list is in the same form.
pub fn controls(visit: &Visit, wanted: &ReportQuery, rows: &[ReportRow], total: &str, is_page_all: bool) -> Markup {
    let (words, acts) = (&visit.words().lists, &visit.words().acts);
    let deeds = offered(rows.iter().map(Shown::of_row));
    html! {
        @if !deeds.is_empty() && visit.may(Role::Operator) {
            fieldset class="many" {
                legend { (words.many) }
                (form::csrf(visit))
                (wanted.hidden(""))
                label class="choice" data-scripts="" hidden { input type="checkbox" data-all=""; (words.pick_page) }
                div class="field" {
                    label for="which" { (words.which) }
                    select id="which" name="which" aria-describedby="many-hint" {
                        option value="picked" { (words.picked) }
                        @for n in NEWEST.iter().filter(|n| !is_page_all || **n < rows.len()) { option value={ "newest-" (n) } { (fill(words.newest, &[("n", &n.to_string())])) } }
                        option value="all" { (fill(words.everything, &[("n", total)])) }
                    }
                }
                div class="row acts" { @for deed in deeds { button class={ "b small" @if deed == Deed::Discard { " bad" } } name="act" value=(deed.as_str()) { (deed.word(acts)) } } }
                small id="many-hint" class="soft" { (words.many_hint) }
            }
        }
    }
}

/// The box that chooses a report of a list.
pub fn tick(visit: &Visit, row: &ReportRow) -> Markup {
    let name = fill(visit.words().reports.pick, &[("student", shown::name(row))]);
    html! { label class="tick" { input type="checkbox" name="job" value=(row.job); span class="said" { (name) } } }
}

/// A button for an act on all reports of a filter.
pub fn button(visit: &Visit, deed: Deed, filter: &[(&str, &str)], class: &str, label: &str) -> Markup {
    html! {
        form method="post" action=(PATH) {
            (form::csrf(visit))
            input type="hidden" name="which" value="all";
            input type="hidden" name="act" value=(deed.as_str());
            @for (name, value) in filter { input type="hidden" name=(name) value=(value); }
            button class={ "b " (class) } { (icon("running")) (label) }
        }
    }
}

/// `POST /console/reports/many`: fixes what was chosen; the question follows.
pub async fn choose(act: Act<Operator>) -> Response {
    let (visit, form) = (&act.visit, &act.form);
    let wanted = ReportQuery::of_form(form);
    let Some(deed) = Deed::parse(form.text("act")).filter(|deed| is_for_many(*deed)) else {
        return pages::problem(&visit.caller, &Problem::Malformed);
    };
    let chosen = match chosen(visit, form, &wanted).await {
        Ok(chosen) => chosen,
        Err(problem) => return pages::problem(&visit.caller, &problem),
    };
    let is_cut = chosen.len() > bulk::MOST;
    let considered = chosen.len().min(bulk::MOST);
    let fitting = chosen.into_iter().take(bulk::MOST).filter(|one| acts::fits(deed, Shown::of_state(one.state, true)));
    let jobs: Vec<(JobId, String)> = fitting.map(|one| (one.job.clone(), one.expected())).collect();
    if jobs.is_empty() {
        return pages::see_saying(&visit.caller, &wanted.with("", ""), visit.words().lists.nothing_fits);
    }
    let id = hex::encode(chance::<12>());
    let set = Set {
        v: 1,
        at: visit.caller.now,
        by: visit.who().to_owned(),
        cause: wanted.cause().to_owned(),
        deed: acts::many(deed),
        word: deed.as_str().to_owned(),
        left: considered - jobs.len(),
        is_cut,
        ask: Ask { by: Some(visit.who().to_owned()), ..Ask::from_step(acts::first_step(deed)) },
        jobs,
    };
    match bulk::fix(&*visit.console().store, &id, &set).await {
        Ok(_) => pages::see(&path(&id)),
        Err(_) => pages::problem(&visit.caller, &Problem::Store),
    }
}

async fn chosen(visit: &Visit, form: &Fields, wanted: &ReportQuery) -> Result<Vec<Standing>, Problem> {
    let lookup = &visit.console().lookup;
    let found = match form.text("which") {
        "" | "picked" => {
            let jobs = form.all("job").iter().filter_map(|job| JobId::parse(job)).take(bulk::MOST).collect();
            lookup.standings_of(jobs).await
        }
        // One more than are taken tells that there are more.
        "all" => lookup.standings(wanted.filter(visit), bulk::MOST + 1).await,
        newest => {
            let most = newest.strip_prefix("newest-").and_then(|n| n.parse::<usize>().ok()).filter(|n| (1..=bulk::MOST).contains(n));
            lookup.standings(wanted.filter(visit), most.ok_or(Problem::Malformed)?).await
        }
    };
    found.map_err(|error| Problem::of_lookup(&error))
}

fn path(id: &str) -> String {
    format!("/console/bulk/{id}")
}

/// `GET /console/bulk/<id>`: the question, and once it is answered how far it is.
pub async fn show(Operator(visit): Operator, Path(id): Path<String>) -> Response {
    let store = &*visit.console().store;
    let (set, started) = match (bulk::set(store, &id).await, bulk::started(store, &id).await) {
        (Ok(Some(set)), Ok(started)) => (set, started),
        (Ok(None), _) => return pages::problem(&visit.caller, &Problem::NotFound),
        _ => return pages::problem(&visit.caller, &Problem::Store),
    };
    if started.is_none() && !set.word.is_empty() {
        return question(&visit, &id, &set, &Fields::default(), None).await;
    }
    let Ok(progress) = bulk::progress(store, &id).await else { return pages::problem(&visit.caller, &Problem::Store) };
    watch(&visit, &id, &set, &progress).await
}

fn deed_of(set: &Set) -> Deed {
    Deed::parse(&set.word).unwrap_or(Deed::Continue)
}

fn title(visit: &Visit, set: &Set) -> String {
    let words = visit.words();
    let sentence = if set.jobs.len() == 1 { words.lists.ask_one } else { words.lists.ask };
    let n = words::number(set.jobs.len() as u64, words.language);
    fill(sentence, &[("act", deed_of(set).word(&words.acts)), ("n", &n)])
}

fn consequence(visit: &Visit, deed: Deed) -> &'static str {
    let words = &visit.words().lists;
    match deed {
        Deed::Try => words.ask_try,
        Deed::Continue => words.ask_continue,
        Deed::Send | Deed::SendTo => words.ask_send,
        Deed::Render => words.ask_render,
        Deed::Mark => words.ask_mark,
        Deed::Restart | Deed::Retry => words.ask_retry,
        Deed::Discard => words.ask_discard,
    }
}

async fn question(visit: &Visit, id: &str, set: &Set, filled: &Fields, fault: Option<&'static str>) -> Response {
    let (words, language, deed) = (visit.words(), visit.words().language, deed_of(set));
    let mut names = Vec::new();
    for (job, _) in set.jobs.iter().take(EXAMPLES) {
        if let Ok(Some(row)) = visit.console().lookup.report(job).await {
            names.push(shown::name(&row).to_owned());
        }
    }
    let title = title(visit, set);
    let n = |n: usize| words::number(n as u64, language);
    let cause = (!set.cause.is_empty()).then(|| causes::title(&Cause::parse(&set.cause), language));
    let markup = html! {
        h2 { (title) }
        @if let Some(cause) = cause { p { b { (cause) } } }
        p { (consequence(visit, deed)) }
        p class="soft" { (fill(words.lists.example, &[("names", &names.join(", "))])) }
        @if set.left > 0 { p class="soft" { (fill(words.lists.left, &[("n", &n(set.left))])) } }
        @if set.is_cut { p class="say warn" { (fill(words.lists.cut, &[("n", &n(bulk::MOST))])) } }
        form method="post" action={ (path(id)) "/start" } data-keep=[deed.needs_reason().then_some("")] {
            (form::csrf(visit))
            @if deed.may_only_file() { (acts::choice(visit)) }
            @if !matches!(deed, Deed::Discard) { p class="soft" { (words.lists.pace) } }
            (acts::reason(visit, deed, filled, fault))
            div class="row" {
                a class="b" href=(if set.cause.is_empty() { "/console/reports" } else { "/console/todo" }) { (words.acts.no) }
                button class={ "b " (if deed == Deed::Discard { "bad" } else { "main" }) } { (title) }
            }
        }
    };
    pages::ask(visit, "reports", &title, &markup).await
}

/// `POST /console/bulk/<id>/start`: the answer is yes.
pub async fn start(Path(id): Path<String>, act: Act<Operator>) -> Response {
    let (visit, form) = (&act.visit, &act.form);
    let store = &*visit.console().store;
    let set = match bulk::set(store, &id).await {
        Ok(Some(set)) => set,
        Ok(None) => return pages::problem(&visit.caller, &Problem::NotFound),
        Err(_) => return pages::problem(&visit.caller, &Problem::Store),
    };
    let deed = deed_of(&set);
    let why = Some(form.text("why")).filter(|why| !why.is_empty());
    if deed.needs_reason() && why.is_none() {
        return question(visit, &id, &set, form, Some(visit.words().errors.needs_reason)).await;
    }
    let recorded = Acted {
        who: visit.who(),
        role: Some(visit.session.role),
        act: "bulk",
        on: &id,
        why,
        more: Some(format!("{} · {}", set.jobs.len(), set.word)),
    };
    let Ok(audit) = visit.console().audit.record(recorded).await else { return pages::problem(&visit.caller, &Problem::NoAudit) };
    let ask = Ask {
        mail: !deed.may_only_file() || form.text("mail") == "yes",
        by: Some(visit.who().to_owned()),
        why: why.map(ToOwned::to_owned),
        audit: Some(audit.clone()),
        ..set.ask
    };
    match bulk::start(store, &id, &ask).await {
        Ok(true) => {}
        Ok(false) => visit.console().audit.failed(&audit, "it was asked already").await,
        Err(_) => return pages::problem(&visit.caller, &Problem::Store),
    }
    // Accepting it twice is accepting it once; whoever died in between is made up for by the second answer.
    match visit.console().jobs.accept(bulk::event(&id, visit.caller.now)).await {
        Ok(_) => pages::see(&path(&id)),
        Err(_) => pages::problem(&visit.caller, &Problem::Store),
    }
}

async fn watch(visit: &Visit, id: &str, set: &Set, progress: &Progress) -> Response {
    let (words, language) = (&visit.words().bulk, visit.words().language);
    let is_open = !progress.is_finished && !progress.is_stopped;
    let n = |n: usize| words::number(n as u64, language);
    let told = fill(words.progress, &[("done", &n(progress.done)), ("total", &n(set.jobs.len()))]);
    let at = format::moment_in_sentence(set.at, visit.caller.now, &visit.console().site.zone, language);
    let back =
        if set.cause.is_empty() { ("/console/reports", visit.words().reports.title) } else { ("/console/todo", visit.words().todo.title) };
    let title = title(visit, set);
    let body = html! {
        div class="head" {
            p { a href=(back.0) data-up="" { "← " (back.1) } }
            h1 { (title) }
            p class="lead" {
                @if !set.cause.is_empty() { (causes::title(&Cause::parse(&set.cause), language)) ". " }
                (fill(words.by, &[("who", &story::who(&set.by, visit)), ("at", &at)]))
            }
        }
        section id="live" class="card" data-renew=[is_open.then_some("2")] data-said=(told) {
            h2 { (told) }
            (chart::bar(progress.next as f64 * 100.0 / set.jobs.len().max(1) as f64, &told))
            p class="soft" { (if progress.is_stopped { words.stopped } else if progress.is_finished { words.finished } else { words.running }) }
            @if progress.moved > 0 { p class="soft" { (fill(words.skipped, &[("n", &n(progress.moved))])) } }
            @if !progress.failed.is_empty() {
                p { (fill(words.failed, &[("n", &n(progress.failed.len()))])) }
                ul { @for (job, why) in &progress.failed { li { a href={ "/console/reports/" (job) } { (job.as_str().chars().take(8).collect::<String>()) } " " span lang="en" class="soft" { (why) } } } }
            }
            @if is_open {
                form method="post" action={ (path(id)) "/stop" } { (form::csrf(visit)) button class="b bad" { (icon("failed")) (visit.words().acts.stop) } }
            }
        }
    };
    pages::show(visit, "reports", &title, &body).await
}

/// `POST /console/bulk/<id>/stop`.
pub async fn stop(Path(id): Path<String>, act: Act<Operator>) -> Response {
    let visit: &Visit = &act.visit;
    match bulk::set(&*visit.console().store, &id).await {
        Ok(Some(_)) => {}
        Ok(None) => return pages::problem(&visit.caller, &Problem::NotFound),
        Err(_) => return pages::problem(&visit.caller, &Problem::Store),
    }
    let recorded = Acted { who: visit.who(), role: Some(visit.session.role), act: "bulk.stop", on: &id, ..Acted::default() };
    if visit.console().audit.record(recorded).await.is_err() {
        return pages::problem(&visit.caller, &Problem::NoAudit);
    }
    match bulk::stop(&*visit.console().store, &id, visit.who()).await {
        Ok(()) => pages::see(&path(&id)),
        Err(_) => pages::problem(&visit.caller, &Problem::Store),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_acts_that_fit_a_state_of_the_list_are_offered_and_none_that_is_one_persons() {
        assert_eq!(offered([Shown::Sent]), [Deed::Send, Deed::Render, Deed::Mark]);
        assert_eq!(offered([Shown::Waits]), [Deed::Continue, Deed::Discard]);
        assert_eq!(offered([Shown::Running, Shown::Duplicate]), []);
        assert_eq!(
            offered([Shown::Sent, Shown::Waits, Shown::Sent]),
            [Deed::Continue, Deed::Send, Deed::Render, Deed::Mark, Deed::Discard]
        );
    }
}
