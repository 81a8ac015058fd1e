//! What several pages of the gateway say and show: states, errors, lights, questions.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::gateway::model::{CancelReason, Delivery, DeliveryState, DisabledWhy, Endpoint, SkipReason};
use crate::http::console::format;
use crate::http::console::parts::badge;
use crate::http::console::words::gateway::Gateway as Words;
use crate::http::console::words::{count, fill};
use crate::http::gateway_pages::context::PageContext;

/// A moment within a sentence.
pub fn moment(ctx: &PageContext, at: Timestamp) -> String {
    let visit = &ctx.visit;
    format::moment_in_sentence(at, visit.caller.now, &visit.console().site.zone, visit.words().language)
}

/// The badge of a delivery's state.
pub fn state(ctx: &PageContext, state: DeliveryState, next: Option<Timestamp>, tried: u32) -> Markup {
    let words = ctx.words();
    match state {
        DeliveryState::Delivered => badge::plain("good", "sent", words.state_delivered),
        DeliveryState::Waiting if tried == 0 => badge::plain("", "queued", words.state_waiting),
        DeliveryState::Waiting => match next {
            Some(at) => {
                let zone = &ctx.visit.console().site.zone;
                let at = format::moment(at, ctx.visit.caller.now, zone, ctx.visit.words().language);
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
pub fn of_delivery(ctx: &PageContext, delivery: &Delivery) -> Markup {
    state(ctx, delivery.state, delivery.next_attempt, delivery.attempts)
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
pub fn light(ctx: &PageContext, endpoint: &Endpoint, is_failing: bool) -> Markup {
    let words = &ctx.visit.words().institutions;
    if endpoint.disabled {
        return badge::plain(if endpoint.disabled_why == Some(DisabledWhy::Asked) { "" } else { "bad" }, "discarded", words.off);
    }
    if is_failing { badge::plain("warn", "waits", ctx.words().struggles) } else { badge::plain("good", "sent", words.on) }
}

/// Why an endpoint is off.
pub fn why_off(ctx: &PageContext, endpoint: &Endpoint) -> &'static str {
    let words = &ctx.visit.words().institutions;
    match endpoint.disabled_why {
        Some(DisabledWhy::Failing) => words.off_failing,
        Some(DisabledWhy::Gone) => words.off_gone,
        Some(DisabledWhy::Asked) | None => words.off_asked,
    }
}

/// A count with its word, where nothing has a sentence of its own.
pub fn counted(ctx: &PageContext, n: u64, one: &'static str, many: &'static str) -> String {
    count(n, one, many, ctx.visit.words().language).into_owned()
}

/// The buttons under a question: the verb itself, and the way back.
pub fn answers(ctx: &PageContext, back: &str, verb: &str, is_bad: bool) -> Markup {
    html! {
        div class="row" {
            a class="b" href=(back) data-close="" { (ctx.visit.words().acts.no) }
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
pub fn shown_once(ctx: &PageContext, legend: &str, secret: &str, warning: &str, onward: &str) -> Markup {
    let words = &ctx.visit.words().institutions;
    html! {
        section class="card" {
            h2 { (legend) }
            p class="secret" { code id="secret" class="secret" { (secret) } }
            div { button type="button" class="b small" data-copy="#secret" data-scripts="" hidden { (ctx.visit.words().common.copy) } }
            p class="say warn" { (warning) }
            form method="get" action=(onward) class="stack" {
                label class="choice" { input type="checkbox" required; (words.kept) }
                div { button class="b main" { (words.go_on) } }
            }
        }
    }
}

/// What an endpoint is called in lists: its host and path.
pub fn short(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

/// A way to something new.
pub fn way(href: &str, word: &str, is_main: bool) -> Markup {
    html! { a class=(if is_main { "b main" } else { "b" }) href=(href) data-ask="" { (word) } }
}
