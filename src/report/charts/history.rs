//! `chart.history`: a column for each attempt, oldest first.

use minijinja::value::Value;

use super::canvas::{Area, Canvas, PT, RULE, Type};
use super::{Request, counted, fit, number, said, share, text};
use crate::report::colour;

const HEIGHT: i64 = 75 * PT;
const COLUMNS: i64 = 36 * PT;
/// A line of text above the columns.
const LINE: i64 = 14 * PT;
/// The least a column with its label takes.
const NARROWEST: i64 = 44 * PT;
/// The newest attempts shown; more would be too thin to read.
const SHOWN: usize = 10;

pub(super) fn draw(request: &Request<'_>) -> Option<String> {
    let list = request.items.cloned().or_else(|| request.root.get_attr("history").ok())?;
    let all: Vec<Value> = list.try_iter().ok()?.collect();
    let attempts = &all[all.len().saturating_sub(SHOWN)..];
    if attempts.is_empty() {
        return None;
    }
    let words = request.language.words();
    // What the figures count stands beside the columns, or above them where they leave no room.
    let (count, counted) = (attempts.len() as i64, counted(request.root));
    let label_width = counted.as_ref().map_or(0, |label| label.chars().count() as i64 * 9 * PT / 2 + 6 * PT);
    let is_beside = (request.width - label_width) / count >= NARROWEST;
    let room = if is_beside { request.width - label_width } else { request.width };
    let slot = (room / count).min(96 * PT);
    let top = if is_beside || counted.is_none() { 0 } else { LINE };
    let mut canvas = Canvas::new(request.width, HEIGHT + top, request.fonts);
    let left = 0;
    let floor = top + 19 * PT + COLUMNS;
    let mut alt = Vec::new();
    for (place, attempt) in attempts.iter().enumerate() {
        let x = left + slot * place as i64;
        let percentage = number(attempt, "percentage").unwrap_or(0.0);
        let shown = request.language.short_percent(percentage);
        let height = share(COLUMNS, percentage);
        // The newest column is filled, the earlier ones are outlined: the difference holds in grey too.
        let area = Area { x: x + slot / 4, y: floor - height, width: slot / 2, height };
        if place + 1 == attempts.len() {
            canvas.rectangle(area, request.accent);
        } else {
            canvas.framed(area, &colour::tint(request.accent, 0.85), request.accent);
        }
        let number = text(attempt, "attempt").unwrap_or_else(|| (place + 1).to_string());
        let label = format!("{} {number}", words.attempt);
        canvas.text(Area { x, y: floor - height - 17 * PT, width: slot, height: 15 * PT }, &shown, Type::LABEL.bold().centred());
        canvas.text(Area { x, y: floor + 4 * PT, width: slot, height: 14 * PT }, &fit(&label, slot, 16), Type::NOTE.centred());
        alt.push(format!("{label}: {shown}"));
    }
    if let Some(label) = counted {
        let taken = if is_beside { slot * count + 6 * PT } else { 0 };
        let (y, set) = if is_beside { (floor - 15 * PT, Type::NOTE.right()) } else { (0, Type::NOTE) };
        let place = Area { x: taken, y, width: request.width - taken, height: 13 * PT };
        canvas.text(place, &fit(&label, place.width, 18), set);
    }
    canvas.rectangle(Area { x: 0, y: floor, width: request.width, height: PT }, RULE);
    Some(canvas.finish(request.id, &format!("{}: {}", said(words.history_alt, request.root), alt.join("; "))))
}
