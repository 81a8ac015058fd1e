//! `chart.bar`: one bar without words, for the cell of a table whose other cells say the figure.

use super::canvas::{Area, Canvas, PT, RULE, TRACK};
use super::{Request, Tone, number, share, tone_of};

const HEIGHT: i64 = 10 * PT;

pub(super) fn draw(request: &Request<'_>) -> Option<String> {
    let (percentage, tone) = match request.items {
        Some(item) => (number(item, "percentage")?, tone_of(item)),
        None => (number(request.root, "result.percentage")?, Tone::Plain),
    };
    let mut canvas = Canvas::new(request.width, HEIGHT, request.fonts);
    let track = Area { x: 0, y: PT, width: request.width, height: HEIGHT - 2 * PT };
    canvas.framed(track, TRACK, RULE);
    let filled = share(track.width, percentage);
    if filled > 0 {
        canvas.rectangle(Area { width: filled, ..track }, tone.strong(request.accent));
    }
    Some(canvas.finish(request.id, &request.language.short_percent(percentage)))
}
