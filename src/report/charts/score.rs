//! `chart.score`: the result as a bar on a scale from 0 to 100.

use super::canvas::{ACCENT, Area, Canvas, INK, PT, QUIET, RULE, TRACK, Type};
use super::{Request, number, share};

const HEIGHT: i64 = 62 * PT;
const BAR_TOP: i64 = 24 * PT;
const BAR: i64 = 16 * PT;

pub(super) fn draw(request: &Request<'_>) -> Option<String> {
    let percentage = number(request.root, "result.percentage")?;
    let shown = request.language.percent(percentage, 1);
    let width = request.width;
    let mut canvas = Canvas::new(width, HEIGHT, request.fonts);
    // The scale's labels stand centred under their ticks, so the bar keeps half a label free at both ends.
    let edge = 14 * PT;
    let track = Area { x: edge, y: BAR_TOP, width: width - 2 * edge, height: BAR };
    let filled = share(track.width, percentage);
    canvas.framed(track, TRACK, RULE);
    if filled > 0 {
        canvas.rectangle(Area { width: filled, ..track }, ACCENT);
    }
    for tick in [0, 20, 40, 60, 80, 100] {
        let x = track.x + share(track.width, f64::from(tick));
        canvas.rectangle(Area { x: x - PT / 4, y: BAR_TOP + BAR, width: PT / 2, height: 4 * PT }, QUIET);
        let label = Area { x: x - edge, y: BAR_TOP + BAR + 5 * PT, width: 2 * edge, height: 13 * PT };
        canvas.text(label, &tick.to_string(), Type::NOTE.centred());
    }
    // The figure stands over the end of the bar, and never over the edge.
    let wide = 64 * PT;
    let x = (track.x + filled - wide / 2).clamp(0, (width - wide).max(0));
    canvas.text(Area { x, y: 0, width: wide, height: 19 * PT }, &shown, Type { size: 26, bold: true, color: INK, align: "center" });
    canvas.rectangle(Area { x: track.x + filled - PT / 2, y: BAR_TOP - 4 * PT, width: PT, height: BAR + 4 * PT }, INK);
    Some(canvas.finish(request.id, &format!("{}: {shown}", request.language.words().score_alt)))
}
