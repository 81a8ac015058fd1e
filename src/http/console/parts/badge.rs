//! A report's state: sign, word and colour; never colour alone.

use maud::{Markup, html};

use super::icon;
use crate::http::console::shown::Shown;
use crate::http::console::words::States;

/// How a state looks: its colour and its sign.
pub fn look(state: Shown) -> (&'static str, &'static str) {
    match state {
        Shown::Queued => ("", "queued"),
        Shown::Again => ("warn", "again"),
        Shown::Running => ("busy", "running"),
        Shown::Sent => ("good", "sent"),
        Shown::Filed => ("good", "reports"),
        Shown::Duplicate | Shown::Skipped => ("", "same"),
        Shown::Waits => ("warn", "waits"),
        Shown::Failed | Shown::Damaged => ("bad", "failed"),
        Shown::Discarded => ("", "discarded"),
    }
}

/// What a state is called.
pub fn word(state: Shown, words: &States) -> &'static str {
    match state {
        Shown::Queued => words.queued,
        Shown::Again => words.again,
        Shown::Running => words.running,
        Shown::Sent => words.sent,
        Shown::Filed => words.filed,
        Shown::Duplicate => words.duplicate,
        Shown::Skipped => words.skipped,
        Shown::Waits => words.waits,
        Shown::Failed => words.failed,
        Shown::Discarded => words.discarded,
        Shown::Damaged => words.damaged,
    }
}

/// What a state means, in a sentence.
pub fn meaning(state: Shown, words: &States) -> &'static str {
    match state {
        Shown::Queued => words.queued_means,
        Shown::Again => words.again_means,
        Shown::Running => words.running_means,
        Shown::Sent => words.sent_means,
        Shown::Filed => words.filed_means,
        Shown::Duplicate => words.duplicate_means,
        Shown::Skipped => words.skipped_means,
        Shown::Waits => words.waits_means,
        Shown::Failed => words.failed_means,
        Shown::Discarded => words.discarded_means,
        Shown::Damaged => words.damaged_means,
    }
}

/// The badge of a state.
pub fn badge(state: Shown, words: &States) -> Markup {
    labelled(state, word(state, words))
}

/// The badge of a state, with a text of its own.
pub fn labelled(state: Shown, text: &str) -> Markup {
    let (colour, sign) = look(state);
    plain(colour, sign, text)
}

/// Any badge.
pub fn plain(colour: &str, sign: &str, text: &str) -> Markup {
    html! { span class={ "badge " (colour) } { (icon(sign)) (text) } }
}
