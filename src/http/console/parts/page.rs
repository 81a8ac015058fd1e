//! The frame around every page.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{form, icon};
use crate::http::console::assets;
use crate::http::console::visit::{self, Caller, Visit};
use crate::http::console::words::{Words, fill};
use crate::model::role::Role;
use crate::text;

/// An entry of the menu.
struct Entry {
    name: &'static str,
    path: &'static str,
    word: fn(&Words) -> &'static str,
    least: Role,
    needs_gateway: bool,
}

macro_rules! entries {
    ($($name:ident $path:literal $least:ident $gateway:literal;)*) => {
        &[$(Entry { name: stringify!($name), path: $path, word: |words| words.nav.$name, least: Role::$least, needs_gateway: $gateway },)*]
    };
}

const MAIN: &[Entry] = entries! {
    today "/console/today" Reader false;
    reports "/console/reports" Reader false;
    todo "/console/todo" Reader false;
    results "/console/results" Reader false;
};

const PREPARATION: &[Entry] = entries! {
    templates "/console/templates" Reader false;
    banks "/console/banks" Reader false;
    rules "/console/profiles" Reader false;
};

const SYSTEM: &[Entry] = entries! {
    health "/console/health" Operator false;
    calls "/console/calls" Operator false;
    platform "/console/platform" Operator false;
    institutions "/console/institutions" Operator true;
    deliveries "/console/deliveries" Operator true;
    people "/console/people" Admin false;
    keys "/console/keys" Admin false;
    audit "/console/audit" Operator false;
    privacy "/console/privacy" Admin false;
};

fn entry(entry: &Entry, at: &str, waiting: usize, visit: &Visit) -> Markup {
    let words = visit.words();
    let is_here = (entry.name == at).then_some("page");
    html! {
        li { a href=(entry.path) aria-current=[is_here] {
            (icon(entry.name)) span { ((entry.word)(words)) }
            @if entry.name == "todo" && waiting > 0 {
                span class="n" aria-hidden="true" { (waiting) }
                span class="said" { "(" (fill(words.nav.todo_spoken, &[("n", &waiting.to_string())])) ")" }
            }
        } }
    }
}

fn is_shown(entry: &Entry, visit: &Visit) -> bool {
    let site = &visit.console().site;
    let is_built = site.pages.contains(&entry.name);
    visit.may(entry.least) && is_built && (!entry.needs_gateway || site.has_gateway)
}

fn list(entries: &[Entry], at: &str, waiting: usize, visit: &Visit) -> Markup {
    html! { @for one in entries.iter().filter(|one| is_shown(one, visit)) { (entry(one, at, waiting, visit)) } }
}

fn sign_out(visit: &Visit) -> Markup {
    html! {
        form method="post" action="/console/sign-out" {
            (form::csrf(visit))
            button class="plain" { (icon("out")) span { (visit.words().nav.sign_out) } }
        }
    }
}

fn brand(caller: &Caller) -> Markup {
    let school = caller.console.site.school.as_deref();
    html! {
        a class="brand" href=(visit::home(caller)) {
            svg class="mark" viewBox="0 0 24 24" aria-hidden="true" {
                rect x="2" y="1" width="20" height="22" rx="4" fill="#1f4e79" {}
                path d="m7.5 12.500 3 3 6-7" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" {}
            }
            span { (school.unwrap_or("gradepost")) @if school.is_some() { small { (caller.words.nav.brand) } } }
        }
    }
}

fn head(caller: &Caller, title: &str) -> Markup {
    let school = caller.console.site.school.as_deref().unwrap_or("gradepost");
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) " – " (school) }
            link rel="icon" href=(assets::mark()) type="image/svg+xml";
            link rel="stylesheet" href=(assets::css());
            script src=(assets::js()) defer {}
        }
    }
}

