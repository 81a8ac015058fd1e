//! What several pages of the gateway say and show: states, errors, lights, questions.

use maud::{Markup, html};

use super::desk::Desk;
use super::{deeds, institution};
use crate::gateway::model::{CancelReason, Delivery, DeliveryState, DisabledWhy, Endpoint, SkipReason};
use crate::http::console::format;
use crate::http::console::parts::badge;
use crate::http::console::words::gateway::Gateway as Words;
use crate::http::console::words::{Words as AllWords, count, fill};
use jiff::Timestamp;

/// A moment within a sentence.
pub fn moment(desk: &Desk, at: Timestamp) -> String {
    let visit = &desk.visit;
    format::moment_in_sentence(at, visit.caller.now, &visit.console().site.zone, visit.words().language)
}

/// The badge of a delivery's state.
pub fn state(desk: &Desk, state: DeliveryState, next: Option<Timestamp>, tried: u32) -> Markup {
    let words = desk.words();
    match state {
        DeliveryState::Delivered => badge::plain("good", "sent", words.state_delivered),
        DeliveryState::Waiting if tried == 0 => badge::plain("", "queued", words.state_waiting),
        DeliveryState::Waiting => match next {
            Some(at) => {
                let zone = &desk.visit.console().site.zone;
                let at = format::moment(at, desk.visit.caller.now, zone, desk.visit.words().language);
                badge::plain("warn", "again", &fill(words.state_again_at, &[("at", &at)]))
            }
            None => badge::plain("warn", "again", words.state_again),
        },
        DeliveryState::Dead => badge::plain("bad", "failed", words.state_dead),
        DeliveryState::Skipped(_) => badge::plain("", "same", words.state_skipped),
        DeliveryState::Cancelled(_) => badge::plain("", "discarded", words.state_cancelled),
    }
}

/// The badge of a delivery.
pub fn of_delivery(desk: &Desk, delivery: &Delivery) -> Markup {
    state(desk, delivery.state, delivery.next_attempt, delivery.attempts)
}

/// Why a delivery was not sent, or given up.
pub fn reason(words: &Words, state: DeliveryState) -> Option<&'static str> {
    Some(match state {
        DeliveryState::Skipped(SkipReason::EndpointDisabled) => words.skipped_disabled,
        DeliveryState::Skipped(SkipReason::Filter) => words.skipped_filter,
        DeliveryState::Skipped(SkipReason::Channel) => words.skipped_channel,
        DeliveryState::Cancelled(CancelReason::EndpointDisabled) => words.cancelled_disabled,
        DeliveryState::Cancelled(CancelReason::EndpointDeleted) => words.cancelled_deleted,
        DeliveryState::Cancelled(CancelReason::Asked) => words.cancelled_asked,
        DeliveryState::Cancelled(CancelReason::PayloadExpunged) => words.cancelled_expunged,
        DeliveryState::Delivered | DeliveryState::Waiting | DeliveryState::Dead => return None,
    })
}

/// What was answered, or why nothing was: a status, or the kind of error in words.
pub fn answer(words: &Words, status: u16, class: &str) -> String {
    let said = match class {
        "redirect" => words.class_redirect,
        "dns" => words.class_dns,
        "blocked" => words.class_blocked,
        "connect" => words.class_connect,
        "tls_certificate" => words.class_tls_certificate,
        "tls_unsupported" => words.class_tls_unsupported,
        "timeout" => words.class_timeout,
        "protocol" => words.class_protocol,
        "unsendable" => words.class_unsendable,
        _ => "",
    };
    match (status, said) {
        (0, "") => words.no_answer.to_owned(),
        (0, said) => said.to_owned(),
        (status, "") => status.to_string(),
        (status, said) => format!("{status} · {said}"),
    }
}

/// The same within a sentence: a status is what was answered.
pub fn said(words: &Words, status: u16, class: &str) -> String {
    match answer(words, status, class) {
        code if code == status.to_string() => fill(words.answered, &[("code", &code)]),
        said => said,
    }
}

