//! `chart.groups`: a bar for each group, with its name, figure and status in words.

use minijinja::value::Value;

use super::canvas::{Area, Canvas, PT, RULE, TRACK, Type};
use super::{IDS, Request, fit, number, share, text, tone_of};

const ROW: i64 = 21 * PT;
const BAR: i64 = 11 * PT;
/// Rows in one picture: several pictures flow over pages, one would not.
const ROWS: usize = 20;

pub(super) fn draw(request: &Request<'_>) -> Option<String> {
    let list = request.items.cloned().or_else(|| request.root.get_attr("groups").ok())?;
    let groups: Vec<Value> = list.try_iter().ok()?.take(ROWS * IDS as usize).collect();
    if groups.is_empty() {
        return None;
    }
    Some(groups.chunks(ROWS).zip(request.id..).map(|(rows, id)| picture(request, rows, id)).collect())
}

fn picture(request: &Request<'_>, groups: &[Value], id: u32) -> String {
    let (language, words) = (request.language, request.language.words());
    let width = request.width;
    let names = width * 42 / 100;
    let status_width = (92 * PT).min(width * 24 / 100);
    let figures = 46 * PT;
    let bar = Area { x: names + 6 * PT, y: 0, width: (width - names - figures - status_width - 18 * PT).max(20 * PT), height: BAR };
    let mut canvas = Canvas::new(width, ROW * groups.len() as i64, request.fonts);
    let mut alt = Vec::with_capacity(groups.len());
    for (row, group) in groups.iter().enumerate() {
        let top = ROW * row as i64;
        let name = text(group, "name").unwrap_or_default();
        let percentage = number(group, "percentage").unwrap_or(0.0);
        let tone = tone_of(group);
        let status = text(group, "status").unwrap_or_else(|| if tone.is_good() { words.passed } else { words.failed }.to_owned());
        let shown = language.short_percent(percentage);
        canvas.text(Area { x: 0, y: top, width: names, height: ROW }, &fit(&name, names, 20), Type::LABEL);
        let track = Area { y: top + (ROW - BAR) / 2, ..bar };
        canvas.framed(track, TRACK, RULE);
        let filled = share(track.width, percentage);
        if filled > 0 {
            canvas.rectangle(Area { width: filled, ..track }, tone.strong(request.accent));
        }
        let x = bar.x + bar.width + 2 * PT;
        canvas.text(Area { x, y: top, width: figures, height: ROW }, &shown, Type::LABEL.bold().right());
        let status_area = Area { x: width - status_width, y: top, width: status_width, height: ROW };
        let signed = format!("{} {status}", tone.sign());
        canvas.text(status_area, &fit(signed.trim(), status_width, 19), Type { size: 19, ..Type::LABEL });
        alt.push(format!("{name}: {shown}, {status}"));
    }
    canvas.finish(id, &format!("{}: {}", words.groups_alt, alt.join("; ")))
}
