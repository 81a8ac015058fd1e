//! `chart.score`: the result as a bar on a scale from 0 to 100.

use super::canvas::{Area, Canvas, INK, PT, QUIET, RULE, TRACK, Type};
use super::{Request, counted, fit, number, said, share};

const HEIGHT: i64 = 62 * PT;
const BAR_TOP: i64 = 24 * PT;
const BAR: i64 = 16 * PT;

pub(super) fn draw(request: &Request<'_>) -> Option<String> {
    let percentage = number(request.root, "result.percentage")?;
    let shown = request.language.percent(percentage, 1);
    let width = request.width;
    let mut canvas = Canvas::new(width, HEIGHT, request.fonts);
    // The bar takes the whole measure; the labels at its ends stand inside it.
    let half = 14 * PT;
    let track = Area { x: 0, y: BAR_TOP, width, height: BAR };
    let filled = share(track.width, percentage);
    canvas.framed(track, TRACK, RULE);
    if filled > 0 {
        canvas.rectangle(Area { width: filled, ..track }, request.accent);
    }
    for tick in [0, 20, 40, 60, 80, 100] {
        let x = track.x + share(track.width, f64::from(tick));
        canvas.rectangle(Area { x: x - PT / 4, y: BAR_TOP + BAR, width: PT / 2, height: 4 * PT }, QUIET);
        let label = Area { x: (x - half).clamp(0, (width - 2 * half).max(0)), y: BAR_TOP + BAR + 5 * PT, width: 2 * half, height: 13 * PT };
        let set = match tick {
            0 => Type::NOTE,
            100 => Type::NOTE.right(),
            _ => Type::NOTE.centred(),
        };
        canvas.text(label, &tick.to_string(), set);
    }
    // The figure stands over the end of the bar, and never over the edge.
    let wide = 64 * PT;
    let x = (track.x + filled - wide / 2).clamp(0, (width - wide).max(0));
    canvas.text(Area { x, y: 0, width: wide, height: 19 * PT }, &shown, Type { size: 26, bold: true, color: INK, align: "center" });
    // What it counts stands on the side with more room.
    let (before, behind) = (x - 4 * PT, width - x - wide - 4 * PT);
    if let Some(label) = counted(request.root) {
        let (x, room, set) = if before > behind { (0, before, Type::NOTE) } else { (width - behind, behind, Type::NOTE.right()) };
        canvas.text(Area { x, y: 5 * PT, width: room, height: 13 * PT }, &fit(&label, room, 16), set);
    }
    canvas.rectangle(Area { x: (filled - PT / 2).clamp(0, width - PT), y: BAR_TOP - 4 * PT, width: PT, height: BAR + 4 * PT }, INK);
    Some(canvas.finish(request.id, &format!("{}: {}", request.language.words().score_alt, said(&shown, request.root))))
}
