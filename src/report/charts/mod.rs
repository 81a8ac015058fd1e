//! Picture blocks: drawn as DrawingML shapes from the report's data, so that Word, LibreOffice and our own layout show the same picture.
//!
//! One file a block, one row in [`BLOCKS`]. Colour is never the only sign: every bar carries its words and figures.

mod bar;
mod canvas;
mod cohort;
mod groups;
mod history;
mod level;
mod questions;
mod score;

#[cfg(test)]
mod tests;

use minijinja::value::{Object, Value};

use super::language::Language;

/// A picture block asked for in a template, with a list of its own or without.
#[derive(Debug)]
pub(in crate::report) struct ChartRef {
    /// Which one.
    pub name: &'static str,
    /// What to draw instead of the report's own data.
    pub items: Option<Value>,
}

impl Object for ChartRef {}

/// What a block draws from, and the room it has.
#[derive(Debug)]
pub(in crate::report) struct Request<'a> {
    /// The report's data.
    pub root: &'a Value,
    /// A list of its own.
    pub items: Option<&'a Value>,
    /// The room, in EMU.
    pub width: i64,
    /// The `w:rFonts` of the tag's run; empty for the document's default.
    pub fonts: &'a str,
    /// Words and figures.
    pub language: Language,
    /// The first free picture id.
    pub id: u32,
    /// The colour of what is the student's own, six hex digits on which white can be read.
    pub accent: &'a str,
}

type Draw = fn(&Request<'_>) -> Option<String>;

/// The blocks there are, by the name behind `chart.`.
const BLOCKS: [(&str, Draw); 7] = [
    ("bar", bar::draw),
    ("groups", groups::draw),
    ("score", score::draw),
    ("history", history::draw),
    ("cohort", cohort::draw),
    ("level", level::draw),
    ("questions", questions::draw),
];

/// Ids a single block may use up.
pub(in crate::report) const IDS: u32 = 64;

/// A block by its name.
pub(in crate::report) fn known(name: &str) -> Option<&'static str> {
    BLOCKS.iter().find(|(block, _)| *block == name).map(|(block, _)| *block)
}

/// A block as run content; `None` when the data has nothing to draw.
pub(in crate::report) fn draw(name: &str, request: &Request<'_>) -> Option<String> {
    BLOCKS.iter().find(|(block, _)| *block == name).and_then(|(_, draw)| draw(request))
}

/// A colour family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Tone {
    /// Reached.
    Good,
    /// On the way.
    Middle,
    /// Still to do.
    Bad,
    /// A figure that is neither good nor bad.
    Plain,
}

impl Tone {
    /// Passed.
    pub(in crate::report) fn is_good(self) -> bool {
        self == Self::Good
    }

    /// The colour for the background of a cell.
    pub(in crate::report) fn soft(self) -> &'static str {
        match self {
            Self::Good => "DDF0E4",
            Self::Middle => "FFF1CC",
            Self::Bad | Self::Plain => "EDF0F3",
        }
    }

    /// The sign before a status, so that nobody needs the colour.
    pub(in crate::report) fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Middle => "◐",
            Self::Bad => "○",
            Self::Plain => "",
        }
    }

    /// The colour of a bar: dark, light and grey differ for every eye, and in print without colour.
    fn strong(self, accent: &str) -> &str {
        match self {
            Self::Good | Self::Plain => accent,
            Self::Middle => "E3A72F",
            Self::Bad => "9AA5B1",
        }
    }
}

/// How a group stands: its `tone`, else whether it passed.
pub(in crate::report) fn tone_of(group: &Value) -> Tone {
    let tone = group.get_attr("tone").unwrap_or_default();
    match tone.as_str() {
        Some("good") => Tone::Good,
        Some("middle") => Tone::Middle,
        Some("bad") => Tone::Bad,
        Some("plain") => Tone::Plain,
        _ if group.get_attr("passed").is_ok_and(|passed| passed.is_true()) => Tone::Good,
        _ => Tone::Bad,
    }
}

/// A path in the data (`result.percentage`).
fn find(root: &Value, path: &str) -> Option<Value> {
    let found = path.split('.').try_fold(root.clone(), |at, name| at.get_attr(name).ok())?;
    (!found.is_undefined() && !found.is_none()).then_some(found)
}

/// A number in the data.
fn number(root: &Value, path: &str) -> Option<f64> {
    find(root, path).and_then(|value| f64::try_from(value).ok()).filter(|number| number.is_finite())
}

/// Text in the data.
fn text(root: &Value, path: &str) -> Option<String> {
    find(root, path).map(|value| one_line(&value.to_string())).filter(|text| !text.is_empty())
}

/// What the result's percentage counts, as far as the data says it.
fn counted(root: &Value) -> Option<String> {
    text(root, "result.headline.label")
}

/// A figure with what it counts, for who hears the picture: `62,5 % (Lecciones aprobadas)`.
fn said(figure: &str, root: &Value) -> String {
    counted(root).map_or_else(|| figure.to_owned(), |label| format!("{figure} ({label})"))
}

/// A label is one line: breaks and tabs become spaces.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A share of a length.
fn share(length: i64, percent: f64) -> i64 {
    (length as f64 * percent.clamp(0.0, 100.0) / 100.0) as i64
}

/// A text cut so that it fits a width at a size, roughly: half an em a character.
fn fit(text: &str, width: i64, half_points: u32) -> String {
    let room = (width as f64 / (canvas::PT as f64 * f64::from(half_points) / 2.0 * 0.5)).max(4.0) as usize;
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let cut: String = text.chars().take(room.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}