/// A page for who is signed in.
pub fn page(visit: &Visit, at: &str, title: &str, waiting: usize, body: &Markup) -> Markup {
    let (caller, words) = (&visit.caller, visit.words());
    let nav = &words.nav;
    let side = |entries: &[Entry]| list(entries, at, waiting, visit);
    let has_preparation = PREPARATION.iter().any(|one| is_shown(one, visit));
    let has_system = SYSTEM.iter().any(|one| is_shown(one, visit));
    let on_bar = |name: &str| MAIN.iter().any(|one| one.name == name && is_shown(one, visit));
    let at_more = (!on_bar(at)).then_some("true");
    straight(html! {
        (DOCTYPE)
        html lang=(words.language.code()) data-theme=[caller.theme.word()] data-keys=[caller.keys.then_some("on")] {
            (head(caller, title))
            body data-copied=(words.common.copied) data-pause=(words.common.pause) data-resume=(words.common.resume) {
                a class="skip" href="#main" { (nav.skip) }
                div class="frame" {
                    nav class="side" aria-label=(nav.menu) {
                        (brand(caller))
                        ul role="list" { (side(MAIN)) }
                        @if has_preparation { h2 { (nav.preparation) } ul role="list" { (side(PREPARATION)) } }
                        @if has_system { h2 { (nav.system) } ul role="list" { (side(SYSTEM)) } }
                        ul role="list" class="end" {
                            li { a href="/console/help" aria-current=[(at == "help").then_some("page")] { (icon("help")) span { (nav.help) } } }
                            li { a href="/console/me" aria-current=[(at == "me").then_some("page")] { (icon("me")) span { (visit.session.name) } } }
                            li { (sign_out(visit)) }
                        }
                    }
                    div class="page" {
                        header class="top" { (brand(caller)) }
                        @if caller.console.site.is_demo { p class="demo" { (nav.demo) } }
                        main id="main" tabindex="-1" {
                            @if let Some(flash) = &caller.flash { p class="say" role="status" { (flash) } }
                            (body)
                        }
                        p id="status" class="said" role="status" {}
                        (foot(caller))
                    }
                    nav class="bar" aria-label=(nav.menu) {
                        ul role="list" {
                            (side(MAIN))
                            li { details {
                                summary aria-current=[at_more] { (icon("more")) span { (nav.more) } }
                                div class="sheet" {
                                    ul role="list" {
                                        (side(PREPARATION)) (side(SYSTEM))
                                        li { a href="/console/help" { (icon("help")) (nav.help) } }
                                        li { a href="/console/me" { (icon("me")) (nav.me) } }
                                        li { (sign_out(visit)) }
                                    }
                                }
                            } }
                        }
                    }
                }
            }
        }
    })
}

/// A page of the portal: an institution's own few entries in place of the console's. An entry is a name, where it leads, its sign, its word.
pub fn portal(visit: &Visit, entries: &[(&str, &str, &str, &str)], at: &str, title: &str, body: &Markup) -> Markup {
    let (caller, words) = (&visit.caller, visit.words());
    let nav = &words.nav;
    let list = html! { @for (name, path, sign, word) in entries {
        li { a href=(path) aria-current=[(*name == at).then_some("page")] { (icon(sign)) span { (word) } } }
    } };
    let leave = html! {
        form method="post" action="/portal/leave" { (form::csrf(visit)) button class="plain" { (icon("out")) span { (nav.sign_out) } } }
    };
    straight(html! {
        (DOCTYPE)
        html lang=(words.language.code()) data-theme=[caller.theme.word()] {
            (head(caller, title))
            body data-copied=(words.common.copied) data-pause=(words.common.pause) data-resume=(words.common.resume) {
                a class="skip" href="#main" { (nav.skip) }
                div class="frame" {
                    nav class="side" aria-label=(nav.menu) {
                        (brand(caller))
                        ul role="list" { (list) }
                        ul role="list" class="end" { li { span class="soft inset" { (visit.session.name) } } li { (leave) } }
                    }
                    div class="page" {
                        header class="top" { (brand(caller)) }
                        main id="main" tabindex="-1" {
                            @if let Some(flash) = &caller.flash { p class="say" role="status" { (flash) } }
                            (body)
                        }
                        p id="status" class="said" role="status" {}
                        footer class="foot" { span { (fill(nav.zone, &[("zone", caller.console.site.zone.iana_name().unwrap_or("UTC"))])) } }
                    }
                    nav class="bar few" aria-label=(nav.menu) { ul role="list" { (list) li { (leave) } } }
                }
            }
        }
    })
}

fn foot(caller: &Caller) -> Markup {
    let site = &caller.console.site;
    let zone = site.zone.iana_name().unwrap_or("UTC");
    html! {
        footer class="foot" {
            span { "gradepost " (env!("CARGO_PKG_VERSION")) }
            span { (fill(caller.words.nav.zone, &[("zone", zone)])) }
            a href="/console/help" { (caller.words.nav.help) }
        }
    }
}

/// A page for anybody: signing in, and what went wrong.
pub fn alone(caller: &Caller, title: &str, body: &Markup) -> Markup {
    let words = caller.words;
    straight(html! {
        (DOCTYPE)
        html lang=(words.language.code()) data-theme=[caller.theme.word()] {
            (head(caller, title))
            body {
                a class="skip" href="#main" { (words.nav.skip) }
                div class="alone" { main id="main" tabindex="-1" { (brand(caller)) (body) } }
            }
        }
    })
}

/// A question alone, for a dialog.
pub fn question(question: &Markup) -> Markup {
    straight(html! { div class="question" { (question) } })
}

/// What is shown to people: no name in it turns the direction of what follows.
fn straight(page: Markup) -> Markup {
    PreEscaped(text::straight(page.into_string()))
}