/// The light of an endpoint.
pub fn light(desk: &Desk, endpoint: &Endpoint, is_failing: bool) -> Markup {
    let words = &desk.visit.words().institutions;
    if endpoint.disabled {
        return badge::plain(if endpoint.disabled_why == Some(DisabledWhy::Asked) { "" } else { "bad" }, "discarded", words.off);
    }
    if is_failing { badge::plain("warn", "waits", desk.words().struggles) } else { badge::plain("good", "sent", words.on) }
}

/// Why an endpoint is off.
pub fn why_off(desk: &Desk, endpoint: &Endpoint) -> &'static str {
    let words = &desk.visit.words().institutions;
    match endpoint.disabled_why {
        Some(DisabledWhy::Failing) => words.off_failing,
        Some(DisabledWhy::Gone) => words.off_gone,
        Some(DisabledWhy::Asked) | None => words.off_asked,
    }
}

/// A count with its word, where nothing has a sentence of its own.
pub fn counted(desk: &Desk, n: u64, one: &'static str, many: &'static str) -> String {
    count(n, one, many, desk.visit.words().language).into_owned()
}

/// The buttons under a question: the verb itself, and the way back.
pub fn answers(desk: &Desk, back: &str, verb: &str, is_bad: bool) -> Markup {
    html! {
        div class="row" {
            a class="b" href=(back) data-close="" { (desk.visit.words().acts.no) }
            button class={ "b " (if is_bad { "bad" } else { "main" }) } { (verb) }
        }
    }
}

/// One of several, as large targets.
pub fn choices(name: &str, legend: &str, options: &[(&str, &str)]) -> Markup {
    html! {
        fieldset {
            legend { (legend) }
            @for (place, (value, text)) in options.iter().enumerate() {
                label class="choice" { input type="radio" name=(name) value=(value) checked[place == 0]; (text) }
            }
        }
    }
}

/// A secret, or another thing that is shown once.
pub fn shown_once(desk: &Desk, legend: &str, secret: &str, warning: &str, onward: &str) -> Markup {
    let words = &desk.visit.words().institutions;
    html! {
        section class="card" {
            h2 { (legend) }
            p class="secret" { code id="secret" class="secret" { (secret) } }
            div { button type="button" class="b small" data-copy="#secret" data-scripts="" hidden { (desk.visit.words().common.copy) } }
            p class="say warn" { (warning) }
            form method="get" action=(onward) class="stack" {
                label class="choice" { input type="checkbox" required; (words.kept) }
                div { button class="b main" { (words.go_on) } }
            }
        }
    }
}

/// What an act of the gateway is called in the log of acts; one of another release is its own name.
pub fn act(words: &AllWords, word: &str) -> String {
    let (own, known) = (&words.institutions, &words.gateway);
    let named = |what: &str, deed: Option<&str>| deed.map(|deed| format!("{what} · {deed}"));
    let said = match word.split_once('.') {
        Some(("endpoint", deed)) => named(own.endpoint, deeds::Deed::parse(deed).map(|deed| deed.word(known))),
        Some(("institution", deed)) => {
            named(known.institution, institution::Deed::ALL.into_iter().find(|one| one.as_str() == deed).map(|deed| deed.word(known)))
        }
        Some(("delivery" | "deliveries", "again")) => named(words.nav.deliveries, Some(known.act_again)),
        Some(("delivery", "cancel")) => named(words.nav.deliveries, Some(known.act_cancel)),
        Some(("delivery", "discard")) => named(words.nav.deliveries, Some(known.act_discard)),
        Some(("event", "show")) => named(own.event, Some(known.act_data)),
        Some(("school", "register")) => Some(own.register.to_owned()),
        _ => None,
    };
    said.unwrap_or_else(|| word.to_owned())
}
