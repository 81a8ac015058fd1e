//! One file a template: which blocks it is made of, in which order, and its own words.

pub(super) mod difficulty;
pub(super) mod history;
pub(super) mod lecture;
pub(super) mod materia;
pub(super) mod percentage;
pub(super) mod plan;
pub(super) mod sciences;
pub(super) mod skills;
pub(super) mod units;
pub(super) mod words;

use docx_rs::Paragraph;

use super::parts::{body, spacing};
use super::sheet::bullet;

/// The picture of one bar in the neutral colour, with the right answers of all beside it; `name` is an expression over the loop's `item`.
fn plain_bars(item: &str, name: &str, of: &str) -> String {
    plain_bars_with(item, name, &format!("{item}.correct ~ ' {of} ' ~ {item}.total"))
}

/// The same with words of its own beside the bar.
fn plain_bars_with(item: &str, name: &str, words: &str) -> String {
    format!("{{{{ chart.groups([dict({item}, name={name}, status={words}, tone='plain')]) }}}}")
}

/// One bar of several: close to the next.
fn bar(picture: &str) -> Paragraph {
    body(picture).line_spacing(spacing(0, 40, 240))
}

/// A line that stays with the next.
fn kept(text: &str) -> Paragraph {
    body(text).keep_next(true)
}

fn kept_bullet(text: &str) -> Paragraph {
    bullet(text).keep_next(true)
}
