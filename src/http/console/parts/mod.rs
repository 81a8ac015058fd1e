//! What pages are made of: functions from values to markup.

pub mod badge;
pub mod chart;
pub mod form;
pub mod page;
pub mod story;
pub mod table;

use jiff::Timestamp;
use maud::{Markup, html};

use crate::http::console::visit::{Caller, Visit};
use crate::http::console::words::fill;
use crate::http::console::{assets, format};
use crate::model::role::Role;

/// An icon beside a word; it says nothing by itself.
pub fn icon(name: &str) -> Markup {
    html! { svg class="i" aria-hidden="true" { use href=(assets::icon(name)) {} } }
}

/// A moment by the school's clock, with the instant for programs.
pub fn time(at: Timestamp, visit: &Visit) -> Markup {
    let caller = &visit.caller;
    let text = format::moment(at, caller.now, &visit.console().site.zone, caller.words.language);
    html! { time datetime=(at.strftime("%Y-%m-%dT%H:%M:%SZ")) title=(at.strftime("%Y-%m-%d %H:%M:%S UTC")) { (text) } }
}

/// As [`time`], with how long ago it was.
pub fn time_ago(at: Timestamp, visit: &Visit) -> Markup {
    html! {
        (time(at, visit))
        @if let Some(ago) = format::ago(at, visit.caller.now, visit.words()) { small class="soft" { " · " (ago) } }
    }
}

/// What a list must say of itself: that it is not complete yet, or not of now.
pub fn fresh(visit: &Visit) -> Markup {
    let (words, fresh) = (&visit.words().lists, visit.console().lookup.freshness());
    let caller = &visit.caller;
    let at = |at| format::moment_in_sentence(at, caller.now, &visit.console().site.zone, caller.words.language);
    let said = match (&fresh.problem, fresh.is_building, fresh.synced_at) {
        (Some(_), _, Some(synced)) => Some(fill(words.stale, &[("at", &at(synced))])),
        (Some(_), _, None) => Some(words.stale_never.to_owned()),
        (None, true, _) => Some(fill(words.building, &[("n", &fresh.progress.unwrap_or_default().to_string())])),
        (None, false, _) => None,
    };
    html! { @if let Some(said) = said { p class="say warn" role="status" { (said) } } }
}

/// A value, or a dash that is read out as one.
pub fn or_dash(value: Option<&str>, visit: &Visit) -> Markup {
    html! {
        @if let Some(value) = value.filter(|value| !value.is_empty()) { (value) }
        @else { span aria-hidden="true" { "–" } span class="said" { (visit.words().common.no_value) } }
    }
}

/// What a role is called.
pub fn role_name(role: Role, caller: &Caller) -> &'static str {
    let common = &caller.words.common;
    match role {
        Role::Reader => common.reader,
        Role::Operator => common.operator,
        Role::Admin => common.admin,
        Role::Sender => common.sender,
        Role::Manager => common.manager,
        Role::Viewer => common.viewer,
    }
}
